//! One sequential scan of all components, which most files are: read on the way, block by block,
//! and later from any unit on.

use crate::bits::Bits;
use crate::coefficients::check;
use crate::entropy::Entropy;
use crate::error::{Result, corrupt};
use crate::frame::Frame;
use crate::header::Header;
use crate::idct::{self, Sample};
use crate::planes::{Planes, Units};
use crate::sequential::Coder;
use fearless_simd::{Level, Simd, dispatch};

/// Units between two places that are remembered. Chosen by hand: to reach a unit, half as many are
/// passed over on average, and a picture of 12 megapixels has 6,000 places.
const STEP: usize = 8;

/// A place to begin reading at.
#[derive(Clone, Copy)]
struct Place {
    /// The first bit of the unit.
    position: usize,
    /// The components' predictions before it.
    predictors: [i32; 4],
}

/// A scan's data, its tables, and places to begin at.
pub(crate) struct Stream {
    entropy: Entropy,
    coders: Vec<Coder>,
    /// Units between restarts; their number without.
    interval: usize,
    places: Vec<Place>,
}

/// A reader of units in their order.
struct Reader<'a> {
    bits: Bits<'a>,
    predictors: [i32; 4],
    /// The next unit.
    unit: usize,
    /// The last bit of its restart interval.
    end: usize,
}

impl Stream {
    /// Takes the one scan of `header`.
    pub(crate) fn new(file: &[u8], header: &Header) -> Result<Self> {
        let scan = header.scans.first().ok_or(corrupt("the file has no scan"))?;
        let entropy = Entropy::read(file, scan.data.clone(), scan.restart_interval > 0)?;
        let units = header.frame.units[0] * header.frame.units[1];
        let interval = if scan.restart_interval == 0 { units } else { scan.restart_interval };
        Ok(Self { entropy, coders: Coder::all(file, scan)?, interval: interval.max(1), places: Vec::new() })
    }

    /// Reads the whole scan once: learns places to begin at, and gives the picture at an eighth.
    pub(crate) fn survey(&mut self, header: &Header) -> Result<Planes<u16>> {
        let mut planes = Planes::new(&header.frame, 1, Units::all(&header.frame));
        let mut places = Vec::with_capacity(header.frame.units[0] * header.frame.units[1] / STEP + 1);
        let level = Level::new();
        dispatch!(level, simd => self.survey_on(simd, header, &mut planes, &mut places))?;
        self.places = places;
        Ok(planes)
    }

    #[inline(always)]
    fn survey_on<S: Simd>(
        &self,
        simd: S,
        header: &Header,
        planes: &mut Planes<u16>,
        places: &mut Vec<Place>,
    ) -> Result<()> {
        let [across, down] = header.frame.units;
        let mut reader = self.reader(0)?;
        for row in 0..down {
            for column in 0..across {
                if reader.unit.is_multiple_of(STEP) {
                    places.push(Place { position: reader.bits.position(), predictors: reader.predictors });
                }
                self.unit(simd, header, &mut reader, planes, [column, row])?;
            }
        }
        Ok(())
    }

    /// Reads the units of `planes`, in full or reduced as these are.
    pub(crate) fn read<T: Sample>(&self, header: &Header, planes: &mut Planes<T>) -> Result<()> {
        let level = Level::new();
        dispatch!(level, simd => self.read_on(simd, header, planes))
    }

    #[inline(always)]
    fn read_on<S: Simd, T: Sample>(&self, simd: S, header: &Header, planes: &mut Planes<T>) -> Result<()> {
        let Units { columns, rows } = planes.units();
        let [across, _] = header.frame.units;
        for row in rows {
            let mut reader = self.reader(row * across + columns.start)?;
            // Everything from the place on must be read; what lies before is passed over.
            while reader.unit < row * across + columns.start {
                self.pass(&header.frame, &mut reader)?;
            }
            for column in columns.clone() {
                self.unit(simd, header, &mut reader, planes, [column, row])?;
            }
        }
        Ok(())
    }

