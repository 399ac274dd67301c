//! The replicated log: entries from index 1, shared between clones. What a snapshot stands for is no longer in it.

use std::fmt;
use std::sync::Arc;

use rpds::VectorSync;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::membership::Members;
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
    /// The cluster consists of these servers: the latest of these entries in a log applies, committed or not.
    Config {
        /// Whose command it is.
        client: NodeId,
        /// Its number in the client's session, from 1.
        serial: u64,
        /// The servers.
        members: Members,
        /// The servers of the configuration before it, while both must agree (joint consensus); else none.
        outgoing: Members,
    },
}

// A log holds many of them.
const _: () = assert!(size_of::<Entry>() == 24);

impl Op {
    /// The session that it belongs to: client and serial.
    pub fn session(&self) -> Option<(NodeId, u64)> {
        match *self {
            Self::Noop => None,
            Self::Write { client, serial, .. }
            | Self::Read { client, serial, .. }
            | Self::Config { client, serial, .. } => Some((client, serial)),
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
    /// The index and the term of the last entry that a snapshot stands for; 0 where there is none.
    snapshot: (u64, u64),
    /// Chunks of exactly [`CHUNK`] entries.
    full: VectorSync<Arc<[Entry]>>,
    /// The entries after them, fewer than [`CHUNK`].
    tail: Arc<Vec<Entry>>,
}

impl Log {
    /// A log that has nothing but what a snapshot stands for, up to `index` of `term`.
    pub fn behind_snapshot(index: u64, term: u64) -> Self {
        Self { snapshot: (index, term), ..Self::default() }
    }

    /// The index of the last entry that a snapshot stands for; 0 where there is none.
    pub fn snapshot_index(&self) -> u64 {
        self.snapshot.0
    }

    /// Its term; 0 where there is none.
    pub fn snapshot_term(&self) -> u64 {
        self.snapshot.1
    }

    /// The index of the last entry, that of a snapshot included; 0 where there never was one.
    pub fn last_index(&self) -> u64 {
        self.snapshot.0 + self.len() as u64
    }

    /// The term of the last entry, that of a snapshot included; 0 where there never was one.
    pub fn last_term(&self) -> u64 {
        self.get(self.last_index()).map_or(self.snapshot.1, |entry| entry.term)
    }

    /// The entry at `index`, from 1; none where a snapshot took its place.
    pub fn get(&self, index: u64) -> Option<&Entry> {
        let place = usize::try_from(index.checked_sub(self.snapshot.0 + 1)?).ok()?;
        match place.checked_sub(self.full.len() * CHUNK) {
            Some(place) => self.tail.get(place),
            None => self.full.get(place / CHUNK)?.get(place % CHUNK),
        }
    }

    /// The term of the entry at `index`: 0 at index 0, none beyond the end and before the last of a snapshot.
    pub fn term_at(&self, index: u64) -> Option<u64> {
        if index == self.snapshot.0 { Some(self.snapshot.1) } else { self.get(index).map(|entry| entry.term) }
    }

    /// All entries that are left, oldest first.
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
        let (mut low, mut high) = (self.snapshot.0 + 1, self.last_index() + 1);
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

    /// Lets a snapshot take the place of the entries up to `index`, which is in the log.
    pub fn compact_to(&mut self, index: u64) {
        let Some(term) = self.term_at(index) else { return };
        let mut rest = Self::behind_snapshot(index, term);
        for index in index + 1..=self.last_index() {
            if let Some(entry) = self.get(index) {
                rest.push(*entry);
            }
        }
        *self = rest;
    }

    /// Drops the entry at `index` and all that follow it; what a snapshot stands for stays.
    pub fn truncate_from(&mut self, index: u64) {
        let keep = match usize::try_from(index.saturating_sub(self.snapshot.0 + 1)) {
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
        Self { snapshot: (0, 0), full: VectorSync::new_sync(), tail: Arc::default() }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Log {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut log = serializer.serialize_struct("Log", 2)?;
        log.serialize_field("snapshot", &self.snapshot)?;
        log.serialize_field("entries", &Entries(self))?;
        log.end()
    }
}

struct Entries<'a>(&'a Log);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter())
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
