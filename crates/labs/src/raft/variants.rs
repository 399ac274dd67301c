//! The variants of Raft: one machine, different rules.

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_protocol::raft::{Command, Raft, Setup, Variant as Rules};
use faultscope_sim::{BadCommand, FaultKind, Load, Node, Payload, Property, SeatPlan, TypedFactory, World};
use serde_json::{Map, Value};

use super::{looks, properties};
use crate::lab::{About, Assumptions, Blueprint, BrokenBy, Standing, Variant};
use crate::schema::{
    Argument, ArgumentKind, CommandSchema, Setting, SettingKind, SettingValue, Settings, Taker, Unit, Words,
    engine_settings, micros, number, range,
};
use crate::stage::{Arrangement, Look};
use crate::words::{Lang, Text};

/// A variant of the Raft machine.
pub(super) struct RaftVariant {
    about: &'static About,
    rules: Rules,
    /// The default of the setting of this name.
    snapshot_after: u64,
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
    about: &About {
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
    snapshot_after: 0,
};

/// Figure 8 of the paper, with its terms 2, 3, 4 and 5 as 1, 2, 3 and 5.
pub const FIGURE_8: &str = "raft:commit-by-counting;r1;s8;clients=0;election_timeout_us=8000000-9000000;\
    latency_us=10000-12000;disk_us=0-0;\
    @10000fire.n1.0;@60000cut.n1_n2.n3_n4_n5;@70000do.n1.write.x.1;@100000crash.n1;@110000heal;\
    @120000fire.n5.0;@143900cut.n5;@144000do.n5.write.x.2;@150000crash.n5;@200000heal;@210000restart.n1;\
    @212000fire.n1.0;@213000cut.n4_n5;@220000fire.n1.0;@400000crash.n1;@410000heal;@420000restart.n5;@430000fire.n5.0;\
    @480000fire.n5.0;@700000restart.n1";

pub(super) static COMMIT_BY_COUNTING: RaftVariant = RaftVariant {
    about: &About {
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
    snapshot_after: 0,
};

/// n3 votes for n1, forgets it in a crash, and votes for n2 in the same term: two leaders, and two logs.
pub(super) const TWO_LEADERS: &str = "raft:forget-vote;r1;s1;servers=3;clients=0;\
    election_timeout_us=8000000-9000000;latency_us=10000-12000;disk_us=0-0;\
    @10000fire.n1.0;@11000cut.n2;@60000crash.n3;@70000restart.n3;@100000heal;@101000cut.n1;@110000fire.n2.0;\
    @160000do.n1.write.x.1;@161000do.n2.write.x.2;@200000heal";

pub(super) static FORGET_VOTE: RaftVariant = RaftVariant {
    about: &About {
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
    snapshot_after: 0,
};

/// n3 lacks what n1 and n2 have committed, and is elected by n2 all the same.
pub(super) const BEHIND_WINS: &str = "raft:no-log-check;r1;s1;servers=3;clients=0;\
    election_timeout_us=8000000-9000000;latency_us=10000-12000;disk_us=0-0;@10000fire.n1.0;@60000cut.n3;\
    @70000do.n1.write.x.1;@150000heal;@151000cut.n1;@160000fire.n3.0;@220000do.n3.write.x.2;@300000heal";

pub(super) static NO_LOG_CHECK: RaftVariant = RaftVariant {
    about: &About {
        id: "no-log-check",
        title: Text::new("no log check", "不比较日志"),
        sentence: Text::new("Servers vote without comparing logs.", "投票时不比较日志新旧。"),
        standing: Standing::Naive {
            flaw: Text::new(
                "A candidate whose log is behind wins and overwrites committed entries.",
                "日志落后的候选人当选，覆盖已提交的条目。",
            ),
            broken_by: BrokenBy::Run(BEHIND_WINS),
        },
        assumes: ASSUMES,
        claims: &["leader-completeness", "state-machine-safety"],
    },
    rules: Rules::NoLogCheck,
    snapshot_after: 0,
};

pub(super) static FIXED_TIMEOUT: RaftVariant = RaftVariant {
    about: &About {
        id: "fixed-timeout",
        title: Text::new("fixed timeout", "固定超时"),
        sentence: Text::new(
            "Every server has the same election timeout, the lower end of the range.",
            "所有服务器的选举超时都相同：取范围的下限。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "All stand at the same moment, each votes for itself, and so on without end.",
                "大家同时参选、各投自己一票，如此循环不止。",
            ),
            broken_by: BrokenBy::Run("raft:fixed-timeout;r1;s1"),
        },
        assumes: ASSUMES,
        claims: &["leader-elected"],
    },
    rules: Rules::FixedTimeout,
    snapshot_after: 0,
};

/// n1 is cut off and does not know that n2 leads: it answers a read without the write that n2 committed.
pub(super) const STALE_READ: &str = "raft:local-read;r1;s1;servers=3;clients=0;election_timeout_us=8000000-9000000;\
    latency_us=10000-12000;disk_us=0-0;@10000fire.n1.0;@60000cut.n1;@70000fire.n2.0;@120000do.n2.write.x.1;\
    @200000do.n1.read.x";

pub(super) static LOCAL_READ: RaftVariant = RaftVariant {
    about: &About {
        id: "local-read",
        title: Text::new("local read", "本地读"),
        sentence: Text::new(
            "A leader answers reads from its own state at once.",
            "领导者直接用自己的状态应答读取。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "A leader that was deposed and does not know it answers with old values.",
                "已被取代却不自知的领导者会返回旧值。",
            ),
            broken_by: BrokenBy::Run(STALE_READ),
        },
        assumes: ASSUMES,
        claims: &["linearizable"],
    },
    rules: Rules::LocalRead,
    snapshot_after: 0,
};

pub(super) static PREVOTE: RaftVariant = RaftVariant {
    about: &About {
        id: "prevote",
        title: Text::new("PreVote", "预投票"),
        sentence: Text::new(
            "Before it raises its term a server asks whether it could win; who hears a leader says no.",
            "服务器提高任期之前先询问能否当选；听得到领导者的服务器会回绝。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: SAFETY,
    },
    rules: Rules::PreVote,
    snapshot_after: 0,
};

pub(super) static SNAPSHOT: RaftVariant = RaftVariant {
    about: &About {
        id: "snapshot",
        title: Text::new("log compaction", "日志压缩"),
        sentence: Text::new(
            "Snapshots take the place of old entries; who lacks those is sent a snapshot.",
            "快照取代旧条目；缺少旧条目的跟随者改为接收快照。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: SAFETY,
    },
    rules: Rules::Basic,
    snapshot_after: 8,
};

pub(super) static READ_INDEX: RaftVariant = RaftVariant {
    about: &About {
        id: "read-index",
        title: Text::new("ReadIndex", "ReadIndex 读"),
        sentence: Text::new(
            "Reads stay out of the log: a round of heartbeats shows that the leader still leads.",
            "读取不进日志：用一轮心跳确认领导者仍在任。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: SAFETY,
    },
    rules: Rules::ReadIndex,
    snapshot_after: 0,
};

/// As Raft, but for clocks: a lease counts on them.
const ASSUMES_CLOCKS: Assumptions = Assumptions {
    faults: &WITHOUT_CLOCK,
    most_down_percent: 100,
    words: &[
        Text::new("What a disk has confirmed stays there.", "磁盘确认写入的内容不会丢失。"),
        Text::new("Servers fail by stopping, they do not lie.", "服务器只会停止工作，不会说谎。"),
        Text::new(
            "Clocks run true within the drift bound, and never jump.",
            "时钟的快慢不超过漂移上限，也从不跳变。",
        ),
    ],
};

/// Every kind of the crash-recovery model but the last, clocks.
const WITHOUT_CLOCK: [FaultKind; 11] = {
    let [rest @ .., FaultKind::Clock] = FaultKind::CRASH_RECOVERY else { panic!("clocks come last") };
    rest
};

pub(super) static LEASE: RaftVariant = RaftVariant {
    about: &About {
        id: "lease",
        title: Text::new("lease reads", "租约读"),
        sentence: Text::new(
            "A round of heartbeats is a lease: while it lasts the leader answers reads at once.",
            "一轮心跳换来一份租约：有效期内领导者立即应答读取。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES_CLOCKS,
        claims: SAFETY,
    },
    rules: Rules::Lease,
    snapshot_after: 0,
};

pub(super) static MEMBERSHIP: RaftVariant = RaftVariant {
    about: &About {
        id: "membership",
        title: Text::new("membership, one at a time", "逐台变更成员"),
        sentence: Text::new(
            "Servers are added and removed one at a time: old and new majorities always meet.",
            "每次只增加或移除一台服务器：新旧多数派必有交集。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: SAFETY,
    },
    rules: Rules::Membership,
    snapshot_after: 0,
};

pub(super) static MEMBERSHIP_JOINT: RaftVariant = RaftVariant {
    about: &About {
        id: "membership-joint",
        title: Text::new("membership, joint consensus", "联合共识变更成员"),
        sentence: Text::new(
            "Any change goes through a configuration in which old and new majorities must both agree.",
            "任意变更都先经过一个过渡配置：新旧多数派必须同时同意。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: SAFETY,
    },
    rules: Rules::MembershipJoint,
    snapshot_after: 0,
};

/// n2, of term 2, changes the cluster before it has committed anything of its own: n2 and n3 are a majority of three,
/// n1, n4 and n5 one of the five that n1 has in its log since term 1.
pub(super) const DISJOINT: &str = "raft:eager-membership;r1;s1;servers=4;clients=0;\
    election_timeout_us=200000-9000000;latency_us=10000-10000;disk_us=0-0;@10000fire.n1.0;@60000do.n1.write.x.1;\
    @90000join.n5;@119000cut.n1_n5.n2_n3_n4;@120000do.n1.add.n5;@400000fire.n2.0;@450000cut.n4;\
    @460000do.n2.remove.n1;@500000heal;@501000cut.n2_n3.n1_n4_n5;@800000fire.n1.0;@900000do.n1.write.x.9;\
    @1000000heal";

pub(super) static EAGER_MEMBERSHIP: RaftVariant = RaftVariant {
    about: &About {
        id: "eager-membership",
        title: Text::new("eager membership", "抢先变更成员"),
        sentence: Text::new(
            "One server at a time, but a new leader changes the cluster before it has committed anything.",
            "逐台变更，但新领导者尚未提交任何条目就变更成员。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "Two changes of two terms leave two majorities that do not meet.",
                "两个任期的两次变更会留下互不相交的两个多数派。",
            ),
            broken_by: BrokenBy::Run(DISJOINT),
        },
        assumes: ASSUMES,
        claims: &["leader-completeness", "state-machine-safety"],
    },
    rules: Rules::EagerMembership,
    snapshot_after: 0,
};

/// How many servers may join.
const JOINERS_MAX: usize = 4;

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
    CommandSchema {
        name: "add",
        title: Text::new("Add a server", "增加服务器"),
        taker: Taker::Client,
        arguments: &[server_named("server", Text::new("server", "服务器"))],
    },
    CommandSchema {
        name: "remove",
        title: Text::new("Remove a server", "移除服务器"),
        taker: Taker::Client,
        arguments: &[server_named("server", Text::new("server", "服务器"))],
    },
    CommandSchema {
        name: "enter",
        title: Text::new("Start one more server", "启动并加入新服务器"),
        taker: Taker::Newcomer,
        arguments: &[],
    },
    CommandSchema {
        name: "replace",
        title: Text::new("Replace a server", "替换服务器"),
        taker: Taker::Client,
        arguments: &[
            server_named("old", Text::new("who goes", "换下")),
            server_named("new", Text::new("who comes", "换上")),
        ],
    },
];

/// How many of the commands a variant takes: reads and writes, single changes, changes of two servers.
const READS_AND_WRITES: usize = 2;
const SINGLE_CHANGES: usize = 5;

const fn server_named(name: &'static str, title: Text) -> Argument {
    Argument { name, title, kind: ArgumentKind::Server }
}

const KEY: Argument =
    Argument { name: "key", title: Text::new("key", "键"), kind: ArgumentKind::Choice(KEYS) };

fn read_plain(words: &[&str]) -> Result<Command, BadCommand> {
    read_command(words, READS_AND_WRITES)
}

fn read_single_change(words: &[&str]) -> Result<Command, BadCommand> {
    read_command(words, SINGLE_CHANGES)
}

fn read_any(words: &[&str]) -> Result<Command, BadCommand> {
    read_command(words, COMMANDS.len())
}

/// Reads one of the first `known` commands.
fn read_command(words: &[&str], known: usize) -> Result<Command, BadCommand> {
    let mut words = Words::new(words);
    let name = words.word("command")?;
    let known: Vec<&'static str> = COMMANDS.iter().take(known).map(|command| command.name).collect();
    if !known.contains(&name) {
        return Err(BadCommand::Unknown { word: name.to_owned(), known });
    }
    let key = |words: &mut Words<'_>| -> Result<u8, BadCommand> {
        let key = words.choice("key", KEYS)?;
        Ok(KEYS.iter().position(|known| *known == key).unwrap_or(0) as u8)
    };
    let command = match name {
        "write" => {
            let key = key(&mut words)?;
            Command::Write { key, value: words.number("value", 0, 999)? as u32 }
        }
        "add" => Command::Add { server: words.node("server")? },
        "remove" => Command::Remove { server: words.node("server")? },
        "enter" => Command::Enter,
        "replace" => Command::Replace { old: words.node("old")?, new: words.node("new")? },
        _ => Command::Read { key: key(&mut words)? },
    };
    words.end()?;
    Ok(command)
}

/// Two writes to one read, over three keys; no two writes have the same value. The first client changes the cluster
/// now and then, where the setup wants that.
fn next_command(
    setup: &Setup,
    client: NodeId,
    number: u64,
    door: &mut dyn faultscope_protocol::Door,
) -> Command {
    if client == NodeId::client(1)
        && setup.change_every > 0
        && (number + 1).is_multiple_of(setup.change_every)
    {
        return next_change(setup, (number + 1) / setup.change_every - 1);
    }
    let key = door.choose("key", KEYS.len() as u32) as u8;
    if door.choose("command", 3) == 0 {
        Command::Read { key }
    } else {
        Command::Write { key, value: (number * 3 + u64::from(client.number())) as u32 }
    }
}

/// The changes of a load, from number 0: one server after the other goes and comes back, the last first. By joint
/// consensus each comes back as the next one goes.
fn next_change(setup: &Setup, number: u64) -> Command {
    let count = u64::from(setup.change_among.max(1));
    let server = |turn: u64| NodeId::server((count - turn % count) as u16);
    match number {
        0 => Command::Remove { server: server(0) },
        _ if setup.variant == Rules::MembershipJoint => {
            Command::Replace { old: server(number), new: server(number - 1) }
        }
        _ if number.is_multiple_of(2) => Command::Remove { server: server(number / 2) },
        _ => Command::Add { server: server(number / 2) },
    }
}

impl RaftVariant {
    /// The settings that only this variant has.
    fn own_settings(&self) -> Vec<Setting> {
        let mut settings = Vec::new();
        if self.rules == Rules::Lease {
            settings.push(Setting {
                key: "drift_bound_ppm",
                title: Text::new("Clock drift bound", "时钟漂移上限"),
                help: Text::new(
                    "How far from true time a clock may run; leases are shortened by it.",
                    "时钟快慢的最大偏差；租约据此缩短。",
                ),
                unit: Unit::Ppm,
                kind: SettingKind::Number { min: 0, max: 500_000, default: 50_000 },
            });
        }
        if self.rules.changes_members() {
            settings.push(number(
                "change_every",
                Text::new("Changes of the cluster", "成员变更频率"),
                Text::new(
                    "Of so many commands of the first client one removes a server, or brings it back; 0 for never.",
                    "第一个客户端每隔多少条命令移除一台服务器或将其加回；0 表示从不。",
                ),
                (0, 1_000, 12),
            ));
        }
        settings
    }
}

impl Variant for RaftVariant {
    fn about(&self) -> &'static About {
        self.about
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
                // Where nobody ever leads, they would only wait.
                (0, 3, if self.rules == Rules::FixedTimeout { 0 } else { 2 }),
            ),
            range(
                "election_timeout_us",
                Text::new("Election timeout", "选举超时"),
                Text::new(
                    "Drawn anew at every reset; a follower that hears nothing for so long becomes a candidate.",
                    "每次重置都重新随机；跟随者在此期间收不到消息就成为候选人。",
                ),
                if self.rules == Rules::FixedTimeout {
                    (150_000, 150_000)
                } else {
                    defaults.election_timeout_us
                },
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
        settings.push(number(
            "snapshot_after",
            Text::new("Snapshot after", "快照间隔"),
            Text::new(
                "After so many applied entries a server puts a snapshot in their place; 0 for never.",
                "每应用多少条目就用快照取代它们；0 表示从不。",
            ),
            (0, 10_000, self.snapshot_after),
        ));
        settings.extend(self.own_settings());
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
        let is_fixed = self.rules == Rules::FixedTimeout;
        let latency_us = if is_fixed { (10_000, 10_000) } else { (8_000, 15_000) };
        settings.extend(engine_settings(latency_us, (1_000, 2_000)));
        settings
    }

    fn commands(&self) -> &'static [CommandSchema] {
        match self.rules {
            Rules::MembershipJoint => COMMANDS,
            _ if self.rules.changes_members() => &COMMANDS[..SINGLE_CHANGES],
            _ => &COMMANDS[..READS_AND_WRITES],
        }
    }

    fn blueprint(&self, settings: &Settings) -> Blueprint {
        let servers = settings.number("servers") as u16;
        let clients = settings.number("clients") as u16;
        let ids = (1..=servers).map(NodeId::server).chain((1..=clients).map(NodeId::client));
        let (think_low, think_high) = settings.range("think_us");
        let optional = |key: &str| match settings.get(key) {
            Some(SettingValue::Number(number)) => number,
            _ => 0,
        };
        let setup = Setup {
            variant: self.rules,
            election_timeout_us: settings.range("election_timeout_us"),
            heartbeat_us: settings.number("heartbeat_us"),
            client_retry_us: settings.number("client_retry_us"),
            unequal_logs: settings.choice("starting_logs") == "unequal",
            snapshot_after: settings.number("snapshot_after") as u32,
            drift_bound_ppm: optional("drift_bound_ppm") as u32,
            change_every: optional("change_every"),
            change_among: servers,
            ..Setup::default()
        };
        Blueprint {
            seats: ids.map(|id| SeatPlan { id, role: 0, zone: 0 }).collect(),
            max_servers: usize::from(servers) + if self.rules.changes_members() { JOINERS_MAX } else { 0 },
            joiner_role: 0,
            factory: Arc::new(TypedFactory::<Raft> {
                setup: Arc::new(setup),
                load: (clients > 0).then_some(Load {
                    start_us: 300_000..400_000,
                    think_us: think_low..think_high,
                    count: u64::MAX,
                    make: next_command,
                }),
                command: match self.rules {
                    Rules::MembershipJoint => read_any,
                    _ if self.rules.changes_members() => read_single_change,
                    _ => read_plain,
                },
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
        let members = looks::members(world);
        let has_a_say = |id: &NodeId| members.is_none_or(|members| members.contains(*id));
        let ids: Vec<NodeId> = world.servers().map(|node| node.id).filter(has_a_say).collect();
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
