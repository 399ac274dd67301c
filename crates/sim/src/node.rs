//! One node of the world: its machine, clock, timers, disk, and what waits at its doors.

use std::any::Any;
use std::collections::VecDeque;
use std::ops::Range;

use faultscope_protocol::{Door, NodeId};
use serde_json::Value;

use crate::erased::{ErasedEffect, Machine, Payload, TimerSlot};
use crate::hash::{Draw, Draws};
use crate::network::{LinkEnd, LinkEnds, LinkPlan};

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It has a seat and has not booted yet.
    Absent,
    /// It runs.
    Up,
    /// It stands still: what reaches it waits at its door until it goes on, and its clock runs on.
    Paused,
    /// It crashed: volatile state, timers and waiting inputs are gone.
    Down,
}

/// How a node's wall clock differs from virtual time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockSkew {
    /// Added to virtual time, in microseconds.
    pub offset_us: i64,
    /// How much faster the clock runs, in millionths; timers run at the same rate.
    pub rate_ppm: i32,
    /// Since when it runs like this; the offset is what it was then.
    pub since_us: u64,
}

impl ClockSkew {
    /// What a wall clock of this skew shows, in microseconds.
    pub fn wall_us(self, now_us: u64) -> u64 {
        if !self.is_off() {
            return now_us;
        }
        (i128::from(now_us) + self.ahead_us(now_us)).max(0) as u64
    }

    /// How far the clock is ahead of virtual time, in microseconds.
    fn ahead_us(self, now_us: u64) -> i128 {
        let drift = i128::from(now_us.saturating_sub(self.since_us)) * i128::from(self.rate_ppm) / 1_000_000;
        drift + i128::from(self.offset_us)
    }

    /// The same clock after a jump.
    pub(crate) fn stepped(self, now_us: u64, by_us: i64) -> Self {
        let ahead_us = self.ahead_us(now_us) + i128::from(by_us);
        let limit = i128::from(i64::MAX);
        Self { offset_us: ahead_us.clamp(-limit, limit) as i64, since_us: now_us, ..self }
    }

    /// Whether it differs from virtual time, or will.
    pub fn is_off(self) -> bool {
        self.offset_us != 0 || self.rate_ppm != 0
    }

    /// How long a timer of `after_us` on this clock takes in virtual time.
    pub(crate) fn true_us(self, after_us: u64) -> u64 {
        if self.rate_ppm == 0 {
            return after_us.min(TIMER_MAX_US);
        }
        let rate = (1_000_000 + i128::from(self.rate_ppm)).max(1);
        (i128::from(after_us) * 1_000_000 / rate).min(i128::from(TIMER_MAX_US)) as u64
    }
}

/// No timer takes longer, in microseconds of virtual time.
const TIMER_MAX_US: u64 = (u32::MAX as u64) << 16;

/// What all disks of a run are like, until an action says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskPlan {
    /// How long a forced write takes, in microseconds (half open); 0..0 for a disk that is never slower than
    /// the code.
    pub force_us: Range<u64>,
    /// After how long an unforced write reaches the disk by itself, in microseconds.
    pub lazy_us: u64,
}

/// A timer that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArmedTimer {
    pub(crate) slot: TimerSlot,
    pub(crate) generation: u32,
    /// When it was set.
    pub set_us: u64,
    /// When it runs out.
    pub fires_us: u64,
}

/// A write that is not durable yet.
#[derive(Clone, Debug)]
pub struct PendingWrite {
    /// Its number on this node, from 1.
    pub id: u64,
    /// Whether sends wait for it.
    pub force: bool,
    /// When it was asked for.
    pub asked_us: u64,
    /// When it becomes durable.
    pub done_us: u64,
    /// The whole stable state, as it will be.
    pub stable: Payload,
}

/// An effect that waits behind a forced write.
#[derive(Clone)]
pub(crate) enum Outgoing {
    Send { to: NodeId, body: Payload },
    Reply { op: u64, body: Payload },
    Note(Payload),
}

/// What a machine's state takes up beside an earlier one, in bytes: a guess that benches confirm. Machines keep what
/// grows in structures that share.
const MACHINE_BYTES: usize = 2_048;

/// How far a node has come with the draws of one label.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LabelDraws {
    label: &'static str,
    draws: Draws,
    next: u64,
}

