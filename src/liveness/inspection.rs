//! [`Inspection`]: which frames' templates are compared with the reference, and when.
//!
//! Whoever knows beforehand which frames will be looked at shows another face in all others. So the
//! times are drawn by a key, and the first and the last frame are always among them.

use crate::compare::score;
use crate::digest::Digest;
use crate::error::Result;
use crate::template::{Template, TemplateEncoding};
use serde::{Deserialize, Serialize};

/// Times between frames that are compared, in microseconds: 450 ms in the mean, about one in each
/// slot.
const GAP_US: [u64; 2] = [150_000, 750_000];
/// Templates that are compared at most in one session, whatever its client sends: more than a
/// session of 5 s has at such gaps.
const MAX_COMPARED: u64 = 24;

/// The frames of one session that are compared.
pub(super) struct Inspection {
    key: [u8; 32],
    /// Whether the client cannot know the key.
    pub(super) is_secret: bool,
    /// From when on the next frame is compared; `None` before the first one.
    next_us: Option<u64>,
    compared: u64,
    /// Whether the picture that stands for the session was looked at.
    pub(super) is_settled: bool,
    /// That picture, if it tells who it is.
    reference: Option<Template>,
    /// Templates of frames that have no such picture to be compared with yet.
    waiting: Vec<(u64, Template)>,
    has_last: bool,
}

/// An inspection as plain data; templates are encoded.
#[derive(Serialize, Deserialize)]
pub(super) struct SuspendedInspection {
    key: [u8; 32],
    is_secret: bool,
    next_us: Option<u64>,
    compared: u64,
    is_settled: bool,
    reference: Option<Vec<u8>>,
    waiting: Vec<(u64, Vec<u8>)>,
    has_last: bool,
}

impl Inspection {
    /// What to keep, so that another process goes on with the same draws.
    pub(super) fn suspend(&self) -> Result<SuspendedInspection> {
        let encoded = |template: &Template| template.encode(TemplateEncoding::F32).map(|bytes| bytes.to_vec());
        let waiting = self.waiting.iter().map(|(timestamp_us, template)| Ok((*timestamp_us, encoded(template)?)));
        Ok(SuspendedInspection {
            key: self.key,
            is_secret: self.is_secret,
            next_us: self.next_us,
            compared: self.compared,
            is_settled: self.is_settled,
            reference: self.reference.as_ref().map(encoded).transpose()?,
            waiting: waiting.collect::<Result<_>>()?,
            has_last: self.has_last,
        })
    }

    /// The inspection that was suspended, by networks of `model_id`.
    pub(super) fn resume(suspended: SuspendedInspection, model_id: &str) -> Result<Self> {
        let SuspendedInspection { key, is_secret, next_us, compared, is_settled, reference, waiting, has_last } =
            suspended;
        let decoded = |bytes: &[u8]| Template::decode_for(bytes, model_id);
        let waiting = waiting.iter().map(|(timestamp_us, bytes)| Ok((*timestamp_us, decoded(bytes)?)));
        Ok(Self {
            key,
            is_secret,
            next_us,
            compared,
            is_settled,
            reference: reference.as_deref().map(decoded).transpose()?,
            waiting: waiting.collect::<Result<_>>()?,
            has_last,
        })
    }

    /// Draws by a key that both sides may know.
    pub(super) fn open(nonce: &[u8]) -> Self {
        let key = *Digest::of_parts("inspected frames", [nonce]).as_bytes();
        Self {
            key,
            is_secret: false,
            next_us: None,
            compared: 0,
            is_settled: false,
            reference: None,
            waiting: Vec::new(),
            has_last: false,
        }
    }

    /// Draws by `key`, which nobody else knows.
    pub(super) fn secret(key: [u8; 32]) -> Self {
        Self { key, is_secret: true, ..Self::open(&[]) }
    }

    /// Whether the frame at `timestamp_us` is to be compared: its turn has come, it could be of
    /// another face (`anew`), or it is the first one after the challenge's end (`last`).
    pub(super) fn is_due(&self, anew: bool, last: bool, timestamp_us: u64) -> bool {
        let due = anew || self.next_us.is_none_or(|next| timestamp_us >= next) || (last && !self.has_last);
        due && self.compared < MAX_COMPARED
    }

    /// Takes the template of the frame at `timestamp_us`, whose pixels have this `fingerprint`, and
    /// gives its score to `scores` if the reference is known.
    pub(super) fn add(
        &mut self,
        template: Template,
        timestamp_us: u64,
        last: bool,
        fingerprint: u64,
        scores: &mut Vec<(u64, f32)>,
    ) -> Result<()> {
        self.compared += 1;
        self.has_last |= last;
        // Even a client that could know the key must settle this frame before it knows the next.
        let parts = [self.compared.to_be_bytes(), fingerprint.to_be_bytes()];
        let drawn = Digest::keyed(&self.key, "gap", parts.iter().map(<[u8; 8]>::as_slice));
        let [a, b, c, d, ..] = *drawn.as_bytes();
        let [least, most] = GAP_US;
        // The remainder of 32 bits by 600,000 favours no gap by more than 1 in 7,000.
        let gap = least + u64::from(u32::from_be_bytes([a, b, c, d])) % (most - least);
        self.next_us = Some(timestamp_us.saturating_add(gap));
        match &self.reference {
            Some(reference) => scores.push((timestamp_us, score(reference, &template)?.value())),
            None => self.waiting.push((timestamp_us, template)),
        }
        Ok(())
    }

    /// Settles the picture that stands for the session: from now on, and for the frames that
    /// waited, scores are those with it. One that does not tell who it is stands for nothing.
    pub(super) fn settle(&mut self, reference: Template, scores: &mut Vec<(u64, f32)>) -> Result<()> {
        self.is_settled = true;
        if !reference.is_reliable() {
            return Ok(());
        }
        for (timestamp_us, template) in self.waiting.drain(..) {
            scores.push((timestamp_us, score(&reference, &template)?.value()));
        }
        self.reference = Some(reference);
        Ok(())
    }
}
