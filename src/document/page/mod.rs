//! The data page photographed by hand: where the page lies, which of the faces is its portrait, and
//! whether that can carry a comparison.
//!
//! Method: the page's outline comes first (`lines`, `quad`), faces second (`find`). Four long edges
//! that enclose a rectangle of a passport's or a card's proportions are taken for a page. It is
//! straightened, and looked at both ways up. Its portrait is the dominant face in the left part, of
//! the size that portraits have on pages, with print at its right (`print`). That face is cut out
//! of the photograph (`cut`) and judged (`judge`).
//!
//! What is not on a page (the holder's own face behind it, a picture on the wall) is thus never a
//! candidate, and a ghost portrait gives itself away by size and place. A face beside the page with
//! paper and print of its own is a second document (`second`). In doubt the page is
//! refused: a wrong portrait is a comparison with the wrong person.
//!
//! The machine-readable zone along the page's lower edge is read, too (`zone`); the rest of its
//! print is not.
//!
//! The whole page has to be in the picture. Nothing here says that the page is genuine, or more
//! than a print of one.

mod cover;
mod cut;
mod find;
mod homography;
mod judge;
mod lines;
mod picture;
mod print;
mod quad;
mod second;
mod zone;
mod zone_search;

pub use cut::PagePortrait;
pub use judge::{LEAST_EYE_DISTANCE_PX, LEAST_SHARPNESS, MOST_DOUBT, MOST_GLARE, PageRefusal};
pub use zone::{PageZone, ZoneRefusal};
