//! The variants of the lock: one machine, different rules; and the load that keeps a run lively.

use std::sync::Arc;

use faultscope_protocol::lock::{
    Command, Fsync, Lock, MUTEX, PARENT, RESOURCE, SERVICE, STORE, Setup, Variant as Rules,
};
use faultscope_protocol::{Door, NodeId, coordination};
use faultscope_sim::{BadCommand, FaultKind, Load, Node, Payload, Property, SeatPlan, TypedFactory, World};
use serde_json::{Map, Value};

use super::{looks, properties, state, words};
use crate::lab::{About, Assumptions, Blueprint, BrokenBy, Standing, Variant};
use crate::schema::{
    CommandSchema, Setting, SettingKind, Settings, Taker, Unit, Words, engine_settings, number,
};
use crate::stage::{Arrangement, Look, Stage};
use crate::words::{Lang, Text};

/// A variant of the lab.
pub(super) struct LockVariant {
    about: &'static About,
    rules: Rules,
}

/// Every fault that leaves disks and clocks alone.
const FAULTS: [FaultKind; 11] = [
    FaultKind::Crash,
    FaultKind::CrashClient,
    FaultKind::Pause,
    FaultKind::Cut,
    FaultKind::CutOneWay,
    FaultKind::Loss,
    FaultKind::Duplication,
    FaultKind::Latency,
    FaultKind::SlowDisk,
    FaultKind::Reordering,
    FaultKind::SlowProcessor,
];

/// What tutorials take for granted, and what this lab's faults do all the same.
const ASSUMES: Assumptions = Assumptions {
    faults: &FAULTS,
    most_down_percent: 100,
    words: &[
        Text::new("What a disk has confirmed stays there.", "磁盘确认写入的内容不会丢失。"),
        Text::new("The store's clock neither jumps nor drifts.", "存储节点的时钟既不跳变也不漂移。"),
    ],
};

pub(super) static NONE: LockVariant = LockVariant {
    about: &About {
        id: "none",
        title: Text::new("No lock", "没有锁"),
        sentence: Text::new(
            "Everyone reads, adds one and writes, as it comes.",
            "大家各自读取、加一、写回，互不相让。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "Two that read the same value write the same value: one increment is lost.",
                "两个客户端读到同一个值，就会写回同一个值，丢失一次加一。",
            ),
            broken_by: BrokenBy::Seeds(1),
        },
        assumes: ASSUMES,
        claims: &["no-lost-increment"],
    },
    rules: Rules::None,
};

pub(super) static LOCAL_MUTEX: LockVariant = LockVariant {
    about: &About {
        id: "local-mutex",
        title: Text::new("A mutex on each machine", "每台机器各一把互斥锁"),
        sentence: Text::new(
            "Programs on one machine share a mutex; the other machines have their own.",
            "同一台机器上的程序共用一把互斥锁，其他机器各用各的。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "A mutex knows nothing of the other machines: each lets one in.",
                "互斥锁不知道别的机器的存在：每台机器都各放一个进来。",
            ),
            broken_by: BrokenBy::Seeds(1),
        },
        assumes: ASSUMES,
        claims: &["service-exclusive", "no-lost-increment"],
    },
    rules: Rules::LocalMutex,
};

/// c1 crashes with the lock, and comes back without it.
pub(super) const HELD_FOR_EVER: &str = "lock:setnx;r1;s1;@18000crash.c1;@50000restart.c1";

pub(super) static SETNX: LockVariant = LockVariant {
    about: &About {
        id: "setnx",
        title: Text::new("SETNX without expiry", "没有过期时间的 SETNX"),
        sentence: Text::new(
            "The key is the lock: SETNX takes it, DEL gives it back, nothing else does.",
            "键就是锁：SETNX 取得，DEL 归还，此外别无他法。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "Whoever crashes with the lock holds it for ever.",
                "持有锁时崩溃的客户端会永远占着锁。",
            ),
            broken_by: BrokenBy::Run(HELD_FOR_EVER),
        },
        assumes: ASSUMES,
        claims: &["lock-granted"],
    },
    rules: Rules::SetNx,
};

