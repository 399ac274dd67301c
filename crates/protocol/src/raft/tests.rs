//! Raft on a table: the test carries every message by hand, so each rule is tried where it bites.

mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::{
    Command, Entry, Log, Message, Note, Op, Raft, Reply, Role, Server, Setup, Stable, Timer, Value, Variant,
    lease_us,
};
use crate::{Door, Effect, Effects, Input, NodeId, Protocol, Seat};

/// What every node's clock shows.
struct Fixed(u64);

impl Door for Fixed {
    fn now_us(&mut self) -> u64 {
        self.0
    }
    fn delay_us(&mut self, _: &'static str, range_us: Range<u64>) -> u64 {
        range_us.start
    }
    fn choose(&mut self, _: &'static str, _: u32) -> u32 {
        0
    }
}

/// Servers whose messages lie on the table until the test carries them; writes are durable at once.
struct Table {
    variant: Variant,
    nodes: BTreeMap<NodeId, Raft>,
    disks: BTreeMap<NodeId, Stable>,
    mail: Vec<(NodeId, NodeId, Message)>,
    notes: Vec<(NodeId, Note)>,
    armed: BTreeSet<(NodeId, Timer)>,
    count: u16,
    snapshot_after: u32,
    now_us: u64,
    answers: Vec<(u64, Reply)>,
}

fn n(number: u16) -> NodeId {
    NodeId::server(number)
}

impl Table {
    fn new(count: u16, variant: Variant) -> Self {
        let mut table = Self {
            variant,
            nodes: BTreeMap::new(),
            disks: BTreeMap::new(),
            mail: Vec::new(),
            notes: Vec::new(),
            armed: BTreeSet::new(),
            count,
            snapshot_after: 0,
            now_us: 0,
            answers: Vec::new(),
        };
        for number in 1..=count {
            table.restart(n(number));
        }
        table
    }

    fn seat(&self, id: NodeId) -> Seat<Setup> {
        Seat {
            id,
            role: 0,
            servers: (1..=self.count).map(n).collect(),
            clients: [NodeId::client(1)].into(),
            zone: 0,
            setup: Arc::new(Setup {
                variant: self.variant,
                snapshot_after: self.snapshot_after,
                ..Setup::default()
            }),
        }
    }

    fn restart(&mut self, id: NodeId) {
        let stable = self.disks.get(&id).cloned().unwrap_or_default();
        let (seat, mut list) = (self.seat(id), Vec::new());
        let node = Raft::boot(stable, &mut Effects::new(&seat, &mut Fixed(self.now_us), &mut list));
        self.nodes.insert(id, node);
        self.take(id, list);
    }

    fn give(&mut self, id: NodeId, input: Input<Raft>) {
        let (seat, mut list) = (self.seat(id), Vec::new());
        if let Some(node) = self.nodes.get_mut(&id) {
            node.handle(input, &mut Effects::new(&seat, &mut Fixed(self.now_us), &mut list));
        }
        self.take(id, list);
    }

    fn take(&mut self, id: NodeId, list: Vec<Effect<Raft>>) {
        for effect in list {
            match effect {
                Effect::Send { to, body } => self.mail.push((id, to, body)),
                Effect::Persist { stable, .. } => {
                    self.disks.insert(id, stable);
                }
                Effect::Note(note) => self.notes.push((id, note)),
                Effect::SetTimer { timer, .. } => {
                    self.armed.insert((id, timer));
                }
                Effect::Reply { op, body } => self.answers.push((op, body)),
                _ => {}
            }
        }
    }

    fn time_out(&mut self, id: u16) {
        self.give(n(id), Input::Timer(Timer::Election));
    }

    fn heartbeat(&mut self, id: u16) {
        self.give(n(id), Input::Timer(Timer::Heartbeat));
    }

    fn write(&mut self, id: u16, value: u32) {
        self.give(n(id), Input::Command { op: u64::from(value), body: Command::Write { key: 0, value } });
    }

    fn ask(&mut self, id: u16, op: u64, body: Command) {
        self.give(n(id), Input::Command { op, body });
    }

