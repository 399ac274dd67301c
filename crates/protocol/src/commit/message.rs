//! What the nodes of an atomic commit say to each other, wait for, and are asked.

use std::fmt;

use serde::{Serialize, Serializer};

use super::participant::State;
use crate::ordered::{Map, Set};
use crate::{NodeId, Outcome};

/// The name of a transaction, used once: `c1.17` is the 17th of client `c1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransactionId {
    /// The client that asked for it.
    pub client: NodeId,
    /// Its number among the client's transactions, from 1; never used again, but some may be left out.
    pub serial: u32,
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.client, self.serial)
    }
}

impl Serialize for TransactionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// All its changes are made.
    Commit,
    /// None of its changes is made.
    Abort,
}

/// What a participant says to PREPARE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Vote {
    /// It is prepared: it can commit or abort, and leaves the choice to the coordinator.
    Yes,
    /// It has aborted.
    No,
}

/// The number of a ballot of Paxos Commit. In ballot 0 each participant proposes its own vote; the others belong to
/// one life of one leader, so that no ballot is ever used for two values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Ballot {
    /// The round; 0 in the participants' own ballot.
    pub round: u32,
    /// Whose it is; none in ballot 0.
    pub leader: Option<NodeId>,
    /// The leader's incarnation.
    pub life: u32,
}

impl fmt::Display for Ballot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.leader {
            None => write!(f, "{}", self.round),
            Some(leader) => write!(f, "{}.{leader}", self.round),
        }
    }
}

/// What an acceptor has accepted: for each participant's instance, the highest ballot and its vote.
pub type Accepted = Map<NodeId, (Ballot, Vote)>;

/// Why a participant votes NO.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// Another transaction holds the lock of an account.
    LockConflict,
    /// The account does not hold that much.
    InsufficientFunds,
    /// It has no such account.
    UnknownAccount,
    /// A person told it to refuse.
    Asked,
    /// It aborted this transaction before.
    AlreadyAborted,
    /// It had not voted yet when another participant asked for the outcome.
    AskedByPeer,
}

/// A debit or a credit of one account at one participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Change {
    /// The account's number at its participant, from 1.
    pub account: u32,
    /// What is added to its balance; negative for a debit.
    pub amount: i64,
}

/// A change, and the participant at which it is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Part {
    /// The participant that holds the account.
    pub participant: NodeId,
    /// The account's number there, from 1.
    pub account: u32,
    /// What is added to its balance; negative for a debit.
    pub amount: i64,
}

