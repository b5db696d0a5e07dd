//! Whether all addresses of a step lie inside its slices. Checked once, when a network is compiled:
//! kernels index without any test of their own that could fail, so that no network that compiles
//! can panic when it runs.

use super::step::{Place, Step, Work};
use crate::nn::kernels::resize::Tap;
use crate::nn::kernels::walk::Walk;
use crate::nn::op::Strides;
use crate::simd::LANES;
use std::ops::Range;

/// Whether a walk that reads `vectors` at each pixel stays in a slice of `len` floats, of which it
/// sees whole vectors.
fn fits_vectors(walk: &Walk, size: (usize, usize), vectors: usize, len: usize) -> Option<bool> {
    let whole = [walk.origin, walk.right, walk.down].iter().all(|v| v.is_multiple_of(LANES));
    Some(whole && walk.end(size, vectors.checked_mul(LANES)?)? <= len / LANES * LANES)
}

fn fits_strides(strides: &Strides, size: (usize, usize, usize), len: usize) -> Option<bool> {
    let walk = Walk { origin: strides.origin, right: strides.right, down: strides.down };
    let channels = size.2.checked_sub(1)?.checked_mul(strides.channel)?.checked_add(1)?;
    Some(walk.end((size.0, size.1), channels)? <= len)
}

impl Step {
    /// Whether the step stays inside an input of `external` and an arena of `arena` floats.
    pub(super) fn is_in_bounds(&self, external: usize, arena: usize) -> bool {
        // What cannot be counted is no address.
        self.check(external, arena).unwrap_or(false)
    }

