//! The face on a photograph, for a gallery and for whoever looks at it.

use crate::commands::shared::Anyhow;
use jpeg_encoder::{ColorType, Encoder};
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, Frame, Limits, warp_rgb8};
use selfsame::mesh::Mesh;
use selfsame::template::{ExtractOptions, Template};
use selfsame_lab::error::{Result, Stage};
use selfsame_lab::tools::command_line;
use std::path::Path;

/// What `then` makes of the one face on a photograph, or why there is none to compare.
fn on_face<T>(
    engine: &Engine,
    image: &Path,
    then: impl FnOnce(&Frame<'_>, &Mesh) -> Result<T>,
) -> Result<std::result::Result<T, String>> {
    let photo = command_line::photo(image, &Limits::default(), Stage::Evaluate)?;
    let frame = photo.frame();
    match engine.locate(&frame, select_face)?.outcome.into_result() {
        Ok((_, mesh)) => Ok(Ok(then(&frame, &mesh)?)),
        Err(refusal) => Ok(Err(refusal.to_string())),
    }
}

/// The template of the one face on a photograph, or why there is none to compare.
pub fn extract(engine: &Engine, image: &Path) -> Result<std::result::Result<Template, String>> {
    on_face(engine, image, |frame, mesh| Ok(engine.extractor().extract(frame, mesh, &ExtractOptions::default())?))
}

/// Pixels of a shown face's side.
const SIDE: u16 = 160;
/// Of its JPEG, 1 ..= 100.
const QUALITY: u8 = 85;
/// Where the eyes are in it, in sides. Chosen by hand: hair and chin are seen, too.
const EYES: [Point; 2] = [Point { x: 0.36, y: 0.42 }, Point { x: 0.64, y: 0.42 }];

/// The one face on a photograph upright as a small JPEG, with little around it; `None` where there
/// is none.
pub fn shown(engine: &Engine, image: &Path) -> Anyhow<Option<Vec<u8>>> {
    let eyes = EYES.map(|eye| Point::new(eye.x * f32::from(SIDE), eye.y * f32::from(SIDE)));
    let (width, height) = (usize::from(SIDE), usize::from(SIDE));
    let cut = on_face(engine, image, |frame, mesh| {
        let placed = Similarity::fit(&eyes, &[mesh.right_eye(), mesh.left_eye()]);
        let crop = |source_from_target| Crop { width, height, source_from_target, border: Border::Black };
        Ok(placed.map(|placed| warp_rgb8(frame, &crop(placed))).transpose()?)
    })?;
    let Ok(Some(face)) = cut else { return Ok(None) };
    let mut file = Vec::new();
    Encoder::new(&mut file, QUALITY).encode(face.pixels(), SIDE, SIDE, ColorType::Rgb)?;
    Ok(Some(file))
}
