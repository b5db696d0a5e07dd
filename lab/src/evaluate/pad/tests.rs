use super::*;
use crate::simulate::{Half, Scene, Species};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use selfsame::engine::Engine;
use selfsame::liveness::{ChallengePolicy, LivenessOptions};
use std::path::{Path, PathBuf};

fn portraits() -> PadPeople {
    PadPeople::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/portraits")).unwrap()
}

/// A folder that disappears with the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("selfsame-pad-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).unwrap();
        Self(root)
    }

    fn file(&self, name: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, b"x").unwrap();
        path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A session that nobody recorded.
fn session(campaign: &str, species: Species, number: u32, outcome: SessionOutcome) -> PadSession {
    PadSession {
        campaign: campaign.to_owned(),
        number,
        person: number as usize % 3,
        scene: Scene { species, skin: 1 + (number % 2) as u8, ..Scene::default() },
        outcome,
        reasons: if outcome == SessionOutcome::Live { vec![] } else { vec!["flat_shape".to_owned()] },
        frames: 100,
        with_face: 99,
        range: Some(0.1),
        noise: Some(0.01),
        bits: Some(number as f32),
        fit: None,
        best_fit: None,
        lag_ms: None,
        edges_found: None,
        spread_ms: None,
        drift_ms_per_s: None,
        relief: None,
        relief_error: None,
        shape_bits: Some(-1.0),
        shape_least_bits: Some(-2.0),
        glare: Some(1.4),
        change_relief: Some(0.9),
        identity_lowest: None,
        outstanding: None,
        jumps: None,
        echo: None,
        arrival_ms: None,
        matched: None,
        wrong_bits: vec![],
        wrong: 0,
        wrong_live: 0,
        response: None,
    }
}

#[test]
fn rates_are_of_all_sessions_and_non_response_stands_apart() {
    use SessionOutcome::{Attack, Inconclusive, Live};
    let mut kept = Vec::new();
    for (species, outcomes) in [
        (Species::Live, [Live, Live, Attack, Inconclusive]),
        (Species::PrintFlat, [Attack, Attack, Live, Inconclusive]),
        (Species::MaskPaper, [Live, Live, Live, Attack]),
    ] {
        kept.extend((0..).zip(outcomes).map(|(number, outcome)| session("c", species, number, outcome)));
    }
    let rates = |species| SpeciesRates::new(species, &kept).unwrap();
    for (species, errors, non_response, responses) in
        [(Species::Live, 1, 1, 3), (Species::PrintFlat, 1, 1, 3), (Species::MaskPaper, 3, 0, 4)]
    {
        let rates = rates(species);
        assert_eq!((rates.error.errors, rates.error.trials), (errors, 4), "{species}");
        assert_eq!((rates.non_response.errors, rates.non_response.trials), (non_response, 4), "{species}");
        assert_eq!(rates.error_of_responses.unwrap().trials, responses, "{species}");
        assert!(rates.error.interval.low < rates.error.rate && rates.error.rate < rates.error.interval.high);
    }
    assert_eq!(rates(Species::PrintFlat).reasons["flat_shape"], 3);
    assert!(SpeciesRates::new(Species::Looped, &kept).is_none());
    let silent = [session("c", Species::Looped, 0, Inconclusive)];
    assert!(SpeciesRates::new(Species::Looped, &silent).unwrap().error_of_responses.is_none());
}

