//! The client's library: one session, one request at a time, watches, and the way to a new leader.
//!
//! An outer machine embeds it: it calls [`Client::submit`] to ask, gives it the messages and timers that are its own,
//! and gets [`Event`]s back, in their order.

use std::collections::VecDeque;

use serde::Serialize;

use super::message::{Message, Timer};
use super::note::Note;
use super::tree::{Answer, Change, Fired, Op, SessionId, Watch, Zxid};
use super::{Coordination, Fx, Stable};
use crate::ordered::Map;
use crate::{Input, NodeId};

/// How a client stands with the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// It is opening a session.
    Opening {
        /// Tells its openings apart.
        nonce: u64,
        /// How often it has asked.
        knocks: u32,
    },
    /// It has a session, as far as it knows.
    Open {
        /// The session.
        session: SessionId,
        /// Whether so much time has passed since a leader heard it that the session may have ended.
        in_doubt: bool,
    },
}

/// A request that waits for its answer, or for its turn.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Pending {
    /// Its number.
    pub serial: u64,
    /// What it asks for.
    pub op: Op,
}

/// What a client tells the machine that embeds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// It has a new session.
    Opened(SessionId),
    /// The answer to a request.
    Answered {
        /// The number that [`Client::submit`] returned.
        serial: u64,
        /// The answer.
        answer: Answer,
        /// The state of which it tells.
        zxid: Zxid,
    },
    /// A watch fired. It is gone now.
    Fired {
        /// The number of the request that left it.
        watch: u64,
        /// The path.
        path: String,
        /// What happened.
        change: Change,
        /// The state in which it happened, or a later one.
        zxid: Zxid,
    },
    /// No leader has answered for so long that the session may have ended: who holds something should hold its hand.
    InDoubt,
    /// The session stands after all.
    Sure,
    /// The session has ended: its requests, watches and ephemeral znodes are gone. A new one is being opened.
    Expired,
}

/// A client's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Client {
    /// How often it has started.
    pub incarnation: u32,
    /// How many sessions it has asked for since it started.
    pub openings: u32,
    /// The place of the server that it talks to, counted round and round.
    pub place: u32,
    /// Whether it may still follow a hint before a timer runs out: with more than one, repeated messages breed.
    pub may_turn: bool,
    /// How it stands with the service.
    pub link: Link,
    /// The newest state that it knows of.
    pub seen: Zxid,
    /// The number of its last request.
    pub serial: u64,
    /// Its requests, the oldest first; that one has been sent.
    pub queue: VecDeque<Pending>,
    /// Its watches that have not fired, by the number of the request that left them.
    pub watches: Map<u64, Watch>,
    /// The number of its last ping.
    pub pings: u64,
    /// The last ping that was answered.
    pub ponged: u64,
}

impl Client {
    /// Starts a client: it opens a session.
    pub fn boot(stable: &Stable, fx: &mut Fx<'_>) -> Self {
        let incarnation = stable.incarnation.saturating_add(1);
        fx.persist_forced(Stable { incarnation, ..Stable::default() });
        let mut client = Self {
            incarnation,
            openings: 0,
            place: u32::from(fx.id().number()),
            may_turn: true,
            link: Link::Opening { nonce: 0, knocks: 0 },
            seen: Zxid::default(),
            serial: 0,
            queue: VecDeque::new(),
            watches: Map::new(),
            pings: 0,
            ponged: 0,
        };
        client.open(fx);
        client
    }

    /// Asks for something. Returns the number under which the answer will come.
    pub fn submit(&mut self, op: Op, fx: &mut Fx<'_>) -> u64 {
        self.serial += 1;
        self.queue.push_back(Pending { serial: self.serial, op });
        if self.queue.len() == 1 {
            self.send_request(fx);
        }
        self.serial
    }

    /// Forgets a watch: it will not fire.
    pub fn forget_watch(&mut self, watch: u64) {
        self.watches.remove(&watch);
    }

    /// Its session, if it has one, as far as it knows.
    pub const fn session(&self) -> Option<SessionId> {
        match self.link {
            Link::Opening { .. } => None,
            Link::Open { session, .. } => Some(session),
        }
    }

    /// Whether it has a session that surely stands, if its clock runs about right and it was not paused.
    pub const fn is_sure(&self) -> bool {
        matches!(self.link, Link::Open { in_doubt: false, .. })
    }

