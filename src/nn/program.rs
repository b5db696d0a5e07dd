//! A compiled network: steps with resolved addresses, run on one arena.
//!
//! Compilation happens once, at load. A run allocates nothing after a thread's first (the arena is
//! the thread's own scratch), takes no lock and is the same whatever thread it runs on.

mod bounds;
mod pairs;
mod share;

pub(super) use pairs::Banding;

use super::Precision;
use super::arena::{ALIGN, Life, carve, place};
use super::graph::{Graph, Limits};
use super::kernels::depthwise::Depthwise;
use super::kernels::elementwise::{Combine, Elementwise, Operand};
use super::kernels::epilogue::Epilogue;
use super::kernels::int8::{IntDenseConv, IntWeights};
use super::kernels::matmul::{DenseConv, PackedWeights, Residual, Walk};
use super::kernels::pool::{Pool, Pooling};
use super::kernels::resize::{Resize, Tap};
use super::lower::{Lowered, lower};
use super::op::{Filter, Kind, Op, Strides, Window};
use super::value::{Border, Buffer, Form, Grid, Value};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::simd::scratch;
use crate::simd::{LANES, Lanes, Level};
use share::share_residuals;
use std::ops::Range;

/// Where a value is at run time.
#[derive(Debug, Clone)]
enum Place {
    Input,
    Arena(Range<usize>),
}

impl Place {
    /// Empty for the input, which is not in the arena.
    fn range(&self) -> &Range<usize> {
        const NOWHERE: &Range<usize> = &(0..0);
        match self {
            Self::Input => NOWHERE,
            Self::Arena(range) => range,
        }
    }
}

/// What a step computes, with everything that can be known before the pixels are.
#[derive(Debug)]
enum Work {
    Dense { weights: PackedWeights, segments: Vec<usize> },
    IntDense { weights: IntWeights },
    Depthwise { weights: Vec<Lanes>, bias: Vec<Lanes>, kernel: (usize, usize), tap: (usize, usize), stride: usize },
    Elementwise { combine: Combine },
    Pool { kind: Pooling, window: Window, input_size: (usize, usize) },
    Resize { columns: Vec<Tap>, rows: Vec<Tap> },
    Copy { from: Strides, to: Strides, channels: usize, fill: Option<f32>, target: Grid },
}

/// One step. Walks count floats.
#[derive(Debug)]
struct Step {
    work: Work,
    input: Place,
    input_walk: Walk,
    other: Option<(Place, Walk, usize)>,
    /// The output's buffer holds the residual; there is no `other` then.
    in_place: bool,
    epilogue: Epilogue,
    output: Range<usize>,
    output_walk: Walk,
    /// Output width and height in pixels, and vectors per pixel.
    size: (usize, usize, usize),
    /// Rows that the input's and the output's buffer hold at a time, counted in rows of the output:
    /// all, or those of a band.
    held: (usize, usize),
    /// What must be zeroed around the output.
    border: Option<(Grid, Border)>,
}

/// A network ready to run on one image at a time.
#[derive(Debug)]
pub(crate) struct Program {
    steps: Vec<Step>,
    /// Rows of which steps, in the order in which they are computed.
    schedule: Vec<(usize, Range<usize>)>,
    /// Name, shape without a batch axis of 1, and where it lies in the arena.
    outputs: Vec<(String, Vec<usize>, Range<usize>)>,
    input: Grid,
    arena: usize,
    level: Level,
}

fn internal(message: &str) -> Error {
    Error::new(ErrorKind::InvalidModel, Stage::Model, format!("the network cannot be laid out: {message}"))
}

impl Program {
    /// Compiles a graph for the best instruction set of this machine.
    pub fn compile(graph: Graph, limits: &Limits, precision: Precision) -> Result<Self> {
        Self::compile_for(graph, limits, precision, Level::best(), &Banding::default())
    }

