//! Raft: a leader for each term, and one log that all servers come to share.
//!
//! After Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm (Extended Version)", 2014:
//! the rules of Figure 2, §5.1 to §5.4, and the client sessions of §8 (dissertation ch. 6). Field names are the
//! paper's, in snake case. Log indexes begin at 1.
//!
//! What it promises (Figure 3): Election Safety, Leader Append-Only, Log Matching, Leader Completeness, State
//! Machine Safety; clients see each command take effect once. What it does not promise: that there is only one
//! server at a time that believes it leads (only one a term), nor progress without a majority that talks in time.
//!
//! Beside it stand what the dissertation adds: PreVote (`prevote`), reads that do not go through the log (`reads`),
//! log compaction (`snapshot`), changes of the cluster (`membership`). A [`Variant`] says which of it is followed.
//! A cluster has at most 16 servers, `n1` to `n16`.

mod client;
mod log;
mod membership;
mod message;
mod note;
mod prevote;
mod reads;
mod server;
mod snapshot;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::Serialize;

use crate::{Effects, Input, Protocol};

pub use client::{Call, Client};
pub use log::{Entry, Log, Op, key_name};
pub use membership::{Change, Config, Members};
pub use message::{Command, Message, Reply, Timer, Value};
pub use note::{Note, RULES, Refusal};
pub use reads::{Reads, Waiting, lease_us};
pub use server::{Role, Server};
pub use snapshot::Snapshot;

/// Which rules the servers follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// The paper's.
    #[default]
    Basic,
    /// Wrong on purpose: a leader commits an entry of any term once a majority holds it (§5.4.2 forbids that).
    CommitByCounting,
    /// Wrong on purpose: the vote is not written to disk, so that a restart forgets it.
    ForgetVote,
    /// Wrong on purpose: a vote is granted to a candidate whose log is behind (§5.4.1 forbids that).
    NoLogCheck,
    /// Wrong on purpose: the election timeout is not drawn, it is the shortest at every server (§5.2 forbids that).
    FixedTimeout,
    /// Wrong on purpose: a leader answers reads from its state at once (§8 forbids that).
    LocalRead,
    /// Before it raises its term a server asks whether it could win (dissertation §9.6).
    PreVote,
    /// Reads wait for a round of heartbeats (dissertation §6.4).
    ReadIndex,
    /// Reads are answered at once while a lease lasts (dissertation §6.4.1).
    Lease,
    /// The cluster changes by one server at a time (dissertation ch. 4).
    Membership,
    /// The cluster changes by joint consensus (dissertation §4.3).
    MembershipJoint,
    /// Wrong on purpose: one server at a time, but a leader does not wait for an entry of its own term.
    EagerMembership,
}

impl Variant {
    /// Whether a server asks before it stands for election.
    const fn asks_first(self) -> bool {
        matches!(self, Self::PreVote | Self::Membership | Self::MembershipJoint | Self::EagerMembership)
    }

    /// Whether servers remember for the shortest election timeout that they heard from a leader.
    pub const fn remembers_leader(self) -> bool {
        self.asks_first() || matches!(self, Self::Lease)
    }

    /// Whether clients may change the cluster.
    pub const fn changes_members(self) -> bool {
        matches!(self, Self::Membership | Self::MembershipJoint | Self::EagerMembership)
    }

    /// Whether a new leader appends an entry without a command, because it must commit one of its own term soon.
    const fn needs_own_entry(self) -> bool {
        matches!(self, Self::ReadIndex | Self::Lease | Self::Membership | Self::MembershipJoint)
    }

    /// Whether a leader changes the configuration only after it has committed an entry of its own term.
    const fn waits_for_own_entry(self) -> bool {
        !matches!(self, Self::EagerMembership)
    }
}

/// The knobs, the same for all nodes of a run. Durations are in microseconds of the node's own clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Setup {
    /// Which rules the servers follow.
    pub variant: Variant,
    /// The range (half open) from which each election timeout is drawn, anew at every reset.
    pub election_timeout_us: (u64, u64),
    /// How often a leader sends AppendEntries to each follower.
    pub heartbeat_us: u64,
    /// How long a client waits for an answer before it tries another server.
    pub client_retry_us: u64,
    /// The most entries in one AppendEntries.
    pub max_entries: u32,
    /// Whether a new leader appends an entry without a command, to commit what stands before it (§8).
    pub leader_noop: bool,
    /// Whether the servers begin with logs of different lengths, as a leader of term 1 that brought each of them
    /// something else would have left them: the last server has one entry, each before it one more. Else empty.
    ///
    /// A disk that was lost comes back with this log too.
    pub unequal_logs: bool,
    /// How many applied entries a snapshot takes the place of; 0 for never.
    pub snapshot_after: u32,
    /// How far from true time a clock may run, in millionths: leases are shortened by it.
    pub drift_bound_ppm: u32,
    /// Which of a client's commands are changes of the cluster, for the load: every so many; 0 for none.
    pub change_every: u64,
    /// How many servers these changes go around.
    pub change_among: u16,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            variant: Variant::Basic,
            election_timeout_us: (150_000, 300_000),
            heartbeat_us: 50_000,
            client_retry_us: 300_000,
            max_entries: 16,
            leader_noop: false,
            unequal_logs: false,
            snapshot_after: 0,
            drift_bound_ppm: 50_000,
            change_every: 0,
            change_among: 0,
        }
    }
}

/// All that survives a crash (Figure 2, "Persistent state"); a client keeps its next serial number.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stable {
    /// The latest term the server has seen.
    pub current_term: u64,
    /// The candidate that got its vote in the current term.
    pub voted_for: Option<crate::NodeId>,
    /// The log.
    pub log: Log,
    /// What the log's beginning has come to, if a snapshot took its place (§7).
    pub snapshot: Option<Arc<Snapshot>>,
    /// The greatest serial number that a client has used.
    pub last_serial: u64,
}

/// One node of a Raft world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::large_enum_variant, reason = "a world has few nodes, and servers are most of them")]
pub enum Raft {
    /// A server.
    Server(Server),
    /// A client.
    Client(Client),
}

/// The effects of these machines.
type Fx<'a> = Effects<'a, Raft>;

impl Protocol for Raft {
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Reply = Reply;
    type Note = Note;
    type Setup = Setup;
    type Stable = Stable;

    fn boot(stable: Stable, fx: &mut Fx<'_>) -> Self {
        if fx.id().is_client() {
            Self::Client(Client::boot(&stable))
        } else {
            Self::Server(Server::boot(stable, fx))
        }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Fx<'_>) {
        match self {
            Self::Server(server) => server.handle(input, fx),
            Self::Client(client) => client.handle(input, fx),
        }
    }
}

impl Raft {
    /// The server's state, if this node is one.
    pub fn as_server(&self) -> Option<&Server> {
        if let Self::Server(server) = self { Some(server) } else { None }
    }

    /// The client's state, if this node is one.
    pub fn as_client(&self) -> Option<&Client> {
        if let Self::Client(client) = self { Some(client) } else { None }
    }
}
