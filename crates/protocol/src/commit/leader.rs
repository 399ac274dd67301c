//! Paxos Commit (Gray and Lamport, "Consensus on Transaction Commit", TODS 2006): the acceptors, and whoever leads.
//!
//! The vote of each participant is one instance of Paxos over the same 2F + 1 acceptors. In ballot 0 the participant is
//! the proposer and needs no first phase: its vote goes to F + 1 acceptors, each writes the votes of all and tells the
//! leader in one message. COMMIT is chosen when Prepared is chosen in every instance. A node that finds the leader
//! silent begins a higher ballot in all instances; where the acceptors report no vote it may propose only Aborted.
//!
//! The coordinator is the leader of ballot 0 and one of the acceptors; every other acceptor can lead as well. What a
//! node says to itself needs no message; what it tells others waits behind the write all the same.
//!
//! Acceptors may forget a transaction when all its participants have the outcome on disk, and the coordinator knows it:
//! so ABORT is acknowledged here too, and the leader then says Forget. An acceptor that has forgotten says so to whoever
//! would lead the transaction once more.

use serde::Serialize;

use super::coordinator::{Coordinated, Coordinator, Phase};
use super::disk::{CoordinatorDisk, CoordinatorRecord, Stable};
use super::message::{Accepted, Ballot, Decision, Message, Timer, TransactionId, Vote};
use super::note::{Cause, Note};
use super::{Fx, acceptors_of, coordinator_of, count_of};
use crate::NodeId;
use crate::ordered::{Map, Set};

/// What an acceptor knows of a transaction: one promise for the instances of all its participants.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Slot {
    /// The participants: one instance each.
    pub participants: Set<NodeId>,
    /// It accepts nothing below this ballot.
    pub promised: Ballot,
    /// What it has accepted (persistent).
    pub accepted: Accepted,
    /// Votes of ballot 0 that wait for the others, so that one write and one message do for all. Not accepted yet.
    pub waiting: Map<NodeId, Vote>,
}

/// What a leader has heard from the acceptors.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Election {
    /// Its ballot; 0 while the participants' own votes may do.
    pub ballot: Ballot,
    /// The highest round that it has heard of.
    pub highest_round: u32,
    /// The promises for its ballot, each with what its acceptor had accepted.
    pub promises: Map<NodeId, Accepted>,
    /// Whether it has proposed in its ballot.
    pub has_proposed: bool,
    /// For each participant's instance, what each acceptor accepted last.
    pub accepted: Map<NodeId, Accepted>,
}

impl Election {
    fn hear(&mut self, acceptor: NodeId, ballot: Ballot, values: &Map<NodeId, Vote>) {
        for (&participant, &vote) in values {
            let of_instance = self.accepted.entry(participant).or_default();
            let known = of_instance.entry(acceptor).or_insert((ballot, vote));
            *known = (*known).max((ballot, vote));
        }
    }

    /// The vote that a majority of the acceptors has accepted in one ballot.
    fn chosen(&self, participant: NodeId, faults: u16) -> Option<Vote> {
        let of_instance = self.accepted.get(&participant)?;
        let counts = |one: &&(Ballot, Vote)| {
            of_instance.values().filter(|other| other == one).count() > usize::from(faults)
        };
        of_instance.values().find(counts).map(|&(_, vote)| vote)
    }
}

