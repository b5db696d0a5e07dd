//! Any bytes as a photo: an error or upright pixels within the limits, never a panic, never more
//! memory than allowed.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use peak_alloc::PeakAlloc;
use selfsame::image::{Limits, Photo};
use std::sync::LazyLock;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

static LIMITS: LazyLock<Limits> = LazyLock::new(|| {
    let limits = Limits::default().with_max_bytes(1 << 16).and_then(|l| l.with_max_side_px(512));
    let limits = limits.and_then(|l| l.with_max_pixels(1 << 16)?.with_max_memory_bytes(16 << 20));
    limits.expect("all are above zero")
});
/// What decoders hold however small the image is: tables, windows, row buffers, error messages.
const FIXED_BYTES: usize = 1 << 20;
/// What image-webp 0.2.4 takes on a lossy file's word, for one partition, before it finds that the
/// file has no such bytes.
const PARTITION_BYTES: usize = 1 << 24;

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let decoded = Photo::decode(bytes, &LIMITS);
    let held = HEAP.peak_usage().saturating_sub(before);
    let partition = if bytes.starts_with(b"RIFF") { PARTITION_BYTES } else { 0 };
    let allowed = LIMITS.max_memory_bytes() as usize + FIXED_BYTES + partition;
    assert!(held <= allowed, "{held} bytes held, {allowed} allowed: {decoded:?}");
    let Ok(photo) = decoded else { return Corpus::Keep };

    let (width, height) = (photo.width(), photo.height());
    assert!(width.min(height) > 0 && width.max(height) <= LIMITS.max_side_px());
    assert!(u64::from(width) * u64::from(height) <= LIMITS.max_pixels());
    assert!((1..=16).contains(&photo.info().bits_per_channel));
    let again = Photo::from_rgb8(width, height, photo.pixels().to_vec()).expect("its own pixels fill its own size");
    assert_eq!(again.pixels(), photo.pixels());
    assert_eq!(Photo::decode(bytes, &LIMITS).ok(), Some(photo), "decoding twice gives two photos");
    Corpus::Keep
});
