//! Error rates of groups at one threshold, with their intervals.

use super::paper::{
    BLUE, GREY, LogAxis, Paper, SIZE, VERMILION, axes, chart_on, drawn, key, legend, note, picture, type_of,
};
use super::parts::AtThreshold;
use crate::error::Result;
use crate::evaluate::{Differential, GroupPair, Interval};
use plotters::prelude::*;

/// Pixels of a group's line, and of what is around the lines.
const LINE_PX: u32 = 34;
const AROUND_PX: u32 = 80;
/// Lines above the groups, for the legend.
const LEGEND: f64 = 2.6;
/// With more pairs than this only those within a group are drawn.
const MOST_PAIRS: usize = 12;
/// The lowest decade that is shown, as an exponent of per cent.
const LOWEST: f64 = -5.0;
/// The longest name of a group, in letters.
const NAME: usize = 24;

pub(super) fn svg(found: &[Differential]) -> Result<String> {
    let rows = found.iter().map(|of| drawn_pairs(of).len() as u32);
    let heights: Vec<u32> = rows.map(|rows| AROUND_PX + LINE_PX * (rows + LEGEND.ceil() as u32)).collect();
    let height = heights.iter().sum::<u32>().max(SIZE.1 / 4);
    picture((SIZE.0, height), |root| {
        if found.is_empty() {
            return note(root, "Not measured: no groups.");
        }
        let mut rest = root.clone();
        for (of, height) in found.iter().zip(heights) {
            let (top, below) = rest.split_vertically(height);
            draw(of, &top)?;
            rest = below;
        }
        Ok(())
    })
}

/// The pairs that are drawn.
fn drawn_pairs(found: &Differential) -> Vec<&GroupPair> {
    let few = found.pairs.len() <= MOST_PAIRS;
    found.pairs.iter().filter(|pair| few || pair.is_within()).collect()
}

/// The place of the strictest threshold for which most of the pairs have enough comparisons; the
/// first one's if none has.
fn drawn_threshold(pairs: &[&GroupPair]) -> usize {
    let told = |place: &usize| {
        let enough = |pair: &&&GroupPair| pair.at_threshold.get(*place).is_some_and(|row| !row.too_few);
        2 * pairs.iter().filter(enough).count() > pairs.len()
    };
    // Without pairs there are no thresholds.
    let thresholds = pairs.first().map_or(0, |pair| pair.at_threshold.len());
    // Without such a threshold the least strict one tells most.
    (0..thresholds).rev().find(told).unwrap_or(0)
}

fn draw(found: &Differential, root: &Paper<'_>) -> Result<()> {
    let pairs = drawn_pairs(found);
    let place = drawn_threshold(&pairs);
    let rows: Vec<(usize, &AtThreshold)> =
        pairs.iter().enumerate().filter_map(|(line, pair)| Some((line, pair.at_threshold.get(place)?))).collect();
    let Some((_, first)) = rows.first() else { return note(root, "Not measured: no thresholds.") };
    let exponent = |rate: f64| (100.0 * rate).log10();
    let points = || rows.iter().filter_map(|(_, row)| row.point);
    let rates = points().flat_map(|p| [Some(p.fmr), p.fnmr]).flatten().chain(first.claimed);
    // Room left of the lowest rate.
    let low = rates.filter(|rate| *rate > 0.0).map(exponent).fold(0.0, f64::min).max(LOWEST) - 0.3;
    let high = pairs.len() as f64 - 0.5 + LEGEND;
    let mut chart = drawn(chart_on(root, 250).build_cartesian_2d(LogAxis { low, high: 2.0 }, -0.5..high))?;
    let name = |line: &f64| {
        let whole = (line.round() - line).abs() < 1e-6;
        let place = pairs.len().checked_sub(1 + line.max(0.0).round() as usize);
        let pair = place.filter(|_| whole).and_then(|place| pairs.get(place));
        // A line between two groups has no name.
        pair.map(|pair| pair.name().chars().take(NAME).collect::<String>()).unwrap_or_default()
    };
    drawn(
        axes(&mut chart.configure_mesh())
            .y_labels(2 * pairs.len() + 4)
            .light_line_style(TRANSPARENT)
            .x_desc(format!("By {}: rates at the threshold for {}", found.attribute, first.label))
            .y_label_formatter(&name)
            .draw(),
    )?;
    if let Some(claimed) = first.claimed.map(exponent).filter(|claimed| *claimed > low) {
        let ends = [(claimed, -0.5), (claimed, high - LEGEND)];
        let line = DashedLineSeries::new(ends, 4, 4, GREY.stroke_width(1));
        drawn(chart.draw_series(line))?.label("FMR claimed").legend(key(GREY));
    }
    let kinds: [(&str, RGBColor, f64, Rate); 2] = [
        ("FMR", BLUE, 0.12, |row| Some((row.point?.fmr, row.fmr_interval))),
        ("FNMR", VERMILION, -0.12, |row| Some((row.point?.fnmr?, row.fnmr_interval))),
    ];
    for (name, color, above, of) in kinds {
        let mut marks = Vec::new();
        for (line, row) in &rows {
            let y = (pairs.len() - 1 - line) as f64 + above;
            let too_few = row.too_few && name == "FMR";
            let Some((rate, interval)) = of(row).filter(|_| !too_few) else { continue };
            if let Some(Interval { low: from, high: to }) = interval.filter(|i| i.high > 0.0) {
                let ends = [(exponent(from).max(low), y), (exponent(to).max(low), y)];
                drawn(chart.draw_series(LineSeries::new(ends, color.stroke_width(2))))?;
            }
            marks.push((exponent(rate).max(low), y));
        }
        if marks.is_empty() {
            continue;
        }
        let circles = marks.into_iter().map(|at| Circle::new(at, 5, color.filled()));
        drawn(chart.draw_series(circles))?.label(name).legend(key(color));
    }
    for (line, _) in rows.iter().filter(|(_, row)| row.too_few) {
        let at = (low, (pairs.len() - 1 - line) as f64 + 0.2);
        let text = EmptyElement::at(at) + Text::new("FMR: too few comparisons", (8, 0), type_of(15, &GREY));
        drawn(chart.draw_series([text]))?;
    }
    legend(&mut chart, SeriesLabelPosition::UpperRight)
}

/// A rate of a row, with its interval.
type Rate = fn(&AtThreshold) -> Option<(f64, Option<Interval>)>;
