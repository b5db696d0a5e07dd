//! Scans: which components and coefficients they hold, and with which tables (T.81, B.2.3).

use crate::error::{Result, corrupt};
use crate::frame::Frame;
use crate::header::Process;
use crate::huffman::{Code, Table};
use std::ops::Range;

/// Where a Huffman table comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// It is defined at this offset of the file, from its numbers of codes on.
    At(usize),
    /// The file leaves it out: the standard's typical one.
    Standard { class: usize, slot: usize },
}

/// The Huffman tables that are in force: first coefficients' and others', four places each.
#[derive(Default)]
pub(crate) struct Tables([[Option<usize>; 4]; 2]);

impl Tables {
    /// Takes in a segment of tables (DHT, B.2.4.2), whose body begins at byte `start`.
    pub(crate) fn define(&mut self, body: &[u8], start: usize) -> Result<()> {
        let wrong = corrupt("a Huffman table does not hold what it states");
        let mut at = 0;
        while let Some(about) = body.get(at) {
            let place =
                self.0.get_mut(usize::from(about >> 4)).and_then(|class| class.get_mut(usize::from(about & 15)));
            let place = place.ok_or(wrong)?;
            let code = code_at(body, at + 1).ok_or(wrong)?;
            // Whether the code is one is checked when it is used.
            *place = Some(start + at + 1);
            at += 17 + code.symbols.len();
        }
        Ok(())
    }

    fn source(&self, class: usize, slot: usize) -> Result<Source> {
        match self.0.get(class).and_then(|class| class.get(slot)) {
            Some(Some(offset)) => Ok(Source::At(*offset)),
            Some(None) if crate::standard::code(class, slot).is_some() => Ok(Source::Standard { class, slot }),
            _ => Err(corrupt("a Huffman table is missing")),
        }
    }
}

/// The code that is listed from offset `at` on.
fn code_at(bytes: &[u8], at: usize) -> Option<Code<'_>> {
    let (counts, rest) = bytes.get(at..)?.split_first_chunk::<16>()?;
    let total: usize = counts.iter().map(|count| usize::from(*count)).sum();
    Some(Code { counts, symbols: rest.get(..total)? })
}

impl Source {
    /// Makes the table.
    pub(crate) fn table(self, file: &[u8]) -> Result<Table> {
        let code = match self {
            Self::At(offset) => code_at(file, offset).ok_or(corrupt("a Huffman table is cut short").at(offset))?,
            Self::Standard { class, slot } => {
                crate::standard::code(class, slot).ok_or(corrupt("a Huffman table is missing"))?
            }
        };
        Table::new(&code)
    }
}

/// A component in a scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// The component's index in the frame.
    pub(crate) component: usize,
    /// The tables of its first coefficients and of the others. A scan that reads none of a kind has
    /// the standard's in their place.
    pub(crate) tables: [Source; 2],
}

/// One scan.
#[derive(Debug, Clone)]
pub(crate) struct Scan {
    parts: [Option<Part>; 4],
    /// The number of components.
    pub(crate) count: usize,
    /// The first and last coefficient, 0 ..= 63, in zigzag order.
    pub(crate) band: [usize; 2],
    /// The bit that was read before, and the one that is read now (Ah, Al).
    pub(crate) bits: [u32; 2],
    /// Units between restarts; 0 without.
    pub(crate) restart_interval: usize,
    /// Where its data lies.
    pub(crate) data: Range<usize>,
}

