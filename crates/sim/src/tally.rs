//! What a run costs, counted step by step: messages by kind, what they weigh, how long commands wait for an answer, in
//! how much of the time any was answered, writes, timers.
//!
//! A tally is a small value that takes in one step at a time. It lies in each moment of the run beside the properties,
//! so the count up to any step is at hand wherever the world of that step is, and nobody counts a run twice.

use faultscope_protocol::NodeId;

use crate::erased::Payload;
use crate::world::{Kind, Step};

/// Service is judged in windows of so many microseconds.
pub const WINDOW_US: u64 = 100_000;
/// Each doubling of a latency is divided into so many steps: what is told of it is at most one in so many too high.
const PARTS: u64 = 32;

/// The messages of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindTally {
    /// The name that the protocol gives it.
    pub name: &'static str,
    /// Whether it answers another kind.
    pub is_reply: bool,
    /// How many were sent; a copy that the network made is not.
    pub sent: u64,
    /// How many arrived, copies too.
    pub arrived: u64,
    /// How many were lost, copies too.
    pub lost: u64,
    /// What those that were sent weigh together, in bytes; see [`crate::Sent::bytes`].
    pub bytes: u64,
}

/// How long commands waited for their answers.
///
/// Latencies are kept in steps of a thirty-second of a doubling, as HdrHistogram does: below 32 µs exactly, above that
/// each is told at most one thirty-second too high.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// Number of the step, and how many fell into it, by number.
    steps: Vec<(u16, u32)>,
    count: u64,
}

impl Latencies {
    fn add(&mut self, latency_us: u64) {
        let step = step_of(latency_us);
        self.count += 1;
        match self.steps.binary_search_by_key(&step, |(step, _)| *step) {
            Ok(place) => self.steps[place].1 += 1,
            Err(place) => self.steps.insert(place, (step, 1)),
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The latency that so many of a hundred do not exceed, in microseconds; none where there is none.
    pub fn percentile_us(&self, percent: u64) -> Option<u64> {
        let rank = (self.count * percent).div_ceil(100).max(1);
        let mut below = 0;
        self.steps.iter().find_map(|&(step, count)| {
            below += u64::from(count);
            (below >= rank).then(|| highest_us(step))
        })
    }

    /// Lowest and highest latency of each step that is not empty, in microseconds, and how many fell into it.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = (u64, u64, u32)> {
        self.steps.iter().map(|&(step, count)| (lowest_us(step), highest_us(step), count))
    }
}

fn step_of(us: u64) -> u16 {
    if us < PARTS {
        return us as u16;
    }
    let shift = us.ilog2() - PARTS.ilog2();
    // Below 2^64 there are at most 60 doublings of 32 steps.
    (u64::from(shift) * PARTS + (us >> shift)) as u16
}

fn lowest_us(step: u16) -> u64 {
    let step = u64::from(step);
    match (step / PARTS).checked_sub(1) {
        None => step,
        Some(shift) => (PARTS + step % PARTS) << shift,
    }
}

fn highest_us(step: u16) -> u64 {
    // The last step ends with the last number that there is.
    lowest_us(step + 1).wrapping_sub(1)
}

/// In how much of the time commands were answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// How many whole windows of [`WINDOW_US`] there were in which a command waited.
    pub windows: u64,
    /// In how many of them at least one was answered.
    pub answered: u64,
    /// The longest stretch in which a command waited and none was answered, in microseconds.
    pub silence_us: u64,
}

/// What a run has cost so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    kinds: Vec<KindTally>,
    /// How many timers ran out.
    pub timeouts: u64,
    /// How many writes nodes asked of their disks.
    pub writes: u64,
    /// How many commands were given.
    pub commands: u64,
    /// How long those that were answered had waited.
    pub latencies: Latencies,
    /// The commands that wait, by their number, each with the node that has it.
    waiting: Vec<(u64, NodeId)>,
    service: Service,
    /// The number of the window that is not over.
    window: u64,
    /// Whether a command waited in it.
    has_waited: bool,
    /// Whether one was answered in it.
    has_answered: bool,
    /// Since when a command waits and none was answered.
    silent_since_us: Option<u64>,
}

impl Tally {
    /// The kinds of messages that were sent so far, in the order of their first.
    pub fn kinds(&self) -> &[KindTally] {
        &self.kinds
    }

    /// In how much of the time up to `now_us` commands were answered. A window that is not over does not count yet.
    pub fn service(&self, now_us: u64) -> Service {
        let mut later = Self {
            service: self.service,
            window: self.window,
            has_waited: self.has_waited,
            has_answered: self.has_answered,
            silent_since_us: self.silent_since_us,
            ..Self::default()
        };
        later.close_windows(now_us, self.waits());
        later.end_silence(now_us);
        later.service
    }

