//! The detector over a fake network that sees a painted face: right eye green, left eye blue, mouth
//! red.

use super::*;
use crate::error::{ErrorKind, Result, Stage};
use crate::geometry::Point;
use crate::image::Photo;
use crate::model::{Model, ModelCard, Network, NetworkSignature};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The fake answers in the shapes of MediaPipe's full-range detector: one anchor in each cell of a
/// grid, and 16 values of it.
const CARD: &str = include_str!("../../tests/data/full_range.toml");
const INPUT_PX: usize = 192;
const CELLS: usize = 48 * 48;
const BOX_LEN: usize = 16;

type Score = fn(&[Point; 3], f32) -> f32;

/// Reports one face at the painted dots, with a logit that depends on their places and on the eyes'
/// distance in pixels.
struct Painted {
    signature: NetworkSignature,
    runs: AtomicUsize,
    logit: Score,
}

impl Painted {
    fn detector(logit: Score) -> (Detector, Arc<Self>) {
        let outputs = vec![("boxes".to_owned(), vec![CELLS, BOX_LEN]), ("scores".to_owned(), vec![CELLS, 1])];
        let signature = NetworkSignature::new(INPUT_PX, INPUT_PX, 3, outputs);
        let fake = Arc::new(Self { signature, runs: AtomicUsize::new(0), logit });
        let card = ModelCard::parse(CARD).unwrap();
        (Detector::new(Model::custom(card, fake.clone())).unwrap(), fake)
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }
}

/// Centre of the pixels in which `channel` exceeds the others; `None` if there are none.
fn dot(input: &[f32], channel: usize) -> Option<Point> {
    let (mut x, mut y, mut n) = (0.0, 0.0, 0.0);
    for row in 0..INPUT_PX {
        for column in 0..INPUT_PX {
            let pixel: [f32; 3] = std::array::from_fn(|c| input[3 * (INPUT_PX * row + column) + c]);
            let excess = pixel[channel] - pixel[(channel + 1) % 3].max(pixel[(channel + 2) % 3]);
            if excess > 0.2 {
                (x, y, n) = (x + excess * (column as f32 + 0.5), y + excess * (row as f32 + 0.5), n + excess);
            }
        }
    }
    (n > 0.0).then(|| Point::new(x / n, y / n))
}

impl Network for Painted {
    fn signature(&self) -> &NetworkSignature {
        &self.signature
    }

    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()> {
        self.signature.check(input, outputs)?;
        self.runs.fetch_add(1, Ordering::Relaxed);
        outputs[0].fill(0.0);
        outputs[1].fill(-20.0);
        let (Some(right), Some(left), Some(mouth)) = (dot(input, 1), dot(input, 2), dot(input, 0)) else {
            return Ok(());
        };
        let cell = 24 * 48 + 24;
        let ied = right.distance(left);
        let center = right.midpoint(left).midpoint(mouth);
        let nose = center;
        let mut put = |index: usize, p: Point| {
            outputs[0][cell * BOX_LEN + 2 * index] = p.x - 98.0;
            outputs[0][cell * BOX_LEN + 2 * index + 1] = p.y - 98.0;
        };
        put(0, center);
        for (index, point) in [right, left, nose, mouth, right, left].into_iter().enumerate() {
            put(2 + index, point);
        }
        outputs[0][cell * BOX_LEN + 2] = 2.5 * ied;
        outputs[0][cell * BOX_LEN + 3] = 3.0 * ied;
        outputs[1][cell] = (self.logit)(&[right, left, mouth], ied);
        Ok(())
    }
}

/// A frame with dots at the three places (right eye, left eye, mouth), of radius `r`.
fn painted(width: u32, height: u32, points: [Point; 3], r: f32) -> Photo {
    let mut pixels = vec![40u8; (width * height * 3) as usize];
    for (i, pixel) in pixels.chunks_exact_mut(3).enumerate() {
        let at = Point::new((i as u32 % width) as f32 + 0.5, (i as u32 / width) as f32 + 0.5);
        for (point, color) in points.iter().zip([[0, 255, 0], [0, 0, 255], [255, 0, 0]]) {
            if at.distance(*point) < r {
                pixel.copy_from_slice(&color);
            }
        }
    }
    Photo::from_rgb8(width, height, pixels).unwrap()
}

fn upright([right, left, mouth]: &[Point; 3], _ied: f32) -> f32 {
    let eyes = right.midpoint(*left);
    2.5 * (mouth.y - eyes.y) / mouth.distance(eyes)
}

/// The painted face turned clockwise by quarter turns about the frame's centre.
fn turned(width: f32, height: f32, rotation: Rotation) -> [Point; 3] {
    let center = Point::new(0.5 * width, 0.5 * height);
    let turn = Similarity::new(1.0, rotation.degrees(), center).unwrap();
    [(-40.0, -22.0), (44.0, -18.0), (5.0, 66.0)].map(|(x, y)| turn.apply(Point::new(x, y)))
}

use crate::geometry::Similarity;

