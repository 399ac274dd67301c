//! The variants of the election lab: which algorithm, what it assumes, and its settings.

use std::sync::Arc;

use faultscope_protocol::NodeId;
use faultscope_protocol::coordination;
use faultscope_protocol::election::{
    Command, Election, Order, PARENT, PARTICIPANT, Setup, Start, Variant as Rules,
};
use faultscope_sim::{BadCommand, FaultKind, Node, Payload, Property, SeatPlan, TypedFactory, World};
use serde_json::{Map, Value};

use super::{looks, properties, state, words};
use crate::lab::{About, Assumptions, Blueprint, BrokenBy, Standing, Variant};
use crate::schema::{
    CommandSchema, Setting, SettingKind, Settings, Taker, Unit, Words, choice, engine_settings, micros,
    number,
};
use crate::stage::{Arrangement, Look};
use crate::words::{Lang, Text};

/// A variant of the election machine.
pub(super) struct ElectionVariant {
    about: About,
    rules: Rules,
}

/// Every fault but those of clients, for there are none, and of disks.
const ANY_FAULT: &[FaultKind] = &[
    FaultKind::Crash,
    FaultKind::Pause,
    FaultKind::Cut,
    FaultKind::CutOneWay,
    FaultKind::Loss,
    FaultKind::Duplication,
    FaultKind::Latency,
    FaultKind::SlowDisk,
    FaultKind::Reordering,
    FaultKind::SlowProcessor,
    FaultKind::Clock,
];

/// What a tutorial forgets to say.
const ASSUMES_NOTHING: Assumptions = Assumptions {
    faults: ANY_FAULT,
    most_down_percent: 40,
    words: &[Text::new(
        "The tutorial names no assumption: it should work as it is.",
        "教程没有说明任何假设：它应当直接可用。",
    )],
};

const CLAIMS: &[&str] = &["one-leader-an-epoch", "same-leader", "leader-elected"];
const SAFETY: &[&str] = &["one-leader-an-epoch", "same-leader"];

pub(super) static BULLY: ElectionVariant = ElectionVariant {
    about: About {
        id: "bully",
        title: Text::new("Bully", "霸道算法（Bully）"),
        sentence: Text::new(
            "The highest node that lives leads; whoever misses the leader asks all that are higher.",
            "存活的最高节点领导；谁发现领导者失联，就询问所有更高的节点。",
        ),
        standing: Standing::Right,
        assumes: Assumptions {
            faults: &[FaultKind::Crash, FaultKind::Clock],
            most_down_percent: 40,
            words: &[
                Text::new(
                    "Synchrony: a message and its answer take less than the answer timeout, always.",
                    "同步：一条消息及其应答所需时间总是小于应答超时。",
                ),
                Text::new(
                    "No message is lost or repeated, and nothing is cut.",
                    "消息不丢失也不重复，网络不被切断。",
                ),
                Text::new(
                    "Nodes stop and come back; they do not sleep: silence means death.",
                    "节点会停止和恢复，但不会沉睡：沉默就意味着宕机。",
                ),
            ],
        },
        claims: CLAIMS,
    },
    rules: Rules::Bully,
};

pub(super) static RING: ElectionVariant = ElectionVariant {
    about: About {
        id: "ring",
        title: Text::new("Chang–Roberts ring", "Chang–Roberts 环"),
        sentence: Text::new(
            "Ids travel around a ring in one direction; the largest comes back to its owner, who leads.",
            "id 沿环单向传递；最大的回到主人手中，由它领导。",
        ),
        standing: Standing::Right,
        assumes: Assumptions {
            faults: &[
                FaultKind::Pause,
                FaultKind::Latency,
                FaultKind::SlowDisk,
                FaultKind::SlowProcessor,
                FaultKind::Clock,
            ],
            most_down_percent: 0,
            words: &[
                Text::new("Links lose nothing and keep the order.", "链路不丢消息，并保持顺序。"),
                Text::new(
                    "No node crashes: one dead node breaks the ring. Delays may be of any length.",
                    "节点不会崩溃：一个节点宕机环就断了。延迟则可以任意长。",
                ),
            ],
        },
        claims: CLAIMS,
    },
    rules: Rules::Ring,
};

