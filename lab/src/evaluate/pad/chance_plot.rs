//! Are bits honest? The share of other challenges that reach k bits, against 2^−k.

use super::report::WrongChallenges;
use crate::error::Result;
use crate::evaluate::report::paper::{
    BLUE, GREY, LogAxis, Paper, SIZE, axes, chart_on, drawn, key, legend, note, picture,
};
use plotters::element::DashedPathElement;
use plotters::prelude::*;

pub(super) fn svg(wrong: Option<&WrongChallenges>) -> Result<String> {
    picture(SIZE, |root| match wrong {
        Some(wrong) => draw(wrong, root),
        None => note(root, "Not measured: no live sessions."),
    })
}

fn draw(wrong: &WrongChallenges, root: &Paper<'_>) -> Result<()> {
    let most = wrong.curve.last().map_or(1.0, |point| point.bits);
    // A share as an exponent of per cent; the lowest is below one challenge of all.
    let exponent = |share: f64| (100.0 * share).log10();
    let low = exponent(1.0 / wrong.live.trials.max(2) as f64).floor().min(-1.0);
    let mut chart = drawn(chart_on(root, 92).build_cartesian_2d(0.0..most, LogAxis { low, high: 2.0 }))?;
    drawn(
        axes(&mut chart.configure_mesh())
            .x_desc("Bits of evidence")
            .y_desc("Share of other challenges that reach them")
            .draw(),
    )?;
    let bound = wrong.curve.iter().map(|p| (p.bits, exponent(p.bound))).filter(|(_, y)| *y >= low);
    drawn(chart.draw_series(DashedLineSeries::new(bound, 5, 4, GREY.stroke_width(2))))?
        .label("2^-k, the most that a guess may reach")
        .legend(|(x, y)| DashedPathElement::new([(x, y), (x + 22, y)], 5, 4, GREY.stroke_width(2)));
    let reached = || wrong.curve.iter().filter(|p| p.share.errors > 0);
    let upper = reached().map(|p| (p.bits, exponent(p.share.interval.high)));
    let lower = reached().rev().map(|p| (p.bits, exponent(p.share.interval.low).max(low)));
    let band: Vec<_> = upper.chain(lower).collect();
    if band.len() > 2 {
        drawn(chart.draw_series([Polygon::new(band, BLUE.mix(0.18))]))?;
    }
    let line = reached().map(|p| (p.bits, exponent(p.share.rate)));
    drawn(chart.draw_series(LineSeries::new(line, BLUE.stroke_width(3))))?
        .label("share that reaches k bits, with its 95 % interval")
        .legend(key(BLUE));
    legend(&mut chart, SeriesLabelPosition::UpperRight)
}
