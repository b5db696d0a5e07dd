//! Bits of entropy-coded data, most significant first (T.81, F.2.2.5), without stuffing: see
//! [`crate::entropy`].

/// A reader of bits. Behind the end it reads zeros: callers compare [`Bits::position`] with the end
/// of what they may read.
#[derive(Clone, Copy)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte that is not in `word`.
    next: usize,
    /// The next bits, from the most significant one on.
    word: u64,
    /// How many of them count.
    count: u32,
}

impl<'a> Bits<'a> {
    /// A reader that begins at bit `position` of `bytes`.
    pub(crate) fn new(bytes: &'a [u8], position: usize) -> Self {
        let mut bits = Self { bytes, next: position / 8, word: 0, count: 0 };
        bits.refill();
        bits.skip((position % 8) as u32);
        bits
    }

    /// Makes at least 56 bits ready.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        let ahead = self.bytes.get(self.next..).and_then(|bytes| bytes.first_chunk());
        // Behind the end there are zeros, whose being read the caller notices by the position.
        self.word |= ahead.map_or(0, |bytes| u64::from_be_bytes(*bytes)) >> self.count;
        self.next += ((63 - self.count) / 8) as usize;
        self.count |= 56;
    }

    /// The next `count` bits, 1 ..= 16, which must be ready.
    #[inline(always)]
    pub(crate) fn peek(&self, count: u32) -> usize {
        (self.word >> (64 - count)) as usize
    }

    /// Passes over `count` bits, which must be ready.
    #[inline(always)]
    pub(crate) fn skip(&mut self, count: u32) {
        debug_assert!(count <= self.count, "bits that are not ready are passed over");
        self.word <<= count;
        self.count = self.count.wrapping_sub(count);
    }

    /// The next bit, which must be ready.
    #[inline(always)]
    pub(crate) fn bit(&mut self) -> bool {
        let bit = self.peek(1) != 0;
        self.skip(1);
        bit
    }

    /// A number of `size` bits, 0 ..= 15, as T.81 codes numbers of both signs (F.2.2.1, EXTEND);
    /// the bits must be ready.
    #[inline(always)]
    pub(crate) fn number(&mut self, size: u32) -> i32 {
        if size == 0 {
            return 0;
        }
        let value = self.peek(size) as i32;
        self.skip(size);
        if value < 1 << (size - 1) { value + 1 - (1 << size) } else { value }
    }

    /// The position of the next bit.
    pub(crate) fn position(&self) -> usize {
        self.next * 8 - self.count as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_in_order_and_zeros_behind_the_end() {
        let bytes: Vec<u8> = (0..40u32).map(|i| (i * 37 + 11) as u8).collect();
        for start in [0, 1, 7, 8, 63, 64, 150] {
            let mut bits = Bits::new(&bytes, start);
            let mut at = start;
            for count in [1, 3, 16, 9, 2, 11, 16, 16, 5].iter().cycle().take(60) {
                let expected = (at..at + count).fold(0usize, |value, bit| {
                    let byte = bytes.get(bit / 8).copied().unwrap_or(0);
                    value << 1 | usize::from(byte >> (7 - bit % 8) & 1)
                });
                // The last seven bytes are not read as a word: they are padding wherever it counts.
                if at + count < 8 * (bytes.len() - 8) {
                    assert_eq!(bits.peek(*count as u32), expected, "{count} bits at {at}");
                }
                bits.skip(*count as u32);
                at += count;
                assert_eq!(bits.position(), at);
                bits.refill();
            }
            assert_eq!(bits.peek(16), 0);
        }
    }

    #[test]
    fn numbers_have_both_signs() {
        // Size 3: 000 is −7, 011 is −4, 100 is 4, 111 is 7.
        let bytes = [0b0000_1110, 0b0111_0000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut bits = Bits::new(&bytes, 0);
        assert_eq!([0; 4].map(|_| bits.number(3)), [-7, -4, 4, 7]);
        assert_eq!((bits.number(0), bits.number(1)), (0, -1));
    }
}
