//! The election lab: who leads, as tutorials tell it, as the old papers do, and on a coordination service.
//!
//! All variants run the machine of [`faultscope_protocol::election`], which holds a few algorithms; three variants put
//! candidates on the servers of [`faultscope_protocol::coordination`].

mod experiments;
mod looks;
mod properties;
mod state;
#[cfg(test)]
mod tests;
mod variants;
mod words;

use crate::coordination::{self, joined};
use crate::lab::{Family, Lab, MessageKind, Rule, StorySource, embedded};
use crate::words::Text;

const KINDS: [MessageKind; 7] = [
    MessageKind { name: "NUMBER", short: "NUM", ink: 1 },
    MessageKind { name: "ELECTION", short: "ELEC", ink: 1 },
    MessageKind { name: "OK", short: "OK", ink: 1 },
    MessageKind { name: "COORDINATOR", short: "COORD", ink: 3 },
    MessageKind { name: "HELLO", short: "HI", ink: 4 },
    MessageKind { name: "ELECTED", short: "ELD", ink: 3 },
    MessageKind { name: "HEARTBEAT", short: "HB", ink: 4 },
];

const TIMERS: [(&str, Text); 5] = [
    ("collect timeout", Text::new("collect timeout", "收集超时")),
    ("heartbeat", Text::new("heartbeat", "心跳定时器")),
    ("leader timeout", Text::new("leader timeout", "领导者超时")),
    ("answer timeout", Text::new("answer timeout", "应答超时")),
    ("coordinator timeout", Text::new("coordinator timeout", "等待领导者超时")),
];

static ALL_KINDS: [MessageKind; 23] = joined(KINDS, coordination::KINDS);
static ALL_TIMERS: [(&str, Text); 11] = joined(TIMERS, coordination::TIMERS);
static ALL_RULES: [Rule; 28] = joined(words::RULES, coordination::RULES);

const fn story(id: &'static str, title: Text, text: &'static str) -> StorySource {
    StorySource { id, title, text }
}

/// The election lab.
pub static LAB: Lab = Lab {
    id: "election",
    family: Family::Agree,
    title: Text::new("Leader election", "选主"),
    sentence: Text::new(
        "Nodes choose one of them to lead; numbers, bullies, a ring, and a service that keeps the order.",
        "节点从中选出一个领导者：比数字、霸道算法、环，或靠一个维护次序的服务。",
    ),
    broken_by: Text::new(
        "two equal numbers, a cut, a leader that sleeps.",
        "相同的数字、网络切断、沉睡的领导者。",
    ),
    variants: &[
        &variants::BULLY,
        &variants::RING,
        &variants::ZNODE,
        &variants::RANDOM_MAX,
        &variants::RANDOM_PAIRWISE,
        &variants::UNIQUE_MAX,
        &variants::ZNODE_SAME_WORD,
        &variants::ZNODE_HERD,
    ],
    properties: words::PROPERTIES,
    rules: &ALL_RULES,
    kinds: &ALL_KINDS,
    timers: &ALL_TIMERS,
    spelling: &[
        ("tie_ppm", "P(tie) = 1 − Σ (n/M)((m−1)/M)^(n−1), ppm"),
        ("session_sure", "session sure"),
        ("service_role", "service role"),
        ("service_leader", "service leader"),
        ("service_epoch", "service epoch"),
    ],
    stories: &[
        story(
            "bully-counts",
            Text::new("What a bully costs: n²", "霸道算法的代价：n²"),
            embedded(include_str!("stories/bully-counts.story")),
        ),
        story(
            "bully-cut",
            Text::new("Bullies on both sides of a cut", "切断两侧的霸道者"),
            embedded(include_str!("stories/bully-cut.story")),
        ),
        story(
            "ring-counts",
            Text::new("Around the ring: n·Hₙ", "绕环一周：n·Hₙ"),
            embedded(include_str!("stories/ring-counts.story")),
        ),
        story(
            "slept",
            Text::new("The leader that slept", "沉睡的领导者"),
            embedded(include_str!("stories/slept.story")),
        ),
        story(
            "tie",
            Text::new("Two draw the same number", "两个节点抽到同一个数"),
            embedded(include_str!("stories/tie.story")),
        ),
        story(
            "nobody-draws-again",
            Text::new("The leader dies, and nobody draws again", "领导者宕机，没有谁重新抽数"),
            embedded(include_str!("stories/nobody-draws-again.story")),
        ),
        story(
            "last-heard",
            Text::new("Whoever was heard last decides", "最后收到的说了算"),
            embedded(include_str!("stories/last-heard.story")),
        ),
        story(
            "two-sides",
            Text::new("A cut gives two leaders", "网络切断后出现两个领导者"),
            embedded(include_str!("stories/two-sides.story")),
        ),
        story(
            "same-word",
            Text::new("All read “master”", "都读到 “master”"),
            embedded(include_str!("stories/same-word.story")),
        ),
        story(
            "herd",
            Text::new("The herd, and how to avoid it", "羊群效应，以及如何避免"),
            embedded(include_str!("stories/herd.story")),
        ),
    ],
    tools: &[],
    experiments: &[
        &experiments::BULLY_MESSAGES,
        &experiments::RING_ELECTION_MESSAGES,
        &experiments::RANDOM_MAX_TIES,
    ],
    miniature: "election:bully;r1;s4;@500000crash.n5;@1200000restart.n5",
};
