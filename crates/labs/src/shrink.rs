//! The shortest run that still breaks a property: delta debugging over its actions (Zeller and Hildebrandt 2002).
//!
//! Faults are left out first, each together with its undoing, then single actions, until leaving out any one of them
//! keeps the property whole. What is left is made plain: early undoings, round times, no writes that survive a crash.

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_sim::{Action, Links, Mode, Pinned, Run, RunText, sort_by_pin};

use crate::check::{Judgement, TRIAL_STEPS_MAX, Trial};
use crate::session::plan_of;
use crate::verdict::{End, Judged};

/// How many runs may be played to shorten one.
pub const REPLAYS_MAX: u32 = 500;

/// How long behind the break that is known a shorter run may still break, in microseconds.
const LATER_US: u64 = 1_000_000;

/// To which times an action is moved, if the property breaks there too: the coarsest first, in microseconds.
const ROUND_US: [u64; 4] = [100_000, 10_000, 1_000, 100];

/// A short run that breaks a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// The run, with the cursor where the property breaks.
    pub run: RunText,
    /// How it breaks there.
    pub end: End,
    /// How many runs were played to find it.
    pub replays: u32,
    /// Whether every action is needed: without any one of them the property was seen to hold.
    pub is_minimal: bool,
}

/// What a try says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// It still breaks.
    Breaks,
    /// It does not.
    Holds,
    /// There are no tries left.
    Spent,
}

/// The fewest items, as far as single steps find them, for which `attempt` still says [`Try::Breaks`], as it is known
/// to do for all of them. Returns them, and whether leaving out any one of them was seen to hold.
pub fn ddmin<T: Clone>(items: Vec<T>, attempt: impl FnMut(&[T]) -> Try) -> (Vec<T>, bool) {
    ddmin_from(items, 2, attempt)
}

/// [`ddmin`] that divides into so many parts at first: into single items where little is to be expected.
fn ddmin_from<T: Clone>(
    mut items: Vec<T>,
    mut parts: usize,
    mut attempt: impl FnMut(&[T]) -> Try,
) -> (Vec<T>, bool) {
    while !items.is_empty() {
        parts = parts.min(items.len());
        match smaller(&items, parts, &mut attempt) {
            Ok(Some((fewer, next_parts))) => (items, parts) = (fewer, next_parts),
            Ok(None) if parts == items.len() => return (items, true),
            Ok(None) => parts *= 2,
            Err(Spent) => return (items, false),
        }
    }
    (items, true)
}

/// No tries are left.
struct Spent;

/// One of `parts` parts alone, or all but one of them, if that still breaks; and into how many parts to divide next.
fn smaller<T: Clone>(
    items: &[T],
    parts: usize,
    attempt: &mut impl FnMut(&[T]) -> Try,
) -> Result<Option<(Vec<T>, usize)>, Spent> {
    let size = items.len().div_ceil(parts);
    // With two parts, each is what is left without the other.
    let alone = items.chunks(size).filter(|_| parts > 2).map(|part| (part.to_vec(), 2));
    let without = (0..items.len()).step_by(size).map(|start| {
        let mut rest = items.to_vec();
        rest.drain(start..items.len().min(start + size));
        (rest, parts.saturating_sub(1).max(2))
    });
    for (fewer, next_parts) in alone.chain(without) {
        match attempt(&fewer) {
            Try::Breaks => return Ok(Some((fewer, next_parts))),
            Try::Holds => {}
            Try::Spent => return Err(Spent),
        }
    }
    Ok(None)
}

impl Trial {
    /// A short run in which a property that `judgement` saw broken still breaks, found with at most
    /// [`REPLAYS_MAX`] replays.
    pub fn shrink(&self, judgement: &Judgement, judged: &Judged) -> Shrunk {
        let run = judgement.run_to(judged);
        let mut shrinking =
            Shrinking { trial: self, id: judged.id, best: run, end: judged.end.clone(), replays: 0 };
        let is_minimal = shrinking.shorten();
        let Shrinking { best: run, end, replays, .. } = shrinking;
        Shrunk { run, end, replays, is_minimal }
    }
}

struct Shrinking<'a> {
    trial: &'a Trial,
    id: &'static str,
    best: RunText,
    end: End,
    replays: u32,
}

