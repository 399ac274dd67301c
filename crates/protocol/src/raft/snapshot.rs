//! Log compaction: a snapshot takes the place of the entries that it stands for (§7).
//!
//! Each server takes its own, of what it has applied. A leader that no longer has the entries that a follower lacks
//! sends its snapshot instead. It travels in one message: the paper's offset, data and done are left out.

use std::sync::Arc;

use serde::Serialize;

use super::membership::Config;
use super::message::{Message, Reply, Value};
use super::note::Note;
use super::server::Server;
use super::{Fx, Log};
use crate::NodeId;
use crate::ordered::Map;

/// What a log's entries up to an index have come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Snapshot {
    /// The index of the last entry that it stands for.
    pub last_included_index: u64,
    /// Its term.
    pub last_included_term: u64,
    /// The state machine.
    pub values: Map<u8, u32>,
    /// The clients' sessions.
    pub sessions: Map<NodeId, (u64, Value)>,
    /// The configuration.
    pub config: Config,
}

impl Server {
    /// Takes a snapshot where enough was applied since the last one. This is no part of any rule: it happens before
    /// the next input, so that what is applied can be seen in the log for one step.
    pub(super) fn compact(&mut self, fx: &mut Fx<'_>) {
        let after = u64::from(fx.setup().snapshot_after);
        if after == 0 || self.last_applied < self.log.snapshot_index() + after {
            return;
        }
        let index = self.last_applied;
        self.snapshot = Some(Arc::new(Snapshot {
            last_included_index: index,
            last_included_term: self.log.term_at(index).unwrap_or(0),
            values: self.values.clone(),
            sessions: self.sessions.clone(),
            config: self.config_at(index, fx),
        }));
        self.log.compact_to(index);
        self.is_unsaved = true;
        self.note(Note::TookSnapshot { index }, fx);
    }

    /// Sends the snapshot in place of entries that the log no longer has.
    pub(super) fn send_snapshot(&mut self, peer: NodeId, fx: &mut Fx<'_>) {
        let Some(snapshot) = self.snapshot.as_deref().cloned() else { return };
        self.next_index.insert(peer, snapshot.last_included_index + 1);
        let (term, leader_id) = (self.current_term, fx.id());
        self.send(peer, Message::InstallSnapshot { term, leader_id, snapshot }, fx);
    }

    /// InstallSnapshot, as follower. What the log has behind the snapshot stays, if it agrees with its last entry.
    pub(super) fn install_snapshot(
        &mut self,
        from: NodeId,
        term: u64,
        leader: NodeId,
        snapshot: Snapshot,
        fx: &mut Fx<'_>,
    ) {
        let index = snapshot.last_included_index;
        if self.refuses_leader(term) {
            return self.reply_snapshot(from, 0, fx);
        }
        self.hear(leader, fx);
        if index > self.commit_index {
            let last = Some(snapshot.last_included_term);
            if self.log.term_at(index) == last {
                self.log.compact_to(index);
            } else {
                self.log = Log::behind_snapshot(index, snapshot.last_included_term);
            }
            self.values.clone_from(&snapshot.values);
            self.sessions.clone_from(&snapshot.sessions);
            self.snapshot = Some(Arc::new(snapshot));
            self.installed = Some((index, self.commit_index));
            (self.commit_index, self.last_applied) = (index, index);
            self.config = self.config_at(self.log.last_index(), fx);
            self.is_unsaved = true;
            self.note(Note::InstalledSnapshot { index }, fx);
            for (_, op) in std::mem::take(&mut self.direct) {
                fx.reply(op, Reply::Overwritten);
            }
            self.answer_entered(fx);
        }
        self.reply_snapshot(from, index, fx);
    }

    fn reply_snapshot(&mut self, to: NodeId, match_index: u64, fx: &mut Fx<'_>) {
        let term = self.current_term;
        self.send(to, Message::InstallSnapshotReply { term, match_index }, fx);
    }
}