    /// Compiles a graph for a chosen instruction set and order of work.
    pub fn compile_for(
        graph: Graph,
        limits: &Limits,
        precision: Precision,
        level: Level,
        banding: &Banding,
    ) -> Result<Self> {
        let mut lowered = lower(graph, limits, precision)?;
        let bands = banding.bands(&lowered);
        share_residuals(&mut lowered, &bands);
        let Lowered { ops, mut buffers, input, outputs } = lowered;
        for (op, rows) in ops.iter().zip(&bands) {
            if let (Some(rows), Some(buffer)) = (rows, buffers.get_mut(op.output.buffer)) {
                buffer.grid.height = *rows;
            }
        }
        let lives = lives(&ops, &bands, &buffers, &outputs);
        let (ranges, arena) = place(&lives);
        limits.check_elements(arena)?;
        let layout = Layout { buffers: &buffers, ranges: &ranges };
        let schedule = schedule(&ops, &bands);
        let steps = ops.into_iter().map(|op| layout.step(op)).collect::<Result<Vec<_>>>()?;
        let external = input.len(Border::default());
        if !steps.iter().all(|step| step.is_in_bounds(external, arena)) {
            return Err(internal("an address is out of bounds"));
        }
        let outputs = outputs
            .into_iter()
            .map(|(name, value)| {
                let Place::Arena(range) = layout.place(&value)? else { return Err(internal("an output is the input")) };
                let len: usize = value.shape.iter().product();
                let shape = value.shape.strip_prefix(&[1]).unwrap_or(&value.shape).to_vec();
                if len > range.len() {
                    return Err(internal("an output is longer than its buffer"));
                }
                Ok((name, shape, range.start..range.start + len))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { steps, schedule, outputs, input, arena, level })
    }

    /// Height, width and channels of the input.
    pub fn input(&self) -> (usize, usize, usize) {
        (self.input.height, self.input.width, self.input.channels)
    }

    /// Name and shape (without a batch axis of 1; some detectors' outputs have none) of each
    /// output.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.outputs.iter().map(|(name, shape, _)| (name.as_str(), shape.as_slice()))
    }

    /// Runs on one image: `input` is height × width × channels, `write(i, values)` receives each
    /// output once.
    pub fn run(&self, input: &[f32], mut write: impl FnMut(usize, &[f32])) -> Result<()> {
        let fault = || Error::new(ErrorKind::Backend, Stage::Run, "the compiled network does not fit its arena");
        if input.len() != self.input.len(Border::default()) {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                Stage::Run,
                "the input has another size than the network's",
            ));
        }
        let mut lent = scratch::take(self.arena + ALIGN);
        let skip = lent.as_ptr().align_offset(64).min(ALIGN);
        let arena = lent.get_mut(skip..skip + self.arena).ok_or_else(fault)?;
        for (at, rows) in &self.schedule {
            let step = self.steps.get(*at).ok_or_else(fault)?;
            // A network's weights do not fit a core's own caches: the next step's are fetched while this one
            // runs.
            match self.steps.get(at + 1).filter(|_| rows.start == 0).map(|next| &next.work) {
                Some(Work::Dense { weights, .. }) => self.level.run(weights.prefetch()),
                Some(Work::IntDense { weights }) => self.level.run(weights.prefetch()),
                _ => {}
            }
            step.run(self.level, rows.clone(), input, arena).ok_or_else(fault)?;
        }
        for (i, (_, _, range)) in self.outputs.iter().enumerate() {
            write(i, arena.get(range.clone()).ok_or_else(fault)?);
        }
        Ok(())
    }
}

#[cfg(test)]
impl Program {
    /// The least time of each step over `runs` runs, in nanoseconds, with a few words about the
    /// step.
    pub(super) fn profile(&self, input: &[f32], runs: usize) -> Vec<(String, u128)> {
        let mut arena = vec![0.0; self.arena + ALIGN];
        let skip = arena.as_ptr().align_offset(64).min(ALIGN);
        let mut least = vec![u128::MAX; self.steps.len()];
        for _ in 0..runs {
            let mut times = vec![0; self.steps.len()];
            for (at, rows) in &self.schedule {
                let started = std::time::Instant::now();
                let arena = &mut arena[skip..skip + self.arena];
                self.steps[*at].run(self.level, rows.clone(), input, arena).unwrap();
                times[*at] += started.elapsed().as_nanos();
            }
            least.iter_mut().zip(times).for_each(|(least, time)| *least = time.min(*least));
        }
        let name = |step: &Step| {
            let (width, height, vectors) = step.size;
            let work = match &step.work {
                Work::Dense { weights, .. } => format!("dense {}", weights.size().0),
                Work::IntDense { weights } => format!("int8 {}", weights.size().0),
                Work::Depthwise { kernel, stride, .. } => format!("depthwise {} / {stride}", kernel.0),
                Work::Elementwise { .. } => "elementwise".into(),
                Work::Pool { .. } => "pool".into(),
                Work::Resize { .. } => "resize".into(),
                Work::Copy { .. } => "copy".into(),
            };
            format!("{work} -> {width}x{height}x{}", vectors * LANES)
        };
        self.steps.iter().map(name).zip(least).collect()
    }
}

