//! `--groups`, `--by` and `--where`: which pictures are in which group, and how rates differ.

use super::arguments::Common;
use super::enrolled::Enrolled;
use super::labelled::LabelledSet;
use super::print::at_threshold;
use crate::commands::shared::Anyhow;
use selfsame_lab::error::OfFile;
use selfsame_lab::evaluate::{Differential, Extremes, GroupTable, Grouping, UsedThreshold, comparison_scores};
use selfsame_lab::note;
use std::fmt::Write as _;

/// Leaves only the pictures that `--where` asks for, and adds the groupings that `--by` does.
pub fn group(set: &mut LabelledSet, common: &Common) -> Anyhow<()> {
    let Some(path) = &common.groups else { return Ok(()) };
    let text = std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    let text = String::from_utf8(text).map_err(|e| format!("{} is not UTF-8: {e}", path.display()))?;
    let table = GroupTable::parse(&text).of_file(path)?;
    for (attribute, value) in &common.conditions {
        let grouping = table.group(attribute, &set.names).of_file(path)?;
        let wanted = grouping.groups.iter().position(|group| group == value);
        let wanted = wanted.ok_or_else(|| {
            format!("{}: {attribute} is never {value:?}, but {}", path.display(), grouping.groups.join(", "))
        })?;
        let keep: Vec<bool> = grouping.of.iter().map(|of| *of == Some(wanted)).collect();
        set.retain(&keep);
        set.name += &format!(", {attribute} {value}");
    }
    let by = if common.by.is_empty() { table.attributes() } else { &common.by };
    let asked =
        |attribute: &&String| !common.by.is_empty() || common.conditions.iter().all(|(name, _)| name != *attribute);
    for attribute in by.iter().filter(asked) {
        let grouping = table.group(attribute, &set.names).of_file(path)?;
        note!("{attribute}: {} groups, {} pictures in none", grouping.groups.len(), grouping.without());
        set.groups.push(grouping);
    }
    Ok(())
}

/// Rates within and between the groups.
pub fn differential(
    pictures: &Enrolled<'_>,
    thresholds: &[UsedThreshold],
    common: &Common,
) -> Anyhow<Vec<Differential>> {
    let (enrolled, bootstrap) = (pictures.present(), common.resampling.bootstrap());
    let of = |grouping: &Grouping| {
        let scores = comparison_scores(&pictures.templates)?;
        Ok(Differential::new(grouping, &pictures.subjects, &enrolled, scores, thresholds, &bootstrap)?)
    };
    pictures.groups.iter().map(of).collect()
}

/// The tables of an attribute, as text.
pub fn summary(found: &Differential) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(text, "\nby {}, {} pictures in no group", found.attribute, found.ungrouped)?;
    for pair in &found.pairs {
        let failures = |of: &Option<selfsame_lab::evaluate::FailureRate>| {
            of.map_or("-".to_owned(), |of| format!("{} of {} ({:.2} %)", of.failures, of.pictures, 100.0 * of.rate))
        };
        write!(text, "\n{}: {} people, FTE {}", pair.name(), pair.people, failures(&pair.enrolment))?;
        if pair.acquisition.is_some() {
            write!(text, ", FTA {}", failures(&pair.acquisition))?;
        }
        writeln!(text, ", {} genuine and {} impostor comparisons", pair.genuine_pairs, pair.impostor_pairs)?;
        pair.at_threshold.iter().try_for_each(|row| at_threshold(&mut text, row))?;
    }
    writeln!(text)?;
    for at in &found.extremes {
        for (rate, extremes) in [("FMR", &at.fmr), ("FNMR", &at.fnmr)] {
            if let Some(extremes) = extremes {
                writeln!(text, "{}: {rate} {}", at.label, sentence(extremes))?;
            }
        }
    }
    Ok(text)
}

/// Who errs most, who least.
fn sentence(of: &Extremes) -> String {
    let times = |ratio: Option<f64>| ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.1}"));
    format!(
        "highest within {} ({:.2e}), {} times that of all groups together, {} times the lowest (within {}, {:.2e})",
        of.highest,
        of.highest_rate,
        times(of.over_all),
        times(of.ratio),
        of.lowest,
        of.lowest_rate
    )
}
