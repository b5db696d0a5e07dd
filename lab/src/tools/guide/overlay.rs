//! The overlay picture: oval, face, mesh, hint and values drawn over the frame.

use crate::error::{Error, ErrorKind, Result};
use crate::output;
use crate::tools::command_line;
use font8x8::legacy::BASIC_LEGACY;
use image::ImageEncoder;
use selfsame::capture::{CaptureSession, Guidance, Oval, face_oval};
use selfsame::error::Stage;
use selfsame::geometry::Point;
use selfsame::image::Photo;
use std::path::Path;

const GREEN: [u8; 3] = [64, 220, 96];
const AMBER: [u8; 3] = [255, 190, 40];
const BLUE: [u8; 3] = [90, 170, 255];
const WHITE: [u8; 3] = [255, 255, 255];

/// Draws what `session` saw in `photo`, and writes it as PNG.
pub fn write(path: &Path, photo: &Photo, session: &CaptureSession, guidance: &Guidance) -> Result<()> {
    let mut canvas = Canvas { width: photo.width(), height: photo.height(), pixels: photo.pixels().to_vec() };
    let oval = session.oval(&photo.frame());
    let color = if guidance.hint.is_good() { GREEN } else { AMBER };
    canvas.ellipse(&oval, color, 3);
    if let Some(face) = session.observation().and_then(|o| o.face.as_ref()) {
        for index in 0..468 {
            if let Some(point) = face.smooth.point(index) {
                canvas.dot(point, WHITE, 1);
            }
        }
        if let Some(oval) = face_oval(&face.smooth) {
            canvas.ellipse(&oval, BLUE, 1);
        }
    }
    let scale = (photo.width() / 240).clamp(1, 6) as usize;
    let mut lines = vec![format!("{} {:.0}%", guidance.hint.as_str(), 100.0 * guidance.progress)];
    if let Some(f) = &guidance.measurements.face {
        lines.push(format!("size {:.2} off {:+.2} {:+.2}", f.size, f.offset_x, f.offset_y));
        lines.push(format!("yaw {:+.0} pitch {:+.0} roll {:+.0}", f.yaw_deg, f.pitch_deg, f.roll_deg));
        lines.push(format!("light {:.3} sharp {:.3} eyes {:.2}", f.luminance, f.sharpness, f.eye_openness));
    }
    for (i, line) in lines.iter().enumerate() {
        canvas.text(4 * scale, (4 + 10 * i) * scale, line, if i == 0 { color } else { WHITE }, scale);
    }
    let (mut png, color) = (Vec::new(), image::ExtendedColorType::Rgb8);
    image::codecs::png::PngEncoder::new(&mut png)
        .write_image(&canvas.pixels, canvas.width, canvas.height, color)
        .map_err(|e| Error::new(ErrorKind::Io, Stage::Capture, "the overlay is no picture").with_source(e))?;
    output::write(path, png).map_err(|e| command_line::unwritten(path, Stage::Capture, e))
}

struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    fn set(&mut self, x: i64, y: i64, color: [u8; 3]) {
        let inside = (0..i64::from(self.width)).contains(&x) && (0..i64::from(self.height)).contains(&y);
        if inside {
            let (pixels, _) = self.pixels.as_chunks_mut::<3>();
            if let Some(pixel) = pixels.get_mut(y as usize * self.width as usize + x as usize) {
                *pixel = color;
            }
        }
    }

    /// A square of `2 · radius + 1` pixels.
    fn dot(&mut self, at: Point, color: [u8; 3], radius: i64) {
        for y in -radius..=radius {
            for x in -radius..=radius {
                self.set(at.x as i64 + x, at.y as i64 + y, color);
            }
        }
    }

    fn ellipse(&mut self, oval: &Oval, color: [u8; 3], radius: i64) {
        for i in 0..2000 {
            let (sin, cos) = (i as f32 * std::f32::consts::TAU / 2000.0).sin_cos();
            let at = Point::new(oval.center.x + 0.5 * oval.width_px * cos, oval.center.y + 0.5 * oval.height_px * sin);
            self.dot(at, color, radius);
        }
    }

    /// ASCII on a dark ground, its upper left corner at (x, y).
    fn text(&mut self, x: usize, y: usize, text: &str, color: [u8; 3], scale: usize) {
        for (i, letter) in text.bytes().enumerate() {
            // The font has a glyph for each of the 128 codes of ASCII.
            let glyph = BASIC_LEGACY.get(usize::from(letter & 127)).copied().unwrap_or_default();
            for (row, bits) in glyph.into_iter().enumerate() {
                for column in 0..8 {
                    let ink = if bits >> column & 1 == 1 { color } else { [0, 0, 0] };
                    for (dx, dy) in (0..scale * scale).map(|k| (k % scale, k / scale)) {
                        let (px, py) = (x + (8 * i + column) * scale + dx, y + row * scale + dy);
                        self.set(px as i64, py as i64, ink);
                    }
                }
            }
        }
    }
}
