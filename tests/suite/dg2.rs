//! Chip portraits: the field's vectors, written data groups that verify like the image inside, and
//! the file's recognition.

use crate::beside::beside;
use crate::verify::portrait;
use selfsame::compare::Calibration;
use selfsame::document::{
    Dg2, DigestAlgorithm, DocumentPhoto, DocumentRemark, Gender, ImageCoding, NewFace, Origin, RecordFormat,
    SourceType, write_dg2, write_face_record,
};
use selfsame::engine::{Engine, Verdict};
use selfsame::error::{ErrorKind, Stage};
use selfsame::image::{ImageFormat, Limits, Photo};
use selfsame::model::ModelSource;
use std::sync::OnceLock;

/// An engine whose decisions do not move with the bundled calibrations: documents are decided at a
/// fixed score.
pub(crate) fn engine() -> &'static Engine {
    const CALIBRATION: &str = r#"
        pairing = "document-selfie"
        data = "none: a score for tests"
        people = 9
        genuine_pairs = 9
        impostor_pairs = 9
        tail = ""
        points = [{ fmr = 1e-2, score = 0.3, low = 0.3, high = 0.3 }, { fmr = 1e-4, score = 0.45, low = 0.45, high = 0.45 }]
        log_likelihood_ratio = { offset = -4.0, slope = 20.0 }
    "#;
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let calibration = Calibration::parse("mobilefacenet-192", CALIBRATION).unwrap();
        Engine::builder().template(ModelSource::Bundled).calibration(calibration).build().unwrap()
    })
}

/// A file of the vectors that lie beside the project; `None`, with a message, where they do not.
fn vector(name: &str) -> Option<Vec<u8>> {
    Some(std::fs::read(beside(&format!("data/dg2/{name}"))?).unwrap())
}

#[test]
fn the_vector_of_39794_holds_its_image_and_verifies() {
    let (Some(file), Some(image)) =
        (vector("ICAO_39794_5_AP_DG2_MandFields.dat"), vector("ICAO_39794_5_AP_DG2_Face.jpg"))
    else {
        return;
    };
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!((dg2.instances().len(), dg2.faces().count(), dg2.remarks()), (1, 1, &[][..]));
    let instance = &dg2.instances()[0];
    assert_eq!(instance.format, RecordFormat::Iso39794);
    let header = instance.header.unwrap();
    assert_eq!((header.format_owner, header.format_type, header.version), (Some(0x0101), Some(0x2A), None));
    let face = &instance.faces[0];
    assert!(face.image == image, "byte for byte");
    assert_eq!((face.image_offset, face.coding, face.gender, face.width_px), (76, ImageCoding::Jpeg2000, None, None));
    let document = DocumentPhoto::from_bytes(&file, &Limits::default()).unwrap();
    assert_eq!(document.origin(), Origin::Iso39794);
    let photo = document.photo();
    assert_eq!((photo.width(), photo.height(), photo.info().format), (413, 531, ImageFormat::Jpeg2000));
    let again = Photo::decode(&image, &Limits::default()).unwrap();
    let verdict = engine().verify(&document, &again, 1e-4).unwrap().verdict;
    assert!(matches!(verdict, Verdict::Match(_)), "the picture against itself: {verdict:?}");
    let verdict = engine().verify(&document, &portrait("astronaut.png"), 1e-4).unwrap().verdict;
    assert!(!matches!(verdict, Verdict::Match(_)), "{verdict:?}");
}

#[test]
fn the_vector_of_19794_holds_its_image() {
    let (Some(file), Some(image)) = (vector("ISO19794_Test1_Data.bin"), vector("ISO19794_Test1_Face.jpg")) else {
        return;
    };
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!((dg2.instances().len(), dg2.remarks(), dg2.instances()[0].header), (1, &[][..], None));
    let face = dg2.faces().next().unwrap();
    assert!(face.image == image, "byte for byte");
    assert_eq!((face.image_offset, face.width_px, face.height_px), (46, Some(148), Some(70)));
    let document = DocumentPhoto::from_bytes(&file, &Limits::default()).unwrap();
    assert_eq!((document.origin(), document.photo().width()), (Origin::Iso19794, 148));
}

/// The portrait's file if it is a JPEG, else one made of it.
fn jpeg(name: &str) -> Vec<u8> {
    let bytes = std::fs::read(format!("{}/datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    if name.ends_with(".jpg") {
        return bytes;
    }
    let mut file = Vec::new();
    let photo = portrait(name);
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 92)
        .encode(photo.pixels(), photo.width(), photo.height(), image::ExtendedColorType::Rgb8)
        .unwrap();
    file
}

#[test]
fn a_written_portrait_verifies_like_its_image() {
    let selfie = portrait("obama2.jpg");
    for name in ["astronaut.png", "biden.jpg", "obama.jpg", "obama2.jpg", "obama3.jpg"] {
        let image = jpeg(name);
        let plain = DocumentPhoto::from_image_file(&image, &Limits::default()).unwrap();
        let (width, height) = (plain.photo().width() as u16, plain.photo().height() as u16);
        let file = write_dg2(&[NewFace::new(&image, ImageCoding::Jpeg, width, height)]).unwrap();
        let dg2 = Dg2::parse(&file).unwrap();
        assert!(dg2.remarks().is_empty() && dg2.faces().count() == 1, "{name}");
        assert!(dg2.faces().next().unwrap().image == image, "{name}");
        let chip = DocumentPhoto::from_bytes(&file, &Limits::default()).unwrap();
        assert_eq!((chip.origin(), chip.remarks().len()), (Origin::Iso19794, 0));
        assert!(chip.photo() == plain.photo(), "{name}");
        let score = |document| engine().verify(document, &selfie, 1e-4).unwrap().verdict.comparison().unwrap().score;
        assert_eq!(score(&chip), score(&plain), "{name}");
    }
}

