//! The points of one mesh, by their anatomical names, and the few numbers that other stages read
//! off them.
//!
//! Indices are those of MediaPipe's canonical face model (468 vertices, without irises).

use crate::geometry::{Point, Rect, Similarity};

/// The number of points of a mesh.
pub const POINT_COUNT: usize = 468;

/// The least [`Mesh::flag`] of a face: what [`Mesh::is_face`] asks.
///
/// Measured with the same network in Python: of 7,701 LFW faces 2 score less and 5 less than 0.9;
/// faces rolled by 45° 0.30 and more in the first pass and 0.99 and more in the second (257 faces),
/// faces wider than the frame 0.997 and more (642); of 296 random background squares 1 % score over
/// 0.32. It does not tell which way up a face is: 5 % of upside-down crops score over 0.99.
pub const FACE_FLAG_THRESHOLD: f32 = 0.5;

/// Corners and lids of the right eye (the subject's; at the left of the image): outer corner, inner
/// corner, upper, lower lid.
pub(super) const RIGHT_EYE: [usize; 4] = [33, 133, 159, 145];
/// Corners and lids of the left eye: inner corner, outer corner, upper, lower lid.
pub(super) const LEFT_EYE: [usize; 4] = [362, 263, 386, 374];
/// Pairs of upper and lower lid points at three places of the right eye.
const RIGHT_LIDS: [[usize; 2]; 3] = [[160, 144], [159, 145], [158, 153]];
/// Pairs of upper and lower lid points at three places of the left eye.
const LEFT_LIDS: [[usize; 2]; 3] = [[385, 380], [386, 374], [387, 373]];
const NOSE_TIP: usize = 1;
const RIGHT_MOUTH_CORNER: usize = 61;
const LEFT_MOUTH_CORNER: usize = 291;
const FOREHEAD: usize = 10;
const CHIN: usize = 152;
/// Middle of the inner edges of the upper and the lower lip.
const INNER_LIPS: [usize; 2] = [13, 14];
/// Inner corners of the mouth.
const INNER_MOUTH_CORNERS: [usize; 2] = [78, 308];

/// 468 points of a face in pixels of the source, all finite, and the network's opinion whether
/// there is a face.
///
/// x and y are pixels of the upright source. z is in the same scale, negative towards the camera
/// and zero near the head's centre; it is the network's estimate, and only good relative to the
/// mesh's other points. Sides are the subject's: the right eye is at the left of an upright image.
///
/// `Debug` shows the flag and the eyes, not the face.
#[derive(Clone, PartialEq)]
pub struct Mesh {
    points: [[f32; 3]; POINT_COUNT],
    flag: f32,
}

impl std::fmt::Debug for Mesh {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mesh")
            .field("flag", &self.flag)
            .field("right_eye", &self.right_eye())
            .field("left_eye", &self.left_eye())
            .finish_non_exhaustive()
    }
}

impl Mesh {
    /// The [`Mesh::pitch_deg`] of a face that looks straight into the camera, in degrees: the
    /// median of 514 LFW faces.
    pub const NEUTRAL_PITCH_DEG: f32 = -5.4;

    /// A mesh of points in pixels of the source and a face probability; `None` unless all are
    /// finite and `flag` is within 0 ..= 1.
    ///
    /// This is for other landmark models with this topology, and for tests; [`super::FaceMesher`]
    /// makes meshes of pictures.
    pub fn new(points: [[f32; 3]; POINT_COUNT], flag: f32) -> Option<Self> {
        let finite = points.as_flattened().iter().all(|v| v.is_finite());
        (finite && (0.0..=1.0).contains(&flag)).then_some(Self { points, flag })
    }

    /// The mesh of the network's tensors: `raw` is 468 × (x, y, z) in pixels of the input,
    /// `flag_logit` the face flag. `None` if a value is not finite, or becomes so.
    pub(super) fn from_network(raw: &[f32], flag_logit: f32, source_from_input: &Similarity) -> Option<Self> {
        if !flag_logit.is_finite() {
            return None;
        }
        let scale = source_from_input.scale();
        let (raw, _) = raw.as_chunks::<3>();
        debug_assert_eq!(raw.len(), POINT_COUNT, "the network's signature was checked when it was loaded");
        let mut points = [[0.0; 3]; POINT_COUNT];
        for (point, raw) in points.iter_mut().zip(raw) {
            let [x, y, z] = *raw;
            let mapped = source_from_input.apply(Point::new(x, y));
            *point = [mapped.x, mapped.y, scale * z];
        }
        // The clip keeps the exponential finite, as for the detector's scores.
        Self::new(points, 1.0 / (1.0 + (-flag_logit.clamp(-80.0, 80.0)).exp()))
    }

