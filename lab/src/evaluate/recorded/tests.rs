use super::*;
use crate::evaluate::pad::SessionOutcome;

fn session(
    subject: u32,
    presentation: &str,
    lux: f32,
    outcome: SessionOutcome,
    matched: Option<bool>,
) -> RecordedSession {
    let label = format!(
        r#"{{ "format": 1, "subject": {subject}, "presentation": "{presentation}", "device": "<a>", "lux": {lux} }}"#
    );
    RecordedSession {
        folder: "0".to_owned(),
        label: SessionLabel::parse(label.as_bytes()).unwrap(),
        outcome,
        reasons: vec!["word".to_owned()],
        frames: 9,
        with_face: 9,
        bits: None,
        matched,
    }
}

#[test]
fn rates_are_counted_by_species_subject_and_group() {
    use SessionOutcome::{Attack, Inconclusive, Live};
    let sessions = vec![
        session(1, LIVE, 80.0, Live, Some(true)),
        session(1, LIVE, 80.0, Inconclusive, Some(true)),
        session(2, LIVE, 900.0, Attack, None),
        session(3, "mask", 80.0, Live, Some(true)),
        session(3, "mask", 80.0, Live, Some(false)),
        session(4, "mask", 900.0, Attack, None),
        session(4, "print", 9_000.0, Inconclusive, None),
    ];
    let unread = vec![UnreadSession { folder: "x".to_owned(), error: "<broken>".to_owned() }];
    let report = RecordedReport::new("set", 1e-4, sessions, unread);
    let live = report.bona_fide.as_ref().unwrap();
    assert_eq!((live.error.errors, live.error.trials, live.subjects), (1, 3, 2));
    assert_eq!((live.non_response.errors, live.subjects_with_error.errors, live.subjects_with_error.trials), (1, 1, 2));
    assert_eq!(live.live_and_match.map(|r| (r.errors, r.trials)), Some((1, 2)));
    assert_eq!(live.error_of_responses.map(|r| (r.errors, r.trials)), Some((1, 2)));
    let [mask, print] = &report.attacks[..] else { panic!("{:?}", report.attacks) };
    assert_eq!((mask.error.errors, mask.error.trials, mask.subjects_with_error.errors), (2, 3, 1));
    assert_eq!(mask.live_and_match.map(|r| (r.errors, r.trials)), Some((1, 2)), "IAPAR");
    assert_eq!((print.error.errors, print.non_response.errors, print.error_of_responses), (0, 1, None));
    assert_eq!(report.worst.as_deref(), Some("mask"));
    let values: Vec<&str> = report.groups.iter().map(|group| group.value.as_str()).collect();
    assert_eq!(values, ["<a>", "50 to 200", "600 to 1500", "5000 and more"]);
    let page = report.to_html();
    assert!(page.contains("&lt;a&gt;") && page.contains("&lt;broken&gt;") && !page.contains("<broken>"));
    assert!(report.to_json().unwrap().contains("\"live_and_match\""));
}

#[test]
fn folders_are_found_and_what_is_none_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recorded_sessions(folder.path()).is_err(), "no session");
    assert!(recorded_sessions(&folder.path().join("missing")).is_err());
    for name in ["b", "a", "c"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    for name in ["a", "b"] {
        std::fs::write(folder.path().join(name).join("session.json"), "{}").unwrap();
    }
    let found = recorded_sessions(folder.path()).unwrap();
    assert_eq!(found, [folder.path().join("a"), folder.path().join("b")]);
    assert_eq!(recorded_sessions(&found[0]).unwrap(), &found[..1], "a session's own folder");
}
