//! A picture with one row for each species: what bars and boxes share.

use crate::error::Result;
use crate::evaluate::report::paper::{INK, Paper, axes, chart_on, drawn, legend, note, picture, type_of};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Height of a row, and of what is beside rows, in pixels.
const ROW: u32 = 26;
const FRAME: u32 = 110;

pub(super) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// What rows are drawn on; row i lies at the height i, the first at the top.
pub(super) struct Rows<'a> {
    pub(super) names: Vec<&'static str>,
    pub(super) x: [f64; 2],
    pub(super) x_label: &'a str,
    /// Whether what is drawn has labels, which are told above the rows.
    pub(super) legend: bool,
}

impl Rows<'_> {
    pub(super) fn svg(&self, draw: impl FnOnce(&mut Chart<'_, '_>) -> Result<()>) -> Result<String> {
        let rows = self.names.len();
        let size = (860, FRAME + ROW * (rows + self.above()) as u32);
        picture(size, |root| if rows == 0 { note(root, "Not measured: no sessions.") } else { self.draw(root, draw) })
    }

    /// Rows left free for the legend.
    fn above(&self) -> usize {
        if self.legend { 3 } else { 0 }
    }

    fn draw(&self, root: &Paper<'_>, draw: impl FnOnce(&mut Chart<'_, '_>) -> Result<()>) -> Result<()> {
        let [low, high] = self.x;
        let mut chart = drawn(
            chart_on(root, 150)
                .build_cartesian_2d(low..high, self.names.len() as f64 - 0.5..-0.5 - self.above() as f64),
        )?;
        drawn(
            axes(&mut chart.configure_mesh())
                .disable_y_mesh()
                .y_labels(0)
                .x_desc(self.x_label)
                .x_label_formatter(&|x| format!("{x:.0}"))
                .draw(),
        )?;
        for (row, name) in self.names.iter().enumerate() {
            let (x, y) = chart.backend_coord(&(low, row as f64));
            let style = type_of(17, &INK).pos(Pos::new(HPos::Right, VPos::Center));
            drawn(root.draw(&Text::new(*name, (x - 8, y), style)))?;
        }
        draw(&mut chart)?;
        if !self.legend {
            return Ok(());
        }
        legend(&mut chart, SeriesLabelPosition::UpperRight)
    }
}
