//! The variants of Raft: one machine, different rules.

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_protocol::raft::{Command, Raft, Setup, Variant as Rules};
use faultscope_sim::{BadCommand, FaultKind, Load, Node, Payload, Property, SeatPlan, TypedFactory, World};
use serde_json::{Map, Value};

use super::{looks, properties};
use crate::lab::{About, Assumptions, Blueprint, BrokenBy, Standing, Variant};
use crate::schema::{
    Argument, ArgumentKind, CommandSchema, Setting, SettingKind, Settings, Taker, Unit, Words,
    engine_settings,
};
use crate::stage::{Arrangement, Look};
use crate::words::{Lang, Text};

/// A variant of the Raft machine.
pub(super) struct RaftVariant {
    about: About,
    rules: Rules,
}

/// Raft is made for every fault there is: its safety depends on none of them.
const ASSUMES: Assumptions = Assumptions {
    faults: &FaultKind::CRASH_RECOVERY,
    most_down_percent: 100,
    words: &[
        Text::new("What a disk has confirmed stays there.", "磁盘确认写入的内容不会丢失。"),
        Text::new("Servers fail by stopping, they do not lie.", "服务器只会停止工作，不会说谎。"),
    ],
};

/// Every property of safety that the paper claims (Figure 3), two that they rest on, and what they are for (§8).
const SAFETY: &[&str] = &[
    "election-safety",
    "leader-append-only",
    "log-matching",
    "leader-completeness",
    "state-machine-safety",
    "one-vote-a-term",
    "term-monotone",
    "leader-elected",
    "linearizable",
];

pub(super) static BASIC: RaftVariant = RaftVariant {
    about: About {
        id: "basic",
        title: Text::new("basic", "基础版"),
        sentence: Text::new(
            "Elections, one log, commitment and client sessions, as in the paper.",
            "论文中的选举、日志复制、提交与客户端会话。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: SAFETY,
    },
    rules: Rules::Basic,
};

/// Figure 8 of the paper, with its terms 2, 3, 4 and 5 as 1, 2, 3 and 5.
pub(super) const FIGURE_8: &str = "raft:commit-by-counting;r1;s8;clients=0;election_timeout_us=8000000-9000000;\
    latency_us=10000-12000;disk_us=0-0;\
    @10000fire.n1.0;@60000cut.n1_n2.n3_n4_n5;@70000do.n1.write.x.1;@100000crash.n1;@110000heal;\
    @120000fire.n5.0;@143900cut.n5;@144000do.n5.write.x.2;@150000crash.n5;@200000heal;@210000restart.n1;\
    @212000fire.n1.0;@213000cut.n4_n5;@220000fire.n1.0;@400000crash.n1;@410000heal;@420000restart.n5;@430000fire.n5.0;\
    @480000fire.n5.0;@700000restart.n1";

pub(super) static COMMIT_BY_COUNTING: RaftVariant = RaftVariant {
    about: About {
        id: "commit-by-counting",
        title: Text::new("commit by counting", "数副本就提交"),
        sentence: Text::new(
            "A leader commits any entry that a majority holds, whatever its term.",
            "只要多数派持有某条目，不论其任期，领导者就提交。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "An entry of an old term on a majority can still be overwritten (Figure 8).",
                "旧任期的条目即使在多数派上，仍可能被覆盖（论文图 8）。",
            ),
            broken_by: BrokenBy::Run(FIGURE_8),
        },
        assumes: ASSUMES,
        claims: &["leader-completeness", "state-machine-safety"],
    },
    rules: Rules::CommitByCounting,
};

/// n3 votes for n1, forgets it in a crash, and votes for n2 in the same term: two leaders, and two logs.
pub(super) const TWO_LEADERS: &str = "raft:forget-vote;r1;s1;servers=3;clients=0;\
    election_timeout_us=8000000-9000000;latency_us=10000-12000;disk_us=0-0;\
    @10000fire.n1.0;@11000cut.n2;@60000crash.n3;@70000restart.n3;@100000heal;@101000cut.n1;@110000fire.n2.0;\
    @160000do.n1.write.x.1;@161000do.n2.write.x.2;@200000heal";

pub(super) static FORGET_VOTE: RaftVariant = RaftVariant {
    about: About {
        id: "forget-vote",
        title: Text::new("forget vote", "忘记选票"),
        sentence: Text::new("The vote is kept in memory only.", "选票只保存在内存里。"),
        standing: Standing::Naive {
            flaw: Text::new(
                "A server that restarts votes again in the same term: two leaders.",
                "服务器重启后在同一任期再次投票，产生两个领导者。",
            ),
            broken_by: BrokenBy::Run(TWO_LEADERS),
        },
        assumes: ASSUMES,
        claims: &["election-safety", "one-vote-a-term", "log-matching", "state-machine-safety"],
    },
    rules: Rules::ForgetVote,
};

