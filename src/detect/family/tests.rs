//! The families' decoders against numbers computed by hand, round trips, and hostile networks.

use super::super::{DetectOptions, Detection, Detector};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Point, Rect};
use crate::image::Photo;
use crate::model::{Model, ModelCard, Network, NetworkSignature};
use proptest::prelude::*;
use std::sync::Arc;

/// Answers with given outputs.
struct Told {
    signature: NetworkSignature,
    outputs: Vec<Vec<f32>>,
}

impl Network for Told {
    fn signature(&self) -> &NetworkSignature {
        &self.signature
    }

    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()> {
        self.signature.check(input, outputs)?;
        outputs.iter_mut().zip(&self.outputs).for_each(|(output, told)| output.copy_from_slice(told));
        Ok(())
    }
}

/// The inputs are 64 × 32 pixels: with strides of 8 and 16 there are 8 × 4 and 4 × 2 cells.
const SIZE: (usize, usize) = (64, 32);
const SCRFD: &str = "family = \"scrfd\"\nstrides = [8, 16]\nanchors = [1, 2]\nkeypoints = 5\nthreshold = 0.3";
const YUNET: &str = "family = \"yunet\"\nstrides = [8, 16]\nkeypoints = 0";
const RETINAFACE: &str =
    "family = \"retinaface\"\nstrides = [8, 16]\nsizes = [[10, 20], [32, 48]]\nkeypoints = 5\nthreshold = 0.4";
const BLAZEFACE: &str = "family = \"anchors\"\nstrides = [8, 16]\nanchors = [2, 6]\nkeypoints = 6";

type Shapes<'a> = &'a [(&'a str, &'a [usize])];

const SCRFD_SHAPES: Shapes<'_> =
    &[("s8", &[32, 1]), ("s16", &[16, 1]), ("b8", &[32, 4]), ("b16", &[16, 4]), ("k8", &[32, 10]), ("k16", &[16, 10])];
const YUNET_SHAPES: Shapes<'_> =
    &[("c8", &[32, 1]), ("c16", &[8, 1]), ("o8", &[32, 1]), ("o16", &[8, 1]), ("b8", &[32, 4]), ("b16", &[8, 4])];
const RETINAFACE_SHAPES: Shapes<'_> = &[("loc", &[80, 4]), ("conf", &[80, 2]), ("points", &[80, 10])];
const BLAZEFACE_SHAPES: Shapes<'_> = &[("boxes", &[112, 16]), ("scores", &[112, 1])];

/// The detector of a card with this `[detector]`, over a network with these outputs.
fn detector(spec: &str, shapes: Shapes<'_>, fill: impl FnOnce(&mut [Vec<f32>])) -> Result<Detector> {
    let bundled = include_str!("../../../tests/data/full_range.toml");
    let (head, tail) = bundled.split_once("[[outputs]]").unwrap();
    let (_, tail) = tail.split_once("[source]").unwrap();
    let outputs: String = shapes
        .iter()
        .map(|(name, shape)| format!("[[outputs]]\nname = {name:?}\nshape = {shape:?}\nmeaning = \"\"\n"))
        .collect();
    let head = head.replace("width = 192", "width = 64").replace("height = 192", "height = 32");
    let card = ModelCard::parse(&format!("{head}{outputs}[detector]\n{spec}\n[source]{tail}"))?;
    let signature = NetworkSignature::of_card(&card);
    // Logits and probabilities of nothing.
    let nothing = if spec.contains("\"anchors\"") { -20.0 } else { 0.0 };
    let mut outputs: Vec<_> = signature.output_lens().map(|len| vec![nothing; len]).collect();
    fill(&mut outputs);
    Detector::new(Model::custom(card, Arc::new(Told { signature, outputs })))
}

/// What the detector sees in a frame of the input's size: pixels of the frame are the input's.
fn seen(detector: &Detector) -> Result<Vec<Detection>> {
    let photo = Photo::from_rgb8(SIZE.0 as u32, SIZE.1 as u32, vec![9; SIZE.0 * SIZE.1 * 3]).unwrap();
    detector.detect(&photo.frame(), &DetectOptions::upright().with_threshold(0.25).unwrap())
}

