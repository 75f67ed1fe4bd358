//! One round after the other: look at all roles, compare, ask, report. A round may take several
//! ticks; nothing is asked for before all of it was seen.

use access::Mode;
use clients::agreements::Agreements;
use clients::catalog::Catalog;
use clients::iam::Roles;
use clients::objects::{ObjectNames, VersionedObjects};
use clients::publication::Publication;
use clients::queue::EventQueue;
use clients::role_inventory::RoleInventory;
use clients::tables::TableCatalog;
use lambda::deadline::Deadline;
use lambda::interval::is_within;
use report::{Action, Report};
use serde::Serialize;
use survey::{
    Asking, Circumstances, Judged, Picture, RevokeLimit, Survey, Walked, report_of, send,
};
use time::macros::format_description;
use time::{Duration, OffsetDateTime};
use tokio::time::{Instant, timeout_at};

use crate::checkpoint::{Checkpoint, Progress};
use crate::error::ReconcileError;
pub use crate::summary::Summary;
use crate::summary::summary;

/// Kept back at the end of a tick for writing down what was seen.
const FOR_SAVING: std::time::Duration = std::time::Duration::from_secs(20);
/// Kept back after comparing, for hints and report. Of a short tick, half.
const FOR_ENDING: std::time::Duration = std::time::Duration::from_mins(2);
/// A round that is older than this begins anew. What was written since a role was looked at is not
/// judged, so an old look does no harm; it only tells less.
const STALE: Duration = Duration::hours(24);

/// How rounds are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether differences are repaired, or only reported.
    pub mode: Mode,
    /// How many rights one round may have taken away.
    pub limit: RevokeLimit,
    /// From the beginning of one round to the beginning of the next.
    pub interval: Duration,
    /// The reports' part of the bucket.
    pub reports_prefix: String,
    /// The object that one tick leaves for the next.
    pub checkpoint: String,
}

/// Everything a round needs. Made once, at cold start.
#[derive(Debug)]
pub struct Rounds<C, I, O, T, Q, B> {
    /// What compares.
    pub survey: Survey<C, I, O, T>,
    /// Where hints go.
    pub queue: Q,
    /// Where checkpoint and reports go.
    pub objects: B,
    /// How rounds are made.
    pub rules: Rules,
}

/// What a tick did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "tick")]
pub enum Tick {
    /// Nothing: the last round is young enough.
    NotYet,
    /// Nothing more: another tick goes on with the same round.
    Overtaken,
    /// A part of a round.
    Continued {
        /// Roles looked at so far.
        looked_at: usize,
    },
    /// The end of a round.
    Finished(Summary),
}

