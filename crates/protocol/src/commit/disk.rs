//! What each role keeps on its disk: a log of records, and the little that goes with it.

use crate::ordered::SharedMap;
use crate::ordered::{Map, Set};
use serde::{Serialize, Serializer};

use super::count_of;
use super::message::{Accepted, Ballot, Change, Decision, TransactionId};
use crate::NodeId;

/// All that survives a crash of a node, by role.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stable {
    /// A disk that was never written, or that was lost.
    #[default]
    Blank,
    /// The coordinator's.
    Coordinator(CoordinatorDisk),
    /// A participant's.
    Participant(ParticipantDisk),
    /// A client's.
    Client(ClientDisk),
}

impl Stable {
    /// How many forced writes `transaction` has cost at this node, by the records that are still in the log.
    pub fn forced_writes(&self, transaction: TransactionId) -> u32 {
        match self {
            Self::Coordinator(disk) => disk.log.forced_writes(transaction),
            Self::Participant(disk) => disk.log.forced_writes(transaction),
            Self::Blank | Self::Client(_) => 0,
        }
    }

    /// How the log says that `transaction` ended, if it says so.
    pub fn decision(&self, transaction: TransactionId) -> Option<Decision> {
        match self {
            Self::Coordinator(disk) => disk.log.decision(transaction),
            Self::Participant(disk) => disk.log.decision(transaction),
            Self::Blank | Self::Client(_) => None,
        }
    }

    /// All decisions that are in the log. A record can be durable although a crash swallowed the note behind
    /// it.
    pub fn decisions(&self) -> Map<TransactionId, Decision> {
        match self {
            Self::Coordinator(disk) => disk.log.decisions(),
            Self::Participant(disk) => disk.log.decisions(),
            Self::Blank | Self::Client(_) => Map::new(),
        }
    }

    // A disk of another role cannot be: a node keeps its seat. Were it so, a blank disk is the safe reading.

    pub(super) fn into_coordinator(self) -> CoordinatorDisk {
        if let Self::Coordinator(disk) = self { disk } else { CoordinatorDisk::default() }
    }

    pub(super) fn into_participant(self) -> ParticipantDisk {
        if let Self::Participant(disk) = self { disk } else { ParticipantDisk::default() }
    }

    pub(super) fn into_client(self) -> ClientDisk {
        if let Self::Client(disk) = self { disk } else { ClientDisk::default() }
    }
}

/// What the coordinator keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CoordinatorDisk {
    /// How often it has booted; forced before it says anything.
    pub incarnation: u32,
    /// Its log. In 2PC an abort leaves no record.
    pub log: Log<CoordinatorRecord>,
    /// Paxos Commit: transactions that all participants have ended, and that the acceptors have forgotten.
    pub over: Serials,
}

/// A set of transactions, kept as stretches of serials, for each client: from the first to the last of the stretch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Serials(Map<NodeId, Map<u32, u32>>);

impl Serials {
    /// Whether the transaction is in the set.
    pub fn contains(&self, transaction: TransactionId) -> bool {
        let stretches = self.0.get(&transaction.client);
        let stretch = stretches.and_then(|all| all.range(..=transaction.serial).next_back());
        stretch.is_some_and(|(_, &last)| last >= transaction.serial)
    }

    /// Puts the transaction into the set, and joins the stretches beside it.
    pub(super) fn insert(&mut self, transaction: TransactionId) {
        if self.contains(transaction) {
            return;
        }
        let serial = transaction.serial;
        let stretches = self.0.entry(transaction.client).or_default();
        let before = stretches.range(..serial).next_back().map(|(&first, &last)| (first, last));
        let first = before.filter(|&(_, last)| last + 1 == serial).map_or(serial, |(first, _)| first);
        let last = serial.checked_add(1).and_then(|next| stretches.remove(&next)).unwrap_or(serial);
        stretches.insert(first, last);
    }
}

/// What a participant keeps: its database, and the log of what happens to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ParticipantDisk {
    /// The accounts whose balance has ever changed; the others hold the initial balance of the setup.
    pub balances: SharedMap<u32, i64>,
    /// Its log.
    pub log: Log<ParticipantRecord>,
    /// The lowest serial that is still open at each client: a PREPARE from below is ignored.
    pub open_from: Map<NodeId, u32>,
}

/// What a client keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ClientDisk {
    /// The greatest serial that it may have used.
    pub serials_reserved: u32,
    /// The greatest incarnation of the coordinator that it has heard of.
    pub coordinator_incarnation: u32,
}

/// A record in a log.
pub trait Record: Clone {
    /// The transaction that it is about.
    fn transaction(&self) -> TransactionId;
    /// Whether the protocol forces it.
    fn is_forced(&self) -> bool;
    /// The decision that it records, if any.
    fn decision(&self) -> Option<Decision>;
}

