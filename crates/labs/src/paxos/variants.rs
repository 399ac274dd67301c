//! The variants of Paxos: one machine, different rules; and the load that keeps a run lively.

use std::sync::Arc;

use faultscope_protocol::paxos::{
    ACCEPTOR, Backoff, Command, LEARNER, PROPOSER, Paxos, Setup, Variant as Rules,
};
use faultscope_protocol::{Door, NodeId};
use faultscope_sim::{BadCommand, FaultKind, Load, Node, Payload, Property, SeatPlan, TypedFactory, World};
use serde_json::{Map, Value};

use super::{looks, properties, state, words};
use crate::lab::{About, Assumptions, Blueprint, BrokenBy, Standing, Variant};
use crate::schema::{
    Argument, ArgumentKind, CommandSchema, Setting, SettingKind, Settings, Taker, Unit, Words,
    engine_settings, micros, number, range,
};
use crate::stage::{Arrangement, Look};
use crate::words::{Lang, Text};

/// A variant of the Paxos machine.
pub(super) struct PaxosVariant {
    about: About,
    rules: Rules,
}

/// Paxos is made for every fault there is: its safety depends on none of them.
pub(super) const ASSUMES: Assumptions = Assumptions {
    faults: &FaultKind::CRASH_RECOVERY,
    most_down_percent: 100,
    words: &[
        Text::new("What a disk has confirmed stays there.", "磁盘确认写入的内容不会丢失。"),
        Text::new("Nodes fail by stopping, they do not lie.", "节点只会停止工作，不会说谎。"),
        Text::new(
            "Progress: the phase timeout is longer than a round of messages and disk writes.",
            "若要有进展：阶段超时须长于一轮消息往返与写盘所需的时间。",
        ),
    ],
};

pub(super) static SINGLE: PaxosVariant = PaxosVariant {
    about: About {
        id: "single",
        title: Text::new("Single-decree Paxos", "单值 Paxos"),
        sentence: Text::new(
            "Two phases for each ballot; each instance is a decision of its own.",
            "每轮投票分两个阶段；每个实例独立做出一个决定。",
        ),
        standing: Standing::Right,
        assumes: ASSUMES,
        claims: &["agreement", "validity", "learned-is-chosen", "promise-kept", "value-learned"],
    },
    rules: Rules::Single,
};

/// 7 is chosen by n3 and n4; n4 forgets it in a crash, and 8 is chosen by n4 and n5.
pub(super) const FORGOTTEN: &str = "paxos:forgetful-acceptor;r1;s1;clients=0;latency_us=10000-10000;disk_us=0-0;\
    @1000do.n1.propose.1.7;@1500cut.n5;@60000crash.n4;@70000restart.n4;@80000heal;@81000cut.n3;\
    @90000do.n2.propose.1.8;@200000heal";

pub(super) static FORGETFUL_ACCEPTOR: PaxosVariant = PaxosVariant {
    about: About {
        id: "forgetful-acceptor",
        title: Text::new("Forgetful acceptor", "健忘的接受者"),
        sentence: Text::new(
            "An acceptor keeps its promise, and what it accepted, in memory only.",
            "接受者的承诺和已接受的值只保存在内存里。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "An acceptor that restarts helps to choose a second value.",
                "接受者重启之后会帮着选定第二个值。",
            ),
            broken_by: BrokenBy::Run(FORGOTTEN),
        },
        assumes: ASSUMES,
        claims: &["agreement", "promise-kept"],
    },
    rules: Rules::ForgetfulAcceptor,
};

pub(super) static IGNORES_ACCEPTED: PaxosVariant = PaxosVariant {
    about: About {
        id: "ignores-accepted",
        title: Text::new("Ignores what was accepted", "无视已接受的值"),
        sentence: Text::new(
            "A proposer with a majority of promises proposes its own value, whatever they report.",
            "提议者得到多数派承诺后，不管其中报告了什么，一律提出自己的值。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "What they report may be chosen already; then a second value is chosen.",
                "承诺中报告的值可能早已选定，于是又选定了第二个值。",
            ),
            broken_by: BrokenBy::Seeds(20),
        },
        assumes: ASSUMES,
        claims: &["agreement"],
    },
    rules: Rules::IgnoresAccepted,
};

/// 7 is accepted by n3 in ballot 1 and by n4 in ballot 2, of n1 each: by two acceptors, in no ballot by two.
pub(super) const MISCOUNTED: &str = "paxos:counts-across-ballots;r1;s1;clients=0;latency_us=10000-10000;disk_us=0-0;\
    phase_timeout_us=100000;backoff_us=10000-10000;@1000do.n1.propose.1.7;@25000cut.n4;@25001cut.n5;@40000heal;\
    @153000cut.n3;@153001cut.n5;@230000heal";

