//! The page itself, drawn flat: portrait, ghost, text, machine-readable zone, guilloche.

use super::people::{Subject, distance};
use super::random::Random;
use super::zone::{Print, text};
use image::{Rgb, RgbImage};

/// A drawn page and where its portrait's eyes are.
pub struct Paper {
    pub image: RgbImage,
    /// Millimetres.
    pub size: [f64; 2],
    pub px_per_mm: f64,
    /// Right and left eye in millimetres.
    pub eyes: [[f64; 2]; 2],
    /// The lines of the machine-readable zone, if there is one, and how it is printed.
    pub zone: Option<(Vec<String>, Print)>,
}

/// Kinds of pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A passport's data page, TD3.
    Passport,
    /// A larger card's front, TD2.
    Larger,
    /// A card's front, TD1.
    Card,
    /// A card's back, TD1: there is no portrait.
    Back,
}

impl Layout {
    /// Width and height in millimetres.
    pub fn size(self) -> [f64; 2] {
        match self {
            Self::Passport => [125.0, 88.0],
            Self::Larger => [105.0, 74.0],
            Self::Card | Self::Back => [85.6, 53.98],
        }
    }
}

/// Colours by millimetre.
struct Canvas {
    image: RgbImage,
    px_per_mm: f64,
}

impl Canvas {
    /// Blends `ink` over the rectangle; `None` leaves a pixel as it is. `ink` gets a point in
    /// millimetres and gives a colour and its opacity.
    fn paint(&mut self, [x, y, w, h]: [f64; 4], ink: impl Fn([f64; 2]) -> ([f64; 3], f64)) {
        let px = |mm: f64| (mm * self.px_per_mm).round().max(0.0) as u32;
        for j in px(y)..px(y + h).min(self.image.height()) {
            for i in px(x)..px(x + w).min(self.image.width()) {
                let at = [(f64::from(i) + 0.5) / self.px_per_mm, (f64::from(j) + 0.5) / self.px_per_mm];
                let (color, opacity) = ink(at);
                let Rgb(pixel) = self.image.get_pixel_mut(i, j);
                for (p, c) in pixel.iter_mut().zip(color) {
                    *p = (f64::from(*p) + opacity * (c - f64::from(*p))).round().clamp(0.0, 255.0) as u8;
                }
            }
        }
    }

    /// Signs of 5 × 7 dots, drawn by chance: `[x, y]` is the upper left corner.
    fn text(&mut self, random: &mut Random, [x, y]: [f64; 2], height: f64, pitch: f64, signs: usize, ink: f64) {
        for i in 0..signs {
            if random.chance(0.12) {
                continue;
            }
            let dots: [[bool; 5]; 7] = [(); 7].map(|()| [(); 5].map(|()| random.chance(0.45)));
            let (left, width) = (x + i as f64 * pitch, 0.85 * pitch);
            self.paint([left, y, width, height], |[u, v]| {
                let (column, row) = (5.0 * (u - left) / width, 7.0 * (v - y) / height);
                let dot = dots[(row as usize).min(6)][(column.max(0.0) as usize).min(4)];
                ([ink; 3], if dot { 0.85 } else { 0.0 })
            });
        }
    }
}

