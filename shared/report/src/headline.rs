//! What the report says first: one sentence, and what must not be overlooked.

use crate::words::{Tone, count, grouped, number_of};
use crate::{Action, Report};

/// The sentence that sums a report up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Headline {
    pub(crate) tone: Tone,
    pub(crate) sentence: String,
}

/// Something that must not be overlooked, with what it means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Banner<'a> {
    pub(crate) tone: Tone,
    pub(crate) title: String,
    pub(crate) meaning: String,
    pub(crate) items: &'a [String],
}

impl Headline {
    pub(crate) fn of(report: &Report) -> Self {
        let found = match (report.round.complete, report.totals.differences) {
            (true, 0) => "Everything is as agreed.".to_owned(),
            (false, 0) => "Not everything was looked at; what was is as agreed.".to_owned(),
            (true, _) => differences(report),
            (false, _) => format!("Not everything was looked at; {}", differences(report)),
        };
        let sentence = match report.totals.rejections {
            0 => found,
            number => format!("{found} {} could not be granted.", count(number, "agreement")),
        };
        Self { tone: tone(report), sentence }
    }
}

fn tone(report: &Report) -> Tone {
    if !report.round.complete || report.round.withheld_revocations > 0 {
        Tone::Alarm
    } else if report.totals.differences > 0 || report.totals.rejections > 0 {
        Tone::Attention
    } else {
        Tone::Good
    }
}

/// `3 differences found: 2 queued, 1 withheld.`, `2 differences found, all queued.`
fn differences(report: &Report) -> String {
    let actions: Vec<(u64, Action)> = Action::ALL
        .into_iter()
        .map(|action| (open_with(report, action), action))
        .filter(|(number, _)| *number > 0)
        .collect();
    let found = count(report.totals.differences, "difference");
    match actions.as_slice() {
        [] => format!("{found} found."),
        [(1, action)] if report.totals.differences == 1 => format!("{found} found, {action}."),
        [(all, action)] if *all == report.totals.differences => {
            format!("{found} found, all {action}.")
        }
        some => {
            let each = some.iter().map(|(number, action)| format!("{} {action}", grouped(*number)));
            format!("{found} found: {}.", each.collect::<Vec<_>>().join(", "))
        }
    }
}

fn open_with(report: &Report, action: Action) -> u64 {
    let open = report.differences.iter().filter(|row| row.repaired.is_none());
    number_of(&open.filter(|row| row.action == action).collect::<Vec<_>>())
}

/// The banners of a report, loudest first.
pub(crate) fn banners(report: &Report) -> Vec<Banner<'_>> {
    let round = &report.round;
    let mut banners = Vec::new();
    if !round.complete {
        banners.push(Banner {
            tone: Tone::Alarm,
            title: "This report is incomplete.".to_owned(),
            meaning: "What is not listed may exist all the same. Nothing was revoked because of \
                      what could not be looked at."
                .to_owned(),
            items: &round.problems,
        });
    } else if !round.problems.is_empty() {
        banners.push(Banner {
            tone: Tone::Attention,
            title: "The round met with problems.".to_owned(),
            meaning: "Every agreement and every role was looked at all the same.".to_owned(),
            items: &round.problems,
        });
    }
    if round.withheld_revocations > 0 {
        banners.push(withheld(round.withheld_revocations, round.revoke_limit));
    }
    banners
}

