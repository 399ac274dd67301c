//! The coordination service as its labs show it: messages, timers, rules and notes in words, and a server's state.

use faultscope_protocol::coordination::{
    Answer, Change, Client, Link, Message, Note, Op, Refusal, Role, Server,
};
use serde_json::{Value, json};

use crate::lab::{MessageKind, Rule};
use crate::words::{Lang, Text};

/// Two lists as one, for the tables of a lab.
pub(crate) const fn joined<T: Copy, const A: usize, const B: usize, const ALL: usize>(
    first: [T; A],
    second: [T; B],
) -> [T; ALL] {
    assert!(A > 0 && A + B == ALL);
    let mut all = [first[0]; ALL];
    let mut place = 0;
    while place < ALL {
        all[place] = if place < A { first[place] } else { second[place - A] };
        place += 1;
    }
    all
}

const fn kind(name: &'static str, short: &'static str, ink: u8) -> MessageKind {
    MessageKind { name, short, ink }
}

/// The messages of the service.
pub(crate) const KINDS: [MessageKind; 16] = [
    kind("Elect", "ELEC", 5),
    kind("Vote", "VOTE", 5),
    kind("Refuse", "NO", 5),
    kind("NewLeader", "SYNC", 6),
    kind("Proposal", "PROP", 6),
    kind("Heartbeat", "BEAT", 6),
    kind("Ack", "ACK", 6),
    kind("OpenSession", "OPEN", 7),
    kind("SessionOpened", "SESS", 7),
    kind("Request", "REQ", 8),
    kind("Response", "RESP", 8),
    kind("Ping", "PING", 7),
    kind("Pong", "PONG", 7),
    kind("WatchEvent", "EVENT", 2),
    kind("SessionExpired", "EXP", 7),
    kind("NotLeader", "ELSE", 7),
];

/// The timers of the service.
pub(crate) const TIMERS: [(&str, Text); 6] = [
    ("ensemble election timeout", Text::new("ensemble election timeout", "服务选举超时")),
    ("ensemble heartbeat", Text::new("ensemble heartbeat", "服务心跳")),
    ("session timeout", Text::new("session timeout", "会话超时")),
    ("session ping", Text::new("session ping", "会话心跳")),
    ("request retry", Text::new("request retry", "请求重试")),
    ("session lease", Text::new("session lease", "会话租约")),
];

const fn rule(id: &'static str, sentence: Text, source: &'static str) -> Rule {
    Rule { id, sentence, source }
}

/// The rules of the service.
pub(crate) const RULES: [Rule; 11] = [
    rule(
        "ensemble-stand",
        Text::new(
            "A server of the service that hears no leader stands for a new epoch, and writes that down first.",
            "服务的某台服务器收不到领导者的消息，就为新的纪元参选，并先落盘。",
        ),
        "Junqueira et al. 2011, §III (discovery), simplified",
    ),
    rule(
        "ensemble-vote",
        Text::new(
            "A server votes once an epoch, and only for a state that is not older than its own.",
            "每台服务器每个纪元只投一票，且只投给状态不比自己旧的一方。",
        ),
        "Junqueira et al. 2011, §III; Ongaro and Ousterhout 2014, §5.4.1",
    ),
    rule(
        "ensemble-won",
        Text::new(
            "The winner sends its whole state, with an empty entry that opens the epoch.",
            "当选者附上一条开启新纪元的空记录，把整个状态发给其余服务器。",
        ),
        "Junqueira et al. 2011, §III (synchronization), whole state instead of a difference",
    ),
    rule(
        "ensemble-established",
        Text::new(
            "Once a majority has written the leader's state down, it is committed, and the leader serves clients.",
            "多数派写下领导者的状态后，该状态即已提交，领导者开始服务客户端。",
        ),
        "Junqueira et al. 2011, §III (broadcast)",
    ),
    rule(
        "ensemble-step-down",
        Text::new(
            "A leader that hears of a higher epoch, or of no majority, leads no more.",
            "领导者得知更高的纪元，或联系不上多数派，就不再领导。",
        ),
        "Hunt et al. 2010, §4.2",
    ),
    rule(
        "ensemble-synchronized",
        Text::new(
            "A follower that lacks entries takes the leader's whole state.",
            "缺少记录的跟随者接收领导者的整个状态。",
        ),
        "Junqueira et al. 2011, §III (synchronization), simplified",
    ),
    rule(
        "session-opened",
        Text::new(
            "A session is opened through the log, so every server knows it.",
            "会话经日志开启，因此每台服务器都知道它。",
        ),
        "Hunt et al. 2010, §2.1",
    ),
    rule(
        "session-expired",
        Text::new(
            "The leader ends a silent session through the log; its ephemeral znodes go with it.",
            "会话沉默过久，领导者就经日志结束它；它的临时节点随之删除。",
        ),
        "Hunt et al. 2010, §2.1, §4.4",
    ),
    rule(
        "session-doubt",
        Text::new(
            "A client that no leader has answered for about a session timeout cannot know whether its session stands.",
            "客户端若约一个会话超时内没有得到领导者的答复，就无法知道会话是否还在。",
        ),
        "Hunt et al. 2010, §4.4",
    ),
    rule(
        "watch-fired",
        Text::new(
            "A watch tells once that something has changed, before any answer that shows the change.",
            "监听只通知一次变化，并且先于任何能看到该变化的答复。",
        ),
        "Hunt et al. 2010, §2.1, §2.3",
    ),
    rule(
        "request-retry",
        Text::new(
            "A client without an answer asks another server; its serial number makes a repeated write happen once.",
            "得不到答复的客户端改问另一台服务器；请求序号保证重复的写入只生效一次。",
        ),
        "Ongaro and Ousterhout 2014, §8",
    ),
];

