//! Where a round stands: what one tick leaves for the next.

use std::collections::{BTreeMap, BTreeSet};

use lambda::chain::Chain;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::marks::Mark;
use crate::memory::Memory;
use crate::model::Workflow;
use crate::shrinkage::Counts;
use crate::source::SourceError;
use crate::target::Kind;

/// Most problems that are told; more say nothing new.
const MOST_PROBLEMS: usize = 20;

/// What is read next. Databases and workflows are named in [`Progress::left`] before they are looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "at")]
pub enum Stage {
    /// The list of databases.
    Databases {
        /// The next page.
        page: Option<String>,
    },
    /// The tables of the last database that is left.
    Tables {
        /// The next page.
        page: Option<String>,
    },
    /// The list of workflows.
    WorkflowNames {
        /// The next page.
        page: Option<String>,
    },
    /// The last workflow that is left.
    Workflows,
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
    /// What comes after all of this was read.
    pub(crate) fn next(&self) -> Self {
        match self {
            Self::Databases { .. } => Self::Tables { page: None },
            Self::Tables { .. } => Self::WorkflowNames { page: None },
            Self::WorkflowNames { .. } => Self::Workflows,
            Self::Workflows => Self::Jobs { page: None },
            Self::Jobs { .. } => Self::Triggers { page: None },
            Self::Triggers { .. } => Self::Crawlers { page: None },
            Self::Crawlers { .. } | Self::Removal => Self::Removal,
        }
    }

    /// The same list from its beginning. What was read of it before is found again.
    fn again(&self) -> Self {
        match self {
            Self::Databases { .. } => Self::Databases { page: None },
            Self::Tables { .. } => Self::Tables { page: None },
            Self::WorkflowNames { .. } => Self::WorkflowNames { page: None },
            Self::Workflows => Self::Workflows,
            Self::Jobs { .. } => Self::Jobs { page: None },
            Self::Triggers { .. } => Self::Triggers { page: None },
            Self::Crawlers { .. } => Self::Crawlers { page: None },
            Self::Removal => Self::Removal,
        }
    }

    /// Whether it makes the list of what is left.
    fn names_what_is_left(&self) -> bool {
        matches!(self, Self::Databases { .. } | Self::WorkflowNames { .. })
    }

    /// Whether it reads one after the other of what is left.
    fn reads_what_is_left(&self) -> bool {
        matches!(self, Self::Tables { .. } | Self::Workflows)
    }

    /// Kinds of which not everything is known when this could not be read. A job outside workflows
    /// may be shown as a workflow.
    pub(crate) fn kinds(&self) -> &'static [Kind] {
        match self {
            Self::Databases { .. } => &[Kind::Database, Kind::Table],
            Self::Tables { .. } => &[Kind::Table],
            Self::WorkflowNames { .. } | Self::Workflows => &[Kind::Workflow, Kind::Lineage],
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
    /// Kinds, counted per target, of which nothing was taken away because not everything was read, or
    /// too little of it to be believed.
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
    /// Databases or workflows that were listed and not looked at yet, the next one last.
    pub left: Vec<String>,
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
            stage: Stage::Databases { page: None },
            left: Vec::new(),
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

    /// Whether entities are read next, and not only names or nothing at all.
    pub(crate) fn looks_at_entities(&self) -> bool {
        match self.stage {
            Stage::Databases { .. } | Stage::WorkflowNames { .. } | Stage::Removal => false,
            Stage::Tables { .. } | Stage::Workflows => !self.left.is_empty(),
            Stage::Jobs { .. } | Stage::Triggers { .. } | Stage::Crawlers { .. } => true,
        }
    }

    /// Notes that not everything is known of what is read now.
    pub(crate) fn miss_this(&mut self) {
        self.incomplete.extend(self.stage.kinds());
    }

    /// Reads the list that is under way from its beginning.
    pub(crate) fn begin_list_again(&mut self) {
        if self.stage.names_what_is_left() {
            self.left.clear();
        }
        self.stage = self.stage.again();
    }

    /// Passes over what may not be read: one of those that are left, or all of a list.
    pub(crate) fn pass_over(&mut self) {
        if self.stage.reads_what_is_left() {
            self.left.pop();
            self.stage = self.stage.again();
        } else {
            self.pass_over_all();
        }
    }

    /// Passes over all that is left of the list, and over what it would have led to.
    pub(crate) fn pass_over_all(&mut self) {
        self.left.clear();
        self.stage = match self.stage.next() {
            next if next.reads_what_is_left() => next.next(),
            next => next,
        };
    }

    /// Notes what a person should know, once.
    pub(crate) fn problem(&mut self, problem: String) {
        if self.problems.len() < MOST_PROBLEMS && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Notes that something may not be read.
    pub(crate) fn unread(&mut self, error: &SourceError) {
        tracing::warn!(action = error.action(), error = %Chain(error), "cannot be read");
        self.problem(error.to_string());
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
    /// How many of each kind each target was shown, when that was believed last.
    pub counts: BTreeMap<String, Counts>,
    /// How far the runs of each job and workflow were sent.
    pub marks: BTreeMap<String, Mark>,
}