    /// Reads the whole scan, which was not surveyed before, into planes of all units.
    pub(crate) fn read_once(&self, header: &Header, planes: &mut Planes<u8>) -> Result<()> {
        let level = Level::new();
        dispatch!(level, simd => self.read_once_on(simd, header, planes))
    }

    #[inline(always)]
    fn read_once_on<S: Simd>(&self, simd: S, header: &Header, planes: &mut Planes<u8>) -> Result<()> {
        let [across, down] = header.frame.units;
        let mut reader = self.reader(0)?;
        for row in 0..down {
            for column in 0..across {
                self.unit(simd, header, &mut reader, planes, [column, row])?;
            }
        }
        Ok(())
    }

    /// A reader that stands at `unit`, or as few units before as there is a place for.
    fn reader(&self, unit: usize) -> Result<Reader<'_>> {
        let (index, place) = match self.places.get(unit / STEP) {
            Some(place) => (unit / STEP * STEP, *place),
            None => (0, Place { position: 0, predictors: [0; 4] }),
        };
        let end = self.entropy.interval(index / self.interval).ok_or(corrupt("a restart interval is missing"))?.end;
        Ok(Reader {
            bits: Bits::new(&self.entropy.bytes, place.position),
            predictors: place.predictors,
            unit: index,
            end,
        })
    }

    /// Begins the next unit, and a restart interval where one is due.
    #[inline(always)]
    fn begin<'a>(&'a self, reader: &mut Reader<'a>) -> Result<()> {
        if reader.unit.is_multiple_of(self.interval) {
            let range = self.entropy.interval(reader.unit / self.interval);
            let range = range.ok_or(corrupt("a restart interval is missing"))?;
            reader.bits = Bits::new(&self.entropy.bytes, range.start);
            (reader.predictors, reader.end) = ([0; 4], range.end);
        }
        reader.unit += 1;
        Ok(())
    }

    /// Reads a unit into its place in `planes`.
    #[inline(always)]
    fn unit<'a, S: Simd, T: Sample>(
        &'a self,
        simd: S,
        header: &Header,
        reader: &mut Reader<'a>,
        planes: &mut Planes<T>,
        [column, row]: [usize; 2],
    ) -> Result<()> {
        self.begin(reader)?;
        for (coder, predictor) in self.coders.iter().zip(&mut reader.predictors) {
            let (Some(plane), Some(table)) =
                (planes.component_mut(coder.component), header.quantization.get(coder.component))
            else {
                return Err(corrupt("a scan names a channel that is not there"));
            };
            let [h, v] = plane.factors;
            for down in 0..v {
                for right in 0..h {
                    let (side, stride) = (plane.side, plane.stride);
                    let target = plane.block(column, row, right, down)?;
                    if side == 1 {
                        let first = coder.pass(&mut reader.bits, predictor)?;
                        if let Some(place) = target.first_mut() {
                            *place = idct::mean(first, table[0]);
                        }
                        crate::work::add(1);
                        continue;
                    }
                    let mut coefficients = [0; 64];
                    let lone = coder.block(&mut reader.bits, predictor, &mut coefficients)?;
                    idct::transform(simd, &coefficients, table, lone, side, target, stride);
                }
            }
        }
        check(&reader.bits, reader.end)
    }

    /// Passes over a unit.
    #[inline(always)]
    fn pass<'a>(&'a self, frame: &Frame, reader: &mut Reader<'a>) -> Result<()> {
        self.begin(reader)?;
        for (coder, predictor) in self.coders.iter().zip(&mut reader.predictors) {
            let factors = frame.components.get(coder.component).map_or([0, 0], |c| c.factors);
            for _ in 0..factors[0] * factors[1] {
                coder.pass(&mut reader.bits, predictor)?;
            }
        }
        Ok(())
    }
}
