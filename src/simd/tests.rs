//! Every operation of the best instruction set against the portable one.

use super::{Isa, Kernel, LANES, Lanes, Level, Scalar};

#[test]
fn the_best_level_is_the_processors() {
    let name = Level::best().name();
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        let vnni = is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512vnni");
        assert_eq!(name, if vnni { "vnni" } else { "avx2" });
        assert_eq!(Level::all().last().unwrap().name(), name);
        return;
    }
    #[cfg(target_arch = "aarch64")]
    if std::arch::is_aarch64_feature_detected!("neon") {
        let dot = std::arch::is_aarch64_feature_detected!("dotprod");
        assert_eq!(name, if dot { "neon-dot" } else { "neon" });
        return;
    }
    #[cfg(target_arch = "wasm32")]
    if name != "scalar" {
        assert_eq!(name, if cfg!(selfsame_relaxed_simd) { "relaxed-simd" } else { "simd128" });
        return;
    }
    assert_eq!(name, "scalar");
}

/// Applies every operation of an instruction set to all pairs of `values`.
struct Operations<'a> {
    values: &'a [f32],
    results: &'a mut Vec<[Lanes; 6]>,
}

impl Kernel for Operations<'_> {
    fn run<I: Isa>(self, isa: I) {
        for a in self.values {
            for b in self.values {
                let (x, y) = (isa.load(&[*a; LANES]), isa.splat(*b));
                let results = [
                    isa.add(x, y),
                    isa.mul(x, y),
                    isa.max(x, y),
                    isa.min(x, y),
                    isa.max_or_nan(x, y),
                    isa.mul_add(x, y, x),
                ];
                self.results.push(results.map(|v| {
                    let mut lanes = [0.0; LANES];
                    isa.store(v, &mut lanes);
                    lanes
                }));
            }
        }
    }
}

#[test]
fn operations_agree_on_every_kind_of_number() {
    let values = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.5,
        f32::MIN_POSITIVE / 2.0,
        f32::MAX,
        f32::MIN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        -f32::NAN,
    ];
    // What the compiler knows it computes itself.
    let values = std::hint::black_box(values);
    let (mut portable, mut best) = (Vec::new(), Vec::new());
    Operations { values: &values, results: &mut portable }.run(Scalar);
    Level::best().run(Operations { values: &values, results: &mut best });
    let names = ["add", "mul", "max", "min", "max_or_nan", "mul_add"];
    for (pair, (a, b)) in portable.iter().zip(&best).enumerate() {
        let operands = (values[pair / values.len()], values[pair % values.len()]);
        for ((name, a), b) in names.iter().zip(a).zip(b) {
            for (a, b) in a.iter().zip(b) {
                let same = if a.is_nan() { b.is_nan() } else { a == b && a.is_sign_negative() == b.is_sign_negative() };
                // One rounding or two.
                let fused = *name == "mul_add" && !operands.0.is_nan() && !operands.1.is_nan();
                assert!(same || fused, "{name} of {operands:?} is {b}, the portable code says {a}");
            }
        }
        let max_or_nan = a[4][0];
        assert_eq!(max_or_nan.is_nan(), operands.0.is_nan() || operands.1.is_nan(), "max_or_nan of {operands:?}");
    }
}

/// Turns a square of numbers over.
struct Transposed<'a>(&'a [Lanes; LANES], &'a mut [Lanes; LANES]);

impl Kernel for Transposed<'_> {
    fn run<I: Isa>(self, isa: I) {
        let Self(from, to) = self;
        for (to, row) in to.iter_mut().zip(isa.transpose(from.map(|row| isa.load(&row)))) {
            isa.store(row, to);
        }
    }
}

#[test]
fn rows_become_columns() {
    let from: [Lanes; LANES] = std::array::from_fn(|i| std::array::from_fn(|j| (10 * i + j) as f32));
    for level in Level::all() {
        let mut to = [[f32::NAN; LANES]; LANES];
        level.run(Transposed(&from, &mut to));
        for (i, row) in to.iter().enumerate() {
            assert_eq!(*row, std::array::from_fn(|j| (10 * j + i) as f32), "{}", level.name());
        }
    }
}

/// Floats stored as bytes.
struct Stored<'a>(&'a [Lanes; 4], &'a mut [u8; 4 * LANES]);

impl Kernel for Stored<'_> {
    fn run<I: Isa>(self, isa: I) {
        isa.store_bytes(self.0.map(|v| isa.load(&v)), self.1);
    }
}

