//! Multi-Paxos: a log of decisions, with one first phase for all of them (Lamport 2001, §3).
//!
//! Each *slot* of the log is one decision of Paxos. One proposer leads: it runs phase 1 once for all slots from the first
//! that it does not know, proposes again what the promises report, fills the gaps with no-ops, and from then on needs one
//! round trip to the acceptors for each command. The commands read and write keys; whoever has learned all slots below
//! one applies it, so all proposers hold the same keys, and a command that stands in two slots counts once.
//!
//! Who leads is found by a simple leader detector: the first proposer that is heard. It may be wrong, and two may lead
//! at once: that costs progress and never safety, for the acceptors keep to their promises.

mod acceptor;
mod client;
mod learner;
mod message;
mod note;
mod proposer;
mod replica;
#[cfg(test)]
mod tests;

use crate::ordered::SharedMap;
use crate::ordered::{Map, Set};
use serde::Serialize;

use super::{Backoff, Ballot, LEARNER, PROPOSER};
use crate::{Effects, Input, NodeId, Protocol};

pub use acceptor::Acceptor;
pub use client::{Call, Client};
pub use learner::Learner;
pub use message::{Command, Entry, Message, Reply, Timer, Value, Vote, key_name};
pub use note::{Note, RULES};
pub use proposer::{Phase, Proposer};
pub use replica::Replica;

/// Something about each slot, from 1. Copies share all that they have in common.
pub type BySlot<T> = SharedMap<u64, T>;

/// The knobs, the same for all nodes of a run. Durations are in microseconds of the node's own clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Setup {
    /// How many proposers there are: the first servers.
    pub proposers: u16,
    /// How many acceptors there are: the servers after them.
    pub acceptors: u16,
    /// How many learners there are: the servers after those.
    pub learners: u16,
    /// How long a proposer waits for the promises of a majority, and a leader before it repeats what was not accepted.
    pub phase_timeout_us: u64,
    /// What a proposer does before it tries again.
    pub backoff: Backoff,
    /// The range (half open) from which a random backoff is drawn.
    pub backoff_us: (u64, u64),
    /// How often a proposer says that it is up.
    pub alive_us: u64,
    /// How long a proposer that is not heard counts as up.
    pub suspect_us: u64,
    /// How long a node that knows of a gap in its log waits before it asks for what it missed.
    pub query_us: u64,
    /// How long a client waits before it asks another proposer.
    pub client_retry_us: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            proposers: 2,
            acceptors: 3,
            learners: 1,
            phase_timeout_us: 100_000,
            backoff: Backoff::Random,
            backoff_us: (10_000, 80_000),
            alive_us: 50_000,
            suspect_us: 180_000,
            query_us: 60_000,
            client_retry_us: 400_000,
        }
    }
}

impl Setup {
    /// The proposers, in order.
    pub fn proposers(&self) -> impl Iterator<Item = NodeId> + use<> {
        super::servers(0, self.proposers)
    }

    /// The acceptors, in order.
    pub fn acceptors(&self) -> impl Iterator<Item = NodeId> + use<> {
        super::servers(self.proposers, self.acceptors)
    }

    /// The learners, in order.
    pub fn learners(&self) -> impl Iterator<Item = NodeId> + use<> {
        super::servers(self.proposers.saturating_add(self.acceptors), self.learners)
    }

    /// Whether so many acceptors are a majority.
    pub fn is_majority(&self, count: usize) -> bool {
        count * 2 > usize::from(self.acceptors)
    }
}

/// All that survives a crash; each role uses its own part.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stable {
    /// A proposer's: the highest round that it has begun.
    pub round: u32,
    /// A proposer's or a learner's: what it has learned. Lazily written: what a crash takes can be asked for again.
    pub log: BySlot<Entry>,
    /// An acceptor's: it accepts nothing below.
    pub promised: Option<Ballot>,
    /// An acceptor's: what it accepted last in each slot.
    pub accepted: BySlot<Vote>,
}

/// One node of a Multi-Paxos world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Multi {
    /// A proposer.
    Proposer(Proposer),
    /// An acceptor.
    Acceptor(Acceptor),
    /// A learner.
    Learner(Learner),
    /// A client.
    Client(Client),
}

/// The effects of these machines.
type Fx<'a> = Effects<'a, Multi>;

impl Protocol for Multi {
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Reply = Reply;
    type Note = Note;
    type Setup = Setup;
    type Stable = Stable;

    fn boot(stable: Stable, fx: &mut Fx<'_>) -> Self {
        match fx.seat().role {
            _ if fx.id().is_client() => Self::Client(Client::default()),
            PROPOSER => Self::Proposer(Proposer::boot(stable, fx)),
            LEARNER => Self::Learner(Learner::boot(stable)),
            _ => Self::Acceptor(Acceptor::boot(stable)),
        }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Fx<'_>) {
        match (self, input) {
            (Self::Client(client), input) => client.handle(input, fx),
            (_, Input::Command { op, .. }) => fx.reply(op, Reply::WrongRole),
            (Self::Proposer(proposer), input) => proposer.handle(input, fx),
            (Self::Acceptor(acceptor), Input::Message { from, body }) => acceptor.hear(from, body, fx),
            (Self::Learner(learner), input) => learner.handle(input, fx),
            (Self::Acceptor(_), _) => {}
        }
    }
}

impl Multi {
    /// What this node has learned, if it learns.
    pub fn replica(&self) -> Option<&Replica> {
        match self {
            Self::Proposer(proposer) => Some(&proposer.replica),
            Self::Learner(learner) => Some(&learner.replica),
            Self::Acceptor(_) | Self::Client(_) => None,
        }
    }
}

/// The acceptances of one ballot: by slot, who has said so.
type Tally = Map<u64, Set<NodeId>>;
