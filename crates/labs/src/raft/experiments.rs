//! What Raft's authors measured, measured again: how long a cluster is without a leader, and how often votes split.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered;
use faultscope_sim::{Action, Draw, Moment, Run, Step};

use super::elections;
use super::variants::BASIC;
use crate::experiment::{Experiment, Line, Measure, Said, Sample, Set, Statistic, Told, after_boots, run_of};
use crate::schema::{Setting, SettingKind, Settings, Unit};
use crate::words::Text;

/// Trials are broken off here: 20 s of virtual time, in microseconds.
const PATIENCE_US: u64 = 20_000_000;

/// Figure 16: from a leader's crash until the others hear from the next.
pub(super) static DOWNTIME: Experiment = Experiment {
    id: "raft-downtime",
    title: Text::new("Time without a leader", "无领导者的时间"),
    question: Text::new(
        "How long does it take to detect and replace a crashed leader, for each range of election timeouts?",
        "在各个选举超时范围下，发现并替换崩溃的领导者需要多久？",
    ),
    method: Text::new(
        "All survivors start their timers at one heartbeat; the leader crashes within the next heartbeat interval, which is half the \
         least timeout; the time from there until every survivor has heard from a new leader.",
        "所有幸存者在同一次心跳时重置定时器；领导者在下一个心跳间隔内的随机时刻崩溃（间隔为最小超时的一半）；测量从崩溃到每个幸存者都收到新领导者消息的时间。",
    ),
    source: Text::new(
        "Ongaro and Ousterhout, extended version (2014), §9.3 and Figure 16",
        "Ongaro 与 Ousterhout，扩展版（2014），§9.3 与图 16",
    ),
    trials: 1_000,
    settings: downtime_settings,
    lines: downtime_lines,
};

/// A range of timeouts in milliseconds.
type Milliseconds = (u64, u64);

/// What the paper prints: the range of timeouts in milliseconds, a statistic, and its value in microseconds.
const PRINTED: [(Milliseconds, &[(Statistic, f64)]); 10] = [
    ((150, 150), &[]),
    ((150, 151), &[]),
    ((150, 155), &[(Statistic::MEDIAN, 287_000.0)]),
    ((150, 175), &[]),
    ((150, 200), &[(Statistic::Most, 513_000.0)]),
    ((150, 300), &[]),
    ((12, 24), &[(Statistic::Mean, 35_000.0), (Statistic::Most, 152_000.0)]),
    ((25, 50), &[]),
    ((50, 100), &[]),
    ((100, 200), &[]),
];

const PAPER: Text = Text::new("§9.3", "§9.3");

fn downtime_settings() -> Vec<Setting> {
    vec![
        servers(),
        Setting {
            key: "election_timeout_us",
            title: Text::new("Election timeout", "选举超时"),
            help: Text::new(
                "One range to measure; 0-0 for all of the paper's.",
                "要测量的一个范围；0-0 表示论文中的全部范围。",
            ),
            unit: Unit::Micros,
            kind: SettingKind::Range { min: 0, max: 60_000_000, default: (0, 0) },
        },
        latency((2_000, 4_000)),
        Setting {
            key: "disk_us",
            title: Text::new("Forced disk write", "强制写盘耗时"),
            help: Text::new("How long a vote or a term takes to be durable.", "选票或任期落盘需要多久。"),
            unit: Unit::Micros,
            kind: SettingKind::Range { min: 0, max: 10_000_000, default: (0, 0) },
        },
        Setting {
            key: "logs",
            title: Text::new("Logs of the survivors", "幸存者的日志"),
            help: Text::new(
                "Of different lengths, so that two of four survivors cannot win; or all equal.",
                "长度各不相同，使四个幸存者中有两个无法当选；或全部相同。",
            ),
            unit: Unit::Count,
            kind: SettingKind::Choice {
                options: const {
                    &[("unequal", Text::new("unequal", "长短不一")), ("equal", Text::new("equal", "相同"))]
                },
            },
        },
    ]
}

fn servers() -> Setting {
    Setting {
        key: "servers",
        title: Text::new("Servers", "服务器"),
        help: Text::new("How many servers the cluster has.", "集群共有几台服务器。"),
        unit: Unit::Count,
        kind: SettingKind::Number { min: 3, max: 9, default: 5 },
    }
}

