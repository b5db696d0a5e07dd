//! The detectors that a card can describe: YuNet, which is bundled, SCRFD, RetinaFace and
//! BlazeFace.
//!
//! `plan` finds out at load which output holds what, and holds every shape against the card;
//! `heads` reads scores; `boxes` makes geometry of numbers; `keypoints` makes the six points that
//! everything behind the detector expects.

mod boxes;
mod heads;
mod keypoints;
mod plan;

#[cfg(test)]
mod tests;

pub(super) use heads::CardHeads;
