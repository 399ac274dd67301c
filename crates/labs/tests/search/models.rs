//! The models that both searches count: the same seats, setups and commands for ours and for Stateright's.

use std::sync::Arc;

use faultscope_labs::Session;
use faultscope_labs::sim::{Bounds, Goal, Progress, Search};
use faultscope_protocol::{NodeId, Protocol, Seat, commit, raft, ring};

use crate::actors::{Faults, Seated, Seats};

/// One model, twice.
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    /// Ours: a run whose steps are the boots and the commands, all at time 0.
    pub(crate) text: &'static str,
    pub(crate) depth: Option<u32>,
    pub(crate) faults: Faults,
    /// Stateright's.
    pub(crate) theirs: fn(&Session, Faults, Option<u32>) -> (u64, u64),
}

/// How many unique states, and how many generated ones, our search counts.
pub(crate) fn ours(pair: &Pair) -> Progress {
    let session = Session::open(pair.text).unwrap_or_else(|error| panic!("{}: {error:?}", pair.text));
    let steps = session.run().steps_until(0);
    let bounds = Bounds {
        crashes: None,
        most_down: pair.faults.most_down as u32,
        drops: if pair.faults.drops { None } else { Some(0) },
        timers: None,
        commands: Some(0),
        depth: pair.depth,
        states: u64::MAX,
        bytes: 4 << 30,
        goal: Goal::Everything,
        // None of the run's: only the states are counted.
        properties: vec!["nothing"],
        // Stateright counts every state for itself.
        symmetry: false,
        ..Bounds::default()
    };
    let mut search = Search::new(session.run(), steps, bounds);
    while !search.step(1_000_000).is_done {}
    search.progress()
}

/// How many Stateright counts.
pub(crate) fn theirs(pair: &Pair) -> (u64, u64) {
    let session = Session::open(pair.text).unwrap_or_else(|error| panic!("{}: {error:?}", pair.text));
    (pair.theirs)(&session, pair.faults, pair.depth)
}

/// The seats of a session's run, with the setup that its nodes have.
fn seats<P: Protocol>(session: &Session, commands: &[(NodeId, P::Command)]) -> Vec<Seated<P>> {
    let plan = session.run().plan();
    let nodes: Arc<[NodeId]> = plan.seats.iter().map(|seat| seat.id).collect();
    let setup = session.world().nodes().next().and_then(|node| node.setup::<P::Setup>()).expect("a setup");
    let setup = Arc::new(setup.clone());
    let seated = plan.seats.iter().map(|seat| Seated {
        seat: Arc::new(Seat {
            id: seat.id,
            role: seat.role,
            servers: plan.servers.clone(),
            clients: plan.clients.clone(),
            zone: seat.zone,
            setup: setup.clone(),
        }),
        commands: (1..)
            .zip(commands)
            .filter(|(_, (node, _))| *node == seat.id)
            .map(|(op, (_, command))| (op, command.clone()))
            .collect(),
        nodes: nodes.clone(),
    });
    seated.collect()
}

pub(crate) fn two_phase(session: &Session, faults: Faults, depth: Option<u32>) -> (u64, u64) {
    let part = |participant, amount| commit::Part { participant, account: 1, amount };
    let parts = vec![part(NodeId::server(2), -10), part(NodeId::server(3), 10)];
    let command = (NodeId::client(1), commit::Command::Transfer { parts });
    Seats::new(seats::<commit::Commit>(session, &[command]), faults).count(depth)
}

pub(crate) fn raft(session: &Session, faults: Faults, depth: Option<u32>) -> (u64, u64) {
    Seats::new(seats::<raft::Raft>(session, &[]), faults).count(depth)
}

pub(crate) fn raft_client(session: &Session, faults: Faults, depth: Option<u32>) -> (u64, u64) {
    let command = (NodeId::client(1), raft::Command::Write { key: 0, value: 7 });
    Seats::new(seats::<raft::Raft>(session, &[command]), faults).count(depth)
}

pub(crate) fn ring(session: &Session, faults: Faults, depth: Option<u32>) -> (u64, u64) {
    Seats::new(seats::<ring::Ring>(session, &[]), faults).count(depth)
}

pub(crate) const TWO_PHASE: &str = "commit:2pc;r1;s1;participants=2;clients=1;transfers=0;prepare_work_us=0;disk_us=0-0;\
    @0+4do.c1.transfer.10.n2.n3";
pub(crate) const TWO_PHASE_ORDERED: &str = "commit:2pc;r1;s1;participants=2;clients=1;transfers=0;prepare_work_us=0;disk_us=0-0;\
    fifo=kept;@0+4do.c1.transfer.10.n2.n3";
pub(crate) const RAFT: &str = "raft:basic;r1;s1;servers=3;clients=0;disk_us=0-0";
pub(crate) const RAFT_CLIENT: &str = "raft:basic;r1;s1;servers=1;clients=1;disk_us=0-0;@0+2do.c1.write.x.7";
pub(crate) const RING: &str = "ring:ring;r1;s1;nodes=3;disk_us=0-0";

pub(crate) const CALM: Faults = Faults { drops: false, most_down: 0, fifo: false };
