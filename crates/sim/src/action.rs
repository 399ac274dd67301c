//! What a person or a script does to a run, and when.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::sort_by_key;

use crate::nemesis::FaultKind;
use crate::network::{Latency, Links};

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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// Take away one cut, by its number.
    HealCut(u32),
    /// Set how long messages take.
    Latency {
        /// On which links.
        links: Links,
        /// How long.
        latency: Latency,
    },
    /// Set the chance that a message is lost, in a million.
    Loss {
        /// On which links.
        links: Links,
        /// 0 to 1,000,000.
        parts_ppm: u32,
    },
    /// Set the chance that a message arrives twice, in a million.
    Duplication {
        /// On which links.
        links: Links,
        /// 0 to 1,000,000.
        parts_ppm: u32,
    },
    /// Set the chance that a message falls behind, so that later ones overtake it, in a million.
    Reordering {
        /// On which links.
        links: Links,
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
    /// Set a node's clock: so far from virtual time now, and drifting from now on.
    Clock {
        /// Which.
        node: NodeId,
        /// Added to virtual time, in microseconds.
        offset_us: i64,
        /// How much faster it runs, in millionths.
        rate_ppm: i32,
    },
    /// Let a node's clock jump. Its rate stays.
    StepClock {
        /// Which.
        node: NodeId,
        /// How far, in microseconds.
        by_us: i64,
    },
    /// Let every input of a node take time, in microseconds (half open): what comes meanwhile waits its turn.
    /// 0..0 for a processor that is never slower than the network.
    Processor {
        /// Which.
        node: NodeId,
        /// The shortest.
        low_us: u64,
        /// The longest, and one.
        high_us: u64,
    },
    /// Do the same to every node of a zone (rack, site).
    Zone {
        /// Which, from 0; `z1` in texts is zone 0.
        zone: u16,
        /// What.
        deed: Deed,
    },
    /// Put links, disks, clocks and processors back to what the run's settings say.
    Restore,
    /// Undo every fault that stands: heal, restore, release, resume, restart.
    Mend,
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
    /// Let a message in flight arrive later.
    Delay {
        /// Which.
        message: MessageName,
        /// By how much, in microseconds.
        by_us: u64,
    },
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
    /// Give a client the next command of its load now.
    Load(NodeId),
    /// From now on nothing happens by itself: every delivery, timer and write is an action.
    Manual,
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
            | Self::StepClock { node, .. }
            | Self::Processor { node, .. }
            | Self::Fire { node, .. }
            | Self::FinishWrite(node)
            | Self::Load(node)
            | Self::Pick { node, .. }
            | Self::Do { node, .. } => Some(*node),
            _ => None,
        }
    }

    /// Every node that it names.
    pub fn nodes(&self) -> Vec<NodeId> {
        match self {
            Self::Cut { from, to, .. } => from.iter().chain(to).copied().collect(),
            Self::Latency { links, .. }
            | Self::Loss { links, .. }
            | Self::Duplication { links, .. }
            | Self::Reordering { links, .. } => links.nodes(),
            Self::Delay { message: name, .. }
            | Self::Drop(name)
            | Self::Hold(name)
            | Self::Release(name)
            | Self::Deliver(name)
            | Self::Duplicate(name) => vec![name.from, name.to],
            _ => self.node().into_iter().collect(),
        }
    }

    /// The zones that it names, from 0.
    pub fn zones(&self) -> Vec<u16> {
        match self {
            Self::Zone { zone, .. } => vec![*zone],
            Self::Latency { links, .. }
            | Self::Loss { links, .. }
            | Self::Duplication { links, .. }
            | Self::Reordering { links, .. } => links.zones(),
            _ => Vec::new(),
        }
    }

    /// The kind of fault that it is; none for a repair, and for what only hurries or picks what could have happened
    /// anyway.
    ///
    /// A latency counts as a fault whatever it is: a variant that assumes a bound was opened with another one.
    pub fn fault(&self) -> Option<FaultKind> {
        Some(match self {
            Self::Crash { node, .. } if node.is_client() => FaultKind::CrashClient,
            Self::Crash { .. } => FaultKind::Crash,
            Self::Pause(_) => FaultKind::Pause,
            Self::Cut { one_way: false, .. } => FaultKind::Cut,
            Self::Cut { one_way: true, .. } => FaultKind::CutOneWay,
            Self::Drop(_) => FaultKind::Loss,
            Self::Loss { parts_ppm, .. } if *parts_ppm > 0 => FaultKind::Loss,
            Self::Duplicate(_) => FaultKind::Duplication,
            Self::Duplication { parts_ppm, .. } if *parts_ppm > 0 => FaultKind::Duplication,
            Self::Reordering { parts_ppm, .. } if *parts_ppm > 0 => FaultKind::Reordering,
            Self::Latency { .. } | Self::Hold(_) | Self::Deliver(_) | Self::Delay { .. } => {
                FaultKind::Latency
            }
            Self::Disk { .. } => FaultKind::SlowDisk,
            Self::Wipe(_) => FaultKind::LostDisk,
            Self::Clock { offset_us, rate_ppm, .. } if (*offset_us, *rate_ppm) != (0, 0) => FaultKind::Clock,
            Self::StepClock { by_us, .. } if *by_us != 0 => FaultKind::Clock,
            Self::Processor { high_us, .. } if *high_us > 0 => FaultKind::SlowProcessor,
            Self::Zone { deed, .. } => return deed.on(NodeId::server(1)).fault(),
            _ => return None,
        })
    }
}

