//! What is put up with, and what is refused with the offset of the byte that it is about.

use super::*;

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
        let bytes = [&good[..], &vec![0x55; count]].concat();
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
        ("indefinite", vec![0x75, 0x80, 0x7F, 0x61, 0], "indefinite length does not end, at byte 0"),
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
