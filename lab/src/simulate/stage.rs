//! What stands before the camera, species by species: layers of surface, each under its own light,
//! and what moves with what.

use super::block::{BLOCK, Block};
use super::grid::Grid;
use super::light::{Light, QUARTERS};
use super::motion::{Pose, Poses};
use super::person::{Patch, Person};
use super::props::{BEZEL_CM, Prop, Spot, masked, wall};
use super::scene::Scene;
use super::shade::Surface;
use super::species::Species;
use super::subject::Subject;
use super::surface::{Ambient, Screen, Surfel, Texel};
use crate::error::Result;
use selfsame::image::luminance_linear;

/// Number of the light that shines on the scene, and of that in a video of it.
pub(super) const SCENE: usize = 0;
pub(super) const VIDEO: usize = 1;
/// Ambient light in a replayed video, in lux; its display shows a face at this share of its white.
pub(super) const VIDEO_LUX: f32 = 300.0;
const VIDEO_LEVEL: f32 = 0.25;
/// Where the head turns: behind the eyes, in centimetres.
const PIVOT_CM: f32 = 5.0;
/// Of a mask cut out of paper, before the eyes.
const CUTOUT_CM: f32 = -1.5;
/// Displays: lit area in centimetres, and distance over that of a face of the same size in the
/// image.
const PHONE: ([f32; 2], f32) = ([7.0, 14.5], 0.45);
const TABLET: ([f32; 2], f32) = ([16.0, 23.0], 0.85);

/// What a thing moves with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Body {
    Head,
    Prop,
}

impl Body {
    pub(super) fn pose(self, poses: &Poses) -> Pose {
        match self {
            Self::Head => poses.head,
            Self::Prop => poses.prop,
        }
    }
}

/// Surfaces under one light; radiances of layers add up.
pub(super) struct Layer {
    pub(super) surface: Surface,
    /// Which light.
    pub(super) track: usize,
    pub(super) body: Body,
    pub(super) meter: Meter,
}

/// Mean radiance of a layer where the exposure control looks, per unit of light: linear red, green,
/// blue.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Meter {
    ambient: [f32; 3],
    quarters: [[f32; 3]; QUARTERS],
}

/// One thing's motion in the image.
pub(super) struct Mover {
    pub(super) body: Body,
    /// For each pixel how much of it moves, and that times its depth behind the pivot in
    /// centimetres.
    field: Vec<[f32; 2]>,
    /// Largest of the latter.
    deepest_cm: f32,
    px_per_cm: f32,
    distance_cm: f32,
    middle_px: [f32; 2],
}

/// Everything before the camera.
pub(super) struct Stage {
    pub(super) layers: Vec<Layer>,
    pub(super) movers: Vec<Mover>,
}

