//! What a node says of its transactions, read from its memory and its disk.
//!
//! Memory is ahead of the disk: a machine changes its state with the input, and its votes and decisions leave only
//! when their record is durable. So a state *stands* here once its record is durable, or once nothing holds its
//! announcement back; until then the state before it is shown. Of a node that is down, the disk is all there is.

use faultscope_protocol::commit::{
    self, Commit, Coordinated, CoordinatorRecord, Decision, Log, Participant, ParticipantRecord,
    Participating, Phase, Record, Setup, Stable, State, TransactionId,
};
use faultscope_protocol::ordered::Map;
use faultscope_sim::{Node, World};

/// What a record in a log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// Participant: it can commit whatever happens.
    Prepared,
    /// Participant: the changes are made.
    Committed,
    /// Participant: the changes are dropped.
    Aborted,
    /// Coordinator: the decision is COMMIT.
    Commit,
    /// Coordinator: all have acknowledged.
    End,
    /// Three-phase commit, coordinator: votes will be asked for.
    Start,
    /// Three-phase commit, participant: all have voted YES.
    PreCommitted,
    /// Paxos Commit, acceptor: nothing below a ballot.
    Promised,
    /// Paxos Commit, acceptor: votes.
    Accepted,
}

/// A record in a node's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What it says.
    pub(super) kind: EntryKind,
    /// Its transaction.
    pub(super) transaction: TransactionId,
    /// Whether the protocol forces it.
    pub(super) is_forced: bool,
    /// Whether it is on the disk.
    pub(super) is_durable: bool,
    /// Whether it is on the disk, or is announced without waiting for the disk.
    pub(super) stands: bool,
}

/// The records of a node, oldest first: those in memory if it runs, those on disk if it is down.
pub(super) fn entries(node: &Node) -> Vec<Entry> {
    let durable = node.durable::<Stable>();
    match (node.machine::<Commit>(), durable) {
        (Some(Commit::Coordinator(coordinator)), _) => {
            let known = if let Some(Stable::Coordinator(disk)) = durable { Some(&disk.log) } else { None };
            entries_of(node, &coordinator.disk.log, known)
        }
        (Some(Commit::Participant(participant)), _) => {
            let known = if let Some(Stable::Participant(disk)) = durable { Some(&disk.log) } else { None };
            entries_of(node, &participant.disk.log, known)
        }
        (None, Some(Stable::Coordinator(disk))) => entries_of(node, &disk.log, Some(&disk.log)),
        (None, Some(Stable::Participant(disk))) => entries_of(node, &disk.log, Some(&disk.log)),
        _ => Vec::new(),
    }
}

fn entries_of<R: Named>(node: &Node, log: &Log<R>, durable: Option<&Log<R>>) -> Vec<Entry> {
    let waits = node.pending_writes().any(|write| write.force);
    let entry = |(number, record): (u64, &R)| {
        let is_durable = durable.is_some_and(|log| log.get(number).is_some());
        Entry {
            kind: record.kind(),
            transaction: record.transaction(),
            is_forced: record.is_forced(),
            is_durable,
            stands: is_durable || !waits || !record.is_forced() && !record.follows_others(),
        }
    };
    log.iter().map(entry).collect()
}

trait Named: Record {
    fn kind(&self) -> EntryKind;

    /// Whether it rests on records before it, and stands only with them.
    fn follows_others(&self) -> bool {
        false
    }
}

impl Named for CoordinatorRecord {
    fn kind(&self) -> EntryKind {
        match self {
            Self::Commit { .. } => EntryKind::Commit,
            Self::End { .. } => EntryKind::End,
            Self::Start { .. } => EntryKind::Start,
            Self::Abort { .. } | Self::Learned { decision: Decision::Abort, .. } => EntryKind::Aborted,
            Self::Learned { decision: Decision::Commit, .. } => EntryKind::Commit,
            Self::Promised { .. } => EntryKind::Promised,
            Self::Accepted { .. } => EntryKind::Accepted,
        }
    }

    fn follows_others(&self) -> bool {
        matches!(self, Self::Learned { .. })
    }
}

impl Named for ParticipantRecord {
    fn kind(&self) -> EntryKind {
        match self {
            Self::Prepared { .. } => EntryKind::Prepared,
            Self::PreCommitted { .. } => EntryKind::PreCommitted,
            Self::Committed { .. } => EntryKind::Committed,
            Self::Aborted { .. } => EntryKind::Aborted,
        }
    }
}

impl EntryKind {
    /// The word for it in traces.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Committed => "committed",
            Self::Aborted => "aborted",
            Self::Commit => "commit",
            Self::End => "end",
            Self::Start => "start",
            Self::PreCommitted => "precommitted",
            Self::Promised => "promised",
            Self::Accepted => "accepted",
        }
    }

    const fn state(self) -> State {
        match self {
            Self::Prepared => State::Prepared,
            Self::Committed | Self::Commit | Self::End => State::Committed,
            Self::Aborted => State::Aborted,
            Self::PreCommitted => State::PreCommitted,
            Self::Start | Self::Promised | Self::Accepted => State::Working,
        }
    }
}

