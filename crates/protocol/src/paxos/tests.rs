//! Paxos on a table: the test carries every message by hand; then random runs with crashes, loss and repetition.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::*;
use crate::{Door, Effect, Message as _, Note as _, Seat};

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

const ONE: u64 = 1;

/// Two proposers n1 and n2, acceptors n3 to n5, a learner n6. Messages lie on the table until the test carries
/// them; writes are durable at once.
struct Table {
    setup: Arc<Setup>,
    nodes: BTreeMap<NodeId, Paxos>,
    disks: BTreeMap<NodeId, Stable>,
    mail: Vec<(NodeId, NodeId, Message)>,
    armed: BTreeSet<(NodeId, Timer)>,
    notes: Vec<(NodeId, Note)>,
    replies: BTreeMap<u64, Reply>,
    sent: u32,
    writes: BTreeMap<NodeId, u32>,
    /// Who has ever said that it accepted what, by ballot.
    accepted: BTreeMap<Vote, BTreeSet<NodeId>>,
    learned: BTreeSet<u32>,
    /// Values that somebody learned while they were not chosen.
    learned_early: BTreeSet<u32>,
}

fn n(number: u16) -> NodeId {
    NodeId::server(number)
}

fn b(round: u32, proposer: u16) -> Ballot {
    Ballot { round, proposer: n(proposer) }
}

impl Table {
    fn new(variant: Variant) -> Self {
        let mut table = Self {
            setup: Arc::new(Setup { variant, ..Setup::default() }),
            nodes: BTreeMap::new(),
            disks: BTreeMap::new(),
            mail: Vec::new(),
            armed: BTreeSet::new(),
            notes: Vec::new(),
            replies: BTreeMap::new(),
            sent: 0,
            writes: BTreeMap::new(),
            accepted: BTreeMap::new(),
            learned: BTreeSet::new(),
            learned_early: BTreeSet::new(),
        };
        (1..=6).for_each(|number| table.restart(n(number)));
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
        Seat { id, role, servers, clients: [NodeId::client(1)].into(), zone: 0, setup: self.setup.clone() }
    }

    fn restart(&mut self, id: NodeId) {
        self.armed.retain(|(node, _)| *node != id);
        let stable = self.disks.get(&id).cloned().unwrap_or_default();
        let (seat, mut list) = (self.seat(id), Vec::new());
        let node = Paxos::boot(stable, &mut Effects::new(&seat, &mut Fixed, &mut list));
        self.nodes.insert(id, node);
        self.take(id, list);
    }

    fn give(&mut self, id: NodeId, input: Input<Paxos>) {
        let (seat, mut list) = (self.seat(id), Vec::new());
        let node = self.nodes.get_mut(&id).expect("a node");
        node.handle(input, &mut Effects::new(&seat, &mut Fixed, &mut list));
        self.take(id, list);
    }

