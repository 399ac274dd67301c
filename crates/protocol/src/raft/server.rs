//! A Raft server: the rules of Figure 2, one function for each input.

use crate::ordered::{Map, Set, sort};
use std::sync::Arc;

use serde::Serialize;

use super::log::{Entry, Log, Op};
use super::membership::{Change, Config, Members};
use super::message::{Command, Message, Reply, Timer, Value};
use super::note::{Note, Refusal};
use super::reads::Reads;
use super::snapshot::Snapshot;
use super::{Fx, Raft, Stable, Variant};
use crate::{Input, NodeId};

/// What a server is at the moment (§5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It answers requests.
    Follower,
    /// It asks for votes.
    Candidate,
    /// It handles all commands of its term.
    Leader,
    /// It asks whether it would be elected (dissertation §9.6).
    #[serde(rename = "pre-candidate")]
    PreCandidate,
}

/// A server's state (Figure 2, "State").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Server {
    /// What it is.
    pub role: Role,
    /// The latest term it has seen (persistent).
    pub current_term: u64,
    /// The candidate that got its vote in this term (persistent).
    pub voted_for: Option<NodeId>,
    /// The log (persistent).
    pub log: Log,
    /// The highest index known to be committed.
    pub commit_index: u64,
    /// The highest index applied to the state machine.
    pub last_applied: u64,
    /// The leader of this term, as far as it knows.
    pub leader_id: Option<NodeId>,
    /// As candidate: who voted for it, itself included.
    pub votes_granted: Set<NodeId>,
    /// As leader: the next index to send to each follower.
    pub next_index: Map<NodeId, u64>,
    /// As leader: the highest index known to be replicated on each follower.
    pub match_index: Map<NodeId, u64>,
    /// The state machine: keys and values.
    pub values: Map<u8, u32>,
    /// The latest command applied for each client, and its result (§8).
    pub sessions: Map<NodeId, (u64, Value)>,
    /// Commands that a person gave it directly, by the index of their entry.
    pub direct: Map<u64, u64>,
    /// The configuration that applies: the latest in the log.
    pub config: Config,
    /// What the log's beginning has come to, if a snapshot took its place (persistent).
    pub snapshot: Option<Arc<Snapshot>>,
    /// The index of the last snapshot that came from a leader, and how far it knew itself what is committed before.
    pub installed: Option<(u64, u64)>,
    /// Whether it heard from a leader within the shortest election timeout, where the variant goes by that.
    pub heard_leader: bool,
    /// As leader: what reads wait for, where they do not go through the log.
    pub reads: Reads,
    /// As leader: the change of the cluster that it was asked for.
    pub change: Option<Change>,
    /// The command by which it asks to be added, until it is.
    pub entering: Option<u64>,
    /// Whether persistent state changed since it was last handed to the disk; never so between two inputs.
    #[serde(skip)]
    pub(super) is_unsaved: bool,
}

impl Server {
    pub(super) fn boot(stable: Stable, fx: &mut Fx<'_>) -> Self {
        let is_first = fx.setup().unequal_logs && stable == Stable::default();
        let stable = if is_first { starting_state(fx) } else { stable };
        let snapshot = stable.snapshot.as_deref().cloned().unwrap_or_default();
        let mut server = Self {
            role: Role::Follower,
            current_term: stable.current_term,
            voted_for: stable.voted_for,
            commit_index: stable.log.snapshot_index(),
            last_applied: stable.log.snapshot_index(),
            log: stable.log,
            leader_id: None,
            votes_granted: Set::new(),
            next_index: Map::new(),
            match_index: Map::new(),
            values: snapshot.values,
            sessions: snapshot.sessions,
            direct: Map::new(),
            config: Config::default(),
            snapshot: stable.snapshot,
            installed: None,
            heard_leader: false,
            reads: Reads::default(),
            change: None,
            entering: None,
            is_unsaved: is_first,
        };
        server.config = server.config_at(server.log.last_index(), fx);
        server.save(fx);
        // A server that joined later is no member of the cluster: it starts no election.
        if server.may_stand(fx.id()) {
            server.reset_election_timer(fx);
        }
        if fx.setup().variant == Variant::Lease {
            // It may have heard from a leader right before it crashed: that leader's lease must not be broken.
            server.remember_leader(fx);
        }
        server
    }

