//! Symmetry: of states that differ only in which interchangeable node is which, one stands for all.
//!
//! A state is hashed under every renaming of the interchangeable nodes, and known by the least of these hashes. What a
//! renamed hash is made of is JSON: a text that is exactly a node's name is renamed, an object has no order, and a list
//! of nothing but nodes is a set. Two states with one key are the same up to names (or collide, as any two hashes may);
//! a list in another order only makes the search larger, never wrong. The states themselves are not renamed: a path of
//! the search stays a run.

use std::sync::Arc;

use faultscope_protocol::NodeId;
use serde_json::Value;

use super::bounds::Bounds;
use crate::erased::RENAMES;
use crate::hash::{StableHasher, stable_hash};
use crate::monitor::Property;
use crate::world::World;

/// More renamings than this cost more than they save.
const RENAMINGS_MAX: usize = 24;

/// Whether a search uses symmetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symmetry {
    /// One state stands for all that so many renamings make of it; the renaming that changes nothing counts.
    On {
        /// How many renamings there are.
        renamings: u32,
    },
    /// It does not.
    Off(Asymmetry),
}

/// Why a search uses no symmetry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asymmetry {
    /// The lab names no interchangeable nodes.
    Undeclared,
    /// The bounds do not want it.
    Unwanted,
    /// Links keep order.
    Ordered,
    /// Cuts, links or processors with settings of their own, or picks that a text fixed, tell nodes apart.
    Standing,
    /// Clients have commands left in their load, which the run draws: it may name a node.
    Load,
    /// The nodes have different roles or zones.
    Seats,
    /// There are more than 24 renamings.
    TooMany,
    /// The monitor of this property does not tell its memory.
    Property(&'static str),
    /// In the browser nodes are not renamed, to keep the page small.
    Browser,
}

/// A hash for each renaming.
pub(super) type Row = Arc<[u64]>;

/// All renamings of the interchangeable nodes; the first changes nothing.
#[derive(Debug)]
pub(super) struct Renamings {
    /// The interchangeable nodes.
    nodes: Vec<NodeId>,
    /// Each of them under each renaming, in the order of `nodes`.
    images: Vec<Vec<NodeId>>,
}

impl Renamings {
    /// The renamings for a search from this world.
    pub(super) fn of<'a>(
        groups: &[Vec<NodeId>],
        world: &World,
        judged: impl Iterator<Item = &'a Property>,
        bounds: &Bounds,
    ) -> Result<Self, Asymmetry> {
        let is_there = |id: &NodeId| world.node(*id).is_some();
        let groups = groups.iter().map(|group| group.iter().copied().filter(is_there).collect::<Vec<_>>());
        let groups: Vec<Vec<NodeId>> = groups.filter(|group| group.len() > 1).collect();
        if groups.is_empty() {
            return Err(Asymmetry::Undeclared);
        }
        if !bounds.symmetry {
            return Err(Asymmetry::Unwanted);
        }
        if bounds.commands != Some(0) && world.has_load() {
            return Err(Asymmetry::Load);
        }
        check(&groups, world, judged)?;
        Ok(Self { images: images_of(&groups)?, nodes: groups.concat() })
    }

    /// The renaming that changes nothing, alone: its hashes tell apart what the plain hashes do.
    pub(super) fn none() -> Self {
        Self { nodes: Vec::new(), images: vec![Vec::new()] }
    }

    pub(super) fn count(&self) -> usize {
        self.images.len()
    }

    /// The hash of a shape under each renaming.
    pub(super) fn row(&self, shape: &Shape) -> Row {
        self.images.iter().map(|image| self.hash(shape, image)).collect()
    }

    /// A value, with whatever names no interchangeable node already hashed.
    pub(super) fn shape(&self, value: &Value) -> Shape {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => {
                let shapes = items.iter().map(|item| self.shape(item)).collect();
                if items.iter().all(is_name) { Shape::bag(shapes) } else { Shape::list(shapes) }
            }
            Value::Object(fields) => {
                let pairs =
                    fields.iter().map(|(key, value)| Shape::list(vec![self.text(key), self.shape(value)]));
                Shape::bag(pairs.collect())
            }
            Value::Null => Shape::Known(stable_hash(&0_u8)),
            Value::Bool(value) => Shape::Known(stable_hash(&(1_u8, value))),
            Value::Number(number) => Shape::Known(stable_hash(&(2_u8, number.as_u64(), number.as_i64()))),
        }
    }

    /// A node's name.
    pub(super) fn name(&self, id: NodeId) -> Shape {
        if self.nodes.contains(&id) { Shape::Name(id) } else { Shape::Known(name_hash(id)) }
    }

    fn text(&self, text: &str) -> Shape {
        match text.parse() {
            Ok(id) => self.name(id),
            Err(_) => Shape::Known(stable_hash(&(3_u8, text))),
        }
    }

    fn hash(&self, shape: &Shape, image: &[NodeId]) -> u64 {
        match shape {
            Shape::Known(hash) => *hash,
            Shape::Name(id) => {
                let place = self.nodes.iter().position(|known| known == id);
                name_hash(place.map_or(*id, |place| image[place]))
            }
            Shape::List(items) => list_hash(items.iter().map(|item| self.hash(item, image))),
            Shape::Bag(items) => bag_hash(items.iter().map(|item| self.hash(item, image))),
        }
    }
}

