//! Blocks of progressive scans (T.81, G.1.2 and G.2).

use crate::bits::Bits;
use crate::error::{Result, corrupt};
use crate::huffman::Table;

/// Sixty-four coefficients, row by row, and which of those behind the first are not zero, in zigzag
/// order.
pub(crate) struct Block<'a> {
    pub(crate) coefficients: &'a mut [i16; 64],
    pub(crate) occupied: &'a mut u64,
}

/// The coefficients of a scan, first to last in zigzag order, and the bit that it codes.
#[derive(Clone, Copy)]
pub(crate) struct Band {
    pub(crate) first: usize,
    pub(crate) last: usize,
    pub(crate) bit: u32,
}

const TOO_MANY: &str = "a block has more coefficients than its scan";

impl Band {
    /// The band's places as bits.
    fn mask(self) -> u64 {
        u64::MAX << (self.first & 63) & u64::MAX >> ((63 - self.last.min(63)) & 63)
    }

    /// Reads a block's coefficients for the first time (G.1.2.2). Returns how many further blocks
    /// have none.
    #[inline(always)]
    pub(crate) fn read(self, table: &Table, bits: &mut Bits<'_>, block: &mut Block<'_>) -> Result<u32> {
        let mut at = self.first;
        while at <= self.last {
            bits.refill();
            let symbol = table.symbol(bits)?;
            crate::work::add(1);
            let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (15, 0) => at += 16,
                (_, 0) => return Ok(ends(run, bits) - 1),
                _ => {
                    at += run as usize;
                    let value = bits.number(size).wrapping_shl(self.bit) as i16;
                    self.place(at, value, block)?;
                    at += 1;
                }
            }
        }
        // Sixteen zeros may not lead beyond the band.
        if at <= self.last + 1 { Ok(0) } else { Err(corrupt(TOO_MANY)) }
    }

    /// Reads one more bit of a block's coefficients (G.1.2.3). Returns how many further blocks have
    /// no new ones.
    #[inline(always)]
    pub(crate) fn refine(self, table: &Table, bits: &mut Bits<'_>, block: &mut Block<'_>) -> Result<u32> {
        let mut at = self.first;
        while at <= self.last {
            bits.refill();
            let symbol = table.symbol(bits)?;
            crate::work::add(1);
            let (mut run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
            let value = match (run, size) {
                (15, 0) => 0,
                (_, 0) => {
                    let more = ends(run, bits) - 1;
                    self.refine_from(at, bits, block);
                    return Ok(more);
                }
                (_, 1) => {
                    if bits.bit() {
                        1 << self.bit
                    } else {
                        -1 << self.bit
                    }
                }
                _ => return Err(corrupt("a coefficient is refined by more than a bit")),
            };
            // Over `run` zeros; what is no zero on the way is refined.
            loop {
                if at > self.last {
                    if value == 0 && run == 0 {
                        break;
                    }
                    return Err(corrupt(TOO_MANY));
                }
                let zeros = (*block.occupied >> at).trailing_zeros().min((self.last - at + 1) as u32);
                if zeros > run {
                    at += run as usize;
                    break;
                }
                run -= zeros;
                at += zeros as usize;
                if at <= self.last {
                    self.refine_one(at, bits, block);
                    at += 1;
                } else if value != 0 || run > 0 {
                    return Err(corrupt(TOO_MANY));
                }
            }
            if value != 0 {
                self.place(at, value, block)?;
            }
            at += 1;
        }
        Ok(0)
    }

    /// Refines what is no zero from place `at` on.
    #[inline(always)]
    pub(crate) fn refine_from(self, at: usize, bits: &mut Bits<'_>, block: &mut Block<'_>) {
        let behind = if at < 64 { u64::MAX << at } else { 0 };
        let mut places = *block.occupied & self.mask() & behind;
        while places != 0 {
            self.refine_one(places.trailing_zeros() as usize, bits, block);
            places &= places - 1;
        }
    }

    #[inline(always)]
    fn refine_one(self, at: usize, bits: &mut Bits<'_>, block: &mut Block<'_>) {
        bits.refill();
        crate::work::add(1);
        let place = crate::ZIGZAG.get(at).map_or(0, |place| usize::from(place & 63));
        #[allow(clippy::indexing_slicing, reason = "a block has a place for each number below 64")]
        let value = &mut block.coefficients[place];
        let bit = 1 << self.bit;
        if bits.bit() && *value & bit == 0 {
            *value = value.wrapping_add(if *value >= 0 { bit } else { -bit });
        }
    }

    #[inline(always)]
    fn place(self, at: usize, value: i16, block: &mut Block<'_>) -> Result<()> {
        let place = crate::ZIGZAG.get(at).filter(|_| at <= self.last).ok_or(corrupt(TOO_MANY))?;
        #[allow(clippy::indexing_slicing, reason = "a block has a place for each number below 64")]
        {
            block.coefficients[usize::from(place & 63)] = value;
        }
        // A value whose bits are beyond sixteen becomes zero.
        *block.occupied |= u64::from(value != 0) << at;
        Ok(())
    }
}

/// For how many blocks, this one included, the band ends (G.1.2.2): 2^run and as many more as the
/// next `run` bits say.
#[inline(always)]
fn ends(run: u32, bits: &mut Bits<'_>) -> u32 {
    let mut count = 1 << run;
    if run > 0 {
        count += bits.peek(run) as u32;
        bits.skip(run);
    }
    count
}
