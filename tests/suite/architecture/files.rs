//! A ring's files, and which of them uses which.

use super::parse::{Named, Path, absolute, named, reexports};
use super::{root, rust_files};
use std::collections::{BTreeMap, BTreeSet};

/// The files of a crate by the path of their module; the root file has the empty path.
pub struct Files(BTreeMap<Path, Named>);

impl Files {
    /// The files below `folder`, without those of tests.
    pub fn read(folder: &str) -> Self {
        let at = root().join(folder);
        let files = rust_files(folder).into_iter().filter_map(|path| {
            let relative = path.strip_prefix(&at).unwrap().with_extension("");
            let mut module: Path = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            if module.iter().any(|part| part == "tests" || part == "testing") {
                return None;
            }
            if module.last().is_some_and(|last| last == "mod") || module == ["lib"] || module == ["main"] {
                module.pop();
            }
            Some((module, named(&std::fs::read_to_string(path).unwrap())))
        });
        Self::of(files)
    }

    /// Files whose names are already known.
    pub fn of(files: impl IntoIterator<Item = (Path, Named)>) -> Self {
        // `lib.rs` and `main.rs` both stand at the root.
        let mut all: BTreeMap<Path, Named> = BTreeMap::new();
        for (module, mut named) in files {
            let file = all.entry(module).or_default();
            file.imports.append(&mut named.imports);
            file.reexports.append(&mut named.reexports);
            file.inline.append(&mut named.inline);
        }
        Self(all)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    fn modules(&self) -> BTreeSet<Path> {
        self.0.keys().cloned().collect()
    }

    /// All that files name, re-exports included: the module of the file, and the path from the
    /// crate's root.
    pub fn named(&self) -> Vec<(Path, Path)> {
        let modules = self.modules();
        let mut found = Vec::new();
        for (module, named) in &self.0 {
            let imports = named.imports.iter().chain(&named.reexports).map(|(path, _)| path);
            let paths = imports.chain(&named.inline).filter_map(|path| absolute(module, path, &modules));
            found.extend(paths.map(|path| (module.clone(), path)));
        }
        found
    }

    /// Which file uses items that which other files declare.
    ///
    /// Re-exports are followed to the file that declares the item, and are no use themselves.
    /// Naming a module alone is none, either: what is then named by way of it counts.
    pub fn uses(&self) -> BTreeMap<Path, BTreeSet<Path>> {
        let modules = self.modules();
        let forwarded: BTreeMap<&Path, BTreeMap<String, Path>> =
            self.0.iter().map(|(module, named)| (module, reexports(module, named, &modules))).collect();
        let mut uses = BTreeMap::new();
        for (module, named) in &self.0 {
            // Modules that have a name of their own here: `use crate::nn;`, then `nn::Network`.
            let imported: BTreeMap<&str, Path> = named
                .imports
                .iter()
                .filter_map(|(path, name)| Some((name.as_str(), absolute(module, path, &modules)?)))
                .collect();
            let by_name = |path: &Path| match imported.get(path.first()?.as_str()) {
                Some(start) if modules.contains(start) => Some([start.as_slice(), &path[1..]].concat()),
                _ => absolute(module, path, &modules),
            };
            let paths = imported.values().cloned().chain(named.inline.iter().filter_map(by_name));
            let mut targets: BTreeSet<Path> =
                paths.filter_map(|path| declared(&path, &modules, &forwarded, 0)).collect();
            targets.remove(module);
            uses.insert(module.clone(), targets);
        }
        uses
    }

    /// The files that use themselves by way of others: circles, each as its sorted files.
    pub fn circles(&self) -> BTreeSet<BTreeSet<Path>> {
        let uses = self.uses();
        let reach: BTreeMap<&Path, BTreeSet<&Path>> = uses
            .keys()
            .map(|start| {
                let (mut found, mut open) = (BTreeSet::new(), vec![start]);
                while let Some(file) = open.pop() {
                    open.extend(uses[file].iter().filter(|next| found.insert(*next)));
                }
                (start, found)
            })
            .collect();
        let turning = reach.keys().filter(|file| reach[**file].contains(**file));
        turning
            .map(|file| {
                let back = |other: &&Path| reach[*other].contains(file);
                reach[file].iter().copied().filter(back).cloned().collect()
            })
            .collect()
    }
}

/// The file that declares the item at `path`.
fn declared(
    path: &[String],
    modules: &BTreeSet<Path>,
    forwarded: &BTreeMap<&Path, BTreeMap<String, Path>>,
    depth: usize,
) -> Option<Path> {
    let (module, item) =
        (0..=path.len()).rev().map(|k| path.split_at(k)).find(|(module, _)| modules.contains(*module))?;
    // A module alone is no item.
    let (first, rest) = item.split_first()?;
    let module = module.to_vec();
    match forwarded.get(&module).and_then(|names| names.get(first)) {
        // More steps than that would be re-exports in a circle.
        Some(target) if depth < 20 => declared(&[target.as_slice(), rest].concat(), modules, forwarded, depth + 1),
        _ => Some(module),
    }
}
