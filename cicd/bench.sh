# shellcheck shell=bash
# ./cicd.sh bench: how fast, with how many calls, how large.

readonly BASELINE=tests/bench/baseline.json MEASURED=(poll_feed manage_iam_policies)

# run_bench [--check] [--write] [--latency=<ms>] [--runs=<n>]: release binaries for this machine's processor.
run_bench() {
  local option architecture triple latency=5 runs=7 check="" write=""
  for option in "$@"; do
    case "$option" in
      --check) check=yes ;;
      --write) write=yes ;;
      --latency=*) latency="${option#*=}" ;;
      --runs=*) runs="${option#*=}" ;;
      *) wrong_usage "bench takes --check, --write, --latency=<ms> and --runs=<n>" ;;
    esac
  done
  require cargo cc python3
  architecture="$(this_processor)"
  triple="$(triple_of "$architecture")"
  compile "$triple" "${MEASURED[@]}"
  cargo build --locked --release -p bench_planning
  build_programs
  pack_measured "$triple" "$BUILD/bench/zips"
  target/debug/bench measure --binaries "target/$triple/release" --zips "$BUILD/bench/zips" \
    --architecture "$architecture" --planning target/release/bench_planning \
    --latency-milliseconds "$latency" --runs "$runs" --out "$BUILD/bench"
  [[ -z "$write" ]] || accept_bench
  [[ -z "$check" ]] || target/debug/bench check "$BUILD/bench/report.json" "$BASELINE"
}

this_processor() {
  case "$(uname -m)" in
    aarch64 | arm64) echo arm64 ;;
    *) echo x86_64 ;;
  esac
}

pack_measured() {
  local function
  for function in "${MEASURED[@]}"; do
    target/debug/local package "target/$1/release/$function" "$2/$function.zip"
  done
}

# The report becomes what later ones are compared with, and what the documents show.
accept_bench() {
  target/debug/bench accept "$BUILD/bench/report.json" "$BASELINE"
  target/debug/bench paste "$BUILD/bench/report.md" docs/performance.md
}

# The part that repeats on any machine and takes no time: calls and policies, of the binaries that the tests use.
check_calls() {
  build_programs
  target/debug/bench measure --binaries target/debug --only-calls --runs 1 --latency-milliseconds 0 \
    --out "$BUILD/bench-calls" >/dev/null
  target/debug/bench check "$BUILD/bench-calls/report.json" "$BASELINE"
}
