//! [`Opened`]: one ceremony during one request. It is opened from the store, goes one step on, and
//! its [`Place`] stores it again, or not at all if another request was faster.

use crate::app::App;
use crate::error::Refused;
use crate::metrics::Worded;
use crate::secrets::generator;
use crate::step::{Notes, StepView, time_left_s};
use crate::store::{Change, Record, SessionId, Stored, Vault};
use crate::time::now_s;
use crate::vault::{Applicant, Bearer};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use selfsame::enrol::{Ceremony, DeviceKey, SetbackReason, Step};

/// How long a sealed state opens after its ceremony's time, in seconds: so long can a page be
/// loaded again that says how it ended. Chosen by hand.
const AFTERWARDS_S: u64 = 900;
/// The letters of codes: none that look like another.
const LETTERS: [u8; 32] = *b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Where a ceremony is stored.
pub(crate) struct Place {
    pub(crate) id: SessionId,
    code: Option<String>,
    pub(crate) rng: ChaCha20Rng,
}

/// See the module.
pub(crate) struct Opened {
    pub(crate) place: Place,
    pub(crate) ceremony: Ceremony,
    pub(crate) notes: Notes,
    /// What it remembers of its applicant; `None` for who asks without the token, and at the end.
    pub(crate) applicant: Option<Applicant>,
}

/// What came of a step, to be stored.
pub(crate) struct Moved {
    pub(crate) ceremony: Ceremony,
    pub(crate) notes: Notes,
    pub(crate) vault: Vault,
    pub(crate) report: Option<String>,
}

impl Moved {
    /// What a transition led to.
    pub(crate) fn of<N: Into<Ceremony>, R: Into<Ceremony>>(step: Step<N, R>) -> Self {
        let reasons: &[SetbackReason] = match &step {
            Step::Next(_) => &[],
            Step::Retry(_, reasons) => reasons,
            Step::Terminated(terminated) => terminated.reasons(),
        };
        Self { notes: Notes::of(reasons), ceremony: step.into(), vault: Vault::Keep, report: None }
    }

    /// A state that nothing was said about.
    pub(crate) fn to(ceremony: Ceremony) -> Self {
        Self { ceremony, notes: Notes::default(), vault: Vault::Keep, report: None }
    }

    /// The same, of a face check: reasons are for reviewers.
    pub(crate) fn hushed(mut self, advice: Vec<String>) -> Self {
        self.notes.reasons.retain(|reason| reason.code == "too_slow");
        self.notes.advice = advice;
        self
    }
}

/// A code to type on another device, of 40 random bits: `7K3M-9QXW`.
fn drawn_code(rng: &mut ChaCha20Rng) -> String {
    let drawn = rng.next_u64();
    let letter = |place: u32| LETTERS.get((drawn >> (5 * place)) as usize % LETTERS.len()).copied();
    let letters: String = (0..8).filter_map(letter).map(char::from).collect();
    let (first, second) = letters.split_at(4);
    format!("{first}-{second}")
}

impl Opened {
    /// Opens what is stored.
    pub(crate) fn new(app: &App, stored: Stored) -> Result<Self, Refused> {
        let ceremony = Ceremony::open(&stored.state, &app.secrets.seals, &stored.id, now_s()).map_err(|error| {
            // Expired, or sealed under a key that was taken out of service.
            tracing::debug!(%error, "a stored ceremony does not open");
            Refused::token()
        })?;
        Ok(Self {
            place: Place::new(stored.id, stored.code)?,
            ceremony,
            // Nothing was said that cannot be read.
            notes: serde_json::from_str(&stored.notes).unwrap_or_default(),
            applicant: None,
        })
    }

    /// Opens the ceremony of a token, and what it remembers of its applicant.
    pub(crate) async fn of(app: &App, bearer: &Bearer) -> Result<Self, Refused> {
        let id = bearer.id();
        let stored = app.store.get(&id).await?.ok_or_else(Refused::token)?;
        let opened = Self::new(app, stored)?;
        let applicant = match app.store.vault(&id).await? {
            Some(bytes) => Some(Applicant::open(&bytes, bearer).map_err(|error| Refused::fault(&error))?),
            None => None,
        };
        Ok(Self { applicant, ..opened })
    }

