//! The report on the terminal, and its files.

use crate::commands::shared::{Anyhow, make_folder, write};
use selfsame_lab::evaluate::{Interval, Report};
use selfsame_lab::note;
use std::fmt::Write as _;
use std::path::Path;

/// What matters most, as text.
pub fn summary(report: &Report) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(
        text,
        "pictures               {} of {} people",
        // A set without pictures has no rate of enrolment.
        report.enrolment.map_or(0, |e| e.pictures),
        report.people
    )?;
    if report.about.left_out > 0 {
        writeln!(text, "left out               {} files that cannot be decoded", report.about.left_out)?;
    }
    if let Some(enrolment) = report.enrolment {
        let (failures, rate) = (enrolment.failures, 100.0 * enrolment.rate);
        writeln!(text, "failures to enrol      {failures} ({rate:.3} %); all their pairs count as not matching")?;
    }
    if let Some(view2) = &report.view2 {
        let (accuracy, std, folds) = (view2.accuracy, view2.std, view2.folds.len());
        writeln!(text, "LFW View 2 accuracy    {accuracy:.4} ± {std:.4} (standard deviation over {folds} folds)")?;
    }
    writeln!(text, "pairs                  {} genuine, {} impostor", report.genuine_pairs, report.impostor_pairs)?;
    writeln!(text, "\n{:>8} {:>10} {:>18}   {:>8}   95 % interval", "FMR", "threshold", "95 % interval", "FNMR")?;
    for row in &report.at_fmr {
        let Some(point) = row.point else {
            writeln!(text, "{:>8.0e} {:>10}", row.asked, "too few pairs")?;
            continue;
        };
        let threshold = row.threshold_interval.map_or("-".into(), |i| format!("{:.4} to {:.4}", i.low, i.high));
        let rough = if row.few_errors { "   (rough: few errors)" } else { "" };
        let (fnmr, span) = (100.0 * point.fnmr, per_cent(row.fnmr_interval));
        writeln!(
            text,
            "{:>8.0e} {:>10.5} {threshold:>18}   {fnmr:>6.2} %   {span}{rough}",
            row.asked, point.threshold
        )?;
    }
    if !report.at_threshold.is_empty() {
        writeln!(text, "\n{:>22} {:>10} {:>10}   95 % interval", "threshold for", "threshold", "FMR here")?;
    }
    for row in &report.at_threshold {
        if let Some(point) = row.point {
            let span = row.fmr_bound.map_or_else(|| per_cent(row.fmr_interval), |b| format!("below {:.2e}", b));
            writeln!(text, "{:>22} {:>10.5} {:>8.4} %   {span}", row.label, point.threshold, 100.0 * point.fmr)?;
        }
    }
    if let Some(eer) = report.equal_error_rate {
        writeln!(text, "\nequal error rate       {:.3} % at {:.4}", 100.0 * eer.rate, eer.threshold)?;
    }
    if let Some(d) = report.d_prime {
        writeln!(text, "d'                     {:.3}", d.d_prime)?;
    }
    Ok(text)
}

fn per_cent(interval: Option<Interval>) -> String {
    interval.map_or("-".into(), |i| format!("{:.4} % to {:.4} %", 100.0 * i.low, 100.0 * i.high))
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
    if !report.discard.is_empty() {
        files.push(("discard.svg", report.discard_svg()?));
    }
    for (name, text) in files {
        write(&folder.join(name), &text)?;
    }
    note!("written                {}", folder.join("report.html").display());
    Ok(())
}
