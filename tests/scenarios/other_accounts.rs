//! Roles of consumers in other accounts: each account has an IAM of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use access::{Access, Assessor, RoleTurns};
use clients::fake::{FakeCatalog, FakeDoors, FakeIam, FakeObjects, FakeTables, Fault, Faults};
use clients::iam::{IamError, RolePolicies as _, Roles as _};
use clients::iam_accounts::IamAccounts;
use clients::ledger::Ledger;
use clients::role_inventory::RoleInventory as _;
use dmm_aws::diff::in_colours;
use dmm_aws::doctor::{self, Verdict};
use dmm_aws::proposal::Proposal;
use domain::Failure;
use domain::account::{AccountId, Reach};
use domain::ids::PolicyName;
use domain::ledger::State;
use domain::pattern::ArnPattern;
use domain::role::{RoleArn, RoleReference, RoleScope};
use indicatif::ProgressBar;
use lambda::deadline::Deadline;
use reconcile::handler::handle;
use reconcile::round::{Rounds, Summary, Tick};
use report::{Report, Tie};
use serde_json::{Value, json};
use survey::{KnownRoles, Pace, RevokeLimit, Survey};

use crate::delivery::record;
use crate::rounds::{RoundWorld, now, pass};
use crate::world::{CHURN, World, body, policy};

const OWN_ACCOUNT: &str = "123456789012";
const SALES: &str = "222222222222";
const STOCK: &str = "333333333333";
const SALES_CHURN: &str = "arn:aws:iam::222222222222:role/data-products/churn";
const STOCK_CHURN: &str = "arn:aws:iam::333333333333:role/data-products/churn";
const WAY: &str = "arn:aws:iam::222222222222:role/data-products/way";

type Iam = IamAccounts<FakeDoors>;
type Writer = Access<FakeCatalog, Iam, FakeObjects, FakeTables>;

/// The own account of [`World`], and two more, each with a role `churn` as in the own one.
struct Accounts {
    world: World,
    sales: FakeIam,
    stock: FakeIam,
    doors: FakeDoors,
    /// What goes wrong with calls of account [`SALES`] only.
    faults: Faults,
    connected: BTreeSet<AccountId>,
}

impl Accounts {
    fn new() -> Self {
        let mut world = World::new();
        world.access.now = now;
        let faults = Faults::default();
        let (sales, stock) = (FakeIam::new(faults.clone()), FakeIam::new(world.faults.clone()));
        sales.create_role(SALES_CHURN);
        stock.create_role(STOCK_CHURN);
        let doors = FakeDoors::new(world.faults.clone(), OWN_ACCOUNT);
        doors.lead(SALES, &sales, SALES);
        doors.lead(STOCK, &stock, STOCK);
        let connected = [SALES, STOCK].map(|account| account.parse().unwrap()).into();
        Self { world, sales, stock, doors, faults, connected }
    }

    fn disconnect(&mut self, account: &str) {
        self.connected.remove(&account.parse().unwrap());
    }

    fn reach(&self) -> Reach {
        Reach::new(Some(OWN_ACCOUNT.parse().unwrap()), self.connected.clone())
    }

    fn iam(&self) -> Iam {
        IamAccounts::new(self.world.iam.clone(), self.doors.clone(), self.reach(), false)
    }

    fn allowed(&self) -> RoleScope {
        let pattern = |account: &str| -> ArnPattern {
            format!("arn:aws:iam::{account}:role/data-products/*").parse().unwrap()
        };
        let patterns = [OWN_ACCOUNT, SALES, STOCK].map(pattern).to_vec();
        RoleScope::new(patterns, Vec::new()).within(self.reach(), vec![arn(WAY)])
    }

    fn assessor<R>(&self, roles: R) -> Assessor<FakeCatalog, R, FakeTables> {
        let own = &self.world.access.assessor;
        Assessor {
            catalog: self.world.catalog.clone(),
            roles,
            tables: self.world.tables.clone(),
            allowed: self.allowed(),
            consent: own.consent.clone(),
            role_field: own.role_field.clone(),
            home: own.home.clone(),
            resources: own.resources.clone(),
            notes: true,
            settles_in: own.settles_in,
        }
    }

