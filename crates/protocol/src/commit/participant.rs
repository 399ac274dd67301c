//! A participant: holds accounts, locks them for a transaction, votes, and obeys the decision.

use serde::Serialize;

use super::disk::{ParticipantDisk, ParticipantRecord, Stable};
use super::message::{
    Ballot, Change, Command, Decision, Message, Refusal, Reply, Timer, TransactionId, Vote,
};
use super::note::{Cause, Note};
use super::termination::Termination;
use super::{Fx, Setup, Variant, acceptors_of, coordinator_of};
use crate::ordered::{Map, Set};
use crate::{Input, NodeId};

/// Where a transaction stands at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Nothing is promised: the node may still abort.
    Working,
    /// It voted YES, and is uncertain until it hears the decision.
    Prepared,
    /// Three-phase commit: it knows that all voted YES.
    PreCommitted,
    /// Decided: the changes are made.
    Committed,
    /// Decided: the changes are dropped.
    Aborted,
}

impl State {
    /// Whether the node has decided.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Committed | Self::Aborted)
    }

    /// Whether it voted YES and has not decided.
    pub fn is_uncertain(self) -> bool {
        matches!(self, Self::Prepared | Self::PreCommitted)
    }
}

/// The state of a participant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Participant {
    /// What it has on disk, or is writing.
    pub disk: ParticipantDisk,
    /// The transactions that it remembers.
    pub transactions: Map<TransactionId, Participating>,
    /// The accounts that are locked, and by which transaction.
    pub locks: Map<u32, TransactionId>,
    /// A person wants it to vote NO at the next vote.
    pub refuse_next: bool,
}

/// One transaction, as a participant sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Participating {
    /// Where it stands.
    pub state: State,
    /// Whom to answer and to ask.
    pub coordinator: NodeId,
    /// All that take part, where the variant lets them know of each other.
    pub participants: Set<NodeId>,
    /// What to change on COMMIT; empty once decided.
    pub changes: Vec<Change>,
    /// How often it has asked for the outcome in this life because its timer ran out. Except in three-phase
    /// commit, times [`Setup::inquiry_us`] this is, to the last question, how long it has been waiting.
    pub asked: u32,
    /// Whether it must wait with its locks held: whoever it may ask does not know, or does not answer.
    pub blocked: bool,
    /// What it has heard from others that have not decided either.
    pub termination: Termination,
    /// Whether it decided ABORT alone after YES.
    pub heuristic: bool,
    /// Where a transaction begins at a participant: the client's BEGIN, which it passes on as its vote.
    pub begin: Option<Message>,
}

impl Participating {
    /// Whether it voted YES, has waited in vain, and must go on waiting with its locks held.
    pub fn is_blocked(&self) -> bool {
        self.state.is_uncertain() && self.blocked
    }
}

impl Participant {
    /// The balance of an account, by what is committed (in memory); nothing if there is no such account.
    pub fn balance(&self, account: u32, setup: &Setup) -> Option<i64> {
        let exists = (1..=setup.accounts).contains(&account);
        exists.then(|| self.disk.balances.get(&account).copied().unwrap_or(setup.initial_balance))
    }

    /// The sum of all its balances.
    pub fn total(&self, setup: &Setup) -> i128 {
        let changed: i128 =
            self.disk.balances.values().map(|&it| i128::from(it) - i128::from(setup.initial_balance)).sum();
        i128::from(setup.accounts) * i128::from(setup.initial_balance) + changed
    }

    /// The accounts that `transaction` holds locked here.
    pub fn locked_by(&self, transaction: TransactionId) -> Vec<u32> {
        self.locks.iter().filter(|(_, holder)| **holder == transaction).map(|(&account, _)| account).collect()
    }

    pub(super) fn boot(disk: ParticipantDisk, fx: &mut Fx<'_>) -> Self {
        let transactions = transactions_of(&disk);
        let mut participant = Self { disk, transactions, locks: Map::new(), refuse_next: false };
        participant.recover(fx);
        participant
    }

