# shellcheck shell=bash
# ./cicd.sh plan and ./cicd.sh <version>: into the account whose credentials are in the environment.

plan() {
  local architecture="${ARCHITECTURE:-arm64}"
  triple_of "$architecture" >/dev/null
  require terraform
  require_variables
  require_packages "$architecture"
  enter_account
  in_account plan "$architecture"
}

# A person is asked before anything changes; a pipeline has said yes by starting this.
deploy() {
  local architecture="${ARCHITECTURE:-arm64}" options=("-var=source_version=$1")
  require_version "$1"
  triple_of "$architecture" >/dev/null
  require cargo cc python3 terraform git
  require_committed
  require_variables
  (run_test)
  build "$architecture"
  make_artefacts "$1" "$architecture"
  [[ -t 0 ]] || options+=(-auto-approve)
  enter_account
  in_account apply "$architecture" "${options[@]}"
}