pub(super) static SETEX_FIRST: LockVariant = LockVariant {
    about: &About {
        id: "setex-first",
        title: Text::new("SETEX first, DEL always", "先 SETEX，最后总是 DEL"),
        sentence: Text::new(
            "SETEX gives the key its expiry, SETNX asks for the lock, DEL ends it, whatever SETNX said.",
            "先用 SETEX 设定过期时间，再用 SETNX 抢锁，不管抢到没有，最后都 DEL。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "Alone nobody gets it, for SETEX has set the key. With others around, a loser's DEL lets the next one in.",
                "独自一人永远抢不到，因为键已被自己的 SETEX 设上；人一多，落选者的 DEL 又把下一个放了进来。",
            ),
            broken_by: BrokenBy::Seeds(20),
        },
        assumes: ASSUMES,
        claims: &["service-exclusive", "no-lost-increment"],
    },
    rules: Rules::SetExFirst,
};

pub(super) static TTL_PLAIN_DEL: LockVariant = LockVariant {
    about: &About {
        id: "ttl-plain-del",
        title: Text::new("Lease and plain DEL", "租约加普通 DEL"),
        sentence: Text::new(
            "SET NX PX takes the lock for a time; DEL gives it back without looking whose it is.",
            "SET NX PX 在一段时间内取得锁；归还时直接 DEL，不看锁是谁的。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "Whoever is late deletes the lock of the next holder, and lets a third one in.",
                "迟到的持有者会删掉下一个持有者的锁，放进第三个客户端。",
            ),
            broken_by: BrokenBy::Seeds(60),
        },
        assumes: ASSUMES,
        claims: &["service-exclusive", "no-lost-increment", "no-stale-write"],
    },
    rules: Rules::TtlPlainDel,
};

pub(super) static TTL: LockVariant = LockVariant {
    about: &About {
        id: "ttl",
        title: Text::new("Lease without fencing", "没有防护令牌的租约"),
        sentence: Text::new(
            "SET NX PX takes the lock for a time; a script deletes the key only if it is one's own.",
            "SET NX PX 在一段时间内取得锁；归还时由脚本先比较，是自己的才删除。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "A holder that stands still for longer than its lease writes over what the next one has written.",
                "停顿超过租约的持有者醒来后，会覆盖下一个持有者写入的内容。",
            ),
            broken_by: BrokenBy::Seeds(60),
        },
        assumes: ASSUMES,
        claims: &["no-lost-increment", "no-stale-write"],
    },
    rules: Rules::Ttl,
};

pub(super) static TTL_FENCED: LockVariant = LockVariant {
    about: &About {
        id: "ttl-fenced",
        title: Text::new("Lease with fencing token", "带防护令牌的租约"),
        sentence: Text::new(
            "Each grant comes with a higher token, and the resource refuses a token lower than one it has seen.",
            "每次授予附带一个更大的令牌；令牌低于已见过的最大值时，资源拒绝请求。",
        ),
        standing: Standing::Right,
        assumes: Assumptions {
            faults: &FAULTS,
            most_down_percent: 100,
            words: &[
                Text::new(
                    "What the store and the resource have confirmed is on their disks; no failover loses it.",
                    "存储节点与资源确认过的内容都已落盘，不会因故障转移而丢失。",
                ),
                Text::new(
                    "One grant at a time: the store's clock neither jumps nor drifts. The tokens need no clock.",
                    "同一时刻只授予一次：要求存储节点的时钟既不跳变也不漂移。令牌则不依赖时钟。",
                ),
                Text::new("Tokens go along with reads too.", "读请求也携带令牌。"),
            ],
        },
        claims: &["service-exclusive", "no-lost-increment", "no-stale-write", "tokens-rise", "lock-granted"],
    },
    rules: Rules::TtlFenced,
};

/// c1 has n2, n3 and n4. The clock of n4 jumps, and c2 has n4, n5 and n6.
pub(super) const CLOCK_JUMP: &str = "lock:redlock;r1;s1;increments=0;clients=2;latency_us=2000-2000;work_us=100000;\
    ttl_us=1000000;@0cut.c1.n5_n6;@0cut.c2.n2_n3;@10000do.c1.increment;@20000step.n4.2000000;\
    @30000do.c2.increment";

