//! What the nodes of a Raft world say to each other, wait for, and are asked.

use serde::Serialize;

use super::log::{Entry, Op};
use super::membership::Members;
use super::snapshot::Snapshot;
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
    /// Whether a candidate of this term would get the vote (dissertation §9.6).
    PreVote {
        /// The term in which the server would stand.
        term: u64,
        /// The server that asks.
        candidate_id: NodeId,
        /// The index of its last log entry.
        last_log_index: u64,
        /// The term of its last log entry.
        last_log_term: u64,
    },
    /// The result of PreVote. It promises nothing.
    PreVoteReply {
        /// The receiver's current term, for the server that asks to update itself.
        term: u64,
        /// The term that was asked about.
        asked_term: u64,
        /// Whether the candidate would get the vote.
        vote_granted: bool,
    },
    /// Asks followers to acknowledge that the leader still leads (§8; dissertation §6.4).
    Heartbeat {
        /// The leader's term.
        term: u64,
        /// The leader.
        leader_id: NodeId,
        /// The number of this round in the leader's term.
        round: u64,
        /// The leader's commit index, as far as the receiver's log is known to match.
        leader_commit: u64,
    },
    /// The result of Heartbeat.
    HeartbeatReply {
        /// The receiver's current term, for the leader to update itself.
        term: u64,
        /// The round that it answers.
        round: u64,
    },
    /// Invoked by the leader to send what its log no longer has (§7).
    InstallSnapshot {
        /// The leader's term.
        term: u64,
        /// The leader.
        leader_id: NodeId,
        /// All of it, in one message.
        snapshot: Snapshot,
    },
    /// The result of InstallSnapshot.
    InstallSnapshotReply {
        /// The receiver's current term, for the leader to update itself.
        term: u64,
        /// Up to where the receiver's log now matches; 0 where the snapshot was refused.
        match_index: u64,
    },
    /// A client, or the newcomer itself, asks for one more server (dissertation §4.1).
    AddServer {
        /// The command's number in the client's session.
        serial: u64,
        /// The server.
        server: NodeId,
    },
    /// A client asks for one server less (dissertation §4.1).
    RemoveServer {
        /// The command's number in the client's session.
        serial: u64,
        /// The server.
        server: NodeId,
    },
    /// A client asks for one server in place of another: two changes in one (dissertation §4.3).
    ReplaceServer {
        /// The command's number in the client's session.
        serial: u64,
        /// Who is to go.
        old: NodeId,
        /// Who is to come.
        new: NodeId,
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
            Self::PreVote { .. } => "PreVote",
            Self::PreVoteReply { .. } => "PreVoteReply",
            Self::Heartbeat { .. } => "Heartbeat",
            Self::HeartbeatReply { .. } => "HeartbeatReply",
            Self::InstallSnapshot { .. } => "InstallSnapshot",
            Self::InstallSnapshotReply { .. } => "InstallSnapshotReply",
            Self::AddServer { .. } => "AddServer",
            Self::RemoveServer { .. } => "RemoveServer",
            Self::ReplaceServer { .. } => "ReplaceServer",
        }
    }

    fn is_reply(&self) -> bool {
        matches!(
            self,
            Self::RequestVoteReply { .. }
                | Self::AppendEntriesReply { .. }
                | Self::ClientReply { .. }
                | Self::PreVoteReply { .. }
                | Self::HeartbeatReply { .. }
                | Self::InstallSnapshotReply { .. }
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
    /// The cluster consists of these servers now.
    Members(Members),
}

/// The timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// A follower or candidate waits no longer (§5.2).
    Election,
    /// A leader says that it is there (§5.2).
    Heartbeat,
    /// A client, or a newcomer, asks again (§8).
    Retry,
    /// The shortest election timeout is over since a leader was heard from (dissertation §4.2.3).
    LeaderMemory,
}

impl crate::Timer for Timer {
    fn name(&self) -> &'static str {
        match self {
            Self::Election => "election timeout",
            Self::Heartbeat => "heartbeat",
            Self::Retry => "client retry",
            Self::LeaderMemory => "leader memory",
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
    /// Add a server.
    Add {
        /// Which.
        server: NodeId,
    },
    /// Remove a server.
    Remove {
        /// Which.
        server: NodeId,
    },
    /// Put one server in the place of another.
    Replace {
        /// Who is to go.
        old: NodeId,
        /// Who is to come.
        new: NodeId,
    },
    /// A server that joined later asks to be added.
    Enter,
}

impl crate::Command for Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Write { .. } => "write",
            Self::Read { .. } => "read",
            Self::Add { .. } => "add",
            Self::Remove { .. } => "remove",
            Self::Replace { .. } => "replace",
            Self::Enter => "enter",
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
