//! Morphed portraits: a blend of two faces on one document, with which both may pass.
//!
//! [`Morph::portrait`] mixes two photographs, [`look_alikes`] chooses whose, [`MorphPortrait`] is
//! what becomes of them in a document, [`MorphPotential`] and [`morphing_attack_potential`] say how
//! many pass for both contributors, [`MorphMeasures`] how many a detector tells, and [`fit_morphs`]
//! fits the product's.
//!
//! Terms are those of ISO/IEC 20059: the morphing attack potential (MAP) is the share of morphs
//! that are accepted for all contributors; the morphing attack classification error rate (MACER)
//! the share of morphs that are taken for genuine portraits; the bona fide sample classification
//! error rate (BSCER) the share of genuine ones that are taken for morphs.

mod blend;
mod detection;
mod fit;
mod people;
mod portraits;
mod potential;
#[cfg(test)]
mod tests;

pub use blend::{Contributor, Morph, MorphKind};
pub use detection::{MorphMeasures, MorphRates};
pub use fit::{MorphExample, fit_morphs};
pub use people::{MorphPerson, MorphSystems, MorphView, look_alikes};
pub use portraits::{MORPHS, MorphPortrait, STORED};
pub use potential::{MorphPotential, MorphScores, MorphShare, morphing_attack_potential};
