//! Another challenge of the same form: what a recording of an earlier session answers.

use crate::random::Random;
use selfsame::liveness::Segment;

/// Orders that are tried before colours are inverted instead.
const TRIES: usize = 64;

/// Makes a challenge of the same times with the colours between the first and the last one in
/// another order, as many of them changed as can be.
pub(super) fn other_challenge(segments: &[Segment], random: &mut Random) -> Vec<Segment> {
    let inner = segments.get(1..segments.len().saturating_sub(1)).filter(|inner| inner.len() > 1).unwrap_or(segments);
    let first = usize::from(inner.len() < segments.len());
    let mut order: Vec<_> = inner.iter().map(|s| (s.color, s.region)).collect();
    let mut best: (usize, Vec<_>) = (0, Vec::new());
    for _ in 0..TRIES {
        for i in (1..order.len()).rev() {
            order.swap(i, random.below(i + 1));
        }
        let changed = order.iter().zip(inner).filter(|((color, _), s)| *color != s.color).count();
        if changed > best.0 {
            best = (changed, order.clone());
        }
    }
    let mut other = segments.to_vec();
    if 2 * best.0 < inner.len() {
        other.iter_mut().for_each(|s| s.color = s.color.map(|v| u8::MAX - v));
        return other;
    }
    for (segment, (color, region)) in other.iter_mut().skip(first).zip(best.1) {
        (segment.color, segment.region) = (color, region);
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;
    use selfsame::liveness::Region;

    fn segments(colors: &[[u8; 3]]) -> Vec<Segment> {
        let at = |i: usize| 400_000 * i as u64;
        let segment = |(i, color): (usize, &[u8; 3])| Segment {
            start_us: at(i),
            duration_us: 400_000,
            color: *color,
            region: Region::Full,
        };
        colors.iter().enumerate().map(segment).collect()
    }

    #[test]
    fn most_colours_change_and_times_do_not() {
        let own = segments(&[[128; 3], [255, 0, 0], [0, 255, 0], [0, 0, 255], [255; 3], [128; 3]]);
        for seed in 0..20 {
            let other = other_challenge(&own, &mut Random::new(seed, 0));
            let changed = own.iter().zip(&other).filter(|(a, b)| a.color != b.color).count();
            assert!(changed >= 3, "{changed}");
            assert_eq!((own[0].color, own[5].color), (other[0].color, other[5].color));
            assert!(own.iter().zip(&other).all(|(a, b)| (a.start_us, a.duration_us) == (b.start_us, b.duration_us)));
        }
        let flat = segments(&[[255, 0, 0]; 3]);
        assert!(other_challenge(&flat, &mut Random::new(1, 0)).iter().all(|s| s.color == [0, 255, 255]));
    }
}
