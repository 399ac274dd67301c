//! The variants: the same machine with one rule changed; and the load that keeps a run lively.

use std::sync::Arc;

use faultscope_protocol::commit::{self, ACCEPTOR, COORDINATOR, Command, Commit, PARTICIPANT, Part, Setup};
use faultscope_protocol::{Door, NodeId};
use faultscope_sim::{BadCommand, FaultKind, Load, Node, Payload, Property, SeatPlan, TypedFactory, World};
use serde_json::{Map, Value};

use super::{looks, properties, reading, state, words};
use crate::lab::{About, Assumptions, Blueprint, BrokenBy, Standing, Variant};
use crate::schema::{
    Argument, ArgumentKind, CommandSchema, Setting, SettingKind, Settings, Taker, Unit, Words,
    engine_settings,
};
use crate::stage::{Arrangement, Look, Stage};
use crate::words::{Lang, Text};

/// The balance of every account when a run begins.
const INITIAL_BALANCE: i64 = 100;
/// After how long an unforced write reaches the disk by itself, in microseconds.
const LAZY_US: u64 = 60_000;
/// The most that one account gives in a transfer of the load.
const AMOUNT_MAX: u32 = 20;
/// One in so many transfers of the load asks for more than an account holds.
const OVERDRAWN_ONE_IN: u32 = 12;
/// More than any account holds.
const OVERDRAWN: i64 = 1_000_000;
/// The most participants of a run.
const PARTICIPANTS_MAX: u64 = 8;

