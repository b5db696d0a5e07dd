//! How a point of a surface answers the screen and the ambient light.
//!
//! - The screen is a Lambertian rectangle in the plane of the camera. Irradiance from each of its
//!   quarters is a sum over small patches of L · cos θ · cos θ′ · dA / d² (inverse-square law and
//!   Lambert's law; e.g. M. Pharr, W. Jakob, G. Humphreys, "Physically Based Rendering", 5.5). Cast
//!   shadows are left out; a point turned away is in its own shadow.
//! - Diffuse reflection is Lambertian. What gloss mirrors is the screen's rectangle about the
//!   mirrored line of sight, blurred by the surface's roughness (a prefiltered area light: the
//!   Gaussian of the slopes in P. Beckmann, A. Spizzichino, 1963, gives the mirrored ray twice the
//!   slope's deviation), times Fresnel's reflectance after C. Schlick, "An Inexpensive BRDF Model
//!   for Physically-based Rendering", 1994.
//! - The ambient light is a first-order environment: irradiance 1 + k·(n·l) over its value (R.
//!   Ramamoorthi, P. Hanrahan, "An Efficient Representation for Irradiance Environment Maps", 2001,
//!   cut after the linear terms), and what gloss mirrors of it is an even surrounding of its mean,
//!   without Fresnel's rise: at grazing angles a face mirrors the room behind it, which is darker.

use super::light::{Light, QUARTERS};
use super::scene::{Device, Lamp};
use super::vector::{Vector, dot, minus, mix, times};

/// Patches of the screen across and down; even, so that each belongs to one quarter.
const PATCHES: [usize; 2] = [4, 6];
/// A turn that is small, in radians.
const SMALL: f32 = 1e-2;

/// A point on a surface, and what it is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surfel {
    /// In centimetres from the camera.
    pub(super) position: Vector,
    /// Of length 1.
    pub(super) normal: Vector,
    /// The normal of what mirrors; another one on the cornea.
    pub(super) mirror: Vector,
    /// Diffuse reflectance, linear red, green, blue.
    pub(super) albedo: [f32; 3],
    /// Reflectance of the gloss at normal incidence.
    pub(super) f0: f32,
    /// Root mean square of the gloss's slopes.
    pub(super) roughness: f32,
}

/// A point on a surface with the geometry worked out: radiance is linear in these and in the light.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Texel {
    /// Diffuse reflectance over π; last, what gloss mirrors of the ambient light.
    pub(super) albedo: [f32; 4],
    /// The normal; last, how much ambient light there is.
    pub(super) normal: [f32; 4],
    /// Irradiance from each quarter of the screen, in lux per cd/m².
    pub(super) diffuse: [f32; QUARTERS],
    /// Radiance that gloss mirrors of each quarter, over the screen's.
    pub(super) gloss: [f32; QUARTERS],
}

impl Texel {
    /// `front` before `back`, as areas; none is worked out in vain.
    pub(super) fn mixed(back: impl FnOnce() -> Self, front: impl FnOnce() -> Self, share: f32) -> Self {
        if share <= 0.0 {
            return back();
        }
        if share >= 1.0 {
            return front();
        }
        let (back, front) = (back(), front());
        Self {
            albedo: mix(back.albedo, front.albedo, share),
            normal: mix(back.normal, front.normal, share),
            diffuse: mix(back.diffuse, front.diffuse, share),
            gloss: mix(back.gloss, front.gloss, share),
        }
    }

    /// As if all its radiance were multiplied by `gain`.
    pub(super) fn scaled(self, gain: f32) -> Self {
        Self { albedo: self.albedo.map(|v| gain * v), gloss: self.gloss.map(|v| gain * v), ..self }
    }

    /// Radiance in cd/m² (red, green, blue, unused) on a layer turned by yaw and pitch in radians.
    pub(super) fn radiance(&self, light: &Light, ambient: &Ambient, [yaw, pitch]: [f32; 2]) -> [f32; 4] {
        let [level, by_yaw, by_pitch] = ambient.levels(self.normal);
        let level = level + yaw * by_yaw + pitch * by_pitch;
        let ([ar, ag, ab, mirrored], [.., share]) = (self.albedo, self.normal);
        let mirrored = mirrored * share;
        let mut lux = light.ambient.map(|v| level * v);
        let mut out = light.ambient.map(|v| mirrored * v);
        for ((source, diffuse), gloss) in light.screen.iter().zip(self.diffuse).zip(self.gloss) {
            lux.iter_mut().zip(source).for_each(|(sum, v)| *sum += diffuse * v);
            out.iter_mut().zip(source).for_each(|(sum, v)| *sum += gloss * v);
        }
        out.iter_mut().zip(lux).zip([ar, ag, ab, 0.0]).for_each(|((sum, lux), albedo)| *sum += albedo * lux);
        out
    }
}

/// The ambient light's distribution: 1 for a surface that faces the camera.
#[derive(Clone, Debug)]
pub(super) struct Ambient {
    even: f32,
    axis: Vector,
    lamps: Vec<Lamp>,
}

