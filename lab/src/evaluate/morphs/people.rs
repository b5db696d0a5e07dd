//! Who is morphed with whom: people with a frontal picture for a document and others for attempts,
//! and their look-alikes.

use crate::error::Result;
use selfsame::compare::score;
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::image::Photo;
use selfsame::mesh::Mesh;
use selfsame::template::{ExtractOptions, Template};

/// How far a document's face may be turned, in degrees: chosen by hand. ISO/IEC 19794-5 allows 5°,
/// which few photographs of the data sets keep and which the mesh cannot tell so finely.
const FRONTAL_DEG: f32 = 12.0;

/// Engines that judge the same pictures: one for each profile, say.
#[derive(Debug)]
pub struct MorphSystems(Vec<Engine>);

/// What the systems see of one picture.
#[derive(Debug)]
pub struct MorphView {
    /// A template of each system.
    pub templates: Vec<Template>,
    /// The landmarks.
    pub mesh: Mesh,
}

impl MorphView {
    /// How far the face is turned aside or up, whichever is more, in degrees.
    #[must_use]
    pub fn turned_deg(&self) -> f32 {
        // A face whose pose is not known is no document's.
        self.mesh.pose().map_or(f32::INFINITY, |pose| pose.yaw_deg.abs().max(pose.pitch_deg.abs()))
    }
}

impl MorphSystems {
    /// Engines with the same detection and landmark networks; the first finds the faces.
    #[must_use]
    pub fn new(engines: Vec<Engine>) -> Self {
        Self(engines)
    }

    /// The engines.
    #[must_use]
    pub fn engines(&self) -> &[Engine] {
        &self.0
    }

    /// What they see of the face that [`Engine::verify`] would take; `None` without one, and where
    /// one of the templates is not reliable enough for a comparison.
    ///
    /// # Errors
    /// Faults of the stages.
    pub fn view(&self, photo: &Photo) -> Result<Option<MorphView>> {
        let Some(first) = self.0.first() else { return Ok(None) };
        let Some((_, mesh)) = first.locate(&photo.frame(), select_face)?.outcome.found() else { return Ok(None) };
        let extract = |engine: &Engine| engine.extractor().extract(&photo.frame(), &mesh, &ExtractOptions::default());
        let templates = self.0.iter().map(extract).collect::<selfsame::Result<Vec<_>>>()?;
        let reliable = templates.iter().all(|template| template.reliability().is_none_or(|r| r.suffices()));
        Ok(reliable.then_some(MorphView { templates, mesh }))
    }
}

/// A person whose portrait can be morphed, by the places of their pictures in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MorphPerson {
    /// The person's number.
    pub subject: usize,
    /// The picture for the document: the most frontal one.
    pub document: usize,
    /// The pictures of the attempts, all others.
    pub attempts: Vec<usize>,
}

impl MorphPerson {
    /// The people among `subjects` (who is on each picture) of whom `views` has a frontal picture
    /// and at least `attempts` others; their first `most` others are taken.
    #[must_use]
    pub fn of(subjects: &[usize], views: &[Option<MorphView>], attempts: usize, most: usize) -> Vec<Self> {
        let mut people = std::collections::BTreeMap::<usize, Vec<(usize, f32)>>::new();
        for (place, (subject, view)) in subjects.iter().zip(views).enumerate() {
            if let Some(view) = view {
                people.entry(*subject).or_default().push((place, view.turned_deg()));
            }
        }
        let person = |(subject, pictures): (usize, Vec<(usize, f32)>)| {
            let (document, turned) = pictures.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1))?;
            let attempts_of: Vec<usize> =
                pictures.iter().map(|(place, _)| *place).filter(|place| *place != document).take(most).collect();
            let enough = turned <= FRONTAL_DEG && attempts_of.len() >= attempts;
            enough.then_some(Self { subject, document, attempts: attempts_of })
        };
        people.into_iter().filter_map(person).collect()
    }
}

/// Pairs of different people who look alike: of each person the `neighbours` with the highest
/// scores of the documents' pictures, by the system `system`; each pair once. Pairs of `same` or
/// more are left out: they may be one person under two names.
#[must_use]
pub fn look_alikes(
    people: &[MorphPerson],
    views: &[Option<MorphView>],
    system: usize,
    neighbours: usize,
    same: f32,
) -> Vec<[usize; 2]> {
    let template = |person: &MorphPerson| views.get(person.document)?.as_ref()?.templates.get(system);
    let mut pairs = std::collections::BTreeSet::new();
    for (i, a) in people.iter().enumerate() {
        let mut others: Vec<(f32, usize)> = (0..people.len())
            .filter(|j| *j != i)
            .filter_map(|j| {
                let found = score(template(a)?, template(people.get(j)?)?).ok()?.value();
                (found < same).then_some((found, j))
            })
            .collect();
        others.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        pairs.extend(others.iter().take(neighbours).map(|(_, j)| [i.min(*j), i.max(*j)]));
    }
    pairs.into_iter().collect()
}
