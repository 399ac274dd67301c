//! A Raft client: one command at a time, repeated until it is answered, applied once (§8).

use std::collections::VecDeque;

use serde::Serialize;

use super::log::Op;
use super::message::{Command, Message, Reply, Timer, Value};
use super::note::Note;
use super::{Fx, Raft, Stable};
use crate::{Input, NodeId};

/// The command that a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Call {
    /// The command's number in the run.
    pub op: u64,
    /// Its number in the session.
    pub serial: u64,
    /// What is asked for.
    pub command: Command,
    /// Whom it asked last.
    pub server: NodeId,
    /// How often it asked.
    pub attempts: u32,
    /// How many hints it followed since its timer last ran out.
    pub hints_followed: u32,
    /// How often its timer ran out.
    pub retries: u32,
}

/// How many hints a client follows before it waits for its timer: two servers may each take the other for leader.
const HINTS_MAX: u32 = 3;

/// A client's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Client {
    /// The greatest serial number that it has used (persistent): a number is never used for two commands.
    pub last_serial: u64,
    /// The command that it waits for.
    pub call: Option<Call>,
    /// Commands that wait for their turn, oldest first.
    pub queue: VecDeque<(u64, Command)>,
    /// The server that led, as far as it knows.
    pub leader_hint: Option<NodeId>,
}

impl Client {
    pub(super) fn boot(stable: &Stable) -> Self {
        Self { last_serial: stable.last_serial, call: None, queue: VecDeque::new(), leader_hint: None }
    }

    pub(super) fn handle(&mut self, input: Input<Raft>, fx: &mut Fx<'_>) {
        match input {
            Input::Command { op, body } => {
                self.queue.push_back((op, body));
                self.next_call(fx);
            }
            Input::Message { from, body: Message::ClientReply { serial, value, leader_hint } } => {
                self.take_answer(from, serial, value, leader_hint, fx);
            }
            Input::Timer(Timer::Retry) => self.retry(fx),
            Input::Message { .. } | Input::Timer(_) => {}
        }
    }

    fn next_call(&mut self, fx: &mut Fx<'_>) {
        if self.call.is_some() {
            return;
        }
        let Some(server) = self.leader_hint.or_else(|| any_server(fx)) else { return };
        let Some((op, command)) = self.queue.pop_front() else { return };
        self.last_serial += 1;
        // A client that forgot its serial numbers would have a new command taken for an old one.
        fx.persist_forced(Stable { last_serial: self.last_serial, ..Stable::default() });
        self.call = Some(Call {
            op,
            serial: self.last_serial,
            command,
            server,
            attempts: 0,
            hints_followed: 0,
            retries: 0,
        });
        self.ask(server, fx);
    }

    fn ask(&mut self, server: NodeId, fx: &mut Fx<'_>) {
        let Some(call) = &mut self.call else { return };
        call.server = server;
        call.attempts += 1;
        let (client, serial) = (fx.id(), call.serial);
        let request = |op| Message::ClientRequest { serial, op };
        let message = match call.command {
            Command::Write { key, value } => request(Op::Write { client, serial, key, value }),
            Command::Read { key } => request(Op::Read { client, serial, key }),
            Command::Add { server } => Message::AddServer { serial, server },
            Command::Remove { server } => Message::RemoveServer { serial, server },
            Command::Replace { old, new } => Message::ReplaceServer { serial, old, new },
            // A client is no server and cannot become one; this asks for nothing.
            Command::Enter => Message::AddServer { serial, server: client },
        };
        fx.send(server, message);
        fx.set_timer(Timer::Retry, fx.setup().client_retry_us);
    }

    fn take_answer(
        &mut self,
        from: NodeId,
        serial: u64,
        value: Option<Value>,
        leader_hint: Option<NodeId>,
        fx: &mut Fx<'_>,
    ) {
        let Some(call) = self.call.filter(|call| call.serial == serial) else { return };
        match value {
            Some(value) => {
                self.leader_hint = Some(from);
                self.call = None;
                fx.cancel_timer(Timer::Retry);
                fx.reply(call.op, Reply::Done(value));
                self.next_call(fx);
            }
            None => {
                self.leader_hint = leader_hint.filter(|&hint| hint != from);
                let may_follow = call.server == from && call.hints_followed < HINTS_MAX;
                if let Some(hint) = self.leader_hint.filter(|_| may_follow) {
                    self.call = Some(Call { hints_followed: call.hints_followed + 1, ..call });
                    self.ask(hint, fx);
                }
            }
        }
    }

    fn retry(&mut self, fx: &mut Fx<'_>) {
        let Some(call) = self.call else { return };
        let servers = &fx.seat().servers;
        let asked = servers.iter().position(|&server| server == call.server).unwrap_or(0);
        // One further each time: the next server may lead it back to the same one, which hears from no majority.
        let retries = call.retries + 1;
        let Some(&server) = servers.get((asked + retries as usize) % servers.len().max(1)) else { return };
        self.leader_hint = None;
        self.call = Some(Call { hints_followed: 0, retries, ..call });
        fx.note(Note::ClientRetried { serial: call.serial, server });
        self.ask(server, fx);
    }
}

fn any_server(fx: &mut Fx<'_>) -> Option<NodeId> {
    let servers = &fx.seat().servers;
    let place = fx.choose("first server", u32::try_from(servers.len()).unwrap_or(0));
    servers.get(usize::try_from(place).ok()?).copied()
}
