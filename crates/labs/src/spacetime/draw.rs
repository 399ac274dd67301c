//! The diagram as marks: axis, lanes, cuts, messages, signs, needle; in this order.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::{Set, sort_by_key};
use faultscope_scene::{Icon, Ink, Layer, Lettering, Point, Rect, Scene, Style, Subject};
use faultscope_sim::{Cut, Status};

use super::arrange::LaneRow;
use super::cone::Cone;
use super::gather::{Chart, Effect, Fault, Lane, Mark, MarkKind, Stretch, Way};
use super::labels::Labels;
use super::{Frame, Window, grouped, milliseconds, ways, x_within};
use crate::lab::Lab;
use crate::session::Session;
use crate::stage::Edge;
use crate::words::{Lang, Text};

/// Where names of lanes stand, and where lanes begin, in pixels from the left.
const NAMES: f64 = 16.0;
pub(super) const LEFT: f64 = 56.0;
/// Room right of the lanes, in pixels.
pub(super) const RIGHT: f64 = 16.0;
/// Height of a row of the legend, and of the row of faults, in pixels.
const ROW: f64 = 20.0;
/// Height of the axis under the lanes, in pixels.
const AXIS: f64 = 32.0;
/// From so many lanes on they lie closer.
const MANY: usize = 8;

/// The plane of a diagram while it is drawn.
pub(super) struct Plane<'a> {
    pub(super) scene: Scene,
    pub(super) window: Window,
    /// Up to when the run was gathered, in microseconds.
    pub(super) until_us: u64,
    pub(super) lab: &'static Lab,
    pub(super) rows: &'a [Placed],
    pub(super) cuts: &'a [(Cut, Option<u64>)],
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
}

/// A lane at its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Whose lane it is.
    pub row: LaneRow,
    /// Its upper edge, in pixels from the first lane's.
    pub top: f64,
    /// Its height, in pixels.
    pub height: f64,
}

impl Placed {
    /// Its middle, in pixels from the first lane's upper edge.
    pub fn middle(&self) -> f64 {
        self.top + self.height / 2.0
    }
}

/// Height of a thin lane, in pixels.
pub const THIN: f64 = 10.0;

/// Lays lanes out from top to bottom, each `pitch` pixels high, or [`THIN`] where it is thin.
pub fn placed(rows: Vec<LaneRow>, pitch: f64) -> Vec<Placed> {
    let mut top = 0.0;
    let place = |row: LaneRow| {
        let height = if row.is_thin { THIN.min(pitch) } else { pitch };
        let placed = Placed { row, top, height };
        top += height;
        placed
    };
    rows.into_iter().map(place).collect()
}

/// How high the lanes are together, in pixels.
pub fn height_of(rows: &[Placed]) -> f64 {
    rows.last().map_or(0.0, |last| last.top + last.height)
}

impl Plane<'_> {
    /// Where a virtual time lies, in pixels from the left; outside of the area where it is outside of the window.
    pub(super) fn x(&self, at_us: u64) -> f64 {
        x_within(self.window, (self.left, self.right), at_us)
    }

    /// A node's lane.
    pub(super) fn row(&self, id: NodeId) -> Option<&Placed> {
        self.rows.iter().find(|placed| placed.row.nodes.contains(&id))
    }

    /// The middle of a node's lane, in pixels from the top.
    pub(super) fn lane_y(&self, id: NodeId) -> Option<f64> {
        Some(self.top + self.row(id)?.middle())
    }

    /// The room of the lanes.
    pub(super) fn area(&self) -> Rect {
        Rect::new(self.left, self.top, self.right - self.left, height_of(self.rows))
    }

    /// The colour of a message.
    pub(super) fn kind_of(&self, way: &Way) -> u8 {
        self.lab.kind(way.body.name()).map_or(7, |kind| kind.ink)
    }

    /// Where a cut runs between two lanes, in pixels from the top.
    pub(super) fn cut_y(&self, cut: u32, (from, to): (f64, f64)) -> Option<f64> {
        let (cut, _) = self.cuts.iter().find(|(known, _)| known.id == cut)?;
        let (low, high) = (from.min(to), from.max(to));
        self.cut_lines(cut).into_iter().find(|&y| low < y && y < high)
    }

    /// The borders between neighbouring lanes that a cut parts.
    fn cut_lines(&self, cut: &Cut) -> Vec<f64> {
        let parts = |upper: &Placed, lower: &Placed| {
            let (Some(&one), Some(&other)) = (upper.row.nodes.last(), lower.row.nodes.first()) else {
                return false;
            };
            cut.stops(one, other) || cut.stops(other, one)
        };
        let borders = self.rows.windows(2).filter(|pair| parts(&pair[0], &pair[1]));
        borders.map(|pair| self.top + pair[1].top).collect()
    }
}