#[test]
fn the_report_counts_its_own_campaign_and_each_session_once() {
    use SessionOutcome::{Attack, Inconclusive, Live};
    let people = PadPeople::new(vec![]);
    let campaign = PadCampaign { sessions: 4, ..PadCampaign::new(Half::Report, PadConditions::Indoors) };
    let id = campaign.id(&people);
    let mut kept = Vec::new();
    for (species, outcomes) in
        [(Species::Live, [Live, Attack, Inconclusive, Live]), (Species::PrintFlat, [Attack, Live, Attack, Attack])]
    {
        kept.extend((0..).zip(outcomes).map(|(number, outcome)| session(&id, species, number, outcome)));
    }
    kept[0].wrong_bits = vec![-20.0, 0.7, 3.0];
    kept[0].wrong = 4;
    let clean = PadReport::new(&campaign, &people, "set <1>", &kept);
    kept.push(kept[0].clone());
    kept.push(session("another", Species::PrintFlat, 0, Live));
    kept.push(session(&id, Species::PrintFlat, 4, Live));
    kept.reverse();
    assert_eq!(PadReport::new(&campaign, &people, "set <1>", &kept), clean);

    assert_eq!((clean.sessions, clean.people), (8, 3));
    assert_eq!(clean.worst, Some(Species::PrintFlat));
    assert_eq!(clean.worst_rates().unwrap().error.errors, 1);
    // Odd numbers have the second tone.
    let tone = clean.groups.iter().find(|g| g.by == "skin" && g.value == "2").unwrap();
    assert_eq!(tone.bpcer.map(|r| (r.errors, r.trials)), Some((1, 2)));
    assert_eq!(tone.attacks_live.map(|r| (r.errors, r.trials)), Some((1, 2)));
    let wrong = clean.wrong_challenges.as_ref().unwrap();
    assert_eq!((wrong.live.errors, wrong.live.trials), (0, 4));
    // A challenge without bits counts as one that reaches none.
    let reached = |bits: f64| wrong.curve.iter().find(|p| p.bits == bits).unwrap().share.errors;
    assert_eq!([0.0, 0.5, 1.0, 3.0, 3.5].map(reached), [2, 2, 1, 1, 0]);

    let html = clean.to_html().unwrap();
    assert!(html.contains("set &lt;1&gt;") && !html.contains("<1>"));
    for loading in ["<script", "<link", "<img", "src=", "href=", "url(", "@import"] {
        assert!(!html.contains(loading), "{loading}");
    }
    let json: serde_json::Value = serde_json::from_str(&clean.to_json().unwrap()).unwrap();
    assert_eq!((&json["worst"], &json["attacks"][0]["error"]["errors"]), (&"print_flat".into(), &1.into()));
}

#[test]
fn a_campaign_without_sessions_makes_a_report_that_says_so() {
    let campaign = PadCampaign::new(Half::Tune, PadConditions::Wide);
    let report = PadReport::new(&campaign, &PadPeople::new(vec![]), "none", &[]);
    assert!(report.bona_fide.is_none() && report.worst.is_none() && report.wrong_challenges.is_none());
    assert!(report.to_html().unwrap().contains("not measured"));
}