fn latency(default: (u64, u64)) -> Setting {
    Setting {
        key: "latency_us",
        title: Text::new("One-way latency", "单向延迟"),
        help: Text::new(
            "How long a message travels, drawn anew for each.",
            "每条消息的传输时间，逐条随机抽取。",
        ),
        unit: Unit::Micros,
        kind: SettingKind::Range { min: 0, max: 10_000_000, default },
    }
}

fn downtime_lines(settings: &Settings) -> Result<Vec<Line>, Text> {
    let line = |(low_us, high_us): (u64, u64), printed: &[(Statistic, f64)]| {
        let heartbeat_us = (low_us / 2).max(1_000);
        let cluster = Cluster::new(
            settings,
            vec![
                ("election_timeout_us", pair((low_us, high_us))),
                ("heartbeat_us", heartbeat_us.to_string()),
                ("disk_us", pair(settings.range("disk_us"))),
                (
                    "starting_logs",
                    (if settings.choice("logs") == "equal" { "empty" } else { "unequal" }).to_owned(),
                ),
            ],
        );
        let printed = printed.iter().map(|&(statistic, value)| Told::printed(statistic, value, PAPER));
        Line {
            name: format!("{}–{} ms", low_us / 1_000, high_us / 1_000),
            measure: Measure::Time,
            told: with_usual(printed.collect(), &[Statistic::MEDIAN, Statistic::Mean, Statistic::Most]),
            trial: Box::new(move |seed| cluster.downtime(seed, heartbeat_us)),
        }
    };
    match settings.range("election_timeout_us") {
        (0, 0) => Ok((PRINTED.iter())
            .map(|&((low, high), printed)| line((low * 1_000, high * 1_000), printed))
            .collect()),
        (low, _) if low < 2_000 => {
            Err(Text::new("the least election timeout must be at least 2 ms", "最小选举超时不能低于 2 毫秒"))
        }
        range => Ok(vec![line(range, &[])]),
    }
}

/// What is printed, and the rest of what is usually told, in the usual order.
fn with_usual(printed: Vec<Told>, usual: &[Statistic]) -> Vec<Told> {
    let told = |&statistic: &Statistic| {
        printed.iter().find(|told| told.statistic == statistic).cloned().unwrap_or(Told::alone(statistic))
    };
    usual.iter().map(told).collect()
}

/// A range as in a run's text.
fn pair((low, high): (u64, u64)) -> String {
    format!("{low}-{high}")
}

/// Chapter 9 of the dissertation: a cluster over a wide area that starts without a leader.
pub(super) static WAN: Experiment = Experiment {
    id: "raft-wan",
    title: Text::new("The first leader over a wide area", "广域网上的首次选举"),
    question: Text::new(
        "How long does a cluster over a wide area take to elect a leader, with some of its servers down?",
        "广域网上的集群在部分服务器宕机时，需要多久选出领导者？",
    ),
    method: Text::new(
        "All servers that are up start a fresh timer at 0 with equal logs; the time until one of them leads.",
        "所有在线服务器在 0 时刻以相同日志重置定时器；测量到出现领导者为止的时间。",
    ),
    source: Text::new("Ongaro, dissertation (2014), chapter 9", "Ongaro，博士论文（2014），第 9 章"),
    trials: 10_000,
    settings: || vec![servers(), timeouts((300_000, 600_000)), latency((30_000, 40_000))],
    lines: wan_lines,
};

fn timeouts(default: (u64, u64)) -> Setting {
    Setting {
        key: "election_timeout_us",
        title: Text::new("Election timeout", "选举超时"),
        help: Text::new("Drawn anew at every reset.", "每次重置时重新随机抽取。"),
        unit: Unit::Micros,
        kind: SettingKind::Range { min: 2_000, max: 60_000_000, default },
    }
}

fn wan_lines(settings: &Settings) -> Result<Vec<Line>, Text> {
    let servers = settings.number("servers");
    let line = |down: u64| {
        let cluster = Cluster::new(
            settings,
            vec![("election_timeout_us", pair(settings.range("election_timeout_us")))],
        );
        // The figure is about this set-up alone.
        let is_printed = down == 1
            && servers == 5
            && settings.range("latency_us") == (30_000, 40_000)
            && settings.range("election_timeout_us") == (300_000, 600_000);
        let printed = Told::printed(Statistic::Mean, 475_000.0, Text::new("chapter 9, about", "第 9 章，约"));
        Line {
            name: format!("{down} / {servers} down"),
            measure: Measure::Time,
            told: with_usual(
                if is_printed { vec![printed] } else { Vec::new() },
                &[Statistic::Mean, Statistic::MEDIAN, Statistic::Quantile(999)],
            ),
            trial: Box::new(move |seed| cluster.first_leader(seed, down)),
        }
    };
    Ok((0..=(servers - 1) / 2).map(line).collect())
}

