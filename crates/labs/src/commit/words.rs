//! The lab's words: messages, notes, commands, rules, and how the literature spells the fields of the state.

use faultscope_protocol::NodeId;
use faultscope_protocol::commit::{
    BadTransfer, Cause, Command, Decision, Message, Note, Part, Refusal, Reply, State, TransactionId, Vote,
};
use faultscope_sim::Payload;

use crate::lab::{MessageKind, Rule};
use crate::words::{Lang, Text};

/// The colours: one for the vote, one for COMMIT, one for ABORT, one for questions; the client's two stand apart.
pub(super) const KINDS: [MessageKind; 21] = [
    MessageKind { name: "Prepare", short: "PREP", ink: 1 },
    MessageKind { name: "Yes", short: "YES", ink: 1 },
    MessageKind { name: "No", short: "NO", ink: 1 },
    MessageKind { name: "Commit", short: "COMM", ink: 2 },
    MessageKind { name: "Ack", short: "ACK", ink: 2 },
    MessageKind { name: "Abort", short: "ABRT", ink: 4 },
    MessageKind { name: "Inquiry", short: "ASK", ink: 3 },
    MessageKind { name: "StateReport", short: "STATE", ink: 3 },
    MessageKind { name: "CanCommit", short: "CAN?", ink: 1 },
    MessageKind { name: "PreCommit", short: "PREC", ink: 2 },
    MessageKind { name: "DoCommit", short: "DO", ink: 2 },
    MessageKind { name: "HaveCommitted", short: "DONE", ink: 2 },
    MessageKind { name: "Phase1a", short: "1a", ink: 3 },
    MessageKind { name: "Phase1b", short: "1b", ink: 3 },
    MessageKind { name: "Phase2a", short: "2a", ink: 1 },
    MessageKind { name: "Phase2b", short: "2b", ink: 1 },
    MessageKind { name: "Nack", short: "NACK", ink: 4 },
    MessageKind { name: "Aborted", short: "ABTD", ink: 4 },
    MessageKind { name: "Forget", short: "FORG", ink: 7 },
    MessageKind { name: "Begin", short: "BEGIN", ink: 7 },
    MessageKind { name: "Outcome", short: "OUT", ink: 7 },
];

