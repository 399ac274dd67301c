//! What the nodes of an atomic commit remark, and the rules that they name.

use serde::Serialize;

use super::{Ballot, Decision, Refusal, TransactionId};
use crate::NodeId;

/// The ids of all rules that a note can name, in the order of a transaction's life.
pub const RULES: [&str; 31] = [
    "begin",
    "begin-once",
    "vote-yes",
    "vote-no",
    "stale-prepare",
    "commit-on-all-yes",
    "abort-on-no",
    "vote-timeout",
    "obey-commit",
    "obey-abort",
    "release-locks",
    "uncertain-asks",
    "presumed-abort",
    "resend-commit",
    "end-after-acks",
    "recover-coordinator",
    "recover-participant",
    "ask-peers",
    "peer-decides",
    "abort-before-vote",
    "pre-commit",
    "commit-on-acks",
    "elect-backup",
    "backup-decides",
    "recover-undecided",
    "phase-1",
    "phase-2",
    "chosen",
    "take-over",
    "heuristic-abort",
    "silence-is-consent",
];

/// Why a node decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Coordinator: all voted YES.
    AllYes,
    /// Coordinator: this participant voted NO.
    VotedNo(NodeId),
    /// Coordinator: votes were missing when the timer ran out.
    VoteTimeout,
    /// Coordinator: votes were missing when the timer ran out, and it took that for a YES. Wrong.
    Silence,
    /// Participant: its own vote was NO.
    OwnNo,
    /// Participant: the coordinator said so.
    Told,
    /// This peer said so.
    Peer(NodeId),
    /// Three-phase commit, coordinator: all are ready to commit, or down.
    AllReady,
    /// Three-phase commit: an elected backup, by the states of those that answered; or the coordinator that is back,
    /// by the states of all.
    Backup,
    /// Paxos Commit, leader: the acceptors have chosen Prepared for all participants, or Aborted for one.
    Chosen,
    /// Participant: nobody said anything, and it would not wait. Wrong after a YES.
    Heuristic,
}

/// What a node remarks. Notes wait behind forced writes: one that follows a forced write tells that it is
/// durable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Note {
    /// The coordinator asks for votes.
    Began {
        /// The transaction.
        transaction: TransactionId,
    },
    /// The coordinator will not start a BEGIN that was first sent to one of its earlier lives.
    StaleBegin {
        /// The transaction.
        transaction: TransactionId,
    },
    /// A participant is prepared, durably, and votes YES: from now on it is uncertain. Said with every YES,
    /// so also when PREPARE is repeated.
    VotedYes {
        /// The transaction.
        transaction: TransactionId,
    },
    /// A participant votes NO.
    VotedNo {
        /// The transaction.
        transaction: TransactionId,
        /// Why.
        refusal: Refusal,
    },
    /// A participant ignores a PREPARE of a transaction that its client no longer waits for.
    StalePrepare {
        /// The transaction.
        transaction: TransactionId,
    },
    /// A node decided, durably where the protocol asks for it. This is what AC1 to AC3 are judged by.
    Decided {
        /// The transaction.
        transaction: TransactionId,
        /// What it decided.
        decision: Decision,
        /// Why.
        cause: Cause,
    },
    /// A participant freed the accounts of a transaction.
    ReleasedLocks {
        /// The transaction.
        transaction: TransactionId,
        /// The accounts that are free again.
        accounts: Vec<u32>,
    },
    /// A participant is blocked: it voted YES, its timer ran out, and it must not decide alone. So it asks.
    Blocked {
        /// The transaction.
        transaction: TransactionId,
        /// How often it has asked by now.
        asked: u32,
    },
    /// The coordinator is asked about a transaction of which it has no record, and answers ABORT.
    PresumedAbort {
        /// The transaction.
        transaction: TransactionId,
        /// Who asked, or voted late.
        asker: NodeId,
    },
    /// The coordinator repeats COMMIT.
    ResentCommit {
        /// The transaction.
        transaction: TransactionId,
        /// How many participants have not acknowledged it.
        missing: u32,
    },
    /// All have acknowledged COMMIT: the coordinator has nothing more to do for the transaction.
    Ended {
        /// The transaction.
        transaction: TransactionId,
    },
    /// The coordinator is back after a crash.
    CoordinatorRecovered {
        /// The number of its new life.
        incarnation: u32,
        /// Transactions with a commit record and no end record: it sends COMMIT again.
        committing: u32,
    },
    /// A participant is back after a crash, with transactions that are prepared and undecided.
    ParticipantRecovered {
        /// Those transactions. Their locks are held again.
        uncertain: Vec<TransactionId>,
    },
    /// A participant is uncertain for long and asks the others.
    AskedPeers {
        /// The transaction.
        transaction: TransactionId,
    },
    /// Three-phase commit: all have voted YES. Of the coordinator, when it says so; of a participant, when it knows.
    PreCommitted {
        /// The transaction.
        transaction: TransactionId,
    },
    /// Three-phase commit: a participant is the first of those that answer, and ends what the coordinator began.
    BecameBackup {
        /// The transaction.
        transaction: TransactionId,
        /// How many others answered.
        answers: u32,
    },
    /// Three-phase commit: a coordinator is back, and does not know how the transaction ended. It asks.
    Undecided {
        /// The transaction.
        transaction: TransactionId,
    },
    /// Paxos Commit: a node begins a ballot above 0, to end what another began.
    TookOver {
        /// The transaction.
        transaction: TransactionId,
        /// The ballot.
        ballot: Ballot,
    },
    /// Paxos Commit: an acceptor promised.
    Promised {
        /// The transaction.
        transaction: TransactionId,
        /// The ballot.
        ballot: Ballot,
    },
    /// Paxos Commit: an acceptor accepted votes.
    Accepted {
        /// The transaction.
        transaction: TransactionId,
        /// The ballot.
        ballot: Ballot,
        /// For how many instances it holds a vote now.
        votes: u32,
    },
    /// A participant that aborted alone is told COMMIT: the damage is done.
    HeuristicDamage {
        /// The transaction.
        transaction: TransactionId,
    },
    /// A client stops asking for the outcome.
    GaveUp {
        /// The transaction.
        transaction: TransactionId,
    },
}

