//! The dial: the circle with its arcs and points, and the keys on it.
//!
//! Owners are told by place and name; colour is kept for what moves. Without a circle, the remainders stand as equal
//! sectors, and nearly all keys take colour when a node comes.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::{sort, sort_by};
use faultscope_protocol::ring::placement::Algorithm;
use faultscope_protocol::ring::{Phase, Setup, View};
use faultscope_scene::{Ink, Layer, Lettering, Point, Style, Subject};
use faultscope_sim::World;

use super::keys::{KeyState, Keys};
use super::{newest_view, panel, readers};
use crate::stage::{Class, Stage};

/// Keys that move, and everything about them.
pub(super) const MOVING: Ink = Ink::Kind(2);
/// More arcs than these are drawn as one band: they would be thinner than a pixel.
const ARCS_MAX: usize = 400;
/// More points than these get no pin.
const PINS_MAX: usize = 40;
/// An arc is named if it is at least this long, in pixels.
const NAMED_ARC_MIN: f64 = 26.0;

/// Draws the dial, and what is read beside it.
pub(super) fn draw(world: &World, stage: &mut Stage<'_>) {
    let setup = world.servers().next().and_then(|node| node.setup::<Setup>());
    let (Some(view), Some(setup)) = (newest_view(world), setup) else { return };
    let keys = Keys::of(world, view, setup);
    let dial = Dial::of(stage);
    let arcs = arcs_of(view);
    dial.draw_band(stage, view, &arcs);
    let keys_per_dot = dial.draw_keys(stage, &keys);
    if stage.frame.class == Class::Miniature {
        return;
    }
    dial.draw_pins(stage, view);
    dial.draw_names(stage, view, &arcs);
    dial.draw_formula(stage, view, setup);
    panel::draw(world, stage, &keys, setup, keys_per_dot);
}

/// A part of the circle with one owner before, and one after the change under way.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Arc {
    /// Where it begins, in turns.
    start: f64,
    /// How long it is, in turns.
    sweep: f64,
    before: NodeId,
    after: NodeId,
}

impl Arc {
    fn middle(&self) -> f64 {
        self.start + self.sweep / 2.0
    }
}

/// The arcs of the circle, clockwise; without a circle, one sector for each remainder.
fn arcs_of(view: &View) -> Vec<Arc> {
    let Some(bits) = view.placement().scheme().algorithm.circle_bits() else { return sectors_of(view) };
    let (before, after) = (view.placement(), view.placement_next());
    let mut ends: Vec<u64> =
        before.points().iter().chain(after.points()).map(|point| point.position).collect();
    sort(&mut ends);
    ends.dedup();
    let turn = |position: u64| position as f64 / 2.0_f64.powi(bits as i32);
    let owner = |position: u64| {
        let old = before.owner(position).and_then(|index| view.members().get(index as usize));
        let new = after.owner(position).and_then(|index| view.members_next().get(index as usize));
        old.copied().zip(new.copied())
    };
    let mut arcs: Vec<Arc> = Vec::with_capacity(ends.len());
    let mut start = ends.last().map_or(0.0, |&last| turn(last) - 1.0);
    for &end in &ends {
        let Some((before, after)) = owner(end) else { continue };
        let sweep = turn(end) - start;
        match arcs.last_mut().filter(|last| (last.before, last.after) == (before, after)) {
            Some(last) => last.sweep += sweep,
            None => arcs.push(Arc { start, sweep, before, after }),
        }
        start = turn(end);
    }
    arcs
}

fn sectors_of(view: &View) -> Vec<Arc> {
    let nodes = readers(view);
    let sweep = 1.0 / nodes.len().max(1) as f64;
    let sector = |(place, &node): (usize, &NodeId)| Arc {
        start: place as f64 * sweep,
        sweep,
        before: node,
        after: node,
    };
    nodes.iter().enumerate().map(sector).collect()
}

/// Whether reads go by the owners before the change under way.
fn reads_before(view: &View) -> bool {
    view.change().is_none_or(|change| change.phase == Phase::Copy)
}

