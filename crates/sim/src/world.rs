//! The world at one moment, and how it takes a step.
//!
//! A world is a value: cloning it is how snapshots, branches and seeks work. Nodes sit behind `Arc`, so a clone
//! costs little and a step copies only the node that it changes.

mod choice;
mod faults;

pub(crate) use choice::FlightDigest;
pub use faults::Standing;

use faultscope_protocol::ordered::Map;
use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use faultscope_protocol::{Door, NodeId};

use crate::action::Action;
use crate::erased::{ErasedEffect, ErasedInput, Machine, Payload, TimerSlot};
use crate::hash::{Draw, StableHasher};
use crate::network::{Cut, Fate, Flight, Flights, LostFlight, NetworkPlan, link_place};
use crate::node::{Deferred, EffectList, Node, Outgoing, PendingWrite, Status};
use crate::run::{Plan, SeatPlan};

/// What a step was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A node started for the first time.
    Boot,
    /// A message arrived.
    Deliver,
    /// A timer ran out.
    Timer,
    /// A node was given a command.
    Command,
    /// A command was answered.
    Reply,
    /// A write became durable.
    Durable,
    /// A message was lost.
    Lost,
    /// A node crashed.
    Crash,
    /// A node started again.
    Restart,
    /// A node stood still.
    Pause,
    /// A paused node went on.
    Resume,
    /// Anything else that was done to the world.
    Fault,
}

impl Kind {
    /// The word for it in traces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Deliver => "deliver",
            Self::Timer => "timer",
            Self::Command => "command",
            Self::Reply => "reply",
            Self::Durable => "durable",
            Self::Lost => "lost",
            Self::Crash => "crash",
            Self::Restart => "restart",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Fault => "fault",
        }
    }
}

/// A message that a step sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its number in the run.
    pub id: u64,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// Its ordinal on the link.
    pub ordinal: u64,
    /// What it says.
    pub body: Payload,
    /// What that weighs in a plain binary encoding, in bytes: integers in their own width, one byte for which of its kinds
    /// a value is, four for a length, texts letter by letter; no headers, nothing packed.
    pub bytes: u32,
}

/// One step of a run: what happened, and what came of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its number, from 1.
    pub number: u64,
    /// Its virtual time.
    pub at_us: u64,
    /// What it was.
    pub kind: Kind,
    /// The node that it happened to, if it was one.
    pub node: Option<NodeId>,
    /// The number of the message that was delivered or lost.
    pub message: Option<u64>,
    /// The sender of that message.
    pub from: Option<NodeId>,
    /// The message, command or reply.
    pub body: Option<Payload>,
    /// The name of the timer that ran out.
    pub timer: Option<&'static str>,
    /// The number that pairs a command with its reply.
    pub op: Option<u64>,
    /// When the command was given that a reply answers, in microseconds.
    pub called_us: Option<u64>,
    /// What was done, if a person or a script did it.
    pub action: Option<Action>,
    /// The messages that left in this step.
    pub sent: Vec<Sent>,
    /// What the machine remarked.
    pub notes: Vec<Payload>,
    /// How many writes were asked for.
    pub writes: u32,
}

impl Default for Step {
    fn default() -> Self {
        Self {
            number: 0,
            at_us: 0,
            kind: Kind::Boot,
            node: None,
            message: None,
            from: None,
            body: None,
            timer: None,
            op: None,
            called_us: None,
            action: None,
            sent: Vec::new(),
            notes: Vec::new(),
            writes: 0,
        }
    }
}

impl Step {
    fn begin(&mut self, number: u64, at_us: u64) {
        self.number = number;
        self.at_us = at_us;
        self.kind = Kind::Fault;
        self.node = None;
        self.message = None;
        self.from = None;
        self.body = None;
        self.timer = None;
        self.op = None;
        self.called_us = None;
        self.action = None;
        self.sent.clear();
        self.notes.clear();
        self.writes = 0;
    }