pub(super) static NO_LOG_CHECK: RaftVariant = RaftVariant {
    about: About {
        id: "no-log-check",
        title: Text::new("no log check", "不比较日志"),
        sentence: Text::new("Servers vote without comparing logs.", "投票时不比较日志新旧。"),
        standing: Standing::Naive {
            flaw: Text::new(
                "A candidate whose log is behind wins and overwrites committed entries.",
                "日志落后的候选人当选，覆盖已提交的条目。",
            ),
            broken_by: BrokenBy::Seeds(200),
        },
        assumes: ASSUMES,
        claims: &["leader-completeness"],
    },
    rules: Rules::NoLogCheck,
};

const KEYS: &[&str] = &["x", "y", "z"];

const COMMANDS: &[CommandSchema] = &[
    CommandSchema {
        name: "write",
        title: Text::new("Write", "写入"),
        taker: Taker::Client,
        arguments: &[
            KEY,
            Argument {
                name: "value",
                title: Text::new("value", "值"),
                kind: ArgumentKind::Number { min: 0, max: 999, default: 7 },
            },
        ],
    },
    CommandSchema {
        name: "read", title: Text::new("Read", "读取"), taker: Taker::Client, arguments: &[KEY]
    },
];

const KEY: Argument =
    Argument { name: "key", title: Text::new("key", "键"), kind: ArgumentKind::Choice(KEYS) };

fn read_command(words: &[&str]) -> Result<Command, BadCommand> {
    let mut words = Words::new(words);
    let name = words.word("command")?;
    let key = |words: &mut Words<'_>| -> Result<u8, BadCommand> {
        let key = words.choice("key", KEYS)?;
        Ok(KEYS.iter().position(|known| *known == key).unwrap_or(0) as u8)
    };
    let command = match name {
        "write" => {
            let key = key(&mut words)?;
            Command::Write { key, value: words.number("value", 0, 999)? as u32 }
        }
        "read" => Command::Read { key: key(&mut words)? },
        _ => return Err(BadCommand::Unknown { word: name.to_owned(), known: vec!["write", "read"] }),
    };
    words.end()?;
    Ok(command)
}

/// Two writes to one read, over three keys; no two writes have the same value.
fn next_command(_: &Setup, client: NodeId, number: u64, door: &mut dyn faultscope_protocol::Door) -> Command {
    let key = door.choose("key", KEYS.len() as u32) as u8;
    if door.choose("command", 3) == 0 {
        Command::Read { key }
    } else {
        Command::Write { key, value: (number * 3 + u64::from(client.number())) as u32 }
    }
}

