//! The face on a photograph, for a gallery and for whoever looks at it.

use crate::commands::shared::Anyhow;
use jpeg_encoder::{ColorType, Encoder};
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, Limits, warp_rgb8};
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

/// Pixels of a shown face's side.
const SIDE: u16 = 160;
/// Of its JPEG, 1 ..= 100.
const QUALITY: u8 = 85;
/// Where the eyes are in it, in sides. Chosen by hand: hair and chin are seen, too.
const EYES: [Point; 2] = [Point { x: 0.36, y: 0.42 }, Point { x: 0.64, y: 0.42 }];

/// Writes the one face on a photograph upright as a small JPEG, with little around it; whether
/// there is one.
pub fn show(engine: &Engine, image: &Path, out: &Path) -> Anyhow<bool> {
    let photo = command_line::photo(image, &Limits::default(), Stage::Evaluate)?;
    let frame = photo.frame();
    let Some((_, mesh)) = engine.locate(&frame, select_face)?.outcome.found() else { return Ok(false) };
    let eyes = EYES.map(|eye| Point::new(eye.x * f32::from(SIDE), eye.y * f32::from(SIDE)));
    let Some(source_from_target) = Similarity::fit(&eyes, &[mesh.right_eye(), mesh.left_eye()]) else {
        return Ok(false);
    };
    let (width, height) = (usize::from(SIDE), usize::from(SIDE));
    let face = warp_rgb8(&frame, &Crop { width, height, source_from_target, border: Border::Black })?;
    Encoder::new_file(out, QUALITY)?.encode(face.pixels(), SIDE, SIDE, ColorType::Rgb)?;
    Ok(true)
}
