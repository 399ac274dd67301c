//! What Multi-Paxos promises: for each slot what Paxos promises, and to its clients a linearizable map.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::Map;
use faultscope_protocol::ordered::{SharedMap, SharedSet};
use faultscope_protocol::paxos::Ballot;
use faultscope_protocol::paxos::multi::{Command, Entry, Message, Multi, Note, Phase, Reply, Value};
use faultscope_sim::{Finding, Kind, Mode, Payload, Property, Signal, Status, Step, Watch, World};

use super::key_name;
use super::ledger::Ledger;
use super::words::entry_words;
use crate::linear::{self, Answer, Ask, Reading};
use crate::schema::Settings;

/// Every property of the variant.
pub(super) fn all(settings: &Settings) -> Vec<Property> {
    let waiting = Waiting { patience_us: patience_us(settings), crashed_us: Map::new() };
    vec![
        Property::new("agreement", Mode::Always, Watch::boxed(Ledger::default(), agreement)),
        Property::new("validity", Mode::Always, Watch::boxed(Asked::default(), validity)),
        Property::new("learned-is-chosen", Mode::Always, Watch::boxed(Ledger::default(), learned_is_chosen)),
        Property::new("promise-kept", Mode::Always, Watch::boxed(Promises::default(), promise_kept)),
        linear::property(READING),
        Property::new("command-done", Mode::Eventually, Watch::boxed(waiting, command_done)),
        Property::new("two-leaders", Mode::Sometimes, Watch::boxed((), two_leaders)),
        Property::new("gap-filled", Mode::Sometimes, Watch::boxed((), gap_filled)),
    ]
}

/// After how long a command that is not answered is overdue.
pub(super) fn patience_us(settings: &Settings) -> u64 {
    let [phase_us, suspect_us, retry_us] =
        ["phase_timeout_us", "suspect_us", "client_retry_us"].map(|key| settings.number(key));
    let tries_us = phase_us.saturating_add(settings.range("backoff_us").1).saturating_mul(10);
    let turns_us = retry_us.saturating_mul(settings.number("proposers") + 1);
    tries_us.saturating_add(turns_us).saturating_add(suspect_us.saturating_mul(2))
}

/// Commands and replies as asks and answers of one register a key.
const READING: Reading = Reading { ask: asked, answer: answered };

fn asked(command: &Payload) -> Option<(String, Ask)> {
    Some(match *command.get::<Command>()? {
        Command::Write { key, value } => (key_name(key), Ask::Write(u64::from(value))),
        Command::Read { key } => (key_name(key), Ask::Read),
    })
}

fn answered(reply: &Payload) -> Option<Answer> {
    match *reply.get::<Reply>()? {
        Reply::Done(Value::Written) => Some(Answer::Written),
        Reply::Done(Value::Read(found)) => Some(Answer::Found(found.map(u64::from))),
        Reply::WrongRole => None,
    }
}

fn agreement(ledger: &mut Ledger, world: &World, step: &Step) -> Signal {
    let Some(choice) = ledger.observe(world, step) else { return Signal::Silent };
    match choice.before.filter(|&before| before != choice.vote.entry) {
        Some(before) => Signal::Struck(vec![
            ("instance", choice.place.to_string()),
            ("first", entry_words(before)),
            ("second", entry_words(choice.vote.entry)),
            ("ballot", choice.vote.ballot.to_string()),
        ]),
        None => Signal::Held,
    }
}

/// The commands that were given, by client and number.
#[derive(Clone, Default, Hash)]
struct Asked {
    commands: SharedSet<(NodeId, u64, Command)>,
    ledger: Ledger,
}

/// Only what a client has asked is chosen, or a no-op.
fn validity(memory: &mut Asked, world: &World, step: &Step) -> Signal {
    let body = step.body.as_ref().filter(|_| step.kind == Kind::Command);
    if let (Some(node), Some(op), Some(&command)) =
        (step.node, step.op, body.and_then(|body| body.get::<Command>()))
    {
        memory.commands.insert((node, op, command));
    }
    let Some(choice) = memory.ledger.observe(world, step) else { return Signal::Silent };
    match choice.vote.entry {
        Entry::Noop => Signal::Held,
        Entry::Command { client, op, body } if memory.commands.contains(&(client, op, body)) => Signal::Held,
        entry => Signal::Struck(vec![("instance", choice.place.to_string()), ("value", entry_words(entry))]),
    }
}

