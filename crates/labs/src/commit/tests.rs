//! Tests of this lab: each check can fail, right and naive variants under the nemesis, and traces that anyone can
//! judge.

use std::collections::{BTreeMap, BTreeSet};

use faultscope_protocol::commit::RULES;
use faultscope_sim::{Mode, Verdict};
use serde_json::Value;

use super::LAB;
use super::reading::{era_of, transaction_of};
use crate::check::{Faults, Judgement, Trial};
use crate::schema::Settings;
use crate::session::Session;

/// One run of a variant with its defaults, under the faults of the seed.
fn judge(variant: &str, seed: u64) -> Judgement {
    let variant = LAB.variant(variant).expect("a variant");
    let settings = Settings::defaults(&variant.settings());
    Trial { lab: &LAB, variant, settings, seed, faults: Faults::Random(seed), until_us: 12_000_000 }.judge()
}

/// The *always* properties that broke, the *eventually* ones that are not met, the *sometimes* ones that were seen,
/// in a run that is played this far.
fn found(text: &str, until_us: u64) -> Vec<&'static str> {
    let mut session = Session::open(text).expect("a run");
    session.play_ahead(until_us, u64::MAX);
    let properties = session.properties().iter();
    let struck = properties.filter(|property| match property.mode {
        Mode::Eventually => property.verdict == Verdict::Open,
        Mode::Always | Mode::Sometimes => matches!(property.verdict, Verdict::Struck { .. }),
    });
    struck.map(|property| property.id).collect()
}

#[test]
fn two_phase_commit_holds_under_every_fault() {
    let mut seen = BTreeSet::new();
    for seed in 100..160 {
        let judgement = judge("2pc", seed);
        for judged in judgement.properties {
            assert!(!judged.is_broken(), "seed {seed}: {judged:?}");
            if judged.mode == Mode::Sometimes && judged.end.is_good() {
                seen.insert(judged.id);
            }
        }
    }
    assert_eq!(seen, BTreeSet::from(["blocked", "long-locks"]));
}

#[test]
fn the_other_right_variants_hold_under_what_they_assume() {
    for name in ["2pc-cooperative", "3pc", "paxos-commit"] {
        for seed in 100..130 {
            for judged in judge(name, seed).properties {
                assert!(!judged.is_broken(), "{name}, seed {seed}: {judged:?}");
            }
        }
    }
}

/// All have voted YES, n1 has just said PreCommit, and then: what is outside of the assumptions of three-phase commit
/// breaks it, and nothing else.
#[test]
fn three_phase_commit_is_right_without_a_partition_and_wrong_with_one() {
    let run = "commit:3pc;r1;s3;clients=1;transfers=0;latency_us=10000-10000;disk_us=1000-1000;prepare_work_us=0;\
               @30000do.c1.transfer.10.n2.n3.n4.n5;";
    // PreCommit leaves at 63 ms and is halfway at 68.
    for (faults, breaks) in [
        ("@65000crash.n1", &[][..]),
        ("@80000crash.n1", &[]),
        ("@65000crash.n1;@65000crash.n2", &[]),
        ("@65000cut.n1_n2_n3.n4_n5", &["ac1", "ac2", "money-conserved"]),
        ("@65000cut.n1_n2.n3_n4_n5;@66000crash.n1", &["ac1", "money-conserved"]),
        ("@65000pause.n2", &["nonblocking"]),
    ] {
        let found = found(&format!("{run}{faults}"), 12_000_000);
        let always = ["ac1", "ac2", "ac3", "ac4", "money-conserved", "nonblocking"];
        let broken: Vec<&str> = found.into_iter().filter(|id| always.contains(id)).collect();
        println!("{faults}: {broken:?}");
        let only_expected = broken.iter().all(|id| breaks.contains(id));
        assert!(only_expected && broken.is_empty() == breaks.is_empty(), "{faults}: {broken:?}");
    }
}

/// A participant that is cut off alone, and whose messages are lost one way, waits beyond every bound.
#[test]
fn nonblocking_can_fail() {
    let text = "commit:3pc;r1;s3;clients=1;transfers=0;latency_us=10000-10000;disk_us=1000-1000;prepare_work_us=0;\
                @30000do.c1.transfer.10.n2.n3.n4.n5;@65000pause.n2";
    assert!(found(text, 12_000_000).contains(&"nonblocking"));
    assert!(!found(&text.replace("pause.n2", "crash.n1"), 12_000_000).contains(&"nonblocking"));
}

