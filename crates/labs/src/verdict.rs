//! What a run says of a property at its end, with the reason: one judgement for the page and the command line.
//!
//! An *eventually* property is judged under stated fairness: the world is healed ([`World::standing`] is empty), nobody has
//! interfered since for as long as the variant says that it needs to settle, and in that time what a healed world does
//! is fair: messages between nodes arrive as the settings say, timers run out, every node runs. Where the premise is
//! not there the verdict is open, and the reason is said.

use faultscope_sim::{Finding, Mode, Moment, Property, Standing, Verdict, World};

use crate::export::seconds_words;
use crate::lab::Variant;
use crate::schema::Settings;
use crate::session::Session;
use crate::words::{Lang, Text};

/// How long a healed world must have been left alone, at the least, before an *eventually* property counts as unmet,
/// in microseconds.
pub const QUIET_US: u64 = 3_000_000;

/// How a property stands at the end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// *Always*: it held all along.
    Held,
    /// *Eventually*: it is met since this step. *Sometimes*: it was first seen at this step.
    Reached {
        /// The step.
        step: u64,
        /// Its time.
        at_us: u64,
        /// The facts of a sighting.
        finding: Finding,
    },
    /// *Always*: it broke, at this step, with these facts.
    Broken {
        /// The step.
        step: u64,
        /// Its time.
        at_us: u64,
        /// The facts.
        finding: Finding,
    },
    /// *Eventually*: it is not met, though the world was healed and had time.
    Unmet {
        /// How long the world was left alone, in microseconds; none where nothing is left to happen.
        quiet_us: Option<u64>,
    },
    /// *Eventually*: it is not met, and the run does not tell whether it ever would be.
    Open(Reason),
    /// *Sometimes*: not seen.
    Unseen,
    /// Nobody knows: judging went beyond its bound at this step.
    GaveUp {
        /// The step.
        step: u64,
        /// Its time.
        at_us: u64,
        /// How many states were looked at.
        states: u32,
    },
}

/// What became of one property in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The property's id.
    pub id: &'static str,
    /// When it must hold.
    pub mode: Mode,
    /// Whether the variant claims it: a naive one pretends to.
    pub is_claimed: bool,
    /// What the run says of it.
    pub end: End,
    /// How often its premise held.
    pub premises: u64,
}

impl Judged {
    /// Whether it is broken: an *always* property at some step, an *eventually* property at the end.
    pub const fn is_broken(&self) -> bool {
        self.end.is_broken()
    }

    /// The facts to be put into the lab's sentence: of a break or a sighting. Meeting a property leaves none.
    pub fn told_finding(&self) -> Option<&Finding> {
        self.end.finding().filter(|_| self.mode != Mode::Eventually)
    }
}

/// Why an *eventually* property is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The schedule is by hand: nothing says that what is due will happen.
    Manual,
    /// A fault still stands.
    Wounded(Standing),
    /// The world was not left alone for long enough.
    TooSoon {
        /// How long it was left alone, in microseconds.
        quiet_us: u64,
        /// How long it would have to be, in microseconds.
        needed_us: u64,
    },
}

impl End {
    /// Whether it is broken: an *always* property at some step, an *eventually* property at the end.
    pub const fn is_broken(&self) -> bool {
        matches!(self, Self::Broken { .. } | Self::Unmet { .. })
    }

    /// Whether the run shows what the property says: a verdict that was given up is not.
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Held | Self::Reached { .. })
    }

    /// The step that it is about, and its time.
    pub const fn place(&self) -> Option<(u64, u64)> {
        match self {
            Self::Reached { step, at_us, .. }
            | Self::Broken { step, at_us, .. }
            | Self::GaveUp { step, at_us, .. } => Some((*step, *at_us)),
            Self::Held | Self::Unmet { .. } | Self::Open(_) | Self::Unseen => None,
        }
    }

    /// The facts of a break or a sighting.
    pub const fn finding(&self) -> Option<&Finding> {
        match self {
            Self::Reached { finding, .. } | Self::Broken { finding, .. } => Some(finding),
            _ => None,
        }
    }

    /// The word for it in traces.
    pub const fn word(&self, mode: Mode) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Reached { .. } if matches!(mode, Mode::Sometimes) => "seen",
            Self::Reached { .. } => "met",
            Self::Broken { .. } => "broken",
            Self::Unmet { .. } => "unmet",
            Self::Open(_) => "open",
            Self::Unseen => "unseen",
            Self::GaveUp { .. } => "gave_up",
        }
    }

    /// The word for it on screen.
    pub const fn title(&self, mode: Mode) -> Text {
        match self {
            Self::Held => Text::new("held", "成立"),
            Self::Reached { .. } if matches!(mode, Mode::Sometimes) => Text::new("seen", "出现过"),
            Self::Reached { .. } => Text::new("met", "已达成"),
            Self::Broken { .. } => Text::new("broken", "被违反"),
            Self::Unmet { .. } => Text::new("unmet", "未达成"),
            Self::Open(_) => Text::new("open", "未定"),
            Self::Unseen => Text::new("unseen", "未出现"),
            Self::GaveUp { .. } => Text::new("given up", "放弃判定"),
        }
    }

    /// Why it is so, in a sentence, where a word does not tell: unmet, open, given up.
    pub fn reason(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Unmet { quiet_us: Some(quiet_us) } => Text::new(
                "every fault was healed and nobody interfered for {time}: messages arrived, timers ran out, every node ran",
                "故障均已恢复，此后 {time} 内无人干预：消息照常送达，定时器照常到期，所有节点都在运行",
            )
            .fill(lang, &[("time", &seconds_words(*quiet_us))]),
            Self::Unmet { quiet_us: None } => Text::new(
                "every fault was healed and nothing is left to happen",
                "故障均已恢复，且不会再有任何事件发生",
            )
            .get(lang)
            .to_owned(),
            Self::Open(reason) => reason.words(lang),
            Self::GaveUp { states: 0, .. } => Text::new(
                "a node answered a command from before its crash",
                "有节点应答了崩溃之前的命令",
            )
            .get(lang)
            .to_owned(),
            Self::GaveUp { states, .. } => Text::new(
                "more than {count} states would have to be looked at",
                "需要检查的状态超过 {count} 个",
            )
            .fill(lang, &[("count", &states.to_string())]),
            _ => return None,
        })
    }
}

