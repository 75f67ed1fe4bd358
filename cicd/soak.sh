# shellcheck shell=bash
# ./cicd.sh soak: the random walk of tests/scenarios/soak, for as long as one likes. A bounded part runs with the tests.

readonly SOAK=$BUILD/soak

soak() {
  local minutes=10 events="" seed="$RANDOM$RANDOM" report
  while (($# > 0)); do
    case "$1" in
      --minutes) minutes="${2:-}" events="" ;;
      --events) events="${2:-}" ;;
      --seed) seed="${2:-}" ;;
      *) wrong_usage "soak takes --minutes, --events and --seed, not $1" ;;
    esac
    [[ "${2:-}" =~ ^[0-9]+$ ]] || wrong_usage "$1 takes a whole number"
    shift 2
  done
  require cargo cc
  mkdir -p "$SOAK"
  report="$PWD/$SOAK/$seed.json"
  local settings=(SEED="$seed" SOAK_SECONDS="$((minutes * 60))" SOAK_REPORT="$report")
  [[ -z "$events" ]] || settings+=(SOAK_EVENTS="$events")
  walk "${settings[@]}"
}

# Lines for people as they come, everything else in the log; a log without such a line is shown.
walk() {
  local code=0
  env "$@" cargo test --config cicd/soak.toml --workspace --locked --quiet --test scenarios -- \
    --exact --ignored --nocapture soak::the_long_walk 2>&1 \
    | tee "$SOAK/log" | { grep --line-buffered 'soak: ' || true; } || code=$?
  grep -q '^soak: ' "$SOAK/log" || cat "$SOAK/log"
  printf 'report: %s\n' "$SOAK/$seed.json"
  return "$code"
}
