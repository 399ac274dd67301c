//! A client: names its transactions, asks the coordinator to run them, and asks again until it knows the
//! outcome.

use serde::Serialize;

use super::disk::{ClientDisk, Stable};
use super::message::{BadTransfer, Command, Decision, Message, Part, Reply, Timer, TransactionId};
use super::note::Note;
use super::{BeginsAt, Fx, coordinator_of, participants_of};
use crate::ordered::{Map, Set};
use crate::{Input, NodeId};

/// How many serials a client reserves on its disk at a time: so many a crash may leave out at most.
const SERIALS_PER_WRITE: u32 = 100;

/// The state of a client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Client {
    /// What it has on disk, or is writing.
    pub disk: ClientDisk,
    /// The serial of its next transaction.
    pub next_serial: u32,
    /// The transfers that it waits for, by serial.
    pub open: Map<u32, OpenTransfer>,
}

/// A transfer whose outcome the client does not know yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct OpenTransfer {
    /// The command to reply to.
    pub op: u64,
    /// The name of the transfer.
    pub transaction: TransactionId,
    /// The incarnation of the coordinator that may begin it, and no other: fixed when BEGIN is first sent.
    pub incarnation: u32,
    /// What it changes.
    pub parts: Vec<Part>,
    /// How often BEGIN has been sent.
    pub attempts: u32,
}

impl Client {
    pub(super) fn boot(mut disk: ClientDisk, fx: &mut Fx<'_>) -> Self {
        let next_serial = disk.serials_reserved.saturating_add(1);
        disk.coordinator_incarnation = disk.coordinator_incarnation.max(1);
        let mut client = Self { disk, next_serial, open: Map::new() };
        client.reserve_serials(fx);
        client
    }

    pub(super) fn handle(&mut self, input: Input<super::Commit>, fx: &mut Fx<'_>) {
        match input {
            Input::Message { body: Message::Outcome { transaction, decision, incarnation }, .. } => {
                self.on_outcome(transaction, decision, incarnation, fx);
            }
            Input::Message { .. } => {}
            Input::Timer(Timer::Begin(transaction)) => self.on_silence(transaction, fx),
            Input::Timer(_) => {}
            Input::Command { op, body: Command::Transfer { parts } } => self.on_transfer(op, parts, fx),
            Input::Command { op, body: Command::RefuseNext } => fx.reply(op, Reply::WrongRole),
        }
    }

    fn on_transfer(&mut self, op: u64, parts: Vec<Part>, fx: &mut Fx<'_>) {
        if let Err(bad) = check_parts(&parts, participants_of(fx.seat())) {
            return fx.reply(op, Reply::Malformed(bad));
        }
        let Some(transaction) = self.take_name(fx) else {
            return fx.reply(op, Reply::Malformed(BadTransfer::NoSerialLeft));
        };
        let incarnation = self.disk.coordinator_incarnation;
        let open = OpenTransfer { op, transaction, incarnation, parts, attempts: 0 };
        self.open.insert(transaction.serial, open);
        self.send_begin(transaction, fx);
    }

    fn on_outcome(
        &mut self,
        transaction: TransactionId,
        decision: Decision,
        incarnation: u32,
        fx: &mut Fx<'_>,
    ) {
        if incarnation > self.disk.coordinator_incarnation {
            self.disk.coordinator_incarnation = incarnation;
            fx.persist_lazily(Stable::Client(self.disk.clone()));
        }
        let reply = match decision {
            Decision::Commit => Reply::Committed { transaction },
            Decision::Abort => Reply::Aborted { transaction },
        };
        self.close(transaction, reply, fx);
    }

    fn on_silence(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let attempts = self.open.get(&transaction.serial).map_or(0, |open| open.attempts);
        if attempts < fx.setup().begin_attempts {
            self.send_begin(transaction, fx);
        } else {
            fx.note(Note::GaveUp { transaction });
            self.close(transaction, Reply::Unknown { transaction }, fx);
        }
    }

    fn send_begin(&mut self, transaction: TransactionId, fx: &mut Fx<'_>) {
        let open_from = self.open.keys().next().copied().unwrap_or(self.next_serial);
        let Some(open) = self.open.get_mut(&transaction.serial) else { return };
        open.attempts = open.attempts.saturating_add(1);
        let (incarnation, parts) = (open.incarnation, open.parts.clone());
        let whom = match fx.setup().begins_at {
            BeginsAt::Coordinator => coordinator_of(fx.seat()),
            BeginsAt::Participant => parts.first().map(|part| part.participant),
        };
        let Some(whom) = whom else { return };
        fx.send(whom, Message::Begin { transaction, incarnation, open_from, parts });
        fx.set_timer(Timer::Begin(transaction), fx.setup().begin_retry_us);
    }

    /// Replies once; what comes later about this transaction is old.
    fn close(&mut self, transaction: TransactionId, reply: Reply, fx: &mut Fx<'_>) {
        if transaction.client != fx.id() {
            return;
        }
        if let Some(open) = self.open.remove(&transaction.serial) {
            fx.cancel_timer(Timer::Begin(transaction));
            fx.reply(open.op, reply);
        }
    }

    fn take_name(&mut self, fx: &mut Fx<'_>) -> Option<TransactionId> {
        let serial = self.next_serial;
        self.next_serial = serial.checked_add(1)?;
        if serial > self.disk.serials_reserved {
            self.reserve_serials(fx);
        }
        Some(TransactionId { client: fx.id(), serial })
    }

    /// Forced: a serial that a crash could hand out twice would name two transactions.
    fn reserve_serials(&mut self, fx: &mut Fx<'_>) {
        self.disk.serials_reserved = self.disk.serials_reserved.saturating_add(SERIALS_PER_WRITE);
        fx.persist_forced(Stable::Client(self.disk.clone()));
    }
}

fn check_parts(parts: &[Part], participants: &[NodeId]) -> Result<(), BadTransfer> {
    if parts.is_empty() {
        return Err(BadTransfer::Empty);
    }
    if !parts.iter().all(|part| participants.contains(&part.participant)) {
        return Err(BadTransfer::UnknownParticipant);
    }
    let mut accounts = Set::new();
    if !parts.iter().all(|part| accounts.insert((part.participant, part.account))) {
        return Err(BadTransfer::AccountTwice);
    }
    let sum: i128 = parts.iter().map(|part| i128::from(part.amount)).sum();
    if sum == 0 { Ok(()) } else { Err(BadTransfer::NotBalanced) }
}
