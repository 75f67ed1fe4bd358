# shellcheck shell=bash
# Terraform: where its provider comes from, and the root module as it is deployed.

# Sets PLUGIN_DIR, and how terraform behaves in every command below.
prepare_terraform() {
  PLUGIN_DIR="${TF_PLUGIN_DIR:-$(find_plugin_dir)}"
  [[ -z "$PLUGIN_DIR" || -d "$PLUGIN_DIR" ]] || fail "TF_PLUGIN_DIR is $PLUGIN_DIR, which is no directory"
  # A configuration file that is named but not there only makes terraform complain.
  [[ -e "${TF_CLI_CONFIG_FILE:-/}" ]] || unset TF_CLI_CONFIG_FILE
  # What the registry gave is kept for the next time; the copies below have no lock file to compare with.
  export TF_PLUGIN_CACHE_DIR="$PWD/$BUILD/terraform-plugins" TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=1
  export CHECKPOINT_DISABLE=1
  [[ -t 1 ]] || export TF_CLI_ARGS=-no-color
  mkdir -p "$TF_PLUGIN_CACHE_DIR"
}

# Where people and distributions put provider packages.
find_plugin_dir() {
  local dir
  for dir in "$HOME/.terraform.d/plugins" /usr/local/share/terraform/plugins /usr/share/terraform/plugins /opt/*; do
    if compgen -G "$dir/*/hashicorp/aws/*" >/dev/null; then
      echo "$dir"
      return
    fi
  done
}

# terraform_init <directory> <data directory> [option]...
terraform_init() {
  export TF_DATA_DIR="$PWD/$2"
  # Terraform remembers a plugin directory; the one of today counts.
  rm -f "$TF_DATA_DIR/plugin_path"
  terraform -chdir="$1" init -input=false ${PLUGIN_DIR:+"-plugin-dir=$PLUGIN_DIR"} "${@:3}"
}

# Whether the provider can be had at all, asked with a configuration that cannot be wrong.
provider_is_available() {
  local probe="$BUILD/provider-probe"
  rm -rf "$probe"
  mkdir -p "$probe"
  printf '%s\n' 'terraform {' 'required_providers {' 'aws = { source = "hashicorp/aws" }' '}' '}' >"$probe/main.tf"
  TF_REGISTRY_CLIENT_TIMEOUT=15 terraform_init "$probe" "$probe/data" >"$probe/log" 2>&1
}

# copy_terraform <directory>: what the repository holds, without the user's own backend, overrides, variables and state.
copy_terraform() {
  rm -rf "$1"
  mkdir -p "$1/local"
  cp -R terraform "$1/"
  cp -R local/terraform "$1/local/"
  find "$1" \( -name backend.tf -o -name override.tf -o -name '*_override.tf' -o -name '*.tfstate*' -o -name '.terraform*' \
    -o -name '*.tfvars' ! -name '*.example.tfvars' \) -prune -exec rm -rf {} +
  [[ -z "${PROVIDER_VERSION:-}" ]] || bind_provider "$1"
}

# A copy can be bound to one version of the provider: terraform merges a file of this name over the others.
bind_provider() {
  local directory
  for directory in terraform local/terraform; do
    printf 'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = "%s"\n    }\n  }\n}\n' \
      "$PROVIDER_VERSION" >"$1/$directory/provider_override.tf"
  done
}

require_variables() {
  [[ -f terraform/terraform.tfvars ]] ||
    fail "terraform/terraform.tfvars is missing: copy terraform/terraform.example.tfvars to it and change it"
}

# The real root module, with its own state or backend. Its tests, and the examples they load, have no part in it.
enter_account() {
  prepare_terraform
  terraform_init terraform "$BUILD/terraform-data" -test-directory=none >&2
}

# in_account <command> <architecture> [option]...: after enter_account.
in_account() {
  terraform -chdir=terraform "$1" "-var=packages_directory=$PWD/$BUILD/dist/$2" "-var=architecture=$2" "${@:3}"
}
