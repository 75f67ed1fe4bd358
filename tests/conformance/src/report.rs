//! What a run found, for people and for programs.

use serde::Serialize;

use crate::fact::{Confidence, Fact};
use crate::judge::{Verdict, judge};
use crate::subject::Subject;

/// A fact and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The fact's name.
    pub fact: &'static str,
    /// Who says so.
    pub source: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
    /// What became of it.
    #[serde(flatten)]
    pub verdict: Verdict,
}

impl Line {
    /// Whether the subject answers otherwise than documented.
    pub fn differs(&self) -> bool {
        matches!(self.verdict, Verdict::Differs { .. })
    }

    /// One line for people.
    pub fn text(&self) -> String {
        let sentence = self.fact.replace('_', " ");
        match &self.verdict {
            Verdict::AsDocumented => format!("{sentence}: as documented"),
            Verdict::Differs { saw } => {
                let confidence = format!("{:?}", self.confidence).to_lowercase();
                format!("{sentence}: differs: saw {saw} (confidence {confidence}; {})", self.source)
            }
            Verdict::CannotBeSeen { why } => format!("{sentence}: cannot be seen here: {why}"),
        }
    }
}

/// Asks the subject about each of the facts.
pub async fn ask_about<S: Subject>(subject: &mut S, facts: &[Fact]) -> Vec<Line> {
    let mut lines = Vec::new();
    for fact in facts {
        let verdict = judge(subject, fact).await;
        let Fact { name, source, confidence, needs: _, story: _ } = *fact;
        lines.push(Line { fact: name, source, confidence, verdict });
    }
    lines
}
