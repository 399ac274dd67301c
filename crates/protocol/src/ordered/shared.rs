//! An ordered map in shared pieces: a clone costs one count, a change copies one piece and the list of pieces.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::RangeBounds;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{find, span};

/// The most entries of a piece: what one change copies, against how long the list of pieces is.
const PIECE: usize = 64;
/// A piece with fewer entries joins the next one where there is room.
const SMALL: usize = PIECE / 4;

type Piece<K, V> = Arc<Vec<(K, V)>>;

/// Where an entry stands: its piece, and its place in it.
type Place = (usize, usize);

/// A map in the order of its keys, for bulk: clones share what has not changed since.
pub struct SharedMap<K, V> {
    /// No piece is empty, and none has more than [`PIECE`] entries.
    pieces: Arc<Vec<Piece<K, V>>>,
    len: u64,
}

impl<K, V> SharedMap<K, V> {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self { pieces: Arc::default(), len: 0 }
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
        self.pieces.len()
    }

    /// Every entry, in order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { pieces: &self.pieces, first: (0, 0), end: (self.pieces.len(), 0) }
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

impl<K: Ord, V> SharedMap<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let piece =
            self.pieces.partition_point(|piece| piece.last().is_some_and(|(last, _)| last.borrow() < key));
        match self.pieces.get(piece) {
            Some(entries) => find(entries, key, |(key, _)| key.borrow())
                .map(|place| (piece, place))
                .map_err(|place| (piece, place)),
            None => Err(self.pieces.last().map_or((0, 0), |last| (piece - 1, last.len()))),
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.find(key).ok().map(|(piece, place)| &self.pieces[piece][place].1)
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
        let (first, end) = span_of_pieces(&self.pieces, &range);
        Iter { pieces: &self.pieces, first, end }
    }
}

/// The places of the entries whose keys lie between two bounds.
fn span_of_pieces<K: Borrow<Q>, V, Q: Ord + ?Sized>(
    pieces: &[Piece<K, V>],
    range: &impl RangeBounds<Q>,
) -> (Place, Place) {
    let within = |piece: &Piece<K, V>| span(piece, range, |(key, _)| key.borrow());
    // The first piece with an entry that is not before the range, and the first with one that is behind it.
    let first = pieces.partition_point(|piece| within(piece).0 == piece.len());
    let end = first + pieces[first..].partition_point(|piece| within(piece).1 == piece.len());
    let first_place = pieces.get(first).map_or(0, |piece| within(piece).0);
    let end_place = pieces.get(end).map_or(0, |piece| within(piece).1);
    ((first, first_place), (end, end_place))
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
                insert_at(Arc::make_mut(&mut self.pieces), place, (key, value));
                None
            }
        }
    }

    /// Takes an entry out. Returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let (piece, place) = self.find(key).ok()?;
        self.len -= 1;
        let pieces = Arc::make_mut(&mut self.pieces);
        let (_, value) = Arc::make_mut(&mut pieces[piece]).remove(place);
        join_small(pieces, piece);
        Some(value)
    }

    fn value_mut(&mut self, (piece, place): Place) -> &mut V {
        &mut Arc::make_mut(&mut Arc::make_mut(&mut self.pieces)[piece])[place].1
    }
}

fn insert_at<K: Clone, V: Clone>(
    pieces: &mut Vec<Piece<K, V>>,
    (mut piece, mut place): Place,
    entry: (K, V),
) {
    let full = pieces.get(piece).is_none_or(|entries| entries.len() == PIECE);
    if full && piece + 1 >= pieces.len() && place == pieces.get(piece).map_or(0, |entries| entries.len()) {
        // At the end a full piece stays full: what only grows is packed.
        pieces.push(Arc::new(vec![entry]));
        return;
    }
    if full {
        let second = Arc::make_mut(&mut pieces[piece]).split_off(PIECE / 2);
        pieces.insert(piece + 1, Arc::new(second));
        if place > PIECE / 2 {
            (piece, place) = (piece + 1, place - PIECE / 2);
        }
    }
    Arc::make_mut(&mut pieces[piece]).insert(place, entry);
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
    pieces: &'a [Piece<K, V>],
    first: Place,
    end: Place,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { pieces: self.pieces, first: self.first, end: self.end }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        if self.first >= self.end {
            return None;
        }
        let (piece, place) = self.first;
        let entries = &self.pieces[piece];
        self.first = if place + 1 == entries.len() { (piece + 1, 0) } else { (piece, place + 1) };
        let (key, value) = &entries[place];
        Some((key, value))
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.first >= self.end {
            return None;
        }
        let (piece, place) = self.end;
        self.end =
            if place == 0 { (piece - 1, self.pieces[piece - 1].len() - 1) } else { (piece, place - 1) };
        let (key, value) = &self.pieces[self.end.0][self.end.1];
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
        Self { pieces: Arc::clone(&self.pieces), len: self.len }
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
        Arc::ptr_eq(&self.pieces, &other.pieces) || (self.len == other.len && self.iter().eq(other.iter()))
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
