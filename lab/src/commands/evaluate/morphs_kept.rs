//! What the systems saw of people and morphs, kept between runs.

use crate::commands::shared::Anyhow;
use selfsame::template::{Template, TemplateEncoding};
use selfsame_lab::evaluate::morphs::{MORPHS, MorphPerson, MorphPortrait, STORED};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Everything that was made, by places.
pub struct Made {
    /// The attempts' templates, of each system, by the pictures' places; none where a picture gave
    /// none.
    pub lives: Vec<Vec<Template>>,
    /// People with a document and attempts.
    pub people: Vec<MorphPerson>,
    /// One person's portraits.
    pub genuine: Vec<MorphPortrait>,
    /// Two people's.
    pub morphs: Vec<MorphPortrait>,
}

/// A person's subject, document and attempts.
type KeptPerson = (usize, usize, Vec<usize>);
/// Whose portrait, made how (a place in [`MORPHS`]), stored how (one in [`STORED`]).
type KeptPortrait = ([usize; 2], Option<usize>, usize, Vec<Vec<u8>>);

#[derive(Serialize, Deserialize)]
struct Kept {
    lives: Vec<Vec<Vec<u8>>>,
    people: Vec<KeptPerson>,
    portraits: Vec<KeptPortrait>,
}

fn encoded(templates: &[Template]) -> Anyhow<Vec<Vec<u8>>> {
    templates.iter().map(|template| Ok(template.encode(TemplateEncoding::F32)?.to_vec())).collect()
}

fn decoded(templates: &[Vec<u8>]) -> Anyhow<Vec<Template>> {
    templates.iter().map(|bytes| Ok(Template::decode(bytes)?)).collect()
}

impl Made {
    /// Writes everything into a file. It holds biometric data.
    pub fn keep(&self, file: &Path) -> Anyhow<()> {
        let portrait = |portrait: &MorphPortrait| -> Anyhow<KeptPortrait> {
            let recipe = portrait.morph.and_then(|morph| MORPHS.iter().position(|known| *known == morph));
            let stored = STORED.iter().position(|known| *known == portrait.stored).ok_or("an unknown kind")?;
            Ok((portrait.of, recipe, stored, encoded(&portrait.templates)?))
        };
        let kept = Kept {
            lives: self.lives.iter().map(|templates| encoded(templates)).collect::<Anyhow<_>>()?,
            people: self.people.iter().map(|p| (p.subject, p.document, p.attempts.clone())).collect(),
            portraits: self.genuine.iter().chain(&self.morphs).map(portrait).collect::<Anyhow<_>>()?,
        };
        Ok(std::fs::write(file, serde_json::to_vec(&kept)?)
            .map_err(|e| format!("cannot write {}: {e}", file.display()))?)
    }

    /// Reads what [`Self::keep`] wrote.
    pub fn kept(file: &Path) -> Anyhow<Self> {
        let bytes = std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
        let kept: Kept = serde_json::from_slice(&bytes)?;
        let portrait = |(of, recipe, stored, templates): &KeptPortrait| -> Anyhow<MorphPortrait> {
            let morph = match recipe {
                Some(place) => Some(*MORPHS.get(*place).ok_or("an unknown recipe")?),
                None => None,
            };
            let stored = *STORED.get(*stored).ok_or("an unknown kind")?;
            Ok(MorphPortrait { of: *of, morph, stored, templates: decoded(templates)? })
        };
        let portraits = kept.portraits.iter().map(portrait).collect::<Anyhow<Vec<_>>>()?;
        let (genuine, morphs) = portraits.into_iter().partition(|portrait| portrait.morph.is_none());
        let person = |(subject, document, attempts): KeptPerson| MorphPerson { subject, document, attempts };
        Ok(Self {
            lives: kept.lives.iter().map(|templates| decoded(templates)).collect::<Anyhow<_>>()?,
            people: kept.people.into_iter().map(person).collect(),
            genuine,
            morphs,
        })
    }
}