/// Where each transaction stands at a server, as far as its records stand.
pub(super) fn states(node: &Node) -> Map<TransactionId, State> {
    let entries = entries(node);
    match node.machine::<Commit>() {
        Some(machine) => {
            let known = machine.transactions();
            let states =
                known.into_iter().filter_map(|it| Some((it, standing(machine.state(it)?, it, &entries))));
            states.collect()
        }
        None => entries.iter().map(|entry| (entry.transaction, entry.kind.state())).collect(),
    }
}

/// The newest state of a transaction whose record stands.
fn standing(in_memory: State, transaction: TransactionId, entries: &[Entry]) -> State {
    let mut own = entries.iter().filter(|entry| entry.transaction == transaction).peekable();
    if own.peek().is_none() {
        return in_memory; // No record is needed for it, or none is left.
    }
    let newest = own.rfind(|entry| entry.stands);
    newest.map_or(State::Working, |entry| entry.kind.state())
}

/// The word for a state in traces.
pub(super) const fn state_word(state: State) -> &'static str {
    match state {
        State::Working => "working",
        State::Prepared => "prepared",
        State::PreCommitted => "precommitted",
        State::Committed => "committed",
        State::Aborted => "aborted",
    }
}

/// The word for a decision in traces.
pub(super) const fn decision_word(decision: Decision) -> &'static str {
    match decision {
        Decision::Commit => "commit",
        Decision::Abort => "abort",
    }
}

/// What a node is about, seen from outside: the state of the transaction that matters most now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Business {
    /// Participant: decided COMMIT, durably. Coordinator: all have acknowledged.
    Committed,
    /// Decided ABORT.
    Aborted,
    /// Participant: decided ABORT by itself after its YES.
    AbortedAlone,
    /// Coordinator: COMMIT is on disk, acknowledgements are missing.
    Telling,
    /// Paxos Commit, leader: ABORT is chosen, acknowledgements are missing.
    TellingAbort,
    /// Coordinator: votes are missing.
    Collecting,
    /// Three-phase commit, coordinator: all voted YES, not all are ready.
    PreCommitting,
    /// Three-phase commit, coordinator: back, and it does not know.
    Recovering,
    /// Participant: works on the transaction, nothing is promised.
    Working,
    /// Participant: the prepared record is being written.
    Preparing,
    /// Participant: told or decided, and the record is being written.
    Settling,
    /// Coordinator: the commit record is being written.
    Deciding,
    /// Participant: voted YES, and uncertain.
    Prepared,
    /// Three-phase commit, participant: it knows that all voted YES.
    PreCommitted,
    /// Participant: uncertain for longer than its timer.
    Blocked,
}

impl Business {
    /// The word for it in traces.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Aborted => "aborted",
            Self::AbortedAlone => "aborted-alone",
            Self::Telling => "committing",
            Self::TellingAbort => "aborting",
            Self::Collecting => "collecting",
            Self::PreCommitting => "precommitting",
            Self::Recovering => "recovering",
            Self::Working => "working",
            Self::Preparing => "preparing",
            Self::Settling => "settling",
            Self::Deciding => "deciding",
            Self::Prepared => "prepared",
            Self::PreCommitted => "precommitted",
            Self::Blocked => "blocked",
        }
    }

    /// Blocked before busy before done.
    const fn rank(self) -> u8 {
        match self {
            Self::Committed | Self::Aborted | Self::AbortedAlone => 0,
            Self::Telling | Self::TellingAbort => 1,
            Self::Blocked => 3,
            _ => 2,
        }
    }
}

/// The transaction that matters most at a server now, and what it is about it: a blocked one first, then the newest
/// that is not done, then the newest.
pub(super) fn focus(node: &Node) -> Option<(TransactionId, Business)> {
    let entries = entries(node);
    let all: Vec<(TransactionId, Business)> = match node.machine::<Commit>() {
        Some(Commit::Coordinator(coordinator)) => {
            let all = coordinator.transactions.iter();
            all.map(|(&it, known)| (it, coordinator_business(it, known, &entries))).collect()
        }
        Some(Commit::Participant(participant)) => {
            let all = participant.transactions.iter();
            all.map(|(&it, known)| (it, participant_business(it, known, &entries))).collect()
        }
        Some(Commit::Client(_)) => Vec::new(),
        None => entries.iter().map(|entry| (entry.transaction, business_on_disk(entry.kind))).collect(),
    };
    all.into_iter().max_by_key(|&(it, business)| (business.rank(), it.serial, it.client))
}

fn coordinator_business(transaction: TransactionId, known: &Coordinated, entries: &[Entry]) -> Business {
    match known.phase {
        Phase::Collecting => Business::Collecting,
        Phase::PreCommitting => Business::PreCommitting,
        Phase::Recovering => Business::Recovering,
        Phase::Aborting => Business::TellingAbort,
        Phase::Aborted => Business::Aborted,
        Phase::Ended => Business::Committed,
        Phase::Committing if standing(known.state(), transaction, entries) == State::Working => {
            Business::Deciding
        }
        Phase::Committing => Business::Telling,
    }
}

