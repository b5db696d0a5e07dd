//! The public interface as `docs/public-api.txt` lists it (`.ci/api` writes it).

use super::{root, text};
use std::collections::{BTreeMap, BTreeSet};

/// The paths of every public type by its name; a re-export is no path of its own.
fn types(listing: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in listing.lines() {
        let Some((path, declaration)) = line.split_once(": ") else { continue };
        let declaration = declaration.strip_prefix("#[non_exhaustive] ").unwrap_or(declaration);
        let mut words = declaration.split(|c: char| !c.is_alphanumeric() && c != '_');
        let is_type =
            words.next() == Some("pub") && ["struct", "enum", "trait", "type"].contains(&words.next().unwrap_or(""));
        let name = words.next().unwrap_or("");
        if is_type && path.rsplit("::").next() == Some(name) {
            found.entry(name.to_owned()).or_default().insert(path.to_owned());
        }
    }
    found
}

#[test]
fn reexports_are_told_from_types_of_one_name() {
    let listing = "selfsame::Engine: pub use selfsame::engine::Engine\n\
        selfsame::engine::Engine: pub struct Engine\n\
        selfsame::engine::Engine::new: pub fn new() -> Result<Self>\n\
        selfsame::a::Reason: #[non_exhaustive] pub enum Reason\n\
        selfsame::b::Reason: pub enum Reason\n\
        selfsame::b::Port::Error: pub type Error\n\
        selfsame::c::List: pub struct List<T>";
    let types = types(listing);
    assert_eq!(types["Engine"].len(), 1);
    assert_eq!(types["Reason"].len(), 2);
    assert_eq!(types["List"].len(), 1);
}

#[test]
fn a_public_name_means_one_thing() {
    if !root().join("docs/public-api.txt").exists() {
        eprintln!("skipped: the package leaves out the listing");
        return;
    }
    let types = types(&text("docs/public-api.txt"));
    assert!(types.len() > 100, "{}", types.len());
    let twice: Vec<_> = types.values().filter(|paths| paths.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}
