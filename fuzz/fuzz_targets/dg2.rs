//! Any bytes as a chip's data group: an error that names an offset, or faces that lie in it; never
//! more than 64 KiB. What is found can be decoded or not, and written again.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use peak_alloc::PeakAlloc;
use selfsame::document::{Dg2, DocumentPhoto, MAX_FACES, NewFace, write_face_record};
use selfsame::image::Limits;
use std::sync::LazyLock;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

static LIMITS: LazyLock<Limits> = LazyLock::new(|| {
    let limits = Limits::default().with_max_bytes(1 << 16).and_then(|l| l.with_max_side_px(256));
    let limits = limits.and_then(|l| l.with_max_pixels(1 << 14)?.with_max_memory_bytes(2 << 20));
    limits.expect("all are above zero")
});
/// What parsing holds, whatever the input.
const PARSE_BYTES: usize = 64 << 10;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let parsed = Dg2::parse(bytes);
    let held = HEAP.peak_usage().saturating_sub(before);
    assert!(held <= PARSE_BYTES, "{held} bytes held");
    let dg2 = match parsed {
        Ok(dg2) => dg2,
        Err(error) => {
            assert!(error.to_string().contains("at byte "), "{error}");
            return Corpus::Keep;
        }
    };
    assert!((1..=MAX_FACES).contains(&dg2.faces().count()));
    for face in dg2.faces() {
        assert_eq!(bytes.get(face.image_offset..face.image_offset + face.image.len()), Some(face.image));
        assert_eq!(face.feature_points.iter().count(), face.feature_points.len());
        for angle in face.pose.into_iter().flat_map(|pose| [pose.yaw, pose.pitch, pose.roll]) {
            assert!(angle.degrees.is_none_or(|degrees| (-180..=180).contains(&degrees)));
        }
        let mut new = NewFace::new(face.image, face.coding, 1, 2);
        new.feature_points = face.feature_points.iter().collect();
        if let Ok(record) = write_face_record(&new) {
            let again = Dg2::parse(&record).expect("what was written is read");
            let again = again.faces().next().expect("a face was written");
            assert_eq!(
                (again.image, again.coding, again.feature_points),
                (face.image, face.coding, face.feature_points)
            );
        }
    }
    let _ = DocumentPhoto::from_bytes(bytes, &LIMITS);
    Corpus::Keep
});
