//! [`PlainMesh`]: a mesh as data that serde knows.

use super::points::Mesh;
use serde::{Deserialize, Serialize};

/// A mesh's points and flag, as they are kept while no process has them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PlainMesh {
    points: Vec<[f32; 3]>,
    flag: f32,
}

impl From<&Mesh> for PlainMesh {
    fn from(mesh: &Mesh) -> Self {
        Self { points: mesh.points().to_vec(), flag: mesh.flag() }
    }
}

impl PlainMesh {
    /// The mesh; `None` if this is none.
    pub(crate) fn mesh(self) -> Option<Mesh> {
        Mesh::new(self.points.try_into().ok()?, self.flag)
    }
}
