//! What the nodes of a Raft world remark, and the rules that they name.

use serde::Serialize;

use crate::NodeId;

/// The ids of all rules that a note can name: where each stands in Figure 2 of the extended paper.
pub const RULES: [&str; 19] = [
    "followers-2",
    "candidates-1",
    "candidates-2",
    "servers-2",
    "request-vote-1",
    "request-vote-2",
    "append-entries-2",
    "append-entries-3",
    "append-entries-5",
    "leaders-2",
    "leaders-4",
    "client-retry",
    "pre-vote",
    "leader-memory",
    "read",
    "snapshot",
    "install-snapshot",
    "config",
    "catch-up",
];

/// Why a vote was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The candidate's term is over.
    StaleTerm,
    /// The vote of this term went to another candidate.
    VotedForAnother,
    /// The candidate's log is behind.
    LogBehind,
    /// A leader was heard from within the shortest election timeout.
    HearsLeader,
}

/// What a node remarks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Note {
    /// The election timeout ran out: it asks for votes in a new term.
    BecameCandidate {
        /// The new term.
        term: u64,
    },
    /// It granted its vote.
    Voted {
        /// The term.
        term: u64,
        /// To whom.
        candidate: NodeId,
    },
    /// It refused its vote.
    Refused {
        /// The term of the request.
        term: u64,
        /// To whom.
        candidate: NodeId,
        /// Why.
        refusal: Refusal,
    },
    /// A majority voted for it.
    BecameLeader {
        /// The term.
        term: u64,
        /// How many votes it had.
        votes: u32,
    },
    /// It heard of a newer term, or of a leader of its term, and follows.
    SteppedDown {
        /// The term in which it follows.
        term: u64,
    },
    /// It refused entries: its log has nothing that matches the entry before them.
    LogMismatch {
        /// The index at which nothing matched.
        index: u64,
    },
    /// It dropped entries that conflict with the leader's.
    Truncated {
        /// The first index that it dropped.
        index: u64,
    },
    /// It appended a client's command as leader.
    Appended {
        /// Its index.
        index: u64,
        /// Its term.
        term: u64,
    },
    /// As leader, it knows that everything up to here is committed.
    Committed {
        /// The index.
        index: u64,
    },
    /// As follower, it learned that everything up to here is committed.
    LearnedCommit {
        /// The index.
        index: u64,
    },
    /// A client had no answer and asks again.
    ClientRetried {
        /// The number of the command in its session.
        serial: u64,
        /// Whom it asks now.
        server: NodeId,
    },
    /// The election timeout ran out: it asks who would vote for it in the next term.
    AskedFirst {
        /// The next term.
        term: u64,
    },
    /// It would grant its vote.
    WouldVote {
        /// The term that was asked about.
        term: u64,
        /// To whom.
        candidate: NodeId,
    },
    /// As leader, it answers a read from its state machine.
    ReadFromState {
        /// Up to where it has applied.
        index: u64,
    },
    /// A snapshot took the place of the entries up to here.
    TookSnapshot {
        /// The index.
        index: u64,
    },
    /// The leader's snapshot took the place of its log up to here.
    InstalledSnapshot {
        /// The index.
        index: u64,
    },
    /// The configuration of this entry applies from now on.
    ConfigAdopted {
        /// The index.
        index: u64,
    },
    /// As leader, it fills a newcomer before it gets a vote.
    CatchingUp {
        /// The newcomer.
        server: NodeId,
    },
}

impl crate::Note for Note {
    fn name(&self) -> &'static str {
        match self {
            Self::BecameCandidate { .. } => "became candidate",
            Self::Voted { .. } => "voted",
            Self::Refused { .. } => "refused vote",
            Self::BecameLeader { .. } => "became leader",
            Self::SteppedDown { .. } => "stepped down",
            Self::LogMismatch { .. } => "log mismatch",
            Self::Truncated { .. } => "truncated",
            Self::Appended { .. } => "appended",
            Self::Committed { .. } => "committed",
            Self::LearnedCommit { .. } => "learned commit",
            Self::ClientRetried { .. } => "client retried",
            Self::AskedFirst { .. } => "asked first",
            Self::WouldVote { .. } => "would vote",
            Self::ReadFromState { .. } => "read from state",
            Self::TookSnapshot { .. } => "took snapshot",
            Self::InstalledSnapshot { .. } => "installed snapshot",
            Self::ConfigAdopted { .. } => "adopted configuration",
            Self::CatchingUp { .. } => "catching up",
        }
    }

    fn rule(&self) -> Option<&'static str> {
        Some(match self {
            Self::BecameCandidate { .. } => "candidates-1",
            Self::Voted { .. } => "request-vote-2",
            Self::Refused { refusal: Refusal::StaleTerm, .. } => "request-vote-1",
            Self::Refused { refusal: Refusal::HearsLeader, .. } => "leader-memory",
            Self::Refused { .. } => "request-vote-2",
            Self::BecameLeader { .. } => "candidates-2",
            Self::SteppedDown { .. } => "servers-2",
            Self::LogMismatch { .. } => "append-entries-2",
            Self::Truncated { .. } => "append-entries-3",
            Self::Appended { .. } => "leaders-2",
            Self::Committed { .. } => "leaders-4",
            Self::LearnedCommit { .. } => "append-entries-5",
            Self::ClientRetried { .. } => "client-retry",
            Self::AskedFirst { .. } | Self::WouldVote { .. } => "pre-vote",
            Self::ReadFromState { .. } => "read",
            Self::TookSnapshot { .. } => "snapshot",
            Self::InstalledSnapshot { .. } => "install-snapshot",
            Self::ConfigAdopted { .. } => "config",
            Self::CatchingUp { .. } => "catch-up",
        })
    }

    fn is_decision(&self) -> bool {
        matches!(self, Self::BecameLeader { .. } | Self::Committed { .. })
    }
}