impl<C, I, O, T, Q, B> Rounds<C, I, O, T, Q, B>
where
    C: Catalog + Agreements,
    I: Roles + RoleInventory,
    O: VersionedObjects + ObjectNames,
    T: TableCatalog,
    Q: EventQueue,
    B: VersionedObjects + Publication,
{
    /// Goes on with the round, or begins one when it is time.
    pub async fn tick(
        &self,
        deadline: Deadline,
        now: fn() -> OffsetDateTime,
    ) -> Result<Tick, ReconcileError> {
        let loaded = Checkpoint::load(&self.objects, &self.rules.checkpoint).await;
        let mut checkpoint = loaded.map_err(ReconcileError::Checkpoint)?;
        let started = now();
        let last = checkpoint.value.last_began;
        let progress = checkpoint.value.progress.take();
        let progress = progress.filter(|progress| is_usable(progress, started));
        let is_due = !last.is_some_and(|last| is_within(self.rules.interval, last, started));
        let mut progress = match progress {
            Some(progress) => progress,
            None if is_due => Progress { began: started, looks: survey::Looks::default() },
            None => return Ok(Tick::NotYet),
        };
        let (start, left) = (Instant::now(), deadline.left());
        let until = start + left.saturating_sub(FOR_SAVING.min(left / 4));
        let compared = start + left.saturating_sub(FOR_ENDING.min(left / 2));
        let entries = self.survey.entries().await.map_err(ReconcileError::Survey)?;
        let open = &checkpoint.value.remembered;
        let walked = self.survey.walk(&mut progress.looks, &entries, open, until).await;
        if let Walked::SoFar(trouble) = walked.map_err(ReconcileError::Survey)? {
            return self.continue_later(checkpoint, progress, trouble).await;
        }
        let began = progress.began;
        let comparing = self.survey.compare(progress.looks.clone(), began);
        let error = match timeout_at(compared, comparing).await {
            Ok(Ok(picture)) => return self.finish(checkpoint, &picture, now()).await,
            Ok(Err(error)) => ReconcileError::Survey(error),
            Err(_) => ReconcileError::OutOfTime,
        };
        // The roles were looked at, which is what takes long.
        self.continue_later(checkpoint, progress, None).await?;
        Err(error)
    }

    async fn continue_later(
        &self,
        mut checkpoint: Checkpoint,
        progress: Progress,
        trouble: Option<String>,
    ) -> Result<Tick, ReconcileError> {
        let looked_at = progress.looks.roles.len();
        checkpoint.value.progress = Some(progress);
        if !self.save(&mut checkpoint).await? {
            return Ok(Tick::Overtaken);
        }
        match trouble {
            Some(trouble) => Err(ReconcileError::Roles(trouble)),
            None => Ok(Tick::Continued { looked_at }),
        }
    }

    /// `false`: another tick goes on with the round.
    async fn save(&self, checkpoint: &mut Checkpoint) -> Result<bool, ReconcileError> {
        let saved = checkpoint.save(&self.objects, &self.rules.checkpoint).await;
        saved.map_err(ReconcileError::Checkpoint)
    }

    /// Whoever saves the end of the round asks and reports: two ticks at once do it once.
    async fn finish(
        &self,
        mut checkpoint: Checkpoint,
        picture: &Picture,
        ended: OffsetDateTime,
    ) -> Result<Tick, ReconcileError> {
        let resting = checkpoint.value.remembered.resting(ended, self.rules.interval);
        let rests = |judged: &Judged| resting.contains(judged.subject.id.as_str());
        let asking = Asking::of(picture, self.rules.limit, rests);
        let asked = self.rules.mode == Mode::Apply;
        let about = Circumstances { ended, mode: self.rules.mode, asking: &asking, asked };
        let (report, remembered) = report_of(picture, &checkpoint.value.remembered, &about);
        checkpoint.value.remembered = remembered;
        checkpoint.value.last_began = Some(picture.began);
        if !self.save(&mut checkpoint).await? {
            return Ok(Tick::Overtaken);
        }
        tell(&report);
        let sent =
            if asked { send(&self.queue, &asking.hints, picture.began).await } else { Ok(()) };
        let place = self.publish(&report, ended).await?;
        sent.map_err(ReconcileError::Hints)?;
        Ok(Tick::Finished(summary(&report, picture, ended, place)))
    }

    async fn publish(
        &self,
        report: &Report,
        ended: OffsetDateTime,
    ) -> Result<String, ReconcileError> {
        let format = format_description!("[year]-[month]-[day]T[hour][minute][second]Z");
        // Formatting fails only beyond the year 9999.
        let time = ended.format(format).unwrap_or_default();
        let json = report.to_json().map_err(ReconcileError::Report)?;
        let html = report.to_html().map_err(ReconcileError::Report)?;
        let mut place = String::new();
        for folder in [time.as_str(), "latest"] {
            let prefix = &self.rules.reports_prefix;
            for (name, body, kind) in [
                ("report.json", &json, "application/json"),
                ("report.html", &html, "text/html; charset=utf-8"),
            ] {
                place = format!("{prefix}{folder}/{name}");
                let published = self.objects.publish(&place, body.clone(), kind).await;
                published.map_err(ReconcileError::Publish)?;
            }
        }
        Ok(place)
    }
}

/// Whether a round can go on from there.
fn is_usable(progress: &Progress, now: OffsetDateTime) -> bool {
    let is_usable = is_within(STALE, progress.began, now);
    if !is_usable {
        metrics::counter!("RoundFailed").increment(1);
        let roles = progress.looks.roles.len();
        tracing::error!(
            roles,
            "a round that did not end within a day is given up; raise IAM_CALLS_PER_SECOND"
        );
    }
    is_usable
}

/// One line for each difference that is there now, for whoever asks the logs.
fn tell(report: &Report) {
    for row in report.differences.iter().filter(|row| row.repaired.is_none()) {
        metrics::counter!("DifferencesFound", "kind" => kind(row.kind)).increment(1);
        tracing::warn!(
            agreement.id = row.agreement.as_deref().unwrap_or("unknown"),
            role.arn = row.role.as_deref().unwrap_or("none"),
            policy.name = row.policy.as_deref().unwrap_or("none"),
            kind = kind(row.kind),
            action = action(row.action),
            first_found = row.found,
            reason = row.explanation,
            "difference"
        );
    }
}

fn kind(kind: report::Kind) -> &'static str {
    match kind {
        report::Kind::Missing => "missing",
        report::Kind::Altered => "altered",
        report::Kind::Orphaned => "orphaned",
        report::Kind::Unrecorded => "unrecorded",
        report::Kind::StuckIntent => "stuckIntent",
        report::Kind::MayNowSucceed => "mayNowSucceed",
    }
}

fn action(action: Action) -> &'static str {
    match action {
        Action::Asked => "asked",
        Action::Withheld => "withheld",
        Action::Reported => "reported",
    }
}
