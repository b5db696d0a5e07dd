//! Whole sessions of small frames: what physics demands of them, and what tells the species apart.

use super::*;
use selfsame::engine::Engine;
use selfsame::image::{Limits, Photo, srgb8_to_linear};
use selfsame::liveness::{Region, Segment};
use std::sync::LazyLock;

static SUBJECTS: LazyLock<[Subject; 2]> = LazyLock::new(|| {
    let engine = Engine::new().unwrap();
    ["obama.jpg", "astronaut.png"].map(|name| {
        let path = format!("{}/../datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"));
        Subject::new(&engine, &Photo::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap()).unwrap()
    })
});

const SLOT_US: u64 = 400_000;

fn segments(colors: &[([u8; 3], Region)]) -> Vec<Segment> {
    let slot = |(i, (color, region)): (usize, &([u8; 3], Region))| Segment {
        start_us: SLOT_US * i as u64,
        duration_us: SLOT_US,
        color: *color,
        region: *region,
    };
    colors.iter().enumerate().map(slot).collect()
}

/// Black, white, black, over the whole screen.
fn white_flash() -> Vec<Segment> {
    segments(&[([0; 3], Region::Full), ([255; 3], Region::Full), ([0; 3], Region::Full)])
}

/// A still scene whose camera adds and changes nothing.
fn still(species: Species, ambient_lux: f32) -> Scene {
    let camera = Camera {
        width: 120,
        height: 160,
        jitter: 0.0,
        lag_us: 0,
        auto_exposure_s: None,
        auto_white_balance_s: None,
        noise: 0.0,
        rolling_shutter_us: 0,
        tone: 0.0,
        jpeg_quality: None,
        ..Camera::default()
    };
    let attack = Attack { tilt_deg: [0.0, 0.0], ..Attack::default() };
    Scene { species, ambient_lux, ambient_drift: 0.0, motion: 0.0, camera, attack, ..Scene::default() }
}

fn record(scene: &Scene, segments: &[Segment]) -> Recording {
    let [subject, other] = &*SUBJECTS;
    simulate(subject, Some(other), segments, scene).unwrap()
}

/// The first frame that is wholly in the slot's second half.
fn in_slot(recording: &Recording, slot: u64) -> SimulatedFrame {
    let after = slot * SLOT_US + SLOT_US / 2;
    recording.frames().map(Result::unwrap).find(|frame| frame.timestamp_us >= after).unwrap()
}

/// Mean linear colour of a square about a point of the face, in centimetres from between the eyes.
fn light_at(frame: &SimulatedFrame, scene: &Scene, [x, y]: [f32; 2]) -> [f32; 3] {
    let grid = grid::Grid::new(scene);
    let [ex, ey] = grid.eyes_px();
    let (x, y) = ((ex + x * grid.px_per_cm()) as usize, (ey + y * grid.px_per_cm()) as usize);
    let pixels = frame.photo.pixels().as_chunks::<3>().0;
    let mut sum = [0.0; 3];
    for (dx, dy) in (0..9).map(|i| (i % 3, i / 3)) {
        let pixel = pixels[(y + dy - 1) * grid.width + x + dx - 1];
        sum.iter_mut().zip(pixel).for_each(|(s, v)| *s += srgb8_to_linear()[usize::from(v)] / 9.0);
    }
    sum
}

/// How much brighter than without it the place is with the white screen, over the former.
fn response(scene: &Scene, place: [f32; 2]) -> f32 {
    let recording = record(scene, &white_flash());
    let [dark, bright] = [2, 1].map(|slot| light_at(&in_slot(&recording, slot), scene, place)[1]);
    (bright - dark) / dark
}

/// Nose, right and left cheek's far side, in centimetres from between the eyes.
const NOSE: [f32; 2] = [0.0, 4.0];
const SIDES: [[f32; 2]; 2] = [[-6.0, 3.0], [6.0, 3.0]];

