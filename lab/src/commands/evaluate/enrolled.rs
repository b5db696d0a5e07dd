//! Labelled photographs with their templates.

use super::arguments::TemplateArguments;
use super::labelled::LabelledSet;
use super::templates::{Outcome, Setup, templates};
use crate::commands::shared::Anyhow;
use rayon::prelude::*;
use selfsame::template::Template;
use selfsame_lab::evaluate::{Grouping, comparison_scores};
use selfsame_lab::note;
use std::path::Path;

/// The pictures that were not left out, in their order.
pub struct Enrolled<'a> {
    /// The set's name.
    pub name: String,
    /// What took the templates.
    pub setup: &'a Setup,
    /// A template of each picture, or none after a failure to enrol.
    pub templates: Vec<Option<Template>>,
    /// Who is on each picture.
    pub subjects: Vec<usize>,
    /// The fold of each picture's person.
    pub folds: Vec<usize>,
    /// Groups of the pictures.
    pub groups: Vec<Grouping>,
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
            name: set.name.clone(),
            setup,
            templates: Vec::new(),
            subjects: Vec::new(),
            folds: Vec::new(),
            groups: set.groups.iter().map(|grouping| Grouping { of: Vec::new(), ..grouping.clone() }).collect(),
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
            for (kept, grouping) in enrolled.groups.iter_mut().zip(&set.groups) {
                kept.of.push(grouping.of[place]);
            }
            enrolled.paths.push(path);
        }
        Ok(enrolled)
    }

    /// Leaves out pictures that score `limit` or more against an earlier one that stays: they show
    /// one person. Tells on standard error which.
    pub fn leave_out_duplicates(&mut self, limit: f32) -> Anyhow<()> {
        let scores = comparison_scores(&self.templates)?;
        let mut kept = Vec::<usize>::new();
        for place in 0..self.templates.len() {
            // A picture without a template scores NaN, which is no duplicate.
            match kept.par_iter().find_first(|earlier| scores(**earlier, place) >= limit) {
                None => kept.push(place),
                Some(earlier) => note!(
                    "left out: {}, which scores {:.3} against {}",
                    self.paths[place].display(),
                    scores(*earlier, place),
                    self.paths[*earlier].display()
                ),
            }
        }
        drop(scores);
        let count = self.templates.len() - kept.len();
        self.name += &format!(", without {count} pictures that score {limit} or more against an earlier one");
        self.templates = kept.iter().map(|place| self.templates[*place].take()).collect();
        self.subjects = kept.iter().map(|place| self.subjects[*place]).collect();
        self.folds = kept.iter().map(|place| self.folds[*place]).collect();
        self.paths = kept.iter().map(|place| self.paths[*place]).collect();
        for grouping in &mut self.groups {
            grouping.of = kept.iter().map(|place| grouping.of[*place]).collect();
        }
        Ok(())
    }

    /// Whether each picture has a template.
    pub fn present(&self) -> Vec<bool> {
        self.templates.iter().map(Option::is_some).collect()
    }
}
