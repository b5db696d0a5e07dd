//! Approach sequences: a portrait scaled, shifted, rolled, darkened, blurred and mirrored over
//! time, with the hint that each frame deserves.

use selfsame::capture::{GuideLimits, Hint, Oval};
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, Photo, linear_to_srgb, srgb8_to_linear, warp_rgb8};

/// Frames of a phone held upright, small.
const WIDTH: usize = 360;
const HEIGHT: usize = 480;

/// How the face lies in the frame.
#[derive(Debug, Clone, Copy)]
pub struct Pose {
    /// Width of the face's oval over that of the oval to fill.
    pub size: f32,
    /// Offsets in widths and heights of the oval to fill.
    pub offset: [f32; 2],
    pub roll_deg: f32,
    /// Light's factor.
    pub light: f32,
    /// Standard deviation of the blur, in pixels of the frame.
    pub blur_px: f32,
    /// The picture is mirrored first: another face, for all that the frame tells.
    pub mirrored: bool,
}

impl Default for Pose {
    fn default() -> Self {
        Self { size: 1.0, offset: [0.0; 2], roll_deg: 0.0, light: 1.0, blur_px: 0.0, mirrored: false }
    }
}

impl Pose {
    fn towards(&self, end: &Self, share: f32) -> Self {
        let mix = |a: f32, b: f32| a + share * (b - a);
        // Factors change by ratios.
        let scale = |a: f32, b: f32| a * (b / a).powf(share);
        Self {
            size: scale(self.size, end.size),
            offset: [mix(self.offset[0], end.offset[0]), mix(self.offset[1], end.offset[1])],
            roll_deg: mix(self.roll_deg, end.roll_deg),
            light: scale(self.light, end.light),
            blur_px: mix(self.blur_px, end.blur_px),
            mirrored: end.mirrored,
        }
    }
}

/// A portrait whose face's oval is known.
pub struct Scene {
    photo: Photo,
    face: Oval,
    /// The head's own tilt, which frames undo.
    roll_deg: f32,
    oval: f32,
}

impl Scene {
    pub fn new(photo: Photo, face: Oval, roll_deg: f32, oval: f32) -> Self {
        Self { photo, face, roll_deg, oval }
    }

    /// The frame in which the face lies as `pose` says.
    pub fn render(&self, pose: &Pose) -> Photo {
        let target = selfsame::capture::OvalSpec::Centered { width: self.oval }.in_frame(WIDTH as u32, HEIGHT as u32);
        let scale = self.face.width_px / (pose.size * target.width_px);
        let side = if pose.mirrored { -1.0 } else { 1.0 };
        let at = Point::new(
            target.center.x + side * pose.offset[0] * target.width_px,
            target.center.y + pose.offset[1] * target.height_px,
        );
        // Target to source: the point `at` becomes the face's centre.
        let turn_deg = self.roll_deg - side * pose.roll_deg;
        let turn = Similarity::new(scale, turn_deg, Point::default()).unwrap();
        let moved = turn.apply(at);
        let origin = Point::new(self.face.center.x - moved.x, self.face.center.y - moved.y);
        let source_from_target = Similarity::new(scale, turn_deg, origin).unwrap();
        let crop = Crop { width: WIDTH, height: HEIGHT, source_from_target, border: Border::Replicate };
        let mut photo = warp_rgb8(&self.photo.frame(), &crop).unwrap();
        if pose.blur_px > 0.1 {
            photo = blurred(&photo, pose.blur_px);
        }
        if pose.light != 1.0 {
            photo = lit(&photo, pose.light);
        }
        if pose.mirrored { mirrored(&photo) } else { photo }
    }
}

fn blurred(photo: &Photo, sigma_px: f32) -> Photo {
    let picture = image::RgbImage::from_raw(photo.width(), photo.height(), photo.pixels().to_vec()).unwrap();
    let picture = image::imageops::fast_blur(&picture, sigma_px);
    Photo::from_rgb8(photo.width(), photo.height(), picture.into_raw()).unwrap()
}

fn lit(photo: &Photo, factor: f32) -> Photo {
    let linear = srgb8_to_linear();
    let pixels =
        photo.pixels().iter().map(|v| (255.0 * linear_to_srgb(factor * linear[usize::from(*v)])).round() as u8);
    Photo::from_rgb8(photo.width(), photo.height(), pixels.collect()).unwrap()
}

pub fn mirrored(photo: &Photo) -> Photo {
    let rows = photo.pixels().chunks_exact(3 * photo.width() as usize);
    let pixels = rows.flat_map(|row| row.chunks_exact(3).rev().flatten().copied()).collect();
    Photo::from_rgb8(photo.width(), photo.height(), pixels).unwrap()
}

