//! What is seen of a large picture in parts is what all of it shows.

use crate::geometry::{Point, Similarity};
use crate::image::{Border, Crop, Limits, Normalisation, Photo, warp_into};
use crate::image::{Frame, Orientation};
use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

const WIDTH: u32 = 1403;
const HEIGHT: u32 = 1001;

/// A file with detail everywhere, turned as EXIF's `orientation` says.
fn file(orientation: u8) -> Vec<u8> {
    let level = |x: u32, y: u32, c: u32| {
        let wave = ((x as f32 / (9.0 + c as f32)).sin() + (y as f32 / 13.0).cos()) * 55.0 + 128.0;
        (wave + ((x * 31 + y * 17 + x * y) % 23) as f32) as u8
    };
    let pixels: Vec<u8> =
        (0..HEIGHT).flat_map(|y| (0..WIDTH).flat_map(move |x| [0, 1, 2].map(|c| level(x, y, c)))).collect();
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, 90);
    let exif = [&b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..], &[orientation], &[0; 6]].concat();
    encoder.set_exif_metadata(exif).unwrap();
    encoder.write_image(&pixels, WIDTH, HEIGHT, ExtendedColorType::Rgb8).unwrap();
    file
}

fn crop(scale: f32, degrees: f32, corner: Point) -> Crop {
    let source_from_target = Similarity::new(scale, degrees, corner).unwrap();
    Crop { width: 64, height: 48, source_from_target, border: Border::Black }
}

fn warped(frame: &Frame<'_>, crop: &Crop) -> Vec<f32> {
    let mut out = vec![0.0; 64 * 48 * 3];
    warp_into(frame, crop, &Normalisation::STORED_RGB, &mut out).unwrap();
    out
}

#[test]
fn a_part_shows_what_the_whole_picture_does() {
    for orientation in 1..=8 {
        let photo = Photo::decode(&file(orientation), &Limits::default()).unwrap();
        let whole = Photo::from_rgb8(photo.width(), photo.height(), photo.pixels().to_vec()).unwrap();
        for (scale, degrees) in [(0.7, 3.0), (1.3, 0.0), (2.2, 20.0), (3.0, 0.0), (6.5, 90.0), (11.0, 5.0), (25.0, 0.0)]
        {
            let crop = crop(scale, degrees, Point::new(170.3, 120.9));
            let (got, expected) = (warped(&photo.frame(), &crop), warped(&whole.frame(), &crop));
            let off = got.iter().zip(&expected).map(|(a, b)| (a - b).abs());
            let (most, sum) = off.fold((0f32, 0f32), |(most, sum), off| (most.max(off), sum + off));
            let mean = sum / got.len() as f32;
            // At full scale the same pixels, summed in another order where they are stored
            // turned; means are rounded otherwise, and their chroma is not interpolated first.
            let (may, mean_may) = if scale < 2.5 { (0.01, 0.001) } else { (6.0, 0.6) };
            assert!(most <= may && mean <= mean_may, "orientation {orientation}, {scale}: {most}, {mean} on average");
        }
    }
}

#[test]
fn what_was_looked_at_before_changes_nothing() {
    let file = file(6);
    let crops: Vec<Crop> = (0..12)
        .map(|i| {
            crop(1.0 + 1.7 * (i % 7) as f32, 10.0 * i as f32, Point::new(60.0 * i as f32, 300.0 - 20.0 * i as f32))
        })
        .collect();
    let photo = Photo::decode(&file, &Limits::default()).unwrap();
    let forwards: Vec<_> = crops.iter().map(|crop| warped(&photo.frame(), crop)).collect();
    let other = Photo::decode(&file, &Limits::default()).unwrap();
    for (crop, expected) in crops.iter().zip(&forwards).rev() {
        assert!(warped(&other.frame(), crop) == *expected, "backwards");
        assert!(warped(&photo.frame(), crop) == *expected, "again");
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| crops.iter().zip(&forwards).for_each(|(c, e)| assert!(warped(&photo.frame(), c) == *e)));
        }
    });
}

#[test]
fn a_frame_of_a_large_photo_can_be_turned_once_more() {
    let photo = Photo::decode(&file(8), &Limits::default()).unwrap();
    let whole = Photo::from_rgb8(photo.width(), photo.height(), photo.pixels().to_vec()).unwrap();
    let turn = Orientation::of_camera(90, true).unwrap();
    let (frame, expected) = (photo.frame().oriented(turn), whole.frame().oriented(turn));
    assert_eq!((frame.width(), frame.height()), (expected.width(), expected.height()));
    let crop = crop(1.5, 12.0, Point::new(200.0, 80.0));
    let (got, expected) = (warped(&frame, &crop), warped(&expected, &crop));
    assert!(got.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 0.01));
}
