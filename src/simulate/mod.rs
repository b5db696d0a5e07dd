//! Recorded flash sessions made from a portrait, genuine ones and attacks (feature `simulate`).
//!
//! **A tool for development and regression tests. It is no evidence of how a method does in the field:** every effect here is one that
//! we thought of, at a strength that we chose. Rates measured on simulated sessions are rates of this simulation.

mod exposure;
mod grid;
mod light;
mod motion;
mod other;
mod person;
mod props;
mod recording;
mod scene;
mod sensor;
mod skin;
mod species;
mod stage;
mod subject;
mod surface;
mod vector;

pub use recording::{Recording, SimulatedFrame, simulate};
pub use scene::{Attack, Camera, Device, Scene};
pub use species::Species;
pub use subject::Subject;
