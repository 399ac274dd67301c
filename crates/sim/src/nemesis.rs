//! Random faults, drawn from a seed: one nemesis for all labs.

use std::ops::Range;

use faultscope_protocol::NodeId;

use crate::action::{Action, Pin, Pinned};
use crate::hash::Draw;
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
    /// Set a node's clock wrong for a while.
    Clock,
}

impl FaultKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Crash,
        Self::CrashClient,
        Self::Pause,
        Self::Cut,
        Self::CutOneWay,
        Self::Loss,
        Self::Duplication,
        Self::Latency,
        Self::SlowDisk,
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
}

struct Drawing<'a> {
    nemesis: &'a Nemesis,
    plan: &'a Plan,
    count: u64,
    actions: Vec<Pinned>,
    /// Until when each kind of fault on each node (or on the whole network) lasts.
    busy: Vec<(FaultKind, Option<NodeId>, u64)>,
}

impl Nemesis {
    /// The faults for a run of `plan`, in order of time. Each of them is undone in the end.
    pub fn actions(&self, plan: &Plan) -> Vec<Pinned> {
        let mut drawing = Drawing { nemesis: self, plan, count: 0, actions: Vec::new(), busy: Vec::new() };
        let mut at_us = self.window_us.start + drawing.number(&self.gap_us);
        while !self.kinds.is_empty() && at_us < self.window_us.end {
            let kind = self.kinds[drawing.below(self.kinds.len())];
            drawing.add(kind, at_us);
            at_us += drawing.number(&self.gap_us).max(1);
        }
        drawing.actions.sort_by_key(|pinned| pinned.pin);
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
        true
    }

    fn down_at(&self, at_us: u64) -> usize {
        self.busy.iter().filter(|&&(kind, _, until)| kind == FaultKind::Crash && until >= at_us).count()
    }

    fn add(&mut self, kind: FaultKind, at_us: u64) {
        let end_us = at_us + self.number(&self.nemesis.length_us.clone()).max(1);
        let (servers, clients) = (self.plan.servers.clone(), self.plan.clients.clone());
        match kind {
            FaultKind::Crash => {
                let victim = self.one_of(&servers);
                if self.down_at(at_us) < self.nemesis.most_down {
                    self.crash(kind, victim, at_us, end_us);
                }
            }
            FaultKind::CrashClient => {
                let victim = self.one_of(&clients);
                self.crash(kind, victim, at_us, end_us);
            }
            FaultKind::Pause => {
                let all: Vec<NodeId> = servers.iter().chain(clients.iter()).copied().collect();
                if let Some(node) =
                    self.one_of(&all).filter(|&node| self.take(kind, Some(node), at_us, end_us))
                {
                    self.push(at_us, Action::Pause(node));
                    self.push(end_us, Action::Resume(node));
                }
            }
            FaultKind::Cut | FaultKind::CutOneWay => self.cut(kind, at_us, end_us),
            FaultKind::Loss => {
                let parts_ppm = self.number(&(10_000..300_000)) as u32;
                if self.take(kind, None, at_us, end_us) {
                    self.push(at_us, Action::Loss { link: None, parts_ppm });
                    self.push(end_us, Action::Loss { link: None, parts_ppm: self.plan.network.loss_ppm });
                }
            }
            FaultKind::Duplication => {
                let parts_ppm = self.number(&(10_000..300_000)) as u32;
                if self.take(kind, None, at_us, end_us) {
                    self.push(at_us, Action::Duplication { parts_ppm });
                    self.push(end_us, Action::Duplication { parts_ppm: self.plan.network.duplicate_ppm });
                }
            }
            FaultKind::Latency => self.slow_links(kind, at_us, end_us),
            FaultKind::SlowDisk => self.slow_disk(kind, at_us, end_us),
            FaultKind::Clock => {
                let offset_us = self.number(&(0..2_000_000)) as i64 - 1_000_000;
                let rate_ppm = self.number(&(0..200_000)) as i32 - 100_000;
                let victim = self.one_of(&servers);
                if let Some(node) = victim.filter(|&node| self.take(kind, Some(node), at_us, end_us)) {
                    self.push(at_us, Action::Clock { node, offset_us, rate_ppm });
                    self.push(end_us, Action::Clock { node, offset_us: 0, rate_ppm: 0 });
                }
            }
        }
    }

    fn crash(&mut self, kind: FaultKind, victim: Option<NodeId>, at_us: u64, end_us: u64) {
        let keep = self.below(3) as u32;
        if let Some(node) = victim.filter(|&node| self.take(kind, Some(node), at_us, end_us)) {
            self.push(at_us, Action::Crash { node, keep });
            self.push(end_us, Action::Restart(node));
        }
    }

    fn cut(&mut self, kind: FaultKind, at_us: u64, end_us: u64) {
        let all: Vec<NodeId> = self.plan.servers.iter().chain(self.plan.clients.iter()).copied().collect();
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for &node in &all {
            if self.below(2) == 0 { from.push(node) } else { to.push(node) }
        }
        // Healing takes all cuts away, so cuts of both kinds share one place in time.
        let is_split = !from.is_empty() && !to.is_empty();
        if is_split && self.take(FaultKind::Cut, None, at_us, end_us) {
            self.push(at_us, Action::Cut { from, to, one_way: kind == FaultKind::CutOneWay });
            self.push(end_us, Action::Heal);
        }
    }

    fn slow_links(&mut self, kind: FaultKind, at_us: u64, end_us: u64) {
        let usual = self.plan.network.latency.0.clone();
        let low_us = self.number(&(usual.start..usual.end.max(usual.start + 1)));
        let high_us = low_us + self.number(&(usual.end..usual.end.saturating_mul(8).max(usual.end + 1)));
        if self.take(kind, None, at_us, end_us) {
            self.push(at_us, Action::Latency { link: None, low_us, high_us });
            self.push(end_us, Action::Latency { link: None, low_us: usual.start, high_us: usual.end });
        }
    }

    fn slow_disk(&mut self, kind: FaultKind, at_us: u64, end_us: u64) {
        let usual = self.plan.disk.force_us.clone();
        let high_us = self.number(&(1_000..100_000));
        let servers = self.plan.servers.clone();
        let victim = self.one_of(&servers);
        if let Some(node) = victim.filter(|&node| self.take(kind, Some(node), at_us, end_us)) {
            self.push(at_us, Action::Disk { node, low_us: high_us / 4, high_us });
            self.push(end_us, Action::Disk { node, low_us: usual.start, high_us: usual.end });
        }
    }
}
