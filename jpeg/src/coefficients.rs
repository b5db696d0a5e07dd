//! All coefficients of a picture, for files that code it in several scans.

use crate::bits::Bits;
use crate::entropy::Entropy;
use crate::error::{Result, corrupt};
use crate::frame::{Component, Frame};
use crate::header::{Header, Process};
use crate::progressive::{Band, Block};
use crate::scan::Scan;
use crate::sequential::Coder;

/// The coefficients of one component, without its predictions, not yet multiplied by their quanta.
pub(crate) struct Channel {
    /// Blocks, each row by row; rows of them, padded to whole units.
    blocks: Vec<[i16; 64]>,
    /// Which coefficients behind the first are not zero, in zigzag order.
    occupied: Vec<u64>,
    /// Blocks in a row.
    across: usize,
}

impl Channel {
    fn new(frame: &Frame, component: &Component) -> Self {
        let [across, down] = frame.padded(component);
        Self { blocks: vec![[0; 64]; across * down], occupied: vec![0; across * down], across }
    }

    /// The block of column `x` and row `y`, and whether all coefficients but the first are zero.
    #[inline(always)]
    pub(crate) fn block(&self, x: usize, y: usize) -> Option<(&[i16; 64], bool)> {
        let index = y * self.across + x;
        Some((self.blocks.get(index)?, *self.occupied.get(index)? == 0))
    }

    #[inline(always)]
    fn block_mut(&mut self, x: usize, y: usize) -> Result<Block<'_>> {
        let index = y * self.across + x;
        match (self.blocks.get_mut(index), self.occupied.get_mut(index)) {
            (Some(coefficients), Some(occupied)) => Ok(Block { coefficients, occupied }),
            _ => Err(corrupt("a scan has more blocks than its picture")),
        }
    }
}

/// The blocks of one component in a scan's unit.
struct Units {
    component: usize,
    /// Blocks across and down in a unit.
    per_unit: [usize; 2],
}

/// Decodes all scans.
pub(crate) fn decode(file: &[u8], header: &Header) -> Result<Vec<Channel>> {
    let frame = &header.frame;
    let mut channels: Vec<Channel> = frame.components.iter().map(|c| Channel::new(frame, c)).collect();
    for scan in &header.scans {
        decode_scan(file, header, scan, &mut channels).map_err(|error| {
            // Offsets inside the data without stuffing would mislead.
            if error.offset().is_some() { error } else { error.at(scan.data.start) }
        })?;
    }
    Ok(channels)
}

fn decode_scan(file: &[u8], header: &Header, scan: &Scan, channels: &mut [Channel]) -> Result<()> {
    let frame = &header.frame;
    let entropy = Entropy::read(file, scan.data.clone(), scan.restart_interval > 0)?;
    let mut parts = Vec::with_capacity(scan.count);
    for component in scan.components() {
        let factors =
            frame.components.get(component).ok_or(corrupt("a scan names a channel that is not there"))?.factors;
        // The unit of a lone component is a block (A.2.2).
        parts.push(Units { component, per_unit: if scan.count == 1 { [1, 1] } else { factors } });
    }
    let size = match (parts.as_slice(), scan.count) {
        ([only], 1) => frame.components.get(only.component).map_or([0, 0], |c| c.blocks),
        _ => frame.units,
    };
    let walk = Walk { entropy: &entropy, size, interval: scan.restart_interval };
    match (header.process, scan.band[0], scan.bits) {
        (Process::Sequential, ..) => sequential(file, scan, &walk, &parts, channels),
        (Process::Progressive, 0, [0, bit]) => first(file, scan, bit, &walk, &parts, channels),
        (Process::Progressive, 0, [_, bit]) => {
            let refined = |bits: &mut Bits<'_>, _: usize, block: Block<'_>, _: &mut i32| {
                bits.refill();
                crate::work::add(1);
                block.coefficients[0] |= i16::from(bits.bit()) << bit;
                Ok(())
            };
            walk.each_block(&parts, channels, refined)
        }
        (Process::Progressive, ..) => others(file, scan, &walk, &parts, channels),
    }
}

/// Whole blocks.
fn sequential(file: &[u8], scan: &Scan, walk: &Walk<'_>, parts: &[Units], channels: &mut [Channel]) -> Result<()> {
    let coders = Coder::all(file, scan)?;
    walk.each_block(parts, channels, |bits, part, block, predictor| {
        let coder = coders.get(part).ok_or(corrupt("a scan has more parts than tables"))?;
        let lone = coder.block(bits, predictor, block.coefficients)?;
        *block.occupied = if lone { 0 } else { u64::MAX };
        Ok(())
    })
}

