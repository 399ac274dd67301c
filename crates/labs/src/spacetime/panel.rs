//! The diagram as a panel of the page: the lanes alone, from edge to edge, arranged as a person likes; a part of a
//! chart that was gathered for more, so that panning needs no replay; or, from afar, how dense the messages are.

use faultscope_scene::{Ink, Layer, Point, Rect, Scene, Style, Subject};

use super::cone::Cone;
use super::density::Density;
use super::draw::{self, Placed, Plane, height_of, time_of};
use super::gather::{Chart, Mark, MarkKind};
use super::labels::Labels;
use super::{Window, ways, x_within};
use crate::session::Session;
use crate::words::Lang;

/// Room over the lanes for what was done, and under them for the axis, in pixels.
const FAULTS: f64 = 16.0;
const AXIS: f64 = 24.0;
/// How much is seen of a message that is sent behind the needle.
const AHEAD: f32 = 0.45;

/// What a panel is drawn for.
#[derive(Clone, Copy, Debug)]
pub struct PanelFrame<'a> {
    /// What part of time it shows.
    pub window: Window,
    /// Width in CSS pixels, all of it lanes.
    pub width: f64,
    /// The lanes.
    pub rows: &'a [Placed],
    /// The language of labels.
    pub lang: Lang,
    /// The virtual time at the cursor: what comes later is fainter.
    pub now_us: u64,
    /// The step whose cone is washed.
    pub cone_of: Option<u64>,
}

impl PanelFrame<'_> {
    /// Height of the whole picture, in pixels.
    pub fn height(&self) -> f64 {
        FAULTS + height_of(self.rows) + AXIS
    }

    /// Where a virtual time lies, in pixels from the left.
    pub fn x(&self, at_us: u64) -> f64 {
        x_within(self.window, (0.0, self.width), at_us)
    }

    /// The virtual time at a place, in microseconds; beyond the edges too.
    pub fn time(&self, x: f64) -> u64 {
        let since_us = x / self.width.max(1.0) * self.window.length_us() as f64;
        (self.window.from_us as f64 + since_us).round().max(0.0) as u64
    }

    /// The lane at a place, if there is one.
    pub fn row_at(&self, y: f64) -> Option<&Placed> {
        let y = y - FAULTS;
        self.rows.iter().find(|placed| (placed.top..placed.top + placed.height).contains(&y))
    }

    /// Where the lanes begin, in pixels from the top.
    pub fn top(&self) -> f64 {
        FAULTS
    }
}

/// What a panel shows of its window.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// Single steps and messages, of a chart that holds the window, and the cone of a step.
    Single(&'a Chart, Option<&'a Cone>),
    /// How dense they are.
    Dense(&'a Density),
}

/// Draws a panel.
pub fn panel(session: &Session, content: Content<'_>, frame: &PanelFrame<'_>) -> Scene {
    let (until_us, cuts) = match content {
        Content::Single(chart, _) => (chart.window.until_us, &chart.cuts[..]),
        Content::Dense(density) => (density.window.until_us, &[][..]),
    };
    let title = draw::title_of(session, frame.window, frame.lang);
    let mut plane = Plane {
        scene: Scene::new(frame.width, frame.height(), title),
        window: frame.window,
        until_us,
        lab: session.lab(),
        rows: frame.rows,
        cuts,
        left: 0.0,
        right: frame.width,
        top: FAULTS,
    };
    let mut labels = Labels::new(plane.scene.view());
    draw::draw_axis(&mut plane, &mut labels);
    match content {
        Content::Single(chart, cone) => draw_single(&mut plane, &mut labels, session, chart, cone, frame),
        Content::Dense(density) => draw_dense(&mut plane, &mut labels, density),
    }
    cover_ahead(&mut plane, session.end_us());
    plane.scene
}

