//! A storage node: it holds keys, coordinates writes, and hands keys over when the ring changes.

use crate::ordered::{Map, Set, SharedMap, sort_by_key};
use std::sync::Arc;

use serde::Serialize;

use super::message::{Command, Item, Message, Note, Refusal, Reply, Stamp, Timer};
use super::steward::Steward;
use super::view::{ChangeKind, View};
use super::{Ring, Setup, Stable, StableClient, StableStore, steward_of};
use crate::{Effects, Input, NodeId, Seat};

type Fx<'a> = Effects<'a, Ring>;

/// Keys with their values. Copies share all that they have in common, so a write to the disk costs nothing.
pub type Items = SharedMap<u32, Item>;

/// The volatile state of a storage node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Store {
    pub(super) view: Arc<View>,
    items: Items,
    outgoing: Map<NodeId, Outgoing>,
    writes: Map<NodeId, Write>,
    want: Option<Want>,
    pub(super) steward: Option<Steward>,
}

/// The keys that go to one receiver, a batch at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Outgoing {
    keys: Arc<[u32]>,
    acknowledged: u32,
}

impl Outgoing {
    /// How many keys go to the receiver in all, counted since the view was adopted or the node restarted.
    pub fn total(&self) -> u32 {
        u32::try_from(self.keys.len()).unwrap_or(u32::MAX)
    }

    /// How many of them were acknowledged.
    pub fn acknowledged(&self) -> u32 {
        self.acknowledged
    }

    /// The keys that are still to be acknowledged, by position. The first batch of them is on its way.
    pub fn waiting(&self) -> &[u32] {
        self.keys.get(self.acknowledged as usize..).unwrap_or(&[])
    }

    fn batch(&self, setup: &Setup) -> &[u32] {
        let waiting = self.waiting();
        &waiting[..waiting.len().min(setup.batch_keys.max(1) as usize)]
    }
}

/// A write that this node coordinates, and that some replicas have not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Write {
    request: u64,
    key: u32,
    item: Item,
    waiting: Set<NodeId>,
}

/// A wish to join or to leave that is not fulfilled yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Want {
    /// The command, if it was one; none for a planned change.
    op: Option<u64>,
    kind: ChangeKind,
}

impl Store {
    /// The view that the node works by.
    pub fn view(&self) -> &Arc<View> {
        &self.view
    }

    /// The keys that it holds, with their values.
    pub fn items(&self) -> &Items {
        &self.items
    }

    /// What it sends under the change under way, by receiver. An entry goes when all was acknowledged.
    pub fn outgoing(&self) -> &Map<NodeId, Outgoing> {
        &self.outgoing
    }

    /// How many writes it coordinates that are not acknowledged by all replicas.
    pub fn writes_pending(&self) -> u32 {
        u32::try_from(self.writes.len()).unwrap_or(u32::MAX)
    }

    /// The steward's part, if the node is the steward.
    pub fn steward(&self) -> Option<&Steward> {
        self.steward.as_ref()
    }

    /// Starts a storage node. With an empty disk it holds what the first view gives it.
    pub(super) fn boot(stable: Option<StableStore>, fx: &mut Fx<'_>) -> Self {
        let is_first_boot = stable.is_none();
        let StableStore { view, items, queue } = stable.unwrap_or_else(|| first_state(fx.seat()));
        let steward = (steward_of(fx.seat()) == fx.id()).then(|| Steward::new(queue));
        let mut store = Self { view, items, outgoing: Map::new(), writes: Map::new(), want: None, steward };
        if is_first_boot {
            store.persist(fx);
            store.plan_change(fx);
        }
        store.start_transfers(fx);
        store.watch_own_change(fx);
        store.resume_steward(fx);
        store
    }