    pub(super) fn handle(&mut self, input: Input<Raft>, fx: &mut Fx<'_>) {
        self.compact(fx);
        match input {
            Input::Message { from, body } => self.handle_message(from, body, fx),
            Input::Timer(Timer::Election) => self.start_election(fx),
            Input::Timer(Timer::Heartbeat) => self.send_heartbeats(fx),
            Input::Timer(Timer::LeaderMemory) => self.heard_leader = false,
            Input::Timer(Timer::Retry) => self.ask_to_enter(fx),
            Input::Command { op, body } => self.handle_command(op, body, fx),
        }
        self.save(fx);
    }

    /// Whether a server needs no other one. What it has in memory must still be durable before it counts, so it
    /// sends itself the reply: that waits behind the write, as the others' replies do in a larger cluster.
    fn is_alone(&self, id: NodeId) -> bool {
        self.config.is_majority(|server| server == id)
    }

    /// The others that have a say.
    pub(super) fn peers(&self, id: NodeId) -> impl Iterator<Item = NodeId> + use<> {
        self.config.voters().without(id).iter()
    }

    fn handle_message(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::RequestVote { term, candidate_id, last_log_index, last_log_term } => {
                self.answer_vote(from, term, candidate_id, (last_log_term, last_log_index), fx);
            }
            Message::RequestVoteReply { term, vote_granted } => {
                self.meet_term(term, fx);
                self.count_vote(from, term, vote_granted, fx);
            }
            Message::AppendEntries {
                term,
                leader_id,
                prev_log_index,
                prev_log_term,
                entries,
                leader_commit,
            } => {
                self.meet_term(term, fx);
                let before = (prev_log_index, prev_log_term);
                self.append_entries(from, term, leader_id, before, entries, leader_commit, fx);
            }
            Message::AppendEntriesReply { term, success, match_index, retry_index } => {
                self.meet_term(term, fx);
                if self.role == Role::Leader && term == self.current_term {
                    if success && from == fx.id() {
                        self.note_own_write(match_index, fx);
                    } else if success {
                        self.note_match(from, match_index, fx);
                    } else {
                        self.back_up(from, retry_index, fx);
                    }
                }
            }
            Message::ClientRequest { serial, op } => self.answer_client(from, serial, op, fx),
            Message::ClientReply { .. } => {}
            extension => self.handle_extension(from, extension, fx),
        }
    }

    /// What the paper's Figure 2 does not have.
    fn handle_extension(&mut self, from: NodeId, body: Message, fx: &mut Fx<'_>) {
        match body {
            Message::PreVote { term, candidate_id, last_log_index, last_log_term } => {
                self.answer_pre_vote(from, term, candidate_id, (last_log_term, last_log_index), fx);
            }
            Message::PreVoteReply { term, asked_term, vote_granted } => {
                self.meet_term(term, fx);
                self.count_pre_vote(from, asked_term, vote_granted, fx);
            }
            Message::Heartbeat { term, leader_id: _, round, leader_commit } => {
                self.meet_term(term, fx);
                self.answer_heartbeat(from, term, round, leader_commit, fx);
            }
            Message::HeartbeatReply { term, round } => {
                self.meet_term(term, fx);
                self.note_heartbeat(from, term, round, fx);
            }
            Message::InstallSnapshot { term, leader_id, snapshot } => {
                self.meet_term(term, fx);
                self.install_snapshot(from, term, leader_id, snapshot, fx);
            }
            Message::InstallSnapshotReply { term, match_index } => {
                self.meet_term(term, fx);
                if self.role == Role::Leader && term == self.current_term {
                    self.note_match(from, match_index, fx);
                }
            }
            Message::AddServer { serial, server } => {
                self.answer_change(Change { client: from, serial, add: Some(server), remove: None }, fx);
            }
            Message::RemoveServer { serial, server } => {
                self.answer_change(Change { client: from, serial, add: None, remove: Some(server) }, fx);
            }
            Message::ReplaceServer { serial, old, new } => {
                let change = Change { client: from, serial, add: Some(new), remove: Some(old) };
                self.answer_change(change, fx);
            }
            _ => {}
        }
    }

    /// Rules for all servers: a newer term is adopted, and its server follows (§5.1).
    pub(super) fn meet_term(&mut self, term: u64, fx: &mut Fx<'_>) {
        if term > self.current_term {
            self.current_term = term;
            self.voted_for = None;
            self.is_unsaved = true;
            self.leader_id = None;
            self.follow(fx);
        }
    }

    pub(super) fn follow(&mut self, fx: &mut Fx<'_>) {
        if self.role == Role::Follower {
            return;
        }
        if self.role == Role::Leader {
            fx.cancel_timer(Timer::Heartbeat);
            self.reset_election_timer(fx);
            self.drop_change(fx);
            self.drop_reads(fx);
        }
        self.role = Role::Follower;
        self.votes_granted.clear();
        self.next_index.clear();
        self.match_index.clear();
        self.note(Note::SteppedDown { term: self.current_term }, fx);
    }

    /// Drawn anew at every reset: upon AppendEntries of the current leader, a granted vote, a new election.
    pub(super) fn reset_election_timer(&self, fx: &mut Fx<'_>) {
        let (low_us, high_us) = fx.setup().election_timeout_us;
        let is_fixed = fx.setup().variant == Variant::FixedTimeout;
        let after_us = if is_fixed { low_us } else { fx.delay_us("election timeout", low_us..high_us) };
        fx.set_timer(Timer::Election, after_us);
    }

    // Elections (§5.2, §5.4.1).

    /// Rules for followers and candidates: the election timeout ran out.
    fn start_election(&mut self, fx: &mut Fx<'_>) {
        if self.role == Role::Leader || !self.may_stand(fx.id()) {
            return;
        }
        self.heard_leader = false;
        if fx.setup().variant.asks_first() {
            self.ask_first(fx);
        } else {
            self.stand(fx);
        }
    }

    /// Begins an election in a new term.
    pub(super) fn stand(&mut self, fx: &mut Fx<'_>) {
        self.role = Role::Candidate;
        self.current_term += 1;
        self.voted_for = Some(fx.id());
        self.is_unsaved = true;
        self.leader_id = None;
        self.votes_granted = Set::from([fx.id()]);
        self.reset_election_timer(fx);
        self.note(Note::BecameCandidate { term: self.current_term }, fx);
        for peer in self.peers(fx.id()) {
            let request = Message::RequestVote {
                term: self.current_term,
                candidate_id: fx.id(),
                last_log_index: self.log.last_index(),
                last_log_term: self.log.last_term(),
            };
            self.send(peer, request, fx);
        }
        if self.is_alone(fx.id()) {
            self.reply_vote(fx.id(), true, fx);
        }
    }

    fn answer_vote(&mut self, from: NodeId, term: u64, candidate: NodeId, log: (u64, u64), fx: &mut Fx<'_>) {
        if fx.setup().variant == Variant::Lease && self.hears_leader() {
            // The leader's lease counts on it: neither the vote nor even the term (dissertation §4.2.3).
            self.note(Note::Refused { term, candidate, refusal: Refusal::HearsLeader }, fx);
            return self.reply_vote(from, false, fx);
        }
        self.meet_term(term, fx);
        match self.refusal(term, candidate, log, fx) {
            None => {
                self.follow(fx);
                if self.voted_for.is_none() {
                    self.voted_for = Some(candidate);
                    self.is_unsaved = true;
                }
                self.reset_election_timer(fx);
                self.note(Note::Voted { term, candidate }, fx);
                self.reply_vote(from, true, fx);
            }
            Some(refusal) => {
                self.note(Note::Refused { term, candidate, refusal }, fx);
                self.reply_vote(from, false, fx);
            }
        }
    }

    fn refusal(&self, term: u64, candidate: NodeId, log: (u64, u64), fx: &Fx<'_>) -> Option<Refusal> {
        if term < self.current_term {
            Some(Refusal::StaleTerm)
        } else if self.voted_for.is_some_and(|voted| voted != candidate) || self.stands_or_leads() {
            Some(Refusal::VotedForAnother)
        } else if log < (self.log.last_term(), self.log.last_index())
            && fx.setup().variant != Variant::NoLogCheck
        {
            Some(Refusal::LogBehind)
        } else {
            None
        }
    }

    /// Whether it has given its vote to itself in this term.
    fn stands_or_leads(&self) -> bool {
        matches!(self.role, Role::Candidate | Role::Leader)
    }

    fn reply_vote(&mut self, to: NodeId, vote_granted: bool, fx: &mut Fx<'_>) {
        self.send(to, Message::RequestVoteReply { term: self.current_term, vote_granted }, fx);
    }

    fn count_vote(&mut self, from: NodeId, term: u64, vote_granted: bool, fx: &mut Fx<'_>) {
        let counts = vote_granted && self.config.voters().contains(from);
        if self.role == Role::Candidate && term == self.current_term && counts {
            self.votes_granted.insert(from);
            self.lead_if_elected(fx);
        }
    }

    fn lead_if_elected(&mut self, fx: &mut Fx<'_>) {
        if !self.config.is_majority(|server| self.votes_granted.contains(&server)) {
            return;
        }
        self.role = Role::Leader;
        self.leader_id = Some(fx.id());
        let next = self.log.last_index() + 1;
        self.next_index = self.peers(fx.id()).map(|peer| (peer, next)).collect();
        self.match_index = self.peers(fx.id()).map(|peer| (peer, 0)).collect();
        self.reads = Reads { first_own_index: next, ..Reads::default() };
        fx.cancel_timer(Timer::Election);
        let votes = u32::try_from(self.votes_granted.len()).unwrap_or(u32::MAX);
        self.note(Note::BecameLeader { term: self.current_term, votes }, fx);
        if fx.setup().leader_noop || fx.setup().variant.needs_own_entry() {
            self.append(Op::Noop, fx);
        }
        self.send_heartbeats(fx);
    }

    // Replication (§5.3).

    fn send_heartbeats(&mut self, fx: &mut Fx<'_>) {
        if self.role != Role::Leader {
            return;
        }
        fx.set_timer(Timer::Heartbeat, fx.setup().heartbeat_us);
        match fx.setup().variant {
            Variant::Lease => {
                // Who has everything needs no more than the round's own heartbeat.
                let last_index = self.log.last_index();
                let lacks = |known: Option<&u64>| known.is_some_and(|&index| index < last_index);
                let behind: Vec<NodeId> =
                    self.peers(fx.id()).filter(|peer| lacks(self.match_index.get(peer))).collect();
                for peer in behind {
                    self.replicate_to(peer, fx);
                }
                self.begin_round(fx);
            }
            variant => {
                self.replicate(fx);
                if variant == Variant::ReadIndex && !self.reads.waiting.is_empty() {
                    self.begin_round(fx);
                }
            }
        }
    }

    pub(super) fn replicate(&mut self, fx: &mut Fx<'_>) {
        for peer in self.peers(fx.id()) {
            self.replicate_to(peer, fx);
        }
        let newcomer = self.change.and_then(|change| change.add);
        if let Some(newcomer) = newcomer.filter(|&server| !self.config.voters().contains(server)) {
            self.replicate_to(newcomer, fx);
        }
        let last_index = self.log.last_index();
        if self.is_alone(fx.id()) && last_index > self.commit_index {
            self.reply_append(fx.id(), true, last_index, 0, fx);
        }
    }

    /// Sends what `peer` lacks, as far as is known; nothing but a heartbeat if it lacks nothing.
    ///
    /// The next index moves on at once: if the message is lost, the next one does not match, and is answered with
    /// where to try.
    pub(super) fn replicate_to(&mut self, peer: NodeId, fx: &mut Fx<'_>) {
        let next = self.next_index.get(&peer).copied().unwrap_or(1);
        if next <= self.log.snapshot_index() {
            return self.send_snapshot(peer, fx);
        }
        let entries = self.log.from(next, fx.setup().max_entries);
        if !entries.is_empty() {
            self.next_index.insert(peer, next + entries.len() as u64);
        }
        let request = Message::AppendEntries {
            term: self.current_term,
            leader_id: fx.id(),
            prev_log_index: next - 1,
            prev_log_term: self.log.term_at(next - 1).unwrap_or(0),
            entries,
            leader_commit: self.commit_index,
        };
        self.send(peer, request, fx);
    }

    pub(super) fn append(&mut self, op: Op, fx: &mut Fx<'_>) -> u64 {
        let term = self.current_term;
        self.log.push(Entry { term, op });
        self.is_unsaved = true;
        self.adopt_config(&op, fx);
        let index = self.log.last_index();
        self.note(Note::Appended { index, term }, fx);
        index
    }

    #[expect(clippy::too_many_arguments, reason = "the arguments of the paper's AppendEntries")]
    fn append_entries(
        &mut self,
        from: NodeId,
        term: u64,
        leader: NodeId,
        (prev_index, prev_term): (u64, u64),
        entries: Vec<Entry>,
        leader_commit: u64,
        fx: &mut Fx<'_>,
    ) {
        if self.refuses_leader(term) {
            return self.reply_append(from, false, 0, self.log.last_index() + 1, fx);
        }
        self.hear(leader, fx);
        let is_in_snapshot = prev_index < self.log.snapshot_index();
        if !is_in_snapshot && self.log.term_at(prev_index) != Some(prev_term) {
            self.note(Note::LogMismatch { index: prev_index }, fx);
            return self.reply_append(from, false, 0, self.retry_index(prev_index), fx);
        }
        let last_new = prev_index + entries.len() as u64;
        self.store(prev_index, entries, fx);
        self.learn_commit(leader_commit.min(last_new), fx);
        self.reply_append(from, true, last_new, 0, fx);
    }

    /// Whether what a server of this term says as leader counts for nothing.
    pub(super) fn refuses_leader(&self, term: u64) -> bool {
        term < self.current_term || self.role == Role::Leader
    }

    /// The leader of the current term was heard from.
    pub(super) fn hear(&mut self, leader: NodeId, fx: &mut Fx<'_>) {
        self.follow(fx);
        self.leader_id = Some(leader);
        self.reset_election_timer(fx);
        self.remember_leader(fx);
    }

    /// As follower, everything up to `index` is committed, and in the log.
    pub(super) fn learn_commit(&mut self, index: u64, fx: &mut Fx<'_>) {
        if index > self.commit_index {
            self.commit_index = index;
            self.note(Note::LearnedCommit { index }, fx);
            self.apply(fx);
            self.answer_entered(fx);
        }
    }

    /// Where a leader may try next after a mismatch at `index`: behind the end of a log that is too short, else at
    /// the first entry of the term that conflicts (end of §5.3).
    fn retry_index(&self, index: u64) -> u64 {
        match self.log.term_at(index) {
            Some(conflict) => self.log.first_from_term(conflict).min(index),
            None => self.log.last_index() + 1,
        }
    }

    /// Stores the entries that follow `prev_index`. What is there already stays: only a conflict drops entries, so
    /// that an old message cannot take away what a newer one brought.
    fn store(&mut self, prev_index: u64, entries: Vec<Entry>, fx: &mut Fx<'_>) {
        for (place, entry) in entries.into_iter().enumerate() {
            let index = prev_index + 1 + place as u64;
            match self.log.term_at(index) {
                // What a snapshot stands for is committed: it is the same in every log.
                _ if index <= self.log.snapshot_index() => continue,
                Some(term) if term == entry.term => continue,
                Some(_) => self.drop_from(index, fx),
                None => {}
            }
            self.log.push(entry);
            self.is_unsaved = true;
            self.adopt_config(&entry.op, fx);
        }
    }

    fn drop_from(&mut self, index: u64, fx: &mut Fx<'_>) {
        self.log.truncate_from(index);
        self.is_unsaved = true;
        if self.config.index >= index {
            self.config = self.config_at(self.log.last_index(), fx);
        }
        self.note(Note::Truncated { index }, fx);
        for (_, op) in self.direct.split_off(&index) {
            self.save(fx);
            fx.reply(op, Reply::Overwritten);
        }
    }

    fn reply_append(
        &mut self,
        to: NodeId,
        success: bool,
        match_index: u64,
        retry_index: u64,
        fx: &mut Fx<'_>,
    ) {
        let term = self.current_term;
        self.send(to, Message::AppendEntriesReply { term, success, match_index, retry_index }, fx);
    }

    fn note_match(&mut self, from: NodeId, match_index: u64, fx: &mut Fx<'_>) {
        let Some(known) = self.match_index.get_mut(&from) else { return };
        if match_index > *known {
            *known = match_index;
            let next = self.next_index.entry(from).or_insert(1);
            *next = (*next).max(match_index + 1);
            self.advance_commit(fx);
            if self.change.is_some() {
                self.advance_change(fx);
            }
        }
        if self.next_index.get(&from).is_some_and(|&next| next <= self.log.last_index()) {
            self.replicate_to(from, fx);
        }
    }

    /// Goes back even behind the match index, so that a server that lost its disk is filled again. Each refusal
    /// names an earlier index, so this ends; a late one costs one needless message.
    fn back_up(&mut self, from: NodeId, retry_index: u64, fx: &mut Fx<'_>) {
        let Some(next) = self.next_index.get_mut(&from) else { return };
        let wanted = retry_index.max(1);
        if wanted < *next {
            *next = wanted;
            self.replicate_to(from, fx);
        }
    }

    // Commitment (§5.3, §5.4.2).

    /// Rules for leaders: an index that a majority holds is committed, if its entry is of the leader's own term.
    fn advance_commit(&mut self, fx: &mut Fx<'_>) {
        let Config { members, outgoing, .. } = self.config;
        let held = self.held_by_majority(members, fx.id());
        let agreed =
            if outgoing.is_empty() { held } else { held.min(self.held_by_majority(outgoing, fx.id())) };
        self.commit_to(agreed, fx);
    }

    /// The highest index that a majority of these servers holds.
    fn held_by_majority(&self, members: Members, id: NodeId) -> u64 {
        let others = self.match_index.iter().filter(|(server, _)| members.contains(**server));
        let own = members.contains(id).then(|| self.log.last_index());
        let mut held: Vec<u64> = others.map(|(_, &index)| index).chain(own).collect();
        sort(&mut held);
        // So many hold at least this: with five servers the third from the top, with four the third as well.
        let majority = held.len() / 2 + 1;
        held.len().checked_sub(majority).map_or(0, |place| held[place])
    }

    /// Its own write is durable: that is a majority where it is alone.
    fn note_own_write(&mut self, index: u64, fx: &mut Fx<'_>) {
        if self.is_alone(fx.id()) {
            self.commit_to(index, fx);
        }
    }

    fn commit_to(&mut self, index: u64, fx: &mut Fx<'_>) {
        let is_own_term = self.log.term_at(index) == Some(self.current_term);
        let may_commit = is_own_term || fx.setup().variant == Variant::CommitByCounting;
        if index > self.commit_index && may_commit {
            self.commit_index = index;
            self.note(Note::Committed { index }, fx);
            self.apply(fx);
            self.answer_due_reads(fx);
            self.settle_config(fx);
        }
    }

    /// Applies what is committed, in order; the leader answers the clients.
    fn apply(&mut self, fx: &mut Fx<'_>) {
        while self.last_applied < self.commit_index {
            let index = self.last_applied + 1;
            let Some(op) = self.log.get(index).map(|entry| entry.op) else { return };
            self.last_applied = index;
            let Some((client, serial, value)) = self.execute(&op) else { continue };
            if let Some(direct) = self.direct.remove(&index) {
                fx.reply(direct, Reply::Done(value));
            } else if self.role == Role::Leader && client.is_client() {
                self.reply_client(client, serial, Some(value), fx);
            }
        }
    }

    /// Executes a command once: a serial that was executed before has the result of then (§8).
    fn execute(&mut self, op: &Op) -> Option<(NodeId, u64, Value)> {
        let (client, serial) = op.session()?;
        if let Some(&(done, value)) = self.sessions.get(&client)
            && client.is_client()
            && serial <= done
        {
            return Some((client, serial, value));
        }
        let value = match *op {
            Op::Write { key, value, .. } => {
                self.values.insert(key, value);
                Value::Written
            }
            Op::Read { key, .. } => Value::Read(self.values.get(&key).copied()),
            Op::Config { members, outgoing, .. } if outgoing.is_empty() => Value::Members(members),
            Op::Config { .. } | Op::Noop => return None,
        };
        if client.is_client() {
            self.sessions.insert(client, (serial, value));
        }
        Some((client, serial, value))
    }

    // Clients (§8).

    fn answer_client(&mut self, from: NodeId, serial: u64, op: Op, fx: &mut Fx<'_>) {
        if self.role != Role::Leader {
            return self.reply_client(from, serial, None, fx);
        }
        let is_read = if let Op::Read { key, .. } = op { self.read(from, serial, key, fx) } else { false };
        if !is_read && self.is_new(from, serial, fx) {
            self.append(op, fx);
            self.replicate(fx);
        }
    }

    fn answer_change(&mut self, change: Change, fx: &mut Fx<'_>) {
        let Change { client, serial, .. } = change;
        if self.role != Role::Leader {
            return self.reply_client(client, serial, None, fx);
        }
        let waits = self.change.is_some_and(|known| (known.client, known.serial) == (client, serial));
        // Newcomers have no session: who is in already is asked for no more.
        let is_in = !client.is_client() && self.config.voters().contains(client);
        if !waits && !is_in && self.is_new(client, serial, fx) {
            self.take_change(change, fx);
        }
    }

    /// Whether a client's command was neither executed nor is under way. If it was executed, the client gets the
    /// answer of then.
    fn is_new(&mut self, client: NodeId, serial: u64, fx: &mut Fx<'_>) -> bool {
        match self.sessions.get(&client) {
            Some(&(done, value)) if serial == done => {
                self.reply_client(client, serial, Some(value), fx);
                false
            }
            Some(&(done, _)) if serial < done => false,
            _ => !self.is_under_way(client, serial),
        }
    }

    /// Whether the command stands in the log already, of this term and not applied yet: a repeated request, whose
    /// answer will come. An entry of an older term does not count: nothing commits it before an entry of this term
    /// (§5.4.2), and the repeated request may be the only one to bring such an entry. Applying it twice does nothing.
    fn is_under_way(&self, client: NodeId, serial: u64) -> bool {
        let unapplied = self.last_applied + 1..=self.log.last_index();
        unapplied
            .rev()
            .filter_map(|index| self.log.get(index))
            .take_while(|entry| entry.term == self.current_term)
            .any(|entry| entry.op.session() == Some((client, serial)))
    }

    pub(super) fn reply_client(&mut self, to: NodeId, serial: u64, value: Option<Value>, fx: &mut Fx<'_>) {
        self.send(to, Message::ClientReply { serial, value, leader_hint: self.leader_id }, fx);
    }

    /// A command that a person gives the server directly, outside any session.
    fn handle_command(&mut self, op: u64, body: Command, fx: &mut Fx<'_>) {
        if body == Command::Enter {
            self.entering = Some(op);
            self.answer_entered(fx);
            return self.ask_to_enter(fx);
        }
        if self.role != Role::Leader {
            return fx.reply(op, Reply::NotLeader { leader_hint: self.leader_id });
        }
        let client = fx.id();
        let (add, remove) = match body {
            Command::Add { server } => (Some(server), None),
            Command::Remove { server } => (None, Some(server)),
            Command::Replace { old, new } => (Some(new), Some(old)),
            Command::Enter => return,
            Command::Write { key, value } => {
                return self.append_direct(op, Op::Write { client, serial: op, key, value }, fx);
            }
            Command::Read { key } => {
                if !self.read(client, op, key, fx) {
                    self.append_direct(op, Op::Read { client, serial: op, key }, fx);
                }
                return;
            }
        };
        self.take_change(Change { client, serial: op, add, remove }, fx);
    }

    fn append_direct(&mut self, op: u64, entry: Op, fx: &mut Fx<'_>) {
        let index = self.append(entry, fx);
        self.direct.insert(index, op);
        self.replicate(fx);
    }

    // Persistent state goes to the disk before anything is said that depends on it.

    pub(super) fn save(&mut self, fx: &mut Fx<'_>) {
        if !std::mem::take(&mut self.is_unsaved) {
            return;
        }
        let is_forgetful = fx.setup().variant == Variant::ForgetVote;
        fx.persist_forced(Stable {
            current_term: self.current_term,
            voted_for: self.voted_for.filter(|_| !is_forgetful),
            log: self.log.clone(),
            snapshot: self.snapshot.clone(),
            last_serial: 0,
        });
    }

    pub(super) fn send(&mut self, to: NodeId, message: Message, fx: &mut Fx<'_>) {
        self.save(fx);
        fx.send(to, message);
    }

    pub(super) fn note(&mut self, note: Note, fx: &mut Fx<'_>) {
        self.save(fx);
        fx.note(note);
    }
}

/// What a leader of term 1 left behind that brought `n1` the most entries, and each server after it one less.
fn starting_state(fx: &Fx<'_>) -> Stable {
    let servers = &fx.seat().servers;
    let Some(place) = servers.iter().position(|&server| server == fx.id()) else { return Stable::default() };
    Stable {
        current_term: 1,
        voted_for: servers.first().copied(),
        log: (place..servers.len()).map(|_| Entry { term: 1, op: Op::Noop }).collect(),
        ..Stable::default()
    }
}
