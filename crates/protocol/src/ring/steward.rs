//! The steward's part of a storage node: it numbers the views, spreads them, and makes one change at a time.

use std::sync::Arc;

use serde::Serialize;

use super::message::{Message, Note, Refusal, Reply, Timer};
use super::store::Store;
use super::view::{Change, ChangeKind, Membership, Phase, View};
use super::{Ring, steward_of};
use crate::ordered::{Map, Set};
use crate::{Effects, NodeId};

type Fx<'a> = Effects<'a, Ring>;

/// What the steward knows besides its view.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Steward {
    queue: Vec<(ChangeKind, NodeId)>,
    acks: Map<NodeId, bool>,
    removals: Vec<(u64, NodeId)>,
}

impl Steward {
    pub(super) fn new(queue: Vec<(ChangeKind, NodeId)>) -> Self {
        Self { queue, acks: Map::new(), removals: Vec::new() }
    }

    /// The changes that wait for their turn. On the disk.
    pub fn queue(&self) -> &[(ChangeKind, NodeId)] {
        &self.queue
    }

    /// Who acknowledged the current view, and whether it has copied all that it had to. Volatile: asked for again
    /// after a restart.
    pub fn acks(&self) -> &Map<NodeId, bool> {
        &self.acks
    }

    fn is_queued(&self, node: NodeId) -> bool {
        self.queue.iter().any(|&(_, queued)| queued == node)
    }
}

/// What the steward can do next.
enum Step {
    Start(ChangeKind, NodeId),
    Skip,
    Switch(Change),
    Finish(Change),
}

impl Store {
    /// A node asks to join or to leave. Nodes ask again and again, so asking twice is nothing new.
    pub(super) fn request(&mut self, kind: ChangeKind, node: NodeId, fx: &mut Fx<'_>) {
        let is_under_way = self.view.change().is_some_and(|change| change.node == node);
        let is_possible = self.is_possible(kind, node);
        let Some(steward) = &mut self.steward else { return };
        if node.is_client() || !is_possible || is_under_way || steward.is_queued(node) {
            return fx.send(node, Message::RingView { ring: self.view.clone() });
        }
        steward.queue.push((kind, node));
        self.persist(fx);
        self.advance(fx);
    }

    /// Declares a failed node gone: nobody reads from it, waits for it or sends to it from the next view on.
    pub(super) fn remove(&mut self, op: u64, node: NodeId, fx: &mut Fx<'_>) {
        if let Some(why) = self.refuses_removal(node, fx.id()) {
            return fx.reply(op, Reply::Refused { why });
        }
        let Some(steward) = &mut self.steward else { return };
        steward.removals.push((op, node));
        if self.view.gone().contains(&node) {
            return;
        }
        steward.queue.retain(|&(_, queued)| queued != node);
        let own_change = self.view.change().filter(|change| change.node == node);
        let mut next = self.view.membership().clone();
        let is_aborted = match own_change.map(|change| (change.kind, change.phase)) {
            // Nobody reads from the newcomer yet: the change can be undone.
            Some((ChangeKind::Join, Phase::Copy)) => {
                next.change = None;
                true
            }
            None if !self.view.involves(node) => true,
            Some((ChangeKind::Leave, _)) => false,
            _ => {
                steward.queue.insert(0, (ChangeKind::Remove, node));
                false
            }
        };
        if is_aborted {
            next.retired.insert(node)
        } else {
            next.gone.insert(node)
        };
        self.install(next, fx);
        if is_aborted {
            fx.note(Note::JoinAborted { node });
        }
        self.advance(fx);
    }

    /// Whether `kind` would change anything for `node`, and is allowed.
    fn is_possible(&self, kind: ChangeKind, node: NodeId) -> bool {
        let is_member = self.view.members().contains(&node);
        match kind {
            ChangeKind::Join => !is_member && !self.view.membership().retired.contains(&node),
            ChangeKind::Leave | ChangeKind::Remove => is_member,
        }
    }

    fn refuses_removal(&self, node: NodeId, own: NodeId) -> Option<Refusal> {
        let Some(steward) = &self.steward else { return Some(Refusal::WrongNode) };
        if node == own {
            Some(Refusal::Steward)
        } else if !self.view.involves(node) && !steward.is_queued(node) {
            Some(Refusal::NotAMember)
        } else {
            None
        }
    }

    /// A member says how far it is.
    pub(super) fn acknowledged(&mut self, from: NodeId, view: u64, copied: bool, fx: &mut Fx<'_>) {
        let Some(steward) = &mut self.steward else { return };
        if view > self.view.version() {
            return fx.send(from, Message::RingViewRequest); // This steward lost its disk.
        }
        if view == self.view.version() {
            *steward.acks.entry(from).or_default() |= copied;
            self.advance(fx);
        }
    }

