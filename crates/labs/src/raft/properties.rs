//! Raft's properties (Figure 3 of the extended paper), checked from outside the servers after every step.
//!
//! What a monitor remembers sits in structures that share, because it is cloned into every snapshot.

use std::hash::{Hash, Hasher};

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::SharedMap;
use faultscope_protocol::raft::{
    Command, Config, Log, Op, Raft, Reply, Role, Server, Setup, Value, key_name,
};
use faultscope_sim::{
    Finding, Mode, Node, Payload, Property, Signal, Status, Step, Watch, World, stable_hash,
};
use rpds::VectorSync;
use serde_json::{Value as Json, json};

use super::looks::is_writing;
use crate::linear::{self, Answer, Ask, Reading};

pub(super) fn all() -> Vec<Property> {
    vec![
        Property::new(
            "election-safety",
            Mode::Always,
            Watch::told(Leaders::default(), election_safety, Leaders::plain),
        ),
        Property::new(
            "one-vote-a-term",
            Mode::Always,
            Watch::told(Votes::default(), one_vote_a_term, |votes| votes.plain(|vote| json!(vote))),
        ),
        Property::new(
            "term-monotone",
            Mode::Always,
            Watch::told(ByServer::default(), term_monotone, |terms| terms.plain(|term| json!(term))),
        ),
        Property::new(
            "leader-append-only",
            Mode::Always,
            Watch::told(Leading::default(), leader_append_only, |leading| leading.plain(hashed)),
        ),
        Property::new(
            "log-matching",
            Mode::Always,
            Watch::told(Matching::default(), log_matching, |memory| {
                json!([hashed(&memory.entries), memory.seen.plain(hashed)])
            }),
        ),
        Property::new(
            "leader-completeness",
            Mode::Always,
            Watch::told(Committed::default(), leader_completeness, |memory| {
                json!([hashed(&memory.entries), memory.leads.plain(hashed)])
            }),
        ),
        Property::new(
            "state-machine-safety",
            Mode::Always,
            Watch::told(Applied::default(), state_machine_safety, |memory| {
                json!([hashed(&memory.entries), memory.reached.plain(hashed)])
            }),
        ),
        Property::new("leader-elected", Mode::Eventually, Watch::boxed(Elected::default(), leader_elected)),
        linear::property(READING),
        Property::new("split-vote", Mode::Sometimes, Watch::plain((), split_vote)),
        Property::new(
            "two-claim-to-lead",
            Mode::Sometimes,
            Watch::told(Claims::default(), two_claim_to_lead, |claims| claims.plain(hashed)),
        ),
    ]
}

/// Commands and replies as asks and answers of one register a key.
const READING: Reading = Reading { ask: asked, answer: answered };

fn asked(command: &Payload) -> Option<(String, Ask)> {
    Some(match *command.get::<Command>()? {
        Command::Write { key, value } => (key_name(key), Ask::Write(u64::from(value))),
        Command::Read { key } => (key_name(key), Ask::Read),
        Command::Add { .. } | Command::Remove { .. } | Command::Replace { .. } | Command::Enter => {
            return None;
        }
    })
}

fn answered(reply: &Payload) -> Option<Answer> {
    match *reply.get::<Reply>()? {
        Reply::Done(Value::Written) => Some(Answer::Written),
        Reply::Done(Value::Read(found)) => Some(Answer::Found(found.map(u64::from))),
        Reply::Done(Value::Members(_)) | Reply::NotLeader { .. } | Reply::Overwritten => None,
    }
}

/// Something about each server, by its number. Servers are few, and every step looks here.
#[derive(Clone, Default)]
struct ByServer<T>(Vec<T>);

// A search tells states apart by this: how far the list has grown on the way is no difference.
impl<T: Default + PartialEq + Hash> Hash for ByServer<T> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let nothing = T::default();
        for known in self.0.iter().enumerate().filter(|(_, value)| **value != nothing) {
            known.hash(hasher);
        }
    }
}

impl<T: Default + PartialEq> ByServer<T> {
    /// By name, so that servers can be renamed.
    fn plain(&self, value: impl Fn(&T) -> Json) -> Json {
        let nothing = T::default();
        let known = (1..).map(NodeId::server).zip(&self.0).filter(|(_, known)| **known != nothing);
        known.map(|(server, known)| (server.to_string(), value(known))).collect()
    }
}

/// What names no server tells as much by its hash.
fn hashed<T: Hash>(value: &T) -> Json {
    stable_hash(value).into()
}