impl Ambient {
    /// From the direction `axis` (of length 1), a share `direction` of it.
    pub(super) fn new(axis: Vector, direction: f32) -> Self {
        let [_, _, z] = axis;
        let frontal = 1.0 - direction * z;
        let scale = 1.0 / frontal.max(0.1);
        Self { even: scale, axis: times(axis, direction * scale), lamps: Vec::new() }
    }

    /// The same with `lamps` beside it, together 1 for a surface that faces the camera.
    pub(super) fn with_lamps(self, lamps: &[Lamp]) -> Self {
        let front = [0.0, 0.0, -1.0];
        let scale = 1.0 / (1.0 + lamps.iter().map(|lamp| lamp_level(lamp, front)).sum::<f32>());
        let lamps = lamps.iter().map(|lamp| Lamp { share: scale * lamp.share, ..lamp.clone() }).collect();
        Self { even: scale * self.even, axis: times(self.axis, scale), lamps }
    }

    /// What a surface mirrors of the lamps, over what it mirrors of an even light: lobes about the
    /// mirrored line of sight (B. T. Phong's, "Illumination for Computer Generated Pictures", 1975,
    /// another model than the screen's).
    pub(super) fn highlights(&self, mirror: Vector, position: Vector, roughness: f32) -> f32 {
        let view = super::vector::unit(times(position, -1.0));
        let ray = minus(times(mirror, 2.0 * dot(mirror, view)), view);
        let lobe = |lamp: &Lamp| {
            let width = 2.0 * roughness * roughness + 0.5 * lamp.softness * lamp.softness + 0.005;
            lamp.share * dot(ray, lamp.direction).max(0.0).powf(1.0 / width) / (2.0 * width)
        };
        1.0 + self.lamps.iter().map(lobe).sum::<f32>()
    }

    /// On a surface with this normal, last how much ambient light there is: as things were set up,
    /// and what being turned by yaw and pitch adds to it per radian.
    pub(super) fn levels(&self, [nx, ny, nz, share]: [f32; 4]) -> [f32; 3] {
        let [x, y, z] = self.axis;
        let mut levels = [self.even + nx * x + ny * y + nz * z, nz * x - nx * z, ny * z - nz * y];
        for lamp in &self.lamps {
            let at = |normal: Vector| lamp_level(lamp, normal);
            let level = at([nx, ny, nz]);
            // A small turn, and what it changes.
            let (by_yaw, by_pitch) = (
                at([nx + SMALL * nz, ny, nz - SMALL * nx]) - level,
                at([nx, ny - SMALL * nz, nz + SMALL * ny]) - level,
            );
            let own = [level, by_yaw / SMALL, by_pitch / SMALL];
            levels.iter_mut().zip(own).for_each(|(sum, v)| *sum += v);
        }
        levels.map(|v| share * v)
    }
}

/// A lamp's irradiance on a surface with this normal: Lambert's cosine, wrapped about the edge as
/// far as the lamp is soft. Behind the surface there is none.
fn lamp_level(lamp: &Lamp, normal: Vector) -> f32 {
    lamp.share * ((dot(normal, lamp.direction) + lamp.softness) / (1.0 + lamp.softness)).max(0.0)
}

/// The flashing screen.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    /// Middles of one patch of each quarter at a time: their x, their y, in centimetres.
    patches: Vec<[[f32; QUARTERS]; 2]>,
    patch_cm2: f32,
    /// Edges and middle, in centimetres.
    x: [f32; 3],
    y: [f32; 3],
}

impl Screen {
    pub(super) fn new(device: &Device) -> Self {
        let [across, down] = PATCHES;
        let (w, h, middle) = (device.width_cm, device.height_cm, device.camera_above_cm);
        let x = |column: usize| w * ((column as f32 + 0.5) / across as f32 - 0.5);
        let y = |row: usize| middle + h * ((row as f32 + 0.5) / down as f32 - 0.5);
        let (right, low) = (across / 2, down / 2);
        let patches = (0..right * low).map(|i| {
            let (column, row) = (i % right, i / right);
            let ([x0, x1], [y0, y1]) = ([x(column), x(column + right)], [y(row), y(row + low)]);
            [[x0, x1, x0, x1], [y0, y0, y1, y1]]
        });
        Self {
            patches: patches.collect(),
            patch_cm2: w * h / (across * down) as f32,
            x: [-0.5 * w, 0.0, 0.5 * w],
            y: [middle - 0.5 * h, middle, middle + 0.5 * h],
        }
    }

    /// Irradiance in lux at `position` from each quarter at 1 cd/m².
    pub(super) fn irradiance(&self, [px, py, pz]: Vector, [nx, ny, nz]: Vector) -> [f32; QUARTERS] {
        let mut sums = [0.0; QUARTERS];
        let behind = pz.max(0.0) * self.patch_cm2;
        for [xs, ys] in &self.patches {
            for (sum, (x, y)) in sums.iter_mut().zip(xs.iter().zip(ys)) {
                let (x, y) = (x - px, y - py);
                let square = (x * x + y * y + pz * pz).max(1.0);
                *sum += (nx * x + ny * y - nz * pz).max(0.0) * behind / (square * square);
            }
        }
        sums
    }