pub(super) static COUNTS_ACROSS_BALLOTS: PaxosVariant = PaxosVariant {
    about: About {
        id: "counts-across-ballots",
        title: Text::new("Counts across ballots", "跨轮计票"),
        sentence: Text::new(
            "Acceptances of one value count together, though they belong to different ballots.",
            "同一个值的接受被加在一起计数，尽管它们属于不同的投票。",
        ),
        standing: Standing::Naive {
            flaw: Text::new(
                "Two minorities of two ballots are no majority: another value can still be chosen.",
                "两轮投票的两个少数派合起来并不是多数派，别的值仍可能被选定。",
            ),
            broken_by: BrokenBy::Run(MISCOUNTED),
        },
        assumes: ASSUMES,
        claims: &["learned-is-chosen"],
    },
    rules: Rules::CountsAcrossBallots,
};

/// Instances that may be named.
const INSTANCE_MAX: u64 = 1_000_000;
/// Values that may be named.
const VALUE_MAX: u64 = 9_999_999;

static COMMANDS: &[CommandSchema] = &[
    CommandSchema {
        name: "propose",
        title: Text::new("Propose through a client", "经客户端提议"),
        taker: Taker::Client,
        arguments: ARGUMENTS,
    },
    CommandSchema {
        name: "propose",
        title: Text::new("Propose", "提议"),
        taker: Taker::Role(PROPOSER),
        arguments: ARGUMENTS,
    },
];

const ARGUMENTS: &[Argument] = &[
    Argument {
        name: "instance",
        title: Text::new("Instance", "实例"),
        kind: ArgumentKind::Number { min: 1, max: INSTANCE_MAX, default: 1 },
    },
    Argument {
        name: "value",
        title: Text::new("Value", "值"),
        kind: ArgumentKind::Number { min: 0, max: VALUE_MAX, default: 7 },
    },
];

fn read_command(words: &[&str]) -> Result<Command, BadCommand> {
    let mut words = Words::new(words);
    match words.word("command")? {
        "propose" => {
            let instance = words.number("instance", 1, INSTANCE_MAX)?;
            let value = words.number("value", 0, VALUE_MAX)? as u32;
            words.end()?;
            Ok(Command::Propose { instance, value })
        }
        word => Err(BadCommand::Unknown { word: word.to_owned(), known: vec!["propose"] }),
    }
}

/// The clients go through the instances one after the other, each with values of its own.
fn next_command(_: &Setup, client: NodeId, number: u64, _: &mut dyn Door) -> Command {
    let value = number % (VALUE_MAX / 10) * 10 + u64::from(client.number());
    Command::Propose { instance: number + 1, value: value as u32 }
}

impl Variant for PaxosVariant {
    fn about(&self) -> &'static About {
        match self.rules {
            Rules::Single => &SINGLE.about,
            Rules::ForgetfulAcceptor => &FORGETFUL_ACCEPTOR.about,
            Rules::IgnoresAccepted => &IGNORES_ACCEPTED.about,
            Rules::CountsAcrossBallots => &COUNTS_ACROSS_BALLOTS.about,
        }
    }

    fn settings(&self) -> Vec<Setting> {
        own_settings().into_iter().chain(engine_settings((5_000, 10_000), (1_000, 2_000))).collect()
    }

    fn commands(&self) -> &'static [CommandSchema] {
        COMMANDS
    }

    fn blueprint(&self, settings: &Settings) -> Blueprint {
        let setup = self.setup(settings);
        let roles = [(setup.proposers, PROPOSER), (setup.acceptors, ACCEPTOR), (setup.learners, LEARNER)];
        let roles = roles.into_iter().flat_map(|(count, role)| (0..count).map(move |_| role));
        let servers =
            (1..).zip(roles).map(|(number, role)| SeatPlan { id: NodeId::server(number), role, zone: 0 });
        let clients = (1..=settings.number("clients") as u16).map(|number| SeatPlan {
            id: NodeId::client(number),
            role: 0,
            zone: 0,
        });
        let (think_low_us, think_high_us) = settings.range("think_us");
        Blueprint {
            seats: servers.chain(clients).collect(),
            max_servers: usize::from(setup.proposers + setup.acceptors + setup.learners),
            joiner_role: ACCEPTOR,
            factory: Arc::new(TypedFactory::<Paxos> {
                setup: Arc::new(setup),
                load: Some(Load {
                    start_us: 5_000..15_000,
                    think_us: think_low_us..think_high_us,
                    count: settings.number("proposals"),
                    make: next_command,
                }),
                command: read_command,
            }),
            lazy_us: 50_000,
        }
    }

    /// What was begun before the world was healed may be overdue, and needs as long again.
    fn settles_us(&self, settings: &Settings) -> u64 {
        let waits_us = settings.number("client_retry_us").max(settings.number("query_us")).saturating_mul(4);
        properties::patience_us(settings).saturating_mul(2).max(waits_us).max(crate::verdict::QUIET_US)
    }

    fn properties(&self, settings: &Settings) -> Vec<Property> {
        properties::all(settings)
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

    fn look(&self, world: &World, node: &Node, lang: Lang) -> Look {
        looks::look(world, node, lang)
    }

    /// Proposers and learners talk to acceptors, and not to each other.
    fn links(&self, world: &World) -> Vec<(NodeId, NodeId)> {
        links(world)
    }

    fn era(&self, world: &World) -> u64 {
        looks::era(world)
    }

    fn era_words(&self, era: u64) -> String {
        state::era_words(era)
    }
}

