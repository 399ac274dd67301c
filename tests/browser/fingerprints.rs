//! The same runs in WebAssembly and in a native program: every fingerprint is equal, with random faults, for every
//! variant of every lab.

use std::time::{Duration, Instant};

use faultscope_labs::lab::Variant;
use faultscope_labs::session::{nemesis, plan_of};
use faultscope_labs::sim::Run;
use faultscope_labs::{LABS, Session};

use super::harness::{Page, View};

/// Steps that each run plays.
const STEPS: u64 = 2_000;
/// Seeds of the first variant of each lab.
const MANY_SEEDS: u64 = 200;
/// Seeds of every other variant.
const SOME_SEEDS: u64 = 20;
/// Seeds in one question, so that no answer takes long.
const CHUNK: u64 = 20;
/// Random faults fall within this span, as in `src/ask.rs`, in microseconds.
const FAULTS_UNTIL_US: u64 = 10_000_000;

#[test]
fn a_run_is_the_same_in_the_browser_and_natively() {
    let mut page = Page::open("", View::DESKTOP);
    let (mut in_browser, mut natively) = (Duration::ZERO, Duration::ZERO);
    let (mut runs, mut steps) = (0, 0);
    for lab in LABS {
        for (place, variant) in lab.variants.iter().enumerate() {
            let seeds = if place == 0 { MANY_SEEDS } else { SOME_SEEDS };
            for first in (0..seeds).step_by(CHUNK as usize) {
                let last = first + CHUNK - 1;
                let name = format!("{}:{}", lab.id, variant.about().id);
                let question = format!("fingerprints {name} {first} {last} {STEPS} faults");
                let (told, took) = timed(|| page.eval(&format!("faultscope_ask('{question}')")));
                in_browser += took;
                let (wanted, took) = timed(|| {
                    (first..=last).map(|seed| native(&name, *variant, seed)).collect::<Vec<(u64, String)>>()
                });
                natively += took;

                let lines: Vec<&str> = wanted.iter().map(|(_, line)| line.as_str()).collect();
                assert_eq!(told.as_str(), Some(lines.join("\n").as_str()), "{question}");
                runs += wanted.len();
                steps += wanted.iter().map(|(played, _)| played).sum::<u64>();
            }
        }
    }
    assert!(steps > runs as u64 * STEPS / 2, "{runs} runs played only {steps} steps");
    println!("{runs} runs, {steps} steps: {in_browser:.1?} in the browser, {natively:.1?} natively");
    page.finish();
}

/// The result of some work, and how long it took.
#[expect(clippy::disallowed_methods, reason = "a test of speed reads the wall clock")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    (work(), start.elapsed())
}

/// How many steps a run plays, and the line that tells it.
fn native(name: &str, variant: &dyn Variant, seed: u64) -> (u64, String) {
    let session = Session::open(&format!("{name};r1;s{seed}")).unwrap();
    let plan = plan_of(variant, session.settings(), seed, false);
    let actions = nemesis(variant, &plan, seed, FAULTS_UNTIL_US).actions(&plan);
    let mut run = Run::new(plan.into(), actions);
    let played = run.play_until(u64::MAX, STEPS);
    (played, format!("{seed} {played} {:016x}", run.head().world.fingerprint()))
}

#[test]
fn the_worker_refuses_what_it_does_not_understand() {
    let mut page = Page::open("", View::DESKTOP);
    for (question, part) in [("dance", "no known question"), ("fingerprint nowhere:x 10", "nowhere")] {
        let told = page.eval(&format!("faultscope_ask('{question}')"));
        let told = told.as_str().unwrap_or_default();
        assert!(told.starts_with("error ") && told.contains(part), "{question}: {told}");
    }
    page.finish();
}
