//! Every kernel at every level against the portable one.

mod coded;
mod convolutions;
mod int8;
mod passes;
mod winograd;

use super::epilogue::{Activation, Epilogue};
use super::walk::Walk;
use crate::simd::{LANES, Lanes, Level};

/// The largest difference, as a multiple of the f32 rounding step of the largest value.
const ULPS: f32 = 16.0;
/// What outputs hold beforehand.
const MARKER: f32 = 12345.0;

struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    fn floats(&mut self, len: usize) -> Vec<f32> {
        (0..len).map(|_| self.next()).collect()
    }

    fn vectors(&mut self, len: usize) -> Vec<Lanes> {
        (0..len).map(|_| std::array::from_fn(|_| self.next())).collect()
    }
}

/// Runs at every level on outputs full of a marker; asserts that the results agree and returns the
/// best level's.
fn compare(what: &str, len: usize, run: impl Fn(Level, &mut [Lanes])) -> Vec<Lanes> {
    let result = |level: Level| {
        let mut output = vec![[MARKER; LANES]; len];
        run(level, &mut output);
        output
    };
    let scalar = result(Level::SCALAR);
    let others = Level::all().into_iter().skip(1);
    others.fold(scalar.clone(), |_, level| agreed(&format!("{what} on {}", level.name()), &scalar, result(level)))
}

fn agreed(what: &str, scalar: &[Lanes], result: Vec<Lanes>) -> Vec<Lanes> {
    let written = scalar.as_flattened().iter().filter(|v| **v != MARKER && v.is_finite());
    let scale = written.fold(1.0f32, |m, v| m.max(v.abs()));
    for (i, (a, b)) in scalar.as_flattened().iter().zip(result.as_flattened()).enumerate() {
        let same = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= ULPS * f32::EPSILON * scale;
        assert!(same, "{what}: float {i} is {b}, the portable code says {a}");
    }
    result
}

fn activations(random: &mut Random, vectors: usize) -> Vec<Activation> {
    let slopes = random.vectors(vectors);
    vec![
        Activation::None,
        Activation::Relu,
        Activation::Clip { low: -0.5, high: 0.75 },
        Activation::PRelu { slopes },
        Activation::Sigmoid,
    ]
}

fn pairs(random: &mut Random, vectors: usize) -> Vec<Epilogue> {
    let all = activations(random, vectors);
    all.iter()
        .flat_map(|first| all.iter().map(|second| Epilogue { first: first.clone(), second: second.clone() }))
        .collect()
}

/// An image of vectors with a border of one pixel, as a walk over its inside.
fn bordered(width: usize, height: usize, vectors: usize) -> (Walk, usize) {
    let pitch = (width + 2) * vectors;
    (Walk { origin: pitch + vectors, right: vectors, down: pitch }, (height + 2) * pitch)
}

fn times(walk: Walk, factor: usize) -> Walk {
    Walk { origin: walk.origin * factor, right: walk.right * factor, down: walk.down * factor }
}