/// A record of the coordinator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum CoordinatorRecord {
    /// The decision is COMMIT; forced before the first COMMIT is sent.
    Commit {
        /// The transaction.
        transaction: TransactionId,
        /// Who must hear of it.
        participants: Set<NodeId>,
    },
    /// All have acknowledged COMMIT; not forced.
    End {
        /// The transaction.
        transaction: TransactionId,
    },
    /// Three-phase commit: votes will be asked for; forced before CanCommit.
    Start {
        /// The transaction.
        transaction: TransactionId,
        /// Whom to ask how it ended.
        participants: Set<NodeId>,
    },
    /// Three-phase commit: the decision is ABORT; forced before ABORT is sent.
    Abort {
        /// The transaction.
        transaction: TransactionId,
    },
    /// Paxos Commit, acceptor: it accepts nothing below this ballot; forced before Phase1b.
    Promised {
        /// The transaction.
        transaction: TransactionId,
        /// Its participants.
        participants: Set<NodeId>,
        /// The ballot.
        ballot: Ballot,
        /// What it has accepted by now.
        accepted: Accepted,
    },
    /// Paxos Commit, acceptor: what it has accepted; forced before Phase2b.
    Accepted {
        /// The transaction.
        transaction: TransactionId,
        /// Its participants.
        participants: Set<NodeId>,
        /// The ballot.
        ballot: Ballot,
        /// What it has accepted by now.
        accepted: Accepted,
    },
    /// Paxos Commit, leader: what the acceptors have chosen; not forced, for they know it.
    Learned {
        /// The transaction.
        transaction: TransactionId,
        /// Who must hear of it.
        participants: Set<NodeId>,
        /// How it ended.
        decision: Decision,
    },
}

impl Record for CoordinatorRecord {
    fn transaction(&self) -> TransactionId {
        match *self {
            Self::Commit { transaction, .. }
            | Self::End { transaction }
            | Self::Start { transaction, .. }
            | Self::Abort { transaction }
            | Self::Promised { transaction, .. }
            | Self::Accepted { transaction, .. }
            | Self::Learned { transaction, .. } => transaction,
        }
    }

    fn is_forced(&self) -> bool {
        !matches!(self, Self::End { .. } | Self::Learned { .. })
    }

    fn decision(&self) -> Option<Decision> {
        match self {
            Self::Commit { .. } => Some(Decision::Commit),
            Self::Abort { .. } => Some(Decision::Abort),
            Self::Learned { decision, .. } => Some(*decision),
            Self::End { .. } | Self::Start { .. } | Self::Promised { .. } | Self::Accepted { .. } => None,
        }
    }
}

/// A record of a participant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum ParticipantRecord {
    /// It can commit whatever happens; forced before YES.
    Prepared {
        /// The transaction.
        transaction: TransactionId,
        /// Whom to ask for the outcome.
        coordinator: NodeId,
        /// All that take part, where the variant lets them know of each other.
        participants: Set<NodeId>,
        /// What to change on COMMIT. The accounts stay locked until the decision.
        changes: Vec<Change>,
    },
    /// Three-phase commit: all have voted YES; forced before Ack.
    PreCommitted {
        /// The transaction.
        transaction: TransactionId,
    },
    /// The changes are made; forced before ACK.
    Committed {
        /// The transaction.
        transaction: TransactionId,
    },
    /// The changes are dropped.
    Aborted {
        /// The transaction.
        transaction: TransactionId,
        /// Forced if the node decided by itself: before NO, or heuristically. Told by the coordinator, it is
        /// not.
        forced: bool,
        /// Whether it decided alone after YES, which only the impatient variant does.
        heuristic: bool,
    },
}

impl Record for ParticipantRecord {
    fn transaction(&self) -> TransactionId {
        match *self {
            Self::Prepared { transaction, .. }
            | Self::PreCommitted { transaction }
            | Self::Committed { transaction }
            | Self::Aborted { transaction, .. } => transaction,
        }
    }

    fn is_forced(&self) -> bool {
        !matches!(self, Self::Aborted { forced: false, .. })
    }

    fn decision(&self) -> Option<Decision> {
        match self {
            Self::Prepared { .. } | Self::PreCommitted { .. } => None,
            Self::Committed { .. } => Some(Decision::Commit),
            Self::Aborted { .. } => Some(Decision::Abort),
        }
    }
}

/// A log: records in the order in which they were written, each with its log sequence number, from 1.
///
/// A clone shares all records. Records of ended transactions are cut out, so the numbers may have gaps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Log<R> {
    written: u64,
    records: SharedMap<u64, R>,
}

impl<R> Default for Log<R> {
    fn default() -> Self {
        Self { written: 0, records: SharedMap::default() }
    }
}

impl<R: Record> Log<R> {
    /// The records that are kept, oldest first, with their log sequence numbers.
    ///
    /// A record in the log in memory whose number is not in the log on the disk is not durable yet.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &R)> {
        self.records.iter().map(|(&number, record)| (number, record))
    }

    /// The record with this log sequence number, if it is kept.
    pub fn get(&self, number: u64) -> Option<&R> {
        self.records.get(&number)
    }

    /// Whether no record is kept.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    fn of(&self, transaction: TransactionId) -> impl Iterator<Item = &R> {
        self.records.values().filter(move |record| record.transaction() == transaction)
    }

    fn forced_writes(&self, transaction: TransactionId) -> u32 {
        count_of(self.of(transaction).filter(|record| record.is_forced()))
    }

    fn decision(&self, transaction: TransactionId) -> Option<Decision> {
        self.of(transaction).find_map(Record::decision)
    }

    fn decisions(&self) -> Map<TransactionId, Decision> {
        let records = self.records.values();
        records.filter_map(|record| Some((record.transaction(), record.decision()?))).collect()
    }

    pub(super) fn append(&mut self, record: R) {
        self.written += 1;
        self.records.insert(self.written, record);
    }

    /// Cuts out the records of `transactions`.
    pub(super) fn forget(&mut self, transactions: &Set<TransactionId>) {
        let numbers: Vec<u64> = self
            .iter()
            .filter(|(_, record)| transactions.contains(&record.transaction()))
            .map(|(number, _)| number)
            .collect();
        for number in numbers {
            self.records.remove(&number);
        }
    }
}

impl<R: Record + Serialize> Serialize for Log<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // With the numbers: they decide which records are new.
        (self.written, &self.records).serialize(serializer)
    }
}
