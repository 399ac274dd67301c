//! The state of a node as traces print it and the inspector shows it: counts, never thousands of keys.

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered;
use faultscope_protocol::ring::{Call, Client, Items, Phase, Ring, Setup, Stable, Store, View};
use faultscope_sim::Node;
use serde::Serialize;
use serde_json::{Map, Value};

use super::variants::STEWARD;
use super::{Part, disk};

/// The words on screen.
pub(super) const SPELLING: &[(&str, &str)] = &[
    ("view", "view"),
    ("phase", "phase"),
    ("members", "members"),
    ("change", "change"),
    ("keys", "keys held"),
    ("primary", "as owner"),
    ("arriving", "still to arrive"),
    ("leaving", "still to hand over"),
    ("sending", "acknowledged, of"),
    ("writes_pending", "writes pending"),
    ("queue", "changes queued"),
    ("owned", "owned keys"),
    ("clock", "latest serial"),
];

/// Up to so many keys in a run, a node lists those that it owns.
const LISTED_KEYS_MAX: u32 = 300;

#[derive(Serialize)]
struct StoreFields {
    role: &'static str,
    view: u64,
    phase: &'static str,
    members: Vec<NodeId>,
    change: Option<String>,
    keys: u64,
    primary: u64,
    arriving: u64,
    leaving: u64,
    sending: ordered::Map<String, [u32; 2]>,
    writes_pending: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owned: Option<Vec<u32>>,
}

#[derive(Serialize)]
struct ClientFields {
    role: &'static str,
    view: u64,
    operation: Option<&'static str>,
    key: Option<u32>,
    asked: Option<NodeId>,
    tries: u32,
    missing: Vec<NodeId>,
    queue: u64,
}

/// What the disk of a client holds, or that of a server which was never written.
#[derive(Serialize)]
struct DiskFields {
    role: &'static str,
    boots: u64,
    clock: u64,
}

/// The fields of a node. It may be down: then what the disk holds.
pub(super) fn fields(node: &Node) -> Map<String, Value> {
    let value = match (node.machine::<Ring>(), disk(node)) {
        (Some(Ring::Store(store)), _) => {
            serde_json::to_value(store_fields(node, store.view(), store.items(), Some(store)))
        }
        (Some(Ring::Client(client)), _) => serde_json::to_value(client_fields(client)),
        (None, Some(found)) => serde_json::to_value(store_fields(node, &found.view, &found.items, None)),
        (None, None) => serde_json::to_value(disk_fields(node)),
    };
    match value {
        Ok(Value::Object(fields)) => fields,
        other => unreachable!("plain fields are an object: {other:?}"),
    }
}

fn disk_fields(node: &Node) -> DiskFields {
    let role = if node.id.is_client() { "client" } else { "server" };
    let found = node.durable::<Stable>().map(|stable| stable.client).unwrap_or_default();
    DiskFields { role, boots: found.boots, clock: found.clock }
}

fn store_fields(node: &Node, view: &Arc<View>, items: &Items, store: Option<&Store>) -> StoreFields {
    let is_mine = |key: &u32| view.owner(*key) == Some(node.id);
    let setup = node.setup::<Setup>();
    let lists_keys = setup.is_some_and(|setup| setup.key_count() <= LISTED_KEYS_MAX);
    let queue = store.and_then(Store::steward).map(|steward| {
        steward
            .queue()
            .iter()
            .map(|(kind, node)| format!("{} {node}", super::words::change_word(*kind)))
            .collect()
    });
    let is_steward = node.role() == STEWARD;
    let sending = store.map(Store::outgoing).into_iter().flatten();
    StoreFields {
        role: Part::of(view, node.id, is_steward).name(),
        view: view.version(),
        phase: phase_word(view),
        members: view.members().to_vec(),
        change: view
            .change()
            .map(|change| format!("{} {}", super::words::change_word(change.kind), change.node)),
        keys: items.len() as u64,
        primary: items.keys().filter(|key| is_mine(key)).count() as u64,
        arriving: arriving(view, node.id, items),
        leaving: store.map_or(0, handing_over),
        sending: sending
            .map(|(to, outgoing)| (to.to_string(), [outgoing.acknowledged(), outgoing.total()]))
            .collect(),
        writes_pending: store.map_or(0, Store::writes_pending),
        queue,
        owned: lists_keys.then(|| items.keys().copied().filter(is_mine).collect()),
    }
}

/// How many copies this node waits for.
fn arriving(view: &View, node: NodeId, items: &Items) -> u64 {
    if !view.copies() {
        return 0;
    }
    let is_missing = |key: u32| !items.contains_key(&key);
    view.moves().iter().filter(|moved| moved.to == node && is_missing(moved.key)).count() as u64
}

/// How many copies this node has still to hand over.
fn handing_over(store: &Store) -> u64 {
    store.outgoing().values().map(|outgoing| outgoing.waiting().len() as u64).sum()
}

fn client_fields(client: &Client) -> ClientFields {
    let call = client.call();
    ClientFields {
        role: "client",
        view: client.view().version(),
        operation: call.map(|call| if call.item().is_some() { "put" } else { "get" }),
        key: call.map(Call::key),
        asked: call.and_then(Call::asked),
        tries: call.map_or(0, Call::tries),
        missing: call.map(|call| call.missing().iter().copied().collect()).unwrap_or_default(),
        queue: client.queue().len() as u64,
    }
}

/// The phase of the change under way, in a word.
pub(super) fn phase_word(view: &View) -> &'static str {
    match view.change().map(|change| change.phase) {
        None => "steady",
        Some(Phase::Copy) => "copy",
        Some(Phase::Switch) => "switch",
        Some(Phase::Move) => "move",
    }
}
