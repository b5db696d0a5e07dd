//! Tables for a model's card, laid out for people to read.

use crate::commands::shared::Anyhow;
use selfsame::compare::Calibration;
use selfsame::model::{CalibrationSpec, CentreSpec, ImpostorSpec};

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// `[[calibrations]]`, a line per point, as the product reads it.
pub fn calibration(model_id: &str, spec: &CalibrationSpec) -> Anyhow<String> {
    let points = spec.points.iter().map(|p| {
        let beyond = if p.extrapolated { ", extrapolated = true" } else { "" };
        format!(
            "  {{ fmr = {:e}, score = {:.5}, low = {:.5}, high = {:.5}{beyond} }},\n",
            p.fmr, p.score, p.low, p.high
        )
    });
    let text = format!(
        "[[calibrations]]\npairing = \"{}\"\nbasis = \"{}\"\ndata = {}\npeople = {}\ngenuine_pairs = {}\nimpostor_pairs = {}\ntail = {}\n\
         log_likelihood_ratio = {{ offset = {:.3}, slope = {:.3} }}\npoints = [\n{}]\n",
        spec.pairing.as_str(),
        spec.basis.as_str(),
        quoted(&spec.data),
        spec.people,
        spec.genuine_pairs,
        spec.impostor_pairs,
        quoted(&spec.tail),
        spec.log_likelihood_ratio.offset,
        spec.log_likelihood_ratio.slope,
        points.collect::<String>()
    );
    // Rounding may have made two points one.
    Calibration::parse(model_id, &text)?;
    Ok(text)
}

/// `[members.centre]`, a line per axis.
pub fn centre(spec: &CentreSpec) -> String {
    let axes: String = spec.axes.iter().map(|axis| format!("  {axis:?},\n")).collect();
    format!(
        "[members.centre]\ndata = {}\npeople = {}\nstep = {:?}\nmean = {:?}\naxes = [\n{axes}]\n",
        quoted(&spec.data),
        spec.people,
        spec.step,
        spec.mean
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

#[cfg(test)]
mod tests {
    use super::*;
    use selfsame::compare::{FmrBasis, Pairing};
    use selfsame::model::{CalibrationPoint, LogisticSpec, ModelCard};
    use selfsame_lab::evaluate::{Bootstrap, all_pairs};

    /// A calibration whose scores lie `step` apart.
    fn spec(basis: FmrBasis, step: f32) -> CalibrationSpec {
        let point = |i: i32| {
            let score = 0.25 + step * i as f32;
            let (low, high) = (score - 0.5 * step, score + 0.5 * step);
            CalibrationPoint { fmr: 10f64.powi(-2 - i), score, low, high, extrapolated: i > 2 }
        };
        CalibrationSpec {
            pairing: Pairing::SelfieSelfie,
            basis,
            data: "adults, \"office\" cameras\nof two kinds (people)".into(),
            people: 700,
            genuine_pairs: 0,
            impostor_pairs: 244_650,
            tail: "generalised Pareto".into(),
            log_likelihood_ratio: LogisticSpec { offset: -4.25, slope: 20.5 },
            points: (0..5).map(point).collect(),
        }
    }

    #[test]
    fn what_is_written_loads_by_itself_and_as_part_of_a_card() {
        let specs = [spec(FmrBasis::Average, 0.0625), spec(FmrBasis::WorstGroup, 0.125)];
        let texts = specs.clone().map(|spec| calibration("m", &spec).unwrap());
        for (text, spec) in texts.iter().zip(&specs) {
            assert_eq!(Calibration::parse("m", text).unwrap().spec(), spec);
        }
        let card = include_str!("../../../../models/template.toml");
        let (before, after) = card.split_once("[[calibrations]]").unwrap();
        let impostors = &after[after.find("[impostors]").unwrap()..];
        let card = ModelCard::parse(&format!("{before}{}\n{}\n{impostors}", texts[0], texts[1])).unwrap();
        assert_eq!(card.calibrations, specs);
    }

    #[test]
    fn a_calibration_of_any_set_loads() {
        // 900 people with a picture or two each; the scores of strangers are exponential.
        let subjects: Vec<usize> = (0..1_000).map(|i| i % 900).collect();
        let even = |i: usize, j: usize| {
            let mut z = ((i as u64) << 32 | j as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
        };
        let score = |i: usize, j: usize| (0.3 * f64::from(j == i + 900) - 0.1 * (1.0 - even(i, j)).ln()) as f32;
        let set = all_pairs(&subjects, &[true; 1_000], score).unwrap();
        let bootstrap = Bootstrap { replicates: 100, seed: 1 };
        let spec = set.calibrate(Pairing::SelfieSelfie, "strangers (made up)", None, &bootstrap).unwrap();
        let read = Calibration::parse("m", &calibration("m", &spec).unwrap()).unwrap();
        assert_eq!((&read.spec().data, read.spec().impostor_pairs), (&spec.data, 499_400));
        for (point, exact) in read.spec().points.iter().zip(&spec.points) {
            assert!((point.score - exact.score).abs() < 6e-6 && point.fmr == exact.fmr, "{point:?}, {exact:?}");
        }
    }

    #[test]
    fn points_that_rounding_makes_one_are_an_error() {
        assert!(calibration("m", &spec(FmrBasis::Average, 1e-6)).is_err());
    }
}
