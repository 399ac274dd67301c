//! A node's state as traces print it and the inspector shows it.
//!
//! Logs are long: of each only the newest slots are listed. What stands in a slot of a log never changes, so whoever
//! reads all states has all of it. An acceptor's slots are what a restart would find.

use faultscope_protocol::paxos::multi::{
    Acceptor, BySlot, Client, Command, Entry, Learner, Multi, Proposer, Replica, Stable, Vote,
};
use faultscope_protocol::paxos::{Ballot, LEARNER, PROPOSER};
use faultscope_sim::Node;
use serde_json::{Map, Value, json};

use super::key_name;

/// How many slots are listed.
const LISTED: usize = 24;

/// The state of a node.
pub(super) fn state(node: &Node) -> Map<String, Value> {
    let value = match node.machine::<Multi>() {
        Some(Multi::Proposer(proposer)) => proposer_state(node, proposer),
        Some(Multi::Acceptor(acceptor)) => acceptor_state(node, acceptor),
        Some(Multi::Learner(learner)) => replica_state(&learner.replica, Some(learner)),
        Some(Multi::Client(client)) => client_state(client),
        None => node.durable::<Stable>().map_or_else(|| json!({}), |stable| disk_state(node, stable)),
    };
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

/// What an acceptor goes by after a restart: while a forced write is under way, the disk's.
pub(super) fn held(node: &Node) -> Option<(Option<Ballot>, &BySlot<Vote>)> {
    let is_writing = node.pending_writes().any(|write| write.force);
    match node.machine::<Multi>() {
        Some(Multi::Acceptor(acceptor)) if !is_writing => Some((acceptor.promised, &acceptor.accepted)),
        Some(Multi::Acceptor(_)) | None => {
            node.durable::<Stable>().map(|stable| (stable.promised, &stable.accepted))
        }
        Some(_) => None,
    }
}

fn proposer_state(node: &Node, proposer: &Proposer) -> Value {
    let mut state = replica_state(&proposer.replica, None);
    let own = json!({
        "phase": proposer.phase,
        "ballot": (proposer.ballot.round > 0).then_some(proposer.ballot),
        "round": proposer.round,
        "leader": proposer.leader_of(node.id),
        "up": proposer.up.iter().collect::<Vec<_>>(),
        "promises": proposer.promises.keys().collect::<Vec<_>>(),
        "next_slot": proposer.next_slot,
        "open": proposer.proposals.keys().collect::<Vec<_>>(),
        "waiting": proposer.waiting.len() as u64,
    });
    if let (Value::Object(state), Value::Object(own)) = (&mut state, own) {
        state.extend(own);
    }
    state
}

fn replica_state(replica: &Replica, learner: Option<&Learner>) -> Value {
    let keys: Map<String, Value> =
        replica.keys.iter().map(|(&key, value)| (key_name(key), json!(value))).collect();
    json!({
        "chosen_below": replica.chosen_below,
        "log": log_value(&replica.log),
        "keys": keys,
        "open": learner.map_or(json!([]), |learner| json!(learner.open.keys().collect::<Vec<_>>())),
    })
}

fn log_value(log: &BySlot<Entry>) -> Value {
    let newest = log.iter().rev().take(LISTED);
    newest.map(|(slot, &entry)| (slot.to_string(), entry_value(entry))).collect::<Map<_, _>>().into()
}

fn acceptor_state(node: &Node, acceptor: &Acceptor) -> Value {
    let (promised, accepted) = held(node).unwrap_or((acceptor.promised, &acceptor.accepted));
    accepted_value(promised, accepted)
}

fn accepted_value(promised: Option<Ballot>, accepted: &BySlot<Vote>) -> Value {
    let slots: Map<String, Value> = accepted
        .iter()
        .rev()
        .take(LISTED)
        .map(|(slot, vote)| {
            (slot.to_string(), json!({ "ballot": vote.ballot, "value": entry_value(vote.entry) }))
        })
        .collect();
    json!({ "promised": promised, "accepted": slots })
}

/// `noop`, or whose command it is and what it asks.
fn entry_value(entry: Entry) -> Value {
    match entry {
        Entry::Noop => json!("noop"),
        Entry::Command { client, op, body: Command::Read { key } } => {
            json!({ "client": client, "op": op, "read": key_name(key) })
        }
        Entry::Command { client, op, body: Command::Write { key, value } } => {
            json!({ "client": client, "op": op, "write": key_name(key), "value": value })
        }
    }
}

fn client_state(client: &Client) -> Value {
    json!({
        "waits_for": client.call.map(|call| call.op),
        "attempts": client.call.map(|call| call.attempts),
        "queue": client.queue.len() as u64,
    })
}

fn disk_state(node: &Node, stable: &Stable) -> Value {
    match node.role() {
        PROPOSER => json!({ "round": stable.round, "log": log_value(&stable.log) }),
        LEARNER => json!({ "log": log_value(&stable.log) }),
        _ => accepted_value(stable.promised, &stable.accepted),
    }
}