impl Shrinking<'_> {
    fn shorten(&mut self) -> bool {
        ddmin(units(&self.best.actions), |units| self.attempt(&flat(units)));
        let mut is_minimal = self.leave_out_actions(2);
        while is_minimal && self.make_plain() {
            is_minimal = self.leave_out_actions(self.best.actions.len());
        }
        is_minimal
    }

    fn leave_out_actions(&mut self, parts: usize) -> bool {
        ddmin_from(self.best.actions.clone(), parts.max(2), |actions| self.attempt(actions)).1
    }

    /// Whether enough replays are left to see, in the end, that every action is needed.
    fn may_spend(&self) -> bool {
        let reserve = 3 * self.best.actions.len() as u32;
        self.replays + reserve < REPLAYS_MAX
    }

    /// Whether the property still breaks under these actions; they are kept if it does.
    fn attempt(&mut self, actions: &[Pinned]) -> Try {
        if self.replays == REPLAYS_MAX {
            return Try::Spent;
        }
        self.replays += 1;
        let Some((end, steps)) = self.broken_end(actions) else { return Try::Holds };
        let end_us = end.place().map_or(u64::MAX, |(_, at_us)| at_us);
        self.best.actions = actions.iter().filter(|pinned| pinned.pin.at_us <= end_us).cloned().collect();
        self.best.cursor = Some(steps);
        self.end = end;
        Try::Breaks
    }

    /// How the property breaks under these actions, and after how many steps.
    fn broken_end(&self, actions: &[Pinned]) -> Option<(End, u64)> {
        let trial = self.trial;
        let plan = Arc::new(plan_of(trial.variant, &trial.settings, trial.seed, false));
        let mut run = Run::new(plan, actions.to_vec());
        let known_us = self.end.place().map_or(u64::MAX, |(_, at_us)| at_us.saturating_add(LATER_US));
        let until_us = trial.until_us.min(known_us);
        loop {
            let played = run.play_until(until_us, 1024);
            let property = run.head().properties.iter().find(|property| property.id == self.id)?;
            let is_over = played == 0 || run.len() >= TRIAL_STEPS_MAX;
            if property.is_broken() || (is_over && property.mode == Mode::Eventually) {
                let end = trial.end_of(&run, property);
                let steps = end.place().map_or(run.len(), |(step, _)| step);
                return end.is_broken().then_some((end, steps));
            }
            if is_over {
                return None;
            }
        }
    }

    /// Makes every action plainer, one by one. Returns whether any was.
    fn make_plain(&mut self) -> bool {
        let mut is_changed = false;
        let mut place = 0;
        while place < self.best.actions.len() {
            for plainer in plainer(&self.best.actions, place) {
                if !self.may_spend() {
                    return is_changed;
                }
                if self.attempt(&plainer) == Try::Breaks {
                    is_changed = true;
                    break;
                }
            }
            place += 1;
        }
        is_changed
    }
}

/// The actions with the one at `place` plainer: the plainest first. Their order stays.
fn plainer(actions: &[Pinned], place: usize) -> Vec<Vec<Pinned>> {
    let was = &actions[place];
    let before_us = place.checked_sub(1).map_or(0, |before| actions[before].pin.at_us);
    let action = match was.action {
        Action::Crash { node, .. } => Action::Crash { node, keep: 0 },
        ref action => action.clone(),
    };
    let rounded_us = ROUND_US.iter().map(|unit_us| was.pin.at_us - was.pin.at_us % unit_us);
    let times_us = halved_us(actions, was).into_iter().chain(rounded_us).filter(|&at_us| at_us > before_us);
    let mut tries: Vec<Pinned> = Vec::new();
    for at_us in times_us.chain([was.pin.at_us]) {
        let mut plain = Pinned { action: action.clone(), ..was.clone() };
        if at_us != was.pin.at_us {
            plain.pin.at_us = at_us;
            plain.pin.after_steps = 0;
        }
        if plain != *was && !tries.contains(&plain) {
            tries.push(plain);
        }
    }
    let with = |plain| {
        let mut actions = actions.to_vec();
        actions[place] = plain;
        actions
    };
    tries.into_iter().map(with).collect()
}

/// When a fault would be undone if it lasted half as long; none where this action undoes none.
fn halved_us(actions: &[Pinned], undoing: &Pinned) -> Option<u64> {
    units(actions).iter().find_map(|unit| match &unit[..] {
        [begin, end] if end == undoing => Some(begin.pin.at_us + (end.pin.at_us - begin.pin.at_us) / 2),
        _ => None,
    })
}