    /// Takes the step into a hash, and weighs its messages on the way.
    fn hash_into(&mut self, hasher: &mut StableHasher) {
        let node = self.node.map_or(0, NodeId::code);
        hasher.word(self.at_us);
        hasher.word(self.kind as u64 | u64::from(node) << 8 | u64::from(self.writes) << 24);
        // A step has the number of a message or that of a command; its kind says which.
        hasher.word(self.message.or(self.op).unwrap_or(0));
        if let Some(action) = &self.action {
            action.hash(hasher);
        }
        if let (Kind::Command | Kind::Reply, Some(body)) = (self.kind, &self.body) {
            body.hash_into(hasher);
        }
        for sent in &mut self.sent {
            hasher.word(sent.id << 16 | u64::from(sent.to.code()));
            sent.bytes = hasher.bytes_of(|hasher| sent.body.hash_into(hasher)) as u32;
        }
        for note in &self.notes {
            note.hash_into(hasher);
        }
    }
}

/// A command that is not answered yet.
#[derive(Clone, Debug)]
pub struct OpenCommand {
    /// The node that has it.
    pub node: NodeId,
    /// When it was given.
    pub called_us: u64,
    /// What was asked.
    pub body: Payload,
}

/// The world at one moment.
#[derive(Clone)]
pub struct World {
    plan: Arc<Plan>,
    now_us: u64,
    steps: u64,
    steps_at_now: u32,
    servers: Vec<Arc<Node>>,
    clients: Vec<Arc<Node>>,
    agenda: Agenda,
    flights: Flights,
    next_message: u64,
    next_op: u64,
    open_commands: Map<u64, OpenCommand>,
    replies: Map<u64, (NodeId, u64, Payload)>,
    network: NetworkPlan,
    cuts: Vec<Cut>,
    next_cut: u32,
    lost: VecDeque<LostFlight>,
    messages_lost: u64,
    disturbed_us: u64,
    fingerprint: StableHasher,
    /// Whether nothing happens by itself.
    manual: bool,
}

/// What is to come.
#[derive(Clone, Default)]
struct Agenda {
    queue: BinaryHeap<Reverse<Event>>,
    next_event: u64,
}

impl Agenda {
    /// Puts an event on the agenda. Where nothing happens by itself it only uses up its number.
    fn add(&mut self, at_us: u64, what: What, is_manual: bool) {
        if !is_manual {
            self.queue.push(Reverse(Event { at_us, number: self.next_event, what }));
        }
        self.next_event += 1;
    }
}

/// Events come in the order of their times, and at one time in the order in which they were scheduled.
#[derive(Clone, Copy, Debug)]
struct Event {
    at_us: u64,
    number: u64,
    what: What,
}

impl Event {
    /// Time and number as one number, which compares without a branch.
    const fn place(&self) -> u128 {
        (self.at_us as u128) << 64 | self.number as u128
    }
}

// An event is moved several times on its way through the heap.
const _: () = assert!(size_of::<Event>() == 32);

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Event {}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

#[derive(Clone, Copy, Debug)]
enum What {
    Boot(NodeId),
    Deliver { slot: u32, plan: u32 },
    Vanish { slot: u32, plan: u32 },
    Timer { node: NodeId, slot: TimerSlot, generation: u32 },
    Durable { node: NodeId, incarnation: u32, write: u64 },
    Reply { number: u64 },
    Load { node: NodeId, incarnation: u32, number: u64 },
    Work { node: NodeId, incarnation: u32 },
}

/// How many lost messages a picture may still show.
const LOST_KEPT: usize = 64;

