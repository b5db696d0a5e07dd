//! How the cost of a verification grows: one property of its pictures at a time.

use super::super::shared::Anyhow;
use super::meter::{Cost, forget_peak};
use super::pictures::{Coding, crowd, enlarged, jpeg, portrait};
use super::verify::verify;
use selfsame::engine::Engine;
use selfsame::image::{Limits, Photo};
use selfsame_lab::say;

/// Quality 90 in one scan: what phones write.
const USUAL: Coding = Coding { quality: 90, scans: None };
/// Twelve megapixels, as three by four times so many pixels.
const TWELVE: u32 = 1000;

/// One row: decoding both files, and verifying them.
fn row(engine: &Engine, runs: usize, what: &str, [document, selfie]: [&[u8]; 2]) -> Anyhow<()> {
    forget_peak();
    let limits = Limits::default();
    let decoded =
        || -> Anyhow<()> { Ok([document, selfie].iter().try_for_each(|file| Photo::decode(file, &limits).map(drop))?) };
    let (decoding, ()) = Cost::of(runs, decoded)?;
    forget_peak();
    let (whole, score) = Cost::of(runs, || verify(engine, document, selfie))?;
    let answer = score.map_or("refused".to_owned(), |score| format!("{score:.2}"));
    let megabytes = (document.len() + selfie.len()) as f64 / 1e6;
    say!(
        "| {what} | {megabytes:.2} | {:.1} / {:.1} | {:.1} / {:.1} | {} | {answer} |",
        decoding.minimum_ms(),
        decoding.median_ms(),
        whole.minimum_ms(),
        whole.median_ms(),
        whole.peak_mb(),
    );
    Ok(())
}

/// Prints a table for each property.
pub fn print_curves(engine: &Engine, runs: usize) -> Anyhow<()> {
    let portraits = [portrait("obama.jpg")?, portrait("obama2.jpg")?];
    let head = |property: &str| {
        let columns = "MB, both | decoding in full, CPU ms | verifying, CPU ms | peak RSS, MB | score";
        say!("\n| {property} | {columns} |\n|---|---|---|---|---|---|");
    };
    let both = |unit: u32, coding: Coding| -> Anyhow<[Vec<u8>; 2]> {
        let [one, two] = [&portraits[0], &portraits[1]].map(|portrait| jpeg(&enlarged(portrait, unit), coding));
        Ok([one?, two?])
    };
    let shown = |what: &str, files: &[Vec<u8>; 2]| row(engine, runs, what, [&files[0], &files[1]]);

    head("pixels of each, millions");
    for unit in [145, 290, 500, 710, TWELVE, 1400, 2000] {
        let millions = format!("{:.2}", 12e-6 * f64::from(unit * unit));
        shown(&millions, &both(unit, USUAL)?)?;
    }
    head("quality, 12 million pixels");
    for quality in [30, 60, 80, 90, 95, 98] {
        shown(&quality.to_string(), &both(TWELVE, Coding { quality, scans: None })?)?;
    }
    head("scans, 3 million pixels");
    shown("1", &both(TWELVE / 2, USUAL)?)?;
    // The encoder's first scan is an empty one from 34 on, which no decoder takes.
    for scans in [4, 8, 16, 32] {
        shown(&scans.to_string(), &both(TWELVE / 2, Coding { quality: 90, scans: Some(scans) })?)?;
    }
    head("faces in the second, 2.8 million pixels");
    let document = jpeg(&enlarged(&portraits[0], 145), USUAL)?;
    for faces in [0, 1, 2, 4, 8, 16, 32, 64] {
        row(engine, runs, &faces.to_string(), [&document, &jpeg(&crowd(&portraits[1], faces), USUAL)?])?;
    }
    Ok(())
}
