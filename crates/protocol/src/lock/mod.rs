//! Distributed locks: clients add one to a shared counter, each under a lock, or what it takes for one.
//!
//! A resource `n1` holds the counter. A client takes the lock, reads the counter, works, writes one more, and lets the
//! lock go. The lock service behind `n1` differs from variant to variant: a mutex on each machine, a key in a store
//! after Redis, a majority of five masters (Redlock).
//!
//! What no lock with a lease can promise: that nobody else believes to hold it. A client that stands still for longer
//! than its lease wakes up believing, and writes. What can be promised is that its late write does no harm: with each
//! grant comes a higher *fencing token*, and the resource refuses a token below the highest that it has seen
//! (Kleppmann, "How to do distributed locking", 2016). The token goes along with reads too: a late write that comes
//! between the next holder's read and its write would else be accepted, and then be overwritten.
//!
//! Sources: the Redis documentation, "Distributed Locks with Redis" and `SET`; ZooKeeper's recipes; Burrows, "The Chubby
//! lock service for loosely-coupled distributed systems", 2006; and for what is wrong, what tutorials print. Redis
//! expires keys by its wall clock; so does the store here.

mod client;
mod disk;
mod message;
mod mutex;
mod note;
mod resource;
mod session;
mod store;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::Serialize;

use crate::coordination::{self, Coordination, Server};
use crate::{Effects, Input, NodeId, Protocol};

pub use client::{Client, Job, Phase};
pub use disk::Stable;
pub use message::{Asked, Command, Message, Owner, Reply, Timer};
pub use mutex::Mutex;
pub use note::{Note, RULES};
pub use resource::Resource;
pub use session::{HOLDER, PARENT, Service, Step};
pub use store::{Held, Store};

/// The role of the resource in [`crate::Seat::role`]. There is one, the first server.
pub const RESOURCE: u8 = 1;
/// The role of a store that gives the lock.
pub const STORE: u8 = 2;
/// The role of a machine's own mutex.
pub const MUTEX: u8 = 3;
/// The role of a server of the coordination service.
pub const SERVICE: u8 = 4;

/// Which rules the nodes follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// No lock at all.
    None,
    /// A mutex on each machine: it knows nothing of the other machines.
    LocalMutex,
    /// `SETNX` without expiry, then `DEL`.
    SetNx,
    /// `SETEX`, then `SETNX`, then `DEL` whatever the answer was.
    SetExFirst,
    /// `SET NX PX`, then a plain `DEL`, which may delete another's lock.
    TtlPlainDel,
    /// `SET NX PX`, then compare-and-delete; no fencing.
    Ttl,
    /// The same with a token for each grant, which the resource checks.
    #[default]
    TtlFenced,
    /// `SET NX PX` on a majority of independent masters.
    Redlock,
    /// One plain znode, which anybody may delete.
    ZnodePersistent,
    /// Ephemeral sequential znodes: ZooKeeper's recipe.
    Znode,
    /// Chubby: sessions with grace, a sequencer that the resource checks, a lock-delay.
    Chubby,
}

impl Variant {
    /// Whether the lock is kept by the coordination service.
    pub const fn uses_service(self) -> bool {
        matches!(self, Self::ZnodePersistent | Self::Znode | Self::Chubby)
    }
}

/// When a store's changes are safe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fsync {
    /// Before they are answered.
    #[default]
    Always,
    /// Some time later; a crash loses what is not there yet.
    EverySecond,
}

/// The knobs, the same for all nodes of a run. Durations are in microseconds of the node's own clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Setup {
    /// Which rules the nodes follow.
    pub variant: Variant,
    /// How many stores there are, behind the resource: one primary and its replicas, or independent masters.
    pub stores: u16,
    /// How many machines with a mutex there are, behind the resource.
    pub machines: u16,
    /// How long a lease is.
    pub ttl_us: u64,
    /// How much faster a clock may run than another, in millionths: Redlock takes it off the lease.
    pub drift_ppm: u64,
    /// How long a Redlock client waits for the masters.
    pub node_timeout_us: u64,
    /// How long a client waits for an answer before it asks again.
    pub retry_us: u64,
    /// How long a client waits before it tries for the lock again (half open).
    pub backoff_us: (u64, u64),
    /// How long a client works between its read and its write.
    pub work_us: u64,
    /// Whether a fencing token goes along with reads, and not with writes alone.
    pub fences_reads: bool,
    /// When a store's changes are safe.
    pub fsync: Fsync,
    /// Whether everybody who waits watches the list of all znodes, and not the znode before its own.
    pub watches_all: bool,
    /// How long a client whose session is doubtful waits for a master (Chubby).
    pub grace_us: u64,
    /// How long nobody gets the lock after a holder that failed (Chubby).
    pub lock_delay_us: u64,
    /// The knobs of the coordination service.
    #[serde(skip)]
    pub service: Arc<coordination::Setup>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            variant: Variant::TtlFenced,
            stores: 1,
            machines: 0,
            ttl_us: 300_000,
            drift_ppm: 10_000,
            node_timeout_us: 50_000,
            retry_us: 100_000,
            backoff_us: (5_000, 25_000),
            work_us: 5_000,
            fences_reads: true,
            fsync: Fsync::Always,
            watches_all: false,
            grace_us: 2_000_000,
            lock_delay_us: 300_000,
            service: Arc::new(coordination::Setup { first: 2, roots: &[PARENT], ..Default::default() }),
        }
    }
}

