use super::*;
use crate::error::ErrorKind;
use crate::secret::Nonce;
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::{Value, json};

/// The names of a JSON object's fields, sorted.
fn fields(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

/// Others script these: names that go are a broken promise, new ones are none.
#[test]
fn a_report_is_written_in_words_that_stay() {
    let options = LivenessOptions::default();
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    let challenge = Challenge::issue(&mut rng, options.policy(), 1_790_000_000).unwrap();
    let trace = analysis::made_up::session(&challenge, analysis::made_up::lit, 1);
    let session = LivenessSession::new(challenge, options).unwrap();
    let report = serde_json::to_value(session.judge(&trace)).unwrap();
    assert_eq!(fields(&report), ["cues", "verdict"]);
    assert_eq!(report["verdict"], "live");
    let cues = &report["cues"];
    assert_eq!(
        fields(cues),
        ["arrival", "clock", "echo", "identity", "recording", "response", "seams", "sequence", "shape", "timing",]
    );
    let recording = [
        "display_off_ms",
        "frames",
        "interval_ms",
        "longest_gap_ms",
        "missing_ms",
        "over_exposed",
        "repeated",
        "several_faces",
        "stuttered",
        "track_changes",
        "turned_away",
        "under_exposed",
        "with_face",
    ];
    assert_eq!(fields(&cues["recording"]), recording);
    let response = ["contrast", "corneas", "drift", "mixing", "noise", "range", "surroundings"];
    assert_eq!(fields(&cues["response"]), response);
    assert_eq!(fields(&cues["sequence"]), ["best_fit", "bits", "fit", "lag_ms"]);
    assert_eq!(fields(&cues["timing"]), ["drift_ms_per_s", "edges", "found", "lag_ms", "spread_ms"]);
    let shape = ["bits", "change_relief", "glare", "gloss", "least_bits", "relief", "relief_error", "residual"];
    assert_eq!(fields(&cues["shape"]), shape);
    assert_eq!(fields(&cues["seams"]), ["jumps", "outstanding"]);
    assert_eq!(fields(&cues["echo"]), ["lead_ms", "strength"]);
    assert_eq!(fields(&cues["identity"]), ["compared", "lowest", "median"]);
    // What can't be told has no number.
    let nothing = serde_json::to_value(session.report()).unwrap();
    assert_eq!(nothing["verdict"], "inconclusive");
    assert!(nothing["reasons"].as_array().unwrap().contains(&json!("no_face")));
    assert!(nothing["advice"].as_array().unwrap().contains(&json!("face_the_camera")));
    assert_eq!(nothing["cues"]["sequence"], Value::Null);
    assert_eq!(nothing["cues"]["recording"]["interval_ms"], Value::Null);
    let hopeless = LivenessProgress::Hopeless(vec![InconclusiveReason::NoFace]);
    assert_eq!(serde_json::to_value(hopeless).unwrap(), json!({ "progress": "hopeless", "reasons": ["no_face"] }));
    assert_eq!(serde_json::to_value(LivenessProgress::Recording).unwrap(), json!({ "progress": "recording" }));
}

/// An issuer serves all threads of a server; sessions go from one thread to another.
#[test]
fn what_is_shared_can_be() {
    fn shared<T: Send + Sync>() {}
    shared::<Issuer>();
    shared::<LivenessSession>();
    shared::<LivenessReport>();
    shared::<LivenessEvidence>();
    shared::<crate::capture::CaptureSession>();
    shared::<crate::capture::KeptFrame>();
}

fn challenge() -> Value {
    json!({
        "format": 1,
        "id": "000102030405060708090a0b0c0d0e0f",
        "nonce": "07".repeat(32),
        "issued_at": 1_790_000_000u64,
        "expires_at": 1_790_000_120u64,
        "segments": [
            { "start_us": 0, "duration_us": 700_000, "color": [128, 128, 128], "region": "full" },
            { "start_us": 700_000, "duration_us": 400_000, "color": [255, 0, 9], "region": "left" },
        ],
    })
}

fn session() -> Value {
    json!({
        "format": 1,
        "challenge": challenge(),
        "display": [{ "segment": 1, "shown_us": 12_345 }],
        "frames": [
            { "file": "000000.jpg", "timestamp_us": 0, "exposure_us": 8_333, "iso": 200 },
            { "file": "000001.jpg", "timestamp_us": 33_333 },
        ],
    })
}

fn parse(value: &Value) -> Result<SessionManifest, ErrorKind> {
    SessionManifest::parse(value.to_string().as_bytes()).map_err(|e| e.kind())
}

fn parse_challenge(value: &Value) -> Result<Challenge, ErrorKind> {
    Challenge::parse(value.to_string().as_bytes()).map_err(|e| e.kind())
}

#[test]
fn challenges_and_sessions_are_written_as_they_are_read() {
    let read = parse_challenge(&challenge()).unwrap();
    assert_eq!(read.id().as_bytes()[15], 15);
    assert_eq!(*read.nonce(), Nonce::from_bytes([7; 32]));
    assert_eq!(read.segments()[1].region, Region::Left);
    assert_eq!(read.total_us(), 1_100_000);
    assert_eq!(serde_json::from_slice::<Value>(&read.to_json().unwrap()).unwrap(), challenge());
    assert_eq!(serde_json::from_value::<Challenge>(challenge()).unwrap(), read);

    let read = parse(&session()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&read.to_json().unwrap()).unwrap(), session());
    let mut bare = session();
    bare.as_object_mut().unwrap().remove("display");
    let read = parse(&bare).unwrap();
    assert!(read.display.is_empty());
    assert_eq!(serde_json::from_slice::<Value>(&read.to_json().unwrap()).unwrap(), bare);
}

