//! `cargo xtask test`: every test there is, in one list. Continuous integration calls this and nothing else.
//!
//! The steps share one target folder and one set of features, so that no crate is built twice for the same use.

use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::console::{self, Result, Stopwatch};
use crate::workspace::{cargo, root};
use crate::{chromium, dist, npm, tidy};

/// One step of the list.
struct Step {
    /// The word by which `cargo xtask test WORD` runs it alone.
    name: &'static str,
    /// What it proves.
    what: &'static str,
    /// Steps without which it proves nothing.
    needs: &'static [&'static str],
    run: fn() -> Result<Tally>,
}

/// All steps, in the order in which they run: quick ones first.
const STEPS: [Step; 11] = [
    Step { name: "format", what: "rustfmt finds nothing to change", needs: &[], run: format },
    Step { name: "tidy", what: "the rules of the tree that no compiler knows", needs: &[], run: tidy_tree },
    Step { name: "lint", what: "clippy, native", needs: &[], run: lint_native },
    Step { name: "lint-wasm", what: "clippy, the page as WebAssembly", needs: &[], run: lint_wasm },
    Step { name: "native", what: "unit, property, golden and story tests", needs: &[], run: native },
    Step {
        name: "docs",
        what: "documentation builds, every link in it leads somewhere",
        needs: &[],
        run: docs,
    },
    Step { name: "dist", what: "the static folder builds", needs: &[], run: build_dist },
    Step { name: "chromium", what: "a browser is at hand", needs: &[], run: find_chromium },
    Step { name: "mermaid", what: "Mermaid is at hand, to read our diagrams", needs: &[], run: find_mermaid },
    Step { name: "axe", what: "axe is at hand, to read our pages", needs: &[], run: find_axe },
    Step {
        name: "browser",
        what: "end-to-end tests in a real browser",
        needs: &["dist", "chromium", "mermaid", "axe"],
        run: browser,
    },
];

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u32,
    failed: u32,
}

/// A step that was run.
struct Outcome {
    name: &'static str,
    tally: Tally,
    time: Duration,
}

/// Runs the named steps, or all; goes on after a failure, so that one run tells everything.
pub(crate) fn run(names: &[String]) -> Result<ExitCode> {
    let steps = chosen(names)?;
    let count = steps.len();
    let mut outcomes: Vec<Outcome> = Vec::new();
    for (index, step) in steps.into_iter().enumerate() {
        eprintln!("==> [{}/{count}] {}: {}", index + 1, step.name, step.what);
        outcomes.push(run_step(step, &outcomes));
    }
    let total = outcomes.iter().fold(Tally::default(), |sum, outcome| sum.plus(outcome.tally));
    print!("{}", summary(&outcomes, total));
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The browser tests, with the same features for the whole workspace as every other step has.
pub(crate) fn browser_tests() -> Command {
    let mut command = cargo();
    command.args(["test", "--workspace", "--features", "faultscope/browser", "--test", "browser"]);
    command
}

fn chosen(names: &[String]) -> Result<Vec<&'static Step>> {
    let all = || STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != *name)) {
        return Err(format!("test: there is no step `{unknown}`; the steps are {}", all()));
    }
    let wanted = |step: &&Step| names.is_empty() || names.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(wanted).collect())
}

fn run_step(step: &Step, before: &[Outcome]) -> Outcome {
    let stopwatch = Stopwatch::start();
    let failed = before.iter().find(|outcome| outcome.tally.failed > 0 && step.needs.contains(&outcome.name));
    let result = match failed {
        Some(needed) => Err(format!("not run, because `{}` failed", needed.name)),
        None => (step.run)(),
    };
    let tally = result.unwrap_or_else(|message| {
        eprintln!("error: {}: {message}", step.name);
        Tally { passed: 0, failed: 1 }
    });
    let time = stopwatch.elapsed();
    let verdict = if tally.failed == 0 { "ok" } else { "FAILED" };
    eprintln!("    {verdict}: {} passed, {} failed, {}", tally.passed, tally.failed, console::in_words(time));
    Outcome { name: step.name, tally, time }
}

fn format() -> Result<Tally> {
    check(cargo().args(["fmt", "--all", "--check"]))
}

fn tidy_tree() -> Result<Tally> {
    let findings = tidy::findings(&root())?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    Ok(if findings.is_empty() { Tally::ONE } else { Tally { passed: 0, failed: as_count(findings.len()) } })
}

fn lint_native() -> Result<Tally> {
    let features = ["--features", "faultscope/browser"];
    check(
        cargo()
            .args(["clippy", "--workspace", "--all-targets"])
            .args(features)
            .args(["--", "-D", "warnings"]),
    )
}

fn lint_wasm() -> Result<Tally> {
    let target = ["--target", "wasm32-unknown-unknown"];
    check(cargo().args(["clippy", "--package", "faultscope"]).args(target).args(["--", "-D", "warnings"]))
}

fn native() -> Result<Tally> {
    count(cargo().args(["test", "--workspace", "--no-fail-fast"]))
}

