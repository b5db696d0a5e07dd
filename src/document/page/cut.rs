//! The portrait cut out of the photograph: straightened, as fine as the photograph shows it, and
//! judged.

use super::homography::Homography;
use super::judge::{self, PageRefusal};
use super::picture::Picture;
use super::quad::{Quad, STRAIGHT_PX};
use super::zone::{self, PageZone, ZoneRefusal};
use crate::detect::Detection;
use crate::document::origin::Origin;
use crate::document::photo::DocumentPhoto;
use crate::error::Result;
use crate::geometry::{Point, Rect};
use crate::image::Photo;
use crate::mesh::FaceMesher;
use crate::outcome::Outcome;
use crate::quality::{QualityReport, assess};

/// How far a face on a page may be turned in the picture plane, in degrees; more is the detector's
/// mistake. Chosen by hand.
const MOST_ROLL_DEG: f32 = 40.0;
/// Width of the portrait that is cut out, in widths of the detector's box: hair with some ground,
/// as on a passport photograph.
const CUT_WIDTH: f32 = 2.0;
/// Height of the portrait that is cut out, in widths of the detector's box: hair and chin with some
/// ground, as on a passport photograph.
const CUT_HEIGHT: f32 = 2.5;
/// Width of the cut portrait at most, in pixels: four times what templates see.
const MAX_CUT_PX: f32 = 640.0;

/// A face on a straightened page, in pixels of that.
pub(super) struct Found {
    /// The page's outline, the way up in which the face was found.
    pub(super) quad: Quad,
    /// The face, in pixels of the page that [`Quad::straight_height_px`] describes.
    pub(super) face: Detection,
    /// Whether a finger seems to lie over the portrait.
    pub(super) covered: bool,
}

/// The portrait of a photographed data page, cut out and straightened, and where it was.
///
/// [`DocumentPhoto::from_page`] finds it.
#[derive(Debug)]
#[non_exhaustive]
pub struct PagePortrait {
    /// The portrait, upright and without the page's perspective; its origin is [`Origin::Page`].
    pub document: DocumentPhoto,
    /// The page's corners in the photograph, in pixels: upper left, upper right, lower right and
    /// lower left of the upright page.
    pub corners: [Point; 4],
    /// Centres of the subject's right and left eye in the photograph, in pixels.
    pub eyes: [Point; 2],
    /// Quality of the portrait's face.
    pub quality: QualityReport,
    /// What the machine-readable zone of the same page says, or why it was not read. Fronts of
    /// cards have none.
    pub zone: Outcome<PageZone, ZoneRefusal>,
}

/// Cuts the portrait out of the photograph, and judges it. `scale` pixels of the photograph are one
/// of the small copy that `found` was found in.
pub(super) fn cut(
    photo: &Photo,
    found: &Found,
    scale: f32,
    mesher: &FaceMesher,
) -> Result<Outcome<PagePortrait, Vec<PageRefusal>>> {
    let refused = |reasons| Ok(Outcome::Refused(reasons));
    let quad = &found.quad;
    let height = quad.straight_height_px();
    let corners = quad.corners.map(|p| Point::new(scale * p.x, scale * p.y));
    // Where each point of the straightened page lies in the photograph itself, not its small copy.
    let Some(photo_from_page) = Homography::from_rectangle(STRAIGHT_PX as f32, height, &corners) else {
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
    // As fine as the photograph shows it in its finer direction: nothing is lost, little is made
    // up.
    let cut_per_page = fine.min(MAX_CUT_PX / width);
    let [cut_width, cut_height] = [width, height].map(|side| (side * cut_per_page).round().max(1.0) as u32);
    let page_from_cut = |p: Point| Point::new(corner.x + p.x / cut_per_page, corner.y + p.y / cut_per_page);

    // Only the part of the photograph that the portrait needs is turned into floats.
    let outline = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
        .map(|(x, y)| photo_from_page.apply(Point::new(corner.x + x, corner.y + y)));
    let reduction = (fine / cut_per_page).max(1.0);
    let Some((picture, offset)) = Picture::about(photo, &outline, reduction)? else {
        return refused(vec![PageRefusal::NoFace]);
    };
    let portrait = picture.view(cut_width, cut_height, |p| {
        let p = photo_from_page.apply(page_from_cut(p));
        Point::new((p.x - offset.x) / reduction, (p.y - offset.y) / reduction)
    })?;

    // The detection moves into the cut portrait, where the mesh network takes it up.
    let cut_from_page = |p: Point| Point::new((p.x - corner.x) * cut_per_page, (p.y - corner.y) * cut_per_page);
    let (a, b) =
        (cut_from_page(Point::new(rect.left(), rect.top())), cut_from_page(Point::new(rect.right(), rect.bottom())));
    let Some(rect) = Rect::from_edges(a.x, a.y, b.x, b.y) else {
        return refused(vec![PageRefusal::NoFace]);
    };
    let face = Detection { rect, keypoints: found.face.keypoints.map(cut_from_page), ..found.face };
    let frame = portrait.frame();
    let mesh = mesher.mesh(&frame, &face)?;
    // The mesh network's face flag has a veto here, too.
    if !mesh.is_face() || mesh.roll_deg().abs() > MOST_ROLL_DEG {
        return refused(vec![PageRefusal::NoFace]);
    }
    let quality = assess(&frame, &mesh)?;
    // In pixels of the photograph, in the direction in which it has fewer, not of the cut portrait,
    // which may be finer.
    let eye_distance_px = mesh.inter_eye_distance_px() * coarse / cut_per_page;
    let doubt = judge::doubt(&portrait, &face, &mesh, mesher)?;
    let reasons = judge::reasons(&quality, eye_distance_px, doubt, found.covered);
    if !reasons.is_empty() {
        return refused(reasons);
    }
    let eyes = [mesh.right_eye(), mesh.left_eye()].map(|p| photo_from_page.apply(page_from_cut(p)));
    let document = DocumentPhoto::from_photo(portrait, Origin::Page);
    let zone = zone::read(photo, &corners, quad.aspect)?;
    Ok(Outcome::Found(PagePortrait { document, corners, eyes, quality, zone }))
}
