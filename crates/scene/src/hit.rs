//! Which subject a mouse or a finger means.

use crate::{Mark, Point, Scene, Subject};

impl Scene {
    /// The subject that a tap at `point` means, among those within `reach` pixels of what is painted of them.
    ///
    /// The nearest wins, the one on top where several are equally near. Nodes, messages, parts and keys within reach
    /// always win over links, and over a cut unless the cut is nearer by half the reach. A finger needs a target of
    /// 44 pixels, that is a reach of 22; a mouse is well served with 6.
    #[must_use]
    pub fn hit(&self, point: Point, reach: f64) -> Option<Subject> {
        let mut best: Option<(Cost, Subject)> = None;
        for mark in self.marks().rev().filter(|mark| mark.subject != Subject::None) {
            let Some(cost) = cost(mark, point, reach) else { continue };
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, mark.subject));
            }
        }
        best.map(|(_, subject)| subject)
    }
}

/// What speaks against a mark, compared in this order: whether it is a link, then its distance with a handicap.
type Cost = (bool, f64);

/// What speaks against the mark; `None` out of reach.
fn cost(mark: &Mark, point: Point, reach: f64) -> Option<Cost> {
    let distance = mark.distance(point);
    let cost = match mark.subject {
        Subject::Link(..) => (true, distance),
        Subject::Cut(_) => (false, distance + reach / 2.0),
        _ => (false, distance),
    };
    (distance <= reach).then_some(cost)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ink, Layer, Style};

    const FINGER: f64 = 22.0;

    /// Two nodes 200 px apart on a link, a message a quarter of the way, and a cut in the middle.
    fn link_scene() -> Scene {
        let mut scene = Scene::new(300.0, 100.0, "a link");
        let (left, right) = (Point::new(50.0, 50.0), Point::new(250.0, 50.0));
        scene.pen(Layer::Links, Subject::Link(1, 2)).line(left, right, Style::stroke(Ink::Link, 1.0));
        scene.pen(Layer::Cuts, Subject::Cut(1)).line(
            Point::new(190.0, 0.0),
            Point::new(190.0, 100.0),
            Style::stroke(Ink::Danger, 2.0),
        );
        scene.pen(Layer::Messages, Subject::Message(7)).dot(Point::new(120.0, 50.0), 1, false);
        for (node, at) in [(1, left), (2, right)] {
            scene.pen(Layer::Nodes, Subject::Node(node)).circle(at, 34.0, Style::fill(Ink::Epoch(1)));
        }
        scene
    }

    fn check_hit(x: f64, y: f64, reach: f64, expected: Option<Subject>) {
        assert_eq!(link_scene().hit(Point::new(x, y), reach), expected, "at {x}, {y} with reach {reach}");
    }

    #[test]
    fn bodies_win_over_links_and_the_nearest_body_wins() {
        check_hit(50.0, 50.0, FINGER, Some(Subject::Node(1)));
        check_hit(120.0, 52.0, FINGER, Some(Subject::Message(7)));
        check_hit(140.0, 50.0, FINGER, Some(Subject::Message(7)));
        check_hit(87.0, 50.0, FINGER, Some(Subject::Node(1)));
        check_hit(110.0, 50.0, FINGER, Some(Subject::Message(7)));
    }

    #[test]
    fn links_and_cuts_are_hit_where_no_body_is_near() {
        check_hit(155.0, 53.0, 6.0, Some(Subject::Link(1, 2)));
        check_hit(190.0, 50.0, FINGER, Some(Subject::Cut(1)));
        check_hit(190.0, 10.0, FINGER, Some(Subject::Cut(1)));
        check_hit(150.0, 95.0, FINGER, None);
    }

    #[test]
    fn a_mouse_must_come_nearer_than_a_finger() {
        check_hit(120.0, 75.0, FINGER, Some(Subject::Message(7)));
        check_hit(120.0, 75.0, 6.0, None);
    }

    #[test]
    fn the_topmost_of_equals_wins() {
        let mut scene = Scene::new(100.0, 100.0, "");
        let at = Point::new(50.0, 50.0);
        scene.pen(Layer::Strips, Subject::Part { node: 1, part: 2 }).circle(at, 5.0, Style::fill(Ink::Sheet));
        scene.pen(Layer::Nodes, Subject::Node(1)).circle(at, 30.0, Style::fill(Ink::Sheet));
        scene.pen(Layer::Labels, Subject::None).circle(at, 30.0, Style::fill(Ink::Sheet));
        assert_eq!(scene.hit(at, 0.0), Some(Subject::Part { node: 1, part: 2 }));
        assert_eq!(scene.hit(Point::new(70.0, 50.0), 0.0), Some(Subject::Node(1)));
    }

    #[test]
    fn a_mark_without_ink_is_a_target() {
        let mut scene = Scene::new(100.0, 100.0, "");
        scene.pen(Layer::Nodes, Subject::Node(1)).circle(Point::new(50.0, 50.0), 22.0, Style::default());
        assert_eq!(scene.hit(Point::new(60.0, 60.0), 0.0), Some(Subject::Node(1)));
        assert_eq!(scene.bounds(), None);
    }
}
