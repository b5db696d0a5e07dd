//! Shapes and steps of row-major tensors.

/// The most axes of any tensor: 8 of a shape, and one more for matrices.
const MAX_AXES: usize = 9;

/// The steps of a row-major tensor: how far apart neighbours along each axis lie.
pub(crate) fn contiguous(shape: &[usize]) -> Vec<usize> {
    let mut steps: Vec<usize> = shape
        .iter()
        .rev()
        .scan(1usize, |step, side| {
            let own = *step;
            *step = step.saturating_mul(*side);
            Some(own)
        })
        .collect();
    steps.reverse();
    steps
}

/// The shape that two shapes broadcast to, as NumPy has it; `None` if they do not.
pub(crate) fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let side = |shape: &[usize], axis: usize| {
        // An axis that the shorter shape lacks counts as 1.
        (axis + shape.len()).checked_sub(rank).and_then(|own| shape.get(own)).map_or(1, |side| *side)
    };
    (0..rank)
        .map(|axis| match (side(a, axis), side(b, axis)) {
            (a, b) if a == b => Some(a),
            (1, b) => Some(b),
            (a, 1) => Some(a),
            _ => None,
        })
        .collect()
}

/// The steps of a tensor of `shape` that is spread over `sides`: 0 along an axis that it repeats.
pub(super) fn spread(shape: &[usize], sides: &[usize]) -> Vec<usize> {
    let own = contiguous(shape);
    let missing = sides.len().saturating_sub(shape.len());
    let axis = |axis: usize| match axis.checked_sub(missing).and_then(|i| Some((*shape.get(i)?, *own.get(i)?))) {
        Some((side, step)) if side != 1 => step,
        // Absent, or a single place.
        _ => 0,
    };
    (0..sides.len()).map(axis).collect()
}

/// Counts through the places of all axes but the last one; `visit` receives the offsets of `N`
/// operands at each.
#[inline(always)]
pub(super) fn rows<const N: usize>(
    sides: &[usize],
    steps: &[Vec<isize>; N],
    origin: [isize; N],
    mut visit: impl FnMut([usize; N]),
) {
    let outer = sides.len().saturating_sub(1);
    if sides.contains(&0) {
        return;
    }
    let mut index = [0usize; MAX_AXES];
    let mut at = origin;
    loop {
        visit(at.map(isize::cast_unsigned));
        let mut axis = outer;
        loop {
            let Some(next) = axis.checked_sub(1) else { return };
            axis = next;
            index[axis] += 1;
            if index[axis] < sides[axis] {
                for (at, steps) in at.iter_mut().zip(steps) {
                    *at += steps[axis];
                }
                break;
            }
            for (at, steps) in at.iter_mut().zip(steps) {
                *at -= steps[axis] * (index[axis] as isize - 1);
            }
            index[axis] = 0;
        }
    }
}

/// Joins neighbouring axes that lie together in all operands, and leaves out those of one place, so
/// that the last axis is as long as it can be. At least one axis stays.
pub(super) fn joined<const N: usize>(sides: &[usize], steps: [&[isize]; N]) -> (Vec<usize>, [Vec<isize>; N]) {
    let mut kept: Vec<usize> = Vec::new();
    let mut own: [Vec<isize>; N] = std::array::from_fn(|_| Vec::new());
    for (axis, side) in sides.iter().enumerate() {
        if *side == 1 {
            continue;
        }
        let step = |n: usize| steps[n][axis];
        let together = kept.last().is_some()
            && (0..N).all(|n| own[n].last().is_some_and(|last| Some(*last) == step(n).checked_mul(*side as isize)));
        if let (true, Some(last)) = (together, kept.last_mut()) {
            *last = last.saturating_mul(*side);
            for (n, own) in own.iter_mut().enumerate() {
                if let Some(last) = own.last_mut() {
                    *last = step(n);
                }
            }
        } else {
            kept.push(*side);
            own.iter_mut().enumerate().for_each(|(n, own)| own.push(step(n)));
        }
    }
    if kept.is_empty() {
        kept.push(1);
        own.iter_mut().for_each(|own| own.push(1));
    }
    (kept, own)
}

/// One past the farthest offset that is reached from `origin`; `None` if that cannot be counted, or
/// if an offset lies before the first.
pub(super) fn reach(sides: &[usize], steps: &[isize], origin: usize) -> Option<usize> {
    let (mut low, mut high) = (isize::try_from(origin).ok()?, isize::try_from(origin).ok()?);
    for (side, step) in sides.iter().zip(steps) {
        let far = isize::try_from(side.checked_sub(1)?).ok()?.checked_mul(*step)?;
        if far < 0 {
            low = low.checked_add(far)?;
        } else {
            high = high.checked_add(far)?;
        }
    }
    if low < 0 { None } else { usize::try_from(high).ok()?.checked_add(1) }
}

/// The product of all sides, if it can be counted, and if there are not too many of them.
pub(super) fn product(sides: &[usize]) -> Option<usize> {
    if sides.len() > MAX_AXES {
        return None;
    }
    sides.iter().try_fold(1usize, |n, side| n.checked_mul(*side))
}
