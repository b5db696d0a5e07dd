//! Answers from a file, or from a terminal.
//!
//! A script has one `question: answer` a line, in the order in which they are asked; `wait:
//! SECONDS` lets time pass; `#` begins a comment. A question that is not the next in the script
//! ends the journey with an error that names both.

use super::journey::Dialogue;
use selfsame::error::{Error, ErrorKind, Result, Stage};
use std::collections::VecDeque;
use zeroize::Zeroizing;

/// Answers from a script; remembers what was told.
pub struct Script {
    answers: VecDeque<(usize, String, Zeroizing<String>)>,
    now: u64,
    /// What was told and asked, without answers.
    pub told: Vec<String>,
    /// Whether it is printed, too.
    pub print: bool,
}

fn fault(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, Stage::Enrol, message)
}

impl Script {
    /// Reads a script; its clock begins at `now` and moves by `wait` alone.
    pub fn parse(text: &str, now: u64) -> Result<Self> {
        let mut answers = VecDeque::new();
        for (number, line) in text.lines().enumerate() {
            // A line has a part before its comment, if only an empty one.
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let Some((name, answer)) = line.split_once(':') else {
                return Err(fault(format!("line {} of the script is no `question: answer`", number + 1)));
            };
            answers.push_back((number + 1, name.trim().to_owned(), Zeroizing::new(answer.trim().to_owned())));
        }
        Ok(Self { answers, now, told: Vec::new(), print: false })
    }

    /// Questions that were not asked.
    pub fn left(&self) -> usize {
        self.answers.len()
    }

    fn pass_time(&mut self) -> Result<()> {
        while self.answers.front().is_some_and(|(_, name, _)| name == "wait") {
            let Some((number, _, seconds)) = self.answers.pop_front() else { break };
            let seconds: u64 = seconds
                .parse()
                .map_err(|_| fault(format!("line {number} of the script waits for no number of seconds")))?;
            self.now = self.now.saturating_add(seconds);
        }
        Ok(())
    }
}

impl Dialogue for Script {
    fn tell(&mut self, text: &str) {
        if self.print {
            println!("{text}");
        }
        self.told.push(text.to_owned());
    }

    fn ask(&mut self, name: &str, prompt: &str) -> Result<Zeroizing<String>> {
        self.pass_time()?;
        self.tell(&format!("? {prompt}:"));
        match self.answers.pop_front() {
            Some((_, answered, answer)) if answered == name => Ok(answer),
            Some((number, answered, _)) => {
                Err(fault(format!("line {number} of the script answers {answered:?} where {name:?} is asked")))
            }
            None => Err(fault(format!("the script ends where {name:?} is asked"))),
        }
    }

    fn now(&mut self) -> u64 {
        self.now
    }
}

/// Answers from standard input.
#[allow(dead_code, reason = "tests have no terminal")]
pub struct Terminal;

impl Dialogue for Terminal {
    fn tell(&mut self, text: &str) {
        println!("{text}");
    }

    fn ask(&mut self, _: &str, prompt: &str) -> Result<Zeroizing<String>> {
        use std::io::Write;
        let io = |e| Error::new(ErrorKind::Io, Stage::Enrol, "the terminal cannot be read").with_source(e);
        print!("{prompt}: ");
        std::io::stdout().flush().map_err(io)?;
        let mut line = Zeroizing::new(String::with_capacity(256));
        if std::io::stdin().read_line(&mut line).map_err(io)? == 0 {
            return Err(fault("the input has ended".to_owned()));
        }
        Ok(Zeroizing::new(line.trim().to_owned()))
    }

    fn now(&mut self) -> u64 {
        // A clock before 1970 is at 0.
        std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
    }
}
