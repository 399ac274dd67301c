//! The lab's words: messages, notes, commands, and rules with their sources.

use faultscope_protocol::NodeId;
use faultscope_protocol::lock::{Asked, Command, Message, Note, Owner, Reply};
use faultscope_sim::Payload;

use crate::coordination::{self, joined};
use crate::lab::{MessageKind, Rule};
use crate::words::{Lang, Text};

/// The colours: taking the lock, giving it back, reading, writing; copies and mutexes stand apart.
const OWN_KINDS: [MessageKind; 16] = [
    MessageKind { name: "SetNx", short: "SET", ink: 1 },
    MessageKind { name: "SetEx", short: "SETEX", ink: 5 },
    MessageKind { name: "Answer", short: "ANS", ink: 1 },
    MessageKind { name: "Del", short: "DEL", ink: 2 },
    MessageKind { name: "DelIfMine", short: "DEL", ink: 2 },
    MessageKind { name: "Read", short: "READ", ink: 3 },
    MessageKind { name: "Value", short: "VAL", ink: 3 },
    MessageKind { name: "Write", short: "WRITE", ink: 4 },
    MessageKind { name: "Written", short: "DONE", ink: 4 },
    MessageKind { name: "Refused", short: "NO", ink: 4 },
    MessageKind { name: "Replicate", short: "COPY", ink: 6 },
    MessageKind { name: "Primary", short: "PRI", ink: 7 },
    MessageKind { name: "Lock", short: "LOCK", ink: 1 },
    MessageKind { name: "Locked", short: "OK", ink: 1 },
    MessageKind { name: "Unlock", short: "UNLCK", ink: 2 },
    MessageKind { name: "Unlocked", short: "OK", ink: 2 },
];

/// Fields as they are spelled on screen.
pub(super) const SPELLING: &[(&str, &str)] = &[
    ("highest_token", "highest token"),
    ("last_writer", "last writer"),
    ("next_token", "next token"),
    ("expires_us", "expires (µs, wall clock)"),
    ("granted_by", "granted by"),
    ("denied_by", "denied by"),
    ("acknowledged", "should be (acknowledged)"),
    ("counter", "is"),
    ("service_step", "waits for"),
    ("in_jeopardy", "in jeopardy"),
];

/// The messages of this lab and of the coordination service.
pub(super) const KINDS: &[MessageKind] = &joined::<_, 16, 16, 32>(OWN_KINDS, coordination::KINDS);

/// The rules of this lab and of the coordination service.
pub(super) const RULES: &[Rule] = &joined::<_, 15, 11, 26>(OWN_RULES, coordination::RULES);

/// The timers of this lab and of the coordination service.
pub(super) const TIMERS: &[(&str, Text)] = &joined::<_, 6, 6, 12>(OWN_TIMERS, coordination::TIMERS);

const OWN_TIMERS: [(&str, Text); 6] = [
    ("client retry", Text::new("client retry", "客户端重试定时器")),
    ("backoff", Text::new("backoff", "退避定时器")),
    ("work", Text::new("work", "处理")),
    ("lease", Text::new("lease", "租约")),
    ("key expiry", Text::new("key expiry", "键过期定时器")),
    ("lock-delay", Text::new("lock-delay", "锁延迟")),
];

