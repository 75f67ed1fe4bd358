#!/usr/bin/env bash
# The one way to try, check, build, deploy and take away, for people and for CI alike.
# Everything it makes lies below .build/ and target/, which git ignores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly BUILD=.build FUNCTIONS=(poll_feed manage_iam_policies reconcile ingest_glue)

# shellcheck source=cicd/tools.sh
source cicd/tools.sh
# shellcheck source=cicd/terraform.sh
source cicd/terraform.sh
# shellcheck source=cicd/local.sh
source cicd/local.sh
# shellcheck source=cicd/bench.sh
source cicd/bench.sh
# shellcheck source=cicd/checks.sh
source cicd/checks.sh
# shellcheck source=cicd/soak.sh
source cicd/soak.sh
# shellcheck source=cicd/mutants.sh
source cicd/mutants.sh
# shellcheck source=cicd/release.sh
source cicd/release.sh
# shellcheck source=cicd/deploy.sh
source cicd/deploy.sh
# shellcheck source=cicd/destroy.sh
source cicd/destroy.sh

usage() {
  cat <<'TEXT'
usage: ./cicd.sh <command>

  local [--keep]       run the whole integration on this machine and show it; --keep leaves it running, with a page to try it;
                       --generation=data-usage-agreement: with a catalog of the old generation
  prove                deploy on this machine, and prove permissions, alarms, upgrade and removal
  test                 all checks, local and prove among them
  terraform [version]  validate and test terraform alone, with this version of its provider: '5.100.0', '~> 6.0'
  soak                 a random walk over the whole system, with faults and crashes; ends at once where something is wrong
    --minutes N        how long; 10
    --events N         instead: so many events over a simulated week, a million for statement 73
    --seed S           repeats a walk; otherwise another one each time
  mutants [crate]...   break the code, one spot after the other, and list what no test notices; domain and access, hours.
                       It goes on where an earlier run ended
    --shard K/N        only this part: 0/4 is the first of four
    --fresh            forget earlier runs
  bench                measure speed, calls and sizes of the release binaries; report in .build/bench
    --check            fail where calls, instructions, policies or zips are a tenth above tests/bench/baseline.json
    --write            make this report the baseline, and write it into docs/performance.md
    --latency=<ms>     how long each call takes (5)
    --runs=<n>         how often each measurement is repeated (7)
  build [arch]         release packages into .build/dist/<arch>; arm64 (default) or x86_64
  release <version>    packages for both processors, component and licence lists, checksums: .build/release/<version>
  plan                 what terraform would change, for the packages built
  <version>            test, build, list and deploy, for example ./cicd.sh v0.0.1
  destroy              remove the deployment; refuses while grants are in force
    --revoke           revoke every grant first
    --delete-ledger    delete the bucket with cursor and ledger too
    --yes              do not ask; a pipeline has to say this
  help                 this text

settings (environment):
  ARCHITECTURE         processor of the functions for build, plan and <version>: arm64 or x86_64
  TF_PLUGIN_DIR        directory of terraform provider packages, used instead of the registry
  TF_VAR_...           terraform variables that stand in no file, such as TF_VAR_dmm_api_key
  DMM_AWS              the program dmm-aws for destroy, if it should not be built
TEXT
}

main() {
  case "${1:-}" in
    local) run_local "${@:2}" ;;
    prove) prove ;;
    test) run_test ;;
    terraform) run_terraform "${2:-}" ;;
    soak) soak "${@:2}" ;;
    mutants) run_mutants "${@:2}" ;;
    bench) run_bench "${@:2}" ;;
    build) build "${2:-${ARCHITECTURE:-arm64}}" ;;
    release) release "${2:-}" ;;
    plan) plan ;;
    destroy) destroy "${@:2}" ;;
    v[0-9]* | [0-9]*) deploy "$1" ;;
    help | --help | -h) usage ;;
    "") wrong_usage "a command or a version is missing" ;;
    *) wrong_usage "$1 is neither a command nor a version" ;;
  esac
}

wrong_usage() {
  printf 'error: %s; ./cicd.sh help lists what there is\n' "$1" >&2
  exit 64
}

main "$@"
