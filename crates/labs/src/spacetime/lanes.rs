//! In which order the lanes lie.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::sort_by_key;
use faultscope_sim::{Cut, World};

use crate::session::Session;

/// The nodes of a session's world from top to bottom, before a person arranged them.
pub fn natural_order(session: &Session) -> Vec<NodeId> {
    let world = session.world();
    order(world, world.cuts().first())
}

/// The nodes from top to bottom: servers by zone and number, then clients. Where a cut parts all nodes in two, each
/// group lies together, so that the cut is one line and crosses fall on it.
pub(super) fn order(world: &World, cut: Option<&Cut>) -> Vec<NodeId> {
    let mut nodes: Vec<_> = world.nodes().collect();
    let side = |id: NodeId| cut.map_or(0, |cut| u8::from(cut.to.contains(&id)));
    let parts_all = cut
        .is_some_and(|cut| nodes.iter().all(|node| cut.from.contains(&node.id) != cut.to.contains(&node.id)));
    // The side of the first node lies on top.
    let top = nodes.first().map_or(0, |node| side(node.id));
    sort_by_key(&mut nodes, |node| {
        let group = if parts_all { side(node.id) ^ top } else { 0 };
        (group, node.id.is_client(), node.zone, node.id.number())
    });
    nodes.into_iter().map(|node| node.id).collect()
}