/// Where the parts of the dial lie, in pixels.
struct Dial {
    middle: Point,
    /// The middle of the band.
    band: f64,
    band_width: f64,
    /// The outermost row of keys.
    keys: f64,
    /// A key dot's radius, and the way from row to row.
    dot: f64,
    row: f64,
    columns: u32,
}

impl Dial {
    fn of(stage: &Stage<'_>) -> Self {
        let is_mini = stage.frame.class == Class::Miniature;
        let (margin, band_width, dot) = if is_mini { (2.0, 2.5, 0.9) } else { (12.0, 6.0, 1.3) };
        let band = (stage.middle_radius - margin).max(6.0);
        let keys = (band - band_width / 2.0 - 2.5 * dot - 1.0).max(3.0);
        let row = 2.0 * dot + 0.8;
        // So many columns that dots do not touch in the fifth row.
        let around = std::f64::consts::TAU * (keys - 5.0 * row).max(keys / 2.0);
        let columns = ((around / (2.0 * dot + 0.6)) as u32).clamp(40, 240);
        Self { middle: stage.middle, band, band_width, keys, dot, row, columns }
    }

    fn draw_band(&self, stage: &mut Stage<'_>, view: &View, arcs: &[Arc]) {
        let selected = stage.frame.selected;
        let is_mini = stage.frame.class == Class::Miniature;
        let width = self.band_width as f32;
        let is_switched = !reads_before(view);
        let mut pen = stage.scene.pen(Layer::Links, Subject::None);
        pen.circle(self.middle, self.band, Style::stroke(Ink::Hair, width));
        let has_arcs = arcs.len() <= ARCS_MAX;
        for (place, arc) in arcs.iter().enumerate() {
            let owner = if is_switched { arc.after } else { arc.before };
            let style = if arc.before != arc.after {
                Style::stroke(MOVING, width).faded(if is_switched { 1.0 } else { 0.45 })
            } else if selected == Some(owner) {
                Style::stroke(Ink::Accent, width)
            } else if has_arcs && place % 2 == 0 {
                Style::stroke(Ink::Rule, width)
            } else {
                continue;
            };
            pen.about(Subject::Node(owner.code()));
            pen.arc(self.middle, self.band, arc.start, arc.sweep, style);
        }
        if has_arcs && !is_mini {
            pen.about(Subject::None);
            for arc in arcs {
                let (inner, outer) =
                    (self.band - self.band_width / 2.0, self.band + self.band_width / 2.0 + 2.0);
                pen.line(
                    self.middle.polar(inner, arc.start),
                    self.middle.polar(outer, arc.start),
                    Style::stroke(Ink::Control, 1.0),
                );
            }
        }
    }

    /// The points of whoever comes or goes.
    fn draw_pins(&self, stage: &mut Stage<'_>, view: &View) {
        let Some(change) = view.change() else { return };
        let Some(bits) = view.placement().scheme().algorithm.circle_bits() else { return };
        let (members, placement) = if view.members().contains(&change.node) {
            (view.members(), view.placement())
        } else {
            (view.members_next(), view.placement_next())
        };
        let is_its = |index: u32| members.get(index as usize) == Some(&change.node);
        let points: Vec<u64> = placement
            .points()
            .iter()
            .filter(|point| is_its(point.node))
            .map(|point| point.position)
            .collect();
        if points.len() > PINS_MAX {
            return;
        }
        let mut pen = stage.scene.pen(Layer::Strips, Subject::Node(change.node.code()));
        for position in points {
            let turn = position as f64 / 2.0_f64.powi(bits as i32);
            let (foot, head) = (self.band - self.band_width / 2.0, self.band + self.band_width / 2.0 + 6.0);
            pen.line(
                self.middle.polar(foot, turn),
                self.middle.polar(head, turn),
                Style::stroke(Ink::Ink, 1.25),
            );
            pen.circle(self.middle.polar(head, turn), 1.8, Style::fill(Ink::Ink));
        }
    }