    /// The answer to a read of key 0 that is carried among these servers; none where there is none yet.
    fn read(&mut self, id: u16, op: u64, among: &[u16]) -> Option<Option<u32>> {
        self.ask(id, op, Command::Read { key: 0 });
        self.carry(among);
        self.answers.iter().find(|(answered, _)| *answered == op).and_then(|(_, reply)| match reply {
            Reply::Done(Value::Read(value)) => Some(*value),
            _ => None,
        })
    }

    /// The others forget that there is a leader: the shortest election timeout is over.
    fn forget_leader(&mut self) {
        for id in 1..=self.count {
            self.give(n(id), Input::Timer(Timer::LeaderMemory));
        }
    }

    fn members(&self, id: u16) -> Vec<u16> {
        self.server(id).config.members.iter().map(NodeId::number).collect()
    }

    /// Carries all mail among these servers until none is left; the rest is lost.
    fn carry(&mut self, among: &[u16]) {
        let is_in = |id: NodeId| among.contains(&id.number());
        for _ in 0..10_000 {
            let Some(place) = self.mail.iter().position(|&(from, to, _)| is_in(from) && is_in(to)) else {
                break;
            };
            let (from, to, body) = self.mail.remove(place);
            self.give(to, Input::Message { from, body });
        }
        self.mail.clear();
    }

    fn server(&self, id: u16) -> &Server {
        self.nodes[&n(id)].as_server().expect("a server")
    }

    fn log(&self, id: u16) -> Vec<(u64, u32)> {
        let entries = self.server(id).log.iter();
        entries
            .filter_map(
                |entry| if let Op::Write { value, .. } = entry.op { Some((entry.term, value)) } else { None },
            )
            .collect()
    }
}

#[test]
fn a_majority_elects_and_the_log_is_shared_and_committed() {
    let mut table = Table::new(5, Variant::Basic);
    table.time_out(1);
    table.carry(&[1, 2, 3, 4, 5]);
    assert_eq!(table.server(1).role, Role::Leader);
    assert!((2..=5).all(|id| table.server(id).leader_id == Some(n(1))));
    table.write(1, 7);
    table.carry(&[1, 2, 3]);
    assert_eq!(table.server(1).commit_index, 1);
    assert_eq!(table.server(2).commit_index, 0, "followers learn it with the next AppendEntries");
    table.heartbeat(1);
    table.carry(&[1, 2, 3, 4, 5]);
    for id in 1..=5 {
        assert_eq!(table.log(id), [(1, 7)], "n{id}: n4 and n5 catch up after a mismatch");
        assert_eq!(table.server(id).values.get(&0), Some(&7));
    }
}

#[test]
fn a_minority_elects_nobody() {
    let mut table = Table::new(5, Variant::Basic);
    table.time_out(1);
    table.carry(&[1, 2]);
    assert_eq!(table.server(1).role, Role::Candidate);
}

#[test]
fn one_vote_a_term_survives_a_restart_unless_it_is_not_written() {
    for (variant, leaders) in [(Variant::Basic, 1), (Variant::ForgetVote, 2)] {
        let mut table = Table::new(3, variant);
        table.time_out(1);
        table.carry(&[1, 3]);
        table.restart(n(3));
        table.time_out(2);
        assert_eq!(table.server(2).current_term, 1);
        table.carry(&[2, 3]);
        let leads = |id: &u16| table.server(*id).role == Role::Leader && table.server(*id).current_term == 1;
        assert_eq!([1, 2].iter().filter(|id| leads(id)).count(), leaders, "{variant:?}");
    }
}

#[test]
fn a_candidate_whose_log_is_behind_gets_no_vote_unless_nobody_looks() {
    for (variant, wins) in [(Variant::Basic, false), (Variant::NoLogCheck, true)] {
        let mut table = Table::new(3, variant);
        table.time_out(1);
        table.carry(&[1, 2, 3]);
        table.write(1, 7);
        table.carry(&[1, 2]);
        table.time_out(3);
        table.carry(&[2, 3]);
        assert_eq!(table.server(3).role == Role::Leader, wins, "{variant:?}");
    }
}

