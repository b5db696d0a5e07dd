//! The page's portrait: which of the faces on which of the outlines.

use super::cover::is_covered;
use super::cut::{Found, PagePortrait, cut};
use super::homography::Homography;
use super::judge::PageRefusal;
use super::lines::lines;
use super::picture::Picture;
use super::print::is_printed;
use super::quad::{Quad, STRAIGHT_PX, quads};
use super::second::is_beside;
use crate::detect::{DetectOptions, Detection, Detector, FaceSelection, select_face};
use crate::document::photo::DocumentPhoto;
use crate::error::Result;
use crate::image::Photo;
use crate::mesh::FaceMesher;
use crate::outcome::Outcome;
use std::ops::RangeInclusive;

/// Outlines that are looked at, two runs of the detector each. The first is the page's in nearly
/// all pictures. Chosen on synthetic pages (`tests/suite/page`, seeds below 100,000).
const TRIED_OUTLINES: usize = 6;
/// Outlines that are looked at once more, closer, if none has shown a portrait. Chosen as
/// [`TRIED_OUTLINES`].
const TRIED_CLOSER: usize = 3;
/// Outlines beside the page that are looked at for a second document, once the first has shown its
/// portrait. Chosen as [`TRIED_OUTLINES`].
const TRIED_ELSEWHERE: usize = 4;
/// The share of the page, from its left, that the closer look shows: the half that portraits are
/// in.
const CLOSER_SHARE: f32 = 0.5;
/// Where the centre of a portrait's face lies across the page, in heights of the page.
///
/// By ICAO Doc 9303 a TD3 portrait is 35 × 45 mm at the left of 88 mm, on cards 25 × 32 mm at the
/// left of 54 mm is usual: centres at 0.28 and 0.33 across, boxes 0.24 and 0.28 wide. This range,
/// [`CENTER_Y`] and [`FACE_WIDTH`] have room for other layouts and for the faces' own proportions,
/// but not for ghost portraits.
const CENTER_X: RangeInclusive<f32> = 0.14..=0.62;
/// Where the centre of a portrait's face lies down the page, in heights of the page; see
/// [`CENTER_X`].
const CENTER_Y: RangeInclusive<f32> = 0.22..=0.78;
/// How wide the detector's box of a portrait's face is, in heights of the page; see [`CENTER_X`].
const FACE_WIDTH: RangeInclusive<f32> = 0.185..=0.46;
/// The share of the portrait's width up to which another face on the page is its ghost. Ghosts are
/// at most half as wide, and both widths are measured on few pixels of an outline that is not
/// exact. Set after six of 200 drawn pages (seeds from 1,000,000), whose ghosts were seen 0.60 to
/// 0.65 wide.
const GHOST_WIDTH_RATIO: f32 = 0.7;
/// Faces of similar size at which the mesh network looks; more are a refusal. Chosen by hand: a
/// portrait and its ghost are two.
const MOST_RIVALS: usize = 3;
/// Print is looked for this far from the detector's box, in widths of that: beyond the portrait's
/// edge.
const BESIDE_FACE: f32 = 0.5;

/// What one outline shows.
enum Page {
    /// No portrait.
    Empty,
    /// More than one face that could be the portrait.
    Ambiguous,
    /// One portrait.
    One(Found),
}

impl DocumentPhoto {
    /// Finds the portrait on a photograph of a data page taken by hand: turned, in perspective,
    /// with a ghost portrait beside it and other faces behind the page. The whole page has to
    /// be in the picture.
    ///
    /// A page that cannot be told, or whose portrait cannot carry a comparison, is an
    /// [`Outcome::Refused`] with one reason or several.
    /// [`Engine::document_page`](crate::engine::Engine::document_page) does this with the engine's
    /// networks.
    ///
    /// # Errors
    /// Faults of the detector and the mesher, and
    /// [`ErrorKind::LimitExceeded`](crate::error::ErrorKind::LimitExceeded) if there is no memory
    /// for the portrait.
    pub fn from_page(
        photo: &Photo,
        detector: &Detector,
        mesher: &FaceMesher,
    ) -> Result<Outcome<PagePortrait, Vec<PageRefusal>>> {
        read(photo, detector, mesher)
    }
}

