//! From keys, tools and lines to actions: what a wish means in the world as it is.

use faultscope_labs::ordered::sort;
use faultscope_labs::scene::Point;
use faultscope_labs::sim::{Action, Status, World};
use faultscope_labs::{NodeId, Session};

use crate::intent::{Selection, Tool};

/// Crashes a node that runs, restarts one that is down; none where there is no such node.
pub(crate) fn crash_or_restart(world: &World, node: NodeId) -> Option<Action> {
    Some(match world.node(node)?.status {
        Status::Up | Status::Paused => Action::Crash { node, keep: 0 },
        Status::Down => Action::Restart(node),
        Status::Absent => return None,
    })
}

/// Pauses a node that runs, lets a paused one go on; none for a node that is down.
pub(crate) fn pause_or_resume(world: &World, node: NodeId) -> Option<Action> {
    match world.node(node)?.status {
        Status::Up => Some(Action::Pause(node)),
        Status::Paused => Some(Action::Resume(node)),
        Status::Down | Status::Absent => None,
    }
}

/// Loses a message in flight.
pub(crate) fn drop_message(world: &World, message: u64) -> Option<Action> {
    world.flight(message).map(|flight| Action::Drop(flight.name()))
}

/// What a tool does to what was touched; none where it does nothing.
pub(crate) fn use_tool(tool: Tool, world: &World, touched: Selection) -> Option<Action> {
    match (tool, touched) {
        (Tool::Crash, Selection::Node(node)) => crash_or_restart(world, node),
        (Tool::Pause, Selection::Node(node)) => pause_or_resume(world, node),
        (Tool::Drop, Selection::Message(message)) => drop_message(world, message),
        _ => None,
    }
}

/// The cut that a line through the stage makes; none where all nodes stand on one side of it. The smaller side is
/// cut from all others, which keeps the run's text short; of two equal sides, the one with the first node.
pub(crate) fn cut_along(from: Point, to: Point, nodes: &[(NodeId, Point)]) -> Option<Action> {
    let way = to - from;
    let is_left = |place: Point| way.x * (place.y - from.y) - way.y * (place.x - from.x) < 0.0;
    let (left, right): (Vec<_>, Vec<_>) = nodes.iter().partition(|&&(_, place)| is_left(place));
    let sides = [left, right].map(|side| {
        let mut names: Vec<NodeId> = side.into_iter().map(|(node, _)| node).collect();
        sort(&mut names);
        names
    });
    let from = sides.into_iter().min_by_key(|names| (names.len(), names.first().copied()))?;
    (!from.is_empty()).then_some(Action::Cut { from, to: Vec::new(), one_way: false })
}

/// The node after the selected one, or before it, round and round; none in an empty world.
pub(crate) fn neighbour(session: &Session, selection: Selection, forward: bool) -> Option<NodeId> {
    let nodes: Vec<NodeId> = session.world().nodes().map(|node| node.id).collect();
    let here = match selection {
        Selection::Node(node) => nodes.iter().position(|id| *id == node),
        _ => None,
    };
    nodes.get(place_beside(nodes.len(), here, forward)?).copied()
}

/// The message in flight after the selected one, or before it, round and round; none where nothing is in flight.
pub(crate) fn message_beside(world: &World, selection: Selection, forward: bool) -> Option<u64> {
    let messages: Vec<u64> = world.flights().map(|flight| flight.id).collect();
    let here = match selection {
        Selection::Message(message) => messages.iter().position(|id| *id == message),
        _ => None,
    };
    messages.get(place_beside(messages.len(), here, forward)?).copied()
}

fn place_beside(count: usize, here: Option<usize>, forward: bool) -> Option<usize> {
    Some(match (here, forward) {
        (Some(here), true) => (here + 1) % count,
        (Some(here), false) => (here + count - 1) % count,
        (None, true) => 0,
        (None, false) => count.checked_sub(1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Vec<(NodeId, Point)> {
        vec![
            (NodeId::server(1), Point::new(0.0, 0.0)),
            (NodeId::server(2), Point::new(100.0, 0.0)),
            (NodeId::server(3), Point::new(100.0, 100.0)),
            (NodeId::client(1), Point::new(0.0, 100.0)),
        ]
    }

    fn check_cut(from: (f64, f64), to: (f64, f64), cut_off: &[NodeId]) {
        let made = cut_along(Point::new(from.0, from.1), Point::new(to.0, to.1), &square());
        let wanted = Action::Cut { from: cut_off.to_vec(), to: Vec::new(), one_way: false };
        assert_eq!(made, (!cut_off.is_empty()).then_some(wanted));
    }

    #[test]
    fn a_line_cuts_the_smaller_side_off() {
        check_cut((10.0, -5.0), (110.0, 60.0), &[NodeId::server(2)]);
        check_cut((110.0, 60.0), (10.0, -5.0), &[NodeId::server(2)]);
        check_cut((50.0, 40.0), (50.0, 90.0), &[NodeId::server(1), NodeId::client(1)]);
    }

    #[test]
    fn a_line_beside_all_nodes_cuts_nothing() {
        check_cut((-20.0, 0.0), (-20.0, 100.0), &[]);
        assert_eq!(cut_along(Point::default(), Point::new(1.0, 1.0), &[]), None);
    }
}
