//! Damages of photographs, of every kind and strength: what a picture can bear is measured on
//! pictures that were damaged in known ways.
//!
//! Lengths are in pixels of a face that is 110 pixels wide, as faces of LFW are in its pictures of
//! 250 × 250, and grow with the face.

mod coding;
mod covers;
mod fit;
mod optics;
mod planes;
mod rates;
mod sample;
mod sensor;
mod shares;

use crate::error::Result;
use crate::jpeg;
use crate::random::Random;
use covers::{Place, Worn, covered};
pub use fit::{fit_covering, fit_reliability};
use jpeg_encoder::SamplingFactor;
use planes::Planes;
pub use rates::{Cell, DamageRates};
pub use sample::{DamagedSample, damaged_samples};
use selfsame::image::Photo;
use selfsame::mesh::Mesh;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, [$($strength:literal),+];)*) => {
        /// What happens to a photograph.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum DamageKind { $($(#[$doc])* $name,)* }

        impl DamageKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// A stable `snake_case` word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }

            /// The strengths that are measured, from the mildest on.
            #[must_use]
            pub fn strengths(self) -> &'static [f32] {
                match self { $(Self::$name => &[$($strength),+]),* }
            }
        }
    };
}

kinds! {
    /// Contrast times the strength, around the picture's mean.
    Contrast = "contrast", [0.5, 0.3, 0.2, 0.1, 0.06];
    /// White haze, uneven: the share of it.
    Haze = "haze", [0.3, 0.5, 0.7, 0.8, 0.9];
    /// Gaussian blur: its standard deviation.
    Blur = "blur", [1.0, 2.0, 3.0, 4.0, 6.0, 8.0];
    /// A lens out of focus: the radius of its disc.
    Defocus = "defocus", [2.0, 4.0, 6.0, 8.0, 12.0];
    /// Motion along a drawn direction: the length.
    Motion = "motion", [4.0, 8.0, 12.0, 18.0, 26.0];
    /// Grease on the lens: blur and haze, the blur's standard deviation.
    Smear = "smear", [1.0, 2.0, 3.0, 4.0, 6.0];
    /// A light into the lens, on the face: its radius.
    Glare = "glare", [15.0, 25.0, 35.0, 50.0, 70.0];
    /// Normal noise: its standard deviation in steps of 8 bits.
    Noise = "noise", [10.0, 20.0, 35.0, 50.0, 80.0];
    /// Black and white pixels: the share of them.
    Salt = "salt", [0.02, 0.05, 0.1, 0.2, 0.35];
    /// Little light, amplified: the light.
    Dim = "dim", [0.05, 0.02, 0.01, 0.005, 0.002];
    /// Too much light: how many times.
    Bright = "bright", [1.5, 2.5, 4.0, 6.0, 10.0];
    /// Steps a channel.
    Posterised = "posterised", [16.0, 8.0, 5.0, 3.0, 2.0];
    /// A raster of another display: its amplitude in steps of 8 bits.
    Moire = "moire", [10.0, 20.0, 35.0, 50.0, 80.0];
    /// JPEG: its quality.
    Jpeg = "jpeg", [40.0, 20.0, 10.0, 5.0, 3.0];
    /// Reduced and enlarged smoothly: how many times.
    Reduced = "reduced", [2.0, 4.0, 6.0, 8.0, 10.0];
    /// Reduced and enlarged in blocks: how many times.
    Pixelated = "pixelated", [2.0, 4.0, 6.0, 8.0, 10.0];
    /// Median of a square: its side.
    Median = "median", [3.0, 7.0, 11.0, 15.0, 21.0];
    /// Skin smoothed by a filter: its reach.
    Smoothed = "smoothed", [2.0, 4.0, 6.0, 9.0];
    /// Colours away from what they were: how far.
    Cast = "cast", [0.3, 0.5, 0.7, 0.9];
    /// A cover of one colour over a side of the face: the share of its width.
    Half = "half", [0.2, 0.3, 0.4, 0.5, 0.6];
    /// A mask over mouth and nose: how high.
    Mask = "mask", [0.0, 0.5, 1.0];
    /// Sunglasses: how large.
    Sunglasses = "sunglasses", [0.0, 0.5, 1.0];
    /// A hand before mouth or eyes: how far.
    Hand = "hand", [0.2, 0.5, 0.8, 1.0];
    /// A scarf, from the chin up: how high.
    Scarf = "scarf", [0.2, 0.5, 0.8, 1.0];
    /// Hair over forehead and a side: how far.
    Hair = "hair", [0.3, 0.5, 0.7, 0.9];
    /// The face beyond the picture's top edge: the share of its height.
    CutTop = "cut_top", [0.1, 0.2, 0.3, 0.4, 0.5];
    /// The face beyond the picture's side: the share of its width.
    CutSide = "cut_side", [0.1, 0.2, 0.3, 0.4, 0.5];
}

