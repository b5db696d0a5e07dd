//! What is asked for beside the report: tables for a model's card, and trials of thresholds, fusion
//! and document portraits.

use super::arguments::Common;
use super::card;
use super::documents::documents;
use super::enrolled::Enrolled;
use super::fuse::fuse;
use super::halves::halves;
use crate::commands::shared::{Anyhow, write};
use selfsame::compare::{FmrBasis, Pairing};
use selfsame::model::CalibrationSpec;
use selfsame_lab::evaluate::{ScoreSet, impostor_spec};

/// Does what `common` asks for; `set` holds the scores of all pairs.
pub fn run(pictures: &Enrolled<'_>, set: &ScoreSet, common: &Common) -> Anyhow<()> {
    let bootstrap = common.resampling.bootstrap();
    if let Some(path) = &common.impostors {
        let spec = impostor_spec(&pictures.templates, &pictures.subjects, pictures.name.clone())?;
        write(path, &card::impostors(&spec))?;
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
        let basis = if common.worst_group { FmrBasis::WorstGroup } else { FmrBasis::Average };
        let spec = set.calibrate(pairing, &format!("{population} ({name})"), known, &bootstrap)?;
        calibrations.push(CalibrationSpec { basis, ..spec });
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
    if let Some(path) = &common.calibration {
        let id = &pictures.setup.ensemble.card().id;
        let tables = calibrations.iter().map(|spec| card::calibration(id, spec)).collect::<Anyhow<Vec<_>>>()?;
        write(path, &tables.join("\n"))?;
    }
    Ok(())
}