impl Variant for RaftVariant {
    fn about(&self) -> &'static About {
        match self.rules {
            Rules::Basic => &BASIC.about,
            Rules::CommitByCounting => &COMMIT_BY_COUNTING.about,
            Rules::ForgetVote => &FORGET_VOTE.about,
            Rules::NoLogCheck => &NO_LOG_CHECK.about,
        }
    }

    fn settings(&self) -> Vec<Setting> {
        let defaults = Setup::default();
        let mut settings = vec![
            number(
                "servers",
                Text::new("Servers", "服务器数"),
                Text::new("A majority of them decides.", "多数派决定一切。"),
                (1, 9, 5),
            ),
            number(
                "clients",
                Text::new("Clients", "客户端数"),
                Text::new("Each gives one command after the other.", "每个客户端依次发出命令。"),
                (0, 3, 2),
            ),
            range(
                "election_timeout_us",
                Text::new("Election timeout", "选举超时"),
                Text::new(
                    "Drawn anew at every reset; a follower that hears nothing for so long becomes a candidate.",
                    "每次重置都重新随机；跟随者在此期间收不到消息就成为候选人。",
                ),
                defaults.election_timeout_us,
            ),
            micros(
                "heartbeat_us",
                Text::new("Heartbeat", "心跳间隔"),
                Text::new("How often a leader tells that it is there.", "领导者宣告自己仍在的间隔。"),
                defaults.heartbeat_us,
            ),
            micros(
                "client_retry_us",
                Text::new("Client retry", "客户端重试"),
                Text::new(
                    "How long a client waits before it asks another server.",
                    "客户端等待多久后改问另一台服务器。",
                ),
                defaults.client_retry_us,
            ),
            range(
                "think_us",
                Text::new("Think time", "思考时间"),
                Text::new(
                    "How long a client waits between an answer and its next command.",
                    "客户端得到应答到发出下一条命令的间隔。",
                ),
                (20_000, 50_000),
            ),
        ];
        settings.push(Setting {
            key: "starting_logs",
            title: Text::new("Logs at the start", "初始日志"),
            help: Text::new(
                "All empty; or of different lengths, n1's the longest, as a leader that is gone left them.",
                "全部为空；或长度各不相同（n1 最长），如同一位已离去的领导者所留。",
            ),
            unit: Unit::Count,
            kind: SettingKind::Choice {
                options: const {
                    &[
                        ("empty", Text::new("empty", "全部为空")),
                        ("unequal", Text::new("unequal", "长短不一")),
                    ]
                },
            },
        });
        settings.extend(engine_settings((8_000, 15_000), (1_000, 2_000)));
        settings
    }

    fn commands(&self) -> &'static [CommandSchema] {
        COMMANDS
    }

    fn blueprint(&self, settings: &Settings) -> Blueprint {
        let servers = settings.number("servers") as u16;
        let clients = settings.number("clients") as u16;
        let ids = (1..=servers).map(NodeId::server).chain((1..=clients).map(NodeId::client));
        let (think_low, think_high) = settings.range("think_us");
        let setup = Setup {
            variant: self.rules,
            election_timeout_us: settings.range("election_timeout_us"),
            heartbeat_us: settings.number("heartbeat_us"),
            client_retry_us: settings.number("client_retry_us"),
            unequal_logs: settings.choice("starting_logs") == "unequal",
            ..Setup::default()
        };
        Blueprint {
            seats: ids.map(|id| SeatPlan { id, role: 0, zone: 0 }).collect(),
            max_servers: usize::from(servers),
            joiner_role: 0,
            factory: Arc::new(TypedFactory::<Raft> {
                setup: Arc::new(setup),
                load: Some(Load {
                    start_us: 300_000..400_000,
                    think_us: think_low..think_high,
                    count: u64::MAX,
                    make: next_command,
                }),
                command: read_command,
            }),
            lazy_us: 50_000,
        }
    }

    /// The servers, where there are no clients: a client asks one server after the other. Nor are they alike where
    /// each begins with a log of its own.
    fn symmetry(&self, settings: &Settings) -> Vec<Vec<NodeId>> {
        match settings.number("clients") {
            0 if settings.choice("starting_logs") == "empty" => {
                vec![(1..=settings.number("servers") as u16).map(NodeId::server).collect()]
            }
            _ => Vec::new(),
        }
    }

    /// Ten election timeouts: more than nine split votes in a row are not to be expected.
    fn settles_us(&self, settings: &Settings) -> u64 {
        settings.range("election_timeout_us").1.saturating_mul(10)
    }

    fn properties(&self, _: &Settings) -> Vec<Property> {
        properties::all()
    }

    fn state(&self, _: &World, node: &Node) -> Map<String, Value> {
        looks::state(node)
    }

    fn message_words(&self, body: &Payload, roomy: bool) -> String {
        looks::message_words(body, roomy)
    }

    fn note_words(&self, note: &Payload, lang: Lang) -> String {
        looks::note_words(note, lang)
    }

    fn command_words(&self, body: &Payload, lang: Lang) -> String {
        looks::command_words(body, lang)
    }

    fn arrangement(&self, _: &World) -> Arrangement {
        Arrangement::Circle
    }

    fn look(&self, world: &World, node: &Node, lang: Lang) -> Look {
        looks::look(world, node, lang)
    }

    fn links(&self, world: &World) -> Vec<(NodeId, NodeId)> {
        let ids: Vec<NodeId> = world.servers().map(|node| node.id).collect();
        let pairs = ids.iter().enumerate();
        pairs.flat_map(|(place, &from)| ids[place + 1..].iter().map(move |&to| (from, to))).collect()
    }

    fn era(&self, world: &World) -> u64 {
        looks::terms(world).max().unwrap_or(0)
    }

    fn era_words(&self, era: u64) -> String {
        if era == 0 { String::new() } else { format!("T{era}") }
    }
}

fn number(key: &'static str, title: Text, help: Text, (min, max, default): (u64, u64, u64)) -> Setting {
    Setting { key, title, help, unit: Unit::Count, kind: SettingKind::Number { min, max, default } }
}

fn micros(key: &'static str, title: Text, help: Text, default: u64) -> Setting {
    let kind = SettingKind::Number { min: 1_000, max: 10_000_000, default };
    Setting { key, title, help, unit: Unit::Micros, kind }
}

fn range(key: &'static str, title: Text, help: Text, default: (u64, u64)) -> Setting {
    let kind = SettingKind::Range { min: 1_000, max: 10_000_000, default };
    Setting { key, title, help, unit: Unit::Micros, kind }
}