fn withheld(number: u64, limit: u64) -> Banner<'static> {
    Banner {
        tone: Tone::Alarm,
        title: format!("{} withheld.", count(number, "revocation")),
        meaning: format!(
            "One round asks for {} at most (REVOKE_LIMIT). Whoever could read before still can. \
             If the differences marked \u{201c}withheld\u{201d} are right, raise the limit for one \
             round; if not, the catalog lists too little.",
            count(limit, "revocation")
        ),
        items: &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crate::{DifferenceRow, Totals};

    fn with_differences(actions: &[Action]) -> Report {
        let mut report = example::as_agreed();
        report.totals.differences = number_of(actions);
        report.differences = actions
            .iter()
            .map(|action| DifferenceRow { action: *action, ..example::difference() })
            .collect();
        report
    }

    fn incomplete(mut report: Report) -> Report {
        report.round.complete = false;
        report.round.problems = vec!["The catalog answered 503.".into()];
        report
    }

    #[test]
    fn a_round_without_a_difference_is_summed_up_in_four_words() {
        let headline = Headline::of(&example::as_agreed());
        assert_eq!(
            (headline.tone, headline.sentence.as_str()),
            (Tone::Good, "Everything is as agreed.")
        );
    }

    #[test]
    fn differences_are_counted_by_what_became_of_them() {
        let headline =
            Headline::of(&with_differences(&[Action::Asked, Action::Reported, Action::Asked]));
        assert_eq!(
            (headline.tone, headline.sentence.as_str()),
            (Tone::Attention, "3 differences found: 2 queued, 1 only reported.")
        );
    }

    #[test]
    fn differences_that_all_became_the_same_are_not_counted_twice() {
        let headline = Headline::of(&with_differences(&[Action::Asked, Action::Asked]));
        assert_eq!(headline.sentence, "2 differences found, all queued.");
    }

    #[test]
    fn a_difference_that_is_gone_is_not_counted_as_one_that_is_there() {
        let mut report = with_differences(&[Action::Asked, Action::Asked]);
        report.totals.differences = 1;
        report.differences[0].repaired = Some("2026-03-01T06:00:00Z".into());
        assert_eq!(Headline::of(&report).sentence, "1 difference found, queued.");
    }

    #[test]
    fn an_incomplete_round_says_so_before_anything_else() {
        let sentences = [
            Headline::of(&incomplete(example::as_agreed())),
            Headline::of(&incomplete(with_differences(&[Action::Reported]))),
        ]
        .map(|headline| (headline.tone, headline.sentence));
        assert_eq!(
            sentences,
            [
                (Tone::Alarm, "Not everything was looked at; what was is as agreed.".to_owned()),
                (
                    Tone::Alarm,
                    "Not everything was looked at; 1 difference found, only reported.".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn refused_agreements_are_named_beside_what_is_as_agreed() {
        let report = Report {
            totals: Totals { rejections: 2, ..Totals::default() },
            ..example::as_agreed()
        };
        assert_eq!(
            Headline::of(&report),
            Headline {
                tone: Tone::Attention,
                sentence: "Everything is as agreed. 2 agreements could not be granted.".into()
            }
        );
    }

    #[test]
    fn an_incomplete_round_is_loud_and_lists_why() {
        let report = incomplete(example::as_agreed());
        let banners = banners(&report);
        assert_eq!(
            (banners[0].title.as_str(), banners[0].items),
            ("This report is incomplete.", &["The catalog answered 503.".to_owned()][..])
        );
    }

    #[test]
    fn problems_of_a_complete_round_are_not_kept_quiet() {
        let mut report = example::as_agreed();
        report.round.problems = vec!["The catalog answered 503 once.".into()];
        let banners = banners(&report);
        assert_eq!(
            (banners[0].tone, banners[0].items),
            (Tone::Attention, &report.round.problems[..])
        );
    }

    #[test]
    fn withheld_revocations_are_loud_with_their_number_and_the_limit() {
        let mut report = with_differences(&[Action::Withheld]);
        report.round.withheld_revocations = 1_200;
        let banner = banners(&report).pop().unwrap();
        assert_eq!(banner.title, "1,200 revocations withheld.");
        assert!(banner.meaning.contains("10 revocations at most"), "{}", banner.meaning);
        assert_eq!(Headline::of(&report).tone, Tone::Alarm);
    }

    #[test]
    fn a_complete_round_that_withheld_nothing_has_no_banner() {
        assert_eq!(banners(&example::as_agreed()), []);
    }
}
