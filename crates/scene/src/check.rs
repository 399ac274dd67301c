//! What makes a picture unreadable: texts on top of each other, and marks out of view. For tests over every step.

use crate::{Mark, Rect, Scene, Shape, Text};

/// Boxes that share less than this many pixels, in one direction, are not said to overlap: bounds are cautious already.
const TOLERANCE: f64 = 0.5;

/// Every pair of visible texts whose bounds overlap, in painting order.
#[must_use]
pub fn overlaps(scene: &Scene) -> Vec<(String, String)> {
    let mut texts: Vec<(usize, Rect, &Text)> = visible_texts(scene)
        .enumerate()
        .map(|(index, text)| (index, text.bounds().grown(-TOLERANCE / 2.0), text))
        .collect();
    texts.sort_by(|one, other| one.1.x.total_cmp(&other.1.x));
    let mut found = Vec::new();
    for (position, (index, bounds, text)) in texts.iter().enumerate() {
        // Sorted by their left edges: the first that starts behind this one's right edge ends the search.
        let near = texts.iter().skip(position + 1).take_while(|other| other.1.x < bounds.right());
        for (other_index, other_bounds, other) in near {
            if bounds.intersects(*other_bounds) {
                found.push(if index < other_index {
                    (*index, *other_index, *text, *other)
                } else {
                    (*other_index, *index, *other, *text)
                });
            }
        }
    }
    found.sort_by_key(|(first, second, ..)| (*first, *second));
    found.into_iter().map(|(_, _, one, other)| (one.content.to_string(), other.content.to_string())).collect()
}

/// The room that a mark's text takes, if it is one and can be seen.
pub(crate) fn room_of(mark: &Mark) -> Option<Rect> {
    visible_text(mark).map(|text| text.bounds().grown(-TOLERANCE / 2.0))
}

/// Every visible mark that leaves the view, told by its text or by its subject and place.
#[must_use]
pub fn out_of_view(scene: &Scene) -> Vec<String> {
    let view = scene.view().grown(TOLERANCE);
    scene
        .marks()
        .filter(|mark| mark.style.is_visible() && !view.contains_rect(mark.bounds()))
        .map(describe)
        .collect()
}

fn visible_texts(scene: &Scene) -> impl Iterator<Item = &Text> {
    scene.marks().filter_map(visible_text)
}

fn visible_text(mark: &Mark) -> Option<&Text> {
    match &mark.shape {
        Shape::Text(text) if mark.style.is_visible() && !text.content.trim().is_empty() => Some(text),
        _ => None,
    }
}

fn describe(mark: &Mark) -> String {
    let bounds = mark.bounds();
    let name = match &mark.shape {
        Shape::Text(text) => return format!("text {:?} at {:.0}, {:.0}", text.content, text.at.x, text.at.y),
        Shape::Circle { .. } => "circle",
        Shape::Diamond { .. } => "diamond",
        Shape::Arc { .. } => "arc",
        Shape::Rect { .. } => "rect",
        Shape::Line { .. } => "line",
        Shape::Head { .. } => "head",
        Shape::Path(_) => "path",
        Shape::Glyph { .. } => "glyph",
    };
    let Rect { x, y, width, height } = bounds;
    format!("{name} of {} at {x:.0}, {y:.0}, {width:.0} by {height:.0}", mark.subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ink, Layer, Lettering, Point, Style, Subject};

    fn texts(placed: &[(f64, f64, &'static str)]) -> Scene {
        let mut scene = Scene::new(200.0, 100.0, "");
        for (x, y, content) in placed {
            scene.pen(Layer::Labels, Subject::None).text(
                Point::new(*x, *y),
                *content,
                Lettering::sans(12.0),
                Style::fill(Ink::Ink),
            );
        }
        scene
    }

    #[test]
    fn texts_that_meet_are_found_in_painting_order() {
        let scene = texts(&[(60.0, 50.0, "second"), (40.0, 52.0, "leader"), (40.0, 80.0, "apart")]);
        assert_eq!(overlaps(&scene), [("second".to_owned(), "leader".to_owned())]);
    }

    #[test]
    fn neighbours_and_lines_of_text_do_not_overlap() {
        assert_eq!(
            overlaps(&texts(&[(0.0, 50.0, "leader"), (0.0, 66.0, "commit 4"), (60.0, 50.0, "x")])),
            []
        );
    }

    #[test]
    fn what_is_not_seen_does_not_overlap() {
        let mut scene = texts(&[(0.0, 50.0, "leader"), (0.0, 50.0, " ")]);
        scene.pen(Layer::Labels, Subject::None).text(
            Point::new(0.0, 50.0),
            "faded",
            Lettering::sans(12.0),
            Style::fill(Ink::Ink).faded(0.0),
        );
        assert_eq!(overlaps(&scene), []);
    }

    #[test]
    fn where_room_is_scarce_names_stay_and_later_words_go() {
        let mut scene = texts(&[(60.0, 50.0, "first"), (40.0, 52.0, "later"), (40.0, 80.0, "apart")]);
        let style = Style::fill(Ink::Ink);
        let mut add = |layer, at, content| {
            scene.pen(layer, Subject::None).text(at, content, Lettering::sans(12.0), style);
        };
        add(Layer::Nodes, Point::new(72.0, 50.0), "n1");
        add(Layer::Messages, Point::new(42.0, 82.0), "vote");
        add(Layer::Messages, Point::new(120.0, 82.0), "ok");
        scene.keep_texts_apart();
        assert_eq!(scene.left_out, 2, "n1 lies on first, and vote on apart");
        assert_eq!(overlaps(&scene), []);
        let left: Vec<&str> = visible_texts(&scene).map(|text| &*text.content).collect();
        assert_eq!(left, ["ok", "n1", "later", "apart"]);
        scene.keep_texts_apart();
        assert_eq!(scene.left_out, 2, "nothing more has to go");
    }

    /// A node of the look: name and epoch lie one above the other.
    #[test]
    fn the_name_and_the_epoch_of_a_node_fit() {
        let mut scene = Scene::new(200.0, 100.0, "");
        let style = Style::fill(Ink::Ink);
        scene
            .pen(Layer::Nodes, Subject::Node(1))
            .text(Point::new(50.0, 49.0), "S1", Lettering::sans(17.0).bold().middle(), style)
            .text(Point::new(50.0, 66.0), "T2", Lettering::sans(12.0).bold().middle(), style);
        assert_eq!(overlaps(&scene), []);
    }

    #[test]
    fn marks_out_of_view_are_named() {
        let mut scene = texts(&[(190.0, 50.0, "too long"), (10.0, 50.0, "fits")]);
        scene
            .pen(Layer::Nodes, Subject::Node(3))
            .circle(Point::new(20.0, 20.0), 34.0, Style::fill(Ink::Sheet))
            .circle(Point::new(20.0, 20.0), 34.0, Style::default());
        assert_eq!(
            out_of_view(&scene),
            ["circle of node-3 at -14, -14, 68 by 68", "text \"too long\" at 190, 50"]
        );
    }
}
