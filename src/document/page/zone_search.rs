//! The machine-readable zone of a photographed page, whether or not there is a portrait beside it:
//! on a card it is on the back.

use super::lines::lines;
use super::picture::Picture;
use super::quad::{Quad, quads};
use super::zone::{self, PageZone, ZoneRefusal};
use crate::error::Result;
use crate::geometry::Point;
use crate::image::Photo;
use crate::outcome::Outcome;

/// Outlines that are looked at, both ways up. The first is the page's in nearly all pictures.
/// Chosen on synthetic pages (`tests/suite/page`).
const TRIED_OUTLINES: usize = 4;

impl PageZone {
    /// Finds and reads the machine-readable zone on a photograph of a page taken by hand: a
    /// passport's data page, or the side of a card that has one. No network takes part. The whole
    /// page has to be in the picture.
    ///
    /// [`PagePortrait::zone`](crate::document::PagePortrait::zone) is that of the page whose
    /// portrait was found, so that both are of one page. This is for the backs of cards.
    ///
    /// A zone that cannot be read for certain is an [`Outcome::Refused`].
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`](crate::error::ErrorKind::LimitExceeded) if there is no memory
    /// for the page.
    pub fn from_page(photo: &Photo) -> Result<Outcome<Self, ZoneRefusal>> {
        let (small, scale) = Picture::small(photo)?;
        let quads = quads(&lines(&small), small.width() as f32, small.height() as f32);
        let mut reason = ZoneRefusal::NoPage;
        for quad in quads.iter().take(TRIED_OUTLINES).flat_map(|quad| [*quad, quad.upside_down()]) {
            match on_outline(photo, &quad, scale)? {
                Outcome::Found(zone) => return Ok(Outcome::Found(zone)),
                // The more was read, the more the reason says.
                Outcome::Refused(other) if other as u8 > reason as u8 => reason = other,
                Outcome::Refused(_) => {}
            }
        }
        Ok(Outcome::Refused(reason))
    }
}

/// Reads the zone of the page that `quad` outlines in a copy, of which a pixel stands for `scale`
/// of the photograph.
fn on_outline(photo: &Photo, quad: &Quad, scale: f32) -> Result<Outcome<PageZone, ZoneRefusal>> {
    let corners = quad.corners.map(|p| Point::new(scale * p.x, scale * p.y));
    zone::read(photo, &corners, quad.aspect)
}
