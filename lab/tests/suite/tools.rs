//! The tools and the laboratory's program as processes: what they say, where they write, and how
//! they end when nobody reads.
//!
//! `cargo test` builds the tools, which are examples, beside the tests; with a choice of tests it
//! does not, and what needs one is then skipped.

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use selfsame::liveness::{Challenge, ChallengePolicy, FrameRecord, SessionManifest};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A command that runs a tool, or the laboratory's program, in the root of the repository.
fn tool(name: &str) -> Option<Command> {
    let program = match name {
        "selfsame-lab" => PathBuf::from(env!("CARGO_BIN_EXE_selfsame-lab")),
        name => {
            let own = std::env::current_exe().unwrap();
            let target = own.parent().and_then(Path::parent).unwrap();
            target.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION)
        }
    };
    if !program.is_file() {
        eprintln!("skipped: {} is not built", program.display());
        return None;
    }
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    Some(command)
}

/// Words of a line are arguments.
fn run(name: &str, arguments: &str) -> Option<Output> {
    Some(tool(name)?.args(arguments.split_whitespace()).output().unwrap())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const OBAMA: &str = "datasets/portraits/obama.jpg";
const OTHER: &str = "datasets/portraits/obama2.jpg";

/// Who prints what, and the exit status.
fn talks() -> Vec<(&'static str, String, i32)> {
    vec![
        ("verify", format!("{OBAMA} {OTHER}"), 0),
        ("verify", format!("{OBAMA} {OTHER} --json"), 0),
        ("verify", format!("{OBAMA} {OTHER} --require-chip"), 2),
        ("verify", format!("{OBAMA} {OTHER} --page"), 2),
        ("verify", format!("{OBAMA} README.md --json"), 3),
        ("dg2", "datasets/documents/astronaut.dg2".into(), 0),
        ("dg2", "datasets/documents/astronaut.dg2 --json".into(), 0),
        ("challenge", "--seed 07 --now 1790000000".into(), 0),
        ("challenge", "--seed 07 --now 1790000000 --json".into(), 0),
        ("guide", format!("{OBAMA} --repeat 3"), 1),
        ("guide", format!("{OBAMA} --repeat 3 --json"), 1),
        ("verify", "--help".into(), 0),
        ("selfsame-lab", "--help".into(), 0),
        ("selfsame-lab", "gallery bench --templates 20".into(), 0),
    ]
}

#[test]
fn a_pipe_that_closes_ends_no_tool_and_changes_no_status() {
    for (name, arguments, status) in talks() {
        let Some(mut command) = tool(name) else { continue };
        command.args(arguments.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Nobody reads what it prints.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let complaints = text(&output.stderr);
        assert!(!complaints.contains("panicked"), "{name} {arguments}: {complaints}");
        assert_eq!(output.status.code(), Some(status), "{name} {arguments}: {complaints}");
        // Nor what it complains of.
        let Some(mut command) = tool(name) else { continue };
        command.args(arguments.split_whitespace()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop((child.stdout.take(), child.stderr.take()));
        assert_eq!(child.wait().unwrap().code(), Some(status), "{name} {arguments} without any reader");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    for (name, arguments, _) in talks() {
        if arguments.contains("--help") {
            continue;
        }
        let Some(mut command) = tool(name) else { continue };
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command.args(arguments.split_whitespace()).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{name} {arguments}");
        let complaints = text(&output.stderr);
        assert!(complaints.contains("cannot write standard output"), "{name} {arguments}: {complaints}");
    }
}

#[test]
fn words_are_said_and_no_debug_output() {
    for (name, arguments, status) in talks() {
        let Some(output) = run(name, &arguments) else { continue };
        assert_eq!(output.status.code(), Some(status), "{name} {arguments}: {}", text(&output.stderr));
        let said = text(&output.stdout) + &text(&output.stderr);
        for debug in ["Some(", "None", "Ok(", "Err(", "AtMost", "About(", "AtLeast", "Error {", "Inner", "::"] {
            let help = arguments.contains("--help");
            assert!(help || !said.contains(debug), "{name} {arguments} says {debug:?}: {said}");
        }
    }
}

#[test]
fn nothing_is_said_to_be_found_where_nobody_looked() {
    let Some(output) = run("verify", &format!("{OBAMA} {OTHER} --require-chip")) else { return };
    let said = text(&output.stdout);
    assert!(said.contains("document   not looked at\nselfie     not looked at\n"), "{said}");
    assert!(!said.contains("found"), "{said}");
    let json = text(&run("verify", &format!("{OBAMA} {OTHER} --require-chip --json")).unwrap().stdout);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["faces"]["selfie"]["found"].is_null() && json["faces"]["document"]["found"].is_null(), "{json}");
    let json = text(&run("verify", &format!("{OBAMA} tests/data/palette.png --json")).unwrap().stdout);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["faces"]["document"]["found"], &json["faces"]["selfie"]["found"]), (&1.into(), &0.into()));
}

/// A session's folder whose files can be spoilt one by one.
fn session(folder: &Path) {
    let rng = &mut ChaCha20Rng::seed_from_u64(7);
    let challenge = Challenge::issue(rng, &ChallengePolicy::default(), 1_790_000_000).unwrap();
    let manifest = SessionManifest::new(challenge, vec![FrameRecord::new("0.jpg".to_owned(), 0)]);
    std::fs::write(folder.join("session.json"), manifest.to_json().unwrap()).unwrap();
}

#[test]
fn errors_name_the_file_that_they_speak_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (bad, gone, none) = (path("bad.jpg"), path("gone.jpg"), path("none/there"));
    std::fs::write(&bad, "this is text").unwrap();
    std::fs::create_dir(path("people")).unwrap();
    std::fs::create_dir(path("people/ann")).unwrap();
    std::fs::write(path("people/ann/bad.jpg"), "this is text").unwrap();
    std::fs::create_dir(path("lists")).unwrap();
    std::fs::write(path("lists/pairs.txt"), "this is no list").unwrap();
    let mut cases: Vec<(&str, String, String)> = Vec::new();
    for file in [&bad, &gone] {
        for (name, arguments) in [
            ("verify", format!("{file} {OBAMA}")),
            ("verify", format!("{OBAMA} {file}")),
            ("verify", format!("{file} {OBAMA} --page")),
            ("chip", file.clone()),
            ("guide", file.clone()),
            ("guide", format!("{file} --approach")),
            ("liveness", file.clone()),
            ("enrol", format!("{file} {OBAMA}")),
            ("enrol", format!("{OBAMA} {file}")),
            ("enrol", format!("{OBAMA} {OTHER} --script {file}")),
            ("enrol", format!("{OBAMA} {OTHER} --session {file}")),
            ("selfsame-lab", format!("simulate {file} --out {none}")),
            ("selfsame-lab", format!("simulate {OBAMA} --other {file} --out {none}")),
            ("selfsame-lab", format!("simulate {OBAMA} --challenge {file} --out {none}")),
            ("selfsame-lab", format!("gallery search {OBAMA} --gallery {file}")),
            ("selfsame-lab", format!("gallery add {file} --id 1 --gallery {none}")),
            ("selfsame-lab", format!("gallery remove --id 1 --gallery {file}")),
            ("selfsame-lab", format!("crops {} 1 {file}", path("crops"))),
            ("selfsame-lab", format!("evaluate folder {file}")),
            ("selfsame-lab", format!("evaluate lfw {file}")),
            ("selfsame-lab", format!("evaluate pad {file}")),
        ] {
            cases.push((name, arguments, file.clone()));
        }
    }
    cases.push(("selfsame-lab", format!("evaluate folder {}", path("people")), path("people/ann/bad.jpg")));
    cases.push(("selfsame-lab", format!("evaluate lfw {}", path("lists")), path("lists/pairs.txt")));
    cases.push(("selfsame-lab", format!("crops {none} 1 {OBAMA}"), none.clone()));
    cases.push(("challenge", format!("--svg {none}"), none.clone()));
    cases.push(("guide", format!("{OBAMA} --repeat 1 --out {bad}"), bad.clone()));
    cases.push(("guide", path("people"), path("people")));
    let faceless = "tests/data/palette.png";
    cases.push(("guide", format!("{faceless} --approach"), faceless.into()));
    cases.push(("selfsame-lab", format!("simulate {faceless} --out {none}"), faceless.into()));
    session(folder.path());
    cases.push(("liveness", path(""), path("0.jpg")));
    cases.push(("liveness", format!("{} --challenge {bad}", path("")), bad.clone()));
    cases.push(("liveness", format!("{} --challenge {gone}", path("")), gone.clone()));
    for (name, arguments, file) in cases {
        let Some(output) = run(name, &arguments) else { continue };
        let complaints = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{name} {arguments}: {complaints}");
        assert!(complaints.contains(&file), "{name} {arguments} does not name {file}: {complaints}");
    }
    assert!(!Path::new(&path("crops")).exists(), "crops of a bad picture leave no file");
    assert!(!Path::new(&path("none")).exists());
}

