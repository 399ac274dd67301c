//! Tests of this lab: each check can fail, and what the naive variants break the right ones keep.

use faultscope_protocol::{coordination, lock};
use faultscope_sim::{Mode, Verdict};
use serde_json::Value;

use super::LAB;
use super::variants::{CLOCK_JUMP, HELD_FOR_EVER, ZNODE_FOR_EVER};
use crate::session::Session;
use crate::verdict;

fn played(text: &str, until_us: u64) -> Session {
    let mut session = Session::open(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    session.play_ahead(until_us, 500_000);
    session.seek_step(session.len());
    session
}

/// The *always* properties that broke, and the *eventually* ones that are not met at the end.
fn broken(session: &Session) -> Vec<&'static str> {
    let properties = session.properties().iter();
    properties
        .filter(|property| verdict::of(session, property).is_broken())
        .map(|property| property.id)
        .collect()
}

fn seen(session: &Session) -> Vec<&'static str> {
    let is_seen = |property: &&faultscope_sim::Property| {
        property.mode == Mode::Sometimes && matches!(property.verdict, Verdict::Struck { .. })
    };
    session.properties().iter().filter(is_seen).map(|property| property.id).collect()
}

/// A field of a node's state at the end.
fn field(session: &Session, node: &str, key: &str) -> Value {
    let id = node.parse().expect("a node");
    let node = session.world().node(id).expect("it is there");
    session.variant().state(session.world(), node).get(key).cloned().unwrap_or(Value::Null)
}

#[test]
fn a_crash_holds_what_does_not_expire() {
    assert_eq!(broken(&played(HELD_FOR_EVER, 12_000_000)), ["lock-granted"]);
    let leased = HELD_FOR_EVER.replace("setnx", "ttl-fenced");
    assert_eq!(broken(&played(&leased, 12_000_000)), Vec::<&str>::new());
    assert!(broken(&played(ZNODE_FOR_EVER, 12_000_000)).contains(&"lock-granted"));
    let ephemeral = ZNODE_FOR_EVER.replace("znode-persistent", "znode");
    assert_eq!(broken(&played(&ephemeral, 12_000_000)), Vec::<&str>::new());
}

#[test]
fn redlock_breaks_by_a_clock_or_by_a_disk_and_by_neither_alone() {
    let is_double = |text: &str| broken(&played(text, 2_000_000)).contains(&"service-exclusive");
    assert!(is_double(CLOCK_JUMP));
    assert!(!is_double(&CLOCK_JUMP.replace("@20000step.n4.2000000;", "")));
    let restart = CLOCK_JUMP.replace("@20000step.n4.2000000;", "@20000crash.n4;@21000restart.n4;");
    assert!(is_double(&restart));
    assert!(!is_double(&restart.replace("increments=0", "increments=0;fsync=always")));
}

/// A replica that did not hear of a grant gives its token again.
#[test]
fn tokens_repeat_after_a_failover_that_lost_them() {
    let text = "lock:ttl-fenced;r1;s1;increments=0;clients=2;replicas=1;latency_us=2000-2000;work_us=100000;\
                @20000cut.n2.n3;@21000do.c1.increment;@40000crash.n2;@41000do.n3.promote;@50000do.c2.increment";
    let session = played(text, 300_000);
    assert!(broken(&session).contains(&"tokens-rise"), "{:?}", broken(&session));
    assert!(broken(&session).contains(&"service-exclusive"));
    let copied = text.replace("@20000cut.n2.n3;", "");
    assert_eq!(broken(&played(&copied, 300_000)), Vec::<&str>::new());
}

#[test]
fn setex_first_lets_nobody_in_alone() {
    let alone = played("lock:setex-first;r1;s1;clients=1", 10_000_000);
    assert!(broken(&alone).contains(&"lock-granted"), "{:?}", broken(&alone));
    assert_eq!(field(&alone, "n1", "counter"), 0);
}

#[test]
fn a_mutex_is_right_on_one_machine() {
    let one = played("lock:local-mutex;r1;s1;machines=1;increments=50", 20_000_000);
    assert_eq!(broken(&one), Vec::<&str>::new());
    assert_eq!((field(&one, "n1", "counter"), field(&one, "n1", "lost")), (150.into(), 0.into()));
    let two = played("lock:local-mutex;r1;s1;machines=2;increments=50", 20_000_000);
    assert!(broken(&two).contains(&"service-exclusive"));
}

/// Ten clients, each under every lock: what is acknowledged is counted, or is not, as the variant says.
#[test]
fn locks_count_without_faults() {
    for (variant, counts) in [
        ("none", false),
        ("setnx", true),
        ("ttl", true),
        ("ttl-fenced", true),
        ("redlock", true),
        ("znode-persistent", true),
        ("znode", true),
        ("chubby", true),
    ] {
        let session = played(&format!("lock:{variant};r1;s1;clients=10;increments=5"), 30_000_000);
        assert_eq!(field(&session, "n1", "acknowledged"), 50, "{variant}");
        assert_eq!(field(&session, "n1", "counter") == 50, counts, "{variant}");
        assert!(!seen(&session).contains(&"two-believe"), "{variant}");
    }
}

#[test]
fn every_rule_of_the_machines_is_explained() {
    let explained: Vec<&str> = LAB.rules.iter().map(|rule| rule.id).collect();
    let known: Vec<&str> = lock::RULES.into_iter().chain(coordination::RULES).collect();
    assert_eq!(explained, known);
}