#[test]
fn the_first_portrait_that_decodes_is_taken() {
    let image = jpeg("obama.jpg");
    let broken = NewFace::new(b"\xFF\xD8\xFFno image", ImageCoding::Jpeg, 1, 1);
    let whole = NewFace::new(&image, ImageCoding::Jpeg, 910, 1137);
    let file = write_dg2(&[broken.clone(), whole]).unwrap();
    let document = DocumentPhoto::from_bytes(&file, &Limits::default()).unwrap();
    assert_eq!(document.photo().width(), 910);
    assert!(matches!(document.remarks(), [DocumentRemark::UndecodableImage { .. }]), "{:?}", document.remarks());
    let error = DocumentPhoto::from_bytes(&write_dg2(&[broken]).unwrap(), &Limits::default()).unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Corrupt, Stage::Decode));
}

#[test]
fn all_portraits_of_a_group_together_cost_no_more_than_one_may() {
    // JPEG 2000 is decoded strictly: a picture whose end is changed fails after its work.
    let portrait = include_bytes!("../data/portrait.jp2");
    let mut damaged = portrait.to_vec();
    let at = damaged.windows(2).position(|w| w == [0xFF, 0x93]).unwrap() + 2;
    damaged[at..at + 8].fill(0xA5);
    assert_eq!(Photo::decode(&damaged, &Limits::default()).unwrap_err().kind(), ErrorKind::Corrupt);
    let faces = |tried: usize| {
        let mut faces = vec![NewFace::new(&damaged, ImageCoding::Jpeg2000, 240, 320); tried];
        faces.push(NewFace::new(portrait, ImageCoding::Jpeg2000, 240, 320));
        write_dg2(&faces).unwrap()
    };
    for tried in [0, 1, 5, 8] {
        let of = |pictures: u64| {
            let limits = Limits::default().with_max_pixels(pictures * 240 * 320).unwrap();
            DocumentPhoto::from_bytes(&faces(tried), &limits)
        };
        let document = of(tried as u64 + 1).unwrap();
        assert_eq!((document.remarks().len(), document.photo().width()), (tried, 240));
        if tried > 0 {
            let error = of(tried as u64).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "that of the first one: {error}");
        }
    }
}

#[test]
fn limits_hold_for_chips_too() {
    let image = jpeg("obama.jpg");
    let file = write_dg2(&[NewFace::new(&image, ImageCoding::Jpeg, 910, 1137)]).unwrap();
    let kind = |limits: Limits| DocumentPhoto::from_bytes(&file, &limits).map(|_| ()).map_err(|e| e.kind());
    let over = Err(ErrorKind::LimitExceeded);
    assert_eq!(kind(Limits::default().with_max_bytes(file.len()).unwrap()), Ok(()));
    assert_eq!(kind(Limits::default().with_max_bytes(file.len() - 1).unwrap()), over);
    assert_eq!(kind(Limits::default().with_max_pixels(910 * 1137 - 1).unwrap()), over);
}

#[test]
fn files_are_told_apart_by_content() {
    let image = jpeg("obama.jpg");
    let face = NewFace::new(&image, ImageCoding::Jpeg, 910, 1137);
    let (file, record) = (write_dg2(std::slice::from_ref(&face)).unwrap(), write_face_record(&face).unwrap());
    let origin = |bytes: &[u8]| {
        DocumentPhoto::from_bytes(bytes, &Limits::default()).map(|d| d.origin()).map_err(|e| (e.stage(), e.kind()))
    };
    assert_eq!(origin(&image), Ok(Origin::ImageFile));
    assert_eq!(origin(&file), Ok(Origin::Iso19794));
    assert_eq!(origin(&record), Ok(Origin::Iso19794));
    for bytes in [&b""[..], b"upright text", b"even more text", b"FAC", b"u\x82", &[0x75, 90, 1, 2, 3]] {
        assert_eq!(origin(bytes), Err((Stage::Decode, ErrorKind::UnsupportedFormat)), "{bytes:?}");
    }
    for broken in [&file[..file.len() / 2], &[0x75, 3, 1, 2, 3]] {
        assert_eq!(origin(broken), Err((Stage::Document, ErrorKind::Corrupt)));
    }
}

#[test]
fn digests_are_of_the_bytes_as_read() {
    let file = write_dg2(&[NewFace::new(b"image", ImageCoding::Jpeg, 1, 1)]).unwrap();
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!(dg2.bytes(), file);
    for algorithm in DigestAlgorithm::ALL {
        assert_eq!(dg2.digest(algorithm), algorithm.digest(&file));
        let mut other = file.clone();
        *other.last_mut().unwrap() ^= 1;
        assert_ne!(dg2.digest(algorithm), Dg2::parse(&other).unwrap().digest(algorithm));
    }
}

#[test]
fn the_sample_data_group_is_what_its_card_says() {
    let portrait = include_bytes!("../data/portrait.jp2");
    let mut face = NewFace::new(portrait, ImageCoding::Jpeg2000, 240, 320);
    face.gender = Gender::Female;
    face.source_type = SourceType::DigitalCamera;
    let written = write_dg2(&[face]).unwrap();
    let sample = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/documents/astronaut.dg2")).unwrap();
    assert!(sample == written, "datasets/documents/astronaut.dg2 is not what write_dg2 makes of its portrait");
    let dg2 = Dg2::parse(&sample).unwrap();
    assert_eq!(dg2.remarks().len(), 0);
}
