//! The canvas of the stage with all that lives outside the framework's sight: its size, the picture on it, the places
//! to which nodes were dragged, and the gesture that is going on.

use std::cell::{Cell, RefCell};

use faultscope_labs::scene::{
    Ink, Layer, Lettering, Point, Scene, Shape, Style, Subject, SvgOptions, Theme, svg,
};
use faultscope_labs::sim::{Placed, World};
use faultscope_labs::stage::{Class, Frame, picture_on};
use faultscope_labs::{Lab, Lang, NodeId, Session, Variant};
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};
use yew::NodeRef;

use super::beside::Beside;
use super::gesture::{Gesture, Outcome};
use super::painter::Painter;
use crate::acts;
use crate::intent::{Selection, Tool};

/// A finger hits what is this near, in CSS pixels: its target is 44 px wide.
const FINGER: f64 = 22.0;
/// A mouse hits what is this near, in CSS pixels.
const MOUSE: f64 = 8.0;

/// How the picture is to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct View {
    /// The language of labels.
    pub(crate) lang: Lang,
    /// The colours.
    pub(crate) theme: Theme,
    /// How wide the screen is.
    pub(crate) class: Class,
    /// Whether the run plays.
    pub(crate) is_playing: bool,
    /// Whether things step instead of gliding.
    pub(crate) is_calm: bool,
    /// What is picked up.
    pub(crate) selection: Selection,
}

/// The canvas of the stage.
#[derive(Default)]
pub(crate) struct StageCanvas {
    /// The element.
    pub(crate) node: NodeRef,
    painter: RefCell<Option<Painter>>,
    size: Cell<(f64, f64)>,
    scale: Cell<f64>,
    scene: RefCell<Option<Scene>>,
    theme: Cell<Theme>,
    lang: Cell<Lang>,
    dragged: Cell<Option<Placed>>,
    /// The card beside what is picked up.
    pub(crate) beside: Beside,
    gesture: RefCell<Gesture>,
}

impl StageCanvas {
    /// Fits the canvas to the room that it has. Returns whether that changed anything.
    pub(crate) fn fit(&self) -> bool {
        let Some(canvas) = self.node.cast::<HtmlCanvasElement>() else { return false };
        let scale = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(0.5, 4.0);
        let size = (f64::from(canvas.client_width()), f64::from(canvas.client_height()));
        let pixels = |length: f64| (length * scale).round() as u32;
        if size == self.size.get() && scale == self.scale.get() {
            return false;
        }
        self.size.set(size);
        self.scale.set(scale);
        canvas.set_width(pixels(size.0));
        canvas.set_height(pixels(size.1));
        true
    }

    /// Its size in CSS pixels.
    pub(crate) fn size(&self) -> (f64, f64) {
        self.size.get()
    }

    /// Paints the moment at the session's cursor.
    pub(crate) fn paint(&self, session: &Session, view: &View) {
        if self.size.get().0 <= 0.0 && !self.fit() {
            return;
        }
        let frame = self.frame(session, view);
        let scene = self.draw(session.lab(), session.variant(), session.world(), &frame);
        self.show(scene, view);
    }

    /// Draws a world, with the memory of the picture before.
    pub(crate) fn draw(
        &self,
        lab: &'static Lab,
        variant: &dyn Variant,
        world: &World,
        frame: &Frame,
    ) -> Scene {
        let before = self.scene.take().unwrap_or_default();
        picture_on(before, lab, variant, world, frame)
    }

    /// Paints a picture.
    pub(crate) fn show(&self, mut scene: Scene, view: &View) {
        if let Some((from, to)) = self.gesture.borrow().line() {
            let places = places(&scene);
            draw_line(&mut scene, from, to, &places);
        }
        if let Err(reason) = self.paint_scene(&scene, view.theme) {
            self.give_up(&reason);
        }
        self.theme.set(view.theme);
        self.lang.set(view.lang);
        self.beside.follow(&scene, view.selection);
        *self.scene.borrow_mut() = Some(scene);
    }

