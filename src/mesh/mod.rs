//! Dense landmarks: 468 points of one face in three dimensions, and whether the crop shows a face
//! at all.
//!
//! [`FaceMesher::mesh`] draws a [`Mesh`] over a detected face, [`FaceMesher::refine`] over the same
//! face in the next frame of a video. The mesh knows eyes, mouth, openness and angles by name;
//! [`Mesh::pose`] says where the head points, and [`canonical_vertices_cm`] what a mean face looks
//! like. Ask [`Mesh::is_face`] first: where there is no face, the network draws one all the same.
//!
//! ```no_run
//! use selfsame::mesh::FaceMesher;
//! # use selfsame::{detect::Detection, image::Frame, model::Model};
//! # fn example(model: Model, frame: Frame<'_>, face: Detection) -> selfsame::error::Result<()> {
//! let mesher = FaceMesher::new(model)?;
//! let mesh = mesher.mesh(&frame, &face)?;
//! if let (true, Some(pose)) = (mesh.is_face(), mesh.pose()) {
//!     let eyes_px = mesh.inter_eye_distance_px();
//!     println!("turned by {:.0}°, eyes {eyes_px:.0} px apart", pose.yaw_deg);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Method: the network of Y. Kartynnik et al., "Real-time Facial Surface Geometry from Monocular
//! Video on Mobile GPUs" (2019), with the topology of MediaPipe's face mesh. It looks at a square
//! crop, eyes level, 1.5 times as wide as the detected box; here the crop is one similarity
//! transform, so that the points map back exactly.

mod canonical;
mod mesher;
pub mod outline;
mod plain;
mod points;
mod pose;
mod view;

pub use canonical::{TRIANGLE_COUNT, canonical_vertices_cm, triangles};
pub use mesher::FaceMesher;
pub(crate) use plain::PlainMesh;
pub use points::{FACE_FLAG_THRESHOLD, Mesh, POINT_COUNT};
pub use pose::HeadPose;
pub(crate) use view::View;

#[cfg(test)]
mod tests;
