//! An acceptor: one promise for all slots, and what it accepted in each; on its disk before it says so.

use serde::Serialize;

use super::message::{Message, Vote};
use super::note::Note;
use super::{Ballot, BySlot, Fx, Stable};
use crate::NodeId;

/// An acceptor's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Acceptor {
    /// It accepts nothing below, in any slot (persistent).
    pub promised: Option<Ballot>,
    /// What it accepted last in each slot (persistent).
    pub accepted: BySlot<Vote>,
}

impl Acceptor {
    pub(super) fn boot(stable: Stable) -> Self {
        Self { promised: stable.promised, accepted: stable.accepted }
    }

    pub(super) fn hear(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Prepare { ballot, from_slot } => self.prepare(from, ballot, from_slot, fx),
            Message::Accept { ballot, slot, entry } => self.accept(from, slot, Vote { ballot, entry }, fx),
            _ => {}
        }
    }

    /// Phase 1b. The same ballot again was answered already.
    fn prepare(&mut self, from: NodeId, ballot: Ballot, from_slot: u64, fx: &mut Fx<'_>) {
        match self.promised {
            Some(promised) if promised > ballot => refuse(from, ballot, promised, fx),
            Some(promised) if promised == ballot => {}
            _ => {
                self.promised = Some(ballot);
                self.persist(fx);
                fx.note(Note::Promised { ballot });
                let accepted = self.accepted.range(from_slot..).map(|(&slot, &vote)| (slot, vote)).collect();
                fx.send(from, Message::Promise { ballot, accepted });
            }
        }
    }

    /// Phase 2b.
    fn accept(&mut self, from: NodeId, slot: u64, vote: Vote, fx: &mut Fx<'_>) {
        let Vote { ballot, entry } = vote;
        if let Some(promised) = self.promised.filter(|&promised| promised > ballot) {
            return refuse(from, ballot, promised, fx);
        }
        if self.accepted.get(&slot) != Some(&vote) {
            self.promised = Some(ballot);
            self.accepted.insert(slot, vote);
            self.persist(fx);
            fx.note(Note::Accepted { slot, ballot });
        }
        for hearer in std::iter::once(from).chain(fx.setup().learners()) {
            fx.send(hearer, Message::Accepted { ballot, slot, entry });
        }
    }

    fn persist(&self, fx: &mut Fx<'_>) {
        let (promised, accepted) = (self.promised, self.accepted.clone());
        fx.persist_forced(Stable { promised, accepted, ..Stable::default() });
    }
}

fn refuse(from: NodeId, ballot: Ballot, promised: Ballot, fx: &mut Fx<'_>) {
    fx.note(Note::Refused { ballot, promised });
    fx.send(from, Message::Nack { ballot, promised });
}