#[test]
fn a_conflicting_tail_is_replaced_and_an_old_message_takes_nothing_away() {
    let mut table = Table::new(3, Variant::Basic);
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    for value in 1..=3 {
        table.write(1, value);
    }
    table.mail.clear();
    assert_eq!(table.log(1).len(), 3, "a tail that nobody else has");
    table.time_out(2);
    table.carry(&[2, 3]);
    table.write(2, 9);
    let old: Vec<_> = table.mail.clone();
    table.carry(&[2, 3]);
    table.write(2, 10);
    table.carry(&[1, 2, 3]);
    table.heartbeat(2);
    table.carry(&[1, 2, 3]);
    for id in 1..=3 {
        assert_eq!(table.log(id), [(2, 9), (2, 10)], "n{id}");
    }
    for (from, to, body) in old {
        table.give(to, Input::Message { from, body });
    }
    assert_eq!(table.log(3), [(2, 9), (2, 10)], "a late AppendEntries truncates nothing");
}

#[test]
fn a_leader_of_an_old_term_steps_down_and_old_terms_are_refused() {
    let mut table = Table::new(3, Variant::Basic);
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    table.time_out(2);
    table.carry(&[2, 3]);
    assert_eq!(table.server(2).role, Role::Leader);
    table.heartbeat(1);
    table.carry(&[1, 3]);
    assert_eq!((table.server(1).role, table.server(1).current_term), (Role::Follower, 2));
}

/// Figure 8 of the paper, step by step.
#[test]
fn figure_8_an_entry_of_an_old_term_is_committed_only_by_counting() {
    for (variant, commits) in [(Variant::Basic, false), (Variant::CommitByCounting, true)] {
        let mut table = Table::new(5, variant);
        table.time_out(1);
        table.carry(&[1, 2, 3, 4, 5]);
        table.write(1, 2);
        table.carry(&[1, 2]);
        // (b) S1 crashes; S5 is elected by S3, S4 and itself, and takes another entry.
        table.restart(n(1));
        table.time_out(5);
        table.carry(&[3, 4, 5]);
        assert_eq!(table.server(5).role, Role::Leader);
        table.write(5, 3);
        table.mail.clear();
        // (c) S5 crashes; S1 leads again and brings its old entry to S3: a majority holds it.
        table.restart(n(5));
        table.time_out(1);
        table.carry(&[1, 2, 3]);
        if table.server(1).role != Role::Leader {
            table.time_out(1);
            table.carry(&[1, 2, 3]);
        }
        assert_eq!(table.server(1).role, Role::Leader);
        table.heartbeat(1);
        table.carry(&[1, 2, 3]);
        assert_eq!(table.log(3), [(1, 2)]);
        assert_eq!(table.server(1).commit_index == 1, commits, "{variant:?}");
        // (d) S1 crashes; S5 is elected by S2, S3 and S4, and overwrites the entry everywhere.
        table.restart(n(1));
        table.time_out(5);
        table.time_out(5);
        table.carry(&[2, 3, 4, 5]);
        assert_eq!(table.server(5).role, Role::Leader, "{variant:?}");
        table.heartbeat(5);
        table.carry(&[1, 2, 3, 4, 5]);
        assert!((1..=5).all(|id| table.log(id) == [(2, 3)]), "{variant:?}: what counting committed is gone");
    }
}

#[test]
fn a_repeated_command_is_applied_once() {
    let mut table = Table::new(3, Variant::Basic);
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    let client = NodeId::client(1);
    let request =
        |serial, value| Message::ClientRequest { serial, op: Op::Write { client, serial, key: 0, value } };
    for _ in 0..2 {
        table.give(n(1), Input::Message { from: client, body: request(1, 5) });
    }
    table.carry(&[1, 2, 3]);
    table.give(n(1), Input::Message { from: client, body: request(2, 6) });
    table.carry(&[1, 2, 3]);
    table.give(n(1), Input::Message { from: client, body: request(1, 5) });
    table.carry(&[1, 2, 3]);
    assert_eq!(table.server(1).values.get(&0), Some(&6), "the old command does not come back");
    assert_eq!(table.log(1), [(1, 5), (1, 6)]);
}

#[test]
fn every_rule_that_a_note_names_is_listed() {
    let mut table = Table::new(3, Variant::Basic);
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    assert!(!table.notes.is_empty());
    for (_, note) in &table.notes {
        let rule = crate::Note::rule(note);
        assert!(rule.is_none_or(|rule| super::RULES.contains(&rule)), "{rule:?}");
    }
}

