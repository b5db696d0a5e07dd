//! The canonical crop: five points of a face moved by one similarity transform onto the places
//! where a template network expects them.
//!
//! Method: the least-squares similarity of S. Umeyama (1991) onto the five points of the model's
//! card, as the ArcFace family of networks is trained; rotation, scale and shift only, so that the
//! face's proportions, which tell people apart, stay.

mod depth;
mod distance;
mod impression;
mod perspective;

pub use distance::{Distance, DistanceSource};
pub use impression::Impression;
pub use perspective::Perspective;

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::{Point, Similarity};
use crate::image::{Border, Crop};
use crate::mesh::Mesh;
use crate::model::ModelCard;

/// Side of a face's crop in pixels, as the ArcFace family of networks sees it.
pub(crate) const FAMILY_PX: usize = 112;
/// Where the five points lie in that crop.
pub(crate) const FAMILY_PLACES: [(f32, f32); 5] =
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)];

/// Where to cut a face out for a template network, and how well it fits: what [`align`] answers.
#[derive(Debug, Clone, PartialEq)]
pub struct AlignedCrop {
    /// The crop: its size is the network's input, and what lies outside the frame is black, as in
    /// the networks' training.
    pub crop: Crop,
    /// The root mean square distance between the five points and their places, in pixels of the
    /// crop. 0 is a perfect fit; a face in profile, or one that is badly landmarked, fits
    /// badly.
    pub residual_px: f32,
}

/// Finds the crop of the face of `mesh` for the template network that `card` describes.
///
/// # Errors
/// [`ErrorKind::InvalidModel`] if the card has no alignment points, and the errors of
/// [`align_points`].
pub fn align(mesh: &Mesh, card: &ModelCard) -> Result<AlignedCrop> {
    let Some(alignment) = &card.alignment else {
        return Err(Error::new(
            ErrorKind::InvalidModel,
            Stage::Align,
            format!("the card of {:?} has no [alignment]", card.id),
        ));
    };
    align_points(&mesh.alignment_points(), &alignment.points(), card.input.width, card.input.height)
}

/// Finds the crop of `width` × `height` pixels in which the points `source_px` lie as close as can
/// be to the points `aligned_px`.
///
/// Both lists are right eye, left eye, nose tip, right and left mouth corner (the subject's), the
/// first in pixels of the upright source, the second in pixels of the crop. The sum of squared
/// distances is least in pixels of the crop.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] if the points coincide or are not finite.
pub fn align_points(
    source_px: &[Point; 5],
    aligned_px: &[Point; 5],
    width: usize,
    height: usize,
) -> Result<AlignedCrop> {
    let degenerate =
        || Error::new(ErrorKind::InvalidArgument, Stage::Align, "the five points coincide, or are not finite");
    let aligned_from_source = Similarity::fit(source_px, aligned_px).ok_or_else(degenerate)?;
    let source_from_target = aligned_from_source.inverse().ok_or_else(degenerate)?;
    let squares = source_px.iter().zip(aligned_px).map(|(p, q)| aligned_from_source.apply(*p).distance(*q).powi(2));
    let residual_px = (squares.sum::<f32>() / aligned_px.len() as f32).sqrt();
    if !residual_px.is_finite() {
        return Err(degenerate());
    }
    Ok(AlignedCrop { crop: Crop { width, height, source_from_target, border: Border::Black }, residual_px })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn card() -> ModelCard {
        ModelCard::parse(include_str!("../../models/template.toml")).unwrap()
    }

    fn places() -> [Point; 5] {
        card().alignment.unwrap().points()
    }

    proptest! {
        #[test]
        fn a_moved_face_is_moved_back(scale in 0.2f32..12.0, angle in -180f32..180.0, x in -900f32..900.0, y in -900f32..900.0) {
            let motion = Similarity::new(scale, angle, Point::new(x, y)).unwrap();
            let aligned = align_points(&places().map(|p| motion.apply(p)), &places(), 112, 112).unwrap();
            prop_assert!(aligned.residual_px < 2e-2, "{}", aligned.residual_px);
            for p in [Point::new(0.0, 0.0), Point::new(112.0, 0.0), Point::new(30.0, 100.0)] {
                let error = aligned.crop.source_from_target.apply(p).distance(motion.apply(p));
                prop_assert!(error < 1e-3 * (scale * 112.0 + x.abs() + y.abs() + 1.0), "{error}");
            }
        }
    }

    #[test]
    fn residual_is_measured_in_pixels_of_the_crop() {
        // The nose 10 px to the side in a picture of twice the crop's scale: 5 px in the crop, less
        // what the fit takes up.
        let motion = Similarity::new(2.0, 30.0, Point::new(100.0, 50.0)).unwrap();
        let mut points = places();
        points[2].x += 5.0;
        let aligned = align_points(&points.map(|p| motion.apply(p)), &places(), 112, 112).unwrap();
        let upper = (25.0f32 / 5.0).sqrt();
        assert!(aligned.residual_px > 0.7 * upper && aligned.residual_px < upper, "{}", aligned.residual_px);
    }

    #[test]
    fn a_mirrored_face_does_not_fit() {
        // Right and left swapped: no similarity undoes a reflection.
        let aligned = align_points(&places().map(|p| Point::new(112.0 - p.x, p.y)), &places(), 112, 112).unwrap();
        assert!(aligned.residual_px > 10.0);
    }

    #[test]
    fn degenerate_points_and_cards_are_errors() {
        let kind = |points| align_points(&points, &places(), 112, 112).unwrap_err().kind();
        assert_eq!(kind([Point::new(5.0, 5.0); 5]), ErrorKind::InvalidArgument);
        let mut points = places();
        points[3].y = f32::NAN;
        assert_eq!(kind(points), ErrorKind::InvalidArgument);
        let mesh = Mesh::new([[0.0; 3]; 468], 1.0).unwrap();
        assert_eq!(align(&mesh, &card()).unwrap_err().kind(), ErrorKind::InvalidArgument);
        let card = ModelCard { alignment: None, ..card() };
        assert_eq!(align(&mesh, &card).unwrap_err().kind(), ErrorKind::InvalidModel);
    }
}
