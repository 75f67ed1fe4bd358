//! Every parser over its corpus, over mutations of it, and over anything: none panics, and none asks
//! for more memory than its input explains. `cargo fuzz` goes on from the same corpus.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to fail where it stands"
)]

use std::fs;
use std::path::Path;

use entry_points::{ENTRY_POINTS, EntryPoint};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

/// All parsers together.
const CASES: usize = 20_000;
/// What any call may hold at once, in bytes, beside a multiple of its input.
const ALWAYS: u64 = 1024 * 1024;
const TIMES_INPUT: u64 = 256;
/// Bytes that mean something in JSON, YAML, ARNs and types.
const TELLING: &[u8] = b"{}[]<>(),:;\"'\\/*?$%&#!|-+.0159eE \n\t\x00\x7f\xff\xc3";

/// One change to a text.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, u8),
    Remove(Index, Index),
    Repeat(Index, Index, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let byte = || prop_oneof![select(TELLING), any::<u8>()];
    let place = any::<Index>;
    prop_oneof![
        (place(), byte()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        (place(), byte()).prop_map(|(at, byte)| Mutation::Insert(at, byte)),
        (place(), place()).prop_map(|(from, to)| Mutation::Remove(from, to)),
        (place(), place(), 1..200_usize).prop_map(|(from, to, n)| Mutation::Repeat(from, to, n)),
    ]
}

/// The text between two places, in either order.
fn between(length: usize, from: Index, to: Index) -> std::ops::Range<usize> {
    let (from, to) = (from.index(length + 1), to.index(length + 1));
    from.min(to)..from.max(to)
}

fn mutated(mut bytes: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    for mutation in mutations {
        match mutation {
            Mutation::Replace(at, byte) if !bytes.is_empty() => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Mutation::Replace(at, byte) | Mutation::Insert(at, byte) => {
                bytes.insert(at.index(bytes.len() + 1), *byte);
            }
            Mutation::Remove(from, to) => {
                bytes.drain(between(bytes.len(), *from, *to));
            }
            Mutation::Repeat(from, to, times) => {
                let range = between(bytes.len(), *from, *to);
                let range = range.start..range.end.min(range.start + 64);
                let repeated = bytes[range.clone()].repeat(*times);
                bytes.splice(range, repeated);
            }
        }
    }
    bytes
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

fn inputs(corpus: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let mutated = (select(corpus), vec(mutation(), 1..6))
        .prop_map(|(bytes, mutations)| mutated(bytes, &mutations));
    prop_oneof![4 => mutated, 1 => vec(any::<u8>(), 0..300)]
}

/// How much memory a call holds at once may depend on its input, and on nothing else.
fn bounded(entry_point: EntryPoint, bytes: &[u8]) -> Result<u64, TestCaseError> {
    let measured = allocation_counter::measure(|| entry_point(bytes));
    let allowed = ALWAYS + TIMES_INPUT * u64::try_from(bytes.len()).unwrap();
    prop_assert!(measured.bytes_max <= allowed, "{} bytes held", measured.bytes_max);
    Ok(measured.bytes_max)
}

#[test]
fn every_parser_takes_its_corpus_in_bounded_memory() {
    for (name, entry_point) in ENTRY_POINTS {
        let corpus = corpus(name);
        assert!(!corpus.is_empty(), "{name} has no corpus");
        for bytes in corpus {
            bounded(entry_point, &bytes).unwrap();
        }
    }
}

#[test]
fn no_parser_panics_or_asks_for_unbounded_memory_whatever_comes() {
    let each = u32::try_from(CASES.div_ceil(ENTRY_POINTS.len())).unwrap();
    for (name, entry_point) in ENTRY_POINTS {
        let config = Config { failure_persistence: None, ..Config::with_cases(each) };
        let mut runner = TestRunner::new(config);
        let run =
            runner.run(&inputs(corpus(name)), |bytes| bounded(entry_point, &bytes).map(|_| ()));
        if let Err(error) = run {
            panic!("{name}: {error}");
        }
    }
}

#[test]
fn each_corpus_belongs_to_a_parser_and_each_parser_has_a_fuzz_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: std::path::PathBuf| -> Vec<String> {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let mut names: Vec<String> =
            files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let mut parsers: Vec<String> =
        ENTRY_POINTS.iter().map(|(name, _)| (*name).to_owned()).collect();
    parsers.sort();
    assert_eq!(names(root.join("corpus")), parsers);
    assert_eq!(names(root.join("../../fuzz/fuzz_targets")), parsers);
}
