//! Documents' portraits: those of one person, and those of two.

use super::blend::{Contributor, Morph, MorphKind};
use super::people::MorphSystems;
use crate::error::Result;
use crate::evaluate::DocumentKind;
use selfsame::template::Template;

/// How morphs are made: half of each, complete and spliced, and spliced with 30 % of the second.
pub const MORPHS: [Morph; 3] = [
    Morph { kind: MorphKind::Complete, share: 0.5 },
    Morph { kind: MorphKind::Spliced, share: 0.5 },
    Morph { kind: MorphKind::Spliced, share: 0.3 },
];

/// What becomes of portraits: stored in a chip, or printed and scanned.
pub const STORED: [DocumentKind; 2] = [DocumentKind::Jpeg2000Large, DocumentKind::PrintScan];

/// A document's portrait as the systems see it.
#[derive(Debug)]
pub struct MorphPortrait {
    /// Whose portrait it is: the same person twice, or both contributors, by their numbers among
    /// the people.
    pub of: [usize; 2],
    /// How it was mixed; `None` for a portrait of one person.
    pub morph: Option<Morph>,
    /// What became of it.
    pub stored: DocumentKind,
    /// A template of each system; none if the systems find no face, or no reliable template.
    pub templates: Vec<Template>,
}

impl MorphPortrait {
    /// Makes a portrait, stores it as `stored` and takes the systems' templates.
    ///
    /// One person's goes through the same warp as two people's, so that nothing but the second face
    /// tells them apart.
    ///
    /// # Errors
    /// Those of [`Morph::portrait`] and [`DocumentKind::stored`], and faults of the stages.
    pub fn new(
        systems: &MorphSystems,
        of: [usize; 2],
        faces: [Contributor<'_>; 2],
        morph: Option<Morph>,
        stored: DocumentKind,
        seed: u64,
    ) -> Result<Self> {
        let [first, second] = faces;
        let cut = match morph {
            Some(morph) => morph.portrait(first, second, stored.size())?,
            None => Morph { kind: MorphKind::Complete, share: 0.0 }.portrait(first, first, stored.size())?,
        };
        let view = systems.view(&stored.stored(&cut, seed)?)?;
        // A portrait in which no face is found is accepted for nobody.
        let templates = view.map_or_else(Vec::new, |view| view.templates);
        Ok(Self { of, morph, stored, templates })
    }
}
