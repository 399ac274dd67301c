//! The thin skin between a typed machine and the erased world.
//!
//! Generics multiply by labs, so everything that can be said once is said on trait objects: a [`Payload`] is any
//! plain value of a protocol, a [`Machine`] any node, a [`Factory`] any variant's way to make nodes.

use std::any::Any;
use std::fmt::{self, Debug};
use std::hash::Hash;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use faultscope_protocol::{
    Command, Door, Effect, Effects, Input, Message, NodeId, Note, Outcome, Plain, Protocol, Reply, Seat,
    Timer,
};
use serde_json::Value;

use crate::SeatPlan;
use crate::hash::{StableHasher, stable_hash};

/// Any plain value of a protocol: a message, a command, a reply, a note, or a stable state.
#[derive(Clone)]
pub struct Payload(Arc<dyn Datum>);

// By name alone: the whole of every type's `Debug` would weigh more than the simulator.
impl Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Payload").field(&self.name()).finish()
    }
}

impl Payload {
    fn message<M: Message>(body: M) -> Self {
        Self(Arc::new(Wrapped(body, PhantomData::<AsMessage>)))
    }

    /// A command to a node.
    pub fn command<C: Command>(body: C) -> Self {
        Self(Arc::new(Wrapped(body, PhantomData::<AsCommand>)))
    }

    fn reply<R: Reply>(body: R) -> Self {
        Self(Arc::new(Wrapped(body, PhantomData::<AsReply>)))
    }

    fn note<N: Note>(body: N) -> Self {
        Self(Arc::new(Wrapped(body, PhantomData::<AsNote>)))
    }

    fn stable<S: Plain>(body: S) -> Self {
        Self(Arc::new(Wrapped(body, PhantomData::<AsStable>)))
    }

    /// The value itself, if it is a `T`.
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.0.as_any().downcast_ref()
    }

    /// The field's name of it.
    pub fn name(&self) -> &'static str {
        self.0.facts().name
    }

    /// Whether it is a message that answers another.
    pub fn is_reply(&self) -> bool {
        self.0.facts().is_reply
    }

    /// Whether it is a note of a decision.
    pub fn is_decision(&self) -> bool {
        self.0.facts().is_decision
    }

    /// The rule that a note followed.
    pub fn rule(&self) -> Option<&'static str> {
        self.0.facts().rule
    }

    /// How a command ended, if this is a reply.
    pub fn outcome(&self) -> Option<Outcome> {
        self.0.facts().outcome
    }

    /// The value as JSON, as its serializer writes it; null for a stable state.
    pub fn value(&self) -> Value {
        self.0.value()
    }

    /// The fields alone: the value without the name of its variant around it.
    pub fn fields(&self) -> Value {
        match self.value() {
            Value::Object(map) if map.len() == 1 => {
                map.into_iter().next().map_or(Value::Null, |(_, inner)| inner)
            }
            Value::String(_) => Value::Object(serde_json::Map::new()),
            other => other,
        }
    }

    pub(crate) fn hash_into(&self, hasher: &mut StableHasher) {
        self.0.hash_into(hasher);
    }

    /// The whole value, a stable state too, for hashes that rename nodes.
    pub(crate) fn plain(&self) -> Value {
        self.0.plain()
    }
}

#[derive(Default)]
struct Facts {
    name: &'static str,
    is_reply: bool,
    is_decision: bool,
    rule: Option<&'static str>,
    outcome: Option<Outcome>,
}

trait Datum: Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn facts(&self) -> Facts;
    fn value(&self) -> Value;
    fn plain(&self) -> Value;
    fn hash_into(&self, hasher: &mut StableHasher);
}

/// A value and the part it plays.
struct Wrapped<T, K>(T, PhantomData<K>);

struct AsMessage;
struct AsCommand;
struct AsReply;
struct AsNote;
struct AsStable;

trait Part<T: Plain>: Send + Sync + 'static {
    fn facts(value: &T) -> Facts;

    fn value(value: &T) -> Value {
        plain_value(value)
    }
}

impl<T: Message> Part<T> for AsMessage {
    fn facts(value: &T) -> Facts {
        Facts { name: value.name(), is_reply: value.is_reply(), ..Facts::default() }
    }
}

