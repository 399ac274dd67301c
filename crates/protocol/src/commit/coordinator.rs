//! The coordinator: collects votes, decides, and tells, until all have acknowledged a COMMIT.

use serde::Serialize;

use super::disk::{CoordinatorDisk, CoordinatorRecord, Record, Stable};
use super::leader::{Election, Slot};
use super::message::{Change, Decision, Message, Part, Reply, Timer, TransactionId, Vote};
use super::note::{Cause, Note};
use super::participant::{State, knows_the_others};
use super::termination::{Report, commit_message};
use super::{BeginsAt, COORDINATOR, Fx, Variant, count_of, participants_of};
use crate::ordered::{Map, Set};
use crate::{Input, NodeId};

/// The state of the coordinator; in Paxos Commit, of an acceptor that can lead, which the coordinator is too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Coordinator {
    /// What it has on disk, or is writing.
    pub disk: CoordinatorDisk,
    /// The transactions that it remembers, of this life or with a record in its log.
    pub transactions: Map<TransactionId, Coordinated>,
    /// The lowest serial that is still open at each client, as far as this life has heard.
    pub open_from: Map<NodeId, u32>,
    /// Paxos Commit: what it has promised and accepted.
    pub slots: Map<TransactionId, Slot>,
}

/// Where the coordinator stands with one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// It waits for votes: nothing is decided.
    Collecting,
    /// Three-phase commit: all voted YES, and it waits until all are ready to commit.
    PreCommitting,
    /// Three-phase commit: it is back after a crash, does not know what became of it, and asks.
    Recovering,
    /// It decided COMMIT, and waits for acknowledgements.
    Committing,
    /// It decided COMMIT, and all have acknowledged it.
    Ended,
    /// Paxos Commit: ABORT is chosen, and it waits until all have that on disk.
    Aborting,
    /// It decided ABORT. In 2PC nothing of this is on its disk.
    Aborted,
}

/// One transaction, as the coordinator sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Coordinated {
    /// Where it stands.
    pub phase: Phase,
    /// Its participants, each with the vote that has arrived, if it has.
    pub votes: Map<NodeId, Option<Vote>>,
    /// The participants that have acknowledged COMMIT; in Paxos Commit either outcome, in three-phase commit first that
    /// they are ready.
    pub acks: Set<NodeId>,
    /// Three-phase commit: what a coordinator that is back has heard from those that have not decided.
    pub reports: Map<NodeId, Report>,
    /// Paxos Commit: the coordinator, where another leads; it must hear of the outcome too.
    pub absent: Option<NodeId>,
    /// Paxos Commit: its ballot, and what it has heard from acceptors.
    pub election: Election,
}

impl Coordinated {
    fn collecting(participants: impl Iterator<Item = NodeId>) -> Self {
        let votes = participants.map(|participant| (participant, None)).collect();
        Self {
            phase: Phase::Collecting,
            votes,
            acks: Set::new(),
            reports: Map::new(),
            absent: None,
            election: Election::default(),
        }
    }

    /// As a commit record tells it: all voted YES, or the record would not be there.
    fn committing(participants: &Set<NodeId>) -> Self {
        let votes = participants.iter().map(|&participant| (participant, Some(Vote::Yes))).collect();
        Self { phase: Phase::Committing, votes, ..Self::collecting(std::iter::empty()) }
    }

    /// As far as a record tells that is no commit record.
    pub(super) fn in_phase(phase: Phase, participants: &Set<NodeId>) -> Self {
        Self { phase, ..Self::collecting(participants.iter().copied()) }
    }

    /// The same in the words that all roles share.
    pub fn state(&self) -> State {
        match self.phase {
            Phase::Collecting | Phase::Recovering => State::Working,
            Phase::PreCommitting => State::PreCommitted,
            Phase::Committing | Phase::Ended => State::Committed,
            Phase::Aborting | Phase::Aborted => State::Aborted,
        }
    }