    /// What the client is told; takes note where a step's time is over.
    pub(crate) async fn view(self, app: &App) -> Result<StepView, Refused> {
        let Self { mut place, ceremony, notes, applicant } = self;
        let is_late = time_left_s(&ceremony, &app.context(&mut place.rng)) == Some(0);
        if is_late {
            let moved = late(ceremony, app, &mut place.rng).await?;
            return place.store(app, moved, applicant.as_ref()).await;
        }
        let code = place.code.clone();
        Ok(StepView::new(&ceremony, applicant.as_ref(), notes, code.as_deref(), &app.context(&mut place.rng)))
    }
}

/// Has the ceremony look at its clock.
async fn late(ceremony: Ceremony, app: &App, rng: &mut ChaCha20Rng) -> Result<Moved, Refused> {
    let ctx = &mut app.context(rng);
    Ok(match ceremony {
        Ceremony::Form(state) => Moved::of(state.check_time(ctx).await?),
        Ceremony::Document(state) => Moved::of(state.check_time(ctx).await?),
        Ceremony::Instructions(state) => Moved::of(state.check_time(ctx).await?),
        Ceremony::Oval(state) => Moved::of(state.check_time(ctx).await?),
        Ceremony::Flashes(state) => Moved::of(state.check_time(ctx).await?),
        Ceremony::Comparison(state) => Moved::of(state.check_time(ctx).await?),
        Ceremony::Confirmation(state) => Moved::of(state.check_time(ctx).await?),
        Ceremony::Consent(state) => Moved::of(state.check_time(ctx).await?),
        Ceremony::OnDevice(state) => Moved::of(state.check_time(ctx).await?),
        other => Moved::to(other),
    })
}

impl Place {
    /// The place of this name, and the code under which another device asks for it.
    pub(crate) fn new(id: SessionId, code: Option<String>) -> Result<Self, Refused> {
        Ok(Self { id, code, rng: generator().map_err(|error| Refused::fault(&error))? })
    }

    /// Stores what a step led to, and says what the client is told.
    pub(crate) async fn store(
        mut self,
        app: &App,
        moved: Moved,
        applicant: Option<&Applicant>,
    ) -> Result<StepView, Refused> {
        let Moved { ceremony, notes, vault, report } = moved;
        let rng = &mut self.rng;
        let ceremony = match ceremony {
            // PINs and keys are the device's, which is handed the digest `proofing`.
            Ceremony::Proofed(proofed) => {
                let mut key = [0; 32];
                rng.fill_bytes(&mut key);
                let lifetime_s = app.policy.times().on_device_s();
                let ctx = &mut app.context(rng);
                let (state, _) = proofed.hand_over(&DeviceKey::from_bytes(&key), &self.id, lifetime_s, ctx)?;
                state.into()
            }
            other => other,
        };
        let code = match (&ceremony, self.code) {
            (Ceremony::Confirmation(_), Some(code)) => Some(code),
            (Ceremony::Confirmation(_), None) => Some(drawn_code(rng)),
            _ => None,
        };
        let is_over = matches!(ceremony, Ceremony::Enrolled(_) | Ceremony::Terminated(_));
        let audit = ceremony.audit();
        let signature = match audit.proofing() {
            Some(proofing) => app.secrets.sign(&proofing.digest()).map_err(|error| Refused::fault(&error))?,
            // None yet.
            None => Vec::new(),
        };
        let record = Record {
            id: self.id,
            began_at: audit.began_at,
            updated_at: now_s(),
            phase: ceremony.phase().as_str().to_owned(),
            audit: serde_json::to_string(audit).map_err(|error| Refused::fault(&error))?,
            signature,
        };
        let phase = record.phase.clone();
        let text = serde_json::to_string(&notes).map_err(|error| Refused::fault(&error))?;
        let ctx = &mut app.context(rng);
        let view = StepView::new(&ceremony, applicant, notes, code.as_deref(), ctx);
        let seal = app.secrets.seals.first().ok_or_else(|| Refused::fault(&"there is no key to seal under"))?;
        let lifetime_s = app.policy.times().total_s() + AFTERWARDS_S;
        let sealed = ceremony.seal(seal, &self.id, lifetime_s, ctx)?;
        let change = Change {
            row: Stored {
                id: self.id,
                token: *sealed.token.as_bytes(),
                state: sealed.bytes,
                notes: text,
                code,
                expires_at: sealed.expires_at,
            },
            replaces: sealed.replaces,
            vault: if is_over { Vault::Delete } else { vault },
            record,
            report,
        };
        if !app.store.put(&change).await? {
            return Err(Refused::replaced());
        }
        app.metrics.phases.get_or_create(&Worded { word: phase }).inc();
        Ok(view)
    }
}
