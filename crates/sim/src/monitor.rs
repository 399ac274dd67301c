//! Properties, checked from outside the nodes after every step, and the verdicts on them.

use std::hash::{Hash, Hasher};

use serde::Serialize;
use serde_json::Value;

use crate::erased::RENAMES;
use crate::hash::StableHasher;
use crate::world::{Step, World};

/// When a property must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// After every step.
    Always,
    /// At the end, when faults have healed.
    Eventually,
    /// At some step; seeing it is the point.
    Sometimes,
}

/// The facts of a break or a sighting: names and values, which a lab's words put into a sentence.
pub type Finding = Vec<(&'static str, String)>;

/// What a monitor has to say of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Nothing that concerns it happened.
    Silent,
    /// The premise of the property held, and so did the property.
    Held,
    /// *Always*: it is broken. *Sometimes*: it is seen. *Eventually*: it is due (again).
    Struck(Finding),
    /// Judging went beyond its bound: so many states were looked at. Nothing will be said any more.
    GaveUp(u32),
}

/// Watches one property. A value: cloned into snapshots, and part of a search's state.
pub trait Monitor: Send + Sync {
    /// Looks at the world after a step.
    fn observe(&mut self, world: &World, step: &Step) -> Signal;
    /// A copy of it.
    fn clone_box(&self) -> Box<dyn Monitor>;
    /// Takes its memory into a hash.
    fn hash_into(&self, hasher: &mut StableHasher);
    /// All of its memory as JSON, each node by its name alone, so that nodes in it can be renamed; none where the
    /// monitor cannot say. Then a search that judges the property uses no symmetry.
    fn plain(&self) -> Option<Value> {
        None
    }
}

/// A monitor made of a memory and a function.
pub struct Watch<S> {
    memory: S,
    look: fn(&mut S, &World, &Step) -> Signal,
    plain: Option<fn(&S) -> Value>,
}

impl<S: Clone + Hash + Send + Sync + 'static> Watch<S> {
    /// A monitor that starts with `memory`.
    pub fn boxed(memory: S, look: fn(&mut S, &World, &Step) -> Signal) -> Box<dyn Monitor> {
        Box::new(Self { memory, look, plain: None })
    }

    /// A monitor that starts with `memory`, of which `plain` tells everything, each node by its name alone.
    pub fn told(
        memory: S,
        look: fn(&mut S, &World, &Step) -> Signal,
        plain: fn(&S) -> Value,
    ) -> Box<dyn Monitor> {
        Box::new(Self { memory, look, plain: RENAMES.then_some(plain) })
    }
}

impl<S: Clone + Hash + Serialize + Send + Sync + 'static> Watch<S> {
    /// A monitor that starts with `memory`, which its serializer tells whole, each node by its name alone.
    pub fn plain(memory: S, look: fn(&mut S, &World, &Step) -> Signal) -> Box<dyn Monitor> {
        Self::told(memory, look, |memory| match serde_json::to_value(memory) {
            Ok(value) => value,
            Err(error) => unreachable!("a memory that JSON cannot hold: {error}"),
        })
    }
}

impl<S: Clone + Hash + Send + Sync + 'static> Monitor for Watch<S> {
    fn observe(&mut self, world: &World, step: &Step) -> Signal {
        (self.look)(&mut self.memory, world, step)
    }

    fn clone_box(&self) -> Box<dyn Monitor> {
        Box::new(Self { memory: self.memory.clone(), look: self.look, plain: self.plain })
    }

    fn hash_into(&self, hasher: &mut StableHasher) {
        self.memory.hash(hasher);
    }

    fn plain(&self) -> Option<Value> {
        Some(self.plain?(&self.memory))
    }
}

