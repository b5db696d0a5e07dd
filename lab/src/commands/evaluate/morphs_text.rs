//! The tables of `morphs`, in Markdown.

use selfsame::model::Profile;
use selfsame_lab::evaluate::morphs::{
    Morph, MorphMeasures, MorphPotential, MorphScores, MorphShare, morphing_attack_potential,
};

/// The shares of genuine portraits at which the share of missed morphs is told.
const BSCER: [f64; 2] = [0.01, 0.05];

fn percent(share: &MorphShare) -> String {
    let of = |v: f64| 100.0 * v;
    format!("{:.1} % ({:.1} to {:.1})", of(share.value), of(share.interval.low), of(share.interval.high))
}

/// How a morph was made, in words.
fn named(morph: Option<Morph>) -> String {
    morph.map_or("all".to_owned(), |m| format!("{}, {:.0} % of the second", m.kind.as_str(), 100.0 * m.share))
}

/// Who and what.
pub fn head(name: &str, people: usize, portraits: usize, thresholds: &[f32], fmr: f64) -> String {
    format!(
        "# Morphs: {name}\n\n{people} people, {portraits} portraits of one person; \
         thresholds for FMR {fmr:e}: {thresholds:.3?}\n"
    )
}

/// What morphs of one kind achieve, by profile and over all profiles.
pub fn potential(morph: Morph, scores: &[MorphScores], profiles: &[Profile], thresholds: &[f32], seed: u64) -> String {
    let mut text = format!("\n## {}: {} morphs\n\n", named(Some(morph)), scores.len());
    text += "| profile | MMPMR, MinMax | MMPMR, ProdAvg |\n|---|---|---|\n";
    for (system, (profile, threshold)) in profiles.iter().zip(thresholds).enumerate() {
        if let Some(found) = MorphPotential::of(scores, system, *threshold, seed) {
            text += &format!("| {profile} | {} | {} |\n", percent(&found.min_max), percent(&found.prod_avg));
        }
    }
    let columns: String = (1..=thresholds.len()).map(|count| format!(" {count} |")).collect();
    let line = "---|".repeat(1 + thresholds.len());
    text += "\nMAP (ISO/IEC 20059): attempts in rows, profiles that accept both in columns\n\n";
    text += &format!("| attempts |{columns}\n|{line}\n");
    for (row, shares) in morphing_attack_potential(scores, thresholds).iter().enumerate() {
        let cells: Vec<String> = shares.iter().map(percent).collect();
        text += &format!("| {} | {} |\n", row + 1, cells.join(" | "));
    }
    text
}

/// Begins a profile's table of its detector.
pub fn detection_head(profile: Profile) -> String {
    format!(
        "\n## Told by the detector of {profile}, among pairs that match\n\n\
         | morphs | pairs (genuine, morphs) | at the product's limit: BSCER | MACER | MACER at BSCER 1 % | at 5 % |\n\
         |---|---|---|---|---|---|\n"
    )
}

/// A row of that table.
pub fn detection(morph: Option<Morph>, found: &MorphMeasures, seed: u64) -> String {
    let count = |groups: &[Vec<f32>]| groups.iter().map(Vec::len).sum::<usize>();
    let Some(product) = found.at_limit(0.0, seed) else { return format!("| {} | no pairs | | | | |\n", named(morph)) };
    let at = BSCER.map(|bscer| {
        let rates = found.limit(bscer).and_then(|limit| found.at_limit(limit, seed));
        // Without genuine pairs there was no product's rate either.
        rates.map_or("-".to_owned(), |rates| percent(&rates.macer))
    });
    format!(
        "| {} | {}, {} | {} | {} | {} | {} |\n",
        named(morph),
        count(&found.genuine),
        count(&found.morphs),
        percent(&product.bscer),
        percent(&product.macer),
        at[0],
        at[1]
    )
}