/// The rules in our words.
const OWN_RULES: [Rule; 15] = [
    Rule {
        id: "grant",
        sentence: Text::new(
            "The key does not exist: set it to the asker's own value, and the lock is the asker's.",
            "键不存在：设为申请者自己的值，锁便归申请者。",
        ),
        source: "Redis documentation, SET with NX",
    },
    Rule {
        id: "deny",
        sentence: Text::new("The key exists: do nothing, and say so.", "键已存在：什么都不做，并如实答复。"),
        source: "Redis documentation, SET with NX",
    },
    Rule {
        id: "setex-overwrites",
        sentence: Text::new(
            "SETEX sets the key whether it exists or not: then SETNX finds it, one's own.",
            "SETEX 不管键是否存在都会设置，随后 SETNX 发现键已存在——正是自己设的。",
        ),
        source: "Redis documentation, SETEX; as a tutorial prints it",
    },
    Rule {
        id: "master-votes",
        sentence: Text::new(
            "Each of N independent masters sets the key for itself.",
            "N 个相互独立的主节点各自设置自己的键。",
        ),
        source: "Redis documentation, Distributed Locks, the Redlock algorithm",
    },
    Rule {
        id: "no-majority",
        sentence: Text::new(
            "No majority in time: delete the key on all masters, wait for a random time, try again.",
            "未在时限内得到多数派：在所有主节点上删除该键，随机等待后重试。",
        ),
        source: "Redis documentation, Distributed Locks, steps 3 to 5",
    },
    Rule {
        id: "release",
        sentence: Text::new("The holder deletes its own key.", "持有者删除自己的键。"),
        source: "Redis documentation, Distributed Locks, compare and delete",
    },
    Rule {
        id: "plain-del",
        sentence: Text::new(
            "DEL deletes the key whoever set it: here, another's.",
            "DEL 不管键是谁设的都会删除：这里删掉的是别人的锁。",
        ),
        source: "Redis documentation, Distributed Locks, on safe release",
    },
    Rule {
        id: "expiry",
        sentence: Text::new(
            "The key's time is over on the store's wall clock: it is removed.",
            "按存储节点的墙上时钟，键已到期，予以删除。",
        ),
        source: "Redis documentation, EXPIRE",
    },
    Rule {
        id: "lease",
        sentence: Text::new(
            "The lease is over by the client's own clock, counted from when it asked.",
            "从申请时算起，按客户端自己的时钟，租约已到期。",
        ),
        source: "Redis documentation, Distributed Locks, validity time",
    },
    Rule {
        id: "fence",
        sentence: Text::new(
            "The resource refuses a token that is lower than the highest it has seen.",
            "令牌低于已见过的最大值时，资源拒绝请求。",
        ),
        source: "Kleppmann 2016, How to do distributed locking",
    },
    Rule {
        id: "read-modify-write",
        sentence: Text::new(
            "The resource sets the counter to what the client made of the value that it read.",
            "资源把计数器设为客户端在读到的值上加一后的结果。",
        ),
        source: "Kleppmann 2016, How to do distributed locking",
    },
    Rule {
        id: "promote",
        sentence: Text::new(
            "A replica becomes the primary with what it has copied so far; replication is asynchronous.",
            "从节点带着已复制的内容成为主节点；复制是异步的。",
        ),
        source: "Redis documentation, replication and Sentinel",
    },
    Rule {
        id: "restart",
        sentence: Text::new(
            "A store that restarts knows what its disk held, and no more.",
            "存储节点重启后只知道磁盘上保存的内容。",
        ),
        source: "Redis documentation, persistence",
    },
    Rule {
        id: "jeopardy",
        sentence: Text::new(
            "A client whose session lease is over does nothing under the lock until a master answers, for a grace period.",
            "会话租约到期的客户端进入危险期：在宽限期内等主节点答复，其间不再凭锁行事。",
        ),
        source: "Burrows 2006, §2.8",
    },
    Rule {
        id: "lock-delay",
        sentence: Text::new(
            "A lock whose holder failed is not given away for a while: the holder's requests may be under way.",
            "持有者失效后，锁在一段时间内不再授予他人，因为它的请求可能还在路上。",
        ),
        source: "Burrows 2006, §2.4",
    },
];

