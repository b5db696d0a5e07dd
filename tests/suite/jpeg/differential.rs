//! Generated files against libjpeg-turbo.

use super::generated::{Generated, file};
use super::program;
use super::same::difference;
use rayon::prelude::*;
use selfsame::error::ErrorKind;
use selfsame::image::{Limits, Photo};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// What became of one file.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Same,
    /// Refused, with an error of the right kind.
    Refused,
    /// `djpeg` complains about the file, or reads it not at all.
    NoReference,
    Wrong(String),
}

fn answer(number: u64, generated: &Generated) -> Answer {
    let reference = match program::djpeg(&generated.file) {
        Ok(picture) => picture,
        // Arithmetic coding, which a build of `djpeg` may lack, and which is refused here.
        Err(complaint) if generated.kind.starts_with("arithmetic") => {
            println!("file {number}: djpeg says {complaint}");
            return Answer::NoReference;
        }
        Err(complaint) => panic!("file {number} ({}): djpeg says {complaint}", generated.recipe),
    };
    match Photo::decode(&generated.file, &Limits::default()) {
        Ok(photo) => difference(&photo, &reference).map_or(Answer::Same, Answer::Wrong),
        Err(error) if error.kind() == ErrorKind::UnsupportedFormat => Answer::Refused,
        Err(error) => Answer::Wrong(error.to_string()),
    }
}

/// Holds the files with these numbers against `djpeg`.
fn compare(numbers: Range<u64>) {
    if !program::present() {
        return;
    }
    let of_one = |number: u64| {
        let generated = file(number);
        let answer = answer(number, &generated);
        if let Answer::Wrong(what) = &answer {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{number}.jpg"));
            std::fs::write(&path, &generated.file).unwrap();
            println!("file {number} ({}): {what}; see {}", generated.recipe, path.display());
        }
        (generated.kind, answer)
    };
    let answers: Vec<(String, Answer)> = numbers.into_par_iter().map(of_one).collect();
    let count = |wanted: fn(&Answer) -> bool| answers.iter().filter(|(_, answer)| wanted(answer)).count();
    let (same, wrong) = (count(|a| *a == Answer::Same), count(|a| matches!(a, Answer::Wrong(_))));
    let refused = answers.iter().filter(|(_, answer)| *answer == Answer::Refused);
    let mut by_kind: BTreeMap<&str, usize> = BTreeMap::new();
    refused.for_each(|(kind, _)| *by_kind.entry(kind).or_default() += 1);
    println!("{} files: {same} the same, {wrong} wrong; refused:", answers.len());
    by_kind.iter().for_each(|(kind, count)| println!("  {count} {kind}"));
    assert_eq!(wrong, 0, "pictures that differ, or errors of the wrong kind");
    // All that libjpeg reads of these is read here, but for arithmetic coding.
    let refused: Vec<_> = by_kind.keys().filter(|kind| !kind.starts_with("arithmetic")).collect();
    assert!(refused.is_empty(), "refused: {refused:?}");
}

#[test]
fn generated_jpegs_are_the_pictures_that_libjpeg_reads() {
    compare(0..400);
}

/// `cargo test --release --test suite twenty_thousand_jpegs -- --ignored --nocapture`
#[test]
#[ignore = "a few minutes"]
fn twenty_thousand_jpegs_are_the_pictures_that_libjpeg_reads() {
    compare(1_000_000..1_020_000);
}
