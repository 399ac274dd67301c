//! A node's state as traces print it and the inspector shows it.
//!
//! An acceptor's `slots` are what a restart would find: while a forced write is under way, the disk's. Nobody has
//! heard of what is still being written, and a crash may take it back. Ballots are written `2.n1`: round, proposer.

use faultscope_protocol::paxos::{
    Acceptor, Ballot, ByInstance, Client, LEARNER, Learner, PROPOSER, Paxos, Proposer, Setup, Slot, Stable,
    Variant, Vote,
};
use faultscope_sim::Node;
use serde_json::{Map, Value, json};

/// The state of a node.
pub(super) fn state(node: &Node) -> Map<String, Value> {
    let value = match node.machine::<Paxos>() {
        Some(Paxos::Proposer(proposer)) => proposer_state(proposer),
        Some(Paxos::Acceptor(acceptor)) => acceptor_state(node, acceptor),
        Some(Paxos::Learner(learner)) => learner_state(node, learner),
        Some(Paxos::Client(client)) => client_state(client),
        None => node.durable::<Stable>().map_or_else(|| json!({}), disk_state),
    };
    // A node that has not booted yet has a role, and nothing else.
    let mut state = Map::from_iter([("role".to_owned(), json!(role_word(node)))]);
    if let Value::Object(map) = value {
        state.extend(map);
    }
    state
}

fn role_word(node: &Node) -> &'static str {
    match node.role() {
        _ if node.id.is_client() => "client",
        PROPOSER => "proposer",
        LEARNER => "learner",
        _ => "acceptor",
    }
}

/// What an acceptor would go by after a restart: the disk's, or, where the variant writes nothing, the memory's.
pub(super) fn slots(node: &Node) -> Option<&ByInstance<Slot>> {
    match node.machine::<Paxos>() {
        Some(Paxos::Acceptor(acceptor)) if !is_writing(node) || is_forgetful(node) => Some(&acceptor.slots),
        Some(Paxos::Acceptor(_)) | None => node.durable::<Stable>().map(|stable| &stable.slots),
        Some(_) => None,
    }
}

/// Whether a forced write of the node is under way.
fn is_writing(node: &Node) -> bool {
    node.pending_writes().any(|write| write.force)
}

fn is_forgetful(node: &Node) -> bool {
    node.setup::<Setup>().is_some_and(|setup| setup.variant == Variant::ForgetfulAcceptor)
}

fn proposer_state(proposer: &Proposer) -> Value {
    let newest = proposer.attempts.iter().next_back();
    json!({
        "phase": newest.map_or(json!("idle"), |(_, attempt)| json!(attempt.phase)),
        "instance": newest.map(|(instance, _)| instance),
        "ballot": newest.map(|(_, attempt)| attempt.ballot),
        "round": newest.map(|(_, attempt)| attempt.ballot.round),
        "tries": newest.map(|(_, attempt)| attempt.tries),
        "own": newest.map(|(_, attempt)| attempt.own),
        "value": newest.and_then(|(_, attempt)| attempt.value),
        "promises": newest.map_or(json!([]), |(_, attempt)| json!(attempt.promises.keys().collect::<Vec<_>>())),
        "accepted_by": newest.map_or(json!([]), |(_, attempt)| {
            let vote = attempt.value.map(|value| Vote { ballot: attempt.ballot, value });
            json!(vote.map_or(Vec::new(), |vote| attempt.tally.acceptors_in(vote).collect()))
        }),
        "open": proposer.attempts.keys().collect::<Vec<_>>(),
        "learned": learned(&proposer.learned),
        "rounds": rounds(&proposer.rounds),
    })
}

fn acceptor_state(node: &Node, acceptor: &Acceptor) -> Value {
    let mut state = slots_value(slots(node).unwrap_or(&acceptor.slots));
    if is_writing(node)
        && let (Value::Object(map), Some((instance, slot))) = (&mut state, acceptor.slots.iter().next_back())
    {
        let writing = json!({ "instance": instance, "promised": slot.promised, "accepted": slot.accepted });
        map.insert("writing".to_owned(), writing);
    }
    state
}

/// The newest instance's slot under short names, and all of them.
fn slots_value(slots: &ByInstance<Slot>) -> Value {
    let newest = slots.iter().next_back();
    let accepted = newest.and_then(|(_, slot)| slot.accepted);
    let all: Map<String, Value> = slots.iter().map(|(it, slot)| (it.to_string(), json!(slot))).collect();
    json!({
        "instance": newest.map(|(instance, _)| instance),
        "promised": newest.map(|(_, slot)| slot.promised),
        "ballot": accepted.map(|vote| vote.ballot),
        "value": accepted.map(|vote| vote.value),
        "slots": all,
    })
}

/// What is still being written is not shown: a crash may take it back.
fn learner_state(node: &Node, learner: &Learner) -> Value {
    let durable = node.durable::<Stable>().filter(|_| is_writing(node)).map(|stable| &stable.learned);
    let open: Map<String, Value> =
        learner.open.iter().map(|(it, tally)| (it.to_string(), json!(tally))).collect();
    let known = durable.unwrap_or(&learner.learned);
    json!({ "learned": learned(known), "open": open })
}

fn client_state(client: &Client) -> Value {
    json!({
        "waits_for": client.call.map(|call| call.instance),
        "own": client.call.map(|call| call.value),
        "attempts": client.call.map(|call| call.attempts),
        "queue": client.queue.len() as u64,
    })
}

fn disk_state(stable: &Stable) -> Value {
    if !stable.slots.is_empty() {
        slots_value(&stable.slots)
    } else if !stable.learned.is_empty() {
        json!({ "learned": learned(&stable.learned) })
    } else {
        json!({ "rounds": rounds(&stable.rounds) })
    }
}

fn learned(learned: &ByInstance<Vote>) -> Value {
    learned.iter().map(|(it, vote)| (it.to_string(), json!(vote.value))).collect::<Map<_, _>>().into()
}

fn rounds(rounds: &ByInstance<u32>) -> Value {
    rounds.iter().map(|(it, round)| (it.to_string(), json!(round))).collect::<Map<_, _>>().into()
}

/// Room for so many proposers in the era of a ballot.
pub(super) const PROPOSERS_MAX: u64 = 5;

/// The era that tints a ballot: ballots in order, from 1.
pub(super) fn era_of(ballot: Ballot) -> u64 {
    let round = u64::from(ballot.round).saturating_sub(1);
    round * PROPOSERS_MAX + u64::from(ballot.proposer.number()).min(PROPOSERS_MAX)
}

/// What an era's ballot is called.
pub(super) fn era_words(era: u64) -> String {
    match era.checked_sub(1) {
        Some(place) => format!("{}.n{}", place / PROPOSERS_MAX + 1, place % PROPOSERS_MAX + 1),
        None => String::new(),
    }
}
