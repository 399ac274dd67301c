//! What the ring promises, checked on the disks from outside the nodes.
//!
//! Views are judged once they are on a disk: what a steward only has in mind can be lost in a crash, and then its
//! number is given to another view. All keys are looked at only in the steps that put a new view on a disk.

use std::hash::Hash;
use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::{Map, Set};
use faultscope_protocol::ring::{Command, Items, Reply, Setup, Stamp, View};
use faultscope_sim::{Kind, Mode, Node, Property, Signal, Step, Watch, World};

use super::{disk, readers};

/// The properties of a run, fresh.
pub(super) fn all() -> Vec<Property> {
    vec![
        Property::new("one-owner", Mode::Always, Watch::boxed(Latest::default(), one_owner)),
        Property::new("only-what-must", Mode::Always, Watch::boxed(Latest::default(), only_what_must)),
        Property::new("distinct-replicas", Mode::Always, Watch::boxed(Latest::default(), distinct_replicas)),
        Property::new("no-miss", Mode::Always, Watch::boxed(Reads::default(), no_miss)),
        Property::new("placed", Mode::Eventually, Watch::boxed(Placed::default(), placed)),
        Property::new("overloaded", Mode::Sometimes, Watch::boxed(Latest::default(), overloaded)),
    ]
}

/// The newest view on a disk.
#[derive(Clone, Default, Hash)]
struct Latest {
    view: Option<Arc<View>>,
    /// Whether it was not judged yet.
    is_due: bool,
}

impl Latest {
    /// Takes in what is on the disk of the step's node. Returns the view before, if there is a newer one now.
    fn take(&mut self, world: &World, step: &Step) -> Option<Option<Arc<View>>> {
        let found = &disk(step.node.and_then(|id| world.node(id))?)?.view;
        let is_newer = self.view.as_ref().is_none_or(|view| view.version() < found.version());
        is_newer.then(|| {
            self.is_due = true;
            self.view.replace(found.clone())
        })
    }
}

fn setup(world: &World) -> Option<&Setup> {
    world.servers().next()?.setup::<Setup>()
}

/// What the disks of `nodes` hold; none if one of them was never written.
fn disks<'a>(world: &'a World, nodes: &[NodeId]) -> Option<Map<NodeId, &'a Items>> {
    let items = |&id: &NodeId| Some((id, &disk(world.node(id)?)?.items));
    nodes.iter().map(items).collect()
}

fn one_owner(latest: &mut Latest, world: &World, step: &Step) -> Signal {
    latest.take(world, step);
    let (Some(view), true, Some(setup)) = (&latest.view, latest.is_due, setup(world)) else {
        return Signal::Silent;
    };
    let Some(disks) = disks(world, readers(view)) else { return Signal::Silent };
    latest.is_due = false;
    let owner = |key: u32| view.read_set(key).first().copied();
    let has_it =
        |key: u32| owner(key).and_then(|node| disks.get(&node)).is_some_and(|items| items.contains_key(&key));
    let mut without = (0..setup.key_count()).filter(|&key| !has_it(key));
    let Some(key) = without.next() else { return Signal::Held };
    Signal::Struck(vec![
        ("view", view.version().to_string()),
        ("key", key.to_string()),
        ("owner", owner(key).map_or_else(|| "—".to_owned(), |node| node.to_string())),
        ("missing", (1 + without.count()).to_string()),
    ])
}

fn only_what_must(latest: &mut Latest, world: &World, step: &Step) -> Signal {
    let Some(Some(before)) = latest.take(world, step) else { return Signal::Silent };
    let (Some(after), Some(setup)) = (&latest.view, setup(world)) else { return Signal::Silent };
    let (old, new) = (readers(&before), readers(after));
    if old == new {
        return Signal::Silent;
    }
    let moved = before.owners_changed(after);
    match moved.iter().find(|moved| new.contains(&moved.from) && old.contains(&moved.to)) {
        None => Signal::Held,
        Some(wrong) => Signal::Struck(vec![
            ("key", wrong.key.to_string()),
            ("from", wrong.from.to_string()),
            ("to", wrong.to.to_string()),
            ("moved", moved.len().to_string()),
            ("keys", setup.key_count().to_string()),
        ]),
    }
}

fn distinct_replicas(latest: &mut Latest, world: &World, step: &Step) -> Signal {
    if latest.take(world, step).is_none() {
        return Signal::Silent;
    }
    let (Some(view), Some(setup)) = (&latest.view, setup(world)) else { return Signal::Silent };
    let wanted = (setup.replication_factor.max(1) as usize).min(view.members().len());
    for key in 0..setup.key_count() {
        let nodes: Set<NodeId> = view.replicas(key).into_iter().collect();
        if nodes.len() < wanted {
            let names: Vec<String> = nodes.iter().map(NodeId::to_string).collect();
            return Signal::Struck(vec![
                ("key", key.to_string()),
                ("found", nodes.len().to_string()),
                ("wanted", wanted.to_string()),
                ("nodes", names.join(" ")),
            ]);
        }
    }
    Signal::Held
}

