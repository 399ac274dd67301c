//! What one committed transaction costs, counted by the simulator beside the formulas.

use super::costs::{CostLine, FAULTS_MAX, PARTICIPANTS_MAX, costs};
use crate::experiment::{Experiment, Line, Measure, Said, Sample, Statistic, Told};
use crate::schema::{Settings, number};
use crate::words::Text;

/// The table of Gray and Lamport, and that of textbooks.
pub(super) static COMMIT_COSTS: Experiment = Experiment {
    id: "commit-costs",
    title: Text::new("What a transaction costs", "一个事务的代价"),
    question: Text::new(
        "How many messages, message delays and forced writes does one committed transaction take?",
        "一个成功提交的事务需要多少消息、消息延迟与强制写盘？",
    ),
    method: Text::new(
        "One transaction commits without failures; what is counted follows the accounting that the line names.",
        "在无故障的情况下提交一个事务；按该行所述的计法统计。",
    ),
    source: Text::new(
        "Gray and Lamport, “Consensus on Transaction Commit” (2006); for 2PC and 3PC also textbooks, with a coordinator \
         outside",
        "Gray 与 Lamport，《Consensus on Transaction Commit》（2006）；2PC 与 3PC 另按教科书（协调者在外部）计数",
    ),
    trials: 2,
    settings: || {
        vec![
            number(
                "participants",
                Text::new("Participants (N)", "参与者数（N）"),
                Text::new("How many take part in the transaction.", "参与事务的节点数。"),
                (2, u64::from(PARTICIPANTS_MAX), 5),
            ),
            number(
                "faults",
                Text::new("Faults tolerated (F)", "容忍故障数（F）"),
                Text::new("Paxos Commit has 2F + 1 acceptors.", "Paxos 提交有 2F + 1 个接受者。"),
                (0, u64::from(FAULTS_MAX), 1),
            ),
        ]
    },
    lines,
};

fn lines(settings: &Settings) -> Result<Vec<Line>, Text> {
    let (participants, faults) = (settings.number("participants"), settings.number("faults"));
    let refused = Text::new("these participants and faults do not fit together", "参与者数与故障数不匹配");
    let known = costs(participants, faults).map_err(|_| refused)?;
    let line = |(place, cost): (usize, CostLine)| Line {
        name: format!("{}, {}: {}", cost.protocol, cost.accounting, cost.measure),
        measure: Measure::Count,
        told: vec![Told {
            statistic: Statistic::Mean,
            said: Some(Said {
                value: cost.formula as f64,
                by: Text::new(cost.formula_words, cost.formula_words),
            }),
        }],
        trial: Box::new(move |_| {
            let counted = costs(participants, faults).ok().and_then(|lines| Some(lines.get(place)?.counted));
            counted.map_or(Sample::Nothing, |counted| Sample::Value(counted as f64))
        }),
    };
    Ok(known.into_iter().enumerate().map(line).collect())
}
