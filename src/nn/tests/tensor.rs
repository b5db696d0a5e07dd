//! Tensors of the reference interpreter: plain f64, row-major, checked at every access.

use super::writer::{Constant, Storage};
use half::f16;

/// A tensor in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub values: Vec<f64>,
}

impl Tensor {
    /// A tensor whose element at each index is `f(index)`.
    pub fn from_fn(shape: &[usize], f: impl Fn(&[usize]) -> f64) -> Self {
        let len = shape.iter().product();
        let mut index = vec![0; shape.len()];
        let mut values = Vec::with_capacity(len);
        for _ in 0..len {
            values.push(f(&index));
            for axis in (0..shape.len()).rev() {
                index[axis] += 1;
                if index[axis] < shape[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        Self { shape: shape.to_vec(), values }
    }

    pub fn at(&self, index: &[usize]) -> f64 {
        assert_eq!(index.len(), self.shape.len());
        let offset = index.iter().zip(&self.shape).fold(0, |offset, (i, side)| {
            assert!(i < side);
            offset * side + i
        });
        self.values[offset]
    }

    /// The value at signed indices of an image's plane, if that is inside it.
    pub fn pixel(&self, c: usize, y: i64, x: i64) -> Option<f64> {
        let inside = y >= 0 && x >= 0 && y < self.shape[2] as i64 && x < self.shape[3] as i64;
        inside.then(|| self.at(&[0, c, y as usize, x as usize]))
    }

    pub fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { shape: self.shape.clone(), values: self.values.iter().map(|v| f(*v)).collect() }
    }

    pub fn reshaped(&self, shape: Vec<usize>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), self.values.len());
        Self { shape, values: self.values.clone() }
    }

    pub fn transposed(&self, perm: &[usize]) -> Self {
        let shape: Vec<usize> = perm.iter().map(|p| self.shape[*p]).collect();
        Self::from_fn(&shape, |index| {
            let mut source = vec![0; perm.len()];
            perm.iter().zip(index).for_each(|(p, i)| source[*p] = *i);
            self.at(&source)
        })
    }

    /// (1, C, H, W) as (1, H, W, C).
    pub fn to_channels_last(&self) -> Self {
        self.transposed(&[0, 2, 3, 1])
    }

    pub fn from_constant(constant: &Constant) -> Self {
        let stored = |v: &f64| match constant.storage {
            Storage::RawF16 | Storage::TypedF16 => f16::from_f64(*v).to_f64(),
            _ => *v,
        };
        let shape = constant.shape.iter().map(|v| *v as usize).collect();
        Self { shape, values: constant.values.iter().map(stored).collect() }
    }
}

/// Numpy broadcasting.
pub fn broadcast(a: &Tensor, b: &Tensor, f: impl Fn(f64, f64) -> f64) -> Tensor {
    let rank = a.shape.len().max(b.shape.len());
    let side = |t: &Tensor, axis: usize| (axis + t.shape.len()).checked_sub(rank).map_or(1, |i| t.shape[i]);
    let shape: Vec<usize> = (0..rank)
        .map(|axis| {
            let (a, b) = (side(a, axis), side(b, axis));
            assert!(a == b || a == 1 || b == 1, "shapes do not broadcast");
            a.max(b)
        })
        .collect();
    let pick = |t: &Tensor, index: &[usize]| {
        let own = &index[rank - t.shape.len()..];
        let clipped: Vec<usize> = own.iter().zip(&t.shape).map(|(i, side)| if *side == 1 { 0 } else { *i }).collect();
        t.at(&clipped)
    };
    Tensor::from_fn(&shape, |index| f(pick(a, index), pick(b, index)))
}

/// The product of two matrices.
pub fn matmul(a: &Tensor, b: &Tensor) -> Tensor {
    assert_eq!(a.shape[1], b.shape[0]);
    Tensor::from_fn(&[a.shape[0], b.shape[1]], |at| {
        (0..a.shape[1]).map(|k| a.at(&[at[0], k]) * b.at(&[k, at[1]])).sum()
    })
}
