//! Two toy protocols that do next to nothing, so that a bench of them measures the simulator alone.

use std::ops::Range;
use std::sync::Arc;

use faultscope_protocol::{Command, Effects, Input, Message, NodeId, Note, Outcome, Protocol, Reply, Timer};
use faultscope_sim::{
    BadCommand, DiskPlan, Latency, NetworkPlan, Node, Payload, Plan, Property, Run, SeatPlan, TypedFactory,
    World,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::lab::{About, Assumptions, Blueprint, Family, Lab, MessageKind, Standing, Variant};
use crate::schema::{CommandSchema, Setting, Settings};
use crate::stage::{Arrangement, Edge, Look};
use crate::words::{Lang, Text};

/// What a toy does at each beat of its timer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
enum Rule {
    /// A datagram to each other node.
    #[default]
    ToAll,
    /// A datagram to one other node, drawn each time.
    ToOne,
}

/// Datagrams are of four kinds, so that a picture of them has four colours.
static KINDS: [MessageKind; 4] = [kind("One", 1), kind("Two", 2), kind("Three", 5), kind("Four", 6)];

const fn kind(name: &'static str, ink: u8) -> MessageKind {
    MessageKind { name, short: name, ink }
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
        KINDS[(self.serial % KINDS.len() as u64) as usize].name
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
    run(5, (Rule::ToAll, 50_000), 1_000..10_001)
}

/// So many nodes that each send a datagram to one other node, drawn each time, every 100 ms.
pub fn gossip(nodes: u16) -> Run {
    run(nodes, (Rule::ToOne, 100_000), 1_000..10_001)
}

/// A thousand nodes with two thousand datagrams between them at any time: each node sends one every 10 ms, and each is
/// 20 ms on its way.
pub fn crowd() -> Run {
    crowd_of(1_000)
}

/// The same with other numbers of nodes.
pub(crate) fn crowd_of(nodes: u16) -> Run {
    run(nodes, (Rule::ToOne, 10_000), 15_000..25_001)
}

fn run(nodes: u16, setup: Setup, latency_us: Range<u64>) -> Run {
    Run::new(Arc::new(plan(nodes, setup, latency_us)), Vec::new())
}

fn plan(nodes: u16, setup: Setup, latency_us: Range<u64>) -> Plan {
    let servers: Vec<NodeId> = (1..=nodes).map(NodeId::server).collect();
    Plan {
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
            latency: Latency::uniform(latency_us),
            loss_ppm: 0,
            duplicate_ppm: 0,
            reorder_ppm: 0,
            fifo: false,
        },
        disk: DiskPlan { force_us: 0..0, lazy_us: 0 },
        manual: false,
        properties: Vec::new(),
        symmetry: Vec::new(),
    }
}

/// The lab of [`crowd`], which no catalogue has: it is there to measure the stage.
pub static CROWD: Lab = Lab {
    id: "crowd",
    family: Family::Detect,
    title: Text::new("A crowd", "一千个节点"),
    sentence: Text::new(
        "A thousand nodes and two thousand messages, to measure the stage.",
        "一千个节点、两千条消息，用来测量舞台的绘制耗时。",
    ),
    broken_by: Text::new("nothing.", "无。"),
    variants: &[&CrowdVariant],
    properties: &[],
    rules: &[],
    kinds: &KINDS,
    timers: &[],
    spelling: &[],
    stories: &[],
    tools: &[],
    experiments: &[],
    miniature: "",
};

/// The variant of [`crowd`].
pub struct CrowdVariant;

static ABOUT: About = About {
    id: "gossip",
    title: CROWD.title,
    sentence: CROWD.sentence,
    standing: Standing::Right,
    assumes: Assumptions { faults: &[], most_down_percent: 0, words: &[] },
    claims: &[],
};

impl Variant for CrowdVariant {
    fn about(&self) -> &'static About {
        &ABOUT
    }
    fn settings(&self) -> Vec<Setting> {
        Vec::new()
    }
    fn commands(&self) -> &'static [CommandSchema] {
        &[]
    }
    fn blueprint(&self, _: &Settings) -> Blueprint {
        let Plan { seats, max_servers, joiner_role, factory, .. } =
            plan(1_000, (Rule::ToOne, 10_000), 15_000..25_001);
        Blueprint { seats, max_servers, joiner_role, factory, lazy_us: 0 }
    }
    fn properties(&self, _: &Settings) -> Vec<Property> {
        Vec::new()
    }
    fn state(&self, _: &World, node: &Node) -> Map<String, Value> {
        let received = node.machine::<Toy>().map_or(0, |toy| toy.received);
        Map::from_iter([("received".to_owned(), Value::from(received))])
    }
    fn message_words(&self, body: &Payload, _: bool) -> String {
        body.name().to_owned()
    }
    fn note_words(&self, _: &Payload, _: Lang) -> String {
        String::new()
    }
    fn command_words(&self, _: &Payload, _: Lang) -> String {
        String::new()
    }
    fn arrangement(&self, _: &World) -> Arrangement {
        Arrangement::Circle
    }
    fn look(&self, _: &World, node: &Node, _: Lang) -> Look {
        let received = node.machine::<Toy>().map_or(0, |toy| toy.received);
        let edge = match node.id.number() % 50 {
            0 => Edge::Thick,
            1 => Edge::Tentative,
            _ => Edge::Plain,
        };
        let epoch = received / 16;
        Look { epoch, epoch_words: format!("T{epoch}"), edge, arc: Some("beat"), ..Look::default() }
    }
    fn links(&self, _: &World) -> Vec<(NodeId, NodeId)> {
        Vec::new()
    }
    fn era(&self, _: &World) -> u64 {
        0
    }
    fn era_words(&self, _: u64) -> String {
        String::new()
    }
}