pub(super) static ZNODE: ElectionVariant = ElectionVariant {
    about: About {
        id: "znode",
        title: Text::new("Ephemeral sequential znodes", "临时顺序节点"),
        sentence: Text::new(
            "Each candidate makes a znode; the lowest leads, and each other one watches the one before its own.",
            "每个候选人创建一个节点；编号最小者领导，其余各监听自己的前一个。",
        ),
        standing: Standing::Right,
        assumes: Assumptions {
            faults: ANY_FAULT,
            most_down_percent: 100,
            words: &[
                Text::new("What a disk has confirmed stays there.", "磁盘确认写入的内容不会丢失。"),
                Text::new(
                    "Progress: a majority of the service's servers talk in time.",
                    "若要有进展：服务的多数派服务器能及时通信。",
                ),
                Text::new(
                    "Whoever acts for a leader checks its epoch: a sleeping leader does not know that it is deposed.",
                    "替领导者办事的一方要检查纪元：沉睡的领导者不知道自己已被取代。",
                ),
            ],
        },
        claims: &["one-leader-an-epoch", "same-leader", "leader-elected", "wakes-one"],
    },
    rules: Rules::Znode,
};

/// Two of five draw the same greatest number; nothing else happens.
pub(super) const TIE: &str = "election:random-max;r1;s1";

pub(super) static RANDOM_MAX: ElectionVariant = ElectionVariant {
    about: About {
        id: "random-max",
        title: Text::new("The greatest number leads", "数字最大者领导"),
        sentence: Text::new(
            "Each node draws a number and tells it to all; whoever's is as great as any leads.",
            "每个节点抽一个数并告知所有节点；谁的数不小于任何一个，谁就领导。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "Equal numbers lead both; a lost number, a cut or a late node makes two leaders; nobody draws again.",
                "数字相同则都领导；丢失一个数、网络切断或迟到的节点都会造成两个领导者；也没有谁会重新抽数。",
            ),
            broken_by: BrokenBy::Run(TIE),
        },
        assumes: ASSUMES_NOTHING,
        claims: SAFETY,
    },
    rules: Rules::RandomMax,
};

/// Nothing happens at all.
pub(super) const LAST_HEARD: &str = "election:random-pairwise;r1;s2";

pub(super) static RANDOM_PAIRWISE: ElectionVariant = ElectionVariant {
    about: About {
        id: "random-pairwise",
        title: Text::new("Whoever was heard last decides", "最后收到的说了算"),
        sentence: Text::new(
            "Each node compares its number with each that comes; the last comparison stands.",
            "每个节点拿自己的数与每个到来的数比较，以最后一次为准。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "A comparison overwrites the one before it, so the order of arrival decides, and differs everywhere.",
                "后一次比较覆盖前一次，于是由到达顺序决定结果，而各处的顺序并不相同。",
            ),
            broken_by: BrokenBy::Run(LAST_HEARD),
        },
        assumes: ASSUMES_NOTHING,
        claims: SAFETY,
    },
    rules: Rules::RandomPairwise,
};

/// A cut from the start: each side has a greatest number.
pub(super) const TWO_SIDES: &str = "election:unique-max;r1;s1;@1000cut.n1_n2";

pub(super) static UNIQUE_MAX: ElectionVariant = ElectionVariant {
    about: About {
        id: "unique-max",
        title: Text::new("Ids break ties", "用 id 打破平局"),
        sentence: Text::new(
            "As before, and of equal numbers the higher id wins; still nobody needs a majority.",
            "同上，数字相同时 id 高者胜；但仍不需要多数派。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "Without a majority each side of a cut elects, and a node that is late elects itself.",
                "没有多数派的要求，网络切断后两侧各选一个，迟到的节点则选自己。",
            ),
            broken_by: BrokenBy::Run(TWO_SIDES),
        },
        assumes: ASSUMES_NOTHING,
        claims: SAFETY,
    },
    rules: Rules::UniqueMax,
};

/// Nothing happens at all.
pub(super) const SAME_WORD: &str = "election:znode-same-word;r1;s1";

pub(super) static ZNODE_SAME_WORD: ElectionVariant = ElectionVariant {
    about: About {
        id: "znode-same-word",
        title: Text::new("All read “master”", "都读到 “master”"),
        sentence: Text::new(
            "Each candidate makes the znode /election/master with the word “master”, reads it, and believes it.",
            "每个候选人都创建节点 /election/master，写入 “master”，再读出来并信以为真。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "One made it, all read the same word, and nobody reads whose it is.",
                "创建成功的只有一个，读到的却都一样，没有谁去看它是谁的。",
            ),
            broken_by: BrokenBy::Run(SAME_WORD),
        },
        assumes: ASSUMES_NOTHING,
        claims: SAFETY,
    },
    rules: Rules::ZnodeSameWord,
};

