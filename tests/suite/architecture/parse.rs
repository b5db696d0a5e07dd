//! As much of Rust as it takes to see which paths a file names.

use std::collections::{BTreeMap, BTreeSet};

/// A path's segments; of a file, from the root of its crate.
pub type Path = Vec<String>;

/// The paths that a file names outside of code for tests.
#[derive(Debug, Default, PartialEq)]
pub struct Named {
    /// `use` items without visibility: the path, and the name that it has here.
    pub imports: Vec<(Path, String)>,
    /// `pub use` and `pub(…) use` items, likewise.
    pub reexports: Vec<(Path, String)>,
    /// Paths of two segments or more within other code.
    pub inline: Vec<Path>,
}

/// Identifiers, `::` and single characters of punctuation. Comments and literals are left out.
pub fn tokens(code: &str) -> Vec<String> {
    let text: Vec<char> = code.chars().collect();
    let at = |i: usize| text.get(i).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut found, mut i) = (Vec::new(), 0);
    while i < text.len() {
        let c = at(i);
        if c == '/' && at(i + 1) == '/' {
            while i < text.len() && at(i) != '\n' {
                i += 1;
            }
        } else if c == '/' && at(i + 1) == '*' {
            let mut depth = 0;
            loop {
                match (at(i), at(i + 1)) {
                    ('/', '*') => (depth, i) = (depth + 1, i + 2),
                    ('*', '/') => (depth, i) = (depth - 1, i + 2),
                    _ => i += 1,
                }
                if depth == 0 || i >= text.len() {
                    break;
                }
            }
        } else if let Some(hashes) = raw_string(&text, i) {
            let end: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
            let end: Vec<char> = end.chars().collect();
            while at(i) != '"' {
                i += 1;
            }
            i += 1;
            while i < text.len() && !text[i..].starts_with(&end) {
                i += 1;
            }
            i += end.len();
        } else if c == '"' {
            i += 1;
            while i < text.len() && at(i) != '"' {
                i += 1 + usize::from(at(i) == '\\');
            }
            i += 1;
        } else if c == '\'' {
            // A character, or a lifetime.
            if at(i + 1) == '\\' || at(i + 2) == '\'' {
                i += 2 + usize::from(at(i + 1) == '\\');
                while i < text.len() && at(i) != '\'' {
                    i += 1;
                }
            }
            i += 1;
        } else if is_word(c) {
            let start = i;
            while is_word(at(i)) {
                i += 1;
            }
            found.push(text[start..i].iter().collect());
        } else if c == ':' && at(i + 1) == ':' {
            found.push("::".to_owned());
            i += 2;
        } else {
            if !c.is_whitespace() {
                found.push(c.to_string());
            }
            i += 1;
        }
    }
    found
}

/// The number of hashes, if a raw string begins here.
fn raw_string(text: &[char], start: usize) -> Option<usize> {
    let before = start.checked_sub(1).and_then(|i| text.get(i));
    if before.is_some_and(|c| c.is_alphanumeric() || *c == '_') {
        return None;
    }
    let rest = text[start..].strip_prefix(&['b']).unwrap_or(&text[start..]);
    let rest = rest.strip_prefix(&['r'])?;
    let hashes = rest.iter().take_while(|c| **c == '#').count();
    (rest.get(hashes) == Some(&'"')).then_some(hashes)
}