fn draw_single(
    plane: &mut Plane<'_>,
    labels: &mut Labels,
    session: &Session,
    chart: &Chart,
    cone: Option<&Cone>,
    frame: &PanelFrame<'_>,
) {
    let focus = frame.cone_of.zip(cone);
    if let Some((step, cone)) = focus {
        draw::wash(plane, session, cone, step);
    }
    for lane in &chart.lanes {
        draw::draw_lane(plane, lane);
    }
    draw::draw_cuts(plane, chart);
    draw::draw_faults(plane, labels, &chart.faults);
    let now_us = frame.now_us;
    ways::draw(plane, labels, &chart.ways, |way| match focus {
        Some(focus) => ways::opacity(way, focus),
        None if way.sent_us > now_us => AHEAD,
        None => 1.0,
    });
    // Where many nodes share a lane, or it is thin, only what nobody must miss has room.
    let has_room = |mark: &&Mark| {
        let is_loud = matches!(mark.kind, MarkKind::Crash | MarkKind::Broken);
        is_loud || plane.row(mark.node).is_some_and(|placed| !placed.row.is_thin)
    };
    let marks: Vec<Mark> = chart.marks.iter().filter(has_room).copied().collect();
    draw::draw_marks(plane, labels, &marks);
    for lane in &chart.lanes {
        draw::label_epochs(plane, labels, lane);
    }
    if let Some(step) = frame.cone_of {
        circle(plane, session, step);
    }
}

/// The step that is meant.
fn circle(plane: &mut Plane<'_>, session: &Session, step: u64) {
    let entry = (step as usize).checked_sub(1).and_then(|place| session.run().index().get(place));
    let Some(y) = entry.and_then(faultscope_sim::IndexEntry::node).and_then(|node| plane.lane_y(node)) else {
        return;
    };
    let style = Style::fill(Ink::Sheet).with_stroke(Ink::Accent, 2.5);
    let at = Point::new(plane.x(time_of(session, step)), y);
    plane.scene.pen(Layer::Selection, Subject::None).circle(at, 5.0, style);
}

fn draw_dense(plane: &mut Plane<'_>, labels: &mut Labels, density: &Density) {
    for lane in &density.lanes {
        draw::draw_lane(plane, lane);
    }
    for placed in plane.rows {
        let mut columns: Vec<f64> = Vec::new();
        for counts in placed.row.nodes.iter().filter_map(|node| density.columns.get(node)) {
            columns.resize(counts.len(), 0.0);
            for (sum, count) in columns.iter_mut().zip(counts) {
                *sum = f64::max(*sum, *count);
            }
        }
        draw_columns(plane, placed, &columns);
    }
    draw::draw_faults(plane, labels, &density.faults);
    for lane in &density.lanes {
        draw::label_epochs(plane, labels, lane);
    }
}

/// How many messages come to a lane, as bars over its middle.
fn draw_columns(plane: &mut Plane<'_>, placed: &Placed, columns: &[f64]) {
    let width = (plane.right - plane.left) / columns.len().max(1) as f64;
    let y = plane.top + placed.middle();
    let left = plane.left;
    let mut pen = plane.scene.pen(Layer::Links, Subject::None);
    for (place, share) in columns.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let height = 2.0 + share * (placed.height - 4.0).max(1.0);
        let rect = Rect::new(left + width * place as f64, y - height / 2.0, (width - 0.5).max(0.5), height);
        pen.rect(rect, 0.0, Style::fill(Ink::Rule));
    }
}

/// Nothing is known of what was not played yet.
fn cover_ahead(plane: &mut Plane<'_>, end_us: u64) {
    let area = plane.area();
    let x = plane.x(end_us).max(area.x);
    if x < area.right() - 0.5 {
        let rect = Rect::new(x, area.y, area.right() - x, area.height);
        let edge = Style::stroke(Ink::Rule, 1.0).dashed(2.0, 3.0);
        plane.scene.pen(Layer::Strips, Subject::None).rect(rect, 0.0, Style::fill(Ink::Paper)).line(
            Point::new(x, area.y),
            Point::new(x, area.bottom()),
            edge,
        );
    }
}

#[cfg(test)]
mod tests {
    use faultscope_protocol::NodeId;
    use faultscope_scene::Shape;

    use super::super::{Arrangement, chart, cone, density, natural_order, placed};
    use super::*;

    fn session() -> Session {
        let mut session = Session::open("raft:basic;r1;s7").unwrap();
        session.play_ahead(3_000_000, 100_000);
        session.seek_time(1_000_000);
        session
    }

