//! A proposal for people: what is given with a plus, what is taken with a minus.

use domain::canonical::canonical;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::proposal::{Change, PolicyChange, Proposal};
use crate::screen::{ASIDE, DOUBT, GIVEN, TAKEN, TITLE, styled};

/// Unchanged lines shown around changed ones.
const CONTEXT: usize = 3;

/// The proposal as text with colours.
pub fn in_colours(proposal: &Proposal) -> String {
    let mut text = String::new();
    for change in &proposal.changes {
        text.push_str(&one(change));
        text.push('\n');
    }
    for stray in &proposal.strays {
        let told = format!(
            "! {} on {} belongs to no agreement that anybody knows: it is left alone, look at it",
            stray.policy, stray.role
        );
        text.push_str(&styled(DOUBT, &told));
        text.push_str("\n\n");
    }
    text.push_str(&summary(proposal));
    text
}

fn one(change: &Change) -> String {
    let mut text = styled(TITLE, &format!("agreement {}", change.agreement));
    text.push('\n');
    for difference in &change.differences {
        let role = difference.role.as_ref().map(|role| format!(" ({role})")).unwrap_or_default();
        let told = format!("  {}: {}{role}\n", difference.kind, difference.explanation);
        text.push_str(&told);
    }
    if let Some(why) = &change.refused {
        text.push_str(&format!("  refused: {why}\n"));
    }
    if change.policies.is_empty() {
        text.push_str("  no policy changes; ledger and catalog are brought in line\n");
    }
    for policy in &change.policies {
        text.push_str(&document(policy));
    }
    text
}

fn document(policy: &PolicyChange) -> String {
    let (before, after) = match (&policy.before, &policy.after) {
        // Order says nothing in a policy, so it is no difference either.
        (Some(before), Some(after)) => (pretty(&canonical(before)), pretty(&canonical(after))),
        (before, after) => {
            let text = |side: &Option<Value>| side.as_ref().map(pretty).unwrap_or_default();
            (text(before), text(after))
        }
    };
    let (mark, style) = match (&policy.before, &policy.after) {
        (None, _) => ('+', GIVEN),
        (Some(_), None) => ('-', TAKEN),
        (Some(_), Some(_)) => ('~', DOUBT),
    };
    let title = format!("{mark} {} on {}", policy.policy, policy.role);
    let mut text = format!("  {}\n", styled(style, &title));
    let diff = TextDiff::from_lines(&before, &after);
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            text.push_str(&format!("    {}\n", styled(ASIDE, "...")));
        }
        for line in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, style) = match line.tag() {
                ChangeTag::Insert => ('+', GIVEN),
                ChangeTag::Delete => ('-', TAKEN),
                ChangeTag::Equal => (' ', ASIDE),
            };
            let shown = format!("{sign} {}", line.value().trim_end_matches('\n'));
            text.push_str(&format!("    {}\n", styled(style, &shown)));
        }
    }
    text
}

/// Ends in a line break, so that the last line is one like the others.
fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text}\n"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            format!("{value:#}\n")
        }
    }
}

fn summary(proposal: &Proposal) -> String {
    if proposal.changes.is_empty() {
        return match proposal.problems.len() {
            0 => "Nothing would change.".to_owned(),
            _ => "Nothing would change, as far as could be seen.".to_owned(),
        };
    }
    let count = proposal.count();
    let agreements = proposal.changes.len();
    let mut text = format!(
        "Agreements to look at again: {agreements}. Policies given: {}, changed: {}, taken: {}.",
        count.given, count.changed, count.taken
    );
    if proposal.withheld_revocations > 0 {
        text.push_str(&format!(
            "\n{} rights would be taken away, more than the {} that may be at once: none of them \
             is asked for. If that is meant, raise --revoke-limit.",
            proposal.withheld_revocations, proposal.revoke_limit
        ));
    }
    text
}
