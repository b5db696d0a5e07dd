//! The face on a photograph, for a gallery.

use crate::commands::shared::Anyhow;
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::image::Limits;
use selfsame::template::{ExtractOptions, Template};
use selfsame_lab::error::Stage;
use selfsame_lab::tools::command_line;
use std::path::Path;

/// The template of the one face on a photograph, or why there is none to compare.
pub fn extract(engine: &Engine, image: &Path) -> Anyhow<Result<Template, String>> {
    let photo = command_line::photo(image, &Limits::default(), Stage::Evaluate)?;
    let frame = photo.frame();
    match engine.locate(&frame, select_face)?.outcome.into_result() {
        Ok((_, mesh)) => Ok(Ok(engine.extractor().extract(&frame, &mesh, &ExtractOptions::default())?)),
        Err(refusal) => Ok(Err(refusal.to_string())),
    }
}
