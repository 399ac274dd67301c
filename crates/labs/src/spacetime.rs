//! The space-time diagram: one lane a node, time from left to right, a line for each message from its sending to its
//! arrival. A value like any picture: a function of the run and of the window, replayed for that window alone.
//!
//! The grammar is the stage's: a lane's tint is the node's epoch, a thick band leads, a dashed one is tentative, a
//! hatched one is down; a message has the colour of its kind, a dashed line answers, a cross is where one was lost; the
//! cut is one red dashed line between the lanes that it parts.

mod arrange;
mod cone;
mod density;
mod draw;
mod gather;
mod labels;
mod lanes;
mod panel;
mod walk;
mod ways;

use faultscope_scene::Scene;

use crate::export::Span;
use crate::session::Session;
use crate::words::{Lang, Text};

pub use arrange::{Arrangement, LaneRow};
pub use cone::{Cone, cone, cone_words};
pub use density::{Density, density, sampled};
pub use draw::{Placed, THIN, height_of, placed};

pub use gather::{Chart, Effect, Ending, Fault, Lane, Mark, MarkKind, Stretch, Way, chart};
pub use lanes::natural_order;
pub use panel::{Content, PanelFrame, panel};
pub use walk::{cause_of, effect_of, nearest_on, neighbour_on};

/// The most steps of one diagram: more would be a black square, and too much for a page to paint.
pub const STEPS_MAX: u64 = 4_000;

/// A span of virtual time, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where it begins, in microseconds.
    pub from_us: u64,
    /// Where it ends, in microseconds.
    pub until_us: u64,
}

/// How much virtual time a window shows if nobody says otherwise, in microseconds.
pub const WINDOW_US: u64 = 400_000;

/// How short and how long a window is that holds a number of steps, in microseconds.
const LENGTH_US: (u64, u64) = (1_000, 20_000_000);

/// The least of 1, 2 or 5 times a power of ten that is not below `number`.
fn round_up(number: u64) -> u64 {
    let mut unit: u64 = 1;
    loop {
        for times in [1, 2, 5] {
            if unit.saturating_mul(times) >= number {
                return unit.saturating_mul(times);
            }
        }
        unit = unit.saturating_mul(10);
    }
}

impl Window {
    /// How long it is, in microseconds; at least one.
    pub fn length_us(self) -> u64 {
        self.until_us.saturating_sub(self.from_us).max(1)
    }

    /// Whether a time is within it.
    pub fn contains(self, at_us: u64) -> bool {
        (self.from_us..=self.until_us).contains(&at_us)
    }

    /// The window around a session's cursor that holds about so many steps, and lasts a round time. Most of it is
    /// behind the cursor, for causes are what one looks for.
    pub fn of_steps(session: &Session, steps: u64) -> Self {
        let index = session.run().index();
        let last = (session.step() + steps / 4).max(steps).min(session.len());
        let at = |step: u64| index.get(step as usize).map_or(session.end_us(), |entry| entry.at_us);
        let span_us = at(last.saturating_sub(1)).saturating_sub(at(last.saturating_sub(steps)));
        let length_us = round_up(span_us.clamp(LENGTH_US.0, LENGTH_US.1));
        Self { from_us: session.now_us().saturating_sub(length_us / 4 * 3), until_us: 0 }.lasting(length_us)
    }

    /// The window with the same beginning that lasts so long.
    #[must_use]
    pub fn lasting(self, length_us: u64) -> Self {
        Self { until_us: self.from_us.saturating_add(length_us), ..self }
    }

    /// How many steps it has, as far as the run was played.
    pub fn steps(self, session: &Session) -> u64 {
        let span = Span::of_times(session, self.from_us, self.until_us);
        (span.last + 1).saturating_sub(span.first)
    }

    /// The window around a session's cursor: most of it is behind, for causes are what one looks for.
    pub fn around_cursor(session: &Session) -> Self {
        let until_us = (session.now_us() + WINDOW_US / 4).min(session.end_us()).max(WINDOW_US / 4);
        Self { from_us: until_us.saturating_sub(WINDOW_US), until_us }
    }
}

