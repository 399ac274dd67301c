//! Tools: what a lab offers on the command line beside its runs.
//!
//! A tool reads its own words, asks for files through a door, and writes its answer to the output that it is given;
//! it opens nothing itself, so that it also runs in a test and in a browser.

use std::io::{self, Write};

use crate::words::Text;

/// Reads a file by its path; the error says in one line what is wrong with it.
pub type ReadFile<'a> = dyn FnMut(&str) -> Result<String, String> + 'a;

/// A tool of a lab.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Its word on the command line.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: Text,
    /// Its arguments, as a form.
    pub form: &'static str,
    /// Runs it.
    pub run: fn(arguments: &[String], read: &mut ReadFile<'_>, out: &mut dyn Write) -> Result<(), ToolError>,
}

/// Why a tool failed.
#[derive(Debug)]
pub enum ToolError {
    /// Its input is bad: one clear line that says what and where.
    Input(String),
    /// The output cannot be written.
    Output(io::Error),
}

impl From<io::Error> for ToolError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// The words of a tool's call: flags with a value, `--flag value` or `--flag=value`, and flags alone.
#[derive(Debug, Default)]
pub struct Arguments {
    values: Vec<(&'static str, String)>,
    switches: Vec<&'static str>,
}

impl Arguments {
    /// Reads the words of a call.
    ///
    /// # Errors
    /// One line that names the word which is unknown, repeated, or without its value.
    pub fn read(
        words: &[String],
        with_value: &'static [&'static str],
        alone: &'static [&'static str],
    ) -> Result<Self, ToolError> {
        let mut read = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (flag, given) = match word.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            if let Some(&known) = with_value.iter().find(|known| **known == flag) {
                let value = given.or_else(|| words.next().cloned());
                let value = value.ok_or_else(|| ToolError::Input(format!("{flag} needs a value")))?;
                if read.value(known).is_some() {
                    return Err(ToolError::Input(format!("{flag} stands twice")));
                }
                read.values.push((known, value));
            } else if let Some(&known) = alone.iter().find(|known| **known == word) {
                read.switches.push(known);
            } else {
                let known: Vec<&str> = with_value.iter().chain(alone).copied().collect();
                return Err(ToolError::Input(unknown("argument", word, &known)));
            }
        }
        Ok(read)
    }

    /// The value of a flag.
    pub fn value(&self, flag: &str) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == flag).map(|(_, value)| value.as_str())
    }

    /// The value of a flag that must be there.
    ///
    /// # Errors
    /// If it is missing.
    pub fn must(&self, flag: &str) -> Result<&str, ToolError> {
        self.value(flag).ok_or_else(|| ToolError::Input(format!("{flag} is missing")))
    }

    /// Whether a flag without value stands there.
    pub fn has(&self, flag: &str) -> bool {
        self.switches.contains(&flag)
    }
}

/// An unknown word in one line, with the nearest known one, or with all of them.
pub fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    match crate::words::nearest(word, known.iter().copied()) {
        Some(near) => format!("unknown {what} “{word}”; did you mean “{near}”?"),
        None => format!("unknown {what} “{word}”; known: {}", known.join(" ")),
    }
}
