//! What a mouse or a finger does on the stage: presses, drags and lines, told apart without any browser.

use faultscope_labs::scene::{Point, Subject};

use crate::intent::Tool;

/// Farther than this from where it was pressed, a press becomes a drag, in CSS pixels.
const DRAG_FROM: f64 = 6.0;
/// A shorter line is a slip, not a cut, in CSS pixels.
const LINE_MIN: f64 = 40.0;

/// What the pointer is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Gesture {
    /// Nothing is pressed.
    #[default]
    Idle,
    /// Pressed, and not moved yet.
    Press {
        /// Where.
        from: Point,
        /// What was there.
        subject: Subject,
        /// Where the node was grabbed, from its middle; none where it is not a node.
        grip: Option<(u16, Point)>,
        /// Whether a cut is drawn.
        draws: bool,
    },
    /// A node is dragged.
    Drag {
        /// Which, by its code.
        node: u16,
        /// Where it was grabbed, from its middle.
        grip: Point,
    },
    /// A line is drawn.
    Line {
        /// From here.
        from: Point,
        /// To here.
        to: Point,
    },
    /// Moved away without meaning: it is no tap any more.
    Lost,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Nothing to see.
    Nothing,
    /// The line that is drawn has changed.
    Line,
    /// A node goes to a place.
    Move(u16, Point),
    /// A node was let go where it is.
    Dropped,
    /// Something was tapped.
    Tap(Subject),
    /// A line was drawn to its end.
    Cut(Point, Point),
}

impl Gesture {
    /// A press at `at` on `subject`; `center` is the middle of the node there, if it is one.
    pub(crate) fn press(at: Point, subject: Subject, center: Option<Point>, tool: Option<Tool>) -> Self {
        let grip = match subject {
            Subject::Node(node) => center.map(|center| (node, at - center)),
            _ => None,
        };
        Self::Press { from: at, subject, grip, draws: tool == Some(Tool::Cut) }
    }

    /// The pointer moves while it is pressed.
    pub(crate) fn moved(&mut self, at: Point) -> Outcome {
        match *self {
            Self::Press { from, .. } if from.distance(at) < DRAG_FROM => return Outcome::Nothing,
            Self::Press { from, draws: true, .. } => *self = Self::Line { from, to: at },
            Self::Press { grip: Some((node, grip)), .. } => *self = Self::Drag { node, grip },
            Self::Press { .. } => *self = Self::Lost,
            Self::Line { from, .. } => *self = Self::Line { from, to: at },
            Self::Idle | Self::Drag { .. } | Self::Lost => {}
        }
        match *self {
            Self::Drag { node, grip } => Outcome::Move(node, at - grip),
            Self::Line { .. } => Outcome::Line,
            _ => Outcome::Nothing,
        }
    }

    /// The pointer is let go.
    pub(crate) fn released(&mut self) -> Outcome {
        match std::mem::take(self) {
            Self::Press { subject, .. } => Outcome::Tap(subject),
            Self::Line { from, to } if from.distance(to) >= LINE_MIN => Outcome::Cut(from, to),
            Self::Line { .. } => Outcome::Line,
            Self::Drag { .. } => Outcome::Dropped,
            Self::Idle | Self::Lost => Outcome::Nothing,
        }
    }

    /// The line that is drawn.
    pub(crate) fn line(&self) -> Option<(Point, Point)> {
        match *self {
            Self::Line { from, to } => Some((from, to)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: Subject = Subject::Node(3);

    fn at(x: f64, y: f64) -> Point {
        Point::new(x, y)
    }

    #[test]
    fn a_press_that_stays_is_a_tap() {
        let mut gesture = Gesture::press(at(10.0, 10.0), NODE, Some(at(12.0, 12.0)), None);
        assert_eq!(gesture.moved(at(13.0, 12.0)), Outcome::Nothing);
        assert_eq!(gesture.released(), Outcome::Tap(NODE));
        assert_eq!(gesture, Gesture::Idle);
        assert_eq!(gesture.released(), Outcome::Nothing);
    }

    #[test]
    fn a_node_is_dragged_where_it_was_grabbed() {
        let mut gesture = Gesture::press(at(10.0, 10.0), NODE, Some(at(12.0, 14.0)), None);
        assert_eq!(gesture.moved(at(50.0, 10.0)), Outcome::Move(3, at(52.0, 14.0)));
        assert_eq!(gesture.moved(at(51.0, 20.0)), Outcome::Move(3, at(53.0, 24.0)));
        assert_eq!(gesture.released(), Outcome::Dropped, "a drag is no tap");
    }

    #[test]
    fn with_the_tool_in_hand_a_line_is_drawn_also_from_a_node() {
        for subject in [NODE, Subject::None, Subject::Link(1, 2)] {
            let mut gesture = Gesture::press(at(10.0, 10.0), subject, Some(at(12.0, 12.0)), Some(Tool::Cut));
            assert_eq!(gesture.moved(at(10.0, 40.0)), Outcome::Line);
            assert_eq!(gesture.line(), Some((at(10.0, 10.0), at(10.0, 40.0))));
            gesture.moved(at(10.0, 90.0));
            assert_eq!(gesture.released(), Outcome::Cut(at(10.0, 10.0), at(10.0, 90.0)));
            assert_eq!(gesture.line(), None);
        }
    }

    #[test]
    fn a_short_line_is_a_slip() {
        let mut gesture = Gesture::press(at(10.0, 10.0), Subject::None, None, Some(Tool::Cut));
        gesture.moved(at(30.0, 10.0));
        assert_eq!(gesture.released(), Outcome::Line, "the line goes away");
    }

    #[test]
    fn a_drag_over_nothing_is_nothing() {
        let mut gesture = Gesture::press(at(10.0, 10.0), Subject::Message(4), None, None);
        assert_eq!(gesture.moved(at(60.0, 10.0)), Outcome::Nothing);
        assert_eq!(gesture.moved(at(10.0, 10.0)), Outcome::Nothing);
        assert_eq!(gesture.released(), Outcome::Nothing);
    }
}
