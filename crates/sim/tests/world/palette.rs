//! Every fault of the palette does what it says, and its cure undoes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_sim::{Action, FaultKind, Kind, Nemesis, Pinned, Plan, Run, Shape, Standing, Status, Step};

use super::{Toy, at, plan, run, steps};

const N1: NodeId = NodeId::server(1);
const N2: NodeId = NodeId::server(2);

/// The steps of a run of the toy under these actions, from 100 ms on.
fn late(actions: &[&str], until_us: u64) -> Vec<Step> {
    let pinned = actions.iter().map(|action| at(100_000, action)).collect();
    steps(&run(2, pinned, until_us)).into_iter().filter(|step| step.at_us > 100_000).collect()
}

/// How long each message took that was sent later than 100 ms and arrived, by link.
fn ways(steps: &[Step]) -> BTreeMap<(NodeId, NodeId), Vec<u64>> {
    let mut sent = BTreeMap::new();
    let mut ways: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    for step in steps {
        sent.extend(step.sent.iter().map(|message| (message.id, step.at_us)));
        let (Some(id), Some(from), Some(to), Kind::Deliver) = (step.message, step.from, step.node, step.kind)
        else {
            continue;
        };
        if let Some(sent_us) = sent.get(&id) {
            ways.entry((from, to)).or_default().push(step.at_us - sent_us);
        }
    }
    ways
}

/// The plan of the toy with two zones: n1 and n2 in the first, n3 and c1 in the second.
fn zoned() -> Plan {
    let mut plan = plan(2, 3, 1_000..3_000);
    plan.seats[2].zone = 1;
    plan.seats[3].zone = 1;
    plan
}

fn run_zoned(actions: &[(u64, &str)], until_us: u64) -> Run {
    let pinned: Vec<Pinned> = actions.iter().map(|&(at_us, action)| at(at_us, action)).collect();
    let mut run = Run::new(Arc::new(zoned()), pinned);
    run.play_until(until_us, u64::MAX);
    run
}

#[test]
fn latency_is_set_for_all_links_for_one_and_between_zones() {
    let ways_of = |actions: &[&str]| ways(&late(actions, 2_000_000));
    let constant = ways_of(&["latency.4321"]);
    assert!(constant.len() >= 6 && constant.values().flatten().all(|&way_us| way_us == 4_321));
    let one = ways_of(&["latency.n1-n2.50000"]);
    assert!(one[&(N1, N2)].iter().all(|&way_us| way_us == 50_000));
    assert!(one[&(N2, N1)].iter().all(|&way_us| way_us < 9_000));

    let run = run_zoned(&[(100_000, "latency.z1-z2.50000")], 2_000_000);
    for ((from, to), ways) in ways(&steps(&run)) {
        let is_across = [N1, N2].contains(&from) && ![N1, N2].contains(&to);
        let slow = ways.iter().filter(|&&way_us| way_us == 50_000).count();
        assert_eq!(is_across, slow > 0, "{from} to {to}");
    }
}

#[test]
fn shapes_have_the_mean_that_they_promise_and_their_tails() {
    for (shape, tail_permille) in [(Shape::Exponential, 11..26), (Shape::Heavy, 33..50)] {
        let name = shape.name();
        let ways = ways(&late(&[&format!("latency.{name}.1000-5000")], 60_000_000));
        let all: Vec<u64> = ways.into_values().flatten().collect();
        let count = all.len() as u64;
        assert!(count > 5_000);
        let mean = all.iter().sum::<u64>() / count;
        // The heavy tail has no variance, so its mean is known only roughly.
        assert!((4_400..6_200).contains(&mean), "{name}: {mean}");
        assert!(all.iter().all(|&way_us| way_us >= 1_000));
        // Beyond four means: e^-4 = 1.8 %; (1 + 4)^-2 = 4 %.
        let tail = all.iter().filter(|&&way_us| way_us > 17_000).count() as u64 * 1_000 / count;
        assert!(tail_permille.contains(&tail), "{name}: {tail} per mille");
    }
}

