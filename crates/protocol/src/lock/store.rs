//! A key-value store that gives the lock as one key, after Redis: expiry by its wall clock, replicas that lag.

use serde::Serialize;

use super::disk::Stable;
use super::message::{Asked, Command, Message, Owner, Reply, Timer};
use super::note::Note;
use super::{Fsync, Fx, Lock, Variant};
use crate::ordered::Map;
use crate::{Input, NodeId};

/// The key, while it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Held {
    /// Its value.
    pub owner: Owner,
    /// The fencing token of the grant, where the variant has tokens.
    pub token: Option<u64>,
    /// When it expires, on the wall clock of the store that set it, in microseconds.
    pub expires_us: Option<u64>,
}

/// A store. What it answered to whom is in memory alone, as a connection's state is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Store {
    /// How many failovers it knows of.
    pub epoch: u32,
    /// Who is the primary since then.
    pub primary: NodeId,
    /// How many changes the primary has made that are in here.
    pub offset: u64,
    /// The key.
    pub lock: Option<Held>,
    /// The token that it gives next; counted where the variant has tokens.
    pub next_token: u64,
    /// The last command of each client, with its answer: a repeated command is answered again, not done again.
    #[serde(skip)]
    pub answers: Map<NodeId, (Owner, Asked, Message)>,
}

/// Expiry is no finer than this; and a clock that runs fast would else look again and again within one instant.
const EXPIRY_STEP_US: u64 = 1_000;

/// Kleppmann's example begins with 33.
const FIRST_TOKEN: u64 = 33;

impl Store {
    pub(super) fn boot(stable: Option<Self>, fx: &mut Fx<'_>) -> Self {
        let is_back = stable.is_some();
        let mut store = stable.unwrap_or_else(|| Self {
            epoch: 0,
            primary: fx.setup().first_primary(fx.id()),
            offset: 0,
            lock: None,
            next_token: FIRST_TOKEN,
            answers: Map::new(),
        });
        store.answers.clear();
        if is_back {
            fx.note(Note::StoreRestarted { holder: store.lock.map(|held| held.owner) });
        }
        store.await_expiry(fx);
        let (epoch, primary) = (store.epoch, store.primary);
        store.others(fx).for_each(|other| fx.send(other, Message::Primary { epoch, primary }));
        store
    }

