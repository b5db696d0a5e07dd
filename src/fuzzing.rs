//! A door for `fuzz/` to what has no public one. It exists under `cfg(fuzzing)` only, which
//! cargo-fuzz sets.

use crate::enrol::testing::{Office, TestRng, follow};
use crate::enrol::{Ceremony, STORED, SealKey, wait, wrap};
use crate::gallery::{Probe, RECORDS_AT, Top, read_file, reseal, search_records};
use crate::image::ChannelOrder;
use crate::image::{Crop, Frame, Normalisation, reference, warp_at, warp_into};
use crate::liveness::made_up::{change, lit, session};
use crate::liveness::{
    Cues, Issuer, LivenessOptions, LivenessReport, LivenessSession, LivenessVerdict, ShapeCue, Trace,
};
use crate::nn;
use crate::template::Template;
use std::sync::LazyLock;

/// Limits under which one input takes milliseconds: a network of a few layers fits, nothing real
/// does.
const LIMITS: nn::Limits = nn::Limits { max_nodes: 256, max_elements: 1 << 20, max_multiply_adds: 1 << 24 };

/// What the input image is filled with, over and over: ordinary values, and those that break
/// arithmetic.
const VALUES: [f32; 11] =
    [0.5, -1.0, 0.0, f32::NAN, 127.5, f32::INFINITY, -0.25, f32::NEG_INFINITY, f32::MAX, 1e-42, -0.0];

/// What was done on this thread, as counters have it.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// Bytes of elements' heads that the reader of data groups looked at.
    pub visits: u64,
    /// Pixels that decoders were asked for.
    pub pixels: u64,
    /// Steps that decoders could be made to take, as limits count them.
    pub steps: u64,
}

/// What was done since it was asked for last.
pub fn take_work() -> Work {
    let (pixels, steps) = crate::image::spent::take();
    Work { visits: crate::document::visits::take(), pixels, steps }
}

/// Reads `bytes` as an ONNX file, compiles it, and runs it once in each precision. False if the
/// file is refused.
///
/// # Panics
/// If a network that compiles does not run, or writes another number of values than it announced:
/// that is a finding.
pub fn compile_and_run(bytes: &[u8]) -> bool {
    [nn::Precision::F32, nn::Precision::Int8].into_iter().all(|precision| compile_and_run_in(bytes, precision))
}

fn compile_and_run_in(bytes: &[u8], precision: nn::Precision) -> bool {
    let Ok(program) = nn::compile(bytes, &LIMITS, precision) else { return false };
    let (height, width, channels) = program.input();
    let input: Vec<f32> = VALUES.into_iter().cycle().take(height * width * channels).collect();
    let lens: Vec<usize> = program.outputs().map(|(_, shape)| shape.iter().product()).collect();
    let mut written = vec![None; lens.len()];
    let ran = program.run(&input, |index, values| {
        if let Some(slot) = written.get_mut(index) {
            *slot = Some(values.len());
        }
    });
    assert!(ran.is_ok(), "a network that compiled does not run: {ran:?}");
    assert!(
        written.iter().copied().eq(lens.iter().copied().map(Some)),
        "{written:?} values written, {lens:?} announced"
    );
    true
}

/// Reads `file` as a gallery's and searches it at every level. With `sealed`, checksums are made
/// right first, so that what they guard is reached. Returns the number of live records, or nothing
/// if the file is refused.
///
/// # Panics
/// If levels disagree, or a file that was accepted gives other candidates than its live records:
/// that is a finding.
pub fn search_gallery(file: &mut [u8], sealed: bool) -> Option<usize> {
    if sealed {
        reseal(file);
    }
    let contents = read_file(file).ok()?;
    assert!(contents.len() + contents.torn == file.len(), "{contents:?} of {} bytes", file.len());
    let dimension = contents.header.dimension;
    let values: Vec<f32> = (0..dimension).map(|i| 1.0 + (i as f32).sin()).collect();
    let Ok(probe) = Template::from_embedding(&values, "probe".into()) else { return None };
    let probe = Probe::new(&probe);
    // A file that ends before its first record has none.
    let records = file.get(RECORDS_AT..contents.len()).unwrap_or_default();
    let found = |level| {
        let top = Top::new(contents.records);
        search_records(top, level, &probe, records, dimension, contents.unfinished).into_candidates()
    };
    let best = found(crate::simd::Level::best());
    assert_eq!(best, found(crate::simd::Level::SCALAR));
    let mut ids: Vec<u64> = best.iter().map(|candidate| candidate.id).collect();
    ids.sort_unstable();
    let mut live: Vec<u64> = contents.ids.keys().copied().collect();
    live.sort_unstable();
    assert_eq!(ids, live);
    Some(live.len())
}

