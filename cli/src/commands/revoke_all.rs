//! `revoke-all`: has every grant in force revoked, and waits until none is left.

use serde_json::json;
use time::OffsetDateTime;

use crate::Ended;
use crate::arguments::RevokeAll as Asked;
use crate::connect::Connected;
use crate::revoke_all::{Progress, RevokeAll};
use crate::screen::{remark, say, say_json};

pub(crate) async fn run(
    asked: &Asked,
    connected: &Connected<'_>,
    started: OffsetDateTime,
) -> anyhow::Result<Ended> {
    let (ledger, queue) = (connected.ledger()?, connected.queue()?);
    let (patience, pause) = (asked.watch.timeout(), asked.watch.pause());
    let run = RevokeAll { ledger: &ledger, queue: &queue, started, patience, pause };
    if asked.form.json {
        let revoked = run.run(|progress| remark(&words(progress))).await?;
        say_json(&json!({"revoked": revoked}))?;
    } else {
        // What cannot be told meanwhile is told at the end.
        let revoked = run.run(|progress| drop(say(&words(progress)))).await?;
        say(&format!("{revoked} grants were revoked; none is in force"))?;
    }
    Ok(Ended::Well)
}

fn words(progress: Progress) -> String {
    match progress {
        Progress::Asked { grants } => {
            format!("{grants} grants are in force: a message for each is in the queue")
        }
        Progress::Left { grants, of } => format!("{grants} of {of} grants are left"),
        Progress::NothingYet { seconds } => format!(
            "no grant was revoked in {seconds} s: is the function deployed with mode = \"revoke\", \
             and is its trigger enabled? Its log group tells more"
        ),
    }
}
