//! A node's state as traces print it and the inspector shows it.
//!
//! `role` is leader, follower, candidate, or service. Who is still writing down the epoch in which it would lead does
//! not lead yet: nobody has heard of it, and a crash may take it back.

use faultscope_protocol::NodeId;
use faultscope_protocol::election::{Belief, Bully, Candidate, Drawer, Election, Ring, Setup, Stable, Step};
use faultscope_sim::{Node, World};
use serde_json::{Map, Value, json};

use crate::coordination;

/// What a participant believes, as far as it is not still being written down. None for what is down, and for servers
/// of the service.
pub(super) fn belief(node: &Node) -> Option<Belief> {
    let machine = node.machine::<Election>()?;
    let belief = machine.belief()?;
    let is_writing = matches!(machine, Election::Bully(_)) && node.pending_writes().any(|write| write.force);
    if !belief.leads || !is_writing {
        return Some(belief);
    }
    let epoch = node.durable::<Stable>().and_then(|stable| stable.epoch).unwrap_or(0);
    Some(Belief { epoch, leader: None, leads: false })
}

/// The servers that stand for election.
pub(super) fn participants(world: &World) -> impl Iterator<Item = &Node> {
    world.servers().filter(|node| node.role() == faultscope_protocol::election::PARTICIPANT)
}

/// The state of a node.
pub(super) fn state(node: &Node) -> Map<String, Value> {
    let mut state = Map::new();
    let mut put = |value: Value| {
        if let Value::Object(map) = value {
            state.extend(map);
        }
    };
    match node.machine::<Election>() {
        Some(Election::Service(server)) => {
            put(json!({ "role": "service" }));
            put(coordination::server_state(server));
        }
        Some(machine) => {
            put(belief_state(node));
            put(match machine {
                Election::Drawer(drawer) => drawer_state(drawer, node),
                Election::Bully(bully) => bully_state(bully),
                Election::Ring(ring) => ring_state(ring),
                Election::Candidate(candidate) => candidate_state(candidate),
                Election::Service(_) => Value::Null,
            });
        }
        None => put(json!({ "role": null, "disk": node.durable::<Stable>().map(disk_state) })),
    }
    state
}

fn belief_state(node: &Node) -> Value {
    let Some(belief) = belief(node) else { return Value::Null };
    json!({ "role": role_word(node, belief), "leader": belief.leader, "epoch": belief.epoch })
}

fn role_word(node: &Node, belief: Belief) -> &'static str {
    let follows = belief.leader.is_some_and(|leader| leader != node.id);
    let is_sure = match node.machine::<Election>() {
        Some(Election::Candidate(candidate)) => candidate.step == Step::Following,
        _ => true,
    };
    match belief.leads {
        true => "leader",
        false if follows && is_sure => "follower",
        false => "candidate",
    }
}

fn drawer_state(drawer: &Drawer, node: &Node) -> Value {
    let chance = node.setup::<Setup>().and_then(|setup| tie_ppm(setup.participants, setup.numbers));
    json!({
        "number": drawer.number,
        "heard": drawer.heard.iter().map(|(id, number)| (id.to_string(), json!(number))).collect::<Map<_, _>>(),
        "decided": drawer.has_decided,
        "tie_ppm": chance,
    })
}

fn bully_state(bully: &Bully) -> Value {
    json!({ "phase": bully.phase })
}

fn ring_state(ring: &Ring) -> Value {
    json!({ "id": ring.id, "participant": ring.takes_part })
}

fn candidate_state(candidate: &Candidate) -> Value {
    let mut state = json!({
        "phase": candidate.step,
        "znode": candidate.znode,
        "watching": candidate.watching,
    });
    if let (Value::Object(map), Value::Object(client)) =
        (&mut state, coordination::client_state(&candidate.client))
    {
        map.extend(client);
    }
    state
}

fn disk_state(stable: &Stable) -> Value {
    json!({
        "epoch": stable.epoch,
        "id": stable.ring_id,
        "zxid": stable.service.as_ref().map(|service| service.state.zxid),
    })
}

/// The most numbers for which the chance of a tie is worked out.
const NUMBERS_MAX: u32 = 10_000;

/// The chance that the greatest of `nodes` numbers from 1 to `numbers` was drawn twice, in parts of a million:
/// 1 − Σₘ (n/M)((m−1)/M)^(n−1).
pub(super) fn tie_ppm(nodes: u16, numbers: u32) -> Option<u32> {
    if nodes == 0 || numbers == 0 || numbers > NUMBERS_MAX {
        return None;
    }
    // Multiplication alone: the same on every platform.
    let power = |base: f64| {
        let (mut result, mut square, mut exponent) = (1.0, base, u32::from(nodes) - 1);
        while exponent > 0 {
            if exponent % 2 == 1 {
                result *= square;
            }
            square *= square;
            exponent /= 2;
        }
        result
    };
    let most = f64::from(numbers);
    let alone: f64 = (0..numbers).map(|below| power(f64::from(below) / most)).sum();
    let chance = 1.0 - f64::from(nodes) / most * alone;
    Some((chance * 1_000_000.0 + 0.5) as u32)
}

/// The highest epoch that a participant knows of.
pub(super) fn era(world: &World) -> u64 {
    participants(world).filter_map(belief).map(|belief| u64::from(belief.epoch)).max().unwrap_or(0)
}

/// Who leads, among those that run.
pub(super) fn leaders(world: &World) -> impl Iterator<Item = (NodeId, u32)> {
    participants(world).filter_map(|node| {
        let belief = belief(node).filter(|belief| belief.leads)?;
        Some((node.id, belief.epoch))
    })
}
