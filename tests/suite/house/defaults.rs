//! A default stands in the documentation of what has it.

use super::{code, shown};

/// The name in `impl Default for Name` or `impl<…> Default for Name<…>`.
fn defaulted(line: &str) -> Option<&str> {
    let (head, name) = line.split_once(" Default for ")?;
    (head.starts_with("impl")).then(|| name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(name))
}

/// The documentation of `pub struct name` and all within it, or none: it is not public.
fn documentation(lines: &[String], name: &str) -> Option<String> {
    let declares = |line: &String| {
        let rest = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
        rest.is_some_and(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next() == Some(name))
    };
    let at = lines.iter().position(declares)?;
    let above = lines[..at].iter().rev().take_while(|line| line.starts_with("///") || line.starts_with("#["));
    // One line, or all up to the closing brace.
    let length = if lines[at].ends_with(';') { 1 } else { lines.len() };
    let within = lines[at..].iter().take(length).take_while(|line| !line.starts_with('}'));
    let comments = above.chain(within).map(|line| line.trim_start()).filter(|line| line.starts_with("///"));
    Some(comments.collect::<Vec<_>>().join("\n"))
}

#[test]
fn documentation_is_found() {
    let code = "/// The default is 3.\n#[derive(Debug)]\npub struct Limit(u32);\n\n/// No.\nimpl Default for Limit {";
    let lines: Vec<String> = code.lines().map(str::to_owned).collect();
    assert_eq!(defaulted(&lines[5]), Some("Limit"));
    assert_eq!(defaulted("impl<T> Default for List<T> {"), Some("List"));
    assert_eq!(defaulted("    impl Default for $name {"), None);
    assert_eq!(documentation(&lines, "Limit").unwrap(), "/// The default is 3.");
    assert_eq!(documentation(&lines, "Lim"), None);
    assert!(!is_told(&lines, 5));
    let told = ["impl Default for Limit {", "    /// 3, as published.", "    fn default() -> Self {", "}"];
    assert!(is_told(&told.map(str::to_owned), 0));
}

/// Whether the implementation that begins at `start` says what its default is.
fn is_told(lines: &[String], start: usize) -> bool {
    let body = lines[start..].iter().take_while(|line| *line != "}");
    let mut before = body.take_while(|line| !line.contains("fn default"));
    before.any(|line| line.trim_start().starts_with("///"))
}

/// `settings!` states defaults itself; this holds what is written by hand.
#[test]
fn types_with_a_default_say_what_it_is() {
    let (mut silent, mut seen) = (Vec::new(), 0);
    for (path, lines) in ["src", "bindings", "lab/src"].into_iter().flat_map(code) {
        let named = lines.iter().enumerate().filter_map(|(number, line)| Some((number, defaulted(line)?)));
        for (number, name) in named {
            let Some(documentation) = documentation(&lines, name) else { continue };
            seen += 1;
            if !documentation.to_lowercase().contains("default") && !is_told(&lines, number) {
                silent.push(format!("{}: {name}", shown(&path)));
            }
        }
    }
    assert!(seen > 0);
    assert!(silent.is_empty(), "their documentation states no default: {silent:#?}");
}