    fn frame(&self, session: &Session, view: &View) -> Frame {
        let (width, height) = self.size.get();
        // Without gliding, everything stands where the last step left it.
        let now_us = if view.is_calm { session.world().now_us() } else { session.now_us() };
        Frame {
            width,
            height,
            class: view.class,
            lang: view.lang,
            now_us,
            is_paused: !view.is_playing,
            selected: match view.selection {
                Selection::Node(node) => Some(node),
                _ => None,
            },
            selected_message: match view.selection {
                Selection::Message(message) => Some(message),
                _ => None,
            },
            dragged: with_drag(session.placed(), self.dragged.get()),
        }
    }

    fn paint_scene(&self, scene: &Scene, theme: Theme) -> Result<(), JsValue> {
        let mut painter = self.painter.borrow_mut();
        if painter.is_none() {
            let Some(canvas) = self.node.cast::<HtmlCanvasElement>() else { return Ok(()) };
            let context = canvas.get_context("2d")?.ok_or("no 2d canvas")?;
            *painter = Some(Painter::new(context.dyn_into::<CanvasRenderingContext2d>()?));
        }
        match painter.as_mut() {
            Some(painter) => painter.paint(scene, theme, self.scale.get()),
            None => Ok(()),
        }
    }

    /// The browser gives no canvas to paint on: the list that equals the stage takes its place, by the style sheet.
    fn give_up(&self, reason: &JsValue) {
        let stage = self.node.cast::<Element>().and_then(|canvas| canvas.parent_element());
        let Some(stage) = stage.filter(|stage| !stage.class_list().contains("unpainted")) else { return };
        web_sys::console::warn_2(&"the stage cannot be painted:".into(), reason);
        if let Err(reason) = stage.class_list().add_1("unpainted") {
            web_sys::console::warn_2(&"the list cannot take its place:".into(), &reason);
        }
    }

    /// The canvas element is gone.
    pub(crate) fn forget(&self) {
        *self.painter.borrow_mut() = None;
        *self.scene.borrow_mut() = None;
        self.size.set((0.0, 0.0));
    }

    /// What a finger or a mouse at a place of the window means.
    pub(crate) fn subject_at(&self, x: f64, y: f64, is_finger: bool) -> Subject {
        let reach = if is_finger { FINGER } else { MOUSE };
        let at = self.point_at(x, y);
        self.scene.borrow().as_ref().and_then(|scene| scene.hit(at, reach)).unwrap_or_default()
    }

    /// A place of the window as a place of the picture.
    fn point_at(&self, x: f64, y: f64) -> Point {
        let corner = self.corner();
        Point::new(x - corner.x, y - corner.y)
    }

    fn corner(&self) -> Point {
        self.node.cast::<Element>().map_or_else(Point::default, |canvas| {
            let rect = canvas.get_bounding_client_rect();
            Point::new(rect.x(), rect.y())
        })
    }

    /// A finger or a mouse presses.
    pub(crate) fn press(&self, x: f64, y: f64, is_finger: bool, tool: Option<Tool>) {
        let subject = whole(self.subject_at(x, y, is_finger));
        let center = match subject {
            Subject::Node(code) => self.place_of(Subject::Node(code)),
            _ => None,
        };
        *self.gesture.borrow_mut() = Gesture::press(self.point_at(x, y), subject, center, tool);
    }

    /// It moves.
    pub(crate) fn moved(&self, x: f64, y: f64) -> Outcome {
        let outcome = self.gesture.borrow_mut().moved(self.point_at(x, y));
        if let Outcome::Move(code, to) = outcome {
            self.drag(code, to);
        }
        outcome
    }

    /// It is let go.
    pub(crate) fn released(&self) -> Outcome {
        self.gesture.borrow_mut().released()
    }

    /// The node that was dragged and let go, with its place.
    pub(crate) fn take_dragged(&self) -> Option<Placed> {
        self.dragged.take()
    }

    /// The browser took it away, for instance to scroll.
    pub(crate) fn cancelled(&self) {
        self.dragged.set(None);
        *self.gesture.borrow_mut() = Gesture::Idle;
    }

