//! Guidance allocates nothing per frame once its thread has seen a few, and a verification nothing
//! large: its own binary, since it counts every allocation.

// Where nothing comes from outside, an assertion or a panic is the plainest report.
#![allow(
    unsafe_code,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing
)]

use selfsame::capture::{CaptureOptions, CaptureSession, Hint};
use selfsame::document::{DocumentPhoto, Origin};
use selfsame::engine::{Engine, Verdict};
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, Frame, Photo, PixelFormat, warp_rgb8};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts the allocations of each thread, and the bytes of those that are large.
struct Counting;

/// From here on glibc may map an allocation anew (`M_MMAP_THRESHOLD`): each of its pages is then a
/// fault.
const LARGE_BYTES: usize = 128 << 10;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static LARGE: Cell<usize> = const { Cell::new(0) };
}

fn count(bytes: usize) {
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
    if bytes >= LARGE_BYTES {
        let _ = LARGE.try_with(|large| large.set(large.get() + bytes));
    }
}

// SAFETY: every call is passed on to the system's allocator as it came; counting touches a thread's
// own cell.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are the same.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: the caller's promises are the same.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// NV12 of BT.601 in the limited range, from RGB; chroma of each block's upper left pixel.
fn nv12(photo: &Photo) -> Vec<u8> {
    let (w, h) = (photo.width() as usize, photo.height() as usize);
    let at = |x: usize, y: usize| {
        let i = 3 * (y * w + x);
        [0, 1, 2].map(|c| f32::from(photo.pixels()[i + c]))
    };
    let mix = |[r, g, b]: [f32; 3], [x, y, z]: [f32; 3], shift: f32| (x * r + y * g + z * b + shift).round() as u8;
    let luma = (0..w * h).map(|i| mix(at(i % w, i / w), [0.257, 0.504, 0.098], 16.0));
    let chroma = (0..h / 2).flat_map(|y| (0..w / 2).map(move |x| (2 * x, 2 * y))).flat_map(|(x, y)| {
        [mix(at(x, y), [-0.148, -0.291, 0.439], 128.0), mix(at(x, y), [0.439, -0.368, -0.071], 128.0)]
    });
    luma.chain(chroma).collect()
}

#[test]
fn guidance_allocates_nothing_per_frame() {
    const WIDTH: usize = 1280;
    const HEIGHT: usize = 720;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/portraits/obama2.jpg");
    let photo = Photo::decode(&std::fs::read(path).unwrap(), &Default::default()).unwrap();
    let scale = photo.height() as f32 / HEIGHT as f32;
    let corner = Point::new(0.5 * (photo.width() as f32 - scale * WIDTH as f32), 0.0);
    let source_from_target = Similarity::new(scale, 0.0, corner).unwrap();
    let crop = Crop { width: WIDTH, height: HEIGHT, source_from_target, border: Border::Replicate };
    let pixels = nv12(&warp_rgb8(&photo.frame(), &crop).unwrap());
    let frame = Frame::new(&pixels, WIDTH as u32, HEIGHT as u32, WIDTH, PixelFormat::Nv12).unwrap();

    let engine = Engine::new().unwrap();
    let mut session = CaptureSession::new(CaptureOptions::default()).unwrap();
    let mut detections = 0;
    for i in 0..60u64 {
        let before = COUNT.get();
        let guidance = engine.guide(&mut session, &frame, i * 33_333).unwrap();
        let allocated = COUNT.get() - before;
        assert_ne!(guidance.hint, Hint::NoFace);
        detections += u64::from(session.observation().unwrap().detected);
        assert!(i < 10 || allocated == 0, "frame {i}: {allocated} allocations");
    }
    assert!(detections >= 3, "the detector looks again: {detections}");
}

/// A picture of this size that shows a portrait in its middle.
fn enlarged(name: &str, width: usize, height: usize) -> Photo {
    let path = format!("{}/datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"));
    let photo = Photo::decode(&std::fs::read(path).unwrap(), &Default::default()).unwrap();
    let scale = photo.height() as f32 / height as f32;
    let corner = Point::new(0.5 * (photo.width() as f32 - scale * width as f32), 0.0);
    let source_from_target = Similarity::new(scale, 0.0, corner).unwrap();
    warp_rgb8(&photo.frame(), &Crop { width, height, source_from_target, border: Border::Replicate }).unwrap()
}

#[test]
fn a_verification_allocates_nothing_large_after_the_first() {
    let engine = Engine::new().unwrap();
    for (width, height) in [(413, 531), (1280, 720), (4000, 3000)] {
        let document = DocumentPhoto::from_photo(enlarged("obama.jpg", width, height), Origin::ImageFile);
        let selfie = enlarged("obama2.jpg", width, height);
        let verified = || {
            let before = LARGE.get();
            let verdict = engine.verify(&document, &selfie, 1e-4).unwrap().verdict;
            assert!(matches!(verdict, Verdict::Match(_)));
            LARGE.get() - before
        };
        let first = verified();
        assert_eq!(verified(), 0, "{width}×{height}: large bytes at the second time; {first} at the first");
    }
}
