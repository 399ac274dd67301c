//! The variants: one machine, six ways to say where a key lies.

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_protocol::ring::placement::{Algorithm, Placement, Scheme};
use faultscope_protocol::ring::{Command, Ring, Setup};
use faultscope_sim::{BadCommand, FaultKind, Load, Node, Payload, Property, SeatPlan, TypedFactory, World};
use serde_json::{Map, Value};

use super::{dial, looks, newest_view, properties, state};
use crate::lab::{About, Assumptions, Blueprint, BrokenBy, Standing, Variant};
use crate::schema::{
    Argument, ArgumentKind, CommandSchema, Setting, SettingKind, Settings, Taker, Unit, Words,
    engine_settings,
};
use crate::stage::{Arrangement, Look, Stage};
use crate::words::{Lang, Text};

/// The roles: stores, the first of which is the steward, and clients.
const STORE: u8 = 0;
pub(super) const STEWARD: u8 = 1;
const CLIENT: u8 = 2;

/// How many servers a run may have in all, joiners included.
const SERVERS_MAX: usize = 12;
/// Writes of the load go to so many keys, so that what was acknowledged is a short list.
const WRITTEN_KEYS: u32 = 64;

/// One way to place keys.
pub(super) struct RingVariant {
    about: &'static About,
    algorithm: Algorithm,
    replicas_by_points: bool,
}

const CLAIMS: &[&str] = &["one-owner", "only-what-must", "distinct-replicas", "no-miss", "placed"];

const ASSUMES: Assumptions = Assumptions {
    faults: &FaultKind::CRASH_RECOVERY,
    most_down_percent: 100,
    words: &[
        Text::new("disks keep what was forced to them", "磁盘不丢失已强制写入的数据"),
        Text::new(
            "fewer nodes are removed than each key has replicas, before its keys were copied again",
            "在键重新复制完成之前，被移除的节点数少于副本数",
        ),
        Text::new("the steward may crash, and comes back", "管理节点可以崩溃，但会恢复"),
    ],
};

/// The hash ring with virtual nodes.
pub(super) static RING: RingVariant = RingVariant {
    about: &About {
        id: "ring",
        title: Text::new("Ring", "哈希环"),
        sentence: Text::new(
            "Each node has some points on a circle; a key belongs to the next point clockwise.",
            "每个节点在圆上有若干个点，键归顺时针方向的下一个点所属的节点。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: CLAIMS,
    },
    algorithm: Algorithm::Ring,
    replicas_by_points: false,
};

/// The ring of libketama.
pub(super) static KETAMA: RingVariant = RingVariant {
    about: &About {
        id: "ketama",
        title: Text::new("Ketama", "Ketama"),
        sentence: Text::new(
            "The ring of memcached clients: MD5, and 160 points for each node.",
            "memcached 客户端所用的哈希环：采用 MD5，每个节点 160 个点。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: CLAIMS,
    },
    algorithm: Algorithm::Ketama,
    replicas_by_points: false,
};

const BROKEN_CLAIMS: &[&str] = &["one-owner", "only-what-must", "no-miss"];

/// The remainder of a division.
pub(super) static MOD_N: RingVariant = RingVariant {
    about: &About {
        id: "mod-n",
        title: Text::new("Mod n", "取余"),
        sentence: Text::new(
            "Key k belongs to node k mod n, and reads follow a new n at once.",
            "键 k 归节点 k mod n；n 一变，读取立即按新的 n 进行。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "A new n gives nearly every key another owner, which does not have it yet.",
                "n 一变，几乎每个键都换了归属节点，而新节点上还没有这些键。",
            ),
            broken_by: BrokenBy::Run("ring:mod-n;r1;s2"),
        },
        assumes: ASSUMES,
        claims: BROKEN_CLAIMS,
    },
    algorithm: Algorithm::ModN,
    replicas_by_points: false,
};

/// A circle of 360 degrees that is never used.
pub(super) static MOD_360: RingVariant = RingVariant {
    about: &About {
        id: "mod-360",
        title: Text::new("Mod 360", "模 360"),
        sentence: Text::new(
            "Keys are hashed to 360 degrees, and then the i-th key goes to node i mod n all the same.",
            "键先哈希到 360 度，最后第 i 个键却仍放到节点 i mod n。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "The hash is unused: it is mod n with a circle drawn beside it.",
                "哈希值根本没用上：它只是旁边画了个圆的取余法。",
            ),
            broken_by: BrokenBy::Run("ring:mod-360;r1;s2"),
        },
        assumes: ASSUMES,
        claims: BROKEN_CLAIMS,
    },
    algorithm: Algorithm::Mod360,
    replicas_by_points: false,
};

