//! What actions do to the world: faults, repairs, and everything else that a person or a script may do.

use faultscope_protocol::NodeId;

use super::{Step, What, World};
use crate::Kind;
use crate::action::{Action, MessageName};
use crate::network::{Cut, Fate, Latency};
use crate::node::{ClockSkew, Deferred, DiskPlan, EffectList, Status};
use crate::run::SeatPlan;

impl World {
    pub(super) fn run_action(&mut self, action: &Action, step: &mut Step, effects: &mut EffectList) {
        match action {
            Action::Crash { node, keep } => self.crash(*node, *keep, step),
            Action::Restart(node) if self.status(*node) == Status::Down => {
                self.boot(*node, Kind::Restart, step, effects);
            }
            Action::Pause(node) if self.status(*node) == Status::Up => self.pause(*node, step),
            Action::Resume(node) if self.status(*node) == Status::Paused => self.resume(*node, step),
            Action::Join(node) => self.join(*node, step, effects),
            Action::Cut { from, to, one_way } => self.cut(from, to, *one_way),
            Action::Heal => self.heal(),
            Action::Latency { link, low_us, high_us } => self.set_latency(*link, *low_us, *high_us),
            Action::Loss { link, parts_ppm } => self.set_loss(*link, *parts_ppm),
            Action::Duplication { parts_ppm } => self.network.duplicate_ppm = *parts_ppm,
            Action::Disk { node, low_us, high_us } => self.set_disk(*node, *low_us, *high_us),
            Action::Wipe(node) => self.wipe(*node),
            Action::Clock { node, offset_us, rate_ppm } => {
                let skew = ClockSkew { offset_us: *offset_us, rate_ppm: *rate_ppm };
                if let Some(node) = self.node_mut(*node) {
                    node.clock = skew;
                }
            }
            Action::Drop(name) => self.on_flight(*name, |world, slot| world.lose(slot, step)),
            Action::Hold(name) => self.on_flight(*name, |world, slot| {
                if let Some(flight) = world.flights.get_mut(slot) {
                    flight.held = true;
                    flight.plan += 1;
                }
            }),
            Action::Release(name) => self.on_flight(*name, Self::release),
            Action::Deliver(name) => {
                self.on_flight(*name, |world, slot| world.deliver_now(slot, step, effects));
            }
            Action::Duplicate(name) => self.on_flight(*name, |world, slot| {
                if let Some(flight) = world.flights.get_mut(slot).cloned() {
                    world.fly_copy(&flight);
                }
            }),
            Action::Fire { node, index } => self.fire_now(*node, *index, step, effects),
            Action::FinishWrite(node) => {
                if let Some(write) =
                    self.node(*node).and_then(|node| node.writes.front()).map(|first| first.id)
                {
                    self.make_durable(*node, write, step);
                }
            }
            Action::Pick { node, value } => {
                if let Some(node) = self.node_mut(*node) {
                    node.picks.push_back(*value);
                }
            }
            Action::Do { node, words } => self.do_words(*node, words, step, effects),
            Action::Restart(_) | Action::Pause(_) | Action::Resume(_) => {}
        }
    }

    fn crash(&mut self, id: NodeId, keep: u32, step: &mut Step) {
        let now_us = self.now_us;
        let Some(node) = self.node_mut(id).filter(|node| matches!(node.status, Status::Up | Status::Paused))
        else {
            return;
        };
        step.kind = Kind::Crash;
        // A write that is through is through, even if the node was paused and could not see it.
        let through = node.writes.iter().take_while(|write| write.done_us <= now_us).count();
        let kept = (keep as usize).clamp(through, node.writes.len());
        let lost = node.writes.split_off(kept);
        if let Some(last) = node.writes.pop_back() {
            node.durable = Some(last.stable);
        }
        drop(lost);
        node.writes.clear();
        node.outbox.clear();
        node.timers.clear();
        node.incarnation += 1;
        node.status = Status::Down;
        node.since_us = now_us;
        node.load_op = None;
        node.machine.crash();
        for deferred in std::mem::take(&mut node.door) {
            if let Deferred::Message { slot, id, plan } = deferred
                && self.flights.planned(slot, id, plan)
            {
                self.flights.remove(slot);
                self.messages_lost += 1;
            }
        }
    }

    fn pause(&mut self, id: NodeId, step: &mut Step) {
        step.kind = Kind::Pause;
        let now_us = self.now_us;
        if let Some(node) = self.node_mut(id) {
            node.status = Status::Paused;
            node.since_us = now_us;
        }
    }

    fn resume(&mut self, id: NodeId, step: &mut Step) {
        step.kind = Kind::Resume;
        let now_us = self.now_us;
        let Some(node) = self.node_mut(id) else { return };
        node.status = Status::Up;
        node.since_us = now_us;
        let (incarnation, number) = (node.incarnation, node.loaded);
        for deferred in std::mem::take(&mut node.door) {
            let what = match deferred {
                Deferred::Message { slot, id, plan } => What::Deliver { slot, id, plan },
                Deferred::Timer { slot, generation } => What::Timer { node: id, slot, generation },
                Deferred::Durable { write } => What::Durable { node: id, incarnation, write },
                Deferred::Load => What::Load { node: id, incarnation, number },
            };
            self.schedule(now_us, what);
        }
    }

