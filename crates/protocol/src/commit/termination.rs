//! What uncertain participants do among themselves when the coordinator is silent.
//!
//! *Cooperative termination* (Bernstein, Hadzilacos and Goodman 1987, 7.4): they ask each other. Whoever has decided
//! tells; whoever has not voted aborts, and tells that; if all that answer are uncertain, they are blocked.
//!
//! *The termination protocol of three-phase commit* (Skeen 1981; Bernstein et al., 7.5): the first of those that are up
//! is the backup, and decides by the states of all that answer. Any committed: COMMIT. Any aborted, or not voted: ABORT.
//! Any pre-committed: it moves all there, then COMMIT. All prepared: ABORT. Who does not answer in time counts as down:
//! where that can be false, as under a partition, two backups decide differently.
//!
//! A participant that was down meanwhile does not know what the others have done, so it is never the backup: it asks.
//! Where all were down only the coordinator may end it, when it has heard from all.

use serde::Serialize;

use super::disk::ParticipantRecord;
use super::message::{Decision, Message, Refusal, Timer, TransactionId};
use super::note::{Cause, Note};
use super::participant::{Participant, Participating, State, acknowledge, note_decision, patience_us};
use super::{Fx, Variant, coordinator_of, count_of};
use crate::NodeId;
use crate::ordered::{Map, Set};

/// What a node that has not decided says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Report {
    /// Where it stands.
    pub state: State,
    /// Whether it crashed meanwhile.
    pub recovered: bool,
}

/// How far an uncertain participant is with asking the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Termination {
    /// Who has answered the last question without knowing the outcome.
    pub reports: Map<NodeId, Report>,
    /// Whether this node was down since its vote.
    pub recovered: bool,
    /// Whether it is the backup and moves all to pre-committed.
    pub is_moving: bool,
}

impl Participant {
    /// Cooperative termination. A second question means that the first found nobody who knows.
    pub(super) fn ask_peers(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.asked = known.asked.saturating_add(1);
        known.termination.reports.clear();
        if known.asked > 1 {
            known.block(transaction, fx);
        } else {
            fx.note(Note::AskedPeers { transaction });
        }
        known.ask_everybody(transaction, fx);
        fx.set_timer(Timer::Inquire(transaction), fx.setup().inquiry_us);
    }

    /// Three-phase commit: asks all, and waits for as long as a node that is up may take to answer.
    pub(super) fn collect_states(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.asked = known.asked.saturating_add(1);
        known.termination.reports.clear();
        fx.note(Note::AskedPeers { transaction });
        known.ask_everybody(transaction, fx);
        fx.set_timer(Timer::Collect(transaction), fx.setup().inquiry_us);
    }

    /// Another participant is uncertain, or a coordinator that is back.
    pub(super) fn on_inquiry(
        &mut self,
        from: NodeId,
        transaction: TransactionId,
        participants: Set<NodeId>,
        fx: &mut Fx<'_>,
    ) {
        match self.transactions.get(&transaction) {
            Some(known) if known.state == State::Committed => {
                fx.send(from, commit_message(transaction, fx));
            }
            Some(known) if known.state.is_uncertain() => {
                let (state, recovered) = (known.state, known.termination.recovered);
                fx.send(from, Message::StateReport { transaction, state, recovered });
            }
            Some(known) if known.state == State::Aborted => fx.send(from, Message::Abort { transaction }),
            None if self.is_closed(transaction) => {} // Decided long ago, and forgotten how.
            Some(_) => self.abort_before_vote(from, transaction, fx),
            None => {
                let coordinator = coordinator_of(fx.seat()).unwrap_or(from);
                let known = Participating::working(coordinator, participants, Vec::new());
                self.transactions.insert(transaction, known);
                self.abort_before_vote(from, transaction, fx);
            }
        }
    }

    /// It may still decide alone, and so ends the uncertainty of the others.
    fn abort_before_vote(&mut self, asker: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        self.vote_no(transaction, Refusal::AskedByPeer, fx);
        fx.send(asker, Message::Abort { transaction });
    }