/// Fields as the literature has them.
pub(super) const SPELLING: [(&str, &str); 10] = [
    ("locks_blocked", "locks held while blocked"),
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
        Message::StateReport { state: State::PreCommitted, .. } => "State p",
        Message::StateReport { state: State::Prepared, .. } => "State w",
        Message::StateReport { .. } => "State q",
        Message::Phase2a { ballot, values, .. } if ballot.leader.is_none() => {
            if values.values().any(|&vote| vote == Vote::No) { "2a Aborted" } else { "2a Prepared" }
        }
        Message::CanCommit { .. } => "CanCommit?",
        Message::PreCommit { .. } => "PreCommit",
        Message::DoCommit { .. } => "DoCommit",
        Message::HaveCommitted { .. } => "HaveCommitted",
        Message::Phase1a { .. } => "Phase 1a",
        Message::Phase1b { .. } => "Phase 1b",
        Message::Phase2a { .. } => "Phase 2a",
        Message::Phase2b { .. } => "Phase 2b",
        Message::Nack { .. } => "Nack",
        Message::Aborted { .. } => "Aborted",
        Message::Forget { .. } => "Forget",
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
        Note::AskedPeers { transaction } => {
            say(Text::new("asks the others about {t}", "就 {t} 询问其他节点"), *transaction, &[], lang)
        }
        Note::PreCommitted { transaction } => say(
            Text::new("knows that all voted YES on {t}", "得知 {t} 全票赞成，进入预提交"),
            *transaction,
            &[],
            lang,
        ),
        Note::BecameBackup { transaction, answers } => say(
            Text::new(
                "is the first of those that are up: backup for {t}, {count} answers",
                "是存活节点中的第一个：成为 {t} 的后备者，收到 {count} 个答复",
            ),
            *transaction,
            &[("count", &answers.to_string())],
            lang,
        ),
        Note::Undecided { transaction } => say(
            Text::new(
                "is back and does not know how {t} ended: asks all",
                "恢复运行，不知 {t} 的结果：询问所有参与者",
            ),
            *transaction,
            &[],
            lang,
        ),
        Note::TookOver { transaction, ballot } => say(
            Text::new("leads {t} in ballot {ballot}", "在第 {ballot} 轮领导 {t}"),
            *transaction,
            &[("ballot", &ballot.to_string())],
            lang,
        ),
        Note::Promised { transaction, ballot } => say(
            Text::new("promises ballot {ballot} on {t}", "对 {t} 承诺第 {ballot} 轮"),
            *transaction,
            &[("ballot", &ballot.to_string())],
            lang,
        ),
        Note::Accepted { transaction, ballot, votes } => say(
            Text::new(
                "accepts in ballot {ballot} on {t}: holds {votes} votes",
                "接受 {t} 第 {ballot} 轮，已有 {votes} 张票",
            ),
            *transaction,
            &[("ballot", &ballot.to_string()), ("votes", &votes.to_string())],
            lang,
        ),
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
    let node = match cause {
        Cause::VotedNo(node) | Cause::Peer(node) => node.to_string(),
        _ => String::new(),
    };
    let text = match (decision, cause) {
        (Decision::Commit, Cause::AllYes) => {
            Text::new("all voted YES: decides COMMIT {t}", "全票赞成，决定提交 {t}")
        }
        (Decision::Commit, Cause::Silence) => {
            Text::new("takes silence for a YES: decides COMMIT {t}", "把沉默当作赞成，决定提交 {t}")
        }
        (Decision::Commit, Cause::AllReady) => {
            Text::new("all that are up are ready: decides COMMIT {t}", "存活者均已就绪，决定提交 {t}")
        }
        (Decision::Commit, Cause::Chosen) => {
            Text::new("Prepared is chosen for all: COMMIT {t}", "所有实例都选定 Prepared，提交 {t}")
        }
        (Decision::Commit, Cause::Backup) => {
            Text::new("decides as the backup: COMMIT {t}", "以后备者身份决定提交 {t}")
        }
        (Decision::Commit, Cause::Peer(_)) => {
            Text::new("hears from {node}: commits {t}", "从 {node} 得知结果，提交 {t}")
        }
        (Decision::Commit, _) => Text::new("commits {t}", "提交 {t}"),
        (Decision::Abort, Cause::Chosen) => {
            Text::new("Aborted is chosen: ABORT {t}", "有实例选定 Aborted，中止 {t}")
        }
        (Decision::Abort, Cause::Backup) => Text::new(
            "nobody that answers has heard of PreCommit: decides ABORT {t}",
            "答复者中无人收到 PreCommit，决定中止 {t}",
        ),
        (Decision::Abort, Cause::Peer(_)) => {
            Text::new("hears from {node}: aborts {t}", "从 {node} 得知结果，中止 {t}")
        }
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
        Refusal::AskedByPeer => Text::new("another asked before it had voted", "投票之前已有参与者询问"),
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
const SKEEN: &str = "Skeen 1981; Bernstein, Hadzilacos, Goodman 1987, 7.5";
const GRAY_LAMPORT: &str = "Gray, Lamport 2006, Consensus on Transaction Commit, 4";
const OURS: &str = "Faultscope, for networks that lose, repeat and reorder";

/// The rules that notes name, in the order of a transaction's life.
pub(super) const RULES: [Rule; 31] = [
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
        id: "ask-peers",
        sentence: Text::new(
            "An uncertain participant whose timer runs out asks the coordinator and all other participants.",
            "存疑的参与者在定时器到期后，向协调者和其他所有参与者询问。",
        ),
        source: BHG_RULES,
    },
    Rule {
        id: "peer-decides",
        sentence: Text::new(
            "Whoever knows the outcome tells it, and the one that asked obeys.",
            "知道结果的节点告知结果，询问者照此执行。",
        ),
        source: BHG_RULES,
    },
    Rule {
        id: "abort-before-vote",
        sentence: Text::new(
            "One that has not voted when it is asked aborts, for it still may, and tells that.",
            "被问到时尚未投票的参与者仍有权单方面中止，于是中止并告知对方。",
        ),
        source: BHG_RULES,
    },
    Rule {
        id: "pre-commit",
        sentence: Text::new(
            "When all have voted YES the coordinator says PreCommit. Nobody commits while another may not know that all \
             voted YES.",
            "收齐赞成票后协调者发送 PreCommit。只要还有人可能不知道全票赞成，就没有人提交。",
        ),
        source: SKEEN,
    },
    Rule {
        id: "commit-on-acks",
        sentence: Text::new(
            "When all have acknowledged PreCommit, or are down, the coordinator forces COMMIT and says DoCommit.",
            "所有参与者都确认了 PreCommit（或已宕机）之后，协调者强制写入提交记录并发送 DoCommit。",
        ),
        source: SKEEN,
    },
    Rule {
        id: "elect-backup",
        sentence: Text::new(
            "Participants that find the coordinator silent ask each other; the first of those that are up is the backup.",
            "参与者发现协调者沉默后互相询问，存活者中排在最前的成为后备者。",
        ),
        source: SKEEN,
    },
    Rule {
        id: "backup-decides",
        sentence: Text::new(
            "Any committed: COMMIT. Any aborted: ABORT. Any pre-committed: it moves all there, then COMMIT. All \
             prepared: ABORT.",
            "有人已提交，则提交；有人已中止，则中止；有人预提交，则先让所有人进入预提交，再提交；全都只是准备好，则中止。",
        ),
        source: SKEEN,
    },
    Rule {
        id: "recover-undecided",
        sentence: Text::new(
            "A coordinator that is back may not presume anything: the others may have decided without it. It asks. Where \
             all were down it decides when all have answered.",
            "恢复运行的协调者不能作任何推定，因为其他节点可能已自行决定，所以要询问；若所有节点都曾宕机，则等全部答复之后再由它决定。",
        ),
        source: SKEEN,
    },
    Rule {
        id: "phase-1",
        sentence: Text::new(
            "An acceptor promises to accept nothing below a ballot, in the instances of all participants, and reports \
             the votes that it has accepted.",
            "接受者在所有参与者的实例中承诺不接受更低的轮次，并报告已接受的选票。",
        ),
        source: GRAY_LAMPORT,
    },
    Rule {
        id: "phase-2",
        sentence: Text::new(
            "An acceptor accepts the votes unless it has promised a higher ballot, and says so in one message for all \
             instances, behind one write.",
            "接受者若未承诺更高的轮次，就接受选票；所有实例合用一次写盘和一条消息。",
        ),
        source: GRAY_LAMPORT,
    },
    Rule {
        id: "chosen",
        sentence: Text::new(
            "A vote is chosen when F + 1 acceptors have accepted it in one ballot. COMMIT, if and only if Prepared is \
             chosen for every participant.",
            "F + 1 个接受者在同一轮接受了某张选票，它就被选定；当且仅当每个参与者都选定 Prepared，事务才提交。",
        ),
        source: GRAY_LAMPORT,
    },
    Rule {
        id: "take-over",
        sentence: Text::new(
            "Any acceptor can lead: it begins a higher ballot, proposes again what the promises report, and Aborted for \
             whoever was silent.",
            "任何接受者都能领导：发起更高的轮次，重新提出承诺中报告的选票，对沉默的参与者只能提出 Aborted。",
        ),
        source: GRAY_LAMPORT,
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
