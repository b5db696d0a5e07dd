//! A chip's challenges: what the service asks the chip itself, so that a copy of its files is told
//! from it. The client passes challenges and answers on and is trusted with neither.

use super::document::{Seen, unreadable, upload_of};
use super::steps::Answer;
use crate::app::App;
use crate::error::Refused;
use crate::secrets::generator;
use crate::session::{Moved, Opened};
use crate::store::{SessionId, Vault};
use crate::time::now_s;
use crate::vault::{Agreement, Bearer, ChipAsked, Upload};
use axum::Json;
use axum::extract::State;
use axum::extract::multipart::Multipart;
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use selfsame::document::chip::{ACTIVE_CHALLENGE_LEN, AuthenticDocument, ChipFiles, ChipReason};
use selfsame::enrol::{Ceremony, SealKey, Step, Word};
use selfsame::error::{ErrorKind, Result as Faulty};
use selfsame::outcome::Outcome;
use std::sync::Arc;

/// How long a chip may take to answer, in seconds. Chosen by hand: it takes two or three, and a
/// person may have to lay the document on the reader again.
const ANSWER_S: u64 = 120;

/// What a chip is said to have answered.
pub(super) struct ChipAnswers {
    pub(super) active: Option<Vec<u8>>,
    pub(super) agreement: Option<Vec<u8>>,
}

/// A chip's files, read and authenticated.
pub(super) fn authentic<'a>(app: &App, parts: &'a [Vec<u8>]) -> Faulty<Seen<AuthenticDocument<'a>>> {
    let mut files = ChipFiles::default();
    for part in parts {
        if let Err(error) = files.add(part) {
            return Ok(Err(vec![Word::new(error.reason().as_str())?]));
        }
    }
    let read = AuthenticDocument::new(files, &app.trust(), now_s(), &app.document_limits);
    Ok(match unreadable(read)? {
        Ok(Outcome::Found(document)) => Ok(document),
        Ok(Outcome::Refused(error)) => Err(vec![Word::new(error.reason().as_str())?]),
        Err(words) => Err(words),
    })
}

/// Draws challenges for this document, one of each kind that its chip has a key for.
fn asked(app: &App, parts: &[Vec<u8>], session: &SessionId, rng: &mut ChaCha20Rng) -> Faulty<Seen<ChipAsked>> {
    let document = match authentic(app, parts)? {
        Ok(document) => document,
        Err(words) => return Ok(Err(words)),
    };
    let expires_at = now_s() + ANSWER_S;
    let active = document.chip().group(15).is_ok().then(|| {
        let mut challenge = [0; ACTIVE_CHALLENGE_LEN];
        rng.fill_bytes(&mut challenge);
        challenge
    });
    let agreement = match unreadable(document.begin_agreement(rng))? {
        Ok(Outcome::Found(challenge)) => {
            let seal = app.secrets.seals.first();
            let sealed = seal.map(|seal| seal.seal_challenge(&challenge, session, expires_at, rng)).transpose()?;
            sealed.map(|sealed| Agreement {
                protocol: challenge.protocol().to_vec(),
                key_id: challenge.key_id(),
                public_key: challenge.public_key().to_vec(),
                command: challenge.command(),
                sealed: sealed.bytes,
            })
        }
        Ok(Outcome::Refused(error)) => match error.reason() {
            // Many chips can do one of both, older ones neither.
            ChipReason::FileMissing | ChipReason::KeyMissing => None,
            reason => return Ok(Err(vec![Word::new(reason.as_str())?])),
        },
        Err(words) => return Ok(Err(words)),
    };
    Ok(Ok(ChipAsked { active, agreement, expires_at }))
}

/// Takes a chip's answers to what it was asked in this session. All that are given have to be
/// right; without any the document is as original as any copy.
pub(super) fn proven(
    app: &App,
    document: &mut AuthenticDocument<'_>,
    asked: Option<&ChipAsked>,
    answers: &ChipAnswers,
    session: &SessionId,
) -> Faulty<Seen<()>> {
    let now = now_s();
    let asked = asked.filter(|asked| now < asked.expires_at);
    let late = || Ok(Err(vec![Word::new("chip_not_asked")?]));
    if let Some(answer) = &answers.active {
        let Some(challenge) = asked.and_then(|asked| asked.active) else { return late() };
        match unreadable(document.answered(&challenge, answer))? {
            Ok(Outcome::Found(())) => {}
            Ok(Outcome::Refused(error)) => return Ok(Err(vec![Word::new(error.reason().as_str())?])),
            Err(words) => return Ok(Err(words)),
        }
    }
    if let Some(answer) = &answers.agreement {
        let Some(agreement) = asked.and_then(|asked| asked.agreement.as_ref()) else { return late() };
        let challenge = match SealKey::open_challenge(&agreement.sealed, &app.secrets.seals, session, now) {
            Ok(challenge) => challenge,
            // Sealed under a key that was taken out of service meanwhile.
            Err(error) if matches!(error.kind(), ErrorKind::Expired | ErrorKind::Tampered) => return late(),
            Err(error) => return Err(error),
        };
        match document.agreed(challenge, answer)? {
            Outcome::Found(()) => {}
            Outcome::Refused(error) => return Ok(Err(vec![Word::new(error.reason().as_str())?])),
        }
    }
    Ok(Ok(()))
}

pub(super) async fn challenge(State(app): State<Arc<App>>, bearer: Bearer, parts: Multipart) -> Answer {
    // Whoever has no ceremony that awaits a document sends nothing.
    let Opened { ceremony: Ceremony::Document(_), .. } = Opened::of(&app, &bearer).await? else {
        return Err(Refused::other_step());
    };
    let files = match &upload_of(parts).await? {
        (Upload::Chip(files), ChipAnswers { active: None, agreement: None }) => files.clone(),
        _ => return Err(Refused::malformed("the files of one chip, and no answers yet")),
    };
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(&app, &bearer).await?;
    let (Ceremony::Document(state), Some(mut applicant)) = (ceremony, applicant) else {
        return Err(Refused::other_step());
    };
    let state = match state.check_time(&mut app.context(&mut place.rng)).await? {
        Step::Next(state) => state,
        over => return Ok(Json(place.store(&app, Moved::of(over), Some(&applicant)).await?)),
    };
    let mut rng = generator().map_err(|error| Refused::fault(&error))?;
    let (shared, session) = (app.clone(), place.id);
    let drawn = app.pool.run(move |_| asked(&shared, &files, &session, &mut rng)).await?;
    let moved = match drawn.map_err(Refused::from)? {
        Ok(asked) => {
            // An earlier one counts no more.
            applicant.chip = Some(asked);
            Moved::to(state.into())
        }
        Err(words) => Moved::of(state.failed(words, &mut app.context(&mut place.rng)).await?),
    };
    let sealed = applicant.seal(&bearer, &mut place.rng).map_err(|error| Refused::fault(&error))?;
    Ok(Json(place.store(&app, Moved { vault: Vault::Put(sealed), ..moved }, Some(&applicant)).await?))
}
