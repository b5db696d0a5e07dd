//! Compares a document's portrait with a selfie.
//!
//! `cargo run --release --example verify -- DOCUMENT SELFIE [--page] [--require-chip] [--fmr 1e-4]
//! [--average] [--profile fast|standard|accurate] [--int8] [--json]`
//!
//! Exit status: 0 match, 1 no match, 2 refused, 3 error.

use crate::error::{OfFile, Result};
use crate::say;
use crate::tools::command_line;
use clap::Parser;
use selfsame::compare::FmrBasis;
use selfsame::document::{DocumentDemand, DocumentPhoto, PageRefusal, PageZone, ZoneRefusal};
use selfsame::engine::{Engine, Side, StageObserver, Verdict, Verification};
use selfsame::error::Stage;
use selfsame::image::{Limits, Photo};
use selfsame::model::{Backend, Profile};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Compares a document's portrait with a selfie.
#[derive(Parser)]
struct Arguments {
    /// The document's portrait: a chip's data group 2, or a photograph of the holder (JPEG, JPEG
    /// 2000, PNG or WebP); with `--page` a photograph of the data page.
    document: PathBuf,
    /// Photograph of the person who claims to be the holder.
    selfie: PathBuf,
    /// DOCUMENT is a photograph of a whole data page: find the portrait on it.
    #[arg(long)]
    page: bool,
    /// Refuse documents that were not read from a chip.
    #[arg(long)]
    require_chip: bool,
    /// False match rate to decide at.
    #[arg(long, default_value = "1e-4")]
    fmr: f64,
    /// Keep that rate over all people, rather than for the group of people that matches falsely
    /// most often.
    #[arg(long)]
    average: bool,
    /// Which template networks run: fast, standard or accurate.
    #[arg(long, default_value = "standard", value_parser = command_line::profile)]
    profile: Profile,
    /// Take templates in 8-bit integers.
    #[arg(long)]
    int8: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Milliseconds per stage of each side, in the order in which they ran.
#[derive(Default)]
struct Timings {
    started: Option<Instant>,
    stages: Vec<(Side, Stage, f64)>,
}

impl StageObserver for Timings {
    fn enter(&mut self, _: Side, _: Stage) {
        self.started = Some(Instant::now());
    }

