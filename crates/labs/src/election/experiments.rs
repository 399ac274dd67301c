//! What is known of elections in figures, counted: messages of the old algorithms, and ties of the naive one.

use faultscope_protocol::NodeId;
use faultscope_sim::Action;

use super::state;
use super::variants::{BULLY, RANDOM_MAX, RING};
use crate::experiment::{Experiment, Line, Measure, Said, Sample, Set, Statistic, Told, after_boots, run_of};
use crate::schema::{Setting, SettingKind, Settings, Unit};
use crate::words::Text;

/// How long a run is looked at, in microseconds: every election is over, and no timer of a follower has run out.
const SPAN_US: u64 = 5_000_000;
/// Long enough that nobody misses a leader within the span, in microseconds.
const NEVER_US: u64 = 10_000_000;
/// The one-way latency of all messages, in microseconds.
const LATENCY_US: u64 = 1_000;

const FORMULA: Text = Text::new("formula", "公式");

fn most_nodes(default: u64) -> Setting {
    Setting {
        key: "nodes",
        title: Text::new("Most nodes", "最多节点数"),
        help: Text::new("How many nodes the largest line has.", "最大一行的节点数。"),
        unit: Unit::Count,
        kind: SettingKind::Number { min: 3, max: 100, default },
    }
}

/// Numbers of nodes up to `most`, and `most` itself.
fn sizes(most: u64) -> Vec<u64> {
    let mut sizes: Vec<u64> = [3, 5, 10, 20, 50].into_iter().filter(|&nodes| nodes < most).collect();
    sizes.push(most);
    sizes
}

fn told(value: f64) -> Vec<Told> {
    vec![Told { statistic: Statistic::Mean, said: Some(Said { value, by: FORMULA }) }]
}

/// A world without chance but that of the algorithm.
fn plain(nodes: u64) -> Set {
    vec![
        ("participants", nodes.to_string()),
        ("latency_us", format!("{LATENCY_US}-{LATENCY_US}")),
        ("disk_us", "0-0".to_owned()),
        ("heartbeat_us", NEVER_US.to_string()),
        ("detect_us", NEVER_US.to_string()),
    ]
}

/// How many messages of these kinds a run sends.
fn count(mut run: faultscope_sim::Run, kinds: &[&str]) -> Sample {
    let mut count = 0_u32;
    run.play_seen(SPAN_US, u64::MAX, |_, step| {
        count += step.sent.iter().filter(|sent| kinds.contains(&sent.body.name())).count() as u32;
    });
    Sample::Value(f64::from(count))
}

/// How many messages the bully algorithm takes when the highest node has died.
pub(super) static BULLY_MESSAGES: Experiment = Experiment {
    id: "bully-messages",
    title: Text::new("Messages of the bully algorithm", "霸道算法的消息数"),
    question: Text::new(
        "How many messages does it take to replace the highest node, when the lowest or the second-highest misses it?",
        "最高节点宕机后，由最低或次高节点发现时，各需要多少条消息？",
    ),
    method: Text::new(
        "The highest node crashes and one node starts an election; each message of a kind is counted until all is quiet.",
        "最高节点崩溃，由一个节点发起选举；统计各类消息直到平息。",
    ),
    source: Text::new(
        "n(n−1)/2 ELECTION, (n−1)(n−2)/2 OK and n−2 COORDINATOR for the lowest; 1 and n−2 for the second-highest",
        "最低者发现：n(n−1)/2 条 ELECTION、(n−1)(n−2)/2 条 OK、n−2 条 COORDINATOR；次高者发现：1 与 n−2 条",
    ),
    trials: 2,
    settings: || vec![most_nodes(20)],
    lines: bully_lines,
};

fn bully_lines(settings: &Settings) -> Result<Vec<Line>, Text> {
    let mut lines = Vec::new();
    for nodes in sizes(settings.number("nodes")) {
        let n = nodes as f64;
        let lowest = [
            ("ELECTION", n * (n - 1.0) / 2.0),
            ("OK", (n - 1.0) * (n - 2.0) / 2.0),
            ("COORDINATOR", n - 2.0),
        ];
        lines.extend(lowest.map(|(kind, value)| bully_line(nodes, 1, kind, value)));
        let second = [("ELECTION", 1.0), ("COORDINATOR", n - 2.0)];
        lines.extend(second.map(|(kind, value)| bully_line(nodes, nodes - 1, kind, value)));
    }
    Ok(lines)
}

fn bully_line(nodes: u64, starter: u64, kind: &'static str, value: f64) -> Line {
    Line {
        name: format!("n = {nodes}, n{starter}: {kind}"),
        measure: Measure::Count,
        told: told(value),
        trial: Box::new(move |seed| {
            let mut set = plain(nodes);
            set.push(("start", "settled".to_owned()));
            set.push(("coordinator_us", NEVER_US.to_string()));
            let node = |number: u64| NodeId::server(number as u16);
            let crash = Action::Crash { node: node(nodes), keep: 0 };
            let elect = Action::Do { node: node(starter), words: vec!["elect".to_owned()] };
            let actions = vec![after_boots(nodes, 0, crash), after_boots(nodes, 1, elect)];
            count(run_of(&BULLY, &set, seed, actions), &[kind])
        }),
    }
}

