//! What the subcommands share: an error of any kind, progress bars, and output.

use indicatif::{ProgressBar, ProgressStyle};
use selfsame_lab::note;
use selfsame_lab::output;
use selfsame_lab::tools::command_line::with_causes;
use std::path::Path;
use std::process::ExitCode;

/// A result whose error is only told, never branched on.
pub type Anyhow<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Gives the exit status of what came of a subcommand: 0, or 3 after an error, which is told.
pub fn status(outcome: Anyhow<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note!("error: {}", with_causes(&*error));
            ExitCode::from(3)
        }
    }
}

/// A bar for `len` pieces of work, on standard error.
pub fn progress(len: usize, message: &str) -> Anyhow<ProgressBar> {
    let bar = ProgressBar::new(len as u64);
    bar.set_style(ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {elapsed} ({eta} left)")?);
    bar.set_message(message.to_owned());
    Ok(bar)
}

/// Writes `text` to a file.
pub fn write(path: &Path, text: &str) -> Anyhow<()> {
    Ok(output::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))?)
}

/// Makes a folder, if it is not there.
pub fn make_folder(folder: &Path) -> Anyhow<()> {
    Ok(std::fs::create_dir_all(folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?)
}
