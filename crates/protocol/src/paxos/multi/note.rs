//! What the nodes of a Multi-Paxos world remark, and the rules that they name beside those of single-decree Paxos.

use serde::Serialize;

use super::{Ballot, Entry};
use crate::NodeId;

/// The ids of the rules that only Multi-Paxos has.
pub const RULES: [&str; 6] =
    ["one-phase-1", "steady-state", "gap-no-op", "leader-detector", "step-down", "catch-up"];

/// What a node remarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Note {
    /// A proposer begins a ballot, for all slots from this one on.
    BeganBallot {
        /// The ballot.
        ballot: Ballot,
        /// The slot.
        from_slot: u64,
    },
    /// An acceptor promised.
    Promised {
        /// The ballot.
        ballot: Ballot,
    },
    /// A majority has promised: from now on a command costs one round trip.
    BecameLeader {
        /// The ballot.
        ballot: Ballot,
        /// The slot of its next command.
        next_slot: u64,
    },
    /// The leader proposes a client's command.
    Proposed {
        /// The slot.
        slot: u64,
        /// The entry.
        entry: Entry,
    },
    /// The leader proposes again what a promise reported.
    TookOver {
        /// The slot.
        slot: u64,
        /// The ballot in which it was accepted.
        ballot: Ballot,
        /// The entry.
        entry: Entry,
    },
    /// No promise reported anything for a slot below others: the leader proposes a no-op.
    FilledGap {
        /// The slot.
        slot: u64,
    },
    /// An acceptor accepted.
    Accepted {
        /// The slot.
        slot: u64,
        /// The ballot.
        ballot: Ballot,
    },
    /// An acceptor refused: it has promised a higher ballot.
    Refused {
        /// The ballot of the request.
        ballot: Ballot,
        /// What it has promised.
        promised: Ballot,
    },
    /// A proposer heard that its ballot was overtaken.
    Overtaken {
        /// Its ballot.
        ballot: Ballot,
        /// The higher one.
        promised: Ballot,
    },
    /// A proposer heard from too few acceptors in time.
    TimedOut {
        /// Its ballot.
        ballot: Ballot,
    },
    /// A node knows that the entry of a slot is chosen.
    Learned {
        /// The slot.
        slot: u64,
        /// The entry.
        entry: Entry,
    },
    /// A proposer was not heard for too long.
    Suspected {
        /// Which.
        node: NodeId,
    },
    /// A proposer that led hears one before it, and follows.
    SteppedDown {
        /// Whom.
        leader: NodeId,
    },
    /// A node asks for what it missed.
    Asked {
        /// The slot.
        slot: u64,
    },
    /// A client had no answer and asks another proposer.
    ClientRetried {
        /// Whom it asks now.
        proposer: NodeId,
    },
}

impl crate::Note for Note {
    fn name(&self) -> &'static str {
        match self {
            Self::BeganBallot { .. } => "began ballot",
            Self::Promised { .. } => "promised",
            Self::BecameLeader { .. } => "became leader",
            Self::Proposed { .. } => "proposed",
            Self::TookOver { .. } => "took over value",
            Self::FilledGap { .. } => "filled a gap",
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Overtaken { .. } => "overtaken",
            Self::TimedOut { .. } => "timed out",
            Self::Learned { .. } => "learned",
            Self::Suspected { .. } => "suspected",
            Self::SteppedDown { .. } => "stepped down",
            Self::Asked { .. } => "asked",
            Self::ClientRetried { .. } => "client retried",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::BeganBallot { .. } => "one-phase-1",
            Self::Promised { .. } => "phase-1b",
            Self::BecameLeader { .. } | Self::Proposed { .. } => "steady-state",
            Self::TookOver { .. } => "phase-2a-bound",
            Self::FilledGap { .. } => "gap-no-op",
            Self::Accepted { .. } => "phase-2b",
            Self::Refused { .. } => "nack",
            Self::Overtaken { .. } => "one-proposer",
            Self::TimedOut { .. } => "silence",
            Self::Learned { .. } => "chosen",
            Self::Suspected { .. } => "leader-detector",
            Self::SteppedDown { .. } => "step-down",
            Self::Asked { .. } => "catch-up",
            Self::ClientRetried { .. } => "client-retry",
        })
    }

    fn is_decision(&self) -> bool {
        matches!(self, Self::BecameLeader { .. })
    }
}
