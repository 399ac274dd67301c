//! What the nodes of an election remark, and the rules that they name.

use serde::Serialize;

use crate::{NodeId, coordination};

/// The ids of the rules that a note of the election itself can name; those of the service come beside.
pub const RULES: [&str; 17] = [
    "draw",
    "greatest-leads",
    "last-heard-decides",
    "nobody-draws-again",
    "bully-election",
    "bully-ok",
    "bully-coordinator",
    "bully-listen",
    "ring-start",
    "ring-pass",
    "ring-swallow",
    "ring-won",
    "new-leader",
    "leader-silent",
    "znode-lowest",
    "znode-watch",
    "hold-your-hand",
];

/// What a node remarks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Note {
    /// A node drew its number.
    Drew {
        /// The number.
        number: u32,
    },
    /// A node compared the numbers and takes this one for the greatest.
    Compared {
        /// Whom it takes for the leader.
        leader: NodeId,
        /// That one's number.
        number: u32,
    },
    /// A node compared its own number with the one that just came, and forgot what it knew before.
    Overwrote {
        /// Whom it takes for the leader now.
        leader: NodeId,
    },
    /// The leader is silent, and the algorithm has nothing to say of it.
    NobodyDraws {
        /// The leader.
        leader: NodeId,
    },
    /// A node starts an election and asks all that are higher.
    Started {
        /// The number of the election.
        epoch: u32,
    },
    /// A higher node answered: it takes over.
    Yielded {
        /// Who answered.
        to: NodeId,
    },
    /// No higher node lives.
    Highest {
        /// The number of the election.
        epoch: u32,
    },
    /// A node is back, and listens before it bullies anybody.
    Listening,
    /// A node of the ring starts an election.
    StartedRing {
        /// The number of the election.
        epoch: u32,
        /// Its id.
        id: u32,
    },
    /// A node of the ring passes a larger id on.
    Passed {
        /// The id.
        id: u32,
    },
    /// A node of the ring swallows a smaller id.
    Swallowed {
        /// The id.
        id: u32,
    },
    /// A node's own id came back.
    CameAround {
        /// Its id.
        id: u32,
    },
    /// A node follows a new leader.
    Follows {
        /// The leader.
        leader: NodeId,
        /// The number of the election.
        epoch: u32,
    },
    /// The leader has been silent for too long.
    Silent {
        /// The leader.
        leader: NodeId,
    },
    /// The candidate's znode is the lowest: it leads. Or it read the word, and believes so.
    Leads {
        /// The number of the election.
        epoch: u32,
    },
    /// A candidate watches a znode.
    Watches {
        /// Whose it is.
        whose: String,
    },
    /// A leader is not sure of its session and stops acting.
    HoldsHand,
    /// A remark of the coordination service.
    Service(coordination::Note),
}

impl crate::Note for Note {
    fn name(&self) -> &'static str {
        match self {
            Self::Drew { .. } => "drew",
            Self::Compared { .. } => "compared",
            Self::Overwrote { .. } => "overwrote",
            Self::NobodyDraws { .. } => "nobody draws",
            Self::Started { .. } => "started election",
            Self::Yielded { .. } => "yielded",
            Self::Highest { .. } => "highest",
            Self::Listening => "listening",
            Self::StartedRing { .. } => "started around",
            Self::Passed { .. } => "passed on",
            Self::Swallowed { .. } => "swallowed",
            Self::CameAround { .. } => "came around",
            Self::Follows { .. } => "follows",
            Self::Silent { .. } => "leader silent",
            Self::Leads { .. } => "leads",
            Self::Watches { .. } => "watches",
            Self::HoldsHand => "holds its hand",
            Self::Service(note) => note.name(),
        }
    }

    fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::Drew { .. } => "draw",
            Self::Compared { .. } => "greatest-leads",
            Self::Overwrote { .. } => "last-heard-decides",
            Self::NobodyDraws { .. } => "nobody-draws-again",
            Self::Started { .. } => "bully-election",
            Self::Yielded { .. } => "bully-ok",
            Self::Highest { .. } => "bully-coordinator",
            Self::Listening => "bully-listen",
            Self::StartedRing { .. } => "ring-start",
            Self::Passed { .. } => "ring-pass",
            Self::Swallowed { .. } => "ring-swallow",
            Self::CameAround { .. } => "ring-won",
            Self::Follows { .. } => "new-leader",
            Self::Silent { .. } => "leader-silent",
            Self::Leads { .. } => "znode-lowest",
            Self::Watches { .. } => "znode-watch",
            Self::HoldsHand => "hold-your-hand",
            Self::Service(note) => return note.rule(),
        })
    }

    fn is_decision(&self) -> bool {
        matches!(self, Self::Highest { .. } | Self::CameAround { .. } | Self::Leads { .. })
    }
}

impl From<coordination::Note> for Note {
    fn from(note: coordination::Note) -> Self {
        Self::Service(note)
    }
}
