//! The report for people, cue by cue.

use super::judged::{Comparison, Judged};
use selfsame::liveness::{Cues, LivenessVerdict};
use std::fmt::Write;

pub fn text(judged: &Judged) -> String {
    let mut text = String::new();
    let verdict = &judged.report.verdict;
    line(&mut text, "verdict", verdict.as_str());
    if !verdict.reasons().is_empty() {
        line(&mut text, "reasons", &verdict.reasons().join(", "));
    }
    if let LivenessVerdict::Inconclusive { advice, .. } = verdict {
        let words: Vec<&str> = advice.iter().map(|advice| advice.as_str()).collect();
        line(&mut text, "advice", &words.join(", "));
    }
    let challenge = if judged.own_challenge {
        "the session's own, which proves nothing about when it was recorded; --challenge takes the verifier's"
    } else {
        "the given one"
    };
    line(&mut text, "challenge", challenge);
    cues(&mut text, &judged.report.cues);
    match &judged.comparison {
        None => {}
        Some(Comparison::Verified(verification)) => {
            let words: Vec<String> = verification.verdict.reasons().iter().map(ToString::to_string).collect();
            let score = verification.verdict.comparison().map(|c| format!(", score {:.4}", c.score.value()));
            // A refusal has no score to tell.
            let what = format!("{} ({}){}", verification.verdict.as_str(), words.join(", "), score.unwrap_or_default());
            line(&mut text, "document", &what);
        }
        Some(Comparison::NoReference) => line(&mut text, "document", "no frame before the flashes to compare"),
    }
    text
}

fn cues(text: &mut String, cues: &Cues) {
    let r = &cues.recording;
    line(
        text,
        "recording",
        &format!("{} frames, {} with a face, {:.0} ms apart", r.frames, r.with_face, r.interval_ms),
    );
    let gaps = format!("longest gap {:.0} ms, {:.0} ms missing at the ends", r.longest_gap_ms, r.missing_ms);
    line(text, "", &gaps);
    let spoilt = [
        (r.several_faces, "with several faces"),
        (r.stuttered, "stuttered"),
        (r.repeated, "repeated"),
        (r.turned_away, "turned away"),
    ];
    let spoilt: Vec<String> =
        spoilt.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} frames {what}")).collect();
    if r.track_changes > 0 {
        line(text, "", &format!("the face was lost and found again {} times", r.track_changes));
    }
    if !spoilt.is_empty() {
        line(text, "", &spoilt.join(", "));
    }
    let [bright, dark] = [r.over_exposed, r.under_exposed].map(|share| 100.0 * share);
    line(text, "", &format!("{bright:.1} % of the face blown out, {dark:.1} % black"));
    let rgb = |v: [f32; 3]| v.map(|v| format!("{v:.3}")).join(" ");
    let unmeasured = || "not measured".to_owned();
    let response = cues.response.map_or_else(unmeasured, |r| {
        format!(
            "red, green, blue {} with noise of {}; {} follow the challenge",
            rgb(r.range),
            rgb(r.noise),
            rgb(r.contrast)
        )
    });
    line(text, "response", &response);
    if let Some(r) = &cues.response {
        let ring: Vec<String> = r.surroundings.iter().map(|s| s.map_or("-".into(), |s| format!("{s:.2}"))).collect();
        let [right, left] = r.corneas;
        let what = format!("surroundings {} of the face's, corneas {right:.2} {left:.2}", ring.join(" "));
        line(text, "", &what);
        let [red, green, blue] = r.mixing.map(rgb);
        line(text, "", &format!("by the screen's red, green, blue: {red}; {green}; {blue}"));
        if let Some([exposure, balance]) = r.drift {
            line(text, "", &format!("background drifts by {exposure:.3} in brightness, {balance:.3} in colour (ln)"));
        }
    }
    let sequence = cues.sequence.map_or_else(unmeasured, |s| {
        let (bits, fit, best, lag) = (s.bits, s.fit, s.best_fit, s.lag_ms);
        format!("{bits:.1} bits for this challenge (fit {fit:.1}, of any {best:.1}), lag {lag:.0} ms")
    });
    line(text, "sequence", &sequence);
    let timing = cues.timing.map_or_else(unmeasured, |t| {
        let (found, edges, spread, drift) = (t.found, t.edges, t.spread_ms, t.drift_ms_per_s);
        format!("{found} of {edges} edges, {spread:.0} ms about {:.0} ms, drift {drift:.1} ms/s", t.lag_ms)
    });
    line(text, "timing", &timing);
    let shape = cues.shape.map_or_else(unmeasured, |s| {
        let (relief, error, bits, least) = (s.relief, s.relief_error, s.bits, s.least_bits);
        format!(
            "relief {relief:.2} ± {error:.2}, {bits:.1} bits for a face, {least:.1} without any one spot; of the change alone {:.2}; glare {:.2}, gloss {:.2}",
            s.change_relief, s.glare, s.gloss
        )
    });
    line(text, "shape", &shape);
    let identity = cues.identity.map_or_else(unmeasured, |i| {
        format!("lowest score {:.3}, median {:.3} of {} frames", i.lowest, i.median, i.compared)
    });
    line(text, "identity", &identity);
}

fn line(text: &mut String, name: &str, what: &str) {
    // Writing to a string doesn't fail.
    let _ = writeln!(text, "{name:<10} {what}");
}
