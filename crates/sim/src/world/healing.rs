//! What keeps a world from being healed: the faults that still stand.

use faultscope_protocol::NodeId;

use super::World;
use crate::action::Action;
use crate::network::Flight;
use crate::node::{ClockSkew, Node, Status};

/// A fault that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wound {
    /// Links are cut.
    Cut,
    /// A node crashed and was not started again.
    Down(NodeId),
    /// A node stands still.
    Paused(NodeId),
    /// All links, or one sender's, are slower, lossier or more doubling than planned.
    Network(Option<NodeId>),
    /// A message from a node is held.
    Held(NodeId),
    /// A node's disk is not as planned.
    Disk(NodeId),
    /// A node's clock is wrong.
    Clock(NodeId),
}

impl World {
    /// The first fault that still stands; none where the world is healed: no cut, every node that was up is up,
    /// nothing is held, and network, disks and clocks are as planned.
    pub fn wound(&self) -> Option<Wound> {
        self.network_wound().or_else(|| self.nodes().find_map(|node| self.node_wound(node)))
    }

    /// When the world was last interfered with: any action but a command counts. Microseconds of virtual time; 0
    /// where nobody did.
    pub fn disturbed_us(&self) -> u64 {
        self.disturbed_us
    }

    pub(super) fn note_disturbance(&mut self, action: &Action) {
        if !matches!(action, Action::Do { .. }) {
            self.disturbed_us = self.now_us;
        }
    }

    fn network_wound(&self) -> Option<Wound> {
        if !self.cuts.is_empty() {
            return Some(Wound::Cut);
        }
        if self.network != self.plan.network {
            return Some(Wound::Network(None));
        }
        let held = self.flights.iter().filter(|flight| flight.held).min_by_key(|flight| flight.id);
        held.map(|flight: &Flight| Wound::Held(flight.from))
    }

    fn node_wound(&self, node: &Node) -> Option<Wound> {
        let plan = &self.plan;
        let is_odd = node.links.iter().any(|link| {
            link.latency.as_ref().is_some_and(|latency| *latency != plan.network.latency)
                || link.loss_ppm.is_some_and(|loss_ppm| loss_ppm != plan.network.loss_ppm)
        });
        match node.status {
            Status::Down => Some(Wound::Down(node.id)),
            Status::Paused => Some(Wound::Paused(node.id)),
            _ if is_odd => Some(Wound::Network(Some(node.id))),
            _ if node.disk.as_ref().is_some_and(|disk| *disk != plan.disk) => Some(Wound::Disk(node.id)),
            _ if node.clock != ClockSkew::default() => Some(Wound::Clock(node.id)),
            _ => None,
        }
    }
}
