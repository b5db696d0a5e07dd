//! Machine-readable zones: what they say, drawn by chance, and how they are printed: from outlines
//! of two cuts of OCR-B, heavier or lighter, not quite in line, with flaws in the ink.

use super::random::Random;
use std::sync::LazyLock;

/// Units of the outlines per millimetre: 723 are a tenth of an inch.
const UNITS_PER_MM: f64 = 723.0 / 2.54;

/// One character's edges, in units from its cell's left edge and its baseline.
type Shape = Vec<[[f64; 2]; 2]>;

/// Two cuts of 128 characters, written by `models/convert/ocr_b.py`.
static CUTS: LazyLock<[Vec<Shape>; 2]> = LazyLock::new(|| {
    let mut cuts = [(); 2].map(|()| vec![Shape::new(); 128]);
    for line in include_str!("../../data/ocr_b.txt").lines() {
        let mut words = line.split(' ');
        let cut = usize::from(words.next() == Some("sharp"));
        let character = words.next().unwrap().as_bytes()[0];
        let points: Vec<&str> = words.collect();
        for contour in points.split(|word| *word == ";") {
            let point = |word: &&str| {
                let (x, y) = word.split_once(',').unwrap();
                [x, y].map(|v| v.parse::<f64>().unwrap())
            };
            let points: Vec<[f64; 2]> = contour.iter().map(point).collect();
            let next = points.iter().cycle().skip(1);
            cuts[cut][usize::from(character)].extend(points.iter().zip(next).map(|(a, b)| [*a, *b]));
        }
    }
    cuts
});

/// How one zone is printed.
pub struct Print {
    cut: usize,
    /// Added to strokes on either side, in units: strokes are about 110 wide.
    weight: f64,
    /// Upper left corner of the first line's first cell, in millimetres.
    pub at: [f64; 2],
    pub pitch: f64,
    pub spacing: f64,
    flaws: f64,
    seed: u64,
}

impl Print {
    /// A print of `lines` lines of `length` characters on a page of this size.
    pub fn by_chance(random: &mut Random, [width, height]: [f64; 2], lines: usize, length: usize) -> Self {
        let pitch = 2.54 * random.between(0.99, 1.01);
        let spacing = random.between(5.9, 6.6).min(17.5 / (lines as f64 - 0.4));
        let margin = width - pitch * length as f64;
        let below = random.between(3.8, 6.2).min(if lines == 3 { 4.6 } else { 9.0 });
        Self {
            cut: random.below(2),
            weight: random.between(-14.0, 26.0),
            at: [margin * random.between(0.42, 0.58), height - below - 3.6 - spacing * (lines - 1) as f64],
            pitch,
            spacing,
            flaws: random.between(0.0, 0.5),
            seed: random.below(1 << 30) as u64,
        }
    }

    /// Middle of a character's cell, in millimetres.
    pub fn center(&self, line: usize, column: usize) -> [f64; 2] {
        [self.at[0] + self.pitch * (column as f64 + 0.5), self.at[1] + self.spacing * line as f64 + 1.9]
    }