/// First coefficients, for the first time (G.1.2.1).
fn first(file: &[u8], scan: &Scan, bit: u32, walk: &Walk<'_>, parts: &[Units], channels: &mut [Channel]) -> Result<()> {
    let tables: Vec<_> = scan.parts().map(|part| part.tables[0].table(file)).collect::<Result<_>>()?;
    walk.each_block(parts, channels, |bits, part, block, predictor| {
        let table = tables.get(part).ok_or(corrupt("a scan has more parts than tables"))?;
        bits.refill();
        crate::work::add(1);
        let size = u32::from(table.symbol(bits)?);
        if size > 15 {
            return Err(corrupt("a coefficient has more than 15 bits"));
        }
        *predictor = predictor.wrapping_add(bits.number(size));
        block.coefficients[0] = predictor.wrapping_shl(bit) as i16;
        Ok(())
    })
}

/// Coefficients behind the first, of one component.
fn others(file: &[u8], scan: &Scan, walk: &Walk<'_>, parts: &[Units], channels: &mut [Channel]) -> Result<()> {
    let (Some(part), Some(unit)) = (scan.parts().next(), parts.first()) else {
        return Err(corrupt("a scan has no channel"));
    };
    let table = part.tables[1].table(file)?;
    let channel = channels.get_mut(unit.component).ok_or(corrupt("a scan names a channel that is not there"))?;
    let band = Band { first: scan.band[0], last: scan.band[1], bit: scan.bits[1] };
    let refines = scan.bits[0] > 0;
    let [across, _] = walk.size;
    walk.each_interval(|bits, units, end| {
        let mut ended = 0;
        let mut unit = units.start;
        while unit < units.end {
            let (x, y) = (unit % across, unit / across);
            if ended > 0 && !refines {
                // Blocks without coefficients: nothing is read, or written.
                let passed = (ended as usize).min(units.end - unit);
                unit += passed;
                ended -= passed as u32;
                continue;
            }
            crate::work::add(1);
            let mut block = channel.block_mut(x, y)?;
            if ended > 0 {
                band.refine_from(band.first, bits, &mut block);
                ended -= 1;
            } else if refines {
                ended = band.refine(&table, bits, &mut block)?;
            } else {
                ended = band.read(&table, bits, &mut block)?;
            }
            check(bits, end)?;
            unit += 1;
        }
        Ok(())
    })
}

/// That no bit behind `end` was read.
#[inline(always)]
pub(crate) fn check(bits: &Bits<'_>, end: usize) -> Result<()> {
    if bits.position() > end {
        Err(corrupt("the file ends before its image does, or its data is damaged"))
    } else {
        Ok(())
    }
}

/// The way through a scan's units.
struct Walk<'a> {
    entropy: &'a Entropy,
    /// Columns and rows of units.
    size: [usize; 2],
    /// Units between restarts; 0 without.
    interval: usize,
}

impl Walk<'_> {
    /// Calls `each` for each restart interval, with a reader, the units in it and its last bit.
    #[inline(always)]
    fn each_interval(
        &self,
        mut each: impl FnMut(&mut Bits<'_>, std::ops::Range<usize>, usize) -> Result<()>,
    ) -> Result<()> {
        let total = self.size[0] * self.size[1];
        let interval = if self.interval == 0 { total } else { self.interval };
        for index in 0..total.div_ceil(interval.max(1)) {
            let range = self.entropy.interval(index).ok_or(corrupt("a restart interval is missing"))?;
            let mut bits = Bits::new(&self.entropy.bytes, range.start);
            let start = index * interval;
            each(&mut bits, start..total.min(start + interval), range.end)?;
            check(&bits, range.end)?;
        }
        Ok(())
    }

    /// Calls `each` for each block, with its part's index and that component's prediction.
    #[inline(always)]
    fn each_block(
        &self,
        parts: &[Units],
        channels: &mut [Channel],
        mut each: impl FnMut(&mut Bits<'_>, usize, Block<'_>, &mut i32) -> Result<()>,
    ) -> Result<()> {
        let [across, _] = self.size;
        self.each_interval(|bits, units, end| {
            let mut predictors = [0; 4];
            for unit in units {
                let (x, y) = (unit % across, unit / across);
                for ((index, part), predictor) in parts.iter().enumerate().zip(&mut predictors) {
                    let channel = channels.get_mut(part.component);
                    let channel = channel.ok_or(corrupt("a scan names a channel that is not there"))?;
                    let [h, v] = part.per_unit;
                    for down in 0..v {
                        for right in 0..h {
                            each(bits, index, channel.block_mut(x * h + right, y * v + down)?, predictor)?;
                        }
                    }
                }
                check(bits, end)?;
            }
            Ok(())
        })
    }
}