fn put(output: &mut [f32], row: usize, values: &[f32]) {
    output[row * values.len()..][..values.len()].copy_from_slice(values);
}

fn near(a: Point, b: (f32, f32)) -> bool {
    a.distance(Point::new(b.0, b.1)) < 1e-3
}

fn same_rect(rect: &Rect, edges: [f32; 4]) -> bool {
    let found = [rect.left(), rect.top(), rect.right(), rect.bottom()];
    found.iter().zip(edges).all(|(a, b)| (a - b).abs() < 1e-3)
}

#[test]
fn scrfd_by_hand() {
    let fill = |outputs: &mut [Vec<f32>]| {
        // Stride 16, cell (2, 1), its second anchor: row 2 · (1 · 4 + 2) + 1 = 13, corner (32, 16).
        put(&mut outputs[1], 13, &[0.875]);
        put(&mut outputs[3], 13, &[0.5, 0.75, 1.0, 0.25]);
        put(&mut outputs[5], 13, &[-0.25, -0.5, 0.5, -0.5, 0.125, -0.25, -0.2, 0.1, 0.4, 0.1]);
    };
    let faces = seen(&detector(SCRFD, SCRFD_SHAPES, fill).unwrap()).unwrap();
    let [face] = &faces[..] else { panic!("{faces:?}") };
    assert_eq!(face.score, 0.875);
    // 32 − 0.5 · 16, 16 − 0.75 · 16, 32 + 16, 16 + 0.25 · 16.
    assert!(same_rect(&face.rect, [24.0, 4.0, 48.0, 20.0]), "{:?}", face.rect);
    // The mouth is between (28.8, 17.6) and (38.4, 17.6).
    let points = [(28.0, 8.0), (40.0, 8.0), (34.0, 12.0), (33.6, 17.6)];
    assert!(face.keypoints.iter().zip(points).all(|(p, q)| near(*p, q)), "{:?}", face.keypoints);
    let [.., right_ear, left_ear] = face.keypoints;
    assert!(right_ear.x < 28.0 && left_ear.x > 40.0, "ears are outside the eyes: {right_ear:?} {left_ear:?}");
}

#[test]
fn yunet_by_hand() {
    let fill = |outputs: &mut [Vec<f32>]| {
        // Stride 8, cell (3, 2): row 2 · 8 + 3, corner (24, 16); √(0.81 · 0.64) = 0.72.
        put(&mut outputs[0], 19, &[0.81]);
        put(&mut outputs[2], 19, &[0.64]);
        put(&mut outputs[4], 19, &[0.5, -0.25, 2f32.ln(), 3f32.ln()]);
        // Sure of one alone: √(0.9 · 0) = 0.
        put(&mut outputs[1], 5, &[0.9]);
    };
    let detector = detector(YUNET, YUNET_SHAPES, fill).unwrap();
    assert_eq!(detector.keypoints(), 0);
    let faces = seen(&detector).unwrap();
    let [face] = &faces[..] else { panic!("{faces:?}") };
    assert!((face.score - 0.72).abs() < 1e-6);
    // Centre (24 + 4, 16 − 2), 16 wide, 24 high.
    assert!(same_rect(&face.rect, [20.0, 2.0, 36.0, 26.0]), "{:?}", face.rect);
    assert!(face.roll_deg().abs() < 1e-3, "without keypoints a face stands as its search says");
    assert!(face.keypoints.iter().all(|p| face.rect.left() < p.x && p.x < face.rect.right()));
}

#[test]
fn retinaface_by_hand() {
    let fill = |outputs: &mut [Vec<f32>]| {
        // Stride 16, cell (1, 0), its second anchor, of 48 pixels: row 2 · 32 + 2 · 1 + 1 = 67; the
        // middle is (24, 8).
        put(&mut outputs[0], 67, &[0.5, -1.0, 5.0 * 0.5f32.ln(), 0.0]);
        put(&mut outputs[1], 67, &[0.25, 0.75]);
        put(&mut outputs[2], 67, &[-1.0, 0.0, 1.0, 0.0, 0.0, 1.0, -0.5, 2.0, 0.5, 2.0]);
    };
    let faces = seen(&detector(RETINAFACE, RETINAFACE_SHAPES, fill).unwrap()).unwrap();
    let [face] = &faces[..] else { panic!("{faces:?}") };
    // Centre (24 + 0.1 · 48 · 0.5, 8 − 4.8), 48 · e^(0.2 · 5 · ln 0.5) = 24 wide, 48 high.
    assert!(same_rect(&face.rect, [14.4, -20.8, 38.4, 27.2]), "{:?}", face.rect);
    let points = [(19.2, 8.0), (28.8, 8.0), (24.0, 12.8), (24.0, 17.6)];
    assert!(face.keypoints.iter().zip(points).all(|(p, q)| near(*p, q)), "{:?}", face.keypoints);
}

