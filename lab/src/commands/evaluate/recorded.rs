//! `pad --recorded`: sessions that real cameras recorded.

use super::pad_arguments::PadArguments;
use crate::commands::shared::{Anyhow, make_folder, progress, write};
use selfsame::engine::Engine;
use selfsame::liveness::LivenessOptions;
use selfsame_lab::evaluate::recorded::{
    PresentationRates, RecordedReport, RecordedSession, UnreadSession, name_of, recorded_sessions,
};
use selfsame_lab::{note, output};
use std::fmt::Write as _;

/// Judges them and prints the rates.
pub fn run(arguments: &PadArguments) -> Anyhow<()> {
    let folders = recorded_sessions(&arguments.folder)?;
    let engine = Engine::new()?;
    let bar = progress(folders.len(), "recorded")?;
    let (mut sessions, mut unread) = (Vec::new(), Vec::new());
    for folder in &folders {
        let judged =
            RecordedSession::judge(&engine, folder, &LivenessOptions::default(), arguments.fmr, &mut getrandom::SysRng);
        match judged {
            Ok(session) => sessions.push(session),
            Err(error) if arguments.skip_bad => {
                unread.push(UnreadSession { folder: name_of(folder), error: error.to_string() });
            }
            Err(error) => return Err(error.into()),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let name = name_of(&arguments.folder);
    let report = RecordedReport::new(&name, arguments.fmr, sessions, unread);
    if let Some(folder) = &arguments.out {
        make_folder(folder)?;
        write(&folder.join("pad-recorded.html"), &report.to_html())?;
        write(&folder.join("pad-recorded.json"), &report.to_json()?)?;
        note!("written                {}", folder.join("pad-recorded.html").display());
    }
    output::text(&table(&report)?);
    Ok(())
}

fn table(report: &RecordedReport) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for (name, value) in report.facts() {
        writeln!(text, "{name:<28} {value}")?;
    }
    writeln!(
        text,
        "\n{:<24} {:>8} {:>8} {:>7} {:>11} {:>14}",
        "presentation", "sessions", "subjects", "wrong", "no response", "live and match"
    )?;
    let row = |text: &mut String, rates: &PresentationRates| {
        let both = rates.live_and_match.map_or("–".to_owned(), |r| format!("{} of {}", r.errors, r.trials));
        let PresentationRates { presentation, subjects, error, non_response, .. } = rates;
        writeln!(
            text,
            "{presentation:<24} {:>8} {subjects:>8} {:>7} {:>11} {both:>14}",
            error.trials, error.errors, non_response.errors
        )
    };
    report.bona_fide.iter().chain(&report.attacks).try_for_each(|rates| row(&mut text, rates))?;
    for unread in &report.unread {
        writeln!(text, "not judged: {}: {}", unread.folder, unread.error)?;
    }
    Ok(text)
}
