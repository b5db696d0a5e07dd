//! Lines around parts of the face, as indices of the points of a [`Mesh`](super::Mesh) that they
//! go through, in order; each line is closed. The topology is that of MediaPipe's face mesh.

/// The face's own outline, from the top of the forehead over the subject's left side.
pub const FACE: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
/// The lids' edges of the right eye (the person's own right), from the outer corner along the lower
/// lid.
pub const RIGHT_EYE: [usize; 16] = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246];
/// The lids' edges of the left eye, from the outer corner along the lower lid.
pub const LEFT_EYE: [usize; 16] = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466];
/// The lips' inner edges, from the right corner of the mouth along the lower lip.
pub const INNER_LIPS: [usize; 20] =
    [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95];
