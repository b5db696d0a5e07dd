//! The rules of the house that can be read off the files (CONTRIBUTING.md).

mod defaults;
mod fallbacks;
mod sizes;
mod surface;

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a folder of the repository whose names end so; none if the folder is not there.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                walk(&path, ending, into);
            } else if path.is_file() && path.to_string_lossy().ends_with(ending) {
                into.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    found
}

fn text(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The lines of a ring's files, without those of tests: path, and the lines.
fn code(folder: &str) -> Vec<(PathBuf, Vec<String>)> {
    let tests = |path: &Path| {
        path.iter().any(|part| ["tests", "tests.rs", "testing", "testing.rs"].iter().any(|name| part == *name))
    };
    let library = files(folder, ".rs").into_iter().filter(|path| !tests(path.strip_prefix(root()).unwrap()));
    let lines = |path: PathBuf| {
        let text = text(&path);
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
        let lines = code.lines().map(str::to_owned).collect();
        (path, lines)
    };
    library.map(lines).collect()
}

#[test]
fn unsafe_code_lives_in_simd_beside_one_kernel_and_in_one_map() {
    // Exported names of the web's module are unsafe code to the compiler; there is none beside.
    let exports = root().join("bindings/web/src/exports.rs");
    let bindings = files("bindings", ".rs").into_iter().filter(|path| *path != exports);
    let rings = [files("src", ".rs"), files("lab", ".rs"), bindings.collect()].concat();
    assert!(rings.len() > 40);
    for path in rings {
        let text = text(&path);
        let may = ["src/simd", "src/nn/kernels/matmul.rs", "src/gallery/map.rs"]
            .iter()
            .any(|at| path.starts_with(root().join(at)));
        assert!(may || !text.contains("allow(unsafe_code"), "{}", path.display());
    }
    // Where it may live, the map says so.
    let architecture = text("ARCHITECTURE.md");
    for place in ["`src/simd`", "`src/nn/kernels/matmul.rs`", "`src/gallery/map.rs`"] {
        assert!(architecture.contains(place), "{place}");
    }
}

#[test]
fn every_picture_has_a_card_that_fits_it() {
    let portraits = [files("datasets/portraits", ".jpg"), files("datasets/portraits", ".png")].concat();
    let pictures = [portraits, files("datasets/documents", ".dg2")].concat();
    assert!(pictures.len() >= 5);
    for picture in pictures {
        let card = text(picture.with_extension("toml"));
        let card: toml::Table = card.parse().unwrap();
        let bytes = std::fs::read(&picture).unwrap();
        let digest: String = {
            use sha2::Digest;
            sha2::Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect()
        };
        assert_eq!(card["sha256"].as_str(), Some(digest.as_str()), "{}", picture.display());
        assert!(card.contains_key("source") && card.contains_key("licence"), "{}", picture.display());
    }
}
