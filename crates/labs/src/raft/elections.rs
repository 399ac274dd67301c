//! Elections as an experiment sees them: who leads, and when the others hear of it.

use faultscope_protocol::NodeId;
use faultscope_protocol::raft::{Message, Raft, Role};
use faultscope_sim::{Kind, Status, Step, World};

/// The server that is up and leads the greatest term, with that term; none where nobody leads.
pub fn leader(world: &World) -> Option<(NodeId, u64)> {
    let up = world.servers().filter(|node| node.status == Status::Up);
    let leaders = up.filter_map(|node| {
        let server = node.machine::<Raft>()?.as_server()?;
        (server.role == Role::Leader).then_some((node.id, server.current_term))
    });
    leaders.max_by_key(|&(_, term)| term)
}

/// Who won an election in this step, and for which term.
pub fn elected(world: &World, step: &Step) -> Option<(NodeId, u64)> {
    let node = step.node.filter(|_| step.notes.iter().any(|note| note.name() == "became leader"))?;
    Some((node, world.node(node)?.machine::<Raft>()?.as_server()?.current_term))
}

/// Whose AppendEntries (a heartbeat, or one with entries) arrived in this step: the listener, the leader, its term.
pub fn heard(step: &Step) -> Option<(NodeId, NodeId, u64)> {
    if step.kind != Kind::Deliver {
        return None;
    }
    match step.body.as_ref()?.get::<Message>()? {
        Message::AppendEntries { term, leader_id, .. } => Some((step.node?, *leader_id, *term)),
        _ => None,
    }
}

/// The term of a server that is up.
pub fn term_of(world: &World, node: NodeId) -> Option<u64> {
    Some(world.node(node)?.machine::<Raft>()?.as_server()?.current_term)
}
