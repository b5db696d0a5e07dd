//! ARCHITECTURE.md is true to the code: the floors of its table, and what it and its neighbours
//! name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Behind a feature, or for fuzzing: on these floors, though the table leaves them out.
const UNLISTED: [(&str, usize); 2] = [("random", 0), ("fuzzing", 9)];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: impl AsRef<Path>) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// What stands between backticks.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The floor of every module of the table `| F0 | `module`, `module` | … |`; a row without a floor
/// stands on the one above it.
fn floors(architecture: &str) -> BTreeMap<String, usize> {
    let mut floors: BTreeMap<String, usize> = UNLISTED.iter().map(|(name, floor)| (name.to_string(), *floor)).collect();
    let mut floor = None;
    for line in architecture.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, number, modules, ..] = cells[..] else { continue };
        floor = number.strip_prefix('F').and_then(|n| n.parse().ok()).or(floor);
        if let Some(floor) = floor {
            floors.extend(quoted(modules).map(|module| (module.to_owned(), floor)));
        }
    }
    floors
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(path);
        }
    }
}

/// Every file of the library with its top module and its text, without tests and comments.
fn sources() -> Vec<(PathBuf, String, String)> {
    let folder = root().join("src");
    let mut paths = Vec::new();
    walk(&folder, &mut paths);
    let is_test = |path: &Path| {
        path.components().any(|part| ["tests", "tests.rs", "testing.rs"].iter().any(|name| part.as_os_str() == *name))
    };
    let library = paths.into_iter().map(|path| path.strip_prefix(&folder).unwrap().to_path_buf());
    let library = library.filter(|path| !is_test(path) && *path != Path::new("lib.rs"));
    library
        .map(|path| {
            let module = path.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
            let text = text(Path::new("src").join(&path));
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            (path, module, code.join("\n"))
        })
        .collect()
}

/// The modules that `code` names by `crate::module` or `crate::{module::…, …}`.
fn used(code: &str) -> BTreeSet<String> {
    let word = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for (at, matched) in code.match_indices("crate::") {
        let rest = &code[at + matched.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(word(rest));
            continue;
        };
        let (mut depth, mut begins) = (0, true);
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                c if begins && !c.is_whitespace() => {
                    found.insert(word(&list[at..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    found
}

/// Which module names which other, and a file that does.
fn edges(floors: &BTreeMap<String, usize>) -> BTreeMap<(String, String), PathBuf> {
    let mut edges = BTreeMap::new();
    for (path, module, code) in sources() {
        for other in used(&code).into_iter().filter(|other| *other != module && floors.contains_key(other)) {
            edges.insert((module.clone(), other), path.clone());
        }
    }
    edges
}

#[test]
fn imports_are_found() {
    let code =
        "use crate::error::{Error, Result};\nuse crate::{detect, geometry::{Point, Rect},\n    nn};\ncrate::mesh::x();";
    let expected = ["detect", "error", "geometry", "mesh", "nn"].map(String::from);
    assert_eq!(used(code), BTreeSet::from(expected));
}

#[test]
fn every_module_stands_on_a_floor() {
    let floors = floors(&text("ARCHITECTURE.md"));
    let lib = text("src/lib.rs");
    let declared = lib.lines().filter_map(|line| {
        let module = line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod "))?;
        module.strip_suffix(';').map(str::to_owned)
    });
    let declared: BTreeSet<String> = declared.collect();
    assert!(declared.len() > 20);
    assert_eq!(declared, floors.into_keys().collect());
}

#[test]
fn nothing_is_imported_from_a_higher_floor_and_there_are_no_cycles() {
    let floors = floors(&text("ARCHITECTURE.md"));
    let edges = edges(&floors);
    assert!(edges.len() > 60, "{}", edges.len());
    let upward: Vec<_> = edges.iter().filter(|((from, to), _)| floors[to] > floors[from]).collect();
    assert!(upward.is_empty(), "{upward:?}");
    // A module whose imports are all gone can go; in a cycle none can.
    let mut left: BTreeSet<&String> = floors.keys().collect();
    loop {
        let leaves: Vec<&String> =
            left.iter().copied().filter(|m| !edges.keys().any(|(from, to)| from == *m && left.contains(to))).collect();
        if leaves.is_empty() {
            break;
        }
        leaves.into_iter().for_each(|leaf| assert!(left.remove(leaf)));
    }
    assert!(left.is_empty(), "these import each other: {left:?}");
}

/// Whether `name` is a file or folder of the repository, from its root or from `src`.
fn is_there(name: &str) -> bool {
    ["", "src", "src/nn", "src/document", "src/image", "lab"].iter().any(|at| root().join(at).join(name).exists())
}

#[test]
fn files_that_the_documents_name_exist() {
    if !root().join(".ci").exists() {
        eprintln!("skipped: the package leaves out folders that the documents name");
        return;
    }
    let mut missing = Vec::new();
    let mut named = 0;
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", "models/README.md"] {
        let prose = text(document);
        for name in prose.lines().flat_map(quoted) {
            let is_path = name.contains('/') || name.ends_with(".md") || name.ends_with(".rs");
            let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            // What tools write, what lies beside the project, and what names a type or a share is none of its
            // files.
            let outside = name.starts_with(['/', '.']) && !name.starts_with(".ci") || name.starts_with("out/");
            let made = ["target/", "people/", "images/"].iter().any(|folder| name.starts_with(folder));
            let is_file = name.contains('.') || name.chars().all(|c| c.is_ascii_lowercase() || c == '/' || c == '_');
            if !is_path || !is_plain || outside || made || !is_file {
                continue;
            }
            named += 1;
            let beside = Path::new(document).parent().unwrap().join(name);
            if !is_there(name) && !root().join(beside).exists() {
                missing.push(format!("{document}: {name}"));
            }
        }
    }
    assert!(named > 20, "{named}");
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn examples_benches_and_features_that_the_documents_name_exist() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let features = manifest["features"].as_table().unwrap();
    let exists = |folder: &str, name: &str| {
        // The tools that measure the product are examples of the laboratory.
        [root().join(folder), root().join("lab").join(folder)]
            .iter()
            .any(|at| at.join(format!("{name}.rs")).exists() || at.join(name).join("main.rs").exists())
    };
    let (mut missing, mut named) = (Vec::new(), 0);
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "models/README.md", "datasets/README.md"] {
        let prose = text(document);
        let words: Vec<&str> = prose.split(|c: char| c.is_whitespace() || "`,;()|".contains(c)).collect();
        for pair in words.windows(2) {
            let found = match pair[0] {
                "--example" => exists("examples", pair[1]),
                "--bench" => exists("benches", pair[1]),
                "--features" => pair[1].split(',').all(|feature| features.contains_key(feature)),
                _ => continue,
            };
            named += 1;
            if !found {
                missing.push(format!("{document}: {} {}", pair[0], pair[1]));
            }
        }
    }
    assert!(named > 10, "{named}");
    assert!(missing.is_empty(), "{missing:#?}");
    // And the table of features lists every one.
    let listed = text("README.md");
    let unlisted: Vec<_> =
        features.keys().filter(|name| *name != "default" && !listed.contains(&format!("| `{name}`"))).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
}
