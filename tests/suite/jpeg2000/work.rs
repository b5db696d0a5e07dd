//! Work is bounded from the header on: files that ask for as much as they can, and what they take.

use super::*;
use std::time::Instant;

/// A lossless codestream without a wavelet transform, whose every code-block states as many coding
/// passes and bytes as asked for. The bytes are noise.
struct Crafted {
    width: u32,
    height: u32,
    tile: u32,
    components: u8,
    /// Binary logarithms of a code-block's sides.
    block: (u8, u8),
    /// The code-blocks' style: 8 takes contexts from above only, 4 ends every pass.
    style: u8,
    /// At least 37, or none at all.
    passes: u32,
    bytes: usize,
    /// Guard bits and exponent of the one sub-band: together one more than its bit-planes.
    planes: (u8, u8),
    /// Binary logarithm of a precinct's sides; 15 is the whole tile.
    precinct: u8,
    layers: u16,
}

/// A megapixel of grey with as many passes as there are.
const WORST: Crafted = Crafted {
    width: 1024,
    height: 1024,
    tile: 1024,
    components: 1,
    block: (6, 6),
    style: 0,
    passes: 91,
    bytes: 0,
    planes: (7, 25),
    precinct: 15,
    layers: 1,
};

/// Bits of a packet header, with a bit stuffed behind each byte of ones (B.10.1).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    current: u8,
    count: u8,
}

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        for bit in (0..count).rev() {
            self.current = self.current << 1 | (value.checked_shr(bit).unwrap_or(0) & 1) as u8;
            self.count += 1;
            let room = if self.bytes.last() == Some(&0xFF) { 7 } else { 8 };
            if self.count == room {
                self.bytes.push(self.current);
                (self.current, self.count) = (0, 0);
            }
        }
    }

    fn finish(mut self) -> Vec<u8> {
        while self.count > 0 {
            self.put(0, 1);
        }
        if self.bytes.last() == Some(&0xFF) {
            self.bytes.push(0);
        }
        self.bytes
    }
}

/// A tag tree whose every value is zero (B.10.2): of each node a one, when it is first met.
struct Zeros(Vec<(u32, Vec<bool>)>);

impl Zeros {
    fn new(mut width: u32, mut height: u32) -> Self {
        let mut levels = vec![];
        loop {
            levels.push((width, vec![false; (width * height) as usize]));
            if width <= 1 && height <= 1 {
                return Self(levels);
            }
            (width, height) = (width.div_ceil(2), height.div_ceil(2));
        }
    }

    fn put(&mut self, x: u32, y: u32, bits: &mut Bits) {
        for (level, (width, met)) in self.0.iter_mut().enumerate().rev() {
            let node = &mut met[((y >> level) * *width + (x >> level)) as usize];
            if !std::mem::replace(node, true) {
                bits.put(1, 1);
            }
        }
    }
}

impl Crafted {
    fn file(&self) -> Vec<u8> {
        let mut file = vec![0xFF, 0x4F, 0xFF, 0x51];
        file.extend((38 + 3 * u16::from(self.components)).to_be_bytes());
        file.extend([0, 0]);
        for number in [self.width, self.height, 0, 0, self.tile, self.tile, 0, 0] {
            file.extend(number.to_be_bytes());
        }
        file.extend(u16::from(self.components).to_be_bytes());
        file.extend([7, 1, 1].repeat(self.components.into()));
        let own = u8::from(self.precinct < 15);
        file.extend([0xFF, 0x52, 0, 12 + own, own, 0]);
        file.extend(self.layers.to_be_bytes());
        file.extend([0, 0, self.block.0 - 2, self.block.1 - 2, self.style, 1]);
        file.extend(vec![self.precinct * 0x11; own.into()]);
        file.extend([0xFF, 0x5C, 0, 4, self.planes.0 << 5, self.planes.1 << 3]);
        let columns = self.width.div_ceil(self.tile);
        for tile in 0..columns * self.height.div_ceil(self.tile) {
            let width = self.tile.min(self.width - tile % columns * self.tile);
            let height = self.tile.min(self.height - tile / columns * self.tile);
            let data = self.packets(width, height);
            file.extend([0xFF, 0x90, 0, 10]);
            file.extend((tile as u16).to_be_bytes());
            file.extend((14 + data.len() as u32).to_be_bytes());
            file.extend([0, 1, 0xFF, 0x93]);
            file.extend(data);
        }
        file.extend([0xFF, 0xD9]);
        file
    }

