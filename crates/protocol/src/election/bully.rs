//! The bully algorithm: the highest node that lives leads, and says so to all below.

use serde::Serialize;

use super::message::{Message, Timer};
use super::note::Note;
use super::{Election, Fx, Stable, Start};
use crate::{Input, NodeId};

/// What a node is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// It knows of no election and no leader.
    Idle,
    /// It is back, and listens before it starts an election.
    Listening,
    /// It follows a leader.
    Follower,
    /// It has asked the higher nodes whether one lives.
    Electing,
    /// One does: it waits for the new leader.
    Waiting,
    /// It leads.
    Leader,
}

/// A node's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Bully {
    /// What it is at.
    pub phase: Phase,
    /// The number of the election that it takes part in, or whose leader it knows.
    pub epoch: u32,
    /// No election that it starts has a number below this: it was asked in such a one, or told of the one before.
    pub asked: u32,
    /// Whom it takes for the leader.
    pub leader: Option<NodeId>,
}

impl Bully {
    pub(super) fn boot(stable: &Stable, fx: &mut Fx<'_>) -> Self {
        let mut bully = Self { phase: Phase::Idle, epoch: stable.epoch.unwrap_or(0), asked: 0, leader: None };
        match (stable.epoch, fx.setup().start) {
            (Some(_), _) => bully.listen(fx),
            (None, Start::Elect) => bully.start(fx),
            (None, Start::Settled) => bully.settle(fx),
            (None, Start::Idle) => bully.persist(fx),
        }
        bully
    }

