//! The replicated log: entries from index 1, shared between clones.

use rpds::VectorSync;
use serde::Serialize;

use crate::NodeId;

/// What an entry asks the state machine to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Entry {
    /// The term in which a leader received it.
    pub term: u64,
    /// What it asks for.
    pub op: Op,
}

/// A log. A clone shares all entries.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Log(VectorSync<Entry>);

impl Log {
    /// The index of the last entry; 0 where the log is empty.
    pub fn last_index(&self) -> u64 {
        self.0.len() as u64
    }

    /// The term of the last entry; 0 where the log is empty.
    pub fn last_term(&self) -> u64 {
        self.0.last().map_or(0, |entry| entry.term)
    }

    /// The entry at `index`, from 1.
    pub fn get(&self, index: u64) -> Option<&Entry> {
        self.0.get(usize::try_from(index.checked_sub(1)?).ok()?)
    }

    /// The term of the entry at `index`: 0 at index 0, none beyond the end.
    pub fn term_at(&self, index: u64) -> Option<u64> {
        if index == 0 { Some(0) } else { self.get(index).map(|entry| entry.term) }
    }

    /// All entries, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.0.iter()
    }

    /// Up to `most` entries from `index` on.
    pub fn from(&self, index: u64, most: u32) -> Vec<Entry> {
        let end = self.last_index().min(index.saturating_add(u64::from(most)).saturating_sub(1));
        (index..=end).filter_map(|index| self.get(index)).cloned().collect()
    }

    /// Adds an entry at the end.
    pub fn push(&mut self, entry: Entry) {
        self.0.push_back_mut(entry);
    }

    /// Drops the entry at `index` and all that follow it.
    pub fn truncate_from(&mut self, index: u64) {
        while self.last_index() >= index.max(1) {
            self.0.drop_last_mut();
        }
    }
}
