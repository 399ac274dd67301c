//! A client of the ring: one operation at a time, asked of one replica after the other until one answers.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use super::message::{Command, Item, Message, Note, Refusal, Reply, Stamp, Timer};
use super::view::View;
use super::{Ring, Stable, StableClient, steward_of};
use crate::ordered::Set;
use crate::{Effects, Input, NodeId};

type Fx<'a> = Effects<'a, Ring>;

/// The volatile state of a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Client {
    view: Arc<View>,
    stable: StableClient,
    requests: u64,
    call: Option<Call>,
    queue: VecDeque<(u64, Command)>,
}

/// An operation that is not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Call {
    op: u64,
    request: u64,
    key: u32,
    item: Option<Item>,
    tries: u32,
    asked: Option<NodeId>,
    missing: Set<NodeId>,
}

impl Call {
    /// The key that it reads or writes.
    pub fn key(&self) -> u32 {
        self.key
    }

    /// What it writes; nothing if it reads.
    pub fn item(&self) -> Option<Item> {
        self.item
    }

    /// How often it was sent again for want of an answer.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// Whom it asked last.
    pub fn asked(&self) -> Option<NodeId> {
        self.asked
    }

    /// The replicas that do not have the key.
    pub fn missing(&self) -> &Set<NodeId> {
        &self.missing
    }
}

impl Client {
    /// The view that it asks by.
    pub fn view(&self) -> &Arc<View> {
        &self.view
    }

    /// The operation that it waits for.
    pub fn call(&self) -> Option<&Call> {
        self.call.as_ref()
    }

    /// The operations that wait for their turn.
    pub fn queue(&self) -> &VecDeque<(u64, Command)> {
        &self.queue
    }

    /// Starts a client. It knows the first view only; servers that it asks tell it more.
    pub(super) fn boot(mut stable: StableClient, fx: &mut Fx<'_>) -> Self {
        stable.boots += 1;
        let view = View::initial(fx.seat());
        let client = Self { view, stable, requests: 0, call: None, queue: VecDeque::new() };
        client.persist(fx);
        client
    }

    pub(super) fn handle(&mut self, input: Input<Ring>, fx: &mut Fx<'_>) {
        match input {
            Input::Command { op, body: body @ (Command::Get { .. } | Command::Put { .. }) } => {
                self.queue.push_back((op, body));
                self.begin(fx);
            }
            Input::Command { op, .. } => fx.reply(op, Reply::Refused { why: Refusal::WrongNode }),
            Input::Timer(Timer::Request) => self.retry(fx),
            Input::Timer(_) => {}
            Input::Message { from, body } => self.message(from, body, fx),
        }
    }