    /// About how many bytes it takes up.
    pub(crate) fn weight(&self) -> usize {
        size_of::<Self>()
            + self.kinds.len() * size_of::<KindTally>()
            + self.latencies.steps.len() * size_of::<(u16, u32)>()
            + self.waiting.len() * size_of::<(u64, NodeId)>()
    }

    /// Takes in a step.
    pub(crate) fn observe(&mut self, step: &Step) {
        self.writes += u64::from(step.writes);
        for sent in &step.sent {
            let kind = self.kind(&sent.body);
            kind.sent += 1;
            kind.bytes += u64::from(sent.bytes);
        }
        match (step.kind, &step.body) {
            (Kind::Deliver, Some(body)) => self.kind(body).arrived += 1,
            (Kind::Lost, Some(body)) => self.kind(body).lost += 1,
            (Kind::Timer, _) => self.timeouts += 1,
            (Kind::Command, Some(_)) => self.ask(step),
            (Kind::Reply, Some(_)) => self.answer(step),
            // What a node had to answer is gone with its memory.
            (Kind::Crash, _) => self.forget(step),
            _ => {}
        }
    }

    fn kind(&mut self, body: &Payload) -> &mut KindTally {
        let name = body.name();
        // There are a dozen at the most, and a name is nearly always the same piece of memory.
        let is_it = |kind: &KindTally| std::ptr::eq(kind.name, name) || kind.name == name;
        let place = self.kinds.iter().position(is_it).unwrap_or_else(|| {
            let is_reply = body.is_reply();
            self.kinds.push(KindTally { name, is_reply, sent: 0, arrived: 0, lost: 0, bytes: 0 });
            self.kinds.len() - 1
        });
        &mut self.kinds[place]
    }

    fn waits(&self) -> bool {
        !self.waiting.is_empty()
    }

    fn ask(&mut self, step: &Step) {
        self.close_windows(step.at_us, self.waits());
        self.commands += 1;
        self.has_waited = true;
        self.silent_since_us.get_or_insert(step.at_us);
        self.waiting.extend(step.op.zip(step.node));
    }

    fn answer(&mut self, step: &Step) {
        self.close_windows(step.at_us, self.waits());
        (self.has_waited, self.has_answered) = (true, true);
        if let Some(called_us) = step.called_us {
            self.latencies.add(step.at_us - called_us);
        }
        self.end_silence(step.at_us);
        self.waiting.retain(|(op, _)| Some(*op) != step.op);
        self.silent_since_us = self.waits().then_some(step.at_us);
    }

    fn forget(&mut self, step: &Step) {
        self.close_windows(step.at_us, self.waits());
        self.waiting.retain(|(_, node)| Some(*node) != step.node);
        if !self.waits() {
            self.end_silence(step.at_us);
        }
    }

    fn end_silence(&mut self, at_us: u64) {
        if let Some(since_us) = self.silent_since_us.take() {
            self.service.silence_us = self.service.silence_us.max(at_us.saturating_sub(since_us));
        }
    }

    /// Closes the windows that are over at `at_us`.
    fn close_windows(&mut self, at_us: u64, waits: bool) {
        let now = at_us / WINDOW_US;
        if now == self.window {
            return;
        }
        self.service.windows += u64::from(self.has_waited);
        self.service.answered += u64::from(self.has_answered);
        // In those between nothing happened: whoever waited went on waiting.
        self.service.windows += if waits { now - self.window - 1 } else { 0 };
        (self.window, self.has_waited, self.has_answered) = (now, waits, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latency_lies_in_its_step_and_steps_are_narrow() {
        let mut us: u64 = 1;
        while us < u64::MAX / 3 {
            for latency_us in [us - 1, us, us + 1] {
                let step = step_of(latency_us);
                let (low, high) = (lowest_us(step), highest_us(step));
                assert!((low..=high).contains(&latency_us), "{latency_us}: {low}..={high}");
                assert!(high - low <= latency_us / PARTS, "{latency_us}: {low}..={high}");
            }
            us += us / 4 + 1;
        }
        assert_eq!(highest_us(step_of(u64::MAX)), u64::MAX);
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_list_or_a_little_more() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentile_us(50), None);
        let mut list: Vec<u64> = (1..=1_000).map(|n| n * n % 7_919 * 13).collect();
        list.iter().for_each(|&us| latencies.add(us));
        list.sort_unstable();
        for percent in [1, 50, 90, 99, 100] {
            let exact = list[(percent as usize * 10).max(1) - 1];
            let told = latencies.percentile_us(percent).unwrap();
            assert!(told >= exact && told <= exact + exact / PARTS, "{percent}: {told}, not {exact}");
        }
    }
}
