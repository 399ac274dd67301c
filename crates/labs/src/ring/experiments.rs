//! What is known of consistent hashing in figures, measured: how even the shares are, and how many keys move.

use faultscope_protocol::ring::placement::{Algorithm, Placement, Scheme, moved};

use crate::experiment::{Experiment, Line, Measure, Said, Sample, Statistic, Told};
use crate::schema::{Setting, SettingKind, Settings, Unit};
use crate::words::Text;

/// How even the shares of the nodes are, for each number of virtual nodes.
pub(super) static BALANCE: Experiment = Experiment {
    id: "ring-balance",
    title: Text::new("How even the shares are", "份额的均衡度"),
    question: Text::new(
        "How far do the nodes' shares of the circle lie from an even share, for each number of virtual nodes?",
        "在各个虚拟节点数下，各节点占环的份额偏离平均有多远？",
    ),
    method: Text::new(
        "A ring of nodes with new names; the mean square of each share's distance from the even one, in parts of the even one.",
        "用新的节点名构造一个环；取各节点份额与平均份额之差（以平均份额为单位）的均方。",
    ),
    source: Text::new("the law of uniform spacings: √((n−1)/(nv+1))", "均匀间隔的分布：√((n−1)/(nv+1))"),
    trials: 400,
    settings: || vec![nodes(10)],
    lines: balance_lines,
};

const VIRTUAL_NODES: [u32; 7] = [1, 2, 5, 10, 40, 100, 200];

fn nodes(default: u64) -> Setting {
    Setting {
        key: "nodes",
        title: Text::new("Nodes", "节点"),
        help: Text::new("How many nodes there are.", "共有几个节点。"),
        unit: Unit::Count,
        kind: SettingKind::Number { min: 2, max: 100, default },
    }
}

fn balance_lines(settings: &Settings) -> Result<Vec<Line>, Text> {
    let nodes = settings.number("nodes");
    let line = |virtual_nodes: u32| {
        let (n, v) = (nodes as f64, f64::from(virtual_nodes));
        let said = Said { value: ((n - 1.0) / (n * v + 1.0)).sqrt(), by: Text::new("formula", "公式") };
        Line {
            name: format!("v = {virtual_nodes}"),
            measure: Measure::Share,
            told: vec![Told { statistic: Statistic::Root, said: Some(said) }],
            trial: Box::new(move |seed| unevenness(seed, nodes, virtual_nodes)),
        }
    };
    Ok(VIRTUAL_NODES.into_iter().map(line).collect())
}

fn unevenness(seed: u64, nodes: u64, virtual_nodes: u32) -> Sample {
    let scheme = Scheme { virtual_nodes, ..Scheme::of(Algorithm::Ring) };
    let Some(shares) = Placement::new(scheme, names(seed, nodes)).shares_ppb() else {
        return Sample::Nothing;
    };
    let even = 1e9 / nodes as f64;
    let square = |share: &u64| (*share as f64 / even - 1.0) * (*share as f64 / even - 1.0);
    Sample::Value(shares.iter().map(square).sum::<f64>() / nodes as f64)
}

fn names(seed: u64, nodes: u64) -> impl Iterator<Item = String> {
    (1..=nodes).map(move |node| format!("{seed:x}-{node}"))
}

/// How many keys move when a node comes.
pub(super) static MOVEMENT: Experiment = Experiment {
    id: "ring-movement",
    title: Text::new("Keys that move", "移动的键"),
    question: Text::new(
        "Which share of the keys moves when one more node comes?",
        "新增一个节点时，有多大比例的键要移动？",
    ),
    method: Text::new(
        "Keys and nodes with new names, placed before and after one node is added at the end of the list.",
        "用新的键名与节点名，比较在列表末尾新增一个节点前后的放置。",
    ),
    source: Text::new(
        "1/(n+1) where only the newcomer takes keys (Karger et al. 1997); n/(n+1) for the remainder",
        "仅新节点接收键时为 1/(n+1)（Karger 等，1997）；取余为 n/(n+1)",
    ),
    trials: 300,
    settings: || {
        vec![
            nodes(8),
            Setting {
                key: "keys",
                title: Text::new("Keys", "键"),
                help: Text::new("How many keys are placed.", "放置多少个键。"),
                unit: Unit::Count,
                kind: SettingKind::Number { min: 10, max: 100_000, default: 1_008 },
            },
        ]
    },
    lines: movement_lines,
};

fn movement_lines(settings: &Settings) -> Result<Vec<Line>, Text> {
    let (nodes, keys) = (settings.number("nodes"), settings.number("keys"));
    let line = |algorithm: Algorithm| {
        let newcomer = 1.0 / (nodes + 1) as f64;
        let value = if algorithm.is_consistent() { newcomer } else { 1.0 - newcomer };
        let said = Said { value, by: Text::new("formula", "公式") };
        Line {
            name: algorithm.name().to_owned(),
            measure: Measure::Share,
            told: vec![Told { statistic: Statistic::Mean, said: Some(said) }],
            trial: Box::new(move |seed| movement(seed, algorithm, nodes, keys)),
        }
    };
    Ok(Algorithm::ALL.into_iter().map(line).collect())
}

fn movement(seed: u64, algorithm: Algorithm, nodes: u64, keys: u64) -> Sample {
    let keys: Vec<String> = (0..keys).map(|key| format!("{seed:x}/{key}")).collect();
    let place = |nodes| Placement::new(Scheme::of(algorithm), names(seed, nodes));
    let (before, after) = (place(nodes), place(nodes + 1));
    let before = before.place(keys.iter().map(String::as_str));
    let after = after.place(keys.iter().map(String::as_str));
    Sample::Value(moved(&before, &after).len() as f64 / keys.len() as f64)
}
