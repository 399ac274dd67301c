//! The words of the command line, and how they are read.

use std::ops::Range;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use faultscope_labs::check::Drawn;
use faultscope_labs::export::ANIMATION_FRAMES_MAX;
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
    /// Visit every state within bounds, and find the shortest run that breaks a property.
    Explore(ExploreWanted),
    /// Play a story, print what it says, and prove what it claims.
    Story(StoryWanted),
    /// Measure how fast the simulator is and how evenly it seeks.
    Bench(BenchWanted),
    /// Measure a figure of a paper, or a formula, over many runs.
    Experiment(ExperimentWanted),
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
    /// A lab, or the whole text of a run, or a link that ends in one, or a file that holds one; - reads the standard
    /// input.
    pub(crate) lab: String,
    /// The variant; the lab's first if left out.
    #[arg(long)]
    pub(crate) variant: Option<String>,
    /// A setting.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

/// How faults are drawn.
#[derive(Debug, Args)]
pub(crate) struct DrawingWanted {
    /// How many faults a second, on average: 0.001 to 1000; about five if left out.
    #[arg(long, value_name = "PER_SECOND", value_parser = rate)]
    pub(crate) fault_rate: Option<u32>,
    /// How many faults a run may have at the most.
    #[arg(long, value_name = "COUNT")]
    pub(crate) fault_budget: Option<u32>,
    /// Let faults stand that outlast the time of faults; by itself each is undone in the end.
    #[arg(long)]
    pub(crate) no_heal: bool,
}