/// What one node sends to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Message {
    /// Client to coordinator: run this transaction.
    Begin {
        /// Its name.
        transaction: TransactionId,
        /// The coordinator's incarnation that the client knew when it sent this BEGIN first.
        incarnation: u32,
        /// All the client's transactions with a smaller serial are closed: it waits for none of them.
        open_from: u32,
        /// The changes; their sum is 0.
        parts: Vec<Part>,
    },
    /// Coordinator to participant: prepare, and vote (VOTE-REQ).
    Prepare {
        /// The transaction to vote on.
        transaction: TransactionId,
        /// The client waits for none of its transactions with a smaller serial: a PREPARE of one is old.
        open_from: u32,
        /// What the transaction changes at the receiver.
        changes: Vec<Change>,
        /// All that take part, where the variant lets them know of each other; empty in plain 2PC.
        participants: Set<NodeId>,
    },
    /// Participant to coordinator: prepared. From here on the sender must not decide alone.
    Yes {
        /// The transaction voted on.
        transaction: TransactionId,
    },
    /// Participant to coordinator: aborted.
    No {
        /// The transaction voted on.
        transaction: TransactionId,
        /// Why.
        refusal: Refusal,
    },
    /// Coordinator to participant: the decision is COMMIT.
    Commit {
        /// The transaction decided.
        transaction: TransactionId,
    },
    /// Coordinator to participant: the decision is ABORT.
    Abort {
        /// The transaction decided.
        transaction: TransactionId,
    },
    /// Participant to coordinator: COMMIT is on its disk. Nobody acknowledges ABORT. In three-phase commit: it is
    /// ready to commit.
    Ack {
        /// The transaction that it committed.
        transaction: TransactionId,
    },
    /// A prepared participant asks for the outcome: the coordinator, and in some variants the others. In three-phase
    /// commit a coordinator that is back asks too.
    Inquiry {
        /// The transaction that it is uncertain of.
        transaction: TransactionId,
        /// All that take part, where the variant lets them know of each other.
        participants: Set<NodeId>,
    },
    /// The answer of one that has not decided either.
    StateReport {
        /// The transaction.
        transaction: TransactionId,
        /// Where it stands.
        state: State,
        /// Whether it crashed meanwhile.
        recovered: bool,
    },
    /// Three-phase commit, coordinator to participant: can you commit?
    CanCommit {
        /// The transaction to vote on.
        transaction: TransactionId,
        /// The client waits for none of its transactions with a smaller serial.
        open_from: u32,
        /// What the transaction changes at the receiver.
        changes: Vec<Change>,
        /// All that take part.
        participants: Set<NodeId>,
    },
    /// Three-phase commit: all have voted YES; get ready to commit. Answered by [`Message::Ack`].
    PreCommit {
        /// The transaction.
        transaction: TransactionId,
    },
    /// Three-phase commit: the decision is COMMIT.
    DoCommit {
        /// The transaction decided.
        transaction: TransactionId,
    },
    /// Three-phase commit, participant to coordinator: COMMIT is on its disk.
    HaveCommitted {
        /// The transaction that it committed.
        transaction: TransactionId,
    },
    /// Paxos Commit, leader to acceptor: promise this ballot, in the instances of all participants.
    Phase1a {
        /// The transaction.
        transaction: TransactionId,
        /// The ballot that begins.
        ballot: Ballot,
        /// Its participants: one instance each.
        participants: Set<NodeId>,
    },
    /// Paxos Commit, acceptor to leader: promised; and what it has accepted so far.
    Phase1b {
        /// The transaction.
        transaction: TransactionId,
        /// The ballot of the request.
        ballot: Ballot,
        /// What it has accepted.
        accepted: Accepted,
    },
    /// Paxos Commit: accept these votes. In ballot 0 it comes from a participant and has its own vote alone.
    Phase2a {
        /// The transaction.
        transaction: TransactionId,
        /// The ballot.
        ballot: Ballot,
        /// The vote for each instance that it is about.
        values: Map<NodeId, Vote>,
        /// All that take part.
        participants: Set<NodeId>,
        /// The client waits for none of its transactions with a smaller serial.
        open_from: u32,
    },
    /// Paxos Commit, acceptor to leader: accepted, for all instances in one message.
    Phase2b {
        /// The transaction.
        transaction: TransactionId,
        /// The ballot.
        ballot: Ballot,
        /// The vote accepted for each instance.
        values: Map<NodeId, Vote>,
    },
    /// Paxos Commit, acceptor to leader: a higher ballot is promised.
    Nack {
        /// The transaction.
        transaction: TransactionId,
        /// What is promised.
        promised: Ballot,
    },
    /// Paxos Commit, participant to leader: ABORT is on its disk.
    Aborted {
        /// The transaction.
        transaction: TransactionId,
    },
    /// Paxos Commit, leader to acceptor: all participants have the outcome on disk, nobody will ask again.
    Forget {
        /// The transaction.
        transaction: TransactionId,
    },
    /// Coordinator to client: how its transaction ended.
    Outcome {
        /// The client's transaction.
        transaction: TransactionId,
        /// How it ended.
        decision: Decision,
        /// The incarnation of the coordinator that answers.
        incarnation: u32,
    },
}

impl Message {
    /// The transaction that the message is about.
    pub fn transaction(&self) -> TransactionId {
        match *self {
            Self::Begin { transaction, .. }
            | Self::Prepare { transaction, .. }
            | Self::Yes { transaction }
            | Self::No { transaction, .. }
            | Self::Commit { transaction }
            | Self::Abort { transaction }
            | Self::Ack { transaction }
            | Self::Inquiry { transaction, .. }
            | Self::StateReport { transaction, .. }
            | Self::CanCommit { transaction, .. }
            | Self::PreCommit { transaction }
            | Self::DoCommit { transaction }
            | Self::HaveCommitted { transaction }
            | Self::Phase1a { transaction, .. }
            | Self::Phase1b { transaction, .. }
            | Self::Phase2a { transaction, .. }
            | Self::Phase2b { transaction, .. }
            | Self::Nack { transaction, .. }
            | Self::Aborted { transaction }
            | Self::Forget { transaction }
            | Self::Outcome { transaction, .. } => transaction,
        }
    }
}

impl crate::Message for Message {
    fn name(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "Begin",
            Self::Prepare { .. } => "Prepare",
            Self::Yes { .. } => "Yes",
            Self::No { .. } => "No",
            Self::Commit { .. } => "Commit",
            Self::Abort { .. } => "Abort",
            Self::Ack { .. } => "Ack",
            Self::Inquiry { .. } => "Inquiry",
            Self::StateReport { .. } => "StateReport",
            Self::CanCommit { .. } => "CanCommit",
            Self::PreCommit { .. } => "PreCommit",
            Self::DoCommit { .. } => "DoCommit",
            Self::HaveCommitted { .. } => "HaveCommitted",
            Self::Phase1a { .. } => "Phase1a",
            Self::Phase1b { .. } => "Phase1b",
            Self::Phase2a { .. } => "Phase2a",
            Self::Phase2b { .. } => "Phase2b",
            Self::Nack { .. } => "Nack",
            Self::Aborted { .. } => "Aborted",
            Self::Forget { .. } => "Forget",
            Self::Outcome { .. } => "Outcome",
        }
    }

    fn is_reply(&self) -> bool {
        matches!(
            self,
            Self::Yes { .. }
                | Self::No { .. }
                | Self::Ack { .. }
                | Self::Outcome { .. }
                | Self::StateReport { .. }
                | Self::HaveCommitted { .. }
                | Self::Phase1b { .. }
                | Self::Phase2b { .. }
                | Self::Nack { .. }
                | Self::Aborted { .. }
        )
    }
}

