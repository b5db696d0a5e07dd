//! The prefix codes of a lossless WebP (RFC 9649, section 3), counted before they are decoded.
//!
//! The decoder keeps tables for every group of codes that a picture states. Up to 65,536 groups can
//! be stated for a picture of one pixel, by a few megabytes, and take gigabytes. So the stream is
//! followed here up to its pixels: past the small pictures of its transforms, through the one that
//! assigns groups to blocks for the highest number in it, and through the codes of all groups.

use super::super::header::corrupt;
use crate::error::Result;

/// What the decoder (image-webp 0.2.4) keeps for one code at most: a table of 2¹⁰ entries of four
/// bytes, and for each symbol of more than ten bits up to four nodes of 16 bytes.
const TABLE_BITS: usize = 10;
const ENTRY_BYTES: u64 = 4;
const NODE_BYTES: u64 = 4 * 16;
/// Red, green and so on: sizes of a group's five alphabets (RFC 9649, 3.7.2.1).
const ALPHABETS: [usize; 5] = [256 + 24, 256, 256, 256, 40];
/// The order in which lengths of the code of code lengths are stored (3.7.2.1.2).
const LENGTH_ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Bytes that the decoder keeps for the codes of a picture whose stream begins at `data`: behind
/// the header, which an alpha plane does not have.
///
/// # Errors
/// [`crate::error::ErrorKind::Corrupt`] for a stream that breaks the format before its pixels.
pub(super) fn code_bytes(data: &[u8], width: u32, height: u32) -> Result<u64> {
    walk(Bits { data, at: 0 }, width, height).ok_or_else(|| corrupt("the codes of the lossless WebP are damaged"))
}

/// Bits, the lowest of each byte first.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next `count` bits, at most 24.
    fn take(&mut self, count: usize) -> Option<u32> {
        let end = self.at.checked_add(count)?;
        if end.div_ceil(8) > self.data.len() {
            return None;
        }
        let bytes = self.data.get(self.at / 8..)?.iter().take(4).rev();
        let word = bytes.fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        let value = word >> (self.at % 8) & ((1 << count) - 1);
        self.at = end;
        Some(value)
    }
}

/// A canonical prefix code: how many symbols have each length, and the symbols by length.
struct Code {
    counts: [usize; 16],
    symbols: Vec<u16>,
}

impl Code {
    /// The code of these lengths; `None` unless it is complete, or has one symbol.
    fn new(lengths: &[u8]) -> Option<Self> {
        let mut counts = [0usize; 16];
        for length in lengths {
            *counts.get_mut(usize::from(*length))? += 1;
        }
        counts[0] = 0;
        let mut starts = counts.iter().scan(0, |sum, n| Some(std::mem::replace(sum, *sum + n))).collect::<Vec<_>>();
        let mut symbols = vec![0; counts.iter().sum()];
        for (symbol, length) in (0u16..).zip(lengths).filter(|(_, length)| **length > 0) {
            let start = starts.get_mut(usize::from(*length))?;
            *symbols.get_mut(*start)? = symbol;
            *start += 1;
        }
        let used = counts.iter().enumerate().map(|(length, n)| n << (15 - length)).sum::<usize>();
        if symbols.len() == 1 {
            // It takes no bits.
            counts = [0; 16];
        }
        (symbols.len() == 1 || used == 1 << 15).then_some(Self { counts, symbols })
    }

    fn of_symbols(symbols: Vec<u16>) -> Self {
        let mut counts = [0; 16];
        counts[1] = if symbols.len() == 2 { 2 } else { 0 };
        Self { counts, symbols }
    }

