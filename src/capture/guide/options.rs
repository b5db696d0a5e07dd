//! [`GuideLimits`] and [`GuideOptions`]: what is good enough, and how hints behave over time.

use crate::error::Stage;
use crate::quality::{BLURRED_SHARPNESS, DARK_LUMINANCE};
use crate::settings::settings;

settings! {
    /// What is good enough for a capture. Limits marked as guesses were not measured on people.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct GuideLimits in Stage::Capture {
        /// Width of the face over that of the oval, at least. With
        /// [`size_max`](Self::size_max) it keeps the ovals' overlap over 0.67 (Amplify asks for
        /// 0.6).
        size_min, with_size_min: f32 = 0.82, in 0.01..=0.99;
        /// Width of the face over that of the oval, at most.
        size_max, with_size_max: f32 = 1.18, in 1.01..=100.0;
        /// Distance of the centres of face and oval, at most, in widths or heights of the oval. A
        /// guess.
        offset, with_offset: f32 = 0.12, in 0.001..=100.0;
        /// How far the head may be turned to a side, in degrees. A guess: templates bear more, but
        /// the flash's shading is measured best from the front.
        yaw_deg, with_yaw_deg: f32 = 15.0, in 0.1..=180.0;
        /// How far the head may be turned up or down, in degrees. A guess; phones are held low.
        pitch_deg, with_pitch_deg: f32 = 18.0, in 0.1..=180.0;
        /// How far the head may be tilted, in degrees. A guess.
        roll_deg, with_roll_deg: f32 = 15.0, in 0.1..=180.0;
        /// The mesh's face flag, at least. Of 7,701 LFW faces 5 have less.
        flag, with_flag: f32 = 0.9, in 0.0..=0.999;
        /// Openness of the more closed eye, at least. No LFW face of 514 is below 0.172.
        eye_openness, with_eye_openness: f32 = 0.16, in 0.001..=10.0;
        /// Mean luminance of the face, at least, 0 ..= 1 of linear light:
        /// [`DARK_LUMINANCE`](crate::quality::DARK_LUMINANCE), low enough for dark skin.
        luminance, with_luminance: f32 = DARK_LUMINANCE, in 0.0001..=1.0;
        /// Share of the face that is blown out, at most, 0 ..= 1. A guess; LFW's faces have 0.00 in
        /// 90 %.
        over_exposure, with_over_exposure: f32 = 0.15, in 0.001..=1.0;
        /// Luminance of the face's darker half over that of its brighter half, at least. A guess.
        light_balance, with_light_balance: f32 = 0.3, in 0.001..=1.0;
        /// Sharpness, at least: [`BLURRED_SHARPNESS`](crate::quality::BLURRED_SHARPNESS).
        sharpness, with_sharpness: f32 = BLURRED_SHARPNESS, in 0.00001..=10.0;
        /// Speed of the face in face widths per second, at most. A guess, some five times a hand's
        /// tremor.
        speed, with_speed: f32 = 0.25, in 0.001..=1000.0;
    }
}

settings! {
    /// How guidance behaves over time, and what it asks for.
    ///
    /// ```
    /// use selfsame::capture::{GuideLimits, GuideOptions};
    /// // For people who can't hold a phone still: more movement, half a second of stillness.
    /// let limits = GuideLimits::default().with_speed(0.5)?;
    /// let options = GuideOptions::default().with_limits(limits).with_still_us(500_000)?;
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct GuideOptions in Stage::Capture {
        /// What is good enough.
        limits, with_limits: GuideLimits = GuideLimits::default();
        /// An urge is shown once it has lasted this long: longer than a blink is closed (100 to
        /// 150 ms) and a frame lost. In microseconds.
        settle_us, with_settle_us: u64 = 200_000, in 0..=10_000_000;
        /// How long a hint stays at least, in microseconds.
        least_us, with_least_us: u64 = 300_000, in 0..=10_000_000;
        /// How long the face is to be still and good before
        /// [`Hint::Ready`](crate::capture::Hint::Ready), in microseconds. Amplify waits 1 s.
        still_us, with_still_us: u64 = 1_000_000, in 0..=60_000_000;
        /// After this time without [`Hint::Ready`](crate::capture::Hint::Ready) guidance has timed
        /// out, in microseconds. A guess with room for people who need longer; Amplify gives up
        /// after 7 s.
        timeout_us, with_timeout_us: u64 = 30_000_000, in 0..=86_400_000_000;
    }
}