/// When each buffer is first written and last read.
fn lives(ops: &[Op], bands: &[Option<usize>], buffers: &[Buffer], outputs: &[(String, Value)]) -> Vec<Life> {
    let mut lives: Vec<_> =
        buffers.iter().map(|b| Life { first: usize::MAX, last: 0, len: b.grid.len(b.border) }).collect();
    let mut touch = |value: &Value, at: usize| {
        if let Some(life) = lives.get_mut(value.buffer) {
            life.first = life.first.min(at);
            life.last = life.last.max(at);
        }
    };
    for ((at, op), rows) in ops.iter().enumerate().zip(bands) {
        touch(&op.output, at);
        touch(&op.input, at);
        if rows.is_some() {
            // The next operation writes before this one has read everything.
            touch(&op.input, at + 1);
            if let Some(other) = &op.other {
                touch(other, at + 1);
            }
        }
        if let Some(other) = &op.other {
            touch(other, at);
        }
    }
    for (_, value) in outputs {
        touch(value, ops.len());
    }
    for (life, buffer) in lives.iter_mut().zip(buffers) {
        if buffer.external || life.first == usize::MAX {
            *life = Life { first: 0, last: 0, len: 0 };
        }
    }
    lives
}

/// All rows of one operation after the other, but those of pairs in turns.
fn schedule(ops: &[Op], bands: &[Option<usize>]) -> Vec<(usize, Range<usize>)> {
    let mut schedule = Vec::new();
    let mut at = 0;
    while let Some((op, rows)) = ops.get(at).zip(bands.get(at)) {
        let height = op.rows();
        match rows {
            Some(rows) => {
                for start in (0..height).step_by(*rows) {
                    let band = start..height.min(start + rows);
                    schedule.extend([(at, band.clone()), (at + 1, band)]);
                }
                at += 2;
            }
            None => {
                schedule.push((at, 0..height));
                at += 1;
            }
        }
    }
    schedule
}

/// Resolves values to addresses.
struct Layout<'a> {
    buffers: &'a [Buffer],
    ranges: &'a [Range<usize>],
}

impl Layout<'_> {
    fn buffer(&self, value: &Value) -> Result<&Buffer> {
        self.buffers.get(value.buffer).ok_or_else(|| internal("a value has no buffer"))
    }

    fn place(&self, value: &Value) -> Result<Place> {
        if self.buffer(value)?.external {
            return Ok(Place::Input);
        }
        let range = self.ranges.get(value.buffer).ok_or_else(|| internal("a buffer has no place"))?;
        Ok(Place::Arena(range.clone()))
    }

    fn border(&self, value: &Value) -> Result<Border> {
        let buffer = self.buffer(value)?;
        // A flat view is of a rigid buffer, which has no border.
        Ok(if value.form == Form::Image { buffer.border } else { Border::default() })
    }

    fn step(&self, op: Op) -> Result<Step> {
        let border = self.border(&op.output)?;
        let grid = op.output.grid;
        let input_border = self.border(&op.input)?;
        let mut input_walk = op.input.grid.walk(input_border);
        let mut output_walk = grid.walk(border);
        let mut size = (grid.width, grid.height, grid.vectors());
        let work = match op.kind {
            Kind::Conv { filter, window } => {
                let pitch = op.input.grid.row(input_border);
                let pixel = op.input.grid.pixel;
                let back = window.padding.top * pitch + window.padding.left * pixel;
                let origin = input_walk.origin.checked_sub(back).ok_or_else(|| internal("a border is missing"))?;
                input_walk = Walk { origin, right: window.stride.0 * pixel, down: window.stride.1 * pitch };
                if filter.depthwise {
                    depthwise(&filter, &window, op.input.grid.vectors(), pixel, pitch)
                } else if let Some(weights) = IntWeights::pack(&filter.weights, &filter.bias, &filter.ranges) {
                    Work::IntDense { weights }
                } else {
                    dense(&filter, &window, &op.input.grid, pitch)
                }
            }
            Kind::Elementwise { combine } => Work::Elementwise { combine },
            Kind::Pool { kind, window } => {
                Work::Pool { kind, window, input_size: (op.input.grid.width, op.input.grid.height) }
            }
            Kind::Resize { columns, rows } => Work::Resize { columns, rows },
            Kind::Copy { size: (width, height, channels), from, to, fill } => {
                let of = |w: &Walk| Strides { origin: w.origin, right: w.right, down: w.down, channel: 1 };
                let from = from.unwrap_or(of(&input_walk));
                let to = to.unwrap_or(of(&output_walk));
                output_walk.origin = to.origin;
                size = (width, height, 0);
                Work::Copy { from, to, channels, fill, target: grid }
            }
        };
        let in_place = op.other.as_ref().is_some_and(|other| other.buffer == op.output.buffer);
        let other = match &op.other {
            Some(value) if !in_place => {
                let mut walk = value.grid.walk(self.border(value)?);
                if (value.grid.width, value.grid.height) == (1, 1) {
                    (walk.right, walk.down) = (0, 0);
                }
                Some((self.place(value)?, walk, value.grid.vectors()))
            }
            _ => None,
        };
        // A buffer that is lower than its value holds a band of it.
        let held = |value: &Value| {
            let rows = self.buffer(value)?.grid.height;
            Ok::<_, Error>(if value.form == Form::Image && rows < value.grid.height { rows } else { size.1 })
        };
        let held = (held(&op.input)?, held(&op.output)?);
        let Place::Arena(output) = self.place(&op.output)? else {
            return Err(internal("an operation writes the input"));
        };
        Ok(Step {
            work,
            input: self.place(&op.input)?,
            input_walk,
            other,
            in_place,
            epilogue: op.epilogue,
            output,
            output_walk,
            size,
            held,
            border: (!border.is_none() && !in_place).then_some((grid, border)),
        })
    }
}

