//! Random faults, drawn from a seed: one nemesis for all labs.

use std::ops::Range;

use faultscope_protocol::NodeId;

use crate::action::{Action, Deed, Pin, Pinned, sort_by_pin};
use crate::hash::Draw;
use crate::network::{Latency, Links, Shape};
use crate::run::Plan;

/// A kind of fault that the nemesis may draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// Crash a server, restart it later; its unfinished writes are kept or lost by draw.
    Crash,
    /// Crash a client, restart it later.
    CrashClient,
    /// Pause a node, let it go on later.
    Pause,
    /// Cut the nodes into two groups, heal later.
    Cut,
    /// Cut one direction between two groups, heal later.
    CutOneWay,
    /// Lose messages on all links for a while.
    Loss,
    /// Let messages arrive twice on all links for a while.
    Duplication,
    /// Slow links down, unevenly, for a while, so that messages overtake each other.
    Latency,
    /// Slow one disk down for a while.
    SlowDisk,
    /// Let messages fall behind on all links for a while, so that later ones overtake them.
    Reordering,
    /// Let every input of a server take time for a while.
    SlowProcessor,
    /// Set a node's clock wrong for a while.
    Clock,
    /// Crash a server and lose its disk; restart it later with nothing.
    LostDisk,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Crash,
        Self::CrashClient,
        Self::Pause,
        Self::Cut,
        Self::CutOneWay,
        Self::Loss,
        Self::Duplication,
        Self::Latency,
        Self::SlowDisk,
        Self::Reordering,
        Self::SlowProcessor,
        Self::Clock,
        Self::LostDisk,
    ];

    /// The crash-recovery model in an asynchronous, lossy network: every kind but lost disks.
    pub const CRASH_RECOVERY: [Self; 12] = [
        Self::Crash,
        Self::CrashClient,
        Self::Pause,
        Self::Cut,
        Self::CutOneWay,
        Self::Loss,
        Self::Duplication,
        Self::Latency,
        Self::SlowDisk,
        Self::Reordering,
        Self::SlowProcessor,
        Self::Clock,
    ];
}

/// How to draw faults.
#[derive(Clone, Debug)]
pub struct Nemesis {
    /// The seed of the faults.
    pub seed: u64,
    /// The kinds to draw from; no faults where it is empty.
    pub kinds: Vec<FaultKind>,
    /// When faults may begin (half open), in microseconds.
    pub window_us: Range<u64>,
    /// Time between the beginnings of two faults, in microseconds (half open).
    pub gap_us: Range<u64>,
    /// How long a fault lasts, in microseconds (half open).
    pub length_us: Range<u64>,
    /// How many servers may be down at once.
    pub most_down: usize,
    /// How many faults there may be.
    pub budget: u32,
    /// Whether each fault is undone in the end; otherwise those that outlast the window stand.
    pub heals: bool,
}

/// How long a fault may last as drawn, and the shortest time between two, in microseconds (half open).
const LENGTH_US: Range<u64> = 20_000..600_000;
const GAP_US: Range<u64> = 20_000..400_000;

impl Nemesis {
    /// Faults of these kinds, about five a second, none before `window_us` and each undone in the end.
    pub const fn new(seed: u64, kinds: Vec<FaultKind>, window_us: Range<u64>, most_down: usize) -> Self {
        Self {
            seed,
            kinds,
            window_us,
            gap_us: GAP_US,
            length_us: LENGTH_US,
            most_down,
            budget: u32::MAX,
            heals: true,
        }
    }

    /// The same with so many faults in a thousand seconds, on average.
    pub fn with_rate(mut self, per_thousand_s: u32) -> Self {
        let mean_us = 1_000_000_000 / u64::from(per_thousand_s.max(1));
        self.gap_us = mean_us / 10..mean_us * 19 / 10 + 1;
        self
    }
}

