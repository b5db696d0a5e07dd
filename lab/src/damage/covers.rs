//! Things before the face, drawn by its mesh.

use super::planes::Planes;
use crate::random::Random;
use selfsame::geometry::Point;
use selfsame::mesh::Mesh;

/// Where the face lies: its middle between the eyes, the unit vectors to the image's right along
/// the eyes and down to the chin, and the distances of eyes and chin in pixels.
pub(super) struct Place {
    origin: Point,
    right: [f32; 2],
    down: [f32; 2],
    pub eyes: f32,
    pub chin: f32,
}

impl Place {
    pub fn of(mesh: &Mesh) -> Self {
        let origin = mesh.eye_midpoint();
        let unit = |from: Point, to: Point| {
            let (x, y) = (to.x - from.x, to.y - from.y);
            let length = x.hypot(y).max(1e-3);
            ([x / length, y / length], length)
        };
        let (right, eyes) = unit(mesh.right_eye(), mesh.left_eye());
        let (down, chin) = unit(origin, mesh.chin());
        Self { origin, right, down, eyes, chin }
    }

    /// The place on the picture of (u, v) in the face's own coordinates.
    pub fn outside(&self, u: f32, v: f32) -> Point {
        let ([rx, ry], [vx, vy]) = (self.right, self.down);
        let (along, down) = (u * self.eyes, v * self.chin);
        Point::new(self.origin.x + along * rx + down * vx, self.origin.y + along * ry + down * vy)
    }

    /// (x, y) of the picture in the face's own coordinates: (0, 0) between the eyes, ±0.5 at the
    /// eyes, and 1 down at the chin.
    fn inside(&self, x: f32, y: f32) -> (f32, f32) {
        let (dx, dy) = (x - self.origin.x, y - self.origin.y);
        let ([rx, ry], [vx, vy]) = (self.right, self.down);
        // Both vectors may lean to each other on a turned head.
        let area = rx * vy - ry * vx;
        let area = if area.abs() < 0.2 { 0.2_f32.copysign(area) } else { area };
        ((dx * vy - dy * vx) / area / self.eyes, (rx * dy - ry * dx) / area / self.chin)
    }
}

/// What is held or worn.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Worn {
    Mask,
    Sunglasses,
    Hand,
    Scarf,
    Hair,
    Half,
}