/// What a renamed hash is made of.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// The hash of what no renaming changes.
    Known(u64),
    /// The name of an interchangeable node.
    Name(NodeId),
    /// Shapes in order.
    List(Vec<Self>),
    /// Shapes without order.
    Bag(Vec<Self>),
}

impl Shape {
    pub(super) fn list(items: Vec<Self>) -> Self {
        match known(&items) {
            Some(hashes) => Self::Known(list_hash(hashes.into_iter())),
            None => Self::List(items),
        }
    }

    pub(super) fn bag(items: Vec<Self>) -> Self {
        match known(&items) {
            Some(hashes) => Self::Known(bag_hash(hashes.into_iter())),
            None => Self::Bag(items),
        }
    }

    pub(super) fn number(number: u64) -> Self {
        Self::Known(stable_hash(&(4_u8, number)))
    }
}

fn known(items: &[Shape]) -> Option<Vec<u64>> {
    let hash = |item: &Shape| if let Shape::Known(hash) = item { Some(*hash) } else { None };
    items.iter().map(hash).collect()
}

fn name_hash(id: NodeId) -> u64 {
    stable_hash(&(5_u8, id.code()))
}

fn list_hash(items: impl Iterator<Item = u64>) -> u64 {
    let mut hasher = StableHasher::new(6);
    let count = items.map(|item| hasher.word(item)).count();
    hasher.word(count as u64);
    std::hash::Hasher::finish(&hasher)
}

/// A sum has no order; each item is hashed once more before, so that sums of sums do not mix.
fn bag_hash(items: impl Iterator<Item = u64>) -> u64 {
    let (sum, count) = items
        .fold((0_u64, 0_u64), |(sum, count), item| (sum.wrapping_add(stable_hash(&(7_u8, item))), count + 1));
    stable_hash(&(8_u8, sum, count))
}

fn is_name(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.parse::<NodeId>().is_ok())
}

fn check<'a>(
    groups: &[Vec<NodeId>],
    world: &World,
    judged: impl Iterator<Item = &'a Property>,
) -> Result<(), Asymmetry> {
    if !RENAMES {
        return Err(Asymmetry::Browser);
    }
    if world.keeps_order() {
        return Err(Asymmetry::Ordered);
    }
    if world.tells_nodes_apart() {
        return Err(Asymmetry::Standing);
    }
    let seat = |id: NodeId| world.node(id).map(|node| (node.role(), node.zone));
    if groups.iter().any(|group| group.iter().any(|&id| seat(id) != seat(group[0]))) {
        return Err(Asymmetry::Seats);
    }
    match judged.into_iter().find(|property| property.plain().is_none()) {
        Some(property) => Err(Asymmetry::Property(property.id)),
        None => Ok(()),
    }
}

