//! How Raft's nodes, messages and notes are shown.

use faultscope_protocol::NodeId;
use faultscope_protocol::raft::{
    Client, Command, Entry, Log, Members, Message, Note, Op, Raft, Refusal, Reply, Role, Server, Setup,
    Stable, Value as Found, Variant, key_name,
};
use faultscope_sim::{Node, Payload, World};
use serde_json::{Map, Value, json};

use crate::stage::{CELLS_SHOWN, Cell, Edge, Look, Tone};
use crate::words::{Lang, Text};

fn op_words(op: &Op) -> String {
    match *op {
        Op::Noop => "·".to_owned(),
        Op::Write { key, value, .. } => format!("{}={value}", key_name(key)),
        Op::Read { key, .. } => format!("{}?", key_name(key)),
        Op::Config { members, outgoing, .. } if outgoing.is_empty() => members_words(members),
        Op::Config { members, outgoing, .. } => {
            format!("{} and {}", members_words(outgoing), members_words(members))
        }
    }
}

/// The servers of a configuration: `n1,n2,n3`.
fn members_words(members: Members) -> String {
    let names: Vec<String> = members.iter().map(|server| server.to_string()).collect();
    names.join(",")
}

/// The same where there is little room: a configuration by how many servers it has.
fn short_words(op: &Op) -> String {
    match op {
        Op::Config { members, outgoing, .. } if outgoing.is_empty() => format!("C{}", members.len()),
        Op::Config { members, outgoing, .. } => format!("C{}/{}", outgoing.len(), members.len()),
        other => op_words(other),
    }
}

/// The terms that the servers are in, those that are down by what their disk says.
pub(super) fn terms(world: &World) -> impl Iterator<Item = u64> {
    world.servers().map(|node| match node.machine::<Raft>() {
        Some(raft) => raft.as_server().map_or(0, |server| server.current_term),
        None => node.durable::<Stable>().map_or(0, |stable| stable.current_term),
    })
}

// The state in traces and in the inspector.

