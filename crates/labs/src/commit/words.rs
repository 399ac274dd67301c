//! The lab's words: messages, notes, commands, rules, and how the literature spells the fields of the state.

use faultscope_protocol::NodeId;
use faultscope_protocol::commit::{
    BadTransfer, Cause, Command, Decision, Message, Note, Part, Refusal, Reply, TransactionId,
};
use faultscope_sim::Payload;

use crate::lab::{MessageKind, Rule};
use crate::words::{Lang, Text};

/// The colours: one for the vote, one for COMMIT, one for ABORT, one for questions; the client's two stand apart.
pub(super) const KINDS: [MessageKind; 9] = [
    MessageKind { name: "Prepare", short: "PREP", ink: 1 },
    MessageKind { name: "Yes", short: "YES", ink: 1 },
    MessageKind { name: "No", short: "NO", ink: 1 },
    MessageKind { name: "Commit", short: "COMM", ink: 2 },
    MessageKind { name: "Ack", short: "ACK", ink: 2 },
    MessageKind { name: "Abort", short: "ABRT", ink: 4 },
    MessageKind { name: "Inquiry", short: "ASK", ink: 3 },
    MessageKind { name: "Begin", short: "BEGIN", ink: 7 },
    MessageKind { name: "Outcome", short: "OUT", ink: 7 },
];

/// Fields as the literature has them.
pub(super) const SPELLING: [(&str, &str); 9] = [
    ("blocked_since_us", "blocked since (µs)"),
    ("acks", "ACKs"),
    ("log", "log records"),
    ("refuse_next", "votes NO next"),
    ("next_serial", "next serial"),
    ("serials_reserved", "serials reserved"),
    ("coordinator_incarnation", "coordinator's incarnation"),
    ("open", "open transfers (BEGINs sent)"),
    ("asked", "inquiries sent"),
];

/// A message in a few words.
pub(super) fn message(body: &Payload, roomy: bool) -> String {
    let Some(message) = body.get::<Message>() else { return body.name().to_owned() };
    let word = match message {
        Message::Begin { .. } => "BEGIN",
        Message::Prepare { .. } => "PREPARE",
        Message::Yes { .. } => "YES",
        Message::No { .. } => "NO",
        Message::Commit { .. } => "COMMIT",
        Message::Abort { .. } => "ABORT",
        Message::Ack { .. } => "ACK",
        Message::Inquiry { .. } => "Inquiry",
        Message::Outcome { .. } => "Outcome",
    };
    if roomy { format!("{word} {}", message.transaction()) } else { word.to_owned() }
}

