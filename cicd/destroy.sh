# shellcheck shell=bash
# ./cicd.sh destroy: takes the integration out of an account. No grant may outlive it, because afterwards nothing
# revokes any more.

destroy() {
  local revoke=no ledger=keep
  read_options "$@"
  require terraform python3
  require_variables
  enter_account
  STATE="$(terraform -chdir=terraform show -json)"
  find_deployment
  [[ -n "$ADDRESSES$BUCKET" ]] || { echo "nothing is deployed: terraform's state is empty"; return; }
  [[ "$APPROVAL" == -auto-approve || -t 0 ]] || fail "nobody is here to ask: ./cicd.sh destroy --yes says that it is meant"
  [[ -n "$BUCKET" ]] || loud "the ledger is not in terraform's state any more: grants that were left cannot be found"
  make_program
  [[ "$revoke" == no ]] || revoke_grants
  no_grant_in_force ||
    fail "grants are in force, and without the functions nobody ends them: ./cicd.sh destroy --revoke revokes them first"
  destroy_all_but_ledger
  # Until a moment ago a grant could still be made.
  no_grant_in_force ||
    fail "grants were made meanwhile, and the functions are gone: deploy again, then ./cicd.sh destroy --revoke"
  [[ "$ledger" == keep ]] || destroy_ledger
  say_what_stays
}

# Sets the caller's revoke and ledger, and whether terraform asks.
read_options() {
  local option
  APPROVAL=-input=true
  for option in "$@"; do
    case "$option" in
      --revoke) revoke=yes ;;
      --delete-ledger) ledger=delete ;;
      --yes) APPROVAL=-auto-approve ;;
      *) wrong_usage "destroy takes --revoke, --delete-ledger and --yes" ;;
    esac
  done
}

deployed() { python3 cicd/deployed.py "$@" <<<"$STATE"; }

# Asked before anything goes, because the answers go with it.
find_deployment() {
  ADDRESSES="$(deployed all-but-ledger)"
  BUCKET="$(deployed bucket)"
  GUARD="$(deployed guard)"
  PREFIX="$(deployed grants-prefix)"
  QUEUE_URL="$(deployed queue-url)"
  SECRET="$(deployed secret)"
  DEPLOYED_ARCHITECTURE="$(deployed architecture)"
  ARCHITECTURE="${DEPLOYED_ARCHITECTURE:-arm64}"
  VERSION="$(deployed source-version)"
  # Who applied force_destroy_state = true has decided already.
  [[ "$(deployed bucket-may-go)" != True ]] || ledger=delete
}

# The program that reads the ledger. DMM_AWS names one that is built already.
make_program() {
  PROGRAM="${DMM_AWS:-target/debug/dmm-aws}"
  [[ -z "${DMM_AWS:-}" ]] || return 0
  require cargo cc
  cargo build --quiet --locked --bin dmm-aws
}

# Prints the grants in force. Not being able to read the ledger is neither yes nor no.
no_grant_in_force() {
  local code=0
  [[ -n "$BUCKET" ]] || return 0
  "$PROGRAM" grants --bucket "$BUCKET" --grants-prefix "$PREFIX" || code=$?
  ((code == 0 || code == 2)) || fail "the ledger in $BUCKET cannot be read: see above. Nothing more is changed"
  ((code == 0))
}

# Lets the deployed function take back all it ever gave, whatever the catalog says.
revoke_grants() {
  no_grant_in_force && return
  [[ -n "$DEPLOYED_ARCHITECTURE" ]] ||
    fail "the function that revokes is gone: deploy again, then ./cicd.sh destroy --revoke"
  require_deployed_code
  loud "the grants above are revoked now: the schedules are switched off, and the function revokes instead of comparing"
  # Only these change; neither the API key nor another function is needed for that.
  in_account apply "$ARCHITECTURE" -var=mode=revoke -var=schedule_enabled=false \
    "-var=source_version=$VERSION" \
    -target=module.manage_iam_policies.aws_lambda_function.this -target=aws_cloudwatch_event_rule.poll_feed \
    -target=aws_cloudwatch_event_rule.reconcile "$APPROVAL"
  "$PROGRAM" revoke-all --bucket "$BUCKET" --grants-prefix "$PREFIX" --queue-url "$QUEUE_URL" ||
    fail "not every grant could be revoked, so nothing is destroyed. The function stays in mode revoke and the schedule off:
       remove the cause and run this again, or go back with ./cicd.sh <version> and read the feed again (docs/operations.md)"
}

# Changing the mode must not change the code as well.
require_deployed_code() {
  local other
  require_packages "$ARCHITECTURE"
  other="$(deployed other-package "$BUILD/dist/$ARCHITECTURE")"
  [[ -z "$other" ]] ||
    fail "$other is not the deployed package: check out $VERSION and run ./cicd.sh build $ARCHITECTURE, or deploy this version first"
}

# The bucket stays in terraform's state as well, with its guard: a later deployment finds it again.
destroy_all_but_ledger() {
  local address options=()
  [[ -n "$ADDRESSES" ]] || return 0
  while IFS= read -r address; do options+=("-target=$address"); done <<<"$ADDRESSES"
  in_account destroy "$ARCHITECTURE" "${options[@]}" "$APPROVAL"
}

# The guard refuses until terraform has forgotten it; it is nothing in AWS. Terraform deletes a bucket with objects in it only
# when its state says so, and that takes an apply.
destroy_ledger() {
  [[ -z "$GUARD" ]] || terraform -chdir=terraform state rm "$GUARD"
  in_account apply "$ARCHITECTURE" -var=force_destroy_state=true -target=aws_s3_bucket.state "$APPROVAL"
  in_account destroy "$ARCHITECTURE" "$APPROVAL"
  BUCKET=""
}

say_what_stays() {
  printf '\nGone: functions, roles, queues, schedule, alarms, logs. What stays:\n'
  [[ -z "$BUCKET" ]] || cat <<TEXT
  - the bucket $BUCKET: who had access to what (${PREFIX}), the last reports, and the place in the
    feed. A later deployment goes on from there. ./cicd.sh destroy --delete-ledger deletes it, all versions included
TEXT
  [[ -z "$SECRET" ]] || echo "  - the secret $SECRET, for the days of its recovery window (secret_recovery_days)"
  cat <<'TEXT'
  - the consumers' roles, without our policies; policies of other names were never touched
  - in the catalog: tags and custom fields that begin with aws-, and provisioning reports
  - terraform's state, wherever it lies
TEXT
}
