//! `faultscope bench`: how fast the simulator is, and how evenly it seeks, measured on this machine.
//!
//! Speed and seeks are told in time of the processor, so that other programs do not count. The bytes that a run
//! keeps are counted by the allocator, in a program that was built with `--features count-bytes`.

use std::io::Write;
use std::time::Duration;

use faultscope_labs::bench::{WORKLOADS, Workload, datagrams, gossip, positions};
use faultscope_labs::export::fingerprint_words;
use faultscope_labs::sim::Run;
use serde_json::{Value, json};

use crate::arguments::BenchWanted;
use crate::failure::{Failure, Verdict};
use crate::progress;

/// The simulated time of each speed run, in microseconds.
const SPEED_US: u64 = 600_000_000;
/// How often each speed run is played; the median counts.
const ROUNDS: usize = 7;
/// Nodes of the large world.
const NODES: u16 = 1_000;
/// Simulated time of the large world, in microseconds.
const LARGE_US: u64 = 60_000_000;
/// Steps in a stretch of the large world.
const STRETCH: u64 = 1_000;

/// Measures, and prints the figures.
pub(crate) fn print(wanted: &BenchWanted, out: &mut dyn Write) -> Result<Verdict, Failure> {
    let mut rows = Vec::new();
    let chosen = |name: &str| wanted.only.is_empty() || wanted.only.iter().any(|only| only == name);
    if chosen("speed") {
        for workload in WORKLOADS {
            for with_properties in [false, true] {
                rows.push(speed_of(workload, with_properties)?);
            }
        }
        let about = "five nodes, 16 bytes to each other node each 50 ms, latency U[1,10] ms";
        rows.push(speed("datagrams", about, || Ok(datagrams()))?);
    }
    if chosen("large") {
        rows.push(large());
    }
    if chosen("seek") {
        for workload in WORKLOADS {
            rows.push(seek(workload, wanted.steps, wanted.positions)?);
        }
    }
    if wanted.json {
        writeln!(out, "{}", Value::Array(rows))?;
    } else {
        for row in &rows {
            write_row(row, out)?;
        }
    }
    Ok(Verdict::Good)
}

fn speed_of(workload: &Workload, with_properties: bool) -> Result<Value, Failure> {
    let name = if with_properties { "with its properties" } else { "without properties" };
    speed(&format!("{}, {name}", workload.name), workload.about, || Ok(workload.run(with_properties)?))
}

fn speed(name: &str, about: &str, make: impl Fn() -> Result<Run, Failure>) -> Result<Value, Failure> {
    let bar = progress::bar(ROUNDS as u64, "speed");
    let mut took = Vec::new();
    let mut last = None;
    for _ in 0..ROUNDS {
        // The memory of the round before is used again, as in a program that runs on.
        drop(last.take());
        let mut run = make()?;
        let (_, time) = timed(|| run.play_until(SPEED_US, u64::MAX));
        took.push(time);
        last = Some(run);
        bar.inc(1);
    }
    bar.finish_and_clear();
    took.sort_unstable();
    let (Some(run), Some(&median)) = (last, took.get(ROUNDS / 2)) else { unreachable!("rounds were played") };
    let world = &run.head().world;
    Ok(json!({
        "bench": name,
        "about": about,
        "simulated_us": SPEED_US,
        "messages": world.messages_sent(),
        "steps": world.steps(),
        "fingerprint": fingerprint_words(world.fingerprint()),
        "cpu_us": micros(median),
        "messages_per_cpu_second": per_second(world.messages_sent(), median),
        "messages_per_cpu_second_at_best": per_second(world.messages_sent(), took[0]),
        "steps_per_cpu_second": per_second(world.steps(), median),
    }))
}

