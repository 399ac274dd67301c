//! A node's state as traces print it and the inspector shows it.
//!
//! Mutual exclusion can be judged by two fields: `holds`, what a client believes, and `holder`, what the service says.
//! The resource tells what the counter is and how many increments it has acknowledged, which is what it should be.

use faultscope_protocol::NodeId;
use faultscope_protocol::coordination::{State, Zxid};
use faultscope_protocol::lock::{
    Client, Held, Lock, MUTEX, Mutex, Owner, PARENT, RESOURCE, Resource, SERVICE, Setup, Stable, Store,
    Variant,
};
use faultscope_protocol::ordered;
use faultscope_sim::{Node, Status, World};
use serde_json::{Map, Value, json};

use crate::coordination;

/// The state of a node.
pub(super) fn state(node: &Node) -> Map<String, Value> {
    let value = match (node.machine::<Lock>(), node.durable::<Stable>()) {
        (Some(Lock::Resource(resource)), _) | (None, Some(Stable::Resource(resource))) => {
            resource_state(resource)
        }
        (Some(Lock::Store(store)), _) | (None, Some(Stable::Store(store))) => store_state(store),
        (Some(Lock::Mutex(mutex)), _) => mutex_state(mutex),
        (Some(Lock::Client(client)), _) => client_state(node.id, client),
        (Some(Lock::Service(server)), _) => {
            let mut state = coordination::server_state(server);
            state["holder"] = json!(holder_in(&server.state));
            state["queue"] = json!(queue_in(&server.state));
            state
        }
        (None, Some(Stable::Service(stable))) if !node.id.is_client() => json!({
            "zxid": stable.state.zxid,
            "holder": holder_in(&stable.state),
            "queue": queue_in(&stable.state),
        }),
        (None, Some(Stable::Service(stable))) => json!({ "incarnation": stable.incarnation }),
        (None, _) => json!({}),
    };
    let mut state = Map::from_iter([("role".to_owned(), json!(role_word(node)))]);
    if let Value::Object(map) = value {
        state.extend(map);
    }
    state
}

/// What a node is in the lab's words of traces.
pub(super) fn role_word(node: &Node) -> &'static str {
    match node.role() {
        _ if node.id.is_client() => "client",
        RESOURCE => "resource",
        MUTEX => "mutex",
        SERVICE => "server",
        _ if rules_of(node) == Some(Variant::Redlock) => "master",
        _ => match store_of(node) {
            Some(store) if store.is_primary(node.id) => "primary",
            _ => "replica",
        },
    }
}

/// Which rules the nodes of the run follow.
pub(super) fn rules_of(node: &Node) -> Option<Variant> {
    node.setup::<Setup>().map(|setup| setup.variant)
}

/// A store's state, in memory or on its disk.
pub(super) fn store_of(node: &Node) -> Option<&Store> {
    match (node.machine::<Lock>(), node.durable::<Stable>()) {
        (Some(Lock::Store(store)), _) | (None, Some(Stable::Store(store))) => Some(store),
        _ => None,
    }
}

/// The resource's state, in memory or on its disk.
pub(super) fn resource_of(node: &Node) -> Option<&Resource> {
    match (node.machine::<Lock>(), node.durable::<Stable>()) {
        (Some(Lock::Resource(resource)), _) | (None, Some(Stable::Resource(resource))) => Some(resource),
        _ => None,
    }
}

/// The client's state, if the node is one that runs, or stands still.
pub(super) fn client_of(node: &Node) -> Option<&Client> {
    if let Some(Lock::Client(client)) = node.machine::<Lock>() { Some(client) } else { None }
}

/// Who holds the lock by what this node says alone, if it gives locks.
pub(super) fn holder_at(node: &Node) -> Option<Owner> {
    match node.machine::<Lock>() {
        Some(Lock::Store(store)) => store.lock.map(|held| held.owner),
        Some(Lock::Mutex(mutex)) => mutex.holder,
        _ => None,
    }
}

/// Who holds the lock by what the service says: its primary of the newest failover, a majority of its masters, or each
/// mutex for itself.
pub(super) fn holders(world: &World) -> Vec<NodeId> {
    let servers = || world.servers().filter(|node| node.role() != RESOURCE && node.status != Status::Down);
    let rules = world.servers().next().and_then(rules_of);
    let mut holders: Vec<NodeId> = match rules {
        Some(Variant::LocalMutex) => servers().filter_map(holder_at).map(|owner| owner.client).collect(),
        Some(Variant::Redlock) => {
            let votes: Vec<Owner> = servers().filter_map(holder_at).collect();
            let all = world.servers().filter(|node| node.role() != RESOURCE).count();
            let has_majority = |owner: &&Owner| votes.iter().filter(|vote| *vote == *owner).count() * 2 > all;
            votes.iter().find(has_majority).map(|owner| owner.client).into_iter().collect()
        }
        Some(rules) if rules.uses_service() => newest_state(world).and_then(holder_in).into_iter().collect(),
        _ => {
            let stores = servers().filter_map(|node| Some((store_of(node)?, node)));
            let primaries = stores.filter(|(store, node)| store.is_primary(node.id));
            let newest = primaries.max_by_key(|(store, _)| store.epoch);
            newest.and_then(|(store, _)| Some(store.lock?.owner.client)).into_iter().collect()
        }
    };
    ordered::sort(&mut holders);
    holders.dedup();
    holders
}

