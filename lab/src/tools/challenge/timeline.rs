//! A challenge as a drawing: what the screen shows, its luminance and its red over time, and the
//! safety report below.

use selfsame::image::{linear_rgb, luminance_linear};
use selfsame::liveness::safety::SafetyReport;
use selfsame::liveness::{Challenge, Entropy, Region, Segment};
use std::fmt::Write;

const LEFT: f64 = 90.0;
const WIDTH: f64 = 800.0;
const PX_PER_US: f64 = 150e-6;
const SCREEN: (f64, f64) = (40.0, 90.0);
const LUMINANCE: (f64, f64) = (160.0, 70.0);
const RED: (f64, f64) = (260.0, 50.0);
const AXIS: f64 = 320.0;

/// The SVG's text.
pub fn draw(challenge: &Challenge, report: &SafetyReport, entropy: &Entropy) -> String {
    let mut svg = String::new();
    let notes = super::safety::lines(report);
    let height = AXIS + 70.0 + 18.0 * notes.len() as f64;
    // Writing to a string doesn't fail.
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {height}\" width=\"{0}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        LEFT + WIDTH
    );
    let title = format!(
        "{} segments, {:.1} bits in the colours, {:.1} in their lengths",
        challenge.segments().len(),
        entropy.order_bits,
        entropy.timing_bits
    );
    text(&mut svg, LEFT, 24.0, "start", &title);
    for (name, (top, height)) in [("screen", SCREEN), ("luminance", LUMINANCE), ("red share", RED)] {
        text(&mut svg, LEFT - 12.0, top + 0.5 * height + 4.0, "end", name);
    }
    for segment in challenge.segments() {
        screen(&mut svg, segment);
    }
    let [luminances, reds] = [luminance, red_share].map(|of| challenge.segments().iter().map(|s| (s, of(s))).collect());
    steps(&mut svg, luminances, LUMINANCE, "#333");
    steps(&mut svg, reds, RED, "#c00");
    // From here on red is saturated.
    let saturated = RED.0 + RED.1 * 0.2;
    line(
        &mut svg,
        [LEFT, saturated, LEFT + challenge.total_us() as f64 * PX_PER_US, saturated],
        "#c00\" stroke-dasharray=\"3 3",
    );
    axis(&mut svg, challenge.total_us());
    for (index, note) in notes.iter().enumerate() {
        text(&mut svg, LEFT, AXIS + 62.0 + 18.0 * index as f64, "start", note);
    }
    svg.push_str("</svg>\n");
    svg
}

fn x(at_us: u64) -> f64 {
    LEFT + at_us as f64 * PX_PER_US
}

/// The segment as the screen shows it: black, and the lit part of it in colour.
fn screen(svg: &mut String, segment: &Segment) {
    let (x, w, (y, h)) = (x(segment.start_us), segment.duration_us as f64 * PX_PER_US, SCREEN);
    let [r, g, b] = segment.color;
    let (lit_x, lit_y, lit_w, lit_h) = match segment.region {
        Region::Full => (x, y, w, h),
        Region::Top => (x, y, w, 0.5 * h),
        Region::Bottom => (x, y + 0.5 * h, w, 0.5 * h),
        Region::Left => (x, y, 0.5 * w, h),
        Region::Right => (x + 0.5 * w, y, 0.5 * w, h),
    };
    let _ = writeln!(svg, "<rect x=\"{x:.1}\" y=\"{y}\" width=\"{w:.1}\" height=\"{h}\" fill=\"#000\"/>");
    let _ = writeln!(
        svg,
        "<rect x=\"{lit_x:.1}\" y=\"{lit_y}\" width=\"{lit_w:.1}\" height=\"{lit_h}\" fill=\"rgb({r},{g},{b})\"/>"
    );
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y}\" width=\"{w:.1}\" height=\"{h}\" fill=\"none\" stroke=\"#888\" stroke-width=\"0.5\"/>"
    );
    if segment.region != Region::Full {
        text(svg, x + 0.5 * w, y + h + 16.0, "middle", segment.region.as_str());
    }
}

fn linear(segment: &Segment) -> [f32; 3] {
    linear_rgb(segment.color)
}

/// Relative luminance of the lit part.
fn luminance(segment: &Segment) -> f64 {
    luminance_linear(linear(segment)).into()
}

/// R/(R+G+B) of the lit part; 0 for black.
fn red_share(segment: &Segment) -> f64 {
    let [r, g, b] = linear(segment).map(f64::from);
    if r > 0.0 { r / (r + g + b) } else { 0.0 }
}

/// A line of steps; 1 is at the top of its `(top, height)`.
fn steps(svg: &mut String, values: Vec<(&Segment, f64)>, (top, height): (f64, f64), color: &str) {
    let mut path = String::new();
    for (segment, value) in values {
        let y = top + height * (1.0 - value);
        let command = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{command}{:.1} {y:.1}L{:.1} {y:.1}", x(segment.start_us), x(segment.end_us()));
    }
    let _ = writeln!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>");
}

fn axis(svg: &mut String, total_us: u64) {
    line(svg, [LEFT, AXIS, x(total_us), AXIS], "#888");
    for at_us in (0..=total_us).step_by(500_000) {
        line(svg, [x(at_us), AXIS, x(at_us), AXIS + 5.0], "#888");
        text(svg, x(at_us), AXIS + 20.0, "middle", &format!("{:.1} s", at_us as f64 / 1e6));
    }
}

fn line(svg: &mut String, [x1, y1, x2, y2]: [f64; 4], stroke: &str) {
    let _ = writeln!(svg, "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{stroke}\"/>");
}

/// Text without characters that XML reserves.
fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}
