//! The DET curve: FNMR over FMR, both in per cent on logarithmic axes.

use super::contents::Report;
use super::paper::{
    BLUE, GREY, LogAxis, SIZE, VERMILION, axes, chart_on, drawn, key, legend, note, per_cent, picture, type_of,
};
use crate::error::Result;
use plotters::element::DashedPathElement;
use plotters::prelude::*;

/// The lowest decade that is shown, as an exponent of per cent.
const LOWEST: f64 = -5.0;
/// False match rates with a mark.
const MARKED: [f64; 3] = [1e-2, 1e-3, 1e-4];

pub(super) fn svg(report: &Report) -> Result<String> {
    picture(SIZE, |root| {
        let x_low = lowest(report.curve.iter().filter(|p| p.false_matches >= 3).map(|p| p.fmr));
        let y_low = lowest(report.curve.iter().filter(|p| p.false_non_matches >= 3).filter_map(|p| p.fnmr));
        let axis = |low| LogAxis { low, high: 2.0 };
        let mut chart = drawn(chart_on(root, 84).build_cartesian_2d(axis(x_low), axis(y_low)))?;
        drawn(
            axes(&mut chart.configure_mesh())
                .x_desc("False match rate (FMR)")
                .y_desc("False non-match rate (FNMR)")
                .draw(),
        )?;
        let place = |fmr: f64, fnmr: f64| ((100.0 * fmr).log10(), (100.0 * fnmr).log10());
        let inside = |(x, y): &(f64, f64)| *x >= x_low && *x <= 2.0 && *y >= y_low && *y <= 2.0;

        // The band, forth along its upper and back along its lower edge.
        let upper = report.band.iter().map(|b| place(b.fmr, b.fnmr.high));
        let lower = report.band.iter().rev().map(|b| place(b.fmr, b.fnmr.low));
        let band: Vec<_> = upper.chain(lower).map(|(x, y)| (x.max(x_low), y.max(y_low))).collect();
        if !band.is_empty() {
            drawn(chart.draw_series([Polygon::new(band, BLUE.mix(0.18))]))?
                .label("95 % interval, people resampled")
                .legend(|(x, y)| Rectangle::new([(x, y - 5), (x + 22, y + 5)], BLUE.mix(0.18).filled()));
        }
        let start = x_low.max(y_low);
        drawn(chart.draw_series(DashedLineSeries::new([(start, start), (2.0, 2.0)], 3, 5, GREY.stroke_width(1))))?
            .label("FMR = FNMR")
            .legend(|(x, y)| DashedPathElement::new([(x, y), (x + 22, y)], 3, 5, GREY.stroke_width(1)));
        let curve: Vec<_> = report.curve.iter().filter_map(|p| Some(place(p.fmr, p.fnmr?))).filter(inside).collect();
        let empty = curve.is_empty();
        drawn(chart.draw_series(LineSeries::new(curve, BLUE.stroke_width(3))))?.label("measured").legend(key(BLUE));

        for asked in report.at_fmr.iter().filter(|a| MARKED.contains(&a.asked)) {
            let Some(fnmr) = asked.point.and_then(|p| p.fnmr) else { continue };
            let Some((x, y)) = Some(place(asked.asked, fnmr)).filter(inside) else { continue };
            drawn(chart.draw_series(DashedLineSeries::new([(x, y_low), (x, y)], 4, 4, VERMILION.stroke_width(1))))?;
            drawn(chart.draw_series([Circle::new((x, y), 5, VERMILION.filled())]))?;
            let label = format!("{:.2} % at {}", 100.0 * fnmr, per_cent(asked.asked));
            let text = EmptyElement::at((x, y)) + Text::new(label, (9, -11), type_of(17, &VERMILION));
            drawn(chart.draw_series([text]))?;
        }
        if empty {
            let text = if report.curve.is_empty() {
                "Not measured: there are no genuine or no impostor pairs."
            } else {
                "No curve: at no threshold are there errors of both kinds."
            };
            note(root, text)?;
        }
        legend(&mut chart, SeriesLabelPosition::UpperRight)
    })
}

/// The decade below the lowest of `rates`, as an exponent of per cent.
fn lowest(rates: impl Iterator<Item = f64>) -> f64 {
    let rate = rates.filter(|r| *r > 0.0).fold(1e-2, f64::min);
    (100.0 * rate).log10().floor().max(LOWEST)
}
