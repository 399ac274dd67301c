//! How far marks reach, and how far a point is from one: what hit tests and checks stand on.

use crate::icon::ICON_BOX;
use crate::{ArcSweep, Mark, Point, Rect, Segment, Shape, Style, arc_sweep};

impl Mark {
    /// The smallest upright rectangle around what is painted, half the stroke included, halos apart.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        shape_bounds(&self.shape).grown(self.half_stroke())
    }

    /// Distance in pixels from `point` to what is painted; 0 inside.
    #[must_use]
    pub fn distance(&self, point: Point) -> f64 {
        (shape_distance(&self.shape, &self.style, point) - self.half_stroke()).max(0.0)
    }

    /// How far the stroke reaches beyond the shape; texts are not stroked.
    fn half_stroke(&self) -> f64 {
        match self.shape {
            Shape::Text(_) => 0.0,
            _ => self.style.stroke_width() / 2.0,
        }
    }
}

/// The rectangle around the bare shape, without its stroke.
fn shape_bounds(shape: &Shape) -> Rect {
    match shape {
        Shape::Circle { center, radius } | Shape::Diamond { center, radius } => {
            Rect::around(*center, 2.0 * radius, 2.0 * radius)
        }
        Shape::Arc { center, radius, start, sweep } => arc_bounds(*center, *radius, *start, *sweep),
        Shape::Rect { rect, .. } => *rect,
        Shape::Line { from, to } => Rect::from_corners(*from, *to),
        Shape::Head { tip, direction, length, width } => {
            bounds_of(&Shape::head_corners(*tip, *direction, *length, *width))
        }
        Shape::Path(segments) => path_bounds(segments),
        Shape::Text(text) => text.bounds(),
        Shape::Glyph { at, size, .. } => glyph_box(*at, *size),
    }
}

/// The rectangle around an arc: its ends, and every quarter that it passes.
fn arc_bounds(center: Point, radius: f64, start: f64, sweep: f64) -> Rect {
    let sweep = match arc_sweep(sweep) {
        ArcSweep::Nothing => return Rect::around(center, 0.0, 0.0),
        ArcSweep::Whole => return Rect::around(center, 2.0 * radius, 2.0 * radius),
        ArcSweep::Part(sweep) => sweep,
    };
    let mut bounds = Rect::from_corners(center.polar(radius, start), center.polar(radius, start + sweep));
    for quarter in 0..4 {
        let turn = f64::from(quarter) / 4.0;
        let behind = turn - start;
        if behind - behind.floor() <= sweep {
            let top = center.polar(radius, turn);
            bounds = bounds.union(Rect::from_corners(top, top));
        }
    }
    bounds
}

fn bounds_of(points: &[Point]) -> Rect {
    let boxes = points.iter().map(|point| Rect::from_corners(*point, *point));
    boxes.reduce(Rect::union).unwrap_or_default()
}

fn path_bounds(segments: &[Segment]) -> Rect {
    let mut bounds: Option<Rect> = None;
    flatten(segments, |from, to| {
        let edge = Rect::from_corners(from, to);
        bounds = Some(bounds.map_or(edge, |bounds| bounds.union(edge)));
    });
    bounds.unwrap_or_default()
}

/// What a pictogram takes: its outlines leave the corners of the full box free.
fn glyph_box(at: Point, size: f64) -> Rect {
    const DRAWN: f64 = 13.0;
    Rect::around(at, size * DRAWN / ICON_BOX, size * DRAWN / ICON_BOX)
}

/// Distance to the bare shape, without its stroke; 0 inside a solid one.
fn shape_distance(shape: &Shape, style: &Style, point: Point) -> f64 {
    let solid = style.is_solid();
    match shape {
        Shape::Circle { center, radius } => {
            let outside = point.distance(*center) - radius;
            if solid { outside.max(0.0) } else { outside.abs() }
        }
        Shape::Diamond { center, radius } => {
            polygon_distance(&Shape::diamond_corners(*center, *radius), solid, point)
        }
        Shape::Arc { center, radius, start, sweep } => arc_distance(*center, *radius, *start, *sweep, point),
        Shape::Rect { rect, .. } => polygon_distance(&rect.corners(), solid, point),
        Shape::Line { from, to } => edge_distance(*from, *to, point),
        Shape::Head { tip, direction, length, width } => {
            polygon_distance(&Shape::head_corners(*tip, *direction, *length, *width), true, point)
        }
        Shape::Path(segments) => path_distance(segments, solid, point),
        Shape::Text(text) => polygon_distance(&text.bounds().corners(), true, point),
        Shape::Glyph { at, size, .. } => polygon_distance(&glyph_box(*at, *size).corners(), true, point),
    }
}

