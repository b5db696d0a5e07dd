//! Which characters a zone's cells hold: the best fit of those that may stand there, held against
//! check digits.

use super::glyphs::{CHARACTERS, COUNT};
use super::grammar::places;
use super::refusal::ZoneRefusal;
use crate::outcome::Outcome;
use selfsame_chip::{Mrz, MrzFormat};

/// The fit under which a cell holds no character: glare, a finger, another print. Tuned on drawn
/// pages (`tests/suite/page`, seeds below 100,000).
const LEAST_FIT: f32 = 0.7;
/// The contrast under which a cell holds no character, as a standard deviation in levels: above
/// noise and the JPEG's own patterns. Chosen by hand.
const LEAST_CONTRAST: f32 = 4.0;
/// How much better than another a character has to fit to be certain where a check digit covers it:
/// the logarithm of what is left unexplained. Tuned on drawn pages (`tests/suite/page`, seeds below
/// 100,000).
const CERTAIN: f32 = 0.12;
/// The same where no check digit covers it.
const CERTAIN_ALONE: f32 = 0.2;
/// Cells whose character is left to the check digits, at most: each makes it likelier that they fit
/// by chance.
const MOST_OPEN: usize = 3;

/// What one cell may hold: the best first, with what is not certainly worse behind it.
struct Choice {
    line: usize,
    column: usize,
    candidates: Vec<u8>,
}

/// Decides for each cell, and reads the zone.
pub(super) fn settle(fits: &[Vec<([f32; COUNT], f32)>], format: MrzFormat) -> Outcome<Mrz, ZoneRefusal> {
    let places = places(format);
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut open: Vec<Choice> = Vec::new();
    for (line, (fits, places)) in fits.iter().zip(&places).enumerate() {
        let mut text = Vec::new();
        for (column, ((fits, contrast), (kind, checked))) in fits.iter().zip(places).enumerate() {
            let mut allowed: Vec<(f32, u8)> =
                fits.iter().zip(CHARACTERS).map(|(fit, c)| (*fit, *c)).filter(|(_, c)| kind.allows(*c)).collect();
            allowed.sort_by(|a, b| b.0.total_cmp(&a.0));
            // Every kind allows several characters.
            let Some(&(best, character)) = allowed.first() else { return Outcome::Refused(ZoneRefusal::Unreadable) };
            if best < LEAST_FIT || *contrast < LEAST_CONTRAST {
                return Outcome::Refused(ZoneRefusal::Unreadable);
            }
            text.push(character);
            let needed = if *checked { CERTAIN } else { CERTAIN_ALONE };
            let near = allowed.iter().skip(1).filter(|(fit, _)| margin(best, *fit) < needed);
            let candidates: Vec<u8> = std::iter::once(character).chain(near.map(|(_, c)| *c)).collect();
            if candidates.len() > 1 {
                if !checked {
                    return Outcome::Refused(ZoneRefusal::Unreadable);
                }
                open.push(Choice { line, column, candidates });
            }
        }
        lines.push(text);
    }
    if open.len() > MOST_OPEN {
        return Outcome::Refused(ZoneRefusal::Unreadable);
    }
    let mut right: Vec<Mrz> = Vec::new();
    each(&open, &mut lines, &mut |lines| {
        let mrz = Mrz::parse(&lines.concat()).ok().filter(|mrz| mrz.wrong_digits().is_empty());
        right.extend(mrz);
    });
    match (right.pop(), right.pop()) {
        (Some(mrz), None) => Outcome::Found(mrz),
        (Some(_), Some(_)) => Outcome::Refused(ZoneRefusal::Unreadable),
        (None, _) => Outcome::Refused(ZoneRefusal::CheckDigits),
    }
}

/// How much better the first fit is than the second: the logarithm of the ratio of what either
/// leaves unexplained.
fn margin(best: f32, other: f32) -> f32 {
    let left = |fit: f32| (1.0 - fit.max(0.0).powi(2)).max(1e-4);
    (left(other) / left(best)).ln()
}

/// Calls `with` for each combination of what the open cells may hold.
fn each(open: &[Choice], lines: &mut [Vec<u8>], with: &mut impl FnMut(&[Vec<u8>])) {
    let Some((choice, rest)) = open.split_first() else { return with(lines) };
    for candidate in &choice.candidates {
        lines[choice.line][choice.column] = *candidate;
        each(rest, lines, with);
    }
}