/// Two-phase commit as published.
pub(super) static TWO_PHASE: CommitVariant = CommitVariant {
    rules: commit::Variant::TwoPhase,
    about: About {
        id: "2pc",
        title: Text::new("Two-phase commit", "两阶段提交"),
        sentence: Text::new(
            "Presumed abort: a YES and a COMMIT are on disk before they are said, what is on no disk was aborted, \
             and whoever voted YES waits for the coordinator's word.",
            "推定中止：赞成票与 COMMIT 先落盘再发出，磁盘上没有记录的事务视为已中止，投了赞成票的参与者只能等待协调者的决定。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: &["ac1", "ac2", "ac3", "ac4", "ac5", "money-conserved"],
    },
};

/// Two-phase commit whose participants ask each other.
pub(super) static COOPERATIVE: CommitVariant = CommitVariant {
    rules: commit::Variant::Cooperative,
    about: About {
        id: "2pc-cooperative",
        title: Text::new("2PC with cooperative termination", "带协作终止的 2PC"),
        sentence: Text::new(
            "An uncertain participant asks the others too: one that has decided, or has not voted, resolves it. If all \
             are uncertain they are blocked as before.",
            "存疑的参与者也向其他参与者询问：只要有一个已做出决定或尚未投票，就能得出结果；若全都存疑，仍然阻塞。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: &["ac1", "ac2", "ac3", "ac4", "ac5", "money-conserved"],
    },
};

/// Three-phase commit, in the world that it is made for.
pub(super) static THREE_PHASE: CommitVariant = CommitVariant {
    rules: commit::Variant::ThreePhase,
    about: About {
        id: "3pc",
        title: Text::new("Three-phase commit", "三阶段提交"),
        sentence: Text::new(
            "Before COMMIT all learn that all voted YES, so an elected backup can end what a dead coordinator began. \
             Right only while the network is never cut and never late.",
            "提交之前先让所有参与者知道全票赞成，于是选出的后备者能替崩溃的协调者收尾。只有网络从不分区、从不超时，它才正确。",
        ),
        standing: Standing::Right,
        assumes: Assumptions {
            faults: &[FaultKind::Crash, FaultKind::CrashClient, FaultKind::Duplication],
            most_down_percent: 100,
            words: &[
                Text::new(
                    "No partition and no lost message: under a cut the two sides decide differently (AC1)",
                    "没有分区，也不丢消息：一旦分区，两侧会做出不同的决定（AC1）",
                ),
                Text::new(
                    "Synchrony: the timeouts are longer than any round of messages and disk writes, and nobody pauses, \
                     so silence means a crash",
                    "同步：超时长于任何一轮消息往返与写盘，节点不会停顿，因此沉默即崩溃",
                ),
                Text::new(
                    "AC5: whoever crashed comes back with its disk",
                    "AC5：崩溃的节点带着原有磁盘恢复运行",
                ),
            ],
        },
        claims: &["ac1", "ac2", "ac3", "ac4", "ac5", "money-conserved", "nonblocking"],
    },
};

/// Paxos Commit.
pub(super) static PAXOS_COMMIT: CommitVariant = CommitVariant {
    rules: commit::Variant::PaxosCommit,
    about: About {
        id: "paxos-commit",
        title: Text::new("Paxos Commit", "Paxos 提交"),
        sentence: Text::new(
            "Each vote is an instance of Paxos over 2F + 1 acceptors, and any of them can lead: F of them may be down, \
             and no fault of the network breaks it. With F = 0 it is 2PC.",
            "每张选票都是 2F + 1 个接受者上的一个 Paxos 实例，任何接受者都能接替领导；可容忍 F 个宕机，网络出任何故障都不破坏安全性。F = 0 时即为 2PC。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: &["ac1", "ac2", "ac3", "ac4", "ac5", "money-conserved"],
    },
};

/// A participant that decides alone after YES.
pub(super) static IMPATIENT: CommitVariant = CommitVariant {
    rules: commit::Variant::Impatient,
    about: About {
        id: "impatient",
        title: Text::new("Impatient participant", "不耐烦的参与者"),
        sentence: Text::new(
            "A participant that voted YES and hears nothing aborts by itself when its timer runs out: a heuristic \
             decision.",
            "投了赞成票的参与者若一直收不到消息，定时器到期就擅自中止，即启发式决定。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "After its YES a participant no longer knows whether the others commit: it must not decide alone.",
                "投出赞成票之后，参与者已无从知道其他节点是否提交，因此不能擅自决定。",
            ),
            broken_by: BrokenBy::Seeds(10),
        },
        assumes: ASSUMES,
        claims: &["ac1", "money-conserved"],
    },
};

/// A coordinator that does not force its commit record.
pub(super) static FORGETFUL_COORDINATOR: CommitVariant = CommitVariant {
    rules: commit::Variant::ForgetfulCoordinator,
    about: About {
        id: "forgetful-coordinator",
        title: Text::new("Forgetful coordinator", "健忘的协调者"),
        sentence: Text::new(
            "The coordinator sends COMMIT without waiting until its commit record is on disk.",
            "协调者不等提交记录落盘就发出 COMMIT。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "A crash can lose the record; then the coordinator presumes ABORT of what others have committed.",
                "崩溃可能丢失这条记录，协调者随后会把其他节点已经提交的事务推定为中止。",
            ),
            broken_by: BrokenBy::Seeds(100),
        },
        assumes: ASSUMES,
        claims: &["ac1", "ac2"],
    },
};

/// A coordinator that takes silence for a YES.
pub(super) static SILENCE_IS_CONSENT: CommitVariant = CommitVariant {
    rules: commit::Variant::SilenceIsConsent,
    about: About {
        id: "silence-is-consent",
        title: Text::new("Silence is consent", "沉默即同意"),
        sentence: Text::new(
            "When votes are missing and nobody said NO, the coordinator commits once its timer runs out.",
            "没有收齐投票、也无人反对时，协调者在定时器到期后直接提交。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "A lost NO, or a participant that never saw PREPARE, is silent too.",
                "丢失的反对票、从未收到 PREPARE 的参与者，同样表现为沉默。",
            ),
            broken_by: BrokenBy::Seeds(10),
        },
        assumes: ASSUMES,
        claims: &["ac3", "money-conserved"],
    },
};

/// Any fault, and all nodes down at once: what 2PC cannot stand is only to be unavailable.
const ASSUMES: Assumptions = Assumptions {
    faults: &FaultKind::CRASH_RECOVERY,
    most_down_percent: 100,
    words: &[
        Text::new(
            "AC4: the vote timeout is longer than a round of messages and disk writes",
            "AC4：投票超时长于一轮消息往返与写盘所需的时间",
        ),
        Text::new("AC5: whoever crashed comes back with its disk", "AC5：崩溃的节点带着原有磁盘恢复运行"),
    ],
};

/// A variant of the lab.
pub(super) struct CommitVariant {
    rules: commit::Variant,
    about: About,
}

