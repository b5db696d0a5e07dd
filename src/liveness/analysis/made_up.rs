//! Sessions that nobody recorded, whose truth is known: for tests and fuzzing.
// This is code of tests, though not under `cfg(test)` alone.
#![allow(clippy::unwrap_used)]

use super::chain;
use crate::liveness::challenge::Challenge;
use crate::liveness::response::{Rgb, Sample, Trace};
use crate::mesh::{Mesh, canonical_vertices_cm};
use crate::random::Random;

const SIZE_PX: [f32; 2] = [480.0, 640.0];
const PX_PER_CM: f32 = 16.0;

/// The times of thirty frames a second until shortly after the challenge, in seconds.
pub(crate) fn times(challenge: &Challenge) -> Vec<f64> {
    let end = 1e-6 * challenge.total_us() as f64 + 0.4;
    (0..).map(|i| f64::from(i) / 30.0).take_while(|t| *t < end).collect()
}

/// What the screen shows.
pub(crate) fn light(challenge: &Challenge, time_s: f64) -> Rgb {
    let us = (1e6 * time_s.max(0.0)) as u64;
    let shown = challenge.segments().iter().rev().find(|s| s.start_us <= us);
    shown.or(challenge.segments().first()).map_or([0.0; 3], chain::shown)
}

/// A session of a face, or of what answers like `response` says (by place and normal of a patch),
/// before a distant wall.
pub(crate) fn session(challenge: &Challenge, response: impl Fn([f32; 6]) -> f32, seed: u64) -> Trace {
    let points =
        canonical_vertices_cm().map(|[x, y, z]| [240.0 + PX_PER_CM * x, 300.0 - PX_PER_CM * y, -PX_PER_CM * z]);
    let mesh = Mesh::new(points, 1.0).unwrap();
    let mut random = Random::new(seed, 1);
    let times = times(challenge);
    let mut trace = Trace::of_shape(&mesh, SIZE_PX, times.len());
    let shape: Vec<[f32; 6]> = trace.shape.iter().map(|s| s.map(|v| v / times.len() as f32)).collect();
    for time in times {
        let lit = light(challenge, time - 0.09);
        let mut noisy = |v: f32| v * (1.0 + 0.01 * random.normal());
        // A camera whose exposure wanders.
        let gain = 1.0 + 0.1 * (1.7 * time).sin() as f32;
        let patch = |shape: &[f32; 6]| lit.map(|l| gain * 0.2 * (1.0 + response(*shape) * l));
        let wall = [noisy(0.3 * gain); 3];
        let timestamp_us = (1e6 * time) as u64;
        trace.timestamps_us.push(timestamp_us);
        trace.samples.push(Sample {
            timestamp_us,
            track: 0,
            faces: 1,
            fingerprint: timestamp_us,
            px_per_cm: PX_PER_CM,
            turn_deg: [0.0; 3],
            eyes_px: [240.0, 300.0],
            features_cm: [[0.0, 5.0]; 8],
            patches: shape.iter().map(|s| patch(s).map(&mut noisy)).collect(),
            clipped: 0.0,
            dark: 0.0,
            ring: [Some(wall); 4],
            cells: (0..192).map(|_| [noisy(0.3 * gain); 3]).collect(),
            eyes: [[[0.1; 3]; 2]; 2],
        });
    }
    trace.identity = (1..9).map(|i| (450_000 * i, 0.9)).collect();
    trace
}

/// What a small screen 7 cm below the camera gives to a patch of a face at 32 cm whose eyes lie 4
/// cm above the camera's axis: a point's light, by Lambert's law and inverse square.
pub(crate) fn lit([x, y, z, nx, ny, nz]: [f32; 6]) -> f32 {
    let length = (nx * nx + ny * ny + nz * nz).sqrt();
    let (dx, dy, dz) = (-x, 7.0 - (y - 4.0), -(z + 32.0));
    let distance = (dx * dx + dy * dy + dz * dz).sqrt();
    0.3 * ((nx * dx + ny * dy + nz * dz) / (length * distance)).max(0.0) * (32.0 / distance).powi(2)
}

/// Changes the numbers of a trace: of each eight bytes the first four say which, the others what it
/// becomes.
#[cfg(fuzzing)]
pub(crate) fn change(trace: &mut Trace, bytes: &[u8]) {
    for [which, frame @ .., a, b, c, d] in bytes.as_chunks::<8>().0 {
        let bits = u32::from_le_bytes([*a, *b, *c, *d]);
        let (value, time) = (f32::from_bits(bits), u64::from(bits) << (which & 31));
        let [frame, place, channel] = frame.map(usize::from);
        let count = trace.samples.len().max(1);
        if which % 16 == 0 {
            match frame % 11 {
                0 => trace.samples.truncate(place),
                1 => trace.timestamps_us.truncate(place),
                2 => trace.shape.truncate(place),
                3 => trace.identity.push((time, value)),
                4 => trace.bounds.iter_mut().skip(channel % 4).take(1).for_each(|v| *v = value),
                5 => trace.eyes_px.iter_mut().skip(channel % 2).take(1).for_each(|v| *v = value),
                8 => trace.shown_us.push((place, time)),
                9 => trace.arrivals.get_or_insert_default().frames_us.push([time, u64::from(bits)]),
                10 => trace.arrivals.get_or_insert_default().revealed_us.push(time),
                6 => trace.size_px.iter_mut().skip(channel % 2).take(1).for_each(|v| *v = value),
                _ => trace.timestamps_us.push(time),
            }
            continue;
        }
        for shape in trace.shape.iter_mut().skip(place).take(usize::from(which % 16 == 1)) {
            shape.iter_mut().skip(channel % 6).take(1).for_each(|v| *v = value);
        }
        let Some(sample) = trace.samples.get_mut(frame % count) else { continue };
        let colors = match which % 16 {
            2 => {
                sample.timestamp_us = time;
                continue;
            }
            3 => {
                (sample.track, sample.faces, sample.fingerprint) = (bits, place as u32, u64::from(bits));
                continue;
            }
            4 => {
                (sample.px_per_cm, sample.clipped) = (value, value);
                continue;
            }
            5 => {
                sample.turn_deg = [value; 3];
                continue;
            }
            10 => {
                sample.eyes_px = [value; 2];
                continue;
            }
            11 => {
                sample.features_cm.iter_mut().skip(place % 8).take(1).for_each(|feature| *feature = [value; 2]);
                continue;
            }
            6 => {
                sample.ring.iter_mut().skip(place % 4).take(1).for_each(|ring| *ring = None);
                continue;
            }
            7 => {
                sample.patches.truncate(place);
                continue;
            }
            8 => sample.cells.as_mut_slice(),
            9 => sample.eyes.as_flattened_mut(),
            _ => sample.patches.as_mut_slice(),
        };
        let place = place % colors.len().max(1);
        for color in colors.iter_mut().skip(place).take(1) {
            color.iter_mut().skip(channel % 3).for_each(|v| *v = value);
        }
    }
}
