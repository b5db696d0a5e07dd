use super::orders::Orders;
use super::timings::Timings;
use super::*;
use crate::error::{ErrorKind, Result};
use crate::image::{luminance_linear, srgb8_to_linear};
use crate::liveness::{Region, Segment};
use crate::secret::Nonce;
use rand_chacha::ChaCha20Rng;
use rand_core::{SeedableRng, TryCryptoRng, TryRng};
use std::collections::{HashMap, HashSet};

const NOW: u64 = 1_790_000_000;

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// A policy of some corners of the RGB cube, with so many slots and steps asked for.
fn small(corners: &[usize], slots: usize, channel_steps: u8, luminance_steps: u8) -> ChallengePolicy {
    let policy = ChallengePolicy::default();
    let palette: Vec<_> = corners.iter().map(|i| policy.palette()[*i]).collect();
    let policy = policy.with_palette(palette).unwrap().with_slots(slots).unwrap().with_min_bits(0.0).unwrap();
    policy.with_channel_steps(channel_steps).unwrap().with_luminance_steps(luminance_steps).unwrap()
}

/// Policies small enough to write every challenge down.
fn small_policies() -> Vec<ChallengePolicy> {
    vec![
        small(&[0, 1, 2, 4, 7], 4, 0, 0),
        small(&[0, 1, 2, 4, 7], 4, 1, 3),
        small(&[1, 2, 3, 4, 5, 6], 4, 2, 0),
        small(&[0, 2, 4, 7], 4, 1, 1).with_regions(true),
        small(&[0, 7], 3, 1, 2).with_regions(true),
        small(&[3, 5], 1, 0, 0),
    ]
}

/// Every order that a policy allows, by its definition.
fn enumerate(policy: &ChallengePolicy) -> HashSet<Vec<(usize, Region)>> {
    let mut orders: Vec<Vec<(usize, Region)>> = vec![vec![]];
    for slot in 0..policy.slots() {
        let mut longer = Vec::new();
        for order in orders {
            for (index, color) in policy.palette().iter().enumerate() {
                let half = policy.regions() && slot % 2 == 1 && *color != [0; 3];
                let halves = [Region::Top, Region::Bottom, Region::Left, Region::Right];
                for region in if half { halves.to_vec() } else { vec![Region::Full] } {
                    longer.push([order.as_slice(), &[(index, region)]].concat());
                }
            }
        }
        orders = longer;
    }
    let light = |(index, region): (usize, Region)| {
        let share = if region == Region::Full { 1.0 } else { 0.5 };
        policy.palette()[index].map(|v| share * srgb8_to_linear()[usize::from(v)])
    };
    orders.retain(|order| {
        let edges: Vec<_> = order.windows(2).map(|pair| (light(pair[0]), light(pair[1]))).collect();
        let channel = |c: usize| edges.iter().filter(|(a, b)| (a[c] - b[c]).abs() >= 0.5).count();
        let luminance = edges.iter().filter(|(a, b)| (luminance_linear(*a) - luminance_linear(*b)).abs() >= 0.4);
        order.windows(2).all(|pair| pair[0].0 != pair[1].0)
            && (0..3).all(|c| channel(c) >= policy.channel_steps().into())
            && luminance.count() >= policy.luminance_steps().into()
    });
    orders.into_iter().collect()
}

#[test]
fn orders_are_counted_exactly_and_each_has_a_number() {
    for policy in small_policies() {
        let (orders, all) = (Orders::new(&policy), enumerate(&policy));
        assert!(!all.is_empty(), "{policy:?}");
        assert_eq!(orders.len(), all.len() as u128, "{policy:?}");
        let numbered: HashSet<_> = (0..orders.len()).map(|rank| orders.at(rank)).collect();
        assert!(numbered == all, "{policy:?}");
    }
}

