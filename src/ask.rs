//! Questions in one line of text, answered in text: what the web worker does, and what the tests compare with a native
//! program.
//!
//! - `fingerprint RUN STEPS` plays a run: `STEPS_PLAYED FINGERPRINT`, the latter in hexadecimal.
//! - `fingerprints LAB:VARIANT FIRST LAST STEPS faults|quiet` does so for each seed, with random faults that the
//!   variant assumes or without any: one line `SEED STEPS_PLAYED FINGERPRINT` each.
//! - `bench WORKLOAD SECONDS with|without` plays a standing workload for so many simulated seconds, with its properties
//!   or without: `STEPS_PLAYED MESSAGES_SENT FINGERPRINT`.
//! - `long WORKLOAD STEPS` plays one and keeps it, in place of the one before: `STEPS_PLAYED SNAPSHOTS FINGERPRINT`.
//! - `seek STEP` seeks in the run that is kept: `STEP FINGERPRINT`.
//!
//! - `search …` is about the search that the worker holds, see `ask/search.rs`.
//! - `experiment …` is about the experiment that it holds, see `ask/experiment.rs`.
//!
//! What cannot be answered is answered with `error` and the reason.

mod experiment;
mod search;

use std::cell::RefCell;

use faultscope_labs::bench::{WORKLOADS, Workload};
use faultscope_labs::session::{nemesis, plan_of};
use faultscope_labs::sim::{Run, RunText};
use faultscope_labs::{Lang, Session};

/// The most steps that one question may play in all.
const STEPS_MAX: u64 = 50_000_000;
/// Random faults fall within this span of virtual time, in microseconds.
const FAULTS_UNTIL_US: u64 = 10_000_000;

/// The longest that a workload may be played, in simulated seconds.
const SECONDS_MAX: u64 = 3_600;