pub(super) static REDLOCK: LockVariant = LockVariant {
    about: &About {
        id: "redlock",
        title: Text::new("Redlock", "Redlock"),
        sentence: Text::new(
            "A majority of independent masters must set the key, within the lease less the time that it took.",
            "必须由多数独立主节点设置该键；有效期为租约减去申请所花的时间。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "A master whose clock jumps, or that restarts without its last writes, votes twice: two majorities.",
                "时钟跳变的主节点，或重启后丢了最近写入的主节点，会投两次票：出现两个多数派。",
            ),
            broken_by: BrokenBy::Run(CLOCK_JUMP),
        },
        assumes: Assumptions {
            faults: &FaultKind::CRASH_RECOVERY,
            most_down_percent: 50,
            words: &[Text::new(
                "It says: clocks drift by little, and a master that restarts remembers, or stays away for a lease.",
                "它声称：时钟漂移很小；重启的主节点要么记得，要么离开一个租约之久。",
            )],
        },
        claims: &["service-exclusive"],
    },
    rules: Rules::Redlock,
};

/// c1 crashes with the lock, and comes back without it.
pub(super) const ZNODE_FOR_EVER: &str = "lock:znode-persistent;r1;s1;increments=0;work_us=500000;\
    @800000do.c1.increment;@1000000crash.c1;@1050000restart.c1;@1100000do.c2.increment";

pub(super) static ZNODE_PERSISTENT: LockVariant = LockVariant {
    about: &About {
        id: "znode-persistent",
        title: Text::new("A plain znode", "普通 znode"),
        sentence: Text::new(
            "Whoever can create the znode holds the lock; whoever cannot tries again; delete it to let go.",
            "能创建该 znode 的持有锁，不能的稍后再试，删除它就是释放。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "It is not ephemeral, so a crash holds the lock for ever; nobody waits in line; and anybody may delete it.",
                "它不是临时节点，持有者崩溃后锁永远占着；没有排队；而且谁都可以删除它。",
            ),
            broken_by: BrokenBy::Run(ZNODE_FOR_EVER),
        },
        assumes: SERVICE_ASSUMES,
        claims: &["lock-granted", "service-exclusive"],
    },
    rules: Rules::ZnodePersistent,
};

/// The service bears every fault; what it promises rests on no clock.
const SERVICE_ASSUMES: Assumptions = Assumptions {
    faults: &FaultKind::CRASH_RECOVERY,
    most_down_percent: 50,
    words: &[
        Text::new("What a disk has confirmed stays there.", "磁盘确认写入的内容不会丢失。"),
        Text::new("Progress: a majority of the servers can talk.", "若要有进展：多数派服务器之间能够通信。"),
    ],
};

pub(super) static ZNODE: LockVariant = LockVariant {
    about: &About {
        id: "znode",
        title: Text::new("Ephemeral sequential znodes", "临时顺序 znode"),
        sentence: Text::new(
            "The lowest number holds the lock; each other client watches the znode before its own. The number is the \
             fencing token.",
            "号码最小的持有锁，其余客户端各自监听前一个 znode。号码就是防护令牌。",
        ),
        standing: Standing::Right,
        assumes: SERVICE_ASSUMES,
        claims: &[
            "service-exclusive",
            "no-lost-increment",
            "no-stale-write",
            "tokens-rise",
            "fifo",
            "lock-granted",
        ],
    },
    rules: Rules::Znode,
};

pub(super) static CHUBBY: LockVariant = LockVariant {
    about: &About {
        id: "chubby",
        title: Text::new("Chubby", "Chubby"),
        sentence: Text::new(
            "A cell of five replicas with one master keeps lock and sessions; the sequencer carries a generation number that \
             the resource checks.",
            "由五个副本、一个主节点组成的单元保存锁与会话；序列器携带代号（generation number），由资源检查。",
        ),
        standing: Standing::Right,
        assumes: SERVICE_ASSUMES,
        claims: &["service-exclusive", "no-lost-increment", "no-stale-write", "tokens-rise", "lock-granted"],
    },
    rules: Rules::Chubby,
};

