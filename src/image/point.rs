//! Single pixels of a frame, for measures that need a few thousand of them and no picture.

use super::color::ToRgb;
use super::frame::Frame;
use super::layout::Channel;
use super::rows::value;
use crate::error::Result;
use crate::geometry::Point;

/// Reads pixels of one frame by their upright coordinates.
pub(crate) struct Pixels<'a> {
    frame: Frame<'a>,
    to_rgb: ToRgb,
    linear: [[f32; 2]; 2],
    shift: [f32; 2],
}

impl<'a> Pixels<'a> {
    /// A reader of `frame`.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`](crate::error::ErrorKind::LimitExceeded) if there is no memory
    /// for the pixels of a large picture.
    pub(crate) fn new(frame: &Frame<'a>) -> Result<Self> {
        let frame = frame.in_planes()?;
        let (linear, shift) = frame.stored_from_upright();
        let to_rgb = frame.conversion(false);
        let linear = linear.map(|column| column.map(|v| v as f32));
        Ok(Self { frame, to_rgb, linear, shift: shift.map(|v| v as f32) })
    }

    /// The pixel that holds `place`, red, green and blue as stored; `None` outside the frame.
    #[inline]
    pub(crate) fn at(&self, place: Point) -> Option<[u8; 3]> {
        let ([[xx, xy], [yx, yy]], [dx, dy]) = (self.linear, self.shift);
        let (x, y) = (place.x * xx + place.y * yx + dx, place.x * xy + place.y * yy + dy);
        let [width, height] = self.frame.stored_size();
        // Written so that NaN lies outside.
        if !(x >= 0.0 && y >= 0.0 && x < width as f32 && y < height as f32) {
            return None;
        }
        let (x, y) = (x as usize, y as usize);
        let channels = self.frame.channels();
        let sample = |channel: &Channel, [columns, rows]: [usize; 2]| {
            let sample = value(self.frame.samples(channel, y / rows, x / columns, 1));
            let sample = sample.or_else(|| value(self.frame.last_sample()?.bytes()));
            debug_assert!(sample.is_some(), "a frame holds the pixels between its sides");
            sample
        };
        let [first, second, third] = &channels;
        let Some(shared) = self.frame.format().chroma_block() else {
            // Whole levels, which a byte holds.
            let [r, g, b] = [sample(first, [1; 2])?, sample(second, [1; 2])?, sample(third, [1; 2])?];
            return Some([r, g, b].map(|v| v as u8));
        };
        let (luma, u, v) = (sample(first, [1; 2])?, sample(second, shared)?, sample(third, shared)?);
        let [r, g, b, _] = self.to_rgb.pixel(luma, self.to_rgb.chroma(u, v));
        Some([r, g, b].map(|v| (v + 0.5) as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{Orientation, PixelFormat};

    #[test]
    fn every_orientation_reads_the_upright_pixel() {
        // Two rows of three pixels whose red is their number.
        let stored: Vec<u8> = (0..6u8).flat_map(|i| [i, 10 + i, 20 + i]).collect();
        let frame = Frame::new(&stored, 3, 2, 9, PixelFormat::Rgb8).unwrap();
        let rows = |frame: Frame<'_>| -> Vec<Vec<u8>> {
            let pixels = Pixels::new(&frame).unwrap();
            let at = |x, y| pixels.at(Point::new(x as f32 + 0.5, y as f32 + 0.5)).unwrap()[0];
            (0..frame.height()).map(|y| (0..frame.width()).map(|x| at(x, y)).collect()).collect()
        };
        assert_eq!(rows(frame), [[0, 1, 2], [3, 4, 5]]);
        let turned = |degrees, mirrored| frame.oriented(Orientation::of_camera(degrees, mirrored).unwrap());
        assert_eq!(rows(turned(180, false)), [[5, 4, 3], [2, 1, 0]]);
        assert_eq!(rows(turned(90, false)), [[3, 0], [4, 1], [5, 2]]);
        assert_eq!(rows(turned(0, true)), [[2, 1, 0], [5, 4, 3]]);
        let pixels = Pixels::new(&frame).unwrap();
        for outside in [[-0.1, 0.5], [3.0, 0.5], [0.5, 2.0], [f32::NAN, 0.5], [f32::INFINITY, 0.5]] {
            assert_eq!(pixels.at(Point::new(outside[0], outside[1])), None);
        }
        assert_eq!(pixels.at(Point::new(2.9, 1.9)), Some([5, 15, 25]));
    }

    #[test]
    fn formats_agree() {
        let rgb = [200, 100, 50].repeat(4);
        let bgra: Vec<u8> = [50, 100, 200, 9].repeat(4);
        let place = Point::new(1.5, 1.5);
        let read = |data: &[u8], stride, format| {
            let frame = Frame::new(data, 2, 2, stride, format).unwrap().with_color(crate::image::ColorSpace::JFIF);
            Pixels::new(&frame).unwrap().at(place).unwrap()
        };
        assert_eq!(read(&rgb, 6, PixelFormat::Rgb8), [200, 100, 50]);
        assert_eq!(read(&bgra, 8, PixelFormat::Bgra8), [200, 100, 50]);
        assert_eq!(read(&[77; 4], 2, PixelFormat::Gray8), [77; 3]);
        // BT.601: luma 124.2, U 128 + (50 − 124.2) / 1.772, V 128 + (200 − 124.2) / 1.402.
        for (data, format) in [
            (vec![124, 124, 124, 124, 86, 182], PixelFormat::Nv12),
            (vec![124, 124, 124, 124, 182, 86], PixelFormat::Nv21),
            (vec![124, 124, 124, 124, 86, 182], PixelFormat::I420),
        ] {
            let got = read(&data, 2, format);
            let close = got.iter().zip([200u8, 100, 50]).all(|(a, b)| a.abs_diff(b) <= 1);
            assert!(close, "{format:?}: {got:?}");
        }
        let yuyv = [124, 86, 124, 182].repeat(2);
        let got = read(&yuyv, 4, PixelFormat::Yuyv);
        assert!(got.iter().zip([200u8, 100, 50]).all(|(a, b)| a.abs_diff(b) <= 1), "{got:?}");
    }
}