/// What a server of the coordination service has accepted, in memory or on its disk.
fn accepted(node: &Node) -> Option<&State> {
    match (node.machine::<Lock>(), node.durable::<Stable>()) {
        (Some(Lock::Service(server)), _) => Some(&server.state),
        (None, Some(Stable::Service(stable))) if !node.id.is_client() => Some(&stable.state),
        _ => None,
    }
}

/// What the newest leader serves; where nobody leads, the newest that any server has accepted.
pub(super) fn newest_state(world: &World) -> Option<&State> {
    let served = world.servers().filter_map(|node| match node.machine::<Lock>() {
        Some(Lock::Service(server)) => server.served(),
        _ => None,
    });
    let newest = served.max_by_key(|state| state.zxid);
    newest.or_else(|| world.servers().filter_map(accepted).max_by_key(|state| state.zxid))
}

/// The clients whose znodes wait for the lock in a state, in order; the first holds it.
pub(super) fn queue_in(state: &State) -> Vec<NodeId> {
    let names = state.children(PARENT).into_iter();
    let data = names.filter_map(|name| state.znodes.get(&format!("{PARENT}/{name}")));
    data.filter_map(|znode| owner_in(&znode.data)).map(|(client, _)| client).collect()
}

/// Whose znode it is, and for which command, by its data.
pub(super) fn owner_in(data: &str) -> Option<(NodeId, u64)> {
    let mut parts = data.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Who holds the lock in a state.
fn holder_in(state: &State) -> Option<NodeId> {
    queue_in(state).first().copied()
}

/// The znodes that a majority of the servers have, by their data, with the entries that made them: whatever was
/// deleted for good is not among them.
pub(super) fn standing(world: &World) -> Vec<(String, Zxid)> {
    let states: Vec<&State> = world.servers().filter_map(accepted).collect();
    let mut counts: ordered::Map<(String, Zxid), usize> = ordered::Map::new();
    for state in &states {
        for name in state.children(PARENT) {
            if let Some(znode) = state.znodes.get(&format!("{PARENT}/{name}")) {
                *counts.entry((znode.data.clone(), znode.created)).or_default() += 1;
            }
        }
    }
    let all = world.servers().filter(|node| node.role() == SERVICE).count();
    counts.into_iter().filter(|(_, count)| count * 2 > all).map(|(znode, _)| znode).collect()
}

fn resource_state(resource: &Resource) -> Value {
    let applied = resource
        .applied
        .iter()
        .map(|(client, (op, value))| (client.to_string(), json!({ "op": op, "value": value })));
    json!({
        "counter": resource.counter,
        "acknowledged": resource.acknowledged,
        "lost": resource.acknowledged.saturating_sub(resource.counter),
        "highest_token": resource.highest_token,
        "last_writer": resource.last_writer.map(|owner| owner.client),
        "applied": applied.collect::<Map<_, _>>(),
    })
}

fn store_state(store: &Store) -> Value {
    json!({
        "holder": store.lock.map(|held| held.owner.client),
        "owner": store.lock.map(|held| held.owner.to_string()),
        "token": store.lock.and_then(|held: Held| held.token),
        "expires_us": store.lock.and_then(|held| held.expires_us),
        "next_token": store.next_token,
        "epoch": store.epoch,
        "primary": store.primary,
        "offset": store.offset,
    })
}

fn mutex_state(mutex: &Mutex) -> Value {
    json!({
        "holder": mutex.holder.map(|owner| owner.client),
        "owner": mutex.holder.map(|owner| owner.to_string()),
        "queue": mutex.queue.iter().map(|owner| owner.client).collect::<Vec<_>>(),
    })
}

fn client_state(id: NodeId, client: &Client) -> Value {
    let job = client.job.as_ref();
    let mut state = json!({
        "holds": client.holding.is_some(),
        "phase": job.map_or(json!("idle"), |job| json!(job.phase)),
        "owner": client.owner(id).map(|owner| owner.to_string()),
        "op": job.map(|job| job.op),
        "attempt": job.map(|job| job.attempt),
        "token": client.token,
        "read": job.map(|job| job.read),
        "granted_by": job.map(|job| &job.granted),
        "denied_by": job.map(|job| &job.denied),
        "done": client.done,
        "waiting": client.queue.len() as u64,
        "primary": client.primary,
    });
    if let Some(service) = &client.service {
        if let (Value::Object(all), Value::Object(more)) =
            (&mut state, coordination::client_state(&service.client))
        {
            all.extend(more);
        }
        state["service_step"] = json!(service.step);
        state["znode"] = json!(service.znode);
        state["watching"] = json!(service.watching);
        state["in_jeopardy"] = json!(service.in_jeopardy.is_some());
    }
    state
}
