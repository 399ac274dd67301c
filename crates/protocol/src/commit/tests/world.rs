//! A small world for the tests: nodes with disks and timers, a network under the test's control, and a
//! monitor of the properties AC1 to AC3 that looks at every decision that was ever durable.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use crate::commit::{
    ACCEPTOR, COORDINATOR, Command, Commit, Cost, Decision, Message, Note, PARTICIPANT, Part, RULES, Reply,
    Setup, Stable, Timer, TransactionId, Variant,
};
use crate::{Door, Effect, Effects, Input, NodeId, Note as _, Protocol, Seat};

/// A door behind which no time passes and nothing is left to chance.
struct StillDoor;

impl Door for StillDoor {
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

#[derive(Clone, Debug)]
pub(super) struct Letter {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) body: Message,
}

enum Held {
    /// Nothing behind it leaves the node before the write of this number is durable.
    Barrier(u64),
    Effect(Effect<Commit>),
}

pub(super) struct Node {
    seat: Seat<Setup>,
    pub(super) machine: Option<Commit>,
    pub(super) disk: Stable,
    writes: VecDeque<(u64, Stable)>,
    held: VecDeque<Held>,
    pub(super) timers: BTreeSet<Timer>,
    written: u64,
    durable: u64,
}

pub(super) struct World {
    pub(super) setup: Setup,
    pub(super) nodes: BTreeMap<NodeId, Node>,
    pub(super) network: Vec<Letter>,
    pub(super) notes: Vec<(NodeId, Note)>,
    pub(super) replies: BTreeMap<u64, Reply>,
    pub(super) costs: BTreeMap<TransactionId, Cost>,
    pub(super) violations: Vec<String>,
    parts: BTreeMap<TransactionId, Vec<Part>>,
    decisions: BTreeMap<TransactionId, BTreeMap<NodeId, BTreeSet<Decision>>>,
    yes: BTreeSet<(TransactionId, NodeId)>,
    next_op: u64,
}

pub(super) fn n(number: u16) -> NodeId {
    NodeId::server(number)
}

pub(super) const CLIENT: NodeId = NodeId::client(1);

pub(super) fn t(serial: u32) -> TransactionId {
    TransactionId { client: CLIENT, serial }
}

/// `amount` goes from account 1 of the first participant to account 1 of the last; the others take part with
/// 0.
pub(super) fn transfer(participants: &[u16], amount: i64) -> Vec<Part> {
    let last = participants.len() - 1;
    let amounts = (0..=last).map(|at| {
        if at == 0 {
            -amount
        } else if at == last {
            amount
        } else {
            0
        }
    });
    let parts = participants.iter().zip(amounts);
    parts.map(|(&number, amount)| Part { participant: n(number), account: 1, amount }).collect()
}

impl World {
    /// One coordinator, `participants` participants, `clients` clients, all booted, and their first writes
    /// done.
    pub(super) fn new(participants: u16, clients: u16, setup: Setup) -> Self {
        let servers: Arc<[NodeId]> = (1..=participants + 1 + 2 * setup.faults).map(n).collect();
        let clients: Arc<[NodeId]> = (1..=clients).map(NodeId::client).collect();
        let shared = Arc::new(setup.clone());
        let seat = |id: NodeId| Seat {
            id,
            role: match id.number() {
                1 => COORDINATOR,
                number if number > participants + 1 => ACCEPTOR,
                _ => PARTICIPANT,
            },
            servers: servers.clone(),
            clients: clients.clone(),
            zone: 0,
            setup: shared.clone(),
        };
        let ids: Vec<NodeId> = servers.iter().chain(clients.iter()).copied().collect();
        let mut world = Self {
            setup,
            nodes: ids.iter().map(|&id| (id, Node::new(seat(id)))).collect(),
            network: Vec::new(),
            notes: Vec::new(),
            replies: BTreeMap::new(),
            costs: BTreeMap::new(),
            violations: Vec::new(),
            parts: BTreeMap::new(),
            decisions: BTreeMap::new(),
            yes: BTreeSet::new(),
            next_op: 0,
        };
        for id in ids {
            world.restart(id);
        }
        world.finish_writes();
        world
    }

