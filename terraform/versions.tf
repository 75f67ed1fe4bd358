terraform {
  # 1.11 is the first version with write-only arguments: the API key never reaches the state.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}
