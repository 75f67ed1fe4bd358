//! `plan`: what would change.

use time::OffsetDateTime;

use crate::Ended;
use crate::arguments::Plan;
use crate::compared::picture;
use crate::connect::Connected;
use crate::diff::in_colours;
use crate::proposal::Proposal;
use crate::screen::{progress, remark, say, say_json};

pub(crate) async fn run(
    arguments: &Plan,
    connected: &Connected<'_>,
    now: OffsetDateTime,
) -> anyhow::Result<Ended> {
    let (survey, limit) = connected.survey().await?;
    let bar = progress("roles looked at:");
    let picture = picture(&survey, arguments.agreement.as_ref(), now, &bar).await?;
    bar.finish_and_clear();
    let proposal = Proposal::of(&picture, limit, &survey.assessor.roles).await?;
    if arguments.form.json {
        say_json(&proposal)?;
    } else {
        say(&in_colours(&proposal))?;
    }
    Ok(ended(&proposal))
}

/// Says what could not be looked at. Without a change, a part that was not seen is an error: nobody
/// can say that nothing would change.
pub(crate) fn ended(proposal: &Proposal) -> Ended {
    for problem in &proposal.problems {
        remark(&format!("not everything could be looked at: {problem}"));
    }
    match (proposal.changes.is_empty(), proposal.problems.is_empty()) {
        (false, _) => Ended::Found,
        (true, false) => Ended::Badly,
        (true, true) => Ended::Well,
    }
}
