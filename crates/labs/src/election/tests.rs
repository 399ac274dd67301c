//! Tests of this lab: the counts of the literature in whole runs, and each check can fail.

use std::collections::BTreeMap;

use faultscope_protocol::{coordination, election};
use faultscope_sim::Payload;

use super::LAB;
use super::state::tie_ppm;
use super::variants::{HERD, LAST_HEARD, SAME_WORD, TIE, TWO_SIDES};
use crate::session::Session;

fn played(text: &str, until_us: u64) -> Session {
    let mut session = Session::open(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    session.play_ahead(until_us, 200_000);
    session
}

fn broken_in(text: &str) -> Vec<&'static str> {
    let session = played(text, 4_000_000);
    session.properties().iter().filter(|property| property.is_broken()).map(|property| property.id).collect()
}

/// How many messages of each kind left.
fn sent(text: &str, until_us: u64) -> BTreeMap<String, u32> {
    let session = played(text, until_us);
    let mut counts = BTreeMap::new();
    session.run().replay(1, session.len(), |_, step| {
        for message in &step.sent {
            *counts.entry(message.body.name().to_owned()).or_default() += 1;
        }
    });
    counts
}

#[test]
fn stored_runs_break_what_they_should_and_the_right_way_holds() {
    for (text, breaks) in [
        (TIE, "one-leader-an-epoch"),
        (LAST_HEARD, "one-leader-an-epoch"),
        (TWO_SIDES, "one-leader-an-epoch"),
        (SAME_WORD, "one-leader-an-epoch"),
        (HERD, "wakes-one"),
    ] {
        assert!(broken_in(text).contains(&breaks), "{text}: {:?}", broken_in(text));
    }
    assert_eq!(broken_in(&TIE.replace("random-max", "unique-max")), [""; 0], "ids break that tie");
    assert_eq!(broken_in(&HERD.replace("znode-herd", "znode")), [""; 0]);
}

/// Outside of what they assume, the old algorithms break.
#[test]
fn a_cut_breaks_the_bullies_and_a_crash_the_ring() {
    let cut = "election:bully;r1;s1;@1000cut.n1_n2";
    assert!(broken_in(cut).contains(&"one-leader-an-epoch"), "{:?}", broken_in(cut));
    let crash = played("election:ring;r1;s1;@1000crash.n4", 9_000_000);
    assert!(super::state::leaders(crash.world()).next().is_none());
}

#[test]
fn the_counts_of_the_bully_algorithm() {
    for nodes in [5, 10, 20] {
        let run = |detector: u32| {
            let base = format!("election:bully;r1;s1;participants={nodes};start=settled");
            let counts = sent(&format!("{base};@50000crash.n{nodes};@51000do.n{detector}.elect"), 500_000);
            ["ELECTION", "OK", "COORDINATOR"].map(|name| counts.get(name).copied().unwrap_or(0))
        };
        assert_eq!(run(1), [nodes * (nodes - 1) / 2, (nodes - 1) * (nodes - 2) / 2, nodes - 2], "{nodes}");
        assert_eq!(run(nodes - 1), [1, 0, nodes - 2], "{nodes}");
    }
}

#[test]
fn the_counts_of_the_ring() {
    for nodes in [5, 20, 100] {
        for (order, hops) in [("descending", nodes * (nodes + 1) / 2), ("ascending", 2 * nodes - 1)] {
            let text = format!("election:ring;r1;s1;participants={nodes};order={order}");
            let counts = sent(&text, 3_000_000);
            assert_eq!((counts["ELECTION"], counts["ELECTED"]), (hops, nodes), "{text}");
        }
    }
}

#[test]
fn the_chance_of_a_tie_is_the_formulas() {
    for (nodes, numbers, ppm) in [
        (3, 10, 145_000),
        (3, 100, 14_950),
        (5, 10, 233_350),
        (5, 1_000, 2_499),
        (10, 100, 49_254),
        (2, 2, 500_000),
        (4, 1, 1_000_000),
    ] {
        let found = tie_ppm(nodes, numbers).expect("a chance");
        assert!(found.abs_diff(ppm) < 60, "n = {nodes}, M = {numbers}: {found}");
    }
    assert_eq!(tie_ppm(1, 10), Some(0));
}

#[test]
fn every_rule_of_the_machines_is_explained() {
    let explained: Vec<&str> = LAB.rules.iter().map(|rule| rule.id).collect();
    let named: Vec<&str> = election::RULES.into_iter().chain(coordination::RULES).collect();
    assert_eq!(explained, named);
}

/// What a payload of the service is called stands in the table of kinds.
#[test]
fn embedded_messages_keep_their_names() {
    let counts = sent("election:znode;r1;s1", 1_000_000);
    assert!(counts.keys().all(|name| LAB.kind(name).is_some()), "{counts:?}");
    assert!(counts["Request"] > 0 && counts["Proposal"] > 0);
    let _: fn(&Payload) -> &'static str = Payload::name;
}
