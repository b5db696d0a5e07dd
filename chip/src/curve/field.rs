//! Points of one curve, and what is computed with them.

use super::{KeyPair, Numbers, bytes_of};
use crate::error::{ChipReason, Error, Result};
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Choice, CtSelect, NonZero, Odd, Uint};
use zeroize::Zeroizing;

/// A number modulo a prime.
pub(super) type Element<const L: usize> = FixedMontyForm<L>;

/// A curve, its base point and order, in numbers of `L` words.
pub(super) struct Group<const L: usize> {
    pub(super) p: FixedMontyParams<L>,
    pub(super) n: FixedMontyParams<L>,
    pub(super) a: Element<L>,
    b: Element<L>,
    /// Three times `b`.
    b3: Element<L>,
    pub(super) base: Point<L>,
    /// Bytes of a coordinate, and of a factor.
    len: usize,
    /// Bits of the order.
    pub(super) order_bits: u32,
}

/// A point in homogeneous coordinates: (X/Z, Y/Z), or the neutral one where Z is zero.
#[derive(Clone, Copy)]
pub(super) struct Point<const L: usize> {
    pub(super) x: Element<L>,
    pub(super) y: Element<L>,
    pub(super) z: Element<L>,
}

/// The number of these bytes; `None` if it has over `L` words.
fn number<const L: usize>(bytes: &[u8]) -> Option<Uint<L>> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = bytes.get(zeros..).unwrap_or_default();
    let size = L * crypto_bigint::Limb::BYTES;
    let mut padded = vec![0; size.checked_sub(digits.len())?];
    padded.extend_from_slice(digits);
    Some(Uint::from_be_slice(&padded))
}

/// The last `len` bytes of a number.
fn bytes_of_number<const L: usize>(number: &Uint<L>, len: usize) -> Vec<u8> {
    let words = number.as_words().iter().rev().flat_map(|word| word.to_be_bytes());
    let all: Zeroizing<Vec<u8>> = Zeroizing::new(words.collect());
    all.get(all.len().saturating_sub(len)..).unwrap_or_default().to_vec()
}

fn invalid() -> Error {
    Error::new(ChipReason::InvalidKey, "a point of a curve")
}

impl<const L: usize> Group<L> {
    /// The group of these numbers.
    pub(super) fn new(numbers: &Numbers) -> Result<Self> {
        let of = |digits: &str| number::<L>(&bytes_of(digits)).ok_or(Error::from(ChipReason::UnknownCurve));
        let modulus = |digits: &str| -> Result<FixedMontyParams<L>> {
            let odd = Option::from(Odd::new(of(digits)?));
            odd.map(FixedMontyParams::new_vartime).ok_or_else(|| ChipReason::UnknownCurve.into())
        };
        let (p, n) = (modulus(numbers.p)?, modulus(numbers.n)?);
        let element = |digits: &str| Ok::<_, Error>(Element::new(&of(digits)?, &p));
        let (a, b) = (element(numbers.a)?, element(numbers.b)?);
        let base = Point { x: element(numbers.x)?, y: element(numbers.y)?, z: Element::one(&p) };
        let (b3, len) = (b.double() + b, numbers.p.len() / 2);
        Ok(Self { order_bits: n.modulus().bit_width_vartime(), p, n, a, b, b3, base, len })
    }

    /// The sum of two points, whichever they are (Renes, Costello and Batina 2016, *Complete
    /// addition formulas for prime order elliptic curves*, algorithm 1).
    pub(super) fn add(&self, one: &Point<L>, other: &Point<L>) -> Point<L> {
        let (t0, t1, t2) = (one.x * other.x, one.y * other.y, one.z * other.z);
        let t3 = (one.x + one.y) * (other.x + other.y) - (t0 + t1);
        let t4 = (one.x + one.z) * (other.x + other.z) - (t0 + t2);
        let t5 = (one.y + one.z) * (other.y + other.z) - (t1 + t2);
        let z3 = self.b3 * t2 + self.a * t4;
        let (x3, z3) = (t1 - z3, t1 + z3);
        let a_t2 = self.a * t2;
        let t1 = t0.double() + t0 + a_t2;
        let t4 = self.b3 * t4 + self.a * (t0 - a_t2);
        Point { x: t3 * x3 - t5 * t4, y: x3 * z3 + t1 * t4, z: t5 * z3 + t3 * t1 }
    }

    fn neutral(&self) -> Point<L> {
        Point { x: Element::zero(&self.p), y: Element::one(&self.p), z: Element::zero(&self.p) }
    }

