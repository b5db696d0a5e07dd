//! Network files that the caller keeps, and the cards that they are checked against.

use crate::options::Profile;
use crate::{Error, Result};
use selfsame::model::{Backend, Ensemble, EnsembleCard, Model, ModelSource, Task};

/// A network's file: a name of [`model_files`] and its bytes.
#[derive(Clone)]
pub struct ModelFile {
    /// The file's name, such as `detect.onnx`.
    pub name: String,
    /// Its bytes, which are held against the size and the SHA-256 digest on the network's card.
    pub bytes: Vec<u8>,
}

/// The networks, by the names of their cards and files.
const NETWORKS: [(&str, &str, &str); 4] = [
    ("detect.toml", "detect.onnx", include_str!("../../../models/detect.toml")),
    ("mesh.toml", "mesh.onnx", include_str!("../../../models/mesh.toml")),
    ("template.toml", "template.onnx", include_str!("../../../models/template.toml")),
    ("sface.toml", "sface.onnx", include_str!("../../../models/sface/sface.toml")),
];

/// The names of the files that an engine of this profile needs, in `models/` and `models/sface/` of
/// the repository.
#[must_use]
pub fn model_files(profile: Profile) -> Vec<String> {
    let count = match profile {
        Profile::Guidance => 2,
        Profile::Fast => 3,
        Profile::Standard | Profile::Accurate => 4,
    };
    NETWORKS.iter().take(count).map(|(_, file, _)| (*file).to_owned()).collect()
}

/// The network whose card has this name, from the caller's files.
pub(crate) fn load(task: Task, card: &str, files: &[ModelFile], backend: &Backend) -> Result<Model> {
    let missing = |name: &str| Error::new("invalid_argument", "model", format!("the file of {name} was not given"));
    let (_, name, text) = NETWORKS.iter().find(|(known, ..)| *known == card).ok_or_else(|| missing(card))?;
    let file = files.iter().find(|file| file.name == *name).ok_or_else(|| missing(name))?;
    let source = ModelSource::Memory { card: (*text).into(), network: file.bytes.clone().into() };
    Ok(Model::load(task, &source, backend)?)
}

/// The profile's template networks, from the caller's files.
pub(crate) fn ensemble(profile: selfsame::model::Profile, files: &[ModelFile], backend: &Backend) -> Result<Ensemble> {
    let card = EnsembleCard::parse(profile.card())?;
    let models = card.members.iter().map(|member| load(Task::Template, &member.card, files, backend));
    let models = models.collect::<Result<Vec<_>>>()?;
    Ok(Ensemble::new(card, models)?)
}