#[test]
fn a_new_leader_takes_a_repeated_command_again_to_commit_it() {
    let mut table = Table::new(3, Variant::Basic);
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    let client = NodeId::client(1);
    let op = Op::Write { client, serial: 1, key: 0, value: 5 };
    let ask = Input::Message { from: client, body: Message::ClientRequest { serial: 1, op } };
    table.give(n(1), ask.clone());
    let to_2: Vec<_> = table.mail.iter().filter(|mail| mail.1 == n(2)).cloned().collect();
    table.mail = to_2;
    let (from, to, body) = table.mail.remove(0);
    table.give(to, Input::Message { from, body });
    table.mail.clear();
    // n1 is gone. n2 leads with the entry, of an old term, and the client asks again.
    table.time_out(2);
    table.carry(&[2, 3]);
    assert_eq!((table.server(2).role, table.log(2)), (Role::Leader, vec![(1, 5)]));
    table.give(n(2), ask.clone());
    table.give(n(2), ask);
    table.carry(&[2, 3]);
    assert_eq!(table.log(2), [(1, 5), (2, 5)], "once more in the new term, and only once");
    assert_eq!(table.server(2).last_applied, 2);
    assert_eq!(table.server(2).sessions.get(&client).map(|session| session.0), Some(1));
}

#[test]
fn a_server_that_lost_its_disk_is_filled_again() {
    let mut table = Table::new(3, Variant::Basic);
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    for value in 1..=40 {
        table.write(1, value);
        table.carry(&[1, 2, 3]);
    }
    table.disks.remove(&n(3));
    table.restart(n(3));
    table.heartbeat(1);
    table.carry(&[1, 2, 3]);
    assert_eq!(table.log(3), table.log(1));
}

#[test]
fn a_server_alone_commits_what_its_disk_holds() {
    let mut table = Table::new(1, Variant::Basic);
    table.time_out(1);
    assert_eq!(table.server(1).role, Role::Candidate, "its own vote is not durable yet");
    table.carry(&[1]);
    assert_eq!(table.server(1).role, Role::Leader);
    table.write(1, 7);
    assert_eq!(table.server(1).commit_index, 0);
    table.carry(&[1]);
    assert_eq!((table.server(1).commit_index, table.server(1).values.get(&0)), (1, Some(&7)));
}

#[test]
fn who_is_not_of_the_cluster_neither_votes_nor_stands() {
    let mut table = Table::new(3, Variant::Basic);
    table.restart(n(4));
    assert!(!table.armed.contains(&(n(4), Timer::Election)));
    table.time_out(1);
    let vote = Message::RequestVoteReply { term: 1, vote_granted: true };
    table.give(n(1), Input::Message { from: n(4), body: vote.clone() });
    assert_eq!(table.server(1).role, Role::Candidate);
    table.give(n(1), Input::Message { from: n(2), body: vote });
    assert_eq!(table.server(1).role, Role::Leader);
}

#[test]
fn a_log_behaves_like_a_list() {
    let entry = |term, value| Entry { term, op: Op::Write { client: n(1), serial: 1, key: 0, value } };
    let (mut log, mut list) = (Log::default(), Vec::new());
    let mut old = Vec::new();
    // Grow by 45 and cut back by up to 100, so that every kind of cut is met: in the tail, at and in a chunk.
    for round in 0..60u32 {
        for value in 0..45 {
            log.push(entry(u64::from(round), value));
            list.push(entry(u64::from(round), value));
        }
        old.push((log.clone(), list.clone()));
        let keep = list.len().saturating_sub(round as usize * 37 % 101);
        log.truncate_from(keep as u64 + 1);
        list.truncate(keep);
        assert_eq!(log, list.iter().copied().collect(), "the way to a log is not part of it");
        assert_eq!(log.last_index(), keep as u64);
        assert_eq!(log.last_term(), list.last().map_or(0, |entry| entry.term));
        let first = list.iter().position(|entry| entry.term >= u64::from(round / 2)).unwrap_or(keep);
        assert_eq!(log.first_from_term(u64::from(round / 2)), first as u64 + 1);
    }
    for (log, list) in old {
        assert!(log.iter().eq(&list), "an old clone stays as it was");
        assert!((0..list.len()).all(|place| log.get(place as u64 + 1) == list.get(place)));
        let last = list.len() as u64;
        assert_eq!((log.get(0), log.get(last + 1), log.get(u64::MAX)), (None, None, None));
        assert_eq!(log.from(last - 1, 9), list[list.len() - 2..]);
    }
}

