//! Detectors that a card describes: SCRFD, RetinaFace, YuNet, and BlazeFace of other sizes than the
//! bundled one's.
//!
//! `plan` finds out at load which output holds what, and holds every shape against the card;
//! `heads` reads scores; `boxes` makes geometry of numbers; `keypoints` makes the six points that
//! everything behind the detector expects. A browser's module has none of it.

mod boxes;
mod heads;
mod keypoints;
mod plan;

#[cfg(test)]
mod tests;

pub(super) use heads::CardHeads;
