//! How nodes look, and what messages, notes and commands are called.

use std::fmt::Display;

use faultscope_protocol::NodeId;
use faultscope_protocol::ring::{Call, Client, Command, Message, Note, Reply, Ring};
use faultscope_sim::{Node, Payload, World};

use super::{Part, items_of, newest_view, view_of, words};
use crate::lab::MessageKind;
use crate::stage::{Edge, Look, Tone};
use crate::words::{Lang, Text};

/// The messages: views 1, keys that move 2, reads 3, writes 4.
pub(super) const KINDS: &[MessageKind] = &[
    MessageKind { name: "RingView", short: "V", ink: 1 },
    MessageKind { name: "Get", short: "Get", ink: 3 },
    MessageKind { name: "Value", short: "Val", ink: 3 },
    MessageKind { name: "Missing", short: "Miss", ink: 3 },
    MessageKind { name: "WrongOwner", short: "WO", ink: 1 },
    MessageKind { name: "Put", short: "Put", ink: 4 },
    MessageKind { name: "Stored", short: "Ok", ink: 4 },
    MessageKind { name: "Replicate", short: "Rep", ink: 4 },
    MessageKind { name: "ReplicateAck", short: "RepAck", ink: 4 },
    MessageKind { name: "Transfer", short: "T", ink: 2 },
    MessageKind { name: "TransferAck", short: "TAck", ink: 2 },
    MessageKind { name: "JoinRequest", short: "Join", ink: 1 },
    MessageKind { name: "LeaveRequest", short: "Leave", ink: 1 },
    MessageKind { name: "RingViewRequest", short: "V?", ink: 1 },
    MessageKind { name: "RingViewAck", short: "VAck", ink: 1 },
];

/// The server that orders the changes.
pub(super) fn steward(world: &World) -> Option<NodeId> {
    world.plan().servers.first().copied()
}

/// How a node looks.
pub(super) fn look(world: &World, node: &Node, lang: Lang) -> Look {
    match node.machine::<Ring>().and_then(Ring::as_client) {
        Some(client) => look_of_client(client, lang),
        None if node.id.is_client() => Look::default(),
        None => look_of_server(world, node, lang),
    }
}

fn look_of_server(world: &World, node: &Node, lang: Lang) -> Look {
    let (Some(own), Some(newest)) = (view_of(node), newest_view(world)) else { return Look::default() };
    // What a node is, the newest view says; by which view it works, its own.
    let part = Part::of(newest, node.id, steward(world) == Some(node.id));
    let is_in = !matches!(part, Part::StandingBy | Part::Left | Part::Gone);
    let (epoch, epoch_words) =
        if is_in { (own.version(), format!("v{}", own.version())) } else { (0, String::new()) };
    let edge = match part {
        Part::Steward => Edge::Thick,
        Part::Joining | Part::Leaving | Part::StandingBy => Edge::Tentative,
        Part::Member | Part::Gone | Part::Left => Edge::Plain,
    };
    let count = items_of(node).map_or(0, |items| items.len() as u64);
    Look {
        epoch,
        epoch_words,
        edge,
        role: role(part).get(lang).to_owned(),
        remark: Text::new("{count} keys", "{count} 个键").fill(lang, &[("count", &words::thousands(count))]),
        tone: if part == Part::Gone { Tone::Danger } else { Tone::Calm },
        ..Look::default()
    }
}

fn role(part: Part) -> Text {
    match part {
        Part::Steward => Text::new("steward", "管理节点"),
        Part::Member => Text::new("member", "成员"),
        Part::Joining => Text::new("joining", "正在加入"),
        Part::Leaving => Text::new("leaving", "正在退出"),
        Part::Gone => Text::new("declared gone", "已宣告失效"),
        Part::StandingBy => Text::new("standing by", "待命"),
        Part::Left => Text::new("left", "已退出"),
    }
}

fn look_of_client(client: &Client, lang: Lang) -> Look {
    let view = client.view().version();
    let call = client.call();
    let doing = match call.map(|call| call.item().is_some()) {
        Some(true) => Text::new("writes {key}", "写 {key}"),
        Some(false) => Text::new("reads {key}", "读 {key}"),
        None => Text::new("idle", "空闲"),
    };
    let key = call.map(|call| call.key().to_string()).unwrap_or_default();
    let tries = call.map_or(0, Call::tries);
    let again = Text::new("try {count}", "第 {count} 次").fill(lang, &[("count", &(tries + 1).to_string())]);
    Look {
        epoch: view,
        epoch_words: format!("v{view}"),
        role: doing.fill(lang, &[("key", &key)]),
        remark: if tries > 0 { again } else { String::new() },
        tone: Tone::Warn,
        arc: Some("request retry"),
        ..Look::default()
    }
}