    fn join(&mut self, id: NodeId, step: &mut Step, effects: &mut EffectList) {
        let is_next = !id.is_client() && usize::from(id.number()) == self.servers.len() + 1;
        if is_next && self.servers.len() < self.plan.max_servers {
            self.seat(&SeatPlan { id, role: self.plan.joiner_role, zone: 0 });
            step.node = Some(id);
            self.boot(id, Kind::Boot, step, effects);
        }
    }

    fn cut(&mut self, from: &[NodeId], to: &[NodeId], one_way: bool) {
        let to = if to.is_empty() {
            self.nodes().map(|node| node.id).filter(|id| !from.contains(id)).collect()
        } else {
            to.to_vec()
        };
        let cut = Cut { id: self.next_cut, from: from.to_vec(), to, one_way, since_us: self.now_us };
        self.next_cut += 1;
        let now_us = self.now_us;
        let struck: Vec<u32> = self
            .flights
            .slots_mut()
            .filter(|(_, flight)| {
                flight.fate == Fate::Arrive
                    && flight.middle_us() > now_us
                    && cut.stops(flight.from, flight.to)
            })
            .map(|(slot, _)| slot)
            .collect();
        self.cuts.push(cut);
        for slot in struck {
            self.replan(slot, Fate::Cut);
        }
    }

    /// Takes all cuts away. Messages that had not reached the cut pass.
    fn heal(&mut self) {
        self.cuts.clear();
        let now_us = self.now_us;
        let saved: Vec<u32> = self
            .flights
            .slots_mut()
            .filter(|(_, flight)| flight.fate == Fate::Cut && flight.middle_us() >= now_us)
            .map(|(slot, _)| slot)
            .collect();
        for slot in saved {
            self.replan(slot, Fate::Arrive);
        }
    }

    fn replan(&mut self, slot: u32, fate: Fate) {
        let Some(flight) = self.flights.get_mut(slot) else { return };
        flight.fate = fate;
        if flight.held {
            return;
        }
        flight.plan += 1;
        let (id, plan, arrives_us, middle_us) =
            (flight.id, flight.plan, flight.arrives_us, flight.middle_us());
        match fate {
            Fate::Arrive => self.schedule(arrives_us.max(self.now_us), What::Deliver { slot, id, plan }),
            Fate::Lost | Fate::Cut => {
                self.schedule(middle_us.max(self.now_us), What::Vanish { slot, id, plan });
            }
        }
    }

    fn release(&mut self, slot: u32) {
        let Some(flight) = self.flights.get_mut(slot).filter(|flight| flight.held) else { return };
        flight.held = false;
        let fate = flight.fate;
        self.replan(slot, fate);
    }

    fn set_latency(&mut self, link: Option<(NodeId, NodeId)>, low_us: u64, high_us: u64) {
        let latency = Latency(low_us..high_us);
        match link {
            None => self.network.latency = latency,
            Some((from, to)) => {
                if let Some(node) = self.node_mut(from) {
                    node.link(to).latency = Some(latency);
                }
            }
        }
    }

    fn set_loss(&mut self, link: Option<(NodeId, NodeId)>, parts_ppm: u32) {
        match link {
            None => self.network.loss_ppm = parts_ppm,
            Some((from, to)) => {
                if let Some(node) = self.node_mut(from) {
                    node.link(to).loss_ppm = Some(parts_ppm);
                }
            }
        }
    }

    fn wipe(&mut self, id: NodeId) {
        if let Some(node) = self.node_mut(id) {
            node.durable = None;
        }
    }

    fn set_disk(&mut self, id: NodeId, low_us: u64, high_us: u64) {
        let lazy_us = self.plan.disk.lazy_us;
        if let Some(node) = self.node_mut(id) {
            node.disk = Some(DiskPlan { force_us: low_us..high_us, lazy_us });
        }
    }

    fn on_flight(&mut self, name: MessageName, act: impl FnOnce(&mut Self, u32)) {
        if let Some(slot) = self.flights.find(name.from, name.to, name.ordinal) {
            act(self, slot);
        }
    }

    fn deliver_now(&mut self, slot: u32, step: &mut Step, effects: &mut EffectList) {
        let Some(flight) = self.flights.get_mut(slot) else { return };
        let to = flight.to;
        match self.status(to) {
            Status::Paused => {
                // It comes to the door at once, and waits there like any other.
                let Some(flight) = self.flights.get_mut(slot).filter(|flight| !flight.waiting) else {
                    return;
                };
                flight.waiting = true;
                flight.held = false;
                flight.plan += 1;
                let deferred = Deferred::Message { slot, id: flight.id, plan: flight.plan };
                if let Some(node) = self.node_mut(to) {
                    node.door.push(deferred);
                }
            }
            _ => self.deliver(slot, step, effects),
        }
    }

    fn fire_now(&mut self, id: NodeId, index: u32, step: &mut Step, effects: &mut EffectList) {
        if self.status(id) != Status::Up {
            return;
        }
        let slot = self.node(id).and_then(|node| node.timers.get(index as usize)).map(|timer| timer.slot);
        if let Some(slot) = slot {
            self.fire(id, slot, step, effects);
        }
    }

    fn do_words(&mut self, id: NodeId, words: &[String], step: &mut Step, effects: &mut EffectList) {
        if self.status(id) != Status::Up {
            return;
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // The words were checked when the action was taken in; words that do not fit are a step without effect.
        if let Ok(body) = self.plan.factory.command(&words) {
            self.command(id, body, step, effects);
        }
    }
}