#[test]
fn files_are_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let svg = path("challenge.svg");
    let Some(output) = run("challenge", &format!("--seed 07 --svg {svg}")) else { return };
    assert!(output.status.success());
    let drawn = std::fs::read_to_string(&svg).unwrap();
    assert!(drawn.starts_with("<svg") && drawn.trim_end().ends_with("</svg>"));
    assert!(run("guide", &format!("{OBAMA} --repeat 2 --out {}", path("overlays"))).is_some());
    let mut names: Vec<_> =
        std::fs::read_dir(path("overlays")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["000000.png", "000001.png"], "no drafts are left");
    for name in names {
        let overlay = std::fs::read(folder.path().join("overlays").join(name)).unwrap();
        assert!(image::load_from_memory(&overlay).is_ok());
    }
}

#[test]
fn a_portrait_is_written_in_a_format_that_there_is_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let chip = |name: &str| run("chip", &format!("datasets/documents/astronaut.dg2 --out {}", file(name).display()));
    for (name, format) in [("a.png", image::ImageFormat::Png), ("a.jpg", image::ImageFormat::Jpeg)] {
        let Some(output) = chip(name) else { return };
        assert!(output.status.success() && text(&output.stdout).contains(name), "{}", text(&output.stderr));
        let written = std::fs::read(file(name)).unwrap();
        assert_eq!(image::guess_format(&written).unwrap(), format);
        assert_eq!(image::load_from_memory(&written).unwrap().width(), 240);
    }
    std::fs::write(file("kept.bmp"), b"what was there").unwrap();
    for name in ["x.gif", "x.webp", "x.tiff", "x", "x.", "kept.bmp", "none/x.png"] {
        let Some(output) = chip(name) else { return };
        let complaints = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{name}");
        assert!(complaints.contains(&file(name).display().to_string()), "{name}: {complaints}");
    }
    let names = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["a.jpg", "a.png", "kept.bmp"], "nothing empty is left");
    assert_eq!(std::fs::read(file("kept.bmp")).unwrap(), b"what was there");
}

