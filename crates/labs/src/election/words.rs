//! Elections in words: properties, rules, messages, notes, commands.

use faultscope_protocol::election::{Command, Message, Note, Reply};
use faultscope_sim::Payload;

use crate::coordination::{self, last_part};
use crate::lab::{PropertyWords, Rule};
use crate::words::{Lang, Text};

pub(super) const PROPERTIES: &[PropertyWords] = &[
    PropertyWords {
        id: "one-leader-an-epoch",
        title: Text::new("One leader an epoch", "每个纪元一个领导者"),
        sentence: Text::new(
            "In one epoch, the number of an election, no two nodes ever lead.",
            "在同一个纪元（选举的编号）中，绝不会有两个节点领导。",
        ),
        finding: Text::new(
            "epoch {epoch}: {first} led, and now {second} leads",
            "纪元 {epoch}：{first} 曾领导，现在 {second} 也领导",
        ),
    },
    PropertyWords {
        id: "same-leader",
        title: Text::new("All adopt the same", "认定同一个领导者"),
        sentence: Text::new(
            "All that know a leader of an epoch know the same one.",
            "凡是知道某个纪元的领导者的节点，认定的都是同一个。",
        ),
        finding: Text::new(
            "epoch {epoch}: {who} adopted {first}, {other} adopts {second}",
            "纪元 {epoch}：{who} 认定了 {first}，{other} 却认定 {second}",
        ),
    },
    PropertyWords {
        id: "leader-elected",
        title: Text::new("One leader in the end", "最终有一个领导者"),
        sentence: Text::new(
            "When messages arrive in time, one node leads in the end, and nobody follows another one for good.",
            "只要消息及时送达，最终有且只有一个节点领导，没有节点一直跟随别的节点。",
        ),
        finding: Text::new("there is not one leader", "领导者不是恰好一个"),
    },
    PropertyWords {
        id: "wakes-one",
        title: Text::new("A death wakes at most one", "一次失效至多唤醒一个"),
        sentence: Text::new(
            "When a candidate's znode goes, at most one other candidate is told.",
            "一个候选人的节点消失时，至多通知另外一个候选人。",
        ),
        finding: Text::new(
            "the end of {znode} woke {first}, and {second} too",
            "{znode} 的消失唤醒了 {first}，也唤醒了 {second}",
        ),
    },
    PropertyWords {
        id: "two-at-once",
        title: Text::new("Two at once", "同时有两个"),
        sentence: Text::new(
            "Two nodes that run believe at one instant that they lead. No algorithm here excludes it.",
            "两个运行中的节点在同一时刻都认为自己领导。这里没有哪种算法能排除它。",
        ),
        finding: Text::new(
            "{first} leads (epoch {first_epoch}), and so does {second} (epoch {second_epoch})",
            "{first} 领导（纪元 {first_epoch}），{second} 也领导（纪元 {second_epoch}）",
        ),
    },
];

const TUTORIALS: &str = "As tutorials tell it; see Ongaro and Ousterhout 2014, §5.2, for what is missing";
const GARCIA_MOLINA: &str = "Garcia-Molina 1982, in the form of textbooks";
const CHANG_ROBERTS: &str = "Chang and Roberts 1979, with the largest id";
const RECIPE: &str = "ZooKeeper, Recipes and Solutions: Leader Election";

const fn rule(id: &'static str, sentence: Text, source: &'static str) -> Rule {
    Rule { id, sentence, source }
}

