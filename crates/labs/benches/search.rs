//! States per second of our search and of Stateright's checker, single-threaded, on the same machines, in one run.
//!
//! `cargo bench -p faultscope-labs --bench search` prints, for each model, what both count and how long they take.

#[path = "../tests/search/actors.rs"]
mod actors;
#[allow(dead_code, reason = "the tests have more models")]
#[path = "../tests/search/models.rs"]
mod models;

use std::time::Instant;

use actors::Faults;
use models::{CALM, Pair, RAFT, TWO_PHASE, raft, two_phase};

/// Large enough to take a second or so.
const BENCHED: &[Pair] = &[
    Pair { name: "2PC", text: TWO_PHASE, depth: Some(18), faults: CALM, theirs: two_phase },
    Pair {
        name: "2PC, lossy",
        text: TWO_PHASE,
        depth: Some(11),
        faults: Faults { drops: true, ..CALM },
        theirs: two_phase,
    },
    Pair { name: "Raft", text: RAFT, depth: Some(9), faults: CALM, theirs: raft },
];

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the time of the machine that it runs on")]
fn main() {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    println!(
        "{:<32} {:>9} {:>10} {:>12} {:>12} {:>7}",
        "model", "unique", "generated", "ours/s", "theirs/s", "ratio"
    );
    for pair in BENCHED.iter().filter(|pair| wanted.as_ref().is_none_or(|word| pair.name.contains(word))) {
        let start = Instant::now();
        let ours = models::ours(pair);
        let ours_s = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let (unique, generated) = models::theirs(pair);
        let theirs_s = start.elapsed().as_secs_f64();
        assert_eq!(ours.unique, unique, "{}", pair.name);
        let per_second = |seconds: f64| generated as f64 / seconds;
        println!(
            "{:<32} {unique:>9} {generated:>10} {:>12.0} {:>12.0} {:>7.2}",
            pair.name,
            per_second(ours_s),
            per_second(theirs_s),
            theirs_s / ours_s
        );
    }
}