/// A large world, step by step: its slowest step and its slowest stretch of steps tell of hitches.
fn large() -> Value {
    let mut run = gossip(NODES);
    let (mut worst_step, mut worst_stretch) = (Duration::ZERO, Duration::ZERO);
    let mut total = Duration::ZERO;
    loop {
        let start = cpu_time();
        let mut before = start;
        let mut played = 0;
        while played < STRETCH && run.play_until(LARGE_US, 1) == 1 {
            let now = cpu_time();
            worst_step = worst_step.max(now.saturating_sub(before));
            before = now;
            played += 1;
        }
        let stretch = before.saturating_sub(start);
        total += stretch;
        worst_stretch = worst_stretch.max(stretch);
        if played < STRETCH {
            break;
        }
    }
    let steps = run.len();
    json!({
        "bench": format!("{NODES} nodes"),
        "about": "each node sends a datagram to one other node each 100 ms",
        "simulated_us": LARGE_US,
        "messages": run.head().world.messages_sent(),
        "steps": steps,
        "fingerprint": fingerprint_words(run.head().world.fingerprint()),
        "cpu_us": micros(total),
        "steps_per_cpu_second": per_second(steps, total),
        "worst_step_us": micros(worst_step),
        "worst_1000_steps_us": micros(worst_stretch),
    })
}

/// Seeks to scattered steps of a long run, each from nothing but what the run keeps.
fn seek(workload: &Workload, steps: u64, count: u64) -> Result<Value, Failure> {
    let before = bytes_in_use();
    let mut run = workload.run(true)?;
    let (_, playing) = timed(|| run.play_until(u64::MAX, steps));
    let kept = bytes_in_use().zip(before).map(|(now, before)| now.saturating_sub(before));
    let bar = progress::bar(count, "seek");
    let mut took: Vec<Duration> = positions(run.len(), count)
        .map(|step| {
            bar.inc(1);
            timed(|| drop(run.moment(step))).1
        })
        .collect();
    bar.finish_and_clear();
    took.sort_unstable();
    let at = |permille: usize| took.get(took.len() * permille / 1000).map_or(0, |&time| micros(time));
    Ok(json!({
        "bench": format!("seek, {}", workload.name),
        "about": workload.about,
        "steps": run.len(),
        "simulated_us": run.head().world.now_us(),
        "play_cpu_us": micros(playing),
        "positions": took.len(),
        "p50_us": at(500),
        "p90_us": at(900),
        "p99_us": at(990),
        "max_us": took.last().map_or(0, |&time| micros(time)),
        "snapshots": run.snapshots().0,
        "snapshot_bytes_reckoned": run.snapshots().1,
        "kept_bytes": kept,
    }))
}

fn write_row(row: &Value, out: &mut dyn Write) -> Result<(), Failure> {
    let Some(fields) = row.as_object() else { return Ok(()) };
    writeln!(out, "{}", fields["bench"].as_str().unwrap_or_default())?;
    for (name, value) in fields.iter().skip(1) {
        let value = match value {
            Value::Null => "not counted: build with --features count-bytes".to_owned(),
            Value::String(text) => text.clone(),
            number => grouped(&number.to_string()),
        };
        writeln!(out, "  {name:24} {value}")?;
    }
    Ok(())
}

/// A number with a comma before every three digits.
fn grouped(digits: &str) -> String {
    let places = digits.char_indices().flat_map(|(place, digit)| {
        let is_break = place > 0 && (digits.len() - place).is_multiple_of(3);
        is_break.then_some(',').into_iter().chain([digit])
    });
    places.collect()
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn per_second(count: u64, time: Duration) -> u64 {
    (u128::from(count) * 1_000_000_000 / time.as_nanos().max(1)) as u64
}

/// The result of some work, and how long the processor was at it.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = cpu_time();
    let result = work();
    (result, cpu_time().saturating_sub(start))
}

/// For how long the processor worked for this thread.
#[cfg(unix)]
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The wall clock, where the processor's time cannot be had.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn cpu_time() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

#[cfg(feature = "count-bytes")]
#[global_allocator]
static ALLOCATOR: cap::Cap<std::alloc::System> = cap::Cap::new(std::alloc::System, usize::MAX);

/// The bytes that the program has allocated and not freed.
#[cfg(feature = "count-bytes")]
fn bytes_in_use() -> Option<u64> {
    Some(ALLOCATOR.allocated() as u64)
}

#[cfg(not(feature = "count-bytes"))]
fn bytes_in_use() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(grouped("7"), "7");
        assert_eq!(grouped("123"), "123");
        assert_eq!(grouped("1234567"), "1,234,567");
    }
}
