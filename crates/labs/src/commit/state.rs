//! A node's state as traces print it and the inspector shows it: from one place, with fixed names.
//!
//! `transactions` says `working`, `prepared`, `precommitted`, `committed` or `aborted` (q, w, p, c and a of three-phase
//! commit) for each transaction that the node remembers.
//! It follows the records, not the memory: a state counts from when its record is durable, or is announced without
//! waiting for the disk. So whoever reads a trace may judge AC1 to AC5 by it. A crash can bring an abort that the
//! coordinator ordered back to `prepared`, since its record is not forced; the answer is then asked for again.

use faultscope_protocol::NodeId;
use faultscope_protocol::commit::{
    self, Client, Commit, Coordinated, Coordinator, Participant, Setup, Slot, Stable, TransactionId, Vote,
};
use faultscope_protocol::ordered;
use faultscope_sim::{Node, World};
use serde_json::{Map, Value, json};

use super::reading::{self, EntryKind};

/// The state of a node.
pub(super) fn state(_: &World, node: &Node) -> Map<String, Value> {
    let mut state = Map::new();
    let mut put = |key: &str, value: Value| {
        state.insert(key.to_owned(), value);
    };
    match (node.machine::<Commit>(), node.durable::<Stable>()) {
        (Some(Commit::Coordinator(coordinator)), _) => coordinating(node, coordinator, &mut put),
        (Some(Commit::Participant(participant)), _) => participating(node, participant, &mut put),
        (Some(Commit::Client(client)), _) => asking(client, &mut put),
        (None, Some(stable)) => on_disk(node, stable, &mut put),
        (None, None) => put("role", json!(role_word(node))),
    }
    state
}

type Put<'a> = dyn FnMut(&str, Value) + 'a;

fn coordinating(node: &Node, coordinator: &Coordinator, put: &mut Put<'_>) {
    put_business(node, put);
    put("transactions", transactions(node));
    let open = |what: fn(&Coordinated) -> Value| -> Value {
        let known = coordinator.transactions.iter();
        known.map(|(transaction, known)| (transaction.to_string(), what(known))).collect::<Map<_, _>>().into()
    };
    put("votes", open(votes));
    put("acks", open(|known| names(known.acks.iter())));
    put("log", log(node));
    put("incarnation", json!(coordinator.disk.incarnation));
    if node.setup::<Setup>().is_some_and(|setup| setup.variant == commit::Variant::PaxosCommit) {
        let slots = coordinator.slots.iter().map(|(it, slot)| (it.to_string(), slot_value(slot)));
        put("slots", slots.collect::<Map<_, _>>().into());
        put("ballots", open(|known| json!(known.election.ballot.to_string())));
    }
}

/// What an acceptor has promised and accepted, by participant: ballot and vote.
fn slot_value(slot: &Slot) -> Value {
    let accepted = slot.accepted.iter().map(|(participant, (ballot, vote))| {
        let word = if *vote == Vote::Yes { "prepared" } else { "aborted" };
        (participant.to_string(), json!([ballot.to_string(), word]))
    });
    json!({
        "promised": slot.promised.to_string(),
        "accepted": Value::from(accepted.collect::<Map<_, _>>()),
        "waiting": names(slot.waiting.keys()),
    })
}

fn votes(known: &Coordinated) -> Value {
    let votes = known.votes.iter().map(|(participant, vote)| {
        let word = vote.map(|vote| if vote == Vote::Yes { "yes" } else { "no" });
        (participant.to_string(), json!(word))
    });
    votes.collect::<Map<_, _>>().into()
}

fn participating(node: &Node, participant: &Participant, put: &mut Put<'_>) {
    put_business(node, put);
    put("transactions", transactions(node));
    put("votes", own_votes(node));
    let blocked = participant.transactions.iter().filter(|(_, known)| known.is_blocked());
    let since =
        blocked.map(|(&it, _)| (it.to_string(), json!(reading::blocked_since_us(node, participant, it))));
    put("blocked_since_us", since.collect::<Map<_, _>>().into());
    let asked = participant.transactions.iter().filter(|(_, known)| known.asked > 0);
    put("asked", asked.map(|(it, known)| (it.to_string(), json!(known.asked))).collect::<Map<_, _>>().into());
    let reports = participant.transactions.iter().filter(|(_, known)| !known.termination.reports.is_empty());
    let reports = reports.map(|(it, known)| {
        let states = known.termination.reports.iter();
        let states =
            states.map(|(node, report)| (node.to_string(), json!(reading::state_word(report.state))));
        (it.to_string(), Value::from(states.collect::<Map<_, _>>()))
    });
    put("reports", reports.collect::<Map<_, _>>().into());
    put("locks", locks(&participant.locks));
    put("locks_blocked", json!(reading::locks_blocked(participant) as u64));
    put("balances", node.setup::<Setup>().map_or(Value::Null, |setup| balances(participant, setup)));
    put("log", log(node));
    put("refuse_next", json!(participant.refuse_next));
}

