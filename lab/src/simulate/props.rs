//! What attackers hold before the camera: paper and displays, as planes or cylinders.
//!
//! Paper is a Lambertian surface between its ink's and its own reflectance (ISO 12647-2 gives
//! papers L* about 95 and solids about 16 to 20); gloss of paper, glass and silicone is a
//! dielectric's of refractive index 1.5: 4 % at normal incidence.

use super::grid::Grid;
use super::person::Patch;
use super::surface::Surfel;
use super::vector::{Vector, mix, smoothstep, unit};
use selfsame::image::luminance_linear;

/// Reflectance of solid ink, and of paper that is a little darker than that: L* 92.6, ours.
const INK: f32 = 0.03;
const PAPER: f32 = 0.82;
/// How much of their colour prints keep: inks reach less of it than displays.
const CHROMA: f32 = 0.85;
/// Of glass, glossy paper and silicone.
const GLOSS_F0: f32 = 0.04;
/// What a switched-off display scatters.
const GLASS_ALBEDO: f32 = 0.015;
/// A4, in centimetres.
const SHEET_CM: [f32; 2] = [21.0, 29.7];
/// Edges are this soft, in centimetres.
const SOFT_CM: f32 = 0.06;
/// The frame about a display, in centimetres.
pub(super) const BEZEL_CM: f32 = 0.5;

/// A sheet or a display, about the point between the eyes in the image.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prop {
    /// Of its middle.
    pub(super) distance_cm: f32,
    /// Half its width and height.
    half_cm: [f32; 2],
    /// Where its middle is in the image.
    middle_px: [f32; 2],
    /// Depth gained per centimetre to the right and down.
    slope: [f32; 2],
    /// Of a bent sheet.
    radius_cm: Option<f32>,
    roughness: f32,
    f0: f32,
}

/// A pixel on a prop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) position: Vector,
    pub(super) normal: Vector,
    /// From its middle, in centimetres along it.
    pub(super) place: [f32; 2],
}

impl Prop {
    /// A life-size print at the eyes' distance.
    pub(super) fn sheet(grid: &Grid, tilt_deg: [f32; 2], radius_cm: Option<f32>, glossy: bool) -> Self {
        let (roughness, f0) = if glossy { (0.04, GLOSS_F0) } else { (0.5, GLOSS_F0) };
        Self { roughness, f0, radius_cm, ..Self::flat(grid, grid.distance_cm, SHEET_CM, tilt_deg) }
    }

    /// A display of this size, held so near that its picture has the size of a face at the eyes'
    /// distance times `size`.
    pub(super) fn display(grid: &Grid, size_cm: [f32; 2], size: f32, tilt_deg: [f32; 2]) -> Self {
        Self { roughness: 0.01, f0: GLOSS_F0, ..Self::flat(grid, size * grid.distance_cm, size_cm, tilt_deg) }
    }

    fn flat(grid: &Grid, distance_cm: f32, [width, height]: [f32; 2], [yaw, pitch]: [f32; 2]) -> Self {
        let [x, y] = grid.eyes_px();
        // The face's middle lies 3 cm under the eyes.
        let middle_px = [x, y + 3.0 * grid.px_per_cm()];
        let slope = [yaw.to_radians().tan(), pitch.to_radians().tan()];
        Self {
            distance_cm,
            half_cm: [0.5 * width, 0.5 * height],
            middle_px,
            slope,
            radius_cm: None,
            roughness: 0.5,
            f0: 0.0,
        }
    }

    pub(super) fn middle_px(&self) -> [f32; 2] {
        self.middle_px
    }

    /// The point of the prop's surface that the pixel sees.
    pub(super) fn spot(&self, grid: &Grid, x: usize, y: usize) -> Spot {
        let ([mx, my], [sx, sy]) = (self.middle_px, self.slope);
        let cm = self.distance_cm / grid.focal_px;
        let (dx, dy) = ((x as f32 + 0.5 - mx) * cm, (y as f32 + 0.5 - my) * cm);
        let (mut z, mut normal, mut u) = (dx * sx + dy * sy, [sx, sy, -1.0], dx);
        if let Some(radius) = self.radius_cm {
            let sine = (dx / radius).clamp(-0.95, 0.95);
            z += radius * (1.0 - (1.0 - sine * sine).sqrt());
            normal = [sx + sine / (1.0 - sine * sine).sqrt(), sy, -1.0];
            u = radius * sine.asin();
        }
        Spot { position: grid.point(x, y, self.distance_cm + z), normal: unit(normal), place: [u, dy] }
    }

    /// How much of the spot the prop covers, grown by `margin_cm`.
    pub(super) fn share(&self, spot: &Spot, margin_cm: f32) -> f32 {
        let ([u, v], [hw, hh]) = (spot.place, self.half_cm);
        let inside = (hw + margin_cm - u.abs()).min(hh + margin_cm - v.abs());
        smoothstep(-SOFT_CM, SOFT_CM, inside)
    }

    /// Printed paper of what the patch shows.
    pub(super) fn paper(&self, spot: &Spot, patch: &Patch) -> Surfel {
        Surfel {
            position: spot.position,
            normal: spot.normal,
            mirror: spot.normal,
            albedo: printed(patch.shaded),
            f0: self.f0,
            roughness: self.roughness,
        }
    }

    /// The glass of a display, with a black frame about it.
    pub(super) fn glass(&self, spot: &Spot) -> Surfel {
        let albedo = [GLASS_ALBEDO; 3];
        Surfel {
            position: spot.position,
            normal: spot.normal,
            mirror: spot.normal,
            albedo,
            f0: self.f0,
            roughness: self.roughness,
        }
    }
}

/// The reflectance that a print gives to a reflectance.
pub(super) fn printed(color: [f32; 3]) -> [f32; 3] {
    let grey = luminance_linear(color);
    mix([grey; 3], color, CHROMA).map(|v| INK + (PAPER - INK) * v.clamp(0.0, 1.0))
}

/// The mask's surface where a face's would be: its shape, other material, and painted eyes.
pub(super) fn masked(grid: &Grid, x: usize, y: usize, patch: &Patch, silicone: bool) -> Surfel {
    let live = patch.live(grid, x, y);
    let grey = luminance_linear(patch.albedo);
    let (albedo, roughness) = if silicone {
        // Pigmented silicone varies less than skin and shines more.
        (mix([grey; 3], patch.albedo, 0.9), 0.18)
    } else {
        (printed(patch.shaded), 0.5)
    };
    Surfel { albedo, mirror: live.normal, f0: GLOSS_F0, roughness, ..live }
}

/// A wall of uneven grey at `distance_cm`.
pub(super) fn wall(grid: &Grid, x: usize, y: usize, distance_cm: f32) -> Surfel {
    let position = grid.point(x, y, distance_cm);
    let [px, py, _] = position;
    let tone = 0.42 + 0.05 * (0.05 * px + 0.9).sin() * (0.03 * py + 0.4).sin() + 0.02 * (0.13 * px + 0.07 * py).sin();
    let normal = [0.0, 0.0, -1.0];
    Surfel { position, normal, mirror: normal, albedo: [tone, 0.98 * tone, 0.94 * tone], f0: 0.0, roughness: 1.0 }
}
