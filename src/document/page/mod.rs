//! The data page photographed by hand: where the page lies, which of the faces is its portrait, and
//! whether that can carry a comparison.
//!
//! Method: the page's outline comes first (`lines`, `quad`), faces second. Four long edges that
//! enclose a rectangle of a passport's or a card's proportions are taken for a page; it is
//! straightened, and looked at both ways up; its portrait is the dominant face in the left part, of
//! the size that portraits have on pages, with print at its right (`print`). What is not on
//! a page (the holder's own face behind it, a picture on the wall) is thus never a candidate, and
//! of a ghost portrait size and place tell. In doubt the page is refused.
//!
//! The whole page has to be in the picture. Nothing here says that it is genuine, or more than a
//! print of one.

mod homography;
mod judge;
mod lines;
mod picture;
mod print;
mod quad;

pub use judge::{LEAST_EYE_DISTANCE_PX, LEAST_SHARPNESS, MOST_DOUBT, MOST_GLARE, PageRefusal};

use super::{DocumentPhoto, Origin};
use crate::detect::{DetectOptions, Detection, Detector, FaceSelection, select_face};
use crate::error::Result;
use crate::geometry::{Point, Rect};
use crate::image::Photo;
use crate::mesh::FaceMesher;
use crate::outcome::Outcome;
use crate::quality::{QualityReport, assess};
use homography::Homography;
use picture::Picture;
use quad::Quad;
use std::ops::RangeInclusive;

/// Width of the straightened page in which faces are looked for, in pixels: the detector sees it at
/// half of that.
const RECTIFIED_PX: u32 = 384;
/// Outlines that are looked at, two runs of the detector each. The first is the page's in nearly
/// all pictures.
const TRIED_OUTLINES: usize = 6;
/// If none of them shows a portrait, the left part of the best is looked at once more, closer.
const TRIED_CLOSER: usize = 3;
const CLOSER_SHARE: f32 = 0.5;
/// Where the centre of a portrait's face lies and how wide the detector's box is, in heights of the
/// page. By ICAO Doc 9303 a TD3 portrait is 35 × 45 mm at the left of 88 mm, on cards 25 × 32 mm at
/// the left of 54 mm is usual: centres at 0.28 and 0.33 across, boxes of 0.24 and 0.28. With room
/// for other layouts and for the faces' own proportions, but not for ghosts.
const CENTER_X: RangeInclusive<f32> = 0.14..=0.62;
const CENTER_Y: RangeInclusive<f32> = 0.22..=0.78;
const FACE_WIDTH: RangeInclusive<f32> = 0.185..=0.46;
/// Print is looked for this far from the detector's box, in widths of that: beyond the portrait's
/// edge.
const BESIDE_FACE: f32 = 0.5;
/// A face on a page is upright within this; more is the detector's mistake.
const MOST_ROLL_DEG: f32 = 40.0;
/// The portrait that is cut out, in widths of the detector's box: hair and chin with some ground,
/// as on a passport photograph.
const CUT_WIDTH: f32 = 2.0;
const CUT_HEIGHT: f32 = 2.5;
/// The cut portrait is at most this wide, in pixels: four times what templates see.
const MAX_CUT_PX: f32 = 640.0;

/// The portrait of a photographed page, cut out and straightened, and where it was.
#[derive(Debug)]
pub struct PagePortrait {
    /// The portrait, upright and without the page's perspective; its origin is [`Origin::Page`].
    pub document: DocumentPhoto,
    /// The page's corners in the photograph: of the upright page upper left, upper right, lower
    /// right, lower left.
    pub corners: [Point; 4],
    /// Centres of the subject's right and left eye in the photograph.
    pub eyes: [Point; 2],
    /// Quality of the portrait's face.
    pub quality: QualityReport,
}

/// A face on a straightened page, in pixels of that.
struct Found {
    quad: Quad,
    face: Detection,
}

/// What one outline shows.
enum Page {
    Empty,
    Ambiguous,
    One(Found),
}

