//! Files by number: what each of them is follows from its number alone.

use super::encoder::{self, Channels};
use super::program;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use selfsame::image::{Limits, Photo};
use std::fmt::Write;
use std::sync::LazyLock;

/// A photograph to cut pieces from.
static PHOTO: LazyLock<Photo> = LazyLock::new(|| {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/portraits/astronaut.png")).unwrap();
    Photo::decode(&file, &Limits::default()).unwrap()
});

/// Draws from a generator.
pub struct Draw(ChaCha8Rng);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A whole number in `range`.
    pub fn within(&mut self, range: std::ops::Range<usize>) -> usize {
        range.start + (self.0.next_u64() % range.len() as u64) as usize
    }

    pub fn one_in(&mut self, of: usize) -> bool {
        self.within(0..of) == 0
    }

    pub fn choose<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.within(0..from.len())].clone()
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.within(0..last + 1));
        }
    }
}

/// A file, and how it came to be.
pub struct Generated {
    /// The kind of file, in words that a refusal is counted by.
    pub kind: String,
    /// How to make it again.
    pub recipe: String,
    pub file: Vec<u8>,
}

/// The file of this number.
pub fn file(number: u64) -> Generated {
    let mut draw = Draw::new(number);
    if draw.one_in(4) { encoder::file(&mut draw) } else { by_cjpeg(&mut draw) }
}

/// Samples of noise, of gradients or of a photograph.
fn picture(draw: &mut Draw, width: usize, height: usize) -> Vec<u8> {
    match draw.within(0..4) {
        0 => (0..width * height * 3).map(|_| draw.within(0..256) as u8).collect(),
        1 => {
            let pixel = |x: usize, y: usize| [255 * x / width, 255 * y / height, 255 * (x + y) / (width + height)];
            (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y).map(|v| v as u8))).collect()
        }
        _ => {
            let stride = PHOTO.width() as usize;
            let left = draw.within(0..stride - width);
            let top = draw.within(0..PHOTO.height() as usize - height);
            let row = |y: usize| &PHOTO.pixels()[3 * ((top + y) * stride + left)..][..3 * width];
            (0..height).flat_map(row).copied().collect()
        }
    }
}

/// Sampling factors of three channels that fit into one interleaved scan, ten blocks together, and
/// are multiples of each other, which is what libjpeg reads.
pub fn factors(draw: &mut Draw) -> [[usize; 2]; 3] {
    // What encoders write, half of the time.
    let usual = [[1, 1], [2, 2], [2, 1], [1, 2], [4, 1], [4, 2], [3, 1], [3, 2], [1, 4], [1, 3]];
    if draw.one_in(2) {
        return [draw.choose(&usual), [1, 1], [1, 1]];
    }
    loop {
        let drawn: [[usize; 2]; 3] = std::array::from_fn(|_| [draw.within(1..5), draw.within(1..5)]);
        let most = [0, 1].map(|axis| drawn.iter().map(|f| f[axis]).max().unwrap());
        let multiples = drawn.iter().all(|f| most[0].is_multiple_of(f[0]) && most[1].is_multiple_of(f[1]));
        if multiples && drawn.iter().map(|f| f[0] * f[1]).sum::<usize>() <= 10 {
            return drawn;
        }
    }
}

/// The factors in words.
pub fn in_words(factors: &[[usize; 2]]) -> String {
    let each: Vec<String> = factors.iter().map(|[h, v]| format!("{h}x{v}")).collect();
    each.join(",")
}

