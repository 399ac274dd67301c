//! What can have caused a step, and what it can have caused: its past and its future light cone (Lamport 1978), read
//! from vector clocks.

use std::collections::BTreeSet;
use std::rc::Rc;

use faultscope_protocol::NodeId;
use faultscope_sim::Kind;

use super::Window;
use crate::export::{Clock, Clocks, Span};
use crate::session::Session;

/// The steps of a window that happened before a step, and those that happened after it; the rest is concurrent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cone {
    /// Steps that can have caused it.
    pub past: BTreeSet<u64>,
    /// Steps that it can have caused.
    pub future: BTreeSet<u64>,
}

/// A step with what was known after it.
struct Known {
    step: u64,
    /// The node on which it counts, and how manieth step of the window it is there; none for what no node did.
    own: Option<(NodeId, u64)>,
    clock: Rc<Clock>,
}

impl Known {
    /// Whether it happened before `other`.
    fn is_before(&self, other: &Self) -> bool {
        self.step != other.step
            && self.own.is_some_and(|(node, count)| other.clock.get(&node).is_some_and(|&seen| seen >= count))
    }
}

/// The cone of a step within a window. A message that was lost is an effect of its sending, and causes nothing. Faults
/// of the network, which no node sees, have no cone.
pub fn cone(session: &Session, step: u64, window: Window) -> Cone {
    let span = Span::of_times(session, window.from_us, window.until_us);
    let mut clocks = Clocks::default();
    let mut known = Vec::new();
    // Clocks may begin with the window: what messages bring from before it tells of no step in it.
    session.run().replay(span.first, span.last, |moment, step| {
        let clock = clocks.take(moment, step);
        let own = step.node.filter(|_| step.kind != Kind::Lost).map(|node| (node, clock[&node]));
        known.push(Known { step: step.number, own, clock });
    });
    let Some(middle) = known.iter().find(|known| known.step == step) else { return Cone::default() };
    let steps = |is_in: &dyn Fn(&Known) -> bool| {
        known.iter().filter(|known| is_in(known)).map(|known| known.step).collect()
    };
    Cone { past: steps(&|other| other.is_before(middle)), future: steps(&|other| middle.is_before(other)) }
}