impl Variant for CommitVariant {
    fn about(&self) -> &'static About {
        match self.rules {
            commit::Variant::TwoPhase => &TWO_PHASE.about,
            commit::Variant::Cooperative => &COOPERATIVE.about,
            commit::Variant::ThreePhase => &THREE_PHASE.about,
            commit::Variant::PaxosCommit => &PAXOS_COMMIT.about,
            commit::Variant::Impatient => &IMPATIENT.about,
            commit::Variant::ForgetfulCoordinator => &FORGETFUL_COORDINATOR.about,
            commit::Variant::SilenceIsConsent => &SILENCE_IS_CONSENT.about,
        }
    }

    fn settings(&self) -> Vec<Setting> {
        own_settings(self.rules).into_iter().chain(engine_settings((8_000, 20_000), (3_000, 6_000))).collect()
    }

    fn commands(&self) -> &'static [CommandSchema] {
        &COMMANDS
    }

    fn blueprint(&self, settings: &Settings) -> Blueprint {
        let participants = settings.number("participants");
        let setup = self.setup(settings);
        let last = participants as u16 + 1 + 2 * setup.faults;
        let servers = (1..=last).map(|number| SeatPlan {
            id: NodeId::server(number),
            role: match number {
                1 => COORDINATOR,
                _ if u64::from(number) > participants + 1 => ACCEPTOR,
                _ => PARTICIPANT,
            },
            zone: 0,
        });
        let clients = (1..=settings.number("clients") as u16).map(|number| SeatPlan {
            id: NodeId::client(number),
            role: 0,
            zone: 0,
        });
        Blueprint {
            seats: servers.chain(clients).collect(),
            max_servers: usize::from(last),
            joiner_role: PARTICIPANT,
            factory: Arc::new(TypedFactory::<Commit> {
                setup: Arc::new(setup),
                load: Some(load(settings)),
                command: read_command,
            }),
            lazy_us: LAZY_US,
        }
    }

    /// The participants, but where the first of them is the backup. A command that names some of them is renamed with
    /// the state.
    fn symmetry(&self, settings: &Settings) -> Vec<Vec<NodeId>> {
        if self.rules == commit::Variant::ThreePhase {
            return Vec::new();
        }
        let participants = settings.number("participants") as u16;
        vec![(2..=participants + 1).map(NodeId::server).collect()]
    }

    /// Ten rounds of the slowest timer.
    fn settles_us(&self, settings: &Settings) -> u64 {
        let timers = ["vote_timeout_us", "retry_us", "inquiry_us"].map(|key| settings.number(key));
        timers.into_iter().max().unwrap_or_default().saturating_mul(10)
    }

    fn properties(&self, settings: &Settings) -> Vec<Property> {
        properties::all(settings, self.rules == commit::Variant::ThreePhase)
    }

    fn state(&self, world: &World, node: &Node) -> Map<String, Value> {
        state::state(world, node)
    }

    fn message_words(&self, body: &Payload, roomy: bool) -> String {
        words::message(body, roomy)
    }

    fn note_words(&self, note: &Payload, lang: Lang) -> String {
        words::note(note, lang)
    }

    fn command_words(&self, body: &Payload, lang: Lang) -> String {
        words::command(body, lang)
    }

    fn arrangement(&self, _: &World) -> Arrangement {
        Arrangement::Star(NodeId::server(1))
    }

    fn look(&self, world: &World, node: &Node, lang: Lang) -> Look {
        looks::look(world, node, lang)
    }

    fn draw_beside(&self, world: &World, stage: &mut Stage<'_>) {
        looks::draw_blocked(world, stage);
    }

    fn links(&self, world: &World) -> Vec<(NodeId, NodeId)> {
        let hub = NodeId::server(1);
        world.nodes().map(|node| (hub, node.id)).filter(|&(_, id)| id != hub).collect()
    }

    fn era(&self, world: &World) -> u64 {
        reading::newest(world).map_or(0, reading::era_of)
    }

    fn era_words(&self, era: u64) -> String {
        reading::transaction_of(era).map(|transaction| transaction.to_string()).unwrap_or_default()
    }
}

impl CommitVariant {
    fn setup(&self, settings: &Settings) -> Setup {
        Setup {
            variant: self.rules,
            vote_timeout_us: settings.number("vote_timeout_us"),
            retry_us: settings.number("retry_us"),
            inquiry_us: settings.number("inquiry_us"),
            prepare_work_us: settings.number("prepare_work_us"),
            accounts: settings.number("accounts") as u32,
            initial_balance: INITIAL_BALANCE,
            faults: if self.rules == commit::Variant::PaxosCommit {
                settings.number("faults") as u16
            } else {
                0
            },
            ..Setup::default()
        }
    }
}