pub(super) fn scene(session: &Session, chart: &Chart, cone: Option<&Cone>, frame: &Frame) -> Scene {
    let width = frame.width.max(LEFT + RIGHT + 80.0);
    let kinds = kinds(session.lab(), chart);
    let legend = Legend::of(&kinds, width);
    let pitch = if chart.lanes.len() < MANY { 24.0 } else { 15.0 };
    let top = 8.0 + ROW * legend.rows as f64 + ROW;
    let rows = chart.lanes.iter().map(|lane| LaneRow { nodes: vec![lane.node], is_thin: false }).collect();
    let rows = placed(rows, pitch);
    let height = top + height_of(&rows) + AXIS;
    let mut plane = Plane {
        scene: Scene::new(width, height, title(session, chart, frame)),
        window: chart.window,
        until_us: chart.window.until_us,
        lab: session.lab(),
        rows: &rows,
        cuts: &chart.cuts,
        left: LEFT,
        right: width - RIGHT,
        top,
    };
    let mut labels = Labels::new(plane.scene.view());
    legend.draw(&mut plane, &mut labels);
    draw_axis(&mut plane, &mut labels);
    name_lanes(&mut plane, &mut labels);
    let focus = frame.cone_of.zip(cone);
    if let Some((step, cone)) = focus {
        wash(&mut plane, session, cone, step);
    }
    for lane in &chart.lanes {
        draw_lane(&mut plane, lane);
    }
    draw_cuts(&mut plane, chart);
    draw_faults(&mut plane, &mut labels, &chart.faults);
    ways::draw(&mut plane, &mut labels, &chart.ways, |way| {
        focus.map_or(1.0, |focus| ways::opacity(way, focus))
    });
    draw_marks(&mut plane, &mut labels, &chart.marks);
    for lane in &chart.lanes {
        label_epochs(&mut plane, &mut labels, lane);
    }
    if let Some(needle_us) = frame.needle_us {
        draw_needle(&mut plane, needle_us);
    }
    plane.scene
}

fn title(session: &Session, chart: &Chart, frame: &Frame) -> String {
    title_of(session, chart.window, frame.lang)
}

/// What a diagram of a window is called.
pub(super) fn title_of(session: &Session, window: Window, lang: Lang) -> String {
    Text::new(
        "{lab}, {variant}: space-time diagram from {from} to {until}",
        "{lab}，{variant}：{from} 到 {until} 的时空图",
    )
    .fill(
        lang,
        &[
            ("lab", session.lab().title.get(lang)),
            ("variant", session.variant().about().id),
            ("from", &milliseconds(window.from_us)),
            ("until", &milliseconds(window.until_us)),
        ],
    )
}

/// The time of a step that was played; the end of all time for one that was not.
pub(super) fn time_of(session: &Session, step: u64) -> u64 {
    let place = (step as usize).checked_sub(1);
    place.and_then(|place| session.run().index().get(place)).map_or(u64::MAX, |entry| entry.at_us)
}