/// A strength of `kind` between its mildest and the one at `reach`, 0 ..= 1, of its list.
fn drawn_strength(kind: DamageKind, reach: f32, random: &mut Random) -> f32 {
    let strengths = kind.strengths();
    let place = random.unit() * reach * (strengths.len() - 1) as f32;
    // Every kind has strengths.
    let at = |i: usize| strengths.get(i).or(strengths.last()).copied().unwrap_or_default();
    let (low, high) = (at(place as usize), at(place as usize + 1));
    low + (high - low) * place.fract()
}

impl DamageKind {
    /// One of all kinds.
    fn drawn(random: &mut Random) -> Self {
        Self::ALL.get(random.below(Self::ALL.len())).copied().unwrap_or(Self::Blur)
    }

    /// Whether something is drawn before the face.
    #[must_use]
    pub fn covers(self) -> bool {
        use DamageKind::{Hair, Half, Hand, Mask, Scarf, Sunglasses};
        matches!(self, Half | Mask | Sunglasses | Hand | Scarf | Hair)
    }

    /// Whether parts of the face are gone otherwise.
    fn hides(self) -> bool {
        matches!(self, Self::Glare | Self::CutTop | Self::CutSide)
    }

    /// `photo` with this damage of `strength`, in the unit that its documentation names; `mesh` is
    /// that of the face before. The same `seed` gives the same picture.
    ///
    /// # Errors
    /// Those of storing and decoding the picture.
    pub fn apply(self, photo: &Photo, mesh: &Mesh, strength: f32, seed: u64) -> Result<Photo> {
        let mut random = Random::new(seed, self as u64);
        let mut picture = Planes::of(photo);
        let width = mesh.bounds().map_or(110.0, |bounds| bounds.width());
        // The mesh is narrower than the detected box by an eighth.
        let length = strength * width / 96.0;
        let place = Place::of(mesh);
        let cover = |picture: &mut Planes, worn, random: &mut Random| covered(picture, &place, worn, strength, random);
        match self {
            Self::Contrast => optics::veiled(&mut picture, strength),
            Self::Haze => optics::hazed(&mut picture, strength, &mut random),
            Self::Blur => picture = picture.blurred(length),
            Self::Defocus => picture = optics::defocused(&picture, length),
            Self::Motion => picture = optics::moved(&picture, length, &mut random),
            Self::Smear => picture = optics::smeared(&picture, length, &mut random),
            Self::Glare => {
                let nose = mesh.nose_tip();
                optics::glared(&mut picture, [nose.x, nose.y], length, &mut random);
            }
            Self::Noise => sensor::noised(&mut picture, strength, &mut random),
            Self::Salt => sensor::salted(&mut picture, strength, &mut random),
            Self::Dim => sensor::dimmed(&mut picture, strength, &mut random),
            Self::Bright => sensor::exposed(&mut picture, strength),
            Self::Posterised => sensor::posterised(&mut picture, strength),
            Self::Moire => sensor::moire(&mut picture, strength, &mut random),
            Self::Jpeg => {
                // As cameras do, with colours at half the resolution.
                let quality = strength.round().clamp(1.0, 100.0) as u8;
                return Ok(jpeg::compressed(photo, quality, SamplingFactor::F_2_2)?.1);
            }
            Self::Reduced => picture = coding::reduced(&picture, length, false),
            Self::Pixelated => picture = coding::reduced(&picture, length, true),
            Self::Median => picture = coding::median(&picture, length),
            Self::Smoothed => picture = coding::smoothed(&picture, length),
            Self::Cast => {
                let toward = [0.4 + 1.2 * random.unit(), 0.4 + 1.2 * random.unit(), 0.4 + 1.2 * random.unit()];
                coding::cast(&mut picture, strength, toward);
            }
            Self::Half => cover(&mut picture, Worn::Half, &mut random),
            Self::Mask => cover(&mut picture, Worn::Mask, &mut random),
            Self::Sunglasses => cover(&mut picture, Worn::Sunglasses, &mut random),
            Self::Hand => cover(&mut picture, Worn::Hand, &mut random),
            Self::Scarf => cover(&mut picture, Worn::Scarf, &mut random),
            Self::Hair => cover(&mut picture, Worn::Hair, &mut random),
            Self::CutTop | Self::CutSide => {
                let top = self == Self::CutTop;
                picture = covers::cut(&picture, mesh, strength, top, &mut random).unwrap_or(picture);
            }
        }
        picture.photo()
    }
}
