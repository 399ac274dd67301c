//! What a mouse or fingers do on the diagram: point, tap, drag, pinch.

use faultscope_labs::scene::Point;
use web_sys::{Element, PointerEvent};

use super::place;

/// How far a pointer moves before it drags, in pixels.
const DRAG: f64 = 4.0;

/// The pointers that press, and whether they have moved.
#[derive(Default)]
pub(super) struct Hand {
    pressed: Vec<(i32, Point)>,
    start: Point,
    has_moved: bool,
}

/// What came of a movement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Done {
    Nothing,
    /// A pointer that presses nothing is here.
    Over(Point),
    /// A short press, and whether it was a finger's.
    Tap(Point, bool),
    /// Dragged to the right by so many pixels.
    Pan(f64),
    /// Fingers went together (above 1) or apart, around a place from the left.
    Pinch(f64, f64),
}

impl Hand {
    pub(super) fn down(&mut self, event: &PointerEvent, plane: &Element) {
        if event.button() > 0 {
            return;
        }
        // A pointer that is gone already cannot be captured, and needs not.
        let _ = plane.set_pointer_capture(event.pointer_id());
        self.press(event.pointer_id(), place(event, plane));
    }

    pub(super) fn moved(&mut self, event: &PointerEvent, plane: &Element) -> Done {
        let at = place(event, plane);
        if event.buttons() & 1 == 0 {
            self.pressed.clear();
            return Done::Over(at);
        }
        self.drag(event.pointer_id(), at)
    }

    pub(super) fn up(&mut self, event: &PointerEvent) -> Done {
        let is_cancelled = event.type_() == "pointercancel";
        match self.release(event.pointer_id()) {
            Some(at) if !is_cancelled => Done::Tap(at, event.pointer_type() != "mouse"),
            _ => Done::Nothing,
        }
    }

    fn press(&mut self, id: i32, at: Point) {
        self.pressed.retain(|(known, _)| *known != id);
        self.pressed.push((id, at));
        (self.start, self.has_moved) = (at, self.pressed.len() > 1);
    }

    fn drag(&mut self, id: i32, at: Point) -> Done {
        let Some(place) = self.pressed.iter().position(|(known, _)| *known == id) else {
            return Done::Nothing;
        };
        let before = std::mem::replace(&mut self.pressed[place].1, at);
        match self.pressed[..] {
            [_] if self.has_moved => Done::Pan(at.x - before.x),
            [_] if at.distance(self.start) > DRAG => {
                self.has_moved = true;
                Done::Pan(at.x - self.start.x)
            }
            [(_, one), (_, two)] => {
                let other = if place == 0 { two } else { one };
                let apart = |to: Point| other.distance(to).max(8.0);
                Done::Pinch(f64::midpoint(one.x, two.x), apart(before) / apart(at))
            }
            _ => Done::Nothing,
        }
    }

    /// A pointer is let go. Returns where, if it has not dragged.
    fn release(&mut self, id: i32) -> Option<Point> {
        let place = self.pressed.iter().position(|(known, _)| *known == id)?;
        let (_, at) = self.pressed.remove(place);
        (!self.has_moved && self.pressed.is_empty()).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64) -> Point {
        Point::new(x, 20.0)
    }

    #[test]
    fn a_short_press_is_a_tap_and_a_long_way_is_a_drag() {
        let mut hand = Hand::default();
        hand.press(1, at(100.0));
        assert_eq!(hand.drag(1, at(102.0)), Done::Nothing);
        assert_eq!(hand.release(1), Some(at(102.0)));
        hand.press(1, at(100.0));
        assert_eq!(hand.drag(1, at(110.0)), Done::Pan(10.0));
        assert_eq!(hand.drag(1, at(107.0)), Done::Pan(-3.0));
        assert_eq!(hand.release(1), None);
        assert_eq!(hand.drag(1, at(0.0)), Done::Nothing, "nothing presses");
    }

    #[test]
    fn two_fingers_pinch_and_tap_nothing() {
        let mut hand = Hand::default();
        hand.press(1, at(100.0));
        hand.press(2, at(200.0));
        assert_eq!(hand.drag(2, at(300.0)), Done::Pinch(200.0, 0.5));
        assert_eq!(hand.drag(1, at(200.0)), Done::Pinch(250.0, 2.0));
        assert_eq!(hand.release(2), None);
        assert_eq!(hand.drag(1, at(190.0)), Done::Pan(-10.0));
        assert_eq!(hand.release(1), None);
    }
}
