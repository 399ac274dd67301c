//! An ordered map in shared pieces on shared shelves: a clone costs one count, a change copies one piece, one shelf and
//! the list of shelves, however much else there is.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// The most entries of a piece, and the most pieces of a shelf.
const PIECE: usize = 32;
const SHELF: usize = 64;
/// A piece with fewer entries joins the next one of its shelf where there is room.
const SMALL: usize = PIECE / 4;

type Piece<K, V> = Arc<Vec<(K, V)>>;
type Shelf<K, V> = Arc<Vec<Piece<K, V>>>;

/// Where an entry stands: its shelf, its piece on it, and its place in that; behind the last, the number of shelves.
type Place = (usize, usize, usize);

/// A map in the order of its keys, for bulk: clones share what has not changed since.
pub struct SharedMap<K, V> {
    /// No shelf and no piece is empty; none is longer than [`SHELF`] and [`PIECE`].
    shelves: Arc<Vec<Shelf<K, V>>>,
    len: u64,
}

impl<K, V> SharedMap<K, V> {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self { shelves: Arc::default(), len: 0 }
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many pieces there are.
    #[cfg(test)]
    pub(super) fn pieces_len(&self) -> usize {
        self.shelves.iter().map(|shelf| shelf.len()).sum()
    }

    /// What a clone that changed copied: entries of its list of shelves and of its own shelves; and all pieces and
    /// shelves that there are.
    #[cfg(test)]
    pub(super) fn pieces_beside(&self, other: &Self) -> (usize, usize) {
        let is_shared = |shelf: &&Shelf<K, V>| other.shelves.iter().any(|theirs| Arc::ptr_eq(theirs, shelf));
        let own: usize = self.shelves.iter().filter(|shelf| !is_shared(shelf)).map(|shelf| shelf.len()).sum();
        (self.shelves.len() + own, self.shelves.len() + self.pieces_len())
    }

    /// Every entry, in order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { shelves: &self.shelves, first: (0, 0, 0), end: self.end() }
    }

    /// Every key, in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// Every value, in the order of the keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// The entry with the least key.
    #[must_use]
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The entry with the greatest key.
    #[must_use]
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }
}

impl<K, V> SharedMap<K, V> {
    fn end(&self) -> Place {
        (self.shelves.len(), 0, 0)
    }

    fn at(&self, (shelf, piece, place): Place) -> Option<&(K, V)> {
        self.shelves.get(shelf)?.get(piece)?.get(place)
    }

    /// The place of the first entry whose key is not before something.
    fn first_not(&self, is_before: impl Fn(&K) -> bool) -> Place {
        let ends_before = |piece: &Piece<K, V>| piece.last().is_some_and(|(key, _)| is_before(key));
        let shelf = self.shelves.partition_point(|shelf| shelf.last().is_some_and(&ends_before));
        let Some(pieces) = self.shelves.get(shelf) else { return self.end() };
        let piece = pieces.partition_point(&ends_before);
        (shelf, piece, pieces[piece].partition_point(|(key, _)| is_before(key)))
    }
}

impl<K: Ord, V> SharedMap<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let place = self.first_not(|other| other.borrow() < key);
        match self.at(place) {
            Some((found, _)) if found.borrow() == key => Ok(place),
            _ => Err(place),
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().and_then(|place| self.at(place)).map(|(_, value)| value)
    }

    /// Whether there is such a key.
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    /// The entries whose keys lie in a range, in order.
    pub fn range<Q: Ord + ?Sized>(&self, range: impl RangeBounds<Q>) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let first = match range.start_bound() {
            Bound::Unbounded => (0, 0, 0),
            Bound::Included(key) => self.first_not(|other| other.borrow() < key),
            Bound::Excluded(key) => self.first_not(|other| other.borrow() <= key),
        };
        let end = match range.end_bound() {
            Bound::Unbounded => self.end(),
            Bound::Included(key) => self.first_not(|other| other.borrow() <= key),
            Bound::Excluded(key) => self.first_not(|other| other.borrow() < key),
        };
        Iter { shelves: &self.shelves, first, end }
    }
}

impl<K: Ord + Clone, V: Clone> SharedMap<K, V> {
    /// The value of a key, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().map(|place| self.value_mut(place))
    }

    /// Puts an entry in. Returns the value that its key had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok(place) => Some(std::mem::replace(self.value_mut(place), value)),
            Err(place) => {
                self.len += 1;
                let shelves = Arc::make_mut(&mut self.shelves);
                if place.0 == shelves.len() {
                    append(shelves, (key, value));
                } else {
                    insert_at(shelves, place, (key, value));
                }
                None
            }
        }
    }

    /// Takes an entry out. Returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (shelf, piece, place) = self.find(key).ok()?;
        self.len -= 1;
        let shelves = Arc::make_mut(&mut self.shelves);
        let pieces = Arc::make_mut(&mut shelves[shelf]);
        let (_, value) = Arc::make_mut(&mut pieces[piece]).remove(place);
        join_small(pieces, piece);
        if pieces.is_empty() {
            shelves.remove(shelf);
        }
        Some(value)
    }

    fn value_mut(&mut self, (shelf, piece, place): Place) -> &mut V {
        let pieces = Arc::make_mut(&mut Arc::make_mut(&mut self.shelves)[shelf]);
        &mut Arc::make_mut(&mut pieces[piece])[place].1
    }
}

