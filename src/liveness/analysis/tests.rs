//! The analysis on made-up responses whose truth is known.

use super::expected::Expected;
use super::made_up::{self, light, lit, session};
use super::normalised::Normalised;
use super::*;
use crate::liveness::response::{Rgb, Trace};
use crate::liveness::{Challenge, ChallengePolicy, Issuer, LivenessLimits, LivenessVerdict, Region};
use crate::random::Random;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

const START: u64 = 1_790_000_000;

fn issued(issuer: &Issuer, seed: u8) -> Challenge {
    issuer.issue(&mut ChaCha20Rng::from_seed([seed; 32]), START).unwrap()
}

/// A policy whose few challenges can all be listed: no colour is asked to change so and so often.
fn small() -> ChallengePolicy {
    let policy = ChallengePolicy::default().with_palette([[255, 0, 0], [0, 255, 0], [0, 0, 255]]).unwrap();
    let policy = policy.with_slots(3).unwrap().with_jitter_steps(1).unwrap();
    policy.with_channel_steps(0).unwrap().with_luminance_steps(0).unwrap().with_min_bits(0.0).unwrap()
}

/// What a camera sees `lag_s` late, noise and all, as logarithms.
fn answer(challenge: &Challenge, lag_s: f64, amplitude: f32, noise: f32, seed: u64) -> (Vec<f64>, Vec<Rgb>) {
    let mut random = Random::new(seed, 0);
    let times = made_up::times(challenge);
    let values =
        times.iter().map(|t| light(challenge, t - lag_s).map(|v| (1.0 + amplitude * v).ln() + noise * random.normal()));
    (times.clone(), values.collect())
}

const LAGS: [f64; 4] = [0.0, 0.06, 0.12, 0.18];

fn bits(chain: &Chain, challenge: &Challenge, (times, own): &(Vec<f64>, Vec<Rgb>)) -> f64 {
    let path = chain.path(challenge).unwrap();
    chain.evidence(&Normalised::new(times, own), &path, &LAGS).ratio.log2()
}

#[test]
fn the_mean_over_all_challenges_is_one_whatever_the_response() {
    let issuer = Issuer::new(&small()).unwrap();
    let chain = Chain::new(&issuer);
    // 3 · 2 · 2 orders, and two lengths of each of three slots.
    let paths: Vec<Path> = (0..27 * 8)
        .map(|i| [0, 1, 2].map(|slot| (i / 3usize.pow(slot) % 3, ((i / 27) >> slot) & 1)))
        .filter(|slots| slots.array_windows().all(|[(a, _), (b, _)]| a != b))
        .map(|slots| Path { slots: slots.to_vec() })
        .collect();
    assert_eq!(paths.len(), 96);
    assert!((issuer.entropy().total_bits() - 96f64.log2()).abs() < 1e-9);
    for (seed, amplitude) in [(1, 0.3), (2, 0.02), (3, 0.0)] {
        let (times, own) = answer(&issued(&issuer, 9), 0.06, amplitude, 0.02, seed);
        let response = Normalised::new(&times, &own);
        let ratios = paths.iter().map(|path| chain.evidence(&response, path, &LAGS).ratio);
        let mean = ratios.sum::<f64>() / 96.0;
        assert!((mean - 1.0).abs() < 1e-9, "{mean}");
    }
}

#[test]
fn the_right_challenge_has_bits_and_wrong_ones_keep_their_promise() {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let chain = Chain::new(&issuer);
    for seed in 0..4 {
        let own = issued(&issuer, seed);
        let response = answer(&own, 0.12, 0.1, 0.01, seed.into());
        assert!(bits(&chain, &own, &response) > 20.0, "seed {seed}: {}", bits(&chain, &own, &response));
        let mut rng = ChaCha20Rng::from_seed([100 + seed; 32]);
        let wrong: Vec<f64> =
            (0..250).map(|_| bits(&chain, &issuer.issue(&mut rng, START).unwrap(), &response)).collect();
        for k in 1..8 {
            let share = wrong.iter().filter(|bits| **bits >= f64::from(k)).count() as f64 / 250.0;
            assert!(share <= 0.5f64.powi(k), "{share} reach {k} bits");
        }
    }
}

#[test]
fn nothing_answered_gives_no_bits() {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let chain = Chain::new(&issuer);
    for seed in 0..20 {
        let own = issued(&issuer, seed);
        assert!(bits(&chain, &own, &answer(&own, 0.0, 0.0, 0.01, seed.into())) < 6.0);
    }
    let own = issued(&issuer, 1);
    let (times, flat) = answer(&own, 0.0, 0.0, 0.0, 1);
    assert!(bits(&chain, &own, &(times.clone(), flat)) < 6.0, "exactly flat");
    let broken = vec![[f32::NAN; 3]; times.len()];
    assert!(bits(&chain, &own, &(times, broken)) <= 0.0, "not numbers");
    assert!(bits(&chain, &own, &(vec![], vec![])) <= 0.0, "no frames");
}

