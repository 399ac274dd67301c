//! The scene itself: one list of marks a layer, and the pen that adds to it.

use std::borrow::Cow;

use crate::check::room_of;
use crate::{Icon, Ink, Layer, Lettering, Mark, Point, Rect, Segment, Shape, Style, Subject, Text};

/// The layers in the order in which their texts stay, where not all of them have room.
const LEAVING_LAST: [Layer; Layer::ALL.len()] = [
    Layer::Nodes,
    Layer::Strips,
    Layer::Selection,
    Layer::Labels,
    Layer::Cuts,
    Layer::Links,
    Layer::Messages,
];

/// A picture: its size, its title, and its marks in painting order.
///
/// Marks are kept by layer, so that painting in order costs no sorting; within a layer they keep the order in which
/// they were added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// What the picture shows, in a sentence, for those who hear it.
    pub label: String,
    /// How many texts were taken away because others stood in their place.
    pub left_out: usize,
    layers: [Vec<Mark>; Layer::ALL.len()],
}

impl Scene {
    /// An empty scene of this size.
    #[must_use]
    pub fn new(width: f64, height: f64, label: impl Into<String>) -> Self {
        Self { width, height, label: label.into(), left_out: 0, layers: Default::default() }
    }

    /// Takes all marks away and keeps their memory: for the next frame.
    pub fn clear(&mut self) {
        self.left_out = 0;
        for layer in &mut self.layers {
            layer.clear();
        }
    }

    /// How many marks each layer has: to go back to with [`Scene::cut_back`].
    #[must_use]
    pub fn lengths(&self) -> [usize; Layer::ALL.len()] {
        std::array::from_fn(|layer| self.layers[layer].len())
    }

    /// Takes away what was added to each layer beyond these lengths.
    pub fn cut_back(&mut self, lengths: [usize; Layer::ALL.len()]) {
        for (layer, length) in self.layers.iter_mut().zip(lengths) {
            layer.truncate(length);
        }
    }

    /// Takes texts away that lie on others, where room is scarce: names of nodes stay, then what stands in strips, then
    /// words in the order in which they were added; those of messages go first.
    pub fn keep_texts_apart(&mut self) {
        let mut taken: Vec<Rect> = Vec::new();
        let left_out = &mut self.left_out;
        for layer in LEAVING_LAST {
            self.layers[layer as usize].retain(|mark| {
                let Some(room) = room_of(mark) else { return true };
                let is_free = !taken.iter().any(|other| other.intersects(room));
                if is_free {
                    taken.push(room);
                } else {
                    *left_out += 1;
                }
                is_free
            });
        }
    }

    /// Adds one mark on top of its layer.
    pub fn push(&mut self, mark: Mark) {
        self.layers[mark.layer as usize].push(mark);
    }

    /// A pen that adds marks about `subject` on `layer`.
    pub fn pen(&mut self, layer: Layer, subject: Subject) -> Pen<'_> {
        Pen { marks: &mut self.layers[layer as usize], layer, subject }
    }

    /// All marks in painting order.
    pub fn marks(&self) -> impl DoubleEndedIterator<Item = &Mark> {
        self.layers.iter().flatten()
    }

    /// The marks of one layer in painting order.
    #[must_use]
    pub fn layer(&self, layer: Layer) -> &[Mark] {
        &self.layers[layer as usize]
    }

    /// How many marks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.layers.iter().map(Vec::len).sum()
    }

    /// Whether there is no mark.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All that can be seen: from the origin to width and height.
    #[must_use]
    pub fn view(&self) -> Rect {
        Rect::new(0.0, 0.0, self.width, self.height)
    }

    /// The smallest rectangle around all that is painted; `None` without a visible mark.
    #[must_use]
    pub fn bounds(&self) -> Option<Rect> {
        self.marks().filter(|mark| mark.style.is_visible()).map(Mark::bounds).reduce(Rect::union)
    }
}

/// Adds marks about one subject on one layer of a scene; every method returns the pen, so that they chain.
#[derive(Debug)]
pub struct Pen<'scene> {
    marks: &'scene mut Vec<Mark>,
    layer: Layer,
    subject: Subject,
}