    fn drag(&self, code: u16, to: Point) {
        self.dragged.set(NodeId::from_code(code).map(|node| self.placed(node, to)));
    }

    /// A node at a place of the picture, as links have it.
    fn placed(&self, node: NodeId, at: Point) -> Placed {
        let (width, height) = self.size.get();
        let permille =
            |part: f64, whole: f64| (part / whole.max(1.0) * 1_000.0).round().clamp(0.0, 1000.0) as u16;
        (node, permille(at.x, width), permille(at.y, height))
    }

    /// A node moved by so many pixels from where it stands; none where it is not on the stage.
    pub(crate) fn nudged(&self, node: NodeId, by: Point) -> Option<Placed> {
        self.place_of(Subject::Node(node.code())).map(|at| self.placed(node, at + by))
    }

    /// Where every node stands in the picture.
    pub(crate) fn node_places(&self) -> Vec<(NodeId, Point)> {
        self.scene.borrow().as_ref().map(places).unwrap_or_default()
    }

    fn place_of(&self, subject: Subject) -> Option<Point> {
        self.scene.borrow().as_ref().and_then(|scene| middle(scene, subject))
    }

    /// Every node and message with its middle in CSS pixels of the window, as JSON: `{"node-3":[x,y],...}`, with the
    /// nodes' and messages' own names.
    pub(crate) fn targets(&self) -> String {
        let corner = self.corner();
        let scene = self.scene.borrow();
        let mut targets = serde_json::Map::new();
        for mark in scene.iter().flat_map(Scene::marks) {
            let name = match mark.subject {
                Subject::Node(code) => NodeId::from_code(code).map(|node| node.to_string()),
                Subject::Message(number) => Some(format!("message-{number}")),
                _ => None,
            };
            if let Some(name) = name
                && !targets.contains_key(&name)
                && let Some(place) = scene.as_ref().and_then(|scene| middle(scene, mark.subject))
            {
                targets.insert(name, json!([place.x + corner.x, place.y + corner.y]));
            }
        }
        serde_json::Value::Object(targets).to_string()
    }

    /// The present picture as SVG.
    pub(crate) fn svg(&self) -> String {
        let scene = self.scene.borrow();
        let options = SvgOptions { language: self.lang.get().code(), ..SvgOptions::default() };
        scene.as_ref().map(|scene| svg(scene, self.theme.get(), &options)).unwrap_or_default()
    }
}

/// The places of dragged nodes, with the one that is in hand; it was dragged last.
pub(crate) fn with_drag(placed: &[Placed], drag: Option<Placed>) -> Vec<Placed> {
    let others =
        placed.iter().copied().filter(|(node, ..)| drag.is_none_or(|(dragged, ..)| dragged != *node));
    others.chain(drag).collect()
}

/// A part of a node means the node.
fn whole(subject: Subject) -> Subject {
    match subject {
        Subject::Part { node, .. } => Subject::Node(node),
        other => other,
    }
}

/// The selection that a subject means; none where it cannot be picked up.
pub(crate) fn selection_of(subject: Subject) -> Option<Selection> {
    match whole(subject) {
        Subject::Node(code) => NodeId::from_code(code).map(Selection::Node),
        Subject::Message(number) => Some(Selection::Message(number)),
        _ => None,
    }
}

fn places(scene: &Scene) -> Vec<(NodeId, Point)> {
    let mut places: Vec<(NodeId, Point)> = Vec::new();
    for mark in scene.layer(Layer::Nodes) {
        if let (Subject::Node(code), Shape::Circle { center, .. }) = (mark.subject, &mark.shape)
            && let Some(node) = NodeId::from_code(code)
            && places.iter().all(|(other, _)| *other != node)
        {
            places.push((node, *center));
        }
    }
    places
}

/// The middle of the disc of a subject.
pub(super) fn middle(scene: &Scene, subject: Subject) -> Option<Point> {
    // A node has badges on other layers; a message has one dot, on whatever layer it is painted.
    let is_disc = |layer: Layer| match subject {
        Subject::Node(_) => layer == Layer::Nodes,
        Subject::Message(_) => true,
        _ => false,
    };
    let mut discs = scene.marks().filter(|mark| mark.subject == subject && is_disc(mark.layer));
    discs.find_map(|mark| match mark.shape {
        Shape::Circle { center, .. } | Shape::Diamond { center, .. } => Some(center),
        _ => None,
    })
}