/// The paths of a use tree (`a::{b, c::{self, d as e}}`), each with the name that it has here.
pub fn use_tree(tokens: &[String]) -> Vec<(Path, String)> {
    let mut prefix = Path::new();
    let mut rest = tokens;
    loop {
        match rest {
            [open, inner @ .., close] if open == "{" && close == "}" => {
                let (mut found, mut depth, mut start) = (Vec::new(), 0, 0);
                for (i, token) in inner.iter().enumerate() {
                    match token.as_str() {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        "," if depth == 0 => {
                            found.extend(use_tree(&inner[start..i]));
                            start = i + 1;
                        }
                        _ => {}
                    }
                }
                found.extend(use_tree(&inner[start..]));
                found.iter_mut().for_each(|(path, _)| *path = [prefix.as_slice(), path.as_slice()].concat());
                // `{self}` has the name of what is before it.
                for (path, name) in &mut found {
                    if name == "self" || name.is_empty() {
                        *name = path.last().cloned().unwrap_or_default();
                    }
                }
                return found;
            }
            [segment, colons, more @ ..] if colons == "::" => {
                prefix.push(segment.clone());
                rest = more;
            }
            [colons, more @ ..] if colons == "::" => rest = more,
            [] => return Vec::new(),
            [last, ..] => {
                if last != "self" || prefix.is_empty() && rest.len() == 1 {
                    prefix.push(last.clone());
                }
                if prefix == ["self"] {
                    prefix.clear();
                }
                let name = match rest {
                    [_, word, name] if word == "as" => name.clone(),
                    _ => prefix.last().cloned().unwrap_or_default(),
                };
                return vec![(prefix, name)];
            }
        }
    }
}

/// All that a file names. Items behind `#[cfg(test)]` are left out.
pub fn named(code: &str) -> Named {
    let tokens = tokens(code);
    let is = |i: usize, word: &str| tokens.get(i).is_some_and(|token| token == word);
    let follows = |i: usize, words: &[&str]| words.iter().enumerate().all(|(k, word)| is(i + k, word));
    let mut named = Named::default();
    let mut i = 0;
    while i < tokens.len() {
        if follows(i, &["#", "!", "[", "cfg", "(", "test", ")", "]"]) {
            return Named::default();
        }
        if follows(i, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            i = after_item(&tokens, i + 7);
            continue;
        }
        if is(i, "use") && !is(i + 1, "<") {
            let end = (i..tokens.len()).find(|end| is(*end, ";")).unwrap_or(tokens.len());
            let visible = match i.checked_sub(1).map(|before| tokens[before].as_str()) {
                Some("pub") => true,
                // `pub(crate) use`, `pub(in crate::module) use`.
                Some(")") => {
                    let open = (0..i).rev().find(|open| is(*open, "("));
                    open.and_then(|open| open.checked_sub(1)).is_some_and(|before| is(before, "pub"))
                }
                _ => false,
            };
            let found = use_tree(&tokens[i + 1..end]);
            if visible {
                named.reexports.extend(found)
            } else {
                named.imports.extend(found)
            }
            i = end + 1;
            continue;
        }
        let begins = i == 0 || !is(i - 1, "::");
        if begins && is(i + 1, "::") && tokens[i].starts_with(|c: char| c.is_alphabetic() || c == '_') {
            let mut path = vec![tokens[i].clone()];
            i += 1;
            while is(i, "::")
                && tokens.get(i + 1).is_some_and(|next| next.starts_with(|c: char| c.is_alphabetic() || c == '_'))
            {
                path.push(tokens[i + 1].clone());
                i += 2;
            }
            if path.len() > 1 {
                named.inline.push(path);
            }
            continue;
        }
        i += 1;
    }
    named
}

/// Where the item that begins at `i` ends: behind its `;` or its block.
fn after_item(tokens: &[String], mut i: usize) -> usize {
    let mut depth = 0;
    while let Some(token) = tokens.get(i) {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth -= 1;
                if depth < 0 {
                    return i;
                }
                if depth == 0 && token == "}" {
                    return i + 1;
                }
            }
            ";" if depth == 0 => return i + 1,
            _ => {}
        }
        i += 1;
    }
    i
}

/// A path as the file of module `module` names it, from the crate's root. None: it leads elsewhere.
pub fn absolute(module: &[String], path: &[String], modules: &BTreeSet<Path>) -> Option<Path> {
    let first = path.first()?;
    match first.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some([module, &path[1..]].concat()),
        "super" => {
            let up = path.iter().take_while(|segment| *segment == "super").count();
            Some([&module[..module.len().checked_sub(up)?], &path[up..]].concat())
        }
        _ => {
            let child = [module, std::slice::from_ref(first)].concat();
            modules.contains(&child).then(|| [module, path].concat())
        }
    }
}