    fn writer(&self) -> Writer {
        Access {
            assessor: self.assessor(self.iam()),
            ledger: Ledger::new(self.world.objects.clone(), "grants/".to_owned()),
            mode: self.world.access.mode,
            write_back: self.world.access.write_back,
            now: self.world.access.now,
            turns: RoleTurns::default(),
        }
    }

    /// An agreement of the consumer `product`, whose role is `role`.
    fn agree(&self, id: &str, product: &str, role: &str, active: bool) {
        let custom = json!({"aws-role-arn": role});
        let consumer =
            json!({"dataProductSpecification": "0.0.1", "id": product, "custom": custom});
        self.world.catalog.set_product(product, &consumer.to_string());
        let agreement = json!({
            "id": id, "info": {"purpose": "test", "status": "approved", "active": active},
            "provider": {"teamId": "t", "dataProductId": "warmers", "outputPortId": "s3"},
            "consumer": {"teamId": "t", "dataProductId": product}, "tags": [], "custom": {},
        });
        self.world.agree_with(id, &agreement);
    }

    /// Delivers one event; whether its message was acknowledged.
    async fn deliver(&self, event: &str, id: &str) -> bool {
        self.handle(record(0, id, &body(event, id, 0))).await
    }

    async fn handle(&self, record: Value) -> bool {
        let deadline = Deadline::within(Duration::from_mins(1));
        let writer = self.writer();
        let event = json!({"Records": [record]});
        let handled = manage_iam_policies::handler::handle(&writer, event, deadline).await;
        handled.unwrap().batch_item_failures.is_empty()
    }

    fn survey(&self) -> Survey<FakeCatalog, Iam, FakeObjects, FakeTables> {
        let known = KnownRoles::new(self.iam(), false, self.reach().own().cloned());
        Survey {
            assessor: self.assessor(known),
            ledger: Ledger::new(self.world.objects.clone(), "grants/".to_owned()),
            pace: Pace::per_second(1000),
        }
    }

    /// A round of `reconcile`, and its report.
    async fn round(&self) -> (Summary, Report) {
        let queue = clients::fake::FakeQueue::new(self.world.faults.clone());
        let Rounds { rules, objects, .. } = RoundWorld::rounds(&self.world, &queue);
        let survey = self.survey();
        let rounds = Rounds { survey, queue: queue.clone(), objects, rules };
        let ticked = handle(&rounds, Deadline::within(Duration::from_mins(15)), now).await;
        let finished = if let Ok(Tick::Finished(summary)) = &ticked { Some(summary) } else { None };
        let summary = finished.cloned();
        assert!(summary.is_some(), "the round did not end: {ticked:?}");
        for (place, message) in queue.sent().iter().enumerate() {
            assert!(self.handle(record(place, &message.group, &message.body)).await);
        }
        let text = self.world.objects.text("reports/latest/report.json").unwrap();
        (summary.unwrap(), Report::from_json(&text).unwrap())
    }
}

fn arn(text: &str) -> RoleArn {
    text.parse().unwrap()
}

fn holds(iam: &FakeIam, role: &str, id: &str) -> bool {
    iam.text(&arn(role), policy(id).as_str()).is_some()
}

/// The ids that are open in a report, with their kinds.
fn open(report: &Report) -> Vec<String> {
    let open = report.differences.iter().filter(|row| row.repaired.is_none());
    open.map(crate::rounds::in_short).collect()
}

#[tokio::test]
async fn a_right_is_given_and_taken_in_the_account_of_its_role() {
    let accounts = Accounts::new();
    accounts.agree("a", "churn-of-sales", SALES_CHURN, true);
    assert!(accounts.deliver("AccessActivated", "a").await);
    assert!(holds(&accounts.sales, SALES_CHURN, "a"));
    assert_eq!(accounts.world.iam.writes() + accounts.stock.writes(), 0, "nowhere else");
    let entry = accounts.world.ledger("a").unwrap();
    assert_eq!((entry.state, entry.role_arn), (State::Granted, Some(arn(SALES_CHURN))));
    accounts.agree("a", "churn-of-sales", SALES_CHURN, false);
    assert!(accounts.deliver("AccessDeactivated", "a").await);
    assert!(!holds(&accounts.sales, SALES_CHURN, "a"));
    assert_eq!(accounts.world.ledger("a").unwrap().state, State::Revoked);
}