impl Pen<'_> {
    /// Goes on about another subject.
    pub fn about(&mut self, subject: Subject) -> &mut Self {
        self.subject = subject;
        self
    }

    /// Adds any shape.
    pub fn shape(&mut self, shape: Shape, style: Style) -> &mut Self {
        self.marks.push(Mark { shape, style, subject: self.subject, layer: self.layer });
        self
    }

    /// A disc or a ring.
    pub fn circle(&mut self, center: Point, radius: f64, style: Style) -> &mut Self {
        self.shape(Shape::Circle { center, radius }, style)
    }

    /// A square on a corner; `radius` from its middle to a corner.
    pub fn diamond(&mut self, center: Point, radius: f64, style: Style) -> &mut Self {
        self.shape(Shape::Diamond { center, radius }, style)
    }

    /// Part of a ring, from turn `start` on for `sweep` turns, both clockwise, 0 at 12 o'clock.
    pub fn arc(&mut self, center: Point, radius: f64, start: f64, sweep: f64, style: Style) -> &mut Self {
        self.shape(Shape::Arc { center, radius, start, sweep }, style)
    }

    /// A rectangle with round corners of radius `corner`.
    pub fn rect(&mut self, rect: Rect, corner: f64, style: Style) -> &mut Self {
        self.shape(Shape::Rect { rect, corner }, style)
    }

    /// A straight line.
    pub fn line(&mut self, from: Point, to: Point, style: Style) -> &mut Self {
        self.shape(Shape::Line { from, to }, style)
    }

    /// The head of an arrow that comes from `from` and ends at `tip`; sizes in pixels.
    pub fn head(&mut self, from: Point, tip: Point, length: f32, width: f32, style: Style) -> &mut Self {
        self.shape(Shape::Head { tip, direction: from.direction(tip), length, width }, style)
    }

    /// Lines and curves.
    pub fn path(&mut self, segments: Vec<Segment>, style: Style) -> &mut Self {
        self.shape(Shape::Path(segments), style)
    }

    /// Straight lines from point to point, and back to the first if `closed`.
    pub fn polyline(&mut self, points: &[Point], closed: bool, style: Style) -> &mut Self {
        let mut segments = Vec::with_capacity(points.len() + 1);
        for (index, point) in points.iter().enumerate() {
            segments.push(if index == 0 { Segment::Move(*point) } else { Segment::Line(*point) });
        }
        if closed && !segments.is_empty() {
            segments.push(Segment::Close);
        }
        self.path(segments, style)
    }

    /// A text whose baseline runs through `at`.
    pub fn text(
        &mut self,
        at: Point,
        content: impl Into<Cow<'static, str>>,
        lettering: Lettering,
        style: Style,
    ) -> &mut Self {
        self.shape(Shape::Text(Text { at, content: content.into(), lettering }), style)
    }

    /// A pictogram of `size` pixels around `at`; its lines take the stroke, closed parts the fill.
    pub fn glyph(&mut self, icon: Icon, at: Point, size: f64, style: Style) -> &mut Self {
        self.shape(Shape::Glyph { icon, at, size }, style)
    }

    /// The dot of a message of kind `kind`: kinds 1 to 4 are discs, 5 to 8 diamonds, and replies are `hollow`.
    pub fn dot(&mut self, at: Point, kind: u8, hollow: bool) -> &mut Self {
        let ink = Ink::Kind(kind);
        let style = if hollow { Style::fill(Ink::Sheet).with_stroke(ink, 2.0) } else { Style::fill(ink) };
        match (Ink::kind_is_diamond(kind), hollow) {
            (true, _) => self.diamond(at, 7.0, style),
            (false, true) => self.circle(at, 5.5, style),
            (false, false) => self.circle(at, 6.0, style),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_come_by_layer_and_then_by_age() {
        let mut scene = Scene::new(100.0, 100.0, "");
        let style = Style::fill(Ink::Ink);
        for (layer, node) in [(Layer::Nodes, 1), (Layer::Links, 2), (Layer::Nodes, 3), (Layer::Messages, 4)] {
            scene.pen(layer, Subject::Node(node)).circle(Point::default(), 1.0, style);
        }
        let order: Vec<_> = scene.marks().map(|mark| mark.subject).collect();
        assert_eq!(order, [2, 4, 1, 3].map(Subject::Node));
        assert_eq!(scene.layer(Layer::Nodes).len(), 2);
        assert_eq!(scene.len(), 4);
        let lengths = scene.lengths();
        scene.pen(Layer::Nodes, Subject::Node(9)).circle(Point::default(), 1.0, style);
        scene.cut_back(lengths);
        assert!(scene.len() == 4 && scene.marks().all(|mark| mark.subject != Subject::Node(9)));
        scene.clear();
        assert!(scene.is_empty() && scene.bounds().is_none());
    }

    #[test]
    fn layers_are_indexed_in_painting_order() {
        for (index, layer) in Layer::ALL.into_iter().enumerate() {
            assert_eq!(layer as usize, index);
        }
    }

    #[test]
    fn dots_differ_in_shape_by_kind() {
        let mut scene = Scene::new(100.0, 100.0, "");
        let at = Point::new(50.0, 50.0);
        scene.pen(Layer::Messages, Subject::Message(1)).dot(at, 2, false).dot(at, 2, true).dot(at, 6, false);
        let marks = scene.layer(Layer::Messages);
        assert!(matches!(marks[0].shape, Shape::Circle { radius: 6.0, .. }));
        assert!(marks[1].style.stroke == Some(Ink::Kind(2)));
        assert!(matches!(marks[2].shape, Shape::Diamond { .. }));
    }

    #[test]
    fn a_polyline_is_closed_on_demand() {
        let mut scene = Scene::new(100.0, 100.0, "");
        let points = [Point::default(), Point::new(1.0, 0.0), Point::new(0.0, 1.0)];
        scene
            .pen(Layer::Links, Subject::None)
            .polyline(&points, true, Style::default())
            .polyline(&points, false, Style::default())
            .polyline(&[], true, Style::default());
        let lengths: Vec<_> = scene
            .marks()
            .map(|mark| if let Shape::Path(segments) = &mark.shape { segments.len() } else { 99 })
            .collect();
        assert_eq!(lengths, [4, 3, 0]);
    }
}