    /// Takes every step that is possible now.
    pub(super) fn advance(&mut self, fx: &mut Fx<'_>) {
        while let Some(step) = self.next_step() {
            self.take(step, fx);
        }
        self.answer_removals(fx);
    }

    /// After a restart: asks again how far everybody is.
    pub(super) fn resume_steward(&mut self, fx: &mut Fx<'_>) {
        if self.steward.is_some() {
            self.spread(fx);
            self.advance(fx);
        }
    }

    /// Sends the view to those who have not acknowledged it, or have still to copy, now and again later.
    pub(super) fn spread(&self, fx: &mut Fx<'_>) {
        let late = self.late();
        if late.is_empty() {
            return;
        }
        for node in late {
            fx.send(node, Message::RingView { ring: self.view.clone() });
        }
        fx.set_timer(Timer::RingView, fx.setup().retry_us());
    }

    fn next_step(&self) -> Option<Step> {
        let steward = self.steward.as_ref()?;
        if !self.late().is_empty() || !self.has_copied() {
            return None;
        }
        match self.view.change() {
            Some(change) if change.phase == Phase::Copy => Some(Step::Switch(change)),
            Some(change) => Some(Step::Finish(change)),
            None => steward.queue.first().map(|&(kind, node)| {
                if self.is_possible(kind, node) { Step::Start(kind, node) } else { Step::Skip }
            }),
        }
    }

    fn take(&mut self, step: Step, fx: &mut Fx<'_>) {
        let mut next = self.view.membership().clone();
        match step {
            Step::Skip => {
                self.take_from_queue();
                self.persist(fx);
            }
            Step::Start(kind, node) => {
                self.take_from_queue();
                let at_once = !fx.setup().algorithm.is_consistent();
                let phase = if at_once { Phase::Move } else { Phase::Copy };
                next.change = Some(Change { kind, node, phase });
                self.install(next, fx);
                fx.note(Note::ChangeStarted { kind, node, at_once });
            }
            Step::Switch(change) => {
                next.change = Some(Change { phase: Phase::Switch, ..change });
                self.install(next, fx);
                fx.note(Note::ReadsSwitched { node: change.node });
            }
            Step::Finish(Change { kind, node, .. }) => {
                next.change = None;
                next.members = self.view.members_next().to_vec();
                if kind != ChangeKind::Join {
                    next.gone.remove(&node);
                    next.retired.insert(node);
                }
                self.install(next, fx);
                fx.note(Note::ChangeFinished { kind, node });
            }
        }
    }

    fn take_from_queue(&mut self) {
        if let Some(steward) = &mut self.steward {
            steward.queue.drain(..steward.queue.len().min(1));
        }
    }

    /// Puts a new view in force here, and sends it to all whom the old or the new one concerns.
    fn install(&mut self, membership: Membership, fx: &mut Fx<'_>) {
        let view = View::new(fx.setup(), self.view.version() + 1, membership);
        if let Some(steward) = &mut self.steward {
            steward.acks.clear();
        }
        let before = concerned(&self.view);
        self.adopt(view, fx);
        let mut audience: Set<NodeId> = before.union(&concerned(&self.view)).copied().collect();
        audience.remove(&steward_of(fx.seat()));
        audience.retain(|node| !self.view.gone().contains(node));
        for node in audience {
            fx.send(node, Message::RingView { ring: Arc::clone(&self.view) });
        }
        fx.set_timer(Timer::RingView, fx.setup().retry_us());
    }

    /// Whom the steward still waits for, in phases that copy until they have copied. Those who are gone are not waited for; nor is anybody in the first view,
    /// which all have from the start.
    fn late(&self) -> Vec<NodeId> {
        let Some(steward) = &self.steward else { return Vec::new() };
        let own = self.view.members().first().copied();
        let is_late = |node: &NodeId| match steward.acks.get(node) {
            Some(&copied) => self.view.copies() && !copied,
            None => self.view.version() > 1,
        };
        let waited_for = |node: &NodeId| Some(*node) != own && !self.view.gone().contains(node);
        concerned(&self.view).into_iter().filter(waited_for).filter(is_late).collect()
    }

    fn answer_removals(&mut self, fx: &mut Fx<'_>) {
        let view = &self.view;
        let Some(steward) = &mut self.steward else { return };
        let is_done = |&mut (_, node): &mut (u64, NodeId)| !view.involves(node);
        for (op, _) in steward.removals.extract_if(.., is_done) {
            fx.reply(op, Reply::Changed { view: view.version() });
        }
    }
}

/// The members before and after the change under way.
fn concerned(view: &View) -> Set<NodeId> {
    view.members().iter().chain(view.members_next()).copied().collect()
}