    pub(super) fn handle(&mut self, input: Input<Ring>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body } => self.message(from, body, fx),
            Input::Timer(Timer::Transfer { to }) => self.send_batch(to, fx),
            Input::Timer(Timer::RingView) => self.spread(fx),
            Input::Timer(Timer::Membership) => self.ask_steward(fx),
            Input::Timer(Timer::Planned) => self.make_planned_change(fx),
            Input::Timer(Timer::Request) => {}
            Input::Command { op, body: Command::Join } => self.join(op, fx),
            Input::Command { op, body: Command::Leave } => self.leave(op, fx),
            Input::Command { op, body: Command::Remove { node } } => self.remove(op, node, fx),
            Input::Command { op, body: Command::Get { .. } | Command::Put { .. } } => {
                fx.reply(op, Reply::Refused { why: Refusal::WrongNode });
            }
        }
    }

    fn message(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Get { request, view, key } => self.get(from, request, view, key, fx),
            Message::Put { request, view, key, item } => self.put(from, request, view, key, item, fx),
            Message::Replicate { view, key, item } => self.replicate(from, view, key, item, fx),
            Message::ReplicateAck { view, key, stamp } => self.replicated(from, view, key, stamp, fx),
            Message::Transfer { view, items } => self.receive(from, view, items, fx),
            Message::TransferAck { view, keys } => self.received(from, view, &keys, fx),
            Message::JoinRequest => self.request(ChangeKind::Join, from, fx),
            Message::LeaveRequest => self.request(ChangeKind::Leave, from, fx),
            Message::RingViewRequest => self.teach(from, fx),
            Message::RingView { ring } => self.learn(from, ring, fx),
            Message::RingViewAck { view, copied } => self.acknowledged(from, view, copied, fx),
            // Answers to clients; a server asked for none of them.
            Message::Value { .. }
            | Message::Missing { .. }
            | Message::Stored { .. }
            | Message::WrongOwner { .. } => {}
        }
    }

    // Reads and writes.

    fn get(&mut self, from: NodeId, request: u64, view: u64, key: u32, fx: &mut Fx<'_>) {
        if !self.is_current_request(from, request, view, fx) {
            return;
        }
        if !self.view.read_set(key).contains(&fx.id()) {
            return fx.send(from, Message::WrongOwner { request, ring: self.view.clone() });
        }
        fx.send(
            from,
            match self.items.get(&key) {
                Some(&item) => Message::Value { request, item },
                None => Message::Missing { request, view },
            },
        );
    }

    /// Coordinates a write: here first, then on all other replicas. The client's retries drive resending.
    fn put(&mut self, from: NodeId, request: u64, view: u64, key: u32, item: Item, fx: &mut Fx<'_>) {
        if !self.is_current_request(from, request, view, fx) {
            return;
        }
        let mut waiting: Set<NodeId> = self.view.write_set(key).into_iter().collect();
        if !waiting.remove(&fx.id()) {
            return fx.send(from, Message::WrongOwner { request, ring: self.view.clone() });
        }
        match self.writes.get(&from) {
            Some(write) if write.item.stamp > item.stamp => return, // An old write that came late.
            Some(write) if write.item.stamp == item.stamp => waiting.clone_from(&write.waiting),
            _ => {}
        }
        if self.keep([(key, item)]) > 0 {
            self.persist(fx);
        }
        for &node in &waiting {
            fx.send(node, Message::Replicate { view, key, item });
        }
        self.writes.insert(from, Write { request, key, item, waiting });
        self.finish_write(from, fx);
    }

    fn replicate(&mut self, from: NodeId, view: u64, key: u32, item: Item, fx: &mut Fx<'_>) {
        if !self.is_current(from, view, fx) {
            return;
        }
        if self.keep([(key, item)]) > 0 {
            self.persist(fx);
        }
        fx.send(from, Message::ReplicateAck { view, key, stamp: item.stamp });
    }

    fn replicated(&mut self, from: NodeId, view: u64, key: u32, stamp: Stamp, fx: &mut Fx<'_>) {
        if view != self.view.version() {
            return;
        }
        let is_meant = |write: &&mut Write| (write.key, write.item.stamp) == (key, stamp);
        let Some(client) = stamp.writer else { return };
        if let Some(write) = self.writes.get_mut(&client).filter(is_meant) {
            write.waiting.remove(&from);
            self.finish_write(client, fx);
        }
    }

    fn finish_write(&mut self, client: NodeId, fx: &mut Fx<'_>) {
        if let Some(write) = self.writes.get(&client).filter(|write| write.waiting.is_empty()) {
            fx.send(client, Message::Stored { request: write.request });
            self.writes.remove(&client);
        }
    }

    /// Starts all pending writes again, for the replicas of a new view.
    fn restart_writes(&mut self, fx: &mut Fx<'_>) {
        for (client, mut write) in std::mem::take(&mut self.writes) {
            write.waiting = self.view.write_set(write.key).into_iter().collect();
            if !write.waiting.remove(&fx.id()) {
                let ring = self.view.clone();
                fx.send(client, Message::WrongOwner { request: write.request, ring });
                continue;
            }
            let (view, key, item) = (self.view.version(), write.key, write.item);
            for &node in &write.waiting {
                fx.send(node, Message::Replicate { view, key, item });
            }
            self.writes.insert(client, write);
            self.finish_write(client, fx);
        }
    }

    /// Keeps each item that is newer than what is here, and counts them.
    fn keep(&mut self, items: impl IntoIterator<Item = (u32, Item)>) -> u32 {
        let mut kept = 0;
        for (key, item) in items {
            if self.items.get(&key).is_none_or(|old| old.stamp < item.stamp) {
                self.items.insert(key, item);
                kept += 1;
            }
        }
        kept
    }

    // Keys that move.

    /// Lists what this node has to send under its view, and sends the first batches.
    fn start_transfers(&mut self, fx: &mut Fx<'_>) {
        let mut plan: Map<NodeId, Vec<u32>> = Map::new();
        if self.view.copies() {
            for &key in self.items.keys() {
                for transferal in self.view.transferals(key) {
                    if transferal.from == fx.id() {
                        plan.entry(transferal.to).or_default().push(key);
                    }
                }
            }
        }
        let view = &self.view;
        let in_order = |(to, mut keys): (NodeId, Vec<u32>)| {
            sort_by_key(&mut keys, |&key| (view.position(key), key)); // Arc by arc.
            (to, Outgoing { keys: keys.into(), acknowledged: 0 })
        };
        self.outgoing = plan.into_iter().map(in_order).collect();
        for to in self.outgoing.keys().copied().collect::<Vec<_>>() {
            self.send_batch(to, fx);
        }
    }

    fn send_batch(&self, to: NodeId, fx: &mut Fx<'_>) {
        let Some(outgoing) = self.outgoing.get(&to) else { return };
        let with_item = |&key: &u32| Some((key, *self.items.get(&key)?));
        let items = outgoing.batch(fx.setup()).iter().filter_map(with_item).collect();
        fx.send(to, Message::Transfer { view: self.view.version(), items });
        fx.set_timer(Timer::Transfer { to }, fx.setup().retry_us());
    }

    fn receive(&mut self, from: NodeId, view: u64, items: Vec<(u32, Item)>, fx: &mut Fx<'_>) {
        // Not before the view is here too: a node that is behind might drop the keys with a view in between.
        if !self.is_current(from, view, fx) {
            return;
        }
        let keys: Vec<u32> = items.iter().map(|&(key, _)| key).collect();
        let kept = self.keep(items);
        if kept > 0 {
            self.persist(fx);
            fx.note(Note::KeysReceived { from, keys: kept });
        }
        fx.send(from, Message::TransferAck { view, keys });
    }

    fn received(&mut self, from: NodeId, view: u64, keys: &[u32], fx: &mut Fx<'_>) {
        let Some(outgoing) = self.outgoing.get_mut(&from) else { return };
        if view != self.view.version() || outgoing.batch(fx.setup()) != keys {
            return;
        }
        outgoing.acknowledged += u32::try_from(keys.len()).unwrap_or(u32::MAX);
        if !outgoing.waiting().is_empty() {
            return self.send_batch(from, fx);
        }
        let keys = outgoing.total();
        self.outgoing.remove(&from);
        fx.cancel_timer(Timer::Transfer { to: from });
        fx.note(Note::ArcHandedOver { to: from, keys });
        if self.outgoing.is_empty() {
            self.report(fx);
        }
    }

    /// Drops the keys that this node does not replicate.
    fn drop_foreign(&mut self, own: NodeId) -> u32 {
        let is_foreign = |key: &u32| !self.view.replicas(*key).contains(&own);
        let foreign: Vec<u32> = self.items.keys().copied().filter(is_foreign).collect();
        for key in &foreign {
            self.items.remove(key);
        }
        u32::try_from(foreign.len()).unwrap_or(u32::MAX)
    }

    // Views.

    /// Whether `from` works by the same view; if not, the one that is behind gets the newer.
    fn is_current(&self, from: NodeId, view: u64, fx: &mut Fx<'_>) -> bool {
        if view < self.view.version() {
            fx.send(from, Message::RingView { ring: self.view.clone() });
        } else if view > self.view.version() {
            fx.send(from, Message::RingViewRequest);
        }
        view == self.view.version()
    }

    fn is_current_request(&self, from: NodeId, request: u64, view: u64, fx: &mut Fx<'_>) -> bool {
        if view < self.view.version() {
            fx.send(from, Message::WrongOwner { request, ring: self.view.clone() });
            return false;
        }
        self.is_current(from, view, fx)
    }

    /// Sends the view, and again what `from` could not act on without it.
    fn teach(&self, from: NodeId, fx: &mut Fx<'_>) {
        fx.send(from, Message::RingView { ring: self.view.clone() });
        if self.outgoing.contains_key(&from) {
            self.send_batch(from, fx);
        }
        for write in self.writes.values().filter(|write| write.waiting.contains(&from)) {
            let (view, key, item) = (self.view.version(), write.key, write.item);
            fx.send(from, Message::Replicate { view, key, item });
        }
    }

    fn learn(&mut self, from: NodeId, ring: Arc<View>, fx: &mut Fx<'_>) {
        if ring.version() > self.view.version() {
            self.adopt(ring, fx);
            self.advance(fx);
        } else if from == steward_of(fx.seat()) {
            self.report(fx);
        }
    }

    /// Works by `view` from now on.
    pub(super) fn adopt(&mut self, view: Arc<View>, fx: &mut Fx<'_>) {
        let previous = std::mem::take(&mut self.outgoing);
        for to in previous.into_keys() {
            fx.cancel_timer(Timer::Transfer { to });
        }
        self.view = view;
        let dropped = if self.view.change().is_none() { self.drop_foreign(fx.id()) } else { 0 };
        self.persist(fx);
        let members = u32::try_from(self.view.members().len()).unwrap_or(u32::MAX);
        fx.note(Note::ViewInstalled { view: self.view.version(), members });
        if dropped > 0 {
            fx.note(Note::KeysDropped { keys: dropped });
        }
        self.restart_writes(fx);
        self.start_transfers(fx);
        self.settle_want(fx);
        self.watch_own_change(fx);
        if self.steward.is_none() {
            self.report(fx);
        }
    }

    /// Tells the steward how far this node is.
    fn report(&mut self, fx: &mut Fx<'_>) {
        if self.steward.is_some() {
            return self.advance(fx);
        }
        let copied = self.has_copied();
        fx.send(steward_of(fx.seat()), Message::RingViewAck { view: self.view.version(), copied });
    }

    /// Whether this node has nothing more to send under its view.
    pub(super) fn has_copied(&self) -> bool {
        self.outgoing.is_empty()
    }

    /// Writes all to the disk, and lets everything after it wait until it is there.
    pub(super) fn persist(&self, fx: &mut Fx<'_>) {
        let queue = self.steward.as_ref().map_or_else(Vec::new, |steward| steward.queue().to_vec());
        let store = StableStore { view: self.view.clone(), items: self.items.clone(), queue };
        fx.persist_forced(Stable { store: Some(store), client: StableClient::default() });
    }

    // Joining and leaving.

    fn join(&mut self, op: u64, fx: &mut Fx<'_>) {
        let refusal = self.refuses_to_join(fx.id());
        self.accept(op, ChangeKind::Join, refusal, fx);
    }

    fn leave(&mut self, op: u64, fx: &mut Fx<'_>) {
        let refusal = self.refuses_to_leave(fx.id());
        self.accept(op, ChangeKind::Leave, refusal, fx);
    }

    fn refuses_to_join(&self, own: NodeId) -> Option<Refusal> {
        if self.want.is_some() {
            Some(Refusal::Busy)
        } else if self.steward.is_some() || self.view.members().contains(&own) {
            Some(Refusal::AlreadyAMember)
        } else if self.view.membership().retired.contains(&own) {
            Some(Refusal::Retired)
        } else {
            None
        }
    }

    fn refuses_to_leave(&self, own: NodeId) -> Option<Refusal> {
        if self.steward.is_some() {
            Some(Refusal::Steward)
        } else if self.want.is_some() {
            Some(Refusal::Busy)
        } else if !self.view.members().contains(&own) {
            Some(Refusal::NotAMember)
        } else {
            None
        }
    }

    /// Sets the clock for the change that this node makes of its own accord. A crash before its time ends the plan.
    fn plan_change(&self, fx: &mut Fx<'_>) {
        let seat = fx.seat();
        if let Some((_, after_us)) = seat.setup.planned(seat.id, &seat.servers) {
            fx.set_timer(Timer::Planned, after_us);
        }
    }

    fn make_planned_change(&mut self, fx: &mut Fx<'_>) {
        let seat = fx.seat();
        let Some((kind, _)) = seat.setup.planned(seat.id, &seat.servers) else { return };
        let refusal = match kind {
            ChangeKind::Join => self.refuses_to_join(seat.id),
            ChangeKind::Leave | ChangeKind::Remove => self.refuses_to_leave(seat.id),
        };
        if refusal.is_none() {
            self.want = Some(Want { op: None, kind });
            self.ask_steward(fx);
        }
    }

    fn accept(&mut self, op: u64, kind: ChangeKind, refusal: Option<Refusal>, fx: &mut Fx<'_>) {
        match refusal {
            Some(why) => fx.reply(op, Reply::Refused { why }),
            None => {
                self.want = Some(Want { op: Some(op), kind });
                self.ask_steward(fx);
            }
        }
    }

    /// Asks the steward for what this node waits for, now and again later.
    fn ask_steward(&self, fx: &mut Fx<'_>) {
        let body = match self.want.map(|want| want.kind) {
            Some(ChangeKind::Join) => Message::JoinRequest,
            Some(ChangeKind::Leave | ChangeKind::Remove) => Message::LeaveRequest,
            None if self.is_own_change(fx.id()) => Message::RingViewRequest,
            None => return,
        };
        fx.send(steward_of(fx.seat()), body);
        fx.set_timer(Timer::Membership, self.patience_us(fx));
    }

    /// A node that joins or leaves must hear of the end, and the steward does not remind those who are out.
    fn watch_own_change(&self, fx: &mut Fx<'_>) {
        if self.want.is_some() || self.is_own_change(fx.id()) {
            fx.set_timer(Timer::Membership, self.patience_us(fx));
        } else {
            fx.cancel_timer(Timer::Membership);
        }
    }

    fn is_own_change(&self, own: NodeId) -> bool {
        self.view.change().is_some_and(|change| change.node == own)
    }

    /// The steward resends by itself; asking is for when that fails.
    fn patience_us(&self, fx: &Fx<'_>) -> u64 {
        fx.setup().retry_us().saturating_mul(4)
    }

    fn settle_want(&mut self, fx: &mut Fx<'_>) {
        let Some(Want { op, kind }) = self.want else { return };
        let is_member = self.view.members().contains(&fx.id());
        let is_done = is_member == (kind == ChangeKind::Join);
        let is_retired = self.view.membership().retired.contains(&fx.id());
        if !is_done && !is_retired {
            return;
        }
        self.want = None;
        let Some(op) = op else { return };
        let view = self.view.version();
        fx.reply(
            op,
            if is_done { Reply::Changed { view } } else { Reply::Refused { why: Refusal::Retired } },
        );
    }
}

/// What a node holds when it starts for the first time.
fn first_state(seat: &Seat<Setup>) -> StableStore {
    let view = View::initial(seat);
    let mut items = Items::new();
    if view.members().contains(&seat.id) {
        for key in (0..seat.setup.key_count()).filter(|&key| view.replicas(key).contains(&seat.id)) {
            items.insert(key, Item::preloaded(key));
        }
    }
    StableStore { view, items, queue: Vec::new() }
}
