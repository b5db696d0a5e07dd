//! A capture whose networks return anything, with frames of any time: guidance whose numbers are
//! numbers, and whose hints do not flicker.
#![no_main]

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use selfsame::capture::{CaptureOptions, CaptureSession, GuideOptions, Hint};
use selfsame::detect::{DetectOptions, Detector};
use selfsame::error::ErrorKind;
use selfsame::image::{Frame, PixelFormat};
use selfsame::mesh::FaceMesher;
use selfsame_fuzz::fake::{DETECT, MESH, model};
use selfsame_fuzz::values::float;

/// Frames of one input: each costs a search and a mesh.
const MOST_FRAMES: usize = 8;

fn session(u: &mut Unstructured<'_>) -> Result<(CaptureSession, u64)> {
    let mut options = CaptureOptions { kept_frames: u.int_in_range(0..=4)?, ..CaptureOptions::default() };
    // A threshold out of range is refused; then the default does.
    if let Ok(detect) = DetectOptions::upright().with_threshold(float(u)?) {
        options.tracker.detect = detect;
    }
    if u.arbitrary()? {
        options.tracker.redetect_period_us = u.arbitrary()?;
        let times = |u: &mut Unstructured<'_>| u.int_in_range(0..=2_000_000u64);
        let (settle_us, least_us, still_us) = (times(u)?, times(u)?, times(u)?);
        options.guide = GuideOptions { settle_us, least_us, still_us, timeout_us: times(u)?, ..options.guide };
        options.guide.limits.speed = float(u)?;
        options.guide.limits.size_max = float(u)?;
    }
    let least_us = options.guide.least_us;
    // Limits that contradict each other are refused; then the defaults do.
    Ok(match CaptureSession::new(options) {
        Ok(session) => (session, least_us),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            let options = CaptureOptions::default();
            (CaptureSession::new(options).expect("the defaults are valid"), options.guide.least_us)
        }
    })
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
