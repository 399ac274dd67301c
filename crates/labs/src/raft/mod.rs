//! The Raft lab: elections, one log, and what breaks when a rule is left out.

pub mod elections;
mod looks;
mod properties;
#[cfg(test)]
mod tests;
mod variants;
mod words;

use crate::lab::{Family, Lab, MessageKind, StorySource, embedded};
use crate::words::Text;

/// The Raft lab.
pub static LAB: Lab = Lab {
    id: "raft",
    family: Family::Agree,
    title: Text::new("Raft", "Raft"),
    sentence: Text::new(
        "Five servers keep one log and one leader.",
        "五台服务器共用一份日志，追随一个领导者。",
    ),
    broken_by: Text::new("a forgotten vote, an early commit.", "忘掉的选票、过早的提交。"),
    variants: &[
        &variants::BASIC,
        &variants::PREVOTE,
        &variants::SNAPSHOT,
        &variants::READ_INDEX,
        &variants::LEASE,
        &variants::MEMBERSHIP,
        &variants::MEMBERSHIP_JOINT,
        &variants::COMMIT_BY_COUNTING,
        &variants::FORGET_VOTE,
        &variants::NO_LOG_CHECK,
        &variants::FIXED_TIMEOUT,
        &variants::LOCAL_READ,
        &variants::EAGER_MEMBERSHIP,
    ],
    properties: words::PROPERTIES,
    rules: words::RULES,
    kinds: &[
        MessageKind { name: "AppendEntries", short: "AE", ink: 1 },
        MessageKind { name: "AppendEntriesReply", short: "ack", ink: 1 },
        MessageKind { name: "RequestVote", short: "RV", ink: 2 },
        MessageKind { name: "RequestVoteReply", short: "vote", ink: 2 },
        MessageKind { name: "ClientRequest", short: "req", ink: 3 },
        MessageKind { name: "ClientReply", short: "ans", ink: 3 },
        MessageKind { name: "AddServer", short: "add", ink: 3 },
        MessageKind { name: "RemoveServer", short: "rem", ink: 3 },
        MessageKind { name: "ReplaceServer", short: "rep", ink: 3 },
        MessageKind { name: "PreVote", short: "PV", ink: 4 },
        MessageKind { name: "PreVoteReply", short: "pre", ink: 4 },
        MessageKind { name: "Heartbeat", short: "HB", ink: 5 },
        MessageKind { name: "HeartbeatReply", short: "hb", ink: 5 },
        MessageKind { name: "InstallSnapshot", short: "IS", ink: 6 },
        MessageKind { name: "InstallSnapshotReply", short: "is", ink: 6 },
    ],
    timers: &[
        ("election timeout", Text::new("election timeout", "选举超时")),
        ("heartbeat", Text::new("heartbeat", "心跳定时器")),
        ("client retry", Text::new("client retry", "客户端重试定时器")),
        ("leader memory", Text::new("memory of a leader", "领导者记忆定时器")),
    ],
    spelling: &[
        ("term", "currentTerm"),
        ("voted_for", "votedFor"),
        ("commit", "commitIndex"),
        ("applied", "lastApplied"),
        ("next_index", "nextIndex"),
        ("match_index", "matchIndex"),
    ],
    stories: &[
        StorySource {
            id: "first-election",
            title: Text::new("The first election", "第一次选举"),
            text: embedded(include_str!("stories/first-election.story")),
        },
        StorySource {
            id: "leader-crash",
            title: Text::new("The leader crashes", "领导者崩溃"),
            text: embedded(include_str!("stories/leader-crash.story")),
        },
    ],
    miniature: "raft:basic;r1;s4;servers=5;clients=1;@900000crash.n1;@1500000restart.n1;t40",
    tools: &[],
};