fn asking(client: &Client, put: &mut Put<'_>) {
    put("role", json!("client"));
    let open = client.open.values().map(|open| (open.transaction.to_string(), json!(open.attempts)));
    put("open", open.collect::<Map<_, _>>().into());
    put("next_serial", json!(client.next_serial));
    put("serials_reserved", json!(client.disk.serials_reserved));
    put("coordinator_incarnation", json!(client.disk.coordinator_incarnation));
}

/// What a node finds again when it comes back.
fn on_disk(node: &Node, stable: &Stable, put: &mut Put<'_>) {
    match stable {
        Stable::Blank => put("role", json!(role_word(node))),
        Stable::Coordinator(disk) => {
            put_business(node, put);
            put("transactions", transactions(node));
            put("log", log(node));
            put("incarnation", json!(disk.incarnation));
        }
        Stable::Participant(disk) => {
            put_business(node, put);
            put("transactions", transactions(node));
            put("votes", own_votes(node));
            let balances =
                disk.balances.iter().map(|(account, balance)| (account.to_string(), json!(balance)));
            put("balances", balances.collect::<Map<_, _>>().into());
            put("log", log(node));
        }
        Stable::Client(disk) => {
            put("role", json!("client"));
            put("serials_reserved", json!(disk.serials_reserved));
            put("coordinator_incarnation", json!(disk.coordinator_incarnation));
        }
    }
}

fn role_word(node: &Node) -> &'static str {
    match (node.id.is_client(), node.role()) {
        (true, _) => "client",
        (false, commit::COORDINATOR) => "coordinator",
        (false, commit::ACCEPTOR) => "acceptor",
        (false, _) => "participant",
    }
}

/// The transaction that matters most now, and where the node stands with it.
fn put_business(node: &Node, put: &mut Put<'_>) {
    let focus = reading::focus(node);
    put("role", json!(role_word(node)));
    put("transaction", json!(focus.map(|(transaction, _)| transaction.to_string())));
    put("state", json!(focus.map_or("idle", |(_, business)| business.name())));
}

fn transactions(node: &Node) -> Value {
    let states = reading::states(node).into_iter();
    states
        .map(|(it, state)| (it.to_string(), json!(reading::state_word(state))))
        .collect::<Map<_, _>>()
        .into()
}

/// How this participant voted, as far as its records stand: an abort that follows no prepared record is a NO, unless
/// it was ordered before there was a vote.
fn own_votes(node: &Node) -> Value {
    let mut votes: ordered::Map<TransactionId, &str> = ordered::Map::new();
    for entry in reading::entries(node).iter().filter(|entry| entry.stands) {
        match entry.kind {
            EntryKind::Prepared => {
                votes.insert(entry.transaction, "yes");
            }
            EntryKind::Aborted if entry.is_forced => {
                votes.entry(entry.transaction).or_insert("no");
            }
            _ => {}
        }
    }
    votes.into_iter().map(|(it, vote)| (it.to_string(), json!(vote))).collect::<Map<_, _>>().into()
}

fn locks(locks: &ordered::Map<u32, TransactionId>) -> Value {
    let locks = locks.iter().map(|(account, holder)| (account.to_string(), json!(holder.to_string())));
    locks.collect::<Map<_, _>>().into()
}

fn balances(participant: &Participant, setup: &Setup) -> Value {
    let balances = (1..=setup.accounts).map(|it| (it.to_string(), json!(participant.balance(it, setup))));
    balances.collect::<Map<_, _>>().into()
}

fn log(node: &Node) -> Value {
    let records = reading::entries(node).into_iter().map(|entry| {
        json!({
            "record": entry.kind.name(),
            "transaction": entry.transaction.to_string(),
            "forced": entry.is_forced,
            "durable": entry.is_durable,
        })
    });
    records.collect::<Vec<_>>().into()
}

fn names<'a>(nodes: impl Iterator<Item = &'a NodeId>) -> Value {
    nodes.map(|node| json!(node.to_string())).collect::<Vec<_>>().into()
}
