//! [`Response`]: how one session's face changed over time, with the challenge's colours beneath.

#![allow(clippy::indexing_slicing, reason = "a change has three channels")]

use crate::error::Result;
use crate::evaluate::report::paper::{BLUE, GRID, Paper, VERMILION, axes, chart_on, drawn, key, legend, picture};
use plotters::prelude::*;
use selfsame::liveness::{Challenge, LivenessSession, Region, Segment, Trace};
use serde::{Deserialize, Serialize};

const SIZE: (u32, u32) = (860, 420);
/// Okabe's and Ito's bluish green, between [`BLUE`] and [`VERMILION`].
const GREEN: RGBColor = RGBColor(0, 158, 115);
/// Height of the strip of colours, and of the space above it, as shares of the curves' range.
const STRIP: f64 = 0.16;
const SPACE: f64 = 0.06;
/// Room for the legend above them, likewise.
const LEGEND: f64 = 0.45;

/// A face's own change over time, and the challenge that was played to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Time in microseconds; natural logarithm of red, green and blue light, beside the
    /// background's, rounded to 0.0001.
    pub changes: Vec<(u64, [f32; 3])>,
    /// What the screen showed.
    pub segments: Vec<Segment>,
}

impl Response {
    /// Of a session so far; `None` before the first frame with a face.
    pub fn of(session: &LivenessSession) -> Option<Self> {
        Self::new(session.trace(), session.challenge())
    }

    pub(super) fn new(trace: &Trace, challenge: &Challenge) -> Option<Self> {
        let round = |v: f32| (1e4 * v).round() / 1e4;
        let changes = trace.face_over_background().into_iter().map(|(us, change)| (us, change.map(round)));
        let changes: Vec<_> = changes.collect();
        (!changes.is_empty()).then(|| Self { changes, segments: challenge.segments().to_vec() })
    }

    /// The curves, and beneath them the challenge, as an SVG picture. Colours come by the camera's
    /// lag later in the curves.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::InvalidArgument`] if it cannot be drawn.
    pub fn svg(&self) -> Result<String> {
        picture(SIZE, |root| self.draw(root))
    }

    fn draw(&self, root: &Paper<'_>) -> Result<()> {
        let seconds = |us: u64| 1e-6 * us as f64;
        let last = self.changes.iter().map(|(us, _)| *us).chain(self.segments.iter().map(Segment::end_us)).max();
        let values = || self.changes.iter().flat_map(|(_, change)| change).copied().map(f64::from);
        let (least, most) = (values().fold(-0.02, f64::min), values().fold(0.02, f64::max));
        let range = most - least;
        let top = least - SPACE * range;
        let bottom = top - STRIP * range;
        let mut chart = drawn(
            chart_on(root, 84)
                // Without a time there is an axis of one second.
                .build_cartesian_2d(0.0..seconds(last.unwrap_or(1_000_000)), bottom..most + LEGEND * range),
        )?;
        drawn(
            axes(&mut chart.configure_mesh())
                .x_desc("Time in seconds")
                .y_desc("Change of the face's light (ln)")
                .y_label_formatter(&|v| format!("{:.2}", (100.0 * v).round() / 100.0 + 0.0))
                .draw(),
        )?;
        for segment in &self.segments {
            let [from, to] = [segment.start_us, segment.end_us()].map(seconds);
            let [red, green, blue] = segment.color;
            let middle = 0.5 * (top + bottom);
            let lit = match segment.region {
                Region::Top => [top, middle],
                Region::Bottom => [middle, bottom],
                _ => [top, bottom],
            };
            // Halves at the sides are told by the slot's halves.
            let [from_lit, to_lit] = match segment.region {
                Region::Left => [from, 0.5 * (from + to)],
                Region::Right => [0.5 * (from + to), to],
                _ => [from, to],
            };
            drawn(chart.draw_series([
                Rectangle::new([(from, top), (to, bottom)], BLACK.filled()),
                Rectangle::new([(from_lit, lit[0]), (to_lit, lit[1])], RGBColor(red, green, blue).filled()),
                Rectangle::new([(from, top), (to, bottom)], GRID.stroke_width(1)),
            ]))?;
        }
        for (channel, (name, color)) in [("red", VERMILION), ("green", GREEN), ("blue", BLUE)].into_iter().enumerate() {
            let line = self.changes.iter().map(|(us, change)| (seconds(*us), f64::from(change[channel])));
            drawn(chart.draw_series(LineSeries::new(line, color.stroke_width(2))))?.label(name).legend(key(color));
        }
        legend(&mut chart, SeriesLabelPosition::UpperRight)
    }
}
