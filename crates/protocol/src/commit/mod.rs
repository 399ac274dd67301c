//! Atomic commit: several nodes make one change together, all of them or none.
//!
//! Two-phase commit with *presumed abort*, after Mohan, Lindsay and Obermarck, "Transaction Management in
//! the R* Distributed Database Management System" (TODS 1986), and Bernstein, Hadzilacos and Goodman,
//! "Concurrency Control and Recovery in Database Systems" (1987), chapter 7. Node `n1` coordinates, `n2` and
//! up take part, clients ask for transfers of money between accounts that lie at different participants.
//!
//! What the protocol promises (Bernstein et al., 7.3):
//! * **AC1** all processes that decide decide alike;
//! * **AC2** no process reverses its decision;
//! * **AC3** COMMIT is decided only if all voted YES;
//! * **AC4** with no failure and all votes YES, the decision is COMMIT;
//! * **AC5** once failures are repaired and stay away for long enough, every process decides.
//!
//! What lies on the disk, and when (presumed abort):
//! * a participant forces `prepared` before YES, and `committed` before ACK;
//! * the coordinator forces `commit` before COMMIT, and writes `end`, unforced, when all have acknowledged;
//! * what is on no disk was aborted: the coordinator keeps no record of an abort, nobody acknowledges one,
//!   and a participant writes the abort that it was told without forcing it.
//!
//! Beside it stand three answers to its weakness, that a dead coordinator blocks those that voted YES: *cooperative
//! termination* ([`Variant::Cooperative`]), *three-phase commit* ([`Variant::ThreePhase`]) and *Paxos Commit*
//! ([`Variant::PaxosCommit`]). Where they differ they have modules of their own, `termination` and `leader`.
//!
//! Where the network may lose, repeat and reorder, and any node may crash, that alone is not enough. R* sends
//! over sessions that break with a crash; these machines must bring their own guard against old messages:
//! * **A transaction's name is used once.** It is the client's name and a serial that the client reserves on
//!   its disk, so it never comes again.
//! * **A transaction is begun in one life of the coordinator only.** Each life has a number, its
//!   *incarnation*, forced before anything else. BEGIN carries the incarnation that the client knew when it
//!   first sent it. A later life answers such a BEGIN from its log, COMMIT or else ABORT, and never starts
//!   it: so what was presumed aborted can never be committed.
//! * **A participant that voted NO does not vote again.** It forces `aborted` before NO. Otherwise a crash
//!   could forget the vote, and a repeated PREPARE would collect a YES (AC2).
//! * **Memory is dropped only where nothing can bring a transaction back.** Each BEGIN tells the lowest
//!   serial that is still open to the client (`open_from`), and PREPARE passes it on. A BEGIN or PREPARE
//!   from below is ignored, and what is decided below is forgotten, so logs stay short in long runs. A
//!   commit record also stays until all have acknowledged. A participant that is told COMMIT of something it
//!   has forgotten did it long ago.
//!
//! **Accounting of costs.** The coordinator and the client stand outside the `N` participants. A committed
//! transaction without failures costs 3N messages (PREPARE, YES, COMMIT) and N ACKs, and 2N + 1 forced
//! writes: see [`Cost::of_commit`]. The client's BEGIN and its outcome are not counted, nor what a node
//! forces once per boot, which belongs to no transaction.
//!
//! Its note [`Note::Decided`] is the decision that counts: notes wait behind forced writes, so it is heard
//! only when the decision is durable, while the state in memory changes with the input.

mod client;
mod coordinator;
mod disk;
mod leader;
mod message;
mod note;
mod participant;
mod termination;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::{Effects, Input, NodeId, Protocol, Seat};

