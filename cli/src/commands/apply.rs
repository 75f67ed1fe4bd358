//! `apply`: has what would change done, by the one function that may write to IAM.

use serde::Serialize;
use survey::{Asking, Picture, send};
use time::OffsetDateTime;

use crate::Ended;
use crate::arguments::{Apply, Watch};
use crate::commands::plan::ended;
use crate::compared::picture;
use crate::connect::{Connected, RealSurvey};
use crate::diff::in_colours;
use crate::proposal::Proposal;
use crate::screen::{confirmed, progress, remark, say, say_json};
use crate::waiting::{Hints, Waiting};

/// What came of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    #[serde(flatten)]
    proposal: &'a Proposal,
    /// Messages in the queue.
    asked: usize,
    /// Whether ledger and roles show that it is done; absent where nobody waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<bool>,
}

pub(crate) async fn run(
    asked: &Apply,
    connected: &Connected<'_>,
    now: OffsetDateTime,
) -> anyhow::Result<Ended> {
    let (survey, limit) = connected.survey().await?;
    let queue = connected.queue()?;
    let json = asked.plan.form.json;
    warn_of_mode(connected)?;
    let bar = progress("roles looked at:");
    let picture = picture(&survey, asked.plan.agreement.as_ref(), now, &bar).await?;
    bar.finish_and_clear();
    let proposal = Proposal::of(&picture, limit, &survey.assessor.roles).await?;
    if !json {
        say(&in_colours(&proposal))?;
    }
    let hints = Asking::of(&picture, limit, |_| false).hints;
    if hints.is_empty() {
        if json {
            say_json(&Answer { proposal: &proposal, asked: 0, done: None })?;
        }
        return Ok(after(&proposal));
    }
    let question = format!("Have {} agreements looked at again?", hints.len());
    if !confirmed(&question, asked.yes)? {
        remark("nothing was asked for");
        return Ok(Ended::Badly);
    }
    send(&queue, &hints, now).await?;
    if !json {
        say(&format!("Asked for: {} messages are in the queue.", hints.len()))?;
    }
    if asked.wait {
        wait(&survey, &picture, &hints, asked.watch).await?;
    }
    let done = asked.wait.then_some(true);
    if json {
        say_json(&Answer { proposal: &proposal, asked: hints.len(), done })?;
    } else if done.is_some() {
        say("Done: ledger and roles show it.")?;
    }
    Ok(after(&proposal))
}

/// What was asked for is on its way; only what was held back or not seen is left to tell.
fn after(proposal: &Proposal) -> Ended {
    let ended = ended(proposal);
    if proposal.withheld_revocations > 0 {
        Ended::Found
    } else if ended == Ended::Found {
        Ended::Well
    } else {
        ended
    }
}

async fn wait(
    survey: &RealSurvey,
    picture: &Picture,
    hints: &Hints,
    watch: Watch,
) -> anyhow::Result<()> {
    let waiting = Waiting {
        ledger: &survey.ledger,
        inventory: &survey.assessor.roles,
        patience: watch.timeout(),
        pause: watch.pause(),
    };
    let bar = progress("agreements left:");
    bar.set_length(u64::try_from(hints.len()).unwrap_or(u64::MAX));
    let tell = |left: usize| bar.set_position(u64::try_from(left).unwrap_or(u64::MAX));
    waiting.until_done(hints, picture, tell).await?;
    bar.finish_and_clear();
    Ok(())
}

/// The settings of a function that only reports, or that ends everything, are worth a word.
fn warn_of_mode(connected: &Connected<'_>) -> anyhow::Result<()> {
    let mode = connected.read(|settings| settings.optional("MODE", access::Mode::Apply))?;
    match mode {
        access::Mode::Apply => {}
        access::Mode::Report => {
            remark("MODE is report: the function will only log what it would change");
        }
        access::Mode::Revoke => {
            remark("MODE is revoke: the function will end every grant that is asked for");
        }
    }
    Ok(())
}
