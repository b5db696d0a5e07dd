//! Huffman tables (T.81, annex C and F.2.2.3), as look-ups for three ways of reading: one symbol,
//! one coefficient, and as many coefficients as can be passed over at once.

use crate::bits::Bits;
use crate::error::{Result, corrupt};

/// Bits that are looked up at once for a symbol, or a coefficient.
const LOOK: u32 = 10;
/// Bits that are looked up at once where coefficients are passed over: on average two or three
/// symbols. Chosen by measurement: 11, 12 and 14 are slower by 5 to 15 %.
const PASS: u32 = 13;

/// A code's lengths and symbols, as a file lists them (DHT, B.2.4.2).
pub(crate) struct Code<'a> {
    /// The number of codes of each length, 1 ..= 16.
    pub(crate) counts: &'a [u8; 16],
    /// The symbols, by length and then by code: as many as `counts` sum up to.
    pub(crate) symbols: &'a [u8],
}

/// A table that decodes symbols.
pub(crate) struct Table {
    /// By the next [`LOOK`] bits: the length of the code in the upper byte, and its symbol. 0 where
    /// the code is longer, or none.
    look: Box<[u16; 1 << LOOK]>,
    /// For each length above [`LOOK`]: from which code on, filled up to 16 bits, codes are longer.
    beyond: [u32; 17],
    /// For each length: the index of its first symbol less its first code.
    first: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// The table of a code.
    ///
    /// # Errors
    /// More codes of some length than there can be, one of ones alone (which T.81 forbids), or
    /// fewer symbols than codes.
    pub(crate) fn new(code: &Code<'_>) -> Result<Self> {
        let wrong = corrupt("a Huffman table holds more codes than fit");
        let (mut next, mut index) = (0u32, 0usize);
        let mut table =
            Self { look: Box::new([0; 1 << LOOK]), beyond: [0; 17], first: [0; 17], symbols: code.symbols.to_vec() };
        for (length, count) in (1u32..).zip(code.counts) {
            let symbols = code.symbols.get(index..index + usize::from(*count)).ok_or(wrong)?;
            if let Some(first) = table.first.get_mut(length as usize) {
                *first = index as i32 - next as i32;
            }
            for symbol in symbols {
                if length <= LOOK {
                    let start = (next << (LOOK - length)) as usize;
                    let places = table.look.get_mut(start..start + (1 << (LOOK - length))).ok_or(wrong)?;
                    places.fill((length as u16) << 8 | u16::from(*symbol));
                }
                next += 1;
            }
            index += symbols.len();
            // The code of ones alone stays free.
            if next >= 1 << length && !symbols.is_empty() {
                return Err(wrong);
            }
            if let Some(beyond) = table.beyond.get_mut(length as usize) {
                *beyond = next << (16 - length);
            }
            next <<= 1;
        }
        Ok(table)
    }

    /// Reads one symbol; 16 bits must be ready.
    #[inline(always)]
    pub(crate) fn symbol(&self, bits: &mut Bits<'_>) -> Result<u8> {
        #[allow(clippy::indexing_slicing, reason = "a table has a place for each number of `LOOK` bits")]
        let entry = self.look[bits.peek(LOOK) & ((1 << LOOK) - 1)];
        if entry != 0 {
            bits.skip(u32::from(entry >> 8));
            return Ok(entry as u8);
        }
        let (symbol, length) = self.long_symbol(bits.peek(16) as u32)?;
        bits.skip(length);
        Ok(symbol)
    }

    /// The symbol, and the length, of a code that is longer than the look-up and with which the 16
    /// bits of `code` begin.
    ///
    /// It takes no reader, whose fields shall stay in registers.
    #[cold]
    #[inline(never)]
    fn long_symbol(&self, code: u32) -> Result<(u8, u32)> {
        let lengths = (0u32..).zip(self.beyond.iter().zip(self.first)).skip(LOOK as usize + 1);
        for (length, (beyond, first)) in lengths {
            if code < *beyond {
                let index = (code >> (16 - length)) as i32 + first;
                let symbol = usize::try_from(index).ok().and_then(|index| self.symbols.get(index));
                return symbol.map(|symbol| (*symbol, length)).ok_or(corrupt("a Huffman code is not in its table"));
            }
        }
        Err(corrupt("a Huffman code is not in its table"))
    }

    /// What `window`, whose first `known` bits count, begins with: a symbol and its code's length.
    fn begins(&self, window: u32, known: u32) -> Option<(u8, u32)> {
        let entry = *self.look.get((window >> (32 - LOOK)) as usize)?;
        let length = u32::from(entry >> 8);
        (entry != 0 && length <= known).then_some((entry as u8, length))
    }
}

/// A table for coefficients behind the first (F.2.2.2): a run of zeros and a value at once.
pub(crate) struct AcTable {
    table: Table,
    /// By the next [`LOOK`] bits; see [`Coefficient`]. A length of 0 where they hold no whole one.
    look: Box<[Coefficient; 1 << LOOK]>,
}

/// The coefficient that some bits stand for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Coefficient {
    pub(crate) value: i16,
    /// Zeros before it; [`END`] for an end of block.
    pub(crate) run: u8,
    /// Bits of its code and value.
    length: u8,
}