/// What a run says of a property so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// *Always*: not broken so far. *Sometimes*: not seen yet. *Eventually*: not met yet.
    Open,
    /// *Eventually*: met since this step.
    Met {
        /// The step.
        step: u64,
        /// Its time.
        at_us: u64,
    },
    /// *Always*: broken at this step. *Sometimes*: first seen at this step.
    Struck {
        /// The step.
        step: u64,
        /// Its time.
        at_us: u64,
        /// The facts.
        finding: Finding,
    },
    /// Nobody knows: judging went beyond its bound at this step.
    GaveUp {
        /// The step.
        step: u64,
        /// Its time.
        at_us: u64,
        /// How many states were looked at.
        states: u32,
    },
}

impl Verdict {
    /// The step that it is about, and its time; none while it is open.
    pub const fn place(&self) -> Option<(u64, u64)> {
        match self {
            Self::Open => None,
            Self::Met { step, at_us }
            | Self::Struck { step, at_us, .. }
            | Self::GaveUp { step, at_us, .. } => Some((*step, *at_us)),
        }
    }
}

/// One property of a run: its monitor, and the verdict so far.
pub struct Property {
    /// The id under which the lab words it.
    pub id: &'static str,
    /// When it must hold.
    pub mode: Mode,
    /// What the run says of it so far.
    pub verdict: Verdict,
    /// How often its premise held, so that nothing is safe by doing nothing.
    pub premises: u64,
    monitor: Box<dyn Monitor>,
}

impl Clone for Property {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            mode: self.mode,
            verdict: self.verdict.clone(),
            premises: self.premises,
            monitor: self.monitor.clone_box(),
        }
    }
}

impl Property {
    /// A property at the start of a run.
    pub fn new(id: &'static str, mode: Mode, monitor: Box<dyn Monitor>) -> Self {
        Self { id, mode, verdict: Verdict::Open, premises: 0, monitor }
    }

    /// Looks at the world after a step. A break, once found, stands.
    pub(crate) fn observe(&mut self, world: &World, step: &Step) -> bool {
        let is_final = match self.verdict {
            Verdict::Open => false,
            Verdict::GaveUp { .. } => true,
            Verdict::Met { .. } | Verdict::Struck { .. } => self.mode != Mode::Eventually,
        };
        if is_final {
            return false;
        }
        match self.monitor.observe(world, step) {
            Signal::Silent => false,
            Signal::GaveUp(states) => {
                self.verdict = Verdict::GaveUp { step: step.number, at_us: step.at_us, states };
                false
            }
            Signal::Held => {
                self.premises += 1;
                if self.mode == Mode::Eventually && matches!(self.verdict, Verdict::Open) {
                    self.verdict = Verdict::Met { step: step.number, at_us: step.at_us };
                }
                false
            }
            Signal::Struck(finding) => self.strike(finding, step),
        }
    }

    #[cold]
    fn strike(&mut self, finding: Finding, step: &Step) -> bool {
        if self.mode == Mode::Eventually {
            self.verdict = Verdict::Open;
            return false;
        }
        self.premises += 1;
        self.verdict = Verdict::Struck { step: step.number, at_us: step.at_us, finding };
        self.mode == Mode::Always
    }

    /// Whether an *always* property is broken.
    pub fn is_broken(&self) -> bool {
        self.mode == Mode::Always && matches!(self.verdict, Verdict::Struck { .. })
    }

    /// Whether judging it went beyond its bound.
    pub fn is_given_up(&self) -> bool {
        matches!(self.verdict, Verdict::GaveUp { .. })
    }

    /// Takes the monitor's memory and the verdict into a hash.
    pub fn hash_into(&self, hasher: &mut StableHasher) {
        hasher.write_u8(self.end());
        self.monitor.hash_into(hasher);
    }

    /// What of the verdict tells two states of a search apart.
    pub(crate) fn end(&self) -> u8 {
        u8::from(self.is_broken()) | u8::from(self.is_given_up()) << 1
    }

    /// The monitor's memory as JSON, where it can say.
    pub(crate) fn plain(&self) -> Option<Value> {
        self.monitor.plain()
    }
}
