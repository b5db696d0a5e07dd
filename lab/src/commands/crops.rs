//! Writes aligned crops as a template network takes them, the first of each photograph as it is
//! aligned and the others moved a little: what `models/convert/calibrate.py` measures ranges on.
//!
//! `cargo run --release -p selfsame-lab -- crops OUT COUNT PHOTOGRAPH...`
//!
//! `OUT` becomes `COUNT` crops per photograph, each 112 × 112 × 3 little-endian f32, normalised for
//! the network.

use super::shared::{Anyhow, status};
use clap::Args;
use selfsame::align::align;
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::error::Stage;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Limits, Normalisation, warp_into};
use selfsame::model::{Backend, Model, ModelSource, Task};
use selfsame_lab::output::Draft;
use selfsame_lab::tools::command_line;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes aligned crops as a template network takes them.
#[derive(Args)]
pub struct Arguments {
    /// The file to write.
    out: PathBuf,
    /// Crops per photograph.
    count: usize,
    /// Photographs of one face each.
    photographs: Vec<PathBuf>,
}

/// An xorshift generator: the same crops in every run.
struct Random(u64);

impl Random {
    fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        low + (high - low) * ((self.0 >> 40) as f32 / (1u64 << 24) as f32)
    }
}

/// Writes the crops; exit status 0, or 3 after an error.
pub fn run(arguments: &Arguments) -> ExitCode {
    status(write(arguments))
}

fn write(Arguments { out, count, photographs }: &Arguments) -> Anyhow<()> {
    let model = Model::load(Task::Template, &ModelSource::Bundled, &Backend::Native)?;
    let card = model.card.clone();
    let engine = Engine::builder().template(ModelSource::Loaded(model)).build()?;
    let input = &card.input;
    let middle = Point::new(0.5 * input.width as f32, 0.5 * input.height as f32);
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let unwritten = |e| format!("cannot write {}: {e}", out.display());
    let mut file = Draft::create(out).map_err(unwritten)?;
    let mut pixels = vec![0.0; input.width * input.height * 3];
    for path in photographs {
        let photo = command_line::photo(path, &Limits::default(), Stage::Decode)?;
        let frame = photo.frame();
        let located = engine.locate(&frame, select_face)?;
        let Some((_, mesh)) = located.outcome.found() else {
            return Err(format!("no face in {}", path.display()).into());
        };
        let aligned = align(&mesh, &card)?.crop;
        for i in 0..*count {
            let mut crop = aligned.clone();
            if i > 0 {
                let (scale, angle) = (random.between(0.94, 1.06), random.between(-8.0, 8.0));
                let degenerate = "a degenerate transform";
                let turned = Similarity::new(scale, angle, Point::new(0.0, 0.0)).ok_or(degenerate)?.apply(middle);
                let (dx, dy) = (random.between(-4.0, 4.0), random.between(-4.0, 4.0));
                let shift = Point::new(middle.x - turned.x + dx, middle.y - turned.y + dy);
                let moved = Similarity::new(scale, angle, shift).ok_or(degenerate)?;
                crop.source_from_target = crop.source_from_target.after(&moved).ok_or(degenerate)?;
            }
            warp_into(&frame, &crop, &Normalisation::from(input), &mut pixels)?;
            for value in &pixels {
                file.write_all(&value.to_le_bytes()).map_err(unwritten)?;
            }
        }
    }
    Ok(file.finish().map_err(unwritten)?)
}
