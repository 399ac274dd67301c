//! The simulator under a toy protocol: a counter that is written to disk before it is told to the next node.

#[path = "world/palette.rs"]
mod palette;
#[path = "world/search.rs"]
mod search;

use std::collections::BTreeSet;
use std::sync::Arc;

use faultscope_protocol::{Command, Effects, Input, Message, NodeId, Note, Outcome, Protocol, Reply, Timer};
use faultscope_sim::{
    Action, BadCommand, DiskPlan, FaultKind, Kind, Latency, Load, Mode, Nemesis, NetworkPlan, Pin, Pinned,
    Plan, Property, Run, SeatPlan, Signal, Status, Step, TypedFactory, Watch, World,
};
use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Toy {
    count: u64,
    waiting: Vec<(u64, u64)>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
enum Say {
    Count { value: u64 },
    Ask { op: u64 },
    Done { op: u64 },
}

impl Message for Say {
    fn name(&self) -> &'static str {
        match self {
            Self::Count { .. } => "Count",
            Self::Ask { .. } => "Ask",
            Self::Done { .. } => "Done",
        }
    }
    fn is_reply(&self) -> bool {
        matches!(self, Self::Done { .. })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
enum Tick {
    Beat,
    Retry(u64),
}

impl Timer for Tick {
    fn name(&self) -> &'static str {
        match self {
            Self::Beat => "beat",
            Self::Retry(_) => "retry",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
enum Do {
    Add,
}

impl Command for Do {
    fn name(&self) -> &'static str {
        "add"
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
struct Added;

impl Reply for Added {
    fn outcome(&self) -> Outcome {
        Outcome::Ok
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
enum Remark {
    Counted,
}

impl Note for Remark {
    fn name(&self) -> &'static str {
        "counted"
    }
}

/// The setup of a toy that looks at its clock at every beat.
const LOOKS_AT_ITS_CLOCK: u64 = 1;
/// The setup of a toy that heeds servers of smaller numbers only: its servers are not alike.
const HEEDS_THE_FIRST: u64 = 2;

impl Protocol for Toy {
    type Message = Say;
    type Timer = Tick;
    type Command = Do;
    type Reply = Added;
    type Note = Remark;
    type Setup = u64;
    type Stable = u64;

    fn boot(stable: u64, fx: &mut Effects<'_, Self>) -> Self {
        if !fx.id().is_client() {
            let after_us = fx.delay_us("beat", 20_000..30_000);
            fx.set_timer(Tick::Beat, after_us);
        }
        Self { count: stable, waiting: Vec::new() }
    }

    fn handle(&mut self, input: Input<Self>, fx: &mut Effects<'_, Self>) {
        match input {
            Input::Timer(Tick::Beat) => {
                if *fx.setup() == LOOKS_AT_ITS_CLOCK {
                    fx.now_us();
                }
                self.count += 1;
                fx.persist_forced(self.count);
                for peer in fx.seat().peers() {
                    fx.send(peer, Say::Count { value: self.count });
                }
                fx.note(Remark::Counted);
                let after_us = fx.delay_us("beat", 20_000..30_000);
                fx.set_timer(Tick::Beat, after_us);
            }
            Input::Timer(Tick::Retry(op)) => self.ask(op, fx),
            Input::Message { from, body: Say::Count { .. } }
                if *fx.setup() == HEEDS_THE_FIRST && from > fx.id() => {}
            Input::Message { body: Say::Count { value }, .. } => self.count = self.count.max(value),
            Input::Message { from, body: Say::Ask { op } } => fx.send(from, Say::Done { op }),
            Input::Message { body: Say::Done { op }, .. } => {
                if self.waiting.iter().any(|&(known, _)| known == op) {
                    self.waiting.retain(|&(known, _)| known != op);
                    fx.cancel_timer(Tick::Retry(op));
                    fx.reply(op, Added);
                }
            }
            Input::Command { op, body: Do::Add } => {
                self.waiting.push((op, 0));
                self.ask(op, fx);
            }
        }
    }
}

impl Toy {
    fn ask(&mut self, op: u64, fx: &mut Effects<'_, Self>) {
        let servers = &fx.seat().servers;
        let place = fx.choose("server", servers.len() as u32);
        fx.send(servers[place as usize], Say::Ask { op });
        fx.set_timer(Tick::Retry(op), 80_000);
    }
}

fn monotone(seen: &mut Vec<u64>, world: &World, step: &Step) -> Signal {
    let Some(node) = step.node.filter(|id| !id.is_client()).and_then(|id| world.node(id)) else {
        return Signal::Silent;
    };
    let place = usize::from(node.id.number());
    seen.resize(seen.len().max(place + 1), 0);
    match node.machine::<Toy>() {
        Some(toy) if toy.count < seen[place] => Signal::Struck(vec![("node", node.id.to_string())]),
        Some(toy) => {
            seen[place] = toy.count;
            Signal::Held
        }
        None => Signal::Silent,
    }
}

fn plan(seed: u64, servers: u16, disk_us: std::ops::Range<u64>) -> Plan {
    let servers: Arc<[NodeId]> = (1..=servers).map(NodeId::server).collect();
    let clients: Arc<[NodeId]> = [NodeId::client(1)].into();
    Plan {
        seed,
        seats: servers.iter().chain(clients.iter()).map(|&id| SeatPlan { id, role: 0, zone: 0 }).collect(),
        servers,
        clients,
        max_servers: 9,
        joiner_role: 0,
        factory: Arc::new(TypedFactory::<Toy> {
            setup: Arc::new(0),
            load: Some(Load {
                start_us: 0..1_000,
                think_us: 5_000..9_000,
                count: u64::MAX,
                make: |_, _, _, _| Do::Add,
            }),
            command: |words| match words {
                ["add"] => Ok(Do::Add),
                _ => Err(BadCommand::Unknown { word: words.concat(), known: vec!["add"] }),
            },
        }),
        network: NetworkPlan {
            latency: Latency::uniform(2_000..9_000),
            loss_ppm: 0,
            duplicate_ppm: 0,
            reorder_ppm: 0,
            fifo: false,
        },
        disk: DiskPlan { force_us: disk_us, lazy_us: 50_000 },
        manual: false,
        properties: vec![Property::new("monotone", Mode::Always, Watch::boxed(Vec::new(), monotone))],
        symmetry: Vec::new(),
    }
}

fn at(at_us: u64, action: &str) -> Pinned {
    Pinned { pin: Pin { at_us, after_steps: 0 }, action: Action::from_words(action).expect(action) }
}

fn run(seed: u64, actions: Vec<Pinned>, until_us: u64) -> Run {
    let mut run = Run::new(Arc::new(plan(seed, 3, 1_000..3_000)), actions);
    run.play_until(until_us, u64::MAX);
    run
}

fn steps(run: &Run) -> Vec<Step> {
    let mut steps = Vec::new();
    run.replay(1, run.len(), |_, step| steps.push(step.clone()));
    steps
}

#[test]
fn the_same_run_twice_and_any_moment_again() {
    for seed in 0..20 {
        let plan = plan(seed, 3, 1_000..3_000);
        let nemesis = Nemesis {
            gap_us: 20_000..150_000,
            length_us: 50_000..400_000,
            ..Nemesis::new(seed, FaultKind::ALL.to_vec(), 100_000..4_000_000, 3)
        };
        let actions = nemesis.actions(&plan);
        assert!(actions.len() > 20);
        let first = run(seed, actions.clone(), 5_000_000);
        let second = run(seed, actions, 5_000_000);
        assert_eq!(first.head().world.fingerprint(), second.head().world.fingerprint());
        assert!(first.len() > 2_000);
        let mut prints = Vec::new();
        first.replay(1, first.len(), |moment, _| prints.push(moment.world.fingerprint()));
        for place in (0..prints.len()).step_by(97) {
            assert_eq!(first.moment(place as u64 + 1).world.fingerprint(), prints[place]);
        }
    }
}

#[test]
fn a_forced_write_holds_back_what_comes_after_it() {
    let run = run(1, Vec::new(), 1_000_000);
    let mut is_writing = [false; 4];
    let mut released = 0;
    for step in steps(&run) {
        let Some(node) = step.node.filter(|id| !id.is_client()) else { continue };
        let writing = &mut is_writing[usize::from(node.number())];
        match step.kind {
            Kind::Durable => {
                released += step.sent.len();
                *writing = false;
            }
            _ => {
                assert!(step.sent.is_empty() || !(*writing || step.writes > 0), "{step:?}");
                *writing |= step.writes > 0;
            }
        }
    }
    assert!(released > 100);
}

#[test]
fn a_crash_keeps_or_loses_the_unfinished_write_as_it_is_told() {
    let quiet = run(3, Vec::new(), 200_000);
    let writing = steps(&quiet).into_iter().find(|step| step.writes > 0).expect("a write");
    let (node, at_us) = (writing.node.expect("a node"), writing.at_us);
    for (keep, expected) in [(0, 0), (1, 1)] {
        let crash = Pinned { pin: Pin { at_us, after_steps: 9 }, action: Action::Crash { node, keep } };
        let run = run(3, vec![crash, at(at_us + 1, &format!("restart.{node}"))], at_us + 1);
        let found = run.head().world.node(node).and_then(|node| node.machine::<Toy>()).map(|toy| toy.count);
        assert_eq!(found, Some(expected));
        let lost_sends =
            steps(&run).iter().filter(|step| step.node == Some(node)).all(|step| step.sent.is_empty());
        assert!(lost_sends, "what waited behind the write is gone either way");
    }
}

#[test]
fn the_monitor_sees_a_node_forget_and_the_verdict_is_found_again() {
    // The toy counts in memory what peers tell it and does not write that down: a crash takes it back.
    let slow = at(1_000, "disk.n1.90000000-90000001");
    let actions = vec![slow, at(400_000, "crash.n1"), at(410_000, "restart.n1")];
    let run = run(5, actions, 600_000);
    let broken = run.head().properties[0].is_broken();
    assert!(broken);
    let step =
        run.index().iter().position(faultscope_sim::IndexEntry::has_broken).expect("a mark") as u64 + 1;
    assert!(!run.moment(step - 1).properties[0].is_broken());
    assert!(run.moment(step).properties[0].is_broken());
}

#[test]
fn cuts_stop_messages_in_the_middle_and_healing_saves_those_before_it() {
    let cut = run(2, vec![at(100_000, "cut.n1")], 600_000);
    let crossing = |step: &Step| step.node == Some(NodeId::server(1)) || step.from == Some(NodeId::server(1));
    let late = steps(&cut);
    assert!(late.iter().any(|step| step.kind == Kind::Lost && crossing(step)));
    assert!(!late.iter().any(|step| step.at_us > 110_000 && step.kind == Kind::Deliver && crossing(step)));
    let healed = run(2, vec![at(100_000, "cut.n1"), at(100_001, "heal")], 600_000);
    assert!(!steps(&healed).iter().any(|step| step.kind == Kind::Lost && step.at_us > 105_000));
    let one_way = run(2, vec![at(100_000, "oneway.n1")], 600_000);
    let heard = steps(&one_way);
    assert!(
        heard
            .iter()
            .any(|s| s.at_us > 110_000 && s.kind == Kind::Deliver && s.node == Some(NodeId::server(1)))
    );
    assert!(
        !heard
            .iter()
            .any(|s| s.at_us > 110_000 && s.kind == Kind::Deliver && s.from == Some(NodeId::server(1)))
    );
}

#[test]
fn a_paused_node_gets_everything_later_and_in_order() {
    let paused = run(2, vec![at(100_000, "pause.n1"), at(300_000, "resume.n1")], 600_000);
    let n1 = Some(NodeId::server(1));
    let during: Vec<Step> = steps(&paused)
        .into_iter()
        .filter(|step| step.node == n1 && (100_001..300_000).contains(&step.at_us))
        .collect();
    assert!(during.is_empty(), "{during:?}");
    let at_once = steps(&paused).iter().filter(|step| step.node == n1 && step.at_us == 300_000).count();
    assert!(at_once > 5);
    assert_eq!(paused.head().world.messages_lost(), 0);
    let mut halfway = Run::new(paused.plan().clone(), paused.actions().to_vec());
    halfway.play_until(250_000, u64::MAX);
    let node = halfway.head().world.node(NodeId::server(1)).expect("n1");
    assert_eq!(node.status, Status::Paused);
    assert!(node.waiting_inputs() > 5);
}

#[test]
fn acting_in_the_past_forks_and_the_text_replays_it() {
    let mut run = run(7, Vec::new(), 500_000);
    let before = run.moment(100);
    run.truncate(100);
    assert_eq!(run.head().world.fingerprint(), before.world.fingerprint());
    run.act(before.world.now_us(), Action::Crash { node: NodeId::server(2), keep: 0 });
    run.play_until(500_000, u64::MAX);
    let again = self::run(7, run.actions().to_vec(), 500_000);
    assert_eq!(again.head().world.fingerprint(), run.head().world.fingerprint());
    assert_eq!(again.head().world.node(NodeId::server(2)).map(|node| node.status), Some(Status::Down));
}

/// Other actions on the same plan: what is shared is kept, and what follows is what playing from the start gives.
#[test]
fn a_run_with_other_actions_is_the_run_from_the_start() {
    let mut parted = BTreeSet::new();
    for seed in 0..60 {
        let plan = plan(seed, 3, 0..3_000);
        let nemesis = Nemesis {
            seed,
            kinds: FaultKind::ALL.to_vec(),
            window_us: 10_000..900_000,
            gap_us: 10_000..150_000,
            length_us: 50_000..400_000,
            most_down: 3,
            ..Nemesis::new(seed, Vec::new(), 0..1, 3)
        };
        let actions = nemesis.actions(&plan);
        let played = run(seed, actions.clone(), 1_000_000);
        let mut others = actions.clone();
        let place = seed as usize % actions.len();
        match seed % 3 {
            0 => drop(others.remove(place)),
            1 => others[place].pin.at_us += 7_000,
            _ => others.truncate(place),
        }
        others.sort_by_key(|pinned| pinned.pin);
        let mut forked = played.with_actions(others.clone());
        assert_eq!(forked.len(), played.parting(&others));
        parted.insert(forked.len());
        forked.play_until(1_000_000, u64::MAX);
        let again = run(seed, others, 1_000_000);
        assert_eq!(forked.head().world.fingerprint(), again.head().world.fingerprint(), "seed {seed}");
        assert!(forked.index().iter().eq(again.index().iter()), "seed {seed}");
    }
    assert!(parted.len() > 20, "{parted:?}");
}

/// The run was played on past the end of a pause; then the node goes on earlier than that: what had reached its door
/// meanwhile has not reached it yet.
#[test]
fn acting_before_what_waits_at_a_door_replays_from_the_text() {
    let n1 = NodeId::server(1);
    let mut told = 0;
    for at_us in (90_001..140_000).step_by(300) {
        // All nodes stand, so that the last step lies well before the end of what was looked at.
        let all = ["pause.n1", "pause.n2", "pause.n3", "pause.c1"];
        let mut run = run(3, all.map(|action| at(90_000, action)).to_vec(), 500_000);
        let last = run.len();
        run.truncate(run.steps_until(at_us));
        run.act(at_us, Action::Resume(n1));
        run.play_until(600_000, u64::MAX);
        let again = self::run(3, run.actions().to_vec(), 600_000);
        assert_eq!(again.head().world.fingerprint(), run.head().world.fingerprint(), "at {at_us} µs");
        told += u64::from(run.len() > last);
    }
    assert!(told > 100, "{told}");
}

#[test]
fn in_a_manual_schedule_nothing_happens_by_itself() {
    let mut plan = plan(1, 3, 0..0);
    plan.manual = true;
    let actions = vec![at(5_000, "fire.n1.0"), at(5_001, "deliver.n1-n2.1"), at(5_002, "drop.n1-n3.1")];
    let mut run = Run::new(Arc::new(plan), actions);
    run.play_until(10_000_000, u64::MAX);
    let kinds: Vec<Kind> = run.index().iter().map(|entry| entry.kind).collect();
    use Kind::{Boot, Deliver, Lost, Timer};
    assert_eq!(kinds, [Boot, Boot, Boot, Boot, Timer, Deliver, Lost]);
    let count =
        |id| run.head().world.node(NodeId::server(id)).and_then(|n| n.machine::<Toy>()).map(|toy| toy.count);
    assert_eq!([count(1), count(2), count(3)], [Some(1), Some(1), Some(0)]);
}

#[test]
fn every_command_is_answered_once_in_a_quiet_run() {
    let run = run(9, Vec::new(), 2_000_000);
    let mut open = Vec::new();
    let mut answered = 0;
    for step in steps(&run) {
        match step.kind {
            Kind::Command => open.push(step.op),
            Kind::Reply => {
                assert!(open.contains(&step.op));
                open.retain(|op| *op != step.op);
                answered += 1;
            }
            _ => {}
        }
    }
    assert!(answered > 50);
    assert!(open.len() <= 1);
}

#[test]
fn a_joiner_boots_with_the_next_number_only() {
    let run = run(4, vec![at(10_000, "join.n9"), at(20_000, "join.n4")], 100_000);
    let world = &run.head().world;
    assert_eq!(world.servers().len(), 4);
    assert_eq!(world.node(NodeId::server(4)).map(|node| node.status), Some(Status::Up));
}
