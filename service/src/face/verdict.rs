//! The verdict: the crate's evidence goes to the ceremony, and the faces are compared. What is
//! measured is kept for reviewers; the applicant gets advice.

use super::flashes::Answered;
use super::recorder;
use super::wire::Label;
use crate::api::read_document;
use crate::app::App;
use crate::error::Refused;
use crate::session::{Moved, Opened};
use crate::step::StepView;
use crate::store::Vault;
use crate::time::now_s;
use crate::vault::{Bearer, Upload};
use selfsame::binding::Binding;
use selfsame::compare::MatchEvidence;
use selfsame::engine::{Engine, Verification};
use selfsame::enrol::{Ceremony, Word};
use selfsame::image::Photo;
use selfsame::liveness::Finished;
use serde_json::json;
use std::sync::Arc;

/// How long evidence counts, in seconds. Chosen by hand: the comparison follows at once.
const EVIDENCE_S: u64 = 120;

/// Judges, compares, and stores what came of both.
pub(super) async fn judge(
    app: &Arc<App>,
    bearer: &Bearer,
    answered: Answered,
    record: Option<Label>,
) -> Result<StepView, Refused> {
    let Answered { session, words, pulled_back, advice, frames } = answered;
    let Opened { mut place, ceremony, applicant, .. } = Opened::of(app, bearer).await?;
    let (Ceremony::Flashes(state), Some(mut applicant)) = (ceremony, applicant) else {
        return Err(Refused::other_step());
    };
    let challenge = session.challenge().clone();
    let now = now_s();
    let finish = move |_: &Engine| (session.trace().face_over_background(), session.finish(now, EVIDENCE_S));
    let (answer, finished) = app.pool.run_frame(finish).await?;
    let Finished { report, reference, evidence, .. } = finished;
    if let (Some(folder), Some(label)) = (app.config.keep.recordings.as_deref(), record.filter(|label| label.consent)) {
        let recorded = recorder::record(folder, &label, &challenge, &frames, applicant.document.as_ref());
        if let Err(error) = recorded {
            tracing::error!(error, "a face check cannot be recorded");
        }
    }
    drop(frames);
    let mut measured = json!({
        "at": now, "segments": challenge.segments(), "answer": answer, "report": report, "stopped": words,
    });
    let (moved, word) = match (evidence.filter(|_| words.is_empty()), reference) {
        (Some(evidence), Some(reference)) => {
            let answered = state.answered(&evidence, &mut app.context(&mut place.rng)).await?;
            match Moved::of(answered) {
                Moved { ceremony: Ceremony::Comparison(state), .. } => {
                    let upload = applicant.document.take().ok_or_else(|| Refused::fault(&"the document is gone"))?;
                    let binding = Binding::new(*state.nonce(), now_s(), EVIDENCE_S);
                    let (verification, evidence) = compare(app, upload, reference.photo, binding).await?;
                    if let Some(measured) = measured.as_object_mut() {
                        measured.insert("comparison".to_owned(), json!(verification.verdict.as_str()));
                    }
                    let ctx = &mut app.context(&mut place.rng);
                    match evidence {
                        Some(evidence) => (Moved::of(state.matched(&evidence, ctx).await?), "passed"),
                        None => {
                            let reasons = verification.verdict.reasons();
                            let moved = Moved::of(state.failed(reasons, ctx).await?);
                            (moved.hushed(vec!["not_the_document".to_owned()]), "no_match")
                        }
                    }
                }
                other => (other.hushed(vec!["begin_again".to_owned()]), "too_little"),
            }
        }
        _ if pulled_back => {
            let moved = Moved::of(state.pulled_back(&mut app.context(&mut place.rng)).await?);
            (moved.hushed(advice), "pulled_back")
        }
        _ => {
            let verdict = &report.verdict;
            let told = if words.is_empty() {
                verdict.advice().iter().map(|advice| advice.as_str().to_owned()).collect()
            } else {
                advice
            };
            let mut reasons = if words.is_empty() { verdict.reasons() } else { words };
            if reasons.is_empty() {
                reasons.push("no_reference");
            }
            // Stable words; what was measured of a face stays in the report.
            tracing::info!(?reasons, "a face check failed");
            let reasons = reasons.into_iter().map(Word::new).collect::<Result<Vec<_>, _>>()?;
            let moved = Moved::of(state.failed(reasons, &mut app.context(&mut place.rng)).await?);
            (moved.hushed(told), "failed")
        }
    };
    app.metrics.outcome(word);
    // The portrait is not needed any more once the faces match.
    let vault = match moved.ceremony {
        Ceremony::Confirmation(_) | Ceremony::Proofed(_) => {
            Vault::Put(applicant.seal(bearer, &mut place.rng).map_err(|error| Refused::fault(&error))?)
        }
        _ => Vault::Keep,
    };
    let moved = Moved { vault, report: Some(measured.to_string()), ..moved };
    place.store(app, moved, Some(&applicant)).await
}

/// Compares the session's picture with the document's.
async fn compare(
    app: &Arc<App>,
    upload: Upload,
    reference: Photo,
    binding: Binding,
) -> Result<(Verification, Option<MatchEvidence>), Refused> {
    let shared = app.clone();
    let work = move |engine: &Engine| {
        let app = &shared;
        let Ok(document) = read_document(engine, app, &upload)? else { return Ok(None) };
        engine.verify_for(&binding, &document.photo, &reference, app.policy.max_fmr()).map(Some)
    };
    let compared = app.pool.run_frame(work).await?.map_err(|error: selfsame::error::Error| Refused::from(error))?;
    compared.ok_or_else(|| Refused::fault(&"a document that was read cannot be read again"))
}
