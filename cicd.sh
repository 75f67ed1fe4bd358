#!/usr/bin/env bash
# The one way to try, check, build and deploy, for people and for CI alike.
# Everything it makes lies below .build/ and target/, which git ignores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly BUILD=.build FUNCTIONS=(poll_feed manage_iam_policies)
readonly EMULATOR=(ministack==1.5.33 cbor2==6.2.1)
readonly CROSS_COMPILER=(cargo-zigbuild==0.24.0 ziglang==0.17.1)
# The C library of provided.al2023: a binary that asks for a newer one does not start there.
readonly GLIBC=2.34

usage() {
  cat <<'TEXT'
usage: ./cicd.sh <command>

  local [--keep]   run the whole integration on this machine and show it; --keep leaves it running;
                   --generation=data-usage-agreement: with a catalog of the old generation
  test             all checks, and one deployed end-to-end run
  build [arch]     release packages into .build/dist/<arch>; arm64 (default) or x86_64
  plan             what terraform would change, for the packages built
  <version>        test, build and deploy, for example ./cicd.sh v0.0.1
  help             this text

settings (environment):
  ARCHITECTURE     processor of the functions for build, plan and <version>: arm64 or x86_64
  TF_PLUGIN_DIR    directory of terraform provider packages, used instead of the registry
  TF_VAR_...       terraform variables that stand in no file, such as TF_VAR_dmm_api_key
TEXT
}

main() {
  case "${1:-}" in
    local) run_local "${@:2}" ;;
    test) run_test ;;
    build) build "${2:-${ARCHITECTURE:-arm64}}" ;;
    plan) plan ;;
    v[0-9]*) deploy "$1" ;;
    help | --help | -h) usage ;;
    *) wrong_usage ;;
  esac
}

wrong_usage() {
  usage >&2
  exit 64
}

loud() { printf '\n*** %s\n\n' "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Names every missing tool at once, not one for each attempt.
require() {
  local tool missing=0
  for tool in "$@"; do
    has "$tool" && continue
    missing=1
    case "$tool" in
      cargo) echo "error: cargo is missing: install Rust with rustup" ;;
      cc) echo "error: a C compiler is missing: it links Rust programs (Debian: gcc libc6-dev)" ;;
      python3) echo "error: python3 with its venv module is missing: install 3.10 or later (Debian: python3 python3-venv)" ;;
      terraform) echo "error: terraform is missing: install 1.11 or later and put it on the PATH" ;;
      *) echo "error: $tool is missing" ;;
    esac >&2
  done
  ((missing == 0)) || exit 1
}

has() {
  case "$1" in
    python3) python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# make_venv <name> <package>...: made anew only when it should hold something else.
make_venv() {
  local venv="$BUILD/$1"
  shift
  if [[ -f "$venv/holds" && "$(<"$venv/holds")" == "$*" ]] && "$venv/bin/python" -c '' 2>/dev/null; then
    return
  fi
  echo "installing $* into $venv"
  rm -rf "$venv"
  python3 -m venv "$venv" &&
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@" &&
    echo "$*" >"$venv/holds"
}

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

run_local() {
  [[ "$*" =~ ^(--keep|--generation=[a-z-]+| )*$ ]] || wrong_usage
  require cargo cc python3 terraform
  prepare_terraform
  provider_is_available ||
    fail "terraform cannot get its provider: set TF_PLUGIN_DIR to a directory that holds hashicorp/aws, or give access to the registry ($BUILD/provider-probe/log)"
  make_venv venv "${EMULATOR[@]}" || fail "the emulator cannot be installed: is the Python package index reachable?"
  echo "building the functions and the local program"
  cargo build --locked --bins -p local -p poll_feed -p manage_iam_policies
  target/debug/local run ${PLUGIN_DIR:+--plugin-dir "$PLUGIN_DIR"} "$@"
}

# Cheap stages first, one after the other; the first failure ends the run.
run_test() {
  local lacking=""
  require cargo cc python3
  prepare_terraform
  REPORT=()
  CURRENT=""
  trap report_stages EXIT
  has terraform || lacking="terraform is not installed"
  [[ -n "$lacking" ]] || provider_is_available ||
    lacking="terraform cannot get its provider (set TF_PLUGIN_DIR, or see $BUILD/provider-probe/log)"
  stage "format" "" cargo fmt --all --check
  stage "domain without I/O" "" check_domain_is_pure
  stage "shell scripts" "$(has shellcheck || echo "shellcheck is not installed")" shellcheck cicd.sh .ci/run
  stage "terraform fmt, validate, test" "$lacking" check_terraform
  stage "lints" "" cargo clippy --workspace --all-targets --locked -- -D warnings
  stage "tests" "" run_tests
  stage "deployed end-to-end run" "$lacking" run_local
}

# stage <name> <reason to skip it> <command>...
stage() {
  local started=$SECONDS
  if [[ -n "$2" ]]; then
    loud "SKIPPED: $1: $2"
    REPORT+=("SKIPPED    $1: $2")
    return
  fi
  CURRENT="$1"
  printf '\n==> %s\n' "$1"
  "${@:3}"
  REPORT+=("$(printf 'ok %5d s  %s' "$((SECONDS - started))" "$1")")
  CURRENT=""
}

