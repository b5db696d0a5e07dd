//! Guidance on approach sequences made from real portraits: the right hint, no flicker, `ready` for
//! the good and for no other.
//!
//! 24 sequences always; 200 with `cargo test --release --test suite guide -- --ignored`.

mod approach;

use crate::beside::beside;
use crate::verify::{engine, portrait};
use approach::{Approach, Scene};
use selfsame::align::DistanceSource;
use selfsame::capture::{CaptureOptions, CaptureSession, Guidance, GuideLimits, Hint, OvalSpec, face_oval};
use selfsame::detect::{Rotation, select_face};
use selfsame::document::{DocumentPhoto, Origin};
use selfsame::image::Photo;

const OVAL: f32 = 0.55;
const FPS: u64 = 15;
const STEP_US: u64 = 1_000_000 / FPS;
/// From a change on, guidance may take this long: smoothing, settling, and the least time of the
/// hint before it.
const ALLOWED_US: u64 = 700_000;

struct Outcome {
    judged: usize,
    right: usize,
    changes: usize,
    real_changes: usize,
    ready: bool,
    wrong: Vec<String>,
}

/// Plays one sequence, and counts.
fn play(scene: &Scene, approach: &Approach) -> Outcome {
    let options = CaptureOptions::default().with_oval(OvalSpec::Centered { width: OVAL });
    let mut session = CaptureSession::new(options).unwrap();
    let mut outcome = Outcome { judged: 0, right: 0, changes: 0, real_changes: 0, ready: false, wrong: Vec::new() };
    let mut shown: Option<Hint> = None;
    let mut wanted: Option<Hint> = None;
    for (i, (stage, since_us)) in approach.frames(STEP_US).enumerate() {
        let photo = scene.render(&stage.pose);
        let guidance: Guidance = engine().guide(&mut session, &photo.frame(), i as u64 * STEP_US).unwrap();
        outcome.ready |= guidance.hint == Hint::Ready;
        // Waiting and being done are one thing to the person, who keeps still.
        let plain = if guidance.hint.is_good() { Hint::Hold } else { guidance.hint };
        outcome.changes += usize::from(shown.is_some_and(|before| before != plain));
        shown = Some(plain);
        if let Some(expected) = stage.expected {
            outcome.real_changes += usize::from(wanted.is_some_and(|before| before != expected));
            wanted = Some(expected);
            if since_us >= ALLOWED_US {
                outcome.judged += 1;
                outcome.right += usize::from(plain == expected);
                if plain != expected {
                    let seen = guidance.measurements.face;
                    outcome.wrong.push(format!(
                        "{} for {} at {:?}: {seen:?}",
                        plain.as_str(),
                        expected.as_str(),
                        stage.pose
                    ));
                }
            }
        }
    }
    outcome
}

fn scenes() -> Vec<Scene> {
    ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"]
        .into_iter()
        .filter_map(|name| {
            let photo = portrait(name);
            let (_, mesh) = engine().locate(&photo.frame(), select_face).unwrap().outcome.found().unwrap();
            let (pose, limits) = (mesh.pose().unwrap(), GuideLimits::default());
            // Who looks aside by nearly as much as is allowed has a fault of his own.
            let share = (pose.yaw_deg / limits.yaw_deg()).abs().max((pose.pitch_deg / limits.pitch_deg()).abs());
            (share < 0.78).then(|| Scene::new(photo, face_oval(&mesh).unwrap(), pose.roll_deg, OVAL))
        })
        .collect()
}

/// Runs seeds `from .. to`; every third sequence never gets good.
fn campaign(from: u64, to: u64) {
    let scenes = scenes();
    assert!(scenes.len() >= 2, "{} portraits look straight", scenes.len());
    let limits = GuideLimits::default();
    let (mut judged, mut right, mut wrong) = (0, 0, Vec::new());
    for seed in from..to {
        let good = seed % 3 != 0;
        let scene = &scenes[seed as usize % scenes.len()];
        let approach = Approach::new(seed, good, &limits);
        let outcome = play(scene, &approach);
        judged += outcome.judged;
        right += outcome.right;
        wrong.extend(outcome.wrong.into_iter().map(|w| format!("seed {seed}: {w}")));
        assert_eq!(outcome.ready, good, "seed {seed}: {approach:?}\n{}", wrong.join("\n"));
        // On the way from one fault to another the face may pass through a third state: once more
        // per change.
        let allowed = 2 * outcome.real_changes + 1;
        assert!(
            outcome.changes <= allowed,
            "seed {seed}: {} changes, {} real\n{approach:?}",
            outcome.changes,
            outcome.real_changes
        );
    }
    println!("{right} of {judged} frames have the right hint ({:.2} %)", 100.0 * right as f64 / judged as f64);
    let shown: Vec<_> = wrong.iter().take(20).cloned().collect();
    assert!(right as f64 >= 0.97 * judged as f64, "{right} of {judged}\n{}", shown.join("\n"));
}

