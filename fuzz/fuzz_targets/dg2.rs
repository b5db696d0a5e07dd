//! Any bytes as a chip's data group: an error that names an offset, or faces that lie in it; never
//! more than 64 KiB, and work that follows the bytes. What is found can be decoded or not, all
//! faces together within the limits of one picture, and written again.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use peak_alloc::PeakAlloc;
use selfsame::document::{Dg2, DocumentPhoto, MAX_FACES, NewFace, write_face_record};
use selfsame::fuzzing::{Work, take_work};
use selfsame::image::Limits;
use std::sync::LazyLock;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// What a portrait on a chip may be, and more: no chip holds a megapixel.
static LIMITS: LazyLock<Limits> = LazyLock::new(|| {
    let limits = Limits::default().with_max_bytes(1 << 20).and_then(|l| l.with_max_side_px(4096));
    let limits = limits.and_then(|l| l.with_max_pixels(1 << 22)?.with_max_memory_bytes(128 << 20));
    limits.and_then(|l| l.with_max_work(200_000_000)).expect("all are above zero")
});
/// What parsing holds, whatever the input.
const PARSE_BYTES: usize = 64 << 10;
/// Bytes of elements' heads that parsing looks at, for each byte of the input: one for each level
/// that is walked and whose length is indefinite, and one more.
const PARSE_VISITS: u64 = 16;
/// What decoders hold beside what limits bound: as in `decode`, whose partition of a WebP any input
/// may have.
const DECODER_BYTES: usize = (1 << 20) + (1 << 24);

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    take_work();
    let parsed = Dg2::parse(bytes);
    let held = HEAP.peak_usage().saturating_sub(before);
    assert!(held <= PARSE_BYTES, "{held} bytes held");
    let visits = take_work().visits;
    assert!(visits <= PARSE_VISITS * bytes.len() as u64 + 64, "{visits} bytes looked at of {}", bytes.len());
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
    drop(dg2);
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    take_work();
    let decoded = DocumentPhoto::from_bytes(bytes, &LIMITS);
    let held = HEAP.peak_usage().saturating_sub(before);
    let allowed = LIMITS.max_memory_bytes() as usize + DECODER_BYTES;
    assert!(held <= allowed, "{held} bytes held, {allowed} allowed: {decoded:?}");
    // Of all faces together.
    let Work { pixels, steps, .. } = take_work();
    assert!(pixels <= LIMITS.max_pixels() && steps <= LIMITS.max_work(), "{pixels} pixels, {steps} steps: {decoded:?}");
    Corpus::Keep
});
