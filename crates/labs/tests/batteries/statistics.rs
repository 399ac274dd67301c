//! What a run costs, against a count by hand over the lines of its events.

use std::collections::{BTreeMap, BTreeSet};

use faultscope_labs::sim::{RunText, WINDOW_US};
use faultscope_labs::{Session, Statistics, export};
use serde_json::Value;

use super::{trial, variants};

const UNTIL_US: u64 = 3_000_000;

fn played(text: &RunText) -> Session {
    let mut session = Session::from_text(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    session.play_ahead(UNTIL_US, 30_000);
    session
}

/// The lines of `--format events` up to the cursor, without the header.
fn lines(session: &Session) -> Vec<Value> {
    let mut bytes = Vec::new();
    export::events(session, session.step(), &mut bytes).expect("memory takes all");
    let text = String::from_utf8(bytes).expect("text");
    text.lines().skip(1).map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn word<'a>(line: &'a Value, key: &str) -> &'a str {
    line[key].as_str().unwrap_or_default()
}

/// Sent, arrived and lost of each type.
fn messages(lines: &[Value]) -> BTreeMap<String, [u64; 3]> {
    let mut counts: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    for line in lines {
        for sent in line["sent"].as_array().into_iter().flatten() {
            counts.entry(word(sent, "type").to_owned()).or_default()[0] += 1;
        }
        match word(line, "kind") {
            "deliver" => counts.entry(word(line, "type").to_owned()).or_default()[1] += 1,
            "lost" => counts.entry(word(line, "type").to_owned()).or_default()[2] += 1,
            _ => {}
        }
    }
    counts
}

/// A command: when it was given, and when nobody waited for it any more.
struct Ask {
    from_us: u64,
    until_us: Option<u64>,
}

fn asks(lines: &[Value]) -> Vec<Ask> {
    let at_us = |line: &Value| line["at_us"].as_u64().expect("a time");
    let given = lines.iter().enumerate().filter(|(_, line)| word(line, "kind") == "command");
    let asks = given.map(|(place, line)| {
        let rest = || lines[place + 1..].iter();
        let answer = rest().find(|later| word(later, "kind") == "reply" && later["op"] == line["op"]);
        let crash = rest().find(|later| word(later, "kind") == "crash" && later["node"] == line["node"]);
        let until_us = answer.into_iter().chain(crash).map(at_us).min();
        Ask { from_us: at_us(line), until_us }
    });
    asks.collect()
}

fn check(session: &Session) -> Statistics {
    let (statistics, lines, text) = (session.statistics(), lines(session), session.text_at_cursor());
    let told: BTreeMap<String, [u64; 3]> = (statistics.kinds.iter())
        .map(|kind| (kind.tally.name.to_owned(), [kind.tally.sent, kind.tally.arrived, kind.tally.lost]))
        .collect();
    assert_eq!(told, messages(&lines), "{text}");
    let flying: usize = session.world().flights().count();
    assert_eq!(statistics.sum(|kind| kind.flying), flying as u64, "{text}");
    let count = |wanted: &str| lines.iter().filter(|line| word(line, "kind") == wanted).count() as u64;
    assert_eq!(statistics.timeouts, count("timer"), "{text}");
    assert_eq!(statistics.commands, count("command"), "{text}");
    assert_eq!(statistics.latencies.count(), first_replies(&lines).count() as u64, "{text}");

    let asks = asks(&lines);
    let replies = || lines.iter().filter(|line| word(line, "kind") == "reply");
    let reply_times: Vec<u64> = replies().filter_map(|line| line["at_us"].as_u64()).collect();
    let (mut windows, mut answered) = (0, 0);
    for window in 0..session.now_us() / WINDOW_US {
        let span = window * WINDOW_US..(window + 1) * WINDOW_US;
        let waits =
            |ask: &Ask| ask.from_us < span.end && ask.until_us.is_none_or(|until_us| until_us >= span.start);
        let is_answered = reply_times.iter().any(|at_us| span.contains(at_us));
        windows += u64::from(is_answered || asks.iter().any(waits));
        answered += u64::from(is_answered);
    }
    assert_eq!((statistics.service.windows, statistics.service.answered), (windows, answered), "{text}");
    check_latencies(&statistics, &lines, &text);
    statistics
}

/// The first answer to each command.
fn first_replies(lines: &[Value]) -> impl Iterator<Item = &Value> {
    let mut answered = BTreeSet::new();
    let replies = lines.iter().filter(|line| word(line, "kind") == "reply");
    replies.filter(move |line| answered.insert(line["op"].as_u64()))
}

fn check_latencies(statistics: &Statistics, lines: &[Value], text: &RunText) {
    let given = |op: &Value| lines.iter().find(|line| word(line, "kind") == "command" && line["op"] == *op);
    let mut latencies: Vec<u64> = first_replies(lines)
        .filter_map(|line| Some(line["at_us"].as_u64()? - given(&line["op"])?["at_us"].as_u64()?))
        .collect();
    latencies.sort_unstable();
    for percent in [50, 99] {
        let rank = (latencies.len() * percent).div_ceil(100).max(1);
        let exact = latencies.get(rank - 1).copied();
        let told = statistics.latencies.percentile_us(percent as u64);
        let is_near =
            exact.zip(told).is_none_or(|(exact, told)| (exact..=exact + exact / 32).contains(&told));
        assert!(is_near && exact.is_some() == told.is_some(), "{text}: {exact:?}, not {told:?}");
    }
}

#[test]
fn costs_are_those_that_are_counted_over_the_events() {
    let (mut answers, mut losses, mut silent) = (0, 0, 0);
    for (lab, variant) in variants() {
        let mut session = played(&trial(lab, variant, 11, UNTIL_US).text());
        let last = session.len();
        for step in [last, last / 3, last * 2 / 3 + 1, 0] {
            session.seek_step(step);
            let statistics = check(&session);
            answers += statistics.latencies.count();
            losses += statistics.sum(|kind| kind.tally.lost);
            silent += statistics.service.windows - statistics.service.answered;
        }
    }
    assert!(
        answers > 0 && losses > 0 && silent > 0,
        "{answers} answers, {losses} lost, {silent} silent windows"
    );
}

#[test]
fn bytes_grow_with_what_a_message_holds() {
    for (lab, variant) in variants() {
        let session = played(&trial(lab, variant, 11, UNTIL_US).text());
        let text = session.text_without_cursor();
        session.run().replay(1, session.len(), |_, step| {
            for sent in &step.sent {
                let json = sent.body.value().to_string().len() as u32;
                assert!(sent.bytes > 0, "{text}: {} weighs nothing", sent.body.name());
                assert!(sent.bytes < json * 8 + 64, "{text}: {} {} for {json}", sent.body.name(), sent.bytes);
            }
        });
    }
}