/// How far ids travel in the election of Chang and Roberts.
pub(super) static RING_ELECTION_MESSAGES: Experiment = Experiment {
    id: "ring-election-messages",
    title: Text::new("Messages on the ring of Chang and Roberts", "Chang–Roberts 环的消息数"),
    question: Text::new(
        "How many ELECTION messages does it take when all nodes start at once, with ids in random, best and worst order?",
        "所有节点同时发起时，id 随机、最优与最差排列各需多少条 ELECTION 消息？",
    ),
    method: Text::new(
        "All nodes of the ring start an election at 0; ELECTION messages are counted until all is quiet (ELECTED takes n more).",
        "环上所有节点在 0 时刻发起选举；统计 ELECTION 消息直到平息（ELECTED 另需 n 条）。",
    ),
    source: Text::new(
        "Chang and Roberts, CACM 22(5), 1979: n·Hₙ on average, 2n−1 at best, n(n+1)/2 at worst",
        "Chang 与 Roberts，CACM 22(5)，1979：平均 n·Hₙ，最少 2n−1，最多 n(n+1)/2",
    ),
    trials: 500,
    settings: || vec![most_nodes(50)],
    lines: ring_lines,
};

fn ring_lines(settings: &Settings) -> Result<Vec<Line>, Text> {
    let mut lines = Vec::new();
    for nodes in sizes(settings.number("nodes")) {
        let n = nodes as f64;
        let harmonic: f64 = (1..=nodes).map(|place| 1.0 / place as f64).sum();
        let orders =
            [("drawn", n * harmonic), ("ascending", 2.0 * n - 1.0), ("descending", n * (n + 1.0) / 2.0)];
        lines.extend(orders.map(|(order, value)| ring_line(nodes, order, value)));
    }
    Ok(lines)
}

fn ring_line(nodes: u64, order: &'static str, value: f64) -> Line {
    Line {
        name: format!("n = {nodes}, {order}"),
        measure: Measure::Count,
        told: told(value),
        trial: Box::new(move |seed| {
            let mut set = plain(nodes);
            set.push(("order", order.to_owned()));
            count(run_of(&RING, &set, seed, Vec::new()), &["ELECTION"])
        }),
    }
}

/// How often the greatest number is drawn twice.
pub(super) static RANDOM_MAX_TIES: Experiment = Experiment {
    id: "random-max-ties",
    title: Text::new("Ties of the greatest number", "最大数的平局"),
    question: Text::new(
        "How often do two nodes or more lead, where each draws a number from 1 to M and the greatest leads?",
        "每个节点从 1 到 M 抽数、最大者领导时，有多大概率出现两个以上的领导者？",
    ),
    method: Text::new(
        "All nodes draw and tell their numbers, nothing fails; whether more than one leads in the end.",
        "所有节点抽数并相互告知，没有任何故障；观察最终是否有多个领导者。",
    ),
    source: Text::new("1 − Σ (n/M)((m−1)/M)ⁿ⁻¹ for m from 1 to M", "1 − Σ (n/M)((m−1)/M)ⁿ⁻¹，m 取 1 到 M"),
    trials: 4_000,
    settings: || {
        vec![Setting {
            key: "numbers",
            title: Text::new("Numbers", "数字范围"),
            help: Text::new("M: numbers are drawn from 1 to this.", "M：从 1 到此数中抽取。"),
            unit: Unit::Count,
            kind: SettingKind::Number { min: 1, max: 10_000, default: 10 },
        }]
    },
    lines: tie_lines,
};

fn tie_lines(settings: &Settings) -> Result<Vec<Line>, Text> {
    let numbers = settings.number("numbers");
    let line = |nodes: u64| Line {
        name: format!("n = {nodes}, M = {numbers}"),
        measure: Measure::Share,
        told: told(tie_chance(nodes, numbers)),
        trial: Box::new(move |seed| {
            let mut set = plain(nodes);
            set.push(("numbers", numbers.to_string()));
            let mut run = run_of(&RANDOM_MAX, &set, seed, Vec::new());
            run.play_until(SPAN_US, u64::MAX);
            let participants = state::participants(&run.head().world);
            let leaders = participants.filter_map(state::belief).filter(|belief| belief.leads).count();
            Sample::Value(f64::from(u8::from(leaders > 1)))
        }),
    };
    Ok([2, 3, 5, 10, 20].map(line).into())
}

/// The chance that the greatest of `nodes` numbers, drawn evenly from 1 to `numbers`, is drawn more than once.
fn tie_chance(nodes: u64, numbers: u64) -> f64 {
    let (n, most) = (nodes as f64, numbers as f64);
    let once = (1..=numbers).map(|number| {
        let below = (number - 1) as f64 / most;
        (1..nodes).fold(n / most, |chance, _| chance * below)
    });
    1.0 - once.sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_of_a_tie_is_the_known_one() {
        let known = [(3, 10, 0.145), (5, 10, 0.2333), (5, 100, 0.0248), (10, 10, 0.4257), (10, 1_000, 0.005)];
        for (nodes, numbers, chance) in known {
            assert!((tie_chance(nodes, numbers) - chance).abs() < 1e-4, "{nodes} {numbers}");
        }
    }

    #[test]
    fn counts_without_chance_are_those_of_the_formulas() {
        let mut settings = Settings::defaults(&[most_nodes(7)]);
        settings.set("nodes", crate::schema::SettingValue::Number(7));
        let exact = bully_lines(&settings).unwrap().into_iter();
        let ring = ring_lines(&settings).unwrap().into_iter().filter(|line| !line.name.contains("drawn"));
        for line in exact.chain(ring) {
            let said = line.told[0].said.map(|said| said.value);
            assert_eq!((line.trial)(1), Sample::Value(said.unwrap()), "{}", line.name);
        }
    }
}