/// How often nobody wins an election, beside the dissertation's formula.
pub(super) static SPLIT_VOTES: Experiment = Experiment {
    id: "raft-split-votes",
    title: Text::new("Split votes", "选票瓜分"),
    question: Text::new(
        "How often does the first election have no winner, for each one-way latency?",
        "在各个单向延迟下，首轮选举有多大概率无人胜出？",
    ),
    method: Text::new(
        "All servers that are up start a fresh timer at 0 with equal logs; whether the first leader's term is later than the first.",
        "所有在线服务器在 0 时刻以相同日志重置定时器；观察首位领导者的任期是否晚于第一个任期。",
    ),
    source: Text::new(
        "Ongaro, dissertation (2014), chapter 9: Σ C(s,k) lᵏ (1−l)ˢ⁻ᵏ for k from s−⌊n/2⌋ to s",
        "Ongaro，博士论文（2014），第 9 章：Σ C(s,k) lᵏ (1−l)ˢ⁻ᵏ，k 取 s−⌊n/2⌋ 到 s",
    ),
    trials: 5_000,
    settings: || {
        vec![
            servers(),
            Setting {
                key: "down",
                title: Text::new("Servers down", "宕机服务器"),
                help: Text::new("How many servers are down from the start.", "从一开始就宕机的服务器数。"),
                unit: Unit::Count,
                kind: SettingKind::Number { min: 0, max: 4, default: 1 },
            },
            timeouts((150_000, 300_000)),
            Setting {
                key: "latency_us",
                title: Text::new("One-way latency", "单向延迟"),
                help: Text::new(
                    "The least and the greatest of the lines; each line has one latency, always the same.",
                    "各行中最小与最大的延迟；每行的延迟固定不变。",
                ),
                unit: Unit::Micros,
                kind: SettingKind::Range { min: 0, max: 10_000_000, default: (1_500, 45_000) },
            },
        ]
    },
    lines: split_lines,
};

/// How many latencies are measured between the least and the greatest.
const LATENCIES: u64 = 6;

fn split_lines(settings: &Settings) -> Result<Vec<Line>, Text> {
    let (servers, down) = (settings.number("servers"), settings.number("down"));
    if down > (servers - 1) / 2 {
        return Err(Text::new("without a majority nobody can win", "没有多数派，无人能胜出"));
    }
    let (low_us, high_us) = settings.range("election_timeout_us");
    let (least_us, most_us) = settings.range("latency_us");
    if low_us >= high_us || most_us > low_us {
        return Err(Text::new(
            "the timeouts need a range, and its least must not be below the latency",
            "超时必须是一个范围，且最小值不得低于延迟",
        ));
    }
    let line = |place: u64| {
        let latency_us = least_us + (most_us - least_us) * place / (LATENCIES - 1);
        let cluster = Cluster::new(
            settings,
            vec![
                ("election_timeout_us", pair((low_us, high_us))),
                ("latency_us", pair((latency_us, latency_us))),
            ],
        );
        let share = latency_us as f64 / (high_us - low_us) as f64;
        let said =
            Said { value: split_chance(servers, servers - down, share), by: Text::new("formula", "公式") };
        Line {
            name: format!("{:.1} ms", latency_us as f64 / 1_000.0),
            measure: Measure::Share,
            told: vec![Told { statistic: Statistic::Mean, said: Some(said) }],
            trial: Box::new(move |seed| cluster.is_split(seed, down)),
        }
    };
    let mut lines: Vec<Line> = (0..LATENCIES).map(line).collect();
    lines.dedup_by(|one, other| one.name == other.name);
    Ok(lines)
}

/// The chance of a split vote: `servers` in all, `up` of them available, a one-way latency of `share` of the range of
/// timeouts (dissertation, chapter 9).
fn split_chance(servers: u64, up: u64, share: f64) -> f64 {
    let share = share.clamp(0.0, 1.0);
    let chance = |hits: u64| {
        let mut chance = 1.0;
        for place in 0..up {
            chance *=
                if place < hits { share * (up - place) as f64 / (hits - place) as f64 } else { 1.0 - share };
        }
        chance
    };
    (up - servers / 2..=up).map(chance).sum()
}