fn own_settings(rules: commit::Variant) -> Vec<Setting> {
    let takes_longer = matches!(rules, commit::Variant::ThreePhase | commit::Variant::PaxosCommit);
    let mut settings = common_settings(if takes_longer { 3 } else { 2 }).to_vec();
    if rules == commit::Variant::PaxosCommit {
        settings.insert(
            1,
            Setting {
                key: "faults",
                title: Text::new("Faults tolerated (F)", "可容忍的故障数（F）"),
                help: Text::new(
                    "How many acceptors may be down: there are 2F + 1, the coordinator is one of them.",
                    "允许宕机的接受者数：共有 2F + 1 个接受者，协调者是其中之一。",
                ),
                unit: Unit::Count,
                kind: SettingKind::Number { min: 0, max: 3, default: 1 },
            },
        );
    }
    settings
}

fn common_settings(clients: u64) -> [Setting; 9] {
    let number = |key, title, help, unit, (min, max, default)| Setting {
        key,
        title,
        help,
        unit,
        kind: SettingKind::Number { min, max, default },
    };
    [
        number(
            "participants",
            Text::new("Participants", "参与者"),
            Text::new("Nodes that hold accounts; n1 coordinates them.", "持有账户的节点数，由 n1 协调。"),
            Unit::Count,
            (2, PARTICIPANTS_MAX, 4),
        ),
        number(
            "clients",
            Text::new("Clients", "客户端"),
            Text::new("Each has one transfer under way at a time.", "每个客户端同一时刻只发起一笔转账。"),
            Unit::Count,
            (1, 3, clients),
        ),
        number(
            "vote_timeout_us",
            Text::new("Vote timeout", "投票超时"),
            Text::new(
                "How long the coordinator waits for votes before it decides ABORT.",
                "协调者等待投票的时间，超时即决定中止。",
            ),
            Unit::Micros,
            (1_000, 60_000_000, 250_000),
        ),
        number(
            "retry_us",
            Text::new("Repeat COMMIT after", "重发 COMMIT 的间隔"),
            Text::new(
                "How long the coordinator waits for ACKs before it repeats COMMIT.",
                "协调者等待确认的时间，超时则重发 COMMIT。",
            ),
            Unit::Micros,
            (1_000, 60_000_000, 150_000),
        ),
        number(
            "inquiry_us",
            Text::new("Inquire after", "询问间隔"),
            Text::new(
                "How long a participant that voted YES waits before it asks for the outcome, or, impatient, aborts.",
                "投了赞成票的参与者等待多久后询问结果；不耐烦的参与者则在此时擅自中止。",
            ),
            Unit::Micros,
            (1_000, 60_000_000, 120_000),
        ),
        number(
            "prepare_work_us",
            Text::new("Work before the vote", "投票前的处理时间"),
            Text::new(
                "How long a participant works, with its locks held, before it votes.",
                "参与者投票之前处理事务所需的时间，期间持有锁。",
            ),
            Unit::Micros,
            (0, 10_000_000, 4_000),
        ),
        number(
            "accounts",
            Text::new("Accounts", "账户数"),
            Text::new(
                "Accounts at each participant, each with 100 to begin with; fewer accounts, more lock conflicts.",
                "每个参与者的账户数，每个账户初始余额为 100；账户越少，锁冲突越多。",
            ),
            Unit::Count,
            (1, 20, 8),
        ),
        number(
            "transfers",
            Text::new("Transfers by each client", "每个客户端的转账数"),
            Text::new(
                "How many transfers a client makes by itself; 0 to give every command by hand.",
                "每个客户端自动发起的转账数，0 表示全部手动发起。",
            ),
            Unit::Count,
            (0, 1_000_000, 1_000_000),
        ),
        Setting {
            key: "think_us",
            title: Text::new("Think time", "思考时间"),
            help: Text::new(
                "How long a client waits between an outcome and its next transfer.",
                "客户端得到结果后，隔多久发起下一笔转账。",
            ),
            unit: Unit::Micros,
            kind: SettingKind::Range { min: 0, max: 60_000_000, default: (4_000, 16_000) },
        },
    ]
}

// ---------------------------------------------------------------------------------------------------------------
// Commands