    /// The mesh in the picture that `map` leads to; `None` if a point becomes infinite there.
    pub(crate) fn mapped(&self, map: &Similarity) -> Option<Self> {
        let scale = map.scale();
        let mapped = |[x, y, z]: [f32; 3]| {
            let p = map.apply(Point::new(x, y));
            [p.x, p.y, scale * z]
        };
        Self::new(self.points.map(mapped), self.flag)
    }

    /// All 468 points, x, y and z each, in the order of MediaPipe's canonical face model.
    pub fn points(&self) -> &[[f32; 3]; POINT_COUNT] {
        &self.points
    }

    /// The probability that the crop showed a face, 0 ..= 1, as the network states it; never NaN.
    pub fn flag(&self) -> f32 {
        self.flag
    }

    /// Whether the network believes that its crop showed a face: [`Mesh::flag`] is at least
    /// [`FACE_FLAG_THRESHOLD`].
    ///
    /// Ask before using a mesh: where there is no face, the network draws one all the same.
    pub fn is_face(&self) -> bool {
        // Written so that NaN, which `Mesh::new` keeps out, would be no face.
        self.flag >= FACE_FLAG_THRESHOLD
    }

    /// Point `index` with its depth.
    fn vertex(&self, index: usize) -> [f32; 3] {
        #[allow(clippy::indexing_slicing, reason = "callers pass the topology's constants, all below 468")]
        self.points[index]
    }

    /// The place of point `index` of the topology, 0 ..= 467, in pixels of the source; `None` for
    /// other indices.
    pub fn point(&self, index: usize) -> Option<Point> {
        self.points.get(index).map(|[x, y, _]| Point::new(*x, *y))
    }

    /// The points of one of the outlines in [`super::outline`].
    pub(crate) fn along<const N: usize>(&self, outline: &[usize; N]) -> [Point; N] {
        outline.map(|index| self.at(index))
    }

    /// Point `index`, one of the topology's constants, without its depth.
    fn at(&self, index: usize) -> Point {
        let [x, y, _] = self.vertex(index);
        Point::new(x, y)
    }

    /// The mean of an eye's corners and lids.
    fn center(&self, indices: [usize; 4]) -> Point {
        Point::mean_of_some(&indices.map(|i| self.at(i)))
    }

    /// The centre of the right eye, at the left of an upright image: the mean of its corners and
    /// lids.
    pub fn right_eye(&self) -> Point {
        self.center(RIGHT_EYE)
    }

    /// The centre of the left eye, at the right of an upright image: the mean of its corners and
    /// lids.
    pub fn left_eye(&self) -> Point {
        self.center(LEFT_EYE)
    }

    /// The point half-way between the eyes' centres.
    pub fn eye_midpoint(&self) -> Point {
        self.right_eye().midpoint(self.left_eye())
    }

    /// The tip of the nose.
    pub fn nose_tip(&self) -> Point {
        self.at(NOSE_TIP)
    }

    /// The right corner of the mouth, at the left of an upright image.
    pub fn right_mouth_corner(&self) -> Point {
        self.at(RIGHT_MOUTH_CORNER)
    }

    /// The left corner of the mouth, at the right of an upright image.
    pub fn left_mouth_corner(&self) -> Point {
        self.at(LEFT_MOUTH_CORNER)
    }

    /// The top of the forehead, at the hairline.
    pub fn forehead(&self) -> Point {
        self.at(FOREHEAD)
    }

    /// The lowest point of the chin.
    pub fn chin(&self) -> Point {
        self.at(CHIN)
    }

    /// The five points that template networks are aligned by: right eye, left eye, nose tip, right
    /// and left mouth corner.
    pub fn alignment_points(&self) -> [Point; 5] {
        [self.right_eye(), self.left_eye(), self.nose_tip(), self.right_mouth_corner(), self.left_mouth_corner()]
    }

    /// The distance between the eyes' centres in the image, in pixels: smaller on a face that is
    /// turned away.
    pub fn inter_eye_distance_px(&self) -> f32 {
        self.right_eye().distance(self.left_eye())
    }

    /// The distance from the eyes' midpoint to the chin, in pixels: the length T of ISO/IEC
    /// 29794-5.
    pub fn eye_to_chin_px(&self) -> f32 {
        self.eye_midpoint().distance(self.chin())
    }

