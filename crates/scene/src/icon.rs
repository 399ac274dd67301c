//! The few fixed pictograms that stand on a stage, as outlines in a box of 16 around their middle.

use crate::{Point, Segment};

/// A pictogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A lock is held: 9 by 12 at size 16.
    Lock,
    /// A disk, or a record forced to it.
    Cylinder,
    /// The two bars of a paused process.
    Pause,
    /// A clock that does not tell the common time.
    Clock,
    /// Lost, dead or broken.
    Cross,
    /// Held.
    Tick,
    /// A note.
    Star,
    /// A slow processor: an hourglass.
    Processor,
}

/// How one part of a pictogram takes its inks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconPaint {
    /// Only stroked.
    Stroke,
    /// Filled with the fill, if there is one, then stroked.
    FillAndStroke,
    /// Filled with the ink of the stroke.
    Solid,
}

/// One part of a pictogram. Strokes have round ends.
#[derive(Clone, Copy, Debug)]
pub struct IconPart {
    /// How it takes its inks.
    pub paint: IconPaint,
    /// Its outline, in a box of 16 around the origin; see [`Segment::placed`].
    pub outline: &'static [Segment],
}

/// Width and height of the box in which outlines are given.
pub(crate) const ICON_BOX: f64 = 16.0;

impl Icon {
    /// Every pictogram.
    pub const ALL: [Self; 8] = [
        Self::Lock,
        Self::Cylinder,
        Self::Pause,
        Self::Clock,
        Self::Cross,
        Self::Tick,
        Self::Star,
        Self::Processor,
    ];

    /// Its parts in painting order.
    #[must_use]
    pub fn parts(self) -> &'static [IconPart] {
        match self {
            Self::Lock => LOCK,
            Self::Cylinder => CYLINDER,
            Self::Pause => PAUSE,
            Self::Clock => CLOCK,
            Self::Cross => CROSS,
            Self::Tick => TICK,
            Self::Star => STAR,
            Self::Processor => PROCESSOR,
        }
    }

    /// The segments of one part at `size` pixels around `at`.
    pub fn placed(part: &IconPart, at: Point, size: f64) -> impl Iterator<Item = Segment> {
        part.outline.iter().map(move |segment| segment.placed(size / ICON_BOX, at))
    }
}

const fn go(x: f64, y: f64) -> Segment {
    Segment::Move(Point::new(x, y))
}

const fn line(x: f64, y: f64) -> Segment {
    Segment::Line(Point::new(x, y))
}

const fn curve(x1: f64, y1: f64, x2: f64, y2: f64, x: f64, y: f64) -> Segment {
    Segment::Cubic(Point::new(x1, y1), Point::new(x2, y2), Point::new(x, y))
}

const fn stroke(outline: &'static [Segment]) -> IconPart {
    IconPart { paint: IconPaint::Stroke, outline }
}

const fn solid(outline: &'static [Segment]) -> IconPart {
    IconPart { paint: IconPaint::Solid, outline }
}

const fn body(outline: &'static [Segment]) -> IconPart {
    IconPart { paint: IconPaint::FillAndStroke, outline }
}

static LOCK: &[IconPart] = &[
    stroke(&[
        go(-2.8, -1.0),
        line(-2.8, -3.0),
        curve(-2.8, -4.55, -1.55, -5.8, 0.0, -5.8),
        curve(1.55, -5.8, 2.8, -4.55, 2.8, -3.0),
        line(2.8, -1.0),
    ]),
    solid(&[go(-4.5, -1.0), line(4.5, -1.0), line(4.5, 6.0), line(-4.5, 6.0), Segment::Close]),
];

static CYLINDER: &[IconPart] = &[
    body(&[
        go(-5.0, -4.0),
        line(-5.0, 4.0),
        curve(-5.0, 5.4, -2.8, 6.5, 0.0, 6.5),
        curve(2.8, 6.5, 5.0, 5.4, 5.0, 4.0),
        line(5.0, -4.0),
    ]),
    body(&[
        go(-5.0, -4.0),
        curve(-5.0, -5.22, -2.76, -6.2, 0.0, -6.2),
        curve(2.76, -6.2, 5.0, -5.22, 5.0, -4.0),
        curve(5.0, -2.78, 2.76, -1.8, 0.0, -1.8),
        curve(-2.76, -1.8, -5.0, -2.78, -5.0, -4.0),
        Segment::Close,
    ]),
];

static PAUSE: &[IconPart] = &[stroke(&[go(-2.5, -4.0), line(-2.5, 4.0), go(2.5, -4.0), line(2.5, 4.0)])];

static CLOCK: &[IconPart] = &[
    body(&[
        go(0.0, -4.0),
        curve(2.76, -4.0, 5.0, -1.76, 5.0, 1.0),
        curve(5.0, 3.76, 2.76, 6.0, 0.0, 6.0),
        curve(-2.76, 6.0, -5.0, 3.76, -5.0, 1.0),
        curve(-5.0, -1.76, -2.76, -4.0, 0.0, -4.0),
        Segment::Close,
    ]),
    stroke(&[go(0.0, -1.5), line(0.0, 1.0), line(2.0, 1.0), go(-2.0, -6.5), line(2.0, -6.5)]),
];

static CROSS: &[IconPart] = &[stroke(&[go(-3.2, -3.2), line(3.2, 3.2), go(3.2, -3.2), line(-3.2, 3.2)])];

static TICK: &[IconPart] = &[stroke(&[go(-4.0, 0.5), line(-1.2, 3.3), line(4.2, -3.3)])];

static STAR: &[IconPart] = &[solid(&[
    go(0.0, -6.0),
    line(1.5, -2.1),
    line(5.7, -1.9),
    line(2.4, 0.8),
    line(3.5, 4.9),
    line(0.0, 2.6),
    line(-3.5, 4.9),
    line(-2.4, 0.8),
    line(-5.7, -1.9),
    line(-1.5, -2.1),
    Segment::Close,
])];

static PROCESSOR: &[IconPart] = &[
    stroke(&[go(-4.5, -6.0), line(4.5, -6.0), go(-4.5, 6.0), line(4.5, 6.0)]),
    stroke(&[go(-3.2, -6.0), line(3.2, 6.0), go(3.2, -6.0), line(-3.2, 6.0)]),
    solid(&[go(0.0, 1.2), line(2.6, 6.0), line(-2.6, 6.0), Segment::Close]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outline_starts_with_a_move_and_stays_in_its_box() {
        for icon in Icon::ALL {
            for part in icon.parts() {
                assert!(matches!(part.outline.first(), Some(Segment::Move(_))), "{icon:?}");
                for segment in part.outline {
                    let (Segment::Move(end) | Segment::Line(end) | Segment::Cubic(_, _, end)) = segment
                    else {
                        continue;
                    };
                    assert!(end.x.abs() <= ICON_BOX / 2.0 && end.y.abs() <= ICON_BOX / 2.0, "{icon:?}");
                }
            }
        }
    }

    #[test]
    fn a_placed_outline_is_scaled_and_moved() {
        let placed: Vec<_> = Icon::placed(&CROSS[0], Point::new(10.0, 20.0), 40.0).collect();
        assert_eq!(placed[0], Segment::Move(Point::new(2.0, 12.0)));
        assert_eq!(placed.len(), CROSS[0].outline.len());
    }
}
