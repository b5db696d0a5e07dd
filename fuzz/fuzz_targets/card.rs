//! Any text as a model card: what is accepted keeps every promise that the stages build on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame::compare::{Calibration, Pairing};
use selfsame::model::{ModelCard, Task};

fuzz_target!(|text: &str| {
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
        for pairing in [Pairing::SelfieSelfie, Pairing::DocumentSelfie] {
            let carried = card.calibrations.iter().any(|c| c.pairing == pairing);
            let calibration = Calibration::of_card(&card, pairing);
            assert_eq!(calibration.is_ok(), carried);
            let Ok(calibration) = calibration else { continue };
            let (least, most) = calibration.fmr_range();
            let (strict, lax) = (calibration.threshold(least).unwrap(), calibration.threshold(most).unwrap());
            assert!(strict.score() > lax.score());
        }
    }
});