impl Coordinator {
    pub(super) fn on_paxos_message(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Phase1a { transaction, ballot, participants } => {
                self.on_phase_1a(from, transaction, ballot, participants, fx);
            }
            Message::Phase1b { transaction, ballot, accepted } => {
                self.on_phase_1b(from, transaction, ballot, accepted, fx);
            }
            Message::Phase2a { transaction, ballot, values, participants, open_from } => {
                self.close_below(transaction.client, open_from);
                self.on_phase_2a(from, transaction, ballot, values, participants, fx);
            }
            Message::Phase2b { transaction, ballot, values } => {
                self.on_phase_2b(from, transaction, ballot, &values, fx);
            }
            Message::Nack { transaction, promised } => self.on_nack(transaction, promised),
            Message::Forget { transaction } => self.forget(transaction, fx),
            _ => {}
        }
    }

    /// The participant that passes BEGIN on has voted with it, in ballot 0.
    pub(super) fn hear_vote_in_begin(
        &mut self,
        from: NodeId,
        transaction: TransactionId,
        participants: Set<NodeId>,
        fx: &mut Fx<'_>,
    ) {
        let values = Map::from([(from, Vote::Yes)]);
        self.on_phase_2a(from, transaction, Ballot::default(), values, participants, fx);
    }

    // -----------------------------------------------------------------------------------------------------------
    // The acceptor

    /// All have the outcome: this message is an old one. A leader that does not know hears of it.
    fn is_over(&mut self, transaction: TransactionId, leader: Option<NodeId>, fx: &mut Fx<'_>) -> bool {
        let is_over = self.disk.over.contains(transaction);
        if let Some(leader) = leader.filter(|_| is_over) {
            self.tell(leader, Message::Forget { transaction }, fx);
        }
        is_over
    }

    fn slot(&mut self, transaction: TransactionId, participants: Set<NodeId>) -> &mut Slot {
        self.slots.entry(transaction).or_insert_with(|| Slot { participants, ..Slot::default() })
    }

    fn on_phase_1a(
        &mut self,
        from: NodeId,
        transaction: TransactionId,
        ballot: Ballot,
        participants: Set<NodeId>,
        fx: &mut Fx<'_>,
    ) {
        if self.is_over(transaction, Some(from), fx) {
            return;
        }
        let slot = self.slot(transaction, participants);
        if slot.promised > ballot {
            let promised = slot.promised;
            return self.tell(from, Message::Nack { transaction, promised }, fx);
        }
        // Votes of ballot 0 that it was about to accept it accepts now, so that they are not lost.
        slot.accept_waiting();
        slot.promised = ballot;
        let (participants, accepted) = (slot.participants.clone(), slot.accepted.clone());
        let record =
            CoordinatorRecord::Promised { transaction, participants, ballot, accepted: accepted.clone() };
        self.disk.log.append(record);
        self.persist_forced(fx);
        fx.note(Note::Promised { transaction, ballot });
        self.tell(from, Message::Phase1b { transaction, ballot, accepted }, fx);
    }

    fn on_phase_2a(
        &mut self,
        from: NodeId,
        transaction: TransactionId,
        ballot: Ballot,
        values: Map<NodeId, Vote>,
        participants: Set<NodeId>,
        fx: &mut Fx<'_>,
    ) {
        if self.is_over(transaction, ballot.leader, fx) {
            return;
        }
        let slot = self.slot(transaction, participants);
        if slot.promised > ballot {
            let promised = slot.promised;
            if ballot.leader.is_some() {
                self.tell(from, Message::Nack { transaction, promised }, fx);
            }
            return;
        }
        if ballot.leader.is_some() {
            slot.promised = ballot;
            slot.waiting.clear();
            let is_new = slot.accept(ballot, &values);
            return self.say_accepted(from, transaction, ballot, is_new, fx);
        }
        let has_no = values.values().any(|&vote| vote == Vote::No);
        slot.waiting.extend(values);
        let has = |participant: &NodeId| {
            slot.waiting.contains_key(participant) || slot.accepted.contains_key(participant)
        };
        if has_no || slot.participants.iter().all(has) {
            let is_new = slot.accept_waiting();
            let leader = coordinator_of(fx.seat()).unwrap_or(from);
            self.say_accepted(leader, transaction, ballot, is_new, fx);
        }
    }

    /// Phase 2b: behind the write, one message for all instances.
    fn say_accepted(
        &mut self,
        leader: NodeId,
        transaction: TransactionId,
        ballot: Ballot,
        is_new: bool,
        fx: &mut Fx<'_>,
    ) {
        let Some(slot) = self.slots.get(&transaction) else { return };
        let of_ballot = slot.accepted.iter().filter(|(_, (accepted, _))| *accepted == ballot);
        let values: Map<NodeId, Vote> =
            of_ballot.map(|(&participant, &(_, vote))| (participant, vote)).collect();
        if is_new {
            let (participants, accepted) = (slot.participants.clone(), slot.accepted.clone());
            let votes = count_of(accepted.iter());
            let record = CoordinatorRecord::Accepted { transaction, participants, ballot, accepted };
            self.disk.log.append(record);
            self.persist_forced(fx);
            fx.note(Note::Accepted { transaction, ballot, votes });
        }
        self.tell(leader, Message::Phase2b { transaction, ballot, values }, fx);
    }

    /// Says it to a leader, or takes it itself. What it sends because of it waits behind the write before it.
    fn tell(&mut self, to: NodeId, message: Message, fx: &mut Fx<'_>) {
        if to == fx.id() {
            self.on_paxos_message(to, message, fx);
        } else {
            fx.send(to, message);
        }
    }

    /// A leader, or an acceptor that knows better, says that all have the outcome.
    fn forget(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        if self.disk.over.contains(transaction) {
            return;
        }
        self.end_slot(transaction);
        let is_open = self.transactions.get(&transaction).is_none_or(|known| !known.has_ended());
        if is_open {
            self.transactions.remove(&transaction);
            self.disk.log.forget(&Set::from([transaction]));
            fx.cancel_timer(Timer::Resend(transaction));
            fx.cancel_timer(Timer::Votes(transaction));
        }
        fx.persist_lazily(Stable::Coordinator(self.disk.clone()));
    }

    fn end_slot(&mut self, transaction: TransactionId) {
        self.slots.remove(&transaction);
        self.disk.over.insert(transaction);
    }

    // -----------------------------------------------------------------------------------------------------------
    // The leader

    /// A participant asks: it is told, or this node finds out.
    pub(super) fn lead_or_answer(
        &mut self,
        from: NodeId,
        transaction: TransactionId,
        participants: Set<NodeId>,
        fx: &mut Fx<'_>,
    ) {
        if self.transactions.contains_key(&transaction) {
            return self.answer(from, transaction, fx);
        }
        self.take_over(transaction, participants, fx);
    }

    /// Ends what another, or an earlier life, may have begun.
    pub(super) fn take_over(
        &mut self,
        transaction: TransactionId,
        participants: Set<NodeId>,
        fx: &mut Fx<'_>,
    ) {
        if participants.is_empty() || self.is_over(transaction, None, fx) {
            return;
        }
        let absent = coordinator_of(fx.seat()).filter(|&coordinator| coordinator != fx.id());
        let known = Coordinated { absent, ..Coordinated::in_phase(Phase::Collecting, &participants) };
        self.transactions.insert(transaction, known);
        self.begin_ballot(transaction, fx);
    }

    /// The coordinator is back: what its acceptor knows, and has not forgotten, may not have ended.
    pub(super) fn take_over_unfinished(&mut self, fx: &mut Fx<'_>) {
        let open: Vec<(TransactionId, Set<NodeId>)> = self
            .slots
            .iter()
            .filter(|(transaction, _)| !self.transactions.contains_key(transaction))
            .map(|(&transaction, slot)| (transaction, slot.participants.clone()))
            .collect();
        for (transaction, participants) in open {
            self.take_over(transaction, participants, fx);
        }
    }

    /// Phase 1a, in the instances of all participants at once. If a majority does not answer it tries again, after a
    /// random time, lest two leaders overtake each other for ever.
    pub(super) fn begin_ballot(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let life = self.disk.incarnation;
        let seen = self.slots.get(&transaction).map_or(0, |slot| slot.promised.round);
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        let round = known.election.highest_round.max(seen).saturating_add(1);
        let ballot = Ballot { round, leader: Some(fx.id()), life };
        (known.election.ballot, known.election.highest_round) = (ballot, round);
        known.election.promises.clear();
        known.election.has_proposed = false;
        let participants: Set<NodeId> = known.votes.keys().copied().collect();
        fx.note(Note::TookOver { transaction, ballot });
        let timeout_us = fx.setup().vote_timeout_us;
        let after_us = fx.delay_us("ballot", timeout_us..timeout_us.saturating_mul(2));
        fx.set_timer(Timer::Votes(transaction), after_us);
        for acceptor in acceptors_of(fx.seat()) {
            let participants = participants.clone();
            self.tell(acceptor, Message::Phase1a { transaction, ballot, participants }, fx);
        }
    }

    /// Phase 2a: what the acceptors report must be proposed again; where they report nothing, only Aborted.
    fn on_phase_1b(
        &mut self,
        from: NodeId,
        transaction: TransactionId,
        ballot: Ballot,
        accepted: Accepted,
        fx: &mut Fx<'_>,
    ) {
        let open_from = self.open_from(transaction.client);
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        let election = &mut known.election;
        if known.phase != Phase::Collecting || election.ballot != ballot || election.has_proposed {
            return;
        }
        election.promises.insert(from, accepted);
        if election.promises.len() <= usize::from(fx.setup().faults) {
            return;
        }
        election.has_proposed = true;
        let participants: Set<NodeId> = known.votes.keys().copied().collect();
        let reported = |participant: &NodeId| {
            let reports = known.election.promises.values().filter_map(|accepted| accepted.get(participant));
            reports.max().map_or(Vote::No, |&(_, vote)| vote)
        };
        let values: Map<NodeId, Vote> = participants.iter().map(|it| (*it, reported(it))).collect();
        for acceptor in acceptors_of(fx.seat()) {
            let (values, participants) = (values.clone(), participants.clone());
            self.tell(
                acceptor,
                Message::Phase2a { transaction, ballot, values, participants, open_from },
                fx,
            );
        }
    }

    /// COMMIT when Prepared is chosen in all instances, ABORT when Aborted is in one.
    fn on_phase_2b(
        &mut self,
        from: NodeId,
        transaction: TransactionId,
        ballot: Ballot,
        values: &Map<NodeId, Vote>,
        fx: &mut Fx<'_>,
    ) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        if known.phase != Phase::Collecting {
            return;
        }
        known.election.hear(from, ballot, values);
        for (&participant, vote) in &mut known.votes {
            *vote = known.election.chosen(participant, fx.setup().faults);
        }
        if known.all_voted_yes() {
            self.learn(transaction, Decision::Commit, fx);
        } else if known.votes.values().any(|vote| *vote == Some(Vote::No)) {
            self.learn(transaction, Decision::Abort, fx);
        }
    }

    /// The acceptors have it on their disks: the leader's own record is a convenience, and not forced.
    fn learn(&mut self, transaction: TransactionId, decision: Decision, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.phase = if decision == Decision::Commit { Phase::Committing } else { Phase::Aborting };
        let participants = known.votes.keys().copied().collect();
        fx.cancel_timer(Timer::Votes(transaction));
        self.disk.log.append(CoordinatorRecord::Learned { transaction, participants, decision });
        fx.persist_lazily(Stable::Coordinator(self.disk.clone()));
        fx.note(Note::Decided { transaction, decision, cause: Cause::Chosen });
        match decision {
            Decision::Commit => self.tell_commit(transaction, fx),
            Decision::Abort => self.tell_abort(transaction, fx),
        }
        self.send_outcome(transaction, decision, fx);
    }

    /// Sends ABORT to all that have not acknowledged it, and sets the timer to do so again.
    pub(super) fn tell_abort(&self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get(&transaction) else { return };
        for participant in known.missing_acks() {
            fx.send(participant, Message::Abort { transaction });
        }
        fx.set_timer(Timer::Resend(transaction), fx.setup().retry_us);
    }

    fn on_nack(&mut self, transaction: TransactionId, promised: Ballot) {
        if let Some(known) = self.transactions.get_mut(&transaction) {
            known.election.highest_round = known.election.highest_round.max(promised.round);
        }
    }

    /// Another leader has learned the outcome.
    pub(super) fn hear_outcome(
        &mut self,
        from: NodeId,
        transaction: TransactionId,
        decision: Decision,
        fx: &mut Fx<'_>,
    ) {
        match self.transactions.get(&transaction) {
            Some(known) if known.decision().is_none() => self.learn(transaction, decision, fx),
            Some(_) => {}
            None if self.disk.over.contains(transaction) => {}
            // An earlier life may have begun it. The client may ask, until it closes it.
            None => {
                let phase = if decision == Decision::Commit { Phase::Ended } else { Phase::Aborted };
                self.transactions.insert(transaction, Coordinated::in_phase(phase, &Set::new()));
            }
        }
        fx.send(
            from,
            match decision {
                Decision::Commit => Message::Ack { transaction },
                Decision::Abort => Message::Aborted { transaction },
            },
        );
    }

    /// All participants have the outcome on disk.
    pub(super) fn let_forget(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        self.end_slot(transaction);
        for acceptor in acceptors_of(fx.seat()) {
            if acceptor != fx.id() {
                fx.send(acceptor, Message::Forget { transaction });
            }
        }
    }
}

