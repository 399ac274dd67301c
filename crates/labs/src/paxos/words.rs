//! Paxos in words: properties, rules, messages, notes, commands.

use faultscope_protocol::paxos::{Command, Message, Note, Reply};
use faultscope_sim::Payload;

use crate::lab::{PropertyWords, Rule};
use crate::words::{Lang, Text};

pub(super) const PROPERTIES: &[PropertyWords] = &[
    PropertyWords {
        id: "agreement",
        title: Text::new("One value is chosen", "只选定一个值"),
        sentence: Text::new(
            "In an instance at most one value is ever accepted by a majority in one ballot.",
            "在一个实例中，至多只有一个值曾在某一轮投票里被多数派接受。",
        ),
        finding: Text::new(
            "instance {instance}: {first} was chosen, and ballot {ballot} chooses {second}",
            "实例 {instance}：已选定 {first}，投票 {ballot} 又选定了 {second}",
        ),
    },
    PropertyWords {
        id: "validity",
        title: Text::new("Only proposed values", "只选定被提议的值"),
        sentence: Text::new("A value is chosen only if somebody asked for it.", "被选定的值一定有人提议过。"),
        finding: Text::new(
            "instance {instance}: {value} is chosen, and nobody asked for it",
            "实例 {instance}：选定了 {value}，却没有人提议过它",
        ),
    },
    PropertyWords {
        id: "learned-is-chosen",
        title: Text::new("Learned is chosen", "学到的必已选定"),
        sentence: Text::new(
            "Nobody learns a value, or tells it to a client, unless it has been chosen.",
            "未被选定的值不会被学到，也不会告知客户端。",
        ),
        finding: Text::new(
            "instance {instance}: {node} takes {value} for chosen, and it is not",
            "实例 {instance}：{node} 认为 {value} 已选定，其实没有",
        ),
    },
    PropertyWords {
        id: "promise-kept",
        title: Text::new("Promises are kept", "信守承诺"),
        sentence: Text::new(
            "An acceptor accepts nothing below a ballot that it has promised, not even after a restart.",
            "接受者不会接受低于其承诺的投票，重启之后也一样。",
        ),
        finding: Text::new(
            "{node} promised {promised} in instance {instance}, and accepted {ballot}",
            "{node} 在实例 {instance} 中承诺了 {promised}，却接受了 {ballot}",
        ),
    },
    PropertyWords {
        id: "value-learned",
        title: Text::new("A value is learned in the end", "最终学到一个值"),
        sentence: Text::new(
            "When a majority of acceptors talks in time, every proposer at work learns what was chosen.",
            "只要多数派接受者能及时通信，正在提议的提议者终会得知选定的值。",
        ),
        finding: Text::new("a proposer has been at it for too long", "某个提议者迟迟没有结果"),
    },
    PropertyWords {
        id: "command-done",
        title: Text::new("Commands are answered in the end", "命令最终得到应答"),
        sentence: Text::new(
            "When a majority of acceptors talks with a proposer in time, every command of a client that is up is \
             answered.",
            "只要多数派接受者能与某个提议者及时通信，存活客户端的每条命令终会得到应答。",
        ),
        finding: Text::new("a command has been open for too long", "某条命令迟迟没有应答"),
    },
    crate::linear::WORDS,
    PropertyWords {
        id: "two-leaders",
        title: Text::new("Two lead at once", "同时有两个领导者"),
        sentence: Text::new(
            "The leader detector is wrong, and two proposers lead, each in its ballot.",
            "领导者检测出错，两个提议者各在自己的投票中领导。",
        ),
        finding: Text::new("{first} and {second} both lead", "{first} 和 {second} 都在领导"),
    },
    PropertyWords {
        id: "gap-filled",
        title: Text::new("A gap is filled", "填补空缺"),
        sentence: Text::new(
            "A new leader finds a slot without a value below others, and proposes a no-op for it.",
            "新领导者发现靠前的槽位没有值，便为它提出空操作。",
        ),
        finding: Text::new("{node} fills slot {instance} with a no-op", "{node} 用空操作填补槽位 {instance}"),
    },
    PropertyWords {
        id: "duel",
        title: Text::new("Duelling proposers", "提议者相争"),
        sentence: Text::new(
            "Two proposers overtake each other in one instance.",
            "两个提议者在同一实例中轮番抢先。",
        ),
        finding: Text::new(
            "{first} and {second} overtake each other in instance {instance}",
            "{first} 和 {second} 在实例 {instance} 中轮番抢先",
        ),
    },
    PropertyWords {
        id: "value-survives",
        title: Text::new("A value is taken over", "值被接手"),
        sentence: Text::new(
            "A proposer goes on with a value that another one has brought in.",
            "某个提议者继续推进另一个提议者提出的值。",
        ),
        finding: Text::new(
            "{node} goes on with {value} of {other} in instance {instance}",
            "{node} 在实例 {instance} 中接手 {other} 的值 {value}",
        ),
    },
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "phase-1a",
        sentence: Text::new(
            "A proposer picks a ballot above all that it knows, writes it down, and asks the acceptors to promise.",
            "提议者选一个比已知都高的投票编号，先落盘，再请接受者承诺。",
        ),
        source: "Lamport 2001, §2.2, Phase 1 (a); §3",
    },
    Rule {
        id: "phase-1b",
        sentence: Text::new(
            "An acceptor promises to accept nothing below, and reports the highest proposal that it has accepted.",
            "接受者承诺不再接受更低的投票，并报告自己接受过的最高提案。",
        ),
        source: "Lamport 2001, §2.2, Phase 1 (b)",
    },
    Rule {
        id: "phase-2a-free",
        sentence: Text::new(
            "With the promises of a majority that has accepted nothing, a proposer may propose any value.",
            "多数派都已承诺且从未接受过任何值，提议者就可以提出任意值。",
        ),
        source: "Lamport 2001, §2.2, Phase 2 (a)",
    },
    Rule {
        id: "phase-2a-bound",
        sentence: Text::new(
            "Where promises report proposals, the value of the highest of them must be proposed.",
            "只要承诺中报告了提案，就必须提出其中编号最高者的值。",
        ),
        source: "Lamport 2001, §2.2, Phase 2 (a); P2c",
    },
    Rule {
        id: "phase-2b",
        sentence: Text::new(
            "An acceptor accepts a proposal unless it has promised a higher ballot.",
            "接受者接受提案，除非它已承诺更高的投票。",
        ),
        source: "Lamport 2001, §2.2, Phase 2 (b)",
    },
    Rule {
        id: "nack",
        sentence: Text::new(
            "Who has promised a higher ballot says so, that the proposer need not wait: an optimisation.",
            "已承诺更高投票的接受者会告知提议者，省得它空等。这只是优化。",
        ),
        source: "Lamport 2001, §2.2, last paragraph",
    },
    Rule {
        id: "one-proposer",
        sentence: Text::new(
            "Two proposers can overtake each other for ever; progress needs one that is left alone for a while.",
            "两个提议者可能永远轮番抢先；要有进展，须有一个能不受打扰地完成。",
        ),
        source: "Lamport 2001, §2.4",
    },
    Rule {
        id: "silence",
        sentence: Text::new(
            "A proposer may give up a ballot at any time, and try a higher one.",
            "提议者可以随时放弃一轮投票，改用更高的编号。",
        ),
        source: "Lamport 2001, §2.2",
    },
    Rule {
        id: "chosen",
        sentence: Text::new(
            "A value is chosen when a majority of acceptors has accepted it in one ballot.",
            "多数派接受者在同一轮投票中接受了某个值，它就被选定。",
        ),
        source: "Lamport 2001, §2.2, §2.3",
    },
    Rule {
        id: "learner-query",
        sentence: Text::new(
            "A learner that missed messages asks the acceptors what they have accepted.",
            "错过消息的学习者向接受者询问它们接受了什么。",
        ),
        source: "Lamport 2001, §2.3",
    },
    Rule {
        id: "client-retry",
        sentence: Text::new(
            "A client without an answer asks another proposer; for one instance that does no harm.",
            "客户端得不到应答就改问另一个提议者；对同一实例而言并无害处。",
        ),
        source: "Lamport 2001, §3",
    },
    Rule {
        id: "one-phase-1",
        sentence: Text::new(
            "One phase 1 is enough for all slots that follow: the promise of an acceptor is for all of them.",
            "阶段一只需做一次：接受者的承诺对此后所有槽位都有效。",
        ),
        source: "Lamport 2001, §3",
    },
    Rule {
        id: "steady-state",
        sentence: Text::new(
            "The leader gives each command the next slot and needs only phase 2: one round trip.",
            "领导者把下一个槽位分给每条命令，只需阶段二，即一个往返。",
        ),
        source: "Lamport 2001, §3",
    },
    Rule {
        id: "gap-no-op",
        sentence: Text::new(
            "Where a slot below others is free, a new leader proposes a no-op, so that the commands behind it can be \
             carried out.",
            "如果靠前的槽位空缺，新领导者就提出空操作，好让后面的命令得以执行。",
        ),
        source: "Lamport 2001, §3",
    },
    Rule {
        id: "leader-detector",
        sentence: Text::new(
            "The first proposer that is heard leads. Whoever is silent for too long is taken for dead, perhaps wrongly.",
            "能听到的提议者中排在最前的担任领导者；沉默太久者被当作宕机，这可能是误判。",
        ),
        source: "Lamport 2001, §2.4: a distinguished proposer",
    },
    Rule {
        id: "step-down",
        sentence: Text::new(
            "A leader that hears a proposer before it follows that one.",
            "领导者若又听到排在它前面的提议者，就改为跟随。",
        ),
        source: "Faultscope, a simple leader detector",
    },
    Rule {
        id: "catch-up",
        sentence: Text::new(
            "Who has missed chosen entries asks a proposer that has them.",
            "错过已选定内容的节点向知道的提议者询问。",
        ),
        source: "Lamport 2001, §2.3",
    },
];

