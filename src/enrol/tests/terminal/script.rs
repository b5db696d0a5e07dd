//! Answers from a file.
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
    /// Prints it, too.
    pub print: Option<fn(&str)>,
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
        Ok(Self { answers, now, told: Vec::new(), print: None })
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
        if let Some(print) = self.print {
            print(text);
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
