//! One convention for folders, and nothing that reaches into tests.

use super::{root, rust_files, text};

const FOLDERS: [&str; 10] =
    ["src", "bindings", "chip", "jpeg", "lab", "models", "tests", "benches", "examples", "fuzz"];

#[test]
fn a_folder_has_a_mod_file_and_none_beside_it() {
    let mut beside = Vec::new();
    for file in FOLDERS.iter().flat_map(|folder| rust_files(folder)) {
        if file.with_extension("").is_dir() {
            beside.push(file.strip_prefix(root()).unwrap().to_path_buf());
        }
    }
    assert!(beside.is_empty(), "these move into their folders as mod.rs: {beside:#?}");
}

#[test]
fn doors_for_fuzzing_import_no_tests() {
    let files = rust_files("src").into_iter().filter(|path| path.starts_with(root().join("src/fuzzing")));
    let code: String = match root().join("src/fuzzing.rs").exists() {
        true => text("src/fuzzing.rs"),
        false => files.map(|path| std::fs::read_to_string(path).unwrap()).collect(),
    };
    assert!(code.len() > 1000);
    let tokens = super::parse::tokens(&code);
    assert!(!tokens.iter().any(|token| token == "tests"), "src/fuzzing names a module of tests");
}