impl Slot {
    /// Accepts these votes; returns whether any is new.
    fn accept(&mut self, ballot: Ballot, values: &Map<NodeId, Vote>) -> bool {
        let before = self.accepted.clone();
        self.accepted.extend(values.iter().map(|(&participant, &vote)| (participant, (ballot, vote))));
        self.accepted != before
    }

    /// Accepts the votes of ballot 0 that wait. A participant never proposes two.
    fn accept_waiting(&mut self) -> bool {
        let waiting = std::mem::take(&mut self.waiting);
        self.accept(Ballot::default(), &waiting)
    }
}

/// What the log tells an acceptor.
pub(super) fn slots_of(disk: &CoordinatorDisk) -> Map<TransactionId, Slot> {
    let mut slots: Map<TransactionId, Slot> = Map::new();
    for (_, record) in disk.log.iter() {
        match record {
            CoordinatorRecord::Promised { transaction, participants, ballot, accepted }
            | CoordinatorRecord::Accepted { transaction, participants, ballot, accepted } => {
                let slot = slots.entry(*transaction).or_default();
                slot.participants = participants.clone();
                slot.promised = slot.promised.max(*ballot);
                slot.accepted = accepted.clone();
            }
            _ => {}
        }
    }
    slots.retain(|transaction, _| !disk.over.contains(*transaction));
    slots
}