    pub(super) fn two_phase(participants: u16) -> Self {
        Self::new(participants, 1, Setup::default())
    }

    pub(super) fn impatient(participants: u16) -> Self {
        Self::new(participants, 1, Setup { variant: Variant::Impatient, ..Setup::default() })
    }

    pub(super) fn of(variant: Variant, participants: u16) -> Self {
        let faults = u16::from(variant == Variant::PaxosCommit);
        Self::new(participants, 1, Setup { variant, faults, ..Setup::default() })
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[&id]
    }

    pub(super) fn machine(&self, number: u16) -> &Commit {
        self.nodes[&n(number)].machine.as_ref().expect("up")
    }

    pub(super) fn up(&self) -> Vec<NodeId> {
        self.nodes.iter().filter(|(_, node)| node.machine.is_some()).map(|(&id, _)| id).collect()
    }

    pub(super) fn command(&mut self, to: NodeId, body: Command) -> u64 {
        let op = self.next_op;
        self.next_op += 1;
        self.step(to, Input::Command { op, body });
        op
    }

    pub(super) fn transfer(&mut self, participants: &[u16], amount: i64) -> u64 {
        self.command(CLIENT, Command::Transfer { parts: transfer(participants, amount) })
    }

    pub(super) fn step(&mut self, id: NodeId, input: Input<Commit>) {
        let node = self.nodes.get_mut(&id).expect("a node");
        let Some(machine) = &mut node.machine else { return };
        let mut list = Vec::new();
        machine.handle(input, &mut Effects::new(&node.seat, &mut StillDoor, &mut list));
        self.take(id, list);
    }

    pub(super) fn restart(&mut self, id: NodeId) {
        let node = self.nodes.get_mut(&id).expect("a node");
        let mut list = Vec::new();
        let machine =
            Commit::boot(node.disk.clone(), &mut Effects::new(&node.seat, &mut StillDoor, &mut list));
        node.machine = Some(machine);
        self.take(id, list);
    }

    /// Crashes a node; `keep` says of each unfinished write whether it reached the disk.
    pub(super) fn crash(&mut self, id: NodeId, mut keep: impl FnMut() -> bool) {
        let node = self.nodes.get_mut(&id).expect("a node");
        for (_, stable) in std::mem::take(&mut node.writes) {
            if keep() {
                node.disk = stable;
            }
        }
        node.machine = None;
        node.held.clear();
        node.timers.clear();
        node.durable = node.written;
        self.watch_disk(id);
    }

    pub(super) fn finish_write(&mut self, id: NodeId) {
        let node = self.nodes.get_mut(&id).expect("a node");
        if let Some((number, stable)) = node.writes.pop_front() {
            node.disk = stable;
            node.durable = number;
        }
        self.watch_disk(id);
        self.release(id);
    }

    pub(super) fn is_writing(&self, id: NodeId) -> bool {
        !self.nodes[&id].writes.is_empty()
    }

    pub(super) fn finish_writes(&mut self) {
        let ids: Vec<NodeId> = self.nodes.keys().copied().collect();
        for id in ids {
            while self.is_writing(id) {
                self.finish_write(id);
            }
        }
    }

    pub(super) fn fire(&mut self, id: NodeId, timer: Timer) {
        if self.nodes.get_mut(&id).expect("a node").timers.remove(&timer) {
            self.step(id, Input::Timer(timer));
        }
    }

    /// All timers that are set, in the order of nodes.
    pub(super) fn timers(&self) -> Vec<(NodeId, Timer)> {
        let nodes = self.nodes.iter();
        nodes.flat_map(|(&id, node)| node.timers.iter().map(move |&timer| (id, timer))).collect()
    }