    /// Handles one input. Returns what the embedding machine should hear, in order.
    pub fn handle(&mut self, input: Input<Coordination>, fx: &mut Fx<'_>) -> Vec<Event> {
        match input {
            Input::Message { from, body } => self.hear(from, body, fx),
            Input::Timer(Timer::Retry) => {
                self.may_turn = true;
                self.try_next_server(fx);
                Vec::new()
            }
            Input::Timer(Timer::Ping) => {
                self.may_turn = true;
                self.give_up_silent_server();
                self.ping(fx);
                Vec::new()
            }
            Input::Timer(Timer::Lease) => self.doubt(fx),
            Input::Timer(Timer::Election | Timer::Heartbeat | Timer::Session(_)) => Vec::new(),
            Input::Command { body, .. } => match body {},
        }
    }

    fn hear(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) -> Vec<Event> {
        match body {
            Message::SessionOpened { nonce, session } => match self.link {
                Link::Opening { nonce: asked, knocks } if asked == nonce => self.opened(session, knocks, fx),
                _ => Vec::new(),
            },
            Message::Response { session, serial, answer, watch, zxid, fired } if self.is_mine(session) => {
                let mut events = self.take_fired(zxid, fired);
                events.extend(self.take_answer(serial, answer, watch, zxid, fx));
                events
            }
            Message::WatchEvent { session, zxid, fired } if self.is_mine(session) => {
                self.take_fired(zxid, vec![fired])
            }
            Message::Pong { session, number, zxid, fired } if self.is_mine(session) => {
                let mut events = self.take_pong(number, fx);
                events.extend(self.take_fired(zxid, fired));
                events
            }
            Message::SessionExpired { session } if self.is_mine(session) => self.expire(fx),
            Message::NotLeader { leader } => {
                self.turn_to(from, leader, fx);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn is_mine(&self, session: SessionId) -> bool {
        self.session() == Some(session)
    }

    fn send(&self, body: Message, fx: &mut Fx<'_>) {
        if let Some(server) = fx.setup().server(self.place) {
            fx.send(server, body);
        }
    }

    fn open(&mut self, fx: &mut Fx<'_>) {
        self.openings = self.openings.saturating_add(1);
        let nonce = u64::from(self.incarnation) << 32 | u64::from(self.openings);
        self.link = Link::Opening { nonce, knocks: 0 };
        self.knock(fx);
    }

    fn knock(&mut self, fx: &mut Fx<'_>) {
        if let Link::Opening { nonce, knocks } = &mut self.link {
            *knocks = knocks.saturating_add(1);
            let nonce = *nonce;
            self.send(Message::OpenSession { nonce }, fx);
            fx.set_timer(Timer::Retry, fx.setup().retry_us);
        }
    }

    /// The leader began to count when it opened the session, at the earliest when this client asked first.
    fn opened(&mut self, session: SessionId, knocks: u32, fx: &mut Fx<'_>) -> Vec<Event> {
        let spent_us = fx.setup().retry_us.saturating_mul(u64::from(knocks));
        let left_us = fx.setup().session_timeout_us.saturating_sub(spent_us);
        self.link = Link::Open { session, in_doubt: left_us == 0 };
        self.seen = self.seen.max(session);
        (self.pings, self.ponged) = (0, 0);
        fx.cancel_timer(Timer::Retry);
        fx.set_timer(Timer::Ping, fx.setup().ping_us);
        if left_us > 0 {
            fx.set_timer(Timer::Lease, left_us);
        }
        self.send_request(fx);
        vec![Event::Opened(session)]
    }

    /// Sends the oldest request.
    fn send_request(&self, fx: &mut Fx<'_>) {
        let (Some(session), Some(Pending { serial, op })) = (self.session(), self.queue.front().cloned())
        else {
            return;
        };
        let body = Message::Request { session, serial, op, seen: self.seen, watches: self.armed() };
        self.send(body, fx);
        fx.set_timer(Timer::Retry, fx.setup().retry_us);
    }

    fn armed(&self) -> Vec<(u64, Watch)> {
        self.watches.iter().map(|(id, watch)| (*id, watch.clone())).collect()
    }

    /// Two pings without an answer: this server is down, or far. A ping that follows a hint goes where that points.
    fn give_up_silent_server(&mut self) {
        if self.session().is_some() && self.pings.saturating_sub(self.ponged) >= 2 && self.queue.is_empty() {
            self.place = self.place.wrapping_add(1);
        }
    }

    fn ping(&mut self, fx: &mut Fx<'_>) {
        let Some(session) = self.session() else { return };
        self.pings += 1;
        let (number, seen) = (self.pings, self.seen);
        self.send(Message::Ping { session, number, seen, watches: self.armed() }, fx);
        fx.set_timer(Timer::Ping, fx.setup().ping_us);
    }

    /// The leader has heard a ping, so the session stands for its timeout from when that one was sent, at the least.
    fn take_pong(&mut self, number: u64, fx: &mut Fx<'_>) -> Vec<Event> {
        if number <= self.ponged || number > self.pings {
            return Vec::new();
        }
        self.ponged = number;
        let spent_us = fx.setup().ping_us.saturating_mul(self.pings - number + 1);
        let left_us = fx.setup().session_timeout_us.saturating_sub(spent_us);
        if left_us == 0 {
            return Vec::new();
        }
        fx.set_timer(Timer::Lease, left_us);
        match &mut self.link {
            Link::Open { in_doubt, .. } if *in_doubt => {
                *in_doubt = false;
                vec![Event::Sure]
            }
            _ => Vec::new(),
        }
    }

    fn doubt(&mut self, fx: &mut Fx<'_>) -> Vec<Event> {
        match &mut self.link {
            Link::Open { session, in_doubt } if !*in_doubt => {
                *in_doubt = true;
                fx.note(Note::InDoubt { session: *session });
                vec![Event::InDoubt]
            }
            _ => Vec::new(),
        }
    }

    fn take_fired(&mut self, zxid: Zxid, fired: Vec<Fired>) -> Vec<Event> {
        self.seen = self.seen.max(zxid);
        let known = fired.into_iter().filter(|fired| self.watches.remove(&fired.watch).is_some());
        let event =
            |fired: Fired| Event::Fired { watch: fired.watch, path: fired.path, change: fired.change, zxid };
        known.map(event).collect()
    }

    fn take_answer(
        &mut self,
        serial: u64,
        answer: Answer,
        watch: Option<Watch>,
        zxid: Zxid,
        fx: &mut Fx<'_>,
    ) -> Option<Event> {
        self.queue.front().filter(|pending| pending.serial == serial)?;
        self.queue.pop_front();
        if let Some(watch) = watch {
            self.watches.insert(serial, watch);
        }
        fx.cancel_timer(Timer::Retry);
        self.send_request(fx);
        Some(Event::Answered { serial, answer, zxid })
    }

    fn expire(&mut self, fx: &mut Fx<'_>) -> Vec<Event> {
        self.queue.clear();
        self.watches.clear();
        for timer in [Timer::Ping, Timer::Lease, Timer::Retry] {
            fx.cancel_timer(timer);
        }
        self.open(fx);
        vec![Event::Expired]
    }

    /// Nobody has answered in time.
    fn try_next_server(&mut self, fx: &mut Fx<'_>) {
        self.place = self.place.wrapping_add(1);
        if let Some(server) = fx.setup().server(self.place) {
            fx.note(Note::Retried { server });
        }
        self.ask_again(fx);
    }

    /// The server that was asked names another one.
    fn turn_to(&mut self, from: NodeId, leader: Option<NodeId>, fx: &mut Fx<'_>) {
        if fx.setup().server(self.place) != Some(from) || !self.may_turn {
            return;
        }
        self.may_turn = false;
        let place = leader.and_then(|leader| fx.setup().ensemble().position(|server| server == leader));
        match place.and_then(|place| u32::try_from(place).ok()) {
            Some(place) => {
                self.place = place;
                self.ask_again(fx);
            }
            // It knows nobody: after a while another one may.
            None if self.queue.is_empty() && self.session().is_some() => {
                self.place = self.place.wrapping_add(1);
            }
            None => {}
        }
    }

    fn ask_again(&mut self, fx: &mut Fx<'_>) {
        match self.link {
            Link::Opening { .. } => self.knock(fx),
            Link::Open { .. } if !self.queue.is_empty() => self.send_request(fx),
            // A ping was refused: this one goes to the leader, and counts as one more.
            Link::Open { .. } => self.ping(fx),
        }
    }
}
