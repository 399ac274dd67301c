//! What actions do to the world: faults, repairs, and everything else that a person or a script may do.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::sort;

use super::{Step, What, World};
use crate::Kind;
use crate::action::{Action, Deed, MessageName};
use crate::network::{Cut, Fate, Flight, LinkPlan, Links};
use crate::node::{ClockSkew, Deferred, DiskPlan, EffectList, Node, Status};
use crate::run::SeatPlan;

/// A fault that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A cut, by its number.
    Cut(u32),
    /// The network as a whole is not as the plan has it.
    Network,
    /// A link is not as the network is.
    Link {
        /// The sender.
        from: NodeId,
        /// The receiver.
        to: NodeId,
    },
    /// A message is held.
    Held(MessageName),
    /// A node is down.
    Down(NodeId),
    /// A node is paused.
    Paused(NodeId),
    /// A disk is not as the plan has it.
    Disk(NodeId),
    /// A clock is wrong.
    Clock(NodeId),
    /// A processor is slow.
    Processor(NodeId),
}

impl Standing {
    /// Whether [`Action::Restore`] undoes it.
    const fn is_restored(&self) -> bool {
        matches!(
            self,
            Self::Network | Self::Link { .. } | Self::Disk(_) | Self::Clock(_) | Self::Processor(_)
        )
    }
}

impl World {
    /// The actions that one action consists of, where it is about many things at once; none where it is one itself.
    pub(crate) fn parts_of(&self, action: &Action) -> Option<Vec<Action>> {
        match action {
            Action::Zone { zone, deed: Deed::Cut { one_way } } => {
                let from: Vec<NodeId> = self.nodes_of(*zone).map(|node| node.id).collect();
                let is_apart = !from.is_empty() && from.len() < self.nodes().count();
                Some(if is_apart {
                    vec![Action::Cut { from, to: Vec::new(), one_way: *one_way }]
                } else {
                    Vec::new()
                })
            }
            Action::Zone { zone, deed } => Some(self.nodes_of(*zone).map(|node| deed.on(node.id)).collect()),
            Action::Mend => Some(self.mending()),
            _ => None,
        }
    }

    /// The nodes of a zone, from 0.
    pub fn nodes_of(&self, zone: u16) -> impl Iterator<Item = &Node> {
        self.nodes().filter(move |node| node.zone == zone)
    }

    /// What undoes every fault that stands.
    fn mending(&self) -> Vec<Action> {
        let mut parts = Vec::new();
        let standing = self.standing();
        if standing.iter().any(|fault| matches!(fault, Standing::Cut(_))) {
            parts.push(Action::Heal);
        }
        if standing.iter().any(Standing::is_restored) {
            parts.push(Action::Restore);
        }
        parts.extend(standing.iter().filter_map(|fault| match *fault {
            Standing::Held(name) => Some(Action::Release(name)),
            Standing::Paused(node) => Some(Action::Resume(node)),
            Standing::Down(node) => Some(Action::Restart(node)),
            _ => None,
        }));
        parts
    }

