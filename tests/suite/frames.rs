//! Camera formats: the same picture in any of them gives the same mesh, and warping them allocates
//! nothing.

#![allow(unsafe_code)]
use selfsame::detect::{DetectOptions, FaceSelection, select_face};
use selfsame::engine::Engine;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{
    Border, ColorSpace, Crop, Frame, Limits, Normalisation, Orientation, Photo, PixelFormat, warp_into,
};
use selfsame::mesh::Mesh;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;

fn portrait(name: &str) -> Photo {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/portraits").join(name);
    Photo::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

/// A picture as a camera holds it: `stored` tells the upright pixel of each stored one. Returns
/// buffer, width, height and stride.
fn encode(photo: &Photo, format: PixelFormat, orientation: Orientation) -> (Vec<u8>, u32, u32, usize) {
    let (w, h) = (photo.width() as usize, photo.height() as usize);
    let (width, height) = if orientation.swaps_sides() { (h, w) } else { (w, h) };
    let rgb = |x: usize, y: usize| -> [f32; 3] {
        let (x, y) = match orientation {
            Orientation::Upright => (x, y),
            Orientation::MirroredHorizontally => (w - 1 - x, y),
            // Stored column x is the upright row from the top, stored rows run from the upright
            // left's end.
            Orientation::Rotated90 => (height - 1 - y, x),
            Orientation::Transposed => (y, x),
            other => panic!("not needed: {other:?}"),
        };
        let at = 3 * (y * w + x);
        [0, 1, 2].map(|c| f32::from(photo.pixels()[at + c]))
    };
    let luma = |x: usize, y: usize| {
        let [r, g, b] = rgb(x, y);
        0.299 * r + 0.587 * g + 0.114 * b
    };
    // Chroma of the mean colour of a block of two columns and `rows` rows.
    let chroma = |x: usize, y: usize, rows: usize| -> [u8; 2] {
        let places = [(0, 0), (1, 0), (0, 1), (1, 1)].into_iter().filter(|(_, dy)| *dy < rows);
        let places: Vec<_> =
            places.map(|(dx, dy)| ((2 * x + dx).min(width - 1), (rows * y + dy).min(height - 1))).collect();
        let mean = |of: &dyn Fn(usize, usize) -> f32| {
            places.iter().map(|(x, y)| of(*x, *y)).sum::<f32>() / places.len() as f32
        };
        let y = mean(&luma);
        let [r, b] = [0, 2].map(|c| mean(&|x, y| rgb(x, y)[c]));
        [128.0 + (b - y) / 1.772, 128.0 + (r - y) / 1.402].map(|v| v.round().clamp(0.0, 255.0) as u8)
    };
    let each = |rows: usize, columns: usize| (0..rows).flat_map(move |y| (0..columns).map(move |x| (x, y)));
    let pixels = each(height, width);
    let luma_plane = || each(height, width).map(|(x, y)| luma(x, y).round() as u8).collect::<Vec<u8>>();
    let (half_w, half_h) = (width.div_ceil(2), height.div_ceil(2));
    let pairs: Vec<[u8; 2]> = each(half_h, half_w).map(|(x, y)| chroma(x, y, 2)).collect();
    let bytes = |rgb: [f32; 3]| rgb.map(|v| v as u8);
    let (data, stride) = match format {
        PixelFormat::Rgb8 => (pixels.flat_map(|(x, y)| bytes(rgb(x, y))).collect(), 3 * width),
        PixelFormat::Bgr8 => {
            (pixels.flat_map(|(x, y)| bytes(rgb(x, y)).into_iter().rev().collect::<Vec<_>>()).collect(), 3 * width)
        }
        PixelFormat::Rgba8 => {
            let quad = |(x, y)| {
                let [r, g, b] = bytes(rgb(x, y));
                [r, g, b, 77]
            };
            (pixels.flat_map(quad).collect(), 4 * width)
        }
        PixelFormat::Bgra8 => {
            let quad = |(x, y)| {
                let [r, g, b] = bytes(rgb(x, y));
                [b, g, r, 77]
            };
            (pixels.flat_map(quad).collect(), 4 * width)
        }
        PixelFormat::Argb8 | PixelFormat::Abgr8 => {
            let quad = |(x, y)| {
                let [r, g, b] = bytes(rgb(x, y));
                if format == PixelFormat::Argb8 { [77, r, g, b] } else { [77, b, g, r] }
            };
            (pixels.flat_map(quad).collect(), 4 * width)
        }
        PixelFormat::Gray8 => (luma_plane(), width),
        PixelFormat::Nv16 => {
            let pairs = each(height, half_w).flat_map(|(x, y)| chroma(x, y, 1));
            (luma_plane().into_iter().chain(pairs).collect(), width)
        }
        PixelFormat::P010 => {
            // Ten bits, which end at 1023; the two lowest are not used here.
            let word = |v: u8| ((f32::from(v) * 1023.0 / 255.0).round() as u16 * 64).to_le_bytes();
            // Chroma is none at 512 of them.
            let chroma = |v: u8| (((f32::from(v) - 128.0) * 1023.0 / 255.0 + 512.0).round() as u16 * 64).to_le_bytes();
            let pairs = pairs.into_iter().flatten().flat_map(chroma);
            (luma_plane().into_iter().flat_map(word).chain(pairs).collect(), 2 * width)
        }
        PixelFormat::Nv12 | PixelFormat::Nv21 => {
            assert_eq!(width % 2, 0, "pairs of chroma need the luma's stride");
            let ordered = |[u, v]: [u8; 2]| if format == PixelFormat::Nv12 { [u, v] } else { [v, u] };
            (luma_plane().into_iter().chain(pairs.into_iter().flat_map(ordered)).collect(), width)
        }
        PixelFormat::I420 | PixelFormat::Yv12 => {
            let order = if format == PixelFormat::I420 { [0, 1] } else { [1, 0] };
            let planes = order.map(|c| pairs.iter().map(move |pair| pair[c]).collect::<Vec<u8>>());
            ([luma_plane(), planes.concat()].concat(), width)
        }
        PixelFormat::Yuyv | PixelFormat::Uyvy => {
            let quad = |(x, y): (usize, usize)| {
                let [u, v] = chroma(x, y, 1);
                let luma = |dx: usize| luma((2 * x + dx).min(width - 1), y).round() as u8;
                if format == PixelFormat::Yuyv { [luma(0), u, luma(1), v] } else { [u, luma(0), v, luma(1)] }
            };
            (each(height, half_w).flat_map(quad).collect(), 4 * half_w)
        }
        other => panic!("a new format: {other:?}"),
    };
    (data, width as u32, height as u32, stride)
}

/// Even sides: cut off the last column and row.
fn even(photo: &Photo) -> Photo {
    let (w, h) = (photo.width() as usize & !1, photo.height() as usize & !1);
    let rows = photo.pixels().chunks(3 * photo.width() as usize).take(h).flat_map(|row| row[..3 * w].to_vec());
    Photo::from_rgb8(w as u32, h as u32, rows.collect()).unwrap()
}

fn mesh(engine: &Engine, frame: &Frame<'_>) -> Mesh {
    let faces = engine.detector().detect(frame, &DetectOptions::default()).unwrap();
    let FaceSelection::One(face) = select_face(&faces) else { panic!("one face") };
    engine.mesher().mesh(frame, &face).unwrap()
}

#[test]
fn every_format_and_orientation_gives_the_same_mesh() {
    let engine = Engine::new().unwrap();
    for name in ["obama.jpg", "astronaut.png"] {
        let photo = even(&portrait(name));
        let gray = colorless(&photo);
        let expected = mesh(&engine, &photo.frame());
        let orientations = [
            Orientation::Upright,
            Orientation::of_camera(0, true).unwrap(),
            Orientation::of_camera(90, false).unwrap(),
            Orientation::of_camera(90, true).unwrap(),
        ];
        for (i, format) in PixelFormat::ALL.into_iter().enumerate() {
            // The upright one, and one of the others each.
            for orientation in [Orientation::Upright, orientations[1 + i % 3]] {
                let (data, width, height, stride) = encode(&photo, format, orientation);
                let frame = Frame::new(&data, width, height, stride, format).unwrap();
                let frame = frame.oriented(orientation).with_color(ColorSpace::JFIF);
                assert_eq!((frame.width(), frame.height()), (photo.width(), photo.height()));
                // The same crop for all, so that the detector's choice does not count twice.
                let reference = if format == PixelFormat::Gray8 { gray.frame() } else { photo.frame() };
                let refined = [&reference, &frame].map(|frame| engine.mesher().refine(frame, &expected));
                let [reference, got] = refined.map(Result::unwrap);
                let far = reference.points().iter().zip(got.points()).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]));
                let far = far.fold(0.0f32, f32::max);
                assert!(far < 0.5, "{name} {format:?} {orientation:?}: {far} px");
                assert!(got.left_eye().x > got.right_eye().x, "the subject's left eye is at the image's right");
            }
        }
        let (data, width, height, stride) = encode(&photo, PixelFormat::Nv12, orientations[2]);
        let frame = Frame::new(&data, width, height, stride, PixelFormat::Nv12).unwrap();
        let found = mesh(&engine, &frame.oriented(orientations[2]).with_color(ColorSpace::JFIF));
        assert!(found.nose_tip().distance(expected.nose_tip()) < 0.05 * expected.inter_eye_distance_px());
    }
}

