//! `redrive`: moves the dead-letter queue back, after showing what is in it.

use clients::dead_letters::SqsDeadLetters;
use clients::queue::SqsQueue;
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use serde::Serialize;
use time::OffsetDateTime;

use crate::Ended;
use crate::arguments::Redrive as Asked;
use crate::connect::{Connected, queue_url};
use crate::redrive::{Redrive, Row, Summary, summary};
use crate::screen::{confirmed, remark, say, say_json};

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    /// How many were moved; absent where nobody asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    moved: Option<u64>,
}

pub(crate) async fn run(
    asked: &Asked,
    connected: &Connected<'_>,
    now: OffsetDateTime,
) -> anyhow::Result<Ended> {
    let url = connected.read(queue_url)?;
    let letters = SqsDeadLetters::of(connected.sqs(), &url).await?;
    let queue = SqsQueue::new(connected.sqs(), url);
    let summary = summary(&letters, now).await?;
    if !asked.form.json {
        say(&in_words(&summary))?;
    }
    let moved = if asked.show || summary.messages == 0 {
        None
    } else if confirmed("Move all of them back to the events queue?", asked.yes)? {
        let (patience, pause) = (asked.watch.timeout(), asked.watch.pause());
        Some(Redrive { letters: &letters, queue: &queue, patience, pause }.run().await?)
    } else {
        remark("nothing was moved");
        return Ok(Ended::Badly);
    };
    if asked.form.json {
        say_json(&Answer { summary: &summary, moved })?;
    } else if let Some(moved) = moved {
        say(&format!("{moved} messages were moved back"))?;
    }
    Ok(Ended::Well)
}

fn in_words(summary: &Summary) -> String {
    if summary.messages == 0 && summary.rows.is_empty() {
        return "the dead-letter queue is empty".to_owned();
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["agreement", "event", "messages", "for"]);
    for Row { agreement, event_type, messages, oldest_seconds } in &summary.rows {
        let unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "not readable".into());
        let age = oldest_seconds.map(in_units).unwrap_or_default();
        table.add_row([unknown(agreement), unknown(event_type), messages.to_string(), age]);
    }
    let (all, seen) = (summary.messages, summary.looked_at);
    format!("{table}\nabout {all} messages in the dead-letter queue, {seen} of them looked at")
}

fn in_units(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}
