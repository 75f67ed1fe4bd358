provider "aws" {
  region = "eu-central-1"
}

module "data_mesh_manager" {
  source = "../.." # in your own repository: the git address of this directory, with ?ref=<version>

  consumer_role_arns      = ["arn:aws:iam::123456789012:role/data-products/*"]
  dmm_api_key_secret_name = "dmm/api_key"
  packages_directory      = "${path.root}/packages"
}
