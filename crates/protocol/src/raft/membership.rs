//! Which servers the cluster consists of, and how that changes (dissertation ch. 4).
//!
//! A configuration is an entry of the log, and the latest one in a server's log applies there at once, committed or
//! not. Between two configurations that differ by one server any two majorities meet, so such a change needs nothing
//! more; a larger one goes through an entry in which both must agree (joint consensus, §4.3). A newcomer is filled
//! first, without a vote (§4.2.1), and a leader changes nothing before it has committed an entry of its own term:
//! without that rule two changes in two terms could leave two majorities that do not meet (Ongaro, raft-dev, 2015).

use serde::{Serialize, Serializer};

use super::log::Op;
use super::message::{Message, Reply, Timer, Value};
use super::note::Note;
use super::server::{Role, Server};
use super::{Fx, Variant};
use crate::NodeId;

/// A set of servers, of `n1` to `n16`; others are never in it.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Members(u16);

impl Members {
    /// The greatest number that a server may have.
    pub const NUMBER_MAX: u16 = 16;

    /// Whether the server is in it.
    pub const fn contains(self, server: NodeId) -> bool {
        self.0 & Self::bit(server) != 0
    }

    /// Whether nobody is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many are in it.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The servers, by number.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let place = left.trailing_zeros() as u16;
            left &= left.checked_sub(1)?;
            Some(NodeId::server(place + 1))
        })
    }

    /// The set with the server.
    #[must_use]
    pub const fn with(self, server: NodeId) -> Self {
        Self(self.0 | Self::bit(server))
    }

    /// The set without the server.
    #[must_use]
    pub const fn without(self, server: NodeId) -> Self {
        Self(self.0 & !Self::bit(server))
    }

    /// Who is in one of the two.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn bit(server: NodeId) -> u16 {
        let number = server.number();
        if server.is_client() || number > Self::NUMBER_MAX { 0 } else { 1 << (number - 1) }
    }
}

impl FromIterator<NodeId> for Members {
    fn from_iter<I: IntoIterator<Item = NodeId>>(servers: I) -> Self {
        servers.into_iter().fold(Self::default(), Self::with)
    }
}

impl std::fmt::Debug for Members {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// A configuration: who votes, and the entry that says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Config {
    /// The servers.
    pub members: Members,
    /// The servers of the configuration before it, while both must agree; else none.
    pub outgoing: Members,
    /// The index of its entry; 0 where it is that of the beginning.
    pub index: u64,
}

impl Config {
    /// The configuration of the beginning; nobody's for a server that joined later.
    pub(super) fn first(fx: &Fx<'_>) -> Self {
        let servers = &fx.seat().servers;
        if !servers.contains(&fx.id()) {
            return Self::default();
        }
        Self { members: servers.iter().copied().collect(), ..Self::default() }
    }

    /// Everybody who has a say.
    pub fn voters(&self) -> Members {
        self.members.union(self.outgoing)
    }

    /// Whether those who agree are a majority; in joint consensus, of the old and of the new servers.
    pub fn is_majority(&self, agrees: impl Fn(NodeId) -> bool) -> bool {
        let has = |members: Members| {
            members.iter().filter(|&server| agrees(server)).count() * 2 > members.len() as usize
        };
        has(self.members) && (self.outgoing.is_empty() || has(self.outgoing))
    }
}

/// A change that a leader was asked for and has not appended yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Change {
    /// Who asked: a client, or the server itself where a person asked it directly.
    pub client: NodeId,
    /// The number in the client's session, or that of the direct command.
    pub serial: u64,
    /// Who is to be added.
    pub add: Option<NodeId>,
    /// Who is to be removed.
    pub remove: Option<NodeId>,
}

impl Server {
    /// Whether it may stand for election: it has a say, or may still be needed by a configuration without it that is
    /// not committed (§4.2.2).
    pub(super) fn may_stand(&self, id: NodeId) -> bool {
        self.config.voters().contains(id)
            || (!self.config.members.is_empty() && self.config.index > self.commit_index)
    }

    /// Takes over the configuration of an entry that was just appended or stored at the end of the log.
    pub(super) fn adopt_config(&mut self, op: &Op, fx: &mut Fx<'_>) {
        if let Op::Config { members, outgoing, .. } = *op {
            self.config = Config { members, outgoing, index: self.log.last_index() };
            self.note(Note::ConfigAdopted { index: self.config.index }, fx);
        }
    }

    /// The configuration up to `index`: that of the latest entry, else that of the snapshot, else the first.
    pub(super) fn config_at(&self, index: u64, fx: &Fx<'_>) -> Config {
        let mut indexes = (self.log.snapshot_index() + 1..=index).rev();
        let found = indexes.find_map(|index| match self.log.get(index)?.op {
            Op::Config { members, outgoing, .. } => Some(Config { members, outgoing, index }),
            _ => None,
        });
        let snapshot = || self.snapshot.as_ref().map(|snapshot| snapshot.config);
        found.or_else(snapshot).unwrap_or_else(|| Config::first(fx))
    }

