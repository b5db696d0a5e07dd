//! How often verdicts err on damaged pictures.

use super::DamageKind;
use crate::error::Result;
use rayon::prelude::*;
use selfsame::Engine;
use selfsame::compare::score;
use selfsame::detect::select_face;
use selfsame::engine::FaceRefusal;
use selfsame::image::Photo;
use selfsame::mesh::Mesh;
use selfsame::outcome::Outcome;
use selfsame::template::Template;
use serde::Serialize;

/// One damage at one strength, on one picture each of many people.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// The kind's word; `clean` for none.
    pub kind: &'static str,
    /// The strength; 0 for none.
    pub strength: f32,
    /// Damaged pictures.
    pub pictures: usize,
    /// Of these: refused because too little is left on them.
    pub unreliable: usize,
    /// Of these: refused for another reason.
    pub refused: usize,
    /// Of those not refused: remarked upon as covered or cut.
    pub covered: usize,
    /// Pairs of different people, both damaged alike and neither refused.
    pub impostor_pairs: usize,
    /// Of these: reached the threshold.
    pub false_matches: usize,
    /// Pairs of different people, one damaged, neither refused.
    pub one_sided_pairs: usize,
    /// Of these: reached the threshold.
    pub one_sided_matches: usize,
    /// Pairs of one person, one damaged, neither refused.
    pub genuine_pairs: usize,
    /// Of these: did not reach the threshold.
    pub false_non_matches: usize,
}

/// Rates of all kinds and strengths.
#[derive(Debug, Clone, Serialize)]
pub struct DamageRates {
    /// The score that matches.
    pub threshold: f32,
    /// Undamaged pictures first, then every kind at every strength.
    pub cells: Vec<Cell>,
}

/// A person's pictures: the one that is damaged with its mesh, and the template of another.
struct Person {
    photo: Photo,
    mesh: Mesh,
    clean: Option<Template>,
    other: Option<Template>,
}

impl DamageRates {
    /// Measures `engine` on `people`, two pictures of each, of which the first is damaged. A pair
    /// matches from `threshold` on. Calls `done` after each cell.
    ///
    /// # Errors
    /// Faults of the stages, and those of [`DamageKind::apply`].
    pub fn measure(
        engine: &Engine,
        people: &[(Photo, Option<Photo>)],
        kinds: &[DamageKind],
        threshold: f32,
        seed: u64,
        done: impl Fn(&Cell),
    ) -> Result<Self> {
        let template = |photo: &Photo| -> Result<_> { Ok(engine.face(&photo.frame())?.found().map(|f| f.template)) };
        let person = |(photo, other): &(Photo, Option<Photo>)| -> Result<Option<Person>> {
            let Outcome::Found((_, mesh)) = engine.locate(&photo.frame(), select_face)?.outcome else {
                return Ok(None);
            };
            let other = other.as_ref().map(template).transpose()?.flatten();
            Ok(Some(Person { photo: photo.clone(), mesh, clean: template(photo)?, other }))
        };
        let people: Vec<Person> =
            people.par_iter().filter_map(|p| person(p).transpose()).collect::<Result<Vec<_>>>()?;
        let grid = kinds.iter().flat_map(|kind| kind.strengths().iter().map(move |strength| Some((*kind, *strength))));
        let cell = |damage: Option<(DamageKind, f32)>| {
            let cell = Cell::measure(engine, &people, damage, threshold, seed)?;
            done(&cell);
            Ok(cell)
        };
        Ok(Self { threshold, cells: std::iter::once(None).chain(grid).map(cell).collect::<Result<_>>()? })
    }
}

impl Cell {
    fn measure(
        engine: &Engine,
        people: &[Person],
        damage: Option<(DamageKind, f32)>,
        threshold: f32,
        seed: u64,
    ) -> Result<Self> {
        let face = |(index, person): (usize, &Person)| -> Result<_> {
            let photo = match damage {
                Some((kind, strength)) => kind.apply(&person.photo, &person.mesh, strength, seed ^ index as u64)?,
                None => person.photo.clone(),
            };
            Ok(engine.face(&photo.frame())?)
        };
        let faces = people.par_iter().enumerate().map(face).collect::<Result<Vec<_>>>()?;
        let mut cell = Self {
            kind: damage.map_or("clean", |(kind, _)| kind.as_str()),
            // Undamaged pictures have no strength.
            strength: damage.map_or(0.0, |(_, strength)| strength),
            pictures: faces.len(),
            unreliable: 0,
            refused: 0,
            covered: 0,
            impostor_pairs: 0,
            false_matches: 0,
            one_sided_pairs: 0,
            one_sided_matches: 0,
            genuine_pairs: 0,
            false_non_matches: 0,
        };
        let mut templates: Vec<(usize, Template)> = Vec::new();
        for (index, face) in faces.into_iter().enumerate() {
            match face {
                Outcome::Found(face) => {
                    cell.covered += usize::from(face.quality.remarks.iter().any(|remark| remark.is_about_covers()));
                    templates.push((index, face.template));
                }
                Outcome::Refused(reasons) if reasons.contains(&FaceRefusal::Unreliable) => cell.unreliable += 1,
                Outcome::Refused(_) => cell.refused += 1,
            }
        }
        let reaches = |a: &Template, b: &Template| -> Result<bool> { Ok(score(a, b)?.value() >= threshold) };
        for (place, (index, template)) in templates.iter().enumerate() {
            for (_, other) in templates.iter().skip(place + 1) {
                cell.impostor_pairs += 1;
                cell.false_matches += usize::from(reaches(template, other)?);
            }
            for (person, Person { clean, other, .. }) in people.iter().enumerate() {
                if let (true, Some(other)) = (person == *index, other) {
                    cell.genuine_pairs += 1;
                    cell.false_non_matches += usize::from(!reaches(template, other)?);
                } else if let (true, Some(clean)) = (person != *index, clean) {
                    cell.one_sided_pairs += 1;
                    cell.one_sided_matches += usize::from(reaches(template, clean)?);
                }
            }
        }
        Ok(cell)
    }
}

impl std::fmt::Display for DamageRates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "| damage | strength | unreliable | otherwise refused | told covered | both damaged: false matches | one damaged: false matches | FNMR against undamaged |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        for c in &self.cells {
            let share = |part: usize, of: usize| {
                if of == 0 { "–".into() } else { format!("{:.1} %", 100.0 * part as f64 / of as f64) }
            };
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} of {} | {} of {} | {} of {} |",
                c.kind,
                c.strength,
                share(c.unreliable, c.pictures),
                share(c.refused, c.pictures),
                share(c.covered, c.pictures - c.unreliable - c.refused),
                c.false_matches,
                c.impostor_pairs,
                c.one_sided_matches,
                c.one_sided_pairs,
                share(c.false_non_matches, c.genuine_pairs),
                c.genuine_pairs
            )?;
        }
        Ok(())
    }
}
