//! The resource that the lock protects: a counter on a disk, which can refuse writes with an old fencing token.

use serde::Serialize;

use super::disk::Stable;
use super::message::{Message, Owner, Reply};
use super::note::Note;
use super::{Fx, Lock};
use crate::ordered::Map;
use crate::{Input, NodeId};

/// The resource: all of it is on its disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Resource {
    /// What the counter is.
    pub counter: u64,
    /// What it should be: how many increments were acknowledged, each once.
    pub acknowledged: u64,
    /// The highest fencing token that it has seen.
    pub highest_token: u64,
    /// Who wrote last.
    pub last_writer: Option<Owner>,
    /// The last increment of each client, and what it set the counter to: asked again, it is not done again.
    pub applied: Map<NodeId, (u64, u64)>,
}

impl Resource {
    pub(super) fn handle(&mut self, input: Input<Lock>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body: Message::Read { owner, token } } => {
                self.read(from, owner, token, fx);
            }
            Input::Message { from, body: Message::Write { owner, token, value } } => {
                self.write(from, owner, token, value, fx);
            }
            Input::Command { op, .. } => fx.reply(op, Reply::WrongRole),
            Input::Message { .. } | Input::Timer(_) => {}
        }
    }

    fn read(&mut self, from: NodeId, owner: Owner, token: Option<u64>, fx: &mut Fx<'_>) {
        if self.is_fenced(from, owner, token, fx) {
            return;
        }
        if self.raise(token) {
            fx.persist_forced(Stable::Resource(self.clone()));
        }
        fx.send(from, Message::Value { owner, value: self.counter });
    }

    fn write(&mut self, from: NodeId, owner: Owner, token: Option<u64>, value: u64, fx: &mut Fx<'_>) {
        match self.applied.get(&owner.client) {
            Some(&(op, value)) if op == owner.op => return fx.send(from, Message::Written { owner, value }),
            Some(&(op, _)) if op > owner.op => return,
            _ => {}
        }
        if self.is_fenced(from, owner, token, fx) {
            return;
        }
        self.raise(token);
        self.counter = value;
        self.acknowledged += 1;
        self.last_writer = Some(owner);
        self.applied.insert(owner.client, (owner.op, value));
        fx.persist_forced(Stable::Resource(self.clone()));
        fx.note(Note::Accepted { owner, value, token });
        fx.send(from, Message::Written { owner, value });
    }

    /// Whether the token is too old; then it says so.
    fn is_fenced(&self, from: NodeId, owner: Owner, token: Option<u64>, fx: &mut Fx<'_>) -> bool {
        let highest_token = self.highest_token;
        let Some(token) = token.filter(|&token| token < highest_token) else { return false };
        fx.note(Note::Fenced { owner, token, highest_token });
        fx.send(from, Message::Refused { owner, highest_token });
        true
    }

    /// Takes in a token. Returns whether it was higher than all before.
    fn raise(&mut self, token: Option<u64>) -> bool {
        let before = self.highest_token;
        self.highest_token = before.max(token.unwrap_or(0));
        self.highest_token > before
    }
}
