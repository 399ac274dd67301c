//! Flat and shared maps against the standard library's tree, under the same random changes.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};

use super::*;

/// So many changes that there are several shelves of pieces.
const ROUNDS: u32 = 30_000;

/// Numbers without pattern (xorshift64), the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 % u64::from(end)).expect("below a small number")
    }
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What every map says must be what the tree says.
fn compare(
    tree: &BTreeMap<u32, u32>,
    map: &Map<u32, u32>,
    shared: &SharedMap<u32, u32>,
    from: u32,
    end: u32,
) {
    assert!(tree.iter().eq(map) && tree.iter().eq(shared));
    assert!(tree.iter().rev().eq(map.iter().rev()) && tree.iter().rev().eq(shared.iter().rev()));
    assert_eq!((tree.len(), tree.len()), (map.len(), shared.len()));
    assert_eq!((hash_of(tree), hash_of(tree)), (hash_of(map), hash_of(shared)));
    assert!(
        tree.range(from..end).eq(map.range(from..end)) && tree.range(from..end).eq(shared.range(from..end))
    );
    assert!(tree.range(from..=end).rev().eq(shared.range(from..=end).rev()));
    assert!(
        tree.range(..=end).rev().eq(map.range(..=end).rev()) && tree.range(from..).eq(shared.range(from..))
    );
    assert_eq!(tree.last_key_value(), shared.last_key_value());
    assert_eq!(tree.get(&from), shared.get(&from));
    assert_eq!(serde_json::json!(tree), serde_json::json!(map));
    assert_eq!(serde_json::json!(tree), serde_json::json!(shared));
}

#[test]
fn maps_do_as_a_tree_does() {
    let mut numbers = Numbers(7);
    for keys in [8, 60, 900, 30_000] {
        let (mut tree, mut map, mut shared) = (BTreeMap::new(), Map::new(), SharedMap::new());
        for round in 0..ROUNDS {
            // Grows first, shrinks in the end.
            let (key, value) = (numbers.below(keys), numbers.below(100));
            if numbers.below(ROUNDS) >= round {
                assert_eq!(tree.insert(key, value), map.insert(key, value));
                assert_eq!(Some(&value), {
                    shared.insert(key, value);
                    shared.get(&key)
                });
            } else {
                let gone = tree.remove(&key);
                assert_eq!((gone, gone), (map.remove(&key), shared.remove(&key)));
            }
            if round % (ROUNDS / 60) == 0 {
                let (from, wide) = (numbers.below(keys), numbers.below(keys));
                compare(&tree, &map, &shared, from, from + wide);
            }
        }
    }
}

#[test]
fn a_change_copies_little_however_much_there_is() {
    let map: SharedMap<u32, u32> = (0..100_000).map(|key| (key, key)).collect();
    let mut changed = map.clone();
    changed.insert(100_000, 0);
    changed.remove(&5_000);
    let (own, all) = changed.pieces_beside(&map);
    assert!(own <= 3 * 64 + 100_000 / (32 * 64), "{own} of {all} pieces and shelves are not shared");
    assert!(all > 1_500, "there are {all}");
}

#[test]
fn what_was_cloned_does_not_change() {
    let mut map: SharedMap<u32, u32> = (0..1000).map(|key| (key, 0)).collect();
    let before = map.clone();
    for key in 0..1000 {
        map.insert(key, 1);
        map.remove(&(key / 2));
        *map.get_mut(&999).expect("the last one is still there") += 1;
    }
    assert!(before.iter().eq((0..1000).map(|key| (key, 0)).collect::<BTreeMap<_, _>>().iter()));
    assert_ne!(before, map);
}

#[test]
fn equal_maps_are_equal_however_they_came_to_be() {
    let up: SharedMap<u32, u32> = (0..500).map(|key| (key, key)).collect();
    let down: SharedMap<u32, u32> = (0..500).rev().map(|key| (key, key)).collect();
    assert_eq!(up, down);
    assert_eq!(hash_of(&up), hash_of(&down));
    assert!(up.pieces_len() < down.pieces_len(), "the pieces part elsewhere, so the test says something");
}

#[test]
fn sets_do_as_a_tree_does() {
    let mut numbers = Numbers(9);
    let mut draw = || (0..20).map(|_| numbers.below(40)).collect::<Vec<_>>();
    for _ in 0..50 {
        let (one, two) = (draw(), draw());
        let trees: (BTreeSet<u32>, BTreeSet<u32>) =
            (one.iter().copied().collect(), two.iter().copied().collect());
        let sets: (Set<u32>, Set<u32>) = (one.into_iter().collect(), two.into_iter().collect());
        assert!(trees.0.iter().eq(&sets.0));
        assert!(trees.0.union(&trees.1).eq(sets.0.union(&sets.1)));
        assert!(trees.0.difference(&trees.1).eq(sets.0.difference(&sets.1)));
        assert!(trees.0.intersection(&trees.1).eq(sets.0.intersection(&sets.1)));
        assert_eq!(trees.0.is_subset(&trees.1), sets.0.is_subset(&sets.1));
        assert_eq!(hash_of(&trees.0), hash_of(&sets.0));
    }
}

#[test]
fn items_are_sorted_and_equal_ones_keep_their_order() {
    let mut numbers = Numbers(11);
    for len in (0..60).chain([1_000]) {
        let mut items: Vec<(u32, u32)> = (0..len).map(|place| (numbers.below(9), place)).collect();
        let mut wanted = items.clone();
        wanted.sort_by_key(|item| item.0);
        sort_by_key(&mut items, |item| item.0);
        assert_eq!(items, wanted);
        wanted.sort_by(|one, other| other.cmp(one));
        sort_by(&mut items, |one, other| other.cmp(one));
        assert_eq!(items, wanted);
        wanted.sort();
        sort(&mut items);
        assert_eq!(items, wanted);
    }
}
