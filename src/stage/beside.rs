//! The card beside what is picked up: where it stands, so that it covers little, and never what it explains.

use std::cell::{Cell, RefCell};

use faultscope_labs::scene::{Layer, Point, Rect, Scene, Shape, Subject};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::NodeRef;

use super::canvas::middle;
use crate::intent::Selection;

/// Between a node's rim, with its arc and its brackets, and the card, in CSS pixels.
const NODE_GAP: f64 = 30.0;
/// Between a message and the card, in CSS pixels.
const MESSAGE_GAP: f64 = 26.0;
/// The card keeps this far from the edges of the stage, in CSS pixels.
const EDGE: f64 = 8.0;

/// The side of what is picked up at which the card stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Right,
    Left,
    Below,
    Above,
}

const SIDES: [Side; 4] = [Side::Right, Side::Left, Side::Below, Side::Above];

/// The card, and where it stood last.
#[derive(Default)]
pub(crate) struct Beside {
    /// The element.
    pub(crate) node: NodeRef,
    last: Cell<Option<(Subject, Side)>>,
    stood: RefCell<Option<(HtmlElement, (f64, f64))>>,
}

impl Beside {
    /// Puts the card beside what is picked up in a picture; it is called after every picture, so the card follows.
    pub(super) fn follow(&self, scene: &Scene, selection: Selection) {
        let Some(card) = self.node.cast::<HtmlElement>() else { return };
        let found = subject_of(selection).and_then(|subject| Some((subject, middle(scene, subject)?)));
        let Some((subject, at)) = found else { return };
        let size = (f64::from(card.offset_width()), f64::from(card.offset_height()));
        let room = room_around(scene, subject, at);
        // As long as it has room where it is, it stays there: a card must not jump about.
        let before = self.last.get().filter(|(known, _)| *known == subject).map(|(_, side)| side);
        let side = before
            .filter(|side| fits(*side, at, room, size, scene))
            .unwrap_or_else(|| best_side(scene, subject, at, room, size));
        self.last.set(Some((subject, side)));
        let corner = corner(side, at, room, size, scene);
        let offset = canvas_offset(&card);
        self.stand(card, (corner.x + offset.x, corner.y + offset.y));
    }

    fn stand(&self, card: HtmlElement, corner: (f64, f64)) {
        // What stands still costs nothing.
        if self.stood.borrow().as_ref().is_some_and(|(known, place)| *known == card && *place == corner) {
            return;
        }
        let place = format!("translate({:.1}px,{:.1}px)", corner.0, corner.1);
        let style = card.style();
        for (name, value) in [("transform", place.as_str()), ("opacity", "1")] {
            if style.set_property(name, value).is_err() {
                web_sys::console::warn_2(&"the card takes no style".into(), &name.into());
            }
        }
        *self.stood.borrow_mut() = Some((card, corner));
    }
}

/// Where the canvas lies in the frame that it shares with the card.
fn canvas_offset(card: &HtmlElement) -> Point {
    let canvas = card.parent_element().and_then(|frame| frame.query_selector("canvas").ok().flatten());
    let canvas = canvas.and_then(|canvas| canvas.dyn_into::<HtmlElement>().ok());
    canvas.map_or_else(Point::default, |canvas| {
        Point::new(f64::from(canvas.offset_left()), f64::from(canvas.offset_top()))
    })
}

fn subject_of(selection: Selection) -> Option<Subject> {
    match selection {
        Selection::Nothing => None,
        Selection::Node(node) => Some(Subject::Node(node.code())),
        Selection::Message(number) => Some(Subject::Message(number)),
    }
}

/// How far from its middle the card keeps: beyond the disc and all around it.
fn room_around(scene: &Scene, subject: Subject, at: Point) -> f64 {
    let radius = scene.marks().filter(|mark| mark.subject == subject).find_map(|mark| match mark.shape {
        Shape::Circle { center, radius } | Shape::Diamond { center, radius } if center == at => Some(radius),
        _ => None,
    });
    radius.unwrap_or_default() + if matches!(subject, Subject::Node(_)) { NODE_GAP } else { MESSAGE_GAP }
}

