//! Points, rectangles and directions: the plane on which every mark lies.
//!
//! Directions use arithmetic alone, never `sin`, `cos` or `atan2` of the standard library, whose last bits differ
//! between native code and WebAssembly: one scene is the same scene everywhere.

use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::ops::{Add, Mul, Sub};

/// A place, or the way from one place to another, in pixels; y grows downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Pixels from the left edge.
    pub x: f64,
    /// Pixels from the top edge.
    pub y: f64,
}

impl Point {
    /// The place at (`x`, `y`).
    #[must_use]
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// Distance in pixels between two places.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        (other - self).length()
    }

    /// Length of the way from the origin.
    #[must_use]
    pub fn length(self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    /// The place `distance` pixels from here in the direction of `target`; here itself where the two coincide.
    #[must_use]
    pub fn towards(self, target: Self, distance: f64) -> Self {
        self + self.direction(target) * distance
    }

    /// The place that lies at `share` of the way to `target`: 0 is here, 1 is there.
    #[must_use]
    pub fn between(self, target: Self, share: f64) -> Self {
        self + (target - self) * share
    }

    /// The way of length 1 that points to `target`; zero where the two coincide.
    #[must_use]
    pub fn direction(self, target: Self) -> Self {
        let way = target - self;
        let length = way.length();
        if length > 0.0 { way * (1.0 / length) } else { Self::default() }
    }

    /// The same way turned a quarter clockwise.
    #[must_use]
    pub fn quarter_turned(self) -> Self {
        Self::new(-self.y, self.x)
    }

    /// The place `radius` pixels from here at `turn`, in turns clockwise from 12 o'clock.
    #[must_use]
    pub fn polar(self, radius: f64, turn: f64) -> Self {
        self + unit_of_turn(turn) * radius
    }

    /// The turn, from 0 up to 1, at which `target` is seen from here; 0 where the two coincide.
    #[must_use]
    pub fn turn_to(self, target: Self) -> f64 {
        turn_of_unit(self.direction(target))
    }
}

impl Add for Point {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::new(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f64> for Point {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self::new(self.x * factor, self.y * factor)
    }
}

/// The way of length 1 at `turn`: 0 points up, 0.25 to the right. Exact at whole quarters.
#[must_use]
pub fn unit_of_turn(turn: f64) -> Point {
    let quarters = (turn - turn.floor()) * 4.0;
    let quarter = quarters.floor();
    let (sine, cosine) = sine_and_cosine_of_quarter(quarters - quarter);
    match quarter as u8 {
        0 | 4 => Point::new(sine, -cosine),
        1 => Point::new(cosine, sine),
        2 => Point::new(-sine, cosine),
        _ => Point::new(-cosine, -sine),
    }
}

/// Sine and cosine of `share` (0 to 1) of a quarter turn.
fn sine_and_cosine_of_quarter(share: f64) -> (f64, f64) {
    if share > 0.5 {
        let (sine, cosine) = sine_and_cosine((1.0 - share) * FRAC_PI_2);
        (cosine, sine)
    } else {
        sine_and_cosine(share * FRAC_PI_2)
    }
}

/// The power series up to the eighth term: exact to the last bits for 0 to a quarter of pi.
fn sine_and_cosine(angle: f64) -> (f64, f64) {
    let square = angle * angle;
    let (mut sine, mut cosine) = (0.0, 0.0);
    let (mut sine_term, mut cosine_term) = (angle, 1.0);
    for pair in 1..=9_i32 {
        sine += sine_term;
        cosine += cosine_term;
        let even = f64::from(2 * pair);
        cosine_term *= -square / (even * (even - 1.0));
        sine_term *= -square / (even * (even + 1.0));
    }
    (sine, cosine)
}

/// The turn of a way of length 1: a guess within 0.004 radians, then two Newton steps.
fn turn_of_unit(way: Point) -> f64 {
    if way == Point::default() {
        return 0.0;
    }
    let mut turn = guess_turn(way);
    for _ in 0..2 {
        let tried = unit_of_turn(turn);
        turn += (tried.x * way.y - tried.y * way.x) / TAU;
    }
    let whole = turn - turn.floor();
    if whole < 1.0 { whole } else { 0.0 }
}

/// The turn of `way` by a rational approximation of the arc tangent in its octant.
fn guess_turn(way: Point) -> f64 {
    let (right, up) = (way.x.abs(), -way.y);
    let (short, long) = if right < up.abs() { (right, up.abs()) } else { (up.abs(), right) };
    let ratio = short / long;
    let octant = ratio * (PI / 4.0 + 0.273 * (1.0 - ratio)) / TAU;
    let from_axis = if right < up.abs() { octant } else { 0.25 - octant };
    let clockwise = if up >= 0.0 { from_axis } else { 0.5 - from_axis };
    if way.x >= 0.0 { clockwise } else { 1.0 - clockwise }
}

/// An upright rectangle in pixels; width and height are not negative.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
}

