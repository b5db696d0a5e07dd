//! The examples as processes: they end in words, also where nobody reads. `cargo test` builds them
//! beside the tests; with a choice of tests it does not, and what needs one is then skipped.

use std::path::Path;
use std::process::{Command, Stdio};

fn example(name: &str) -> Option<Command> {
    let own = std::env::current_exe().unwrap();
    let target = own.parent().and_then(Path::parent).unwrap();
    let program = target.join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    if !program.is_file() {
        eprintln!("skipped: {} is not built", program.display());
        return None;
    }
    let mut command = Command::new(program);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    Some(command)
}

#[test]
fn a_pipe_that_closes_is_no_panic() {
    for name in ["minimal", "chip_portrait", "quality", "camera", "flash_challenge", "one_account", "ceremony"] {
        let Some(mut command) = example(name) else { continue };
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let complaints = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && complaints.is_empty(), "{name}: {:?}, {complaints}", output.status);
    }
}

#[test]
fn errors_are_sentences_that_name_the_file() {
    for (name, arguments, says) in [
        ("minimal", vec!["/none/there.jpg"], "Error: cannot read /none/there.jpg: "),
        ("minimal", vec!["README.md"], "Error: "),
        ("chip_portrait", vec!["README.md"], "Error: "),
        ("quality", vec!["/none/there.jpg"], "Error: cannot read /none/there.jpg: "),
        ("camera", vec!["tests/data/palette.png"], "Error: the photograph shows no face"),
        ("flash_session", vec!["/none"], "Error: cannot read /none/session.json: "),
        ("page_portrait", vec![], "Error: two files: "),
    ] {
        let Some(mut command) = example(name) else { continue };
        let output = command.args(&arguments).output().unwrap();
        let complaints = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success());
        assert!(complaints.starts_with(says) && !complaints.contains('{'), "{name} {arguments:?}: {complaints}");
    }
}
