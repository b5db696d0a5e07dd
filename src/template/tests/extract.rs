//! Extraction over a fake network whose embedding depends on where the light is in the crop.

use super::super::impostors::Impostors;
use super::super::{ExtractOptions, Template, TemplateExtractor};
use crate::align::AlignedCrop;
use crate::error::{ErrorKind, Result};
use crate::geometry::{Point, Similarity};
use crate::image::{Border, Crop, Photo};
use crate::mesh::Mesh;
use crate::model::{Model, ModelCard, Network, NetworkSignature};
use std::sync::{Arc, Mutex};

const SIDE: usize = 112;
const DIMENSION: usize = 192;

/// Value `i` of the embedding is the sum over the columns c, of all rows, with c = i modulo 112, of
/// channel 0, weighted by the row: different for every picture, and for its mirror image. What it
/// was run on is kept.
struct Sums {
    signature: NetworkSignature,
    answer: Option<f32>,
    seen: Mutex<Vec<Vec<f32>>>,
}

impl Network for Sums {
    fn signature(&self) -> &NetworkSignature {
        &self.signature
    }

    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()> {
        self.signature.check(input, outputs)?;
        for (n, image) in input.chunks_exact(SIDE * SIDE * 3).enumerate() {
            for i in 0..DIMENSION {
                let sum = |rows: std::ops::Range<usize>| {
                    rows.map(|r| (1 + r) as f32 * image[3 * (r * SIDE + i % SIDE)]).sum::<f32>()
                };
                let value = if i < SIDE { sum(0..SIDE) } else { sum(0..SIDE / 2) };
                outputs[0][n * DIMENSION + i] = self.answer.unwrap_or(value);
            }
            self.seen.lock().unwrap().push(image.to_vec());
        }
        Ok(())
    }
}

fn card() -> ModelCard {
    ModelCard::parse(include_str!("../../../models/template.toml")).unwrap()
}

fn signature() -> NetworkSignature {
    NetworkSignature::new(SIDE, SIDE, 3, vec![("embedding".to_owned(), vec![DIMENSION])])
}

fn extractor(answer: Option<f32>) -> (TemplateExtractor, Arc<Sums>) {
    extractor_of(card(), answer)
}

fn extractor_of(card: ModelCard, answer: Option<f32>) -> (TemplateExtractor, Arc<Sums>) {
    let fake = Arc::new(Sums { signature: signature(), answer, seen: Mutex::default() });
    (TemplateExtractor::new(Model::custom(card, fake.clone())).unwrap(), fake)
}

/// A photo of 112 × 112 pixels with a gradient and one bright square, and the crop that shows
/// exactly all of it.
fn photo(x: usize, y: usize) -> (Photo, AlignedCrop) {
    let pixel = |i: usize| {
        let (column, row) = (i % SIDE, i / SIDE);
        let bright = (x..x + 20).contains(&column) && (y..y + 30).contains(&row);
        [if bright { 250 } else { column as u8 }, row as u8, 7]
    };
    let pixels = (0..SIDE * SIDE).flat_map(pixel).collect();
    let crop = Crop { width: SIDE, height: SIDE, source_from_target: Similarity::IDENTITY, border: Border::Black };
    (Photo::from_rgb8(SIDE as u32, SIDE as u32, pixels).unwrap(), AlignedCrop { crop, residual_px: 0.0 })
}

#[test]
fn two_templates_held_at_once_differ() {
    let (extractor, _) = extractor(None);
    let ((a, crop), (b, _)) = (photo(10, 10), photo(70, 60));
    let options = ExtractOptions::default().with_flip(false);
    let first = extractor.extract_aligned(&a.frame(), &crop, &options).unwrap();
    let before = first.values().to_vec();
    let second = extractor.extract_aligned(&b.frame(), &crop, &options).unwrap();
    let cosine = |p: &[f32], q: &[f32]| p.iter().zip(q).map(|(p, q)| p * q).sum::<f32>();
    assert_eq!(first.values(), before, "the first is not changed by the second");
    assert!(cosine(first.values(), second.values()) < 0.999);
    let again = extractor.extract_aligned(&a.frame(), &crop, &options).unwrap();
    assert_eq!(first.values(), again.values(), "same input, same output");
    assert_eq!((first.dimension(), first.model_id()), (DIMENSION, "mobilefacenet-192"));
}