/// A message in a few words.
pub(super) fn message(body: &Payload, roomy: bool) -> String {
    let Some(message) = body.get::<Message>() else { return body.name().to_owned() };
    let words = match *message {
        Message::Prepare { ballot, .. } => format!("Prepare {ballot}"),
        Message::Promise { ballot, accepted: None, .. } => format!("Promise {ballot}"),
        Message::Promise { accepted: Some(vote), .. } if !roomy => format!("Promise ({})", vote.value),
        Message::Promise { ballot, accepted: Some(vote), .. } => {
            format!("Promise {ballot} ({} of {})", vote.value, vote.ballot)
        }
        Message::Accept { ballot, value, .. } if roomy => format!("Accept {ballot} {value}"),
        Message::Accept { value, .. } => format!("Accept {value}"),
        Message::Accepted { ballot, value, .. } if roomy => format!("Accepted {ballot} {value}"),
        Message::Accepted { value, .. } => format!("Accepted {value}"),
        Message::Nack { promised, .. } => format!("Nack {promised}"),
        Message::Query { .. } => "Query".to_owned(),
        Message::Request { value, .. } => format!("{value}?"),
        Message::Answer { value, .. } => format!("= {value}"),
    };
    if roomy { format!("{words} #{}", message.instance()) } else { words }
}

