//! The view of the ring: who is a member, what change is under way, and where that puts each key.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use serde::Serialize;

use super::Setup;
use super::placement::{Algorithm, Moved, Placement, Scheme};
use crate::ordered::Set;
use crate::{NodeId, Seat};

/// What a change does to the membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// A newcomer takes its arcs from the members.
    Join,
    /// A member hands its arcs over and goes.
    Leave,
    /// A failed member was declared gone; the other replicas copy its keys.
    Remove,
}

/// How far a change is. Members may be in two neighbouring phases at a time, never further apart: the steward
/// begins a phase when every member has acknowledged the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Keys are copied. Reads go to the old replicas, writes to old and new ones (pending ranges).
    Copy,
    /// All is copied. Reads go to the new replicas, writes still to both.
    Switch,
    /// The naive way: reads and writes go to the new replicas at once, while keys are still on their way.
    Move,
}

/// A change of the membership under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Change {
    /// What it does.
    pub kind: ChangeKind,
    /// Who joins, leaves or is removed.
    pub node: NodeId,
    /// How far it is.
    pub phase: Phase,
}

/// One numbered state of the membership. Nodes adopt newer ones only.
///
/// Views are compared, hashed and printed by what the steward decided; the tables behind them follow from that
/// and from the [`Setup`], which is the same for all nodes of a run.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct View {
    version: u64,
    #[serde(flatten)]
    membership: Membership,
    #[serde(skip)]
    tables: Memo<Tables>,
}

/// What the steward decides.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Membership {
    /// The members before the change under way, in the order in which they joined.
    pub members: Vec<NodeId>,
    /// The members that were declared gone, and whose removal is not finished.
    pub gone: Set<NodeId>,
    /// Those who left, were removed, or were given up while they joined. Ids are never used again, so that a
    /// request to join that comes very late lets nobody in again.
    pub retired: Set<NodeId>,
    /// The change under way.
    pub change: Option<Change>,
}

/// Where keys lie before and after the change under way.
struct Tables {
    scheme: Scheme,
    replication_factor: u32,
    replicas_by_points: bool,
    keys: u32,
    now: Placement,
    next: Option<(Vec<NodeId>, Placement)>,
    moves: OnceLock<Vec<Transferal>>,
}

/// One copy of one key that a change makes necessary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Transferal {
    /// Which key.
    pub key: u32,
    /// Who sends it: the replica that gives its place up, or, where that one is gone, the first that is left.
    pub from: NodeId,
    /// The new replica.
    pub to: NodeId,
}

impl View {
    /// The first view of a run: the members of the beginning, and no change.
    pub fn initial(seat: &Seat<Setup>) -> Arc<Self> {
        let count = if seat.setup.members == 0 { seat.servers.len() } else { seat.setup.members as usize };
        let members = seat.servers.iter().copied().take(count).collect();
        Self::new(&seat.setup, 1, Membership { members, ..Membership::default() })
    }

    /// A view with its tables.
    pub(super) fn new(setup: &Setup, version: u64, membership: Membership) -> Arc<Self> {
        let scheme = setup.scheme();
        let place = |nodes: &[NodeId]| Placement::new(scheme, nodes.iter().map(NodeId::to_string));
        let members = &membership.members;
        let next = membership.change.map(|change| changed(members, change));
        let tables = Tables {
            scheme,
            replication_factor: setup.replication_factor.max(1),
            replicas_by_points: setup.replicas_by_points,
            keys: setup.key_count(),
            now: place(members),
            next: next.map(|nodes| (nodes.clone(), place(&nodes))),
            moves: OnceLock::new(),
        };
        Arc::new(Self { version, membership, tables: Memo(tables) })
    }

    /// Its number, from 1.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What the steward decided.
    pub fn membership(&self) -> &Membership {
        &self.membership
    }

    /// The members before the change under way, in the order in which they joined.
    pub fn members(&self) -> &[NodeId] {
        &self.membership.members
    }

