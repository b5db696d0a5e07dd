//! A picture in floats, and the filters that damages are made of.

use crate::error::Result;
use selfsame::image::Photo;

/// A picture of 8-bit steps in floats, three channels a pixel, row by row.
#[derive(Clone)]
pub(super) struct Planes {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<[f32; 3]>,
}

impl Planes {
    pub fn of(photo: &Photo) -> Self {
        let pixels = photo.pixels().as_chunks().0.iter().map(|p: &[u8; 3]| p.map(f32::from)).collect();
        Self { width: photo.width() as usize, height: photo.height() as usize, pixels }
    }

    /// The picture in 8 bits again.
    pub fn photo(&self) -> Result<Photo> {
        let bytes = self.pixels.iter().flatten().map(|v| v.round().clamp(0.0, 255.0) as u8).collect();
        Ok(Photo::from_rgb8(self.width as u32, self.height as u32, bytes)?)
    }

    /// Each pixel changed by what is said of its place, in pixels from the top left corner, and
    /// itself.
    pub fn map(&mut self, mut change: impl FnMut(f32, f32, [f32; 3]) -> [f32; 3]) {
        for (y, row) in self.pixels.chunks_exact_mut(self.width.max(1)).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel = change(x as f32 + 0.5, y as f32 + 0.5, *pixel);
            }
        }
    }

    /// The nearest pixel of the picture.
    #[allow(clippy::indexing_slicing, reason = "both coordinates are clamped to the picture")]
    pub fn at(&self, x: isize, y: isize) -> [f32; 3] {
        let clamp = |v: isize, side: usize| v.clamp(0, side as isize - 1) as usize;
        self.pixels[clamp(y, self.height) * self.width + clamp(x, self.width)]
    }

    /// The picture at (x, y) between its pixels.
    pub fn between(&self, x: f32, y: f32) -> [f32; 3] {
        let (left, top) = ((x - 0.5).floor(), (y - 0.5).floor());
        let (right, down) = (x - 0.5 - left, y - 0.5 - top);
        let [a, b, c, d] = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(i, j)| self.at(left as isize + i, top as isize + j));
        let mut out = [0.0; 3];
        for (((out, a), b), (c, d)) in out.iter_mut().zip(a).zip(b).zip(c.into_iter().zip(d)) {
            *out = (a * (1.0 - right) + b * right) * (1.0 - down) + (c * (1.0 - right) + d * right) * down;
        }
        out
    }

    /// The sum of the pixels at `taps`, offsets with weights.
    pub fn convolved(&self, taps: &[(isize, isize, f32)]) -> Self {
        let mut out = self.clone();
        for (y, row) in out.pixels.chunks_exact_mut(self.width.max(1)).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel = [0.0; 3];
                for (i, j, weight) in taps {
                    let seen = self.at(x as isize + i, y as isize + j);
                    pixel.iter_mut().zip(seen).for_each(|(sum, v)| *sum += weight * v);
                }
            }
        }
        out
    }

    /// Blurred by a Gaussian of standard deviation `sigma` pixels.
    pub fn blurred(&self, sigma: f32) -> Self {
        let reach = (3.0 * sigma).ceil() as isize;
        let weight = |i: isize| (-0.5 * (i as f32 / sigma).powi(2)).exp();
        let sum: f32 = (-reach..=reach).map(weight).sum();
        let along = |horizontal: bool| -> Vec<_> {
            let at = |i| if horizontal { (i, 0, weight(i) / sum) } else { (0, i, weight(i) / sum) };
            (-reach..=reach).map(at).collect()
        };
        self.convolved(&along(true)).convolved(&along(false))
    }

    /// The mean of the pixels of each cell: the picture at `width` × `height`, at most its own.
    pub fn reduced(&self, width: usize, height: usize) -> Self {
        let mut out = Self { width, height, pixels: Vec::with_capacity(width * height) };
        for y in 0..height {
            for x in 0..width {
                let span = |i: usize, count: usize, side: usize| i * side / count..((i + 1) * side).div_ceil(count);
                let (mut sum, mut count) = ([0.0; 3], 0.0);
                for j in span(y, height, self.height) {
                    for i in span(x, width, self.width) {
                        let seen = self.at(i as isize, j as isize);
                        sum.iter_mut().zip(seen).for_each(|(sum, v)| *sum += v);
                        count += 1.0;
                    }
                }
                out.pixels.push(sum.map(|v| v / count));
            }
        }
        out
    }

    /// The picture at `width` × `height`, between its pixels or, with `blocks`, the nearest one's.
    pub fn enlarged(&self, width: usize, height: usize, blocks: bool) -> Self {
        let (by_x, by_y) = (self.width as f32 / width as f32, self.height as f32 / height as f32);
        let mut out = Self { width, height, pixels: vec![[0.0; 3]; width * height] };
        out.map(|x, y, _| {
            let (x, y) = (x * by_x, y * by_y);
            if blocks { self.at(x as isize, y as isize) } else { self.between(x, y) }
        });
        out
    }

    /// The mean of all pixels, a channel at a time.
    pub fn mean(&self) -> [f32; 3] {
        let mut sum = [0.0f64; 3];
        self.pixels.iter().for_each(|p| sum.iter_mut().zip(p).for_each(|(sum, v)| *sum += f64::from(*v)));
        sum.map(|v| (v / self.pixels.len().max(1) as f64) as f32)
    }
}