#[tokio::test]
async fn a_right_that_moves_to_another_account_is_taken_in_the_old_one() {
    let accounts = Accounts::new();
    accounts.agree("a", "mover", SALES_CHURN, true);
    assert!(accounts.deliver("AccessActivated", "a").await);
    accounts.agree("a", "mover", STOCK_CHURN, true);
    assert!(accounts.deliver("AccessUpdated", "a").await);
    assert!(!holds(&accounts.sales, SALES_CHURN, "a"));
    assert!(holds(&accounts.stock, STOCK_CHURN, "a"));
}

#[tokio::test]
async fn roles_of_equal_names_in_two_accounts_are_kept_apart() {
    let accounts = Accounts::new();
    accounts.agree("here", "churn-here", CHURN, true);
    accounts.agree("there", "churn-there", SALES_CHURN, true);
    for id in ["here", "there"] {
        assert!(accounts.deliver("AccessActivated", id).await);
    }
    assert!(holds(&accounts.world.iam, CHURN, "here"));
    assert!(holds(&accounts.sales, SALES_CHURN, "there"));
    accounts.agree("there", "churn-there", SALES_CHURN, false);
    assert!(accounts.deliver("AccessDeactivated", "there").await);
    assert!(holds(&accounts.world.iam, CHURN, "here"), "the role of the same name keeps its right");
    assert!(!holds(&accounts.sales, SALES_CHURN, "there"));
}

#[tokio::test]
async fn a_role_that_is_only_named_is_one_of_the_own_account() {
    let accounts = Accounts::new();
    accounts.world.agree("a", "s3", true);
    assert!(accounts.deliver("AccessActivated", "a").await);
    assert!(holds(&accounts.world.iam, CHURN, "a"));
    assert_eq!(accounts.sales.snapshot()[&arn(SALES_CHURN)].len(), 0);
}

#[tokio::test]
async fn a_role_of_an_account_that_is_not_connected_is_refused_with_the_account() {
    let mut accounts = Accounts::new();
    accounts.disconnect(SALES);
    accounts.agree("a", "churn-of-sales", SALES_CHURN, true);
    assert!(accounts.deliver("AccessActivated", "a").await);
    assert_eq!(accounts.world.ledger("a").unwrap().state, State::Rejected);
    let told = accounts.world.shown_error("a");
    assert!(told.contains("AWS account 222222222222") && told.contains("operator"), "{told}");
    assert_eq!(accounts.world.faults.count("iam:GetRole"), 0, "nobody's IAM is asked");
}

#[tokio::test]
async fn the_role_that_leads_into_an_account_is_never_granted_to() {
    let accounts = Accounts::new();
    accounts.sales.create_role(WAY);
    accounts.agree("a", "thief", WAY, true);
    assert!(accounts.deliver("AccessActivated", "a").await);
    assert!(accounts.world.shown_error("a").contains("belongs to the integration itself"));
    assert_eq!(accounts.sales.writes(), 0);
}

#[tokio::test]
async fn credentials_of_another_account_neither_read_nor_write() {
    let accounts = Accounts::new();
    // The role of the same name exists behind the wrong door too.
    accounts.doors.lead(SALES, &accounts.stock, STOCK);
    accounts.agree("a", "churn-of-sales", SALES_CHURN, true);
    assert!(!accounts.deliver("AccessActivated", "a").await, "it stays on the queue");
    assert_eq!(accounts.stock.writes() + accounts.world.iam.writes(), 0);
    let refused = accounts.iam().policy(&arn(SALES_CHURN), &policy("a")).await.unwrap_err();
    assert_eq!(refused.failure(), Failure::Halt);
    let told = refused.to_string();
    assert!(told.contains(SALES) && told.contains(STOCK), "{told}");
}

#[tokio::test]
async fn own_credentials_that_lie_elsewhere_than_thought_change_nothing() {
    let mut accounts = Accounts::new();
    accounts.doors = FakeDoors::new(accounts.world.faults.clone(), STOCK);
    accounts.agree("a", "churn-here", CHURN, true);
    assert!(!accounts.deliver("AccessActivated", "a").await);
    assert_eq!(accounts.world.iam.writes(), 0);
}

