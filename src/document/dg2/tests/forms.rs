//! Forms that chips, readers and programs in the field have, beside the one that standards ask for.

use super::*;

/// An element whose contents go on to an end of contents.
fn indefinite(tag: &[u8], contents: &[u8]) -> Vec<u8> {
    [tag, &[0x80], contents, &[0, 0]].concat()
}

/// An element with a length of five bytes behind its first.
fn long(tag: &[u8], contents: &[u8]) -> Vec<u8> {
    [tag, &[0x85, 0], &(contents.len() as u32).to_be_bytes(), contents].concat()
}

fn record() -> Vec<u8> {
    write_face_record(&face(JPEG)).unwrap()
}

/// The words of what was put up with. The one face has to be there.
fn words(what: &str, bytes: &[u8]) -> Vec<&'static str> {
    assert!(Dg2::recognises(bytes), "{what}");
    let dg2 = Dg2::parse(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    let images: Vec<_> = dg2.faces().map(|face| face.image).collect();
    assert_eq!(images, [JPEG], "{what}");
    dg2.remarks().iter().map(|remark| remark.as_str()).collect()
}

/// A block of ISO/IEC 39794-5 with one face, whose elements are written by `element`.
fn block(element: fn(&[u8], &[u8]) -> Vec<u8>) -> Vec<u8> {
    let about = element(&[0xA1], &element(&[0xA0], &[0x80, 1, 2]));
    let flat = [&[0x80, JPEG.len() as u8][..], JPEG, &about].concat();
    let image = element(&[0xA1], &element(&[0xA0], &element(&[0xA0], &flat)));
    let faces = element(&[0xA1], &element(&[0x30], &image));
    element(&[0x65], &[element(&[0xA0], &[0x80, 1, 3]), faces].concat())
}

/// A data group whose elements are written by `element`, but for the one instance's contents.
fn group_of(element: fn(&[u8], &[u8]) -> Vec<u8>, instance: &[u8]) -> Vec<u8> {
    let instances = [&[2, 1, 1][..], &element(&[0x7F, 0x60], instance)].concat();
    element(&[0x75], &element(&[0x7F, 0x61], &instances))
}

#[test]
fn indefinite_and_long_lengths_are_read() {
    let header = [0x80, 2, 1, 1];
    for element in [indefinite, long] {
        let plain = [element(&[0xA1], &header), super::element(&[0x5F, 0x2E], &record())].concat();
        let wrapped = element(&[0x7F, 0x2E], &element(&[0xA1], &block(element)));
        for bytes in [group_of(element, &plain), group_of(element, &wrapped), block(element)] {
            assert_eq!(words("throughout", &bytes), ["length_form"]);
            let dg2 = Dg2::parse(&bytes).unwrap();
            assert_eq!(dg2.remarks(), [DocumentRemark::LengthForm { offset: 0 }], "the first one is told");
        }
        // One indefinite element among others, and the other way about.
        assert_eq!(words("inside", &group_of(super::element, &wrapped)), ["length_form"]);
        let definite = [super::element(&[0xA1], &header), super::element(&[0x5F, 0x2E], &record())].concat();
        assert_eq!(words("outside", &group_of(element, &definite)), ["length_form"]);
    }
    // A record is bytes: nothing in it says where an indefinite one would end.
    let endless = group_of(element, &[&[0x5F, 0x2E, 0x80][..], &record(), &[0, 0]].concat());
    let at = endless.windows(3).position(|w| w == [0x5F, 0x2E, 0x80]).unwrap() + 2;
    let (kind, message) = parse_error(&endless);
    assert_eq!(kind, ErrorKind::Corrupt);
    assert!(message.ends_with(&format!("at byte {at}")), "{message}");
    let whole = group_of(indefinite, &indefinite(&[0x7F, 0x2E], &block(indefinite)));
    for cut in 1..whole.len() {
        assert!(parse_error(&whole[..cut]).1.contains("at byte "), "cut at {cut}");
    }
}

