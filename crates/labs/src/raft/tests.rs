//! Raft under the nemesis, and the stored run of Figure 8.

use std::sync::Arc;

use faultscope_protocol::raft::{Op, Raft};
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

#[test]
fn the_one_behind_is_stored_and_breaks_blind_votes_alone() {
    let text = super::variants::BEHIND_WINS;
    assert_eq!(broken_in(text), ["leader-completeness", "state-machine-safety"]);
    assert_eq!(broken_in(&text.replace("no-log-check", "basic")), Vec::<&str>::new());
}

/// What never elects leads at once with the paper's rules.
#[test]
fn only_the_same_timeout_everywhere_never_elects() {
    let unmet = |text: &str| {
        let mut session = Session::open(text).expect("a run");
        session.play_ahead(20_000_000, 500_000);
        let property = session.properties().iter().find(|one| one.id == "leader-elected").expect("it");
        crate::verdict::of(&session, property).is_broken()
    };
    assert!(unmet("raft:fixed-timeout;r1;s1"));
    assert!(unmet(
        "raft:fixed-timeout;r1;s1;servers=9;election_timeout_us=20000-20000;latency_us=8000-15000"
    ));
    assert!(!unmet("raft:basic;r1;s1;election_timeout_us=150000-300000;latency_us=10000-10000"));
}

#[test]
fn a_stale_read_is_stored_and_breaks_local_reads_alone() {
    let text = super::variants::STALE_READ;
    assert_eq!(broken_in(text), ["linearizable"]);
    for right in ["basic", "read-index", "lease", "prevote"] {
        assert_eq!(broken_in(&text.replace("local-read", right)), Vec::<&str>::new(), "{right}");
    }
}

#[test]
fn disjoint_majorities_are_stored_and_break_eagerness_alone() {
    let text = super::variants::DISJOINT;
    assert_eq!(broken_in(text), ["leader-completeness", "state-machine-safety"]);
    for right in ["membership", "membership-joint"] {
        assert_eq!(broken_in(&text.replace("eager-membership", right)), Vec::<&str>::new(), "{right}");
    }
}

/// A lease is as good as the clocks: outside of what the variant assumes, a leader's clock that jumps back lets it
/// answer with what is old.
const CLOCK_JUMP: &str = "raft:lease;r1;s1;servers=3;clients=0;election_timeout_us=200000-9000000;\
    latency_us=10000-10000;disk_us=0-0;@300000fire.n1.0;@450000do.n1.write.x.1;@600000step.n1.-5000000;\
    @601000cut.n1;@900000fire.n2.0;@1000000do.n2.write.x.2;@1100000do.n1.read.x";

#[test]
fn a_clock_that_jumps_back_breaks_a_lease() {
    assert_eq!(broken_in(CLOCK_JUMP), ["linearizable"]);
    let steady = CLOCK_JUMP.replace("@600000step.n1.-5000000;", "");
    assert_eq!(broken_in(&steady), Vec::<&str>::new());
    assert_eq!(broken_in(&CLOCK_JUMP.replace("lease", "read-index")), Vec::<&str>::new());
}

/// Within the bound that the lease is shortened by, drifting clocks harm nothing; far beyond it they do.
#[test]
fn leases_stand_drift_within_their_bound() {
    let run = |leader: i32, others: i32, read_us: u32| {
        format!(
            "raft:lease;r1;s1;servers=3;clients=0;drift_bound_ppm=50000;election_timeout_us=1000000-10000000;\
             latency_us=1000-1000;disk_us=0-0;@0+3clock.n1.0.{leader};@0+4clock.n2.0.{others};\
             @0+5clock.n3.0.{others};@1200000fire.n1.0;@1402000do.n1.write.x.1;@1499000cut.n1;@{}fire.n2.0;\
             @{}do.n2.write.x.2;@{read_us}do.n1.read.x",
            read_us - 20_000,
            read_us - 10_000
        )
    };
    for read_us in (2_000_000..2_700_000).step_by(25_000) {
        assert_eq!(broken_in(&run(-50_000, 50_000, read_us)), Vec::<&str>::new(), "{read_us}");
    }
    let harms = |read_us| broken_in(&run(-400_000, 400_000, read_us)) == ["linearizable"];
    assert!((2_000_000..2_700_000).step_by(25_000).any(harms));
}

/// Every variant that claims linearizability has reads in its load, and each is broken nowhere.
#[test]
fn right_variants_answer_reads_under_every_fault() {
    for variant in ["prevote", "snapshot", "read-index", "lease", "membership", "membership-joint"] {
        for seed in 0..20 {
            assert_eq!(broken(variant, seed, 12_000_000), [], "{variant}, seed {seed}");
        }
    }
}

/// Reads that need no entry leave the log to the writes.
#[test]
fn reads_by_index_and_by_lease_stay_out_of_the_log() {
    let reads_in_log = |variant: &str| {
        let mut session = Session::open(&format!("raft:{variant};r1;s3")).expect("a run");
        session.play_ahead(5_000_000, 100_000);
        let world = &session.run().head().world;
        let logs = world.servers().filter_map(|node| node.machine::<Raft>()?.as_server());
        logs.flat_map(|server| server.log.iter()).filter(|entry| matches!(entry.op, Op::Read { .. })).count()
    };
    assert!(reads_in_log("basic") > 20);
    assert_eq!((reads_in_log("read-index"), reads_in_log("lease"), reads_in_log("local-read")), (0, 0, 0));
}