/// Redis' documentation adds so much to the drift, for what expiry rounds.
const DRIFT_MORE_US: u64 = 2_000;

impl Setup {
    /// The resource.
    pub const fn resource(&self) -> NodeId {
        NodeId::server(1)
    }

    /// The stores, in order.
    pub fn stores(&self) -> impl Iterator<Item = NodeId> + use<> {
        servers(1, self.stores)
    }

    /// The machine on which a client runs: they are dealt out in turn.
    pub fn machine_of(&self, client: NodeId) -> NodeId {
        let place = (client.number() - 1).checked_rem(self.machines).unwrap_or(0);
        NodeId::server(2 + place)
    }

    /// Who is the primary before any failover: the first store, or each where they are independent.
    pub(crate) fn first_primary(&self, id: NodeId) -> NodeId {
        if self.variant == Variant::Redlock { id } else { NodeId::server(2) }
    }

    /// Whether so many masters are a majority.
    pub fn is_majority(&self, count: usize) -> bool {
        count * 2 > usize::from(self.stores)
    }

    /// After how long a key expires at the store.
    pub fn key_ttl_us(&self) -> Option<u64> {
        let expires = matches!(
            self.variant,
            Variant::TtlPlainDel | Variant::Ttl | Variant::TtlFenced | Variant::Redlock
        );
        expires.then_some(self.ttl_us)
    }

    /// For how long a client may take the lock for its own, from when it asked.
    pub fn lease_us(&self) -> Option<u64> {
        let ttl_us = self.key_ttl_us()?;
        if self.variant != Variant::Redlock {
            return Some(ttl_us);
        }
        let drift_us = u128::from(ttl_us) * u128::from(self.drift_ppm) / 1_000_000;
        Some(ttl_us.saturating_sub(drift_us as u64).saturating_sub(DRIFT_MORE_US))
    }
}

/// So many servers behind the first `before`.
fn servers(before: u16, count: u16) -> impl Iterator<Item = NodeId> {
    let numbers = before.saturating_add(1)..=before.saturating_add(count);
    numbers.filter_map(NodeId::from_code).filter(|id| !id.is_client())
}

/// One node of a lock world.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Lock {
    /// Holds the counter.
    Resource(Resource),
    /// Gives the lock as a key.
    Store(Store),
    /// Gives the lock to whoever runs on its machine.
    Mutex(Mutex),
    /// Takes the lock and adds one.
    Client(Client),
    /// A server of the coordination service.
    Service(Server),
}

/// The effects of these machines.
type Fx<'a> = Effects<'a, Lock>;

impl Protocol for Lock {
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Reply = Reply;
    type Note = Note;
    type Setup = Setup;
    type Stable = Stable;

    fn boot(stable: Stable, fx: &mut Fx<'_>) -> Self {
        if fx.id().is_client() {
            return Self::Client(Client::boot(&stable.into_service(), fx));
        }
        match fx.seat().role {
            RESOURCE => Self::Resource(stable.into_resource()),
            MUTEX => Self::Mutex(Mutex::default()),
            SERVICE => {
                let stable = stable.into_service();
                Self::Service(with_service(fx, |fx| Server::boot(stable, fx)))
            }
            _ => Self::Store(Store::boot(stable.into_store(), fx)),
        }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Fx<'_>) {
        match self {
            Self::Resource(resource) => resource.handle(input, fx),
            Self::Store(store) => store.handle(input, fx),
            Self::Mutex(mutex) => mutex.handle(input, fx),
            Self::Client(client) => client.handle(input, fx),
            Self::Service(server) => match input {
                Input::Message { from, body: Message::Service(body) } => {
                    with_service(fx, |fx| server.handle(Input::Message { from, body }, fx));
                }
                Input::Timer(Timer::Service(timer)) => {
                    with_service(fx, |fx| server.handle(Input::Timer(timer), fx));
                }
                Input::Command { op, .. } => fx.reply(op, Reply::WrongRole),
                Input::Message { .. } | Input::Timer(_) => {}
            },
        }
    }
}

/// Runs a part of the coordination service inside a node.
fn with_service<R>(fx: &mut Fx<'_>, run: impl FnOnce(&mut Effects<'_, Coordination>) -> R) -> R {
    let seat = coordination::seat(fx.seat(), &fx.setup().service);
    fx.embed(&seat, run, |effect| coordination::lift(effect, Stable::Service))
}
