//! Outcomes of live sessions over the ambient light: from where on a screen is not seen any more.

use super::rates::Rate;
use super::session::{PadSession, SessionOutcome};
use crate::error::Result;
use crate::evaluate::report::paper::{BLUE, Paper, SIZE, VERMILION, axes, chart_on, drawn, key, legend, note, picture};
use plotters::prelude::*;

/// Bins in each factor of ten.
const PER_DECADE: f64 = 4.0;

pub(super) fn svg(sessions: &[PadSession]) -> Result<String> {
    let live: Vec<&PadSession> = sessions.iter().filter(|s| !s.species().is_attack()).collect();
    let bin = |s: &PadSession| (PER_DECADE * f64::from(s.scene.ambient_lux.max(0.1)).log10()).floor() as i32;
    let bins = || live.iter().map(|s| bin(s));
    picture(SIZE, |root| match bins().min().zip(bins().max()) {
        None => note(root, "Not measured: no live sessions."),
        Some((first, last)) => {
            let rates: Vec<_> = (first..=last)
                .map(|number| {
                    let own: Vec<&PadSession> = live.iter().copied().filter(|s| bin(s) == number).collect();
                    let of = |outcome| Rate::of(own.iter().copied(), outcome);
                    (
                        (f64::from(number) + 0.5) / PER_DECADE,
                        of(SessionOutcome::Inconclusive),
                        of(SessionOutcome::Attack),
                    )
                })
                .collect();
            let x = [first, last + 1].map(|edge| f64::from(edge) / PER_DECADE);
            draw(root, x, &rates)
        }
    })
}

/// `rates` are BPNRR and BPCER at a logarithm of lux.
fn draw(root: &Paper<'_>, [low, high]: [f64; 2], rates: &[(f64, Option<Rate>, Option<Rate>)]) -> Result<()> {
    let mut chart = drawn(chart_on(root, 76).build_cartesian_2d(low..high, 0.0..100.0))?;
    drawn(
        axes(&mut chart.configure_mesh())
            .x_desc("Ambient light in lux")
            .y_desc("Share of live sessions in %")
            .x_label_formatter(&|log| format!("{:.0}", 10f64.powf(*log)))
            .draw(),
    )?;
    let silent: Vec<_> = rates.iter().filter_map(|(x, silent, _)| Some((*x, (*silent)?))).collect();
    let wrong: Vec<_> = rates.iter().filter_map(|(x, _, wrong)| Some((*x, (*wrong)?))).collect();
    for (name, color, points) in
        [("no response (BPNRR)", BLUE, silent), ("taken for an attack (BPCER)", VERMILION, wrong)]
    {
        let line = points.iter().map(|(x, rate)| (*x, 100.0 * rate.rate));
        drawn(chart.draw_series(LineSeries::new(line, color.stroke_width(3))))?.label(name).legend(key(color));
        let spans = points.iter().map(|(x, rate)| {
            let [low, high] = [rate.interval.low, rate.interval.high].map(|v| 100.0 * v);
            PathElement::new([(*x, low), (*x, high)], color.stroke_width(1))
        });
        drawn(chart.draw_series(spans))?;
    }
    legend(&mut chart, SeriesLabelPosition::UpperLeft)
}