#[test]
fn approaches_are_guided_by_the_right_hints() {
    campaign(1000, 1012);
}

#[test]
#[ignore = "takes minutes"]
fn two_hundred_approaches_are_guided_by_the_right_hints() {
    campaign(0, 200);
}

#[test]
fn mirrored_frames_mirror_what_is_measured() {
    let photo = portrait("obama3.jpg");
    let mirrored = approach::mirrored(&photo);
    let pose = |photo: &selfsame::image::Photo| {
        let (_, mesh) = engine().locate(&photo.frame(), select_face).unwrap().outcome.found().unwrap();
        mesh.pose().unwrap()
    };
    let (a, b) = (pose(&photo), pose(&mirrored));
    assert!((a.yaw_deg + b.yaw_deg).abs() < 3.0 && (a.roll_deg + b.roll_deg).abs() < 3.0, "{a:?} {b:?}");
    assert!((a.pitch_deg - b.pitch_deg).abs() < 3.0, "{a:?} {b:?}");
}

#[test]
fn nobody_or_two_are_told_and_never_ready() {
    let mut session = CaptureSession::new(CaptureOptions::default()).unwrap();
    let empty = selfsame::image::Photo::from_rgb8(320, 240, vec![90; 320 * 240 * 3]).unwrap();
    for i in 0..40 {
        let guidance = engine().guide(&mut session, &empty.frame(), i * STEP_US).unwrap();
        assert_eq!(guidance.hint, Hint::NoFace);
    }
    let two = approach::twice(&portrait("biden.jpg"), 640, 480);
    let mut session = CaptureSession::new(CaptureOptions::default()).unwrap();
    for i in 0..40 {
        let guidance = engine().guide(&mut session, &two.frame(), i * STEP_US).unwrap();
        assert_eq!(guidance.hint, Hint::SeveralFaces);
    }
    assert!(session.best_frames().is_empty());
    let late = engine().guide(&mut session, &two.frame(), 39 * STEP_US).unwrap_err();
    assert_eq!(late.kind(), selfsame::error::ErrorKind::InvalidArgument, "time must go on");
}

#[test]
fn the_best_frames_are_kept_upright_and_can_be_compared() {
    let scenes = scenes();
    let options = CaptureOptions::default().with_oval(OvalSpec::Centered { width: OVAL });
    let mut session = CaptureSession::new(options).unwrap();
    for i in 0..30 {
        let photo = scenes[0].render(&approach::Pose::default());
        let _ = engine().guide(&mut session, &photo.frame(), i * STEP_US).unwrap();
    }
    assert_eq!(session.best_frames().len(), 3);
    let document = DocumentPhoto::from_photo(portrait("obama2.jpg"), Origin::ImageFile);
    for kept in session.best_frames() {
        let verification = engine().verify(&document, &kept.photo, 1e-4).unwrap();
        assert_eq!(verification.verdict.as_str(), "match");
    }
    let times: Vec<_> = session.best_frames().iter().map(|k| k.timestamp_us).collect();
    assert!(times.iter().enumerate().all(|(i, t)| times[..i].iter().all(|u| u.abs_diff(*t) >= 150_000)), "{times:?}");
}