#[test]
fn timings_are_counted_exactly_and_each_has_a_number() {
    for (slots, max_total_us, expected) in
        [(4, 5_000_000, 81), (8, 5_000_000, 6404), (8, 4_200_000, 1), (8, 4_270_000, 9)]
    {
        let policy =
            ChallengePolicy::default().with_slots(slots).and_then(|p| p.with_max_total_us(max_total_us)).unwrap();
        let slack = policy.check().unwrap();
        let timings = Timings::new(slots, policy.jitter_steps() as usize, slack);
        let all: HashSet<_> = (0..timings.len()).map(|rank| timings.at(rank)).collect();
        assert_eq!((timings.len(), all.len()), (expected, expected as usize), "{slots} {max_total_us}");
        for steps in &all {
            assert_eq!(steps.len(), slots);
            assert!(steps.iter().all(|step| *step <= 2));
            let total = 1_000_000 + steps.iter().map(|step| 400_000 + 66_666 * step).sum::<u64>();
            assert!(total <= max_total_us, "{total}");
        }
    }
}

#[test]
fn all_challenges_of_a_policy_are_equally_likely() {
    let policy = small_policies().swap_remove(1).with_jitter_steps(0).unwrap();
    let issuer = Issuer::new(&policy).unwrap();
    let kinds = enumerate(&policy).len();
    let (draws, mut rng) = (200 * kinds, rng(3));
    let mut seen: HashMap<Vec<Segment>, f64> = HashMap::new();
    for _ in 0..draws {
        *seen.entry(issuer.issue(&mut rng, NOW).unwrap().segments().to_vec()).or_default() += 1.0;
    }
    assert_eq!(seen.len(), kinds);
    let chi2: f64 = seen.values().map(|n| (n - 200.0).powi(2) / 200.0).sum();
    let freedom = (kinds - 1) as f64;
    // Five standard deviations.
    assert!((chi2 - freedom).abs() < 5.0 * (2.0 * freedom).sqrt(), "{chi2} of {freedom}");
    assert!((issuer.entropy().order_bits - (kinds as f64).log2()).abs() < 1e-9);
    assert_eq!(issuer.entropy().timing_bits, 0.0);
}

#[test]
fn the_default_policy_has_over_20_bits_in_its_colours_alone() {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let entropy = issuer.entropy();
    // 8·7⁷ orders without neighbours alike have 22.65 bits; those with too few steps are few.
    assert!((22.0..22.65).contains(&entropy.order_bits), "{entropy:?}");
    assert!((12.0..12.68).contains(&entropy.timing_bits), "{entropy:?}");
    assert_eq!(entropy.total_bits(), entropy.order_bits + entropy.timing_bits);
    let regions = Issuer::new(&ChallengePolicy::default().with_regions(true)).unwrap();
    assert!(regions.entropy().order_bits > entropy.order_bits + 6.0, "{:?}", regions.entropy());
}

#[test]
fn the_same_seed_gives_the_same_challenge() {
    let policy = ChallengePolicy::default();
    let issue = |seed| Challenge::issue(&mut rng(seed), &policy, NOW).unwrap();
    assert_eq!(issue(1), issue(1));
    let (one, two) = (issue(1), issue(2));
    assert!(one.id() != two.id() && one.nonce() != two.nonce() && one.segments() != two.segments());
    assert_eq!((one.issued_at(), one.expires_at()), (NOW, NOW + 120));
    let nonce = Nonce::from_bytes([9; 32]);
    let bound = Challenge::issue_for(nonce, &mut rng(1), &policy, NOW).unwrap();
    assert_eq!(*bound.nonce(), nonce);
    // A golden value: whoever changes how challenges are drawn shall know it.
    let shown: Vec<String> = one.segments().iter().map(|s| format!("{:?} {}", s.color, s.duration_us / 1000)).collect();
    assert_eq!(shown, GOLDEN);
}

const GOLDEN: [&str; 10] = [
    "[128, 128, 128] 500",
    "[0, 255, 255] 400",
    "[255, 255, 255] 533",
    "[0, 0, 0] 466",
    "[0, 255, 0] 466",
    "[0, 0, 0] 400",
    "[0, 0, 255] 466",
    "[255, 0, 255] 466",
    "[0, 255, 255] 400",
    "[128, 128, 128] 500",
];