    pub(super) fn handle(&mut self, input: Input<super::Commit>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { from, body } => self.on_message(from, body, fx),
            Input::Timer(Timer::Work(transaction)) => self.on_work_done(transaction, fx),
            Input::Timer(Timer::Inquire(transaction)) => self.on_silence(transaction, fx),
            Input::Timer(Timer::Collect(transaction)) => self.on_collected(transaction, fx),
            Input::Timer(Timer::Votes(_) | Timer::Resend(_) | Timer::Begin(_)) => {}
            Input::Command { op, body: Command::RefuseNext } => {
                self.refuse_next = true;
                fx.reply(op, Reply::WillRefuse);
            }
            Input::Command { op, body: Command::Transfer { .. } } => fx.reply(op, Reply::WrongRole),
        }
    }

    fn on_message(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Prepare { transaction, open_from, changes, participants }
            | Message::CanCommit { transaction, open_from, changes, participants } => {
                self.forget_closed(transaction.client, open_from);
                let known = Participating::working(from, participants, changes);
                self.on_prepare(from, transaction, known, fx);
            }
            Message::Commit { transaction } | Message::DoCommit { transaction } => {
                self.on_commit(from, transaction, fx);
            }
            Message::Abort { transaction } => self.on_abort(from, transaction, fx),
            Message::Begin { .. } => self.on_begin(body, fx),
            Message::PreCommit { transaction } => self.on_pre_commit(from, transaction, fx),
            Message::Inquiry { transaction, participants } => {
                self.on_inquiry(from, transaction, participants, fx);
            }
            Message::StateReport { transaction, state, recovered } => {
                self.on_report(from, transaction, state, recovered, fx);
            }
            _ => {}
        }
    }

    fn on_prepare(
        &mut self,
        coordinator: NodeId,
        transaction: TransactionId,
        asked: Participating,
        fx: &mut Fx<'_>,
    ) {
        match self.transactions.get(&transaction).map(|known| known.state) {
            Some(State::Working | State::PreCommitted | State::Committed) => {}
            Some(State::Prepared) => self.say_yes(transaction, fx),
            // To say NO now could put a second vote into ballot 0: it may have said YES before it was told ABORT.
            Some(State::Aborted) if fx.setup().variant == Variant::PaxosCommit => {}
            Some(State::Aborted) => {
                fx.send(coordinator, Message::No { transaction, refusal: Refusal::AlreadyAborted });
            }
            None if self.is_closed(transaction) => fx.note(Note::StalePrepare { transaction }),
            None => self.work(transaction, asked, fx),
        }
    }

    /// A client begins here. What is decided it is told; what is open is passed on once more.
    fn on_begin(&mut self, begin: Message, fx: &mut Fx<'_>) {
        let Message::Begin { transaction, open_from, ref parts, .. } = begin else { return };
        let Some(coordinator) = coordinator_of(fx.seat()) else { return };
        self.forget_closed(transaction.client, open_from);
        let tell = |decision| Message::Outcome { transaction, decision, incarnation: 0 };
        match self.transactions.get(&transaction).map(|known| known.state) {
            Some(State::Committed) => fx.send(transaction.client, tell(Decision::Commit)),
            Some(State::Aborted) => fx.send(transaction.client, tell(Decision::Abort)),
            Some(state) => {
                if let Some(known) = self.transactions.get_mut(&transaction) {
                    known.begin = Some(begin);
                }
                if state == State::Prepared {
                    self.say_yes(transaction, fx);
                }
            }
            None if self.is_closed(transaction) => fx.note(Note::StalePrepare { transaction }),
            None => {
                let own = parts.iter().filter(|part| part.participant == fx.id());
                let changes = own.map(|part| Change { account: part.account, amount: part.amount }).collect();
                let all = parts.iter().map(|part| part.participant);
                let participants =
                    if knows_the_others(fx.setup().variant) { all.collect() } else { Set::new() };
                let mut known = Participating::working(coordinator, participants, changes);
                known.begin = Some(begin);
                self.work(transaction, known, fx);
            }
        }
    }

    /// Locks the accounts and works on the transaction; or refuses at once, if it cannot.
    fn work(&mut self, transaction: TransactionId, asked: Participating, fx: &mut Fx<'_>) {
        let refusal = self.obstacle(&asked.changes, fx.setup());
        if refusal.is_none() {
            self.lock(transaction, &asked.changes);
        }
        self.transactions.insert(transaction, asked);
        match refusal {
            Some(refusal) => self.vote_no(transaction, refusal, fx),
            None if fx.setup().prepare_work_us == 0 => self.vote(transaction, fx),
            None => fx.set_timer(Timer::Work(transaction), fx.setup().prepare_work_us),
        }
    }

    fn on_work_done(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        if self.transactions.get(&transaction).is_some_and(|known| known.state == State::Working) {
            self.vote(transaction, fx);
        }
    }

    fn vote(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        if std::mem::take(&mut self.refuse_next) {
            self.vote_no(transaction, Refusal::Asked, fx);
        } else {
            self.vote_yes(transaction, fx);
        }
    }

    /// Forces the prepared record, and votes behind it.
    fn vote_yes(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.state = State::Prepared;
        let (coordinator, changes) = (known.coordinator, known.changes.clone());
        let participants = known.participants.clone();
        self.disk.log.append(ParticipantRecord::Prepared { transaction, coordinator, participants, changes });
        self.persist_forced(fx);
        self.say_yes(transaction, fx);
        fx.set_timer(Timer::Inquire(transaction), patience_us(fx.setup()));
    }

    fn say_yes(&self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get(&transaction) else { return };
        fx.note(Note::VotedYes { transaction });
        match (fx.setup().variant, &known.begin) {
            (Variant::PaxosCommit, _) => self.propose_vote(transaction, known, Vote::Yes, fx),
            (_, Some(begin)) => fx.send(known.coordinator, begin.clone()),
            (_, None) => fx.send(known.coordinator, Message::Yes { transaction }),
        }
    }

    /// Paxos Commit: the vote is the proposal of ballot 0, and goes to F + 1 acceptors; the others are needed only where
    /// one of these fails.
    fn propose_vote(&self, transaction: TransactionId, known: &Participating, vote: Vote, fx: &mut Fx<'_>) {
        let open_from = self.disk.open_from.get(&transaction.client).copied().unwrap_or(0);
        for acceptor in acceptors_of(fx.seat()).take(usize::from(fx.setup().faults) + 1) {
            let values = Map::from([(fx.id(), vote)]);
            let participants = known.participants.clone();
            let ballot = Ballot::default();
            if let (Some(begin), true) = (&known.begin, coordinator_of(fx.seat()) == Some(acceptor)) {
                fx.send(acceptor, begin.clone());
                continue;
            }
            fx.send(acceptor, Message::Phase2a { transaction, ballot, values, participants, open_from });
        }
    }

    /// Votes NO, which is to decide ABORT. Forced, so that a crash and a repeated PREPARE cannot make it a
    /// YES.
    pub(super) fn vote_no(&mut self, transaction: TransactionId, refusal: Refusal, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get(&transaction).cloned() else { return };
        let freed = self.drop_changes(transaction, Cause::OwnNo);
        self.persist_forced(fx);
        fx.note(Note::VotedNo { transaction, refusal });
        note_decision(transaction, Decision::Abort, Cause::OwnNo, freed, fx);
        fx.cancel_timer(Timer::Work(transaction));
        match fx.setup().variant {
            // Nobody else has heard of it.
            _ if known.begin.is_some() => {
                let (decision, incarnation) = (Decision::Abort, 0);
                fx.send(transaction.client, Message::Outcome { transaction, decision, incarnation });
            }
            Variant::PaxosCommit => self.propose_vote(transaction, &known, Vote::No, fx),
            _ => fx.send(known.coordinator, Message::No { transaction, refusal }),
        }
    }

    /// Forces the outcome and the changed balances, and acknowledges behind it.
    fn on_commit(&mut self, from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        match self.transactions.get(&transaction) {
            Some(known) if known.state.is_uncertain() => {
                self.commit(transaction, cause_of(from, fx), fx);
            }
            Some(known) if known.heuristic => fx.note(Note::HeuristicDamage { transaction }),
            // Committed, or so long ended that it is forgotten: the coordinator missed the acknowledgement.
            _ => {}
        }
        acknowledge(from, transaction, fx);
    }

    pub(super) fn commit(&mut self, transaction: TransactionId, cause: Cause, fx: &mut Fx<'_>) {
        let freed = self.make_changes(transaction, fx.setup());
        fx.cancel_timer(Timer::Inquire(transaction));
        fx.cancel_timer(Timer::Collect(transaction));
        self.persist_forced(fx);
        note_decision(transaction, Decision::Commit, cause, freed, fx);
    }

    /// Drops the changes. Unforced: if a crash loses the record, it is uncertain once more, and asks. Only in Paxos
    /// Commit is it forced and acknowledged, so that acceptors may forget.
    fn on_abort(&mut self, from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
        let is_acknowledged = fx.setup().variant == Variant::PaxosCommit;
        match self.transactions.get(&transaction).map(|known| known.state) {
            Some(State::Committed) => return,
            Some(State::Working | State::Prepared | State::PreCommitted) => {
                self.abort_as_told(from, transaction, is_acknowledged, fx);
            }
            Some(State::Aborted) => {}
            None if self.is_closed(transaction) => {}
            // ABORT has overtaken PREPARE: remember it, and the late PREPARE locks nothing.
            None => {
                let known = Participating::working(from, Set::new(), Vec::new());
                self.transactions.insert(transaction, known);
                self.abort_as_told(from, transaction, is_acknowledged, fx);
            }
        }
        if is_acknowledged {
            fx.send(from, Message::Aborted { transaction });
        }
    }

    fn abort_as_told(&mut self, from: NodeId, transaction: TransactionId, is_forced: bool, fx: &mut Fx<'_>) {
        let cause = cause_of(from, fx);
        let freed = self.drop_changes(transaction, cause);
        for timer in [Timer::Inquire(transaction), Timer::Work(transaction), Timer::Collect(transaction)] {
            fx.cancel_timer(timer);
        }
        if is_forced {
            self.persist_forced(fx);
        } else {
            fx.persist_lazily(Stable::Participant(self.disk.clone()));
        }
        note_decision(transaction, Decision::Abort, cause, freed, fx);
    }

    /// Prepared, and nobody said anything for long.
    fn on_silence(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        if self.transactions.get(&transaction).is_none_or(|known| !known.state.is_uncertain()) {
            return;
        }
        match fx.setup().variant {
            Variant::Impatient => self.abort_alone(transaction, fx),
            Variant::Cooperative => self.ask_peers(transaction, fx),
            Variant::ThreePhase => self.collect_states(transaction, fx),
            Variant::PaxosCommit => self.ask_a_leader(transaction, fx),
            _ => self.stay_blocked(transaction, fx),
        }
    }

    fn stay_blocked(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        known.asked = known.asked.saturating_add(1);
        known.blocked = true;
        fx.note(Note::Blocked { transaction, asked: known.asked });
        inquire(transaction, known.coordinator, known, fx);
    }

    /// Paxos Commit: the coordinator first, then the other acceptors, for any of them can lead. Blocked is one that has
    /// asked them all in vain.
    fn ask_a_leader(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let Some(known) = self.transactions.get_mut(&transaction) else { return };
        let leaders = 2 * u32::from(fx.setup().faults) + 1;
        let place = known.asked % leaders;
        known.asked = known.asked.saturating_add(1);
        if known.asked > leaders {
            known.blocked = true;
            fx.note(Note::Blocked { transaction, asked: known.asked });
        }
        let leader = acceptors_of(fx.seat()).nth(place as usize).unwrap_or(known.coordinator);
        inquire(transaction, leader, known, fx);
    }

    /// What a participant must never do after YES: the coordinator may have decided COMMIT.
    fn abort_alone(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let freed = self.drop_changes(transaction, Cause::Heuristic);
        self.persist_forced(fx);
        note_decision(transaction, Decision::Abort, Cause::Heuristic, freed, fx);
    }

    /// Takes the locks of all prepared transactions again, and asks how they ended.
    fn recover(&mut self, fx: &mut Fx<'_>) {
        let uncertain: Vec<(TransactionId, Participating)> = self
            .transactions
            .iter()
            .filter(|(_, known)| known.state.is_uncertain())
            .map(|(&transaction, known)| (transaction, known.clone()))
            .collect();
        if uncertain.is_empty() {
            return;
        }
        let names = uncertain.iter().map(|(transaction, _)| *transaction).collect();
        fx.note(Note::ParticipantRecovered { uncertain: names });
        for (transaction, known) in uncertain {
            self.lock(transaction, &known.changes);
            match fx.setup().variant {
                Variant::ThreePhase => self.collect_states(transaction, fx),
                _ => inquire(transaction, known.coordinator, &known, fx),
            }
        }
    }

    /// What stands against the changes: a lock, a missing account, too little money.
    fn obstacle(&self, changes: &[Change], setup: &Setup) -> Option<Refusal> {
        let mut balances: Map<u32, i64> = Map::new();
        for change in changes {
            if self.locks.contains_key(&change.account) {
                return Some(Refusal::LockConflict);
            }
            let Some(stored) = self.balance(change.account, setup) else {
                return Some(Refusal::UnknownAccount);
            };
            let balance = balances.entry(change.account).or_insert(stored);
            match balance.checked_add(change.amount) {
                Some(changed) if changed >= 0 => *balance = changed,
                _ => return Some(Refusal::InsufficientFunds),
            }
        }
        None
    }

    fn lock(&mut self, transaction: TransactionId, changes: &[Change]) {
        self.locks.extend(changes.iter().map(|change| (change.account, transaction)));
    }

    fn unlock(&mut self, transaction: TransactionId) -> Vec<u32> {
        let accounts = self.locked_by(transaction);
        for account in &accounts {
            self.locks.remove(account);
        }
        accounts
    }

    /// Commits in memory and in the image of the disk; gives the accounts that are free again.
    fn make_changes(&mut self, transaction: TransactionId, setup: &Setup) -> Vec<u32> {
        let Some(known) = self.transactions.get_mut(&transaction) else { return Vec::new() };
        known.state = State::Committed;
        for change in std::mem::take(&mut known.changes) {
            // The vote looked for account and money, and the locks kept both as they were.
            if let Some(balance) = self.balance(change.account, setup) {
                self.disk.balances.insert(change.account, balance.saturating_add(change.amount));
            }
        }
        self.disk.log.append(ParticipantRecord::Committed { transaction });
        self.unlock(transaction)
    }

    /// Aborts in memory and in the image of the disk; gives the accounts that are free again.
    pub(super) fn drop_changes(&mut self, transaction: TransactionId, cause: Cause) -> Vec<u32> {
        let heuristic = cause == Cause::Heuristic;
        if let Some(known) = self.transactions.get_mut(&transaction) {
            known.state = State::Aborted;
            known.heuristic = heuristic;
            known.changes.clear();
        }
        let forced = !matches!(cause, Cause::Told | Cause::Peer(_));
        self.disk.log.append(ParticipantRecord::Aborted { transaction, forced, heuristic });
        self.unlock(transaction)
    }

    /// Whether the client no longer waits for it: no vote on it is wanted any more.
    pub(super) fn is_closed(&self, transaction: TransactionId) -> bool {
        transaction.serial < self.disk.open_from.get(&transaction.client).copied().unwrap_or(0)
    }

    /// Forgets the decided transactions of `client` below `serial`. It reaches the disk with the next write,
    /// together with the mark that keeps them from coming back. What is undecided stays until the
    /// coordinator has told.
    fn forget_closed(&mut self, client: NodeId, serial: u32) {
        let mark = self.disk.open_from.entry(client).or_default();
        *mark = serial.max(*mark);
        let closed: Set<TransactionId> = self
            .transactions
            .range(TransactionId { client, serial: 0 }..TransactionId { client, serial: *mark })
            .filter(|(_, known)| known.state.is_decided())
            .map(|(&transaction, _)| transaction)
            .collect();
        if closed.is_empty() {
            return;
        }
        self.transactions.retain(|transaction, _| !closed.contains(transaction));
        self.disk.log.forget(&closed);
    }

    pub(super) fn persist_forced(&self, fx: &mut Fx<'_>) {
        fx.persist_forced(Stable::Participant(self.disk.clone()));
    }
}