pub use client::{Client, OpenTransfer};
pub use coordinator::{Coordinated, Coordinator, Phase};
pub use disk::{
    ClientDisk, CoordinatorDisk, CoordinatorRecord, Log, ParticipantDisk, ParticipantRecord, Record, Serials,
    Stable,
};
pub use leader::{Election, Slot};
pub use message::{
    Accepted, BadTransfer, Ballot, Change, Command, Cost, Decision, Message, Part, Refusal, Reply, Timer,
    TransactionId, Vote,
};
pub use note::{Cause, Note, RULES};
pub use participant::{Participant, Participating, State};
pub use termination::{Report, Termination};

/// The role of the coordinator in [`Seat::role`]. There is one, the first server.
pub const COORDINATOR: u8 = 1;
/// The role of a participant in [`Seat::role`].
pub const PARTICIPANT: u8 = 2;
/// The role in [`Seat::role`] of an acceptor of Paxos Commit that stands beside the coordinator, which is one too. It
/// can lead.
pub const ACCEPTOR: u8 = 3;

/// Which rules the nodes follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Two-phase commit with presumed abort, as published.
    #[default]
    TwoPhase,
    /// The same with cooperative termination: a participant that is uncertain asks the others too. One that has
    /// decided, or has not voted, resolves it.
    Cooperative,
    /// Three-phase commit (Skeen 1981): before COMMIT all learn that all voted YES. An elected backup ends what a dead
    /// coordinator began. Right only where a timeout tells a dead node from a slow one.
    ThreePhase,
    /// Paxos Commit (Gray and Lamport 2006): each vote is an instance of Paxos over 2F + 1 acceptors.
    PaxosCommit,
    /// Wrong on purpose: a participant that voted YES and hears nothing decides ABORT alone when its timer
    /// runs out (a *heuristic decision*). Breaks AC1.
    Impatient,
    /// Wrong on purpose: the coordinator does not force its commit record before it sends COMMIT. A crash can
    /// lose the record, and then it presumes ABORT of what others have committed. Breaks AC1 and AC2.
    ForgetfulCoordinator,
    /// Wrong on purpose: when votes are missing and nobody said NO, the coordinator takes silence for a YES.
    /// Breaks AC3.
    SilenceIsConsent,
}

/// Where a transaction begins: whom its client asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BeginsAt {
    /// The coordinator, as textbooks have it.
    #[default]
    Coordinator,
    /// The first participant, as Gray and Lamport count: it prepares, and the BEGIN that it passes on is its vote.
    Participant,
}

/// The knobs, the same for all nodes of a run. Durations are in microseconds of the node's own clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Setup {
    /// Which rules the nodes follow.
    pub variant: Variant,
    /// How long the coordinator waits for votes before it decides ABORT.
    pub vote_timeout_us: u64,
    /// How often the coordinator repeats COMMIT to those that have not acknowledged it.
    pub retry_us: u64,
    /// How long a participant that voted YES waits before it asks for the outcome, and again after each
    /// question.
    pub inquiry_us: u64,
    /// How long a participant works, with its locks held, before it votes; 0 to vote at once.
    pub prepare_work_us: u64,
    /// Accounts at each participant, numbered from 1.
    pub accounts: u32,
    /// The balance of every account when the run begins, not below 0.
    pub initial_balance: i64,
    /// How long a client waits for an outcome before it repeats BEGIN.
    pub begin_retry_us: u64,
    /// How often a client sends BEGIN in all before it reports the outcome as unknown; at least 1.
    pub begin_attempts: u32,
    /// Paxos Commit: how many acceptors may be down, F; there are 2F + 1. 0 in every other variant.
    pub faults: u16,
    /// Where a transaction begins.
    pub begins_at: BeginsAt,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            variant: Variant::TwoPhase,
            vote_timeout_us: 200_000,
            retry_us: 200_000,
            inquiry_us: 200_000,
            prepare_work_us: 0,
            accounts: 10,
            initial_balance: 100,
            begin_retry_us: 500_000,
            begin_attempts: 10,
            faults: 0,
            begins_at: BeginsAt::Coordinator,
        }
    }
}

/// One node of a world that commits atomically.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Commit {
    /// Collects the votes and decides.
    Coordinator(Coordinator),
    /// Holds accounts, votes, and obeys the decision.
    Participant(Participant),
    /// Asks for transfers.
    Client(Client),
}

