//! The judge of histories against two others: every permutation, and stateright's tester.

use faultscope_sim::Draw;
use faultscope_sim::linear::{Explained, History, Model};
use stateright::semantics::register::{Register as TheirRegister, RegisterOp, RegisterRet};
use stateright::semantics::{ConsistencyTester, LinearizabilityTester};

#[derive(Clone, Debug)]
struct Register;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ask {
    Read,
    Write(u64),
}

/// None answers a write.
type Answer = Option<u64>;

impl Model for Register {
    type State = u64;
    type Ask = Ask;
    type Answer = Answer;

    fn apply(state: &u64, ask: &Ask) -> (u64, Answer) {
        match ask {
            Ask::Read => (*state, Some(*state)),
            Ask::Write(value) => (*value, None),
        }
    }

    fn is_read_only(ask: &Ask) -> bool {
        *ask == Ask::Read
    }
}

#[derive(Clone, Copy, Debug)]
enum End {
    Answered(Answer),
    Failed,
    Lost,
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Call(u64, Ask),
    End(u64, End),
}

/// A call of a whole history: when it was made and ended, in places of the list.
#[derive(Clone, Debug)]
struct Whole {
    ask: Ask,
    called: usize,
    ended: Option<(usize, Answer)>,
    has_failed: bool,
}

fn wholes(events: &[Event]) -> Vec<Whole> {
    let mut wholes: Vec<Whole> = Vec::new();
    for (place, event) in events.iter().enumerate() {
        match *event {
            Event::Call(_, ask) => wholes.push(Whole { ask, called: place, ended: None, has_failed: false }),
            Event::End(call, End::Answered(answer)) => wholes[call as usize].ended = Some((place, answer)),
            Event::End(call, End::Failed) => wholes[call as usize].has_failed = true,
            Event::End(_, End::Lost) => {}
        }
    }
    wholes
}

/// Tries every order of every choice of calls: the definition, word for word.
fn brute_force(wholes: &[Whole], taken: &mut Vec<usize>, state: u64) -> bool {
    if wholes.iter().enumerate().all(|(place, whole)| whole.ended.is_none() || taken.contains(&place)) {
        return true;
    }
    for place in 0..wholes.len() {
        let whole = &wholes[place];
        let is_before = |other: usize| wholes[other].ended.is_some_and(|(ended, _)| ended < whole.called);
        let is_free = !whole.has_failed
            && !taken.contains(&place)
            && (0..wholes.len()).all(|other| taken.contains(&other) || !is_before(other));
        let (next, answer) = Register::apply(&state, &whole.ask);
        if !is_free || whole.ended.is_some_and(|(_, expected)| expected != answer) {
            continue;
        }
        taken.push(place);
        let is_found = brute_force(wholes, taken, next);
        taken.pop();
        if is_found {
            return true;
        }
    }
    false
}

/// The place of the first event that nothing explains.
fn first_break(events: &[Event]) -> Option<usize> {
    let mut history = History::<Register>::default();
    events.iter().position(|event| {
        let explained = match event {
            Event::Call(call, ask) => {
                history.call(*call, *ask);
                return false;
            }
            Event::End(call, End::Answered(answer)) => history.answer(*call, answer),
            Event::End(call, End::Failed) => history.fail(*call),
            Event::End(call, End::Lost) => {
                history.lose(*call);
                return false;
            }
        };
        assert!(!matches!(explained, Explained::GaveUp(_)), "{events:?}");
        explained == Explained::No
    })
}

/// A random history of few calls by `clients`, one at a time each. Its answers come from a register that sometimes
/// lies, so that both verdicts are common. A client whose call was lost goes on with another.
fn random_history(seed: u64, calls: u64, clients: u64, may_lose: bool) -> Vec<Event> {
    let mut count = 0;
    let mut below = |label: &'static str, limit: u32| {
        count += 1;
        Draw::new(seed, label, 0, count).below(limit)
    };
    let (mut events, mut open, mut state, mut made) =
        (Vec::new(), Vec::<(u64, Ask, Option<Answer>)>::new(), 0, 0);
    while made < calls || !open.is_empty() {
        let may_call = made < calls && (open.len() as u64) < clients;
        match below("what", 4) {
            0 | 1 if may_call => {
                let ask = if below("ask", 2) == 0 {
                    Ask::Read
                } else {
                    Ask::Write(u64::from(below("value", 3)) + 1)
                };
                events.push(Event::Call(made, ask));
                open.push((made, ask, None));
                made += 1;
            }
            2 if !open.is_empty() => {
                let place = below("effect", open.len() as u32) as usize;
                if open[place].2.is_none() {
                    let (next, answer) = Register::apply(&state, &open[place].1);
                    state = next;
                    open[place].2 = Some(answer);
                }
            }
            _ if !open.is_empty() => {
                let place = below("end", open.len() as u32) as usize;
                let (call, ask, effect) = open.remove(place);
                let lie = ask == Ask::Read && below("lie", 8) == 0;
                let answer = if lie { Some(Some(u64::from(below("value", 4)))) } else { effect };
                let end = match answer {
                    _ if may_lose && below("lose", 5) == 0 => End::Lost,
                    None if may_lose && below("fail", 2) == 0 => End::Failed,
                    None if may_lose => End::Lost,
                    // Its turn has not come: then it takes effect now.
                    None => {
                        let (next, answer) = Register::apply(&state, &ask);
                        state = next;
                        End::Answered(answer)
                    }
                    Some(answer) => End::Answered(answer),
                };
                events.push(Event::End(call, end));
            }
            _ => {}
        }
    }
    events
}

