//! The `faultscope` command: the same labs, headless.
//!
//! Results go to the standard output, progress and errors to the standard error. The exit code is 0 where all is
//! good, 1 where a property broke or nothing was found, 2 where the input is bad, with one line that says what and
//! where. This crate names no protocol: labs, their variants, their tools and their words come from the catalogue.

mod arguments;
mod bench;
mod check;
mod experiment;
mod explore;
mod failure;
mod list;
mod progress;
mod run;
mod script;
mod story;
mod tools;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use arguments::{Call, Command};
use failure::{Failure, Verdict};

fn main() -> ExitCode {
    let stdout = io::stdout();
    let mut out = BufWriter::with_capacity(1 << 16, stdout.lock());
    let result = match arguments::read() {
        Ok(Call::Print(text)) => {
            out.write_all(text.as_bytes()).map_err(Failure::Output).map(|()| Verdict::Good)
        }
        Ok(Call::Do(command)) => perform(&command, &mut out),
        Err(failure) => Err(failure),
    };
    let result = result.and_then(|verdict| out.flush().map(|()| verdict).map_err(Failure::Output));
    // What a closed pipe left in the buffer must not be tried again.
    let _ = out.into_parts();
    failure::exit_code(result)
}

fn perform(command: &Command, out: &mut dyn Write) -> Result<Verdict, Failure> {
    match command {
        Command::Labs(wanted) => list::print(wanted, out),
        Command::Run(wanted) => run::print(wanted, out),
        Command::Check(wanted) => check::print(wanted, out),
        Command::Explore(wanted) => explore::print(wanted, out),
        Command::Story(wanted) => story::print(wanted, out),
        Command::Bench(wanted) => bench::print(wanted, out),
        Command::Experiment(wanted) => experiment::print(wanted, out),
        Command::Tool(words) => tools::run(words, out),
    }
}
