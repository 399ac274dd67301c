//! A learner: it hears every acceptance, counts, and asks the proposers for what it missed.

use serde::{Serialize, Serializer};

use super::message::{Entry, Message, Timer, Vote};
use super::note::Note;
use super::{Fx, Multi, Replica, Stable};
use crate::ordered::{Map, Set};
use crate::{Input, NodeId};

/// A learner's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Learner {
    /// What it learned.
    pub replica: Replica,
    /// What it has heard of slots that it does not know yet: each vote with its acceptors.
    #[serde(serialize_with = "as_lists")]
    pub open: Map<u64, Map<Vote, Set<NodeId>>>,
    /// It knows of a chosen slot as high as this.
    pub heard_of: u64,
}

/// As lists: JSON has no maps with such keys.
fn as_lists<S: Serializer>(
    open: &Map<u64, Map<Vote, Set<NodeId>>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(open.iter().map(|(slot, votes)| (slot, votes.iter().collect::<Vec<_>>())))
}

impl Learner {
    pub(super) fn boot(stable: Stable) -> Self {
        Self { replica: Replica::new(stable.log), open: Map::new(), heard_of: 0 }
    }

    pub(super) fn handle(&mut self, input: Input<Multi>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body: Message::Accepted { ballot, slot, entry } } => {
                self.count(from, slot, Vote { ballot, entry }, fx);
            }
            Input::Message { body: Message::Chosen { slot, entry }, .. } => self.learn(slot, entry, fx),
            Input::Message { body: Message::Alive { chosen_below }, .. } => {
                self.hear_of(chosen_below.saturating_sub(1), fx);
            }
            Input::Timer(Timer::CatchUp) => self.catch_up(fx),
            Input::Message { .. } | Input::Timer(_) | Input::Command { .. } => {}
        }
    }

    fn count(&mut self, from: NodeId, slot: u64, vote: Vote, fx: &mut Fx<'_>) {
        if self.replica.log.contains_key(&slot) {
            return;
        }
        let acceptors = self.open.entry(slot).or_default().entry(vote).or_default();
        acceptors.insert(from);
        if fx.setup().is_majority(acceptors.len()) {
            self.learn(slot, vote.entry, fx);
        }
    }

    fn learn(&mut self, slot: u64, entry: Entry, fx: &mut Fx<'_>) {
        self.open.remove(&slot);
        if self.replica.learn(slot, entry) {
            fx.persist_lazily(Stable { log: self.replica.log.clone(), ..Stable::default() });
            fx.note(Note::Learned { slot, entry });
        }
        self.hear_of(slot, fx);
    }

    /// Somebody knows this slot: if one below it is missing here, it will be asked for.
    fn hear_of(&mut self, slot: u64, fx: &mut Fx<'_>) {
        let had_gap = self.has_gap();
        self.heard_of = self.heard_of.max(slot);
        if self.has_gap() && !had_gap {
            fx.set_timer(Timer::CatchUp, fx.setup().query_us);
        }
    }

    fn has_gap(&self) -> bool {
        self.replica.chosen_below <= self.heard_of
    }

    fn catch_up(&mut self, fx: &mut Fx<'_>) {
        if !self.has_gap() {
            return;
        }
        let slot = self.replica.chosen_below;
        fx.note(Note::Asked { slot });
        for proposer in fx.setup().proposers() {
            fx.send(proposer, Message::Fetch { slot });
        }
        fx.set_timer(Timer::CatchUp, fx.setup().query_us);
    }
}
