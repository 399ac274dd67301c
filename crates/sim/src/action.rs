//! What a person or a script does to a run, and when.

use faultscope_protocol::NodeId;

/// When an action happens: at a virtual time, after so many steps were already played at that instant.
///
/// Time alone would diverge when a person acts at the instant of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pin {
    /// Virtual time in microseconds.
    pub at_us: u64,
    /// Steps already played at that instant.
    pub after_steps: u32,
}

/// A message, named by its link and its ordinal there: `n1-n3.7` is the seventh from n1 to n3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageName {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// From 1.
    pub ordinal: u64,
}

/// Something that a person or a script does to the world.
///
/// An action that does not fit the moment (restarting a node that is up) is a step without effect.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Crash a node. Its first `keep` unfinished writes become durable, the others are lost.
    Crash {
        /// Which.
        node: NodeId,
        /// How many unfinished writes survive.
        keep: u32,
    },
    /// Boot a node that is down, from what its disk holds.
    Restart(NodeId),
    /// Stop a node in its tracks; its clock runs on.
    Pause(NodeId),
    /// Let a paused node go on.
    Resume(NodeId),
    /// Boot a new server, whose number is the next one.
    Join(NodeId),
    /// Stop the messages between two groups, or from the first to the second only.
    /// An empty second group stands for all nodes outside the first.
    Cut {
        /// One side.
        from: Vec<NodeId>,
        /// The other side.
        to: Vec<NodeId>,
        /// Whether the way back stays open.
        one_way: bool,
    },
    /// Take away all cuts.
    Heal,
    /// Set the latency of one link, or of all, in microseconds (half open).
    Latency {
        /// The link; none for the default of all links.
        link: Option<(NodeId, NodeId)>,
        /// The shortest.
        low_us: u64,
        /// The longest, and one.
        high_us: u64,
    },
    /// Set the loss of one link, or of all, in chances in a million.
    Loss {
        /// The link; none for the default of all links.
        link: Option<(NodeId, NodeId)>,
        /// 0 to 1,000,000.
        parts_ppm: u32,
    },
    /// Set the chance that a message arrives twice, on all links, in chances in a million.
    Duplication {
        /// 0 to 1,000,000.
        parts_ppm: u32,
    },
    /// Set how long a node's forced writes take, in microseconds (half open).
    Disk {
        /// Which.
        node: NodeId,
        /// The shortest.
        low_us: u64,
        /// The longest, and one.
        high_us: u64,
    },
    /// Lose all that a node's disk holds. What the node has in memory stays, until it crashes.
    Wipe(NodeId),
    /// Set a node's clock.
    Clock {
        /// Which.
        node: NodeId,
        /// Added to virtual time, in microseconds.
        offset_us: i64,
        /// How much faster it runs, in millionths.
        rate_ppm: i32,
    },
    /// Lose a message in flight.
    Drop(MessageName),
    /// Keep a message in flight where it is.
    Hold(MessageName),
    /// Let a held message go on.
    Release(MessageName),
    /// Let a message in flight arrive now.
    Deliver(MessageName),
    /// Send a copy of a message in flight after it.
    Duplicate(MessageName),
    /// Let a running timer of a node run out now: the `index`-th of those that run, in the order of their slots.
    Fire {
        /// Which node.
        node: NodeId,
        /// From 0.
        index: u32,
    },
    /// Let the oldest unfinished write of a node become durable now.
    FinishWrite(NodeId),
    /// Fix the result of the node's next choice.
    Pick {
        /// Which node.
        node: NodeId,
        /// The result.
        value: u32,
    },
    /// Give a node a command, in words: its name, then its arguments.
    Do {
        /// Which node.
        node: NodeId,
        /// The words.
        words: Vec<String>,
    },
}

impl Action {
    /// The node that it is about, if it is one.
    pub fn node(&self) -> Option<NodeId> {
        match self {
            Self::Crash { node, .. }
            | Self::Restart(node)
            | Self::Pause(node)
            | Self::Resume(node)
            | Self::Join(node)
            | Self::Wipe(node)
            | Self::Disk { node, .. }
            | Self::Clock { node, .. }
            | Self::Fire { node, .. }
            | Self::FinishWrite(node)
            | Self::Pick { node, .. }
            | Self::Do { node, .. } => Some(*node),
            _ => None,
        }
    }

    /// Every node that it names.
    pub fn nodes(&self) -> Vec<NodeId> {
        match self {
            Self::Cut { from, to, .. } => from.iter().chain(to).copied().collect(),
            Self::Latency { link, .. } | Self::Loss { link, .. } => {
                link.iter().flat_map(|&(from, to)| [from, to]).collect()
            }
            Self::Drop(name)
            | Self::Hold(name)
            | Self::Release(name)
            | Self::Deliver(name)
            | Self::Duplicate(name) => vec![name.from, name.to],
            _ => self.node().into_iter().collect(),
        }
    }
}

/// An action and its pin.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pinned {
    /// When.
    pub pin: Pin,
    /// What.
    pub action: Action,
}