#[test]
fn a_face_is_mapped_back_from_every_turn() {
    for rotation in [Rotation::None, Rotation::Clockwise90, Rotation::Half, Rotation::Clockwise270] {
        let points = turned(400.0, 300.0, rotation);
        let photo = painted(400, 300, points, 9.0);
        let (detector, fake) = Painted::detector(upright);
        let faces = detector.detect(&photo.frame(), &DetectOptions::default()).unwrap();
        let [face] = faces[..] else { panic!("{rotation:?}: {faces:?}") };
        assert_eq!(face.rotation, rotation);
        for (found, truth) in [face.keypoints[0], face.keypoints[1], face.keypoints[3]].into_iter().zip(points) {
            assert!(found.distance(truth) < 1.0, "{rotation:?}: {found:?} {truth:?}");
        }
        let roll_error = (face.roll_deg() - rotation.degrees() - 2.7).rem_euclid(360.0);
        assert!(!(2.0..358.0).contains(&roll_error), "{rotation:?}: {}", face.roll_deg());
        let center = points[0].midpoint(points[1]).midpoint(points[2]);
        assert!(face.rect.center().distance(center) < 1.0);
        let sideways = matches!(rotation, Rotation::Clockwise90 | Rotation::Clockwise270);
        assert_eq!(face.rect.width() > face.rect.height(), sideways);
        assert_eq!(fake.runs(), if rotation == Rotation::None { 1 } else { 5 });
    }
}

#[test]
fn an_upside_down_face_that_the_upright_search_half_believes_is_found_the_right_way_up() {
    // The network draws an upright face whatever it sees, only less surely when the truth is upside
    // down.
    fn gullible(points: &[Point; 3], ied: f32) -> f32 {
        if upright(points, ied) > 0.0 { 2.0 } else { 0.6 }
    }
    let points = turned(300.0, 300.0, Rotation::Half);
    let photo = painted(300, 300, points, 8.0);
    let (detector, _) = Painted::detector(gullible);
    let faces = detector.detect(&photo.frame(), &DetectOptions::default()).unwrap();
    assert_eq!(faces.iter().map(|f| f.rotation).collect::<Vec<_>>(), [Rotation::Half]);
}

#[test]
fn small_faces_are_found_in_tiles_and_large_ones_zoomed_out() {
    // Sees only faces whose eyes are 10 to 60 pixels apart.
    fn narrow(_: &[Point; 3], ied: f32) -> f32 {
        if (10.0..60.0).contains(&ied) { 2.0 } else { -5.0 }
    }
    let small = [(900.0, 500.0), (940.0, 501.0), (921.0, 540.0)].map(|(x, y)| Point::new(x, y));
    let photo = painted(1280, 720, small, 9.0);
    let (detector, fake) = Painted::detector(narrow);
    let faces = detector.detect(&photo.frame(), &DetectOptions::default()).unwrap();
    // Found in eight tiles, and looked at in 18 smaller ones, since others may be there.
    assert_eq!((faces.len(), fake.runs()), (1, 34));
    assert!(faces[0].keypoints[1].distance(small[1]) < 2.0);
    assert_eq!(detector.detect(&photo.frame(), &DetectOptions::upright()).unwrap(), []);

    let large = [(100.0, 150.0), (300.0, 150.0), (200.0, 350.0)].map(|(x, y)| Point::new(x, y));
    let photo = painted(400, 400, large, 20.0);
    let (detector, fake) = Painted::detector(narrow);
    let faces = detector.detect(&photo.frame(), &DetectOptions::default()).unwrap();
    assert_eq!((faces.len(), fake.runs()), (1, 2));
    assert!(faces[0].keypoints[3].distance(large[2]) < 2.0);
}

#[test]
fn a_face_with_its_mouth_above_its_eyes_is_no_face() {
    let points = turned(300.0, 300.0, Rotation::Half);
    let photo = painted(300, 300, points, 8.0);
    let (detector, _) = Painted::detector(|_, _| 3.0);
    assert_eq!(detector.detect(&photo.frame(), &DetectOptions::upright()).unwrap(), []);
}

#[test]
fn nan_scores_and_wrong_arguments_are_errors() {
    let photo = painted(300, 300, turned(300.0, 300.0, Rotation::None), 8.0);
    let (detector, _) = Painted::detector(|_, _| f32::NAN);
    let error = detector.detect(&photo.frame(), &DetectOptions::default()).unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::NonFinite, Stage::Detect));
    for threshold in [0.0, 1.0, f32::NAN, -1.0] {
        let error = DetectOptions::default().with_threshold(threshold).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{threshold}");
    }
}

#[test]
fn other_networks_are_refused() {
    let card = ModelCard::parse(CARD).unwrap();
    let (_, fake) = Painted::detector(upright);
    for change in 0..3 {
        let mut signature = fake.signature.clone();
        match change {
            0 => signature.width = 128,
            1 => signature.outputs.truncate(1),
            _ => signature.outputs[0].1 = vec![896, 16],
        }
        let network = Arc::new(Painted { signature, runs: AtomicUsize::new(0), logit: upright });
        let error = Detector::new(Model::custom(card.clone(), network)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidModel);
    }
}

#[test]
fn threads_can_share_it() {
    fn shared<T: Send + Sync>() {}
    shared::<Detector>();
}
