//! The mesher over a fake network, and the numbers read off handmade meshes.

use super::mesher::{INPUT_PX, crop_about};
use super::*;
use crate::detect::{Detection, Rotation};
use crate::error::{ErrorKind, Result};
use crate::geometry::{Point, Rect, Similarity};
use crate::image::Photo;
use crate::model::{Model, ModelCard, Network, NetworkSignature};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};

/// Answers with fixed landmarks, one set per run (the last is repeated), and keeps the first pixel
/// of each input.
struct Fixed {
    signature: NetworkSignature,
    answers: Vec<Vec<f32>>,
    flag_logit: f32,
    seen: Mutex<Vec<[f32; 3]>>,
}

impl Network for Fixed {
    fn signature(&self) -> &NetworkSignature {
        &self.signature
    }

    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()> {
        self.signature.check(input, outputs)?;
        let mut seen = self.seen.lock().unwrap();
        let answer = self.answers.get(seen.len()).or(self.answers.last()).unwrap();
        outputs[0].iter_mut().zip(answer).for_each(|(o, v)| *o = *v);
        outputs[1].fill(self.flag_logit);
        seen.push(*input.first_chunk().unwrap());
        Ok(())
    }
}

fn signature() -> NetworkSignature {
    let outputs = vec![("landmarks".to_owned(), vec![3 * POINT_COUNT]), ("face_flag".to_owned(), vec![1])];
    NetworkSignature::new(INPUT_PX, INPUT_PX, 3, outputs)
}

fn mesher(answers: Vec<Vec<f32>>, flag_logit: f32) -> (FaceMesher, Arc<Fixed>) {
    let fake = Arc::new(Fixed { signature: signature(), answers, flag_logit, seen: Mutex::default() });
    let card = ModelCard::parse(include_str!("../../models/mesh.toml")).unwrap();
    (FaceMesher::new(Model::custom(card, fake.clone())).unwrap(), fake)
}

/// A face in pixels of the input, rolled by `roll_deg`: eyes, nose, mouth, chin and forehead in
/// plausible places, all other points at the centre.
pub(crate) fn face(roll_deg: f32) -> Vec<f32> {
    let turn = Similarity::new(1.0, roll_deg, Point::default()).unwrap();
    let mut points = vec![[96.0, 96.0, -1.0]; POINT_COUNT];
    let mut put = |indices: &[usize], x: f32, y: f32, z: f32| {
        let p = turn.apply(Point::new(x, y));
        indices.iter().for_each(|i| points[*i] = [96.0 + p.x, 96.0 + p.y, z]);
    };
    put(&[33], -35.0, -20.0, 2.0);
    put(&[133], -15.0, -20.0, 2.0);
    put(&[159, 158, 160], -25.0, -23.0, 2.0);
    put(&[145, 153, 144], -25.0, -17.0, 2.0);
    put(&[362], 15.0, -20.0, 4.0);
    put(&[263], 35.0, -20.0, 4.0);
    put(&[386, 385, 387], 25.0, -24.0, 4.0);
    put(&[374, 380, 373], 25.0, -16.0, 4.0);
    put(&[1], 0.0, 5.0, -20.0);
    put(&[61], -20.0, 30.0, 1.0);
    put(&[291], 20.0, 30.0, 1.0);
    put(&[13], 0.0, 28.0, 1.0);
    put(&[14], 0.0, 32.0, 1.0);
    put(&[78], -16.0, 30.0, 1.0);
    put(&[308], 16.0, 30.0, 1.0);
    put(&[152], 0.0, 62.0, 3.0);
    put(&[10], 0.0, -60.0, 3.0);
    points.into_flattened()
}

fn detection(center: Point, width: f32, height: f32, roll_deg: f32) -> Detection {
    let turn = Similarity::new(1.0, roll_deg, center).unwrap();
    let keypoint = |x, y| turn.apply(Point::new(x, y));
    let keypoints = [(-20.0, -10.0), (20.0, -10.0), (0.0, 5.0), (0.0, 20.0), (-40.0, 0.0), (40.0, 0.0)]
        .map(|(x, y)| keypoint(x, y));
    let rect = Rect::from_center(center, width, height).unwrap();
    Detection { rect, score: 0.9, keypoints, rotation: Rotation::None }
}

fn grey(width: u32, height: u32) -> Photo {
    Photo::from_rgb8(width, height, vec![128; (width * height * 3) as usize]).unwrap()
}

