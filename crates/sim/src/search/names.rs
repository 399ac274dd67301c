//! The hashes of a state's parts under every renaming; a successor makes only those of what changed.

use std::sync::Arc;

use super::symmetry::{Renamings, Row, Shape};
use crate::hash::StableHasher;
use crate::monitor::Property;
use crate::node::{Node, Outgoing};
use crate::world::World;

/// The hashes of a state under every renaming.
#[derive(Clone)]
pub(super) struct Names {
    renamings: Arc<Renamings>,
    nodes: Vec<Row>,
    /// By place, with the number of the message.
    flights: Vec<(u64, Row)>,
    /// By the command's number.
    commands: Vec<(u64, Row)>,
    watched: Vec<Row>,
}

impl Names {
    /// None of the hashes are made yet.
    pub(super) fn new(renamings: Arc<Renamings>) -> Self {
        Self { renamings, nodes: Vec::new(), flights: Vec::new(), commands: Vec::new(), watched: Vec::new() }
    }

    /// What it takes beside what it shares with others, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let rows = self.nodes.len() + self.flights.len() + self.commands.len() + self.watched.len();
        // About two rows are new in a state.
        rows * size_of::<(u64, Row)>() + 2 * self.renamings.count() * size_of::<u64>()
    }

    /// Makes the hashes of a node anew.
    pub(super) fn set_node(&mut self, place: usize, node: &Node) {
        let row = self.renamings.row(&node_shape(node, &self.renamings));
        put(&mut self.nodes, place, row);
    }

    /// Makes the hashes of a property anew.
    pub(super) fn set_property(&mut self, place: usize, property: &Property) {
        // Whether it tells its memory was asked before the search began; it is a matter of its type.
        let memory = property.plain().unwrap_or_default();
        let shape =
            Shape::list(vec![Shape::number(u64::from(property.end())), self.renamings.shape(&memory)]);
        let row = self.renamings.row(&shape);
        put(&mut self.watched, place, row);
    }

    /// Brings the hashes of messages and commands up to date.
    pub(super) fn settle(&mut self, world: &World) {
        let (renamings, was) = (self.renamings.clone(), std::mem::take(&mut self.commands));
        for (op, open) in world.open_commands() {
            let known = was.iter().find(|(known, _)| *known == op).map(|(_, row)| row.clone());
            let make = || {
                let body = renamings.shape(&open.body.plain());
                renamings.row(&Shape::list(vec![Shape::number(op), renamings.name(open.node), body]))
            };
            self.commands.push((op, known.unwrap_or_else(make)));
        }
        self.flights.truncate(world.flight_places());
        for (place, flight) in world.flights_by_place().enumerate() {
            let id = flight.map_or(0, |flight| flight.id);
            if self.flights.get(place).is_some_and(|(known, _)| *known == id) {
                continue;
            }
            let shape = flight.map(|flight| {
                let ends = [flight.from, flight.to].map(|id| renamings.name(id));
                Shape::list(ends.into_iter().chain([renamings.shape(&flight.body.plain())]).collect())
            });
            let row = shape.map_or_else(|| Row::from([]), |shape| renamings.row(&shape));
            put(&mut self.flights, place, (id, row));
        }
    }

    /// The least hash of the whole state under any renaming.
    pub(super) fn least(&self, world: &World) -> u64 {
        let hashes = (0..self.renamings.count()).map(|renaming| self.hash(renaming, world));
        hashes.min().unwrap_or_default()
    }

    fn hash(&self, renaming: usize, world: &World) -> u64 {
        let mut hasher = StableHasher::new(9);
        // Each node's hash holds its name, so that a sum tells them apart.
        hasher.word(self.nodes.iter().map(|row| row[renaming]).fold(0, u64::wrapping_add));
        let flights = world.flights_by_place().zip(&self.flights).filter_map(|(flight, (_, row))| {
            let flight = flight.filter(|flight| flight.is_open())?;
            let mut hasher = StableHasher::new(row[renaming]);
            hasher.word(u64::from(flight.waiting));
            Some(std::hash::Hasher::finish(&hasher))
        });
        hasher.word(flights.fold(0, u64::wrapping_add));
        for row in self.commands.iter().map(|(_, row)| row).chain(&self.watched) {
            hasher.word(row[renaming]);
        }
        hasher.word(self.commands.len() as u64);
        std::hash::Hasher::finish(&hasher)
    }
}

fn put<T>(places: &mut Vec<T>, place: usize, value: T) {
    match places.get_mut(place) {
        Some(known) => *known = value,
        None => places.push(value),
    }
}

/// What `Node::hash_canonical` takes in, and the name.
fn node_shape(node: &Node, renamings: &Renamings) -> Shape {
    let (state, timers) = node.machine.plain();
    let timers = timers.iter().map(|timer| renamings.shape(timer)).collect();
    let writes = node.writes.iter().map(|write| {
        Shape::list(vec![Shape::number(u64::from(write.force)), renamings.shape(&write.stable.plain())])
    });
    let durable = node.durable.as_ref().map(|durable| renamings.shape(&durable.plain()));
    Shape::list(vec![
        renamings.name(node.id),
        Shape::number(node.status as u64),
        renamings.shape(&state),
        Shape::bag(timers),
        Shape::list(durable.into_iter().collect()),
        Shape::list(writes.collect()),
        outbox_shape(node, renamings),
        Shape::list(node.picks.iter().map(|&pick| Shape::number(u64::from(pick))).collect()),
        Shape::number(node.loaded << 1 | u64::from(node.load_op.is_some())),
    ])
}

/// What waits behind one write leaves at once: the messages of it have no order.
fn outbox_shape(node: &Node, renamings: &Renamings) -> Shape {
    let first = node.writes.front().map_or(0, |write| write.id);
    let (mut sends, mut others) = (Vec::new(), Vec::new());
    for (barrier, outgoing) in &node.outbox {
        let behind = Shape::number(barrier.saturating_sub(first));
        match outgoing {
            Outgoing::Send { to, body } => {
                sends.push(Shape::list(vec![behind, renamings.name(*to), renamings.shape(&body.plain())]));
            }
            Outgoing::Reply { op, body } => {
                others.push(Shape::list(vec![behind, Shape::number(1 + op), renamings.shape(&body.plain())]));
            }
            Outgoing::Note(note) => {
                others.push(Shape::list(vec![behind, Shape::number(0), renamings.shape(&note.plain())]));
            }
        }
    }
    Shape::list(vec![Shape::bag(sends), Shape::list(others)])
}