#[tokio::test]
async fn whose_credentials_these_are_is_asked_once_for_each_account() {
    let accounts = Accounts::new();
    let iam = accounts.iam();
    for role in [SALES_CHURN, SALES_CHURN, STOCK_CHURN] {
        iam.delete(&arn(role), &policy("a")).await.unwrap();
    }
    assert_eq!(accounts.world.faults.count("sts:AssumeRole"), 2);
}

#[tokio::test]
async fn a_connection_that_failed_is_tried_again() {
    let accounts = Accounts::new();
    let iam = accounts.iam();
    let reference = RoleReference::Arn(arn(SALES_CHURN));
    accounts.world.faults.next("sts:AssumeRole", Fault::Unavailable);
    assert_eq!(iam.role(&reference).await.unwrap_err().failure(), Failure::Retry);
    assert!(iam.role(&reference).await.unwrap().is_some());
    accounts.world.faults.next("sts:AssumeRole", Fault::Denied);
    let denied = accounts.iam().role(&reference).await.unwrap_err();
    assert_eq!(denied.failure(), Failure::Halt);
    assert!(matches!(&denied, IamError::Unreachable { account, .. } if account.as_str() == SALES));
}

#[tokio::test(start_paused = true)]
async fn keys_of_a_connection_that_are_refused_are_read_again_once_and_the_call_repeated() {
    let accounts = Accounts::new();
    let (iam, role) = (accounts.iam(), arn(SALES_CHURN));
    let opened = || accounts.world.faults.count("sts:AssumeRole");
    let used = async || iam.used(&role, &PolicyName::of(&"acc-1".parse().unwrap())).await;
    used().await.unwrap();
    assert_eq!(opened(), 1);
    // Replaced in their secret while the process lives.
    accounts.faults.next("iam:ListRolePolicies", Fault::CredentialsRefused);
    used().await.unwrap();
    assert_eq!(opened(), 2);
    // Those that stay refused halt, and are not read for every call.
    accounts.faults.decide(|_| Some(Fault::CredentialsRefused));
    for _ in 0..3 {
        assert_eq!(used().await.unwrap_err().failure(), Failure::Halt);
    }
    assert_eq!(opened(), 2);
    tokio::time::advance(Duration::from_secs(31)).await;
    assert_eq!(used().await.unwrap_err().failure(), Failure::Halt);
    assert_eq!(opened(), 3);
    accounts.faults.none();
    used().await.unwrap();
    assert_eq!(opened(), 3);
}

#[tokio::test]
async fn a_missing_right_in_a_connected_account_does_not_follow_the_connection_again() {
    let accounts = Accounts::new();
    let (iam, role) = (accounts.iam(), arn(SALES_CHURN));
    accounts.faults.decide(|_| Some(Fault::Denied));
    let name = PolicyName::of(&"acc-1".parse().unwrap());
    assert_eq!(iam.used(&role, &name).await.unwrap_err().failure(), Failure::Halt);
    assert_eq!(accounts.world.faults.count("sts:AssumeRole"), 1);
}

#[tokio::test]
async fn a_right_that_ended_after_its_account_was_disconnected_is_a_loud_failure() {
    let mut accounts = Accounts::new();
    accounts.agree("a", "churn-of-sales", SALES_CHURN, true);
    assert!(accounts.deliver("AccessActivated", "a").await);
    accounts.disconnect(SALES);
    accounts.agree("a", "churn-of-sales", SALES_CHURN, false);
    assert!(!accounts.deliver("AccessDeactivated", "a").await, "it stays on the queue");
    let entry = accounts.world.ledger("a").unwrap();
    assert!(entry.may_hold().contains(&arn(SALES_CHURN)), "the ledger does not forget it");
    let reports = accounts.world.catalog.reports();
    let told = reports.last().unwrap().1.diagnostics.clone().unwrap();
    assert!(told.contains("account 222222222222 is not connected any more"), "{told}");
}

