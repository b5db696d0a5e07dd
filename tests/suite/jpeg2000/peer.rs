//! The same pictures as OpenJPEG (`opj_compress`, `opj_decompress`) gives, over what it can write.
//! Where its programs are not there, these tests say so and pass.

use super::*;
use std::path::Path;
use std::process::Command;

/// What the first bytes of a codestream say, as far as samples have to be laid on pixels.
struct Grid {
    start: [usize; 2],
    end: [usize; 2],
    components: Vec<Component>,
}

struct Component {
    depth: u32,
    signed: bool,
    spacing: [usize; 2],
}

impl Grid {
    fn read(file: &[u8]) -> Self {
        let siz = file.windows(4).position(|w| w == [0xFF, 0x4F, 0xFF, 0x51]).unwrap() + 6;
        let field = |at: usize| u32::from_be_bytes(file[siz + at..siz + at + 4].try_into().unwrap()) as usize;
        let count = usize::from(u16::from_be_bytes([file[siz + 34], file[siz + 35]]));
        let components = file[siz + 36..siz + 36 + 3 * count].chunks(3).map(|c| Component {
            depth: u32::from(c[0] & 0x7F) + 1,
            signed: c[0] & 0x80 != 0,
            spacing: [c[1].into(), c[2].into()],
        });
        Self { start: [field(10), field(14)], end: [field(2), field(6)], components: components.collect() }
    }

    /// The components' samples at each pixel, as levels of 0 to 255. Samples are repeated.
    fn levels(&self, raw: &[u8]) -> Vec<Vec<f64>> {
        let mut at = 0;
        let alike = self.components.windows(2).all(|pair| pair[0].spacing == pair[1].spacing);
        let mut pixels = vec![];
        for component in &self.components {
            let side = |axis: usize| {
                let spacing = component.spacing[axis];
                (self.start[axis].div_ceil(spacing), self.end[axis].div_ceil(spacing))
            };
            let ((x0, x1), (y0, y1)) = (side(0), side(1));
            let bytes = if component.depth > 8 { 2 } else { 1 };
            let sample = |x: usize, y: usize| {
                let at = at + bytes * (y * (x1 - x0) + x);
                let stored =
                    if bytes == 2 { i32::from(u16::from_be_bytes([raw[at], raw[at + 1]])) } else { raw[at].into() };
                let stored = match (component.signed, bytes) {
                    (true, 1) => i32::from(stored as u8 as i8) + (1 << (component.depth - 1)),
                    (true, _) => i32::from(stored as u16 as i16) + (1 << (component.depth - 1)),
                    _ => stored,
                };
                f64::from(stored) * 255.0 / f64::from((1u32 << component.depth) - 1)
            };
            let index = |point: usize, spacing: usize, first: usize| (point / spacing).max(first) - first;
            let plane: Vec<f64> = if alike {
                (0..y1 - y0).flat_map(|y| (0..x1 - x0).map(move |x| (x, y))).map(|(x, y)| sample(x, y)).collect()
            } else {
                let [sx, sy] = component.spacing;
                let points =
                    (self.start[1]..self.end[1]).flat_map(|y| (self.start[0]..self.end[0]).map(move |x| (x, y)));
                points.map(|(x, y)| sample(index(x, sx, x0), index(y, sy, y0))).collect()
            };
            pixels.push(plane);
            at += bytes * (x1 - x0) * (y1 - y0);
        }
        assert_eq!(at, raw.len(), "OpenJPEG wrote other components");
        pixels
    }
}

/// The pixel of these levels.
fn pixel(levels: &[f64], ycc: bool) -> [f64; 3] {
    match *levels {
        [gray] => [gray; 3],
        [y, cb, cr] if ycc => {
            let (cb, cr) = (cb - 128.0, cr - 128.0);
            [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb].map(|v| v.clamp(0.0, 255.0))
        }
        [r, g, b] => [r, g, b],
        _ => panic!("{} components", levels.len()),
    }
}

/// A component that OpenJPEG is to write: bits, whether samples have a sign, and their distances.
type Planned = (u32, bool, usize, usize);