impl World {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        let mut world = Self {
            now_us: 0,
            steps: 0,
            steps_at_now: 0,
            servers: Vec::new(),
            clients: Vec::new(),
            agenda: Agenda::default(),
            flights: Flights::default(),
            next_message: 1,
            next_op: 1,
            open_commands: Map::new(),
            replies: Map::new(),
            network: plan.network.clone(),
            cuts: Vec::new(),
            next_cut: 1,
            lost: VecDeque::new(),
            messages_lost: 0,
            disturbed_us: 0,
            fingerprint: StableHasher::new(plan.seed),
            manual: plan.manual,
            plan,
        };
        for seat in &world.plan.clone().seats {
            world.seat(seat);
            world.schedule(0, What::Boot(seat.id));
        }
        world
    }

    fn seat(&mut self, seat: &SeatPlan) {
        let plan = &self.plan;
        let machine = plan.factory.create(seat, &plan.servers, &plan.clients);
        let node = Arc::new(Node::new(seat.id, seat.zone, machine));
        if seat.id.is_client() { self.clients.push(node) } else { self.servers.push(node) }
    }

    /// Virtual time in microseconds.
    pub fn now_us(&self) -> u64 {
        self.now_us
    }

    /// How many steps were played.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// How many steps were played at this very instant.
    pub fn steps_at(&self, at_us: u64) -> u32 {
        if at_us == self.now_us { self.steps_at_now } else { 0 }
    }

    /// A 64-bit hash of all steps so far, equal on all platforms.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.finish()
    }

    /// What the run started from.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// All nodes: servers by number, then clients by number.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.servers.iter().chain(&self.clients).map(AsRef::as_ref)
    }

    /// The servers, by number.
    pub fn servers(&self) -> impl ExactSizeIterator<Item = &Node> {
        self.servers.iter().map(AsRef::as_ref)
    }

    /// The clients, by number.
    pub fn clients(&self) -> impl ExactSizeIterator<Item = &Node> {
        self.clients.iter().map(AsRef::as_ref)
    }

    /// One node.
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        let class = if id.is_client() { &self.clients } else { &self.servers };
        class.get(usize::from(id.number()) - 1).map(AsRef::as_ref)
    }

    /// The messages in flight, in no order that means anything.
    pub fn flights(&self) -> impl Iterator<Item = &Flight> {
        self.flights.iter()
    }

    /// A message in flight, by its number in the run.
    pub fn flight(&self, id: u64) -> Option<&Flight> {
        self.flights.iter().find(|flight| flight.id == id)
    }

    /// Messages that were lost not long ago, oldest first.
    pub fn lost(&self) -> impl Iterator<Item = &LostFlight> {
        self.lost.iter()
    }

    /// How many messages were sent so far.
    pub fn messages_sent(&self) -> u64 {
        self.next_message - 1
    }

    /// How many messages were lost so far.
    pub fn messages_lost(&self) -> u64 {
        self.messages_lost
    }

    /// The cuts that stand.
    pub fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// What all links are like now that have nothing of their own.
    pub fn network(&self) -> &NetworkPlan {
        &self.network
    }

    /// Whether messages from one node to another are stopped by a cut.
    pub fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.cuts.iter().any(|cut| cut.stops(from, to))
    }

    /// When the world was last interfered with: any action but a command counts. Microseconds of virtual time; 0
    /// where nobody did.
    pub fn disturbed_us(&self) -> u64 {
        self.disturbed_us
    }

    /// The commands that are not answered yet, by their number.
    pub fn open_commands(&self) -> impl Iterator<Item = (u64, &OpenCommand)> {
        self.open_commands.iter().map(|(&op, open)| (op, open))
    }

    /// About how many bytes this world takes up that an earlier one of the same run does not share with it.
    pub(crate) fn weight_beside(&self, earlier: &Self) -> usize {
        let nodes = self.servers.len() + self.clients.len();
        let changed = |now: &[Arc<Node>], then: &[Arc<Node>]| -> usize {
            let is_shared = |place: usize| then.get(place).is_some_and(|then| Arc::ptr_eq(&now[place], then));
            let own = (0..now.len()).filter(|&place| !is_shared(place));
            own.map(|place| now[place].weight_beside(then.get(place).map(AsRef::as_ref))).sum()
        };
        size_of::<Self>()
            + nodes * size_of::<Arc<Node>>()
            + self.agenda.queue.len() * size_of::<Event>()
            + self.flights.weight()
            + self.lost.len() * size_of::<LostFlight>()
            + changed(&self.servers, &earlier.servers)
            + changed(&self.clients, &earlier.clients)
    }

    /// When the next event comes by itself; none where nothing is left to happen, or the schedule is manual.
    pub fn next_event_us(&mut self) -> Option<u64> {
        if self.is_manual() {
            return (!self.replies.is_empty()).then_some(self.now_us);
        }
        while let Some(Reverse(event)) = self.agenda.queue.peek() {
            if self.is_live(event.what) {
                return Some(event.at_us);
            }
            self.agenda.queue.pop();
        }
        None
    }

    /// Whether nothing happens by itself now: every delivery, timer and write is an action. Only answers to commands
    /// leave by themselves.
    pub fn is_manual(&self) -> bool {
        self.manual && self.steps >= self.plan.seats.len() as u64
    }

    /// Plays the event that [`World::next_event_us`] told of. Returns whether it was a step: an event that reaches
    /// a paused node is none, it waits at the door.
    pub(crate) fn play_event(&mut self, step: &mut Step, effects: &mut EffectList) -> bool {
        let Some((at_us, what)) = self.take_event() else { return false };
        self.move_to(at_us);
        self.begin(step);
        self.run_event(what, step, effects);
        self.finish(step);
        true
    }

    /// Takes the next event; none where it only comes to a door.
    fn take_event(&mut self) -> Option<(u64, What)> {
        if self.is_manual() {
            return self.replies.keys().next().map(|&number| (self.now_us, What::Reply { number }));
        }
        let Reverse(event) = self.agenda.queue.pop()?;
        let what = match event.what {
            What::Work { node, .. } => self.work(event.at_us, node)?,
            what if self.defers(event.at_us, what) => return None,
            what => what,
        };
        Some((event.at_us, what))
    }

    /// Does `action` at `at_us`, which is not before now.
    pub(crate) fn play_action(
        &mut self,
        at_us: u64,
        action: &Action,
        step: &mut Step,
        effects: &mut EffectList,
    ) {
        self.move_to(at_us.max(self.now_us));
        self.begin(step);
        if !matches!(action, Action::Do { .. } | Action::Load(_)) {
            self.disturbed_us = self.now_us;
        }
        step.node = action.node().filter(|&id| self.node(id).is_some());
        step.action = Some(action.clone());
        self.run_action(action, step, effects);
        self.finish(step);
    }

    pub(crate) fn move_to(&mut self, at_us: u64) {
        if at_us != self.now_us {
            self.now_us = at_us;
            self.steps_at_now = 0;
        }
    }

    fn begin(&mut self, step: &mut Step) {
        self.steps += 1;
        self.steps_at_now += 1;
        step.begin(self.steps, self.now_us);
    }

    fn finish(&mut self, step: &mut Step) {
        step.hash_into(&mut self.fingerprint);
    }

    fn schedule(&mut self, at_us: u64, what: What) {
        let is_manual = self.is_manual();
        self.agenda.add(at_us, what, is_manual);
    }

    fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        let class = if id.is_client() { &mut self.clients } else { &mut self.servers };
        class.get_mut(usize::from(id.number()) - 1).map(Arc::make_mut)
    }

    fn status(&self, id: NodeId) -> Status {
        self.node(id).map_or(Status::Absent, |node| node.status)
    }

    /// Whether an event of the queue still stands: timers are reset, messages replanned, nodes crash.
    fn is_live(&self, what: What) -> bool {
        match what {
            What::Boot(_) => true,
            What::Reply { number } => self.replies.contains_key(&number),
            What::Work { node, incarnation } => {
                self.node(node).is_some_and(|node| node.incarnation == incarnation && node.will_work)
            }
            What::Deliver { slot, plan } | What::Vanish { slot, plan } => self.flights.planned(slot, plan),
            What::Timer { node, slot, generation } => {
                self.node(node).is_some_and(|node| node.is_armed(slot, generation))
            }
            What::Durable { node, incarnation, write } => self.node(node).is_some_and(|node| {
                node.incarnation == incarnation && node.writes.front().is_some_and(|first| first.id <= write)
            }),
            What::Load { node, incarnation, number } => self.node(node).is_some_and(|node| {
                node.incarnation == incarnation && node.loaded == number && node.status != Status::Down
            }),
        }
    }

    /// Lets an event of `at_us` wait at the door of a paused node, or of one whose processor is slow. Returns whether
    /// it does.
    fn defers(&mut self, at_us: u64, what: What) -> bool {
        let (id, deferred) = match what {
            What::Deliver { slot, plan } => {
                let Some(flight) = self.flights.get(slot) else { return false };
                (flight.to, Deferred::Message { slot, plan })
            }
            What::Timer { node, slot, generation } => (node, Deferred::Timer { slot, generation }),
            What::Durable { node, write, .. } => (node, Deferred::Durable { write }),
            What::Load { node, .. } => (node, Deferred::Load),
            What::Boot(_) | What::Vanish { .. } | What::Reply { .. } | What::Work { .. } => return false,
        };
        let Some(node) = self.node(id) else { return false };
        let is_paused = node.status == Status::Paused;
        // What the disk did is no work of the processor.
        let is_slow = node.status == Status::Up
            && (node.processor_us.is_some() || node.will_work)
            && !matches!(deferred, Deferred::Durable { .. });
        if !is_paused && !is_slow {
            return false;
        }
        if let What::Deliver { slot, .. } = what
            && let Some(flight) = self.flights.get_mut(slot)
        {
            flight.waiting = true;
        }
        if let Some(node) = self.node_mut(id) {
            node.door.push_back(deferred);
        }
        if is_slow {
            self.plan_work(at_us, id);
        }
        true
    }

    /// Lets a slow processor take the next input from the door, if it is not busy with one.
    fn plan_work(&mut self, at_us: u64, id: NodeId) {
        let seed = self.plan.seed;
        let Some(node) = self.node_mut(id).filter(|node| !node.will_work && !node.door.is_empty()) else {
            return;
        };
        let took_us = node.processor_us.as_ref().map_or(0, |range_us| {
            Draw::new(seed, "processor", u64::from(id.code()), node.worked).in_range(range_us)
        });
        node.worked += 1;
        node.will_work = true;
        node.busy_until_us = at_us.saturating_add(took_us);
        let (at_us, incarnation) = (node.busy_until_us, node.incarnation);
        self.schedule(at_us, What::Work { node: id, incarnation });
    }

    /// The input that a slow processor has worked off, if one still stands.
    fn work(&mut self, at_us: u64, id: NodeId) -> Option<What> {
        let node = self.node_mut(id)?;
        node.will_work = false;
        if node.status != Status::Up {
            return None;
        }
        loop {
            let node = self.node_mut(id)?;
            let what = node.door.pop_front()?.revived(id, node.incarnation, node.loaded);
            if self.is_live(what) {
                self.plan_work(at_us, id);
                return Some(what);
            }
        }
    }

    fn run_event(&mut self, what: What, step: &mut Step, effects: &mut EffectList) {
        match what {
            What::Boot(id) => self.boot(id, Kind::Boot, step, effects),
            What::Deliver { slot, .. } => self.deliver(slot, step, effects),
            What::Vanish { slot, .. } => self.lose(slot, step),
            What::Timer { node, slot, .. } => self.fire(node, slot, step, effects),
            What::Durable { node, write, .. } => self.make_durable(node, write, step),
            What::Reply { number } => self.answer(number, step),
            What::Load { node, number, .. } => self.load(node, number, step, effects),
            What::Work { .. } => unreachable!("work is taken from the door before it is run"),
        }
    }

    fn boot(&mut self, id: NodeId, kind: Kind, step: &mut Step, effects: &mut EffectList) {
        step.kind = kind;
        step.node = Some(id);
        let now_us = self.now_us;
        if let Some(node) = self.node_mut(id) {
            node.status = Status::Up;
            node.since_us = now_us;
        }
        self.run_machine(id, step, effects, |machine, stable, door, out| machine.boot(stable, door, out));
        self.schedule_load(id);
    }

    fn deliver(&mut self, slot: u32, step: &mut Step, effects: &mut EffectList) {
        let Some(to) = self.flights.get(slot).map(|flight| flight.to) else { return };
        if self.status(to) != Status::Up {
            return self.lose(slot, step);
        }
        let Some(Flight { id, from, body, .. }) = self.flights.remove(slot) else { return };
        step.kind = Kind::Deliver;
        step.node = Some(to);
        step.message = Some(id);
        step.from = Some(from);
        self.run_machine(to, step, effects, |machine, _, door, out| {
            machine.handle(ErasedInput::Message { from, body: &body }, door, out);
        });
        step.body = Some(body);
    }

    fn lose(&mut self, slot: u32, step: &mut Step) {
        let Some(flight) = self.flights.remove(slot) else { return };
        step.kind = Kind::Lost;
        step.node = Some(flight.to);
        step.message = Some(flight.id);
        step.from = Some(flight.from);
        step.body = Some(flight.body.clone());
        let way_us = (flight.arrives_us - flight.sent_us).max(1);
        let gone_us = self.now_us.saturating_sub(flight.sent_us).min(way_us);
        let progress_permille = (u128::from(gone_us) * 1000 / u128::from(way_us)) as u16;
        self.messages_lost += 1;
        if self.lost.len() == LOST_KEPT {
            self.lost.pop_front();
        }
        self.lost.push_back(LostFlight { flight, lost_us: self.now_us, progress_permille });
    }

    fn fire(&mut self, id: NodeId, slot: TimerSlot, step: &mut Step, effects: &mut EffectList) {
        step.kind = Kind::Timer;
        step.node = Some(id);
        if let Some(node) = self.node_mut(id) {
            step.timer = Some(node.machine.timer_name(slot));
            node.disarm(slot);
        }
        self.run_machine(id, step, effects, |machine, _, door, out| {
            machine.handle(ErasedInput::Timer(slot), door, out);
        });
    }

    fn make_durable(&mut self, id: NodeId, write: u64, step: &mut Step) {
        step.kind = Kind::Durable;
        step.node = Some(id);
        let Some((node, mut around)) = self.node_and_around(id) else { return };
        while let Some(first) = node.writes.front() {
            if first.id > write {
                break;
            }
            node.durable = node.writes.pop_front().map(|done| done.stable);
        }
        while node.outbox.front().is_some_and(|(barrier, _)| *barrier <= write) {
            if let Some((_, outgoing)) = node.outbox.pop_front() {
                around.let_out(node, outgoing, step);
            }
        }
    }

    fn answer(&mut self, number: u64, step: &mut Step) {
        step.kind = Kind::Reply;
        let Some((id, op, body)) = self.replies.remove(&number) else { return };
        step.node = Some(id);
        step.op = Some(op);
        step.body = Some(body);
        step.called_us = self.open_commands.remove(&op).map(|open| open.called_us);
        if let Some(node) = self.node_mut(id)
            && node.load_op == Some(op)
        {
            node.load_op = None;
            self.schedule_load(id);
        }
    }

    fn schedule_load(&mut self, id: NodeId) {
        let Some(node) = self.node(id).filter(|node| node.id.is_client()) else { return };
        let (number, incarnation) = (node.loaded, node.incarnation);
        let Some(range_us) = self.plan.factory.load_after_us(number) else { return };
        let draw = Draw::new(self.plan.seed, "load", u64::from(id.code()), number);
        let at_us = self.now_us + draw.in_range(&range_us);
        self.schedule(at_us, What::Load { node: id, incarnation, number });
    }

    fn load(&mut self, id: NodeId, number: u64, step: &mut Step, effects: &mut EffectList) {
        let (seed, now_us, plan) = (self.plan.seed, self.now_us, self.plan.clone());
        let Some(node) = self.node_mut(id) else { return };
        node.loaded = number + 1;
        let Some(body) = node.with_door(seed, now_us, |door| plan.factory.load_command(id, number, door))
        else {
            return;
        };
        let op = self.command(id, body, step, effects);
        if let Some(node) = self.node_mut(id) {
            node.load_op = Some(op);
        }
    }

    /// Gives a node that is up a command.
    fn command(&mut self, id: NodeId, body: Payload, step: &mut Step, effects: &mut EffectList) -> u64 {
        let op = self.next_op;
        self.next_op += 1;
        step.kind = Kind::Command;
        step.node = Some(id);
        step.op = Some(op);
        step.body = Some(body.clone());
        self.open_commands.insert(op, OpenCommand { node: id, called_us: self.now_us, body: body.clone() });
        self.run_machine(id, step, effects, |machine, _, door, out| {
            machine.handle(ErasedInput::Command { op, body: &body }, door, out);
        });
        op
    }

    /// Runs the machine of a node, and carries out what it asked for, in order; what stands behind a forced write
    /// waits for it.
    fn run_machine(
        &mut self,
        id: NodeId,
        step: &mut Step,
        effects: &mut EffectList,
        run: impl FnOnce(&mut dyn Machine, Option<&Payload>, &mut dyn Door, &mut EffectList),
    ) {
        let (seed, now_us) = (self.plan.seed, self.now_us);
        let Some((node, mut around)) = self.node_and_around(id) else { return };
        node.with_machine(seed, now_us, |machine, stable, door| run(machine, stable, door, effects));
        if effects.is_empty() {
            return;
        }
        for effect in effects.drain(..) {
            match effect {
                ErasedEffect::SetTimer { slot, after_us } => around.set_timer(node, slot, after_us),
                ErasedEffect::CancelTimer(slot) => node.disarm(slot),
                ErasedEffect::Persist { stable, force } => {
                    step.writes += 1;
                    around.write(node, stable, force);
                }
                ErasedEffect::Send { to, body } => around.put_out(node, Outgoing::Send { to, body }, step),
                ErasedEffect::Reply { op, body } => around.put_out(node, Outgoing::Reply { op, body }, step),
                ErasedEffect::Note(note) => around.put_out(node, Outgoing::Note(note), step),
            }
        }
    }

    /// A node, and apart from it all that its effects reach.
    fn node_and_around(&mut self, id: NodeId) -> Option<(&mut Node, Around<'_>)> {
        let is_manual = self.is_manual();
        let class = if id.is_client() { &mut self.clients } else { &mut self.servers };
        let node = class.get_mut(usize::from(id.number()) - 1).map(Arc::make_mut)?;
        let around = Around {
            plan: &self.plan,
            now_us: self.now_us,
            is_manual,
            agenda: &mut self.agenda,
            flights: &mut self.flights,
            next_message: &mut self.next_message,
            replies: &mut self.replies,
            network: &self.network,
            cuts: &self.cuts,
        };
        Some((node, around))
    }

    /// A second arrival of a message in flight.
    fn fly_copy(&mut self, flight: &Flight) {
        // The sender is a node of this world: there is no flight of anybody else.
        if let Some((_, mut around)) = self.node_and_around(flight.from) {
            around.fly_copy(flight);
        }
    }
}

