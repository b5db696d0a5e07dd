//! How a measure is distributed in each species: 5 to 95 % as a line, the middle half as a box, the
//! median as a mark.

#![allow(clippy::indexing_slicing, reason = "the place of a percentile lies among the values")]

use super::rows::Rows;
use super::session::PadSession;
use crate::error::Result;
use crate::evaluate::report::paper::{BLUE, GREY, INK, VERMILION, drawn};
use crate::simulate::Species;
use plotters::prelude::*;

/// The ends of the axis, in bits; values outside are drawn there.
const BITS: [f64; 2] = [-30.0, 40.0];

/// Of bits; `limits` are those of the verdict.
pub(super) fn svg(
    sessions: &[PadSession],
    x_label: &str,
    limits: &[f64],
    measure: fn(&PadSession) -> Option<f32>,
) -> Result<String> {
    let values_of = |species: Species| {
        let own = sessions.iter().filter(|s| s.species() == species).filter_map(measure);
        let mut values: Vec<f64> = own.map(f64::from).collect();
        values.sort_by(f64::total_cmp);
        (species, values)
    };
    let all: Vec<_> = Species::ALL.map(values_of).into_iter().filter(|(_, values)| !values.is_empty()).collect();
    let rows =
        Rows { names: all.iter().map(|(species, _)| species.as_str()).collect(), x: BITS, x_label, legend: false };
    rows.svg(|chart| {
        for (row, (species, values)) in all.iter().enumerate() {
            let color = if species.is_attack() { VERMILION } else { BLUE };
            let y = row as f64;
            let [p5, p25, p50, p75, p95] = [0.05, 0.25, 0.5, 0.75, 0.95].map(|share| {
                let place = (share * (values.len() - 1) as f64).round() as usize;
                values[place].clamp(BITS[0], BITS[1])
            });
            drawn(chart.draw_series([PathElement::new([(p5, y), (p95, y)], color.stroke_width(2))]))?;
            drawn(chart.draw_series([Rectangle::new([(p25, y - 0.3), (p75, y + 0.3)], color.mix(0.45).filled())]))?;
            drawn(chart.draw_series([PathElement::new([(p50, y - 0.3), (p50, y + 0.3)], INK.stroke_width(3))]))?;
        }
        for limit in limits {
            let line = [(*limit, -0.5), (*limit, all.len() as f64 - 0.5)];
            drawn(chart.draw_series(DashedLineSeries::new(line, 4, 4, GREY.stroke_width(1))))?;
        }
        Ok(())
    })
}
