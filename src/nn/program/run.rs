//! Compilation from end to end, and the run of what it gives.

use super::layout::{Layout, internal};
use super::order::{lives, schedule};
use super::pairs::Banding;
use super::share::share_residuals;
use super::step::{Place, Step, Work};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::nn::arena::{ALIGN, place};
use crate::nn::graph::Graph;
use crate::nn::limits::Limits;
use crate::nn::lower::{Lowered, lower};
use crate::nn::precision::Precision;
use crate::nn::value::{Border, Grid};
use crate::simd::{Level, scratch};
use std::ops::Range;

/// A network ready to run on one image at a time.
///
/// It is shared by all threads: a run changes nothing in it.
#[derive(Debug)]
pub(crate) struct Program {
    pub(super) steps: Vec<Step>,
    /// Rows of which steps, in the order in which they are computed.
    schedule: Vec<(usize, Range<usize>)>,
    /// Name, shape without a batch axis of 1, and where it lies in the arena.
    outputs: Vec<(String, Vec<usize>, Range<usize>)>,
    pub(super) input: Grid,
    pub(super) arena: usize,
    level: Level,
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
        debug_assert_eq!(bands.len(), lowered.ops.len());
        share_residuals(&mut lowered, &bands);
        let Lowered { ops, mut buffers, input, outputs } = lowered;
        // What a pair hands on needs room for one band only.
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
                // Some detectors' outputs have no batch axis.
                let shape = value.shape.strip_prefix(&[1]).unwrap_or(&value.shape).to_vec();
                if len > range.len() {
                    return Err(internal("an output is longer than its buffer"));
                }
                Ok((name, shape, range.start..range.start + len))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self { steps, schedule, outputs, input, arena, level })
    }

    /// Height, width and channels of the input, channels last in memory.
    pub fn input(&self) -> (usize, usize, usize) {
        (self.input.height, self.input.width, self.input.channels)
    }

    /// Name and shape (without a batch axis of 1; some detectors' outputs have none) of each
    /// output.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.outputs.iter().map(|(name, shape, _)| (name.as_str(), shape.as_slice()))
    }

    /// How many layers are computed in 8-bit integers.
    #[cfg(any(test, feature = "tracing"))]
    #[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "a log is told"))]
    pub fn int8_layers(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.work, Work::IntDense { .. })).count()
    }

    /// Runs on one image: `input` is height × width × channels, `write(i, values)` receives each
    /// output once, with as many values as its shape in [`Program::outputs`] has.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] if the input has another length.
    pub fn run(&self, input: &[f32], write: impl FnMut(usize, &[f32])) -> Result<()> {
        self.run_and_note(input, |_| {}, write)
    }

    /// [`Program::run`]; `note` hears of each piece of work that is done, by the number of its
    /// layer.
    pub fn run_and_note(
        &self,
        input: &[f32],
        mut note: impl FnMut(usize),
        mut write: impl FnMut(usize, &[f32]),
    ) -> Result<()> {
        // Never seen: every address was checked when the network was compiled.
        let fault = || Error::new(ErrorKind::Backend, Stage::Run, "the compiled network does not fit its arena");
        if input.len() != self.input.len(Border::default()) {
            return Err(Error::new(
                ErrorKind::ShapeMismatch,
                Stage::Run,
                "the input has another size than the network's",
            ));
        }
        let mut lent = scratch::take(self.arena + ALIGN);
        // Buffers begin at cache lines, so the arena must, too.
        let skip = lent.as_ptr().align_offset(64).min(ALIGN);
        let arena = lent.get_mut(skip..skip + self.arena).ok_or_else(fault)?;
        for (at, rows) in &self.schedule {
            let step = self.steps.get(*at).ok_or_else(fault)?;
            // A network's weights do not fit a core's own caches: the next step's are fetched while
            // this one runs.
            match self.steps.get(at + 1).filter(|_| rows.start == 0).map(|next| &next.work) {
                Some(Work::Dense { weights, .. }) => self.level.run(weights.prefetch()),
                #[cfg(not(target_arch = "wasm32"))]
                Some(Work::Winograd { weights }) => self.level.run(weights.prefetch()),
                Some(Work::IntDense { weights }) => self.level.run(weights.prefetch()),
                _ => {}
            }
            step.run(self.level, rows.clone(), input, arena).ok_or_else(fault)?;
            note(*at);
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
    pub fn profile(&self, input: &[f32], runs: usize) -> Vec<(String, u128)> {
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
        self.layers().map(|layer| layer.what).zip(least).collect()
    }
}
