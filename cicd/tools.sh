# shellcheck shell=bash
# What every part uses: words for people, and the tools that are missing.

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
      node) echo "error: node with npm is missing: install 20 or later" ;;
      terraform) echo "error: terraform is missing: install 1.11 or later and put it on the PATH" ;;
      *) echo "error: $tool is missing" ;;
    esac >&2
  done
  ((missing == 0)) || exit 1
}

has() {
  case "$1" in
    python3) python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ;;
    node) command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null ;;
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

# make_cargo_tool <package> <version> [option]...: built once, in minutes, and kept.
make_cargo_tool() {
  grep -q "^\"$1 $2 (" "$BUILD/tools/.crates.toml" 2>/dev/null && return
  echo "building $1 $2 into $BUILD/tools"
  cargo install --quiet --locked --root "$BUILD/tools" "${@:3}" "$1@$2"
}

# Runs cargo with the tools above as its subcommands.
cargo_with_tools() { PATH="$PWD/$BUILD/tools/bin:$PATH" cargo "$@"; }

# without <thing> <command>...: makes the thing, or says why a stage has to be skipped.
without() { "${@:2}" >&2 || echo "$1 cannot be had here, see above"; }

# sha256 <file>...: as sha256sum prints it, also where only shasum exists.
sha256() { if has sha256sum; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }

# What a test may neither use nor see: terraform variables, credentials, tokens and keys of whoever started it. Neither do
# files of credentials count, nor a machine's own role. For this shell and all that it starts.
leave_the_caller_out() {
  local name
  while IFS= read -r name; do
    case "$name" in
      AWS_* | TF_VAR_* | TF_TOKEN_* | TF_CLI_ARGS* | TF_WORKSPACE | DMM_*_KEY* | DMM_KEY*) unset "$name" ;;
    esac
  done < <(compgen -e)
  export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
}