#[test]
fn even_people_tune_and_odd_ones_report() {
    let root = Temporary::new("people");
    for file in ["ann/2.jpg", "ann/1.jpg", "bob/x.png", "cyd/1.jpg", "dan/1.webp", "stray.jpg"] {
        root.file(file);
    }
    let people = PadPeople::read(&root.0).unwrap();
    let of = |half| {
        people
            .of(half)
            .into_iter()
            .map(|(i, path)| (i, path.strip_prefix(&root.0).unwrap().to_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(Half::Tune), [(0, "ann/1.jpg"), (2, "cyd/1.jpg")]);
    assert_eq!(of(Half::Report), [(1, "bob/x.png"), (3, "dan/1.webp")]);
}

#[test]
fn pictures_alone_are_people_by_name() {
    let root = Temporary::new("flat");
    for file in ["ann2.jpg", "ann.jpg", "bob.png", "17.jpg", "18.jpg", "ann.toml", ".hidden.jpg"] {
        root.file(file);
    }
    let people = PadPeople::read(&root.0).unwrap();
    let names = |half| people.of(half).iter().map(|(_, p)| p.file_name().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(names(Half::Tune), ["17.jpg", "ann.jpg"]);
    assert_eq!(names(Half::Report), ["18.jpg", "bob.png"]);
    assert!(PadPeople::read(&Temporary::new("nobody").0).is_err());
}

#[test]
fn campaigns_differ_by_what_changes_their_sessions() {
    let people = portraits();
    let campaign = PadCampaign::new(Half::Tune, PadConditions::Indoors);
    let id = campaign.id(&people);
    let longer = PadCampaign { sessions: 7, species: vec![Species::Live], ..campaign.clone() };
    assert_eq!(longer.id(&people), id, "more sessions go on from those that are there");
    let policy = ChallengePolicy::default().with_regions(true);
    for other in [
        PadCampaign { half: Half::Report, ..campaign.clone() },
        PadCampaign { conditions: PadConditions::Slow, ..campaign.clone() },
        PadCampaign { seed: 2, ..campaign.clone() },
        PadCampaign { frame_px: [240, 320], ..campaign.clone() },
        PadCampaign { options: LivenessOptions::default().with_policy(policy), ..campaign.clone() },
    ] {
        assert_ne!(other.id(&people), id, "{other:?}");
    }
    assert_ne!(campaign.id(&PadPeople::new(vec!["ann.jpg".into()])), id);
}

#[test]
fn conditions_set_what_they_are_named_for() {
    for conditions in PadConditions::ALL {
        assert_eq!(conditions.as_str().parse(), Ok(conditions));
        for seed in 0..20 {
            let ranges = conditions.ranges(Half::Report);
            let drawn = Scene::sample(Species::Live, seed, &ranges);
            let mut scene = drawn.clone();
            conditions.set(&mut scene);
            scene.check().unwrap();
            let lux = scene.ambient_lux;
            match conditions {
                PadConditions::Indoors => assert!(scene == drawn && lux <= 600.0),
                PadConditions::Daylight => assert!(scene == drawn && lux >= 5_000.0),
                PadConditions::Wide => assert!((1.0..=10_000.0).contains(&lux)),
                PadConditions::Lag => assert!(scene.camera.lag_us <= 300_000),
                PadConditions::Automatic => {
                    assert!(scene.camera.auto_exposure_s.is_some() && scene.camera.auto_white_balance_s.is_some());
                }
                PadConditions::Slow => assert_eq!(scene.camera.fps, 15.0),
                PadConditions::Compressed => assert_eq!(scene.camera.jpeg_quality, Some(60)),
                PadConditions::Gaps => assert_eq!(scene.camera.drop_share, 0.1),
                PadConditions::Rooms => {
                    assert!(scene == drawn && scene.room.is_some_and(|room| !room.lamps.is_empty()));
                }
            }
        }
    }
}

#[test]
fn a_small_campaign_is_the_same_again_and_goes_on_where_it_stopped() {
    let (engine, people) = (Engine::new().unwrap(), portraits());
    let campaign = PadCampaign {
        species: vec![Species::Live, Species::InjectedPlain],
        sessions: 2,
        frame_px: [240, 320],
        wrong_challenges: 3,
        ..PadCampaign::new(Half::Tune, PadConditions::Slow)
    };
    let run = |known: &[PadSession]| {
        let mut new = Vec::new();
        let each = |session| {
            new.push(session);
            Ok(())
        };
        campaign.run(&engine, &people, ChaCha20Rng::seed_from_u64, known, each).unwrap();
        new.sort_by_key(|s| (s.species() as usize, s.number));
        new
    };
    let all = run(&[]);
    assert_eq!(all.len(), 4);
    for session in &all {
        assert!(session.with_face > 60, "{session:?}");
        assert_eq!(session.response.is_some(), session.number == 0);
        assert_eq!(session.wrong, if session.species() == Species::Live { 3 } else { 0 });
        assert!(session.species() == Species::Live || session.outcome != SessionOutcome::Live, "{session:?}");
    }
    assert_ne!(all[0].scene.seed, all[1].scene.seed);

    let root = Temporary::new("log");
    let path = root.0.join("sessions.jsonl");
    let (none, mut log) = PadLog::open(&path).unwrap();
    assert!(none.is_empty());
    all.iter().take(3).for_each(|session| log.append(session).unwrap());
    // The fourth was cut off.
    let mut text = std::fs::read(&path).unwrap();
    text.extend(&serde_json::to_vec(&all[3]).unwrap()[..40]);
    std::fs::write(&path, &text).unwrap();
    let (known, mut log) = PadLog::open(&path).unwrap();
    assert_eq!(known, all[..3]);
    let rest = run(&known);
    assert_eq!(rest, all[3..]);
    log.append(&rest[0]).unwrap();
    let (known, _) = PadLog::open(&path).unwrap();
    assert_eq!(known, all);
    assert!(run(&known).is_empty());
    std::fs::write(&path, b"no session\n").unwrap();
    assert!(PadLog::open(&path).is_err());
}

#[test]
fn what_fails_ends_the_campaign() {
    let engine = Engine::new().unwrap();
    let campaign = PadCampaign { species: vec![Species::Live], ..PadCampaign::new(Half::Tune, PadConditions::Slow) };
    let run = |people: &PadPeople| {
        campaign.run(&engine, people, ChaCha20Rng::seed_from_u64, &[], |_| Ok(())).unwrap_err().kind()
    };
    assert_eq!(run(&PadPeople::new(vec![])), crate::error::ErrorKind::InvalidArgument);
    assert_eq!(run(&PadPeople::new(vec!["/nonexistent.jpg".into()])), crate::error::ErrorKind::Io);
}
