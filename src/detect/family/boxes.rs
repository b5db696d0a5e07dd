//! From one anchor's numbers to a box and to points, in pixels of the input.

use super::super::candidate::Candidate;
use super::keypoints::six;
use crate::geometry::{Point, Rect};
use crate::model::{DetectorFamily, DetectorSpec};

/// One anchor of a level.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    pub column: usize,
    pub row: usize,
    pub stride: usize,
    /// Its side in pixels of the input; of families that state it.
    pub size: Option<f32>,
}

/// How a family's numbers become geometry.
#[derive(Debug)]
pub(super) struct Boxes {
    family: DetectorFamily,
    variances: [f32; 2],
    scale: [f32; 2],
    shift: [f32; 2],
}

impl Boxes {
    pub fn new(spec: &DetectorSpec) -> Self {
        Self { family: spec.family, variances: spec.variances, scale: spec.box_scale, shift: spec.box_shift }
    }

    /// The candidate of one anchor: `raw` begins with its box, `points` are its keypoints, x and y
    /// of each.
    ///
    /// `Err` if a number is NaN or infinite, or becomes so; `Ok(None)` for a box without extent,
    /// which is no face.
    pub fn candidate(
        &self,
        anchor: &Anchor,
        score: f32,
        raw: &[f32],
        points: &[f32],
    ) -> Result<Option<Candidate>, NoNumber> {
        let [a, b, c, d] = *raw.first_chunk::<4>().ok_or(NoNumber)?;
        let (points, _) = points.as_chunks::<2>();
        let stride = anchor.stride as f32;
        // The cell's corner; the middle is half a stride further.
        let corner = Point::new(anchor.column as f32 * stride, anchor.row as f32 * stride);
        let middle = Point::new(corner.x + 0.5 * stride, corner.y + 0.5 * stride);
        // An anchor without a size of its own is as large as its cell.
        let size = anchor.size.unwrap_or(stride);
        let [along, growth] = self.variances;
        let (center, width, height) = match self.family {
            DetectorFamily::Anchors => (Point::new(middle.x + a, middle.y + b), c, d),
            DetectorFamily::Scrfd => {
                let center = Point::new(corner.x + 0.5 * stride * (c - a), corner.y + 0.5 * stride * (d - b));
                (center, stride * (a + c), stride * (b + d))
            }
            DetectorFamily::Retinaface => (
                Point::new(middle.x + along * size * a, middle.y + along * size * b),
                size * (growth * c).exp(),
                size * (growth * d).exp(),
            ),
            DetectorFamily::Yunet => {
                (Point::new(corner.x + stride * a, corner.y + stride * b), stride * c.exp(), stride * d.exp())
            }
        };
        let (from, unit) = match self.family {
            DetectorFamily::Anchors => (middle, 1.0),
            DetectorFamily::Scrfd | DetectorFamily::Yunet => (corner, stride),
            DetectorFamily::Retinaface => (middle, along * size),
        };
        let ([scale_x, scale_y], [shift_x, shift_y]) = (self.scale, self.shift);
        let center = Point::new(center.x + shift_x * width, center.y + shift_y * height);
        let (width, height) = (scale_x * width, scale_y * height);
        if ![center.x, center.y, width, height].iter().all(|v| v.is_finite())
            || !points.iter().flatten().all(|v| v.is_finite())
        {
            return Err(NoNumber);
        }
        if width <= 0.0 || height <= 0.0 {
            return Ok(None);
        }
        let rect = Rect::from_center(center, width, height).ok_or(NoNumber)?;
        let place = |[x, y]: &[f32; 2]| Point::new(from.x + unit * x, from.y + unit * y);
        let keypoints = six(&rect, points.iter().map(place)).ok_or(NoNumber)?;
        Ok(Some(Candidate { score, rect, keypoints }))
    }
}

/// A network's output is NaN or infinite, or makes something infinite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoNumber;
