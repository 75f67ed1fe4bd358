//! Whether a fact is so.

use serde::Serialize;

use crate::fact::{Fact, Seen, Step};
use crate::subject::{Answer, Reason, Subject};

/// What became of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every answer was the expected one.
    AsDocumented,
    /// One was not.
    Differs {
        /// What was asked, answered and expected.
        saw: String,
    },
    /// It could not be asked, or the answer would mean something else.
    CannotBeSeen {
        /// Why.
        why: String,
    },
}

/// Asks the subject the whole story, and stops at the first answer that differs.
pub async fn judge<S: Subject>(subject: &mut S, fact: &Fact) -> Verdict {
    match told(subject, fact).await {
        Ok(None) => Verdict::AsDocumented,
        Ok(Some(saw)) => Verdict::Differs { saw },
        Err(Reason(why)) => Verdict::CannotBeSeen { why },
    }
}

async fn told<S: Subject>(subject: &mut S, fact: &Fact) -> Result<Option<String>, Reason> {
    subject.begin(fact).await?;
    for standing in fact.needs {
        subject.stands(*standing).await?;
    }
    for step in fact.story {
        let difference = match *step {
            Step::Asked(call, expected) => {
                let expected = subject.expects(call, expected);
                difference(&format!("{call:?}"), &subject.ask(call).await?, expected)
            }
            Step::Meanwhile(event, expected) => {
                difference(&format!("{event:?}"), &subject.meanwhile(event).await?, expected)
            }
        };
        if difference.is_some() {
            return Ok(difference);
        }
    }
    Ok(None)
}

fn difference(what: &str, answer: &Answer, expected: Seen) -> Option<String> {
    let differs = answer.seen != Some(expected);
    differs.then(|| format!("{what} was answered {}, expected {expected:?}", answer.words))
}
