# shellcheck shell=bash
# The whole integration on this machine: to look at, and as a proof.

readonly EMULATOR=(ministack==1.5.33 cbor2==6.2.1)

# run_local [option]...: the demonstration.
run_local() {
  [[ "$*" =~ ^(--keep|--generation=[a-z-]+| )*$ ]] || wrong_usage "local takes --keep and --generation=<name>"
  prepare_local
  target/debug/local run ${PLUGIN_DIR:+--plugin-dir "$PLUGIN_DIR"} "$@"
}

# Permissions, alarms, upgrade and the end, on a deployment of its own.
prove() {
  require node
  prepare_local
  target/debug/local prove ${PLUGIN_DIR:+--plugin-dir "$PLUGIN_DIR"}
}

prepare_local() {
  leave_the_caller_out
  require cargo cc python3 terraform
  prepare_terraform
  provider_is_available ||
    fail "terraform cannot get its provider: set TF_PLUGIN_DIR to a directory that holds hashicorp/aws, or give access to the registry ($BUILD/provider-probe/log)"
  make_venv venv "${EMULATOR[@]}" || fail "the emulator cannot be installed: is the Python package index reachable?"
  build_programs
}

# Always the same ones together: cargo builds the libraries anew for another set.
build_programs() {
  echo "building the functions and the local program"
  cargo build --locked --bins -p local "${FUNCTIONS[@]/#/--package=}" -p dmm-aws -p bench
}