/// Packs a dense filter for an input of `grid` whose rows are `pitch` floats apart.
fn dense(filter: &Filter, window: &Window, grid: &Grid, pitch: usize) -> Work {
    let (width, height) = window.kernel;
    let taps = width * height;
    // Without horizontal dilation the taps of a kernel row are contiguous and make one segment.
    let whole_rows = window.dilation.0 == 1 && width > 1;
    let tap_len = if whole_rows { grid.pixel } else { grid.channels };
    let rows = (0..height).map(|ky| ky * window.dilation.1 * pitch);
    let segments: Vec<usize> = if whole_rows {
        rows.collect()
    } else {
        rows.flat_map(|row| (0..width).map(move |kx| row + kx * window.dilation.0 * grid.pixel)).collect()
    };
    // In the file: (output, channel, tap). A row of the packed matrix is a float of a pixel's input:
    // (tap, channel).
    let entries = filter.weights.chunks_exact(filter.inputs * taps).enumerate().flat_map(|(output, weights)| {
        let per_channel = weights.chunks_exact(taps).enumerate();
        per_channel.flat_map(move |(c, w)| w.iter().enumerate().map(move |(tap, w)| (tap * tap_len + c, output, *w)))
    });
    Work::Dense { weights: PackedWeights::pack(taps * tap_len, &filter.bias, entries), segments }
}

/// Packs a depthwise filter: a vector of weights per channel vector and tap.
fn depthwise(filter: &Filter, window: &Window, vectors: usize, pixel: usize, pitch: usize) -> Work {
    let taps = window.kernel.0 * window.kernel.1;
    let lanes = |f: &dyn Fn(usize) -> Option<f32>, vector: usize| -> Lanes {
        std::array::from_fn(|lane| f(vector * LANES + lane).unwrap_or(0.0))
    };
    let weight = |tap: usize, vector: usize| {
        lanes(&|c| filter.weights.get(c * taps + tap).copied().filter(|_| c < filter.outputs), vector)
    };
    Work::Depthwise {
        weights: (0..vectors).flat_map(|v| (0..taps).map(move |tap| (tap, v))).map(|(tap, v)| weight(tap, v)).collect(),
        bias: (0..vectors).map(|v| lanes(&|c| filter.bias.get(c).copied(), v)).collect(),
        kernel: window.kernel,
        tap: (window.dilation.0 * pixel / LANES, window.dilation.1 * pitch / LANES),
        stride: if window.dilation.0 == 1 { window.stride.0 } else { 0 },
    }
}

fn vectors(floats: &[f32]) -> &[Lanes] {
    floats.as_chunks().0
}

fn zero_border(data: &mut [f32], grid: &Grid, border: Border) {
    let pitch = grid.row(border);
    let (left, right) = (border.left * grid.pixel, border.right * grid.pixel);
    for (y, row) in data.chunks_exact_mut(pitch.max(1)).enumerate() {
        if y < border.top || y >= border.top + grid.height {
            row.fill(0.0);
        } else {
            row.iter_mut().take(left).for_each(|v| *v = 0.0);
            row.iter_mut().rev().take(right).for_each(|v| *v = 0.0);
        }
    }
}