    fn read(&self, bits: &mut Bits<'_>) -> Option<usize> {
        if let [only] = self.symbols[..] {
            return Some(usize::from(only));
        }
        let (mut code, mut first, mut index) = (0usize, 0usize, 0usize);
        for count in self.counts.iter().skip(1) {
            code |= usize::try_from(bits.take(1)?).ok()?;
            if code < first + count {
                return self.symbols.get(index + code - first).map(|symbol| usize::from(*symbol));
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }

    /// What the decoder keeps for it.
    fn bytes(&self) -> u64 {
        let Some(longest) = self.counts.iter().rposition(|n| *n > 0) else { return 0 };
        let deep: usize = self.counts.iter().skip(TABLE_BITS + 1).sum();
        (ENTRY_BYTES << longest.min(TABLE_BITS)) + NODE_BYTES * deep as u64
    }
}

/// Reads a code over `alphabet` symbols (3.7.2.1).
fn read_code(bits: &mut Bits<'_>, alphabet: usize) -> Option<Code> {
    if bits.take(1)? == 1 {
        let two = bits.take(1)? == 1;
        let wide = bits.take(1)? == 1;
        let mut symbols = vec![bits.take(if wide { 8 } else { 1 })?];
        if two {
            symbols.push(bits.take(8)?);
        }
        let symbols: Vec<u16> = symbols.into_iter().filter_map(|s| u16::try_from(s).ok()).collect();
        return symbols.iter().all(|s| usize::from(*s) < alphabet).then(|| Code::of_symbols(symbols));
    }
    let mut lengths = [0u8; 19];
    let stated = 4 + usize::try_from(bits.take(4)?).ok()?;
    for symbol in LENGTH_ORDER.iter().take(stated) {
        *lengths.get_mut(*symbol)? = u8::try_from(bits.take(3)?).ok()?;
    }
    let of_lengths = Code::new(&lengths)?;
    let mut left = alphabet;
    if bits.take(1)? == 1 {
        let width = 2 + 2 * usize::try_from(bits.take(3)?).ok()?;
        left = 2 + usize::try_from(bits.take(width)?).ok()?;
        if left > alphabet {
            return None;
        }
    }
    let (mut lengths, mut previous) = (Vec::new(), 8u8);
    while lengths.len() < alphabet && left > 0 {
        left -= 1;
        let (length, repeat) = match of_lengths.read(bits)? {
            length @ 0..=15 => (u8::try_from(length).ok()?, 1),
            16 => (previous, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            _ => (0, 11 + bits.take(7)?),
        };
        if length != 0 {
            previous = length;
        }
        lengths.extend((0..repeat).map(|_| length));
        if lengths.len() > alphabet {
            return None;
        }
    }
    Code::new(&lengths)
}

/// Reads the transforms, the groups of the picture itself, and sums what its codes take.
fn walk(mut bits: Bits<'_>, width: u32, height: u32) -> Option<u64> {
    let (mut width, height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
    let mut seen = [false; 4];
    while bits.take(1)? == 1 {
        let kind = usize::try_from(bits.take(2)?).ok()?;
        if std::mem::replace(seen.get_mut(kind)?, true) {
            return None;
        }
        match kind {
            // The predictors and the colour transform of blocks.
            0 | 1 => {
                let block = usize::try_from(bits.take(3)?).ok()? + 2;
                image(&mut bits, width.div_ceil(1 << block), height.div_ceil(1 << block))?;
            }
            2 => {}
            // A palette: several small indices share a pixel.
            _ => {
                let size = usize::try_from(bits.take(8)?).ok()? + 1;
                image(&mut bits, size, 1)?;
                let shared = if size <= 2 {
                    3
                } else if size <= 4 {
                    2
                } else {
                    usize::from(size <= 16)
                };
                width = width.div_ceil(1 << shared);
            }
        }
    }
    let cache = cache_bits(&mut bits)?;
    let mut groups = 1;
    if bits.take(1)? == 1 {
        let block = usize::try_from(bits.take(3)?).ok()? + 2;
        groups = image(&mut bits, width.div_ceil(1 << block), height.div_ceil(1 << block))? + 1;
    }
    let mut bytes = 0;
    for _ in 0..groups {
        bytes += read_group(&mut bits, cache)?.iter().map(Code::bytes).sum::<u64>();
    }
    Some(bytes)
}

/// The five codes of a group; the first one also has the colours of the cache.
fn read_group(bits: &mut Bits<'_>, cache: u32) -> Option<[Code; 5]> {
    let cached = if cache == 0 { 0 } else { 1 << cache };
    let mut codes = Vec::new();
    for (i, alphabet) in ALPHABETS.into_iter().enumerate() {
        codes.push(read_code(bits, if i == 0 { alphabet + cached } else { alphabet })?);
    }
    codes.try_into().ok()
}

/// How many bits number the colours of the cache; 0 if there is none.
fn cache_bits(bits: &mut Bits<'_>) -> Option<u32> {
    match bits.take(1)? {
        0 => Some(0),
        _ => bits.take(4).filter(|n| (1..=11).contains(n)),
    }
}

/// Follows a picture of one group of codes (3.6) to its end, for the highest number that red and
/// green make in a pixel of it.
///
/// Pixels that repeat others need not be looked at: their numbers were seen.
fn image(bits: &mut Bits<'_>, width: usize, height: usize) -> Option<u32> {
    let cache = cache_bits(bits)?;
    let [green, red, blue, alpha, distance] = read_group(bits, cache)?;
    let (count, mut at, mut highest) = (width.checked_mul(height)?, 0, 0);
    while at < count {
        let before = bits.at;
        match green.read(bits)? {
            value @ 0..=255 => {
                highest = highest.max(red.read(bits)? << 8 | value);
                blue.read(bits)?;
                alpha.read(bits)?;
                at += 1;
            }
            length @ 256..=279 => {
                at += prefixed(bits, length - 256)?;
                let symbol = distance.read(bits)?;
                prefixed(bits, symbol)?;
            }
            _ => at += 1,
        }
        // Codes of one symbol take no bits: it is the same to the end.
        if bits.at == before {
            break;
        }
    }
    u32::try_from(highest).ok()
}

/// A length or a distance of which `symbol` is the start (3.6.2.2).
fn prefixed(bits: &mut Bits<'_>, symbol: usize) -> Option<usize> {
    if symbol < 4 {
        return Some(symbol + 1);
    }
    let extra = (symbol - 2) >> 1;
    Some(((2 + (symbol & 1)) << extra) + usize::try_from(bits.take(extra)?).ok()? + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Bits, the lowest of each byte first.
    #[derive(Default)]
    struct Writer {
        bytes: Vec<u8>,
        count: usize,
    }

    impl Writer {
        fn put(&mut self, value: u32, count: usize) {
            for i in 0..count {
                if self.count.is_multiple_of(8) {
                    self.bytes.push(0);
                }
                *self.bytes.last_mut().unwrap() |= ((value >> i & 1) as u8) << (self.count % 8);
                self.count += 1;
            }
        }

        /// A code of one symbol below 256.
        fn one(&mut self, symbol: u32) {
            self.put(0b101, 3);
            self.put(symbol, 8);
        }

        /// A code whose lengths are 1, 2, 3 … 10, 10: the smallest that fills a table.
        fn deep(&mut self) {
            self.put(0, 1);
            // All of the first 16 lengths of lengths in their order: 4 bits for each of 1 to 10,
            // and for six that are not used.
            self.put(12, 4);
            for symbol in LENGTH_ORDER.iter().take(16) {
                let used = matches!(symbol, 0..=12 | 16..=18);
                self.put(if used { 4 } else { 0 }, 3);
            }
            self.put(1, 1);
            self.put(2, 3);
            self.put(11 - 2, 6);
            for length in (1..=10).chain([10]) {
                // Codes in the order of symbols, 0 to 12 and 16 to 18, the highest bit first.
                self.put(((length as u32) << 28).reverse_bits(), 4);
            }
        }
    }

    /// A stream of `groups` groups of deep codes for a picture of 8 × 8 pixels.
    fn stream(groups: u32) -> Vec<u8> {
        let mut out = Writer::default();
        // No transform, no cache; groups by blocks of 2² pixels; their picture has no cache.
        out.put(0b1_0_0, 3);
        out.put(0, 3);
        out.put(0, 1);
        let last = groups - 1;
        for symbol in [last & 255, last >> 8, 0, 0, 0] {
            out.one(symbol);
        }
        for _ in 0..5 * groups {
            out.deep();
        }
        out.bytes
    }

    #[test]
    fn tables_are_counted_by_group() {
        for groups in [1, 2, 257, 3000] {
            let bytes = code_bytes(&stream(groups), 8, 8).unwrap();
            assert_eq!(bytes, u64::from(groups) * 5 * 4096);
        }
        let whole = stream(3);
        for cut in 0..whole.len() - 1 {
            assert!(code_bytes(&whole[..cut], 8, 8).is_err(), "cut at {cut}");
        }
    }

    /// Four megabytes that made the decoder take 1.3 gigabytes for 64 pixels.
    #[test]
    fn more_tables_than_memory_are_over_the_limit() {
        let header = (0x2Fu64 | 7 << 8 | 7 << 22).to_le_bytes();
        let picture = [&header[..5], &stream(65_536)].concat();
        let chunk = [&b"VP8L"[..], &(picture.len() as u32).to_le_bytes(), &picture, &[0][..picture.len() % 2]].concat();
        let file = [&b"RIFF"[..], &(chunk.len() as u32 + 4).to_le_bytes(), b"WEBP", &chunk].concat();
        let error = crate::image::Photo::decode(&file, &crate::image::Limits::default()).unwrap_err();
        assert_eq!(error.kind(), crate::error::ErrorKind::LimitExceeded);
    }

    #[test]
    fn pixels_that_take_no_bits_are_not_walked_one_by_one() {
        let mut out = Writer::default();
        // A predictor for each 4 × 4 of 2²⁸ pixels, all the same.
        out.put(0b1, 1);
        out.put(0, 2 + 3 + 1);
        for _ in 0..5 {
            out.one(7);
        }
        out.put(0, 3);
        for _ in 0..5 {
            out.one(7);
        }
        assert_eq!(code_bytes(&out.bytes, 16_384, 16_384).unwrap(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(data in prop::collection::vec(any::<u8>(), 0..200), sides in (1u32..50, 1u32..50)) {
            let _ = code_bytes(&data, sides.0, sides.1);
        }
    }
}