impl<T: Default> ByServer<T> {
    fn of(&mut self, server: NodeId) -> &mut T {
        let place = usize::from(server.number()) - 1;
        if place >= self.0.len() {
            self.0.resize_with(place + 1, T::default);
        }
        &mut self.0[place]
    }
}

/// The server that the step happened to, if it is up.
fn server_of<'a>(world: &'a World, step: &Step) -> Option<(NodeId, &'a Server)> {
    let id = step.node.filter(|id| !id.is_client())?;
    Some((id, world.node(id)?.machine::<Raft>()?.as_server()?))
}

fn finding(facts: &[(&'static str, String)]) -> Signal {
    Signal::Struck(facts.to_vec())
}

/// Who led each term.
#[derive(Clone, Default)]
struct Leaders {
    by_term: SharedMap<u64, NodeId>,
    /// The one that was looked at last: most steps of a leader are steps of the same one.
    latest: Option<(u64, NodeId)>,
}

// The latest is only a short cut: it makes no two states of a search different.
impl Hash for Leaders {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.by_term.hash(hasher);
    }
}

impl Leaders {
    fn plain(&self) -> Json {
        self.by_term.iter().map(|(term, leader)| (term.to_string(), json!(leader))).collect()
    }
}

fn election_safety(leaders: &mut Leaders, world: &World, step: &Step) -> Signal {
    let Some((id, server)) = server_of(world, step).filter(|(_, server)| server.role == Role::Leader) else {
        return Signal::Silent;
    };
    if leaders.latest == Some((server.current_term, id)) {
        return Signal::Held;
    }
    leaders.latest = Some((server.current_term, id));
    match leaders.by_term.get(&server.current_term) {
        Some(&other) if other != id => finding(&[
            ("first", other.to_string()),
            ("second", id.to_string()),
            ("term", server.current_term.to_string()),
        ]),
        Some(_) => Signal::Held,
        None => {
            leaders.by_term.insert(server.current_term, id);
            Signal::Held
        }
    }
}

/// The latest term of each server, and its vote there.
type Votes = ByServer<(u64, Option<NodeId>)>;

fn one_vote_a_term(votes: &mut Votes, world: &World, step: &Step) -> Signal {
    let Some((id, server)) = server_of(world, step) else { return Signal::Silent };
    // A vote that is still being written is no vote yet: nobody has heard of it, and a crash may take it back.
    if world.node(id).is_none_or(is_writing) {
        return Signal::Silent;
    }
    let known = votes.of(id);
    match (*known, server.voted_for) {
        ((term, Some(first)), Some(second)) if term == server.current_term && first != second => finding(&[
            ("node", id.to_string()),
            ("first", first.to_string()),
            ("second", second.to_string()),
            ("term", term.to_string()),
        ]),
        (_, Some(vote)) => {
            *known = (server.current_term, Some(vote));
            Signal::Held
        }
        (_, None) => Signal::Silent,
    }
}

fn term_monotone(terms: &mut ByServer<u64>, world: &World, step: &Step) -> Signal {
    let Some((id, server)) = server_of(world, step) else { return Signal::Silent };
    let known = terms.of(id);
    if server.current_term < *known {
        return finding(&[
            ("node", id.to_string()),
            ("before", known.to_string()),
            ("after", server.current_term.to_string()),
        ]);
    }
    // A term counts once it is durable; before, nobody has heard of it, and a crash may take it back with the write.
    if server.current_term > *known && world.node(id).is_some_and(|node| !is_writing(node)) {
        *known = server.current_term;
    }
    Signal::Held
}

/// The log of each server while it leads, with its term.
type Leading = ByServer<(u64, Log)>;

fn leader_append_only(leading: &mut Leading, world: &World, step: &Step) -> Signal {
    let Some((id, server)) = server_of(world, step) else { return Signal::Silent };
    if server.role != Role::Leader {
        return Signal::Silent;
    }
    let (term, before) = leading.of(id);
    let is_new = *term != server.current_term;
    if !is_new && !extends(before, &server.log) {
        return finding(&[("node", id.to_string()), ("term", server.current_term.to_string())]);
    }
    if is_new || before.last_index() != server.log.last_index() {
        (*term, *before) = (server.current_term, server.log.clone());
    }
    Signal::Held
}

/// Whether `now` begins with `before`, where no snapshot took the place of entries. As long as nothing was added, the
/// last entry tells; else the newest few do.
fn extends(before: &Log, now: &Log) -> bool {
    let last = before.last_index();
    let is_same = |index: u64| index <= now.snapshot_index() || before.get(index) == now.get(index);
    if last == now.last_index() {
        return is_same(last);
    }
    let first = last.saturating_sub(16).max(1);
    last < now.last_index() && (first..=last).all(is_same)
}

/// What stands at each (index, term) in any log of the run, with the term before it; and each server's log as it was
/// looked at last.
#[derive(Clone, Default, Hash)]
struct Matching {
    entries: SharedMap<(u64, u64), (u64, Op)>,
    seen: ByServer<Log>,
}

/// The property over all history: index and term determine an entry and everything before it, in any log at any
/// time. Logs are judged link by link, each entry with the term before it.
fn log_matching(memory: &mut Matching, world: &World, step: &Step) -> Signal {
    let Some((id, server)) = server_of(world, step) else { return Signal::Silent };
    let before = memory.seen.of(id);
    let mut index = server.log.last_index();
    let is_seen = |index: u64| before.get(index) == server.log.get(index);
    if index == before.last_index() && (index == 0 || is_seen(index)) {
        return if index == 0 { Signal::Silent } else { Signal::Held };
    }
    let mut fresh = Vec::new();
    while index > server.log.snapshot_index() && !is_seen(index) {
        fresh.push(index);
        index -= 1;
    }
    for index in fresh {
        let (Some(entry), Some(term_before)) = (server.log.get(index), server.log.term_at(index - 1)) else {
            continue;
        };
        let place = (index, entry.term);
        match memory.entries.get(&place) {
            Some((known_before, known_op)) if *known_before != term_before || *known_op != entry.op => {
                return finding(&[
                    ("node", id.to_string()),
                    ("index", index.to_string()),
                    ("term", entry.term.to_string()),
                ]);
            }
            Some(_) => {}
            None => drop(memory.entries.insert(place, (term_before, entry.op))),
        }
    }
    *memory.seen.of(id) = server.log.clone();
    Signal::Held
}

/// Every committed entry's term, and the term in which it was committed; and the term that each server leads.
#[derive(Clone, Default, Hash)]
struct Committed {
    entries: VectorSync<(u64, u64)>,
    leads: ByServer<u64>,
}

fn leader_completeness(memory: &mut Committed, world: &World, step: &Step) -> Signal {
    let Some((id, server)) = server_of(world, step).filter(|(_, server)| server.role == Role::Leader) else {
        return Signal::Silent;
    };
    if *memory.leads.of(id) != server.current_term {
        *memory.leads.of(id) = server.current_term;
        if let Some(signal) = missing_entry(memory, id, server) {
            return signal;
        }
    }
    while (memory.entries.len() as u64) < server.commit_index {
        let index = memory.entries.len() as u64 + 1;
        let Some(term) = server.log.term_at(index) else { break };
        memory.entries.push_back_mut((term, server.current_term));
    }
    if memory.entries.is_empty() { Signal::Silent } else { Signal::Held }
}

fn missing_entry(memory: &Committed, id: NodeId, server: &Server) -> Option<Signal> {
    let entries = memory.entries.iter().enumerate();
    let mut earlier = entries.filter(|(_, (_, committed_in))| *committed_in < server.current_term);
    let is_missing = |index: u64, term: u64| {
        index >= server.log.snapshot_index() && server.log.term_at(index) != Some(term)
    };
    let (place, _) = earlier.find(|&(place, &(term, _))| is_missing(place as u64 + 1, term))?;
    Some(finding(&[
        ("node", id.to_string()),
        ("term", server.current_term.to_string()),
        ("index", (place + 1).to_string()),
    ]))
}

/// What was applied at each index, by anybody; and how far each server has applied in its present life.
#[derive(Clone, Default, Hash)]
struct Applied {
    entries: VectorSync<(u64, Op)>,
    reached: ByServer<u64>,
}

fn state_machine_safety(memory: &mut Applied, world: &World, step: &Step) -> Signal {
    let Some((id, server)) = server_of(world, step) else { return Signal::Silent };
    let reached = *memory.reached.of(id);
    let from = if server.last_applied < reached { 0 } else { reached };
    if server.last_applied == reached {
        return Signal::Silent;
    }
    for index in from + 1..=server.last_applied {
        let known = memory.entries.get(index as usize - 1);
        let is_other = match (known, server.log.get(index)) {
            (Some((term, op)), Some(entry)) => *term != entry.term || *op != entry.op,
            // Of what a snapshot stands for, the last entry's term is known.
            (Some((term, _)), None) => server.log.term_at(index).is_some_and(|other| other != *term),
            (None, _) => false,
        };
        if is_other {
            return finding(&[("node", id.to_string()), ("index", index.to_string())]);
        }
        if let (None, Some(entry)) = (known, server.log.get(index)) {
            memory.entries.push_back_mut((entry.term, entry.op));
        }
    }
    *memory.reached.of(id) = server.last_applied;
    Signal::Held
}

/// What each server that is up looks like, as far as it matters here, and whether there is a leader.
#[derive(Clone, Default)]
struct Elected {
    seen: ByServer<Option<ServerStanding>>,
    is_led: Option<bool>,
    /// Since when there is no leader.
    lost_us: Option<u64>,
}

// When it was lost is of interest to runs alone: in a search time stands still.
impl Hash for Elected {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        (&self.seen, self.is_led).hash(hasher);
    }
}