/// What waits at the door of a paused node, or of a busy processor.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deferred {
    Message { slot: u32, plan: u32 },
    Timer { slot: TimerSlot, generation: u32 },
    Durable { write: u64 },
    Load,
}

/// What a search learns of a machine at its door.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape {
    /// Whether a search stands behind the door: nothing is drawn.
    pub(crate) is_on: bool,
    reads_clock: bool,
    /// What was chosen, and out of how many.
    asked: Vec<(u32, u32)>,
}

impl Tape {
    /// The door of a machine that is searched.
    pub(crate) fn searched() -> Self {
        Self { is_on: true, ..Self::default() }
    }

    pub(crate) fn is_blank(&self) -> bool {
        !self.reads_clock && self.asked.is_empty()
    }

    pub(crate) fn take(&mut self) -> (Vec<(u32, u32)>, bool) {
        (std::mem::take(&mut self.asked), std::mem::take(&mut self.reads_clock))
    }
}

/// A node of the world, as pictures, properties and exports see it.
pub struct Node {
    /// Its name.
    pub id: NodeId,
    /// The rack or site that it stands in.
    pub zone: u16,
    /// Whether it runs.
    pub status: Status,
    /// Since when it has this status.
    pub since_us: u64,
    /// How its clock differs from virtual time.
    pub clock: ClockSkew,
    pub(crate) machine: Box<dyn Machine>,
    pub(crate) timers: Vec<ArmedTimer>,
    pub(crate) next_generation: u32,
    pub(crate) incarnation: u32,
    /// What the disk holds for good.
    pub(crate) durable: Option<Payload>,
    pub(crate) writes: VecDeque<PendingWrite>,
    pub(crate) next_write: u64,
    pub(crate) last_forced: u64,
    pub(crate) disk: Option<DiskPlan>,
    /// How long an input takes, in microseconds, where the processor is slow.
    pub(crate) processor_us: Option<Range<u64>>,
    /// Until when a slow processor is busy.
    pub(crate) busy_until_us: u64,
    /// Whether an event will take the next input from the door of a busy processor.
    pub(crate) will_work: bool,
    /// How many inputs a slow processor has taken: the count of its draws.
    pub(crate) worked: u64,
    pub(crate) outbox: VecDeque<(u64, Outgoing)>,
    pub(crate) door: VecDeque<Deferred>,
    pub(crate) links: LinkEnds,
    pub(crate) draws: Vec<LabelDraws>,
    /// Choices that the run's text fixes, in order, before any is drawn.
    pub(crate) picks: VecDeque<u32>,
    pub(crate) tape: Tape,
    /// How many commands of the client load this node was given.
    pub(crate) loaded: u64,
    /// The command of the client load that is not answered yet.
    pub(crate) load_op: Option<u64>,
}

impl Clone for Node {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            zone: self.zone,
            status: self.status,
            since_us: self.since_us,
            clock: self.clock,
            machine: self.machine.clone_box(),
            timers: self.timers.clone(),
            next_generation: self.next_generation,
            incarnation: self.incarnation,
            durable: self.durable.clone(),
            writes: self.writes.clone(),
            next_write: self.next_write,
            last_forced: self.last_forced,
            disk: self.disk.clone(),
            processor_us: self.processor_us.clone(),
            busy_until_us: self.busy_until_us,
            will_work: self.will_work,
            worked: self.worked,
            outbox: self.outbox.clone(),
            door: self.door.clone(),
            links: self.links.clone(),
            draws: self.draws.clone(),
            picks: self.picks.clone(),
            tape: self.tape.clone(),
            loaded: self.loaded,
            load_op: self.load_op,
        }
    }
}

impl Node {
    pub(crate) fn new(id: NodeId, zone: u16, machine: Box<dyn Machine>) -> Self {
        Self {
            id,
            zone,
            status: Status::Absent,
            since_us: 0,
            clock: ClockSkew::default(),
            machine,
            timers: Vec::new(),
            next_generation: 0,
            incarnation: 0,
            durable: None,
            writes: VecDeque::new(),
            next_write: 1,
            last_forced: 0,
            disk: None,
            processor_us: None,
            busy_until_us: 0,
            will_work: false,
            worked: 0,
            outbox: VecDeque::new(),
            door: VecDeque::new(),
            links: LinkEnds::default(),
            draws: Vec::new(),
            picks: VecDeque::new(),
            tape: Tape::default(),
            loaded: 0,
            load_op: None,
        }
    }

