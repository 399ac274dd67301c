//! How fast the simulator plays and seeks in the browser: measured in the worker around each answer, and printed. Only
//! the answers are asserted, never the times.

use faultscope_labs::bench::{Workload, positions};

use super::harness::{Page, View};

/// Simulated time of a speed run, in seconds.
const SECONDS: u64 = 600;
/// How often each is played; the first round also compiles, and does not count.
const ROUNDS: usize = 5;
/// Steps of the runs that are sought in.
const STEPS: u64 = 1_000_000;
/// How many scattered steps are sought.
const POSITIONS: u64 = 500;

#[test]
fn the_workloads_play_as_they_do_natively_and_tell_their_speed() {
    let mut page = Page::open("", View::DESKTOP);
    for name in ["raft", "ring"] {
        let native = native(name);
        for properties in ["without", "with"] {
            let question = format!("bench {name} {SECONDS} {properties}");
            let mut took_ms = Vec::new();
            for _ in 0..=ROUNDS {
                let (told, ms) = asked(&mut page, &question);
                assert_eq!(told, native, "{question}");
                took_ms.push(ms);
            }
            let mut counted = took_ms.split_off(1);
            counted.sort_by(f64::total_cmp);
            let median_ms = counted[ROUNDS / 2];
            let messages: f64 = native.split(' ').nth(1).and_then(|count| count.parse().ok()).unwrap();
            println!(
                "{name}, {properties} properties: {messages} messages in {median_ms:.1} ms, {:.2} M a second",
                messages / median_ms / 1e3
            );
        }
    }
    page.finish();
}

#[test]
fn seeks_in_a_million_steps_tell_their_times() {
    let mut page = Page::open("", View::DESKTOP);
    for name in ["raft", "ring"] {
        let (told, ms) = asked(&mut page, &format!("long {name} {STEPS}"));
        let words: Vec<&str> = told.split(' ').collect();
        assert_eq!(words.len(), 3, "{told}");
        assert_eq!(words[0], STEPS.to_string(), "{told}");
        println!("{name}: {STEPS} steps in {ms:.0} ms, {} snapshots", words[1]);
        let mut took_ms = Vec::new();
        for step in positions(STEPS, POSITIONS) {
            let (told, ms) = asked(&mut page, &format!("seek {step}"));
            assert!(told.starts_with(&format!("{step} ")), "{told}");
            took_ms.push(ms);
        }
        let (told, _) = asked(&mut page, &format!("seek {STEPS}"));
        assert_eq!(told, format!("{STEPS} {}", words[2]));
        took_ms.sort_by(f64::total_cmp);
        let at = |percent: usize| took_ms[took_ms.len() * percent / 100];
        println!(
            "{name}: {POSITIONS} seeks, p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            at(50),
            at(90),
            at(99),
            took_ms[took_ms.len() - 1]
        );
    }
    page.finish();
}

/// What the worker must answer to `bench`.
fn native(name: &str) -> String {
    let mut run = Workload::named(name).unwrap().run(false).unwrap();
    let played = run.play_until(SECONDS * 1_000_000, u64::MAX);
    let world = &run.head().world;
    format!("{played} {} {:016x}", world.messages_sent(), world.fingerprint())
}

/// The worker's answer, and how many milliseconds it took, by the worker's clock.
fn asked(page: &mut Page, question: &str) -> (String, f64) {
    let told = page.eval(&format!("faultscope_ask('timed {question}')"));
    let told = told.as_str().unwrap_or_else(|| panic!("{question}: {told}"));
    let (took_ms, answered) = told.split_once(' ').unwrap_or_else(|| panic!("{question}: {told}"));
    (answered.to_owned(), took_ms.parse().unwrap_or_else(|error| panic!("{question}: {told}: {error}")))
}
