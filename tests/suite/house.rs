//! The rules of the house that can be read off the files.

use std::path::{Path, PathBuf};

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, into);
            } else if path.to_string_lossy().ends_with(ending) {
                into.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), ending, &mut found);
    found
}

#[test]
fn unsafe_code_lives_in_simd_beside_one_kernel_and_in_one_map() {
    let sources = files("src", ".rs");
    assert!(sources.len() > 40);
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        let simd = path.components().any(|c| c.as_os_str() == "simd");
        let may = simd || path.ends_with("nn/kernels/matmul.rs") || path.ends_with("gallery/map.rs");
        assert!(may || !text.contains("allow(unsafe_code)"), "{}", path.display());
    }
}

#[test]
fn every_picture_has_a_card_that_fits_it() {
    let portraits = [files("datasets/portraits", ".jpg"), files("datasets/portraits", ".png")].concat();
    let pictures = [portraits, files("datasets/documents", ".dg2")].concat();
    assert!(pictures.len() >= 5);
    for picture in pictures {
        let card = std::fs::read_to_string(picture.with_extension("toml")).unwrap();
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