/// A remainder that calls itself a ring.
pub(super) static OFF_BY_RING: RingVariant = RingVariant {
    about: &About {
        id: "off-by-ring",
        title: Text::new("Off by a ring", "名不副实的环"),
        sentence: Text::new(
            "A key belongs to node ((SHA-1(key) mod 128000) + 1) mod n; its tutorial calls that a ring.",
            "键归节点 ((SHA-1(键) mod 128000) + 1) mod n，教程却称之为环。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "The last step divides by n, so a join moves nearly all, and the list's order matters.",
                "最后一步仍对 n 取余：加入一个节点几乎全部搬动，而且结果依赖列表顺序。",
            ),
            broken_by: BrokenBy::Run("ring:off-by-ring;r1;s2"),
        },
        assumes: ASSUMES,
        claims: BROKEN_CLAIMS,
    },
    algorithm: Algorithm::OffByRing,
    replicas_by_points: false,
};

/// Replicas at the next points.
pub(super) static NEXT_POINTS: RingVariant = RingVariant {
    about: &About {
        id: "next-points",
        title: Text::new("Next points", "相邻虚拟节点"),
        sentence: Text::new(
            "A ring whose replicas lie at the next points, whichever node has them.",
            "副本放在随后的几个点上，而不管这些点属于哪个节点。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "Two neighbouring points may be one machine: then both copies die with it.",
                "相邻两个点可能属于同一台机器，它一宕机，两个副本就一起没了。",
            ),
            broken_by: BrokenBy::Run("ring:next-points;r1;s1"),
        },
        assumes: ASSUMES,
        claims: &["distinct-replicas"],
    },
    algorithm: Algorithm::Ring,
    replicas_by_points: true,
};

const fn number(
    key: &'static str,
    title: Text,
    help: Text,
    unit: Unit,
    (min, default, max): (u64, u64, u64),
) -> Setting {
    Setting { key, title, help, unit, kind: SettingKind::Number { min, max, default } }
}

const NODES: Setting = number(
    "nodes",
    Text::new("Nodes", "节点数"),
    Text::new("How many servers hold keys at the beginning.", "开始时存放键的服务器数目。"),
    Unit::Count,
    (2, 7, 8),
);
const VIRTUAL_NODES: Setting = number(
    "virtual_nodes",
    Text::new("Virtual nodes", "虚拟节点数"),
    Text::new("How many points each node has on the circle.", "每个节点在圆上的点数。"),
    Unit::Count,
    (1, 10, 200),
);
const HASHED: Setting = Setting {
    key: "keys_are",
    title: Text::new("Keys are", "键的取法"),
    help: Text::new(
        "Whether the number k itself is divided, or its hash.",
        "对键的编号本身取余，还是对其哈希值取余。",
    ),
    unit: Unit::Count,
    kind: SettingKind::Choice {
        options: const {
            &[("raw", Text::new("raw numbers", "原始编号")), ("hashed", Text::new("hashed", "哈希值"))]
        },
    },
};
const REPLICATION_FACTOR: Setting = number(
    "replication_factor",
    Text::new("Replicas", "副本数"),
    Text::new("On how many nodes each key lies.", "每个键存放在几个节点上。"),
    Unit::Count,
    (1, 2, 3),
);
const KEYS: Setting = number(
    "keys",
    Text::new("Keys", "键数"),
    Text::new("How many keys are stored at the beginning.", "开始时已存入的键的数目。"),
    Unit::Count,
    (100, 2_000, 10_000),
);
const BATCH_KEYS: Setting = number(
    "batch_keys",
    Text::new("Keys in a transfer", "每批键数"),
    Text::new("How many keys one Transfer message carries.", "一条 Transfer 消息携带的键数。"),
    Unit::Count,
    (1, 8, 1_000),
);
const CLIENTS: Setting = number(
    "clients",
    Text::new("Clients", "客户端数"),
    Text::new("How many clients read and write all the time.", "持续读写的客户端数目。"),
    Unit::Count,
    (1, 2, 2),
);
const RETRY_US: Setting = number(
    "retry_us",
    Text::new("Retry after", "重试间隔"),
    Text::new("After how long an unanswered message is sent again.", "消息多久得不到答复就重发。"),
    Unit::Micros,
    (10_000, 150_000, 5_000_000),
);
const JOIN_AFTER_US: Setting = number(
    "join_after_us",
    Text::new("A spare joins after", "备用节点加入时间"),
    Text::new(
        "When a spare server joins of its own accord; 0 for no spare.",
        "备用服务器自行加入的时间；0 表示没有备用服务器。",
    ),
    Unit::Micros,
    (0, 400_000, 60_000_000),
);
const LEAVE_AFTER_US: Setting = number(
    "leave_after_us",
    Text::new("A node leaves after", "节点退出时间"),
    Text::new(
        "When the last of the first nodes leaves of its own accord; 0 for never.",
        "最初节点中的最后一个自行退出的时间；0 表示不退出。",
    ),
    Unit::Micros,
    (0, 4_000_000, 60_000_000),
);

