//! Nodes that are dragged, by hand or by key, and put back. Where they stand is part of the link, and undone like all else.

use faultscope_labs::NodeId;
use faultscope_labs::scene::Point;
use faultscope_labs::sim::Placed;
use yew::Context;

use super::LabPage;
use crate::intent::Selection;
use crate::stage::StageCanvas;
use crate::stage::canvas::with_drag;

/// One press of a key moves a node so far, in CSS pixels.
const NUDGE: f64 = 16.0;

impl LabPage {
    /// The node that is picked up.
    pub(super) fn selected_node(&self) -> Option<NodeId> {
        match self.selection {
            Selection::Node(node) => Some(node),
            _ => None,
        }
    }

    /// A node was dragged and let go.
    pub(super) fn drop_dragged(&mut self, ctx: &Context<Self>, canvas: &StageCanvas) -> bool {
        self.nudged = None;
        match canvas.take_dragged() {
            Some(placed) => self.put_node(ctx, placed, false),
            None => false,
        }
    }

    /// A key moves the selected node. What it is moved by one key after the other counts as one drag.
    pub(super) fn nudge(&mut self, ctx: &Context<Self>, right: i8, down: i8) -> bool {
        let by = Point::new(f64::from(right) * NUDGE, f64::from(down) * NUDGE);
        let placed = self.selected_node().and_then(|node| self.canvas.nudged(node, by));
        let Some(placed) = placed else { return false };
        let goes_on = self.nudged == Some(placed.0);
        self.nudged = Some(placed.0);
        self.put_node(ctx, placed, goes_on)
    }

    fn put_node(&mut self, ctx: &Context<Self>, placed: Placed, goes_on: bool) -> bool {
        self.handle.write(|session| {
            let all = with_drag(session.placed(), Some(placed));
            session.put_nodes(all, goes_on);
        });
        // The next key may come before the framework has drawn: it moves the node from where it is now.
        self.paint(ctx);
        self.note_change(ctx);
        self.touch();
        true
    }

    /// Puts one node, or all, back where the lab has them.
    pub(super) fn put_back(&mut self, ctx: &Context<Self>, node: Option<NodeId>) -> bool {
        self.handle.write(|session| {
            let others = session.placed().iter().copied();
            let left = others.filter(|(other, ..)| node.is_some_and(|node| node != *other)).collect();
            session.put_nodes(left, false);
        });
        self.note_change(ctx);
        self.touch();
        true
    }
}