/// The same picture without its colour, in RGB: what grey frames show.
fn colorless(photo: &Photo) -> Photo {
    let luma = |[r, g, b]: [f32; 3]| (0.299 * r + 0.587 * g + 0.114 * b).round() as u8;
    let pixels = photo.pixels().as_chunks::<3>().0.iter().flat_map(|pixel| [luma(pixel.map(f32::from)); 3]);
    Photo::from_rgb8(photo.width(), photo.height(), pixels.collect()).unwrap()
}

/// Counts the calling thread's allocations, and the bytes that it holds.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
    static LARGEST: Cell<usize> = const { Cell::new(usize::MAX) };
}

fn hold(bytes: isize) {
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

// SAFETY: hands everything to the system's allocator; the counters allocate nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        if LARGEST.try_with(|largest| layout.size() > largest.get()).unwrap_or(false) {
            return std::ptr::null_mut();
        }
        hold(layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        hold(-(layout.size() as isize));
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        hold(size as isize - layout.size() as isize);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Allocations of this thread while `work` runs.
pub fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

/// What this thread holds after `work` beyond what it held before.
pub fn bytes_left_by(work: impl FnOnce()) -> isize {
    let before = HELD.with(Cell::get);
    work();
    HELD.with(Cell::get) - before
}

/// Runs `work` while this thread gets no block of more than `bytes`.
pub fn without_blocks_over<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    LARGEST.with(|largest| largest.set(bytes));
    let result = work();
    LARGEST.with(|largest| largest.set(usize::MAX));
    result
}

