//! What components mean: channel definitions, palettes, alpha, spacings, depths and places. How the
//! codestreams were made: `tests/data/jpeg2000.py`.

use super::*;

const RGBA: &[u8] = include_bytes!("../../data/jpeg2000/rgba.j2k");
const GRAY_ALPHA: &[u8] = include_bytes!("../../data/jpeg2000/ga.j2k");
const YCC: &[u8] = include_bytes!("../../data/jpeg2000/ycc420.j2k");
const OFFSET: &[u8] = include_bytes!("../../data/jpeg2000/offset.j2k");
const INDEX: &[u8] = include_bytes!("../../data/jpeg2000/index.j2k");
const MIXED: &[u8] = include_bytes!("../../data/jpeg2000/mixed.j2k");

const SRGB: u32 = 16;
const GREY: u32 = 17;
const SYCC: u32 = 18;

fn a_box(name: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    [&(contents.len() as u32 + 8).to_be_bytes(), &name[..], contents].concat()
}

/// A JP2 of 24 × 16 px around a codestream.
fn jp2(space: Option<u32>, components: u16, boxes: &[Vec<u8>], stream: &[u8]) -> Vec<u8> {
    let image = [&16u32.to_be_bytes()[..], &24u32.to_be_bytes(), &components.to_be_bytes(), &[7, 7, 0, 0]].concat();
    let colour = space.map(|space| a_box(b"colr", &[&[1, 0, 0][..], &space.to_be_bytes()].concat()));
    let header = [vec![a_box(b"ihdr", &image)], colour.into_iter().collect(), boxes.to_vec()].concat().concat();
    let signature = b"\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 ";
    [&signature[..], &a_box(b"jp2h", &header), &a_box(b"jp2c", stream)].concat()
}

/// A channel definition box: channel, kind, association.
fn definitions(lines: &[[u16; 3]]) -> Vec<u8> {
    let numbers: Vec<u8> = lines.as_flattened().iter().flat_map(|number| number.to_be_bytes()).collect();
    a_box(b"cdef", &[&(lines.len() as u16).to_be_bytes()[..], &numbers].concat())
}

const COLOUR: u16 = 0;
const OPACITY: u16 = 1;
const PREMULTIPLIED: u16 = 2;
const NOTHING: u16 = 0xFFFF;

fn red(x: usize, _: usize) -> u8 {
    (10 * x) as u8
}

fn green(_: usize, y: usize) -> u8 {
    (16 * y) as u8
}

fn blue(x: usize, y: usize) -> u8 {
    (5 * x + 3 * y) as u8
}

fn alpha(x: usize, _: usize) -> u8 {
    (255 - 9 * x) as u8
}

