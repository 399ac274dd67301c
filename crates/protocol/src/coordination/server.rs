//! A server of the ensemble: it follows, stands, or leads; the leader alone talks to clients.

use std::collections::VecDeque;

use serde::Serialize;

use super::message::{Message, Timer};
use super::note::Note;
use super::tree::{Answer, Entry, Fired, Op, Session, SessionId, State, Watch, Zxid};
use super::{Coordination, Fx, Stable};
use crate::ordered::{Map, Set};
use crate::{Input, NodeId};

/// What a server does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It takes what a leader sends.
    Follower,
    /// It stands for leader, and has these votes.
    Candidate(Set<NodeId>),
    /// It leads.
    Leader(Leader),
}

/// What a leader keeps in memory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Leader {
    /// Whether a majority holds what it began its epoch with: only then it serves clients.
    pub is_established: bool,
    /// The committed state: what clients are told.
    pub committed: State,
    /// Entries that are not committed yet, oldest first.
    pub flights: VecDeque<Flight>,
    /// Up to where each follower has acknowledged.
    pub acknowledged: Map<NodeId, Zxid>,
    /// The followers that it has heard since the last check.
    pub heard: Set<NodeId>,
    /// For how many checks it has heard no majority.
    pub silent_checks: u32,
    /// The watches, by session and the serial number of the request that left them.
    pub watches: Map<(SessionId, u64), Watch>,
    /// The watches that have fired, until their clients show that they know.
    pub fired: Map<(SessionId, u64), Fired>,
}

/// An entry on its way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Flight {
    /// The entry.
    pub entry: Entry,
    /// The state with it.
    pub state: State,
    /// The answer to a write.
    pub answer: Option<Answer>,
}

/// A server's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Server {
    /// The highest epoch that it has voted in or accepted anything of.
    pub promised: u32,
    /// Everything that it has accepted; what stands behind `committed` may be taken back.
    pub state: State,
    /// Up to where it knows everything to be committed.
    pub committed: Zxid,
    /// Whom it takes for the leader.
    pub leader: Option<NodeId>,
    /// What it does.
    pub role: Role,
}

impl Server {
    /// Starts a server, for the first time or after a crash.
    pub fn boot(stable: Stable, fx: &mut Fx<'_>) -> Self {
        let is_new = stable.promised == 0 && stable.state.zxid == Zxid::default();
        let state = if is_new { State::with_roots(fx.setup().roots) } else { stable.state };
        let (committed, role) = (Zxid::default(), Role::Follower);
        let server = Self { promised: stable.promised, state, committed, leader: None, role };
        server.wait_for_leader(fx);
        server
    }