#[test]
fn challenges_have_the_form_of_their_policy() {
    for regions in [false, true] {
        let policy = ChallengePolicy::default().with_regions(regions);
        let issuer = Issuer::new(&policy).unwrap();
        let mut rng = rng(4);
        let mut halves = HashSet::new();
        for _ in 0..200 {
            let challenge = issuer.issue(&mut rng, NOW).unwrap();
            let [first, slots @ .., last] = challenge.segments() else { panic!("no guards") };
            for guard in [first, last] {
                assert_eq!((guard.color, guard.region, guard.duration_us), ([128; 3], Region::Full, 500_000));
            }
            assert_eq!(slots.len(), 8);
            assert!(challenge.total_us() <= 5_000_000);
            assert!(challenge.segments().windows(2).all(|pair| pair[0].end_us() == pair[1].start_us));
            for (index, slot) in slots.iter().enumerate() {
                assert!([400_000, 466_666, 533_332].contains(&slot.duration_us));
                let half = regions && index % 2 == 1 && slot.color != [0; 3];
                assert_eq!(slot.region != Region::Full, half);
                halves.insert(slot.region);
            }
            // Half a screen gives half the light.
            let light = |s: &Segment, c: usize| u32::from(s.color[c]) * if s.region == Region::Full { 2 } else { 1 };
            let channel = |c| slots.windows(2).filter(|p| light(&p[0], c).abs_diff(light(&p[1], c)) >= 255).count();
            assert!((0..3).all(|c| channel(c) >= 2));
        }
        assert_eq!(halves.len(), if regions { 5 } else { 1 });
    }
}

/// Gives so many good blocks, then fails, or repeats the last.
struct Failing {
    inner: ChaCha20Rng,
    good: usize,
    repeats: Option<[u8; 16]>,
}

#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no entropy")
    }
}

impl std::error::Error for Broken {}

