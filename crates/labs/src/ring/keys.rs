//! What the picture says of keys: which of them move, how far they are, and where on the dial they lie.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::{Set, sort};
use faultscope_protocol::ring::{ChangeKind, Items, Message, Setup, View};
use faultscope_sim::World;

use super::{items_of, readers};

/// How far a key is under the change under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyState {
    /// It stays where it is.
    #[default]
    Resting,
    /// It is on every node that had to get it.
    Arrived,
    /// A message carries it.
    OnTheWay,
    /// It has still to be sent.
    Waiting,
}

/// The copies that the change under way makes necessary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Copies {
    /// All of them.
    pub(super) total: u64,
    /// On the receiver already.
    pub(super) arrived: u64,
    /// In a message.
    pub(super) on_the_way: u64,
}

impl Copies {
    /// Those that have still to be sent.
    pub(super) fn waiting(self) -> u64 {
        self.total.saturating_sub(self.arrived + self.on_the_way)
    }
}

/// All keys of a run, as the newest view sees them.
pub(super) struct Keys<'a> {
    /// The newest view.
    pub(super) view: &'a View,
    /// How many keys there were at the beginning.
    pub(super) count: u32,
    /// The copies that move.
    pub(super) copies: Copies,
    states: Vec<KeyState>,
}

impl<'a> Keys<'a> {
    pub(super) fn of(world: &World, view: &'a View, setup: &Setup) -> Self {
        let count = setup.key_count();
        let mut keys =
            Self { view, count, copies: Copies::default(), states: vec![KeyState::Resting; count as usize] };
        if view.change().is_none() {
            return keys;
        }
        let carried = carried(world);
        for moved in view.moves() {
            let has_it = |items: &Items| items.contains_key(&moved.key);
            let state = if world.node(moved.to).and_then(items_of).is_some_and(has_it) {
                keys.copies.arrived += 1;
                KeyState::Arrived
            } else if carried.contains(&(moved.to, moved.key)) {
                keys.copies.on_the_way += 1;
                KeyState::OnTheWay
            } else {
                KeyState::Waiting
            };
            keys.copies.total += 1;
            if let Some(known) = keys.states.get_mut(moved.key as usize) {
                *known = state.max(*known);
            }
        }
        keys
    }

    /// The states of the keys in each of `columns` columns around the dial, those that rest first.
    pub(super) fn columns(&self, columns: u32) -> Vec<Vec<KeyState>> {
        let mut found = vec![Vec::new(); columns as usize];
        for (key, &state) in (0u32..).zip(&self.states) {
            if let Some(column) = found.get_mut(column_of(self.view, key, columns) as usize) {
                column.push(state);
            }
        }
        for column in &mut found {
            sort(column);
        }
        found
    }
}

/// The keys in messages, with their receivers.
fn carried(world: &World) -> Set<(NodeId, u32)> {
    let transfers = world.flights().filter_map(|flight| match flight.body.get::<Message>() {
        Some(Message::Transfer { items, .. }) => Some((flight.to, items)),
        _ => None,
    });
    transfers.flat_map(|(to, items)| items.iter().map(move |&(key, _)| (to, key))).collect()
}

/// In which of `columns` columns a key lies: by its place on the circle; without a circle, somewhere in the sector
/// of its remainder.
fn column_of(view: &View, key: u32, columns: u32) -> u32 {
    let position = view.position(key);
    let columns = u64::from(columns);
    let column = match view.placement().scheme().algorithm.circle_bits() {
        Some(bits) => ((u128::from(position) * u128::from(columns)) >> bits) as u64,
        None => {
            let count = readers(view).len().max(1) as u64;
            let (sector, rank) = (position % count, position / count);
            let (start, end) = (sector * columns / count, (sector + 1) * columns / count);
            start + rank % (end - start).max(1)
        }
    };
    u32::try_from(column).unwrap_or(0)
}

/// How many copies a change would move if each node had an even share, as a ring does on average.
pub(super) fn ideal_moves(view: &View, keys: u32, replicas: u32) -> Option<u64> {
    let change = view.change()?;
    let (before, after) = (view.members().len() as u64, view.members_next().len() as u64);
    let capped = |nodes: u64| nodes.min(u64::from(replicas));
    Some(match change.kind {
        ChangeKind::Join => u64::from(keys) * capped(after) / after.max(1),
        ChangeKind::Leave | ChangeKind::Remove => {
            let lost = capped(before) - capped(after).min(capped(before));
            (u64::from(keys) * capped(before) / before.max(1)).saturating_sub(u64::from(keys) * lost)
        }
    })
}

/// How many copies the change would move under `k mod n`: counted over one period of remainders.
pub(super) fn modulo_moves(view: &View, keys: u32, replicas: u32) -> Option<u64> {
    view.change()?;
    let (before, after) = (view.members(), view.members_next());
    let period = (before.len() * after.len()).max(1);
    let hosts = |members: &[NodeId], rest: usize| -> Vec<NodeId> {
        let count = members.len().min(replicas as usize);
        (0..count).filter_map(|step| members.get((rest + step) % members.len()).copied()).collect()
    };
    let moved: usize = (0..period)
        .map(|rest| {
            let old = hosts(before, rest);
            hosts(after, rest).iter().filter(|node| !old.contains(node)).count()
        })
        .sum();
    Some(u64::from(keys) * moved as u64 / period as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_what_is_left() {
        assert_eq!(Copies { total: 9, arrived: 4, on_the_way: 2 }.waiting(), 3);
        assert_eq!(Copies::default().waiting(), 0);
    }

    #[test]
    fn the_state_of_a_key_is_that_of_its_latest_copy() {
        assert!(KeyState::Resting < KeyState::Arrived && KeyState::OnTheWay < KeyState::Waiting);
    }
}
