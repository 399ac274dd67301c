//! The tools that labs bring along: found by their names, run with the words behind them.

use std::io::Write;

use faultscope_labs::{LABS, Lang, ToolError, tool};

use crate::arguments::subcommands;
use crate::failure::{Failure, Verdict};
use crate::run::read_file;

/// Runs the tool that the first word names.
pub(crate) fn run(words: &[String], out: &mut dyn Write) -> Result<Verdict, Failure> {
    let Some((name, arguments)) = words.split_first() else {
        return Err(Failure::Input("a command is missing".to_owned()));
    };
    let mut tools = LABS.iter().flat_map(|lab| lab.tools);
    let Some(found) = tools.clone().find(|tool| tool.name == name) else {
        let mut known = subcommands();
        known.extend(tools.by_ref().map(|tool| tool.name.to_owned()));
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(Failure::Input(tool::unknown("command", name, &known)));
    };
    if arguments.iter().any(|word| word == "--help" || word == "-h") {
        let about = found.about.get(Lang::En);
        writeln!(out, "{about}\n\nUsage: faultscope {} {}", found.name, found.form)?;
        return Ok(Verdict::Good);
    }
    let mut read = |path: &str| match read_file(path) {
        Ok(text) => Ok(text),
        Err(Failure::Input(line)) => Err(line),
        Err(Failure::Output(error)) => Err(error.to_string()),
    };
    match (found.run)(arguments, &mut read, out) {
        Ok(()) => Ok(Verdict::Good),
        Err(ToolError::Input(line)) => Err(Failure::Input(format!("{name}: {line}"))),
        Err(ToolError::Output(error)) => Err(Failure::Output(error)),
    }
}
