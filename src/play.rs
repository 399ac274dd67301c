//! How fast virtual time runs: the log scale of speeds, and how far one frame of the screen carries the run.

/// The slowest speed: one thousandth of real time, in hundredths of a power of ten.
pub(crate) const SLOWEST: i32 = -300;
/// The fastest speed: ten times real time.
pub(crate) const FASTEST: i32 = 100;
/// The speed at the start: about one twentieth of real time.
pub(crate) const USUAL: i32 = -130;
/// One press of a key changes the speed by so much: a quarter of a power of ten.
pub(crate) const SPEED_STEP: i32 = 25;

/// The longest stretch of real time that one frame makes up for, in milliseconds: after a stall the run goes on where
/// it was, it does not leap.
const FRAME_MS_MAX: f64 = 50.0;
/// The most new steps that one frame plays, so that a frame never stalls.
pub(crate) const FRAME_STEPS: u64 = 4_000;
/// Panels look again at most so often while the run plays, in milliseconds.
const PANELS_MS: f64 = 100.0;

/// Virtual microseconds for each real microsecond at this speed.
pub(crate) fn factor(speed: i32) -> f64 {
    10_f64.powf(f64::from(speed) / 100.0)
}

/// A speed within its bounds.
pub(crate) fn clamp(speed: i32) -> i32 {
    speed.clamp(SLOWEST, FASTEST)
}

/// A speed as a fraction or a multiple of real time: `1/20`, `1`, `10`.
pub(crate) fn speed_words(speed: i32) -> String {
    let factor = factor(speed);
    if factor >= 9.95 {
        return format!("{factor:.0}");
    }
    if factor > 0.95 {
        let tenths = (factor * 10.0).round();
        return if tenths % 10.0 == 0.0 { format!("{:.0}", tenths / 10.0) } else { format!("{factor:.1}") };
    }
    let parts = 1.0 / factor;
    // Two digits say enough: 1/23, not 1/22.4; 1/360, not 1/355.
    let grain = 10_f64.powf((parts.log10().floor() - 1.0).max(0.0));
    format!("1/{:.0}", (parts / grain).round() * grain)
}

/// The clock of a run that plays: turns frames of the screen into virtual time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    last_frame_ms: Option<f64>,
    last_panels_ms: f64,
    /// Virtual time that was due and is less than a microsecond.
    carry_us: f64,
}

impl Clock {
    /// How far virtual time goes until the frame at `now_ms`, in microseconds.
    pub(crate) fn tick(&mut self, now_ms: f64, speed: i32) -> u64 {
        let real_ms = self.last_frame_ms.map_or(0.0, |last| (now_ms - last).clamp(0.0, FRAME_MS_MAX));
        self.last_frame_ms = Some(now_ms);
        let due_us = real_ms * 1_000.0 * factor(speed) + self.carry_us;
        self.carry_us = due_us.fract();
        due_us as u64
    }

    /// Whether it is time for the panels to look again.
    pub(crate) fn panels_are_due(&mut self, now_ms: f64) -> bool {
        // Clocks of pages may be reset by the browser: a time before the last one counts as due.
        let is_due = !(0.0..PANELS_MS).contains(&(now_ms - self.last_panels_ms));
        if is_due {
            self.last_panels_ms = now_ms;
        }
        is_due
    }

    /// The run stood still in between: the next frame starts anew.
    pub(crate) fn rest(&mut self) {
        self.last_frame_ms = None;
        self.carry_us = 0.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_read_like_fractions() {
        let cases = [
            (SLOWEST, "1/1000"),
            (-200, "1/100"),
            (USUAL, "1/20"),
            (-100, "1/10"),
            (-30, "1/2"),
            (0, "1"),
            (30, "2"),
            (50, "3.2"),
            (FASTEST, "10"),
        ];
        for (speed, words) in cases {
            assert_eq!(speed_words(speed), words, "{speed}");
        }
    }

    #[test]
    fn slow_runs_lose_nothing_between_frames() {
        let mut clock = Clock::default();
        let mut total_us = clock.tick(0.0, SLOWEST);
        for frame in 1..=600 {
            total_us += clock.tick(f64::from(frame) * 16.5, SLOWEST);
        }
        assert!((9_890..=9_901).contains(&total_us), "9.9 s at 1/1000 are 9.9 ms, not {total_us} µs");
    }

    #[test]
    fn a_stall_is_not_made_up_for() {
        let mut clock = Clock::default();
        clock.tick(0.0, 0);
        assert_eq!(clock.tick(60_000.0, 0), 50_000);
        clock.rest();
        assert_eq!(clock.tick(70_000.0, 0), 0);
        assert_eq!(clock.tick(69_000.0, 0), 0, "a clock that goes back moves nothing");
    }

    #[test]
    fn panels_look_ten_times_a_second() {
        let mut clock = Clock::default();
        let looks = (0..600).filter(|frame| clock.panels_are_due(1_000.0 + f64::from(*frame) * 16.0)).count();
        assert!((80..=100).contains(&looks), "{looks} in 9.6 s");
    }
}