    /// About how many bytes this node takes up that its earlier self does not share with it.
    pub(crate) fn weight_beside(&self, earlier: Option<&Self>) -> usize {
        size_of::<Self>()
            + MACHINE_BYTES
            + self.links.weight_beside(earlier.map(|node| &node.links))
            + self.timers.len() * size_of::<ArmedTimer>()
            + self.draws.len() * size_of::<LabelDraws>()
            + self.writes.len() * (size_of::<PendingWrite>() + MACHINE_BYTES)
            + self.outbox.len() * size_of::<(u64, Outgoing)>()
            + self.door.len() * size_of::<Deferred>()
    }

    /// The machine itself, if the node has one now and it is an `M`.
    pub fn machine<M: Any>(&self) -> Option<&M> {
        self.machine.state()?.downcast_ref()
    }

    /// The knobs, if they are an `S`.
    pub fn setup<S: Any>(&self) -> Option<&S> {
        self.machine.setup().downcast_ref()
    }

    /// What the node is called to do, as the lab numbers its roles.
    pub fn role(&self) -> u8 {
        self.machine.role()
    }

    /// What a restart would find, if it is an `S`; none before the first durable write.
    pub fn durable<S: Any>(&self) -> Option<&S> {
        self.durable.as_ref()?.get()
    }

    /// Writes that are not durable yet, oldest first.
    pub fn pending_writes(&self) -> impl ExactSizeIterator<Item = &PendingWrite> {
        self.writes.iter()
    }

    /// The newest stable state that was handed to the disk, durable or not, if it is an `S`.
    pub fn newest_stable<S: Any>(&self) -> Option<&S> {
        self.writes.back().map_or(self.durable.as_ref(), |write| Some(&write.stable))?.get()
    }

    /// The timers that run, in the order of their slots.
    pub fn timers(&self) -> impl ExactSizeIterator<Item = &ArmedTimer> {
        self.timers.iter()
    }

