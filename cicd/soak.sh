# shellcheck shell=bash
# ./cicd.sh soak: the random walk of tests/scenarios/soak, for as long as one likes. A bounded part runs with the tests.

readonly SOAK=$BUILD/soak

soak() {
  local minutes=10 seed="$RANDOM$RANDOM" report code=0
  while (($# > 0)); do
    case "$1" in
      --minutes) minutes="${2:-}" ;;
      --seed) seed="${2:-}" ;;
      *) wrong_usage "soak takes --minutes and --seed, not $1" ;;
    esac
    shift $(($# > 1 ? 2 : 1))
  done
  [[ "$minutes" =~ ^[0-9]+$ && "$seed" =~ ^[0-9]+$ ]] || wrong_usage "minutes and seed are whole numbers"
  require cargo cc
  mkdir -p "$SOAK"
  report="$PWD/$SOAK/$seed.json"
  SEED="$seed" SOAK_SECONDS="$((minutes * 60))" SOAK_REPORT="$report" \
    cargo test --workspace --locked --quiet --test scenarios -- --exact --ignored --nocapture soak::the_long_walk \
    >"$SOAK/log" 2>&1 || code=$?
  grep '^soak: ' "$SOAK/log" || cat "$SOAK/log"
  printf 'report: %s\n' "$SOAK/$seed.json"
  return "$code"
}
