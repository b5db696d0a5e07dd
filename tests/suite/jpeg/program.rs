//! `cjpeg` and `djpeg`, run as they come with the system.

use std::io::Write;
use std::process::{Command, Stdio};

/// Whether both programs are there. Says so where they are not; fails if they must be.
pub fn present() -> bool {
    let both = ["cjpeg", "djpeg"].iter().all(|name| {
        let version = Command::new(name).arg("-version").stdin(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    });
    if !both {
        assert!(std::env::var_os("SELFSAME_REQUIRE_DJPEG").is_none(), "cjpeg or djpeg is not installed");
        println!("skipped: cjpeg and djpeg (libjpeg-turbo-progs) are not installed");
    }
    both
}

/// What a program wrote, and what it complained about; its complaint alone if it failed.
fn run(name: &str, arguments: &[String], input: &[u8]) -> Result<(Vec<u8>, String), String> {
    let mut child = Command::new(name)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A program that complains may not read to the end.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    });
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if output.status.success() { Ok((output.stdout, complaint)) } else { Err(complaint) }
}

/// The JPEG that `cjpeg` makes of a PNM file. It complains about low qualities, and writes them.
pub fn cjpeg(arguments: &[String], pnm: &[u8]) -> Result<Vec<u8>, String> {
    run("cjpeg", arguments, pnm).map(|(file, _)| file)
}

/// A picture as `djpeg` reads it: RGB, 8 bits a sample, rows without padding.
#[derive(PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<u8>,
}

/// The picture that `djpeg` reads; its first warning or error where it has one.
pub fn djpeg(file: &[u8]) -> Result<Picture, String> {
    let (pnm, complaint) = run("djpeg", &["-dct".into(), "int".into(), "-pnm".into()], file)?;
    if !complaint.is_empty() {
        return Err(complaint);
    }
    // "P6", the sides and the largest value, each followed by one blank.
    let mut fields = pnm.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut next = || fields.next().unwrap();
    let number = |field: &[u8]| std::str::from_utf8(field).unwrap().parse::<usize>().unwrap();
    let (kind, width, height, rest) = (next(), number(next()), number(next()), next());
    let samples = &rest[rest.iter().position(u8::is_ascii_whitespace).unwrap() + 1..];
    let rgb = if kind == b"P5" { samples.iter().flat_map(|v| [*v; 3]).collect() } else { samples.to_vec() };
    assert_eq!(rgb.len(), width * height * 3);
    Ok(Picture { width, height, rgb })
}
