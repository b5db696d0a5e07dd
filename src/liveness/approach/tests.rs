//! Challenges as they travel; sheets and heads whose points are known.

use super::fit::{Moved, Nuisance, fit};
use super::flow::Patch;
use super::head::{Head, Part};
use super::plane::{LEVELS, Plane};
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

/// Points of the inner face, moved as `shift` says of a place and a depth.
fn points(shift: impl Fn([f32; 2], f32) -> [f32; 2]) -> Vec<Moved> {
    let head = Head::new(nalgebra::Matrix3::identity());
    let places = (-12..=12).flat_map(|y| (-9..=9).map(move |x| [0.7 * x as f32, 0.7 * y as f32]));
    let inner = places.filter_map(|place| match head.at(place) {
        (Part::Inner, depth) => Some((place, depth)),
        _ => None,
    });
    let inner: Vec<([f32; 2], f32)> = inner.collect();
    let mean = inner.iter().map(|(_, depth)| depth).sum::<f32>() / inner.len() as f32;
    let moved = |(place, depth): &([f32; 2], f32)| {
        let depth = depth - mean;
        let factor = (1.0 + depth / 55.0) / (1.0 + depth / 28.0) - 1.0;
        Moved { place: *place, depth, shift: shift(*place, depth), expected: place.map(|v| v * factor) }
    };
    inner.iter().map(moved).collect()
}

#[test]
fn heads_have_perspective_and_sheets_have_none() {
    let both = |points: &[Moved]| [Nuisance::Plane, Nuisance::Sheet].map(|n| fit(points, n).unwrap().share);
    // A head that also turns and moves.
    let head = |[x, y]: [f32; 2], depth: f32| {
        let factor = (1.0 + depth / 55.0) / (1.0 + depth / 28.0) - 1.0;
        [x * factor + 0.1 * depth + 0.2, y * factor - 0.05 * depth + 0.01 * x]
    };
    assert!(both(&points(head)).iter().all(|share| (share - 1.0).abs() < 0.02));
    // A sheet that tilts.
    let flat = both(&points(|[x, y], _| [0.002 * x * x + 0.03 * y, 0.002 * x * y - 0.1]));
    assert!(flat.iter().all(|share| share.abs() < 0.02), "{flat:?}");
    // A sheet that is bent while it comes: what a cylinder's sides move, and how they shorten.
    let bent = |[x, y]: [f32; 2], _: f32| [-0.0004 * x * x * x, -0.0004 * x * x * y];
    let [plane, sheet] = both(&points(bent));
    assert!(plane > 0.2 && sheet.abs() < 0.02, "{plane} {sheet}");
    assert_eq!(fit(&points(head)[..20], Nuisance::Plane), None);
}

#[test]
fn patches_are_found_between_pixels_in_other_light() {
    let plane = |dx: f32, dy: f32, gain: f32| {
        let value = |i: usize| {
            let (x, y) = ((i % 96) as f32 - dx, (i / 96) as f32 - dy);
            gain * (100.0 + 40.0 * (0.31 * x + 0.1 * y).sin() + 30.0 * (0.27 * y - 0.13 * x).cos()) + 9.0
        };
        Plane::new(96, 96, (0..96 * 96).map(value).collect()).unwrap().smooth().pyramid()
    };
    let (from, to) = (plane(0.0, 0.0, 1.0), plane(5.3, -3.7, 0.6));
    let found = Patch::new(&from, [48.0, 50.0], LEVELS).find(&to, [48.0, 50.0], 0).unwrap();
    let [x, y] = found.place;
    assert!((x - 53.3).abs() < 0.05 && (y - 46.3).abs() < 0.05 && found.likeness > 0.99, "{found:?}");
    // Beyond the plane, and without contrast, nothing is found.
    assert!(Patch::new(&from, [2.0, 50.0], LEVELS).find(&to, [2.0, 50.0], 0).is_none());
    let flat = Plane::new(96, 96, vec![9.0; 96 * 96]).unwrap().pyramid();
    assert!(Patch::new(&from, [48.0, 50.0], LEVELS).find(&flat, [48.0, 50.0], 0).is_none());
}

#[test]
fn the_head_is_deeper_where_it_should_be() {
    let head = Head::new(nalgebra::Matrix3::identity());
    let ((nose, tip), (cheek, side)) = (head.at([0.0, 0.5]), head.at([5.0, 1.0]));
    assert_eq!((nose, cheek), (Part::Inner, Part::Inner));
    let (ear, behind) = head.at([8.0, 1.0]);
    assert!(ear == Part::Outer && tip + 2.0 < side && side + 1.0 < behind, "{tip} {side} {behind}");
    assert_eq!(head.at([11.5, 0.0]).0, Part::Beyond);
}
