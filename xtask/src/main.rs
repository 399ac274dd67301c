//! Every chore of the project is one command: `cargo xtask NAME`.
//!
//! What this crate never does: it holds no part of the product. It starts cargo, Trunk and Chromium, and reads
//! the tree; what they build knows nothing of it.

mod audit;
mod chromium;
mod console;
mod dist;
mod json;
mod npm;
mod path_search;
mod serve;
mod shots;
mod sizes;
mod stage;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use console::Result;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  serve [--open] [--port N] [--release]  build the page and serve it on this machine, again after every change
  dist [--single-file]                   build the page as a static folder, dist/, and in it as one file
  test [STEP]...                         run every test there is, or the named steps alone
  sizes                                  raw, gzip and brotli size of every file of dist/
  shots [--only SUBSTRING]               photograph every page in every look into shots/
  audit                                  Lighthouse on dist/, as a phone on a slow network sees it (needs Node)
  tidy                                   check the rules of the tree that no compiler knows
  stage                                  (called by Trunk) complete a freshly built site

Set FAULTSCOPE_TOOLS to choose the folder where Trunk and wasm-bindgen are installed.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<ExitCode> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", arguments),
    };
    match command {
        "serve" => serve::run(&serve::Options::parse(rest)?),
        "dist" => dist::run(rest),
        "test" => test::run(rest),
        "sizes" => console::no_arguments("sizes", rest).and_then(|()| sizes::run()),
        "shots" => shots::run(&shots::Options::parse(rest)?),
        "audit" => console::no_arguments("audit", rest).and_then(|()| audit::run()),
        "tidy" => console::no_arguments("tidy", rest).and_then(|()| tidy::run()),
        "stage" => console::no_arguments("stage", rest).and_then(|()| stage::run()),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => Err(format!("unknown command `{unknown}`; `cargo xtask help` lists the commands")),
    }
}
