//! LZW as GIF and TIFF have it (TIFF 6.0, section 13).
//!
//! Texts of codes lie in what was decoded already: each is the one of the code before and the byte
//! behind it. So a code that clears the table costs no more than any other. `weezl` 0.1 takes over
//! 700 ns for each byte of such codes.

/// Codes have no more bits, and the table no more entries.
const MAX_BITS: u32 = 12;

/// How codes are written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// GIF: from the lowest bit on; literals of so many bits.
    #[cfg(feature = "gif")]
    Gif(u32),
    /// TIFF: from the highest bit on, and codes grow longer one code early.
    #[cfg(feature = "tiff")]
    Tiff,
}

impl Form {
    fn literal_bits(self) -> u32 {
        match self {
            #[cfg(feature = "gif")]
            Self::Gif(bits) => bits,
            #[cfg(feature = "tiff")]
            Self::Tiff => 8,
        }
    }

    /// Codes by which their length grows early.
    fn early(self) -> usize {
        match self {
            #[cfg(feature = "gif")]
            Self::Gif(_) => 0,
            #[cfg(feature = "tiff")]
            Self::Tiff => 1,
        }
    }
}

/// Reads codes off bytes.
struct Codes<I> {
    bytes: I,
    form: Form,
    word: u32,
    /// Bits of `word` that were not taken.
    held: u32,
}

impl<I: Iterator<Item = u8>> Codes<I> {
    /// The next code, of `bits` bits; `None` behind the last one.
    fn next(&mut self, bits: u32) -> Option<usize> {
        let mask = (1 << bits) - 1;
        while self.held < bits {
            let byte = u32::from(self.bytes.next()?);
            match self.form {
                #[cfg(feature = "gif")]
                Form::Gif(_) => self.word |= byte << self.held,
                #[cfg(feature = "tiff")]
                Form::Tiff => self.word = self.word << 8 | byte,
            }
            self.held += 8;
        }
        self.held -= bits;
        Some(match self.form {
            #[cfg(feature = "gif")]
            Form::Gif(_) => {
                let code = self.word & mask;
                self.word >>= bits;
                code as usize
            }
            #[cfg(feature = "tiff")]
            Form::Tiff => (self.word >> self.held & mask) as usize,
        })
    }
}

/// Fills `out` with what the codes of `bytes` stand for. What lies behind is not looked at.
///
/// `None` if there are fewer codes, or one that is not in the table. Literals have 2 to 8 bits.
pub(super) fn decode(bytes: impl Iterator<Item = u8>, form: Form, out: &mut [u8]) -> Option<()> {
    let clear = 1usize << form.literal_bits();
    let (first, first_bits) = (clear + 2, form.literal_bits() + 1);
    // Where the text of each code lies in `out`: its start and length.
    let mut table = vec![(0, 0); 1 << MAX_BITS];
    let (mut next, mut bits) = (first, first_bits);
    let mut before = None;
    let (mut codes, mut at) = (Codes { bytes, form, word: 0, held: 0 }, 0);
    while at < out.len() {
        let code = codes.next(bits)?;
        if code == clear {
            (next, bits, before) = (first, first_bits, None);
            continue;
        }
        // The text of the code before, and the first byte of this one behind it.
        let longer = before.map(|(start, len)| (start, len + 1));
        let len = if code < clear {
            *out.get_mut(at)? = code as u8;
            1
        } else {
            // The end, which is one more than `clear`, is in no table.
            let known = if code < next { table.get(code).copied().filter(|_| code >= first) } else { None };
            let (start, len): (usize, usize) = known.or(longer.filter(|_| code == next))?;
            let len = len.min(out.len() - at);
            // Of a text that is just being made the last byte is the first one again.
            let whole = len.min(at - start);
            out.copy_within(start..start + whole, at);
            if len > whole {
                *out.get_mut(at + whole)? = *out.get(start)?;
            }
            len
        };
        if let Some(longer) = longer
            && let Some(entry) = table.get_mut(next)
        {
            *entry = longer;
            next += 1;
            if next + form.early() == 1 << bits && bits < MAX_BITS {
                bits += 1;
            }
        }
        before = Some((at, len));
        at += len;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use weezl::{BitOrder, encode::Encoder};

    /// Runs, repetitions and noise.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let run = (any::<u8>(), 1usize..600).prop_map(|(byte, count)| vec![byte; count]);
        let noise = prop::collection::vec(any::<u8>(), 1..9000);
        let repeated = (prop::collection::vec(any::<u8>(), 1..5), 1usize..300).prop_map(|(text, n)| text.repeat(n));
        prop::collection::vec(prop_oneof![run, noise, repeated], 1..5).prop_map(|parts| parts.concat())
    }

    fn check(packed: &[u8], form: Form, plain: &[u8]) {
        let mut out = vec![0; plain.len()];
        assert_eq!(decode(packed.iter().copied(), form, &mut out), Some(()));
        assert!(out == plain);
        let mut more = vec![0; plain.len() + 1];
        assert_eq!(decode(packed.iter().copied(), form, &mut more), None, "one byte too many");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_weezl_encodes_is_decoded(plain in texts(), bits in 2u8..=8) {
            #[cfg(feature = "tiff")]
            check(&Encoder::with_tiff_size_switch(BitOrder::Msb, 8).encode(&plain).unwrap(), Form::Tiff, &plain);
            #[cfg(feature = "gif")]
            {
                let plain: Vec<u8> = plain.iter().map(|v| v >> (8 - bits)).collect();
                check(&Encoder::new(BitOrder::Lsb, bits).encode(&plain).unwrap(), Form::Gif(bits.into()), &plain);
            }
            let _ = bits;
        }

        #[test]
        fn any_codes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), bits in 2u32..=8) {
            let mut out = vec![0; 2000];
            #[cfg(feature = "tiff")]
            let _ = decode(bytes.iter().copied(), Form::Tiff, &mut out);
            #[cfg(feature = "gif")]
            let _ = decode(bytes.iter().copied(), Form::Gif(bits), &mut out);
            let _ = bits;
        }
    }
}
