//! Photographs of drawn pages: a desk, a face behind the page, fingers, glare, blur, noise, JPEG.

use super::camera::{Matrix, apply, inverse, outline, view};
use super::paper::{Layout, Paper, draw};
use super::people::{People, Subject, distance, sample};
use super::random::Random;
use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use selfsame::geometry::Point;
use selfsame::image::{Limits, Photo};
use selfsame::template::Template;

/// What is on the photograph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A page whose portrait is to be found.
    Plain,
    /// A page without a portrait, and a face behind it.
    NoPortrait,
    /// A page so far away that the portrait has too few pixels.
    Small,
    /// A finger over the portrait's face.
    Finger,
    /// Glare over the portrait's face.
    Glare,
    /// Out of focus.
    Blurred,
    /// Two pages of two people.
    TwoPages,
    /// Only a face, no page.
    NoPage,
    /// A page with a portrait and a machine-readable zone.
    Zone,
    /// The back of a card.
    Back,
}

/// A photograph and the truth about it.
pub struct Scene {
    pub photo: Photo,
    pub jpeg: Vec<u8>,
    /// Right and left eye of the main portrait in the photograph.
    pub eyes: [Point; 2],
    /// The corners of the page in the photograph: upper left, upper right, lower right, lower left.
    pub corners: [Point; 4],
    /// The angle by which the face's eyes are off level on the page, in degrees.
    pub roll_deg: f32,
    /// Whose portrait is on the page.
    pub holder: usize,
    /// The template of the picture on the page.
    pub template: Template,
    /// The machine-readable zone of the first page, if it has one.
    pub zone: Option<ZoneTruth>,
}

/// What a zone says, and whether a person could read it.
pub struct ZoneTruth {
    pub lines: Vec<String>,
    /// The least height of capitals in the photograph, in pixels.
    pub capitals_px: f64,
    /// Whether a finger or glare lies over some of it.
    pub covered: bool,
}

/// What lies over a page, in pixels of the photograph.
enum Cover {
    /// The tip's centre, the direction in which it points, and the width.
    Finger {
        tip: [f64; 2],
        to: [f64; 2],
        width: f64,
    },
    Glare {
        at: [f64; 2],
        radius: f64,
        strength: f64,
    },
}

impl Cover {
    fn hides(&self, [x, y]: [f64; 2]) -> bool {
        match *self {
            Self::Finger { tip, to, width } => {
                let length = distance(tip, to).max(1e-6);
                let (dx, dy) = ((to[0] - tip[0]) / length, (to[1] - tip[1]) / length);
                let (x, y) = (x - tip[0], y - tip[1]);
                let (along, across) = (x * dx + y * dy, (x * dy - y * dx).abs());
                let from_axis = if along > 0.0 { across.hypot(along) } else { across };
                from_axis < 0.5 * width + 2.0 && along > -5.1 * width
            }
            // Print on a page is about 180 levels darker than its ground, which has 30 left.
            Self::Glare { at, radius, strength } => {
                let d = distance([x, y], at) / radius;
                strength * (-d * d * 1.5).exp() > 170.0
            }
        }
    }
}

struct Layer {
    page_from_photo: Matrix,
    photo_from_page: Matrix,
    paper: Paper,
}