    /// Every fault that stands now: a run without any is healed.
    pub fn standing(&self) -> Vec<Standing> {
        let mut faults: Vec<Standing> = self.cuts.iter().map(|cut| Standing::Cut(cut.id)).collect();
        if self.network != self.plan.network {
            faults.push(Standing::Network);
        }
        let mut held: Vec<MessageName> =
            self.flights().filter(|flight| flight.held).map(Flight::name).collect();
        sort(&mut held);
        faults.extend(held.into_iter().map(Standing::Held));
        for node in self.nodes() {
            match node.status {
                Status::Down => faults.push(Standing::Down(node.id)),
                Status::Paused => faults.push(Standing::Paused(node.id)),
                Status::Up | Status::Absent => {}
            }
            let altered = node.own_links().filter(|(_, own)| own.differs_from(&self.network));
            faults.extend(altered.map(|(to, _)| Standing::Link { from: node.id, to }));
            if node.own_disk().is_some_and(|disk| *disk != self.plan.disk) {
                faults.push(Standing::Disk(node.id));
            }
            if node.clock.is_off() {
                faults.push(Standing::Clock(node.id));
            }
            if node.processor_us.is_some() {
                faults.push(Standing::Processor(node.id));
            }
        }
        faults
    }

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
            Action::Heal => self.heal(|_| true),
            Action::HealCut(id) => self.heal(|cut| cut.id == *id),
            Action::Latency { .. }
            | Action::Loss { .. }
            | Action::Duplication { .. }
            | Action::Reordering { .. } => {
                self.set_links(action);
            }
            Action::Disk { node, low_us, high_us } => self.set_disk(*node, *low_us, *high_us),
            Action::Wipe(node) => self.wipe(*node),
            Action::Clock { node, offset_us, rate_ppm } => self.set_clock(*node, *offset_us, *rate_ppm),
            Action::StepClock { node, by_us } => {
                let now_us = self.now_us;
                if let Some(node) = self.node_mut(*node) {
                    node.clock = node.clock.stepped(now_us, *by_us);
                }
            }
            Action::Processor { node, low_us, high_us } => {
                if let Some(node) = self.node_mut(*node) {
                    node.processor_us = (*high_us > 0).then_some(*low_us..*high_us);
                }
            }
            Action::Restore => self.restore(),
            Action::Manual => self.manual = true,
            Action::Load(node) => self.load_now(*node, step, effects),
            Action::Drop(name) => self.on_flight(*name, |world, slot| world.lose(slot, step)),
            Action::Hold(name) => self.on_flight(*name, |world, slot| {
                if let Some(flight) = world.flights.get_mut(slot) {
                    flight.held = true;
                    world.flights.replan(slot);
                }
            }),
            Action::Release(name) => self.on_flight(*name, Self::release),
            Action::Deliver(name) => {
                self.on_flight(*name, |world, slot| world.deliver_now(slot, step, effects));
            }
            Action::Delay { message, by_us } => {
                self.on_flight(*message, |world, slot| world.delay(slot, *by_us));
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
            // Played as their parts; without any, there was nothing to do.
            Action::Zone { .. } | Action::Mend => {}
        }
    }

    fn crash(&mut self, id: NodeId, keep: u32, step: &mut Step) {
        let (now_us, is_manual) = (self.now_us, self.is_manual());
        let Some(node) = self.node_mut(id).filter(|node| matches!(node.status, Status::Up | Status::Paused))
        else {
            return;
        };
        step.kind = Kind::Crash;
        // A write that is through is through, even if the node was paused and could not see it. Where nothing happens
        // by itself, no write is through before it is finished.
        let through = node.writes.iter().take_while(|write| !is_manual && write.done_us <= now_us).count();
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
        node.will_work = false;
        node.machine.crash();
        for deferred in std::mem::take(&mut node.door) {
            if let Deferred::Message { slot, plan } = deferred
                && self.flights.planned(slot, plan)
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
            self.schedule(now_us, deferred.revived(id, incarnation, number));
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

    /// Takes cuts away. Messages that had not reached them, and that no other cut stops, pass.
    fn heal(&mut self, is_healed: impl Fn(&Cut) -> bool) {
        self.cuts.retain(|cut| !is_healed(cut));
        let (now_us, cuts) = (self.now_us, &self.cuts);
        let saved: Vec<u32> = self
            .flights
            .slots_mut()
            .filter(|(_, flight)| {
                flight.fate == Fate::Cut
                    && flight.middle_us() >= now_us
                    && !cuts.iter().any(|cut| cut.stops(flight.from, flight.to))
            })
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
        let (arrives_us, middle_us) = (flight.arrives_us, flight.middle_us());
        let plan = self.flights.replan(slot);
        match fate {
            Fate::Arrive => self.schedule(arrives_us.max(self.now_us), What::Deliver { slot, plan }),
            Fate::Lost | Fate::Cut => {
                self.schedule(middle_us.max(self.now_us), What::Vanish { slot, plan });
            }
        }
    }

    fn release(&mut self, slot: u32) {
        let Some(flight) = self.flights.get_mut(slot).filter(|flight| flight.held) else { return };
        flight.held = false;
        let fate = flight.fate;
        self.replan(slot, fate);
    }

    /// Sets what an action says about links: for all that have nothing of their own, for one, or between zones.
    fn set_links(&mut self, action: &Action) {
        match action {
            Action::Latency { links, latency } => match links {
                Links::All => self.network.latency = latency.clone(),
                some => self.each_link(*some, |own| own.latency = Some(latency.clone())),
            },
            Action::Loss { links: Links::All, parts_ppm } => self.network.loss_ppm = *parts_ppm,
            Action::Loss { links, parts_ppm } => {
                self.each_link(*links, |own| own.loss_ppm = Some(*parts_ppm));
            }
            Action::Duplication { links: Links::All, parts_ppm } => self.network.duplicate_ppm = *parts_ppm,
            Action::Duplication { links, parts_ppm } => {
                self.each_link(*links, |own| own.duplicate_ppm = Some(*parts_ppm));
            }
            Action::Reordering { links: Links::All, parts_ppm } => self.network.reorder_ppm = *parts_ppm,
            Action::Reordering { links, parts_ppm } => {
                self.each_link(*links, |own| own.reorder_ppm = Some(*parts_ppm));
            }
            _ => {}
        }
    }

    fn each_link(&mut self, links: Links, set: impl Fn(&mut LinkPlan)) {
        let ends: Vec<(NodeId, NodeId)> = match links {
            Links::All => Vec::new(),
            Links::One { from, to } => vec![(from, to)],
            Links::Zones { from, to } => {
                let receivers: Vec<NodeId> = self.nodes_of(to).map(|node| node.id).collect();
                let senders = self.nodes_of(from).map(|node| node.id);
                senders.flat_map(|sender| receivers.iter().map(move |&to| (sender, to))).collect()
            }
        };
        for (from, to) in ends {
            if let Some(node) = self.node_mut(from).filter(|_| from != to) {
                set(node.link(to).own.get_or_insert_default());
            }
        }
    }

    fn set_clock(&mut self, id: NodeId, offset_us: i64, rate_ppm: i32) {
        let since_us = self.now_us;
        if let Some(node) = self.node_mut(id) {
            let skew = ClockSkew { offset_us, rate_ppm, since_us };
            node.clock = if skew.is_off() { skew } else { ClockSkew::default() };
        }
    }

    /// Puts links, disks, clocks and processors back to what the run's plan says.
    fn restore(&mut self) {
        self.network = self.plan.network.clone();
        let ids: Vec<NodeId> = self.nodes().map(|node| node.id).collect();
        for id in ids {
            let Some(node) = self.node_mut(id) else { continue };
            node.links.clear_own();
            node.disk = None;
            node.clock = ClockSkew::default();
            node.processor_us = None;
        }
    }

    fn delay(&mut self, slot: u32, by_us: u64) {
        let Some(flight) = self.flights.get_mut(slot).filter(|flight| !flight.waiting) else { return };
        flight.arrives_us = flight.arrives_us.saturating_add(by_us);
        let fate = flight.fate;
        self.replan(slot, fate);
    }

    /// Gives a client the next command of its load, if it waits for none.
    fn load_now(&mut self, id: NodeId, step: &mut Step, effects: &mut EffectList) {
        let Some(node) = self.node(id).filter(|node| node.status == Status::Up && node.load_op.is_none())
        else {
            return;
        };
        let number = node.loaded;
        if self.plan.factory.load_after_us(number).is_some() {
            self.load(id, number, step, effects);
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
                let deferred = Deferred::Message { slot, plan: self.flights.replan(slot) };
                if let Some(node) = self.node_mut(to) {
                    node.door.push_back(deferred);
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
