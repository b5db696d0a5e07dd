//! The canonical face model: where the 468 points lie on a mean face, in centimetres, and the
//! triangles between them.
//!
//! MediaPipe's canonical face model (Google, Apache-2.0), rebuilt by `models/convert/geometry.py`.

use super::points::POINT_COUNT;
use std::sync::LazyLock;

/// The number of triangles that tile a mesh.
pub const TRIANGLE_COUNT: usize = 898;

/// Bytes of the vertices: three `f32` each, little-endian, in centimetres.
const VERTEX_BYTES: usize = 12 * POINT_COUNT;
/// Bytes of the triangles: three `u16` each, little-endian.
const TRIANGLE_BYTES: usize = 6 * TRIANGLE_COUNT;

/// The vertices, then the triangles. A file of another length does not compile.
static FILE: &[u8; VERTEX_BYTES + TRIANGLE_BYTES] = include_bytes!("../../models/face_geometry.bin");

static VERTICES_CM: LazyLock<[[f32; 3]; POINT_COUNT]> = LazyLock::new(|| {
    let mut vertices = [[0.0; 3]; POINT_COUNT];
    let (places, _) = FILE.split_at(VERTEX_BYTES);
    for (vertex, bytes) in vertices.iter_mut().zip(places.as_chunks::<12>().0) {
        for (value, bytes) in vertex.iter_mut().zip(bytes.as_chunks::<4>().0) {
            *value = f32::from_le_bytes(*bytes);
        }
    }
    vertices
});

static TRIANGLES: LazyLock<[[u16; 3]; TRIANGLE_COUNT]> = LazyLock::new(|| {
    let mut triangles = [[0; 3]; TRIANGLE_COUNT];
    let (_, corners) = FILE.split_at(VERTEX_BYTES);
    for (triangle, bytes) in triangles.iter_mut().zip(corners.as_chunks::<6>().0) {
        for (corner, bytes) in triangle.iter_mut().zip(bytes.as_chunks::<2>().0) {
            *corner = u16::from_le_bytes(*bytes);
        }
    }
    triangles
});

/// The canonical face's 468 points in centimetres: x to the subject's left, y up, z towards the
/// camera; the origin lies inside the head, between the ears.
///
/// Their order is that of [`super::Mesh::points`].
pub fn canonical_vertices_cm() -> &'static [[f32; 3]; POINT_COUNT] {
    &VERTICES_CM
}

/// The triangles that tile a mesh: the indices of their three corners among
/// [`super::Mesh::points`], anticlockwise for who looks at the face.
pub fn triangles() -> &'static [[u16; 3]; TRIANGLE_COUNT] {
    &TRIANGLES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_face_is_symmetric_and_of_a_face_s_size() {
        let vertex = |i: usize| canonical_vertices_cm()[i];
        for (right, left) in [(33, 263), (61, 291), (133, 362), (234, 454)] {
            let ([xr, yr, zr], [xl, yl, zl]) = (vertex(right), vertex(left));
            assert!(xr < 0.0 && (xr + xl).abs() < 1e-3 && (yr - yl).abs() < 1e-3 && (zr - zl).abs() < 1e-3, "{right}");
        }
        let ([_, top, _], [_, bottom, _], [_, _, nose]) = (vertex(10), vertex(152), vertex(4));
        assert!((16.0..20.0).contains(&(top - bottom)), "forehead to chin {} cm", top - bottom);
        assert!(canonical_vertices_cm().iter().all(|[_, _, z]| *z <= nose + 0.1), "the nose is the foremost");
    }

    #[test]
    fn triangles_use_every_point_and_face_the_camera() {
        let mut used = [false; POINT_COUNT];
        let mut towards = 0;
        for corners in triangles() {
            corners.iter().for_each(|i| used[usize::from(*i)] = true);
            let [a, b, c] = corners.map(|i| canonical_vertices_cm()[usize::from(i)]);
            let turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
            towards += usize::from(turn > 0.0);
        }
        assert!(used.iter().all(|u| *u));
        assert!(towards > 880, "{towards} of {TRIANGLE_COUNT}: some beside the nostrils turn away");
    }
}
