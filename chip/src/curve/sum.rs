//! The sum of two multiples of points, as a signature's check needs it: fast, in a time that tells
//! the factors, which are public.

use super::field::{Element, Group, Point};
use crypto_bigint::Uint;

/// Bits of a digit of a factor.
const WINDOW: u32 = 5;
/// Odd multiples of a point that digits name: 1, 3 and so on.
const MULTIPLES: usize = 1 << (WINDOW - 2);

/// A point (X/Z², Y/Z³), or the neutral one where Z is zero.
#[derive(Clone, Copy)]
struct Jacobian<const L: usize> {
    x: Element<L>,
    y: Element<L>,
    z: Element<L>,
}

impl<const L: usize> Group<L> {
    /// The first coordinate of `u1` times one point and `u2` times another; `None` if the sum is
    /// the neutral point. Neither of the two points is neutral.
    pub(super) fn sum_of_two(
        &self,
        u1: &Uint<L>,
        one: &Point<L>,
        u2: &Uint<L>,
        other: &Point<L>,
    ) -> Option<Element<L>> {
        let bits = self.order_bits;
        let factors = [(digits(u1, bits), self.odd_multiples(one)?), (digits(u2, bits), self.odd_multiples(other)?)];
        let mut sum = Jacobian { x: Element::one(&self.p), y: Element::one(&self.p), z: Element::zero(&self.p) };
        for i in (0..=bits as usize).rev() {
            sum = self.double(&sum);
            for (digits, multiples) in &factors {
                let digit = digits.get(i).copied().unwrap_or(0);
                if digit != 0 {
                    // A digit is odd and below 16.
                    let (x, y) = multiples.get(usize::from(digit.unsigned_abs()) / 2)?;
                    sum = self.add_affine(&sum, x, &if digit < 0 { -*y } else { *y });
                }
            }
        }
        let inverse = Option::<Element<L>>::from(sum.z.invert_vartime())?;
        Some(sum.x * inverse.square())
    }

    /// Twice a point (Bernstein and Lange's database of formulas, `dbl-2007-bl`).
    fn double(&self, point: &Jacobian<L>) -> Jacobian<L> {
        let (xx, yy, zz) = (point.x.square(), point.y.square(), point.z.square());
        let s = point.x * yy;
        let s = s.double().double();
        let m = xx.double() + xx + self.a * zz.square();
        let x = m.square() - s.double();
        let eight = yy.square().double().double().double();
        Jacobian { x, y: m * (s - x) - eight, z: (point.y * point.z).double() }
    }

    /// The sum with a point that is not neutral (ibidem, the formula behind `madd`), whichever they
    /// are.
    fn add_affine(&self, point: &Jacobian<L>, x: &Element<L>, y: &Element<L>) -> Jacobian<L> {
        let zero = Element::zero(&self.p);
        if point.z == zero {
            return Jacobian { x: *x, y: *y, z: Element::one(&self.p) };
        }
        let zz = point.z.square();
        let h = *x * zz - point.x;
        let r = *y * zz * point.z - point.y;
        if h == zero && r == zero {
            return self.double(point);
        }
        let hh = h.square();
        let (hhh, v) = (h * hh, point.x * hh);
        let sum_x = r.square() - hhh - v.double();
        Jacobian { x: sum_x, y: r * (v - sum_x) - point.y * hhh, z: point.z * h }
    }

    /// The coordinates of 1, 3, 5 … times a point, with one inversion for all (Montgomery 1987).
    fn odd_multiples(&self, point: &Point<L>) -> Option<[(Element<L>, Element<L>); MULTIPLES]> {
        let twice = self.add(point, point);
        let mut multiples = [*point; MULTIPLES];
        let mut last = *point;
        for slot in multiples.iter_mut().skip(1) {
            last = self.add(&last, &twice);
            *slot = last;
        }
        // Products of all before each.
        let mut before = [Element::one(&self.p); MULTIPLES];
        let mut product = Element::one(&self.p);
        for (slot, multiple) in before.iter_mut().zip(&multiples) {
            *slot = product;
            product *= multiple.z;
        }
        let mut inverse = Option::<Element<L>>::from(product.invert_vartime())?;
        let mut affine = [(Element::zero(&self.p), Element::zero(&self.p)); MULTIPLES];
        for ((slot, multiple), before) in affine.iter_mut().zip(&multiples).zip(&before).rev() {
            let z = inverse * *before;
            *slot = (multiple.x * z, multiple.y * z);
            inverse *= multiple.z;
        }
        Some(affine)
    }
}

