//! Messages: a dot on its way, hollow if it answers, with what it has travelled and what is to go; lost ones fade.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::sort_by_key;
use faultscope_scene::{Anchor, Icon, Ink, Layer, Lettering, Point, Rect, Style, Subject};
use faultscope_sim::{Fate, Flight, LostFlight, World};

use super::crowd;
use super::cuts::CutLine;
use super::{Class, Stage};
use crate::lab::Variant;

/// How long a lost message fades, in microseconds of virtual time.
const FADE_US: u64 = 20_000;
/// How far the two directions of a link stand apart.
const LANE: f64 = 6.0;

/// A time on labels, in milliseconds.
pub(super) fn milliseconds(at_us: u64) -> String {
    let (whole, tenth) = (at_us / 1000, at_us % 1000 / 100);
    if tenth == 0 { format!("{whole} ms") } else { format!("{whole}.{tenth} ms") }
}

pub(super) fn draw(stage: &mut Stage<'_>, variant: &dyn Variant, world: &World, cuts: &[CutLine]) {
    for lost in world.lost() {
        draw_lost(stage, lost, cuts);
    }
    let mut flights: Vec<&Flight> = world.flights().collect();
    if flights.len() > crowd::MANY_FLIGHTS {
        let ways: Vec<(&Flight, Way, u8)> = flights
            .into_iter()
            .filter_map(|flight| Some((flight, Way::of(stage, flight, cuts)?, ink_of(stage, flight))))
            .collect();
        return crowd::draw_flights(stage, &ways);
    }
    sort_by_key(&mut flights, |flight| flight.id);
    let mut doors = Doors::default();
    let is_quiet = flights.len() > CROWD || stage.frame.class == Class::Miniature;
    let drawn: Vec<(&Flight, Way, Point)> = flights
        .into_iter()
        .filter_map(|flight| {
            let mut way = Way::of(stage, flight, cuts)?;
            if flight.waiting {
                way.step_back(doors.ahead_of(flight));
            }
            let at = draw_flight(stage, flight, &way);
            stage.take(Rect::around(at, 9.0, 9.0));
            Some((flight, way, at))
        })
        .collect();
    if !is_quiet {
        label_all(stage, variant, &drawn);
    }
}

/// From so many messages in flight on, none has a label.
const CROWD: usize = 60;

