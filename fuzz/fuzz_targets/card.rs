//! Any text as a network's or an ensemble's card: what is accepted keeps every promise that the
//! stages build on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame::compare::{Calibration, FmrBasis, Pairing};
use selfsame::error::Result;
use selfsame::model::{CalibrationSpec, EnsembleCard, ModelCard, Task};

/// Every calibration of a card is found, and its thresholds rise.
fn calibrated(all: &[CalibrationSpec], of_card: impl Fn(Pairing, FmrBasis) -> Result<Calibration>) {
    for pairing in [Pairing::SelfieSelfie, Pairing::DocumentSelfie] {
        for basis in [FmrBasis::Average, FmrBasis::WorstGroup] {
            let carried = all.iter().any(|c| (c.pairing, c.basis) == (pairing, basis));
            let calibration = of_card(pairing, basis);
            assert_eq!(calibration.is_ok(), carried);
            let Ok(calibration) = calibration else { continue };
            let (least, most) = calibration.fmr_range();
            let (strict, lax) = (calibration.threshold(least).unwrap(), calibration.threshold(most).unwrap());
            assert!(strict.score() > lax.score());
        }
    }
}

/// The shares of an ensemble are shares.
fn ensemble(text: &str) {
    let Ok(card) = EnsembleCard::parse(text) else { return };
    assert!((1..=8).contains(&card.members.len()) && (1..=128).contains(&card.id.len()));
    let sum: f32 = card.members.iter().map(|member| member.share).sum();
    assert!((sum - 1.0).abs() < 1e-3 && card.members.iter().all(|member| member.share > 0.0));
    calibrated(&card.calibrations, |pairing, basis| Calibration::of_ensemble(&card, pairing, basis));
}

fuzz_target!(|text: &str| {
    ensemble(text);
    let Ok(card) = ModelCard::parse(text) else { return };
    assert_eq!(card.format, 1);
    assert!((1..=128).contains(&card.id.len()));
    assert!([card.input.width, card.input.height].iter().all(|side| (1..=4096).contains(side)));
    assert!(card.input.mean.iter().chain(&card.input.scale).all(|v| v.is_finite()));
    let lens: Vec<usize> = card.outputs.iter().map(|output| output.shape.iter().product()).collect();
    assert!((1..=16).contains(&lens.len()) && lens.iter().all(|n| (1..=1 << 24).contains(n)));
    if card.task == Task::Template {
        let alignment = card.alignment.clone().expect("a template's card has points");
        assert!(alignment.points().iter().all(|p| p.is_finite()));
        assert_eq!(card.template.as_ref().map(|t| t.dimension), lens.first().copied());
    }
    if card.task == Task::Template {
        calibrated(&card.calibrations, |pairing, basis| Calibration::of_card(&card, pairing, basis));
    }
});
