//! A run: a plan, its pinned actions, and everything that follows from them.
//!
//! The run keeps an index of its steps, snapshots at intervals, and the furthest moment played. Any earlier moment
//! is the nearest snapshot before it and a replay.

use std::collections::VecDeque;
use std::sync::Arc;

use faultscope_protocol::NodeId;

use crate::action::{Action, Pin, Pinned, sort_by_pin};
use crate::erased::Factory;
use crate::index::{Entries, Index, IndexEntry};
use crate::monitor::Property;
use crate::network::NetworkPlan;
use crate::node::{DiskPlan, EffectList};
use crate::tally::Tally;
use crate::world::{Step, World};

/// Who sits where at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatPlan {
    /// The name.
    pub id: NodeId,
    /// What it does, as the lab numbers its roles.
    pub role: u8,
    /// The rack or site, from 0.
    pub zone: u16,
}

/// What a run starts from.
pub struct Plan {
    /// The seed of every draw.
    pub seed: u64,
    /// The nodes, servers by number first, then clients by number.
    pub seats: Vec<SeatPlan>,
    /// The servers among the seats that machines know of from the start.
    pub servers: Arc<[NodeId]>,
    /// The clients among the seats.
    pub clients: Arc<[NodeId]>,
    /// How many servers there may be, joiners included.
    pub max_servers: usize,
    /// The role of a server that joins.
    pub joiner_role: u8,
    /// Makes the nodes and reads commands.
    pub factory: Arc<dyn Factory>,
    /// What links are like.
    pub network: NetworkPlan,
    /// What disks are like.
    pub disk: DiskPlan,
    /// Whether nothing happens by itself after the boots: every delivery, timer and write is an action.
    pub manual: bool,
    /// The properties to check.
    pub properties: Vec<Property>,
    /// Groups of nodes that are interchangeable: whatever may happen may happen with their names exchanged.
    pub symmetry: Vec<Vec<NodeId>>,
}

/// The world and the verdicts, at one step.
#[derive(Clone)]
pub struct Moment {
    /// The world after the step.
    pub world: World,
    /// The properties, with what was found so far.
    pub properties: Vec<Property>,
    /// What the run has cost so far.
    pub tally: Tally,
    next_action: usize,
    /// What is still to be done of an action that is about many things at once.
    parts: VecDeque<Action>,
}

/// Snapshots kept at the most; beyond that every second one goes and the spacing doubles.
const SNAPSHOTS_MAX: usize = 1_024;
/// What all snapshots may weigh together, in bytes by [`World::weight_beside`]; beyond that every second one goes too.
/// With an index of 16 bytes a step, a run of a million steps keeps less than 64 MB.
const SNAPSHOTS_BYTES_MAX: usize = 40 << 20;
/// The least spacing of snapshots in steps: closer together they would take longer to keep than to do without.
const SPACING_MIN: u64 = 512;
/// A snapshot that has to go is freed every so many steps: all are gone long before the next thinning.
const RETIRE_SPACING: u64 = 16;

/// A run that can be played on, sought in, and acted upon.
#[derive(Clone)]
pub struct Run {
    plan: Arc<Plan>,
    actions: Vec<Pinned>,
    index: Index,
    /// Behind `Arc`, so that branches of a run share them.
    snapshots: Vec<Arc<Moment>>,
    snapshot_bytes: usize,
    /// Snapshots that have to go, one every few steps: all at once, a large world would halt while they are freed.
    retired: Vec<Arc<Moment>>,
    /// Steps between two snapshots: a power of two.
    spacing: u64,
    head: Moment,
}

impl Run {
    /// The run of `plan` under `actions`, at its very beginning.
    pub fn new(plan: Arc<Plan>, mut actions: Vec<Pinned>) -> Self {
        sort_by_pin(&mut actions);
        let start = Moment {
            world: World::new(plan.clone()),
            properties: plan.properties.clone(),
            tally: Tally::default(),
            next_action: 0,
            parts: VecDeque::new(),
        };
        Self {
            plan,
            actions,
            index: Index::default(),
            snapshots: vec![Arc::new(start.clone())],
            snapshot_bytes: 0,
            retired: Vec::new(),
            spacing: SPACING_MIN,
            head: start,
        }
    }

    /// What it started from.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The actions, in the order of their pins.
    pub fn actions(&self) -> &[Pinned] {
        &self.actions
    }

    /// The furthest moment that was played.
    pub fn head(&self) -> &Moment {
        &self.head
    }

