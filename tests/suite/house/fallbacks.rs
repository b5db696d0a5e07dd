//! A broken invariant is never a silent zero: what falls back to a value says why that value is
//! right.
//!
//! Nobody can tell by its form whether a fallback hides a mistake. So each of the forms below has
//! to be explained where it stands: by a comment within its chain of calls or in the few lines
//! above, by a debug assertion there, or by the documentation of a short function that says what it
//! gives when there is nothing ("0 if …", "empty where …"). What cannot be explained is an error, a
//! fixed-size array or an iterator instead. The test sees that there is an explanation; a reviewer
//! sees whether it is true.

use super::{code, shown};

/// Forms that make a value of what is not there.
const FORMS: [&str; 12] = [
    ".unwrap_or_default()",
    ".unwrap_or(0",
    ".unwrap_or(-1",
    ".unwrap_or(&",
    ".unwrap_or(1",
    ".unwrap_or(f32::",
    ".unwrap_or(f64::",
    ".unwrap_or(usize::MAX",
    ".unwrap_or(false)",
    ".map_or(0",
    ".map_or(f32::",
    "else { return Default::default() }",
];

/// Lines above the statement that its explanation may stand in.
const NEAR: usize = 3;

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Whether a line says why something may be missing, or sees it when it must not be.
fn explains(line: &str) -> bool {
    let documentation = line.trim_start().starts_with("///");
    let says = [" if ", "without", "where", "; 0", "empty", "missing", "none"].iter().any(|word| line.contains(word));
    line.contains("debug_assert") || line.contains("//") && (says || !documentation)
}

/// The numbers of the lines, from 1, that fall back without saying why.
fn unexplained(lines: &[String]) -> Vec<usize> {
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if is_comment(line) || !FORMS.iter().any(|form| line.contains(form)) {
            continue;
        }
        // Up to where the chain of calls begins.
        let goes_on = |line: &String| line.trim_start().starts_with(['.', ')', '|']) || is_comment(line);
        let mut first = number;
        while first > 0 && goes_on(&lines[first]) {
            first -= 1;
        }
        if !lines[first.saturating_sub(NEAR)..=number].iter().any(|line| explains(line)) {
            found.push(number + 1);
        }
    }
    found
}

#[test]
fn a_reason_beside_a_fallback_is_seen() {
    let unexplained = |code: &str| unexplained(&code.lines().map(str::to_owned).collect::<Vec<_>>());
    let none: [usize; 0] = [];
    assert_eq!(unexplained("let a = b.unwrap_or_default();"), [1]);
    assert_eq!(unexplained("let a = b.unwrap_or(0.0); // An absent field is none."), none);
    assert_eq!(unexplained("// An absent field is none.\nlet a = b.map_or(0, f);"), none);
    assert_eq!(unexplained("// An absent field is none.\nlet a = b\n    .get(i)\n    .unwrap_or(&0);"), none);
    assert_eq!(
        unexplained("let a = b\n    // Behind the end there is nothing.\n    .get(i)\n    .unwrap_or(&0);"),
        none
    );
    assert_eq!(unexplained("debug_assert!(i < b.len());\nlet a = b.get(i).unwrap_or(&0);"), none);
    assert_eq!(unexplained("// About c.\nc();\nd();\ne();\nlet a = b\n    .get(i)\n    .unwrap_or(&0);"), [7]);
    assert_eq!(unexplained("/// The a.\nfn a() -> u8 { b.unwrap_or(0) }"), [2]);
    assert_eq!(unexplained("/// The a; 0 if there is no b.\nfn a() -> u8 { b.unwrap_or(0) }"), none);
    assert_eq!(unexplained("// .unwrap_or(0) hides it"), none);
}

#[test]
fn what_falls_back_says_why() {
    let mut silent = Vec::new();
    for (path, lines) in ["src", "bindings", "cluster", "lab/src"].into_iter().flat_map(code) {
        silent.extend(unexplained(&lines).iter().map(|number| format!("{}:{number}", shown(&path))));
    }
    assert!(silent.is_empty(), "{} fall back without a reason: {silent:#?}", silent.len());
}
