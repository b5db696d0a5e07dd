//! Guidance over invented measurements: hints, hysteresis, stillness, time.

use super::*;
use crate::capture::hint::Hint;
use crate::capture::measure::{FaceMeasurements, Measurements};
use crate::capture::tracker::Tracker;
use crate::error::{ErrorKind, Stage};
use proptest::prelude::*;

/// A face at which nothing is wrong.
fn good() -> FaceMeasurements {
    FaceMeasurements {
        track: Tracker::track_id_for_tests(1),
        size: 1.0,
        offset_x: 0.0,
        offset_y: 0.0,
        yaw_deg: 0.0,
        pitch_deg: 0.0,
        roll_deg: 0.0,
        flag: 1.0,
        eye_openness: 0.3,
        mouth_openness: 0.0,
        luminance: 0.25,
        over_exposure: 0.0,
        light_balance: 0.9,
        sharpness: 0.04,
        quality: 0.0,
    }
}

fn frame(timestamp_us: u64, face: Option<FaceMeasurements>) -> Measurements {
    Measurements { timestamp_us, faces: usize::from(face.is_some()), face, turned: None }
}

/// Frames at 30 per second from `from_us` on.
fn play(guide: &mut Guide, from_us: u64, frames: u64, face: impl Fn(u64) -> Option<FaceMeasurements>) -> Vec<Guidance> {
    (0..frames).map(|i| guide.update(&frame(from_us + i * 33_333, face(i)))).collect()
}

fn guide() -> Guide {
    Guide::new(GuideOptions::default())
}

#[test]
fn each_fault_has_its_hint() {
    let f = good();
    let table = [
        (Hint::MoveCloser, FaceMeasurements { size: 0.6, ..f }),
        (Hint::MoveAway, FaceMeasurements { size: 1.5, ..f }),
        (Hint::MoveLeft, FaceMeasurements { offset_x: -0.3, ..f }),
        (Hint::MoveRight, FaceMeasurements { offset_x: 0.3, ..f }),
        (Hint::MoveUp, FaceMeasurements { offset_y: 0.3, ..f }),
        (Hint::MoveDown, FaceMeasurements { offset_y: -0.3, ..f }),
        (Hint::RemoveObstruction, FaceMeasurements { flag: 0.7, ..f }),
        (Hint::TooDark, FaceMeasurements { luminance: 0.005, ..f }),
        (Hint::TooBright, FaceMeasurements { over_exposure: 0.5, ..f }),
        (Hint::TurnStraight, FaceMeasurements { yaw_deg: -30.0, ..f }),
        (Hint::TurnStraight, FaceMeasurements { pitch_deg: 30.0, ..f }),
        (Hint::TurnStraight, FaceMeasurements { roll_deg: 30.0, ..f }),
        (Hint::OpenEyes, FaceMeasurements { eye_openness: 0.1, ..f }),
        (Hint::UnevenLight, FaceMeasurements { light_balance: 0.1, ..f }),
        (Hint::Blurred, FaceMeasurements { sharpness: 0.001, ..f }),
    ];
    for (hint, face) in table {
        let shown = play(&mut guide(), 0, 90, |_| Some(face));
        assert!(shown.iter().all(|g| g.hint == hint && g.progress == 0.0), "{hint:?}: {:?}", shown.last());
    }
    assert!(play(&mut guide(), 0, 90, |_| None).iter().all(|g| g.hint == Hint::NoFace));
    let two = guide().update(&Measurements { timestamp_us: 0, faces: 2, face: Some(f), turned: None });
    assert_eq!(two.hint, Hint::SeveralFaces);
}

#[test]
fn a_value_that_is_no_number_is_never_good() {
    let f = good();
    let nan = f32::NAN;
    for face in [
        FaceMeasurements { size: nan, ..f },
        FaceMeasurements { size: 0.0, ..f },
        FaceMeasurements { size: -1.0, ..f },
        FaceMeasurements { offset_x: nan, ..f },
        FaceMeasurements { offset_y: nan, ..f },
        FaceMeasurements { yaw_deg: nan, ..f },
        FaceMeasurements { pitch_deg: nan, ..f },
        FaceMeasurements { roll_deg: nan, ..f },
        FaceMeasurements { flag: nan, ..f },
        FaceMeasurements { eye_openness: nan, ..f },
        FaceMeasurements { luminance: nan, ..f },
        FaceMeasurements { luminance: -1.0, ..f },
        FaceMeasurements { over_exposure: nan, ..f },
        FaceMeasurements { light_balance: nan, ..f },
        FaceMeasurements { sharpness: nan, ..f },
    ] {
        let shown = play(&mut guide(), 0, 90, |_| Some(face));
        assert!(shown.iter().all(|g| !g.hint.is_good() && !g.urge.is_good()), "{face:?}");
    }
}