    /// The members after the change under way; without one, the members.
    pub fn members_next(&self) -> &[NodeId] {
        self.tables.0.next.as_ref().map_or(self.members(), |(members, _)| members)
    }

    /// The members that were declared gone, and whose removal is not finished.
    pub fn gone(&self) -> &Set<NodeId> {
        &self.membership.gone
    }

    /// The change under way.
    pub fn change(&self) -> Option<Change> {
        self.membership.change
    }

    /// Where keys lie before the change under way. Its nodes are [`View::members`], by index.
    pub fn placement(&self) -> &Placement {
        &self.tables.0.now
    }

    /// Where keys lie after the change under way. Its nodes are [`View::members_next`], by index.
    pub fn placement_next(&self) -> &Placement {
        self.tables.0.next.as_ref().map_or(&self.tables.0.now, |(_, placement)| placement)
    }

    /// Where `key` lies on the circle (or the number whose remainder counts).
    pub fn position(&self, key: u32) -> u64 {
        key_position(self.tables.0.scheme, key)
    }

    /// The node that owns `key` for readers.
    pub fn owner(&self, key: u32) -> Option<NodeId> {
        let (members, placement) = self.readable();
        members.get(placement.owner(self.position(key))? as usize).copied()
    }

    /// The replicas of `key` before the change under way, the owner first.
    pub fn replicas(&self, key: u32) -> Vec<NodeId> {
        self.replicas_in(self.members(), &self.tables.0.now, key)
    }

    /// The replicas of `key` after the change under way, the owner first.
    pub fn replicas_next(&self, key: u32) -> Vec<NodeId> {
        self.replicas_in(self.members_next(), self.placement_next(), key)
    }

    /// The nodes that may answer a read of `key`, the owner first.
    pub fn read_set(&self, key: u32) -> Vec<NodeId> {
        let (members, placement) = self.readable();
        self.without_gone(self.replicas_in(members, placement, key))
    }

    /// The nodes that must store a write of `key` before it is acknowledged: during a change, old and new ones.
    pub fn write_set(&self, key: u32) -> Vec<NodeId> {
        let mut nodes = match self.phase() {
            None => self.replicas(key),
            Some(Phase::Move) => self.replicas_next(key),
            Some(Phase::Copy | Phase::Switch) => {
                let mut both = self.replicas(key);
                both.extend(self.replicas_next(key));
                both
            }
        };
        let mut seen = Set::new();
        nodes.retain(|&node| seen.insert(node));
        self.without_gone(nodes)
    }

    /// The copies of `key` that the change under way makes necessary.
    ///
    /// The i-th new replica gets the key from the i-th that gives it up, so that a leaver sends its own keys and
    /// a newcomer is served by those whose place it takes. A copy whose replicas are all gone has no sender, and
    /// is left out: that key is lost.
    pub fn transferals(&self, key: u32) -> Vec<Transferal> {
        if self.change().is_none() {
            return Vec::new();
        }
        let (before, after) = (self.replicas(key), self.replicas_next(key));
        let is_live = |node: &NodeId| !self.gone().contains(node);
        let survivor = before.iter().copied().find(is_live);
        let mut leaving = before.iter().copied().filter(|node| !after.contains(node));
        let mut found = Vec::new();
        for &to in after.iter().filter(|node| !before.contains(node)) {
            let sender = leaving.next().filter(is_live).or(survivor);
            found.extend(sender.filter(|_| is_live(&to)).map(|from| Transferal { key, from, to }));
        }
        found
    }

    /// The copies of all preloaded keys that the change under way makes necessary, by key. Reckoned once a view.
    pub fn moves(&self) -> &[Transferal] {
        let tables = &self.tables.0;
        tables.moves.get_or_init(|| (0..tables.keys).flat_map(|key| self.transferals(key)).collect())
    }

