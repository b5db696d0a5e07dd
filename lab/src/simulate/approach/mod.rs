//! Sessions with an approach: a head, or something in its place, that comes nearer as an oval asks,
//! drawn in true perspective.
//!
//! **A tool for development and regression tests, no evidence of how a method does in the field**,
//! as [`super`] says of flash sessions. The head is a portrait over a shape of its own (`solid`),
//! drawn at random for each person: an outline, a nose, sockets, brow, lips, chin and cheeks that
//! share nothing with the product's mean face. It has ears and hair where the portrait has them,
//! before a room in two layers with parallax. Rows are exposed one after the other; hand and head
//! move, the lower face too; focus, exposure and noise follow distance and light (`camera`).
//!
//! It leaves out: hair's own shape, glasses, shadows, sheen, lens distortion, compression, blinks
//! and speech. Portraits are soft, so that skin has less texture than a camera sees from near; and
//! the attacker's skill with a bent sheet is drawn, not searched for.

mod camera;
mod instrument;
mod portrait;
mod raster;
mod solid;
mod take;

pub use instrument::Instrument;
pub use portrait::Portrait;
pub use take::{HEIGHT, Play, Take, WIDTH};