#[test]
fn a_challenge_of_another_policy_has_no_path() {
    let default = Chain::new(&Issuer::new(&ChallengePolicy::default()).unwrap());
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    assert!(default.path(&issued(&issuer, 3)).is_some());
    assert!(default.path(&issued(&Issuer::new(&small()).unwrap(), 3)).is_none());
    let own = issued(&issuer, 3);
    let changed = |change: fn(&mut Vec<crate::liveness::Segment>)| {
        let mut segments = own.segments().to_vec();
        change(&mut segments);
        let other = Challenge::new(own.id(), *own.nonce(), START, START + 9, segments).unwrap();
        default.path(&other).is_none()
    };
    assert!(changed(|s| s.iter_mut().for_each(|s| s.color = [128; 3])), "all grey");
    assert!(changed(|s| s[2].region = Region::Left), "a half that the policy does not light");
    assert!(changed(|s| s.truncate(9)), "no guard behind");
    assert!(changed(|s| s[9].duration_us += 1));
    assert!(!changed(|_| ()));
}

fn judged(challenge: &Challenge, chain: &Chain, trace: &Trace) -> (Cues, LivenessVerdict) {
    let cues = Cues::new(trace, challenge, chain, &chain.path(challenge).unwrap());
    let verdict = LivenessLimits::default().judge(&cues);
    (cues, verdict)
}

