//! `model detectors`: detectors side by side on the same photographs.

use crate::commands::cost::meter::cpu_time;
use crate::commands::shared::{Anyhow, progress, status};
use clap::Args;
use selfsame::detect::{DetectOptions, Detection, Detector};
use selfsame::model::{Backend, Model, ModelSource, Task};
use selfsame::{Engine, Limits, Photo};
use selfsame_lab::evaluate::clopper_pearson;
use selfsame_lab::say;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Detectors of one face are of one mind if their boxes overlap more than this: MediaPipe's bar for
/// one face.
const SAME_FACE_IOU: f32 = 0.3;
/// How much larger than its box a face is painted over, so that nothing of it is left. Chosen by
/// hand.
const PAINTED: f32 = 1.8;

/// The bundled detector and others by their cards: faces found, false ones, CPU time, and where
/// they see a face.
#[derive(Args)]
pub struct Arguments {
    /// Cards of detectors; the bundled one comes first in any case.
    cards: Vec<PathBuf>,
    /// A folder of photographs, with any folders below it.
    #[arg(long)]
    pictures: PathBuf,
    /// The most photographs that are looked at, spread evenly over all.
    #[arg(long, default_value_t = 1000)]
    most: usize,
    /// Quarter turns, clockwise, by which each photograph is turned beforehand.
    #[arg(long, default_value_t = 0)]
    turns: u32,
    /// The share of a black frame's sides that the photograph takes, for small faces.
    #[arg(long, default_value_t = 1.0)]
    share: f64,
}

/// Measures; exit status 0, or 3 after an error.
pub fn run(arguments: &Arguments) -> ExitCode {
    status(measure(arguments))
}

/// What one detector does with all photographs.
#[derive(Default)]
struct Tally {
    /// Photographs with a face: in one run of the network, and by all searches.
    found: [u64; 2],
    /// Faces by all searches, and those of them that the mesh network says are none.
    faces: u64,
    refused: u64,
    /// Painted photographs on which a face is reported: in one run, and by all searches.
    painted: [u64; 2],
    /// CPU milliseconds: of one run, and of all searches.
    cpu_ms: [Vec<f64>; 2],
    /// Beside the bundled detector's face: width, height, and shift across and down in shares of
    /// this detector's box.
    boxes: [Vec<f64>; 4],
    /// How far its eyes, nose and mouth are from those of the face's mesh, in inter-eye distances.
    points: Vec<f64>,
    /// How far alignment points are from those that the bundled detector's face leads to, likewise.
    aligned: Vec<f64>,
    /// Keypoints in shares of the box, x and y of each.
    places: [Vec<f64>; 12],
}

fn measure(arguments: &Arguments) -> Anyhow<()> {
    let mut pictures = Vec::new();
    list(&arguments.pictures, &mut pictures)?;
    pictures.sort();
    let step = pictures.len().div_ceil(arguments.most.max(1)).max(1);
    let pictures: Vec<PathBuf> = pictures.into_iter().step_by(step).collect();
    let engine = Engine::new()?;
    let load = |source: &ModelSource| -> Anyhow<(String, Detector)> {
        let model = Model::load(Task::Detect, source, &Backend::Native)?;
        let input = &model.card.input;
        Ok((format!("{} {}×{}", model.card.id, input.width, input.height), Detector::new(model)?))
    };
    let cards = arguments.cards.iter().map(|card| ModelSource::Card(card.clone()));
    let sources: Vec<ModelSource> = [ModelSource::Bundled].into_iter().chain(cards).collect();
    let detectors = sources.iter().map(load).collect::<Anyhow<Vec<_>>>()?;
    let mut tallies: Vec<Tally> = detectors.iter().map(|_| Tally::default()).collect();
    let bar = progress(pictures.len(), "photographs")?;
    for path in &pictures {
        bar.inc(1);
        let photo = Photo::decode(&std::fs::read(path)?, &Limits::default())?;
        let photo = prepared(&photo, arguments)?;
        let mut seen: Vec<Vec<Detection>> = Vec::new();
        for ((_, detector), tally) in detectors.iter().zip(&mut tallies) {
            for (way, options) in [DetectOptions::upright(), DetectOptions::default()].iter().enumerate() {
                let before = cpu_time()?;
                let faces = detector.detect(&photo.frame(), options)?;
                tally.cpu_ms[way].push(1e3 * (cpu_time()? - before).as_secs_f64());
                tally.found[way] += u64::from(!faces.is_empty());
                if way == 1 {
                    seen.push(faces);
                }
            }
        }
        for (tally, faces) in tallies.iter_mut().zip(&seen) {
            compare(tally, &engine, &photo, faces, &seen[0])?;
        }
        let painted = painted_over(&photo, seen.iter().flatten())?;
        for ((_, detector), tally) in detectors.iter().zip(&mut tallies) {
            for (way, options) in [DetectOptions::upright(), DetectOptions::default()].iter().enumerate() {
                tally.painted[way] += u64::from(!detector.detect(&painted.frame(), options)?.is_empty());
            }
        }
    }
    bar.finish_and_clear();
    detectors.iter().zip(&mut tallies).for_each(|((name, _), tally)| print(name, tally, pictures.len() as u64));
    Ok(())
}

