//! The time machine: branches, running until a place, links that hold the whole run, and hostile texts.

use std::time::Instant;

use faultscope_labs::place::Place;
use faultscope_labs::sim::{Action, Draw, Kind, RunText, Status};
use faultscope_labs::{BranchId, Lang, News, NodeId, Session, Stop, Story, import, link};

use super::{trial, variants};

const UNTIL_US: u64 = 2_000_000;

fn still(seed: u64) -> impl Iterator<Item = Session> {
    variants().into_iter().map(move |(lab, variant)| {
        let text = RunText { seed, ..RunText::new(lab.id, variant.about().id) };
        let mut session = Session::from_text(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        session.play_ahead(UNTIL_US, 50_000);
        session
    })
}

fn crash(number: u16) -> Action {
    Action::Crash { node: NodeId::server(number), keep: 0 }
}

/// What its text opens to is the branch itself, at its cursor.
fn assert_opens_to(session: &Session, id: BranchId) {
    let text = session.text_of(id).expect("a branch");
    let mut there = session.clone();
    assert!(there.switch(id));
    let again = Session::open(&link::write(&text)).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(again.step(), there.step(), "{text}");
    assert_eq!(again.world().fingerprint(), there.world().fingerprint(), "{text}");
    assert!(!again.has_changed_behaviour(), "{text}");
    assert_eq!(again.text(), text);
}

#[test]
fn whoever_looks_sees_every_node_started_and_a_link_may_say_otherwise() {
    for (lab, variant) in variants() {
        let text = format!("{}:{}", lab.id, variant.about().id);
        let looked_at = Session::open_in_parts(&text).unwrap();
        let world = looked_at.world();
        assert!(world.nodes().all(|node| node.status == Status::Up), "{text}");
        assert_eq!((looked_at.step(), world.now_us()), (world.nodes().count() as u64, 0), "{text}");
        for step in [0, 1, looked_at.boots(), 12] {
            let mut there = looked_at.clone();
            there.seek_step(step);
            let again = Session::open_in_parts(&link::write(&there.text())).unwrap();
            assert_eq!(again.step(), step, "{text}");
        }
        assert_eq!(Session::open(&text).unwrap().step(), 0, "whoever computes begins at the beginning");
    }
}

#[test]
fn acting_in_the_past_keeps_the_old_future() {
    for mut session in still(3) {
        let opened = session.current_branch();
        let (len, end) = (session.len(), session.run().head().world.fingerprint());
        session.seek_step(len / 3);
        assert!(session.act_forks());
        session.act(crash(1)).expect("an action");
        let fork = session.current_branch();
        assert_ne!(fork, opened);
        // Another action right after it extends the new branch.
        session.seek_time(session.now_us() + 50_000);
        session.act(Action::Restart(NodeId::server(1))).expect("an action");
        assert_eq!((session.current_branch(), session.branches().len()), (fork, 2));
        let info = session.branch(fork).expect("a branch");
        assert_eq!((info.parent, info.parted_step), (Some(opened), len / 3));
        for lang in Lang::ALL {
            assert!(info.title(lang).contains("n1"), "{}", info.title(lang));
        }
        assert_opens_to(&session, fork);
        assert_opens_to(&session, opened);
        // Acting before both forks again: a written action would be changed.
        session.seek_step(len / 4);
        session.act(crash(1)).expect("an action");
        assert_eq!(session.branches().len(), 3);
        let (actions, second) = (session.run().actions().to_vec(), session.current_branch());
        assert_opens_to(&session, fork);
        // The old future is as it was, at every place.
        assert!(session.switch(opened));
        assert_eq!((session.len(), session.run().head().world.fingerprint()), (len, end));
        session.seek_step(len / 2);
        assert_eq!(session.step(), len / 2);
        // Undo leads back through all of it, whatever is on screen; redo forth again.
        for left in [2, 2, 1] {
            assert!(session.undo());
            assert_eq!(session.branches().len(), left);
        }
        assert!(!session.undo() && session.current_branch() == opened);
        assert_eq!((session.step(), session.run().head().world.fingerprint()), (len / 3, end));
        for _ in 0..3 {
            assert!(session.redo());
        }
        assert!(!session.redo());
        assert_eq!((session.current_branch(), session.run().actions()), (second, &actions[..]));
        assert_opens_to(&session, fork);
    }
}

#[test]
fn acting_at_the_end_extends_the_branch() {
    for mut session in still(4) {
        session.seek_step(session.len());
        assert!(!session.act_forks());
        session.act(crash(1)).expect("an action");
        assert_eq!(session.branches().len(), 1);
        assert!(session.undo() && session.run().actions().is_empty() && session.branches().len() == 1);
    }
}

#[test]
fn branches_are_named_deleted_and_brought_back() {
    let mut session = still(5).next().expect("a lab");
    let opened = session.current_branch();
    session.seek_step(20);
    session.act(crash(2)).expect("an action");
    let fork = session.current_branch();
    assert!(session.rename(fork, "  two\tis \u{0} down ") && !session.rename(BranchId(99), "x"));
    assert_eq!(session.branch(fork).expect("a branch").title(Lang::En), "two is down");
    // A named branch is kept as it is: acting on what was played of it forks.
    session.seek_step(30);
    session.act(crash(1)).expect("an action");
    let third = session.current_branch();
    assert_eq!((session.branches().len(), session.branch(third).and_then(|it| it.parent)), (3, Some(fork)));
    let text = session.text_of(fork);
    assert!(session.delete(fork) && !session.switch(fork) && session.text_of(fork).is_none());
    assert_eq!(session.branch(third).and_then(|it| it.parent), Some(opened));
    assert!(session.undo());
    assert_eq!((session.text_of(fork), session.current_branch()), (text, third));
    assert_eq!(session.branch(third).and_then(|it| it.parent), Some(fork));
    assert!(session.redo() && session.branch(fork).is_none() && session.undo());
    // The one on screen gives way to its parent, and comes back with undo.
    assert!(session.delete(third) && session.current_branch() == fork);
    assert!(session.undo() && session.current_branch() == third);
    assert!(session.delete(opened) && session.delete(fork) && !session.delete(third), "the last one stays");
    assert!(session.undo() && session.undo());
    assert_eq!(session.branches().iter().map(|branch| branch.id).collect::<Vec<_>>(), [opened, fork, third]);
}

#[test]
fn the_oldest_unnamed_branch_goes_first_and_it_is_said() {
    let mut session = still(6).next().expect("a lab");
    let opened = session.current_branch();
    let mut made = Vec::new();
    let most = faultscope_labs::session::BRANCHES_MAX;
    for number in 0..=most as u64 {
        session.switch(opened);
        session.seek_step(10 + number);
        session.act(crash(1)).expect("an action");
        made.push(session.current_branch());
        session.rename(made[0], "kept");
    }
    assert_eq!(session.branches().len(), most);
    let ids: Vec<BranchId> = session.branches().iter().map(|branch| branch.id).collect();
    assert!(ids.contains(&opened) && ids.contains(&made[0]) && !ids.contains(&made[1]));
    let news = session.take_news();
    assert!(matches!(&news[0], News::BranchDropped(branch) if branch.id == made[1]), "{news:?}");
    assert!(session.take_news().is_empty());
    // What concerned a dropped branch is not undone; everything else is.
    while session.undo() {}
    assert_eq!(session.current_branch(), opened);
    assert!(session.run().actions().is_empty());
}

#[test]
fn two_branches_are_compared_where_they_part() {
    for mut session in still(7) {
        let opened = session.current_branch();
        session.seek_step(session.len() / 3);
        session.act(crash(1)).expect("an action");
        let fork = session.current_branch();
        let compared = session.compare(opened, fork).expect("branches");
        let other = {
            let mut other = session.clone();
            other.switch(opened);
            other
        };
        let prints = |session: &Session| {
            let mut prints = Vec::new();
            session.run().replay(1, session.len(), |moment, _| prints.push(moment.world.fingerprint()));
            prints
        };
        let (left, right) = (prints(&other), prints(&session));
        let shared = left.iter().zip(&right).take_while(|(left, right)| left == right).count() as u64;
        assert_eq!(compared.parted_step, shared, "{}", session.text());
        assert_eq!(compared.sides[1].first_step, Some(shared + 1));
        let count = |session: &Session, wanted| {
            let last = session.run().steps_until(compared.until_us) as usize;
            session.run().index().range(0..last).iter().filter(|entry| entry.kind == wanted).count() as u64
        };
        assert_eq!(compared.sides[0].messages, count(&other, Kind::Deliver));
        assert_eq!(compared.sides[1].answers, count(&session, Kind::Reply));
        assert_eq!(compared.sides[0].verdicts.len(), session.properties().len());
        let same = session.compare(fork, fork).expect("a branch");
        assert_eq!((same.sides[0].first_step, same.parted_step), (None, session.len()));
    }
}

/// Every way to run on, against a walk through all steps.
#[test]
fn running_until_something_finds_the_first_of_it() {
    const MOST: u64 = 2_000;
    let (n1, n2) = (NodeId::server(1), NodeId::server(2));
    for session in still(8) {
        let mut whole = session.clone();
        whole.play_ahead(u64::MAX, 4_000);
        let start = session.len() - session.len() / 4;
        let places = ["event timer at n1", "any.status = down", "time >= 1900ms", "all.status = up"];
        let stops = [
            Stop::Message,
            Stop::MessageTo(n1),
            Stop::MessageFrom(n2),
            Stop::StepAt(n2),
            Stop::Note,
            Stop::Decision,
        ];
        let rules = session.lab().rules.iter().map(|rule| Stop::Rule(rule.id));
        for stop in stops.into_iter().chain(rules.take(3)) {
            let (mut first, mut before) = (None, None);
            whole.run().replay(1, start + MOST, |_, step| {
                let is_message = matches!(step.kind, Kind::Deliver | Kind::Lost);
                let is_it = match stop {
                    Stop::Message => is_message,
                    Stop::MessageTo(node) => is_message && step.node == Some(node),
                    Stop::MessageFrom(node) => is_message && step.from == Some(node),
                    Stop::StepAt(node) => step.node == Some(node),
                    Stop::Note => !step.notes.is_empty(),
                    Stop::Decision => step.notes.iter().any(faultscope_labs::sim::Payload::is_decision),
                    Stop::Broken => false,
                    Stop::Rule(id) => step.notes.iter().any(|note| note.rule() == Some(id)),
                };
                if is_it && step.number < start {
                    before = Some(step.number);
                } else if is_it && step.number > start {
                    first = first.or(Some(step.number));
                }
            });
            let mut runner = session.clone();
            runner.seek_step(start);
            assert_eq!(runner.run_to(stop, MOST), first.is_some(), "{stop:?} in {}", session.text());
            assert_eq!(runner.step(), first.unwrap_or(start), "{stop:?} in {}", session.text());
            assert_eq!(runner.len(), session.len().max(runner.step()), "nothing is played in vain");
            runner.seek_step(start);
            assert_eq!(runner.run_back(stop), before.is_some());
            assert_eq!(runner.step(), before.unwrap_or(start));
        }
        for text in places {
            let place = session.place(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            let mut runner = session.clone();
            runner.seek_step(start);
            let mut held = place.holds(runner.variant(), &runner.run().moment(start), None).is_some();
            let mut first = None;
            whole.run().replay(start + 1, start + MOST, |moment, step| {
                let holds = place.holds(whole.variant(), moment, Some(step)).is_some();
                if holds && !held && first.is_none() {
                    first = Some(step.number);
                }
                held &= holds;
            });
            let found = runner.run_until(&place, MOST);
            if place.time_us().is_some() {
                let is_ahead = session.run().moment(start).world.now_us() < 1_900_000;
                assert!(!found || runner.now_us() == 1_900_000, "{}", runner.now_us());
                assert!(is_ahead || !found);
            } else {
                assert_eq!(
                    (found, runner.step()),
                    (first.is_some(), first.unwrap_or(start)),
                    "{text} in {}",
                    session.text()
                );
            }
        }
    }
}

#[test]
fn a_place_that_no_run_can_reach_is_refused() {
    for session in still(1) {
        for text in ["n1.no-such-field = 3", "n99.status = up", "broken no-such-property", "n1 is up", ""] {
            let error = session.place(text).expect_err(text);
            assert!(Lang::ALL.iter().all(|&lang| !error.message(lang).is_empty()), "{text}");
        }
        assert!(session.place("n1.status = up and not any.status = down").is_ok());
        assert!(Place::parse("time >= 5ms").is_ok());
    }
}

/// Any actions at any steps → text → the same run: cursor, panels, fingerprint and all.
#[test]
fn any_run_comes_back_from_its_text() {
    for (number, (lab, variant)) in variants().into_iter().enumerate() {
        for turn in 0..3_u64 {
            let seed = turn * 1_000 + number as u64;
            let draw = |purpose: &str, below: u32| Draw::new(seed, purpose, 0, 0).below(below);
            let mut session =
                Session::from_text(&trial(lab, variant, seed, 1_000_000).text()).expect("a run");
            for act in 0..draw("acts", 6) {
                let step = Draw::new(seed, "step", 0, u64::from(act)).below(session.len() as u32 + 1);
                session.seek_step(u64::from(step));
                let node = NodeId::server(1 + Draw::new(seed, "node", 0, u64::from(act)).below(2) as u16);
                let actions = [
                    Action::Crash { node, keep: act },
                    Action::Restart(node),
                    Action::Heal,
                    Action::Pause(node),
                    Action::Resume(node),
                    Action::Cut { from: vec![node], to: Vec::new(), one_way: act % 2 == 0 },
                ];
                session
                    .act(actions[Draw::new(seed, "verb", 0, u64::from(act)).below(6) as usize].clone())
                    .expect("an action");
            }
            session.seek_step(u64::from(draw("cursor", session.len() as u32 + 1)));
            session.set_panels(["log", "Not a word", "lanes"].map(str::to_owned));
            let text = session.text();
            assert_eq!(text.panels, ["log", "lanes"]);
            assert_eq!(text.to_string().parse::<RunText>().as_ref(), Ok(&text));
            assert_eq!(link::read(&session.link()).as_ref(), Ok(&text));
            let again = Session::open(&session.link()).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            assert_eq!(again.text(), text);
            assert_eq!(again.world().fingerprint(), session.world().fingerprint(), "{text}");
            assert!(!again.has_changed_behaviour());
        }
    }
}

#[test]
fn a_link_from_other_rules_says_so() {
    for session in still(2) {
        let text = session.text();
        let other = RunText { fingerprint: text.fingerprint.map(|it| it ^ 1), ..text };
        let mut opened = Session::from_text(&other).expect("a run");
        assert!(opened.has_changed_behaviour());
        assert_eq!(opened.take_news(), [News::BehaviourChanged]);
    }
}

#[test]
fn a_far_link_opens_in_parts() {
    let mut session = still(9).next().expect("a lab");
    session.play_ahead(u64::MAX, 60_000);
    session.seek_step(50_000.min(session.len()));
    let text = session.link();
    let mut arriving = Session::open_in_parts(&text).expect("a run");
    assert!(arriving.is_arriving() && arriving.len() < 30_000);
    assert_eq!(arriving.text().cursor, Some(session.step()), "its address stays what it was");
    while !arriving.arrive(4_000) {}
    assert_eq!((arriving.link(), arriving.step()), (text, session.step()));
    assert!(!arriving.has_changed_behaviour());
}

/// The promise: a run with five actions is a link of 200 characters at the most.
#[test]
fn five_actions_make_a_short_link() {
    for mut session in still(42) {
        let verbs = [
            crash(1),
            Action::Restart(NodeId::server(1)),
            Action::Pause(NodeId::server(2)),
            Action::Resume(NodeId::server(2)),
            Action::Heal,
        ];
        for (place, action) in verbs.into_iter().enumerate() {
            session.seek_time(153_211 * (place as u64 + 1));
            session.act(action).expect("an action");
        }
        let link = session.link();
        assert_eq!(session.run().actions().len(), 5);
        println!("{} characters: {link}", link.len());
        assert!(link.len() <= 200, "{} characters: {link}", link.len());
    }
}

/// Texts of runs, of every lab and variant, with every verb in them and with drawn faults.
fn valid_texts() -> Vec<String> {
    let every_verb = "@1crash.n1;@2crash.n2.1;@2crash.z1;@3restart.n1;@4pause.n1;@5resume.n1;@6cut.n1_n2;@6cut.z1;\
        @7oneway.n1.n2;@8heal;@8heal.2;@9latency.1000-2000;@10latency.n1-n2.1-2;@10latency.z1-z2.heavy.1-2;\
        @10latency.exponential.5-9;@11loss.5;@12duplication.7;@12reordering.n1-n2.7;@13disk.n2.1-5;@14wipe.n1;\
        @15clock.n1.-5.7;@15step.n1.-500;@15processor.n1.1-5;@16drop.n1-n2.3;@17hold.n1-n2.3;@18release.n1-n2.3;\
        @19deliver.n1-n2.3;@20duplicate.n1-n2.3;@20delay.n1-n2.3.500;@21fire.n1.0;@22finish.n1;@23pick.n1.2;\
        @24restore;@25mend;t40;plog.lanes;f0123456789abcdef";
    let mut texts = Vec::new();
    for (lab, variant) in variants() {
        texts.push(format!("{}:{};r1;s4;zones=2;{every_verb}", lab.id, variant.about().id));
        texts.push(RunText { cursor: Some(50), ..trial(lab, variant, 2, 1_000_000).text() }.to_string());
    }
    texts
}

/// Texts that someone made to do harm: FAULTSCOPE_FUZZ_INPUTS=1000000 tries so many.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a stall is a matter of the wall clock; it is printed, not asserted"
)]
fn mutated_texts_neither_panic_nor_stall() {
    let inputs = std::env::var("FAULTSCOPE_FUZZ_INPUTS")
        .ok()
        .and_then(|given| given.parse().ok())
        .unwrap_or(20_000_u64);
    let texts = valid_texts();
    let packed: Vec<String> = texts.iter().map(|text| packed(text)).collect();
    let stories: Vec<&str> =
        crate::labs().into_iter().flat_map(|lab| lab.stories.iter().map(|story| story.text)).collect();
    let began = Instant::now();
    let mut tally = Tally::default();
    for number in 0..inputs {
        let place = number as usize;
        tally.try_text(&mutated(&texts[place % texts.len()], number));
        match number % 20 {
            0 => try_story(&mutated(stories[place / 20 % stories.len()], number)),
            1 => try_link(&mutated(&packed[place / 20 % packed.len()], number)),
            2 => try_file(&mutated_bytes(&texts[place % texts.len()], number)),
            _ => {}
        }
    }
    let Tally { parsed, opened, slowest: (millis, slowest) } = tally;
    let time = began.elapsed();
    println!(
        "{inputs} texts in {time:?}: {parsed} parsed, {opened} opened, the slowest in {millis} ms: {slowest}"
    );
    assert!(parsed * 3 >= inputs, "{parsed} of {inputs} still parse");
    assert!(parsed * 10 <= inputs * 9, "{parsed} of {inputs}: the mutations do nothing");
    assert!(opened > 0);
}

