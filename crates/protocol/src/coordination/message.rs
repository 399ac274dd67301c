//! What servers and clients of the coordination service say to each other, and their timers.

use serde::Serialize;

use super::tree::{Answer, Entry, Fired, Op, SessionId, State, Watch, Zxid};
use crate::{NodeId, Outcome};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// A server stands for leader of an epoch.
    Elect {
        /// The epoch.
        epoch: u32,
        /// The last entry of its state.
        last: Zxid,
    },
    /// The sender votes for the receiver.
    Vote {
        /// The epoch.
        epoch: u32,
    },
    /// The sender has promised a higher epoch, or has a newer state.
    Refuse {
        /// What it has promised.
        epoch: u32,
    },
    /// The leader sends its whole state: when its epoch begins, and to whoever lacks something.
    NewLeader {
        /// The epoch.
        epoch: u32,
        /// The state, up to the last entry that was proposed.
        state: State,
    },
    /// The leader proposes an entry.
    Proposal {
        /// Its number.
        zxid: Zxid,
        /// The entry.
        entry: Entry,
        /// Up to where everything is committed.
        committed: Zxid,
    },
    /// The leader lives.
    Heartbeat {
        /// The epoch.
        epoch: u32,
        /// The last entry that it has proposed.
        last: Zxid,
        /// Up to where everything is committed.
        committed: Zxid,
    },
    /// A follower has written down everything up to here.
    Ack {
        /// The leader's epoch.
        epoch: u32,
        /// The last entry of its state.
        zxid: Zxid,
        /// Whether it lacks something that the message told of.
        is_behind: bool,
    },
    /// A client opens a session.
    OpenSession {
        /// Tells its openings apart.
        nonce: u64,
    },
    /// The session is open.
    SessionOpened {
        /// The nonce of the request.
        nonce: u64,
        /// The session.
        session: SessionId,
    },
    /// A client asks for something.
    Request {
        /// Its session.
        session: SessionId,
        /// The number of the request; they rise.
        serial: u64,
        /// What it asks for.
        op: Op,
        /// The newest state that it knows of.
        seen: Zxid,
        /// Its watches, by the serial number of the request that left them.
        watches: Vec<(u64, Watch)>,
    },
    /// The leader answers.
    Response {
        /// The session.
        session: SessionId,
        /// The number of the request.
        serial: u64,
        /// The answer.
        answer: Answer,
        /// The watch that the request has left.
        watch: Option<Watch>,
        /// The state of which the answer tells.
        zxid: Zxid,
        /// Watches that have fired by then: to be told before the answer.
        fired: Vec<Fired>,
    },
    /// A client keeps its session alive.
    Ping {
        /// The session.
        session: SessionId,
        /// Counts its pings.
        number: u64,
        /// The newest state that it knows of.
        seen: Zxid,
        /// Its watches, by the serial number of the request that left them.
        watches: Vec<(u64, Watch)>,
    },
    /// The leader has heard a ping.
    Pong {
        /// The session.
        session: SessionId,
        /// The ping.
        number: u64,
        /// The leader's committed state.
        zxid: Zxid,
        /// Watches that have fired.
        fired: Vec<Fired>,
    },
    /// A watch has fired.
    WatchEvent {
        /// The session.
        session: SessionId,
        /// The state in which it fired.
        zxid: Zxid,
        /// The watch, and what happened.
        fired: Fired,
    },
    /// The session has ended.
    SessionExpired {
        /// Which.
        session: SessionId,
    },
    /// The sender does not lead, or is older than what the client has seen.
    NotLeader {
        /// Whom it takes for the leader.
        leader: Option<NodeId>,
    },
}

impl crate::Message for Message {
    fn name(&self) -> &'static str {
        match self {
            Self::Elect { .. } => "Elect",
            Self::Vote { .. } => "Vote",
            Self::Refuse { .. } => "Refuse",
            Self::NewLeader { .. } => "NewLeader",
            Self::Proposal { .. } => "Proposal",
            Self::Heartbeat { .. } => "Heartbeat",
            Self::Ack { .. } => "Ack",
            Self::OpenSession { .. } => "OpenSession",
            Self::SessionOpened { .. } => "SessionOpened",
            Self::Request { .. } => "Request",
            Self::Response { .. } => "Response",
            Self::Ping { .. } => "Ping",
            Self::Pong { .. } => "Pong",
            Self::WatchEvent { .. } => "WatchEvent",
            Self::SessionExpired { .. } => "SessionExpired",
            Self::NotLeader { .. } => "NotLeader",
        }
    }

    fn is_reply(&self) -> bool {
        matches!(
            self,
            Self::Vote { .. }
                | Self::Refuse { .. }
                | Self::Ack { .. }
                | Self::SessionOpened { .. }
                | Self::Response { .. }
                | Self::Pong { .. }
                | Self::SessionExpired { .. }
                | Self::NotLeader { .. }
        )
    }
}

/// The timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A server has heard no leader for too long.
    Election,
    /// A leader speaks to its followers.
    Heartbeat,
    /// A leader has not heard from a session for too long.
    Session(SessionId),
    /// A client speaks to the leader.
    Ping,
    /// A client has no answer and tries the next server.
    Retry,
    /// A client's session may have ended, for all it knows.
    Lease,
}

impl crate::Timer for Timer {
    fn name(&self) -> &'static str {
        match self {
            Self::Election => "ensemble election timeout",
            Self::Heartbeat => "ensemble heartbeat",
            Self::Session(_) => "session timeout",
            Self::Ping => "session ping",
            Self::Retry => "request retry",
            Self::Lease => "session lease",
        }
    }
}

/// Nobody commands these machines: an outer machine asks through [`super::Client::submit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Command {}

impl crate::Command for Command {
    fn name(&self) -> &'static str {
        match *self {}
    }
}

/// And so they answer no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Reply {}

impl crate::Reply for Reply {
    fn outcome(&self) -> Outcome {
        match *self {}
    }
}
