//! Cuts: one dashed line across the stage where a line can part the groups, else a bar on each link that is cut.

use faultscope_scene::{Ink, Layer, Lettering, Point, Rect, Style, Subject, unit_of_turn};
use faultscope_sim::{Cut, World};

use super::{Class, Stage};
use crate::words::Text;

/// A cut on the stage: the line that parts its groups, if one does.
pub(super) struct CutLine {
    /// A point of it, and its direction.
    line: Option<(Point, Point)>,
    cut: Cut,
}

impl CutLine {
    /// How far along the way from `start` to `end` the cut is met, as a share of the way; a half where no line is.
    pub(super) fn crossing(&self, start: Point, end: Point) -> f64 {
        let Some((on, along)) = self.line else { return 0.5 };
        let normal = along.quarter_turned();
        let dot = |a: Point, b: Point| a.x * b.x + a.y * b.y;
        let way = dot(end - start, normal);
        if way.abs() < 1e-9 { 0.5 } else { (dot(on - start, normal) / way).clamp(0.05, 0.95) }
    }

    /// Whether it stops messages from one node to another.
    pub(super) fn stops(&self, from: faultscope_protocol::NodeId, to: faultscope_protocol::NodeId) -> bool {
        self.cut.stops(from, to)
    }
}

pub(super) fn draw(stage: &mut Stage<'_>, world: &World) -> Vec<CutLine> {
    let lines: Vec<CutLine> =
        world.cuts().iter().map(|cut| CutLine { line: parting_line(stage, cut), cut: cut.clone() }).collect();
    for line in &lines {
        match line.line {
            Some((on, along)) => draw_line(stage, &line.cut, on, along),
            None => draw_bars(stage, &line.cut),
        }
    }
    lines
}

/// The straight line that parts the two groups, if one does: with a wide gap, and through few labels.
fn parting_line(stage: &Stage<'_>, cut: &Cut) -> Option<(Point, Point)> {
    let centers = |ids: &[faultscope_protocol::NodeId]| -> Vec<Point> {
        ids.iter().filter_map(|&id| stage.place(id)).map(|place| place.center).collect()
    };
    let (left, right) = (centers(&cut.from), centers(&cut.to));
    if left.is_empty() || right.is_empty() {
        return None;
    }
    let mut best: Option<(f64, Point, Point)> = None;
    for step in 0..72 {
        let normal = unit_of_turn(f64::from(step) / 72.0);
        let project = |point: &Point| point.x * normal.x + point.y * normal.y;
        let near = left.iter().map(project).fold(f64::NEG_INFINITY, f64::max);
        let far = right.iter().map(project).fold(f64::INFINITY, f64::min);
        if far - near < 4.0 {
            continue;
        }
        let (on, along) = line_at(stage.middle, normal, f64::midpoint(near, far));
        let worth = far - near - CROSSING_COST * crossed(stage, on, along) as f64;
        if best.is_none_or(|(known, ..)| worth > known) {
            best = Some((worth, on, along));
        }
    }
    best.map(|(_, on, along)| (on, along))
}

/// How much narrower a gap may be for a line that crosses one label less, in pixels.
const CROSSING_COST: f64 = 60.0;

/// The line with this normal and offset: its point next to the middle, and its direction.
fn line_at(middle: Point, normal: Point, offset: f64) -> (Point, Point) {
    let shift = offset - (middle.x * normal.x + middle.y * normal.y);
    (middle + normal * shift, normal.quarter_turned())
}

/// How many places of discs, strips and words a line runs through.
fn crossed(stage: &Stage<'_>, on: Point, along: Point) -> usize {
    let normal = along.quarter_turned();
    let side = |corner: Point| (corner - on).x * normal.x + (corner - on).y * normal.y;
    let is_crossed = |rect: &&Rect| {
        let sides = rect.corners().map(side);
        sides.iter().any(|&side| side > 0.0) && sides.iter().any(|&side| side < 0.0)
    };
    stage.taken.iter().filter(is_crossed).count()
}

fn draw_line(stage: &mut Stage<'_>, cut: &Cut, on: Point, along: Point) {
    let margin = if stage.frame.class == Class::Miniature { 8.0 } else { 22.0 };
    let (mut from, mut to) = clip(on, along, stage.frame.width, stage.frame.height, margin);
    if from.y > to.y {
        (from, to) = (to, from);
    }
    let normal = along.quarter_turned();
    let mut pen = stage.scene.pen(Layer::Cuts, Subject::Cut(cut.id));
    pen.line(from, to, Style::stroke(Ink::Danger, 2.0).dashed(8.0, 6.0));
    for end in [from, to] {
        pen.line(end + normal * 6.0, end - normal * 6.0, Style::stroke(Ink::Danger, 2.0));
    }
    if stage.frame.class == Class::Miniature {
        return;
    }
    let since = super::messages::milliseconds(cut.since_us);
    let text = if cut.one_way {
        Text::new("one-way cut since {since}", "单向切断，始于 {since}")
    } else {
        Text::new("cut since {since}", "切断，始于 {since}")
    };
    let content = text.fill(stage.frame.lang, &[("since", &since)]);
    let lettering = Lettering::sans(12.0).bold().middle();
    let half = lettering.width_of(&content) / 2.0 + 4.0;
    let x = from.x.clamp(half, (stage.frame.width - half).max(half));
    let spots = [
        Point::new(x, from.y - 8.0),
        Point::new((x + half + 12.0).min(stage.frame.width - half), from.y + 14.0),
        Point::new((x - half - 12.0).max(half), from.y + 14.0),
        Point::new(to.x.clamp(half, (stage.frame.width - half).max(half)), to.y + 16.0),
    ];
    stage.label_at_one_of(&spots, &content, lettering, Ink::Danger, Subject::Cut(cut.id));
}

/// The part of a line that lies within the stage.
fn clip(on: Point, along: Point, width: f64, height: f64, margin: f64) -> (Point, Point) {
    let (mut first, mut last) = (f64::NEG_INFINITY, f64::INFINITY);
    for (start, way, end) in [(on.x, along.x, width), (on.y, along.y, height)] {
        if way.abs() > 1e-9 {
            let (a, b) = ((margin - start) / way, (end - margin - start) / way);
            first = first.max(a.min(b));
            last = last.min(a.max(b));
        }
    }
    (on + along * first.min(last), on + along * last.max(first))
}

fn draw_bars(stage: &mut Stage<'_>, cut: &Cut) {
    for &from in &cut.from {
        for &to in &cut.to {
            let (Some(start), Some(end)) = (stage.place(from), stage.place(to)) else { continue };
            let middle = start.center.between(end.center, 0.5);
            let normal = start.center.direction(end.center).quarter_turned();
            let mut pen = stage.scene.pen(Layer::Cuts, Subject::Cut(cut.id));
            pen.line(
                middle + normal * 8.0,
                middle - normal * 8.0,
                Style::stroke(Ink::Danger, 2.0).dashed(4.0, 3.0),
            );
        }
    }
}
