//! The engine on fake networks, which see where a bright corner lies in their input: what it makes
//! of doubtful answers.

use super::*;
use crate::compare::{Calibration, Pairing};
use crate::detect::{Rotation, select_face};
use crate::document::DocumentPhoto;
use crate::error::{ErrorKind, Result, Stage};
use crate::image::Photo;
use crate::model::{Model, ModelCard, ModelSource, Network, NetworkSignature};
use crate::outcome::Outcome;
use std::sync::Arc;

/// The corner of the input, left to right and top to bottom, that is brightest: 0 in an upright
/// view of the picture.
fn bright_corner(input: &[f32], signature: &NetworkSignature) -> usize {
    let (height, width) = (signature.height, signature.width);
    let mut sums = [0.0f32; 4];
    for (i, value) in input[..signature.input_len()].iter().enumerate() {
        let (y, x) = (i / 3 / width, i / 3 % width);
        sums[2 * usize::from(y >= height / 2) + usize::from(x >= width / 2)] += value;
    }
    (0..4).max_by(|a, b| sums[*a].total_cmp(&sums[*b])).unwrap()
}

type Answer = fn(corner: usize, outputs: &mut [&mut [f32]]);

struct Fake(NetworkSignature, Answer);

impl Network for Fake {
    fn signature(&self) -> &NetworkSignature {
        &self.0
    }

    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()> {
        self.0.check(input, outputs)?;
        (self.1)(bright_corner(input, &self.0), outputs);
        Ok(())
    }
}

fn fake(card: &str, answer: Answer) -> ModelSource {
    let card = ModelCard::parse(card).unwrap();
    let signature = NetworkSignature::of_card(&card);
    ModelSource::Loaded(Model::custom(card, Arc::new(Fake(signature, answer))))
}

fn engine(detect: Answer, mesh: Answer) -> Engine {
    Engine::builder()
        .detector(fake(include_str!("../../tests/data/full_range.toml"), detect))
        .mesh(fake(include_str!("../../models/mesh.toml"), mesh))
        .template(fake(include_str!("../../models/template.toml"), |_, outputs| outputs[0].fill(1.0)))
        .build()
        .unwrap()
}

/// A face in the middle of the view with this logit.
fn face_in_the_middle(logit: f32, outputs: &mut [&mut [f32]]) {
    let cell = 24 * 48 + 24;
    let face = [0.0, 0.0, 60.0, 60.0, -15.0, -10.0, 15.0, -10.0, 0.0, 0.0, 0.0, 12.0, -25.0, -5.0, 25.0, -5.0];
    outputs[0].fill(0.0);
    outputs[1].fill(-20.0);
    for (i, value) in face.into_iter().enumerate() {
        outputs[0][16 * cell + i] = value;
    }
    outputs[1][cell] = logit;
}

/// Sees an upright face with 0.6, one turned by half with 0.9, and none in the other views.
fn prefers_upside_down(corner: usize, outputs: &mut [&mut [f32]]) {
    let score: f32 = [0.6, 0.01, 0.01, 0.9][corner];
    face_in_the_middle((score / (1.0 - score)).ln(), outputs);
}

/// Points spread over the crop, with the eyes level, and a flag.
fn mesh_with_flag(logit: f32, outputs: &mut [&mut [f32]]) {
    for (i, value) in outputs[0].iter_mut().enumerate() {
        let (point, axis) = (i / 3, i % 3);
        *value = match axis {
            0 => 40.0 + (point * 37 % 112) as f32,
            1 => 40.0 + (point * 53 % 112) as f32,
            _ => 0.0,
        };
    }
    let eyes = [(33, 60.0, 70.0), (133, 80.0, 70.0), (159, 70.0, 66.0), (145, 70.0, 74.0)];
    let other = [(362, 112.0, 70.0), (263, 132.0, 70.0), (386, 122.0, 66.0), (374, 122.0, 74.0)];
    let rest = [(1, 96.0, 100.0), (61, 78.0, 125.0), (291, 114.0, 125.0), (152, 96.0, 160.0)];
    for (point, x, y) in eyes.into_iter().chain(other).chain(rest) {
        outputs[0][3 * point] = x;
        outputs[0][3 * point + 1] = y;
    }
    outputs[1][0] = logit;
}

/// Grey, with a bright upper left corner.
fn picture() -> Photo {
    let bright = |i: usize| if i / 3 % 400 < 200 && i / 1200 < 200 { 250 } else { 90 };
    Photo::from_rgb8(400, 400, (0..400 * 400 * 3).map(bright).collect()).unwrap()
}

