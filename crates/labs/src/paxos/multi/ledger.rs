//! What was accepted, and so what is chosen, seen from outside: by the messages that leave the acceptors.

use faultscope_protocol::NodeId;
use faultscope_protocol::paxos::multi::{BySlot, Entry, Message, Setup, Vote};
use faultscope_sim::{Step, World};
use rpds::RedBlackTreeMapSync;

/// Votes and choices of a run, by slot. Shared between copies: monitors are cloned into every snapshot.
#[derive(Clone, Default, Hash)]
pub(super) struct Ledger {
    /// Who has accepted what: a bit for each acceptor, by its number.
    votes: RedBlackTreeMapSync<(u64, Vote), u64>,
    /// What is chosen.
    chosen: BySlot<Entry>,
}

/// An entry was chosen in this step.
pub(super) struct Choice {
    pub(super) slot: u64,
    /// What is chosen now.
    pub(super) vote: Vote,
    /// What was chosen before, if anything.
    pub(super) before: Option<Entry>,
}

impl Ledger {
    /// Takes in a step; returns what was chosen in it.
    pub(super) fn observe(&mut self, world: &World, step: &Step) -> Option<Choice> {
        let node = step.node.filter(|_| !step.sent.is_empty()).and_then(|id| world.node(id))?;
        let setup = node.setup::<Setup>()?;
        let mut choice = None;
        for sent in &step.sent {
            if let Some(&Message::Accepted { slot, ballot, entry }) = sent.body.get::<Message>() {
                choice = self.accept(slot, Vote { ballot, entry }, node.id, setup).or(choice);
            }
        }
        choice
    }

    /// What is chosen in a slot: what was chosen first.
    pub(super) fn chosen(&self, slot: u64) -> Option<Entry> {
        self.chosen.get(&slot).copied()
    }

    fn accept(&mut self, slot: u64, vote: Vote, acceptor: NodeId, setup: &Setup) -> Option<Choice> {
        let before = self.votes.get(&(slot, vote)).copied().unwrap_or(0);
        let now = before | 1 << (acceptor.number() % 64);
        if now == before {
            return None;
        }
        self.votes.insert_mut((slot, vote), now);
        if !setup.is_majority(now.count_ones() as usize) {
            return None;
        }
        let choice = Choice { slot, vote, before: self.chosen(slot) };
        if choice.before.is_none() {
            self.chosen.insert_mut(slot, vote.entry);
        }
        Some(choice)
    }
}
