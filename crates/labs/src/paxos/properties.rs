//! What Paxos promises (Lamport 2001, §2.1), checked from outside the nodes after every step.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::{SharedMap, SharedSet};
use faultscope_protocol::paxos::{Acceptor, Ballot, ByInstance, Command, Message, Note, Paxos, Reply, Slot};
use faultscope_sim::{Finding, Kind, Mode, Property, Signal, Status, Step, Watch, World};

use super::ledger::{Ledger, delivered, learned_at, machine_of};
use crate::schema::Settings;

/// Every property of the lab.
pub(super) fn all(settings: &Settings) -> Vec<Property> {
    let progress = Progress { patience_us: patience_us(settings), since: Vec::new() };
    vec![
        Property::new("agreement", Mode::Always, Watch::boxed(Ledger::default(), agreement)),
        Property::new("validity", Mode::Always, Watch::boxed(Proposals::default(), validity)),
        Property::new("learned-is-chosen", Mode::Always, Watch::boxed(Ledger::default(), learned_is_chosen)),
        Property::new("promise-kept", Mode::Always, Watch::boxed(Promises::default(), promise_kept)),
        Property::new("value-learned", Mode::Eventually, Watch::boxed(progress, value_learned)),
        Property::new("duel", Mode::Sometimes, Watch::boxed((), duel)),
        Property::new("value-survives", Mode::Sometimes, Watch::boxed((), value_survives)),
    ]
}

/// After how long an attempt that has not ended is overdue: ten times a phase that times out and a backoff.
pub(super) fn patience_us(settings: &Settings) -> u64 {
    let timeout_us = settings.number("phase_timeout_us");
    (timeout_us.saturating_add(settings.range("backoff_us").1)).saturating_mul(10)
}

