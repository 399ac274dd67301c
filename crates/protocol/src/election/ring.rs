//! Chang and Roberts on a ring: ids travel in one direction, a larger id swallows a smaller one, and whose own comes
//! back leads.

use serde::Serialize;

use super::message::{Message, Timer};
use super::note::Note;
use super::{Election, Fx, Order, Stable, Start};
use crate::{Input, NodeId};

/// How many ids a node may draw from; its number is put behind, so that no two are equal.
const DRAWS: u64 = 10_000;
/// Room for the numbers of nodes behind a draw.
const NODES: u32 = 1_000;

/// A node's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Ring {
    /// Its id on the ring.
    pub id: u32,
    /// The number of the election.
    pub epoch: u32,
    /// Whether it has sent an id in this election, its own or a larger one.
    pub takes_part: bool,
    /// Whom it takes for the leader.
    pub leader: Option<NodeId>,
    /// Whether it leads itself.
    pub leads: bool,
}

impl Ring {
    pub(super) fn boot(stable: &Stable, fx: &mut Fx<'_>) -> Self {
        let id = stable.ring_id.unwrap_or_else(|| first_id(fx));
        let epoch = stable.epoch.unwrap_or(0);
        let mut ring = Self { id, epoch, takes_part: false, leader: None, leads: false };
        ring.persist(fx);
        if stable.epoch.is_none() && fx.setup().start == Start::Elect {
            ring.start(fx);
        }
        ring
    }

    pub(super) fn handle(&mut self, input: Input<Election>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { body: Message::Election { epoch, id }, .. } => self.hear_id(epoch, id, fx),
            Input::Message { body: Message::Elected { epoch, id, leader }, .. } => {
                self.hear_elected(epoch, id, leader, fx);
            }
            Input::Message { body: Message::Heartbeat { epoch, leader }, .. } => {
                self.pass_heartbeat(epoch, leader, fx);
            }
            Input::Timer(Timer::Heartbeat) if self.leads => self.tell_that_it_lives(fx),
            Input::Timer(Timer::Detect) => {
                if let Some(leader) = self.leader {
                    fx.note(Note::Silent { leader });
                }
                self.start(fx);
            }
            Input::Message { .. } | Input::Timer(_) | Input::Command { .. } => {}
        }
    }

    /// Starts a new election.
    pub(super) fn start(&mut self, fx: &mut Fx<'_>) {
        self.enter(self.epoch.saturating_add(1), fx);
        self.send_own(fx);
    }

    fn persist(&self, fx: &mut Fx<'_>) {
        fx.persist_lazily(Stable { epoch: Some(self.epoch), ring_id: Some(self.id), ..Stable::default() });
    }

    fn enter(&mut self, epoch: u32, fx: &mut Fx<'_>) {
        (self.epoch, self.takes_part, self.leader, self.leads) = (epoch, false, None, false);
        self.persist(fx);
        fx.cancel_timer(Timer::Detect);
        fx.cancel_timer(Timer::Heartbeat);
    }

    fn send_own(&mut self, fx: &mut Fx<'_>) {
        self.takes_part = true;
        fx.note(Note::StartedRing { epoch: self.epoch, id: self.id });
        send_on(Message::Election { epoch: self.epoch, id: self.id }, fx);
    }

    fn hear_id(&mut self, epoch: u32, id: u32, fx: &mut Fx<'_>) {
        if epoch < self.epoch {
            return;
        }
        if epoch > self.epoch {
            self.enter(epoch, fx);
        }
        if id == self.id {
            self.win(fx);
        } else if id > self.id {
            self.takes_part = true;
            fx.note(Note::Passed { id });
            send_on(Message::Election { epoch, id }, fx);
        } else {
            fx.note(Note::Swallowed { id });
            if !self.takes_part {
                self.send_own(fx);
            }
        }
    }

    fn win(&mut self, fx: &mut Fx<'_>) {
        if self.leads {
            return;
        }
        (self.leads, self.leader) = (true, Some(fx.id()));
        fx.note(Note::CameAround { id: self.id });
        send_on(Message::Elected { epoch: self.epoch, id: self.id, leader: fx.id() }, fx);
        fx.set_timer(Timer::Heartbeat, fx.setup().heartbeat_us);
    }

    fn hear_elected(&mut self, epoch: u32, id: u32, leader: NodeId, fx: &mut Fx<'_>) {
        if epoch < self.epoch || leader == fx.id() {
            return;
        }
        if epoch > self.epoch {
            self.enter(epoch, fx);
        }
        self.leader = Some(leader);
        fx.note(Note::Follows { leader, epoch });
        fx.set_timer(Timer::Detect, fx.setup().detect_us);
        send_on(Message::Elected { epoch, id, leader }, fx);
    }

    fn pass_heartbeat(&self, epoch: u32, leader: NodeId, fx: &mut Fx<'_>) {
        if epoch == self.epoch && self.leader == Some(leader) && leader != fx.id() {
            fx.set_timer(Timer::Detect, fx.setup().detect_us);
            send_on(Message::Heartbeat { epoch, leader }, fx);
        }
    }

    fn tell_that_it_lives(&self, fx: &mut Fx<'_>) {
        send_on(Message::Heartbeat { epoch: self.epoch, leader: fx.id() }, fx);
        fx.set_timer(Timer::Heartbeat, fx.setup().heartbeat_us);
    }
}

/// Sends to the next node of the ring.
fn send_on(body: Message, fx: &mut Fx<'_>) {
    let id = fx.id();
    let next =
        fx.setup().participants().find(|other| *other > id).or_else(|| fx.setup().participants().next());
    if let Some(next) = next {
        fx.send(next, body);
    }
}

/// The id of a node that starts for the first time. It is drawn as a delay is, so that a search does not try every
/// arrangement of ids.
fn first_id(fx: &mut Fx<'_>) -> u32 {
    let number = u32::from(fx.id().number());
    match fx.setup().order {
        Order::Ascending => number,
        Order::Descending => u32::from(fx.setup().participants).saturating_sub(number).saturating_add(1),
        Order::Drawn => {
            let draw = u32::try_from(fx.delay_us("ring id", 1..DRAWS)).unwrap_or(0);
            draw.saturating_mul(NODES).saturating_add(number % NODES)
        }
    }
}
