//! The facts. Sources are AWS's documents and public issues; what nobody was seen to see says so by its confidence.

mod objects;
mod others;
mod roles;

use crate::fact::Fact;

/// All facts.
pub fn all() -> Vec<Fact> {
    [roles::FACTS, objects::FACTS, others::FACTS].concat()
}