impl<T: Command> Part<T> for AsCommand {
    fn facts(value: &T) -> Facts {
        Facts { name: value.name(), ..Facts::default() }
    }
}

impl<T: Reply> Part<T> for AsReply {
    fn facts(value: &T) -> Facts {
        let outcome = value.outcome();
        let name = match outcome {
            Outcome::Ok => "ok",
            Outcome::Fail => "fail",
            Outcome::Info => "info",
        };
        Facts { name, outcome: Some(outcome), ..Facts::default() }
    }
}

impl<T: Note> Part<T> for AsNote {
    fn facts(value: &T) -> Facts {
        Facts { name: value.name(), rule: value.rule(), is_decision: value.is_decision(), ..Facts::default() }
    }
}

impl<T: Plain> Part<T> for AsStable {
    fn facts(_: &T) -> Facts {
        Facts { name: "stable", ..Facts::default() }
    }

    // A whole disk is shown by its lab, never as it is.
    fn value(_: &T) -> Value {
        Value::Null
    }
}

impl<T: Plain, K: Part<T>> Datum for Wrapped<T, K> {
    fn as_any(&self) -> &dyn Any {
        &self.0
    }
    fn facts(&self) -> Facts {
        K::facts(&self.0)
    }
    fn value(&self) -> Value {
        K::value(&self.0)
    }
    fn plain(&self) -> Value {
        if RENAMES { plain_value(&self.0) } else { Value::Null }
    }
    fn hash_into(&self, hasher: &mut StableHasher) {
        self.0.hash(hasher);
    }
}

/// Whether nodes can be renamed here. In the browser they cannot: to write whole states as JSON would weigh too much.
pub(crate) const RENAMES: bool = cfg!(not(target_arch = "wasm32"));

/// A plain value as JSON. Plain values have no floats and string-like map keys, so this cannot fail.
fn plain_value<T: Plain>(value: &T) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => unreachable!("a plain value that JSON cannot hold: {error}"),
    }
}

/// The index under which the world keeps a timer of a node.
pub(crate) type TimerSlot = u16;

/// An effect with its types erased.
pub(crate) enum ErasedEffect {
    Send { to: NodeId, body: Payload },
    SetTimer { slot: TimerSlot, after_us: u64 },
    CancelTimer(TimerSlot),
    Persist { stable: Payload, force: bool },
    Reply { op: u64, body: Payload },
    Note(Payload),
}

