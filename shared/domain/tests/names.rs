//! A million pairs of ids that could be taken for each other, always the same ones: no two share a name.
#![expect(
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

use domain::ids::{PolicyName, queue_id, sha256_hex};
use fastrand::Rng;

const PAIRS: usize = 1_000_000;

/// An id of any form that the catalog may give out: plain, a URN, of 256 characters, in any script,
/// posing as a hash.
fn any_id(random: &mut Rng) -> String {
    const PLAIN: &[u8] = b"abcxyzABCXYZ0189+=,.@_-";
    const SCRIPTS: [char; 12] =
        ['ä', 'ß', 'é', 'Ж', 'ع', '漢', '字', 'न', '\u{301}', '\u{200b}', '🦀', ' '];
    let longest = if random.u8(..8) == 0 { 256 } else { 24 };
    let length = random.usize(1..=longest);
    let plain = |random: &mut Rng| char::from(PLAIN[random.usize(..PLAIN.len())]);
    match random.u8(..5) {
        0 => (0..length).map(|_| SCRIPTS[random.usize(..SCRIPTS.len())]).collect(),
        1 => (0..length).map(|_| if random.bool() { ':' } else { plain(random) }).collect(),
        2 => format!("sha256={}", sha256_hex(&random.u64(..64).to_string())),
        _ => (0..length).map(|_| plain(random)).collect(),
    }
}

/// An id that could be taken for `id`: the same, cut, grown, in other letters, or its hash.
fn alike(id: &str, random: &mut Rng) -> String {
    match random.u8(..8) {
        0 => id.to_owned(),
        1 => queue_id(id),
        2 => format!("sha256={}", sha256_hex(id)),
        3 => id.to_ascii_uppercase(),
        4 => id.chars().skip(1).collect(),
        5 => format!("{id}{}", random.char('0'..='9')),
        6 => id.replace(':', "-"),
        _ => any_id(random),
    }
}

/// What IAM takes in the name of a policy.
fn is_of_iam(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte)
}

#[test]
fn names_made_from_ids_are_valid_deterministic_and_never_shared() {
    let mut random = Rng::with_seed(44);
    let (mut same, mut hashed) = (0, 0);
    for _ in 0..PAIRS {
        let a = any_id(&mut random);
        let b = alike(&a, &mut random);
        let (group_a, group_b) = (queue_id(&a), queue_id(&b));
        assert_eq!(a == b, group_a == group_b, "{a:?} {b:?}");
        assert_eq!(group_a, queue_id(&a), "{a:?}");
        let printable = group_b.bytes().all(|byte| byte.is_ascii_graphic());
        assert!(printable && (1..=128).contains(&group_b.len()), "{b:?}");
        same += usize::from(a == b);
        let (Ok(left), Ok(right)) = (a.parse(), b.parse()) else { continue };
        let (left, right) = (PolicyName::of(&left), PolicyName::of(&right));
        assert_eq!(a == b, left == right, "{a:?} {b:?}");
        assert!(right.as_str().len() <= 128, "{b:?}");
        assert!(right.as_str().bytes().all(is_of_iam), "{b:?}");
        hashed += usize::from(right.as_str().contains("sha256="));
    }
    assert!((PAIRS / 10..PAIRS / 3).contains(&same), "{same} pairs are of one id");
    assert!((PAIRS / 5..PAIRS * 4 / 5).contains(&hashed), "{hashed} names are hashes");
}
