//! The parts of a lock world by hand: what a store, a mutex and the resource do with one message after the other.

use std::ops::Range;
use std::sync::Arc;

use super::*;
use crate::{Door, Effect, Note as _, Seat};

/// A door whose clock the test sets.
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

/// One node, its clock, and what it said.
struct Desk {
    seat: Seat<Setup>,
    door: Fixed,
    node: Lock,
    disk: Stable,
    sent: Vec<(NodeId, Message)>,
    notes: Vec<&'static str>,
    replies: Vec<Reply>,
}

fn c(number: u16) -> NodeId {
    NodeId::client(number)
}

fn by(client: u16, attempt: u32) -> Owner {
    Owner { client: c(client), op: 1, attempt }
}

impl Desk {
    fn new(id: NodeId, role: u8, setup: Setup) -> Self {
        let servers = (1..=6).map(NodeId::server).collect();
        let clients = (1..=3).map(c).collect();
        let seat = Seat { id, role, servers, clients, zone: 0, setup: Arc::new(setup) };
        let (mut door, mut list) = (Fixed(0), Vec::new());
        let node = Lock::boot(Stable::Blank, &mut Effects::new(&seat, &mut door, &mut list));
        let mut desk = Self {
            seat,
            door,
            node,
            disk: Stable::Blank,
            sent: Vec::new(),
            notes: Vec::new(),
            replies: Vec::new(),
        };
        desk.take(list);
        desk
    }

    fn store(variant: Variant) -> Self {
        Self::new(NodeId::server(2), STORE, Setup { variant, ..Setup::default() })
    }

    fn give(&mut self, input: Input<Lock>) {
        let mut list = Vec::new();
        self.node.handle(input, &mut Effects::new(&self.seat, &mut self.door, &mut list));
        self.take(list);
    }

    fn take(&mut self, list: Vec<Effect<Lock>>) {
        for effect in list {
            match effect {
                Effect::Send { to, body } => self.sent.push((to, body)),
                Effect::Persist { stable, .. } => self.disk = stable,
                Effect::Note(note) => self.notes.push(note.name()),
                Effect::Reply { body, .. } => self.replies.push(body),
                Effect::SetTimer { .. } | Effect::CancelTimer(_) => {}
            }
        }
    }

    /// A message from its owner, and the last thing that is said to it.
    fn hear(&mut self, from: u16, body: Message) -> Option<Message> {
        self.give(Input::Message { from: c(from), body });
        self.sent.iter().rev().find(|(to, _)| *to == c(from)).map(|(_, body)| body.clone())
    }

    fn set_nx(&mut self, owner: Owner) -> bool {
        let ttl_us = self.seat.setup.key_ttl_us();
        let answer = self.hear(owner.client.number(), Message::SetNx { owner, ttl_us });
        matches!(answer, Some(Message::Answer { owner: to, is_ok: true, .. }) if to == owner)
    }
}

#[test]
fn a_key_expires_by_the_wall_clock() {
    let mut store = Desk::store(Variant::Ttl);
    assert!(store.set_nx(by(1, 1)));
    assert!(!store.set_nx(by(2, 1)), "it is held");
    store.door.0 = store.seat.setup.ttl_us - 1;
    assert!(!store.set_nx(by(2, 2)));
    store.door.0 += 1;
    assert!(store.set_nx(by(2, 3)), "its time is over");
    assert_eq!(store.notes, ["granted", "denied", "denied", "expired", "granted"]);
}

#[test]
fn a_repeated_command_is_answered_and_not_done_again() {
    let mut store = Desk::store(Variant::TtlFenced);
    assert!(store.set_nx(by(1, 1)));
    assert!(store.set_nx(by(1, 1)), "the same answer");
    store.hear(1, Message::DelIfMine { owner: by(1, 1) });
    assert!(store.set_nx(by(2, 1)));
    let before = store.sent.len();
    store.hear(1, Message::SetNx { owner: by(1, 1), ttl_us: Some(1) });
    assert_eq!(store.sent.len(), before, "it is older than the DEL, and late");
    let tokens: Vec<u64> = store
        .sent
        .iter()
        .filter_map(|(_, body)| if let Message::Answer { token, .. } = body { *token } else { None })
        .collect();
    assert_eq!(tokens, [33, 33, 34]);
}

