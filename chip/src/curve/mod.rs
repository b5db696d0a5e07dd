//! Elliptic curves: those that documents use, and no others.
//!
//! Signatures are public, so that their checks need not take the same time for all of them. What is
//! computed with a private key ([`shared_x`]) does.

mod field;
mod sum;
mod table;

use crate::der::{Der, INTEGER, Item, OCTET_STRING, OID, SEQUENCE};
use crate::error::{ChipReason, Error, Result};
use crate::oid;
use field::Group;
use rand_core::CryptoRng;
use std::fmt;
use table::{CURVES, Numbers};
use zeroize::Zeroizing;

macro_rules! curves {
    ($($variant:ident $bits:literal $word:literal),+ $(,)?) => {
        /// An elliptic curve of documents (ICAO Doc 9303-12, section 4.4; FIPS 186-4; RFC 5639).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Curve {
            $(#[doc = concat!("The curve `", $word, "`, ", $bits, " bits.")] $variant,)+
        }

        impl Curve {
            /// All curves.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The curve's usual name, a stable word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Bits of the curve's prime.
            #[must_use]
            pub const fn bits(self) -> usize {
                match self { $(Self::$variant => $bits,)+ }
            }
        }
    };
}

curves! {
    Secp192r1 192 "secp192r1", Secp224r1 224 "secp224r1", Secp256r1 256 "secp256r1",
    Secp384r1 384 "secp384r1", Secp521r1 521 "secp521r1",
    Brainpool160r1 160 "brainpoolP160r1", Brainpool160t1 160 "brainpoolP160t1",
    Brainpool192r1 192 "brainpoolP192r1", Brainpool192t1 192 "brainpoolP192t1",
    Brainpool224r1 224 "brainpoolP224r1", Brainpool224t1 224 "brainpoolP224t1",
    Brainpool256r1 256 "brainpoolP256r1", Brainpool256t1 256 "brainpoolP256t1",
    Brainpool320r1 320 "brainpoolP320r1", Brainpool320t1 320 "brainpoolP320t1",
    Brainpool384r1 384 "brainpoolP384r1", Brainpool384t1 384 "brainpoolP384t1",
    Brainpool512r1 512 "brainpoolP512r1", Brainpool512t1 512 "brainpoolP512t1",
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Calls a method of the curve's [`Group`], whose numbers have as many words as the curve needs.
macro_rules! on {
    ($curve:expr, $method:ident($($argument:expr),*)) => {{
        let numbers = $curve.numbers()?;
        match $curve.bits() {
            ..=192 => Group::<{ limbs(192) }>::new(numbers)?.$method($($argument),*),
            ..=256 => Group::<{ limbs(256) }>::new(numbers)?.$method($($argument),*),
            ..=320 => Group::<{ limbs(320) }>::new(numbers)?.$method($($argument),*),
            ..=384 => Group::<{ limbs(384) }>::new(numbers)?.$method($($argument),*),
            ..=512 => Group::<{ limbs(512) }>::new(numbers)?.$method($($argument),*),
            _ => Group::<{ limbs(521) }>::new(numbers)?.$method($($argument),*),
        }
    }};
}

/// Machine words for this many bits.
const fn limbs(bits: u32) -> usize {
    bits.div_ceil(crypto_bigint::Limb::BITS) as usize
}

impl Curve {
    /// Bytes of a coordinate.
    pub(crate) const fn len(self) -> usize {
        self.bits().div_ceil(8)
    }

    fn numbers(self) -> Result<&'static Numbers> {
        CURVES.iter().find(|numbers| numbers.curve == self).ok_or_else(|| ChipReason::UnknownCurve.into())
    }

    /// The curve that a key's parameters name or spell out.
    pub(crate) fn read(parameters: &mut Der<'_>) -> Result<(Self, Explicit)> {
        let item = parameters.next()?;
        let unknown = || Error::from(ChipReason::UnknownCurve).at(item.at);
        let numbers = match item.tag {
            OID => (CURVES.iter().find(|numbers| is(numbers.oid, item.value)), Explicit(false)),
            SEQUENCE => (spelled(item)?, Explicit(true)),
            _ => return Err(unknown()),
        };
        numbers.0.map(|found| (found.curve, numbers.1)).ok_or_else(unknown)
    }

    /// Whether this is the point of a public key on the curve: 04 and two coordinates.
    pub(crate) fn check(self, point: &[u8]) -> Result<()> {
        on!(self, check(point))
    }

    /// Whether `r` and `s` are a signature by the key `point` over this digest (FIPS 186-4; BSI
    /// TR-03111, section 4.2.1.2).
    pub(crate) fn verify(self, point: &[u8], digest: &[u8], r: &[u8], s: &[u8]) -> Result<bool> {
        on!(self, verify(point, digest, r, s))
    }

    /// A fresh private key and its public one.
    pub(crate) fn key_pair(self, rng: &mut (impl CryptoRng + ?Sized)) -> Result<KeyPair> {
        // 64 more bits than the order has, so that the remainder is as good as uniform (FIPS
        // 186-4, appendix B.4.1).
        let mut seed = Zeroizing::new(vec![0; self.len() + 8]);
        rng.fill_bytes(&mut seed);
        on!(self, key_pair(&seed))
    }

    /// The first coordinate of the point that a private key and another's public one have in
    /// common.
    pub(crate) fn shared_x(self, private: &[u8], point: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        on!(self, shared_x(private, point))
    }
}

