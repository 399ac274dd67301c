//! What a search asks of a world: which actions are open, to do one, and a hash that leaves out time and order.
//!
//! A searched world is a world under a manual schedule whose clock stands still. It is played by the same actions as
//! a run, so that a path of the search is a run text.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::sort;

use super::{Step, World};
use crate::action::{Action, MessageName};
use crate::erased::Payload;
use crate::hash::StableHasher;
use crate::network::{Fate, Flight};
use crate::node::{EffectList, Node, Outgoing, Status, Tape};

/// What the search knows of a message in flight, by the place of the message among the flights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FlightDigest {
    id: u64,
    /// Sender, receiver and content.
    hash: u64,
}

impl World {
    /// Makes a world ready to be searched: what only pictures and the queue of events need is dropped, and machines
    /// no longer draw.
    pub(crate) fn begin_search(&mut self) {
        self.forget_the_past();
        let nodes = self.servers.iter_mut().chain(&mut self.clients);
        for node in nodes {
            std::sync::Arc::make_mut(node).tape = Tape::searched();
        }
    }

    fn forget_the_past(&mut self) {
        self.agenda.queue.clear();
        self.lost.clear();
    }

    /// Does `action`, as [`World::play_action`] does it, and without the fingerprint.
    pub(crate) fn search_act(&mut self, action: &Action, step: &mut Step, effects: &mut EffectList) {
        self.begin(step);
        step.node = action.node().filter(|&id| self.node(id).is_some());
        step.action = Some(action.clone());
        self.run_action(action, step, effects);
        self.forget_the_past();
    }

    /// Lets an answer leave, if one waits. Returns whether one did.
    pub(crate) fn search_answer(&mut self, step: &mut Step, effects: &mut EffectList) -> bool {
        let has_answer = !self.replies.is_empty();
        has_answer && self.play_event(step, effects)
    }

    /// What the machine of a node asked for at its door since the last time: its choices, each with how many ways
    /// there were, and whether it looked at its clock.
    pub(crate) fn take_tape(&mut self, id: NodeId) -> (Vec<(u32, u32)>, bool) {
        match self.node(id) {
            Some(node) if node.tape.is_blank() => (Vec::new(), false),
            None => (Vec::new(), false),
            Some(_) => self.node_mut(id).map(|node| node.tape.take()).unwrap_or_default(),
        }
    }

    /// Whether a write of a node is not durable yet.
    pub(crate) fn is_writing(&self, id: NodeId) -> bool {
        self.node(id).is_some_and(|node| !node.writes.is_empty())
    }

    /// Every message that may arrive, one of each kind: its name, and whether its receiver can take it now. Where
    /// links keep order, only the head of each link.
    pub(crate) fn open_messages(&self, digests: &[FlightDigest]) -> Vec<(MessageName, bool)> {
        let fifo = self.network.fifo;
        let mut heads: Vec<(u64, &Flight)> = Vec::new();
        for (flight, digest) in self.flights.places().zip(digests) {
            let Some(flight) = flight.filter(|flight| flight.is_open()) else { continue };
            let same = |known: &&mut (u64, &Flight)| {
                if fifo {
                    (known.1.from, known.1.to) == (flight.from, flight.to)
                } else {
                    known.0 == digest.hash
                }
            };
            match heads.iter_mut().find(same) {
                Some(known) if flight.ordinal < known.1.ordinal => *known = (digest.hash, flight),
                Some(_) => {}
                None => heads.push((digest.hash, flight)),
            }
        }
        // By name, so that the order does not depend on places.
        let mut open: Vec<(MessageName, bool)> = heads
            .into_iter()
            .map(|(_, flight)| {
                let name = MessageName { from: flight.from, to: flight.to, ordinal: flight.ordinal };
                (name, self.status(flight.to) == Status::Up)
            })
            .collect();
        sort(&mut open);
        open
    }

    /// Whether a client may be given the next command of its load.
    pub(crate) fn may_load(&self, node: &Node) -> bool {
        node.id.is_client()
            && node.status == Status::Up
            && node.load_op.is_none()
            && self.plan.factory.load_after_us(node.loaded).is_some()
    }

    /// What a place for a message takes, in bytes.
    pub(crate) const FLIGHT_BYTES: usize = size_of::<Option<Flight>>();

    /// Whether messages on one link keep their order.
    pub(crate) fn keeps_order(&self) -> bool {
        self.network.fifo
    }

    /// Whether something that stands tells nodes of one kind apart, so that they cannot be exchanged.
    pub(crate) fn tells_nodes_apart(&self) -> bool {
        let is_apart = |node: &Node| {
            node.own_links().next().is_some() || node.processor_us.is_some() || !node.picks.is_empty()
        };
        !self.cuts.is_empty() || self.nodes().any(is_apart)
    }

    /// Whether a client has commands left in its load.
    pub(crate) fn has_load(&self) -> bool {
        let load = |node: &Node| self.plan.factory.load_after_us(node.loaded);
        self.nodes().any(|node| node.id.is_client() && load(node).is_some())
    }

    /// The places for messages, used or not.
    pub(crate) fn flights_by_place(&self) -> impl Iterator<Item = Option<&Flight>> {
        self.flights.places()
    }

