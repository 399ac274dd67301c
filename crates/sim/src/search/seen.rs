//! The set of hashes that were seen: one open-addressed table, looked up and never iterated.

/// A set of 64-bit hashes.
#[derive(Default)]
pub(super) struct Seen {
    /// 0 marks a free place.
    places: Vec<u64>,
    length: usize,
}

impl Seen {
    /// Puts `hash` in. Returns whether it is new.
    pub(super) fn insert(&mut self, hash: u64) -> bool {
        if (self.length + 1) * 3 > self.places.len() * 2 {
            self.grow();
        }
        let is_new = put(&mut self.places, hash.max(1));
        self.length += usize::from(is_new);
        is_new
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> u64 {
        (self.places.len() * size_of::<u64>()) as u64
    }

    fn grow(&mut self) {
        let mut places = vec![0; (self.places.len() * 2).max(1024)];
        for &hash in self.places.iter().filter(|&&hash| hash != 0) {
            put(&mut places, hash);
        }
        self.places = places;
    }
}

/// The length of `places` is a power of two. The low bits of a good hash are as good as any.
fn put(places: &mut [u64], hash: u64) -> bool {
    let mask = places.len() - 1;
    let mut place = hash as usize & mask;
    loop {
        match places[place] {
            0 => {
                places[place] = hash;
                return true;
            }
            held if held == hash => return false,
            _ => place = (place + 1) & mask,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::stable_hash;

    #[test]
    fn each_hash_is_new_once() {
        let mut seen = Seen::default();
        for number in 0..5_000_u64 {
            assert!(seen.insert(stable_hash(&number)));
        }
        for number in 0..5_000_u64 {
            assert!(!seen.insert(stable_hash(&number)));
        }
        assert!(seen.insert(0) && !seen.insert(0));
    }
}