#[test]
fn lengths_need_not_be_the_shortest() {
    let lengths: [fn(usize) -> Vec<u8>; 4] = [
        |len| vec![0x81, len as u8],
        |len| vec![0x82, 0, len as u8],
        |len| vec![0x83, 0, 0, len as u8],
        |len| vec![0x84, 0, 0, 0, len as u8],
    ];
    for length in lengths {
        let element = |tag: &[u8], contents: &[u8]| [tag, &length(contents.len()), contents].concat();
        let instance = element(&[0x7F, 0x60], &element(&[0x5F, 0x2E], &record()));
        let inside = [element(&[2], &[1]), instance].concat();
        let group = element(&[0x75], &element(&[0x7F, 0x61], &inside));
        assert!(words("short", &group).is_empty());
    }
}

#[test]
fn padding_is_stepped_over_wherever_it_stands() {
    let good = with_record(&record());
    for (byte, count) in [(0, 9), (0xFF, 9), (0, 4096), (0xFF, 4096), (0, 1)] {
        let filling = vec![byte; count];
        let dg2 = [&good[..], &filling].concat();
        assert_eq!(words("behind the file", &dg2), ["trailing_bytes"]);
        let remarks = [DocumentRemark::TrailingBytes { offset: good.len(), count }];
        assert_eq!(Dg2::parse(&dg2).unwrap().remarks(), remarks);
        let instance = element(&[0x5F, 0x2E], &record());
        let around = |before: &[u8], behind: &[u8]| group(1, &[[before, &instance, behind].concat()]);
        assert_eq!(words("before a record", &around(&filling, &[])), ["padding"]);
        assert_eq!(words("behind a record", &around(&[], &filling)), ["trailing_bytes"]);
        if count > 8 {
            let padded = [record(), filling].concat();
            assert_eq!(words("a record's own", &with_record(&padded)), ["trailing_bytes"]);
            assert_eq!(words("a bare record's own", &padded), ["trailing_bytes"]);
        }
    }
}

#[test]
fn elements_behind_what_is_read_are_stepped_over() {
    let good = with_record(&record());
    let second = element(&[0x7F, 0x61], &[2, 1, 0]);
    let other = element(&[0x5F, 0x1F], b"what else a chip might hold");
    let behind = |more: &[u8]| {
        let instance = [element(&[0x5F, 0x2E], &record()), more.to_vec()].concat();
        let instance = element(&[0x7F, 0x60], &instance);
        element(&[0x75], &element(&[0x7F, 0x61], &[&[2, 1, 1][..], &instance].concat()))
    };
    let instance = element(&[0x7F, 0x60], &element(&[0x5F, 0x2E], &record()));
    let inside = [&[2, 1, 1][..], &instance].concat();
    let table = [
        ("behind the file", [&good[..], &other].concat()),
        ("another data group", [&good[..], &element(&[0x63], b"DG3")].concat()),
        ("behind the record", behind(&other)),
        ("a second information group", element(&[0x75], &[element(&[0x7F, 0x61], &inside), second].concat())),
        ("an instance too many", element(&[0x75], &element(&[0x7F, 0x61], &[&inside[..], &instance].concat()))),
    ];
    for (what, bytes) in table {
        assert_eq!(words(what, &bytes), ["unknown_element"], "{what}");
    }
    let (kind, message) = parse_error(&[&good[..], b"no elements, and more than eight bytes"].concat());
    assert_eq!(kind, ErrorKind::Corrupt);
    assert!(message.ends_with(&format!("38 bytes follow the last element, at byte {}", good.len())), "{message}");
}

#[test]
fn fields_of_the_header_may_be_empty_or_short_or_long() {
    for tag in [0x80, 0x81, 0x82, 0x83, 0x85, 0x86, 0x87, 0x88] {
        for (value, remarked) in
            [(&[][..], true), (&[7], false), (&[0, 0, 0, 0, 7], false), (&[9; 40], !(0x83..=0x86).contains(&tag))]
        {
            let field = [&[tag, value.len() as u8][..], value].concat();
            let instance = [element(&[0xA1], &field), element(&[0x5F, 0x2E], &record())].concat();
            let bytes = group(1, &[instance]);
            let expected = remarked.then_some(DocumentRemark::HeaderField { offset: 29, tag: tag.into() });
            let dg2 = Dg2::parse(&bytes).unwrap();
            assert!(dg2.remarks().iter().copied().eq(expected), "{tag:X} {value:?}: {:?}", dg2.remarks());
            assert_eq!(dg2.faces().next().unwrap().image, JPEG);
            let header = dg2.instances()[0].header.unwrap();
            let number = (!remarked).then_some(7).filter(|_| value.len() < 40);
            match tag {
                0x80 => assert_eq!(header.version, number),
                0x81 => assert_eq!(header.biometric_type, number),
                0x82 => assert_eq!(header.subtype, number),
                0x83 => assert_eq!(header.created, Some(value).filter(|v| !v.is_empty())),
                0x85 => assert_eq!(header.validity, Some(value).filter(|v| !v.is_empty())),
                0x86 => assert_eq!(header.creator, Some(value).filter(|v| !v.is_empty())),
                0x87 => assert_eq!(header.format_owner, number),
                _ => assert_eq!(header.format_type, number),
            }
        }
    }
    let empty = [element(&[0xA1], &[]), element(&[0x5F, 0x2E], &record())].concat();
    assert!(words("no fields", &group(1, &[empty])).is_empty());
}

