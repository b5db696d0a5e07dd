//! A capture whose networks return anything, with frames of any time: guidance whose numbers are
//! numbers, and whose hints do not flicker.
#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use selfsame::capture::{CaptureOptions, CaptureSession, Hint};
use selfsame::detect::{DetectOptions, Detector};
use selfsame::error::ErrorKind;
use selfsame::image::{Frame, PixelFormat};
use selfsame::mesh::FaceMesher;
use selfsame_fuzz::fake::{DETECT, MESH, model};
use selfsame_fuzz::values::float;

/// Frames of one input: each costs a search and a mesh.
const MOST_FRAMES: usize = 8;

/// What came of a setter: a value out of range is refused as an argument, and the options stay.
fn set<T: Copy>(options: &mut T, with: impl FnOnce(T) -> selfsame::error::Result<T>) {
    match with(*options) {
        Ok(changed) => *options = changed,
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidArgument),
    }
}

fn options(u: &mut Unstructured<'_>) -> Result<CaptureOptions> {
    let mut options = CaptureOptions::default();
    let kept = u.int_in_range(0..=4)?;
    set(&mut options, |o| o.with_kept_frames(kept));
    let (mut tracker, mut detect, threshold) = (options.tracker(), DetectOptions::upright(), float(u)?);
    set(&mut detect, |o| o.with_threshold(threshold));
    let mut guide = options.guide();
    if u.arbitrary()? {
        let period_us = u.arbitrary()?;
        set(&mut tracker, |o| o.with_redetect_period_us(period_us));
        let times = |u: &mut Unstructured<'_>| u.int_in_range(0..=2_000_000u64);
        let (settle_us, least_us, still_us, timeout_us) = (times(u)?, times(u)?, times(u)?, times(u)?);
        set(&mut guide, |o| o.with_settle_us(settle_us)?.with_least_us(least_us)?.with_still_us(still_us));
        set(&mut guide, |o| o.with_timeout_us(timeout_us));
        let (mut limits, speed, size_max) = (guide.limits(), float(u)?, float(u)?);
        set(&mut limits, |o| o.with_speed(speed));
        set(&mut limits, |o| o.with_size_max(size_max));
        guide = guide.with_limits(limits);
    }
    Ok(options.with_tracker(tracker.with_detect(detect)).with_guide(guide))
}

fn session(u: &mut Unstructured<'_>) -> Result<(CaptureSession, u64)> {
    let options = options(u)?;
    Ok((CaptureSession::new(options).expect("the oval is the default"), options.guide().least_us()))
}

fn capture(u: &mut Unstructured<'_>) -> Result<()> {
    let (mut session, least_us) = session(u)?;
    let pixels: Vec<u8> = (0..40 * 48 * 3).map(|i| (i * 11 % 253) as u8).collect();
    let frame = Frame::new(&pixels, 40, 48, 40 * 3, PixelFormat::Rgb8).expect("the pixels fill the frame");
    let mut networks = Vec::new();
    for _ in 0..u.int_in_range(1..=2)? {
        let detector = Detector::new(model(DETECT, u)?).expect("the card fits the detector");
        networks.push((detector, FaceMesher::new(model(MESH, u)?).expect("the card fits the mesher")));
    }
    let (mut now_us, mut shown): (u64, Option<(Hint, u64)>) = (0, None);
    let mut last_us = None;
    for _ in 0..MOST_FRAMES {
        if u.is_empty() {
            break;
        }
        let (detector, mesher) = u.choose(&networks)?;
        now_us = match u.arbitrary::<u8>()? {
            0 => u.arbitrary()?,
            step => now_us.saturating_add(u64::from(step) * 4_000),
        };
        let result = session.frame(detector, mesher, &frame, now_us);
        if last_us.is_some_and(|last| now_us <= last) {
            assert_eq!(result.expect_err("time does not advance").kind(), ErrorKind::InvalidArgument);
            continue;
        }
        last_us = Some(now_us);
        let Ok(guidance) = result else { continue };
        assert!((0.0..=1.0).contains(&guidance.progress) && guidance.speed >= 0.0, "{guidance:?}");
        assert!(guidance.timed_out.is_none_or(|hint| !hint.is_good()), "{guidance:?}");
        match shown {
            Some((hint, since_us)) if hint != guidance.hint => {
                assert!(now_us - since_us >= least_us, "{hint:?} gave way to {:?}", guidance.hint);
                shown = Some((guidance.hint, now_us));
            }
            None => shown = Some((guidance.hint, now_us)),
            Some(_) => {}
        }
        let best = session.best_frames();
        assert!(best.len() <= 4 && best.is_sorted_by(|a, b| a.score >= b.score));
    }
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    // Running out of bytes ends an input; there is nothing to report.
    let _ = capture(&mut Unstructured::new(bytes));
});