    /// The preloaded keys whose owner for readers differs in `after`.
    pub fn owners_changed(&self, after: &Self) -> Vec<Moved<u32, NodeId>> {
        let change = |key| {
            let (from, to) = (self.owner(key)?, after.owner(key)?);
            (from != to).then_some(Moved { key, from, to })
        };
        (0..self.tables.0.keys).filter_map(change).collect()
    }

    /// Whether `node` takes part: as a member, or as the one that joins.
    pub fn involves(&self, node: NodeId) -> bool {
        self.members().contains(&node) || self.members_next().contains(&node)
    }

    /// Whether keys are copied in this phase of the change under way.
    pub fn copies(&self) -> bool {
        self.phase().is_some_and(|phase| phase != Phase::Switch)
    }

    fn phase(&self) -> Option<Phase> {
        self.change().map(|change| change.phase)
    }

    fn readable(&self) -> (&[NodeId], &Placement) {
        match self.phase() {
            None | Some(Phase::Copy) => (self.members(), &self.tables.0.now),
            Some(Phase::Switch | Phase::Move) => (self.members_next(), self.placement_next()),
        }
    }

    fn replicas_in(&self, members: &[NodeId], placement: &Placement, key: u32) -> Vec<NodeId> {
        let (position, count) = (self.position(key), self.tables.0.replication_factor as usize);
        let indices = if self.tables.0.replicas_by_points {
            placement.next_points(position, count)
        } else {
            placement.replicas(position, count)
        };
        indices.into_iter().filter_map(|index| members.get(index as usize).copied()).collect()
    }

    fn without_gone(&self, mut nodes: Vec<NodeId>) -> Vec<NodeId> {
        nodes.retain(|node| !self.gone().contains(node));
        nodes
    }
}

/// The members once `change` is done.
fn changed(members: &[NodeId], change: Change) -> Vec<NodeId> {
    let mut members = members.to_vec();
    members.retain(|&member| member != change.node);
    if change.kind == ChangeKind::Join {
        members.push(change.node);
    }
    members
}

/// A value that follows from the fields beside it: it takes no part in comparing, ordering, hashing or printing.
struct Memo<T>(T);

impl<T> fmt::Debug for Memo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("..")
    }
}

impl<T> PartialEq for Memo<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Memo<T> {}

impl<T> PartialOrd for Memo<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Memo<T> {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl<T> Hash for Memo<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// The position of the key with id `key`. Its name is `key` in decimal, and its index in the list of keys is `key`.
///
/// A pure function of its arguments. The first ten thousand are remembered, in blocks, for the life of the
/// process: nodes ask for them all the time, and a hash costs as much as a whole look-up.
fn key_position(scheme: Scheme, key: u32) -> u64 {
    const BLOCK: u32 = 256;
    const BLOCKS: usize = Setup::KEYS_MAX.div_ceil(BLOCK) as usize;
    type Blocks = [OnceLock<Vec<u64>>; BLOCKS];
    static RING: Blocks = [const { OnceLock::new() }; BLOCKS];
    static KETAMA: Blocks = [const { OnceLock::new() }; BLOCKS];
    static OFF_BY_RING: Blocks = [const { OnceLock::new() }; BLOCKS];

    let compute = |key: u32| scheme.position(&key.to_string(), u64::from(key));
    let blocks = match scheme.algorithm {
        Algorithm::Ring => &RING,
        Algorithm::ModN if scheme.hashed_keys => &RING,
        Algorithm::Ketama => &KETAMA,
        Algorithm::OffByRing => &OFF_BY_RING,
        Algorithm::ModN | Algorithm::Mod360 => return u64::from(key),
    };
    let Some(block) = blocks.get((key / BLOCK) as usize) else { return compute(key) };
    let first = key - key % BLOCK;
    let known = block.get_or_init(|| (first..first + BLOCK).map(compute).collect());
    known.get((key % BLOCK) as usize).copied().unwrap_or_else(|| compute(key))
}
