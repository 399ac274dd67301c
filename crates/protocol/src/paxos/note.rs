//! What the nodes of a Paxos world remark, and the rules that they name.

use serde::Serialize;

use super::ballot::{Ballot, Vote};
use crate::NodeId;

/// The ids of all rules that a note can name.
pub const RULES: [&str; 11] = [
    "phase-1a",
    "phase-1b",
    "phase-2a-free",
    "phase-2a-bound",
    "phase-2b",
    "nack",
    "one-proposer",
    "silence",
    "chosen",
    "learner-query",
    "client-retry",
];

/// What a node remarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Note {
    /// A proposer begins a ballot.
    BeganBallot {
        /// The instance.
        instance: u64,
        /// The ballot.
        ballot: Ballot,
    },
    /// An acceptor promised to accept nothing below.
    Promised {
        /// The instance.
        instance: u64,
        /// The ballot.
        ballot: Ballot,
        /// What it had accepted before.
        accepted: Option<Vote>,
    },
    /// A majority has promised and none of it has accepted anything: the proposer proposes its own value.
    ProposedOwn {
        /// The instance.
        instance: u64,
        /// The ballot.
        ballot: Ballot,
        /// The value.
        value: u32,
    },
    /// A majority has promised, and some of it has accepted something: the proposer goes on with that value.
    TookOver {
        /// The instance.
        instance: u64,
        /// The ballot.
        ballot: Ballot,
        /// The value of the highest ballot among the promises, and that ballot.
        vote: Vote,
    },
    /// An acceptor accepted.
    Accepted {
        /// The instance.
        instance: u64,
        /// The ballot.
        ballot: Ballot,
        /// The value.
        value: u32,
    },
    /// An acceptor refused: it has promised a higher ballot.
    Refused {
        /// The instance.
        instance: u64,
        /// The ballot of the request.
        ballot: Ballot,
        /// What it has promised.
        promised: Ballot,
    },
    /// A proposer heard that its ballot was overtaken.
    Overtaken {
        /// The instance.
        instance: u64,
        /// Its ballot.
        ballot: Ballot,
        /// The higher one.
        promised: Ballot,
    },
    /// A proposer heard from too few acceptors in time.
    TimedOut {
        /// The instance.
        instance: u64,
        /// Its ballot.
        ballot: Ballot,
    },
    /// A proposer or a learner counted a majority: the value is chosen.
    Learned {
        /// The instance.
        instance: u64,
        /// The ballot.
        ballot: Ballot,
        /// The value.
        value: u32,
    },
    /// A learner has heard of values, of no majority, and asks.
    Asked {
        /// The instance.
        instance: u64,
    },
    /// A client had no answer and asks another proposer.
    ClientRetried {
        /// The instance.
        instance: u64,
        /// Whom it asks now.
        proposer: NodeId,
    },
}

impl crate::Note for Note {
    fn name(&self) -> &'static str {
        match self {
            Self::BeganBallot { .. } => "began ballot",
            Self::Promised { .. } => "promised",
            Self::ProposedOwn { .. } => "proposed own value",
            Self::TookOver { .. } => "took over value",
            Self::Accepted { .. } => "accepted",
            Self::Refused { .. } => "refused",
            Self::Overtaken { .. } => "overtaken",
            Self::TimedOut { .. } => "timed out",
            Self::Learned { .. } => "learned",
            Self::Asked { .. } => "asked",
            Self::ClientRetried { .. } => "client retried",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::BeganBallot { .. } => "phase-1a",
            Self::Promised { .. } => "phase-1b",
            Self::ProposedOwn { .. } => "phase-2a-free",
            Self::TookOver { .. } => "phase-2a-bound",
            Self::Accepted { .. } => "phase-2b",
            Self::Refused { .. } => "nack",
            Self::Overtaken { .. } => "one-proposer",
            Self::TimedOut { .. } => "silence",
            Self::Learned { .. } => "chosen",
            Self::Asked { .. } => "learner-query",
            Self::ClientRetried { .. } => "client-retry",
        })
    }

    fn is_decision(&self) -> bool {
        matches!(self, Self::Learned { .. })
    }
}
