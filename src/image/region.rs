//! The part of a frame that a crop looks at, ready to be sampled without a thought for formats,
//! scales or borders.
//!
//! A crop that shrinks its source would skip pixels and alias if it merely interpolated, so the
//! part is first reduced to about one pixel per target pixel. Then it is spread to four floats per
//! pixel in the network's channel order, inside an apron of black pixels: positions clamped onto
//! the apron give the border, so that the sampling loop has no branch for it.

use super::frame::{Frame, PixelFormat};
use super::warp::{Border, Crop};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::Point;
use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use std::cell::Cell;

/// Source pixels per target pixel from which on the source is reduced first. Below, bilinear taps
/// still touch every source pixel of a row or column that is not turned, or all but few.
const REDUCE_FROM: f64 = 1.5;
/// Chosen by measurement: three LFW portraits, 1.6 to 7 source pixels per target pixel, three
/// angles, then the bilinear warp. Peak signal to noise against the average over each target
/// pixel's area / against a Gaussian, in dB: box 38.7 / 41.6, triangle 37.4 / 45.6, Hamming
/// 39.4 / 44.9, Catmull-Rom 40.7 / 44.4. Catmull-Rom takes twice the taps and overshoots at edges.
/// Without reduction 39.7 / 34.3: so soft a picture has little to alias. A zone plate has, and from
/// 2.7 pixels on a plain warp of it reaches 13 dB where Hamming reaches 25.
const FILTER: FilterType = FilterType::Hamming;
/// A thread keeps its workspace up to this size, and frees a larger one.
const KEPT_BYTES: usize = 4 << 20;

/// The buffers of one warp, kept by their thread from call to call.
#[derive(Default)]
pub(super) struct Workspace {
    resizer: Resizer,
    packed: Vec<u8>,
    reduced: Vec<u8>,
    staged: Vec<[f32; 4]>,
}

thread_local! {
    static KEPT: Cell<Option<Box<Workspace>>> = const { Cell::new(None) };
}

/// Runs `work` with the thread's workspace; a call inside `work` gets a fresh one.
pub(super) fn with_workspace<T>(work: impl FnOnce(&mut Workspace) -> T) -> T {
    // A thread that is shutting down has no kept workspace any more.
    let mut workspace = KEPT.try_with(Cell::take).ok().flatten().unwrap_or_default();
    let result = work(&mut workspace);
    if workspace.bytes() <= KEPT_BYTES {
        let _ = KEPT.try_with(|kept| kept.set(Some(workspace)));
    }
    result
}

impl Workspace {
    fn bytes(&self) -> usize {
        let own = self.packed.capacity() + self.reduced.capacity() + size_of_val(self.staged.as_slice());
        own + self.resizer.size_of_internal_buffers()
    }
}

/// Staged pixels: rows of `pitch` pixels, with one pixel of apron before and two behind the
/// picture, both ways.
pub(super) struct Region<'w> {
    pub(super) pixels: &'w [[f32; 4]],
    pub(super) pitch: usize,
    /// Where target pixels look, in staged pixels. Column `x` and row `y` sample (`u`, `v`) =
    /// `origin + x * per_column + y * per_row`, where whole numbers are pixel centres; clamped to
    /// `lowest ..= highest`.
    pub(super) origin: [f64; 2],
    pub(super) per_column: [f64; 2],
    pub(super) per_row: [f64; 2],
    pub(super) lowest: [f64; 2],
    pub(super) highest: [f64; 2],
}

/// A stretch of source columns or rows, `start .. end`, never empty, that becomes `staged` pixels.
struct Span {
    start: usize,
    end: usize,
    staged: usize,
}

impl Span {
    /// The stretch that positions `low ..= high` need, clipped to the frame's `side`; `scale` is
    /// source pixels per target pixel.
    fn new(low: f64, high: f64, side: u32, scale: f64) -> Self {
        let reduced = scale > REDUCE_FROM;
        // Bilinear taps reach one (reduced) pixel out; the other is for rounding.
        let margin = if reduced { 2.0 * scale } else { 2.0 };
        let side = f64::from(side);
        let start = (low - margin).floor().clamp(0.0, side - 1.0);
        let end = (high + margin).ceil().clamp(start + 1.0, side);
        let staged = if reduced { ((end - start) / scale).round().max(1.0) } else { end - start };
        Self { start: start as usize, end: end as usize, staged: staged as usize }
    }

    fn len(&self) -> usize {
        self.end - self.start
    }

    /// The stretch with what the filter, whose support is one staged pixel, reads on both of its sides.
    fn with_reach(&self, side: u32) -> std::ops::Range<usize> {
        let reach = self.step().ceil() as usize + 1;
        self.start.saturating_sub(reach)..(self.end + reach).min(side as usize)
    }

    /// Source pixels per staged pixel.
    fn step(&self) -> f64 {
        self.len() as f64 / self.staged as f64
    }
}

