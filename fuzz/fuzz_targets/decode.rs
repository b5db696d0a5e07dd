//! Any bytes as a photo: an error or upright pixels within the limits, never a panic, never more
//! memory or work than allowed.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use peak_alloc::PeakAlloc;
use selfsame::image::{Limits, Photo};
use std::sync::LazyLock;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

static LIMITS: LazyLock<Limits> = LazyLock::new(|| {
    // As large as users' photographs are.
    let limits = Limits::default().with_max_bytes(1 << 16).and_then(|l| l.with_max_side_px(8192));
    let limits = limits.and_then(|l| l.with_max_pixels(16_000_000)?.with_max_memory_bytes(160 << 20));
    limits.expect("all are above zero")
});
/// What decoders hold however small the image is: tables, windows, row buffers, error messages.
const FIXED_BYTES: usize = 1 << 20;
/// What image-webp 0.2.4 takes on a lossy file's word, for one partition, before it finds that the
/// file has no such bytes.
const PARTITION_BYTES: usize = 1 << 24;

/// What `jxl` 0.8 takes on a profile's word before it finds that the file has no such bytes; and
/// what it decodes of one, 16 MiB of codes and as many of text.
const PROFILE_BYTES: usize = (1 << 28) + (64 << 20);
/// A tenth of a second's work, which takes seconds here.
static JXL_LIMITS: LazyLock<Limits> = LazyLock::new(|| {
    let limits = LIMITS.clone().with_max_work(100_000_000);
    limits.expect("it is above zero")
});

/// JPEGs of as many pixels are decoded in parts.
const LARGE_PX: u64 = 1 << 20;
/// Steps of decoding a JPEG that any file may take, for each of its bytes, and for each of its
/// pixels: a symbol, a visit of a block or its transform, 64 pixels that are written.
const ANY_STEPS: u64 = 1 << 23;
const STEPS_PER_BYTE: u64 = 16;
const STEPS_PER_PIXEL: u64 = 2;

/// That no more work was done than `pixels` pixels of a file warrant.
fn check_work(bytes: &[u8], pixels: u64) {
    let steps = selfsame_jpeg::take_work();
    let allowed = ANY_STEPS + STEPS_PER_BYTE * bytes.len() as u64 + STEPS_PER_PIXEL * pixels;
    assert!(steps <= allowed, "{steps} steps, {allowed} allowed");
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let stated = selfsame_jpeg::Header::read(bytes).map_or(0, |h| u64::from(h.width()) * u64::from(h.height()));
    let stated = stated.min(LIMITS.max_pixels());
    selfsame_jpeg::take_work();
    let is_jxl = bytes.starts_with(b"\xFF\x0A") || bytes.get(4..8) == Some(b"JXL ");
    let limits = if is_jxl { &*JXL_LIMITS } else { &*LIMITS };
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let decoded = Photo::decode(bytes, limits);
    check_work(bytes, stated);
    let held = HEAP.peak_usage().saturating_sub(before);
    let unwritten = match bytes {
        [b'R', b'I', b'F', b'F', ..] => PARTITION_BYTES,
        _ if is_jxl => PROFILE_BYTES,
        _ => 0,
    };
    let allowed = LIMITS.max_memory_bytes() as usize + FIXED_BYTES + unwritten;
    assert!(held <= allowed, "{held} bytes held, {allowed} allowed: {decoded:?}");
    let Ok(photo) = decoded else { return Corpus::Keep };

    let (width, height) = (photo.width(), photo.height());
    assert!(width.min(height) > 0 && width.max(height) <= LIMITS.max_side_px());
    assert!(u64::from(width) * u64::from(height) <= LIMITS.max_pixels());
    assert!((1..=16).contains(&photo.info().bits_per_channel));
    if u64::from(width) * u64::from(height) >= LARGE_PX {
        // Its pixels are computed now, all of them; copies would slow the fuzzer down.
        assert_eq!(photo.pixels().len() as u64, 3 * u64::from(width) * u64::from(height));
        check_work(bytes, stated);
        return Corpus::Keep;
    }
    let again = Photo::from_rgb8(width, height, photo.pixels().to_vec()).expect("its own pixels fill its own size");
    assert_eq!(again.pixels(), photo.pixels());
    assert_eq!(Photo::decode(bytes, limits).ok(), Some(photo), "decoding twice gives two photos");
    Corpus::Keep
});