/// Holds a detector's faces against the mesh network and against the bundled detector's best face.
fn compare(
    tally: &mut Tally,
    engine: &Engine,
    photo: &Photo,
    faces: &[Detection],
    bundled: &[Detection],
) -> Anyhow<()> {
    let mesh = |face: &Detection| engine.mesher().mesh(&photo.frame(), face);
    for face in faces {
        tally.faces += 1;
        tally.refused += u64::from(!mesh(face)?.is_face());
    }
    let Some(known) = bundled.first() else { return Ok(()) };
    let Some(face) = faces.iter().find(|face| face.rect.iou(&known.rect) > SAME_FACE_IOU) else { return Ok(()) };
    let (theirs, ours) = (&known.rect, &face.rect);
    let (width, height) = (ours.width(), ours.height());
    let shift = [theirs.center().x - ours.center().x, theirs.center().y - ours.center().y];
    let shares = [theirs.width() / width, theirs.height() / height, shift[0] / width, shift[1] / height];
    tally.boxes.iter_mut().zip(shares).for_each(|(all, share)| all.push(f64::from(share)));
    let places = face.keypoints.iter().flat_map(|p| [(p.x - ours.left()) / width, (p.y - ours.top()) / height]);
    tally.places.iter_mut().zip(places).for_each(|(all, place)| all.push(f64::from(place)));
    let (reference, own) = (mesh(known)?, mesh(face)?);
    let eyes = reference.inter_eye_distance_px();
    let [right_eye, left_eye, nose, right, left] = reference.alignment_points();
    let truth = [right_eye, left_eye, nose, right.midpoint(left)];
    let off = face.keypoints.iter().zip(truth).map(|(p, q)| p.distance(q) / eyes).sum::<f32>() / 4.0;
    tally.points.push(f64::from(off));
    let pairs = own.alignment_points().into_iter().zip(reference.alignment_points());
    tally.aligned.push(f64::from(pairs.map(|(p, q)| p.distance(q) / eyes).sum::<f32>() / 5.0));
    Ok(())
}