    pub(super) fn handle(&mut self, input: Input<Lock>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body } => self.hear(from, body, fx),
            Input::Timer(Timer::Expiry) => {
                self.purge(fx);
                self.await_expiry(fx);
            }
            Input::Timer(_) => {}
            Input::Command { op, body: Command::Promote } => self.promote(op, fx),
            Input::Command { op, .. } => fx.reply(op, Reply::WrongRole),
        }
    }

    /// Whether it answers clients.
    pub fn is_primary(&self, id: NodeId) -> bool {
        self.primary == id
    }

    fn hear(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::SetNx { owner, ttl_us } => {
                self.answer(from, owner, Asked::SetNx, fx, |store, fx| store.set_nx(owner, ttl_us, fx));
            }
            Message::SetEx { owner, ttl_us } => {
                self.answer(from, owner, Asked::SetEx, fx, |store, fx| store.set_ex(owner, ttl_us, fx));
            }
            Message::Del { owner } => {
                self.answer(from, owner, Asked::Del, fx, |store, fx| store.delete(owner, false, fx));
            }
            Message::DelIfMine { owner } => {
                self.answer(from, owner, Asked::Del, fx, |store, fx| store.delete(owner, true, fx));
            }
            Message::Replicate { epoch, offset, lock, next_token } => {
                self.copy(from, epoch, offset, lock, next_token, fx);
            }
            Message::Primary { epoch, primary } => self.hear_of_primary(from, epoch, primary, fx),
            _ => {}
        }
    }

    // -------------------------------------------------------------------------------------------------------------
    // Commands of clients

    fn answer(
        &mut self,
        from: NodeId,
        owner: Owner,
        asked: Asked,
        fx: &mut Fx<'_>,
        act: impl FnOnce(&mut Self, &mut Fx<'_>) -> (bool, Option<u64>),
    ) {
        if !self.is_primary(fx.id()) {
            return fx.send(from, Message::Primary { epoch: self.epoch, primary: self.primary });
        }
        match self.answers.get(&owner.client) {
            Some((last, to, answer)) if (*last, *to) == (owner, asked) => {
                return fx.send(from, answer.clone());
            }
            Some((last, to, _)) if (*last, *to) > (owner, asked) => return,
            _ => {}
        }
        self.purge(fx);
        let (is_ok, token) = act(self, fx);
        let answer = Message::Answer { owner, asked, is_ok, token };
        self.answers.insert(owner.client, (owner, asked, answer.clone()));
        fx.send(from, answer);
    }

    fn set_nx(&mut self, owner: Owner, ttl_us: Option<u64>, fx: &mut Fx<'_>) -> (bool, Option<u64>) {
        if let Some(held) = self.lock {
            fx.note(Note::Denied { owner, holder: held.owner });
            return (false, None);
        }
        let token = (fx.setup().variant == Variant::TtlFenced).then_some(self.next_token);
        self.next_token += u64::from(token.is_some());
        self.set(owner, token, ttl_us, fx);
        // Redlock's grant is the majority's: its client says so.
        if fx.setup().variant == Variant::Redlock {
            fx.note(Note::MasterGranted { owner });
        } else {
            fx.note(Note::Granted { owner, token });
        }
        (true, token)
    }

    fn set_ex(&mut self, owner: Owner, ttl_us: u64, fx: &mut Fx<'_>) -> (bool, Option<u64>) {
        self.set(owner, None, Some(ttl_us), fx);
        fx.note(Note::Overwrote { owner });
        (true, None)
    }

    fn set(&mut self, owner: Owner, token: Option<u64>, ttl_us: Option<u64>, fx: &mut Fx<'_>) {
        let expires_us = ttl_us.map(|ttl_us| fx.now_us().saturating_add(ttl_us));
        self.lock = Some(Held { owner, token, expires_us });
        self.await_expiry(fx);
        self.save(fx);
    }

    fn delete(&mut self, owner: Owner, compares: bool, fx: &mut Fx<'_>) -> (bool, Option<u64>) {
        let Some(held) = self.lock.filter(|held| !compares || held.owner == owner) else {
            return (false, None);
        };
        self.remove(fx);
        fx.note(Note::Released { owner, whose: held.owner });
        (true, None)
    }

    fn remove(&mut self, fx: &mut Fx<'_>) {
        self.lock = None;
        fx.cancel_timer(Timer::Expiry);
        self.save(fx);
    }

    // -------------------------------------------------------------------------------------------------------------
    // Expiry

    /// Removes the key if its time is over, on the wall clock.
    fn purge(&mut self, fx: &mut Fx<'_>) {
        let Some(Held { owner, expires_us: Some(expires_us), .. }) = self.lock else { return };
        if self.is_primary(fx.id()) && fx.now_us() >= expires_us {
            self.remove(fx);
            fx.note(Note::Expired { owner });
        }
    }

    fn await_expiry(&mut self, fx: &mut Fx<'_>) {
        match self.lock.and_then(|held| held.expires_us).filter(|_| self.is_primary(fx.id())) {
            Some(expires_us) => {
                let left_us = expires_us.saturating_sub(fx.now_us()).max(EXPIRY_STEP_US);
                fx.set_timer(Timer::Expiry, left_us);
            }
            None => fx.cancel_timer(Timer::Expiry),
        }
    }

    // -------------------------------------------------------------------------------------------------------------
    // Disk and replicas

    /// Writes what it holds, waiting for the disk or not, and tells the replicas without waiting for them.
    fn save(&mut self, fx: &mut Fx<'_>) {
        self.offset += 1;
        self.write(fx);
        let (epoch, offset, lock, next_token) = (self.epoch, self.offset, self.lock, self.next_token);
        self.others(fx).for_each(|replica| {
            fx.send(replica, Message::Replicate { epoch, offset, lock, next_token });
        });
    }

    fn write(&self, fx: &mut Fx<'_>) {
        let stable = Stable::Store(Self { answers: Map::new(), ..self.clone() });
        match fx.setup().fsync {
            Fsync::Always => fx.persist_forced(stable),
            Fsync::EverySecond => fx.persist_lazily(stable),
        }
    }

    /// The other stores of the same set: none where each is a master of its own.
    fn others(&self, fx: &Fx<'_>) -> impl Iterator<Item = NodeId> + use<> {
        let (id, setup) = (fx.id(), fx.setup());
        let count = if setup.variant == Variant::Redlock { 0 } else { setup.stores };
        super::servers(1, count).filter(move |&store| store != id)
    }

    fn copy(
        &mut self,
        from: NodeId,
        epoch: u32,
        offset: u64,
        lock: Option<Held>,
        next_token: u64,
        fx: &mut Fx<'_>,
    ) {
        if epoch < self.epoch {
            return fx.send(from, Message::Primary { epoch: self.epoch, primary: self.primary });
        }
        if epoch == self.epoch && (self.is_primary(fx.id()) || offset <= self.offset) {
            return;
        }
        (self.epoch, self.primary) = (epoch, from);
        (self.offset, self.lock, self.next_token) = (offset, lock, next_token);
        self.await_expiry(fx);
        self.write(fx);
    }

    fn hear_of_primary(&mut self, from: NodeId, epoch: u32, primary: NodeId, fx: &mut Fx<'_>) {
        if epoch < self.epoch {
            return fx.send(from, Message::Primary { epoch: self.epoch, primary: self.primary });
        }
        if epoch > self.epoch {
            let was_primary = self.is_primary(fx.id());
            (self.epoch, self.primary, self.offset) = (epoch, primary, 0);
            self.await_expiry(fx);
            self.write(fx);
            if was_primary {
                fx.note(Note::SteppedDown { primary });
            }
            // Asks for all that the primary holds.
            return fx.send(primary, Message::Primary { epoch, primary });
        }
        if self.is_primary(fx.id()) {
            let (offset, lock, next_token) = (self.offset, self.lock, self.next_token);
            fx.send(from, Message::Replicate { epoch, offset, lock, next_token });
        }
    }

    /// A person, or a watcher such as Sentinel, makes a replica the primary: with what it has copied so far.
    fn promote(&mut self, op: u64, fx: &mut Fx<'_>) {
        if fx.setup().variant == Variant::Redlock {
            return fx.reply(op, Reply::WrongRole);
        }
        if !self.is_primary(fx.id()) {
            (self.epoch, self.primary) = (self.epoch.saturating_add(1), fx.id());
            self.write(fx);
            fx.note(Note::Promoted { epoch: self.epoch, holder: self.lock.map(|held| held.owner) });
            self.await_expiry(fx);
            let (epoch, primary) = (self.epoch, self.primary);
            let everyone: Vec<NodeId> = self.others(fx).chain(fx.seat().clients.iter().copied()).collect();
            everyone.into_iter().for_each(|node| fx.send(node, Message::Primary { epoch, primary }));
        }
        fx.reply(op, Reply::Promoted { epoch: self.epoch });
    }
}