/// Draws the scene with this number.
pub fn scene(people: &People, kind: Kind, seed: u64, [width, height]: [u32; 2]) -> Scene {
    let random = &mut Random::new(seed);
    let [subject, other] = people.two(random);
    let passport = random.chance(0.5);
    let frame = [f64::from(width), f64::from(height)];
    let layout = match kind {
        Kind::Back => Layout::Back,
        Kind::Zone if random.chance(0.3) => Layout::Larger,
        Kind::Zone => Layout::Passport,
        _ if passport => Layout::Passport,
        _ => Layout::Card,
    };
    let passport = layout == Layout::Passport;
    let size = layout.size();
    let roll = 90.0 * random.below(4) as f64 + random.between(-30.0, 30.0);
    let fill = match kind {
        Kind::Small => random.between(0.15, 0.2),
        Kind::TwoPages => 0.5,
        _ => random.between(0.55, 1.0),
    };
    let mut layers: Vec<Layer> = Vec::new();
    let shown = if matches!(kind, Kind::NoPortrait | Kind::Back) { None } else { Some(&subject) };
    let pages: &[Option<&Subject>] = match kind {
        Kind::TwoPages => &[Some(&subject), Some(&other)],
        Kind::NoPage => &[],
        _ => &[shown],
    };
    for (i, subject) in pages.iter().enumerate() {
        // Two pages share the frame's halves.
        let share = if pages.len() == 2 { [0.5 * frame[0], frame[1]] } else { frame };
        let fill = if pages.len() == 2 { 0.95 } else { fill };
        let mut photo_from_page = view(random, size, share, roll, 25.0, fill);
        let [across, _, depth] = &mut photo_from_page;
        across.iter_mut().zip(*depth).for_each(|(a, d)| *a += i as f64 * share[0] * d);
        let corners = outline(&photo_from_page, size);
        let px_per_mm = f64::from(corners[0].distance(corners[1]).max(corners[3].distance(corners[2]))) / size[0];
        let paper = draw(random, *subject, px_per_mm, layout);
        layers.push(Layer { page_from_photo: inverse(&photo_from_page), photo_from_page, paper });
    }
    let mut image = desk(random, width, height);
    let photo_eyes = layers.first().map(|l| l.paper.eyes.map(|eye| apply(&l.photo_from_page, eye)));
    let eyes_px = photo_eyes.map_or(0.06 * frame[0], |[a, b]| distance(a, b).max(0.02 * frame[0]));
    if kind == Kind::NoPortrait || kind == Kind::NoPage || (kind != Kind::TwoPages && random.chance(0.6)) {
        behind(random, &mut image, &other, eyes_px, &layers);
    }
    for layer in &layers {
        // Of two documents both can be seen: no other page lies over one.
        lay(random, &mut image, layer, passport && kind != Kind::TwoPages);
    }
    let mut covers = Vec::new();
    for layer in layers.iter().take(1) {
        let on_page = |mm: [f64; 2]| apply(&layer.photo_from_page, mm);
        let [w, h] = size;
        let mm = eyes_px * size[0] / distance(on_page([0.0, 0.5 * h]), on_page([w, 0.5 * h]));
        let eyes = layer.paper.eyes;
        let face = [0.5 * (eyes[0][0] + eyes[1][0]), 0.5 * (eyes[0][1] + eyes[1][1]) + 0.4 * mm];
        if random.chance(0.5) {
            // Holding the page by its right edge or its lower right corner.
            let edge = [w + random.between(-0.02, 0.08) * w, random.between(0.2, 0.95) * h];
            let (tip, to) = (on_page(edge), on_page([0.8 * w, 0.5 * h]));
            finger(random, &mut image, tip, 1.1 * eyes_px, to);
            covers.push(Cover::Finger { tip, to, width: 1.1 * eyes_px });
        }
        match kind {
            Kind::Finger => {
                let places = [[-0.5, -0.3], [0.5, -0.3], [0.0, -0.4], [0.0, 0.4]];
                let [dx, dy] = places[random.below(4)];
                let tip = [face[0] + dx * mm, face[1] + dy * mm];
                let thick = random.between(0.8, 1.3) * eyes_px;
                let (tip, to) = (on_page(tip), on_page([tip[0], tip[1] - 10.0]));
                finger(random, &mut image, tip, thick, to);
                covers.push(Cover::Finger { tip, to, width: thick });
            }
            Kind::Glare => {
                let at = [face[0] + random.between(-0.4, 0.4) * mm, face[1] + random.between(-0.4, 0.4) * mm];
                glare(&mut image, on_page(at), random.between(0.5, 1.6) * eyes_px, 420.0);
            }
            _ if random.chance(0.5) => {
                let radius = random.between(0.3, 1.5) * eyes_px;
                let at = [random.between(0.0, w), random.between(0.0, h)];
                if kind == Kind::Back || distance(on_page(at), on_page(face)) > 2.0 * radius + 2.0 * eyes_px {
                    let (at, strength) = (on_page(at), random.between(100.0, 420.0));
                    glare(&mut image, at, radius, strength);
                    covers.push(Cover::Glare { at, radius, strength });
                }
            }
            _ => {}
        }
    }
    let blur_px = if kind == Kind::Blurred { 0.15 * eyes_px } else { random.between(0.5, 1.3) };
    let jpeg = develop(random, image, blur_px);
    let point = |[x, y]: [f64; 2]| Point::new(x as f32, y as f32);
    Scene {
        photo: Photo::decode(&jpeg, &Limits::default()).unwrap(),
        jpeg,
        eyes: photo_eyes.unwrap_or_default().map(point),
        corners: layers.first().map_or([Point::default(); 4], |l| outline(&l.photo_from_page, size)),
        roll_deg: layers.first().map_or(0.0, |l| {
            let [a, b] = l.paper.eyes;
            (b[1] - a[1]).atan2(b[0] - a[0]).to_degrees() as f32
        }),
        holder: subject.person,
        template: subject.template,
        zone: layers.first().and_then(|layer| truth(layer, &covers)),
    }
}