    fn frame(rows: &[Placed], window: Window) -> PanelFrame<'_> {
        PanelFrame { window, width: 900.0, rows, lang: Lang::En, now_us: u64::MAX, cone_of: None }
    }

    #[test]
    fn a_part_of_a_chart_is_the_chart_of_the_part() {
        let session = session();
        let rows = placed(Arrangement::default().rows(&natural_order(&session)), 24.0);
        let window = Window { from_us: 900_000, until_us: 1_100_000 };
        let wide = chart(&session, Window { from_us: 700_000, until_us: 1_300_000 }, Lang::En).unwrap();
        let exact = chart(&session, window, Lang::En).unwrap();
        let frame = frame(&rows, window);
        let lines = |chart: &Chart| {
            let scene = panel(&session, Content::Single(chart, None), &frame);
            let lines =
                scene.layer(Layer::Messages).iter().filter(|mark| matches!(mark.shape, Shape::Line { .. }));
            lines.map(|mark| mark.subject).collect::<std::collections::BTreeSet<_>>()
        };
        let of_exact = lines(&exact);
        assert!(of_exact.len() > 5);
        assert_eq!(lines(&wide), of_exact);
    }

    #[test]
    fn places_and_times_come_back_and_lanes_are_found() {
        let session = session();
        let mut arrangement = Arrangement::default();
        arrangement.thin.insert(NodeId::server(2));
        let rows = placed(arrangement.rows(&natural_order(&session)), 24.0);
        let frame = frame(&rows, Window { from_us: 900_000, until_us: 1_100_000 });
        assert_eq!(frame.time(frame.x(1_000_000)), 1_000_000);
        assert_eq!(frame.time(-9_999_999.0), 0);
        assert!(frame.row_at(1.0).is_none() && frame.row_at(frame.height() - 1.0).is_none());
        let name = |y: f64| frame.row_at(y).map(|placed| placed.row.name());
        assert_eq!(name(frame.top() + 1.0).as_deref(), Some("n1"));
        assert_eq!(name(frame.top() + 25.0).as_deref(), Some("n2"));
        assert_eq!(name(frame.top() + 36.0).as_deref(), Some("n3"), "n2 is thin");
    }

    #[test]
    fn a_hidden_lane_takes_its_messages_along() {
        let session = session();
        let window = Window { from_us: 900_000, until_us: 1_100_000 };
        let chart = chart(&session, window, Lang::En).unwrap();
        let mut arrangement = Arrangement::default();
        let count = |arrangement: &Arrangement| {
            let rows = placed(arrangement.rows(&natural_order(&session)), 24.0);
            panel(&session, Content::Single(&chart, None), &frame(&rows, window)).layer(Layer::Messages).len()
        };
        let whole = count(&arrangement);
        arrangement.hidden.insert(NodeId::server(1));
        assert!(count(&arrangement) < whole);
    }

    #[test]
    fn a_cone_is_circled_and_washed() {
        let session = session();
        let window = Window { from_us: 900_000, until_us: 1_100_000 };
        let chart = chart(&session, window, Lang::En).unwrap();
        let rows = placed(Arrangement::default().rows(&natural_order(&session)), 24.0);
        let step = session.run().steps_until(1_000_000);
        let cone = cone(&session, step, window);
        let frame = PanelFrame { cone_of: Some(step), ..frame(&rows, window) };
        let scene = panel(&session, Content::Single(&chart, Some(&cone)), &frame);
        let has = |ink: Ink| scene.marks().any(|mark| mark.style.fill == Some(ink));
        assert!(has(Ink::WashStrong) && has(Ink::Wash));
        assert_eq!(scene.layer(Layer::Selection).len(), 1);
    }

    #[test]
    fn from_afar_each_lane_has_its_columns() {
        let session = session();
        let window = Window { from_us: 0, until_us: session.end_us() };
        let rows = placed(Arrangement::default().rows(&natural_order(&session)), 24.0);
        let seen = density(&session, window, 100, Lang::En);
        let scene = panel(&session, Content::Dense(&seen), &frame(&rows, window));
        let bars = scene.layer(Layer::Links).iter().filter(|mark| mark.style.fill == Some(Ink::Rule)).count();
        assert!(bars > 100, "{bars}");
        assert!(scene.layer(Layer::Messages).is_empty());
    }
}
