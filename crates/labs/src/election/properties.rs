//! What an election promises, checked from outside the nodes after every step.

use faultscope_protocol::NodeId;
use faultscope_protocol::coordination::{Change, Note as ServiceNote};
use faultscope_protocol::election::Note;
use faultscope_protocol::ordered::SharedMap;
use faultscope_sim::{Finding, Mode, Property, Signal, Status, Step, Watch, World};

use super::state::{belief, leaders, participants};

/// Every property of the lab; `uses_service` where candidates use the coordination service.
pub(super) fn all(uses_service: bool) -> Vec<Property> {
    let mut properties = vec![
        Property::new("one-leader-an-epoch", Mode::Always, Watch::boxed(Leaders::default(), one_leader)),
        Property::new("same-leader", Mode::Always, Watch::boxed(Adopted::default(), same_leader)),
        Property::new(
            "leader-elected",
            Mode::Eventually,
            Watch::boxed(Elected { is_told: !uses_service }, leader_elected),
        ),
        Property::new("two-at-once", Mode::Sometimes, Watch::boxed((), two_at_once)),
    ];
    if uses_service {
        let woken = Watch::boxed(Woken::default(), wakes_one);
        properties.push(Property::new("wakes-one", Mode::Always, woken));
    }
    properties
}

/// Who was seen leading in each epoch, first.
#[derive(Clone, Default, Hash)]
struct Leaders {
    by_epoch: SharedMap<u32, NodeId>,
}

/// In an epoch one node leads, and no other ever does.
fn one_leader(memory: &mut Leaders, world: &World, step: &Step) -> Signal {
    let Some(id) = step.node else { return Signal::Silent };
    let Some(belief) = world.node(id).and_then(belief).filter(|belief| belief.leads) else {
        return Signal::Silent;
    };
    match memory.by_epoch.get(&belief.epoch) {
        Some(&first) if first == id => Signal::Silent,
        Some(&first) => Signal::Struck(vec![
            ("epoch", belief.epoch.to_string()),
            ("first", first.to_string()),
            ("second", id.to_string()),
        ]),
        None => {
            memory.by_epoch.insert(belief.epoch, id);
            Signal::Held
        }
    }
}

/// Whom each epoch's first follower follows, and what each node was seen to believe last.
#[derive(Clone, Default, Hash)]
struct Adopted {
    by_epoch: SharedMap<u32, (NodeId, NodeId)>,
    last: SharedMap<NodeId, (u32, NodeId)>,
}

/// All that know a leader of an epoch know the same one.
fn same_leader(memory: &mut Adopted, world: &World, step: &Step) -> Signal {
    let Some(id) = step.node else { return Signal::Silent };
    let known = world.node(id).and_then(belief);
    let Some((epoch, leader)) = known.and_then(|belief| Some((belief.epoch, belief.leader?))) else {
        return Signal::Silent;
    };
    if memory.last.get(&id) == Some(&(epoch, leader)) {
        return Signal::Silent;
    }
    memory.last.insert(id, (epoch, leader));
    match memory.by_epoch.get(&epoch) {
        Some(&(_, first)) if first == leader => Signal::Held,
        Some(&(who, first)) => Signal::Struck(vec![
            ("epoch", epoch.to_string()),
            ("who", who.to_string()),
            ("first", first.to_string()),
            ("other", id.to_string()),
            ("second", leader.to_string()),
        ]),
        None => {
            memory.by_epoch.insert(epoch, (id, leader));
            Signal::Silent
        }
    }
}

/// Whether all are told who leads, or only those who must know.
#[derive(Clone, Hash)]
struct Elected {
    is_told: bool,
}

/// In the end one node leads, and where all are told, all know it.
fn leader_elected(memory: &mut Elected, world: &World, step: &Step) -> Signal {
    if step.node.is_none() {
        return Signal::Silent;
    }
    let mut all = leaders(world);
    let (Some((leader, _)), None) = (all.next(), all.next()) else {
        return Signal::Struck(Finding::new());
    };
    let knows = |node| belief(node).is_some_and(|belief| belief.leader == Some(leader));
    let mut up = participants(world).filter(|node| node.status != Status::Down);
    if memory.is_told && !up.all(knows) {
        return Signal::Struck(Finding::new());
    }
    Signal::Held
}

/// Seen when two nodes that run both believe that they lead, in whatever epochs.
fn two_at_once(_: &mut (), world: &World, step: &Step) -> Signal {
    let is_up = |id: NodeId| world.node(id).is_some_and(|node| node.status == Status::Up);
    let Some(id) = step.node.filter(|id| is_up(*id)) else { return Signal::Silent };
    let Some(epoch) = world.node(id).and_then(belief).filter(|belief| belief.leads).map(|it| it.epoch) else {
        return Signal::Silent;
    };
    let mut others = leaders(world).filter(|(other, _)| *other != id && is_up(*other));
    others.next().map_or(Signal::Silent, |(other, other_epoch)| {
        Signal::Struck(vec![
            ("first", id.to_string()),
            ("first_epoch", epoch.to_string()),
            ("second", other.to_string()),
            ("second_epoch", other_epoch.to_string()),
        ])
    })
}

/// Whom the end of each znode has woken, first.
#[derive(Clone, Default, Hash)]
struct Woken {
    by_znode: SharedMap<String, NodeId>,
}

/// When a znode goes, at most one candidate is told.
fn wakes_one(memory: &mut Woken, _: &World, step: &Step) -> Signal {
    let notes = step.notes.iter().filter_map(|note| note.get::<Note>());
    let mut signal = Signal::Silent;
    for note in notes {
        // Whoever watches may be woken.
        if let Note::Watches { .. } = note {
            signal = Signal::Held;
        }
        let Note::Service(ServiceNote::WatchFired { client, path, change: Change::Deleted, .. }) = note
        else {
            continue;
        };
        signal = match memory.by_znode.get(path) {
            Some(first) if first == client => Signal::Held,
            Some(first) => {
                return Signal::Struck(vec![
                    ("znode", path.clone()),
                    ("first", first.to_string()),
                    ("second", client.to_string()),
                ]);
            }
            None => {
                memory.by_znode.insert(path.clone(), *client);
                Signal::Held
            }
        };
    }
    signal
}