/// Stages what `crop` needs of `frame`, blue first where `bgr` is set.
pub(super) fn stage<'w>(workspace: &'w mut Workspace, frame: &Frame<'_>, crop: &Crop, bgr: bool) -> Result<Region<'w>> {
    // In double precision: single has 1/2000 pixel at 4000 pixels, a visible error on steep edges.
    let (a, b) = crop.source_from_target.linear();
    let (a, b) = (f64::from(a), f64::from(b));
    let moved = crop.source_from_target.apply(Point::default());
    let (tx, ty) = (f64::from(moved.x), f64::from(moved.y));
    let reach = |from_x: f64, from_y: f64, shift: f64| {
        let x = [0.5 * from_x, (crop.width as f64 - 0.5) * from_x];
        let y = [0.5 * from_y, (crop.height as f64 - 0.5) * from_y];
        (x[0].min(x[1]) + y[0].min(y[1]) + shift, x[0].max(x[1]) + y[0].max(y[1]) + shift)
    };
    let scale = a.hypot(b);
    let (left, right) = reach(a, -b, tx);
    let (top, bottom) = reach(b, a, ty);
    let columns = Span::new(left, right, frame.width(), scale);
    let rows = Span::new(top, bottom, frame.height(), scale);

    let (pitch, height) = (columns.staged + 3, rows.staged + 3);
    let len = pitch.checked_mul(height).ok_or_else(|| fault("the region's size overflows"))?;
    let Workspace { resizer, packed, reduced, staged } = workspace;
    if staged.len() < len {
        staged.resize(len, [0.0; 4]);
    }
    let staged = staged.get_mut(..len).unwrap_or_default();
    if columns.staged == columns.len() && rows.staged == rows.len() {
        spread(staged, pitch, rows.staged, |y, out| frame.write_row(rows.start + y, columns.start, bgr, out));
    } else {
        let size = frame.format().bytes_per_pixel();
        let row_bytes = columns.staged * size;
        reduced.resize(row_bytes * rows.staged, 0);
        match frame.format() {
            PixelFormat::Rgb8 | PixelFormat::Bgr8 => reduce::<U8x3>(resizer, packed, frame, &columns, &rows, reduced)?,
            PixelFormat::Gray8 => reduce::<U8>(resizer, packed, frame, &columns, &rows, reduced)?,
        }
        let small = Frame::new(reduced, columns.staged as u32, rows.staged as u32, row_bytes, frame.format())?;
        spread(staged, pitch, rows.staged, |y, out| small.write_row(y, 0, bgr, out));
    }

    // The apron's first pixel lies at 0, the picture's at 1; a centre lies half a pixel from its
    // edge.
    let (step_x, step_y) = (columns.step(), rows.step());
    let first = [0.5 * a - 0.5 * b + tx, 0.5 * b + 0.5 * a + ty];
    let [x, y] = first;
    let (width, height) = (columns.staged as f64, rows.staged as f64);
    let (lowest, highest) = match crop.border {
        Border::Black => ([0.0; 2], [width + 1.0, height + 1.0]),
        Border::Replicate => ([1.0; 2], [width, height]),
    };
    Ok(Region {
        pixels: staged,
        pitch,
        origin: [(x - columns.start as f64) / step_x + 0.5, (y - rows.start as f64) / step_y + 0.5],
        per_column: [a / step_x, b / step_y],
        per_row: [-b / step_x, a / step_y],
        lowest,
        highest,
    })
}

/// Fills the picture's rows by `write` and the apron with black.
fn spread(staged: &mut [[f32; 4]], pitch: usize, height: usize, write: impl Fn(usize, &mut [[f32; 4]])) {
    for (y, row) in staged.chunks_exact_mut(pitch).enumerate() {
        match (y.checked_sub(1).filter(|y| *y < height), row) {
            (Some(y), [before, picture @ .., behind, far_behind]) => {
                for apron in [before, behind, far_behind] {
                    *apron = [0.0; 4];
                }
                write(y, picture);
            }
            (_, row) => row.fill([0.0; 4]),
        }
    }
}

/// Reduces the stretch of the frame to `out` by convolution.
fn reduce<P: PixelTrait>(
    resizer: &mut Resizer,
    packed: &mut Vec<u8>,
    frame: &Frame<'_>,
    columns: &Span,
    rows: &Span,
    out: &mut [u8],
) -> Result<()> {
    let failed = |e: &dyn std::fmt::Display| fault(&format!("a region could not be reduced: {e}"));
    let (width, height) = (columns.staged as u32, rows.staged as u32);
    let mut target = TypedImage::<P>::from_buffer(width, height, out).map_err(|e| failed(&e))?;
    let (frame_width, frame_height) = (frame.width(), frame.height());
    let (source, source_width, visible, left, top) = match frame.padded() {
        Some((bytes, width)) => (bytes, width, (frame_width, frame_height), columns.start, rows.start),
        None => {
            // The resizer knows no such stride: copy the rows that are needed.
            let (x, y) = (columns.with_reach(frame_width), rows.with_reach(frame_height));
            packed.clear();
            for row in y.clone() {
                packed.extend_from_slice(frame.row(row, x.start, x.len()));
            }
            let (left, top) = (columns.start - x.start, rows.start - y.start);
            let size = (x.len() as u32, y.len() as u32);
            (packed.as_slice(), size.0, size, left, top)
        }
    };
    let source = TypedImageRef::<P>::from_buffer(source_width, visible.1, source).map_err(|e| failed(&e))?;
    // The filter reads beyond the stretch where there is more: pixels, but never a row's padding.
    let source = TypedCroppedImage::new(source, 0, 0, visible.0, visible.1).map_err(|e| failed(&e))?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FILTER))
        .crop(left as f64, top as f64, columns.len() as f64, rows.len() as f64)
        .use_alpha(false);
    resizer.resize_typed(&source, &mut target, &options).map_err(|e| failed(&e))
}

fn fault(message: &str) -> Error {
    Error::new(ErrorKind::InvalidArgument, Stage::Image, message)
}