#[test]
fn an_extension_block_falls_back_on_a_code_of_this_edition() {
    let plain = block_39794();
    let dg2 = Dg2::parse(&plain).unwrap();
    let expected = dg2.faces().next().unwrap();
    // Every choice of a code, as an extension block that names the same code.
    let extended = |tag: u8, code: u8| {
        let choice = element(&[tag], &[0x80, 1, code]);
        let extension = element(&[tag], &element(&[0xA1], &[&[0x80, 1, code][..], &element(&[0x81], b"new")].concat()));
        (choice, extension)
    };
    for (tag, code) in [(0xA0, 2), (0xA1, 0), (0xA9, 5), (0xA0, 3), (0xA1, 7), (0xA2, 60)] {
        let (choice, extension) = extended(tag, code);
        let at = plain.windows(choice.len()).position(|w| w == choice).unwrap();
        // Lengths of what lies around grow by as much: rebuilt from parts instead of patched.
        let grown = regrown(&plain, at, &choice, &extension);
        let dg2 = Dg2::parse(&grown).unwrap();
        let face = dg2.faces().next().unwrap();
        assert_eq!(
            (face.coding, face.image_type, face.colour_space),
            (expected.coding, expected.image_type, expected.colour_space)
        );
        assert_eq!(
            (face.gender, face.eye_colour, face.hair_colour),
            (expected.gender, expected.eye_colour, expected.hair_colour)
        );
        assert_eq!(dg2.remarks(), [DocumentRemark::FallbackCode { offset: at + 6 }], "{tag:X}");
        // An extension that names none states nothing.
        let silent = element(&[tag], &element(&[0xA1], &element(&[0x81], b"new")));
        let dg2 = regrown(&plain, at, &choice, &silent);
        assert_eq!(Dg2::parse(&dg2).unwrap().faces().count(), 2);
    }
}

/// The file with `old` at `at` replaced by `new`, and the four-byte lengths of all elements around
/// it made right.
fn regrown(file: &[u8], at: usize, old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut grown = [&file[..at], new, &file[at + old.len()..]].concat();
    let (mut start, mut end) = (0, file.len());
    while start < at {
        // A tag of one byte, and a length of 84 and four bytes, or of one.
        let long = file[start + 1] == 0x84;
        let head = if long { 6 } else { 2 };
        let length = if long {
            u32::from_be_bytes(file[start + 2..start + 6].try_into().unwrap()) as usize
        } else {
            file[start + 1].into()
        };
        let contents = start + head;
        if contents + length <= at {
            start = contents + length;
            continue;
        }
        let stated = (length + new.len() - old.len()) as u32;
        grown[start + 2..start + 6].copy_from_slice(&stated.to_be_bytes());
        (start, end) = (contents, contents + length);
    }
    assert!(start == at && end >= at + old.len());
    grown
}

#[test]
fn an_image_representation_of_a_later_edition_is_refused_by_its_byte() {
    let version = element(&[0xA0], &[0x80, 1, 3]);
    let extension = element(&[0xA1], &element(&[0xA1], b"\x80\x01\x00"));
    let block = element(&[0x65], &[version, element(&[0xA1], &element(&[0x30], &extension))].concat());
    let (kind, message) = parse_error(&block);
    assert_eq!(kind, ErrorKind::Corrupt);
    assert!(message.contains("that is no extension (tag A0), at byte 33"), "{message}");
}

