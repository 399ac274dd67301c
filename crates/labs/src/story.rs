//! Stories: lessons over a run, as text files, and the player that walks through them.
//!
//! One file holds one story in all languages. It is line based; what belongs to a line is indented deeper. Empty
//! lines and lines that begin with `#` mean nothing.
//!
//! ```text
//! story leader-crash
//! title
//!   en: The leader crashes
//!   zh: 领导者崩溃
//! run raft:basic;r1;s42;servers=5
//!
//! step
//!   until any.role = leader as L
//!   spot $L
//!   en: {L} has won the first election.
//!   zh: {L} 赢得了第一次选举。
//!
//! step
//!   do crash.$L
//!   claim count role = leader >= 0
//!   en: We crash it. A long sentence goes on
//!     in a line that is indented deeper.
//!   zh: 我们让它崩溃。
//!   ask
//!     en: What happens next?
//!     zh: 接下来会怎样？
//!     right
//!       en: A follower times out and stands for election
//!       zh: 某个跟随者超时并发起选举
//!       why
//!         en: No heartbeat reaches it any more.
//!         zh: 它再也收不到心跳。
//!     wrong
//!       en: The others wait for {L}
//!       zh: 其他节点一直等待 {L}
//!       why
//!         en: Nobody can tell a dead leader from a slow one, so nobody waits for ever.
//!         zh: 没有谁能区分领导者是宕机还是变慢，因此不会永远等下去。
//!
//! step
//!   until any.role = leader
//!   en: Now you: leave the cluster without any leader.
//!   zh: 轮到你了：让集群失去领导者。
//!   goal
//!     reach not any.role = leader
//!     within 5s
//!     allow cut 1
//!     allow crash 2
//!     solve until any.role = leader as M
//!     solve do crash.$M
//! ```
//!
//! - `run`: the run's text, as in a link, with or without `#`.
//! - A `step` goes on from where the step before it ended. Its lines `until`, `do` and `claim` are followed in order:
//!   `until PLACE` plays on to a [place](crate::place), and stays where it is if it is already there; `do ACTION`
//!   does an action in the words of a run's text; `claim PLACE` must hold right there, or the story is broken.
//! - `spot n3` puts a spotlight on a node; several may be given, with spaces between.
//! - `as NAME` names the node that made a place come true: `$NAME` in later places, actions and spots, `{NAME}` in
//!   later words.
//! - `ask`: one question, at least two options, exactly one of them `right`, each with its `why`.
//! - `goal`: what to `reach`, `within` how much virtual time (10 s if it is left out), and the actions that are
//!   `allow`ed, each with its verb and how often. Restart, resume, heal and release undo others and are free. The
//!   lines `solve until …` and `solve do …` are one solution; the tests play it, and play nothing, and judge both.
//! - `until` gives up after 60 s of virtual time or 200,000 steps, and the story is then broken.

use std::fmt;
use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_sim::{Action, Moment, RunText, TextErrorKind};

use crate::place::{BadPlace, Place, duration_us};
use crate::session::{OpenError, Session};
use crate::words::{self, Lang, Text, unknown};

/// The longest story that is read, in bytes.
pub const STORY_BYTES_MAX: usize = 128 * 1024;
/// How many steps an `until` may play.
const UNTIL_STEPS_MAX: u64 = 200_000;
/// How much virtual time an `until` may pass, in microseconds.
const UNTIL_US_MAX: u64 = 60_000_000;
/// Steps that are looked at in one go.
const CHUNK: u64 = 256;
/// Within what time a goal must be reached if it does not say so, in microseconds.
const WITHIN_US: u64 = 10_000_000;
/// Actions that undo others and cost nothing.
const FREE_VERBS: [&str; 4] = ["restart", "resume", "heal", "release"];

/// Words in every language, read from a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    en: String,
    zh: String,
}

impl Words {
    /// The words in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }
}

/// A story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// Its id, as in its file's name.
    pub id: String,
    /// Its name.
    pub title: Words,
    /// The run that it starts from.
    pub run: RunText,
    /// Its steps.
    pub steps: Vec<StoryStep>,
    run_line: usize,
}

/// One step of a story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoryStep {
    /// Where it stands in the file, from 1.
    pub line: usize,
    /// What is said when it is reached.
    pub words: Words,
    /// A question.
    pub question: Option<Question>,
    /// Something to do for the reader.
    pub goal: Option<Goal>,
    moves: Vec<Move>,
    spots: Vec<String>,
}

/// A line that moves the run, in words: names in it are known only when the story is played.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Move {
    line: usize,
    kind: MoveKind,
    words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MoveKind {
    Until,
    Do,
    Claim,
}

/// Predict, then reveal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// What is asked.
    pub words: Words,
    /// What may be answered.
    pub options: Vec<Choice>,
}

/// One answer to a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Whether it is the right one.
    pub is_right: bool,
    /// What it says.
    pub words: Words,
    /// Why it is right or wrong.
    pub why: Words,
}

/// Something to reach, with a budget of faults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goal {
    /// Where it stands in the file, from 1.
    pub line: usize,
    /// Within how much virtual time, in microseconds.
    pub within_us: u64,
    /// How often each kind of action may be done, by its verb.
    pub allowed: Vec<(String, u32)>,
    reach: String,
    solution: Vec<Move>,
}

