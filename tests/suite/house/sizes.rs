//! Lengths: of files, of lines of comments, of the documents that a newcomer reads first.

use super::{files, shown, text};

const FOLDERS: [&str; 10] =
    ["src", "bindings", "cluster", "jpeg", "lab", "models", "tests", "benches", "examples", "fuzz"];

/// Lines of a source file.
const LONGEST_FILE: usize = 400;

/// Columns of a line of comments. Code may have 120.
const WIDEST_COMMENT: usize = 100;

#[test]
fn no_source_file_is_longer_than_a_reader_remembers() {
    let mut long = Vec::new();
    for path in FOLDERS.iter().flat_map(|folder| files(folder, ".rs")) {
        let lines = text(&path).lines().count();
        if lines > LONGEST_FILE {
            long.push(format!("{}: {lines}", shown(&path)));
        }
    }
    assert!(long.is_empty(), "over {LONGEST_FILE} lines: {long:#?}");
}

#[test]
fn comments_wrap_at_a_hundred_columns() {
    let mut wide = Vec::new();
    for path in FOLDERS.iter().flat_map(|folder| files(folder, ".rs")) {
        for (number, line) in text(&path).lines().enumerate() {
            let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
            let comment = comment.trim_start_matches(['/', '!']).trim_start();
            // A row of a table and a link cannot be wrapped.
            let breaks = !comment.starts_with('|') && comment.contains(' ') && !comment.contains("](http");
            if line.chars().count() > WIDEST_COMMENT && breaks {
                wide.push(format!("{}:{}", shown(&path), number + 1));
            }
        }
    }
    assert!(wide.is_empty(), "{} over {WIDEST_COMMENT} columns: {wide:#?}", wide.len());
}

#[test]
fn documents_that_one_reads_first_are_short() {
    for (document, most) in [("README.md", 800), ("ARCHITECTURE.md", 600)] {
        let words = text(document).split_whitespace().count();
        assert!(words <= most, "{document} has {words} words, over {most}");
    }
}
