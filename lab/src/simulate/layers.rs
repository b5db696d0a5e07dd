//! A frame's light taken apart: what the ambient light gives, and what the screen gives.
//!
//! Radiance is linear in both, and a surface mixes no colours: so the red, green and blue of the
//! second picture are the answers to the screen's red, green and blue. A camera that *answers* a
//! page mixes them by the colour that the page shows at that moment.

use super::develop::Taking;
use super::light::Track;
use super::recording::Recording;
use super::sensor::{Sensor, Tone};
use super::species::Species;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::jpeg::compressed;
use jpeg_encoder::SamplingFactor;
use selfsame::image::{Photo, srgb_to_linear};
use selfsame::liveness::{Region, Segment};

/// What a picture's mean level should be, linear: two stops remain for what is brighter.
const MEAN: f32 = 0.12;
/// Luminance that the gains are found with, in signal per cd/m².
const TRIAL: f32 = 1e-3;
/// JPEG quality of layers: a tenth of PNG's size.
const QUALITY: u8 = 97;

/// A pose of everything before the camera under each light alone. Linear light is encoded as sRGB,
/// without noise or crosstalk.
#[derive(Debug, Clone)]
pub struct LightLayers {
    /// In all light but the screen's.
    pub ambient: Photo,
    /// In the light of a screen that is white all over, and no other.
    pub screen: Photo,
}

impl LightLayers {
    /// Both pictures as JPEG with whole chroma, so little compressed that a mixture of them shows
    /// none of it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] in [`Stage::Simulate`] if they are larger than a JPEG can be.
    pub fn to_jpegs(&self) -> Result<[Vec<u8>; 2]> {
        let file = |photo| compressed(photo, QUALITY, SamplingFactor::R_4_4_4).map(|(file, _)| file);
        Ok([file(&self.ambient)?, file(&self.screen)?])
    }
}

/// What full scale of the two pictures stands for, in cd/m².
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct LayerScales {
    /// Of [`LightLayers::ambient`].
    pub ambient_cd_m2: f32,
    /// Of [`LightLayers::screen`].
    pub screen_cd_m2: f32,
}

impl Recording {
    /// The challenge of a recording whose [`Self::light_layers`] are wanted: white for so long, in
    /// microseconds.
    pub fn white(duration_us: u64) -> [Segment; 1] {
        [Segment { start_us: 0, duration_us, color: [255; 3], region: Region::Full }]
    }

    /// What full scale of all layers of this recording is.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] in [`Stage::Simulate`] if it has no frame, or is of a species
    /// that is more than a thing before a camera: what answers late, or changes over.
    pub fn layer_scales(&self) -> Result<LayerScales> {
        let scale = |screen: bool| {
            let pixels = self.layer(0, screen, TRIAL)?;
            let light = |v: &u8| srgb_to_linear(f32::from(*v) / 255.0);
            let mean = pixels.iter().map(light).sum::<f32>() / pixels.len() as f32;
            // Of what never answers no scale is better than another.
            Ok::<_, Error>(if mean > 1e-4 { mean / MEAN / TRIAL } else { 1.0 / TRIAL })
        };
        Ok(LayerScales { ambient_cd_m2: scale(false)?, screen_cd_m2: scale(true)? })
    }

    /// Frame `index`, 0 .. [`Recording::len`], of a recording of [`Self::white`], in each light
    /// alone.
    ///
    /// # Errors
    /// As [`Self::layer_scales`], and if there is no such frame.
    pub fn light_layers(&self, index: usize, scales: LayerScales) -> Result<LightLayers> {
        let photo = |screen, scale: f32| {
            let (width, height) = (self.grid.width as u32, self.grid.height as u32);
            Ok::<_, Error>(Photo::from_rgb8(width, height, self.layer(index, screen, 1.0 / scale)?)?)
        };
        Ok(LightLayers { ambient: photo(false, scales.ambient_cd_m2)?, screen: photo(true, scales.screen_cd_m2)? })
    }

    fn layer(&self, index: usize, screen: bool, gain: f32) -> Result<Vec<u8>> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidArgument, Stage::Simulate, message);
        let species = self.scene.species;
        if !has_layers(species) {
            return Err(invalid(format!("{species} cannot be taken apart into lights")));
        }
        let plan = self.plans.get(index).ok_or_else(|| invalid(format!("there is no frame {index}")))?;
        let track = |track: &Track| if screen { track.screen_alone() } else { track.without_screen() };
        let tracks: Vec<_> = self.tracks.iter().map(track).collect();
        let taking = Taking { tracks: &tracks, sensor: Sensor::ideal(gain), tone: &Tone::new(0.0) };
        Ok(self.picture(plan, &self.stages[plan.stage], &taking))
    }
}

/// Whether everything that answers the screen does so at once, and is there all the time.
fn has_layers(species: Species) -> bool {
    use Species::{
        InjectedPlain, Live, MaskFlat, MaskPaper, MaskSilicone, PrintBacklit, PrintBent, PrintEyeHoles, PrintFlat,
        PrintGlossy, ReplayPhone, ReplayTablet,
    };
    let whole = [Live, PrintFlat, PrintBent, PrintEyeHoles, PrintGlossy, PrintBacklit, ReplayPhone, ReplayTablet];
    whole.contains(&species) || [InjectedPlain, MaskFlat, MaskPaper, MaskSilicone].contains(&species)
}

#[cfg(test)]
mod tests {
    use super::super::{Scene, Subject, simulate};
    use super::*;
    use selfsame::engine::Engine;

    #[test]
    fn a_frame_is_the_sum_of_its_lights() {
        let portrait = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../datasets/portraits/obama.jpg")).unwrap();
        let portrait = Photo::decode(&portrait, &Default::default()).unwrap();
        let subject = Subject::new(&Engine::new().unwrap(), &portrait).unwrap();
        let mean = |photo: &Photo| {
            let levels = photo.pixels().iter().map(|v| f64::from(srgb_to_linear(f32::from(*v) / 255.0)));
            levels.sum::<f64>() / photo.pixels().len() as f64
        };
        let scene = |species| Scene { species, ..Scene::default() };
        let layers = |species| {
            let recording = simulate(&subject, None, &Recording::white(100_000), &scene(species)).unwrap();
            let scales = recording.layer_scales().unwrap();
            (recording.light_layers(1, scales).unwrap(), scales)
        };
        let (live, scales) = layers(Species::Live);
        let [ambient, screen] = [&live.ambient, &live.screen].map(mean);
        assert!((ambient - 0.12).abs() < 0.03 && (screen - 0.12).abs() < 0.03, "{ambient} {screen}");
        let share = scales.screen_cd_m2 / scales.ambient_cd_m2;
        assert!((0.02..0.5).contains(&share), "a phone's white gives {share} of an office's light");
        let (nothing, _) = layers(Species::InjectedPlain);
        assert_eq!(mean(&nothing.screen), 0.0, "what is injected answers nothing");
        let swap = simulate(&subject, Some(&subject), &Recording::white(100_000), &scene(Species::FaceSwap)).unwrap();
        assert!(swap.layer_scales().is_err());
    }
}
