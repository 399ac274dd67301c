//! Multi-Paxos under random crashes, loss, repetition and any order: one entry for each slot, whatever happens.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::*;
use crate::paxos::ACCEPTOR;
use crate::{Door, Effect, Note as _, Seat};

struct Fixed;

impl Door for Fixed {
    fn now_us(&mut self) -> u64 {
        0
    }
    fn delay_us(&mut self, _: &'static str, range_us: Range<u64>) -> u64 {
        range_us.start
    }
    fn choose(&mut self, _: &'static str, _: u32) -> u32 {
        0
    }
}

const CLIENT: NodeId = NodeId::client(1);

fn n(number: u16) -> NodeId {
    NodeId::server(number)
}

/// Two proposers n1 and n2, acceptors n3 to n5, a learner n6, a client. Writes are durable at once.
struct Table {
    setup: Arc<Setup>,
    nodes: BTreeMap<NodeId, Multi>,
    disks: BTreeMap<NodeId, Stable>,
    mail: Vec<(NodeId, NodeId, Message)>,
    armed: BTreeSet<(NodeId, Timer)>,
    notes: Vec<(NodeId, Note)>,
    replies: BTreeMap<u64, Reply>,
    accepted: BTreeMap<(u64, Vote), BTreeSet<NodeId>>,
    chosen: BTreeMap<u64, Entry>,
    wrong: Vec<String>,
}

impl Table {
    fn new() -> Self {
        let mut table = Self {
            setup: Arc::new(Setup::default()),
            nodes: BTreeMap::new(),
            disks: BTreeMap::new(),
            mail: Vec::new(),
            armed: BTreeSet::new(),
            notes: Vec::new(),
            replies: BTreeMap::new(),
            accepted: BTreeMap::new(),
            chosen: BTreeMap::new(),
            wrong: Vec::new(),
        };
        (1..=6).map(n).chain([CLIENT]).for_each(|id| table.restart(id));
        table
    }

    fn seat(&self, id: NodeId) -> Seat<Setup> {
        let role = match id.number() {
            _ if id.is_client() => 0,
            1..=2 => PROPOSER,
            3..=5 => ACCEPTOR,
            _ => LEARNER,
        };
        let servers = (1..=6).map(n).collect();
        Seat { id, role, servers, clients: [CLIENT].into(), zone: 0, setup: self.setup.clone() }
    }

    fn restart(&mut self, id: NodeId) {
        self.armed.retain(|(node, _)| *node != id);
        let stable = self.disks.get(&id).cloned().unwrap_or_default();
        let (seat, mut list) = (self.seat(id), Vec::new());
        let node = Multi::boot(stable, &mut Effects::new(&seat, &mut Fixed, &mut list));
        self.nodes.insert(id, node);
        self.take(id, list);
    }

    fn give(&mut self, id: NodeId, input: Input<Multi>) {
        let (seat, mut list) = (self.seat(id), Vec::new());
        let node = self.nodes.get_mut(&id).expect("a node");
        node.handle(input, &mut Effects::new(&seat, &mut Fixed, &mut list));
        self.take(id, list);
    }

    fn take(&mut self, id: NodeId, list: Vec<Effect<Multi>>) {
        for effect in list {
            match effect {
                Effect::Send { to, body } => {
                    if let Message::Accepted { ballot, slot, entry } = body {
                        self.count(id, slot, Vote { ballot, entry });
                    }
                    self.mail.push((id, to, body));
                }
                Effect::SetTimer { timer, .. } => {
                    self.armed.insert((id, timer));
                }
                Effect::CancelTimer(timer) => {
                    self.armed.remove(&(id, timer));
                }
                Effect::Persist { stable, .. } => {
                    self.disks.insert(id, stable);
                }
                Effect::Reply { op, body } => {
                    self.replies.insert(op, body);
                }
                Effect::Note(note) => {
                    assert!(note.rule().is_some());
                    if let Note::Learned { slot, entry } = note
                        && self.chosen.get(&slot) != Some(&entry)
                    {
                        self.wrong.push(format!("{id} learns {entry:?} in {slot}"));
                    }
                    self.notes.push((id, note));
                }
            }
        }
    }

    fn count(&mut self, acceptor: NodeId, slot: u64, vote: Vote) {
        let acceptors = self.accepted.entry((slot, vote)).or_default();
        acceptors.insert(acceptor);
        if acceptors.len() >= 2 && *self.chosen.entry(slot).or_insert(vote.entry) != vote.entry {
            self.wrong.push(format!("two entries are chosen in {slot}"));
        }
    }

    fn write(&mut self, op: u64, value: u32) {
        self.give(CLIENT, Input::Command { op, body: Command::Write { key: 0, value } });
    }

    /// Delivers in order until nothing is on its way. No timer runs out.
    fn settle(&mut self) {
        while !self.mail.is_empty() {
            let (from, to, body) = self.mail.remove(0);
            self.give(to, Input::Message { from, body });
        }
    }

    fn fire(&mut self, id: NodeId, timer: Timer) {
        if self.armed.remove(&(id, timer)) {
            self.give(id, Input::Timer(timer));
        }
    }

