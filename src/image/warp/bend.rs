//! A smooth departure of a crop from its similarity transform.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::Point;
use crate::image::Crop;

/// Nodes along each side of a crop. Chosen by hand: of a template network's input every fourth
/// pixel.
const NODES: usize = 29;

/// How far a crop's pixels look beside the places that its transform gives them: a vector at each
/// of some nodes, bilinear between them.
pub(crate) struct Bend {
    /// In pixels of the crop, row by row.
    nodes: [[[f32; 2]; NODES]; NODES],
    /// Nodes per pixel of the crop, along both sides.
    per_pixel: [f32; 2],
    /// The crop's sides.
    size: [usize; 2],
}

impl Bend {
    /// The bend of `crop` by which its point `p` shows the source at `source_of(q)`, where `q` is
    /// the point of the source that its transform alone shows.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the crop's transform cannot be inverted.
    pub(crate) fn new(crop: &Crop, source_of: impl Fn(Point) -> Point) -> Result<Self> {
        let target_from_source = crop.source_from_target.inverse().ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, Stage::Image, "the crop's transform is out of range")
        })?;
        let (width, height) = (crop.width as f32, crop.height as f32);
        let last = (NODES - 1) as f32;
        // No node looks further away than half the crop's longer side: more is no bend, but a
        // mistake, which must not stage a whole picture.
        let most = 0.5 * width.max(height);
        let within = |v: f32| if v.is_finite() { v.clamp(-most, most) } else { 0.0 };
        let nodes = std::array::from_fn(|row| {
            std::array::from_fn(|column| {
                let at = Point::new(column as f32 * width / last, row as f32 * height / last);
                let moved = target_from_source.apply(source_of(crop.source_from_target.apply(at)));
                [within(moved.x - at.x), within(moved.y - at.y)]
            })
        });
        Ok(Self { nodes, per_pixel: [last / width, last / height], size: [crop.width, crop.height] })
    }

    /// Whether the bend was made for crops of this size.
    pub(super) fn fits(&self, crop: &Crop) -> bool {
        self.size == [crop.width, crop.height]
    }

    /// How far pixels look beyond the crop's left and top edge, and beyond its right and bottom
    /// edge, in whole pixels.
    pub(super) fn margins(&self) -> ([usize; 2], [usize; 2]) {
        let [width, height] = self.size.map(|side| side as f32);
        let (mut before, mut behind) = ([0.0f32; 2], [0.0f32; 2]);
        for (row, nodes) in self.nodes.iter().enumerate() {
            for (column, [dx, dy]) in nodes.iter().enumerate() {
                let (x, y) = (column as f32 / self.per_pixel[0] + dx, row as f32 / self.per_pixel[1] + dy);
                before = [before[0].max(-x), before[1].max(-y)];
                behind = [behind[0].max(x - width), behind[1].max(y - height)];
            }
        }
        (before.map(|v| v.ceil() as usize), behind.map(|v| v.ceil() as usize))
    }

    /// The nodes of the row of pixels `y`.
    #[inline(always)]
    pub(super) fn row(&self, y: usize) -> BendRow {
        let (row, share) = place(y, self.per_pixel[1]);
        let mut nodes = [[0.0; 2]; NODES];
        if let (Some(above), Some(below)) = (self.nodes.get(row), self.nodes.get(row + 1)) {
            for (node, (a, b)) in nodes.iter_mut().zip(above.iter().zip(below)) {
                *node = mix(*a, *b, share);
            }
        } else {
            debug_assert!(false, "`place` gives a node with one behind it");
        }
        BendRow { nodes, per_pixel: self.per_pixel[0] }
    }
}

/// The nodes of one row of pixels.
pub(super) struct BendRow {
    nodes: [[f32; 2]; NODES],
    per_pixel: f32,
}

impl BendRow {
    /// How far the pixel of column `x` looks beside its place, in pixels of the crop.
    #[inline(always)]
    pub(super) fn at(&self, x: usize) -> [f32; 2] {
        let (column, share) = place(x, self.per_pixel);
        match self.nodes.get(column..).and_then(|nodes| nodes.first_chunk::<2>()) {
            Some([a, b]) => mix(*a, *b, share),
            // Beside the crop, where no pixel lies.
            None => [0.0; 2],
        }
    }
}

/// The node before the middle of a pixel, and the share of the one behind it.
#[inline(always)]
fn place(pixel: usize, per_pixel: f32) -> (usize, f32) {
    let at = (pixel as f32 + 0.5) * per_pixel;
    // A cast towards zero; the node behind exists as well.
    let node = (at as usize).min(NODES - 2);
    (node, at - node as f32)
}

#[inline(always)]
fn mix([ax, ay]: [f32; 2], [bx, by]: [f32; 2], share: f32) -> [f32; 2] {
    [ax + share * (bx - ax), ay + share * (by - ay)]
}