#[test]
fn hostile_sessions_are_refused() {
    use ErrorKind::{Corrupt, LimitExceeded, UnsupportedVersion};
    let many = |n: u64, each: fn(u64) -> Value| Value::from((0..n).map(each).collect::<Vec<_>>());
    let segment = |start: u64| json!({ "start_us": start, "duration_us": 1, "color": [0, 0, 0] });
    let frame = |i: u64| json!({ "file": "f.png", "timestamp_us": i });
    let table: Vec<(&str, Value, ErrorKind)> = vec![
        ("/format", json!(2), UnsupportedVersion),
        ("/format", json!("1"), Corrupt),
        ("/challenge/format", json!(0), UnsupportedVersion),
        ("/challenge/id", json!("00"), Corrupt),
        ("/challenge/nonce", json!("0".repeat(63)), Corrupt),
        ("/challenge/nonce", json!("g".repeat(64)), Corrupt),
        ("/challenge/issued_at", json!(-1), Corrupt),
        ("/challenge/issued_at", json!(1_790_000_120u64), Corrupt),
        ("/challenge/segments", json!([]), Corrupt),
        ("/challenge/segments", many(65, segment), LimitExceeded),
        ("/challenge/segments/1/start_us", json!(699_999), Corrupt),
        ("/challenge/segments/1/duration_us", json!(0), Corrupt),
        ("/challenge/segments/1/duration_us", json!(u64::MAX), LimitExceeded),
        ("/challenge/segments/1/start_us", json!(MAX_TOTAL_US), LimitExceeded),
        ("/challenge/segments/1/color", json!([0, 0, 256]), Corrupt),
        ("/challenge/segments/1/color", json!([0, 0]), Corrupt),
        ("/challenge/segments/1/region", json!("middle"), Corrupt),
        ("/display/0/segment", json!(2), Corrupt),
        ("/display", many(65, |_| json!({ "segment": 0, "shown_us": 0 })), LimitExceeded),
        ("/frames", many(10_001, frame), LimitExceeded),
        ("/frames/0/timestamp_us", json!(0.5), Corrupt),
        ("/frames/0/timestamp_us", json!(-1), Corrupt),
        ("/frames/0/iso", json!(5_000_000_000u64), Corrupt),
    ];
    for (place, value, kind) in table {
        let mut hostile = session();
        *hostile.pointer_mut(place).unwrap() = value;
        assert_eq!(parse(&hostile).err(), Some(kind), "{place}");
        // What is wrong with the challenge is wrong with it alone, too.
        if place.starts_with("/challenge") {
            assert_eq!(parse_challenge(&hostile["challenge"]).err(), Some(kind), "{place}");
            assert!(serde_json::from_value::<Challenge>(hostile["challenge"].clone()).is_err(), "{place}");
        }
    }
    for place in ["", "/challenge", "/challenge/segments/0", "/display/0", "/frames/1"] {
        let mut unknown = session();
        unknown.pointer_mut(place).unwrap()["verdict"] = json!("live");
        assert_eq!(parse(&unknown).err(), Some(Corrupt), "{place}");
    }
    for missing in ["format", "challenge", "frames"] {
        let mut without = session();
        without.as_object_mut().unwrap().remove(missing);
        assert_eq!(parse(&without).err(), Some(Corrupt), "{missing}");
    }
    let twice = session().to_string().replacen("{", "{\"format\":1,", 1);
    assert_eq!(SessionManifest::parse(twice.as_bytes()).unwrap_err().kind(), Corrupt);
    let large = vec![b' '; MAX_SESSION_BYTES + 1];
    assert_eq!(SessionManifest::parse(&large).unwrap_err().kind(), LimitExceeded);
    assert_eq!(Challenge::parse(&large).unwrap_err().kind(), LimitExceeded);
    assert_eq!(SessionManifest::parse(&b"[".repeat(MAX_SESSION_BYTES)).unwrap_err().kind(), Corrupt);
}

