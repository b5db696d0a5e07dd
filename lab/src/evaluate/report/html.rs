//! The report as one page: inline pictures, inline style, nothing loaded, printable.

use super::contents::Report;
use super::group_section::group_section;
use super::page_text::{STYLE, bounded, escape, figure, grouped, known, rate, span, times};
use super::parts::{AtFmr, AtThreshold, ProtocolAccuracy};
use crate::error::Result;
use std::fmt::Write;

/// What the numbers mean, and what they do not.
const MEANING: &str = "<h2>What this means</h2>\n<ul>\n\
    <li>FMR, false match rate: the share of comparisons of different people that would be taken for one person. FNMR, false \
    non-match rate: the share of comparisons of one person that would be turned away. Terms follow ISO/IEC 19795-1.</li>\n\
    <li>FTE, failure-to-enrol rate: the share of pictures from which no template was taken. Of pictures that are only compared \
    with such that were enrolled before, it is the failure-to-acquire rate, FTA. Those pictures are listed by number; the report \
    names no person and no file.</li>\n\
    <li>GFMR and GFNMR, generalised rates, are shares of all pairs, those without a comparison among them: such a pair never \
    matches. They tell what people meet with; FMR and FNMR tell what a threshold does.</li>\n\
    <li>Intervals tell how far the figures would move with other people drawn from the same population, pictured in the \
    same way. They say nothing about another population, camera or situation.</li>\n\
    <li>Impostor pairs are strangers picked without effort. Relatives, lookalikes and people of the same sex, age and origin \
    match falsely more often. Attacks with masks, screens or edited portraits are not measured here.</li>\n\
    <li>A rate that rests on fewer than 30 errors is rough. “Not measured” means that there are too few pairs or people to \
    say anything.</li>\n</ul>\n";

pub(super) fn page(report: &Report) -> Result<String> {
    let title = format!("Face verification on {}", escape(&report.about.data_set));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width\"/>\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<h1>{title}</h1>\n"
    );
    page += &facts(report);
    for protocol in &report.protocols {
        page += &protocol_section(protocol);
    }
    page += &rates(report);
    page += "<h2>Curves</h2>\n";
    let figures = [
        (report.det_svg()?, "Detection error trade-off: what a lower false match rate costs in false non-matches."),
        (report.scores_svg()?, "Shares of scores on a logarithmic axis; dashed: thresholds for false match rates."),
    ];
    for (svg, caption) in figures {
        page += &figure(&svg, caption);
    }
    if !report.groups.is_empty() {
        page += &group_section(report)?;
    }
    if !report.discard.is_empty() {
        page += &discard_section(report)?;
    }
    page += MEANING;
    page += "</body>\n</html>\n";
    Ok(page)
}

/// The share of pairs that the table tells of.
const TABLED_SHARE: f64 = 0.1;

/// What leaving out pairs of low quality gains, and what that does not show.
fn discard_section(report: &Report) -> Result<String> {
    let mut section = "<h2>Error versus discard</h2>\n".to_owned();
    section += &figure(
        &report.discard_svg()?,
        "What leaving out the pairs with the worst pictures gains, at the threshold for an FMR of 0.1\u{a0}%. A pair is as good as \
         its worse picture.",
    );
    section += "<table>\n<tr><th>Quality score, 10\u{a0}% discarded</th><th class=\"n\">FNMR before</th><th class=\"n\">FNMR</th>\
         <th class=\"n\">Change</th><th class=\"n\">95 % interval</th><th class=\"n\">Errors left</th></tr>\n";
    for curve in &report.discard {
        let Some((before, after)) = curve.at(0.0).zip(curve.at(TABLED_SHARE)) else { continue };
        let change = after.reduction.map_or("–".to_owned(), |r| format!("{:+.0}\u{a0}%", -100.0 * r));
        let interval = after
            .reduction_interval
            .map_or("–".to_owned(), |i| format!("{:+.0}\u{a0}% to {:+.0}\u{a0}%", -100.0 * i.high, -100.0 * i.low));
        let _ = writeln!(
            section,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{change}</td>\
             <td class=\"n\">{interval}</td><td class=\"n\">{} of {}</td></tr>",
            escape(&curve.name),
            rate(before.fnmr),
            rate(after.fnmr),
            after.errors,
            before.errors
        );
    }
    section += "</table>\n<p class=\"note\">The score before the template was chosen and fitted on folds 1 to 5 of LFW, where its figures \
         are those of the fit. Folds 6 to 10 had been looked at when earlier forms of the scores were compared: there the figures \
         confirm, they are no blind test. On all ten folds each half is judged with weights fitted on the other, at its own \
         threshold, and the errors of both are counted together. The intervals come from resampling people at a threshold that \
         stays.</p>\n";
    Ok(section)
}

