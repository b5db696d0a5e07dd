//! Blocks of sequential scans (T.81, F.2.2).

use crate::bits::Bits;
use crate::error::{Result, corrupt};
use crate::huffman::{AcTable, END, PassTable};
use crate::scan::{Scan, Source};
use std::sync::Arc;

/// The tables of one component in a sequential scan.
#[derive(Clone)]
pub(crate) struct Coder {
    /// The component's index.
    pub(crate) component: usize,
    first: Arc<AcTable>,
    others: Arc<AcTable>,
    pass: Arc<PassTable>,
}

impl Coder {
    /// The tables of all components of a scan; equal ones are made once.
    pub(crate) fn all(file: &[u8], scan: &Scan) -> Result<Vec<Self>> {
        let mut coders: Vec<(Source, Source, Self)> = Vec::new();
        for part in scan.parts() {
            let [first, others] = part.tables;
            let first_table = match coders.iter().find(|(source, ..)| *source == first) {
                Some((.., coder)) => coder.first.clone(),
                None => Arc::new(AcTable::new(first.table(file)?)),
            };
            let (others_table, pass) = match coders.iter().find(|(_, source, _)| *source == others) {
                Some((.., coder)) => (coder.others.clone(), coder.pass.clone()),
                None => {
                    let table = AcTable::new(others.table(file)?);
                    let pass = Arc::new(PassTable::new(&table));
                    (Arc::new(table), pass)
                }
            };
            let coder = Self { component: part.component, first: first_table, others: others_table, pass };
            coders.push((first, others, coder));
        }
        Ok(coders.into_iter().map(|(.., coder)| coder).collect())
    }

    /// Reads a block's first coefficient, which is coded as the difference to `predictor`.
    #[inline(always)]
    pub(crate) fn first(&self, bits: &mut Bits<'_>, predictor: &mut i32) -> Result<i16> {
        // Its symbols are sizes alone; that of zero reads as an end, of value 0.
        let next = self.first.coefficient(bits)?;
        if next.run != 0 && next.run != END {
            return Err(corrupt("a coefficient has more than 15 bits"));
        }
        *predictor = predictor.wrapping_add(next.value.into());
        crate::work::add(1);
        Ok(*predictor as i16)
    }

    /// Reads a block's first coefficient and passes over the others.
    #[inline(always)]
    pub(crate) fn pass(&self, bits: &mut Bits<'_>, predictor: &mut i32) -> Result<i16> {
        bits.refill();
        let first = self.first(bits, predictor)?;
        self.pass.pass(&self.others, bits)?;
        Ok(first)
    }

    /// Reads a block into `target`, whose coefficients are zeros, row by row. Returns whether all
    /// but the first are still zeros.
    #[inline(always)]
    pub(crate) fn block(&self, bits: &mut Bits<'_>, predictor: &mut i32, target: &mut [i16; 64]) -> Result<bool> {
        bits.refill();
        target[0] = self.first(bits, predictor)?;
        let mut at = 1;
        while at < 64 {
            bits.refill();
            let next = self.others.coefficient(bits)?;
            crate::work::add(1);
            if next.run == END {
                break;
            }
            at += usize::from(next.run);
            let place = crate::ZIGZAG.get(at).ok_or(corrupt("a block has more than 64 coefficients"))?;
            #[allow(clippy::indexing_slicing, reason = "a block has a place for each number below 64")]
            {
                target[usize::from(*place & 63)] = next.value;
            }
            at += 1;
        }
        Ok(at == 1)
    }
}