/// What can be done to a whole zone: to each of its nodes, one after the other at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Crash those that run; their unfinished writes are lost.
    Crash,
    /// Boot those that are down.
    Restart,
    /// Pause those that run.
    Pause,
    /// Let the paused ones go on.
    Resume,
    /// Lose what their disks hold.
    Wipe,
    /// Set how long their forced writes take, in microseconds (half open).
    Disk {
        /// The shortest.
        low_us: u64,
        /// The longest, and one.
        high_us: u64,
    },
    /// Set their clocks.
    Clock {
        /// Added to virtual time, in microseconds.
        offset_us: i64,
        /// How much faster they run, in millionths.
        rate_ppm: i32,
    },
    /// Let their clocks jump, by microseconds.
    StepClock {
        /// How far.
        by_us: i64,
    },
    /// Let every input of theirs take time, in microseconds (half open).
    Processor {
        /// The shortest.
        low_us: u64,
        /// The longest, and one.
        high_us: u64,
    },
    /// Cut the zone from all other nodes.
    Cut {
        /// Whether only what leaves the zone is stopped.
        one_way: bool,
    },
}

impl Deed {
    /// The same, done to one node.
    pub fn on(self, node: NodeId) -> Action {
        match self {
            Self::Crash => Action::Crash { node, keep: 0 },
            Self::Restart => Action::Restart(node),
            Self::Pause => Action::Pause(node),
            Self::Resume => Action::Resume(node),
            Self::Wipe => Action::Wipe(node),
            Self::Disk { low_us, high_us } => Action::Disk { node, low_us, high_us },
            Self::Clock { offset_us, rate_ppm } => Action::Clock { node, offset_us, rate_ppm },
            Self::StepClock { by_us } => Action::StepClock { node, by_us },
            Self::Processor { low_us, high_us } => Action::Processor { node, low_us, high_us },
            Self::Cut { one_way } => Action::Cut { from: vec![node], to: Vec::new(), one_way },
        }
    }

    /// The deed of an action that is about one node, if a zone can suffer it too.
    pub fn of(action: &Action) -> Option<Self> {
        Some(match *action {
            Action::Crash { keep: 0, .. } => Self::Crash,
            Action::Restart(_) => Self::Restart,
            Action::Pause(_) => Self::Pause,
            Action::Resume(_) => Self::Resume,
            Action::Wipe(_) => Self::Wipe,
            Action::Disk { low_us, high_us, .. } => Self::Disk { low_us, high_us },
            Action::Clock { offset_us, rate_ppm, .. } => Self::Clock { offset_us, rate_ppm },
            Action::StepClock { by_us, .. } => Self::StepClock { by_us },
            Action::Processor { low_us, high_us, .. } => Self::Processor { low_us, high_us },
            Action::Cut { one_way, .. } => Self::Cut { one_way },
            _ => return None,
        })
    }
}

/// Sorts actions by their pins; those of one pin keep their order.
pub fn sort_by_pin(actions: &mut [Pinned]) {
    sort_by_key(actions, |pinned| pinned.pin);
}

/// An action and its pin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pinned {
    /// When.
    pub pin: Pin,
    /// What.
    pub action: Action,
}