/// A note as a sentence without its node.
pub(super) fn note(body: &Payload, lang: Lang) -> String {
    let Some(&note) = body.get::<Note>() else { return body.name().to_owned() };
    let say = |text: Text, instance: u64, values: &[(&str, String)]| {
        let mut all = vec![("i", instance.to_string())];
        all.extend(values.iter().cloned());
        let all: Vec<(&str, &str)> = all.iter().map(|(key, value)| (*key, value.as_str())).collect();
        text.fill(lang, &all)
    };
    match note {
        Note::BeganBallot { instance, ballot } => {
            let text = Text::new("begins ballot {b} in instance {i}", "在实例 {i} 中发起投票 {b}");
            say(text, instance, &[("b", ballot.to_string())])
        }
        Note::Promised { instance, ballot, accepted: None } => {
            let text = Text::new("promises {b} in instance {i}", "在实例 {i} 中承诺 {b}");
            say(text, instance, &[("b", ballot.to_string())])
        }
        Note::Promised { instance, ballot, accepted: Some(vote) } => {
            let text = Text::new(
                "promises {b} in instance {i}, has accepted {v} in {o}",
                "在实例 {i} 中承诺 {b}，并报告曾在 {o} 接受 {v}",
            );
            let values =
                [("b", ballot.to_string()), ("v", vote.value.to_string()), ("o", vote.ballot.to_string())];
            say(text, instance, &values)
        }
        Note::ProposedOwn { instance, ballot, value } => {
            let text = Text::new(
                "has a majority, proposes its own {v} in {b}, instance {i}",
                "得到多数派承诺，在实例 {i} 的 {b} 提出自己的值 {v}",
            );
            say(text, instance, &[("b", ballot.to_string()), ("v", value.to_string())])
        }
        Note::TookOver { instance, ballot, vote } => {
            let text = Text::new(
                "goes on with {v} of {o} in {b}, instance {i}",
                "在实例 {i} 的 {b} 接手 {o} 的值 {v}",
            );
            let values =
                [("b", ballot.to_string()), ("v", vote.value.to_string()), ("o", vote.ballot.to_string())];
            say(text, instance, &values)
        }
        Note::Accepted { instance, ballot, value } => {
            let text = Text::new("accepts {v} in {b}, instance {i}", "在实例 {i} 的 {b} 接受 {v}");
            say(text, instance, &[("b", ballot.to_string()), ("v", value.to_string())])
        }
        Note::Refused { instance, ballot, promised } => {
            let text = Text::new(
                "refuses {b} in instance {i}: it has promised {p}",
                "在实例 {i} 中拒绝 {b}：已承诺 {p}",
            );
            say(text, instance, &[("b", ballot.to_string()), ("p", promised.to_string())])
        }
        Note::Overtaken { instance, ballot, promised } => {
            let text = Text::new(
                "is overtaken in instance {i}: {p} is above {b}",
                "在实例 {i} 中被抢先：{p} 高于 {b}",
            );
            say(text, instance, &[("b", ballot.to_string()), ("p", promised.to_string())])
        }
        Note::TimedOut { instance, ballot } => {
            let text = Text::new(
                "heard from too few in {b}, instance {i}",
                "在实例 {i} 的 {b} 中，未及时收到足够的答复",
            );
            say(text, instance, &[("b", ballot.to_string())])
        }
        Note::Learned { instance, ballot, value } => {
            let text =
                Text::new("learns: {v} is chosen in {b}, instance {i}", "得知实例 {i} 在 {b} 选定了 {v}");
            say(text, instance, &[("b", ballot.to_string()), ("v", value.to_string())])
        }
        Note::Asked { instance } => {
            let text = Text::new("asks the acceptors about instance {i}", "向接受者询问实例 {i} 的情况");
            say(text, instance, &[])
        }
        Note::ClientRetried { instance, proposer } => {
            let text = Text::new("asks {n} about instance {i} instead", "就实例 {i} 改问 {n}");
            say(text, instance, &[("n", proposer.to_string())])
        }
    }
}

/// A command or a reply.
pub(super) fn command(body: &Payload, lang: Lang) -> String {
    if let Some(Command::Propose { instance, value }) = body.get::<Command>() {
        return format!("#{instance} ← {value}");
    }
    match body.get::<Reply>() {
        Some(Reply::Chosen { instance, value }) => format!("#{instance} = {value}"),
        Some(Reply::WrongRole) => Text::new("proposes nothing", "不负责提议").get(lang).to_owned(),
        None => body.name().to_owned(),
    }
}