/// Builds the stage of a species.
pub(super) struct Builder<'a> {
    pub(super) grid: Grid,
    pub(super) scene: &'a Scene,
    pub(super) screen: Screen,
    ambient: Ambient,
    person: Person,
    /// Whose mesh lends its shading.
    pub(super) other: Option<Person>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(subject: &Subject, other: Option<&Subject>, scene: &'a Scene, ambient: Ambient) -> Result<Self> {
        let grid = Grid::new(scene);
        let person = Person::new(subject, &grid, scene)?;
        let other = other.map(|other| Person::new(other, &grid, scene)).transpose()?;
        Ok(Self { grid, scene, screen: Screen::new(&scene.device), ambient, person, other })
    }

    pub(super) fn stage(&self) -> Stage {
        let Scene { species, attack, .. } = self.scene;
        let live = |x, y| self.live(x, y);
        match species {
            Species::Live
            | Species::FaceSwap
            | Species::Looped
            | Species::Delayed
            | Species::Stretched
            | Species::SwappedFrame
            | Species::SwappedFlicker
            | Species::Morphed
            | Species::Spliced
            | Species::Retimed
            | Species::Veiled => self.headed(SCENE, live),
            Species::InjectedOverlay => self.headed(VIDEO, |x, y| self.overlaid(x, y)),
            Species::RelayTablet => self.replay(TABLET, |x, y| self.relit(x, y)),
            Species::RelayLive => self.replay(TABLET, live),
            Species::PrintBacklit => self.backlit(),
            Species::InjectedOther | Species::InjectedPlain => self.headed(VIDEO, live),
            Species::InjectedTint => self.headed(VIDEO, |x, y| self.tinted(x, y)),
            Species::InjectedRelight => self.headed(VIDEO, |x, y| self.relit(x, y)),
            Species::MaskPaper => self.headed(SCENE, |x, y| self.mask(x, y, false)),
            Species::MaskSilicone => self.headed(SCENE, |x, y| self.mask(x, y, true)),
            Species::MaskFlat => self.cut_out(),
            Species::PrintFlat => self.print(None, false, false),
            Species::PrintBent => self.print(Some(attack.bend_radius_cm), false, false),
            Species::PrintEyeHoles => self.print(None, false, true),
            Species::PrintGlossy => self.print(None, true, false),
            Species::ReplayPhone => self.replay(PHONE, live),
            Species::ReplayTablet | Species::ReplayOther => self.replay(TABLET, live),
        }
    }

    pub(super) fn patch(&self, x: usize, y: usize) -> Patch {
        self.person.patch(&self.grid, x, y)
    }

    pub(super) fn texel(&self, surfel: &Surfel) -> Texel {
        let mut texel = self.screen.texel(surfel);
        let [.., mirrored] = &mut texel.albedo;
        *mirrored *= self.ambient.highlights(surfel.mirror, surfel.position, surfel.roughness);
        texel
    }

    /// A background's texel: light from everywhere, whatever turns.
    fn behind(&self, surfel: &Surfel) -> Texel {
        Texel { normal: [0.0, 0.0, 0.0, 1.0], ..self.texel(surfel) }
    }

    /// The portrait's own background.
    fn background(&self, x: usize, y: usize, patch: &Patch) -> Texel {
        let distance_cm = self.scene.distance_cm + self.scene.background_cm;
        self.behind(&Surfel { albedo: patch.albedo, ..wall(&self.grid, x, y, distance_cm) })
    }

    fn wall(&self, x: usize, y: usize) -> Texel {
        self.behind(&wall(&self.grid, x, y, self.scene.distance_cm + self.scene.background_cm))
    }

    pub(super) fn live(&self, x: usize, y: usize) -> Texel {
        let patch = self.patch(x, y);
        Texel::mixed(|| self.background(x, y, &patch), || self.texel(&patch.live(&self.grid, x, y)), patch.person)
    }

    fn mask(&self, x: usize, y: usize, silicone: bool) -> Texel {
        let patch = self.patch(x, y);
        if patch.face { self.texel(&masked(&self.grid, x, y, &patch, silicone)) } else { self.live(x, y) }
    }

    /// A print on a display that shows a still picture: dark where a screen lights a face most, so
    /// that the flash's answer over the picture's brightness has a face's relief.
    fn backlit(&self) -> Stage {
        let sheet = Prop::sheet(&self.grid, self.scene.attack.tilt_deg, None, false);
        let spot = |x, y| sheet.spot(&self.grid, x, y);
        let print = |x, y| self.texel(&sheet.paper(&spot(x, y), &self.patch(x, y)));
        let paper = self.layer(SCENE, Body::Prop, |x, y| {
            Texel::mixed(|| self.wall(x, y), || print(x, y), sheet.share(&spot(x, y), 0.0))
        });
        let sum = |texel: &Texel| texel.diffuse.iter().sum::<f32>();
        let front = self.screen.irradiance([0.0, 0.0, self.scene.distance_cm], [0.0, 0.0, -1.0]).iter().sum::<f32>();
        let glow = self.layer(VIDEO, Body::Prop, |x, y| {
            let patch = self.patch(x, y);
            if !patch.face {
                return Texel::default();
            }
            let (flat, face) = (print(x, y), self.texel(&patch.live(&self.grid, x, y)));
            let wanted = (sum(&flat) / sum(&face).max(0.15 * front)).min(6.0);
            let level = self.scene.attack.display_cd_m2 / VIDEO_LUX * 0.25 * wanted;
            let albedo = flat.albedo.map(|v| level * v);
            Texel { albedo, normal: [0.0, 0.0, 0.0, 1.0], ..Texel::default() }
        });
        let movers = vec![self.prop(&sheet, |x, y, _| sheet.share(&spot(x, y), 0.0))];
        Stage { layers: vec![paper, glow], movers }
    }

    /// One layer that moves with the head.
    fn headed(&self, track: usize, texel: impl Fn(usize, usize) -> Texel + Sync) -> Stage {
        let layer = self.layer(track, Body::Head, texel);
        Stage { layers: vec![layer], movers: vec![self.head(|_, _, patch| [patch.person, patch.depth_cm])] }
    }

    fn cut_out(&self) -> Stage {
        let sheet = Prop::sheet(&self.grid, [0.0, 0.0], None, false);
        let layer = self.layer(SCENE, Body::Head, |x, y| {
            let patch = self.patch(x, y);
            if !patch.face {
                return self.live(x, y);
            }
            let position = self.grid.point(x, y, self.grid.distance_cm + CUTOUT_CM);
            let spot = Spot { position, ..sheet.spot(&self.grid, x, y) };
            self.texel(&sheet.paper(&spot, &patch))
        });
        let flat = |_, _, patch: &Patch| [patch.person, if patch.face { CUTOUT_CM } else { patch.depth_cm }];
        Stage { layers: vec![layer], movers: vec![self.head(flat)] }
    }

    fn print(&self, radius_cm: Option<f32>, glossy: bool, holes: bool) -> Stage {
        let sheet = Prop::sheet(&self.grid, self.scene.attack.tilt_deg, radius_cm, glossy);
        let spot = |x, y| sheet.spot(&self.grid, x, y);
        let layer = self.layer(SCENE, Body::Prop, |x, y| {
            let (patch, spot) = (self.patch(x, y), spot(x, y));
            let paper = || self.texel(&sheet.paper(&spot, &patch));
            let print = || Texel::mixed(|| self.wall(x, y), paper, sheet.share(&spot, 0.0));
            Texel::mixed(print, || self.live(x, y), if holes { patch.hole } else { 0.0 })
        });
        let hole = |patch: &Patch| if holes { patch.hole } else { 0.0 };
        let mut movers = vec![self.prop(&sheet, |x, y, patch| sheet.share(&spot(x, y), 0.0) * (1.0 - hole(patch)))];
        if holes {
            movers.push(self.head(|_, _, patch| [patch.hole, patch.depth_cm]));
        }
        Stage { layers: vec![layer], movers }
    }

    /// A display that shows `live`.
    fn replay(&self, (size_cm, size): ([f32; 2], f32), live: impl Fn(usize, usize) -> Texel + Sync) -> Stage {
        let display = Prop::display(&self.grid, size_cm, size, self.scene.attack.tilt_deg);
        let share = |x, y, margin_cm| display.share(&display.spot(&self.grid, x, y), margin_cm);
        let glass = self.layer(SCENE, Body::Prop, |x, y| {
            let spot = display.spot(&self.grid, x, y);
            Texel::mixed(|| self.wall(x, y), || self.texel(&display.glass(&spot)), display.share(&spot, BEZEL_CM))
        });
        let level = luminance_linear(self.meter(&live).ambient) * VIDEO_LUX;
        let gain = VIDEO_LEVEL * self.scene.attack.display_cd_m2 / level.max(1e-6);
        let video = self.layer(VIDEO, Body::Head, |x, y| match share(x, y, 0.0) {
            0.0 => Texel::default(),
            share => live(x, y).scaled(gain * share),
        });
        let movers = vec![
            self.prop(&display, |x, y, _| share(x, y, BEZEL_CM)),
            self.head(|x, y, patch| [patch.person * share(x, y, -0.5), patch.depth_cm]),
        ];
        Stage { layers: vec![glass, video], movers }
    }

    fn layer(&self, track: usize, body: Body, texel: impl Fn(usize, usize) -> Texel + Sync) -> Layer {
        let meter = self.meter(&texel);
        Layer { surface: Surface::new(&self.grid, &self.ambient, texel), track, body, meter }
    }

    /// Means over the window that the exposure control looks at: the face and what is close to it.
    fn meter(&self, texel: &impl Fn(usize, usize) -> Texel) -> Meter {
        let [ex, ey] = self.grid.eyes_px();
        let (half, middle) = (8.0 * self.grid.px_per_cm(), ey + 3.0 * self.grid.px_per_cm());
        let range = |middle: f32, side: usize| {
            let (from, to) = ((middle - half).max(0.0) as usize, (middle + half).max(1.0) as usize);
            from.min(side - 1)..to.min(side)
        };
        let (mut meter, mut n) = (Meter::default(), 0.0f32);
        for y in range(middle, self.grid.height).step_by(3) {
            for x in range(ex, self.grid.width).step_by(3) {
                let texel = texel(x, y);
                let light = Light { ambient: [1.0; 4], ..Light::default() };
                let white = texel.radiance(&light, &self.ambient, [0.0; 2]);
                meter.ambient.iter_mut().zip(white).for_each(|(sum, v)| *sum += v);
                let answers = texel.diffuse.into_iter().zip(texel.gloss);
                for (sums, (diffuse, gloss)) in meter.quarters.iter_mut().zip(answers) {
                    for (sum, albedo) in sums.iter_mut().zip(texel.albedo) {
                        *sum += albedo * diffuse + gloss;
                    }
                }
                n += 1.0;
            }
        }
        let mean = |sums: [f32; 3]| sums.map(|v| v / n.max(1.0));
        Meter { ambient: mean(meter.ambient), quarters: meter.quarters.map(mean) }
    }

    /// What moves with the head; `part` gives share and depth behind the eyes.
    fn head(&self, part: impl Fn(usize, usize, &Patch) -> [f32; 2] + Sync) -> Mover {
        let field = self.grid.map(|x, y| {
            let [share, depth_cm] = part(x, y, &self.patch(x, y));
            [share, share * (depth_cm - PIVOT_CM)]
        });
        Mover {
            body: Body::Head,
            deepest_cm: deepest(&field),
            field,
            px_per_cm: self.grid.px_per_cm(),
            distance_cm: self.grid.distance_cm,
            middle_px: self.grid.eyes_px(),
        }
    }

    /// What moves with the prop; `part` gives the share.
    fn prop(&self, prop: &Prop, part: impl Fn(usize, usize, &Patch) -> f32 + Sync) -> Mover {
        let field = self.grid.map(|x, y| {
            let share = part(x, y, &self.patch(x, y));
            let [_, _, z] = prop.spot(&self.grid, x, y).position;
            [share, share * (z - prop.distance_cm)]
        });
        Mover {
            body: Body::Prop,
            deepest_cm: deepest(&field),
            field,
            px_per_cm: self.grid.focal_px / prop.distance_cm,
            distance_cm: prop.distance_cm,
            middle_px: prop.middle_px(),
        }
    }
}

