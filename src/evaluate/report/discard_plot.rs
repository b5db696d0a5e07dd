//! The error versus discard characteristics: FNMR of the pairs that remain, over the share that is left out.

use super::paper::{BLUE, GREY, GRID, INK, SIZE, VERMILION, drawn, legend_type, type_of};
use crate::error::Result;
use crate::evaluate::Discard;
use plotters::prelude::*;

const COLORS: [RGBColor; 3] = [BLUE, VERMILION, GREY];

pub(super) fn svg(curves: &[Discard]) -> Result<String> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        drawn(root.fill(&WHITE))?;
        let points = || curves.iter().flat_map(|c| &c.points);
        let high = points().map(|p| 100.0 * p.fnmr).fold(0.0, f64::max);
        if high > 0.0 {
            let mut chart = drawn(
                ChartBuilder::on(&root)
                    .margin(14)
                    .margin_right(30)
                    .x_label_area_size(52)
                    .y_label_area_size(84)
                    .build_cartesian_2d(0.0..50.0, 0.0..1.15 * high),
            )?;
            let label = |v: &f64| format!("{v:.3}").trim_end_matches('0').trim_end_matches('.').to_owned() + " %";
            drawn(
                chart
                    .configure_mesh()
                    .bold_line_style(GRID)
                    .light_line_style(TRANSPARENT)
                    .axis_style(INK)
                    .x_desc("Pairs of lowest quality discarded")
                    .y_desc("False non-match rate (FNMR) of the others")
                    .x_label_formatter(&label)
                    .y_label_formatter(&label)
                    .label_style(type_of(17, &INK))
                    .axis_desc_style(type_of(19, &INK))
                    .draw(),
            )?;
            for (curve, color) in curves.iter().zip(COLORS.into_iter().cycle()) {
                let line = curve.points.iter().map(|p| (100.0 * p.discarded, 100.0 * p.fnmr));
                drawn(chart.draw_series(LineSeries::new(line, color.stroke_width(3))))?
                    .label(curve.name.clone())
                    .legend(move |(x, y)| PathElement::new([(x, y), (x + 22, y)], color.stroke_width(3)));
            }
            drawn(
                chart
                    .configure_series_labels()
                    .position(SeriesLabelPosition::UpperRight)
                    .margin(14)
                    .background_style(WHITE)
                    .border_style(GRID)
                    .label_font(legend_type(17))
                    .draw(),
            )?;
        } else {
            drawn(root.draw(&Text::new("Not measured: no errors to discard.", (240, 240), type_of(20, &INK))))?;
        }
        drawn(root.present())?;
    }
    Ok(svg)
}