    fn packets(&self, width: u32, height: u32) -> Vec<u8> {
        if self.passes == 0 {
            // Empty packets, each of a byte.
            let precincts = width.div_ceil(1 << self.precinct) * height.div_ceil(1 << self.precinct);
            return vec![0; precincts as usize * usize::from(self.layers) * usize::from(self.components)];
        }
        let (columns, rows) = (width.div_ceil(1 << self.block.0), height.div_ceil(1 << self.block.1));
        let (mut data, mut noise) = (vec![], 12_345u64);
        for _ in 0..self.components {
            let mut bits = Bits::default();
            bits.put(1, 1);
            let [mut included, mut empty_planes] = [Zeros::new(columns, rows), Zeros::new(columns, rows)];
            for (x, y) in (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))) {
                included.put(x, y, &mut bits);
                empty_planes.put(x, y, &mut bits);
                bits.put(0x1FF, 9);
                bits.put(self.passes - 37, 7);
                if self.style & 4 != 0 {
                    bits.put(0, 1 + 3 * self.passes);
                } else {
                    // As many ones as a length of 16 bits takes beyond the first three and those of
                    // the passes.
                    let more = 13 - self.passes.ilog2();
                    bits.put(u32::MAX, more);
                    bits.put(0, 1);
                    bits.put(self.bytes as u32, 16);
                }
            }
            data.extend(bits.finish());
            let count = if self.style & 4 != 0 { 0 } else { self.bytes };
            data.extend((0..count * (columns * rows) as usize).map(|at| {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // No two bytes may be a marker.
                (noise >> if at % 2 == 0 { 40 } else { 57 }) as u8
            }));
        }
        data
    }
}

fn check(file: &[u8], max_work: u64) -> Result<(), ErrorKind> {
    let limits = Limits::default().with_max_work(max_work).unwrap();
    Photo::decode(file, &limits).map(|_| ()).map_err(|error| error.kind())
}

/// The steps that a file may take: the lowest limit at which it is not refused for them.
fn steps(file: &[u8]) -> u64 {
    // A file without an end is read up to there, and not decoded.
    let cut = &file[..file.len() - 1];
    let (mut low, mut high) = (0, 1 << 40);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if check(cut, middle) == Err(ErrorKind::LimitExceeded) { low = middle } else { high = middle }
    }
    high
}

#[test]
fn passes_that_take_no_bytes_are_refused_from_the_header_on() {
    let colour = Crafted { components: 3, ..WORST }.file();
    assert!(colour.len() < 5_000, "{} bytes", colour.len());
    assert_eq!(decode(&colour), Err(ErrorKind::LimitExceeded), "a megapixel of colour in 91 passes");
    let large = Crafted { width: 8000, height: 8000, tile: 8000, ..WORST }.file();
    assert_eq!(decode(&large), Err(ErrorKind::LimitExceeded), "64 megapixels of grey");
    let small = Crafted { width: 100, height: 90, components: 3, ..WORST }.file();
    assert!(decode(&small).is_ok(), "what is small is read");
    // Behind the last byte, which `steps` leaves away, there are as many as it takes.
    let needed = steps(&small) + 40;
    assert_eq!((check(&small, needed).is_ok(), check(&small, needed - 1)), (true, Err(ErrorKind::LimitExceeded)));
    // The passes, not the pixels: the same picture with the bit-planes that pictures have.
    let usual = Crafted { planes: (2, 8), passes: 25, ..WORST };
    assert!(steps(&usual_header(&usual)) * 5 < steps(&usual_header(&WORST)) * 2);
}

/// The file with no code-block at all.
fn usual_header(crafted: &Crafted) -> Vec<u8> {
    Crafted { passes: 0, ..*crafted }.file()
}

