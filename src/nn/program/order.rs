//! The order of work, and how long it needs each buffer.

use crate::nn::arena::Life;
use crate::nn::op::Op;
use crate::nn::value::{Buffer, Value};
use std::ops::Range;

/// The life of each buffer: when it is first written and last read, counted in operations.
///
/// `bands` has an entry per operation, as [`Banding::bands`](super::pairs::Banding::bands) gives
/// them. Outputs live until the run has ended; the caller's input and what nobody touches have no
/// length.
pub(super) fn lives(ops: &[Op], bands: &[Option<usize>], buffers: &[Buffer], outputs: &[(String, Value)]) -> Vec<Life> {
    debug_assert_eq!(ops.len(), bands.len());
    let mut lives: Vec<_> =
        buffers.iter().map(|b| Life { first: usize::MAX, last: 0, len: b.grid.len(b.border) }).collect();
    // A value without a buffer is left out here; `Layout` refuses it when it looks for its address.
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

/// Which rows of which operation are computed one after the other: all rows of each in turn, but
/// those of a pair in alternating bands.
pub(super) fn schedule(ops: &[Op], bands: &[Option<usize>]) -> Vec<(usize, Range<usize>)> {
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
