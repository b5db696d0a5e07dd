//! Whether the portrait of a photographed page can carry a comparison.

use crate::detect::Detection;
use crate::error::Result;
use crate::geometry::{Point, Rect};
use crate::image::Photo;
use crate::mesh::{FaceMesher, Mesh};
use crate::quality::{QualityRefusal, QualityReport};
use crate::words::words;

/// Why a photograph of a data page gave no portrait.
///
/// These are the holder's to mend: another photograph, with more light or nearer. Show what the
/// word says in the user's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PageRefusal {
    /// There is no page, or not the whole of it, or its edges cannot be told from the ground.
    NoPage,
    /// There is a page, and no portrait at its place.
    NoFace,
    /// Two faces could be the portrait: two pages, or two faces of similar size on one.
    Ambiguous,
    /// The eyes are closer than [`LEAST_EYE_DISTANCE_PX`].
    FaceTooSmall,
    /// The face is less sharp than [`LEAST_SHARPNESS`].
    Blurred,
    /// More of the face is blown out than [`MOST_GLARE`].
    Glare,
    /// Something seems to lie over the face: [`MOST_DOUBT`], or skin goes on from it beyond the
    /// portrait.
    Occluded,
    /// The face is nearly black.
    NearlyBlack,
}

words!(PageRefusal {
    NoPage => "no_page",
    NoFace => "no_face",
    Ambiguous => "ambiguous",
    FaceTooSmall => "face_too_small",
    Blurred => "blurred",
    Glare => "glare",
    Occluded => "occluded",
    NearlyBlack => "nearly_black",
});

/// The least distance between the eyes, in pixels of the photograph, in the direction in which it
/// has fewer of them.
///
/// It lies over the engine's own limit ([`crate::quality::REFUSED_INTER_EYE_DISTANCE_PX`]), since
/// print and hand-held blur take their share. A guess, not measured.
pub const LEAST_EYE_DISTANCE_PX: f32 = 20.0;
/// The least [`QualityReport::sharpness`] of a page's portrait.
///
/// Chosen on synthetic pages (`tests/suite/page`): 2 of 120 readable ones have less than 0.003.
pub const LEAST_SHARPNESS: f32 = 0.002;
/// The largest share of the face that may be blown out ([`QualityReport::over_exposure`]).
///
/// Chosen on synthetic pages (`tests/suite/page`): 98 % of those without glare over the face have
/// none.
pub const MOST_GLARE: f32 = 0.05;
/// The largest doubt of the mesh network that it sees a face: one less the least [`Mesh::flag`] of
/// several views.
///
/// Chosen on synthetic pages (`tests/suite/page`), of which 1 % have more; of those with a finger
/// over a part of the face that the detector still finds, 77 to 85 % have more. It is no measure of
/// the standard's: a printed pattern over the face may raise it, too.
pub const MOST_DOUBT: f32 = 1e-5;

/// How sure the mesh network is of the face, seen from its detection and from its mesh, as it is
/// and mirrored: what covers a face makes it waver, in some views more than in others.
pub(super) fn doubt(portrait: &Photo, face: &Detection, mesh: &Mesh, mesher: &FaceMesher) -> Result<f32> {
    let other = mirrored(portrait)?;
    let mirror_x = |p: Point| Point::new(portrait.width() as f32 - p.x, p.y);
    let rect = face.rect;
    let (left, right) = (mirror_x(Point::new(rect.right(), 0.0)).x, mirror_x(Point::new(rect.left(), 0.0)).x);
    let [right_eye, left_eye, nose, mouth, right_ear, left_ear] = face.keypoints.map(mirror_x);
    // A box without a mirror image is so far off that its edges are one: in doubt refused.
    let Some(rect) = Rect::from_edges(left, rect.top(), right, rect.bottom()) else { return Ok(1.0) };
    let turned = Detection { rect, keypoints: [left_eye, right_eye, nose, mouth, left_ear, right_ear], ..*face };
    // Four views in all: as detected, as the first mesh lies, and both mirrored. Left and right
    // change places in the mirror, so that the keypoints do, too.
    let again = mesher.refine(&portrait.frame(), mesh)?;
    let mirror = mesher.mesh(&other.frame(), &turned)?;
    let mirror_again = mesher.refine(&other.frame(), &mirror)?;
    let flags = [mesh, &again, &mirror, &mirror_again].map(Mesh::flag);
    Ok(1.0 - flags.into_iter().fold(1.0, f32::min))
}

/// The photo with left and right exchanged.
fn mirrored(photo: &Photo) -> Result<Photo> {
    let row = 3 * photo.width() as usize;
    let rows = photo.pixels().chunks_exact(row.max(1));
    let pixels = rows.flat_map(|row| row.as_chunks::<3>().0.iter().rev().flatten().copied()).collect();
    Photo::from_rgb8(photo.width(), photo.height(), pixels)
}

/// The reasons against a portrait; none for a good one. Written so that NaN would refuse.
pub(super) fn reasons(quality: &QualityReport, eye_distance_px: f32, doubt: f32, covered: bool) -> Vec<PageRefusal> {
    let (sharpness, blown) = (quality.sharpness, quality.over_exposure.native);
    // All that hold are told, so that the next photograph can mend them at once.
    let conditions = [
        (eye_distance_px.is_nan() || eye_distance_px < LEAST_EYE_DISTANCE_PX, PageRefusal::FaceTooSmall),
        (quality.refusals.contains(&QualityRefusal::NearlyBlack), PageRefusal::NearlyBlack),
        (sharpness.is_nan() || sharpness < LEAST_SHARPNESS, PageRefusal::Blurred),
        (blown.is_nan() || blown > MOST_GLARE, PageRefusal::Glare),
        (covered || doubt.is_nan() || doubt > MOST_DOUBT, PageRefusal::Occluded),
    ];
    conditions.into_iter().filter_map(|(holds, reason)| holds.then_some(reason)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirroring_twice_changes_nothing() {
        let photo = Photo::from_rgb8(3, 2, (0..18).collect()).unwrap();
        let once = mirrored(&photo).unwrap();
        assert_eq!(once.pixels()[..9], [6, 7, 8, 3, 4, 5, 0, 1, 2]);
        assert_eq!(mirrored(&once).unwrap().pixels(), photo.pixels());
    }

    #[test]
    fn words_are_stable() {
        use PageRefusal::*;
        let words =
            [NoPage, NoFace, Ambiguous, FaceTooSmall, Blurred, Glare, Occluded, NearlyBlack].map(PageRefusal::as_str);
        let expected =
            ["no_page", "no_face", "ambiguous", "face_too_small", "blurred", "glare", "occluded", "nearly_black"];
        assert_eq!(words, expected);
    }
}