/// The leader dies, and all the others are woken.
pub(super) const HERD: &str = "election:znode-herd;r1;s1;@1500000crash.n3";

pub(super) static ZNODE_HERD: ElectionVariant = ElectionVariant {
    about: About {
        id: "znode-herd",
        title: Text::new("All watch the leader", "都监听领导者"),
        sentence: Text::new(
            "As with ephemeral sequential znodes, but every candidate watches the leader's.",
            "同临时顺序节点，但所有候选人都监听领导者的节点。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "It elects one, at a price: each death of a leader wakes all, who ask the service at once: the herd effect.",
                "选举结果没错，代价却高：领导者每次宕机都会唤醒所有候选人，同时涌向服务：羊群效应。",
            ),
            broken_by: BrokenBy::Run(HERD),
        },
        assumes: ASSUMES_NOTHING,
        claims: &["wakes-one"],
    },
    rules: Rules::ZnodeHerd,
};

static ELECT: &[CommandSchema] = &[CommandSchema {
    name: "elect",
    title: Text::new("Start an election", "发起选举"),
    taker: Taker::Role(PARTICIPANT),
    arguments: &[],
}];

fn read_command(words: &[&str]) -> Result<Command, BadCommand> {
    let mut words = Words::new(words);
    match words.word("command")? {
        "elect" => words.end().map(|()| Command::Elect),
        word => Err(BadCommand::Unknown { word: word.to_owned(), known: vec!["elect"] }),
    }
}

impl Variant for ElectionVariant {
    fn about(&self) -> &'static About {
        match self.rules {
            Rules::RandomMax => &RANDOM_MAX.about,
            Rules::RandomPairwise => &RANDOM_PAIRWISE.about,
            Rules::UniqueMax => &UNIQUE_MAX.about,
            Rules::Bully => &BULLY.about,
            Rules::Ring => &RING.about,
            Rules::Znode => &ZNODE.about,
            Rules::ZnodeHerd => &ZNODE_HERD.about,
            Rules::ZnodeSameWord => &ZNODE_SAME_WORD.about,
        }
    }

    fn settings(&self) -> Vec<Setting> {
        let mut settings = self.own_settings();
        let mut engine = engine_settings((5_000, 10_000), (1_000, 2_000));
        if self.rules == Rules::Ring {
            keep_order(&mut engine);
        }
        settings.extend(engine);
        settings
    }

    fn commands(&self) -> &'static [CommandSchema] {
        if matches!(self.rules, Rules::Bully | Rules::Ring) { ELECT } else { &[] }
    }

    fn blueprint(&self, settings: &Settings) -> Blueprint {
        let setup = self.setup(settings);
        let servers = if self.rules.uses_service() { setup.service.count } else { 0 };
        let all = setup.participants + servers;
        let role = |number: u16| if number <= setup.participants { PARTICIPANT } else { 0 };
        let seat = |number| SeatPlan { id: NodeId::server(number), role: role(number), zone: 0 };
        Blueprint {
            seats: (1..=all).map(seat).collect(),
            max_servers: usize::from(all),
            joiner_role: PARTICIPANT,
            factory: Arc::new(TypedFactory::<Election> {
                setup: Arc::new(setup),
                load: None,
                command: read_command,
            }),
            lazy_us: 50_000,
        }
    }

    fn settles_us(&self, settings: &Settings) -> u64 {
        let setup = self.setup(settings);
        let service = &setup.service;
        let own_us =
            [setup.collect_us, setup.detect_us, setup.answer_us, setup.coordinator_us].iter().sum::<u64>();
        let waits_us = if self.rules.uses_service() {
            service.session_timeout_us
                + service.election_timeout_us.1
                + service.ping_us
                + service.retry_us * 4
        } else {
            own_us + settings.range("latency_us").1.saturating_mul(2 * u64::from(setup.participants))
        };
        waits_us.saturating_mul(4).max(crate::verdict::QUIET_US)
    }

    fn properties(&self, _: &Settings) -> Vec<Property> {
        properties::all(self.rules.uses_service())
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

    /// On a ring each has one neighbour before and one behind; candidates talk to the service alone.
    fn links(&self, world: &World) -> Vec<(NodeId, NodeId)> {
        let all: Vec<&Node> = world.servers().collect();
        if self.rules == Rules::Ring {
            let next = all.iter().cycle().skip(1);
            return all.iter().zip(next).map(|(from, to)| (from.id, to.id)).filter(|(a, b)| a != b).collect();
        }
        let talks = |from: &Node, to: &Node| {
            !self.rules.uses_service() || from.role() != PARTICIPANT || to.role() != PARTICIPANT
        };
        let mut links = Vec::new();
        for (place, from) in all.iter().enumerate() {
            links.extend(all[place + 1..].iter().filter(|to| talks(from, to)).map(|to| (from.id, to.id)));
        }
        links
    }

    fn era(&self, world: &World) -> u64 {
        state::era(world)
    }

    fn era_words(&self, era: u64) -> String {
        looks::epoch_words(era)
    }
}

