//! Reads that do not go through the log (§8; dissertation §6.4).
//!
//! A leader may answer from its state machine once three things are sure: that it has applied all that was committed
//! before the read (its first entry of its own term tells), and that it still led when the read arrived. ReadIndex
//! makes sure of the latter by a round of heartbeats; a lease trusts clocks to say that nobody else can have been
//! elected since the last round began.

use serde::Serialize;

use super::message::{Message, Reply, Value};
use super::note::Note;
use super::server::{Role, Server};
use super::{Fx, Variant};
use crate::NodeId;
use crate::ordered::Map;

/// A read that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Waiting {
    /// Who asked: a client, or the server itself where a person asked it directly.
    pub client: NodeId,
    /// The number in the client's session, or that of the direct command.
    pub serial: u64,
    /// The key.
    pub key: u8,
    /// What must be applied first.
    pub read_index: u64,
    /// The round of heartbeats that must be acknowledged first.
    pub round: u64,
}

/// What a leader keeps for reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Reads {
    /// The index of its first entry of its term.
    pub first_own_index: u64,
    /// The latest round of heartbeats.
    pub round: u64,
    /// The latest round that each follower acknowledged.
    pub acknowledged: Map<NodeId, u64>,
    /// When the rounds began that a lease may still come of, on the leader's own wall clock, in microseconds.
    pub began_us: Map<u64, u64>,
    /// Until when the lease lasts, on the leader's own wall clock, in microseconds.
    pub lease_until_us: u64,
    /// The reads that wait, oldest first.
    pub waiting: Vec<Waiting>,
}

/// How long a lease lasts from the beginning of its round, in microseconds of the leader's clock: never longer than the
/// shortest election timeout on the fastest clock, though the leader's own be the slowest.
pub fn lease_us(election_timeout_us: u64, drift_bound_ppm: u32) -> u64 {
    let (whole, drift) = (1_000_000_u64, u64::from(drift_bound_ppm));
    election_timeout_us.saturating_mul(whole.saturating_sub(drift)) / (whole + drift)
}

impl Server {
    /// Answers a read as the variant does it; false where reads go through the log.
    pub(super) fn read(&mut self, client: NodeId, serial: u64, key: u8, fx: &mut Fx<'_>) -> bool {
        let variant = fx.setup().variant;
        let is_due = match variant {
            Variant::LocalRead => true,
            Variant::ReadIndex => false,
            Variant::Lease => self.has_lease(fx) && self.last_applied >= self.reads.first_own_index,
            _ => return false,
        };
        if is_due {
            self.answer_read(client, serial, key, fx);
            return true;
        }
        let read_index = self.commit_index.max(self.reads.first_own_index);
        let repeated = |other: &Waiting| (other.client, other.serial) == (client, serial);
        if !self.reads.waiting.iter().any(repeated) {
            let round = self.reads.round + 1;
            self.reads.waiting.push(Waiting { client, serial, key, read_index, round });
        }
        self.begin_round(fx);
        true
    }

    fn has_lease(&mut self, fx: &mut Fx<'_>) -> bool {
        fx.now_us() < self.reads.lease_until_us
    }

    /// Sends a round of heartbeats.
    pub(super) fn begin_round(&mut self, fx: &mut Fx<'_>) {
        self.reads.round += 1;
        let round = self.reads.round;
        if fx.setup().variant == Variant::Lease {
            let now_us = fx.now_us();
            let lease_us = lease_us(fx.setup().election_timeout_us.0, fx.setup().drift_bound_ppm);
            self.reads.began_us.retain(|_, began_us| began_us.saturating_add(lease_us) > now_us);
            self.reads.began_us.insert(round, now_us);
        }
        for peer in self.peers(fx.id()) {
            let known = self.match_index.get(&peer).copied().unwrap_or(0);
            let heartbeat = Message::Heartbeat {
                term: self.current_term,
                leader_id: fx.id(),
                round,
                leader_commit: self.commit_index.min(known),
            };
            self.send(peer, heartbeat, fx);
        }
        self.count_round(fx);
    }

    /// A heartbeat, as follower.
    pub(super) fn answer_heartbeat(
        &mut self,
        from: NodeId,
        term: u64,
        round: u64,
        leader_commit: u64,
        fx: &mut Fx<'_>,
    ) {
        if !self.refuses_leader(term) {
            self.hear(from, fx);
            self.learn_commit(leader_commit.min(self.log.last_index()), fx);
        }
        self.send(from, Message::HeartbeatReply { term: self.current_term, round }, fx);
    }

    /// A heartbeat was acknowledged.
    pub(super) fn note_heartbeat(&mut self, from: NodeId, term: u64, round: u64, fx: &mut Fx<'_>) {
        if self.role == Role::Leader && term == self.current_term {
            let known = self.reads.acknowledged.entry(from).or_insert(0);
            *known = round.max(*known);
            self.count_round(fx);
        }
    }

    /// What follows from the rounds that a majority has acknowledged.
    fn count_round(&mut self, fx: &mut Fx<'_>) {
        let confirmed = self.confirmed_round(fx.id());
        if fx.setup().variant == Variant::Lease {
            let lease_us = lease_us(fx.setup().election_timeout_us.0, fx.setup().drift_bound_ppm);
            if let Some((_, &began_us)) = self.reads.began_us.range(..=confirmed).next_back() {
                self.reads.lease_until_us = self.reads.lease_until_us.max(began_us.saturating_add(lease_us));
            }
            self.reads.began_us.retain(|&round, _| round > confirmed);
        }
        self.answer_waiting(confirmed, fx);
    }

    fn confirmed_round(&self, id: NodeId) -> u64 {
        let acknowledged = |server: NodeId| match self.reads.acknowledged.get(&server) {
            _ if server == id => self.reads.round,
            known => known.copied().unwrap_or(0),
        };
        let rounds = self.config.voters().iter().map(acknowledged);
        let is_confirmed = |&round: &u64| self.config.is_majority(|server| acknowledged(server) >= round);
        rounds.filter(is_confirmed).max().unwrap_or(0)
    }

    /// Answers the reads whose time has come; called too when more was applied.
    pub(super) fn answer_due_reads(&mut self, fx: &mut Fx<'_>) {
        if !self.reads.waiting.is_empty() {
            self.answer_waiting(self.confirmed_round(fx.id()), fx);
        }
    }

    fn answer_waiting(&mut self, confirmed: u64, fx: &mut Fx<'_>) {
        let applied = self.last_applied;
        let (due, rest) = std::mem::take(&mut self.reads.waiting)
            .into_iter()
            .partition(|read| read.round <= confirmed && read.read_index <= applied);
        self.reads.waiting = rest;
        let due: Vec<Waiting> = due;
        for read in due {
            self.answer_read(read.client, read.serial, read.key, fx);
        }
    }

    fn answer_read(&mut self, client: NodeId, serial: u64, key: u8, fx: &mut Fx<'_>) {
        let value = Value::Read(self.values.get(&key).copied());
        self.note(Note::ReadFromState { index: self.last_applied }, fx);
        if client.is_client() {
            self.reply_client(client, serial, Some(value), fx);
        } else {
            fx.reply(serial, Reply::Done(value));
        }
    }

    /// Who leads no more answers none of the reads that wait: clients ask again, a person is told.
    pub(super) fn drop_reads(&mut self, fx: &mut Fx<'_>) {
        let reads = std::mem::take(&mut self.reads);
        for read in reads.waiting.iter().filter(|read| !read.client.is_client()) {
            fx.reply(read.serial, Reply::NotLeader { leader_hint: None });
        }
    }
}
