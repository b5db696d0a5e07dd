//! The safety report of a challenge, for people.

use selfsame::liveness::safety::{MAX_FLASHES, SafetyReport};

/// Puts the report into lines: the verdict first, then the worst second by each measure, then what
/// was found against it.
pub fn lines(report: &SafetyReport) -> Vec<String> {
    let verdict = if report.is_safe() { "safe" } else { "NOT SAFE" };
    let mut lines = vec![format!("{verdict}: {:.2} s in all", report.total_us as f64 / 1e6)];
    for (what, worst) in [
        ("general flashes (WCAG)", report.general),
        ("red flashes (WCAG 2.2)", report.red),
        ("red flashes (WCAG 2.1)", report.red_legacy),
        ("flashes by luminance (BT.1702)", report.luminance),
    ] {
        lines.push(format!("{what}: {} of {MAX_FLASHES} begun in the worst second", worst.flashes));
    }
    if let Some(closest) = report.closest {
        lines.push(format!("leading edges at least {} ms apart", closest.interval_us / 1000));
    }
    lines.extend(report.findings.iter().map(ToString::to_string));
    lines
}
