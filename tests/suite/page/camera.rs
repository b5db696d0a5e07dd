//! A pinhole camera over a page: where the page's millimetres lie in the photograph.

use super::random::Random;
use selfsame::geometry::Point;

pub type Matrix = [[f64; 3]; 3];

pub fn apply(m: &Matrix, [x, y]: [f64; 2]) -> [f64; 2] {
    let [u, v, w] = m.map(|[a, b, c]| a * x + b * y + c);
    [u / w, v / w]
}

pub fn inverse(m: &Matrix) -> Matrix {
    let [[a, b, c], [d, e, f], [g, h, i]] = *m;
    let det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
    [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
    .map(|row| row.map(|v| v / det))
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    a.map(|row| [0, 1, 2].map(|j| (0..3).map(|k| row[k] * b[k][j]).sum()))
}

/// The photograph from the page's millimetres, for a page of `size` that lies whole within the
/// frame, turned by `roll_deg` and tilted by up to `tilt_deg`, as large as `fill` of what fits.
pub fn view(random: &mut Random, size: [f64; 2], frame: [f64; 2], roll_deg: f64, tilt_deg: f64, fill: f64) -> Matrix {
    let focal = random.between(0.68, 1.1) * frame[0].max(frame[1]);
    let (sz, cz) = roll_deg.to_radians().sin_cos();
    let tilt = random.between(0.0, tilt_deg).to_radians();
    // About an axis in the page's plane of any direction (Rodrigues).
    let (ay, ax) = random.between(0.0, std::f64::consts::TAU).sin_cos();
    let (s, c) = tilt.sin_cos();
    let tilted = [
        [c + ax * ax * (1.0 - c), ax * ay * (1.0 - c), ay * s],
        [ax * ay * (1.0 - c), c + ay * ay * (1.0 - c), -ax * s],
        [-ay * s, ax * s, c],
    ];
    let r = product(&tilted, &[[cz, -sz, 0.0], [sz, cz, 0.0], [0.0, 0.0, 1.0]]);
    let at = |x: f64, y: f64, z: f64| {
        let (cx, cy) = (0.5 * size[0], 0.5 * size[1]);
        let columns = [0, 1].map(|j| [0, 1, 2].map(|i| r[i][j]));
        let origin = [0, 1, 2].map(|i| -cx * columns[0][i] - cy * columns[1][i] + [x, y, z][i]);
        let m = [0, 1, 2].map(|i| [columns[0][i], columns[1][i], origin[i]]);
        let k = [[focal, 0.0, 0.5 * frame[0]], [0.0, focal, 0.5 * frame[1]], [0.0, 0.0, 1.0]];
        product(&k, &m)
    };
    let margin = 10.0;
    let fits = |m: &Matrix| {
        outline(m, size).iter().all(|p| {
            let (x, y) = (f64::from(p.x), f64::from(p.y));
            x > margin && y > margin && x < frame[0] - margin && y < frame[1] - margin
        })
    };
    let mut distance = focal * size[0] / frame[0].max(frame[1]);
    while !fits(&at(0.0, 0.0, distance)) {
        distance *= 1.02;
    }
    distance /= fill;
    let room = 0.5 * frame[0].max(frame[1]) * distance / focal;
    let mut best = at(0.0, 0.0, distance);
    for _ in 0..30 {
        let moved = at(random.between(-room, room), random.between(-room, room), distance);
        if fits(&moved) {
            best = moved;
            break;
        }
    }
    best
}

/// The page's corners in the photograph: upper left, upper right, lower right, lower left.
pub fn outline(m: &Matrix, [w, h]: [f64; 2]) -> [Point; 4] {
    [[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]].map(|corner| {
        let [x, y] = apply(m, corner);
        Point::new(x as f32, y as f32)
    })
}
