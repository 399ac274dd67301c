//! Very many nodes: where they stand, and how little of each is drawn, so that a thousand stay readable and cheap.
//!
//! Detail goes in steps, by the room that a node has: words beside nodes go where more than nine share the stage; names,
//! arcs and badges where a disc is smaller than its name; edges where it is but a dot. Marks of one style follow each
//! other, so that a painter draws them as one path.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::{sort, sort_by_key};
use faultscope_scene::{Ink, Layer, Point, Rect, Style, Subject};
use faultscope_sim::{Flight, Node, Status, World};

use super::messages::Way;
use super::places::{NodePlace, RIM, Side};
use super::{Edge, Look, Stage};
use crate::lab::Variant;

/// A smaller disc has no name, no arc and no badges, in pixels.
pub(super) const NAMED_RADIUS: f64 = 16.0;
/// A smaller disc is a dot without an edge, in pixels.
const EDGED_RADIUS: f64 = 4.0;
/// The radius of a disc in a grid, as a share of the way to the next one.
const SHARE: f64 = 0.36;
/// From so many messages in flight on, each is a dot with a short tail, without the way that is behind it and before it.
pub(super) const MANY_FLIGHTS: usize = 200;
/// How long that tail is, in pixels.
const TAIL: f64 = 10.0;

/// Stands nodes in rows, each zone in rows of its own.
pub(super) fn grid(stage: &mut Stage<'_>, area: Rect, nodes: &[(NodeId, u16)]) {
    let mut zones: Vec<u16> = nodes.iter().map(|(_, zone)| *zone).collect();
    sort(&mut zones);
    zones.dedup();
    let gap = if zones.len() > 1 { 24.0 } else { 0.0 };
    let width = area.width - gap * (zones.len() as f64 - 1.0);
    let mut x = area.x;
    stage.middle = area.center();
    for zone in zones {
        let ids: Vec<NodeId> = nodes.iter().filter(|(_, other)| *other == zone).map(|(id, _)| *id).collect();
        let share = width * ids.len() as f64 / nodes.len().max(1) as f64;
        rows(stage, Rect::new(x, area.y, share, area.height), &ids);
        x += share + gap;
    }
    // One size for all.
    let least = stage.places.iter().map(|place| place.radius).fold(f64::INFINITY, f64::min);
    for place in &mut stage.places {
        place.radius = least;
    }
}

fn rows(stage: &mut Stage<'_>, area: Rect, ids: &[NodeId]) {
    let count = ids.len().max(1) as f64;
    let columns = (count * area.width / area.height.max(1.0)).sqrt().ceil().max(1.0);
    let lines = (count / columns).ceil();
    let (pitch_x, pitch_y) = (area.width / columns, area.height / lines);
    let radius = disc_radius(pitch_x.min(pitch_y));
    for (place, &id) in ids.iter().enumerate() {
        let (row, column) = ((place as f64 / columns).floor(), place as f64 % columns);
        let center = Point::new(area.x + (column + 0.5) * pitch_x, area.y + (row + 0.5) * pitch_y);
        stage.places.push(NodePlace { id, center, radius, side: Side::Nowhere });
    }
}

/// The radius of discs that stand so far apart: with a name where its arc has room too.
fn disc_radius(pitch: f64) -> f64 {
    let named = pitch / 2.0 - RIM - 1.0;
    if named >= NAMED_RADIUS { named.min(22.0) } else { (pitch * SHARE).clamp(1.5, NAMED_RADIUS - 0.5) }
}

/// How a disc without a name looks: what is drawn below, what fills it, and its edge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Coat {
    is_blocked: bool,
    is_down: bool,
    fill: Ink,
    edge: Ink,
    ring: u8,
}

impl Coat {
    fn of(node: &Node, look: &Look) -> Self {
        let is_down = matches!(node.status, Status::Down | Status::Absent);
        let (fill, edge) = match look.epoch {
            _ if is_down => (Ink::NodeDown, Ink::Danger),
            0 => (Ink::Sheet, Ink::Control),
            epoch => (Ink::Epoch(epoch), Ink::EpochInk(epoch)),
        };
        let ring = match look.edge {
            _ if is_down => 0,
            Edge::Plain => 0,
            Edge::Thick => 1,
            Edge::Tentative => 2,
        };
        Self { is_blocked: look.is_blocked && !is_down, is_down, fill, edge, ring }
    }
}

