//! Our search and Stateright's checker count the same unique states of the same machines.

use crate::models::{PAIRS, ours, theirs};

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
