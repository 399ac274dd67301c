//! Leader election: as tutorials tell it, as Garcia-Molina, Chang and Roberts wrote it, and on a coordination service.
//!
//! - [`Drawer`]: each node draws a number, the greater wins. Naive in several ways; see [`Variant`].
//! - [`Bully`]: Garcia-Molina, "Elections in a Distributed Computing System", 1982, in the form of textbooks:
//!   `ELECTION` to all higher nodes, `OK` from whoever lives, `COORDINATOR` from the highest. It assumes that
//!   messages between live nodes arrive within the answer timeout.
//! - [`Ring`]: Chang and Roberts, "An improved algorithm for decentralized extrema-finding in circular configurations
//!   of processes", 1979: unidirectional, the *largest* id wins. It assumes reliable links, in order, and no crash.
//! - [`Candidate`]: ZooKeeper's recipe on [`crate::coordination`], and two wrong ways to use the service.
//!
//! Added to the old algorithms is an *epoch*, the number of the election, so that an old leader can be told from a
//! new one; it decides nothing. A leader tells everybody from time to time that it lives.
//!
//! What none of them promises: that at one instant only one node believes that it leads.

mod bully;
mod candidate;
mod drawer;
mod message;
mod note;
mod ring;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::Serialize;

use crate::coordination::{self, Server};
use crate::{Effects, Input, NodeId, Protocol};

pub use bully::{Bully, Phase};
pub use candidate::{Candidate, Step};
pub use drawer::Drawer;
pub use message::{Command, Message, Reply, Timer};
pub use note::{Note, RULES};
pub use ring::Ring;

/// The role of a seat that stands for election. The servers of the coordination service have role 0.
pub const PARTICIPANT: u8 = 1;

/// The znode under which candidates make theirs.
pub const PARENT: &str = "/election";
/// The znode of [`Variant::ZnodeSameWord`].
pub const MASTER: &str = "/election/master";

/// Which algorithm the nodes follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Variant {
    /// Wrong on purpose: each draws a number and tells it to all; the greatest leads, and of equal ones each.
    #[default]
    RandomMax,
    /// Wrong on purpose: each comparison overwrites the last, so that whoever was heard last decides.
    RandomPairwise,
    /// Wrong on purpose: ids break ties, and still nobody needs a majority.
    UniqueMax,
    /// Garcia-Molina's.
    Bully,
    /// Chang's and Roberts's.
    Ring,
    /// ZooKeeper's recipe: ephemeral sequential znodes, each watches the one before its own.
    Znode,
    /// Wrong by its cost: all watch the leader's znode.
    ZnodeHerd,
    /// Wrong on purpose: all write the same word, and whoever reads it believes that it leads.
    ZnodeSameWord,
}

impl Variant {
    /// Whether the participants use the coordination service.
    pub const fn uses_service(self) -> bool {
        matches!(self, Self::Znode | Self::ZnodeHerd | Self::ZnodeSameWord)
    }
}

/// What happens when the run begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Every node starts an election at once.
    #[default]
    Elect,
    /// The highest node leads already, and all know. For the bully algorithm alone; elsewhere the same as `Idle`.
    Settled,
    /// Nothing, until somebody is told to start an election.
    Idle,
}

/// How the ids lie on the ring of Chang and Roberts, in the direction of its messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Each node draws its own.
    #[default]
    Drawn,
    /// Each greater than the one before: the fewest messages.
    Ascending,
    /// Each smaller than the one before: the most messages.
    Descending,
}

/// The knobs, the same for all nodes of a run. Durations are in microseconds of the node's own clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Setup {
    /// Which algorithm the nodes follow.
    pub variant: Variant,
    /// How many nodes stand for election: the first servers.
    pub participants: u16,
    /// Numbers are drawn from 1 to this, with equal chances.
    pub numbers: u32,
    /// How long a node waits for the numbers of the others.
    pub collect_us: u64,
    /// What happens when the run begins.
    pub start: Start,
    /// How the ids lie on the ring.
    pub order: Order,
    /// How often a leader tells that it lives.
    pub heartbeat_us: u64,
    /// After how much silence a leader counts as dead.
    pub detect_us: u64,
    /// How long the bully algorithm waits for an OK.
    pub answer_us: u64,
    /// How long it waits, after an OK, for the new leader.
    pub coordinator_us: u64,
    /// The knobs of the coordination service.
    #[serde(skip)]
    pub service: Arc<coordination::Setup>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            variant: Variant::RandomMax,
            participants: 5,
            numbers: 10,
            collect_us: 100_000,
            start: Start::Elect,
            order: Order::Drawn,
            heartbeat_us: 100_000,
            detect_us: 350_000,
            answer_us: 60_000,
            coordinator_us: 200_000,
            service: Arc::new(coordination::Setup { first: 6, roots: &[PARENT], ..Default::default() }),
        }
    }
}

