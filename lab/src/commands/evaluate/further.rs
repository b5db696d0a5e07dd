//! What is asked for beside the report: tables for a model's card, and trials of thresholds, fusion
//! and document portraits.

use super::arguments::Common;
use super::card;
use super::documents::documents;
use super::enrolled::Enrolled;
use super::fuse::fuse;
use super::halves::halves;
use crate::commands::shared::{Anyhow, write};
use selfsame::compare::Pairing;
use selfsame_lab::evaluate::{ScoreSet, impostor_spec};

/// Does what `common` asks for; `set` holds the scores of all pairs.
pub fn run(pictures: &Enrolled<'_>, set: &ScoreSet, common: &Common) -> Anyhow<()> {
    let bootstrap = common.resampling.bootstrap();
    if let Some(path) = &common.impostors {
        let spec = impostor_spec(&pictures.templates, &pictures.subjects, pictures.name.to_owned())?;
        write(path, &card::impostors(&spec))?;
    }
    if common.halves {
        halves(pictures, &bootstrap)?;
    }
    if let Some(count) = common.fuse {
        fuse(pictures, count as usize)?;
    }
    let mut calibrations = Vec::new();
    if common.calibration.is_some() {
        calibrations.push(set.calibrate(Pairing::SelfieSelfie, pictures.name, &bootstrap)?);
    }
    if common.documents {
        let mixed = documents(pictures, set)?;
        if common.calibration.is_some() {
            let name = format!("{}, the earlier picture of each pair as one of six document portraits", pictures.name);
            calibrations.push(mixed.calibrate(Pairing::DocumentSelfie, &name, &bootstrap)?);
        }
    }
    if let Some(path) = &common.calibration {
        let tables: Vec<String> = calibrations.iter().map(card::calibration).collect();
        write(path, &tables.join("\n"))?;
    }
    Ok(())
}
