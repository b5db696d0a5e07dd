//! The family of a detector, as far as the shapes of its outputs tell it.

use selfsame::model::NetworkReport;
use std::fmt::Write as _;

/// `[detector]` of a card's draft; `None` if the shapes are of no known family.
pub fn detector(report: &NetworkReport) -> Option<String> {
    let (height, width) = report.size?;
    // Rows and columns of each output.
    let outputs: Option<Vec<(usize, usize)>> = report
        .outputs
        .iter()
        .map(|(_, shape)| match *shape.as_slice() {
            [rows, columns] => Some((rows, columns)),
            [rows] => Some((rows, 1)),
            _ => None,
        })
        .collect();
    let outputs = outputs?;
    let of = |columns: usize| -> Vec<usize> {
        let mut rows: Vec<usize> = outputs.iter().filter(|(_, c)| *c == columns).map(|(rows, _)| *rows).collect();
        rows.sort_unstable_by(|a, b| b.cmp(a));
        rows
    };
    let (ones, twos, boxes, points, whole) = (of(1), of(2), of(4), of(10), of(16));
    let mut text = String::from("\n# Guessed from the shapes.\n[detector]\n");
    if let ([total], true) = (whole.as_slice(), ones == whole) {
        let (strides, anchors) = blazeface(width * height, *total)?;
        let _ = writeln!(text, "family = \"anchors\"\nstrides = {strides:?}\nanchors = {anchors:?}\nkeypoints = 6");
        return Some(text);
    }
    let keypoints = if points.is_empty() { 0 } else { 5 };
    if !points.is_empty() && points != boxes {
        return None;
    }
    if let ([total], true) = (boxes.as_slice(), twos == boxes) {
        let (strides, sizes) = retinaface(width * height, *total)?;
        let _ = writeln!(text, "family = \"retinaface\"\nstrides = {strides:?}\nkeypoints = {keypoints}");
        let _ = writeln!(text, "# The published sizes of anchors, in pixels.\nsizes = {sizes:?}");
        return Some(text);
    }
    let twice: Vec<usize> = boxes.iter().flat_map(|rows| [*rows; 2]).collect();
    if boxes.is_empty() || (ones != boxes && ones != twice) {
        return None;
    }
    // With one anchor in each cell the strides are whole numbers, or with two.
    for (family, anchors) in [("yunet", 1), ("scrfd", 2)] {
        let strides: Option<Vec<usize>> = boxes.iter().map(|rows| stride(width * height * anchors, *rows)).collect();
        if let (Some(strides), false) = (strides, family == "scrfd" && ones == twice && !twice.is_empty()) {
            let _ = writeln!(text, "family = \"{family}\"\nstrides = {strides:?}\nkeypoints = {keypoints}");
            return Some(text);
        }
    }
    None
}

/// The side of the cells of which there are so many, if they are whole pixels.
fn stride(area: usize, rows: usize) -> Option<usize> {
    let stride = area.checked_div(rows)?.isqrt();
    (stride > 0 && stride * stride * rows == area).then_some(stride)
}

/// BlazeFace's full range, short range, and back camera.
fn blazeface(area: usize, rows: usize) -> Option<(Vec<usize>, Vec<usize>)> {
    let known = [(vec![4], vec![1]), (vec![8, 16], vec![2, 6]), (vec![16, 32], vec![2, 6])];
    known.into_iter().find(|(strides, anchors)| {
        strides.iter().zip(anchors).map(|(stride, anchors)| area / (stride * stride) * anchors).sum::<usize>() == rows
    })
}

/// RetinaFace on three levels, or fewer, with two anchors in each cell.
fn retinaface(area: usize, rows: usize) -> Option<(Vec<usize>, Vec<[usize; 2]>)> {
    let levels = [(8, [16, 32]), (16, [64, 128]), (32, [256, 512])];
    (1..=levels.len()).find_map(|count| {
        let (strides, sizes): (Vec<usize>, Vec<_>) = levels[..count].iter().copied().unzip();
        let all: usize = strides.iter().map(|stride| 2 * (area / (stride * stride))).sum();
        (all == rows).then_some((strides, sizes))
    })
}