#[test]
fn file_names_stay_in_their_folder() {
    let named = |name: &str| {
        let mut session = session();
        session["frames"][1]["file"] = json!(name);
        parse(&session)
    };
    let long = "x".repeat(128);
    for fine in ["a", "000000.jpg", "Frame_1-2.PNG", "x.y.z", &long] {
        let read = named(fine).unwrap();
        assert_eq!(read.frames[1].file, fine);
    }
    let longer = "x".repeat(129);
    let bad = [
        "", ".", "..", "../a.jpg", "a/b.jpg", "/a.jpg", "a\\b.jpg", "C:a.jpg", "a..jpg", ".a.jpg", "a\0.jpg",
        "a b.jpg", "ä.jpg", "~", &longer,
    ];
    for name in bad {
        assert_eq!(named(name).err(), Some(ErrorKind::Corrupt), "{name:?}");
        let mut read = parse(&session()).unwrap();
        read.frames[0].file = name.into();
        assert_eq!(read.to_json().unwrap_err().kind(), ErrorKind::Corrupt, "{name:?}");
    }
}

#[test]
fn nonces_travel_as_text() {
    let nonce = Nonce::from_bytes(std::array::from_fn(|i| 7 * i as u8));
    let json = serde_json::to_string(&nonce).unwrap();
    assert_eq!(json, format!("\"{}\"", nonce.to_hex()));
    assert_eq!(serde_json::from_str::<Nonce>(&json).unwrap(), nonce);
    assert_eq!(Nonce::from_hex(&nonce.to_hex().to_uppercase()).unwrap(), nonce);
    assert_eq!(format!("{nonce:?}"), "Nonce(00070e15…)");
    let mut other = *nonce.as_bytes();
    other[31] ^= 1;
    assert_ne!(Nonce::from_bytes(other), nonce);
    assert_eq!(Nonce::from_hex("07").unwrap_err().kind(), ErrorKind::InvalidArgument);
}

proptest! {
    #[test]
    fn any_bytes_survive(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(SessionManifest::parse(&bytes).is_err());
        prop_assert!(Challenge::parse(&bytes).is_err());
    }

    /// A session cut short, or with one byte changed, is an error or a session that can be written.
    #[test]
    fn damaged_sessions_survive(at in 0usize..700, byte in any::<u8>(), cut in any::<bool>()) {
        let mut json = session().to_string().into_bytes();
        let at = at % json.len();
        if cut { json.truncate(at) } else { json[at] = byte }
        match SessionManifest::parse(&json) {
            Ok(read) => prop_assert_eq!(SessionManifest::parse(&read.to_json().unwrap()).unwrap(), read),
            Err(_) => prop_assert!(cut || byte != session().to_string().as_bytes()[at]),
        }
    }
}
