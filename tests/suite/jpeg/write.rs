//! A writer of sequential JPEGs, segment by segment (ITU-T T.81, annex B), for files that no
//! encoder writes.

/// The place of each coefficient in a block's rows, in the order of a file (figure A.6).
#[rustfmt::skip]
const ZIGZAG: [usize; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

pub const SOI: [u8; 2] = [0xFF, 0xD8];
pub const EOI: [u8; 2] = [0xFF, 0xD9];

/// A marker segment.
pub fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap();
    [&[0xFF, marker][..], &length.to_be_bytes(), body].concat()
}

/// A quantisation table (DQT) of 8 or 16 bits, all its values the same but the first.
pub fn quantization(table: u8, first: u16, others: u16, wide: bool) -> Vec<u8> {
    let mut body = vec![u8::from(wide) << 4 | table];
    for index in 0..64 {
        let value = if index == 0 { first } else { others };
        if wide { body.extend(value.to_be_bytes()) } else { body.push(u8::try_from(value).unwrap()) }
    }
    segment(0xDB, &body)
}

/// Adobe's segment (APP14), which says how colours were transformed.
pub fn adobe(transform: u8) -> Vec<u8> {
    segment(0xEE, &[&b"Adobe"[..], &[0, 100, 0, 0, 0, 0, transform]].concat())
}

/// A channel of a frame.
#[derive(Clone)]
pub struct Channel {
    pub id: u8,
    pub factors: [usize; 2],
    pub quantization: u8,
    /// Its Huffman tables' number, both of them.
    pub huffman: u8,
    /// Blocks in rows of `columns`, coefficients in rows, as many as whole units need.
    pub blocks: Vec<[i16; 64]>,
    pub columns: usize,
}

/// A frame header: `marker` is SOF0 to SOF2.
pub fn frame(marker: u8, [width, height]: [usize; 2], channels: &[Channel]) -> Vec<u8> {
    let side = |side: usize| u16::try_from(side).unwrap().to_be_bytes();
    let mut body = [&[8][..], &side(height), &side(width), &[channels.len() as u8]].concat();
    for channel in channels {
        body.extend([channel.id, (channel.factors[0] << 4 | channel.factors[1]) as u8, channel.quantization]);
    }
    segment(marker, &body)
}

/// A Huffman table of codes of eight bits: its symbols, in the order of their codes.
#[derive(Clone)]
pub struct Huffman(Vec<u8>);

impl Huffman {
    /// Every symbol of DC (twelve) or AC (162), turned by so many places, so that tables differ.
    pub fn new(ac: bool, turned: usize) -> Self {
        let symbols = |runs: u8, sizes: u8| (0..runs).flat_map(move |run| (1..=sizes).map(move |size| run << 4 | size));
        let mut all: Vec<u8> = if ac { symbols(16, 10).chain([0x00, 0xF0]).collect() } else { (0..12).collect() };
        let places = turned % all.len();
        all.rotate_left(places);
        Self(all)
    }

    /// Its segment (DHT).
    pub fn segment(&self, ac: bool, table: u8) -> Vec<u8> {
        let mut counts = [0; 16];
        counts[7] = self.0.len() as u8;
        segment(0xC4, &[&[u8::from(ac) << 4 | table][..], &counts, &self.0].concat())
    }

    fn code(&self, symbol: u8) -> u32 {
        self.0.iter().position(|s| *s == symbol).unwrap() as u32
    }
}

/// Bits of a scan, with zeros stuffed behind bytes of ones.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: u32, bits: u32) {
        self.held = self.held << bits | u64::from(value) & ((1 << bits) - 1);
        self.count += bits;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.held >> self.count) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
    }

    /// Fills the last byte with ones.
    fn end(&mut self) {
        if self.count > 0 {
            self.put(0x7F, 8 - self.count);
        }
    }

    /// A symbol with the bits that follow it: a number of so many bits, one less where negative.
    fn number(&mut self, table: &Huffman, run: u8, value: i32) {
        let size = 32 - value.unsigned_abs().leading_zeros();
        self.put(table.code(run << 4 | size as u8), 8);
        self.put((if value < 0 { value - 1 } else { value }) as u32, size);
    }

    fn block(&mut self, tables: &[Huffman; 2], predictor: &mut i32, block: &[i16; 64]) {
        let dc = i32::from(block[0]);
        self.number(&tables[0], 0, dc - *predictor);
        *predictor = dc;
        let mut run = 0;
        for place in &ZIGZAG[1..] {
            let value = i32::from(block[*place]);
            if value == 0 {
                run += 1;
                continue;
            }
            while run > 15 {
                self.put(tables[1].code(0xF0), 8);
                run -= 16;
            }
            self.number(&tables[1], run, value);
            run = 0;
        }
        if run > 0 {
            self.put(tables[1].code(0x00), 8);
        }
    }
}

/// Where restart markers stand, and which.
#[derive(Clone, Copy, Default)]
pub struct Restarts {
    /// Units between them; 0 for none.
    pub interval: usize,
    /// What is added to each one's number, which makes them wrong.
    pub off: u8,
}

/// A scan of the channels with these indices: its header and its data.
///
/// `tables` holds the pairs of Huffman tables by number.
pub fn scan(
    size: [usize; 2],
    channels: &[Channel],
    indices: &[usize],
    tables: &[[Huffman; 2]],
    restarts: Restarts,
) -> Vec<u8> {
    let mut header = vec![indices.len() as u8];
    header.extend(indices.iter().flat_map(|i| [channels[*i].id, channels[*i].huffman << 4 | channels[*i].huffman]));
    header.extend([0, 63, 0]);

    let most = [0, 1].map(|axis| channels.iter().map(|c| c.factors[axis]).max().unwrap());
    let alone = &channels[indices[0]];
    let units = [0, 1].map(|axis| match indices.len() {
        // Of one channel as many blocks as its samples need; of several, whole units.
        1 => (size[axis] * alone.factors[axis]).div_ceil(most[axis]).div_ceil(8),
        _ => size[axis].div_ceil(8 * most[axis]),
    });
    let mut bits = Bits::default();
    let mut predictors = vec![0; channels.len()];
    for unit in 0..units[0] * units[1] {
        if restarts.interval > 0 && unit > 0 && unit % restarts.interval == 0 {
            bits.end();
            let number = (unit / restarts.interval - 1) as u8 + restarts.off;
            bits.bytes.extend([0xFF, 0xD0 | number & 7]);
            predictors.fill(0);
        }
        let (column, row) = (unit % units[0], unit / units[0]);
        for index in indices {
            let channel = &channels[*index];
            let [h, v] = if indices.len() == 1 { [1, 1] } else { channel.factors };
            for (down, right) in (0..v).flat_map(|down| (0..h).map(move |right| (down, right))) {
                let block = &channel.blocks[(row * v + down) * channel.columns + column * h + right];
                bits.block(&tables[usize::from(channel.huffman)], &mut predictors[*index], block);
            }
        }
    }
    bits.end();
    [segment(0xDA, &header), bits.bytes].concat()
}
