//! The words of the two settings that this crate reads.

use access::{Mode, WriteBack};

#[test]
fn a_mode_is_one_of_three_words() {
    for (word, mode) in [("apply", Mode::Apply), ("report", Mode::Report), ("revoke", Mode::Revoke)]
    {
        assert_eq!(word.parse::<Mode>().unwrap(), mode);
    }
    let error = "Apply".parse::<Mode>().unwrap_err().to_string();
    assert!(error.contains("apply, report, revoke"), "{error}");
}

#[test]
fn what_is_written_back_is_one_of_four_words() {
    for (word, tags, reports) in [
        ("auto", true, true),
        ("report", false, true),
        ("tags", true, false),
        ("none", false, false),
    ] {
        assert_eq!(word.parse::<WriteBack>().unwrap(), WriteBack { tags, reports });
    }
    assert_eq!(WriteBack::default(), "auto".parse().unwrap());
    let error = "all".parse::<WriteBack>().unwrap_err().to_string();
    assert!(error.contains("auto, report, tags, none"), "{error}");
}
