//! `pad`: how often attacks pass as live faces, on simulated sessions.

use super::pad_arguments::PadArguments;
use super::pad_text::{comparison, table};
use crate::commands::shared::{Anyhow, make_folder, progress, write};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use selfsame::engine::Engine;
use selfsame_lab::evaluate::pad::{PadCampaign, PadLog, PadPeople, PadReport, PadSession, PadTraces};
use selfsame_lab::simulate::{Half, Species};
use selfsame_lab::{note, output};
use std::path::Path;

/// Runs the campaigns, or what is missing of them, and reports.
pub fn run(arguments: &PadArguments) -> Anyhow<()> {
    let half = if arguments.half == "tune" { Half::Tune } else { Half::Report };
    let people = PadPeople::read(&arguments.folder)?;
    note!("{} people in this half", people.of(half).len());
    let engine = Engine::new()?;
    let (mut sessions, mut log) = match &arguments.cache {
        Some(path) => PadLog::open(path).map(|(sessions, log)| (sessions, Some(log)))?,
        None => (Vec::new(), None),
    };
    let traces = arguments.traces.as_deref().map(PadTraces::open).transpose()?;
    let (mut text, mut reports) = (String::new(), Vec::new());
    for conditions in &arguments.conditions()? {
        let campaign = PadCampaign {
            species: if arguments.species.is_empty() { Species::ALL.to_vec() } else { arguments.species.clone() },
            sessions: arguments.sessions,
            seed: arguments.seed,
            wrong_challenges: arguments.wrong,
            streamed: !arguments.whole,
            known_lag: arguments.known_lag,
            traces: traces.clone(),
            ..PadCampaign::new(half, *conditions)
        };
        record(&campaign, &people, &engine, &mut sessions, &mut log)?;
        let name = arguments.folder.file_name().unwrap_or(arguments.folder.as_os_str()).to_string_lossy();
        let report = PadReport::new(&campaign, &people, &name, &sessions);
        if let Some(folder) = &arguments.out {
            files(&report, folder)?;
        }
        text += &table(&report)?;
        reports.push(report);
    }
    if reports.len() > 1 {
        text += &comparison(&reports)?;
    }
    output::text(&text);
    Ok(())
}

/// Runs what is missing, behind a progress bar.
fn record(
    campaign: &PadCampaign,
    people: &PadPeople,
    engine: &Engine,
    sessions: &mut Vec<PadSession>,
    log: &mut Option<PadLog>,
) -> Anyhow<()> {
    let id = campaign.id(people);
    let of_it =
        |s: &&PadSession| s.campaign == id && s.number < campaign.sessions && campaign.species.contains(&s.species());
    let known = sessions.iter().filter(of_it).count();
    let bar = progress(campaign.species.len() * campaign.sessions as usize, campaign.conditions.as_str())?;
    bar.set_position(known as u64);
    bar.reset_eta();
    let before = sessions.clone();
    campaign.run(engine, people, ChaCha20Rng::seed_from_u64, &before, |session| {
        if let Some(log) = log {
            log.append(&session)?;
        }
        sessions.push(session);
        bar.inc(1);
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(())
}

/// Writes the files into `folder`, which is made if it is not there.
fn files(report: &PadReport, folder: &Path) -> Anyhow<()> {
    make_folder(folder)?;
    for (ending, text) in [("html", report.to_html()?), ("json", report.to_json()?)] {
        write(&folder.join(format!("pad-{}.{ending}", report.conditions)), &text)?;
    }
    note!("written                {}", folder.join(format!("pad-{}.html", report.conditions)).display());
    Ok(())
}
