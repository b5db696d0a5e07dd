//! Scores of large JPEGs, of which only parts are decoded, against those of the same pictures
//! decoded in full: pairs of CFP, enlarged to 12 megapixels.
//!
//! `cargo test --release --test suite large:: -- --ignored --nocapture`

use crate::beside::beside;
use crate::verify::engine;
use image::imageops::{FilterType, resize};
use image::{ExtendedColorType, ImageEncoder};
use selfsame::document::{DocumentPhoto, Origin};
use selfsame::engine::Verdict;
use selfsame::image::{Limits, Photo};
use std::path::Path;

/// The picture at 12 megapixels, whatever its sides.
fn enlarged(path: &Path) -> Photo {
    let small = image::open(path).unwrap().to_rgb8();
    let scale = (12e6 / f64::from(small.width() * small.height())).sqrt();
    let [width, height] = [small.width(), small.height()].map(|side| (f64::from(side) * scale) as u32);
    let large = resize(&small, width, height, FilterType::CatmullRom);
    let mut file = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 90);
    encoder.write_image(&large, width, height, ExtendedColorType::Rgb8).unwrap();
    Photo::decode(&file, &Limits::default()).unwrap()
}

/// The score and whether it is a match; none if a picture was refused.
fn verdict(document: Photo, selfie: &Photo) -> Option<(f32, bool)> {
    let document = DocumentPhoto::from_photo(document, Origin::ImageFile);
    match engine().verify(&document, selfie, 1e-4).unwrap().verdict {
        Verdict::Match(comparison) => Some((comparison.score.value(), true)),
        Verdict::NoMatch(comparison) => Some((comparison.score.value(), false)),
        _ => None,
    }
}

#[test]
#[ignore = "minutes, and CFP beside the project"]
fn parts_of_cfp_score_as_whole_pictures() {
    let Some(images) = beside("data/cfp/images") else { return };
    let picture = |person: u32, view: &str, number: u32| images.join(format!("{person:03}/{view}/{number:02}.jpg"));
    // Of each person: two frontal views, one frontal and one from the side, and another person.
    let pairs = (1..=500).step_by(25).flat_map(|person| {
        [
            [picture(person, "frontal", 1), picture(person, "frontal", 2)],
            [picture(person, "frontal", 3), picture(person, "profile", 1)],
            [picture(person, "frontal", 4), picture(person + 1, "frontal", 1)],
        ]
    });
    let (mut differences, mut decisions, mut refusals) = (Vec::new(), 0, 0);
    for [first, second] in pairs {
        let photos = [enlarged(&first), enlarged(&second)];
        // What is asked for its pixels is decoded in full; a clone of it is not.
        let whole = photos
            .each_ref()
            .map(|photo| Photo::from_rgb8(photo.width(), photo.height(), photo.clone().pixels().to_vec()).unwrap());
        let [document, selfie] = photos;
        let parts = verdict(document, &selfie);
        let [document, selfie] = whole;
        let full = verdict(document, &selfie);
        match (parts, full) {
            (Some((parts, one)), Some((full, other))) => {
                differences.push(f64::from(parts - full));
                decisions += usize::from(one != other);
            }
            (None, None) => refusals += 1,
            _ => decisions += 1,
        }
    }
    let rms = (differences.iter().map(|d| d * d).sum::<f64>() / differences.len() as f64).sqrt();
    let most = differences.iter().fold(0.0, |most: f64, d| most.max(d.abs()));
    let count = differences.len();
    println!(
        "{count} pairs: rms {rms:.5}, at most {most:.5}; {decisions} decisions differ; {refusals} refused both ways"
    );
    assert_eq!(decisions, 0);
    assert!(rms < 0.01);
}
