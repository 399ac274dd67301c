//! A node that draws a number, tells it to all, and lets the greater lead: as tutorials print it, faults included.

use serde::Serialize;

use super::message::{Message, Timer};
use super::note::Note;
use super::{Election, Fx, Variant};
use crate::ordered::Map;
use crate::{Input, NodeId};

/// A node's state. Nothing of it is on disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Drawer {
    /// The number that it drew.
    pub number: u32,
    /// The numbers of the others, as far as it heard them in time.
    pub heard: Map<NodeId, u32>,
    /// Whether it has decided, and listens to no number any more.
    pub has_decided: bool,
    /// Whom it takes for the leader.
    pub leader: Option<NodeId>,
    /// Whether it leads itself.
    pub leads: bool,
}

impl Drawer {
    /// Starts a node, the first time or after a crash: it draws, and tells.
    pub(super) fn boot(fx: &mut Fx<'_>) -> Self {
        let number = fx.choose("number", fx.setup().numbers).saturating_add(1);
        fx.note(Note::Drew { number });
        for peer in fx.setup().others(fx.id()) {
            fx.send(peer, Message::Number { value: number });
        }
        fx.set_timer(Timer::Collect, fx.setup().collect_us);
        Self { number, heard: Map::new(), has_decided: false, leader: None, leads: false }
    }

    pub(super) fn handle(&mut self, input: Input<Election>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body: Message::Number { value } } => self.hear(from, value, fx),
            Input::Message { body: Message::Heartbeat { leader, .. }, .. } if self.leader == Some(leader) => {
                fx.set_timer(Timer::Detect, fx.setup().detect_us);
            }
            Input::Timer(Timer::Collect) => self.decide(fx),
            Input::Timer(Timer::Heartbeat) => self.tell_that_it_lives(fx),
            Input::Timer(Timer::Detect) => {
                if let Some(leader) = self.leader {
                    fx.note(Note::NobodyDraws { leader });
                }
            }
            Input::Message { .. } | Input::Timer(_) | Input::Command { .. } => {}
        }
    }

    fn hear(&mut self, from: NodeId, value: u32, fx: &mut Fx<'_>) {
        if self.has_decided {
            return;
        }
        self.heard.insert(from, value);
        if fx.setup().variant == Variant::RandomPairwise {
            self.overwrite(from, value, fx);
        }
        if self.heard.len() >= usize::from(fx.setup().participants.saturating_sub(1)) {
            self.decide(fx);
        }
    }

    /// `isLeader = mine >= theirs`, and what an earlier comparison said is gone.
    fn overwrite(&mut self, from: NodeId, value: u32, fx: &mut Fx<'_>) {
        let leader = if self.number >= value { fx.id() } else { from };
        self.take(leader, fx);
        fx.note(Note::Overwrote { leader });
    }

    /// Who has not been heard by now does not count.
    fn decide(&mut self, fx: &mut Fx<'_>) {
        if self.has_decided {
            return;
        }
        self.has_decided = true;
        fx.cancel_timer(Timer::Collect);
        if fx.setup().variant != Variant::RandomPairwise || self.leader.is_none() {
            let (leader, number) = self.greatest(fx);
            self.take(leader, fx);
            fx.note(Note::Compared { leader, number });
        }
        if self.leads {
            self.tell_that_it_lives(fx);
        } else {
            fx.set_timer(Timer::Detect, fx.setup().detect_us);
        }
    }

    /// The greatest number that it knows. Where its own is as great as any, that is its own: of two equal ones each
    /// says so. With unique numbers the higher id wins.
    fn greatest(&self, fx: &Fx<'_>) -> (NodeId, u32) {
        let mine = (fx.id(), self.number);
        let by_id = fx.setup().variant == Variant::UniqueMax;
        let beats = |(id, number): (NodeId, u32), (best, most): (NodeId, u32)| {
            number > most || (by_id && number == most && id > best)
        };
        let others = self.heard.iter().map(|(id, number)| (*id, *number));
        others.fold(mine, |best, other| if beats(other, best) { other } else { best })
    }

    fn take(&mut self, leader: NodeId, fx: &Fx<'_>) {
        self.leader = Some(leader);
        self.leads = leader == fx.id();
    }

    fn tell_that_it_lives(&self, fx: &mut Fx<'_>) {
        let leader = fx.id();
        for peer in fx.setup().others(leader) {
            fx.send(peer, Message::Heartbeat { epoch: 1, leader });
        }
        fx.set_timer(Timer::Heartbeat, fx.setup().heartbeat_us);
    }
}