impl Step {
    /// Computes some rows of the output. `None` if an address is out of bounds, which compilation
    /// excludes.
    fn run(&self, level: Level, rows: Range<usize>, external: &[f32], arena: &mut [f32]) -> Option<()> {
        let other_range = self.other.as_ref().map_or(0..0, |(place, ..)| place.range().clone());
        let (output, [input, other]) = carve(arena, &self.output, [self.input.range(), &other_range])?;
        let input = if matches!(self.input, Place::Input) { external } else { input };
        let other = self.other.as_ref().map(|(place, walk, n)| {
            let data = if matches!(place, Place::Input) { external } else { other };
            let origin = walk.origin + rows.start * walk.down;
            Operand { data: vectors(data), walk: Walk { origin, ..*walk }.in_vectors(), vectors: *n }
        });
        if let Some((grid, border)) = &self.border
            && rows.start == 0
        {
            zero_border(output, grid, *border);
        }
        let (width, height, depth) = (self.size.0, rows.len(), self.size.2);
        // A buffer of a band begins with the band's first row.
        let down = |walk: &Walk, held: usize| Walk {
            origin: walk.origin + if held < self.size.1 { 0 } else { rows.start * walk.down },
            ..*walk
        };
        let (input_walk, output_walk) = (down(&self.input_walk, self.held.0), down(&self.output_walk, self.held.1));
        let output_vectors = |output| <[f32]>::as_chunks_mut::<LANES>(output).0;
        let residual = || if self.in_place { Some(Residual::InPlace) } else { other.map(Residual::Other) };
        match &self.work {
            Work::Dense { weights, segments } => level.run(DenseConv {
                input,
                input_walk,
                segments,
                weights,
                epilogue: &self.epilogue,
                residual: residual(),
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height),
            }),
            Work::IntDense { weights } => level.run_int8(IntDenseConv {
                input,
                input_walk,
                weights,
                epilogue: &self.epilogue,
                residual: residual(),
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height),
            }),
            Work::Depthwise { weights, bias, kernel, tap, stride } => level.run(Depthwise {
                input: vectors(input),
                input_walk: input_walk.in_vectors(),
                kernel: *kernel,
                tap: *tap,
                stride: *stride,
                weights,
                bias,
                epilogue: &self.epilogue,
                residual: other,
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height),
            }),
            Work::Elementwise { combine } => level.run(Elementwise {
                input: vectors(input),
                input_walk: input_walk.in_vectors(),
                other: other.map(|operand| (operand, *combine)),
                epilogue: &self.epilogue,
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height, depth),
            }),
            Work::Pool { kind, window, input_size } => level.run(Pool {
                kind: *kind,
                input: vectors(input),
                input_walk: input_walk.in_vectors(),
                input_size: *input_size,
                window: window.kernel,
                stride: window.stride,
                padding: (window.padding.left, window.padding.top),
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                size: (width, height, depth),
            }),
            Work::Resize { columns, rows } => level.run(Resize {
                input: vectors(input),
                input_walk: input_walk.in_vectors(),
                columns,
                rows,
                output: output_vectors(output),
                output_walk: output_walk.in_vectors(),
                vectors: depth,
            }),
            Work::Copy { from, to, channels, fill, target } => {
                if let Some(value) = fill {
                    fill_pixels(output, *value, target);
                }
                copy(input, from, output, to, (width, height, *channels))?;
            }
        }
        Some(())
    }
}

/// Fills every pixel's channels; what pads pixels to whole vectors is 0, so that no weight of 0
/// ever meets an infinity there.
fn fill_pixels(output: &mut [f32], value: f32, grid: &Grid) {
    output.fill(0.0);
    if value != 0.0 {
        for pixel in output.chunks_mut(grid.pixel.max(1)) {
            pixel.iter_mut().take(grid.channels).for_each(|v| *v = value);
        }
    }
}

/// Moves width × height × channels elements between two strided grids.
fn copy(input: &[f32], from: &Strides, output: &mut [f32], to: &Strides, size: (usize, usize, usize)) -> Option<()> {
    let (width, height, channels) = size;
    let together = (from.channel, to.channel) == (1, 1);
    // A row that is contiguous on both sides is one long pixel.
    let whole_rows = together && (from.right, to.right) == (channels, channels);
    let (width, channels) = if whole_rows { (1, width * channels) } else { (width, channels) };
    for y in 0..height {
        for x in 0..width {
            let source = from.origin + y * from.down + x * from.right;
            let target = to.origin + y * to.down + x * to.right;
            if together {
                output.get_mut(target..target + channels)?.copy_from_slice(input.get(source..source + channels)?);
                continue;
            }
            for c in 0..channels {
                *output.get_mut(target + c * to.channel)? = *input.get(source + c * from.channel)?;
            }
        }
    }
    Some(())
}