#[test]
fn blazeface_by_hand() {
    let raw = [1.0, -2.0, 20.0, 24.0, -5.0, -6.0, 5.0, -6.0, 0.0, 0.0, 0.0, 5.0, -9.0, -3.0, 9.0, -3.0];
    let fill = |outputs: &mut [Vec<f32>]| {
        // Stride 16, cell (3, 1), its fifth anchor: row 2 · 32 + 6 · (4 + 3) + 4 = 110; the middle
        // is (56, 24).
        put(&mut outputs[0], 110, &raw);
        put(&mut outputs[1], 110, &[2.0]);
    };
    let spec = format!("{BLAZEFACE}\nbox_scale = [1.5, 0.5]\nbox_shift = [0.1, -0.25]");
    let faces = seen(&detector(&spec, BLAZEFACE_SHAPES, fill).unwrap()).unwrap();
    let [face] = &faces[..] else { panic!("{faces:?}") };
    assert!((face.score - 0.880_797).abs() < 1e-5);
    // Centre (57 + 2, 22 − 6), 30 wide, 12 high.
    assert!(same_rect(&face.rect, [44.0, 10.0, 74.0, 22.0]), "{:?}", face.rect);
    let points = [(51.0, 18.0), (61.0, 18.0), (56.0, 24.0), (56.0, 29.0), (47.0, 21.0), (65.0, 21.0)];
    assert!(face.keypoints.iter().zip(points).all(|(p, q)| near(*p, q)), "{:?}", face.keypoints);
}

#[test]
fn outputs_are_told_by_name_where_shapes_do_not() {
    // Of each stride as many anchors as makes the rows alike.
    let spec = "family = \"scrfd\"\nstrides = [8, 16]\nanchors = [1, 4]\nkeypoints = 0";
    let shapes: Shapes<'_> = &[("a", &[32, 1]), ("b", &[32, 4]), ("c", &[32, 1]), ("d", &[32, 4])];
    let error = detector(spec, shapes, |_| {}).unwrap_err();
    assert!(error.to_string().contains("name them in [detector.outputs]"), "{error}");
    let named = format!("{spec}\n[detector.outputs]\nscores = [\"c\", \"a\"]\nboxes = [\"d\", \"b\"]");
    let fill = |outputs: &mut [Vec<f32>]| {
        put(&mut outputs[2], 9, &[0.75]);
        put(&mut outputs[3], 9, &[1.0, 1.0, 1.0, 1.0]);
    };
    // Stride 8, cell (1, 1): corner (8, 8), a stride to each side.
    let faces = seen(&detector(&named, shapes, fill).unwrap()).unwrap();
    assert!(same_rect(&faces[0].rect, [0.0, 0.0, 16.0, 16.0]), "{faces:?}");
}