fn arc_distance(center: Point, radius: f64, start: f64, sweep: f64, point: Point) -> f64 {
    let to_edge = (point.distance(center) - radius).abs();
    match arc_sweep(sweep) {
        ArcSweep::Nothing => f64::INFINITY,
        ArcSweep::Whole => to_edge,
        ArcSweep::Part(sweep) => {
            let behind = center.turn_to(point) - start;
            if behind - behind.floor() <= sweep {
                to_edge
            } else {
                let ends = [center.polar(radius, start), center.polar(radius, start + sweep)];
                point.distance(ends[0]).min(point.distance(ends[1]))
            }
        }
    }
}

fn polygon_distance(corners: &[Point], solid: bool, point: Point) -> f64 {
    let mut nearest = Nearest::to(point);
    let after = corners.iter().skip(1).chain(corners.first());
    for (from, to) in corners.iter().zip(after) {
        nearest.edge(*from, *to);
    }
    nearest.distance(solid)
}

/// An open path that is filled is closed by its fill, and so by the hit test.
fn path_distance(segments: &[Segment], solid: bool, point: Point) -> f64 {
    let mut nearest = Nearest::to(point);
    let (mut start, mut last) = (None, None);
    flatten(segments, |from, to| {
        if last != Some(from) {
            nearest.closing(last, start);
            start = Some(from);
        }
        last = Some(to);
        nearest.edge(from, to);
    });
    nearest.closing(last, start);
    nearest.distance(solid)
}

/// The nearest edge of an outline so far, and how often the outline winds around the point.
struct Nearest {
    point: Point,
    edge_distance: f64,
    winding: i32,
}

impl Nearest {
    fn to(point: Point) -> Self {
        Self { point, edge_distance: f64::INFINITY, winding: 0 }
    }

    fn edge(&mut self, from: Point, to: Point) {
        self.edge_distance = self.edge_distance.min(edge_distance(from, to, self.point));
        self.winding += crossing(from, to, self.point);
    }

    /// The line from the end of an outline to its start: it bounds the inside and is not painted itself.
    fn closing(&mut self, end: Option<Point>, start: Option<Point>) {
        if let (Some(end), Some(start)) = (end, start) {
            self.winding += crossing(end, start, self.point);
        }
    }

    fn distance(&self, solid: bool) -> f64 {
        if solid && self.winding != 0 { 0.0 } else { self.edge_distance }
    }
}

/// Whether the edge crosses the ray to the right of `point`: 1 downwards, -1 upwards, 0 not.
fn crossing(from: Point, to: Point, point: Point) -> i32 {
    let side = (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x);
    if from.y <= point.y && to.y > point.y && side > 0.0 {
        1
    } else if from.y > point.y && to.y <= point.y && side < 0.0 {
        -1
    } else {
        0
    }
}

fn edge_distance(from: Point, to: Point, point: Point) -> f64 {
    let (way, reach) = (to - from, point - from);
    let square = way.x * way.x + way.y * way.y;
    let share = if square > 0.0 { (reach.x * way.x + reach.y * way.y) / square } else { 0.0 };
    point.distance(from.between(to, share.clamp(0.0, 1.0)))
}

/// Gives every edge of a path to `edge`, curves as eight straight pieces.
fn flatten(segments: &[Segment], mut edge: impl FnMut(Point, Point)) {
    let (mut start, mut at) = (Point::default(), Point::default());
    for segment in segments {
        match *segment {
            Segment::Move(to) => (start, at) = (to, to),
            Segment::Line(to) => {
                edge(at, to);
                at = to;
            }
            Segment::Cubic(first, second, to) => {
                let begin = at;
                for step in 1..=8 {
                    let next = on_curve([begin, first, second, to], f64::from(step) / 8.0);
                    edge(at, next);
                    at = next;
                }
            }
            Segment::Close => {
                edge(at, start);
                at = start;
            }
        }
    }
}

