//! Templates: of one picture, of many, as bytes, and all scores of two lists.

use crate::results::Face;
use crate::{Error, Picture, Result};
use selfsame::template::{Template as Inner, TemplateEncoding};
use std::io::Read;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

/// The most threads of an engine.
const MAX_THREADS: u32 = 1024;

/// A face as numbers: biometric data, overwritten when it is dropped and never printed.
#[derive(Clone)]
pub struct Template(pub(crate) Inner);

impl Template {
    /// The bytes to keep in a database: sign or encrypt what leaves your hands. They hold the
    /// values as 32-bit floats, so that scores keep every bit.
    ///
    /// # Errors
    /// None for templates of this library's networks.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        Ok(self.0.encode(TemplateEncoding::F32)?.to_vec())
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    /// `unsupported_format`, `unsupported_version` and `corrupt`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Ok(Self(Inner::decode(bytes)?))
    }

    /// The values, a vector of unit length. A score is more than their product: use
    /// [`scores`].
    #[must_use]
    pub fn values(&self) -> &[f32] {
        self.0.values()
    }

    /// The identity of the networks that made it.
    #[must_use]
    pub fn model_id(&self) -> &str {
        self.0.model_id()
    }
}

/// What a picture gave: a template, or why there is none.
#[derive(Clone)]
pub struct Extraction {
    /// The template; none if the picture was refused.
    pub template: Option<Template>,
    /// The face; none if the picture was refused.
    pub face: Option<Face>,
    /// Why there is no template, as words such as `no_face`; empty if there is one. In a batch also
    /// the code of the error of a picture that could not be read.
    pub reasons: Vec<String>,
}

impl Extraction {
    /// What a picture gave that could not be read.
    pub(crate) fn unread(error: &Error) -> Self {
        Self { template: None, face: None, reasons: vec![error.code.clone()] }
    }
}

/// A picture of a batch: a file, its bytes, or what was decoded before.
pub enum BatchPicture {
    /// Where a file lies, which is read when its turn comes.
    Path(String),
    /// A file's bytes.
    File(Vec<u8>),
    /// A decoded picture.
    Decoded(Picture),
}

impl BatchPicture {
    /// The picture, decoded.
    pub(crate) fn decoded(&self) -> Result<Picture> {
        match self {
            Self::Path(path) => Picture::decode(&read(path)?),
            Self::File(bytes) => Picture::decode(bytes),
            Self::Decoded(picture) => Ok(picture.clone()),
        }
    }
}

/// A file's bytes, up to the first beyond what a picture may have.
fn read(path: &str) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| Error::new("io", "decode", format!("{path} cannot be read: {error}"));
    let most = selfsame::Limits::default().max_bytes() as u64;
    let mut bytes = Vec::new();
    std::fs::File::open(path).map_err(failed)?.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Hears how far a long call is, on the thread that made the call.
pub trait Progress {
    /// Told after each piece of work: how many of `total` are done. `false` cancels what is left,
    /// and the call ends with the error `cancelled`.
    fn advance(&self, done: u64, total: u64) -> bool;
}

/// Nobody listens.
impl Progress for () {
    fn advance(&self, _: u64, _: u64) -> bool {
        true
    }
}

/// The number of threads that an option asks for.
pub(crate) fn threads(asked: u32) -> Result<usize> {
    if asked > MAX_THREADS {
        return Err(Error::new("invalid_argument", "engine", format!("{asked} threads, over {MAX_THREADS}")));
    }
    // Where nobody knows the number of cores, there is one thread.
    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    Ok(if asked == 0 { cores() } else { asked as usize })
}

/// Does `work` for each of `count` places on so many threads, and tells `progress` on this one.
pub(crate) fn each<T: Send>(
    count: usize,
    threads: usize,
    progress: &dyn Progress,
    work: impl Fn(usize) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let cancelled = || Error::new("cancelled", "engine", "the caller cancelled the call");
    let told = |done: usize| progress.advance(done as u64, count as u64);
    if threads < 2 || count < 2 {
        let one = |place| {
            let result = work(place)?;
            if told(place + 1) { Ok(result) } else { Err(cancelled()) }
        };
        return (0..count).map(one).collect();
    }
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, receiver) = mpsc::channel();
    let mut results: Vec<Option<T>> = (0..count).map(|_| None).collect();
    let outcome = std::thread::scope(|scope| {
        for _ in 0..threads.min(count) {
            let (sender, next, stopped, work) = (sender.clone(), &next, &stopped, &work);
            let run = move || {
                while !stopped.load(Ordering::Relaxed) {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    // Whoever waits for results may have given up.
                    if place >= count || sender.send((place, work(place))).is_err() {
                        break;
                    }
                }
            };
            let started = std::thread::Builder::new().spawn_scoped(scope, run);
            started.map_err(|error| {
                stopped.store(true, Ordering::Relaxed);
                Error::new("io", "engine", format!("a thread cannot be started: {error}"))
            })?;
        }
        drop(sender);
        let mut done = 0;
        let gathered = receiver.iter().try_for_each(|(place, result)| {
            let result = result?;
            if let Some(slot) = results.get_mut(place) {
                *slot = Some(result);
            }
            done += 1;
            if told(done) { Ok(()) } else { Err(cancelled()) }
        });
        stopped.store(true, Ordering::Relaxed);
        gathered
    });
    outcome?;
    results
        .into_iter()
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| Error::new("backend", "engine", "a thread ended early"))
}

/// The scores of every one of `rows` with every one of `columns`, row by row: what [`compare`]
/// calls a score, bit by bit. A missing template has NaN.
///
/// [`compare`]: crate::Engine::compare
///
/// # Errors
/// `model_mismatch` for templates of different networks; `cancelled`.
pub fn scores(
    rows: &[Option<Template>],
    columns: &[Option<Template>],
    threads: u32,
    progress: &dyn Progress,
) -> Result<Vec<f32>> {
    let row = |place: usize| {
        let row = rows.get(place).and_then(Option::as_ref);
        let score = |column: &Option<Template>| match (row, column) {
            (Some(Template(a)), Some(Template(b))) => Ok(selfsame::compare::score(a, b)?.value()),
            _ => Ok(f32::NAN),
        };
        columns.iter().map(score).collect::<Result<Vec<f32>>>()
    };
    Ok(each(rows.len(), self::threads(threads)?, progress, row)?.concat())
}
