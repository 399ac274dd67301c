//! The Paxos lab: one value for each instance, chosen by a majority of acceptors, whoever proposes and whoever dies.
//!
//! `multi` runs a machine of its own; the others run that of [`faultscope_protocol::paxos`], and the naive ones differ in one rule each. What the
//! run has accepted and chosen so far is kept in `ledger`, from the messages that acceptors send.

mod ledger;
mod looks;
mod multi;
mod properties;
mod state;
#[cfg(test)]
mod tests;
mod variants;
mod votes;
mod words;

use crate::lab::{Family, Lab, MessageKind, StorySource, embedded};
use crate::words::Text;

/// The Paxos lab.
pub static LAB: Lab = Lab {
    id: "paxos",
    family: Family::Agree,
    title: Text::new("Paxos", "Paxos"),
    sentence: Text::new(
        "Two proposers want different values; three acceptors let one of them be chosen, for good.",
        "两个提议者各有各的值，三个接受者让其中一个被选定，从此不变。",
    ),
    broken_by: Text::new(
        "a promise that a restart forgets, a value that a proposer overlooks.",
        "重启后忘掉的承诺、被提议者忽略的值。",
    ),
    variants: &[
        &variants::SINGLE,
        &multi::MultiPaxos,
        &variants::FORGETFUL_ACCEPTOR,
        &variants::IGNORES_ACCEPTED,
        &variants::COUNTS_ACROSS_BALLOTS,
    ],
    properties: words::PROPERTIES,
    rules: words::RULES,
    kinds: &[
        MessageKind { name: "Prepare", short: "PREP", ink: 1 },
        MessageKind { name: "Promise", short: "PROM", ink: 1 },
        MessageKind { name: "Accept", short: "ACC", ink: 2 },
        MessageKind { name: "Accepted", short: "ACKD", ink: 2 },
        MessageKind { name: "Nack", short: "NACK", ink: 4 },
        MessageKind { name: "Query", short: "ASK", ink: 2 },
        MessageKind { name: "Alive", short: "ALIVE", ink: 5 },
        MessageKind { name: "Fetch", short: "FETCH", ink: 6 },
        MessageKind { name: "Chosen", short: "CHSN", ink: 6 },
        MessageKind { name: "NotLeader", short: "NOT", ink: 3 },
        MessageKind { name: "Request", short: "REQ", ink: 3 },
        MessageKind { name: "Answer", short: "ANS", ink: 3 },
    ],
    timers: &[
        ("phase timeout", Text::new("phase timeout", "阶段超时")),
        ("backoff", Text::new("backoff", "退避定时器")),
        ("learner query", Text::new("learner query", "学习者查询定时器")),
        ("alive", Text::new("sign of life", "存活通告定时器")),
        ("suspicion", Text::new("suspicion", "怀疑定时器")),
        ("catch up", Text::new("catch up", "补取定时器")),
        ("client retry", Text::new("client retry", "客户端重试定时器")),
    ],
    spelling: &[
        ("accepted_by", "accepted by"),
        ("waits_for", "waits for"),
        ("chosen_below", "chosen below slot"),
        ("next_slot", "next slot"),
    ],
    stories: &[
        StorySource {
            id: "happy-path",
            title: Text::new("One value is chosen", "选定一个值"),
            text: embedded(include_str!("stories/happy-path.story")),
        },
        StorySource {
            id: "duel",
            title: Text::new("Duelling proposers", "提议者相争"),
            text: embedded(include_str!("stories/duel.story")),
        },
        StorySource {
            id: "backoff",
            title: Text::new("A livelock, and how to end it", "活锁，以及如何结束它"),
            text: embedded(include_str!("stories/backoff.story")),
        },
        StorySource {
            id: "random-backoff",
            title: Text::new("Random backoff cures the duel", "随机退避化解相争"),
            text: embedded(include_str!("stories/random-backoff.story")),
        },
        StorySource {
            id: "survivor",
            title: Text::new("A value survives its proposer", "值比提议者活得更久"),
            text: embedded(include_str!("stories/survivor.story")),
        },
        StorySource {
            id: "multi-steady",
            title: Text::new("One phase 1, then one round trip each", "阶段一只做一次，此后每条命令一个往返"),
            text: embedded(include_str!("stories/multi-steady.story")),
        },
        StorySource {
            id: "multi-gap",
            title: Text::new("The new leader and the gap", "新领导者与空缺"),
            text: embedded(include_str!("stories/multi-gap.story")),
        },
        StorySource {
            id: "forgotten-promise",
            title: Text::new("The acceptor that forgets", "健忘的接受者"),
            text: embedded(include_str!("stories/forgotten-promise.story")),
        },
        StorySource {
            id: "ignored-value",
            title: Text::new("The proposer that does not listen", "不听报告的提议者"),
            text: embedded(include_str!("stories/ignored-value.story")),
        },
        StorySource {
            id: "miscounted",
            title: Text::new("Two minorities are no majority", "两个少数派不是多数派"),
            text: embedded(include_str!("stories/miscounted.story")),
        },
    ],
    tools: &[],
    experiments: &[],
    miniature: "paxos:single;r1;s4;@400000crash.n1;@900000restart.n1",
};
