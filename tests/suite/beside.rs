//! Data that lie beside the project and are not part of it.

use std::path::{Path, PathBuf};

/// What lies at `path` in the folder `shared` beside the project, or in `$SELFSAME_SHARED`; `None`,
/// with a message, where it does not.
pub fn beside(path: &str) -> Option<PathBuf> {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let found = std::env::var_os("SELFSAME_SHARED").map_or_else(usual, PathBuf::from).join(path);
    if !found.exists() {
        eprintln!("skipped: {} is not there", found.display());
        return None;
    }
    Some(found)
}