#[test]
fn points_are_mapped_back_through_the_crop() {
    // The crop: centre (200, 150), side 1.5 · 80 = 120, so that a pixel of the input is 0.625 px of
    // the source.
    let (mesher, fake) = mesher(vec![face(0.0)], 2.0);
    let mesh = mesher.mesh(&grey(400, 300).frame(), &detection(Point::new(200.0, 150.0), 60.0, 80.0, 0.0)).unwrap();
    assert_eq!(fake.seen.lock().unwrap().len(), 1);
    let near = |p: Point, x: f32, y: f32| assert!(p.distance(Point::new(x, y)) < 1e-3, "{p:?} for ({x}, {y})");
    near(mesh.right_eye(), 200.0 - 25.0 * 0.625, 150.0 - 20.0 * 0.625);
    near(mesh.left_eye(), 200.0 + 25.0 * 0.625, 150.0 - 20.0 * 0.625);
    near(mesh.nose_tip(), 200.0, 150.0 + 5.0 * 0.625);
    near(mesh.right_mouth_corner(), 200.0 - 20.0 * 0.625, 150.0 + 30.0 * 0.625);
    near(mesh.chin(), 200.0, 150.0 + 62.0 * 0.625);
    assert!((mesh.points()[NOSE][2] + 20.0 * 0.625).abs() < 1e-4, "depth is scaled like x and y");
    assert!((mesh.inter_eye_distance_px() - 31.25).abs() < 1e-3);
    assert!((mesh.flag() - 0.880_797).abs() < 1e-5);
    assert_eq!(mesh.point(468), None);
}

const NOSE: usize = 1;

#[test]
fn the_crop_is_turned_with_the_eyes() {
    // A face rolled by 40° whose crop is turned with it lies level in the crop.
    let (mesher, fake) = mesher(vec![face(0.0)], 2.0);
    let mesh = mesher.mesh(&grey(400, 300).frame(), &detection(Point::new(200.0, 150.0), 80.0, 80.0, 20.0)).unwrap();
    assert!((mesh.roll_deg() - 20.0).abs() < 1e-3, "{}", mesh.roll_deg());
    let expected = Similarity::new(0.625, 20.0, Point::new(200.0, 150.0)).unwrap().apply(Point::new(0.0, 62.0));
    assert!(mesh.chin().distance(expected) < 1e-3);
    assert_eq!(fake.seen.lock().unwrap().len(), 1);
}

#[test]
fn surprising_or_diagonal_faces_are_looked_at_twice() {
    for (detected, found_in_crop, runs) in
        [(0.0, 9.0, 1), (0.0, 11.0, 2), (20.0, 0.0, 1), (27.0, 0.0, 2), (-27.0, 0.0, 2)]
    {
        let (mesher, fake) = mesher(vec![face(found_in_crop), face(0.0)], 2.0);
        let mesh =
            mesher.mesh(&grey(400, 300).frame(), &detection(Point::new(200.0, 150.0), 80.0, 80.0, detected)).unwrap();
        assert_eq!(fake.seen.lock().unwrap().len(), runs, "{detected} {found_in_crop}");
        assert!(
            (mesh.roll_deg() - detected - found_in_crop).abs() < 1e-2,
            "the second crop is level: {}",
            mesh.roll_deg()
        );
    }
    // Upside down is a quarter turn, not diagonal.
    let (mesher, fake) = mesher(vec![face(0.0)], 2.0);
    let upside_down = Detection { rotation: Rotation::Half, ..detection(Point::new(200.0, 150.0), 80.0, 80.0, 178.0) };
    mesher.mesh(&grey(400, 300).frame(), &upside_down).unwrap();
    assert_eq!(fake.seen.lock().unwrap().len(), 1);
}

#[test]
fn beyond_the_frame_the_nearest_pixel_is_repeated() {
    let (mesher, fake) = mesher(vec![face(0.0)], 2.0);
    mesher.mesh(&grey(100, 100).frame(), &detection(Point::new(50.0, 50.0), 100.0, 100.0, 0.0)).unwrap();
    let [corner] = fake.seen.lock().unwrap()[..] else { panic!() };
    assert!(corner.iter().all(|v| (v - 128.0 / 255.0).abs() < 1e-3), "{corner:?}");
}