/// Whether a curve's parameters were spelled out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Explicit(pub(crate) bool);

/// A private key, and the point that is its public one.
pub(crate) struct KeyPair {
    pub(crate) private: Zeroizing<Vec<u8>>,
    pub(crate) public: Vec<u8>,
}

/// The known curve whose parameters these are, all of them (RFC 3279, section 2.3.5).
fn spelled(item: Item<'_>) -> Result<Option<&'static Numbers>> {
    let mut inside = item.inside();
    let version = inside.expect(INTEGER, "a curve has no version")?.small()?;
    let mut field = inside.expect(SEQUENCE, "a curve has no field")?.inside();
    let kind = field.expect(OID, "a field has no kind")?;
    if kind.value != oid::PRIME_FIELD || !(1..=3).contains(&version) {
        return Ok(None);
    }
    let p = field.expect(INTEGER, "a field has no prime")?.unsigned()?;
    field.end()?;
    let mut coefficients = inside.expect(SEQUENCE, "a curve has no coefficients")?.inside();
    let a = coefficients.expect(OCTET_STRING, "a curve has no coefficient a")?.value;
    let b = coefficients.expect(OCTET_STRING, "a curve has no coefficient b")?.value;
    let base = inside.expect(OCTET_STRING, "a curve has no base point")?.value;
    let n = inside.expect(INTEGER, "a curve has no order")?.unsigned()?;
    let cofactor = inside.optional(INTEGER)?.map(|item| item.small()).transpose()?;
    inside.end()?;
    let found = CURVES.iter().find(|numbers| {
        let base_is = match base {
            [0x04, point @ ..] => point
                .split_at_checked(point.len() / 2)
                .is_some_and(|(x, y)| x.len() == y.len() && is(numbers.x, x) && is(numbers.y, y)),
            // A compressed point: the last bit of the second coordinate.
            [sign @ (2 | 3), x @ ..] => is(numbers.x, x) && (sign & 1 == 1) == is_odd(numbers.y),
            _ => false,
        };
        base_is && is(numbers.p, p) && is(numbers.a, a) && is(numbers.b, b) && is(numbers.n, n)
    });
    Ok(found.filter(|_| matches!(cofactor, None | Some(1))))
}

/// Whether these digits and these bytes are one number, leading zeros aside.
fn is(digits: &str, bytes: &[u8]) -> bool {
    let mut left = bytes.iter().copied().skip_while(|byte| *byte == 0);
    let known = bytes_of(digits);
    known.into_iter().skip_while(|byte| *byte == 0).eq(left.by_ref())
}

fn is_odd(digits: &str) -> bool {
    bytes_of(digits).last().is_some_and(|byte| byte & 1 == 1)
}

/// The bytes of hexadecimal digits of the table, two for each.
fn bytes_of(digits: &str) -> Vec<u8> {
    let value = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or_default() as u8;
    // The table has an even number of digits and nothing else.
    digits.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | value(digit))).collect()
}
