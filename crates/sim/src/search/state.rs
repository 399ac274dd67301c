//! One state of a search, and what may happen to it.

use std::hash::Hasher;
use std::sync::Arc;

use faultscope_protocol::NodeId;

use super::bounds::{Bounds, Disks};
use super::names::Names;
use super::symmetry::{Asymmetry, Renamings};
use crate::action::{Action, MessageName};
use crate::hash::StableHasher;
use crate::monitor::{Finding, Mode, Property, Verdict};
use crate::node::{EffectList, Node, Status};
use crate::run::Moment;
use crate::world::{FlightDigest, Step, World};

/// A world that stands still, its monitors, and what was spent of the budgets.
#[derive(Clone)]
pub(super) struct State {
    world: World,
    watched: Vec<Watched>,
    spent: Spent,
    /// The canonical hash of each node; a successor makes only that of the node that it changed.
    nodes: Vec<u64>,
    flights: Vec<FlightDigest>,
    /// The hashes under every renaming, where nodes are interchangeable.
    names: Option<Names>,
    /// How many bytes this state does not share with the one before it, as far as nodes go.
    own_bytes: u32,
    /// Whether a property struck on the way from the state before it.
    pub(super) has_news: bool,
}

/// A property, shared with the state before as long as nothing changes it.
#[derive(Clone)]
struct Watched {
    property: Arc<Property>,
    /// The hash of its monitor's memory and of its verdict.
    hash: u64,
}

impl Watched {
    fn new(property: Property) -> Self {
        Self { hash: property_hash(&property), property: Arc::new(property) }
    }

    /// Brings the hash up to date, and shares with `before` what is the same again. Returns whether it is not.
    fn settle(&mut self, before: &Self) -> bool {
        if Arc::ptr_eq(&self.property, &before.property) {
            return false;
        }
        self.hash = property_hash(&self.property);
        let is_same = self.hash == before.hash && self.property.verdict == before.property.verdict;
        if is_same {
            self.property = before.property.clone();
        }
        !is_same
    }
}

/// What may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Price {
    Crash,
    Drop,
    Duplicate,
    Pause,
    Timer,
    Command,
}

/// How often each was done on a path, in the order of [`Price`].
type Spent = [u32; 6];

fn budgets(bounds: &Bounds) -> [Option<u32>; 6] {
    [bounds.crashes, bounds.drops, bounds.duplicates, bounds.pauses, bounds.timers, bounds.commands]
}

/// Something that may happen.
struct Choice {
    action: Action,
    price: Option<Price>,
}

/// What one successor took to make, and lists that are reused from one to the next.
#[derive(Default)]
pub(super) struct Expansion {
    step: Step,
    effects: EffectList,
    /// Everything that was done, in order: the choice, the picks before it, the writes behind it.
    /// Each with how many steps were played at the instant before it.
    pub(super) actions: Vec<(Action, u32)>,
    /// Whether it is no transition.
    pub(super) is_idle: bool,
    /// Whether a machine looked at its clock.
    pub(super) reads_clock: bool,
    has_effects: bool,
}

/// The successors of a state, one at a time.
pub(super) struct Successors<'a> {
    from: &'a State,
    bounds: &'a Bounds,
    choices: Vec<Choice>,
    at: usize,
    ordinal: u32,
    /// What the machine is to choose, in order.
    picks: Vec<u32>,
}

impl State {
    /// The state that a search from `moment` starts with, and the actions that led there.
    pub(super) fn root(
        moment: Moment,
        bounds: &Bounds,
        scratch: &mut Expansion,
    ) -> (Self, Vec<(Action, u32)>) {
        let is_judged =
            |property: &Property| property.mode != Mode::Eventually && bounds.is_wanted(property.id);
        let mut state = Self {
            world: moment.world,
            watched: moment.properties.into_iter().filter(is_judged).map(Watched::new).collect(),
            spent: Spent::default(),
            nodes: Vec::new(),
            flights: Vec::new(),
            names: None,
            own_bytes: 0,
            has_news: false,
        };
        scratch.begin();
        if !state.world.is_manual() {
            state.act(&Action::Manual, scratch);
        }
        state.world.begin_search();
        state.let_answers_out(scratch);
        let ids: Vec<NodeId> = state.world.nodes().map(|node| node.id).collect();
        for &id in &ids {
            state.close(id, bounds, scratch);
        }
        state.nodes = state.world.held_nodes().map(|node| node_hash(node)).collect();
        state.world.digest_flights(&mut state.flights);
        for watched in &mut state.watched {
            watched.hash = property_hash(&watched.property);
        }
        state.has_news = false;
        (state, scratch.actions.clone())
    }

