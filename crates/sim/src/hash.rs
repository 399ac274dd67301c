//! Hashing and drawing that give the same bits on every platform.
//!
//! `derive(Hash)` feeds a hasher with integers of their own width and with lengths as `usize`; [`StableHasher`]
//! widens all of them to 64 bits first, so that wasm32 and native agree.

use std::hash::{Hash, Hasher};
use std::ops::Range;

/// A 64-bit hasher whose result depends on the hashed values alone, never on the platform.
///
/// A round is one multiplication: it is fast, it is one to one in the state and in the word, and what it leaves
/// unmixed, [`Hasher::finish`] mixes. It tells runs and states apart; it is no defence against an adversary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StableHasher {
    state: u64,
    /// What was taken in, in bytes of a plain encoding; the hash does not depend on it.
    bytes: u64,
}

/// A length takes up so many bytes in a plain encoding.
const LENGTH_BYTES: u64 = 4;

const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.
const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

impl StableHasher {
    /// A hasher that starts from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { state: mix(seed ^ MULTIPLIER), bytes: 0 }
    }

    /// Takes in one word.
    pub fn word(&mut self, word: u64) {
        let state = (self.state.rotate_left(23) ^ word).wrapping_mul(MULTIPLIER);
        self.state = state ^ (state >> 32);
    }

    /// What `take_in` gives to the hasher, in bytes of a plain encoding: integers in their own width, one byte for which
    /// of its kinds a value is, four for a length, and the letters of a text.
    pub(crate) fn bytes_of(&mut self, take_in: impl FnOnce(&mut Self)) -> u64 {
        let before = self.bytes;
        take_in(self);
        self.bytes - before
    }

    fn narrow(&mut self, word: u64, bytes: u64) {
        self.bytes += bytes;
        self.word(word);
    }
}

impl Hasher for StableHasher {
    fn finish(&self) -> u64 {
        mix(self.state)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
        self.word(bytes.len() as u64);
        self.bytes += bytes.len() as u64;
    }

    fn write_u8(&mut self, value: u8) {
        self.narrow(u64::from(value), 1);
    }
    fn write_u16(&mut self, value: u16) {
        self.narrow(u64::from(value), 2);
    }
    fn write_u32(&mut self, value: u32) {
        self.narrow(u64::from(value), 4);
    }
    fn write_u64(&mut self, value: u64) {
        self.narrow(value, 8);
    }
    fn write_u128(&mut self, value: u128) {
        self.narrow(value as u64, 8);
        self.narrow((value >> 64) as u64, 8);
    }
    fn write_usize(&mut self, value: usize) {
        self.narrow(value as u64, LENGTH_BYTES);
    }
    fn write_i8(&mut self, value: i8) {
        self.narrow(i64::from(value) as u64, 1);
    }
    fn write_i16(&mut self, value: i16) {
        self.narrow(i64::from(value) as u64, 2);
    }
    fn write_i32(&mut self, value: i32) {
        self.narrow(i64::from(value) as u64, 4);
    }
    fn write_i64(&mut self, value: i64) {
        self.narrow(value as u64, 8);
    }
    fn write_isize(&mut self, value: isize) {
        // Which of its kinds a value is: the compiler's number of an enum's variant.
        self.narrow(value as i64 as u64, 1);
    }
}

/// The stable hash of one value.
pub fn stable_hash<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = StableHasher::new(0);
    value.hash(&mut hasher);
    hasher.finish()
}

/// One keyed draw: a number that depends on the seed, the purpose, the place and the count, and on nothing else.
///
/// Cutting one link therefore does not reshuffle the draws of the others.
#[derive(Clone, Copy, Debug)]
pub struct Draw(u64);

impl Draw {
    /// The draw for `purpose` at `place`, for the `count`-th time, in the run with this seed.
    pub fn new(seed: u64, purpose: &str, place: u64, count: u64) -> Self {
        Draws::new(seed, purpose, place).at(count)
    }

    /// The 64 bits of it.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// A number in `range` (half open); its start where it is empty.
    pub fn in_range(self, range: &Range<u64>) -> u64 {
        let width = range.end.saturating_sub(range.start);
        // Multiply-shift (Lemire 2019); its bias of at most width / 2^64 is far below what a run could show.
        range.start + ((u128::from(self.0) * u128::from(width)) >> 64) as u64
    }

    /// One of `0..count`; 0 where `count` is 0.
    pub fn below(self, count: u32) -> u32 {
        self.in_range(&(0..u64::from(count))) as u32
    }

    /// Whether something happens that has `parts` chances in a million.
    pub fn chance_ppm(self, parts: u32) -> bool {
        self.below(1_000_000) < parts
    }
}

/// All draws for one purpose at one place in one run: what they have in common, worked out once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64, purpose: &str, place: u64) -> Self {
        let mut state = mix(seed ^ MULTIPLIER);
        for chunk in purpose.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            state = take_in(state, u64::from_le_bytes(word));
        }
        Self(take_in(take_in(state, purpose.len() as u64), place))
    }

    /// The `count`-th of them.
    pub(crate) const fn at(self, count: u64) -> Draw {
        Draw(mix(take_in(self.0, count)))
    }
}

/// A full round: draws must look random after every word.
const fn take_in(state: u64, word: u64) -> u64 {
    mix(state.rotate_left(23).wrapping_add(word.wrapping_mul(MULTIPLIER)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_do_not_show() {
        assert_eq!(stable_hash(&7_u8), stable_hash(&7_u64));
        assert_eq!(stable_hash(&7_usize), stable_hash(&7_u64));
        assert_eq!(stable_hash(&-1_i8), stable_hash(&-1_i64));
        assert_ne!(stable_hash(&7_u8), stable_hash(&8_u8));
        assert_ne!(stable_hash(&[1_u8, 0][..]), stable_hash(&[1_u8][..]));
    }

    #[test]
    fn a_plain_encoding_is_measured_beside() {
        let bytes = |take_in: &dyn Fn(&mut StableHasher)| StableHasher::new(0).bytes_of(take_in);
        assert_eq!(bytes(&|hasher| (7_u8, 7_u16, 7_u32, 7_u64, true).hash(hasher)), 1 + 2 + 4 + 8 + 1);
        assert_eq!(bytes(&|hasher| Some(7_u32).hash(hasher)), 1 + 4);
        assert_eq!(bytes(&|hasher| vec![7_u32; 3].hash(hasher)), 4 + 3 * 4);
        assert_eq!(bytes(&|hasher| "abc".hash(hasher)), 3 + 1, "letters, and the end of a text");
        assert_eq!(bytes(&|hasher| hasher.word(7)), 0, "what frames a value is none of it");
    }

    /// A golden value: if it moves, every fingerprint and every link's behaviour moves with it.
    #[test]
    fn values_are_pinned() {
        assert_eq!(stable_hash(&(1_u32, "n1", Some(false))), 0x4e4c_569c_5055_caef);
        assert_eq!(Draw::new(42, "latency", 3, 7).in_range(&(10_000..15_000)), 10_040);
    }

    #[test]
    fn draws_cover_their_range_evenly() {
        let mut counts = [0_u32; 10];
        for count in 0..10_000 {
            counts[Draw::new(1, "test", 0, count).below(10) as usize] += 1;
        }
        assert!(counts.iter().all(|&c| (900..1100).contains(&c)), "{counts:?}");
        assert_eq!(Draw::new(1, "test", 0, 0).in_range(&(5..5)), 5);
    }
}
