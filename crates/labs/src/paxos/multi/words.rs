//! Multi-Paxos in words: messages, notes, commands, and the rules that single-decree Paxos does not have.

use faultscope_protocol::paxos::multi::{Command, Entry, Message, Note, Reply, Value};
use faultscope_sim::Payload;

use super::key_name;
use crate::words::{Lang, Text};

/// `x ← 3`, `x ?`.
pub(super) fn command_words(command: Command) -> String {
    match command {
        Command::Read { key } => format!("{}?", key_name(key)),
        Command::Write { key, value } => format!("{}←{value}", key_name(key)),
    }
}

/// An entry in a few signs.
pub(super) fn entry_words(entry: Entry) -> String {
    match entry {
        Entry::Noop => "no-op".to_owned(),
        Entry::Command { body, .. } => command_words(body),
    }
}

/// A message in a few words.
pub(super) fn message(body: &Payload, roomy: bool) -> String {
    let Some(message) = body.get::<Message>() else { return body.name().to_owned() };
    match message {
        Message::Prepare { ballot, from_slot } if roomy => format!("Prepare {ballot} #{from_slot}+"),
        Message::Prepare { ballot, .. } => format!("Prepare {ballot}"),
        Message::Promise { ballot, accepted } if roomy => format!("Promise {ballot} ({})", accepted.len()),
        Message::Promise { ballot, .. } => format!("Promise {ballot}"),
        Message::Accept { slot, entry, .. } if roomy => format!("Accept #{slot} {}", entry_words(*entry)),
        Message::Accept { slot, .. } => format!("Accept #{slot}"),
        Message::Accepted { slot, entry, .. } if roomy => {
            format!("Accepted #{slot} {}", entry_words(*entry))
        }
        Message::Accepted { slot, .. } => format!("Accepted #{slot}"),
        Message::Nack { promised, .. } => format!("Nack {promised}"),
        Message::Alive { chosen_below } if roomy => format!("Alive <{chosen_below}"),
        Message::Alive { .. } => "Alive".to_owned(),
        Message::Fetch { slot } => format!("Fetch #{slot}"),
        Message::Chosen { slot, .. } => format!("Chosen #{slot}"),
        Message::Request { body, .. } => command_words(*body),
        Message::Answer { value: Value::Written, .. } => "ok".to_owned(),
        Message::Answer { value: Value::Read(found), .. } => found_words(*found),
        Message::NotLeader { leader, .. } => format!("→ {leader}"),
    }
}

fn found_words(found: Option<u32>) -> String {
    found.map_or_else(|| "= ∅".to_owned(), |value| format!("= {value}"))
}

/// A note as a sentence without its node.
pub(super) fn note(body: &Payload, lang: Lang) -> String {
    let Some(&note) = body.get::<Note>() else { return body.name().to_owned() };
    let say = |text: Text, values: &[(&str, String)]| {
        let values: Vec<(&str, &str)> = values.iter().map(|(key, value)| (*key, value.as_str())).collect();
        text.fill(lang, &values)
    };
    match note {
        Note::BeganBallot { ballot, from_slot } => say(
            Text::new("begins ballot {b} for all slots from {s} on", "对从 {s} 开始的所有槽位发起投票 {b}"),
            &[("b", ballot.to_string()), ("s", from_slot.to_string())],
        ),
        Note::Promised { ballot } => {
            say(Text::new("promises {b} for all slots", "对所有槽位承诺 {b}"), &[("b", ballot.to_string())])
        }
        Note::BecameLeader { ballot, next_slot } => say(
            Text::new("leads in {b}; its next slot is {s}", "在 {b} 成为领导者，下一个槽位是 {s}"),
            &[("b", ballot.to_string()), ("s", next_slot.to_string())],
        ),
        Note::Proposed { slot, entry } => say(
            Text::new("proposes {e} for slot {s}", "为槽位 {s} 提出 {e}"),
            &[("e", entry_words(entry)), ("s", slot.to_string())],
        ),
        Note::TookOver { slot, ballot, entry } => say(
            Text::new("goes on with {e} of {o} in slot {s}", "在槽位 {s} 接手 {o} 的 {e}"),
            &[("e", entry_words(entry)), ("o", ballot.to_string()), ("s", slot.to_string())],
        ),
        Note::FilledGap { slot } => say(
            Text::new("fills the gap at slot {s} with a no-op", "用空操作填补槽位 {s} 的空缺"),
            &[("s", slot.to_string())],
        ),
        Note::Accepted { slot, ballot } => say(
            Text::new("accepts in {b}, slot {s}", "在 {b} 接受槽位 {s}"),
            &[("b", ballot.to_string()), ("s", slot.to_string())],
        ),
        Note::Refused { ballot, promised } => say(
            Text::new("refuses {b}: it has promised {p}", "拒绝 {b}：已承诺 {p}"),
            &[("b", ballot.to_string()), ("p", promised.to_string())],
        ),
        Note::Overtaken { ballot, promised } => say(
            Text::new("is overtaken: {p} is above {b}", "被抢先：{p} 高于 {b}"),
            &[("b", ballot.to_string()), ("p", promised.to_string())],
        ),
        Note::TimedOut { ballot } => say(
            Text::new("heard from too few in {b}", "在 {b} 中未及时收到足够的答复"),
            &[("b", ballot.to_string())],
        ),
        Note::Learned { slot, entry } => say(
            Text::new("learns: {e} is chosen in slot {s}", "得知槽位 {s} 选定了 {e}"),
            &[("e", entry_words(entry)), ("s", slot.to_string())],
        ),
        Note::Suspected { node } => say(
            Text::new("has not heard {n} for too long, suspects it", "太久没有收到 {n} 的消息，怀疑它已宕机"),
            &[("n", node.to_string())],
        ),
        Note::SteppedDown { leader } => say(
            Text::new("hears {n} again, and follows it", "又听到 {n}，改为跟随它"),
            &[("n", leader.to_string())],
        ),
        Note::Asked { slot } => say(
            Text::new("asks for what is chosen from slot {s} on", "询问从槽位 {s} 起选定的内容"),
            &[("s", slot.to_string())],
        ),
        Note::ClientRetried { proposer } => {
            say(Text::new("asks {n} instead", "改问 {n}"), &[("n", proposer.to_string())])
        }
    }
}

/// A command or a reply.
pub(super) fn command(body: &Payload, lang: Lang) -> String {
    if let Some(&command) = body.get::<Command>() {
        return command_words(command);
    }
    match body.get::<Reply>() {
        Some(Reply::Done(Value::Written)) => "ok".to_owned(),
        Some(Reply::Done(Value::Read(found))) => found_words(*found),
        Some(Reply::WrongRole) => Text::new("takes no commands", "不接受命令").get(lang).to_owned(),
        None => body.name().to_owned(),
    }
}