    /// How many messages are in flight.
    pub(crate) fn flight_count(&self) -> usize {
        self.flights.iter().count()
    }

    /// How many places for messages there are, used or not.
    pub(crate) fn flight_places(&self) -> usize {
        self.flights.places().count()
    }

    /// Brings the digests of messages up to date: only those of new messages are made. Returns how many were.
    pub(crate) fn digest_flights(&self, digests: &mut Vec<FlightDigest>) -> u32 {
        let mut made = 0;
        digests.resize(self.flight_places(), FlightDigest::default());
        for (flight, digest) in self.flights.places().zip(digests) {
            match flight {
                Some(flight) if digest.id != flight.id => {
                    *digest = FlightDigest { id: flight.id, hash: message_hash(flight) };
                    made += 1;
                }
                Some(_) => {}
                None => digest.id = 0,
            }
        }
        made
    }

    /// The hash of all messages that may still arrive: of the multiset, or, where links keep order, of each link's
    /// queue.
    pub(crate) fn messages_hash(&self, digests: &[FlightDigest]) -> u64 {
        let mut sum = 0_u64;
        for (flight, digest) in self.flights.places().zip(digests) {
            let Some(flight) = flight.filter(|flight| flight.is_open()) else { continue };
            let place = if self.network.fifo { self.place_on_link(flight) } else { 0 };
            let mut hasher = StableHasher::new(digest.hash);
            hasher.word(place << 1 | u64::from(flight.waiting));
            // A sum, because a multiset has no order.
            sum = sum.wrapping_add(std::hash::Hasher::finish(&hasher));
        }
        sum
    }

    fn place_on_link(&self, flight: &Flight) -> u64 {
        let is_before = |other: &&Flight| {
            other.is_open()
                && (other.from, other.to) == (flight.from, flight.to)
                && other.ordinal < flight.ordinal
        };
        self.flights.iter().filter(is_before).count() as u64
    }

    /// Takes the commands that wait for an answer into a hash.
    pub(crate) fn hash_commands(&self, hasher: &mut StableHasher) {
        for (&op, open) in &self.open_commands {
            hasher.word(op);
            hasher.word(u64::from(open.node.code()));
            open.body.hash_into(hasher);
        }
        hasher.word(self.open_commands.len() as u64);
    }

    /// The nodes as they are held, servers first.
    pub(crate) fn held_nodes(&self) -> impl ExactSizeIterator<Item = &std::sync::Arc<Node>> {
        Held { servers: self.servers.iter(), clients: self.clients.iter() }
    }
}

/// Servers, then clients, with a known length.
struct Held<'a> {
    servers: std::slice::Iter<'a, std::sync::Arc<Node>>,
    clients: std::slice::Iter<'a, std::sync::Arc<Node>>,
}

impl<'a> Iterator for Held<'a> {
    type Item = &'a std::sync::Arc<Node>;
    fn next(&mut self) -> Option<Self::Item> {
        self.servers.next().or_else(|| self.clients.next())
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        let length = self.servers.len() + self.clients.len();
        (length, Some(length))
    }
}

impl ExactSizeIterator for Held<'_> {}

impl Flight {
    /// Whether it may arrive: no cut or loss has struck it, and nobody holds it.
    pub(crate) fn is_open(&self) -> bool {
        self.fate == Fate::Arrive && !self.held
    }
}

fn message_hash(flight: &Flight) -> u64 {
    let mut hasher = StableHasher::new(u64::from(flight.from.code()) << 16 | u64::from(flight.to.code()));
    flight.body.hash_into(&mut hasher);
    std::hash::Hasher::finish(&hasher)
}

impl Node {
    /// Takes everything that decides what this node can do later into a hash, and nothing that depends on times, on
    /// numbers given out along the way, or on the order of timers.
    pub(crate) fn hash_canonical(&self, hasher: &mut StableHasher) {
        hasher.word(self.status as u64);
        self.machine.hash_state(hasher);
        hash_payload(self.durable.as_ref(), hasher);
        for write in &self.writes {
            hasher.word(1 + u64::from(write.force));
            write.stable.hash_into(hasher);
        }
        let first = self.writes.front().map_or(0, |write| write.id);
        for (barrier, outgoing) in &self.outbox {
            hasher.word(barrier.saturating_sub(first));
            hash_outgoing(outgoing, hasher);
        }
        for pick in &self.picks {
            hasher.word(u64::from(*pick));
        }
        hasher.word(self.loaded << 1 | u64::from(self.load_op.is_some()));
    }
}

fn hash_payload(payload: Option<&Payload>, hasher: &mut StableHasher) {
    match payload {
        Some(payload) => payload.hash_into(hasher),
        None => hasher.word(0),
    }
}

fn hash_outgoing(outgoing: &Outgoing, hasher: &mut StableHasher) {
    match outgoing {
        Outgoing::Send { to, body } => {
            hasher.word(u64::from(to.code()));
            body.hash_into(hasher);
        }
        Outgoing::Reply { op, body } => {
            hasher.word(1 << 32 | op);
            body.hash_into(hasher);
        }
        Outgoing::Note(note) => note.hash_into(hasher),
    }
}