#[test]
fn a_bare_template_is_shown_and_verified_and_a_broken_one_names_its_byte() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let whole = std::fs::read(root().join("datasets/documents/astronaut.dg2")).unwrap();
    // Behind 75 82 and its length: 7F61.
    std::fs::write(file("bare"), &whole[4..]).unwrap();
    std::fs::write(file("broken"), &whole[4..400]).unwrap();
    let bare = file("bare").display().to_string();
    let Some(output) = run("chip", &bare) else { return };
    assert!(output.status.success() && text(&output.stdout).contains("envelope"), "{}", text(&output.stderr));
    let Some(output) = run("verify", &format!("{bare} datasets/portraits/astronaut.png --require-chip")) else {
        return;
    };
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for name in ["chip", "verify"] {
        let broken = file("broken").display().to_string();
        let arguments = if name == "chip" { broken.clone() } else { format!("{broken} {OBAMA}") };
        let Some(output) = run(name, &arguments) else { return };
        let complaints = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3));
        assert!(complaints.contains(&broken) && complaints.contains("at byte "), "{complaints}");
    }
}

#[test]
fn a_chip_is_authentic_or_the_reason_is_told() {
    let specimen = "datasets/documents/chip datasets/documents/astronaut.dg2";
    let anchors = "--anchors datasets/documents/chip/csca.der --at 1798761600";
    let Some(output) = run("chip", &format!("{specimen} {anchors}")) else { return };
    let said = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for line in
        ["decision       authentic", "number         L898902C3", "expires        2035-01-01", "revocation     unknown"]
    {
        assert!(said.contains(line), "{line}: {said}");
    }
    let Some(output) = run("chip", &format!("{specimen} --at 1798761600 --json")) else { return };
    assert_eq!(output.status.code(), Some(2));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["decision"], &json["reason"]), (&"refused".into(), &"issuer_unknown".into()));
    // Without its portrait there is nothing to compare.
    let Some(output) = run("chip", &format!("datasets/documents/chip {anchors}")) else { return };
    assert!(output.status.code() == Some(2) && text(&output.stdout).contains("file_missing"));
}

#[test]
fn who_is_there_twice_is_a_page_with_faces_only_where_they_are_asked_for() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().to_str().unwrap();
    let asked = format!("gallery duplicates datasets/portraits --out {folder}");
    let plain = run("selfsame-lab", &asked).unwrap();
    assert_eq!(plain.status.code(), Some(0), "{}", text(&plain.stderr));
    let page = || std::fs::read_to_string(out.path().join("report.html")).unwrap();
    assert!(page().contains("<h2>Group 1: 3 pictures") && page().contains("unsupported_format: 5"), "{}", page());
    assert!(!page().contains("<img") && !out.path().join("faces").exists());
    run("selfsame-lab", &format!("{asked} --faces")).unwrap();
    let shown: Vec<String> =
        page().split("src=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.into())).collect();
    assert_eq!(shown.len(), 6, "three pairs");
    for face in shown {
        let bytes = std::fs::read(out.path().join(face)).unwrap();
        let face = selfsame::Photo::decode(&bytes, &selfsame::Limits::default()).unwrap();
        assert_eq!((face.width(), face.height()), (160, 160));
    }
}
