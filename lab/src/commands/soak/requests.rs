//! The requests: what an honest client sends, and what an attacker sends in its place.

use getrandom::SysRng;
use rand_core::UnwrapErr;
use selfsame::capture::{CaptureOptions, CaptureSession};
use selfsame::document::{Dg2, DocumentPhoto, ImageCoding, NewFace, write_dg2};
use selfsame::engine::{Engine, Verdict};
use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry};
use selfsame::enrol::{
    Awaiting, Ceremony, Context, DocumentKey, Kind as What, Method, NameKey, Policy, SealKey, SessionKey, wait,
};
use selfsame::error::{Error, ErrorKind, Result, Stage};
use selfsame::image::{Limits, Photo};
use std::path::Path;

/// One kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Two files compared.
    Verify,
    /// Three frames of a capture that is then dropped.
    Guide,
    /// A data group parsed.
    Group,
    /// A ceremony begun, sealed, opened, and dropped.
    Sealed,
    /// A damaged picture decoded.
    DamagedPicture,
    /// A damaged data group, decoded as far as it goes.
    DamagedGroup,
    /// A sealed ceremony that was changed.
    Forged,
}

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Verify, Self::DamagedPicture, Self::Group, Self::Guide, Self::DamagedGroup, Self::Sealed, Self::Forged];

    /// The kind in a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Guide => "guide",
            Self::Group => "group",
            Self::Sealed => "sealed",
            Self::DamagedPicture => "damaged_picture",
            Self::DamagedGroup => "damaged_group",
            Self::Forged => "forged",
        }
    }

    /// Whether it always takes the same way: how long damage takes depends on where it is.
    pub fn is_honest(self) -> bool {
        matches!(self, Self::Verify | Self::Guide | Self::Group | Self::Sealed)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What requests share.
pub struct Work {
    engine: Engine,
    limits: Limits,
    documents: Vec<(Vec<u8>, bool)>,
    selfie: Vec<u8>,
    frame: Photo,
    group: Vec<u8>,
    seal: SealKey,
    forged: Vec<u8>,
}

/// The time of all ceremonies, in Unix seconds.
const NOW: u64 = 1_790_000_000;

/// What a file that was damaged may be refused as.
const DAMAGE: [ErrorKind; 5] = [
    ErrorKind::UnsupportedFormat,
    ErrorKind::UnsupportedVersion,
    ErrorKind::Corrupt,
    ErrorKind::LimitExceeded,
    ErrorKind::Tampered,
];

/// Fewer than `n`, from a seed and how often it was asked (SplitMix64).
fn below(seed: &mut u64, n: usize) -> usize {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) % n.max(1) as u64) as usize
}

/// Some bytes changed, and every third time the end cut off.
fn damaged(bytes: &[u8], seed: &mut u64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if below(seed, 3) == 0 {
        bytes.truncate(below(seed, bytes.len()));
    }
    for _ in 0..=below(seed, 20) {
        let at = below(seed, bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1 + below(seed, 255) as u8;
        }
    }
    bytes
}

fn refused<T>(result: Result<T>) -> std::result::Result<(), String> {
    match result {
        Err(error) if !DAMAGE.contains(&error.kind()) => Err(error.to_string()),
        Ok(_) | Err(_) => Ok(()),
    }
}

