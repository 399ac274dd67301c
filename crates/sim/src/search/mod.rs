//! The search: breadth first over all that may happen from one moment of a run, within bounds.
//!
//! A state is a real [`World`](crate::World) under a manual schedule, with the monitors of its properties and what is
//! left of the fault budgets. It is expanded by the same [`Action`]s that a person may do: deliver, drop or duplicate a
//! message, fire a timer, finish a write, crash with each number of kept writes, restart, pause, resume, give a client
//! its next command. Each result of a machine's `choose` is a choice too. Answers to commands leave at once. So a path
//! of the search is a run, and the first path that breaks a property is the shortest.
//!
//! **Time stands still.** Two states are the same if nodes, disks, the multiset of messages (or each link's queue,
//! where links keep order), armed timers, open commands, monitors and budgets are the same, whatever the times and the
//! order in which they came about. A timer may fire whenever it is armed, a message may take for ever. Hence a property
//! of durations is not judged by a search, nor is *eventually*; and where a machine looks at its clock, nothing is
//! called exhausted. A delay that a machine draws is not branched on: timers fire at any time anyway.
//!
//! **A delivery without effect is no transition**: if it leaves the machine as it was, sends, sets and writes nothing,
//! and tells no monitor anything, the message stays in flight, as in Stateright's actor models. Where links keep order
//! it is one, for it makes way for the next message. A message to a node that is down waits until it is up again; to
//! lose it is a drop.
//!
//! States are told apart by a hash of 64 bits. Among n states the chance that two share one is about n² / 2⁶⁵:
//! one in 74 million for a million states, one in 740,000 for ten million. Such a collision would hide a state.
//!
//! **Symmetry.** Where a plan names interchangeable nodes, of states that differ only in which of them is which one stands
//! for all ([`Symmetry`]). Verdicts and the depths of what is found stay the same.
//!
//! What is absent on purpose: threads, a clock, and any name of a protocol. Whoever calls decides how much to do at a
//! time ([`Search::step`]).

mod bounds;
mod names;
mod path;
mod proof;
mod seen;
mod state;
mod symmetry;

use std::collections::VecDeque;
use std::sync::Arc;

pub use bounds::{Bounds, Disks, Goal, Limit};
pub use path::Counterexample;
pub use proof::{Classes, classes};
pub use symmetry::{Asymmetry, Symmetry};

use crate::action::{Action, Pinned};
use crate::monitor::{Finding, Mode};
use crate::run::{Plan, Run};
use seen::Seen;
use state::{Expansion, State};

/// A search under way.
pub struct Search {
    plan: Arc<Plan>,
    bounds: Arc<Bounds>,
    prefix: Vec<Pinned>,
    /// What was done to the moment to make it the root, in order.
    opening: Vec<(Action, u32)>,
    /// The step after which it began, its time, and the steps at that instant.
    start: u64,
    start_us: u64,
    root: State,
    seen: Seen,
    /// For each unique state, where it came from.
    links: Vec<Link>,
    frontier: VecDeque<Waiting>,
    subjects: Vec<Subject>,
    generated: u64,
    expanded: u64,
    depth: u32,
    frontier_bytes: u64,
    limits: Vec<Limit>,
    symmetry: Symmetry,
    is_stopped: bool,
    reads_clock: bool,
    scratch: Expansion,
}

/// Where a state came from: a state before it, and which of its successors it is.
#[derive(Clone, Copy, Debug)]
struct Link {
    parent: u32,
    ordinal: u32,
}

/// A state that waits to be expanded.
struct Waiting {
    place: u32,
    depth: u32,
    bytes: u32,
    state: State,
}

/// A property under search.
struct Subject {
    id: &'static str,
    mode: Mode,
    found: Option<Found>,
    is_given_up: bool,
}

/// A path on which a property struck.
#[derive(Clone)]
struct Found {
    /// None where it had struck before the search began.
    edge: Option<Link>,
    depth: u32,
    finding: Finding,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// States that were reached, each as often as it was, the root included.
    pub generated: u64,
    /// Unique states.
    pub unique: u64,
    /// States whose successors are all known.
    pub expanded: u64,
    /// States that wait to be expanded.
    pub waiting: u64,
    /// The greatest number of choices behind a state that was reached.
    pub depth: u32,
    /// Estimated bytes in use.
    pub bytes: u64,
    /// Whether nothing is left to do.
    pub is_done: bool,
}