/// Met while a majority is up and follows one leader that is up, in its term. Where clients may remove the leader, one
/// election now and then is no harm: only a cluster that stays without a leader for long loses what it had met.
fn leader_elected(memory: &mut Elected, world: &World, step: &Step) -> Signal {
    if step.action.is_some() {
        // It may have changed any server.
        memory.is_led = None;
    }
    let Some(id) = step.node.filter(|id| !id.is_client()) else { return Signal::Silent };
    let now = world.node(id).and_then(standing);
    let seen = memory.seen.of(id);
    if *seen != now {
        *seen = now;
        memory.is_led = None;
    }
    if *memory.is_led.get_or_insert_with(|| is_led(world)) {
        memory.lost_us = None;
        return Signal::Held;
    }
    let lost_us = *memory.lost_us.get_or_insert(step.at_us);
    if step.at_us - lost_us < world.node(id).map_or(0, change_over_us) {
        return Signal::Silent;
    }
    Signal::Struck(Finding::new())
}

/// For how long a cluster may be without a leader because a client removed it: ten election timeouts.
fn change_over_us(node: &Node) -> u64 {
    let setup = node.setup::<Setup>().filter(|setup| setup.variant.changes_members());
    setup.map_or(0, |setup| setup.election_timeout_us.1.saturating_mul(10))
}

