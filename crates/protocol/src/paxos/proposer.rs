//! A proposer: two phases for each ballot, and a higher ballot when one fails (§2.2, §2.4).

use serde::Serialize;

use super::ballot::{Ballot, Tally, Vote};
use super::message::{Command, Message, Reply, Timer};
use super::note::Note;
use super::{ByInstance, Fx, Paxos, Stable, Variant, backoff_us};
use crate::ordered::{Map, Set};
use crate::{Input, NodeId};

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Phase 1: it waits for the promises of a majority.
    Preparing,
    /// Phase 2: it waits for a majority to accept.
    Accepting,
    /// It was overtaken or heard too little, and waits before it tries again.
    Waiting,
}

/// Who wants to know which value was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Asker {
    /// A client.
    Client(NodeId),
    /// A person, who gave this command to the proposer directly.
    Command(u64),
}

/// What a proposer does about one instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Attempt {
    /// The value that it would like.
    pub own: u32,
    /// Its ballot.
    pub ballot: Ballot,
    /// Where it stands.
    pub phase: Phase,
    /// How many ballots it has begun in this life, this one included.
    pub tries: u32,
    /// The promises for this ballot, each with what its acceptor had accepted.
    pub promises: Map<NodeId, Option<Vote>>,
    /// In phase 2, the value that it proposes.
    pub value: Option<u32>,
    /// The highest ballot that it has heard of.
    pub highest: Ballot,
    /// Who has accepted what it proposed, in all its ballots.
    pub tally: Tally,
    /// Who waits for an answer.
    pub askers: Set<Asker>,
}

/// A proposer's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Proposer {
    /// The highest round that it has begun in each instance (persistent).
    pub rounds: ByInstance<u32>,
    /// Instances that it works on.
    pub attempts: Map<u64, Attempt>,
    /// What it knows to be chosen, each with the ballot.
    pub learned: ByInstance<Vote>,
}

impl Proposer {
    pub(super) fn boot(stable: Stable) -> Self {
        Self { rounds: stable.rounds, attempts: Map::new(), learned: ByInstance::new() }
    }

    pub(super) fn handle(&mut self, input: Input<Paxos>, fx: &mut Fx<'_>) {
        match input {
            Input::Command { op, body: Command::Propose { instance, value } } => {
                self.propose(instance, value, Asker::Command(op), fx);
            }
            Input::Message { from, body } => self.handle_message(from, body, fx),
            Input::Timer(Timer::Phase(instance)) => self.time_out(instance, fx),
            Input::Timer(Timer::Backoff(instance)) => self.begin_ballot(instance, fx),
            Input::Timer(_) => {}
        }
    }

