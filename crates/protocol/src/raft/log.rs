//! The replicated log: entries from index 1, shared between clones.

use std::fmt;
use std::sync::Arc;

use rpds::VectorSync;
use serde::{Serialize, Serializer};

use crate::NodeId;

/// The name of a key in traces and on screen: `x`, `y`, `z`, and `k3` and so on from there.
pub fn key_name(key: u8) -> String {
    match key {
        0..=2 => char::from(b'x' + key).to_string(),
        _ => format!("k{key}"),
    }
}

pub(super) fn key_by_name<S: Serializer>(key: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&key_name(*key))
}

/// What an entry asks the state machine to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Nothing.
    Noop,
    /// Set a key.
    Write {
        /// Whose command it is: a client, or the server itself where a person asked it directly.
        client: NodeId,
        /// Its number in the client's session, from 1.
        serial: u64,
        /// The key.
        #[serde(serialize_with = "key_by_name")]
        key: u8,
        /// The value.
        value: u32,
    },
    /// Read a key, at the entry's place in the log.
    Read {
        /// Whose command it is.
        client: NodeId,
        /// Its number in the client's session, from 1.
        serial: u64,
        /// The key.
        #[serde(serialize_with = "key_by_name")]
        key: u8,
    },
}

impl Op {
    /// The session that it belongs to: client and serial.
    pub fn session(&self) -> Option<(NodeId, u64)> {
        match *self {
            Self::Noop => None,
            Self::Write { client, serial, .. } | Self::Read { client, serial, .. } => Some((client, serial)),
        }
    }
}

/// An entry of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Entry {
    /// The term in which a leader received it.
    pub term: u64,
    /// What it asks for.
    pub op: Op,
}

/// Entries per shared chunk: appending to a log that was just cloned copies half of this on average.
const CHUNK: usize = 32;

/// A log. A clone costs two reference counts, however long it is: each write to a disk and each snapshot of a world
/// holds one.
///
/// Which entries share a chunk depends on their indexes alone, so equal logs are equal values.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Log {
    /// Chunks of exactly [`CHUNK`] entries.
    full: VectorSync<Arc<[Entry]>>,
    /// The entries after them, fewer than [`CHUNK`].
    tail: Arc<Vec<Entry>>,
}

impl Log {
    /// The index of the last entry; 0 where the log is empty.
    pub fn last_index(&self) -> u64 {
        self.len() as u64
    }

    /// The term of the last entry; 0 where the log is empty.
    pub fn last_term(&self) -> u64 {
        self.get(self.last_index()).map_or(0, |entry| entry.term)
    }

    /// The entry at `index`, from 1.
    pub fn get(&self, index: u64) -> Option<&Entry> {
        let place = usize::try_from(index.checked_sub(1)?).ok()?;
        match place.checked_sub(self.full.len() * CHUNK) {
            Some(place) => self.tail.get(place),
            None => self.full.get(place / CHUNK)?.get(place % CHUNK),
        }
    }

    /// The term of the entry at `index`: 0 at index 0, none beyond the end.
    pub fn term_at(&self, index: u64) -> Option<u64> {
        if index == 0 { Some(0) } else { self.get(index).map(|entry| entry.term) }
    }

    /// All entries, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.full.iter().flat_map(|chunk| chunk.iter()).chain(self.tail.iter())
    }

    /// Up to `most` entries from `index` on.
    pub fn from(&self, index: u64, most: u32) -> Vec<Entry> {
        let end = self.last_index().min(index.saturating_add(u64::from(most)).saturating_sub(1));
        (index..=end).filter_map(|index| self.get(index)).copied().collect()
    }

    /// The index of the first entry of `term` or a later one; one beyond the end if there is none.
    ///
    /// Terms never decrease along a log, so this is a binary search.
    pub fn first_from_term(&self, term: u64) -> u64 {
        let (mut low, mut high) = (1, self.last_index() + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(|entry| entry.term < term) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, entry: Entry) {
        match Arc::get_mut(&mut self.tail) {
            Some(tail) => tail.push(entry),
            None => {
                // One allocation of the final size, where `make_mut` would clone and then grow.
                let mut tail = Vec::with_capacity(CHUNK);
                tail.extend_from_slice(&self.tail);
                tail.push(entry);
                self.tail = Arc::new(tail);
            }
        }
        if self.tail.len() >= CHUNK {
            self.full.push_back_mut(Arc::from(self.tail.as_slice()));
            self.tail = Arc::default();
        }
    }

    /// Drops the entry at `index` (from 1) and all that follow it.
    pub fn truncate_from(&mut self, index: u64) {
        let keep = match usize::try_from(index.saturating_sub(1)) {
            Ok(keep) if keep < self.len() => keep,
            _ => return,
        };
        let rest = self.full.get(keep / CHUNK).map_or(self.tail.as_slice(), |chunk| chunk);
        self.tail = Arc::new(rest.iter().take(keep % CHUNK).copied().collect());
        while self.full.len() > keep / CHUNK {
            self.full.drop_last_mut();
        }
    }

    fn len(&self) -> usize {
        self.full.len() * CHUNK + self.tail.len()
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { full: VectorSync::new_sync(), tail: Arc::default() }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Log {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl FromIterator<Entry> for Log {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut log = Self::default();
        for entry in entries {
            log.push(entry);
        }
        log
    }
}
