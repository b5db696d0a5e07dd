//! Challenges in numbers: a hundred thousand of them, and of policies, judged by an analyser that
//! shares nothing with the library's.

use crate::flicker::{self, kinds};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use selfsame::error::{ErrorKind, Result};
use selfsame::liveness::safety::{DisplayModel, MAX_FLASHES, analyse};
use selfsame::liveness::{ChallengePolicy, Issuer, Region, Segment};
use std::collections::HashSet;

const NOW: u64 = 1_790_000_000;

fn assert_safe(segments: &[Segment], display: &DisplayModel) {
    let flashes = flicker::flashes(segments, kinds(display.peak_cd_m2()));
    assert!(flashes.iter().all(|n| *n <= MAX_FLASHES), "{flashes:?} flashes: {segments:?}");
    let last = segments.last().unwrap();
    assert!(last.start_us + last.duration_us <= 5_000_000);
}

#[test]
fn a_hundred_thousand_challenges_are_safe_and_distinct() {
    const COUNT: usize = 100_000;
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let mut rng = ChaCha20Rng::from_seed([11; 32]);
    let (mut ids, mut nonces, mut shown) = (HashSet::new(), HashSet::new(), HashSet::new());
    for _ in 0..COUNT {
        let challenge = issuer.issue(&mut rng, NOW).unwrap();
        assert_safe(challenge.segments(), &issuer.policy().display());
        ids.insert(challenge.id());
        nonces.insert(*challenge.nonce().as_bytes());
        shown.insert(challenge.segments().to_vec());
    }
    assert_eq!((ids.len(), nonces.len()), (COUNT, COUNT));
    // Schedules come from 2^35 and may repeat: n²/2N of them do on average, here a seventh.
    let expected = (COUNT as f64).powi(2) / 2.0 / issuer.entropy().total_bits().exp2();
    assert!(expected < 0.2, "{expected}");
    assert!(COUNT - shown.len() <= 2, "{} schedules repeat", COUNT - shown.len());
}

fn display(peak_cd_m2: f64, refresh_hz: f64) -> DisplayModel {
    DisplayModel::default().with_peak_cd_m2(peak_cd_m2).unwrap().with_refresh_hz(refresh_hz).unwrap()
}

/// Policies all over their ranges, and beyond: there a setter refuses.
fn policy(rng: &mut ChaCha20Rng) -> Result<ChallengePolicy> {
    let mut below = |n: u64| rng.next_u64() % n;
    let colors = 2 + below(7);
    let grey = 60 + below(136) as u8;
    let corners = ChallengePolicy::default().palette().to_vec();
    let palette = (0..colors).map(|_| match below(20) {
        0 => [below(256) as u8, below(256) as u8, below(256) as u8],
        _ => corners[below(8) as usize],
    });
    let mut palette: Vec<_> = palette.collect();
    palette.sort_unstable();
    palette.dedup();
    ChallengePolicy::default()
        .with_palette(palette)?
        .with_slots(below(10) as usize)?
        .with_slot_us(355_000 + below(100_000))?
        .with_jitter_us(60_000 + below(100_000))?
        .with_jitter_steps(below(4) as u32)?
        .with_baseline([grey; 3])?
        .with_guard_us(490_000 + below(300_000))?
        .with_max_total_us(5_010_000 - below(500_000))?
        .with_channel_steps(below(2) as u8)?
        .with_luminance_steps(below(2) as u8)?
        .with_regions(below(2) == 1)
        .with_min_bits(below(8) as f64)?
        .with_lifetime_s(below(200))
        .map(|policy| policy.with_display(display(50.0 + below(1500) as f64, 60.0 + below(60) as f64)))
}

#[test]
fn a_hundred_thousand_policies_give_safe_challenges_or_errors() {
    const COUNT: usize = 100_000;
    let mut rng = ChaCha20Rng::from_seed([12; 32]);
    let mut issued = 0;
    for _ in 0..COUNT {
        match policy(&mut rng).and_then(|policy| Issuer::new(&policy)) {
            Ok(issuer) => {
                let challenge = issuer.issue(&mut rng, NOW).unwrap();
                assert_safe(challenge.segments(), &issuer.policy().display());
                assert_eq!(challenge.segments().len(), issuer.policy().slots() + 2);
                issued += 1;
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}"),
        }
    }
    println!("{issued} of {COUNT} policies can be met");
    assert!(issued > COUNT / 10, "{issued}");
}

/// Sequences as nobody should show them: slots from 100 ms on, any colour and part of the screen.
fn sequences() -> impl Strategy<Value = Vec<Segment>> {
    let channel = prop_oneof![Just(0u8), Just(255u8), any::<u8>()];
    let color = [channel.clone(), channel.clone(), channel];
    let regions = [Region::Full, Region::Full, Region::Top, Region::Bottom, Region::Left, Region::Right];
    let segment =
        (10..40u64, prop_oneof![6 => Just(0), 1 => 1..10u64], color, proptest::sample::select(regions.to_vec()));
    proptest::collection::vec(segment, 1..12).prop_map(|segments| {
        let mut start_us = 0;
        let place = |(duration, gap, color, region)| {
            // Gaps and durations are whole samples, so that sampling loses nothing.
            start_us += gap * 100_000;
            let segment = Segment { start_us, duration_us: duration * flicker::STEP_US, color, region };
            start_us += segment.duration_us;
            segment
        };
        segments.into_iter().map(place).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    /// The library's analysis and the tests' agree on sequences safe and unsafe.
    #[test]
    fn two_analysers_agree(segments in sequences()) {
        // A refresh of 20 ms is two samples.
        let report = analyse(&segments, &display(500.0, 50.0)).unwrap();
        let counted = [report.general, report.red, report.red_legacy, report.luminance].map(|worst| worst.flashes);
        prop_assert_eq!(counted, flicker::flashes(&segments, kinds(500.0)));
    }
}