fn by_cjpeg(draw: &mut Draw) -> Generated {
    let (width, height) = (draw.within(1..71), draw.within(1..71));
    let rgb = picture(draw, width, height);
    let channels =
        draw.choose(&[Channels::Gray, Channels::Ycc, Channels::Ycc, Channels::Ycc, Channels::Ycc, Channels::Rgb]);
    let factors = match channels {
        Channels::Gray => vec![[draw.within(1..5), draw.within(1..5)]],
        Channels::Rgb if draw.one_in(2) => vec![[1, 1]; 3],
        _ => factors(draw).to_vec(),
    };
    let mut arguments: Vec<String> = vec!["-quality".into(), draw.within(1..101).to_string()];
    arguments.extend(["-sample".into(), in_words(&factors)]);
    match channels {
        Channels::Gray => arguments.push("-grayscale".into()),
        Channels::Rgb => arguments.push("-rgb".into()),
        _ => {}
    }
    if draw.one_in(3) {
        let rows = if draw.one_in(2) { "" } else { "B" };
        arguments.extend(["-restart".into(), format!("{}{rows}", draw.within(1..6))]);
    }
    let (process, script) = match draw.within(0..12) {
        0 => {
            arguments.push("-arithmetic".into());
            ("arithmetic", None)
        }
        1 => {
            arguments.push("-optimize".into());
            ("baseline, own tables", None)
        }
        2..4 => ("baseline", None),
        4..6 => {
            arguments.push("-progressive".into());
            ("progressive", None)
        }
        6..9 => ("sequential, own script", Some(sequential_script(draw, factors.len()))),
        _ => ("progressive, own script", Some(progressive_script(draw, factors.len()))),
    };
    let mut recipe = format!("cjpeg {}, {width}×{height}", arguments.join(" "));
    let text = script.map(|script| {
        write!(recipe, ", script {script:?}").unwrap();
        let mut text = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut text, script.as_bytes()).unwrap();
        arguments.extend(["-scans".into(), text.path().display().to_string()]);
        text
    });
    let pnm = [format!("P6 {width} {height} 255\n").as_bytes(), &rgb].concat();
    let file = program::cjpeg(&arguments, &pnm).unwrap_or_else(|complaint| panic!("{recipe}: {complaint}"));
    drop(text);
    Generated { kind: format!("{process}, {}", in_words(&factors)), recipe, file }
}

/// Every channel once, alone or with others, in any order of the scans.
pub fn groups(draw: &mut Draw, channels: usize) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for channel in 0..channels {
        match groups.len() {
            0 => groups.push(vec![channel]),
            count if draw.one_in(2) => groups[draw.within(0..count)].push(channel),
            _ => groups.push(vec![channel]),
        }
    }
    draw.shuffle(&mut groups);
    groups
}

fn listed(channels: &[usize]) -> String {
    channels.iter().map(usize::to_string).collect::<Vec<_>>().join(" ")
}

fn sequential_script(draw: &mut Draw, channels: usize) -> String {
    groups(draw, channels).iter().map(|group| format!("{};\n", listed(group))).collect()
}

/// Bands of the coefficients 1 to 63.
fn bands(draw: &mut Draw) -> Vec<[usize; 2]> {
    let mut bands = Vec::new();
    let mut first = 1;
    while first < 64 {
        let last = if draw.one_in(3) { 63 } else { draw.within(first..64) };
        bands.push([first, last]);
        first = last + 1;
    }
    draw.shuffle(&mut bands);
    bands
}

/// A whole picture bit by bit: each channel's DC, then its AC, each first without up to three low
/// bits, which follow one at a time, in bands that change from bit to bit; channels in turns.
fn progressive_script(draw: &mut Draw, channels: usize) -> String {
    let low = draw.within(0..4);
    let mut script: String =
        groups(draw, channels).iter().map(|group| format!("{}: 0-0, 0, {low};\n", listed(group))).collect();
    let mut refined = Vec::new();
    for bit in (0..low).rev() {
        let line = |group: &Vec<usize>| format!("{}: 0-0, {}, {bit};\n", listed(group), bit + 1);
        refined.extend(groups(draw, channels).iter().map(line));
    }
    let mut queues = vec![refined];
    for channel in 0..channels {
        let low = draw.within(0..4);
        let mut queue = Vec::new();
        for bit in (0..=low).rev() {
            let before = if bit == low { 0 } else { bit + 1 };
            queue.extend(bands(draw).iter().map(|[from, to]| format!("{channel}: {from}-{to}, {before}, {bit};\n")));
        }
        queues.push(queue);
    }
    queues.retain(|queue| !queue.is_empty());
    while !queues.is_empty() {
        let turn = draw.within(0..queues.len());
        script.push_str(&queues[turn].remove(0));
        queues.retain(|queue| !queue.is_empty());
    }
    script
}