/// What a run says of a goal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The step at which it was reached, if it was.
    pub reached: Option<u64>,
    /// Each kind of action that was done or may be done: verb, how often it was done, how often it may be done.
    pub spent: Vec<(String, u32, u32)>,
}

impl Judgement {
    /// Whether more was done than is allowed.
    pub fn is_over_budget(&self) -> bool {
        self.spent.iter().any(|(_, done, allowed)| done > allowed)
    }

    /// Whether the goal is reached within its budget.
    pub fn is_won(&self) -> bool {
        self.reached.is_some() && !self.is_over_budget()
    }
}

/// Why a story cannot be read or does not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryError {
    /// The line in its file, from 1.
    pub line: usize,
    /// What is wrong there.
    pub kind: StoryErrorKind,
}

/// What is wrong with a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoryErrorKind {
    /// It is longer than the limit, in bytes.
    TooLong(usize),
    /// A line's first word is none that may stand here; those that may.
    UnknownWord(String, &'static [&'static str]),
    /// Something that must be there is missing.
    Missing(&'static str),
    /// Something stands twice.
    Repeated(String),
    /// Something stands behind a word that takes nothing, or nothing behind one that takes something.
    Form(&'static str),
    /// The indentation fits no line above, or has a tab.
    Indentation,
    /// A question needs two options or more, and exactly one right one.
    Options,
    /// A name is used that no `as` gave.
    UnknownName(String),
    /// A place cannot be read.
    Place(BadPlace),
    /// A place names a property that the variant does not check; the known ones.
    UnknownProperty(String, Vec<&'static str>),
    /// An action cannot be read.
    Action(TextErrorKind),
    /// An action would come before actions that the run's text already has.
    ActsInThePast,
    /// The run, or an action, cannot be opened.
    Run(OpenError),
    /// A place was not reached: its words, and where the run stood.
    NotReached(String, u64),
    /// A place does not hold where the story claims it: its words, and the step.
    ClaimFails(String, u64),
    /// The solution of a goal does not reach it, or costs too much.
    SolutionFails,
    /// A goal is reached without doing anything.
    GoalForFree,
}

impl StoryError {
    const fn new(line: usize, kind: StoryErrorKind) -> Self {
        Self { line, kind }
    }

    /// Whether the file is well written, and what it says does not hold.
    pub const fn is_broken_claim(&self) -> bool {
        matches!(
            self.kind,
            StoryErrorKind::NotReached(..)
                | StoryErrorKind::ClaimFails(..)
                | StoryErrorKind::SolutionFails
                | StoryErrorKind::GoalForFree
        )
    }

    /// One clear message: what, and where.
    pub fn message(&self, lang: Lang) -> String {
        let what = self.kind.message(lang);
        Text::new("line {line}: {what}", "第 {line} 行：{what}")
            .fill(lang, &[("line", &self.line.to_string()), ("what", &what)])
    }
}

impl fmt::Display for StoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl StoryErrorKind {
    fn message(&self, lang: Lang) -> String {
        let say = |text: Text, values: &[(&str, &str)]| text.fill(lang, values);
        match self {
            Self::TooLong(limit) => say(
                Text::new("the story is longer than {limit} bytes", "故事超过 {limit} 字节"),
                &[("limit", &limit.to_string())],
            ),
            Self::UnknownWord(word, known) => unknown(
                Text::new("no line begins with “{word}” here", "此处没有以“{word}”开头的行"),
                word,
                known,
                lang,
            ),
            Self::Missing(what) => {
                say(Text::new("“{what}” is missing here", "此处缺少“{what}”"), &[("what", what)])
            }
            Self::Repeated(word) => {
                say(Text::new("“{word}” stands twice", "“{word}”重复出现"), &[("word", word)])
            }
            Self::Form(form) => say(Text::new("expected {form}", "应写作 {form}"), &[("form", form)]),
            Self::Indentation => say(
                Text::new(
                    "this indentation fits no line above (spaces only)",
                    "缩进与上文不一致（只能用空格）",
                ),
                &[],
            ),
            Self::Options => say(
                Text::new(
                    "a question has two options or more, and exactly one is right",
                    "问题至少有两个选项，且恰有一个正确",
                ),
                &[],
            ),
            Self::UnknownName(name) => {
                say(Text::new("no “as {name}” stands above", "上文没有“as {name}”"), &[("name", name)])
            }
            Self::Place(error) => error.message(lang),
            Self::UnknownProperty(word, known) => unknown(
                Text::new("no property is called “{word}”", "没有名为“{word}”的性质"),
                word,
                known,
                lang,
            ),
            Self::Action(kind) => words::text_error_kind(kind, lang),
            Self::ActsInThePast => say(
                Text::new(
                    "this action comes before an action of the run's text",
                    "此动作早于运行文本中已有的动作",
                ),
                &[],
            ),
            Self::Run(error) => error.message(lang),
            Self::NotReached(place, step) => say(
                Text::new("“{place}” is not reached from step {step}", "从第 {step} 步起未到达“{place}”"),
                &[("place", place), ("step", &step.to_string())],
            ),
            Self::ClaimFails(place, step) => say(
                Text::new("“{place}” does not hold at step {step}", "“{place}”在第 {step} 步不成立"),
                &[("place", place), ("step", &step.to_string())],
            ),
            Self::SolutionFails => say(
                Text::new(
                    "the solution does not reach the goal within its budget",
                    "给出的解法未能在限额内达成目标",
                ),
                &[],
            ),
            Self::GoalForFree => {
                say(Text::new("the goal is reached without doing anything", "什么都不做就已达成目标"), &[])
            }
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Reading

/// A line of the file with the lines that belong to it.
struct Entry<'a> {
    line: usize,
    indent: usize,
    word: &'a str,
    rest: &'a str,
    children: Vec<Self>,
}

impl<'a> Entry<'a> {
    fn new(line: usize, text: &'a str) -> Self {
        let indent = text.len() - text.trim_start_matches(' ').len();
        let text = text.trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        Self { line, indent, word, rest: rest.trim(), children: Vec::new() }
    }

    fn bare(&self) -> Result<(), StoryError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.refuse(StoryErrorKind::Form("one word"))) }
    }

    fn given(&self, form: &'static str) -> Result<&'a str, StoryError> {
        match self.children.first() {
            Some(child) => Err(child.refuse(StoryErrorKind::Indentation)),
            None if self.rest.is_empty() => Err(self.refuse(StoryErrorKind::Form(form))),
            None => Ok(self.rest),
        }
    }

    fn refuse(&self, kind: StoryErrorKind) -> StoryError {
        StoryError::new(self.line, kind)
    }

    fn unknown(&self, known: &'static [&'static str]) -> StoryError {
        let word: String = self.word.chars().take(24).collect();
        self.refuse(StoryErrorKind::UnknownWord(word, known))
    }

    /// The text of a line in a language, with the lines that carry it on.
    fn text(&self) -> String {
        let mut text = self.rest.to_owned();
        self.append_children(&mut text);
        text
    }

    fn append_children(&self, text: &mut String) {
        for child in &self.children {
            for part in [child.word, child.rest].into_iter().filter(|part| !part.is_empty()) {
                // Chinese is written without spaces; a line's end is none.
                let is_wide = |letter: char| !letter.is_ascii();
                let joins =
                    text.chars().next_back().is_none_or(is_wide) && part.chars().next().is_some_and(is_wide);
                if !text.is_empty() && !joins {
                    text.push(' ');
                }
                text.push_str(part);
            }
            child.append_children(text);
        }
    }
}

/// The lines as a tree, by indentation.
fn entries_of(text: &str) -> Result<Vec<Entry<'_>>, StoryError> {
    // The lines that may still get children, outermost first; the first stands for the file.
    let mut open = vec![Entry { line: 0, indent: 0, word: "", rest: "", children: Vec::new() }];
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let entry = Entry::new(index + 1, line);
        let is_misplaced = |parent: &Entry<'_>| match parent.children.first() {
            Some(first) => first.indent != entry.indent,
            None => parent.line == 0 && entry.indent != 0,
        };
        while open.len() > 1 && open.last().is_some_and(|last| last.indent >= entry.indent) {
            close_last(&mut open);
        }
        let starts_with_tab = line[entry.indent..].starts_with(char::is_whitespace);
        if starts_with_tab || open.last().is_none_or(is_misplaced) {
            return Err(entry.refuse(StoryErrorKind::Indentation));
        }
        open.push(entry);
    }
    while open.len() > 1 {
        close_last(&mut open);
    }
    Ok(open.pop().map(|file| file.children).unwrap_or_default())
}

