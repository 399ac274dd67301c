//! The search under the toy: what may happen is all there, what it finds is a run, and what it did not visit it says.

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_sim::{
    Action, Asymmetry, Bounds, Counterexample, Disks, Draw, Goal, Judgement, Kind, Limit, Mode, Plan,
    Property, Run, Search, Signal, Status, Step, Symmetry, TypedFactory, Verdict, Watch, World, classes,
};

use super::{Do, HEEDS_THE_FIRST, LOOKS_AT_ITS_CLOCK, Say, Toy, at, plan};

const N1: NodeId = NodeId::server(1);
const N3: NodeId = NodeId::server(3);

type Look = fn(&mut bool, &World, &Step) -> Signal;

fn when(seen: bool) -> Signal {
    if seen { Signal::Struck(Vec::new()) } else { Signal::Silent }
}

/// A run of the toy in which one thing is to be seen.
fn run_to_see(look: Look, actions: &[(u64, &str)]) -> Run {
    let properties = vec![Property::new("seen", Mode::Sometimes, Watch::boxed(false, look))];
    let plan = Plan { properties, ..plan(1, 3, 1_000..3_000) };
    Run::new(Arc::new(plan), actions.iter().map(|&(at_us, action)| at(at_us, action)).collect())
}

fn searched(run: &Run, step: u64, bounds: Bounds) -> Search {
    let mut search = Search::new(run, step, bounds);
    while !search.step(1_000).is_done {}
    search
}

fn small() -> Bounds {
    Bounds { timers: Some(1), commands: Some(1), goal: Goal::Everything, ..Bounds::default() }
}

/// What was found: after so many choices, and as a run that shows it.
fn found(search: &Search) -> (u32, Counterexample) {
    let judged = &search.judged()[0];
    let Judgement::Struck { depth, .. } = judged.judgement else {
        panic!("{judged:?} {:?}", search.limits())
    };
    let run = search.counterexample("seen").expect("a run");
    assert!(run.is_replayed, "{run:?}");
    (depth, run)
}

fn words(found: &Counterexample) -> Vec<String> {
    found.actions.iter().map(|pinned| pinned.action.to_string()).collect()
}

fn is_unseen(search: &Search) -> bool {
    search.is_exhausted() && search.judged()[0].judgement == Judgement::Exhausted
}

#[test]
fn every_choice_of_a_machine_is_tried() {
    let asks_n3: Look = |_, _, step| {
        let is_ask = step
            .body
            .as_ref()
            .and_then(|body| body.get::<Say>())
            .is_some_and(|say| matches!(say, Say::Ask { .. }));
        when(is_ask && step.kind == Kind::Deliver && step.node == Some(N3))
    };
    let (depth, run) = found(&searched(&run_to_see(asks_n3, &[]), 0, small()));
    assert_eq!(depth, 2);
    assert_eq!(words(&run), ["manual", "pick.c1.2", "load.c1", "deliver.c1-n3.1"]);
}

#[test]
fn pending_writes_are_kept_or_lost_and_immediate_ones_kept() {
    let remembers: Look = |_, world, step| {
        let count = world.node(N1).and_then(|node| node.machine::<Toy>()).map_or(0, |toy| toy.count);
        when(step.kind == Kind::Restart && step.node == Some(N1) && count == 1)
    };
    let forgets: Look = |beaten, world, step| {
        // Every beat writes.
        let is_blank = world.node(N1).is_some_and(|node| node.durable::<u64>().is_none());
        *beaten |= step.kind == Kind::Timer && step.node == Some(N1);
        when(step.kind == Kind::Crash && step.node == Some(N1) && is_blank && *beaten)
    };
    let with = |disks| Bounds { crashes: Some(1), commands: Some(0), disks, ..small() };
    let (depth, run) = found(&searched(&run_to_see(remembers, &[]), 0, with(Disks::Pending)));
    assert_eq!(depth, 3);
    assert_eq!(words(&run), ["manual", "fire.n1.0", "crash.n1.1", "restart.n1"]);
    let (_, run) = found(&searched(&run_to_see(remembers, &[]), 0, with(Disks::Immediate)));
    assert_eq!(words(&run), ["manual", "fire.n1.0", "finish.n1", "crash.n1", "restart.n1"]);
    found(&searched(&run_to_see(forgets, &[]), 0, with(Disks::Pending)));
    assert!(is_unseen(&searched(&run_to_see(forgets, &[]), 0, with(Disks::Immediate))));
}

#[test]
fn what_has_no_budget_does_not_happen() {
    let loses: Look = |_, _, step| when(step.kind == Kind::Lost);
    let pauses: Look = |_, world, _| when(world.nodes().any(|node| node.status == Status::Paused));
    let doubles: Look = |_, world, step| {
        when(matches!(step.action, Some(Action::Duplicate(_))) && world.flights().count() > 1)
    };
    for (look, bounds) in [
        (loses, Bounds { drops: Some(1), ..small() }),
        (pauses, Bounds { pauses: Some(1), ..small() }),
        (doubles, Bounds { duplicates: Some(1), ..small() }),
    ] {
        assert!(is_unseen(&searched(&run_to_see(look, &[]), 0, small())));
        found(&searched(&run_to_see(look, &[]), 0, bounds));
    }
}