#[test]
fn links_lose_repeat_and_reorder_in_the_share_they_are_told() {
    let shares = |action: &str| {
        let steps = late(&[action], 30_000_000);
        let sent: usize = steps.iter().map(|step| step.sent.len()).sum();
        let lost = steps.iter().filter(|step| step.kind == Kind::Lost).count();
        let arrived = steps.iter().filter(|step| step.kind == Kind::Deliver).count();
        (lost * 100 / sent, (arrived + lost) * 100 / sent)
    };
    assert!((22..28).contains(&shares("loss.250000").0));
    assert_eq!(shares("loss.0").0, 0);
    assert!((122..128).contains(&shares("duplication.250000").1));
    let one = late(&["loss.n1-n2.1000000"], 2_000_000);
    let lost: BTreeSet<_> =
        one.iter().filter(|step| step.kind == Kind::Lost).map(|step| (step.from, step.node)).collect();
    assert_eq!(lost, BTreeSet::from([(Some(N1), Some(N2))]));
    let twice = late(&["duplication.n1-n2.1000000"], 2_000_000);
    let arrivals = twice
        .iter()
        .filter(|step| step.kind == Kind::Deliver && step.from == Some(N1) && step.node == Some(N2));
    assert!(arrivals.count() > 90);
}

#[test]
fn reordered_messages_are_overtaken_even_where_links_keep_order() {
    let overtaken = |actions: &[&str]| {
        let mut plan = plan(2, 3, 0..0);
        plan.network.fifo = true;
        let mut run = Run::new(Arc::new(plan), actions.iter().map(|action| at(0, action)).collect());
        run.play_until(20_000_000, u64::MAX);
        let mut newest: BTreeMap<_, u64> = BTreeMap::new();
        let mut overtaken = 0;
        for step in steps(&run).iter().filter(|step| step.kind == Kind::Deliver) {
            let newest = newest.entry((step.from, step.node)).or_default();
            overtaken += usize::from(step.message.unwrap_or(0) < *newest);
            *newest = (*newest).max(step.message.unwrap_or(0));
        }
        overtaken
    };
    assert_eq!(overtaken(&["latency.heavy.1000-20000"]), 0);
    assert!(overtaken(&["latency.heavy.1000-20000", "reordering.300000"]) > 20);
}

#[test]
fn one_message_is_delayed_held_doubled_or_dropped() {
    let quiet = steps(&run(2, Vec::new(), 300_000));
    let (sent_us, ordinal) = quiet
        .iter()
        .filter(|step| step.at_us > 100_000)
        .find_map(|step| Some((step.at_us, step.sent.iter().find(|m| (m.from, m.to) == (N1, N2))?.ordinal)))
        .expect("a message");
    let arrivals = |actions: &[(u64, String)]| {
        let pinned = actions.iter().map(|(at_us, action)| at(*at_us, action)).collect();
        let steps = steps(&run(2, pinned, 300_000));
        let id =
            steps.iter().flat_map(|step| &step.sent).find(|m| (m.from, m.to, m.ordinal) == (N1, N2, ordinal));
        let id = id.expect("the message").id;
        let arrives = |step: &&Step| step.message == Some(id) && step.kind == Kind::Deliver;
        steps.iter().filter(arrives).map(|step| step.at_us).collect::<Vec<_>>()
    };
    let name = format!("n1-n2.{ordinal}");
    let soon = sent_us + 1;
    let usual = arrivals(&[])[0];
    assert_eq!(arrivals(&[(soon, format!("delay.{name}.40000"))]), [usual + 40_000]);
    assert_eq!(arrivals(&[(soon, format!("hold.{name}"))]), [] as [u64; 0]);
    assert_eq!(arrivals(&[(soon, format!("hold.{name}")), (200_000, format!("release.{name}"))]), [200_000]);
    assert_eq!(arrivals(&[(soon, format!("deliver.{name}"))]), [soon]);
    assert_eq!(arrivals(&[(soon, format!("drop.{name}"))]), [] as [u64; 0]);
    assert_eq!(arrivals(&[(soon, format!("duplicate.{name}"))]).len(), 2);
}

#[test]
fn one_cut_heals_and_the_other_stands() {
    let actions = vec![at(100_000, "cut.n1.n2"), at(100_000, "oneway.n1.n3"), at(200_000, "heal.1")];
    let run = run(2, actions, 1_000_000);
    let world = &run.head().world;
    assert_eq!(world.cuts().iter().map(|cut| cut.id).collect::<Vec<_>>(), [2]);
    assert!(!world.is_cut(N1, N2) && world.is_cut(N1, NodeId::server(3)));
    assert_eq!(world.standing(), [Standing::Cut(2)]);
}

#[test]
fn a_drifting_clock_drifts_from_when_it_was_set_and_jumps_when_told() {
    let wall_us = |actions: Vec<Pinned>| {
        let run = run(2, actions, 3_000_000);
        let node = run.head().world.node(N1).expect("n1");
        node.clock.wall_us(3_000_000)
    };
    assert_eq!(wall_us(vec![at(1_000_000, "clock.n1.500.100000")]), 3_000_000 + 500 + 200_000);
    assert_eq!(
        wall_us(vec![at(1_000_000, "clock.n1.500.100000"), at(2_000_000, "step.n1.-7000")]),
        3_193_500
    );
    assert_eq!(wall_us(vec![at(1_000_000, "clock.n1.500.100000"), at(2_000_000, "clock.n1.0")]), 3_000_000);
}

