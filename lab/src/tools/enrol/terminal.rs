//! Answers from a terminal.

use super::journey::Dialogue;
use crate::{output, say};
use selfsame::error::{Error, ErrorKind, Result, Stage};
use zeroize::Zeroizing;

/// Answers from standard input.
pub struct Terminal;

impl Dialogue for Terminal {
    fn tell(&mut self, text: &str) {
        say!("{text}");
    }

    fn ask(&mut self, _: &str, prompt: &str) -> Result<Zeroizing<String>> {
        let io = |e| Error::new(ErrorKind::Io, Stage::Enrol, "the terminal cannot be read").with_source(e);
        output::text(&format!("{prompt}: "));
        let mut line = Zeroizing::new(String::with_capacity(256));
        if std::io::stdin().read_line(&mut line).map_err(io)? == 0 {
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Enrol, "the input has ended"));
        }
        Ok(Zeroizing::new(line.trim().to_owned()))
    }

    fn now(&mut self) -> u64 {
        // A clock before 1970 is at 0.
        std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
    }
}
