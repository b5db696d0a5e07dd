//! Small windows on a tensor, checked once and then read and written without a test.
//!
//! A depthwise convolution looks at two dozen neighbouring pixels at once. With a bounds check for
//! each, checks and address arithmetic outnumber the multiplications; so the farthest address is
//! checked when a window is placed, and an access tests only what the compiler can see to be true:
//! constants, and the loop's own bound.
#![allow(unsafe_code)]

use super::isa::{Isa, Lanes};
use std::marker::PhantomData;

/// The index of the last vector of a window, plus 1; `None` if that cannot be counted.
fn end(origin: usize, steps: (usize, usize), rows: usize, columns: usize, channels: usize) -> Option<usize> {
    let right = steps.0.checked_mul(columns.checked_sub(1)?)?;
    let down = steps.1.checked_mul(rows.checked_sub(1)?)?;
    origin.checked_add(right)?.checked_add(down)?.checked_add(channels)
}

/// A window of `ROWS` × `COLUMNS` pixels of `channels` vectors each, for reading.
#[derive(Clone, Copy)]
pub(crate) struct Patch<'a, const ROWS: usize, const COLUMNS: usize> {
    first: *const Lanes,
    right: usize,
    down: usize,
    channels: usize,
    data: PhantomData<&'a [Lanes]>,
}

impl<'a, const ROWS: usize, const COLUMNS: usize> Patch<'a, ROWS, COLUMNS> {
    /// The window whose first pixel is at `origin`; neighbours are `right` and `down` vectors
    /// apart. `None` if it does not lie inside `data`.
    #[inline(always)]
    pub fn new(data: &'a [Lanes], origin: usize, (right, down): (usize, usize), channels: usize) -> Option<Self> {
        if end(origin, (right, down), ROWS, COLUMNS, channels)? > data.len() {
            return None;
        }
        let first = data.get(origin..)?.as_ptr();
        Some(Self { first, right, down, channels, data: PhantomData })
    }

    /// Reads vector `c` of the pixel in `row` and `column`.
    #[inline(always)]
    pub fn load<I: Isa>(&self, isa: I, row: usize, column: usize, c: usize) -> I::V {
        assert!(row < ROWS && column < COLUMNS && c < self.channels);
        // SAFETY: `new` has checked that the vector with the largest row, column and c lies in the
        // slice that is borrowed for 'a; none of these is larger here, so the offset is at most
        // that one's, which did not overflow.
        isa.load(unsafe { &*self.first.add(row * self.down + column * self.right + c) })
    }
}

/// A window like [`Patch`], for writing.
pub(crate) struct PatchMut<'a, const ROWS: usize, const COLUMNS: usize> {
    first: *mut Lanes,
    right: usize,
    down: usize,
    channels: usize,
    data: PhantomData<&'a mut [Lanes]>,
}

impl<'a, const ROWS: usize, const COLUMNS: usize> PatchMut<'a, ROWS, COLUMNS> {
    /// The window whose first pixel is at `origin`, as [`Patch::new`] has it.
    #[inline(always)]
    pub fn new(data: &'a mut [Lanes], origin: usize, (right, down): (usize, usize), channels: usize) -> Option<Self> {
        if end(origin, (right, down), ROWS, COLUMNS, channels)? > data.len() {
            return None;
        }
        let first = data.get_mut(origin..)?.as_mut_ptr();
        Some(Self { first, right, down, channels, data: PhantomData })
    }

    /// Writes vector `c` of the pixel in `row` and `column`.
    #[inline(always)]
    pub fn store<I: Isa>(&mut self, isa: I, row: usize, column: usize, c: usize, v: I::V) {
        assert!(row < ROWS && column < COLUMNS && c < self.channels);
        // SAFETY: as in `Patch::load`; the slice is borrowed mutably for 'a, and this reference
        // ends with the store.
        isa.store(v, unsafe { &mut *self.first.add(row * self.down + column * self.right + c) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LANES, Scalar};
    use super::*;

    #[test]
    fn a_window_is_inside_or_refused() {
        let mut data: Vec<Lanes> = (0..24u8).map(|i| [f32::from(i); LANES]).collect();
        // 2 rows of 3 pixels of 2 vectors, 6 vectors a row: 12 vectors from the origin on.
        for origin in 0..30 {
            let patch = Patch::<2, 3>::new(&data, origin, (2, 6), 2);
            assert_eq!(patch.is_some(), origin <= 12, "{origin}");
            if let Some(patch) = patch {
                let value = patch.load(Scalar, 1, 2, 1)[0];
                assert_eq!(value, (origin + 11) as f32);
            }
            let patch = PatchMut::<2, 3>::new(&mut data, origin, (2, 6), 2);
            assert_eq!(patch.is_some(), origin <= 12, "{origin}");
        }
        assert!(Patch::<2, 3>::new(&data, 0, (usize::MAX, 6), 2).is_none(), "overflow to the right");
        assert!(Patch::<2, 3>::new(&data, 0, (2, usize::MAX), 2).is_none(), "overflow downwards");
        assert!(Patch::<2, 3>::new(&data, usize::MAX, (2, 6), 2).is_none(), "overflow of the origin");
        assert!(Patch::<0, 3>::new(&data, 0, (2, 6), 2).is_none(), "an empty window");
        let mut patch = PatchMut::<2, 3>::new(&mut data, 3, (2, 6), 2).unwrap();
        patch.store(Scalar, 1, 0, 1, [-1.0; LANES]);
        assert_eq!(data[10], [-1.0; LANES]);
        assert_eq!(data.iter().filter(|v| v[0] < 0.0).count(), 1);
    }

    #[test]
    #[should_panic(expected = "row < ROWS")]
    fn outside_a_window_nothing_is_read() {
        let data = [[0.0; LANES]; 24];
        let patch = Patch::<2, 3>::new(&data, 0, (2, 6), 2).unwrap();
        patch.load(Scalar, 0, 0, 2);
    }
}
