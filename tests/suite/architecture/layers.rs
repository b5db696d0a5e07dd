//! The layers of ARCHITECTURE.md's table, held against what modules import.

use super::files::Files;
use super::{quoted, text};
use std::collections::{BTreeMap, BTreeSet};

/// Modules that the table leaves out: doors for the fuzz targets, not built otherwise.
const UNLISTED: [(&str, usize); 2] = [("random", 0), ("fuzzing", 9)];

/// The layer of every module of the table `| L0 | `module`, `module` | … |`; a row without a layer
/// stands on the one above it.
fn layers(architecture: &str) -> BTreeMap<String, usize> {
    let mut layers: BTreeMap<String, usize> = UNLISTED.iter().map(|(name, layer)| (name.to_string(), *layer)).collect();
    let mut layer = None;
    for line in architecture.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, number, modules, ..] = cells[..] else { continue };
        layer = number.strip_prefix('L').and_then(|n| n.parse().ok()).or(layer);
        if let Some(layer) = layer {
            layers.extend(quoted(modules).map(|module| (module.to_owned(), layer)));
        }
    }
    layers
}

/// Which module names which other: as it is written, and as re-exports lead.
fn edges(layers: &BTreeMap<String, usize>) -> BTreeSet<(String, String)> {
    let files = Files::read("src");
    let followed = files.uses().into_iter().flat_map(|(from, all)| all.into_iter().map(move |to| (from.clone(), to)));
    let edges = files.named().into_iter().chain(followed).filter_map(|(from, to)| {
        let (from, to) = (from.first()?.clone(), to.first()?.clone());
        (from != to && layers.contains_key(&to)).then_some((from, to))
    });
    edges.collect()
}

#[test]
fn every_module_stands_on_a_layer() {
    let layers = layers(&text("ARCHITECTURE.md"));
    let lib = text("src/lib.rs");
    let declared = lib.lines().filter_map(|line| {
        let module = line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod "))?;
        module.strip_suffix(';').map(str::to_owned)
    });
    let declared: BTreeSet<String> = declared.collect();
    assert!(declared.len() > 20);
    assert_eq!(declared, layers.into_keys().collect());
}

#[test]
fn nothing_is_imported_from_a_higher_layer_and_there_are_no_circles() {
    let layers = layers(&text("ARCHITECTURE.md"));
    let edges = edges(&layers);
    assert!(edges.len() > 60, "{}", edges.len());
    let upward: Vec<_> = edges.iter().filter(|(from, to)| layers[to] > layers[from]).collect();
    assert!(upward.is_empty(), "{upward:?}");
    // A module whose imports are all gone can go; in a circle none can.
    let mut left: BTreeSet<&String> = layers.keys().collect();
    loop {
        let leaves: Vec<&String> =
            left.iter().copied().filter(|m| !edges.iter().any(|(from, to)| from == *m && left.contains(to))).collect();
        if leaves.is_empty() {
            break;
        }
        leaves.into_iter().for_each(|leaf| assert!(left.remove(leaf)));
    }
    assert!(left.is_empty(), "these import each other: {left:?}");
}