fn close_last(open: &mut Vec<Entry<'_>>) {
    if let Some(done) = open.pop()
        && let Some(parent) = open.last_mut()
    {
        parent.children.push(done);
    }
}

/// Puts a value in a place that takes one only.
fn fill<T>(place: &mut Option<T>, value: T, entry: &Entry<'_>) -> Result<(), StoryError> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(entry.refuse(StoryErrorKind::Repeated(entry.word.to_owned()))),
    }
}

/// The two languages of a block.
#[derive(Default)]
struct Pair {
    en: Option<String>,
    zh: Option<String>,
}

impl Pair {
    /// Takes a line in, if it is in a language.
    fn take(&mut self, entry: &Entry<'_>) -> Result<bool, StoryError> {
        let place = match entry.word {
            "en:" => &mut self.en,
            "zh:" => &mut self.zh,
            _ => return Ok(false),
        };
        let text = entry.text();
        if text.is_empty() {
            return Err(entry.refuse(StoryErrorKind::Form("en: WORDS | zh: WORDS")));
        }
        fill(place, text, entry)?;
        Ok(true)
    }

    fn words(self, block: &Entry<'_>) -> Result<Words, StoryError> {
        let missing = |what| block.refuse(StoryErrorKind::Missing(what));
        Ok(Words { en: self.en.ok_or_else(|| missing("en:"))?, zh: self.zh.ok_or_else(|| missing("zh:"))? })
    }
}

fn read_words(block: &Entry<'_>) -> Result<Words, StoryError> {
    block.bare()?;
    let mut pair = Pair::default();
    for entry in &block.children {
        if !pair.take(entry)? {
            return Err(entry.unknown(&["en:", "zh:"]));
        }
    }
    pair.words(block)
}

