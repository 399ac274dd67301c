//! A client: one command at a time, asked for until it is answered.

use std::collections::VecDeque;

use serde::Serialize;

use super::message::{Command, Message, Reply, Timer, Value};
use super::note::Note;
use super::{Fx, Multi};
use crate::{Input, NodeId};

/// The command that a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Call {
    /// The command's number in the run.
    pub op: u64,
    /// What is asked.
    pub body: Command,
    /// How often it has asked.
    pub attempts: u32,
}

/// A client's state. It keeps nothing on disk: the numbers of commands are never used twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Client {
    /// The command that it waits for.
    pub call: Option<Call>,
    /// Commands that wait for their turn, oldest first.
    pub queue: VecDeque<(u64, Command)>,
    /// The proposer that it asks, counted from 0.
    pub turn: u16,
}

impl Client {
    pub(super) fn handle(&mut self, input: Input<Multi>, fx: &mut Fx<'_>) {
        match input {
            Input::Command { op, body } => {
                self.queue.push_back((op, body));
                self.next_call(fx);
            }
            Input::Message { body: Message::Answer { op, value }, .. } => self.take_answer(op, value, fx),
            Input::Message { from, body: Message::NotLeader { op, leader } } => {
                self.follow(from, op, leader, fx);
            }
            Input::Timer(Timer::Retry) => self.retry(fx),
            Input::Message { .. } | Input::Timer(_) => {}
        }
    }

    fn next_call(&mut self, fx: &mut Fx<'_>) {
        if self.call.is_some() {
            return;
        }
        let Some((op, body)) = self.queue.pop_front() else { return };
        self.call = Some(Call { op, body, attempts: 0 });
        self.ask(fx);
    }

    fn ask(&mut self, fx: &mut Fx<'_>) -> Option<NodeId> {
        let call = self.call.as_mut()?;
        let place = self.turn.checked_rem(fx.setup().proposers)?;
        let proposer = fx.setup().proposers().nth(usize::from(place))?;
        call.attempts = call.attempts.saturating_add(1);
        fx.send(proposer, Message::Request { op: call.op, body: call.body });
        fx.set_timer(Timer::Retry, fx.setup().client_retry_us);
        Some(proposer)
    }

    fn retry(&mut self, fx: &mut Fx<'_>) {
        self.turn = self.turn.wrapping_add(1);
        if let Some(proposer) = self.ask(fx) {
            fx.note(Note::ClientRetried { proposer });
        }
    }

    /// Another proposer leads. An answer of one that it no longer asks is old.
    fn follow(&mut self, from: NodeId, op: u64, leader: NodeId, fx: &mut Fx<'_>) {
        let proposers: Vec<NodeId> = fx.setup().proposers().collect();
        let asked = proposers.get(usize::from(self.turn) % proposers.len().max(1)).copied();
        let place = proposers.iter().position(|&proposer| proposer == leader);
        let place = place.and_then(|place| u16::try_from(place).ok());
        let is_current = self.call.is_some_and(|call| call.op == op) && asked == Some(from);
        if let Some(place) = place.filter(|_| is_current && leader != from) {
            self.turn = place;
            self.ask(fx);
        }
    }

    fn take_answer(&mut self, op: u64, value: Value, fx: &mut Fx<'_>) {
        if self.call.is_none_or(|call| call.op != op) {
            return;
        }
        self.call = None;
        fx.cancel_timer(Timer::Retry);
        fx.reply(op, Reply::Done(value));
        self.next_call(fx);
    }
}