const KEY: Argument = Argument {
    name: "key",
    title: Text::new("Key", "键"),
    kind: ArgumentKind::Number { min: 0, max: Setup::KEYS_MAX as u64 - 1, default: 17 },
};

const COMMANDS: &[CommandSchema] = &[
    CommandSchema {
        name: "join",
        title: Text::new("Join the ring", "加入环"),
        taker: Taker::Newcomer,
        arguments: &[],
    },
    CommandSchema {
        name: "leave",
        title: Text::new("Leave the ring", "退出环"),
        taker: Taker::Role(STORE),
        arguments: &[],
    },
    CommandSchema {
        name: "remove",
        title: Text::new("Declare gone and remove", "宣告失效并移除"),
        taker: Taker::Role(STEWARD),
        arguments: &[Argument {
            name: "node", title: Text::new("Node", "节点"), kind: ArgumentKind::Server
        }],
    },
    CommandSchema {
        name: "get",
        title: Text::new("Read a key", "读键"),
        taker: Taker::Client,
        arguments: &[KEY],
    },
    CommandSchema {
        name: "put",
        title: Text::new("Write a key", "写键"),
        taker: Taker::Client,
        arguments: &[
            KEY,
            Argument {
                name: "value",
                title: Text::new("Value", "值"),
                kind: ArgumentKind::Number { min: 0, max: 999_999, default: 1 },
            },
        ],
    },
];

/// Reads a command from its words.
fn read_command(words: &[&str]) -> Result<Command, BadCommand> {
    const KNOWN: [&str; 5] = ["join", "leave", "remove", "get", "put"];
    let key =
        |words: &mut Words<'_>| words.number("key", 0, u64::from(Setup::KEYS_MAX) - 1).map(|key| key as u32);
    let mut words = Words::new(words);
    let command = match words.word("command")? {
        "join" => Command::Join,
        "leave" => Command::Leave,
        "remove" => Command::Remove { node: words.node("node")? },
        "get" => Command::Get { key: key(&mut words)? },
        "put" => Command::Put { key: key(&mut words)?, value: words.number("value", 0, 999_999)? },
        word => return Err(BadCommand::Unknown { word: word.to_owned(), known: KNOWN.to_vec() }),
    };
    words.end()?;
    Ok(command)
}

/// One in four is a write to one of a few keys; of the reads, one in three goes to the same keys.
fn load() -> Load<Ring> {
    Load {
        start_us: 20_000..60_000,
        think_us: 5_000..40_000,
        count: u64::MAX,
        make: |setup, _, number, door| {
            let all = setup.key_count().max(1);
            let kind = door.choose("operation", 8);
            let key = door.choose("key", if kind < 4 { all.min(WRITTEN_KEYS) } else { all });
            if kind < 2 { Command::Put { key, value: number } } else { Command::Get { key } }
        },
    }
}

impl RingVariant {
    fn has_points(&self) -> bool {
        self.algorithm == Algorithm::Ring
    }