// ---------------------------------------------------------------------------------------------------------------
// Commands and load

const INCREMENT: CommandSchema = CommandSchema {
    name: "increment",
    title: Text::new("Add one", "加一"),
    taker: Taker::Client,
    arguments: &[],
};

static COMMANDS: &[CommandSchema] = &[INCREMENT];

static STORE_COMMANDS: &[CommandSchema] = &[
    INCREMENT,
    CommandSchema {
        name: "promote",
        title: Text::new("Make it the primary", "提升为主节点"),
        taker: Taker::Role(STORE),
        arguments: &[],
    },
];

static RELEASE_COMMANDS: &[CommandSchema] = &[
    INCREMENT,
    CommandSchema {
        name: "release",
        title: Text::new("Delete the lock, whoever holds it", "删除锁，不管是谁的"),
        taker: Taker::Client,
        arguments: &[],
    },
];

fn read_command(words: &[&str]) -> Result<Command, BadCommand> {
    let mut words = Words::new(words);
    let command = match words.word("command")? {
        "increment" => Command::Increment,
        "promote" => Command::Promote,
        "release" => Command::Release,
        word => {
            return Err(BadCommand::Unknown {
                word: word.to_owned(),
                known: vec!["increment", "promote", "release"],
            });
        }
    };
    words.end()?;
    Ok(command)
}

fn next_command(_: &Setup, _: NodeId, _: u64, _: &mut dyn Door) -> Command {
    Command::Increment
}

impl Variant for LockVariant {
    fn about(&self) -> &'static About {
        self.about
    }

    fn settings(&self) -> Vec<Setting> {
        // A Chubby cell needs several rounds for each grant; it stands in one place.
        let latency_us = if self.rules == Rules::Chubby { (1_000, 2_000) } else { (2_000, 4_000) };
        own_settings(self.rules).into_iter().chain(engine_settings(latency_us, (500, 1_500))).collect()
    }

    fn commands(&self) -> &'static [CommandSchema] {
        match self.rules {
            Rules::ZnodePersistent => RELEASE_COMMANDS,
            _ if self.has_replicas() => STORE_COMMANDS,
            _ => COMMANDS,
        }
    }

    fn blueprint(&self, settings: &Settings) -> Blueprint {
        let setup = self.setup(settings);
        let servers = if self.rules.uses_service() { setup.service.count } else { 0 };
        let roles = [(1, RESOURCE), (setup.stores, STORE), (setup.machines, MUTEX), (servers, SERVICE)];
        let roles = roles.into_iter().flat_map(|(count, role)| (0..count).map(move |_| role));
        let seats =
            (1..).zip(roles).map(|(number, role)| SeatPlan { id: NodeId::server(number), role, zone: 0 });
        let clients = (1..=settings.number("clients") as u16).map(|number| SeatPlan {
            id: NodeId::client(number),
            role: 0,
            zone: 0,
        });
        let (think_low_us, think_high_us) = settings.range("think_us");
        Blueprint {
            seats: seats.chain(clients).collect(),
            max_servers: usize::from(1 + setup.stores + setup.machines + servers),
            joiner_role: STORE,
            factory: Arc::new(TypedFactory::<Lock> {
                setup: Arc::new(setup),
                load: Some(Load {
                    start_us: 2_000..12_000,
                    think_us: think_low_us..think_high_us,
                    count: settings.number("increments"),
                    make: next_command,
                }),
                command: read_command,
            }),
            lazy_us: LAZY_US,
        }
    }

    /// What was begun before the world was healed may be overdue, and needs as long again.
    fn settles_us(&self, settings: &Settings) -> u64 {
        properties::patience_us(settings).saturating_mul(2).max(crate::verdict::QUIET_US)
    }

    fn properties(&self, settings: &Settings) -> Vec<Property> {
        properties::all(self.rules, settings)
    }

    fn state(&self, _: &World, node: &Node) -> Map<String, Value> {
        state::state(node)
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
        Arrangement::Circle
    }

    fn look(&self, _: &World, node: &Node, lang: Lang) -> Look {
        looks::look(node, lang)
    }

    fn draw_beside(&self, world: &World, stage: &mut Stage<'_>) {
        looks::bars(world, stage);
    }

    /// Clients talk to the resource and to the lock service; a machine's mutex to those on it.
    fn links(&self, world: &World) -> Vec<(NodeId, NodeId)> {
        let Some(setup) = world.servers().next().and_then(|node| node.setup::<Setup>()) else {
            return Vec::new();
        };
        let service = |client: NodeId| -> Vec<NodeId> {
            match self.rules {
                Rules::LocalMutex => vec![setup.machine_of(client)],
                rules if rules.uses_service() => setup.service.ensemble().collect(),
                _ => setup.stores().collect(),
            }
        };
        let clients: Vec<NodeId> = world.clients().map(|node| node.id).collect();
        let of_clients = clients.into_iter().flat_map(|client| {
            std::iter::once(setup.resource()).chain(service(client)).map(move |server| (client, server))
        });
        of_clients.collect()
    }

    /// Who holds the lock by what the service says.
    fn era(&self, world: &World) -> u64 {
        state::holders(world).first().map_or(0, |&client| looks::era_of(client))
    }

    fn era_words(&self, era: u64) -> String {
        format!("c{era}")
    }
}