#[test]
fn a_face_has_relief_and_sheets_have_none() {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let (chain, own) = (Chain::new(&issuer), issued(&issuer, 5));
    let (cues, verdict) = judged(&own, &chain, &session(&own, lit, 1));
    assert_eq!(verdict, LivenessVerdict::Live, "{cues:?}");
    assert!(cues.shape.unwrap().relief > 0.7);
    assert!((cues.timing.unwrap().lag_ms - 90.0).abs() < 25.0);
    type Sheet = (&'static str, fn([f32; 6]) -> f32);
    let sheets: [Sheet; 3] = [
        ("flat", |_| 0.3),
        ("tilted", |[x, y, ..]| 0.3 * (1.0 + 0.02 * x - 0.01 * y)),
        ("bent", |[x, ..]| 0.3 * (1.0 - x * x / 400.0)),
    ];
    for (name, sheet) in sheets {
        let (cues, verdict) = judged(&own, &chain, &session(&own, sheet, 2));
        assert_eq!(verdict.reasons(), ["flat_shape"], "{name}: {cues:?}");
    }
    // The screen's image in a glossy one: where it is, and how large, must not make a relief.
    let spots = (-3..=3).flat_map(|x| (-2..=4).map(move |y| [2.0 * x as f32, 2.0 * y as f32]));
    for [x0, y0] in spots {
        for width in [1.0f32, 1.5, 2.0, 3.0, 5.0] {
            for height in [0.2, 2.0] {
                let mirror =
                    |[x, y, ..]: [f32; 6]| 0.2 + height * (-(x - x0).hypot(y - y0).powi(2) / width.powi(2)).exp();
                let (cues, verdict) = judged(&own, &chain, &session(&own, mirror, 3));
                assert_ne!(verdict, LivenessVerdict::Live, "{x0} {y0} {width} {height}: {:?}", cues.shape);
            }
        }
    }
    // A phone's image from the nose to the chin is brighter than a face's relief is.
    for left in [-5.0f32, -2.5, 0.5, 1.0, 2.0] {
        let mirror = |[x, y, ..]: [f32; 6]| {
            if (left..left + 5.0).contains(&x) && (1.5..10.5).contains(&y) { 1.0 } else { 0.2 }
        };
        let (cues, verdict) = judged(&own, &chain, &session(&own, mirror, 3));
        assert_ne!(verdict, LivenessVerdict::Live, "{left}");
        assert!(cues.shape.is_some_and(|shape| shape.glare > 4.0), "{left}: {:?}", cues.shape);
    }
}

#[test]
fn what_comes_from_the_head_s_motion_is_not_taken_for_an_answer() {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let own = issued(&issuer, 5);
    let mut trace = session(&own, lit, 1);
    let mut random = Random::new(1, 0);
    let mut logs: Vec<Rgb> = Vec::new();
    for sample in &mut trace.samples {
        let light = light(&own, 1e-6 * sample.timestamp_us as f64);
        // A head that happens to turn to the side while the screen is red.
        let yaw = 4.0 * light[0] + random.normal();
        sample.turn_deg = [yaw, 0.0, 0.0];
        logs.push(light.map(|v| (1.0 + 0.2 * v).ln() + 0.02 * yaw));
    }
    let moved = Expected::new(&trace.samples, &own, 0.0).contrast(&logs);
    trace.samples.iter_mut().for_each(|sample| sample.turn_deg = [0.0; 3]);
    let unmoved = Expected::new(&trace.samples, &own, 0.0).contrast(&logs);
    assert!(moved.iter().all(|v| (v - 0.2).abs() < 0.015), "{moved:?}");
    assert!(unmoved[0] > 0.27, "the motion would have been taken for red light: {unmoved:?}");
    // What the screen's red leaves in green is told from what green does.
    let mixed = |[r, g, b]: Rgb| [r + 0.1 * g, g + 0.2 * r, b].map(|v| (1.0 + 0.2 * v).ln());
    let lights = trace.samples.iter().map(|s| light(&own, 1e-6 * s.timestamp_us as f64));
    let logs_mixed: Vec<Rgb> = lights.map(mixed).collect();
    let mixing = Expected::new(&trace.samples, &own, 0.0).mixing(&logs_mixed);
    let wanted = [[0.2, 0.02, 0.0], [0.04, 0.2, 0.0], [0.0, 0.0, 0.2]];
    let off = mixing.as_flattened().iter().zip(wanted.as_flattened()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 0.005, "{mixing:?}");
    // Too few frames, or none, tell nothing.
    for few in [0, 1, 5] {
        assert_eq!(Expected::new(&trace.samples[..few], &own, 0.0).contrast(&logs), [0.0; 3]);
    }
}

#[test]
fn light_that_changes_all_channels_alike_costs_few_bits() {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let chain = Chain::new(&issuer);
    for seed in 0..6 {
        let own = issued(&issuer, seed);
        let (times, mut response) = answer(&own, 0.12, 0.1, 0.005, seed.into());
        // As when the head turns in a lit room: by half of what the screen does.
        for (time, value) in times.iter().zip(&mut response) {
            let shade = 0.025 * (2.9 * time + f64::from(seed)).sin() as f32;
            value.iter_mut().for_each(|v| *v += shade);
        }
        let bits = bits(&chain, &own, &(times, response));
        assert!(bits > 15.0, "seed {seed}: {bits}");
    }
}

#[test]
fn what_is_judged_against_another_challenge_is_not_live() {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let chain = Chain::new(&issuer);
    let trace = session(&issued(&issuer, 6), lit, 3);
    for seed in 7..30 {
        let (cues, verdict) = judged(&issued(&issuer, seed), &chain, &trace);
        assert_ne!(verdict, LivenessVerdict::Live);
        assert!(cues.sequence.unwrap().bits < 6.0);
    }
}

#[test]
fn spoilt_traces_are_never_live() {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let (chain, own) = (Chain::new(&issuer), issued(&issuer, 5));
    let good = session(&own, lit, 1);
    type Spoilt = (&'static str, fn(&mut Trace));
    let spoilt: [Spoilt; 8] = [
        ("nothing", |t| *t = Trace::new()),
        ("no samples", |t| t.samples.clear()),
        ("one sample", |t| t.samples.truncate(1)),
        ("half of the time", |t| {
            t.samples.truncate(70);
            t.timestamps_us.truncate(70);
        }),
        ("not numbers", |t| t.samples.iter_mut().for_each(|s| s.patches.iter_mut().for_each(|p| *p = [f32::NAN; 3]))),
        ("black", |t| t.samples.iter_mut().for_each(|s| s.patches.iter_mut().for_each(|p| *p = [0.0; 3]))),
        ("no patches", |t| t.samples.iter_mut().for_each(|s| s.patches.clear())),
        ("no comparison", |t| t.identity.clear()),
    ];
    assert_eq!(judged(&own, &chain, &good).1, LivenessVerdict::Live);
    // The face's relief answers without a background, too.
    let mut alone = good.clone();
    alone.samples.iter_mut().for_each(|s| s.cells.iter_mut().for_each(|c| *c = [1.0; 3]));
    assert_eq!(judged(&own, &chain, &alone).1, LivenessVerdict::Live);
    for (name, spoil) in spoilt {
        let mut trace = good.clone();
        spoil(&mut trace);
        assert_ne!(judged(&own, &chain, &trace).1, LivenessVerdict::Live, "{name}");
    }
}
