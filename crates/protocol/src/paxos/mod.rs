//! Paxos: acceptors of which a majority fixes a value for good, whoever proposes, whatever is lost.
//!
//! After Lamport, "Paxos Made Simple", 2001: the two phases of §2.2, learners as in §2.3, the need for one
//! proposer at a time as in §2.4. Each *instance* is one decision of single-decree Paxos and knows nothing of the
//! others; clients propose values for one instance after the other, so that a run has more than one decision to show.
//!
//! [`multi`] is Multi-Paxos, with one first phase for a whole log of decisions.
//!
//! What it promises: only a proposed value is chosen, only one value is chosen, nobody learns a value that is not
//! chosen. What it does not promise: that proposers which keep overtaking each other ever end.
//!
//! A value is *chosen* when a majority of the acceptors has accepted it in one and the same ballot.

mod acceptor;
mod ballot;
mod client;
mod learner;
mod message;
pub mod multi;
mod note;
mod proposer;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::ordered::SharedMap;
use crate::{Effects, Input, NodeId, Protocol};

pub use acceptor::{Acceptor, Slot};
pub use ballot::{Ballot, Tally, Vote};
pub use client::{Call, Client};
pub use learner::Learner;
pub use message::{Command, Message, Reply, Timer};
pub use note::{Note, RULES};
pub use proposer::{Asker, Attempt, Phase, Proposer};

/// The role of a seat that proposes.
pub const PROPOSER: u8 = 1;
/// The role of a seat that accepts.
pub const ACCEPTOR: u8 = 2;
/// The role of a seat that learns.
pub const LEARNER: u8 = 3;

/// Something about each instance. Copies share all that they have in common, so a write to the disk costs little.
pub type ByInstance<T> = SharedMap<u64, T>;

/// Which rules the nodes follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// The paper's.
    #[default]
    Single,
    /// Wrong on purpose: an acceptor keeps its promise and what it accepted in memory only.
    ForgetfulAcceptor,
    /// Wrong on purpose: a proposer proposes its own value, whatever the promises report.
    IgnoresAccepted,
    /// Wrong on purpose: acceptances of one value count together, though they belong to different ballots.
    CountsAcrossBallots,
}

/// What a proposer does when it was overtaken, or heard too little, before it tries a higher ballot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backoff {
    /// It waits for a random time.
    #[default]
    Random,
    /// It waits for the same time as everybody: two that overtook each other do so again.
    Symmetric,
    /// It does not wait.
    None,
}

/// How long to wait before the next try; none to try at once.
fn backoff_us<P: Protocol>(backoff: Backoff, range_us: (u64, u64), fx: &mut Effects<'_, P>) -> Option<u64> {
    match backoff {
        Backoff::Random => Some(fx.delay_us("backoff", range_us.0..range_us.1)),
        Backoff::Symmetric => Some(range_us.0),
        Backoff::None => None,
    }
}

/// The knobs, the same for all nodes of a run. Durations are in microseconds of the node's own clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Setup {
    /// Which rules the nodes follow.
    pub variant: Variant,
    /// How many proposers there are: the first servers.
    pub proposers: u16,
    /// How many acceptors there are: the servers after them.
    pub acceptors: u16,
    /// How many learners there are: the servers after those.
    pub learners: u16,
    /// How long a proposer waits for the answers of a majority, in either phase.
    pub phase_timeout_us: u64,
    /// What a proposer does before it tries again.
    pub backoff: Backoff,
    /// The range (half open) from which a random backoff is drawn.
    pub backoff_us: (u64, u64),
    /// How long a learner that has heard of a value waits before it asks the acceptors for what it missed.
    pub query_us: u64,
    /// How long a client waits before it asks another proposer.
    pub client_retry_us: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            variant: Variant::Single,
            proposers: 2,
            acceptors: 3,
            learners: 1,
            phase_timeout_us: 100_000,
            backoff: Backoff::Random,
            backoff_us: (10_000, 80_000),
            query_us: 150_000,
            client_retry_us: 400_000,
        }
    }
}

impl Setup {
    /// The proposers, in order.
    pub fn proposers(&self) -> impl Iterator<Item = NodeId> + use<> {
        servers(0, self.proposers)
    }

    /// The acceptors, in order.
    pub fn acceptors(&self) -> impl Iterator<Item = NodeId> + use<> {
        servers(self.proposers, self.acceptors)
    }

    /// The learners, in order.
    pub fn learners(&self) -> impl Iterator<Item = NodeId> + use<> {
        servers(self.proposers.saturating_add(self.acceptors), self.learners)
    }

    /// Whether so many acceptors are a majority.
    pub fn is_majority(&self, count: usize) -> bool {
        count * 2 > usize::from(self.acceptors)
    }
}

/// So many servers behind the first `before`.
fn servers(before: u16, count: u16) -> impl Iterator<Item = NodeId> {
    let numbers = before.saturating_add(1)..=before.saturating_add(count);
    numbers.filter_map(NodeId::from_code).filter(|id| !id.is_client())
}

/// All that survives a crash; each role uses its own part.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stable {
    /// A proposer's: the highest round that it has begun in each instance. No ballot is ever used for two values.
    pub rounds: ByInstance<u32>,
    /// An acceptor's: what it promised and accepted.
    pub slots: ByInstance<Slot>,
    /// A learner's: what it learned.
    pub learned: ByInstance<Vote>,
}

/// One node of a Paxos world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Paxos {
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
type Fx<'a> = Effects<'a, Paxos>;

impl Protocol for Paxos {
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
            PROPOSER => Self::Proposer(Proposer::boot(stable)),
            LEARNER => Self::Learner(Learner::boot(stable)),
            _ => Self::Acceptor(Acceptor::boot(stable)),
        }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Fx<'_>) {
        match self {
            Self::Proposer(proposer) => proposer.handle(input, fx),
            Self::Acceptor(acceptor) => acceptor.handle(input, fx),
            Self::Learner(learner) => learner.handle(input, fx),
            Self::Client(client) => client.handle(input, fx),
        }
    }
}

/// Refuses a command that this role does not take.
fn refuse_command(op: u64, fx: &mut Fx<'_>) {
    fx.reply(op, Reply::WrongRole);
}
