//! The error versus discard characteristics: FNMR of the pairs that remain, over the share that is
//! left out.

use super::paper::{BLUE, GREY, SIZE, VERMILION, axes, chart_on, drawn, key, legend, note, picture};
use crate::error::Result;
use crate::evaluate::Discard;
use plotters::prelude::*;

const COLORS: [RGBColor; 3] = [BLUE, VERMILION, GREY];

pub(super) fn svg(curves: &[Discard]) -> Result<String> {
    picture(SIZE, |root| {
        let points = || curves.iter().flat_map(|c| &c.points);
        let high = points().map(|p| 100.0 * p.fnmr).fold(0.0, f64::max);
        if high > 0.0 {
            let mut chart = drawn(chart_on(root, 84).build_cartesian_2d(0.0..50.0, 0.0..1.15 * high))?;
            let label = |v: &f64| format!("{v:.3}").trim_end_matches('0').trim_end_matches('.').to_owned() + " %";
            drawn(
                axes(&mut chart.configure_mesh())
                    .light_line_style(TRANSPARENT)
                    .x_desc("Pairs of lowest quality discarded")
                    .y_desc("False non-match rate (FNMR) of the others")
                    .x_label_formatter(&label)
                    .y_label_formatter(&label)
                    .draw(),
            )?;
            for (curve, color) in curves.iter().zip(COLORS.into_iter().cycle()) {
                let line = curve.points.iter().map(|p| (100.0 * p.discarded, 100.0 * p.fnmr));
                drawn(chart.draw_series(LineSeries::new(line, color.stroke_width(3))))?
                    .label(curve.name.clone())
                    .legend(key(color));
            }
            legend(&mut chart, SeriesLabelPosition::UpperRight)
        } else {
            note(root, "Not measured: no errors to discard.")
        }
    })
}