#[test]
fn only_a_plain_del_deletes_anothers_lock() {
    let mut store = Desk::store(Variant::TtlPlainDel);
    assert!(store.set_nx(by(1, 1)));
    store.hear(2, Message::DelIfMine { owner: by(2, 1) });
    assert!(!store.set_nx(by(3, 1)));
    store.hear(2, Message::Del { owner: by(2, 2) });
    assert!(store.set_nx(by(3, 2)));
    assert!(store.notes.contains(&"deleted another's lock"));
}

#[test]
fn setex_stands_in_the_way_of_its_own_setnx() {
    let mut store = Desk::store(Variant::SetExFirst);
    store.hear(1, Message::SetEx { owner: by(1, 1), ttl_us: 1_000 });
    assert!(!store.set_nx(by(1, 1)));
    store.hear(1, Message::Del { owner: by(1, 1) });
    assert!(store.set_nx(by(2, 1)), "the loser's DEL lets another one in");
}

#[test]
fn a_store_comes_back_with_what_its_disk_held() {
    let mut store = Desk::store(Variant::TtlFenced);
    assert!(store.set_nx(by(1, 1)));
    let mut list = Vec::new();
    store.node = Lock::boot(store.disk.clone(), &mut Effects::new(&store.seat, &mut store.door, &mut list));
    assert!(!store.set_nx(by(2, 1)), "the lock was on the disk");
}

#[test]
fn the_resource_refuses_tokens_below_the_highest() {
    let mut resource = Desk::new(NodeId::server(1), RESOURCE, Setup::default());
    resource.hear(1, Message::Read { owner: by(1, 1), token: Some(33) });
    resource.hear(2, Message::Read { owner: by(2, 1), token: Some(34) });
    let answer = resource.hear(1, Message::Write { owner: by(1, 1), token: Some(33), value: 1 });
    assert_eq!(answer, Some(Message::Refused { owner: by(1, 1), highest_token: 34 }));
    let write = Message::Write { owner: by(2, 1), token: Some(34), value: 1 };
    assert_eq!(resource.hear(2, write.clone()), Some(Message::Written { owner: by(2, 1), value: 1 }));
    assert_eq!(resource.hear(2, write), Some(Message::Written { owner: by(2, 1), value: 1 }));
    let Lock::Resource(Resource { counter, acknowledged, highest_token, .. }) = resource.node else {
        unreachable!("it is the resource")
    };
    assert_eq!((counter, acknowledged, highest_token), (1, 1, 34), "a repeated write counts once");
}

#[test]
fn a_mutex_serves_in_order_and_forgets_the_dead() {
    let setup = Setup { variant: Variant::LocalMutex, machines: 1, stores: 0, ..Setup::default() };
    let mut mutex = Desk::new(NodeId::server(2), MUTEX, setup);
    for client in [1, 2, 3] {
        mutex.hear(client, Message::Lock { owner: by(client, 1) });
    }
    mutex.hear(1, Message::Unlock { owner: by(1, 1) });
    let locked: Vec<NodeId> = mutex
        .sent
        .iter()
        .filter(|(_, body)| matches!(body, Message::Locked { .. }))
        .map(|(to, _)| *to)
        .collect();
    assert_eq!(locked, [c(1), c(2)]);
    // c2 crashed and asks anew: what it held died with it, and c3 is next.
    mutex.hear(2, Message::Lock { owner: Owner { op: 2, ..by(2, 1) } });
    assert!(matches!(mutex.sent.last(), Some((to, Message::Locked { .. })) if *to == c(3)));
}

#[test]
fn redlock_takes_the_drift_off_its_lease() {
    let setup = Setup { variant: Variant::Redlock, ttl_us: 10_000_000, stores: 5, ..Setup::default() };
    assert_eq!(setup.lease_us(), Some(10_000_000 - 100_000 - 2_000));
    assert!(setup.is_majority(3) && !setup.is_majority(2));
    let tiny = Setup { ttl_us: 1_000, ..setup };
    assert_eq!(tiny.lease_us(), Some(0), "nothing is left, and nobody holds");
}

#[test]
fn whoever_is_asked_for_what_it_cannot_do_says_so() {
    let mut store = Desk::store(Variant::Ttl);
    store.give(Input::Command { op: 1, body: Command::Increment });
    store.give(Input::Command { op: 2, body: Command::Release });
    store.give(Input::Command { op: 3, body: Command::Promote });
    assert_eq!(store.replies, [Reply::WrongRole, Reply::WrongRole, Reply::Promoted { epoch: 0 }]);
}