fn finding(facts: &[(&'static str, String)]) -> Signal {
    Signal::Struck(facts.to_vec())
}

/// Only one value is chosen.
fn agreement(ledger: &mut Ledger, world: &World, step: &Step) -> Signal {
    let Some(choice) = ledger.observe(world, step) else { return Signal::Silent };
    match choice.before.filter(|&before| before != choice.vote.value) {
        Some(before) => finding(&[
            ("instance", choice.place.to_string()),
            ("first", before.to_string()),
            ("second", choice.vote.value.to_string()),
            ("ballot", choice.vote.ballot.to_string()),
        ]),
        None => Signal::Held,
    }
}

/// What was asked for, by instance and value.
#[derive(Clone, Default, Hash)]
pub(super) struct Proposals {
    asked: SharedSet<(u64, u32)>,
    ledger: Ledger,
}

/// Only what somebody has proposed is chosen.
pub(super) fn validity(memory: &mut Proposals, world: &World, step: &Step) -> Signal {
    let command = step.body.as_ref().filter(|_| step.kind == Kind::Command);
    if let Some(&Command::Propose { instance, value }) = command.and_then(|body| body.get::<Command>()) {
        memory.asked.insert((instance, value));
    }
    let Some(choice) = memory.ledger.observe(world, step) else { return Signal::Silent };
    if memory.asked.contains(&(choice.place, choice.vote.value)) {
        return Signal::Held;
    }
    finding(&[("instance", choice.place.to_string()), ("value", choice.vote.value.to_string())])
}

/// Nobody learns, or tells a client, what is not chosen.
fn learned_is_chosen(ledger: &mut Ledger, world: &World, step: &Step) -> Signal {
    ledger.observe(world, step);
    let Some((node, instance, value)) = learned_in(world, step) else { return Signal::Silent };
    if ledger.chosen(instance) == Some(value) {
        return Signal::Held;
    }
    finding(&[("node", node.to_string()), ("instance", instance.to_string()), ("value", value.to_string())])
}

/// What the node of this step learned in it, or was told.
fn learned_in(world: &World, step: &Step) -> Option<(NodeId, u64, u32)> {
    if step.kind == Kind::Reply {
        let reply = step.body.as_ref()?.get::<Reply>()?;
        let &Reply::Chosen { instance, value } = reply else { return None };
        return Some((step.node?, instance, value));
    }
    let &Message::Accepted { instance, .. } = delivered(step).filter(|_| step.kind == Kind::Deliver)? else {
        return None;
    };
    let (id, machine) = machine_of(world, step)?;
    Some((id, instance, learned_at(machine, instance)?.value))
}

/// What acceptors have promised aloud, and what each knew when it was looked at last.
#[derive(Clone, Default, Hash)]
struct Promises {
    told: SharedMap<(NodeId, u64), Ballot>,
    seen: SharedMap<NodeId, ByInstance<Slot>>,
}

/// An acceptor accepts nothing below what it has promised.
fn promise_kept(memory: &mut Promises, world: &World, step: &Step) -> Signal {
    let Some((id, Paxos::Acceptor(acceptor))) = machine_of(world, step) else { return Signal::Silent };
    let signal = match delivered(step).filter(|_| step.kind == Kind::Deliver) {
        Some(&Message::Accept { instance, ballot, .. }) => {
            accepted_now(memory, id, acceptor, instance, ballot)
        }
        _ => Signal::Silent,
    };
    memory.seen.insert(id, acceptor.slots.clone());
    for sent in &step.sent {
        if let Some(&Message::Promise { instance, ballot, .. }) = sent.body.get::<Message>() {
            let told = memory.told.get(&(id, instance)).copied();
            memory.told.insert((id, instance), told.map_or(ballot, |told| told.max(ballot)));
        }
    }
    signal
}

fn accepted_now(memory: &Promises, id: NodeId, acceptor: &Acceptor, instance: u64, ballot: Ballot) -> Signal {
    let has = |slot: Option<&Slot>| slot.and_then(|slot| slot.accepted).is_some_and(|it| it.ballot == ballot);
    let before = memory.seen.get(&id).and_then(|slots| slots.get(&instance));
    if has(before) || !has(acceptor.slots.get(&instance)) {
        return Signal::Silent;
    }
    match memory.told.get(&(id, instance)).filter(|told| **told > ballot) {
        Some(told) => finding(&[
            ("node", id.to_string()),
            ("instance", instance.to_string()),
            ("ballot", ballot.to_string()),
            ("promised", told.to_string()),
        ]),
        None => Signal::Held,
    }
}

/// Since when each proposer works on each of its open instances.
#[derive(Clone, Hash)]
struct Progress {
    patience_us: u64,
    since: Vec<(NodeId, u64, u64)>,
}

/// Whoever proposes hears in the end what was chosen. Due while a proposer that is up has been at it for too long.
fn value_learned(memory: &mut Progress, world: &World, step: &Step) -> Signal {
    let Some(id) = step.node.filter(|id| !id.is_client()) else { return Signal::Silent };
    let machine = world.node(id).filter(|node| node.status != Status::Down);
    let machine = machine.and_then(|node| node.machine::<Paxos>());
    let before = memory.since.len();
    match machine {
        Some(Paxos::Proposer(proposer)) => {
            memory
                .since
                .retain(|(node, instance, _)| *node != id || proposer.attempts.contains_key(instance));
            for &instance in proposer.attempts.keys() {
                if !memory.since.iter().any(|(node, it, _)| (*node, *it) == (id, instance)) {
                    memory.since.push((id, instance, step.at_us));
                }
            }
        }
        Some(_) => {}
        None => memory.since.retain(|(node, ..)| *node != id),
    }
    let is_late = |since_us: u64| step.at_us.saturating_sub(since_us) > memory.patience_us;
    if memory.since.iter().any(|&(.., since_us)| is_late(since_us)) {
        return Signal::Struck(Finding::new());
    }
    if memory.since.len() < before { Signal::Held } else { Signal::Silent }
}

/// Seen when two proposers have each begun two ballots in an instance, and neither is done.
fn duel(_: &mut (), world: &World, step: &Step) -> Signal {
    let Some((id, Paxos::Proposer(proposer))) = machine_of(world, step) else { return Signal::Silent };
    let fights = |(&instance, _): (&u64, _)| Some((instance, rival(world, id, instance)?));
    let mut again = proposer.attempts.iter().filter(|(_, attempt)| attempt.tries >= 2);
    again.find_map(fights).map_or(Signal::Silent, |(instance, other)| {
        finding(&[
            ("first", id.min(other).to_string()),
            ("second", id.max(other).to_string()),
            ("instance", instance.to_string()),
        ])
    })
}

fn rival(world: &World, id: NodeId, instance: u64) -> Option<NodeId> {
    world.servers().filter(|node| node.id != id).find_map(|node| match node.machine::<Paxos>()? {
        Paxos::Proposer(other) => (other.attempts.get(&instance)?.tries >= 2).then_some(node.id),
        _ => None,
    })
}

/// Seen when a proposer goes on with a value that another one has brought in.
fn value_survives(_: &mut (), _: &World, step: &Step) -> Signal {
    let notes = step.notes.iter().filter_map(|note| note.get::<Note>());
    let mut taken = notes.filter_map(|note| match *note {
        Note::TookOver { instance, ballot, vote } if vote.ballot.proposer != ballot.proposer => {
            Some((instance, vote))
        }
        _ => None,
    });
    let (Some(id), Some((instance, vote))) = (step.node, taken.next()) else { return Signal::Silent };
    finding(&[
        ("node", id.to_string()),
        ("value", vote.value.to_string()),
        ("other", vote.ballot.proposer.to_string()),
        ("instance", instance.to_string()),
    ])
}
