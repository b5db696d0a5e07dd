use super::*;
use crate::error::Stage;
use proptest::prelude::*;

const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 a picture, or what begins like one \xFF\xD9";

fn face(image: &[u8]) -> NewFace<'_> {
    NewFace::new(image, ImageCoding::Jpeg, 413, 531)
}

fn point(major: u8, minor: u8, x_px: u16, y_px: u16) -> FeaturePoint {
    FeaturePoint { kind: 1, major, minor, x_px, y_px, reserved: 0 }
}

/// An element with a length of four bytes, as some chips write it.
fn element(tag: &[u8], contents: &[u8]) -> Vec<u8> {
    [tag, &[0x84], &(contents.len() as u32).to_be_bytes(), contents].concat()
}

/// A data group around contents of instances.
fn group(count: u8, instances: &[Vec<u8>]) -> Vec<u8> {
    let inside: Vec<u8> = instances.iter().flat_map(|i| element(&[0x7F, 0x60], i)).collect();
    element(&[0x75], &element(&[0x7F, 0x61], &[vec![2, 1, count], inside].concat()))
}

/// The one instance that holds `record` in 5F2E.
fn with_record(record: &[u8]) -> Vec<u8> {
    group(1, &[element(&[0x5F, 0x2E], record)])
}

fn parse_error(bytes: &[u8]) -> (ErrorKind, String) {
    let error = Dg2::parse(bytes).unwrap_err();
    assert_eq!(error.stage(), Stage::Document);
    let message = error.to_string();
    assert!(message.contains("at byte "), "{message}");
    (error.kind(), message)
}

/// The record with the lengths of record and block changed.
fn off_by(record: &[u8], record_by: i32, block_by: i32) -> Vec<u8> {
    let mut record = record.to_vec();
    for (at, by) in [(8, record_by), (14, block_by)] {
        let stated = u32::from_be_bytes(record[at..at + 4].try_into().unwrap());
        record[at..at + 4].copy_from_slice(&stated.wrapping_add_signed(by).to_be_bytes());
    }
    record
}

/// Two faces in one record; the first block's length is off by `by`.
fn two_faces(by: i32) -> Vec<u8> {
    let blocks = [face(JPEG), face(b"\xFF\xD8\xFFanother")].map(|f| write_face_record(&f).unwrap().split_off(14));
    let mut record = write_face_record(&face(JPEG)).unwrap();
    record.truncate(14);
    record.extend(blocks.concat());
    let len = record.len() as u32;
    record[8..12].copy_from_slice(&len.to_be_bytes());
    record[12..14].copy_from_slice(&[0, 2]);
    off_by(&record, 0, by)
}

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
fn lengths_off_by_eight_are_put_up_with_and_by_nine_are_not() {
    let record = write_face_record(&face(JPEG)).unwrap();
    for (record_by, block_by) in [(-8, -8), (-1, -1), (0, -8), (-8, 0), (8, 8), (1, 0), (3, -5)] {
        for bytes in [off_by(&record, record_by, block_by), with_record(&off_by(&record, record_by, block_by))] {
            let dg2 = Dg2::parse(&bytes).unwrap();
            assert_eq!(dg2.faces().next().unwrap().image, JPEG, "{record_by} {block_by}");
            let expected = usize::from(record_by != 0) + usize::from(block_by != 0);
            assert_eq!(dg2.remarks().len(), expected, "{:?}", dg2.remarks());
            assert!(dg2.remarks().iter().all(|r| matches!(r, DocumentRemark::Length { .. })));
        }
    }
    for (record_by, block_by) in [(-9, 0), (9, 0), (0, -9), (0, 9), (i32::MAX, 0), (0, i32::MAX)] {
        assert_eq!(parse_error(&off_by(&record, record_by, block_by)).0, ErrorKind::Corrupt, "{record_by} {block_by}");
    }
    for by in -8..=8 {
        let record = two_faces(by);
        let dg2 = Dg2::parse(&record).unwrap();
        assert!(dg2.faces().map(|f| f.image).eq([JPEG, b"\xFF\xD8\xFFanother"]), "{by}");
        assert_eq!(dg2.remarks().len(), usize::from(by != 0));
    }
}