    fn message(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Value { request, item } => self.value(request, item, fx),
            Message::Missing { request, view } => self.missing(from, request, view, fx),
            Message::Stored { request } => self.stored(request, fx),
            Message::WrongOwner { ring, .. } | Message::RingView { ring } => self.learn(ring, fx),
            Message::RingViewRequest => self.teach(from, fx),
            // For servers.
            Message::Get { .. }
            | Message::Put { .. }
            | Message::Replicate { .. }
            | Message::ReplicateAck { .. }
            | Message::Transfer { .. }
            | Message::TransferAck { .. }
            | Message::JoinRequest
            | Message::LeaveRequest
            | Message::RingViewAck { .. } => {}
        }
    }

    /// Begins the next operation, if none is under way.
    fn begin(&mut self, fx: &mut Fx<'_>) {
        if self.call.is_some() {
            return;
        }
        let Some((op, command)) = self.queue.pop_front() else { return };
        let (key, item) = match command {
            Command::Put { key, value } => (key, Some(self.stamp(value, fx))),
            Command::Get { key } => (key, None),
            Command::Join | Command::Leave | Command::Remove { .. } => return,
        };
        self.requests += 1;
        // A request of an earlier life must not be taken for one of this life.
        let request = (self.stable.boots << 32) + self.requests;
        let missing = Set::new();
        self.call = Some(Call { op, request, key, item, tries: 0, asked: None, missing });
        self.ask(fx);
    }

    /// Numbers a write, and remembers the number on the disk, so that no later life uses a lower one.
    fn stamp(&mut self, value: u64, fx: &mut Fx<'_>) -> Item {
        self.stable.clock += 1;
        self.persist(fx);
        Item { stamp: Stamp { serial: self.stable.clock, writer: Some(fx.id()) }, value }
    }

    /// Asks the next replica: the owner first, after that each that did not say that the key is missing.
    fn ask(&mut self, fx: &mut Fx<'_>) {
        let Some(call) = &mut self.call else { return };
        let mut replicas = self.view.read_set(call.key);
        replicas.retain(|node| !call.missing.contains(node));
        call.asked = replicas.get(call.tries as usize % replicas.len().max(1)).copied();
        if let Some(to) = call.asked {
            fx.send(to, request(call, self.view.version()));
        }
        fx.set_timer(Timer::Request, fx.setup().retry_us());
    }

    fn retry(&mut self, fx: &mut Fx<'_>) {
        let Some(call) = &mut self.call else { return };
        call.tries += 1;
        if call.tries >= fx.setup().tries.max(1) {
            let reply = Reply::Unavailable { key: call.key, write: call.item.is_some() };
            return self.finish(reply, fx);
        }
        if call.tries > 1 {
            // All whom this client knows may have left.
            fx.send(steward_of(fx.seat()), Message::RingViewRequest);
        }
        self.ask(fx);
    }

    fn value(&mut self, request: u64, item: Item, fx: &mut Fx<'_>) {
        self.stable.clock = self.stable.clock.max(item.stamp.serial);
        if let Some(call) = self.call.as_ref().filter(|call| call.request == request) {
            self.finish(Reply::Value { key: call.key, item }, fx);
        }
    }

    fn stored(&mut self, request: u64, fx: &mut Fx<'_>) {
        let Some(call) = self.call.as_ref().filter(|call| call.request == request) else { return };
        let Some(item) = call.item else { return };
        self.finish(Reply::Stored { key: call.key, stamp: item.stamp }, fx);
    }

    /// A replica does not have the key. Only when all replicas of one view say so, it is not there.
    fn missing(&mut self, from: NodeId, request: u64, view: u64, fx: &mut Fx<'_>) {
        let Some(call) = self.call.as_mut().filter(|call| call.request == request) else { return };
        if view != self.view.version() {
            return;
        }
        call.missing.insert(from);
        let key = call.key;
        if self.view.read_set(key).iter().all(|node| call.missing.contains(node)) {
            fx.note(Note::ReadMissed { key });
            return self.finish(Reply::NotFound { key }, fx);
        }
        self.ask(fx);
    }

    fn learn(&mut self, ring: Arc<View>, fx: &mut Fx<'_>) {
        if ring.version() <= self.view.version() {
            return;
        }
        self.view = ring;
        if let Some(call) = &mut self.call {
            call.missing.clear();
        }
        self.ask(fx);
    }

    /// A server is behind: it gets the view, and the request again.
    fn teach(&self, from: NodeId, fx: &mut Fx<'_>) {
        fx.send(from, Message::RingView { ring: self.view.clone() });
        if let Some(call) = self.call.as_ref().filter(|call| call.asked == Some(from)) {
            fx.send(from, request(call, self.view.version()));
        }
    }

    fn finish(&mut self, reply: Reply, fx: &mut Fx<'_>) {
        if let Some(call) = self.call.take() {
            fx.cancel_timer(Timer::Request);
            fx.reply(call.op, reply);
            self.begin(fx);
        }
    }

    fn persist(&self, fx: &mut Fx<'_>) {
        fx.persist_forced(Stable { store: None, client: self.stable });
    }
}

fn request(call: &Call, view: u64) -> Message {
    match call.item {
        Some(item) => Message::Put { request: call.request, view, key: call.key, item },
        None => Message::Get { request: call.request, view, key: call.key },
    }
}