#[test]
fn a_good_face_is_ready_after_the_still_phase() {
    let shown = play(&mut guide(), 5_000_000, 60, |_| Some(good()));
    assert_eq!(shown[0].hint, Hint::Hold);
    let ready = shown.iter().position(|g| g.hint == Hint::Ready).unwrap();
    assert!((30..=32).contains(&ready), "after 1 s, frame {ready}");
    assert!(shown.windows(2).all(|w| w[1].progress >= w[0].progress));
    assert!(shown[ready..].iter().all(|g| g.hint == Hint::Ready && g.progress == 1.0));
}

#[test]
fn a_blink_pauses_and_closed_eyes_end_the_still_phase() {
    let eyes = |i: u64, closed: std::ops::Range<u64>| FaceMeasurements {
        eye_openness: if closed.contains(&i) { 0.05 } else { 0.3 },
        ..good()
    };
    let blink = play(&mut guide(), 0, 60, |i| Some(eyes(i, 10..14)));
    assert!(blink.iter().all(|g| g.hint.is_good()), "133 ms are not told");
    assert!(blink[14].progress > 0.2 && blink[50].hint == Hint::Ready);
    let asleep = play(&mut guide(), 0, 60, |i| Some(eyes(i, 10..30)));
    assert_eq!(asleep[25].hint, Hint::OpenEyes);
    assert_eq!(asleep[30].progress, 0.0);
    assert!(asleep.iter().all(|g| g.hint != Hint::Ready));
}

#[test]
fn another_face_begins_anew() {
    let swapped = |i: u64| FaceMeasurements { track: Tracker::track_id_for_tests(1 + i / 20), ..good() };
    let shown = play(&mut guide(), 0, 70, |i| Some(swapped(i)));
    assert!(shown.iter().all(|g| g.hint != Hint::Ready), "20 frames each are too few");
    assert!(shown[19].progress > 0.5 && shown[20].progress == 0.0);
}

#[test]
fn a_moving_face_is_asked_to_hold_still() {
    let swaying = |i: u64| FaceMeasurements { offset_x: 0.08 * (i as f32 * 0.6).sin(), ..good() };
    let shown = play(&mut guide(), 0, 90, |i| Some(swaying(i)));
    assert_eq!(shown[60].hint, Hint::HoldStill);
    assert!(shown.iter().all(|g| g.hint != Hint::Ready));
    let trembling = |i: u64| FaceMeasurements { offset_x: 0.004 * (i as f32 * 1.7).sin(), ..good() };
    let shown = play(&mut guide(), 0, 60, |i| Some(trembling(i)));
    assert!(shown.iter().all(|g| g.hint.is_good()) && shown[50].hint == Hint::Ready, "a hand's tremor is still");
}

#[test]
fn at_a_limit_nothing_swings() {
    // Noise of ±3 % about the limit, which hysteresis of 15 % must swallow.
    let limits = GuideLimits::default();
    let noisy = |i: u64| 1.0 + 0.03 * (i as f32 * 2.399).sin();
    type At = fn(f32, GuideLimits) -> FaceMeasurements;
    let table: [(&str, At); 4] = [
        ("size", |noisy, limits| FaceMeasurements { size: limits.size_min().powf(noisy), ..good() }),
        ("place", |noisy, limits| FaceMeasurements { offset_x: limits.offset() * noisy, ..good() }),
        ("pose", |noisy, limits| FaceMeasurements { yaw_deg: limits.yaw_deg() * noisy, ..good() }),
        ("light", |noisy, limits| FaceMeasurements { luminance: limits.luminance() * noisy, ..good() }),
    ];
    for (name, face) in table {
        let shown = play(&mut guide(), 0, 300, |i| Some(face(noisy(i), limits)));
        let changes = shown.windows(2).filter(|w| w[0].hint != w[1].hint).count();
        assert!(changes <= 1, "{name}: {changes} changes");
    }
}

#[test]
fn of_size_and_place_the_worse_comes_first() {
    let far = FaceMeasurements { size: 0.4, offset_x: 0.2, ..good() };
    assert_eq!(guide().update(&frame(0, Some(far))).hint, Hint::MoveCloser);
    let aside = FaceMeasurements { size: 0.75, offset_x: 0.6, ..good() };
    assert_eq!(guide().update(&frame(0, Some(aside))).hint, Hint::MoveRight);
    let near = FaceMeasurements { size: 2.0, luminance: 0.001, ..good() };
    assert_eq!(guide().update(&frame(0, Some(near))).hint, Hint::MoveAway, "never closer when too close");
}