pub(super) fn read(
    photo: &Photo,
    detector: &Detector,
    mesher: &FaceMesher,
) -> Result<Outcome<PagePortrait, Vec<PageRefusal>>> {
    let refused = |reason| Ok(Outcome::Refused(vec![reason]));
    let (small, scale) = Picture::small(photo)?;
    let quads = quad::quads(&lines::lines(&small), small.width() as f32, small.height() as f32);
    if quads.is_empty() {
        return refused(PageRefusal::NoPage);
    }
    let mut found: Option<Found> = None;
    // A face that is small or tilted in the view of the whole page may yet be seen closer.
    for (share, tried) in [(1.0, TRIED_OUTLINES), (CLOSER_SHARE, TRIED_CLOSER)] {
        let mut left = tried;
        for quad in &quads {
            let same_page = |f: &Found| f.quad.holds(quad.center()) || quad.holds(f.quad.center());
            if left == 0 || found.as_ref().is_some_and(same_page) {
                continue;
            }
            left -= 1;
            match look(&small, quad, share, detector)? {
                Page::Empty => {}
                Page::One(portrait) if found.is_none() => found = Some(portrait),
                Page::One(_) | Page::Ambiguous => return refused(PageRefusal::Ambiguous),
            }
        }
        if found.is_some() {
            break;
        }
    }
    match found {
        None => refused(PageRefusal::NoFace),
        Some(found) => cut(photo, &found, scale, mesher),
    }
}

fn rectified_height_px(quad: &Quad) -> f32 {
    (RECTIFIED_PX as f32 / quad.aspect).round()
}

/// Looks for a portrait on the left `share` of the page that `quad` outlines, both ways up.
fn look(small: &Picture, quad: &Quad, share: f32, detector: &Detector) -> Result<Page> {
    let mut page = Page::Empty;
    for quad in [*quad, quad.upside_down()] {
        let height = rectified_height_px(&quad);
        let Some(map) = Homography::from_rectangle(RECTIFIED_PX as f32, height, &quad.corners) else {
            continue;
        };
        let view = small.view((share * RECTIFIED_PX as f32) as u32, height as u32, |p| map.apply(p))?;
        let faces = detector.detect(&view.frame(), &DetectOptions::upright())?;
        let placed = |face: &Detection| {
            let center = face.rect.center();
            let inside = |range: RangeInclusive<f32>, px: f32| range.contains(&(px / height));
            inside(CENTER_X, center.x) && inside(CENTER_Y, center.y) && inside(FACE_WIDTH, face.rect.width())
        };
        let selected = select_face(&faces);
        let candidate = match &selected {
            FaceSelection::One(face) => Some(face),
            FaceSelection::Several(faces) => faces.iter().find(|face| placed(face)),
            FaceSelection::None => None,
        };
        let Some(candidate) = candidate.filter(|face| placed(face)) else { continue };
        // The closer view shows a part alone.
        let whole = small.view(RECTIFIED_PX, height as u32, |p| map.apply(p))?;
        if !print::is_printed(&whole, candidate.rect.right() + BESIDE_FACE * candidate.rect.width()) {
            continue;
        }
        page = match (selected, page) {
            (FaceSelection::One(face), Page::Empty) => Page::One(Found { quad, face }),
            // Portraits in both corners, or beside a face as large.
            _ => Page::Ambiguous,
        };
    }
    Ok(page)
}

