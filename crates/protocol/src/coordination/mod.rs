//! A coordination service: a small tree of znodes that a majority of servers keeps, with sessions and watches.
//!
//! After Hunt et al., "ZooKeeper: Wait-free coordination for Internet-scale systems", 2010, for what clients see:
//! plain, ephemeral and sequential znodes, sessions that end when they are silent for too long, watches that fire
//! once. The servers agree in the manner of Zab (Junqueira et al. 2011), simplified for a small tree: instead of
//! pieces of its history a new leader sends its whole state.
//!
//! How the servers agree:
//!
//! 1. A server that hears no leader stands for a new *epoch*. A server votes once an epoch, after writing that down,
//!    and only for a state that is not older than its own. States are compared by [`Zxid`]: epoch, then counter.
//! 2. The winner puts an empty entry `(epoch, 0)` on its state and sends it whole. Once a majority has written it down
//!    the leader is *established*: all that its state holds is committed. Only then it serves clients.
//! 3. The leader gives each entry the next counter; followers apply entries without a gap, write, and acknowledge. An
//!    entry is *committed* once a majority has acknowledged it. Whoever lacks something gets the whole state again.
//! 4. Nobody accepts anything of an epoch below the one that it voted in.
//!
//! Why a committed entry is never lost: a majority wrote it down; every later leader has the votes of a majority; the
//! two share a server, which voted for no state older than its own. Within an epoch there is one leader, and states
//! are prefixes of what it proposed; a later epoch begins with a state that holds the entry, by the same argument for
//! each epoch between. It is Raft's argument, without Raft's entries of old terms: the empty entry commits them.
//!
//! What clients may rely on: writes are linearizable, each takes effect once, those of a session in their order. Reads
//! are answered by the leader from its committed state, without asking the others: a leader that was deposed and has
//! not noticed may answer with old state, never with older than the session has seen. A watch is told before any
//! answer that shows the change. What nobody can rely on: that a session that has ended at the servers knows it.
//! A [`Zxid`] or the number of a sequential znode is what a resource can check: a fencing token.
//!
//! A lab embeds the pieces: [`Server`] for the seats of the ensemble, [`Client`] in its own nodes, with [`seat`] and
//! [`lift`] in [`Effects::embed`].

mod client;
mod message;
mod note;
mod server;
#[cfg(test)]
mod tests;
mod tree;

use std::sync::Arc;

use serde::Serialize;

use crate::{Effect, Effects, Input, NodeId, Protocol, Seat};

pub use client::{Client, Event, Link, Pending};
pub use message::{Command, Message, Reply, Timer};
pub use note::{Note, RULES};
pub use server::{Flight, Leader, Role, Server};
pub use tree::{
    Answer, Change, Entry, Fired, Guard, Kind, Op, Refusal, Session, SessionId, Stat, State, Watch, Znode,
    Zxid,
};

/// The knobs, the same for all nodes of a run. Durations are in microseconds of the node's own clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Setup {
    /// The number of the ensemble's first server.
    pub first: u16,
    /// How many servers the ensemble has.
    pub count: u16,
    /// Plain znodes that are there from the beginning, parents first.
    pub roots: &'static [&'static str],
    /// The range (half open) from which each server's patience with a silent leader is drawn.
    pub election_timeout_us: (u64, u64),
    /// How often a leader speaks to each follower.
    pub heartbeat_us: u64,
    /// After how much silence the leader ends a session.
    pub session_timeout_us: u64,
    /// How often a client speaks to the leader.
    pub ping_us: u64,
    /// How long a client waits for an answer before it tries the next server.
    pub retry_us: u64,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            first: 1,
            count: 3,
            roots: &[],
            election_timeout_us: (150_000, 300_000),
            heartbeat_us: 50_000,
            session_timeout_us: 600_000,
            ping_us: 150_000,
            retry_us: 100_000,
        }
    }
}

impl Setup {
    /// The servers of the ensemble, in order.
    pub fn ensemble(&self) -> impl Iterator<Item = NodeId> + use<> {
        let numbers = self.first..self.first.saturating_add(self.count);
        numbers.filter_map(NodeId::from_code).filter(|id| !id.is_client())
    }

    /// Whether so many servers are a majority.
    pub fn is_majority(&self, count: usize) -> bool {
        count * 2 > usize::from(self.count)
    }

    /// The server at a place, counted round and round.
    fn server(&self, place: u32) -> Option<NodeId> {
        let place = place.checked_rem(u32::from(self.count))?;
        self.ensemble().nth(usize::try_from(place).ok()?)
    }
}

/// All that survives a crash; servers and clients use their own part.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stable {
    /// A server's: the highest epoch that it has voted in or accepted anything of.
    pub promised: u32,
    /// A server's: its state, up to the last entry that it has accepted.
    pub state: State,
    /// A client's: how often it has started.
    pub incarnation: u32,
}

/// One node of a coordination service. A client of it alone does nothing but hold a session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Coordination {
    /// A server of the ensemble.
    Server(Server),
    /// Anybody else.
    Client(Client),
}

/// The effects of these machines.
pub type Fx<'a> = Effects<'a, Coordination>;

impl Protocol for Coordination {
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Reply = Reply;
    type Note = Note;
    type Setup = Setup;
    type Stable = Stable;

    fn boot(stable: Stable, fx: &mut Fx<'_>) -> Self {
        let id = fx.id();
        if fx.setup().ensemble().any(|server| server == id) {
            Self::Server(Server::boot(stable, fx))
        } else {
            Self::Client(Client::boot(&stable, fx))
        }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Fx<'_>) {
        match self {
            Self::Server(server) => server.handle(input, fx),
            Self::Client(client) => drop(client.handle(input, fx)),
        }
    }
}

/// The seat of the inner machine: the outer one's, with the service's knobs.
pub fn seat<S>(outer: &Seat<S>, setup: &Arc<Setup>) -> Seat<Setup> {
    Seat {
        id: outer.id,
        role: outer.role,
        servers: outer.servers.clone(),
        clients: outer.clients.clone(),
        zone: outer.zone,
        setup: setup.clone(),
    }
}

/// An effect of the inner machine as one of an outer machine; `keep` puts the inner stable state into the outer one.
pub fn lift<P: Protocol>(effect: Effect<Coordination>, keep: impl FnOnce(Stable) -> P::Stable) -> Effect<P>
where
    P::Message: From<Message>,
    P::Timer: From<Timer>,
    P::Note: From<Note>,
{
    match effect {
        Effect::Send { to, body } => Effect::Send { to, body: body.into() },
        Effect::SetTimer { timer, after_us } => Effect::SetTimer { timer: timer.into(), after_us },
        Effect::CancelTimer(timer) => Effect::CancelTimer(timer.into()),
        Effect::Persist { stable, force } => Effect::Persist { stable: keep(stable), force },
        Effect::Reply { body, .. } => match body {},
        Effect::Note(note) => Effect::Note(note.into()),
    }
}
