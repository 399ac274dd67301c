//! The log as one node knows it, and the keys that its entries made.

use serde::Serialize;

use super::BySlot;
use super::message::{Command, Entry, Value};
use crate::NodeId;
use crate::ordered::Map;

/// What a node has learned. Entries are applied in the order of slots, without a gap.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Replica {
    /// The chosen entries that it knows.
    pub log: BySlot<Entry>,
    /// The first slot that it does not know: all below are applied.
    pub chosen_below: u64,
    /// The keys.
    pub keys: Map<u8, u32>,
    /// Each client's newest command that was applied, and what it gave. The same command again counts once.
    pub sessions: Map<NodeId, (u64, Value)>,
}

impl Replica {
    pub(super) fn new(log: BySlot<Entry>) -> Self {
        let mut replica = Self { log, chosen_below: 1, keys: Map::new(), sessions: Map::new() };
        replica.apply();
        replica
    }

    /// Takes in a chosen entry; returns whether it is new.
    pub(super) fn learn(&mut self, slot: u64, entry: Entry) -> bool {
        if self.log.contains_key(&slot) {
            return false;
        }
        self.log.insert(slot, entry);
        self.apply();
        true
    }

    /// The highest slot that it knows; 0 for none.
    pub fn last_slot(&self) -> u64 {
        self.log.iter().next_back().map_or(0, |(&slot, _)| slot)
    }

    /// What the client's command gave, if it was applied and is the newest of its client.
    pub fn answer(&self, client: NodeId, op: u64) -> Option<Value> {
        self.sessions.get(&client).filter(|(newest, _)| *newest == op).map(|&(_, value)| value)
    }

    fn apply(&mut self) {
        while let Some(&entry) = self.log.get(&self.chosen_below) {
            self.chosen_below += 1;
            if let Entry::Command { client, op, body } = entry {
                self.apply_command(client, op, body);
            }
        }
    }

    fn apply_command(&mut self, client: NodeId, op: u64, body: Command) {
        if self.sessions.get(&client).is_some_and(|&(newest, _)| newest >= op) {
            return;
        }
        let value = match body {
            Command::Read { key } => Value::Read(self.keys.get(&key).copied()),
            Command::Write { key, value } => {
                self.keys.insert(key, value);
                Value::Written
            }
        };
        self.sessions.insert(client, (op, value));
    }
}