    /// Whether the coordinator has nothing more to do for it.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended | Phase::Aborted)
    }

    /// Those that have not acknowledged the outcome.
    pub fn missing_acks(&self) -> impl Iterator<Item = NodeId> {
        self.votes.keys().copied().chain(self.absent).filter(|participant| !self.acks.contains(participant))
    }

    pub(super) fn all_voted_yes(&self) -> bool {
        self.votes.values().all(|vote| *vote == Some(Vote::Yes))
    }

    pub(super) fn decision(&self) -> Option<Decision> {
        match self.phase {
            Phase::Collecting | Phase::PreCommitting | Phase::Recovering => None,
            Phase::Committing | Phase::Ended => Some(Decision::Commit),
            Phase::Aborting | Phase::Aborted => Some(Decision::Abort),
        }
    }
}

impl Coordinator {
    pub(super) fn boot(mut disk: CoordinatorDisk, fx: &mut Fx<'_>) -> Self {
        disk.incarnation = disk.incarnation.saturating_add(1);
        let mut coordinator = Self {
            transactions: transactions_of(&disk),
            slots: super::leader::slots_of(&disk),
            open_from: Map::new(),
            disk,
        };
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
            Input::Timer(Timer::Inquire(transaction)) => self.ask_all(transaction, fx),
            Input::Timer(Timer::Work(_) | Timer::Collect(_) | Timer::Begin(_)) => {}
            Input::Command { op, .. } => fx.reply(op, Reply::WrongRole),
        }
    }

    fn on_message(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Begin { transaction, incarnation, open_from, parts } => {
                let is_part = parts.iter().any(|part| part.participant == from);
                if transaction.client == from || is_part {
                    self.on_begin(from, transaction, incarnation, open_from, &parts, fx);
                }
            }
            Message::Yes { transaction } => self.on_yes(from, transaction, fx),
            Message::No { transaction, .. } => self.on_no(from, transaction, fx),
            Message::Ack { transaction } if fx.setup().variant == Variant::ThreePhase => {
                self.on_ready(from, transaction, fx);
            }
            Message::Ack { transaction }
            | Message::HaveCommitted { transaction }
            | Message::Aborted { transaction } => self.on_ack(from, transaction, fx),
            Message::Inquiry { transaction, participants } => match fx.setup().variant {
                Variant::PaxosCommit => self.lead_or_answer(from, transaction, participants, fx),
                _ => self.answer(from, transaction, fx),
            },
            Message::StateReport { transaction, state, recovered } => {
                self.on_report(from, transaction, Report { state, recovered }, fx);
            }
            Message::DoCommit { transaction } | Message::Commit { transaction } => {
                self.adopt(from, transaction, Decision::Commit, fx);
            }
            Message::Abort { transaction } => self.adopt(from, transaction, Decision::Abort, fx),
            other => self.on_paxos_message(from, other, fx),
        }
    }

    fn on_begin(
        &mut self,
        from: NodeId,
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
            self.begin(from, transaction, parts, fx);
        } else if fx.setup().variant == Variant::PaxosCommit {
            // An earlier life may have begun it, and only the acceptors know.
            fx.note(Note::StaleBegin { transaction });
            self.take_over(transaction, changes_by_participant(parts).into_keys().collect(), fx);
        } else {
            // First sent to an earlier life, which left no commit record: it is presumed aborted, for good.
            fx.note(Note::StaleBegin { transaction });
            self.send_outcome(transaction, Decision::Abort, fx);
            if from != transaction.client {
                fx.send(from, Message::Abort { transaction });
            }
        }
    }

    /// Asks for votes. A BEGIN that a participant passes on is its vote, and it is not asked.
    fn begin(&mut self, from: NodeId, transaction: TransactionId, parts: &[Part], fx: &mut Fx<'_>) {
        let changes = changes_by_participant(parts);
        let known = participants_of(fx.seat());
        if changes.is_empty() || !changes.keys().all(|participant| known.contains(participant)) {
            return; // No client of ours asks for that.
        }
        self.transactions.insert(transaction, Coordinated::collecting(changes.keys().copied()));
        // What this node does not know the end of must not be forgotten by those that it asks.
        let undecided = self
            .transactions
            .iter()
            .find(|(name, known)| name.client == transaction.client && known.phase == Phase::Recovering);
        let undecided = undecided.map_or(u32::MAX, |(name, _)| name.serial);
        let open_from = self.open_from(transaction.client).min(undecided);
        let participants: Set<NodeId> = changes.keys().copied().collect();
        if fx.setup().variant == Variant::ThreePhase {
            self.disk
                .log
                .append(CoordinatorRecord::Start { transaction, participants: participants.clone() });
            self.persist_forced(fx);
        }
        fx.note(Note::Began { transaction });
        for (participant, changes) in changes.into_iter().filter(|(participant, _)| *participant != from) {
            fx.send(participant, vote_request(transaction, open_from, changes, &participants, fx));
        }
        fx.set_timer(Timer::Votes(transaction), fx.setup().vote_timeout_us);
        if from != transaction.client {
            match fx.setup().variant {
                Variant::PaxosCommit => self.hear_vote_in_begin(from, transaction, participants, fx),
                _ => self.on_yes(from, transaction, fx),
            }
        }
    }

    fn on_yes(&mut self, from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        match self.transactions.get_mut(&transaction) {
            Some(known) if known.phase == Phase::Collecting => {
                if let Some(vote) = known.votes.get_mut(&from) {
                    *vote = Some(Vote::Yes);
                }
                if known.all_voted_yes() {
                    match fx.setup().variant {
                        Variant::ThreePhase => self.pre_commit(transaction, fx),
                        _ => self.commit(transaction, Cause::AllYes, fx),
                    }
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
        let phase = self.transactions.get(&transaction).map(|known| known.phase);
        if phase == Some(Phase::PreCommitting) {
            // Whoever is not ready by now is down, and will ask.
            return self.commit(transaction, Cause::AllReady, fx);
        }
        if phase != Some(Phase::Collecting) {
            return;
        }
        match fx.setup().variant {
            Variant::PaxosCommit => self.begin_ballot(transaction, fx),
            Variant::SilenceIsConsent => self.commit(transaction, Cause::Silence, fx),
            _ => self.abort(transaction, Cause::VoteTimeout, fx),
        }
    }

    fn on_ack(&mut self, from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        let is_telling = matches!(known.phase, Phase::Committing | Phase::Aborting);
        if !is_telling || !known.votes.contains_key(&from) && known.absent != Some(from) {
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
        known.acks.clear();
        let participants: Set<NodeId> = known.votes.keys().copied().collect();
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

    /// Writes nothing: no record means ABORT; but for three-phase commit, where others may decide without this node.
    /// Those that voted NO know already.
    fn abort(&mut self, transaction: TransactionId, cause: Cause, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.phase = Phase::Aborted;
        fx.cancel_timer(Timer::Votes(transaction));
        if fx.setup().variant == Variant::ThreePhase {
            self.disk.log.append(CoordinatorRecord::Abort { transaction });
            self.persist_forced(fx);
        }
        fx.note(Note::Decided { transaction, decision: Decision::Abort, cause });
        let Some(known) = self.transactions.get(&transaction) else { return };
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
        let was_committed = known.phase == Phase::Committing;
        known.phase = if was_committed { Phase::Ended } else { Phase::Aborted };
        fx.cancel_timer(Timer::Resend(transaction));
        self.disk.log.append(CoordinatorRecord::End { transaction });
        if fx.setup().variant == Variant::PaxosCommit {
            self.let_forget(transaction, fx);
        }
        self.forget_closed(transaction.client);
        fx.persist_lazily(Stable::Coordinator(self.disk.clone()));
        fx.note(Note::Ended { transaction });
    }

    fn resend_commit(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get(&transaction) else { return };
        match known.phase {
            Phase::Committing => {
                fx.note(Note::ResentCommit { transaction, missing: count_of(known.missing_acks()) });
                self.tell_commit(transaction, fx);
            }
            Phase::Aborting => self.tell_abort(transaction, fx),
            _ => {}
        }
    }

    /// Tells the outcome to a participant that asks, or that votes YES after the decision.
    pub(super) fn answer(&mut self, to: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        match self.transactions.get(&transaction).map(Coordinated::decision) {
            Some(None) => self.report(to, transaction, fx), // Not decided: it will hear of it.
            Some(Some(Decision::Commit)) => fx.send(to, commit_message(transaction, fx)),
            Some(Some(Decision::Abort)) => fx.send(to, Message::Abort { transaction }),
            None => {
                fx.note(Note::PresumedAbort { transaction, asker: to });
                fx.send(to, Message::Abort { transaction });
                if fx.setup().begins_at == BeginsAt::Participant {
                    // Its BEGIN may still be on the way, and must not begin it now.
                    let aborted = Coordinated::in_phase(Phase::Aborted, &Set::new());
                    self.transactions.insert(transaction, aborted);
                }
            }
        }
    }

    pub(super) fn send_outcome(&self, transaction: TransactionId, decision: Decision, fx: &mut Fx<'_>) {
        // The client goes by the lives of the coordinator; another leader's are nothing to it.
        let incarnation = if fx.seat().role == COORDINATOR { self.disk.incarnation } else { 0 };
        fx.send(transaction.client, Message::Outcome { transaction, decision, incarnation });
    }

    /// After a crash: what has a commit record and no end record must be told to all, again. What was begun in
    /// three-phase or Paxos Commit, and not decided here, must be asked for.
    fn recover(&mut self, fx: &mut Fx<'_>) {
        let of_phase = |phase: Phase| -> Vec<TransactionId> {
            let all = self.transactions.iter().filter(|(_, known)| known.phase == phase);
            all.map(|(&transaction, _)| transaction).collect()
        };
        let (unfinished, aborting) = (of_phase(Phase::Committing), of_phase(Phase::Aborting));
        let undecided = of_phase(Phase::Recovering);
        let committing = count_of(unfinished.iter());
        fx.note(Note::CoordinatorRecovered { incarnation: self.disk.incarnation, committing });
        for transaction in unfinished {
            self.tell_commit(transaction, fx);
        }
        for transaction in aborting {
            self.tell_abort(transaction, fx);
        }
        for transaction in undecided {
            fx.note(Note::Undecided { transaction });
            self.ask_all(transaction, fx);
        }
        if fx.seat().role == COORDINATOR {
            self.take_over_unfinished(fx);
        }
    }

    /// Sends COMMIT to all that have not acknowledged it, and sets the timer to do so again.
    pub(super) fn tell_commit(&self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get(&transaction) else { return };
        for participant in known.missing_acks() {
            fx.send(participant, commit_message(transaction, fx));
        }
        fx.set_timer(Timer::Resend(transaction), fx.setup().retry_us);
    }

    // -----------------------------------------------------------------------------------------------------------
    // Three-phase commit

    /// All voted YES: now all shall know that, before anybody commits.
    fn pre_commit(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.phase = Phase::PreCommitting;
        known.acks.clear();
        fx.note(Note::PreCommitted { transaction });
        for &participant in known.votes.keys() {
            fx.send(participant, Message::PreCommit { transaction });
        }
        fx.set_timer(Timer::Votes(transaction), fx.setup().vote_timeout_us);
    }

    fn on_ready(&mut self, from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        if known.phase != Phase::PreCommitting || !known.votes.contains_key(&from) {
            return;
        }
        known.acks.insert(from);
        if known.missing_acks().next().is_none() {
            self.commit(transaction, Cause::AllReady, fx);
        }
    }

    /// The answer to one that asks before this node has decided.
    fn report(&self, to: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        if fx.setup().variant != Variant::ThreePhase {
            return;
        }
        let Some(known) = self.transactions.get(&transaction) else { return };
        let recovered = known.phase == Phase::Recovering;
        fx.send(to, Message::StateReport { transaction, state: known.state(), recovered });
    }

    /// It is back and does not know: it asks all, again and again.
    fn ask_all(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        if known.phase != Phase::Recovering {
            return;
        }
        known.reports.clear();
        let participants: Set<NodeId> = known.votes.keys().copied().collect();
        for &participant in &participants {
            fx.send(participant, Message::Inquiry { transaction, participants: participants.clone() });
        }
        fx.set_timer(Timer::Inquire(transaction), fx.setup().inquiry_us);
    }

    /// Where every participant was down meanwhile, none may be the backup. When all have told this node where they
    /// stand, nobody has decided, and it may.
    fn on_report(&mut self, from: NodeId, transaction: TransactionId, report: Report, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        if known.phase != Phase::Recovering || !known.votes.contains_key(&from) {
            return;
        }
        known.reports.insert(from, report);
        let all_were_down = known.reports.values().all(|report| report.recovered);
        if !all_were_down || known.reports.len() < known.votes.len() {
            return;
        }
        fx.cancel_timer(Timer::Inquire(transaction));
        if known.reports.values().any(|report| report.state == State::PreCommitted) {
            self.pre_commit(transaction, fx);
        } else {
            self.abort(transaction, Cause::Backup, fx);
        }
    }

    /// Others have decided without this node.
    fn adopt(&mut self, from: NodeId, transaction: TransactionId, decision: Decision, fx: &mut Fx<'_>) {
        if fx.setup().variant == Variant::PaxosCommit {
            return self.hear_outcome(from, transaction, decision, fx);
        }
        let is_open = self.transactions.get(&transaction).is_some_and(|known| known.decision().is_none());
        if fx.setup().variant != Variant::ThreePhase || !is_open {
            return;
        }
        fx.cancel_timer(Timer::Inquire(transaction));
        match decision {
            Decision::Commit => self.commit(transaction, Cause::Peer(from), fx),
            Decision::Abort => self.abort(transaction, Cause::Peer(from), fx),
        }
    }

    // -----------------------------------------------------------------------------------------------------------
    // What is closed

    /// The client waits for nothing below `open_from`; what has ended of that can be forgotten.
    pub(super) fn close_below(&mut self, client: NodeId, open_from: u32) {
        let known = self.open_from.entry(client).or_default();
        if open_from > *known {
            *known = open_from;
            self.forget_closed(client);
        }
    }

    pub(super) fn open_from(&self, client: NodeId) -> u32 {
        self.open_from.get(&client).copied().unwrap_or(0)
    }

    pub(super) fn forget_closed(&mut self, client: NodeId) {
        let open_from = self.open_from(client);
        let closed: Set<TransactionId> = self
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

    pub(super) fn persist_forced(&self, fx: &mut Fx<'_>) {
        fx.persist_forced(Stable::Coordinator(self.disk.clone()));
    }
}

/// What the log tells of the transactions of earlier lives.
fn transactions_of(disk: &CoordinatorDisk) -> Map<TransactionId, Coordinated> {
    let mut transactions = Map::new();
    for (_, record) in disk.log.iter() {
        match record {
            CoordinatorRecord::Commit { transaction, participants } => {
                transactions.insert(*transaction, Coordinated::committing(participants));
            }
            CoordinatorRecord::End { .. } => {
                if let Some(known) = transactions.get_mut(&record.transaction()) {
                    let is_committed = known.decision() == Some(Decision::Commit);
                    known.phase = if is_committed { Phase::Ended } else { Phase::Aborted };
                    known.acks = known.votes.keys().copied().collect();
                }
            }
            CoordinatorRecord::Start { transaction, participants } => {
                transactions.insert(*transaction, Coordinated::in_phase(Phase::Recovering, participants));
            }
            CoordinatorRecord::Abort { transaction } => {
                if let Some(known) = transactions.get_mut(transaction) {
                    known.phase = Phase::Aborted;
                }
            }
            CoordinatorRecord::Learned { transaction, participants, decision } => {
                let known = match decision {
                    Decision::Commit => Coordinated::committing(participants),
                    Decision::Abort => Coordinated::in_phase(Phase::Aborting, participants),
                };
                transactions.insert(*transaction, known);
            }
            CoordinatorRecord::Promised { .. } | CoordinatorRecord::Accepted { .. } => {}
        }
    }
    transactions
}

fn changes_by_participant(parts: &[Part]) -> Map<NodeId, Vec<Change>> {
    let mut changes: Map<NodeId, Vec<Change>> = Map::new();
    for &Part { participant, account, amount } in parts {
        changes.entry(participant).or_default().push(Change { account, amount });
    }
    changes
}

/// PREPARE, as the variant calls it. In plain 2PC participants know nothing of each other.
fn vote_request(
    transaction: TransactionId,
    open_from: u32,
    changes: Vec<Change>,
    participants: &Set<NodeId>,
    fx: &Fx<'_>,
) -> Message {
    let variant = fx.setup().variant;
    let participants = if knows_the_others(variant) { participants.clone() } else { Set::new() };
    match variant {
        Variant::ThreePhase => Message::CanCommit { transaction, open_from, changes, participants },
        _ => Message::Prepare { transaction, open_from, changes, participants },
    }
}