    pub(super) fn deliver(&mut self, letter: Letter) {
        self.step(letter.to, Input::Message { from: letter.from, body: letter.body });
    }

    /// Delivers in order, and finishes writes, until nothing is on its way. No timer runs out.
    pub(super) fn settle(&mut self) {
        self.settle_but(|_| false);
    }

    /// The same, but loses the messages that `lost` names.
    pub(super) fn settle_but(&mut self, mut lost: impl FnMut(&Letter) -> bool) {
        self.finish_writes();
        while !self.network.is_empty() {
            let letter = self.network.remove(0);
            if !lost(&letter) {
                self.deliver(letter);
                self.finish_writes();
            }
        }
    }

    /// Repairs everything and lets time pass until nothing more happens.
    pub(super) fn heal(&mut self) {
        let down: Vec<NodeId> =
            self.nodes.iter().filter(|(_, node)| node.machine.is_none()).map(|(&id, _)| id).collect();
        for id in down {
            self.restart(id);
        }
        for _ in 0..100 {
            self.settle();
            let timers = self.timers();
            if timers.is_empty() {
                return;
            }
            for (id, timer) in timers {
                self.fire(id, timer);
            }
        }
        self.violations.push("AC5: timers still run after 100 rounds without faults".into());
    }

    fn take(&mut self, id: NodeId, list: Vec<Effect<Commit>>) {
        let node = self.nodes.get_mut(&id).expect("a node");
        for effect in list {
            match effect {
                Effect::SetTimer { timer, .. } => {
                    node.timers.insert(timer);
                }
                Effect::CancelTimer(timer) => {
                    node.timers.remove(&timer);
                }
                Effect::Persist { stable, force } => {
                    node.written += 1;
                    node.writes.push_back((node.written, stable));
                    if force {
                        node.held.push_back(Held::Barrier(node.written));
                    }
                }
                other => node.held.push_back(Held::Effect(other)),
            }
        }
        self.release(id);
    }

    fn release(&mut self, id: NodeId) {
        loop {
            let node = self.nodes.get_mut(&id).expect("a node");
            match node.held.front() {
                None => return,
                Some(Held::Barrier(number)) if *number > node.durable => return,
                Some(_) => {}
            }
            match node.held.pop_front() {
                Some(Held::Effect(effect)) => self.emit(id, effect),
                _ => continue,
            }
        }
    }

    fn emit(&mut self, id: NodeId, effect: Effect<Commit>) {
        match effect {
            Effect::Send { to, body } => {
                self.costs.entry(body.transaction()).or_default().add_message(&body);
                if let Message::Begin { transaction, parts, .. } = &body {
                    self.parts.insert(*transaction, parts.clone());
                }
                self.network.push(Letter { from: id, to, body });
            }
            Effect::Reply { op, body } => {
                let earlier = self.replies.insert(op, body);
                assert_eq!(earlier, None, "one reply for each command");
            }
            Effect::Note(note) => self.hear(id, note),
            Effect::SetTimer { .. } | Effect::CancelTimer(_) | Effect::Persist { .. } => {}
        }
    }

    fn hear(&mut self, id: NodeId, note: Note) {
        assert!(note.rule().is_none_or(|rule| RULES.contains(&rule)), "{note:?}");
        if let Note::VotedYes { transaction } = note {
            self.yes.insert((transaction, id));
        }
        if let Some((transaction, decision)) = note.decision() {
            self.decided(id, transaction, decision);
        }
        self.notes.push((id, note));
    }

    /// A record that became durable is a decision, even if the crash swallowed the note.
    fn watch_disk(&mut self, id: NodeId) {
        for (transaction, decision) in self.nodes[&id].disk.decisions() {
            self.decided(id, transaction, decision);
        }
    }

