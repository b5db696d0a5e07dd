//! The readers and the writer of data groups. Here: what the tests' files are made of.

mod blocks;
mod flaws;
mod forms;
mod hostile;
mod records;
mod serialised;

use super::*;
use crate::error::{ErrorKind, Stage};

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
