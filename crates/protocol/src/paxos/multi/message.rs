//! What the nodes of a Multi-Paxos world say to each other, their timers, and what is asked of them.

use serde::{Serialize, Serializer};

use super::Ballot;
use crate::{NodeId, Outcome};

/// What can be asked of a client: to read or write a key of the replicated map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// The value of a key. It goes through the log like a write.
    Read {
        /// The key, from 0; written by its name.
        #[serde(serialize_with = "by_name")]
        key: u8,
    },
    /// The key shall hold this value.
    Write {
        /// The key, from 0; written by its name.
        #[serde(serialize_with = "by_name")]
        key: u8,
        /// The value.
        value: u32,
    },
}

/// What a key is called: `x`, `y`, `z`, then `k3` and so on.
pub fn key_name(key: u8) -> String {
    match key {
        0..=2 => char::from(b'x' + key).to_string(),
        _ => format!("k{key}"),
    }
}

fn by_name<S: Serializer>(key: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&key_name(*key))
}

impl crate::Command for Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Write { .. } => "write",
        }
    }
}

/// What stands in a slot of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Entry {
    /// Nothing: it fills a gap.
    Noop,
    /// A client's command. Client and number name it; a number is never used twice.
    Command {
        /// Whose it is.
        client: NodeId,
        /// Its number.
        op: u64,
        /// What is asked.
        body: Command,
    },
}

/// An entry in a ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Vote {
    /// The ballot.
    pub ballot: Ballot,
    /// The entry.
    pub entry: Entry,
}

/// What a command gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// The write took effect.
    Written,
    /// The key holds this; none where it was never written.
    Read(Option<u32>),
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// Phase 1a, for all slots from this one on.
    Prepare {
        /// The ballot that begins.
        ballot: Ballot,
        /// The first slot that the proposer does not know.
        from_slot: u64,
    },
    /// Phase 1b: the acceptor will accept nothing below the ballot, in any slot.
    Promise {
        /// The ballot of the request.
        ballot: Ballot,
        /// What it has accepted in the slots asked for, in order.
        accepted: Vec<(u64, Vote)>,
    },
    /// Phase 2a.
    Accept {
        /// The ballot.
        ballot: Ballot,
        /// The slot.
        slot: u64,
        /// The entry.
        entry: Entry,
    },
    /// Phase 2b.
    Accepted {
        /// The ballot.
        ballot: Ballot,
        /// The slot.
        slot: u64,
        /// The entry.
        entry: Entry,
    },
    /// The acceptor has promised a higher ballot.
    Nack {
        /// The ballot of the request.
        ballot: Ballot,
        /// What it has promised.
        promised: Ballot,
    },
    /// A proposer is up, and knows the entries of all slots below.
    Alive {
        /// The first slot that it does not know.
        chosen_below: u64,
    },
    /// Asks a proposer for the chosen entries from a slot on.
    Fetch {
        /// The slot.
        slot: u64,
    },
    /// The entry of this slot is chosen.
    Chosen {
        /// The slot.
        slot: u64,
        /// The entry.
        entry: Entry,
    },
    /// A client asks a proposer to have its command done.
    Request {
        /// The command's number.
        op: u64,
        /// What is asked.
        body: Command,
    },
    /// The command is done.
    Answer {
        /// The command's number.
        op: u64,
        /// What it gave.
        value: Value,
    },
    /// The proposer does not lead.
    NotLeader {
        /// The command's number.
        op: u64,
        /// Who leads, as far as it knows.
        leader: NodeId,
    },
}

impl crate::Message for Message {
    fn name(&self) -> &'static str {
        match self {
            Self::Prepare { .. } => "Prepare",
            Self::Promise { .. } => "Promise",
            Self::Accept { .. } => "Accept",
            Self::Accepted { .. } => "Accepted",
            Self::Nack { .. } => "Nack",
            Self::Alive { .. } => "Alive",
            Self::Fetch { .. } => "Fetch",
            Self::Chosen { .. } => "Chosen",
            Self::Request { .. } => "Request",
            Self::Answer { .. } => "Answer",
            Self::NotLeader { .. } => "NotLeader",
        }
    }

    fn is_reply(&self) -> bool {
        matches!(
            self,
            Self::Promise { .. }
                | Self::Accepted { .. }
                | Self::Nack { .. }
                | Self::Answer { .. }
                | Self::NotLeader { .. }
        )
    }
}

/// The timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A proposer waits no longer for promises, or repeats what was not accepted.
    Phase,
    /// A proposer has waited long enough to try again.
    Backoff,
    /// A proposer says that it is up.
    Alive,
    /// This proposer was not heard for too long.
    Suspect(NodeId),
    /// Ask for what was missed.
    CatchUp,
    /// A client asks another proposer.
    Retry,
}

impl crate::Timer for Timer {
    fn name(&self) -> &'static str {
        match self {
            Self::Phase => "phase timeout",
            Self::Backoff => "backoff",
            Self::Alive => "alive",
            Self::Suspect(_) => "suspicion",
            Self::CatchUp => "catch up",
            Self::Retry => "client retry",
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It is done, and gave this.
    Done(Value),
    /// Only clients take commands.
    WrongRole,
}

impl crate::Reply for Reply {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Done(_) => Outcome::Ok,
            Self::WrongRole => Outcome::Fail,
        }
    }
}