#[test]
fn time_runs_out_with_the_obstacle_that_cost_most() {
    let mut guide = guide();
    let mut shown = play(&mut guide, 0, 200, |_| None);
    shown.extend(play(&mut guide, 200 * 33_333, 800, |_| Some(FaceMeasurements { luminance: 0.001, ..good() })));
    assert!(shown[800].timed_out.is_none());
    assert_eq!(shown.last().unwrap().timed_out, Some(Hint::TooDark));
    let late = play(&mut guide, 1000 * 33_333, 60, |_| Some(good()));
    assert_eq!(late.last().unwrap().hint, Hint::Ready, "the client decides whether it is too late");
    assert_eq!(late.last().unwrap().timed_out, None);
}

#[test]
fn a_clock_that_stands_or_goes_back_makes_nobody_ready() {
    for time in [|_| 7_000_000, |i: u64| 9_000_000 - i * 33_333] {
        let mut guide = guide();
        let shown: Vec<_> = (0..200).map(|i| guide.update(&frame(time(i), Some(good())))).collect();
        assert!(shown.iter().all(|g| g.hint == Hint::Hold && g.progress == 0.0));
    }
    // One long gap is not a second of stillness.
    let mut guide = guide();
    let _ = guide.update(&frame(0, Some(good())));
    assert_eq!(guide.update(&frame(5_000_000, Some(good()))).hint, Hint::Hold);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    type Changed = fn(GuideLimits) -> crate::error::Result<GuideLimits>;
    let wrong: [Changed; 6] = [
        |limits| limits.with_size_min(1.2),
        |limits| limits.with_size_max(f32::INFINITY),
        |limits| limits.with_size_max(0.9),
        |limits| limits.with_offset(0.0),
        |limits| limits.with_flag(1.0),
        |limits| limits.with_speed(f32::NAN),
    ];
    for change in wrong {
        let error = change(GuideLimits::default()).unwrap_err();
        assert_eq!((error.kind(), error.stage()), (ErrorKind::InvalidArgument, Stage::Capture));
    }
}

fn any_face() -> impl Strategy<Value = Option<FaceMeasurements>> {
    let near = |limit: f32| (0.0..2.0f32).prop_map(move |s| s * limit);
    let face =
        ((0.3f32..2.5), (-0.5f32..0.5), (-0.5f32..0.5), (-40f32..40.0), near(0.16), near(0.02), near(0.005), 1..3u64);
    let face =
        face.prop_map(|(size, offset_x, offset_y, yaw_deg, eyes, luminance, sharpness, track)| FaceMeasurements {
            size,
            offset_x,
            offset_y,
            yaw_deg,
            eye_openness: eyes,
            luminance,
            sharpness,
            track: Tracker::track_id_for_tests(track),
            ..good()
        });
    prop_oneof![1 => Just(None), 6 => face.prop_map(Some), 6 => Just(Some(good()))]
}

/// Whether nothing that [`any_face`] varies is over its limit.
fn is_within_limits(face: &FaceMeasurements) -> bool {
    let limits = GuideLimits::default();
    (limits.size_min()..=limits.size_max()).contains(&face.size)
        && face.offset_x.abs().max(face.offset_y.abs()) <= limits.offset()
        && face.yaw_deg.abs() <= limits.yaw_deg()
        && face.eye_openness >= limits.eye_openness()
        && face.luminance >= limits.luminance()
        && face.sharpness >= limits.sharpness()
}

proptest! {
    /// Whatever happens: hints stay for 300 ms, and readiness follows a second of good frames of
    /// one face.
    #[test]
    fn hints_stay_and_readiness_is_earned(
        scenes in prop::collection::vec((any_face(), 1u64..60), 1..12), step_us in 16_000u64..70_000,
    ) {
        let mut guide = guide();
        let (mut now, mut since, mut shown) = (0, 0, None);
        let mut good_us = 0;
        let mut before: Option<Measurements> = None;
        for (face, frames) in scenes {
            for _ in 0..frames {
                let seen = frame(now, face);
                let guidance = guide.update(&seen);
                if shown != Some(guidance.hint) {
                    prop_assert!(shown.is_none() || now - since >= 300_000, "{shown:?} to {:?}", guidance.hint);
                    (shown, since) = (Some(guidance.hint), now);
                }
                // Counted apart from the guide: faces within the limits, one track, small steps.
                let fine = seen.face.is_some_and(|face| is_within_limits(&face));
                let same = before.and_then(|b| b.face).map(|f| f.track) == seen.face.map(|f| f.track);
                good_us = if fine && same { good_us + step_us } else if fine { 0 } else { good_us };
                if seen.face.is_none() || (seen.face.is_some() && !same) { good_us = 0; }
                if guidance.urge == Hint::Ready {
                    prop_assert!(good_us >= 500_000 || !fine, "ready after {good_us} µs");
                }
                before = Some(seen);
                now += step_us;
            }
        }
    }
}
