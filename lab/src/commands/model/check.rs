//! `model check`: everything that can be said of a file.

use super::draft::draft;
use super::{parity, speed};
use crate::commands::evaluate;
use crate::commands::shared::{Anyhow, status};
use clap::{Args, Parser};
use selfsame::model::{ModelCard, NativeNetwork, NetworkReport, Task};
use selfsame_lab::say;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Whether a network loads, what it lacks, whether it agrees with ONNX Runtime, and how fast it is.
#[derive(Args)]
pub struct Arguments {
    /// The ONNX file; others that keep its weights lie beside it.
    file: PathBuf,
    /// Its card; without one a draft is made.
    card: Option<PathBuf>,
    /// The input's height and width where the file leaves them free, such as 640x640.
    #[arg(long, value_parser = size)]
    size: Option<(usize, usize)>,
    /// A folder with one folder of pictures per person, to calibrate a template network on; needs a
    /// card, beside which the calibration is written.
    #[arg(long, requires = "card")]
    people: Option<PathBuf>,
    /// How often the network runs to be timed.
    #[arg(long, default_value_t = 20)]
    runs: usize,
    /// How many layers are listed, the slowest first.
    #[arg(long, default_value_t = 12)]
    layers: usize,
}

/// Two sides in pixels, such as 640x480: height, width.
fn size(text: &str) -> Result<(usize, usize), String> {
    let sides = text.split_once(['x', '×']).and_then(|(h, w)| Some((h.parse().ok()?, w.parse().ok()?)));
    sides.ok_or_else(|| "a height and a width such as 640x640".into())
}

/// Looks at the file; exit status 0 if it loads and agrees, 1 if it does not, 3 after an error.
pub fn run(arguments: &Arguments) -> ExitCode {
    match check(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => status(Err(error)),
    }
}

fn check(arguments: &Arguments) -> Anyhow<bool> {
    let bytes = read(&arguments.file)?;
    let beside = beside(&arguments.file)?;
    let beside: Vec<(&str, &[u8])> = beside.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let card = arguments.card.as_deref().map(|path| fs::read_to_string(path).map_err(|e| unreadable(path, &e)));
    let card = card.transpose()?.map(|text| ModelCard::parse(&text)).transpose()?;
    let size = card.as_ref().map(|card| (card.input.height, card.input.width)).or(arguments.size);
    let report = NetworkReport::read(&bytes, &beside, size)?;
    say!("input      {} {}, operator set {}", report.input, sides(&report.input_shape), report.opset);
    say!("graph      {} nodes, {} weights", report.nodes, report.weights);
    if !report.missing.is_empty() {
        say!("missing    {} nodes, {} behind them not looked at", report.missing.len(), report.unseen);
        report.missing.iter().for_each(|node| say!("  {}", node.reason));
        return Ok(false);
    }
    for (name, shape) in &report.outputs {
        say!("output     {name} {shape:?}");
    }
    let card = match card {
        Some(card) => card,
        None => {
            let text = draft(&arguments.file, &bytes, &report);
            say!("\ndraft of a card; what it guesses is marked:\n\n{text}");
            ModelCard::parse(&text)?
        }
    };
    let network = NativeNetwork::load_with_data(&bytes, &beside, &card)?;
    let agrees = parity::compare(&arguments.file, &bytes, &card, &network)?;
    speed::print(&card, &network, arguments.runs, arguments.layers)?;
    match (&arguments.people, &arguments.card) {
        (Some(people), Some(path)) if card.task == Task::Template => calibrate(people, path),
        (Some(_), _) => Err("only template networks are calibrated on people".into()),
        _ => Ok(agrees),
    }
}

/// `evaluate folder` with a network's card.
#[derive(Parser)]
struct Evaluation {
    #[command(flatten)]
    arguments: evaluate::Arguments,
}

fn calibrate(people: &Path, card: &Path) -> Anyhow<bool> {
    let written = card.with_extension("calibration.toml");
    // A path such as `..` has no name of its own.
    let population = people.file_name().unwrap_or_default().to_owned();
    let [people, card, written] = [people, card, &written].map(|path| path.as_os_str().to_owned());
    let words = ["evaluate", "folder"].map(Into::into).into_iter().chain([people, "--card".into(), card]);
    let words = words.chain(["--calibration".into(), written, "--population".into(), population]);
    Ok(evaluate::run(&Evaluation::try_parse_from(words)?.arguments) == ExitCode::SUCCESS)
}

/// A shape for people: `?` for a side that is free.
fn sides(shape: &[Option<usize>]) -> String {
    let sides: Vec<String> = shape.iter().map(|side| side.map_or("?".into(), |side| side.to_string())).collect();
    format!("({})", sides.join(", "))
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("cannot read {}: {error}", path.display())
}

fn read(path: &Path) -> Anyhow<Vec<u8>> {
    Ok(fs::read(path).map_err(|e| unreadable(path, &e))?)
}

/// The files that may keep weights of the network: those beside it that are named after it, or end
/// in `.data` or `.bin`.
fn beside(file: &Path) -> Anyhow<Vec<(String, Vec<u8>)>> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // What could be read has a name.
    let own = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| unreadable(folder, &e))? {
        let path = entry.map_err(|e| unreadable(folder, &e))?.path();
        // An entry of a folder has one.
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let data = [".data", "_data", ".bin"].iter().any(|ending| name.ends_with(ending));
        if path.is_file() && name != own && (data || name.starts_with(&own)) {
            found.push((name, read(&path)?));
        }
    }
    Ok(found)
}