/// What came of the texts so far.
#[derive(Default)]
struct Tally {
    parsed: u64,
    opened: u64,
    slowest: (u128, String),
}

impl Tally {
    /// Reads a text, and opens every 400th that is one of a run as the page does.
    fn try_text(&mut self, text: &str) {
        let run = match link::read(text) {
            Ok(run) => run,
            Err(error) => {
                let is_clear = |lang: &Lang| (1..600).contains(&error.message(*lang).len());
                return assert!(Lang::ALL.iter().all(is_clear), "{text}");
            }
        };
        self.parsed += 1;
        assert_eq!(run.to_string().parse().as_ref(), Ok(&run), "{text}");
        if self.parsed.is_multiple_of(400) {
            self.open(text);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "how long an opening takes is printed, not asserted")]
    fn open(&mut self, text: &str) {
        let began = Instant::now();
        match Session::open_in_parts(text) {
            Ok(_) => self.opened += 1,
            Err(error) => assert!(Lang::ALL.iter().all(|&lang| !error.message(lang).is_empty()), "{text}"),
        }
        let took = (began.elapsed().as_millis(), text.to_owned());
        self.slowest = std::mem::take(&mut self.slowest).max(took);
    }
}

fn try_story(story: &str) {
    if let Err(error) = Story::parse(story) {
        assert!(!error.message(Lang::Zh).is_empty());
    }
}