/// The upper left corner of a card of this size at this side, kept within the stage.
fn corner(side: Side, at: Point, room: f64, (width, height): (f64, f64), scene: &Scene) -> Point {
    let (x, y) = match side {
        Side::Right => (at.x + room, at.y - height / 2.0),
        Side::Left => (at.x - room - width, at.y - height / 2.0),
        Side::Below => (at.x - width / 2.0, at.y + room),
        Side::Above => (at.x - width / 2.0, at.y - room - height),
    };
    let inside = |place: f64, length: f64, whole: f64| place.clamp(EDGE, (whole - EDGE - length).max(EDGE));
    Point::new(inside(x, width, scene.width), inside(y, height, scene.height))
}

/// Whether the card has room at this side without covering what it explains.
fn fits(side: Side, at: Point, room: f64, size: (f64, f64), scene: &Scene) -> bool {
    let corner = corner(side, at, room, size, scene);
    let card = Rect::new(corner.x, corner.y, size.0, size.1);
    distance(card, at) + 1.0 >= room
}

/// How far a place is from a rectangle; 0 within.
fn distance(rect: Rect, at: Point) -> f64 {
    let nearest = Point::new(at.x.clamp(rect.x, rect.right()), at.y.clamp(rect.y, rect.bottom()));
    nearest.distance(at)
}

/// The side at which the card covers the least of other nodes, words and messages. Where it has room at no side, the
/// one where it covers the least of its own.
fn best_side(scene: &Scene, subject: Subject, at: Point, room: f64, size: (f64, f64)) -> Side {
    let cost = |side: Side| {
        let corner = corner(side, at, room, size, scene);
        let card = Rect::new(corner.x, corner.y, size.0, size.1);
        let covered: f64 = scene
            .marks()
            .filter(|mark| mark.layer >= Layer::Nodes && mark.style.is_visible())
            .map(|mark| {
                // Words beside a node belong to what is explained.
                let weight = if mark.subject == subject { 4.0 } else { 1.0 };
                weight * shared(card, mark.bounds())
            })
            .sum();
        let lacks = (room - distance(card, at)).max(0.0);
        covered + lacks * 10_000.0
    };
    let costs = SIDES.map(|side| (cost(side), side));
    costs.into_iter().min_by(|one, other| one.0.total_cmp(&other.0)).map_or(Side::Right, |(_, side)| side)
}

/// The area that two rectangles share.
fn shared(one: Rect, other: Rect) -> f64 {
    let width = one.right().min(other.right()) - one.x.max(other.x);
    let height = one.bottom().min(other.bottom()) - one.y.max(other.y);
    width.max(0.0) * height.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::scene::{Ink, Style};

    const CARD: (f64, f64) = (200.0, 180.0);

    fn node_at(at: Point) -> Scene {
        let mut scene = Scene::new(760.0, 520.0, "");
        scene.pen(Layer::Nodes, Subject::Node(1)).circle(at, 34.0, Style::fill(Ink::Sheet));
        scene
    }

    fn card_at(scene: &Scene, at: Point) -> Rect {
        let room = room_around(scene, Subject::Node(1), at);
        let side = best_side(scene, Subject::Node(1), at, room, CARD);
        let corner = corner(side, at, room, CARD, scene);
        Rect::new(corner.x, corner.y, CARD.0, CARD.1)
    }

    #[test]
    fn it_never_covers_what_it_explains_and_stays_on_the_stage() {
        for x in (34..=726).step_by(20) {
            for y in (34..=486).step_by(20) {
                let at = Point::new(f64::from(x), f64::from(y));
                let scene = node_at(at);
                let card = card_at(&scene, at);
                assert!(distance(card, at) >= 34.0 + NODE_GAP - 1.0, "{at:?}: {card:?}");
                assert!(scene.view().contains_rect(card), "{at:?}: {card:?}");
            }
        }
    }

    #[test]
    fn it_goes_where_it_covers_the_least() {
        let at = Point::new(380.0, 260.0);
        let mut scene = node_at(at);
        assert!(card_at(&scene, at).x > at.x, "to the right where nothing is");
        scene.pen(Layer::Nodes, Subject::Node(2)).circle(
            Point::new(520.0, 260.0),
            34.0,
            Style::fill(Ink::Sheet),
        );
        assert!(card_at(&scene, at).right() < at.x, "to the left where another node is to the right");
    }

    #[test]
    fn it_stays_at_its_side_as_long_as_it_has_room() {
        let scene = node_at(Point::new(380.0, 260.0));
        assert!(fits(Side::Right, Point::new(480.0, 260.0), 64.0, CARD, &scene));
        assert!(!fits(Side::Right, Point::new(700.0, 260.0), 64.0, CARD, &scene));
    }
}