/// The largest of a field's depths.
fn deepest(field: &[[f32; 2]]) -> f32 {
    field.iter().fold(0.0, |most, [_, depth]| most.max(depth.abs()))
}

impl Meter {
    /// Mean radiance under `light`.
    pub(super) fn radiance(&self, light: &Light) -> [f32; 3] {
        std::array::from_fn(|c| {
            let screen = self.quarters.iter().zip(&light.screen).map(|(answer, source)| answer[c] * source[c]);
            self.ambient[c] * light.ambient[c] + screen.sum::<f32>()
        })
    }

    /// Mean radiance under one lux of white light.
    pub(super) fn white(&self) -> [f32; 3] {
        self.ambient
    }
}

impl Mover {
    /// Nothing moves further up or down than so many pixels in this pose, as far as `beyond` pixels
    /// outside the image.
    pub(super) fn reach_px(&self, [width, height]: [f32; 2], beyond: f32, pose: &Pose) -> f32 {
        let ([mx, my], [_, shift], [yaw, pitch, roll]) = (self.middle_px, pose.shift_cm, pose.turn.map(f32::abs));
        let x = (mx.max(width - mx) + beyond) / self.px_per_cm;
        let y = (my.max(height - my) + beyond) / self.px_per_cm;
        let nearer = (yaw * x + pitch * y) / self.distance_cm + pose.growth.abs();
        (shift.abs() + roll * x + y * nearer + pitch * self.deepest_cm) * self.px_per_cm
    }

