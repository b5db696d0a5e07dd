//! Triangles drawn over a picture's pixels, and colours between pixels: what re-rendered faces are
//! made with.

#![allow(clippy::indexing_slicing, reason = "places are counted among a picture's own pixels and nodes")]

use selfsame::image::Photo;

/// Triangles drawn with a depth: of each node the nearest one's value.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    nearest: Vec<f32>,
    /// The values at each pixel, row by row; `None` where no triangle was drawn.
    pub(super) values: Vec<Option<[f32; 2]>>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, nearest: vec![f32::MAX; width * height], values: vec![None; width * height] }
    }

    /// Draws a triangle: of each corner the place in pixels with its depth, and two values.
    pub(super) fn triangle(&mut self, [(a, va), (b, vb), (c, vc)]: [([f32; 3], [f32; 2]); 3]) {
        let ([ax, ay, az], [bx, by, bz], [cx, cy, cz]) = (a, b, c);
        let area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
        if area.abs() < 1e-6 {
            return;
        }
        // Casts from float to integer saturate.
        let (top, bottom) = (ay.min(by).min(cy).ceil() as usize, ay.max(by).max(cy) as usize + 1);
        let (left, right) = (ax.min(bx).min(cx).ceil() as usize, ax.max(bx).max(cx) as usize + 1);
        for y in top..bottom.min(self.height) {
            for x in left..right.min(self.width) {
                let (px, py) = (x as f32, y as f32);
                let wb = ((px - ax) * (cy - ay) - (cx - ax) * (py - ay)) / area;
                let wc = ((bx - ax) * (py - ay) - (px - ax) * (by - ay)) / area;
                if wb < -1e-4 || wc < -1e-4 || wb + wc > 1.0002 {
                    continue;
                }
                let (at, z) = (y * self.width + x, az + wb * (bz - az) + wc * (cz - az));
                if z < self.nearest[at] {
                    self.nearest[at] = z;
                    self.values[at] =
                        Some(std::array::from_fn(|i| va[i] + wb * (vb[i] - va[i]) + wc * (vc[i] - va[i])));
                }
            }
        }
    }
}

/// The colour at (x, y), bilinear between pixels' middles; of the nearest pixel outside.
pub(super) fn sampled(photo: &Photo, [x, y]: [f32; 2]) -> [u8; 3] {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let (x, y) = ((x - 0.5).clamp(0.0, (width - 1) as f32), (y - 0.5).clamp(0.0, (height - 1) as f32));
    let (left, top) = ((x as usize).min(width.saturating_sub(2)), (y as usize).min(height.saturating_sub(2)));
    let (fx, fy) = (x - left as f32, y - top as f32);
    let pixels = photo.pixels();
    let pixel = |dx: usize, dy: usize, channel: usize| {
        let at = (top + dy).min(height - 1) * width + (left + dx).min(width - 1);
        f32::from(pixels[3 * at + channel])
    };
    std::array::from_fn(|c| {
        let row = |dy| pixel(0, dy, c) + fx * (pixel(1, dy, c) - pixel(0, dy, c));
        (row(0) + fy * (row(1) - row(0)) + 0.5) as u8
    })
}