impl DrawingWanted {
    /// These wishes, with a seed.
    pub(crate) fn with_seed(&self, seed: u64) -> Drawn {
        Drawn {
            seed,
            rate_per_thousand_s: self.fault_rate,
            budget: self.fault_budget.unwrap_or(u32::MAX),
            heals: !self.no_heal,
        }
    }
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
    /// From when on to print: 10s, 500ms, 20us of virtual time. Left out: from the beginning.
    #[arg(long, value_parser = duration)]
    pub(crate) from: Option<u64>,
    /// A file of actions, one a line, such as `@153200 crash.n2`; - reads the standard input.
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<String>,
    /// Faults to draw.
    #[arg(long, value_enum, default_value_t = FaultsWanted::None)]
    pub(crate) faults: FaultsWanted,
    /// The seed of the faults; the run's seed if left out.
    #[arg(long)]
    pub(crate) nemesis_seed: Option<u64>,
    #[command(flatten)]
    pub(crate) drawing: DrawingWanted,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Summary)]
    pub(crate) format: Format,
    /// How many frames an animation has.
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=i64::from(ANIMATION_FRAMES_MAX)), default_value_t = 96)]
    pub(crate) frames: u32,
    /// Print the summary as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Width and height of the picture in pixels; 760x520 if left out. A space-time diagram is as high as it must be.
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = size)]
    pub(crate) size: Option<(u32, u32)>,
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
    #[command(flatten)]
    pub(crate) drawing: DrawingWanted,
    /// Until when to play each run: 20s, 500ms of virtual time.
    #[arg(long, value_parser = duration, default_value = "20s")]
    pub(crate) until: u64,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExploreWanted {
    #[command(flatten)]
    pub(crate) choice: RunChoice,
    /// The step of the run from which to search; where its text has the cursor if left out, or the end of the boots.
    #[arg(long, value_name = "STEP")]
    pub(crate) at: Option<u64>,
    /// How many crashes there may be on one path: a number, or any.
    #[arg(long, value_name = "K", default_value = "0", value_parser = budget)]
    pub(crate) crashes: Budget,
    /// How many nodes may be down at once.
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub(crate) down: u32,
    /// How many messages may be lost on one path: a number, or any.
    #[arg(long, value_name = "K", default_value = "0", value_parser = budget)]
    pub(crate) drops: Budget,
    /// How many messages may arrive twice on one path: a number, or any.
    #[arg(long, value_name = "K", default_value = "0", value_parser = budget)]
    pub(crate) duplicates: Budget,
    /// How many pauses there may be on one path: a number, or any.
    #[arg(long, value_name = "K", default_value = "0", value_parser = budget)]
    pub(crate) pauses: Budget,
    /// How many timers may fire on one path: a number, or any.
    #[arg(long, value_name = "K", default_value = "2", value_parser = budget)]
    pub(crate) timers: Budget,
    /// How many commands of the clients' load there may be on one path: a number, or any.
    #[arg(long, value_name = "K", default_value = "1", value_parser = budget)]
    pub(crate) commands: Budget,
    /// The most choices on one path.
    #[arg(long, value_name = "N")]
    pub(crate) depth: Option<u32>,
    /// The most messages in flight.
    #[arg(long, value_name = "N")]
    pub(crate) messages: Option<u32>,
    /// The most unique states.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) states: u64,
    /// The most memory, in MB (estimated).
    #[arg(long, value_name = "MB", default_value_t = 1024)]
    pub(crate) memory: u64,
    /// What disks do.
    #[arg(long, value_enum, default_value_t = DisksWanted::Immediate)]
    pub(crate) disks: DisksWanted,
    /// Judge this property alone, or these: the search is smaller.
    #[arg(long, value_name = "ID")]
    pub(crate) property: Vec<String>,
    /// Visit states that differ only in which of several interchangeable nodes is which, each for itself.
    #[arg(long)]
    pub(crate) no_symmetry: bool,
    /// Go on behind the first broken property, until all that can be found is found.
    #[arg(long)]
    pub(crate) all: bool,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// How often something may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Budget {
    /// So often at the most.
    Most(u32),
    /// Without limit.
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DisksWanted {
    /// Every write is durable at once.
    Immediate,
    /// A write waits until it is finished; a crash keeps or loses each that waits.
    Pending,
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

#[derive(Debug, Args)]
pub(crate) struct ExperimentWanted {
    /// The experiment; all are listed, with their settings, if it is left out.
    pub(crate) name: Option<String>,
    /// How many trials each line has.
    #[arg(long)]
    pub(crate) trials: Option<u64>,
    /// The seed of all trials.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// A setting.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = ExperimentFormat::Table)]
    pub(crate) format: ExperimentFormat,
    /// The chart's colours.
    #[arg(long, value_enum, default_value_t = ThemeWanted::Light)]
    pub(crate) theme: ThemeWanted,
    /// The language of words.
    #[arg(long, value_enum, default_value_t = LangWanted::En)]
    pub(crate) lang: LangWanted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExperimentFormat {
    /// A table in words.
    Table,
    /// JSON.
    Json,
    /// Comma-separated values, one row a statistic.
    Csv,
    /// A chart.
    Svg,
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
    /// A log for the ShiViz visualiser, for its default expression: a line of words, then host and clock.
    Shiviz,
    /// A sequence diagram in Mermaid's language, at most as long as Mermaid draws.
    Mermaid,
    /// The picture at the end of the run, or where its text has the cursor.
    Svg,
    /// An SVG of the space-time diagram; 400ms of it if neither --from nor --until is given.
    Spacetime,
    /// An animated SVG of the stage; 400ms of it if neither --from nor --until is given.
    Animation,
    /// Numbers and verdicts.
    Summary,
    /// The run's text, as it stands in a link.
    Link,
    /// The run's text as a file, which `run FILE` and the page open.
    Run,
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

/// A rate in faults a second, as faults in a thousand seconds.
fn rate(text: &str) -> Result<u32, String> {
    let refuse = || "expected faults a second, 0.001 to 1000, such as 5 or 0.2".to_owned();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |digits: &str, most: usize| {
        digits.len() <= most && digits.bytes().all(|digit| digit.is_ascii_digit())
    };
    if whole.is_empty() || !is_plain(whole, 4) || !is_plain(part, 3) {
        return Err(refuse());
    }
    let rate = format!("{whole}{part:0<3}").parse::<u32>().map_err(|_| refuse())?;
    if (1..=1_000_000).contains(&rate) { Ok(rate) } else { Err(refuse()) }
}

fn budget(text: &str) -> Result<Budget, String> {
    match text {
        "any" => Ok(Budget::Any),
        number => number.parse().map(Budget::Most).map_err(|_| "expected a number, or any".to_owned()),
    }
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