impl Note {
    /// The decision that it reports, if it reports one.
    pub fn decision(&self) -> Option<(TransactionId, Decision)> {
        if let Self::Decided { transaction, decision, .. } = *self {
            Some((transaction, decision))
        } else {
            None
        }
    }
}

impl crate::Note for Note {
    fn name(&self) -> &'static str {
        match self {
            Self::Began { .. } => "began",
            Self::StaleBegin { .. } => "stale BEGIN",
            Self::VotedYes { .. } => "voted YES",
            Self::VotedNo { .. } => "voted NO",
            Self::StalePrepare { .. } => "stale PREPARE",
            Self::Decided { decision: Decision::Commit, .. } => "decided COMMIT",
            Self::Decided { decision: Decision::Abort, .. } => "decided ABORT",
            Self::ReleasedLocks { .. } => "released locks",
            Self::Blocked { .. } => "blocked",
            Self::PresumedAbort { .. } => "presumed abort",
            Self::ResentCommit { .. } => "resent COMMIT",
            Self::Ended { .. } => "ended",
            Self::CoordinatorRecovered { .. } | Self::ParticipantRecovered { .. } => "recovered",
            Self::AskedPeers { .. } => "asked the others",
            Self::PreCommitted { .. } => "pre-committed",
            Self::BecameBackup { .. } => "became backup",
            Self::Undecided { .. } => "undecided",
            Self::TookOver { .. } => "took over",
            Self::Promised { .. } => "promised",
            Self::Accepted { .. } => "accepted",
            Self::HeuristicDamage { .. } => "heuristic damage",
            Self::GaveUp { .. } => "gave up",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::Began { .. } => "begin",
            Self::StaleBegin { .. } => "begin-once",
            Self::VotedYes { .. } => "vote-yes",
            Self::VotedNo { refusal: Refusal::AskedByPeer, .. } => "abort-before-vote",
            Self::VotedNo { .. } => "vote-no",
            Self::StalePrepare { .. } => "stale-prepare",
            Self::Decided { decision, cause, .. } => decision_rule(*decision, *cause),
            Self::ReleasedLocks { .. } => "release-locks",
            Self::Blocked { .. } => "uncertain-asks",
            Self::PresumedAbort { .. } => "presumed-abort",
            Self::ResentCommit { .. } => "resend-commit",
            Self::Ended { .. } => "end-after-acks",
            Self::CoordinatorRecovered { .. } => "recover-coordinator",
            Self::ParticipantRecovered { .. } => "recover-participant",
            Self::AskedPeers { .. } => "ask-peers",
            Self::PreCommitted { .. } => "pre-commit",
            Self::BecameBackup { .. } => "elect-backup",
            Self::Undecided { .. } => "recover-undecided",
            Self::TookOver { .. } => "take-over",
            Self::Promised { .. } => "phase-1",
            Self::Accepted { .. } => "phase-2",
            Self::HeuristicDamage { .. } => "heuristic-abort",
            Self::GaveUp { .. } => return None,
        })
    }

    fn is_decision(&self) -> bool {
        matches!(self, Self::Decided { .. })
    }
}

fn decision_rule(decision: Decision, cause: Cause) -> &'static str {
    match (cause, decision) {
        (Cause::AllYes, _) => "commit-on-all-yes",
        (Cause::VotedNo(_), _) => "abort-on-no",
        (Cause::VoteTimeout, _) => "vote-timeout",
        (Cause::Silence, _) => "silence-is-consent",
        (Cause::OwnNo, _) => "vote-no",
        (Cause::Peer(_), _) => "peer-decides",
        (Cause::AllReady, _) => "commit-on-acks",
        (Cause::Backup, _) => "backup-decides",
        (Cause::Chosen, _) => "chosen",
        (Cause::Told, Decision::Commit) => "obey-commit",
        (Cause::Told, Decision::Abort) => "obey-abort",
        (Cause::Heuristic, _) => "heuristic-abort",
    }
}