fn notes(step: &Step) -> impl Iterator<Item = Note> + '_ {
    step.notes.iter().filter_map(|note| note.get::<Note>().copied())
}

/// Nobody learns what is not chosen.
fn learned_is_chosen(ledger: &mut Ledger, world: &World, step: &Step) -> Signal {
    ledger.observe(world, step);
    let mut signal = Signal::Silent;
    for note in notes(step) {
        let Note::Learned { slot, entry } = note else { continue };
        if ledger.chosen(slot) != Some(entry) {
            let node = step.node.map(|id| id.to_string()).unwrap_or_default();
            let facts = [("node", node), ("instance", slot.to_string()), ("value", entry_words(entry))];
            return Signal::Struck(facts.to_vec());
        }
        signal = Signal::Held;
    }
    signal
}

/// What acceptors have promised aloud.
#[derive(Clone, Default, Hash)]
struct Promises {
    told: SharedMap<NodeId, Ballot>,
}

/// An acceptor accepts nothing below what it has promised.
fn promise_kept(memory: &mut Promises, _: &World, step: &Step) -> Signal {
    let Some(id) = step.node else { return Signal::Silent };
    let mut signal = Signal::Silent;
    for note in notes(step) {
        let Note::Accepted { slot, ballot } = note else { continue };
        if let Some(told) = memory.told.get(&id).filter(|told| **told > ballot) {
            return Signal::Struck(vec![
                ("node", id.to_string()),
                ("instance", slot.to_string()),
                ("ballot", ballot.to_string()),
                ("promised", told.to_string()),
            ]);
        }
        signal = Signal::Held;
    }
    for sent in &step.sent {
        if let Some(&Message::Promise { ballot, .. }) = sent.body.get::<Message>() {
            let told = memory.told.get(&id).copied();
            memory.told.insert(id, told.map_or(ballot, |told| told.max(ballot)));
        }
    }
    signal
}

/// When each client crashed last: what it had asked before nobody waits for.
#[derive(Clone, Hash)]
struct Waiting {
    patience_us: u64,
    crashed_us: Map<NodeId, u64>,
}

fn command_done(memory: &mut Waiting, world: &World, step: &Step) -> Signal {
    if let (Kind::Crash, Some(node)) = (step.kind, step.node) {
        memory.crashed_us.insert(node, step.at_us);
    }
    let is_late = world.open_commands().any(|(_, open)| {
        let crashed_us = memory.crashed_us.get(&open.node).copied();
        let is_up = world.node(open.node).is_some_and(|node| node.status != Status::Down);
        is_up
            && crashed_us.is_none_or(|crashed_us| open.called_us > crashed_us)
            && open.called_us.saturating_add(memory.patience_us) < step.at_us
    });
    match (is_late, step.kind) {
        (true, _) => Signal::Struck(Finding::new()),
        (false, Kind::Reply) => Signal::Held,
        _ => Signal::Silent,
    }
}

/// Seen when two proposers lead at once: the leader detector is wrong, and nothing is lost but time.
fn two_leaders(_: &mut (), world: &World, step: &Step) -> Signal {
    if !notes(step).any(|note| matches!(note, Note::BecameLeader { .. })) {
        return Signal::Silent;
    }
    let leads = |id: NodeId| match world.node(id)?.machine::<Multi>()? {
        Multi::Proposer(proposer) if proposer.phase == Phase::Leading => Some(id),
        _ => None,
    };
    let leaders: Vec<NodeId> = world.servers().filter_map(|node| leads(node.id)).collect();
    match leaders[..] {
        [first, second, ..] => {
            Signal::Struck(vec![("first", first.to_string()), ("second", second.to_string())])
        }
        _ => Signal::Silent,
    }
}

/// Seen when a new leader fills a gap with a no-op.
fn gap_filled(_: &mut (), _: &World, step: &Step) -> Signal {
    let gap = notes(step).find_map(|note| match note {
        Note::FilledGap { slot } => Some(slot),
        _ => None,
    });
    match (gap, step.node) {
        (Some(slot), Some(node)) => {
            Signal::Struck(vec![("node", node.to_string()), ("instance", slot.to_string())])
        }
        _ => Signal::Silent,
    }
}
