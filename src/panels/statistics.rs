//! What the run has cost up to the cursor: messages by kind, bytes, latency, availability, writes and timeouts.

use faultscope_labs::sim::Latencies;
use faultscope_labs::{KindCount, Lang, Statistics, Text};
use yew::prelude::*;

use super::inspector::message_mark;
use super::{PanelProps, pane_words as words};
use crate::format::thousands;
use crate::panes::{self, Pane};

/// How many columns the picture of latencies has.
const COLUMNS: usize = 24;

/// The statistics, as a section of the side.
#[component]
pub(crate) fn StatisticsPanel(props: &PanelProps) -> Html {
    let session = props.handle.read();
    let lang = props.lang;
    let step = words::UP_TO_STEP.fill(lang, &[("step", &thousands(session.step()))]);
    html! {
        <section class={panes::class(Pane::Statistics)} aria-label={words::STATISTICS.get(lang)}>
            <header>
                { panes::heading(Pane::Statistics, words::STATISTICS.get(lang), &props.on) }
                <span class="q">{ step }</span>
            </header>
            if !panes::is_folded(Pane::Statistics) {
                <div class="scroll" tabindex="0" role="group" aria-label={words::STATISTICS.get(lang)}>
                    { inside(&session.statistics(), lang) }
                </div>
            }
        </section>
    }
}

fn inside(statistics: &Statistics, lang: Lang) -> Html {
    html! {
        <>
            if statistics.kinds.is_empty() {
                <p class="note">{ words::NO_MESSAGES.get(lang) }</p>
            } else {
                { kinds(statistics, lang) }
            }
            <dl class="kv figures">
                { for figures(statistics, lang).into_iter().map(|(name, text)| html! {
                    <div class="row"><dt>{ name.get(lang) }</dt><dd>{ text }</dd></div>
                }) }
            </dl>
            { histogram(&statistics.latencies, lang) }
            <details class="more">
                <summary>{ words::HOW_COUNTED.get(lang) }</summary>
                <ul>{ for HOW.iter().map(|text| html! { <li>{ text.get(lang) }</li> }) }</ul>
            </details>
        </>
    }
}

const HOW: [Text; 5] =
    [words::HOW_BYTES, words::HOW_LATENCY, words::HOW_AVAILABILITY, words::HOW_SILENCE, words::HOW_WRITES];

fn kinds(statistics: &Statistics, lang: Lang) -> Html {
    let all = |kind: &KindCount| kind.tally.sent.max(kind.tally.arrived + kind.tally.lost + kind.flying);
    let most = statistics.kinds.iter().map(all).max().unwrap_or(0).max(1);
    let row = |kind: &KindCount| {
        let tally = kind.tally;
        html! {
            <tr key={tally.name} data-kind={tally.name}>
                <th scope="row">{ message_mark(kind.ink, tally.is_reply) }<span>{ tally.name }</span></th>
                <td class="bar">{ bar(kind, most, lang) }</td>
                <td>{ thousands(tally.sent) }</td>
                <td class={(tally.lost > 0).then_some("bad")}>{ thousands(tally.lost) }</td>
                <td>{ thousands(kind.flying) }</td>
            </tr>
        }
    };
    let sum = |of: fn(&KindCount) -> u64| thousands(statistics.sum(of));
    html! {
        <table class="kinds">
            <thead><tr>
                <th scope="col">{ words::KIND.get(lang) }</th><td></td>
                <th scope="col">{ words::SENT.get(lang) }</th>
                <th scope="col">{ words::LOST.get(lang) }</th>
                <th scope="col">{ words::FLYING.get(lang) }</th>
            </tr></thead>
            <tbody>{ for statistics.kinds.iter().map(row) }</tbody>
            <tfoot><tr>
                <th scope="row">{ words::ALL_KINDS.get(lang) }</th><td></td>
                <td>{ sum(|kind| kind.tally.sent) }</td><td>{ sum(|kind| kind.tally.lost) }</td><td>{ sum(|kind| kind.flying) }</td>
            </tr></tfoot>
        </table>
    }
}

/// Arrived is full, lost is red and crossed, on the way is an outline.
fn bar(kind: &KindCount, most: u64, lang: Lang) -> Html {
    let (tally, share) = (kind.tally, |count: u64| count as f64 / most as f64 * 64.0);
    let (arrived, lost, flying) = (share(tally.arrived), share(tally.lost), share(kind.flying));
    let told = words::BAR.fill(
        lang,
        &[
            ("sent", &thousands(tally.sent)),
            ("arrived", &thousands(tally.arrived)),
            ("lost", &thousands(tally.lost)),
            ("flying", &thousands(kind.flying)),
        ],
    );
    let piece = |class: &'static str, from: f64, width: f64| {
        (width > 0.0).then(|| html! { <rect {class} x={format!("{from:.1}")} y="1" width={format!("{width:.1}")} height="6" /> })
    };
    html! {
        <svg class={format!("kind-{}", kind.ink)} viewBox="0 0 64 8" width="64" height="8" role="img" aria-label={told.clone()}>
            <title>{ told }</title>
            { piece("arrived", 0.0, arrived) }
            { piece("lost", arrived, lost) }
            { piece("flying", arrived + lost, flying) }
        </svg>
    }
}