pub(super) const RULES: [Rule; 17] = [
    rule(
        "draw",
        Text::new(
            "Each node draws a number and tells it to all others.",
            "每个节点抽一个数，告知其余所有节点。",
        ),
        TUTORIALS,
    ),
    rule(
        "greatest-leads",
        Text::new(
            "The greatest number that a node knows of leads. Who has not been heard in time does not count.",
            "节点所知的最大数领导。未及时收到的不算。",
        ),
        TUTORIALS,
    ),
    rule(
        "last-heard-decides",
        Text::new(
            "A node compares its number with each that comes, and forgets the comparison before.",
            "节点拿自己的数与每个到来的数比较，忘掉前一次的结果。",
        ),
        TUTORIALS,
    ),
    rule(
        "nobody-draws-again",
        Text::new(
            "The leader is silent; the algorithm says nothing about it.",
            "领导者沉默了，而算法对此毫无规定。",
        ),
        TUTORIALS,
    ),
    rule(
        "bully-election",
        Text::new(
            "Who misses the leader sends ELECTION to all higher nodes.",
            "发现领导者失联的节点，向所有更高的节点发送 ELECTION。",
        ),
        GARCIA_MOLINA,
    ),
    rule(
        "bully-ok",
        Text::new(
            "A higher node that lives answers OK and starts an election of its own; the lower one waits.",
            "存活的更高节点回复 OK，并自行发起选举；较低的节点等待。",
        ),
        GARCIA_MOLINA,
    ),
    rule(
        "bully-coordinator",
        Text::new(
            "Who hears no OK in time leads, and sends COORDINATOR to all lower nodes.",
            "未及时收到 OK 的节点成为领导者，向所有更低的节点发送 COORDINATOR。",
        ),
        GARCIA_MOLINA,
    ),
    rule(
        "bully-listen",
        Text::new(
            "A node that is back says HELLO and listens first, so that it leads in no epoch that is taken.",
            "恢复的节点先发 HELLO 并监听一段时间，以免在已有领导者的纪元中领导。",
        ),
        "Our addition, for the epochs",
    ),
    rule(
        "ring-start",
        Text::new(
            "Who takes part sends its own id to the next node.",
            "参加选举的节点把自己的 id 发给下一个节点。",
        ),
        CHANG_ROBERTS,
    ),
    rule("ring-pass", Text::new("A larger id is passed on.", "更大的 id 继续传递。"), CHANG_ROBERTS),
    rule(
        "ring-swallow",
        Text::new(
            "A smaller id is swallowed; who has not taken part sends its own instead.",
            "更小的 id 被吞掉；尚未参加的节点改发自己的 id。",
        ),
        CHANG_ROBERTS,
    ),
    rule(
        "ring-won",
        Text::new(
            "Whose own id comes back leads, and sends ELECTED around once.",
            "收到自己 id 的节点成为领导者，让 ELECTED 绕环一周。",
        ),
        CHANG_ROBERTS,
    ),
    rule(
        "new-leader",
        Text::new("Who is told of a leader follows it.", "得知领导者的节点跟随它。"),
        GARCIA_MOLINA,
    ),
    rule(
        "leader-silent",
        Text::new(
            "A leader that has been silent for too long counts as dead, and a new election begins.",
            "领导者沉默过久即视为宕机，新的选举开始。",
        ),
        GARCIA_MOLINA,
    ),
    rule(
        "znode-lowest",
        Text::new(
            "The candidate with the lowest znode leads; the number of its znode is the epoch.",
            "编号最小的节点所属的候选人领导；该编号就是纪元。",
        ),
        RECIPE,
    ),
    rule(
        "znode-watch",
        Text::new(
            "Every other candidate watches one znode: the one before its own, or, as a herd, the leader's.",
            "其余候选人各监听一个节点：正确做法是自己的前一个，羊群做法是领导者的。",
        ),
        RECIPE,
    ),
    rule(
        "hold-your-hand",
        Text::new(
            "A leader that is not sure of its session stops acting as one.",
            "领导者若不能确定会话还在，就停止行使职责。",
        ),
        RECIPE,
    ),
];

/// An id on the ring without the node's number behind a drawn one.
pub(super) const fn id_words(id: u32) -> u32 {
    if id < 1_000 { id } else { id / 1_000 }
}

/// A message in a few words.
pub(super) fn message(body: &Payload, roomy: bool) -> String {
    let Some(message) = body.get::<Message>() else { return body.name().to_owned() };
    match message {
        Message::Number { value } => format!("NUMBER {value}"),
        Message::Election { id, .. } if roomy => format!("ELECTION {}", id_words(*id)),
        Message::Election { id, .. } => id_words(*id).to_string(),
        Message::Ok { .. } => "OK".to_owned(),
        Message::Coordinator { epoch } if roomy => format!("COORDINATOR E{epoch}"),
        Message::Coordinator { .. } => "COORD".to_owned(),
        Message::Hello { epoch, .. } => format!("HELLO E{epoch}"),
        Message::Elected { leader, .. } => format!("ELECTED {leader}"),
        Message::Heartbeat { .. } => "HEARTBEAT".to_owned(),
        Message::Service(message) => coordination::message_words(message, roomy),
    }
}