#[test]
fn a_face_answers_by_its_shape_and_a_plane_evenly() {
    let ratio = |species| {
        let scene = still(species, 60.0);
        let sides = SIDES.map(|side| response(&scene, side));
        2.0 * response(&scene, NOSE) / (sides[0] + sides[1])
    };
    let (live, flat) = (ratio(Species::Live), ratio(Species::PrintFlat));
    assert!(live > 1.3, "nose over sides {live}");
    assert!((flat - 1.0).abs() < 0.15, "plane {flat}");
    let mask = ratio(Species::MaskFlat);
    assert!((mask - 1.0).abs() < 0.2, "cut-out {mask}");
    let silicone = ratio(Species::MaskSilicone);
    assert!(silicone > 1.3, "a mask has the face's shape: {silicone}");
}

#[test]
fn the_answer_falls_with_the_ambient_light() {
    let at = |lux| response(&still(Species::Live, lux), NOSE);
    let (dim, office, day) = (at(60.0), at(300.0), at(50_000.0));
    // The nose is 27 cm away and 6 cm above the screen's middle: 550 · 98 · 27² / (27² + 6²)² = 67
    // lx beside the 60, less what its normal turns away.
    assert!((0.8..1.3).contains(&dim), "{dim}");
    assert!((4.0..6.5).contains(&(dim / office)), "in proportion: {dim} {office}");
    assert!(day.abs() < 0.01, "nothing to be seen outdoors: {day}");
    assert!(response(&still(Species::InjectedPlain, 60.0), NOSE).abs() < 0.01);
}

#[test]
fn each_half_of_the_screen_lights_its_own_side() {
    let halves = [Region::Left, Region::Right, Region::Top, Region::Bottom].map(|region| ([255; 3], region));
    let scene = still(Species::Live, 40.0);
    let recording = record(&scene, &segments(&[&halves[..], &[([0; 3], Region::Full)]].concat()));
    let dark = in_slot(&recording, 4);
    let answer =
        |slot: u64, place| light_at(&in_slot(&recording, slot), &scene, place)[1] - light_at(&dark, &scene, place)[1];
    let [left, right] = [0, 1].map(|slot| answer(slot, SIDES[1]) / answer(slot, SIDES[0]).max(1e-6));
    assert!(left > 1.2 * right, "the person's left is the image's right: {left} {right}");
}

#[test]
fn sessions_depend_on_their_seed_and_species_and_on_nothing_else() {
    let segments = segments(&[([128; 3], Region::Full), ([255, 0, 0], Region::Full), ([0, 0, 255], Region::Full)]);
    let scene = |species, seed| {
        let camera = Camera { width: 96, height: 128, ..Camera::default() };
        let attack = Attack { loop_us: 500_000, ..Attack::default() };
        Scene { species, camera, attack, seed, ambient_lux: 100.0, ..Scene::default() }
    };
    let mut pictures = Vec::new();
    for species in Species::ALL {
        let recording = record(&scene(species, 5), &segments);
        let last = recording.len() - 5;
        let frame = recording.frame(last).unwrap();
        assert_eq!(frame.photo, record(&scene(species, 5), &segments).frame(last).unwrap().photo, "{species}");
        assert_ne!(frame.photo, record(&scene(species, 6), &segments).frame(last).unwrap().photo, "{species}");
        let mean = frame.photo.pixels().iter().map(|v| f64::from(*v)).sum::<f64>() / frame.photo.pixels().len() as f64;
        assert!((25.0..220.0).contains(&mean), "{species}: mean {mean}");
        let frames: Vec<SimulatedFrame> = recording.frames().map(|frame| frame.unwrap()).collect();
        assert!(frames.is_sorted_by(|a, b| a.timestamp_us < b.timestamp_us), "{species}");
        // Some attackers change a few frames of their own session, or when they arrive.
        let sent: Vec<(Photo, u64)> = frames.into_iter().map(|frame| (frame.photo, frame.arrived_us)).collect();
        pictures.push((species, sent));
    }
    for (i, (a, first)) in pictures.iter().enumerate() {
        for (b, second) in &pictures[i + 1..] {
            assert!(first != second, "{a} and {b}");
        }
    }
}

