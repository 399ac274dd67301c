//! An acceptor: it promises, it accepts, and both are on its disk before it says so (§2.2).

use serde::Serialize;

use super::ballot::{Ballot, Vote};
use super::message::Message;
use super::note::Note;
use super::{ByInstance, Fx, Paxos, Stable, Variant, refuse_command};
use crate::{Input, NodeId};

/// What an acceptor knows of one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Slot {
    /// It accepts nothing below this ballot.
    pub promised: Ballot,
    /// The proposal of the highest ballot that it has accepted.
    pub accepted: Option<Vote>,
}

/// An acceptor's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Acceptor {
    /// What it promised and accepted (persistent).
    pub slots: ByInstance<Slot>,
}

impl Acceptor {
    pub(super) fn boot(stable: Stable) -> Self {
        Self { slots: stable.slots }
    }

    pub(super) fn handle(&mut self, input: Input<Paxos>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body: Message::Prepare { instance, ballot } } => {
                self.prepare(from, instance, ballot, fx);
            }
            Input::Message { from, body: Message::Accept { instance, ballot, value } } => {
                self.accept(from, instance, Vote { ballot, value }, fx);
            }
            Input::Message { from, body: Message::Query { instance } } => self.tell(from, instance, fx),
            Input::Command { op, .. } => refuse_command(op, fx),
            Input::Message { .. } | Input::Timer(_) => {}
        }
    }

    /// Phase 1b: it answers a ballot above every one that it has answered. The same one again was answered already.
    fn prepare(&mut self, from: NodeId, instance: u64, ballot: Ballot, fx: &mut Fx<'_>) {
        let slot = self.slots.get(&instance).copied();
        match slot.map(|slot| slot.promised) {
            Some(promised) if promised > ballot => refuse(from, instance, ballot, promised, fx),
            Some(promised) if promised == ballot => {}
            _ => {
                let accepted = slot.and_then(|slot| slot.accepted);
                self.put(instance, Slot { promised: ballot, accepted }, fx);
                fx.note(Note::Promised { instance, ballot, accepted });
                fx.send(from, Message::Promise { instance, ballot, accepted });
            }
        }
    }

    /// Phase 2b: it accepts unless it has promised a higher ballot.
    fn accept(&mut self, from: NodeId, instance: u64, vote: Vote, fx: &mut Fx<'_>) {
        let Vote { ballot, value } = vote;
        let slot = self.slots.get(&instance).copied();
        if let Some(Slot { promised, .. }) = slot.filter(|slot| slot.promised > ballot) {
            return refuse(from, instance, ballot, promised, fx);
        }
        if slot.is_none_or(|slot| slot.accepted != Some(vote)) {
            self.put(instance, Slot { promised: ballot, accepted: Some(vote) }, fx);
            fx.note(Note::Accepted { instance, ballot, value });
        }
        let hearers = std::iter::once(from).chain(fx.setup().learners());
        for hearer in hearers.collect::<Vec<_>>() {
            fx.send(hearer, Message::Accepted { instance, ballot, value });
        }
    }

    fn tell(&self, from: NodeId, instance: u64, fx: &mut Fx<'_>) {
        if let Some(Vote { ballot, value }) = self.slots.get(&instance).and_then(|slot| slot.accepted) {
            fx.send(from, Message::Accepted { instance, ballot, value });
        }
    }

    /// Whatever follows waits until the disk has it, and a crash may lose what nobody was told.
    fn put(&mut self, instance: u64, slot: Slot, fx: &mut Fx<'_>) {
        self.slots.insert(instance, slot);
        if fx.setup().variant != Variant::ForgetfulAcceptor {
            fx.persist_forced(Stable { slots: self.slots.clone(), ..Stable::default() });
        }
    }
}

fn refuse(from: NodeId, instance: u64, ballot: Ballot, promised: Ballot, fx: &mut Fx<'_>) {
    fx.note(Note::Refused { instance, ballot, promised });
    fx.send(from, Message::Nack { instance, ballot, promised });
}
