//! The coordinator: collects votes, decides, and tells, until all have acknowledged a COMMIT.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::disk::{CoordinatorDisk, CoordinatorRecord, Record, Stable};
use super::message::{Change, Decision, Message, Part, Reply, Timer, TransactionId, Vote};
use super::note::{Cause, Note};
use super::participant::State;
use super::{Fx, Variant, count_of, participants_of};
use crate::{Input, NodeId};

/// The state of the coordinator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Coordinator {
    /// What it has on disk, or is writing.
    pub disk: CoordinatorDisk,
    /// The transactions that it remembers, of this life or with a record in its log.
    pub transactions: BTreeMap<TransactionId, Coordinated>,
    /// The lowest serial that is still open at each client, as far as this life has heard.
    pub open_from: BTreeMap<NodeId, u32>,
}

/// Where the coordinator stands with one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// It waits for votes: nothing is decided.
    Collecting,
    /// It decided COMMIT, and waits for acknowledgements.
    Committing,
    /// It decided COMMIT, and all have acknowledged it.
    Ended,
    /// It decided ABORT. Nothing of this is on its disk.
    Aborted,
}

/// One transaction, as the coordinator sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Coordinated {
    /// Where it stands.
    pub phase: Phase,
    /// Its participants, each with the vote that has arrived, if it has.
    pub votes: BTreeMap<NodeId, Option<Vote>>,
    /// The participants that have acknowledged COMMIT.
    pub acks: BTreeSet<NodeId>,
}

impl Coordinated {
    fn collecting(participants: impl Iterator<Item = NodeId>) -> Self {
        let votes = participants.map(|participant| (participant, None)).collect();
        Self { phase: Phase::Collecting, votes, acks: BTreeSet::new() }
    }

    /// As a commit record tells it: all voted YES, or the record would not be there.
    fn committing(participants: &BTreeSet<NodeId>) -> Self {
        let votes = participants.iter().map(|&participant| (participant, Some(Vote::Yes))).collect();
        Self { phase: Phase::Committing, votes, acks: BTreeSet::new() }
    }

    /// The same in the words that all roles share.
    pub fn state(&self) -> State {
        match self.phase {
            Phase::Collecting => State::Working,
            Phase::Committing | Phase::Ended => State::Committed,
            Phase::Aborted => State::Aborted,
        }
    }

    /// Whether the coordinator has nothing more to do for it.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended | Phase::Aborted)
    }

    /// The participants that have not acknowledged COMMIT.
    pub fn missing_acks(&self) -> impl Iterator<Item = NodeId> {
        self.votes.keys().copied().filter(|participant| !self.acks.contains(participant))
    }

    fn all_voted_yes(&self) -> bool {
        self.votes.values().all(|vote| *vote == Some(Vote::Yes))
    }

    fn decision(&self) -> Option<Decision> {
        match self.phase {
            Phase::Collecting => None,
            Phase::Committing | Phase::Ended => Some(Decision::Commit),
            Phase::Aborted => Some(Decision::Abort),
        }
    }
}

impl Coordinator {
    pub(super) fn boot(mut disk: CoordinatorDisk, fx: &mut Fx<'_>) -> Self {
        disk.incarnation = disk.incarnation.saturating_add(1);
        let coordinator = Self { transactions: transactions_of(&disk), disk, open_from: BTreeMap::new() };
        coordinator.persist_forced(fx);
        if coordinator.disk.incarnation > 1 {
            coordinator.recover(fx);
        }
        coordinator
    }

