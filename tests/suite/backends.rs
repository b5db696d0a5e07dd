//! The two backends give the same numbers, and a backend that cannot do what was asked for says so.
//!
//! The part about ONNX Runtime (feature `ort`) needs its library: `ORT_DYLIB_PATH` names it.
//! Without it these tests say that they were skipped, or fail if `SELFSAME_REQUIRE_ORT=1`.

use selfsame::error::ErrorKind;
use selfsame::model::{Backend, Layout, Model, ModelCard, ModelSource, Network, Task};

const TINY: &[u8] = include_bytes!("../data/tiny_template.onnx");
const TINY_CARD: &str = include_str!("../data/tiny_template.toml");
const TINY_NHWC: &[u8] = include_bytes!("../data/tiny_template_nhwc.onnx");
const TINY_NHWC_CARD: &str = include_str!("../data/tiny_template_nhwc.toml");

fn tiny(backend: &Backend) -> Model {
    let source = ModelSource::Memory { card: TINY_CARD.into(), network: TINY.into() };
    Model::load(Task::Template, &source, backend).unwrap()
}

/// The tiny network as a file that is channels last and takes one image per run; same weights.
fn tiny_nhwc(backend: &Backend) -> Model {
    let source = ModelSource::Memory { card: TINY_NHWC_CARD.into(), network: TINY_NHWC.into() };
    let model = Model::load(Task::Template, &source, backend).unwrap();
    assert_eq!(model.card.input.layout, Layout::Nhwc);
    model
}

/// The range of a network's normalised input as centre and half width.
fn range(card: &ModelCard) -> (f32, f32) {
    let [low, high] = [0.0, 255.0].map(|v| (v - card.input.mean[0]) * card.input.scale[0]);
    ((low + high) / 2.0, (high - low) / 2.0)
}

/// `a + b·sin(0.37·h·(c + 1) + 0.23·w + c)`, shifted from image to image; no axis is symmetric.
fn wave(card: &ModelCard, batch: usize) -> Vec<f32> {
    let (a, b) = range(card);
    let (height, width) = (card.input.height, card.input.width);
    let value = |i: usize| {
        let (pixel, c) = (i / 3, i % 3);
        let (n, h, w) = (pixel / width / height, pixel / width % height, pixel % width);
        let [n, h, w, c] = [n, h, w, c].map(|v| v as f32);
        a + b * (0.37 * h * (c + 1.0) + 0.23 * w + c + 0.9 * n).sin()
    };
    (0..batch * height * width * 3).map(value).collect()
}

/// Uniform noise over the input's range (splitmix64).
#[cfg(feature = "ort")]
fn noise(card: &ModelCard, batch: usize, seed: u64) -> Vec<f32> {
    let (a, b) = range(card);
    let mut state = seed;
    let value = |_| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let unit = ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32;
        a + b * (2.0 * unit - 1.0)
    };
    (0..batch * card.input.height * card.input.width * 3).map(value).collect()
}

fn run(network: &dyn Network, input: &[f32]) -> Vec<Vec<f32>> {
    let signature = network.signature();
    let images = input.len() / signature.input_len();
    let mut results: Vec<_> = signature.output_lens().map(|len| vec![f32::NAN; images * len]).collect();
    let mut outputs: Vec<_> = results.iter_mut().map(Vec::as_mut_slice).collect();
    network.run(input, &mut outputs).unwrap();
    results
}