/// A packed link is not asked to survive: only to be refused clearly where it does not.
fn try_link(packed: &str) {
    if let Err(error) = link::read(packed) {
        assert!(Lang::ALL.iter().all(|&lang| !error.message(lang).is_empty()), "{packed}");
    }
}

fn try_file(bytes: &[u8]) {
    if let Err(error) = import::text_of_bytes(bytes) {
        assert!(Lang::ALL.iter().all(|&lang| !error.message(lang).is_empty()), "{bytes:?}");
    }
}

/// A link of the text that is long enough to be packed.
fn packed(text: &str) -> String {
    let run: RunText = text.parse().expect("a run");
    let many = run.actions.iter().cycle().take(400).cloned().collect();
    let link = link::write(&RunText { actions: many, ..run });
    assert!(link.starts_with("z1."), "{link}");
    link
}

/// Valid texts that ask for as much work as they may: opening them in parts must return soon, whatever they ask.
#[test]
#[expect(clippy::disallowed_methods, reason = "how long an opening takes is printed, not asserted")]
fn greedy_texts_open_in_parts() {
    let all: Vec<String> = variants()
        .into_iter()
        .flat_map(|(lab, variant)| {
            let head = format!("{}:{};r1;s4", lab.id, variant.about().id);
            let cuts = ";@1cut.n1;@2heal".repeat(4_999);
            let doubles = ";@1duplicate.n1-n2.1".repeat(9_000);
            [
                format!("{head};latency_us=0-0;duplicate_ppm=1000000;t2000000"),
                format!("{head};latency_us=0-0;@0duplication.1000000;@864000000000heal"),
                format!("{head};duplicate_ppm=1000000;reorder_ppm=1000000{cuts};t2000000"),
                format!("{head}{doubles};@0latency.0;t2000000"),
            ]
        })
        .collect();
    let mut slowest = (0, String::new());
    for text in &all {
        let began = Instant::now();
        let session = Session::open_in_parts(text).unwrap_or_else(|error| panic!("{text:.120}: {error:?}"));
        assert!(session.len() <= 20_000, "{text:.120}: {} steps at once", session.len());
        slowest = slowest.max((began.elapsed().as_millis(), text.chars().take(120).collect()));
    }
    println!("the slowest of {} greedy texts took {} ms to begin: {}", all.len(), slowest.0, slowest.1);
}