/// A server's role, term, leader and configuration.
type ServerStanding = (Role, u64, Option<NodeId>, Config);

/// How a server stands, if it is up.
fn standing(node: &Node) -> Option<ServerStanding> {
    let server = node.machine::<Raft>().filter(|_| node.status == Status::Up)?.as_server()?;
    Some((server.role, server.current_term, server.leader_id, server.config))
}

/// Whether a leader is followed by a majority of its configuration.
fn is_led(world: &World) -> bool {
    let follows = |server: NodeId, leader: NodeId, led: u64| {
        let standing = world.node(server).and_then(standing);
        standing.is_some_and(|(_, term, leader_id, _)| term == led && leader_id == Some(leader))
    };
    world.servers().any(|node| match standing(node) {
        Some((Role::Leader, term, _, config)) => config.is_majority(|server| follows(server, node.id, term)),
        _ => false,
    })
}

/// Seen when two candidates stand in one term.
fn split_vote(_: &mut (), world: &World, step: &Step) -> Signal {
    let Some((id, server)) = server_of(world, step).filter(|(_, server)| server.role == Role::Candidate)
    else {
        return Signal::Silent;
    };
    other_in_role(world, id, Role::Candidate, |other| other.current_term == server.current_term).map_or(
        Signal::Silent,
        |other| {
            finding(&[
                ("first", other.to_string()),
                ("second", id.to_string()),
                ("term", server.current_term.to_string()),
            ])
        },
    )
}

/// Which servers believe that they lead, as they were looked at last.
type Claims = ByServer<bool>;

/// Seen when two servers believe at once that they lead. In different terms that is no harm, and no surprise.
fn two_claim_to_lead(claims: &mut Claims, world: &World, step: &Step) -> Signal {
    let Some(id) = step.node.filter(|id| !id.is_client()) else { return Signal::Silent };
    let is_leader = server_of(world, step).is_some_and(|(_, server)| server.role == Role::Leader);
    let is_new = std::mem::replace(claims.of(id), is_leader) != is_leader;
    // Who claimed alone before claims alone still, unless another has begun to: its own step tells of that.
    if !is_leader || !is_new {
        return Signal::Silent;
    }
    other_in_role(world, id, Role::Leader, |_| true)
        .map_or(Signal::Silent, |other| finding(&[("first", other.to_string()), ("second", id.to_string())]))
}

fn other_in_role(world: &World, id: NodeId, role: Role, fits: impl Fn(&Server) -> bool) -> Option<NodeId> {
    world.servers().filter(|node| node.id != id).find_map(|node| {
        let server = node.machine::<Raft>()?.as_server()?;
        (server.role == role && fits(server)).then_some(node.id)
    })
}
