//! What was accepted, and so what is chosen, seen from outside: by the messages that leave the acceptors.

use faultscope_protocol::paxos::multi::{Entry, Message, Setup, Vote};
use faultscope_sim::{Step, World};

use crate::paxos::votes::{self, Votes};

/// Votes and choices of a run, by slot.
#[derive(Clone, Default, Hash)]
pub(super) struct Ledger(Votes<Vote, Entry>);

/// An entry was chosen in this step; its place is the slot.
pub(super) type Choice = votes::Choice<Vote, Entry>;

impl Ledger {
    /// Takes in a step; returns what was chosen in it.
    pub(super) fn observe(&mut self, world: &World, step: &Step) -> Option<Choice> {
        let node = step.node.filter(|_| !step.sent.is_empty()).and_then(|id| world.node(id))?;
        let setup = node.setup::<Setup>()?;
        let mut choice = None;
        for sent in &step.sent {
            if let Some(&Message::Accepted { slot, ballot, entry }) = sent.body.get::<Message>() {
                let vote = Vote { ballot, entry };
                let chosen = self.0.accept(slot, vote, entry, node.id, |count| setup.is_majority(count));
                choice = chosen.or(choice);
            }
        }
        choice
    }

    /// What is chosen: what was chosen first.
    pub(super) fn chosen(&self, slot: u64) -> Option<Entry> {
        self.0.chosen(slot)
    }
}