    /// Handles one input.
    pub fn handle(&mut self, input: Input<Coordination>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body } => self.hear(from, body, fx),
            Input::Timer(Timer::Election) => self.stand(fx),
            Input::Timer(Timer::Heartbeat) => self.beat(fx),
            Input::Timer(Timer::Session(session)) => self.propose(Entry::Expire { session }, fx),
            Input::Timer(Timer::Ping | Timer::Retry | Timer::Lease) => {}
            Input::Command { body, .. } => match body {},
        }
    }

    /// The committed state, where it leads and serves.
    pub fn served(&self) -> Option<&State> {
        self.leading().filter(|leader| leader.is_established).map(|leader| &leader.committed)
    }

    /// What it keeps as a leader.
    pub const fn leading(&self) -> Option<&Leader> {
        match &self.role {
            Role::Leader(leader) => Some(leader),
            Role::Follower | Role::Candidate(_) => None,
        }
    }

    fn leading_mut(&mut self) -> Option<&mut Leader> {
        match &mut self.role {
            Role::Leader(leader) => Some(leader),
            Role::Follower | Role::Candidate(_) => None,
        }
    }

    fn hear(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Elect { epoch, last } => self.consider(from, epoch, last, fx),
            Message::Vote { epoch } => self.count_vote(from, epoch, fx),
            Message::Refuse { epoch } => self.defer(epoch, fx),
            Message::NewLeader { epoch, state } => self.synchronize(from, epoch, state, fx),
            Message::Proposal { zxid, entry, committed } => self.accept(from, zxid, &entry, committed, fx),
            Message::Heartbeat { epoch, last, committed } => {
                if self.follow(from, epoch, fx) {
                    self.learn_committed(committed);
                    let (zxid, is_behind) = (self.state.zxid, self.state.zxid < last);
                    fx.send(from, Message::Ack { epoch, zxid, is_behind });
                }
            }
            Message::Ack { epoch, zxid, is_behind } => self.count_ack(from, epoch, zxid, is_behind, fx),
            Message::OpenSession { nonce } => self.open_session(from, nonce, fx),
            Message::Request { session, serial, op, seen, watches } => {
                self.serve(Asked { client: from, session, serial, op, seen }, watches, fx);
            }
            Message::Ping { session, number, seen, watches } => {
                if self.greet(from, session, seen, fx)
                    && let Some(leader) = self.leading_mut()
                {
                    leader.watch_again(from, session, watches, fx);
                    let (zxid, fired) = (leader.committed.zxid, leader.fired_of(session));
                    fx.send(from, Message::Pong { session, number, zxid, fired });
                }
            }
            Message::SessionOpened { .. }
            | Message::Response { .. }
            | Message::Pong { .. }
            | Message::WatchEvent { .. }
            | Message::SessionExpired { .. }
            | Message::NotLeader { .. } => {}
        }
    }

    fn persist(&self, fx: &mut Fx<'_>) {
        fx.persist_forced(Stable { promised: self.promised, state: self.state.clone(), incarnation: 0 });
    }

    fn broadcast(body: &Message, fx: &mut Fx<'_>) {
        let id = fx.id();
        for peer in fx.setup().ensemble().filter(|peer| *peer != id) {
            fx.send(peer, body.clone());
        }
    }

    fn wait_for_leader(&self, fx: &mut Fx<'_>) {
        let (low_us, high_us) = fx.setup().election_timeout_us;
        let after_us = fx.delay_us("ensemble election timeout", low_us..high_us);
        fx.set_timer(Timer::Election, after_us);
    }

    // Elections.

    fn stand(&mut self, fx: &mut Fx<'_>) {
        if self.leading().is_some() {
            return;
        }
        self.promised = self.promised.saturating_add(1);
        let epoch = self.promised;
        self.leader = None;
        self.role = Role::Candidate([fx.id()].into());
        self.persist(fx);
        fx.note(Note::Stood { epoch });
        Self::broadcast(&Message::Elect { epoch, last: self.state.zxid }, fx);
        self.wait_for_leader(fx);
        self.win_if_elected(fx);
    }

    fn consider(&mut self, candidate: NodeId, epoch: u32, last: Zxid, fx: &mut Fx<'_>) {
        if epoch <= self.promised {
            return fx.send(candidate, Message::Refuse { epoch: self.promised });
        }
        self.step_down(fx);
        self.promised = epoch;
        self.leader = None;
        self.persist(fx);
        if last < self.state.zxid {
            return fx.send(candidate, Message::Refuse { epoch });
        }
        self.wait_for_leader(fx);
        fx.note(Note::Voted { epoch, candidate });
        fx.send(candidate, Message::Vote { epoch });
    }

    fn count_vote(&mut self, from: NodeId, epoch: u32, fx: &mut Fx<'_>) {
        if let Role::Candidate(votes) = &mut self.role
            && epoch == self.promised
        {
            votes.insert(from);
            self.win_if_elected(fx);
        }
    }

    /// Somebody has promised more: whoever leads or stands below that is of no use any more.
    fn defer(&mut self, epoch: u32, fx: &mut Fx<'_>) {
        if epoch > self.promised {
            self.step_down(fx);
            self.promised = epoch;
            self.persist(fx);
        }
    }

    fn step_down(&mut self, fx: &mut Fx<'_>) {
        if let Role::Leader(leader) = &self.role {
            for session in leader.committed.sessions.keys() {
                fx.cancel_timer(Timer::Session(*session));
            }
            fx.cancel_timer(Timer::Heartbeat);
            fx.note(Note::SteppedDown { epoch: self.promised });
            self.leader = None;
            self.wait_for_leader(fx);
        }
        self.role = Role::Follower;
    }

    fn win_if_elected(&mut self, fx: &mut Fx<'_>) {
        let Role::Candidate(votes) = &self.role else { return };
        if !fx.setup().is_majority(votes.len()) {
            return;
        }
        let epoch = self.promised;
        fx.cancel_timer(Timer::Election);
        self.state.zxid = Zxid { epoch, counter: 0 };
        self.leader = Some(fx.id());
        self.role = Role::Leader(Leader {
            is_established: false,
            committed: self.state.clone(),
            flights: VecDeque::new(),
            acknowledged: Map::new(),
            heard: Set::new(),
            silent_checks: 0,
            watches: Map::new(),
            fired: Map::new(),
        });
        self.persist(fx);
        fx.note(Note::Won { epoch });
        Self::broadcast(&Message::NewLeader { epoch, state: self.state.clone() }, fx);
        fx.set_timer(Timer::Heartbeat, fx.setup().heartbeat_us);
        self.commit(fx);
    }

    // A leader and its followers.

    fn beat(&mut self, fx: &mut Fx<'_>) {
        let epoch = self.promised;
        let (last, committed) = (self.state.zxid, self.committed);
        let Some(leader) = self.leading_mut() else { return };
        let has_majority = fx.setup().is_majority(leader.heard.len() + 1);
        leader.silent_checks = if has_majority { 0 } else { leader.silent_checks.saturating_add(1) };
        leader.heard.clear();
        let silence_us = u64::from(leader.silent_checks).saturating_mul(fx.setup().heartbeat_us);
        if silence_us > fx.setup().election_timeout_us.0 {
            return self.step_down(fx);
        }
        Self::broadcast(&Message::Heartbeat { epoch, last, committed }, fx);
        fx.set_timer(Timer::Heartbeat, fx.setup().heartbeat_us);
    }

    /// Takes the sender for the leader of the epoch, unless the epoch is over.
    fn follow(&mut self, from: NodeId, epoch: u32, fx: &mut Fx<'_>) -> bool {
        if epoch < self.promised {
            fx.send(from, Message::Refuse { epoch: self.promised });
            return false;
        }
        if from == fx.id() {
            return false;
        }
        self.step_down(fx);
        self.leader = Some(from);
        self.wait_for_leader(fx);
        true
    }

    fn synchronize(&mut self, from: NodeId, epoch: u32, state: State, fx: &mut Fx<'_>) {
        if !self.follow(from, epoch, fx) {
            return;
        }
        if state.zxid > self.state.zxid {
            self.promised = epoch;
            self.state = state;
            self.committed = self.committed.min(self.state.zxid);
            self.persist(fx);
            fx.note(Note::Synchronized { zxid: self.state.zxid });
        }
        fx.send(from, Message::Ack { epoch, zxid: self.state.zxid, is_behind: false });
    }

    fn accept(&mut self, from: NodeId, zxid: Zxid, entry: &Entry, committed: Zxid, fx: &mut Fx<'_>) {
        let epoch = zxid.epoch;
        if !self.follow(from, epoch, fx) {
            return;
        }
        // Without a gap: an epoch begins with the whole state, so this one's is here.
        if zxid == self.state.zxid.next() {
            self.promised = epoch;
            self.state.apply(zxid, entry);
            self.persist(fx);
        }
        self.learn_committed(committed);
        fx.send(from, Message::Ack { epoch, zxid: self.state.zxid, is_behind: self.state.zxid < zxid });
    }

    fn learn_committed(&mut self, committed: Zxid) {
        if committed.epoch == self.state.zxid.epoch {
            self.committed = self.committed.max(committed.min(self.state.zxid));
        }
    }

    fn count_ack(&mut self, from: NodeId, epoch: u32, zxid: Zxid, is_behind: bool, fx: &mut Fx<'_>) {
        if epoch != self.promised || self.leading().is_none() {
            return;
        }
        if is_behind {
            fx.send(from, Message::NewLeader { epoch, state: self.state.clone() });
        }
        let Some(leader) = self.leading_mut() else { return };
        leader.heard.insert(from);
        if zxid.epoch == epoch {
            let known = leader.acknowledged.entry(from).or_default();
            *known = zxid.max(*known);
            self.commit(fx);
        }
    }

    /// Commits what a majority holds. The leader counts for one: what it sends waits until its own write is durable.
    fn commit(&mut self, fx: &mut Fx<'_>) {
        let epoch = self.promised;
        let Some(leader) = self.leading_mut() else { return };
        let holders = |zxid: Zxid| 1 + leader.acknowledged.values().filter(|acked| **acked >= zxid).count();
        let opening = Zxid { epoch, counter: 0 };
        if !leader.is_established && fx.setup().is_majority(holders(opening)) {
            self.establish(opening, fx);
        }
        while let Some(flight) = self.next_committed(fx) {
            self.committed = flight.state.zxid;
            self.tell(flight, fx);
        }
    }

    /// All sessions get their full time again: nobody knows how long they were silent.
    fn establish(&mut self, opening: Zxid, fx: &mut Fx<'_>) {
        self.committed = opening;
        let Some(leader) = self.leading_mut() else { return };
        leader.is_established = true;
        fx.note(Note::Established { epoch: opening.epoch });
        for session in leader.committed.sessions.keys() {
            fx.set_timer(Timer::Session(*session), fx.setup().session_timeout_us);
        }
    }

    fn next_committed(&mut self, fx: &Fx<'_>) -> Option<Flight> {
        let leader = self.leading_mut().filter(|leader| leader.is_established)?;
        let zxid = leader.flights.front()?.state.zxid;
        let holders = 1 + leader.acknowledged.values().filter(|acked| **acked >= zxid).count();
        if !fx.setup().is_majority(holders) {
            return None;
        }
        let flight = leader.flights.pop_front()?;
        leader.committed = flight.state.clone();
        Some(flight)
    }

    /// Tells clients of a committed entry: first the watches that it fires, then the answer.
    fn tell(&mut self, flight: Flight, fx: &mut Fx<'_>) {
        self.fire(fx);
        let Some(leader) = self.leading() else { return };
        let state = &leader.committed;
        match flight.entry {
            Entry::Open { client, nonce } => {
                if let Some(session) = state.session_of(client, nonce) {
                    if session == state.zxid {
                        fx.note(Note::SessionOpened { session, client });
                    }
                    fx.set_timer(Timer::Session(session), fx.setup().session_timeout_us);
                    fx.send(client, Message::SessionOpened { nonce, session });
                }
            }
            // Its client hears of it when it asks.
            Entry::Expire { .. } => {}
            Entry::Write { session, serial, .. } => {
                let client = state.sessions.get(&session).map(|known| known.client);
                if let (Some(answer), Some(client)) = (flight.answer, client) {
                    fx.send(client, leader.response(session, serial, answer, None));
                }
            }
        }
    }

    /// Fires the watches that the committed state has something to tell; each fires once.
    fn fire(&mut self, fx: &mut Fx<'_>) {
        let Some(Leader { committed, watches, fired, .. }) = self.leading_mut() else { return };
        watches.retain(|(session, _), _| committed.sessions.contains_key(session));
        fired.retain(|(session, _), _| committed.sessions.contains_key(session));
        let change = |(key, watch): (&(SessionId, u64), &Watch)| Some((*key, committed.change_for(watch)?));
        let due: Vec<_> = watches.iter().filter_map(change).collect();
        for (key, change) in due {
            let watch = watches.remove(&key);
            let known = committed.sessions.get(&key.0);
            let (Some(Watch { path, .. }), Some(Session { client, .. })) = (watch, known) else { continue };
            let (session, client, zxid) = (key.0, *client, committed.zxid);
            fx.note(Note::WatchFired { client, path: path.clone(), change, zxid });
            let it = Fired { watch: key.1, path, change };
            fx.send(client, Message::WatchEvent { session, zxid, fired: it.clone() });
            fired.insert(key, it);
        }
    }

    // Clients.

    /// Puts an entry into the log, if it leads and serves.
    fn propose(&mut self, entry: Entry, fx: &mut Fx<'_>) {
        let committed = self.committed;
        let mut state = self.state.clone();
        let Some(leader) = self.leading_mut().filter(|leader| leader.is_established) else { return };
        let zxid = state.zxid.next();
        if let Entry::Expire { session } = entry
            && let Some(client) = state.sessions.get(&session).map(|known| known.client)
        {
            fx.note(Note::SessionExpired { session, client });
        }
        let answer = state.apply(zxid, &entry);
        leader.flights.push_back(Flight { entry: entry.clone(), state: state.clone(), answer });
        self.state = state;
        self.persist(fx);
        Self::broadcast(&Message::Proposal { zxid, entry, committed }, fx);
        self.commit(fx);
    }

    fn open_session(&mut self, client: NodeId, nonce: u64, fx: &mut Fx<'_>) {
        let Some(state) = self.served() else { return self.refuse(client, fx) };
        if let Some(session) = state.session_of(client, nonce) {
            fx.set_timer(Timer::Session(session), fx.setup().session_timeout_us);
            return fx.send(client, Message::SessionOpened { nonce, session });
        }
        if self.state.session_of(client, nonce).is_none() {
            self.propose(Entry::Open { client, nonce }, fx);
        }
    }

    fn refuse(&self, client: NodeId, fx: &mut Fx<'_>) {
        let leader = self.leader.filter(|leader| *leader != fx.id());
        fx.send(client, Message::NotLeader { leader });
    }

    /// Hears from a session. Returns whether it is open here, and this server is as new as what the client has seen.
    fn greet(&self, client: NodeId, session: SessionId, seen: Zxid, fx: &mut Fx<'_>) -> bool {
        let Some(state) = self.served().filter(|state| state.zxid >= seen) else {
            self.refuse(client, fx);
            return false;
        };
        if !state.sessions.contains_key(&session) {
            fx.send(client, Message::SessionExpired { session });
            return false;
        }
        fx.set_timer(Timer::Session(session), fx.setup().session_timeout_us);
        true
    }

    fn serve(&mut self, request: Asked, watches: Vec<(u64, Watch)>, fx: &mut Fx<'_>) {
        if !self.greet(request.client, request.session, request.seen, fx) {
            return;
        }
        let Some(leader) = self.leading_mut() else { return };
        leader.watch_again(request.client, request.session, watches, fx);
        if request.op.is_write() {
            return self.serve_write(request, fx);
        }
        let Asked { client, session, serial, op, .. } = request;
        let (answer, watch) = (leader.committed.read(&op), leader.committed.watch_of(&op));
        if let Some(watch) = &watch {
            leader.watches.insert((session, serial), watch.clone());
        }
        fx.send(client, leader.response(session, serial, answer, watch));
    }

    /// A write takes effect once: one that was seen before gets its answer again, or waits for it.
    fn serve_write(&mut self, request: Asked, fx: &mut Fx<'_>) {
        let Asked { client, session, serial, op, .. } = request;
        // A session whose end is on its way is answered when that is committed.
        let Some(known) = self.state.sessions.get(&session).map(|known| known.serial) else { return };
        if serial > known {
            return self.propose(Entry::Write { session, serial, op }, fx);
        }
        let Some(leader) = self.leading() else { return };
        let answered = leader.committed.sessions.get(&session).filter(|known| known.serial == serial);
        if let Some(answer) = answered.and_then(|known| known.answer.clone()) {
            fx.send(client, leader.response(session, serial, answer, None));
        }
    }
}