/// The effects of these machines.
type Fx<'a> = Effects<'a, Commit>;

impl Protocol for Commit {
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Reply = Reply;
    type Note = Note;
    type Setup = Setup;
    type Stable = Stable;

    fn boot(stable: Stable, fx: &mut Fx<'_>) -> Self {
        if fx.id().is_client() {
            return Self::Client(Client::boot(stable.into_client(), fx));
        }
        match fx.seat().role {
            COORDINATOR | ACCEPTOR => Self::Coordinator(Coordinator::boot(stable.into_coordinator(), fx)),
            _ => Self::Participant(Participant::boot(stable.into_participant(), fx)),
        }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Fx<'_>) {
        match self {
            Self::Coordinator(coordinator) => coordinator.handle(input, fx),
            Self::Participant(participant) => participant.handle(input, fx),
            Self::Client(client) => client.handle(input, fx),
        }
    }
}

impl Commit {
    /// The coordinator's state, if this node is one.
    pub fn as_coordinator(&self) -> Option<&Coordinator> {
        if let Self::Coordinator(coordinator) = self { Some(coordinator) } else { None }
    }

    /// The participant's state, if this node is one.
    pub fn as_participant(&self) -> Option<&Participant> {
        if let Self::Participant(participant) = self { Some(participant) } else { None }
    }

    /// The client's state, if this node is one.
    pub fn as_client(&self) -> Option<&Client> {
        if let Self::Client(client) = self { Some(client) } else { None }
    }

    /// Where `transaction` stands at this node, in memory; nothing if the node does not know it (any more).
    ///
    /// The coordinator is never [`State::Prepared`]: it works until it decides.
    pub fn state(&self, transaction: TransactionId) -> Option<State> {
        match self {
            Self::Coordinator(coordinator) => {
                coordinator.transactions.get(&transaction).map(Coordinated::state)
            }
            Self::Participant(participant) => participant.transactions.get(&transaction).map(|it| it.state),
            Self::Client(_) => None,
        }
    }

    /// The transactions that this node knows, in order.
    pub fn transactions(&self) -> Vec<TransactionId> {
        match self {
            Self::Coordinator(coordinator) => coordinator.transactions.keys().copied().collect(),
            Self::Participant(participant) => participant.transactions.keys().copied().collect(),
            Self::Client(client) => client.open.values().map(|open| open.transaction).collect(),
        }
    }

    /// Whether nothing is left to decide or to be told at this node. A participant that is blocked is not
    /// settled.
    pub fn is_settled(&self) -> bool {
        match self {
            Self::Coordinator(coordinator) => coordinator.transactions.values().all(Coordinated::has_ended),
            Self::Participant(participant) => {
                participant.transactions.values().all(|it| it.state.is_decided())
            }
            Self::Client(client) => client.open.is_empty(),
        }
    }
}

/// The node that coordinates: the first server.
pub fn coordinator_of(seat: &Seat<Setup>) -> Option<NodeId> {
    seat.servers.first().copied()
}

/// The nodes that may take part in a transaction: all servers between the coordinator and the other acceptors.
pub fn participants_of(seat: &Seat<Setup>) -> &[NodeId] {
    seat.servers.get(1..acceptors_from(seat)).unwrap_or_default()
}

/// The acceptors of Paxos Commit: the coordinator, and 2F servers behind the participants.
pub fn acceptors_of(seat: &Seat<Setup>) -> impl Iterator<Item = NodeId> + Clone {
    let others = seat.servers.get(acceptors_from(seat)..).unwrap_or_default();
    seat.servers.first().copied().into_iter().chain(others.iter().copied())
}

fn acceptors_from(seat: &Seat<Setup>) -> usize {
    seat.servers.len().saturating_sub(2 * usize::from(seat.setup.faults))
}

/// How many there are, in a width that is the same on every platform.
fn count_of<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
