//! The index of a run: what is kept of each step, for marks, lists and counts.
//!
//! It grows by pieces that are never moved, and branches of a run share them: a list in one piece would be copied
//! whenever it outgrows its room, and once more for each branch.

use std::ops::Range;
use std::sync::Arc;

use faultscope_protocol::NodeId;

use crate::world::{Kind, Step};

/// What the index keeps of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Its virtual time.
    pub at_us: u64,
    /// The node that it happened to, by code; 0 for none.
    node: u16,
    /// What it was.
    pub kind: Kind,
    flags: u8,
}

const FLAG_NOTE: u8 = 1;
const FLAG_DECISION: u8 = 2;
const FLAG_BROKEN: u8 = 4;
const FLAG_ACTION: u8 = 8;

impl IndexEntry {
    pub(crate) fn new(step: &Step, has_broken: bool) -> Self {
        let mut flags = 0;
        if !step.notes.is_empty() {
            flags |= FLAG_NOTE;
        }
        if step.notes.iter().any(crate::Payload::is_decision) {
            flags |= FLAG_DECISION;
        }
        if has_broken {
            flags |= FLAG_BROKEN;
        }
        if step.action.is_some() {
            flags |= FLAG_ACTION;
        }
        Self { at_us: step.at_us, node: step.node.map_or(0, NodeId::code), kind: step.kind, flags }
    }

    /// The node that it happened to.
    pub fn node(&self) -> Option<NodeId> {
        NodeId::from_code(self.node)
    }
    /// Whether a machine remarked something.
    pub fn has_note(&self) -> bool {
        self.flags & FLAG_NOTE != 0
    }
    /// Whether something was decided.
    pub fn has_decision(&self) -> bool {
        self.flags & FLAG_DECISION != 0
    }
    /// Whether a property broke.
    pub fn has_broken(&self) -> bool {
        self.flags & FLAG_BROKEN != 0
    }
    /// Whether a person or a script did it.
    pub fn is_action(&self) -> bool {
        self.flags & FLAG_ACTION != 0
    }
}

/// Entries in a piece: 64 KiB.
const PIECE: usize = 4_096;

/// The entries of all steps, in order.
#[derive(Clone, Default)]
pub(crate) struct Index {
    full: Vec<Arc<[IndexEntry]>>,
    /// Those behind the full pieces: fewer than [`PIECE`].
    rest: Vec<IndexEntry>,
}

impl Index {
    pub(crate) fn push(&mut self, entry: IndexEntry) {
        self.rest.push(entry);
        if self.rest.len() == PIECE {
            self.full.push(self.rest.as_slice().into());
            self.rest.clear();
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.full.len() * PIECE + self.rest.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index of the first `count` steps, or of all, if they are fewer. Full pieces are shared.
    pub(crate) fn first(&self, count: usize) -> Self {
        let whole = (count / PIECE).min(self.full.len());
        let last = self.full.get(whole).map_or(self.rest.as_slice(), AsRef::as_ref);
        let rest = last[..(count - whole * PIECE).min(last.len())].to_vec();
        Self { full: self.full[..whole].to_vec(), rest }
    }

    pub(crate) fn entries(&self) -> Entries<'_> {
        Entries { index: self, first: 0, end: self.len() }
    }
}

/// The entries of some steps that follow upon each other, by place: like a slice of them.
#[derive(Clone, Copy)]
pub struct Entries<'a> {
    index: &'a Index,
    first: usize,
    end: usize,
}

impl<'a> Entries<'a> {
    /// How many there are.
    pub fn len(self) -> usize {
        self.end - self.first
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.first == self.end
    }

    /// The entry at a place.
    pub fn get(self, place: usize) -> Option<&'a IndexEntry> {
        (place < self.len()).then(|| self.at(place))
    }

    fn at(self, place: usize) -> &'a IndexEntry {
        let place = self.first + place;
        match self.index.full.get(place / PIECE) {
            Some(piece) => &piece[place % PIECE],
            None => &self.index.rest[place % PIECE],
        }
    }

    /// All of them, in order.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = &'a IndexEntry> + ExactSizeIterator {
        (0..self.len()).map(move |place| self.at(place))
    }

    /// Those at some places, as far as there are so many.
    #[must_use]
    pub fn range(self, places: Range<usize>) -> Self {
        let end = self.first + places.end.min(self.len());
        Self { first: (self.first + places.start).min(end), end, ..self }
    }

    /// Those from a place on.
    #[must_use]
    pub fn skip(self, count: usize) -> Self {
        self.range(count..self.len())
    }

    /// How many of them, from the first on, hold; all that hold must come before all that do not.
    pub fn partition_point(self, holds: impl Fn(&IndexEntry) -> bool) -> usize {
        let (mut from, mut until) = (0, self.len());
        while from < until {
            let middle = usize::midpoint(from, until);
            if holds(self.at(middle)) { from = middle + 1 } else { until = middle }
        }
        from
    }
}

impl std::ops::Index<usize> for Entries<'_> {
    type Output = IndexEntry;

    /// The entry at a place.
    ///
    /// # Panics
    ///
    /// If there are not so many.
    fn index(&self, place: usize) -> &IndexEntry {
        let count = self.len();
        self.get(place).unwrap_or_else(|| panic!("entry {place} of {count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64) -> IndexEntry {
        let kind = if number.is_multiple_of(3) { Kind::Deliver } else { Kind::Timer };
        IndexEntry { at_us: number / 2, node: (number % 7) as u16, kind, flags: 0 }
    }

    #[test]
    fn it_is_like_a_list() {
        let lengths = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 50];
        for length in lengths {
            let list: Vec<IndexEntry> = (0..length as u64).map(entry).collect();
            let mut index = Index::default();
            list.iter().for_each(|entry| index.push(*entry));
            assert_eq!((index.len(), index.is_empty()), (length, length == 0));
            let entries = index.entries();
            assert!(entries.iter().eq(&list) && entries.iter().rev().eq(list.iter().rev()));
            assert_eq!((entries.get(length), entries.get(length / 2)), (None, list.get(length / 2)));
            for count in lengths {
                let first = index.first(count);
                assert!(first.entries().iter().eq(&list[..count.min(length)]), "{count} of {length}");
                let skipped = entries.skip(count);
                assert!(skipped.iter().eq(&list[count.min(length)..]));
                assert_eq!(skipped.is_empty(), count >= length);
                let part = skipped.range(5..PIECE);
                let wanted = list.get(count.min(length)..).unwrap();
                let wanted = &wanted[5.min(wanted.len())..PIECE.min(wanted.len())];
                assert!(part.iter().eq(wanted), "{count} of {length}");
                for at_us in [0, 7, PIECE as u64 / 2, u64::MAX] {
                    let holds = |entry: &IndexEntry| entry.at_us < at_us;
                    assert_eq!(part.partition_point(holds), wanted.partition_point(holds));
                }
            }
        }
    }

    #[test]
    fn a_branch_shares_all_full_pieces() {
        let mut index = Index::default();
        (0..3 * PIECE as u64 + 9).for_each(|number| index.push(entry(number)));
        let mut branch = index.first(2 * PIECE + 5);
        branch.push(entry(0));
        assert!(branch.full.iter().zip(&index.full).all(|(one, other)| Arc::ptr_eq(one, other)));
        assert_eq!((branch.full.len(), branch.rest.len()), (2, 6));
        assert_eq!(index.entries().get(2 * PIECE + 5), Some(&entry(2 * PIECE as u64 + 5)));
    }
}