#[test]
fn a_relit_stream_answers_late_by_its_delay() {
    let scene = |species, delay_us| {
        let mut scene = still(species, 60.0);
        (scene.camera.fps, scene.attack.delay_us) = (50.0, delay_us);
        scene
    };
    let rise_us = |scene: &Scene| {
        let recording = record(scene, &white_flash());
        let dark = light_at(&recording.frame(0).unwrap(), scene, NOSE)[1];
        let brighter = |frame: &SimulatedFrame| light_at(frame, scene, NOSE)[1] > 1.2 * dark;
        recording.frames().map(Result::unwrap).find(brighter).unwrap().timestamp_us
    };
    let live = rise_us(&scene(Species::Live, 300_000));
    assert!(live.abs_diff(SLOT_US) <= 25_000, "{live}");
    for species in [Species::InjectedRelight, Species::InjectedTint, Species::Delayed] {
        let late = rise_us(&scene(species, 300_000)) - live;
        assert!(late.abs_diff(300_000) <= 20_000, "{species}: {late} µs");
    }
}

#[test]
fn the_exposure_follows_the_flash_unless_it_is_locked() {
    let mut scene = still(Species::Live, 30.0);
    let exposure = |scene: &Scene| {
        let recording = record(scene, &white_flash());
        [0, 1].map(|slot| in_slot(&recording, slot)).map(|frame| frame.exposure_us * frame.iso)
    };
    let [dark, bright] = exposure(&scene);
    assert_eq!(dark, bright);
    scene.camera.auto_exposure_s = Some(0.1);
    let [dark, bright] = exposure(&scene);
    assert!(f64::from(bright) < 0.8 * f64::from(dark), "{dark} {bright}");
    scene.species = Species::InjectedRelight;
    let [dark, bright] = exposure(&scene);
    assert_eq!(dark, bright, "made behind the camera");
}

#[test]
fn rows_are_exposed_one_after_another() {
    let mut scene = still(Species::PrintFlat, 10.0);
    scene.camera.rolling_shutter_us = 30_000;
    let recording = record(&scene, &white_flash());
    // The frame whose first rows are exposed before the flash and whose last rows are within it.
    let torn = recording.frames().map(Result::unwrap).find(|frame| frame.timestamp_us + 15_000 > SLOT_US).unwrap();
    let dark = recording.frame(0).unwrap();
    let gain = |y| light_at(&torn, &scene, [0.0, y])[1] / light_at(&dark, &scene, [0.0, y])[1];
    assert!(gain(9.0) > 1.3 * gain(-9.0), "{} {}", gain(-9.0), gain(9.0));
}

#[test]
fn frames_are_the_same_on_any_number_of_threads() {
    for species in [Species::Live, Species::PrintEyeHoles, Species::ReplayTablet] {
        // Not whole blocks in a row, several bands, and rows that look far up and down.
        let camera = Camera { width: 203, height: 300, jpeg_quality: None, ..Camera::default() };
        let scene = Scene { species, camera, motion: 4.0, ..Scene::default() };
        let recording = record(&scene, &segments(&[([200; 3], Region::Full), ([0, 255, 0], Region::Left)]));
        let photos = [1, 2, 5].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| [4, 11, 19].map(|i| recording.frame(i).unwrap().photo))
        });
        assert!(photos[0] == photos[1] && photos[0] == photos[2], "{species}");
    }
}

#[test]
fn loops_repeat_and_swaps_change_the_face() {
    let mut scene = still(Species::Looped, 100.0);
    (scene.attack.loop_us, scene.motion, scene.camera.noise) = (300_000, 1.0, 1.0);
    let recording = record(&scene, &white_flash());
    let stamp = |i| recording.frame(i).unwrap().timestamp_us;
    let period = (0..recording.len()).take_while(|i| stamp(*i) < 300_000).count();
    assert_eq!(recording.frame(2).unwrap().photo, recording.frame(2 + 2 * period).unwrap().photo);
    let scene = still(Species::FaceSwap, 100.0);
    let recording = record(&scene, &white_flash());
    let (first, last) = (recording.frame(0).unwrap(), recording.frame(recording.len() - 1).unwrap());
    let differing = first.photo.pixels().iter().zip(last.photo.pixels()).filter(|(a, b)| a.abs_diff(**b) > 8).count();
    assert!(differing > first.photo.pixels().len() / 5, "{differing}");
}