impl Participating {
    pub(super) fn working(coordinator: NodeId, participants: Set<NodeId>, changes: Vec<Change>) -> Self {
        Self {
            state: State::Working,
            coordinator,
            participants,
            changes,
            asked: 0,
            blocked: false,
            termination: Termination::default(),
            heuristic: false,
            begin: None,
        }
    }
}

/// Whether PREPARE tells who else takes part.
pub(super) const fn knows_the_others(variant: Variant) -> bool {
    matches!(variant, Variant::Cooperative | Variant::ThreePhase | Variant::PaxosCommit)
}

/// How long a participant waits after its YES before it does something about it. In three-phase commit the coordinator
/// may rightly take its whole vote timeout before it goes on.
pub(super) fn patience_us(setup: &Setup) -> u64 {
    match setup.variant {
        Variant::ThreePhase => setup.vote_timeout_us.saturating_add(setup.inquiry_us),
        _ => setup.inquiry_us,
    }
}

/// Whether the coordinator said it, or another participant. In Paxos Commit whoever leads is the coordinator.
fn cause_of(from: NodeId, fx: &Fx<'_>) -> Cause {
    let is_peer = fx.setup().variant != Variant::PaxosCommit && coordinator_of(fx.seat()) != Some(from);
    if is_peer { Cause::Peer(from) } else { Cause::Told }
}

