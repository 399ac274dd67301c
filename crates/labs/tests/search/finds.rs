//! What the search must find, each as a run text that the player replays to the same broken property, and what it must
//! exhaust.

use faultscope_labs::Session;
use faultscope_labs::explore::{Explored, Explorer};
use faultscope_labs::sim::{Bounds, Disks, Goal, Judgement, Mode, Verdict};

fn explore(text: &str, bounds: Bounds) -> (Explorer, Vec<Explored>) {
    let session = Session::open(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    let mut explorer = Explorer::new(&session, bounds);
    while !explorer.run(10_000).is_done {}
    let explored = explorer.explored();
    println!("{text}: {:?} {:?}", explorer.progress(), explorer.limits());
    for one in &explored {
        println!("  {}: {:?}", one.id, one.judgement);
    }
    (explorer, explored)
}

/// The text that was found for a property, played from its text alone, strikes at its last step.
fn replays(explored: &[Explored], id: &str) -> String {
    let one = explored.iter().find(|one| one.id == id).expect("the property");
    let found = one.run.as_ref().unwrap_or_else(|| panic!("{id}: {:?}", one.judgement));
    assert!(found.is_replayed, "{}", found.text);
    let text = found.text.to_string();
    println!("  {text}");
    let session = Session::open(&text).expect("what was found can be opened");
    let property = session.properties().iter().find(|property| property.id == id).expect("it is there");
    assert!(
        matches!(property.verdict, Verdict::Struck { step, .. } if step == session.len() && step == session.step()),
        "{text}: {:?}",
        property.verdict
    );
    assert_eq!(property.is_broken(), one.mode == Mode::Always);
    text
}

fn only(id: &'static str) -> Bounds {
    Bounds { properties: vec![id], ..Bounds::default() }
}

#[test]
fn two_leaders_in_a_term() {
    let bounds = Bounds { crashes: Some(1), timers: Some(2), ..only("election-safety") };
    let text = "raft:forget-vote;r1;s1;servers=3;clients=0;disk_us=0-0";
    let (explorer, explored) = explore(text, bounds.clone());
    replays(&explored, "election-safety");
    assert!(explorer.progress().unique < 100_000);
    // The right rules, within the same bounds, are exhausted and hold.
    let (explorer, explored) = explore(&text.replace("forget-vote", "basic"), bounds);
    assert!(explorer.is_exhausted(), "{:?}", explorer.limits());
    assert_eq!(explored[0].judgement, Judgement::Exhausted);
}

/// The stored run of Figure 8 up to where its first server leads again, in its second term; then the cut heals.
fn figure_8() -> String {
    let (begin, _) = faultscope_labs::raft::FIGURE_8.split_once("@400000").expect("the second crash of n1");
    format!("{begin}@252000heal")
}

#[test]
fn the_lost_committed_entry() {
    let mut session = Session::open(&figure_8()).expect("a run");
    session.seek_time(270_000);
    assert_eq!(session.variant().era(session.world()), 3);
    let bounds = Bounds { states: 2_000_000, symmetry: false, ..only("leader-completeness") };
    let text = session.text_without_cursor().to_string();
    let step = session.step();
    let (explorer, explored) = explore(&format!("{text};t{step}"), bounds.clone());
    replays(&explored, "leader-completeness");
    assert!(explorer.progress().unique < 200_000);
    // The right rules lose nothing among as many states.
    let right = text.replace("commit-by-counting", "basic");
    let bounds = Bounds { states: explorer.progress().unique * 2, ..bounds };
    let (_, explored) = explore(&format!("{right};t{step}"), bounds);
    assert_eq!(explored[0].judgement, Judgement::Open);
}

#[test]
fn the_impatient_participant() {
    let text = "commit:impatient;r1;s1;participants=2;clients=1;transfers=1;prepare_work_us=0;disk_us=0-0";
    let (explorer, explored) = explore(text, Bounds { timers: Some(1), ..only("ac1") });
    replays(&explored, "ac1");
    assert!(explorer.progress().unique < 100_000);
}

#[test]
fn the_blocked_participant_as_a_sometimes() {
    let text = "commit:2pc;r1;s1;participants=2;clients=1;transfers=1;prepare_work_us=0;disk_us=0-0";
    let bounds = Bounds { timers: Some(1), goal: Goal::Everything, ..only("blocked") };
    let (explorer, explored) = explore(text, bounds);
    replays(&explored, "blocked");
    assert!(explorer.progress().unique < 100_000);
}

#[test]
fn a_small_two_phase_commit_is_exhausted() {
    let text = "commit:2pc;r1;s1;participants=2;clients=1;transfers=1;prepare_work_us=0";
    for disks in [Disks::Immediate, Disks::Pending] {
        let bounds = Bounds {
            timers: Some(1),
            crashes: Some(1),
            goal: Goal::Everything,
            states: 3_000_000,
            disks,
            properties: vec!["ac1", "ac2", "ac3", "money-conserved"],
            ..Bounds::default()
        };
        let (explorer, explored) = explore(text, bounds);
        assert!(explorer.is_exhausted(), "{:?}", explorer.limits());
        assert!(explored.iter().all(|one| one.judgement == Judgement::Exhausted));
    }
}

/// Two proposers, one ballot each, three acceptors: 190,124 states.
#[test]
fn a_small_paxos_is_exhausted() {
    let text = "paxos:single;r1;s1;learners=0;clients=0;disk_us=0-0;\
        @0+5do.n1.propose.1.7;@0+5do.n2.propose.1.8;t7";
    let bounds = Bounds {
        timers: Some(0),
        crashes: Some(0),
        goal: Goal::Everything,
        states: 3_000_000,
        properties: vec!["agreement", "validity", "learned-is-chosen", "promise-kept"],
        ..Bounds::default()
    };
    let (explorer, explored) = explore(text, bounds.clone());
    assert!(explorer.is_exhausted(), "{:?}", explorer.limits());
    assert!(explored.iter().all(|one| one.judgement == Judgement::Exhausted));
    // Within the same bounds a proposer that does not listen breaks it.
    let bounds = Bounds { goal: Goal::FirstBreak, properties: vec!["agreement"], ..bounds };
    let (_, explored) = explore(&text.replace("single", "ignores-accepted"), bounds);
    replays(&explored, "agreement");
}