#[test]
fn it_starts_from_any_step_and_cuts_that_stand_hold() {
    let n3_hears_n1: Look = |_, world, step| {
        let is_from = step.kind == Kind::Deliver && step.from == Some(N1) && step.node == Some(N3);
        when(is_from && !world.cuts().is_empty())
    };
    let actions = [(10_000, "oneway.n1.n3"), (90_000, "heal")];
    let mut run = run_to_see(n3_hears_n1, &actions);
    run.play_until(40_000, u64::MAX);
    let cut = run.steps_until(10_000);
    for step in [cut, cut + 3, run.len()] {
        assert!(is_unseen(&searched(&run, step, small())), "{step}");
    }
    // Before the cut nothing stands against it, but then there is no cut: the search does not cut by itself.
    assert!(is_unseen(&searched(&run, cut - 1, small())));
    let heard: Look =
        |_, _, step| when(step.kind == Kind::Deliver && step.from == Some(N1) && step.node == Some(N3));
    let mut run = run_to_see(heard, &[(10_000, "oneway.n1.n3"), (15_000, "heal")]);
    run.play_until(16_000, u64::MAX);
    let (_, counterexample) = found(&searched(&run, run.steps_until(15_000), small()));
    assert_eq!(words(&counterexample)[..2], ["oneway.n1.n3", "heal"]);
    assert_eq!(counterexample.start, run.steps_until(15_000));
}

#[test]
fn it_goes_on_where_it_stopped() {
    let never: Look = |_, _, _| Signal::Silent;
    let run = run_to_see(never, &[]);
    let whole = searched(&run, 0, small());
    let mut parts = Search::new(&run, 0, small());
    let mut last = parts.progress();
    while !last.is_done {
        let next = parts.step(7);
        assert!(next.generated > last.generated || next.is_done);
        last = next;
    }
    assert_eq!(last, whole.progress());
    assert!(last.unique > 100);
}

#[test]
fn what_was_not_visited_is_not_called_exhausted() {
    let never: Look = |_, _, _| Signal::Silent;
    let run = run_to_see(never, &[]);
    for (bounds, limit) in [
        (Bounds { depth: Some(2), ..small() }, Limit::Depth),
        (Bounds { states: 50, ..small() }, Limit::States),
        (Bounds { bytes: 60_000, ..small() }, Limit::Memory),
        (Bounds { messages: Some(1), ..small() }, Limit::Messages),
    ] {
        let search = searched(&run, 0, bounds);
        assert_eq!((search.is_exhausted(), search.limits()), (false, &[limit][..]));
        assert_eq!(search.judged()[0].judgement, Judgement::Open);
    }
    let mut stopped = Search::new(&run, 0, small());
    stopped.step(10);
    stopped.stop();
    assert!(stopped.progress().is_done && !stopped.is_exhausted());
    assert_eq!(stopped.limits(), [Limit::Stopped]);
}

#[test]
fn a_machine_that_looks_at_its_clock_is_found_out() {
    let never: Look = |_, _, _| Signal::Silent;
    let properties = vec![Property::new("seen", Mode::Sometimes, Watch::boxed(false, never))];
    let factory =
        TypedFactory::<Toy> { setup: Arc::new(LOOKS_AT_ITS_CLOCK), load: None, command: |_| Ok(Do::Add) };
    let plan = Plan { properties, factory: Arc::new(factory), ..plan(1, 3, 1_000..3_000) };
    let search = searched(&Run::new(Arc::new(plan), Vec::new()), 0, small());
    assert_eq!(search.limits(), [Limit::Clock]);
    assert!(!search.is_exhausted());
    assert_eq!(search.judged()[0].judgement, Judgement::Open);
}

#[test]
fn an_eventually_is_not_judged_and_what_struck_before_is_known() {
    let met: Look = |_, _, _| Signal::Held;
    let booted: Look = |_, _, step| when(step.kind == Kind::Boot);
    let properties = vec![
        Property::new("met", Mode::Eventually, Watch::boxed(false, met)),
        Property::new("booted", Mode::Sometimes, Watch::boxed(false, booted)),
    ];
    let plan = Plan { properties, ..plan(1, 3, 0..0) };
    let run = Run::new(Arc::new(plan), Vec::new());
    let search = searched(&run, 0, small());
    let judged: Vec<Judgement> = search.judged().into_iter().map(|judged| judged.judgement).collect();
    assert_eq!(judged, [Judgement::NotJudged, Judgement::Before(Vec::new())]);
    assert!(search.counterexample("booted").is_none());
}

