//! What a run has decided so far, as its properties see it: who was asked, who voted YES, who decided what.
//!
//! A decision counts when it is durable or said, not when memory changes. It is heard in three ways: as a note;
//! as a record that became durable, for a crash can save the record and swallow the note; and as an
//! acknowledgement, which says that the outcome is on the sender's disk.

use faultscope_protocol::NodeId;
use faultscope_protocol::commit::{
    COORDINATOR, Decision, Log, Message, Note, Record, Reply, Setup, Stable, TransactionId, Variant,
};
use faultscope_protocol::ordered::Map;
use faultscope_sim::{Kind, Node, Step, World};
use serde::Serialize;

/// Beyond so many transactions the old ones that are done with are forgotten.
const CASES_MAX: usize = 96;
/// How many of the newest transactions are kept in any case.
const CASES_KEPT: u64 = 48;

/// What happened in a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// The coordinator asks for votes.
    Began,
    /// This participant voted YES, for the first time or again.
    VotedYes(NodeId),
    /// This node decided, for the first time. A client decides by being told.
    Decided(NodeId, Decision),
    /// This node now says the opposite of what it decided before.
    Reversed(NodeId, Decision),
}

/// One transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Case {
    order: u64,
    coordinator: Option<NodeId>,
    /// When its first PREPARE left, in microseconds.
    pub(super) began_us: u64,
    /// Its participants, each with what its balances change by on COMMIT.
    pub(super) parts: Map<NodeId, i64>,
    /// Who voted YES, and when first.
    pub(super) yes: Map<NodeId, u64>,
    /// Who decided, and what first.
    pub(super) decided: Map<NodeId, Decision>,
}

impl Case {
    /// Whether all participants voted YES.
    pub(super) fn is_all_yes(&self) -> bool {
        !self.parts.is_empty() && self.missing_yes().is_none()
    }

    /// A participant that has not voted YES.
    pub(super) fn missing_yes(&self) -> Option<NodeId> {
        self.parts.keys().copied().find(|participant| !self.yes.contains_key(participant))
    }

    /// Whether all participants have decided.
    pub(super) fn is_settled(&self) -> bool {
        !self.parts.is_empty() && self.parts.keys().all(|participant| self.decided.contains_key(participant))
    }

    /// A process that has begun and not decided: the coordinator, or a participant that voted YES. A participant
    /// that never heard of the transaction has nothing to decide.
    pub(super) fn undecided(&self) -> Option<NodeId> {
        let begun = self.coordinator.into_iter().chain(self.yes.keys().copied());
        begun.into_iter().find(|node| !self.decided.contains_key(node))
    }

    /// What those that decided COMMIT have changed, if not all have decided yet.
    pub(super) fn in_between(&self) -> i128 {
        if self.is_settled() {
            return 0;
        }
        let committed =
            self.parts.iter().filter(|(node, _)| self.decided.get(node) == Some(&Decision::Commit));
        committed.map(|(_, &amount)| i128::from(amount)).sum()
    }
}

/// The decision records of one node that wait for its disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
struct Disk {
    seen: u64,
    waiting: Vec<(u64, TransactionId, Decision)>,
}

/// What was decided so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub(super) struct Ledger {
    cases: Map<TransactionId, Case>,
    disks: Map<NodeId, Disk>,
    began: u64,
}

