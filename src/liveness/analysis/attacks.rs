//! Attacks on made-up sessions, each as it passed before its cue was there.

use super::made_up::{self, light, lit, session};
use super::{Chain, Cues};
use crate::liveness::challenge::Challenge;
use crate::liveness::response::{Arrivals, Trace};
use crate::liveness::{ChallengePolicy, DeviceLag, Issuer, LivenessLimits, LivenessVerdict};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

fn challenge(seed: u8) -> (Challenge, Chain) {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let challenge = issuer.issue(&mut ChaCha20Rng::from_seed([seed; 32]), 1_790_000_000).unwrap();
    (challenge, Chain::new(&issuer))
}

/// What a genuine session becomes by `change`.
fn judged(seed: u8, limits: LivenessLimits, change: impl FnOnce(&Challenge, &mut Trace)) -> (Cues, LivenessVerdict) {
    let (challenge, chain) = challenge(seed);
    let mut trace = session(&challenge, lit, seed.into());
    change(&challenge, &mut trace);
    let cues = Cues::new(&trace, &challenge, &chain, &chain.path(&challenge).unwrap());
    let verdict = limits.judge(&cues);
    (cues, verdict)
}

fn with_defaults(seed: u8, change: impl FnOnce(&Challenge, &mut Trace)) -> (Cues, LivenessVerdict) {
    judged(seed, LivenessLimits::default(), change)
}

/// Turns sample `i` into one of another face.
fn swap(trace: &mut Trace, i: usize) {
    let sample = &mut trace.samples[i];
    for (k, patch) in sample.patches.iter_mut().enumerate() {
        *patch = patch.map(|v| v * [0.7, 1.0, 1.4][k % 3]);
    }
    sample.features_cm = sample.features_cm.map(|[x, y]| [1.1 * x, y + 0.4]);
}

#[test]
fn genuine_sessions_are_live() {
    for seed in 1..6 {
        let (cues, verdict) = with_defaults(seed, |_, _| ());
        assert_eq!(verdict, LivenessVerdict::Live, "{cues:?}");
    }
}

#[test]
fn one_frame_of_another_face_is_an_attack_wherever_it_is() {
    for at in [3, 18, 19, 70, 120] {
        for run in 1..=4 {
            let (_, verdict) = with_defaults(2, |_, trace| (at..at + run).for_each(|i| swap(trace, i)));
            assert_eq!(verdict.reasons(), ["swapped_frames"], "frame {at} and {run} in all");
        }
    }
    let (_, verdict) = with_defaults(2, |_, trace| (3..120).step_by(14).for_each(|i| swap(trace, i)));
    assert_eq!(verdict.reasons(), ["swapped_frames"]);
}

#[test]
fn clips_put_together_jump_with_the_colours() {
    let (cues, verdict) = with_defaults(3, |challenge, trace| {
        let mut random = crate::random::Random::new(7, 7);
        let places: Vec<[f32; 2]> =
            challenge.segments().iter().map(|_| [8.0 * random.normal(), 8.0 * random.normal()]).collect();
        for sample in &mut trace.samples {
            let time = 1e-6 * sample.timestamp_us as f64 - 0.09;
            // Before the first picture its colour is shown.
            let shown = challenge.segments().iter().rposition(|s| 1e-6 * s.start_us as f64 <= time).unwrap_or(0);
            let [x, y] = places[shown];
            sample.eyes_px = [240.0 + x, 300.0 + y];
        }
    });
    assert_eq!(verdict.reasons(), ["jumps_with_colors"], "{:?}", cues.seams);
}

#[test]
fn a_face_that_answers_after_its_surroundings_is_late() {
    for late_s in [0.12, 0.18, 0.25] {
        let (cues, verdict) = with_defaults(4, |challenge, trace| {
            let (late, early) = (session(challenge, lit, 4), trace.clone());
            let step = (late_s * 30.0f64).round() as usize;
            for (i, sample) in trace.samples.iter_mut().enumerate() {
                // The face as it was some frames ago, and glass that mirrors the screen at once.
                sample.patches.clone_from(&late.samples[i.saturating_sub(step)].patches);
                let now = light(challenge, 1e-6 * early.samples[i].timestamp_us as f64 - 0.09);
                for cell in sample.cells.iter_mut().skip(90).take(6) {
                    cell.iter_mut().zip(now).for_each(|(v, light)| *v *= 1.0 + 0.1 * light);
                }
            }
        });
        assert!(verdict.reasons().contains(&"late_face"), "{late_s} s: {verdict:?} {:?}", cues.echo);
    }
}

