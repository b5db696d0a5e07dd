//! The part of a frame that a crop looks at, ready to be sampled without a thought for formats,
//! orientation, scales or borders.
//!
//! A crop that shrinks its source would skip pixels and alias if it merely interpolated, so the
//! part is first reduced to about one pixel per target pixel. Then it lies as four floats per pixel
//! in the network's channel order, inside an apron of black pixels: positions clamped onto the
//! apron give the border, so that the sampling loop has no branch for it. The part is staged
//! as it is stored: what is to be turned or mirrored is so by the way in which the crop walks over
//! it.

use super::crop::{Border, Crop};
use super::frame::Frame;
use super::reduce::{Reduce, Reducer};
use super::rows::Spread;
use super::span::Span;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::Point;
use crate::simd::Level;
use std::cell::Cell;

/// A thread keeps its workspace up to this size in bytes, and frees a larger one. Chosen by hand
/// and not tuned.
const KEPT_BYTES: usize = 4 << 20;

/// The buffers of one warp, kept by their thread from call to call. The default is empty ones.
#[derive(Default)]
pub(super) struct Workspace {
    reducer: Reducer,
    staged: Vec<[f32; 4]>,
}

thread_local! {
    /// The workspace of this thread's last warp.
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
    /// The memory that the buffers hold.
    fn bytes(&self) -> usize {
        self.reducer.bytes() + self.staged.capacity() * size_of::<[f32; 4]>()
    }
}

/// Staged pixels: rows of `pitch` pixels, with one pixel of apron before and two behind the
/// picture, both ways.
pub(super) struct Region<'w> {
    pub(super) pixels: &'w [[f32; 4]],
    pub(super) pitch: usize,
    /// Where target pixels look, in staged pixels. Column `x` and row `y` sample (`u`, `v`) =
    /// `origin + x * per_column + y * per_row`, where whole numbers are pixel centres; clamped
    /// to `lowest ..= highest`.
    pub(super) origin: [f64; 2],
    pub(super) per_column: [f64; 2],
    pub(super) per_row: [f64; 2],
    pub(super) lowest: [f64; 2],
    pub(super) highest: [f64; 2],
}

/// Stages what `crop` needs of `frame`, blue first where `bgr` is set, on instruction set `level`.
pub(super) fn stage<'w>(
    workspace: &'w mut Workspace,
    level: Level,
    frame: &Frame<'_>,
    crop: &Crop,
    bgr: bool,
) -> Result<Region<'w>> {
    let large = frame.large_as_stored();
    let stored = large.map_or(*frame, |(_, stored)| stored);
    let (per_column, per_row, corner) = stored_from_target(&stored, crop);
    let [x_of, y_of]: [fn([f64; 2]) -> f64; 2] = [|[x, _]| x, |[_, y]| y];
    let reach = |axis: fn([f64; 2]) -> f64| {
        let (from_x, from_y, shift) = (axis(per_column), axis(per_row), axis(corner));
        let x = [0.5 * from_x, (crop.width as f64 - 0.5) * from_x];
        let y = [0.5 * from_y, (crop.height as f64 - 0.5) * from_y];
        (x[0].min(x[1]) + y[0].min(y[1]) + shift, x[0].max(x[1]) + y[0].max(y[1]) + shift)
    };
    let scale = x_of(per_column).hypot(y_of(per_column));
    let ((left, right), (top, bottom)) = (reach(x_of), reach(y_of));
    let [frame_width, frame_height] = stored.stored_size();
    let mut columns = Span::new(left, right, frame_width, scale);
    let mut rows = Span::new(top, bottom, frame_height, scale);
    let part = large.map(|(large, _)| large.part(&mut columns, &mut rows, scale)).transpose()?;
    let held = part.as_deref().map_or(*frame, Frame::of_part);

    let (width, height) = (columns.staged, rows.staged);
    let pitch = width + 3;
    let len = pitch
        .checked_mul(height + 3)
        .ok_or_else(|| Error::new(ErrorKind::InvalidArgument, Stage::Image, "the region's size overflows"))?;
    let Workspace { reducer, staged } = workspace;
    if staged.len() < len {
        staged.resize(len, [0.0; 4]);
    }
    #[allow(clippy::indexing_slicing, reason = "there are `len` at least: see the line before")]
    let staged = &mut staged[..len];
    let as_stored = columns.averaged == 1 && (width, height) == (columns.len(), rows.len());
    if as_stored {
        let (left, top) = (columns.start - columns.held_from, rows.start - rows.held_from);
        level.run(Spread { frame: &held, left, top, width, height, bgr, staged: &mut *staged, pitch });
    } else {
        reducer.prepare(&held, &columns, &rows);
        level.run(Reduce { reducer, frame: &held, width, height, bgr, staged: &mut *staged, pitch });
    }

    // The apron's first pixel lies at 0, the picture's at 1; a centre lies half a pixel from its
    // edge.
    let steps = [columns.step(), rows.step()];
    let starts = [columns.start as f64, rows.start as f64];
    let staged_per = |[x, y]: [f64; 2]| [x / steps[0], y / steps[1]];
    let [x, y] = [x_of, y_of].map(|axis| 0.5 * axis(per_column) + 0.5 * axis(per_row) + axis(corner));
    let [u, v] = staged_per([x - starts[0], y - starts[1]]);
    let (lowest, highest) = match crop.border {
        Border::Black => ([0.0; 2], [width as f64 + 1.0, height as f64 + 1.0]),
        Border::Replicate => ([1.0; 2], [width as f64, height as f64]),
    };
    Ok(Region {
        pixels: staged,
        pitch,
        origin: [u + 0.5, v + 0.5],
        per_column: staged_per(per_column),
        per_row: staged_per(per_row),
        lowest,
        highest,
    })
}

/// The crop's transform into stored pixels: what a column and a row further adds to the position,
/// and where the corner lies. In double precision: single has 1/2000 pixel at 4000 pixels, a
/// visible error on steep edges.
fn stored_from_target(frame: &Frame<'_>, crop: &Crop) -> ([f64; 2], [f64; 2], [f64; 2]) {
    let (a, b) = crop.source_from_target.linear();
    let (a, b) = (f64::from(a), f64::from(b));
    let corner = crop.source_from_target.apply(Point::default());
    let ([[xx, xy], [yx, yy]], [shift_x, shift_y]) = frame.stored_from_upright();
    let turned = |[x, y]: [f64; 2]| [xx * x + yx * y, xy * x + yy * y];
    let [corner_x, corner_y] = turned([f64::from(corner.x), f64::from(corner.y)]);
    (turned([a, b]), turned([-b, a]), [corner_x + shift_x, corner_y + shift_y])
}
