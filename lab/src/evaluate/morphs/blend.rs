//! One portrait of two faces: both are warped to the mean of their shapes, and their pixels mixed.
//!
//! The shape is the mesh's 468 points and a ring far around the picture, which stays where it is;
//! the warp is affine in each triangle (M. Ferrara, A. Franco, D. Maltoni, "The magic passport",
//! IJCB 2014; U. Scherhag et al., "Face recognition systems under morphing attacks: a survey", IEEE
//! Access 7, 2019). Both faces are laid into the portrait's frame first, by their eyes, and every
//! pixel is read off its photograph once.

#![allow(clippy::indexing_slicing, reason = "places are counted among a mesh's points and a picture's pixels")]

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::evaluate::canvas::{Canvas, sampled};
use crate::evaluate::documents::frame;
use selfsame::geometry::Point;
use selfsame::image::Photo;
use selfsame::mesh::{Mesh, POINT_COUNT, outline, triangles};

/// The ring's radius over the picture's longer side: its polygon lies outside of every corner.
const RING: f32 = 1.2;
/// How wide the seam around a spliced face is, over the picture's width: chosen by hand, about as
/// wide as retouchers make it.
const SEAM: f32 = 0.03;

/// Whose surroundings a morph keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MorphKind {
    /// Both contributors': hair, ears and collar are mixed too, and leave ghosts.
    Complete,
    /// The first contributor's: the mixed face is set into their picture, in their skin's colours.
    Spliced,
}

impl MorphKind {
    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Spliced => "spliced",
        }
    }
}

/// Two faces on one portrait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Morph {
    /// Whose surroundings it keeps.
    pub kind: MorphKind,
    /// The second contributor's share of shape and pixels, 0 to 1.
    pub share: f32,
}

/// One contributor: a photograph, and the face's landmarks on it.
#[derive(Debug, Clone, Copy)]
pub struct Contributor<'a> {
    /// The photograph.
    pub photo: &'a Photo,
    /// The face's landmarks on it.
    pub mesh: &'a Mesh,
}

impl Morph {
    /// The portrait of `size` (width and height in pixels).
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if a mesh has no extent or the share is not 0 to 1.
    pub fn portrait(self, first: Contributor<'_>, second: Contributor<'_>, size: (usize, usize)) -> Result<Photo> {
        if !(0.0..=1.0).contains(&self.share) {
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, "a share must be 0 to 1"));
        }
        let faces = [Face::new(first, size)?, Face::new(second, size)?];
        let mix = |a: f32, b: f32| a + self.share * (b - a);
        let [a, b] = &faces;
        let shape: Vec<[f32; 3]> =
            a.places.iter().zip(&b.places).map(|(a, b)| std::array::from_fn(|i| mix(a[i], b[i]))).collect();
        let [mut a, mut b] = [a.warped(&shape, size), b.warped(&shape, size)];
        let inside = inside(&shape, size);
        if self.kind == MorphKind::Spliced {
            let of_first = Colours::of(&a, &inside);
            Colours::of(&b, &inside).moved(&mut b, &of_first);
        }
        let weight = |inside: f32| self.share * if self.kind == MorphKind::Spliced { inside } else { 1.0 };
        for ((a, b), inside) in a.iter_mut().zip(&b).zip(&inside) {
            let share = weight(*inside);
            a.iter_mut().zip(b).for_each(|(a, b)| *a += share * (b - *a));
        }
        // Casts from float to integer saturate.
        let pixels = a.iter().flatten().map(|v| (v + 0.5) as u8).collect();
        let (width, height) = size;
        Ok(Photo::from_rgb8(width as u32, height as u32, pixels)?)
    }
}

/// A contributor in the portrait's frame.
struct Face<'a> {
    photo: &'a Photo,
    /// The mesh's points, then the ring's: pixels right and down of the portrait, and behind it.
    places: Vec<[f32; 3]>,
    /// The same points on the photograph.
    on_photo: Vec<[f32; 2]>,
}

impl<'a> Face<'a> {
    fn new(from: Contributor<'a>, (width, height): (usize, usize)) -> Result<Self> {
        let to_photo = frame(from.mesh, (width, height))?;
        let to_portrait = to_photo.inverse().ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, "the face has no extent in its picture")
        })?;
        let mut places: Vec<[f32; 3]> = Vec::with_capacity(POINT_COUNT + outline::FACE.len());
        for [x, y, z] in from.mesh.points() {
            let at = to_portrait.apply(Point::new(*x, *y));
            places.push([at.x, at.y, z * to_portrait.scale()]);
        }
        let mut on_photo: Vec<[f32; 2]> = from.mesh.points().iter().map(|[x, y, _]| [*x, *y]).collect();
        for place in ring((width, height)) {
            let at = to_photo.apply(place);
            // Behind every face.
            places.push([place.x, place.y, 1e6]);
            on_photo.push([at.x, at.y]);
        }
        Ok(Self { photo: from.photo, places, on_photo })
    }

    /// The face's pixels with its points where `shape` has them.
    fn warped(&self, shape: &[[f32; 3]], (width, height): (usize, usize)) -> Vec<[f32; 3]> {
        let mut canvas = Canvas::new(width, height);
        // Pixels' middles are the canvas's nodes.
        let node = |i: usize| ([shape[i][0] - 0.5, shape[i][1] - 0.5, shape[i][2]], self.on_photo[i]);
        tiles().for_each(|corners| canvas.triangle(corners.map(node)));
        // The ring lies around the whole picture: no pixel is left out but by rounding.
        let colour = |at: &Option<[f32; 2]>| at.map_or([0.0; 3], |at| sampled(self.photo, at).map(f32::from));
        canvas.values.iter().map(colour).collect()
    }
}