#[test]
fn shapes_that_do_not_fit_are_named() {
    let error = |spec: &str, shapes: Shapes<'_>| -> Error { detector(spec, shapes, |_| {}).unwrap_err() };
    let mut shapes = SCRFD_SHAPES.to_vec();
    shapes[3] = ("b16", &[8, 4]);
    let told = error(SCRFD, &shapes);
    assert_eq!(told.kind(), ErrorKind::InvalidModel);
    assert!(told.to_string().contains("[16, 4] of its boxes of stride 16"), "{told}");
    let named = format!("{YUNET}\n[detector.outputs]\nscores = [\"c8\", \"c16\"]\nboxes = [\"b8\", \"o16\"]");
    let told = error(&named, YUNET_SHAPES);
    assert!(told.to_string().contains("\"o16\" (boxes) has the shape [8, 1], not [8, 4]"), "{told}");
    let told = error(&named.replace("o16", "none"), YUNET_SHAPES);
    assert!(told.to_string().contains("\"none\", which is no output"), "{told}");
    let told = error(&named.replace(", \"o16\"", ", \"b16\", \"b8\""), YUNET_SHAPES);
    assert!(told.to_string().contains("3 outputs are named for boxes"), "{told}");
    // Channels before the grid: not one row behind the other.
    let told = error(BLAZEFACE, &[("boxes", &[16, 112]), ("scores", &[112, 1])]);
    assert!(told.to_string().contains("[112, 16] of its boxes"), "{told}");
    for spec in [SCRFD.replace("16]", "24]"), YUNET.replace("= 0", "= 7"), format!("{YUNET}\nthreshold = 1.0")] {
        assert_eq!(error(&spec, YUNET_SHAPES).kind(), ErrorKind::InvalidModel, "{spec}");
    }
}

#[test]
fn numbers_that_are_none_are_faults() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for output in 0..SCRFD_SHAPES.len() {
            let fill = |outputs: &mut [Vec<f32>]| {
                outputs[0][7] = 0.9;
                let columns = SCRFD_SHAPES[output].1[1];
                outputs[output][7 * columns + columns / 2] = bad;
                outputs[1][7] = if output == 1 { bad } else { 0.9 };
            };
            let error = seen(&detector(SCRFD, SCRFD_SHAPES, fill).unwrap()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NonFinite, "output {output} = {bad}");
        }
    }
    // An exponential that overflows.
    let fill = |outputs: &mut [Vec<f32>]| {
        (outputs[0][3], outputs[2][3]) = (0.9, 0.9);
        put(&mut outputs[4], 3, &[0.0, 0.0, 100.0, 0.0]);
    };
    assert_eq!(seen(&detector(YUNET, YUNET_SHAPES, fill).unwrap()).unwrap_err().kind(), ErrorKind::NonFinite);
    // Logits where probabilities are promised.
    let fill = |outputs: &mut [Vec<f32>]| outputs[0][3] = 4.0;
    let error = seen(&detector(SCRFD, SCRFD_SHAPES, fill).unwrap()).unwrap_err();
    assert!(error.to_string().contains("has it logits?"), "{error}");
    // A box without extent is no face, and no fault.
    let fill = |outputs: &mut [Vec<f32>]| {
        outputs[0][3] = 0.9;
        put(&mut outputs[2], 3, &[-1.0, 1.0, 1.0, 1.0]);
    };
    assert_eq!(seen(&detector(SCRFD, SCRFD_SHAPES, fill).unwrap()).unwrap(), []);
}

#[test]
fn the_card_and_the_caller_both_hold() {
    let fill = |outputs: &mut [Vec<f32>]| {
        for (row, score) in [(3, 0.29), (20, 0.31)] {
            outputs[0][row] = score;
            put(&mut outputs[2], row, &[1.0, 1.0, 1.0, 1.0]);
            put(&mut outputs[4], row, &[-0.3, -0.3, 0.3, -0.3, 0.0, 0.0, -0.2, 0.4, 0.2, 0.4]);
        }
    };
    let detector = detector(SCRFD, SCRFD_SHAPES, fill).unwrap();
    let scores: Vec<f32> = seen(&detector).unwrap().iter().map(|face| face.score).collect();
    assert_eq!(scores, [0.31], "the card's 0.3 is above the caller's 0.25");
}

