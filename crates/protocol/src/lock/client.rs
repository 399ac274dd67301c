//! A client: takes the lock, reads the counter, works, writes one more, lets the lock go.
//!
//! It believes that it holds the lock from the grant until it lets go, or until its own clock says that the lease has
//! run out. A client that stands still believes on: what it would have seen waits at its door.

use std::collections::VecDeque;

use serde::Serialize;

use super::message::{Asked, Command, Message, Owner, Reply, Timer};
use super::note::Note;
use super::session::Service;
use super::{Fx, Lock, Variant};
use crate::coordination;
use crate::ordered::Set;
use crate::{Input, NodeId};

/// How far a client is with an increment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It waits before it tries for the lock again.
    Waiting,
    /// It has sent `SETEX`, which comes before `SETNX` where the variant is wrong about the order.
    Presetting,
    /// It has asked for the lock.
    Asking,
    /// It did not get the lock and deletes it all the same, where the variant does so.
    Clearing,
    /// It has asked the resource for the counter.
    Reading,
    /// It works on what it read.
    Working,
    /// It has asked the resource to set the counter.
    Writing,
    /// The increment is done, and it lets the lock go.
    Releasing,
    /// Its session is doubtful; it stands still until it knows (Chubby).
    Jeopardy,
}

/// The increment that a client works on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Job {
    /// The command's number in the run.
    pub op: u64,
    /// How often it has tried to get the lock, from 1.
    pub attempt: u32,
    /// How far it is.
    pub phase: Phase,
    /// How often it has asked in this phase without an answer.
    pub silent: u32,
    /// The token of its grant, where the variant has tokens. It outlives the belief: a write may be under way.
    pub token: Option<u64>,
    /// What it read.
    pub read: u64,
    /// The masters that granted (Redlock).
    pub granted: Set<NodeId>,
    /// The masters that denied (Redlock).
    pub denied: Set<NodeId>,
}

/// A client's state. It keeps nothing on disk: after a crash it has forgotten what it held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Client {
    /// What it works on.
    pub job: Option<Job>,
    /// Commands that wait for their turn, oldest first.
    pub queue: VecDeque<u64>,
    /// The lock that it believes to hold.
    pub holding: Option<Owner>,
    /// The token of that lock.
    pub token: Option<u64>,
    /// How many of its increments were acknowledged.
    pub done: u64,
    /// The newest failover of the store that it knows of.
    pub epoch: u32,
    /// The store that it takes for the primary.
    pub primary: NodeId,
    /// Its part of the coordination service, where the variant has one.
    pub service: Option<Service>,
}

impl Client {
    pub(super) fn boot(stable: &coordination::Stable, fx: &mut Fx<'_>) -> Self {
        let primary = fx.setup().first_primary(fx.id());
        let service = fx.setup().variant.uses_service().then(|| Service::boot(stable, fx));
        Self {
            job: None,
            queue: VecDeque::new(),
            holding: None,
            token: None,
            done: 0,
            epoch: 0,
            primary,
            service,
        }
    }

    pub(super) fn handle(&mut self, input: Input<Lock>, fx: &mut Fx<'_>) {
        match input {
            Input::Command { op, body: Command::Increment } => {
                self.queue.push_back(op);
                self.next_job(fx);
            }
            Input::Command { op, body: Command::Release } => self.release_any(op, fx),
            Input::Command { op, body: Command::Promote } => fx.reply(op, Reply::WrongRole),
            Input::Message { from, body: Message::Service(body) } => {
                self.hear_service(Input::Message { from, body }, fx);
            }
            Input::Timer(Timer::Service(timer)) => self.hear_service(Input::Timer(timer), fx),
            Input::Message { from, body } => self.hear(from, body, fx),
            Input::Timer(Timer::Retry) => self.on_silence(fx),
            Input::Timer(Timer::Backoff) => self.try_again(fx),
            Input::Timer(Timer::Work) => self.on_work_done(fx),
            Input::Timer(Timer::Lease) if self.service.is_some() => self.on_grace_end(fx),
            Input::Timer(Timer::Lease) => self.on_lease_end(fx),
            Input::Timer(Timer::LockDelay) => self.on_delay_over(fx),
            Input::Timer(Timer::Expiry) => {}
        }
    }

    /// The attempt that it is in.
    pub fn owner(&self, id: NodeId) -> Option<Owner> {
        self.job.as_ref().map(|job| Owner { client: id, op: job.op, attempt: job.attempt })
    }