/// A message in a few words.
pub(super) fn message(body: &Payload, roomy: bool) -> String {
    let Some(message) = body.get::<Message>() else { return body.name().to_owned() };
    let with = |word: &str, detail: String| if roomy { format!("{word} {detail}") } else { word.to_owned() };
    let fenced = |token: &Option<u64>| token.map_or_else(String::new, |token| format!(" #{token}"));
    match message {
        Message::SetNx { owner, ttl_us: None } => with("SETNX", owner.client.to_string()),
        Message::SetNx { owner, .. } => with("SET NX PX", owner.client.to_string()),
        Message::SetEx { owner, .. } => with("SETEX", owner.client.to_string()),
        Message::Del { owner } => with("DEL", owner.client.to_string()),
        Message::DelIfMine { owner } => with("DEL if mine", owner.client.to_string()),
        Message::Answer { asked: Asked::SetNx, is_ok: false, .. } => "nil".to_owned(),
        Message::Answer { asked: Asked::Del, is_ok: false, .. } => "0".to_owned(),
        Message::Answer { token, .. } => format!("OK{}", fenced(token)),
        Message::Replicate { lock, .. } => {
            with("copy", lock.map_or_else(|| "–".to_owned(), |held| held.owner.client.to_string()))
        }
        Message::Primary { primary, .. } => with("primary", primary.to_string()),
        Message::Lock { .. } => "lock".to_owned(),
        Message::Locked { .. } => "locked".to_owned(),
        Message::Unlock { .. } => "unlock".to_owned(),
        Message::Unlocked { .. } => "unlocked".to_owned(),
        Message::Read { token, .. } => format!("read{}", fenced(token)),
        Message::Value { value, .. } => format!("is {value}"),
        Message::Write { token, value, .. } => format!("write {value}{}", fenced(token)),
        Message::Written { value, .. } => format!("written {value}"),
        Message::Service(message) => coordination::message_words(message, roomy),
        Message::Refused { highest_token, .. } => with("refused", format!("< #{highest_token}")),
    }
}

/// A note as a sentence without its node.
pub(super) fn note(body: &Payload, lang: Lang) -> String {
    let Some(note) = body.get::<Note>() else { return body.name().to_owned() };
    let token_words = |token: &Option<u64>| token.map_or_else(String::new, |token| format!(" (#{token})"));
    match note {
        Note::Granted { owner, token } => say(
            Text::new("the lock is granted to {c}{token}", "锁授予 {c}{token}"),
            *owner,
            &[("token", &token_words(token))],
            lang,
        ),
        Note::MasterGranted { owner } => {
            say(Text::new("sets its key for {c}", "为 {c} 设置了键"), *owner, &[], lang)
        }
        Note::Denied { owner, holder } => say(
            Text::new("denies {c} the lock: it is {holder}'s", "拒绝 {c}：锁在 {holder} 手中"),
            *owner,
            &[("holder", &holder.client.to_string())],
            lang,
        ),
        Note::Overwrote { owner } => say(
            Text::new("sets the key for {c}, whatever it was", "不管键原来是什么，都为 {c} 设置"),
            *owner,
            &[],
            lang,
        ),
        Note::NoMajority { owner } => say(
            Text::new("{c} has no majority, and unlocks all", "{c} 没有得到多数派，全部解锁"),
            *owner,
            &[],
            lang,
        ),
        Note::Released { owner, whose } if owner == whose => {
            say(Text::new("frees the lock of {c}", "释放 {c} 的锁"), *owner, &[], lang)
        }
        Note::Released { owner, whose } => say(
            Text::new(
                "deletes the lock of {whose}, for {c} says DEL",
                "{c} 发来 DEL，删掉的却是 {whose} 的锁",
            ),
            *owner,
            &[("whose", &whose.client.to_string())],
            lang,
        ),
        Note::Expired { owner } => {
            say(Text::new("the key of {c} has expired", "{c} 的键已过期"), *owner, &[], lang)
        }
        Note::Acquired { owner, token } => say(
            Text::new("{c} holds the lock now{token}", "{c} 认为自己持有锁{token}"),
            *owner,
            &[("token", &token_words(token))],
            lang,
        ),
        Note::LetGo { owner } => {
            say(Text::new("{c} is done and lets go", "{c} 完成并放开锁"), *owner, &[], lang)
        }
        Note::LeaseEnded { owner } => {
            say(Text::new("{c} sees that its lease is over", "{c} 发现自己的租约已到期"), *owner, &[], lang)
        }
        Note::TooLate { owner, highest_token } => say(
            Text::new(
                "{c} hears that #{highest} was seen: it is too late",
                "{c} 得知资源已见过 #{highest}：自己来迟了",
            ),
            *owner,
            &[("highest", &highest_token.to_string())],
            lang,
        ),
        Note::Accepted { owner, value, token } => say(
            Text::new("{c} sets the counter to {value}{token}", "{c} 把计数器设为 {value}{token}"),
            *owner,
            &[("value", &value.to_string()), ("token", &token_words(token))],
            lang,
        ),
        Note::Fenced { owner, token, highest_token } => say(
            Text::new(
                "refuses {c} with #{token}: it has seen #{highest}",
                "拒绝 {c} 的 #{token}：已见过 #{highest}",
            ),
            *owner,
            &[("token", &token.to_string()), ("highest", &highest_token.to_string())],
            lang,
        ),
        Note::Jeopardy { owner } => say(
            Text::new(
                "{c} cannot be sure of its session, and stands still",
                "{c} 无法确定会话是否还在，停手等待",
            ),
            *owner,
            &[],
            lang,
        ),
        Note::Safe { owner } => {
            say(Text::new("the session of {c} stands: it goes on", "{c} 的会话还在，继续"), *owner, &[], lang)
        }
        Note::LockDelay => {
            Text::new("the last holder failed: the lock-delay begins", "上一个持有者已失效：锁延迟开始")
                .get(lang)
                .to_owned()
        }
        Note::Service(note) => coordination::note_words(note, lang),
        Note::Promoted { epoch, holder } => Text::new(
            "is the primary now, epoch {epoch}; the lock: {holder}",
            "成为主节点，纪元 {epoch}；锁：{holder}",
        )
        .fill(lang, &[("epoch", &epoch.to_string()), ("holder", &name_of(*holder))]),
        Note::SteppedDown { primary } => {
            Text::new("steps down: {primary} is the primary", "退位：{primary} 是主节点")
                .fill(lang, &[("primary", &primary.to_string())])
        }
        Note::StoreRestarted { holder } => Text::new(
            "is back with what its disk held; the lock: {holder}",
            "带着磁盘内容恢复运行；锁：{holder}",
        )
        .fill(lang, &[("holder", &name_of(*holder))]),
    }
}