/// What a search says of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// *Always*: broken. *Sometimes*: seen. After so many choices, with these facts.
    Struck {
        /// Choices from the start of the search.
        depth: u32,
        /// The facts.
        finding: Finding,
    },
    /// It had struck before the search began.
    Before(Finding),
    /// *Always*: it holds in every state within the bounds. *Sometimes*: no state within the bounds shows it.
    Exhausted,
    /// Nobody knows: its monitor gave up on some path, where judging went beyond its bound; elsewhere it did not strike.
    GaveUp,
    /// Not all states within the bounds were visited.
    Open,
    /// *Eventually*: not a matter of states.
    NotJudged,
}

/// A property, and what the search says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The property's id.
    pub id: &'static str,
    /// When it must hold.
    pub mode: Mode,
    /// What the search says.
    pub judgement: Judgement,
}

/// The start of every path among the links.
const ROOT: u32 = 0;

impl Search {
    /// A search from the moment after step `step` of `run`; from the end of the boots, if that is later.
    pub fn new(run: &Run, step: u64, bounds: Bounds) -> Self {
        let (moment, prefix) = run.whole_moment(step);
        let (start, start_us) = (moment.world.steps(), moment.world.now_us());
        let mut scratch = Expansion::default();
        let (mut root, opening) = State::root(moment, &bounds, &mut scratch);
        let symmetry = break_symmetry(&mut root, run, &bounds);
        let mut search = Self {
            plan: run.plan().clone(),
            subjects: subjects_of(run, &root, &bounds),
            prefix,
            opening,
            start,
            start_us,
            seen: Seen::default(),
            links: vec![Link { parent: ROOT, ordinal: 0 }],
            frontier: VecDeque::new(),
            generated: 1,
            expanded: 0,
            depth: 0,
            frontier_bytes: 0,
            limits: Vec::new(),
            symmetry,
            is_stopped: false,
            reads_clock: false,
            scratch,
            root: root.clone(),
            bounds: Arc::new(bounds),
        };
        search.seen.insert(root.hash(&search.bounds));
        search.push(ROOT, 0, root);
        search
    }

    /// Goes on until at least `most` more states were reached, or nothing is left to do.
    pub fn step(&mut self, most: u64) -> Progress {
        let target = self.generated.saturating_add(most);
        while self.generated < target && !self.is_done() {
            self.expand_next();
        }
        self.progress()
    }

