//! What the nodes of a Paxos world say to each other, their timers, and what is asked of them.

use serde::Serialize;

use super::ballot::{Ballot, Vote};
use crate::Outcome;

/// A message; each is about one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// Phase 1a: asks an acceptor for its promise.
    Prepare {
        /// The instance.
        instance: u64,
        /// The ballot that begins.
        ballot: Ballot,
    },
    /// Phase 1b: the acceptor will accept nothing below the ballot, and says what it has accepted so far.
    Promise {
        /// The instance.
        instance: u64,
        /// The ballot of the request.
        ballot: Ballot,
        /// The proposal of the highest ballot that it has accepted, if any.
        accepted: Option<Vote>,
    },
    /// Phase 2a: asks an acceptor to accept a value.
    Accept {
        /// The instance.
        instance: u64,
        /// The ballot.
        ballot: Ballot,
        /// The value.
        value: u32,
    },
    /// Phase 2b: the acceptor has accepted the value.
    Accepted {
        /// The instance.
        instance: u64,
        /// The ballot.
        ballot: Ballot,
        /// The value.
        value: u32,
    },
    /// The acceptor has promised a higher ballot. Paxos is right without it, and slower.
    Nack {
        /// The instance.
        instance: u64,
        /// The ballot of the request.
        ballot: Ballot,
        /// What it has promised.
        promised: Ballot,
    },
    /// A learner asks an acceptor what it has accepted.
    Query {
        /// The instance.
        instance: u64,
    },
    /// A client asks a proposer to have its value chosen.
    Request {
        /// The instance.
        instance: u64,
        /// The client's value.
        value: u32,
    },
    /// The proposer answers which value was chosen.
    Answer {
        /// The instance.
        instance: u64,
        /// The chosen value; not necessarily the client's.
        value: u32,
    },
}

impl Message {
    /// The instance that it is about.
    pub const fn instance(&self) -> u64 {
        match *self {
            Self::Prepare { instance, .. }
            | Self::Promise { instance, .. }
            | Self::Accept { instance, .. }
            | Self::Accepted { instance, .. }
            | Self::Nack { instance, .. }
            | Self::Query { instance }
            | Self::Request { instance, .. }
            | Self::Answer { instance, .. } => instance,
        }
    }
}

impl crate::Message for Message {
    fn name(&self) -> &'static str {
        match self {
            Self::Prepare { .. } => "Prepare",
            Self::Promise { .. } => "Promise",
            Self::Accept { .. } => "Accept",
            Self::Accepted { .. } => "Accepted",
            Self::Nack { .. } => "Nack",
            Self::Query { .. } => "Query",
            Self::Request { .. } => "Request",
            Self::Answer { .. } => "Answer",
        }
    }

    fn is_reply(&self) -> bool {
        matches!(self, Self::Promise { .. } | Self::Accepted { .. } | Self::Nack { .. } | Self::Answer { .. })
    }
}

/// The timers, each for one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A proposer waits no longer for a majority.
    Phase(u64),
    /// A proposer has waited long enough to try again.
    Backoff(u64),
    /// A learner asks for what it missed.
    Query(u64),
    /// A client asks another proposer.
    Retry,
}

impl crate::Timer for Timer {
    fn name(&self) -> &'static str {
        match self {
            Self::Phase(_) => "phase timeout",
            Self::Backoff(_) => "backoff",
            Self::Query(_) => "learner query",
            Self::Retry => "client retry",
        }
    }
}

/// What can be asked of a client, or of a proposer directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// Have this value chosen in this instance.
    Propose {
        /// The instance.
        instance: u64,
        /// The value.
        value: u32,
    },
}

impl crate::Command for Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Propose { .. } => "propose",
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// This value was chosen; not necessarily the one that was proposed.
    Chosen {
        /// The instance.
        instance: u64,
        /// The value.
        value: u32,
    },
    /// Acceptors and learners propose nothing.
    WrongRole,
}

impl crate::Reply for Reply {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Chosen { .. } => Outcome::Ok,
            Self::WrongRole => Outcome::Fail,
        }
    }
}