#[test]
fn a_known_device_answers_when_it_does() {
    let at = |mean_ms| LivenessLimits::default().with_device_lag(Some(DeviceLag::new(mean_ms, 10.0).unwrap()));
    assert_eq!(judged(5, at(95.0), |_, _| ()).1, LivenessVerdict::Live);
    assert_eq!(judged(5, at(15.0), |_, _| ()).1.reasons(), ["unusual_lag"], "80 ms late");
}

#[test]
fn clocks_that_are_off_accuse_nobody() {
    for shift_us in [500_000, 1_200_000] {
        let (cues, verdict) = with_defaults(1, |_, trace| {
            trace.samples.iter_mut().for_each(|s| s.timestamp_us += shift_us);
            trace.timestamps_us.iter_mut().for_each(|t| *t += shift_us);
        });
        assert!(verdict.as_str() == "inconclusive" && verdict.reasons().contains(&"clock_off"), "{verdict:?}");
        let clock = cues.clock.unwrap();
        assert!((clock.shift_ms - 1e-3 * shift_us as f64 - 90.0).abs() < 40.0, "{clock:?}");
    }
    for scale in [0.75, 1.2] {
        let (cues, verdict) = with_defaults(1, |_, trace| {
            let scaled = |t: &mut u64| *t = (scale * *t as f64) as u64;
            trace.samples.iter_mut().for_each(|s| scaled(&mut s.timestamp_us));
            trace.timestamps_us.iter_mut().for_each(scaled);
        });
        assert!(verdict.as_str() == "inconclusive" && verdict.reasons().contains(&"clock_off"), "{verdict:?}");
        assert!((cues.clock.unwrap().scale - scale).abs() < 0.05, "{:?}", cues.clock);
    }
    // Another challenge's answer stays an attack: no clock explains it.
    let (other, _) = challenge(9);
    let (cues, verdict) = with_defaults(1, |_, trace| *trace = session(&other, lit, 1));
    assert!(verdict.reasons().contains(&"other_challenge"), "{verdict:?} {:?}", cues.clock);
}

/// Arrivals of a trace: `delay_us` after each frame was taken, pieces given away with the frames.
fn arrivals(challenge: &Challenge, trace: &Trace, delay_us: impl Fn(u64) -> u64) -> Arrivals {
    let start = 5_000_000;
    let mut arrivals = Arrivals { revealed_us: vec![start], frames_us: Vec::new() };
    for taken in &trace.timestamps_us {
        let arrived = start + taken + delay_us(*taken);
        arrivals.frames_us.push([*taken, arrived]);
        let begun = challenge.segments().iter().filter(|s| s.start_us <= *taken).count();
        let free = (1 + begun).min(challenge.segments().len());
        while arrivals.revealed_us.len() < free {
            arrivals.revealed_us.push(arrived);
        }
    }
    arrivals
}

#[test]
fn streamed_frames_arrive_as_they_are_taken_or_nothing_is_told() {
    let told = |delay: fn(u64) -> u64| {
        let (cues, verdict) = with_defaults(3, |challenge, trace| {
            trace.arrivals = Some(arrivals(challenge, trace, delay));
        });
        assert!(cues.arrival.is_some());
        verdict
    };
    assert_eq!(told(|t| 60_000 + t % 30_000), LivenessVerdict::Live);
    assert_eq!(told(|_| 660_000).reasons(), ["arrived_late"], "recorded 0.6 s late, timestamps moved");
    assert_eq!(told(|t| 60_000 + t / 5).reasons(), ["implausible_arrival", "arrived_late"], "a clock that runs away");
    // All of it arrives at the end, as one file.
    assert!(told(|t| 9_000_000 - t).reasons().contains(&"implausible_arrival"));
    // A frame from before its segment was known.
    let (_, verdict) = with_defaults(3, |challenge, trace| {
        let mut early = arrivals(challenge, trace, |_| 60_000);
        early.revealed_us[5] += 700_000;
        trace.arrivals = Some(early);
    });
    assert_eq!(verdict.reasons(), ["implausible_arrival"]);
    // Fewer arrivals than frames.
    let (_, verdict) = with_defaults(3, |challenge, trace| {
        let mut few = arrivals(challenge, trace, |_| 60_000);
        few.frames_us.truncate(100);
        trace.arrivals = Some(few);
    });
    assert_eq!(verdict.reasons(), ["implausible_arrival"]);
}

#[test]
fn what_the_screen_did_not_show_in_time_is_told() {
    let shown = |off_us: u64| {
        with_defaults(2, |challenge, trace| {
            let times = challenge.segments().iter().map(|s| s.start_us + off_us);
            trace.shown_us = times.enumerate().collect();
        })
    };
    assert_eq!(shown(17_000).1, LivenessVerdict::Live);
    assert_eq!(shown(300_000).1.reasons(), ["display_late"]);
    assert_eq!(made_up::times(&challenge(2).0).first(), Some(&0.0));
}
