//! `approach`: how often heads and attacks pass an approach, on simulated sessions.

use crate::commands::shared::{Anyhow, progress};
use clap::Args;
use rayon::prelude::*;
use selfsame::engine::Engine;
use selfsame_lab::evaluate::approach::{ApproachTrial, accepted, head, trial};
use selfsame_lab::evaluate::pad::PadPeople;
use selfsame_lab::output;
use selfsame_lab::simulate::Half;
use selfsame_lab::simulate::approach::Instrument;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;

/// Approaches and attacks on them, in sessions that are simulated from portraits.
#[derive(Args)]
pub struct ApproachArguments {
    /// Folder as of `evaluate pad`.
    folder: PathBuf,
    /// Half of people and parameters: tune to choose by, report to state rates of.
    #[arg(long, default_value = "report", value_parser = ["tune", "report"])]
    half: String,
    /// Sessions of each attack.
    #[arg(long, default_value_t = 10)]
    sessions: usize,
    /// Sessions of live heads.
    #[arg(long, default_value_t = 30)]
    live: usize,
    /// Comma-separated: live, mask, print, ...; all of them if not given.
    #[arg(long, value_delimiter = ',')]
    species: Vec<String>,
    /// The same seed gives the same sessions.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write every session's cues into this file, a line of JSON each.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Plays the sessions and prints the rates.
pub fn run(arguments: &ApproachArguments) -> Anyhow<()> {
    let half = if arguments.half == "tune" { Half::Tune } else { Half::Report };
    let people = PadPeople::read(&arguments.folder)?;
    let people = people.of(half);
    let engine = Engine::new()?;
    let wanted = |i: &Instrument| arguments.species.is_empty() || arguments.species.iter().any(|s| s == i.as_str());
    let count = |i| if i == Instrument::Live { arguments.live } else { arguments.sessions };
    let instruments: Vec<Instrument> = Instrument::ALL.into_iter().filter(wanted).collect();
    // By turns, so that a run that is ended early has seen all of them.
    let turns = 0..arguments.live.max(arguments.sessions);
    let of_turn = |n: usize| instruments.iter().filter(move |i| n < count(**i)).map(move |i| (*i, n));
    let sessions: Vec<(Instrument, usize)> = turns.flat_map(of_turn).collect();
    let bar = progress(sessions.len(), "approach")?;
    let file = arguments.out.as_deref().map(std::fs::File::create).transpose()?.map(Mutex::new);
    let one = |&(instrument, number): &(Instrument, usize)| -> Anyhow<Option<ApproachTrial>> {
        // Everybody is played, whatever the number of sessions; who is not frontal makes room.
        let stride = (people.len() / count(instrument).max(1)).max(1);
        let mut heads = people.iter().cycle().skip(number * stride + instrument as usize).take(20);
        let found = heads.find_map(|(person, path)| match head(&engine, path, *person) {
            Ok(None) => None,
            Ok(Some(portrait)) => Some(Ok((*person, portrait))),
            Err(error) => Some(Err(error)),
        });
        let Some(found) = found else { return Ok(None) };
        let (person, portrait) = found?;
        let seed = arguments.seed.wrapping_mul(1_000_003) + 1_000 * number as u64 + instrument as u64;
        let trial = trial(&engine, &portrait, person, instrument, seed, half)?;
        // A line as it comes: a run that is ended early has told what it saw.
        if let Some(file) = &file {
            let line = serde_json::to_string(&trial)?;
            let mut file = file.lock().map_err(|_| "another session's thread has failed")?;
            writeln!(file, "{line}")?;
        }
        bar.inc(1);
        Ok(Some(trial))
    };
    let trials: Vec<Option<ApproachTrial>> = sessions.par_iter().map(one).collect::<Anyhow<_>>()?;
    let trials: Vec<ApproachTrial> = trials.into_iter().flatten().collect();
    bar.finish_and_clear();
    output::text(&table(&trials)?);
    Ok(())
}

/// Rates by species, and those of live heads by what may matter.
fn table(trials: &[ApproachTrial]) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let mut row = |name: &str, wanted: &dyn Fn(&ApproachTrial) -> bool| -> std::fmt::Result {
        let (live, all, interval) = accepted(trials.iter().filter(|t| wanted(t)));
        let Some(interval) = interval else { return Ok(()) };
        let percent = |v: f64| 100.0 * v;
        let rate = percent(live as f64 / all as f64);
        let (low, high) = (percent(interval.low), percent(interval.high));
        writeln!(text, "{name:24} {live:4} of {all:4}  {rate:5.1} % ({low:.1} to {high:.1})")
    };
    for instrument in Instrument::ALL {
        row(instrument.as_str(), &|t| t.instrument == instrument.as_str())?;
    }
    let live = |t: &ApproachTrial| t.instrument == "live";
    for fps in [15.0, 24.0, 30.0, 60.0] {
        row(&format!("live, {fps} a second"), &|t| live(t) && t.fps == fps)?;
    }
    for [low, high] in [[20.0, 60.0], [60.0, 180.0], [180.0, 600.0]] {
        row(&format!("live, {low} to {high} lx"), &|t| live(t) && (low..high).contains(&t.lux))?;
    }
    for [low, high] in [[0.0, 3.0], [3.0, 6.0], [6.0, 9.0]] {
        row(&format!("live, turned {low} to {high}°"), &|t| live(t) && (low..high).contains(&t.yaw_deg.abs()))?;
    }
    for [low, high] in [[20.0, 27.0], [27.0, 31.0], [31.0, 40.0]] {
        row(&format!("live, end at {low} to {high} cm"), &|t| live(t) && (low..high).contains(&t.nearest_cm))?;
    }
    Ok(text)
}