/// The re-exports of a file: the name here, and the path that it stands for.
pub fn reexports(module: &[String], named: &Named, modules: &BTreeSet<Path>) -> BTreeMap<String, Path> {
    let known = |(path, name): &(Path, String)| Some((name.clone(), absolute(module, path, modules)?));
    named.reexports.iter().filter_map(known).collect()
}

fn path(text: &str) -> Path {
    text.split("::").filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

#[test]
fn tokens_leave_out_comments_and_literals() {
    let code = "a::b // c::d\n/* e::f /* g */ h */ \"i::j \\\" k\" r#\"l\"::m\"# 'n' '\\'' 'o: p b\"q\" br\"r\" s";
    assert_eq!(tokens(code), ["a", "::", "b", "o", ":", "p", "b", "s"]);
}

#[test]
fn use_trees_become_paths_and_names() {
    let tree = |code: &str| use_tree(&tokens(code));
    let pair = |path_of: &str, name: &str| (path(path_of), name.to_owned());
    assert_eq!(tree("a::b"), [pair("a::b", "b")]);
    assert_eq!(tree("a::b as c"), [pair("a::b", "c")]);
    assert_eq!(tree("crate::a::*"), [pair("crate::a::*", "*")]);
    assert_eq!(
        tree("super::{a, b::{self, c as d, e::{f}},}"),
        [pair("super::a", "a"), pair("super::b", "b"), pair("super::b::c", "d"), pair("super::b::e::f", "f")]
    );
    assert_eq!(tree("{a::b, c}"), [pair("a::b", "b"), pair("c", "c")]);
    assert_eq!(tree("a::{self as b}"), [pair("a", "b")]);
}

#[test]
fn imports_reexports_and_paths_are_told_apart_and_tests_left_out() {
    let code = "
        pub mod detect;
        use crate::error::{Error, Result};
        pub use detect::Face;
        pub(crate) use super::a::B as C;
        pub(in crate::x) use d::E;
        #[cfg(test)]
        #[allow(unused)]
        use crate::only::Tested;
        #[cfg(test)]
        impl Tested { fn x() { crate::only::tested(); } }
        fn f(a: [u8; 3]) -> impl Iterator + use<'_> { crate::mesh::x::<self::y::Z>(); std::mem::take(a) }
        #[cfg(test)]
        mod tests { use crate::only::in_tests; }
        fn g() { super::h() }
    ";
    let named = named(code);
    let pair = |path_of: &str, name: &str| (path(path_of), name.to_owned());
    assert_eq!(named.imports, [pair("crate::error::Error", "Error"), pair("crate::error::Result", "Result")]);
    assert_eq!(named.reexports, [pair("detect::Face", "Face"), pair("super::a::B", "C"), pair("d::E", "E")]);
    let inline = ["crate::x", "crate::mesh::x", "self::y::Z", "std::mem::take", "super::h"];
    assert_eq!(named.inline, inline.map(path));
    assert_eq!(super::parse::named("#![cfg(test)]\nuse crate::a::b;"), Named::default());
}

#[test]
fn paths_lead_to_the_crates_root() {
    let modules: BTreeSet<Path> = ["", "a", "a::b", "a::c"].map(path).into();
    let from = |path_of: &str| absolute(&path("a::b"), &path(path_of), &modules);
    assert_eq!(from("crate::a::c::X"), Some(path("a::c::X")));
    assert_eq!(from("super::c::X"), Some(path("a::c::X")));
    assert_eq!(from("super::super::a"), Some(path("a")));
    assert_eq!(from("self::X"), Some(path("a::b::X")));
    assert_eq!(from("super::super::super::X"), None);
    assert_eq!(from("std::mem"), None);
    assert_eq!(absolute(&path("a"), &path("b::X"), &modules), Some(path("a::b::X")));
}
