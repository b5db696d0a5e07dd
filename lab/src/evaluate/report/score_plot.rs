//! How the scores of genuine and of impostor pairs are distributed, with the thresholds.

use super::contents::Report;
use super::paper::{
    BLUE, GREY, INK, LogAxis, Paper, SIZE, VERMILION, axes, chart_on, drawn, key, legend, note, per_cent, picture,
    type_of,
};
use super::score_bins::ScoreBins;
use crate::error::Result;
use plotters::prelude::*;

/// The lowest decade that is shown, as an exponent of per cent.
const LOWEST: f64 = -6.0;

pub(super) fn svg(report: &Report) -> Result<String> {
    picture(SIZE, |root| match &report.scores {
        Some(bins) => draw(report, bins, root),
        None => note(root, "Not measured: no scores."),
    })
}

fn draw(report: &Report, bins: &ScoreBins, root: &Paper<'_>) -> Result<()> {
    let (genuine, impostor) = (bins.shares(&bins.genuine), bins.shares(&bins.impostor));
    let shares = || genuine.iter().chain(&impostor).map(|(_, share)| *share).filter(|s| *s > 0.0);
    let low = shares().fold(1.0, f64::min).log10().floor().max(LOWEST);
    // Room above the highest bin for the thresholds' labels.
    let high = shares().fold(1.0, f64::max).log10().ceil().min(2.0) + 0.26 * (2.0 - low);
    let x_high = bins.low + bins.width * bins.genuine.len() as f64;
    let mut chart = drawn(chart_on(root, 92).build_cartesian_2d(bins.low..x_high, LogAxis { low, high }))?;
    drawn(
        axes(&mut chart.configure_mesh())
            .x_labels(11)
            .x_desc(format!("Score ({})", report.about.score))
            .y_desc("Share of pairs per bin")
            .x_label_formatter(&score_label)
            .draw(),
    )?;
    let kinds = [("different people", impostor, VERMILION), ("same person", genuine, BLUE)];
    for (name, shares, color) in kinds {
        let line =
            shares.into_iter().map(|(score, share)| (score, if share > 0.0 { share.log10().max(low) } else { low }));
        drawn(chart.draw_series(AreaSeries::new(line, low, color.mix(0.15)).border_style(color.stroke_width(2))))?
            .label(name)
            .legend(key(color));
    }
    let marks = report.at_fmr.iter().filter_map(|a| Some((a.asked, f64::from(a.point?.threshold))));
    let step = 0.028 * (high - low);
    for (index, (fmr, threshold)) in marks.filter(|(_, t)| *t > bins.low && *t < x_high).enumerate() {
        let top = high - (0.6 + 1.6 * index as f64) * step;
        drawn(chart.draw_series(DashedLineSeries::new(
            [(threshold, low), (threshold, top)],
            4,
            4,
            GREY.stroke_width(1),
        )))?;
        let label = format!("FMR {}", per_cent(fmr));
        let text = EmptyElement::at((threshold, top)) + Text::new(label, (5, 4), type_of(16, &INK));
        drawn(chart.draw_series([text]))?;
    }
    legend(&mut chart, SeriesLabelPosition::UpperLeft)
}

/// One decimal, and zero without a sign.
fn score_label(score: &f64) -> String {
    let rounded = (10.0 * score).round() / 10.0;
    format!("{:.1}", rounded + 0.0)
}
