//! A broken invariant is never a silent zero: what falls back to a value says why that value is
//! right.
//!
//! Nobody can tell by its form whether a fallback hides a mistake. So each of the forms below has
//! to be explained by a comment: on its own line, within its chain of calls, or right above the
//! statement's line. What cannot be explained is an error, a fixed-size array or an iterator
//! instead.

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

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// The numbers of the lines, from 1, that fall back without saying why.
fn unexplained(lines: &[String]) -> Vec<usize> {
    let mut found = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if is_comment(line) || !FORMS.iter().any(|form| line.contains(form)) || line.contains("//") {
            continue;
        }
        // Up to where the chain of calls begins.
        let goes_on = |line: &String| line.trim_start().starts_with(['.', '}', ')', '|']);
        let mut first = number;
        while first > 0 && (goes_on(&lines[first]) || is_comment(&lines[first])) {
            first -= 1;
        }
        let within = lines[first..number].iter().any(|line| line.contains("//"));
        let above = first.checked_sub(1).is_some_and(|above| is_comment(&lines[above]));
        // The documentation of an item is no reason for what its first line does.
        let above = above && !lines[first - 1].trim_start().starts_with("///");
        if !within && !above {
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
    assert_eq!(unexplained("// About b.\nlet b = 3;\nlet a = b\n    .get(i)\n    .unwrap_or(&0);"), [5]);
    assert_eq!(unexplained("/// The a.\nfn a() -> u8 { b.unwrap_or(0) }"), [2]);
    assert_eq!(unexplained("// .unwrap_or(0) hides it"), none);
}

#[test]
#[ignore = "rooms are still being written"]
fn what_falls_back_says_why() {
    let mut silent = Vec::new();
    for (path, lines) in ["src", "lab/src"].into_iter().flat_map(code) {
        silent.extend(unexplained(&lines).iter().map(|number| format!("{}:{number}", shown(&path))));
    }
    assert!(silent.is_empty(), "{} fall back without a reason: {silent:#?}", silent.len());
}