    /// How many steps were played.
    pub fn len(&self) -> u64 {
        self.index.len() as u64
    }

    /// Whether no step was played yet.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// What the index keeps of the steps; step number `n` is at place `n - 1`.
    pub fn index(&self) -> Entries<'_> {
        self.index.entries()
    }

    /// How many snapshots are kept, and what they weigh together, in bytes, as far as this crate can tell.
    pub fn snapshots(&self) -> (usize, usize) {
        (self.snapshots.len(), self.snapshot_bytes)
    }

    /// How many steps were played up to and including `at_us`.
    pub fn steps_until(&self, at_us: u64) -> u64 {
        self.index().partition_point(|entry| entry.at_us <= at_us) as u64
    }

    /// Plays one more step at the head, if it comes no later than `until_us`.
    pub fn play(&mut self, until_us: u64) -> bool {
        let mut step = Step::default();
        self.play_into(until_us, &mut step, &mut EffectList::new())
    }

    /// Plays on to `until_us`, or for `most` steps. Returns how many were played.
    pub fn play_until(&mut self, until_us: u64, most: u64) -> u64 {
        let mut step = Step::default();
        let mut effects = EffectList::new();
        let mut played = 0;
        while played < most && self.play_into(until_us, &mut step, &mut effects) {
            played += 1;
        }
        played
    }

    /// Plays on like [`Run::play_until`], showing each step to `see` with the moment after it.
    pub fn play_seen(&mut self, until_us: u64, most: u64, mut see: impl FnMut(&Moment, &Step)) -> u64 {
        let mut step = Step::default();
        let mut effects = EffectList::new();
        let mut played = 0;
        while played < most && self.play_into(until_us, &mut step, &mut effects) {
            see(&self.head, &step);
            played += 1;
        }
        played
    }

    fn play_into(&mut self, until_us: u64, step: &mut Step, effects: &mut EffectList) -> bool {
        let Some(has_broken) = self.head.advance(&self.actions, until_us, step, effects) else {
            return false;
        };
        self.index.push(IndexEntry::new(step, has_broken));
        if self.len() & (self.spacing - 1) == 0 {
            self.keep_snapshot();
        } else if self.len().is_multiple_of(RETIRE_SPACING) {
            self.retired.pop();
        }
        true
    }

    fn keep_snapshot(&mut self) {
        if let Some(last) = self.snapshots.last() {
            self.snapshot_bytes += self.head.weight_beside(last);
        }
        self.snapshots.push(Arc::new(self.head.clone()));
        let is_too_much = self.snapshots.len() > SNAPSHOTS_MAX || self.snapshot_bytes > SNAPSHOTS_BYTES_MAX;
        if is_too_much && self.snapshots.len() > 2 {
            self.thin_out();
        }
    }

    fn thin_out(&mut self) {
        let all = std::mem::take(&mut self.snapshots);
        for (place, snapshot) in all.into_iter().enumerate() {
            if place % 2 == 0 { self.snapshots.push(snapshot) } else { self.retired.push(snapshot) }
        }
        self.spacing *= 2;
        self.weigh();
    }

    fn weigh(&mut self) {
        self.snapshot_bytes = self.snapshots.windows(2).map(|pair| pair[1].weight_beside(&pair[0])).sum();
    }

    /// The moment after step `step` (0 is before the first), no further than the head.
    pub fn moment(&self, step: u64) -> Moment {
        let mut moment = self.nearest(step).clone();
        let mut scratch = Step::default();
        let mut effects = EffectList::new();
        while moment.world.steps() < step
            && moment.advance(&self.actions, u64::MAX, &mut scratch, &mut effects).is_some()
        {}
        moment
    }

    /// The moment right after step `step`, which knows nothing of what came later. The head may: where it looked for a
    /// next step in vain, it has put what reached a paused node to the node's door.
    fn bare_moment(&self, step: u64) -> Moment {
        let after = self.snapshots.partition_point(|snapshot| snapshot.world.steps() <= step);
        let mut moment = Moment::clone(&self.snapshots[after.max(1) - 1]);
        let mut scratch = Step::default();
        let mut effects = EffectList::new();
        let step = step.min(self.len());
        while moment.world.steps() < step
            && moment.advance(&self.actions, u64::MAX, &mut scratch, &mut effects).is_some()
        {}
        moment
    }

    /// The moment after step `step`, or after the last boot if that is later, and the actions that led there.
    pub(crate) fn whole_moment(&self, step: u64) -> (Moment, Vec<Pinned>) {
        let mut moment = self.moment(step);
        let boots = self.plan.seats.len() as u64;
        let (mut scratch, mut effects) = (Step::default(), EffectList::new());
        while (moment.world.steps() < boots || !moment.parts.is_empty())
            && moment.advance(&self.actions, u64::MAX, &mut scratch, &mut effects).is_some()
        {}
        let done = self.actions[..moment.next_action].to_vec();
        (moment, done)
    }

    /// Replays the steps `first..=last`, showing each to `see` with the moment after it.
    pub fn replay(&self, first: u64, last: u64, mut see: impl FnMut(&Moment, &Step)) {
        let last = last.min(self.len());
        let mut moment = self.moment(first.max(1) - 1);
        let mut step = Step::default();
        let mut effects = EffectList::new();
        while moment.world.steps() < last
            && moment.advance(&self.actions, u64::MAX, &mut step, &mut effects).is_some()
        {
            see(&moment, &step);
        }
    }

    /// The last moment that is kept, no later than step `step`: at hand without a replay, and up to a snapshot's
    /// spacing behind.
    pub fn nearest(&self, step: u64) -> &Moment {
        if step >= self.head.world.steps() {
            return &self.head;
        }
        let after = self.snapshots.partition_point(|snapshot| snapshot.world.steps() <= step);
        &self.snapshots[after.max(1) - 1]
    }

    /// Forgets the steps after `step`, with the actions that come after it.
    pub fn truncate(&mut self, step: u64) {
        self.rewind(step);
        self.actions.truncate(self.head.next_action);
    }

    /// Forgets the steps after `step`, and keeps the actions that come after it: they wait to be played again.
    pub fn rewind(&mut self, step: u64) {
        self.head = self.bare_moment(step);
        self.index = self.index.first(step as usize);
        self.snapshots.retain(|snapshot| snapshot.world.steps() <= step);
        self.weigh();
    }

    /// The run of the same plan under other actions, played as far as both are the same.
    pub fn with_actions(&self, mut actions: Vec<Pinned>) -> Self {
        sort_by_pin(&mut actions);
        self.first_steps(self.parting(&actions), actions)
    }

    /// A run that goes its own way after `step`: without the actions that come after it.
    pub fn fork(&self, step: u64) -> Self {
        let mut forked = self.first_steps(step.min(self.len()), self.actions.clone());
        forked.actions.truncate(forked.head.next_action);
        forked
    }

    fn first_steps(&self, step: u64, actions: Vec<Pinned>) -> Self {
        let kept = self.snapshots.partition_point(|snapshot| snapshot.world.steps() <= step);
        let mut first = Self {
            plan: self.plan.clone(),
            actions,
            index: self.index.first(step as usize),
            snapshots: self.snapshots[..kept].to_vec(),
            snapshot_bytes: 0,
            retired: Vec::new(),
            spacing: self.spacing,
            head: self.bare_moment(step),
        };
        first.weigh();
        first
    }

    /// How many of the played steps are the same under other actions, which stand in the order of their pins.
    pub fn parting(&self, others: &[Pinned]) -> u64 {
        let shared = self.actions.iter().zip(others).take_while(|(mine, other)| mine == other).count();
        let mine = self.steps_before_action(shared);
        others.get(shared).map_or(mine, |other| mine.min(self.steps_before(other.pin)))
    }

    /// How many of the played steps come before the first one of an action, by its place in the list. Its pin does not
    /// tell: it may come earlier where its instant has fewer steps, and one action may be several steps.
    fn steps_before_action(&self, place: usize) -> u64 {
        if self.head.next_action <= place {
            return self.len();
        }
        let after = self.snapshots.partition_point(|snapshot| snapshot.next_action <= place);
        let mut moment = Moment::clone(&self.snapshots[after.max(1) - 1]);
        let (mut scratch, mut effects) = (Step::default(), EffectList::new());
        loop {
            let steps = moment.world.steps();
            let is_over = moment.advance(&self.actions, u64::MAX, &mut scratch, &mut effects).is_none();
            if is_over || moment.next_action > place {
                return steps;
            }
        }
    }

    /// How many of the played steps come before an action that is put in with this pin.
    fn steps_before(&self, pin: Pin) -> u64 {
        let earlier = self.index().partition_point(|entry| entry.at_us < pin.at_us) as u64;
        let here = self.steps_until(pin.at_us) - earlier;
        earlier + here.min(u64::from(pin.after_steps))
    }

    /// Whether anything is left to be played behind the furthest step.
    pub fn has_next(&self) -> bool {
        let mut head = self.head.clone();
        head.advance(&self.actions, u64::MAX, &mut Step::default(), &mut EffectList::new()).is_some()
    }

    /// The moment that playing on from the beginning to `until_us`, or for `most` steps, reaches. What is beyond the
    /// furthest step is played and forgotten.
    pub fn moment_until(&self, until_us: u64, most: u64) -> Moment {
        if until_us < self.head.world.now_us() || most < self.len() {
            return self.moment(self.steps_until(until_us).min(most));
        }
        let mut moment = self.head.clone();
        let mut scratch = Step::default();
        let mut effects = EffectList::new();
        while moment.world.steps() < most
            && moment.advance(&self.actions, until_us, &mut scratch, &mut effects).is_some()
        {}
        moment
    }

    /// Takes in an action at `at_us`, which must not be before the head: the run's future is unwritten there.
    ///
    /// It is pinned behind the steps that were played at that instant, and behind actions that wait there.
    pub fn act(&mut self, at_us: u64, action: Action) -> Pin {
        let at_us = at_us.max(self.head.world.now_us());
        let pin = Pin { at_us, after_steps: self.head.world.steps_at(at_us) };
        self.actions.truncate(self.head.next_action);
        self.actions.push(Pinned { pin, action });
        pin
    }

    /// Takes in actions at once, none of which lies before the head. What was still to be played of others is forgotten.
    pub fn act_later(&mut self, mut actions: Vec<Pinned>) {
        let now_us = self.head.world.now_us();
        sort_by_pin(&mut actions);
        for pinned in &mut actions {
            // An action of this very instant comes behind the steps that were played in it.
            let at_us = pinned.pin.at_us.max(now_us);
            let after_steps = pinned.pin.after_steps.max(self.head.world.steps_at(at_us));
            pinned.pin = Pin { at_us, after_steps };
        }
        self.actions.truncate(self.head.next_action);
        self.actions.extend(actions);
    }

    /// Whether an action still waits to be played.
    pub fn has_waiting_action(&self) -> bool {
        self.head.next_action < self.actions.len() || !self.head.parts.is_empty()
    }
}