    /// How much of a spot `spread` millimetres wide is ink of the character in this cell, 0 ..= 1.
    pub fn ink(&self, character: u8, line: usize, column: usize, [x, y]: [f64; 2], spread: f64) -> f64 {
        let chance = |salt: u64| {
            let mut h = (self.seed ^ salt).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            h = (h ^ (h >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            ((h >> 40) & 0xFFFF) as f64 / 32_768.0 - 1.0
        };
        let place = (64 * line + column) as u64;
        let [cx, cy] = self.center(line, column);
        let u = (x - cx + 0.04 * chance(place)) * UNITS_PER_MM * 2.54 / self.pitch + 361.5;
        // Capitals are 720 high.
        let v = (cy - y + 0.04 * chance(place + 4096)) * UNITS_PER_MM + 360.0;
        let inside = signed_distance(&CUTS[self.cut][usize::from(character)], [u, v]) + self.weight;
        let covered = (0.5 + inside / (spread * UNITS_PER_MM)).clamp(0.0, 1.0);
        // Ink that has not taken, in spots of a tenth of a millimetre.
        let spot = (((x * 9.0) as u64) << 20) + (y * 9.0) as u64;
        covered * (1.0 - self.flaws * (0.5 + 0.5 * chance(spot + 65_536)).powi(2))
    }
}

/// Distance to the nearest edge, positive inside.
fn signed_distance(shape: &Shape, [x, y]: [f64; 2]) -> f64 {
    let (mut nearest, mut winding) = (f64::MAX, 0);
    for [[x0, y0], [x1, y1]] in shape {
        let (dx, dy) = (x1 - x0, y1 - y0);
        let t = (((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy).max(1e-9)).clamp(0.0, 1.0);
        nearest = nearest.min((x0 + t * dx - x).hypot(y0 + t * dy - y));
        if (*y0 <= y) != (*y1 <= y) && x < x0 + (y - y0) * dx / dy {
            winding += if y1 > y0 { 1 } else { -1 };
        }
    }
    if winding == 0 { -nearest } else { nearest }
}

/// The check digit of ICAO Doc 9303-3, section 4.9.
fn digit(text: &str) -> char {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 = text.bytes().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(byte) * weight).sum();
    char::from(b'0' + (sum % 10) as u8)
}

fn signs(random: &mut Random, of: &[u8], count: usize) -> String {
    (0..count).map(|_| char::from(of[random.below(of.len())])).collect()
}

fn filled(text: &str, length: usize) -> String {
    format!("{text:<<length$.length$}")
}

/// What a zone says: of 2 lines of 44 or 36 characters, or of 3 of 30.
pub fn text(random: &mut Random, lines: usize, length: usize) -> Vec<String> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const SIGNS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const STATES: [&str; 8] = ["UTO", "D<<", "FRA", "EST", "GBR", "NLD", "USA", "HRV"];
    let state = STATES[random.below(STATES.len())];
    let nationality = STATES[random.below(STATES.len())];
    let few = if random.chance(0.5) { SIGNS } else { b"0123456789" };
    let number = signs(random, few, 9);
    let date = |random: &mut Random| {
        let [year, month, day] = [random.below(100), 1 + random.below(12), 1 + random.below(28)];
        format!("{year:02}{month:02}{day:02}")
    };
    let (birth, expiry) = (date(random), date(random));
    let sex = ["M", "F", "<"][random.below(3)];
    let mut names = String::new();
    for part in 0..2 + random.below(3) {
        let count = 2 + random.below(9);
        names += &signs(random, LETTERS, count);
        names += if part == 0 { "<<" } else { "<" };
    }
    let (n, b, e) = (digit(&number), digit(&birth), digit(&expiry));
    match (lines, length) {
        (3, _) => {
            let optional = if random.chance(0.3) { signs(random, SIGNS, 10) } else { String::new() };
            let (first, last) = (filled(&optional, 15), filled("", 11));
            let all = digit(&format!("{number}{n}{first}{birth}{b}{expiry}{e}{last}"));
            vec![
                format!("I<{state}{number}{n}{first}"),
                format!("{birth}{b}{sex}{expiry}{e}{nationality}{last}{all}"),
                filled(&names, 30),
            ]
        }
        _ => {
            let room = length - 30;
            let optional = if random.chance(0.4) { signs(random, SIGNS, room.min(10)) } else { String::new() };
            let mut optional = filled(&optional, room + usize::from(length == 36));
            if length == 44 {
                let check = digit(&optional);
                let none = optional.bytes().all(|byte| byte == b'<') && random.chance(0.5);
                optional.push(if none { '<' } else { check });
            }
            let all = digit(&format!("{number}{n}{birth}{b}{expiry}{e}{optional}"));
            vec![
                filled(&format!("{}{state}{names}", if length == 44 { "P<" } else { "I<" }), length),
                format!("{number}{n}{nationality}{birth}{b}{sex}{expiry}{e}{optional}{all}"),
            ]
        }
    }
}