fn docs() -> Result<Tally> {
    check(
        cargo()
            .args(["doc", "--workspace", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn build_dist() -> Result<Tally> {
    dist::build().map(|()| Tally::ONE)
}

fn find_chromium() -> Result<Tally> {
    chromium::ready().map(|_| Tally::ONE)
}

fn find_mermaid() -> Result<Tally> {
    npm::MERMAID.ready().map(|_| Tally::ONE)
}

fn find_axe() -> Result<Tally> {
    npm::AXE.ready().map(|_| Tally::ONE)
}

fn browser() -> Result<Tally> {
    let mut tests = browser_tests();
    tests.env("CHROME", chromium::ready()?);
    tests.env("FAULTSCOPE_MERMAID", npm::MERMAID.ready()?).env("FAULTSCOPE_AXE", npm::AXE.ready()?);
    count(&mut tests)
}

/// A command that is one check.
fn check(command: &mut Command) -> Result<Tally> {
    let output = console::capture(&console::shown(command), command)?;
    if output.status.success() {
        return Ok(Tally::ONE);
    }
    show(&output);
    Err(format!("`{}` failed ({})", console::shown(command), console::ended(output.status)))
}

/// A command that runs tests and counts them.
fn count(command: &mut Command) -> Result<Tally> {
    let output = console::capture(&console::shown(command), command)?;
    let tally = tally_of(&String::from_utf8_lossy(&output.stdout));
    if output.status.success() && tally.failed == 0 && tally.passed > 0 {
        return Ok(tally);
    }
    show(&output);
    if tally.failed > 0 {
        return Ok(tally);
    }
    // It did not compile, a test binary died, or there was nothing to run.
    let status = console::ended(output.status);
    Err(format!("`{}`: {status} after {} passed tests", console::shown(command), tally.passed))
}

fn show(output: &std::process::Output) {
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    eprint!("{}", String::from_utf8_lossy(&output.stdout));
}

/// Adds up the lines `test result: ok. 3 passed; 0 failed; ...` that test binaries end with.
fn tally_of(text: &str) -> Tally {
    let number_before = |line: &str, word: &str| -> u32 {
        line.split(['.', ';'])
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
            .unwrap_or_default()
    };
    text.lines()
        .filter(|line| line.starts_with("test result: "))
        .map(|line| Tally { passed: number_before(line, "passed"), failed: number_before(line, "failed") })
        .fold(Tally::default(), Tally::plus)
}

fn summary(outcomes: &[Outcome], total: Tally) -> String {
    let row = |name: &str, passed: &str, failed: &str, time: &str| {
        format!("{name:<12} {passed:>8} {failed:>8} {time:>14}\n")
    };
    let mut text = row("step", "passed", "failed", "time");
    for Outcome { name, tally, time } in outcomes {
        text += &row(name, &tally.passed.to_string(), &tally.failed.to_string(), &console::in_words(*time));
    }
    let time = outcomes.iter().map(|outcome| outcome.time).sum();
    text += &row("total", &total.passed.to_string(), &total.failed.to_string(), &console::in_words(time));
    format!("\n{text}\n{} passed, {} failed\n", total.passed, total.failed)
}

fn as_count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Tally {
    const ONE: Self = Self { passed: 1, failed: 0 };

    fn plus(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_test_binaries_add_up() {
        let text = "running 2 tests\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.00s\n\
            this line is no test result: 5 passed; 5 failed\n";
        assert_eq!(tally_of(text), Tally { passed: 15, failed: 2 });
    }

    #[test]
    fn a_test_command_without_tests_fails() {
        let message = count(Command::new("rustc").arg("--version")).unwrap_err();
        assert_eq!(message, "`rustc --version`: exit code 0 after 0 passed tests");
    }

    #[test]
    fn a_check_that_fails_is_an_error() {
        assert_eq!(check(Command::new("rustc").arg("--version")), Ok(Tally::ONE));
        assert!(check(Command::new("rustc").arg("--no-such-flag")).is_err());
    }

    #[test]
    fn a_step_without_what_it_needs_fails() {
        let step = Step { name: "b", what: "", needs: &["a"], run: || Ok(Tally { passed: 5, failed: 0 }) };
        let before =
            |failed| [Outcome { name: "a", tally: Tally { passed: 0, failed }, time: Duration::ZERO }];
        assert_eq!(run_step(&step, &before(0)).tally, Tally { passed: 5, failed: 0 });
        assert_eq!(run_step(&step, &before(1)).tally, Tally { passed: 0, failed: 1 });
    }

    #[test]
    fn steps_are_chosen_by_name() {
        let names = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            chosen(&words).map(|steps| steps.iter().map(|step| step.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).unwrap().len(), STEPS.len());
        assert_eq!(names(&["tidy", "format"]).unwrap(), ["format", "tidy"]);
        assert!(
            names(&["tydi"]).unwrap_err().starts_with("test: there is no step `tydi`; the steps are format")
        );
    }

    #[test]
    fn the_summary_ends_with_the_sum() {
        let tally = Tally { passed: 3, failed: 1 };
        let outcome = Outcome { name: "native", tally, time: Duration::from_secs(65) };
        let text = summary(&[outcome], tally);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[2], ["native", "3", "1", "1", "min", "5", "s"]);
        assert!(text.ends_with("\n3 passed, 1 failed\n"), "{text}");
    }
}