/// The figures beside the messages, in words: the panel and the comparison say the same.
pub(super) fn figures(statistics: &Statistics, lang: Lang) -> Vec<(Text, String)> {
    let latencies = &statistics.latencies;
    let latency = |percent| latencies.percentile_us(percent).map_or_else(nothing, duration);
    let answered = [("part", thousands(latencies.count())), ("all", thousands(statistics.commands))];
    let answered = answered.each_ref().map(|(name, text)| (*name, text.as_str()));
    let has_waited = statistics.commands > 0;
    vec![
        (words::BYTES, thousands(statistics.sum(|kind| kind.tally.bytes))),
        (words::ANSWERED, words::OF.fill(lang, &answered)),
        (words::MEDIAN, latency(50)),
        (words::TAIL, latency(99)),
        (words::AVAILABILITY, statistics.availability_permille().map_or_else(nothing, percent)),
        (words::SILENCE, if has_waited { duration(statistics.service.silence_us) } else { nothing() }),
        (words::WRITES, thousands(statistics.writes)),
        (words::TIMEOUTS, thousands(statistics.timeouts)),
    ]
}

fn nothing() -> String {
    "–".to_owned()
}

fn percent(permille: u64) -> String {
    match permille % 10 {
        0 => format!("{} %", permille / 10),
        part => format!("{}.{part} %", permille / 10),
    }
}

/// A length of time in about three digits: what is told of latencies is no more exact.
fn duration(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{}.{} ms", us / 1_000, us / 100 % 10),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{:02} s", thousands(us / 1_000_000), us / 10_000 % 100),
    }
}

/// How latencies are spread, on a log scale.
fn histogram(latencies: &Latencies, lang: Lang) -> Html {
    let steps: Vec<(u64, u64, u32)> = latencies.steps().collect();
    let (Some(&(low, ..)), Some(&(_, high, _))) = (steps.first(), steps.last()) else { return html! {} };
    let columns = columns(&steps, low, high);
    let most = columns.iter().copied().max().unwrap_or(1).max(1);
    let mut path = String::new();
    for (place, count) in columns.into_iter().enumerate().filter(|(_, count)| *count > 0) {
        let height = 2.0 + f64::from(count) / f64::from(most) * 22.0;
        path.push_str(&format!("M{:.1} 28v-{height:.1}", place as f64 * 6.0 + 3.0));
    }
    let told = words::LATENCIES.fill(lang, &[("low", &duration(low)), ("high", &duration(high))]);
    html! {
        <figure class="spread">
            <svg viewBox="0 0 144 29" role="img" aria-label={told.clone()} preserveAspectRatio="none">
                <path class="ground" d="M0 28.5h144" /><path class="columns" d={path} />
            </svg>
            <figcaption class="q">{ told }</figcaption>
        </figure>
    }
}

/// How many latencies fall into each column between the lowest and the highest, on a log scale.
fn columns(steps: &[(u64, u64, u32)], low_us: u64, high_us: u64) -> Vec<u32> {
    let log = |us: u64| (us.max(1) as f64).ln();
    let (first, span) = (log(low_us), (log(high_us) - log(low_us)).max(0.001));
    let mut columns = vec![0; COLUMNS];
    for &(low, high, count) in steps {
        let middle = log(low / 2 + high / 2 + (low & high & 1));
        let place = ((middle - first) / span * COLUMNS as f64).clamp(0.0, COLUMNS as f64 - 1.0);
        columns[place as usize] += count;
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_have_about_three_digits() {
        let cases =
            [(0, "0 µs"), (842, "842 µs"), (4_260, "4.2 ms"), (41_983, "41 ms"), (1_346_000, "1.34 s")];
        for (us, words) in cases {
            assert_eq!(duration(us), words);
        }
        assert_eq!(
            (percent(1_000), percent(982), percent(0)),
            ("100 %".into(), "98.2 %".into(), "0 %".into())
        );
    }

    #[test]
    fn every_latency_has_its_column() {
        let steps = [(1_000, 1_000, 3), (10_000, 10_200, 5), (900_000, 1_000_000, 1)];
        let columns = columns(&steps, 1_000, 1_000_000);
        assert_eq!((columns.len(), columns.iter().sum::<u32>(), columns[0]), (COLUMNS, 9, 3));
        assert_eq!(super::columns(&[(7, 7, 2)], 7, 7).iter().sum::<u32>(), 2);
    }
}
