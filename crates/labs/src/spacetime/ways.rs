//! Messages on the diagram: a line from the sender's lane to the receiver's, clipped to the window.

use faultscope_scene::{Icon, Ink, Layer, Point, Rect, Style, Subject};

use super::cone::Cone;
use super::draw::Plane;
use super::gather::{Ending, Way};
use super::labels::Labels;

/// Length and width of an arrow's head, in pixels.
const HEAD: (f32, f32) = (7.0, 5.6);
/// Half the width of a cross, in pixels.
const CROSS: f64 = 2.8;
/// How much is seen of a message that the chosen step can have caused, and of one that has nothing to do with it.
const CAUSED: f32 = 0.75;
const FADED: f32 = 0.32;

pub(super) fn draw(plane: &mut Plane<'_>, labels: &mut Labels, ways: &[Way], opacity: impl Fn(&Way) -> f32) {
    for way in ways {
        let (Some(from), Some(to)) = (plane.lane_y(way.from), plane.lane_y(way.to)) else { continue };
        draw_way(plane, labels, way, (from, to), opacity(way));
    }
}

/// How much of a message is seen beside the cone of a step: all of what can have caused it, most of what it can have
/// caused, little of the rest.
pub(super) fn opacity(way: &Way, (step, cone): (u64, &Cone)) -> f32 {
    let is_from = |sent: u64| sent == step || cone.future.contains(&sent);
    match way.ending {
        Ending::Received { step: received, .. } if received == step || cone.past.contains(&received) => 1.0,
        _ if way.sent_step.is_some_and(is_from) => CAUSED,
        _ => FADED,
    }
}

fn draw_way(plane: &mut Plane<'_>, labels: &mut Labels, way: &Way, lanes: (f64, f64), opacity: f32) {
    let ink = Ink::Kind(plane.kind_of(way));
    let subject = Subject::Message(way.id);
    let mut style = Style::stroke(ink, 1.25).faded(opacity);
    if way.body.is_reply() {
        style = style.dashed(4.0, 2.5);
    }
    let mut points = corners(plane, way, lanes);
    if let [_, .., last] = &mut points[..]
        && let Ending::Lost { cut: Some(cut), .. } = way.ending
        && let Some(y) = plane.cut_y(cut, lanes)
    {
        // It died at the cut, and the cut is one line.
        last.y = y;
    }
    let area = plane.area();
    for pair in points.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        // A hold is level: the message stands still while time goes on.
        let is_hold = start.y == end.y && !way.holds.is_empty() && way.from != way.to;
        let style =
            if is_hold { Style::stroke(Ink::Warn, 1.5).dashed(2.0, 3.0).faded(opacity) } else { style };
        if let Some((a, b)) = clipped(start, end, area) {
            plane.scene.pen(Layer::Messages, subject).line(a, b, style);
        }
    }
    let [.., before, last] = points[..] else { return };
    let is_shown = area.x - 0.5 <= last.x && last.x <= area.right() + 0.5;
    match way.ending {
        Ending::Received { .. } if is_shown => {
            let mut pen = plane.scene.pen(Layer::Messages, subject);
            pen.head(before, last, HEAD.0, HEAD.1, Style::fill(ink).faded(opacity));
        }
        Ending::Lost { .. } if is_shown => {
            cross(plane, last, CROSS, opacity.max(0.45), subject);
            labels.take(Rect::around(last, 8.0, 8.0));
        }
        // It is there, and waits at the door of a node that stands still.
        Ending::Flying { arrives_us } if is_shown && arrives_us <= plane.until_us => {
            let style = Style::fill(Ink::Sheet).with_stroke(Ink::Warn, 1.5).faded(opacity);
            plane.scene.pen(Layer::Strips, subject).circle(last, 2.5, style);
        }
        _ => {}
    }
    for &(from_us, _, share) in &way.holds {
        let at = Point::new(plane.x(from_us), lanes.0 + (lanes.1 - lanes.0) * share);
        if area.contains(at) {
            let style = Style::fill(Ink::Sheet).with_stroke(Ink::Warn, 1.5).faded(opacity);
            plane.scene.pen(Layer::Strips, subject).glyph(Icon::Pause, at, 10.0, style);
        }
    }
}

/// A small cross: lost, or dead.
pub(super) fn cross(plane: &mut Plane<'_>, at: Point, arm: f64, opacity: f32, subject: Subject) {
    let style = Style::stroke(Ink::Danger, 1.5).rounded().faded(opacity);
    let mut pen = plane.scene.pen(Layer::Strips, subject);
    for y in [arm, -arm] {
        pen.line(Point::new(at.x - arm, at.y - y), Point::new(at.x + arm, at.y + y), style);
    }
}

/// The corners of a message's way: where it left, where it was held, where it ended.
fn corners(plane: &Plane<'_>, way: &Way, (from, to): (f64, f64)) -> Vec<Point> {
    let y_at = |share: f64| from + (to - from) * share;
    let mut points = vec![Point::new(plane.x(way.sent_us), from)];
    let (end_us, end_share) = match way.ending {
        Ending::Received { at_us, .. } => (at_us, 1.0),
        Ending::Lost { at_us, share, .. } => (at_us, share),
        Ending::Flying { arrives_us } => (arrives_us, 1.0),
    };
    if way.from == way.to {
        // A message to oneself bows above the lane.
        let middle_us = u64::midpoint(way.sent_us, end_us);
        points.push(Point::new(plane.x(middle_us), from - 7.0));
    }
    for &(held_us, released_us, share) in &way.holds {
        points.push(Point::new(plane.x(held_us), y_at(share)));
        match released_us {
            Some(released_us) => points.push(Point::new(plane.x(released_us), y_at(share))),
            None => {
                points.push(Point::new(plane.x(plane.window.until_us), y_at(share)));
                return points;
            }
        }
    }
    points.push(Point::new(plane.x(end_us), y_at(end_share)));
    points
}

/// The part of a line that lies between the left and the right edge of an area.
fn clipped(from: Point, to: Point, area: Rect) -> Option<(Point, Point)> {
    if to.x < area.x || from.x > area.right() {
        return None;
    }
    let width = to.x - from.x;
    let at = |x: f64| if width > 0.0 { from.between(to, (x - from.x) / width) } else { from };
    let start = if from.x < area.x { at(area.x) } else { from };
    let end = if to.x > area.right() { at(area.right()) } else { to };
    Some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_edges_of_the_window() {
        let area = Rect::new(10.0, 0.0, 80.0, 50.0);
        let line = |from: (f64, f64), to: (f64, f64)| {
            clipped(Point::new(from.0, from.1), Point::new(to.0, to.1), area)
                .map(|(a, b)| ((a.x, a.y), (b.x, b.y)))
        };
        assert_eq!(line((20.0, 0.0), (30.0, 10.0)), Some(((20.0, 0.0), (30.0, 10.0))));
        assert_eq!(line((0.0, 0.0), (20.0, 20.0)), Some(((10.0, 10.0), (20.0, 20.0))));
        assert_eq!(line((80.0, 0.0), (100.0, 20.0)), Some(((80.0, 0.0), (90.0, 10.0))));
        assert_eq!(line((0.0, 0.0), (5.0, 5.0)), None);
        assert_eq!(line((95.0, 0.0), (99.0, 5.0)), None);
        assert_eq!(line((50.0, 0.0), (50.0, 9.0)), Some(((50.0, 0.0), (50.0, 9.0))));
    }
}
