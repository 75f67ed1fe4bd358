//! The page: what the templates are given.
//!
//! One file that needs no other: style and script stand in it, and its content security policy
//! lets nothing else be loaded or run. The hashes in the policy are those of the two files; a test
//! says the right ones when a file has changed.

use std::collections::BTreeSet;

use askama::Template;

use crate::headline::{Banner, Headline, banners};
use crate::picture::Picture;
use crate::tables::{
    self, AccountView, DifferenceView, ExpiryView, GrantView, RejectionView, RoleView,
};
use crate::words::{self, Tone, count, grouped, number_of};
use crate::{Action, GrantRow, Report, ReportError, Round, Standing, dates};

/// SHA-256 of `templates/report.css` as it stands in the page.
const STYLE_HASH: &str = "sha256-2iPnJr6+YpSZgGtnMpQo1xN2C5GI0O30ps6jQD/ZcuU=";
/// SHA-256 of `templates/report.js` as it stands in the page.
const SCRIPT_HASH: &str = "sha256-x6F4rXcE/3Zb5RBDApYOmlY8oMQFfNEB0sVZj2PPrOY=";

/// More accounts than this are counted instead of named.
const ACCOUNTS_NAMED: usize = 3;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    round: &'a Round,
    ended: String,
    span: Option<String>,
    accounts: String,
    /// What policies' names begin with, before the agreement's id.
    policy_prefix: &'a str,
    headline: Headline,
    banners: Vec<Banner<'a>>,
    tiles: Vec<Tile>,
    differences: Vec<DifferenceView<'a>>,
    rejections: Vec<RejectionView<'a>>,
    expiries: Vec<ExpiryView<'a>>,
    picture: Option<Picture>,
    grants: Vec<GrantView<'a>>,
    roles: Vec<RoleView<'a>>,
    accounts_shown: Vec<AccountView<'a>>,
    words: Vec<(String, &'static str)>,
}

/// One number of the totals, with a smaller one that puts it into place.
struct Tile {
    number: String,
    name: &'static str,
    beside: String,
    tone: Tone,
}

impl Report {
    /// The report as one page of HTML that loads nothing else and can be read without its script.
    pub fn to_html(&self) -> Result<String, ReportError> {
        Page::of(self).render().map_err(ReportError::Page)
    }
}

impl<'a> Page<'a> {
    fn of(report: &'a Report) -> Self {
        let round = &report.round;
        Self {
            round,
            ended: dates::minute(&round.ended).into_owned(),
            span: dates::span(&round.began, &round.ended),
            accounts: accounts(report),
            policy_prefix: report.grants.iter().find_map(policy_prefix).unwrap_or_default(),
            headline: Headline::of(report),
            banners: banners(report),
            tiles: tiles(report),
            differences: tables::differences(report),
            rejections: tables::rejections(report),
            expiries: tables::expiries(report),
            picture: Picture::of(&report.grants),
            grants: tables::grants(report),
            roles: tables::roles(report),
            accounts_shown: tables::accounts(report),
            words: words(),
        }
    }
}

/// How many rows a table has.
fn number<T>(rows: &[T]) -> String {
    grouped(number_of(rows))
}

/// A policy is named after its agreement, unless the id has characters that IAM does not allow.
fn policy_prefix(row: &GrantRow) -> Option<&str> {
    row.policy.strip_suffix(&row.agreement)
}

fn accounts(report: &Report) -> String {
    let of_grants = report.grants.iter().map(|row| row.account.as_str());
    let all: BTreeSet<&str> =
        of_grants.chain(report.roles.iter().map(|row| row.account.as_str())).collect();
    let named = || all.iter().copied().collect::<Vec<_>>().join(", ");
    match all.len() {
        0 => String::new(),
        1 => format!("account {}", named()),
        2..=ACCOUNTS_NAMED => format!("accounts {}", named()),
        number => count(u64::try_from(number).unwrap_or(u64::MAX), "account"),
    }
}

fn tiles(report: &Report) -> Vec<Tile> {
    let totals = &report.totals;
    let worst_if = |number, tone| if number == 0 { Tone::Good } else { tone };
    let tile = |number, name, beside, tone| Tile { number: grouped(number), name, beside, tone };
    vec![
        tile(
            totals.agreements,
            "agreements",
            format!("{} active", grouped(totals.active)),
            Tone::Good,
        ),
        tile(
            totals.grants,
            "grants",
            format!("{} as agreed", grouped(totals.as_agreed)),
            Tone::Good,
        ),
        tile(
            totals.differences,
            "differences",
            format!("{} repaired since", grouped(totals.repaired)),
            worst_if(totals.differences, Tone::Attention),
        ),
        tile(
            totals.rejections,
            "refused",
            "active, but not granted".to_owned(),
            worst_if(totals.rejections, Tone::Attention),
        ),
        tile(totals.hints, "queued", "to be looked at again".to_owned(), Tone::Good),
        tile(
            totals.roles,
            "roles",
            format!("policies of others: {}", grouped(totals.not_ours)),
            Tone::Good,
        ),
    ]
}

fn words() -> Vec<(String, &'static str)> {
    let standings = Standing::ALL.iter().map(|standing| (standing.to_string(), standing.meaning()));
    let kinds =
        words::MEANINGS_OF_DIFFERENCES.iter().map(|(kind, meaning)| (kind.to_string(), *meaning));
    let actions = Action::ALL.iter().map(|action| (action.to_string(), action.meaning()));
    standings.chain(kinds).chain(actions).collect()
}
