//! Errors and non-response of each species, as bars.

use super::report::PadReport;
use super::rows::Rows;
use crate::error::Result;
use crate::evaluate::report::paper::{BLUE, INK, VERMILION, drawn};
use plotters::prelude::*;

pub(super) fn svg(report: &PadReport) -> Result<String> {
    let rates: Vec<_> = report.bona_fide.iter().chain(&report.attacks).collect();
    let rows = Rows {
        names: rates.iter().map(|r| r.species.as_str()).collect(),
        x: [0.0, 100.0],
        x_label: "Share of the species' sessions in %",
        legend: true,
    };
    rows.svg(|chart| {
        let bar = |row: usize, [from, to]: [f64; 2], color: RGBColor| {
            let y = row as f64;
            Rectangle::new([(100.0 * from, y - 0.3), (100.0 * to, y + 0.3)], color.filled())
        };
        let silent = rates
            .iter()
            .enumerate()
            .map(|(row, r)| bar(row, [r.error.rate, r.error.rate + r.non_response.rate], RGBColor(215, 215, 215)));
        drawn(chart.draw_series(silent))?
            .label("no response")
            .legend(|(x, y)| Rectangle::new([(x, y - 5), (x + 22, y + 5)], RGBColor(215, 215, 215).filled()));
        for (attack, color, name) in
            [(false, BLUE, "BPCER: live faces refused"), (true, VERMILION, "APCER: attacks that pass")]
        {
            let own = rates.iter().enumerate().filter(|(_, r)| r.species.is_attack() == attack);
            drawn(chart.draw_series(own.map(|(row, r)| bar(row, [0.0, r.error.rate], color))))?
                .label(name)
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 22, y + 5)], color.filled()));
        }
        for (row, r) in rates.iter().enumerate() {
            let (y, [low, high]) = (row as f64, [r.error.interval.low, r.error.interval.high].map(|v| 100.0 * v));
            let lines =
                [[(low, y), (high, y)], [(low, y - 0.15), (low, y + 0.15)], [(high, y - 0.15), (high, y + 0.15)]];
            drawn(chart.draw_series(lines.map(|line| PathElement::new(line, INK.stroke_width(1)))))?;
        }
        Ok(())
    })
}