/// What reads must find at least.
#[derive(Clone, Default, Hash)]
struct Reads {
    /// The newest version of each key that was acknowledged. Those of the beginning are not listed.
    acknowledged: Map<u32, Stamp>,
    /// Reads that are under way, by their number: who asked, and what must be found at least.
    asked: Map<u64, (NodeId, Option<Stamp>)>,
}

const PRELOADED: Stamp = Stamp { serial: 0, writer: None };

fn no_miss(reads: &mut Reads, world: &World, step: &Step) -> Signal {
    let (Some(node), Some(setup)) = (step.node, setup(world)) else { return Signal::Silent };
    if step.kind == Kind::Crash {
        // Nobody is left to be answered.
        reads.asked.retain(|_, (client, _)| *client != node);
    }
    let (Some(op), Some(body)) = (step.op, &step.body) else { return Signal::Silent };
    if let Some(&Command::Get { key }) = body.get::<Command>() {
        let stored = reads.acknowledged.get(&key).copied();
        let floor = stored.or_else(|| (key < setup.key_count()).then_some(PRELOADED));
        reads.asked.insert(op, (node, floor));
    }
    match body.get::<Reply>() {
        Some(&Reply::Stored { key, stamp }) => {
            let newest = reads.acknowledged.entry(key).or_insert(PRELOADED);
            *newest = stamp.max(*newest);
            Signal::Silent
        }
        Some(&Reply::Value { key, item }) => judge_read(reads, op, node, key, Some(item.stamp)),
        Some(&Reply::NotFound { key }) => judge_read(reads, op, node, key, None),
        Some(_) => {
            reads.asked.remove(&op);
            Signal::Silent
        }
        None => Signal::Silent,
    }
}

fn judge_read(reads: &mut Reads, op: u64, client: NodeId, key: u32, found: Option<Stamp>) -> Signal {
    let Some((_, Some(wanted))) = reads.asked.remove(&op) else { return Signal::Silent };
    if found.is_some_and(|found| found >= wanted) {
        return Signal::Held;
    }
    Signal::Struck(vec![
        ("client", client.to_string()),
        ("key", key.to_string()),
        ("found", found.map_or_else(|| "∅".to_owned(), version)),
        ("wanted", version(wanted)),
    ])
}

/// A version of a key in a few signs that need no translation.
fn version(stamp: Stamp) -> String {
    match stamp.writer {
        Some(writer) => format!("{writer}#{}", stamp.serial),
        None => "#0".to_owned(),
    }
}

/// Whether keys lie where the newest view says.
#[derive(Clone, Default, Hash)]
struct Placed {
    latest: Latest,
    is_met: bool,
    /// How many copies there were when all were looked at in vain.
    looked_at: Option<u64>,
}

fn placed(placed: &mut Placed, world: &World, step: &Step) -> Signal {
    if placed.latest.take(world, step).is_some() {
        placed.looked_at = None;
        if let (true, Some(view)) = (std::mem::take(&mut placed.is_met), &placed.latest.view) {
            return Signal::Struck(vec![("view", view.version().to_string())]);
        }
    }
    let (Some(view), Some(setup)) = (&placed.latest.view, setup(world)) else { return Signal::Silent };
    let has_view = |node: &Node| disk(node).is_some_and(|found| found.view.version() == view.version());
    let are_all_there = || view.members().iter().all(|&id| world.node(id).is_some_and(has_view));
    if placed.is_met || view.change().is_some() || !are_all_there() {
        return Signal::Silent;
    }
    let Some(disks) = disks(world, view.members()) else { return Signal::Silent };
    let copies: u64 = disks.values().map(|items| items.len() as u64).sum();
    if placed.looked_at == Some(copies) {
        return Signal::Silent;
    }
    let holds = |key: u32, node: NodeId| disks.get(&node).is_some_and(|items| items.contains_key(&key));
    placed.is_met = (0..setup.key_count()).all(|key| view.replicas(key).iter().all(|&node| holds(key, node)));
    placed.looked_at = Some(copies);
    if placed.is_met { Signal::Held } else { Signal::Silent }
}

fn overloaded(latest: &mut Latest, world: &World, step: &Step) -> Signal {
    let Some(before) = latest.take(world, step) else { return Signal::Silent };
    let (Some(view), Some(setup)) = (&latest.view, setup(world)) else { return Signal::Silent };
    if before.is_some_and(|before| readers(&before) == readers(view)) {
        return Signal::Silent;
    }
    let mut owned: Map<NodeId, u64> = Map::new();
    for owner in (0..setup.key_count()).filter_map(|key| view.owner(key)) {
        *owned.entry(owner).or_default() += 1;
    }
    let (total, nodes) = (u64::from(setup.key_count()), readers(view).len().max(1) as u64);
    match owned.into_iter().max_by_key(|&(_, count)| count) {
        // Without floats: `count` is at least 6/5 of `total` / `nodes`.
        Some((node, count)) if count * nodes * 5 >= total * 6 => Signal::Struck(vec![
            ("node", node.to_string()),
            ("keys", count.to_string()),
            ("ideal", (total / nodes).to_string()),
            ("percent", (count * nodes * 100 / total.max(1)).saturating_sub(100).to_string()),
        ]),
        _ => Signal::Held,
    }
}