    /// The angle of the line through the eyes, in degrees, −180 ..= 180, clockwise on the screen; 0
    /// for an upright face.
    pub fn roll_deg(&self) -> f32 {
        let (right, left) = (self.right_eye(), self.left_eye());
        (left.y - right.y).atan2(left.x - right.x).to_degrees()
    }

    /// How far the head is turned to a side, in degrees, about −90 ..= 90: 0 looks into the camera,
    /// positive towards the subject's left (the image's right, if upright). From the depth of
    /// the outer eye corners, so as good as the network's depth; on LFW it correlates with the
    /// nose's sideways shift by 0.99.
    pub fn yaw_deg(&self) -> f32 {
        let [right_outer, ..] = RIGHT_EYE;
        let [_, left_outer, ..] = LEFT_EYE;
        elevation_deg(self.vertex(right_outer), self.vertex(left_outer))
    }

    /// How far the head is tilted up or down, in degrees, about −90 ..= 90: positive looks up. From
    /// the depths of forehead and chin; a face that looks straight into the camera has about
    /// [`Mesh::NEUTRAL_PITCH_DEG`], not 0.
    pub fn pitch_deg(&self) -> f32 {
        -elevation_deg(self.vertex(FOREHEAD), self.vertex(CHIN))
    }

    /// The distance between the lids of the right eye over the eye's width: about 0.3 for open eyes
    /// (LFW: 0.20 to 0.42 for 98 %). This mesh never quite closes an eye.
    pub fn right_eye_openness(&self) -> f32 {
        let [outer, inner, ..] = RIGHT_EYE;
        ratio(self.lid_distance_px(RIGHT_LIDS), self.at(outer).distance(self.at(inner)))
    }

    /// The distance between the lids of the left eye over the eye's width, as
    /// [`Mesh::right_eye_openness`] has it of the right one.
    pub fn left_eye_openness(&self) -> f32 {
        let [inner, outer, ..] = LEFT_EYE;
        ratio(self.lid_distance_px(LEFT_LIDS), self.at(outer).distance(self.at(inner)))
    }

    /// The largest distance between the lids of the more closed eye, in pixels.
    pub fn least_lid_distance_px(&self) -> f32 {
        self.lid_distance_px(RIGHT_LIDS).min(self.lid_distance_px(LEFT_LIDS))
    }

    /// The largest of three distances between upper and lower lid, in pixels.
    fn lid_distance_px(&self, lids: [[usize; 2]; 3]) -> f32 {
        lids.into_iter().map(|[upper, lower]| self.at(upper).distance(self.at(lower))).fold(0.0, f32::max)
    }

    /// The distance between the inner edges of the lips, in pixels: 0 for a closed mouth.
    pub fn inner_lip_distance_px(&self) -> f32 {
        let [upper, lower] = INNER_LIPS;
        self.at(upper).distance(self.at(lower))
    }

    /// The distance between the inner edges of the lips over the mouth's inner width: 0 for a
    /// closed mouth.
    pub fn mouth_openness(&self) -> f32 {
        let [right, left] = INNER_MOUTH_CORNERS;
        ratio(self.inner_lip_distance_px(), self.at(right).distance(self.at(left)))
    }

    /// The axis-parallel box about all points, in pixels of the source; `None` if the points lie so
    /// far apart that its sides are not finite. It may reach beyond the frame.
    pub fn bounds(&self) -> Option<Rect> {
        self.bounds_after(&Similarity::IDENTITY)
    }

    /// The box about all points after `map`.
    pub(crate) fn bounds_after(&self, map: &Similarity) -> Option<Rect> {
        let (mut low, mut high) = (Point::new(f32::MAX, f32::MAX), Point::new(f32::MIN, f32::MIN));
        for [x, y, _] in &self.points {
            let p = map.apply(Point::new(*x, *y));
            (low.x, low.y) = (low.x.min(p.x), low.y.min(p.y));
            (high.x, high.y) = (high.x.max(p.x), high.y.max(p.y));
        }
        Rect::from_edges(low.x, low.y, high.x, high.y)
    }
}

/// The angle by which the way from `a` to `b` leads away from the camera, in degrees; 0 if they
/// coincide.
fn elevation_deg([ax, ay, az]: [f32; 3], [bx, by, bz]: [f32; 3]) -> f32 {
    (bz - az).atan2((bx - ax).hypot(by - ay)).to_degrees()
}

/// `a / b`; 0 where `b` is nothing.
fn ratio(a: f32, b: f32) -> f32 {
    if b > f32::EPSILON { a / b } else { 0.0 }
}