/// Draws a page. The portrait's place stays empty, or holds the subject.
pub fn draw(random: &mut Random, subject: Option<&Subject>, px_per_mm: f64, layout: Layout) -> Paper {
    let size = layout.size();
    let [width, height] = size;
    let ground = {
        let mut color = random.color(218.0, 16.0);
        color[random.below(3)] -= 14.0;
        color
    };
    let image = RgbImage::new((width * px_per_mm).round() as u32, (height * px_per_mm).round() as u32);
    let mut canvas = Canvas { image, px_per_mm };
    let waves =
        [random.between(0.8, 2.2), random.between(0.2, 0.9), random.between(2.0, 9.0), random.between(0.0, 9.0)];
    canvas.paint([0.0, 0.0, width, height], |[x, y]| {
        let wave = (waves[0] * (y + waves[2] * (waves[1] * x * 0.3 + waves[3]).sin())).sin();
        (ground.map(|c| c + 7.0 * wave), 1.0)
    });
    if random.chance(0.5) {
        // A coloured bar with a title along the upper edge.
        let bar = random.color(120.0, 60.0);
        let thick = random.between(0.05, 0.11) * height;
        canvas.paint([0.0, 0.0, width, thick], |_| (bar, 0.9));
    }
    let frame = match layout {
        Layout::Passport => [random.between(4.0, 8.0), random.between(22.0, 25.0), 35.0, 45.0],
        Layout::Larger => [random.between(4.0, 7.0), random.between(12.0, 15.0), 28.0, 36.0],
        Layout::Card | Layout::Back => {
            let w = random.between(21.0, 25.0);
            [random.between(3.0, 6.0), random.between(13.0, 17.0), w, w / 0.78]
        }
    };
    let [left, top, w, h] = frame;
    let mut eyes = [[0.0; 2]; 2];
    if let Some(subject) = subject {
        // Passport photographs have 3.8 to 4.4 inter-eye distances across, and the eyes a little
        // above the middle.
        let [right, left_eye] = subject.eyes;
        let pixels = random.between(3.8, 4.4) * distance(right, left_eye) / w;
        let middle = [0.5 * (right[0] + left_eye[0]), 0.5 * (right[1] + left_eye[1])];
        let eye_line = random.between(0.42, 0.48) * h;
        let source = |[x, y]: [f64; 2], [ox, oy, ow, _]: [f64; 4]| {
            let scale = pixels * w / ow;
            [middle[0] + scale * (x - ox - 0.5 * ow), middle[1] + scale * (y - oy - eye_line * ow / w)]
        };
        eyes = subject
            .eyes
            .map(|[x, y]| [left + 0.5 * w + (x - middle[0]) / pixels, top + eye_line + (y - middle[1]) / pixels]);
        let fade = random.between(0.88, 1.0);
        canvas.paint(frame, |p| (subject.at(source(p, frame)), fade));
        if random.chance(0.75) {
            let share = random.between(0.35, 0.58);
            let (gw, gh) = (share * w, share * h);
            let x = random.between(0.6 * width, width - gw - 2.0);
            let ghost = [x, random.between(0.15 * height, 0.7 * height - 0.5 * gh), gw, gh];
            let (pale, grey) = (random.between(0.3, 0.6), random.chance(0.7));
            canvas.paint(ghost, |p| {
                let [r, g, b] = subject.at(source(p, ghost));
                let luma = 0.3 * r + 0.6 * g + 0.1 * b;
                (if grey { [luma; 3] } else { [r, g, b] }, pale)
            });
        }
    }
    let end = match layout {
        Layout::Passport | Layout::Larger => height - 23.2,
        Layout::Card => 0.92 * height,
        Layout::Back => height - 24.0,
    };
    let text_left = if layout == Layout::Back { 4.0 } else { left + w + random.between(3.0, 6.0) };
    let mut y = random.between(0.14, 0.22) * height;
    while y + 3.0 < end {
        let signs = 6 + random.below(26);
        let pitch = random.between(1.1, 1.6);
        let room = ((width - text_left - 3.0) / pitch) as usize;
        let tall = random.between(1.4, 2.2);
        canvas.text(random, [text_left, y], tall, pitch, signs.min(room), 40.0);
        y += random.between(3.6, 6.2);
    }
    let shape = match layout {
        Layout::Passport => Some((2, 44)),
        Layout::Larger => Some((2, 36)),
        Layout::Back => Some((3, 30)),
        Layout::Card => None,
    };
    let zone = shape.map(|(lines, length)| {
        let lines = text(random, lines, length);
        let print = Print::by_chance(random, size, lines.len(), length);
        let (ink, opacity) = (random.color(38.0, 16.0), random.between(0.75, 1.0));
        for (i, line) in lines.iter().enumerate() {
            for (j, character) in line.bytes().enumerate() {
                let [x, y] = print.center(i, j);
                let cell = [x - 0.5 * print.pitch, y - 1.9, print.pitch, 3.8];
                canvas.paint(cell, |p| (ink, opacity * print.ink(character, i, j, p, 1.0 / px_per_mm)));
            }
        }
        (lines, print)
    });
    Paper { image: canvas.image, size, px_per_mm, eyes, zone }
}
