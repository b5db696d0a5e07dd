//! JPEG: EXIF in APP1 (CIPA DC-008, 4.7.2), an ICC profile in APP2 (ICC.1:2022, annex B.4).

use super::super::bytes::be16;
use super::super::exif;
use super::statements::Statements;
use std::borrow::Cow;

/// What stands before each part of a profile; its number and how many there are follow.
const ICC_PREFIX: &[u8] = b"ICC_PROFILE\0";

/// Walks the marker segments up to the first scan.
pub(super) fn read(bytes: &[u8], max_icc_bytes: usize) -> Statements<'_> {
    let (mut statements, mut icc) = (Statements::default(), Parts::default());
    let mut at = 2;
    while let Some((marker, body, next)) = segment(bytes, at) {
        match marker {
            // SOS, EOI
            0xDA | 0xD9 => break,
            0xE1 if exif::is_exif(body) => statements.add_exif(body),
            0xE2 => icc.add(body),
            _ => {}
        }
        at = next;
    }
    if icc.count.is_some() {
        statements.add_icc(icc.join(max_icc_bytes), max_icc_bytes);
    }
    statements
}

/// The marker segment that begins at or after `at`: its marker, what it holds, and where it ends.
fn segment(bytes: &[u8], mut at: usize) -> Option<(u8, &[u8], usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|b| *b == 0xFF)? + 1;
        match *bytes.get(at)? {
            // Filling: the next byte may be a marker.
            0xFF => {}
            // A byte of data that had to be stuffed, and markers that stand alone: TEM, RSTn, SOI.
            0x00 | 0x01 | 0xD0..=0xD8 => at += 1,
            0xD9 => return Some((0xD9, &[], at + 1)),
            marker => {
                let end = at + 1 + usize::from(be16(bytes, at + 1)?);
                return Some((marker, bytes.get(at + 3..end)?, end));
            }
        }
    }
}

/// The parts of a profile, which may come in any order.
#[derive(Default)]
struct Parts<'a> {
    /// How many there are, as the first one says.
    count: Option<u8>,
    /// By number, from 1.
    parts: Vec<Option<&'a [u8]>>,
}

impl<'a> Parts<'a> {
    /// Takes the body of an APP2 segment, if it is a part.
    fn add(&mut self, body: &'a [u8]) {
        let Some([number, count, data @ ..]) = body.strip_prefix(ICC_PREFIX) else { return };
        self.parts.resize(usize::from(*self.count.get_or_insert(*count)), None);
        let slot = usize::from(*number).checked_sub(1).and_then(|i| self.parts.get_mut(i));
        // Of two parts of one number the first counts.
        if let Some(slot) = slot.filter(|slot| slot.is_none()) {
            *slot = Some(data);
        }
    }

    /// The whole profile; `None` if a part is missing, or if it is longer than `max_bytes`.
    fn join(self, max_bytes: usize) -> Option<Cow<'a, [u8]>> {
        let parts = self.parts.into_iter().collect::<Option<Vec<&[u8]>>>()?;
        match parts[..] {
            [] => None,
            [whole] => Some(whole.into()),
            _ => (parts.iter().map(|p| p.len()).sum::<usize>() <= max_bytes).then(|| parts.concat().into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::orientation::Orientation;
    use crate::image::profile::Colors;
    use proptest::prelude::*;

    fn app(marker: u8, body: &[u8]) -> Vec<u8> {
        [&[0xFF, marker][..], &(body.len() as u16 + 2).to_be_bytes(), body].concat()
    }

    fn part(number: u8, count: u8, data: &[u8]) -> Vec<u8> {
        app(0xE2, &[ICC_PREFIX, &[number, count], data].concat())
    }

    fn file(segments: &[Vec<u8>]) -> Vec<u8> {
        [&[0xFF, 0xD8][..], &segments.concat(), &[0xFF, 0xDA, 0, 2, 1, 2, 0xFF, 0xD9]].concat()
    }

    fn exif_block(orientation: u8) -> Vec<u8> {
        let tail = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
        [&b"Exif\0\0MM\0\x2A\0\0\0\x08"[..], &tail].concat()
    }

    #[test]
    fn of_two_exif_blocks_the_first_counts_and_xmp_is_none() {
        let xmp = app(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>");
        let [six, three] = [6, 3].map(|o| app(0xE1, &exif_block(o)));
        let filling = vec![0xFF, 0xFF];
        for segments in [
            &[xmp.clone(), six.clone(), three.clone()][..],
            &[six.clone(), three.clone(), xmp.clone()],
            &[filling, six.clone(), xmp, three],
        ] {
            assert_eq!(read(&file(segments), 1000).orientation(), Orientation::Rotated90);
        }
        let after = [&file(&[])[..], &six].concat();
        assert_eq!(read(&after, 1000).orientation(), Orientation::Upright, "behind the picture");
        let silent = [app(0xE1, &exif_block(9)), six];
        assert_eq!(
            read(&file(&silent), 1000).orientation(),
            Orientation::Upright,
            "the first block, also if it says nothing"
        );
    }

    #[test]
    fn a_profile_comes_in_parts_in_any_order() {
        let [a, b, c] = [part(1, 3, b"ab"), part(2, 3, b"cd"), part(3, 3, b"e")];
        let icc = |segments: &[&Vec<u8>]| {
            let segments: Vec<_> = segments.iter().map(|s| (*s).clone()).collect();
            let bytes = file(&segments);
            let colors = read(&bytes, 1000).colors;
            colors.first().map(|c| if let Colors::Icc(icc) = c { icc.to_vec() } else { b"unreadable".to_vec() })
        };
        let expected = Some(b"abcde".to_vec());
        assert_eq!(icc(&[&a, &b, &c]), expected);
        assert_eq!(icc(&[&c, &a, &part(1, 3, b"xx"), &b]), expected, "the first of a number counts");
        assert_eq!(icc(&[&part(1, 1, b"whole"), &part(1, 1, b"other")]), Some(b"whole".to_vec()));
        for broken in [&[&a, &c][..], &[&part(0, 1, b"x")], &[&part(1, 0, b"x")], &[&part(2, 1, b"x")]] {
            assert_eq!(icc(broken), Some(b"unreadable".to_vec()));
        }
        assert_eq!(icc(&[&app(0xE2, b"MPF\0"), &app(0xE2, b"ICC_PROFILE\0\x01")]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(tail in prop::collection::vec(any::<u8>(), 0..200)) {
            read(&[&[0xFF, 0xD8, 0xFF, 0xE2, 0, 16][..], ICC_PREFIX, &tail].concat(), 100);
            read(&[&[0xFF, 0xD8][..], &tail].concat(), 100);
        }
    }
}