    /// Names at the longest arcs; those without room are left out, the discs around have them all.
    fn draw_names(&self, stage: &mut Stage<'_>, view: &View, arcs: &[Arc]) {
        let has_circle = view.placement().scheme().algorithm.is_consistent();
        let is_before = reads_before(view);
        let owner = |arc: &Arc| if is_before { arc.before } else { arc.after };
        let mut longest: Vec<(usize, &Arc)> = arcs
            .iter()
            .enumerate()
            .filter(|(_, arc)| arc.sweep * std::f64::consts::TAU * self.band >= NAMED_ARC_MIN)
            .collect();
        sort_by(&mut longest, |(_, one), (_, other)| other.sweep.total_cmp(&one.sweep));
        let lettering = Lettering::sans(11.0).middle();
        for (place, arc) in longest.into_iter().take(16) {
            let name = if has_circle { owner(arc).to_string() } else { format!("{place}: {}", owner(arc)) };
            let at = self.middle.polar(self.band + 12.0, arc.middle());
            // Slid along the arc if a disc or another name stands in the way.
            let slide = |way: f64| {
                let at = self.middle.polar(self.band + 12.0, arc.middle() + way * arc.sweep);
                Point::new(at.x, at.y + 4.0)
            };
            let spots = [Point::new(at.x, at.y + 4.0), slide(-0.25), slide(0.25)];
            stage.label_at_one_of(&spots, &name, lettering, Ink::Quiet, Subject::Node(owner(arc).code()));
        }
    }

    /// Without a circle: what is reckoned, in the middle.
    fn draw_formula(&self, stage: &mut Stage<'_>, view: &View, setup: &Setup) {
        let count = readers(view).len();
        let lines = match setup.algorithm {
            Algorithm::Ring | Algorithm::Ketama => return,
            Algorithm::ModN if setup.hashed_keys => [String::new(), format!("SHA-1(k) mod {count}")],
            Algorithm::ModN => [String::new(), format!("k mod {count}")],
            Algorithm::Mod360 => [String::new(), format!("i mod {count}")],
            Algorithm::OffByRing => ["(SHA-1 mod 128000".to_owned(), format!("+ 1) mod {count}")],
        };
        let lettering = Lettering::mono(12.0).middle();
        for (line, words) in (0..).zip(lines).filter(|(_, words)| !words.is_empty()) {
            let at = Point::new(self.middle.x, self.middle.y - 12.0 + 16.0 * f64::from(line));
            stage.write(at, &words, lettering, Ink::InkSoft, Subject::None);
        }
    }

    /// The keys, in columns that grow inwards. Returns how many keys one dot stands for.
    fn draw_keys(&self, stage: &mut Stage<'_>, keys: &Keys<'_>) -> u32 {
        let columns = keys.columns(self.columns);
        let rows = ((self.keys * 0.6 / self.row) as usize).max(2);
        let fullest = columns.iter().map(Vec::len).max().unwrap_or(0);
        let even =
            (keys.count / (self.columns * if stage.frame.class == Class::Miniature { 3 } else { 5 })).max(1);
        let per_dot = even.max(u32::try_from(fullest.div_ceil(rows)).unwrap_or(1));
        let size = per_dot as usize;
        let mut pen = stage.scene.pen(Layer::Links, Subject::None);
        for (place, column) in columns.iter().enumerate() {
            let turn = (place as f64 + 0.5) / f64::from(self.columns);
            // A dot shows the state of the key in its middle.
            let dots = (column.len() + size / 2) / size;
            for dot in 0..dots {
                let Some(&state) = column.get((dot * size + size / 2).min(column.len() - 1)) else {
                    continue;
                };
                let at = self.middle.polar(self.keys - dot as f64 * self.row, turn);
                pen.circle(at, self.dot, dot_style(state));
            }
        }
        per_dot
    }
}

/// How a key in this state is drawn.
pub(super) fn dot_style(state: KeyState) -> Style {
    match state {
        KeyState::Resting => Style::fill(Ink::Control).faded(0.75),
        KeyState::Arrived => Style::fill(MOVING),
        KeyState::OnTheWay => Style::fill(Ink::Sheet).with_stroke(MOVING, 1.6),
        KeyState::Waiting => Style::fill(Ink::Sheet).with_stroke(MOVING, 0.8),
    }
}
