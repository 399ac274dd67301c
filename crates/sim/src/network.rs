//! The network: links with latency, loss and cuts, and the messages in flight on them.

use std::ops::Range;
use std::sync::Arc;

use faultscope_protocol::NodeId;

use crate::erased::Payload;
use crate::hash::{Draw, Draws};

/// How long a message takes on a link, one way, in microseconds: uniform in a half-open range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latency(pub Range<u64>);

impl Latency {
    pub(crate) fn draw(&self, draw: Draw) -> u64 {
        draw.in_range(&self.0)
    }
}

/// What all links of a run are like, until an action says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkPlan {
    /// One-way latency.
    pub latency: Latency,
    /// Chances in a million that a message is lost.
    pub loss_ppm: u32,
    /// Chances in a million that a message arrives twice.
    pub duplicate_ppm: u32,
    /// Whether messages on one link keep their order.
    pub fifo: bool,
}

/// What became of a message that will not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It will arrive.
    Arrive,
    /// The link loses it on the way.
    Lost,
    /// It dies where the cut is.
    Cut,
}

/// A message on its way.
#[derive(Clone, Debug)]
pub struct Flight {
    /// Its number in the run, from 1, in the order of sending.
    pub id: u64,
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// The how-manieth message on this link it is, from 1.
    pub ordinal: u64,
    /// What it says.
    pub body: Payload,
    /// When it left.
    pub sent_us: u64,
    /// When it arrives, if nothing stops it.
    pub arrives_us: u64,
    /// Whether it will arrive.
    pub fate: Fate,
    /// Whether a person holds it: it does not move until it is released.
    pub held: bool,
    /// Whether it has arrived at a node that is paused, and waits there.
    pub waiting: bool,
    /// Distinguishes this plan for the message from earlier ones, which are still in the queue.
    pub(crate) plan: u32,
}

impl Flight {
    /// The middle of its way, in time: where cuts and losses strike.
    pub(crate) fn middle_us(&self) -> u64 {
        self.sent_us + (self.arrives_us - self.sent_us) / 2
    }
}

/// A message that was lost a moment ago, kept for the picture.
#[derive(Clone, Debug)]
pub struct LostFlight {
    /// The message as it flew.
    pub flight: Flight,
    /// When it was lost.
    pub lost_us: u64,
    /// How far it had come, in thousandths of the way.
    pub progress_permille: u16,
}

/// A cut that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Its number, from 1.
    pub id: u32,
    /// One side.
    pub from: Vec<NodeId>,
    /// The other side.
    pub to: Vec<NodeId>,
    /// Whether only messages from the first side to the second are stopped.
    pub one_way: bool,
    /// Since when.
    pub since_us: u64,
}

impl Cut {
    /// Whether it stops messages from one node to another.
    pub fn stops(&self, from: NodeId, to: NodeId) -> bool {
        let across = |a: &[NodeId], b: &[NodeId]| a.contains(&from) && b.contains(&to);
        across(&self.from, &self.to) || (!self.one_way && across(&self.to, &self.from))
    }
}

/// One node's sending end of a link, made when it is first used or changed.
#[derive(Clone, Debug)]
pub(crate) struct LinkEnd {
    pub(crate) to: NodeId,
    /// Messages sent so far; also the count of the link's draws.
    pub(crate) sent: u64,
    /// The latest arrival so far, for links that keep order.
    pub(crate) last_arrival_us: u64,
    pub(crate) latency: Option<Latency>,
    pub(crate) loss_ppm: Option<u32>,
    latency_draws: Option<Draws>,
}

impl LinkEnd {
    pub(crate) fn new(to: NodeId) -> Self {
        Self { to, sent: 0, last_arrival_us: 0, latency: None, loss_ppm: None, latency_draws: None }
    }

    /// The link's draws of latency; `place` is the link's.
    pub(crate) fn latency_draws(&mut self, seed: u64, place: u64) -> Draws {
        *self.latency_draws.get_or_insert_with(|| Draws::new(seed, "latency", place))
    }
}

/// Link ends in one shared piece, at the most.
const PIECE: usize = 16;