#[test]
fn kept_pictures_know_their_lens_and_are_compared_from_as_near() {
    let scenes = scenes();
    let kept = |told| {
        let oval = OvalSpec::Centered { width: OVAL };
        let options = CaptureOptions::default().with_oval(oval).with_focal_length(told);
        let mut session = CaptureSession::new(options).unwrap();
        for i in 0..12 {
            let photo = scenes[0].render(&approach::Pose::default());
            let _ = engine().guide(&mut session, &photo.frame(), i * STEP_US).unwrap();
        }
        session.best_frames()[0].photo.clone()
    };
    let [unknown, typical, long] = [None, Some(0.9), Some(1.8)].map(kept);
    let focal = |photo: &Photo| photo.focal_length_px().unwrap();
    assert_eq!(focal(&unknown), focal(&typical));
    assert!((focal(&long) / focal(&unknown) - 2.0).abs() < 1e-3);
    // Twice the focal length is twice the distance.
    let document = DocumentPhoto::from_photo(portrait("obama2.jpg"), Origin::ImageFile);
    let cm = |photo: &Photo| {
        let face = engine().verify(&document, photo, 1e-4).unwrap().selfie.face.unwrap();
        let (cm, source) = face.distance.unwrap();
        assert_eq!(source, DistanceSource::Lens);
        cm
    };
    let (near, far) = (cm(&unknown), cm(&long));
    assert!((15.0..60.0).contains(&near) && (far / near - 2.0).abs() < 0.05, "{near} {far}");
}

/// On Labeled Faces in the Wild, where it lies beside the project.
#[test]
fn mirrored_photographs_have_mirrored_yaw() {
    let Some(people) = beside("data/lfw/images") else { return };
    let mut folders: Vec<_> = std::fs::read_dir(people).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let mut errors = Vec::new();
    for folder in folders.iter().step_by(40) {
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let photo = selfsame::image::Photo::decode(&std::fs::read(&files[0]).unwrap(), &Default::default()).unwrap();
        let pose = |photo: &selfsame::image::Photo| {
            let (_, mesh) = engine().locate(&photo.frame(), select_face).unwrap().outcome.found()?;
            mesh.pose()
        };
        if let (Some(a), Some(b)) = (pose(&photo), pose(&approach::mirrored(&photo))) {
            errors.push((a.yaw_deg + b.yaw_deg).abs());
        }
    }
    errors.sort_by(f32::total_cmp);
    let median = errors[errors.len() / 2];
    println!("median of |yaw + mirrored yaw| over {} photographs: {median:.2}°", errors.len());
    assert!(errors.len() > 80 && median < 3.0, "{median}° over {}", errors.len());
}

/// A quarter turn clockwise of the pixels.
fn quarter_turned(photo: &Photo) -> Photo {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let (source, _) = photo.pixels().as_chunks::<3>();
    let turned = (0..width).flat_map(|y| (0..height).map(move |x| source[(height - 1 - x) * width + y]));
    Photo::from_rgb8(height as u32, width as u32, turned.flatten().collect()).unwrap()
}

#[test]
fn frames_that_come_turned_are_told_so() {
    let upright = portrait("obama.jpg");
    let quarter = quarter_turned(&upright);
    let half = quarter_turned(&quarter);
    let three = quarter_turned(&half);
    let turns = [(&quarter, Rotation::Clockwise90), (&half, Rotation::Half), (&three, Rotation::Clockwise270)];
    for (photo, rotation) in turns {
        let mut session = CaptureSession::new(CaptureOptions::default()).unwrap();
        let guide = |session: &mut CaptureSession, photo: &Photo, i: u64| {
            engine().guide(session, &photo.frame(), i * STEP_US).unwrap()
        };
        let last = (0..3 * FPS).map(|i| guide(&mut session, photo, i)).last().unwrap();
        assert_eq!((last.hint, last.measurements.turned), (Hint::TurnCamera, Some(rotation)));
        // With the rotation set right the face is followed at once, and the hint goes.
        let last = (3 * FPS..5 * FPS).map(|i| guide(&mut session, &upright, i)).last().unwrap();
        assert!(last.measurements.turned.is_none() && last.measurements.faces == 1);
        assert_ne!(last.hint, Hint::TurnCamera);
    }
    let mut session = CaptureSession::new(CaptureOptions::default()).unwrap();
    let grey = Photo::from_rgb8(320, 240, vec![128; 3 * 320 * 240]).unwrap();
    let last = (0..3 * FPS).map(|i| engine().guide(&mut session, &grey.frame(), i * STEP_US).unwrap()).last().unwrap();
    assert_eq!((last.hint, last.measurements.turned), (Hint::NoFace, None));
}