/// A text with a few changes: digits and whole fields mostly, which often still parse, and any letters.
fn mutated(text: &str, number: u64) -> String {
    String::from_utf8_lossy(&mutated_bytes(text, number)).into_owned()
}

fn mutated_bytes(text: &str, number: u64) -> Vec<u8> {
    const LETTERS: &[u8] = b"n1c2.;:@-_=+#srtpfz0 9az\n\xc3\xa9\xff\x00";
    let mut bytes = text.as_bytes().to_vec();
    for turn in 0..=u64::from(Draw::new(number, "turns", 0, 0).below(3)) {
        let draw = |purpose: &str, below: usize| {
            Draw::new(number, purpose, 1, turn).below(below.max(1) as u32) as usize
        };
        let place = draw("place", bytes.len());
        let digits: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at].is_ascii_digit()).collect();
        match draw("change", 12) {
            0..6 if !digits.is_empty() => {
                bytes[digits[draw("digit", digits.len())]] = b"0123456789"[draw("value", 10)];
            }
            6..10 => {
                let mut fields: Vec<Vec<u8>> =
                    bytes.split(|byte| *byte == b';').map(<[u8]>::to_vec).collect();
                let (from, to) = (1 + draw("from", fields.len() - 1), 1 + draw("to", fields.len() - 1));
                match draw("move", 3) {
                    0 if from < fields.len() => drop(fields.remove(from)),
                    1 if from.max(to) < fields.len() => fields.swap(from, to),
                    _ if from < fields.len() && fields[from].starts_with(b"@") => {
                        fields.push(fields[from].clone());
                    }
                    _ => {}
                }
                bytes = fields.join(&b';');
            }
            10 if !bytes.is_empty() => bytes[place] = LETTERS[draw("letter", LETTERS.len())],
            _ => bytes.truncate(place),
        }
    }
    bytes
}
