//! Exports for other tools, read as those tools read them, and runs that come back from files.

use std::collections::{BTreeMap, BTreeSet};

use faultscope_labs::export::{self, Film, SHIVIZ_EXPRESSION, Span};
use faultscope_labs::scene::{Layer, Shape, Subject, Theme, out_of_view, overlaps};
use faultscope_labs::sim::{Kind, RunText};
use faultscope_labs::spacetime::{self, Ending, Window};
use faultscope_labs::stage::Frame;
use faultscope_labs::{Lang, Session, import};
use serde_json::Value;

use super::{trial, variants};

const UNTIL_US: u64 = 2_000_000;

fn played(text: &RunText) -> Session {
    let mut session = Session::from_text(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    session.play_ahead(UNTIL_US, 50_000);
    session
}

/// A run of each variant under random faults.
fn sessions(seed: u64) -> impl Iterator<Item = Session> {
    variants().into_iter().map(move |(lab, variant)| played(&trial(lab, variant, seed, UNTIL_US).text()))
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory takes all");
    String::from_utf8(bytes).expect("text")
}

// ShiViz.

type Clock = BTreeMap<String, u64>;

/// What `(?<event>.*)\n(?<host>\S*) (?<clock>{.*})` finds in a text, one match behind the other.
fn shiviz_events(text: &str) -> Vec<(String, String, Clock)> {
    let lines: Vec<&str> = text.trim().split('\n').collect();
    let mut events = Vec::new();
    let mut place = 0;
    while place + 1 < lines.len() {
        match host_and_clock(lines[place + 1]) {
            Some((host, clock)) => {
                events.push((lines[place].to_owned(), host, clock));
                place += 2;
            }
            None => place += 1,
        }
    }
    events
}

fn host_and_clock(line: &str) -> Option<(String, Clock)> {
    let (host, rest) = line.split_once(' ')?;
    let clock = &rest[..=rest.rfind('}').filter(|_| rest.starts_with('{'))?];
    if host.contains(char::is_whitespace) {
        return None;
    }
    Some((host.to_owned(), serde_json::from_str(clock).unwrap_or_else(|error| panic!("{error}: {line}"))))
}

/// The rules by which ShiViz refuses a log: each host counts from 1 by 1; a clock knows only hosts and counts that
/// exist; and what it knows is known with all that was known there.
fn check_shiviz(events: &[(String, String, Clock)]) -> Result<(), String> {
    let mut by_host: BTreeMap<&str, Vec<&Clock>> = BTreeMap::new();
    for (_, host, clock) in events {
        by_host.entry(host).or_default().push(clock);
        let of_host = &by_host[host.as_str()];
        if clock.get(host) != Some(&(of_host.len() as u64)) {
            return Err(format!("{host} does not count by 1: {clock:?}"));
        }
        for (other, &count) in clock.iter().filter(|(other, _)| *other != host) {
            let known = by_host.get(other.as_str()).and_then(|of| of.get(count as usize - 1));
            let known = known.ok_or_else(|| format!("{host} knows what was not: {other} {count}"))?;
            if known.iter().any(|(third, seen)| clock.get(third) < Some(seen)) {
                return Err(format!("{host} knows {other} {count}, but not what that knew: {clock:?}"));
            }
        }
        if let [.., before, now] = by_host[host.as_str()][..]
            && before.iter().any(|(other, seen)| now.get(other) < Some(seen))
        {
            return Err(format!("{host} forgets: {now:?}"));
        }
    }
    Ok(())
}

#[test]
fn shiviz_reads_its_log_with_its_own_expression() {
    for session in sessions(5) {
        let run = session.text_without_cursor();
        let halves = [Span::from(session.len()), Span { first: session.len() / 2, last: session.len() }];
        for span in halves {
            let text = written(|out| export::shiviz(&session, span, Lang::En, out));
            let events = shiviz_events(&text);
            let mut expected = 0;
            session.run().replay(span.first, span.last, |_, step| {
                expected += usize::from(step.node.is_some() && step.kind != Kind::Lost);
            });
            assert_eq!(events.len(), expected, "{run}");
            assert_eq!(check_shiviz(&events), Ok(()), "{run}");
            // ShiViz takes the first two lines of a file for its expression and its delimiter.
            let mut lines = text.splitn(3, '\n');
            assert_eq!((lines.next(), lines.next()), (Some(SHIVIZ_EXPRESSION), Some("")));
            assert_eq!(shiviz_events(lines.next().expect("a log")), events, "{run}");
            check_that_the_rules_can_fail(events);
        }
    }
}

fn check_that_the_rules_can_fail(events: Vec<(String, String, Clock)>) {
    let mut missing = events.clone();
    missing.remove(events.len() / 2);
    assert!(check_shiviz(&missing).is_err(), "a log without one of its events");
    let mut ahead = events;
    let last = ahead.len() - 1;
    let other = ahead.iter().map(|(_, host, _)| host.clone()).find(|host| *host != ahead[last].1);
    if let Some(other) = other {
        *ahead[last].2.entry(other).or_default() += 1_000_000;
        assert!(check_shiviz(&ahead).is_err(), "a clock that is ahead of what was sent");
    }
}

// Mermaid: the browser tests let Mermaid itself read the diagrams.

#[test]
fn diagrams_for_mermaid_are_never_longer_than_it_takes() {
    for session in sessions(5) {
        for lang in Lang::ALL {
            let mut last = 0;
            let text = written(|out| {
                last = export::mermaid(&session, session.len(), lang, out)?;
                Ok(())
            });
            assert!(text.encode_utf16().count() <= export::MERMAID_LENGTH_MAX);
            assert_eq!(
                last < session.len(),
                text.contains(&export::mermaid_ending(last, session.len(), lang))
            );
            for line in text.lines().skip(1) {
                let is_known = line.starts_with("participant ")
                    || line.split_once(": ").is_some_and(|(head, said)| {
                        (head.starts_with("Note over ") || head.contains('-')) && !said.trim().is_empty()
                    });
                assert!(is_known, "{line}");
            }
        }
    }
}

// The run itself.

#[test]
fn a_run_comes_back_from_its_file() {
    for mut session in sessions(9) {
        session.seek_step(session.len() / 2);
        let file = export::run_file(&session);
        let text = import::text_of_bytes(file.as_bytes()).expect("a run");
        let back = Session::open(&text).expect("it opens");
        assert_eq!((back.text(), back.step()), (session.text(), session.step()));
        assert_eq!(back.world().fingerprint(), session.world().fingerprint(), "{text}");
    }
}

// The space-time diagram.

/// Some windows of a run, the first with a few steps only.
fn windows(session: &Session) -> [Window; 3] {
    let end_us = session.end_us();
    [
        Window { from_us: 0, until_us: 60_000 },
        Window { from_us: end_us / 3, until_us: end_us / 3 + 300_000 },
        Window { from_us: end_us.saturating_sub(500_000), until_us: end_us },
    ]
}

fn diagram_frame(width: f64, lang: Lang) -> spacetime::Frame {
    spacetime::Frame { width, lang, needle_us: None, cone_of: None }
}

#[test]
fn diagrams_are_free_of_overlaps_and_stay_in_view() {
    for seed in [3, 4] {
        for session in sessions(seed) {
            for window in windows(&session) {
                for (width, lang) in [(1104.0, Lang::En), (640.0, Lang::Zh), (340.0, Lang::En)] {
                    let step = session.run().steps_until(window.until_us).max(1);
                    let frame = spacetime::Frame {
                        needle_us: Some(window.until_us),
                        cone_of: Some(step),
                        ..diagram_frame(width, lang)
                    };
                    let scene = spacetime::picture(&session, window, &frame).expect("few steps");
                    let run = session.text_without_cursor();
                    assert_eq!(overlaps(&scene), [], "{run} {window:?} at {width}");
                    assert_eq!(out_of_view(&scene), [""; 0], "{run} {window:?} at {width}");
                }
            }
        }
    }
}

#[test]
fn every_message_has_its_line_from_sending_to_arrival() {
    let (mut arrived, mut lost) = (0, 0);
    for (lab, variant) in variants() {
        let mut text = trial(lab, variant, 6, UNTIL_US).text();
        // Random faults would set the loss back when they mend it.
        text.actions.clear();
        text.settings.push(("loss_ppm".to_owned(), "50000".to_owned()));
        let session = played(&text);
        for window in windows(&session) {
            let width = 900.0;
            let chart = spacetime::chart(&session, window, Lang::En).expect("few steps");
            let scene =
                spacetime::picture(&session, window, &diagram_frame(width, Lang::En)).expect("few steps");
            let span = Span::of_times(&session, window.from_us, window.until_us);
            let run = session.text_without_cursor();
            session.run().replay(span.first, span.last, |_, step| {
                let Some(id) = step.message.filter(|_| matches!(step.kind, Kind::Deliver | Kind::Lost))
                else {
                    return;
                };
                let is_it = |ending: Ending| match ending {
                    Ending::Received { at_us, step: number } => {
                        step.kind == Kind::Deliver && (at_us, number) == (step.at_us, step.number)
                    }
                    Ending::Lost { at_us, .. } => step.kind == Kind::Lost && at_us == step.at_us,
                    Ending::Flying { .. } => false,
                };
                let way = chart.ways.iter().find(|way| way.id == id && is_it(way.ending));
                let way = way.unwrap_or_else(|| panic!("{run}: step {} has no way", step.number));
                let (start, end) = (way.sent_us.max(window.from_us), step.at_us);
                let (start, end) =
                    (spacetime::x_at(window, width, start), spacetime::x_at(window, width, end));
                let lines: Vec<(f64, f64)> = scene
                    .layer(Layer::Messages)
                    .iter()
                    .filter(|mark| mark.subject == Subject::Message(id))
                    .filter_map(|mark| match mark.shape {
                        Shape::Line { from, to } => Some((from.x, to.x)),
                        _ => None,
                    })
                    .collect();
                let is_near = |one: f64, other: f64| (one - other).abs() < 0.01;
                assert!(lines.iter().any(|line| is_near(line.0, start)), "{run} message {id}: {lines:?}");
                assert!(lines.iter().any(|line| is_near(line.1, end)), "{run} message {id}: {lines:?}");
                if step.kind == Kind::Lost { lost += 1 } else { arrived += 1 }
            });
        }
    }
    assert!(arrived > 500 && lost > 20, "{arrived} arrived, {lost} lost");
}

#[test]
fn lanes_have_no_gaps() {
    for session in sessions(8) {
        for window in windows(&session) {
            let chart = spacetime::chart(&session, window, Lang::En).expect("few steps");
            assert_eq!(
                chart.lanes.len(),
                session.run().moment(session.run().steps_until(window.until_us)).world.nodes().count()
            );
            for lane in &chart.lanes {
                assert_eq!(
                    lane.stretches.last().map(|last| last.until_us),
                    Some(window.until_us),
                    "{}",
                    lane.node
                );
                for pair in lane.stretches.windows(2) {
                    assert_eq!(pair[0].until_us, pair[1].from_us);
                    assert!(pair[0].from_us < pair[0].until_us);
                }
            }
        }
    }
}

#[test]
fn a_window_with_too_many_steps_says_what_fits() {
    for session in sessions(5).filter(|session| session.len() > spacetime::STEPS_MAX) {
        let window = Window { from_us: 0, until_us: session.end_us() };
        let refusal = spacetime::chart(&session, window, Lang::En).expect_err("too many");
        let until_us = refusal.fits_until_us.saturating_sub(1);
        assert!(spacetime::chart(&session, Window { until_us, ..window }, Lang::En).is_ok());
        assert!(refusal.message(Lang::En).contains("4000"));
    }
}

// Happens-before.

/// The past of every step of a span, by walking back along program order and messages.
fn pasts_by_walking(session: &Session, span: Span) -> BTreeMap<u64, BTreeSet<u64>> {
    let mut pasts: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
    let mut last_of_node = BTreeMap::new();
    let mut sender_of: BTreeMap<u64, u64> = BTreeMap::new();
    session.run().replay(span.first, span.last, |_, step| {
        let mut causes = Vec::new();
        let counts = step.kind != Kind::Lost;
        if let Some(node) = step.node.filter(|_| counts) {
            causes.extend(last_of_node.insert(node, step.number));
        }
        if matches!(step.kind, Kind::Deliver | Kind::Lost) {
            causes.extend(step.message.and_then(|id| sender_of.get(&id)).copied());
        }
        let mut past: BTreeSet<u64> = causes.iter().copied().collect();
        for cause in causes {
            past.extend(&pasts[&cause]);
        }
        pasts.insert(step.number, past);
        for sent in &step.sent {
            sender_of.insert(sent.id, step.number);
        }
    });
    pasts
}

#[test]
fn cones_are_the_closure_of_program_order_and_messages() {
    let mut past_steps = 0;
    for session in sessions(7) {
        let from_us = session.end_us() / 2;
        let window = Window { from_us, until_us: from_us + 100_000 };
        let span = Span::of_times(&session, window.from_us, window.until_us);
        let pasts = pasts_by_walking(&session, span);
        for (step, past) in &pasts {
            let cone = spacetime::cone(&session, *step, window);
            assert_eq!(
                cone.past.iter().copied().collect::<BTreeSet<u64>>(),
                *past,
                "{} step {step}",
                session.text_without_cursor()
            );
            let future: BTreeSet<u64> =
                pasts.iter().filter(|(_, past)| past.contains(step)).map(|(other, _)| *other).collect();
            assert_eq!(
                cone.future.iter().copied().collect::<BTreeSet<u64>>(),
                future,
                "{} step {step}",
                session.text_without_cursor()
            );
            past_steps += past.len();
        }
    }
    assert!(past_steps > 1_000, "{past_steps} steps in all pasts");
}

// The film.

#[test]
fn a_film_shows_its_frames_and_keeps_its_size() {
    for session in sessions(2) {
        let frame = Frame { width: 760.0, height: 520.0, ..Frame::default() };
        let film = Film { frames: 24, ..Film::of(Window { from_us: 100_000, until_us: 250_000 }) };
        let text = export::animation(&session, &film, &frame, Theme::Light).expect("it is small");
        assert!(text.len() <= export::ANIMATION_BYTES_MAX && text.ends_with("</svg>\n"));
        assert!(text.contains("prefers-reduced-motion:reduce"));
        let spans: BTreeSet<&str> =
            text.split("@keyframes k").skip(1).filter_map(|it| it.split('{').next()).collect();
        assert!(spans.len() >= 20, "the time alone is new in each frame: {spans:?}");
        for span in spans {
            let (first, end) = span.split_once('-').expect("two places");
            let (first, end): (u32, u32) = (first.parse().expect("a place"), end.parse().expect("a place"));
            assert!(first < end && end <= 24 && (first, end) != (0, 24), "{span}");
        }
        // The first and the last time stand in it, and the first frame is seen where nothing moves.
        assert!(text.contains(">100 ms</text>") && text.contains(">250 ms</text>"));
        let still = text.split("visibility=\"hidden\"").next().expect("a beginning");
        assert!(still.contains("</style>"));
    }
}

#[test]
fn spans_of_events_are_parts_of_the_whole() {
    for session in sessions(3) {
        let lines = |span: Span| -> Vec<Value> {
            let text = written(|out| export::events(&session, span, out));
            text.lines().skip(1).map(|line| serde_json::from_str(line).expect("JSON")).collect()
        };
        let whole = lines(Span::from(session.len()));
        let (first, last) = (session.len() / 3, session.len() / 2);
        assert_eq!(lines(Span { first, last }), whole[first as usize - 1..last as usize]);
    }
}
