//! Where a round stands: what one tick leaves for the next.

use std::collections::{BTreeMap, BTreeSet};

use lambda::chain::Chain;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::marks::Mark;
use crate::memory::Memory;
use crate::model::Workflow;
use crate::source::SourceError;
use crate::target::Kind;

/// Most problems that are told; more say nothing new.
const MOST_PROBLEMS: usize = 20;

/// What is read next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "at")]
pub enum Stage {
    /// The list of databases.
    Databases {
        /// The next page.
        page: Option<String>,
        /// Databases found so far.
        found: Vec<String>,
    },
    /// The tables of the last of these databases.
    Tables {
        /// The next page.
        page: Option<String>,
        /// Databases that are left.
        left: Vec<String>,
    },
    /// The list of workflows.
    WorkflowNames {
        /// The next page.
        page: Option<String>,
        /// Workflows found so far.
        found: Vec<String>,
    },
    /// The last of these workflows.
    Workflows {
        /// Workflows that are left.
        left: Vec<String>,
    },
    /// The list of jobs, with their runs.
    Jobs {
        /// The next page.
        page: Option<String>,
    },
    /// The list of triggers.
    Triggers {
        /// The next page.
        page: Option<String>,
    },
    /// The list of crawlers.
    Crawlers {
        /// The next page.
        page: Option<String>,
    },
    /// Nothing: what is gone from Glue is taken away.
    Removal,
}

impl Stage {
    /// The beginning of a round.
    pub(crate) fn first() -> Self {
        Self::Databases { page: None, found: Vec::new() }
    }

    /// The same list from its beginning. What was read of it before is found again.
    pub(crate) fn again(self) -> Self {
        match self {
            Self::Databases { .. } => Self::first(),
            Self::Tables { left, .. } => Self::Tables { page: None, left },
            Self::WorkflowNames { .. } => Self::WorkflowNames { page: None, found: Vec::new() },
            Self::Workflows { left } => Self::Workflows { left },
            Self::Jobs { .. } => Self::Jobs { page: None },
            Self::Triggers { .. } => Self::Triggers { page: None },
            Self::Crawlers { .. } => Self::Crawlers { page: None },
            Self::Removal => Self::Removal,
        }
    }

    /// What comes next when this may not be read.
    pub(crate) fn skipped(self) -> Self {
        match self {
            Self::Databases { .. } => Self::WorkflowNames { page: None, found: Vec::new() },
            Self::Tables { mut left, .. } => {
                left.pop();
                Self::Tables { page: None, left }
            }
            Self::WorkflowNames { .. } => Self::Jobs { page: None },
            Self::Workflows { mut left } => {
                left.pop();
                Self::Workflows { left }
            }
            Self::Jobs { .. } => Self::Triggers { page: None },
            Self::Triggers { .. } => Self::Crawlers { page: None },
            Self::Crawlers { .. } | Self::Removal => Self::Removal,
        }
    }

    /// Kinds of which not everything is known when this could not be read. A job outside workflows
    /// may be shown as a workflow.
    pub(crate) fn kinds(&self) -> &'static [Kind] {
        match self {
            Self::Databases { .. } => &[Kind::Database, Kind::Table],
            Self::Tables { .. } => &[Kind::Table],
            Self::WorkflowNames { .. } | Self::Workflows { .. } => &[Kind::Workflow, Kind::Lineage],
            Self::Jobs { .. } => &[Kind::Job, Kind::Workflow, Kind::Lineage],
            Self::Triggers { .. } => &[Kind::Trigger, Kind::Workflow],
            Self::Crawlers { .. } => &[Kind::Crawler, Kind::Workflow],
            Self::Removal => &[],
        }
    }
}

/// What a round read and did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Totals {
    /// Databases, tables, workflows, jobs, triggers and crawlers that the filters admit.
    pub entities: u64,
    /// Runs of jobs and workflows.
    pub runs: u64,
    /// Writes that a target took.
    pub sent: u64,
    /// Writes that were there already.
    pub unchanged: u64,
    /// Writes that a target does not take.
    pub refused: u64,
    /// Things taken away because Glue does not have them any more.
    pub removed: u64,
    /// Things that a target keeps because something there still uses them.
    pub in_use: u64,
    /// Kinds, counted per target, of which nothing was taken away because not everything was read.
    pub deletions_withheld: u64,
    /// Flows from or to a table that the target does not have: left out, and nothing is missing.
    pub left_out: u64,
    /// Runs that cannot be shown, because their task is not there any more.
    pub skipped_runs: u64,
}

/// A round under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub began: OffsetDateTime,
    /// What is read next.
    pub stage: Stage,
    /// What it read and did so far.
    pub totals: Totals,
    /// What could not be read or sent, each once.
    pub problems: Vec<String>,
    /// Kinds of which not everything could be read.
    pub incomplete: BTreeSet<Kind>,
    /// Whether details of something could not be read, such as the runs of jobs. Nothing is taken for
    /// gone because of that.
    pub is_partial: bool,
    /// Targets that missed something.
    pub missed: BTreeSet<String>,
    /// Owners of databases, for their tables.
    pub owners: BTreeMap<String, String>,
    /// Workflows, for the jobs that are their tasks.
    pub workflows: Vec<Workflow>,
    /// Job runs that belong to workflow runs: by the job run's id.
    pub covered: BTreeMap<String, String>,
    /// How often a list was read from its beginning because a place in it was not valid any more.
    pub restarts: u32,
}

impl Progress {
    /// The beginning.
    pub(crate) fn begin(began: OffsetDateTime) -> Self {
        Self {
            began,
            stage: Stage::first(),
            totals: Totals::default(),
            problems: Vec::new(),
            incomplete: BTreeSet::new(),
            is_partial: false,
            missed: BTreeSet::new(),
            owners: BTreeMap::new(),
            workflows: Vec::new(),
            covered: BTreeMap::new(),
            restarts: 0,
        }
    }

    /// Notes what a person should know, once.
    pub(crate) fn problem(&mut self, problem: String) {
        if self.problems.len() < MOST_PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Notes that something may not be read.
    pub(crate) fn unread(&mut self, error: &SourceError, kinds: &[Kind]) {
        tracing::warn!(action = error.action(), error = %Chain(error), "cannot be read");
        self.problem(error.to_string());
        self.incomplete.extend(kinds);
    }

    /// Whether everything was read and sent.
    pub(crate) fn is_complete(&self) -> bool {
        let Self { incomplete, missed, is_partial, totals, .. } = self;
        incomplete.is_empty() && missed.is_empty() && !is_partial && totals.refused == 0
    }
}

/// What came of the last round that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub began: OffsetDateTime,
    /// How long it took.
    pub seconds: i64,
    /// Whether everything was read and sent.
    pub complete: bool,
    /// Figures.
    pub totals: Totals,
    /// What could not be read or sent.
    pub problems: Vec<String>,
    /// Whose credentials read Glue, and who AWS says that is. Never a secret.
    pub reader: String,
}

/// Where the rounds of one connection stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct State {
    /// The number of the round under way, or of the last one.
    pub round: u32,
    /// The round under way.
    pub progress: Option<Progress>,
    /// What came of the last one.
    pub last: Option<Summary>,
    /// What each target was sent.
    pub memory: BTreeMap<String, Memory>,
    /// How far the runs of each job and workflow were sent.
    pub marks: BTreeMap<String, Mark>,
}