#[test]
fn nothing_but_finite_numbers_becomes_a_mesh() {
    let frame = grey(400, 300);
    let face_at = detection(Point::new(200.0, 150.0), 80.0, 80.0, 0.0);
    for bad in [f32::NAN, f32::INFINITY, 3.0e38] {
        let mut answer = face(0.0);
        answer[700] = bad;
        let (mesher, _) = mesher(vec![answer], 2.0);
        let result = mesher.mesh(
            &frame.frame(),
            &Detection { rect: Rect::from_center(Point::new(9.0, 9.0), 900.0, 900.0).unwrap(), ..face_at },
        );
        assert_eq!(result.unwrap_err().kind(), ErrorKind::NonFinite, "{bad}");
    }
    let (broken, _) = mesher(vec![face(0.0)], f32::NAN);
    assert_eq!(broken.mesh(&frame.frame(), &face_at).unwrap_err().kind(), ErrorKind::NonFinite);
    let (sure, _) = mesher(vec![face(0.0)], -3.0e38);
    assert_eq!(sure.mesh(&frame.frame(), &face_at).unwrap().flag(), 1.0 / (1.0 + 80f32.exp()));
    let flat = detection(Point::new(200.0, 150.0), 0.0, 0.0, 0.0);
    assert_eq!(sure.mesh(&frame.frame(), &flat).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert!(
        Mesh::new([[0.0; 3]; POINT_COUNT], 1.1).is_none() && Mesh::new([[f32::NAN; 3]; POINT_COUNT], 0.5).is_none()
    );
}

#[test]
fn other_networks_are_refused() {
    let card = ModelCard::parse(include_str!("../../models/mesh.toml")).unwrap();
    for change in 0..3 {
        let mut signature = signature();
        match change {
            0 => signature.height = 256,
            1 => signature.outputs.swap(0, 1),
            _ => signature.outputs[0].1 = vec![3 * 478],
        }
        let network = Arc::new(Fixed { signature, answers: vec![], flag_logit: 0.0, seen: Mutex::default() });
        assert_eq!(FaceMesher::new(Model::custom(card.clone(), network)).unwrap_err().kind(), ErrorKind::InvalidModel);
    }
}

fn handmade(points: &[f32]) -> Mesh {
    Mesh::from_network(points, 5.0, &Similarity::IDENTITY).unwrap()
}

#[test]
fn ratios_and_angles_of_a_handmade_face() {
    let mesh = handmade(&face(0.0));
    let close = |a: f32, b: f32| assert!((a - b).abs() < 1e-3, "{a} for {b}");
    close(mesh.right_eye_openness(), 6.0 / 20.0);
    close(mesh.left_eye_openness(), 8.0 / 20.0);
    close(mesh.least_lid_distance_px(), 6.0);
    close(mesh.mouth_openness(), 4.0 / 32.0);
    close(mesh.eye_to_chin_px(), 82.0);
    // The left eye is 2 px further away over 70 px: turned to the subject's left.
    close(mesh.yaw_deg(), (2.0f32 / 70.0).atan().to_degrees());
    close(mesh.pitch_deg(), 0.0);
    for roll in [-170.0, -90.0, -30.0, 45.0, 135.0] {
        let rolled = handmade(&face(roll));
        close(rolled.roll_deg(), roll);
        close(rolled.yaw_deg(), mesh.yaw_deg());
        close(rolled.right_eye_openness(), 0.3);
    }
    let mut looks_up = face(0.0);
    looks_up[152 * 3 + 2] = -40.0;
    assert!(handmade(&looks_up).pitch_deg() > 15.0, "the chin is nearer to the camera");
}

proptest! {
    #[test]
    fn the_crop_about_a_mesh_is_level_and_holds_it(
        roll in -180f32..180.0, scale in 0.1f32..8.0, x in -300f32..900.0, y in -300f32..900.0,
    ) {
        let moved = Similarity::new(scale, 0.0, Point::new(x, y)).unwrap();
        let mesh = Mesh::from_network(&face(roll), 5.0, &moved).unwrap();
        let source_from_input = crop_about(&mesh).unwrap();
        let input_from_source = source_from_input.inverse().unwrap();
        let inside = |p: Point| (31.0..161.0).contains(&p.x) && (31.0..161.0).contains(&p.y);
        for [x, y, _] in mesh.points() {
            let p = input_from_source.apply(Point::new(*x, *y));
            prop_assert!(inside(p), "{p:?}");
        }
        let (right, left) = (input_from_source.apply(mesh.right_eye()), input_from_source.apply(mesh.left_eye()));
        prop_assert!((right.y - left.y).abs() < 0.05 && left.x > right.x);
        let chin = input_from_source.apply(mesh.chin());
        prop_assert!((chin.y - 160.0).abs() < 0.1, "the longer side is 128 of 192 pixels: {chin:?}");
    }
}

#[test]
fn threads_can_share_it() {
    fn shared<T: Send + Sync>() {}
    shared::<FaceMesher>();
}