/// Smooth colours with some texture, in planes of these depths and spacings.
fn planes(width: usize, height: usize, components: &[Planned]) -> Vec<u8> {
    let mut raw = vec![];
    for (index, (depth, signed, sx, sy)) in components.iter().enumerate() {
        for y in 0..height.div_ceil(*sy) {
            for x in 0..width.div_ceil(*sx) {
                let wave = ((x * sx) as f64 / 7.0 + index as f64).sin() * ((y * sy) as f64 / 5.0 - index as f64).cos();
                let noise = ((x * 31 + y * 17 + index * 7) % 13) as f64 / 40.0;
                let level = (0.5 + 0.35 * wave + noise - 0.15).clamp(0.0, 1.0) * f64::from((1u32 << depth) - 1);
                let stored = level as i32 - if *signed { 1 << (depth - 1) } else { 0 };
                if *depth > 8 { raw.extend((stored as u16).to_le_bytes()) } else { raw.push(stored as u8) }
            }
        }
    }
    raw
}

/// The samples of a component that OpenJPEG wrote: a line of text, then bytes.
fn samples(back: &Path, index: usize) -> Vec<u8> {
    let name = format!("{}_{index}.pgx", back.file_stem().unwrap().to_str().unwrap());
    let named = if index == 0 && back.exists() { back.to_owned() } else { back.with_file_name(name) };
    let file = std::fs::read(named).unwrap();
    let line = file.iter().position(|byte| *byte == b'\n').unwrap();
    file[line + 1..].to_vec()
}

fn run(program: &str, arguments: &[String]) -> Option<bool> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(output.status.success())
}

/// Writes the planes with these options, reads the file with both, and compares. False if OpenJPEG
/// does not write such a file.
fn compare(
    folder: &Path,
    what: &str,
    side: (usize, usize),
    components: &[Planned],
    options: &str,
    ending: &str,
    ycc: bool,
) -> bool {
    let [raw, file, back] =
        ["in.rawl".into(), format!("file.{ending}"), "back.pgx".into()].map(|name| folder.join(name));
    for stale in [&file, &back] {
        let _ = std::fs::remove_file(stale);
    }
    std::fs::write(&raw, planes(side.0, side.1, components)).unwrap();
    let (depth, signed, ..) = components[0];
    let spacings: Vec<String> = components.iter().map(|(.., sx, sy)| format!("{sx}x{sy}")).collect();
    let format = format!(
        "{},{},{},{depth},{}@{}",
        side.0,
        side.1,
        components.len(),
        if signed { 's' } else { 'u' },
        spacings.join(":")
    );
    let path = |path: &Path| path.display().to_string();
    let mut arguments = vec!["-i".into(), path(&raw), "-o".into(), path(&file), "-F".into(), format];
    arguments.extend(options.split_whitespace().map(str::to_owned));
    if !options.contains("-n") {
        // More than small pictures allow are its default.
        arguments.extend(["-n".to_owned(), "3".to_owned()]);
    }
    if run("opj_compress", &arguments) != Some(true) || !file.exists() {
        return false;
    }
    let read = run("opj_decompress", &["-i".into(), path(&file), "-o".into(), path(&back)]);
    assert_eq!(read, Some(true), "{what} {options}: OpenJPEG does not read what it wrote");
    let bytes = std::fs::read(&file).unwrap();
    let photo = Photo::decode(&bytes, &Limits::default()).unwrap_or_else(|error| panic!("{what} {options}: {error}"));
    let grid = Grid::read(&bytes);
    let raw: Vec<u8> = (0..components.len()).flat_map(|index| samples(&back, index)).collect();
    // OpenJPEG converts 4:2:0 and 4:2:2 itself, with differences cut to whole numbers.
    let converted = ycc && raw.len() == photo.pixels().len();
    let (levels, ycc) = if converted {
        let planes = raw.chunks(raw.len() / 3).map(|plane| plane.iter().map(|v| f64::from(*v)).collect());
        (planes.collect(), false)
    } else {
        (grid.levels(&raw), ycc)
    };
    assert_eq!(photo.pixels().len(), 3 * levels[0].len(), "{what} {options}");
    // OpenJPEG rounds samples to whole numbers, which become colours only then.
    let step = 255.0 / f64::from((1u32 << depth) - 1);
    let lossy = options.split(' ').any(|option| matches!(option, "-I" | "-r"));
    let chroma = ycc || converted;
    let most = 0.51
        + if converted { 1.0 } else { 0.0 }
        + if lossy { 0.51 * step * if chroma { 2.8 } else { 1.0 } } else { 0.0 };
    // It gives no colour to a first column or row that lies before the first colour difference.
    let [odd_x, odd_y] = grid.start.map(|start| converted && start % 2 == 1);
    let width = photo.width() as usize;
    for (at, got) in photo.pixels().chunks(3).enumerate() {
        if (odd_x && at % width == 0) || (odd_y && at < width) {
            continue;
        }
        let sample: Vec<f64> = levels.iter().map(|plane| plane[at]).collect();
        for (got, expected) in got.iter().zip(pixel(&sample, ycc)) {
            assert!((f64::from(*got) - expected).abs() <= most, "{what} {options}: pixel {at} {got} for {expected}");
        }
    }
    true
}

