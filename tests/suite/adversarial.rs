//! Pictures made to cost: faces at the border, of a pixel, by the hundred, mirrored and stretched,
//! in frames of every shape. Time is bounded in network runs, memory in bytes, and both are stated
//! in `docs/security.md`.

use super::frames::peak_bytes;
use super::verify::{engine, portrait};
use selfsame::capture::{CaptureOptions, CaptureSession};
use selfsame::document::DocumentPhoto;
use selfsame::engine::Engine;
use selfsame::error::Result;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, Frame, Photo, PixelFormat, Plane, Planes, warp_rgb8};
use selfsame::model::{Backend, Model, ModelCard, ModelSource, Network, NetworkSignature, Task};
use selfsame::outcome::Outcome;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs of a network in one search for a face, whatever the picture: 73 of the first search, 49 of
/// them for a subject that is far, and 67 of the upright one after it.
const DETECT_RUNS: usize = 140;
/// Each search's best face and two that the detector is unsure of, and the best the other way up.
const MESH_RUNS: usize = 7;
/// A face, and where it was seen turned both ways up before, each with its mirror image.
const TEMPLATE_RUNS: usize = 6;
/// On a data page: six outlines both ways up, three of them closer, and once one has shown its
/// portrait, four more for a second document; and 25 views beside the page, each two ways.
const PAGE_DETECT_RUNS: usize = 76;
/// At each of these looks three rivals and the best, both ways up; and four views of the portrait.
const PAGE_MESH_RUNS: usize = 108;
/// What finding a face holds beside the frame.
const WORKING_BYTES: isize = 24 << 20;

/// A network that counts its runs.
struct Counted {
    network: Arc<dyn Network>,
    runs: AtomicUsize,
}

impl Network for Counted {
    fn signature(&self) -> &NetworkSignature {
        self.network.signature()
    }

    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.network.run(input, outputs)
    }
}

/// An engine, and the runs of its three networks since the last look.
struct Counting {
    engine: Engine,
    networks: [Arc<Counted>; 3],
}

impl Counting {
    fn new() -> Self {
        let mut counted = [Task::Detect, Task::Mesh, Task::Template].map(|task| {
            let model = Model::load(task, &ModelSource::Bundled, &Backend::Native).unwrap();
            let network = Arc::new(Counted { network: model.network.clone(), runs: AtomicUsize::new(0) });
            (Model::custom(ModelCard::clone(&model.card), network.clone()), network)
        });
        let [detector, mesh, template] = [0, 1, 2].map(|i| ModelSource::Loaded(counted[i].0.clone()));
        let engine = Engine::builder().detector(detector).mesh(mesh).template(template).build().unwrap();
        Self { engine, networks: counted.each_mut().map(|(_, network)| network.clone()) }
    }

    fn runs(&self) -> [usize; 3] {
        self.networks.each_ref().map(|network| network.runs.swap(0, Ordering::Relaxed))
    }
}

/// `photo` where `source_from_target` says, in a picture of another size.
fn shown(photo: &Photo, width: usize, height: usize, scale: f32, corner: Point) -> Photo {
    let source_from_target = Similarity::new(scale, 0.0, corner).unwrap();
    let crop = Crop { width, height, source_from_target, border: Border::Black };
    warp_rgb8(&photo.frame(), &crop).unwrap()
}

/// The picture at another size, each pixel the nearest one.
fn stretched(photo: &Photo, width: u32, height: u32) -> Photo {
    let at = |x: u32, y: u32| {
        let (x, y) = (x * photo.width() / width, y * photo.height() / height);
        let i = 3 * (y * photo.width() + x) as usize;
        photo.pixels()[i..i + 3].to_vec()
    };
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| at(x, y));
    Photo::from_rgb8(width, height, pixels.collect()).unwrap()
}

/// `across` × `down` copies of a portrait of `side` pixels.
fn tiled(photo: &Photo, side: u32, across: u32, down: u32) -> Photo {
    let small = stretched(photo, side, side);
    let (width, height) = (side * across, side * down);
    let row = |y: u32| small.pixels()[(3 * side * (y % side)) as usize..][..3 * side as usize].repeat(across as usize);
    Photo::from_rgb8(width, height, (0..height).flat_map(row).collect()).unwrap()
}

