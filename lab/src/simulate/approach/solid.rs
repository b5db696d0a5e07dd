//! Things before the camera: grids of points that a picture is laid over.

use crate::random::Random;

/// A grid of points in centimetres (right, down, away from the camera) with places of a picture.
#[derive(Clone)]
pub(super) struct Solid {
    pub(super) points: Vec<[f32; 3]>,
    /// Places on the picture, in pixels.
    pub(super) places: Vec<[f32; 2]>,
    pub(super) triangles: Vec<[u32; 3]>,
}

impl Solid {
    /// A grid over a rectangle of centimetres; `point` gives each node's point and place, or `None`
    /// where there is nothing.
    pub(super) fn grid(
        [left, top, right, bottom]: [f32; 4],
        pitch_cm: f32,
        point: impl Fn(f32, f32) -> Option<([f32; 3], [f32; 2])>,
    ) -> Self {
        let (columns, rows) = (((right - left) / pitch_cm) as usize + 1, ((bottom - top) / pitch_cm) as usize + 1);
        let mut numbers = vec![u32::MAX; columns * rows];
        let (mut points, mut places, mut triangles) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..rows {
            for column in 0..columns {
                if let Some((p, place)) = point(left + pitch_cm * column as f32, top + pitch_cm * row as f32) {
                    numbers[row * columns + column] = points.len() as u32;
                    points.push(p);
                    places.push(place);
                }
            }
        }
        for row in 1..rows {
            for column in 1..columns {
                let at = |r: usize, c: usize| numbers[r * columns + c];
                let corners = [at(row - 1, column - 1), at(row - 1, column), at(row, column - 1), at(row, column)];
                let [a, b, c, d] = corners;
                triangles.extend([[a, b, c], [b, d, c]].into_iter().filter(|t| t.iter().all(|n| *n != u32::MAX)));
            }
        }
        Self { points, places, triangles }
    }
}

/// The shape of one person's head, drawn at random: none of it comes from the product's mean face.
/// In centimetres from between the eyes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Half axes of the head's outline, and how deep its widest part lies behind the eyes.
    half_width: f32,
    half_height: f32,
    depth: f32,
    /// How square the outline's fall is: 2 is an ellipsoid.
    power: f32,
    /// Height and width of the nose, and how it leans.
    nose: f32,
    nose_width: f32,
    lean: f32,
    /// Sockets, brow, lips, chin, cheeks.
    relief: [f32; 5],
    /// Where nose, mouth and chin are.
    nose_y: f32,
    mouth_y: f32,
    chin_y: f32,
}

impl Shape {
    /// A shape whose nose, mouth and chin lie where the portrait has them.
    pub(super) fn drawn([nose_y, mouth_y, chin_y]: [f32; 3], random: &mut Random) -> Self {
        let mut within = |low: f32, high: f32| low + (high - low) * random.unit();
        Self {
            half_width: within(7.3, 8.6),
            half_height: within(11.5, 13.0),
            depth: within(8.5, 11.5),
            power: within(1.9, 2.6),
            nose: within(1.7, 2.8),
            nose_width: within(0.8, 1.15),
            lean: within(-0.15, 0.15),
            relief: [within(0.3, 0.9), within(0.2, 0.7), within(0.2, 0.7), within(0.3, 1.0), within(0.0, 0.5)],
            nose_y,
            mouth_y,
            chin_y,
        }
    }

    /// How far the nose stands out before the eyes.
    pub(super) fn nose_cm(&self) -> f32 {
        self.nose
    }

    /// How far a place is from the head's middle, 1 being its outline.
    pub(super) fn share(&self, x: f32, y: f32) -> f32 {
        // The head's middle lies above the chin by the half height and below the eyes.
        let middle = self.chin_y + 0.8 - self.half_height;
        (x / self.half_width).hypot((y - middle) / self.half_height)
    }

    /// The depth behind the eyes' plane, where the head is seen.
    pub(super) fn depth(&self, x: f32, y: f32) -> Option<f32> {
        let share = self.share(x, y);
        if share > 1.08 && y < self.chin_y {
            return None;
        }
        if share > 1.0 && y >= self.chin_y {
            // Neck and shoulders.
            let shoulder = (x.abs() - 6.0).max(0.0);
            return (y > self.chin_y + 2.0 || x.abs() < 6.0).then_some(0.75 * self.depth + 0.25 * shoulder);
        }
        let inside = share.min(1.0);
        let base = self.depth * (1.0 - (1.0 - inside.powf(self.power)).max(0.0).powf(1.0 / self.power));
        let hill = |cx: f32, cy: f32, w: f32, h: f32| (-0.5 * (((x - cx) / w).powi(2) + ((y - cy) / h).powi(2))).exp();
        // The ridge grows from between the eyes to the tip, and ends below it.
        let along = if y < self.nose_y {
            ((y + 0.8) / (self.nose_y + 0.8)).clamp(0.0, 1.0).powf(1.2)
        } else {
            (1.0 - (y - self.nose_y) / 1.3).clamp(0.0, 1.0)
        };
        let width = self.nose_width * (0.7 + 0.5 * along);
        let ridge = self.nose * along * (-0.5 * ((x - self.lean * y) / width).powi(2)).exp();
        let [sockets, brow, lips, chin, cheeks] = self.relief;
        Some(
            base - ridge + sockets * (hill(-3.15, 0.0, 1.3, 0.9) + hill(3.15, 0.0, 1.3, 0.9))
                - brow * hill(0.0, -1.9, 5.0, 0.8)
                - lips * hill(0.0, self.mouth_y, 2.2, 0.9)
                - chin * hill(0.0, self.chin_y - 1.0, 1.8, 1.2)
                - cheeks * (hill(-3.8, 3.2, 1.6, 1.6) + hill(3.8, 3.2, 1.6, 1.6)),
        )
    }
}

/// A sheet of paper that is bent about both axes: curvatures (per centimetre) of its columns and
/// rows, positive where its middle is nearer; rows and columns keep their lengths.
pub(super) fn bent([x, y]: [f32; 2], [across, along]: [f32; 2]) -> [f32; 3] {
    let arc = |s: f32, k: f32| {
        if k.abs() < 1e-5 { (s, 0.0) } else { ((k * s).sin() / k, (1.0 - (k * s).cos()) / k) }
    };
    let ((px, dx), (py, dy)) = (arc(x, across), arc(y, along));
    [px, py, dx + dy]
}
