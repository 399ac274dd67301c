//! What was accepted, and so what is chosen, seen from outside: by the messages that leave the acceptors.
//!
//! An acceptance counts when its `Accepted` leaves, which is after its write is durable. It counts for ever, also
//! where a forgetful acceptor has lost it: a value is chosen once a majority has accepted it in one ballot.

use faultscope_protocol::NodeId;
use faultscope_protocol::paxos::{Message, Paxos, Setup, Vote};
use faultscope_sim::{Node, Step, World};

use super::votes::{self, Votes};

/// Votes and choices of a run, by instance.
#[derive(Clone, Default, Hash)]
pub(super) struct Ledger(Votes<Vote, u32>);

/// A value was chosen in this step; its place is the instance.
pub(super) type Choice = votes::Choice<Vote, u32>;

impl Ledger {
    /// Takes in a step; returns what was chosen in it.
    pub(super) fn observe(&mut self, world: &World, step: &Step) -> Option<Choice> {
        let node = step.node.filter(|_| !step.sent.is_empty()).and_then(|id| world.node(id))?;
        let setup = node.setup::<Setup>()?;
        let mut choice = None;
        for sent in &step.sent {
            if let Some(&Message::Accepted { instance, ballot, value }) = sent.body.get::<Message>() {
                let vote = Vote { ballot, value };
                let chosen = self.0.accept(instance, vote, value, node.id, |count| setup.is_majority(count));
                choice = chosen.or(choice);
            }
        }
        choice
    }

    /// What is chosen: what was chosen first.
    pub(super) fn chosen(&self, instance: u64) -> Option<u32> {
        self.0.chosen(instance)
    }
}

/// The machine of the server that a step happened to, if it is up.
pub(super) fn machine_of<'a>(world: &'a World, step: &Step) -> Option<(NodeId, &'a Paxos)> {
    let id = step.node.filter(|id| !id.is_client())?;
    Some((id, world.node(id)?.machine::<Paxos>()?))
}

/// The message that was delivered in a step.
pub(super) fn delivered(step: &Step) -> Option<&Message> {
    step.body.as_ref()?.get::<Message>()
}

/// What a proposer or a learner takes for chosen.
pub(super) fn learned_at(machine: &Paxos, instance: u64) -> Option<Vote> {
    match machine {
        Paxos::Proposer(proposer) => proposer.learned.get(&instance).copied(),
        Paxos::Learner(learner) => learner.learned.get(&instance).copied(),
        Paxos::Acceptor(_) | Paxos::Client(_) => None,
    }
}

/// Whether the picture shows a value as chosen: a majority of the acceptors hold it in one ballot on their disks, or
/// somebody that is up has learned it.
pub(super) fn is_chosen_now(world: &World, instance: u64, vote: Vote) -> bool {
    let Some(setup) = world.servers().next().and_then(Node::setup::<Setup>) else { return false };
    let holds = |node: &&Node| super::state::slots(node).and_then(|slots| slots.get(&instance)?.accepted);
    let count = world.servers().filter_map(|node| holds(&node)).filter(|held| *held == vote).count();
    let learned = |node: &Node| learned_at(node.machine::<Paxos>()?, instance);
    setup.is_majority(count) || world.servers().filter_map(learned).any(|learned| learned.value == vote.value)
}