/// The links on which a node has ever sent, by receiver, in shared pieces: in a world of a thousand nodes a node has
/// a thousand of them, and a step after a snapshot copies one piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct LinkEnds(Vec<Arc<Vec<LinkEnd>>>);

impl LinkEnds {
    /// About how many bytes they take up that an earlier list of the same links does not share with them.
    pub(crate) fn weight_beside(&self, earlier: Option<&Self>) -> usize {
        let is_shared = |piece: &Arc<Vec<LinkEnd>>| {
            let place = |ends: &Self| ends.0.partition_point(|other| other.first().map(|end| end.to) < piece.first().map(|end| end.to));
            earlier.and_then(|ends| ends.0.get(place(ends))).is_some_and(|other| Arc::ptr_eq(other, piece))
        };
        let own: usize = self.0.iter().filter(|piece| !is_shared(piece)).map(|piece| piece.len()).sum();
        self.0.len() * size_of::<Arc<Vec<LinkEnd>>>() + own * size_of::<LinkEnd>()
    }

    /// The link to a node, made if there is none yet.
    pub(crate) fn to(&mut self, to: NodeId) -> &mut LinkEnd {
        if self.0.is_empty() {
            self.0.push(Arc::default());
        }
        let mut piece = self.0.partition_point(|piece| piece.first().is_some_and(|first| first.to <= to)).max(1) - 1;
        let place = match self.0[piece].binary_search_by_key(&to, |link| link.to) {
            Ok(place) => place,
            Err(mut place) => {
                if self.0[piece].len() == PIECE {
                    let second = Arc::make_mut(&mut self.0[piece]).split_off(PIECE / 2);
                    self.0.insert(piece + 1, Arc::new(second));
                    if place > PIECE / 2 {
                        piece += 1;
                        place -= PIECE / 2;
                    }
                }
                Arc::make_mut(&mut self.0[piece]).insert(place, LinkEnd::new(to));
                place
            }
        };
        &mut Arc::make_mut(&mut self.0[piece])[place]
    }
}

/// The place of a directed link among the places of draws.
pub(crate) fn link_place(from: NodeId, to: NodeId) -> u64 {
    (1 << 32) | (u64::from(from.code()) << 16) | u64::from(to.code())
}

/// What a message takes up on the heap, in bytes: a guess.
const BODY_BYTES: usize = 96;

/// The messages in flight: a slab, so that the queue can point at them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flights {
    slots: Vec<Option<Flight>>,
    free: Vec<u32>,
}

impl Flights {
    pub(crate) fn add(&mut self, flight: Flight) -> u32 {
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(flight);
                slot
            }
            None => {
                self.slots.push(Some(flight));
                (self.slots.len() - 1) as u32
            }
        }
    }

    /// The flight at `slot` if it still follows `plan`.
    pub(crate) fn planned(&self, slot: u32, id: u64, plan: u32) -> bool {
        matches!(&self.slots[slot as usize], Some(flight) if flight.id == id && flight.plan == plan)
    }

    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut Flight> {
        self.slots[slot as usize].as_mut()
    }

    pub(crate) fn remove(&mut self, slot: u32) -> Option<Flight> {
        let flight = self.slots[slot as usize].take();
        if flight.is_some() {
            self.free.push(slot);
        }
        flight
    }

    /// About how many bytes the flights take up.
    pub(crate) fn weight(&self) -> usize {
        self.slots.len() * (size_of::<Option<Flight>>() + BODY_BYTES)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Flight> {
        self.slots.iter().flatten()
    }

    pub(crate) fn slots_mut(&mut self) -> impl Iterator<Item = (u32, &mut Flight)> {
        self.slots.iter_mut().enumerate().filter_map(|(slot, held)| Some((slot as u32, held.as_mut()?)))
    }

    pub(crate) fn find(&self, from: NodeId, to: NodeId, ordinal: u64) -> Option<u32> {
        self.slots
            .iter()
            .position(|held| {
                matches!(held, Some(flight) if flight.from == from && flight.to == to && flight.ordinal == ordinal)
            })
            .map(|slot| slot as u32)
    }
}