impl Story {
    /// A story from its file's text. Nothing is played; see [`Player`].
    ///
    /// # Errors
    /// [`StoryError`] says what is wrong, and in which line.
    pub fn parse(text: &str) -> Result<Self, StoryError> {
        if text.len() > STORY_BYTES_MAX {
            return Err(StoryError::new(1, StoryErrorKind::TooLong(STORY_BYTES_MAX)));
        }
        let (mut id, mut title, mut run, mut steps) = (None, None, None, Vec::new());
        let mut names = Names::default();
        for entry in entries_of(text)? {
            match entry.word {
                "story" => fill(&mut id, entry.given("story ID")?.to_owned(), &entry)?,
                "title" => fill(&mut title, read_words(&entry)?, &entry)?,
                "run" => {
                    let words = entry.given("run LAB:VARIANT;…")?;
                    let text = words.trim_start_matches('#').parse().map_err(OpenError::Text);
                    let text = text.map_err(|error| entry.refuse(StoryErrorKind::Run(error)))?;
                    fill(&mut run, (text, entry.line), &entry)?;
                }
                "step" => steps.push(read_step(&entry, &mut names)?),
                _ => return Err(entry.unknown(&["story", "title", "run", "step"])),
            }
        }
        let missing = |what| StoryError::new(text.lines().count().max(1), StoryErrorKind::Missing(what));
        let (run, run_line) = run.ok_or_else(|| missing("run"))?;
        if steps.is_empty() {
            return Err(missing("step"));
        }
        let (id, title) = (id.ok_or_else(|| missing("story"))?, title.ok_or_else(|| missing("title"))?);
        Ok(Self { id, title, run, steps, run_line })
    }
}

fn read_step(block: &Entry<'_>, names: &mut Names) -> Result<StoryStep, StoryError> {
    const KNOWN: &[&str] = &["until", "do", "claim", "spot", "en:", "zh:", "ask", "goal"];
    block.bare()?;
    let mut step = StoryStep { line: block.line, ..StoryStep::default() };
    let mut pair = Pair::default();
    for entry in &block.children {
        if pair.take(entry)? {
            continue;
        }
        match entry.word {
            "until" | "do" | "claim" => step.moves.push(read_move(entry.word, entry, names)?),
            "spot" => step.spots.extend(read_spots(entry, names)?),
            "ask" => fill(&mut step.question, read_question(entry)?, entry)?,
            "goal" => fill(&mut step.goal, read_goal(entry, names)?, entry)?,
            _ => return Err(entry.unknown(KNOWN)),
        }
    }
    step.words = pair.words(block)?;
    Ok(step)
}

/// The names that places have given so far, each standing for some node while the file is read.
#[derive(Default)]
struct Names(Vec<(String, NodeId)>);

fn read_move(kind: &str, entry: &Entry<'_>, names: &mut Names) -> Result<Move, StoryError> {
    let (kind, given) = match kind {
        "until" => (MoveKind::Until, entry.given("until PLACE")?),
        "do" => (MoveKind::Do, entry.given("do ACTION")?),
        _ => (MoveKind::Claim, entry.given("claim PLACE")?),
    };
    read_given_move(kind, given, entry, names)
}

fn read_given_move(
    kind: MoveKind,
    given: &str,
    entry: &Entry<'_>,
    names: &mut Names,
) -> Result<Move, StoryError> {
    let made = Move { line: entry.line, kind, words: given.to_owned() };
    if kind == MoveKind::Do {
        made.action(&names.0)?;
    } else if let Some(name) = made.place(&names.0)?.name() {
        names.0.push((name.to_owned(), NodeId::server(1)));
    }
    Ok(made)
}

fn read_spots(entry: &Entry<'_>, names: &Names) -> Result<Vec<String>, StoryError> {
    let spots: Vec<String> = entry.given("spot NODE")?.split_whitespace().map(str::to_owned).collect();
    for spot in &spots {
        spot_node(spot, &names.0, entry.line)?;
    }
    Ok(spots)
}

fn spot_node(spot: &str, names: &[(String, NodeId)], line: usize) -> Result<NodeId, StoryError> {
    let word = put_names(spot, names).map_err(|kind| StoryError::new(line, kind))?;
    word.parse().map_err(|_| StoryError::new(line, StoryErrorKind::Form("spot n1")))
}

/// `$NAME` replaced by the node's name.
fn put_names(words: &str, names: &[(String, NodeId)]) -> Result<String, StoryErrorKind> {
    let mut parts = words.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, after) = part.split_at(end);
        let known = names.iter().rev().find(|(known, _)| known == name);
        let (_, node) = known.ok_or_else(|| StoryErrorKind::UnknownName(name.to_owned()))?;
        filled.push_str(&node.to_string());
        filled.push_str(after);
    }
    Ok(filled)
}

impl Move {
    fn place(&self, names: &[(String, NodeId)]) -> Result<Place, StoryError> {
        place_of(&self.words, names).map_err(|kind| StoryError::new(self.line, kind))
    }