/// The names of the messages in the window with their colours, in the lab's order.
fn kinds(lab: &'static Lab, chart: &Chart) -> Vec<(&'static str, u8, bool)> {
    let seen: Set<(&str, bool)> =
        chart.ways.iter().map(|way| (way.body.name(), way.body.is_reply())).collect();
    let known = lab.kinds.iter().flat_map(|kind| [(kind.name, kind.ink, false), (kind.name, kind.ink, true)]);
    known.filter(|&(name, _, is_reply)| seen.contains(&(name, is_reply))).collect()
}

/// The kinds of messages, each with its line, over the lanes.
struct Legend {
    /// Each with its place: x in pixels, row from 0.
    entries: Vec<(&'static str, u8, bool, f64, usize)>,
    rows: usize,
}

impl Legend {
    const LINE: f64 = 22.0;
    const LETTERING: Lettering = Lettering::sans(11.0);

    fn of(kinds: &[(&'static str, u8, bool)], width: f64) -> Self {
        let (mut x, mut row) = (LEFT, 0);
        let mut entries = Vec::new();
        for &(name, ink, is_reply) in kinds {
            let room = Self::LINE + 6.0 + Self::LETTERING.width_of(name) + 18.0;
            if x > LEFT && x + room - 18.0 > width - RIGHT {
                (x, row) = (LEFT, row + 1);
            }
            entries.push((name, ink, is_reply, x, row));
            x += room;
        }
        let rows = if entries.is_empty() { 0 } else { row + 1 };
        Self { entries, rows }
    }

    fn draw(&self, plane: &mut Plane<'_>, labels: &mut Labels) {
        for &(name, ink, is_reply, x, row) in &self.entries {
            let y = 8.0 + ROW * row as f64 + ROW / 2.0;
            let (start, end) = (Point::new(x, y - 0.5), Point::new(x + Self::LINE, y - 0.5));
            let line = Style::stroke(Ink::Kind(ink), 1.25);
            let line = if is_reply { line.dashed(4.0, 2.5) } else { line };
            let mut pen = plane.scene.pen(Layer::Strips, Subject::None);
            pen.line(start, end, line).head(start, end, 7.0, 5.6, Style::fill(Ink::Kind(ink)));
            let at = Point::new(end.x + 6.0, y + 3.5);
            labels.write(&mut plane.scene, &[at], name, Self::LETTERING, Ink::InkSoft, Subject::None);
        }
    }
}

/// Ticks under the lanes, at round times, and how they are measured.
pub(super) fn draw_axis(plane: &mut Plane<'_>, labels: &mut Labels) {
    let area = plane.area();
    let base = area.bottom() + 4.0;
    let lettering = Lettering::sans(11.0).middle();
    if area.x > NAMES {
        let unit = Point::new(NAMES, base + 16.0);
        labels.write(&mut plane.scene, &[unit], "ms", Lettering::sans(11.0), Ink::Quiet, Subject::None);
    }
    let spacing_us = spacing(plane.window, area.width);
    let first = plane.window.from_us.div_ceil(spacing_us);
    for number in first..=plane.window.until_us / spacing_us {
        let at_us = number * spacing_us;
        let x = plane.x(at_us);
        plane.scene.pen(Layer::Links, Subject::None).line(
            Point::new(x, base),
            Point::new(x, base + 4.0),
            Style::stroke(Ink::Rule, 1.0),
        );
        let words = tick_words(at_us, spacing_us);
        let at = Point::new(x, base + 16.0);
        labels.write(&mut plane.scene, &[at], &words, lettering, Ink::Quiet, Subject::None);
    }
}

/// The time between two ticks: 1, 2 or 5 of a power of ten, so that labels stand at least 70 pixels apart.
fn spacing(window: Window, width: f64) -> u64 {
    let length_us = window.until_us - window.from_us;
    let least_us = (length_us as f64 * 70.0 / width.max(1.0)) as u64;
    let mut unit_us = 1;
    loop {
        for times in [1, 2, 5] {
            if unit_us * times >= least_us {
                return unit_us * times;
            }
        }
        if unit_us > u64::MAX / 100 {
            return unit_us;
        }
        unit_us *= 10;
    }
}

/// A time in milliseconds, with as many decimals as the spacing of the ticks asks for.
fn tick_words(at_us: u64, spacing_us: u64) -> String {
    let decimals = match spacing_us {
        1000.. => 0,
        100.. => 1,
        10.. => 2,
        _ => 3,
    };
    let part = format!("{:03}", at_us % 1000);
    let dot = if decimals == 0 { "" } else { "." };
    format!("{}{dot}{}", grouped(at_us / 1000), &part[..decimals])
}

/// The washes over each lane: up to the last step there that can have caused the chosen one, and a fainter one from
/// the first that it can have caused.
pub(super) fn wash(plane: &mut Plane<'_>, session: &Session, cone: &Cone, step: u64) {
    let area = plane.area();
    let entries = session.run().index();
    let node_of = |step: u64| entries.get(step as usize - 1).and_then(faultscope_sim::IndexEntry::node);
    for placed in plane.rows {
        let is_here = |step: &&u64| node_of(**step).is_some_and(|node| placed.row.nodes.contains(&node));
        let last = cone.past.iter().chain([&step]).filter(is_here).max().copied();
        let first = cone.future.iter().filter(is_here).min().copied();
        let mut pen = plane.scene.pen(Layer::Links, Subject::None);
        let mut cover = |from: f64, until: f64, ink: Ink| {
            let rect = Rect::new(from, area.y + placed.top, until - from, placed.height);
            if rect.width > 0.0 {
                pen.rect(rect, 0.0, Style::fill(ink));
            }
        };
        let x = |step: u64| x_within(plane.window, (plane.left, plane.right), time_of(session, step));
        if let Some(last) = last {
            cover(area.x, x(last).min(area.right()), Ink::WashStrong);
        }
        if let Some(first) = first {
            cover(x(first).max(area.x), area.right(), Ink::Wash);
        }
    }
}

/// The names of the lanes, left of them.
fn name_lanes(plane: &mut Plane<'_>, labels: &mut Labels) {
    for placed in plane.rows {
        let subject = placed.row.nodes.first().map_or(Subject::None, |node| Subject::Node(node.code()));
        let at = Point::new(NAMES, plane.top + placed.middle() + 4.0);
        let lettering = Lettering::sans(12.0).bold();
        labels.write(&mut plane.scene, &[at], &placed.row.name(), lettering, Ink::Ink, subject);
    }
}

/// A lane's thread with its stretches; where many nodes share it, the thread alone.
pub(super) fn draw_lane(plane: &mut Plane<'_>, lane: &Lane) {
    let Some(placed) = plane.row(lane.node).cloned() else { return };
    let y = plane.top + placed.middle();
    let area = plane.area();
    plane.scene.pen(Layer::Links, Subject::Node(lane.node.code())).line(
        Point::new(area.x, y),
        Point::new(area.right(), y),
        Style::stroke(Ink::Hair, 1.0),
    );
    if placed.row.nodes.len() == 1 {
        for stretch in &lane.stretches {
            draw_stretch(plane, lane.node, stretch, &placed);
        }
    }
}

/// Height of a band: what leads is thick, what is down is hatched.
fn thickness(stretch: &Stretch, height: f64) -> f64 {
    let thickness: f64 = match (stretch.status, stretch.edge) {
        (Status::Down, _) if height >= 17.0 => 10.0,
        (Status::Down, _) | (_, Edge::Thick) => 7.0,
        _ => 3.0,
    };
    thickness.min(height / 2.0)
}

fn draw_stretch(plane: &mut Plane<'_>, id: NodeId, stretch: &Stretch, placed: &Placed) {
    let area = plane.area();
    let y = plane.top + placed.middle();
    let (x, end) = (plane.x(stretch.from_us).max(area.x), plane.x(stretch.until_us).min(area.right()));
    if stretch.status == Status::Absent || end <= x {
        return;
    }
    let height = thickness(stretch, placed.height);
    let rect = Rect::new(x, y - height / 2.0, end - x, height);
    let width = if stretch.edge == Edge::Thick { 1.0 } else { 0.75 };
    let epoch = Style::fill(Ink::Epoch(stretch.epoch)).with_stroke(Ink::EpochInk(stretch.epoch), width);
    let style = match (stretch.status, stretch.edge) {
        (Status::Down, _) => Style { width: 1.0, ..Style::down() },
        (Status::Paused, _) => Style::fill(Ink::WarnWash).with_stroke(Ink::Warn, 1.0).dashed(2.0, 3.0),
        (_, Edge::Tentative) => epoch.dashed(4.0, 3.0),
        _ => epoch,
    };
    plane.scene.pen(Layer::Cuts, Subject::Node(id.code())).rect(rect, 0.0, style);
    if stretch.status == Status::Paused && end - x > 14.0 {
        let style = Style::fill(Ink::Sheet).with_stroke(Ink::Warn, 1.5);
        let mut pen = plane.scene.pen(Layer::Strips, Subject::Node(id.code()));
        pen.glyph(Icon::Pause, Point::new(x + 6.0, y), 11.0, style);
    }
}

/// The epoch in words above its band, where it begins.
pub(super) fn label_epochs(plane: &mut Plane<'_>, labels: &mut Labels, lane: &Lane) {
    let Some(placed) = plane.row(lane.node) else { return };
    if placed.height < 17.0 || placed.row.nodes.len() > 1 {
        return;
    }
    let y = plane.top + placed.middle();
    let area = plane.area();
    let lettering = Lettering::sans(11.0).bold();
    let mut known: Option<&str> = None;
    for stretch in lane.stretches.iter().filter(|stretch| stretch.status == Status::Up) {
        let words = stretch.epoch_words.as_str();
        let x = plane.x(stretch.from_us).max(area.x);
        let room = plane.x(stretch.until_us).min(area.right()) - x;
        if words.is_empty() || known == Some(words) || room < 8.0 {
            continue;
        }
        let up = y - if stretch.edge == Edge::Thick { 5.5 } else { 3.5 };
        let spots: Vec<Point> = [3.0, 10.0, 18.0].map(|aside| Point::new(x + aside, up)).to_vec();
        let subject = Subject::Node(lane.node.code());
        let ink = Ink::EpochInk(stretch.epoch);
        if labels.write(&mut plane.scene, &spots, words, lettering, ink, subject) {
            known = Some(words);
        }
    }
}

pub(super) fn draw_cuts(plane: &mut Plane<'_>, chart: &Chart) {
    let area = plane.area();
    let style = Style::stroke(Ink::Danger, 1.5);
    for (cut, until_us) in &chart.cuts {
        let start = plane.x(cut.since_us).max(area.x);
        let end = until_us.map_or(area.right(), |until_us| plane.x(until_us)).min(area.right());
        if end <= start {
            continue;
        }
        for y in plane.cut_lines(cut) {
            let mut pen = plane.scene.pen(Layer::Cuts, Subject::Cut(cut.id));
            pen.line(Point::new(start, y), Point::new(end, y), style.dashed(6.0, 4.0));
            if cut.since_us >= plane.window.from_us {
                pen.line(Point::new(start, y - 5.0), Point::new(start, y + 5.0), style);
            }
            if until_us.is_some_and(|until_us| until_us <= plane.window.until_us) {
                pen.line(Point::new(end, y - 5.0), Point::new(end, y + 5.0), style);
            }
        }
    }
}

/// What was done, over the lanes: a pointer at its time, and words where there is room.
pub(super) fn draw_faults(plane: &mut Plane<'_>, labels: &mut Labels, faults: &[Fault]) {
    let area = plane.area();
    let base = area.y - 1.0;
    let window = plane.window;
    let faults =
        || faults.iter().filter(move |fault| (window.from_us..=window.until_us).contains(&fault.at_us));
    for fault in faults() {
        let x = plane.x(fault.at_us);
        labels.take(Rect::around(Point::new(x, base - 4.0), 8.0, 8.0));
    }
    for fault in faults() {
        let ink = match fault.effect {
            Effect::Breaks => Ink::Danger,
            Effect::Mends => Ink::Ok,
            Effect::Changes => Ink::Warn,
        };
        let x = plane.x(fault.at_us);
        let subject = fault.node.map_or(Subject::None, |node| Subject::Node(node.code()));
        let tip = Point::new(x, base);
        let below = fault.node.and_then(|node| plane.lane_y(node)).unwrap_or(area.bottom());
        plane
            .scene
            .pen(Layer::Links, subject)
            .line(tip, Point::new(x, below), Style::stroke(ink, 1.0).dashed(1.0, 3.0))
            .head(Point::new(x, base - 8.0), tip, 7.0, 7.0, Style::fill(ink));
        let lettering = Lettering::sans(11.0);
        let width = lettering.width_of(&fault.words);
        let spots = [Point::new(x + 7.0, base - 1.5), Point::new(x - 7.0 - width, base - 1.5)];
        labels.write(&mut plane.scene, &spots, &fault.words, lettering, ink, subject);
    }
}

pub(super) fn draw_marks(plane: &mut Plane<'_>, labels: &mut Labels, marks: &[Mark]) {
    let window = plane.window;
    // The loudest last, so that it lies on top.
    let mut marks: Vec<&Mark> =
        marks.iter().filter(|mark| (window.from_us..=window.until_us).contains(&mark.at_us)).collect();
    sort_by_key(&mut marks, |mark| mark.kind);
    for mark in marks {
        let Some(y) = plane.lane_y(mark.node) else { continue };
        let at = Point::new(plane.x(mark.at_us), y);
        let subject = Subject::Node(mark.node.code());
        let mut pen = plane.scene.pen(Layer::Strips, subject);
        let size = match mark.kind {
            MarkKind::Step => {
                let style = Style::stroke(Ink::Quiet, 1.0);
                pen.line(Point::new(at.x, y - 3.5), Point::new(at.x, y + 3.5), style);
                continue;
            }
            MarkKind::Note => {
                pen.glyph(Icon::Star, at, 9.0, star(Ink::InkSoft));
                9.0
            }
            MarkKind::Decision => {
                pen.glyph(Icon::Star, at, 14.0, star(Ink::Ink));
                12.0
            }
            MarkKind::Crash => {
                ways::cross(plane, at, 4.0, 1.0, subject);
                10.0
            }
            MarkKind::Broken => {
                pen.circle(at, 6.5, Style::fill(Ink::Sheet).with_stroke(Ink::Danger, 1.5));
                ways::cross(plane, at, 2.8, 1.0, subject);
                14.0
            }
        };
        labels.take(Rect::around(at, size, size));
    }
}

/// A star with a rim of the ground around it, so that it stands out from bands and lines.
fn star(ink: Ink) -> Style {
    Style::fill(ink).with_stroke(ink, 0.75)
}

fn draw_needle(plane: &mut Plane<'_>, at_us: u64) {
    let area = plane.area();
    let x = plane.x(at_us);
    if x < area.x || x > area.right() {
        return;
    }
    let foot = Point::new(x, area.bottom() + 4.0);
    plane
        .scene
        .pen(Layer::Selection, Subject::None)
        .line(Point::new(x, area.y), foot, Style::stroke(Ink::Accent, 1.5))
        .head(Point::new(x, foot.y + 8.0), foot, 8.0, 10.0, Style::fill(Ink::Accent));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_stand_at_round_times() {
        let window = |from_us, until_us| Window { from_us, until_us };
        assert_eq!(spacing(window(0, 400_000), 1000.0), 50_000);
        assert_eq!(spacing(window(0, 1_000), 1000.0), 100);
        assert_eq!(spacing(window(0, 10), 1000.0), 1);
        assert!(spacing(window(0, u64::MAX), 100.0) > u64::MAX / 100);
        assert_eq!(tick_words(1_250_000, 50_000), "1,250");
        assert_eq!(tick_words(1_250, 50), "1.25");
        assert_eq!(tick_words(1_500, 100), "1.5");
    }
}
