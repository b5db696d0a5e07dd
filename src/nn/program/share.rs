//! Residuals in place.
//!
//! A dense convolution that adds a residual which nobody reads afterwards writes its result over
//! it: half as much memory is touched, and the arena is smaller.

use crate::nn::lower::Lowered;
use crate::nn::op::{Kind, Op};
use crate::nn::value::{Form, Value};

/// Gives every sum that allows it the buffer of its residual.
///
/// `bands` are those of [`super::pairs`]: a pair must not overwrite what its first operation has
/// yet to read.
pub(super) fn share_residuals(lowered: &mut Lowered, bands: &[Option<usize>]) {
    for at in 0..lowered.ops.len() {
        let first = at.checked_sub(1).filter(|first| bands.get(*first).is_some_and(Option::is_some));
        let read = first.and_then(|first| lowered.ops.get(first)).map(|op| op.input.buffer);
        if let Some((from, to)) = sharable(lowered, at).filter(|(_, to)| read != Some(*to)) {
            let ops = lowered.ops.iter_mut();
            let in_ops = ops.flat_map(|op| [&mut op.input, &mut op.output].into_iter().chain(&mut op.other));
            let values = in_ops.chain(lowered.outputs.iter_mut().map(|(_, value)| value));
            values.filter(|value| value.buffer == from).for_each(|value| value.buffer = to);
            // The buffer must have the borders that the readers of both values need.
            let border = lowered.buffers.get(from).map(|b| b.border);
            debug_assert!(border.is_some(), "`sharable` has looked at both buffers");
            if let (Some(border), Some(buffer)) = (border, lowered.buffers.get_mut(to)) {
                buffer.border = buffer.border.union(border);
            }
        }
    }
}

/// The buffers of operation `at`'s output and residual, if the first may become the second.
fn sharable(lowered: &Lowered, at: usize) -> Option<(usize, usize)> {
    let op = lowered.ops.get(at)?;
    let (output, residual) = (&op.output, op.other.as_ref()?);
    let dense = matches!(&op.kind, Kind::Conv { filter, .. } if !filter.depthwise);
    let same = output.grid == residual.grid && (output.form, residual.form) == (Form::Image, Form::Image);
    // Other pixels and channels of the input are still read when the first results are written.
    let apart = output.buffer != residual.buffer && op.input.buffer != residual.buffer;
    let free =
        [output, residual].iter().all(|v| lowered.buffers.get(v.buffer).is_some_and(|b| !b.rigid && !b.external));
    let uses = |op: &Op, value: &Value| {
        let read = [Some(&op.input), op.other.as_ref()].into_iter().flatten().any(|v| v.buffer == value.buffer);
        read || op.output.buffer == value.buffer
    };
    let last = !lowered.ops.iter().skip(at + 1).any(|later| uses(later, residual))
        && !lowered.outputs.iter().any(|(_, v)| v.buffer == residual.buffer);
    // A value that is assembled piece by piece has other writers.
    let sole = !lowered.ops.iter().take(at).any(|earlier| uses(earlier, output));
    (dense && same && apart && free && last && sole).then_some((output.buffer, residual.buffer))
}
