//! The election lab: who leads, as tutorials tell it, as the old papers do, and on a coordination service.
//!
//! All variants run the machine of [`faultscope_protocol::election`], which holds a few algorithms; three variants put
//! candidates on the servers of [`faultscope_protocol::coordination`].

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

const KINDS: [MessageKind; 6] = [
    MessageKind { name: "NUMBER", short: "NUM", ink: 1 },
    MessageKind { name: "ELECTION", short: "ELEC", ink: 1 },
    MessageKind { name: "OK", short: "OK", ink: 1 },
    MessageKind { name: "COORDINATOR", short: "COORD", ink: 3 },
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

static ALL_KINDS: [MessageKind; 22] = joined(KINDS, coordination::KINDS);
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
    stories: &[],
    tools: &[],
    experiments: &[],
    miniature: "election:bully;r1;s4;@500000crash.n5;@1200000restart.n5",
};