#[test]
fn it_agrees_with_every_permutation_and_breaks_at_the_first_event_that_nothing_explains() {
    let (mut good, mut bad, mut lost, mut failed) = (0, 0, 0, 0);
    for seed in 0..6_000 {
        let events = random_history(seed, 7, 3, true);
        lost += usize::from(events.iter().any(|event| matches!(event, Event::End(_, End::Lost))));
        failed += usize::from(events.iter().any(|event| matches!(event, Event::End(_, End::Failed))));
        let is_linear = |events: &[Event]| brute_force(&wholes(events), &mut Vec::new(), 0);
        let expected = (1..=events.len()).find(|&count| !is_linear(&events[..count])).map(|count| count - 1);
        assert_eq!(first_break(&events), expected, "seed {seed}: {events:?}");
        if expected.is_some() { bad += 1 } else { good += 1 }
    }
    assert!(good > 1_000 && bad > 500 && lost > 1_000 && failed > 500, "{good} {bad} {lost} {failed}");
}

#[test]
fn it_agrees_with_stateright() {
    let (mut good, mut bad) = (0, 0);
    for seed in 0..4_000 {
        let events = random_history(seed, 10, 3, false);
        let mut theirs = LinearizabilityTester::new(TheirRegister(0_u64));
        // Their tester pairs calls with threads: each call takes the lowest free one.
        let mut threads: Vec<Option<u64>> = vec![None; 3];
        for event in &events {
            match *event {
                Event::Call(call, ask) => {
                    let thread = threads.iter().position(Option::is_none).expect("a free thread");
                    threads[thread] = Some(call);
                    let op = match ask {
                        Ask::Read => RegisterOp::Read,
                        Ask::Write(value) => RegisterOp::Write(value),
                    };
                    theirs.on_invoke(thread, op).expect("a free thread");
                }
                Event::End(call, End::Answered(answer)) => {
                    let thread = threads.iter().position(|held| *held == Some(call)).expect("a thread");
                    threads[thread] = None;
                    theirs
                        .on_return(thread, answer.map_or(RegisterRet::WriteOk, RegisterRet::ReadOk))
                        .expect("an open call");
                }
                Event::End(..) => unreachable!("no call is lost here"),
            }
        }
        let is_linear = first_break(&events).is_none();
        assert_eq!(is_linear, theirs.is_consistent(), "seed {seed}: {events:?}");
        if is_linear { good += 1 } else { bad += 1 }
    }
    assert!(good > 500 && bad > 500, "{good} {bad}");
}

/// A write that timed out takes effect after a later write was answered: that is allowed, once.
#[test]
fn a_lost_write_may_strike_late_and_only_once() {
    let mut history = History::<Register>::default();
    history.call(0, Ask::Write(1));
    history.lose(0);
    history.call(1, Ask::Write(2));
    assert_eq!(history.answer(1, &None), Explained::Yes);
    let mut read = |call, value| {
        history.call(call, Ask::Read);
        history.answer(call, &Some(value))
    };
    assert_eq!([read(2, 2), read(3, 1), read(4, 1)], [Explained::Yes; 3]);
    assert_eq!(read(5, 2), Explained::No);
}

#[test]
fn a_stale_read_is_refused() {
    let mut history = History::<Register>::default();
    for (call, value) in [(0, 1), (1, 2)] {
        history.call(call, Ask::Write(value));
        assert_eq!(history.answer(call, &None), Explained::Yes);
    }
    history.call(2, Ask::Read);
    assert_eq!(history.answer(2, &Some(1)), Explained::No);
}

/// New-old inversion: while a write is open, one reader sees it and a later reader does not. Regular, not
/// linearizable.
#[test]
fn a_new_old_inversion_is_refused() {
    let mut history = History::<Register>::default();
    history.call(0, Ask::Write(1));
    history.call(1, Ask::Read);
    assert_eq!(history.answer(1, &Some(1)), Explained::Yes);
    history.call(2, Ask::Read);
    assert_eq!(history.answer(2, &Some(0)), Explained::No);
}

#[test]
fn a_failed_write_that_was_seen_is_refused() {
    let mut history = History::<Register>::default();
    history.call(0, Ask::Write(1));
    history.call(1, Ask::Read);
    assert_eq!(history.answer(1, &Some(1)), Explained::Yes);
    assert_eq!(history.fail(0), Explained::No);
}

/// Many lost writes stay cheap, because only the smallest sets of them are kept; so they need no giving up.
#[test]
fn lost_writes_do_not_pile_up() {
    let mut history = History::<Register>::default();
    for call in 0..200 {
        history.call(call, Ask::Write(call + 1));
        history.lose(call);
        if call % 10 == 9 {
            let read = 1_000 + call;
            history.call(read, Ask::Read);
            assert_eq!(history.answer(read, &Some(call / 2)), Explained::Yes, "call {call}");
        }
    }
    assert!(history.configurations() < 300, "{}", history.configurations());
}

/// Too many open calls at once are more than the judge looks at. It says so.
#[test]
fn it_gives_up_aloud() {
    let mut history = History::<Register>::default();
    for call in 0..40 {
        history.call(call, if call % 2 == 0 { Ask::Write(call) } else { Ask::Read });
    }
    assert!(matches!(history.answer(0, &None), Explained::GaveUp(_)));
}