pub(super) fn state(node: &Node) -> Map<String, Value> {
    let value = match node.machine::<Raft>() {
        Some(Raft::Server(server)) => server_state(node, server),
        Some(Raft::Client(client)) => client_state(client),
        None => node
            .durable::<Stable>()
            .map_or_else(|| json!({}), |stable| disk_state(stable, node.id.is_client())),
    };
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn log_value(log: &Log) -> Value {
    log.iter().map(|Entry { term, op }| json!([term, op_words(op)])).collect()
}

/// Persistent state is what a restart would find: while a forced write is under way, the disk's, and what is being
/// written beside it. Nobody has heard of the latter yet, and a crash may take it back.
fn server_state(node: &Node, server: &Server) -> Value {
    let Saved { term, voted_for, log } = saved(node, server);
    let most = known_on_disk(server, &log);
    let known = |index: u64| index.min(most).min(agreed(&log, &server.log, index));
    let mut state = json!({
        "role": server.role,
        "term": term,
        "voted_for": voted_for,
        "leader": server.leader_id,
        "log": log_value(&log),
        "snapshot_index": log.snapshot_index(),
        "snapshot_term": log.snapshot_term(),
        "commit": known(server.commit_index),
        "applied": known(server.last_applied),
    });
    let rules = node.setup::<Setup>().map(|setup| setup.variant).unwrap_or_default();
    if let Value::Object(map) = &mut state {
        match server.role {
            Role::Candidate | Role::PreCandidate => {
                map.insert("votes".to_owned(), json!(server.votes_granted));
            }
            Role::Leader => {
                map.insert("next_index".to_owned(), json!(server.next_index));
                map.insert("match_index".to_owned(), json!(server.match_index));
            }
            Role::Follower => {}
        }
        let values: Map<String, Value> =
            server.values.iter().map(|(&key, &value)| (key_name(key), json!(value))).collect();
        map.insert("values".to_owned(), Value::Object(values));
        more_state(map, server, rules);
        if is_writing(node) {
            let writing = json!({
                "term": server.current_term,
                "voted_for": server.voted_for,
                "log_length": server.log.last_index(),
            });
            map.insert("writing".to_owned(), writing);
        }
    }
    state
}

/// What only some variants go by.
fn more_state(map: &mut Map<String, Value>, server: &Server, rules: Variant) {
    let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
    if rules.changes_members() {
        put("members", json!(server.config.members));
        put("outgoing", json!(server.config.outgoing));
        put("config_index", json!(server.config.index));
    }
    if rules.remembers_leader() {
        put("heard_leader", json!(server.heard_leader));
    }
    if matches!(rules, Variant::ReadIndex | Variant::Lease) && server.role == Role::Leader {
        put("round", json!(server.reads.round));
        put("waiting_reads", json!(server.reads.waiting.len() as u64));
    }
    if rules == Variant::Lease && server.role == Role::Leader {
        put("lease_until_us", json!(server.reads.lease_until_us));
    }
}

/// What is known to be committed of the log on disk: while a leader's snapshot is still being written, no more than
/// before it came, for what it takes the place of may be something else.
fn known_on_disk(server: &Server, disk: &Log) -> u64 {
    match server.installed {
        Some((index, before)) if disk.snapshot_index() < index => before,
        _ => u64::MAX,
    }
}

/// Up to where, and no further than `index`, the log on disk is the one in memory: beyond that, what was committed is
/// still on its way to the disk, over what stood there before.
fn agreed(disk: &Log, memory: &Log, index: u64) -> u64 {
    let first = index.min(disk.last_index());
    let agrees = |place: u64| {
        // What memory has a snapshot of is committed, and the disk's own log reaches beyond it.
        place <= memory.snapshot_index() || disk.term_at(place) == memory.term_at(place)
    };
    (1..=first).rev().find(|&place| agrees(place)).unwrap_or(0)
}

/// The persistent part of a server's state.
struct Saved {
    term: u64,
    voted_for: Option<NodeId>,
    log: Log,
}

fn saved(node: &Node, server: &Server) -> Saved {
    if !is_writing(node) {
        return Saved { term: server.current_term, voted_for: server.voted_for, log: server.log.clone() };
    }
    let disk = node.durable::<Stable>().cloned().unwrap_or_default();
    // A vote that is never written is what the server goes by until it crashes.
    let is_forgetful = node.setup::<Setup>().is_some_and(|setup| setup.variant == Variant::ForgetVote);
    let keeps_vote = is_forgetful && disk.current_term == server.current_term;
    let voted_for = if keeps_vote { server.voted_for } else { disk.voted_for };
    Saved { term: disk.current_term, voted_for, log: disk.log }
}

/// Whether a forced write of the node is under way.
pub(super) fn is_writing(node: &Node) -> bool {
    node.pending_writes().any(|write| write.force)
}

fn client_state(client: &Client) -> Value {
    json!({
        "waits_for": client.call.map(|call| asked(&call.command)),
        "asked": client.call.map(|call| call.server),
        "attempts": client.call.map(|call| call.attempts),
        "serial": client.last_serial,
        "leader": client.leader_hint,
        "queue": client.queue.len() as u64,
    })
}

fn disk_state(stable: &Stable, is_client: bool) -> Value {
    if is_client {
        json!({ "serial": stable.last_serial })
    } else {
        json!({
            "term": stable.current_term,
            "voted_for": stable.voted_for,
            "log": log_value(&stable.log),
            "snapshot_index": stable.log.snapshot_index(),
            "snapshot_term": stable.log.snapshot_term(),
        })
    }
}

// The look of nodes.

pub(super) fn look(world: &World, node: &Node, lang: Lang) -> Look {
    match node.machine::<Raft>() {
        Some(Raft::Server(server)) => server_look(world, node, server, lang),
        Some(Raft::Client(client)) => client_look(client, lang),
        None => node.durable::<Stable>().map_or_else(Look::default, down_look),
    }
}

fn server_look(world: &World, node: &Node, server: &Server, lang: Lang) -> Look {
    let (role, edge) = match server.role {
        Role::Follower => (Text::new("follower", "跟随者"), Edge::Plain),
        Role::Candidate => (Text::new("candidate", "候选人"), Edge::Tentative),
        Role::PreCandidate => (Text::new("pre-candidate", "预候选人"), Edge::Tentative),
        Role::Leader => (Text::new("leader", "领导者"), Edge::Thick),
    };
    let durable = node.durable::<Stable>().map_or(0, |stable| stable.log.last_index());
    let is_outside = members(world).is_some_and(|members| !members.contains(node.id));
    let remark = if is_outside {
        Text::new("not a member", "非成员").get(lang).to_owned()
    } else {
        remark(server, lang)
    };
    Look {
        epoch: server.current_term,
        epoch_words: term_words(server.current_term),
        edge,
        role: role.get(lang).to_owned(),
        remark,
        tone: Tone::Calm,
        cells: cells(&server.log, server.commit_index.min(durable)),
        earlier_cells: earlier(&server.log),
        commit_bar: Some(server.commit_index as usize),
        arc: Some("election timeout"),
        ..Look::default()
    }
}

/// Who has a say, as far as can be told from outside: by the configuration of the leader of the greatest term, else
/// by the latest one that any server has. None where the cluster never changes.
pub(super) fn members(world: &World) -> Option<Members> {
    let changes = |node: &Node| node.setup::<Setup>().is_some_and(|setup| setup.variant.changes_members());
    let servers = world.servers().filter(|node| changes(node));
    let known = servers.filter_map(|node| node.machine::<Raft>()?.as_server());
    let latest = known.max_by_key(|server| {
        let leads = server.role == Role::Leader;
        (leads, if leads { server.current_term } else { server.config.index })
    })?;
    Some(latest.config.voters())
}

fn remark(server: &Server, lang: Lang) -> String {
    let majority = server.config.members.len() / 2 + 1;
    match (server.role, server.voted_for, server.leader_id) {
        (Role::Leader, ..) => {
            Text::new("commit {n}", "提交至 {n}").fill(lang, &[("n", &server.commit_index.to_string())])
        }
        (Role::Candidate | Role::PreCandidate, ..) => Text::new("{n} of {m} votes", "{n}/{m} 票")
            .fill(lang, &[("n", &server.votes_granted.len().to_string()), ("m", &majority.to_string())]),
        (Role::Follower, _, Some(leader)) => {
            Text::new("follows {n}", "追随 {n}").fill(lang, &[("n", &leader.to_string())])
        }
        (Role::Follower, Some(voted), None) => {
            Text::new("voted {n}", "投给 {n}").fill(lang, &[("n", &voted.to_string())])
        }
        (Role::Follower, None, None) => Text::new("no leader", "无领导者").get(lang).to_owned(),
    }
}

fn term_words(term: u64) -> String {
    if term == 0 { String::new() } else { format!("T{term}") }
}

fn earlier(log: &Log) -> usize {
    (log.last_index() as usize).saturating_sub(CELLS_SHOWN).max(log.snapshot_index() as usize)
}

fn cells(log: &Log, commit_index: u64) -> Vec<Cell> {
    let first = (earlier(log) as u64).max(log.snapshot_index()) + 1;
    (first..=log.last_index())
        .filter_map(|index| Some((index, log.get(index)?)))
        .map(|(index, entry)| Cell {
            words: short_words(&entry.op),
            epoch: entry.term,
            is_tentative: index > commit_index,
        })
        .collect()
}

fn down_look(stable: &Stable) -> Look {
    Look {
        epoch: stable.current_term,
        cells: cells(&stable.log, stable.log.last_index()),
        earlier_cells: earlier(&stable.log),
        ..Look::default()
    }
}

fn client_look(client: &Client, lang: Lang) -> Look {
    let role = match client.call {
        Some(call) => asked(&call.command),
        None => Text::new("client", "客户端").get(lang).to_owned(),
    };
    let is_late = client.call.is_some_and(|call| call.attempts > call.hints_followed + 1);
    let remark =
        if is_late { Text::new("asks again", "重试中").get(lang).to_owned() } else { String::new() };
    Look { role, remark, tone: Tone::Warn, arc: Some("client retry"), ..Look::default() }
}

fn asked(command: &Command) -> String {
    match *command {
        Command::Write { key, value } => format!("{}={value}", key_name(key)),
        Command::Read { key } => format!("{}?", key_name(key)),
        Command::Add { server } => format!("+{server}"),
        Command::Remove { server } => format!("-{server}"),
        Command::Replace { old, new } => format!("-{old} +{new}"),
        Command::Enter => "enter".to_owned(),
    }
}

// Words.

pub(super) fn message_words(body: &Payload, roomy: bool) -> String {
    let Some(message) = body.get::<Message>() else { return body.name().to_owned() };
    match message {
        Message::RequestVote { term, .. } => format!("{} T{term}", if roomy { "RequestVote" } else { "RV" }),
        Message::RequestVoteReply { term, vote_granted } => {
            format!("{} T{term}", if *vote_granted { "vote" } else { "no vote" })
        }
        Message::AppendEntries { term, entries, .. } => {
            let name = if roomy { "AppendEntries" } else { "AE" };
            match entries.as_slice() {
                [] => format!("{name} T{term}"),
                [entry] => format!("{name} {}", short_words(&entry.op)),
                _ => format!("{name} +{}", entries.len()),
            }
        }
        Message::AppendEntriesReply { success: true, match_index, .. } => format!("ok {match_index}"),
        Message::AppendEntriesReply { success: false, .. } => "mismatch".to_owned(),
        Message::ClientRequest { op, .. } => op_words(op),
        Message::ClientReply { value: Some(Found::Written), .. } => "ok".to_owned(),
        Message::ClientReply { value: Some(Found::Read(Some(value))), .. } => format!("= {value}"),
        Message::ClientReply { value: Some(Found::Read(None)), .. } => "= –".to_owned(),
        Message::ClientReply { value: Some(Found::Members(members)), .. } => members_words(*members),
        Message::ClientReply { value: None, leader_hint: Some(leader), .. } => format!("ask {leader}"),
        Message::ClientReply { value: None, leader_hint: None, .. } => "not leader".to_owned(),
        Message::PreVote { term, .. } => format!("{} T{term}", if roomy { "PreVote" } else { "PV" }),
        Message::PreVoteReply { asked_term, vote_granted, .. } => {
            format!("{} T{asked_term}", if *vote_granted { "would vote" } else { "would not" })
        }
        Message::Heartbeat { round, .. } => format!("{} #{round}", if roomy { "Heartbeat" } else { "HB" }),
        Message::HeartbeatReply { round, .. } => format!("ack #{round}"),
        Message::InstallSnapshot { snapshot, .. } => {
            format!("{} {}", if roomy { "InstallSnapshot" } else { "IS" }, snapshot.last_included_index)
        }
        Message::InstallSnapshotReply { match_index, .. } => format!("ok {match_index}"),
        Message::AddServer { server, .. } => format!("+{server}"),
        Message::RemoveServer { server, .. } => format!("-{server}"),
        Message::ReplaceServer { old, new, .. } => format!("-{old} +{new}"),
    }
}

pub(super) fn note_words(note: &Payload, lang: Lang) -> String {
    let Some(note) = note.get::<Note>() else { return note.name().to_owned() };
    let say = |text: Text, values: &[(&str, &str)]| text.fill(lang, values);
    match note {
        Note::BecameCandidate { term } => {
            say(Text::new("stands for election in term {t}", "在任期 {t} 参选"), &[("t", &term.to_string())])
        }
        Note::Voted { term, candidate } => say(
            Text::new("votes for {n} in term {t}", "在任期 {t} 投票给 {n}"),
            &[("n", &candidate.to_string()), ("t", &term.to_string())],
        ),
        Note::Refused { candidate, refusal, .. } => {
            let why = match refusal {
                Refusal::StaleTerm => Text::new("its term is over", "任期已过"),
                Refusal::VotedForAnother => Text::new("the vote is given", "票已投出"),
                Refusal::LogBehind => Text::new("its log is behind", "日志落后"),
                Refusal::HearsLeader => Text::new("there is a leader", "仍有领导者"),
            };
            say(
                Text::new("refuses {n} its vote: {why}", "拒绝投票给 {n}：{why}"),
                &[("n", &candidate.to_string()), ("why", why.get(lang))],
            )
        }
        Note::BecameLeader { term, votes } => say(
            Text::new("leads term {t} with {v} votes", "以 {v} 票成为任期 {t} 的领导者"),
            &[("t", &term.to_string()), ("v", &votes.to_string())],
        ),
        Note::SteppedDown { term } => {
            say(Text::new("follows in term {t}", "在任期 {t} 转为跟随者"), &[("t", &term.to_string())])
        }
        Note::LogMismatch { index } => say(
            Text::new("has no entry that matches at {i}", "索引 {i} 处的条目不匹配"),
            &[("i", &index.to_string())],
        ),
        Note::Truncated { index } => say(
            Text::new("drops its entries from {i} on", "删除索引 {i} 起的条目"),
            &[("i", &index.to_string())],
        ),
        Note::Appended { index, .. } => {
            say(Text::new("appends entry {i}", "追加条目 {i}"), &[("i", &index.to_string())])
        }
        Note::Committed { index } => {
            say(Text::new("commits up to {i}", "提交至 {i}"), &[("i", &index.to_string())])
        }
        Note::LearnedCommit { index } => {
            say(Text::new("learns: committed up to {i}", "得知已提交至 {i}"), &[("i", &index.to_string())])
        }
        Note::ClientRetried { server, .. } => {
            say(Text::new("asks {n} instead", "改问 {n}"), &[("n", &server.to_string())])
        }
        Note::AskedFirst { term } => say(
            Text::new("asks who would vote for it in term {t}", "询问谁愿意在任期 {t} 投票给自己"),
            &[("t", &term.to_string())],
        ),
        Note::WouldVote { term, candidate } => say(
            Text::new("would vote for {n} in term {t}", "愿意在任期 {t} 投票给 {n}"),
            &[("n", &candidate.to_string()), ("t", &term.to_string())],
        ),
        Note::ReadFromState { index } => say(
            Text::new("answers a read from its state as of entry {i}", "依据应用到条目 {i} 的状态应答读取"),
            &[("i", &index.to_string())],
        ),
        Note::TookSnapshot { index } => say(
            Text::new("puts a snapshot in the place of entries up to {i}", "用快照取代索引 {i} 及以前的条目"),
            &[("i", &index.to_string())],
        ),
        Note::InstalledSnapshot { index } => say(
            Text::new("takes over the leader's snapshot up to {i}", "装入领导者截至索引 {i} 的快照"),
            &[("i", &index.to_string())],
        ),
        Note::ConfigAdopted { index } => say(
            Text::new("goes by the configuration of entry {i}", "改用条目 {i} 的成员配置"),
            &[("i", &index.to_string())],
        ),
        Note::CatchingUp { server } => say(
            Text::new("fills {n} before it gets a vote", "先让 {n} 追上日志，再给它投票权"),
            &[("n", &server.to_string())],
        ),
    }
}

pub(super) fn command_words(body: &Payload, lang: Lang) -> String {
    if let Some(command) = body.get::<Command>() {
        return asked(command);
    }
    match body.get::<Reply>() {
        Some(Reply::Done(Found::Written)) => Text::new("written", "已写入").get(lang).to_owned(),
        Some(Reply::Done(Found::Read(Some(value)))) => value.to_string(),
        Some(Reply::Done(Found::Read(None))) => Text::new("nothing", "空").get(lang).to_owned(),
        Some(Reply::Done(Found::Members(members))) => members_words(*members),
        Some(Reply::NotLeader { .. }) => Text::new("not the leader", "不是领导者").get(lang).to_owned(),
        Some(Reply::Overwritten) => Text::new("overwritten", "被覆盖").get(lang).to_owned(),
        None => body.name().to_owned(),
    }
}