#[test]
fn a_slow_processor_works_off_its_inputs_in_order_one_at_a_time() {
    let actions = vec![at(100_000, "processor.n1.4000-4000"), at(1_000_000, "processor.n1.0-0")];
    let run = run(2, actions, 2_000_000);
    let n1: Vec<Step> = steps(&run).into_iter().filter(|step| step.node == Some(N1)).collect();
    let is_input = |step: &&Step| matches!(step.kind, Kind::Deliver | Kind::Timer);
    let busy: Vec<u64> =
        n1.iter().filter(is_input).map(|s| s.at_us).filter(|at| (105_000..1_000_000).contains(at)).collect();
    assert!(busy.len() > 50);
    assert!(busy.windows(2).all(|pair| pair[1] - pair[0] >= 4_000), "one input every 4 ms at the most");
    let quiet = n1.iter().filter(is_input).filter(|step| step.at_us > 1_100_000);
    assert!(
        quiet.map(|step| step.at_us).collect::<Vec<_>>().windows(2).any(|pair| pair[1] - pair[0] < 2_000)
    );
    let halfway = run.moment(run.steps_until(900_000));
    assert_eq!(halfway.world.standing(), [Standing::Processor(N1)]);
    assert!(run.head().world.standing().is_empty());
    assert_eq!(run.head().world.messages_lost(), 0);
}

#[test]
fn what_waits_for_a_slow_processor_survives_a_pause_and_dies_in_a_crash() {
    let slow = at(100_000, "processor.n1.20000-20000");
    let paused = run(2, vec![slow.clone(), at(200_000, "pause.n1"), at(260_000, "resume.n1")], 900_000);
    assert_eq!(paused.head().world.messages_lost(), 0);
    let after = steps(&paused);
    assert!(
        after.iter().any(|step| step.node == Some(N1) && step.at_us > 280_000 && step.kind == Kind::Deliver)
    );
    let crashed = run(2, vec![slow, at(200_000, "crash.n1"), at(260_000, "restart.n1")], 900_000);
    assert!(crashed.head().world.messages_lost() > 0);
    let boots = steps(&crashed);
    assert!(
        boots.iter().any(|step| step.node == Some(N1) && step.at_us > 280_000 && step.kind == Kind::Deliver)
    );
}

#[test]
fn a_wiped_disk_is_found_empty_after_a_crash() {
    let count = |wipe: &str| {
        let actions = vec![at(500_000, wipe), at(500_000, "crash.n1"), at(500_001, "restart.n1")];
        let run = run(2, actions, 500_001);
        run.head().world.node(N1).and_then(|node| node.machine::<Toy>()).map(|toy| toy.count)
    };
    assert_eq!(count("wipe.n1"), Some(0));
    assert!(count("wipe.n2") > Some(5));
}

#[test]
fn a_zone_suffers_as_one_and_each_node_has_its_step() {
    let run = run_zoned(
        &[(100_000, "crash.z1"), (200_000, "restart.z1"), (300_000, "cut.z2"), (400_000, "pause.z2")],
        500_000,
    );
    let struck = |kind: Kind| -> Vec<NodeId> {
        steps(&run).iter().filter(|step| step.kind == kind).filter_map(|step| step.node).collect()
    };
    assert_eq!(struck(Kind::Crash), [N1, N2]);
    assert_eq!(struck(Kind::Restart), [N1, N2]);
    assert_eq!(struck(Kind::Pause), [NodeId::server(3), NodeId::client(1)]);
    let world = &run.head().world;
    assert!(world.is_cut(N1, NodeId::server(3)) && !world.is_cut(N1, N2));
    assert_eq!(world.standing().len(), 3);
}

#[test]
fn acting_in_the_middle_of_a_zones_crash_replays_from_the_text() {
    let mut run = run_zoned(&[(100_000, "crash.z1")], 400_000);
    let middle = run.index().iter().position(|entry| entry.kind == Kind::Crash).expect("a crash") as u64 + 1;
    run.truncate(middle);
    run.act(100_000, Action::Pause(NodeId::server(3)));
    run.play_until(400_000, u64::MAX);
    let mut again = Run::new(run.plan().clone(), run.actions().to_vec());
    again.play_until(400_000, u64::MAX);
    assert_eq!(again.head().world.fingerprint(), run.head().world.fingerprint());
    let down = |run: &Run| run.head().world.nodes().filter(|node| node.status == Status::Down).count();
    assert_eq!((down(&run), down(&again)), (2, 2));
}

