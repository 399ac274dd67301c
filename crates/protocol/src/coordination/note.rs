//! What servers and clients of the coordination service remark, and the rules that they name.

use serde::Serialize;

use super::tree::{Change, SessionId, Zxid};
use crate::NodeId;

/// The ids of all rules that a note can name.
pub const RULES: [&str; 11] = [
    "ensemble-stand",
    "ensemble-vote",
    "ensemble-won",
    "ensemble-established",
    "ensemble-step-down",
    "ensemble-synchronized",
    "session-opened",
    "session-expired",
    "session-doubt",
    "watch-fired",
    "request-retry",
];

/// What a node remarks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Note {
    /// A server stands for a new epoch.
    Stood {
        /// The epoch.
        epoch: u32,
    },
    /// A server voted.
    Voted {
        /// The epoch.
        epoch: u32,
        /// For whom.
        candidate: NodeId,
    },
    /// A server has the votes of a majority.
    Won {
        /// The epoch.
        epoch: u32,
    },
    /// A majority holds the leader's state: it serves.
    Established {
        /// The epoch.
        epoch: u32,
    },
    /// A leader hears of a higher epoch, or no majority any more.
    SteppedDown {
        /// Its epoch.
        epoch: u32,
    },
    /// A follower took over the leader's whole state.
    Synchronized {
        /// The last entry in it.
        zxid: Zxid,
    },
    /// A session was opened.
    SessionOpened {
        /// The session.
        session: SessionId,
        /// Whose it is.
        client: NodeId,
    },
    /// A session ended: the leader had not heard from it for too long.
    SessionExpired {
        /// The session.
        session: SessionId,
        /// Whose it was.
        client: NodeId,
    },
    /// A client cannot be sure any more that its session stands.
    InDoubt {
        /// The session.
        session: SessionId,
    },
    /// A watch fired.
    WatchFired {
        /// Whose it was.
        client: NodeId,
        /// The path.
        path: String,
        /// What happened.
        change: Change,
        /// The state in which it fired.
        zxid: Zxid,
    },
    /// A client had no answer and tries another server.
    Retried {
        /// Whom it asks now.
        server: NodeId,
    },
}

impl crate::Note for Note {
    fn name(&self) -> &'static str {
        match self {
            Self::Stood { .. } => "stood",
            Self::Voted { .. } => "voted",
            Self::Won { .. } => "won",
            Self::Established { .. } => "established",
            Self::SteppedDown { .. } => "stepped down",
            Self::Synchronized { .. } => "synchronized",
            Self::SessionOpened { .. } => "session opened",
            Self::SessionExpired { .. } => "session expired",
            Self::InDoubt { .. } => "in doubt",
            Self::WatchFired { .. } => "watch fired",
            Self::Retried { .. } => "retried",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::Stood { .. } => "ensemble-stand",
            Self::Voted { .. } => "ensemble-vote",
            Self::Won { .. } => "ensemble-won",
            Self::Established { .. } => "ensemble-established",
            Self::SteppedDown { .. } => "ensemble-step-down",
            Self::Synchronized { .. } => "ensemble-synchronized",
            Self::SessionOpened { .. } => "session-opened",
            Self::SessionExpired { .. } => "session-expired",
            Self::InDoubt { .. } => "session-doubt",
            Self::WatchFired { .. } => "watch-fired",
            Self::Retried { .. } => "request-retry",
        })
    }

    fn is_decision(&self) -> bool {
        matches!(self, Self::Established { .. })
    }
}
