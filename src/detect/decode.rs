//! From the detector's two tensors to candidate faces: cell centre plus offset, and the sigmoid of
//! a clipped logit.
//!
//! Method: MediaPipe's `TensorsToDetectionsCalculator` for the full-range face detector (Google,
//! Apache-2.0): one anchor per cell of a 48 × 48 grid, anchor size fixed to 1, offsets divided by
//! the input's side.

use crate::geometry::{Point, Rect};

/// Cells along one side of the grid.
pub(super) const GRID: usize = 48;
/// Cells of the grid: candidates per search.
pub(super) const CELLS: usize = GRID * GRID;
/// Values per candidate: x centre, y centre, width, height, then six keypoints x, y.
pub(super) const BOX_LEN: usize = 16;
/// Side of the network's input in pixels.
pub(super) const INPUT_PX: usize = 192;
/// Pixels of the input per cell.
const STRIDE_PX: f32 = (INPUT_PX / GRID) as f32;
/// Logits are clipped here before the sigmoid, as MediaPipe does, so that the exponential stays
/// finite.
const LOGIT_CLIP: f32 = 100.0;

/// One candidate in pixels of the network's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Candidate {
    /// Probability of a face, 0 ..= 1.
    pub score: f32,
    /// The face's box.
    pub rect: Rect,
    /// Right eye, left eye, nose tip, mouth centre, right and left ear tragion.
    pub keypoints: [Point; 6],
}

/// The logit whose sigmoid is `probability`; searching is done on logits, so that 2304 exponentials
/// are saved.
fn logit(probability: f32) -> f32 {
    (probability / (1.0 - probability)).ln()
}

/// Sigmoid of the clipped logit; NaN stays NaN.
pub(super) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit.clamp(-LOGIT_CLIP, LOGIT_CLIP)).exp())
}

/// The candidates that [`decode_into`] writes.
#[cfg(test)]
pub(super) fn decode(boxes: &[f32], scores: &[f32], threshold: f32) -> Option<Vec<Candidate>> {
    let mut candidates = Vec::new();
    decode_into(boxes, scores, threshold, &mut candidates).map(|()| candidates)
}

/// Writes the candidates that score at least `threshold` (0 < threshold < 1) to `into`, in the
/// grid's order, and drops what the list held.
///
/// `boxes` is (2304, 16), `scores` (2304, 1), both flattened row-major, in pixels of the input and
/// logits. `None` if a score is NaN or infinite: then nothing that the network said can be trusted.
/// A candidate whose geometry is not finite, or whose width or height is not positive, is dropped.
pub(super) fn decode_into(boxes: &[f32], scores: &[f32], threshold: f32, into: &mut Vec<Candidate>) -> Option<()> {
    into.clear();
    if !scores.iter().all(|s| s.is_finite()) {
        return None;
    }
    let least = logit(threshold);
    let (boxes, _) = boxes.as_chunks::<BOX_LEN>();
    debug_assert_eq!(boxes.len(), scores.len(), "each cell has a box and a score");
    let cells = boxes.iter().zip(scores).enumerate();
    let likely = cells.filter(|(_, (_, score))| **score >= least);
    into.extend(likely.filter_map(|(i, (raw, score))| candidate(i, raw, *score)));
    Some(())
}