/// What the zone on a page says, and how it can be seen.
fn truth(layer: &Layer, covers: &[Cover]) -> Option<ZoneTruth> {
    let (lines, print) = layer.paper.zone.as_ref()?;
    let (mut capitals_px, mut covered) = (f64::MAX, false);
    for (i, line) in lines.iter().enumerate() {
        for j in 0..line.len() {
            let [x, y] = print.center(i, j);
            // Capitals are 2.4 millimetres high between the middles of their strokes.
            let corners = [[-0.9, -1.2], [0.9, -1.2], [0.9, 1.2], [-0.9, 1.2]];
            let seen = corners.map(|[u, v]| apply(&layer.photo_from_page, [x + u, y + v]));
            capitals_px = capitals_px.min(distance(seen[0], seen[3])).min(distance(seen[1], seen[2]));
            covered |= seen.into_iter().any(|p| covers.iter().any(|cover| cover.hides(p)));
        }
    }
    Some(ZoneTruth { lines: lines.clone(), capitals_px, covered })
}

/// Changes every pixel.
fn each(image: &mut RgbImage, change: impl Fn([f64; 2], [f64; 3]) -> [f64; 3]) {
    for (x, y, Rgb(pixel)) in image.enumerate_pixels_mut() {
        let changed = change([f64::from(x) + 0.5, f64::from(y) + 0.5], pixel.map(f64::from));
        *pixel = changed.map(|v| v.round().clamp(0.0, 255.0) as u8);
    }
}

/// Changes the pixels within `radius` of `center`.
fn within(image: &mut RgbImage, center: [f64; 2], radius: f64, change: impl Fn([f64; 2], [f64; 3]) -> [f64; 3]) {
    let range = |at: f64, side: u32| {
        let low = (at - radius).floor().clamp(0.0, f64::from(side)) as u32;
        low..((at + radius).ceil().clamp(0.0, f64::from(side)) as u32)
    };
    for y in range(center[1], image.height()) {
        for x in range(center[0], image.width()) {
            let Rgb(pixel) = image.get_pixel_mut(x, y);
            let changed = change([f64::from(x) + 0.5, f64::from(y) + 0.5], pixel.map(f64::from));
            *pixel = changed.map(|v| v.round().clamp(0.0, 255.0) as u8);
        }
    }
}

