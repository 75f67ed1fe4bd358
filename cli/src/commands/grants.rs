//! `grants`: which grants are in force.

use anyhow::Context as _;

use crate::arguments::Form;
use crate::connect::Connected;
use crate::grants::in_force;
use crate::screen::{say, say_json};
use crate::{Ended, table};

pub(crate) async fn run(form: Form, connected: &Connected<'_>) -> anyhow::Result<Ended> {
    let entries = connected.ledger()?.entries().await;
    let held = in_force(entries.context("the grant ledger cannot be read")?);
    if form.json {
        say_json(&held)?;
    } else if held.is_empty() {
        say("no grant is in force")?;
    } else {
        say(&table::grants(&held))?;
    }
    Ok(if held.is_empty() { Ended::Well } else { Ended::Found })
}