    pub(super) fn handle(&mut self, input: Input<super::Commit>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body } => self.on_message(from, body, fx),
            Input::Timer(Timer::Votes(transaction)) => self.on_vote_timeout(transaction, fx),
            Input::Timer(Timer::Resend(transaction)) => self.resend_commit(transaction, fx),
            Input::Timer(Timer::Work(_) | Timer::Inquire(_) | Timer::Begin(_)) => {}
            Input::Command { op, .. } => fx.reply(op, Reply::WrongRole),
        }
    }

    fn on_message(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Begin { transaction, incarnation, open_from, parts } => {
                if transaction.client == from {
                    self.on_begin(transaction, incarnation, open_from, &parts, fx);
                }
            }
            Message::Yes { transaction } => self.on_yes(from, transaction, fx),
            Message::No { transaction, .. } => self.on_no(from, transaction, fx),
            Message::Ack { transaction } => self.on_ack(from, transaction, fx),
            Message::Inquiry { transaction } => self.answer(from, transaction, fx),
            Message::Prepare { .. }
            | Message::Commit { .. }
            | Message::Abort { .. }
            | Message::Outcome { .. } => {}
        }
    }

    fn on_begin(
        &mut self,
        transaction: TransactionId,
        incarnation: u32,
        open_from: u32,
        parts: &[Part],
        fx: &mut Fx<'_>,
    ) {
        self.close_below(transaction.client, open_from);
        if transaction.serial < self.open_from(transaction.client) {
            return; // An old BEGIN: the client no longer waits for it.
        }
        if let Some(known) = self.transactions.get(&transaction) {
            if let Some(decision) = known.decision() {
                self.send_outcome(transaction, decision, fx);
            }
        } else if incarnation == self.disk.incarnation {
            self.begin(transaction, parts, fx);
        } else {
            // First sent to an earlier life, which left no commit record: it is presumed aborted, for good.
            fx.note(Note::StaleBegin { transaction });
            self.send_outcome(transaction, Decision::Abort, fx);
        }
    }

    fn begin(&mut self, transaction: TransactionId, parts: &[Part], fx: &mut Fx<'_>) {
        let changes = changes_by_participant(parts);
        let known = participants_of(fx.seat());
        if changes.is_empty() || !changes.keys().all(|participant| known.contains(participant)) {
            return; // No client of ours asks for that.
        }
        self.transactions.insert(transaction, Coordinated::collecting(changes.keys().copied()));
        let open_from = self.open_from(transaction.client);
        fx.note(Note::Began { transaction });
        for (participant, changes) in changes {
            fx.send(participant, Message::Prepare { transaction, open_from, changes });
        }
        fx.set_timer(Timer::Votes(transaction), fx.setup().vote_timeout_us);
    }

    fn on_yes(&mut self, from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        match self.transactions.get_mut(&transaction) {
            Some(known) if known.phase == Phase::Collecting => {
                if let Some(vote) = known.votes.get_mut(&from) {
                    *vote = Some(Vote::Yes);
                }
                if known.all_voted_yes() {
                    self.commit(transaction, Cause::AllYes, fx);
                }
            }
            _ => self.answer(from, transaction, fx),
        }
    }

    fn on_no(&mut self, from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        if known.phase != Phase::Collecting {
            return;
        }
        if let Some(vote) = known.votes.get_mut(&from) {
            *vote = Some(Vote::No);
            self.abort(transaction, Cause::VotedNo(from), fx);
        }
    }

    fn on_vote_timeout(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        if self.transactions.get(&transaction).is_none_or(|known| known.phase != Phase::Collecting) {
            return;
        }
        match fx.setup().variant {
            Variant::SilenceIsConsent => self.commit(transaction, Cause::Silence, fx),
            _ => self.abort(transaction, Cause::VoteTimeout, fx),
        }
    }

    fn on_ack(&mut self, from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        if known.phase != Phase::Committing || !known.votes.contains_key(&from) {
            return;
        }
        known.acks.insert(from);
        if known.missing_acks().next().is_none() {
            self.end(transaction, fx);
        }
    }

    /// Forces the commit record, and tells everyone behind it.
    fn commit(&mut self, transaction: TransactionId, cause: Cause, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.phase = Phase::Committing;
        let participants: BTreeSet<NodeId> = known.votes.keys().copied().collect();
        fx.cancel_timer(Timer::Votes(transaction));
        self.disk.log.append(CoordinatorRecord::Commit { transaction, participants });
        match fx.setup().variant {
            // What must not be: COMMIT leaves before its record is safe.
            Variant::ForgetfulCoordinator => fx.persist_lazily(Stable::Coordinator(self.disk.clone())),
            _ => self.persist_forced(fx),
        }
        fx.note(Note::Decided { transaction, decision: Decision::Commit, cause });
        self.tell_commit(transaction, fx);
        self.send_outcome(transaction, Decision::Commit, fx);
    }

    /// Writes nothing: no record means ABORT. Those that voted NO know already.
    fn abort(&mut self, transaction: TransactionId, cause: Cause, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.phase = Phase::Aborted;
        fx.cancel_timer(Timer::Votes(transaction));
        fx.note(Note::Decided { transaction, decision: Decision::Abort, cause });
        for (&participant, vote) in &known.votes {
            if *vote != Some(Vote::No) {
                fx.send(participant, Message::Abort { transaction });
            }
        }
        self.send_outcome(transaction, Decision::Abort, fx);
    }

    /// Writes the end record, lazily: if a crash loses it, COMMIT is sent once more.
    fn end(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.phase = Phase::Ended;
        fx.cancel_timer(Timer::Resend(transaction));
        self.disk.log.append(CoordinatorRecord::End { transaction });
        self.forget_closed(transaction.client);
        fx.persist_lazily(Stable::Coordinator(self.disk.clone()));
        fx.note(Note::Ended { transaction });
    }

    fn resend_commit(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get(&transaction) else { return };
        if known.phase != Phase::Committing {
            return;
        }
        fx.note(Note::ResentCommit { transaction, missing: count_of(known.missing_acks()) });
        self.tell_commit(transaction, fx);
    }

    /// Tells the outcome to a participant that asks, or that votes YES after the decision.
    fn answer(&self, to: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        match self.transactions.get(&transaction).map(Coordinated::decision) {
            Some(None) => {} // Not decided: it will hear of it.
            Some(Some(Decision::Commit)) => fx.send(to, Message::Commit { transaction }),
            Some(Some(Decision::Abort)) => fx.send(to, Message::Abort { transaction }),
            None => {
                fx.note(Note::PresumedAbort { transaction, asker: to });
                fx.send(to, Message::Abort { transaction });
            }
        }
    }

    fn send_outcome(&self, transaction: TransactionId, decision: Decision, fx: &mut Fx<'_>) {
        let incarnation = self.disk.incarnation;
        fx.send(transaction.client, Message::Outcome { transaction, decision, incarnation });
    }

    /// After a crash: what has a commit record and no end record must be told to all, again.
    fn recover(&self, fx: &mut Fx<'_>) {
        let unfinished: Vec<TransactionId> = self
            .transactions
            .iter()
            .filter(|(_, known)| known.phase == Phase::Committing)
            .map(|(&transaction, _)| transaction)
            .collect();
        let committing = count_of(unfinished.iter());
        fx.note(Note::CoordinatorRecovered { incarnation: self.disk.incarnation, committing });
        for transaction in unfinished {
            self.tell_commit(transaction, fx);
        }
    }

    /// Sends COMMIT to all that have not acknowledged it, and sets the timer to do so again.
    fn tell_commit(&self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get(&transaction) else { return };
        for participant in known.missing_acks() {
            fx.send(participant, Message::Commit { transaction });
        }
        fx.set_timer(Timer::Resend(transaction), fx.setup().retry_us);
    }

    /// The client waits for nothing below `open_from`; what has ended of that can be forgotten.
    fn close_below(&mut self, client: NodeId, open_from: u32) {
        let known = self.open_from.entry(client).or_default();
        if open_from > *known {
            *known = open_from;
            self.forget_closed(client);
        }
    }

    fn open_from(&self, client: NodeId) -> u32 {
        self.open_from.get(&client).copied().unwrap_or(0)
    }

    fn forget_closed(&mut self, client: NodeId) {
        let open_from = self.open_from(client);
        let closed: BTreeSet<TransactionId> = self
            .transactions
            .range(TransactionId { client, serial: 0 }..TransactionId { client, serial: open_from })
            .filter(|(_, known)| known.has_ended())
            .map(|(&transaction, _)| transaction)
            .collect();
        if closed.is_empty() {
            return;
        }
        self.transactions.retain(|transaction, _| !closed.contains(transaction));
        self.disk.log.forget(&closed);
    }

    fn persist_forced(&self, fx: &mut Fx<'_>) {
        fx.persist_forced(Stable::Coordinator(self.disk.clone()));
    }
}

/// What the log tells of the transactions of earlier lives.
fn transactions_of(disk: &CoordinatorDisk) -> BTreeMap<TransactionId, Coordinated> {
    let mut transactions = BTreeMap::new();
    for (_, record) in disk.log.iter() {
        match record {
            CoordinatorRecord::Commit { transaction, participants } => {
                transactions.insert(*transaction, Coordinated::committing(participants));
            }
            CoordinatorRecord::End { .. } => {
                if let Some(known) = transactions.get_mut(&record.transaction()) {
                    known.phase = Phase::Ended;
                    known.acks = known.votes.keys().copied().collect();
                }
            }
        }
    }
    transactions
}

fn changes_by_participant(parts: &[Part]) -> BTreeMap<NodeId, Vec<Change>> {
    let mut changes: BTreeMap<NodeId, Vec<Change>> = BTreeMap::new();
    for &Part { participant, account, amount } in parts {
        changes.entry(participant).or_default().push(Change { account, amount });
    }
    changes
}
