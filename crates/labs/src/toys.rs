//! Two toy protocols that do next to nothing, so that a bench of them measures the simulator alone.

use std::sync::Arc;

use faultscope_protocol::{Command, Effects, Input, Message, NodeId, Note, Outcome, Protocol, Reply, Timer};
use faultscope_sim::{BadCommand, DiskPlan, Latency, NetworkPlan, Plan, Run, SeatPlan, TypedFactory};
use serde::Serialize;

/// What a toy does at each beat of its timer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
enum Rule {
    /// A datagram to each other node.
    #[default]
    ToAll,
    /// A datagram to one other node, drawn each time.
    ToOne,
}

/// The knobs: the rule, and the time between two beats in microseconds.
type Setup = (Rule, u64);

/// A node: how many datagrams it got, and the sum of what they said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Toy {
    received: u64,
    sum: u64,
}

/// Sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Datagram {
    serial: u64,
    sum: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Beat;

/// What nobody says: a toy takes no commands and remarks nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
enum Never {}

impl Message for Datagram {
    fn name(&self) -> &'static str {
        "Datagram"
    }
    fn is_reply(&self) -> bool {
        false
    }
}

impl Timer for Beat {
    fn name(&self) -> &'static str {
        "beat"
    }
}

impl Command for Never {
    fn name(&self) -> &'static str {
        match *self {}
    }
}

impl Reply for Never {
    fn outcome(&self) -> Outcome {
        match *self {}
    }
}

impl Note for Never {
    fn name(&self) -> &'static str {
        match *self {}
    }
}

impl Protocol for Toy {
    type Message = Datagram;
    type Timer = Beat;
    type Command = Never;
    type Reply = Never;
    type Note = Never;
    type Setup = Setup;
    type Stable = ();

    fn boot((): (), fx: &mut Effects<'_, Self>) -> Self {
        let after_us = fx.delay_us("first beat", 0..fx.setup().1);
        fx.set_timer(Beat, after_us);
        Self { received: 0, sum: 0 }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Effects<'_, Self>) {
        match input {
            Input::Message { body, .. } => {
                self.received += 1;
                self.sum = self.sum.wrapping_add(body.serial);
            }
            Input::Timer(Beat) => {
                fx.set_timer(Beat, fx.setup().1);
                self.beat(fx);
            }
            Input::Command { body, .. } => match body {},
        }
    }
}

impl Toy {
    fn beat(&self, fx: &mut Effects<'_, Self>) {
        let datagram = Datagram { serial: self.received, sum: self.sum };
        match fx.setup().0 {
            Rule::ToAll => {
                for peer in fx.seat().peers() {
                    fx.send(peer, datagram);
                }
            }
            Rule::ToOne => {
                let servers = &fx.seat().servers;
                let place = fx.choose("peer", servers.len() as u32);
                fx.send(servers[place as usize], datagram);
            }
        }
    }
}

/// Five nodes that each send a datagram of 16 bytes to each other node every 50 ms, with latency U\[1,10\] ms.
pub fn datagrams() -> Run {
    run(5, (Rule::ToAll, 50_000))
}

/// So many nodes that each send a datagram to one other node, drawn each time, every 100 ms.
pub fn gossip(nodes: u16) -> Run {
    run(nodes, (Rule::ToOne, 100_000))
}

fn run(nodes: u16, setup: Setup) -> Run {
    let servers: Vec<NodeId> = (1..=nodes).map(NodeId::server).collect();
    let plan = Plan {
        seed: 1,
        seats: servers.iter().map(|&id| SeatPlan { id, role: 0, zone: 0 }).collect(),
        max_servers: servers.len(),
        servers: servers.into(),
        clients: Arc::from([]),
        joiner_role: 0,
        factory: Arc::new(TypedFactory::<Toy> {
            setup: Arc::new(setup),
            load: None,
            command: |_| Err(BadCommand::Unknown { word: String::new(), known: Vec::new() }),
        }),
        network: NetworkPlan {
            latency: Latency::uniform(1_000..10_001),
            loss_ppm: 0,
            duplicate_ppm: 0,
            reorder_ppm: 0,
            fifo: false,
        },
        disk: DiskPlan { force_us: 0..0, lazy_us: 0 },
        manual: false,
        properties: Vec::new(),
        symmetry: Vec::new(),
    };
    Run::new(Arc::new(plan), Vec::new())
}
