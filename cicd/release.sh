# shellcheck shell=bash
# Release packages, and what is published beside them.

readonly CROSS_COMPILER=(cargo-zigbuild==0.24.0 ziglang==0.17.1)
# The C library of provided.al2023: a binary that asks for a newer one does not start there.
readonly GLIBC=2.34
readonly CARGO_CYCLONEDX=0.5.9 CARGO_ABOUT=0.9.3

triple_of() {
  case "$1" in
    arm64) echo aarch64-unknown-linux-gnu ;;
    x86_64) echo x86_64-unknown-linux-gnu ;;
    *) echo "error: the architecture is arm64 or x86_64, not $1" >&2; exit 64 ;;
  esac
}

# build <architecture>: .build/dist/<architecture>/<function>.zip
build() {
  local triple function zip
  triple="$(triple_of "$1")"
  require cargo cc python3
  compile "$triple"
  cargo build --locked -p local
  for function in "${FUNCTIONS[@]}"; do
    zip="$BUILD/dist/$1/$function.zip"
    target/debug/local package "target/$triple/release/$function" "$zip"
    printf '%6d KiB  %s\n' "$(($(wc -c <"$zip") / 1024))" "$(sha256 "$zip")"
  done
}

# compile <triple> [function]...: all of them unless some are named.
# The same source gives the same bytes: neither this directory nor cargo's own enters a binary.
compile() {
  local cargo=(cargo build --target "$1") chosen=("${@:2}")
  ((${#chosen[@]} > 0)) || chosen=("${FUNCTIONS[@]}")
  [[ -d "$(rustc --print target-libdir --target "$1")" ]] || rustup target add "$1"
  if make_venv build-venv "${CROSS_COMPILER[@]}"; then
    cargo=(cargo zigbuild --target "$1.$GLIBC")
  elif [[ "$(rustc -vV)" == *"host: $1"* ]]; then
    loud "zig cannot be installed: linked with this machine's C library, and the functions need that version or a newer one"
  else
    fail "zig cannot be installed: is the Python package index reachable? Without it this machine cannot build for $1"
  fi
  CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$PWD=."$'\x1f'"--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo" \
    PATH="$PWD/$BUILD/build-venv/bin:$PATH" "${cargo[@]}" --release --locked "${chosen[@]/#/--package=}"
}

# release <version>: everything that is published, for both processors. Nothing is deployed.
release() {
  local architecture
  require_version "${1:-}"
  require cargo cc python3 git terraform
  require_committed
  LOCK_PROVIDERS=yes
  for architecture in arm64 x86_64; do build "$architecture"; done
  make_artefacts "$1" arm64 x86_64
}

require_version() {
  [[ -n "$1" ]] || fail "the version is missing: ./cicd.sh release v1.2.3"
  [[ "$1" =~ ^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)([-+][0-9A-Za-z.+-]+)?$ ]] ||
    fail "$1 is no version: it looks like v1.2.3"
}

# A version is made from what is committed, so that anybody can make it again.
require_committed() {
  git rev-parse --git-dir >/dev/null 2>&1 || fail "this is no git work tree: a version is made from what is committed"
  [[ -z "$(git status --porcelain)" ]] ||
    fail "the work tree has changes that are not committed: a version is made from what is committed"
}

# make_artefacts <version> <architecture>...: from the packages that are built already.
make_artefacts() {
  local out="$BUILD/release/$1" function architecture sums
  require_packages "${@:2}"
  make_cargo_tool cargo-cyclonedx "$CARGO_CYCLONEDX"
  make_cargo_tool cargo-about "$CARGO_ABOUT" --features cli
  copy_commit
  rm -rf "$out"
  mkdir -p "$out"
  for function in "${FUNCTIONS[@]}"; do
    for architecture in "${@:2}"; do
      cp "$BUILD/dist/$architecture/$function.zip" "$out/$function-$1-$architecture.zip"
      list_components "$function" "$architecture" >"$out/$function-$1-$architecture.cdx.json"
    done
    list_licences "$function" >"$out/$function-$1-licences.txt"
  done
  [[ -z "${LOCK_PROVIDERS:-}" ]] || lock_providers "$out/terraform.lock.hcl"
  sums="$(cd "$out" && sha256 -- *)"
  tee "$out/SHA256SUMS" <<<"$sums"
  echo "these, and SHA256SUMS, are in $out"
}

# The checksums of the provider for every platform that people deploy from. A lock file that terraform writes by itself knows one
# platform, and with a directory of packages only that directory's, so none is in the repository.
readonly PLATFORMS=(linux_amd64 linux_arm64 darwin_amd64 darwin_arm64)

# lock_providers <file>: from the registry.
lock_providers() {
  terraform -chdir="$COPY/terraform" providers lock "${PLATFORMS[@]/#/-platform=}"
  cp "$COPY/terraform/.terraform.lock.hcl" "$1"
}

# require_packages <architecture>...
require_packages() {
  local architecture function zip
  for architecture in "$@"; do
    for function in "${FUNCTIONS[@]}"; do
      zip="$BUILD/dist/$architecture/$function.zip"
      [[ -f "$zip" ]] || fail "$zip is missing: run ./cicd.sh build $architecture"
    done
  done
}

# The lists are made on a copy: one of the tools writes beside each Cargo.toml.
copy_commit() {
  COPY="$PWD/$BUILD/commit"
  rm -rf "$COPY"
  mkdir -p "$COPY"
  git archive HEAD | tar -x -C "$COPY"
  # The tools look at the dependencies of every system.
  cargo fetch --quiet --locked --manifest-path "$COPY/Cargo.toml"
}

# list_components <function> <architecture>: what is linked into it, as CycloneDX. The tool also names what only tests
# switch on; cargo's own list for this one function decides what stays.
list_components() {
  local manifest="$COPY/functions/$1/Cargo.toml" triple
  triple="$(triple_of "$2")"
  SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)" cargo_with_tools cyclonedx --quiet --format json --spec-version 1.5 \
    --target "$triple" --no-build-deps --override-filename components --manifest-path "$manifest" >&2
  cargo tree --locked --manifest-path "$manifest" --target "$triple" -e normal --prefix none --format '{p}' |
    python3 cicd/components.py "$COPY" "$COPY/functions/$1/components.json"
}

# list_licences <function>: the licences of what is linked into it, with their texts.
list_licences() {
  cargo_with_tools about generate --locked --offline --config cicd/about.toml \
    --manifest-path "$COPY/functions/$1/Cargo.toml" cicd/about.hbs
}