/// Each proposer and learner with each acceptor.
pub(super) fn links(world: &World) -> Vec<(NodeId, NodeId)> {
    let of = |is_acceptor: bool| -> Vec<NodeId> {
        let fits = world.servers().filter(|node| (node.role() == ACCEPTOR) == is_acceptor);
        fits.map(|node| node.id).collect()
    };
    let (others, acceptors) = (of(false), of(true));
    others.iter().flat_map(|&other| acceptors.iter().map(move |&acceptor| (other, acceptor))).collect()
}

impl PaxosVariant {
    fn setup(&self, settings: &Settings) -> Setup {
        Setup {
            variant: self.rules,
            proposers: settings.number("proposers") as u16,
            acceptors: settings.number("acceptors") as u16,
            learners: settings.number("learners") as u16,
            phase_timeout_us: settings.number("phase_timeout_us"),
            backoff: backoff_of(settings),
            backoff_us: settings.range("backoff_us"),
            query_us: settings.number("query_us"),
            client_retry_us: settings.number("client_retry_us"),
        }
    }
}

/// What the setting says.
pub(super) fn backoff_of(settings: &Settings) -> Backoff {
    match settings.choice("backoff") {
        "none" => Backoff::None,
        "symmetric" => Backoff::Symmetric,
        _ => Backoff::Random,
    }
}

pub(super) const BACKOFFS: &[(&str, Text)] = &[
    ("random", Text::new("wait for a random time", "随机等待")),
    ("symmetric", Text::new("all wait for the same time", "等待时间相同")),
    ("none", Text::new("try again at once", "立即重试")),
];

fn own_settings() -> Vec<Setting> {
    let defaults = Setup::default();
    vec![
        number(
            "proposers",
            Text::new("Proposers", "提议者数"),
            Text::new("The first nodes; clients ask them.", "排在最前的节点，客户端向它们提出请求。"),
            (1, state::PROPOSERS_MAX, 2),
        ),
        number(
            "acceptors",
            Text::new("Acceptors", "接受者数"),
            Text::new("A majority of them chooses.", "其中的多数派决定选定哪个值。"),
            (1, 7, 3),
        ),
        number(
            "learners",
            Text::new("Learners", "学习者数"),
            Text::new("They hear every acceptance and count.", "它们收听每次接受并计票。"),
            (0, 3, 1),
        ),
        number(
            "clients",
            Text::new("Clients", "客户端数"),
            Text::new(
                "Each goes through the instances with values of its own.",
                "每个客户端带着自己的值依次参与各个实例。",
            ),
            (0, 3, 2),
        ),
        number(
            "proposals",
            Text::new("Proposals of each client", "每个客户端的提议数"),
            Text::new(
                "How many a client makes by itself; 0 to give every command by hand.",
                "每个客户端自动发起的提议数，0 表示全部手动发起。",
            ),
            (0, INSTANCE_MAX, INSTANCE_MAX),
        ),
        micros(
            "phase_timeout_us",
            Text::new("Phase timeout", "阶段超时"),
            Text::new(
                "How long a proposer waits for a majority, in either phase.",
                "提议者在每个阶段等待多数派答复的时间。",
            ),
            defaults.phase_timeout_us,
        ),
        Setting {
            key: "backoff",
            title: Text::new("Backoff", "退避"),
            help: Text::new(
                "What a proposer that was overtaken does before it tries a higher ballot.",
                "被抢先的提议者在改用更高的投票编号之前怎么做。",
            ),
            unit: Unit::Count,
            kind: SettingKind::Choice { options: BACKOFFS },
        },
        range(
            "backoff_us",
            Text::new("Backoff time", "退避时间"),
            Text::new(
                "Drawn anew each time; its start where all wait alike.",
                "每次重新随机抽取；若等待时间相同，则取其下限。",
            ),
            defaults.backoff_us,
        ),
        micros(
            "query_us",
            Text::new("Learner query", "学习者查询间隔"),
            Text::new(
                "How long a learner waits before it asks for what it missed.",
                "学习者等待多久后询问自己错过的消息。",
            ),
            defaults.query_us,
        ),
        micros(
            "client_retry_us",
            Text::new("Client retry", "客户端重试"),
            Text::new(
                "How long a client waits before it asks another proposer.",
                "客户端等待多久后改问另一个提议者。",
            ),
            defaults.client_retry_us,
        ),
        range(
            "think_us",
            Text::new("Think time", "思考时间"),
            Text::new(
                "How long a client waits between an answer and its next proposal.",
                "客户端得到应答到发起下一个提议的间隔。",
            ),
            (5_000, 25_000),
        ),
    ]
}
