//! Records of ISO/IEC 19794-5, written and read.

use super::*;

/// A parser in the field joined the checks of identifier and version with the wrong operator.
#[test]
fn identifier_and_version_are_both_required() {
    let record = write_face_record(&face(JPEG)).unwrap();
    for (at, byte) in [(0, b'G'), (2, b'X'), (3, 1)] {
        let mut changed = record.clone();
        changed[at] = byte;
        let (kind, message) = parse_error(&with_record(&changed));
        assert_eq!(kind, ErrorKind::Corrupt, "{at}");
        assert!(message.contains("does not begin with FAC"), "{message}");
    }
    for (at, byte) in [(4, b'1'), (5, b'2'), (6, b'1'), (7, 1)] {
        let mut changed = record.clone();
        changed[at] = byte;
        assert_eq!(parse_error(&changed).0, ErrorKind::UnsupportedFormat, "{at}");
    }
}

/// A parser in the field read feature points' coordinates one byte off.
#[test]
fn feature_points_have_their_coordinates() {
    let points = vec![point(3, 5, 0x0102, 0x0304), point(12, 2, 255, 256), point(0, 15, 65_535, 0)];
    let record = write_face_record(&NewFace { feature_points: points.clone(), ..face(JPEG) }).unwrap();
    assert_eq!(record[34..42], [1, 0x35, 1, 2, 3, 4, 0, 0], "kind, code, x, y, reserved");
    let dg2 = Dg2::parse(&record).unwrap();
    assert_eq!(dg2.faces().next().unwrap().feature_points.iter().collect::<Vec<_>>(), points);
}

/// A parser in the field looked for the image at a fixed offset, as if there were no feature
/// points.
#[test]
fn the_image_begins_behind_the_feature_points() {
    for count in [0, 1, 7, 300] {
        let feature_points = vec![point(1, 1, 2, 3); count];
        let file = write_dg2(&[NewFace { feature_points, device: 7, quality: 99, ..face(JPEG) }]).unwrap();
        let dg2 = Dg2::parse(&file).unwrap();
        let face = dg2.faces().next().unwrap();
        assert_eq!((face.image, face.feature_points.len()), (JPEG, count));
        assert_eq!(&file[face.image_offset..], JPEG);
        assert_eq!((face.width_px, face.device, face.quality), (Some(413), Some(7), Some(99)));
    }
}

/// A parser in the field kept the last instance only.
#[test]
fn all_instances_and_all_their_faces_are_kept() {
    let images: Vec<Vec<u8>> = (0..9).map(|i| [JPEG, &[i]].concat()).collect();
    let faces: Vec<NewFace<'_>> = images.iter().map(|i| face(i)).collect();
    let file = write_dg2(&faces).unwrap();
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!(dg2.instances().len(), 9);
    assert!(dg2.faces().map(|f| f.image).eq(images.iter().map(|i| &i[..])));
    let file = with_record(&two_faces(0));
    let dg2 = Dg2::parse(&file).unwrap();
    assert_eq!((dg2.instances().len(), dg2.faces().count(), dg2.remarks()), (1, 2, &[][..]));
    assert_eq!(dg2.faces().nth(1).unwrap().image, b"\xFF\xD8\xFFanother");
}

#[test]
fn unknown_elements_are_stepped_over_and_unknown_codes_kept() {
    let record = write_face_record(&NewFace { eye_colour: EyeColour::Unlisted(77), ..face(JPEG) }).unwrap();
    let bytes = group(1, &[[element(&[0x53], b"what"), element(&[0x5F, 0x2E], &record)].concat()]);
    let dg2 = Dg2::parse(&bytes).unwrap();
    assert_eq!(dg2.remarks(), [DocumentRemark::UnknownElement { offset: 23, tag: 0x53 }]);
    assert_eq!(dg2.faces().next().unwrap().eye_colour, Some(EyeColour::Unlisted(77)));
}

#[test]
fn properties_and_angles_have_their_meaning() {
    assert_eq!(Properties(0b111).words().collect::<Vec<_>>(), ["glasses", "moustache"]);
    assert_eq!(Properties(0b110).words().count(), 0, "not specified");
    assert_eq!(Properties(0x400 | 1).words().collect::<Vec<_>>(), ["distorting_condition"]);
    let table =
        [(0, None), (1, Some(0)), (46, Some(90)), (91, Some(180)), (92, Some(-178)), (180, Some(-2)), (181, None)];
    for (raw, degrees) in table {
        assert_eq!(Angle::from_19794(raw, 0).degrees, degrees, "{raw}");
    }
}

#[test]
fn what_the_standard_cannot_hold_is_not_written() {
    let kind = |face: NewFace<'_>| write_dg2(&[face]).map(|_| ()).map_err(|e| e.kind());
    let invalid = Err(ErrorKind::InvalidArgument);
    assert_eq!(kind(face(JPEG)), Ok(()));
    assert_eq!(kind(face(&[])), invalid, "no image");
    assert_eq!(kind(NewFace { gender: Gender::Other, ..face(JPEG) }), invalid);
    assert_eq!(kind(NewFace { hair_colour: HairColour::Unlisted(256), ..face(JPEG) }), invalid);
    assert_eq!(kind(NewFace { properties: Properties(1 << 24), ..face(JPEG) }), invalid);
    assert_eq!(kind(NewFace { feature_points: vec![point(16, 0, 0, 0)], ..face(JPEG) }), invalid);
    assert_eq!(write_dg2(&[]).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(write_dg2(&vec![face(JPEG); 10]).unwrap_err().kind(), ErrorKind::InvalidArgument);
}