/// A request, without its watches.
struct Asked {
    client: NodeId,
    session: SessionId,
    serial: u64,
    op: Op,
    seen: Zxid,
}

impl Leader {
    /// A response, with all that has fired by then and that the client may not know.
    fn response(&self, session: SessionId, serial: u64, answer: Answer, watch: Option<Watch>) -> Message {
        let (zxid, fired) = (self.committed.zxid, self.fired_of(session));
        Message::Response { session, serial, answer, watch, zxid, fired }
    }

    fn fired_of(&self, session: SessionId) -> Vec<Fired> {
        let from = (session, 0)..=(session, u64::MAX);
        self.fired.range(from).map(|(_, fired)| fired.clone()).collect()
    }

    /// Takes the watches of a session as the client knows them: some were left with an earlier leader, some have
    /// fired and the client does not know. What it no longer names, it knows.
    fn watch_again(&mut self, client: NodeId, session: SessionId, named: Vec<(u64, Watch)>, fx: &mut Fx<'_>) {
        let is_named = |id: u64| named.iter().any(|(known, _)| *known == id);
        self.fired.retain(|(whose, id), _| *whose != session || is_named(*id));
        for (id, watch) in named {
            let key = (session, id);
            match self.committed.change_for(&watch) {
                None => drop(self.watches.insert(key, watch)),
                Some(_) if self.fired.contains_key(&key) => {}
                Some(change) => {
                    self.watches.remove(&key);
                    let zxid = self.committed.zxid;
                    fx.note(Note::WatchFired { client, path: watch.path.clone(), change, zxid });
                    self.fired.insert(key, Fired { watch: id, path: watch.path, change });
                }
            }
        }
    }
}