thread_local! {
    /// The run that `long` played.
    static KEPT: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// Answers one question.
pub(crate) fn answer(question: &str) -> String {
    let words: Vec<&str> = question.split_whitespace().collect();
    let answered = match words[..] {
        ["fingerprint", run, steps] => fingerprint(run, steps),
        ["fingerprints", place, first, last, steps, faults] => {
            Seeds::read(first, last, steps, faults).and_then(|seeds| seeds.fingerprints(place))
        }
        ["bench", workload, seconds, properties] => bench(workload, seconds, properties),
        ["long", workload, steps] => long(workload, steps),
        ["seek", step] => seek(step),
        ["search", ref words @ ..] => search::answer(words),
        ["experiment", ref words @ ..] => experiment::answer(words),
        [] => Err("an empty question".to_owned()),
        [word, ..] => Err(format!("`{word}` with {} more words is no known question", words.len() - 1)),
    };
    answered.unwrap_or_else(|reason| format!("error {reason}"))
}

fn fingerprint(run: &str, steps: &str) -> Result<String, String> {
    let session = open(run)?;
    let steps = number("steps", steps)?;
    check_amount(steps)?;
    let run = Run::new(session.run().plan().clone(), session.run().actions().to_vec());
    Ok(play(run, steps))
}

fn bench(name: &str, seconds: &str, properties: &str) -> Result<String, String> {
    let with_properties = match properties {
        "with" => true,
        "without" => false,
        other => return Err(format!("`{other}` is neither with nor without")),
    };
    let seconds = number("seconds", seconds)?;
    if seconds > SECONDS_MAX {
        return Err(format!("{seconds} seconds are more than {SECONDS_MAX}"));
    }
    let mut run = workload(name, with_properties)?;
    let played = run.play_until(seconds * 1_000_000, STEPS_MAX);
    let world = &run.head().world;
    Ok(format!("{played} {} {:016x}", world.messages_sent(), world.fingerprint()))
}

fn long(name: &str, steps: &str) -> Result<String, String> {
    let steps = number("steps", steps)?;
    check_amount(steps)?;
    let mut run = workload(name, true)?;
    let played = run.play_until(u64::MAX, steps);
    let told = format!("{played} {} {:016x}", run.snapshots().0, run.head().world.fingerprint());
    KEPT.set(Some(run));
    Ok(told)
}

fn seek(step: &str) -> Result<String, String> {
    let step = number("step", step)?;
    KEPT.with_borrow(|kept| match kept {
        None => Err("no run is kept: ask for a long one first".to_owned()),
        Some(run) if step > run.len() => Err(format!("the run has {} steps only", run.len())),
        Some(run) => Ok(format!("{step} {:016x}", run.moment(step).world.fingerprint())),
    })
}

fn workload(name: &str, with_properties: bool) -> Result<Run, String> {
    let known = || WORKLOADS.iter().map(|known| known.name).collect::<Vec<_>>().join(", ");
    let workload =
        Workload::named(name).ok_or_else(|| format!("no workload is called `{name}`, known: {}", known()))?;
    workload.run(with_properties).map_err(|error| error.message(Lang::En))
}

/// Opens a run from its text; the reason of a refusal is in English, for whoever wrote the question.
fn open(run: &str) -> Result<Session, String> {
    Session::open(run).map_err(|error| error.message(Lang::En))
}

/// Plays a run from its beginning: steps played, and the fingerprint after them.
fn play(mut run: Run, steps: u64) -> String {
    let played = run.play_until(u64::MAX, steps);
    format!("{played} {:016x}", run.head().world.fingerprint())
}

/// Many runs of one variant.
struct Seeds {
    first: u64,
    last: u64,
    steps: u64,
    with_faults: bool,
}

impl Seeds {
    fn read(first: &str, last: &str, steps: &str, faults: &str) -> Result<Self, String> {
        let with_faults = match faults {
            "faults" => true,
            "quiet" => false,
            other => return Err(format!("`{other}` is neither faults nor quiet")),
        };
        let seeds = Self {
            first: number("first seed", first)?,
            last: number("last seed", last)?,
            steps: number("steps", steps)?,
            with_faults,
        };
        let runs = (seeds.last.checked_sub(seeds.first))
            .map(|more| more.saturating_add(1))
            .ok_or("the last seed comes before the first")?;
        check_amount(runs.saturating_mul(seeds.steps.max(1)))?;
        Ok(seeds)
    }

    fn fingerprints(&self, place: &str) -> Result<String, String> {
        let mut lines = Vec::new();
        for seed in self.first..=self.last {
            lines.push(format!("{seed} {}", play(self.run(place, seed)?, self.steps)));
        }
        Ok(lines.join("\n"))
    }

    fn run(&self, place: &str, seed: u64) -> Result<Run, String> {
        let text: RunText = match place.parse() {
            Ok(text) => RunText { seed, ..text },
            Err(_) => return Err(format!("`{place}` is not LAB:VARIANT")),
        };
        let session = Session::from_text(&text).map_err(|error| error.message(Lang::En))?;
        let variant = session.variant();
        let plan = plan_of(variant, session.settings(), seed, false);
        let actions = if self.with_faults {
            nemesis(variant, &plan, seed, FAULTS_UNTIL_US).actions(&plan)
        } else {
            Vec::new()
        };
        Ok(Run::new(plan.into(), actions))
    }
}

fn number(name: &str, text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{name}: `{text}` is not a number"))
}

fn check_amount(steps: u64) -> Result<(), String> {
    if steps > STEPS_MAX { Err(format!("{steps} steps are more than {STEPS_MAX}")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::LABS;

    #[track_caller]
    fn check_refused(question: &str, part: &str) {
        let answered = answer(question);
        assert!(answered.starts_with("error ") && answered.contains(part), "{question:?}: {answered}");
    }

    #[test]
    fn what_cannot_be_answered_says_why() {
        check_refused("", "empty");
        check_refused("dance", "`dance` with 0 more words");
        check_refused("fingerprint a", "`fingerprint` with 1 more words");
        check_refused("fingerprint nowhere:x 10", "nowhere");
        check_refused("fingerprints nowhere:x 1 2 10 quiet", "nowhere");
        check_refused("fingerprints : 1 2 10 quiet", "LAB:VARIANT");
        check_refused("fingerprints nowhere:x 2 1 10 quiet", "before the first");
        check_refused("fingerprints nowhere:x 1 2 10 loud", "`loud`");
        check_refused("fingerprints nowhere:x 1 1000000 1000000 quiet", "more than");
        check_refused("fingerprints nowhere:x 0 18446744073709551615 1 quiet", "more than");
        check_refused("bench nowhere 10 with", "no workload is called `nowhere`");
        check_refused("bench nowhere 10 perhaps", "`perhaps`");
        check_refused("bench nowhere 3601 with", "more than");
        check_refused("long nowhere 99999999999", "more than");
        check_refused("seek x", "`x` is not a number");
    }

    #[test]
    fn properties_do_not_touch_a_run() {
        for workload in WORKLOADS {
            let bare = answer(&format!("bench {} 20 without", workload.name));
            assert_eq!(answer(&format!("bench {} 20 with", workload.name)), bare);
            assert!(!bare.starts_with("error"), "{bare}");
        }
    }

    #[test]
    fn a_long_run_is_kept_and_sought_in() {
        check_refused("seek 1", "no run is kept");
        for workload in WORKLOADS {
            let told = answer(&format!("long {} 5000", workload.name));
            let words: Vec<&str> = told.split(' ').collect();
            assert_eq!(words[0], "5000", "{told}");
            assert_eq!(answer("seek 5000"), format!("5000 {}", words[2]));
            assert_ne!(answer("seek 4999"), format!("4999 {}", words[2]));
            check_refused("seek 5001", "5000 steps only");
        }
    }

    #[test]
    fn a_run_has_one_fingerprint() {
        for lab in LABS {
            let place = format!("{}:{}", lab.id, lab.variants[0].about().id);
            let all = answer(&format!("fingerprints {place} 1 3 500 quiet"));
            let lines: Vec<&str> = all.lines().collect();
            assert_eq!(lines.len(), 3, "{all}");
            for (seed, line) in (1..).zip(&lines) {
                let text = RunText { seed, ..place.parse().unwrap() };
                let alone = answer(&format!("fingerprint {text} 500"));
                assert_eq!(*line, format!("{seed} {alone}"));
                assert!(alone.starts_with("500 "), "{alone}");
            }
            assert_ne!(lines[0].split_once(' ').unwrap().1, lines[1].split_once(' ').unwrap().1);
        }
    }

    #[test]
    fn faults_change_runs_in_the_same_way_each_time() {
        for lab in LABS {
            for variant in lab.variants {
                let question = format!("fingerprints {}:{} 1 2 2000 faults", lab.id, variant.about().id);
                let answered = answer(&question);
                assert_eq!(answered, answer(&question));
                assert!(!answered.starts_with("error"), "{question}: {answered}");
            }
        }
    }
}
