//! Raft on a table: the test carries every message by hand, so each rule is tried where it bites.

mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::{Command, Entry, Log, Message, Note, Op, Raft, Role, Server, Setup, Stable, Timer, Variant};
use crate::{Door, Effect, Effects, Input, NodeId, Protocol, Seat};

struct Fixed;

impl Door for Fixed {
    fn now_us(&mut self) -> u64 {
        0
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
            setup: Arc::new(Setup { variant: self.variant, ..Setup::default() }),
        }
    }

    fn restart(&mut self, id: NodeId) {
        let stable = self.disks.get(&id).cloned().unwrap_or_default();
        let (seat, mut list) = (self.seat(id), Vec::new());
        let node = Raft::boot(stable, &mut Effects::new(&seat, &mut Fixed, &mut list));
        self.nodes.insert(id, node);
        self.take(id, list);
    }

    fn give(&mut self, id: NodeId, input: Input<Raft>) {
        let (seat, mut list) = (self.seat(id), Vec::new());
        if let Some(node) = self.nodes.get_mut(&id) {
            node.handle(input, &mut Effects::new(&seat, &mut Fixed, &mut list));
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