fn name_of(holder: Option<Owner>) -> String {
    holder.map_or_else(|| "–".to_owned(), |holder: Owner| NodeId::to_string(&holder.client))
}

fn say(text: Text, owner: Owner, values: &[(&str, &str)], lang: Lang) -> String {
    let name = owner.client.to_string();
    let values: Vec<(&str, &str)> = values.iter().copied().chain([("c", name.as_str())]).collect();
    text.fill(lang, &values)
}

/// A command or a reply.
pub(super) fn command(body: &Payload, lang: Lang) -> String {
    if let Some(command) = body.get::<Command>() {
        let text = match command {
            Command::Increment => Text::new("add one", "加一"),
            Command::Promote => Text::new("become the primary", "成为主节点"),
            Command::Release => Text::new("release whatever lock there is", "释放现有的锁"),
        };
        return text.get(lang).to_owned();
    }
    match body.get::<Reply>() {
        Some(Reply::Incremented { value }) => {
            Text::new("counted {value}", "计到 {value}").fill(lang, &[("value", &value.to_string())])
        }
        Some(Reply::Promoted { epoch }) => Text::new("primary, epoch {epoch}", "主节点，纪元 {epoch}")
            .fill(lang, &[("epoch", &epoch.to_string())]),
        Some(Reply::Released { was_held: true }) => Text::new("deleted", "已删除").get(lang).to_owned(),
        Some(Reply::Released { was_held: false }) => {
            Text::new("nothing to delete", "没有可删的锁").get(lang).to_owned()
        }
        Some(Reply::Unknown) => Text::new("unknown", "未知").get(lang).to_owned(),
        Some(Reply::WrongRole) => Text::new("not here", "此处不行").get(lang).to_owned(),
        None => body.name().to_owned(),
    }
}
