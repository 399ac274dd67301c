//! A proposer: it follows the first proposer that is up, or leads.

use std::collections::VecDeque;

use serde::Serialize;

use super::message::{Command, Entry, Message, Timer, Vote};
use super::note::Note;
use super::{Ballot, Fx, Multi, Replica, Stable, Tally};
use crate::ordered::{Map, Set};
use crate::{Input, NodeId};

/// The most entries that one Fetch brings.
const FETCHED_MAX: usize = 20;
/// The most requests that wait for a leader to be ready.
const WAITING_MAX: usize = 64;

/// Where a proposer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// One before it is up.
    Following,
    /// Phase 1: it waits for the promises of a majority.
    Preparing,
    /// Phase 2, for one command after the other.
    Leading,
    /// It was overtaken or heard too little, and waits before it tries again.
    Waiting,
}

/// A proposer's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Proposer {
    /// The highest round that it has begun (persistent).
    pub round: u32,
    /// What it has learned.
    pub replica: Replica,
    /// Where it stands.
    pub phase: Phase,
    /// Its ballot, of phases 1 and 2.
    pub ballot: Ballot,
    /// The highest ballot that it has heard of.
    pub highest: Ballot,
    /// The other proposers that it takes to be up.
    pub up: Set<NodeId>,
    /// The promises for its ballot, each with what its acceptor had accepted.
    pub promises: Map<NodeId, Vec<(u64, Vote)>>,
    /// The slot of its next command.
    pub next_slot: u64,
    /// What it has proposed in its ballot and does not know to be chosen.
    pub proposals: Map<u64, Entry>,
    /// Who has accepted that.
    pub tally: Tally,
    /// Requests that wait until it leads.
    pub waiting: VecDeque<(NodeId, u64, Command)>,
}

impl Proposer {
    pub(super) fn boot(stable: Stable, fx: &mut Fx<'_>) -> Self {
        let nothing = Ballot { round: 0, proposer: fx.id() };
        let others: Set<NodeId> = others(fx).collect();
        for &other in &others {
            fx.set_timer(Timer::Suspect(other), fx.setup().suspect_us);
        }
        let mut proposer = Self {
            round: stable.round,
            replica: Replica::new(stable.log),
            phase: Phase::Following,
            ballot: nothing,
            highest: nothing,
            up: others,
            promises: Map::new(),
            next_slot: 1,
            proposals: Map::new(),
            tally: Tally::new(),
            waiting: VecDeque::new(),
        };
        proposer.say_alive(fx);
        if proposer.leader(fx) == fx.id() {
            proposer.begin_ballot(fx);
        }
        proposer
    }

