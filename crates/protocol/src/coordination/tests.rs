//! The service on a table: by hand, then with random order, loss, repetition, crashes and timers that run out at any
//! time, which is more than any network does.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::*;
use crate::Door;

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

fn n(number: u16) -> NodeId {
    NodeId::server(number)
}

fn c(number: u16) -> NodeId {
    NodeId::client(number)
}

/// Three servers, and clients. Messages lie on the table until the test carries them; writes are durable at once.
struct Table {
    setup: Arc<Setup>,
    nodes: BTreeMap<NodeId, Coordination>,
    disks: BTreeMap<NodeId, Stable>,
    mail: Vec<(NodeId, NodeId, Message)>,
    armed: BTreeSet<(NodeId, Timer)>,
    events: Vec<(NodeId, Event)>,
    notes: Vec<Note>,
    /// What was ever committed, by number: two leaders must agree on it.
    committed: BTreeMap<Zxid, State>,
    /// Whether two leaders disagreed.
    is_broken: bool,
    /// Whether a crash loses what was written, to see the checks bite.
    forgets: bool,
}

impl Table {
    fn new(clients: u16) -> Self {
        let mut table = Self {
            setup: Arc::new(Setup { roots: &["/q"], ..Setup::default() }),
            nodes: BTreeMap::new(),
            disks: BTreeMap::new(),
            mail: Vec::new(),
            armed: BTreeSet::new(),
            events: Vec::new(),
            notes: Vec::new(),
            committed: BTreeMap::new(),
            is_broken: false,
            forgets: false,
        };
        (1..=3).for_each(|number| table.restart(n(number)));
        (1..=clients).for_each(|number| table.restart(c(number)));
        table
    }

