//! The exports. Those that answer with JSON return 1 if it is an answer, 0 if it is an error.
//!
//! Exported names are unsafe code to the compiler, since two could clash; there is no other here.
#![allow(unsafe_code, reason = "names that the host finds")]

use crate::state::{State, Thing, answered, unknown, with};
use selfsame_facade::{
    Document, Engine, EngineOptions, Error, FlashChallenge, FrameColor, FrameFormat, FrameLayout, ModelFile, Picture,
    PlaneLayout, Precision, Profile, Result, WatchOptions, hints, model_files, version,
};

/// Where the last answer lies.
#[unsafe(no_mangle)]
extern "C" fn answer_at() -> *const u8 {
    with(|state| state.answer.as_ptr())
}

/// How many bytes the last answer has.
#[unsafe(no_mangle)]
extern "C" fn answer_len() -> usize {
    with(|state| state.answer.len())
}

/// New bytes, all zero: their number; 0 if there is no memory for them.
#[unsafe(no_mangle)]
extern "C" fn bytes_new(len: usize) -> u32 {
    // 0 stands for nothing.
    zeros(len).map_or(0, |bytes| with(|state| state.keep(Thing::Bytes(bytes))))
}

/// So many bytes, if there is memory for them.
fn zeros(len: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(len).ok()?;
    bytes.resize(len, 0);
    Some(bytes)
}

/// A new frame of `len` bytes: its number; 0 for a format or colours that are none, and if there is
/// no memory for it.
#[unsafe(no_mangle)]
extern "C" fn frame_new(
    len: usize,
    width: u32,
    height: u32,
    format: usize,
    color: usize,
    rotation_degrees: u32,
    mirrored: u32,
) -> u32 {
    let (Some(format), Some(color)) = (FrameFormat::ALL.get(format), FrameColor::ALL.get(color)) else { return 0 };
    let packed = FrameLayout::packed(width, height, *format);
    let layout = FrameLayout { color: *color, rotation_degrees, mirrored: mirrored != 0, ..packed };
    // 0 stands for nothing.
    zeros(len).map_or(0, |bytes| with(|state| state.keep(Thing::Frame(bytes, layout))))
}

/// Says where the next plane of a frame lies; at `first` those before are forgotten.
#[unsafe(no_mangle)]
extern "C" fn frame_plane(frame: u32, first: u32, offset: u32, stride: u32) -> u32 {
    answered(|state| match state.thing_mut(frame)? {
        Thing::Frame(_, layout) => {
            if first != 0 {
                layout.planes.clear();
            }
            layout.planes.push(PlaneLayout { offset, stride });
            Ok(())
        }
        _ => Err(unknown(frame)),
    })
}

/// Where bytes or a frame lie; null for anything else. Any other call may move them.
#[unsafe(no_mangle)]
pub extern "C" fn place(thing: u32) -> *mut u8 {
    with(|state| match state.thing_mut(thing) {
        Ok(Thing::Bytes(bytes) | Thing::Frame(bytes, _)) => bytes.as_mut_ptr(),
        _ => std::ptr::null_mut(),
    })
}

/// Forgets anything.
#[unsafe(no_mangle)]
extern "C" fn close(thing: u32) -> u32 {
    answered(|state| state.take(thing).map(|_| ()))
}

/// What there is: version, words, the files of each profile.
#[unsafe(no_mangle)]
extern "C" fn about() -> u32 {
    answered(|_| {
        let files = Profile::ALL.iter().map(|profile| (profile.as_str(), model_files(*profile)));
        Ok(serde_json::json!({
            "version": version(),
            "hints": hints(),
            "formats": FrameFormat::ALL,
            "colors": FrameColor::ALL,
            "profiles": files.collect::<std::collections::BTreeMap<_, _>>(),
        }))
    })
}

/// Takes bytes for the network file of a name, for the next engine.
#[unsafe(no_mangle)]
extern "C" fn model_add(name: u32, bytes: u32) -> u32 {
    answered(|state| {
        let name = text(state, name)?;
        match state.take(bytes)? {
            Thing::Bytes(bytes) => state.models.push(ModelFile { name, bytes }),
            _ => return Err(unknown(bytes)),
        }
        Ok(())
    })
}

/// An engine of the files that were added: its number. `flags`: 1 refuses covered faces, 2 copies
/// of the document's portrait, 4 possible morphs.
#[unsafe(no_mangle)]
extern "C" fn engine_new(profile: u32, precision: u32, flags: u32) -> u32 {
    answered(|state| {
        let models = std::mem::take(&mut state.models);
        let options = EngineOptions {
            profile: Profile::parse(&text(state, profile)?)?,
            precision: Precision::parse(&text(state, precision)?)?,
            threads: 1,
            refuse_covered: flags & 1 != 0,
            refuse_same_picture: flags & 2 != 0,
            refuse_possible_morph: flags & 4 != 0,
        };
        let engine = Engine::with_models(&options, &models)?;
        Ok(state.keep(Thing::Engine(engine)))
    })
}

/// The verdict on two files.
#[unsafe(no_mangle)]
extern "C" fn verify(engine: u32, document: u32, selfie: u32, fmr: f64) -> u32 {
    answered(|state| state.engine(engine)?.verify_files(state.bytes(document)?, state.bytes(selfie)?, fmr))
}

/// The verdict on a file and a picture.
#[unsafe(no_mangle)]
extern "C" fn verify_picture(engine: u32, document: u32, picture: u32, fmr: f64) -> u32 {
    answered(|state| {
        let document = Document::decode(state.bytes(document)?)?;
        state.engine(engine)?.verify(&document, picture_of(state, picture)?, fmr)
    })
}

