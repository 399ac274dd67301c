//! Schemas of settings and commands: the page makes its controls from them, the command line its flags, and links
//! are checked against them.

use faultscope_protocol::ordered::Map;
use std::fmt::{self, Display};

use faultscope_protocol::NodeId;
use faultscope_sim::BadCommand;

use crate::words::Text;

/// In what a number is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nothing: a count.
    Count,
    /// Microseconds; shown in milliseconds where that reads better.
    Micros,
    /// Parts in a million; shown in per cent.
    Ppm,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// A number.
    Number {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
        /// What it is if nothing else is said.
        default: u64,
    },
    /// A range of numbers, half open, written `low-high`.
    Range {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
        /// What it is if nothing else is said.
        default: (u64, u64),
    },
    /// One of some words.
    Choice {
        /// The words; the first is the default.
        options: &'static [(&'static str, Text)],
    },
}

/// One setting of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key in links and flags, such as `election_timeout_us`.
    pub key: &'static str,
    /// What it is called on screen.
    pub title: Text,
    /// One sentence on what it does.
    pub help: Text,
    /// In what it is measured.
    pub unit: Unit,
    /// What values it takes.
    pub kind: SettingKind,
}

/// A setting that counts something, `(least, most, default)`.
pub(crate) const fn number(
    key: &'static str,
    title: Text,
    help: Text,
    (min, max, default): (u64, u64, u64),
) -> Setting {
    Setting { key, title, help, unit: Unit::Count, kind: SettingKind::Number { min, max, default } }
}

/// A setting that is a duration from a millisecond to ten seconds, in microseconds.
pub(crate) const fn micros(key: &'static str, title: Text, help: Text, default: u64) -> Setting {
    let kind = SettingKind::Number { min: 1_000, max: 10_000_000, default };
    Setting { key, title, help, unit: Unit::Micros, kind }
}

/// A setting that is a range of such durations.
pub(crate) const fn range(key: &'static str, title: Text, help: Text, default: (u64, u64)) -> Setting {
    let kind = SettingKind::Range { min: 1_000, max: 10_000_000, default };
    Setting { key, title, help, unit: Unit::Micros, kind }
}

/// A setting that is one of some words; the first is the default.
pub(crate) const fn choice(
    key: &'static str,
    title: Text,
    help: Text,
    options: &'static [(&'static str, Text)],
) -> Setting {
    Setting { key, title, help, unit: Unit::Count, kind: SettingKind::Choice { options } }
}

/// The value of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// A number.
    Number(u64),
    /// A range, half open.
    Range(u64, u64),
    /// The place of a choice among its options.
    Choice(usize, &'static str),
}

impl Display for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Range(low, high) => write!(f, "{low}-{high}"),
            Self::Choice(_, word) => f.write_str(word),
        }
    }
}

impl Setting {
    /// What it is if nothing else is said.
    pub fn default_value(&self) -> SettingValue {
        match self.kind {
            SettingKind::Number { default, .. } => SettingValue::Number(default),
            SettingKind::Range { default: (low, high), .. } => SettingValue::Range(low, high),
            SettingKind::Choice { options } => {
                SettingValue::Choice(0, options.first().map_or("", |first| first.0))
            }
        }
    }

    /// A value from its text; none where it does not fit.
    pub fn read(&self, text: &str) -> Option<SettingValue> {
        let number = |digits: &str| -> Option<u64> {
            if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
        };
        match self.kind {
            SettingKind::Number { min, max, .. } => {
                number(text).filter(|value| (min..=max).contains(value)).map(SettingValue::Number)
            }
            SettingKind::Range { min, max, .. } => {
                let (low, high) = text.split_once('-')?;
                let (low, high) = (number(low)?, number(high)?);
                (min <= low && low <= high && high <= max).then_some(SettingValue::Range(low, high))
            }
            SettingKind::Choice { options } => {
                let place = options.iter().position(|(word, _)| *word == text)?;
                Some(SettingValue::Choice(place, options[place].0))
            }
        }
    }

    /// What is expected, in a form that reads in every language: `1..9`, `0-1000..`.
    pub fn expected(&self) -> String {
        match self.kind {
            SettingKind::Number { min, max, .. } => format!("{min}..{max}"),
            SettingKind::Range { min, max, .. } => format!("LOW-HIGH ({min}..{max})"),
            SettingKind::Choice { options } => {
                options.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" | ")
            }
        }
    }
}