    fn proposer(&self, number: u16) -> &Proposer {
        match &self.nodes[&n(number)] {
            Multi::Proposer(proposer) => proposer,
            other => panic!("{other:?}"),
        }
    }
}

/// Lamport 2001, §3: in the steady state a command costs phase 2 alone: n Accept and n Accepted.
#[test]
fn a_command_costs_one_round_trip_to_the_acceptors() {
    let mut table = Table::new();
    table.settle();
    assert_eq!(table.proposer(1).phase, Phase::Leading);
    for op in 1..=5 {
        table.write(op, 7);
        let (mut asked, mut answered) = (0, 0);
        while !table.mail.is_empty() {
            let (from, to, body) = table.mail.remove(0);
            asked += u32::from(matches!(body, Message::Accept { .. }));
            answered += u32::from(matches!(body, Message::Accepted { .. }) && to == n(1));
            assert!(!matches!(body, Message::Prepare { .. } | Message::Promise { .. }));
            table.give(to, Input::Message { from, body });
        }
        assert_eq!((asked, answered), (3, 3));
        assert_eq!(table.replies[&op], Reply::Done(Value::Written));
    }
    let learned = table.nodes[&n(6)].replica().expect("a learner").chosen_below;
    assert_eq!(learned, 6);
}

#[test]
fn a_new_leader_fills_the_gap_and_takes_over_what_was_accepted() {
    let mut table = Table::new();
    table.settle();
    // Slot 1 is lost on all its ways, slot 2 is accepted by n3 alone.
    table.write(1, 7);
    table.settle_one(|body| matches!(body, Message::Request { .. }));
    table.mail.clear();
    let body = Command::Write { key: 1, value: 8 };
    table.give(n(1), Input::Message { from: CLIENT, body: Message::Request { op: 2, body } });
    let accept = table.mail.iter().find(|(_, to, _)| *to == n(3)).cloned().expect("Accept");
    table.mail.clear();
    table.give(n(3), Input::Message { from: accept.0, body: accept.2 });
    table.mail.clear();
    table.fire(n(2), Timer::Suspect(n(1)));
    // n4 is out of reach, so n3 is in the majority.
    table.mail.retain(|(_, to, _)| *to != n(4));
    table.settle();
    let filled = table.notes.contains(&(n(2), Note::FilledGap { slot: 1 }));
    assert!(filled, "{:?}", table.notes);
    assert_eq!(table.chosen[&1], Entry::Noop);
    assert_eq!(table.chosen[&2], Entry::Command { client: CLIENT, op: 2, body });
    assert_eq!(table.wrong, Vec::<String>::new());
}

/// The same command in two slots is carried out once.
#[test]
fn a_command_that_stands_twice_counts_once() {
    let (one, two) = (Command::Write { key: 0, value: 1 }, Command::Write { key: 0, value: 2 });
    let mut replica = Replica::new(BySlot::new());
    for (slot, op, body) in [(1, 1, one), (2, 2, two), (3, 1, one)] {
        assert!(replica.learn(slot, Entry::Command { client: CLIENT, op, body }));
    }
    assert_eq!((replica.keys[&0], replica.chosen_below), (2, 4));
    assert_eq!((replica.answer(CLIENT, 2), replica.answer(CLIENT, 1)), (Some(Value::Written), None));
}

impl Table {
    /// Delivers the first message of this kind.
    fn settle_one(&mut self, is_it: impl Fn(&Message) -> bool) {
        let place = self.mail.iter().position(|(_, _, body)| is_it(body)).expect("such a message");
        let (from, to, body) = self.mail.remove(place);
        self.give(to, Input::Message { from, body });
    }
}

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).expect("an index")
    }
}

#[test]
fn one_entry_for_each_slot_whatever_happens() {
    let (mut answered, mut led) = (0, 0);
    for seed in 0..300 {
        let mut table = Table::new();
        let mut chance = Chance(seed);
        for op in 1..500_u64 {
            match chance.below(100) {
                0..76 if !table.mail.is_empty() => {
                    let place = chance.below(table.mail.len().min(6));
                    let (from, to, body) = table.mail[place].clone();
                    if chance.below(8) > 0 {
                        table.mail.remove(place);
                    }
                    if chance.below(25) > 0 {
                        table.give(to, Input::Message { from, body });
                    }
                }
                76..82 => table.write(op, op as u32),
                82..97 => {
                    let armed: Vec<_> = table.armed.iter().copied().collect();
                    let (id, timer) = armed[chance.below(armed.len())];
                    table.fire(id, timer);
                }
                97.. => table.restart(n(1 + chance.below(6) as u16)),
                _ => {}
            }
            assert_eq!(table.wrong, Vec::<String>::new(), "seed {seed}");
        }
        answered += table.replies.len();
        let leads = |(_, note): &&(NodeId, Note)| matches!(note, Note::BecameLeader { .. });
        led += table.notes.iter().filter(leads).count();
    }
    assert!(answered > 300 && led > 600, "{answered} answered, {led} times somebody led");
}
