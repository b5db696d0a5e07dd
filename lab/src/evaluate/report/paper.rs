//! What all pictures share: size, colours, type, axes and legends, and axes in factors of ten.

use crate::error::{Error, ErrorKind, Result, Stage};
use plotters::chart::MeshStyle;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::coord::{CoordTranslate, Shift};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Width and height in pixels.
pub(in crate::evaluate) const SIZE: (u32, u32) = (860, 560);
pub(in crate::evaluate) const INK: RGBColor = RGBColor(40, 40, 40);
pub(in crate::evaluate) const GRID: RGBColor = RGBColor(205, 205, 205);
pub(in crate::evaluate) const FAINT_GRID: RGBColor = RGBColor(238, 238, 238);
/// Distinct for people who do not tell red from green (M. Okabe, K. Ito, "Color universal design",
/// 2008).
pub(in crate::evaluate) const BLUE: RGBColor = RGBColor(0, 114, 178);
pub(in crate::evaluate) const VERMILION: RGBColor = RGBColor(213, 94, 0);
pub(in crate::evaluate) const GREY: RGBColor = RGBColor(120, 120, 120);

/// Type of `size` pixels (plotters' pixels: letters come out at 0.8 of it), placed right of a point
/// and centred on its height.
pub(in crate::evaluate) fn type_of(size: i32, color: &RGBColor) -> TextStyle<'static> {
    let style = TextStyle::from(("sans-serif", size).into_font());
    TextStyle { color: color.to_backend_color(), ..style }.pos(Pos::new(HPos::Left, VPos::Center))
}

/// What is drawn on.
pub(in crate::evaluate) type Paper<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// What `draw` draws on white paper, as SVG.
pub(in crate::evaluate) fn picture(size: (u32, u32), draw: impl FnOnce(&Paper<'_>) -> Result<()>) -> Result<String> {
    let mut svg = String::new();
    {
        let paper = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        drawn(paper.fill(&WHITE))?;
        draw(&paper)?;
        drawn(paper.present())?;
    }
    Ok(svg)
}

/// A line of text instead of a chart.
pub(in crate::evaluate) fn note(paper: &Paper<'_>, text: &str) -> Result<()> {
    let (width, height) = paper.dim_in_pixel();
    drawn(paper.draw(&Text::new(text, (width as i32 / 3, height as i32 * 3 / 7), type_of(20, &INK))))
}

/// Begins a chart with room for labels, `left_px` of it for those of the upright axis.
pub(in crate::evaluate) fn chart_on<'a, 'b, 'c>(
    paper: &'a Paper<'b>,
    left_px: u32,
) -> ChartBuilder<'a, 'c, SVGBackend<'b>> {
    let mut builder = ChartBuilder::on(paper);
    builder.margin(14).margin_right(30).x_label_area_size(52).y_label_area_size(left_px);
    builder
}

/// The look of axes and their grid.
pub(in crate::evaluate) fn axes<'m, 'a, 'b, 's, X, Y>(
    mesh: &'m mut MeshStyle<'a, 'b, X, Y, SVGBackend<'s>>,
) -> &'m mut MeshStyle<'a, 'b, X, Y, SVGBackend<'s>>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    mesh.bold_line_style(GRID)
        .light_line_style(FAINT_GRID)
        .axis_style(INK)
        .label_style(type_of(17, &INK))
        .axis_desc_style(type_of(19, &INK))
}

/// What a line looks like in the legend.
pub(in crate::evaluate) fn key(color: RGBColor) -> impl Fn((i32, i32)) -> PathElement<(i32, i32)> {
    move |(x, y)| PathElement::new([(x, y), (x + 22, y)], color.stroke_width(3))
}

/// Draws the legend of all that was labelled.
pub(in crate::evaluate) fn legend<'a, 'b, C: CoordTranslate>(
    chart: &mut ChartContext<'a, SVGBackend<'b>, C>,
    place: SeriesLabelPosition,
) -> Result<()>
where
    'b: 'a,
{
    let text = TextStyle { color: INK.to_backend_color(), ..TextStyle::from(("sans-serif", 17).into_font()) };
    let mut labels = chart.configure_series_labels();
    let labels = labels.position(place).margin(14).background_style(WHITE.mix(0.85)).border_style(GRID);
    drawn(labels.label_font(text).draw())
}

/// An axis of per cent in factors of ten; its values are exponents of 10.
pub(in crate::evaluate) struct LogAxis {
    pub(in crate::evaluate) low: f64,
    pub(in crate::evaluate) high: f64,
}

impl LogAxis {
    /// The whole powers of ten.
    fn decades(&self) -> Vec<f64> {
        (self.low.ceil() as i32..=self.high.floor().min(2.0) as i32).map(f64::from).collect()
    }

    /// 2, 3, …, 9 times a power of ten.
    fn between_decades(&self) -> Vec<f64> {
        let powers = self.low.floor() as i32..=self.high.floor() as i32;
        let of_power = |power: i32| (2..10).map(move |n| f64::from(power) + f64::from(n).log10());
        powers.flat_map(of_power).filter(|v| *v > self.low && *v < self.high.min(2.0)).collect()
    }
}

impl Ranged for LogAxis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value - self.low) / (self.high - self.low);
        (f64::from(limit.0) + share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { self.between_decades() } else { self.decades() }
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for LogAxis {
    fn format(exponent: &f64) -> String {
        power_label(exponent)
    }
}

/// `rate`, a share of 1, in per cent with no more digits than it needs: 1 %, 0.001 %.
pub(in crate::evaluate) fn per_cent(rate: f64) -> String {
    power_label(&(100.0 * rate).log10())
}

/// 10 to the power of `exponent`, in per cent.
pub(in crate::evaluate) fn power_label(exponent: &f64) -> String {
    let digits = (-exponent.floor()).max(0.0) as usize;
    format!("{:.digits$} %", 10f64.powf(*exponent))
}

/// A fault of the drawing library as this crate's error.
pub(in crate::evaluate) fn drawn<T, E: std::error::Error + Send + Sync + 'static>(
    outcome: std::result::Result<T, E>,
) -> Result<T> {
    outcome.map_err(|e| {
        Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, "the picture cannot be drawn").with_source(e)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_ticks() {
        assert_eq!([1e-2, 1e-4, 1e-6, 0.1, 1.0].map(per_cent), ["1 %", "0.01 %", "0.0001 %", "10 %", "100 %"]);
        assert_eq!(LogAxis { low: -2.3, high: 2.4 }.decades(), [-2.0, -1.0, 0.0, 1.0, 2.0]);
        let minor = LogAxis { low: -0.5, high: 0.5 }.between_decades();
        assert_eq!(minor.len(), 8, "0.4, …, 0.9 and 2, 3: {minor:?}");
        let axis = LogAxis { low: -2.0, high: 2.0 };
        assert_eq!([-2.0, 0.0, 2.0].map(|v| axis.map(&v, (400, 0))), [400, 200, 0]);
    }
}
