//! Tables for a model's card, laid out for people to read.

use selfsame::model::{CalibrationSpec, ImpostorSpec};

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// `[[calibrations]]`, a line per point.
pub fn calibration(spec: &CalibrationSpec) -> String {
    let points = spec.points.iter().map(|p| {
        let beyond = if p.extrapolated { ", extrapolated = true" } else { "" };
        format!(
            "  {{ fmr = {:e}, score = {:.5}, low = {:.5}, high = {:.5}{beyond} }},\n",
            p.fmr, p.score, p.low, p.high
        )
    });
    format!(
        "[[calibrations]]\npairing = \"{}\"\ndata = {}\npeople = {}\ngenuine_pairs = {}\nimpostor_pairs = {}\ntail = {}\n\
         log_likelihood_ratio = {{ offset = {:.3}, slope = {:.3} }}\npoints = [\n{}]\n",
        spec.pairing.as_str(),
        quoted(&spec.data),
        spec.people,
        spec.genuine_pairs,
        spec.impostor_pairs,
        quoted(&spec.tail),
        spec.log_likelihood_ratio.offset,
        spec.log_likelihood_ratio.slope,
        points.collect::<String>()
    )
}

/// `[impostors]`, a line per axis.
pub fn impostors(spec: &ImpostorSpec) -> String {
    let [least, most] = spec.magnitude_range;
    let axes: String = spec.axes.iter().map(|axis| format!("  {axis:?},\n")).collect();
    format!(
        "[impostors]\ndata = {}\npeople = {}\nspread = {:?}\nmagnitude_weight = {:?}\nmagnitude_reference = {:?}\n\
         magnitude_range = [{least:?}, {most:?}]\nvariance = {:?}\nstep = {:?}\nmean = {:?}\naxes = [\n{axes}]\n",
        quoted(&spec.data),
        spec.people,
        spec.spread,
        spec.magnitude_weight,
        spec.magnitude_reference,
        spec.variance,
        spec.step,
        spec.mean
    )
}
