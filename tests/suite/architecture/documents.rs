//! What the documents name exists.

use super::{quoted, root, text};
use std::path::{Path, PathBuf};

/// The repository, as README.md links to it from pages outside of it.
const REPOSITORY: &str = "https://github.com/selfsame/selfsame/blob/main/";
/// Its files as they are, for pictures.
const RAW: &str = "https://raw.githubusercontent.com/selfsame/selfsame/main/";

/// The documents whose names are checked: those at the root, in `docs` and beside what they
/// describe. CHANGELOG.md tells of what is gone, too.
fn documents() -> Vec<String> {
    let fixed = [
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "README.md",
        "SECURITY.md",
        "benches/peers/README.md",
        "bindings/facade/README.md",
        "bindings/python/README.md",
        "bindings/web/README.md",
        "cluster/README.md",
        "datasets/README.md",
        "fuzz/README.md",
        "lab/README.md",
        "models/README.md",
    ];
    let mut all: Vec<String> = fixed.into_iter().filter(|name| root().join(name).exists()).map(str::to_owned).collect();
    assert!(all.len() >= fixed.len() - 1, "{all:?}");
    for folder in ["docs", "docs/design", "docs/enrol", "docs/liveness"] {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let markdown = files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "md"));
        all.extend(markdown.map(|path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()));
    }
    all
}

/// Whether the package leaves out folders that the documents name: then there is nothing to check.
fn is_the_package() -> bool {
    let package = !root().join(".ci").exists();
    if package {
        eprintln!("skipped: the package leaves out folders that the documents name");
    }
    package
}

/// Whether `name` is a file, a folder or an example of the repository, from its root or from where
/// sources lie.
fn is_there(name: &str) -> bool {
    let places = ["", "src", "src/nn", "src/document", "src/image", "lab", "lab/src", "lab/src/evaluate"];
    places.iter().map(|place| root().join(place).join(name)).any(|at| at.exists() || at.with_extension("rs").exists())
}

#[test]
fn files_that_the_documents_name_exist() {
    if is_the_package() {
        return;
    }
    let (mut missing, mut named) = (Vec::new(), 0);
    for document in documents() {
        let prose = text(&document);
        for name in prose.lines().flat_map(quoted) {
            let is_path = name.contains('/') || name.ends_with(".md") || name.ends_with(".rs");
            let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            // What tools write, what lies beside the project, and what names a type or a share is
            // none of its files.
            let outside = name.starts_with(['/', '.']) && !name.starts_with(".ci") || name.starts_with("out/");
            let made = ["target/", "dist/", "people/", "images/", "DIR/"].iter().any(|folder| name.starts_with(folder));
            let is_file = name.contains('.') || name.chars().all(|c| c.is_ascii_lowercase() || c == '/' || c == '_');
            if !is_path || !is_plain || outside || made || !is_file {
                continue;
            }
            named += 1;
            let beside = Path::new(&document).parent().unwrap().join(name);
            if !is_there(name) && !root().join(beside).exists() {
                missing.push(format!("{document}: {name}"));
            }
        }
    }
    assert!(named > 40, "{named}");
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The targets of a document's links, `[words](target)`, without their anchors.
fn links(prose: &str) -> impl Iterator<Item = &str> {
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.map(|target| target.split('#').next().unwrap_or(target)).filter(|target| !target.is_empty())
}

#[test]
fn links_within_the_repository_lead_somewhere() {
    if is_the_package() {
        return;
    }
    let (mut missing, mut followed) = (Vec::new(), 0);
    for document in documents() {
        let prose = text(&document);
        for target in links(&prose) {
            let path = match target.strip_prefix(REPOSITORY).or(target.strip_prefix(RAW)) {
                Some(path) => PathBuf::from(path),
                // Elsewhere, or an item of the API.
                None if target.contains("://") || target.contains("::") || !target.contains(['.', '/']) => continue,
                None => Path::new(&document).parent().unwrap().join(target),
            };
            followed += 1;
            if !root().join(&path).exists() {
                missing.push(format!("{document}: {target}"));
            }
        }
    }
    assert!(followed > 20, "{followed}");
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn examples_benches_features_and_the_laboratorys_commands_that_the_documents_name_exist() {
    if is_the_package() {
        return;
    }
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let features = manifest["features"].as_table().unwrap();
    let service: toml::Table = text("service/Cargo.toml").parse().unwrap();
    let services = service["features"].as_table().unwrap();
    let exists = |folder: &str, name: &str| {
        ["", "lab", "service"].iter().any(|ring| {
            let at = root().join(ring).join(folder);
            at.join(format!("{name}.rs")).exists() || at.join(name).join("main.rs").exists()
        })
    };
    let (mut missing, mut named) = (Vec::new(), 0);
    for document in documents() {
        let prose = text(&document);
        let words: Vec<&str> = prose.split(|c: char| c.is_whitespace() || "`,;()|".contains(c)).collect();
        let commands = words
            .windows(3)
            .filter(|three| three[..2] == ["selfsame-lab", "--"] && !three[2].starts_with('-'))
            .map(|three| three[2]);
        for command in commands {
            named += 1;
            let at = root().join("lab/src/commands");
            if !at.join(format!("{command}.rs")).exists() && !at.join(command).join("mod.rs").exists() {
                missing.push(format!("{document}: selfsame-lab -- {command}"));
            }
        }
        for pair in words.windows(2) {
            let found = match pair[0] {
                "--example" => pair[1] == "NAME" || exists("examples", pair[1]),
                "--bench" => exists("benches", pair[1]),
                "--features" => {
                    pair[1].split(',').all(|feature| features.contains_key(feature) || services.contains_key(feature))
                }
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
    // And the list of features names every one.
    let listed = text("README.md");
    let unlisted: Vec<_> =
        features.keys().filter(|name| *name != "default" && !listed.contains(&format!("`{name}`"))).collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
}

#[test]
fn the_readme_names_cargos_compiler_and_repository() {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let package = manifest["package"].as_table().unwrap();
    let readme = text("README.md");
    assert!(readme.contains(&format!("Rust {} ", package["rust-version"].as_str().unwrap())), "MSRV");
    let repository = package["repository"].as_str().unwrap();
    assert!(REPOSITORY.starts_with(repository), "{repository}");
    assert!(package["description"].as_str().unwrap().contains("liveness"));
}