#[test]
fn outer_lengths_off_by_eight_are_put_up_with_too() {
    let good = with_record(&write_face_record(&face(JPEG)).unwrap());
    // Where the four bytes of the lengths of 75, 7F61, 7F60 and 5F2E stand.
    for (at, what) in [(2, "75"), (9, "7F61"), (19, "7F60"), (26, "5F2E")] {
        for by in [-9i32, -8, -1, 1, 8, 9] {
            let mut bytes = good.clone();
            let stated = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
            bytes[at..at + 4].copy_from_slice(&stated.wrapping_add_signed(by).to_be_bytes());
            match Dg2::parse(&bytes) {
                Ok(dg2) => {
                    assert!(by.abs() <= 8, "{what} {by}");
                    assert_eq!(dg2.faces().next().unwrap().image, JPEG, "{what} {by}");
                    assert!(!dg2.remarks().is_empty(), "{what} {by}");
                }
                Err(error) => assert_eq!(by.abs(), 9, "{what} {by}: {error}"),
            }
        }
    }
    for (count, fits) in [(1, true), (8, true), (9, false)] {
        let bytes = [&good[..], &vec![0; count]].concat();
        let parsed = Dg2::parse(&bytes);
        assert_eq!(parsed.is_ok(), fits, "{count}");
        let trailing = DocumentRemark::TrailingBytes { offset: good.len(), count };
        assert!(parsed.is_err() || parsed.unwrap().remarks() == [trailing]);
    }
}

