//! A learner: it hears every acceptance, counts, and asks for what it missed (§2.3).

use serde::Serialize;

use super::ballot::{Tally, Vote};
use super::message::{Message, Timer};
use super::note::Note;
use super::{ByInstance, Fx, Paxos, Stable, refuse_command};
use crate::ordered::Map;
use crate::{Input, NodeId};

/// A learner's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Learner {
    /// What it learned (persistent), each with the ballot in which it was chosen.
    pub learned: ByInstance<Vote>,
    /// What it has heard of instances in which it has learned nothing yet.
    pub open: Map<u64, Tally>,
}

impl Learner {
    pub(super) fn boot(stable: Stable) -> Self {
        Self { learned: stable.learned, open: Map::new() }
    }

    pub(super) fn handle(&mut self, input: Input<Paxos>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body: Message::Accepted { instance, ballot, value } } => {
                self.hear(from, instance, Vote { ballot, value }, fx);
            }
            Input::Timer(Timer::Query(instance)) => self.ask(instance, fx),
            Input::Command { op, .. } => refuse_command(op, fx),
            Input::Message { .. } | Input::Timer(_) => {}
        }
    }

    fn hear(&mut self, from: NodeId, instance: u64, vote: Vote, fx: &mut Fx<'_>) {
        if self.learned.contains_key(&instance) {
            return;
        }
        if !self.open.contains_key(&instance) {
            fx.set_timer(Timer::Query(instance), fx.setup().query_us);
        }
        if self.open.entry(instance).or_default().count(vote, from, fx.setup()) {
            self.learn(instance, vote, fx);
        }
    }

    fn learn(&mut self, instance: u64, vote: Vote, fx: &mut Fx<'_>) {
        self.open.remove(&instance);
        fx.cancel_timer(Timer::Query(instance));
        self.learned.insert(instance, vote);
        fx.persist_forced(Stable { learned: self.learned.clone(), ..Stable::default() });
        fx.note(Note::Learned { instance, ballot: vote.ballot, value: vote.value });
    }

    fn ask(&mut self, instance: u64, fx: &mut Fx<'_>) {
        if !self.open.contains_key(&instance) {
            return;
        }
        fx.note(Note::Asked { instance });
        for acceptor in fx.setup().acceptors() {
            fx.send(acceptor, Message::Query { instance });
        }
        fx.set_timer(Timer::Query(instance), fx.setup().query_us);
    }
}