    fn action(&self, names: &[(String, NodeId)]) -> Result<Action, StoryError> {
        let refuse = |kind| StoryError::new(self.line, kind);
        let words = put_names(&self.words, names).map_err(refuse)?;
        Action::from_words(&words).map_err(|kind| refuse(StoryErrorKind::Action(kind)))
    }
}

fn place_of(words: &str, names: &[(String, NodeId)]) -> Result<Place, StoryErrorKind> {
    Place::parse(&put_names(words, names)?).map_err(StoryErrorKind::Place)
}

fn read_question(block: &Entry<'_>) -> Result<Question, StoryError> {
    block.bare()?;
    let (mut pair, mut options) = (Pair::default(), Vec::new());
    for entry in &block.children {
        if pair.take(entry)? {
            continue;
        }
        match entry.word {
            "right" | "wrong" => options.push(read_choice(entry)?),
            _ => return Err(entry.unknown(&["en:", "zh:", "right", "wrong"])),
        }
    }
    if options.len() < 2 || options.iter().filter(|option| option.is_right).count() != 1 {
        return Err(block.refuse(StoryErrorKind::Options));
    }
    Ok(Question { words: pair.words(block)?, options })
}

fn read_choice(block: &Entry<'_>) -> Result<Choice, StoryError> {
    block.bare()?;
    let (mut pair, mut why) = (Pair::default(), None);
    for entry in &block.children {
        if pair.take(entry)? {
            continue;
        }
        match entry.word {
            "why" => fill(&mut why, read_words(entry)?, entry)?,
            _ => return Err(entry.unknown(&["en:", "zh:", "why"])),
        }
    }
    let why = why.ok_or_else(|| block.refuse(StoryErrorKind::Missing("why")))?;
    Ok(Choice { is_right: block.word == "right", words: pair.words(block)?, why })
}

fn read_goal(block: &Entry<'_>, names: &Names) -> Result<Goal, StoryError> {
    block.bare()?;
    let mut goal = Goal { line: block.line, ..Goal::default() };
    let (mut reach, mut within_us) = (None, None);
    // What a solution names is known in the solution alone.
    let mut own = Names(names.0.clone());
    for entry in &block.children {
        match entry.word {
            "reach" => {
                let words = entry.given("reach PLACE")?;
                place_of(words, &names.0).map_err(|kind| entry.refuse(kind))?;
                fill(&mut reach, words.to_owned(), entry)?;
            }
            "within" => {
                let form = StoryErrorKind::Form("within 10s");
                let us = duration_us(entry.given("within 10s")?).filter(|&us| us <= UNTIL_US_MAX);
                fill(&mut within_us, us.ok_or_else(|| entry.refuse(form))?, entry)?;
            }
            "allow" => goal.allowed.push(read_allowance(entry)?),
            "solve" => goal.solution.push(read_solution(entry, &mut own)?),
            _ => return Err(entry.unknown(&["reach", "within", "allow", "solve"])),
        }
    }
    goal.reach = reach.ok_or_else(|| block.refuse(StoryErrorKind::Missing("reach")))?;
    goal.within_us = within_us.unwrap_or(WITHIN_US);
    if goal.solution.is_empty() {
        return Err(block.refuse(StoryErrorKind::Missing("solve")));
    }
    Ok(goal)
}

fn read_allowance(entry: &Entry<'_>) -> Result<(String, u32), StoryError> {
    const FORM: &str = "allow VERB TIMES";
    let refuse = || entry.refuse(StoryErrorKind::Form(FORM));
    let (verb, times) = entry.given(FORM)?.split_once(' ').ok_or_else(refuse)?;
    // A verb that nobody knows would allow nothing.
    if let Err(kind @ TextErrorKind::UnknownVerb(..)) = Action::from_words(verb) {
        return Err(entry.refuse(StoryErrorKind::Action(kind)));
    }
    Ok((verb.to_owned(), times.trim().parse().map_err(|_| refuse())?))
}

fn read_solution(entry: &Entry<'_>, names: &mut Names) -> Result<Move, StoryError> {
    const FORM: &str = "solve until PLACE | solve do ACTION";
    match entry.given(FORM)?.split_once(' ') {
        Some(("until", given)) => read_given_move(MoveKind::Until, given.trim(), entry, names),
        Some(("do", given)) => read_given_move(MoveKind::Do, given.trim(), entry, names),
        _ => Err(entry.refuse(StoryErrorKind::Form(FORM))),
    }
}

// ---------------------------------------------------------------------------------------------------------------
// Playing

/// Where a story stood: enough to come back there.
#[derive(Clone)]
struct Visited {
    run: RunText,
    now_us: u64,
    names: Vec<(String, NodeId)>,
}

/// Walks a session through a story, step by step.
#[derive(Clone)]
pub struct Player {
    story: Arc<Story>,
    /// The beginning, then the place of each step that was reached.
    visited: Vec<Visited>,
}

impl Player {
    /// Opens the run of a story, at its beginning, before the first step.
    ///
    /// # Errors
    /// [`StoryError`] says what cannot be opened.
    pub fn new(story: &Story) -> Result<(Session, Self), StoryError> {
        let session = Session::from_text(&story.run)
            .map_err(|error| StoryError::new(story.run_line, StoryErrorKind::Run(error)))?;
        for step in &story.steps {
            check_properties(step, &session)?;
        }
        let start = Visited { run: session.text_at_cursor(), now_us: session.now_us(), names: Vec::new() };
        Ok((session, Self { story: Arc::new(story.clone()), visited: vec![start] }))
    }

