//! Any text as a model card: what is accepted keeps every promise that the stages build on.
#![no_main]

use libfuzzer_sys::fuzz_target;
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
        let alignment = card.alignment.expect("a template's card has points");
        assert!(alignment.points().iter().all(|p| p.is_finite()));
        assert_eq!(card.template.map(|t| t.dimension), lens.first().copied());
    }
    for threshold in &card.provisional_thresholds {
        assert!(
            card.task != Task::Template || threshold.score.is_finite() && threshold.fmr > 0.0 && threshold.fmr < 1.0
        );
    }
});