impl TryRng for Failing {
    type Error = Broken;
    fn try_next_u32(&mut self) -> std::result::Result<u32, Broken> {
        Err(Broken)
    }
    fn try_next_u64(&mut self) -> std::result::Result<u64, Broken> {
        Err(Broken)
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> std::result::Result<(), Broken> {
        if self.good > 0 {
            self.good -= 1;
            let Ok(()) = self.inner.try_fill_bytes(bytes);
            if let Some(last) = &mut self.repeats {
                last.copy_from_slice(bytes);
            }
            return Ok(());
        }
        let last = self.repeats.ok_or(Broken)?;
        bytes.copy_from_slice(&last);
        Ok(())
    }
}

impl TryCryptoRng for Failing {}

#[test]
fn a_generator_that_fails_gives_no_challenge() {
    let issuer = Issuer::new(&ChallengePolicy::default()).unwrap();
    let draw = |good, repeats| issuer.issue(&mut Failing { inner: rng(5), good, repeats }, NOW);
    // Nonce, id, order and timing need five blocks, and some more that are drawn again.
    for good in 0..5 {
        for repeats in [None, Some([0; 16])] {
            let failed = draw(good, repeats).unwrap_err();
            assert_eq!(failed.kind(), ErrorKind::Randomness, "{good}");
        }
    }
    assert!(draw(5 + 100, None).is_ok());
    let named =
        issuer.issue_for(Nonce::from_bytes([1; 32]), &mut Failing { inner: rng(5), good: 0, repeats: None }, NOW);
    assert_eq!(named.unwrap_err().to_string(), "liveness: the random number generator failed: no entropy");
}

#[test]
fn numbers_out_of_range_are_drawn_again_and_not_for_ever() {
    struct Counter(u128);
    impl TryRng for Counter {
        type Error = std::convert::Infallible;
        fn try_next_u32(&mut self) -> std::result::Result<u32, Self::Error> {
            Ok(0)
        }
        fn try_next_u64(&mut self) -> std::result::Result<u64, Self::Error> {
            Ok(0)
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> std::result::Result<(), Self::Error> {
            self.0 += 1 << 8;
            bytes.copy_from_slice(&self.0.to_le_bytes());
            Ok(())
        }
    }
    impl TryCryptoRng for Counter {}
    let below = |start, bound| source::Source::new(&mut Counter(start)).below(bound).map_err(|e| e.kind());
    assert_eq!(below(0, 1), Ok(0));
    assert_eq!(below(5, 6), Ok(5));
    assert_eq!(below(6, 6), Err(ErrorKind::Randomness));
    assert_eq!(below(0, 256), Ok(0));
    // 0x1ff is out of range, 0x2ff masked is 0x0ff.
    assert_eq!(below(0xff, 257), Ok(255));
    assert_eq!(below(0, u128::MAX), Ok(256));
}

#[test]
fn policies_that_cannot_be_met_are_errors() {
    type Changed = fn(ChallengePolicy) -> Result<ChallengePolicy>;
    let policies: [(&str, Changed); 26] = [
        ("one colour", |p| p.with_palette([[0; 3]])),
        ("17 colours", |p| p.with_palette((0..17).map(|i| [15 * i; 3]).collect::<Vec<_>>())),
        ("colours alike", |p| p.with_palette([[0; 3], [0, 0, 100]])),
        ("a colour twice", |p| p.with_palette([[0; 3], [255; 3], [0; 3]])),
        ("the baseline's colour", |p| p.with_palette([[0; 3], [130; 3]])),
        ("a tinted baseline", |p| p.with_baseline([128, 128, 129])),
        ("a dark baseline", |p| p.with_baseline([63; 3])),
        ("a bright baseline", |p| p.with_baseline([193; 3])),
        ("no slots", |p| p.with_slots(0)),
        ("17 slots", |p| p.with_slots(17)),
        ("short slots", |p| p.with_slot_us(MIN_SLOT_US - 1)),
        ("endless slots", |p| p.with_slot_us(u64::MAX)),
        ("too many slots for 5 s", |p| p.with_slots(11)),
        ("too little time", |p| p.with_max_total_us(4_199_999)),
        ("over 5 s", |p| p.with_max_total_us(5_000_001)),
        ("short guards", |p| p.with_guard_us(MIN_GUARD_US - 1)),
        ("fine jitter", |p| p.with_jitter_us(MIN_JITTER_US - 1)),
        ("much jitter", |p| p.with_jitter_steps(16)),
        ("many steps", |p| p.with_channel_steps(4)),
        ("many steps of luminance", |p| p.with_luminance_steps(4)),
        ("steps that the palette lacks", |p| p.with_palette([[255, 0, 0], [0, 255, 0]])?.with_min_bits(0.0)),
        ("steps that the slots lack", |p| p.with_slots(2)?.with_min_bits(0.0)),
        ("many bits", |p| p.with_min_bits(23.0)),
        ("NaN bits", |p| p.with_min_bits(f64::NAN)),
        ("no time to answer", |p| p.with_lifetime_s(0)),
        ("days to answer", |p| p.with_lifetime_s(86_401)),
    ];
    for (name, change) in policies {
        let outcome = change(ChallengePolicy::default()).and_then(|p| Issuer::new(&p)).map(|issuer| issuer.entropy());
        assert_eq!(
            outcome.as_ref().map_err(|e| e.kind()).err(),
            Some(ErrorKind::InvalidArgument),
            "{name}: {outcome:?}"
        );
    }
    assert!(Issuer::new(&ChallengePolicy::default().with_max_total_us(4_200_000).unwrap()).is_ok());
    assert!(Challenge::issue(&mut rng(0), &ChallengePolicy::default(), u64::MAX).is_err());
    assert!(Challenge::issue(&mut rng(0), &ChallengePolicy::default(), u64::MAX - 1).is_ok());
}