/// Draws discs that are too small for a name.
pub(super) fn draw_discs(stage: &mut Stage<'_>, variant: &dyn Variant, world: &World) {
    let lang = stage.frame.lang;
    let mut discs: Vec<(Coat, NodePlace)> = Vec::with_capacity(stage.places.len());
    for place in &stage.places {
        if let Some(node) = world.node(place.id) {
            discs.push((Coat::of(node, &variant.look(world, node, lang)), *place));
        }
    }
    sort_by_key(&mut discs, |(coat, place)| (*coat, place.id));
    let is_edged = stage.places.iter().all(|place| place.radius >= EDGED_RADIUS);
    let mut circles = |layer: Layer, style: &dyn Fn(&Coat) -> Option<(f64, Style)>| {
        for (coat, place) in &discs {
            if let Some((beyond, style)) = style(coat) {
                let subject = Subject::Node(place.id.code());
                stage.scene.pen(layer, subject).circle(place.center, place.radius + beyond, style);
            }
        }
    };
    circles(Layer::Nodes, &|coat| coat.is_blocked.then(|| (3.5, Style::fill(Ink::Warn))));
    circles(Layer::Nodes, &|coat| (coat.ring == 1).then(|| (2.0, Style::fill(Ink::Ink))));
    // An edge is what shows of a disc below: a painter has less to do for two discs than for a disc and its edge.
    circles(Layer::Nodes, &|coat| (coat.ring != 2).then(|| (0.5, Style::fill(coat.edge))));
    if is_edged {
        circles(Layer::Nodes, &|coat| Some((if coat.is_down { -1.0 } else { -0.5 }, Style::fill(coat.fill))));
        circles(Layer::Nodes, &|coat| {
            (coat.ring == 2).then(|| (0.0, Style::stroke(coat.edge, 1.0).dashed(3.0, 2.0)))
        });
    }
}