    fn act<R>(
        &mut self,
        id: NodeId,
        act: impl FnOnce(Option<Coordination>, &mut Fx<'_>) -> (Coordination, R),
    ) -> R {
        let seat =
            Seat { id, role: 0, servers: [].into(), clients: [].into(), zone: 0, setup: self.setup.clone() };
        let mut list = Vec::new();
        let (node, result) = act(self.nodes.remove(&id), &mut Effects::new(&seat, &mut Fixed, &mut list));
        self.nodes.insert(id, node);
        for effect in list {
            match effect {
                Effect::Send { to, body } => self.mail.push((id, to, body)),
                Effect::SetTimer { timer, .. } => drop(self.armed.insert((id, timer))),
                Effect::CancelTimer(timer) => drop(self.armed.remove(&(id, timer))),
                Effect::Persist { stable, .. } => drop(self.disks.insert(id, stable)),
                Effect::Reply { body, .. } => match body {},
                Effect::Note(note) => self.notes.push(note),
            }
        }
        self.watch_commits(id);
        result
    }

    /// Whatever a leader takes for committed: one state for each number, and later leaders have it.
    fn watch_commits(&mut self, id: NodeId) {
        let Some(Coordination::Server(server)) = self.nodes.get(&id) else { return };
        let Some(state) = server.served() else { return };
        let is_other = |known: &State| known != state;
        self.is_broken |= self.committed.get(&state.zxid).is_some_and(is_other);
        self.committed.insert(state.zxid, state.clone());
    }

    fn restart(&mut self, id: NodeId) {
        self.armed.retain(|(node, _)| *node != id);
        let stable = if self.forgets { None } else { self.disks.get(&id).cloned() }.unwrap_or_default();
        self.act(id, |_, fx| (Coordination::boot(stable, fx), ()));
    }

    fn give(&mut self, id: NodeId, input: Input<Coordination>) {
        let events = self.act(id, |node, fx| match node {
            Some(Coordination::Client(mut client)) => {
                let events = client.handle(input, fx);
                (Coordination::Client(client), events)
            }
            Some(Coordination::Server(mut server)) => {
                server.handle(input, fx);
                (Coordination::Server(server), Vec::new())
            }
            None => unreachable!("a node"),
        });
        self.events.extend(events.into_iter().map(|event| (id, event)));
    }

    fn fire(&mut self, id: NodeId, timer: Timer) {
        if self.armed.remove(&(id, timer)) {
            self.give(id, Input::Timer(timer));
        }
    }

    fn carry(&mut self, place: usize) {
        let (from, to, body) = self.mail.remove(place);
        self.give(to, Input::Message { from, body });
    }

    /// Carries everything, in order, until nothing is left; what `drops` says is lost.
    fn settle_but(&mut self, drops: impl Fn(NodeId, NodeId) -> bool) {
        while !self.mail.is_empty() {
            let (from, to, _) = self.mail[0];
            if drops(from, to) { drop(self.mail.remove(0)) } else { self.carry(0) }
        }
    }

    fn settle(&mut self) {
        self.settle_but(|_, _| false);
    }

    fn elect(&mut self, id: NodeId) {
        self.fire(id, Timer::Election);
        self.settle();
    }

    fn submit(&mut self, id: NodeId, op: Op) -> u64 {
        self.act(id, |node, fx| match node {
            Some(Coordination::Client(mut client)) => {
                let serial = client.submit(op, fx);
                (Coordination::Client(client), serial)
            }
            _ => unreachable!("a client"),
        })
    }

    fn ask(&mut self, id: NodeId, op: Op) -> Answer {
        let serial = self.submit(id, op);
        self.settle();
        self.answer(id, serial).expect("an answer")
    }

    fn answer(&self, id: NodeId, wanted: u64) -> Option<Answer> {
        self.events.iter().find_map(|(who, event)| match event {
            Event::Answered { serial, answer, .. } if (*who, *serial) == (id, wanted) => Some(answer.clone()),
            _ => None,
        })
    }

    fn client(&self, id: NodeId) -> &Client {
        match &self.nodes[&id] {
            Coordination::Client(client) => client,
            Coordination::Server(_) => unreachable!("a client"),
        }
    }

    fn server(&self, id: NodeId) -> &Server {
        match &self.nodes[&id] {
            Coordination::Server(server) => server,
            Coordination::Client(_) => unreachable!("a server"),
        }
    }

    fn fired(&self, id: NodeId) -> Vec<(String, Change)> {
        let its = self.events.iter().filter(|(who, _)| *who == id);
        let fired = its.filter_map(|(_, event)| match event {
            Event::Fired { path, change, .. } => Some((path.clone(), *change)),
            _ => None,
        });
        fired.collect()
    }
}

/// Two clients with sessions, n1 leading.
fn ready() -> Table {
    let mut table = Table::new(2);
    table.settle();
    table.elect(n(1));
    for client in [c(1), c(2)] {
        while table.client(client).session().is_none() {
            table.fire(client, Timer::Retry);
            table.settle();
        }
    }
    table
}

fn create(path: &str, ephemeral: bool, sequential: bool) -> Op {
    Op::Create { path: path.to_owned(), data: "word".to_owned(), ephemeral, sequential }
}

fn exists(path: &str) -> Op {
    Op::Exists { path: path.to_owned(), watch: true }
}

fn children(path: &str) -> Op {
    Op::GetChildren { path: path.to_owned(), watch: true }
}

fn delete(path: &str, guard: Guard) -> Op {
    Op::Delete { path: path.to_owned(), guard }
}

fn set(path: &str, data: &str, guard: Guard) -> Op {
    Op::SetData { path: path.to_owned(), data: data.to_owned(), guard }
}

fn path_of(answer: &Answer) -> String {
    match answer {
        Answer::Created { path, .. } => path.clone(),
        other => panic!("not created: {other:?}"),
    }
}

#[test]
fn znodes_are_made_changed_and_deleted_on_their_conditions() {
    let mut table = ready();
    assert_eq!(path_of(&table.ask(c(1), create("/q/a", false, false))), "/q/a");
    for (op, refusal) in [
        (create("/q/a", false, false), Refusal::NodeExists),
        (create("/none/a", false, false), Refusal::NoNode),
        (create("/q//a", false, false), Refusal::BadPath),
        (create("q", false, false), Refusal::BadPath),
        (delete("/q", Guard::Any), Refusal::NotEmpty),
        (delete("/q/b", Guard::Any), Refusal::NoNode),
        (delete("/q/a", Guard::Version(1)), Refusal::BadVersion),
        (delete("/q/a", Guard::Owner), Refusal::NotOwner),
        (set("/q/a", "x", Guard::Version(7)), Refusal::BadVersion),
    ] {
        assert_eq!(table.ask(c(2), op.clone()), Answer::Refused(refusal), "{op:?}");
    }
    assert_eq!(table.ask(c(2), set("/q/a", "x", Guard::Version(0))), Answer::Set { version: 1 });
    let read = table.ask(c(1), Op::GetData { path: "/q/a".to_owned(), watch: false });
    assert!(matches!(read, Answer::Data { data, stat } if data == "x" && stat.version == 1));
    assert_eq!(table.ask(c(1), delete("/q/a", Guard::Version(1))), Answer::Done);
    assert_eq!(table.ask(c(1), exists("/q/a")), Answer::Exists(None));
}

#[test]
fn sequential_numbers_rise_and_ephemerals_have_owners() {
    let mut table = ready();
    let first = path_of(&table.ask(c(1), create("/q/n_", true, true)));
    let second = path_of(&table.ask(c(2), create("/q/n_", true, true)));
    assert_eq!((first.as_str(), second.as_str()), ("/q/n_0000000000", "/q/n_0000000001"));
    assert_eq!(table.ask(c(1), delete(&second, Guard::Owner)), Answer::Refused(Refusal::NotOwner));
    let under = create(&format!("{first}/x"), false, false);
    assert_eq!(table.ask(c(1), under), Answer::Refused(Refusal::NoChildrenForEphemerals));
    assert_eq!(table.ask(c(2), delete(&second, Guard::Owner)), Answer::Done);
    assert_eq!(path_of(&table.ask(c(2), create("/q/n_", true, true))), "/q/n_0000000002", "never again");
}

#[test]
fn a_silent_session_ends_by_the_log_and_its_ephemerals_go() {
    let mut table = ready();
    let gone = path_of(&table.ask(c(1), create("/q/n_", true, true)));
    let kept = path_of(&table.ask(c(1), create("/q/plain", false, false)));
    table.ask(c(2), exists(&gone));
    let session = table.client(c(1)).session().expect("a session");
    table.fire(n(1), Timer::Session(session));
    table.settle();
    assert_eq!(table.fired(c(2)), [(gone.clone(), Change::Deleted)]);
    for number in [1, 2, 3] {
        let state = &table.server(n(number)).state;
        assert!(!state.znodes.contains_key(&gone) && state.znodes.contains_key(&kept), "n{number}");
    }
    assert_eq!(table.client(c(1)).session(), Some(session), "nobody has told it yet");
    table.fire(c(1), Timer::Ping);
    table.settle();
    assert!(table.events.contains(&(c(1), Event::Expired)));
    assert_ne!(table.client(c(1)).session(), Some(session), "a new one");
}

#[test]
fn a_watch_fires_once() {
    let mut table = ready();
    table.ask(c(1), children("/q"));
    table.ask(c(2), create("/q/a", false, false));
    table.ask(c(2), create("/q/b", false, false));
    assert_eq!(table.fired(c(1)), [("/q".to_owned(), Change::Children)]);
    for _ in 0..3 {
        table.fire(c(1), Timer::Ping);
        table.settle();
    }
    assert_eq!(table.fired(c(1)).len(), 1);
}

/// The event is lost; whatever the client hears next tells it first.
#[test]
fn a_watch_is_told_before_an_answer_that_shows_the_change() {
    let mut table = ready();
    let path = path_of(&table.ask(c(2), create("/q/a", false, false)));
    table.ask(c(1), exists(&path));
    table.submit(c(2), delete(&path, Guard::Any));
    table.settle_but(|_, to| to == c(1));
    assert_eq!(table.fired(c(1)), []);
    let before = table.events.len();
    table.ask(c(1), create("/q/c", false, false));
    let mine: Vec<_> = table.events[before..].iter().map(|(_, event)| event).collect();
    assert!(matches!(mine[..], [Event::Fired { .. }, Event::Answered { .. }]), "{mine:?}");
    table.fire(c(1), Timer::Ping);
    table.settle();
    assert_eq!(table.fired(c(1)).len(), 1);
}

#[test]
fn sessions_watches_and_answers_survive_the_leader() {
    let mut table = ready();
    let path = path_of(&table.ask(c(1), create("/q/n_", true, true)));
    table.ask(c(2), exists(&path));
    let session = table.client(c(1)).session();
    // A write whose answer dies with the leader.
    let serial = table.submit(c(1), create("/q/n_", true, true));
    table.settle_but(|from, to| (from, to) == (n(1), c(1)));
    assert_eq!(table.answer(c(1), serial), None);
    table.restart(n(1));
    table.settle();
    table.elect(n(2));
    assert!(table.server(n(2)).served().is_some());
    for _ in 0..3 {
        table.fire(c(1), Timer::Retry);
        table.fire(c(2), Timer::Ping);
        table.settle();
    }
    assert_eq!(table.client(c(1)).session(), session);
    let answer = table.answer(c(1), serial).expect("the answer");
    assert_eq!(path_of(&answer), "/q/n_0000000001", "it took effect once");
    assert_eq!(table.ask(c(1), delete(&path, Guard::Owner)), Answer::Done);
    assert_eq!(table.fired(c(2)), [(path, Change::Deleted)], "the new leader knows the watch");
}

#[test]
fn without_a_majority_nothing_is_committed_and_the_leader_gives_up() {
    let mut table = ready();
    let serial = table.submit(c(1), create("/q/a", false, false));
    let cut = |from: NodeId, to: NodeId| from != to && !from.is_client() && !to.is_client();
    table.settle_but(cut);
    assert_eq!(table.answer(c(1), serial), None);
    for _ in 0..8 {
        table.fire(n(1), Timer::Heartbeat);
        table.settle_but(cut);
    }
    assert!(table.server(n(1)).leading().is_none());
    assert!(table.notes.iter().any(|note| matches!(note, Note::SteppedDown { .. })));
    // The others go on without it; what only n1 has written is taken back.
    table.fire(n(2), Timer::Election);
    table.settle();
    let state = table.server(n(2)).served().expect("a leader").clone();
    assert!(!state.znodes.contains_key("/q/a"));
    table.fire(n(2), Timer::Heartbeat);
    table.settle();
    assert_eq!(table.server(n(1)).state.zxid, table.server(n(2)).state.zxid);
}

/// A client that has seen more than a deposed leader knows is sent away.
#[test]
fn nobody_is_told_less_than_it_has_seen() {
    let mut table = ready();
    let cut = |from: NodeId, to: NodeId| [from, to].contains(&n(1)) && !from.is_client() && !to.is_client();
    table.fire(n(2), Timer::Election);
    table.settle_but(cut);
    assert!(table.server(n(1)).served().is_some() && table.server(n(2)).served().is_some());
    let seen = table.server(n(2)).state.zxid;
    let session = table.client(c(1)).session().expect("a session");
    let ping = |seen| Message::Ping { session, number: 1, seen, watches: Vec::new() };
    table.give(n(1), Input::Message { from: c(1), body: ping(seen) });
    assert!(matches!(table.mail[..], [(_, _, Message::NotLeader { .. })]));
}

/// Two servers that take each other for the leader, and messages that arrive twice, would keep a client busy for ever.
#[test]
fn a_client_follows_one_hint_until_a_timer_runs_out() {
    let mut table = ready();
    table.fire(c(1), Timer::Ping);
    table.settle();
    let place = table.client(c(1)).place;
    let asked = table.setup.server(place).expect("a server");
    for leader in [n(2), n(3), n(2)] {
        let body = Message::NotLeader { leader: Some(leader) };
        table.give(c(1), Input::Message { from: asked, body: body.clone() });
        table.give(c(1), Input::Message { from: n(2), body });
    }
    assert_eq!(table.mail.len(), 1, "{:?}", table.mail);
    table.fire(c(1), Timer::Ping);
    table.settle();
    assert!(table.client(c(1)).session().is_some());
}

/// A session stands from when the leader heard a ping, which was not before the ping was sent.
#[test]
fn a_client_knows_when_its_session_may_have_ended() {
    let mut table = ready();
    table.fire(c(1), Timer::Ping);
    table.settle();
    assert!(table.client(c(1)).is_sure());
    table.fire(c(1), Timer::Lease);
    assert!(!table.client(c(1)).is_sure());
    assert!(table.events.contains(&(c(1), Event::InDoubt)));
    // Answers to pings of long ago make nobody sure.
    let session = table.client(c(1)).session().expect("a session");
    for _ in 0..6 {
        table.fire(c(1), Timer::Ping);
    }
    table.mail.clear();
    let number = table.client(c(1)).pings - 5;
    let pong = Message::Pong { session, number, zxid: Zxid::default(), fired: Vec::new() };
    table.give(c(1), Input::Message { from: n(1), body: pong });
    assert!(!table.client(c(1)).is_sure());
    table.fire(c(1), Timer::Ping);
    table.settle();
    assert!(table.client(c(1)).is_sure());
    assert!(table.events.contains(&(c(1), Event::Sure)));
}

struct Chance(u64);

impl Chance {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count.max(1)
    }
}