/// One photograph twice, side by side.
pub fn twice(photo: &Photo, width: usize, height: usize) -> Photo {
    let scale = (photo.width() as f32 / (width / 2) as f32).max(photo.height() as f32 / height as f32);
    let source_from_target = Similarity::new(scale, 0.0, Point::default()).unwrap();
    let crop = Crop { width: width / 2, height, source_from_target, border: Border::Replicate };
    let half = warp_rgb8(&photo.frame(), &crop).unwrap();
    let pixels = half.pixels().chunks_exact(3 * (width / 2)).flat_map(|row| row.iter().chain(row).copied()).collect();
    Photo::from_rgb8(width as u32, height as u32, pixels).unwrap()
}

/// A moment: the pose, and the hint that it deserves, if that is beyond doubt.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    pub pose: Pose,
    pub expected: Option<Hint>,
}

/// A sequence: poses that are held, and the ways between them.
#[derive(Debug)]
pub struct Approach {
    stages: Vec<Stage>,
}

const MOVE_US: u64 = 400_000;
const HELD_US: u64 = 1_600_000;
const HELD_AT_END_US: u64 = 2_600_000;

impl Approach {
    /// Two faults one after the other, then a good pose if `good`, else a third fault. Faults are
    /// clear ones: a quarter or more beyond the limit.
    pub fn new(seed: u64, good: bool, limits: &GuideLimits) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mirrored = random.below(2) == 1;
        let mut stages: Vec<Stage> = Vec::new();
        while stages.len() < if good { 2 } else { 3 } {
            let stage = fault(&mut random, mirrored, limits);
            if stages.last().is_none_or(|before| before.expected != stage.expected) {
                stages.push(stage);
            }
        }
        if good {
            let mut near = || 0.4 * limits.offset() * random.signed();
            let offset = [near(), near()];
            let pose = Pose { size: 1.0 + 0.06 * random.signed(), offset, mirrored, ..Pose::default() };
            stages.push(Stage { pose, expected: Some(Hint::Hold) });
        }
        Self { stages }
    }

    /// Each frame's moment, and how long its pose has been held.
    pub fn frames(&self, step_us: u64) -> impl Iterator<Item = (Stage, u64)> {
        let last = self.stages.len() - 1;
        self.stages.iter().enumerate().flat_map(move |(i, stage)| {
            let before = if i > 0 { self.stages[i - 1].pose } else { stage.pose };
            let move_us = if i > 0 { MOVE_US } else { 0 };
            let held_us = if i == last { HELD_AT_END_US } else { HELD_US };
            (0..(move_us + held_us) / step_us).map(move |k| {
                let now = k * step_us;
                if now < move_us {
                    let pose = before.towards(&stage.pose, now as f32 / move_us as f32);
                    (Stage { pose, expected: None }, 0)
                } else {
                    (*stage, now - move_us)
                }
            })
        })
    }
}

/// One clear fault, all else being good.
fn fault(random: &mut Random, mirrored: bool, limits: &GuideLimits) -> Stage {
    let good = Pose { mirrored, ..Pose::default() };
    let beyond = random.between(1.3, 2.2);
    let (pose, expected) = match random.below(9) {
        0 => (Pose { size: limits.size_min().powf(random.between(1.5, 3.5)), ..good }, Hint::MoveCloser),
        1 => (Pose { size: limits.size_max().powf(random.between(1.5, 2.5)), ..good }, Hint::MoveAway),
        2 => (Pose { offset: [-limits.offset() * beyond, 0.0], ..good }, Hint::MoveLeft),
        3 => (Pose { offset: [limits.offset() * beyond, 0.0], ..good }, Hint::MoveRight),
        4 => (Pose { offset: [0.0, limits.offset() * beyond], ..good }, Hint::MoveUp),
        5 => (Pose { offset: [0.0, -limits.offset() * beyond], ..good }, Hint::MoveDown),
        6 => (Pose { roll_deg: limits.roll_deg() * random.between(1.5, 2.0), ..good }, Hint::TurnStraight),
        7 => (Pose { light: random.between(0.01, 0.02), ..good }, Hint::TooDark),
        _ => (Pose { blur_px: random.between(6.0, 9.0), ..good }, Hint::Blurred),
    };
    Stage { pose, expected: Some(expected) }
}

/// An xorshift generator.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, n: u64) -> u64 {
        (self.next() >> 33) % n
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.next() >> 40) as f32 / (1u64 << 24) as f32)
    }

    fn signed(&mut self) -> f32 {
        self.between(-1.0, 1.0)
    }
}