#[test]
fn the_mesh_network_decides_between_two_ways_up() {
    let photo = picture();
    let upright =
        engine(prefers_upside_down, |corner, outputs| mesh_with_flag(if corner == 0 { 6.0 } else { -6.0 }, outputs));
    let (detection, mesh) = upright.locate(&photo.frame(), select_face).unwrap().outcome.found().unwrap();
    assert_eq!(detection.rotation, Rotation::None);
    assert!(mesh.roll_deg().abs() < 1.0 && mesh.flag() > 0.9);
    let turned =
        engine(prefers_upside_down, |corner, outputs| mesh_with_flag(if corner == 3 { 6.0 } else { -6.0 }, outputs));
    let (detection, mesh) = turned.locate(&photo.frame(), select_face).unwrap().outcome.found().unwrap();
    assert_eq!(detection.rotation, Rotation::Half);
    assert!(mesh.roll_deg().abs() > 179.0);
}

#[test]
fn two_upright_faces_beside_a_turned_one_are_several() {
    let detect: Answer = |corner, outputs| {
        prefers_upside_down(corner, outputs);
        if corner == 0 {
            // A second face of the same size, far to the right.
            let (first, second) = (24 * 48 + 24, 24 * 48 + 42);
            for i in 0..16 {
                outputs[0][16 * second + i] = outputs[0][16 * first + i];
            }
            outputs[1][second] = outputs[1][first];
        }
    };
    let engine = engine(detect, |_, outputs| mesh_with_flag(6.0, outputs));
    let outcome = engine.face(&picture().frame()).unwrap();
    assert!(matches!(&outcome, Outcome::Refused(reasons) if *reasons == [FaceRefusal::SeveralFaces]), "{outcome:?}");
}

#[test]
fn a_face_that_the_mesh_network_rejects_is_no_face() {
    let engine = engine(prefers_upside_down, |_, outputs| mesh_with_flag(-6.0, outputs));
    let outcome = engine.face(&picture().frame()).unwrap();
    assert!(matches!(outcome, Outcome::Refused(reasons) if reasons == [FaceRefusal::NoFace]));
}

#[test]
fn values_that_are_not_finite_are_errors_and_never_a_face() {
    let nan_scores = engine(|_, outputs| outputs[1].fill(f32::NAN), |_, outputs| mesh_with_flag(6.0, outputs));
    assert_eq!(nan_scores.face(&picture().frame()).unwrap_err().kind(), ErrorKind::NonFinite);
    let nan_flag = engine(prefers_upside_down, |_, outputs| mesh_with_flag(f32::NAN, outputs));
    assert_eq!(nan_flag.face(&picture().frame()).unwrap_err().kind(), ErrorKind::NonFinite);
    let nan_points = engine(prefers_upside_down, |_, outputs| outputs[0].fill(f32::INFINITY));
    assert_eq!(nan_points.face(&picture().frame()).unwrap_err().kind(), ErrorKind::NonFinite);
}

#[test]
fn a_model_for_another_task_is_refused() {
    let mesh = fake(include_str!("../../models/mesh.toml"), |_, _| {});
    let error = Engine::builder().detector(mesh).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidModel);
}

/// The bundled template network's card, changed.
fn template_card(change: impl FnOnce(&mut ModelCard)) -> ModelSource {
    let mut card = ModelCard::parse(include_str!("../../models/template.toml")).unwrap();
    change(&mut card);
    let signature = NetworkSignature::of_card(&card);
    ModelSource::Loaded(Model::custom(card, Arc::new(Fake(signature, |_, outputs| outputs[0].fill(1.0)))))
}

#[test]
fn a_card_without_calibration_gives_templates_and_no_verdict() {
    let engine = Engine::builder().template(template_card(|card| card.calibrations.clear())).build().unwrap();
    assert!(engine.calibration(Pairing::SelfieSelfie).is_none());
    let document = DocumentPhoto::from_photo(picture(), crate::document::Origin::ImageFile);
    let error = engine.verify(&document, &picture(), 1e-4).unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidArgument, Stage::Engine));
}

#[test]
fn documents_have_a_calibration_of_their_own_and_callers_may_bring_theirs() {
    let document = DocumentPhoto::from_photo(picture(), crate::document::Origin::ImageFile);
    let threshold = |engine: &Engine| engine.verify(&document, &picture(), 1e-3).unwrap().threshold;
    let bundled = Engine::builder().template(template_card(|_| {})).build().unwrap();
    assert_eq!(threshold(&bundled).pairing(), Pairing::DocumentSelfie);
    let only_selfies = template_card(|card| card.calibrations.retain(|c| c.pairing == Pairing::SelfieSelfie));
    let engine = Engine::builder().template(only_selfies).build().unwrap();
    assert_eq!(threshold(&engine).pairing(), Pairing::SelfieSelfie);

    let mut spec = bundled.calibration(Pairing::DocumentSelfie).unwrap().spec().clone();
    spec.points.iter_mut().for_each(|p| (p.low, p.score, p.high) = (p.low + 1.0, p.score + 1.0, p.high + 1.0));
    let own = Calibration::new("mobilefacenet-192", spec.clone()).unwrap();
    let engine = Engine::builder().template(template_card(|_| {})).calibration(own).build().unwrap();
    let moved = threshold(&engine).score().value() - threshold(&bundled).score().value();
    assert!((moved - 1.0).abs() < 1e-5);
    assert!(engine.calibration(Pairing::SelfieSelfie).is_some(), "the other pairing keeps the card's");
    let foreign = Calibration::new("another", spec).unwrap();
    assert_eq!(Engine::builder().calibration(foreign).build().unwrap_err().kind(), ErrorKind::ModelMismatch);
}