#[test]
fn files_of_openjpeg_are_the_pictures_that_it_sees() {
    if run("opj_compress", &["-h".into()]).is_none() {
        eprintln!("skipped: opj_compress is not there (Debian: libopenjp2-tools)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let rgb = [(8, false, 1, 1); 3];
    let chroma = |sx, sy| [(8, false, 1, 1), (8, false, sx, sy), (8, false, sx, sy)];
    let kinds: [(&str, Vec<Planned>, bool); 14] = [
        ("grey", vec![(8, false, 1, 1)], false),
        ("grey, 1 bit", vec![(1, false, 1, 1)], false),
        ("grey, 5 bits", vec![(5, false, 1, 1)], false),
        ("grey, 12 bits", vec![(12, false, 1, 1)], false),
        ("grey, 16 bits", vec![(16, false, 1, 1)], false),
        ("grey, signed", vec![(8, true, 1, 1)], false),
        ("grey, every second", vec![(8, false, 2, 2)], false),
        ("rgb", rgb.to_vec(), false),
        ("rgb, 12 bits", vec![(12, false, 1, 1); 3], false),
        ("rgb, signed", vec![(8, true, 1, 1); 3], false),
        ("4:2:0", chroma(2, 2).to_vec(), true),
        ("4:2:2", chroma(2, 1).to_vec(), true),
        ("4:4:0", chroma(1, 2).to_vec(), true),
        ("4:1:1", chroma(4, 1).to_vec(), true),
    ];
    let options = [
        "",
        "-I",
        "-I -r 8",
        "-n 1",
        "-n 3",
        "-t 16,16",
        "-t 17,13 -n 3",
        "-d 1,1 -t 16,16",
        "-d 4,6",
        "-d 5,3",
        "-d 5,3 -I",
        "-d 9,7 -T 4,2 -t 24,24",
        "-d 9,7 -T 4,2 -t 24,24 -I",
        "-p RLCP",
        "-p RPCL -c [16,16],[8,8]",
        "-p PCRL -n 3",
        "-p CPRL -SOP -EPH",
        "-r 20,10,1",
        "-b 4,4",
        "-b 64,16",
        "-M 1",
        "-M 2",
        "-M 4",
        "-M 8",
        "-M 32",
        "-M 63",
        "-PLT -TLM",
        "-TP R",
        "-t 16,16 -TP C",
        "-mct 0",
    ];
    let (mut compared, mut tried) = (0, 0);
    for (what, components, ycc) in &kinds {
        for side in [(40, 30), (37, 29)] {
            // A sample that is alone in an odd column of a tile is coded twice as large, which
            // OpenJPEG does wrong; what decoders make of it differs by halves.
            let halves = |options: &&str| *what == "4:1:1" && (options.contains("-d") || options.contains("-t"));
            for options in options.into_iter().filter(|options| !halves(options)) {
                tried += 1;
                // Bare codestreams: colour spaces that OpenJPEG writes into files are its guess.
                compared += usize::from(compare(folder.path(), what, side, components, options, "j2k", *ycc));
            }
        }
    }
    eprintln!("{compared} of {tried} files compared");
    assert!(compared > tried / 2, "{compared} of {tried}");
}