/// How many pairs were compared, and of how many if not all were.
fn compared(pairs: u64, attempted: u64) -> String {
    let of = if pairs == attempted { String::new() } else { format!(" of {} pairs", grouped(attempted)) };
    grouped(pairs) + &of
}

/// What was measured on what.
fn facts(report: &Report) -> String {
    let about = &report.about;
    let enrolment = report.enrolment.map_or_else(
        || "not measured".to_owned(),
        |e| format!("{} of {} ({}, 95 % interval {})", e.failures, e.pictures, rate(e.rate), span(Some(e.interval))),
    );
    let numbers: Vec<String> = about.failures.iter().map(usize::to_string).collect();
    let numbers = if numbers.is_empty() { "none".to_owned() } else { numbers.join(", ") };
    let mut rows = vec![
        ("Model", format!("{} (SHA-256 {})", escape(&about.model), escape(&about.model_sha256))),
        ("Score", escape(&about.score)),
        ("Crate", format!("selfsame {}", escape(&report.crate_version))),
        ("People", format!("{}, {} of them with genuine comparisons", report.people, report.people_with_pairs)),
        ("Genuine comparisons", compared(report.genuine_pairs, report.attempted_genuine_pairs)),
        ("Impostor comparisons", compared(report.impostor_pairs, report.attempted_impostor_pairs)),
        ("Failures to enrol (FTE)", enrolment),
        ("Their pictures' numbers", numbers),
        ("Files left out, not decodable", about.left_out.to_string()),
        ("Intervals", format!("95 %, people resampled {} times, seed {}", report.replicates, report.seed)),
    ];
    rows.splice(2..2, about.options.iter().map(|(name, value)| (name.as_str(), escape(value))));
    let rows = rows.iter().map(|(name, value)| format!("<tr><th>{}</th><td>{value}</td></tr>\n", escape(name)));
    format!("<table class=\"facts\">\n{}</table>\n", rows.collect::<String>())
}

fn protocol_section(protocol: &ProtocolAccuracy) -> String {
    let refused = match protocol.pairs - protocol.compared {
        0 => String::new(),
        refused => format!(
            " {refused} of {} pairs could not be compared and are taken for two people; over the others alone the accuracy is {:.4}.",
            protocol.pairs, protocol.compared_accuracy
        ),
    };
    let mut section = format!(
        "<h2>{}</h2>\n<p>Accuracy <b>{:.4} ± {:.4}</b> (mean and standard deviation over {} folds; standard error {:.4}; \
         95 % interval as if all pairs were independent: {:.4} to {:.4}).{}{refused}</p>\n\
         <table>\n<tr><th class=\"n\">Fold</th><th class=\"n\">Accuracy</th><th class=\"n\">Threshold, from the others</th></tr>\n",
        escape(&protocol.name),
        protocol.accuracy,
        protocol.std,
        protocol.folds.len(),
        protocol.standard_error,
        protocol.interval.map_or(f64::NAN, |i| i.low),
        protocol.interval.map_or(f64::NAN, |i| i.high),
        protocol.area.map_or_else(String::new, |a| format!(" Area under the ROC curve: {a:.5}.")),
    );
    for (number, (accuracy, threshold)) in protocol.folds.iter().zip(&protocol.thresholds).enumerate() {
        let _ = writeln!(
            section,
            "<tr><td class=\"n\">{}</td><td class=\"n\">{accuracy:.4}</td><td class=\"n\">{threshold:.4}</td></tr>",
            number + 1
        );
    }
    section + "</table>\n"
}