/// A note as a sentence without its node.
pub(super) fn note(body: &Payload, lang: Lang) -> String {
    let Some(note) = body.get::<Note>() else { return body.name().to_owned() };
    match note {
        Note::Began { transaction } => {
            say(Text::new("asks for votes on {t}", "就 {t} 征求投票"), *transaction, &[], lang)
        }
        Note::StaleBegin { transaction } => say(
            Text::new(
                "does not begin {t}, which was sent to an earlier life",
                "不启动 {t}：它是发给本节点崩溃之前的",
            ),
            *transaction,
            &[],
            lang,
        ),
        Note::VotedYes { transaction } => say(
            Text::new("is prepared, votes YES on {t}", "已准备好，对 {t} 投赞成票"),
            *transaction,
            &[],
            lang,
        ),
        Note::VotedNo { transaction, refusal } => say(
            Text::new("votes NO on {t}: {why}", "对 {t} 投反对票：{why}"),
            *transaction,
            &[("why", refusal_words(*refusal).get(lang))],
            lang,
        ),
        Note::StalePrepare { transaction } => say(
            Text::new("ignores an old PREPARE of {t}", "忽略 {t} 的过期 PREPARE"),
            *transaction,
            &[],
            lang,
        ),
        Note::Decided { transaction, decision, cause } => decided(*transaction, *decision, *cause, lang),
        Note::ReleasedLocks { transaction, accounts } => {
            let accounts = list(accounts.iter(), lang);
            let text = Text::new("frees accounts {list} of {t}", "释放 {t} 的账户 {list}");
            say(text, *transaction, &[("list", &accounts)], lang)
        }
        Note::Blocked { transaction, asked } => say(
            Text::new(
                "is blocked on {t} and must not decide alone: inquiry {asked}",
                "在 {t} 上阻塞，不能擅自决定：第 {asked} 次询问",
            ),
            *transaction,
            &[("asked", &asked.to_string())],
            lang,
        ),
        Note::PresumedAbort { transaction, asker } => say(
            Text::new(
                "has no record of {t}: presumed abort, for {asker}",
                "没有 {t} 的记录，按推定中止答复 {asker}",
            ),
            *transaction,
            &[("asker", &asker.to_string())],
            lang,
        ),
        Note::ResentCommit { transaction, missing } => say(
            Text::new(
                "repeats COMMIT {t}, {missing} ACKs missing",
                "重发 {t} 的 COMMIT，还差 {missing} 个 ACK",
            ),
            *transaction,
            &[("missing", &missing.to_string())],
            lang,
        ),
        Note::Ended { transaction } => {
            say(Text::new("has all ACKs: {t} is over", "收齐 ACK，{t} 结束"), *transaction, &[], lang)
        }
        Note::CoordinatorRecovered { incarnation, committing } => Text::new(
            "is back in life {life}; {count} commits to finish",
            "第 {life} 次启动，还有 {count} 个提交待完成",
        )
        .fill(lang, &[("life", &incarnation.to_string()), ("count", &committing.to_string())]),
        Note::ParticipantRecovered { uncertain } => Text::new(
            "is back, uncertain of {list}: locks them again and asks",
            "恢复运行，对 {list} 存疑：重新加锁并询问结果",
        )
        .fill(lang, &[("list", &list(uncertain.iter(), lang))]),
        Note::HeuristicDamage { transaction } => say(
            Text::new(
                "is told COMMIT {t} after it aborted alone: heuristic damage",
                "擅自中止之后收到 {t} 的 COMMIT：启发式决定造成损害",
            ),
            *transaction,
            &[],
            lang,
        ),
        Note::GaveUp { transaction } => {
            say(Text::new("stops asking about {t}", "不再询问 {t} 的结果"), *transaction, &[], lang)
        }
    }
}

fn decided(transaction: TransactionId, decision: Decision, cause: Cause, lang: Lang) -> String {
    let node = if let Cause::VotedNo(node) = cause { node.to_string() } else { String::new() };
    let text = match (decision, cause) {
        (Decision::Commit, Cause::AllYes) => {
            Text::new("all voted YES: decides COMMIT {t}", "全票赞成，决定提交 {t}")
        }
        (Decision::Commit, Cause::Silence) => {
            Text::new("takes silence for a YES: decides COMMIT {t}", "把沉默当作赞成，决定提交 {t}")
        }
        (Decision::Commit, _) => Text::new("commits {t}", "提交 {t}"),
        (Decision::Abort, Cause::VotedNo(_)) => {
            Text::new("{node} voted NO: decides ABORT {t}", "{node} 投了反对票，决定中止 {t}")
        }
        (Decision::Abort, Cause::VoteTimeout) => {
            Text::new("votes are missing: decides ABORT {t}", "投票未收齐就已超时，决定中止 {t}")
        }
        (Decision::Abort, Cause::Heuristic) => {
            Text::new("aborts {t} alone, though it voted YES", "投过赞成票，却擅自中止 {t}")
        }
        (Decision::Abort, _) => Text::new("aborts {t}", "中止 {t}"),
    };
    say(text, transaction, &[("node", &node)], lang)
}

fn say(text: Text, transaction: TransactionId, values: &[(&str, &str)], lang: Lang) -> String {
    let name = transaction.to_string();
    let values: Vec<(&str, &str)> = values.iter().copied().chain([("t", name.as_str())]).collect();
    text.fill(lang, &values)
}

fn list<T: ToString>(items: impl Iterator<Item = T>, lang: Lang) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    items.join(Text::new(", ", "、").get(lang))
}

const fn refusal_words(refusal: Refusal) -> Text {
    match refusal {
        Refusal::LockConflict => Text::new("an account is locked", "账户已被锁住"),
        Refusal::InsufficientFunds => Text::new("too little money", "余额不足"),
        Refusal::UnknownAccount => Text::new("no such account", "没有这个账户"),
        Refusal::Asked => Text::new("it was told to", "应人为要求"),
        Refusal::AlreadyAborted => Text::new("it has aborted before", "此前已经中止"),
    }
}

