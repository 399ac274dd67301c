//! A machine's own mutex: first come, first served, for whoever runs on that machine, and for nobody else.

use std::collections::VecDeque;

use serde::Serialize;

use super::message::{Message, Owner, Reply};
use super::note::Note;
use super::{Fx, Lock};
use crate::{Input, NodeId};

/// The mutex, in memory alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Mutex {
    /// Who holds it.
    pub holder: Option<Owner>,
    /// Who waits, in the order of asking.
    pub queue: VecDeque<Owner>,
}

impl Mutex {
    pub(super) fn handle(&mut self, input: Input<Lock>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body: Message::Lock { owner } } => self.lock(from, owner, fx),
            Input::Message { from, body: Message::Unlock { owner } } => self.unlock(from, owner, fx),
            Input::Command { op, .. } => fx.reply(op, Reply::WrongRole),
            Input::Message { .. } | Input::Timer(_) => {}
        }
    }

    fn lock(&mut self, from: NodeId, owner: Owner, fx: &mut Fx<'_>) {
        if self.holder == Some(owner) {
            return fx.send(from, Message::Locked { owner });
        }
        if self.queue.contains(&owner)
            || self.holder.is_some_and(|it| it.client == owner.client && it > owner)
        {
            return;
        }
        // What an earlier life of the same program held or waited for died with it.
        self.queue.retain(|waiting| waiting.client != owner.client);
        self.queue.push_back(owner);
        if self.holder.is_some_and(|holder| holder.client == owner.client) {
            self.holder = None;
        }
        self.grant_next(fx);
    }

    fn unlock(&mut self, from: NodeId, owner: Owner, fx: &mut Fx<'_>) {
        if self.holder == Some(owner) {
            self.holder = None;
            fx.note(Note::Released { owner, whose: owner });
        }
        fx.send(from, Message::Unlocked { owner });
        self.grant_next(fx);
    }

    fn grant_next(&mut self, fx: &mut Fx<'_>) {
        if self.holder.is_some() {
            return;
        }
        let Some(owner) = self.queue.pop_front() else { return };
        self.holder = Some(owner);
        fx.note(Note::Granted { owner, token: None });
        fx.send(owner.client, Message::Locked { owner });
    }
}