    /// How much of each quarter a surface mirrors towards the camera, before Fresnel.
    fn mirrored(&self, position: Vector, normal: Vector, view: Vector, roughness: f32) -> [f32; QUARTERS] {
        let [rx, ry, rz] = minus(times(normal, 2.0 * dot(normal, view)), view);
        if rz > -0.02 {
            return [0.0; QUARTERS];
        }
        let [px, py, pz] = position;
        let length = pz / -rz;
        let (hit_x, hit_y) = (px + length * rx, py + length * ry);
        let blur = (std::f32::consts::SQRT_2 * roughness * length).max(0.05);
        // The logistic curve that comes closest to the normal distribution's, within 0.01.
        let below = |edge: f32, hit: f32| 1.0 / (1.0 + (-1.702 * (edge - hit) / blur).exp());
        let [x0, x1, x2] = self.x.map(|edge| below(edge, hit_x));
        let [y0, y1, y2] = self.y.map(|edge| below(edge, hit_y));
        [(x1 - x0) * (y1 - y0), (x2 - x1) * (y1 - y0), (x1 - x0) * (y2 - y1), (x2 - x1) * (y2 - y1)]
    }

    /// The surface point with its geometry worked out.
    pub(super) fn texel(&self, surfel: &Surfel) -> Texel {
        let Surfel { position, normal, mirror, albedo, f0, roughness } = *surfel;
        let gloss = if f0 > 0.0 {
            let view = super::vector::unit(times(position, -1.0));
            let grazing = (1.0 - dot(mirror, view).clamp(0.0, 1.0)).powi(5);
            let fresnel = f0 + (1.0 - f0) * grazing * (1.0 - roughness).max(0.0);
            self.mirrored(position, mirror, view, roughness).map(|v| fresnel * v)
        } else {
            [0.0; QUARTERS]
        };
        let [r, g, b] = albedo.map(|v| v * std::f32::consts::FRAC_1_PI);
        let [nx, ny, nz] = normal;
        Texel {
            albedo: [r, g, b, f0 * std::f32::consts::FRAC_1_PI],
            normal: [nx, ny, nz, 1.0],
            diffuse: self.irradiance(position, normal),
            gloss,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_gives_80_lux_at_25_centimetres() {
        let device = Device::default();
        let screen = Screen::new(&device);
        let lux = |z: f32| {
            let sum: f32 = screen.irradiance([0.0, device.camera_above_cm, z], [0.0, 0.0, -1.0]).iter().sum();
            device.luminance_cd_m2 * sum
        };
        assert!((lux(25.0) - 80.0).abs() < 8.0, "{} lx", lux(25.0));
        let far = lux(400.0) / lux(200.0);
        assert!((far - 0.25).abs() < 0.005, "the inverse square of the distance: {far}");
        assert!(screen.irradiance([0.0, 0.0, 25.0], [0.0, 0.0, 1.0]).iter().all(|v| *v == 0.0), "turned away");
    }

    #[test]
    fn a_mirror_shows_the_screen_where_it_is_and_dims_nothing() {
        let device = Device { camera_above_cm: 0.0, ..Device::default() };
        let screen = Screen::new(&device);
        let surfel = |position, mirror| Surfel {
            position,
            normal: [0.0, 0.0, -1.0],
            mirror,
            albedo: [0.0; 3],
            f0: 0.04,
            roughness: 0.0,
        };
        let back: f32 = screen.texel(&surfel([0.0, 0.0, 30.0], [0.0, 0.0, -1.0])).gloss.iter().sum();
        assert!((back - 0.04).abs() < 1e-3, "{back}");
        // 2 cm beside the axis the mirrored ray meets the screen 4 cm off: just beyond its edge at
        // 3.5 cm.
        let beside: f32 = screen.texel(&surfel([2.0, 0.0, 30.0], [0.0, 0.0, -1.0])).gloss.iter().sum();
        assert!(beside < 1e-3, "{beside}");
        let [a, b, c, d] = screen.texel(&surfel([1.0, 1.0, 30.0], [0.0, 0.0, -1.0])).gloss;
        assert!(d > 0.039 && a + b + c < 1e-3, "image right and low sees that quarter: {a} {b} {c} {d}");
    }

    #[test]
    fn ambient_light_is_one_from_the_front() {
        let ambient = Ambient::new([0.0, -0.8, -0.6], 0.5);
        let texel = |normal: [f32; 3]| {
            let [x, y, z] = normal;
            Texel { albedo: [1.0, 1.0, 1.0, 0.0], normal: [x, y, z, 1.0], ..Texel::default() }
        };
        let light = Light { ambient: [300.0; 4], ..Light::default() };
        let level = |normal| texel(normal).radiance(&light, &ambient, [0.0; 2])[0];
        assert!((level([0.0, 0.0, -1.0]) - 300.0).abs() < 1e-3);
        assert!(level([0.0, -1.0, 0.0]) > 1.5 * level([0.0, 1.0, 0.0]), "from above");
    }
}