fn participant_business(transaction: TransactionId, known: &Participating, entries: &[Entry]) -> Business {
    let stands = standing(known.state, transaction, entries) == known.state;
    match known.state {
        State::Working => Business::Working,
        State::Prepared | State::PreCommitted if !stands => Business::Preparing,
        State::Prepared | State::PreCommitted if known.is_blocked() => Business::Blocked,
        State::PreCommitted => Business::PreCommitted,
        State::Prepared => Business::Prepared,
        _ if !stands => Business::Settling,
        State::Committed => Business::Committed,
        State::Aborted if known.heuristic => Business::AbortedAlone,
        State::Aborted => Business::Aborted,
    }
}

const fn business_on_disk(kind: EntryKind) -> Business {
    match kind {
        EntryKind::Prepared => Business::Prepared,
        EntryKind::Committed | EntryKind::End => Business::Committed,
        EntryKind::Aborted => Business::Aborted,
        EntryKind::Commit => Business::Telling,
        EntryKind::PreCommitted => Business::PreCommitted,
        EntryKind::Start => Business::Recovering,
        EntryKind::Promised | EntryKind::Accepted => Business::Collecting,
    }
}

/// Since when a prepared participant has been uncertain in this life, in microseconds of virtual time: since its
/// YES, or since it came back; unknown in three-phase commit, whose timers differ. Read from its inquiry timer, so a clock that was set meanwhile shifts it.
pub(super) fn uncertain_since_us(
    node: &Node,
    participant: &Participant,
    transaction: TransactionId,
) -> Option<u64> {
    let asked = participant.transactions.get(&transaction)?.asked;
    let setup = node.setup::<Setup>().filter(|setup| setup.variant != commit::Variant::ThreePhase)?;
    let inquiry_us = setup.inquiry_us;
    let name = transaction.to_string();
    let is_it = |value: &serde_json::Value| value.get("Inquire").and_then(|it| it.as_str()) == Some(&name);
    let timer = node.timers().find(|timer| is_it(&node.timer_value(timer)))?;
    Some(timer.set_us.saturating_sub(true_us(node, inquiry_us.saturating_mul(u64::from(asked)))))
}

/// Since when a participant has been blocked: since its inquiry timer ran out for the first time.
pub(super) fn blocked_since_us(
    node: &Node,
    participant: &Participant,
    transaction: TransactionId,
) -> Option<u64> {
    let since_us = uncertain_since_us(node, participant, transaction)?;
    Some(since_us + true_us(node, node.setup::<Setup>()?.inquiry_us))
}

/// What all participants that are blocked hold: how many they are, and how many locks.
pub(super) fn blocked_locks(world: &World) -> (usize, usize) {
    let participants = world.servers().filter_map(|node| node.machine::<Commit>()?.as_participant());
    let locks: Vec<usize> = participants.map(locks_blocked).filter(|&locks| locks > 0).collect();
    (locks.len(), locks.iter().sum())
}

/// How many locks a participant holds for transactions on which it is blocked.
pub(super) fn locks_blocked(participant: &Participant) -> usize {
    let is_blocked =
        |transaction| participant.transactions.get(transaction).is_some_and(Participating::is_blocked);
    participant.locks.values().filter(|transaction| is_blocked(transaction)).count()
}

/// A span of the node's clock in virtual time.
fn true_us(node: &Node, span_us: u64) -> u64 {
    let rate = u128::try_from(1_000_000 + i64::from(node.clock.rate_ppm)).unwrap_or(1).max(1);
    u64::try_from(u128::from(span_us) * 1_000_000 / rate).unwrap_or(u64::MAX)
}

/// The newest transaction that the coordinator knows.
pub(super) fn newest(world: &World) -> Option<TransactionId> {
    let coordinator = world.servers().next()?;
    let known: Vec<TransactionId> = match coordinator.machine::<Commit>() {
        Some(machine) => machine.transactions(),
        None => entries(coordinator).iter().map(|entry| entry.transaction).collect(),
    };
    known.into_iter().max_by_key(|it| (it.serial, it.client))
}

/// A transaction as the era of the timeline and the tint of discs: its serial, shifted so that transactions of
/// several clients are told apart, and so are most of their tints.
pub(super) fn era_of(transaction: TransactionId) -> u64 {
    let client = u64::from(transaction.client.number()) - 1;
    (client << 32) + u64::from(transaction.serial) + TINT_SHIFT * client
}

/// The transaction behind [`era_of`].
pub(super) fn transaction_of(era: u64) -> Option<TransactionId> {
    let client = era >> 32;
    let serial = (era & u64::from(u32::MAX)).checked_sub(TINT_SHIFT * client)?;
    let number = u16::try_from(client + 1).ok().filter(|&number| number < 1 << 15)?;
    let client = faultscope_protocol::NodeId::client(number);
    Some(TransactionId { client, serial: u32::try_from(serial).ok()? })
}

/// How many of the eight tints lie between equal serials of two clients.
const TINT_SHIFT: u64 = 3;