    fn check(&self, external: usize, arena: usize) -> Option<bool> {
        let output = self.output.len();
        let apart = |range: &Range<usize>| range.end <= self.output.start || self.output.end <= range.start;
        // The length of what an operand reads from; `None` if the step would overwrite it while it
        // reads.
        let readable = |place: &Place| match place {
            Place::Input => Some(external),
            Place::Arena(range) => (range.end <= arena && apart(range)).then_some(range.len()),
        };
        let input = readable(&self.input)?;
        let (width, height, vectors) = self.size;
        let plane = (width, height);
        let (held_input, held) = ((width, self.held.0), (width, self.held.1));
        let banded = held_input != plane || held != plane;
        let tensor = matches!(self.work, Work::Tensor { .. });
        let other = match &self.other {
            Some((place, walk, n)) if !tensor => *n <= vectors && fits_vectors(walk, plane, *n, readable(place)?)?,
            _ => true,
        };
        let walked = |vectors: usize| fits_vectors(&self.output_walk, held, vectors, output);
        let work = match &self.work {
            Work::Dense { weights, segments } => {
                let (depth, columns) = weights.size();
                let span = depth.checked_div(segments.len())?;
                let farthest = segments.iter().max()?.checked_add(span)?;
                let whole = span > 0 && span * segments.len() == depth && columns == vectors;
                whole && self.input_walk.end(held_input, farthest)? <= input && walked(columns)?
            }
            #[cfg(not(target_arch = "wasm32"))]
            Work::Winograd { weights } => {
                let across = self.input_walk.right.checked_add(self.input_walk.down)?.checked_mul(2)?;
                let span = across.checked_add(weights.depth())?;
                let whole = weights.vectors() == vectors && span.is_multiple_of(LANES);
                whole && fits_vectors(&self.input_walk, plane, span / LANES, input)? && walked(vectors)?
            }
            Work::IntDense { weights } => {
                let (depth, columns) = weights.size();
                columns == vectors && self.input_walk.end(held_input, depth)? <= input && walked(columns)?
            }
            Work::Coded { weights } => {
                let (depth, columns) = weights.size();
                let whole = plane == (1, 1) && columns == vectors && self.other.is_none() && !self.in_place;
                whole && self.input_walk.end(plane, depth)? <= input && walked(vectors)?
            }
            Work::Depthwise { weights, bias, kernel, tap, stride } => {
                let right = kernel.0.checked_sub(1)?.checked_mul(tap.0)?;
                let down = kernel.1.checked_sub(1)?.checked_mul(tap.1)?;
                let span = right.checked_add(down)?.checked_add(bias.len())?;
                // A strip reads the pixels between its taps, too: they must be as far apart as the
                // taps are.
                let even = *stride == 0 || stride.checked_mul(tap.0)?.checked_mul(LANES)? == self.input_walk.right;
                let whole = weights.len() == kernel.0 * kernel.1 * bias.len() && bias.len() == vectors;
                even && whole && fits_vectors(&self.input_walk, held_input, span, input)? && walked(vectors)?
            }
            Work::Elementwise { .. } => fits_vectors(&self.input_walk, plane, vectors, input)? && walked(vectors)?,
            Work::Pool { input_size, window, .. } => {
                window.output == plane
                    && fits_vectors(&self.input_walk, *input_size, vectors, input)?
                    && walked(vectors)?
            }
            Work::Resize { columns, rows } => {
                let last = |taps: &[Tap]| taps.iter().map(|t| t.first.max(t.second)).max()?.checked_add(1);
                let read = (last(columns)?, last(rows)?);
                let whole = (columns.len(), rows.len()) == plane;
                whole && fits_vectors(&self.input_walk, read, vectors, input)? && walked(vectors)?
            }
            Work::Tensor { op } => {
                let [first, second, written] = op.spans()?;
                let lent = match &self.other {
                    Some((place, ..)) => readable(place)?,
                    None => 0,
                };
                first <= input && second <= lent && written <= output
            }
            Work::Copy { from, to, channels, .. } => {
                let size = (width, height, *channels);
                fits_strides(from, size, input)? && fits_strides(to, size, output)?
            }
        };
        // Only convolutions can be computed by bands.
        let bandable = matches!(self.work, Work::Dense { .. } | Work::IntDense { .. } | Work::Depthwise { .. });
        let held_fits = self.held.0 <= height && self.held.1 <= height && (bandable || !banded);
        Some(work && other && held_fits && self.output.end <= arena)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::limits::Limits;
    use crate::nn::onnx;
    use crate::nn::precision::Precision;
    use crate::nn::program::Program;
    use crate::nn::tests::{root, winograd};
    use crate::nn::value::Border;

    fn program(name: &str, precision: Precision) -> Program {
        // No bundled network has layers by Winograd's method.
        let bytes = match name {
            "winograd" => winograd::block(9, 14).encode(),
            _ => std::fs::read(root().join(format!("models/{name}.onnx"))).unwrap(),
        };
        let graph = onnx::read(&bytes, &[], &Limits::default()).unwrap();
        Program::compile(graph, &Limits::default(), precision).unwrap()
    }

    /// Every way in which a step's addresses are moved by one vector past the end must be noticed.
    #[test]
    fn a_step_out_of_bounds_is_noticed() {
        let all = ["detect", "mesh", "template", "sface/sface", "winograd"].map(|name| (name, Precision::F32));
        for (name, precision) in all.into_iter().chain([("template", Precision::Int8)]) {
            let mut program = program(name, precision);
            let (external, arena) = (program.input.len(Border::default()), program.arena);
            for (i, step) in program.steps.iter_mut().enumerate() {
                assert!(step.is_in_bounds(external, arena), "{name} step {i}");
                assert!(!step.is_in_bounds(external, step.output.end - 1), "{name} step {i}: arena");
                let mut moved = |change: &dyn Fn(&mut Step), what: &str| {
                    let before = (
                        step.input_walk,
                        step.output_walk,
                        step.size,
                        step.held,
                        step.output.clone(),
                        step.input.clone(),
                    );
                    change(step);
                    assert!(!step.is_in_bounds(external, arena), "{name} step {i}: {what}");
                    (step.input_walk, step.output_walk, step.size, step.held, step.output, step.input) = before;
                };
                moved(&|s| s.output = s.output.start..s.output.start + LANES / 2, "a short output");
                moved(&|s| s.input = Place::Arena(s.output.clone()), "its own output as input");
                moved(&|s| s.input = Place::Arena(arena - 4..arena + 4), "an input outside");
                moved(&|s| s.size.0 = 0, "nothing");
                moved(&|s| (s.size.1, s.held) = (usize::MAX, (usize::MAX, usize::MAX)), "endless");
                moved(&|s| s.held.1 = s.size.1 + 1, "more rows than there are");
                if !matches!(step.work, Work::Copy { .. }) {
                    let mut moved = |change: &dyn Fn(&mut Step), what: &str| {
                        let before = (step.input_walk, step.output_walk);
                        change(step);
                        assert!(!step.is_in_bounds(external, arena), "{name} step {i}: {what}");
                        (step.input_walk, step.output_walk) = before;
                    };
                    moved(&|s| s.output_walk.origin += s.output.len(), "output origin");
                    moved(&|s| s.input_walk.origin += external + arena, "input origin");
                    moved(&|s| s.output_walk.origin += 1, "output between vectors");
                }
            }
        }
    }
}