fn print(name: &str, tally: &mut Tally, pictures: u64) {
    let share = |count: u64| {
        let interval = clopper_pearson(count, pictures).map(|i| (100.0 * i.low, 100.0 * i.high));
        let (low, high) = interval.unwrap_or((f64::NAN, f64::NAN)); // no pictures, no share
        format!("{count} of {pictures}, {:.1} % ({low:.1} to {high:.1})", 100.0 * count as f64 / pictures as f64)
    };
    say!("{name}");
    say!("  found in one run       {}", share(tally.found[0]));
    say!("  found by all searches  {}", share(tally.found[1]));
    say!("  faces                  {}, of which the mesh network refuses {}", tally.faces, tally.refused);
    say!("  painted, one run       {}", share(tally.painted[0]));
    say!("  painted, all searches  {}", share(tally.painted[1]));
    for (what, times) in ["one run", "all searches"].iter().zip(&mut tally.cpu_ms) {
        say!("  CPU ms, {what:<14} {:.2} at least, {:.2} in the median", quantile(times, 0.0), quantile(times, 0.5));
    }
    let [width, height, across, down] = &mut tally.boxes;
    say!(
        "  the bundled box        {:.3} × as wide, {:.3} × as high, {:+.3} across, {:+.3} down",
        quantile(width, 0.5),
        quantile(height, 0.5),
        quantile(across, 0.5),
        quantile(down, 0.5)
    );
    let points = &mut tally.points;
    say!("  keypoints off          {:.3} in the median, {:.3} at 95 %", quantile(points, 0.5), quantile(points, 0.95));
    let aligned = &mut tally.aligned;
    say!(
        "  alignment off          {:.3} in the median, {:.3} at 95 %",
        quantile(aligned, 0.5),
        quantile(aligned, 0.95)
    );
    let places: Vec<String> = tally.places.iter_mut().map(|all| format!("{:.3}", quantile(all, 0.5))).collect();
    say!("  keypoints in the box   {}", places.join(" "));
}

/// The quantile of what was measured, which it sorts; NaN of nothing.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((share * last as f64).round() as usize).copied().unwrap_or(f64::NAN) // nothing was measured
}

/// The pictures below a folder.
fn list(folder: &Path, found: &mut Vec<PathBuf>) -> Anyhow<()> {
    for entry in std::fs::read_dir(folder).map_err(|e| format!("cannot read {}: {e}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, found)?;
        } else if path.extension().is_some_and(|ending| ["jpg", "jpeg", "png", "webp"].iter().any(|e| ending == *e)) {
            found.push(path);
        }
    }
    Ok(())
}

/// The photograph in a black frame, and turned.
fn prepared(photo: &Photo, arguments: &Arguments) -> Anyhow<Photo> {
    let (mut width, mut height) = (photo.width() as usize, photo.height() as usize);
    let mut pixels = photo.pixels().to_vec();
    if arguments.share < 1.0 {
        let sides = [width, height].map(|side| (side as f64 / arguments.share.max(0.01)) as usize);
        let mut framed = vec![0; 3 * sides[0] * sides[1]];
        let (left, top) = ((sides[0] - width) / 2, (sides[1] - height) / 2);
        for (y, row) in pixels.chunks_exact(3 * width).enumerate() {
            framed[3 * ((top + y) * sides[0] + left)..][..row.len()].copy_from_slice(row);
        }
        (pixels, [width, height]) = (framed, sides);
    }
    for _ in 0..arguments.turns % 4 {
        let old = |x: usize, y: usize| 3 * ((height - 1 - x) * width + y);
        let turned = (0..width).flat_map(|y| (0..height).map(move |x| (x, y)));
        pixels = turned.flat_map(|(x, y)| [0, 1, 2].map(|c| pixels[old(x, y) + c])).collect();
        (width, height) = (height, width);
    }
    Ok(Photo::from_rgb8(u32::try_from(width)?, u32::try_from(height)?, pixels)?)
}

/// The photograph with faces painted over in its mean colour.
fn painted_over<'a>(photo: &Photo, faces: impl Iterator<Item = &'a Detection>) -> Anyhow<Photo> {
    let mut pixels = photo.pixels().to_vec();
    let count = (pixels.len() / 3).max(1) as u64;
    let mean = [0, 1, 2].map(|c| (pixels.iter().skip(c).step_by(3).map(|v| u64::from(*v)).sum::<u64>() / count) as u8);
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    for face in faces {
        let (center, half) = (face.rect.center(), 0.5 * PAINTED * face.rect.width().max(face.rect.height()));
        let edge = |at: f32, side: usize| at.clamp(0.0, side as f32) as usize;
        let (left, right) = (edge(center.x - half, width), edge(center.x + half, width));
        for y in edge(center.y - half, height)..edge(center.y + half, height) {
            let row = &mut pixels[3 * (y * width + left)..3 * (y * width + right)];
            row.chunks_exact_mut(3).for_each(|pixel| pixel.copy_from_slice(&mean));
        }
    }
    Ok(Photo::from_rgb8(photo.width(), photo.height(), pixels)?)
}