report_stages() {
  local code=$?
  [[ -z "$CURRENT" ]] || REPORT+=("FAILED     $CURRENT")
  printf '\n'
  ((${#REPORT[@]} == 0)) || printf '%s\n' "${REPORT[@]}"
  printf '%8d s  in all\n' "$SECONDS"
  exit "$code"
}

check_domain_is_pure() {
  local found
  found="$(cargo tree --locked -p domain -e normal --prefix none | grep -E '^(tokio|reqwest|hyper|axum|aws|lambda)' || true)"
  [[ -z "$found" ]] || fail "domain holds values and pure functions and must not depend on ${found//$'\n'/, }"
}

# Either runner ends with a line that counts.
run_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo test --workspace --locked --doc --quiet >"$BUILD/tests.log" 2>&1 || { cat "$BUILD/tests.log"; return 1; }
    cargo nextest run --workspace --locked --status-level fail
  else
    cargo test --workspace --locked 2>&1 | tee "$BUILD/tests.log"
    awk '/^test result:/ { passed += $4; ignored += $8 } END { print passed " tests passed, " ignored " ignored" }' "$BUILD/tests.log"
  fi
}

# On a copy, so that no lock file appears in the repository.
check_terraform() {
  local copy="$BUILD/terraform-check" directory
  terraform fmt -check -recursive -diff terraform
  terraform fmt -check -recursive -diff local/terraform
  rm -rf "$copy"
  mkdir -p "$copy/local"
  cp -R terraform "$copy/"
  cp -R local/terraform "$copy/local/"
  for directory in local/terraform terraform; do
    terraform_init "$copy/$directory" "$copy/data/$directory" -backend=false >"$copy/log" 2>&1 || { cat "$copy/log"; return 1; }
    terraform -chdir="$copy/$directory" validate
  done
  terraform -chdir="$copy/terraform" test
}

triple_of() {
  case "$1" in
    arm64) echo aarch64-unknown-linux-gnu ;;
    x86_64) echo x86_64-unknown-linux-gnu ;;
    *) echo "the architecture is arm64 or x86_64, not $1" >&2; exit 64 ;;
  esac
}

build() {
  local triple function zip sum
  triple="$(triple_of "$1")"
  require cargo cc python3
  compile "$triple"
  cargo build --locked -p local
  for function in "${FUNCTIONS[@]}"; do
    zip="$BUILD/dist/$1/$function.zip"
    target/debug/local package "target/$triple/release/$function" "$zip"
    sum="$({ sha256sum "$zip" 2>/dev/null || shasum -a 256 "$zip"; } | cut -d ' ' -f 1)"
    printf '%6d KiB  %s  %s\n' "$(($(wc -c <"$zip") / 1024))" "$sum" "$zip"
  done
}

# The same source gives the same bytes: neither this directory nor cargo's own enters a binary.
compile() {
  local cargo=(cargo build --target "$1")
  [[ -d "$(rustc --print target-libdir --target "$1")" ]] || rustup target add "$1"
  if make_venv build-venv "${CROSS_COMPILER[@]}"; then
    cargo=(cargo zigbuild --target "$1.$GLIBC")
  elif [[ "$(rustc -vV)" == *"host: $1"* ]]; then
    loud "zig cannot be installed: linked with this machine's C library, and the functions need that version or a newer one"
  else
    fail "zig cannot be installed: is the Python package index reachable? Without it this machine cannot build for $1"
  fi
  CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$PWD=."$'\x1f'"--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo" \
    PATH="$PWD/$BUILD/build-venv/bin:$PATH" "${cargo[@]}" --release --locked -p poll_feed -p manage_iam_policies
}

require_variables() {
  [[ -f terraform/terraform.tfvars ]] ||
    fail "terraform/terraform.tfvars is missing: copy terraform/terraform.example.tfvars to it and change it"
}

# in_account <command> <architecture> [option]...: the real root module, with its own state or backend.
in_account() {
  prepare_terraform
  terraform_init terraform "$BUILD/terraform-data" >&2
  terraform -chdir=terraform "$1" "-var=packages_directory=$PWD/$BUILD/dist/$2" "-var=architecture=$2" "${@:3}"
}

plan() {
  local arch="${ARCHITECTURE:-arm64}" function zip
  require terraform
  require_variables
  for function in "${FUNCTIONS[@]}"; do
    zip="$BUILD/dist/$arch/$function.zip"
    [[ -f "$zip" ]] || fail "$zip is missing: run ./cicd.sh build $arch"
  done
  in_account plan "$arch"
}

# A person is asked before anything changes; a pipeline has said yes by starting this.
deploy() {
  local arch="${ARCHITECTURE:-arm64}" options=("-var=source_version=$1")
  [[ "$1" =~ ^v[0-9]+\.[0-9]+\.[0-9]+([-+.][0-9A-Za-z.+-]+)?$ ]] || fail "$1 is no version: it looks like v1.2.3"
  require cargo cc python3 terraform git
  [[ -z "$(git status --porcelain)" ]] ||
    fail "the work tree has changes that are not committed: a version is made from what is committed"
  require_variables
  triple_of "$arch" >/dev/null
  (run_test)
  build "$arch"
  [[ -t 0 ]] || options+=(-auto-approve)
  in_account apply "$arch" "${options[@]}"
}

main "$@"