/// An input with its types erased.
pub(crate) enum ErasedInput<'a> {
    Message { from: NodeId, body: &'a Payload },
    Timer(TimerSlot),
    Command { op: u64, body: &'a Payload },
}

/// One node's machine of any type.
pub trait Machine: MachineCore {
    /// The machine itself, if it is up and a `P`.
    fn state(&self) -> Option<&dyn Any>;
    /// What the node is called to do, as the lab numbers its roles.
    fn role(&self) -> u8;
    /// The knobs, of the protocol's `Setup` type.
    fn setup(&self) -> &dyn Any;
}

/// What only the world may do with a machine.
pub trait MachineCore: Send + Sync {
    #[doc(hidden)]
    fn clone_box(&self) -> Box<dyn Machine>;
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn boot(&mut self, stable: Option<&Payload>, door: &mut dyn Door, out: &mut Vec<ErasedEffect>);
    #[doc(hidden)]
    #[allow(private_interfaces)]
    fn handle(&mut self, input: ErasedInput<'_>, door: &mut dyn Door, out: &mut Vec<ErasedEffect>);
    #[doc(hidden)]
    fn crash(&mut self);
    #[doc(hidden)]
    fn timer_name(&self, slot: TimerSlot) -> &'static str;
    #[doc(hidden)]
    fn timer_value(&self, slot: TimerSlot) -> Value;
    #[doc(hidden)]
    fn hash_state(&self, hasher: &mut StableHasher);
    /// The state as JSON, and the timers' names, which have no order.
    #[doc(hidden)]
    fn plain(&self) -> (Value, Vec<Value>);
    #[doc(hidden)]
    fn bytes(&self) -> u32;
}

struct Cell<P: Protocol> {
    seat: Arc<Seat<P::Setup>>,
    state: Option<P>,
    /// The timers that this node has ever named, by slot. A slot is free again when its timer is not set.
    timers: Vec<Option<P::Timer>>,
    /// Where a machine lists its effects: always empty between steps, kept for its memory.
    effects: Vec<Effect<P>>,
}

impl<P: Protocol> Cell<P> {
    fn slot_of(&mut self, timer: P::Timer) -> TimerSlot {
        if let Some(slot) = self.timers.iter().position(|held| held.as_ref() == Some(&timer)) {
            return slot as TimerSlot;
        }
        let slot = self.timers.iter().position(Option::is_none).unwrap_or_else(|| {
            self.timers.push(None);
            self.timers.len() - 1
        });
        self.timers[slot] = Some(timer);
        slot as TimerSlot
    }

    fn erase(&mut self, out: &mut Vec<ErasedEffect>) {
        if self.effects.is_empty() {
            return;
        }
        let mut effects = std::mem::take(&mut self.effects);
        for effect in effects.drain(..) {
            let erased = match effect {
                Effect::Send { to, body } => ErasedEffect::Send { to, body: Payload::message(body) },
                Effect::SetTimer { timer, after_us } => {
                    ErasedEffect::SetTimer { slot: self.slot_of(timer), after_us }
                }
                Effect::CancelTimer(timer) => {
                    let Some(slot) = self.timers.iter().position(|held| held.as_ref() == Some(&timer)) else {
                        continue;
                    };
                    self.timers[slot] = None;
                    ErasedEffect::CancelTimer(slot as TimerSlot)
                }
                Effect::Persist { stable, force } => {
                    ErasedEffect::Persist { stable: Payload::stable(stable), force }
                }
                Effect::Reply { op, body } => ErasedEffect::Reply { op, body: Payload::reply(body) },
                Effect::Note(note) => ErasedEffect::Note(Payload::note(note)),
            };
            out.push(erased);
        }
        self.effects = effects;
    }

    fn typed(&mut self, input: ErasedInput<'_>) -> Option<Input<P>> {
        Some(match input {
            ErasedInput::Message { from, body } => {
                Input::Message { from, body: body.get::<P::Message>()?.clone() }
            }
            ErasedInput::Timer(slot) => Input::Timer(self.timers.get_mut(usize::from(slot))?.take()?),
            ErasedInput::Command { op, body } => {
                Input::Command { op, body: body.get::<P::Command>()?.clone() }
            }
        })
    }
}

impl<P: Protocol> Machine for Cell<P> {
    fn state(&self) -> Option<&dyn Any> {
        self.state.as_ref().map(|state| state as &dyn Any)
    }
    fn role(&self) -> u8 {
        self.seat.role
    }
    fn setup(&self) -> &dyn Any {
        &*self.seat.setup
    }
}

#[allow(private_interfaces)]
impl<P: Protocol> MachineCore for Cell<P> {
    fn clone_box(&self) -> Box<dyn Machine> {
        Box::new(Self {
            seat: self.seat.clone(),
            state: self.state.clone(),
            timers: self.timers.clone(),
            effects: Vec::new(),
        })
    }

    fn boot(&mut self, stable: Option<&Payload>, door: &mut dyn Door, out: &mut Vec<ErasedEffect>) {
        let stable = stable.and_then(|found| found.get::<P::Stable>()).cloned().unwrap_or_default();
        self.state = Some(P::boot(stable, &mut Effects::new(&self.seat, door, &mut self.effects)));
        self.erase(out);
    }

    fn handle(&mut self, input: ErasedInput<'_>, door: &mut dyn Door, out: &mut Vec<ErasedEffect>) {
        let Some(input) = self.typed(input) else { return };
        if let Some(state) = &mut self.state {
            state.handle(input, &mut Effects::new(&self.seat, door, &mut self.effects));
        }
        self.erase(out);
    }

    fn crash(&mut self) {
        self.state = None;
        self.timers.clear();
    }

    fn timer_name(&self, slot: TimerSlot) -> &'static str {
        self.timers.get(usize::from(slot)).and_then(Option::as_ref).map_or("", Timer::name)
    }

    fn timer_value(&self, slot: TimerSlot) -> Value {
        self.timers.get(usize::from(slot)).and_then(Option::as_ref).map_or(Value::Null, plain_value)
    }

    fn hash_state(&self, hasher: &mut StableHasher) {
        self.state.hash(hasher);
        // Slots depend on the way that led here: the timers are a set, and a sum has no order.
        let timers = self.timers.iter().flatten().map(stable_hash);
        hasher.word(timers.fold(0, u64::wrapping_add));
    }

    fn plain(&self) -> (Value, Vec<Value>) {
        if !RENAMES {
            return (Value::Null, Vec::new());
        }
        let state = self.state.as_ref().map_or(Value::Null, plain_value);
        (state, self.timers.iter().flatten().map(plain_value).collect())
    }

    fn bytes(&self) -> u32 {
        // What lies behind pointers is not counted; on average it is about as much again.
        2 * (size_of::<Self>() + self.timers.capacity() * size_of::<Option<P::Timer>>()) as u32
    }
}

/// Why the words of a command were refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadCommand {
    /// No command has this name; the nearest known one, if any is near.
    Unknown {
        /// The word that was given.
        word: String,
        /// The names that the lab knows.
        known: Vec<&'static str>,
    },
    /// An argument is missing, is one too many, or is not of its kind.
    Argument {
        /// The argument's name, or the text that stood in its place.
        word: String,
        /// What was expected there, as a schema says it (`1..9`, `n1`…).
        expected: String,
    },
}

