//! The report on the terminal, and its files.

use crate::commands::shared::{Anyhow, make_folder, write};
use selfsame_lab::evaluate::{AtFmr, AtThreshold, FailureRate, Interval, Report};
use selfsame_lab::note;
use std::fmt::{Result, Write as _};
use std::path::Path;

/// What matters most, as text.
pub fn summary(report: &Report) -> std::result::Result<String, std::fmt::Error> {
    let mut text = String::new();
    // A set without pictures has no rate of enrolment.
    let pictures = report.enrolment.map_or(0, |e| e.pictures) + report.acquisition.map_or(0, |a| a.pictures);
    writeln!(text, "pictures               {pictures} of {} people", report.people)?;
    if report.about.left_out > 0 {
        writeln!(text, "left out               {} files that cannot be decoded", report.about.left_out)?;
    }
    failures(&mut text, "failures to enrol", "FTE", report.enrolment)?;
    failures(&mut text, "failures to acquire", "FTA", report.acquisition)?;
    for protocol in &report.protocols {
        let (accuracy, std, folds) = (protocol.accuracy, protocol.std, protocol.folds.len());
        let name = format!("{} accuracy", protocol.name);
        writeln!(text, "{name:<22} {accuracy:.4} ± {std:.4} (standard deviation over {folds} folds)")?;
        if protocol.compared < protocol.pairs {
            let (compared, pairs) = (protocol.compared, protocol.pairs);
            writeln!(text, "  … of what was compared {:.4} ({compared} of {pairs} pairs)", protocol.compared_accuracy)?;
        }
    }
    writeln!(text, "comparisons            {} genuine, {} impostor", report.genuine_pairs, report.impostor_pairs)?;
    let attempted = (report.attempted_genuine_pairs, report.attempted_impostor_pairs);
    if attempted != (report.genuine_pairs, report.impostor_pairs) {
        writeln!(text, "  … of pairs           {} genuine, {} impostor", attempted.0, attempted.1)?;
    }
    writeln!(
        text,
        "\n{:>8} {:>10} {:>18}   {:>8}   {:<22} {:>8}",
        "FMR", "threshold", "95 % interval", "FNMR", "95 % interval", "GFNMR"
    )?;
    report.at_fmr.iter().try_for_each(|row| at_fmr(&mut text, row))?;
    if !report.at_threshold.is_empty() {
        writeln!(
            text,
            "\n{:>22} {:>10} {:>11} {:>8}   {:<24} {:>8} {:>10} {:>8}",
            "threshold for", "threshold", "FMR here", "times", "95 % interval of it", "FNMR", "GFMR", "GFNMR"
        )?;
    }
    report.at_threshold.iter().try_for_each(|row| at_threshold(&mut text, row))?;
    if let Some(eer) = report.equal_error_rate {
        writeln!(text, "\nequal error rate       {:.3} % at {:.4}", 100.0 * eer.rate, eer.threshold)?;
    }
    if let Some(d) = report.d_prime {
        writeln!(text, "d'                     {:.3}", d.d_prime)?;
    }
    Ok(text)
}

fn failures(text: &mut String, name: &str, short: &str, of: Option<FailureRate>) -> Result {
    let Some(of) = of else { return Ok(()) };
    let (low, high) = (100.0 * of.interval.low, 100.0 * of.interval.high);
    let (failures, pictures, rate) = (of.failures, of.pictures, 100.0 * of.rate);
    writeln!(text, "{name:<22} {failures} of {pictures}: {short} {rate:.3} % ({low:.3} to {high:.3})")
}

fn at_fmr(text: &mut String, row: &AtFmr) -> Result {
    let Some(point) = row.point else {
        return writeln!(text, "{:>8.0e} {:>10}", row.asked, "too few comparisons");
    };
    let threshold = row.threshold_interval.map_or("-".into(), |i| format!("{:.4} to {:.4}", i.low, i.high));
    let rough = if row.few_errors { "   (rough: few errors)" } else { "" };
    let (fnmr, span) = (per_cent(point.fnmr), bounded(row.fnmr_interval, row.fnmr_bound));
    writeln!(
        text,
        "{:>8.0e} {:>10.5} {threshold:>18}   {fnmr:>8}   {span:<22} {:>8}{rough}",
        row.asked,
        point.threshold,
        per_cent(point.gfnmr)
    )
}

/// A row of the table of thresholds in use.
pub fn at_threshold(text: &mut String, row: &AtThreshold) -> Result {
    let Some(point) = row.point else {
        return writeln!(text, "{:>22} {:>10}", row.label, "no comparisons");
    };
    let times = row.ratio.map_or("-".into(), |ratio| format!("{ratio:.2}"));
    let span = row.ratio_interval.map_or_else(
        || row.fmr_bound.map_or("-".into(), |bound| format!("FMR below {bound:.1e}")),
        |i| format!("{:.2} to {:.2}", i.low, i.high),
    );
    let few = if row.too_few { "   too few comparisons for this rate" } else { "" };
    writeln!(
        text,
        "{:>22} {:>10.5} {:>11.2e} {times:>8}   {span:<24} {:>8} {:>10.2e} {:>8}{few}",
        row.label,
        point.threshold,
        point.fmr,
        per_cent(point.fnmr),
        point.gfmr,
        per_cent(point.gfnmr)
    )
}

fn per_cent(rate: Option<f64>) -> String {
    rate.map_or("-".into(), |rate| format!("{:.2} %", 100.0 * rate))
}

fn bounded(interval: Option<Interval>, bound: Option<f64>) -> String {
    let span = || interval.map_or("-".into(), |i| format!("{:.4} % to {:.4} %", 100.0 * i.low, 100.0 * i.high));
    bound.map_or_else(span, |bound| format!("below {:.2} %", 100.0 * bound))
}

/// Writes the files into `folder`, which is made if it is not there.
pub fn files(report: &Report, folder: &Path) -> Anyhow<()> {
    make_folder(folder)?;
    let mut files = vec![
        ("report.html", report.to_html()?),
        ("report.json", report.to_json()?),
        ("det.svg", report.det_svg()?),
        ("scores.svg", report.scores_svg()?),
    ];
    if !report.groups.is_empty() {
        files.push(("groups.svg", report.groups_svg()?));
    }
    if !report.discard.is_empty() {
        files.push(("discard.svg", report.discard_svg()?));
    }
    for (name, text) in files {
        write(&folder.join(name), &text)?;
    }
    note!("written                {}", folder.join("report.html").display());
    Ok(())
}