/// What one frame alone says.
#[unsafe(no_mangle)]
extern "C" fn guide(engine: u32, frame: u32) -> u32 {
    answered(|state| {
        let (bytes, layout) = state.frame(frame)?;
        state.engine(engine)?.guide(bytes, layout)
    })
}

/// Begins to follow a face: the watch's number. What is not a number or negative is the default.
#[unsafe(no_mangle)]
extern "C" fn watch_new(engine: u32, oval_width: f32, still_us: f64, timeout_us: f64, kept_frames: f64) -> u32 {
    answered(|state| {
        let usual = WatchOptions::default();
        // Casts from float to integer saturate.
        let or = |asked: f64, usual: u64| if asked >= 0.0 { asked as u64 } else { usual };
        let options = WatchOptions {
            oval_width: if oval_width >= 0.0 { oval_width } else { usual.oval_width },
            still_us: or(still_us, usual.still_us),
            timeout_us: or(timeout_us, usual.timeout_us),
            kept_frames: u32::try_from(or(kept_frames, usual.kept_frames.into())).unwrap_or(u32::MAX),
        };
        let watch = state.engine(engine)?.watch(&options)?;
        Ok(state.keep(Thing::Watch(Box::new(watch))))
    })
}

/// Looks at the next frame of a watch.
#[unsafe(no_mangle)]
extern "C" fn watch_frame(watch: u32, frame: u32, timestamp_us: f64) -> u32 {
    answered(|state| {
        let (bytes, layout) = state.frame(frame)?;
        match state.thing(watch)? {
            Thing::Watch(watch) => watch.frame(bytes, layout, microseconds(timestamp_us)?),
            _ => Err(unknown(watch)),
        }
    })
}

/// The best picture of a watch: its number, width and height; nulls where there is none.
#[unsafe(no_mangle)]
extern "C" fn watch_best(watch: u32) -> u32 {
    answered(|state| {
        let best = match state.thing(watch)? {
            Thing::Watch(watch) => watch.best_pictures().into_iter().next(),
            _ => return Err(unknown(watch)),
        };
        Ok(best.map(|best| {
            let sides = [best.width(), best.height()];
            (state.keep(Thing::Picture(best)), sides)
        }))
    })
}

/// A picture's pixels, as bytes: red, green, blue, opaque.
#[unsafe(no_mangle)]
extern "C" fn picture_rgba(picture: u32) -> u32 {
    let pixels = with(|state| {
        let rgb = picture_of(state, picture)?.rgb();
        let rgba = rgb.chunks_exact(3).flat_map(|pixel| pixel.iter().copied().chain([255]));
        Ok::<Vec<u8>, Error>(rgba.collect())
    });
    match pixels {
        Ok(pixels) => with(|state| {
            state.answer = pixels;
            1
        }),
        Err(error) => answered(|_| Err::<(), _>(error)),
    }
}

/// Reads a challenge: its colours and length.
#[unsafe(no_mangle)]
extern "C" fn challenge(json: u32) -> u32 {
    answered(|state| {
        let challenge = FlashChallenge::parse(state.bytes(json)?)?;
        Ok(serde_json::json!({ "flashes": challenge.flashes(), "total_us": challenge.total_us() }))
    })
}

/// Begins to watch the answer to a challenge: the session's number.
#[unsafe(no_mangle)]
extern "C" fn flash_session(engine: u32, json: u32) -> u32 {
    answered(|state| {
        let challenge = FlashChallenge::parse(state.bytes(json)?)?;
        let session = state.engine(engine)?.flash_session(&challenge)?;
        Ok(state.keep(Thing::Flashes(Box::new(session))))
    })
}

/// Looks at the next frame of a flash session.
#[unsafe(no_mangle)]
extern "C" fn flash_frame(session: u32, frame: u32, timestamp_us: f64) -> u32 {
    answered(|state| {
        let (bytes, layout) = state.frame(frame)?;
        match state.thing(session)? {
            Thing::Flashes(session) => session.frame(bytes, layout, microseconds(timestamp_us)?),
            _ => Err(unknown(session)),
        }
    })
}

/// Says when a flash was shown.
#[unsafe(no_mangle)]
extern "C" fn flash_shown(session: u32, flash: u32, shown_us: f64) -> u32 {
    answered(|state| match state.thing(session)? {
        Thing::Flashes(session) => session.shown(flash, microseconds(shown_us)?),
        _ => Err(unknown(session)),
    })
}

/// What a flash session showed.
#[unsafe(no_mangle)]
extern "C" fn flash_report(session: u32) -> u32 {
    answered(|state| match state.thing(session)? {
        Thing::Flashes(session) => session.report(),
        _ => Err(unknown(session)),
    })
}

fn picture_of(state: &State, number: u32) -> Result<&Picture> {
    match state.thing(number)? {
        Thing::Picture(picture) => Ok(picture),
        _ => Err(unknown(number)),
    }
}

fn text(state: &State, number: u32) -> Result<String> {
    let bytes = state.bytes(number)?;
    let text = str::from_utf8(bytes).map_err(|error| Error::new("corrupt", "engine", error.to_string()));
    text.map(str::to_owned)
}

/// A time as JavaScript has it.
fn microseconds(time: f64) -> Result<u64> {
    let whole = (0.0..9_007_199_254_740_992.0).contains(&time);
    // Casts from float to integer cut fractions off.
    let message = || format!("{time} are no microseconds");
    whole.then_some(time as u64).ok_or_else(|| Error::new("invalid_argument", "engine", message()))
}
