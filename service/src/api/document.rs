//! The document: as a chip's files, as a portrait, or as a photograph of its page.

use super::agreement::{Shown, differences};
use super::chip::{ChipAnswers, authentic, proven};
use super::steps::Answer;
use crate::app::App;
use crate::error::Refused;
use crate::session::{Moved, Opened};
use crate::store::{SessionId, Vault};
use crate::time::now_s;
use crate::vault::{Applicant, Bearer, ChipAsked, Upload};
use axum::Json;
use axum::extract::State;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::http::StatusCode;
use selfsame::binding::Binding;
use selfsame::document::chip::AuthenticDocument;
use selfsame::document::{DocumentEvidence, DocumentPhoto};
use selfsame::engine::Engine;
use selfsame::enrol::{Ceremony, DocumentHolder, DocumentKey, Identity, Word};
use selfsame::error::{Error, ErrorKind, Result as Faulty};
use selfsame::image::Photo;
use selfsame::outcome::Outcome;
use std::sync::Arc;

/// How long evidence counts, in seconds: as long as the service needs for the next step. Chosen by
/// hand.
const EVIDENCE_S: u64 = 120;
/// The parts of a request that are a chip's files.
const CHIP_PARTS: [&str; 7] = ["com", "sod", "dg1", "dg2", "dg11", "dg14", "dg15"];

/// Something, or the words that say why not.
pub(super) type Seen<T> = Result<T, Vec<Word>>;

fn refusal(error: &MultipartError) -> Refused {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the document is too large")
        }
        _ => Refused::malformed("the parts of the request cannot be read"),
    }
}

/// The parts of a request.
pub(super) async fn upload_of(mut parts: Multipart) -> Result<(Upload, ChipAnswers), Refused> {
    let (mut single, mut files) = (None, Vec::new());
    let mut answers = ChipAnswers { active: None, agreement: None };
    while let Some(part) = parts.next_field().await.map_err(|error| refusal(&error))? {
        let name = part.name().map(str::to_owned).ok_or_else(|| Refused::malformed("a part has no name"))?;
        let bytes = part.bytes().await.map_err(|error| refusal(&error))?.to_vec();
        match name.as_str() {
            "portrait" if single.is_none() => single = Some(Upload::Portrait(bytes)),
            "page" if single.is_none() => single = Some(Upload::Page(bytes)),
            "active_answer" if answers.active.is_none() => answers.active = Some(bytes),
            "agreement_answer" if answers.agreement.is_none() => answers.agreement = Some(bytes),
            name if CHIP_PARTS.contains(&name) && files.len() < CHIP_PARTS.len() => files.push(bytes),
            _ => return Err(Refused::malformed("one portrait, one page, or the files of one chip")),
        }
    }
    match (single, files.is_empty()) {
        (Some(upload), true) if answers.active.is_none() && answers.agreement.is_none() => Ok((upload, answers)),
        (None, false) => Ok((Upload::Chip(files), answers)),
        _ => Err(Refused::malformed("one portrait, one page, or the files of one chip")),
    }
}

/// What is wrong with bytes from outside is the applicant's to mend; all else is a fault.
pub(super) fn unreadable<T>(result: Faulty<T>) -> Faulty<Seen<T>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error) => match error.kind() {
            ErrorKind::Corrupt | ErrorKind::UnsupportedFormat | ErrorKind::UnsupportedVersion => {
                Ok(Err(vec![Word::new("document_unreadable")?]))
            }
            ErrorKind::LimitExceeded => Ok(Err(vec![Word::new("document_too_large")?])),
            _ => Err(error),
        },
    }
}

/// A document that was read.
pub(crate) struct ReadDocument {
    pub(crate) photo: DocumentPhoto,
    /// Who holds it, and what stands on it: of a chip, or of a page whose zone was read.
    holder: Option<(DocumentHolder, Shown)>,
}

/// A photographed page: its portrait, and who holds it by its machine-readable zone.
fn read_page(engine: &Engine, app: &App, photo: &Photo) -> Faulty<Seen<ReadDocument>> {
    let page = match engine.document_page(photo)? {
        Outcome::Found(page) => page,
        Outcome::Refused(reasons) => return Ok(Err(reasons.into_iter().map(Into::into).collect())),
    };
    let at = now_s();
    let holder = match DocumentHolder::of_page(&page, &app.secrets.names, at) {
        Ok(Outcome::Found(holder)) => Some(holder),
        Ok(Outcome::Refused(_)) if app.config.pages_without_zone => None,
        Ok(Outcome::Refused(reason)) => return Ok(Err(vec![Word::new(format!("zone_{reason}"))?])),
        // Whoever prints a page chooses its state.
        Err(error) if error.kind() == ErrorKind::InvalidArgument => return Ok(Err(vec![Word::new("zone_state")?])),
        Err(error) => return Err(error),
    };
    let holder = holder.zip(page.zone.found()).map(|(holder, zone)| {
        let birth = zone.mrz.birth_before(at);
        (holder, Shown { mrz: zone.mrz, birth })
    });
    Ok(Ok(ReadDocument { photo: page.document, holder }))
}