    /// The story.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// The number of the step that it stands at, from 0; none before the first.
    pub fn position(&self) -> Option<usize> {
        self.visited.len().checked_sub(2)
    }

    /// The step that it stands at; none before the first.
    pub fn step(&self) -> Option<&StoryStep> {
        self.story.steps.get(self.position()?)
    }

    /// Whether a step is left.
    pub fn has_next(&self) -> bool {
        self.visited.len() <= self.story.steps.len()
    }

    /// Plays on to the next step, from where the story stood, whatever the session did since. Returns whether there
    /// was one.
    ///
    /// # Errors
    /// If the story does not hold, or one of its actions cannot be done; the session then stands where it failed.
    pub fn next(&mut self, session: &mut Session) -> Result<bool, StoryError> {
        let story = self.story.clone();
        let Some(step) = story.steps.get(self.visited.len() - 1) else { return Ok(false) };
        self.restore(session)?;
        let mut names = self.names().to_vec();
        for made in &step.moves {
            make_move(made, session, &mut names)?;
        }
        self.visited.push(Visited { run: session.text_at_cursor(), now_us: session.now_us(), names });
        Ok(true)
    }

    /// Back to the step before. Returns whether there was one.
    ///
    /// # Errors
    /// If the run cannot be opened any more.
    pub fn back(&mut self, session: &mut Session) -> Result<bool, StoryError> {
        if self.visited.len() <= 1 {
            return Ok(false);
        }
        self.visited.pop();
        self.restore(session)?;
        Ok(true)
    }

    /// Puts a session back to where the story stands.
    ///
    /// # Errors
    /// If the run cannot be opened any more.
    pub fn restore(&self, session: &mut Session) -> Result<(), StoryError> {
        let Some(place) = self.visited.last() else { return Ok(()) };
        if session.text_at_cursor() != place.run {
            *session =
                Session::from_text(&place.run).map_err(|error| self.refuse(StoryErrorKind::Run(error)))?;
        }
        session.seek_step(place.run.cursor.unwrap_or(0));
        // Between two steps; at a step's own time, `advance` would take in the later steps of that instant.
        if session.now_us() < place.now_us {
            session.advance(place.now_us, UNTIL_STEPS_MAX);
        }
        Ok(())
    }

    /// What is said at this step; the title before the first.
    pub fn words(&self, lang: Lang) -> String {
        self.put(self.step().map_or(&self.story.title, |step| &step.words), lang)
    }

    /// Words of this step (of its question, of an option) with the names of nodes put in.
    pub fn put(&self, given: &Words, lang: Lang) -> String {
        let nodes: Vec<(&str, String)> =
            self.names().iter().rev().map(|(name, node)| (name.as_str(), node.to_string())).collect();
        let values: Vec<(&str, &str)> = nodes.iter().map(|(name, node)| (*name, node.as_str())).collect();
        words::fill(given.get(lang), &values)
    }

    /// The nodes in the spotlight.
    pub fn spotlight(&self) -> Vec<NodeId> {
        let Some(step) = self.step() else { return Vec::new() };
        // The words were read when the story was.
        step.spots.iter().filter_map(|spot| spot_node(spot, self.names(), step.line).ok()).collect()
    }

    /// The question of this step.
    pub fn question(&self) -> Option<&Question> {
        self.step()?.question.as_ref()
    }

    /// The goal of this step.
    pub fn goal(&self) -> Option<&Goal> {
        self.step()?.goal.as_ref()
    }

    /// What a session says of the goal of this step, from where the story stands to where it was played; none
    /// without a goal.
    pub fn judge(&self, session: &Session) -> Option<Judgement> {
        let (goal, place) = (self.goal()?, self.visited.last()?);
        let reach = place_of(&goal.reach, &place.names).ok()?;
        let done = session.run().actions().iter().skip(place.run.actions.len());
        let mut spent: Vec<(String, u32, u32)> =
            goal.allowed.iter().map(|(verb, allowed)| (verb.clone(), 0, *allowed)).collect();
        for pinned in done {
            let words = pinned.action.to_string();
            let verb = words.split('.').next().unwrap_or_default();
            if FREE_VERBS.contains(&verb) {
                continue;
            }
            match spent.iter_mut().find(|(known, ..)| known == verb) {
                Some((_, count, _)) => *count += 1,
                None => spent.push((verb.to_owned(), 1, 0)),
            }
        }
        let start = place.run.cursor.unwrap_or(0);
        let last = session.run().steps_until(place.now_us.saturating_add(goal.within_us));
        let reached = first_step(session, &reach, start, last).map(|(step, _)| step);
        Some(Judgement { reached, spent })
    }