struct Drawing<'a> {
    nemesis: &'a Nemesis,
    plan: &'a Plan,
    count: u64,
    actions: Vec<Pinned>,
    /// How many faults were drawn.
    faults: u32,
    /// Until when each kind of fault on each node (or on the whole network) lasts.
    busy: Vec<(FaultKind, Option<NodeId>, u64)>,
}

impl Nemesis {
    /// The faults for a run of `plan`, in order of time.
    pub fn actions(&self, plan: &Plan) -> Vec<Pinned> {
        let mut drawing =
            Drawing { nemesis: self, plan, count: 0, actions: Vec::new(), faults: 0, busy: Vec::new() };
        let mut at_us = self.window_us.start + drawing.number(&self.gap_us);
        while !self.kinds.is_empty() && at_us < self.window_us.end && drawing.faults < self.budget {
            let kind = self.kinds[drawing.below(self.kinds.len())];
            drawing.add(kind, at_us);
            at_us += drawing.number(&self.gap_us).max(1);
        }
        sort_by_pin(&mut drawing.actions);
        drawing.actions
    }
}

impl Drawing<'_> {
    fn draw(&mut self) -> Draw {
        self.count += 1;
        Draw::new(self.nemesis.seed, "nemesis", 0, self.count)
    }

    fn number(&mut self, range: &Range<u64>) -> u64 {
        self.draw().in_range(range)
    }

    fn below(&mut self, count: usize) -> usize {
        self.draw().below(count as u32) as usize
    }

    fn one_of(&mut self, nodes: &[NodeId]) -> Option<NodeId> {
        let place = self.below(nodes.len());
        nodes.get(place).copied()
    }

    /// A fault, and what undoes it at its end.
    fn strike(&mut self, at_us: u64, fault: Action, end_us: u64, cure: Action) {
        self.push(at_us, fault);
        if self.nemesis.heals || end_us < self.nemesis.window_us.end {
            self.push(end_us, cure);
        }
    }

    fn push(&mut self, at_us: u64, action: Action) {
        self.actions.push(Pinned { pin: Pin { at_us, after_steps: 0 }, action });
    }

    /// Takes a kind of fault on a node, if it is free until then.
    fn take(&mut self, kind: FaultKind, node: Option<NodeId>, at_us: u64, end_us: u64) -> bool {
        let is_taken =
            |&(k, n, until): &(FaultKind, Option<NodeId>, u64)| k == kind && n == node && until >= at_us;
        if self.busy.iter().any(is_taken) {
            return false;
        }
        self.busy.push((kind, node, end_us));
        self.faults += 1;
        true
    }

    fn down_at(&self, at_us: u64) -> usize {
        self.busy.iter().filter(|&&(kind, _, until)| kind == FaultKind::Crash && until >= at_us).count()
    }

    fn add(&mut self, kind: FaultKind, at_us: u64) {
        let end_us = at_us + self.number(&self.nemesis.length_us.clone()).max(1);
        match kind {
            FaultKind::Crash => self.crash_server(at_us, end_us),
            FaultKind::CrashClient => {
                let clients = self.plan.clients.clone();
                let victim = self.one_of(&clients);
                self.crash(kind, victim, at_us, end_us);
            }
            FaultKind::LostDisk => self.lose_disk(at_us, end_us),
            FaultKind::Pause => self.pause(at_us, end_us),
            FaultKind::Cut | FaultKind::CutOneWay => self.cut(kind, at_us, end_us),
            FaultKind::Loss | FaultKind::Duplication | FaultKind::Reordering => {
                self.spoil_links(kind, at_us, end_us);
            }
            FaultKind::Latency => self.slow_links(at_us, end_us),
            FaultKind::SlowDisk => self.slow_disk(at_us, end_us),
            FaultKind::SlowProcessor => self.slow_processor(at_us, end_us),
            FaultKind::Clock => self.skew(at_us, end_us),
        }
    }

    fn servers(&self) -> std::sync::Arc<[NodeId]> {
        self.plan.servers.clone()
    }

    fn any_server(&mut self) -> Option<NodeId> {
        let servers = self.servers();
        self.one_of(&servers)
    }

    /// A server crashes; where there are zones, sometimes a whole one, if so many servers may be down.
    fn crash_server(&mut self, at_us: u64, end_us: u64) {
        let victim = self.any_server();
        let zone = self.some_zone();
        let free = self.nemesis.most_down.saturating_sub(self.down_at(at_us));
        if let Some(zone) = zone.filter(|zone| self.servers_of(*zone).len() <= free) {
            return self.crash_zone(zone, at_us, end_us);
        }
        if free > 0 {
            self.crash(FaultKind::Crash, victim, at_us, end_us);
        }
    }

    fn crash(&mut self, kind: FaultKind, victim: Option<NodeId>, at_us: u64, end_us: u64) {
        let keep = self.below(3) as u32;
        if let Some(node) = victim.filter(|&node| self.take(kind, Some(node), at_us, end_us)) {
            self.strike(at_us, Action::Crash { node, keep }, end_us, Action::Restart(node));
        }
    }

    fn crash_zone(&mut self, zone: u16, at_us: u64, end_us: u64) {
        let servers = self.servers_of(zone);
        let is_taken = |node: &NodeId| {
            self.busy.iter().any(|&(kind, victim, until)| {
                kind == FaultKind::Crash && victim == Some(*node) && until >= at_us
            })
        };
        if servers.is_empty() || servers.iter().any(is_taken) {
            return;
        }
        self.busy.extend(servers.into_iter().map(|node| (FaultKind::Crash, Some(node), end_us)));
        self.faults += 1;
        let deed = |deed| Action::Zone { zone, deed };
        self.strike(at_us, deed(Deed::Crash), end_us, deed(Deed::Restart));
    }

    /// A zone, where there are several, one time in four.
    fn some_zone(&mut self) -> Option<u16> {
        let zones = self.plan.seats.iter().map(|seat| seat.zone).max().unwrap_or(0) + 1;
        if zones < 2 || self.below(4) > 0 {
            return None;
        }
        Some(self.below(usize::from(zones)) as u16)
    }

    fn servers_of(&self, zone: u16) -> Vec<NodeId> {
        let seats = self.plan.seats.iter().filter(|seat| seat.zone == zone && !seat.id.is_client());
        seats.map(|seat| seat.id).collect()
    }

    fn lose_disk(&mut self, at_us: u64, end_us: u64) {
        let victim = self.any_server().filter(|_| self.down_at(at_us) < self.nemesis.most_down);
        if let Some(node) = victim.filter(|&node| self.take(FaultKind::Crash, Some(node), at_us, end_us)) {
            self.push(at_us, Action::Wipe(node));
            self.strike(at_us, Action::Crash { node, keep: 0 }, end_us, Action::Restart(node));
        }
    }

    fn pause(&mut self, at_us: u64, end_us: u64) {
        let all: Vec<NodeId> = self.plan.servers.iter().chain(self.plan.clients.iter()).copied().collect();
        let victim = self.one_of(&all);
        if let Some(node) = victim.filter(|&node| self.take(FaultKind::Pause, Some(node), at_us, end_us)) {
            self.strike(at_us, Action::Pause(node), end_us, Action::Resume(node));
        }
    }

    fn cut(&mut self, kind: FaultKind, at_us: u64, end_us: u64) {
        let all: Vec<NodeId> = self.plan.servers.iter().chain(self.plan.clients.iter()).copied().collect();
        let one_way = kind == FaultKind::CutOneWay;
        let zone = self.some_zone();
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for &node in &all {
            if self.below(2) == 0 { from.push(node) } else { to.push(node) }
        }
        // Healing takes all cuts away, so cuts of both kinds share one place in time.
        let is_split = zone.is_some() || (!from.is_empty() && !to.is_empty());
        if is_split && self.take(FaultKind::Cut, None, at_us, end_us) {
            let fault = match zone {
                Some(zone) => Action::Zone { zone, deed: Deed::Cut { one_way } },
                None => Action::Cut { from, to, one_way },
            };
            self.strike(at_us, fault, end_us, Action::Heal);
        }
    }

    fn spoil_links(&mut self, kind: FaultKind, at_us: u64, end_us: u64) {
        let parts_ppm = self.number(&(10_000..300_000)) as u32;
        let links = Links::All;
        let set = |parts_ppm| match kind {
            FaultKind::Loss => Action::Loss { links, parts_ppm },
            FaultKind::Duplication => Action::Duplication { links, parts_ppm },
            _ => Action::Reordering { links, parts_ppm },
        };
        let network = &self.plan.network;
        let usual_ppm = match kind {
            FaultKind::Loss => network.loss_ppm,
            FaultKind::Duplication => network.duplicate_ppm,
            _ => network.reorder_ppm,
        };
        if self.take(kind, None, at_us, end_us) {
            self.strike(at_us, set(parts_ppm), end_us, set(usual_ppm));
        }
    }

    fn slow_links(&mut self, at_us: u64, end_us: u64) {
        let usual = self.plan.network.latency.clone();
        let range_us = usual.range_us.clone();
        let low_us = self.number(&(range_us.start..range_us.end.max(range_us.start + 1)));
        let most_us = range_us.end.saturating_mul(8).max(range_us.end + 1);
        let high_us = low_us + self.number(&(range_us.end..most_us));
        let shape = Shape::ALL[self.below(Shape::ALL.len())];
        if self.take(FaultKind::Latency, None, at_us, end_us) {
            let set = |latency| Action::Latency { links: Links::All, latency };
            self.strike(at_us, set(Latency { shape, range_us: low_us..high_us }), end_us, set(usual));
        }
    }

    fn slow_disk(&mut self, at_us: u64, end_us: u64) {
        let usual = self.plan.disk.force_us.clone();
        let high_us = self.number(&(1_000..100_000));
        let victim = self.any_server();
        if let Some(node) = victim.filter(|&node| self.take(FaultKind::SlowDisk, Some(node), at_us, end_us)) {
            let set =
                |range_us: Range<u64>| Action::Disk { node, low_us: range_us.start, high_us: range_us.end };
            self.strike(at_us, set(high_us / 4..high_us), end_us, set(usual));
        }
    }

    fn slow_processor(&mut self, at_us: u64, end_us: u64) {
        let high_us = self.number(&(1_000..50_000));
        let victim = self.any_server();
        let is_free = |this: &mut Self, node| this.take(FaultKind::SlowProcessor, Some(node), at_us, end_us);
        if let Some(node) = victim.filter(|&node| is_free(self, node)) {
            let set = |low_us, high_us| Action::Processor { node, low_us, high_us };
            self.strike(at_us, set(high_us / 4, high_us), end_us, set(0, 0));
        }
    }

    /// A clock is wrong from the start, or jumps while it runs.
    fn skew(&mut self, at_us: u64, end_us: u64) {
        let offset_us = self.number(&(0..2_000_000)) as i64 - 1_000_000;
        let rate_ppm = self.number(&(0..200_000)) as i32 - 100_000;
        let jumps = self.below(2) == 0;
        let victim = self.any_server();
        if let Some(node) = victim.filter(|&node| self.take(FaultKind::Clock, Some(node), at_us, end_us)) {
            let fault = if jumps {
                Action::StepClock { node, by_us: offset_us }
            } else {
                Action::Clock { node, offset_us, rate_ppm }
            };
            self.strike(at_us, fault, end_us, Action::Clock { node, offset_us: 0, rate_ppm: 0 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crash_recovery_model_is_all_but_lost_disks() {
        let rest = FaultKind::ALL.iter().filter(|kind| **kind != FaultKind::LostDisk);
        assert!(rest.eq(FaultKind::CRASH_RECOVERY.iter()));
    }
}
