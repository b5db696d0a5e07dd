//! Any text as a recorded session, and as a challenge: refused, or within what their documentation
//! promises, and written as it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame::liveness::safety::DisplayModel;
use selfsame::liveness::{Challenge, MAX_FRAMES, MAX_SEGMENTS, MAX_TOTAL_US, SessionManifest};
use std::path::{Component, Path};

fn check(challenge: &Challenge) {
    assert!((1..=MAX_SEGMENTS).contains(&challenge.segments().len()));
    assert!(challenge.total_us() <= MAX_TOTAL_US && challenge.issued_at() < challenge.expires_at());
    assert!(challenge.segments().iter().all(|segment| segment.duration_us > 0));
    assert!(challenge.segments().windows(2).all(|pair| pair[0].end_us() <= pair[1].start_us));
    let report = challenge.safety(&DisplayModel::default()).expect("segments that were checked");
    assert!(report.meets_wcag() || !report.is_safe());
    assert_eq!(Challenge::parse(&challenge.to_json().expect("it was read")).as_ref().ok(), Some(challenge));
}

fuzz_target!(|json: &[u8]| {
    if let Ok(challenge) = Challenge::parse(json) {
        check(&challenge);
    }
    let Ok(session) = SessionManifest::parse(json) else { return };
    check(&session.challenge);
    assert!(session.frames.len() <= MAX_FRAMES);
    assert!(session.display.iter().all(|shown| shown.segment < session.challenge.segments().len()));
    for frame in &session.frames {
        let parts: Vec<_> = Path::new(&frame.file).components().collect();
        assert!(matches!(parts[..], [Component::Normal(name)] if name == frame.file.as_str()), "{frame:?}");
    }
    assert_eq!(SessionManifest::parse(&session.to_json().expect("it was read")).ok(), Some(session));
});