/// The tables of rates.
fn rates(report: &Report) -> String {
    let mut section = String::from(
        "<h2>Error rates</h2>\n<table>\n<tr><th class=\"n\">FMR</th><th class=\"n\">Threshold</th>\
         <th class=\"n\">95 % interval</th><th class=\"n\">FNMR</th><th class=\"n\">95 % interval</th>\
         <th class=\"n\">GFMR</th><th class=\"n\">GFNMR</th><th>Remark</th></tr>\n",
    );
    report.at_fmr.iter().for_each(|row| section += &fmr_row(row));
    section += "</table>\n";
    if !report.at_threshold.is_empty() {
        section += "<p>At thresholds that are in use, whatever they were measured on:</p>\n<table>\n<tr><th>Threshold for</th>\
             <th class=\"n\">Threshold</th><th class=\"n\">FMR here</th><th class=\"n\">95 % interval</th>\
             <th class=\"n\">Times the FMR claimed</th><th class=\"n\">FNMR here</th><th class=\"n\">95 % interval</th></tr>\n";
        report.at_threshold.iter().for_each(|row| section += &threshold_row(row));
        section += "</table>\n";
    }
    let eer = report
        .equal_error_rate
        .map_or_else(|| "not measured".to_owned(), |e| format!("{} at threshold {:.4}", rate(e.rate), e.threshold));
    let d_prime = report.d_prime.map_or_else(
        || "not measured".to_owned(),
        |d| {
            format!(
                "{:.3} (genuine {:.3} ± {:.3}, impostor {:.3} ± {:.3}: mean ± standard deviation)",
                d.d_prime, d.genuine_mean, d.genuine_std, d.impostor_mean, d.impostor_std
            )
        },
    );
    section
        + &format!(
            "<table class=\"facts\">\n<tr><th>Equal error rate</th><td>{eer}</td></tr>\n<tr><th>d′</th><td>{d_prime}</td></tr>\n</table>\n"
        )
}

fn fmr_row(row: &AtFmr) -> String {
    let asked = rate(row.asked);
    let Some(point) = row.point else {
        return format!("<tr><td class=\"n\">{asked}</td><td colspan=\"7\">not measured: too few pairs</td></tr>\n");
    };
    let threshold_span = row.threshold_interval.map_or("–".to_owned(), |i| format!("{:.4} to {:.4}", i.low, i.high));
    let remark = if row.few_errors {
        format!("rough: {} false matches, {} false non-matches", point.false_matches, point.false_non_matches)
    } else {
        String::new()
    };
    format!(
        "<tr><td class=\"n\">{asked}</td><td class=\"n\">{:.4}</td><td class=\"n\">{threshold_span}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{remark}</td></tr>\n",
        point.threshold,
        known(point.fnmr),
        bounded(row.fnmr_interval, row.fnmr_bound),
        rate(point.gfmr),
        known(point.gfnmr)
    )
}

fn threshold_row(row: &AtThreshold) -> String {
    let label = escape(&row.label);
    let Some(point) = row.point else {
        return format!("<tr><td>{label}</td><td colspan=\"6\">not measured: no impostor comparisons</td></tr>\n");
    };
    format!(
        "<tr><td>{label}</td><td class=\"n\">{:.4}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
         <td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
        point.threshold,
        rate(point.fmr),
        bounded(row.fmr_interval, row.fmr_bound),
        times(row),
        known(point.fnmr),
        bounded(row.fnmr_interval, row.fnmr_bound)
    )
}