/// Asserts that every output agrees; reports the numbers either way.
fn assert_close(what: &str, model: &Model, a: &[Vec<f32>], reference: &[Vec<f32>]) {
    /// Of the largest difference, relative to the reference's largest value (at least 1). Rounding
    /// only: the worst seen was 4e-6 (template on the wave).
    const MAX_DIFFERENCE: f64 = 2e-5;
    /// The worst seen was 1 - 6e-12.
    const MIN_COSINE: f64 = 1.0 - 1e-9;
    assert_eq!(a.len(), reference.len());
    for ((a, r), output) in a.iter().zip(reference).zip(&model.card.outputs) {
        assert_eq!(a.len(), r.len());
        let pairs: Vec<_> = a.iter().zip(r).map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
        assert!(pairs.iter().all(|(x, y)| x.is_finite() && y.is_finite()));
        let largest = |f: fn(&(f64, f64)) -> f64| pairs.iter().map(f).fold(0.0, f64::max);
        let sum = |f: fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>();
        let difference = largest(|(x, y)| (x - y).abs());
        let largest_value = largest(|(_, y)| y.abs());
        let scale = largest_value.max(1.0);
        let cosine = sum(|(x, y)| x * y) / (sum(|(x, _)| x * x) * sum(|(_, y)| y * y)).sqrt();
        let report = format!(
            "{} {} ({what}): largest difference {difference:.2e} of {scale:.3}, at most {MAX_DIFFERENCE:.0e} times that; \
             cosine 1 - {:.1e}, at least {MIN_COSINE}",
            model.card.id,
            output.name,
            1.0 - cosine
        );
        println!("{report}");
        // Probabilities of nearly nothing, as a detector's on a wave, are rounding themselves.
        let directed = largest_value > 1e-2;
        assert!(difference <= MAX_DIFFERENCE * scale && (cosine >= MIN_COSINE || !directed), "{report}");
    }
}

#[test]
fn native_runs_a_users_own_network_in_either_layout() {
    let (planes, pixels) = (tiny(&Backend::Native), tiny_nhwc(&Backend::Native));
    let input = wave(&planes.card, 3);
    let results = [&planes, &pixels].map(|m| run(&*m.network, &input));
    assert_close("the file's layout", &planes, &results[1], &results[0]);
    let rows: Vec<_> = results[0][0].chunks(8).collect();
    assert_eq!(rows.len(), 3);
    assert_ne!(rows[0], rows[1], "templates of two images are two templates");
}

/// Neither a part of an image nor an output of another length is taken.
fn check_that_misfits_are_refused(model: &Model) {
    let input = wave(&model.card, 2);
    let [mut whole, mut narrow] = [16, 14].map(|len| vec![0.0; len]);
    for result in [
        model.network.run(&input[1..], &mut [&mut whole]),
        model.network.run(&[], &mut [&mut whole]),
        model.network.run(&input, &mut [&mut narrow]),
        model.network.run(&input, &mut []),
    ] {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::ShapeMismatch);
    }
}

#[test]
fn native_refuses_slices_that_do_not_fit() {
    check_that_misfits_are_refused(&tiny(&Backend::Native));
}

#[cfg(feature = "ort")]
pub(crate) mod ort {
    use super::*;
    use selfsame::error::{Error, Result};
    use selfsame::model::{OrtNetwork, OrtOptions, Provider};
    use std::io::Write as _;
    use std::path::{Path, PathBuf};

    pub(crate) fn library() -> Option<PathBuf> {
        let path = std::env::var_os("ORT_DYLIB_PATH").filter(|v| !v.is_empty());
        if path.is_none() {
            let message = "ORT_DYLIB_PATH names no ONNX Runtime";
            let required = std::env::var("SELFSAME_REQUIRE_ORT").is_ok_and(|v| v == "1");
            assert!(!required, "{message}, and SELFSAME_REQUIRE_ORT=1");
            #[expect(clippy::explicit_write, reason = "the harness swallows what passing tests print with macros")]
            writeln!(std::io::stderr(), "skipped: {message}").unwrap();
        }
        path.map(PathBuf::from)
    }

    fn load_tiny(options: &OrtOptions) -> Result<OrtNetwork> {
        OrtNetwork::load(TINY, &ModelCard::parse(TINY_CARD).unwrap(), options)
    }

    #[track_caller]
    fn assert_kind<T>(result: Result<T>, kind: ErrorKind) -> Error {
        let error = result.err().expect("must fail");
        assert_eq!(error.kind(), kind, "{error}");
        error
    }

