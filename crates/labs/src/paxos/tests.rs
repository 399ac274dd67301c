//! Tests of this lab: each check can fail, and what the naive variants break the right one keeps.

use std::sync::Arc;

use faultscope_protocol::paxos::RULES;
use faultscope_sim::{Run, Signal, Verdict};

use super::LAB;
use super::properties::{Proposals, validity};
use super::state::{era_of, era_words};
use super::variants::{FORGOTTEN, MISCOUNTED};
use crate::schema::Settings;
use crate::session::{Session, plan_of};

fn broken_in(text: &str) -> Vec<&'static str> {
    let mut session = Session::open(text).expect("a stored run");
    session.play_ahead(3_000_000, 100_000);
    session.properties().iter().filter(|property| property.is_broken()).map(|property| property.id).collect()
}

#[test]
fn stored_runs_break_their_variant_alone() {
    for (text, variant, breaks) in [
        (FORGOTTEN, "forgetful-acceptor", "agreement"),
        (MISCOUNTED, "counts-across-ballots", "learned-is-chosen"),
    ] {
        let broken = broken_in(text);
        assert!(broken.contains(&breaks), "{variant}: {broken:?}");
        assert_eq!(broken_in(&text.replace(variant, "single")), Vec::<&str>::new(), "{text}");
    }
}

/// n4 promised ballot 1.n2, forgets it, and accepts 1.n1.
#[test]
fn a_forgotten_promise_is_broken() {
    let text = "paxos:forgetful-acceptor;r1;s1;clients=0;latency_us=10000-10000;disk_us=0-0;\
                @1000do.n1.propose.1.7;@5000do.n2.propose.1.8;@17000crash.n4;@18000restart.n4";
    assert!(broken_in(text).contains(&"promise-kept"), "{:?}", broken_in(text));
    let right = text.replace("forgetful-acceptor", "single");
    assert_eq!(broken_in(&right), Vec::<&str>::new());
}

/// No variant breaks validity, so its check is shown to bite where it has not seen the commands.
#[test]
fn validity_bites_where_nobody_asked() {
    let variant = LAB.variant("single").expect("a variant");
    let plan = Arc::new(plan_of(variant, &Settings::defaults(&variant.settings()), 1, false));
    let (mut all, mut late) = (Proposals::default(), Proposals::default());
    let (mut held, mut struck) = (0, 0);
    Run::new(plan, Vec::new()).play_seen(1_000_000, 100_000, |moment, step| {
        held += u32::from(validity(&mut all, &moment.world, step) == Signal::Held);
        if step.at_us > 20_000 {
            struck += u32::from(matches!(validity(&mut late, &moment.world, step), Signal::Struck(_)));
        }
    });
    assert!(held > 5 && struck > 0, "{held} {struck}");
}

/// Two that ask at once and never wait duel; one alone has nobody to duel with.
#[test]
fn a_duel_is_seen_where_there_is_one() {
    let seen = |text: &str| {
        let mut session = Session::open(text).expect("a run");
        session.play_ahead(2_000_000, 100_000);
        let duel = session.properties().iter().find(|property| property.id == "duel").expect("it");
        matches!(duel.verdict, Verdict::Struck { .. })
    };
    let duel = "paxos:single;r1;s1;acceptors=5;clients=0;latency_us=5000-25000;backoff=none;\
                @5000do.n1.propose.1.7;@5000do.n2.propose.1.8";
    assert!(seen(duel));
    assert!(!seen("paxos:single;r1;s1;clients=1"));
}

/// Two that try again at once, or after the same time, overtake each other for ever; a random wait ends it.
#[test]
fn only_a_random_backoff_ends_the_livelock() {
    let learned = |backoff: &str| {
        let text = format!(
            "paxos:single;r1;s1;learners=0;clients=0;latency_us=10000-10000;disk_us=30000-30000;{backoff};\
             phase_timeout_us=300000;@0disk.n1.0-0;@0disk.n2.0-0;@0disk.n3.0-0;@5000do.n1.propose.1.7;\
             @45000do.n2.propose.1.8"
        );
        let mut session = Session::open(&text).expect("a run");
        session.play_ahead(20_000_000, 100_000);
        let done = session.properties().iter().find(|property| property.id == "value-learned").expect("it");
        matches!(done.verdict, Verdict::Met { .. })
    };
    assert!(!learned("backoff=none"));
    assert!(!learned("backoff=symmetric;backoff_us=5000-80000"));
    assert!(learned("backoff=random;backoff_us=10000-80000"));
}

/// Where a majority of the acceptors is away nobody is answered: the check can fail.
#[test]
fn commands_wait_for_a_majority() {
    let met = |text: &str| {
        let mut session = Session::open(text).expect("a run");
        session.play_ahead(8_000_000, 200_000);
        let done = session.properties().iter().find(|property| property.id == "command-done").expect("it");
        matches!(done.verdict, Verdict::Met { .. })
    };
    assert!(met("paxos:multi;r1;s1"));
    assert!(!met("paxos:multi;r1;s1;@500000crash.n3;@500000crash.n4"));
    assert!(met("paxos:multi;r1;s1;@500000crash.n3;@500000crash.n4;@2000000restart.n4"));
}

#[test]
fn every_rule_of_the_machine_is_explained() {
    let explained: Vec<&str> = LAB.rules.iter().map(|rule| rule.id).collect();
    let multi = faultscope_protocol::paxos::multi::RULES;
    assert_eq!(explained, [&RULES[..], &multi[..]].concat());
}

#[test]
fn an_era_names_its_ballot() {
    use faultscope_protocol::NodeId;
    use faultscope_protocol::paxos::Ballot;
    for (round, proposer) in [(1, 1), (1, 5), (2, 1), (40, 3)] {
        let ballot = Ballot { round, proposer: NodeId::server(proposer) };
        assert_eq!(era_words(era_of(ballot)), ballot.to_string());
    }
}