    fn leave(&mut self, side: Side, stage: Stage) {
        let Some(started) = self.started.take() else { return };
        let ms = 1e3 * started.elapsed().as_secs_f64();
        // A stage can run twice: a doubtful face is looked for once more.
        match self.stages.iter_mut().find(|(s, t, _)| (*s, *t) == (side, stage)) {
            Some((.., sum)) => *sum += ms,
            None => self.stages.push((side, stage, ms)),
        }
    }
}

impl Timings {
    fn name(side: Side, stage: Stage) -> String {
        match side {
            Side::Both => stage.as_str().to_owned(),
            side => format!("{}_{}", side.as_str(), stage.as_str()),
        }
    }
}

/// How far it came.
enum Outcome {
    /// The page's photograph gave no portrait.
    Unread(Vec<PageRefusal>),
    /// With what the zone of a page says, if the document is one.
    Verified(Box<(Verification, Option<Zone>)>),
}

type Zone = selfsame::outcome::Outcome<PageZone, ZoneRefusal>;

/// Runs the tool with the arguments of the process.
pub fn main() -> ExitCode {
    command_line::main(|a: &Arguments| a.json, tell)
}

/// Runs, prints, and gives the decision's exit status.
fn tell(arguments: &Arguments) -> Result<ExitCode> {
    let mut timings = Timings::default();
    Ok(match run(arguments, &mut timings)? {
        Outcome::Unread(reasons) => {
            let words: Vec<String> = reasons.iter().map(|r| format!("document_{}", r.as_str())).collect();
            if arguments.json {
                say!("{}", serde_json::json!({ "decision": "refused", "origin": "page", "reasons": words }));
            } else {
                say!("decision   refused ({})\norigin     page, without a portrait to compare", words.join(", "));
            }
            ExitCode::from(2)
        }
        Outcome::Verified(verified) => {
            let (verification, zone) = *verified;
            if arguments.json {
                say!("{}", json(&verification, zone.as_ref(), &timings));
            } else {
                print(&verification, zone.as_ref(), &timings);
            }
            ExitCode::from(match verification.verdict {
                Verdict::Match(_) => 0,
                Verdict::NoMatch(_) => 1,
                // Refused.
                _ => 2,
            })
        }
    })
}

fn run(arguments: &Arguments, timings: &mut Timings) -> Result<Outcome> {
    timings.enter(Side::Both, Stage::Model);
    let backend = if arguments.int8 { Backend::Int8 } else { Backend::Native };
    let basis = if arguments.average { FmrBasis::Average } else { FmrBasis::WorstGroup };
    let builder = Engine::builder().backend(backend).template(arguments.profile).fmr_basis(basis);
    let engine = if arguments.require_chip { builder.require(DocumentDemand::Format) } else { builder }.build()?;
    timings.leave(Side::Both, Stage::Model);
    let limits = Limits::default();
    let document = command_line::read(&arguments.document, &limits, Stage::Decode)?;
    timings.enter(Side::Document, Stage::Decode);
    let (document, zone) = if arguments.page {
        let photo = Photo::decode(&document, &limits).of_file(&arguments.document)?;
        timings.leave(Side::Document, Stage::Decode);
        timings.enter(Side::Document, Stage::Document);
        let page = engine.document_page(&photo)?;
        timings.leave(Side::Document, Stage::Document);
        match page {
            selfsame::outcome::Outcome::Found(portrait) => (portrait.document, Some(portrait.zone)),
            selfsame::outcome::Outcome::Refused(reasons) => return Ok(Outcome::Unread(reasons)),
        }
    } else {
        let document = DocumentPhoto::from_bytes(&document, &limits).of_file(&arguments.document)?;
        timings.leave(Side::Document, Stage::Decode);
        (document, None)
    };
    let selfie = command_line::read(&arguments.selfie, &limits, Stage::Decode)?;
    timings.enter(Side::Selfie, Stage::Decode);
    let selfie = Photo::decode(&selfie, &limits).of_file(&arguments.selfie)?;
    timings.leave(Side::Selfie, Stage::Decode);
    let verification = engine.verify_observed(&document, &selfie, arguments.fmr, timings)?;
    Ok(Outcome::Verified(Box::new((verification, zone))))
}

fn print(verification: &Verification, zone: Option<&Zone>, timings: &Timings) {
    let words: Vec<String> = verification.verdict.reasons().iter().map(ToString::to_string).collect();
    say!("decision   {} ({})", verification.verdict.as_str(), words.join(", "));
    let threshold = &verification.threshold;
    match verification.verdict.comparison() {
        Some(c) => {
            let (low, high) = threshold.interval();
            say!(
                "score      {:.4}, threshold {:.4} ({:.4} to {:.4}) for FMR {:.0e} ({}), calibrated for {}",
                c.score.value(),
                threshold.score().value(),
                low.value(),
                high.value(),
                threshold.fmr(),
                threshold.basis().as_str(),
                threshold.pairing().as_str()
            );
            let marginal = if c.marginal { "; marginal: inside the threshold's interval" } else { "" };
            let beyond = if threshold.is_extrapolated() { "; the threshold lies beyond the data" } else { "" };
            say!("           impostors reach this score at a rate of {}{marginal}{beyond}", c.fmr);
            say!("           log-likelihood ratio {:.1} (natural logarithm)", c.log_likelihood_ratio);
        }
        None => say!("score      none, no comparison took place"),
    }
    say!("origin     {}", verification.origin.as_str());
    match zone {
        Some(Zone::Found(PageZone { mrz, .. })) => {
            let (state, names) = (mrz.issuing_state(), (mrz.surname(), mrz.given_names()));
            say!("zone       {state} {}, {}, {}", mrz.number(), names.0, names.1);
        }
        Some(Zone::Refused(reason)) => say!("zone       not read ({reason})"),
        None => {}
    }
    for (name, side) in [("document", &verification.document), ("selfie", &verification.selfie)] {
        let what = match &side.face {
            Some(face) => {
                let remarks: Vec<&str> = face.quality.remarks.iter().map(|r| r.as_str()).collect();
                let remarks = if remarks.is_empty() { "no remarks".to_owned() } else { remarks.join(", ") };
                let distance = face.distance.map(|(cm, from)| format!(", undone from {cm:.0} cm ({from})"));
                // Nothing is told of what was not undone.
                format!("face {:.0} px wide{}, {remarks}", face.rect.width(), distance.unwrap_or_default())
            }
            None => "no face to compare".to_owned(),
        };
        match side.faces {
            Some(faces) => say!("{name:<10} {faces} found, {what}"),
            None => say!("{name:<10} not looked at"),
        }
    }
    let stages = timings.stages.iter().map(|(side, stage, ms)| format!("{} {ms:.1}", Timings::name(*side, *stage)));
    say!("ms         {}", stages.collect::<Vec<_>>().join(", "));
}

/// The verification as the library writes it, and how long its stages took.
fn json(verification: &Verification, zone: Option<&Zone>, timings: &Timings) -> serde_json::Value {
    let of_stage = |(side, stage, ms): &(Side, Stage, f64)| (Timings::name(*side, *stage), (*ms).into());
    let timings: serde_json::Map<String, serde_json::Value> = timings.stages.iter().map(of_stage).collect();
    // A verification is an object of words and numbers.
    let mut json = serde_json::json!(verification);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("timings_ms".to_owned(), timings.into());
        match zone {
            Some(Zone::Found(zone)) => fields.insert("zone".to_owned(), zone.mrz.lines().collect()),
            Some(Zone::Refused(reason)) => fields.insert("zone_refused".to_owned(), reason.as_str().into()),
            None => None,
        };
    }
    json
}
