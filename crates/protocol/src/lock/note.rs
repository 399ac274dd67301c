//! What the nodes of a lock world remark, and the rules that they name.

use serde::Serialize;

use super::message::Owner;
use crate::{NodeId, coordination};

/// The ids of all rules that a note of the lock itself can name; those of the service come beside.
pub const RULES: [&str; 15] = [
    "grant",
    "deny",
    "setex-overwrites",
    "master-votes",
    "no-majority",
    "release",
    "plain-del",
    "expiry",
    "lease",
    "fence",
    "read-modify-write",
    "promote",
    "restart",
    "jeopardy",
    "lock-delay",
];

/// What a node remarks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Note {
    /// The service gave the lock. With Redlock nobody but the client can say so.
    Granted {
        /// To whom.
        owner: Owner,
        /// The fencing token, where the variant has tokens.
        token: Option<u64>,
    },
    /// One of several masters set its key.
    MasterGranted {
        /// For whom.
        owner: Owner,
    },
    /// A store did not set the key, for it exists.
    Denied {
        /// Who asked.
        owner: Owner,
        /// Whose value it has.
        holder: Owner,
    },
    /// A store set the key, whatever it was.
    Overwrote {
        /// For whom.
        owner: Owner,
    },
    /// Too few masters granted in time.
    NoMajority {
        /// Who asked.
        owner: Owner,
    },
    /// The service freed the lock.
    Released {
        /// Who asked for it.
        owner: Owner,
        /// Whose lock it was.
        whose: Owner,
    },
    /// A store removed the key, for its time was over.
    Expired {
        /// Whose lock it was.
        owner: Owner,
    },
    /// A client believes from now on that it holds the lock.
    Acquired {
        /// Its attempt.
        owner: Owner,
        /// The fencing token, where the variant has tokens.
        token: Option<u64>,
    },
    /// A client no longer believes so: it is done.
    LetGo {
        /// Its attempt.
        owner: Owner,
    },
    /// A client no longer believes so: its lease is over by its own clock.
    LeaseEnded {
        /// Its attempt.
        owner: Owner,
    },
    /// A client heard from the resource that its grant is over.
    TooLate {
        /// Its attempt.
        owner: Owner,
        /// The highest token that the resource has seen.
        highest_token: u64,
    },
    /// The resource set the counter.
    Accepted {
        /// For whom.
        owner: Owner,
        /// To what.
        value: u64,
        /// The fencing token, where one came along.
        token: Option<u64>,
    },
    /// The resource refused a token that is lower than one it has seen.
    Fenced {
        /// Who asked.
        owner: Owner,
        /// The token.
        token: u64,
        /// The highest token that it has seen.
        highest_token: u64,
    },
    /// A replica became the primary.
    Promoted {
        /// Its epoch.
        epoch: u32,
        /// Who holds the lock, as far as it has copied.
        holder: Option<Owner>,
    },
    /// A primary heard of a later failover.
    SteppedDown {
        /// Who is the primary now.
        primary: NodeId,
    },
    /// A store is back, with what its disk held.
    StoreRestarted {
        /// Who holds the lock by that.
        holder: Option<Owner>,
    },
    /// A client's session is doubtful: it acts no more under the lock until it knows (Chubby).
    Jeopardy {
        /// Its attempt.
        owner: Owner,
    },
    /// The session stood after all (Chubby).
    Safe {
        /// Its attempt.
        owner: Owner,
    },
    /// The last holder failed: the lock is not given before its requests have died out (Chubby).
    LockDelay,
    /// A remark of the coordination service.
    #[serde(untagged)]
    Service(coordination::Note),
}

impl From<coordination::Note> for Note {
    fn from(note: coordination::Note) -> Self {
        Self::Service(note)
    }
}

impl crate::Note for Note {
    fn name(&self) -> &'static str {
        match self {
            Self::Granted { .. } => "granted",
            Self::MasterGranted { .. } => "master granted",
            Self::Denied { .. } => "denied",
            Self::Overwrote { .. } => "overwrote",
            Self::NoMajority { .. } => "no majority",
            Self::Released { owner, whose } if owner == whose => "released",
            Self::Released { .. } => "deleted another's lock",
            Self::Expired { .. } => "expired",
            Self::Acquired { .. } => "acquired",
            Self::LetGo { .. } => "let go",
            Self::LeaseEnded { .. } => "lease ended",
            Self::TooLate { .. } => "too late",
            Self::Accepted { .. } => "accepted",
            Self::Fenced { .. } => "fenced",
            Self::Promoted { .. } => "promoted",
            Self::SteppedDown { .. } => "stepped down",
            Self::StoreRestarted { .. } => "store restarted",
            Self::Jeopardy { .. } => "jeopardy",
            Self::Safe { .. } => "safe",
            Self::LockDelay => "lock-delay",
            Self::Service(note) => note.name(),
        }
    }

    fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::Granted { .. } => "grant",
            Self::MasterGranted { .. } => "master-votes",
            Self::Denied { .. } => "deny",
            Self::Overwrote { .. } => "setex-overwrites",
            Self::NoMajority { .. } => "no-majority",
            Self::Released { owner, whose } if owner == whose => "release",
            Self::Released { .. } => "plain-del",
            Self::Expired { .. } => "expiry",
            Self::Acquired { .. } | Self::LetGo { .. } => return None,
            Self::LeaseEnded { .. } => "lease",
            Self::Accepted { .. } => "read-modify-write",
            Self::TooLate { .. } | Self::Fenced { .. } => "fence",
            Self::Promoted { .. } | Self::SteppedDown { .. } => "promote",
            Self::StoreRestarted { .. } => "restart",
            Self::Jeopardy { .. } | Self::Safe { .. } => "jeopardy",
            Self::LockDelay => "lock-delay",
            Self::Service(note) => return note.rule(),
        })
    }

    fn is_decision(&self) -> bool {
        matches!(self, Self::Acquired { .. } | Self::Accepted { .. })
    }
}