/// Redis without `appendfsync always` writes to the disk every second.
const LAZY_US: u64 = 1_000_000;

impl LockVariant {
    const fn has_replicas(&self) -> bool {
        matches!(
            self.rules,
            Rules::SetNx | Rules::SetExFirst | Rules::TtlPlainDel | Rules::Ttl | Rules::TtlFenced
        )
    }

    fn setup(&self, settings: &Settings) -> Setup {
        let number = |key: &str| match settings.get(key) {
            Some(crate::schema::SettingValue::Number(number)) => Some(number),
            _ => None,
        };
        let word = |key: &str| match settings.get(key) {
            Some(crate::schema::SettingValue::Choice(_, word)) => Some(word),
            _ => None,
        };
        let defaults = Setup::default();
        let stores = number("masters").or(number("replicas").map(|replicas| replicas + 1));
        // Where there is no lock the store stands by all the same, unasked: the picture is the other variants'.
        let stores = stores.unwrap_or(u64::from(self.rules == Rules::None));
        Setup {
            variant: self.rules,
            stores: stores as u16,
            machines: number("machines").unwrap_or(0) as u16,
            ttl_us: number("ttl_us").unwrap_or(defaults.ttl_us),
            drift_ppm: number("drift_ppm").unwrap_or(defaults.drift_ppm),
            node_timeout_us: number("node_timeout_us").unwrap_or(defaults.node_timeout_us),
            retry_us: settings.number("retry_us"),
            backoff_us: settings.range("backoff_us"),
            work_us: settings.number("work_us"),
            fences_reads: word("fencing") != Some("writes"),
            fsync: if word("fsync") == Some("everysec") { Fsync::EverySecond } else { Fsync::Always },
            watches_all: word("watches") == Some("all"),
            grace_us: number("grace_us").unwrap_or(defaults.grace_us),
            lock_delay_us: number("lock_delay_us").unwrap_or(defaults.lock_delay_us),
            service: Arc::new(coordination::Setup {
                first: 2,
                count: number("servers").unwrap_or(0) as u16,
                roots: &[PARENT],
                session_timeout_us: number("session_timeout_us").unwrap_or(0),
                ping_us: number("ping_us").unwrap_or(0),
                retry_us: settings.number("retry_us"),
                ..coordination::Setup::default()
            }),
        }
    }
}