/// Cuts the portrait out of the photograph, and judges it.
fn cut(
    photo: &Photo,
    found: &Found,
    scale: f32,
    mesher: &FaceMesher,
) -> Result<Outcome<PagePortrait, Vec<PageRefusal>>> {
    let refused = |reasons| Ok(Outcome::Refused(reasons));
    let quad = &found.quad;
    let height = rectified_height_px(quad);
    let corners = quad.corners.map(|p| Point::new(scale * p.x, scale * p.y));
    let Some(photo_from_page) = Homography::from_rectangle(RECTIFIED_PX as f32, height, &corners) else {
        return refused(vec![PageRefusal::NoPage]);
    };
    let (rect, center) = (found.face.rect, found.face.rect.center());
    let (width, height) = (CUT_WIDTH * rect.width(), CUT_HEIGHT * rect.width());
    let corner = Point::new(center.x - 0.5 * width, center.y - 0.5 * height);

    // Pixels of the photograph per pixel of the straightened page, across and down the face.
    let across = |x, y| {
        let half = |sign: f32| photo_from_page.apply(Point::new(center.x + sign * x, center.y + sign * y));
        half(1.0).distance(half(-1.0)) / (2.0 * f32::hypot(x, y))
    };
    let density = [across(0.5 * rect.width(), 0.0), across(0.0, 0.5 * rect.width())];
    let [fine, coarse] = [density[0].max(density[1]), density[0].min(density[1])];
    let cut_per_page = fine.min(MAX_CUT_PX / width);
    let [cut_width, cut_height] = [width, height].map(|side| (side * cut_per_page).round().max(1.0) as u32);
    let page_from_cut = |p: Point| Point::new(corner.x + p.x / cut_per_page, corner.y + p.y / cut_per_page);

    let outline = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
        .map(|(x, y)| photo_from_page.apply(Point::new(corner.x + x, corner.y + y)));
    let Some(part) = part_of(photo, &outline) else {
        return refused(vec![PageRefusal::NoFace]);
    };
    let reduction = (fine / cut_per_page).max(1.0);
    let offset = Point::new(part.left(), part.top());
    let picture = Picture::part(photo, offset, reduction, part.width(), part.height())?;
    let portrait = picture.view(cut_width, cut_height, |p| {
        let p = photo_from_page.apply(page_from_cut(p));
        Point::new((p.x - offset.x) / reduction, (p.y - offset.y) / reduction)
    })?;

    let cut_from_page = |p: Point| Point::new((p.x - corner.x) * cut_per_page, (p.y - corner.y) * cut_per_page);
    let (a, b) =
        (cut_from_page(Point::new(rect.left(), rect.top())), cut_from_page(Point::new(rect.right(), rect.bottom())));
    let Some(rect) = Rect::from_edges(a.x, a.y, b.x, b.y) else {
        return refused(vec![PageRefusal::NoFace]);
    };
    let face = Detection { rect, keypoints: found.face.keypoints.map(cut_from_page), ..found.face };
    let frame = portrait.frame();
    let mesh = mesher.mesh(&frame, &face)?;
    if !mesh.is_face() || mesh.roll_deg().abs() > MOST_ROLL_DEG {
        return refused(vec![PageRefusal::NoFace]);
    }
    let quality = assess(&frame, &mesh)?;
    let eye_distance_px = mesh.inter_eye_distance_px() * coarse / cut_per_page;
    let doubt = judge::doubt(&portrait, &face, &mesh, mesher)?;
    let reasons = judge::reasons(&quality, eye_distance_px, doubt);
    if !reasons.is_empty() {
        return refused(reasons);
    }
    let eyes = [mesh.right_eye(), mesh.left_eye()].map(|p| photo_from_page.apply(page_from_cut(p)));
    let document = DocumentPhoto::from_photo(portrait, Origin::Page);
    Ok(Outcome::Found(PagePortrait { document, corners, eyes, quality }))
}

/// The part of the photograph about `outline`; `None` if that lies outside.
fn part_of(photo: &Photo, outline: &[Point; 4]) -> Option<Rect> {
    let (mut low, mut high) = (Point::new(f32::MAX, f32::MAX), Point::new(f32::MIN, f32::MIN));
    for p in outline {
        (low.x, low.y) = (low.x.min(p.x), low.y.min(p.y));
        (high.x, high.y) = (high.x.max(p.x), high.y.max(p.y));
    }
    let (width, height) = (photo.width() as f32, photo.height() as f32);
    let inside = |v: f32, side: f32| v.clamp(0.0, side);
    let rect = Rect::from_edges(
        inside((low.x - 2.0).floor(), width),
        inside((low.y - 2.0).floor(), height),
        inside((high.x + 2.0).ceil(), width),
        inside((high.y + 2.0).ceil(), height),
    )?;
    (rect.width() >= 1.0 && rect.height() >= 1.0).then_some(rect)
}