#[test]
fn every_way_to_ask_for_work_counts() {
    let base = steps(&usual_header(&WORST));
    let more = |what: &str, least: u64, crafted: Crafted| {
        let steps = steps(&usual_header(&crafted));
        assert!(steps > base + least, "{what}: {steps} against {base}");
    };
    more("components", base, Crafted { components: 3, ..WORST });
    more("pixels", base - 1_000_000, Crafted { width: 2048, tile: 2048, ..WORST });
    more("small code-blocks", 60_000_000, Crafted { block: (2, 2), ..WORST });
    more("small tiles", 6_000_000, Crafted { tile: 8, block: (2, 2), ..WORST });
    more("small precincts", 15_000_000, Crafted { precinct: 2, ..WORST });
    more("layers of small precincts", 200_000_000, Crafted { precinct: 2, layers: 32, ..WORST });
    // A tile-part's own quantization counts for all of them.
    let few = Crafted { planes: (0, 1), passes: 0, ..WORST }.file();
    let at = few.windows(2).rposition(|w| w == [0xFF, 0x93]).unwrap();
    let mut own = few.clone();
    own.splice(at..at, [0xFF, 0x5C, 0, 4, 7 << 5, 25 << 3]);
    own[at - 6..at - 2].copy_from_slice(&21u32.to_be_bytes());
    assert!(steps(&own) > steps(&few) + 500_000_000, "{} against {}", steps(&own), steps(&few));
}

#[test]
fn portraits_of_chips_need_a_fraction_of_what_is_allowed() {
    for (what, file) in [("portrait", PORTRAIT), ("colour", COLOUR)] {
        let steps = steps(file);
        assert!(steps < 100_000_000, "{what}: {steps}");
    }
}

/// What the worst files take, beside the steps that they are taken for:
/// `cargo test --release --test suite worst_files -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn the_worst_files_take_no_longer_than_their_steps() {
    let none = Crafted { passes: 0, ..WORST };
    let cases = [
        ("nothing but a header", Crafted { ..none }),
        ("passes without data", Crafted { ..WORST }),
        ("passes, 20 bytes a block", Crafted { bytes: 20, ..WORST }),
        ("passes, 16,000 bytes a block", Crafted { bytes: 16_000, ..WORST }),
        ("vertically causal, 16,000 bytes", Crafted { style: 8, bytes: 16_000, ..WORST }),
        ("vertically causal, 500 bytes", Crafted { style: 8, bytes: 500, ..WORST }),
        ("every pass ended, contexts reset", Crafted { style: 14, ..WORST }),
        ("blocks of 4 x 4, 60 bytes", Crafted { block: (2, 2), bytes: 60, ..WORST }),
        ("the same, vertically causal", Crafted { block: (2, 2), bytes: 60, style: 8, ..WORST }),
        ("37 passes, 16,000 bytes", Crafted { passes: 37, bytes: 16_000, style: 8, planes: (2, 12), ..WORST }),
        ("tiles of 8 x 8", Crafted { tile: 8, block: (2, 2), planes: (0, 1), ..none }),
        ("precincts of 4 x 4, 32 layers", Crafted { precinct: 2, layers: 32, planes: (0, 1), ..none }),
        ("three components", Crafted { components: 3, bytes: 500, style: 8, ..WORST }),
    ];
    let limits = Limits::default().with_max_work(u64::MAX).unwrap().with_max_memory_bytes(4 << 30).unwrap();
    let mut most = 0.0f64;
    for (what, crafted) in cases {
        let file = crafted.file();
        let steps = steps(&file);
        let took = (0..3).map(|_| {
            let started = Instant::now();
            let decoded = Photo::decode(&file, &limits);
            assert!(decoded.is_ok(), "{what}: {decoded:?}");
            started.elapsed()
        });
        let took = took.min().unwrap();
        let share = took.as_nanos() as f64 / steps as f64;
        eprintln!(
            "{what:<34} {:>9} bytes {took:>10.1?} {:>6} million steps, {share:.2} ns each",
            file.len(),
            steps / 1_000_000
        );
        most = most.max(share);
    }
    assert!(most < 2.0, "{most} ns a step");
}