/// A message in a few words.
pub(crate) fn message_words(message: &Message, roomy: bool) -> String {
    let name = faultscope_protocol::Message::name(message);
    let detail = match message {
        Message::Elect { epoch, .. } | Message::Vote { epoch } | Message::Refuse { epoch } => {
            format!("e{epoch}")
        }
        Message::NewLeader { state, .. } => state.zxid.to_string(),
        Message::Proposal { zxid, .. } => zxid.to_string(),
        Message::Heartbeat { .. } => String::new(),
        Message::Ack { zxid, .. } => zxid.to_string(),
        Message::SessionOpened { session, .. } | Message::SessionExpired { session } => session.to_string(),
        Message::Request { op, .. } => return op_words(op, roomy),
        Message::Response { answer, .. } => return answer_words(answer),
        Message::WatchEvent { fired, .. } => {
            return format!("{} {}", last_part(&fired.path), change_word(fired.change));
        }
        Message::NotLeader { leader } => leader.map(|leader| leader.to_string()).unwrap_or_default(),
        Message::OpenSession { .. } | Message::Ping { .. } | Message::Pong { .. } => String::new(),
    };
    let is_bare = detail.is_empty() || !roomy;
    if is_bare { name.to_owned() } else { format!("{name} {detail}") }
}

/// The end of a path: what tells znodes under one parent apart.
pub(crate) fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn op_words(op: &Op, roomy: bool) -> String {
    if roomy { format!("{} {}", op.name(), op.path()) } else { op.name().to_owned() }
}

fn answer_words(answer: &Answer) -> String {
    match answer {
        Answer::Created { path, .. } => last_part(path).to_owned(),
        Answer::Done => "ok".to_owned(),
        Answer::Set { version } => format!("v{version}"),
        Answer::Exists(found) => if found.is_some() { "exists" } else { "none" }.to_owned(),
        Answer::Data { data, .. } => format!("“{data}”"),
        Answer::Children(names) => format!("[{}]", names.len()),
        Answer::Refused(refusal) => refusal_word(*refusal).to_owned(),
    }
}

const fn refusal_word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NoNode => "NoNode",
        Refusal::NodeExists => "NodeExists",
        Refusal::NotEmpty => "NotEmpty",
        Refusal::BadVersion => "BadVersion",
        Refusal::NotOwner => "NotOwner",
        Refusal::NoChildrenForEphemerals => "NoChildrenForEphemerals",
        Refusal::BadPath => "BadPath",
    }
}

const fn change_word(change: Change) -> &'static str {
    match change {
        Change::Created => "created",
        Change::Deleted => "deleted",
        Change::Data => "changed",
        Change::Children => "children",
    }
}

