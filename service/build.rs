//! Lists the files of the applicant's page where they lie, so that they are in the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What the page is made of, and where it stands there: its own scripts and texts, the bindings'
/// scripts, and the modules that `page/build` makes.
const PARTS: [(&str, &str); 8] = [
    ("page/index.html", "index.html"),
    ("page/style.css", "style.css"),
    ("page/texts.json", "texts.json"),
    ("page/favicon.svg", "favicon.svg"),
    ("page/js", "js"),
    ("../bindings/web/js", "selfsame"),
    ("page/dist/selfsame.simd.wasm", "selfsame/selfsame.simd.wasm"),
    ("page/dist/keys.wasm", "keys.wasm"),
];

/// Adds the file, or the folder's files, under `name`. Types are for those who write programs.
fn list(path: &Path, name: &str, found: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    if !path.is_dir() {
        if !name.ends_with(".d.ts") {
            found.push((name.to_owned(), path.to_owned()));
        }
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        list(&entry.path(), &format!("{name}/{}", entry.file_name().to_string_lossy()), found)?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let mut found = Vec::new();
    for (path, name) in PARTS {
        println!("cargo::rerun-if-changed={path}");
        list(&root.join(path), name, &mut found)?;
    }
    found.sort();
    let mut text = String::from("/// The page's files, by their path.\nconst PAGE: &[(&str, &[u8])] = &[\n");
    for (name, path) in found {
        writeln!(text, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    text.push_str("];\n");
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("page.rs"), text)?;
    Ok(())
}