proptest! {
    /// What a face is encoded to is decoded to that face.
    #[test]
    fn a_face_is_what_it_was(
        x in 10f32..54.0, y in 6f32..26.0, width in 4f32..40.0, height in 4f32..40.0, level in 0usize..2,
        turn in -0.4f32..0.4,
    ) {
        let (stride, side) = if level == 0 { (8.0f32, 10.0f32) } else { (16.0, 32.0) };
        let columns = (SIZE.0 as f32 / stride) as usize;
        let (column, row) = ((x / stride) as usize, (y / stride) as usize);
        let cell = row * columns + column;
        let corner = Point::new(column as f32 * stride, row as f32 * stride);
        let middle = Point::new(corner.x + 0.5 * stride, corner.y + 0.5 * stride);
        let (sin, cos) = turn.sin_cos();
        let place = |(u, v): (f32, f32)| Point::new(x + 8.0 * (cos * u - sin * v), y + 8.0 * (sin * u + cos * v));
        let points = [(-0.4, -0.3), (0.4, -0.3), (0.0, 0.0), (-0.3, 0.4), (0.3, 0.4)].map(place);
        let encoded = |from: Point, unit: f32| -> Vec<f32> {
            points.iter().flat_map(|p| [(p.x - from.x) / unit, (p.y - from.y) / unit]).collect()
        };
        let (left, top) = (x - 0.5 * width, y - 0.5 * height);
        let edges = [left, top, left + width, top + height];

        let scrfd = detector(SCRFD, SCRFD_SHAPES, |outputs| {
            let row = cell * (1 + level);
            put(&mut outputs[level], row, &[0.9]);
            let [l, t, r, b] = edges;
            let distances = [corner.x - l, corner.y - t, r - corner.x, b - corner.y].map(|v| v / stride);
            put(&mut outputs[2 + level], row, &distances);
            put(&mut outputs[4 + level], row, &encoded(corner, stride));
        });
        let retinaface = detector(RETINAFACE, RETINAFACE_SHAPES, |outputs| {
            let row = 64 * level + 2 * cell;
            let size = [width, height].map(|v| 5.0 * (v / side).ln());
            let raw = [(x - middle.x) / (0.1 * side), (y - middle.y) / (0.1 * side), size[0], size[1]];
            put(&mut outputs[0], row, &raw);
            put(&mut outputs[1], row, &[0.1, 0.9]);
            put(&mut outputs[2], row, &encoded(middle, 0.1 * side));
        });
        let points_of_levels: Shapes<'_> = &[("k8", &[32, 10]), ("k16", &[8, 10])];
        let with_points = [YUNET_SHAPES, points_of_levels].concat();
        let yunet = detector(&YUNET.replace("= 0", "= 5"), &with_points, |outputs| {
            put(&mut outputs[level], cell, &[0.9]);
            put(&mut outputs[2 + level], cell, &[0.9]);
            let raw = [(x - corner.x) / stride, (y - corner.y) / stride, (width / stride).ln(), (height / stride).ln()];
            put(&mut outputs[4 + level], cell, &raw);
            put(&mut outputs[6 + level], cell, &encoded(corner, stride));
        });
        for detector in [scrfd, retinaface, yunet] {
            let faces = seen(&detector.unwrap()).unwrap();
            prop_assert_eq!(faces.len(), 1);
            let face = &faces[0];
            prop_assert!((face.score - 0.9).abs() < 1e-6);
            prop_assert!(same_rect(&face.rect, edges), "{:?} {:?}", face.rect, edges);
            let mouth = points[3].midpoint(points[4]);
            for (p, q) in face.keypoints.iter().zip([points[0], points[1], points[2], mouth]) {
                prop_assert!(p.distance(q) < 1e-3, "{:?} {:?}", p, q);
            }
        }
    }

    /// Any numbers: faces with finite boxes, or a fault.
    #[test]
    fn any_numbers_are_read_or_refused(
        values in prop::collection::vec(prop_oneof![0f32..1.0, any::<f32>()], 64), spec in 0usize..4,
    ) {
        let specs = [SCRFD, YUNET, RETINAFACE, BLAZEFACE];
        let (spec, shapes) = (specs[spec], [SCRFD_SHAPES, YUNET_SHAPES, RETINAFACE_SHAPES, BLAZEFACE_SHAPES][spec]);
        let detector = detector(spec, shapes, |outputs| {
            let mut all = values.iter().cycle();
            outputs.iter_mut().flatten().for_each(|v| *v = *all.next().unwrap());
        });
        match seen(&detector.unwrap()) {
            Ok(faces) => {
                let finite = |f: &Detection| f.rect.width().is_finite() && f.keypoints.iter().all(|p| p.is_finite());
                prop_assert!(faces.iter().all(finite));
            }
            Err(error) => prop_assert!(matches!(error.kind(), ErrorKind::NonFinite | ErrorKind::InvalidModel)),
        }
    }
}
