//! A fully connected layer whose weights stay integers of 8 or 4 bits in memory, with a scale for
//! each block of them.
//!
//! Such a layer uses each weight once, so that its time is that of reading the weights. They become
//! floats in registers and meet activations in f32: nothing is rounded beyond what the file is.
//!
//! Weights lie in panels of eight outputs, block after block; of a block, all that belong to one
//! output follow each other. A block's products are summed lane by lane, then multiplied by the
//! scale. At a panel's end a transposition adds up the lanes of all eight outputs.
//!
//! Of 4-bit weights eight share a 32-bit word. Field k is masked where it is, which makes it 16ᵏ
//! times as large, and meets an activation that is as much smaller; that saves the shift. All
//! fields but the last, which has the sign bit, are stored 8 too large, so that one sum over a
//! block's activations corrects all outputs. An activation that is not finite makes them NaN.

use crate::simd::{Isa, Kernel, LANES, Lanes};

/// How many weights of one output follow each other, and share a scale.
pub(crate) const BLOCK: usize = LANES * LANES;

/// What is added to 4-bit weights, but for the last of a word.
const OFFSET: i8 = 8;

/// A block of 8-bit weights.
type Bytes = [[i8; LANES]; LANES];
/// A block of 4-bit weights: field k of word l is weight 8 · k + l.
type Nibbles = [u8; BLOCK / 2];

#[derive(Debug, Clone, PartialEq)]
enum Codes {
    Bytes(Vec<[Bytes; LANES]>),
    Nibbles(Vec<[Nibbles; LANES]>),
}

/// Weights packed for [`Coded`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CodedWeights {
    /// The panels of eight outputs, one after the other; an entry is a block of each output.
    codes: Codes,
    /// A scale for each block and output, in the same order.
    scales: Vec<Lanes>,
    bias: Vec<Lanes>,
    /// Blocks of one output.
    blocks: usize,
}

impl CodedWeights {
    /// Packs codes output by output, with a scale for each [`BLOCK`] of them and a bias for each
    /// output. They are kept in 4 bits if all fit.
    pub fn pack(codes: &[i8], scales: &[f32], bias: &[f32]) -> Self {
        debug_assert!(codes.len() == scales.len() * BLOCK && !bias.is_empty());
        let blocks = scales.len() / bias.len().max(1);
        let panels = bias.len().div_ceil(LANES);
        let nibbles = codes.iter().all(|code| (-OFFSET..OFFSET).contains(code));
        let mut packed = Self {
            codes: match nibbles {
                true => Codes::Nibbles(vec![[[0; BLOCK / 2]; LANES]; panels * blocks]),
                false => Codes::Bytes(vec![[[[0; LANES]; LANES]; LANES]; panels * blocks]),
            },
            scales: vec![[0.0; LANES]; panels * blocks],
            bias: vec![[0.0; LANES]; panels],
            blocks,
        };
        packed.bias.as_flattened_mut()[..bias.len()].copy_from_slice(bias);
        for (i, (codes, scale)) in codes.as_chunks::<BLOCK>().0.iter().zip(scales).enumerate() {
            let (output, block) = (i / blocks, i % blocks);
            let (at, lane) = (output / LANES * blocks + block, output % LANES);
            packed.scales[at][lane] = *scale;
            match &mut packed.codes {
                Codes::Bytes(panels) => panels[at][lane].as_flattened_mut().copy_from_slice(codes),
                Codes::Nibbles(panels) => panels[at][lane] = in_words(codes),
            }
        }
        packed
    }

    /// How many inputs there are, and how many vectors of outputs.
    pub fn size(&self) -> (usize, usize) {
        (self.blocks * BLOCK, self.bias.len())
    }
}

/// A block of 4-bit weights in words.
fn in_words(codes: &[i8; BLOCK]) -> Nibbles {
    let mut words = [0; BLOCK / 2];
    for (i, code) in codes.iter().enumerate() {
        let (field, word) = (i / LANES, i % LANES);
        let stored = if field + 1 < LANES { code + OFFSET } else { *code };
        words[word * 4 + field / 2] |= (stored.cast_unsigned() & 15) << (4 * (field % 2));
    }
    words
}

/// The layer, ready to run on inputs and outputs that fit its weights.
pub(crate) struct Coded<'a> {
    pub input: &'a [f32],
    pub weights: &'a CodedWeights,
    pub output: &'a mut [Lanes],
}

impl Kernel for Coded<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let CodedWeights { codes, scales, bias, blocks } = self.weights;
        let input = self.input.as_chunks::<LANES>().0.as_chunks::<LANES>().0;
        for (panel, (bias, output)) in bias.iter().zip(self.output).enumerate() {
            let range = panel * blocks..(panel + 1) * blocks;
            let scales = &scales[range.clone()];
            let sums = match codes {
                Codes::Bytes(codes) => bytes(isa, input, &codes[range], scales),
                Codes::Nibbles(codes) => nibbles(isa, input, &codes[range], scales),
            };
            let [a, b, c, d, e, f, g, h] = isa.transpose(sums);
            let (first, second) = (isa.add(isa.add(a, b), isa.add(c, d)), isa.add(isa.add(e, f), isa.add(g, h)));
            isa.store(isa.add(isa.load(bias), isa.add(first, second)), output);
        }
    }
}

/// The products of a panel of 8-bit weights, summed lane by lane for each output.
#[inline(always)]
fn bytes<I: Isa>(isa: I, input: &[[Lanes; LANES]], codes: &[[Bytes; LANES]], scales: &[Lanes]) -> [I::V; LANES] {
    let mut sums = [isa.splat(0.0); LANES];
    for ((x, codes), scales) in input.iter().zip(codes).zip(scales) {
        for o in 0..LANES {
            let mut sum = isa.mul(isa.load(&x[0]), isa.widen_bytes(&codes[o][0]));
            for k in 1..LANES {
                sum = isa.mul_add(isa.load(&x[k]), isa.widen_bytes(&codes[o][k]), sum);
            }
            sums[o] = isa.mul_add(sum, isa.splat(scales[o]), sums[o]);
        }
    }
    sums
}

/// The products of a panel of 4-bit weights, likewise.
#[inline(always)]
fn nibbles<I: Isa>(isa: I, input: &[[Lanes; LANES]], codes: &[[Nibbles; LANES]], scales: &[Lanes]) -> [I::V; LANES] {
    let mut sums = [isa.splat(0.0); LANES];
    for ((x, codes), scales) in input.iter().zip(codes).zip(scales) {
        let mut smaller = [isa.splat(0.0); LANES];
        let (mut total, mut unit) = (isa.splat(0.0), 1.0);
        for k in 0..LANES {
            let v = isa.load(&x[k]);
            smaller[k] = isa.mul(v, isa.splat(unit));
            unit /= 16.0;
            if k + 1 < LANES {
                total = isa.add(total, v);
            }
        }
        let excess = isa.mul(total, isa.splat(f32::from(-OFFSET)));
        for o in 0..LANES {
            let fields = isa.widen_nibbles(&codes[o]);
            let mut sum = excess;
            for k in 0..LANES {
                sum = isa.mul_add(smaller[k], fields[k], sum);
            }
            sums[o] = isa.mul_add(sum, isa.splat(scales[o]), sums[o]);
        }
    }
    sums
}