/// A follower that was away for longer than the log reaches back gets the leader's snapshot, and answers as others do.
#[test]
fn a_lagging_follower_gets_a_snapshot() {
    let mut session =
        Session::open("raft:snapshot;r1;s5;servers=3;snapshot_after=5;@600000cut.n3;@3000000heal")
            .expect("a run");
    session.play_ahead(5_000_000, 200_000);
    let mut installed = 0;
    session.run().replay(1, session.len(), |_, step| {
        installed += step.notes.iter().filter(|note| note.name() == "installed snapshot").count();
    });
    let world = &session.run().head().world;
    let servers: Vec<_> = world.servers().filter_map(|node| node.machine::<Raft>()?.as_server()).collect();
    assert!(installed > 0 && servers.iter().all(|server| server.log.snapshot_index() > 20));
    assert!(servers.iter().all(|server| server.log.iter().count() < 30));
}

/// A lost answer, asked for again at another server: the command may stand in the log twice, and takes effect once.
#[test]
fn a_retried_command_takes_effect_once() {
    let mut repeated = 0;
    for seed in 0..20 {
        let text = format!("raft:basic;r1;s{seed};servers=3;clients=2;loss_ppm=200000;client_retry_us=60000");
        let mut session = Session::open(&text).expect("a run");
        session.play_ahead(10_000_000, 200_000);
        assert!(session.properties().iter().all(|property| !property.is_broken()), "{text}");
        let world = &session.run().head().world;
        let servers = world.servers().filter_map(|node| node.machine::<Raft>()?.as_server());
        let log = &servers.max_by_key(|server| server.last_applied).expect("a server").log;
        let sessions: Vec<_> = log.iter().filter_map(|entry| entry.op.session()).collect();
        let commands: std::collections::BTreeSet<_> = sessions.iter().collect();
        repeated += sessions.len() - commands.len();
    }
    assert!(repeated > 0, "no command was asked for twice");
}

/// Clients that reach every server are served by the majority's side of a cut, though the minority's sends them back to
/// a leader that hears from nobody.
#[test]
fn clients_find_their_way_out_of_a_minority() {
    for (cut, seed) in [("cut.n1_n2.n3_n4_n5", 3), ("cut.n1.n2_n3_n4_n5", 4), ("cut.n5_n1.n2_n3_n4", 5)] {
        let text = format!("raft:basic;r1;s{seed};servers=5;clients=2;@20000fire.n1.0;@500000{cut}");
        let mut session = Session::open(&text).expect("a run");
        session.play_ahead(6_000_000, 200_000);
        let mut answered = std::collections::BTreeMap::new();
        session.run().replay(1, session.len(), |_, step| {
            if let (faultscope_sim::Kind::Reply, Some(node)) = (step.kind, step.node) {
                answered.insert(node, step.at_us);
            }
        });
        assert!(
            answered.len() == 2 && answered.values().all(|&at_us| at_us > 5_500_000),
            "{text}: {answered:?}"
        );
    }
}

/// A judge that knows the printed states alone: what one server says is committed no other contradicts, and no server
/// takes it back while it is up, whether its log was compacted, or is being replaced by a snapshot, or not.
#[test]
fn printed_states_never_take_back_what_is_committed() {
    let mut compacted = 0;
    for (variant, seed) in (0..24).map(|seed| (["snapshot", "membership", "lease"][seed % 3], seed as u64)) {
        let variant = LAB.variant(variant).expect("a variant");
        let mut settings = Settings::defaults(&variant.settings());
        settings.set("snapshot_after", crate::schema::SettingValue::Number(3));
        settings.set("disk_us", crate::schema::SettingValue::Range(1_000, 30_000));
        let faults = crate::check::Faults::Random(seed);
        let trial = crate::check::Trial { lab: &LAB, variant, settings, seed, faults, until_us: 6_000_000 };
        let mut session = Session::from_text(&trial.text()).expect("a run");
        session.play_ahead(6_000_000, 200_000);
        let mut out = Vec::new();
        crate::export::states(&session, session.len(), &mut out).expect("bytes");
        let (mut entries, mut commits) =
            (std::collections::BTreeMap::new(), std::collections::BTreeMap::<String, u64>::new());
        for line in String::from_utf8(out).expect("text").lines() {
            let state: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let (Some(commit), Some(log)) = (state["commit"].as_u64(), state["log"].as_array()) else {
                continue;
            };
            let base = state["snapshot_index"].as_u64().expect("a number");
            compacted += u64::from(base > 0);
            assert!(commit >= base && commit <= base + log.len() as u64, "{line}");
            for (index, entry) in (base + 1..=commit).zip(log) {
                let known = entries.entry(index).or_insert_with(|| entry.clone());
                assert_eq!(known, entry, "{}: {line}", trial.text());
            }
            let node = state["node"].as_str().expect("a node").to_owned();
            let before = commits.insert(node, commit).unwrap_or(0);
            assert!(commit >= before || state["event"] == "restart", "{}: {before}, {line}", trial.text());
        }
    }
    assert!(compacted > 1_000, "{compacted}");
}