/// Messages on one link do not overtake each other.
fn keep_order(engine: &mut [Setting]) {
    for setting in engine.iter_mut().filter(|setting| setting.key == "fifo") {
        setting.kind = SettingKind::Choice {
            options: const {
                &[
                    ("kept", Text::new("first in, first out", "先进先出")),
                    ("free", Text::new("may overtake", "可乱序")),
                ]
            },
        };
    }
}

const STARTS: &[(&str, Text)] = &[
    ("elect", Text::new("all start an election", "全部发起选举")),
    ("settled", Text::new("the highest leads already", "最高者已在领导")),
    ("idle", Text::new("nothing, until a command", "什么也不做，等待命令")),
];
const RING_STARTS: &[(&str, Text)] = &[
    ("elect", Text::new("all start an election", "全部发起选举")),
    ("idle", Text::new("nothing, until a command", "什么也不做，等待命令")),
];
const ORDERS: &[(&str, Text)] = &[
    ("drawn", Text::new("each node draws its id", "每个节点随机抽取 id")),
    ("ascending", Text::new("ascending: fewest messages", "递增：消息最少")),
    ("descending", Text::new("descending: most messages", "递减：消息最多")),
];

impl ElectionVariant {
    fn setup(&self, settings: &Settings) -> Setup {
        let mut setup = Setup {
            variant: self.rules,
            participants: settings.number("participants") as u16,
            ..Setup::default()
        };
        match self.rules {
            Rules::RandomMax | Rules::RandomPairwise | Rules::UniqueMax => {
                setup.numbers = settings.number("numbers") as u32;
                setup.collect_us = settings.number("collect_us");
                read_leader_times(&mut setup, settings);
            }
            Rules::Bully => {
                setup.start = read_start(settings);
                setup.answer_us = settings.number("answer_us");
                setup.coordinator_us = settings.number("coordinator_us");
                read_leader_times(&mut setup, settings);
            }
            Rules::Ring => {
                setup.start = read_start(settings);
                setup.order = match settings.choice("order") {
                    "ascending" => Order::Ascending,
                    "descending" => Order::Descending,
                    _ => Order::Drawn,
                };
                read_leader_times(&mut setup, settings);
            }
            Rules::Znode | Rules::ZnodeHerd | Rules::ZnodeSameWord => {
                setup.service = Arc::new(service_setup(setup.participants, settings));
            }
        }
        setup
    }

    fn own_settings(&self) -> Vec<Setting> {
        let defaults = Setup::default();
        let mut settings = vec![number(
            "participants",
            Text::new("Nodes", "节点数"),
            Text::new("How many stand for election: n1 and on.", "参加选举的节点数，从 n1 开始。"),
            (1, 100, if self.rules.uses_service() { 4 } else { 5 }),
        )];
        match self.rules {
            Rules::RandomMax | Rules::RandomPairwise | Rules::UniqueMax => {
                settings.extend(draw_settings(&defaults));
            }
            Rules::Bully => settings.extend(bully_settings(&defaults)),
            Rules::Ring => settings.extend(ring_settings()),
            Rules::Znode | Rules::ZnodeHerd | Rules::ZnodeSameWord => {
                return settings.into_iter().chain(service_settings(&defaults)).collect();
            }
        }
        let detect_us = if self.rules == Rules::Ring { 1_000_000 } else { defaults.detect_us };
        settings.extend(leader_settings(&defaults, detect_us));
        settings
    }
}

fn read_start(settings: &Settings) -> Start {
    match settings.choice("start") {
        "settled" => Start::Settled,
        "idle" => Start::Idle,
        _ => Start::Elect,
    }
}

fn read_leader_times(setup: &mut Setup, settings: &Settings) {
    setup.heartbeat_us = settings.number("heartbeat_us");
    setup.detect_us = settings.number("detect_us");
}

fn service_setup(participants: u16, settings: &Settings) -> coordination::Setup {
    coordination::Setup {
        first: participants + 1,
        count: settings.number("service_servers") as u16,
        roots: &[PARENT],
        election_timeout_us: settings.range("service_election_us"),
        heartbeat_us: settings.number("service_heartbeat_us"),
        session_timeout_us: settings.number("session_timeout_us"),
        ping_us: settings.number("ping_us"),
        retry_us: settings.number("retry_us"),
    }
}

