//! The network: links with latency, loss and cuts, and the messages in flight on them.

use std::ops::Range;
use std::sync::Arc;

use faultscope_protocol::NodeId;

use crate::action::MessageName;
use crate::erased::Payload;
use crate::hash::{Draw, Draws};

/// The shape of a latency's distribution over its range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Every value of the range is as likely as any other.
    #[default]
    Uniform,
    /// The range's start, and an exponential part on top whose mean is the range's width.
    Exponential,
    /// The range's start, and a heavy tail on top: a Lomax (Pareto type II) distribution of shape 2, whose mean is the
    /// range's width and whose variance has no bound.
    Heavy,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::Uniform, Self::Exponential, Self::Heavy];

    /// The word for it in run texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Exponential => "exponential",
            Self::Heavy => "heavy",
        }
    }
}

/// How long a message takes on a link, one way, in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Latency {
    /// How the draws are spread.
    pub shape: Shape,
    /// The least, and where the uniform shape ends (half open) or the others have their mean. An empty range stands
    /// for a constant: its start.
    pub range_us: Range<u64>,
}

/// A draw with a tail ends here, in widths of the range: one message in some millions would take longer.
const TAIL_WIDTHS_MAX: u64 = 1_000;

impl Latency {
    /// Uniform in a half-open range.
    pub const fn uniform(range_us: Range<u64>) -> Self {
        Self { shape: Shape::Uniform, range_us }
    }

    pub(crate) fn draw(&self, draw: Draw) -> u64 {
        let (start_us, width_us) =
            (self.range_us.start, self.range_us.end.saturating_sub(self.range_us.start));
        match self.shape {
            Shape::Uniform => draw.in_range(&self.range_us),
            Shape::Exponential => start_us + exponential(draw.bits(), width_us),
            Shape::Heavy => start_us + lomax(draw.bits(), width_us),
        }
    }
}

/// An exponential draw with this mean from 64 random bits, by inversion: −ln(u) · mean.
///
/// `libm` computes the same bits on every platform, which std does not promise.
fn exponential(bits: u64, mean: u64) -> u64 {
    let u = ((bits >> 11) + 1) as f64 / (1_u64 << 53) as f64;
    ((-libm::log(u) * mean as f64) as u64).min(mean.saturating_mul(TAIL_WIDTHS_MAX))
}

/// A Lomax draw of shape 2 with this mean (its scale) from 64 random bits, by inversion: (1/√u − 1) · mean.
fn lomax(bits: u64, mean: u64) -> u64 {
    let u = ((bits >> 11) + 1) as f64 / (1_u64 << 53) as f64;
    (((1.0 / libm::sqrt(u) - 1.0) * mean as f64) as u64).min(mean.saturating_mul(TAIL_WIDTHS_MAX))
}

/// Which links an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Links {
    /// All that have no setting of their own.
    All,
    /// One, one way.
    One {
        /// The sender.
        from: NodeId,
        /// The receiver.
        to: NodeId,
    },
    /// All from one zone to another (or within one), one way.
    Zones {
        /// The senders' zone, from 0.
        from: u16,
        /// The receivers' zone, from 0.
        to: u16,
    },
}

impl Links {
    /// The nodes that are named.
    pub fn nodes(self) -> Vec<NodeId> {
        if let Self::One { from, to } = self { vec![from, to] } else { Vec::new() }
    }

    /// The zones that are named.
    pub fn zones(self) -> Vec<u16> {
        if let Self::Zones { from, to } = self { vec![from, to] } else { Vec::new() }
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
    /// Chances in a million that a message falls behind, so that later ones overtake it.
    pub reorder_ppm: u32,
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
    /// Distinguishes this plan for the message from earlier ones, and from those of other messages that had its place:
    /// they are still in the queue.
    pub(crate) plan: u32,
}

impl Flight {
    /// Its name in run texts.
    pub fn name(&self) -> MessageName {
        MessageName { from: self.from, to: self.to, ordinal: self.ordinal }
    }

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
    /// What is set for this link alone; most links have nothing.
    pub(crate) own: Option<Box<LinkPlan>>,
    latency_draws: Option<Draws>,
}

/// What is set for one link alone, where it differs from the network's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkPlan {
    /// How long messages take.
    pub latency: Option<Latency>,
    /// Chances in a million that a message is lost.
    pub loss_ppm: Option<u32>,
    /// Chances in a million that a message arrives twice.
    pub duplicate_ppm: Option<u32>,
    /// Chances in a million that a message falls behind.
    pub reorder_ppm: Option<u32>,
}