    pub(super) fn phase(&self) -> Option<Phase> {
        self.job.as_ref().map(|job| job.phase)
    }

    fn next_job(&mut self, fx: &mut Fx<'_>) {
        if self.job.is_some() {
            return;
        }
        let Some(op) = self.queue.pop_front() else { return };
        self.job = Some(Job {
            op,
            attempt: 0,
            phase: Phase::Waiting,
            silent: 0,
            token: None,
            read: 0,
            granted: Set::new(),
            denied: Set::new(),
        });
        self.try_again(fx);
    }

    // -------------------------------------------------------------------------------------------------------------
    // Taking the lock

    /// Begins the next attempt.
    fn try_again(&mut self, fx: &mut Fx<'_>) {
        let Some(job) = self.job.as_mut().filter(|job| job.phase == Phase::Waiting) else { return };
        job.attempt = job.attempt.saturating_add(1);
        job.token = None;
        job.granted.clear();
        job.denied.clear();
        if let Some(lease_us) = fx.setup().lease_us() {
            // From when it asks: the store counts from later.
            fx.set_timer(Timer::Lease, lease_us);
        }
        match fx.setup().variant {
            Variant::None => self.enter(None, fx),
            Variant::SetExFirst => self.go_to(Phase::Presetting, fx),
            variant if variant.uses_service() => self.join(fx),
            _ => self.go_to(Phase::Asking, fx),
        }
    }