/// Opens `plain` as the state inside of what the right key's holder sealed, and asks it everything.
/// Returns its phase, or nothing if it is no state.
///
/// # Panics
/// If a state is another one after it was sealed and opened again: that is a finding.
pub fn open_state(plain: &[u8]) -> Option<crate::enrol::Phase> {
    let (key, mut office) = (SealKey::from_bytes(3, &[11; 32]), Office::new(1));
    let expires_at = office.now + 60;
    let open = |bytes: &[u8], now| Ceremony::open(bytes, [&key], b"", now);
    let (_, bytes) = wrap(plain, &key, STORED, b"", expires_at, &[3; 40]).ok()?;
    let ceremony = open(&bytes, office.now).ok()?;
    let (phase, before) = (ceremony.phase(), format!("{ceremony:?}"));
    assert!(serde_json::to_vec(ceremony.audit()).is_ok(), "an audit that cannot be written");
    let bytes = ceremony.seal(&key, b"", 60, &mut office.ctx()).expect("what was opened can be sealed").bytes;
    // One that is too large to be opened was too large before.
    let again = open(&bytes, office.now).expect("what was sealed can be opened");
    assert_eq!(format!("{again:?}"), before);
    macro_rules! ask {
        ($($name:ident),*; $($final:ident => $asked:expr),*) => {
            match again {
                $(Ceremony::$name(state) => {
                    let left = state.time_left_s(&office.ctx());
                    // The clock may have gone back since: a fault.
                    let checked = wait(state.check_time(&mut office.ctx()));
                    assert!(left > 0 || !matches!(checked, Ok(crate::enrol::Step::Next(_))), "{phase:?} goes on late");
                })*
                $(Ceremony::$final(state) => { let _ = $asked(state); })*
            }
        };
    }
    let now = office.now;
    ask!(Form, Document, Instructions, Oval, Flashes, Comparison, Confirmation, Consent, OnDevice, Pins, PinsAgain, Signature;
        Proofed => |state: crate::enrol::Proofed| state.enrol(&office.ctx()),
        Enrolled => |state: crate::enrol::Enrolled| (state.id().clone(), state.replaced().cloned(), state.identity()),
        Terminated => |state: crate::enrol::Terminated| (state.wait_s(now), state.reasons().len()));
    Some(phase)
}

/// Ceremonies whose every event is a byte of `choices`. Returns how many enrolled somebody.
///
/// # Panics
/// If one does what the model does not expect: that is a finding.
pub fn follow_ceremonies(choices: &[u8]) -> usize {
    follow(choices)
}

/// Warps `frame` in every way there is, and returns the values.
///
/// # Panics
/// If instruction sets disagree, or an unreduced warp and its plain reference: that is a finding.
pub fn check_warp(frame: &Frame<'_>, crop: &Crop) -> Vec<f32> {
    /// In levels of 255: the bound of the unit tests.
    const FAR: f32 = 2e-3;
    let plain = Normalisation::STORED_RGB;
    let [mut out, mut scalar] = [(); 2].map(|()| vec![f32::NAN; 3 * crop.width * crop.height]);
    let warped = warp_into(frame, crop, &plain, &mut out);
    let again = warp_at(crate::simd::Level::SCALAR, frame, crop, &plain, &mut scalar);
    assert!(warped.is_ok() && again.is_ok(), "{warped:?}, {again:?}");
    let differs = |other: &[f32]| out.iter().zip(other).position(|(a, b)| a.is_nan() || (a - b).abs() > FAR);
    assert_eq!(differs(&scalar), None, "{crop:?} of {frame:?}: instruction sets disagree");
    // From 1.5 on the source is reduced first; rounding may carry a scale there.
    if crop.source_from_target.scale() < 1.499 {
        let expected = reference(frame, crop, ChannelOrder::Rgb);
        assert_eq!(differs(&expected), None, "{crop:?} of {frame:?}: the reference has another picture");
    }
    out
}

/// Judges `bytes` as a trace that was kept, and a live face's trace whose numbers they change.
///
/// # Panics
/// If a session is live of which something is missing or not a number, or its report cannot be
/// written: that is a finding.
pub fn judge_traces(bytes: &[u8]) {
    /// A session, and what a live face answers in it.
    static LIVE: LazyLock<(LivenessSession, Trace)> = LazyLock::new(|| {
        let options = LivenessOptions::default();
        let issued = Issuer::new(options.policy()).and_then(|issuer| issuer.issue(&mut TestRng::new(5), 1_790_000_000));
        let challenge = issued.expect("the default policy can be met");
        let trace = session(&challenge, lit, 1);
        (LivenessSession::new(challenge, options).expect("it was issued by this policy"), trace)
    });
    let (live, trace) = &*LIVE;
    if let Ok(kept) = postcard::from_bytes::<Trace>(bytes) {
        check_report(&kept, &live.judge(&kept));
    }
    let mut changed = trace.clone();
    change(&mut changed, bytes);
    check_report(&changed, &live.judge(&changed));
}

fn check_report(trace: &Trace, report: &LivenessReport) {
    assert!(serde_json::to_vec(report).is_ok(), "a report that cannot be written");
    if report.verdict != LivenessVerdict::Live {
        return;
    }
    let Cues { recording, response, sequence, timing, shape, identity, seams, echo, arrival, clock: _ } = &report.cues;
    let (Some(_), Some(sequence), Some(timing), Some(shape), Some(identity), Some(seams), Some(echo)) =
        (response, sequence, timing, shape, identity, seams, echo)
    else {
        panic!("live without a cue: {report:?}");
    };
    let ShapeCue { least_bits, relief, change_relief, relief_error, glare, .. } = *shape;
    let numbers = [sequence.bits, timing.spread_ms, timing.drift_ms_per_s, least_bits, relief_error, glare];
    assert!(numbers.iter().all(|v| v.is_finite()) && identity.lowest.is_finite(), "{report:?}");
    assert!(relief + change_relief >= 1.0, "{report:?}");
    assert!(seams.outstanding < 1.0 && echo.strength <= 7.5, "{report:?}");
    assert!(arrival.is_none_or(|arrival| arrival.early_ms <= 0.0 && arrival.delay_ms <= 450.0), "{report:?}");
    assert!(recording.with_face * 10 >= trace.frames() * 9 && recording.missing_ms <= 400.0, "{report:?}");
}