/// The run of an end of block.
pub(crate) const END: u8 = 0xFF;

impl AcTable {
    pub(crate) fn new(table: Table) -> Self {
        let mut look = Box::new([Coefficient::default(); 1 << LOOK]);
        for (bits, place) in (0u32..).zip(look.iter_mut()) {
            let window = bits << (32 - LOOK);
            let Some((symbol, length)) = table.begins(window, LOOK) else { continue };
            let (run, size) = (symbol >> 4, u32::from(symbol & 15));
            let all = length + size;
            if size == 0 {
                // An end, or sixteen zeros (which are fifteen before one more).
                match run {
                    0 => *place = Coefficient { value: 0, run: END, length: all as u8 },
                    15 => *place = Coefficient { value: 0, run: 15, length: all as u8 },
                    // Only progressive scans have others.
                    _ => {}
                }
            } else if all <= LOOK {
                let value = (window << length >> (32 - size)) as i32;
                let value = if value < 1 << (size - 1) { value + 1 - (1 << size) } else { value };
                *place = Coefficient { value: value as i16, run, length: all as u8 };
            }
        }
        Self { table, look }
    }

    /// Reads one coefficient; 31 bits must be ready.
    #[inline(always)]
    pub(crate) fn coefficient(&self, bits: &mut Bits<'_>) -> Result<Coefficient> {
        #[allow(clippy::indexing_slicing, reason = "a table has a place for each number of `LOOK` bits")]
        let found = self.look[bits.peek(LOOK) & ((1 << LOOK) - 1)];
        if found.length != 0 {
            bits.skip(found.length.into());
            return Ok(found);
        }
        let symbol = self.table.symbol(bits)?;
        let (run, size) = (symbol >> 4, u32::from(symbol & 15));
        match (run, size) {
            (15, 0) => Ok(Coefficient { value: 0, run: 15, length: 0 }),
            // Runs of ends are for progressive scans. Decoders take any of them for an end.
            (_, 0) => Ok(Coefficient { value: 0, run: END, length: 0 }),
            _ => Ok(Coefficient { value: bits.number(size) as i16, run, length: 0 }),
        }
    }
}

/// A table for passing over coefficients without learning their values.
pub(crate) struct PassTable {
    /// By the next [`PASS`] bits, what whole symbols they begin with: how many bits these take;
    /// from bit 8 on, how many places a block must have left for them (the coefficients that
    /// they lead over, and one for an end of block); from bit 16 on, over how many coefficients
    /// they lead, 64 with an end of block. [`NONE`] where there is no whole symbol.
    look: Box<[u32; 1 << PASS]>,
}

/// More places than any block has.
const NONE: u32 = 255 << 8;

impl PassTable {
    pub(crate) fn new(table: &Table) -> Self {
        let mut look = Box::new([NONE; 1 << PASS]);
        for (bits, place) in (0u32..).zip(look.iter_mut()) {
            let (mut taken, mut passed) = (0, 0);
            while let Some((symbol, length)) = table.begins(bits << (32 - PASS) << taken, PASS - taken) {
                let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
                let ends = size == 0 && run != 15;
                let more = if ends { 0 } else { run + 1 };
                if taken + length + size > PASS || passed + more > 63 {
                    break;
                }
                taken += length + size;
                passed += more;
                let (needed, over) = if ends { (passed + 1, 64) } else { (passed, passed) };
                *place = taken | needed << 8 | over << 16;
                if ends || taken == PASS {
                    break;
                }
            }
        }
        Self { look }
    }

    /// Passes over the coefficients from the second to the last of a block, and makes bits ready.
    #[inline(always)]
    pub(crate) fn pass(&self, one_by_one: &AcTable, bits: &mut Bits<'_>) -> Result<()> {
        let mut at = 1u32;
        loop {
            bits.refill();
            // Four take 52 bits at most.
            for _ in 0..4 {
                #[allow(clippy::indexing_slicing, reason = "a table has a place for each number of `PASS` bits")]
                let entry = self.look[bits.peek(PASS) & ((1 << PASS) - 1)];
                crate::work::add(1);
                // A block that its last coefficient fills has no end of block: what the look-up
                // takes for one belongs to the next block.
                if at + (entry >> 8 & 255) > 64 {
                    (*bits, at) = pass_one(one_by_one, *bits, at)?;
                } else {
                    bits.skip(entry & 63);
                    at += entry >> 16;
                }
                if at >= 64 {
                    bits.refill();
                    return Ok(());
                }
            }
        }
    }
}

/// Passes over one coefficient, to 64 or more at the block's end.
///
/// Readers come and go by value, so that their fields stay in registers where this is not called.
#[cold]
#[inline(never)]
fn pass_one<'a>(table: &AcTable, mut bits: Bits<'a>, at: u32) -> Result<(Bits<'a>, u32)> {
    bits.refill();
    let next = table.coefficient(&mut bits)?;
    bits.refill();
    if next.run == END {
        return Ok((bits, 64));
    }
    let at = at + u32::from(next.run) + 1;
    if at > 64 {
        return Err(corrupt("a block has more than 64 coefficients"));
    }
    Ok((bits, at))
}

impl std::ops::Deref for AcTable {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.table
    }
}