/// Smooth noise, -1 ..= 1.
fn noise(seed: u64, x: f64, y: f64) -> f64 {
    let lattice = |i: i64, j: i64| {
        let mut h =
            seed ^ (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (j as u64).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
        h = (h ^ (h >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((h >> 40) & 0xFFFF) as f64 / 32_768.0 - 1.0
    };
    let (i, j) = (x.floor(), y.floor());
    let (fx, fy) = (x - i, y - j);
    let (i, j) = (i as i64, j as i64);
    let above = lattice(i, j) + fx * (lattice(i + 1, j) - lattice(i, j));
    let below = lattice(i, j + 1) + fx * (lattice(i + 1, j + 1) - lattice(i, j + 1));
    above + fy * (below - above)
}

/// Wood, cloth, tiles or a plain ground, mostly darker than a page, with a few things on it.
fn desk(random: &mut Random, width: u32, height: u32) -> RgbImage {
    let ground = if random.chance(0.15) { random.color(175.0, 15.0) } else { random.color(90.0, 50.0) };
    let (style, seed) = (random.below(4), random.below(1 << 30) as u64);
    let (sin, cos) = random.between(0.0, 3.1).sin_cos();
    let period = random.between(60.0, 240.0);
    let mut image = RgbImage::new(width, height);
    each(&mut image, |[x, y], _| {
        let (u, v) = (cos * x + sin * y, cos * y - sin * x);
        let change = match style {
            0 => 18.0 * noise(seed, u / 150.0, v / 7.0) + 8.0 * noise(seed + 1, u / 40.0, v / 2.5),
            1 => {
                10.0 * noise(seed, u / 3.0, v / 3.0)
                    + if ((u / period) as i64 + (v / period) as i64) % 2 == 0 { 9.0 } else { -9.0 }
            }
            2 => {
                5.0 * noise(seed, u / 60.0, v / 60.0)
                    - if u.rem_euclid(period) < 4.0 || v.rem_euclid(period) < 4.0 { 30.0 } else { 0.0 }
            }
            _ => 12.0 * noise(seed, u / 300.0, v / 300.0),
        };
        ground.map(|c| c + change)
    });
    for _ in 0..random.below(4) {
        let at = [random.between(0.0, f64::from(width)), random.between(0.0, f64::from(height))];
        let (w, h) = (random.between(40.0, 0.3 * f64::from(width)), random.between(40.0, 0.3 * f64::from(width)));
        let (sin, cos) = random.between(0.0, 3.1).sin_cos();
        let color = random.color(128.0, 110.0);
        within(&mut image, at, w.hypot(h), |[x, y], old| {
            let (x, y) = (x - at[0], y - at[1]);
            let (u, v) = (cos * x + sin * y, cos * y - sin * x);
            if u.abs() < 0.5 * w && v.abs() < 0.5 * h { color } else { old }
        });
    }
    image
}

/// A picture of somebody beside the page, partly below it perhaps.
fn behind(random: &mut Random, image: &mut RgbImage, subject: &Subject, eyes_px: f64, pages: &[Layer]) {
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let scale = random.between(0.6, 2.2) * eyes_px / distance(subject.eyes[0], subject.eyes[1]);
    let middle = [0, 1].map(|i| 0.5 * (subject.eyes[0][i] + subject.eyes[1][i]));
    let (sin, cos) = (90.0 * random.below(4) as f64 + random.between(-20.0, 20.0)).to_radians().sin_cos();
    let free = |[x, y]: [f64; 2]| {
        pages.iter().all(|page| {
            let [u, v] = apply(&page.page_from_photo, [x, y]);
            let [w, h] = page.paper.size;
            !(-0.1 * w..1.1 * w).contains(&u) || !(-0.1 * h..1.1 * h).contains(&v)
        })
    };
    let places: Vec<[f64; 2]> = (0..40).map(|_| [random.between(0.0, width), random.between(0.0, height)]).collect();
    let Some(at) = places.into_iter().find(|p| free(*p)) else { return };
    let (w, h) = (f64::from(subject.image.width()), f64::from(subject.image.height()));
    let round = random.chance(0.5);
    within(image, at, scale * w.hypot(h), |[x, y], old| {
        let (x, y) = ((x - at[0]) / scale, (y - at[1]) / scale);
        let (u, v) = (middle[0] + cos * x + sin * y, middle[1] + cos * y - sin * x);
        let head = ((u - middle[0]) / 0.4 / w).hypot((v - middle[1]) / 0.45 / h) < 1.0;
        let inside = u >= 0.0 && v >= 0.0 && u < w && v < h;
        if inside && (head || !round) { sample(&subject.image, u, v) } else { old }
    });
}

/// Lays the page down, with its shadow.
fn lay(random: &mut Random, image: &mut RgbImage, layer: &Layer, passport: bool) {
    let [w, h] = layer.paper.size;
    let (shadow_x, shadow_y) = (random.between(-2.0, 2.0), random.between(-2.0, 2.0));
    let depth = random.between(0.0, 0.45);
    let radius = if passport { 1.0 } else { 3.18 };
    let beyond = |x: f64, y: f64| {
        let (dx, dy) = ((x - 0.5 * w).abs() - 0.5 * w + radius, (y - 0.5 * h).abs() - 0.5 * h + radius);
        dx.max(0.0).hypot(dy.max(0.0)) - radius
    };
    let light = [random.between(-0.15, 0.15), random.between(-0.15, 0.15)];
    // The booklet's other page, above the fold.
    let booklet = passport && random.chance(0.5);
    let other = random.color(205.0, 20.0);
    let fold = random.between(0.15, 0.6);
    each(image, |at, old| {
        let [x, y] = apply(&layer.page_from_photo, at);
        if beyond(x, y) <= 0.0 {
            let color = sample(&layer.paper.image, x * layer.paper.px_per_mm, y * layer.paper.px_per_mm);
            let shade = 1.0 + light[0] * (x / w - 0.5) + light[1] * (y / h - 0.5) - 0.05;
            color.map(|v| v * shade)
        } else if booklet && (0.0..w).contains(&x) && (-h..0.0).contains(&y) {
            let shade = 1.0 - fold * (1.0 + y / 2.5).max(0.0) + light[0] * (x / w - 0.5);
            other.map(|v| v * shade)
        } else {
            let far = beyond(x - shadow_x, y - shadow_y).max(0.0);
            old.map(|v| v * (1.0 - depth * (1.0 - far / 3.0).max(0.0)))
        }
    });
}

/// A finger with its tip's centre at `tip`, pointing towards `to`.
fn finger(random: &mut Random, image: &mut RgbImage, tip: [f64; 2], width: f64, to: [f64; 2]) {
    let skin = [[224.0, 172.0, 146.0], [198.0, 134.0, 100.0], [141.0, 85.0, 60.0], [92.0, 58.0, 42.0]][random.below(4)];
    let length = distance(tip, to).max(1e-6);
    let (dx, dy) = ((to[0] - tip[0]) / length, (to[1] - tip[1]) / length);
    within(image, tip, 6.0 * width, |[x, y], old| {
        let (x, y) = (x - tip[0], y - tip[1]);
        let (along, across) = (x * dx + y * dy, (x * dy - y * dx).abs());
        let from_axis = if along > 0.0 { across.hypot(along) } else { across };
        let edge = 0.5 * width - from_axis;
        if edge < 0.0 || along < -5.0 * width {
            return old;
        }
        let round = 0.65 + 0.4 * (edge / (0.5 * width)).sqrt();
        skin.map(|v| v * round)
    });
}

fn glare(image: &mut RgbImage, at: [f64; 2], radius: f64, strength: f64) {
    within(image, at, 2.5 * radius, |p, old| {
        let d = distance(p, at) / radius;
        old.map(|v| v + strength * (-d * d * 1.5).exp())
    });
}

/// Blur, noise and JPEG.
fn develop(random: &mut Random, image: RgbImage, blur_px: f64) -> Vec<u8> {
    let mut image = image::imageops::fast_blur(&image, blur_px as f32);
    let (strength, seed) = (random.between(0.0, 5.0), random.below(1 << 30) as u64);
    each(&mut image, |[x, y], old| {
        let grain = strength * noise(seed, 1.7 * x, 1.7 * y);
        old.map(|v| v + grain)
    });
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 70 + random.below(26) as u8).encode_image(&image).unwrap();
    jpeg
}