    /// Which nodes are interchangeable from here on, if any.
    pub(super) fn renamings(&self, groups: &[Vec<NodeId>], bounds: &Bounds) -> Result<Renamings, Asymmetry> {
        Renamings::of(groups, &self.world, self.watched.iter().map(|watched| &*watched.property), bounds)
    }

    /// From here on states that differ only by these renamings are one.
    pub(super) fn rename_by(&mut self, renamings: Arc<Renamings>) {
        let mut names = Names::new(renamings);
        for (place, node) in self.world.held_nodes().enumerate() {
            names.set_node(place, node);
        }
        for (place, watched) in self.watched.iter().enumerate() {
            names.set_property(place, &watched.property);
        }
        names.settle(&self.world);
        self.names = Some(names);
    }

    /// Makes the hashes under every renaming of what changed since `before`.
    pub(super) fn settle_names(&mut self, before: &Self) {
        let Some(names) = &mut self.names else { return };
        for (place, (now, was)) in self.world.held_nodes().zip(before.world.held_nodes()).enumerate() {
            if !Arc::ptr_eq(now, was) {
                names.set_node(place, now);
            }
        }
        for (place, (now, was)) in self.watched.iter().zip(&before.watched).enumerate() {
            if !Arc::ptr_eq(&now.property, &was.property) {
                names.set_property(place, &now.property);
            }
        }
        names.settle(&self.world);
    }

    /// What may happen now.
    pub(super) fn expand<'a>(&'a self, bounds: &'a Bounds) -> Successors<'a> {
        let choices = self.choices(bounds);
        Successors { from: self, bounds, choices, at: 0, ordinal: 0, picks: Vec::new() }
    }

    /// The hash under which it is known; under symmetry, the least one that a renaming gives it.
    pub(super) fn hash(&self, bounds: &Bounds) -> u64 {
        match &self.names {
            Some(names) => {
                let mut hasher = StableHasher::new(names.least(&self.world));
                self.hash_spent(bounds, &mut hasher);
                hasher.finish()
            }
            None => self.hash_as_it_is(bounds),
        }
    }

    /// The hash that renames nothing.
    pub(super) fn hash_as_it_is(&self, bounds: &Bounds) -> u64 {
        let mut hasher = StableHasher::new(0);
        for &node in &self.nodes {
            hasher.word(node);
        }
        hasher.word(self.world.messages_hash(&self.flights));
        self.world.hash_commands(&mut hasher);
        for watched in &self.watched {
            hasher.word(watched.hash);
        }
        self.hash_spent(bounds, &mut hasher);
        hasher.finish()
    }

    fn hash_spent(&self, bounds: &Bounds, hasher: &mut StableHasher) {
        for (spent, budget) in self.spent.iter().zip(budgets(bounds)) {
            // What has no limit does not tell states apart.
            hasher.word(budget.map_or(0, |_| u64::from(*spent)));
        }
    }

    /// The state behind some more actions, everything that follows from them included. What they cost is not counted.
    pub(super) fn behind(&self, actions: &[Action]) -> Self {
        let (mut state, mut scratch) = (self.clone(), Expansion::default());
        for action in actions {
            state.act(action, &mut scratch);
            state.let_answers_out(&mut scratch);
        }
        state.digest(self);
        state.settle_names(self);
        state
    }

    /// An estimate of the memory that it takes, beside what it shares with others.
    pub(super) fn bytes(&self) -> u32 {
        let flights = self.world.flight_places() * World::FLIGHT_BYTES;
        let nodes = self.nodes.len() * 2 * size_of::<u64>();
        let digests = self.flights.capacity() * size_of::<FlightDigest>();
        let properties = self.watched.capacity() * size_of::<Watched>();
        let names = self.names.as_ref().map_or(0, Names::bytes);
        let all = size_of::<Self>() + flights + nodes + digests + properties + names;
        // The allocator takes a quarter more.
        (all as u32).saturating_add(self.own_bytes) / 4 * 5
    }

    pub(super) fn message_count(&self) -> usize {
        self.world.flight_count()
    }

