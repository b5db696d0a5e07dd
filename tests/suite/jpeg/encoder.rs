//! Pictures of coefficients that were drawn, written by [`super::write`]: channels, tables, scans
//! as no encoder combines them.

use super::generated::{Draw, Generated, factors, groups, in_words};
use super::write::{Channel, EOI, Huffman, Restarts, SOI, adobe, frame, quantization, scan, segment};

/// What the channels of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    Gray,
    Ycc,
    Rgb,
    Cmyk,
    Ycck,
}

/// A picture of coefficients, before it is a file.
pub struct Drawn {
    pub kind: Channels,
    pub size: [usize; 2],
    pub channels: Vec<Channel>,
    /// Pairs of Huffman tables, by number.
    pub tables: Vec<[Huffman; 2]>,
}

impl Drawn {
    /// A picture of the kind, its factors given for each channel.
    pub fn new(draw: &mut Draw, kind: Channels, size: [usize; 2], factors: &[[usize; 2]]) -> Self {
        let most = [0, 1].map(|axis| factors.iter().map(|f| f[axis]).max().unwrap());
        let units = [0, 1].map(|axis| size[axis].div_ceil(8 * most[axis]));
        let ids = if kind == Channels::Rgb { *b"RGB\0" } else { [1, 2, 3, 4] };
        let channels = factors.iter().zip(ids).map(|(factors, id)| {
            let columns = units[0] * factors[0];
            let blocks = (0..columns * units[1] * factors[1]).map(|_| block(draw)).collect();
            Channel { id, factors: *factors, quantization: 0, huffman: 0, blocks, columns }
        });
        let channels = channels.collect();
        let tables = (0..4).map(|i| [Huffman::new(false, 3 * i), Huffman::new(true, 29 * i)]).collect();
        Self { kind, size, channels, tables }
    }

    /// Leaves waves of one step alone in the channels of this quantisation table. With larger ones,
    /// and steps over 255, samples would lie so far outside black and white that decoders' answers
    /// are their own: libjpeg's wrap around there.
    fn flatten(&mut self, table: u8) {
        let channels = self.channels.iter_mut().filter(|channel| channel.quantization == table);
        let waves = channels.flat_map(|channel| &mut channel.blocks).flat_map(|block| &mut block[1..]);
        waves.for_each(|wave| *wave = wave.signum());
    }

    /// What stands before the tables and the frame header.
    pub fn start(&self) -> Vec<u8> {
        let jfif = segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        match self.kind {
            Channels::Gray | Channels::Ycc => [&SOI[..], &jfif].concat(),
            Channels::Rgb => SOI.to_vec(),
            Channels::Cmyk => [&SOI[..], &adobe(0)].concat(),
            Channels::Ycck => [&SOI[..], &adobe(2)].concat(),
        }
    }

    /// All Huffman tables, so many pairs of them.
    pub fn huffman(&self, count: u8) -> Vec<u8> {
        let pair =
            |i: u8| [self.tables[usize::from(i)][0].segment(false, i), self.tables[usize::from(i)][1].segment(true, i)];
        (0..count).flat_map(pair).flatten().collect()
    }

    pub fn frame(&self, marker: u8) -> Vec<u8> {
        frame(marker, self.size, &self.channels)
    }

    pub fn scan(&self, indices: &[usize], restarts: Restarts) -> Vec<u8> {
        scan(self.size, &self.channels, indices, &self.tables, restarts)
    }

    /// All channels in one scan.
    pub fn whole_scan(&self) -> Vec<u8> {
        self.scan(&(0..self.channels.len()).collect::<Vec<_>>(), Restarts::default())
    }

    /// The plainest file of this picture.
    pub fn plain(&self) -> Vec<u8> {
        let tables = [quantization(0, 8, 6, false), self.huffman(2)].concat();
        [self.start(), tables, self.frame(0xC0), self.whole_scan(), EOI.to_vec()].concat()
    }
}

/// A block: brightness, and a few waves. Few samples are cut off at black or white.
fn block(draw: &mut Draw) -> [i16; 64] {
    let mut block = [0; 64];
    block[0] = draw.within(0..160) as i16 - 80;
    for _ in 0..draw.within(0..6) {
        let place = if draw.one_in(3) { draw.within(1..64) } else { draw.choose(&[1, 2, 8, 9, 10, 16, 17]) };
        block[place] = draw.within(0..25) as i16 - 12;
    }
    block
}

/// A drawn picture in a file that was drawn, too.
pub fn file(draw: &mut Draw) -> Generated {
    let kind = draw.choose(&[Channels::Gray, Channels::Ycc, Channels::Rgb, Channels::Cmyk, Channels::Ycck]);
    let size = [draw.within(1..71), draw.within(1..71)];
    let factors: Vec<[usize; 2]> = match kind {
        Channels::Gray => vec![[draw.within(1..5), draw.within(1..5)]],
        Channels::Ycc | Channels::Rgb => factors(draw).to_vec(),
        // Black is as fine as the finest, in ten blocks together.
        _ => draw
            .choose(&[
                [[1, 1], [1, 1], [1, 1], [1, 1]],
                [[2, 2], [1, 1], [1, 1], [2, 2]],
                [[2, 1], [1, 1], [1, 1], [2, 1]],
            ])
            .to_vec(),
    };
    let mut drawn = Drawn::new(draw, kind, size, &factors);
    // Baseline has two pairs of tables of eight bits; extended has four, and tables of 16 bits.
    let extended = draw.one_in(2);
    let pairs = if extended { 4 } else { 2 };
    for channel in &mut drawn.channels {
        channel.huffman = draw.within(0..pairs) as u8;
        channel.quantization = draw.within(0..4) as u8;
    }
    let wide = extended && draw.one_in(2);
    let mut parts = vec![drawn.start()];
    for table in 0..4 {
        let [first, others] = [draw.within(1..12), draw.within(1..12)].map(|v| v as u16);
        let others = if wide && draw.one_in(4) { 256 + others } else { others };
        if others > 255 {
            drawn.flatten(table);
        }
        parts.push(quantization(table, first, others, wide));
    }
    parts.push(drawn.huffman(pairs as u8));
    parts.push(drawn.frame(if extended { 0xC1 } else { 0xC0 }));
    let groups = if draw.one_in(2) { vec![(0..factors.len()).collect()] } else { groups(draw, factors.len()) };
    for group in &groups {
        let mut restarts = Restarts::default();
        if draw.one_in(2) {
            restarts.interval = draw.within(0..9);
            parts.push(segment(0xDD, &(restarts.interval as u16).to_be_bytes()));
        } else {
            parts.push(segment(0xDD, &[0, 0]));
        }
        parts.push(drawn.scan(group, restarts));
    }
    parts.push(EOI.to_vec());
    let process = if extended { "extended" } else { "baseline" };
    let words = in_words(&factors);
    Generated {
        kind: format!("own writer, {kind:?}, {process}, {words}"),
        recipe: format!("{kind:?} {process} {}×{}, {words}, scans {groups:?}, wide {wide}", size[0], size[1]),
        file: parts.concat(),
    }
}