impl Reason {
    /// The reason in a sentence.
    pub fn words(self, lang: Lang) -> String {
        match self {
            Self::Manual => Text::new(
                "the schedule is by hand: nothing has to happen",
                "调度由人工控制：没有什么必然会发生",
            )
            .get(lang)
            .to_owned(),
            Self::Wounded(wound) => wound_words(wound, lang),
            Self::TooSoon { quiet_us, needed_us } => Text::new(
                "only {quiet} since the last interference, {needed} are needed",
                "距上次干预仅 {quiet}，需要 {needed}",
            )
            .fill(lang, &[("quiet", &seconds_words(quiet_us)), ("needed", &seconds_words(needed_us))]),
        }
    }
}

fn wound_words(fault: Standing, lang: Lang) -> String {
    let (text, node) = match fault {
        Standing::Cut(_) => (Text::new("links are still cut", "链路仍被切断"), None),
        Standing::Network => {
            (Text::new("the network is still not as planned", "网络仍未恢复到设定状态"), None)
        }
        Standing::Link { from, .. } => (
            Text::new("a link of {node} is still not as planned", "{node} 的链路仍未恢复到设定状态"),
            Some(from),
        ),
        Standing::Held(name) => {
            (Text::new("a message from {node} is still held", "{node} 发出的消息仍被扣住"), Some(name.from))
        }
        Standing::Down(node) => (Text::new("{node} is still down", "{node} 仍处于宕机状态"), Some(node)),
        Standing::Paused(node) => (Text::new("{node} is still paused", "{node} 仍处于暂停状态"), Some(node)),
        Standing::Disk(node) => (
            Text::new("the disk of {node} is still not as planned", "{node} 的磁盘仍未恢复到设定状态"),
            Some(node),
        ),
        Standing::Clock(node) => {
            (Text::new("the clock of {node} is still wrong", "{node} 的时钟仍有偏差"), Some(node))
        }
        Standing::Processor(node) => {
            (Text::new("the processor of {node} is still slow", "{node} 的处理器仍然缓慢"), Some(node))
        }
    };
    let node = node.map(|node| node.to_string()).unwrap_or_default();
    text.fill(lang, &[("node", &node)])
}

/// What a session's run says of a property, as far as it was played.
pub fn of(session: &Session, property: &Property) -> End {
    let is_over = !session.run().has_waiting_action();
    judge(
        property,
        session.run().head(),
        session.end_us(),
        is_over,
        needed_us(session.variant(), session.settings()),
    )
}

/// How long a healed world must have been left alone, in microseconds.
pub fn needed_us(variant: &dyn Variant, settings: &Settings) -> u64 {
    variant.settles_us(settings).max(QUIET_US)
}

/// What a run that was played until `end_us` says of a property. `moment` is its last one, and no action waits
/// behind it if `is_over`.
pub fn judge(property: &Property, moment: &Moment, end_us: u64, is_over: bool, needed_us: u64) -> End {
    match (property.mode, &property.verdict) {
        (_, Verdict::GaveUp { step, at_us, states }) => {
            End::GaveUp { step: *step, at_us: *at_us, states: *states }
        }
        (Mode::Always, Verdict::Struck { step, at_us, finding }) => {
            End::Broken { step: *step, at_us: *at_us, finding: finding.clone() }
        }
        (_, Verdict::Struck { step, at_us, finding }) => {
            End::Reached { step: *step, at_us: *at_us, finding: finding.clone() }
        }
        (_, Verdict::Met { step, at_us }) => {
            End::Reached { step: *step, at_us: *at_us, finding: Finding::new() }
        }
        (Mode::Always, Verdict::Open) => End::Held,
        (Mode::Sometimes, Verdict::Open) => End::Unseen,
        (Mode::Eventually, Verdict::Open) => due(&moment.world, end_us, is_over, needed_us),
    }
}

/// What becomes of an *eventually* property that is not met.
fn due(world: &World, end_us: u64, is_over: bool, needed_us: u64) -> End {
    if world.plan().manual || world.is_manual() {
        return End::Open(Reason::Manual);
    }
    if let Some(fault) = world.standing().first() {
        return End::Open(Reason::Wounded(*fault));
    }
    let quiet_us = end_us.saturating_sub(world.disturbed_us());
    if quiet_us >= needed_us {
        return End::Unmet { quiet_us: Some(quiet_us) };
    }
    if is_over && world.clone().next_event_us().is_none() {
        return End::Unmet { quiet_us: None };
    }
    End::Open(Reason::TooSoon { quiet_us, needed_us })
}
