//! Labelled photographs with their templates.

use super::arguments::TemplateArguments;
use super::labelled::LabelledSet;
use super::templates::{Outcome, Setup, templates};
use crate::commands::shared::Anyhow;
use selfsame::template::Template;
use selfsame_lab::note;
use std::path::Path;

/// The pictures that were not left out, in their order.
pub struct Enrolled<'a> {
    /// The set's name.
    pub name: &'a str,
    /// What took the templates.
    pub setup: &'a Setup,
    /// A template of each picture, or none after a failure to enrol.
    pub templates: Vec<Option<Template>>,
    /// Who is on each picture.
    pub subjects: Vec<usize>,
    /// The fold of each picture's person.
    pub folds: Vec<usize>,
    /// The files.
    pub paths: Vec<&'a Path>,
    /// Failures to enrol, as numbers of pictures of the set from 1.
    pub failures: Vec<usize>,
    /// Files that cannot be decoded, and were left out.
    pub left_out: u64,
}

impl<'a> Enrolled<'a> {
    /// Takes the templates, and tells on standard error which pictures gave none.
    pub fn new(setup: &'a Setup, set: &'a LabelledSet, options: &TemplateArguments) -> Anyhow<Self> {
        let mut enrolled = Self {
            name: &set.name,
            setup,
            templates: Vec::new(),
            subjects: Vec::new(),
            folds: Vec::new(),
            paths: Vec::new(),
            failures: Vec::new(),
            left_out: 0,
        };
        let outcomes = templates(setup, &set.paths, options)?;
        for (place, (outcome, path)) in outcomes.into_iter().zip(&set.paths).enumerate() {
            let template = match outcome {
                Outcome::Template(template) => Some(template),
                Outcome::FailureToEnrol => {
                    note!("no template of picture {}: {}", place + 1, path.display());
                    enrolled.failures.push(place + 1);
                    None
                }
                Outcome::Bad => {
                    enrolled.left_out += 1;
                    continue;
                }
            };
            enrolled.templates.push(template);
            enrolled.subjects.push(set.subjects[place]);
            enrolled.folds.push(set.folds[place]);
            enrolled.paths.push(path);
        }
        Ok(enrolled)
    }

    /// Whether each picture has a template.
    pub fn present(&self) -> Vec<bool> {
        self.templates.iter().map(Option::is_some).collect()
    }
}
