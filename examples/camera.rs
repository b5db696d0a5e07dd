//! Guidance before a camera: frames in, one hint at a time out, the best frames kept.
//!
//! `cargo run --release --example camera [PHOTO]`
//!
//! A still photograph stands in for the camera: it is shown ever closer, as if the person came
//! nearer.

use selfsame::capture::{CaptureOptions, CaptureSession, Hint};
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, warp_rgb8};
use selfsame::{Engine, Limits, Photo};

mod support;
use support::{Failure, read, say};

fn main() -> Result<(), Failure> {
    let file = std::env::args().nth(1).unwrap_or("datasets/portraits/obama.jpg".into());
    let photo = Photo::decode(&read(file)?, &Limits::default())?;
    let engine = Engine::new()?;
    let Some(face) = engine.face(&photo.frame())?.found() else { return Err("the photograph shows no face".into()) };
    let middle = face.detection.rect.center();

    let mut session = CaptureSession::new(CaptureOptions::default())?;
    let mut shown = None;
    for frame in 0..120_u64 {
        // From a third of the oval's width to all of it within two seconds, and then still.
        let share = 0.25 + 0.39 * (frame as f32 / 60.0).min(1.0);
        let scale = face.detection.rect.width() / (480.0 * share);
        // The frame's middle shows the face's middle.
        let corner = Point::new(middle.x - 240.0 * scale, middle.y - 320.0 * scale);
        let Some(source_from_target) = Similarity::new(scale, 0.0, corner) else { return Err("no such view".into()) };
        let crop = Crop { width: 480, height: 640, source_from_target, border: Border::Replicate };
        let picture = warp_rgb8(&photo.frame(), &crop)?;
        // A real camera's planes come through `Frame::from_planes`: nothing is converted or copied.
        let guidance = engine.guide(&mut session, &picture.frame(), frame * 1_000_000 / 30)?;
        if shown != Some(guidance.hint) {
            say!("{:5.2} s  {}", frame as f32 / 30.0, guidance.hint.as_str());
            shown = Some(guidance.hint);
        }
        if guidance.hint == Hint::Ready {
            break;
        }
    }
    say!("{} frames kept for the comparison", session.best_frames().len());
    Ok(())
}
