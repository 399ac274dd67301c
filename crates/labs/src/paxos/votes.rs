//! Who has accepted what, and so what is chosen: the register of both machines of Paxos.

use std::hash::Hash;

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::SharedMap;

/// Votes and choices of a run, by place: an instance, or a slot of the log. Shared between copies: monitors are cloned
/// into every snapshot.
#[derive(Clone, Hash)]
pub(super) struct Votes<V: Ord, C> {
    /// Who has accepted what: a bit for each acceptor, by its number.
    votes: SharedMap<(u64, V), u64>,
    /// What is chosen.
    chosen: SharedMap<u64, C>,
}

impl<V: Ord, C> Default for Votes<V, C> {
    fn default() -> Self {
        Self { votes: SharedMap::new(), chosen: SharedMap::new() }
    }
}

/// Something was chosen in this step.
pub(super) struct Choice<V, C> {
    /// The instance or the slot.
    pub(super) place: u64,
    /// What is chosen now.
    pub(super) vote: V,
    /// What was chosen before, if anything.
    pub(super) before: Option<C>,
}

impl<V: Ord + Copy, C: Copy> Votes<V, C> {
    /// What is chosen at a place: what was chosen first.
    pub(super) fn chosen(&self, place: u64) -> Option<C> {
        self.chosen.get(&place).copied()
    }

    /// An acceptor has accepted a vote for `value`; returns the choice where that makes a majority.
    pub(super) fn accept(
        &mut self,
        place: u64,
        vote: V,
        value: C,
        acceptor: NodeId,
        is_majority: impl FnOnce(usize) -> bool,
    ) -> Option<Choice<V, C>> {
        let before = self.votes.get(&(place, vote)).copied().unwrap_or(0);
        let now = before | 1 << (acceptor.number() % 64);
        if now == before {
            return None;
        }
        self.votes.insert((place, vote), now);
        if !is_majority(now.count_ones() as usize) {
            return None;
        }
        let choice = Choice { place, vote, before: self.chosen(place) };
        if choice.before.is_none() {
            self.chosen.insert(place, value);
        }
        Some(choice)
    }
}
