//! Formats that are not read are named, with what to do about it.

use selfsame::document::DocumentPhoto;
use selfsame::error::ErrorKind;
use selfsame::image::{Limits, Photo};

#[test]
fn a_known_format_is_named_in_the_error() {
    let ftyp = |brands: &[u8]| [&[0, 0, 0, 8 + brands.len() as u8][..], b"ftyp", brands].concat();
    let jpeg_ls = b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xF7\0\x0B\x08\0\x10\0\x10\x01\x01\x11\0".to_vec();
    let table: [(Vec<u8>, &str); 27] = [
        (ftyp(b"heic\0\0\0\0mif1heic"), "a HEIC picture"),
        (ftyp(b"mif1\0\0\0\0mif1heic"), "a HEIC picture"),
        (ftyp(b"heix\0\0\0\0mif1heix"), "a HEIC picture"),
        (ftyp(b"mif1\0\0\0\0mif1"), "a HEIF picture"),
        (ftyp(b"avif\0\0\0\0avifmif1"), "an AVIF picture"),
        (ftyp(b"avis\0\0\0\0avis"), "an AVIF picture"),
        (ftyp(b"crx \0\0\0\x01crx isom"), "a raw picture (CR3)"),
        (b"\0\0\0\x0CJXL \r\n\x87\n\0\0\0\x14ftypjxl ".to_vec(), "a JPEG XL picture"),
        (b"\xFF\x0A\x42\x24\x04".to_vec(), "a JPEG XL picture"),
        (b"II*\0\x08\0\0\0".to_vec(), "a TIFF picture"),
        (b"MM\0*\0\0\0\x08".to_vec(), "a TIFF picture"),
        (b"II+\0\x08\0\0\0".to_vec(), "a TIFF picture"),
        (b"MM\0+\0\x08\0\0".to_vec(), "a TIFF picture"),
        (jpeg_ls, "a JPEG-LS picture"),
        (b"\xFF\xD8\xFF\xF7\0\x0B\x08\0\x10\0\x10\x01\x01\x11\0".to_vec(), "a JPEG-LS picture"),
        (b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "a GIF picture"),
        (b"GIF87a\x01\0\x01\0\0\0\0;".to_vec(), "a GIF picture"),
        (b"BM\x3A\0\0\0\0\0\0\0".to_vec(), "a BMP picture"),
        (b"%PDF-1.7\n".to_vec(), "a PDF document"),
        (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "an SVG drawing"),
        (b"<svg/>".to_vec(), "an SVG drawing"),
        (b"8BPS\0\x01".to_vec(), "a Photoshop document"),
        (b"\0\0\x01\0\x01\0".to_vec(), "an icon (ICO)"),
        (b"P6\n1 1\n255\n".to_vec(), "a Netpbm picture"),
        (b"II\xBC\x01\x08\0\0\0".to_vec(), "a JPEG XR picture"),
        (b"qoif\0\0\0\x01".to_vec(), "a QOI picture"),
        (b"II*\0\x10\0\0\0CR\x02\0".to_vec(), "a raw picture (CR2)"),
    ];
    let limits = Limits::default();
    for (bytes, name) in table {
        let errors =
            [Photo::decode(&bytes, &limits).unwrap_err(), DocumentPhoto::from_bytes(&bytes, &limits).unwrap_err()];
        for error in errors {
            let features = [
                ("a GIF picture", "gif", cfg!(feature = "gif")),
                ("a TIFF picture", "tiff", cfg!(feature = "tiff")),
                ("a JPEG XL picture", "jxl", cfg!(feature = "jxl")),
            ];
            let advice = match features.iter().find(|(format, ..)| *format == name) {
                // What is read is not foreign.
                Some((.., true)) => continue,
                Some((_, feature, _)) => format!(", or build selfsame with the feature `{feature}`"),
                None => String::new(),
            };
            assert_eq!(error.kind(), ErrorKind::UnsupportedFormat, "{name}");
            assert_eq!(error.to_string(), format!("decode: {name}: convert it to JPEG{advice}"));
        }
    }
    let video = Photo::decode(&ftyp(b"isom\0\0\0\0isommp42"), &limits).unwrap_err();
    assert_eq!(video.to_string(), "decode: an MP4 video: a picture is needed, such as a JPEG");
    let text = Photo::decode(b"no picture", &limits).unwrap_err();
    assert_eq!(text.to_string(), "decode: the bytes are no JPEG, JPEG 2000, PNG or WebP");
}