const FSYNC_SAFE: &[(&str, Text)] = &[("always", ALWAYS), ("everysec", EVERY_SECOND)];
const FSYNC_FAST: &[(&str, Text)] = &[("everysec", EVERY_SECOND), ("always", ALWAYS)];
const ALWAYS: Text = Text::new("before each answer", "每次应答之前");
const EVERY_SECOND: Text = Text::new("within a second", "一秒之内");
const FENCING: &[(&str, Text)] = &[
    ("reads-and-writes", Text::new("with reads and writes", "读和写都带")),
    ("writes", Text::new("with writes alone", "只有写带")),
];

fn own_settings(rules: Rules) -> Vec<Setting> {
    let defaults = Setup::default();
    let mut settings = vec![
        number(
            "clients",
            Text::new("Clients", "客户端数"),
            Text::new("Each adds one again and again.", "每个客户端反复加一。"),
            (1, 10, 3),
        ),
        number(
            "increments",
            Text::new("Increments of each client", "每个客户端加一的次数"),
            Text::new(
                "How often a client adds one by itself; 0 to give every command by hand.",
                "每个客户端自动加一的次数，0 表示全部手动发起。",
            ),
            (0, 1_000_000, 1_000),
        ),
        micros(
            "work_us",
            Text::new("Work", "处理时间"),
            Text::new(
                "How long a client works between its read and its write.",
                "客户端读取之后、写回之前处理多久。",
            ),
            (0, defaults.work_us),
        ),
    ];
    settings.extend(service_settings(rules, &defaults));
    settings.extend([
        micros(
            "retry_us",
            Text::new("Client retry", "客户端重试"),
            Text::new("How long a client waits for an answer before it asks again.", "客户端等待应答多久后重新发送。"),
            (1_000, defaults.retry_us),
        ),
        range(
            "backoff_us",
            Text::new("Backoff", "退避时间"),
            Text::new(
                "How long a client that did not get the lock waits before it tries again, drawn anew each time.",
                "没有得到锁的客户端等待多久后重试，每次重新随机抽取。",
            ),
            (1_000, defaults.backoff_us),
        ),
        range(
            "think_us",
            Text::new("Think time", "思考时间"),
            Text::new("How long a client waits between two increments.", "客户端两次加一之间的间隔。"),
            (0, (1_000, 10_000)),
        ),
    ]);
    settings
}