    #[test]
    fn native_agrees_with_onnx_runtime_on_every_network() {
        if library().is_none() {
            return;
        }
        let backend = Backend::Ort(OrtOptions::default());
        let bundled = [Task::Detect, Task::Mesh, Task::Template].map(|task| (task, ModelSource::Bundled));
        #[cfg(feature = "sface")]
        let bundled = bundled.into_iter().chain([(Task::Template, ModelSource::sface())]);
        for (task, source) in bundled {
            let load = |b| Model::load(task, &source, b).unwrap();
            let (native, ort) = (load(&Backend::Native), load(&backend));
            assert_eq!(native.network.signature(), ort.network.signature());
            for batch in [1, 3] {
                for (what, input) in [("wave", wave(&native.card, batch)), ("noise", noise(&native.card, batch, 42))] {
                    let [n, o] = [&native, &ort].map(|m| run(&*m.network, &input));
                    assert_close(&format!("{what}, batch of {batch}"), &native, &n, &o);
                }
            }
        }
    }

    #[test]
    fn a_users_own_network_runs_in_either_layout() {
        if library().is_none() {
            return;
        }
        let backend = Backend::Ort(OrtOptions::default());
        let (planes, pixels) = (tiny(&backend), tiny_nhwc(&backend));
        let native = tiny(&Backend::Native);
        for input in [wave(&native.card, 3), noise(&native.card, 3, 1)] {
            let [reference, planes_out, pixels_out] = [&native, &planes, &pixels].map(|m| run(&*m.network, &input));
            assert_close("channels first", &planes, &reference, &planes_out);
            assert_close("channels last, one by one", &pixels, &reference, &pixels_out);
        }
        assert!(run(&*planes.network, &[])[0].is_empty(), "a batch of no images");
    }

    #[test]
    fn eight_threads_get_what_one_gets() {
        if library().is_none() {
            return;
        }
        // Fewer sessions than threads: some open one, some wait.
        let options = OrtOptions::default().with_max_sessions(3).unwrap();
        let backend = Backend::Ort(options);
        let mesh = Model::load(Task::Mesh, &ModelSource::Bundled, &backend).unwrap();
        let inputs: Vec<_> = (0..8).map(|seed| noise(&mesh.card, 1, seed)).collect();
        let alone: Vec<_> = inputs.iter().map(|i| run(&*mesh.network, i)).collect();
        std::thread::scope(|scope| {
            for (input, alone) in inputs.iter().zip(&alone) {
                let mesh = &mesh;
                scope.spawn(move || {
                    for _ in 0..10 {
                        assert_eq!(&run(&*mesh.network, input), alone);
                    }
                });
            }
        });
    }

    #[test]
    fn nan_passes_through_its_own_image_only() {
        if library().is_none() {
            return;
        }
        let model = tiny(&Backend::Ort(OrtOptions::default()));
        let mut input = wave(&model.card, 3);
        let clean = run(&*model.network, &input);
        let (image, width) = (model.network.signature().input_len(), model.card.input.width);
        input[image + 3 * (5 * width + 5)] = f32::NAN;
        let spoiled = run(&*model.network, &input);
        let row = |results: &[Vec<f32>], n: usize| results[0][8 * n..8 * (n + 1)].to_vec();
        assert!(row(&spoiled, 1).iter().all(|v| v.is_nan()));
        for n in [0, 2] {
            assert_eq!(row(&spoiled, n), row(&clean, n));
        }
    }

    #[test]
    fn slices_that_do_not_fit_are_refused() {
        if library().is_none() {
            return;
        }
        check_that_misfits_are_refused(&tiny(&Backend::Ort(OrtOptions::default())));
    }

