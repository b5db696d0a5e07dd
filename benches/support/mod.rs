//! What the benchmarks share: two photographs and the networks that a verification runs.

#![allow(dead_code)]

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, resize};
use image::{Rgb, RgbImage};
use selfsame::document::DocumentPhoto;
use selfsame::engine::{Engine, Verdict};
use selfsame::image::{Limits, Photo};
use selfsame::model::{Backend, Model, ModelSource, Task};
use std::path::Path;

fn portrait(name: &str) -> RgbImage {
    // From the crate itself, or from `benches/peers`.
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.ancestors().find(|folder| folder.join("datasets").is_dir()).unwrap();
    image::open(root.join("datasets/portraits").join(name)).unwrap().to_rgb8()
}

fn encode(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(image).unwrap();
    bytes
}

/// A portrait of 413×531 pixels (35×45 mm at 300 dpi), as JPEG.
pub fn document_jpeg() -> Vec<u8> {
    let portrait = portrait("obama.jpg");
    let (width, height) = portrait.dimensions();
    let cut = image::imageops::crop_imm(&portrait, 0, 0, width, (width * 531 / 413).min(height)).to_image();
    encode(&resize(&cut, 413, 531, FilterType::Lanczos3), 90)
}

/// A chip's portrait of 240×320 pixels in about 15 kB, as JPEG.
pub fn chip_jpeg() -> Vec<u8> {
    let cut = image::imageops::crop_imm(&portrait("astronaut.png"), 100, 0, 240, 320).to_image();
    encode(&cut, 75)
}

/// The same in 10 kB, as JPEG 2000.
pub fn chip_jpeg2000() -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/portrait.jp2")).unwrap()
}

/// A frame of 1280×720 pixels with a face in its middle, as JPEG.
pub fn selfie_jpeg() -> Vec<u8> {
    let portrait = portrait("obama2.jpg");
    let (width, height) = portrait.dimensions();
    let mut frame = RgbImage::from_fn(1280, 720, |x, y| {
        let v = 96 + (x / 16 + y / 9) as u8;
        Rgb([v, v, v.saturating_sub(8)])
    });
    let scaled = resize(&portrait, 720 * width / height, 720, FilterType::Lanczos3);
    let left = (1280 - i64::from(scaled.width())) / 2;
    image::imageops::overlay(&mut frame, &scaled, left, 0);
    encode(&frame, 90)
}

/// From two files to a decision.
pub fn verify(engine: &Engine, document: &[u8], selfie: &[u8]) -> Verdict {
    let limits = Limits::default();
    let document = DocumentPhoto::from_image_file(document, &limits).unwrap();
    let selfie = Photo::decode(selfie, &limits).unwrap();
    engine.verify(&document, &selfie, 1e-4).unwrap().verdict
}

/// One network with its input and outputs.
pub struct Runner {
    model: Model,
    input: Vec<f32>,
    outputs: Vec<Vec<f32>>,
}

impl Runner {
    /// The bundled network for `task`, with a batch of `n` images.
    pub fn load(task: Task, backend: &Backend, n: usize) -> Self {
        let model = Model::load(task, &ModelSource::Bundled, backend).unwrap();
        let signature = model.network.signature();
        let value = |i: usize| {
            let (pixel, channel) = (i / signature.channels, i % signature.channels);
            let (x, y) = (pixel % signature.width, pixel / signature.width % signature.height);
            (0.1 * (y + 2 * x + channel) as f32).sin()
        };
        let input = (0..n * signature.input_len()).map(value).collect();
        let outputs = signature.output_lens().map(|len| vec![0.0; n * len]).collect();
        Self { model, input, outputs }
    }

    /// Runs it once.
    pub fn run(&mut self) {
        let mut outputs: Vec<_> = self.outputs.iter_mut().map(Vec::as_mut_slice).collect();
        self.model.network.run(std::hint::black_box(&self.input), &mut outputs).unwrap();
    }

    /// Panics unless the last run has computed something.
    pub fn check(&self) {
        assert!(self.outputs.iter().all(|o| o.iter().all(|v| v.is_finite()) && o.iter().any(|v| *v != 0.0)));
    }
}

/// The three networks, with batches as a verification has them.
pub struct Networks {
    detect: Runner,
    mesh: Runner,
    template: Runner,
}

impl Networks {
    pub fn load(backend: &Backend) -> Self {
        Self {
            detect: Runner::load(Task::Detect, backend, 1),
            mesh: Runner::load(Task::Mesh, backend, 1),
            template: Runner::load(Task::Template, backend, 2),
        }
    }

    /// As for two photographs with one upright face each: a detection, a mesh, and a template with
    /// its mirror image.
    pub fn run_as_in_verify(&mut self) {
        for _ in 0..2 {
            self.detect.run();
            self.mesh.run();
            self.template.run();
        }
    }
}