/// What a monitor's memory weighs beside an earlier one, in bytes: a guess that benches confirm.
const PROPERTY_BYTES: usize = 512;

impl Moment {
    fn weight_beside(&self, earlier: &Self) -> usize {
        self.world.weight_beside(&earlier.world)
            + self.properties.len() * PROPERTY_BYTES
            + self.tally.weight()
    }

    /// How many of the run's actions were done.
    pub fn actions_done(&self) -> usize {
        self.next_action
    }

    /// Plays the next event or action, whichever comes first, if it comes no later than `until_us`.
    /// Returns whether a property broke; none where nothing was played.
    pub(crate) fn advance(
        &mut self,
        actions: &[Pinned],
        until_us: u64,
        step: &mut Step,
        effects: &mut EffectList,
    ) -> Option<bool> {
        loop {
            if let Some(part) = self.parts.pop_front() {
                self.world.play_action(self.world.now_us(), &part, step, effects);
                break;
            }
            let event_us = self.world.next_event_us();
            match actions.get(self.next_action) {
                Some(pinned) if self.comes_first(pinned.pin, event_us) => {
                    if pinned.pin.at_us > until_us {
                        return None;
                    }
                    self.next_action += 1;
                    self.world.move_to(pinned.pin.at_us.max(self.world.now_us()));
                    match self.world.parts_of(&pinned.action) {
                        Some(parts) if !parts.is_empty() => self.parts = parts.into(),
                        _ => self.parts.push_back(pinned.action.clone()),
                    }
                }
                _ if event_us.is_none_or(|at_us| at_us > until_us) => return None,
                _ if self.world.play_event(step, effects) => break,
                _ => {}
            }
        }
        self.tally.observe(step);
        let mut has_broken = false;
        for property in &mut self.properties {
            has_broken |= property.observe(&self.world, step);
        }
        Some(has_broken)
    }

    fn comes_first(&self, pin: Pin, event_us: Option<u64>) -> bool {
        match event_us {
            None => true,
            Some(event_us) if pin.at_us == event_us => pin.after_steps <= self.world.steps_at(event_us),
            Some(event_us) => pin.at_us < event_us,
        }
    }
}