#[test]
fn what_is_no_data_group_is_refused_with_its_offset() {
    let record = write_face_record(&face(JPEG)).unwrap();
    let instance = element(&[0x5F, 0x2E], &record);
    let table: [(&str, Vec<u8>, &str); 9] = [
        ("empty", vec![], "there are no bytes, at byte 0"),
        ("indefinite", vec![0x75, 0x80, 0x7F, 0x61], "indefinite length, at byte 1"),
        ("no group", element(&[0x75], &[2, 1, 1]), "does not begin with 7F61, at byte 6"),
        ("no count", element(&[0x75], &element(&[0x7F, 0x61], &instance)), "instances is missing, at byte 13"),
        ("count of none", group(0, &[]), "states 0 instances"),
        ("count of ten", group(10, &[]), "states 10 instances"),
        ("one of two", group(2, std::slice::from_ref(&instance)), "states 2 instances and has 1"),
        ("no record", group(1, &[element(&[0xA1], &[0x80, 1, 1])]), "an instance has no record, at byte 16"),
        ("two records", group(1, &[[&instance[..], &instance].concat()]), "an instance has two records"),
    ];
    for (what, bytes, message) in table {
        let found = parse_error(&bytes).1;
        assert!(found.contains(message), "{what}: {found}");
    }
    assert_eq!(parse_error(b"GIF89a").0, ErrorKind::UnsupportedFormat);
    let mut none = record.clone();
    none[12..14].copy_from_slice(&[0, 0]);
    assert!(parse_error(&none).1.contains("holds no face, at byte 12"));
    let mut many = record.clone();
    many[18..20].copy_from_slice(&[0xFF, 0xFF]);
    assert!(parse_error(&many).1.contains("feature points are cut short, at byte 34"));
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

/// A block of 39794-5 with everything that is read.
fn block_39794() -> Vec<u8> {
    let code = |tag: u8, code: u8| element(&[tag], &[0x80, 1, code]);
    let angle = |tag: u8, bytes: &[u8]| element(&[tag], &[element(&[0x80], bytes), vec![0x81, 1, 9]].concat());
    let about = [
        code(0xA0, 2),
        code(0xA1, 0),
        element(&[0xA7], &[0x80, 2, 1, 0x9D, 0x81, 2, 2, 0x13]),
        element(&[0x99], b"later"),
        code(0xA9, 5),
    ];
    let flat = [element(&[0x80], JPEG), element(&[0xA1], &about.concat())].concat();
    let image = element(&[0xA1], &element(&[0xA0], &element(&[0xA0], &flat)));
    let pose = [angle(0xA0, &[0xF6]), angle(0xA1, &[0, 0xB4]), angle(0xA2, &[0xFF, 0x4C])].concat();
    let identity = [code(0xA0, 3), code(0xA1, 7), code(0xA2, 60), element(&[0xA6], &pose)].concat();
    let representation = [element(&[0x80], &[0]), image, element(&[0xA8], &identity)].concat();
    let version = element(&[0xA0], &[0x80, 1, 3, 0x81, 2, 7, 0xE3]);
    let twice = [element(&[0x30], &representation), element(&[0x30], &representation)].concat();
    element(&[0x65], &[version, element(&[0xA1], &twice)].concat())
}

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

#[test]
fn more_faces_than_are_read_are_a_limit() {
    let block = write_face_record(&face(JPEG)).unwrap().split_off(14);
    for (count, fits) in [(MAX_FACES, true), (MAX_FACES + 1, false)] {
        let len = (14 + count * block.len()) as u32;
        let header = [&b"FAC\x00010\0"[..], &len.to_be_bytes(), &(count as u16).to_be_bytes()].concat();
        let record = [header, block.repeat(count)].concat();
        match Dg2::parse(&record) {
            Ok(dg2) => assert!(fits && dg2.faces().count() == count),
            Err(error) => assert!(!fits && error.kind() == ErrorKind::LimitExceeded, "{error}"),
        }
    }
    // What the doubling vectors of faces, instances and remarks hold at once, at most.
    let bytes = 3 * MAX_FACES * size_of::<FaceImage<'_>>() / 2
        + 32 * size_of::<Instance<'_>>()
        + 96 * size_of::<DocumentRemark>();
    assert!(bytes < 48 << 10, "{bytes}");
}

#[test]
fn every_cut_and_every_flipped_bit_is_survived() {
    let points = vec![point(1, 2, 3, 4); 2];
    let files = [
        write_dg2(&[NewFace { feature_points: points, ..face(JPEG) }, face(JPEG)]).unwrap(),
        group(1, &[element(&[0x7F, 0x2E], &block_39794())]),
        two_faces(-3),
    ];
    for file in files {
        for cut in 0..file.len() {
            if let Ok(dg2) = Dg2::parse(&file[..cut]) {
                assert!(file.len() - cut <= 8 && !dg2.remarks().is_empty(), "cut at {cut} of {}", file.len());
            }
        }
        for bit in 0..8 * file.len() {
            let mut flipped = file.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            check(&flipped);
        }
    }
}

/// Whatever the bytes: an error with an offset, or faces whose images lie where they say.
fn check(bytes: &[u8]) {
    let _ = Dg2::recognises(bytes);
    match Dg2::parse(bytes) {
        Ok(dg2) => {
            assert!(dg2.faces().count() > 0 && dg2.instances().iter().all(|i| !i.faces.is_empty()));
            for face in dg2.faces() {
                assert_eq!(bytes.get(face.image_offset..face.image_offset + face.image.len()), Some(face.image));
                assert!(!face.image.is_empty() && face.feature_points.iter().count() == face.feature_points.len());
            }
        }
        Err(error) => assert!(error.to_string().contains("at byte ")),
    }
}

/// A tree of elements, of tags that occur in data groups and of others, with true lengths and with
/// wrong ones.
fn tree() -> impl Strategy<Value = Vec<u8>> {
    let tags = prop::sample::select(vec![
        &[0x75][..],
        &[0x7F, 0x61],
        &[0x7F, 0x60],
        &[0x5F, 0x2E],
        &[0x7F, 0x2E],
        &[0x65],
        &[0xA0],
        &[0xA1],
        &[0xA8],
        &[0x30],
        &[0x80],
        &[0x02],
        &[0x04],
        &[0x5F, 0x81, 0x01],
    ]);
    let leaf = (tags.clone(), prop::collection::vec(any::<u8>(), 0..12)).prop_map(|(tag, value)| element(tag, &value));
    leaf.prop_recursive(6, 40, 4, move |inner| {
        (tags.clone(), prop::collection::vec(inner, 0..4), prop::option::weighted(0.1, any::<u8>())).prop_map(
            |(tag, children, wrong)| {
                let mut bytes = element(tag, &children.concat());
                if let Some(wrong) = wrong {
                    let at = tag.len() + 4;
                    bytes[at] = wrong;
                }
                bytes
            },
        )
    })
}

fn any_face() -> impl Strategy<Value = (NewFace<'static>, Vec<u8>)> {
    let points = prop::collection::vec(
        (any::<u8>(), 0..16u8, 0..16u8, any::<u16>(), any::<u16>(), any::<u16>()).prop_map(
            |(kind, major, minor, x_px, y_px, reserved)| FeaturePoint { kind, major, minor, x_px, y_px, reserved },
        ),
        0..20,
    );
    let image = prop::collection::vec(any::<u8>(), 1..300);
    let codes = (any::<[u8; 7]>(), any::<u16>(), 0..1u32 << 24, any::<[u8; 6]>());
    (points, image, codes, any::<[u16; 4]>()).prop_map(|(feature_points, image, codes, numbers)| {
        let ([gender, eye, hair, kind, coding, colour, source], expression, properties, [a, b, c, d, e, f]) = codes;
        let [width_px, height_px, device, quality] = numbers;
        let face = NewFace {
            gender: Gender::from_19794(gender.into()),
            eye_colour: EyeColour::from_19794(eye.into()),
            hair_colour: HairColour::from_19794(hair.into()),
            properties: Properties(properties),
            expression: Expression::from_19794(expression),
            pose: [a, b, c],
            pose_uncertainty: [d, e, f],
            feature_points,
            image_type: ImageType::from_19794(kind.into()),
            colour_space: ColourSpace::from_19794(colour.into()),
            source_type: SourceType::from_19794(source.into()),
            device,
            quality,
            ..NewFace::new(&[], ImageCoding::from_19794(coding.into()), width_px, height_px)
        };
        (face, image)
    })
}

proptest! {
    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300), start in 0usize..4) {
        let starts: [&[u8]; 4] = [&[], b"FAC\x00010\0", &[0x75, 0x82, 1, 0, 0x7F, 0x61], &[0x65, 0x20, 0xA0]];
        check(&[starts[start], &bytes].concat());
    }

    #[test]
    fn random_trees_are_survived(tree in tree()) {
        check(&tree);
        check(&group(1, std::slice::from_ref(&tree)));
        check(&element(&[0x65], &[element(&[0xA0], &[0x80, 1, 3]), element(&[0xA1], &element(&[0x30], &tree))].concat()));
    }

    #[test]
    fn what_was_written_is_read(faces in prop::collection::vec(any_face(), 1..=9)) {
        let written: Vec<NewFace<'_>> = faces.iter().map(|(face, image)| NewFace { image, ..face.clone() }).collect();
        let file = write_dg2(&written).unwrap();
        let dg2 = Dg2::parse(&file).unwrap();
        prop_assert!(dg2.remarks().is_empty());
        prop_assert_eq!(dg2.instances().len(), written.len());
        for (read, written) in dg2.faces().zip(&written) {
            prop_assert_eq!(read.image, written.image);
            prop_assert_eq!((read.coding, read.gender, read.eye_colour, read.hair_colour),
                (written.coding, Some(written.gender), Some(written.eye_colour), Some(written.hair_colour)));
            prop_assert_eq!((read.properties, read.expression), (Some(written.properties), Some(written.expression)));
            let pose = read.pose.unwrap();
            let angles = [pose.yaw, pose.pitch, pose.roll];
            prop_assert_eq!(angles.map(|a| a.raw), written.pose.map(i16::from));
            prop_assert_eq!(angles.map(|a| a.uncertainty), written.pose_uncertainty.map(Some));
            prop_assert!(read.feature_points.iter().eq(written.feature_points.iter().copied()));
            prop_assert_eq!((read.width_px, read.height_px), (Some(written.width_px.into()), Some(written.height_px.into())));
            prop_assert_eq!((read.image_type, read.colour_space, read.source_type),
                (Some(written.image_type), Some(written.colour_space), Some(written.source_type)));
            prop_assert_eq!((read.device, read.quality), (Some(written.device), Some(written.quality)));
        }
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