    fn setup(&self, settings: &Settings) -> Setup {
        // All numbers are far below 2³²: the schema says so.
        let small = |key: &str| settings.number(key) as u32;
        Setup {
            algorithm: self.algorithm,
            virtual_nodes: if self.has_points() {
                small("virtual_nodes")
            } else {
                Setup::default().virtual_nodes
            },
            hashed_keys: self.algorithm == Algorithm::ModN && settings.choice("keys_are") == "hashed",
            replication_factor: small("replication_factor"),
            keys: small("keys"),
            batch_keys: small("batch_keys"),
            retry_us: settings.number("retry_us"),
            tries: Setup::default().tries,
            members: small("nodes"),
            join_after_us: settings.number("join_after_us"),
            leave_after_us: settings.number("leave_after_us"),
            replicas_by_points: self.replicas_by_points,
        }
    }
}

impl Variant for RingVariant {
    fn about(&self) -> &'static About {
        self.about
    }

    fn settings(&self) -> Vec<Setting> {
        let mut settings = vec![NODES];
        if self.has_points() {
            settings.push(VIRTUAL_NODES);
        }
        settings.push(REPLICATION_FACTOR);
        settings.push(KEYS);
        if self.algorithm == Algorithm::ModN {
            settings.push(HASHED);
        }
        settings.extend([CLIENTS, JOIN_AFTER_US, LEAVE_AFTER_US, BATCH_KEYS, RETRY_US]);
        settings.extend(engine_settings((8_000, 20_000), (0, 2_000)));
        settings
    }

    fn commands(&self) -> &'static [CommandSchema] {
        COMMANDS
    }

    fn blueprint(&self, settings: &Settings) -> Blueprint {
        let setup = self.setup(settings);
        let spares = u16::from(setup.join_after_us > 0);
        let servers = (1..=settings.number("nodes") as u16 + spares).map(|number| SeatPlan {
            id: NodeId::server(number),
            role: if number == 1 { STEWARD } else { STORE },
            zone: 0,
        });
        let clients = (1..=settings.number("clients") as u16).map(|number| SeatPlan {
            id: NodeId::client(number),
            role: CLIENT,
            zone: 0,
        });
        Blueprint {
            seats: servers.chain(clients).collect(),
            max_servers: SERVERS_MAX,
            joiner_role: STORE,
            factory: Arc::new(TypedFactory::<Ring> {
                setup: Arc::new(setup),
                load: Some(load()),
                command: read_command,
            }),
            lazy_us: 0,
        }
    }

    fn properties(&self, _: &Settings) -> Vec<Property> {
        properties::all()
    }

    fn state(&self, _: &World, node: &Node) -> Map<String, Value> {
        state::fields(node)
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

    fn arrangement(&self, world: &World) -> Arrangement {
        let order = order_of(world);
        let count = order.len().max(1);
        let place = |(place, id): (usize, NodeId)| (id, (place * 1000 / count) as u16);
        Arrangement::Dial(order.into_iter().enumerate().map(place).collect())
    }

    fn look(&self, world: &World, node: &Node, lang: Lang) -> Look {
        looks::look(world, node, lang)
    }

    fn draw_beside(&self, world: &World, stage: &mut Stage<'_>) {
        dial::draw(world, stage);
    }

    fn links(&self, _: &World) -> Vec<(NodeId, NodeId)> {
        Vec::new()
    }

    fn era(&self, world: &World) -> u64 {
        newest_view(world).map_or(0, |view| view.version())
    }

    fn era_words(&self, era: u64) -> String {
        format!("v{era}")
    }
}

/// The servers as they stand around the dial: by number; where each has one point on the circle, in the order of
/// the points, so that the next node clockwise is the one that takes over.
fn order_of(world: &World) -> Vec<NodeId> {
    let servers: Vec<NodeId> = world.servers().map(|node| node.id).collect();
    let setup = world.servers().next().and_then(|node| node.setup::<Setup>());
    let has_one_point =
        setup.is_some_and(|setup| setup.algorithm == Algorithm::Ring && setup.virtual_nodes == 1);
    if !has_one_point {
        return servers;
    }
    let scheme = Scheme { virtual_nodes: 1, ..Scheme::of(Algorithm::Ring) };
    let placement = Placement::new(scheme, servers.iter().map(NodeId::to_string));
    placement.points().iter().filter_map(|point| servers.get(point.node as usize).copied()).collect()
}
