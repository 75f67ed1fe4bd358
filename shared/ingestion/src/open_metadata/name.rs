//! Names as OpenMetadata takes them, made by this one rule wherever they stand: as a name, in another
//! task's `downstreamTasks`, in a status, in a fully qualified name.

use domain::ids::sha256_hex;

/// Longest name, in UTF-16 units as the server counts them. Newer servers take 256, older ones 128.
const LONGEST: usize = 128;
/// What the server keeps for itself in names, and what stands there instead.
const RESERVED: [(&str, &str); 3] =
    [("::", "__reserved__colon__"), (">", "__reserved__arrow__"), ("\"", "__reserved__quote__")];
/// What the name of a job's own pipeline ends with, so that it is never a workflow's.
const OF_JOB: &str = " (job)";

/// The name of anything but a pipeline. Two names that differ in Glue differ here too.
pub(super) fn name(raw: &str) -> String {
    made(raw, raw.contains("__reserved__"))
}

/// The name of a workflow's pipeline.
pub(super) fn of_workflow(raw: &str) -> String {
    made(raw, raw.contains("__reserved__") || raw.ends_with(OF_JOB))
}

/// The name of the pipeline of a job that is in no workflow.
pub(super) fn of_job(raw: &str) -> String {
    name(&format!("{raw}{OF_JOB}"))
}

/// With a part of its hash behind it where the name alone could be another's too.
fn made(raw: &str, ambiguous: bool) -> String {
    let allowed: String = raw.chars().map(|c| if c.is_control() { '_' } else { c }).collect();
    let text = RESERVED.iter().fold(allowed.clone(), |text, (from, to)| text.replace(from, to));
    let too_long = text.encode_utf16().count() > LONGEST;
    if !(ambiguous || too_long || text.is_empty() || allowed != raw) {
        return text;
    }
    let hash: String = sha256_hex(raw).chars().take(12).collect();
    format!("{}_{hash}", cut(&text, LONGEST - hash.len() - 1))
}

fn cut(text: &str, longest: usize) -> String {
    let mut left = longest;
    let fits = |c: &char| match left.checked_sub(c.len_utf16()) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    text.chars().take_while(fits).collect()
}

/// A fully qualified name; a part that holds a point is quoted.
pub(super) fn qualified(parts: &[&str]) -> String {
    let quoted = parts
        .iter()
        .map(|part| if part.contains('.') { format!("\"{part}\"") } else { (*part).to_owned() });
    quoted.collect::<Vec<_>>().join(".")
}

/// `child` below what is qualified already.
pub(super) fn below(parent: &str, child: &str) -> String {
    format!("{parent}.{}", qualified(&[child]))
}

/// How many parts a fully qualified name has.
pub(super) fn parts(qualified: &str) -> usize {
    let mut quoted = false;
    let points = qualified.chars().filter(|c| {
        quoted ^= *c == '"';
        *c == '.' && !quoted
    });
    points.count() + 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_name_stays_as_it_is() {
        for plain in ["orders", "a.b c-d_1", "ümläut", "a:b", "nightly (old)"] {
            assert_eq!(name(plain), plain);
        }
    }

    #[test]
    fn reserved_words_stand_where_the_server_takes_no_character() {
        assert_eq!(
            name("a::b>c\"d"),
            "a__reserved__colon__b__reserved__arrow__c__reserved__quote__d"
        );
    }

    #[test]
    fn a_part_with_a_point_is_quoted() {
        let all = qualified(&["s", "1.2", "t"]);
        assert_eq!((all.as_str(), parts(&all)), ("s.\"1.2\".t", 3));
        assert_eq!(below("s", "a.b"), "s.\"a.b\"");
    }

    #[test]
    fn a_job_never_takes_the_pipeline_of_a_workflow() {
        assert_eq!((of_workflow("load").as_str(), of_job("load").as_str()), ("load", "load (job)"));
        assert_ne!(of_workflow("load (job)"), of_job("load"));
    }

    fn names() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a:.>\"/\u{0}\n]{0,5}",
            "\\PC{0,255}",
            "[a-b>]{100,255}",
            Just("a__reserved__arrow__b".to_owned()),
            Just("a>b".to_owned()),
        ]
    }

    proptest! {
        #[test]
        fn hostile_names_neither_collide_nor_are_refused(
            one in (names(), names()),
            two in (names(), names()),
        ) {
            let full = |pair: &(String, String)| qualified(&["s", &name(&pair.0), &name(&pair.1)]);
            prop_assert_eq!(full(&one) == full(&two), one == two);
            prop_assert_eq!(parts(&full(&one)), 3);
            let made = name(&one.0);
            prop_assert!((1..=LONGEST).contains(&made.encode_utf16().count()));
            prop_assert!(!made.contains("::") && !made.contains(['"', '>', '\n']));
            prop_assert_ne!(of_workflow(&one.0), of_job(&two.0));
        }
    }
}
