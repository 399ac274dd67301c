//! A key-value store that is placed by hashing, and keeps answering while nodes join, leave and fail.
//!
//! Every key lies on `replication_factor` nodes, as [`placement`] says. Clients read from one replica and write to
//! all of them: a write is acknowledged when every replica has it on its disk. What moves, moves in batches of keys
//! that are really carried by messages, resent until they are acknowledged.
//!
//! # Membership
//!
//! The first server is the *steward*. It numbers the states of the membership ([`View`]), puts each on its disk,
//! and spreads it until all members have acknowledged it; nodes adopt newer views only, and put them on their disk
//! before they act by them. It makes one change at a time, in phases ([`Phase`]): copy the keys (read old, write
//! both), switch the reads (read new, write both), finish (read new, write new). Each phase begins when every
//! member that is not declared gone has acknowledged the one before, and the switch waits until every key is on the
//! newcomer's disk. So two nodes are never more than one phase apart, and neighbouring phases agree.
//!
//! The steward is a single coordinator, and no fault-tolerant consensus: while it is down no change is made. Data
//! stays available, since reads and writes do not need it. A member that is down holds a change up until it
//! restarts or is removed.
//!
//! Nodes act only on messages from their own view; whoever is behind gets the newer view first. A replica that
//! moved on thereby refuses writes by the old view, so that no acknowledged write misses the copy.
//!
//! # What is promised, and what is not
//!
//! With stable storage, whatever is lost, delayed, doubled, reordered, cut, paused or crashed and restarted: a read
//! that is answered never misses a key that was preloaded or acknowledged, if at most `replication_factor − 1` nodes
//! are removed before their keys were copied again; and, with one writer a key, it returns the last acknowledged
//! value or a later one, except from a node that was declared gone and still lives.
//!
//! Not promised: that replicas agree (a write that is under way, or was given up, is on some and not on others, and
//! two reads may see the newer value first), an order between writers of one key, writes while a replica is down,
//! anything after a disk was lost (remove that node instead), and balance for a hot key. Hashing places keys; it
//! does not make copies agree.
//!
//! # The naive way
//!
//! Under mod-n, mod-360 and off-by-ring the same machine moves nearly all keys, most of them between old nodes. As
//! caches placed this way do, the nodes read by the new placement at once ([`Phase::Move`]), and reads miss until
//! the keys have arrived: the stampede.
//!
//! Two changes can be planned, as operators do: servers that stand by join, and a member leaves, each at its time
//! ([`Setup::join_after_us`], [`Setup::leave_after_us`]), unless they crash before. All others are commands.
//!
//! A key's id is a number, and its name, which is hashed, is that number in decimal.

mod client;
mod message;
pub mod placement;
mod steward;
mod store;
mod view;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::Serialize;

pub use client::{Call, Client};
pub use message::{Command, Item, Message, Note, Refusal, Reply, Stamp, Timer, rules};
use placement::{Algorithm, Scheme};
pub use steward::Steward;
pub use store::{Items, Outgoing, Store};
pub use view::{Change, ChangeKind, Membership, Phase, Transferal, View};

use crate::{Effects, Input, NodeId, Protocol, Seat};

/// The knobs of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Setup {
    /// How keys are placed; the naive ones also switch reads at once.
    pub algorithm: Algorithm,
    /// Points a node under [`Algorithm::Ring`], from 1.
    pub virtual_nodes: u32,
    /// Whether [`Algorithm::ModN`] hashes keys instead of taking their number.
    pub hashed_keys: bool,
    /// On how many nodes each key lies, from 1.
    pub replication_factor: u32,
    /// How many keys are there from the beginning: ids from 0, at most [`Setup::KEYS_MAX`].
    pub keys: u32,
    /// How many keys one `Transfer` carries, from 1.
    pub batch_keys: u32,
    /// After how long an unanswered message is sent again, in microseconds.
    pub retry_us: u64,
    /// How often a client asks before it gives up, from 1.
    pub tries: u32,
    /// How many of the first servers are members at the beginning; the others stand by. 0 means all.
    pub members: u32,
    /// After how long a server that stands by joins of its own accord, in microseconds; 0 for never.
    pub join_after_us: u64,
    /// After how long the last member of the beginning leaves of its own accord, in microseconds; 0 for never.
    pub leave_after_us: u64,
    /// Naive, under the rings: replicas lie at the next points, whoever has them, so that two of them may be one
    /// and the same node.
    pub replicas_by_points: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Ring,
            virtual_nodes: placement::VIRTUAL_NODES_TO_SEE,
            hashed_keys: false,
            replication_factor: 2,
            keys: 1000,
            batch_keys: 40,
            retry_us: 100_000,
            tries: 20,
            members: 0,
            join_after_us: 0,
            leave_after_us: 0,
            replicas_by_points: false,
        }
    }
}