/// A cluster under the settings of an experiment.
struct Cluster {
    servers: u64,
    set: Set,
}

impl Cluster {
    fn new(settings: &Settings, set: Set) -> Self {
        let servers = settings.number("servers");
        let own = [
            ("servers", servers.to_string()),
            ("clients", "0".to_owned()),
            ("latency_us", pair(settings.range("latency_us"))),
            ("disk_us", pair((0, 0))),
        ];
        Self { servers, set: own.into_iter().chain(set).collect() }
    }

    /// A run in which the first `down` servers crash as soon as all have started.
    fn run(&self, seed: u64, down: u64) -> Run {
        let crash = |server: u64| {
            let node = NodeId::server(server as u16);
            after_boots(self.servers, 0, Action::Crash { node, keep: 0 })
        };
        run_of(&BASIC, &self.set, seed, (1..=down).map(crash).collect())
    }

    /// The leader was n1; its last heartbeat came to all survivors at 0.
    fn downtime(&self, seed: u64, heartbeat_us: u64) -> Sample {
        let crash_us = Draw::new(seed, "crash", 0, 0).in_range(&(0..heartbeat_us));
        let survivors = self.servers as usize - 1;
        let mut heard = ordered::Set::new();
        let mut term = 0;
        self.watch(seed, 1, |moment, step| {
            if let Some((leader, elected)) = elections::elected(&moment.world, step) {
                (term, heard) = (elected, [leader].into());
            }
            if let Some((node, _, of_term)) = elections::heard(step).filter(|(.., of_term)| *of_term == term)
            {
                debug_assert_eq!(of_term, term);
                heard.insert(node);
            }
            (term > 0 && heard.len() >= survivors).then(|| step.at_us.saturating_sub(crash_us) as f64)
        })
    }

    fn first_leader(&self, seed: u64, down: u64) -> Sample {
        self.watch(seed, down, |moment, step| {
            elections::elected(&moment.world, step).map(|_| step.at_us as f64)
        })
    }

    fn is_split(&self, seed: u64, down: u64) -> Sample {
        let mut first = None;
        let sample = self.watch(seed, down, |moment, step| {
            if step.notes.iter().any(|note| note.name() == "became candidate") {
                first = first.or_else(|| elections::term_of(&moment.world, step.node?));
            }
            let (_, term) = elections::elected(&moment.world, step)?;
            Some(f64::from(u8::from(first.is_some_and(|first| term > first))))
        });
        // Nobody won for a long time, so nobody won the first election.
        if let Sample::Beyond(_) = sample { Sample::Value(1.0) } else { sample }
    }

    /// Plays until `see` has a value.
    fn watch(&self, seed: u64, down: u64, mut see: impl FnMut(&Moment, &Step) -> Option<f64>) -> Sample {
        let mut run = self.run(seed, down);
        let mut seen = None;
        while seen.is_none() {
            let played =
                run.play_seen(PATIENCE_US, 64, |moment, step| seen = seen.or_else(|| see(moment, step)));
            if played == 0 {
                return seen.map_or(Sample::Beyond(PATIENCE_US as f64), Sample::Value);
            }
        }
        seen.map_or(Sample::Nothing, Sample::Value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::SettingValue;

    #[test]
    fn the_formula_is_that_of_the_dissertation() {
        // Five servers, all up: three must time out within the latency of the first... by hand for l = 1/10.
        let by_hand = 10.0 * 0.001 * 0.81 + 5.0 * 0.0001 * 0.9 + 0.00001;
        assert!((split_chance(5, 5, 0.1) - by_hand).abs() < 1e-12);
        // Four of five up: two of four.
        let by_hand = 6.0 * 0.01 * 0.81 + 4.0 * 0.001 * 0.9 + 0.0001;
        assert!((split_chance(5, 4, 0.1) - by_hand).abs() < 1e-12);
        assert!(split_chance(5, 5, 0.0) == 0.0 && split_chance(5, 5, 1.0) == 1.0);
    }

    #[test]
    fn without_randomness_an_election_does_not_end() {
        let mut settings = Settings::defaults(&downtime_settings());
        settings.set("election_timeout_us", SettingValue::Range(150_000, 150_000));
        let line = &downtime_lines(&settings).unwrap()[0];
        assert_eq!((line.trial)(1), Sample::Beyond(PATIENCE_US as f64));
    }
}
