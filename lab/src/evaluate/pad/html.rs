//! The report as one page: inline pictures, inline style, nothing loaded, printable.

use super::rates::{Rate, SpeciesRates};
use super::report::{PadGroup, PadReport};
use crate::error::Result;
use crate::evaluate::report::page_text::{STYLE, escape, figure, rate, span};
use std::fmt::Write;

/// What the numbers mean, and what they do not.
const MEANING: &str = "<h2>What this means</h2>\n<ul>\n\
    <li><b>These are rates of a simulation.</b> Its attacks are those that its authors thought of, at strengths that they chose. How often \
    attacks pass in the field is not measured here.</li>\n\
    <li>Terms follow ISO/IEC 30107-3:2023. APCER: the share of one species' attacks that are taken for a live face. BPCER: the share of live \
    faces that are taken for an attack. APNRR and BPNRR: the share without response, which a person would repeat. All are shares of all \
    sessions of their kind; those of sessions with a response stand beside them.</li>\n\
    <li>Intervals are exact ones of 95\u{a0}% (Clopper and Pearson), as if all sessions were independent. Some share a person's portrait.</li>\n\
    <li>Person and parameters of the scene are drawn from one half of people and ranges. What was chosen on the tuning half is reported on \
    the other one.</li>\n\
    <li>Skin tones are simulated by shifting one portrait's colours; they are no other people.</li>\n</ul>\n";

impl PadReport {
    /// The report as one HTML page that needs nothing else.
    ///
    /// # Errors
    /// As [`PadReport::rates_svg`].
    pub fn to_html(&self) -> Result<String> {
        page(self)
    }
}

fn page(report: &PadReport) -> Result<String> {
    let title = format!("Presentation attacks in simulated sessions: {}", escape(&report.conditions));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width\"/>\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<h1>{title}</h1>\n"
    );
    page += &facts(report);
    page += &species(report);
    page += &figure(
        &report.rates_svg()?,
        "Attacks that pass, live faces that are refused (lines: 95\u{a0}% intervals), and sessions without response.",
    );
    page += &groups(report);
    page += "<h2>Distributions</h2>\n";
    let boxes = "Line: 5 to 95\u{a0}% of the sessions. Box: the middle half. Mark: the median. Dashed: the verdict's limits. Values outside \
         are drawn at the edge.";
    page += &figure(&report.sequence_svg()?, boxes);
    page += &figure(&report.shape_svg()?, boxes);
    page += &figure(&report.ambient_svg()?, "Live sessions over the ambient light; lines: 95\u{a0}% intervals.");
    page += "<h2>Other challenges</h2>\n";
    page += &wrong(report);
    page += &figure(
        &report.chance_svg()?,
        "Live sessions judged against challenges that were not played. Bits are honest where the line stays below the dashed one.",
    );
    page += &responses(report)?;
    page += MEANING;
    page += "</body>\n</html>\n";
    Ok(page)
}

fn facts(report: &PadReport) -> String {
    let worst = report.worst_rates().map_or_else(
        || "not measured".to_owned(),
        |worst| {
            format!(
                "{} ({}, 95 % interval {})",
                rate(worst.error.rate),
                worst.species,
                span(Some(worst.error.interval))
            )
        },
    );
    let bona_fide = |of: fn(&SpeciesRates) -> &Rate| {
        report.bona_fide.as_ref().map(of).map_or_else(
            || "not measured".to_owned(),
            |r| format!("{} ({} of {}, 95 % interval {})", rate(r.rate), r.errors, r.trials, span(Some(r.interval))),
        )
    };
    let half = format!("{:?}", report.half).to_lowercase();
    let rows = [
        ("APCER of the worst species", worst),
        ("BPCER", bona_fide(|r| &r.error)),
        ("BPNRR", bona_fide(|r| &r.non_response)),
        ("Portraits", format!("{}, {} people", escape(&report.data_set), report.people)),
        ("Sessions", report.sessions.to_string()),
        ("Half", half),
        ("Seed", report.seed.to_string()),
        ("Campaign", escape(&report.campaign)),
        ("Crate", format!("selfsame {}", escape(&report.crate_version))),
    ];
    let rows = rows.map(|(name, value)| format!("<tr><th>{name}</th><td>{value}</td></tr>\n")).concat();
    format!("<table class=\"facts\">\n{rows}</table>\n")
}