/// An authentic document: its portrait, and who holds it.
fn read_chip(app: &App, document: AuthenticDocument<'_>) -> Faulty<ReadDocument> {
    let holder = DocumentHolder::of_chip(&document, &app.secrets.names)?;
    let shown = Shown { mrz: document.mrz().clone(), birth: document.date_of_birth() };
    Ok(ReadDocument { photo: document.into_photo(), holder: Some((holder, shown)) })
}

/// A document that its chip has answered for, if it was asked.
fn read_answered(app: &App, given: &Given) -> Option<Faulty<Seen<ReadDocument>>> {
    let Upload::Chip(parts) = &given.upload else { return None };
    let read = || {
        let mut document = match authentic(app, parts)? {
            Ok(document) => document,
            Err(words) => return Ok(Err(words)),
        };
        match proven(app, &mut document, given.asked.as_ref(), &given.answers, &given.session)? {
            Ok(()) => Ok(Ok(read_chip(app, document)?)),
            Err(words) => Ok(Err(words)),
        }
    };
    Some(read())
}

/// Reads a document: its portrait, and who holds it if a chip or a page's zone says so.
pub(crate) fn read_document(engine: &Engine, app: &App, upload: &Upload) -> Faulty<Seen<ReadDocument>> {
    let limits = &app.document_limits;
    match upload {
        Upload::Portrait(bytes) => {
            let read = unreadable(DocumentPhoto::from_bytes(bytes, limits))?;
            Ok(read.map(|photo| ReadDocument { photo, holder: None }))
        }
        Upload::Page(bytes) => match unreadable(Photo::decode(bytes, limits))? {
            Ok(photo) => read_page(engine, app, &photo),
            Err(words) => Ok(Err(words)),
        },
        Upload::Chip(parts) => match authentic(app, parts)? {
            Ok(document) => Ok(Ok(read_chip(app, document)?)),
            Err(words) => Ok(Err(words)),
        },
    }
}

type Read = Seen<(DocumentEvidence, Option<DocumentHolder>)>;

/// What was sent, and to whom it has to belong.
struct Given {
    applicant: Applicant,
    upload: Upload,
    /// What the chip was asked before.
    asked: Option<ChipAsked>,
    answers: ChipAnswers,
    session: SessionId,
}

fn evidence_of(engine: &Engine, app: &App, given: &Given, binding: &Binding) -> Faulty<Read> {
    let read = read_answered(app, given).unwrap_or_else(|| read_document(engine, app, &given.upload));
    let read = match read? {
        Ok(read) => read,
        Err(words) => return Ok(Err(words)),
    };
    let holder = match read.holder {
        None => None,
        Some((holder, shown)) => {
            let words = differences(&given.applicant, &shown)?;
            if !words.is_empty() {
                return Ok(Err(words));
            }
            Some(holder)
        }
    };
    Ok(match engine.document_evidence(binding, &read.photo)? {
        Outcome::Found(evidence) => Ok((evidence, holder)),
        Outcome::Refused(reasons) => Err(reasons.into_iter().map(Into::into).collect()),
    })
}

/// Who the form says, where no document does: for demonstrations.
fn said(app: &App, applicant: &Applicant, document: DocumentKey) -> DocumentHolder {
    let identity = Identity::new(&app.secrets.names, &[&applicant.spelled_name(), &applicant.date_of_birth]);
    DocumentHolder { document, identity, authenticated: false, portrait: None }
}

pub(super) async fn document(State(app): State<Arc<App>>, bearer: Bearer, parts: Multipart) -> Answer {
    // Whoever has no ceremony that awaits a document sends nothing.
    let Opened { ceremony: Ceremony::Document(_), .. } = Opened::of(&app, &bearer).await? else {
        return Err(Refused::other_step());
    };
    let (upload, answers) = upload_of(parts).await?;
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(&app, &bearer).await?;
    let (Ceremony::Document(state), Some(mut applicant)) = (ceremony, applicant) else {
        return Err(Refused::other_step());
    };
    let binding = Binding::new(*state.nonce(), now_s(), EVIDENCE_S);
    // An answer counts once: with the next state the question is gone.
    let asked = applicant.chip.take();
    let was_asked = asked.is_some();
    let (shared, session) = (app.clone(), place.id);
    let given = Given { applicant: applicant.clone(), upload: upload.clone(), asked, answers, session };
    let work = move |engine: &Engine| evidence_of(engine, &shared, &given, &binding);
    let read = app.pool.run(work).await?;
    let moved = match read.map_err(|error: Error| Refused::from(error))? {
        Ok((evidence, holder)) => {
            let holder = holder.unwrap_or_else(|| said(&app, &applicant, state.document_key()));
            applicant.document = Some(upload);
            Moved::of(state.read(&evidence, holder, &mut app.context(&mut place.rng)).await?)
        }
        Err(words) => Moved::of(state.failed(words, &mut app.context(&mut place.rng)).await?),
    };
    let vault = if was_asked || matches!(moved.ceremony, Ceremony::Instructions(_)) {
        Vault::Put(applicant.seal(&bearer, &mut place.rng).map_err(|error| Refused::fault(&error))?)
    } else {
        Vault::Keep
    };
    Ok(Json(place.store(&app, Moved { vault, ..moved }, Some(&applicant)).await?))
}
