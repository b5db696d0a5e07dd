//! Challenges as they travel; sheets and heads whose points are known.

use super::*;
use crate::error::ErrorKind;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::{Value, json};

fn drawn(seed: u8) -> ApproachChallenge {
    ApproachChallenge::issue(&mut ChaCha20Rng::from_seed([seed; 32]), &ApproachPolicy::default(), 1_000).unwrap()
}

#[test]
fn challenges_travel_and_differ() {
    let all: Vec<ApproachChallenge> = (0..40).map(drawn).collect();
    for challenge in &all {
        assert_eq!(&ApproachChallenge::parse(&challenge.to_json().unwrap()).unwrap(), challenge);
        assert!(challenge.target().width >= 1.6 * challenge.start().width);
        assert_eq!(challenge.oval_at(0), challenge.start());
        let end = challenge.oval_at(u64::MAX);
        assert!((end.width - challenge.target().width).abs() < 1e-6);
        // The last oval lies in the frame, portrait and landscape.
        for (w, h) in [(480, 640), (640, 480), (720, 1280)] {
            let oval = challenge.target().in_frame(w, h);
            let fits =
                |middle: f32, size: f32, side: u32| middle - 0.5 * size >= 0.0 && middle + 0.5 * size <= side as f32;
            assert!(fits(oval.center.x, oval.width_px, w) && fits(oval.center.y, oval.height_px, h), "{oval:?}");
        }
    }
    let places =
        all.iter().map(|c| format!("{:?}{:?}", c.start(), c.target())).collect::<std::collections::HashSet<_>>();
    assert!(places.len() > 30);
    assert!(
        ApproachChallenge::issue_for(
            *all[0].nonce(),
            &mut ChaCha20Rng::from_seed([1; 32]),
            &ApproachPolicy::default(),
            u64::MAX
        )
        .is_err()
    );
}

#[test]
fn what_is_no_challenge_is_refused() {
    let good: Value = serde_json::from_slice(&drawn(1).to_json().unwrap()).unwrap();
    let kind = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        ApproachChallenge::parse(value.to_string().as_bytes()).map_err(|e| e.kind())
    };
    assert!(kind(&|_| ()).is_ok());
    assert_eq!(kind(&|v| v["format"] = json!(2)), Err(ErrorKind::UnsupportedVersion));
    assert_eq!(kind(&|v| v["target"]["width"] = json!(0.3)), Err(ErrorKind::Corrupt));
    assert_eq!(kind(&|v| v["start"]["width"] = json!(0.0)), Err(ErrorKind::Corrupt));
    assert_eq!(kind(&|v| v["start"]["center"] = json!([0.9, 0.0])), Err(ErrorKind::Corrupt));
    assert_eq!(kind(&|v| v["travel_us"] = json!(0)), Err(ErrorKind::Corrupt));
    assert_eq!(kind(&|v| v["expires_at"] = json!(1)), Err(ErrorKind::Corrupt));
    assert_eq!(kind(&|v| v["more"] = json!(1)), Err(ErrorKind::Corrupt));
    assert_eq!(ApproachChallenge::parse(&[b' '; 9000]).unwrap_err().kind(), ErrorKind::LimitExceeded);
}