/// Client load: the simulator hands a client its next command when the last one was answered.
pub struct Load<P: Protocol> {
    /// When the first command comes, after the client booted, in microseconds (half open).
    pub start_us: Range<u64>,
    /// How long a client thinks between an answer and its next command, in microseconds (half open).
    pub think_us: Range<u64>,
    /// How many commands a client gives; `u64::MAX` for no end.
    pub count: u64,
    /// Makes the `number`-th command (from 0) of a client.
    pub make: fn(setup: &P::Setup, client: NodeId, number: u64, door: &mut dyn Door) -> P::Command,
}

/// Makes the nodes of a run, and reads commands that are written in words.
pub trait Factory: Send + Sync {
    /// A node that has not booted yet.
    fn create(&self, seat: &SeatPlan, servers: &Arc<[NodeId]>, clients: &Arc<[NodeId]>) -> Box<dyn Machine>;
    /// A command from its words: its name, then its arguments.
    ///
    /// # Errors
    /// [`BadCommand`] says which word is wrong.
    fn command(&self, words: &[&str]) -> Result<Payload, BadCommand>;
    /// When a client's command comes, in microseconds after its boot or its last answer; none without load.
    fn load_after_us(&self, number: u64) -> Option<Range<u64>>;
    /// The `number`-th command of a client.
    fn load_command(&self, client: NodeId, number: u64, door: &mut dyn Door) -> Option<Payload>;
}

/// The factory for a machine of type `P`.
pub struct TypedFactory<P: Protocol> {
    /// The knobs.
    pub setup: Arc<P::Setup>,
    /// The client load, if any.
    pub load: Option<Load<P>>,
    /// Reads a command from its words.
    pub command: fn(&[&str]) -> Result<P::Command, BadCommand>,
}

impl<P: Protocol> Factory for TypedFactory<P> {
    fn create(&self, seat: &SeatPlan, servers: &Arc<[NodeId]>, clients: &Arc<[NodeId]>) -> Box<dyn Machine> {
        let seat = Seat {
            id: seat.id,
            role: seat.role,
            servers: servers.clone(),
            clients: clients.clone(),
            zone: seat.zone,
            setup: self.setup.clone(),
        };
        Box::new(Cell::<P> { seat: Arc::new(seat), state: None, timers: Vec::new(), effects: Vec::new() })
    }

    fn command(&self, words: &[&str]) -> Result<Payload, BadCommand> {
        (self.command)(words).map(Payload::command)
    }

    fn load_after_us(&self, number: u64) -> Option<Range<u64>> {
        let load = self.load.as_ref().filter(|load| number < load.count)?;
        Some(if number == 0 { load.start_us.clone() } else { load.think_us.clone() })
    }

    fn load_command(&self, client: NodeId, number: u64, door: &mut dyn Door) -> Option<Payload> {
        let load = self.load.as_ref()?;
        Some(Payload::command((load.make)(&self.setup, client, number, door)))
    }
}
