//! The program's evaluations of sets of other shapes, of groups, and of a network of one's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Copies of the project's portraits under the names on the left.
fn portraits(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, portrait) in files {
        let at = folder.path().join(name);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::copy(root().join("datasets/portraits").join(portrait), at).unwrap();
    }
    folder
}

fn people() -> tempfile::TempDir {
    portraits(&[
        ("biden/1.jpg", "biden.jpg"),
        ("collins/1.png", "astronaut.png"),
        ("nobody/1.png", "../../tests/data/palette.png"),
        ("obama/1.jpg", "obama.jpg"),
        ("obama/2.jpg", "obama2.jpg"),
    ])
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs `evaluate` on `set`, the folder that follows it, and further arguments; with one network,
/// whose card has a calibration, unless they say otherwise.
fn evaluate(set: &str, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_selfsame-lab"));
    command.current_dir(root()).args(["evaluate", set]).arg(folder).args(["--replicates", "100"]);
    if !arguments.contains(&"--card") {
        command.args(["--card", "models/template.toml"]);
    }
    command.args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_refused_picture_is_a_failure_to_enrol_and_no_error_of_comparison() {
    let folder = people();
    let text = said(&evaluate("folder", folder.path(), &[]));
    assert!(text.contains("failures to enrol      1 of 5: FTE 20.000 %"), "{text}");
    assert!(text.contains("1 genuine, 5 impostor\n  … of pairs           1 genuine, 9 impostor"), "{text}");
    assert!(text.contains("FMR 1e-3, average"), "thresholds are the card's: {text}");
    let missing = complaint(&evaluate("folder", folder.path(), &["--card", "models/none.toml"]));
    assert!(missing.contains("models/none.toml"), "{missing}");
}

#[test]
fn rates_are_told_by_group_and_groups_that_are_too_small_are_named() {
    let folder = people();
    let table = folder.path().join("groups.csv");
    std::fs::write(&table, "person,office,party\nobama,president,d\nbiden,president,d\ncollins,pilot,\n").unwrap();
    let (table, out) = (table.to_str().unwrap(), folder.path().join("out"));
    let groups = ["--groups", table, "--by", "office", "--by", "party+office", "--out", out.to_str().unwrap()];
    let text = said(&evaluate("folder", folder.path(), &groups));
    assert!(
        text.contains("by office, 1 pictures in no group") && text.contains("\npilot × president: 3 people"),
        "{text}"
    );
    assert!(
        text.contains("by party+office, 2 pictures in no group") && text.contains("\nd president: 2 people"),
        "{text}"
    );
    assert!(text.contains("too few comparisons for this rate"), "{text}");
    let html = std::fs::read_to_string(out.join("report.html")).unwrap();
    assert!(html.contains("Differential performance") && !html.contains("obama"), "{html}");
    assert!(std::fs::read_to_string(out.join("groups.svg")).unwrap().contains("too few comparisons"));
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("report.json")).unwrap()).unwrap();
    let pair = &json["groups"][0]["pairs"][2];
    assert_eq!((&pair["references"], &pair["probes"]), (&"pilot".into(), &"president".into()));
    assert!(pair["at_threshold"][0]["too_few"] == true && pair["genuine_pairs"] == 0, "{pair}");
    // Only the presidents.
    let text = said(&evaluate("folder", folder.path(), &["--groups", table, "--where", "office=president"]));
    assert!(text.contains("pictures               3 of 2 people") && !text.contains("by office"), "{text}");
    let never = complaint(&evaluate("folder", folder.path(), &["--groups", table, "--where", "office=king"]));
    assert!(never.contains(table) && never.contains("pilot, president"), "{never}");
}