    /// Gives up: what is known stays.
    pub fn stop(&mut self) {
        if !self.is_done() {
            self.halt(Limit::Stopped);
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        Progress {
            generated: self.generated,
            unique: self.links.len() as u64,
            expanded: self.expanded,
            waiting: self.frontier.len() as u64,
            depth: self.depth,
            bytes: self.bytes(),
            is_done: self.is_done(),
        }
    }

    /// The bounds.
    pub fn bounds(&self) -> &Bounds {
        &self.bounds
    }

    /// Whether it uses symmetry.
    pub fn symmetry(&self) -> Symmetry {
        self.symmetry
    }

    /// Why not all states within the budgets were visited; empty where they were, or where the search is not over.
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// Whether every state within the budgets was visited.
    pub fn is_exhausted(&self) -> bool {
        self.frontier.is_empty() && self.limits.is_empty()
    }

    /// What the search says of each property so far, in the variant's order.
    pub fn judged(&self) -> Vec<Judged> {
        self.subjects.iter().map(|subject| self.judge(subject)).collect()
    }

    fn judge(&self, subject: &Subject) -> Judged {
        let judgement = match &subject.found {
            Some(Found { edge: None, finding, .. }) => Judgement::Before(finding.clone()),
            Some(found) => Judgement::Struck { depth: found.depth, finding: found.finding.clone() },
            None if subject.mode == Mode::Eventually => Judgement::NotJudged,
            None if subject.is_given_up => Judgement::GaveUp,
            None if self.is_exhausted() => Judgement::Exhausted,
            None => Judgement::Open,
        };
        Judged { id: subject.id, mode: subject.mode, judgement }
    }

    fn is_done(&self) -> bool {
        self.is_stopped || self.frontier.is_empty()
    }

    fn bytes(&self) -> u64 {
        self.frontier_bytes + self.seen.bytes() + (self.links.capacity() * size_of::<Link>()) as u64
    }

    fn limit(&mut self, limit: Limit) {
        if !self.limits.contains(&limit) {
            self.limits.push(limit);
        }
    }

    fn halt(&mut self, limit: Limit) {
        self.limit(limit);
        self.is_stopped = true;
        // Nothing is expanded any more, and whoever holds the search may want its memory back.
        self.frontier = VecDeque::new();
        self.frontier_bytes = 0;
    }

    fn push(&mut self, place: u32, depth: u32, state: State) {
        let bytes = state.bytes();
        self.frontier_bytes += u64::from(bytes);
        self.frontier.push_back(Waiting { place, depth, bytes, state });
    }

    fn expand_next(&mut self) {
        let Some(waiting) = self.frontier.pop_front() else { return };
        self.frontier_bytes -= u64::from(waiting.bytes);
        let mut scratch = std::mem::take(&mut self.scratch);
        let bounds = self.bounds.clone();
        let mut successors = waiting.state.expand(&bounds);
        while let Some((ordinal, next)) = successors.next(&mut scratch) {
            self.take_in(&waiting, ordinal, next, &scratch);
            if self.is_stopped {
                break;
            }
        }
        self.scratch = scratch;
        self.expanded += 1;
    }

    /// Takes in a successor: findings, and the state itself if it is new.
    fn take_in(&mut self, from: &Waiting, ordinal: u32, mut next: State, scratch: &Expansion) {
        let depth = from.depth + 1;
        let link = Link { parent: from.place, ordinal };
        if scratch.reads_clock && !self.reads_clock {
            self.reads_clock = true;
            self.limit(Limit::Clock);
        }
        self.note_findings(&from.state, &next, link, depth);
        if self.is_stopped || scratch.is_idle {
            return;
        }
        self.generated += 1;
        if self.bounds.messages.is_some_and(|most| next.message_count() > most as usize) {
            return self.limit(Limit::Messages);
        }
        next.settle_names(&from.state);
        if !self.seen.insert(next.hash(&self.bounds)) {
            return;
        }
        self.depth = self.depth.max(depth);
        let place = self.links.len() as u32;
        self.links.push(link);
        if self.bounds.depth.is_some_and(|most| depth >= most) {
            self.limit(Limit::Depth);
        } else {
            self.push(place, depth, next);
        }
        self.check_limits();
    }

    fn check_limits(&mut self) {
        if self.links.len() as u64 >= self.bounds.states.min(u64::from(u32::MAX)) {
            self.halt(Limit::States);
        } else if self.bytes() > self.bounds.bytes {
            self.halt(Limit::Memory);
        }
    }

    fn note_findings(&mut self, before: &State, after: &State, edge: Link, depth: u32) {
        if !after.has_news {
            return;
        }
        for (id, finding) in after.news(before) {
            let Some(subject) = self.subjects.iter_mut().find(|subject| subject.id == id) else { continue };
            if subject.found.is_none() {
                subject.found = Some(Found { edge: Some(edge), depth, finding });
            }
        }
        for id in after.given_up() {
            if let Some(subject) = self.subjects.iter_mut().find(|subject| subject.id == id) {
                subject.is_given_up = true;
            }
        }
        if self.is_goal_reached() {
            self.depth = self.depth.max(depth);
            self.generated += 1;
            self.halt(Limit::Found);
        }
    }

    fn is_goal_reached(&self) -> bool {
        let is_found = |subject: &Subject| subject.found.is_some();
        match self.bounds.goal {
            Goal::FirstBreak => {
                let is_new = |subject: &Subject| matches!(&subject.found, Some(Found { edge: Some(_), .. }));
                self.subjects.iter().any(|subject| subject.mode == Mode::Always && is_new(subject))
            }
            Goal::Everything => {
                self.subjects.iter().filter(|subject| subject.mode != Mode::Eventually).all(is_found)
            }
        }
    }
}

/// From here on one state stands for all that are the same up to names, if that is right.
fn break_symmetry(root: &mut State, run: &Run, bounds: &Bounds) -> Symmetry {
    match root.renamings(&run.plan().symmetry, bounds) {
        Ok(renamings) => {
            let count = renamings.count() as u32;
            root.rename_by(Arc::new(renamings));
            Symmetry::On { renamings: count }
        }
        Err(why) => Symmetry::Off(why),
    }
}

fn subjects_of(run: &Run, root: &State, bounds: &Bounds) -> Vec<Subject> {
    let wanted = run.plan().properties.iter().filter(|property| bounds.is_wanted(property.id));
    let subject = |id, mode| {
        let found = root.finding(id).map(|finding| Found { edge: None, depth: 0, finding });
        let is_given_up = root.given_up().any(|known| known == id);
        Subject { id, mode, found, is_given_up }
    };
    wanted.map(|property| subject(property.id, property.mode)).collect()
}