/// The world around one node: all that the node's effects reach. It is borrowed apart from the node, so that a step
/// takes the node into its hands once.
struct Around<'a> {
    plan: &'a Plan,
    now_us: u64,
    is_manual: bool,
    agenda: &'a mut Agenda,
    flights: &'a mut Flights,
    next_message: &'a mut u64,
    replies: &'a mut Map<u64, (NodeId, u64, Payload)>,
    network: &'a NetworkPlan,
    cuts: &'a [Cut],
}

impl Around<'_> {
    fn schedule(&mut self, at_us: u64, what: What) {
        self.agenda.add(at_us, what, self.is_manual);
    }

    fn set_timer(&mut self, node: &mut Node, slot: TimerSlot, after_us: u64) {
        let now_us = self.now_us;
        let fires_us = now_us.saturating_add(node.clock.true_us(after_us));
        let generation = node.arm(slot, now_us, fires_us);
        self.schedule(fires_us, What::Timer { node: node.id, slot, generation });
    }

    fn write(&mut self, node: &mut Node, stable: Payload, force: bool) {
        let (seed, now_us, id) = (self.plan.seed, self.now_us, node.id);
        let disk = node.disk.as_ref().unwrap_or(&self.plan.disk);
        let write = node.next_write;
        let took_us = if force {
            Draw::new(seed, "disk", u64::from(id.code()), write).in_range(&disk.force_us)
        } else {
            disk.lazy_us
        };
        node.next_write += 1;
        if took_us == 0 && node.writes.iter().all(|earlier| !earlier.force) {
            // A disk that is never slower than the code; a forced write takes the unforced ones before it along.
            node.writes.clear();
            node.durable = Some(stable);
            return;
        }
        let queued_us =
            node.writes.back().filter(|last| last.force || !force).map_or(now_us, |last| last.done_us);
        let done_us = queued_us.max(now_us) + took_us;
        node.writes.push_back(PendingWrite { id: write, force, asked_us: now_us, done_us, stable });
        if force {
            node.last_forced = write;
        }
        let incarnation = node.incarnation;
        self.schedule(done_us, What::Durable { node: id, incarnation, write });
    }

    fn put_out(&mut self, node: &mut Node, outgoing: Outgoing, step: &mut Step) {
        match node.barrier() {
            Some(barrier) => node.outbox.push_back((barrier, outgoing)),
            None => self.let_out(node, outgoing, step),
        }
    }

    fn let_out(&mut self, node: &mut Node, outgoing: Outgoing, step: &mut Step) {
        match outgoing {
            Outgoing::Send { to, body } => self.send(node, to, body, step),
            Outgoing::Reply { op, body } => {
                let number = self.agenda.next_event;
                self.replies.insert(number, (node.id, op, body));
                self.schedule(self.now_us, What::Reply { number });
            }
            Outgoing::Note(note) => step.notes.push(note),
        }
    }

    fn send(&mut self, node: &mut Node, to: NodeId, body: Payload, step: &mut Step) {
        let (seed, now_us, from) = (self.plan.seed, self.now_us, node.id);
        let network = self.network;
        let is_manual = self.is_manual;
        let place = link_place(from, to);
        let link = node.link(to);
        link.sent += 1;
        let ordinal = link.sent;
        let draws = link.latency_draws(seed, place);
        let own = link.own.as_deref();
        let chance = |purpose: &str, own_ppm: Option<u32>, parts_ppm: u32| {
            let parts_ppm = own_ppm.unwrap_or(parts_ppm);
            !is_manual && parts_ppm > 0 && Draw::new(seed, purpose, place, ordinal).chance_ppm(parts_ppm)
        };
        let latency = own.and_then(|own| own.latency.as_ref()).unwrap_or(&network.latency);
        let mut arrives_us = now_us + latency.draw(draws.at(ordinal));
        let is_lost = chance("loss", own.and_then(|own| own.loss_ppm), network.loss_ppm);
        let is_doubled = chance("duplicate", own.and_then(|own| own.duplicate_ppm), network.duplicate_ppm);
        if chance("reorder", own.and_then(|own| own.reorder_ppm), network.reorder_ppm) {
            // Behind by up to three times its own way, so that what is sent meanwhile overtakes it; even on a link
            // that keeps order otherwise.
            let behind_us = 1..(arrives_us - now_us).saturating_mul(3) + 2;
            arrives_us += Draw::new(seed, "behind", place, ordinal).in_range(&behind_us);
        } else if network.fifo {
            arrives_us = arrives_us.max(link.last_arrival_us);
            link.last_arrival_us = arrives_us;
        }
        let id = *self.next_message;
        *self.next_message += 1;
        step.sent.push(Sent { id, from, to, ordinal, body: body.clone(), bytes: 0 });
        let fate = if is_lost {
            Fate::Lost
        } else if self.cuts.iter().any(|cut| cut.stops(from, to)) {
            Fate::Cut
        } else {
            Fate::Arrive
        };
        let flight = Flight {
            id,
            from,
            to,
            ordinal,
            body,
            sent_us: now_us,
            arrives_us,
            fate,
            held: false,
            waiting: false,
            plan: 0,
        };
        if is_doubled {
            self.fly_copy(&flight);
        }
        self.fly(flight);
    }

    fn fly(&mut self, flight: Flight) {
        let (arrives_us, middle_us, fate) = (flight.arrives_us, flight.middle_us(), flight.fate);
        let (slot, plan) = self.flights.add(flight);
        match fate {
            Fate::Arrive => self.schedule(arrives_us, What::Deliver { slot, plan }),
            Fate::Lost | Fate::Cut => {
                self.schedule(middle_us.max(self.now_us), What::Vanish { slot, plan });
            }
        }
    }

    /// A second arrival of the same message, half as late again. It shares the number: it is the same message.
    fn fly_copy(&mut self, flight: &Flight) {
        let late_us = (flight.arrives_us - flight.sent_us) / 2 + 1;
        self.fly(Flight { arrives_us: flight.arrives_us + late_us, ..flight.clone() });
    }
}

impl Deferred {
    /// The event that it was before it came to the door of `node`.
    fn revived(self, node: NodeId, incarnation: u32, loaded: u64) -> What {
        match self {
            Self::Message { slot, plan } => What::Deliver { slot, plan },
            Self::Timer { slot, generation } => What::Timer { node, slot, generation },
            Self::Durable { write } => What::Durable { node, incarnation, write },
            Self::Load => What::Load { node, incarnation, number: loaded },
        }
    }
}
