//! The oval on the screen and the oval about a face, in pixels of the upright frame.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::Point;
use crate::mesh::{HeadPose, Mesh};

/// Height of a face's oval over its width: the golden ratio, as in deployed clients (AWS Amplify's
/// face liveness).
pub(crate) const HEIGHT_OVER_WIDTH: f32 = 1.618;
/// Width of a face's oval in centimetres of the canonical face. Amplify's rule, the mean of twice
/// the distance of the eyes and 1.8 times that from the eyes to the mouth, gives this on the
/// canonical face.
const FACE_WIDTH_CM: f32 = 12.6;

/// An upright oval in a frame: the one to fill, or the one about a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Oval {
    /// The centre of the oval, in pixels of the upright frame.
    pub center: Point,
    /// The width of the oval in pixels.
    pub width_px: f32,
    /// The height of the oval in pixels.
    pub height_px: f32,
}

/// The oval that a face is to fill.
///
/// By default it is centred, and 0.47 of the width. Amplify takes 0.8; but at 0.8 a phone is held
/// at some 20 cm, where noses are large and the flash blinds, and at 0.47 at some 30 cm.
///
/// ```
/// use selfsame::capture::OvalSpec;
/// let oval = OvalSpec::default().in_frame(720, 1280);
/// assert!((oval.width_px - 0.47 * 720.0).abs() < 0.01);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OvalSpec {
    /// An oval in the middle of the frame; its width is `width` (0 to 1) times the frame's width,
    /// or times ¾ of the frame's height where the frame is wider than that, so that portrait
    /// and landscape cameras ask for one distance.
    Centered {
        /// The oval's width as a share, above 0 and at most 1.
        width: f32,
    },
    /// An oval that the client places, as shares (0 to 1) of the frame's width and height: for
    /// kiosks with their own layout.
    Placed {
        /// The oval's centre: shares of the frame's width and height, 0 ..= 1.
        center: [f32; 2],
        /// The oval's width and height: shares of the frame's, above 0 and at most 1.
        size: [f32; 2],
    },
}

impl Default for OvalSpec {
    /// Centred, 0.47 of the width.
    fn default() -> Self {
        Self::Centered { width: 0.47 }
    }
}

impl OvalSpec {
    /// Checks that the oval is one.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] unless all shares are within 0 to 1 and the sizes positive.
    pub(super) fn check(&self) -> Result<()> {
        let share = |v: f32| (0.0..=1.0).contains(&v);
        let fits = match self {
            Self::Centered { width } => share(*width) && *width > 0.0,
            Self::Placed { center, size } => {
                center.iter().chain(size).all(|v| share(*v)) && size.iter().all(|v| *v > 0.0)
            }
        };
        if fits {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidArgument, Stage::Capture, "the oval's shares are not within 0 to 1"))
    }

    /// The oval to fill in a frame of `width_px` × `height_px`, upright.
    #[must_use]
    pub fn in_frame(&self, width_px: u32, height_px: u32) -> Oval {
        let (width, height) = (width_px as f32, height_px as f32);
        match *self {
            Self::Centered { width: share } => {
                // Never higher than the frame.
                let width_px = (share * width.min(0.75 * height)).min(0.95 * height / HEIGHT_OVER_WIDTH);
                let center = Point::new(0.5 * width, 0.5 * height);
                Oval { center, width_px, height_px: HEIGHT_OVER_WIDTH * width_px }
            }
            Self::Placed { center: [x, y], size: [w, h] } => {
                Oval { center: Point::new(x * width, y * height), width_px: w * width, height_px: h * height }
            }
        }
    }
}

/// The oval about a face: centred between the top of the forehead and the chin, as wide as the
/// head's size asks, however it is turned; `None` if the mesh has no extent.
pub fn face_oval(mesh: &Mesh) -> Option<Oval> {
    mesh.pose().map(|pose| Oval::about(mesh, &pose))
}

impl Oval {
    /// [`face_oval`] of a mesh whose pose is known.
    pub(super) fn about(mesh: &Mesh, pose: &HeadPose) -> Self {
        let width_px = FACE_WIDTH_CM * pose.px_per_cm;
        Self { center: mesh.forehead().midpoint(mesh.chin()), width_px, height_px: HEIGHT_OVER_WIDTH * width_px }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::canonical_vertices_cm;

    #[test]
    fn portrait_and_landscape_ask_for_one_distance() {
        let spec = OvalSpec::Centered { width: 0.6 };
        let portrait = spec.in_frame(720, 1280);
        assert!((portrait.width_px - 432.0).abs() < 1e-3 && portrait.center == Point::new(360.0, 640.0));
        let landscape = spec.in_frame(1280, 720);
        assert!((landscape.width_px - 0.6 * 540.0).abs() < 1e-3, "{landscape:?}");
        let wide = OvalSpec::Centered { width: 1.0 }.in_frame(1280, 720);
        assert!(wide.height_px <= 720.0, "{wide:?}");
    }

    #[test]
    fn the_client_s_oval_is_taken_as_given() {
        let oval = OvalSpec::Placed { center: [0.25, 0.5], size: [0.5, 0.75] }.in_frame(400, 800);
        assert_eq!((oval.center, oval.width_px, oval.height_px), (Point::new(100.0, 400.0), 200.0, 600.0));
        for bad in [[0.0, 0.5], [0.5, 1.5], [f32::NAN, 0.5]] {
            let spec = OvalSpec::Placed { center: [0.5, 0.5], size: bad };
            assert_eq!(spec.check().unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
        assert!(OvalSpec::Centered { width: -0.1 }.check().is_err() && OvalSpec::default().check().is_ok());
    }

    #[test]
    fn a_face_s_oval_holds_the_face_and_follows_amplify_s_rule() {
        let points = canonical_vertices_cm().map(|[x, y, z]| [500.0 + 20.0 * x, 400.0 - 20.0 * y, -20.0 * z]);
        let mesh = Mesh::new(points, 1.0).unwrap();
        let oval = face_oval(&mesh).unwrap();
        let mouth = mesh.right_mouth_corner().midpoint(mesh.left_mouth_corner());
        let rule = 0.5 * (2.0 * mesh.inter_eye_distance_px() + 1.8 * mesh.eye_midpoint().distance(mouth));
        assert!((oval.width_px / rule - 1.0).abs() < 0.02, "{} for {rule}", oval.width_px);
        let bounds = mesh.bounds().unwrap();
        assert!(
            oval.center.y - 0.5 * oval.height_px < bounds.top()
                && oval.center.y + 0.5 * oval.height_px > bounds.bottom()
        );
        assert_eq!(face_oval(&Mesh::new([[1.0; 3]; 468], 1.0).unwrap()), None);
    }
}
