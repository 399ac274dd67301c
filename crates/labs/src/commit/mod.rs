//! The lab of atomic commit: one coordinator, some participants that hold accounts, clients that move money.
//!
//! All variants, from two-phase commit to Paxos Commit, run the machine of [`faultscope_protocol::commit`]; the naive ones differ in one rule each. What a node shows
//! to pictures and traces is read in `reading`; what the run has decided so far is kept in `ledger`.

pub mod costs;
mod experiments;
mod ledger;
mod looks;
mod properties;
mod reading;
mod state;
#[cfg(test)]
mod tests;
mod variants;
mod words;

use crate::lab::{Family, Lab, StorySource, embedded};
use crate::words::Text;

/// The lab of atomic commit.
pub const LAB: Lab = Lab {
    id: "commit",
    family: Family::Commit,
    title: Text::new("Atomic commit", "原子提交"),
    sentence: Text::new(
        "Several machines change something together, all of them or none, though any of them may crash.",
        "多台机器共同完成一次修改，要么全做，要么全不做，尽管其中任何一台都可能崩溃。",
    ),
    broken_by: Text::new(
        "a coordinator that dies between the votes and its word: the participants wait, with their locks held.",
        "协调者在收齐投票之后、宣布决定之前宕机：参与者持锁等待。",
    ),
    variants: &[
        &variants::TWO_PHASE,
        &variants::COOPERATIVE,
        &variants::THREE_PHASE,
        &variants::PAXOS_COMMIT,
        &variants::IMPATIENT,
        &variants::FORGETFUL_COORDINATOR,
        &variants::SILENCE_IS_CONSENT,
    ],
    properties: &properties::WORDS,
    rules: &words::RULES,
    kinds: &words::KINDS,
    timers: &[
        ("vote timeout", Text::new("vote timeout", "收票超时")),
        ("resend COMMIT", Text::new("resend COMMIT", "重发 COMMIT 定时器")),
        ("work before the vote", Text::new("work before the vote", "投票前的工作")),
        ("inquiry", Text::new("inquiry", "询问定时器")),
        ("collecting states", Text::new("collecting states", "收集状态定时器")),
        ("repeat BEGIN", Text::new("repeat BEGIN", "重发 BEGIN 定时器")),
    ],
    spelling: &words::SPELLING,
    stories: &[
        StorySource {
            id: "a-round-that-commits",
            title: Text::new("A round that commits", "一轮成功的提交"),
            text: embedded(include_str!("stories/a-round-that-commits.story")),
        },
        StorySource {
            id: "one-no",
            title: Text::new("One NO", "一张反对票"),
            text: embedded(include_str!("stories/one-no.story")),
        },
        StorySource {
            id: "before-the-votes",
            title: Text::new("The coordinator dies before the votes", "投票之前协调者宕机"),
            text: embedded(include_str!("stories/before-the-votes.story")),
        },
        StorySource {
            id: "between-the-votes",
            title: Text::new("The coordinator dies between the votes", "投票途中协调者宕机"),
            text: embedded(include_str!("stories/between-the-votes.story")),
        },
        StorySource {
            id: "the-blocked-participants",
            title: Text::new("The coordinator dies after the votes", "投票之后协调者宕机"),
            text: embedded(include_str!("stories/the-blocked-participants.story")),
        },
        StorySource {
            id: "lost-commit",
            title: Text::new("The lost COMMIT", "丢失的 COMMIT"),
            text: embedded(include_str!("stories/lost-commit.story")),
        },
        StorySource {
            id: "the-same-crash-3pc",
            title: Text::new("3PC under the same crash", "同样的崩溃，换成 3PC"),
            text: embedded(include_str!("stories/the-same-crash-3pc.story")),
        },
        StorySource {
            id: "the-same-cut-2pc",
            title: Text::new("2PC under the same cut", "同样的分区，换成 2PC"),
            text: embedded(include_str!("stories/the-same-cut-2pc.story")),
        },
        StorySource {
            id: "the-same-cut-3pc",
            title: Text::new("3PC under a cut", "3PC 遇上分区"),
            text: embedded(include_str!("stories/the-same-cut-3pc.story")),
        },
        StorySource {
            id: "paxos-commit",
            title: Text::new("Paxos Commit outlives its coordinator", "Paxos 提交不怕协调者宕机"),
            text: embedded(include_str!("stories/paxos-commit.story")),
        },
        StorySource {
            id: "forgetful",
            title: Text::new("The forgetful coordinator", "健忘的协调者"),
            text: embedded(include_str!("stories/forgetful.story")),
        },
        StorySource {
            id: "silence",
            title: Text::new("Silence is no consent", "沉默不是同意"),
            text: embedded(include_str!("stories/silence.story")),
        },
        StorySource {
            id: "impatience",
            title: Text::new("The impatient participant", "不耐烦的参与者"),
            text: embedded(include_str!("stories/impatience.story")),
        },
    ],
    // A command-line tool has no place in the page.
    tools: if cfg!(target_arch = "wasm32") { &[] } else { &[costs::TOOL] },
    experiments: &[&experiments::COMMIT_COSTS],
    miniature: "commit:2pc;r1;s4;@313000crash.n1;@1100000restart.n1",
};