/// What an action sets, so that a fault finds its undoing: a node's or a zone's life, its pace, all cuts, some links'
/// loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    All,
    Node(NodeId),
    Links(Links),
    Zone(u16),
}

fn sets(action: &Action) -> Option<(u8, Place)> {
    Some(match action {
        Action::Crash { node, .. } | Action::Restart(node) => (0, Place::Node(*node)),
        Action::Pause(node) | Action::Resume(node) => (1, Place::Node(*node)),
        Action::Cut { .. } | Action::Heal => (2, Place::All),
        Action::Latency { links, .. } => (3, Place::Links(*links)),
        Action::Loss { links, .. } => (4, Place::Links(*links)),
        Action::Duplication { links, .. } => (5, Place::Links(*links)),
        Action::Reordering { links, .. } => (6, Place::Links(*links)),
        Action::Disk { node, .. } => (7, Place::Node(*node)),
        Action::Clock { node, .. } | Action::StepClock { node, .. } => (8, Place::Node(*node)),
        Action::Processor { node, .. } => (9, Place::Node(*node)),
        Action::Zone { zone, deed } => {
            let (what, place) = sets(&deed.on(NodeId::server(1)))?;
            (what, if place == Place::All { place } else { Place::Zone(*zone) })
        }
        _ => return None,
    })
}

/// The actions in twos, each fault with its undoing, and the others alone; in the order in which they begin.
fn units(actions: &[Pinned]) -> Vec<Vec<Pinned>> {
    let mut units: Vec<Vec<Pinned>> = Vec::new();
    for pinned in actions {
        let what = sets(&pinned.action);
        let is_same = |unit: &&mut Vec<Pinned>| what.is_some() && sets(&unit[0].action) == what;
        match units.iter_mut().rev().find(is_same).filter(|unit| unit.len() == 1) {
            Some(unit) => unit.push(pinned.clone()),
            None => units.push(vec![pinned.clone()]),
        }
    }
    units
}

fn flat(units: &[Vec<Pinned>]) -> Vec<Pinned> {
    let mut actions: Vec<Pinned> = units.iter().flatten().cloned().collect();
    sort_by_pin(&mut actions);
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Breaks where all of `needed` are there; counts tries.
    fn shrink(count: u32, needed: &[u32], budget: u32) -> (Vec<u32>, bool, u32) {
        let mut tries = 0;
        let (left, is_minimal) = ddmin((0..count).collect(), |items| {
            if tries == budget {
                return Try::Spent;
            }
            tries += 1;
            if needed.iter().all(|item| items.contains(item)) { Try::Breaks } else { Try::Holds }
        });
        (left, is_minimal, tries)
    }

    #[test]
    fn what_is_not_needed_goes() {
        for needed in [&[][..], &[0], &[63], &[3, 40], &[0, 1, 62, 63], &[5, 17, 29, 41, 53]] {
            let (left, is_minimal, tries) = shrink(64, needed, u32::MAX);
            assert_eq!((&left[..], is_minimal), (needed, true), "{tries} tries");
        }
        assert_eq!(shrink(3, &[0, 1, 2], u32::MAX).0, [0, 1, 2]);
    }

    /// An item may be needed only as long as another is there: single steps find that too.
    #[test]
    fn twos_that_go_together_leave_a_minimal_rest() {
        let (left, is_minimal) = ddmin((0..20).collect(), |items: &[u32]| {
            let is_even = items.contains(&4) == items.contains(&15);
            if is_even && items.contains(&9) { Try::Breaks } else { Try::Holds }
        });
        assert!(is_minimal && left.contains(&9) && left.len() <= 3, "{left:?}");
    }

    #[test]
    fn without_tries_nothing_is_said_to_be_minimal() {
        let (left, is_minimal, tries) = shrink(64, &[3, 40], 5);
        assert!(!is_minimal && left.contains(&3) && left.contains(&40));
        assert_eq!(tries, 5);
    }

    #[test]
    fn a_fault_goes_with_its_undoing() {
        let text = "raft:basic;r1;s1;@10crash.n1;@20cut.n1;@30pause.n1;@40restart.n1;@50heal;@60heal";
        let run: RunText = text.parse().expect("a run");
        let units = units(&run.actions);
        let sizes: Vec<usize> = units.iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 2, 1, 1]);
        assert_eq!(flat(&units), run.actions);
    }
}
