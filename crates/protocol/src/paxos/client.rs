//! A client: it has a value for one instance at a time, and asks until it hears which value was chosen.

use std::collections::VecDeque;

use serde::Serialize;

use super::message::{Command, Message, Reply, Timer};
use super::note::Note;
use super::{Fx, Paxos};
use crate::{Input, NodeId};

/// The command that a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Call {
    /// The command's number in the run.
    pub op: u64,
    /// The instance.
    pub instance: u64,
    /// The client's value.
    pub value: u32,
    /// How often it has asked.
    pub attempts: u32,
}

/// A client's state. It keeps nothing on disk: to ask again does no harm.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Client {
    /// The command that it waits for.
    pub call: Option<Call>,
    /// Commands that wait for their turn, oldest first.
    pub queue: VecDeque<(u64, Command)>,
}

impl Client {
    pub(super) fn handle(&mut self, input: Input<Paxos>, fx: &mut Fx<'_>) {
        match input {
            Input::Command { op, body } => {
                self.queue.push_back((op, body));
                self.next_call(fx);
            }
            Input::Message { body: Message::Answer { instance, value }, .. } => {
                self.take_answer(instance, value, fx);
            }
            Input::Timer(Timer::Retry) => self.retry(fx),
            Input::Message { .. } | Input::Timer(_) => {}
        }
    }

    fn next_call(&mut self, fx: &mut Fx<'_>) {
        if self.call.is_some() {
            return;
        }
        let Some((op, Command::Propose { instance, value })) = self.queue.pop_front() else { return };
        self.call = Some(Call { op, instance, value, attempts: 0 });
        self.ask(fx);
    }

    /// The first time its own proposer, then one after the other.
    fn ask(&mut self, fx: &mut Fx<'_>) -> Option<NodeId> {
        let call = self.call.as_mut()?;
        let turn = u64::from(fx.id().number() - 1) + u64::from(call.attempts);
        let place = turn.checked_rem(u64::from(fx.setup().proposers))?;
        let proposer = fx.setup().proposers().nth(usize::try_from(place).ok()?)?;
        call.attempts = call.attempts.saturating_add(1);
        fx.send(proposer, Message::Request { instance: call.instance, value: call.value });
        fx.set_timer(Timer::Retry, fx.setup().client_retry_us);
        Some(proposer)
    }

    fn retry(&mut self, fx: &mut Fx<'_>) {
        let proposer = self.ask(fx);
        if let (Some(Call { instance, .. }), Some(proposer)) = (self.call, proposer) {
            fx.note(Note::ClientRetried { instance, proposer });
        }
    }

    fn take_answer(&mut self, instance: u64, value: u32, fx: &mut Fx<'_>) {
        let Some(call) = self.call.filter(|call| call.instance == instance) else { return };
        self.call = None;
        fx.cancel_timer(Timer::Retry);
        fx.reply(call.op, Reply::Chosen { instance, value });
        self.next_call(fx);
    }
}