fn draw_settings(defaults: &Setup) -> Vec<Setting> {
    vec![
        number(
            "numbers",
            Text::new("Numbers", "数字范围"),
            Text::new(
                "Drawn from 1 to this; the smaller, the more ties.",
                "从 1 到此数中抽取；越小，平局越多。",
            ),
            (1, 1_000_000, u64::from(defaults.numbers)),
        ),
        micros(
            "collect_us",
            Text::new("Collect timeout", "收集超时"),
            Text::new("How long a node waits for the numbers of the others.", "节点等待其他节点数字的时间。"),
            defaults.collect_us,
        ),
    ]
}

fn bully_settings(defaults: &Setup) -> Vec<Setting> {
    vec![
        choice(
            "start",
            Text::new("At the start", "开始时"),
            Text::new("What happens when the run begins.", "运行开始时发生什么。"),
            STARTS,
        ),
        micros(
            "answer_us",
            Text::new("Answer timeout", "应答超时"),
            Text::new(
                "How long a node waits for an OK from a higher one.",
                "节点等待更高节点回复 OK 的时间。",
            ),
            defaults.answer_us,
        ),
        micros(
            "coordinator_us",
            Text::new("Coordinator timeout", "等待领导者超时"),
            Text::new(
                "How long a node waits, after an OK, for the new leader before it starts again.",
                "节点收到 OK 后等待新领导者的时间，超时则重新发起。",
            ),
            defaults.coordinator_us,
        ),
    ]
}

fn ring_settings() -> Vec<Setting> {
    vec![
        choice(
            "start",
            Text::new("At the start", "开始时"),
            Text::new("What happens when the run begins.", "运行开始时发生什么。"),
            RING_STARTS,
        ),
        choice(
            "order",
            Text::new("Ids on the ring", "环上的 id"),
            Text::new("In the direction of the messages: n1 to n2 to n3.", "沿消息方向：n1 到 n2 到 n3。"),
            ORDERS,
        ),
    ]
}

fn leader_settings(defaults: &Setup, detect_us: u64) -> Vec<Setting> {
    vec![
        micros(
            "heartbeat_us",
            Text::new("Heartbeat", "心跳间隔"),
            Text::new("How often a leader tells that it lives.", "领导者多久报一次平安。"),
            defaults.heartbeat_us,
        ),
        micros(
            "detect_us",
            Text::new("Leader timeout", "领导者超时"),
            Text::new("After how much silence a leader counts as dead.", "领导者沉默多久即视为宕机。"),
            detect_us,
        ),
    ]
}

fn service_settings(defaults: &Setup) -> Vec<Setting> {
    let service = &defaults.service;
    vec![
        number(
            "service_servers",
            Text::new("Servers of the service", "服务的服务器数"),
            Text::new(
                "They stand behind the candidates; a majority must talk.",
                "编号排在候选人之后；其中多数派须能通信。",
            ),
            (1, 7, u64::from(service.count)),
        ),
        micros(
            "session_timeout_us",
            Text::new("Session timeout", "会话超时"),
            Text::new(
                "After how much silence the service ends a candidate's session.",
                "候选人沉默多久，服务就结束其会话。",
            ),
            service.session_timeout_us,
        ),
        micros(
            "ping_us",
            Text::new("Session ping", "会话心跳间隔"),
            Text::new("How often a candidate speaks to the service.", "候选人多久与服务通信一次。"),
            service.ping_us,
        ),
        micros(
            "retry_us",
            Text::new("Request retry", "请求重试"),
            Text::new(
                "How long a candidate waits for an answer before it asks another server.",
                "候选人等待答复多久后改问另一台服务器。",
            ),
            service.retry_us,
        ),
        micros(
            "service_heartbeat_us",
            Text::new("Heartbeat of the service", "服务心跳间隔"),
            Text::new(
                "How often the service's leader speaks to its followers.",
                "服务的领导者多久联系一次跟随者。",
            ),
            service.heartbeat_us,
        ),
        Setting {
            key: "service_election_us",
            title: Text::new("Election timeout of the service", "服务选举超时"),
            help: Text::new("Drawn anew at every reset.", "每次重置时重新抽取。"),
            unit: Unit::Micros,
            kind: SettingKind::Range { min: 1_000, max: 10_000_000, default: service.election_timeout_us },
        },
    ]
}
