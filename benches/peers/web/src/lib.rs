//! The bundled networks behind plain exports, for `compare.mjs`.
//!
//! Nothing here frees what it has made: the module lives as long as the measurement.

use image::imageops::FilterType;
use selfsame::model::{Backend, Model, ModelSource, Task};
use std::arch::wasm32::{f32x4_add, f32x4_extract_lane, f32x4_splat};
use std::hint::black_box;

const PHOTO: &[u8] = include_bytes!("../../../../datasets/portraits/obama.jpg");

/// A network with a photograph as its input, channels last, and its outputs.
pub struct Bench {
    model: Model,
    input: Vec<f32>,
    outputs: Vec<Vec<f32>>,
}

/// Loads network `task` (0 detect, 1 mesh, 2 template) in f32, or in integers if `int8` is not 0.
#[unsafe(no_mangle)]
pub extern "C" fn load(task: u32, int8: u32) -> *mut Bench {
    let task = [Task::Detect, Task::Mesh, Task::Template][task as usize];
    let backend = if int8 == 0 { Backend::Native } else { Backend::Int8 };
    let model = Model::load(task, &ModelSource::Bundled, &backend).unwrap();
    let signature = model.network.signature();
    let outputs = signature.output_lens().map(|len| vec![0.0; len]).collect();
    let spec = &model.card.input;
    let (width, height) = (spec.width as u32, spec.height as u32);
    let photo = image::load_from_memory(PHOTO).unwrap().resize_exact(width, height, FilterType::Triangle).into_rgb8();
    let value = |(i, v): (usize, &u8)| (f32::from(*v) - spec.mean[i % 3]) * spec.scale[i % 3];
    let input = photo.iter().enumerate().map(value).collect();
    Box::into_raw(Box::new(Bench { model, input, outputs }))
}

/// Runs the network `times` times.
///
/// # Safety
/// `bench` comes from [`load`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn run(bench: *mut Bench, times: u32) {
    // SAFETY: as promised.
    let bench = unsafe { &mut *bench };
    for _ in 0..times {
        let mut outputs: Vec<_> = bench.outputs.iter_mut().map(Vec::as_mut_slice).collect();
        bench.model.network.run(black_box(&bench.input), &mut outputs).unwrap();
    }
}

/// Whether a batch of four, which is spread over threads where there are any, gives four times what
/// one image gives.
///
/// # Safety
/// `bench` comes from [`load`], and has been [`run`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn batch_agrees(bench: *const Bench) -> bool {
    // SAFETY: as promised.
    let bench = unsafe { &*bench };
    let mut outputs: Vec<_> = bench.outputs.iter().map(|output| vec![0.0; 4 * output.len()]).collect();
    let mut slices: Vec<_> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
    bench.model.network.run(&bench.input.repeat(4), &mut slices).unwrap();
    outputs.iter().zip(&bench.outputs).all(|(four, one)| *four == one.repeat(4))
}

/// Where the input lies.
///
/// # Safety
/// `bench` comes from [`load`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn input(bench: *const Bench) -> *const f32 {
    // SAFETY: as promised.
    unsafe { (*bench).input.as_ptr() }
}

/// Where output `index` lies.
///
/// # Safety
/// `bench` comes from [`load`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn output(bench: *const Bench, index: usize) -> *const f32 {
    // SAFETY: as promised.
    unsafe { (&(*bench).outputs)[index].as_ptr() }
}

/// How many values output `index` has; 0 behind the last.
///
/// # Safety
/// `bench` comes from [`load`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn output_len(bench: *const Bench, index: usize) -> usize {
    // SAFETY: as promised.
    unsafe { (&(*bench).outputs).get(index).map_or(0, Vec::len) }
}

/// Independent chains; two units of a latency of four cycles need eight.
const CHAINS: usize = 12;

/// Computes `steps` multiply-adds of four floats in each of twelve chains: the peak of this engine.
#[unsafe(no_mangle)]
#[target_feature(enable = "simd128")]
#[cfg_attr(selfsame_relaxed_simd, target_feature(enable = "relaxed-simd"))]
pub extern "C" fn peak(steps: u32) -> f32 {
    let a = f32x4_splat(black_box(0.5));
    let mut chains: [_; CHAINS] = std::array::from_fn(|i| f32x4_splat(i as f32));
    for _ in 0..steps {
        for x in &mut chains {
            #[cfg(selfsame_relaxed_simd)]
            {
                *x = std::arch::wasm32::f32x4_relaxed_madd(*x, a, a);
            }
            #[cfg(not(selfsame_relaxed_simd))]
            {
                *x = f32x4_add(std::arch::wasm32::f32x4_mul(*x, a), a);
            }
        }
    }
    f32x4_extract_lane::<0>(chains.into_iter().fold(a, |sum, x| f32x4_add(sum, x)))
}
