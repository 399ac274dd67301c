//! What the nodes of a lock world say to each other, their timers, and what is asked of them.

use std::fmt;

use serde::Serialize;

use super::store::Held;
use crate::{NodeId, Outcome, coordination};

/// One attempt of a client to get the lock: the random value of Redis, here one that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Owner {
    /// The client.
    pub client: NodeId,
    /// The command that it works on.
    pub op: u64,
    /// How often it has tried to get the lock for that command, from 1.
    pub attempt: u32,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.client, self.op, self.attempt)
    }
}

/// Which command a store answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// `SETEX`.
    SetEx,
    /// `SETNX`, or `SET NX PX`.
    SetNx,
    /// `DEL`, or the script that compares before it deletes.
    Del,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// Set the key if it does not exist: `SETNX`, or `SET NX PX` with an expiry.
    SetNx {
        /// The value.
        owner: Owner,
        /// After how long the store removes it, in microseconds.
        ttl_us: Option<u64>,
    },
    /// Set the key, whatever it is: `SETEX`.
    SetEx {
        /// The value.
        owner: Owner,
        /// After how long the store removes it, in microseconds.
        ttl_us: u64,
    },
    /// Remove the key, whoever set it: `DEL`.
    Del {
        /// Who asks.
        owner: Owner,
    },
    /// Remove the key if it has this value: the compare-and-delete script.
    DelIfMine {
        /// The value.
        owner: Owner,
    },
    /// A store's answer.
    Answer {
        /// Who asked.
        owner: Owner,
        /// For what.
        asked: Asked,
        /// Whether it was done.
        is_ok: bool,
        /// The fencing token of a grant, where the variant has tokens.
        token: Option<u64>,
    },
    /// A primary sends its replicas what it holds now.
    Replicate {
        /// The primary's epoch.
        epoch: u32,
        /// How many changes it has made.
        offset: u64,
        /// What it holds.
        lock: Option<Held>,
        /// The token that it gives next.
        next_token: u64,
    },
    /// Who is primary, as far as the sender knows; also the answer of a replica to whoever takes it for the primary
    /// (`READONLY`).
    Primary {
        /// Since which failover.
        epoch: u32,
        /// Who.
        primary: NodeId,
    },
    /// Ask a machine's mutex.
    Lock {
        /// Who asks.
        owner: Owner,
    },
    /// The mutex is the asker's.
    Locked {
        /// Whose.
        owner: Owner,
    },
    /// Let a machine's mutex go.
    Unlock {
        /// Who lets go.
        owner: Owner,
    },
    /// The mutex was let go.
    Unlocked {
        /// Who let go.
        owner: Owner,
    },
    /// Ask the resource for its value.
    Read {
        /// Who asks.
        owner: Owner,
        /// The fencing token, where one is sent.
        token: Option<u64>,
    },
    /// The resource's value.
    Value {
        /// Who asked.
        owner: Owner,
        /// The counter.
        value: u64,
    },
    /// Set the resource's value.
    Write {
        /// Who asks.
        owner: Owner,
        /// The fencing token, where one is sent.
        token: Option<u64>,
        /// What the counter shall be.
        value: u64,
    },
    /// The value was set.
    Written {
        /// Who asked.
        owner: Owner,
        /// What the counter was set to.
        value: u64,
    },
    /// The resource has seen a higher token, and does nothing.
    Refused {
        /// Who asked.
        owner: Owner,
        /// The highest token that it has seen.
        highest_token: u64,
    },
    /// A message of the coordination service.
    #[serde(untagged)]
    Service(coordination::Message),
}

impl From<coordination::Message> for Message {
    fn from(message: coordination::Message) -> Self {
        Self::Service(message)
    }
}

impl crate::Message for Message {
    fn name(&self) -> &'static str {
        match self {
            Self::SetNx { .. } => "SetNx",
            Self::SetEx { .. } => "SetEx",
            Self::Del { .. } => "Del",
            Self::DelIfMine { .. } => "DelIfMine",
            Self::Answer { .. } => "Answer",
            Self::Replicate { .. } => "Replicate",
            Self::Primary { .. } => "Primary",
            Self::Lock { .. } => "Lock",
            Self::Locked { .. } => "Locked",
            Self::Unlock { .. } => "Unlock",
            Self::Unlocked { .. } => "Unlocked",
            Self::Read { .. } => "Read",
            Self::Value { .. } => "Value",
            Self::Write { .. } => "Write",
            Self::Written { .. } => "Written",
            Self::Refused { .. } => "Refused",
            Self::Service(message) => message.name(),
        }
    }

    fn is_reply(&self) -> bool {
        if let Self::Service(message) = self {
            return message.is_reply();
        }
        matches!(
            self,
            Self::Answer { .. }
                | Self::Locked { .. }
                | Self::Unlocked { .. }
                | Self::Value { .. }
                | Self::Written { .. }
                | Self::Refused { .. }
        )
    }
}

/// The timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A client has waited long enough for an answer, and asks again.
    Retry,
    /// A client has waited long enough to try again for the lock.
    Backoff,
    /// A client has worked on what it read.
    Work,
    /// A client's lease has run out, by its own clock.
    Lease,
    /// A store removes a key that has expired.
    Expiry,
    /// The lock-delay after a holder that failed is over.
    LockDelay,
    /// A timer of the coordination service.
    Service(coordination::Timer),
}

impl From<coordination::Timer> for Timer {
    fn from(timer: coordination::Timer) -> Self {
        Self::Service(timer)
    }
}

impl crate::Timer for Timer {
    fn name(&self) -> &'static str {
        match self {
            Self::Retry => "client retry",
            Self::Backoff => "backoff",
            Self::Work => "work",
            Self::Lease => "lease",
            Self::Expiry => "key expiry",
            Self::LockDelay => "lock-delay",
            Self::Service(timer) => timer.name(),
        }
    }
}

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// Of a client: add one to the counter, under the lock.
    Increment,
    /// Of a store that is a replica: become the primary.
    Promote,
    /// Of a client: delete the lock, whoever holds it.
    Release,
}

impl crate::Command for Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Increment => "increment",
            Self::Promote => "promote",
            Self::Release => "release",
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The resource has acknowledged the write.
    Incremented {
        /// What the counter was set to.
        value: u64,
    },
    /// The store is the primary now.
    Promoted {
        /// Its epoch.
        epoch: u32,
    },
    /// The lock is free.
    Released {
        /// Whether it was held.
        was_held: bool,
    },
    /// The session ended before the answer came.
    Unknown,
    /// The node cannot do this.
    WrongRole,
}

impl crate::Reply for Reply {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Incremented { .. } | Self::Promoted { .. } | Self::Released { .. } => Outcome::Ok,
            Self::Unknown => Outcome::Info,
            Self::WrongRole => Outcome::Fail,
        }
    }
}
