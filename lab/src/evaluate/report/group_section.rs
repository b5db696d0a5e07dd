//! Differential performance on the report's page.

use super::contents::Report;
use super::page_text::{bounded, escape, figure, grouped, known, rate, times};
use crate::error::Result;
use crate::evaluate::{Differential, Extremes, FailureRate, GroupPair};
use std::fmt::Write;

/// What the tables do not say.
const NOTE: &str = "<p class=\"note\">Terms follow ISO/IEC 19795-10. All groups share a threshold. “Too few” stands where fewer than \
     three false matches would be expected at the FMR that the threshold claims, and there are fewer than 30. The extremes are those \
     of groups with three expected, whatever they show; those of the FNMR, of groups with genuine comparisons of ten people. \
     Intervals come from resampling people and hold for each group by itself: of many groups a few lie outside theirs.</p>\n";

pub(super) fn group_section(report: &Report) -> Result<String> {
    let mut section = "<h2>Differential performance</h2>\n".to_owned();
    section += &figure(
        &report.groups_svg()?,
        "False match and false non-match rates within groups and between them at one threshold; bars: 95 % intervals, people resampled.",
    );
    for found in &report.groups {
        let _ = writeln!(
            section,
            "<h3>By {}</h3>\n<p>{} pictures are in no group.</p>",
            escape(&found.attribute),
            grouped(found.ungrouped as u64)
        );
        for place in 0..found.extremes.len() {
            section += &table(found, place);
        }
    }
    Ok(section + NOTE)
}

/// The rates of all pairs of groups at a threshold; nothing if all have too few comparisons.
fn table(found: &Differential, place: usize) -> String {
    let told = found.pairs.iter().any(|pair| pair.at_threshold.get(place).is_some_and(|row| !row.too_few));
    let Some(extremes) = found.extremes.get(place).filter(|_| told) else { return String::new() };
    let mut table = format!(
        "<h4>Threshold for {}</h4>\n<table>\n<tr><th>Group</th><th class=\"n\">FTE</th><th class=\"n\">Impostor comparisons</th>\
         <th class=\"n\">FMR</th><th class=\"n\">95 % interval</th><th class=\"n\">Times the FMR claimed</th>\
         <th class=\"n\">FNMR</th><th class=\"n\">95 % interval</th></tr>\n",
        escape(&extremes.label)
    );
    found.pairs.iter().for_each(|pair| table += &row(pair, place));
    table += "</table>\n";
    for (name, of) in [("FMR", &extremes.fmr), ("FNMR", &extremes.fnmr)] {
        if let Some(of) = of {
            table += &sentence(name, of);
        }
    }
    table
}

fn row(pair: &GroupPair, place: usize) -> String {
    let Some(at) = pair.at_threshold.get(place) else { return String::new() };
    let failures = |of: Option<FailureRate>| known(of.map(|of| of.rate));
    let failures = match pair.acquisition {
        None => failures(pair.enrolment),
        acquisition => format!("{}, FTA {}", failures(pair.enrolment), failures(acquisition)),
    };
    format!(
        "<tr><td>{}</td><td class=\"n\">{failures}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        escape(&pair.name()),
        grouped(pair.impostor_pairs),
        known(at.point.map(|p| p.fmr)),
        bounded(at.fmr_interval, at.fmr_bound),
        times(at),
        known(at.point.and_then(|p| p.fnmr)),
        bounded(at.fnmr_interval, at.fnmr_bound)
    )
}

fn sentence(name: &str, of: &Extremes) -> String {
    let times = |ratio: Option<f64>| ratio.map_or("–".to_owned(), |ratio| format!("{ratio:.1}"));
    format!(
        "<p>{name}: highest within <b>{}</b> ({}), {} times that of all groups together and {} times the lowest, within {} ({}).</p>\n",
        escape(&of.highest),
        rate(of.highest_rate),
        times(of.over_all),
        times(of.ratio),
        escape(&of.lowest),
        rate(of.lowest_rate)
    )
}