    fn decided(&mut self, id: NodeId, transaction: TransactionId, decision: Decision) {
        let all = self.decisions.entry(transaction).or_default();
        if !all.entry(id).or_default().insert(decision) {
            return;
        }
        if all[&id].len() > 1 {
            self.violations.push(format!("AC2: {id} reversed its decision on {transaction}"));
        }
        if all.values().flatten().any(|&other| other != decision) {
            self.violations.push(format!("AC1: nodes decided differently on {transaction}"));
        }
        let asked = self.parts.get(&transaction).map_or(&[][..], Vec::as_slice);
        let all_yes = asked.iter().all(|part| self.yes.contains(&(transaction, part.participant)));
        if decision == Decision::Commit && (asked.is_empty() || !all_yes) {
            self.violations.push(format!("AC3: COMMIT of {transaction} without all YES"));
        }
    }

    /// Every decision on `transaction`, by node.
    pub(super) fn decisions(&self, transaction: TransactionId) -> BTreeMap<NodeId, BTreeSet<Decision>> {
        self.decisions.get(&transaction).cloned().unwrap_or_default()
    }

    /// Whether anyone ever decided COMMIT.
    pub(super) fn is_committed(&self, transaction: TransactionId) -> bool {
        self.decisions(transaction).values().flatten().any(|&decision| decision == Decision::Commit)
    }

    /// After a healed run: AC5, no locks left, replies that told the truth, and every balance as the
    /// committed transactions made it.
    pub(super) fn check_end(&mut self) {
        let mut bad = Vec::new();
        for (id, node) in &self.nodes {
            let machine = node.machine.as_ref().expect("up");
            if !machine.is_settled() {
                bad.push(format!("AC5: {id} is not settled: {machine:?}"));
            }
        }
        for (op, reply) in &self.replies {
            let lie = match *reply {
                Reply::Committed { transaction } => !self.is_committed(transaction),
                Reply::Aborted { transaction } => self.is_committed(transaction),
                _ => false,
            };
            if lie {
                bad.push(format!("reply {op} is a lie: {reply:?}"));
            }
        }
        bad.extend(self.check_balances());
        self.violations.extend(bad);
    }

    fn check_balances(&self) -> Vec<String> {
        let mut bad = Vec::new();
        let mut expected: BTreeMap<(NodeId, u32), i64> = BTreeMap::new();
        for (_, parts) in self.parts.iter().filter(|(transaction, _)| self.is_committed(**transaction)) {
            for part in parts {
                *expected.entry((part.participant, part.account)).or_default() += part.amount;
            }
        }
        let (mut total, mut participants) = (0, 0);
        for (&id, node) in &self.nodes {
            let Some(participant) = node.machine.as_ref().and_then(Commit::as_participant) else { continue };
            participants += 1;
            total += participant.total(&self.setup);
            if !participant.locks.is_empty() {
                bad.push(format!("{id} holds locks: {:?}", participant.locks));
            }
            for account in 1..=self.setup.accounts {
                let change = expected.get(&(id, account)).copied().unwrap_or(0);
                if participant.balance(account, &self.setup) != Some(self.setup.initial_balance + change) {
                    bad.push(format!("{id}: account {account} is wrong"));
                }
            }
        }
        let initial = i128::from(self.setup.accounts)
            * i128::from(self.setup.initial_balance)
            * i128::from(participants);
        if total != initial {
            bad.push(format!("money: {total} instead of {initial}"));
        }
        bad
    }

    /// Panics on any property that is broken so far.
    pub(super) fn assert_sound(&self) {
        assert_eq!(self.violations, Vec::<String>::new());
    }

    pub(super) fn heal_and_check(&mut self) {
        self.heal();
        self.check_end();
        self.assert_sound();
    }
}

impl Node {
    fn new(seat: Seat<Setup>) -> Self {
        Self {
            seat,
            machine: None,
            disk: Stable::default(),
            writes: VecDeque::new(),
            held: VecDeque::new(),
            timers: BTreeSet::new(),
            written: 0,
            durable: 0,
        }
    }
}
