//! Formats that are known and not read: an error that names one says what to do.

use super::super::header::unsupported;
use crate::error::Error;

/// The error of bytes that none of the readers takes.
pub(super) fn error(bytes: &[u8]) -> Error {
    match name(bytes) {
        Some(name) if ["video", "animation", "archive"].iter().any(|moving| name.ends_with(moving)) => {
            unsupported(&format!("{name}: a picture is needed, such as a JPEG"))
        }
        Some(name) => match FEATURES.iter().find(|(format, _)| *format == name) {
            Some((_, feature)) => {
                unsupported(&format!("{name}: convert it to JPEG, or build selfsame with the feature `{feature}`"))
            }
            None => unsupported(&format!("{name}: convert it to JPEG")),
        },
        None => unsupported("the bytes are no JPEG, JPEG 2000, PNG or WebP"),
    }
}

/// Formats that are read with a feature of this crate. With it, what comes here has a beginning of
/// the format that its reader does not know.
const FEATURES: [(&str, &str); 3] =
    [("a GIF picture", "gif"), ("a TIFF picture", "tiff"), ("a JPEG XL picture", "jxl")];

/// The format of bytes that none of the readers takes, with its article, if it is a known one.
///
/// Signatures are those of each format's specification. Bytes behind them are not looked at.
fn name(bytes: &[u8]) -> Option<&'static str> {
    // ISO/IEC 14496-12: a box `ftyp` with the major brand, a version, and the compatible ones.
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some(of_brands(bytes));
    }
    let signatures: [(&[u8], &str); 30] = [
        (b"\0\0\0\x0CJXL \r\n\x87\n", "a JPEG XL picture"),
        (b"\xFF\x0A", "a JPEG XL picture"),
        (b"II\xBC", "a JPEG XR picture"),
        (b"II*\0\x10\0\0\0CR", "a raw picture (CR2)"),
        (b"IIRO", "a raw picture (ORF)"),
        (b"IIRS", "a raw picture (ORF)"),
        (b"IIU\0", "a raw picture (RW2)"),
        (b"FUJIFILMCCD-RAW", "a raw picture (RAF)"),
        (b"II*\0", "a TIFF picture"),
        (b"MM\0*", "a TIFF picture"),
        (b"II+\0", "a TIFF picture"),
        (b"MM\0+", "a TIFF picture"),
        (b"GIF87a", "a GIF picture"),
        (b"GIF89a", "a GIF picture"),
        (b"BM", "a BMP picture"),
        (b"8BPS", "a Photoshop document"),
        (b"\0\0\x01\0", "an icon (ICO)"),
        (b"\0\0\x02\0", "a cursor (CUR)"),
        (b"%PDF-", "a PDF document"),
        (b"%!PS", "a PostScript document"),
        (b"\x8AMNG\r\n\x1A\n", "an MNG animation"),
        (b"\x8BJNG\r\n\x1A\n", "a JNG picture"),
        (b"AT&TFORM", "a DjVu document"),
        (b"qoif", "a QOI picture"),
        (b"BPG\xFB", "a BPG picture"),
        (b"DDS ", "a DDS texture"),
        (b"v/1\x01", "an OpenEXR picture"),
        (b"#?RADIANCE", "a Radiance picture"),
        (b"\x1A\x45\xDF\xA3", "a Matroska or WebM video"),
        (b"PK\x03\x04", "a ZIP archive"),
    ];
    if let Some((_, name)) = signatures.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(*name);
    }
    // Netpbm: a letter, a digit, and white space.
    if let [b'P', b'1'..=b'7', space, ..] = bytes
        && space.is_ascii_whitespace()
    {
        return Some("a Netpbm picture");
    }
    is_svg(bytes).then_some("an SVG drawing")
}

/// What the brands of an ISO base media file say that it is (ISO/IEC 23008-12, annex B; AV1 image
/// file format, section 6). The first one that is known counts.
fn of_brands(bytes: &[u8]) -> &'static str {
    // A box that ends before its brands has none.
    let brands = bytes.get(8..).unwrap_or_default().as_chunks::<4>().0;
    // Of a file without known brands the first 30 are looked at: more than any writer lists.
    let known = brands.iter().take(30).enumerate().filter(|(i, _)| *i != 1).find_map(|(_, brand)| {
        Some(match brand {
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => "a HEIC picture",
            b"avif" | b"avis" => "an AVIF picture",
            b"crx " => "a raw picture (CR3)",
            b"jxl " => "a JPEG XL picture",
            b"mp41" | b"mp42" | b"isom" | b"M4V " => "an MP4 video",
            b"qt  " => "a QuickTime video",
            b"3gp4" | b"3gp5" => "a 3GP video",
            _ => return None,
        })
    });
    // `mif1` and `msf1` say HEIF, and leave the coding to the other brands.
    let heif = brands.iter().take(30).any(|brand| matches!(brand, b"mif1" | b"mif2" | b"msf1" | b"miaf"));
    match known {
        Some(video) if heif && video.ends_with("video") => "a HEIF picture",
        Some(name) => name,
        None if heif => "a HEIF picture",
        None => "a video or a picture of an unknown kind",
    }
}

/// Whether text begins with the element `svg`, behind a declaration and comments of up to 1,000
/// bytes.
fn is_svg(bytes: &[u8]) -> bool {
    let start = bytes.get(..1000).unwrap_or(bytes);
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    start.starts_with(b"<") && start.windows(4).any(|w| w == b"<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_tell_pictures_apart_whatever_their_order() {
        let ftyp = |brands: &[&[u8; 4]]| {
            let tail = brands.iter().skip(1).flat_map(|b| **b).collect::<Vec<u8>>();
            [&[0, 0, 0, 28][..], b"ftyp", brands[0], &[0; 4], &tail].concat()
        };
        let table: [(&[&[u8; 4]], &str); 9] = [
            (&[b"heic", b"mif1", b"heic"], "a HEIC picture"),
            (&[b"mif1", b"mif1", b"heic"], "a HEIC picture"),
            (&[b"mif1", b"miaf", b"avif"], "an AVIF picture"),
            (&[b"avif", b"mif1", b"miaf"], "an AVIF picture"),
            (&[b"mif1"], "a HEIF picture"),
            (&[b"msf1", b"isom"], "a HEIF picture"),
            (&[b"isom", b"mp42"], "an MP4 video"),
            (&[b"crx ", b"isom"], "a raw picture (CR3)"),
            (&[b"what"], "a video or a picture of an unknown kind"),
        ];
        for (brands, expected) in table {
            assert_eq!(name(&ftyp(brands)), Some(expected), "{brands:?}");
        }
        assert_eq!(name(b"\0\0\0\x08ftyp"), Some("a video or a picture of an unknown kind"));
    }

    #[test]
    fn text_that_is_no_drawing_has_no_name() {
        assert_eq!(name(b"\xEF\xBB\xBF <?xml version='1.0'?><!-- a --><svg xmlns='x'>"), Some("an SVG drawing"));
        for text in [&b"<html><body>"[..], b"P9\n1 1", b"Portrait", b"PS", b"", b"F"] {
            assert_eq!(name(text), None, "{text:?}");
        }
    }
}
