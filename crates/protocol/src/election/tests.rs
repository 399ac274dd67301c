//! Elections on a table: the test carries every message by hand, in order, and lets timers run out when nothing is
//! left to carry. Counts are those of the literature.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::*;
use crate::{Door, Effect, Message as _, Note as _, Seat};

/// Draws what it is told, or counts up where it is not.
struct Drawn<'a>(&'a mut Vec<u64>);

impl Door for Drawn<'_> {
    fn now_us(&mut self) -> u64 {
        0
    }
    fn delay_us(&mut self, _: &'static str, range_us: Range<u64>) -> u64 {
        self.0.pop().map_or(range_us.start, |draw| range_us.start + draw % (range_us.end - range_us.start))
    }
    fn choose(&mut self, _: &'static str, count: u32) -> u32 {
        self.0.pop().map_or(0, |draw| draw as u32 % count)
    }
}

struct Table {
    setup: Arc<Setup>,
    nodes: BTreeMap<NodeId, Election>,
    disks: BTreeMap<NodeId, Stable>,
    down: BTreeSet<NodeId>,
    mail: Vec<(NodeId, NodeId, Message)>,
    armed: BTreeSet<(NodeId, Timer)>,
    sent: BTreeMap<&'static str, u32>,
    rules: BTreeSet<&'static str>,
    draws: Vec<u64>,
}

fn n(number: u16) -> NodeId {
    NodeId::server(number)
}

impl Table {
    /// `draws` are taken from the end.
    fn new(setup: Setup, draws: Vec<u64>) -> Self {
        let all: Vec<NodeId> = (1..=setup.participants).map(n).collect();
        let mut table = Self {
            setup: Arc::new(setup),
            nodes: BTreeMap::new(),
            disks: BTreeMap::new(),
            down: BTreeSet::new(),
            mail: Vec::new(),
            armed: BTreeSet::new(),
            sent: BTreeMap::new(),
            rules: BTreeSet::new(),
            draws,
        };
        all.into_iter().for_each(|id| table.restart(id));
        table
    }