    /// Plays the whole story, with the solutions of its goals: how a test proves it.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn prove(story: &Story) -> Result<(), StoryError> {
        let (mut session, mut player) = Self::new(story)?;
        while player.next(&mut session)? {
            player.prove_goal(&session)?;
        }
        Ok(())
    }

    /// Plays the solution of this step's goal, and nothing, in copies of the session; fine without a goal.
    ///
    /// # Errors
    /// If the solution does not reach the goal, or doing nothing does.
    pub fn prove_goal(&self, session: &Session) -> Result<(), StoryError> {
        let Some(goal) = self.goal() else { return Ok(()) };
        let until_us = session.now_us().saturating_add(goal.within_us);
        let mut idle = session.fork();
        idle.advance(until_us, UNTIL_STEPS_MAX);
        if self.judge(&idle).is_some_and(|judgement| judgement.is_won()) {
            return Err(StoryError::new(goal.line, StoryErrorKind::GoalForFree));
        }
        let mut solved = session.fork();
        let mut names = self.names().to_vec();
        for made in &goal.solution {
            make_move(made, &mut solved, &mut names)?;
        }
        solved.advance(until_us, UNTIL_STEPS_MAX);
        if self.judge(&solved).is_some_and(|judgement| judgement.is_won()) {
            Ok(())
        } else {
            Err(StoryError::new(goal.line, StoryErrorKind::SolutionFails))
        }
    }

    fn names(&self) -> &[(String, NodeId)] {
        self.visited.last().map_or(&[], |place| &place.names)
    }

    fn refuse(&self, kind: StoryErrorKind) -> StoryError {
        StoryError::new(self.story.run_line, kind)
    }
}

/// Refuses places that name a property which the variant does not check: they could never be reached.
fn check_properties(step: &StoryStep, session: &Session) -> Result<(), StoryError> {
    let known: Vec<&'static str> = session.properties().iter().map(|property| property.id).collect();
    let goal = step.goal.iter();
    let places =
        step.moves.iter().filter(|made| made.kind != MoveKind::Do).map(|made| (made.line, &made.words));
    for (line, words) in places.chain(goal.map(|goal| (goal.line, &goal.reach))) {
        let stand_ins: Vec<(String, NodeId)> = words
            .split('$')
            .skip(1)
            .map(|part| part.chars().take_while(char::is_ascii_alphanumeric).collect())
            .map(|name| (name, NodeId::server(1)))
            .collect();
        let place = place_of(words, &stand_ins).map_err(|kind| StoryError::new(line, kind))?;
        if let Some(id) = place.properties().find(|id| !known.contains(id)) {
            return Err(StoryError::new(line, StoryErrorKind::UnknownProperty(id.to_owned(), known)));
        }
    }
    Ok(())
}

fn make_move(
    made: &Move,
    session: &mut Session,
    names: &mut Vec<(String, NodeId)>,
) -> Result<(), StoryError> {
    let refuse = |kind| StoryError::new(made.line, kind);
    match made.kind {
        MoveKind::Until => {
            let place = made.place(names)?;
            let from = session.step();
            let node = go_to(session, &place)
                .ok_or_else(|| refuse(StoryErrorKind::NotReached(made.words.clone(), from)))?;
            names.extend(place.name().zip(node).map(|(name, node)| (name.to_owned(), node)));
        }
        MoveKind::Claim => {
            let place = made.place(names)?;
            let moment = session.run().moment(session.step());
            let held = place.holds(session.variant(), &moment, None);
            let node =
                held.ok_or_else(|| refuse(StoryErrorKind::ClaimFails(made.words.clone(), session.step())))?;
            names.extend(place.name().zip(node).map(|(name, node)| (name.to_owned(), node)));
        }
        MoveKind::Do => {
            let action = made.action(names)?;
            if has_waiting_action(session) {
                return Err(refuse(StoryErrorKind::ActsInThePast));
            }
            session.act(action).map_err(|error| refuse(StoryErrorKind::Run(error)))?;
        }
    }
    Ok(())
}

/// Whether the run's text has an action behind the cursor: acting before it would drop it.
fn has_waiting_action(session: &Session) -> bool {
    let (now_us, steps) = (session.now_us(), session.world().steps_at(session.now_us()));
    session.run().actions().iter().any(|pinned| (pinned.pin.at_us, pinned.pin.after_steps) > (now_us, steps))
}

/// Plays on to a place. Returns the node of its first condition, if it was one; none where it was not reached.
fn go_to(session: &mut Session, place: &Place) -> Option<Option<NodeId>> {
    if let Some(at_us) = place.time_us() {
        let is_near = at_us.saturating_sub(session.now_us()) <= UNTIL_US_MAX;
        let is_there = at_us <= session.now_us() || (is_near && session.advance(at_us, UNTIL_STEPS_MAX));
        return is_there.then_some(None);
    }
    let (start, until_us) = (session.step(), session.now_us().saturating_add(UNTIL_US_MAX));
    if let Some(node) = place.holds(session.variant(), &session.run().moment(start), None) {
        return Some(node);
    }
    let mut from = start;
    while from < start + UNTIL_STEPS_MAX {
        if from >= session.len() && session.play_ahead(until_us, CHUNK) == 0 {
            return None;
        }
        let last = session.len().min(from + CHUNK);
        if let Some((step, node)) = first_later_step(session, place, from, last) {
            session.seek_step(step);
            return (session.now_us() <= until_us).then_some(node);
        }
        from = last;
    }
    None
}