impl Scan {
    /// Reads a scan header.
    pub(crate) fn read(
        body: &[u8],
        frame: &Frame,
        process: Process,
        tables: &Tables,
        restart_interval: usize,
        data: Range<usize>,
    ) -> Result<Self> {
        let wrong = corrupt("a scan header does not hold what it states");
        let (count, rest) = body.split_first().ok_or(wrong)?;
        let count = usize::from(*count);
        let (listed, rest) = rest.split_at_checked(2 * count).ok_or(wrong)?;
        let (Some([start, end, bits]), 1..=4) = (rest.first_chunk().copied(), count) else { return Err(wrong) };
        let (band, bits) = match process {
            // What these fields say of a sequential scan is fixed; writers that leave them out are
            // read as others do.
            Process::Sequential => ([0, 63], [0, 0]),
            Process::Progressive => ([start.into(), end.into()], [u32::from(bits >> 4), u32::from(bits & 15)]),
        };
        if band[0] > band[1] || band[1] > 63 || bits.iter().any(|bit| *bit > 13) {
            return Err(corrupt("a scan names coefficients or bits that there are not"));
        }
        let (first, others) = (band[0] == 0, band[1] > 0);
        if process == Process::Progressive && ((first && others) || (!first && count != 1)) {
            return Err(corrupt("a progressive scan mixes coefficients that have scans of their own"));
        }
        let mut parts = [None; 4];
        for (index, (entry, part)) in listed.as_chunks::<2>().0.iter().zip(&mut parts).enumerate() {
            let [id, slots] = *entry;
            let component = frame.components.iter().position(|c| c.id == id).ok_or(wrong)?;
            let earlier = listed.as_chunks::<2>().0.iter().take(index);
            if earlier.into_iter().any(|[other, _]| *other == id) {
                return Err(corrupt("a scan names a channel twice"));
            }
            let source = |class: usize, needed: bool, slot: u8| {
                if needed { tables.source(class, slot.into()) } else { Ok(Source::Standard { class, slot: 0 }) }
            };
            // Refinements of first coefficients are plain bits.
            let tables = [source(0, first && bits[0] == 0, slots >> 4)?, source(1, others, slots & 15)?];
            *part = Some(Part { component, tables });
        }
        let scan = Self { parts, count, band, bits, restart_interval, data };
        let blocks: usize =
            scan.components().filter_map(|c| frame.components.get(c)).map(|c| c.factors[0] * c.factors[1]).sum();
        // B.2.3: ten blocks a unit.
        if count > 1 && blocks > 10 {
            return Err(corrupt("a scan's unit has more than ten blocks"));
        }
        Ok(scan)
    }

    /// Its components and their tables.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Part> {
        self.parts.iter().flatten().copied()
    }

    /// The indices of its components.
    pub(crate) fn components(&self) -> impl Iterator<Item = usize> {
        self.parts().map(|part| part.component)
    }

    /// How many blocks it visits.
    pub(crate) fn visits(&self, frame: &Frame) -> u64 {
        let blocks = self.components().filter_map(|index| frame.components.get(index)).map(|component| {
            let [across, down] = if self.count == 1 { component.blocks } else { frame.padded(component) };
            across as u64 * down as u64
        });
        blocks.sum()
    }
}

/// Which bits of which coefficients have been coded.
#[derive(Default)]
pub(crate) struct Progress {
    process: Option<Process>,
    /// Per component and coefficient, the lowest bit that was coded.
    lowest: Vec<[Option<u32>; 64]>,
}

impl Progress {
    pub(crate) fn new(components: usize, process: Process) -> Self {
        Self { process: Some(process), lowest: vec![[None; 64]; components] }
    }

    /// Takes in a scan.
    ///
    /// # Errors
    /// What it codes was coded before, or is refined before it was coded (G.1.1.1).
    pub(crate) fn add(&mut self, scan: &Scan) -> Result<()> {
        let [before, now] = scan.bits;
        for index in scan.components() {
            let coefficients = self.lowest.get_mut(index).and_then(|c| c.get_mut(scan.band[0]..=scan.band[1]));
            for lowest in coefficients.into_iter().flatten() {
                let fits = match *lowest {
                    None => before == 0,
                    Some(bit) => before > 0 && bit == before && now + 1 == before,
                };
                if !fits {
                    return Err(corrupt("a scan codes what was coded before, or refines what was not"));
                }
                *lowest = Some(now);
            }
        }
        Ok(())
    }

    /// Whether every bit of every coefficient has been coded.
    pub(crate) fn is_complete(&self) -> bool {
        self.process.is_some() && self.lowest.iter().flatten().all(|lowest| *lowest == Some(0))
    }
}