/// The values of all settings of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(Map<&'static str, SettingValue>);

impl Settings {
    /// All defaults.
    pub fn defaults(schema: &[Setting]) -> Self {
        Self(schema.iter().map(|setting| (setting.key, setting.default_value())).collect())
    }

    /// Puts a value in place.
    pub fn set(&mut self, key: &'static str, value: SettingValue) {
        self.0.insert(key, value);
    }

    /// The value of a setting.
    pub fn get(&self, key: &str) -> Option<SettingValue> {
        self.0.get(key).copied()
    }

    /// A number.
    ///
    /// # Panics
    /// If the variant's schema has no number of this name: a mistake in the lab, found by the generic tests.
    pub fn number(&self, key: &str) -> u64 {
        match self.get(key) {
            Some(SettingValue::Number(number)) => number,
            other => panic!("the schema has no number {key:?}: {other:?}"),
        }
    }

    /// A range, half open.
    ///
    /// # Panics
    /// If the variant's schema has no range of this name: a mistake in the lab, found by the generic tests.
    pub fn range(&self, key: &str) -> (u64, u64) {
        match self.get(key) {
            Some(SettingValue::Range(low, high)) => (low, high),
            other => panic!("the schema has no range {key:?}: {other:?}"),
        }
    }

    /// The word of a choice.
    ///
    /// # Panics
    /// If the variant's schema has no choice of this name: a mistake in the lab, found by the generic tests.
    pub fn choice(&self, key: &str) -> &'static str {
        match self.get(key) {
            Some(SettingValue::Choice(_, word)) => word,
            other => panic!("the schema has no choice {key:?}: {other:?}"),
        }
    }
}

/// The most racks or sites that the engine divides nodes into.
pub const ZONES_MAX: u64 = 9;

/// What every world has: the network's and the disks' settings, with a variant's own defaults.
pub fn engine_settings(latency_us: (u64, u64), disk_us: (u64, u64)) -> [Setting; 8] {
    [
        Setting {
            key: "latency_us",
            title: Text::new("One-way latency", "单向延迟"),
            help: Text::new(
                "How long a message travels, drawn anew for each.",
                "每条消息的传输时间，逐条随机抽取。",
            ),
            unit: Unit::Micros,
            kind: SettingKind::Range { min: 0, max: 10_000_000, default: latency_us },
        },
        Setting {
            key: "latency_shape",
            title: Text::new("Spread of latency", "延迟分布"),
            help: Text::new(
                "How the draws are spread: over the range, or from its start with a mean at its end.",
                "延迟如何分布：在区间内均匀，或以区间起点为下限、终点为均值。",
            ),
            unit: Unit::Count,
            kind: SettingKind::Choice {
                options: const {
                    &[
                        ("uniform", Text::new("uniform", "均匀")),
                        ("exponential", Text::new("exponential", "指数")),
                        ("heavy", Text::new("heavy tail", "重尾")),
                    ]
                },
            },
        },
        Setting {
            key: "loss_ppm",
            title: Text::new("Loss", "丢包率"),
            help: Text::new("The chance that a message is lost on its way.", "消息在途中丢失的概率。"),
            unit: Unit::Ppm,
            kind: SettingKind::Number { min: 0, max: 1_000_000, default: 0 },
        },
        Setting {
            key: "duplicate_ppm",
            title: Text::new("Duplication", "重复率"),
            help: Text::new("The chance that a message arrives twice.", "消息到达两次的概率。"),
            unit: Unit::Ppm,
            kind: SettingKind::Number { min: 0, max: 1_000_000, default: 0 },
        },
        Setting {
            key: "reorder_ppm",
            title: Text::new("Reordering", "乱序率"),
            help: Text::new(
                "The chance that a message falls behind, so that later ones overtake it.",
                "消息落后、被后发消息超越的概率。",
            ),
            unit: Unit::Ppm,
            kind: SettingKind::Number { min: 0, max: 1_000_000, default: 0 },
        },
        Setting {
            key: "disk_us",
            title: Text::new("Forced disk write", "强制写盘耗时"),
            help: Text::new(
                "How long a forced write takes; what must not be said before it is safe waits that long.",
                "强制写盘所需时间；落盘之前不能说出口的消息会一直等待。",
            ),
            unit: Unit::Micros,
            kind: SettingKind::Range { min: 0, max: 10_000_000, default: disk_us },
        },
        Setting {
            key: "fifo",
            title: Text::new("Order on a link", "链路顺序"),
            help: Text::new(
                "Whether messages on one link may overtake each other.",
                "同一链路上的消息能否互相超车。",
            ),
            unit: Unit::Count,
            kind: SettingKind::Choice {
                options: const {
                    &[
                        ("free", Text::new("may overtake", "可乱序")),
                        ("kept", Text::new("first in, first out", "先进先出")),
                    ]
                },
            },
        },
        Setting {
            key: "zones",
            title: Text::new("Zones", "分区数"),
            help: Text::new(
                "Into how many racks or sites the nodes are divided; a fault can strike a whole one.",
                "节点分布在几个机架或机房；故障可以整体打击其中一个。",
            ),
            unit: Unit::Count,
            kind: SettingKind::Number { min: 1, max: ZONES_MAX, default: 1 },
        },
    ]
}