impl LinkEnd {
    pub(crate) fn new(to: NodeId) -> Self {
        Self { to, sent: 0, last_arrival_us: 0, own: None, latency_draws: None }
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
    pub(crate) fn iter(&self) -> impl Iterator<Item = &LinkEnd> {
        self.0.iter().flat_map(|piece| piece.iter())
    }

    /// Takes away what is set for single links.
    pub(crate) fn clear_own(&mut self) {
        for piece in self.0.iter_mut().filter(|piece| piece.iter().any(|link| link.own.is_some())) {
            Arc::make_mut(piece).iter_mut().for_each(|link| link.own = None);
        }
    }

    /// About how many bytes they take up that an earlier list of the same links does not share with them.
    pub(crate) fn weight_beside(&self, earlier: Option<&Self>) -> usize {
        let first = |piece: &Arc<Vec<LinkEnd>>| piece.first().map(|end| end.to);
        // Most often a piece stands where it stood; behind a piece that was split, it stands further on.
        let is_shared = |place: usize, piece: &Arc<Vec<LinkEnd>>, ends: &Self| {
            let is_it = |place: usize| ends.0.get(place).is_some_and(|other| Arc::ptr_eq(other, piece));
            is_it(place) || is_it(ends.0.partition_point(|other| first(other) < first(piece)))
        };
        let pieces = self.0.iter().enumerate();
        let own = pieces.filter(|&(place, piece)| !earlier.is_some_and(|ends| is_shared(place, piece, ends)));
        let own: usize = own.map(|(_, piece)| piece.len()).sum();
        self.0.len() * size_of::<Arc<Vec<LinkEnd>>>() + own * size_of::<LinkEnd>()
    }

    /// The link to a node, made if there is none yet.
    pub(crate) fn to(&mut self, to: NodeId) -> &mut LinkEnd {
        if self.0.is_empty() {
            self.0.push(Arc::default());
        }
        let mut piece =
            self.0.partition_point(|piece| piece.first().is_some_and(|first| first.to <= to)).max(1) - 1;
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

impl LinkPlan {
    /// Whether it makes the link another than the network's links are.
    pub fn differs_from(&self, network: &NetworkPlan) -> bool {
        let differs = |own: Option<u32>, usual: u32| own.is_some_and(|own| own != usual);
        self.latency.as_ref().is_some_and(|own| *own != network.latency)
            || differs(self.loss_ppm, network.loss_ppm)
            || differs(self.duplicate_ppm, network.duplicate_ppm)
            || differs(self.reorder_ppm, network.reorder_ppm)
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
    /// The number of the newest plan.
    plans: u32,
}

impl Flights {
    /// Gives a message a place and its first plan, and returns both.
    pub(crate) fn add(&mut self, mut flight: Flight) -> (u32, u32) {
        flight.plan = self.next_plan();
        let plan = flight.plan;
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Some(flight);
                (slot, plan)
            }
            None => {
                self.slots.push(Some(flight));
                ((self.slots.len() - 1) as u32, plan)
            }
        }
    }

    /// A number for a plan. No plan waits in the queue for so long that the numbers come round.
    fn next_plan(&mut self) -> u32 {
        self.plans = self.plans.wrapping_add(1);
        self.plans
    }

    /// Makes what is planned for a message void, and returns the number of its new plan.
    pub(crate) fn replan(&mut self, slot: u32) -> u32 {
        let plan = self.next_plan();
        if let Some(flight) = self.get_mut(slot) {
            flight.plan = plan;
        }
        plan
    }

    /// Whether the message at `slot` still follows `plan`.
    pub(crate) fn planned(&self, slot: u32, plan: u32) -> bool {
        matches!(&self.slots[slot as usize], Some(flight) if flight.plan == plan)
    }

    pub(crate) fn get(&self, slot: u32) -> Option<&Flight> {
        self.slots[slot as usize].as_ref()
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

    /// Every place, used or not.
    pub(crate) fn places(&self) -> impl ExactSizeIterator<Item = Option<&Flight>> {
        self.slots.iter().map(Option::as_ref)
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A node with a link to each of 100 others, made in an order far from theirs; each has sent its receiver's number.
    fn hundred() -> LinkEnds {
        let mut links = LinkEnds::default();
        for step in 0..100 {
            let number = step * 37 % 100 + 1;
            links.to(NodeId::server(number)).sent = u64::from(number);
        }
        links
    }

    #[test]
    fn links_are_found_again_in_order() {
        let mut links = hundred();
        let found: Vec<(NodeId, u64)> = links.iter().map(|link| (link.to, link.sent)).collect();
        let wanted: Vec<(NodeId, u64)> =
            (1..=100).map(|number| (NodeId::server(number), u64::from(number))).collect();
        assert_eq!(found, wanted);
        assert_eq!(links.to(NodeId::server(41)).sent, 41);
        assert!(links.0.iter().all(|piece| piece.len() <= PIECE));
    }

    #[test]
    fn a_step_after_a_snapshot_copies_one_piece() {
        let snapshot = hundred();
        let mut links = snapshot.clone();
        let shared = links.weight_beside(Some(&snapshot));
        links.to(NodeId::server(41)).sent += 1;
        let more = links.weight_beside(Some(&snapshot)) - shared;
        assert!((1..=PIECE * size_of::<LinkEnd>()).contains(&more), "{more}");
        assert!(links.weight_beside(None) > shared + more);
        assert_eq!(
            snapshot.iter().find(|link| link.to == NodeId::server(41)).map(|link| link.sent),
            Some(41)
        );
    }
}