/// What one transaction costs. The client's BEGIN and its outcome are outside of this account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Cost {
    /// Messages between coordinator and participants, without acknowledgements; repeats and inquiries count.
    pub messages: u32,
    /// Acknowledgements, which some accounts leave out.
    pub acks: u32,
    /// Forced writes of coordinator and participants.
    pub forced_writes: u32,
}

impl Cost {
    /// The cost of a transaction that commits without a failure, with `participants` participants and the
    /// coordinator outside of them: 3N messages, N acknowledgements, 2N + 1 forced writes.
    pub const fn of_commit(participants: u32) -> Self {
        Self {
            messages: participants.saturating_mul(3),
            acks: participants,
            forced_writes: participants.saturating_mul(2).saturating_add(1),
        }
    }

    /// Counts a message that was sent.
    pub fn add_message(&mut self, message: &Message) {
        match message {
            Message::Begin { .. } | Message::Outcome { .. } | Message::Forget { .. } => {}
            Message::Ack { .. } | Message::HaveCommitted { .. } | Message::Aborted { .. } => {
                self.acks = self.acks.saturating_add(1);
            }
            _ => self.messages = self.messages.saturating_add(1),
        }
    }
}

/// The names of the timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Timer {
    /// Coordinator: votes are missing for too long; then it decides ABORT.
    Votes(TransactionId),
    /// Coordinator: repeat COMMIT to those that have not acknowledged it.
    Resend(TransactionId),
    /// Participant: the work before the vote is done.
    Work(TransactionId),
    /// Participant: uncertain for long; ask for the outcome. In three-phase commit also the coordinator's, when it is
    /// back and undecided.
    Inquire(TransactionId),
    /// Three-phase commit, participant: who has not answered by now is down.
    Collect(TransactionId),
    /// Client: no outcome yet; send BEGIN again.
    Begin(TransactionId),
}

impl Timer {
    /// The transaction that the timer belongs to.
    pub fn transaction(&self) -> TransactionId {
        match *self {
            Self::Votes(transaction)
            | Self::Resend(transaction)
            | Self::Work(transaction)
            | Self::Inquire(transaction)
            | Self::Collect(transaction)
            | Self::Begin(transaction) => transaction,
        }
    }
}

impl crate::Timer for Timer {
    fn name(&self) -> &'static str {
        match self {
            Self::Votes(_) => "vote timeout",
            Self::Resend(_) => "resend COMMIT",
            Self::Work(_) => "work before the vote",
            Self::Inquire(_) => "inquiry",
            Self::Collect(_) => "collecting states",
            Self::Begin(_) => "repeat BEGIN",
        }
    }
}

/// What a client's program, or a person, asks of a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Command {
    /// To a client: make all these changes, or none. Their sum must be 0, and no account may come twice.
    Transfer {
        /// The changes, each with its participant.
        parts: Vec<Part>,
    },
    /// To a participant: vote NO at the next vote.
    RefuseNext,
}

impl crate::Command for Command {
    fn name(&self) -> &'static str {
        match self {
            Self::Transfer { .. } => "transfer",
            Self::RefuseNext => "refuse-next",
        }
    }
}

/// Why a client does not even begin a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BadTransfer {
    /// It changes nothing.
    Empty,
    /// It names a node that is no participant.
    UnknownParticipant,
    /// It names the same account twice.
    AccountTwice,
    /// Its changes do not add up to 0.
    NotBalanced,
    /// The client has used up its serials.
    NoSerialLeft,
}

/// The answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Reply {
    /// All the changes are made, or will be wherever a participant has not heard of it yet.
    Committed {
        /// The name that the transfer had.
        transaction: TransactionId,
    },
    /// None of the changes is made, nor ever will be.
    Aborted {
        /// The name that the transfer had.
        transaction: TransactionId,
    },
    /// The client has given up asking: it may have been committed, or may be yet.
    Unknown {
        /// The name that the transfer had.
        transaction: TransactionId,
    },
    /// The transfer makes no sense, and was not begun.
    Malformed(BadTransfer),
    /// The participant will refuse at its next vote.
    WillRefuse,
    /// The command is not for a node of this role.
    WrongRole,
}

impl crate::Reply for Reply {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Committed { .. } | Self::WillRefuse => Outcome::Ok,
            Self::Aborted { .. } | Self::Malformed(_) | Self::WrongRole => Outcome::Fail,
            Self::Unknown { .. } => Outcome::Info,
        }
    }
}
