//! From a state that was found back to a run: the shortest counterexample, as actions that a player replays.

use super::state::{Expansion, State};
use super::{Link, ROOT, Search};
use crate::action::{Action, Pin, Pinned};
use crate::monitor::Verdict;
use crate::run::Run;

/// So long a person sees each action of a counterexample, in microseconds of virtual time.
const PACE_US: u64 = 1_000;

/// A run in which a property strikes at the last step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// The property.
    pub id: &'static str,
    /// The actions of the whole run: those up to the start of the search, `manual`, and the path.
    pub actions: Vec<Pinned>,
    /// The step after which the search began.
    pub start: u64,
    /// The step at which the property strikes.
    pub step: u64,
    /// Whether playing the run showed just that. Where not, the property depends on what the search leaves out.
    pub is_replayed: bool,
}

impl Search {
    /// The shortest run in which a property strikes, if the search has found one.
    pub fn counterexample(&self, id: &str) -> Option<Counterexample> {
        let subject = self.subjects.iter().find(|subject| subject.id == id)?;
        let edge = subject.found.as_ref()?.edge?;
        let actions = self.actions_to(edge);
        // Time stood still in the search. It may go on in the run, unless the property minds.
        let runs = [PACE_US, 0].map(|pace_us| self.shortest(subject.id, &actions, pace_us));
        let faithful = runs.iter().position(|run| run.is_replayed).unwrap_or(0);
        runs.into_iter().nth(faithful)
    }

    /// Every action from the start of the search to the end of an edge.
    fn actions_to(&self, edge: Link) -> Vec<(Action, u32)> {
        let mut ordinals = vec![edge.ordinal];
        let mut place = edge.parent;
        while place != ROOT {
            let link = self.links[place as usize];
            ordinals.push(link.ordinal);
            place = link.parent;
        }
        let mut actions = self.opening.clone();
        let mut scratch = Expansion::default();
        let mut state = self.root.clone();
        for ordinal in ordinals.into_iter().rev() {
            let Some(next) = self.successor(&state, ordinal, &mut scratch) else { break };
            actions.append(&mut scratch.actions);
            state = next;
        }
        actions
    }

    fn successor(&self, state: &State, ordinal: u32, scratch: &mut Expansion) -> Option<State> {
        let mut successors = state.expand(&self.bounds);
        loop {
            let (place, next) = successors.next(scratch)?;
            if place == ordinal {
                return Some(next);
            }
        }
    }

    /// Leaves out what was done after the strike: writes that follow the last choice.
    fn shortest(&self, id: &'static str, actions: &[(Action, u32)], pace_us: u64) -> Counterexample {
        let mut best = self.replay(id, actions, pace_us);
        for most in (1..actions.len()).rev() {
            let fewer = self.replay(id, &actions[..most], pace_us);
            if !fewer.is_replayed {
                break;
            }
            best = fewer;
        }
        best
    }

    fn replay(&self, id: &'static str, actions: &[(Action, u32)], pace_us: u64) -> Counterexample {
        let mut pinned = self.prefix.clone();
        for (place, (action, played)) in actions.iter().enumerate() {
            let at_us = self.start_us + place as u64 * pace_us;
            let after_steps = if at_us == self.start_us { self.behind(*played) } else { 0 };
            pinned.push(Pinned { pin: Pin { at_us, after_steps }, action: action.clone() });
        }
        let mut run = Run::new(self.plan.clone(), pinned.clone());
        let last_us = pinned.last().map_or(0, |pinned| pinned.pin.at_us);
        run.play_until(last_us, self.start + 64 * (actions.len() as u64 + 16));
        let property = run.head().properties.iter().find(|property| property.id == id);
        let struck = property.and_then(|property| match property.verdict {
            Verdict::Struck { step, .. } => Some(step),
            _ => None,
        });
        Counterexample {
            id,
            actions: pinned,
            start: self.start,
            step: struck.unwrap_or(run.len()),
            is_replayed: struck.is_some_and(|step| step > self.start),
        }
    }

    /// Behind so many steps of the first instant, and behind the actions that were pinned there before.
    fn behind(&self, played: u32) -> u32 {
        let last = self.prefix.last().map(|pinned| pinned.pin).filter(|pin| pin.at_us == self.start_us);
        played.max(last.map_or(0, |pin| pin.after_steps))
    }
}