    /// The point of these bytes, which lies on the curve and is not the neutral one. The cofactor
    /// is 1, so that it is of the right order.
    fn point(&self, bytes: &[u8]) -> Result<Point<L>> {
        let (x, y) = match bytes {
            [0x04, rest @ ..] if rest.len() == 2 * self.len => rest.split_at_checked(self.len).ok_or_else(invalid)?,
            _ => return Err(invalid()),
        };
        let coordinate = |bytes| match number::<L>(bytes) {
            Some(value) if value < *self.p.modulus().as_ref() => Ok(Element::new(&value, &self.p)),
            _ => Err(invalid()),
        };
        let (x, y) = (coordinate(x)?, coordinate(y)?);
        let on_curve = y.square() == (x.square() + self.a) * x + self.b;
        if on_curve { Ok(Point { x, y, z: Element::one(&self.p) }) } else { Err(invalid()) }
    }

    /// Whether these bytes are a point.
    pub(super) fn check(&self, point: &[u8]) -> Result<()> {
        self.point(point).map(|_| ())
    }

    /// See [`super::Curve::verify`].
    pub(super) fn verify(&self, point: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> Result<bool> {
        let key = self.point(point)?;
        let order = *self.n.modulus().as_ref();
        let factor = |bytes: &[u8]| number::<L>(bytes).filter(|value| !bool::from(value.is_zero()) && *value < order);
        let (Some(r), Some(s)) = (factor(r), factor(s)) else { return Ok(false) };
        let Some(inverse) = Option::<Element<L>>::from(Element::new(&s, &self.n).invert_vartime()) else {
            return Ok(false);
        };
        let digest = Element::new(&self.truncated(digest), &self.n);
        let (u1, u2) = ((digest * inverse).retrieve(), (Element::new(&r, &self.n) * inverse).retrieve());
        let Some(x) = self.sum_of_two(&u1, &self.base, &u2, &key) else { return Ok(false) };
        let x = x.retrieve();
        Ok(Element::new(&x.rem_vartime(&NonZero::new(order).into_option().ok_or_else(invalid)?), &self.n).retrieve()
            == r)
    }

    /// The first bits of a digest, as many as the order has, modulo the order.
    fn truncated(&self, digest: &[u8]) -> Uint<L> {
        let bits = self.order_bits as usize;
        let taken = digest.get(..digest.len().min(bits.div_ceil(8))).unwrap_or_default();
        let surplus = (taken.len() * 8).saturating_sub(bits) as u32;
        let value = number::<L>(taken).unwrap_or(Uint::ZERO).shr_vartime(surplus);
        match NonZero::new(*self.n.modulus().as_ref()).into_option() {
            Some(order) => value.rem_vartime(&order),
            None => value,
        }
    }

    /// `factor` times a point, in the same time for every factor.
    pub(super) fn times(&self, factor: &Uint<L>, point: &Point<L>) -> Point<L> {
        let mut sum = self.neutral();
        for i in (0..self.order_bits).rev() {
            sum = self.add(&sum, &sum);
            let more = self.add(&sum, point);
            let set: Choice = factor.bit(i);
            sum = Point {
                x: sum.x.ct_select(&more.x, set),
                y: sum.y.ct_select(&more.y, set),
                z: sum.z.ct_select(&more.z, set),
            };
        }
        sum
    }

    /// Both coordinates; `None` of the neutral point.
    fn affine(&self, point: &Point<L>) -> Option<(Vec<u8>, Vec<u8>)> {
        let z: Element<L> = point.z.invert().into_option()?;
        let bytes = |element: Element<L>| bytes_of_number(&(element * z).retrieve(), self.len);
        Some((bytes(point.x), bytes(point.y)))
    }

    /// See [`super::Curve::key_pair`].
    pub(super) fn key_pair(&self, seed: &[u8]) -> Result<KeyPair> {
        // Horner's rule, byte by byte: the seed has more bits than the numbers.
        let mut private = Element::zero(&self.n);
        let radix = Element::new(&Uint::from(256u32), &self.n);
        for byte in seed {
            private = private * radix + Element::new(&Uint::from(u32::from(*byte)), &self.n);
        }
        let private = private.retrieve();
        let (x, y) = self.affine(&self.times(&private, &self.base)).ok_or_else(invalid)?;
        let public = [&[0x04][..], &x, &y].concat();
        Ok(KeyPair { private: Zeroizing::new(bytes_of_number(&private, L * crypto_bigint::Limb::BYTES)), public })
    }

    /// See [`super::Curve::shared_x`].
    pub(super) fn shared_x(&self, private: &[u8], point: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let (private, point) = (number::<L>(private).ok_or_else(invalid)?, self.point(point)?);
        let (x, _) = self.affine(&self.times(&private, &point)).ok_or_else(invalid)?;
        Ok(Zeroizing::new(x))
    }
}