/// The most bytes that this thread holds while `work` runs, beyond those before.
pub fn peak_bytes(work: impl FnOnce()) -> isize {
    let before = HELD.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    work();
    PEAK.with(Cell::get) - before
}

#[test]
fn warping_allocates_nothing_after_the_first_frames() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 1, "the counter counts");
    let data = vec![90u8; 1280 * 720 * 4];
    let normalisation = Normalisation::STORED_RGB;
    let mut out = vec![0.0; 192 * 192 * 3];
    for format in PixelFormat::ALL {
        let stride = match format {
            PixelFormat::Rgb8 | PixelFormat::Bgr8 => 1280 * 3,
            PixelFormat::Rgba8 | PixelFormat::Bgra8 | PixelFormat::Argb8 | PixelFormat::Abgr8 => 1280 * 4,
            PixelFormat::Yuyv | PixelFormat::Uyvy | PixelFormat::P010 => 1280 * 2,
            _ => 1280,
        };
        // Pairs of chroma lack their last sample.
        let data = match format {
            PixelFormat::Nv12 | PixelFormat::Nv21 => &data[..1280 * 1080 - 1],
            _ => &data[..],
        };
        let frame = Frame::new(data, 1280, 720, stride, format).unwrap();
        let frame = frame.oriented(Orientation::of_camera(90, true).unwrap());
        // The whole frame, a face that is reduced, one that is not; each a little elsewhere every
        // time.
        let mut frame_number = 0;
        let mut round = || {
            for scale in [1280.0 / 192.0, 2.3, 1.1] {
                let at = Point::new(40.0 + frame_number as f32, 50.0);
                let source_from_target = Similarity::new(scale, frame_number as f32, at).unwrap();
                let crop = Crop { width: 192, height: 192, source_from_target, border: Border::Replicate };
                warp_into(&frame, &crop, &normalisation, &mut out).unwrap();
            }
            frame_number = (frame_number + 1) % 10;
        };
        (0..10).for_each(|_| round());
        assert_eq!(allocations(|| (0..10).for_each(|_| round())), 0, "{format:?}");
    }
}

#[test]
fn the_essentials_of_a_frame_allocate_nothing_and_agree_with_the_report() {
    let engine = Engine::new().unwrap();
    let photo = portrait("obama2.jpg");
    let frame = photo.frame();
    let mesh = mesh(&engine, &frame);
    let report = selfsame::quality::assess(&frame, &mesh).unwrap();
    let essentials = || selfsame::quality::essentials(&frame, &mesh).unwrap();
    let got = essentials();
    assert_eq!(got.sharpness, report.sharpness);
    assert_eq!(got.luminance_mean, report.luminance_mean.native);
    assert_eq!(
        [got.under_exposure, got.over_exposure],
        [report.under_exposure, report.over_exposure].map(|m| m.native)
    );
    assert!(got.light_balance.abs() < 0.5 && got.eye_openness > 0.15, "{got:?}");
    assert_eq!(allocations(|| assert_eq!(essentials(), got)), 0);
}
