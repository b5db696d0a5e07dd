//! From pictures to the values of `face_template`, each picture once.

use crate::fault::fault;
use crate::memo::{Claim, Claims, Made, Memo};
use crate::value::{write_refusal, write_template};
use datafusion::error::Result;
use rayon::prelude::*;
use selfsame::compare::Pairing;
use selfsame::digest::Digest;
use selfsame::outcome::Outcome;
use selfsame::template::Reliability;
use selfsame::{Engine, Limits, Photo};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use zeroize::Zeroizing;

/// Pictures whose values are remembered: two batches of 8,192 rows, DataFusion's default, so that
/// what one node of a plan evaluated is still there for the next. About 25 MB. Chosen by hand.
const REMEMBERED: usize = 16_384;

type Load = dyn Fn() -> selfsame::Result<Engine> + Send + Sync;

type Slot = OnceLock<std::result::Result<Engine, String>>;

struct Shared {
    load: Box<Load>,
    engine: Slot,
    memo: Memo,
    templated: AtomicU64,
}

/// The functions over faces, with the networks that they use: register one with every session.
///
/// A clone shares the networks, what is remembered and the count.
#[derive(Clone)]
pub struct FaceFunctions(Arc<Shared>);

impl FaceFunctions {
    /// Functions over the networks of `engine`.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self::of(Box::new(Engine::new), Ok(engine).into())
    }

    /// Functions that load their networks when the first picture comes: for a scheduler or a client
    /// that only plans.
    #[must_use]
    pub fn loading(load: impl Fn() -> selfsame::Result<Engine> + Send + Sync + 'static) -> Self {
        Self::of(Box::new(load), OnceLock::new())
    }

    fn of(load: Box<Load>, engine: Slot) -> Self {
        let (memo, templated) = (Memo::new(REMEMBERED), AtomicU64::new(0));
        Self(Arc::new(Shared { load, engine, memo, templated }))
    }

    /// The networks.
    ///
    /// # Errors
    /// What loading them said.
    pub fn engine(&self) -> Result<&Engine> {
        let engine = self.0.engine.get_or_init(|| (self.0.load)().map_err(|error| error.to_string()));
        engine.as_ref().map_err(|error| fault(error.clone()))
    }

    /// How many pictures have gone through the networks, or have been refused as no pictures, since
    /// the functions were made. A picture that came again while it was remembered is not counted.
    #[must_use]
    pub fn templated(&self) -> u64 {
        self.0.templated.load(Ordering::Relaxed)
    }

    /// The score that two photographs of different people reach with a probability of at most
    /// `fmr`.
    ///
    /// # Errors
    /// For a rate that the networks' calibration does not reach: a bar has to be given as a score
    /// then.
    pub fn bar_for_fmr(&self, fmr: f64) -> Result<f32> {
        let calibration = self.engine()?.calibration(Pairing::SelfieSelfie);
        let calibration = calibration.ok_or_else(|| fault("two photographs are not calibrated for these networks"))?;
        Ok(calibration.threshold(fmr).map_err(fault)?.score().value())
    }

    /// The values of many pictures, in their order; none where there is none.
    pub(crate) fn values(&self, pictures: &[Option<&[u8]>]) -> Result<Vec<Option<Made>>> {
        let digests: Vec<Option<Digest>> = pictures.par_iter().map(|picture| picture.map(Digest::of)).collect();
        let mut wanted: HashMap<Digest, &[u8]> = HashMap::new();
        let mut order = Vec::new();
        for (digest, picture) in digests.iter().zip(pictures) {
            if let (Some(digest), Some(picture)) = (digest, picture)
                && wanted.insert(*digest, picture).is_none()
            {
                order.push(*digest);
            }
        }
        let mut made: HashMap<Digest, Made> = HashMap::with_capacity(order.len());
        let mut claims = Claims { memo: &self.0.memo, open: Vec::new() };
        let mut others = Vec::new();
        for digest in order {
            match self.0.memo.claim(digest) {
                Claim::Done(value) => drop(made.insert(digest, value)),
                Claim::Mine => claims.open.push(digest),
                Claim::Others => others.push(digest),
            }
        }
        if !claims.open.is_empty() {
            // Before threads begin: one that loads must not find itself waiting for the loading.
            self.engine()?;
        }
        let mine: Vec<(Digest, &[u8])> =
            claims.open.iter().filter_map(|digest| Some((*digest, *wanted.get(digest)?))).collect();
        let results: Vec<Result<Made>> = mine.par_iter().map(|(_, picture)| self.value(picture)).collect();
        for ((digest, _), result) in mine.iter().zip(results) {
            let value = result?;
            claims.finish(*digest, &value);
            made.insert(*digest, value);
        }
        for digest in others {
            let value = loop {
                match self.0.memo.wait(digest) {
                    Claim::Done(value) => break value,
                    Claim::Others => {}
                    // Who was at it failed, or it has been forgotten since.
                    Claim::Mine => {
                        claims.open.push(digest);
                        let picture = wanted.get(&digest).copied();
                        let value = self.value(picture.ok_or_else(|| fault("a picture went missing"))?)?;
                        claims.finish(digest, &value);
                        break value;
                    }
                }
            };
            made.insert(digest, value);
        }
        Ok(digests.iter().map(|digest| digest.as_ref().and_then(|digest| made.get(digest).cloned())).collect())
    }

    /// The value of one picture.
    fn value(&self, picture: &[u8]) -> Result<Made> {
        let engine = self.engine()?;
        self.0.templated.fetch_add(1, Ordering::Relaxed);
        let model = engine.extractor().model_id();
        let photo = match Photo::decode(picture, &Limits::default()) {
            Ok(photo) => photo,
            Err(error) => return Ok(sealed(write_refusal(&[error.kind().as_str()], model)?)),
        };
        let bytes = match engine.face(&photo.frame()).map_err(fault)? {
            Outcome::Found(face) if face.template.reliability().is_none_or(Reliability::suffices) => {
                write_template(&face.template, face.quality.unified.component)?
            }
            // As `Engine::verify` refuses it.
            Outcome::Found(_) => write_refusal(&["unreliable"], model)?,
            Outcome::Refused(refusals) => {
                let words: Vec<&str> = refusals.iter().map(|refusal| refusal.as_str()).collect();
                write_refusal(&words, model)?
            }
        };
        Ok(sealed(bytes))
    }

    /// Whether both are clones of one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn sealed(bytes: Vec<u8>) -> Made {
    Arc::new(Zeroizing::new(bytes))
}

impl fmt::Debug for FaceFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaceFunctions").field("templated", &self.templated()).finish_non_exhaustive()
    }
}
