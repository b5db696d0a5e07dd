//! What is asked for beside the report: tables for a model's card, and trials of thresholds,
//! fusion, document portraits and selfies from near.

use super::arguments::Common;
use super::card;
use super::distances::distances;
use super::documents::documents;
use super::enrolled::Enrolled;
use super::fuse::fuse;
use super::halves::halves;
use crate::commands::shared::{Anyhow, write};
use selfsame::compare::Pairing;
use selfsame_lab::evaluate::{
    ScoreSet, calibrate_worst_group, centre_spec, comparison_scores, impostor_spec, pairs_among,
};

/// Does what `common` asks for; `set` holds the scores of all pairs.
pub fn run(pictures: &Enrolled<'_>, set: &ScoreSet, common: &Common) -> Anyhow<()> {
    let bootstrap = common.resampling.bootstrap();
    if let Some(path) = &common.impostors {
        let spec = impostor_spec(&pictures.templates, &pictures.subjects, pictures.name.clone())?;
        write(path, &card::impostors(&spec))?;
    }
    if let Some(path) = &common.centre {
        let grouping = pictures.groups.last().ok_or("--centre needs groups")?;
        let spec = centre_spec(&pictures.templates, grouping, common.axes, pictures.name.clone())?;
        write(path, &card::centre(&spec))?;
    }
    if common.halves {
        halves(pictures, &bootstrap)?;
    }
    if let Some(count) = common.fuse {
        fuse(pictures, count as usize)?;
    }
    let mut calibrations = Vec::new();
    // Without `--population` there is no `--calibration`.
    let population = common.population.as_deref().unwrap_or_default();
    let mut calibrate = |set: &ScoreSet, pairing: Pairing, name: &str| -> Anyhow<()> {
        let known = pictures.setup.engine.calibration(pairing).map(|known| &known.spec().log_likelihood_ratio);
        let data = format!("{population} ({name})");
        if !common.worst_group {
            calibrations.push(set.calibrate(pairing, &data, known, &bootstrap)?);
            return Ok(());
        }
        let grouping = pictures.groups.last().ok_or("--worst-group needs groups")?;
        let (present, scores) = (pictures.present(), comparison_scores(&pictures.templates)?);
        let within = |group| pairs_among(&pictures.subjects, &present, &grouping.places(group), &scores);
        let groups = (0..grouping.groups.len()).map(within).collect::<Result<Vec<_>, _>>()?;
        let logistic = known.ok_or("--worst-group needs a card with a calibration over all people")?;
        calibrations.push(calibrate_worst_group(&groups, pairing, &data, *logistic, &bootstrap)?);
        Ok(())
    };
    if common.calibration.is_some() {
        calibrate(set, Pairing::SelfieSelfie, &pictures.name)?;
    }
    if common.documents {
        let mixed = documents(pictures, set)?;
        if common.calibration.is_some() {
            let name = format!("{}, the earlier picture of each pair as one of six document portraits", pictures.name);
            calibrate(&mixed, Pairing::DocumentSelfie, &name)?;
        }
    }
    if !common.distance.is_empty() {
        distances(pictures, set, common.head, &common.distance)?;
    }
    if let Some(path) = &common.calibration {
        let id = &pictures.setup.ensemble.card().id;
        let tables = calibrations.iter().map(|spec| card::calibration(id, spec)).collect::<Anyhow<Vec<_>>>()?;
        write(path, &tables.join("\n"))?;
    }
    Ok(())
}