/// `picture` with a cover over the face; `amount`, 0 ..= 1, is how far it reaches.
pub(super) fn covered(picture: &mut Planes, place: &Place, worn: Worn, amount: f32, random: &mut Random) {
    let side = if random.unit() < 0.5 { -1.0 } else { 1.0 };
    let mut drawn = |low: f32, high: f32| low + (high - low) * random.unit();
    let shift = drawn(-0.06, 0.06);
    let tilt = drawn(-0.12, 0.12);
    let fold = drawn(9.0, 17.0);
    let phase = drawn(0.0, 6.0);
    let any = [drawn(20.0, 235.0), drawn(20.0, 235.0), drawn(20.0, 235.0)];
    let dark = drawn(6.0, 60.0);
    let tone = drawn(0.75, 1.1);
    // A hand has the colour of the skin below the eyes.
    let cheek = |u: f32| {
        let x = place.origin.x + u * place.eyes * place.right[0] + 0.45 * place.chin * place.down[0];
        let y = place.origin.y + u * place.eyes * place.right[1] + 0.45 * place.chin * place.down[1];
        picture.between(x, y)
    };
    let mut skin = cheek(-0.4);
    skin.iter_mut().zip(cheek(0.4)).for_each(|(skin, other)| *skin = tone * 0.5 * (*skin + other));
    let (round, tint) = (drawn(1.6, 5.0), drawn(0.0, 0.35));
    // What covers a half: one colour, stripes of two, or what lies elsewhere on the picture.
    let (fill, stripe, away) = (drawn(0.0, 3.0), drawn(0.15, 0.9), drawn(0.35, 0.6));
    let behind = picture.clone();
    let elsewhere = |x: f32, y: f32| {
        let beyond = x + away * behind.width as f32;
        behind.between(if beyond > behind.width as f32 { beyond - behind.width as f32 } else { beyond }, y)
    };
    let of_mask = [[190.0, 215.0, 235.0], [235.0, 235.0, 232.0], [28.0, 28.0, 30.0], any];
    let mask = of_mask.get((4.0 * drawn(0.0, 1.0)) as usize).copied().unwrap_or(any);
    picture.map(|x, y, pixel| {
        let (u, v) = place.inside(x, y);
        let (u, v) = (u + shift, v + tilt * u);
        // Cloth has folds and is darker towards its edges.
        let cloth = |colour: [f32; 3]| {
            let light = 0.86 + 0.1 * (fold * (v + 0.2 * u * u) + phase).sin() - 0.12 * u * u;
            colour.map(|c| c * light)
        };
        let drawn = match worn {
            Worn::Mask => {
                let top = 0.3 + 0.24 * (1.0 - amount) + 0.1 * u.abs() - 0.05 * (1.0 - (3.0 * u.abs()).min(1.0));
                (v > top && v < 1.08 && u.abs() < 1.12).then(|| cloth(mask))
            }
            Worn::Scarf => {
                (v > 0.75 - 0.5 * amount + 0.05 * (5.0 * u + phase).sin() && u.abs() < 1.6).then(|| cloth(any))
            }
            Worn::Sunglasses => {
                let glass = |center: f32| {
                    ((u - center) / (0.30 + 0.12 * amount)).abs().powf(round)
                        + ((v - 0.06) / (0.17 + 0.09 * amount)).abs().powf(round)
                        < 1.0
                };
                let bridge = v.abs() < 0.045 && u.abs() < 0.95;
                (glass(-0.5) || glass(0.5) || bridge).then(|| {
                    let sky = 22.0 * (1.0 - (v / 0.2 + 0.6).abs()).max(0.0);
                    let mut glass = [dark + sky, dark + sky, dark + 1.2 * sky];
                    glass.iter_mut().zip(pixel).for_each(|(glass, seen)| *glass += tint * (seen - *glass));
                    glass
                })
            }
            Worn::Hand => {
                // Four fingers side by side before the mouth or the eyes, and a palm.
                let center = if phase < 3.0 { 0.62 } else { 0.02 };
                let reach = 0.35 + 0.75 * amount;
                let (along, across) = (side * u + 0.9, v - center);
                // Fingers lie side by side and end one after the other.
                let finger = (across / 0.15).floor();
                let rest = across / 0.15 - finger - 0.5;
                let end = 0.8 + reach - 0.09 * (finger + 0.5).abs() - 0.35 * rest * rest;
                let fingers = across.abs() < 0.3 && along > 0.2 && along < end;
                let palm = ((along - 0.05) / 0.55).powi(2) + (across / 0.42).powi(2) < 1.0;
                (fingers || palm).then(|| {
                    let round = if palm { 0.95 - 0.2 * across.abs() } else { 1.0 - 9.0 * rest.powi(4) };
                    skin.map(|c| c * round)
                })
            }
            Worn::Hair => {
                let hangs = side * u > 0.55 - 0.75 * amount || v < -0.55 + 0.5 * amount;
                (hangs && v < 0.9 && u.abs() < 1.3).then(|| {
                    let strand = 0.75 + 0.35 * (41.0 * u + 6.0 * v + phase).sin() * (17.0 * u - 3.0 * v).sin();
                    [dark * 1.25, dark, dark * 0.75].map(|c| c * strand)
                })
            }
            Worn::Half => {
                let edge = 0.75 * (1.0 - 2.0 * amount);
                (side * u > edge && (-1.0..1.3).contains(&v) && u.abs() < 1.3).then(|| match fill {
                    f if f < 1.0 => any,
                    f if f < 2.0 => any.map(|c| c * if (stripe * (x + 0.7 * y)).sin() > 0.0 { 1.0 } else { 0.6 }),
                    _ => elsewhere(x, y),
                })
            }
        };
        drawn.unwrap_or(pixel)
    });
}

/// The picture cut so that `share` of the face's height or width lies beyond its top or side edge.
pub(super) fn cut(picture: &Planes, mesh: &Mesh, share: f32, top: bool, random: &mut Random) -> Option<Planes> {
    let bounds = mesh.bounds()?;
    let (width, height) = (picture.width, picture.height);
    let mut keep = (0, 0, width, height);
    if top {
        keep.1 = (bounds.top() + share * bounds.height()).round().clamp(0.0, height as f32 - 2.0) as usize;
    } else if random.unit() < 0.5 {
        keep.0 = (bounds.left() + share * bounds.width()).round().clamp(0.0, width as f32 - 2.0) as usize;
    } else {
        keep.2 = (bounds.right() - share * bounds.width()).round().clamp(2.0, width as f32) as usize;
    }
    let (left, top, right, bottom) = keep;
    let mut out = Planes { width: right - left, height: bottom - top, pixels: Vec::new() };
    for y in top..bottom {
        out.pixels.extend((left..right).map(|x| picture.at(x as isize, y as isize)));
    }
    Some(out)
}
