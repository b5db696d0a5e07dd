//! Template networks that answer together.

use super::ensemble_card::{EnsembleCard, EnsembleMember};
use super::profile::{Profile, bundled_member};
use super::source::{Backend, Model, ModelSource, neighbour, read_card};
use super::{ModelCard, Task};
use crate::error::{Error, ErrorKind, Result, Stage};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the template networks come from. Default: [`Profile::Standard`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TemplateSource {
    /// Those that come with the crate (features `bundled-models` and `sface`).
    Profile(Profile),
    /// One network.
    Network(ModelSource),
    /// A card on disk, a network's ([`ModelCard`]) or an ensemble's ([`EnsembleCard`]); the
    /// network, or the networks' cards, lie beside it.
    Card(PathBuf),
    /// Loaded before: to share them between engines, or because a network is the caller's own.
    Loaded(Ensemble),
}

impl Default for TemplateSource {
    fn default() -> Self {
        Self::Profile(Profile::default())
    }
}

impl From<Profile> for TemplateSource {
    fn from(profile: Profile) -> Self {
        Self::Profile(profile)
    }
}

impl From<ModelSource> for TemplateSource {
    fn from(source: ModelSource) -> Self {
        Self::Network(source)
    }
}

impl From<Ensemble> for TemplateSource {
    fn from(ensemble: Ensemble) -> Self {
        Self::Loaded(ensemble)
    }
}

/// Template networks that answer together, loaded and ready, with the card that says how much each
/// counts. Cloning shares the networks.
///
/// One network alone is an ensemble of one, with the identity and calibrations of its own card.
#[derive(Debug, Clone)]
pub struct Ensemble {
    card: Arc<EnsembleCard>,
    models: Arc<[Model]>,
}

impl From<Model> for Ensemble {
    fn from(model: Model) -> Self {
        Self { card: Arc::new(EnsembleCard::of_network(&model.card)), models: Arc::new([model]) }
    }
}

impl Ensemble {
    /// The ensemble that `card` describes, of these networks: one for each member, in order.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] if there are more or fewer networks than members, or one is not
    /// for templates.
    pub fn new(card: EnsembleCard, models: Vec<Model>) -> Result<Self> {
        if models.len() != card.members.len() {
            let message =
                format!("the ensemble {:?} has {} members, not {} networks", card.id, card.members.len(), models.len());
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Model, message));
        }
        if let Some(other) = models.iter().find(|model| model.card.task != Task::Template) {
            let message = format!("{:?} is a model for {}, not for templates", other.card.id, other.card.task);
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Model, message));
        }
        Ok(Self { card: Arc::new(card), models: models.into() })
    }

    /// Loads the networks from `source` onto `backend`.
    ///
    /// # Errors
    /// Those of [`Model::load`], [`EnsembleCard::parse`] and [`Ensemble::new`];
    /// [`ErrorKind::InvalidArgument`] for a profile whose feature is off.
    pub fn load(source: &TemplateSource, backend: &Backend) -> Result<Self> {
        match source {
            TemplateSource::Profile(profile) => Self::bundled(*profile, backend),
            TemplateSource::Network(source) => Model::load(Task::Template, source, backend).map(Self::from),
            TemplateSource::Card(path) => Self::read(path, backend),
            TemplateSource::Loaded(ensemble) => Ok(ensemble.clone()),
        }
    }

    fn bundled(profile: Profile, backend: &Backend) -> Result<Self> {
        let model = |member: &EnsembleMember| {
            let source = bundled_member(&member.card).ok_or_else(|| {
                let message = format!("the profile {profile} needs {}: the feature `sface` is off", member.card);
                Error::new(ErrorKind::InvalidArgument, Stage::Model, message)
            })?;
            Model::load(Task::Template, &source, backend)
        };
        let card = EnsembleCard::parse(profile.card())?;
        let models = card.members.iter().map(model).collect::<Result<_>>()?;
        Self::new(card, models)
    }

    fn read(path: &Path, backend: &Backend) -> Result<Self> {
        let text = read_card(path)?;
        let fields: toml::Table = toml::from_str(&text)
            .map_err(|e| Error::new(ErrorKind::InvalidModel, Stage::Model, "the card is not valid").with_source(e))?;
        if !fields.contains_key("members") {
            return Model::beside(Task::Template, path, &text, backend).map(Self::from);
        }
        let card = EnsembleCard::parse(&text)?;
        let model = |member: &EnsembleMember| {
            Model::load(Task::Template, &ModelSource::Card(neighbour(path, &member.card)?), backend)
        };
        let models = card.members.iter().map(model).collect::<Result<_>>()?;
        Self::new(card, models)
    }

    /// What the ensemble's card says.
    #[must_use]
    pub fn card(&self) -> &EnsembleCard {
        &self.card
    }

    /// The networks, in the order of the card's members.
    #[must_use]
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The cards of the networks, in the order of the card's members.
    pub fn model_cards(&self) -> impl Iterator<Item = &ModelCard> {
        self.models.iter().map(|model| &*model.card)
    }
}
