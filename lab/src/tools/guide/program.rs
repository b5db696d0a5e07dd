//! The tool's `main`: its arguments, and what becomes of them.

use super::approach::{Approach, LENGTH_S};
use super::overlay;
use crate::error::{Error, ErrorKind, OfFile, Result};
use crate::say;
use crate::tools::command_line;
use clap::Parser;
use selfsame::capture::{CaptureOptions, CaptureSession, Guidance, Hint, OvalSpec};
use selfsame::engine::Engine;
use selfsame::error::Stage;
use selfsame::image::{Limits, Photo};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Guides a capture over recorded frames.
#[derive(Parser)]
struct Arguments {
    /// A folder of frames, or an image.
    frames: PathBuf,
    /// Write an overlay of each frame (oval, face, hint, values) into this folder, as PNG.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Frames per second.
    #[arg(long, default_value_t = 30.0, value_parser = positive)]
    fps: f64,
    /// Width of the oval, as a share of the frame's width (or of ¾ of its height).
    #[arg(long, default_value_t = 0.47)]
    oval: f32,
    /// How often a single image is shown.
    #[arg(long, default_value_t = 45)]
    repeat: usize,
    /// Show a single image as if its subject came closer and then held still; overlays are written
    /// where the hint changes, and twice a second.
    #[arg(long)]
    approach: bool,
    /// A JSON object per frame.
    #[arg(long)]
    json: bool,
}

fn positive(text: &str) -> std::result::Result<f64, String> {
    text.parse().ok().filter(|v: &f64| v.is_finite() && *v > 0.1).ok_or_else(|| format!("{text} is no frame rate"))
}

/// Runs the tool with the arguments of the process.
pub fn main() -> ExitCode {
    command_line::main(|a: &Arguments| a.json, |a| Ok(ExitCode::from(u8::from(!run(a)?))))
}

/// Whether the capture was ready at some time.
fn run(arguments: &Arguments) -> Result<bool> {
    let engine = Engine::new()?;
    let mut capture = Capture::new(&engine, arguments)?;
    if arguments.approach {
        let approach = Approach::new(&engine, capture.decode(&arguments.frames)?).of_file(&arguments.frames)?;
        for i in 0.. {
            let seconds = i as f64 / arguments.fps;
            if seconds > LENGTH_S || capture.ready {
                break;
            }
            capture.show(i, &arguments.frames, &approach.frame(seconds)?)?;
        }
    } else {
        let mut last: Option<(PathBuf, Photo)> = None;
        for (i, path) in files(arguments)?.into_iter().enumerate() {
            // A repeated image is decoded once.
            let photo = match last.take() {
                Some((before, photo)) if before == path => photo,
                _ => capture.decode(&path)?,
            };
            capture.show(i, &path, &photo)?;
            last = Some((path, photo));
        }
    }
    if !arguments.json {
        let (kept, ready) = (capture.session.best_frames().len(), if capture.ready { "ready" } else { "never ready" });
        say!("{ready}; {kept} frames kept for the comparison");
    }
    Ok(capture.ready)
}

/// A capture session, and what is done with what it says.
struct Capture<'a> {
    engine: &'a Engine,
    arguments: &'a Arguments,
    limits: Limits,
    session: CaptureSession,
    /// The hint of the frame before.
    hint: Option<Hint>,
    /// Whether it was ready at some time.
    ready: bool,
}

impl<'a> Capture<'a> {
    fn new(engine: &'a Engine, arguments: &'a Arguments) -> Result<Self> {
        let oval = OvalSpec::Centered { width: arguments.oval };
        let session = CaptureSession::new(CaptureOptions::default().with_oval(oval))?;
        if let Some(out) = &arguments.out {
            std::fs::create_dir_all(out).map_err(|e| {
                Error::new(ErrorKind::Io, Stage::Capture, format!("cannot make {}", out.display())).with_source(e)
            })?;
        }
        Ok(Self { engine, arguments, limits: Limits::default(), session, hint: None, ready: false })
    }

    fn decode(&self, path: &Path) -> Result<Photo> {
        command_line::photo(path, &self.limits, Stage::Capture)
    }

    /// Shows frame `i`, from `path`, to the session, and tells what it says.
    fn show(&mut self, i: usize, path: &Path, photo: &Photo) -> Result<()> {
        let timestamp_us = (i as f64 * 1e6 / self.arguments.fps) as u64;
        let guidance = self.engine.guide(&mut self.session, &photo.frame(), timestamp_us).of_file(path)?;
        self.ready |= guidance.hint == Hint::Ready;
        let changed = self.hint.replace(guidance.hint) != Some(guidance.hint);
        print(path, &guidance, self.arguments.json);
        // An approach has a hundred frames that look alike.
        let half_second = ((self.arguments.fps / 2.0).round() as usize).max(1);
        if let Some(out) = &self.arguments.out
            && (!self.arguments.approach || changed || i.is_multiple_of(half_second))
        {
            overlay::write(&out.join(format!("{i:06}.png")), photo, &self.session, &guidance)?;
        }
        Ok(())
    }
}

/// The frames' files in order.
fn files(arguments: &Arguments) -> Result<Vec<PathBuf>> {
    let path = &arguments.frames;
    if !path.is_dir() {
        return Ok(vec![path.clone(); arguments.repeat]);
    }
    let io = |e| Error::new(ErrorKind::Io, Stage::Capture, format!("cannot read {}", path.display())).with_source(e);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        let file = entry.map_err(io)?.path();
        // A name without an ending is no frame's.
        let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
        if ["jpg", "jpeg", "png", "webp"].contains(&extension.as_str()) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Error::new(ErrorKind::InvalidArgument, Stage::Capture, format!("no frames in {}", path.display())));
    }
    Ok(files)
}

fn print(path: &Path, guidance: &Guidance, json: bool) {
    // A path without a name was not listed in a folder: it is told as empty.
    let file = path.file_name().unwrap_or_default().to_string_lossy();
    if json {
        say!("{}", serde_json::json!({ "file": file, "guidance": guidance }));
        return;
    }
    let seconds = 1e-6 * guidance.measurements.timestamp_us as f64;
    let values = guidance.measurements.face.map_or(String::new(), |f| {
        format!(
            "size {:.2}, off {:+.2} {:+.2}, yaw {:+.0} pitch {:+.0} roll {:+.0}, eyes {:.2}, light {:.3}, sharp {:.3}",
            f.size,
            f.offset_x,
            f.offset_y,
            f.yaw_deg,
            f.pitch_deg,
            f.roll_deg,
            f.eye_openness,
            f.luminance,
            f.sharpness
        )
    });
    let timed_out = guidance.timed_out.map_or(String::new(), |hint| format!(" timed out: {}", hint.as_str()));
    say!("{seconds:7.3} s  {:18} {:3.0} %  {values}{timed_out}", guidance.hint.as_str(), 100.0 * guidance.progress);
}