#[test]
fn bare_templates_are_read_from_any_level_on() {
    let header = element(&[0xA1], &[0x80, 2, 1, 1]);
    let plain = element(&[0x5F, 0x2E], &record());
    let value = [header.clone(), plain.clone()].concat();
    let instance = element(&[0x7F, 0x60], &value);
    let inside = [&[2, 1, 1][..], &instance].concat();
    let block = block(element);
    let wrapped = element(&[0x7F, 0x2E], &element(&[0xA1], &block));
    let inner = block[6..].to_vec();
    let table: [(&str, Vec<u8>, &[&str]); 12] = [
        ("75", group(1, std::slice::from_ref(&value)), &[]),
        ("7F61", element(&[0x7F, 0x61], &inside), &["envelope"]),
        ("the value of 7F61", inside.clone(), &["envelope"]),
        ("7F60", instance.clone(), &["envelope"]),
        ("7F60 without a header", element(&[0x7F, 0x60], &plain), &["envelope"]),
        ("7F60 with a block", element(&[0x7F, 0x60], &[header, wrapped.clone()].concat()), &["envelope"]),
        ("the value of 7F60", value, &["envelope"]),
        ("5F2E", plain, &["envelope"]),
        ("7F2E", wrapped, &[]),
        ("65", block, &[]),
        ("the value of 65", inner, &["envelope"]),
        ("FAC", record(), &[]),
    ];
    for (what, bytes, remarks) in &table {
        assert_eq!(words(what, bytes), *remarks, "{what}");
        // Filled up, and within OCTET STRINGs.
        let octets = element(&[4], bytes);
        assert_eq!(words(what, &octets)[0], "envelope", "{what}");
        assert_eq!(words(what, &element(&[4], &octets))[..2], ["envelope"; 2], "{what}");
        if *what != "FAC" {
            assert_eq!(words(what, &indefinite(&[0x24], bytes))[..2], ["length_form", "envelope"], "{what}");
            assert_eq!(words(what, &[&bytes[..], &[0xFF; 99]].concat()).last(), Some(&"trailing_bytes"), "{what}");
        }
        for cut in 12..bytes.len() - 8 {
            assert!(parse_error(&bytes[..cut]).1.contains("at byte "), "{what} cut at {cut}");
        }
    }
}

#[test]
fn templates_that_hold_no_face_are_refused_by_their_byte() {
    let finger = [b"FIR\x00010\0", &[0; 30][..]].concat();
    for (what, bytes, at) in [
        ("5F2E", element(&[0x5F, 0x2E], &finger), 7),
        ("7F60", element(&[0x7F, 0x60], &element(&[0x5F, 0x2E], &finger)), 14),
        ("7F60 of something else", element(&[0x7F, 0x60], &element(&[0x53], &finger)), 0),
        ("7F61 of something else", element(&[0x7F, 0x61], &element(&[0x53], &finger)), 7),
        ("75 of something else", element(&[0x75], &element(&[0x53], &finger)), 6),
    ] {
        assert!(Dg2::recognises(&bytes), "{what}");
        let message = parse_error(&bytes).1;
        assert!(message.ends_with(&format!("at byte {at}")), "{what}: {message}");
    }
    assert!(!Dg2::recognises(b"_. is no tag here, nor is u, whatever follows behind it"));
}

#[test]
fn a_record_may_lie_in_octet_strings() {
    let octets = element(&[4], &record());
    let block = element(&[4], &block(element));
    for (what, record) in [
        ("04 in 7F60", octets.clone()),
        ("04 in 5F2E", element(&[0x5F, 0x2E], &octets)),
        ("04 in 7F2E", element(&[0x7F, 0x2E], &octets)),
        ("04 around 65 in 7F2E", element(&[0x7F, 0x2E], &block)),
        ("04 around 65 in 5F2E", element(&[0x5F, 0x2E], &block)),
    ] {
        assert_eq!(words(what, &group(1, &[record])), ["envelope"], "{what}");
    }
    assert!(words("65 in 5F2E", &group(1, &[element(&[0x5F, 0x2E], &block[6..])])).is_empty());
    let mut deep = record();
    for _ in 0..9 {
        deep = element(&[4], &deep);
    }
    assert!(parse_error(&group(1, &[element(&[0x5F, 0x2E], &deep)])).1.contains("at byte "));
    assert!(!Dg2::recognises(&deep), "nine wrappers");
}