/// A broadcast needs its name once, not once for each receiver; and two of a kind that are close need it once.
fn label_all(stage: &mut Stage<'_>, variant: &dyn Variant, drawn: &[(&Flight, Way, Point)]) {
    let mut labelled: Vec<(Point, NodeId, &'static str)> = Vec::new();
    for (flight, way, at) in drawn {
        let name = flight.body.name();
        let is_repeated = labelled.iter().any(|&(other, from, known)| {
            known == name && other.distance(*at) < if from == flight.from { 130.0 } else { 34.0 }
        });
        if !is_repeated && label(stage, variant, flight, way, *at) {
            labelled.push((*at, flight.from, name));
        }
    }
}

/// So many messages that wait at one door are told apart; the rest stands where the last of these does.
const QUEUE_SHOWN: usize = 6;

/// Messages that wait at the door of a node that stands still: a queue on each link, the first one nearest.
#[derive(Default)]
struct Doors {
    waiting: Vec<(NodeId, NodeId, usize)>,
}

impl Doors {
    /// How many wait ahead of this one.
    fn ahead_of(&mut self, flight: &Flight) -> usize {
        let known = self.waiting.iter_mut().find(|(from, to, _)| (*from, *to) == (flight.from, flight.to));
        match known {
            Some((.., ahead)) => {
                *ahead += 1;
                *ahead
            }
            None => {
                self.waiting.push((flight.from, flight.to, 0));
                0
            }
        }
    }
}

/// The way of a message on the stage.
pub(super) struct Way {
    start: Point,
    end: Point,
    /// How far it has come, as a share of the way.
    share: f64,
}

impl Way {
    fn of(stage: &Stage<'_>, flight: &Flight, cuts: &[CutLine]) -> Option<Self> {
        let (start, end) = ends(stage, flight)?;
        let whole_us = (flight.arrives_us - flight.sent_us).max(1);
        let gone_us = stage.frame.now_us.saturating_sub(flight.sent_us).min(whole_us);
        let mut share = gone_us as f64 / whole_us as f64;
        if flight.held {
            share = share.min(0.5);
        }
        Some(Self { start, end, share: bent(share, flight, start, end, cuts) })
    }

    /// It stands behind so many others at a door.
    fn step_back(&mut self, ahead: usize) {
        let room = 12.0 * ahead.min(QUEUE_SHOWN) as f64 / self.start.distance(self.end).max(1.0);
        self.share = (self.share - room).max(self.share.min(0.4));
    }

    /// Where the message is.
    pub(super) fn now(&self) -> Point {
        self.at(self.share)
    }

    /// Where it was so many pixels ago, or where it began.
    pub(super) fn behind(&self, pixels: f64) -> Point {
        let at = self.now();
        if at.distance(self.start) <= pixels { self.start } else { at.towards(self.start, pixels) }
    }

    fn at(&self, share: f64) -> Point {
        self.start.between(self.end, share)
    }
}

/// A message that dies at a cut dies on the line, wherever that crosses its way.
fn bent(share: f64, flight: &Flight, start: Point, end: Point, cuts: &[CutLine]) -> f64 {
    if flight.fate != Fate::Cut {
        return share;
    }
    let crossing =
        cuts.iter().find(|cut| cut.stops(flight.from, flight.to)).map_or(0.5, |cut| cut.crossing(start, end));
    (share * 2.0).min(1.0) * crossing
}

/// Where a message's way begins and ends: from rim to rim, each direction in a lane of its own.
fn ends(stage: &Stage<'_>, flight: &Flight) -> Option<(Point, Point)> {
    let (from, to) = (stage.place(flight.from)?, stage.place(flight.to)?);
    if flight.from == flight.to {
        let out = from.center.polar(from.radius + 12.0, 0.1);
        return Some((out, from.center.polar(from.radius + 26.0, 0.15)));
    }
    let lane = from.center.direction(to.center).quarter_turned()
        * if stage.frame.class == Class::Miniature || from.radius < crowd::NAMED_RADIUS { 1.5 } else { LANE };
    Some((from.rim_towards(to.center) + lane, to.rim_towards(from.center) + lane))
}

fn ink_of(stage: &Stage<'_>, flight: &Flight) -> u8 {
    stage.lab.kind(flight.body.name()).map_or(7, |kind| kind.ink)
}

fn draw_flight(stage: &mut Stage<'_>, flight: &Flight, way: &Way) -> Point {
    let kind = ink_of(stage, flight);
    let ink = Ink::Kind(kind);
    let at = way.at(way.share);
    let is_mini = stage.frame.class == Class::Miniature;
    let is_selected = stage.frame.selected_message == Some(flight.id);
    let is_paused = stage.frame.is_paused;
    let mut pen = stage.scene.pen(Layer::Messages, Subject::Message(flight.id));
    pen.line(way.start, at, Style::stroke(ink, if is_mini { 1.0 } else { 1.5 }).faded(0.75));
    pen.line(at, way.end, Style::stroke(ink, 1.0).dashed(1.0, if is_mini { 3.0 } else { 5.0 }));
    // The message itself passes over strips, like a bead: it must never be lost beneath one.
    let mut pen = stage.scene.pen(Layer::Strips, Subject::Message(flight.id));
    draw_dot(&mut pen, at, kind, flight.body.is_reply(), if is_mini { 0.6 } else { 1.0 });
    let to_go = at.distance(way.end);
    if is_paused && !is_mini && to_go > 24.0 && !flight.held {
        pen.head(at, at.towards(way.end, 18.0), 10.0, 8.0, Style::fill(ink));
    }
    if flight.held {
        pen.glyph(
            Icon::Pause,
            Point::new(at.x, at.y - 14.0),
            12.0,
            Style::fill(Ink::Sheet).with_stroke(Ink::Warn, 1.5),
        );
    }
    if is_selected {
        let mut pen = stage.scene.pen(Layer::Selection, Subject::Message(flight.id));
        pen.circle(at, 13.0, Style::stroke(Ink::Accent, 2.0));
    }
    at
}

fn draw_dot(pen: &mut faultscope_scene::Pen<'_>, at: Point, kind: u8, is_reply: bool, scale: f64) {
    let ink = Ink::Kind(kind);
    let style = if is_reply { Style::fill(Ink::Sheet).with_stroke(ink, 2.0) } else { Style::fill(ink) };
    match (Ink::kind_is_diamond(kind), is_reply) {
        (true, _) => pen.diamond(at, 7.0 * scale, style),
        (false, true) => pen.circle(at, 5.5 * scale, style),
        (false, false) => pen.circle(at, 6.0 * scale, style),
    };
}

/// Writes the label beside the dot, on the outer side of the link if it is free there. Returns whether it is written.
fn label(stage: &mut Stage<'_>, variant: &dyn Variant, flight: &Flight, way: &Way, at: Point) -> bool {
    let content = variant.message_words(&flight.body, stage.frame.is_roomy());
    let lettering = Lettering::sans(12.0).bold();
    let normal = way.start.direction(way.end).quarter_turned();
    // The outer side of the link first: away from the middle of the stage.
    let outwards = at - stage.middle;
    let side = if normal.x * outwards.x + normal.y * outwards.y < 0.0 { -1.0 } else { 1.0 };
    let beside = |side: f64| {
        let spot = at + normal * (side * 13.0);
        (
            Point::new(spot.x, spot.y + 4.0),
            if normal.x * side < -0.3 {
                Anchor::End
            } else if normal.x * side > 0.3 {
                Anchor::Start
            } else {
                Anchor::Middle
            },
        )
    };
    for (spot, anchor) in [beside(side), beside(-side)] {
        let spot =
            if anchor == Anchor::Middle { Point::new(spot.x, spot.y + normal.y * side * 3.0) } else { spot };
        let placed = Lettering { anchor, ..lettering };
        if stage.label_at_one_of(&[spot], &content, placed, Ink::Ink, Subject::Message(flight.id)) {
            return true;
        }
    }
    false
}

fn draw_lost(stage: &mut Stage<'_>, lost: &LostFlight, cuts: &[CutLine]) {
    let since_us = stage.frame.now_us.saturating_sub(lost.lost_us);
    if since_us >= FADE_US {
        return;
    }
    let Some((start, end)) = ends(stage, &lost.flight) else { return };
    let left = 1.0 - since_us as f32 / FADE_US as f32;
    let share = bent(f64::from(lost.progress_permille) / 1000.0, &lost.flight, start, end, cuts);
    let at = start.between(end, share);
    let ink = Ink::Kind(ink_of(stage, &lost.flight));
    let scale = if stage.frame.class == Class::Miniature { 0.6 } else { 1.0 };
    let mut pen = stage.scene.pen(Layer::Messages, Subject::None);
    pen.line(start, at, Style::stroke(ink, 1.5).dashed(2.0, 3.0).faded(left));
    pen.circle(at, 6.0 * scale, Style::fill(Ink::Sheet).with_stroke(ink, 1.5).faded(left));
    let arm = 3.2 * scale;
    for (x, y) in [(arm, arm), (arm, -arm)] {
        let (a, b) = (Point::new(at.x - x, at.y - y), Point::new(at.x + x, at.y + y));
        pen.line(a, b, Style::stroke(Ink::Danger, 1.5).faded(left));
    }
}