/// Every choice of one order for each group, all behind one another as the groups are.
fn images_of(groups: &[Vec<NodeId>]) -> Result<Vec<Vec<NodeId>>, Asymmetry> {
    let mut images = vec![Vec::new()];
    for group in groups {
        let ways = (1..=group.len()).try_fold(images.len(), usize::checked_mul);
        if ways.is_none_or(|ways| ways > RENAMINGS_MAX) {
            return Err(Asymmetry::TooMany);
        }
        let orders = orders_of(group);
        let longer = |image: &Vec<NodeId>| -> Vec<Vec<NodeId>> {
            orders.iter().map(|order| [image.as_slice(), order].concat()).collect()
        };
        images = images.iter().flat_map(longer).collect();
    }
    Ok(images)
}

/// Every order of some nodes, the given one first.
fn orders_of(nodes: &[NodeId]) -> Vec<Vec<NodeId>> {
    if nodes.is_empty() {
        return vec![Vec::new()];
    }
    let begin = |place: usize| {
        let rest: Vec<NodeId> = [&nodes[..place], &nodes[place + 1..]].concat();
        orders_of(&rest).into_iter().map(move |order| [&[nodes[place]], order.as_slice()].concat())
    };
    (0..nodes.len()).flat_map(begin).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn servers(count: u16) -> Vec<NodeId> {
        (1..=count).map(NodeId::server).collect()
    }

    fn renamings(groups: &[Vec<NodeId>]) -> Renamings {
        Renamings { images: images_of(groups).unwrap(), nodes: groups.concat() }
    }

    fn rows(value: &Value) -> Row {
        let renamings = renamings(&[servers(3)]);
        renamings.row(&renamings.shape(value))
    }

    #[test]
    fn there_are_as_many_renamings_as_orders_and_the_first_changes_nothing() {
        let groups = [servers(3), vec![NodeId::client(1), NodeId::client(2)]];
        let images = images_of(&groups).unwrap();
        assert_eq!(images[0], groups.concat());
        assert_eq!(images.iter().collect::<BTreeSet<_>>().len(), 12);
        assert_eq!(images_of(&[servers(4)]).unwrap().len(), 24);
        assert_eq!(images_of(&[servers(5)]), Err(Asymmetry::TooMany));
        assert_eq!(images_of(&[servers(4), servers(2)]), Err(Asymmetry::TooMany));
    }

    #[test]
    fn what_differs_in_names_alone_has_the_same_hashes_in_another_order() {
        let (one, other) = (json!({"n1": 1, "n2": ["n3", 2]}), json!({"n3": 1, "n1": ["n2", 2]}));
        let sorted = |row: Row| row.iter().copied().collect::<BTreeSet<u64>>();
        assert_ne!(rows(&one)[0], rows(&other)[0]);
        assert_eq!(sorted(rows(&one)), sorted(rows(&other)));
        for stranger in [
            json!({"n1": 1, "n2": ["n1", 2]}),
            json!({"n1": 1, "n2": ["n2", 2]}),
            json!({"n1": 2, "n2": ["n3", 1]}),
            json!({"n1": 1, "n2": [2, "n3"]}),
            json!({"n1": 1, "n2": ["c1", 2]}),
            json!({"n1": 1, "n2": ["n31", 2]}),
        ] {
            assert!(sorted(rows(&one)).is_disjoint(&sorted(rows(&stranger))), "{stranger}");
        }
    }

    #[test]
    fn a_list_of_nodes_is_a_set_and_any_other_list_is_in_order() {
        assert_eq!(rows(&json!(["n1", "c1"])), rows(&json!(["c1", "n1"])));
        assert_ne!(rows(&json!(["n1", 1])), rows(&json!([1, "n1"])));
        assert_ne!(rows(&json!(["n1"])), rows(&json!(["n1", "n1"])));
        assert_ne!(rows(&json!([])), rows(&json!({"a": 1})));
    }

    #[test]
    fn numbers_of_all_kinds_differ() {
        let values =
            [json!(null), json!(0), json!(1), json!(-1), json!(u64::MAX), json!(true), json!("1"), json!([])];
        let hashes: BTreeSet<u64> = values.iter().map(|value| rows(value)[0]).collect();
        assert_eq!(hashes.len(), values.len());
    }
}
