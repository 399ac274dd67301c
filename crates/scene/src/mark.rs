//! Marks: a shape, how it is inked, what it is about, and the layer it lies on.

use std::fmt;

use crate::{Icon, Ink, Point, Rect, Segment, Text};

/// What a mark is about, so that a tap on it means something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Nothing that can be picked.
    #[default]
    None,
    /// A node.
    Node(u16),
    /// A message by its number in the run.
    Message(u64),
    /// The link between two nodes.
    Link(u16, u16),
    /// A cut through the network.
    Cut(u32),
    /// A part of a node, such as one entry of its log.
    Part {
        /// The node.
        node: u16,
        /// Which part of it, as the lab counts them.
        part: u16,
    },
    /// A key of a store or a ring.
    Key(u32),
}

impl fmt::Display for Subject {
    /// Words that fit an attribute and a selector: `node-3`, `message-17`, `link-1-2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Node(node) => write!(f, "node-{node}"),
            Self::Message(message) => write!(f, "message-{message}"),
            Self::Link(from, to) => write!(f, "link-{from}-{to}"),
            Self::Cut(cut) => write!(f, "cut-{cut}"),
            Self::Part { node, part } => write!(f, "part-{node}-{part}"),
            Self::Key(key) => write!(f, "key-{key}"),
        }
    }
}

/// The painting order, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Lines between nodes, and whatever lies on the ground.
    Links,
    /// Cuts.
    Cuts,
    /// Messages in flight.
    Messages,
    /// Nodes with their rings, arcs and badges.
    Nodes,
    /// Logs, queues, shards and panels.
    Strips,
    /// Words that must not be covered.
    Labels,
    /// What marks the selection.
    Selection,
}

impl Layer {
    /// Every layer, lowest first.
    pub const ALL: [Self; 7] =
        [Self::Links, Self::Cuts, Self::Messages, Self::Nodes, Self::Strips, Self::Labels, Self::Selection];
}

/// The form of a mark.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A disc, or a ring if it is only stroked.
    Circle {
        /// Its middle.
        center: Point,
        /// Radius in pixels.
        radius: f64,
    },
    /// A square that stands on a corner.
    Diamond {
        /// Its middle.
        center: Point,
        /// From the middle to a corner, in pixels.
        radius: f64,
    },
    /// Part of a circle's edge, stroked; see [`arc_sweep`] for what of it is drawn.
    Arc {
        /// The middle of the circle.
        center: Point,
        /// Radius in pixels.
        radius: f64,
        /// Where it starts, in turns clockwise from 12 o'clock.
        start: f64,
        /// How far it goes clockwise, in turns.
        sweep: f64,
    },
    /// A rectangle.
    Rect {
        /// Where it lies.
        rect: Rect,
        /// Radius of its corners in pixels.
        corner: f64,
    },
    /// A straight line.
    Line {
        /// One end.
        from: Point,
        /// The other end.
        to: Point,
    },
    /// The head of an arrow: a triangle.
    Head {
        /// Its tip.
        tip: Point,
        /// Where it points; a way of length 1.
        direction: Point,
        /// From tip to base, in pixels.
        length: f32,
        /// Width of the base, in pixels.
        width: f32,
    },
    /// Lines and curves.
    Path(Vec<Segment>),
    /// A text.
    Text(Text),
    /// A pictogram.
    Glyph {
        /// Which one.
        icon: Icon,
        /// Its middle.
        at: Point,
        /// Width and height of its box in pixels; 16 is its drawn size.
        size: f64,
    },
}

impl Shape {
    /// The corners of a diamond, clockwise from the top.
    #[must_use]
    pub fn diamond_corners(center: Point, radius: f64) -> [Point; 4] {
        [
            Point::new(center.x, center.y - radius),
            Point::new(center.x + radius, center.y),
            Point::new(center.x, center.y + radius),
            Point::new(center.x - radius, center.y),
        ]
    }

    /// The corners of an arrow head: tip, then the two ends of its base.
    #[must_use]
    pub fn head_corners(tip: Point, direction: Point, length: f32, width: f32) -> [Point; 3] {
        let base = tip - direction * f64::from(length);
        let half = direction.quarter_turned() * (f64::from(width) / 2.0);
        [tip, base + half, base - half]
    }
}

/// How much of an arc is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ArcSweep {
    /// Nothing: no sweep, or none that is a number.
    Nothing,
    /// This many turns, at least half a degree and less than a whole circle.
    Part(f64),
    /// The whole circle, which no arc command can draw.
    Whole,
}

/// The floor under an arc: half a degree. Less would round to equal ends, which painters drop or take for a circle.
const ARC_FLOOR: f64 = 0.5 / 360.0;

/// What a painter draws of an arc of `sweep` turns: the same on every painter.
#[must_use]
pub fn arc_sweep(sweep: f64) -> ArcSweep {
    if sweep.is_nan() || sweep <= 0.0 {
        ArcSweep::Nothing
    } else if sweep > 1.0 - ARC_FLOOR {
        ArcSweep::Whole
    } else {
        ArcSweep::Part(sweep.max(ARC_FLOOR))
    }
}

/// Width in pixels of the halo around a text.
pub const HALO_WIDTH: f64 = 4.0;
/// Distance in pixels between the lines of a hatch, which run at 45 degrees.
pub const HATCH_PITCH: f64 = 6.0;
/// Width in pixels of the lines of a hatch.
pub const HATCH_WIDTH: f64 = 1.5;