#[test]
fn floats_become_bytes_as_rounded_to_even() {
    let eighths = (-64..=255 * 8).map(|i| i as f32 / 8.0);
    let beside = (0..255).flat_map(|i| [(i as f32 + 0.5).next_down(), (i as f32 + 0.5).next_up()]);
    let odd = [f32::NAN, -f32::NAN, f32::NEG_INFINITY, f32::MIN, -0.0, 1e-42, 0.5, 254.5, 255.0_f32.next_down()];
    let values: Vec<f32> = eighths.chain(beside).chain(odd).collect();
    for level in Level::all() {
        for values in values.chunks(4 * LANES) {
            let (mut from, mut to) = ([[0.0; LANES]; 4], [77; 4 * LANES]);
            from.as_flattened_mut()[..values.len()].copy_from_slice(values);
            level.run_int8(Stored(&from, &mut to));
            for (v, byte) in from.as_flattened().iter().zip(to) {
                assert_eq!(byte, v.round_ties_even() as u8, "{v} on {}", level.name());
            }
        }
    }
}

/// Integers of 8 and of 4 bits as floats.
struct Widened<'a> {
    bytes: &'a [i8; 4 * LANES],
    floats: &'a mut [Lanes; 4],
    fields: &'a mut [Lanes; LANES],
}

impl Kernel for Widened<'_> {
    fn run<I: Isa>(self, isa: I) {
        for (bytes, floats) in self.bytes.as_chunks().0.iter().zip(self.floats) {
            isa.store(isa.widen_bytes(bytes), floats);
        }
        let words = self.bytes.map(i8::cast_unsigned);
        for (field, to) in isa.widen_nibbles(&words).into_iter().zip(self.fields) {
            isa.store(field, to);
        }
    }
}

#[test]
fn integers_become_floats() {
    for level in Level::all() {
        for start in 0..=u8::MAX {
            let bytes: [i8; 4 * LANES] =
                std::array::from_fn(|i| start.wrapping_add(37u8.wrapping_mul(i as u8)).cast_signed());
            let (mut floats, mut fields) = ([[f32::NAN; LANES]; 4], [[f32::NAN; LANES]; LANES]);
            level.run(Widened { bytes: &bytes, floats: &mut floats, fields: &mut fields });
            assert_eq!(floats.as_flattened(), bytes.map(f32::from), "{}", level.name());
            for (k, field) in fields.iter().enumerate() {
                let expected: [f32; LANES] = std::array::from_fn(|lane| {
                    let byte = bytes[4 * lane + k / 2].cast_unsigned();
                    let nibble = if k % 2 == 0 { byte & 15 } else { byte >> 4 };
                    let value = if k == 7 { i32::from(nibble as i8) << 28 >> 28 } else { i32::from(nibble) };
                    value as f32 * 16f32.powi(k as i32)
                });
                assert_eq!(*field, expected, "field {k} on {}", level.name());
            }
        }
    }
}

/// a · b + c of pairs, whose halves are to be those of two vectors.
struct Pairs<'a>(&'a [Lanes; 2], f32, &'a mut [Lanes; 2]);

impl Kernel for Pairs<'_> {
    fn run<I: Isa>(self, isa: I) {
        let Self(a, b, to) = self;
        let pair = isa.mul_add_pair(isa.load_pair(a), isa.splat_pair(b), isa.load_pair(a));
        for (half, to) in isa.halves(pair).into_iter().zip(to) {
            isa.store(half, to);
        }
    }
}

#[test]
fn pairs_are_two_vectors() {
    let a: [Lanes; 2] = std::array::from_fn(|i| std::array::from_fn(|j| (8 * i + j) as f32));
    for level in Level::all() {
        let mut to = [[f32::NAN; LANES]; 2];
        level.run_pairs(Pairs(&a, 2.0, &mut to));
        assert_eq!(to, a.map(|half| half.map(|v| 3.0 * v)), "{}", level.name());
    }
}

/// Sums of products of integers.
struct Dots<'a> {
    a: [u8; 4],
    pairs: [i16; 2 * LANES],
    w: &'a [i8; 4 * LANES],
    sums: &'a mut [Lanes; 2],
}

impl Kernel for Dots<'_> {
    fn run<I: Isa>(self, isa: I) {
        let (mut fours, mut twos) = (isa.no_sums(), isa.no_sums());
        // Twice, so that sums meet sums.
        for _ in 0..2 {
            fours = isa.dot(fours, self.a, self.w);
            twos = isa.dot_pairs(twos, &self.pairs, self.w.first_chunk().unwrap());
        }
        isa.store(isa.to_floats(fours), &mut self.sums[0]);
        isa.store(isa.to_floats(twos), &mut self.sums[1]);
    }
}

