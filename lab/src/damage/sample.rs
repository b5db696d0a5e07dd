//! Photographs that were damaged in known ways, read by the template networks.

use super::shares::covered_shares;
use super::{DamageKind, drawn_strength};
use crate::error::Result;
use crate::random::Random;
use selfsame::Engine;
use selfsame::detect::select_face;
use selfsame::image::Photo;
use selfsame::outcome::Outcome;
use selfsame::template::{ExtractOptions, Template};

/// One picture, as it was or damaged.
pub struct DamagedSample {
    /// Who it shows, as a number per person.
    pub subject: usize,
    /// Whether nothing was done to it.
    pub clean: bool,
    /// Its template.
    pub template: Template,
    /// What the networks' last layers read.
    pub features: Vec<f32>,
    /// The cosine with the template of the picture as it was.
    pub cosine: f32,
    /// How much is covered of eyes, mouth and face; `None` where that is not known.
    pub covered: Option<[f32; 3]>,
}

/// Damages `photo`, which shows `subject`, in `count` drawn ways, one in four of them twofold, and
/// reads the picture and its copies. Nothing if no face is found on the picture; copies without a
/// usable face are left out.
///
/// # Errors
/// Faults of the stages, and those of [`DamageKind::apply`].
pub fn damaged_samples(
    engine: &Engine,
    photo: &Photo,
    subject: usize,
    count: usize,
    seed: u64,
) -> Result<Vec<DamagedSample>> {
    let mut samples = Vec::new();
    let read = |photo: &Photo| -> Result<_> {
        let frame = photo.frame();
        let Outcome::Found((_, mesh)) = engine.locate(&frame, select_face)?.outcome else { return Ok(None) };
        if !selfsame::quality::assess(&frame, &mesh)?.is_usable() {
            return Ok(None);
        }
        let (template, features) = engine.extractor().features(&frame, &mesh, &ExtractOptions::default())?;
        Ok(Some((mesh, template, features)))
    };
    let Some((mesh, clean, features)) = read(photo)? else { return Ok(samples) };
    let first = clean.clone();
    samples.push(DamagedSample {
        subject,
        clean: true,
        template: first,
        features,
        cosine: 1.0,
        covered: Some([0.0; 3]),
    });
    let mut random = Random::new(seed, subject as u64);
    for number in 0..count {
        let kinds: &[DamageKind] = &std::array::from_fn::<_, 2, _>(|_| DamageKind::drawn(&mut random));
        // There are two kinds, of which one may do.
        let kinds = if number % 4 == 3 { kinds } else { kinds.get(..1).unwrap_or_default() };
        let mut damaged = photo.clone();
        for kind in kinds {
            // Two damages at once are mild ones.
            let reach = if kinds.len() > 1 { 0.4 } else { 1.0 };
            let strength = drawn_strength(*kind, reach, &mut random);
            damaged = kind.apply(&damaged, &mesh, strength, random.next())?;
        }
        let covered = match kinds {
            [kind] if kind.covers() => Some(covered_shares(photo, &damaged, &mesh)),
            kinds if kinds.iter().any(|kind| kind.covers() || kind.hides()) => None,
            _ => Some([0.0; 3]),
        };
        if let Some((_, template, features)) = read(&damaged)? {
            let cosine = selfsame::compare::cosine(&clean, &template)?;
            samples.push(DamagedSample { subject, clean: false, template, features, cosine, covered });
        }
    }
    Ok(samples)
}
