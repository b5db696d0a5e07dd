//! Triangles with a picture on them, in true perspective, the nearest seen.

use super::solid::Solid;

/// A picture in linear light, one value a pixel.
#[derive(Clone)]
pub(super) struct Texture {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<[f32; 3]>,
}

impl Texture {
    /// The colour at a place, linear between pixels.
    pub(super) fn at(&self, [x, y]: [f32; 2]) -> [f32; 3] {
        let x = (x - 0.5).clamp(0.0, self.width as f32 - 1.001);
        let y = (y - 0.5).clamp(0.0, self.height as f32 - 1.001);
        let (column, row) = (x as usize, y as usize);
        let (fx, fy) = (x - column as f32, y - row as f32);
        let at = |r: usize, c: usize| self.values[r * self.width + c];
        let (a, b, c, d) = (at(row, column), at(row, column + 1), at(row + 1, column), at(row + 1, column + 1));
        std::array::from_fn(|i| {
            let (upper, lower) = (a[i] + fx * (b[i] - a[i]), c[i] + fx * (d[i] - c[i]));
            upper + fy * (lower - upper)
        })
    }
}

/// A picture that is being drawn.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) colors: Vec<[f32; 3]>,
    /// One over the depth of what is seen.
    nearness: Vec<f32>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, colors: vec![[0.0; 3]; width * height], nearness: vec![0.0; width * height] }
    }

    /// Draws a solid. `project` gives a point's pixel and depth; `light` the factor of its light.
    pub(super) fn draw(
        &mut self,
        solid: &Solid,
        texture: &Texture,
        project: impl Fn([f32; 3]) -> [f32; 3],
        light: impl Fn([f32; 3]) -> f32,
    ) {
        let corners: Vec<([f32; 3], [f32; 2], f32)> =
            solid.points.iter().zip(&solid.places).map(|(p, place)| (project(*p), *place, light(*p))).collect();
        for triangle in &solid.triangles {
            self.triangle(triangle.map(|i| corners[i as usize]), texture);
        }
    }

    fn triangle(&mut self, corners: [([f32; 3], [f32; 2], f32); 3], texture: &Texture) {
        let [([ax, ay, az], at, al), ([bx, by, bz], bt, bl), ([cx, cy, cz], ct, cl)] = corners;
        if az <= 1.0 || bz <= 1.0 || cz <= 1.0 {
            return;
        }
        let area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
        if area.abs() < 1e-9 {
            return;
        }
        let range = |a: f32, b: f32, c: f32, side: usize| {
            let (low, high) = (a.min(b).min(c) - 0.5, a.max(b).max(c) - 0.5);
            (low.ceil().max(0.0) as usize, (high.floor() + 1.0).clamp(0.0, side as f32) as usize)
        };
        let ((left, right), (top, bottom)) = (range(ax, bx, cx, self.width), range(ay, by, cy, self.height));
        let (na, nb, nc) = (1.0 / az, 1.0 / bz, 1.0 / cz);
        for row in top..bottom {
            let y = row as f32 + 0.5;
            for column in left..right {
                let x = column as f32 + 0.5;
                let s = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area;
                let t = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area;
                let r = 1.0 - s - t;
                if s < -1e-4 || t < -1e-4 || r < -1e-4 {
                    continue;
                }
                let nearness = r * na + s * nb + t * nc;
                let pixel = row * self.width + column;
                if nearness <= self.nearness[pixel] {
                    continue;
                }
                // Places are even in the scene, not on the screen.
                let (r, s, t) = (r * na / nearness, s * nb / nearness, t * nc / nearness);
                let place = [r * at[0] + s * bt[0] + t * ct[0], r * at[1] + s * bt[1] + t * ct[1]];
                let light = r * al + s * bl + t * cl;
                self.nearness[pixel] = nearness;
                self.colors[pixel] = texture.at(place).map(|v| light * v);
            }
        }
    }
}
