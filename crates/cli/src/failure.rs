//! How the command ends: exit codes, and the one line of an error.

use std::io;
use std::process::ExitCode;

use faultscope_labs::{Lang, OpenError};

/// What the command found, where it worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All is good.
    Good,
    /// A property broke, a story does not hold, or nothing was found.
    Broken,
}

/// Why the command did not work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input is bad: one line that says what and where.
    Input(String),
    /// The output cannot be written.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::Input(error.message(Lang::En))
    }
}

/// The exit code of a result; an error is told on the standard error first.
pub(crate) fn exit_code(result: Result<Verdict, Failure>) -> ExitCode {
    match result {
        Ok(Verdict::Good) => ExitCode::SUCCESS,
        Ok(Verdict::Broken) => ExitCode::from(1),
        Err(Failure::Input(line)) => {
            eprintln!("faultscope: {line}");
            ExitCode::from(2)
        }
        // Who closes the pipe has read enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failure::Output(error)) => {
            eprintln!("faultscope: cannot write the output: {error}");
            ExitCode::from(2)
        }
    }
}