/// The line of a cut that is being drawn, and what it would cut off.
fn draw_line(scene: &mut Scene, from: Point, to: Point, nodes: &[(NodeId, Point)]) {
    let style = Style::stroke(Ink::Danger, 2.0).dashed(8.0, 6.0);
    let bar = from.direction(to).quarter_turned() * 6.0;
    let cut_off = match acts::cut_along(from, to, nodes) {
        Some(faultscope_labs::sim::Action::Cut { from, .. }) => {
            from.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    };
    let mut pen = scene.pen(Layer::Selection, Subject::None);
    pen.line(from, to, style);
    for end in [from, to] {
        pen.line(end + bar, end - bar, Style::stroke(Ink::Danger, 2.0));
    }
    if !cut_off.is_empty() {
        let at = Point::new(to.x, to.y - 24.0);
        let lettering = Lettering::sans(12.0).bold().middle();
        pen.text(at, format!("✂ {cut_off}"), lettering, Style::fill(Ink::Danger).with_halo(Ink::Sheet));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> Scene {
        let mut scene = Scene::new(200.0, 100.0, "two nodes");
        for (node, x) in [(NodeId::server(1), 40.0), (NodeId::client(1), 160.0)] {
            let style = Style::fill(Ink::Epoch(1));
            let subject = Subject::Node(node.code());
            scene.pen(Layer::Nodes, subject).circle(Point::new(x, 50.0), 30.0, style).circle(
                Point::new(x + 20.0, 30.0),
                12.0,
                style,
            );
        }
        scene.pen(Layer::Messages, Subject::Message(7)).dot(Point::new(100.0, 50.0), 6, false);
        scene
    }

    #[test]
    fn a_node_stands_where_its_first_disc_is() {
        let wanted =
            vec![(NodeId::server(1), Point::new(40.0, 50.0)), (NodeId::client(1), Point::new(160.0, 50.0))];
        assert_eq!(places(&scene()), wanted);
    }

    #[test]
    fn a_drag_replaces_where_the_node_stood() {
        let (one, other) = ((NodeId::server(1), 100, 200), (NodeId::server(2), 300, 400));
        assert_eq!(with_drag(&[one, other], None), [one, other]);
        let again = (NodeId::server(1), 500, 600);
        assert_eq!(with_drag(&[one, other], Some(again)), [other, again]);
    }

    #[test]
    fn middles_are_found_by_subject() {
        let scene = scene();
        assert_eq!(middle(&scene, Subject::Message(7)), Some(Point::new(100.0, 50.0)));
        assert_eq!(middle(&scene, Subject::Node(1)), Some(Point::new(40.0, 50.0)));
        assert_eq!(middle(&scene, Subject::Message(8)), None);
        assert_eq!(middle(&scene, Subject::Link(1, 2)), None);
    }

    #[test]
    fn parts_of_a_node_pick_the_node_up() {
        let node = NodeId::client(2);
        let part = Subject::Part { node: node.code(), part: 4 };
        assert_eq!(selection_of(part), Some(Selection::Node(node)));
        assert_eq!(selection_of(Subject::Message(3)), Some(Selection::Message(3)));
        for subject in [Subject::None, Subject::Link(1, 2), Subject::Cut(1), Subject::Node(0)] {
            assert_eq!(selection_of(subject), None);
        }
    }

    #[test]
    fn a_line_tells_what_it_would_cut_off() {
        let mut scene = scene();
        let places = places(&scene);
        draw_line(&mut scene, Point::new(100.0, 0.0), Point::new(100.0, 99.0), &places);
        let said = scene.layer(Layer::Selection).iter().any(
            |mark| matches!(&mark.shape, Shape::Text(text) if text.content == "✂ n1" || text.content == "✂ c1"),
        );
        assert!(said);
    }
}