impl Setup {
    /// The most keys that can be there from the beginning.
    pub const KEYS_MAX: u32 = 10_000;

    /// The placement algorithm with its knobs.
    pub fn scheme(&self) -> Scheme {
        Scheme { algorithm: self.algorithm, virtual_nodes: self.virtual_nodes, hashed_keys: self.hashed_keys }
    }

    /// How many keys are there from the beginning, within the bounds.
    pub fn key_count(&self) -> u32 {
        self.keys.min(Self::KEYS_MAX)
    }

    /// The change that `node` makes of its own accord, and how long after its start, in microseconds.
    fn planned(&self, node: NodeId, servers: &[NodeId]) -> Option<(ChangeKind, u64)> {
        let members = if self.members == 0 { servers.len() } else { self.members as usize };
        let place = servers.iter().position(|&server| server == node)?;
        let (kind, after_us) = match place {
            place if place >= members => (ChangeKind::Join, self.join_after_us),
            place if place > 0 && place + 1 == members => (ChangeKind::Leave, self.leave_after_us),
            _ => return None,
        };
        (after_us > 0).then_some((kind, after_us))
    }

    /// The pause before something unanswered is sent again, in microseconds; never 0.
    fn retry_us(&self) -> u64 {
        self.retry_us.max(1)
    }
}

/// One node: a storage node (the first of them the steward too), or a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Ring {
    /// It holds keys.
    Store(Store),
    /// It reads and writes keys.
    Client(Client),
}

/// What survives a crash. A node that finds nothing starts for the first time.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stable {
    /// What a storage node keeps.
    pub store: Option<StableStore>,
    /// What a client keeps.
    pub client: StableClient,
}

/// What a storage node keeps on its disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StableStore {
    /// Its view.
    pub view: Arc<View>,
    /// Its keys with their values.
    pub items: Items,
    /// The steward's: the changes that wait for their turn.
    pub queue: Vec<(ChangeKind, NodeId)>,
}

/// What a client keeps on its disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StableClient {
    /// How often it was started; no two lives share a request number.
    pub boots: u64,
    /// The serial of its latest write.
    pub clock: u64,
}

impl Protocol for Ring {
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Reply = Reply;
    type Note = Note;
    type Setup = Setup;
    type Stable = Stable;

    fn boot(stable: Stable, fx: &mut Effects<'_, Self>) -> Self {
        if fx.id().is_client() {
            Self::Client(Client::boot(stable.client, fx))
        } else {
            Self::Store(Store::boot(stable.store, fx))
        }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Effects<'_, Self>) {
        match self {
            Self::Store(store) => store.handle(input, fx),
            Self::Client(client) => client.handle(input, fx),
        }
    }
}

impl Ring {
    /// The view that the node works by.
    pub fn view(&self) -> &Arc<View> {
        match self {
            Self::Store(store) => store.view(),
            Self::Client(client) => client.view(),
        }
    }

    /// The storage node, if it is one.
    pub fn as_store(&self) -> Option<&Store> {
        match self {
            Self::Store(store) => Some(store),
            Self::Client(_) => None,
        }
    }

    /// The client, if it is one.
    pub fn as_client(&self) -> Option<&Client> {
        match self {
            Self::Store(_) => None,
            Self::Client(client) => Some(client),
        }
    }
}

/// The server that orders all changes of the membership: the first one of the beginning.
pub fn steward_of(seat: &Seat<Setup>) -> NodeId {
    seat.servers.first().copied().unwrap_or(seat.id)
}

/// The newest view among `nodes`: what the picture and the properties go by.
pub fn newest_view<'a>(nodes: impl IntoIterator<Item = &'a Ring>) -> Option<&'a Arc<View>> {
    nodes.into_iter().map(Ring::view).max_by_key(|view| view.version())
}

/// How far the copying of the change under way is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Progress {
    /// How many copies of keys the change makes necessary.
    pub total: u32,
    /// How many of them have arrived.
    pub arrived: u32,
}

impl Progress {
    /// Counts the transferals of `view` for which `wanted` holds, asking `store` for the receivers.
    ///
    /// A receiver that is down counts as having nothing; ask with what is on its disk to count that too.
    pub fn of<'a>(
        view: &View,
        wanted: impl Fn(&Transferal) -> bool,
        store: impl Fn(NodeId) -> Option<&'a Items>,
    ) -> Self {
        let mut progress = Self::default();
        for transferal in view.moves().iter().filter(|transferal| wanted(transferal)) {
            progress.total += 1;
            let has_arrived = store(transferal.to).is_some_and(|items| items.contains_key(&transferal.key));
            progress.arrived += u32::from(has_arrived);
        }
        progress
    }
}
