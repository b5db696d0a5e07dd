//! [`Distance`]: how far away a face was, and where that is known from.

use crate::mesh::Mesh;
use crate::words::words;

/// How far away portraits are taken: what perspective is undone to, in centimetres. ISO/IEC
/// 39794-5 asks for 1 to 2.5 m in a studio.
pub(super) const PORTRAIT_CM: f32 = 150.0;
/// Distances of faces are taken to be within these, in centimetres: from where a phone's camera
/// sees a whole face, to where undoing changes nothing.
pub(super) const RANGE_CM: [f32; 2] = [15.0, 1e4];

/// What is known of the distance between a face and the camera that took it.
///
/// A number that is not finite and above zero says nothing, as [`Distance::Unknown`] does.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Distance {
    /// That of a portrait: there is nothing to undo.
    Portrait,
    /// From the camera to the eyes, in centimetres.
    Cm(f32),
    /// The camera's focal length in pixels of the picture
    /// ([`Photo::focal_length_px`](crate::image::Photo::focal_length_px)), from which the distance
    /// follows by the face's size. What is undone then does not depend on how large the person's
    /// head is.
    FocalPx(f32),
    /// Nothing: the face's own proportions are asked. They tell 25 cm from a portrait's distance
    /// in most pictures, and little more.
    #[default]
    Unknown,
}

/// How the distance of a face is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DistanceSource {
    /// The caller told it.
    Told,
    /// The camera's focal length and the face's size tell it.
    Lens,
    /// The face's proportions tell it.
    Face,
}

words!(DistanceSource { Told => "told", Lens => "lens", Face => "face" });

impl Distance {
    /// The distance of `mesh` in centimetres, and where it is known from; `None` for a portrait's.
    pub(super) fn of(self, mesh: &Mesh, px_per_cm: f32) -> Option<(f32, DistanceSource)> {
        let usable = |v: f32| Some(v).filter(|v| v.is_finite() && *v > 0.0);
        let told = match self {
            Self::Portrait => return None,
            Self::Cm(cm) => usable(cm).map(|cm| (cm, DistanceSource::Told)),
            Self::FocalPx(px) => usable(px).map(|px| (px / px_per_cm, DistanceSource::Lens)),
            Self::Unknown => None,
        };
        let (cm, source) = match told {
            Some(told) => told,
            None => (estimated_cm(mesh)?, DistanceSource::Face),
        };
        let [nearest, farthest] = RANGE_CM;
        Some((cm.clamp(nearest, farthest), source))
    }
}

/// How far from the line of sight the near picture shows a point of this depth behind the eyes,
/// over how far a portrait shows it.
pub(super) fn portrait_share(depth_cm: f32, distance_cm: f32) -> f32 {
    // No part of a head lies further before the eyes than this share of the least distance, nor
    // this much behind: what does is a fault of the mesh.
    let depth_cm = depth_cm.clamp(-0.5 * RANGE_CM[0], 20.0);
    (1.0 + depth_cm / PORTRAIT_CM) / (1.0 + depth_cm / distance_cm)
}

/// Points on the face's middle line, and the weight of how far each lies below the eyes.
const MIDDLE_LINE: [(usize, f32); 4] = [(4, 1.4347), (6, 1.2899), (10, 2.5016), (152, -0.422)];
/// Points on the right and the left side, and the weights of how far they lie beside the middle
/// and below the eyes.
const SIDES: [(usize, usize, f32, f32); 4] =
    [(234, 454, 2.4451, -0.6068), (129, 358, -2.3593, 0.9804), (132, 361, 2.5395, 0.1186), (172, 397, 1.3167, 2.2126)];
const CONSTANT: f32 = 30.6283;
/// The distance of the eyes that the weights are for.
const EYES_CM: f32 = 6.3;
/// A face that looks nearer than this is taken to be, and what looks further away is left alone.
/// Per metre. Chosen on 400 pairs of LFW's folds 1 to 5 with the small network: with 1.5, 1.9 and
/// 2.3 faces at 25 cm have an FNMR of 11.8, 12.3 and 13.8 % instead of 20.3 %, and pictures as
/// taken one of 7.0 % instead of 6.3 % with each.
const NEAR: f32 = 1.9;

/// The distance that the face's proportions tell; `None` if the face looks like a portrait's.
///
/// The reciprocal of the distance, per metre, is a linear function of twelve places in the face,
/// turned to the front: a ridge regression on LFW's folds 1 to 5 (1,600 pictures), as they are and
/// re-rendered as from 18 to 80 cm with the mesh's and the mean face's depths. For the other half
/// of the people it is off by 0.85 per metre, and draws towards the mean: 25 cm are 4.0, and look
/// like 2.8.
fn estimated_cm(mesh: &Mesh) -> Option<f32> {
    let front = mesh.turned_to_front(EYES_CM)?;
    let at = |i: usize| front.get(i).copied();
    let mut per_metre = CONSTANT;
    for (i, below) in MIDDLE_LINE {
        let [_, y, _] = at(i)?;
        per_metre += below * y;
    }
    for (right, left, beside, below) in SIDES {
        let ([rx, ry, _], [lx, ly, _]) = (at(right)?, at(left)?);
        per_metre += 0.5 * (beside * (rx - lx) + below * (ry + ly));
    }
    (per_metre > NEAR).then_some(100.0 / per_metre)
}