impl Ledger {
    /// Takes in a step. Returns what it meant, in order.
    pub(super) fn observe(&mut self, world: &World, step: &Step) -> Vec<(TransactionId, Event)> {
        let mut events = Vec::new();
        let Some(node) = step.node.and_then(|id| world.node(id)) else { return events };
        let rules = node.setup::<Setup>().map(|setup| setup.variant).unwrap_or_default();
        for sent in &step.sent {
            if let Some(message) = sent.body.get::<Message>() {
                // In three-phase commit an Ack says only that its sender is ready to commit.
                if !matches!((message, rules), (Message::Ack { .. }, Variant::ThreePhase)) {
                    self.hear_message(node.id, sent.to, message, step.at_us, &mut events);
                }
            }
        }
        for note in step.notes.iter().filter_map(|note| note.get::<Note>()) {
            self.hear_note(node.id, note, step.at_us, &mut events);
        }
        self.watch_disk(node, step, &mut events);
        if step.kind == Kind::Restart && node.role() == COORDINATOR && !node.id.is_client() {
            match rules {
                // Its log says what it began.
                Variant::ThreePhase => {}
                Variant::PaxosCommit => self.release(node.id),
                _ => self.presume_aborts(node.id, &mut events),
            }
        }
        if let (Kind::Reply, Some(reply)) =
            (step.kind, step.body.as_ref().and_then(|body| body.get::<Reply>()))
        {
            self.hear_reply(node.id, *reply, &mut events);
        }
        events
    }

    /// One transaction.
    pub(super) fn case(&self, transaction: TransactionId) -> Option<&Case> {
        self.cases.get(&transaction)
    }

    /// All transactions that are remembered.
    pub(super) fn cases(&self) -> impl Iterator<Item = (TransactionId, &Case)> {
        self.cases.iter().map(|(&transaction, case)| (transaction, case))
    }

    fn hear_message(
        &mut self,
        from: NodeId,
        to: NodeId,
        message: &Message,
        at_us: u64,
        events: &mut Vec<(TransactionId, Event)>,
    ) {
        match message {
            Message::Prepare { transaction, changes, .. }
            | Message::CanCommit { transaction, changes, .. } => {
                if self.begin(*transaction, from, at_us) {
                    events.push((*transaction, Event::Began));
                }
                if let Some(case) = self.cases.get_mut(transaction) {
                    let sum = changes.iter().fold(0_i64, |sum, change| sum.saturating_add(change.amount));
                    case.parts.insert(to, sum);
                }
            }
            Message::Ack { transaction }
            | Message::HaveCommitted { transaction }
            | Message::Aborted { transaction } => {
                let is_abort = matches!(message, Message::Aborted { .. });
                let decision = if is_abort { Decision::Abort } else { Decision::Commit };
                // One that aborted and acknowledges nevertheless has decided before: that decision counts.
                let is_new = self.case(*transaction).is_some_and(|case| !case.decided.contains_key(&from));
                if is_new {
                    self.decide(*transaction, from, decision, events);
                }
            }
            _ => {}
        }
    }

    fn hear_note(&mut self, from: NodeId, note: &Note, at_us: u64, events: &mut Vec<(TransactionId, Event)>) {
        match note {
            Note::VotedYes { transaction } => {
                self.cases.entry(*transaction).or_default().yes.entry(from).or_insert(at_us);
                events.push((*transaction, Event::VotedYes(from)));
            }
            Note::Decided { transaction, decision, .. } => self.decide(*transaction, from, *decision, events),
            // An answer to one that has decided is about a question from long ago.
            Note::PresumedAbort { transaction, asker } => {
                let is_asking = self.case(*transaction).is_some_and(|case| !case.decided.contains_key(asker));
                if is_asking {
                    self.decide(*transaction, from, Decision::Abort, events);
                }
            }
            _ => {}
        }
    }

    fn hear_reply(&mut self, from: NodeId, reply: Reply, events: &mut Vec<(TransactionId, Event)>) {
        match reply {
            Reply::Committed { transaction } => self.decide(transaction, from, Decision::Commit, events),
            Reply::Aborted { transaction } => self.decide(transaction, from, Decision::Abort, events),
            Reply::Unknown { .. } | Reply::Malformed(_) | Reply::WillRefuse | Reply::WrongRole => {}
        }
    }

    /// A coordinator that is back has aborted whatever left no record: from now on it can never commit it.
    fn presume_aborts(&mut self, coordinator: NodeId, events: &mut Vec<(TransactionId, Event)>) {
        let open: Vec<TransactionId> = self
            .cases
            .iter()
            .filter(|(_, case)| case.coordinator.is_some() && !case.decided.contains_key(&coordinator))
            .map(|(&transaction, _)| transaction)
            .collect();
        for transaction in open {
            self.decide(transaction, coordinator, Decision::Abort, events);
        }
    }