/// With every participant uncertain, cooperation does not help, and the locks that they hold are counted.
#[test]
fn locks_of_the_blocked_are_counted() {
    let held = |variant: &str, until_us: u64| {
        let text = format!(
            "commit:{variant};r1;s3;clients=1;transfers=0;latency_us=10000-10000;disk_us=1000-1000;prepare_work_us=0;\
             @30000do.c1.transfer.10.n2.n3.n4.n5;@62000crash.n1"
        );
        let mut session = Session::open(&text).expect("a run");
        session.play_ahead(until_us, u64::MAX);
        session.seek_step(session.len());
        super::reading::blocked_locks(session.world())
    };
    assert_eq!(held("2pc", 1_000_000), (4, 4));
    assert_eq!(held("2pc-cooperative", 1_000_000), (4, 4));
    assert_eq!(held("3pc", 2_000_000), (0, 0));
    assert_eq!(held("paxos-commit", 2_000_000), (0, 0));
}

#[test]
fn naive_variants_break_all_that_they_claim() {
    for name in ["impatient", "forgetful-coordinator", "silence-is-consent"] {
        for claim in LAB.variant(name).expect("a variant").about().claims {
            let breaks = |seed: &u64| judge(name, *seed).broken().any(|judged| judged.id == *claim);
            let seed = (0..100).find(breaks);
            println!("{name} breaks {claim} with seed {seed:?}");
            assert!(seed.is_some(), "{name}: {claim}");
        }
    }
}

#[test]
fn what_no_fault_breaks_a_bad_timeout_or_an_absent_coordinator_does() {
    assert_eq!(found("commit:2pc;r1;s1", 5_000_000), Vec::<&str>::new());
    let hasty = "commit:2pc;r1;s1;vote_timeout_us=20000";
    assert!(found(hasty, 5_000_000).contains(&"ac4"), "a vote timeout shorter than a round");
    let gone = "commit:2pc;r1;s1;@440000crash.n1";
    assert_eq!(found(gone, 5_000_000), ["ac5", "blocked", "long-locks"]);
    let back = format!("{gone};@5000000restart.n1");
    assert_eq!(found(&back, 8_000_000), ["blocked", "long-locks"]);
}

/// Whoever reads only the states in a trace judges AC1 and AC2 as the lab's own properties do: states flip between
/// committed and aborted nowhere, or in the naive variant somewhere.
#[test]
fn states_can_be_judged_by_others() {
    let conflicts = |text: &str| -> BTreeSet<String> {
        let mut session = Session::open(text).expect("a run");
        session.play_ahead(6_000_000, u64::MAX);
        let mut ends: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let variant = session.variant();
        session.run().replay(1, session.len(), |moment, step| {
            let Some(node) = step.node.and_then(|id| moment.world.node(id)) else { return };
            let state = variant.state(&moment.world, node);
            let Some(Value::Object(transactions)) = state.get("transactions") else { return };
            for (transaction, state) in transactions {
                if let Some(end @ ("committed" | "aborted")) = state.as_str() {
                    ends.entry(transaction.clone()).or_default().insert(end.to_owned());
                }
            }
        });
        assert!(ends.len() > 10, "{text}");
        ends.into_iter().filter(|(_, ends)| ends.len() > 1).map(|(transaction, _)| transaction).collect()
    };
    for seed in 0..20 {
        let text = judge("2pc", seed).run.to_string();
        assert_eq!(conflicts(&text), BTreeSet::new(), "{text}");
    }
    let text = judge("impatient", 0).run.to_string();
    assert_ne!(conflicts(&text), BTreeSet::new());
}

#[test]
fn every_rule_of_the_machine_is_explained() {
    let explained: Vec<&str> = LAB.rules.iter().map(|rule| rule.id).collect();
    assert_eq!(explained, RULES);
}

#[test]
fn an_era_names_its_transaction() {
    for (client, serial) in [(1, 1), (1, 4_000_000_000), (2, 1), (3, 17)] {
        let client = faultscope_protocol::NodeId::client(client);
        let transaction = faultscope_protocol::commit::TransactionId { client, serial };
        assert_eq!(transaction_of(era_of(transaction)), Some(transaction));
    }
    assert_eq!(transaction_of(u64::MAX), None);
}
