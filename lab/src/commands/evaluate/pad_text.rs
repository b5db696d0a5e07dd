//! A campaign's report on the terminal.

use selfsame_lab::evaluate::pad::{PadGroup, PadReport, Rate, SpeciesRates};
use std::fmt::Write;

/// Puts what matters most into text.
pub fn table(report: &PadReport) -> Result<String, std::fmt::Error> {
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

/// Puts conditions side by side.
pub fn comparison(reports: &[PadReport]) -> Result<String, std::fmt::Error> {
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