    /// What is known against (or of) a property.
    pub(super) fn finding(&self, id: &str) -> Option<Finding> {
        let watched = self.watched.iter().find(|watched| watched.property.id == id)?;
        finding_of(&watched.property)
    }

    /// What struck on the way from `before`.
    pub(super) fn news<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (&'static str, Finding)> + 'a {
        let pairs = before.watched.iter().zip(&self.watched);
        pairs
            .filter(|(before, _)| before.property.verdict == Verdict::Open)
            .filter_map(|(_, after)| Some((after.property.id, finding_of(&after.property)?)))
    }

    /// The properties whose monitors have given up.
    pub(super) fn given_up(&self) -> impl Iterator<Item = &'static str> {
        let properties = self.watched.iter().map(|watched| &watched.property);
        properties.filter(|property| property.is_given_up()).map(|property| property.id)
    }

    fn choices(&self, bounds: &Bounds) -> Vec<Choice> {
        let budgets = budgets(bounds);
        let can_pay =
            |price: Price| budgets[price as usize].is_none_or(|most| self.spent[price as usize] < most);
        let mut choices = Vec::new();
        let mut push = |action: Action, price: Option<Price>| {
            if price.is_none_or(can_pay) {
                choices.push(Choice { action, price });
            }
        };
        for (name, is_up) in self.world.open_messages(&self.flights) {
            if is_up {
                push(Action::Deliver(name), None);
            }
            push(Action::Drop(name), Some(Price::Drop));
            push(Action::Duplicate(name), Some(Price::Duplicate));
        }
        let down = self.world.nodes().filter(|node| node.status == Status::Down).count();
        let may_crash = down < bounds.most_down as usize;
        for node in self.world.nodes() {
            self.node_choices(node, may_crash, &mut push);
        }
        choices
    }

    fn node_choices(&self, node: &Node, may_crash: bool, push: &mut impl FnMut(Action, Option<Price>)) {
        let id = node.id;
        if node.status == Status::Up {
            for index in 0..node.timers().len() as u32 {
                push(Action::Fire { node: id, index }, Some(Price::Timer));
            }
            if node.pending_writes().len() > 0 {
                push(Action::FinishWrite(id), None);
            }
            if self.world.may_load(node) {
                push(Action::Load(id), Some(Price::Command));
            }
            push(Action::Pause(id), Some(Price::Pause));
        }
        match node.status {
            Status::Up | Status::Paused if may_crash => {
                for keep in 0..=node.pending_writes().len() as u32 {
                    push(Action::Crash { node: id, keep }, Some(Price::Crash));
                }
            }
            Status::Down => push(Action::Restart(id), None),
            _ => {}
        }
        if node.status == Status::Paused {
            push(Action::Resume(id), None);
        }
    }

    /// Does a choice and all that follows from it at once. Returns what the machine chose, each with how many ways
    /// there were.
    fn take(
        &mut self,
        choice: &Choice,
        picks: &[u32],
        bounds: &Bounds,
        scratch: &mut Expansion,
    ) -> Vec<(u32, u32)> {
        scratch.begin();
        self.has_news = false;
        if let Some(price) = choice.price {
            self.spent[price as usize] += 1;
        }
        let node = node_of(&choice.action);
        if let Some(node) = node {
            for &value in picks {
                self.act(&Action::Pick { node, value }, scratch);
            }
        }
        self.act(&choice.action, scratch);
        let Some(node) = node else { return Vec::new() };
        self.let_answers_out(scratch);
        self.close(node, bounds, scratch);
        let (asked, reads_clock) = self.world.take_tape(node);
        scratch.reads_clock = reads_clock;
        asked
    }

    fn act(&mut self, action: &Action, scratch: &mut Expansion) {
        let played = self.world.steps_at(self.world.now_us());
        scratch.actions.push((action.clone(), played));
        self.world.search_act(action, &mut scratch.step, &mut scratch.effects);
        self.observe(scratch);
    }

    /// Writes are finished at once where disks are immediate.
    fn close(&mut self, node: NodeId, bounds: &Bounds, scratch: &mut Expansion) {
        while bounds.disks == Disks::Immediate && self.world.is_writing(node) {
            self.act(&Action::FinishWrite(node), scratch);
            self.let_answers_out(scratch);
        }
    }