    fn take(&mut self, id: NodeId, list: Vec<Effect<Paxos>>) {
        for effect in list {
            match effect {
                Effect::Send { to, body } => {
                    self.sent += 1;
                    if let Message::Accepted { ballot, value, .. } = body {
                        self.accepted.entry(Vote { ballot, value }).or_default().insert(id);
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
                    *self.writes.entry(id).or_default() += 1;
                    self.disks.insert(id, stable);
                }
                Effect::Reply { op, body } => {
                    self.replies.insert(op, body);
                }
                Effect::Note(note) => {
                    if let Note::Learned { value, .. } = note {
                        self.learned.insert(value);
                        if !self.chosen().contains(&value) {
                            self.learned_early.insert(value);
                        }
                    }
                    self.notes.push((id, note));
                }
            }
        }
    }

    fn propose(&mut self, proposer: u16, value: u32) {
        let body = Command::Propose { instance: ONE, value };
        self.give(n(proposer), Input::Command { op: u64::from(value), body });
    }

    /// Carries what lies on the table for which `fits`, oldest first, until nothing fits.
    fn carry(&mut self, fits: impl Fn(NodeId, NodeId, &Message) -> bool) {
        while let Some(place) = self.mail.iter().position(|(from, to, body)| fits(*from, *to, body)) {
            let (from, to, body) = self.mail.remove(place);
            if self.nodes.contains_key(&to) {
                self.give(to, Input::Message { from, body });
            }
        }
    }

    /// Carries everything between these nodes, and loses all the rest.
    fn among(&mut self, numbers: &[u16]) {
        let inside = |id: NodeId| numbers.contains(&id.number());
        self.carry(|from, to, _| inside(from) && inside(to));
        self.mail.clear();
    }

    fn fire(&mut self, id: NodeId, timer: Timer) {
        if self.armed.remove(&(id, timer)) {
            self.give(id, Input::Timer(timer));
        }
    }

    /// The values that some majority has accepted in one ballot, whenever that was.
    fn chosen(&self) -> BTreeSet<u32> {
        let majorities =
            self.accepted.iter().filter(|(_, acceptors)| self.setup.is_majority(acceptors.len()));
        majorities.map(|(vote, _)| vote.value).collect()
    }

    fn proposer(&self, number: u16) -> &Proposer {
        match &self.nodes[&n(number)] {
            Paxos::Proposer(proposer) => proposer,
            other => panic!("{other:?}"),
        }
    }

    fn has_note(&self, id: u16, note: Note) -> bool {
        self.notes.contains(&(n(id), note))
    }
}

#[test]
fn one_proposer_needs_four_messages_and_two_writes_an_acceptor() {
    let mut table = Table::new(Variant::Single);
    table.propose(1, 7);
    table.carry(|_, to, _| to != n(6));
    let to_learner = table.mail.len() as u32;
    assert_eq!(to_learner, 3, "one Accepted of each acceptor");
    assert_eq!(table.sent - to_learner, 4 * 3);
    assert_eq!(table.writes, BTreeMap::from([(n(1), 1), (n(3), 2), (n(4), 2), (n(5), 2)]));
    assert_eq!(table.replies[&7], Reply::Chosen { instance: ONE, value: 7 });
    table.carry(|_, _, _| true);
    assert!(table.has_note(6, Note::Learned { instance: ONE, ballot: b(1, 1), value: 7 }));
    assert!(table.armed.is_empty(), "nobody waits for anything: {:?}", table.armed);
}

#[test]
fn a_minority_of_acceptors_decides_nothing() {
    let mut table = Table::new(Variant::Single);
    table.propose(1, 7);
    table.among(&[1, 3]);
    assert_eq!(table.proposer(1).attempts[&ONE].phase, Phase::Preparing);
    table.fire(n(1), Timer::Phase(ONE));
    assert_eq!(table.proposer(1).attempts[&ONE].phase, Phase::Waiting);
    table.fire(n(1), Timer::Backoff(ONE));
    table.among(&[1, 4, 5]);
    assert_eq!(table.proposer(1).learned.get(&ONE), Some(&Vote { ballot: b(2, 1), value: 7 }));
}

/// The old Accept that comes after a higher Prepare (§2.2).
#[test]
fn a_promise_refuses_every_lower_ballot() {
    let mut table = Table::new(Variant::Single);
    table.propose(1, 7);
    table.carry(|_, _, body| body.name() == "Prepare" || body.name() == "Promise");
    table.propose(2, 8);
    table.carry(|_, _, body| body.name() == "Prepare");
    table.carry(|from, _, body| from == n(1) && body.name() == "Accept");
    for acceptor in 3..=5 {
        let refused = Note::Refused { instance: ONE, ballot: b(1, 1), promised: b(1, 2) };
        assert!(table.has_note(acceptor, refused));
    }
    assert!(table.accepted.is_empty());
    table.carry(|_, _, _| true);
    assert_eq!(table.chosen(), BTreeSet::from([8]));
    table.fire(n(1), Timer::Backoff(ONE));
    table.carry(|_, _, _| true);
    assert_eq!(table.replies[&7], Reply::Chosen { instance: ONE, value: 8 }, "its own came too late");
}

/// What a majority may have accepted survives its proposer, even where one acceptor alone reports it.
#[test]
fn the_next_proposer_takes_over_the_value_of_the_highest_ballot() {
    let mut table = Table::new(Variant::Single);
    table.propose(1, 7);
    table.carry(|_, _, body| ["Prepare", "Promise"].contains(&body.name()));
    table.carry(|_, to, body| to == n(3) && body.name() == "Accept");
    table.mail.clear();
    table.propose(2, 8);
    table.among(&[2, 3, 5]);
    let vote = Vote { ballot: b(1, 1), value: 7 };
    assert!(table.has_note(2, Note::TookOver { instance: ONE, ballot: b(1, 2), vote }));
    assert_eq!(table.chosen(), BTreeSet::from([7]));
    assert_eq!(table.replies[&8], Reply::Chosen { instance: ONE, value: 7 });
}

#[test]
fn a_proposer_never_uses_a_ballot_again() {
    let mut table = Table::new(Variant::Single);
    table.propose(1, 7);
    table.mail.clear();
    table.restart(n(1));
    table.propose(1, 9);
    assert_eq!(table.proposer(1).attempts[&ONE].ballot, b(2, 1));
}

#[test]
fn a_learner_asks_for_what_it_missed() {
    let mut table = Table::new(Variant::Single);
    table.propose(1, 7);
    table.carry(|from, to, _| to != n(6) || from == n(3));
    table.mail.clear();
    assert!(matches!(&table.nodes[&n(6)], Paxos::Learner(learner) if learner.learned.is_empty()));
    table.fire(n(6), Timer::Query(ONE));
    table.carry(|_, _, _| true);
    assert!(table.has_note(6, Note::Learned { instance: ONE, ballot: b(1, 1), value: 7 }));
    table.restart(n(6));
    assert!(matches!(&table.nodes[&n(6)], Paxos::Learner(learner) if learner.learned.len() == 1));
}

/// Two proposers that never wait overtake each other for as long as the messages come in this order; the same two
/// end when one of them waits.
#[test]
fn proposers_that_never_wait_may_duel_for_ever() {
    let mut table = Table::new(Variant::Single);
    table.setup = Arc::new(Setup { backoff: Backoff::None, ..Setup::default() });
    table.propose(1, 7);
    table.propose(2, 8);
    for _ in 0..50 {
        for proposer in [1, 2] {
            table.carry(|from, to, body| {
                let is_phase_1 = ["Prepare", "Promise"].contains(&body.name());
                is_phase_1 && [from, to].contains(&n(proposer))
            });
        }
        for proposer in [1, 2] {
            table.carry(|from, to, body| {
                from == n(proposer) && body.name() == "Accept" || to == n(proposer) && body.name() == "Nack"
            });
            table.carry(|from, to, body| {
                let is_phase_1 = ["Prepare", "Promise"].contains(&body.name());
                is_phase_1 && [from, to].contains(&n(proposer))
            });
        }
    }
    assert!(table.accepted.is_empty() && table.proposer(1).attempts[&ONE].tries > 50);
    table.setup = Arc::new(Setup::default());
    table.carry(|_, _, _| true);
    assert_eq!(table.chosen().len(), 1, "whoever is overtaken now waits, and lets the other through");
}

#[test]
fn a_forgetful_acceptor_lets_two_values_be_chosen() {
    for (variant, values) in
        [(Variant::ForgetfulAcceptor, BTreeSet::from([7, 8])), (Variant::Single, BTreeSet::from([7]))]
    {
        let mut table = Table::new(variant);
        table.propose(1, 7);
        table.among(&[1, 3, 4]);
        table.restart(n(4));
        table.propose(2, 8);
        table.among(&[2, 4, 5]);
        assert_eq!(table.chosen(), values, "{variant:?}");
    }
}

#[test]
fn ignoring_what_was_accepted_lets_two_values_be_chosen() {
    for (variant, values) in
        [(Variant::IgnoresAccepted, BTreeSet::from([7, 8])), (Variant::Single, BTreeSet::from([7]))]
    {
        let mut table = Table::new(variant);
        table.propose(1, 7);
        table.among(&[1, 3, 4]);
        table.propose(2, 8);
        table.among(&[2, 4, 5]);
        assert_eq!(table.chosen(), values, "{variant:?}");
    }
}

/// 7 is accepted by n3 in ballot 1 and by n4 in ballot 2 of the same proposer: by two of three, in no ballot by two.
#[test]
fn counting_across_ballots_learns_what_is_not_chosen() {
    for (variant, learned) in
        [(Variant::CountsAcrossBallots, BTreeSet::from([7])), (Variant::Single, BTreeSet::new())]
    {
        let mut table = Table::new(variant);
        table.propose(1, 7);
        for acceptor in [3, 4] {
            table.carry(|_, _, body| ["Prepare", "Promise"].contains(&body.name()));
            table.carry(|_, to, body| to == n(acceptor) && body.name() == "Accept");
            table.carry(|_, _, body| body.name() == "Accepted");
            table.mail.clear();
            table.fire(n(1), Timer::Phase(ONE));
            table.fire(n(1), Timer::Backoff(ONE));
        }
        assert_eq!((table.chosen(), table.learned.clone()), (BTreeSet::new(), learned), "{variant:?}");
    }
}

#[test]
fn every_rule_has_a_note() {
    let ballot = b(1, 1);
    let vote = Vote { ballot, value: 1 };
    let (instance, value, promised) = (ONE, 1, ballot);
    let notes = [
        Note::BeganBallot { instance, ballot },
        Note::Promised { instance, ballot, accepted: None },
        Note::ProposedOwn { instance, ballot, value },
        Note::TookOver { instance, ballot, vote },
        Note::Accepted { instance, ballot, value },
        Note::Refused { instance, ballot, promised },
        Note::Overtaken { instance, ballot, promised },
        Note::TimedOut { instance, ballot },
        Note::Learned { instance, ballot, value },
        Note::Asked { instance },
        Note::ClientRetried { instance, proposer: n(1) },
    ];
    assert_eq!(notes.map(|note| note.rule()), RULES.map(Some));
}

/// SplitMix64 (Steele, Lea and Flood 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).expect("it is below a usize")
    }
}