impl Work {
    /// Reads the portraits of `datasets`.
    pub fn new() -> Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/portraits");
        let read = |name: &str| {
            let io = |e| Error::new(ErrorKind::Io, Stage::Decode, format!("cannot read {name}")).with_source(e);
            std::fs::read(folder.join(name)).map_err(io)
        };
        let limits = Limits::default();
        let selfie = read("obama2.jpg")?;
        let frame = Photo::decode(&selfie, &limits)?;
        let portrait = read("obama.jpg")?;
        let size = Photo::decode(&portrait, &limits)?;
        let side = |px: u32| u16::try_from(px).unwrap_or(u16::MAX);
        let face = NewFace::new(&portrait, ImageCoding::Jpeg, side(size.width()), side(size.height()));
        let seal = SealKey::random(1, &mut UnwrapErr(SysRng));
        Ok(Self {
            engine: Engine::new()?,
            limits,
            documents: vec![(portrait.clone(), true), (read("biden.jpg")?, false)],
            selfie,
            frame,
            group: write_dg2(&[face])?,
            forged: sealed(&seal, "1")?,
            seal,
        })
    }

    /// One request; what came of it, if that is not what should.
    pub fn request(&self, kind: Kind, mut seed: u64) -> std::result::Result<(), String> {
        let seed = &mut seed;
        match kind {
            Kind::Verify => self.verify(seed).map_err(|e| e.to_string())?,
            Kind::Guide => self.guide(seed).map_err(|e| e.to_string()),
            Kind::Group => match Dg2::parse(&self.group).map(|group| group.faces().count()) {
                Ok(1) => Ok(()),
                Ok(faces) => Err(format!("{faces} faces")),
                Err(error) => Err(error.to_string()),
            },
            Kind::Sealed => self.sealed(seed).and_then(|bytes| self.open(&bytes)).map_err(|e| e.to_string()),
            Kind::DamagedPicture => refused(Photo::decode(&damaged(&self.selfie, seed), &self.limits)),
            Kind::DamagedGroup => refused(DocumentPhoto::from_dg2(&damaged(&self.group, seed), &self.limits)),
            Kind::Forged => {
                let forged = damaged(&self.forged, seed);
                match self.open(&forged) {
                    Ok(()) if forged != self.forged => Err("damage was not noticed".into()),
                    result => refused(result),
                }
            }
        }
    }

    fn verify(&self, seed: &mut u64) -> Result<std::result::Result<(), String>> {
        let Some((document, same)) = self.documents.get(below(seed, self.documents.len())) else { return Ok(Ok(())) };
        let document = DocumentPhoto::from_bytes(document, &self.limits)?;
        let selfie = Photo::decode(&self.selfie, &self.limits)?;
        let verdict = self.engine.verify(&document, &selfie, 1e-4)?.verdict;
        let right = matches!((&verdict, same), (Verdict::Match(_), true) | (Verdict::NoMatch(_), false));
        Ok(if right { Ok(()) } else { Err(verdict.as_str().into()) })
    }

    fn guide(&self, seed: &mut u64) -> Result<()> {
        let mut session = CaptureSession::new(CaptureOptions::default())?;
        for frame in 0..3 {
            let _ = self.engine.guide(&mut session, &self.frame.frame(), 33_333 * frame + below(seed, 99) as u64)?;
        }
        Ok(())
    }

    /// A ceremony that was begun, and stored.
    fn sealed(&self, seed: &mut u64) -> Result<Vec<u8>> {
        sealed(&self.seal, &below(seed, 1000).to_string())
    }

    fn open(&self, bytes: &[u8]) -> Result<()> {
        Ceremony::open(bytes, [&self.seal], b"", NOW).map(drop)
    }
}

fn sealed(key: &SealKey, number: &str) -> Result<Vec<u8>> {
    let mut rng = UnwrapErr(SysRng);
    let (policy, log, registry) = (Policy::default(), MemoryAttemptLog::default(), MemoryRegistry::default());
    let keys = MemoryKeyStore::new(&mut rng);
    let ctx = &mut Context { now: NOW, rng: &mut rng, policy: &policy, log: &log, registry: &registry, keys: &keys };
    let names = NameKey::from_bytes(&[1; 32]);
    let (session, document) = (SessionKey::new(&names, &["soak"]), DocumentKey::new(&names, "UTO", number)?);
    let begun = wait(Awaiting::begin(What::NewRegistration, Method::Biometrics, session, document, ctx))?;
    Ok(Ceremony::from(begun).seal(key, b"", 60, ctx)?.bytes)
}
