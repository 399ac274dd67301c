//! What can have caused a step, and what it can have caused: its past and its future light cone (Lamport 1978), read
//! from vector clocks.

use std::rc::Rc;

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::Set;
use faultscope_sim::Kind;

use super::{Window, grouped};
use crate::export::{Clock, Clocks, Span};
use crate::session::Session;
use crate::words::{Lang, Text};

/// The steps of a window that happened before a step, and those that happened after it; the rest is concurrent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cone {
    /// Steps that can have caused it.
    pub past: Set<u64>,
    /// Steps that it can have caused.
    pub future: Set<u64>,
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

/// The sentence that explains a cone: what is washed, and how much it is.
pub fn cone_words(session: &Session, step: u64, cone: &Cone, lang: Lang) -> String {
    let row = session.rows(step, step, lang).pop();
    let who = row.as_ref().and_then(|row| row.node).map(|node| format!("{node} ")).unwrap_or_default();
    let what = row.map(|row| row.words).unwrap_or_default();
    Text::new(
        "Everything that can have caused step {step}, {who}{what}: {past} steps. It can have caused {future}.",
        "可能引起第 {step} 步（{who}{what}）的全部步骤：{past} 步；此步可能影响其后 {future} 步。",
    )
    .fill(
        lang,
        &[
            ("step", &grouped(step)),
            ("who", &who),
            ("what", &what),
            ("past", &grouped(cone.past.len() as u64)),
            ("future", &grouped(cone.future.len() as u64)),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cone_is_told_in_a_sentence() {
        let mut session = Session::open("raft:basic;r1;s7").unwrap();
        session.play_ahead(1_000_000, 100_000);
        let window = Window { from_us: 0, until_us: 1_000_000 };
        let step = session.run().steps_until(500_000);
        let cone = cone(&session, step, window);
        let node = session.run().index()[step as usize - 1].node().unwrap().to_string();
        for lang in Lang::ALL {
            let said = cone_words(&session, step, &cone, lang);
            for part in
                [step.to_string(), cone.past.len().to_string(), cone.future.len().to_string(), node.clone()]
            {
                assert!(said.contains(&part), "{said} lacks {part}");
            }
        }
    }
}