#[test]
fn tables_that_are_none_are_refused_with_file_and_line() {
    let folder = people();
    let table = folder.path().join("groups.csv");
    let path = table.to_str().unwrap();
    for (text, fault) in [
        (&b"name,sex\n"[..], "line 1"),
        (b"person,sex\nobama,m\nobama,m\n", "line 3"),
        (b"person,sex\nobama\n", "line 2"),
        (b"person,sex\nobama,m,\"\n\n\n", "line 2"),
        (b"person,sex\n\xff\xfe,m\n", "UTF-8"),
        (b"person,sex\nsomebody else,m\n", "none of the pictures"),
        (b"\0\0\0\0", "line 1"),
        (b"", "line 1"),
    ] {
        std::fs::write(&table, text).unwrap();
        let complaint = complaint(&evaluate("folder", folder.path(), &["--groups", path]));
        assert!(complaint.contains(path) && complaint.contains(fault), "{text:?}: {complaint}");
    }
    let gone = complaint(&evaluate("folder", folder.path(), &["--groups", "none/groups.csv"]));
    assert!(gone.contains("none/groups.csv"), "{gone}");
    std::fs::write(&table, "person,sex\nobama,m\n").unwrap();
    let other = complaint(&evaluate("folder", folder.path(), &["--groups", path, "--by", "age"]));
    assert!(other.contains("no attribute \"age\"") && other.contains(path), "{other}");
}

#[test]
fn a_calibration_names_its_population() {
    let folder = people();
    let file = folder.path().join("calibration.toml");
    let file = file.to_str().unwrap();
    let complaint_of = |arguments: &[&str]| complaint(&evaluate("folder", folder.path(), arguments));
    assert!(complaint_of(&["--calibration", file]).contains("--population"));
    let few = complaint_of(&["--calibration", file, "--population", "five portraits"]);
    assert!(few.contains("too few pairs or people"), "{few}");
    assert!(!Path::new(file).exists());
}

#[test]
fn a_flat_folder_has_impostors_alone() {
    let folder = portraits(&[
        ("1_0.jpg", "obama.jpg"),
        ("2_0.jpg", "obama2.jpg"),
        ("3_0.jpg", "biden.jpg"),
        ("4_1.png", "astronaut.png"),
    ]);
    let text = said(&evaluate("flat", folder.path(), &[]));
    assert!(text.contains("pictures               4 of 4 people") && text.contains("0 genuine, 6 impostor"), "{text}");
    assert!(text.contains("too few comparisons for this rate") && !text.contains("equal error rate"), "{text}");
    let out = folder.path().join("out");
    let options = ["--pad", "black", "--leave-out-above", "0.3", "--out", out.to_str().unwrap()];
    let text = said(&evaluate("flat", folder.path(), &options));
    assert!(text.contains("pictures               3 of 3 people"), "one of two pictures of one person: {text}");
    let json = std::fs::read_to_string(out.join("report.json")).unwrap();
    assert!(json.contains("without 1 pictures that score 0.3 or more"), "{json}");
}

#[test]
fn views_of_celebrities_are_groups_and_their_protocol_is_run() {
    let folder = portraits(&[
        ("images/001/frontal/01.jpg", "obama.jpg"),
        ("images/001/profile/01.jpg", "obama2.jpg"),
        ("images/002/frontal/01.jpg", "biden.jpg"),
        ("images/002/profile/01.jpg", "astronaut.png"),
    ]);
    let at = |name: &str| folder.path().join("protocol").join(name);
    for fold in ["FP/01", "FP/02"] {
        std::fs::create_dir_all(at(fold)).unwrap();
        std::fs::write(at(fold).join("same.txt"), "1,1\n").unwrap();
        std::fs::write(at(fold).join("diff.txt"), "1,2\n2,1\n").unwrap();
    }
    std::fs::create_dir_all(at("FF")).unwrap();
    for (list, view) in [("Pair_list_F.txt", "frontal"), ("Pair_list_P.txt", "profile")] {
        std::fs::write(at(list), format!("1 images/001/{view}/01.jpg\n2 images/002/{view}/01.jpg\n")).unwrap();
    }
    let text = said(&evaluate("cfp", folder.path(), &[]));
    assert!(text.contains("frontal–profile accuracy 1.0000") && !text.contains("frontal–frontal acc"), "{text}");
    assert!(
        text.contains(
            "\nfrontal × profile: 2 people, FTE 0 of 2 (0.00 %), FTA 0 of 2 (0.00 %), 2 genuine and 2 impostor"
        ),
        "{text}"
    );
    let one = said(&evaluate("cfp", folder.path(), &["--people", "1-1"]));
    assert!(one.contains("pictures               2 of 1 people"), "{one}");
    let none = complaint(&evaluate("cfp", folder.path(), &["--people", "5-9"]));
    assert!(none.contains("no pictures in"), "{none}");
}
