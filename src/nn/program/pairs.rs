//! Depthwise convolutions with the pointwise one behind them, a few rows at a time.
//!
//! What the first writes only the second reads, pixel by pixel: a band of a few rows is enough, and
//! stays in the first-level cache, where the whole tensor would go out to the third level and come
//! back.

use crate::nn::lower::Lowered;
use crate::nn::op::{Kind, Op};
use crate::nn::value::Form;

/// Which pairs are computed that way.
#[derive(Debug, Clone)]
pub(crate) struct Banding {
    /// Values between the two that have fewer floats stay in a core's own caches anyway.
    pub least_floats: usize,
    /// More weights than these would have to be fetched anew for each band.
    pub most_weights: usize,
    /// Floats of a band, about.
    pub band_floats: usize,
}

impl Default for Banding {
    /// Measured with a second-level cache of 1 MiB: smaller values gain nothing, and weights that
    /// are fetched anew cost more.
    fn default() -> Self {
        Self { least_floats: 256 << 10, most_weights: 4 << 10, band_floats: 6 << 10 }
    }
}

#[cfg(test)]
impl Banding {
    /// Every layer by itself.
    pub const NONE: Self = Self { least_floats: usize::MAX, most_weights: 0, band_floats: 0 };
    /// All pairs, in the narrowest bands.
    pub const EXTREME: Self = Self { least_floats: 0, most_weights: usize::MAX, band_floats: 0 };
}

impl Banding {
    /// For each operation, the rows of a band in which it and the next one are computed
    /// alternately; `None` for all others.
    pub(in crate::nn) fn bands(&self, lowered: &Lowered) -> Vec<Option<usize>> {
        let next = lowered.ops.iter().skip(1).map(Some).chain([None]);
        lowered.ops.iter().zip(next).map(|(op, next)| self.band(lowered, op, next?)).collect()
    }

    fn band(&self, lowered: &Lowered, first: &Op, second: &Op) -> Option<usize> {
        let value = &first.output;
        let depthwise = matches!(&first.kind, Kind::Conv { filter, .. } if filter.depthwise);
        let pointwise = matches!(&second.kind, Kind::Conv { filter, window }
        if !filter.depthwise && filter.weights.len() <= self.most_weights && window.kernel == (1, 1) && window.stride == (1, 1) && window.output == (value.grid.width, value.grid.height)
            && window.padding.is_none());
        let handed_on = second.input == *value && value.form == Form::Image;
        let readers =
            |op: &&Op| op.input.buffer == value.buffer || op.other.as_ref().is_some_and(|o| o.buffer == value.buffer);
        let writers = lowered.ops.iter().filter(|op| op.output.buffer == value.buffer).count();
        let private = writers == 1
            && lowered.ops.iter().filter(readers).count() == 1
            && second.other.as_ref().is_none_or(|o| o.buffer != value.buffer)
            && !lowered.outputs.iter().any(|(_, output)| output.buffer == value.buffer);
        let buffer = lowered.buffers.get(value.buffer)?;
        let plain = !buffer.rigid && !buffer.external && buffer.border.is_none();
        let large = value.grid.len(buffer.border) >= self.least_floats;
        // In pairs, as the depthwise kernel likes them.
        let rows = (self.band_floats / value.grid.row(buffer.border)).max(1) * 2;
        (depthwise && pointwise && handed_on && private && plain && large && rows < value.grid.height).then_some(rows)
    }
}
