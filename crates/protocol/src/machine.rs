//! The trait of a protocol machine: one input in, one change of state, one ordered list of effects out.

use std::fmt::Debug;
use std::hash::Hash;
use std::ops::Range;
use std::sync::Arc;

use serde::Serialize;

use crate::NodeId;

/// Plain data: cloned, compared, ordered, hashed and printed by its content alone.
///
/// Integers in it have a fixed width: `usize` hashes and prints differently on wasm32.
pub trait Plain: Clone + Debug + Eq + Ord + Hash + Serialize + Send + Sync + 'static {}

impl<T: Clone + Debug + Eq + Ord + Hash + Serialize + Send + Sync + 'static> Plain for T {}

/// What one node sends to another.
pub trait Message: Plain {
    /// The field's name of the message, such as `RequestVote`; equal to the name of its serde variant.
    fn name(&self) -> &'static str;
    /// Whether it answers another message, and is drawn hollow.
    fn is_reply(&self) -> bool;
}

/// A name under which a node sets and cancels one timer.
pub trait Timer: Plain {
    /// The field's name of the timer, such as `election timeout`.
    fn name(&self) -> &'static str;
}

/// What a client, or a person, asks of a node.
pub trait Command: Plain {
    /// The name of the operation, such as `write`.
    fn name(&self) -> &'static str;
}

/// How a command ended, as a history judges it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It took effect.
    Ok,
    /// It surely did not take effect, and never will.
    Fail,
    /// Nobody can tell: it may take effect at any later time, or never.
    Info,
}

/// The answer to a command.
pub trait Reply: Plain {
    /// How the command ended.
    fn outcome(&self) -> Outcome;
}

/// What a machine remarks about itself: a decision, a change of role, a rule that it followed.
pub trait Note: Plain {
    /// A short name, such as `became leader`.
    fn name(&self) -> &'static str;
    /// The rule of the protocol that it followed, by the id under which the lab explains it.
    fn rule(&self) -> Option<&'static str> {
        None
    }
    /// Whether something was decided for good: a leader, a commit, an abort, a chosen value.
    fn is_decision(&self) -> bool {
        false
    }
}

/// A protocol machine. The value is the volatile state of one node; a crash drops it.
///
/// One machine type serves a whole world: roles (server, client, coordinator) are variants of it, told apart by
/// the [`Seat`].
pub trait Protocol: Plain {
    /// What nodes send to each other.
    type Message: Message;
    /// The names of its timers.
    type Timer: Timer;
    /// What clients and people ask for.
    type Command: Command;
    /// What it answers to commands.
    type Reply: Reply;
    /// What it remarks.
    type Note: Note;
    /// The knobs: timeouts, sizes, and the variant. The same for all nodes of a run.
    type Setup: Plain + Default;
    /// All that survives a crash.
    type Stable: Plain + Default;

    /// Starts a node, for the first time (with the default stable state) or after a crash.
    fn boot(stable: Self::Stable, fx: &mut Effects<'_, Self>) -> Self;

    /// Handles one input. Total: whatever comes, it neither fails nor panics.
    fn handle(&mut self, input: Input<Self>, fx: &mut Effects<'_, Self>);
}

/// What reaches a machine, one at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input<P: Protocol> {
    /// A message from another node.
    Message {
        /// The sender.
        from: NodeId,
        /// What it says.
        body: P::Message,
    },
    /// A timer that ran out. It is no longer set.
    Timer(P::Timer),
    /// A command from a client's program, or from a person.
    Command {
        /// Pairs it with its [`Effect::Reply`].
        op: u64,
        /// What is asked for.
        body: P::Command,
    },
}

/// What a machine wants done, in order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect<P: Protocol> {
    /// Send a message. It waits behind every forced write that was asked for before it.
    Send {
        /// The receiver; a node may send to itself.
        to: NodeId,
        /// What to say.
        body: P::Message,
    },
    /// Set a timer; setting one again replaces it.
    SetTimer {
        /// Which.
        timer: P::Timer,
        /// How long from now, on the node's own clock, in microseconds.
        after_us: u64,
    },
    /// Cancel a timer, if it is set.
    CancelTimer(P::Timer),
    /// Write the whole stable state to the disk.
    Persist {
        /// What the node will find again after a crash, once this write is durable.
        stable: P::Stable,
        /// A forced write is a barrier: the sends, replies and notes after it wait until it is durable.
        force: bool,
    },
    /// Answer a command.
    Reply {
        /// The `op` of the command.
        op: u64,
        /// The answer.
        body: P::Reply,
    },
    /// Remark something.
    Note(P::Note),
}