static COMMANDS: [CommandSchema; 2] = [
    CommandSchema {
        name: "transfer",
        title: Text::new("Transfer", "转账"),
        taker: Taker::Client,
        arguments: &[
            Argument {
                name: "amount",
                title: Text::new("Amount", "金额"),
                kind: ArgumentKind::Number { min: 1, max: AMOUNT_LIMIT, default: 10 },
            },
            Argument { name: "from", title: Text::new("From", "转出方"), kind: ArgumentKind::Server },
            Argument { name: "to", title: Text::new("To", "转入方"), kind: ArgumentKind::Server },
        ],
    },
    CommandSchema {
        name: "refuse",
        title: Text::new("Vote NO next time", "下次投反对票"),
        taker: Taker::Role(PARTICIPANT),
        arguments: &[],
    },
];

const AMOUNT_LIMIT: u64 = 1_000_000_000;

/// `transfer.10.n2.n3.n4`: n2 gives 10 to each of the others, account 1 everywhere; `refuse`.
fn read_command(words: &[&str]) -> Result<Command, BadCommand> {
    let mut words = Words::new(words);
    match words.word("command")? {
        "transfer" => {
            let amount = words.number("amount", 1, AMOUNT_LIMIT)? as i64;
            let giver = words.node("from")?;
            let mut takers = vec![words.node("to")?];
            while words.has_more() && takers.len() < PARTICIPANTS_MAX as usize {
                takers.push(words.node("to")?);
            }
            words.end()?;
            Ok(Command::Transfer { parts: parts(giver, &takers, amount, |_| 1) })
        }
        "refuse" => words.end().map(|()| Command::RefuseNext),
        other => {
            let known = COMMANDS.iter().map(|command| command.name).collect();
            Err(BadCommand::Unknown { word: other.to_owned(), known })
        }
    }
}

/// `giver` pays `amount` to each of `takers`.
fn parts(giver: NodeId, takers: &[NodeId], amount: i64, mut account: impl FnMut(NodeId) -> u32) -> Vec<Part> {
    let count = i64::try_from(takers.len()).unwrap_or(i64::MAX);
    let debit = Part {
        participant: giver,
        account: account(giver),
        amount: amount.saturating_mul(count).saturating_neg(),
    };
    let credits = takers.iter().map(|&taker| Part { participant: taker, account: account(taker), amount });
    std::iter::once(debit).chain(credits.collect::<Vec<_>>()).collect()
}

// ---------------------------------------------------------------------------------------------------------------
// Load

fn load(settings: &Settings) -> Load<Commit> {
    let (think_low_us, think_high_us) = settings.range("think_us");
    Load {
        start_us: 5_000..25_000,
        think_us: think_low_us..think_high_us,
        count: settings.number("transfers"),
        make: maker(settings.number("participants")),
    }
}

type Maker = fn(&Setup, NodeId, u64, &mut dyn Door) -> Command;

/// The load knows only the machines' setup, which does not say how many participants there are.
fn maker(participants: u64) -> Maker {
    match participants {
        2 => |setup, _, _, door| draw_transfer(2, setup, door),
        3 => |setup, _, _, door| draw_transfer(3, setup, door),
        4 => |setup, _, _, door| draw_transfer(4, setup, door),
        5 => |setup, _, _, door| draw_transfer(5, setup, door),
        6 => |setup, _, _, door| draw_transfer(6, setup, door),
        7 => |setup, _, _, door| draw_transfer(7, setup, door),
        _ => |setup, _, _, door| draw_transfer(8, setup, door),
    }
}

/// A transfer from one random participant to one, some or all of the others, between random accounts.
fn draw_transfer(participants: u32, setup: &Setup, door: &mut dyn Door) -> Command {
    let mut left: Vec<u32> = (2..=participants + 1).collect();
    let count = 2 + door.choose("participants of a transfer", participants - 1);
    let mut take = |door: &mut dyn Door| {
        let place = door.choose("participant", left.len() as u32);
        NodeId::server(left.remove(place as usize) as u16)
    };
    let giver = take(door);
    let takers: Vec<NodeId> = (1..count).map(|_| take(door)).collect();
    let amount = match door.choose("overdrawn", OVERDRAWN_ONE_IN) {
        0 => OVERDRAWN,
        _ => 1 + i64::from(door.choose("amount", AMOUNT_MAX / count)),
    };
    Command::Transfer { parts: parts(giver, &takers, amount, |_| 1 + door.choose("account", setup.accounts)) }
}