#[test]
fn who_asks_first_keeps_its_term_and_deposes_nobody() {
    for (variant, terms, leads) in [(Variant::Basic, 4, false), (Variant::PreVote, 1, true)] {
        let mut table = Table::new(3, variant);
        table.time_out(1);
        table.carry(&[1, 2, 3]);
        assert_eq!(table.server(1).role, Role::Leader, "{variant:?}");
        for _ in 0..3 {
            table.time_out(3);
            table.mail.clear();
        }
        assert_eq!(table.server(3).current_term, terms, "{variant:?}");
        table.time_out(3);
        table.carry(&[1, 2, 3]);
        assert_eq!(table.server(1).role == Role::Leader, leads, "{variant:?}");
    }
}

#[test]
fn a_pre_vote_is_given_once_the_leader_was_silent_for_long_enough() {
    let mut table = Table::new(3, Variant::PreVote);
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    table.write(1, 7);
    table.carry(&[1, 2]);
    table.time_out(2);
    table.carry(&[2, 3]);
    assert_eq!((table.server(2).role, table.server(2).current_term), (Role::PreCandidate, 1));
    table.forget_leader();
    table.time_out(3);
    table.carry(&[2, 3]);
    assert_eq!(table.server(3).role, Role::PreCandidate, "its log is behind");
    table.time_out(2);
    table.carry(&[2, 3]);
    assert_eq!((table.server(2).role, table.server(2).current_term), (Role::Leader, 2));
}

#[test]
fn a_read_by_index_waits_for_a_majority_and_a_local_one_does_not() {
    for (variant, stale) in [(Variant::ReadIndex, None), (Variant::LocalRead, Some(Some(7)))] {
        let mut table = Table::new(3, variant);
        table.time_out(1);
        table.carry(&[1, 2, 3]);
        table.write(1, 7);
        table.carry(&[1, 2, 3]);
        assert_eq!(table.read(1, 100, &[1, 2, 3]), Some(Some(7)), "{variant:?}");
        // n1 is cut off, and n2 leads and writes.
        table.time_out(2);
        table.carry(&[2, 3]);
        table.write(2, 8);
        table.carry(&[2, 3]);
        assert_eq!(table.read(1, 101, &[1]), stale, "{variant:?}");
        assert_eq!(table.read(2, 102, &[2, 3]), Some(Some(8)), "{variant:?}");
    }
}

#[test]
fn a_new_leader_answers_no_read_before_it_has_committed_an_entry_of_its_own() {
    let mut table = Table::new(3, Variant::ReadIndex);
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    table.write(1, 7);
    table.carry(&[1, 2]);
    // n2 has the entry and cannot know yet that it is committed. Only heartbeats get through, no entry.
    table.time_out(2);
    let is_election =
        |message: &Message| matches!(message, Message::RequestVote { .. } | Message::RequestVoteReply { .. });
    for _ in 0..2 {
        for (from, to, body) in std::mem::take(&mut table.mail) {
            if to != n(1) && is_election(&body) {
                table.give(to, Input::Message { from, body });
            }
        }
    }
    assert_eq!((table.server(2).role, table.server(2).commit_index), (Role::Leader, 1));
    table.mail.clear();
    table.ask(2, 100, Command::Read { key: 0 });
    table.mail.retain(|(_, _, body)| matches!(body, Message::Heartbeat { .. }));
    let (from, to, body) = table.mail.iter().find(|mail| mail.1 == n(3)).cloned().expect("a heartbeat");
    table.give(to, Input::Message { from, body });
    table.carry(&[2, 3]);
    assert!(
        table.answers.iter().all(|(op, _)| *op != 100),
        "the round is confirmed, the entry is not committed"
    );
    table.heartbeat(2);
    table.carry(&[2, 3]);
    assert!(table.answers.contains(&(100, Reply::Done(Value::Read(Some(7))))));
}