/// Where a node sits: who it is, whom it knows from the start, and the knobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat<S> {
    /// Its own name.
    pub id: NodeId,
    /// What it does in the protocol, as the lab numbers its roles; 0 where there is one role only.
    pub role: u8,
    /// The servers that stood when the run began, itself included if it is one of them, in order.
    /// A server that joins later finds here those of the beginning, and is not among them.
    pub servers: Arc<[NodeId]>,
    /// The clients of the run, in order.
    pub clients: Arc<[NodeId]>,
    /// The rack or site that it stands in, from 0.
    pub zone: u16,
    /// The knobs.
    pub setup: Arc<S>,
}

impl<S> Seat<S> {
    /// The servers that stood at the beginning, without this node.
    pub fn peers(&self) -> impl Iterator<Item = NodeId> + use<'_, S> {
        self.servers.iter().copied().filter(|&peer| peer != self.id)
    }
}

/// The door through which time and chance come in. The simulator, the search and the tests stand behind it.
pub trait Door {
    /// The node's own wall clock, in microseconds. It may be wrong: offset, drifting, stepped.
    fn now_us(&mut self) -> u64;
    /// A duration in `range_us` (half open), for setting a timer. Not branched on by a search.
    fn delay_us(&mut self, label: &'static str, range_us: Range<u64>) -> u64;
    /// One of `0..count`, drawn in a run, enumerated by a search. `count` is small and not 0.
    fn choose(&mut self, label: &'static str, count: u32) -> u32;
}

/// The list of effects under construction, and the door.
pub struct Effects<'a, P: Protocol> {
    seat: &'a Seat<P::Setup>,
    door: &'a mut dyn Door,
    list: &'a mut Vec<Effect<P>>,
}

impl<'a, P: Protocol> Effects<'a, P> {
    /// Effects that go to the end of `list`.
    pub fn new(seat: &'a Seat<P::Setup>, door: &'a mut dyn Door, list: &'a mut Vec<Effect<P>>) -> Self {
        Self { seat, door, list }
    }

    /// Who the node is, whom it knows, and the knobs.
    pub fn seat(&self) -> &'a Seat<P::Setup> {
        self.seat
    }

    /// The knobs.
    pub fn setup(&self) -> &'a P::Setup {
        &self.seat.setup
    }

    /// The node's own name.
    pub fn id(&self) -> NodeId {
        self.seat.id
    }

    /// The node's own wall clock, in microseconds. A machine that keeps it in its state cannot be searched.
    pub fn now_us(&mut self) -> u64 {
        self.door.now_us()
    }

    /// A duration in `range_us` (half open), for setting a timer; an empty range gives its start.
    pub fn delay_us(&mut self, label: &'static str, range_us: Range<u64>) -> u64 {
        if range_us.is_empty() { range_us.start } else { self.door.delay_us(label, range_us) }
    }

    /// One of `0..count`; 0 where there is no choice.
    pub fn choose(&mut self, label: &'static str, count: u32) -> u32 {
        if count <= 1 { 0 } else { self.door.choose(label, count) }
    }

    /// Sends `body` to `to`, behind every forced write before it.
    pub fn send(&mut self, to: NodeId, body: P::Message) {
        self.list.push(Effect::Send { to, body });
    }

    /// Sets `timer` to run out `after_us` from now, in place of an earlier setting.
    pub fn set_timer(&mut self, timer: P::Timer, after_us: u64) {
        self.list.push(Effect::SetTimer { timer, after_us });
    }

    /// Cancels `timer`, if it is set.
    pub fn cancel_timer(&mut self, timer: P::Timer) {
        self.list.push(Effect::CancelTimer(timer));
    }

    /// Writes `stable`; the sends, replies and notes after it wait until it is durable.
    pub fn persist_forced(&mut self, stable: P::Stable) {
        self.list.push(Effect::Persist { stable, force: true });
    }

    /// Writes `stable` some time; nothing waits for it, and a crash may lose it.
    pub fn persist_lazily(&mut self, stable: P::Stable) {
        self.list.push(Effect::Persist { stable, force: false });
    }

    /// Answers the command `op`.
    pub fn reply(&mut self, op: u64, body: P::Reply) {
        self.list.push(Effect::Reply { op, body });
    }

    /// Remarks something.
    pub fn note(&mut self, note: P::Note) {
        self.list.push(Effect::Note(note));
    }

    /// Runs an inner machine, and maps each of its effects to one of the outer machine's.
    ///
    /// This is how machines embed machines: a lock on a coordination service on Raft.
    pub fn embed<I: Protocol, R>(
        &mut self,
        seat: &Seat<I::Setup>,
        run: impl FnOnce(&mut Effects<'_, I>) -> R,
        map: impl FnMut(Effect<I>) -> Effect<P>,
    ) -> R {
        let mut inner = Vec::new();
        let result = run(&mut Effects { seat, door: &mut *self.door, list: &mut inner });
        self.list.extend(inner.into_iter().map(map));
        result
    }
}