/// A command or a reply.
pub(super) fn command(body: &Payload, lang: Lang) -> String {
    match (body.get::<Command>(), body.get::<Reply>()) {
        (Some(Command::Transfer { parts }), _) => transfer(parts, lang),
        (Some(Command::RefuseNext), _) => Text::new("vote NO next time", "下次投反对票").get(lang).to_owned(),
        (None, Some(reply)) => answer(*reply, lang),
        (None, None) => body.name().to_owned(),
    }
}

/// `transfer 20: n2 → n3, n4`.
fn transfer(parts: &[Part], lang: Lang) -> String {
    let of_sign = |is_wanted: fn(i64) -> bool| -> String {
        let nodes = parts.iter().filter(|part| is_wanted(part.amount)).map(|part| part.participant);
        list::<NodeId>(nodes, lang)
    };
    let sum = parts.iter().map(|part| part.amount.max(0)).fold(0_i64, i64::saturating_add);
    Text::new("transfer {sum}: {from} → {to}", "转账 {sum}：{from} → {to}").fill(
        lang,
        &[
            ("sum", &sum.to_string()),
            ("from", &of_sign(|amount| amount < 0)),
            ("to", &of_sign(|amount| amount >= 0)),
        ],
    )
}

fn answer(reply: Reply, lang: Lang) -> String {
    match reply {
        Reply::Committed { transaction } => {
            say(Text::new("{t} committed", "{t} 已提交"), transaction, &[], lang)
        }
        Reply::Aborted { transaction } => say(Text::new("{t} aborted", "{t} 已中止"), transaction, &[], lang),
        Reply::Unknown { transaction } => {
            say(Text::new("{t}: outcome unknown", "{t}：结果未知"), transaction, &[], lang)
        }
        Reply::Malformed(bad) => bad_transfer(bad).get(lang).to_owned(),
        Reply::WillRefuse => Text::new("will vote NO", "将投反对票").get(lang).to_owned(),
        Reply::WrongRole => Text::new("not for this node", "此节点不接受该命令").get(lang).to_owned(),
    }
}

const fn bad_transfer(bad: BadTransfer) -> Text {
    match bad {
        BadTransfer::Empty => Text::new("changes nothing", "没有任何修改"),
        BadTransfer::UnknownParticipant => {
            Text::new("names a node that is no participant", "指定的节点不是参与者")
        }
        BadTransfer::AccountTwice => Text::new("names an account twice", "同一账户出现了两次"),
        BadTransfer::NotBalanced => Text::new("does not add up to 0", "各项之和不为 0"),
        BadTransfer::NoSerialLeft => Text::new("the client has no serial left", "客户端的序号已用尽"),
    }
}

const R_STAR: &str = "Mohan, Lindsay, Obermarck 1986 (R*), presumed abort";
const BHG_RULES: &str = "Bernstein, Hadzilacos, Goodman 1987, 7.4";
const OURS: &str = "Faultscope, for networks that lose, repeat and reorder";

