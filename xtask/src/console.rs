//! What every chore shares: one-line errors, and lines that say what takes long and how long it took.

use std::path::Path;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Either a value or one clear line that says what went wrong, and where.
pub(crate) type Result<T> = std::result::Result<T, String>;

/// How often a long step says that it still runs.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Measures how long a chore takes, for people to read.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure.
    #[expect(
        clippy::disallowed_methods,
        reason = "chores run in real time; no run of a protocol sees this clock"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Time since the start, such as `12.3 s` or `3 min 5 s`.
    pub(crate) fn reading(&self) -> String {
        in_words(self.elapsed())
    }
}

/// A length of time for people, such as `12.3 s` or `3 min 5 s`.
pub(crate) fn in_words(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// Runs a step that takes long: says what, how long it usually takes, and how long it took.
pub(crate) fn long_step<T>(what: &str, usually: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what} (usually {usually})");
    let stopwatch = Stopwatch::start();
    let value = step()?;
    eprintln!("    done in {}", stopwatch.reading());
    Ok(value)
}

/// Runs a command to its end, its output on this console; an error names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({})", shown(command), ended(status))) }
}

/// Runs a command to its end and returns what it wrote to stdout, without the last line break.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{}` failed ({}): {}", shown(command), ended(output.status), complaint.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Runs a command to its end and returns everything it wrote, with a line on this console every half minute.
pub(crate) fn capture(what: &str, command: &mut Command) -> Result<Output> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_start(command, &error))?;
    let stopwatch = Stopwatch::start();
    let (ended, end) = channel();
    let waiter = thread::spawn(move || {
        let output = child.wait_with_output();
        // Nobody listens any more only if this function has returned already, which it does after this.
        let _ = ended.send(());
        output
    });
    while end.recv_timeout(HEARTBEAT) == Err(RecvTimeoutError::Timeout) {
        eprintln!("    {what}: running for {}", stopwatch.reading());
    }
    match waiter.join() {
        Ok(output) => output.map_err(|error| format!("`{}`: {error}", shown(command))),
        Err(_) => Err(format!("`{}`: the thread that waited for it panicked", shown(command))),
    }
}

/// Refuses arguments to a command that takes none.
pub(crate) fn no_arguments(command: &str, arguments: &[String]) -> Result<()> {
    match arguments.first() {
        None => Ok(()),
        Some(argument) => Err(format!("`{command}` takes no arguments, but got `{argument}`")),
    }
}

/// A command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = command.get_program();
    let name = Path::new(program).file_name().unwrap_or(program);
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// How a process ended, in words.
pub(crate) fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => status.to_string(),
    }
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("cannot start `{}`: {error}", shown(command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_words() {
        assert_eq!(in_words(Duration::from_millis(1_234)), "1.2 s");
        assert_eq!(in_words(Duration::from_secs(185)), "3 min 5 s");
    }

    #[test]
    fn a_command_that_fails_is_named() {
        let message = run(Command::new("rustc").arg("--no-such-flag").stderr(Stdio::null())).unwrap_err();
        assert!(message.starts_with("`rustc --no-such-flag` failed"), "{message}");
        let message = read(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(message.starts_with("cannot start `no-such-program-here`"), "{message}");
    }

    #[test]
    fn a_captured_command_gives_its_output() {
        let output = capture("version", Command::new("rustc").arg("--version")).unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("rustc "));
    }
}
