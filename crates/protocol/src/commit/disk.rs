//! What each role keeps on its disk: a log of records, and the little that goes with it.

use std::collections::{BTreeMap, BTreeSet};

use rpds::RedBlackTreeMapSync;
use serde::{Serialize, Serializer};

use super::{Change, Decision, TransactionId, count_of};
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
    pub fn decisions(&self) -> BTreeMap<TransactionId, Decision> {
        match self {
            Self::Coordinator(disk) => disk.log.decisions(),
            Self::Participant(disk) => disk.log.decisions(),
            Self::Blank | Self::Client(_) => BTreeMap::new(),
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
    /// Its log. An abort leaves no record.
    pub log: Log<CoordinatorRecord>,
}

/// What a participant keeps: its database, and the log of what happens to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ParticipantDisk {
    /// The accounts whose balance has ever changed; the others hold the initial balance of the setup.
    pub balances: RedBlackTreeMapSync<u32, i64>,
    /// Its log.
    pub log: Log<ParticipantRecord>,
    /// The lowest serial that is still open at each client: a PREPARE from below is ignored.
    pub open_from: BTreeMap<NodeId, u32>,
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
        participants: BTreeSet<NodeId>,
    },
    /// All have acknowledged COMMIT; not forced.
    End {
        /// The transaction.
        transaction: TransactionId,
    },
}

impl Record for CoordinatorRecord {
    fn transaction(&self) -> TransactionId {
        match *self {
            Self::Commit { transaction, .. } | Self::End { transaction } => transaction,
        }
    }

    fn is_forced(&self) -> bool {
        matches!(self, Self::Commit { .. })
    }

    fn decision(&self) -> Option<Decision> {
        matches!(self, Self::Commit { .. }).then_some(Decision::Commit)
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
        /// What to change on COMMIT. The accounts stay locked until the decision.
        changes: Vec<Change>,
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
            | Self::Committed { transaction }
            | Self::Aborted { transaction, .. } => transaction,
        }
    }

    fn is_forced(&self) -> bool {
        !matches!(self, Self::Aborted { forced: false, .. })
    }

    fn decision(&self) -> Option<Decision> {
        match self {
            Self::Prepared { .. } => None,
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
    records: RedBlackTreeMapSync<u64, R>,
}

impl<R> Default for Log<R> {
    fn default() -> Self {
        Self { written: 0, records: RedBlackTreeMapSync::default() }
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

    fn decisions(&self) -> BTreeMap<TransactionId, Decision> {
        let records = self.records.values();
        records.filter_map(|record| Some((record.transaction(), record.decision()?))).collect()
    }

    pub(super) fn append(&mut self, record: R) {
        self.written += 1;
        self.records.insert_mut(self.written, record);
    }

    /// Cuts out the records of `transactions`.
    pub(super) fn forget(&mut self, transactions: &BTreeSet<TransactionId>) {
        let numbers: Vec<u64> = self
            .iter()
            .filter(|(_, record)| transactions.contains(&record.transaction()))
            .map(|(number, _)| number)
            .collect();
        for number in numbers {
            self.records.remove_mut(&number);
        }
    }
}

impl<R: Record + Serialize> Serialize for Log<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // With the numbers: they decide which records are new.
        (self.written, &self.records).serialize(serializer)
    }
}