/// Light sheets of a page's proportions on a dark ground, `n` across and down with such a margin
/// between them, each with a portrait and lines of print.
fn pages(portrait: &Photo, left: u32, top: u32, n: u32) -> Photo {
    let (width, height) = (640, 480);
    let mut pixels = vec![[35u8, 40, 45]; (width * height) as usize];
    let (pitch_x, pitch_y) = ((width - left) / n, (height - top) / n);
    let (w, h) = (pitch_x - left, (pitch_x - left) * 88 / 125);
    let face = stretched(portrait, w * 35 / 125, h / 2);
    for (x, y) in (0..h).flat_map(|y| (0..w).map(move |x| (x, y))) {
        let (fx, fy) = (x.wrapping_sub(w / 20), y.wrapping_sub(h / 4));
        let color = if fx < face.width() && fy < face.height() {
            let i = 3 * (fy * face.width() + fx) as usize;
            [face.pixels()[i], face.pixels()[i + 1], face.pixels()[i + 2]]
        } else if x > w / 2 && x < w * 9 / 10 && (y / 4) % 3 == 1 && (x / 3) % 4 != 0 {
            [60; 3]
        } else {
            [225; 3]
        };
        for (column, row) in (0..n).flat_map(|row| (0..n).map(move |column| (column, row))) {
            let (x, y) = (left + column * pitch_x + x, top + row * pitch_y + y);
            if x < width && y < height {
                pixels[(y * width + x) as usize] = color;
            }
        }
    }
    Photo::from_rgb8(width, height, pixels.concat()).unwrap()
}

fn pictures() -> Vec<(String, Photo)> {
    let (photo, mut all) = (portrait("obama.jpg"), Vec::new());
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    // The face lies about the upper middle: cut by each border, and by two.
    for (x, y) in [(0.5, 0.0), (-0.5, 0.0), (0.0, 0.3), (0.0, -0.8), (0.45, 0.3), (0.49, 0.35)] {
        let picture = shown(&photo, 400, 500, width / 400.0, Point::new(x * width, y * height));
        all.push((format!("cut at {x}, {y}"), picture));
    }
    for side in [1.0, 2.0, 4.0, 9.0, 20.0] {
        let scale = 2.0 * width / side;
        let picture = shown(&photo, 512, 512, scale, Point::new(-256.0 * scale, -256.0 * scale));
        all.push((format!("a face of {side} px"), picture));
    }
    for (side, across, down) in [(64, 30, 30), (24, 30, 30), (100, 11, 3), (40, 40, 1)] {
        all.push((format!("{across} × {down} faces of {side} px"), tiled(&photo, side, across, down)));
    }
    for (width, height) in [(800, 80), (80, 800), (300, 900), (1200, 300), (16_384, 2), (2, 16_384), (7, 5)] {
        all.push((format!("stretched to {width} × {height}"), stretched(&photo, width, height)));
    }
    for (width, height) in [(1, 1), (1, 10_000), (10_000, 1), (2, 2), (191, 193), (4096, 4096)] {
        let pixels = vec![128; 3 * width as usize * height as usize];
        all.push((format!("grey {width} × {height}"), Photo::from_rgb8(width, height, pixels).unwrap()));
    }
    all.push(("a page".into(), pages(&photo, 80, 60, 1)));
    all.push(("a page of pages".into(), pages(&photo, 20, 15, 3)));
    let noise = (0..640u32 * 480 * 3).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    all.push(("noise".into(), Photo::from_rgb8(640, 480, noise).unwrap()));
    all
}