    pub(super) fn handle(&mut self, input: Input<Election>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body: Message::Election { epoch, .. } } => self.answer(from, epoch, fx),
            Input::Message { from, body: Message::Ok { epoch } } => self.yield_to(from, epoch, fx),
            Input::Message {
                from,
                body: Message::Coordinator { epoch } | Message::Heartbeat { epoch, .. },
            } => {
                self.hear_leader(from, epoch, fx);
            }
            Input::Message { from, body: Message::Hello { epoch, is_reply } } => {
                self.greet(from, epoch, is_reply, fx);
            }
            Input::Timer(Timer::Answer) if self.phase == Phase::Electing => self.win(fx),
            Input::Timer(Timer::Coordinator) if self.phase == Phase::Waiting => self.start(fx),
            Input::Timer(Timer::Detect) => self.miss_leader(fx),
            Input::Timer(Timer::Heartbeat) if self.phase == Phase::Leader => self.tell_that_it_lives(fx),
            Input::Message { .. } | Input::Timer(_) | Input::Command { .. } => {}
        }
    }

    /// Starts an election of its own: asks all that are higher.
    pub(super) fn start(&mut self, fx: &mut Fx<'_>) {
        self.epoch = self.asked.max(self.epoch.saturating_add(1));
        self.phase = Phase::Electing;
        self.leader = None;
        self.persist(fx);
        let (id, epoch) = (fx.id(), self.epoch);
        fx.note(Note::Started { epoch });
        for timer in [Timer::Detect, Timer::Coordinator, Timer::Heartbeat] {
            fx.cancel_timer(timer);
        }
        let mut is_highest = true;
        for higher in fx.setup().others(id).filter(|other| *other > id) {
            is_highest = false;
            fx.send(higher, Message::Election { epoch, id: u32::from(id.number()) });
        }
        if is_highest { self.win(fx) } else { fx.set_timer(Timer::Answer, fx.setup().answer_us) }
    }

    fn persist(&self, fx: &mut Fx<'_>) {
        fx.persist_forced(Stable { epoch: Some(self.epoch), ..Stable::default() });
    }

    /// After a restart it does not know the epoch. Whoever is up, or comes up, tells it in this time.
    fn listen(&mut self, fx: &mut Fx<'_>) {
        self.phase = Phase::Listening;
        fx.note(Note::Listening);
        for other in fx.setup().others(fx.id()) {
            fx.send(other, Message::Hello { epoch: self.epoch, is_reply: false });
        }
        let setup = fx.setup();
        fx.set_timer(Timer::Detect, setup.detect_us.saturating_add(setup.answer_us.saturating_mul(2)));
    }

    /// Another one knows of this epoch: the next election is above it.
    fn greet(&mut self, from: NodeId, epoch: u32, is_reply: bool, fx: &mut Fx<'_>) {
        self.asked = self.asked.max(epoch.saturating_add(1));
        if !is_reply {
            fx.send(from, Message::Hello { epoch: self.epoch, is_reply: true });
        }
    }

    /// The highest node leads from the beginning.
    fn settle(&mut self, fx: &mut Fx<'_>) {
        self.epoch = 1;
        self.leader = fx.setup().participants().last();
        self.persist(fx);
        if self.leader == Some(fx.id()) {
            self.phase = Phase::Leader;
            self.tell_that_it_lives(fx);
        } else {
            self.phase = Phase::Follower;
            fx.set_timer(Timer::Detect, fx.setup().detect_us);
        }
    }

    /// A lower node asks whether this one lives. It does, and takes the election over.
    fn answer(&mut self, from: NodeId, epoch: u32, fx: &mut Fx<'_>) {
        self.asked = self.asked.max(epoch);
        fx.send(from, Message::Ok { epoch });
        match self.phase {
            Phase::Leader if epoch <= self.epoch => {
                fx.send(from, Message::Coordinator { epoch: self.epoch });
            }
            // The election is over, and the asker has yet to hear of its leader.
            Phase::Follower if epoch <= self.epoch => {}
            Phase::Idle | Phase::Follower | Phase::Leader => self.start(fx),
            Phase::Listening | Phase::Electing | Phase::Waiting => {}
        }
    }

    fn yield_to(&mut self, from: NodeId, epoch: u32, fx: &mut Fx<'_>) {
        if self.phase == Phase::Electing && epoch == self.epoch {
            self.phase = Phase::Waiting;
            fx.note(Note::Yielded { to: from });
            fx.cancel_timer(Timer::Answer);
            fx.set_timer(Timer::Coordinator, fx.setup().coordinator_us);
        }
    }

    fn win(&mut self, fx: &mut Fx<'_>) {
        self.phase = Phase::Leader;
        self.leader = Some(fx.id());
        let (id, epoch) = (fx.id(), self.epoch);
        fx.note(Note::Highest { epoch });
        for lower in fx.setup().others(id).filter(|other| *other < id) {
            fx.send(lower, Message::Coordinator { epoch });
        }
        // A higher node that is just coming back must hear of this epoch before it starts its own.
        for higher in fx.setup().others(id).filter(|other| *other > id) {
            fx.send(higher, Message::Heartbeat { epoch, leader: id });
        }
        fx.set_timer(Timer::Heartbeat, fx.setup().heartbeat_us);
    }

    fn hear_leader(&mut self, from: NodeId, epoch: u32, fx: &mut Fx<'_>) {
        if epoch < self.epoch {
            return;
        }
        if from < fx.id() {
            self.hear_lower_leader(epoch, fx);
        } else {
            self.follow(from, epoch, fx);
        }
    }

    /// A lower node leads: this one takes over, once it knows enough.
    fn hear_lower_leader(&mut self, epoch: u32, fx: &mut Fx<'_>) {
        match self.phase {
            // A third node may be winning just now, unheard: this one listens to the end.
            Phase::Listening => self.epoch = epoch,
            Phase::Idle | Phase::Follower | Phase::Leader => {
                self.epoch = epoch;
                self.start(fx);
            }
            Phase::Electing | Phase::Waiting => {}
        }
    }

    fn follow(&mut self, leader: NodeId, epoch: u32, fx: &mut Fx<'_>) {
        if self.leader != Some(leader) || self.epoch != epoch {
            let is_new = self.epoch != epoch;
            self.epoch = epoch;
            self.leader = Some(leader);
            if is_new {
                self.persist(fx);
            }
            fx.note(Note::Follows { leader, epoch });
        }
        self.phase = Phase::Follower;
        for timer in [Timer::Answer, Timer::Coordinator, Timer::Heartbeat] {
            fx.cancel_timer(timer);
        }
        fx.set_timer(Timer::Detect, fx.setup().detect_us);
    }

    fn miss_leader(&mut self, fx: &mut Fx<'_>) {
        if let Some(leader) = self.leader {
            fx.note(Note::Silent { leader });
        }
        if matches!(self.phase, Phase::Follower | Phase::Listening) {
            self.start(fx);
        }
    }

    fn tell_that_it_lives(&self, fx: &mut Fx<'_>) {
        let leader = fx.id();
        for peer in fx.setup().others(leader) {
            fx.send(peer, Message::Heartbeat { epoch: self.epoch, leader });
        }
        fx.set_timer(Timer::Heartbeat, fx.setup().heartbeat_us);
    }
}