/// A factor's digits, lowest first: zero, or odd and of at most four bits and a sign, of which
/// five zeros or more follow on each other (non-adjacent form of width 5; Solinas 2000).
fn digits<const L: usize>(factor: &Uint<L>, bits: u32) -> Vec<i8> {
    let bit = |i: u32| u32::from(i < bits && factor.bit_vartime(i));
    let mut digits = vec![0i8; bits as usize + 1];
    let (mut i, mut carry) = (0, 0);
    while i <= bits {
        if bit(i) + carry != 1 {
            // 0, or 2 and so one for the next.
            carry = (bit(i) + carry) / 2;
            i += 1;
            continue;
        }
        let window: u32 = carry + (0..WINDOW).map(|j| bit(i + j) << j).sum::<u32>();
        let half = 1 << (WINDOW - 1);
        carry = u32::from(window >= half);
        if let Some(slot) = digits.get_mut(i as usize) {
            *slot = window as i8 - (carry as i8) * (2 * half as i8);
        }
        i += WINDOW;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::super::table::CURVES;
    use super::*;

    #[test]
    fn sums_are_those_of_the_complete_formulas() {
        for numbers in &CURVES {
            let group = Group::<9>::new(numbers).unwrap();
            let order = *group.n.modulus().as_ref();
            let small = [0u32, 1, 2, 3, 15, 16, 17, 0xFFFF_FFFF].map(Uint::<9>::from);
            let large = [1u32, 2, 3, 0x8000_0000].map(|k| order.wrapping_sub(&Uint::from(k)));
            let factors: Vec<_> = small.into_iter().chain(large).collect();
            let opposite = Point { y: -group.base.y, ..group.base };
            let multiples = |point: &Point<9>| factors.iter().map(|u| (*u, group.times(u, point))).collect::<Vec<_>>();
            let of_base = multiples(&group.base);
            for point in [group.base, group.add(&group.base, &group.base), opposite] {
                for (u2, b) in multiples(&point) {
                    for (u1, a) in &of_base {
                        let slow = group.add(a, &b);
                        let slow = Option::<Element<9>>::from(slow.z.invert()).map(|z| slow.x * z);
                        let fast = group.sum_of_two(u1, &group.base, &u2, &point);
                        assert_eq!(fast.map(|x| x.retrieve()), slow.map(|x| x.retrieve()), "{}", numbers.curve);
                    }
                }
            }
        }
    }

    #[test]
    fn key_agreement_has_two_sides() {
        for curve in super::super::Curve::ALL {
            let pair = |seed: u8| {
                let mut rng = <rand_chacha::ChaCha20Rng as rand_chacha::rand_core::SeedableRng>::from_seed([seed; 32]);
                curve.key_pair(&mut rng).unwrap()
            };
            let (one, other) = (pair(1), pair(2));
            curve.check(&one.public).unwrap();
            let shared = curve.shared_x(&one.private, &other.public).unwrap();
            assert_eq!(shared, curve.shared_x(&other.private, &one.public).unwrap());
            assert_eq!(shared.len(), curve.len());
            let mut off = one.public.clone();
            *off.last_mut().unwrap() ^= 1;
            assert!(curve.check(&off).is_err() && curve.shared_x(&one.private, &off).is_err(), "{curve}");
            assert!(curve.check(&[4]).is_err() && curve.check(&[]).is_err());
        }
    }
}