    /// A client, or a person, asks for a change.
    pub(super) fn take_change(&mut self, change: Change, fx: &mut Fx<'_>) {
        let voters = self.config.voters();
        self.next_index.retain(|&server, _| voters.contains(server));
        self.match_index.retain(|&server, _| voters.contains(server));
        self.drop_change(fx);
        self.change = Some(change);
        if let Some(newcomer) = change.add.filter(|&server| !voters.contains(server)) {
            self.match_index.insert(newcomer, 0);
            self.next_index.insert(newcomer, self.log.last_index() + 1);
            self.note(Note::CatchingUp { server: newcomer }, fx);
            self.replicate_to(newcomer, fx);
        }
        self.advance_change(fx);
    }

    /// As newcomer: asks all servers that it knows to be added, and again until it is. Only a leader heeds that.
    pub(super) fn ask_to_enter(&mut self, fx: &mut Fx<'_>) {
        let Some(serial) = self.entering else { return };
        for server in fx.seat().peers() {
            self.send(server, Message::AddServer { serial, server: fx.id() }, fx);
        }
        fx.set_timer(Timer::Retry, fx.setup().client_retry_us);
    }

    /// As newcomer: the command is done once a configuration with it is committed, as far as it knows.
    pub(super) fn answer_entered(&mut self, fx: &mut Fx<'_>) {
        let is_in = self.is_config_settled() && self.config.members.contains(fx.id());
        if let Some(op) = self.entering.take_if(|_| is_in) {
            self.save(fx);
            fx.cancel_timer(Timer::Retry);
            fx.reply(op, Reply::Done(Value::Members(self.config.members)));
        }
    }

    /// Forgets a change that is in no log yet: who asked for it asks again, a person is told.
    pub(super) fn drop_change(&mut self, fx: &mut Fx<'_>) {
        if let Some(change) = self.change.take().filter(|change| change.client == fx.id()) {
            fx.reply(change.serial, Reply::NotLeader { leader_hint: None });
        }
    }

    /// Appends the configuration that was asked for, as soon as the rules allow it.
    pub(super) fn advance_change(&mut self, fx: &mut Fx<'_>) {
        let Some(change) = self.change.filter(|change| self.may_change(change, fx)) else { return };
        self.change = None;
        let old = self.config.members;
        let added = change.add.map_or(old, |server| old.with(server));
        let new = change.remove.map_or(added, |server| added.without(server));
        // A cluster of nobody could never be asked again: such a removal changes nothing, and the answer says so.
        let members = if new.is_empty() { old } else { new };
        let is_joint = fx.setup().variant == Variant::MembershipJoint && members != old;
        let outgoing = if is_joint { old } else { Members::default() };
        self.append_config(change.client, change.serial, members, outgoing, fx);
    }

    fn may_change(&self, change: &Change, fx: &Fx<'_>) -> bool {
        let is_filled = |server: NodeId| {
            self.config.voters().contains(server)
                || self.match_index.get(&server).is_some_and(|&index| index > 0 && index >= self.commit_index)
        };
        let has_own_entry = self.log.term_at(self.commit_index) == Some(self.current_term)
            || !fx.setup().variant.waits_for_own_entry();
        has_own_entry && self.is_config_settled() && change.add.is_none_or(is_filled)
    }

    /// Whether the latest configuration is committed and not a joint one.
    pub(super) fn is_config_settled(&self) -> bool {
        self.config.index <= self.commit_index && self.config.outgoing.is_empty()
    }

    fn append_config(
        &mut self,
        client: NodeId,
        serial: u64,
        members: Members,
        outgoing: Members,
        fx: &mut Fx<'_>,
    ) {
        let op = Op::Config { client, serial, members, outgoing };
        let index = self.append(op, fx);
        if client == fx.id() {
            self.direct.insert(index, serial);
        }
        let next = self.log.last_index();
        let voters = self.config.voters();
        self.next_index.retain(|&server, _| voters.contains(server));
        self.match_index.retain(|&server, _| voters.contains(server));
        for server in voters.iter().filter(|&server| server != fx.id()) {
            self.next_index.entry(server).or_insert(next);
            self.match_index.entry(server).or_insert(0);
        }
        self.replicate(fx);
    }

    /// As leader, after the commit index has moved: a joint configuration is followed by the new one alone; and who is
    /// not in the configuration that is committed now does not lead any more.
    pub(super) fn settle_config(&mut self, fx: &mut Fx<'_>) {
        if self.role != Role::Leader || self.config.index > self.commit_index {
            return;
        }
        if !self.config.outgoing.is_empty() {
            let entry = self.log.get(self.config.index).and_then(|entry| entry.op.session());
            let (client, serial) = entry.unwrap_or((fx.id(), 0));
            let members = self.config.members;
            // A person who asked the server directly is answered by this second entry.
            self.direct.remove(&self.config.index);
            self.append_config(client, serial, members, Members::default(), fx);
        } else if !self.config.members.contains(fx.id()) {
            self.leader_id = None;
            self.follow(fx);
        } else {
            self.advance_change(fx);
        }
    }
}