#[test]
fn mending_undoes_whatever_stands() {
    let all = "crash.n1 pause.n2 cut.n3 oneway.c1 latency.9000-9999 latency.n3-n2.5 loss.500 duplication.7 \
        reordering.n1-n2.7 disk.n3.1-5 clock.n3.5.7 processor.c1.1-5";
    let mut actions: Vec<Pinned> = all.split_whitespace().map(|action| at(300_000, action)).collect();
    let before = run(2, actions.clone(), 300_000);
    assert_eq!(before.head().world.standing().len(), 10);
    let held = before.head().world.flights().next().expect("a message").name();
    actions.push(at(300_001, &format!("hold.{held}")));
    let before = run(2, actions.clone(), 300_001);
    assert_eq!(before.head().world.standing().len(), 11);
    actions.push(at(400_000, "mend"));
    let mended = run(2, actions, 900_000);
    assert!(mended.head().world.standing().is_empty(), "{:?}", mended.head().world.standing());
    let booted = steps(&mended).into_iter().find(|step| step.kind == Kind::Restart).expect("a restart");
    assert_eq!(booted.at_us, 400_000);
    let idle = run(2, vec![at(300_000, "mend")], 300_000);
    let last = steps(&idle).pop().expect("a step");
    assert_eq!((last.kind, last.node), (Kind::Fault, None));
}

#[test]
fn from_a_manual_action_on_nothing_happens_by_itself_but_answers() {
    let run = run(2, vec![at(300_000, "manual"), at(400_000, "load.c1"), at(500_000, "load.c1")], 9_000_000);
    let after: Vec<Step> = steps(&run).into_iter().filter(|step| step.at_us > 300_000).collect();
    // The client waits for an answer: it gives its next command when it has one, and no second.
    assert!(after.len() <= 2 && after.iter().all(|step| step.action.is_some()));
    assert!(run.head().world.is_manual());
    let mut actions = run.actions().to_vec();
    let message = run
        .head()
        .world
        .flights()
        .filter(|flight| flight.to.is_client())
        .map(faultscope_sim::Flight::name)
        .min();
    actions.push(at(600_000, &format!("deliver.{}", message.expect("an answer on its way"))));
    let answered = self::run(2, actions, 9_000_000);
    let replies =
        steps(&answered).iter().filter(|step| step.kind == Kind::Reply && step.at_us == 600_000).count();
    assert_eq!(replies, 1);
}

#[test]
fn the_nemesis_keeps_its_budget_its_rate_and_heals_when_asked() {
    let plan = plan(1, 3, 0..0);
    let nemesis = |seed| Nemesis::new(seed, FaultKind::ALL.to_vec(), 0..20_000_000, 2);
    let faults = |nemesis: &Nemesis| {
        nemesis.actions(&plan).iter().filter(|pinned| pinned.action.fault().is_some()).count()
    };
    for seed in 0..20 {
        let few = Nemesis { budget: 3, ..nemesis(seed) };
        let struck: Vec<Pinned> = few.actions(&plan);
        assert!((3..=9).contains(&struck.len()), "{struck:?}");
        let mut healed = Run::new(Arc::new(self::plan(seed, 3, 0..0)), nemesis(seed).actions(&plan));
        healed.play_until(25_000_000, u64::MAX);
        assert!(healed.head().world.standing().is_empty(), "{:?}", healed.head().world.standing());
    }
    let (slow, fast) = (faults(&nemesis(1).with_rate(500)), faults(&nemesis(1).with_rate(4_000)));
    assert!(slow > 3 && fast > slow * 3, "{slow} at one in two seconds, {fast} at four a second");
    let stands = (0..20).any(|seed| {
        let lasting = Nemesis { heals: false, length_us: 5_000_000..9_000_000, ..nemesis(seed) };
        let mut run = Run::new(Arc::new(self::plan(seed, 3, 0..0)), lasting.actions(&plan));
        run.play_until(25_000_000, u64::MAX);
        !run.head().world.standing().is_empty()
    });
    assert!(stands);
}

#[test]
fn where_there_are_zones_the_nemesis_strikes_whole_ones() {
    let plan = zoned();
    let drawn: Vec<String> = (0..40)
        .flat_map(|seed| Nemesis::new(seed, FaultKind::ALL.to_vec(), 0..20_000_000, 2).actions(&plan))
        .map(|pinned| pinned.action.to_string())
        .collect();
    for wanted in ["crash.z1", "crash.z2", "cut.z1", "oneway.z2"] {
        assert!(drawn.iter().any(|action| action == wanted), "{wanted}");
    }
}
