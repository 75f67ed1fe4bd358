terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }

  # Put your backend here before the first apply, for example:
  # backend "s3" {
  #   bucket       = "acme-terraform-state"
  #   key          = "data-mesh-manager.tfstate"
  #   region       = "eu-central-1"
  #   use_lockfile = true
  # }
}

provider "aws" {
  region = "eu-central-1"

  default_tags {
    tags = {
      team        = "data-platform"
      cost-center = "4711"
      repository  = "acme/data-platform"
    }
  }
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  name_prefix = "dmm"
  partition   = data.aws_partition.current.partition
  account_id  = data.aws_caller_identity.current.account_id
  region      = data.aws_region.current.id

  # The data products' roles and data. Whoever can edit data products in the catalog chooses among these.
  consumer_role_arns = ["arn:${local.partition}:iam::${local.account_id}:role/data-products/*"]
  resource_arns = [
    "arn:${local.partition}:s3:::acme-lake-*",
    "arn:${local.partition}:glue:${local.region}:${local.account_id}:table/products/*",
    "arn:${local.partition}:athena:${local.region}:${local.account_id}:workgroup/consumers",
  ]

  # Roles of other accounts under which Glue is read there.
  glue_reader_arns = ["arn:${local.partition}:iam::999999999999:role/dmm-glue-reader"]

  # Consent: whoever owns a role sets this tag on it. Nobody else may have iam:TagRole.
  consent = { key = "data-products", value = "consumer" }
}
