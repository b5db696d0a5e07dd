//! The report as text and as one page: inline style, nothing loaded, printable.

use super::report::{PresentationRates, RecordedReport};
use crate::evaluate::pad::Rate;
use crate::evaluate::report::page_text::{STYLE, escape, rate, span};

/// What the numbers mean.
const MEANING: &str = "<h2>What this means</h2>\n<ul>\n\
    <li>Terms follow ISO/IEC 30107-3:2023. APCER: the share of one species' presentations that are taken for a live face; the worst species \
    counts. BPCER: the share of live faces that are taken for an attack. APNRR and BPNRR: the share without response, which a person would \
    repeat. IAPAR: the share, of those with a document, that is taken for live and matches it. All are shares of all presentations of their \
    kind.</li>\n\
    <li>Intervals are exact ones of 95\u{a0}% (Clopper and Pearson), as if all presentations were independent. Presentations of one subject are \
    not: see the share of subjects beside them.</li>\n\
    <li>Frames are judged by their own times: how sessions were sent, and when they arrived, is not part of a folder.</li>\n</ul>\n";

impl RecordedReport {
    /// The report as one HTML page that needs nothing else.
    #[must_use]
    pub fn to_html(&self) -> String {
        let title = format!("Presentation attack detection, recorded sessions: {}", escape(&self.data_set));
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width\"/>\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<h1>{title}</h1>\n<table class=\"facts\">\n"
        );
        for (name, value) in self.facts() {
            page += &format!("<tr><th>{name}</th><td>{}</td></tr>\n", escape(&value));
        }
        page += "</table>\n<h2>Presentations</h2>\n<table>\n<tr><th>presentation</th><th class=\"n\">sessions</th><th class=\"n\">subjects</th>\
                 <th class=\"n\">APCER, BPCER</th><th>95\u{a0}%</th><th class=\"n\">subjects with an error</th><th class=\"n\">no response</th>\
                 <th class=\"n\">live and match</th></tr>\n";
        for rates in self.bona_fide.iter().chain(&self.attacks) {
            let cells = [
                rates.error.trials.to_string(),
                rates.subjects.to_string(),
                rate(rates.error.rate),
                span(Some(rates.error.interval)),
                rate(rates.subjects_with_error.rate),
                rate(rates.non_response.rate),
                share(rates.live_and_match),
            ];
            let cells: String = cells.iter().map(|cell| format!("<td class=\"n\">{cell}</td>")).collect();
            page += &format!("<tr><td>{}</td>{cells}</tr>\n", escape(&rates.presentation));
        }
        page += "</table>\n<h2>Groups</h2>\n<table>\n<tr><th>by</th><th>value</th><th class=\"n\">BPCER</th><th class=\"n\">BPNRR</th>\
                 <th>worst species</th><th class=\"n\">APCER</th></tr>\n";
        for group in &self.groups {
            let of = |rates: &Option<PresentationRates>, which: fn(&PresentationRates) -> Rate| {
                share(rates.as_ref().map(which))
            };
            let worst = group.worst.as_ref().map_or("–", |rates| &rates.presentation);
            page += &format!(
                "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td></tr>\n",
                group.by,
                escape(&group.value),
                of(&group.bona_fide, |r| r.error),
                of(&group.bona_fide, |r| r.non_response),
                escape(worst),
                of(&group.worst, |r| r.error),
            );
        }
        page += "</table>\n";
        if !self.unread.is_empty() {
            page += "<h2>Not judged</h2>\n<ul>\n";
            for unread in &self.unread {
                page += &format!("<li>{}: {}</li>\n", escape(&unread.folder), escape(&unread.error));
            }
            page += "</ul>\n";
        }
        page += MEANING;
        page += "</body>\n</html>\n";
        page
    }

    /// What matters most, as names and values.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let worst = self.attacks.iter().find(|rates| Some(&rates.presentation) == self.worst.as_ref());
        let live = |of: fn(&PresentationRates) -> Rate| {
            self.bona_fide.as_ref().map_or("not measured".to_owned(), |r| counted(of(r)))
        };
        vec![
            (
                "APCER of the worst species",
                worst.map_or("not measured".to_owned(), |r| format!("{}: {}", r.presentation, counted(r.error))),
            ),
            ("BPCER", live(|r| r.error)),
            ("BPNRR", live(|r| r.non_response)),
            ("Sessions", format!("{}, {} not judged", self.sessions.len(), self.unread.len())),
            ("Compared at an FMR of", format!("{:e}", self.fmr)),
            ("Version", self.crate_version.clone()),
        ]
    }
}

fn counted(of: Rate) -> String {
    format!("{} ({} of {}, 95 % interval {})", rate(of.rate), of.errors, of.trials, span(Some(of.interval)))
}

fn share(of: Option<Rate>) -> String {
    of.map_or("–".to_owned(), |of| rate(of.rate))
}
