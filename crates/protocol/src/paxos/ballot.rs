//! Ballots, votes, and the one question of Paxos: has a majority accepted the same ballot?

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Setup, Variant};
use crate::NodeId;
use crate::ordered::{Map, Set};

/// The number of a proposal (§2.2): a round and its proposer, so that no two proposers ever use the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ballot {
    /// The round, from 1.
    pub round: u32,
    /// Whose it is; among ballots of a round the later proposer's is higher.
    pub proposer: NodeId,
}

impl fmt::Display for Ballot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.round, self.proposer)
    }
}

impl Serialize for Ballot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A proposal: a value in a ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Vote {
    /// The ballot.
    pub ballot: Ballot,
    /// The value.
    pub value: u32,
}

/// Who has accepted what, in one instance, as far as a proposer or a learner has heard.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tally {
    votes: Map<Vote, Set<NodeId>>,
}

impl Tally {
    /// Counts an acceptance. Returns whether the value is chosen now, as this variant counts.
    pub fn count(&mut self, vote: Vote, acceptor: NodeId, setup: &Setup) -> bool {
        self.votes.entry(vote).or_default().insert(acceptor);
        let count = match setup.variant {
            Variant::CountsAcrossBallots => self.acceptors_of(vote.value),
            _ => self.acceptors_in(vote).count(),
        };
        setup.is_majority(count)
    }

    /// Who has accepted this value in this ballot.
    pub fn acceptors_in(&self, vote: Vote) -> impl Iterator<Item = NodeId> + use<'_> {
        self.votes.get(&vote).into_iter().flatten().copied()
    }

    /// The votes that it has heard of, lowest ballot first, each with its acceptors.
    pub fn votes(&self) -> impl Iterator<Item = (Vote, &Set<NodeId>)> {
        self.votes.iter().map(|(&vote, acceptors)| (vote, acceptors))
    }

    /// How many acceptors have accepted this value in any ballot: no measure of anything.
    fn acceptors_of(&self, value: u32) -> usize {
        let of_value = self.votes.iter().filter(|(vote, _)| vote.value == value);
        of_value.flat_map(|(_, acceptors)| acceptors).collect::<Set<_>>().len()
    }
}

/// As a list: JSON has no maps with such keys.
impl Serialize for Tally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.votes.iter())
    }
}
