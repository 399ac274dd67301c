//! What the nodes of a Raft world say to each other, wait for, and are asked.

use serde::Serialize;

use super::log::{Entry, Op};
use crate::{NodeId, Outcome};

/// The messages: the two remote procedure calls of Figure 2, each as a request and its result, and the client's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// Invoked by candidates to gather votes (§5.2).
    RequestVote {
        /// The candidate's term.
        term: u64,
        /// The candidate.
        candidate_id: NodeId,
        /// The index of its last log entry (§5.4).
        last_log_index: u64,
        /// The term of its last log entry (§5.4).
        last_log_term: u64,
    },
    /// The result of RequestVote.
    RequestVoteReply {
        /// The receiver's current term, for the candidate to update itself.
        term: u64,
        /// Whether the candidate got the vote.
        vote_granted: bool,
    },
    /// Invoked by the leader to replicate entries (§5.3), and as heartbeat (§5.2).
    AppendEntries {
        /// The leader's term.
        term: u64,
        /// The leader, so that followers can redirect clients.
        leader_id: NodeId,
        /// The index of the entry right before the new ones.
        prev_log_index: u64,
        /// Its term.
        prev_log_term: u64,
        /// Entries to store; none for a heartbeat.
        entries: Vec<Entry>,
        /// The leader's commit index.
        leader_commit: u64,
    },
    /// The result of AppendEntries.
    AppendEntriesReply {
        /// The receiver's current term, for the leader to update itself.
        term: u64,
        /// Whether the receiver had the entry before the new ones.
        success: bool,
        /// On success, the last index known to match the leader's log.
        match_index: u64,
        /// On failure, where the leader may try next: the optimisation at the end of §5.3.
        retry_index: u64,
    },
    /// A client's command (§8).
    ClientRequest {
        /// Its number in the client's session.
        serial: u64,
        /// What is asked for.
        op: Op,
    },
    /// The leader's answer, once the command is applied; or another server's hint.
    ClientReply {
        /// The number of the command.
        serial: u64,
        /// The result; none from a server that does not lead.
        value: Option<Value>,
        /// Who leads, as far as the server knows.
        leader_hint: Option<NodeId>,
    },
}

impl crate::Message for Message {
    fn name(&self) -> &'static str {
        match self {
            Self::RequestVote { .. } => "RequestVote",
            Self::RequestVoteReply { .. } => "RequestVoteReply",
            Self::AppendEntries { .. } => "AppendEntries",
            Self::AppendEntriesReply { .. } => "AppendEntriesReply",
            Self::ClientRequest { .. } => "ClientRequest",
            Self::ClientReply { .. } => "ClientReply",
        }
    }

    fn is_reply(&self) -> bool {
        matches!(
            self,
            Self::RequestVoteReply { .. } | Self::AppendEntriesReply { .. } | Self::ClientReply { .. }
        )
    }
}

/// What the state machine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// A write was applied.
    Written,
    /// A read found this; none where the key was never written.
    Read(Option<u32>),
}

/// The timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A follower or candidate waits no longer (§5.2).
    Election,
    /// A leader says that it is there (§5.2).
    Heartbeat,
    /// A client asks again (§8).
    Retry,
}

impl crate::Timer for Timer {
    fn name(&self) -> &'static str {
        match self {
            Self::Election => "election timeout",
            Self::Heartbeat => "heartbeat",
            Self::Retry => "client retry",
        }
    }
}

/// What can be asked of a client, or of a server directly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Command {
    /// Set a key.
    Write {
        /// The key.
        #[serde(serialize_with = "super::log::key_by_name")]
        key: u8,
        /// The value.
        value: u32,
    },
    /// Read a key.
    Read {
        /// The key.
        #[serde(serialize_with = "super::log::key_by_name")]
        key: u8,
    },
}

impl crate::Command for Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Write { .. } => "write",
            Self::Read { .. } => "read",
        }
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The state machine applied it.
    Done(Value),
    /// The server that was asked directly does not lead; it did nothing.
    NotLeader {
        /// Who leads, as far as it knows.
        leader_hint: Option<NodeId>,
    },
    /// The entry was overwritten at the server that took it; another may still bring it through.
    Overwritten,
}

impl crate::Reply for Reply {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Done(_) => Outcome::Ok,
            Self::NotLeader { .. } => Outcome::Fail,
            Self::Overwritten => Outcome::Info,
        }
    }
}