    /// Takes from `place` by how many pixels what the pixels `at`, which lie there in the image,
    /// show has moved in this pose.
    #[inline(always)]
    pub(super) fn shift(&self, at: &[i32; BLOCK], [x, y]: [&Block; 2], pose: &Pose, [px, py]: &mut [Block; 2]) {
        let (mut share, mut depth) = ([0.0; BLOCK], [0.0; BLOCK]);
        for (at, (share, depth)) in at.iter().zip(share.iter_mut().zip(&mut depth)) {
            [*share, *depth] = self.field[*at as usize];
        }
        if share.iter().all(|share| *share == 0.0) {
            return;
        }
        let ([mx, my], [sx, sy], [yaw, pitch, roll]) = (self.middle_px, pose.shift_cm, pose.turn);
        let (cm_per_px, per_cm) = (1.0 / self.px_per_cm, 1.0 / self.distance_cm);
        let of = share.iter().zip(&depth).zip(x.iter().zip(y));
        for (((share, z), (x, y)), (px, py)) in of.zip(px.iter_mut().zip(py)) {
            let (x, y) = ((x - mx) * cm_per_px, (y - my) * cm_per_px);
            // Small turns of (x, y, z), then perspective: what turned nearer grows.
            let nearer = (yaw * x - pitch * y) * per_cm + pose.growth;
            *px -= (share * (sx - roll * y + x * nearer) + yaw * z) * self.px_per_cm;
            *py -= (share * (sy + roll * x + y * nearer) - pitch * z) * self.px_per_cm;
        }
    }
}