/// Sums of products with two vectors' weights, which are to be those of each.
struct DotsByTwo<'a>([u8; 4], &'a [[i8; 4 * LANES]; 2], &'a mut [Lanes; 2]);

impl Kernel for DotsByTwo<'_> {
    fn run<I: Isa>(self, isa: I) {
        let Self(a, w, to) = self;
        let mut sums = isa.no_sums_pair();
        for _ in 0..2 {
            sums = isa.dot_by_two(sums, a, w);
        }
        for (half, to) in isa.sums_halves(sums).into_iter().zip(to) {
            isa.store(isa.to_floats(half), to);
        }
    }
}

#[test]
fn products_with_two_vectors_are_those_with_each() {
    for level in Level::all() {
        for step in 0..=u8::MAX {
            let byte = |i: usize| step.wrapping_mul(i as u8).wrapping_add(97u8.wrapping_mul(i as u8 / 5));
            let extreme = |i: usize| if step.is_multiple_of(3) { i8::MIN } else { byte(i).cast_signed() };
            let w: [[i8; 4 * LANES]; 2] =
                [std::array::from_fn(extreme), std::array::from_fn(|i| byte(i + 7).cast_signed())];
            let a: [u8; 4] = std::array::from_fn(|i| if step.is_multiple_of(2) { 127 } else { byte(i) & 127 });
            let mut sums = [[f32::NAN; LANES]; 2];
            level.run_int8(DotsByTwo(a, &w, &mut sums));
            let sum = |w: &[i8; 4 * LANES], lane: usize| {
                2.0 * (0..4).map(|i| i32::from(a[i]) * i32::from(w[4 * lane + i])).sum::<i32>() as f32
            };
            let expected = w.each_ref().map(|w| std::array::from_fn(|lane| sum(w, lane)));
            assert_eq!(sums, expected, "{step} on {}", level.name());
        }
    }
}

#[test]
fn sums_of_integers_are_exact_to_the_extremes() {
    for level in Level::all() {
        for step in 0..=u8::MAX {
            let byte = |i: usize| step.wrapping_mul(i as u8).wrapping_add(131u8.wrapping_mul(i as u8 / 3));
            let extreme = |i: usize| if step.is_multiple_of(3) { i8::MIN } else { byte(i).cast_signed() };
            let w: [i8; 4 * LANES] = std::array::from_fn(extreme);
            let a: [u8; 4] = std::array::from_fn(|i| if step.is_multiple_of(2) { 127 } else { byte(i) & 127 });
            let pairs: [i16; 2 * LANES] =
                std::array::from_fn(|i| if step.is_multiple_of(5) { i16::MAX } else { 255 * i16::from(w[i]) });
            let mut sums = [[f32::NAN; LANES]; 2];
            level.run_int8(Dots { a, pairs, w: &w, sums: &mut sums });
            let fours = |lane: usize| (0..4).map(|i| i64::from(a[i]) * i64::from(w[4 * lane + i])).sum::<i64>();
            let twos =
                |lane: usize| (2 * lane..2 * lane + 2).map(|i| i64::from(pairs[i]) * i64::from(w[i])).sum::<i64>();
            assert_eq!(sums[0], std::array::from_fn(|lane| 2.0 * fours(lane) as f32), "{step} on {}", level.name());
            assert_eq!(sums[1], std::array::from_fn(|lane| 2.0 * twos(lane) as f32), "{step} on {}", level.name());
        }
    }
}

/// Integers of 16 bits as floats.
struct WidenedWords<'a>(&'a [[i16; LANES]; 2], &'a mut [Lanes; 2]);

impl Kernel for WidenedWords<'_> {
    fn run<I: Isa>(self, isa: I) {
        for (v, to) in isa.halves(isa.widen_words(self.0)).into_iter().zip(self.1) {
            isa.store(v, to);
        }
    }
}

#[test]
fn words_become_floats() {
    for level in Level::all() {
        for start in (i16::MIN..=i16::MAX).step_by(2 * LANES) {
            let words: [[i16; LANES]; 2] =
                std::array::from_fn(|half| std::array::from_fn(|i| start + (half * LANES + i) as i16));
            let mut floats = [[f32::NAN; LANES]; 2];
            level.run_pairs(WidenedWords(&words, &mut floats));
            assert_eq!(floats, words.map(|half| half.map(f32::from)), "{}", level.name());
        }
    }
}
