//! A run is a short text, and everything follows from it: twice the same, any moment again, and from the text.

use faultscope_labs::Session;
use faultscope_labs::sim::RunText;

use super::{name_of, trial, variants};

const UNTIL_US: u64 = 4_000_000;

fn session_of(text: &RunText) -> Session {
    let mut session = Session::from_text(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    session.play_ahead(UNTIL_US, 100_000);
    session
}

#[test]
fn the_same_run_twice() {
    for (lab, variant) in variants() {
        for seed in [1, 2] {
            let first = trial(lab, variant, seed, UNTIL_US).judge();
            let second = trial(lab, variant, seed, UNTIL_US).judge();
            assert!(first.steps > 100, "{} does something", first.run);
            assert_eq!(first, second);
        }
        let other = trial(lab, variant, 3, UNTIL_US).judge();
        let first = trial(lab, variant, 1, UNTIL_US).judge();
        assert_ne!(first.fingerprint, other.fingerprint, "{}: the seed matters", name_of(lab, variant));
    }
}

#[test]
fn any_moment_again() {
    for (lab, variant) in variants() {
        let text = trial(lab, variant, 5, UNTIL_US).text();
        let mut session = session_of(&text);
        let last = session.len();
        let mut prints = vec![session.run().moment(0).world.fingerprint()];
        session.run().replay(1, last, |moment, _| prints.push(moment.world.fingerprint()));
        assert_eq!(prints.len() as u64, last + 1);
        // Scattered steps, near ones and far ones, back and forth.
        let scattered = (0..40_u64).map(|turn| turn * 7_919 % (last + 1));
        for step in scattered.chain([last, 0, last]) {
            session.seek_step(step);
            assert_eq!(session.step(), step);
            assert_eq!(session.world().fingerprint(), prints[step as usize], "{text} at step {step}");
        }
        assert!(session.step_back());
        assert_eq!(session.world().fingerprint(), prints[last as usize - 1]);
        assert!(session.step_forward());
        assert_eq!(session.world().fingerprint(), prints[last as usize]);
    }
}

#[test]
fn the_text_replays_the_run() {
    for (lab, variant) in variants() {
        let mut session = session_of(&trial(lab, variant, 7, UNTIL_US).text());
        session.seek_step(session.len() * 2 / 3);
        let text = session.text().to_string();
        let again = Session::open(&text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
        assert_eq!(again.step(), session.step(), "{text}");
        assert_eq!(again.world().fingerprint(), session.world().fingerprint(), "{text}");
        assert_eq!(again.text().to_string(), text);
    }
}

/// An action in the past takes the future away, undoing it brings it back, doing it again is the same again.
#[test]
fn acting_in_the_past_can_be_undone() {
    for (lab, variant) in variants() {
        let still = RunText { actions: Vec::new(), ..trial(lab, variant, 9, UNTIL_US).text() };
        let mut session = session_of(&still);
        let end = session.len();
        let before = session.run().head().world.fingerprint();
        session.seek_step(end / 2);
        let here = session.world().fingerprint();
        let node = session.run().plan().servers[0];
        session.act(faultscope_labs::sim::Action::Crash { node, keep: 0 }).expect("an action");
        session.seek_step(session.len());
        let (acted, acted_step) = (session.world().fingerprint(), session.step());
        session.seek_step(end / 2);
        assert_eq!(session.world().fingerprint(), here, "what lies before the action stands");
        assert!(session.undo());
        session.play_ahead(UNTIL_US, 100_000);
        session.seek_step(end);
        assert_eq!(session.world().fingerprint(), before, "{still}");
        assert!(session.redo());
        session.seek_step(acted_step);
        assert_eq!(session.world().fingerprint(), acted, "{still}");
    }
}