    pub(super) fn on_report(
        &mut self,
        from: NodeId,
        transaction: TransactionId,
        state: State,
        recovered: bool,
        fx: &mut Fx<'_>,
    ) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        if !known.state.is_uncertain() {
            return;
        }
        known.termination.reports.insert(from, Report { state, recovered });
        let peers = known.participants.iter().filter(|&&peer| peer != fx.id());
        let all_answered = peers.into_iter().all(|peer| known.termination.reports.contains_key(peer));
        if fx.setup().variant == Variant::Cooperative && all_answered && !known.blocked {
            known.block(transaction, fx);
        }
    }

    /// Who has not answered by now is down.
    pub(super) fn on_collected(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        if !known.state.is_uncertain() {
            return;
        }
        if known.termination.is_moving {
            return self.decide_as_backup(transaction, Decision::Commit, fx);
        }
        if known.termination.recovered {
            known.block(transaction, fx);
            return fx.set_timer(Timer::Inquire(transaction), fx.setup().inquiry_us);
        }
        let running = known.termination.reports.iter().filter(|(_, report)| !report.recovered);
        if running.map(|(&node, _)| node).min().is_some_and(|first| first < fx.id()) {
            // Another is the backup; if it dies the next round finds out.
            return fx.set_timer(Timer::Inquire(transaction), patience_us(fx.setup()));
        }
        self.act_as_backup(transaction, fx);
    }

    fn act_as_backup(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        let reports = known.termination.reports.clone();
        fx.note(Note::BecameBackup { transaction, answers: count_of(reports.iter()) });
        let own = known.state;
        let states = reports.values().map(|report| report.state).chain([own]);
        if !states.into_iter().any(|state| state == State::PreCommitted) {
            return self.decide_as_backup(transaction, Decision::Abort, fx);
        }
        known.termination.is_moving = true;
        if own == State::Prepared {
            self.pre_commit(transaction, fx);
        }
        for (&node, _) in reports.iter().filter(|(_, report)| report.state == State::Prepared) {
            fx.send(node, Message::PreCommit { transaction });
        }
        fx.set_timer(Timer::Collect(transaction), fx.setup().inquiry_us);
    }

    fn decide_as_backup(&mut self, transaction: TransactionId, decision: Decision, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get(&transaction) else { return };
        let everybody = known.everybody(fx);
        match decision {
            Decision::Commit => {
                self.commit(transaction, Cause::Backup, fx);
                let coordinator = coordinator_of(fx.seat()).unwrap_or(transaction.client);
                acknowledge(coordinator, transaction, fx);
            }
            Decision::Abort => {
                let freed = self.drop_changes(transaction, Cause::Backup);
                self.persist_forced(fx);
                note_decision(transaction, decision, Cause::Backup, freed, fx);
            }
        }
        for node in everybody {
            let message = match decision {
                Decision::Commit => commit_message(transaction, fx),
                Decision::Abort => Message::Abort { transaction },
            };
            fx.send(node, message);
        }
    }

    /// All have voted YES: ready to commit, on disk before it says so.
    pub(super) fn on_pre_commit(&mut self, from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        match self.transactions.get(&transaction).map(|known| known.state) {
            Some(State::Prepared) => {
                self.pre_commit(transaction, fx);
                fx.set_timer(Timer::Inquire(transaction), patience_us(fx.setup()));
                fx.cancel_timer(Timer::Collect(transaction));
                fx.send(from, Message::Ack { transaction });
            }
            Some(State::PreCommitted) => fx.send(from, Message::Ack { transaction }),
            _ => {}
        }
    }

    fn pre_commit(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.state = State::PreCommitted;
        self.disk.log.append(ParticipantRecord::PreCommitted { transaction });
        self.persist_forced(fx);
        fx.note(Note::PreCommitted { transaction });
    }
}

impl Participating {
    /// The coordinator and the other participants.
    fn everybody(&self, fx: &Fx<'_>) -> Vec<NodeId> {
        let all = coordinator_of(fx.seat()).into_iter().chain(self.participants.iter().copied());
        all.filter(|&node| node != fx.id()).collect()
    }

    fn ask_everybody(&self, transaction: TransactionId, fx: &mut Fx<'_>) {
        for node in self.everybody(fx) {
            fx.send(node, Message::Inquiry { transaction, participants: self.participants.clone() });
        }
    }

    fn block(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        self.blocked = true;
        fx.note(Note::Blocked { transaction, asked: self.asked });
    }
}

/// COMMIT, as the variant calls it.
pub(super) fn commit_message(transaction: TransactionId, fx: &Fx<'_>) -> Message {
    match fx.setup().variant {
        Variant::ThreePhase => Message::DoCommit { transaction },
        _ => Message::Commit { transaction },
    }
}
