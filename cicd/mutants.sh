# shellcheck shell=bash
# ./cicd.sh mutants: breaks the code in one spot after the other, and lists what no test notices. Hours, so no part of test.

readonly CARGO_MUTANTS=27.1.0 MUTANTS="$BUILD/mutants"
# The crates that decide who may read what: nearly all of their mutants have to be caught, by tests of their own.
readonly DECIDING=(domain access)

# run_mutants [crate]... [--shard K/N] [--fresh]: a run that was ended, or one after new tests, goes on where the last one was.
run_mutants() {
  local crates=() shard="" fresh="" crate folder
  while (($# > 0)); do
    case "$1" in
      --fresh) fresh=yes ;;
      --shard)
        [[ "${2:-}" =~ ^[0-9]+/[1-9][0-9]*$ ]] || wrong_usage "--shard takes a part, such as 0/4 for the first of four"
        shard="$2"
        shift
        ;;
      -*) wrong_usage "mutants takes crates, --shard K/N and --fresh, not $1" ;;
      *) crates+=("$1") ;;
    esac
    shift
  done
  ((${#crates[@]} > 0)) || crates=("${DECIDING[@]}")
  require cargo cc python3
  make_cargo_tool cargo-mutants "$CARGO_MUTANTS"
  for crate in "${crates[@]}"; do
    folder="$MUTANTS/$crate${shard:+-${shard/\//-of-}}"
    [[ -z "$fresh" ]] || rm -rf "$folder"
    mutate "$folder/own" --package "$crate" ${shard:+--shard "$shard"} --iterate
    try_survivors "$folder" "$crate"
  done
  report_mutants
}

# mutate <folder> <option>...: 2 and 3 say that mutants were missed, or ran into the time limit; that is for the report.
mutate() {
  local code=0 tool=()
  mkdir -p "$1"
  # A process for each test: what one test does to the log of its process cannot fail another and pass for a catch.
  if cargo nextest --version >/dev/null 2>&1; then tool=(--test-tool nextest); fi
  cargo_with_tools mutants --output "$1" --colors never ${tool[@]+"${tool[@]}"} "${@:2}" || code=$?
  ((code == 0 || code == 2 || code == 3)) || fail "cargo mutants ended with $code; its logs are in $1/mutants.out"
}

# Survivors of the crate's own tests meet the scenarios, which take minutes for each of them.
try_survivors() {
  local survivors=()
  mapfile -t survivors < <(sed 's/[][\\.*^$+?(){}|]/\\&/g; s/^/^/; s/$/$/' "$1/own/mutants.out/missed.txt")
  rm -rf "$1/scenarios"
  ((${#survivors[@]} > 0)) || return 0
  mutate "$1/scenarios" --package "$2" --test-package scenarios "${survivors[@]/#/--re=}"
}

# Fails where a deciding crate has too many survivors.
report_mutants() {
  python3 cicd/mutants.py --fewest 95 --deciding "${DECIDING[@]}" -- "$MUTANTS"/*/
}
