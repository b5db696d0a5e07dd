//! From a page's outline in a photograph to what its machine-readable zone says.

use super::cells::{cells, fits};
use super::refusal::ZoneRefusal;
use super::rows::rows;
use super::settle::settle;
use super::strip::{Strip, size_mm};
use crate::error::Result;
use crate::geometry::Point;
use crate::image::Photo;
use crate::outcome::Outcome;
use selfsame_chip::{Mrz, MrzFormat};
use std::fmt;

/// How far the proportions of a page may be from those of a format, as a difference of logarithms:
/// those of outlines are off by up to 0.08.
const ASPECT_TOLERANCE: f32 = 0.1;

/// The mean fit of characters from which on lines are those of a zone, readable or not. Tuned on
/// drawn pages (`tests/suite/page`).
const ZONE_FIT: f32 = 0.6;

/// The machine-readable zone that was read on a photographed page: every character certain, every
/// check digit right.
///
/// Nobody has signed it: whoever prints a page chooses what it says. Its debug output says nothing
/// of the holder.
#[derive(Clone)]
#[non_exhaustive]
pub struct PageZone {
    /// What the zone says.
    pub mrz: Mrz,
    /// The corners of its lines in the photograph, in pixels: upper left, upper right, lower right
    /// and lower left of the upright page.
    pub corners: [Point; 4],
}

impl fmt::Debug for PageZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageZone").field("mrz", &self.mrz).finish_non_exhaustive()
    }
}

/// Reads the zone of the page with these corners, upper left first and clockwise, whose width is
/// `aspect` times its height in space.
pub(in crate::document::page) fn read(
    photo: &Photo,
    corners: &[Point; 4],
    aspect: f32,
) -> Result<Outcome<PageZone, ZoneRefusal>> {
    let off = |format: MrzFormat| {
        let [width, height] = size_mm(format);
        (aspect * height / width).ln().abs()
    };
    let mut formats = vec![MrzFormat::Td3, MrzFormat::Td2, MrzFormat::Td1];
    formats.retain(|format| off(*format) < ASPECT_TOLERANCE);
    // The nearest first; the two of nearly the same proportions in their order.
    formats.sort_by_key(|format| off(*format) > 0.04);
    for format in formats {
        let Some(strip) = Strip::sample(photo, corners, format)? else { continue };
        let (count, length) = match format {
            MrzFormat::Td1 => (3, 30),
            MrzFormat::Td2 => (2, 36),
            MrzFormat::Td3 => (2, 44),
        };
        for rows in rows(&strip, count) {
            let Some(cells) = cells(&strip, &rows, length) else { continue };
            if cells.mean_fit < ZONE_FIT {
                continue;
            }
            // These are the zone's lines: no other place or format will do.
            return Ok(settle(&fits(&strip, &cells), format).map(|mrz| {
                let corners = cells.corners().map(|p| strip.in_photo(p));
                PageZone { mrz, corners }
            }));
        }
    }
    Ok(Outcome::Refused(ZoneRefusal::NoZone))
}