/// The first step from `start` on, itself included, up to `last`, at which a place holds.
fn first_step(session: &Session, place: &Place, start: u64, last: u64) -> Option<(u64, Option<NodeId>)> {
    let moment = session.run().moment(start);
    match place.holds(session.variant(), &moment, None) {
        Some(node) => Some((start, node)),
        None => first_later_step(session, place, start, last),
    }
}

/// The first step after `from`, up to `last`, at which a place holds.
fn first_later_step(session: &Session, place: &Place, from: u64, last: u64) -> Option<(u64, Option<NodeId>)> {
    let mut found = None;
    let mut first = from + 1;
    while found.is_none() && first <= last {
        let chunk_last = last.min(first + CHUNK - 1);
        session.run().replay(first, chunk_last, |moment: &Moment, step| {
            if found.is_none() {
                found = place.holds(session.variant(), moment, Some(step)).map(|node| (step.number, node));
            }
        });
        first = chunk_last + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
# A comment.
story sample
title
  en: A sample
  zh: 样例
run #x:y;r1;s4

step
  until any.role = leader as L
  do crash.$L
  spot $L n2
  en: {L} goes,
    and more.
  zh: {L} 离开，
    还有更多。
  ask
    en: What now?
    zh: 现在呢？
    right
      en: One
      zh: 一
      why
        en: Because.
        zh: 因为。
    wrong
      en: Two
      zh: 二
      why
        en: No.
        zh: 不。
step
  en: End
  zh: 结束
  goal
    reach not $L.status = up
    within 5s
    allow cut 1
    solve do cut.$L
";

    fn error(text: &str) -> (usize, String) {
        let error = Story::parse(text).expect_err(text);
        (error.line, error.message(Lang::En))
    }

    #[test]
    fn a_story_is_read() {
        let story = Story::parse(GOOD).expect("a story");
        assert_eq!((story.id.as_str(), story.run.to_string().as_str()), ("sample", "x:y;r1;s4"));
        assert_eq!(story.title.get(Lang::Zh), "样例");
        let step = &story.steps[0];
        assert_eq!((step.line, step.moves.len(), step.spots.len()), (8, 2, 2));
        assert_eq!(step.words.get(Lang::En), "{L} goes, and more.");
        assert_eq!(step.words.get(Lang::Zh), "{L} 离开，还有更多。");
        let question = step.question.as_ref().expect("a question");
        assert_eq!(question.options.iter().map(|option| option.is_right).collect::<Vec<_>>(), [true, false]);
        assert_eq!(question.options[1].why.get(Lang::En), "No.");
        let goal = story.steps[1].goal.as_ref().expect("a goal");
        assert_eq!((goal.within_us, &goal.allowed[..]), (5_000_000, &[("cut".to_owned(), 1)][..]));
    }

    #[test]
    fn errors_name_the_line_and_the_word() {
        for (from, to, line, part) in [
            ("story sample", "stroy sample", 2, "did you mean “story”?"),
            ("story sample", "story", 2, "expected story ID"),
            ("  zh: 样例\n", "", 3, "“zh:” is missing"),
            ("run #x:y;r1;s4", "run x", 6, "a run begins with lab:variant"),
            ("run #x:y;r1;s4\n", "", 37, "“run” is missing"),
            ("until any", "util any", 9, "did you mean “until”?"),
            ("until any.role = leader", "until any.role is leader", 9, "“is” does not fit"),
            ("do crash.$L", "do crush.$L", 10, "did you mean “crash”?"),
            ("do crash.$L", "do crash.$M", 10, "no “as M”"),
            ("spot $L n2", "spot L", 11, "expected spot n1"),
            ("    right\n", "    wrong\n", 16, "exactly one is right"),
            ("    wrong\n", "    worng\n", 25, "did you mean “wrong”?"),
            ("      why\n        en: No.\n        zh: 不。\n", "", 25, "“why” is missing"),
            ("within 5s", "within long", 36, "expected within 10s"),
            ("allow cut 1", "allow cut", 37, "expected allow VERB TIMES"),
            ("allow cut 1", "allow cot 1", 37, "did you mean “cut”?"),
            ("solve do cut.$L", "solve cut.$L", 38, "expected solve until"),
            ("    solve do cut.$L\n", "", 34, "“solve” is missing"),
            ("  en: End\n", "  en: End\n  en: End\n", 33, "“en:” stands twice"),
            ("  zh: 结束\n", " zh: 结束\n", 33, "indentation"),
            ("  en: End\n", "\ten: End\n", 32, "indentation"),
            ("step\n  en: End", "step now\n  en: End", 31, "expected one word"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let (found_line, message) = error(&GOOD.replacen(from, to, 1));
            assert!(message.contains(part), "{to}: {message}");
            assert_eq!(found_line, line, "{to}: {message}");
        }
        assert!(error("").1.contains("“run” is missing"));
        assert!(error(&"#".repeat(STORY_BYTES_MAX + 1)).1.contains("longer"));
        assert!(error("run x:y").1.contains("“step” is missing"));
    }

    #[test]
    fn any_cut_of_a_story_is_refused_or_read_without_a_panic() {
        for (end, _) in GOOD.char_indices() {
            if let Err(error) = Story::parse(&GOOD[..end]) {
                assert!(Lang::ALL.iter().all(|&lang| !error.message(lang).is_empty()));
            }
        }
    }
}
