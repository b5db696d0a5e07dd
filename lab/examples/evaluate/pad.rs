//! `pad`: how often attacks pass as live faces, on simulated sessions.

use super::Anyhow;
use super::arguments::Pad;
use super::templates::progress;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use selfsame::engine::Engine;
use selfsame_lab::evaluate::pad::{
    PadCampaign, PadGroup, PadLog, PadPeople, PadReport, PadSession, PadTraces, Rate, SpeciesRates,
};
use selfsame_lab::simulate::{Half, Species};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

pub fn run(arguments: &Pad) -> Anyhow<()> {
    let half = if arguments.half == "tune" { Half::Tune } else { Half::Report };
    let people = PadPeople::read(&arguments.folder)?;
    eprintln!("{} people in this half", people.of(half).len());
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
    match std::io::stdout().write_all(text.as_bytes()) {
        // Whoever reads has read enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
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

/// What matters most, as text.
fn table(report: &PadReport) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let (half, people) = (format!("{:?}", report.half).to_lowercase(), report.people);
    writeln!(text, "{} ({half} half): {} simulated sessions of {people} people", report.conditions, report.sessions)?;
    writeln!(
        text,
        "\n{:<16} {:>8} {:>8}  {:<19} {:>12}",
        "species", "sessions", "APCER", "95 % interval", "no response"
    )?;
    report.attacks.iter().try_for_each(|rates| row(&mut text, rates.species.as_str(), rates))?;
    if let Some(live) = &report.bona_fide {
        row(&mut text, "live (BPCER)", live)?;
    }
    if let Some(worst) = report.worst_rates().filter(|worst| worst.error.errors > 0) {
        writeln!(text, "\nworst APCER            {:.2} % ({})", 100.0 * worst.error.rate, worst.species)?;
    }
    if let Some(wrong) = &report.wrong_challenges {
        let excess = wrong.curve.iter().map(|p| p.share.rate / p.bound).fold(0.0, f64::max);
        writeln!(text, "other challenges       {} of {} passed", wrong.live.errors, wrong.live.trials)?;
        writeln!(text, "share that reaches k bits, at most {excess:.2} times 2^-k")?;
    }
    writeln!(text, "\n{:<12} {:<15} {:>18} {:>18} {:>18}", "by", "value", "BPCER", "BPNRR", "attacks pass")?;
    for group in &report.groups {
        let [bpcer, bpnrr, pass] = [group.bpcer, group.bpnrr, group.attacks_live].map(share);
        writeln!(text, "{:<12} {:<15} {bpcer:>18} {bpnrr:>18} {pass:>18}", group.by, group.value)?;
    }
    for (name, of) in [("BPCER", bpcer as fn(&PadGroup) -> _), ("BPNRR", bpnrr), ("attacks that pass", attacks_live)] {
        let tones: Vec<Rate> = report.groups.iter().filter(|g| g.by == "skin").filter_map(of).collect();
        let (errors, trials) = tones.iter().fold((0, 0), |(errors, trials), r| (errors + r.errors, trials + r.trials));
        let worst = tones.iter().map(|r| r.rate).fold(0.0, f64::max);
        if errors > 0 {
            let mean = errors as f64 / trials as f64;
            writeln!(text, "worst skin tone        {name} {:.2} %, {:.2} times all", 100.0 * worst, worst / mean)?;
        }
    }
    writeln!(text)?;
    Ok(text)
}

fn bpcer(group: &PadGroup) -> Option<Rate> {
    group.bpcer
}

fn bpnrr(group: &PadGroup) -> Option<Rate> {
    group.bpnrr
}

fn attacks_live(group: &PadGroup) -> Option<Rate> {
    group.attacks_live
}

/// Conditions side by side.
fn comparison(reports: &[PadReport]) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    writeln!(
        text,
        "{:<12} {:>18} {:>18} {:>18} {:>18}",
        "conditions", "BPCER", "BPNRR", "worst APCER", "all attacks pass"
    )?;
    for report in reports {
        let live = report.bona_fide.as_ref();
        let count = |of: fn(&SpeciesRates) -> u64| report.attacks.iter().map(of).sum();
        let [bpcer, bpnrr, worst, all] = [
            live.map(|r| r.error),
            live.map(|r| r.non_response),
            report.worst_rates().map(|r| r.error),
            Rate::new(count(|r| r.error.errors), count(|r| r.error.trials)),
        ]
        .map(share);
        writeln!(text, "{:<12} {bpcer:>18} {bpnrr:>18} {worst:>18} {all:>18}", report.conditions)?;
    }
    Ok(text)
}

fn row(text: &mut String, name: &str, rates: &SpeciesRates) -> std::fmt::Result {
    let (error, silent) = (rates.error, 100.0 * rates.non_response.rate);
    let span = format!("{:.2} to {:.2} %", 100.0 * error.interval.low, 100.0 * error.interval.high);
    writeln!(text, "{name:<16} {:>8} {:>6.2} %  {span:<19} {silent:>10.2} %", error.trials, 100.0 * error.rate)
}

fn share(rate: Option<Rate>) -> String {
    rate.map_or("-".to_owned(), |r| format!("{:.2} % ({}/{})", 100.0 * r.rate, r.errors, r.trials))
}

/// Writes the files into `folder`, which is made if it is not there.
fn files(report: &PadReport, folder: &Path) -> Anyhow<()> {
    std::fs::create_dir_all(folder).map_err(|e| format!("cannot make {}: {e}", folder.display()))?;
    for (ending, text) in [("html", report.to_html()?), ("json", report.to_json()?)] {
        let path = folder.join(format!("pad-{}.{ending}", report.conditions));
        std::fs::write(&path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    }
    eprintln!("written                {}", folder.join(format!("pad-{}.html", report.conditions)).display());
    Ok(())
}
