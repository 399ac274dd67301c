//! The words of the command line, and how they are read.

use std::ops::Range;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use faultscope_labs::place::duration_us;
use faultscope_labs::scene::Theme;
use faultscope_labs::{LABS, Lang};

use crate::failure::Failure;

/// A laboratory for fault-tolerant distributed systems, headless.
#[derive(Debug, Parser)]
#[command(name = "faultscope", version, about, disable_help_subcommand = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the labs, their variants and settings.
    Labs(LabsWanted),
    /// Play one run and print what was asked for.
    Run(RunWanted),
    /// Play many runs under random faults and judge every property.
    Check(CheckWanted),
    /// Play a story, print what it says, and prove what it claims.
    Story(StoryWanted),
    /// Measure how fast the simulator is and how evenly it seeks.
    Bench(BenchWanted),
    /// A tool of a lab.
    #[command(external_subcommand)]
    Tool(Vec<String>),
}

#[derive(Debug, Args)]
pub(crate) struct LabsWanted {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which run to play.
#[derive(Debug, Args)]
pub(crate) struct RunChoice {
    /// A lab, or the whole text of a run, or a link that ends in one.
    pub(crate) lab: String,
    /// The variant; the lab's first if left out.
    #[arg(long)]
    pub(crate) variant: Option<String>,
    /// A setting.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RunWanted {
    #[command(flatten)]
    pub(crate) choice: RunChoice,
    /// The seed of the run's draws.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Until when to play: 10s, 500ms, 20us of virtual time. Left out: 10s, or a second after the last action.
    #[arg(long, value_parser = duration)]
    pub(crate) until: Option<u64>,
    /// A file of actions, one a line, such as `@153200 crash.n2`; - reads the standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<String>,
    /// Faults to draw.
    #[arg(long, value_enum, default_value_t = FaultsWanted::None)]
    pub(crate) faults: FaultsWanted,
    /// The seed of the faults; the run's seed if left out.
    #[arg(long)]
    pub(crate) nemesis_seed: Option<u64>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Summary)]
    pub(crate) format: Format,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Width and height of the picture in pixels.
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "760x520", value_parser = size)]
    pub(crate) size: (u32, u32),
    /// The picture's colours.
    #[arg(long, value_enum, default_value_t = ThemeWanted::Light)]
    pub(crate) theme: ThemeWanted,
    /// The language of words.
    #[arg(long, value_enum, default_value_t = LangWanted::En)]
    pub(crate) lang: LangWanted,
}

#[derive(Debug, Args)]
pub(crate) struct CheckWanted {
    #[command(flatten)]
    pub(crate) choice: RunChoice,
    /// The seeds, each for one run and its faults: FIRST..END, END not included.
    #[arg(long, value_parser = seeds, default_value = "0..1000")]
    pub(crate) seeds: Range<u64>,
    /// Faults to draw, within what the variant assumes.
    #[arg(long, value_enum, default_value_t = FaultsWanted::Random)]
    pub(crate) faults: FaultsWanted,
    /// Until when to play each run: 20s, 500ms of virtual time.
    #[arg(long, value_parser = duration, default_value = "20s")]
    pub(crate) until: u64,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StoryWanted {
    /// A file, or LAB/ID for one that a lab brings along.
    pub(crate) story: String,
    /// The language of words.
    #[arg(long, value_enum, default_value_t = LangWanted::En)]
    pub(crate) lang: LangWanted,
}

#[derive(Debug, Args)]
pub(crate) struct BenchWanted {
    /// What to measure; everything if left out.
    #[arg(value_name = "WHAT", value_parser = ["speed", "large", "seek"])]
    pub(crate) only: Vec<String>,
    /// Steps of the runs that are sought in.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    pub(crate) steps: u64,
    /// How many scattered steps are sought.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) positions: u64,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FaultsWanted {
    /// Those that the variant assumes, drawn from a seed.
    Random,
    /// None but those of the run's text and the script.
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// JSON Lines: every step.
    Events,
    /// JSON Lines: every change of a node's state.
    States,
    /// JSON Lines: every command with its answer.
    History,
    /// A log for the ShiViz visualiser.
    Shiviz,
    /// A sequence diagram in Mermaid's language.
    Mermaid,
    /// The picture at the end of the run, or where its text has the cursor.
    Svg,
    /// Numbers and verdicts.
    Summary,
    /// The run's text, as it stands in a link.
    Link,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ThemeWanted {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl From<ThemeWanted> for Theme {
    fn from(wanted: ThemeWanted) -> Self {
        match wanted {
            ThemeWanted::Light => Self::Light,
            ThemeWanted::Dark => Self::Dark,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangWanted {
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

impl From<LangWanted> for Lang {
    fn from(wanted: LangWanted) -> Self {
        match wanted {
            LangWanted::En => Self::En,
            LangWanted::Zh => Self::Zh,
        }
    }
}

/// What the words of the command line come to.
pub(crate) enum Call {
    /// Help, or the version: only to be printed.
    Print(String),
    /// Something to do.
    Do(Command),
}

/// Reads the words of the command line.
pub(crate) fn read() -> Result<Call, Failure> {
    let command = CommandLine::command().arg_required_else_help(false).after_help(tools_help());
    let read = command.try_get_matches().and_then(|matches| CommandLine::from_arg_matches(&matches));
    match read {
        Ok(line) => Ok(Call::Do(line.command)),
        Err(error) if !error.use_stderr() => Ok(Call::Print(error.render().to_string())),
        Err(error) => Err(Failure::Input(one_line(&error.render().to_string()))),
    }
}

/// The names of the subcommands that are no tools.
pub(crate) fn subcommands() -> Vec<String> {
    CommandLine::command().get_subcommands().map(|command| command.get_name().to_owned()).collect()
}

fn tools_help() -> String {
    let tools = LABS.iter().flat_map(|lab| lab.tools);
    let lines =
        tools.map(|tool| format!("  {} {}\n      {}\n", tool.name, tool.form, tool.about.get(Lang::En)));
    let lines: String = lines.collect();
    if lines.is_empty() { lines } else { format!("Tools of the labs:\n{lines}") }
}

/// What is wrong, without the usage behind it.
fn one_line(text: &str) -> String {
    let is_behind = |line: &&str| line.starts_with("Usage:") || line.starts_with("For more information");
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !is_behind(line))
        .filter(|line| !line.is_empty())
        .collect();
    let line = lines.join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

fn duration(text: &str) -> Result<u64, String> {
    duration_us(text).ok_or_else(|| "expected a duration such as 10s, 500ms or 20us".to_owned())
}

fn seeds(text: &str) -> Result<Range<u64>, String> {
    let refuse = || "expected FIRST..END, such as 0..1000".to_owned();
    let (first, end) = text.split_once("..").ok_or_else(refuse)?;
    let first = first.parse::<u64>().map_err(|_| refuse())?;
    let end = match end.strip_prefix('=') {
        Some(last) => last.parse::<u64>().ok().and_then(|last| last.checked_add(1)),
        None => end.parse().ok(),
    };
    let seeds = first..end.ok_or_else(refuse)?;
    if seeds.is_empty() { Err("there is no seed in it".to_owned()) } else { Ok(seeds) }
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let refuse = || "expected WIDTHxHEIGHT between 100 and 4000, such as 760x520".to_owned();
    let (width, height) = text.split_once('x').ok_or_else(refuse)?;
    let side = |text: &str| text.parse::<u32>().ok().filter(|side| (100..=4000).contains(side));
    Ok((side(width).ok_or_else(refuse)?, side(height).ok_or_else(refuse)?))
}
