//! Raft under random faults: messages lost, repeated and reordered, timers at any time, crashes in the middle of
//! an input, writes that a crash loses. Figure 3's properties are checked from outside after every step.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::super::{
    Command, Entry, Message, Note, Op, Raft, Reply, Role, Server, Setup, Stable, Timer, Value, Variant,
};
use crate::{Door, Effect, Effects, Input, NodeId, Protocol, Seat};

const CLIENT: NodeId = NodeId::client(1);

/// Knuth's MMIX generator: enough to shake a table.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count.max(1)
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

impl Door for Dice {
    fn now_us(&mut self) -> u64 {
        0
    }
    fn delay_us(&mut self, _: &'static str, range_us: Range<u64>) -> u64 {
        range_us.start + self.below(range_us.end - range_us.start)
    }
    fn choose(&mut self, _: &'static str, count: u32) -> u32 {
        self.below(u64::from(count)) as u32
    }
}

/// What was true once and must stay true.
#[derive(Default)]
struct History {
    leaders: BTreeMap<u64, NodeId>,
    votes: BTreeMap<(NodeId, u64), NodeId>,
    /// By index and term: the entry, and the term before it.
    entries: BTreeMap<(u64, u64), (Op, u64)>,
    committed: BTreeMap<u64, Entry>,
    led: BTreeMap<(NodeId, u64), BTreeMap<u64, Entry>>,
    terms: BTreeMap<NodeId, u64>,
}