#[test]
fn a_lease_ends_by_the_leaders_clock_and_voters_honour_it() {
    let mut table = Table::new(3, Variant::Lease);
    table.forget_leader();
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    let lease_us = lease_us(Setup::default().election_timeout_us.0, Setup::default().drift_bound_ppm);
    table.now_us = lease_us - 1;
    assert_eq!(table.read(1, 100, &[1]), Some(None), "without a message");
    table.now_us = lease_us;
    assert_eq!(table.read(1, 101, &[1]), None);
    // As long as n2 and n3 remember the leader, nobody is elected, and no term rises.
    table.time_out(2);
    table.carry(&[1, 2, 3]);
    assert_eq!((table.server(3).current_term, table.server(1).role), (1, Role::Leader));
    // Nor does a restarted server forget it too early.
    table.restart(n(3));
    table.time_out(2);
    table.carry(&[2, 3]);
    assert_ne!(table.server(2).role, Role::Leader);
    table.forget_leader();
    table.time_out(2);
    table.carry(&[2, 3]);
    assert_eq!(table.server(2).role, Role::Leader);
}

#[test]
fn leases_are_shorter_than_the_shortest_timeout_of_the_fastest_voter() {
    assert_eq!(lease_us(150_000, 0), 150_000);
    for drift in [1, 50_000, 500_000, 999_999, 1_000_000, u32::MAX] {
        let (lease, whole, drift) = (u128::from(lease_us(150_000, drift)), 1_000_000, u128::from(drift));
        // In true time: lease / (1 - drift) at the slowest leader, timeout / (1 + drift) at the fastest voter.
        assert!(lease * (whole + drift) <= 150_000 * whole.saturating_sub(drift), "{drift}");
    }
}

#[test]
fn a_snapshot_takes_the_place_of_entries_and_fills_who_lacks_them() {
    let mut table = Table::new(3, Variant::Basic);
    table.snapshot_after = 4;
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    for value in 1..=10 {
        table.write(1, value);
        table.carry(&[1, 2]);
    }
    let leader = table.server(1);
    assert_eq!((leader.log.snapshot_index(), leader.log.last_index()), (8, 10));
    assert_eq!(table.server(3).log.last_index(), 0);
    table.heartbeat(1);
    table.carry(&[1, 2, 3]);
    let filled = table.server(3);
    assert_eq!((filled.log.snapshot_index(), filled.log.last_index()), (8, 10));
    assert_eq!(filled.values, table.server(1).values);
    assert!(table.notes.contains(&(n(3), Note::InstalledSnapshot { index: 8 })));
    // A crash brings back what the snapshot stands for, and no more is known to be committed.
    table.restart(n(3));
    assert_eq!((table.server(3).commit_index, table.server(3).values.get(&0)), (8, Some(&8)));
    // An old snapshot takes nothing away.
    let old = table.server(1).snapshot.as_deref().cloned().expect("a snapshot");
    table.write(1, 11);
    table.carry(&[1, 2, 3]);
    table.heartbeat(1);
    table.carry(&[1, 2, 3]);
    let before = table.server(3).clone();
    let install = Message::InstallSnapshot { term: 1, leader_id: n(1), snapshot: old };
    table.give(n(3), Input::Message { from: n(1), body: install });
    assert_eq!(table.server(3).log.last_index(), before.log.last_index());
    assert_eq!(table.server(3).values, before.values);
}

#[test]
fn servers_are_added_and_removed_one_at_a_time() {
    let mut table = Table::new(3, Variant::Membership);
    table.restart(n(4));
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    table.write(1, 7);
    table.carry(&[1, 2, 3]);
    table.ask(1, 100, Command::Add { server: n(4) });
    assert_eq!(table.members(1), [1, 2, 3], "a newcomer is filled first");
    table.carry(&[1, 2, 3, 4]);
    table.heartbeat(1);
    table.carry(&[1, 2, 3, 4]);
    assert!((1..=4).all(|id| table.members(id) == [1, 2, 3, 4]));
    assert_eq!(table.log(4), [(1, 7)]);
    // The leader removes itself: it leads until that is committed, without counting itself.
    table.ask(1, 101, Command::Remove { server: n(1) });
    table.carry(&[1, 2]);
    assert_eq!(table.server(1).role, Role::Leader, "n2 is one of three");
    table.heartbeat(1);
    table.carry(&[1, 2, 3, 4]);
    assert_ne!(table.server(1).role, Role::Leader);
    let done =
        |op: u64| table.answers.iter().any(|(known, reply)| *known == op && matches!(reply, Reply::Done(_)));
    assert!(done(100) && done(101));
    table.time_out(1);
    assert_ne!(table.server(1).role, Role::Candidate, "who is out does not stand");
}

