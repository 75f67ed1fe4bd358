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
    let mut lines = Vec::new();
    for change in &proposal.changes {
        one(change, &mut lines);
        lines.push(String::new());
    }
    for stray in &proposal.strays {
        let told = format!(
            "! {} on {} belongs to no agreement that anybody knows: it is left alone, look at it",
            stray.policy, stray.role
        );
        lines.push(styled(DOUBT, &told));
        lines.push(String::new());
    }
    summary(proposal, &mut lines);
    lines.join("\n")
}

fn one(change: &Change, lines: &mut Vec<String>) {
    lines.push(styled(TITLE, &format!("agreement {}", change.agreement)));
    for difference in &change.differences {
        let role = difference.role.as_ref().map(|role| format!(" ({role})")).unwrap_or_default();
        lines.push(format!("  {}: {}{role}", difference.kind, difference.explanation));
    }
    if let Some(why) = &change.refused {
        lines.push(format!("  refused: {why}"));
    }
    if change.policies.is_empty() {
        lines.push("  no policy changes; ledger and catalog are brought in line".to_owned());
    }
    change.policies.iter().for_each(|policy| document(policy, lines));
}

fn document(policy: &PolicyChange, lines: &mut Vec<String>) {
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
    let account = policy.account.as_ref();
    let account = account.map(|id| format!(" (account {id})")).unwrap_or_default();
    let title = format!("{mark} {} on {}{account}", policy.policy, policy.role);
    lines.push(format!("  {}", styled(style, &title)));
    let diff = TextDiff::from_lines(&before, &after);
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            lines.push(format!("    {}", styled(ASIDE, "...")));
        }
        for line in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, style) = match line.tag() {
                ChangeTag::Insert => ('+', GIVEN),
                ChangeTag::Delete => ('-', TAKEN),
                ChangeTag::Equal => (' ', ASIDE),
            };
            let shown = format!("{sign} {}", line.value().trim_end_matches('\n'));
            lines.push(format!("    {}", styled(style, &shown)));
        }
    }
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

fn summary(proposal: &Proposal, lines: &mut Vec<String>) {
    if proposal.changes.is_empty() {
        lines.push(match proposal.problems.len() {
            0 => "Nothing would change.".to_owned(),
            _ => "Nothing would change, as far as could be seen.".to_owned(),
        });
        return;
    }
    let count = proposal.count();
    let agreements = proposal.changes.len();
    lines.push(format!(
        "Agreements to look at again: {agreements}. Policies given: {}, changed: {}, taken: {}.",
        count.given, count.changed, count.taken
    ));
    if proposal.withheld_revocations > 0 {
        lines.push(format!(
            "{} rights would be taken away, more than the {} that may be at once: none of them is \
             asked for. If that is meant, raise --revoke-limit.",
            proposal.withheld_revocations, proposal.revoke_limit
        ));
    }
}