/// A note as a sentence without its node.
pub(crate) fn note_words(note: &Note, lang: Lang) -> String {
    let one = |text: Text, value: String| text.fill(lang, &[("x", &value)]);
    match note {
        Note::Stood { epoch } => one(
            Text::new("stands for leader of the service, epoch {x}", "为服务的纪元 {x} 参选"),
            epoch.to_string(),
        ),
        Note::Voted { epoch, candidate } => Text::new("votes for {c} in epoch {x}", "在纪元 {x} 投票给 {c}")
            .fill(lang, &[("x", &epoch.to_string()), ("c", &candidate.to_string())]),
        Note::Won { epoch } => one(
            Text::new(
                "wins epoch {x} of the service and sends its state",
                "赢得服务的纪元 {x}，发送整个状态",
            ),
            epoch.to_string(),
        ),
        Note::Established { epoch } => one(
            Text::new(
                "serves clients: a majority holds its state, epoch {x}",
                "多数派已持有其状态，开始服务客户端，纪元 {x}",
            ),
            epoch.to_string(),
        ),
        Note::SteppedDown { epoch } => one(
            Text::new("leads the service no more, epoch {x}", "不再领导服务，纪元 {x}"),
            epoch.to_string(),
        ),
        Note::Synchronized { zxid } => one(
            Text::new("takes over the whole state, up to {x}", "接收整个状态，直到 {x}"),
            zxid.to_string(),
        ),
        Note::SessionOpened { session, client } => {
            Text::new("opens session {x} for {c}", "为 {c} 开启会话 {x}")
                .fill(lang, &[("x", &session.to_string()), ("c", &client.to_string())])
        }
        Note::SessionExpired { session, client } => Text::new(
            "has not heard from {c} for too long: ends session {x}",
            "太久没有收到 {c} 的消息：结束会话 {x}",
        )
        .fill(lang, &[("x", &session.to_string()), ("c", &client.to_string())]),
        Note::InDoubt { session } => one(
            Text::new("cannot be sure that session {x} still stands", "无法确定会话 {x} 是否还在"),
            session.to_string(),
        ),
        Note::WatchFired { client, path, .. } => {
            Text::new("tells {c}: {x} has changed", "通知 {c}：{x} 有变化")
                .fill(lang, &[("x", path), ("c", &client.to_string())])
        }
        Note::Retried { server } => {
            one(Text::new("has no answer, and asks {x}", "没有得到答复，改问 {x}"), server.to_string())
        }
    }
}

/// The state of a server of the service. Its tree is the accepted one: what stands behind `committed` may be taken back.
pub(crate) fn server_state(server: &Server) -> Value {
    let role = match &server.role {
        Role::Follower => "follower",
        Role::Candidate(_) => "candidate",
        Role::Leader(leader) if leader.is_established => "leader",
        Role::Leader(_) => "synchronizing",
    };
    let committed = server.leading().map_or(server.committed, |leader| leader.committed.zxid);
    let znodes = server.state.znodes.iter().filter(|(path, _)| path.as_str() != "/");
    let znodes: serde_json::Map<String, Value> = znodes
        .map(|(path, znode)| {
            let value = json!({ "data": znode.data, "version": znode.version, "owner": znode.owner, "created": znode.created });
            (path.clone(), value)
        })
        .collect();
    let sessions: serde_json::Map<String, Value> =
        server.state.sessions.iter().map(|(id, session)| (id.to_string(), json!(session.client))).collect();
    json!({
        "service_role": role,
        "service_leader": server.leader,
        "service_epoch": server.promised,
        "zxid": server.state.zxid,
        "committed": committed,
        "sessions": sessions,
        "znodes": znodes,
    })
}

/// The state of a client of the service, to be put beside what the lab's own node has.
pub(crate) fn client_state(client: &Client) -> Value {
    let (session, is_sure) = match client.link {
        Link::Opening { .. } => (None, false),
        Link::Open { session, in_doubt } => (Some(session), !in_doubt),
    };
    json!({
        "session": session,
        "session_sure": is_sure,
        "seen": client.seen,
        "asks": client.queue.front().map(|pending| op_words(&pending.op, true)),
    })
}
