//! Dense landmarks: 468 points of one face in three dimensions, and whether the crop shows a face
//! at all.
//!
//! Method: the network of Y. Kartynnik et al., "Real-time Facial Surface Geometry from Monocular
//! Video on Mobile GPUs" (2019), with the topology of MediaPipe's face mesh. It looks at a square
//! crop, eyes level, 1.5 times as wide as the detected box; here the crop is one similarity
//! transform, so that the points map back exactly.

mod canonical;
mod mesher;
pub mod outline;
mod points;
mod pose;
mod view;

pub use canonical::{TRIANGLE_COUNT, canonical_vertices_cm, triangles};
pub use mesher::FaceMesher;
pub use points::{FACE_FLAG_THRESHOLD, Mesh, POINT_COUNT};
pub use pose::HeadPose;
pub(crate) use view::View;

#[cfg(test)]
mod tests;