/// One random run: two proposers, any order, loss, repetition, crashes of anybody, timers at any time.
fn random_run(variant: Variant, seed: u64) -> Table {
    let (mut table, mut chance) = (Table::new(variant), Chance(seed));
    for step in 0..300 {
        match chance.below(100) {
            0..5 => table.propose(1 + (step % 2) as u16, 10 + step),
            5..8 => {
                let id = n(1 + chance.below(6) as u16);
                table.restart(id);
            }
            8..20 if !table.armed.is_empty() => {
                let place = chance.below(table.armed.len());
                let (id, timer) = *table.armed.iter().nth(place).expect("a timer");
                table.fire(id, timer);
            }
            _ if table.mail.is_empty() => {}
            what => {
                let place = chance.below(table.mail.len());
                let (from, to, body) = table.mail[place];
                if what >= 25 {
                    table.mail.swap_remove(place);
                }
                if what < 85 {
                    table.give(to, Input::Message { from, body });
                }
            }
        }
    }
    table
}

fn is_broken(table: &Table) -> bool {
    table.chosen().len() > 1 || !table.learned_early.is_empty()
}

#[test]
fn random_runs_keep_agreement_and_break_the_naive() {
    let runs = |variant| (0..400).map(move |seed| random_run(variant, seed));
    assert!(!runs(Variant::Single).any(|table| is_broken(&table)));
    let decided = runs(Variant::Single).filter(|table| !table.chosen().is_empty()).count();
    assert!(decided > 300, "{decided}");
    let naive = [Variant::ForgetfulAcceptor, Variant::IgnoresAccepted, Variant::CountsAcrossBallots];
    for variant in naive {
        assert!(runs(variant).any(|table| is_broken(&table)), "{variant:?}");
    }
}