    fn let_answers_out(&mut self, scratch: &mut Expansion) {
        while self.world.search_answer(&mut scratch.step, &mut scratch.effects) {
            scratch.has_effects = true;
            self.observe(scratch);
        }
    }

    fn observe(&mut self, scratch: &mut Expansion) {
        let step = &scratch.step;
        scratch.has_effects |= !step.sent.is_empty() || step.writes > 0;
        for watched in &mut self.watched {
            let property = Arc::make_mut(&mut watched.property);
            let was_open = property.verdict == Verdict::Open;
            property.observe(&self.world, step);
            self.has_news |= was_open && property.verdict != Verdict::Open;
        }
    }

    /// Makes the digests of what changed since `before`.
    fn digest(&mut self, before: &Self) {
        self.own_bytes = 0;
        let nodes = self.world.held_nodes().zip(before.world.held_nodes()).zip(&mut self.nodes);
        for ((now, was), hash) in nodes {
            if !Arc::ptr_eq(now, was) {
                *hash = node_hash(now);
                self.own_bytes += now.bytes();
            }
        }
        for (now, was) in self.watched.iter_mut().zip(&before.watched) {
            if now.settle(was) {
                self.own_bytes += WATCHED_BYTES;
            }
        }
        self.own_bytes += BODY_BYTES * self.world.digest_flights(&mut self.flights);
    }

    /// Whether a delivery changed nothing but that the message is gone.
    fn is_idle(&self, before: &Self, choice: &Choice, scratch: &Expansion) -> bool {
        let Action::Deliver(MessageName { to, .. }) = choice.action else { return false };
        let timers_set = |state: &Self| state.world.node(to).map(|node| node.next_generation);
        !scratch.has_effects
            && !self.world.keeps_order()
            && self.nodes == before.nodes
            && timers_set(self) == timers_set(before)
            && self.watched.iter().zip(&before.watched).all(|(now, was)| now.hash == was.hash)
    }
}

// What lies behind pointers cannot be seen from outside; these were fitted to what processes take under the labs.

/// What the memory of a monitor takes, in bytes.
const WATCHED_BYTES: u32 = 3_072;
/// What the body of a message takes, in bytes.
const BODY_BYTES: u32 = 192;

fn property_hash(property: &Property) -> u64 {
    let mut hasher = StableHasher::new(0);
    property.hash_into(&mut hasher);
    hasher.finish()
}

fn node_hash(node: &Node) -> u64 {
    let mut hasher = StableHasher::new(u64::from(node.id.code()));
    node.hash_canonical(&mut hasher);
    hasher.finish()
}

fn finding_of(property: &Property) -> Option<Finding> {
    match &property.verdict {
        Verdict::Struck { finding, .. } => Some(finding.clone()),
        _ => None,
    }
}

/// The node whose machine an action may wake.
fn node_of(action: &Action) -> Option<NodeId> {
    match action {
        Action::Deliver(name) => Some(name.to),
        action => action.node(),
    }
}

impl Expansion {
    fn begin(&mut self) {
        self.actions.clear();
        self.is_idle = false;
        self.reads_clock = false;
        self.has_effects = false;
    }
}

impl Successors<'_> {
    /// The next successor, and which it is. What it took stands in `scratch`.
    pub(super) fn next(&mut self, scratch: &mut Expansion) -> Option<(u32, State)> {
        loop {
            let choice = self.choices.get(self.at)?;
            let mut next = self.from.clone();
            let asked = next.take(choice, &self.picks, self.bounds, scratch);
            if asked.len() > self.picks.len() {
                // The machine chose more than was picked: once more, with the picks spelled out.
                self.picks = asked.iter().map(|&(pick, _)| pick).collect();
                continue;
            }
            next.digest(self.from);
            scratch.is_idle = next.is_idle(self.from, choice, scratch);
            let ordinal = self.ordinal;
            self.ordinal += 1;
            self.turn(asked);
            return Some((ordinal, next));
        }
    }

    /// On to the next picks, the last one turning fastest; after all of them, to the next choice.
    fn turn(&mut self, mut asked: Vec<(u32, u32)>) {
        while let Some((pick, ways)) = asked.pop() {
            if pick + 1 < ways {
                self.picks = asked.iter().map(|&(pick, _)| pick).chain([pick + 1]).collect();
                return;
            }
        }
        self.picks.clear();
        self.at += 1;
    }
}
