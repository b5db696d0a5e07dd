//! The guide's diagram, drawn from the table of transitions.

use super::super::table::{Event, Phase, TRANSITIONS};
use std::fmt::Write;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/enrol/states.svg");
/// Pixels: a row, the boxes of the phases, the line that leads to the end.
const ROW: usize = 64;
const LEFT: usize = 170;
const BOX: (usize, usize) = (140, 30);
const RIGHT: usize = LEFT + BOX.0;
const BUS: usize = RIGHT + 320;

#[test]
fn the_diagram_in_the_guide_is_the_tables() {
    let drawn = draw();
    if std::env::var_os("SELFSAME_UPDATE").is_some() {
        std::fs::write(FILE, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(kept == drawn, "draw docs/enrol/states.svg anew: SELFSAME_UPDATE=1 cargo test --lib diagram");
}

/// The row of a phase; both ends share the last one.
fn row(phase: Phase) -> usize {
    Phase::ALL.iter().position(|p| *p == phase).unwrap().min(Phase::ALL.len() - 2)
}

/// The middle of a phase's box, downwards.
fn y(phase: Phase) -> usize {
    40 + ROW * row(phase)
}

fn draw() -> String {
    let mut svg = String::new();
    let (width, height) = (BUS + 90, 40 + ROW * (Phase::ALL.len() - 2) + 40);
    let mut line = |text: std::fmt::Arguments<'_>| writeln!(svg, "{text}").unwrap();
    line(format_args!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" font-family="sans-serif" font-size="12" fill="none" stroke="currentColor" role="img" aria-label="States of the enrolment ceremony">"#
    ));
    line(format_args!(
        r#"<defs><marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto"><path d="M0 0L9 4L0 8z" fill="currentColor" stroke="none"/></marker></defs>"#
    ));
    for phase in Phase::ALL {
        let left = if phase == Phase::Terminated { BUS - BOX.0 / 2 } else { LEFT };
        let (top, middle) = (y(phase) - BOX.1 / 2, left + BOX.0 / 2);
        line(format_args!(r#"<rect x="{left}" y="{top}" width="{}" height="{}" rx="6"/>"#, BOX.0, BOX.1));
        let text = phase.as_str().replace('_', " ");
        line(format_args!(
            r#"<text x="{middle}" y="{}" text-anchor="middle" fill="currentColor" stroke="none">{text}</text>"#,
            y(phase) + 4
        ));
    }
    let mut drawn: Vec<(Phase, Phase)> = Vec::new();
    for transition in TRANSITIONS {
        let (from, to) = (transition.from, transition.to);
        if drawn.contains(&(from, to)) {
            continue;
        }
        drawn.push((from, to));
        let between = TRANSITIONS.iter().filter(|t| (t.from, t.to) == (from, to));
        let events: Vec<String> = between.map(|t| t.event.as_str().replace('_', " ")).collect();
        let label = |x: usize, y: usize| {
            let text = events.join(", ");
            format!(r#"<text x="{x}" y="{y}" fill="currentColor" stroke="none" font-size="11">{text}</text>"#)
        };
        let (from_y, to_y, middle) = (y(from), y(to), LEFT + BOX.0 / 2);
        if to == Phase::Terminated {
            line(format_args!(r#"<path d="M{RIGHT} {} H{BUS}" stroke-dasharray="2 4" opacity="0.6"/>"#, from_y + 11));
            continue;
        }
        let (path, text) = if to == from {
            let path = format!("M{RIGHT} {} h16 v11 h-15", from_y - 8);
            (path, label(RIGHT + 22, from_y + 1))
        } else if row(to) == row(from) + 1 {
            let path = format!("M{middle} {} V{}", from_y + BOX.1 / 2, to_y - BOX.1 / 2 - 1);
            (path, label(middle + 8, from_y + ROW / 2 + 4))
        } else if to > from {
            let x = LEFT - 20 * (row(to) - row(from));
            let text = label(x + 5, from_y + ROW / 2);
            (format!("M{LEFT} {} H{x} V{} H{}", from_y + 4, to_y - 4, LEFT - 1), text)
        } else {
            let x = RIGHT + 130 + 20 * (row(from) - row(to));
            let path = format!("M{RIGHT} {} H{x} V{} H{}", from_y - 13, to_y - 12, RIGHT + 1);
            (path, label(RIGHT + 50, from_y - 17))
        };
        line(format_args!(r#"<path d="{path}" marker-end="url(#head)"/>"#));
        line(format_args!("{text}"));
    }
    let (first, last) = (y(Phase::Form) + 11, y(Phase::Terminated) - BOX.1 / 2);
    line(format_args!(
        r#"<path d="M{BUS} {first} V{last}" stroke-dasharray="2 4" opacity="0.6" marker-end="url(#head)"/>"#
    ));
    line(format_args!(
        r#"<text x="{}" y="20" text-anchor="end" fill="currentColor" stroke="none" font-size="11">dotted: {}</text>"#,
        BUS + 80,
        Event::Ended.as_str()
    ));
    line(format_args!("</svg>"));
    svg
}