/// The ring's points, one for each point of the face's outline, clockwise from the top.
fn ring((width, height): (usize, usize)) -> impl Iterator<Item = Point> {
    let (w, h) = (width as f32, height as f32);
    let count = outline::FACE.len();
    (0..count).map(move |i| {
        let (sin, cos) = (std::f32::consts::TAU * i as f32 / count as f32).sin_cos();
        Point::new(0.5 * w + RING * w.max(h) * sin, 0.5 * h - RING * w.max(h) * cos)
    })
}

/// The corners of all triangles: the face's, and those between its outline and the ring.
fn tiles() -> impl Iterator<Item = [usize; 3]> {
    let count = outline::FACE.len();
    let strip = (0..count).flat_map(move |i| {
        let next = (i + 1) % count;
        let [a, b, c, d] = [outline::FACE[i], outline::FACE[next], POINT_COUNT + i, POINT_COUNT + next];
        [[a, b, c], [b, d, c]]
    });
    triangles().iter().map(|corners| corners.map(usize::from)).chain(strip)
}

/// How far inside the face each pixel lies: 1 there, 0 outside, and between in the seam.
fn inside(shape: &[[f32; 3]], (width, height): (usize, usize)) -> Vec<f32> {
    let mut canvas = Canvas::new(width, height);
    let node = |i: u16| ([shape[usize::from(i)][0] - 0.5, shape[usize::from(i)][1] - 0.5, 0.0], [1.0, 0.0]);
    triangles().iter().for_each(|corners| canvas.triangle(corners.map(node)));
    let mut mask: Vec<f32> = canvas.values.iter().map(|v| f32::from(u8::from(v.is_some()))).collect();
    let reach = (SEAM * width as f32) as usize / 2;
    // Two means of a window are a seam without corners.
    for _ in 0..2 {
        mask = means(&mask, reach, height, width, [width, 1]);
        mask = means(&mask, reach, width, height, [1, width]);
    }
    // The seam lies within the outline, where there is a face to be mixed.
    mask.iter().map(|v| (2.0 * v - 1.0).max(0.0)).collect()
}

/// Means over a window of `reach` to both sides, along lines of `count` values `step` apart.
fn means(mask: &[f32], reach: usize, lines: usize, count: usize, [between, step]: [usize; 2]) -> Vec<f32> {
    let mut out = vec![0.0; mask.len()];
    for line in 0..lines {
        let at = |i: usize| line * between + i * step;
        let value = |i: usize| mask[at(i.min(count - 1))];
        let mut sum: f32 = (0..=reach).map(value).sum::<f32>() + reach as f32 * value(0);
        for i in 0..count {
            out[at(i)] = sum / (2 * reach + 1) as f32;
            sum += value(i + reach + 1) - value(i.saturating_sub(reach));
        }
    }
    out
}

/// Mean and standard deviation of the face's red, green and blue.
struct Colours {
    mean: [f32; 3],
    deviation: [f32; 3],
}

impl Colours {
    fn of(pixels: &[[f32; 3]], inside: &[f32]) -> Self {
        let (mut weights, mut sums, mut squares) = (0.0f64, [0.0f64; 3], [0.0f64; 3]);
        for (pixel, weight) in pixels.iter().zip(inside) {
            let weight = f64::from(*weight);
            weights += weight;
            for (c, v) in pixel.iter().enumerate() {
                sums[c] += weight * f64::from(*v);
                squares[c] += weight * f64::from(*v).powi(2);
            }
        }
        // A face of no pixel has no colour; nothing is then mixed either.
        let weights = weights.max(1.0);
        let mean = sums.map(|sum| sum / weights);
        let deviation = std::array::from_fn(|c| (squares[c] / weights - mean[c].powi(2)).max(1.0).sqrt() as f32);
        Self { mean: mean.map(|v| v as f32), deviation }
    }

    /// Gives pixels with these colours the colours of `others` (E. Reinhard et al., "Color transfer
    /// between images", 2001, in red, green and blue).
    fn moved(&self, pixels: &mut [[f32; 3]], others: &Self) {
        for pixel in pixels {
            for (c, v) in pixel.iter_mut().enumerate() {
                *v = (*v - self.mean[c]) / self.deviation[c] * others.deviation[c] + others.mean[c];
            }
        }
    }
}