impl Rect {
    /// The rectangle whose top left corner is (`x`, `y`).
    #[must_use]
    pub const fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self { x, y, width, height }
    }

    /// The rectangle of this size around `center`.
    #[must_use]
    pub fn around(center: Point, width: f64, height: f64) -> Self {
        Self::new(center.x - width / 2.0, center.y - height / 2.0, width, height)
    }

    /// The smallest rectangle that holds both corners.
    #[must_use]
    pub fn from_corners(one: Point, other: Point) -> Self {
        let (x, y) = (one.x.min(other.x), one.y.min(other.y));
        Self::new(x, y, one.x.max(other.x) - x, one.y.max(other.y) - y)
    }

    /// Right edge.
    #[must_use]
    pub fn right(self) -> f64 {
        self.x + self.width
    }

    /// Bottom edge.
    #[must_use]
    pub fn bottom(self) -> f64 {
        self.y + self.height
    }

    /// The middle.
    #[must_use]
    pub fn center(self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The four corners, clockwise from the top left.
    #[must_use]
    pub fn corners(self) -> [Point; 4] {
        [
            Point::new(self.x, self.y),
            Point::new(self.right(), self.y),
            Point::new(self.right(), self.bottom()),
            Point::new(self.x, self.bottom()),
        ]
    }

    /// Whether `point` lies in it or on its edge.
    #[must_use]
    pub fn contains(self, point: Point) -> bool {
        self.x <= point.x && point.x <= self.right() && self.y <= point.y && point.y <= self.bottom()
    }

    /// Whether all of `other` lies in it.
    #[must_use]
    pub fn contains_rect(self, other: Self) -> bool {
        self.x <= other.x
            && other.right() <= self.right()
            && self.y <= other.y
            && other.bottom() <= self.bottom()
    }

    /// The rectangle moved outwards by `by` pixels on every side; never smaller than nothing.
    #[must_use]
    pub fn grown(self, by: f64) -> Self {
        Self::around(self.center(), (self.width + 2.0 * by).max(0.0), (self.height + 2.0 * by).max(0.0))
    }

    /// The rectangle moved by `way`.
    #[must_use]
    pub fn moved(self, way: Point) -> Self {
        Self { x: self.x + way.x, y: self.y + way.y, ..self }
    }

    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self::new(x, y, self.right().max(other.right()) - x, self.bottom().max(other.bottom()) - y)
    }

    /// What both have in common; `None` where they only touch or lie apart.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (x, y) = (self.x.max(other.x), self.y.max(other.y));
        let (width, height) = (self.right().min(other.right()) - x, self.bottom().min(other.bottom()) - y);
        (width > 0.0 && height > 0.0).then_some(Self { x, y, width, height })
    }

    /// Whether the two share more than an edge.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.intersection(other).is_some()
    }

    /// Width times height.
    #[must_use]
    pub fn area(self) -> f64 {
        self.width * self.height
    }
}

/// One piece of a path. A path starts with a `Move`; `Close` returns to the last one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Segment {
    /// Lifts the pen to a place.
    Move(Point),
    /// A straight line to a place.
    Line(Point),
    /// A cubic Bézier curve: two control points and the end.
    Cubic(Point, Point, Point),
    /// A straight line back to the last `Move`.
    Close,
}

impl Segment {
    /// The segment scaled about the origin, then moved by `offset`.
    #[must_use]
    pub fn placed(self, scale: f64, offset: Point) -> Self {
        let place = |point: Point| point * scale + offset;
        match self {
            Self::Move(to) => Self::Move(place(to)),
            Self::Line(to) => Self::Line(place(to)),
            Self::Cubic(first, second, to) => Self::Cubic(place(first), place(second), place(to)),
            Self::Close => Self::Close,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-12
    }

    #[test]
    fn quarters_are_exact() {
        let ways = [(0.0, 0.0, -1.0), (0.25, 1.0, 0.0), (0.5, 0.0, 1.0), (0.75, -1.0, 0.0), (1.0, 0.0, -1.0)];
        for (turn, x, y) in ways {
            let unit = unit_of_turn(turn);
            assert_eq!((unit.x, unit.y), (x, y), "at {turn}");
        }
    }

    #[test]
    fn units_agree_with_the_standard_library() {
        for step in -500..1500 {
            let turn = f64::from(step) / 700.0;
            let unit = unit_of_turn(turn);
            assert!(close(unit.x, (turn * TAU).sin()) && close(unit.y, -(turn * TAU).cos()), "at {turn}");
        }
    }

    #[test]
    fn a_turn_is_found_again() {
        let center = Point::new(7.0, -3.0);
        for step in 0..2000 {
            let turn = f64::from(step) / 2000.0;
            let found = center.turn_to(center.polar(46.0, turn));
            let apart = (found - turn).abs();
            assert!(apart.min(1.0 - apart) < 1e-12, "{turn} came back as {found}");
            assert!((0.0..1.0).contains(&found));
        }
        assert_eq!(center.turn_to(center), 0.0);
    }

    #[test]
    fn towards_keeps_the_distance_and_the_origin() {
        let (from, to) = (Point::new(1.0, 2.0), Point::new(4.0, 6.0));
        assert!(close(from.towards(to, 2.5).distance(from), 2.5));
        assert_eq!(from.towards(from, 2.5), from);
        assert_eq!(from.between(to, 0.5), Point::new(2.5, 4.0));
    }

    #[test]
    fn rectangles_meet_only_when_they_share_area() {
        let one = Rect::new(0.0, 0.0, 10.0, 10.0);
        assert!(!one.intersects(Rect::new(10.0, 0.0, 5.0, 5.0)));
        assert_eq!(
            one.intersection(Rect::new(8.0, 8.0, 5.0, 5.0)).map(Rect::area),
            Some(4.0),
            "a corner of two by two"
        );
        assert_eq!(one.union(Rect::new(20.0, 5.0, 1.0, 20.0)), Rect::new(0.0, 0.0, 21.0, 25.0));
    }
}