/// Looks for the page's outline, on it for the portrait, and cuts that out.
fn read(photo: &Photo, detector: &Detector, mesher: &FaceMesher) -> Result<Outcome<PagePortrait, Vec<PageRefusal>>> {
    let refused = |reason| Ok(Outcome::Refused(vec![reason]));
    let (small, scale) = Picture::small(photo)?;
    let quads = quads(&lines(&small), small.width() as f32, small.height() as f32);
    if quads.is_empty() {
        return refused(PageRefusal::NoPage);
    }
    let mut found: Option<Found> = None;
    // A face that is small or tilted in the view of the whole page may yet be seen closer.
    for (share, tried) in [(1.0, TRIED_OUTLINES), (CLOSER_SHARE, TRIED_CLOSER)] {
        let mut left = tried;
        for quad in &quads {
            // Variants of an outline that has shown its portrait would only show it again.
            let same_page = |f: &Found| f.quad.holds(quad.center()) || quad.holds(f.quad.center());
            if left == 0 || found.as_ref().is_some_and(same_page) {
                continue;
            }
            left -= 1;
            match look(&small, quad, share, detector, mesher)? {
                Page::Empty => {}
                Page::One(portrait) if found.is_none() => {
                    found = Some(portrait);
                    left = left.max(TRIED_ELSEWHERE);
                }
                Page::One(_) | Page::Ambiguous => return refused(PageRefusal::Ambiguous),
            }
        }
        if found.is_some() {
            break;
        }
    }
    match found {
        None => refused(PageRefusal::NoFace),
        Some(found) if is_beside(&small, &found, detector)? => refused(PageRefusal::Ambiguous),
        Some(found) => cut(photo, &found, scale, mesher),
    }
}

/// A face that could be the portrait, on one way up of the page.
struct Candidate {
    quad: Quad,
    /// The part of the page that was searched, straightened.
    view: Photo,
    /// The whole page, straightened.
    whole: Photo,
    face: Detection,
}

/// Looks for a portrait on the left `share` of the page that `quad` outlines, both ways up.
fn look(small: &Picture, quad: &Quad, share: f32, detector: &Detector, mesher: &FaceMesher) -> Result<Page> {
    let mut candidates = Vec::with_capacity(2);
    for quad in [*quad, quad.upside_down()] {
        let height = quad.straight_height_px();
        let Some(map) = Homography::from_rectangle(STRAIGHT_PX as f32, height, &quad.corners) else {
            continue;
        };
        let view = small.view((share * STRAIGHT_PX as f32) as u32, height as u32, |p| map.apply(p))?;
        let faces = detector.detect(&view.frame(), &DetectOptions::upright())?;
        let selected = match select_face(&faces) {
            FaceSelection::One(face) => Some(face),
            // A face elsewhere on the page is not its portrait: a ghost portrait, for instance.
            FaceSelection::Several(faces) if faces.iter().any(|face| is_placed(face, height)) => {
                match widest_known(&view, &faces, mesher)? {
                    Known::Several => return Ok(Page::Ambiguous),
                    Known::One(face) => Some(face),
                    Known::None => None,
                }
            }
            FaceSelection::Several(_) | FaceSelection::None => None,
        };
        let Some(face) = selected.filter(|face| is_placed(face, height)) else { continue };
        // The closer view shows a part alone.
        let whole = small.view(STRAIGHT_PX, height as u32, |p| map.apply(p))?;
        if is_printed(&whole, face.rect.right() + BESIDE_FACE * face.rect.width()) {
            candidates.push(Candidate { quad, view, whole, face });
        }
    }
    // The detector sees faces upside down as well, the mesh network hardly ever.
    if candidates.len() > 1 {
        let mut known = Vec::with_capacity(2);
        for candidate in candidates {
            if mesher.mesh(&candidate.view.frame(), &candidate.face)?.is_face() {
                known.push(candidate);
            }
        }
        candidates = known;
    }
    Ok(match candidates.as_slice() {
        [] => Page::Empty,
        [Candidate { quad, whole, face, .. }] => {
            Page::One(Found { quad: *quad, face: *face, covered: is_covered(whole, face) })
        }
        // Portraits in both corners.
        _ => Page::Ambiguous,
    })
}

/// Whether `face` lies where portraits are, on a page of `height` pixels, and is as large.
fn is_placed(face: &Detection, height: f32) -> bool {
    let center = face.rect.center();
    let inside = |range: RangeInclusive<f32>, px: f32| range.contains(&(px / height));
    inside(CENTER_X, center.x) && inside(CENTER_Y, center.y) && inside(FACE_WIDTH, face.rect.width())
}

/// Which of several faces is clearly the largest, by their meshes.
enum Known {
    /// The mesh network knows none of them.
    None,
    /// This one.
    One(Detection),
    /// Two or more are of similar size.
    Several,
}

/// The largest of `faces` by the widths of their meshes, as the detector's boxes of small ones,
/// such as ghost portraits, are up to a quarter too wide.
fn widest_known(view: &Photo, faces: &[Detection], mesher: &FaceMesher) -> Result<Known> {
    if faces.len() > MOST_RIVALS {
        return Ok(Known::Several);
    }
    let mut known: Vec<(f32, Detection)> = Vec::with_capacity(faces.len());
    for face in faces {
        let mesh = mesher.mesh(&view.frame(), face)?;
        if let Some(bounds) = mesh.bounds().filter(|_| mesh.is_face()) {
            known.push((bounds.width(), *face));
        }
    }
    known.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    Ok(match known.as_slice() {
        [] => Known::None,
        [(widest, _), (second, _), ..] if *second > GHOST_WIDTH_RATIO * widest => Known::Several,
        [(_, face), ..] => Known::One(*face),
    })
}