/// A note as a sentence without its node.
pub(super) fn note(body: &Payload, lang: Lang) -> String {
    let Some(note) = body.get::<Note>() else { return body.name().to_owned() };
    let one = |text: Text, value: String| text.fill(lang, &[("x", &value)]);
    match note {
        Note::Drew { number } => one(Text::new("draws {x}", "抽到 {x}"), number.to_string()),
        Note::Compared { leader, number } => {
            Text::new("compares: {x} is the greatest, {n} leads", "比较结果：{x} 最大，{n} 领导")
                .fill(lang, &[("x", &number.to_string()), ("n", &leader.to_string())])
        }
        Note::Overwrote { leader } => {
            one(Text::new("now takes {x} for the leader", "现在认为 {x} 领导"), leader.to_string())
        }
        Note::NobodyDraws { leader } => one(
            Text::new("hears {x} no more, and does nothing", "再也收不到 {x} 的消息，却什么也不做"),
            leader.to_string(),
        ),
        Note::Started { epoch } => {
            one(Text::new("starts an election, epoch {x}", "发起选举，纪元 {x}"), epoch.to_string())
        }
        Note::Yielded { to } => {
            one(Text::new("waits: {x} is higher and lives", "等待：更高的 {x} 存活"), to.to_string())
        }
        Note::Highest { epoch } => one(
            Text::new("is the highest that lives, leads epoch {x}", "是存活的最高者，领导纪元 {x}"),
            epoch.to_string(),
        ),
        Note::Listening => {
            Text::new("is back, and listens first", "已恢复，先监听一段时间").get(lang).to_owned()
        }
        Note::StartedRing { epoch, id } => {
            Text::new("sends its id {x} around, epoch {e}", "发出自己的 id {x}，纪元 {e}")
                .fill(lang, &[("x", &id_words(*id).to_string()), ("e", &epoch.to_string())])
        }
        Note::Passed { id } => one(Text::new("passes {x} on", "传递 {x}"), id_words(*id).to_string()),
        Note::Swallowed { id } => one(Text::new("swallows {x}", "吞掉 {x}"), id_words(*id).to_string()),
        Note::CameAround { id } => one(
            Text::new("gets its own id {x} back: it leads", "收回自己的 id {x}：成为领导者"),
            id_words(*id).to_string(),
        ),
        Note::Follows { leader, epoch } => Text::new("follows {x}, epoch {e}", "跟随 {x}，纪元 {e}")
            .fill(lang, &[("x", &leader.to_string()), ("e", &epoch.to_string())]),
        Note::Silent { leader } => one(Text::new("misses {x}", "收不到 {x} 的消息"), leader.to_string()),
        Note::Leads { epoch } => {
            one(Text::new("leads, epoch {x}", "成为领导者，纪元 {x}"), epoch.to_string())
        }
        Note::Watches { whose } => one(Text::new("watches {x}", "监听 {x}"), last_part(whose).to_owned()),
        Note::HoldsHand => {
            Text::new("is not sure of its session, and leads no more", "不能确定会话还在，不再领导")
                .get(lang)
                .to_owned()
        }
        Note::Service(note) => coordination::note_words(note, lang),
    }
}

/// A command or a reply.
pub(super) fn command(body: &Payload, lang: Lang) -> String {
    if let Some(Command::Elect) = body.get::<Command>() {
        return Text::new("elect", "发起选举").get(lang).to_owned();
    }
    match body.get::<Reply>() {
        Some(Reply::Started) => Text::new("started", "已发起").get(lang).to_owned(),
        Some(Reply::WrongNode) => Text::new("starts no elections", "不发起选举").get(lang).to_owned(),
        None => body.name().to_owned(),
    }
}