    fn handle_message(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::Request { instance, value } => self.propose(instance, value, Asker::Client(from), fx),
            Message::Promise { instance, ballot, accepted } => {
                self.take_promise(from, instance, ballot, accepted, fx);
            }
            Message::Accepted { instance, ballot, value } => {
                self.take_accepted(from, instance, Vote { ballot, value }, fx);
            }
            Message::Nack { instance, ballot, promised } => self.take_nack(instance, ballot, promised, fx),
            _ => {}
        }
    }

    /// Whoever asks for an instance that it already works on waits with the others; the first value stays its own.
    fn propose(&mut self, instance: u64, value: u32, asker: Asker, fx: &mut Fx<'_>) {
        if let Some(vote) = self.learned.get(&instance) {
            return answer(asker, instance, vote.value, fx);
        }
        if let Some(attempt) = self.attempts.get_mut(&instance) {
            attempt.askers.insert(asker);
            return;
        }
        let nothing = Ballot { round: 0, proposer: fx.id() };
        let attempt = Attempt {
            own: value,
            ballot: nothing,
            phase: Phase::Waiting,
            tries: 0,
            promises: Map::new(),
            value: None,
            highest: nothing,
            tally: Tally::default(),
            askers: Set::from([asker]),
        };
        self.attempts.insert(instance, attempt);
        self.begin_ballot(instance, fx);
    }

    /// Phase 1a. The round is on disk before anybody hears of it, so that no life of this proposer uses it again.
    fn begin_ballot(&mut self, instance: u64, fx: &mut Fx<'_>) {
        let Some(attempt) = self.attempts.get_mut(&instance) else { return };
        let begun = self.rounds.get(&instance).copied().unwrap_or(0);
        let round = begun.max(attempt.highest.round).saturating_add(1);
        let ballot = Ballot { round, proposer: fx.id() };
        (attempt.ballot, attempt.highest, attempt.phase) = (ballot, ballot, Phase::Preparing);
        attempt.tries = attempt.tries.saturating_add(1);
        attempt.value = None;
        attempt.promises.clear();
        self.rounds.insert(instance, round);
        fx.persist_forced(Stable { rounds: self.rounds.clone(), ..Stable::default() });
        fx.note(Note::BeganBallot { instance, ballot });
        for acceptor in fx.setup().acceptors() {
            fx.send(acceptor, Message::Prepare { instance, ballot });
        }
        fx.set_timer(Timer::Phase(instance), fx.setup().phase_timeout_us);
    }

    fn take_promise(
        &mut self,
        from: NodeId,
        instance: u64,
        ballot: Ballot,
        accepted: Option<Vote>,
        fx: &mut Fx<'_>,
    ) {
        let Some(attempt) = self.attempts.get_mut(&instance) else { return };
        if attempt.ballot != ballot || attempt.phase != Phase::Preparing {
            return;
        }
        attempt.promises.insert(from, accepted);
        if fx.setup().is_majority(attempt.promises.len()) {
            attempt.ask_to_accept(instance, fx);
        }
    }

    fn take_accepted(&mut self, from: NodeId, instance: u64, vote: Vote, fx: &mut Fx<'_>) {
        let Some(attempt) = self.attempts.get_mut(&instance) else { return };
        if attempt.tally.count(vote, from, fx.setup()) {
            self.learn(instance, vote, fx);
        }
    }

    /// It knows that the value is chosen, and tells whoever asked.
    fn learn(&mut self, instance: u64, vote: Vote, fx: &mut Fx<'_>) {
        let Some(attempt) = self.attempts.remove(&instance) else { return };
        self.learned.insert(instance, vote);
        fx.cancel_timer(Timer::Phase(instance));
        fx.cancel_timer(Timer::Backoff(instance));
        fx.note(Note::Learned { instance, ballot: vote.ballot, value: vote.value });
        for asker in attempt.askers {
            answer(asker, instance, vote.value, fx);
        }
    }

    fn take_nack(&mut self, instance: u64, ballot: Ballot, promised: Ballot, fx: &mut Fx<'_>) {
        let Some(attempt) = self.attempts.get_mut(&instance) else { return };
        attempt.highest = attempt.highest.max(promised);
        if attempt.ballot == ballot && attempt.phase != Phase::Waiting {
            fx.note(Note::Overtaken { instance, ballot, promised });
            self.step_back(instance, fx);
        }
    }

    fn time_out(&mut self, instance: u64, fx: &mut Fx<'_>) {
        let Some(attempt) = self.attempts.get(&instance) else { return };
        fx.note(Note::TimedOut { instance, ballot: attempt.ballot });
        self.step_back(instance, fx);
    }

    /// Two proposers that try again at once overtake each other again; a random wait lets one of them through (§2.4).
    fn step_back(&mut self, instance: u64, fx: &mut Fx<'_>) {
        let (backoff, range_us) = (fx.setup().backoff, fx.setup().backoff_us);
        let Some(after_us) = backoff_us(backoff, range_us, fx) else {
            return self.begin_ballot(instance, fx);
        };
        let Some(attempt) = self.attempts.get_mut(&instance) else { return };
        attempt.phase = Phase::Waiting;
        fx.cancel_timer(Timer::Phase(instance));
        fx.set_timer(Timer::Backoff(instance), after_us);
    }
}

impl Attempt {
    /// Phase 2a: the value of the highest ballot that the promises report; its own only where they report none.
    fn ask_to_accept(&mut self, instance: u64, fx: &mut Fx<'_>) {
        let reported = self.promises.values().flatten().max().copied();
        let bound = reported.filter(|_| fx.setup().variant != Variant::IgnoresAccepted);
        let (ballot, value) = (self.ballot, bound.map_or(self.own, |vote| vote.value));
        (self.phase, self.value) = (Phase::Accepting, Some(value));
        fx.note(match bound {
            Some(vote) => Note::TookOver { instance, ballot, vote },
            None => Note::ProposedOwn { instance, ballot, value },
        });
        for acceptor in fx.setup().acceptors() {
            fx.send(acceptor, Message::Accept { instance, ballot, value });
        }
        fx.set_timer(Timer::Phase(instance), fx.setup().phase_timeout_us);
    }
}

fn answer(asker: Asker, instance: u64, value: u32, fx: &mut Fx<'_>) {
    match asker {
        Asker::Client(client) => fx.send(client, Message::Answer { instance, value }),
        Asker::Command(op) => fx.reply(op, Reply::Chosen { instance, value }),
    }
}