impl Setup {
    /// The nodes that stand for election, in order.
    pub fn participants(&self) -> impl Iterator<Item = NodeId> + use<> {
        (1..=self.participants).filter_map(NodeId::from_code).filter(|id| !id.is_client())
    }

    /// The participants but one.
    fn others(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        self.participants().filter(move |other| *other != id)
    }
}

/// All that survives a crash; each algorithm uses its own part.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Stable {
    /// Bully and ring: the epoch that the node knows of; none before it started for the first time.
    pub epoch: Option<u32>,
    /// Ring: the id that it drew.
    pub ring_id: Option<u32>,
    /// A part of the coordination service: what that has written.
    pub service: Option<coordination::Stable>,
}

/// One node of an election.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Election {
    /// Draws a number.
    Drawer(Drawer),
    /// Bullies.
    Bully(Bully),
    /// Stands on a ring.
    Ring(Ring),
    /// A client of the coordination service.
    Candidate(Candidate),
    /// A server of the coordination service.
    Service(Server),
}

/// The effects of these machines.
type Fx<'a> = Effects<'a, Election>;

impl Protocol for Election {
    type Message = Message;
    type Timer = Timer;
    type Command = Command;
    type Reply = Reply;
    type Note = Note;
    type Setup = Setup;
    type Stable = Stable;

    fn boot(stable: Stable, fx: &mut Fx<'_>) -> Self {
        let setup = fx.setup();
        let service = stable.service.clone().unwrap_or_default();
        if setup.variant.uses_service() && setup.service.ensemble().any(|server| server == fx.id()) {
            return Self::Service(with_service(fx, |inner| Server::boot(service, inner)));
        }
        match setup.variant {
            Variant::RandomMax | Variant::RandomPairwise | Variant::UniqueMax => {
                Self::Drawer(Drawer::boot(fx))
            }
            Variant::Bully => Self::Bully(Bully::boot(&stable, fx)),
            Variant::Ring => Self::Ring(Ring::boot(&stable, fx)),
            Variant::Znode | Variant::ZnodeHerd | Variant::ZnodeSameWord => {
                Self::Candidate(Candidate::boot(&service, fx))
            }
        }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Fx<'_>) {
        match (self, input) {
            (Self::Bully(bully), Input::Command { op, .. }) => {
                fx.reply(op, Reply::Started);
                bully.start(fx);
            }
            (Self::Ring(ring), Input::Command { op, .. }) => {
                fx.reply(op, Reply::Started);
                ring.start(fx);
            }
            (_, Input::Command { op, .. }) => fx.reply(op, Reply::WrongNode),
            (Self::Drawer(drawer), input) => drawer.handle(input, fx),
            (Self::Bully(bully), input) => bully.handle(input, fx),
            (Self::Ring(ring), input) => ring.handle(input, fx),
            (Self::Candidate(candidate), input) => {
                if let Some(inner) = inner_input(input) {
                    candidate.handle(inner, fx);
                }
            }
            (Self::Service(server), input) => {
                if let Some(inner) = inner_input(input) {
                    with_service(fx, |fx| server.handle(inner, fx));
                }
            }
        }
    }
}

/// What a node believes, whatever the algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belief {
    /// The number of the election.
    pub epoch: u32,
    /// Who leads, if it knows anybody.
    pub leader: Option<NodeId>,
    /// Whether it leads itself.
    pub leads: bool,
}

impl Election {
    /// What a participant believes.
    pub fn belief(&self) -> Option<Belief> {
        Some(match self {
            Self::Drawer(drawer) => Belief { epoch: 1, leader: drawer.leader, leads: drawer.leads },
            Self::Bully(bully) => {
                Belief { epoch: bully.epoch, leader: bully.leader, leads: bully.phase == Phase::Leader }
            }
            Self::Ring(ring) => Belief { epoch: ring.epoch, leader: ring.leader, leads: ring.leads },
            Self::Candidate(candidate) => Belief {
                epoch: candidate.epoch,
                leader: candidate.leader,
                leads: candidate.step == Step::Leading,
            },
            Self::Service(_) => return None,
        })
    }
}

/// Runs a part of the coordination service inside a node.
fn with_service<R>(fx: &mut Fx<'_>, run: impl FnOnce(&mut coordination::Fx<'_>) -> R) -> R {
    let seat = coordination::seat(fx.seat(), &fx.setup().service);
    let keep = |service| Stable { service: Some(service), ..Stable::default() };
    fx.embed(&seat, run, |effect| coordination::lift(effect, keep))
}

/// An input for the coordination service, if it is one.
fn inner_input(input: Input<Election>) -> Option<Input<coordination::Coordination>> {
    match input {
        Input::Message { from, body: Message::Service(body) } => Some(Input::Message { from, body }),
        Input::Timer(Timer::Service(timer)) => Some(Input::Timer(timer)),
        Input::Message { .. } | Input::Timer(_) | Input::Command { .. } => None,
    }
}