    pub(super) fn handle(&mut self, input: Input<Multi>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body } => self.hear(from, body, fx),
            Input::Timer(Timer::Phase) => self.time_out(fx),
            Input::Timer(Timer::Backoff) => self.try_again(fx),
            Input::Timer(Timer::Alive) => self.say_alive(fx),
            Input::Timer(Timer::Suspect(node)) => self.suspect(node, fx),
            Input::Timer(Timer::CatchUp | Timer::Retry) | Input::Command { .. } => {}
        }
    }

    fn hear(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Request { op, body } => self.on_request(from, op, body, fx),
            Message::Promise { ballot, accepted } => self.on_promise(from, ballot, accepted, fx),
            Message::Accepted { ballot, slot, entry } => self.on_accepted(from, ballot, slot, entry, fx),
            Message::Nack { ballot, promised } => self.on_nack(ballot, promised, fx),
            Message::Alive { chosen_below } => self.on_alive(from, chosen_below, fx),
            Message::Fetch { slot } => self.on_fetch(from, slot, fx),
            Message::Chosen { slot, entry } => self.learn(slot, entry, fx),
            _ => {}
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // Who leads

    /// The first proposer that is up, as far as this node knows.
    pub fn leader_of(&self, own: NodeId) -> NodeId {
        self.up.first().copied().map_or(own, |first| first.min(own))
    }

    fn leader(&self, fx: &Fx<'_>) -> NodeId {
        self.leader_of(fx.id())
    }

    fn say_alive(&mut self, fx: &mut Fx<'_>) {
        let chosen_below = self.replica.chosen_below;
        for other in others(fx).chain(fx.setup().learners()) {
            fx.send(other, Message::Alive { chosen_below });
        }
        fx.set_timer(Timer::Alive, fx.setup().alive_us);
    }

    fn on_alive(&mut self, from: NodeId, chosen_below: u64, fx: &mut Fx<'_>) {
        self.up.insert(from);
        fx.set_timer(Timer::Suspect(from), fx.setup().suspect_us);
        let slot = self.replica.chosen_below;
        if chosen_below > slot {
            fx.note(Note::Asked { slot });
            fx.send(from, Message::Fetch { slot });
        }
        if self.phase != Phase::Following && self.leader(fx) != fx.id() {
            self.step_down(fx);
        }
    }

    fn suspect(&mut self, node: NodeId, fx: &mut Fx<'_>) {
        if !self.up.remove(&node) {
            return;
        }
        fx.note(Note::Suspected { node });
        if self.phase == Phase::Following && self.leader(fx) == fx.id() {
            self.begin_ballot(fx);
        }
    }

    fn step_down(&mut self, fx: &mut Fx<'_>) {
        let leader = self.leader(fx);
        self.phase = Phase::Following;
        fx.cancel_timer(Timer::Phase);
        fx.cancel_timer(Timer::Backoff);
        fx.note(Note::SteppedDown { leader });
        for (client, op, _) in std::mem::take(&mut self.waiting) {
            fx.send(client, Message::NotLeader { op, leader });
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // Phase 1, once for all slots

    /// The round is on disk before anybody hears of it.
    fn begin_ballot(&mut self, fx: &mut Fx<'_>) {
        self.round = self.round.max(self.highest.round).saturating_add(1);
        self.ballot = Ballot { round: self.round, proposer: fx.id() };
        (self.highest, self.phase) = (self.ballot, Phase::Preparing);
        self.promises.clear();
        self.proposals.clear();
        self.tally.clear();
        let (ballot, from_slot) = (self.ballot, self.replica.chosen_below);
        fx.persist_forced(self.stable());
        fx.note(Note::BeganBallot { ballot, from_slot });
        for acceptor in fx.setup().acceptors() {
            fx.send(acceptor, Message::Prepare { ballot, from_slot });
        }
        fx.set_timer(Timer::Phase, fx.setup().phase_timeout_us);
    }

    fn on_promise(&mut self, from: NodeId, ballot: Ballot, accepted: Vec<(u64, Vote)>, fx: &mut Fx<'_>) {
        if self.phase != Phase::Preparing || self.ballot != ballot {
            return;
        }
        self.promises.insert(from, accepted);
        if fx.setup().is_majority(self.promises.len()) {
            self.lead(fx);
        }
    }

    /// What the promises report is proposed again, and a gap is filled with a no-op.
    fn lead(&mut self, fx: &mut Fx<'_>) {
        let mut reported: Map<u64, Vote> = Map::new();
        for (slot, vote) in self.promises.values().flatten() {
            let known = reported.entry(*slot).or_insert(*vote);
            *known = (*known).max(*vote);
        }
        let last = reported.last_key_value().map_or(0, |(&slot, _)| slot).max(self.replica.last_slot());
        self.phase = Phase::Leading;
        self.next_slot = last + 1;
        fx.note(Note::BecameLeader { ballot: self.ballot, next_slot: self.next_slot });
        for slot in self.replica.chosen_below..=last {
            if self.replica.log.contains_key(&slot) {
                continue;
            }
            let entry = match reported.get(&slot) {
                Some(&Vote { ballot, entry }) => {
                    fx.note(Note::TookOver { slot, ballot, entry });
                    entry
                }
                None => {
                    fx.note(Note::FilledGap { slot });
                    Entry::Noop
                }
            };
            self.propose(slot, entry, fx);
        }
        for (client, op, body) in std::mem::take(&mut self.waiting) {
            self.on_request(client, op, body, fx);
        }
        fx.set_timer(Timer::Phase, fx.setup().phase_timeout_us);
    }

    // -----------------------------------------------------------------------------------------------------------
    // Phase 2, one round trip for each command

    fn on_request(&mut self, client: NodeId, op: u64, body: Command, fx: &mut Fx<'_>) {
        if let Some(value) = self.replica.answer(client, op) {
            return fx.send(client, Message::Answer { op, value });
        }
        match self.phase {
            Phase::Following => fx.send(client, Message::NotLeader { op, leader: self.leader(fx) }),
            Phase::Preparing | Phase::Waiting => {
                let is_known = self.waiting.iter().any(|&(other, number, _)| (other, number) == (client, op));
                if !is_known && self.waiting.len() < WAITING_MAX {
                    self.waiting.push_back((client, op, body));
                }
            }
            Phase::Leading => {
                let entry = Entry::Command { client, op, body };
                if !self.proposals.values().any(|other| *other == entry) {
                    let slot = self.next_slot;
                    self.next_slot += 1;
                    fx.note(Note::Proposed { slot, entry });
                    self.propose(slot, entry, fx);
                }
            }
        }
    }

    fn propose(&mut self, slot: u64, entry: Entry, fx: &mut Fx<'_>) {
        self.proposals.insert(slot, entry);
        self.ask_to_accept(slot, entry, fx);
    }

    fn ask_to_accept(&self, slot: u64, entry: Entry, fx: &mut Fx<'_>) {
        for acceptor in fx.setup().acceptors() {
            fx.send(acceptor, Message::Accept { ballot: self.ballot, slot, entry });
        }
    }

    fn on_accepted(&mut self, from: NodeId, ballot: Ballot, slot: u64, entry: Entry, fx: &mut Fx<'_>) {
        let is_own = self.phase == Phase::Leading && self.ballot == ballot;
        if !is_own || self.proposals.get(&slot) != Some(&entry) {
            return;
        }
        let acceptors = self.tally.entry(slot).or_default();
        acceptors.insert(from);
        if !fx.setup().is_majority(acceptors.len()) {
            return;
        }
        self.learn(slot, entry, fx);
        for other in others(fx) {
            fx.send(other, Message::Chosen { slot, entry });
        }
    }

    /// It knows that the entry is chosen. A leader answers whoever waits for what is applied now.
    fn learn(&mut self, slot: u64, entry: Entry, fx: &mut Fx<'_>) {
        self.proposals.remove(&slot);
        self.tally.remove(&slot);
        let before = self.replica.chosen_below;
        if !self.replica.learn(slot, entry) {
            return;
        }
        fx.persist_lazily(self.stable());
        fx.note(Note::Learned { slot, entry });
        if self.phase != Phase::Leading {
            return;
        }
        for applied in before..self.replica.chosen_below {
            if let Some(&Entry::Command { client, op, .. }) = self.replica.log.get(&applied)
                && let Some(value) = self.replica.answer(client, op)
            {
                fx.send(client, Message::Answer { op, value });
            }
        }
    }

    fn on_fetch(&mut self, from: NodeId, slot: u64, fx: &mut Fx<'_>) {
        for (&slot, &entry) in self.replica.log.range(slot..).take(FETCHED_MAX) {
            fx.send(from, Message::Chosen { slot, entry });
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // When it fails

    fn on_nack(&mut self, ballot: Ballot, promised: Ballot, fx: &mut Fx<'_>) {
        self.highest = self.highest.max(promised);
        let is_at_work = matches!(self.phase, Phase::Preparing | Phase::Leading);
        if is_at_work && self.ballot == ballot {
            fx.note(Note::Overtaken { ballot, promised });
            self.step_back(fx);
        }
    }

    fn time_out(&mut self, fx: &mut Fx<'_>) {
        match self.phase {
            Phase::Preparing => {
                fx.note(Note::TimedOut { ballot: self.ballot });
                self.step_back(fx);
            }
            Phase::Leading => {
                let open: Vec<(u64, Entry)> = self.proposals.iter().map(|(&slot, &it)| (slot, it)).collect();
                for (slot, entry) in open {
                    self.ask_to_accept(slot, entry, fx);
                }
                fx.set_timer(Timer::Phase, fx.setup().phase_timeout_us);
            }
            Phase::Following | Phase::Waiting => {}
        }
    }

    fn step_back(&mut self, fx: &mut Fx<'_>) {
        self.phase = Phase::Waiting;
        fx.cancel_timer(Timer::Phase);
        match super::super::backoff_us(fx.setup().backoff, fx.setup().backoff_us, fx) {
            Some(after_us) => fx.set_timer(Timer::Backoff, after_us),
            None => self.try_again(fx),
        }
    }

    fn try_again(&mut self, fx: &mut Fx<'_>) {
        if self.leader(fx) == fx.id() {
            self.begin_ballot(fx);
        } else {
            self.step_down(fx);
        }
    }

    fn stable(&self) -> Stable {
        Stable { round: self.round, log: self.replica.log.clone(), ..Stable::default() }
    }
}

fn others(fx: &Fx<'_>) -> impl Iterator<Item = NodeId> + use<> {
    let own = fx.id();
    fx.setup().proposers().filter(move |&proposer| proposer != own)
}