#[test]
fn corneas_mirror_the_screen_and_painted_eyes_do_not() {
    let brightest = |species| {
        let mut scene = still(species, 20.0);
        (scene.camera.width, scene.camera.height, scene.distance_cm) = (300, 400, 25.0);
        let recording = record(&scene, &white_flash());
        let [dark, bright] = [2, 1].map(|slot| in_slot(&recording, slot));
        let grid = grid::Grid::new(&scene);
        let [ex, ey] = grid.eyes_px();
        let cm = grid.px_per_cm();
        let near = |x: f32| (ex + (x - 0.4) * cm) as usize..(ex + (x + 0.4) * cm) as usize;
        let rows = (ey - 0.2 * cm) as usize..(ey + 0.4 * cm) as usize;
        let places = rows.flat_map(|y| near(-3.15).chain(near(3.15)).map(move |x| y * grid.width + x));
        let green = |frame: &SimulatedFrame, at: usize| frame.photo.pixels().as_chunks::<3>().0[at][1];
        places.map(|at| green(&bright, at).saturating_sub(green(&dark, at))).max().unwrap()
    };
    let (live, mask) = (brightest(Species::Live), brightest(Species::MaskPaper));
    assert!(live > mask.saturating_add(20), "{live} {mask}");
}

#[test]
fn tone_groups_reflect_as_they_should() {
    // Everything else the same and the exposure that of a white wall: darker skin is darker.
    let shade = |skin| {
        let scene = Scene { skin, ..still(Species::Live, 100.0) };
        let grid = grid::Grid::new(&scene);
        let [subject, _] = &*SUBJECTS;
        let person = person::Person::new(subject, &grid, &scene).unwrap();
        let face: Vec<f32> =
            person.patches.iter().filter(|p| p.face && p.eye == person::Eye::None).map(|p| p.albedo[1]).collect();
        face.iter().sum::<f32>() / face.len() as f32
    };
    let shades: Vec<f32> = (1..=6).map(shade).collect();
    assert!(shades.is_sorted_by(|a, b| a > b), "{shades:?}");
    assert!(shades[0] > 3.0 * shades[5]);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let [subject, _] = &*SUBJECTS;
    let refused =
        |scene: &Scene, segments: &[Segment]| simulate(subject, None, segments, scene).err().map(|e| e.kind());
    let bad = Some(crate::error::ErrorKind::InvalidArgument);
    let scene = still(Species::Live, 100.0);
    assert_eq!(refused(&scene, &white_flash()), None);
    assert_eq!(refused(&scene, &[]), bad);
    let mut backwards = white_flash();
    backwards.reverse();
    assert_eq!(refused(&scene, &backwards), bad);
    assert_eq!(refused(&Scene { skin: 7, ..scene.clone() }, &white_flash()), bad);
    assert_eq!(refused(&Scene { ambient_lux: f32::NAN, ..scene.clone() }, &white_flash()), bad);
    assert_eq!(refused(&still(Species::FaceSwap, 100.0), &white_flash()), bad, "a swap needs another subject");
    let recording = record(&scene, &white_flash());
    assert!(recording.frame(recording.len()).is_err());
    let blank = Photo::from_rgb8(200, 200, vec![128; 120_000]).unwrap();
    assert_eq!(Subject::new(&Engine::new().unwrap(), &blank).err().map(|e| e.kind()), bad);
    assert!("print".parse::<Species>() == Ok(Species::PrintFlat) && "nobody".parse::<Species>().is_err());
}