/// What the lock service of a variant has to set.
fn service_settings(rules: Rules, defaults: &Setup) -> Vec<Setting> {
    let ttl = micros(
        "ttl_us",
        Text::new("Lease", "租约时长"),
        Text::new("After how long a key expires.", "键在多久之后过期。"),
        (1_000, defaults.ttl_us),
    );
    let replicas = number(
        "replicas",
        Text::new("Replicas of the store", "存储的从节点数"),
        Text::new(
            "Copies that lag behind; one of them can be made the primary by hand.",
            "异步复制的副本，可以手动提升其中一个为主节点。",
        ),
        (0, 4, 0),
    );
    let fsync = |options| Setting {
        key: "fsync",
        title: Text::new("Store writes to its disk", "存储写盘时机"),
        help: Text::new("When a change is safe from a crash of the store.", "修改在何时不再怕存储节点崩溃。"),
        unit: Unit::Count,
        kind: SettingKind::Choice { options },
    };
    match rules {
        Rules::None => Vec::new(),
        Rules::LocalMutex => vec![number(
            "machines",
            Text::new("Machines", "机器数"),
            Text::new("Clients are dealt out to them in turn.", "客户端依次分到各台机器上。"),
            (1, 5, 2),
        )],
        Rules::SetNx => vec![replicas, fsync(FSYNC_SAFE)],
        Rules::SetExFirst | Rules::TtlPlainDel | Rules::Ttl => vec![ttl, replicas, fsync(FSYNC_SAFE)],
        Rules::TtlFenced => {
            let fencing = Setting {
                key: "fencing",
                title: Text::new("The token goes along", "令牌随何种请求发送"),
                help: Text::new(
                    "With writes alone a late write that comes before the next holder's write is accepted.",
                    "若只随写请求发送，迟到的写入只要早于下一个持有者的写入，仍会被接受。",
                ),
                unit: Unit::Count,
                kind: SettingKind::Choice { options: FENCING },
            };
            vec![ttl, replicas, fsync(FSYNC_SAFE), fencing]
        }
        Rules::ZnodePersistent => session_settings(3),
        Rules::Znode => {
            let mut settings = session_settings(3);
            settings.push(Setting {
                key: "watches",
                title: Text::new("Who waits watches", "等待者监听"),
                help: Text::new(
                    "With the whole list watched, each change wakes everybody: a herd.",
                    "若都监听整个列表，每次变化都会惊动所有等待者，即羊群效应。",
                ),
                unit: Unit::Count,
                kind: SettingKind::Choice { options: WATCHES },
            });
            settings
        }
        Rules::Chubby => {
            let mut settings = session_settings(5);
            settings.push(micros(
                "grace_us",
                Text::new("Grace period", "宽限期"),
                Text::new(
                    "How long a client whose session is doubtful waits for a master before it gives up.",
                    "会话存疑的客户端等待主节点多久后放弃。",
                ),
                (1_000, defaults.grace_us),
            ));
            settings.push(micros(
                "lock_delay_us",
                Text::new("Lock-delay", "锁延迟"),
                Text::new(
                    "How long nobody gets the lock after a holder that failed.",
                    "持有者失效后，多久之内不再授予任何人。",
                ),
                (0, defaults.lock_delay_us),
            ));
            settings
        }
        Rules::Redlock => vec![
            number(
                "masters",
                Text::new("Masters", "主节点数"),
                Text::new(
                    "They know nothing of each other; a majority must grant.",
                    "它们互不相识，须由多数派授予。",
                ),
                (1, 9, 5),
            ),
            ttl,
            micros(
                "node_timeout_us",
                Text::new("Wait for a master", "等待主节点的时间"),
                Text::new(
                    "How long a client waits for the masters before it gives up the attempt.",
                    "客户端等待各主节点答复的时间，超时则放弃本次尝试。",
                ),
                (1_000, defaults.node_timeout_us),
            ),
            Setting {
                key: "drift_ppm",
                title: Text::new("Clock drift allowed for", "预留的时钟漂移"),
                help: Text::new(
                    "So much of the lease, and 2 ms, a client takes off, for clocks that differ.",
                    "客户端从租约中扣除这一比例，外加 2 ms，以容许时钟差异。",
                ),
                unit: Unit::Ppm,
                kind: SettingKind::Number { min: 0, max: 500_000, default: defaults.drift_ppm },
            },
            fsync(FSYNC_FAST),
        ],
    }
}

const WATCHES: &[(&str, Text)] = &[
    ("predecessor", Text::new("the znode before its own", "前一个 znode")),
    ("all", Text::new("the whole list", "整个列表")),
];

/// What the coordination service has to set.
fn session_settings(servers: u64) -> Vec<Setting> {
    let defaults = coordination::Setup::default();
    vec![
        number(
            "servers",
            Text::new("Servers of the service", "服务的服务器数"),
            Text::new("A majority of them keeps what the service promises.", "其中的多数派保存服务的承诺。"),
            (1, 7, servers),
        ),
        micros(
            "session_timeout_us",
            Text::new("Session timeout", "会话超时"),
            Text::new(
                "After so much silence the service ends a client's session, and its lock with it.",
                "客户端沉默这么久后，服务结束其会话，锁也随之释放。",
            ),
            (10_000, defaults.session_timeout_us),
        ),
        micros(
            "ping_us",
            Text::new("Keep-alive", "保活间隔"),
            Text::new("How often a client keeps its session alive.", "客户端多久续一次会话。"),
            (1_000, defaults.ping_us),
        ),
    ]
}

fn micros(key: &'static str, title: Text, help: Text, (min, default): (u64, u64)) -> Setting {
    let kind = SettingKind::Number { min, max: 60_000_000, default };
    Setting { key, title, help, unit: Unit::Micros, kind }
}

fn range(key: &'static str, title: Text, help: Text, (min, default): (u64, (u64, u64))) -> Setting {
    let kind = SettingKind::Range { min, max: 60_000_000, default };
    Setting { key, title, help, unit: Unit::Micros, kind }
}
