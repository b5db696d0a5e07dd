//! The mesher: which crop of a frame the network looks at, and whether it has to look twice.

use super::points::{Mesh, POINT_COUNT};
use super::view::View;
use crate::detect::Detection;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::{Point, Similarity, square};
use crate::image::{Border, Crop, Frame, Normalisation, warp_into};
use crate::model::Model;
use crate::simd::scratch;

/// Side of the network's input in pixels.
pub(super) const INPUT_PX: usize = View::SIDE_PX;
/// The crop's side over the larger side of the detected box, or of the box about an earlier mesh:
/// what MediaPipe's face mesh takes.
const CROP_SCALE: f32 = 1.5;

/// A first mesh that disagrees with its detection about the roll by more than this is refined.
/// Chosen by hand, not tuned.
const ROLL_SURPRISE_DEG: f32 = 10.0;
/// A first mesh that is rolled by more than this against the nearest quarter turn is refined, since
/// detections of such faces are shifted. On LFW turned by 45° the mean error of the five alignment
/// points falls from 4.0 % to 2.6 % of the inter-eye distance.
const DIAGONAL_DEG: f32 = 25.0;

/// Finds the dense landmarks of a detected face. All threads can share one mesher: each call uses
/// its thread's own buffers, and there is no lock.
pub struct FaceMesher {
    model: Model,
    normalisation: Normalisation,
}

impl std::fmt::Debug for FaceMesher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaceMesher").field("model", &self.model.card.id).finish()
    }
}

impl FaceMesher {
    /// A mesher that runs `model`: MediaPipe's face landmark network, or one of the same shapes.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] unless the input is 192 × 192 × 3 and the outputs are
    /// `landmarks` (1404) and `face_flag` (1).
    pub fn new(model: Model) -> Result<Self> {
        let signature = model.network.signature();
        let input = (signature.height, signature.width, signature.channels) == (INPUT_PX, INPUT_PX, 3);
        let outputs = matches!(signature.outputs.as_slice(), [(points, _), (flag, _)] if points == "landmarks" && flag == "face_flag");
        let lengths = (signature.output_len(0), signature.output_len(1)) == (Some(3 * POINT_COUNT), Some(1));
        if !(input && outputs && lengths) {
            return Err(Error::new(
                ErrorKind::InvalidModel,
                Stage::Mesh,
                format!("{:?} is not a 192 × 192 mesh network with landmarks (1404) and face_flag (1)", model.card.id),
            ));
        }
        let normalisation = Normalisation::from(&model.card.input);
        Ok(Self { model, normalisation })
    }

    /// Draws the mesh of the face that `detection` found in `frame`: one run of the network, or two
    /// for a face that is rolled otherwise than its detection says or lies diagonally.
    ///
    /// Ask [`Mesh::is_face`] before using it: where there is no face, the network still draws one.
    ///
    /// # Errors
    /// [`ErrorKind::NonFinite`] if the network returns NaN or infinities,
    /// [`ErrorKind::InvalidArgument`] if the detection is degenerate, and the errors of the
    /// warp and of the network.
    pub fn mesh(&self, frame: &Frame<'_>, detection: &Detection) -> Result<Mesh> {
        let rect = &detection.rect;
        let side = CROP_SCALE * rect.width().max(rect.height());
        let roll = detection.roll_deg();
        let mesh = self.run(frame, square(rect.center(), side, roll, INPUT_PX))?;
        let surprise = angle_between_deg(mesh.roll_deg(), roll);
        let diagonal = angle_between_deg(mesh.roll_deg(), detection.rotation.degrees());
        if surprise > ROLL_SURPRISE_DEG || diagonal > DIAGONAL_DEG {
            return self.refine(frame, &mesh);
        }
        Ok(mesh)
    }

    /// Draws the mesh of the face that `earlier` shows, in the same frame or in the next one of a
    /// video: one run of the network.
    ///
    /// The crop is the box about the earlier points, eyes level, × 1.5 (MediaPipe's rule for
    /// tracking). Against a mesh from a detection the alignment points move by 2 % of the
    /// inter-eye distance in the median (LFW), and templates become neither better nor worse:
    /// 99.32 % instead of 99.38 % on LFW, FNMR 4.22 % instead of 4.39 % at an FMR of 1e-4.
    ///
    /// # Errors
    /// Those of [`FaceMesher::mesh`].
    pub fn refine(&self, frame: &Frame<'_>, earlier: &Mesh) -> Result<Mesh> {
        self.run(frame, crop_about(earlier))
    }

    /// Draws the mesh as [`FaceMesher::refine`] does, and keeps in `view` what the network looked
    /// at. After an error the view is empty.
    pub(crate) fn refine_seen(&self, frame: &Frame<'_>, earlier: &Mesh, view: &mut View) -> Result<Mesh> {
        let source_from_view = crop_about(earlier);
        let mesh = self.run_on(frame, source_from_view, view.begin())?;
        view.end(source_from_view, &self.normalisation);
        Ok(mesh)
    }

    /// Runs the network on a crop that nobody needs afterwards.
    fn run(&self, frame: &Frame<'_>, source_from_input: Option<Similarity>) -> Result<Mesh> {
        self.run_on(frame, source_from_input, &mut scratch::take(INPUT_PX * INPUT_PX * 3))
    }

    /// Runs the network on the crop of `frame` that `source_from_input` maps, which is written to
    /// `input`.
    fn run_on(&self, frame: &Frame<'_>, source_from_input: Option<Similarity>, input: &mut [f32]) -> Result<Mesh> {
        let Some(source_from_target) = source_from_input else {
            return Err(Error::new(
                ErrorKind::InvalidArgument,
                Stage::Mesh,
                "the face has no extent, or no finite one",
            ));
        };
        // Replicate, not black: on faces wider than the frame the points' mean error is 2.7 % of
        // the inter-eye distance instead of 3.5 %, and its 99th percentile 8.0 % instead of 11.9 %.
        let crop = Crop { width: INPUT_PX, height: INPUT_PX, source_from_target, border: Border::Replicate };
        let mut points = scratch::take(3 * POINT_COUNT);
        let mut flag = [0.0];
        warp_into(frame, &crop, &self.normalisation, input)?;
        self.model.network.run(input, &mut [&mut points, &mut flag])?;
        let [logit] = flag;
        Mesh::from_network(&points, logit, &source_from_target).ok_or_else(|| {
            Error::new(ErrorKind::NonFinite, Stage::Mesh, "the mesh network returned NaN or an infinity")
        })
    }
}

/// The crop about an earlier mesh: the square about the box that holds its points when its eyes are
/// level.
pub(super) fn crop_about(mesh: &Mesh) -> Option<Similarity> {
    let roll = mesh.roll_deg();
    let level = Similarity::new(1.0, -roll, Point::default())?;
    let bounds = mesh.bounds_after(&level)?;
    let center = level.inverse()?.apply(bounds.center());
    square(center, CROP_SCALE * bounds.width().max(bounds.height()), roll, INPUT_PX)
}

/// The angle between two directions in degrees, 0 ..= 180.
fn angle_between_deg(a: f32, b: f32) -> f32 {
    let turn = (a - b).rem_euclid(360.0);
    turn.min(360.0 - turn)
}
