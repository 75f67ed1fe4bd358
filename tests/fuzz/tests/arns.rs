//! A million ARNs, valid, mutated and hostile, always the same ones: what is taken is exactly one thing of
//! the kind that was asked for, in the partition that stands there, and prints as it was read.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

use std::fmt::Display;
use std::str::FromStr;

use domain::arn::Arn;
use domain::glue::{TableArn, WorkgroupArn};
use domain::role::RoleArn;
use domain::s3::S3Location;
use fastrand::Rng;

const ARNS: usize = 1_000_000;
const SEED: u64 = 6;

const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"];
/// What a grant is made of: service, and what the resource begins with.
const KINDS: [(&str, &str); 4] =
    [("iam", "role/"), ("glue", "table/"), ("athena", "workgroup/"), ("s3", "")];
const REGIONS: [&str; 4] = ["eu-west-1", "us-gov-east-1", "cn-north-1", "eusc-de-east-1"];
/// Wildcards, variables, quotes, white space, control characters, look-alikes, parts of other ARNs.
const HOSTILE: [&str; 34] = [
    "*",
    "?",
    "$",
    "${aws:username}",
    "${*}",
    "\"",
    "\\",
    "\\u002a",
    "\",\"Action\":\"*",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\u{1b}[0m",
    "\u{7f}",
    "\u{a0}",
    "\u{200b}",
    "\u{202e}",
    "\u{ff0a}",
    "\u{ff1a}",
    "\u{2044}",
    "ä",
    "а",
    "%2A",
    "..",
    "//",
    "/./",
    ":",
    "arn:aws:s3:::",
    "arn:aws:iam::aws:policy/AdministratorAccess",
    "{}",
    "<script>",
    "-",
];

/// One word that every kind of name takes.
fn word(random: &mut Rng, most: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let length = random.usize(3..=most);
    (0..length).map(|_| char::from(LETTERS[random.usize(..LETTERS.len())])).collect()
}

fn account(random: &mut Rng) -> String {
    format!("{:012}", random.u64(..1_000_000_000_000))
}

/// An ARN that names one thing of this kind.
fn valid(random: &mut Rng, kind: usize) -> String {
    let partition = PARTITIONS[random.usize(..PARTITIONS.len())];
    let (service, begin) = KINDS[kind];
    let place = match service {
        "s3" => ":".to_owned(),
        "iam" => format!(":{}", account(random)),
        _ => format!("{}:{}", REGIONS[random.usize(..REGIONS.len())], account(random)),
    };
    let parts = match service {
        "glue" => 2,
        "athena" => 1,
        _ => random.usize(1..=4),
    };
    let names: Vec<String> = (0..parts).map(|_| word(random, 20)).collect();
    format!("arn:{partition}:{service}:{place}:{begin}{}", names.join("/"))
}

/// One to three changes, each a little wrong.
fn mutated(random: &mut Rng, mut text: String) -> String {
    for _ in 0..random.usize(1..=3) {
        let place = place_in(&text, random);
        match random.usize(..6) {
            0 => text.insert_str(place, HOSTILE[random.usize(..HOSTILE.len())]),
            1 => text.insert(place, random.char(..)),
            2 => text.truncate(place),
            3 => {
                let (from, to) = (KINDS[random.usize(..4)].0, KINDS[random.usize(..4)].0);
                text = text.replacen(from, to, 1);
            }
            4 if place < text.len() => drop(text.remove(place)),
            _ => text.insert_str(place, &word(random, 200)),
        }
    }
    text
}

fn place_in(text: &str, random: &mut Rng) -> usize {
    let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
    places.get(random.usize(..=places.len())).copied().unwrap_or(text.len())
}

/// Nothing but parts that may do harm, one after another.
fn hostile(random: &mut Rng) -> String {
    let mut text = String::new();
    for _ in 0..random.usize(..12) {
        match random.usize(..4) {
            0 => text.push(random.char(..)),
            1 => text.push_str(&word(random, 8)),
            2 => text
                .push_str(["arn:", "aws:", "s3:::", "glue:", "iam::", "role/"][random.usize(..6)]),
            _ => text.push_str(HOSTILE[random.usize(..HOSTILE.len())]),
        }
    }
    text
}

/// Whether `T` takes a text; then it is one thing of service and resource type `kind`.
fn takes<T: FromStr + Display + PartialEq>(text: &str, kind: usize) -> bool {
    let Ok(read) = text.parse::<T>() else { return false };
    let printed = read.to_string();
    // Whoever writes `bucket/folder/` means the folder: that slash alone is not kept.
    let is_same = printed == text || KINDS[kind].0 == "s3" && printed == text.trim_end_matches('/');
    assert!(is_same, "{text:?} is printed as {printed:?}");
    assert!(printed.parse::<T>().is_ok_and(|again| again == read), "{text:?}");
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '*' | '?' | '$' | '"' | '\\');
    assert!(printed.chars().all(plain), "{text:?} is not one thing");
    let parts: Vec<&str> = printed.splitn(6, ':').collect();
    let (service, begin) = KINDS[kind];
    assert_eq!((parts[0], parts[2]), ("arn", service), "{text:?}");
    assert!(PARTITIONS.contains(&parts[1]) && text.starts_with(&format!("arn:{}:", parts[1])));
    assert!(parts[5].strip_prefix(begin).is_some_and(|name| !name.is_empty()), "{text:?}");
    true
}

/// The kind of thing that a text is taken for: by one reader at most.
fn taken_as(text: &str) -> Option<usize> {
    let by = [
        takes::<RoleArn>(text, 0),
        takes::<TableArn>(text, 1),
        takes::<WorkgroupArn>(text, 2),
        takes::<S3Location>(text, 3),
    ];
    assert!(by.iter().filter(|takes| **takes).count() <= 1, "{text:?} is two things");
    let kind = by.iter().position(|takes| *takes);
    let read = text.parse::<Arn>();
    assert!(kind.is_none() || read.is_ok(), "{text:?} is no ARN at all");
    assert!(read.is_err() || read.unwrap().to_string() == text, "{text:?}");
    kind
}

#[test]
fn of_a_million_arns_those_that_are_taken_are_one_thing_of_the_kind_asked_for() {
    let mut random = Rng::with_seed(SEED);
    let (mut valid_ones, mut mutated_ones, mut hostile_ones) = ([0; KINDS.len()], 0, 0);
    for _ in 0..ARNS {
        let kind = random.usize(..KINDS.len());
        match random.usize(..5) {
            0 => {
                let text = valid(&mut random, kind);
                assert_eq!(taken_as(&text), Some(kind), "{text:?}");
                valid_ones[kind] += 1;
            }
            1 => hostile_ones += usize::from(taken_as(&hostile(&mut random)).is_some()),
            _ => {
                let text = valid(&mut random, kind);
                mutated_ones += usize::from(taken_as(&mutated(&mut random, text)).is_some());
            }
        }
    }
    // Enough of each is taken and refused for the rules above to have been asked.
    assert!(valid_ones.iter().all(|count| *count > 45_000), "{valid_ones:?}");
    assert!((50_000..400_000).contains(&mutated_ones), "{mutated_ones} mutated ones were taken");
    assert!(hostile_ones < 1_000, "{hostile_ones} hostile ones were taken");
}
