//! Where each buffer lies in the one arena that a run uses.
//!
//! A buffer lives from the first operation that writes it to the last that reads it. Buffers whose
//! lives overlap get disjoint ranges; others share memory. First fit in order of first use: within
//! a few per cent of the optimum for chains with residuals, which face networks are.

use std::ops::Range;

/// Ranges start at multiples of this many floats (a 64-byte cache line).
pub(super) const ALIGN: usize = 16;

/// A buffer's life: its first and last operation, and its length in floats.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    pub first: usize,
    pub last: usize,
    pub len: usize,
}

/// Places the buffers: a range for each life, in their order, and the arena's length in floats.
pub(super) fn place(lives: &[Life]) -> (Vec<Range<usize>>, usize) {
    let mut order: Vec<(usize, Life)> = lives.iter().copied().enumerate().collect();
    // Of buffers that begin together the longest goes first: short ones fit into the gaps.
    order.sort_by_key(|(_, life)| (life.first, std::cmp::Reverse(life.len)));
    // Buffer, life, and the range that it takes up, which ends at a cache line.
    let mut placed: Vec<(usize, Life, Range<usize>)> = Vec::with_capacity(lives.len());
    let mut total = 0;
    for (index, life) in order {
        let mut busy: Vec<_> = placed
            .iter()
            .filter(|(_, other, _)| other.first <= life.last && life.first <= other.last)
            .map(|(.., range)| range.clone())
            .collect();
        busy.sort_by_key(|range| range.start);
        let mut start = 0;
        for range in busy {
            if start + life.len <= range.start {
                break;
            }
            start = start.max(range.end);
        }
        let range = start..(start + life.len).next_multiple_of(ALIGN);
        total = total.max(range.end);
        placed.push((index, life, range));
    }
    placed.sort_unstable_by_key(|(index, ..)| *index);
    (placed.into_iter().map(|(_, life, range)| range.start..range.start + life.len).collect(), total)
}

/// Lends one range of the arena for writing and others for reading; `None` if a range is out of
/// bounds or overlaps the first.
pub(super) fn carve<'a, const N: usize>(
    arena: &'a mut [f32],
    write: &Range<usize>,
    reads: [&Range<usize>; N],
) -> Option<(&'a mut [f32], [&'a [f32]; N])> {
    let (before, rest) = arena.split_at_mut_checked(write.start)?;
    let (target, after) = rest.split_at_mut_checked(write.end.checked_sub(write.start)?)?;
    let (before, after) = (&*before, &*after);
    let mut lent = [before; N];
    for (slot, read) in lent.iter_mut().zip(reads) {
        *slot = if read.start >= write.end {
            after.get(read.start - write.end..read.end.checked_sub(write.end)?)?
        } else {
            before.get(read.clone())?
        };
    }
    Some((target, lent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn overlapping_lives_get_disjoint_ranges(raw in prop::collection::vec((0usize..20, 0usize..6, 1usize..200), 1..30)) {
            let lives: Vec<_> = raw.iter().map(|&(first, span, len)| Life { first, last: first + span, len }).collect();
            let (ranges, total) = place(&lives);
            for (i, (a, ra)) in lives.iter().zip(&ranges).enumerate() {
                prop_assert_eq!(ra.len(), a.len);
                prop_assert!(ra.end <= total && ra.start % ALIGN == 0);
                for (b, rb) in lives.iter().zip(&ranges).skip(i + 1) {
                    let together = a.first <= b.last && b.first <= a.last;
                    prop_assert!(!together || ra.end <= rb.start || rb.end <= ra.start);
                }
            }
        }
    }

    #[test]
    fn carve_lends_disjoint_parts_only() {
        let mut arena: Vec<f32> = (0..10u8).map(f32::from).collect();
        let (write, [left, right]) = carve(&mut arena, &(4..6), [&(0..2), &(6..9)]).unwrap();
        assert_eq!((&*write, left, right), ([4.0, 5.0].as_slice(), [0.0, 1.0].as_slice(), [6.0, 7.0, 8.0].as_slice()));
        assert!(carve(&mut arena, &(4..6), [&(3..5)]).is_none(), "overlap from the left");
        assert!(carve(&mut arena, &(4..6), [&(5..7)]).is_none(), "overlap from the right");
        assert!(carve(&mut arena, &(4..6), [&(4..6)]).is_none(), "the same range");
        assert!(carve(&mut arena, &(4..11), []).is_none(), "out of bounds");
    }
}