/// The point of a cubic curve at `share` of its parameter (De Casteljau).
fn on_curve([a, b, c, d]: [Point; 4], share: f64) -> Point {
    let (ab, bc, cd) = (a.between(b, share), b.between(c, share), c.between(d, share));
    ab.between(bc, share).between(bc.between(cd, share), share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ink, Layer, Subject};

    fn mark(shape: Shape, style: Style) -> Mark {
        Mark { shape, style, subject: Subject::None, layer: Layer::Nodes }
    }

    fn check_distance(shape: Shape, style: Style, point: (f64, f64), expected: f64) {
        let found = mark(shape.clone(), style).distance(Point::new(point.0, point.1));
        assert!((found - expected).abs() < 1e-9, "{shape:?} at {point:?}: {found}, not {expected}");
    }

    #[test]
    fn a_disc_is_full_and_a_ring_is_not() {
        let circle = Shape::Circle { center: Point::new(0.0, 0.0), radius: 10.0 };
        check_distance(circle.clone(), Style::fill(Ink::Ink), (3.0, 0.0), 0.0);
        check_distance(circle.clone(), Style::fill(Ink::Ink), (0.0, 15.0), 5.0);
        check_distance(circle.clone(), Style::stroke(Ink::Ink, 2.0), (3.0, 0.0), 6.0);
        check_distance(circle, Style::stroke(Ink::Ink, 2.0), (10.5, 0.0), 0.0);
    }

    #[test]
    fn an_arc_is_near_only_where_it_is() {
        let arc = Shape::Arc { center: Point::default(), radius: 10.0, start: 0.0, sweep: 0.25 };
        let style = Style::stroke(Ink::Ink, 0.0);
        let half = 0.5_f64.sqrt() * 12.0;
        check_distance(arc.clone(), style, (half, -half), 2.0);
        check_distance(arc.clone(), style, (-10.0, 0.0), 200.0_f64.sqrt());
        let bounds = mark(arc, style).bounds();
        assert_eq!(bounds, Rect::new(0.0, -10.0, 10.0, 10.0));
    }

    #[test]
    fn an_arc_over_two_quarters_reaches_both() {
        let arc = Shape::Arc { center: Point::default(), radius: 10.0, start: 0.9, sweep: 0.5 };
        let bounds = mark(arc, Style::stroke(Ink::Ink, 2.0)).bounds();
        assert!((bounds.y - -11.0).abs() < 1e-9 && (bounds.right() - 11.0).abs() < 1e-9);
        assert!(bounds.bottom() < 10.0);
    }

    #[test]
    fn a_filled_path_has_an_inside_even_if_it_is_open() {
        let corner = |x, y| Point::new(x, y);
        let open = Shape::Path(vec![
            Segment::Move(corner(0.0, 0.0)),
            Segment::Line(corner(10.0, 0.0)),
            Segment::Line(corner(10.0, 10.0)),
            Segment::Line(corner(0.0, 10.0)),
        ]);
        check_distance(open.clone(), Style::fill(Ink::Ink), (2.0, 5.0), 0.0);
        check_distance(open.clone(), Style::stroke(Ink::Ink, 0.0), (2.0, 5.0), 5.0);
        check_distance(open.clone(), Style::fill(Ink::Ink), (13.0, 14.0), 5.0);
        assert_eq!(mark(open, Style::fill(Ink::Ink)).bounds(), Rect::new(0.0, 0.0, 10.0, 10.0));
    }

    #[test]
    fn a_curve_is_bounded_by_itself_and_not_by_its_controls() {
        let path = Shape::Path(vec![
            Segment::Move(Point::new(0.0, 0.0)),
            Segment::Cubic(Point::new(0.0, 40.0), Point::new(10.0, 40.0), Point::new(10.0, 0.0)),
        ]);
        let bounds = mark(path, Style::fill(Ink::Ink)).bounds();
        assert_eq!((bounds.height, bounds.width), (30.0, 10.0));
    }

    #[test]
    fn lines_and_diamonds_measure_to_their_edges() {
        let line = Shape::Line { from: Point::default(), to: Point::new(10.0, 0.0) };
        check_distance(line.clone(), Style::stroke(Ink::Ink, 2.0), (5.0, 5.0), 4.0);
        check_distance(line, Style::stroke(Ink::Ink, 0.0), (13.0, 4.0), 5.0);
        let diamond = Shape::Diamond { center: Point::default(), radius: 7.0 };
        check_distance(diamond.clone(), Style::fill(Ink::Ink), (3.0, 3.0), 0.0);
        check_distance(diamond, Style::fill(Ink::Ink), (0.0, 10.0), 3.0);
    }

    #[test]
    fn nothing_painted_is_not_near() {
        let arc = Shape::Arc { center: Point::default(), radius: 10.0, start: 0.0, sweep: 0.0 };
        assert_eq!(mark(arc, Style::stroke(Ink::Ink, 2.0)).distance(Point::new(0.0, -10.0)), f64::INFINITY);
        assert_eq!(
            mark(Shape::Path(vec![]), Style::fill(Ink::Ink)).distance(Point::default()),
            f64::INFINITY
        );
    }
}