#[test]
fn a_search_is_bounded_in_runs_and_memory_whatever_the_picture() {
    let counting = Counting::new();
    let mut worst = ([0; 3], 0);
    for (name, photo) in pictures() {
        counting.runs();
        let mut outcome = None;
        let held = peak_bytes(|| outcome = Some(counting.engine.face(&photo.frame()).unwrap()));
        let [detect, mesh, template] = counting.runs();
        assert!(
            detect <= DETECT_RUNS && mesh <= MESH_RUNS && template <= TEMPLATE_RUNS,
            "{name}: {detect} {mesh} {template}"
        );
        assert!(held <= WORKING_BYTES, "{name}: {held} bytes");
        if let Some(Outcome::Found(face)) = outcome {
            assert!(
                face.quality.contrast.is_finite() && face.template.magnitudes().iter().all(|v| v.is_finite()),
                "{name}"
            );
        }
        worst.0 = [worst.0[0].max(detect), worst.0[1].max(mesh), worst.0[2].max(template)];
        worst.1 = worst.1.max(held);
    }
    println!("at most {:?} runs, {} bytes", worst.0, worst.1);
    assert!(worst.0[0] >= 14, "a picture without a face is searched to the end");
}

#[test]
fn a_page_is_bounded_in_runs_and_memory_whatever_the_picture() {
    let counting = Counting::new();
    let mut worst = (0, 0, 0);
    for (name, photo) in pictures() {
        counting.runs();
        let held = peak_bytes(|| drop(counting.engine.document_page(&photo).unwrap()));
        let [detect, mesh, _] = counting.runs();
        let few = detect <= PAGE_DETECT_RUNS && mesh <= PAGE_MESH_RUNS;
        assert!(few && held <= WORKING_BYTES, "{name}: {detect} and {mesh} runs, {held} bytes");
        worst = (worst.0.max(detect), worst.1.max(mesh), worst.2.max(held));
    }
    println!("at most {} and {} runs, {} bytes", worst.0, worst.1, worst.2);
    assert!(worst.0 > 0, "none of these is looked at");
}

#[test]
fn a_frame_of_a_camera_costs_two_runs_of_each_network_at_most() {
    let counting = Counting::new();
    for (name, photo) in pictures() {
        let mut session = CaptureSession::new(CaptureOptions::default()).unwrap();
        for i in 0..4 {
            let guidance = counting.engine.guide(&mut session, &photo.frame(), i * 300_000).unwrap();
            let [detect, mesh, template] = counting.runs();
            assert!(detect <= 2 && mesh <= 2 && template == 0, "{name}, frame {i}: {detect} {mesh} {template}");
            assert!(guidance.speed.is_finite() && (0.0..=1.0).contains(&guidance.progress), "{name}");
        }
    }
}

#[test]
fn planes_as_large_as_a_frame_may_be_are_read_in_place() {
    let luma = vec![90u8; 16_384 * 4096];
    let frame = Frame::new(&luma, 16_384, 4096, 16_384, PixelFormat::Gray8).unwrap();
    let held = peak_bytes(|| drop(engine().face(&frame).unwrap()));
    assert!(held <= WORKING_BYTES, "{held} bytes");
    let chroma = vec![128u8; 16_384 * 2048];
    let planes = Planes::Nv12 { y: Plane::new(&luma, 16_384), uv: Plane::new(&chroma, 16_384) };
    let frame = Frame::from_planes(planes, 16_384, 4096).unwrap();
    let held = peak_bytes(|| drop(engine().face(&frame).unwrap()));
    assert!(held <= WORKING_BYTES, "{held} bytes");
}

#[test]
fn a_mirrored_portrait_is_found_as_itself() {
    let photo = portrait("obama.jpg");
    let mirrored = {
        let pixel =
            |x: u32, y: u32| photo.pixels()[3 * (y * photo.width() + photo.width() - 1 - x) as usize..][..3].to_vec();
        let pixels =
            (0..photo.height()).flat_map(|y| (0..photo.width()).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y));
        Photo::from_rgb8(photo.width(), photo.height(), pixels.collect()).unwrap()
    };
    let document = DocumentPhoto::from_photo(photo, selfsame::document::Origin::ImageFile);
    let verdict = engine().verify(&document, &mirrored, 1e-4).unwrap().verdict;
    assert!(matches!(verdict, selfsame::engine::Verdict::Match(_)), "{verdict:?}");
}