    #[test]
    fn a_file_that_does_not_fit_its_card_is_no_model() {
        if library().is_none() {
            return;
        }
        for (from, to) in [
            ("width = 12", "width = 16"),
            ("layout = \"nchw\"", "layout = \"nhwc\""),
            ("name = \"planes\"", "name = \"pixels\""),
            ("name = \"embedding\"", "name = \"template\""),
            ("shape = [8]", "shape = [2, 4]"),
        ] {
            let card = TINY_CARD.replace(from, to);
            assert_ne!(card, TINY_CARD);
            let card = ModelCard::parse(&card).unwrap();
            let result = OrtNetwork::load(TINY, &card, &OrtOptions::default());
            assert_kind(result, ErrorKind::InvalidModel);
        }
        let card = ModelCard::parse(TINY_CARD).unwrap();
        for bytes in [&[][..], b"no network", &TINY[..TINY.len() / 2]] {
            let result = OrtNetwork::load(bytes, &card, &OrtOptions::default());
            assert_kind(result, ErrorKind::InvalidModel);
        }
    }

    #[test]
    fn a_provider_that_is_not_there_is_an_error() {
        let Some(library) = library() else { return };
        let mut absent = vec![];
        if !library.with_file_name("libonnxruntime_providers_cuda.so").exists() {
            absent.push(Provider::Cuda { device: 0 });
        }
        if !cfg!(target_os = "macos") {
            absent.push(Provider::CoreMl);
        }
        if !cfg!(target_os = "android") {
            absent.push(Provider::Nnapi);
        }
        if !cfg!(windows) {
            absent.push(Provider::DirectMl { device: 0 });
        }
        for provider in absent {
            for providers in [vec![provider], vec![provider, Provider::Cpu]] {
                let options = OrtOptions::default().with_providers(providers).unwrap();
                let error = assert_kind(load_tiny(&options), ErrorKind::BackendUnavailable);
                assert!(error.to_string().contains(&format!("{provider:?}")), "{error}");
            }
        }
    }

    #[test]
    fn options_out_of_range_are_refused() {
        let cuda = Provider::Cuda { device: 0 };
        let default = OrtOptions::default;
        for refused in [
            default().with_providers([]),
            default().with_providers([Provider::Cpu, cuda]),
            default().with_max_sessions(0),
            default().with_max_sessions(1025),
            default().with_intra_threads(usize::MAX),
        ] {
            assert_kind(refused, ErrorKind::InvalidArgument);
        }
        assert_eq!(default().providers(), [Provider::Cpu]);
        assert_eq!((default().intra_threads(), default().library()), (1, None));
        let options = default().with_providers([cuda, Provider::Cpu]).unwrap().with_intra_threads(0).unwrap();
        assert_eq!((options.providers().len(), options.intra_threads()), (2, 0));
    }

    /// In a process of its own, because a process loads ONNX Runtime once.
    #[test]
    fn a_failed_load_leaves_no_trace() {
        const CHILD: &str = "SELFSAME_TEST_LIBRARY";
        if let Some(library) = std::env::var_os(CHILD) {
            return in_a_fresh_process(Path::new(&library));
        }
        let module = module_path!().split_once("::").unwrap().1;
        let name = format!("{module}::a_failed_load_leaves_no_trace");
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &name])
            .env_remove("ORT_DYLIB_PATH")
            .env(CHILD, library().unwrap_or_default())
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && output.contains("1 passed"), "{output}");
    }

    fn in_a_fresh_process(library: &Path) {
        let load = |library: Option<&Path>| {
            let options = OrtOptions::default();
            load_tiny(&library.map_or(options.clone(), |library| options.with_library(library)))
        };
        let unavailable =
            |library: Option<&Path>| assert_kind(load(library), ErrorKind::BackendUnavailable).to_string();
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        for no_library in [None, Some("no/such/libonnxruntime.so"), Some("src"), Some("Cargo.toml")] {
            let error = unavailable(no_library.map(|p| manifest.join(p)).as_deref());
            assert!(error.contains("pip install onnxruntime==1.31.0") && error.contains("ORT_DYLIB_PATH"), "{error}");
        }
        if library.as_os_str().is_empty() {
            return;
        }
        load(Some(library)).unwrap();
        unavailable(None);
        unavailable(Some(&manifest.join("no/such/libonnxruntime.so")));
        let error = unavailable(Some(&manifest.join("Cargo.toml")));
        assert!(error.contains("this process uses"), "{error}");
        load(Some(library)).unwrap();
    }
}