    fn act(&mut self, id: NodeId, act: impl FnOnce(Option<Election>, &mut Fx<'_>) -> Election) {
        let seat = Seat {
            id,
            role: PARTICIPANT,
            servers: [].into(),
            clients: [].into(),
            zone: 0,
            setup: self.setup.clone(),
        };
        let (mut list, mut door) = (Vec::new(), Drawn(&mut self.draws));
        let node = act(self.nodes.remove(&id), &mut Effects::new(&seat, &mut door, &mut list));
        self.nodes.insert(id, node);
        for effect in list {
            match effect {
                Effect::Send { to, body } => {
                    *self.sent.entry(body.name()).or_default() += 1;
                    self.mail.push((id, to, body));
                }
                Effect::SetTimer { timer, .. } => drop(self.armed.insert((id, timer))),
                Effect::CancelTimer(timer) => drop(self.armed.remove(&(id, timer))),
                Effect::Persist { stable, .. } => drop(self.disks.insert(id, stable)),
                Effect::Reply { .. } => {}
                Effect::Note(note) => self.rules.extend(note.rule()),
            }
        }
    }

    fn restart(&mut self, id: NodeId) {
        self.down.remove(&id);
        let stable = self.disks.get(&id).cloned().unwrap_or_default();
        self.act(id, |_, fx| Election::boot(stable, fx));
    }

    fn crash(&mut self, id: NodeId) {
        self.down.insert(id);
        self.armed.retain(|(node, _)| *node != id);
    }

    fn give(&mut self, id: NodeId, input: Input<Election>) {
        self.act(id, |node, fx| {
            let mut node = node.expect("a node");
            node.handle(input, fx);
            node
        });
    }

    fn elect(&mut self, id: NodeId) {
        self.give(id, Input::Command { op: 1, body: Command::Elect });
    }

    fn settle_but(&mut self, drops: impl Fn(NodeId, NodeId) -> bool) {
        while !self.mail.is_empty() {
            let (from, to, body) = self.mail.remove(0);
            if !self.down.contains(&to) && !drops(from, to) {
                self.give(to, Input::Message { from, body });
            }
        }
    }

    fn settle(&mut self) {
        self.settle_but(|_, _| false);
    }

    fn fire_all(&mut self, timer: Timer) {
        let armed: Vec<NodeId> =
            self.armed.iter().filter(|(_, it)| *it == timer).map(|(id, _)| *id).collect();
        for id in armed {
            self.armed.remove(&(id, timer));
            self.give(id, Input::Timer(timer));
        }
    }

    fn belief(&self, number: u16) -> Belief {
        self.nodes[&n(number)].belief().expect("a participant")
    }

    fn leaders(&self) -> Vec<u16> {
        let up = self.nodes.iter().filter(|(id, _)| !self.down.contains(id));
        up.filter(|(_, node)| node.belief().is_some_and(|it| it.leads)).map(|(id, _)| id.number()).collect()
    }

    fn count(&self, name: &str) -> u32 {
        self.sent.get(name).copied().unwrap_or(0)
    }
}

fn draw(variant: Variant, participants: u16, numbers: &[u64]) -> Table {
    let setup = Setup { variant, participants, numbers: 10, ..Setup::default() };
    // The door counts from 0, people from 1.
    Table::new(setup, numbers.iter().rev().map(|number| number - 1).collect())
}

#[test]
fn the_greatest_number_leads_and_equal_ones_lead_both() {
    let mut table = draw(Variant::RandomMax, 3, &[4, 9, 2]);
    table.settle();
    assert_eq!(table.leaders(), [2]);
    assert_eq!(table.count("NUMBER"), 3 * 2);
    assert!((1..=3).all(|number| table.belief(number).leader == Some(n(2))));
    let mut table = draw(Variant::RandomMax, 4, &[9, 3, 9, 1]);
    table.settle();
    assert_eq!(table.leaders(), [1, 3]);
    let mut table = draw(Variant::UniqueMax, 4, &[9, 3, 9, 1]);
    table.settle();
    assert_eq!(table.leaders(), [3]);
}

#[test]
fn whoever_was_heard_last_decides() {
    // n2 hears the greatest first and the least last.
    let mut table = draw(Variant::RandomPairwise, 3, &[9, 5, 1]);
    table.settle();
    assert_eq!(table.leaders(), [1, 2]);
    assert_eq!(table.belief(3).leader, Some(n(2)), "it heard n2 last");
}

#[test]
fn without_a_majority_each_side_elects() {
    let mut table = draw(Variant::UniqueMax, 5, &[1, 2, 3, 4, 5]);
    table.settle_but(|from, to| (from.number() <= 2) != (to.number() <= 2));
    table.fire_all(Timer::Collect);
    assert_eq!(table.leaders(), [2, 5]);
}

#[test]
fn nobody_draws_again() {
    let mut table = draw(Variant::RandomMax, 3, &[4, 9, 2]);
    table.settle();
    table.crash(n(2));
    table.fire_all(Timer::Detect);
    table.settle();
    assert_eq!(table.leaders(), [0; 0]);
    assert!(table.rules.contains("nobody-draws-again"));
    assert_eq!(table.count("NUMBER"), 6);
}

fn bully(participants: u16) -> Table {
    let setup = Setup { variant: Variant::Bully, participants, start: Start::Settled, ..Setup::default() };
    let mut table = Table::new(setup, Vec::new());
    table.settle();
    assert_eq!(table.leaders(), [participants]);
    table.crash(n(participants));
    table
}

#[test]
fn the_bully_counts_of_the_lowest_detector() {
    for participants in [2, 3, 5, 10, 20] {
        let mut table = bully(participants);
        table.elect(n(1));
        table.settle();
        table.fire_all(Timer::Answer);
        table.settle();
        let count = u32::from(participants);
        assert_eq!(table.leaders(), [participants - 1]);
        assert_eq!(table.count("ELECTION"), count * (count - 1) / 2, "n = {count}");
        assert_eq!(table.count("OK"), (count - 1) * (count - 2) / 2, "n = {count}");
        assert_eq!(table.count("COORDINATOR"), count - 2, "n = {count}");
    }
}

#[test]
fn the_bully_counts_of_the_second_highest_detector() {
    for participants in [3, 5, 10] {
        let mut table = bully(participants);
        table.elect(n(participants - 1));
        table.settle();
        table.fire_all(Timer::Answer);
        table.settle();
        assert_eq!(table.leaders(), [participants - 1]);
        let counts = ["ELECTION", "OK", "COORDINATOR"].map(|name| table.count(name));
        assert_eq!(counts, [1, 0, u32::from(participants) - 2]);
    }
}

/// It was away, does not know the epoch, and must not lead in one that is taken.
#[test]
fn a_higher_node_that_comes_back_listens_first() {
    let mut table = bully(5);
    table.elect(n(1));
    table.settle();
    table.fire_all(Timer::Answer);
    table.settle();
    assert_eq!((table.leaders(), table.belief(4).epoch), (vec![4], 2));
    table.restart(n(5));
    table.fire_all(Timer::Heartbeat);
    table.settle();
    assert_eq!(table.leaders(), [4], "n5 listens");
    table.armed.retain(|(id, timer)| *timer != Timer::Detect || *id == n(5));
    table.fire_all(Timer::Detect);
    table.settle();
    assert_eq!((table.leaders(), table.belief(5).epoch), (vec![5], 3));
    assert!((1..=5).all(|number| table.belief(number).leader == Some(n(5))));
}

#[test]
fn a_cut_gives_the_bullies_two_leaders() {
    let setup = Setup { variant: Variant::Bully, start: Start::Elect, ..Setup::default() };
    let mut table = Table::new(setup, Vec::new());
    let cut = |from: NodeId, to: NodeId| (from.number() <= 2) != (to.number() <= 2);
    table.settle_but(cut);
    table.fire_all(Timer::Answer);
    table.settle_but(cut);
    assert_eq!(table.leaders(), [2, 5]);
    assert_eq!(table.belief(2).epoch, table.belief(5).epoch);
}

/// Hops of ELECTION and of ELECTED when all start.
fn around(participants: u16, order: Order, draws: Vec<u64>) -> (u32, u32) {
    let setup = Setup { variant: Variant::Ring, participants, order, ..Setup::default() };
    let mut table = Table::new(setup, draws);
    table.settle();
    let [leader] = table.leaders()[..] else { panic!("{:?}", table.leaders()) };
    assert!((1..=participants).all(|number| table.belief(number).leader == Some(n(leader))));
    (table.count("ELECTION"), table.count("ELECTED"))
}

#[test]
fn the_ring_counts_of_chang_and_roberts() {
    for participants in [2, 3, 5, 10, 50] {
        let count = u32::from(participants);
        assert_eq!(around(participants, Order::Descending, vec![]), (count * (count + 1) / 2, count));
        assert_eq!(around(participants, Order::Ascending, vec![]), (2 * count - 1, count));
    }
}

/// n·Hₙ: 11.42 for five nodes, 29.29 for ten.
#[test]
fn a_random_ring_takes_n_times_the_harmonic_number() {
    let mut state = 1_u64;
    let mut chance = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    for (participants, hundredths) in [(5_u16, 1_142_u32), (10, 2_929)] {
        let trials = 3_000;
        let mut hops = 0;
        for _ in 0..trials {
            let draws = (0..participants).map(|_| chance()).collect();
            hops += around(participants, Order::Drawn, draws).0;
        }
        let measured = hops * 100 / trials;
        assert!(measured.abs_diff(hundredths) < hundredths / 50, "n = {participants}: {measured}/100");
    }
}

/// All that knew of the second epoch are back and silent; they tell it nevertheless.
#[test]
fn who_is_back_tells_what_it_knows() {
    let mut table = bully(5);
    table.elect(n(1));
    table.settle();
    table.fire_all(Timer::Answer);
    table.settle();
    (1..=4).for_each(|number| table.crash(n(number)));
    (1..=5).for_each(|number| table.restart(n(number)));
    table.settle();
    table.armed.retain(|(id, timer)| *timer != Timer::Detect || *id == n(5));
    table.fire_all(Timer::Detect);
    table.settle();
    assert_eq!((table.leaders(), table.belief(5).epoch), (vec![5], 3));
}