#[test]
fn the_mirrored_crop_is_the_second_of_one_batch() {
    let mut exact = card();
    exact.alignment.as_mut().unwrap().mirrored_offset = [0.0; 2];
    let (extractor, fake) = extractor_of(exact, None);
    let (photo, crop) = photo(10, 10);
    let template = extractor.extract_aligned(&photo.frame(), &crop, &ExtractOptions::default()).unwrap();
    let seen = fake.seen.lock().unwrap();
    let [plain, mirrored] = &seen[..] else { panic!("{} pictures", seen.len()) };
    let at = |tensor: &[f32], x: usize, y: usize, c: usize| tensor[(y * SIDE + x) * 3 + c];
    for (x, y, c) in [(0, 0, 0), (15, 12, 0), (15, 12, 1), (111, 40, 0), (3, 111, 2)] {
        assert_eq!(at(plain, x, y, c), at(mirrored, SIDE - 1 - x, y, c), "({x}, {y}) channel {c}");
    }
    assert_eq!(at(plain, 0, 5, 0), (0.0 - 127.5) * 0.0078125, "normalised as the card says, red first");

    // Flip averaging makes the picture and its mirror image one.
    let mirror_pixels: Vec<u8> = photo
        .pixels()
        .chunks(SIDE * 3)
        .flat_map(|row| row.chunks(3).rev().flatten().copied().collect::<Vec<_>>())
        .collect();
    let mirrored = Photo::from_rgb8(SIDE as u32, SIDE as u32, mirror_pixels).unwrap();
    drop(seen);
    let same = extractor.extract_aligned(&mirrored.frame(), &crop, &ExtractOptions::default()).unwrap();
    let difference = template.values().iter().zip(same.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(difference < 1e-6, "{difference}");
}

#[test]
fn the_mirrored_crop_shows_the_face_where_the_card_says() {
    let mut offset = card();
    offset.alignment.as_mut().unwrap().mirrored_offset = [3.0, -2.0];
    let (extractor, fake) = extractor_of(offset, None);
    let (photo, crop) = photo(10, 10);
    let _ = extractor.extract_aligned(&photo.frame(), &crop, &ExtractOptions::default()).unwrap();
    let seen = fake.seen.lock().unwrap();
    let at = |i: usize, x: usize, y: usize| seen[i][(y * SIDE + x) * 3];
    for (x, y) in [(15, 12), (29, 39), (30, 39), (29, 40), (60, 60)] {
        assert_eq!(at(0, x, y), at(1, SIDE - 1 - (x + 3), y - 2), "({x}, {y}): 3 px to the right and 2 px up");
    }
}

#[test]
fn a_mesh_is_aligned_to_the_card() {
    let (extractor, fake) = extractor(None);
    let (photo, direct) = photo(30, 40);
    // A mesh whose five points lie on the card's places: its crop is the photo itself.
    let mut points = [[0.0; 3]; 468];
    let places = card().alignment.unwrap().points();
    let groups: [&[usize]; 5] = [&[33, 133, 159, 145], &[362, 263, 386, 374], &[1], &[61], &[291]];
    for (group, place) in groups.into_iter().zip(places) {
        group.iter().for_each(|i| points[*i] = [place.x, place.y, 0.0]);
    }
    let mesh = Mesh::new(points, 1.0).unwrap();
    let options = ExtractOptions::default().with_flip(false);
    let from_mesh = extractor.extract(&photo.frame(), &mesh, &options).unwrap();
    let from_crop = extractor.extract_aligned(&photo.frame(), &direct, &options).unwrap();
    let cosine: f32 = from_mesh.values().iter().zip(from_crop.values()).map(|(a, b)| a * b).sum();
    assert!(cosine > 0.9999, "{cosine}");
    assert_eq!(fake.seen.lock().unwrap().len(), 2);
}

#[test]
fn nan_zero_and_wrong_sizes_are_errors() {
    let (photo, mut crop) = photo(30, 40);
    for answer in [f32::NAN, f32::INFINITY, 0.0] {
        let (extractor, _) = extractor(Some(answer));
        for flip in [false, true] {
            let error = extractor
                .extract_aligned(&photo.frame(), &crop, &ExtractOptions::default().with_flip(flip))
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NonFinite, "{answer} {flip}");
        }
    }
    let (extractor, _) = extractor(None);
    crop.crop.width = 111;
    let error = extractor.extract_aligned(&photo.frame(), &crop, &ExtractOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
    let mesh = Mesh::new([[9.0; 3]; 468], 1.0).unwrap();
    assert!(extractor.extract(&photo.frame(), &mesh, &ExtractOptions::default()).is_err());
}

#[test]
fn cards_that_contradict_the_network_are_refused() {
    let mut wrong = Vec::new();
    let mut narrow = card();
    narrow.input.width = 96;
    wrong.push((narrow, signature()));
    let mut longer = card();
    longer.template.as_mut().unwrap().dimension = 512;
    wrong.push((longer, signature()));
    wrong.push((ModelCard { alignment: None, ..card() }, signature()));
    wrong.push((ModelCard { template: None, ..card() }, signature()));
    let mut two = signature();
    // A second output is what probes read; a third is of no use.
    two.outputs.push(("features".to_owned(), vec![1]));
    two.outputs.push(("more".to_owned(), vec![1]));
    wrong.push((card(), two));
    for (i, (card, signature)) in wrong.into_iter().enumerate() {
        let network = Arc::new(Sums { signature, answer: None, seen: Mutex::default() });
        let error = TemplateExtractor::new(Model::custom(card, network)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidModel, "case {i}");
    }
}

#[test]
fn the_face_may_lie_anywhere_in_the_frame() {
    let (extractor, fake) = extractor(None);
    let (photo, _) = photo(30, 40);
    let source_from_target = Similarity::new(0.5, 0.0, Point::new(20.0, 30.0)).unwrap();
    let crop = Crop { width: SIDE, height: SIDE, source_from_target, border: Border::Black };
    extractor
        .extract_aligned(
            &photo.frame(),
            &AlignedCrop { crop, residual_px: 0.0 },
            &ExtractOptions::default().with_flip(false),
        )
        .unwrap();
    // Centre of the target's pixel (60, 21) is (50.25, 40.75) in the source: left of the bright
    // square's end at x = 50.
    let seen = fake.seen.lock().unwrap();
    let red = |x: usize, y: usize| seen[0][(y * SIDE + x) * 3] / 0.0078125 + 127.5;
    assert!((red(50, 30) - 250.0).abs() < 1.0, "{}", red(50, 30));
    assert!((red(70, 30) - 54.75).abs() < 1.0, "{}", red(70, 30));
}

#[test]
fn magnitude_and_impostor_level_come_with_the_template() {
    let (photo, crop) = photo(10, 10);
    let (extractor, _) = extractor(Some(2.0));
    let template = extractor.extract_aligned(&photo.frame(), &crop, &ExtractOptions::default()).unwrap();
    let length = 2.0 * (DIMENSION as f32).sqrt();
    assert!((template.magnitudes()[0] - length).abs() < 1e-3, "the mean of both embeddings is as long as each");
    let spec = card().impostors.unwrap();
    let expected = Impostors::new(&spec, DIMENSION).unwrap().level(template.values(), length);
    assert!((template.impostor_level() - expected).abs() < 1e-6 && expected != 0.0);
    let plain = ModelCard { impostors: None, ..card() };
    let fake = Arc::new(Sums { signature: signature(), answer: Some(2.0), seen: Mutex::default() });
    let plain = TemplateExtractor::new(Model::custom(plain, fake)).unwrap();
    let template = plain.extract_aligned(&photo.frame(), &crop, &ExtractOptions::default()).unwrap();
    assert_eq!(template.impostor_level(), 0.0);
}

#[test]
fn fused_templates_lie_between_theirs_nearer_to_the_clearer() {
    let (extractor, _) = extractor(None);
    let embedding = |values: [f32; 2]| {
        let mut all = [0.0; DIMENSION];
        all[..2].copy_from_slice(&values);
        Template::from_embedding(&all, extractor.model_id().into()).unwrap()
    };
    let (clear, poor) = (embedding([90.0, 0.0]), embedding([0.0, 30.0]));
    let fused = extractor.fuse(&[clear.clone(), poor.clone()]).unwrap();
    assert!((fused.values()[0] / fused.values()[1] - 3.0).abs() < 1e-4);
    assert!((fused.magnitudes()[0] - 60.0).abs() < 1e-3);
    assert!(fused.impostor_level() != 0.0);
    let alone = extractor.fuse(std::slice::from_ref(&clear)).unwrap();
    assert_eq!(alone.values(), clear.values());
    assert_eq!(extractor.fuse(&[poor, clear]).unwrap().values(), fused.values(), "in any order");
}

#[test]
fn fusing_nothing_opposites_or_other_models_is_an_error() {
    let (extractor, _) = extractor(None);
    let kind = |templates: &[Template]| extractor.fuse(templates).unwrap_err().kind();
    assert_eq!(kind(&[]), ErrorKind::InvalidArgument);
    let one = |sign: f32| Template::from_embedding(&[sign; DIMENSION], extractor.model_id().into()).unwrap();
    assert_eq!(kind(&[one(1.0), one(-1.0)]), ErrorKind::NonFinite);
    let foreign = Template::from_embedding(&[1.0; DIMENSION], "another".into()).unwrap();
    assert_eq!(kind(&[one(1.0), foreign]), ErrorKind::ModelMismatch);
    let short = Template::from_embedding(&[1.0; 8], extractor.model_id().into()).unwrap();
    assert_eq!(kind(&[one(1.0), short]), ErrorKind::ModelMismatch);
}