    fn hear(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Answer { owner, asked, is_ok, token } if Some(owner) == self.owner(fx.id()) => {
                self.on_answer(from, asked, is_ok, token, fx);
            }
            Message::Locked { owner } if Some(owner) == self.owner(fx.id()) => self.on_grant(None, fx),
            Message::Unlocked { owner } if Some(owner) == self.owner(fx.id()) => self.on_released(fx),
            Message::Value { owner, value } if Some(owner) == self.owner(fx.id()) => self.on_value(value, fx),
            Message::Written { owner, value } if Some(owner) == self.owner(fx.id()) => {
                self.on_written(value, fx);
            }
            Message::Refused { owner, highest_token } if Some(owner) == self.owner(fx.id()) => {
                self.on_refused(highest_token, fx);
            }
            Message::Primary { epoch, primary } => self.on_primary(epoch, primary, fx),
            _ => {}
        }
    }

    fn on_answer(&mut self, from: NodeId, asked: Asked, is_ok: bool, token: Option<u64>, fx: &mut Fx<'_>) {
        match (self.phase(), asked) {
            (Some(Phase::Presetting), Asked::SetEx) => self.go_to(Phase::Asking, fx),
            (Some(Phase::Asking), Asked::SetNx) if fx.setup().variant == Variant::Redlock => {
                self.on_vote(from, is_ok, fx);
            }
            (Some(Phase::Asking), Asked::SetNx) if is_ok => self.on_grant(token, fx),
            (Some(Phase::Asking), Asked::SetNx) if fx.setup().variant == Variant::SetExFirst => {
                self.go_to(Phase::Clearing, fx);
            }
            (Some(Phase::Asking), Asked::SetNx) => self.back_off(fx),
            (Some(Phase::Clearing), Asked::Del) => self.back_off(fx),
            (Some(Phase::Releasing), Asked::Del) => self.on_released(fx),
            _ => {}
        }
    }

    /// Redlock: a majority holds it, or can no longer.
    fn on_vote(&mut self, from: NodeId, is_ok: bool, fx: &mut Fx<'_>) {
        let setup = fx.setup();
        let Some(job) = self.job.as_mut() else { return };
        if is_ok {
            job.granted.insert(from)
        } else {
            job.denied.insert(from)
        };
        if setup.is_majority(job.granted.len()) {
            let owner = Owner { client: fx.id(), op: job.op, attempt: job.attempt };
            fx.note(Note::Granted { owner, token: None });
            self.on_grant(None, fx);
        } else if setup.is_majority(job.denied.len()) {
            self.give_up(fx);
        }
    }

    pub(super) fn on_grant(&mut self, token: Option<u64>, fx: &mut Fx<'_>) {
        let Some(owner) = self.owner(fx.id()).filter(|_| self.phase() == Some(Phase::Asking)) else { return };
        (self.holding, self.token) = (Some(owner), token);
        fx.note(Note::Acquired { owner, token });
        self.enter(token, fx);
    }

    fn enter(&mut self, token: Option<u64>, fx: &mut Fx<'_>) {
        let Some(job) = self.job.as_mut() else { return };
        job.token = token;
        self.go_to(Phase::Reading, fx);
    }

    /// Redlock: no majority in time. It unlocks all, also those that did not answer.
    fn give_up(&mut self, fx: &mut Fx<'_>) {
        let Some(owner) = self.owner(fx.id()) else { return };
        fx.note(Note::NoMajority { owner });
        self.unlock_all(fx);
        self.back_off(fx);
    }

    fn unlock_all(&self, fx: &mut Fx<'_>) {
        let Some(owner) = self.owner(fx.id()) else { return };
        fx.setup().stores().for_each(|master| fx.send(master, Message::DelIfMine { owner }));
    }

    /// Waits for a while before it tries again.
    pub(super) fn back_off(&mut self, fx: &mut Fx<'_>) {
        let Some(job) = self.job.as_mut() else { return };
        job.phase = Phase::Waiting;
        fx.cancel_timer(Timer::Retry);
        fx.cancel_timer(Timer::Lease);
        let (low_us, high_us) = fx.setup().backoff_us;
        let after_us = fx.delay_us("backoff", low_us..high_us);
        fx.set_timer(Timer::Backoff, after_us);
    }

    // -------------------------------------------------------------------------------------------------------------
    // Under the lock

    fn on_value(&mut self, value: u64, fx: &mut Fx<'_>) {
        let Some(job) = self.job.as_mut().filter(|job| job.phase == Phase::Reading) else { return };
        (job.read, job.phase) = (value, Phase::Working);
        fx.cancel_timer(Timer::Retry);
        match fx.setup().work_us {
            0 => self.on_work_done(fx),
            work_us => fx.set_timer(Timer::Work, work_us),
        }
    }

    fn on_work_done(&mut self, fx: &mut Fx<'_>) {
        if self.phase() == Some(Phase::Working) {
            self.go_to(Phase::Writing, fx);
        }
    }

    fn on_written(&mut self, value: u64, fx: &mut Fx<'_>) {
        let Some(job) = self.job.as_ref().filter(|job| job.phase == Phase::Writing) else { return };
        fx.reply(job.op, Reply::Incremented { value });
        self.done += 1;
        self.let_go(fx);
    }

    /// The resource has served a later grant: this one is over, and the write was not done.
    fn on_refused(&mut self, highest_token: u64, fx: &mut Fx<'_>) {
        let is_waiting = matches!(self.phase(), Some(Phase::Reading | Phase::Writing));
        let Some(owner) = self.owner(fx.id()).filter(|_| is_waiting) else { return };
        (self.holding, self.token) = (None, None);
        fx.note(Note::TooLate { owner, highest_token });
        self.clean_up(fx);
        self.back_off(fx);
    }

    /// Its own clock says that the lease is over.
    fn on_lease_end(&mut self, fx: &mut Fx<'_>) {
        let (Some(owner), Some(phase)) = (self.owner(fx.id()), self.phase()) else { return };
        if self.holding.take().is_some() {
            fx.note(Note::LeaseEnded { owner });
        }
        self.token = None;
        match phase {
            // The answer may be on its way: whatever it gives is taken back.
            Phase::Asking if fx.setup().variant == Variant::Redlock => self.give_up(fx),
            Phase::Asking => {
                let release = self.release_of(owner, fx);
                fx.send(self.primary, release);
                self.back_off(fx);
            }
            Phase::Reading | Phase::Working => {
                fx.cancel_timer(Timer::Work);
                self.back_off(fx);
            }
            Phase::Releasing => self.on_released(fx),
            // A write is under way, and only its answer tells what became of it.
            Phase::Writing | Phase::Waiting | Phase::Presetting | Phase::Clearing | Phase::Jeopardy => {}
        }
    }

    // -------------------------------------------------------------------------------------------------------------
    // Letting the lock go

    fn let_go(&mut self, fx: &mut Fx<'_>) {
        if let Some(owner) = self.holding.take() {
            fx.note(Note::LetGo { owner });
        }
        self.token = None;
        match fx.setup().variant {
            Variant::None => self.on_released(fx),
            Variant::Redlock => {
                self.unlock_all(fx);
                self.on_released(fx);
            }
            variant if variant.uses_service() => {
                let waits = self.leave(fx);
                match self.job.as_mut().filter(|_| waits) {
                    Some(job) => {
                        job.phase = Phase::Releasing;
                        fx.cancel_timer(Timer::Retry);
                    }
                    None => self.on_released(fx),
                }
            }
            _ => self.go_to(Phase::Releasing, fx),
        }
    }

    pub(super) fn on_released(&mut self, fx: &mut Fx<'_>) {
        // A job that was just done, or that waits for the answer to its release, and no other.
        if !matches!(self.phase(), Some(Phase::Releasing | Phase::Writing)) || self.holding.is_some() {
            return;
        }
        self.job = None;
        fx.cancel_timer(Timer::Retry);
        fx.cancel_timer(Timer::Lease);
        self.next_job(fx);
    }

    fn release_of(&self, owner: Owner, fx: &Fx<'_>) -> Message {
        match fx.setup().variant {
            Variant::LocalMutex => Message::Unlock { owner },
            Variant::SetNx | Variant::SetExFirst | Variant::TtlPlainDel => Message::Del { owner },
            _ => Message::DelIfMine { owner },
        }
    }

    // -------------------------------------------------------------------------------------------------------------
    // Asking, and asking again

    pub(super) fn go_to(&mut self, phase: Phase, fx: &mut Fx<'_>) {
        let Some(job) = self.job.as_mut() else { return };
        (job.phase, job.silent) = (phase, 0);
        self.ask(fx);
    }

    fn ask(&self, fx: &mut Fx<'_>) {
        let Some(owner) = self.owner(fx.id()) else { return };
        let setup = fx.setup();
        if self.phase() == Some(Phase::Asking) && setup.variant == Variant::Redlock {
            let ttl_us = Some(setup.ttl_us);
            setup.stores().for_each(|master| fx.send(master, Message::SetNx { owner, ttl_us }));
            return fx.set_timer(Timer::Retry, setup.node_timeout_us);
        }
        let Some((to, body)) = self.request(owner, fx) else { return };
        fx.send(to, body);
        fx.set_timer(Timer::Retry, setup.retry_us);
    }

    /// What it waits to have answered, and by whom.
    fn request(&self, owner: Owner, fx: &Fx<'_>) -> Option<(NodeId, Message)> {
        let (setup, job) = (fx.setup(), self.job.as_ref()?);
        let fence = job.token;
        let service = match setup.variant {
            Variant::LocalMutex => setup.machine_of(fx.id()),
            _ => self.store_to_ask(job.silent, fx),
        };
        Some(match job.phase {
            Phase::Waiting | Phase::Working | Phase::Jeopardy => return None,
            Phase::Asking | Phase::Releasing if setup.variant.uses_service() => return None,
            Phase::Presetting => (service, Message::SetEx { owner, ttl_us: setup.ttl_us }),
            Phase::Asking if setup.variant == Variant::LocalMutex => (service, Message::Lock { owner }),
            Phase::Asking => (service, Message::SetNx { owner, ttl_us: setup.key_ttl_us() }),
            Phase::Clearing => (service, Message::Del { owner }),
            Phase::Reading => {
                (setup.resource(), Message::Read { owner, token: fence.filter(|_| setup.fences_reads) })
            }
            Phase::Writing => {
                (setup.resource(), Message::Write { owner, token: fence, value: job.read.saturating_add(1) })
            }
            Phase::Releasing => (service, self.release_of(owner, fx)),
        })
    }

    /// The primary; after long silence another one, which knows better or not.
    fn store_to_ask(&self, silent: u32, fx: &Fx<'_>) -> NodeId {
        let stores: Vec<NodeId> = fx.setup().stores().collect();
        let place = stores.iter().position(|&store| store == self.primary).unwrap_or(0);
        let further = silent.saturating_sub(1) as usize;
        (place + further).checked_rem(stores.len()).map_or(self.primary, |place| stores[place])
    }

    fn on_silence(&mut self, fx: &mut Fx<'_>) {
        let Some(job) = self.job.as_mut() else { return };
        if job.phase == Phase::Asking && fx.setup().variant == Variant::Redlock {
            return self.give_up(fx);
        }
        job.silent = job.silent.saturating_add(1);
        self.ask(fx);
    }

    fn on_primary(&mut self, epoch: u32, primary: NodeId, fx: &mut Fx<'_>) {
        let is_news = epoch > self.epoch;
        if !is_news {
            return;
        }
        (self.epoch, self.primary) = (epoch, primary);
        let asks_store = matches!(
            self.phase(),
            Some(Phase::Presetting | Phase::Asking | Phase::Clearing | Phase::Releasing)
        );
        if asks_store && let Some(job) = self.job.as_mut() {
            job.silent = 0;
            self.ask(fx);
        }
    }
}
