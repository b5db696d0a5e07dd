//! Samples of some units, component by component, before they become pixels.

use crate::error::{Result, corrupt};
use crate::frame::{Frame, samples};
use crate::idct::{self, Sample};
use std::ops::Range;

/// A stretch of units.
#[derive(Debug, Clone)]
pub(crate) struct Units {
    pub(crate) columns: Range<usize>,
    pub(crate) rows: Range<usize>,
}

impl Units {
    /// All units of a picture.
    pub(crate) fn all(frame: &Frame) -> Self {
        Self { columns: 0..frame.units[0], rows: 0..frame.units[1] }
    }
}

/// The samples of one component.
pub(crate) struct Plane<T> {
    samples: Vec<T>,
    /// Samples from one row to the next.
    pub(crate) stride: usize,
    /// Samples on each side of a block.
    pub(crate) side: usize,
    /// Its sampling factors.
    pub(crate) factors: [usize; 2],
    /// Columns and rows of pixels that share a sample.
    pub(crate) shared: [usize; 2],
    /// The first column and row that are here, of the whole picture's.
    first: [usize; 2],
    /// The columns and rows of the whole picture.
    size: [usize; 2],
    /// The first unit.
    units: [usize; 2],
}

/// The samples of all components in some units.
pub(crate) struct Planes<T> {
    planes: Vec<Plane<T>>,
    units: Units,
}

impl<T: Sample> Planes<T> {
    /// Room for the samples of `units`, where pixels are made of `8 / base` stored ones each way.
    pub(crate) fn new(frame: &Frame, base: usize, units: Units) -> Self {
        let planes = frame.components.iter().map(|component| {
            let side = idct::side(component, frame.most, base);
            let [h, v] = component.factors;
            let (width, height) = (units.columns.len() * h * side, units.rows.len() * v * side);
            let [most_across, most_down] = frame.most.map(|most| most * base);
            Plane {
                samples: vec![T::default(); width * height],
                stride: width,
                side,
                factors: component.factors,
                shared: [most_across / (h * side), most_down / (v * side)],
                first: [units.columns.start * h * side, units.rows.start * v * side],
                size: samples(frame.size, component.factors, frame.most, side),
                units: [units.columns.start, units.rows.start],
            }
        });
        Self { planes: planes.collect(), units }
    }

    /// The units that are here.
    pub(crate) fn units(&self) -> Units {
        self.units.clone()
    }

    #[inline(always)]
    pub(crate) fn component_mut(&mut self, index: usize) -> Option<&mut Plane<T>> {
        self.planes.get_mut(index)
    }

    pub(crate) fn components(&self) -> &[Plane<T>] {
        &self.planes
    }

    pub(crate) fn components_mut(&mut self) -> &mut [Plane<T>] {
        &mut self.planes
    }

    /// The units that `columns` and `rows` of pixels are made of, with the samples beside them from
    /// which chroma is interpolated.
    pub(crate) fn needed(frame: &Frame, base: usize, columns: Range<usize>, rows: Range<usize>) -> Units {
        let axis = |axis: fn([usize; 2]) -> usize, pixels: Range<usize>| {
            let per_unit = axis(frame.most) * base;
            // The coarsest component's pixels that share a sample: one further is beside.
            let shared = frame
                .components
                .iter()
                .map(|component| per_unit / (axis(component.factors) * idct::side(component, frame.most, base)).max(1));
            let beside = shared.max().filter(|shared| *shared > 1).unwrap_or(0);
            let start = pixels.start.saturating_sub(beside) / per_unit;
            let end = (pixels.end + beside).div_ceil(per_unit).min(axis(frame.units));
            start.min(end)..end
        };
        Units { columns: axis(|[across, _]| across, columns), rows: axis(|[_, down]| down, rows) }
    }
}

impl<T: Sample> Plane<T> {
    /// From the first sample of a block on: of the unit in `column` and `row`, the block `right`
    /// and `down` in it.
    #[inline(always)]
    pub(crate) fn block(&mut self, column: usize, row: usize, right: usize, down: usize) -> Result<&mut [T]> {
        let ([h, v], [left, top]) = (self.factors, self.units);
        let x = (column.wrapping_sub(left).wrapping_mul(h) + right) * self.side;
        let y = (row.wrapping_sub(top).wrapping_mul(v) + down) * self.side;
        self.samples.get_mut(y * self.stride + x..).ok_or(corrupt("a block lies outside its picture"))
    }

    /// Row `y` of the whole picture, or the nearest that it has: from its first column here on.
    #[inline(always)]
    pub(crate) fn row(&self, y: usize) -> &[T] {
        let y = y.min(self.size[1].saturating_sub(1)).saturating_sub(self.first[1]);
        let start = y * self.stride;
        let row = self.samples.get(start..start + self.stride);
        debug_assert!(row.is_some(), "row {y} was not decoded");
        // No samples for a row that is not here, which the assertion sees.
        row.unwrap_or_default()
    }

    /// The first column that is here, and the number of columns of the whole picture.
    pub(crate) fn columns(&self) -> (usize, usize) {
        (self.first[0], self.size[0])
    }
}
