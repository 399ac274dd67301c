//! The hash ring: which node holds which key, and which keys move when a node comes or goes.

mod dial;
mod experiments;
mod keys;
mod looks;
mod panel;
mod properties;
mod state;
mod tool;
mod variants;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_protocol::ring::{Items, Phase, Ring, Stable, StableStore, Store, View};
use faultscope_sim::{Node, World};

use crate::lab::{Family, Lab, StorySource, embedded};
use crate::words::Text;

/// The hash ring.
pub static LAB: Lab = Lab {
    id: "ring",
    family: Family::Place,
    title: Text::new("Hash ring", "哈希环"),
    sentence: Text::new(
        "A hash says where each key lives, so that only a few keys move when a node comes or goes.",
        "用哈希决定每个键放在哪里，使节点增减时只有少量键需要搬动。",
    ),
    broken_by: Text::new(
        "a plain join, where the remainder of a division places the keys.",
        "一次普通的节点加入：只要用取余来放置键。",
    ),
    variants: &[
        &variants::RING,
        &variants::KETAMA,
        &variants::MOD_N,
        &variants::MOD_360,
        &variants::OFF_BY_RING,
        &variants::NEXT_POINTS,
    ],
    properties: words::PROPERTIES,
    rules: words::RULES,
    kinds: looks::KINDS,
    timers: &[
        ("transfer retry", Text::new("transfer retry", "数据迁移重试定时器")),
        ("view retry", Text::new("view retry", "视图重发定时器")),
        ("membership retry", Text::new("membership retry", "成员变更重试定时器")),
        ("request retry", Text::new("request retry", "请求重试定时器")),
        ("planned change", Text::new("planned change", "计划中的变更")),
    ],
    spelling: state::SPELLING,
    stories: &[
        StorySource {
            id: "newcomer",
            title: Text::new("Only to the newcomer", "只搬给新节点"),
            text: embedded(include_str!("stories/newcomer.story")),
        },
        StorySource {
            id: "neighbour",
            title: Text::new("The neighbour that drowns", "被压垮的邻居"),
            text: embedded(include_str!("stories/neighbour.story")),
        },
        StorySource {
            id: "stampede",
            title: Text::new("The stampede of mod n", "取余引发的雪崩"),
            text: embedded(include_str!("stories/stampede.story")),
        },
    ],
    // A command-line tool has no place in the page.
    tools: if cfg!(target_arch = "wasm32") { &[] } else { &[tool::TOOL] },
    experiments: &[&experiments::BALANCE, &experiments::MOVEMENT],
    miniature: "ring:ring;r1;s1;join_after_us=200000;leave_after_us=1600000",
};

/// What a server's disk holds.
fn disk(node: &Node) -> Option<&StableStore> {
    node.durable::<Stable>()?.store.as_ref()
}

/// The view that a server works by; if it is down, the one on its disk.
fn view_of(node: &Node) -> Option<&Arc<View>> {
    match node.machine::<Ring>() {
        Some(machine) => Some(machine.view()),
        None => disk(node).map(|store| &store.view),
    }
}

/// The keys that a server holds; if it is down, those on its disk.
fn items_of(node: &Node) -> Option<&Items> {
    match node.machine::<Ring>() {
        Some(machine) => machine.as_store().map(Store::items),
        None => disk(node).map(|store| &store.items),
    }
}

/// The newest view that a server works by.
fn newest_view(world: &World) -> Option<&Arc<View>> {
    world.servers().filter_map(view_of).max_by_key(|view| view.version())
}

/// The members whom reads go to.
fn readers(view: &View) -> &[NodeId] {
    match view.change().map(|change| change.phase) {
        None | Some(Phase::Copy) => view.members(),
        Some(Phase::Switch | Phase::Move) => view.members_next(),
    }
}

/// What a node is in a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It orders the changes, and holds keys as any member.
    Steward,
    /// It holds keys.
    Member,
    /// It takes its keys over.
    Joining,
    /// It hands its keys over.
    Leaving,
    /// It was declared gone.
    Gone,
    /// It has not joined yet.
    StandingBy,
    /// It was a member once.
    Left,
}

impl Part {
    fn of(view: &View, node: NodeId, is_steward: bool) -> Self {
        let is_member = view.members().contains(&node);
        let will_be = view.members_next().contains(&node);
        match (is_member, will_be) {
            _ if view.gone().contains(&node) => Self::Gone,
            (true, true) if is_steward => Self::Steward,
            (true, true) => Self::Member,
            (false, true) => Self::Joining,
            (true, false) => Self::Leaving,
            (false, false) if view.membership().retired.contains(&node) => Self::Left,
            (false, false) => Self::StandingBy,
        }
    }

    /// The word for it in traces.
    const fn name(self) -> &'static str {
        match self {
            Self::Steward => "steward",
            Self::Member => "member",
            Self::Joining => "joining",
            Self::Leaving => "leaving",
            Self::Gone => "gone",
            Self::StandingBy => "standby",
            Self::Left => "left",
        }
    }
}
