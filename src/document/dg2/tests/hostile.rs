//! Limits, damaged files, and files made up by chance.

use super::*;
use proptest::prelude::*;

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
    visits::take();
    let parsed = Dg2::parse(bytes);
    let visits = visits::take();
    assert!(visits <= most_visits(bytes), "{visits} bytes looked at of {}", bytes.len());
    match parsed {
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

/// Bytes of heads that may be looked at: each once for each level above it that is walked and has
/// no length, and once more.
fn most_visits(bytes: &[u8]) -> u64 {
    16 * bytes.len() as u64 + 64
}

#[test]
fn work_is_linear_however_elements_lie_in_one_another() {
    let (empty, version) = ([0x81, 0].repeat(30_000), [0xA0, 3, 0x80, 1, 3]);
    let indefinite = |tag: &[u8], contents: &[u8]| [tag, &[0x80], contents, &[0, 0]].concat();
    let mut deep = indefinite(&[0xA1], &empty);
    // Image information, size, pose and identity, down the longest way that is walked.
    let image = [&element(&[0x80], JPEG)[..], &deep].concat();
    for tag in [0xA0, 0xA0, 0xA1] {
        deep = indefinite(&[tag], if tag == 0xA0 && deep.len() < image.len() { &image } else { &deep });
    }
    let face = [deep, indefinite(&[0xA8], &indefinite(&[0xA6], &empty))].concat();
    let faces = indefinite(&[0xA1], &indefinite(&[0x30], &face));
    let mut whole = indefinite(&[0x65], &[&version[..], &faces].concat());
    for tag in [&[0xA1][..], &[0x7F, 0x2E], &[0x7F, 0x60]] {
        whole = indefinite(tag, &whole);
    }
    whole = indefinite(&[0x75], &indefinite(&[0x7F, 0x61], &[&[2, 1, 1][..], &whole].concat()));
    check(&whole);
    assert_eq!(Dg2::parse(&whole).unwrap().faces().count(), 1);
    // Elements without a length as deep as they may be, before, beside and behind what is needed.
    let nested = [[0x30, 0x80].repeat(20), empty.clone(), vec![0; 40]].concat();
    let good = with_record(&write_face_record(&super::face(JPEG)).unwrap());
    for bytes in [[&good[..], &nested].concat(), element(&[0x75], &nested), [0x30, 0x80].repeat(50_000)] {
        check(&bytes);
        check(&element(&[0x75], &[element(&[0x7F, 0x61], &bytes), bytes].concat()));
    }
    // Padding, and what only looks like it.
    for filling in [vec![0; 100_000], vec![0xFF; 100_000], [0, 1].repeat(50_000)] {
        check(&[&good[..], &filling].concat());
        check(&element(&[0x75], &[&filling[..], &[1]].concat()));
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
            prop_assert_eq!(angles.map(|a| a.raw), written.pose.map(|raw| Some(i16::from(raw))));
            prop_assert_eq!(angles.map(|a| a.uncertainty), written.pose_uncertainty.map(Some));
            prop_assert!(read.feature_points.iter().eq(written.feature_points.iter().copied()));
            prop_assert_eq!((read.width_px, read.height_px), (Some(written.width_px.into()), Some(written.height_px.into())));
            prop_assert_eq!((read.image_type, read.colour_space, read.source_type),
                (Some(written.image_type), Some(written.colour_space), Some(written.source_type)));
            prop_assert_eq!((read.device, read.quality), (Some(written.device), Some(written.quality)));
        }
    }
}
