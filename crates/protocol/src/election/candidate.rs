//! A candidate on the coordination service: ZooKeeper's recipe for leader election, and two wrong ways.

use crate::ordered::sort_by;
use serde::Serialize;

use super::note::Note;
use super::{Fx, MASTER, PARENT, Variant, with_service};
use crate::coordination::{Answer, Client, Coordination, Event, Op, Refusal, Stable, Zxid};
use crate::{Input, NodeId};

/// What a candidate is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// It has no session, or no znode.
    Joining,
    /// It lists the candidates, to find its place.
    Looking,
    /// Another one leads; it has left a watch.
    Following,
    /// It leads.
    Leading,
    /// It would lead, and is not sure that its session stands.
    Doubting,
}

/// A candidate's state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Candidate {
    /// Its session with the service.
    pub client: Client,
    /// What it is at.
    pub step: Step,
    /// Whom it takes for the leader.
    pub leader: Option<NodeId>,
    /// The number of that one's znode, from 1: a fencing token.
    pub epoch: u32,
    /// The name of its own znode, once it has seen it.
    pub znode: Option<String>,
    /// The name of the znode that it watches.
    pub watching: Option<String>,
}

impl Candidate {
    pub(super) fn boot(stable: &Stable, fx: &mut Fx<'_>) -> Self {
        Self {
            client: with_service(fx, |fx| Client::boot(stable, fx)),
            step: Step::Joining,
            leader: None,
            epoch: 0,
            znode: None,
            watching: None,
        }
    }

    pub(super) fn handle(&mut self, input: Input<Coordination>, fx: &mut Fx<'_>) {
        for event in with_service(fx, |fx| self.client.handle(input, fx)) {
            self.hear(event, fx);
        }
    }

    fn hear(&mut self, event: Event, fx: &mut Fx<'_>) {
        match event {
            Event::Opened(_) => self.join(fx),
            Event::Answered { answer, .. } => self.take_answer(answer, fx),
            Event::Fired { .. } => {
                self.watching = None;
                self.look_again(fx);
            }
            Event::InDoubt if self.step == Step::Leading => {
                self.step = Step::Doubting;
                fx.note(Note::HoldsHand);
            }
            Event::Sure if self.step == Step::Doubting => self.lead(self.epoch, fx),
            Event::Expired => {
                (self.step, self.leader, self.znode, self.watching) = (Step::Joining, None, None, None);
            }
            Event::InDoubt | Event::Sure => {}
        }
    }

    fn ask(&mut self, op: Op, fx: &mut Fx<'_>) {
        with_service(fx, |fx| self.client.submit(op, fx));
    }

    /// Makes its znode. Its name tells whose it is, and from which session.
    fn join(&mut self, fx: &mut Fx<'_>) {
        let is_plain = fx.setup().variant == Variant::ZnodeSameWord;
        let (path, data) = if is_plain {
            (MASTER.to_owned(), "master".to_owned())
        } else {
            (format!("{PARENT}/{}", self.guid(fx)), fx.id().to_string())
        };
        self.ask(Op::Create { path, data, ephemeral: true, sequential: !is_plain }, fx);
    }

    /// What its znode's name begins with. The recipe's reason for it: where the answer to a create is lost, the list
    /// of children still shows which znode is its own.
    fn guid(&self, fx: &Fx<'_>) -> String {
        format!("{}.{}.{}-n_", fx.id(), self.client.incarnation, self.client.openings)
    }

    fn take_answer(&mut self, answer: Answer, fx: &mut Fx<'_>) {
        match answer {
            Answer::Created { .. } | Answer::Exists(None) => self.look_again(fx),
            Answer::Refused(Refusal::NodeExists) => self.read_word(fx),
            Answer::Refused(Refusal::NoNode) if fx.setup().variant == Variant::ZnodeSameWord => {
                self.join_again(fx);
            }
            Answer::Children(names) => self.find_place(names, fx),
            Answer::Data { data, stat } if data == "master" => self.read_master(stat.created, fx),
            Answer::Exists(Some(_))
            | Answer::Refused(_)
            | Answer::Data { .. }
            | Answer::Set { .. }
            | Answer::Done => {}
        }
    }

    fn look_again(&mut self, fx: &mut Fx<'_>) {
        if fx.setup().variant == Variant::ZnodeSameWord {
            // After a watch has fired there is nothing to read until somebody makes it again.
            return if self.step == Step::Joining { self.read_word(fx) } else { self.join_again(fx) };
        }
        if self.step != Step::Leading {
            self.step = Step::Looking;
        }
        self.ask(Op::GetChildren { path: PARENT.to_owned(), watch: false }, fx);
    }

    /// Lowest of all: it leads. Else it watches the one before it, or, as a herd, the leader.
    fn find_place(&mut self, mut names: Vec<String>, fx: &mut Fx<'_>) {
        sort_by(&mut names, |one, other| number_of(one).cmp(&number_of(other)));
        let guid = self.guid(fx);
        let Some(place) = names.iter().position(|name| name.starts_with(&guid)) else { return };
        let Some(lowest) = names.first() else { return };
        self.znode = Some(names[place].clone());
        self.leader = lowest.split('.').next().and_then(|name| name.parse().ok());
        self.epoch = number_of(lowest).saturating_add(1);
        if place == 0 {
            return self.lead(self.epoch, fx);
        }
        self.step = Step::Following;
        let watched = if fx.setup().variant == Variant::ZnodeHerd { 0 } else { place - 1 };
        let watched = names[watched].clone();
        fx.note(Note::Watches { whose: watched.clone() });
        self.ask(Op::Exists { path: format!("{PARENT}/{watched}"), watch: true }, fx);
        self.watching = Some(watched);
    }

    fn lead(&mut self, epoch: u32, fx: &mut Fx<'_>) {
        let is_sure = self.client.is_sure();
        let is_new = self.step != Step::Leading;
        self.epoch = epoch;
        self.leader = Some(fx.id());
        self.step = if is_sure { Step::Leading } else { Step::Doubting };
        if is_new && is_sure {
            fx.note(Note::Leads { epoch });
        }
    }

    // The same word.

    fn read_word(&mut self, fx: &mut Fx<'_>) {
        self.ask(Op::GetData { path: MASTER.to_owned(), watch: true }, fx);
    }

    fn join_again(&mut self, fx: &mut Fx<'_>) {
        self.step = Step::Joining;
        self.leader = None;
        self.join(fx);
    }

    /// It says "master". Nobody asks whose word that is.
    fn read_master(&mut self, made: Zxid, fx: &mut Fx<'_>) {
        self.watching = Some("master".to_owned());
        let epoch = made.epoch.saturating_sub(1).saturating_mul(1_000_000).saturating_add(made.counter);
        self.lead(epoch, fx);
    }
}

/// The number at the end of a sequential znode's name.
fn number_of(name: &str) -> u32 {
    name.rsplit('_').next().and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX)
}