fn species(report: &PadReport) -> String {
    let mut section = "<h2>Species</h2>\n<table>\n<tr><th>Species</th><th class=\"n\">Sessions</th><th class=\"n\">APCER (BPCER)</th>\
         <th class=\"n\">95 % interval</th><th class=\"n\">Of responses</th><th class=\"n\">No response</th><th>Reasons</th></tr>\n"
        .to_owned();
    for rates in report.bona_fide.iter().chain(&report.attacks) {
        let mut reasons: Vec<(&String, &u64)> = rates.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let reasons: Vec<String> = reasons.iter().map(|(word, count)| format!("{} {count}", escape(word))).collect();
        let _ = writeln!(
            section,
            "<tr><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td>{}</td></tr>",
            rates.species,
            rates.error.trials,
            rate(rates.error.rate),
            span(Some(rates.error.interval)),
            rates.error_of_responses.map_or("–".to_owned(), |r| rate(r.rate)),
            rate(rates.non_response.rate),
            reasons.join(", ")
        );
    }
    section + "</table>\n"
}

fn groups(report: &PadReport) -> String {
    let mut section = "<h2>Groups</h2>\n<table>\n<tr><th>By</th><th>Value</th><th class=\"n\">Live</th><th class=\"n\">BPCER</th>\
         <th class=\"n\">95 % interval</th><th class=\"n\">BPNRR</th><th class=\"n\">95 % interval</th><th class=\"n\">Attacks</th>\
         <th class=\"n\">pass</th><th class=\"n\">95 % interval</th><th class=\"n\">no response</th></tr>\n"
        .to_owned();
    let number = |r: Option<Rate>| r.map_or("–".to_owned(), |r| rate(r.rate));
    // A rate that is missing had no trials.
    let trials = |r: Option<Rate>| r.map_or(0, |r| r.trials);
    let within = |r: Option<Rate>| span(r.map(|r| r.interval));
    for PadGroup { by, value, bpcer, bpnrr, attacks_live, attacks_non_response } in &report.groups {
        let _ = writeln!(
            section,
            "<tr><td>{by}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            escape(value),
            trials(*bpcer),
            number(*bpcer),
            within(*bpcer),
            number(*bpnrr),
            within(*bpnrr),
            trials(*attacks_live),
            number(*attacks_live),
            within(*attacks_live),
            number(*attacks_non_response),
        );
    }
    section + "</table>\n<p class=\"note\">Attacks of all species together: a comparison of groups, no APCER.</p>\n"
}

fn wrong(report: &PadReport) -> String {
    report.wrong_challenges.as_ref().map_or_else(String::new, |wrong| {
        let Rate { errors, trials, interval, .. } = wrong.live;
        let span = span(Some(interval));
        format!("<p>{errors} of {trials} other challenges were passed (95 % interval {span}).</p>\n")
    })
}

fn responses(report: &PadReport) -> Result<String> {
    let mut section = "<h2>One session of each species</h2>\n<p class=\"note\">The first one, whatever came of it. The face's own change, \
         what the background shares taken off; beneath, the colours as they were played.</p>\n"
        .to_owned();
    for session in &report.kept {
        if let Some(response) = &session.response {
            let outcome = format!("{:?}", session.outcome).to_lowercase();
            let reasons =
                if session.reasons.is_empty() { String::new() } else { format!(" ({})", session.reasons.join(", ")) };
            let scene = &session.scene;
            let caption = format!(
                "{}: {outcome}{} – {:.0} lx, {:.0} cm, skin tone {}, {} frames a second",
                session.species(),
                escape(&reasons),
                scene.ambient_lux,
                scene.distance_cm,
                scene.skin,
                scene.camera.fps
            );
            section += &figure(&response.svg()?, &caption);
        }
    }
    Ok(section)
}