#[test]
fn a_demand_for_a_chip_is_met_by_chips_alone_and_before_any_network() {
    use crate::document::{DocumentDemand, ImageCoding, NewFace, Origin, write_dg2};
    let never: Answer = |_, _| panic!("a network ran");
    let strict = Engine::builder()
        .detector(fake(include_str!("../../tests/data/full_range.toml"), never))
        .mesh(fake(include_str!("../../models/mesh.toml"), never))
        .require(DocumentDemand::Format);
    let strict = strict.build().unwrap();
    for origin in [Origin::ImageFile, Origin::Page] {
        let verification = strict.verify(&DocumentPhoto::from_photo(picture(), origin), &picture(), 1e-3).unwrap();
        assert_eq!(verification.origin, origin);
        assert_eq!(verification.verdict.as_str(), "refused");
        let words: Vec<String> = verification.verdict.reasons().iter().map(ToString::to_string).collect();
        assert_eq!(words, ["document_not_from_chip"]);
    }
    let image = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/portraits/obama.jpg")).unwrap();
    let file = DocumentPhoto::from_bytes(&image, &Default::default()).unwrap();
    assert_eq!(
        strict.verify(&file, &picture(), 1e-3).unwrap().verdict.reasons(),
        [VerdictReason::Document(DocumentDemand::Format)]
    );

    let willing = Engine::builder().template(template_card(|_| {})).require(DocumentDemand::Format).build().unwrap();
    let dg2 = write_dg2(&[NewFace::new(&image, ImageCoding::Jpeg, 413, 531)]).unwrap();
    let chip = DocumentPhoto::from_dg2(&dg2, &Default::default()).unwrap();
    let verification = willing.verify(&chip, chip.photo(), 1e-3).unwrap();
    assert_eq!(verification.origin, Origin::Iso19794);
    assert!(verification.verdict.comparison().is_some(), "{:?}", verification.verdict);
}

#[test]
fn an_engine_and_what_it_gives_cross_threads() {
    fn crosses<T: Send + Sync + 'static>() {}
    crosses::<Engine>();
    crosses::<EngineBuilder>();
    crosses::<Face>();
    crosses::<Verification>();
}

/// Stages as they come; one is left before the next is entered.
#[derive(Default)]
struct Heard {
    open: Option<(Side, Stage)>,
    stages: Vec<(Side, Stage)>,
}

impl StageObserver for Heard {
    fn enter(&mut self, side: Side, stage: Stage) {
        assert_eq!(self.open.replace((side, stage)), None, "nested");
        self.stages.push((side, stage));
    }

    fn leave(&mut self, side: Side, stage: Stage) {
        assert_eq!(self.open.take(), Some((side, stage)));
    }
}

#[test]
fn an_observer_hears_of_every_stage_in_pairs() {
    let engine = engine(prefers_upside_down, |_, outputs| mesh_with_flag(6.0, outputs));
    let document = DocumentPhoto::from_photo(picture(), crate::document::Origin::ImageFile);
    let mut heard = Heard::default();
    let verification = engine.verify_observed(&document, &picture(), 1e-3, &mut heard).unwrap();
    assert_eq!(heard.open, None);
    // The face was seen turned, and so looked for once more.
    let looked = heard.stages.iter().filter(|stage| **stage == (Side::Document, Stage::Detect)).count();
    assert_eq!(looked, 2, "{:?}", heard.stages);
    assert_eq!(heard.stages.first(), Some(&(Side::Document, Stage::Detect)));
    assert_eq!(heard.stages.last(), Some(&(Side::Both, Stage::Compare)));
    let quietly = engine.verify(&document, &picture(), 1e-3).unwrap();
    assert_eq!(verification.verdict, quietly.verdict, "being heard changes nothing");

    let mut heard = Heard::default();
    let mut session = crate::capture::CaptureSession::new(Default::default()).unwrap();
    let guidance = engine.guide_observed(&mut session, &picture().frame(), 0, &mut heard).unwrap();
    assert!(session.observation().is_some(), "{guidance:?}");
    assert_eq!(heard.open, None);
    assert_eq!(heard.stages.first(), Some(&(Side::Selfie, Stage::Detect)));
    // What the detector says of a network that fails is heard, too.
    let broken = self::engine(|_, outputs| outputs[1].fill(f32::NAN), |_, _| {});
    let mut heard = Heard::default();
    assert!(broken.verify_observed(&document, &picture(), 1e-3, &mut heard).is_err());
    assert_eq!((heard.open, heard.stages), (None, vec![(Side::Document, Stage::Detect)]));
}