/// What became of a random run: whether leaders agreed, and the creates of each client in their order.
struct Outcome {
    is_broken: bool,
    answered: usize,
    epochs: u32,
}

/// Three clients make plain sequential znodes, each with a word of its own, one after the other.
fn random_run(seed: u64, forgets: bool) -> Outcome {
    let mut chance = Chance(seed);
    let mut table = Table::new(3);
    table.forgets = forgets;
    let mut asked: BTreeMap<(NodeId, u64), (String, usize)> = BTreeMap::new();
    let mut answered: Vec<(String, usize, String)> = Vec::new();
    let mut next_word = 0;
    for turn in 0..6_000 {
        let calm = turn % 1_500 > 900;
        match chance.below(100) {
            0..4 if !table.armed.is_empty() => {
                let (id, timer) = *table.armed.iter().nth(chance.below(table.armed.len())).expect("it");
                let is_rare = matches!(timer, Timer::Session(_) | Timer::Election);
                if !is_rare || chance.below(if calm { 60 } else { 6 }) == 0 {
                    table.fire(id, timer);
                }
            }
            4..5 if !calm && chance.below(4) == 0 => table.restart(n(1 + chance.below(3) as u16)),
            5..10 => {
                let id = c(1 + chance.below(3) as u16);
                if table.client(id).queue.is_empty() && table.client(id).session().is_some() {
                    next_word += 1;
                    let word = format!("w{next_word}");
                    let op = Op::Create {
                        path: "/q/n_".to_owned(),
                        data: word.clone(),
                        ephemeral: false,
                        sequential: true,
                    };
                    let serial = table.submit(id, op);
                    asked.insert((id, serial), (word, turn));
                }
            }
            10..12 if !calm && !table.mail.is_empty() => {
                let place = chance.below(table.mail.len());
                if chance.below(2) == 0 {
                    table.mail.remove(place);
                } else {
                    let twice = table.mail[place].clone();
                    table.mail.push(twice);
                }
            }
            _ if !table.mail.is_empty() => {
                let place = chance.below(table.mail.len().min(if calm { 2 } else { 12 }));
                table.carry(place);
            }
            _ => {}
        }
        for (id, event) in std::mem::take(&mut table.events) {
            if let Event::Answered { serial, answer: Answer::Created { path, .. }, .. } = event
                && let Some((word, asked_at)) = asked.remove(&(id, serial))
            {
                // Whatever was answered before this was asked has a lower number.
                let earlier = answered.iter().filter(|(_, at, _)| *at < asked_at);
                table.is_broken |= earlier.into_iter().any(|(_, _, before)| *before >= path);
                answered.push((word, turn, path));
            }
        }
    }
    let last = table.committed.last_key_value().map(|(_, state)| state.clone()).unwrap_or_default();
    let mut words: Vec<&str> = last.znodes.iter().map(|(_, znode)| znode.data.as_str()).collect();
    words.retain(|word| !word.is_empty());
    let distinct: BTreeSet<&str> = words.iter().copied().collect();
    let lost =
        answered.iter().any(|(word, _, path)| last.znodes.get(path).map(|znode| &znode.data) != Some(word));
    Outcome {
        is_broken: table.is_broken || lost || distinct.len() != words.len(),
        answered: answered.len(),
        epochs: last.zxid.epoch,
    }
}

#[test]
fn writes_have_one_order_and_happen_once_whatever_happens() {
    let (mut answered, mut epochs) = (0, 0);
    for seed in 0..60 {
        let outcome = random_run(seed, false);
        assert!(!outcome.is_broken, "seed {seed}");
        answered += outcome.answered;
        epochs += outcome.epochs;
    }
    assert!(answered > 2_000 && epochs > 200, "{answered} answers, {epochs} epochs: too little happened");
}

#[test]
fn the_check_bites_where_servers_forget() {
    let broken = (0..60).filter(|seed| random_run(*seed, true).is_broken).count();
    assert!(broken > 0);
}