/// The candidate of cell `index`, from its 16 raw values and the logit of its score.
fn candidate(index: usize, raw: &[f32; BOX_LEN], logit: f32) -> Option<Candidate> {
    let (column, row) = (index % GRID, index / GRID);
    let cell = Point::new((column as f32 + 0.5) * STRIDE_PX, (row as f32 + 0.5) * STRIDE_PX);
    let [center_x, center_y, width, height, x0, y0, x1, y1, x2, y2, x3, y3, x4, y4, x5, y5] = *raw;
    let from_cell = |x: f32, y: f32| Point::new(x + cell.x, y + cell.y);
    let keypoints = [(x0, y0), (x1, y1), (x2, y2), (x3, y3), (x4, y4), (x5, y5)].map(|(x, y)| from_cell(x, y));
    // Written so that NaN is not usable.
    let usable = width > 0.0 && height > 0.0 && keypoints.iter().all(|p| p.is_finite());
    if !usable {
        return None;
    }
    let rect = Rect::from_center(from_cell(center_x, center_y), width, height)?;
    Some(Candidate { score: sigmoid(logit), rect, keypoints })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixteen values that are all different, so that no two axes or fields can be swapped unseen.
    const RAW: [f32; BOX_LEN] =
        [3.0, -5.0, 40.0, 56.0, -9.0, -11.0, 13.0, -12.0, 1.5, 2.5, 0.5, 14.0, -17.0, -6.0, 19.0, -7.0];

    /// Output tensors with no face anywhere.
    fn silence() -> (Vec<f32>, Vec<f32>) {
        (vec![0.0; CELLS * BOX_LEN], vec![-20.0; CELLS])
    }

    fn put(tensors: &mut (Vec<f32>, Vec<f32>), column: usize, row: usize, logit: f32, raw: [f32; BOX_LEN]) {
        let cell = row * GRID + column;
        tensors.0[cell * BOX_LEN..][..BOX_LEN].copy_from_slice(&raw);
        tensors.1[cell] = logit;
    }

    #[test]
    fn reads_every_field_from_its_place() {
        let mut tensors = silence();
        put(&mut tensors, 10, 30, 2.0, RAW);
        let found = decode(&tensors.0, &tensors.1, 0.5).unwrap();
        let [face] = found[..] else { panic!("{found:?}") };
        // Cell centre: (10.5 · 4, 30.5 · 4) = (42, 122).
        assert!((face.score - 0.880_797).abs() < 1e-5);
        assert_eq!(face.rect, Rect::from_center(Point::new(45.0, 117.0), 40.0, 56.0).unwrap());
        let expected = [(33.0, 111.0), (55.0, 110.0), (43.5, 124.5), (42.5, 136.0), (25.0, 116.0), (61.0, 115.0)];
        assert_eq!(face.keypoints, expected.map(|(x, y)| Point::new(x, y)));
    }

    #[test]
    fn the_first_and_the_last_cell_are_used() {
        let mut tensors = silence();
        put(&mut tensors, 0, 0, 1.0, RAW);
        put(&mut tensors, 47, 47, 3.0, RAW);
        let found = decode(&tensors.0, &tensors.1, 0.5).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].rect.center(), Point::new(5.0, -3.0));
        assert_eq!(found[1].rect.center(), Point::new(193.0, 185.0));
    }

    #[test]
    fn threshold_is_inclusive_and_extreme_logits_stay_finite() {
        let mut tensors = silence();
        put(&mut tensors, 5, 5, 0.0, RAW);
        put(&mut tensors, 6, 5, 3.0e38, RAW);
        put(&mut tensors, 7, 5, -1.0e-6, RAW);
        let found = decode(&tensors.0, &tensors.1, 0.5).unwrap();
        assert_eq!(found.iter().map(|c| c.score).collect::<Vec<_>>(), [0.5, 1.0]);
    }

    #[test]
    fn scores_that_are_not_finite_spoil_all_and_geometry_only_its_candidate() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut tensors = silence();
            put(&mut tensors, 5, 5, 3.0, RAW);
            tensors.1[77] = bad;
            assert_eq!(decode(&tensors.0, &tensors.1, 0.5), None);
            for field in 0..BOX_LEN {
                let mut tensors = silence();
                put(&mut tensors, 5, 5, 3.0, RAW);
                let mut raw = RAW;
                raw[field] = bad;
                put(&mut tensors, 20, 9, 4.0, raw);
                assert_eq!(decode(&tensors.0, &tensors.1, 0.5).unwrap().len(), 1, "field {field} = {bad}");
            }
        }
        let mut tensors = silence();
        let mut raw = RAW;
        raw[2] = -40.0;
        put(&mut tensors, 5, 5, 3.0, raw);
        assert_eq!(decode(&tensors.0, &tensors.1, 0.5).unwrap(), []);
    }
}
