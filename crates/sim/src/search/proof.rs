//! How to prove that a plan is as symmetric as it says: random paths to play with names exchanged, and a count of all
//! classes of states without any use of symmetry.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use super::state::{Expansion, State};
use super::symmetry::Renamings;
use super::{Bounds, Search};
use crate::action::Action;
use crate::run::Run;

/// What a full search finds among its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes {
    /// Unique states.
    pub states: u64,
    /// How many of them the renamed hash tells apart when nothing is renamed: all, if it leaves nothing out.
    pub told: u64,
    /// How many there are up to names.
    pub classes: u64,
}

/// Visits every state within `bounds` without any use of symmetry, and counts the classes up to names; none where there
/// is no symmetry. Only budgets, depth and disks of the bounds are heeded.
pub fn classes(run: &Run, step: u64, bounds: &Bounds) -> Option<Classes> {
    let (moment, _) = run.whole_moment(step);
    let mut scratch = Expansion::default();
    let (root, _) = State::root(moment, bounds, &mut scratch);
    let renamings = [Renamings::none(), root.renamings(&run.plan().symmetry, bounds).ok()?].map(Arc::new);
    let roots = renamings.map(|renamings| {
        let mut root = root.clone();
        root.rename_by(renamings);
        root
    });
    let mut found = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
    let mut frontier = VecDeque::new();
    let [told, named] = roots;
    let mut take_in =
        |depth: u32, told: State, named: State, frontier: &mut VecDeque<(u32, State, State)>| {
            found[1].insert(told.hash(bounds));
            found[2].insert(named.hash(bounds));
            if found[0].insert(named.hash_as_it_is(bounds)) && bounds.depth.is_none_or(|most| depth < most) {
                frontier.push_back((depth, told, named));
            }
        };
    take_in(0, told, named, &mut frontier);
    while let Some((depth, told, named)) = frontier.pop_front() {
        let (mut tellings, mut namings) = (told.expand(bounds), named.expand(bounds));
        while let Some((_, mut next)) = namings.next(&mut scratch) {
            let Some((_, mut next_told)) = tellings.next(&mut scratch) else { break };
            if !scratch.is_idle {
                next.settle_names(&named);
                next_told.settle_names(&told);
                take_in(depth + 1, next_told, next, &mut frontier);
            }
        }
    }
    let [states, told, classes] = found.map(|hashes| hashes.len() as u64);
    Some(Classes { states, told, classes })
}

impl Search {
    /// A path of at most so many choices from the start: everything that was done. `draw` picks one of so many.
    pub fn walk(&self, mut draw: impl FnMut(u32) -> u32, choices: u32) -> Vec<Action> {
        let (mut actions, mut state, mut scratch) = (Vec::new(), self.root.clone(), Expansion::default());
        for _ in 0..choices {
            let mut successors = state.expand(&self.bounds);
            let mut ways = Vec::new();
            while let Some((_, next)) = successors.next(&mut scratch) {
                ways.push((next, scratch.actions.clone()));
            }
            if ways.is_empty() {
                break;
            }
            let (next, done) = ways.swap_remove(draw(ways.len() as u32) as usize % ways.len());
            actions.extend(done.into_iter().map(|(action, _)| action));
            state = next;
        }
        actions
    }

    /// The key of the state that some actions lead to from the start, what they cost left out.
    pub fn key_behind(&self, actions: &[Action]) -> u64 {
        self.root.behind(actions).hash(&self.bounds)
    }
}