/// Tells that COMMIT is on the disk: whoever leads in Paxos Commit, else the coordinator, whoever brought the news.
pub(super) fn acknowledge(from: NodeId, transaction: TransactionId, fx: &mut Fx<'_>) {
    let coordinator = coordinator_of(fx.seat()).unwrap_or(from);
    match fx.setup().variant {
        Variant::PaxosCommit => fx.send(from, Message::Ack { transaction }),
        Variant::ThreePhase => fx.send(coordinator, Message::HaveCommitted { transaction }),
        _ => fx.send(coordinator, Message::Ack { transaction }),
    }
}

fn inquire(transaction: TransactionId, whom: NodeId, known: &Participating, fx: &mut Fx<'_>) {
    fx.send(whom, Message::Inquiry { transaction, participants: known.participants.clone() });
    fx.set_timer(Timer::Inquire(transaction), fx.setup().inquiry_us);
}

pub(super) fn note_decision(
    transaction: TransactionId,
    decision: Decision,
    cause: Cause,
    freed: Vec<u32>,
    fx: &mut Fx<'_>,
) {
    fx.note(Note::Decided { transaction, decision, cause });
    if !freed.is_empty() {
        fx.note(Note::ReleasedLocks { transaction, accounts: freed });
    }
}

/// What the log tells of the transactions of earlier lives.
fn transactions_of(disk: &ParticipantDisk) -> Map<TransactionId, Participating> {
    let mut transactions: Map<TransactionId, Participating> = Map::new();
    for (_, record) in disk.log.iter() {
        match record {
            ParticipantRecord::Prepared { transaction, coordinator, participants, changes } => {
                let working = Participating::working(*coordinator, participants.clone(), changes.clone());
                let termination = Termination { recovered: true, ..Termination::default() };
                let prepared = Participating { state: State::Prepared, termination, ..working };
                transactions.insert(*transaction, prepared);
            }
            ParticipantRecord::PreCommitted { transaction } => {
                if let Some(known) = transactions.get_mut(transaction) {
                    known.state = State::PreCommitted;
                }
            }
            ParticipantRecord::Committed { transaction } => {
                settle(&mut transactions, *transaction, State::Committed, false);
            }
            ParticipantRecord::Aborted { transaction, heuristic, .. } => {
                settle(&mut transactions, *transaction, State::Aborted, *heuristic);
            }
        }
    }
    transactions
}

fn settle(
    transactions: &mut Map<TransactionId, Participating>,
    transaction: TransactionId,
    state: State,
    heuristic: bool,
) {
    // A NO has no prepared record before it, and nobody left to ask: any coordinator will do.
    let known = transactions
        .entry(transaction)
        .or_insert_with(|| Participating::working(transaction.client, Set::new(), Vec::new()));
    known.state = state;
    known.heuristic = heuristic;
    known.changes.clear();
}
