//! From virtual time to places on the strip and back.

/// So many pixels right of the strip, a drag reaches twice as far, and more behind them.
const BEYOND: f64 = 24.0;

/// The shortest span that the strip shows, in microseconds.
const SPAN_MIN_US: u64 = 10_000;

/// Where virtual time lies on the strip.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Scale {
    /// Where time 0 lies, in pixels.
    pub(crate) left: f64,
    /// How many pixels the whole span takes.
    pub(crate) width: f64,
    /// The time at the right end, in microseconds.
    pub(crate) span_us: u64,
}

impl Scale {
    /// The scale for a run that was played up to `end_us`: it leaves a little room, and changes rarely.
    pub(crate) fn of(end_us: u64, left: f64, width: f64) -> Self {
        Self { left, width: width.max(1.0), span_us: round_span(end_us) }
    }

    /// Where a time lies, in pixels.
    pub(crate) fn x(&self, at_us: u64) -> f64 {
        self.left + self.width * (at_us.min(self.span_us) as f64 / self.span_us.max(1) as f64)
    }

    /// The time at a place, in microseconds.
    pub(crate) fn time(&self, x: f64) -> u64 {
        let share = ((x - self.left) / self.width).clamp(0.0, 1.0);
        (share * self.span_us as f64).round() as u64
    }

    /// The time at a place, in microseconds; right of the strip time runs ever faster, so that a drag reaches far
    /// beyond what it shows.
    pub(crate) fn time_beyond(&self, x: f64) -> u64 {
        let beyond = (x - self.left - self.width).max(0.0) / BEYOND;
        let times = 1.0 + beyond + beyond * beyond / 8.0;
        (self.time(x) as f64 * times).round() as u64
    }

    /// Round times at which the strip has ticks, about `apart` pixels from each other.
    pub(crate) fn ticks(&self, apart: f64) -> Vec<u64> {
        let wanted = (self.width / apart).max(1.0);
        let step = round_up((self.span_us as f64 / wanted) as u64, &[10, 20, 50]).max(1);
        (0..)
            .map_while(|count: u64| count.checked_mul(step))
            .take_while(|at_us| *at_us <= self.span_us)
            .collect()
    }
}

/// A round span that holds `end_us` with a little room.
fn round_span(end_us: u64) -> u64 {
    let wanted = end_us.saturating_add(end_us / 50).max(SPAN_MIN_US);
    round_up(wanted, &[10, 12, 15, 20, 25, 30, 40, 50, 60, 80])
}

/// The least number not below `number` that is one of `tens` (10 to 99, rising) times a power of ten, over ten.
fn round_up(number: u64, tens: &[u64]) -> u64 {
    let mut power = 1_u64;
    loop {
        let found = tens.iter().map(|ten| ten.saturating_mul(power) / 10).find(|round| *round >= number);
        match (found, power.checked_mul(10)) {
            (Some(round), _) => return round,
            (None, Some(next)) => power = next,
            (None, None) => return number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_round_and_hold_the_run() {
        let cases = [
            (0, 10_000),
            (9_000, 10_000),
            (2_000_000, 2_500_000),
            (1_900_000, 2_000_000),
            (7_000_000, 8_000_000),
            (864_000_000_000, 1_000_000_000_000),
        ];
        for (end_us, span_us) in cases {
            assert_eq!(round_span(end_us), span_us, "{end_us}");
        }
        assert_eq!(round_span(u64::MAX), u64::MAX);
    }

    #[test]
    fn places_and_times_come_back() {
        let scale = Scale::of(2_000_000, 24.0, 1_000.0);
        for at_us in [0, 1, 500_000, 1_234_567, 2_500_000] {
            let back = scale.time(scale.x(at_us));
            assert!(back.abs_diff(at_us) <= 1, "{at_us} came back as {back}");
        }
        assert_eq!(scale.time(-50.0), 0);
        assert_eq!(scale.time(9_999.0), 2_500_000);
        assert_eq!(scale.x(u64::MAX), 1_024.0);
    }

    #[test]
    fn right_of_the_strip_time_runs_ever_faster() {
        let scale = Scale::of(2_000_000, 24.0, 1_000.0);
        assert_eq!(scale.time_beyond(524.0), scale.time(524.0));
        assert_eq!(scale.time_beyond(1_024.0), 2_500_000);
        let reached: Vec<u64> =
            [12.0, 24.0, 48.0, 360.0].map(|more| scale.time_beyond(1_024.0 + more)).to_vec();
        assert!(reached.windows(2).all(|pair| pair[0] < pair[1]) && reached[0] > 2_500_000, "{reached:?}");
        assert!(reached[1] > 5_000_000 && reached[3] > 100_000_000, "{reached:?}");
        assert_eq!(scale.time_beyond(-99.0), 0);
    }

    #[test]
    fn ticks_are_round_and_not_too_near() {
        let scale = Scale::of(2_000_000, 0.0, 1_000.0);
        assert_eq!(scale.ticks(100.0), [0, 500_000, 1_000_000, 1_500_000, 2_000_000, 2_500_000]);
        for end_us in [0, 17, 999_999, 123_456_789, u64::MAX] {
            let scale = Scale::of(end_us, 0.0, 800.0);
            let ticks = scale.ticks(80.0);
            assert!((2..=11).contains(&ticks.len()), "{end_us}: {} ticks", ticks.len());
            assert!(ticks.windows(2).all(|pair| scale.x(pair[1]) - scale.x(pair[0]) >= 79.0));
        }
    }
}
