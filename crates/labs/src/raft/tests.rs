//! Raft under the nemesis, and the stored run of Figure 8.

use std::sync::Arc;

use faultscope_sim::{Run, Verdict};

use super::{LAB, elections};
use crate::schema::Settings;
use crate::session::{Session, nemesis, plan_of};

fn broken(variant: &str, seed: u64, until_us: u64) -> Vec<(&'static str, u64)> {
    let variant = LAB.variant(variant).expect("a variant");
    let plan = Arc::new(plan_of(variant, &Settings::defaults(&variant.settings()), seed, false));
    let actions = nemesis(variant, &plan, seed, until_us).actions(&plan);
    let mut run = Run::new(plan, actions);
    run.play_until(until_us, u64::MAX);
    assert!(run.len() > 2_000);
    let head = run.head();
    head.properties
        .iter()
        .filter(|property| property.is_broken())
        .map(|property| match property.verdict {
            Verdict::Struck { step, .. } => (property.id, step),
            _ => (property.id, 0),
        })
        .collect()
}

#[test]
fn basic_keeps_its_promises_under_every_fault() {
    for seed in 0..60 {
        assert_eq!(broken("basic", seed, 12_000_000), [], "seed {seed}");
    }
}

#[test]
fn naive_variants_break() {
    for (variant, property) in [("forget-vote", "one-vote-a-term"), ("no-log-check", "leader-completeness")] {
        let seed =
            (0..500).find(|&seed| broken(variant, seed, 12_000_000).iter().any(|(id, _)| *id == property));
        println!("{variant}: seed {seed:?}");
        assert!(seed.is_some(), "{variant}");
    }
}

/// The client sees it too: a lost write, or an old value, fits no order of the commands.
#[test]
fn no_log_check_breaks_linearizability() {
    let seed = (0..30)
        .find(|&seed| broken("no-log-check", seed, 12_000_000).iter().any(|(id, _)| *id == "linearizable"));
    assert!(seed.is_some());
}

fn broken_in(text: &str) -> Vec<&'static str> {
    let mut session = Session::open(text).expect("a stored run");
    session.play_ahead(3_000_000, 100_000);
    session.properties().iter().filter(|property| property.is_broken()).map(|property| property.id).collect()
}

#[test]
fn figure_8_is_stored_and_breaks_counting_alone() {
    let text = super::variants::FIGURE_8;
    assert_eq!(broken_in(text), ["leader-completeness", "state-machine-safety"]);
    assert_eq!(broken_in(&text.replace("commit-by-counting", "basic")), Vec::<&str>::new());
}

#[test]
fn two_leaders_are_stored_and_break_forgetting_alone() {
    let text = super::variants::TWO_LEADERS;
    assert_eq!(
        broken_in(text),
        ["election-safety", "one-vote-a-term", "log-matching", "state-machine-safety"]
    );
    assert_eq!(broken_in(&text.replace("forget-vote", "basic")), Vec::<&str>::new());
}

/// Outside what Raft assumes: a leader loses its disk, and leads the same term again with an empty log. This is how
/// the two checks that no variant breaks are shown to bite.
#[test]
fn a_lost_disk_breaks_what_nothing_else_breaks() {
    let text = "raft:basic;r1;s1;servers=3;clients=0;election_timeout_us=8000000-9000000;latency_us=10000-12000;\
                disk_us=0-0;@10000fire.n1.0;@60000cut.n1;@61000do.n1.write.x.1;@160000crash.n1;@161000wipe.n1;@162000heal;\
                @170000restart.n1;@180000fire.n1.0";
    let broken = broken_in(text);
    assert!(broken.contains(&"term-monotone"), "{broken:?}");
    assert!(broken.contains(&"leader-append-only"), "{broken:?}");
}

/// The set-up of Figure 16: n1 led and is gone, and of the four others only those with the longest logs can win.
#[test]
fn with_unequal_logs_two_of_four_survivors_are_electable() {
    let mut winners = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let text = format!(
            "raft:basic;r1;s{seed};servers=5;clients=0;starting_logs=unequal;latency_us=2000-4000;disk_us=0-0;\
             @0+5crash.n1"
        );
        let mut session = Session::open(&text).expect("a run");
        session.play_ahead(3_000_000, 100_000);
        let (mut first, mut heard) = (None, std::collections::BTreeMap::new());
        session.run().replay(1, session.len(), |moment, step| {
            first = first.or_else(|| elections::elected(&moment.world, step));
            if let Some((node, leader, term)) = elections::heard(step) {
                assert!(first.is_some_and(|(elected, first)| leader == elected || term > first));
                heard.entry(node).or_insert(step.at_us);
            }
        });
        let (winner, term) = first.expect("somebody wins");
        // Somebody else may have stood meanwhile, in a later term.
        let (_, last) = elections::leader(&session.run().head().world).expect("somebody leads");
        assert!(term >= 2 && last >= term && heard.len() >= 3, "{heard:?}");
        winners.insert(winner.number());
    }
    assert_eq!(winners, [2, 3].into());
}