impl History {
    fn hear(&mut self, id: NodeId, note: &Note, server: Option<&Server>) -> Result<(), String> {
        match *note {
            Note::Voted { term, candidate } => self.vote(id, term, candidate),
            Note::BecameCandidate { term } => self.vote(id, term, id),
            Note::BecameLeader { term, .. } => {
                let other = *self.leaders.entry(term).or_insert(id);
                if other != id {
                    return Err(format!("Election Safety: {other} and {id} lead term {term}"));
                }
                let first = server.map_or(0, |server| server.log.snapshot_index()) + 1;
                for (&index, entry) in self.committed.range(first..) {
                    if server.and_then(|server| server.log.get(index)) != Some(entry) {
                        return Err(format!("Leader Completeness: {id} of term {term} lacks {index}"));
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn vote(&mut self, id: NodeId, term: u64, candidate: NodeId) -> Result<(), String> {
        let first = *self.votes.entry((id, term)).or_insert(candidate);
        if first == candidate { Ok(()) } else { Err(format!("{id} votes for two in term {term}")) }
    }

    fn look(&mut self, id: NodeId, server: &Server) -> Result<(), String> {
        let term = self.terms.entry(id).or_default();
        if server.current_term < *term {
            return Err(format!("the term of {id} falls"));
        }
        *term = server.current_term;
        let base = server.log.snapshot_index();
        if base > 0 && self.committed.get(&base).map(|entry| entry.term) != Some(server.log.snapshot_term()) {
            return Err(format!("{id} has a snapshot up to {base}, which nobody committed so"));
        }
        let mut before = server.log.snapshot_term();
        for (place, entry) in server.log.iter().enumerate() {
            let index = base + place as u64 + 1;
            let seen = (entry.op, before);
            if *self.entries.entry((index, entry.term)).or_insert(seen) != seen {
                return Err(format!("Log Matching: index {index} of term {}", entry.term));
            }
            before = entry.term;
        }
        for index in base + 1..=server.last_applied {
            let Some(entry) = server.log.get(index) else {
                return Err(format!("{id} lost index {index}, which it applied"));
            };
            if self.committed.entry(index).or_insert(*entry) != entry {
                return Err(format!("State Machine Safety: index {index} at {id}"));
            }
        }
        if server.role == Role::Leader {
            let log: BTreeMap<u64, Entry> = (base + 1..).zip(server.log.iter().copied()).collect();
            let led = self.led.entry((id, server.current_term)).or_default();
            if led.range(base + 1..).any(|(index, entry)| log.get(index) != Some(entry)) {
                return Err(format!("Leader Append-Only: {id} in term {}", server.current_term));
            }
            *led = log;
        }
        Ok(())
    }
}

struct World {
    variant: Variant,
    snapshot_after: u32,
    servers: u16,
    dice: Dice,
    /// None while down.
    nodes: BTreeMap<NodeId, Option<Raft>>,
    disks: BTreeMap<NodeId, Stable>,
    mail: Vec<(NodeId, NodeId, Message)>,
    /// Due times, used in the calm at the end only.
    timers: BTreeMap<(NodeId, Timer), u64>,
    now_us: u64,
    history: History,
    asked: u64,
    answers: Vec<(u64, Reply)>,
    /// What the client's last answered write left under key 0.
    last_written: Option<u32>,
}

impl World {
    fn new(variant: Variant, snapshot_after: u32, servers: u16, seed: u64) -> Result<Self, String> {
        let mut world = Self {
            variant,
            snapshot_after,
            servers,
            dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1)),
            nodes: BTreeMap::new(),
            disks: BTreeMap::new(),
            mail: Vec::new(),
            timers: BTreeMap::new(),
            now_us: 0,
            history: History::default(),
            asked: 0,
            answers: Vec::new(),
            last_written: None,
        };
        for id in (1..=servers).map(NodeId::server).chain([CLIENT]) {
            world.boot(id)?;
        }
        Ok(world)
    }

    fn seat(&self, id: NodeId) -> Seat<Setup> {
        Seat {
            id,
            role: 0,
            servers: (1..=self.servers).map(NodeId::server).collect(),
            clients: [CLIENT].into(),
            zone: 0,
            setup: Arc::new(Setup {
                variant: self.variant,
                max_entries: 2,
                snapshot_after: self.snapshot_after,
                ..Setup::default()
            }),
        }
    }

    fn boot(&mut self, id: NodeId) -> Result<(), String> {
        let stable = self.disks.get(&id).cloned().unwrap_or_default();
        let (seat, mut list) = (self.seat(id), Vec::new());
        let node = Raft::boot(stable, &mut Effects::new(&seat, &mut self.dice, &mut list));
        self.nodes.insert(id, Some(node));
        self.carry_out(id, list, false)
    }

    fn crash(&mut self, id: NodeId) {
        self.nodes.insert(id, None);
        self.timers.retain(|&(node, _), _| node != id);
    }

    /// Gives one input. With `crash`, the node crashes at its first write, which lasts or not.
    fn give(&mut self, id: NodeId, input: Input<Raft>, crash: bool) -> Result<(), String> {
        let (seat, mut list) = (self.seat(id), Vec::new());
        let Some(Some(node)) = self.nodes.get_mut(&id) else { return Ok(()) };
        node.handle(input, &mut Effects::new(&seat, &mut self.dice, &mut list));
        self.carry_out(id, list, crash)
    }

    fn carry_out(&mut self, id: NodeId, list: Vec<Effect<Raft>>, crash: bool) -> Result<(), String> {
        for effect in list {
            match effect {
                Effect::Send { to, body } => self.mail.push((id, to, body)),
                Effect::SetTimer { timer, after_us } => {
                    self.timers.insert((id, timer), self.now_us + after_us);
                }
                Effect::CancelTimer(timer) => {
                    self.timers.remove(&(id, timer));
                }
                Effect::Persist { stable, .. } => {
                    if !crash || self.dice.one_in(2) {
                        self.disks.insert(id, stable);
                    }
                    if crash {
                        self.crash(id);
                        return Ok(());
                    }
                }
                Effect::Reply { op, body } => self.answer(op, body)?,
                Effect::Note(note) => {
                    let server = self.nodes.get(&id).and_then(|node| node.as_ref()?.as_server());
                    self.history.hear(id, &note, server)?;
                }
            }
        }
        match self.nodes.get(&id).and_then(|node| node.as_ref()?.as_server()) {
            Some(server) => self.history.look(id, server),
            None => Ok(()),
        }
    }

    /// The client is alone and asks one thing after the other: each read must find the write before it.
    fn answer(&mut self, op: u64, reply: Reply) -> Result<(), String> {
        self.answers.push((op, reply));
        match reply {
            Reply::Done(Value::Written) => self.last_written = Some(op as u32),
            Reply::Done(Value::Read(value)) if value != self.last_written => {
                return Err(format!("the client reads {value:?} after {:?}", self.last_written));
            }
            _ => {}
        }
        Ok(())
    }

    fn ask(&mut self) -> Result<(), String> {
        if self.answers.len() as u64 != self.asked {
            return Ok(());
        }
        self.asked += 1;
        let op = self.asked;
        let body = if self.variant.changes_members() && op.is_multiple_of(3) {
            self.change(op / 3)
        } else if op.is_multiple_of(2) {
            Command::Read { key: 0 }
        } else {
            Command::Write { key: 0, value: op as u32 }
        };
        self.give(CLIENT, Input::Command { op, body }, false)
    }

    /// Removes one server after the other and brings it back; by joint consensus, two changes in one.
    fn change(&self, number: u64) -> Command {
        let server = |number: u64| NodeId::server((number % u64::from(self.servers)) as u16 + 1);
        match number {
            1 => Command::Remove { server: server(0) },
            _ if self.variant == Variant::MembershipJoint => {
                Command::Replace { old: server(number - 1), new: server(number - 2) }
            }
            _ if number.is_multiple_of(2) => Command::Add { server: server(number / 2 - 1) },
            _ => Command::Remove { server: server(number / 2) },
        }
    }

    fn any_server(&mut self) -> NodeId {
        NodeId::server(self.dice.below(u64::from(self.servers)) as u16 + 1)
    }

    /// One step of bad weather. Messages go much more often than timers, or nothing would ever be committed.
    fn storm(&mut self) -> Result<(), String> {
        match self.dice.below(200) {
            0 => {
                let id = self.any_server();
                self.crash(id);
                Ok(())
            }
            1..=6 => {
                let id = self.any_server();
                if self.nodes.get(&id).is_some_and(Option::is_none) { self.boot(id) } else { Ok(()) }
            }
            7..=16 => self.fire_any(),
            17..=30 => self.ask(),
            _ => self.deliver_any(),
        }
    }

    fn fire_any(&mut self) -> Result<(), String> {
        let place = self.dice.below(self.timers.len() as u64) as usize;
        let Some(&(id, timer)) = self.timers.keys().nth(place) else { return Ok(()) };
        self.timers.remove(&(id, timer));
        let crash = !id.is_client() && self.dice.one_in(40);
        self.give(id, Input::Timer(timer), crash)
    }

    fn deliver_any(&mut self) -> Result<(), String> {
        if self.mail.is_empty() {
            return Ok(());
        }
        let place = self.dice.below((self.mail.len() as u64).min(12)) as usize;
        let (from, to, body) = self.mail[place].clone();
        if !self.dice.one_in(10) {
            self.mail.remove(place);
        }
        if self.dice.one_in(12) {
            return Ok(());
        }
        let crash = !to.is_client() && self.dice.one_in(150);
        self.give(to, Input::Message { from, body }, crash)
    }

    /// All are up and every message arrives at once: `count` more commands must be answered.
    fn calm(&mut self, count: u64) -> Result<(), String> {
        for number in 1..=self.servers {
            if self.nodes.get(&NodeId::server(number)).is_some_and(Option::is_none) {
                self.boot(NodeId::server(number))?;
            }
        }
        let goal = self.asked + count;
        for _ in 0..2_000 {
            while !self.mail.is_empty() {
                let (from, to, body) = self.mail.remove(0);
                self.give(to, Input::Message { from, body }, false)?;
            }
            self.ask()?;
            if self.answers.len() as u64 >= goal {
                return Ok(());
            }
            if self.mail.is_empty() {
                let Some((&(id, timer), &due)) = self.timers.iter().min_by_key(|&(_, &due)| due) else {
                    break;
                };
                self.timers.remove(&(id, timer));
                self.now_us = self.now_us.max(due);
                self.give(id, Input::Timer(timer), false)?;
            }
        }
        Err(format!("liveness: {} of {goal} commands answered", self.answers.len()))
    }
}

fn check(variant: Variant, snapshot_after: u32, servers: u16, seed: u64) -> Result<History, String> {
    let mut world = World::new(variant, snapshot_after, servers, seed)?;
    for _ in 0..4_000 {
        world.storm()?;
    }
    world.calm(10)?;
    Ok(world.history)
}

/// The properties are put to the test: several leaders a run, and commits in the storm, not only after it.
fn holds(variant: Variant, snapshot_after: u32, servers: u16, seeds: u64) {
    let (mut leaders, mut committed, mut changes) = (0, 0, 0);
    for seed in 0..seeds {
        let history = check(variant, snapshot_after, servers, seed)
            .unwrap_or_else(|broken| panic!("{variant:?}, {servers} servers, seed {seed}: {broken}"));
        leaders += history.leaders.len();
        committed += history.committed.len();
        changes += history.committed.values().filter(|entry| matches!(entry.op, Op::Config { .. })).count();
    }
    assert!(
        !variant.changes_members() || changes > seeds as usize * 3,
        "{variant:?}, {servers} servers: {changes} changes"
    );
    assert!(leaders > seeds as usize * 4, "{variant:?}, {servers} servers: {leaders} leaders");
    assert!(committed > seeds as usize * 15, "{variant:?}, {servers} servers: {committed} entries");
}

#[test]
fn the_papers_rules_hold_under_random_faults() {
    for servers in [1, 2, 3, 5] {
        holds(Variant::Basic, 0, servers, 60);
    }
}

#[test]
fn a_log_may_be_compacted_at_any_time() {
    for (servers, after) in [(1, 3), (3, 1), (3, 4), (5, 3)] {
        holds(Variant::Basic, after, servers, 60);
    }
}

#[test]
fn what_the_dissertation_adds_holds_under_random_faults() {
    for servers in [1, 3, 5] {
        for (variant, after) in [(Variant::PreVote, 0), (Variant::ReadIndex, 0), (Variant::ReadIndex, 4)] {
            holds(variant, after, servers, 40);
        }
    }
    for servers in [2, 3, 5] {
        for variant in [Variant::Membership, Variant::MembershipJoint] {
            holds(variant, 0, servers, 60);
            holds(variant, 3, servers, 60);
        }
    }
}

#[test]
fn the_same_checks_break_the_naive_variants() {
    for variant in [Variant::ForgetVote, Variant::NoLogCheck, Variant::LocalRead] {
        let is_broken =
            |seed| check(variant, 0, 5, seed).is_err_and(|broken| !broken.starts_with("liveness"));
        assert!((0..300).any(is_broken), "{variant:?}");
    }
}