fn over_white(level: u8, alpha: u8) -> u8 {
    let (level, alpha) = (u32::from(level), u32::from(alpha));
    ((level * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Decodes and compares every pixel, within `most` levels.
fn expect(what: &str, file: &[u8], most: u8, pixel: impl Fn(usize, usize) -> [u8; 3]) -> Photo {
    let photo = decode(file).unwrap_or_else(|kind| panic!("{what}: {kind}"));
    assert_eq!((photo.width(), photo.height()), (24, 16), "{what}");
    for (at, got) in photo.pixels().chunks(3).enumerate() {
        let expected = pixel(at % 24, at / 24);
        let far = got.iter().zip(expected).map(|(got, expected)| got.abs_diff(expected)).max();
        assert!(far <= Some(most), "{what}: {got:?} for {expected:?} at {}, {}", at % 24, at / 24);
    }
    photo
}

#[test]
fn channels_stand_in_the_order_that_the_file_defines() {
    let all = |order: [u16; 3]| {
        let lines = [0, 1, 2].map(|i| [i, COLOUR, order[usize::from(i)]]);
        definitions(&[&lines[..], &[[3, NOTHING, NOTHING]]].concat())
    };
    let colours = [red, green, blue];
    for order in [[1, 2, 3], [3, 2, 1], [2, 3, 1], [3, 1, 2]] {
        let file = jp2(Some(SRGB), 4, &[all(order)], RGBA);
        expect(&format!("{order:?}"), &file, 0, |x, y| {
            let mut pixel = [0; 3];
            for (colour, place) in colours.iter().zip(order) {
                pixel[usize::from(place) - 1] = colour(x, y);
            }
            pixel
        });
    }
    // Lines in another order than channels mean the same.
    let lines = [[2, COLOUR, 1], [3, NOTHING, NOTHING], [0, COLOUR, 3], [1, COLOUR, 2]];
    let bgr = jp2(Some(SRGB), 4, &[definitions(&lines)], RGBA);
    let photo = expect("B, G, R", &bgr, 0, |x, y| [blue(x, y), green(x, y), red(x, y)]);
    assert_eq!((photo.info().color, photo.info().had_alpha), (SourceColor::Rgb, false));
}

#[test]
fn alpha_is_laid_over_white() {
    let colours = [[0, COLOUR, 1], [1, COLOUR, 2], [2, COLOUR, 3]];
    let with = |kind| definitions(&[&colours[..], &[[3, kind, 0]]].concat());
    let file = jp2(Some(SRGB), 4, &[with(OPACITY)], RGBA);
    let photo = expect("RGBA", &file, 0, |x, y| {
        [red(x, y), green(x, y), blue(x, y)].map(|level| over_white(level, alpha(x, y)))
    });
    assert!(photo.info().had_alpha);
    // Of colours that were multiplied by it, only the ground is added; what is more than alpha
    // allows is white.
    let file = jp2(Some(SRGB), 4, &[with(PREMULTIPLIED)], RGBA);
    expect("premultiplied", &file, 1, |x, y| {
        [red(x, y), green(x, y), blue(x, y)].map(|level| level.min(alpha(x, y)).saturating_add(255 - alpha(x, y)))
    });
    for association in [0, 1] {
        for gray in [0, 1] {
            let lines = definitions(&[[0, COLOUR, gray], [1, OPACITY, association]]);
            let file = jp2(Some(GREY), 2, &[lines], GRAY_ALPHA);
            let photo = expect("grey and alpha", &file, 0, |x, y| [over_white(red(x, y), alpha(x, y)); 3]);
            assert_eq!((photo.info().color, photo.info().had_alpha), (SourceColor::Gray, true));
        }
    }
    let first = definitions(&[[0, OPACITY, 0], [1, COLOUR, 1]]);
    let file = jp2(Some(GREY), 2, &[first], GRAY_ALPHA);
    expect("alpha first", &file, 0, |x, y| [over_white(alpha(x, y), red(x, y)); 3]);
}

/// A palette of four entries, of columns of these depths.
fn palette(depths: &[u8], entries: [&[u16]; 4]) -> Vec<u8> {
    let mut contents = vec![0, 4, depths.len() as u8];
    contents.extend(depths.iter().map(|depth| depth - 1));
    for entry in entries {
        for (level, depth) in entry.iter().zip(depths) {
            if *depth > 8 { contents.extend(level.to_be_bytes()) } else { contents.push(*level as u8) }
        }
    }
    a_box(b"pclr", &contents)
}

/// A component mapping box of lines: component, 1 for the palette, column.
fn mapping(lines: &[[u8; 3]]) -> Vec<u8> {
    let contents: Vec<u8> =
        lines.iter().flat_map(|[component, kind, column]| [0, *component, *kind, *column]).collect();
    a_box(b"cmap", &contents)
}

#[test]
fn palettes_are_looked_up() {
    const COLOURS: [[u8; 3]; 4] = [[255, 0, 0], [10, 200, 30], [7, 8, 9], [250, 251, 252]];
    let wide: Vec<[u16; 3]> = COLOURS.iter().map(|colour| colour.map(u16::from)).collect();
    let entries = [&wide[0][..], &wide[1], &wide[2], &wide[3]];
    let columns = mapping(&[[0, 1, 0], [0, 1, 1], [0, 1, 2]]);
    let colour = |x: usize, y: usize| COLOURS[(x + y) % 4];
    let file = jp2(Some(SRGB), 1, &[palette(&[8, 8, 8], entries), columns.clone()], INDEX);
    let photo = expect("8 bits", &file, 0, colour);
    assert_eq!(photo.info().color, SourceColor::Palette);
    // The boxes in the other order, columns of other depths, and in another order.
    let file = jp2(Some(SRGB), 1, &[columns.clone(), palette(&[8, 8, 8], entries)], INDEX);
    expect("mapping first", &file, 0, colour);
    let deep: Vec<[u16; 3]> = wide.iter().map(|[r, g, b]| [r * 257, *g, b * 16]).collect();
    let file =
        jp2(Some(SRGB), 1, &[palette(&[16, 8, 12], [&deep[0], &deep[1], &deep[2], &deep[3]]), columns.clone()], INDEX);
    expect("16, 8 and 12 bits", &file, 1, colour);
    let turned = mapping(&[[0, 1, 2], [0, 1, 0], [0, 1, 1]]);
    let file = jp2(Some(SRGB), 1, &[palette(&[8, 8, 8], entries), turned], INDEX);
    expect("mapped", &file, 0, |x, y| {
        let [r, g, b] = colour(x, y);
        [b, r, g]
    });
    let bgr = definitions(&[[0, COLOUR, 3], [1, COLOUR, 2], [2, COLOUR, 1]]);
    let file = jp2(Some(SRGB), 1, &[palette(&[8, 8, 8], entries), columns, bgr], INDEX);
    expect("defined", &file, 0, |x, y| {
        let [r, g, b] = colour(x, y);
        [b, g, r]
    });
    // A column of opacities.
    let opacities: Vec<[u16; 4]> = (0u16..).zip(&wide).map(|(i, [r, g, b])| [*r, *g, *b, 85 * i]).collect();
    let lines = definitions(&[[0, COLOUR, 1], [1, COLOUR, 2], [2, COLOUR, 3], [3, OPACITY, 0]]);
    let table = palette(&[8; 4], [&opacities[0], &opacities[1], &opacities[2], &opacities[3]]);
    let four = mapping(&[[0, 1, 0], [0, 1, 1], [0, 1, 2], [0, 1, 3]]);
    let file = jp2(Some(SRGB), 1, &[table.clone(), four, lines.clone()], INDEX);
    expect("with opacities", &file, 0, |x, y| colour(x, y).map(|level| over_white(level, (85 * ((x + y) % 4)) as u8)));
    // A component beside the palette: opacity of its own.
    let beside = mapping(&[[0, 1, 0], [0, 1, 1], [0, 1, 2], [1, 0, 0]]);
    let file = jp2(Some(SRGB), 2, &[table, beside, lines], GRAY_ALPHA);
    expect("beside", &file, 0, |x, y| {
        COLOURS[usize::from(red(x, y)).min(3)].map(|level| over_white(level, alpha(x, y)))
    });
}

#[test]
fn subsampled_components_are_repeated_in_the_space_that_is_stated() {
    let samples = |x: usize, y: usize| [red(x, y), (20 * (x / 2)) as u8, (255 - 30 * (y / 2)) as u8];
    let ycc = |x: usize, y: usize| {
        let [luma, cb, cr] = samples(x, y).map(f64::from);
        let (cb, cr) = (cb - 128.0, cr - 128.0);
        [luma + 1.402 * cr, luma - 0.344136 * cb - 0.714136 * cr, luma + 1.772 * cb].map(|v| v.round() as u8)
    };
    expect("a bare codestream", YCC, 0, ycc);
    expect("sYCC", &jp2(Some(SYCC), 3, &[], YCC), 0, ycc);
    expect("nothing stated", &jp2(None, 3, &[], YCC), 0, ycc);
    expect("sRGB", &jp2(Some(SRGB), 3, &[], YCC), 0, samples);
}

#[test]
fn pictures_may_begin_anywhere_and_have_any_depths() {
    let pixel = |x: usize, y: usize| [red(x, y), green(x, y), blue(x, y)];
    expect("off the origin", OFFSET, 0, pixel);
    expect("off the origin, in a file", &jp2(Some(SRGB), 3, &[], OFFSET), 0, pixel);
    let fifth = |x: usize, y: usize| (((x + y) % 32) as f64 * 255.0 / 31.0).round() as u8;
    let photo = expect("8, 8 and 5 bits", MIXED, 0, |x, y| [red(x, y), green(x, y), fifth(x, y)]);
    assert_eq!(photo.info().bits_per_channel, 8);
    let depths = a_box(b"bpcc", &[7, 7, 4]);
    expect("and in a file", &jp2(Some(SRGB), 3, &[depths], MIXED), 0, |x, y| [red(x, y), green(x, y), fifth(x, y)]);
    let signed = patched(OFFSET, SIZ, 40, &[0x87, 1, 1, 0x87, 1, 1, 0x87]);
    expect("samples with a sign are moved up", &signed, 0, pixel);
}

#[test]
fn what_components_mean_is_never_guessed() {
    use ErrorKind::{Corrupt, UnsupportedFormat};
    let rgb = [[0, COLOUR, 1], [1, COLOUR, 2], [2, COLOUR, 3]];
    let four = |last: [u16; 3]| jp2(Some(SRGB), 4, &[definitions(&[&rgb[..], &[last]].concat())], RGBA);
    let table = palette(&[8], [&[1], &[2], &[3], &[4]]);
    let indexed = |boxes: &[Vec<u8>]| jp2(Some(GREY), 1, boxes, INDEX);
    let profile = |word: &[u8; 4]| a_box(b"colr", &[&[2, 0, 0][..], &[0; 16], word, &[0; 108]].concat());
    let cases: [(&str, Vec<u8>, ErrorKind); 24] = [
        ("two components", GRAY_ALPHA.to_vec(), UnsupportedFormat),
        ("four components", RGBA.to_vec(), UnsupportedFormat),
        ("two of grey", jp2(Some(GREY), 2, &[], GRAY_ALPHA), UnsupportedFormat),
        ("four of sRGB", jp2(Some(SRGB), 4, &[], RGBA), UnsupportedFormat),
        ("three of grey", jp2(Some(GREY), 3, &[], OFFSET), UnsupportedFormat),
        ("one colour twice", four([3, COLOUR, 1]), UnsupportedFormat),
        ("a fourth colour", four([3, COLOUR, 4]), UnsupportedFormat),
        ("opacity of one colour", four([3, OPACITY, 1]), UnsupportedFormat),
        ("a kind that is reserved", four([3, 3, 0]), UnsupportedFormat),
        ("a channel that is not there", four([4, COLOUR, 1]), Corrupt),
        (
            "two opacities",
            jp2(Some(GREY), 4, &[definitions(&[[0, 0, 1], [1, 1, 0], [2, 1, 0]])], RGBA),
            UnsupportedFormat,
        ),
        ("two colours", jp2(Some(SRGB), 3, &[definitions(&rgb[..2])], OFFSET), UnsupportedFormat),
        ("no colours", jp2(Some(SRGB), 3, &[definitions(&[])], OFFSET), UnsupportedFormat),
        ("cut definitions", jp2(Some(SRGB), 3, &[a_box(b"cdef", &[0, 3, 0, 0])], OFFSET), Corrupt),
        ("a palette that nothing maps", indexed(std::slice::from_ref(&table)), Corrupt),
        ("a mapping without palette", indexed(&[mapping(&[[0, 1, 0]])]), Corrupt),
        ("a column that is not there", indexed(&[table.clone(), mapping(&[[0, 1, 1]])]), Corrupt),
        ("a component that is not there", indexed(&[table.clone(), mapping(&[[1, 1, 0]])]), Corrupt),
        ("another way to map", indexed(&[table.clone(), mapping(&[[0, 2, 0]])]), UnsupportedFormat),
        ("no entries", indexed(&[a_box(b"pclr", &[0, 0, 1, 7]), mapping(&[[0, 1, 0]])]), Corrupt),
        ("a palette cut short", indexed(&[a_box(b"pclr", &[0, 4, 1, 7, 1, 2, 3]), mapping(&[[0, 1, 0]])]), Corrupt),
        (
            "levels with a sign",
            indexed(&[a_box(b"pclr", &[0, 1, 1, 0x87, 1]), mapping(&[[0, 1, 0]])]),
            UnsupportedFormat,
        ),
        ("a profile of inks", jp2(None, 3, &[profile(b"CMYK")], OFFSET), UnsupportedFormat),
        ("mixed components of other depths", patched(MIXED, COD, 8, &[1]), Corrupt),
    ];
    for (what, file, kind) in cases {
        assert_eq!(decode(&file).map(|_| ()), Err(kind), "{what}");
    }
    let pixel = |x: usize, y: usize| [red(x, y), green(x, y), blue(x, y)];
    let photo = expect("a profile of nothing else", &jp2(None, 3, &[profile(b"RGB ")], OFFSET), 0, pixel);
    assert_eq!(photo.info().profile, SourceProfile::NotApplied);
}

#[test]
fn profiles_are_converted_from() {
    let pixel = |x: usize, y: usize| [red(x, y), green(x, y), blue(x, y)];
    for (space, said) in [(Some(SRGB), SourceProfile::Srgb), (None, SourceProfile::AssumedSrgb)] {
        assert_eq!(expect("no profile", &jp2(space, 3, &[], OFFSET), 0, pixel).info().profile, said);
    }
    let profile = moxcms::ColorProfile::new_display_p3();
    let icc = profile.encode().unwrap();
    let stored: Vec<u8> = (0..16).flat_map(|y| (0..24).flat_map(move |x| pixel(x, y))).collect();
    let mut expected = vec![0; stored.len()];
    let srgb = moxcms::ColorProfile::new_srgb();
    let layout = moxcms::Layout::Rgb;
    profile
        .create_transform_8bit(layout, &srgb, layout, Default::default())
        .unwrap()
        .transform(&stored, &mut expected)
        .unwrap();
    for method in [2, 3] {
        let colour = a_box(b"colr", &[&[method, 0, 0][..], &icc].concat());
        let photo = expect("Display P3", &jp2(None, 3, &[colour], OFFSET), 2, |x, y| {
            *expected[3 * (24 * y + x)..].first_chunk().unwrap()
        });
        assert_eq!(photo.info().profile, SourceProfile::Converted);
    }
    assert!(expected.iter().zip(&stored).any(|(a, b)| a.abs_diff(*b) > 20), "the profile changes something");
}

#[test]
fn boxes_cut_or_flipped_anywhere_are_survived() {
    let table = palette(&[8, 16, 4], [&[1, 2, 3], &[4, 5, 6], &[7, 8, 9], &[9, 9, 9]]);
    let columns = mapping(&[[0, 1, 0], [0, 1, 1], [0, 1, 2]]);
    let lines = definitions(&[[0, COLOUR, 3], [1, COLOUR, 2], [2, COLOUR, 1]]);
    let file = jp2(Some(SRGB), 1, &[table, columns, lines], INDEX);
    let boxes = file.len() - INDEX.len();
    let limits = small_limits();
    for bit in 0..8 * boxes {
        let mut flipped = file.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        if let Ok(photo) = Photo::decode(&flipped, &limits) {
            assert_eq!(photo.pixels().len(), 3 * photo.width() as usize * photo.height() as usize);
        }
    }
    for stream in [RGBA, YCC, OFFSET, MIXED] {
        for bit in 0..8 * stream.len() {
            let mut flipped = stream.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let _ = Photo::decode(&flipped, &limits);
        }
    }
}
