//! What part of time the diagram shows, and how it moves: by hand, by zooming, and after the cursor.

use faultscope_labs::spacetime::Window;

/// The shortest window, in microseconds.
const SHORTEST_US: u64 = 200;
/// Where the needle stands after the window has followed it while the run plays, as a share of the width.
const FOLLOWED: f64 = 0.2;
/// Where it stands after a leap.
const LEAPT: f64 = 0.7;

/// A window moved by so many microseconds, no further than the run has something to show.
pub(super) fn panned(window: Window, by_us: i64, end_us: u64) -> Window {
    let length_us = window.length_us();
    let last_us = end_us.saturating_sub(length_us / 4);
    let from_us = window.from_us.saturating_add_signed(by_us).min(last_us);
    Window { from_us, until_us: 0 }.lasting(length_us)
}

/// A window made longer or shorter around a time that keeps its place.
pub(super) fn zoomed(window: Window, around_us: u64, factor: f64, end_us: u64) -> Window {
    let longest_us = end_us.saturating_add(end_us / 20).max(SHORTEST_US);
    let length_us = (window.length_us() as f64 * factor).round() as u64;
    let length_us = length_us.clamp(SHORTEST_US.min(longest_us), longest_us);
    let share = (around_us as f64 - window.from_us as f64) / window.length_us() as f64;
    // What is longer than the run shows it from its start.
    let last_us = longest_us.saturating_sub(length_us);
    let from_us = ((around_us as f64 - share * length_us as f64).round().max(0.0) as u64).min(last_us);
    panned(Window { from_us, until_us: 0 }.lasting(length_us), 0, end_us)
}

/// The window that shows a time: itself where it does, else moved. While a run plays it leaves room ahead.
pub(super) fn showing(window: Window, at_us: u64, is_playing: bool) -> Window {
    let length_us = window.length_us();
    let ahead_us = if is_playing { length_us / 12 } else { 0 };
    if window.from_us <= at_us && at_us <= window.until_us.saturating_sub(ahead_us) {
        return window;
    }
    let share = if is_playing { FOLLOWED } else { LEAPT };
    let from_us = at_us.saturating_sub((length_us as f64 * share) as u64);
    Window { from_us, until_us: 0 }.lasting(length_us)
}

/// A window with half of itself more on both sides: what is gathered for panning.
pub(super) fn with_margins(window: Window) -> Window {
    let margin_us = window.length_us() / 2;
    let from_us = window.from_us.saturating_sub(margin_us);
    Window { from_us, until_us: window.until_us.saturating_add(margin_us) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN_US: u64 = 10_000_000;

    fn window(from_us: u64, until_us: u64) -> Window {
        Window { from_us, until_us }
    }

    #[test]
    fn a_window_is_moved_within_the_run() {
        assert_eq!(panned(window(100, 500), 300, RUN_US), window(400, 800));
        assert_eq!(panned(window(100, 500), -300, RUN_US), window(0, 400));
        let furthest = panned(window(100, 500), i64::MAX, RUN_US);
        assert_eq!(furthest, window(RUN_US - 100, RUN_US + 300), "a quarter of it shows the run");
        assert_eq!(panned(window(0, 400), 1_000, 0), window(0, 400));
    }

    #[test]
    fn what_is_zoomed_around_keeps_its_place() {
        let zoomed_in = zoomed(window(1_000_000, 2_000_000), 1_250_000, 0.5, RUN_US);
        assert_eq!(zoomed_in, window(1_125_000, 1_625_000));
        assert_eq!(zoomed(zoomed_in, 1_250_000, 2.0, RUN_US), window(1_000_000, 2_000_000));
        assert_eq!(zoomed(zoomed_in, 0, 0.0, RUN_US).length_us(), SHORTEST_US);
        assert_eq!(zoomed(zoomed_in, 0, 1e12, RUN_US), window(0, RUN_US + RUN_US / 20));
        assert_eq!(zoomed(zoomed_in, 0, 1.0, 0).from_us, 0);
    }

    #[test]
    fn a_window_goes_after_what_it_shall_show() {
        let standing = window(1_000_000, 2_000_000);
        assert_eq!(showing(standing, 1_950_000, false), standing);
        assert_eq!(
            showing(standing, 1_950_000, true),
            window(1_750_000, 2_750_000),
            "room ahead of a run that plays"
        );
        assert_eq!(showing(standing, 5_000_000, false), window(4_300_000, 5_300_000));
        assert_eq!(showing(standing, 100, false), window(0, 1_000_000));
        for at_us in [0, 999_999, 2_000_001, 7_777_777] {
            for is_playing in [false, true] {
                assert!(showing(standing, at_us, is_playing).contains(at_us));
            }
        }
    }

    #[test]
    fn what_is_gathered_holds_what_is_shown() {
        assert_eq!(with_margins(window(1_000, 2_000)), window(500, 2_500));
        assert_eq!(with_margins(window(0, 10)), window(0, 15));
    }
}
