//! Vector clocks (Fidge 1988, Mattern 1989): which step knew of which.

use faultscope_protocol::ordered::Map;
use std::rc::Rc;

use faultscope_protocol::NodeId;
use faultscope_sim::{Kind, Moment, Step};

/// How many steps of each node are known.
pub type Clock = Map<NodeId, u64>;

/// Vector clocks, reckoned while a run is replayed from its beginning.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    nodes: Map<NodeId, Rc<Clock>>,
    /// What each message in flight carries.
    messages: Map<u64, Rc<Clock>>,
}

impl Clocks {
    /// Takes a step in, with the moment after it. Returns the clock after it.
    pub fn take(&mut self, moment: &Moment, step: &Step) -> Rc<Clock> {
        let carried = step.message.and_then(|id| self.messages.get(&id)).cloned();
        let clock = match (step.kind, step.node) {
            (Kind::Lost, _) => carried.unwrap_or_default(),
            (_, None) => Rc::default(),
            (_, Some(node)) => self.count(node, carried.filter(|_| step.kind == Kind::Deliver)),
        };
        for sent in &step.sent {
            self.messages.insert(sent.id, clock.clone());
        }
        // A message that was duplicated arrives under one number twice.
        if let Some(id) = step.message.filter(|&id| moment.world.flight(id).is_none()) {
            self.messages.remove(&id);
        }
        clock
    }

    fn count(&mut self, node: NodeId, carried: Option<Rc<Clock>>) -> Rc<Clock> {
        let mut clock = self.nodes.get(&node).map(|known| (**known).clone()).unwrap_or_default();
        for (&other, &count) in carried.iter().flat_map(|carried| carried.iter()) {
            let known = clock.entry(other).or_default();
            *known = (*known).max(count);
        }
        *clock.entry(node).or_default() += 1;
        let clock = Rc::new(clock);
        self.nodes.insert(node, clock.clone());
        clock
    }
}
