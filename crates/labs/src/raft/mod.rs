//! The Raft lab: elections, one log, and what breaks when a rule is left out.

pub mod elections;
mod experiments;
mod looks;
mod properties;
#[cfg(test)]
mod tests;
mod variants;
mod words;

use crate::lab::{Family, Lab, MessageKind, StorySource, embedded};
use crate::words::Text;

pub use variants::FIGURE_8;

/// The Raft lab.
pub static LAB: Lab = Lab {
    id: "raft",
    family: Family::Agree,
    title: Text::new("Raft", "Raft"),
    sentence: Text::new(
        "Five servers keep one log and one leader.",
        "五台服务器共用一份日志，追随一个领导者。",
    ),
    broken_by: Text::new(
        "a forgotten vote, an early commit, a stale read.",
        "忘掉的选票、过早的提交、过期的读取。",
    ),
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
        StorySource {
            id: "split-vote",
            title: Text::new("The split vote", "选票分裂"),
            text: embedded(include_str!("stories/split-vote.story")),
        },
        StorySource {
            id: "partition",
            title: Text::new("Two against three", "二比三"),
            text: embedded(include_str!("stories/partition.story")),
        },
        StorySource {
            id: "lost-reply",
            title: Text::new("The lost answer", "丢失的应答"),
            text: embedded(include_str!("stories/lost-reply.story")),
        },
        StorySource {
            id: "huge-term",
            title: Text::new("Back with a huge term", "带着很大的任期归来"),
            text: embedded(include_str!("stories/huge-term.story")),
        },
        StorySource {
            id: "prevote",
            title: Text::new("Asking first", "先问一声"),
            text: embedded(include_str!("stories/prevote.story")),
        },
        StorySource {
            id: "data-centres",
            title: Text::new("Three data centres", "三个数据中心"),
            text: embedded(include_str!("stories/data-centres.story")),
        },
        StorySource {
            id: "snapshot",
            title: Text::new("Catching up by snapshot", "用快照追赶"),
            text: embedded(include_str!("stories/snapshot.story")),
        },
        StorySource {
            id: "clock-jump",
            title: Text::new("The lease and the clock", "租约与时钟"),
            text: embedded(include_str!("stories/clock-jump.story")),
        },
        StorySource {
            id: "membership",
            title: Text::new("One more, one less", "增一台，减一台"),
            text: embedded(include_str!("stories/membership.story")),
        },
        StorySource {
            id: "fixed-timeout",
            title: Text::new("An election without end", "没有尽头的选举"),
            text: embedded(include_str!("stories/fixed-timeout.story")),
        },
        StorySource {
            id: "two-votes",
            title: Text::new("The forgotten vote", "忘掉的选票"),
            text: embedded(include_str!("stories/two-votes.story")),
        },
        StorySource {
            id: "behind-wins",
            title: Text::new("The one who knows least wins", "日志最旧者当选"),
            text: embedded(include_str!("stories/behind-wins.story")),
        },
        StorySource {
            id: "figure-8",
            title: Text::new("Figure 8, a majority is not enough", "图 8：有多数派还不够"),
            text: embedded(include_str!("stories/figure-8.story")),
        },
        StorySource {
            id: "stale-read",
            title: Text::new("The stale read", "过期的读取"),
            text: embedded(include_str!("stories/stale-read.story")),
        },
        StorySource {
            id: "too-early",
            title: Text::new("Changed too early", "变更得太早"),
            text: embedded(include_str!("stories/too-early.story")),
        },
    ],
    experiments: &[&experiments::DOWNTIME, &experiments::WAN, &experiments::SPLIT_VOTES],
    miniature: "raft:basic;r1;s4;servers=5;clients=1;@900000crash.n1;@1500000restart.n1;t40",
    tools: &[],
};