#[tokio::test]
async fn all_roles_of_all_accounts_are_listed_page_by_page() {
    let accounts = Accounts::new();
    for number in 0..250 {
        accounts.sales.create_role(&format!("arn:aws:iam::{SALES}:role/data-products/r{number}"));
    }
    let (iam, mut listed, mut next) = (accounts.iam(), BTreeSet::new(), None);
    loop {
        let page = iam.roles(next.as_deref()).await.unwrap();
        listed.extend(page.roles);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let count = |account: &str| listed.iter().filter(|role| role.account() == account).count();
    assert_eq!([OWN_ACCOUNT, SALES, STOCK].map(count), [3, 251, 1]);
}

async fn granted_everywhere() -> Accounts {
    let accounts = Accounts::new();
    for (id, role) in [("own", CHURN), ("sales", SALES_CHURN), ("stock", STOCK_CHURN)] {
        accounts.agree(id, &format!("churn-{id}"), role, true);
        assert!(accounts.deliver("AccessActivated", id).await);
    }
    pass(60);
    accounts
}

#[tokio::test(start_paused = true)]
async fn a_round_over_three_accounts_finds_everything_as_agreed_and_lists_them() {
    let accounts = granted_everywhere().await;
    let (summary, report) = accounts.round().await;
    assert_eq!((summary.grants, summary.differences, summary.complete), (3, 0, true));
    let rows: Vec<_> =
        report.accounts.iter().map(|row| (row.id.as_str(), row.tie, row.grants)).collect();
    let expected =
        [(OWN_ACCOUNT, Tie::Own, 1), (SALES, Tie::Connected, 1), (STOCK, Tie::Connected, 1)];
    assert_eq!(rows, expected);
    let roles: BTreeSet<&str> = report.grants.iter().map(|row| row.role.as_str()).collect();
    assert_eq!(roles, [CHURN, SALES_CHURN, STOCK_CHURN].into());
}

#[tokio::test(start_paused = true)]
async fn what_somebody_removed_in_another_account_comes_back() {
    let accounts = granted_everywhere().await;
    accounts.sales.unset(&arn(SALES_CHURN), policy("sales").as_str());
    let (_, report) = accounts.round().await;
    assert_eq!(open(&report), ["missing sales asked"]);
    assert!(holds(&accounts.sales, SALES_CHURN, "sales"));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_reached_hides_no_other_and_nothing_in_it_counts_as_gone() {
    let accounts = granted_everywhere().await;
    accounts.doors.shut(SALES);
    accounts.stock.unset(&arn(STOCK_CHURN), policy("stock").as_str());
    let (summary, report) = accounts.round().await;
    assert!(!summary.complete);
    assert_eq!(open(&report), ["missing stock asked"], "the others were looked at");
    assert!(holds(&accounts.stock, STOCK_CHURN, "stock"));
    assert!(holds(&accounts.sales, SALES_CHURN, "sales"));
    let problems = report.round.problems.join("\n");
    assert!(problems.contains("account 222222222222 cannot be looked at"), "{problems}");
    let row = report.accounts.iter().find(|row| row.id == SALES).unwrap();
    assert!(row.problem.as_ref().unwrap().contains("may not be assumed"), "{row:?}");
    assert!(report.to_html().unwrap().contains("may not be assumed"));
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_roles_may_not_be_listed_hides_no_other() {
    let accounts = granted_everywhere().await;
    accounts.faults.decide(|call| (call == "iam:ListRoles").then_some(Fault::Denied));
    accounts.world.iam.unset(&arn(CHURN), policy("own").as_str());
    let (summary, report) = accounts.round().await;
    assert_eq!((summary.complete, open(&report)), (false, vec!["missing own asked".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_can_be_reached_again_is_judged_again() {
    let accounts = granted_everywhere().await;
    accounts.doors.shut(SALES);
    assert!(!accounts.round().await.0.complete);
    accounts.doors.lead(SALES, &accounts.sales, SALES);
    accounts.sales.unset(&arn(SALES_CHURN), policy("sales").as_str());
    pass(60);
    let (summary, report) = accounts.round().await;
    assert_eq!((summary.complete, open(&report)), (true, vec!["missing sales asked".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn a_grant_in_an_account_that_was_disconnected_keeps_the_round_from_being_whole() {
    let mut accounts = granted_everywhere().await;
    accounts.disconnect(SALES);
    let (summary, report) = accounts.round().await;
    assert!(!summary.complete);
    let row = report.accounts.iter().find(|row| row.id == SALES).unwrap();
    assert_eq!(row.tie, Tie::NotConnected);
    assert!(row.problem.as_ref().unwrap().contains("there is no connection"), "{row:?}");
    assert!(holds(&accounts.sales, SALES_CHURN, "sales"));
}

#[tokio::test]
async fn a_bucket_of_the_own_account_is_another_accounts_for_a_role_elsewhere() {
    let accounts = Accounts::new();
    let server = |account: &str| json!({"location": "s3://data/sales", "account": account});
    for (account, needs_more) in [(OWN_ACCOUNT, true), (SALES, false)] {
        let port = json!({"id": "s3", "name": "s3", "type": "s3", "server": server(account)});
        let product = json!({"id": "warmers", "outputPorts": [port]});
        accounts.world.catalog.set_product("warmers", &product.to_string());
        accounts.agree("a", "churn-of-sales", SALES_CHURN, true);
        assert!(accounts.deliver("AccessActivated", "a").await);
        let note = accounts.world.agreement("a")["custom"]["aws-integration-note"].clone();
        assert_eq!(note.is_string(), needs_more, "bucket of {account}: {note}");
    }
}

async fn doctors(accounts: &Accounts) -> Vec<(String, Verdict)> {
    let checks = doctor::accounts::check(&accounts.doors, &accounts.allowed()).await;
    let of_sales = checks.into_iter().filter(|check| check.what.contains(SALES));
    of_sales
        .map(|check| {
            assert!(check.verdict != Verdict::Fail || check.advice.is_some(), "{}", check.what);
            (check.what.replace("account 222222222222: ", ""), check.verdict)
        })
        .collect()
}

fn failing(checks: Vec<(String, Verdict)>) -> Vec<String> {
    let failed = checks.into_iter().filter(|(_, verdict)| *verdict == Verdict::Fail);
    failed.map(|(what, _)| what).collect()
}

#[tokio::test]
async fn doctor_checks_each_connected_account_step_by_step() {
    let accounts = Accounts::new();
    let checks = doctors(&accounts).await;
    assert_eq!(checks.len(), 8, "{checks:?}");
    assert_eq!(failing(checks), Vec::<String>::new());
    for (call, what) in [
        ("iam:ListRoles", "IAM: list of roles"),
        ("iam:GetRole", "IAM: description of a role"),
        ("iam:GetRolePolicy", "IAM: text of a policy"),
        ("iam:ListRolePolicies", "IAM: policies of a role"),
    ] {
        accounts.faults.next(call, Fault::Denied);
        assert_eq!(failing(doctors(&accounts).await), [what]);
    }
    accounts.doors.lead(SALES, &accounts.stock, STOCK);
    assert_eq!(failing(doctors(&accounts).await), ["caller"]);
    accounts.doors.shut(SALES);
    assert_eq!(failing(doctors(&accounts).await), ["connection"]);
}

#[tokio::test(start_paused = true)]
async fn a_plan_names_the_account_where_it_is_not_the_own_one() {
    let accounts = granted_everywhere().await;
    accounts.sales.unset(&arn(SALES_CHURN), policy("sales").as_str());
    accounts.world.iam.unset(&arn(CHURN), policy("own").as_str());
    let survey = accounts.survey();
    let picture = dmm_aws::compared::picture(&survey, None, now(), &ProgressBar::hidden()).await;
    let limit = RevokeLimit::default();
    let planned = Proposal::of(&picture.unwrap(), limit, &survey.assessor.roles).await.unwrap();
    let accounts: Vec<Option<String>> = planned
        .changes
        .iter()
        .flat_map(|change| &change.policies)
        .map(|policy| policy.account.as_ref().map(ToString::to_string))
        .collect();
    assert_eq!(accounts, [None, Some(SALES.to_owned())]);
    assert!(in_colours(&planned).contains(&format!("on {SALES_CHURN} (account {SALES})")));
}
