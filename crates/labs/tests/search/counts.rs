//! Our search and Stateright's checker count the same unique states of the same machines.

use crate::actors::Faults;
use crate::models::{
    CALM, Pair, RAFT, RAFT_CLIENT, RING, TWO_PHASE, TWO_PHASE_ORDERED, ours, raft, raft_client, ring, theirs,
    two_phase,
};

/// The models whose counts must be equal.
const PAIRS: &[Pair] = &[
    Pair { name: "2PC", text: TWO_PHASE, depth: Some(12), faults: CALM, theirs: two_phase },
    Pair {
        name: "2PC, lossy",
        text: TWO_PHASE,
        depth: Some(8),
        faults: Faults { drops: true, ..CALM },
        theirs: two_phase,
    },
    Pair {
        name: "2PC, crashes",
        text: TWO_PHASE,
        depth: Some(7),
        faults: Faults { most_down: 1, ..CALM },
        theirs: two_phase,
    },
    Pair {
        name: "2PC, ordered",
        text: TWO_PHASE_ORDERED,
        depth: Some(10),
        faults: Faults { fifo: true, ..CALM },
        theirs: two_phase,
    },
    Pair { name: "Raft", text: RAFT, depth: Some(7), faults: CALM, theirs: raft },
    Pair {
        name: "Raft, crashes",
        text: RAFT,
        depth: Some(5),
        faults: Faults { most_down: 1, ..CALM },
        theirs: raft,
    },
    Pair {
        name: "Raft, one server and a client",
        text: RAFT_CLIENT,
        depth: Some(9),
        faults: CALM,
        theirs: raft_client,
    },
    Pair { name: "ring", text: RING, depth: Some(5), faults: CALM, theirs: ring },
];

#[test]
fn both_searches_count_the_same_unique_states() {
    for pair in PAIRS {
        let (ours, (unique, generated)) = (ours(pair), theirs(pair));
        println!(
            "{}, depth {:?}: ours {} unique of {}, Stateright {unique} of {generated}",
            pair.name, pair.depth, ours.unique, ours.generated
        );
        assert_eq!(ours.unique, unique, "{}", pair.name);
    }
}