/// What a diagram is made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Width in CSS pixels. The height follows from the lanes.
    pub width: f64,
    /// The language of labels.
    pub lang: Lang,
    /// The virtual time at which the needle stands; none for no needle.
    pub needle_us: Option<u64>,
    /// The step whose causes are washed, while what did not cause it fades; none for no cone.
    pub cone_of: Option<u64>,
}

/// A window with more steps than [`STEPS_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// How many steps there are.
    pub steps: u64,
    /// The last instant, in microseconds, up to which the steps fit.
    pub fits_until_us: u64,
}

impl TooMany {
    /// What is wrong, and what to do.
    pub fn message(self, lang: Lang) -> String {
        Text::new(
            "{steps} steps are too many for one diagram ({limit} at the most): choose a span that ends by {until}",
            "区间内有 {steps} 步，一张图最多 {limit} 步：请把区间终点提前到 {until} 之前",
        )
        .fill(
            lang,
            &[
                ("steps", &self.steps.to_string()),
                ("limit", &STEPS_MAX.to_string()),
                ("until", &milliseconds(self.fits_until_us)),
            ],
        )
    }
}

/// The diagram of a window of the run as far as it was played.
///
/// # Errors
/// [`TooMany`] if the window has more than [`STEPS_MAX`] steps.
pub fn picture(session: &Session, window: Window, frame: &Frame) -> Result<Scene, TooMany> {
    let chart = chart(session, window, frame.lang)?;
    let cone = frame.cone_of.map(|step| cone(session, step, window));
    Ok(draw::scene(session, &chart, cone.as_ref(), frame))
}

/// Where a virtual time lies on a diagram of this window and width, in pixels from the left; beyond the lanes' ends
/// where it is outside of the window.
#[must_use]
pub fn x_at(window: Window, width: f64, at_us: u64) -> f64 {
    x_within(window, (draw::LEFT, width - draw::RIGHT), at_us)
}

/// Where a virtual time lies between the edges of the lanes, in pixels; beyond them where it is outside of the window.
#[must_use]
pub fn x_within(window: Window, (left, right): (f64, f64), at_us: u64) -> f64 {
    let since_us = at_us as f64 - window.from_us as f64;
    left + since_us / window.length_us() as f64 * (right - left)
}

/// A virtual time in milliseconds, to a tenth.
pub(crate) fn milliseconds(at_us: u64) -> String {
    let (whole, tenth) = (at_us / 1000, at_us % 1000 / 100);
    if tenth == 0 { format!("{} ms", grouped(whole)) } else { format!("{}.{tenth} ms", grouped(whole)) }
}

/// A number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_about_the_wanted_steps_around_the_cursor() {
        let mut session = Session::open("raft:basic;r1;s7").unwrap();
        session.play_ahead(5_000_000, 100_000);
        let window = Window::of_steps(&session, 100);
        assert_eq!(window.from_us, 0, "{window:?}");
        for at_us in [1_000_000, 2_500_000, 5_000_000] {
            session.seek_time(at_us);
            let window = Window::of_steps(&session, 100);
            assert!(window.contains(at_us), "{window:?}");
            assert!((50..500).contains(&window.steps(&session)), "{window:?} has {}", window.steps(&session));
            assert_eq!(round_up(window.length_us()), window.length_us());
        }
        assert_eq!([0, 1, 3, 5, 11, 501].map(round_up), [1, 1, 5, 5, 20, 1_000]);
        assert!(round_up(u64::MAX) == u64::MAX);
    }

    #[test]
    fn times_are_read_easily() {
        assert_eq!(milliseconds(0), "0 ms");
        assert_eq!(milliseconds(153_200), "153.2 ms");
        assert_eq!(milliseconds(1_250_000), "1,250 ms");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
    }
}
