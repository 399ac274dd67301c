//! The variant `multi`: Multi-Paxos, a replicated log of reads and writes under one leader at a time.
//!
//! It runs a machine of its own, [`faultscope_protocol::paxos::multi`]; slots of its log are the lab's instances.

mod ledger;
mod looks;
mod properties;
mod state;
mod words;

use std::sync::Arc;

use faultscope_protocol::paxos::multi::{Command, Multi, Setup, key_name};
use faultscope_protocol::paxos::{ACCEPTOR, LEARNER, PROPOSER};
use faultscope_protocol::{Door, NodeId};
use faultscope_sim::{BadCommand, Load, Node, Payload, Property, SeatPlan, TypedFactory, World};
use serde_json::{Map, Value};

use super::state::PROPOSERS_MAX;
use super::variants::{ASSUMES, BACKOFFS, backoff_of};
use crate::lab::{About, Blueprint, Standing, Variant};
use crate::schema::{
    Argument, ArgumentKind, CommandSchema, Setting, SettingKind, Settings, Taker, Unit, Words,
    engine_settings,
};
use crate::schema::{micros, number, range};
use crate::stage::{Arrangement, Look};
use crate::words::{Lang, Text};

/// Multi-Paxos.
pub(super) struct MultiPaxos;

static ABOUT: About = About {
    id: "multi",
    title: Text::new("Multi-Paxos", "Multi-Paxos"),
    sentence: Text::new(
        "A log of decisions: one phase 1 for all slots, then one round trip for each command, under the first \
         proposer that is up.",
        "一串决定组成日志：阶段一对所有槽位只做一次，此后每条命令只需一个往返，由排在最前的存活提议者领导。",
    ),
    standing: Standing::Right,
    assumes: ASSUMES,
    claims: &["agreement", "validity", "learned-is-chosen", "promise-kept", "linearizable", "command-done"],
};

/// The keys of the replicated map.
const KEYS: &[&str] = &["x", "y", "z"];
/// How many commands a client may have.
const COMMANDS_MAX: u64 = 1_000_000;

static COMMANDS: &[CommandSchema] = &[
    CommandSchema {
        name: "write",
        title: Text::new("Write", "写"),
        taker: Taker::Client,
        arguments: &[
            Argument { name: "key", title: Text::new("Key", "键"), kind: ArgumentKind::Choice(KEYS) },
            Argument {
                name: "value",
                title: Text::new("Value", "值"),
                kind: ArgumentKind::Number { min: 0, max: 999, default: 7 },
            },
        ],
    },
    CommandSchema {
        name: "read",
        title: Text::new("Read", "读"),
        taker: Taker::Client,
        arguments: &[Argument {
            name: "key",
            title: Text::new("Key", "键"),
            kind: ArgumentKind::Choice(KEYS),
        }],
    },
];

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

/// Two writes to one read; no two writes have the same value.
fn next_command(_: &Setup, client: NodeId, number: u64, door: &mut dyn Door) -> Command {
    let key = door.choose("key", KEYS.len() as u32) as u8;
    match door.choose("command", 3) {
        0 => Command::Read { key },
        _ => Command::Write { key, value: (number * 10) as u32 + u32::from(client.number()) },
    }
}

impl Variant for MultiPaxos {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn settings(&self) -> Vec<Setting> {
        own_settings().into_iter().chain(engine_settings((5_000, 10_000), (1_000, 2_000))).collect()
    }

    fn commands(&self) -> &'static [CommandSchema] {
        COMMANDS
    }

    fn blueprint(&self, settings: &Settings) -> Blueprint {
        let setup = setup(settings);
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
            factory: Arc::new(TypedFactory::<Multi> {
                setup: Arc::new(setup),
                load: Some(Load {
                    start_us: 5_000..15_000,
                    think_us: think_low_us..think_high_us,
                    count: settings.number("commands"),
                    make: next_command,
                }),
                command: read_command,
            }),
            lazy_us: 50_000,
        }
    }

    /// What was asked before the world was healed may be overdue, and needs as long again.
    fn settles_us(&self, settings: &Settings) -> u64 {
        properties::patience_us(settings).saturating_mul(2).max(crate::verdict::QUIET_US)
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

    fn links(&self, world: &World) -> Vec<(NodeId, NodeId)> {
        super::variants::links(world)
    }

    fn era(&self, world: &World) -> u64 {
        looks::era(world)
    }

    fn era_words(&self, era: u64) -> String {
        super::state::era_words(era)
    }
}

fn setup(settings: &Settings) -> Setup {
    Setup {
        proposers: settings.number("proposers") as u16,
        acceptors: settings.number("acceptors") as u16,
        learners: settings.number("learners") as u16,
        phase_timeout_us: settings.number("phase_timeout_us"),
        backoff: backoff_of(settings),
        backoff_us: settings.range("backoff_us"),
        alive_us: settings.number("alive_us"),
        suspect_us: settings.number("suspect_us"),
        query_us: settings.number("query_us"),
        client_retry_us: settings.number("client_retry_us"),
    }
}

fn own_settings() -> Vec<Setting> {
    let defaults = Setup::default();
    vec![
        number(
            "proposers",
            Text::new("Proposers", "提议者数"),
            Text::new("The first that is up leads.", "排在最前的存活提议者担任领导者。"),
            (1, PROPOSERS_MAX, 2),
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
            Text::new("Each has one command under way at a time.", "每个客户端同一时刻只有一条命令在进行。"),
            (0, 3, 2),
        ),
        number(
            "commands",
            Text::new("Commands of each client", "每个客户端的命令数"),
            Text::new(
                "How many a client gives by itself; 0 to give every command by hand.",
                "每个客户端自动发出的命令数，0 表示全部手动发出。",
            ),
            (0, COMMANDS_MAX, COMMANDS_MAX),
        ),
        micros(
            "phase_timeout_us",
            Text::new("Phase timeout", "阶段超时"),
            Text::new(
                "How long a proposer waits for a majority before it tries again.",
                "提议者等待多数派答复的时间，超时则重试。",
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
            "alive_us",
            Text::new("Sign of life", "存活通告间隔"),
            Text::new("How often a proposer says that it is up.", "提议者每隔多久通告自己存活。"),
            defaults.alive_us,
        ),
        micros(
            "suspect_us",
            Text::new("Suspect after", "怀疑超时"),
            Text::new(
                "How long a proposer that is not heard counts as up; longer than the signs of life take.",
                "提议者沉默多久后被怀疑宕机；应长于存活通告的间隔与延迟。",
            ),
            defaults.suspect_us,
        ),
        micros(
            "query_us",
            Text::new("Catch up after", "补取间隔"),
            Text::new(
                "How long a learner with a gap waits before it asks for what it missed.",
                "学习者发现缺口后，等待多久询问错过的内容。",
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
                "How long a client waits between an answer and its next command.",
                "客户端得到应答到发出下一条命令的间隔。",
            ),
            (5_000, 25_000),
        ),
    ]
}