/// What an argument of a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgumentKind {
    /// A number.
    Number {
        /// The least.
        min: u64,
        /// The most.
        max: u64,
        /// What the page offers first.
        default: u64,
    },
    /// One of some words; the first is offered first.
    Choice(&'static [&'static str]),
    /// A server.
    Server,
}

/// One argument of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// What it is called on screen.
    pub title: Text,
    /// What it may be.
    pub kind: ArgumentKind,
}

/// Which nodes take a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taker {
    /// Any client.
    Client,
    /// Any server.
    Server,
    /// A server of this role.
    Role(u8),
    /// A server that the engine boots first: the command follows an [`faultscope_sim::Action::Join`].
    Newcomer,
}

/// One command of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandSchema {
    /// Its word in run texts.
    pub name: &'static str,
    /// What it is called on screen.
    pub title: Text,
    /// Who takes it.
    pub taker: Taker,
    /// Its arguments, in order.
    pub arguments: &'static [Argument],
}

/// Reads the arguments of a command, one after the other, with clear refusals.
pub struct Words<'a> {
    words: std::slice::Iter<'a, &'a str>,
}

impl<'a> Words<'a> {
    /// The words of a command; the first is its name.
    pub fn new(words: &'a [&'a str]) -> Self {
        Self { words: words.iter() }
    }

    /// The next word.
    ///
    /// # Errors
    /// If there is none.
    pub fn word(&mut self, name: &str) -> Result<&'a str, BadCommand> {
        self.words
            .next()
            .copied()
            .ok_or_else(|| BadCommand::Argument { word: String::new(), expected: name.to_owned() })
    }

    /// The next word as a number in `min..=max`.
    ///
    /// # Errors
    /// If it is none.
    pub fn number(&mut self, name: &str, min: u64, max: u64) -> Result<u64, BadCommand> {
        let word = self.word(name)?;
        word.parse().ok().filter(|number| (min..=max).contains(number) && !word.starts_with('+')).ok_or_else(
            || BadCommand::Argument { word: word.to_owned(), expected: format!("{name}: {min}..{max}") },
        )
    }

    /// The next word as one of `options`.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn choice(&mut self, name: &str, options: &[&'static str]) -> Result<&'static str, BadCommand> {
        let word = self.word(name)?;
        options.iter().copied().find(|option| *option == word).ok_or_else(|| BadCommand::Argument {
            word: word.to_owned(),
            expected: format!("{name}: {}", options.join(" | ")),
        })
    }

    /// The next word as a node.
    ///
    /// # Errors
    /// If it names none.
    pub fn node(&mut self, name: &str) -> Result<NodeId, BadCommand> {
        let word = self.word(name)?;
        word.parse().map_err(|_| BadCommand::Argument {
            word: word.to_owned(),
            expected: format!("{name}: n1, n2 …"),
        })
    }

    /// Whether a word is left.
    pub fn has_more(&self) -> bool {
        !self.words.as_slice().is_empty()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// If a word is left over.
    pub fn end(mut self) -> Result<(), BadCommand> {
        match self.words.next() {
            None => Ok(()),
            Some(word) => Err(BadCommand::Argument { word: (*word).to_owned(), expected: ".".to_owned() }),
        }
    }
}