/// A message in a few words.
pub(super) fn message_words(body: &Payload, roomy: bool) -> String {
    let Some(message) = body.get::<Message>() else { return body.name().to_owned() };
    let name = |short: &'static str| if roomy { body.name() } else { short };
    match message {
        Message::Get { key, .. } | Message::Put { key, .. } => format!("{} {key}", body.name()),
        Message::Replicate { key, .. } => format!("{} {key}", name("Rep")),
        Message::Transfer { items, .. } => format!("{} {}", name("T"), items.len()),
        Message::RingView { ring } => format!("{} v{}", name("View"), ring.version()),
        Message::WrongOwner { ring, .. } => format!("{} v{}", name("Wrong"), ring.version()),
        Message::RingViewAck { view, copied: true } => format!("{} v{view} ✓", name("Ack")),
        Message::RingViewAck { view, copied: false } => format!("{} v{view}", name("Ack")),
        Message::TransferAck { .. } | Message::ReplicateAck { .. } => name("Ack").to_owned(),
        Message::JoinRequest => name("Join").to_owned(),
        Message::LeaveRequest => name("Leave").to_owned(),
        Message::RingViewRequest => name("View?").to_owned(),
        Message::Value { .. } | Message::Missing { .. } | Message::Stored { .. } => body.name().to_owned(),
    }
}

/// A note as a sentence without its node.
pub(super) fn note_words(note: &Payload, lang: Lang) -> String {
    let Some(note) = note.get::<Note>() else { return note.name().to_owned() };
    let say = |text: Text, values: &[(&str, &dyn Display)]| {
        let values: Vec<(&str, String)> =
            values.iter().map(|(name, value)| (*name, value.to_string())).collect();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        text.fill(lang, &values)
    };
    match note {
        Note::ViewInstalled { view, members } => say(
            Text::new("works by view {view}, {members} members", "启用视图 {view}，{members} 个成员"),
            &[("view", view), ("members", members)],
        ),
        Note::ChangeStarted { kind, node, at_once } => {
            let change = say(words::change(*kind), &[("node", node)]);
            let text = if *at_once {
                Text::new("{change}: reads switch at once", "{change}：读取立即转向新位置")
            } else {
                Text::new("{change}: keys are copied first", "{change}：先复制键")
            };
            say(text, &[("change", &change)])
        }
        Note::ReadsSwitched { node } => say(
            Text::new("all is copied; reads switch for {node}", "复制完毕，与 {node} 有关的读取转向新副本"),
            &[("node", node)],
        ),
        Note::ChangeFinished { kind, node } => {
            let change = say(words::change(*kind), &[("node", node)]);
            say(Text::new("finished: {change}", "变更完成：{change}"), &[("change", &change)])
        }
        Note::JoinAborted { node } => {
            say(Text::new("gives the join of {node} up", "放弃 {node} 的加入"), &[("node", node)])
        }
        Note::ArcHandedOver { to, keys } => say(
            Text::new("arc handed over to {to}, {keys} keys", "弧段已移交 {to}，共 {keys} 个键"),
            &[("to", to), ("keys", keys)],
        ),
        Note::KeysReceived { from, keys } => say(
            Text::new("{keys} keys from {from}", "收到 {from} 的 {keys} 个键"),
            &[("keys", keys), ("from", from)],
        ),
        Note::KeysDropped { keys } => {
            say(Text::new("drops {keys} keys", "删除 {keys} 个键"), &[("keys", keys)])
        }
        Note::ReadMissed { key } => {
            say(Text::new("no replica has key {key}", "没有副本持有键 {key}"), &[("key", key)])
        }
    }
}

/// A command or a reply.
pub(super) fn command_words(body: &Payload, lang: Lang) -> String {
    if let Some(command) = body.get::<Command>() {
        return match command {
            Command::Get { key } => format!("get {key}"),
            Command::Put { key, value } => format!("{key} ← {value}"),
            Command::Join => "join".to_owned(),
            Command::Leave => "leave".to_owned(),
            Command::Remove { node } => format!("remove {node}"),
        };
    }
    let Some(reply) = body.get::<Reply>() else { return body.name().to_owned() };
    let say = |text: Text, name: &str, value: &dyn Display| text.fill(lang, &[(name, &value.to_string())]);
    match reply {
        Reply::Value { key, item } => format!("{key} = {}", item.value),
        Reply::NotFound { key } => say(Text::new("{key} not found", "未找到 {key}"), "key", key),
        Reply::Stored { key, .. } => say(Text::new("{key} stored", "{key} 已写入"), "key", key),
        Reply::Unavailable { key, .. } => say(Text::new("{key} unavailable", "{key} 不可用"), "key", key),
        Reply::Changed { view } => {
            say(Text::new("done in view {view}", "在视图 {view} 中完成"), "view", view)
        }
        Reply::Refused { why } => {
            say(Text::new("refused: {why}", "被拒绝：{why}"), "why", &words::refusal(*why).get(lang))
        }
    }
}