/// Puts an entry behind all others. What is full stays full, so what only grows is packed.
fn append<K: Clone, V: Clone>(shelves: &mut Vec<Shelf<K, V>>, entry: (K, V)) {
    let is_full = |shelf: &Shelf<K, V>| shelf.len() == SHELF && shelf[SHELF - 1].len() == PIECE;
    let Some(shelf) = shelves.last_mut().filter(|shelf| !is_full(shelf)) else {
        shelves.push(Arc::new(vec![Arc::new(vec![entry])]));
        return;
    };
    let pieces = Arc::make_mut(shelf);
    match pieces.last_mut().filter(|piece| piece.len() < PIECE) {
        Some(piece) => Arc::make_mut(piece).push(entry),
        None => pieces.push(Arc::new(vec![entry])),
    }
}

fn insert_at<K: Clone, V: Clone>(
    shelves: &mut Vec<Shelf<K, V>>,
    (shelf, mut piece, mut place): Place,
    entry: (K, V),
) {
    let pieces = Arc::make_mut(&mut shelves[shelf]);
    if pieces[piece].len() == PIECE {
        let second = Arc::make_mut(&mut pieces[piece]).split_off(PIECE / 2);
        pieces.insert(piece + 1, Arc::new(second));
        if place > PIECE / 2 {
            (piece, place) = (piece + 1, place - PIECE / 2);
        }
    }
    Arc::make_mut(&mut pieces[piece]).insert(place, entry);
    if pieces.len() > SHELF {
        let second = pieces.split_off(SHELF / 2);
        shelves.insert(shelf + 1, Arc::new(second));
    }
}

/// Drops a piece that has become empty, and joins one that has become small with the next.
fn join_small<K: Clone, V: Clone>(pieces: &mut Vec<Piece<K, V>>, piece: usize) {
    let len = pieces[piece].len();
    if len == 0 {
        pieces.remove(piece);
    } else if len < SMALL && pieces.get(piece + 1).is_some_and(|next| len + next.len() <= PIECE) {
        let next = pieces.remove(piece + 1);
        Arc::make_mut(&mut pieces[piece]).extend_from_slice(&next);
    }
}

/// Entries of a shared map, in order.
pub struct Iter<'a, K, V> {
    shelves: &'a [Shelf<K, V>],
    first: Place,
    end: Place,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { shelves: self.shelves, first: self.first, end: self.end }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.first >= self.end {
            return None;
        }
        let (shelf, piece, place) = self.first;
        let pieces = &self.shelves[shelf];
        self.first = if place + 1 < pieces[piece].len() {
            (shelf, piece, place + 1)
        } else if piece + 1 < pieces.len() {
            (shelf, piece + 1, 0)
        } else {
            (shelf + 1, 0, 0)
        };
        let (key, value) = &pieces[piece][place];
        Some((key, value))
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.first >= self.end {
            return None;
        }
        self.end = match self.end {
            (shelf, 0, 0) => {
                let pieces = &self.shelves[shelf - 1];
                (shelf - 1, pieces.len() - 1, pieces[pieces.len() - 1].len() - 1)
            }
            (shelf, piece, 0) => (shelf, piece - 1, self.shelves[shelf][piece - 1].len() - 1),
            (shelf, piece, place) => (shelf, piece, place - 1),
        };
        let (shelf, piece, place) = self.end;
        let (key, value) = &self.shelves[shelf][piece][place];
        Some((key, value))
    }
}

impl<'a, K, V> IntoIterator for &'a SharedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V> Clone for SharedMap<K, V> {
    fn clone(&self) -> Self {
        Self { shelves: Arc::clone(&self.shelves), len: self.len }
    }
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for SharedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

// Where the pieces part is history, and no part of the value.

impl<K: PartialEq, V: PartialEq> PartialEq for SharedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shelves, &other.shelves) || (self.len == other.len && self.iter().eq(other.iter()))
    }
}

impl<K: Eq, V: Eq> Eq for SharedMap<K, V> {}

impl<K: PartialOrd, V: PartialOrd> PartialOrd for SharedMap<K, V> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.iter().partial_cmp(other.iter())
    }
}

impl<K: Ord, V: Ord> Ord for SharedMap<K, V> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.iter().cmp(other.iter())
    }
}

impl<K: Hash, V: Hash> Hash for SharedMap<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len.hash(state);
        for entry in self {
            entry.hash(state);
        }
    }
}

impl<K: Ord + Clone, V: Clone> Extend<(K, V)> for SharedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for SharedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Serialize, V: Serialize> Serialize for SharedMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

/// A set in order, for bulk: clones share what has not changed since.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SharedSet<T> {
    items: SharedMap<T, ()>,
}

impl<T: Ord + Clone> SharedSet<T> {
    /// Puts an item in. Returns whether it was not there.
    pub fn insert(&mut self, item: T) -> bool {
        self.items.insert(item, ()).is_none()
    }

    /// Whether the item is in.
    #[must_use]
    pub fn contains(&self, item: &T) -> bool {
        self.items.contains_key(item)
    }

    /// How many items there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Every item, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.items.keys()
    }
}

impl<T> Default for SharedSet<T> {
    fn default() -> Self {
        Self { items: SharedMap::new() }
    }
}