/// The property strikes at the last step of the run that was found, and nowhere before.
#[test]
fn a_counterexample_ends_where_the_property_strikes() {
    let hears: Look = |_, _, step| when(step.kind == Kind::Reply);
    let run = run_to_see(hears, &[]);
    let (_, found) = found(&searched(&run, 0, small()));
    let mut replay = Run::new(run.plan().clone(), found.actions.clone());
    replay.play_until(u64::MAX, 1_000);
    assert_eq!(replay.len(), found.step);
    assert!(
        matches!(replay.head().properties[0].verdict, Verdict::Struck { step, .. } if step == found.step)
    );
}

/// Inside a manual run, and inside a run that was found before.
#[test]
fn it_starts_in_a_manual_run() {
    let answers: Look = |_, _, step| when(step.kind == Kind::Reply);
    let run = run_to_see(answers, &[]);
    let (depth, first) = found(&searched(&run, 0, small()));
    let mut again = Run::new(run.plan().clone(), first.actions[..first.actions.len() - 1].to_vec());
    again.play_until(u64::MAX, 1_000);
    let (rest, second) = found(&searched(&again, again.len(), small()));
    assert_eq!((depth, rest), (3, 1));
    assert_eq!(words(&second).iter().filter(|word| *word == "manual").count(), 1);
}

/// What strikes only while time stands still is replayed with all its actions at one instant.
#[test]
fn a_property_that_minds_the_time_is_replayed_without_a_pace() {
    let early: Look = |_, _, step| when(step.kind == Kind::Reply && step.at_us < 1_000);
    let (_, run) = found(&searched(&run_to_see(early, &[]), 0, small()));
    assert!(run.actions.iter().all(|pinned| pinned.pin.at_us == 0));
    let late: Look = |_, _, step| when(step.kind == Kind::Reply);
    let (_, run) = found(&searched(&run_to_see(late, &[]), 0, small()));
    assert!(run.actions.last().is_some_and(|pinned| pinned.pin.at_us > 2_000));
}

/// A run of toys that say that their servers are interchangeable.
fn alike(setup: u64, look: Option<Look>) -> Run {
    let factory = TypedFactory::<Toy> { setup: Arc::new(setup), load: None, command: |_| Ok(Do::Add) };
    let properties = look.map(|look| Property::new("seen", Mode::Sometimes, Watch::boxed(false, look)));
    let symmetry = vec![(1..=3).map(NodeId::server).collect()];
    let (properties, factory) = (properties.into_iter().collect(), Arc::new(factory));
    Run::new(Arc::new(Plan { properties, factory, symmetry, ..plan(1, 3, 0..0) }), Vec::new())
}

/// On how many of random paths it matters that the first and the last server exchange their names.
fn odd_paths(setup: u64) -> usize {
    let search = Search::new(&alike(setup, None), 0, Bounds { crashes: None, timers: None, ..small() });
    assert_eq!(search.symmetry(), Symmetry::On { renamings: 6 });
    let odd = (0..50).filter(|&seed| {
        let mut drawn = 0;
        let draw = |ways: u32| {
            drawn += 1;
            Draw::new(seed, "path", 0, drawn).below(ways)
        };
        let path = search.walk(draw, 20);
        let exchange = |action: &Action| {
            let words = action.to_string().replace("n1", "other").replace("n3", "n1").replace("other", "n3");
            Action::from_words(&words).expect("an action")
        };
        let exchanged: Vec<Action> = path.iter().map(exchange).collect();
        search.key_behind(&path) != search.key_behind(&exchanged)
    });
    odd.count()
}

#[test]
fn a_false_symmetry_is_found_out_by_random_paths_and_by_counting() {
    assert_eq!(odd_paths(0), 0);
    assert!(odd_paths(HEEDS_THE_FIRST) > 0);
    let bounds = Bounds { timers: Some(2), depth: Some(6), ..small() };
    let count = |setup: u64| {
        let run = alike(setup, None);
        let found = classes(&run, 0, &bounds).expect("symmetry");
        assert_eq!(found.told, found.states);
        assert!(found.classes < found.states);
        (searched(&run, 0, bounds.clone()).progress().unique, found.classes)
    };
    let (visited, all) = count(0);
    assert_eq!(visited, all);
    let (visited, all) = count(HEEDS_THE_FIRST);
    println!("falsely declared: {visited} visited of {all} classes");
    assert_ne!(visited, all);
}

#[test]
fn a_monitor_that_does_not_tell_its_memory_means_no_symmetry() {
    let search = Search::new(&alike(0, Some(|_, _, _| Signal::Silent)), 0, small());
    assert_eq!(search.symmetry(), Symmetry::Off(Asymmetry::Property("seen")));
}

/// Who gave up on one path has not looked at all states, however many were visited.
#[test]
fn a_monitor_that_gives_up_is_not_called_exhausted() {
    let gives_up: Look =
        |_, _, step| if step.kind == Kind::Reply { Signal::GaveUp(7) } else { Signal::Silent };
    let search = searched(&run_to_see(gives_up, &[]), 0, small());
    assert!(search.is_exhausted());
    assert_eq!(search.judged()[0].judgement, Judgement::GaveUp);
}