    /// A coordinator of Paxos Commit that is back has forgotten what it began, and is no longer needed for it.
    fn release(&mut self, coordinator: NodeId) {
        for case in self.cases.values_mut().filter(|case| !case.decided.contains_key(&coordinator)) {
            case.coordinator = None;
        }
    }

    /// Follows each decision record to the disk. A log's numbers only grow, and whatever is durable holds all that
    /// was written before it, so a record is durable once the newest durable number has reached its own.
    fn watch_disk(&mut self, node: &Node, step: &Step, events: &mut Vec<(TransactionId, Event)>) {
        let may_matter = step.writes > 0 || matches!(step.kind, Kind::Durable | Kind::Crash | Kind::Fault);
        if node.id.is_client() || !may_matter {
            return;
        }
        let disk = self.disks.entry(node.id).or_default();
        if step.writes > 0 {
            let (newest, decisions) = decisions_after(node.newest_stable(), disk.seen);
            disk.waiting.extend(decisions);
            disk.seen = disk.seen.max(newest);
        }
        let (durable, _) = decisions_after(node.durable(), u64::MAX);
        let done = disk.waiting.iter().take_while(|(number, ..)| *number <= durable).count();
        let decided: Vec<(u64, TransactionId, Decision)> = disk.waiting.drain(..done).collect();
        if step.kind == Kind::Crash {
            disk.waiting.clear();
            disk.seen = durable;
        }
        for (_, transaction, decision) in decided {
            self.decide(transaction, node.id, decision, events);
        }
    }

    /// Remembers a transaction when its first PREPARE leaves. Returns whether it is new.
    fn begin(&mut self, transaction: TransactionId, coordinator: NodeId, at_us: u64) -> bool {
        if self.cases.get(&transaction).is_some_and(|case| case.coordinator.is_some()) {
            return false;
        }
        self.began += 1;
        let case = self.cases.entry(transaction).or_default();
        (case.order, case.coordinator, case.began_us) = (self.began, Some(coordinator), at_us);
        if self.cases.len() > CASES_MAX {
            let oldest = self.began.saturating_sub(CASES_KEPT);
            self.cases.retain(|_, case| case.order > oldest || case.undecided().is_some());
        }
        true
    }

    fn decide(
        &mut self,
        transaction: TransactionId,
        node: NodeId,
        decision: Decision,
        events: &mut Vec<(TransactionId, Event)>,
    ) {
        let case = self.cases.entry(transaction).or_default();
        match case.decided.get(&node) {
            None => {
                case.decided.insert(node, decision);
                events.push((transaction, Event::Decided(node, decision)));
            }
            Some(&before) if before != decision => {
                events.push((transaction, Event::Reversed(node, decision)));
            }
            Some(_) => {}
        }
    }
}

/// The newest number in a log, and the decisions whose numbers are greater than `seen`.
fn decisions_after(stable: Option<&Stable>, seen: u64) -> (u64, Vec<(u64, TransactionId, Decision)>) {
    match stable {
        Some(Stable::Coordinator(disk)) => decisions_in(&disk.log, seen),
        Some(Stable::Participant(disk)) => decisions_in(&disk.log, seen),
        Some(Stable::Blank | Stable::Client(_)) | None => (0, Vec::new()),
    }
}

fn decisions_in<R: Record>(log: &Log<R>, seen: u64) -> (u64, Vec<(u64, TransactionId, Decision)>) {
    let newest = log.iter().last().map_or(0, |(number, _)| number);
    let fresh = log.iter().filter(|&(number, _)| number > seen);
    let decisions =
        fresh.filter_map(|(number, record)| Some((number, record.transaction(), record.decision()?)));
    (newest, decisions.collect())
}