#[test]
fn a_leader_changes_nothing_before_it_has_committed_an_entry_of_its_own() {
    for (variant, members) in [(Variant::Membership, vec![1, 2, 3]), (Variant::EagerMembership, vec![1, 2])] {
        let mut table = Table::new(3, variant);
        table.time_out(1);
        table.carry(&[1, 2, 3]);
        table.forget_leader();
        table.time_out(2);
        // It is elected, and what it appends then reaches nobody.
        for _ in 0..4 {
            for (from, to, body) in std::mem::take(&mut table.mail) {
                if to != n(1) && !matches!(body, Message::AppendEntries { .. }) {
                    table.give(to, Input::Message { from, body });
                }
            }
        }
        assert_eq!((table.server(2).role, table.server(2).current_term), (Role::Leader, 2));
        table.ask(2, 100, Command::Remove { server: n(3) });
        assert_eq!(table.members(2), members, "{variant:?}");
    }
}

#[test]
fn in_joint_consensus_both_majorities_must_agree() {
    let mut table = Table::new(3, Variant::MembershipJoint);
    for id in 4..=5 {
        table.restart(n(id));
    }
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    table.write(1, 7);
    table.carry(&[1, 2, 3]);
    table.ask(1, 100, Command::Replace { old: n(3), new: n(4) });
    table.carry(&[1, 4]);
    let joint = table.server(1).config;
    assert_eq!((table.members(1), joint.outgoing.iter().count()), (vec![1, 2, 4], 3));
    table.heartbeat(1);
    table.carry(&[1, 4]);
    assert!(
        table.server(1).config.index > table.server(1).commit_index,
        "n1 and n4 are two of three new, one of three old"
    );
    table.heartbeat(1);
    table.carry(&[1, 2, 4]);
    assert!(table.server(1).config.outgoing.is_empty(), "n1 and n2 are a majority of both");
    table.heartbeat(1);
    table.carry(&[1, 2, 4]);
    assert!([1, 2, 4].iter().all(|&id| table.members(id) == [1, 2, 4]));
    assert!(
        table.answers.iter().any(|(op, reply)| *op == 100 && matches!(reply, Reply::Done(Value::Members(_))))
    );
}

#[test]
fn a_configuration_that_is_overwritten_applies_no_more() {
    let mut table = Table::new(3, Variant::Membership);
    table.time_out(1);
    table.carry(&[1, 2, 3]);
    table.ask(1, 100, Command::Remove { server: n(3) });
    table.mail.clear();
    assert_eq!(table.members(1), [1, 2]);
    table.forget_leader();
    table.time_out(2);
    table.carry(&[2, 3]);
    table.write(2, 9);
    table.carry(&[1, 2, 3]);
    assert_eq!(table.members(1), [1, 2, 3]);
}

#[test]
fn the_last_server_stays() {
    let mut table = Table::new(1, Variant::Membership);
    table.time_out(1);
    table.carry(&[1]);
    table.carry(&[1]);
    table.ask(1, 100, Command::Remove { server: n(1) });
    table.carry(&[1]);
    assert_eq!((table.server(1).role, table.members(1)), (Role::Leader, vec![1]));
}

#[test]
fn a_newcomer_asks_for_itself_until_it_is_in() {
    for variant in [Variant::Membership, Variant::MembershipJoint] {
        let mut table = Table::new(3, variant);
        table.restart(n(4));
        table.time_out(1);
        table.carry(&[1, 2, 3]);
        table.ask(4, 100, Command::Enter);
        table.mail.clear();
        assert!(table.answers.is_empty(), "the request was lost");
        for _ in 0..4 {
            table.give(n(4), Input::Timer(Timer::Retry));
            table.carry(&[1, 2, 3, 4]);
            table.heartbeat(1);
            table.carry(&[1, 2, 3, 4]);
        }
        assert_eq!(table.members(4), [1, 2, 3, 4], "{variant:?}");
        assert_eq!(table.answers.len(), 1, "{variant:?}: {:?}", table.answers);
        let configs =
            table.server(1).log.iter().filter(|entry| matches!(entry.op, Op::Config { .. })).count();
        assert_eq!(configs, if variant == Variant::Membership { 1 } else { 2 }, "asked again, added once");
    }
}