/// Draws very many messages: all tails of a kind, then all dots of a kind.
pub(super) fn draw_flights(stage: &mut Stage<'_>, flights: &[(&Flight, Way, u8)]) {
    let is_small = stage.places.first().is_some_and(|place| place.radius < NAMED_RADIUS);
    let (tail, radius) = if is_small { (TAIL * 0.7, 2.5) } else { (TAIL, 4.0) };
    let mut order: Vec<(u8, bool, usize)> = flights
        .iter()
        .enumerate()
        .map(|(place, (flight, _, kind))| (*kind, flight.body.is_reply(), place))
        .collect();
    sort(&mut order);
    for &(kind, _, place) in &order {
        let (flight, way, _) = &flights[place];
        let at = way.now();
        let begin = way.behind(tail);
        let style = Style::stroke(Ink::Kind(kind), 1.25);
        stage.scene.pen(Layer::Messages, Subject::Message(flight.id)).line(begin, at, style);
    }
    for &(kind, is_reply, place) in &order {
        let (flight, way, _) = &flights[place];
        let at = way.now();
        let style = match is_reply {
            true => Style::stroke(Ink::Kind(kind), 1.5),
            false => Style::fill(Ink::Kind(kind)),
        };
        let mut pen = stage.scene.pen(Layer::Strips, Subject::Message(flight.id));
        match Ink::kind_is_diamond(kind) {
            true => pen.diamond(at, radius * 1.2, style),
            false => pen.circle(at, radius, style),
        };
        if stage.frame.selected_message == Some(flight.id) {
            let mut pen = stage.scene.pen(Layer::Selection, Subject::Message(flight.id));
            pen.circle(at, 13.0, Style::stroke(Ink::Accent, 2.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use faultscope_scene::{Scene, Shape, out_of_view, overlaps};

    use super::*;
    use crate::bench::{CROWD, CrowdVariant};
    use crate::stage::{Class, Frame, picture};
    use crate::toys::crowd_of;

    const FRAMES: [(Class, f64, f64); 3] =
        [(Class::Desktop, 760.0, 520.0), (Class::Tablet, 560.0, 440.0), (Class::Phone, 390.0, 408.0)];

    fn drawn(count: u16, (class, width, height): (Class, f64, f64)) -> (Scene, usize) {
        let mut run = crowd_of(count);
        run.play_until(60_000, u64::MAX);
        let world = &run.head().world;
        let frame = Frame { width, height, class, now_us: 60_000, ..Frame::default() };
        (picture(&CROWD, &CrowdVariant, world, &frame), world.flights().count())
    }

    fn discs(scene: &Scene) -> Vec<(u16, Point, f64)> {
        let mut discs: Vec<(u16, Point, f64)> = Vec::new();
        for mark in scene.layer(Layer::Nodes) {
            if let (Subject::Node(code), Shape::Circle { center, radius }) = (mark.subject, &mark.shape) {
                match discs.iter_mut().find(|(known, ..)| *known == code) {
                    Some(disc) => disc.2 = disc.2.max(*radius),
                    None => discs.push((code, *center, *radius)),
                }
            }
        }
        discs
    }

    #[test]
    fn ten_to_a_thousand_nodes_stay_readable() {
        for frame in FRAMES {
            for count in [10, 16, 24, 28, 34, 40, 100, 300, 1_000] {
                let (scene, _) = drawn(count, frame);
                let place = format!("{count} nodes on {:?}", frame.0);
                assert_eq!(out_of_view(&scene), [] as [String; 0], "{place}");
                assert_eq!(overlaps(&scene), [], "{place}");
                let discs = discs(&scene);
                assert_eq!(discs.len(), usize::from(count), "{place}");
                for (one, (code, center, radius)) in discs.iter().enumerate() {
                    let is_apart =
                        |(_, other, room): &(u16, Point, f64)| center.distance(*other) > radius + room;
                    assert!(discs[one + 1..].iter().all(is_apart), "{place}: {code} touches another");
                }
                for mark in scene.marks() {
                    if let Shape::Text(text) = &mark.shape {
                        assert!(text.lettering.size >= 11.0, "{place}: {text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn detail_goes_in_steps() {
        let texts = |count, frame| {
            let (scene, _) = drawn(count, frame);
            let texts = scene.marks().filter(|mark| matches!(mark.shape, Shape::Text(_))).count();
            let arcs = scene.marks().filter(|mark| matches!(mark.shape, Shape::Arc { .. })).count();
            (texts, arcs)
        };
        let [desk, _, phone] = FRAMES;
        assert!(texts(24, desk).0 >= 24 && texts(24, desk).1 >= 24, "names and arcs");
        assert!(texts(18, phone).0 >= 18, "names");
        assert_eq!(texts(1_000, desk), (0, 0), "discs alone");
    }

    #[test]
    fn the_nearest_node_is_hit() {
        let (scene, _) = drawn(1_000, FRAMES[2]);
        for (code, center, _) in discs(&scene) {
            let beside = Point::new(center.x + 1.0, center.y + 1.0);
            let nodes_alone = {
                let mut scene = scene.clone();
                let mut lengths = [0; Layer::ALL.len()];
                lengths[Layer::Nodes as usize] = scene.layer(Layer::Nodes).len();
                scene.cut_back(lengths);
                scene
            };
            assert_eq!(nodes_alone.hit(beside, 22.0), Some(Subject::Node(code)));
        }
    }

    #[test]
    fn very_many_messages_are_all_there_and_follow_each_other_by_kind() {
        let (scene, flights) = drawn(1_000, FRAMES[0]);
        assert!(flights > 1_900, "{flights}");
        let dots = scene.layer(Layer::Strips);
        assert_eq!(dots.len(), flights);
        assert_eq!(scene.layer(Layer::Messages).len(), flights, "a tail each");
        let changes =
            scene.marks().zip(scene.marks().skip(1)).filter(|(one, next)| one.style != next.style).count();
        assert!(changes < 60, "{changes} changes of style");
    }
}
