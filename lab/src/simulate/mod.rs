//! Recorded flash sessions made from a portrait, genuine ones and attacks.
//!
//! **A tool for development and regression tests. It is no evidence of how a method does in the
//! field:** every effect here is one that we thought of, at a strength that we chose. Rates
//! measured on simulated sessions are rates of this simulation, to be named so.
//!
//! ```no_run
//! use selfsame::{engine::Engine, image::Photo, liveness::{Region, Segment}};
//! use selfsame_lab::simulate::{Scene, Species, Subject, simulate};
//!
//! let portrait = std::fs::read("datasets/portraits/obama.jpg")?;
//! let portrait = Photo::decode(&portrait, &Default::default())?;
//! let subject = Subject::new(&Engine::new()?, &portrait)?;
//! let color = |i: u64, color| {
//!     Segment { start_us: 500_000 * i, duration_us: 500_000, color, region: Region::Full }
//! };
//! let segments = [color(0, [128; 3]), color(1, [255, 0, 0]), color(2, [0, 0, 255])];
//! let scene = Scene { species: Species::PrintGlossy, seed: 7, ..Scene::default() };
//! for frame in simulate(&subject, None, &segments, &scene)?.frames() {
//!     let frame = frame?;
//!     println!("{} µs: {} × {}", frame.timestamp_us, frame.photo.width(), frame.photo.height());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # One frame's way
//! A [`Subject`] is a portrait with its mesh in centimetres and its own light removed.
//! [`simulate()`] lays it before the camera of a [`Scene`] and works out for every pixel how its
//! surface answers each quarter of the screen and the ambient light: radiance is linear in these
//! (`stage`, `shade`). It also runs the camera's controls through the whole session, which need
//! means only. A frame then is: each row in the mean light of its own exposure, moved to where
//! head, prop and hand are, and put through the sensor (`recording`, `develop`). So any frame of a
//! [`Recording`] can be made at any time, and the same scene gives the same frames.
//!
//! | what | model, with its source in the file |
//! |---|---|
//! | screen | Lambertian rectangle, inverse square, cosines on both sides; 80 lx at 25 cm (`surface`) |
//! | ambient light | daylight or Planckian colour, first-order environment, drift and flicker at 100 Hz (`light`, `surface`) |
//! | skin | six tone groups by ITA, dielectric sheen, corneas that mirror the screen (`skin`, `person`) |
//! | paper, displays, masks | planes, cylinders, the face's own shape; dielectric gloss (`props`) |
//! | exposure, white balance | time constants, one frame's delay, or locked (`exposure`) |
//! | sensor | crosstalk, Poisson and reading noise, tone curve, rolling shutter, JPEG of 4:4:4 (`sensor`, `recording`) |
//! | motion | head in three dimensions, prop, hand tremor (`motion`) |
//! | clock | frame rate with jitter and losses, constant lag (`recording`) |
//!
//! # What it leaves out
//! Subsurface scattering, cast shadows and light from one part of a face to another; hair's own
//! shape and gloss, glasses, beards as anything but colour; blinks, speech and expressions; hands
//! that hold a prop; halftone, moiré, refresh and seams of prints and displays; the flashing
//! display's own response time and viewing angle; lens distortion, flare, focus and denoising;
//! users who turn away when it flashes. The portrait's shadows and catchlights stay in the skin,
//! and a tone group far from the portrait's own leaves a seam where hair lies inside the mesh. The
//! mesh's depth is a network's estimate.
//!
//! Where a species is easier or harder to tell than in the field nobody has measured. An attack
//! that this simulation lacks is one that a method tuned on it has never met.
//!
//! # Conventions
//! Frames are upright and not mirrored: the person's left is the image's right, and
//! [`selfsame::liveness::Region::Left`] lights it from there. A frame's timestamp is when it
//! arrives, [`Camera::lag_us`] after its first row's exposure has ended. Before the first segment
//! and after the last one the screen shows their colours.

// Everything here indexes lists that it made itself, by numbers that it counted itself; what comes
// from outside (a portrait, a scene, a challenge) is checked first. An index out of range is an
// error of this module, which must end the run and not turn into a black pixel.
#![allow(clippy::indexing_slicing, reason = "an index out of range is a fault of the simulation, and must be seen")]

pub mod approach;
mod block;
mod develop;
mod exposure;
mod grid;
mod injected;
mod layers;
mod light;
mod motion;
mod other;
mod person;
mod props;
mod recording;
mod sample;
mod scene;
mod sensor;
mod shade;
mod skin;
mod species;
mod stage;
mod subject;
mod surface;
#[cfg(test)]
mod tests;
mod vector;
mod veil;

pub use layers::{LayerScales, LightLayers};
pub use recording::{Recording, SimulatedFrame, simulate};
pub use sample::{Half, Ranges};
pub use scene::{Attack, Camera, Device, Lamp, Room, Scene};
pub use species::Species;
pub use subject::Subject;
pub use veil::veil;
