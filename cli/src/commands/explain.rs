//! `explain`: one agreement, from the catalog's words to what lies on the role.

use clients::dead_letters::{DeadLetters as _, SqsDeadLetters};
use domain::ledger::Entry;
use serde::Serialize;
use time::OffsetDateTime;

use crate::Ended;
use crate::arguments::Explain;
use crate::connect::{Connected, queue_url};
use crate::diff::in_colours;
use crate::explanation::{Asked, Described, Explanation, RoleSeen, explain};
use crate::screen::{ASIDE, TITLE, remark, say, say_json, styled};

/// Messages wait in order and may not be looked at without holding them up, and the feed cannot be
/// asked about one agreement.
const EVENTS: &str = "the feed and the queue cannot be asked about one agreement; its event that led \
                      to the ledger's entry is named there, and `redrive --show` lists dead letters";

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    explanation: &'a Explanation,
    #[serde(rename = "deadLetters", skip_serializing_if = "Option::is_none")]
    dead_letters: Option<u64>,
    events: &'static str,
}

pub(crate) async fn run(
    asked: &Explain,
    connected: &Connected<'_>,
    now: OffsetDateTime,
) -> anyhow::Result<Ended> {
    let (survey, _) = connected.survey().await?;
    let explanation = explain(&survey, &asked.agreement, now).await?;
    let dead_letters = dead_letters(connected).await;
    if asked.form.json {
        say_json(&Answer { explanation: &explanation, dead_letters, events: EVENTS })?;
    } else {
        say(&in_words(&explanation, dead_letters))?;
    }
    for problem in &explanation.proposal.problems {
        remark(&format!("not everything could be looked at: {problem}"));
    }
    Ok(if explanation.proposal.problems.is_empty() { Ended::Well } else { Ended::Badly })
}

/// How many messages were set aside, where the queue is known and answers.
async fn dead_letters(connected: &Connected<'_>) -> Option<u64> {
    let url = connected.read(queue_url).ok()?;
    let queue = SqsDeadLetters::of(connected.sqs(), &url).await.ok()?;
    queue.count().await.ok()
}

fn in_words(explanation: &Explanation, dead_letters: Option<u64>) -> String {
    let mut text = Text::default();
    text.title(&format!("Agreement {}", explanation.id));
    match &explanation.agreement {
        Some(described) => agreement(&mut text, described),
        None => text.line("not in the catalog, or not readable"),
    }
    text.title("What was read, in order");
    for step in &explanation.read {
        text.line(&format!("{}: {}", step.read, step.said));
    }
    if explanation.read.is_empty() {
        text.line("nothing: what the agreement itself says is enough");
    }
    text.title("What it asks for");
    wanted(&mut text, &explanation.wanted);
    text.title("What IAM holds");
    explanation.roles.iter().for_each(|role| held(&mut text, role));
    if explanation.roles.is_empty() {
        text.line("no role is concerned");
    }
    text.title("What the ledger says");
    match &explanation.ledger {
        Some(entry) => ledger(&mut text, entry),
        None => text.line("nothing: the agreement was never granted or refused"),
    }
    text.title("Events");
    text.line(EVENTS);
    if let Some(count) = dead_letters {
        text.line(&format!(
            "about {count} messages of all agreements are in the dead-letter queue"
        ));
    }
    text.title("What would change");
    text.0.push_str(&in_colours(&explanation.proposal));
    text.0
}

fn agreement(text: &mut Text, described: &Described) {
    text.field("found in", Some(described.found_in));
    text.field("state", Some(described.activity));
    text.field("status", described.status.as_deref());
    text.field("purpose", described.purpose.as_deref());
    text.field("starts", described.starts.as_deref());
    text.field("ends", described.ends.as_deref());
    text.field("consumer", Some(&described.consumer.join(", then ")));
    text.field("provider", described.provider.as_deref());
    text.field("output port", described.output_port.as_deref());
}

fn wanted(text: &mut Text, wanted: &Asked) {
    match wanted {
        Asked::Grant { role, policy, statements, also_needed } => {
            text.line(&format!("policy {policy} on {role}"));
            for statement in statements {
                text.line(&format!("- to {}:", statement.reason));
                let shown = format!("{:#}", statement.statement);
                shown.lines().for_each(|line| text.line(&styled(ASIDE, &format!("    {line}"))));
            }
            text.field("also needed", also_needed.as_deref());
        }
        Asked::Nothing { because } => text.line(&format!("nothing: {because}")),
        Asked::Refused { because } => text.line(&format!("it is refused: {because}")),
        Asked::NotOurs => text.line("nothing of AWS: the output port is of another platform"),
        Asked::Unknown { because } => text.line(&format!("that cannot be said: {because}")),
    }
}

fn held(text: &mut Text, seen: &RoleSeen) {
    let fill = format!("{} of {} characters used", seen.used, seen.limit);
    match (&seen.held, seen.exists) {
        (_, false) => text.line(&format!("{}: the role does not exist", seen.role)),
        (None, true) => text.line(&format!("{}: no policy of this agreement ({fill})", seen.role)),
        (Some(document), true) => {
            text.line(&format!("{}: its policy is there ({fill})", seen.role));
            let shown = format!("{document:#}");
            shown.lines().for_each(|line| text.line(&styled(ASIDE, &format!("    {line}"))));
        }
    }
}

fn ledger(text: &mut Text, entry: &Entry) {
    let word = |value: serde_json::Result<serde_json::Value>| {
        value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let state = word(serde_json::to_value(entry.state));
    let phase = word(serde_json::to_value(entry.phase));
    text.field("state", Some(&format!("{state} ({phase})")));
    text.field("role", entry.role_arn.as_ref().map(ToString::to_string).as_deref());
    text.field("since", Some(&entry.time));
    text.field("event", Some(&entry.event_id));
    text.field("reason", entry.reason.as_deref());
    if !entry.resources.is_empty() {
        text.field("may read", Some(&entry.resources.join(", ")));
    }
}

/// Text that grows line by line.
#[derive(Default)]
struct Text(String);

impl Text {
    fn title(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(&styled(TITLE, text));
        self.0.push('\n');
    }

    fn line(&mut self, text: &str) {
        self.0.push_str("  ");
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn field(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(&format!("{name}: {value}"));
        }
    }
}
