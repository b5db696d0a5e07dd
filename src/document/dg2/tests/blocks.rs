//! Blocks of ISO/IEC 39794-5.

use super::*;

#[test]
fn blocks_of_39794_are_read_bare_and_wrapped() {
    let bare = block_39794();
    let wrapped = element(&[0x7F, 0x2E], &element(&[0xA1], &bare));
    for bytes in [bare, wrapped.clone(), group(1, &[wrapped])] {
        let dg2 = Dg2::parse(&bytes).unwrap();
        assert!(Dg2::recognises(&bytes) && dg2.remarks().is_empty());
        assert_eq!((dg2.instances()[0].format, dg2.faces().count()), (RecordFormat::Iso39794, 2));
        for face in dg2.faces() {
            assert_eq!((face.image, &bytes[face.image_offset..][..JPEG.len()]), (JPEG, JPEG));
            assert_eq!((face.width_px, face.height_px, face.coding), (Some(413), Some(531), ImageCoding::Jpeg));
            assert_eq!((face.gender, face.eye_colour), (Some(Gender::Female), Some(EyeColour::Hazel)));
            assert_eq!(face.hair_colour, Some(HairColour::Unlisted(60)));
            assert_eq!((face.image_type, face.colour_space), (Some(ImageType::Mrtd), Some(ColourSpace::Grey8)));
            let pose = face.pose.unwrap();
            assert_eq!([pose.yaw, pose.pitch, pose.roll].map(|a| a.degrees), [Some(-10), Some(180), Some(-180)]);
            assert_eq!((pose.yaw.uncertainty, face.expression), (Some(9), None));
        }
    }
}

#[test]
fn a_block_of_another_generation_or_without_an_image_is_refused() {
    let block = block_39794();
    let generation = block.windows(3).position(|w| w == [0x80, 1, 3]).unwrap() + 2;
    let mut other = block.clone();
    other[generation] = 4;
    assert_eq!(parse_error(&other).0, ErrorKind::UnsupportedFormat);
    let version = element(&[0xA0], &[0x80, 1, 3]);
    let without = |representation: &[u8]| {
        let list = element(&[0xA1], &element(&[0x30], representation));
        parse_error(&element(&[0x65], &[&version[..], &list].concat())).1
    };
    assert!(without(&[]).contains("no image representation"));
    assert!(without(&element(&[0xA1], &element(&[0xA1], &[]))).contains("that is no extension"));
    let empty = element(&[0x65], &[&version[..], &element(&[0xA1], &[])].concat());
    assert!(parse_error(&empty).1.contains("holds no face"));
}