    /// The name of a timer that runs on this node.
    pub fn timer_name(&self, timer: &ArmedTimer) -> &'static str {
        self.machine.timer_name(timer.slot)
    }

    /// The value of a timer that runs on this node, as JSON.
    pub fn timer_value(&self, timer: &ArmedTimer) -> Value {
        self.machine.timer_value(timer.slot)
    }

    /// Whether the disk held something once and holds nothing now.
    pub fn has_lost_disk(&self) -> bool {
        self.durable.is_none() && self.writes.is_empty() && self.next_write > 1
    }

    /// How long each input takes, in microseconds (half open), if the processor is slow.
    pub fn slow_processor_us(&self) -> Option<&Range<u64>> {
        self.processor_us.as_ref()
    }

    /// Until when a slow processor is busy, in microseconds; a time that is past if it is not.
    pub fn busy_until_us(&self) -> u64 {
        self.busy_until_us
    }

    /// How its disk differs from the run's, if it does.
    pub fn own_disk(&self) -> Option<&DiskPlan> {
        self.disk.as_ref()
    }

    /// What is set for its links alone, by receiver.
    pub fn own_links(&self) -> impl Iterator<Item = (NodeId, &LinkPlan)> {
        self.links.iter().filter_map(|link| Some((link.to, link.own.as_deref()?)))
    }

    /// How many inputs wait at the door of a paused node, or of a busy processor.
    pub fn waiting_inputs(&self) -> usize {
        self.door.len()
    }

    /// How many sends, replies and notes wait behind a forced write.
    pub fn waiting_outputs(&self) -> usize {
        self.outbox.len()
    }

    /// An estimate of the memory that it takes by itself.
    pub(crate) fn bytes(&self) -> u32 {
        let links = self.links.weight_beside(None);
        let timers = self.timers.capacity() * size_of::<ArmedTimer>();
        (size_of::<Self>() + links + timers) as u32 + self.machine.bytes()
    }

    /// How often it has crashed.
    pub fn crashes(&self) -> u32 {
        self.incarnation
    }

    pub(crate) fn arm(&mut self, slot: TimerSlot, set_us: u64, fires_us: u64) -> u32 {
        self.next_generation = self.next_generation.wrapping_add(1);
        let armed = ArmedTimer { slot, generation: self.next_generation, set_us, fires_us };
        match self.timers.iter_mut().find(|timer| timer.slot == slot) {
            Some(timer) => *timer = armed,
            None => self.timers.push(armed),
        }
        self.next_generation
    }

    pub(crate) fn disarm(&mut self, slot: TimerSlot) {
        if let Some(place) = self.timers.iter().position(|timer| timer.slot == slot) {
            self.timers.remove(place);
        }
    }

    /// Whether the timer at `slot` still runs as it was set then.
    pub(crate) fn is_armed(&self, slot: TimerSlot, generation: u32) -> bool {
        self.timers.iter().any(|timer| timer.slot == slot && timer.generation == generation)
    }

    pub(crate) fn link(&mut self, to: NodeId) -> &mut LinkEnd {
        self.links.to(to)
    }

    /// Runs the machine with the world's time and draws at its door.
    pub(crate) fn with_machine(
        &mut self,
        seed: u64,
        now_us: u64,
        run: impl FnOnce(&mut dyn Machine, Option<&Payload>, &mut dyn Door),
    ) {
        let mut door = NodeDoor {
            seed,
            place: u64::from(self.id.code()),
            wall_us: self.clock.wall_us(now_us),
            draws: &mut self.draws,
            picks: &mut self.picks,
            tape: &mut self.tape,
        };
        run(self.machine.as_mut(), self.durable.as_ref(), &mut door);
    }

    /// The door of a client's program, which makes the commands of its load: what it draws is the run's, and no pick
    /// or search changes it.
    pub(crate) fn with_door<R>(&mut self, seed: u64, now_us: u64, run: impl FnOnce(&mut dyn Door) -> R) -> R {
        let mut door = NodeDoor {
            seed,
            place: u64::from(self.id.code()),
            wall_us: self.clock.wall_us(now_us),
            draws: &mut self.draws,
            picks: &mut VecDeque::new(),
            tape: &mut Tape::default(),
        };
        run(&mut door)
    }

    /// Where an effect of now would have to wait: the number of the last forced write that is not durable.
    pub(crate) fn barrier(&self) -> Option<u64> {
        let first = self.writes.front()?.id;
        (self.last_forced >= first).then_some(self.last_forced)
    }
}

struct NodeDoor<'a> {
    seed: u64,
    place: u64,
    wall_us: u64,
    draws: &'a mut Vec<LabelDraws>,
    picks: &'a mut VecDeque<u32>,
    tape: &'a mut Tape,
}

impl NodeDoor<'_> {
    fn draw(&mut self, label: &'static str) -> Draw {
        // Most often it is the very same text; where equal texts lie in two places, they are still one label.
        let is_it = |known: &LabelDraws| std::ptr::eq(known.label, label) || known.label == label;
        let place = self.draws.iter().position(is_it).unwrap_or_else(|| {
            self.draws.push(LabelDraws { label, draws: Draws::new(self.seed, label, self.place), next: 0 });
            self.draws.len() - 1
        });
        let known = &mut self.draws[place];
        let count = known.next;
        known.next += 1;
        known.draws.at(count)
    }
}

impl Door for NodeDoor<'_> {
    fn now_us(&mut self) -> u64 {
        self.tape.reads_clock |= self.tape.is_on;
        self.wall_us
    }

    fn delay_us(&mut self, label: &'static str, range_us: Range<u64>) -> u64 {
        if self.tape.is_on {
            return range_us.start;
        }
        self.draw(label).in_range(&range_us)
    }

    fn choose(&mut self, label: &'static str, count: u32) -> u32 {
        match self.picks.pop_front().filter(|&pick| pick < count) {
            pick if self.tape.is_on => {
                let pick = pick.unwrap_or(0);
                self.tape.asked.push((pick, count));
                pick
            }
            Some(pick) => pick,
            None => self.draw(label).below(count),
        }
    }
}

/// The effects that a machine asked for, in order; reused from step to step.
pub(crate) type EffectList = Vec<ErasedEffect>;