/// How a mark is inked. Painted in this order: fill, hatch, stroke; for a text: halo, fill.
///
/// A mark with neither fill, hatch nor stroke paints nothing, and is hit as if it were filled: a target for a finger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Ink of the inside, or of the letters.
    pub fill: Option<Ink>,
    /// Ink of the edge.
    pub stroke: Option<Ink>,
    /// Ink around the letters of a text, [`HALO_WIDTH`] wide.
    pub halo: Option<Ink>,
    /// Width of the stroke in pixels.
    pub width: f32,
    /// From 0 (not seen) to 1.
    pub opacity: f32,
    /// Lengths in pixels of a dash and of the gap behind it.
    pub dash: Option<(f32, f32)>,
    /// Whether lines in [`Ink::Hatch`] lie over the fill.
    pub hatch: bool,
    /// Whether strokes and dashes end round; a dash of length 1 is then a dot.
    pub round: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            fill: None,
            stroke: None,
            halo: None,
            width: 1.0,
            opacity: 1.0,
            dash: None,
            hatch: false,
            round: false,
        }
    }
}

impl Style {
    /// A fill without an edge.
    #[must_use]
    pub fn fill(ink: Ink) -> Self {
        Self { fill: Some(ink), ..Self::default() }
    }

    /// An edge of `width` pixels without a fill.
    #[must_use]
    pub fn stroke(ink: Ink, width: f32) -> Self {
        Self { stroke: Some(ink), width, ..Self::default() }
    }

    /// The hatch of what is down.
    #[must_use]
    pub fn down() -> Self {
        Self { hatch: true, ..Self::fill(Ink::NodeDown) }.with_stroke(Ink::Hatch, 1.5)
    }

    /// The same with a fill.
    #[must_use]
    pub fn with_fill(self, ink: Ink) -> Self {
        Self { fill: Some(ink), ..self }
    }

    /// The same with an edge of `width` pixels.
    #[must_use]
    pub fn with_stroke(self, ink: Ink, width: f32) -> Self {
        Self { stroke: Some(ink), width, ..self }
    }

    /// The same with a halo around the letters.
    #[must_use]
    pub fn with_halo(self, ink: Ink) -> Self {
        Self { halo: Some(ink), ..self }
    }

    /// The same with dashes of `on` pixels and gaps of `off`: tentative, or not durable.
    #[must_use]
    pub fn dashed(self, on: f32, off: f32) -> Self {
        Self { dash: Some((on, off)), ..self }
    }

    /// The same with round ends.
    #[must_use]
    pub fn rounded(self) -> Self {
        Self { round: true, ..self }
    }

    /// The same, seen to `opacity` (0 to 1) of what it was.
    #[must_use]
    pub fn faded(self, opacity: f32) -> Self {
        Self { opacity: self.opacity * opacity, ..self }
    }

    /// The same with a hatch over the fill.
    #[must_use]
    pub fn hatched(self) -> Self {
        Self { hatch: true, ..self }
    }

    /// Whether it paints anything at all.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        self.opacity > 0.0 && (self.fill.is_some() || self.hatch || self.stroke_width() > 0.0)
    }

    /// Width in pixels of the edge that is painted; 0 without one.
    #[must_use]
    pub fn stroke_width(&self) -> f64 {
        if self.stroke.is_some() { f64::from(self.width).max(0.0) } else { 0.0 }
    }

    /// Whether a tap inside the edge is a hit.
    pub(crate) fn is_solid(&self) -> bool {
        self.fill.is_some() || self.hatch || self.stroke.is_none()
    }
}

/// One thing that is painted.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its form and place.
    pub shape: Shape,
    /// How it is inked.
    pub style: Style,
    /// What it is about.
    pub subject: Subject,
    /// Where it lies in the painting order.
    pub layer: Layer,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_stays_small() {
        // Thousands of marks are built for every frame: none may grow unnoticed.
        let bytes = size_of::<Mark>();
        assert!(bytes <= 160, "a mark has grown to {bytes} bytes");
    }

    #[test]
    fn an_arc_has_a_floor_and_a_ceiling() {
        assert_eq!(arc_sweep(0.0), ArcSweep::Nothing);
        assert_eq!(arc_sweep(-0.2), ArcSweep::Nothing);
        assert_eq!(arc_sweep(f64::NAN), ArcSweep::Nothing);
        assert_eq!(arc_sweep(1e-9), ArcSweep::Part(0.5 / 360.0));
        assert_eq!(arc_sweep(0.3), ArcSweep::Part(0.3));
        assert_eq!(arc_sweep(0.9999), ArcSweep::Whole);
        assert_eq!(arc_sweep(7.0), ArcSweep::Whole);
    }

    #[test]
    fn subjects_are_told_apart_by_their_words() {
        let subjects = [
            Subject::Node(3),
            Subject::Message(3),
            Subject::Link(1, 2),
            Subject::Cut(3),
            Subject::Part { node: 1, part: 2 },
            Subject::Key(3),
        ];
        let words: std::collections::BTreeSet<_> = subjects.iter().map(Subject::to_string).collect();
        assert_eq!(words.len(), subjects.len());
        assert!(words.contains("part-1-2"));
    }

    #[test]
    fn a_style_without_ink_is_a_target_and_not_seen() {
        assert!(!Style::default().is_visible() && Style::default().is_solid());
        assert!(Style::stroke(Ink::Ink, 1.0).is_visible() && !Style::stroke(Ink::Ink, 1.0).is_solid());
        assert!(!Style::fill(Ink::Ink).faded(0.0).is_visible());
    }

    #[test]
    fn a_head_points_where_it_is_told() {
        let corners = Shape::head_corners(Point::new(10.0, 0.0), Point::new(1.0, 0.0), 10.0, 8.0);
        assert_eq!(corners, [Point::new(10.0, 0.0), Point::new(0.0, 4.0), Point::new(0.0, -4.0)]);
    }
}
