//! Lists the files of the applicant's page, so that they lie in the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("page/dist");
    println!("cargo::rerun-if-changed=page/dist");
    let mut found = Vec::new();
    files(&folder, &mut found)?;
    found.sort();
    let mut text = String::from("/// The page's files, by their path.\nconst PAGE: &[(&str, &[u8])] = &[\n");
    for path in found {
        let name = path.strip_prefix(&folder)?.to_str().ok_or("a file's name is no text")?.replace('\\', "/");
        writeln!(text, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    text.push_str("];\n");
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("page.rs"), text)?;
    Ok(())
}