/// The rules that notes name, in the order of a transaction's life.
pub(super) const RULES: [Rule; 19] = [
    Rule {
        id: "begin",
        sentence: Text::new(
            "The coordinator sends PREPARE to all participants, and sets its vote timer. It writes nothing.",
            "协调者向所有参与者发送 PREPARE 并启动投票定时器，此时不写任何记录。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "begin-once",
        sentence: Text::new(
            "A BEGIN that was first sent to an earlier life of the coordinator is answered from the log, COMMIT or \
             else ABORT; it is never begun.",
            "首次发给协调者崩溃之前的 BEGIN 只按日志答复：有提交记录答 COMMIT，否则答 ABORT，绝不再次启动。",
        ),
        source: OURS,
    },
    Rule {
        id: "vote-yes",
        sentence: Text::new(
            "A participant that can commit forces a prepared record, then votes YES. From then on it is uncertain \
             and must not decide alone.",
            "能够提交的参与者先强制写入准备记录，再投赞成票；此后它处于存疑状态，不得擅自决定。",
        ),
        source: BHG_RULES,
    },
    Rule {
        id: "vote-no",
        sentence: Text::new(
            "A participant that cannot commit decides ABORT at once and votes NO. The record is forced, so that a \
             crash cannot turn the NO into a YES.",
            "不能提交的参与者立即决定中止并投反对票；这条记录强制落盘，崩溃也不会让反对票变成赞成票。",
        ),
        source: BHG_RULES,
    },
    Rule {
        id: "stale-prepare",
        sentence: Text::new(
            "A PREPARE of a transaction that its client no longer waits for is ignored.",
            "如果客户端已不再等待某个事务，则忽略该事务的 PREPARE。",
        ),
        source: OURS,
    },
    Rule {
        id: "commit-on-all-yes",
        sentence: Text::new(
            "When all have voted YES, the coordinator forces a commit record, and only then sends COMMIT: writing \
             the record is the decision.",
            "收齐赞成票后，协调者先强制写入提交记录，然后才发送 COMMIT；记录落盘即做出决定。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "abort-on-no",
        sentence: Text::new(
            "One NO is enough: the coordinator decides ABORT, writes nothing, and tells those that did not vote NO.",
            "一张反对票就足以否决：协调者决定中止，不写记录，并通知其余参与者。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "vote-timeout",
        sentence: Text::new(
            "When the vote timer runs out before all votes are in, the coordinator decides ABORT.",
            "投票定时器到期仍未收齐投票，协调者决定中止。",
        ),
        source: BHG_RULES,
    },
    Rule {
        id: "obey-commit",
        sentence: Text::new(
            "On COMMIT a participant makes its changes, forces a committed record, frees its locks and sends ACK.",
            "参与者收到 COMMIT 后执行修改，强制写入已提交记录，释放锁并发送 ACK。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "obey-abort",
        sentence: Text::new(
            "On ABORT a participant drops its changes and frees its locks. The record is not forced, and nothing is \
             acknowledged: if a crash loses it, the participant asks, and no record means ABORT.",
            "参与者收到 ABORT 后丢弃修改并释放锁；记录不强制落盘，也不必确认。若崩溃丢失该记录，参与者会再次询问，而无记录即为中止。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "release-locks",
        sentence: Text::new(
            "Locks are kept from the start of the work until the decision (strict two-phase locking).",
            "锁从开始处理一直持有到做出决定（严格两阶段封锁）。",
        ),
        source: "Bernstein, Hadzilacos, Goodman 1987, 3.5",
    },
    Rule {
        id: "uncertain-asks",
        sentence: Text::new(
            "An uncertain participant whose timer runs out is blocked: it asks for the outcome, keeps its locks, and \
             goes on waiting.",
            "存疑的参与者在定时器到期后即被阻塞：它询问结果，继续持锁等待。",
        ),
        source: BHG_RULES,
    },
    Rule {
        id: "presumed-abort",
        sentence: Text::new(
            "Asked about a transaction of which it has no record, the coordinator answers ABORT.",
            "被问及没有记录的事务时，协调者答复 ABORT。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "resend-commit",
        sentence: Text::new(
            "The coordinator repeats COMMIT until every participant has acknowledged it.",
            "协调者反复发送 COMMIT，直到所有参与者都已确认。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "end-after-acks",
        sentence: Text::new(
            "With all ACKs in, the coordinator writes an end record, not forced, and may forget the transaction.",
            "收齐 ACK 后，协调者写入结束记录（不强制落盘），此后可以忘记该事务。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "recover-coordinator",
        sentence: Text::new(
            "After a crash the coordinator sends COMMIT again for every commit record without an end record; all \
             else was aborted.",
            "崩溃恢复后，协调者对每条没有结束记录的提交记录重新发送 COMMIT，其余事务一律视为已中止。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "recover-participant",
        sentence: Text::new(
            "After a crash a participant that finds a prepared record without a decision locks its accounts again \
             and asks.",
            "崩溃恢复后，参与者若发现只有准备记录而无决定，则重新锁住账户并询问结果。",
        ),
        source: R_STAR,
    },
    Rule {
        id: "heuristic-abort",
        sentence: Text::new(
            "Wrong on purpose: a participant that voted YES decides ABORT alone when its timer runs out.",
            "故意为之的错误：投了赞成票的参与者在定时器到期后擅自中止。",
        ),
        source: "X/Open XA 1991, heuristic decisions",
    },
    Rule {
        id: "silence-is-consent",
        sentence: Text::new(
            "Wrong on purpose: when votes are missing and none is NO, the coordinator commits as its timer runs out.",
            "故意为之的错误：投票未收齐但无人反对时，协调者在定时器到期后直接提交。",
        ),
        source: "Faultscope, a common mistake",
    },
];
