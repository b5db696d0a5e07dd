//! What may stand where in a zone (ICAO Doc 9303, parts 4 to 6, section 4.2).

use selfsame_chip::MrzFormat;

/// What may stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A to Z and the filler.
    Letter,
    /// A letter: no filler.
    Capital,
    /// 0 to 9.
    Digit,
    /// 0 to 9 and the filler: a part of a date that may be unknown, or a check digit that may be
    /// missing.
    DigitOrFiller,
    /// Anything.
    Any,
    /// M, F, X or the filler.
    Sex,
}

impl Kind {
    pub(super) fn allows(self, character: u8) -> bool {
        match self {
            Self::Letter => character.is_ascii_uppercase() || character == b'<',
            Self::Capital => character.is_ascii_uppercase(),
            Self::Digit => character.is_ascii_digit(),
            Self::DigitOrFiller => character.is_ascii_digit() || character == b'<',
            Self::Any => true,
            Self::Sex => b"MFX<".contains(&character),
        }
    }
}

/// Characters of a line that are of one kind, one after another: how many, which, and whether a
/// check digit covers them.
type Run = (usize, Kind, bool);

use Kind::{Any, Capital, Digit, DigitOrFiller, Letter, Sex};

const TD3: [&[Run]; 2] = [
    &[(1, Capital, false), (1, Letter, false), (1, Capital, false), (2, Letter, false), (39, Letter, false)],
    &[
        (9, Any, true),
        (1, Digit, true),
        (1, Capital, false),
        (2, Letter, false),
        (6, DigitOrFiller, true),
        (1, Digit, true),
        (1, Sex, false),
        (6, Digit, true),
        (1, Digit, true),
        (14, Any, true),
        (1, DigitOrFiller, true),
        (1, Digit, true),
    ],
];
const TD2: [&[Run]; 2] = [
    &[(1, Capital, false), (1, Letter, false), (1, Capital, false), (2, Letter, false), (31, Letter, false)],
    &[
        (9, Any, true),
        (1, DigitOrFiller, true),
        (1, Capital, false),
        (2, Letter, false),
        (6, DigitOrFiller, true),
        (1, Digit, true),
        (1, Sex, false),
        (6, Digit, true),
        (1, Digit, true),
        (7, Any, true),
        (1, Digit, true),
    ],
];
const TD1: [&[Run]; 3] = [
    &[
        (1, Capital, false),
        (1, Letter, false),
        (1, Capital, false),
        (2, Letter, false),
        (9, Any, true),
        (1, DigitOrFiller, true),
        (15, Any, true),
    ],
    &[
        (6, DigitOrFiller, true),
        (1, Digit, true),
        (1, Sex, false),
        (6, Digit, true),
        (1, Digit, true),
        (1, Capital, false),
        (2, Letter, false),
        (11, Any, true),
        (1, Digit, true),
    ],
    &[(30, Letter, false)],
];

/// Each line's places: what may stand there, and whether a check digit covers it.
pub(super) fn places(format: MrzFormat) -> Vec<Vec<(Kind, bool)>> {
    let lines: &[&[Run]] = match format {
        MrzFormat::Td1 => &TD1,
        MrzFormat::Td2 => &TD2,
        MrzFormat::Td3 => &TD3,
    };
    let of_run = |(count, kind, checked): &Run| std::iter::repeat_n((*kind, *checked), *count);
    lines.iter().map(|runs| runs.iter().flat_map(of_run).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use selfsame_chip::Mrz;

    #[test]
    fn specimens_of_the_standard_are_as_the_places_say() {
        for zone in [
            "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10",
            "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<D231458907UTO7408122F1204159<<<<<<<6",
            "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
        ] {
            let mrz = Mrz::parse(zone.as_bytes()).unwrap();
            let places = places(mrz.format());
            assert!(mrz.lines().map(str::len).eq(places.iter().map(Vec::len)));
            for (line, places) in mrz.lines().zip(&places) {
                assert!(line.bytes().zip(places).all(|(byte, (kind, _))| kind.allows(byte)), "{line}");
            }
        }
    }
}
