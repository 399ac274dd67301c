//! Nodes: discs, rings, arcs, badges, and the words and strips beside them.

use faultscope_scene::{Icon, Ink, Layer, Lettering, Point, Rect, Style, Subject};
use faultscope_sim::{ArmedTimer, Node, Status, World};

use super::places::{NodePlace, RIM, Side};
use super::{Cell, Class, Edge, Look, Stage, Tone};
use crate::lab::Variant;
use crate::words;

/// Beyond so little of a timer left, its arc turns red, in thousandths.
const URGENT_PERMILLE: u64 = 150;

pub(super) fn draw(stage: &mut Stage<'_>, variant: &dyn Variant, world: &World) {
    for place in stage.places.clone() {
        stage.take(around(place.center, place.radius + 4.0));
    }
    for place in stage.places.clone() {
        let Some(node) = world.node(place.id) else { continue };
        let look = variant.look(world, node, stage.frame.lang);
        draw_disc(stage, place, node, &look);
        draw_arc(stage, place, node, &look);
        draw_badges(stage, place, node);
        if stage.frame.selected == Some(place.id) {
            draw_selection(stage, place);
        }
        draw_words(stage, place, node, &look);
    }
}

fn around(center: Point, radius: f64) -> Rect {
    Rect::new(center.x - radius, center.y - radius, 2.0 * radius, 2.0 * radius)
}

fn draw_disc(stage: &mut Stage<'_>, place: NodePlace, node: &Node, look: &Look) {
    let NodePlace { center, radius, .. } = place;
    let mut pen = stage.scene.pen(Layer::Nodes, Subject::Node(place.id.code()));
    let is_mini = stage.frame.class == Class::Miniature;
    match (node.status, look.edge) {
        (Status::Down | Status::Absent, _) => {
            pen.circle(center, radius, Style::down());
        }
        (_, Edge::Thick) => {
            let width = if is_mini { 3.0 } else { 5.0 };
            pen.circle(center, radius, Style::fill(fill_of(look)).with_stroke(Ink::Ink, 1.0));
            pen.circle(center, radius + 2.0 + f64::from(width) / 2.0, Style::stroke(Ink::Ink, width));
        }
        (_, Edge::Tentative) => {
            let style =
                Style::fill(fill_of(look)).with_stroke(edge_of(look), if is_mini { 2.0 } else { 3.0 });
            pen.circle(center, radius, if is_mini { style.dashed(4.0, 3.0) } else { style.dashed(7.0, 5.0) });
        }
        (_, Edge::Plain) => {
            pen.circle(center, radius, Style::fill(fill_of(look)).with_stroke(edge_of(look), 1.5));
        }
    }
    if look.is_blocked && node.status == Status::Up {
        pen.circle(center, radius + 14.0, Style::fill(Ink::WarnWash).with_stroke(Ink::Warn, 2.0));
    }
    if !is_mini {
        draw_name(stage, place, node, look);
    }
}

fn fill_of(look: &Look) -> Ink {
    if look.epoch == 0 { Ink::Sheet } else { Ink::Epoch(look.epoch) }
}

fn edge_of(look: &Look) -> Ink {
    if look.epoch == 0 { Ink::Control } else { Ink::EpochInk(look.epoch) }
}

fn draw_name(stage: &mut Stage<'_>, place: NodePlace, node: &Node, look: &Look) {
    let NodePlace { center, radius, .. } = place;
    let subject = Subject::Node(place.id.code());
    let is_down = matches!(node.status, Status::Down | Status::Absent);
    let name = place.id.to_string();
    let size = match radius {
        radius if radius >= 33.0 => 17.0,
        radius if radius >= 24.0 => 15.0,
        radius if radius >= 16.0 => 13.0,
        _ => return,
    };
    let has_epoch = !look.epoch_words.is_empty() && !is_down && radius >= 22.0;
    let baseline = if has_epoch { -1.0 } else { f64::from(size) * 0.36 };
    let lettering = Lettering::sans(size).bold().middle();
    let at = Point::new(center.x, center.y + baseline);
    let mut pen = stage.scene.pen(Layer::Nodes, subject);
    if is_down {
        let width = lettering.width_of(&name) + 12.0;
        let height = f64::from(size) + 8.0;
        let plate = Rect::new(center.x - width / 2.0, center.y - height / 2.0, width, height);
        pen.rect(plate, 2.0, Style::fill(Ink::NodeDown));
    }
    pen.text(at, name, lettering, Style::fill(if is_down { Ink::InkSoft } else { Ink::Ink }));
    if has_epoch {
        let small = Lettering::sans(if radius >= 28.0 { 12.0 } else { 11.0 }).bold().middle();
        let ink = if look.epoch == 0 { Ink::Quiet } else { Ink::EpochInk(look.epoch) };
        pen.text(Point::new(center.x, center.y + 15.0), look.epoch_words.clone(), small, Style::fill(ink));
    }
}

/// What is left of the timer whose arc the lab shows.
fn draw_arc(stage: &mut Stage<'_>, place: NodePlace, node: &Node, look: &Look) {
    let Some(timer) = arc_timer(node, look) else { return };
    if stage.frame.class == Class::Miniature || place.radius < 16.0 {
        return;
    }
    let whole_us = (timer.fires_us - timer.set_us).max(1);
    let left_us = timer.fires_us.saturating_sub(stage.frame.now_us).min(whole_us);
    let left = left_us as f64 / whole_us as f64;
    let is_urgent = left_us * 1000 / whole_us < URGENT_PERMILLE;
    let radius = place.radius + RIM;
    let style = if is_urgent { Style::stroke(Ink::Danger, 3.0) } else { Style::stroke(Ink::Quiet, 2.0) };
    let mut pen = stage.scene.pen(Layer::Nodes, Subject::Node(place.id.code()));
    pen.circle(place.center, radius, Style::stroke(Ink::Hair, 1.0));
    pen.arc(place.center, radius, 0.0, left, style);
    let (inner, outer) = (place.center.polar(radius - 4.0, left), place.center.polar(radius + 4.0, left));
    pen.line(inner, outer, style);
}

fn arc_timer<'a>(node: &'a Node, look: &Look) -> Option<&'a ArmedTimer> {
    let name = look.arc?;
    node.timers().find(|timer| node.timer_name(timer) == name)
}

/// Up to two small discs at the shoulder: paused, disk busy, clock wrong.
fn draw_badges(stage: &mut Stage<'_>, place: NodePlace, node: &Node) {
    if stage.frame.class == Class::Miniature || place.radius < 16.0 {
        return;
    }
    let is_writing = node.status != Status::Down && node.pending_writes().any(|write| write.force);
    let is_skewed = node.clock != faultscope_sim::ClockSkew::default();
    let badges = [
        (node.status == Status::Paused, Icon::Pause),
        (is_writing, Icon::Cylinder),
        (is_skewed, Icon::Clock),
    ];
    let scale = place.radius / 34.0;
    let spots = [(30.0, -26.0), (-30.0, -26.0), (30.0, 26.0)];
    let shown = badges.into_iter().filter(|(is_shown, _)| *is_shown).map(|(_, icon)| icon);
    for (icon, (x, y)) in shown.zip(spots) {
        let at = Point::new(place.center.x + x * scale, place.center.y + y * scale);
        let mut pen = stage.scene.pen(Layer::Strips, Subject::Node(place.id.code()));
        pen.circle(at, 10.0, Style::fill(Ink::Sheet).with_stroke(Ink::Control, 1.0));
        pen.glyph(icon, at, 12.0, Style::fill(Ink::Sheet).with_stroke(Ink::InkSoft, 1.5));
    }
}

fn draw_selection(stage: &mut Stage<'_>, place: NodePlace) {
    let mut pen = stage.scene.pen(Layer::Selection, Subject::Node(place.id.code()));
    for corner in 0..4 {
        let start = 0.125 + f64::from(corner) / 4.0 - 1.0 / 24.0;
        pen.arc(place.center, place.radius + 20.0, start, 1.0 / 12.0, Style::stroke(Ink::Accent, 2.0));
    }
}

/// What is written beside a node, after the state of the machine itself.
fn words_of(stage: &Stage<'_>, node: &Node, look: &Look) -> (String, String, Ink) {
    let lang = stage.frame.lang;
    match node.status {
        Status::Down | Status::Absent => {
            (words::status(node.status).get(lang).to_owned(), String::new(), Ink::Danger)
        }
        Status::Paused => (look.role.clone(), words::status(Status::Paused).get(lang).to_owned(), Ink::Warn),
        Status::Up => {
            let ink = match look.tone {
                Tone::Calm => Ink::InkSoft,
                Tone::Warn => Ink::Warn,
                Tone::Danger => Ink::Danger,
            };
            (look.role.clone(), look.remark.clone(), ink)
        }
    }
}

fn draw_words(stage: &mut Stage<'_>, place: NodePlace, node: &Node, look: &Look) {
    let words = words_of(stage, node, look);
    match place.side {
        Side::Left | Side::Right => draw_words_beside(stage, place, look, &words),
        Side::Above | Side::Below => draw_words_stacked(stage, place, look, &words),
        Side::Nowhere => draw_mini_strip(stage, place, look),
    }
}

/// On a wide stage: role and remark above the strip, 64 px outwards from the middle of the disc.
fn draw_words_beside(stage: &mut Stage<'_>, place: NodePlace, look: &Look, words: &(String, String, Ink)) {
    let (role, remark, remark_ink) = words;
    let strip = Strip::of(look, 32.0, 24.0, 4);
    let is_left = place.side == Side::Left;
    let (role_style, remark_style) = (Lettering::sans(13.0).bold(), Lettering::sans(12.0));
    let words_width = role_style.width_of(role)
        + if remark.is_empty() { 0.0 } else { 10.0 + remark_style.width_of(remark) };
    let width = strip.width().max(words_width);
    let mut left = if is_left {
        place.center.x - place.radius - 30.0 - width
    } else {
        place.center.x + place.radius + 30.0
    };
    left = left.clamp(6.0, (stage.frame.width - width - 6.0).max(6.0));
    let baseline = if look.cells.is_empty() { place.center.y + 4.0 } else { place.center.y - 8.0 };
    let subject = Subject::Node(place.id.code());
    stage.write(Point::new(left, baseline), role, role_style, Ink::Ink, subject);
    if !remark.is_empty() {
        let at = Point::new(left + role_style.width_of(role) + 10.0, baseline);
        stage.write(at, remark, remark_style, *remark_ink, subject);
    }
    if !look.cells.is_empty() {
        let strip_left = if is_left { left + width - strip.width() } else { left };
        strip.draw(stage, place, Point::new(strip_left, baseline + 12.0), true);
        draw_signs(stage, place, look, Point::new(strip_left, baseline + 12.0 + 24.0 + 18.0));
    } else {
        draw_signs(stage, place, look, Point::new(left, baseline + 20.0));
    }
}

fn draw_signs(stage: &mut Stage<'_>, place: NodePlace, look: &Look, from: Point) {
    let lettering = Lettering::sans(12.0);
    let ink = if look.is_blocked { Ink::Warn } else { Ink::Ink };
    let mut x = from.x;
    for (icon, words) in look.signs.iter().take(2) {
        stage.scene.pen(Layer::Strips, Subject::Node(place.id.code())).glyph(
            *icon,
            Point::new(x + 6.0, from.y - 4.0),
            12.0,
            Style::fill(ink).with_stroke(ink, 1.2),
        );
        stage.write(
            Point::new(x + 15.0, from.y),
            words,
            lettering,
            Ink::InkSoft,
            Subject::Node(place.id.code()),
        );
        x += 15.0 + lettering.width_of(words) + 12.0;
    }
}

/// On a narrow stage, and under hubs and clients: everything in the middle, above or below the disc.
fn draw_words_stacked(stage: &mut Stage<'_>, place: NodePlace, look: &Look, words: &(String, String, Ink)) {
    let (role, remark, remark_ink) = words;
    let is_wide = stage.frame.is_roomy();
    let (cell_width, cell_height) = if is_wide { (32.0, 24.0) } else { (11.0, 13.0) };
    let strip = Strip::of(look, cell_width, cell_height, if is_wide { 4 } else { 6 });
    let (role_style, remark_style) =
        (Lettering::sans(if is_wide { 13.0 } else { 12.0 }).bold().middle(), Lettering::sans(12.0).middle());
    let lines = 14.0 * (1.0 + f64::from(u8::from(!remark.is_empty())));
    let strip_height = if look.cells.is_empty() { 0.0 } else { cell_height + 6.0 };
    let reach = place.radius + RIM + 4.0;
    let top = match place.side {
        Side::Above => place.center.y - reach - lines - strip_height,
        _ => place.center.y + reach,
    };
    let widest = role_style.width_of(role).max(remark_style.width_of(remark)).max(strip.width());
    let x = place
        .center
        .x
        .clamp(widest / 2.0 + 4.0, (stage.frame.width - widest / 2.0 - 4.0).max(widest / 2.0 + 4.0));
    let subject = Subject::Node(place.id.code());
    if !look.cells.is_empty() {
        let strip_top = if place.side == Side::Above { top + lines + 6.0 } else { top + 2.0 };
        strip.draw(stage, place, Point::new(x - strip.width() / 2.0, strip_top), is_wide);
    }
    let text_top = if place.side == Side::Above { top } else { top + strip_height };
    let fits = |stage: &Stage<'_>, at: Point, content: &str, lettering: Lettering| {
        let bounds = lettering.bounds_of(at, content);
        bounds.bottom() <= stage.frame.height && bounds.y >= 0.0
    };
    let role_at = Point::new(x, text_top + 11.0);
    if !role.is_empty() && fits(stage, role_at, role, role_style) {
        stage.write(role_at, role, role_style, Ink::Ink, subject);
    }
    let remark_at = Point::new(x, text_top + 25.0);
    if !remark.is_empty()
        && fits(stage, remark_at, remark, remark_style)
        && stage.is_free(remark_style.bounds_of(remark_at, remark))
    {
        stage.write(remark_at, remark, remark_style, *remark_ink, subject);
    }
}

fn draw_mini_strip(stage: &mut Stage<'_>, place: NodePlace, look: &Look) {
    if stage.frame.class != Class::Miniature || look.cells.is_empty() {
        return;
    }
    let strip = Strip::of(look, 7.0, 8.0, 4);
    let is_left = place.center.x < stage.middle.x - 1.0;
    let left = if is_left {
        place.center.x - place.radius - 6.0 - strip.width()
    } else {
        place.center.x + place.radius + 6.0
    };
    strip.draw(stage, place, Point::new(left, place.center.y - 4.0), false);
}

/// The newest cells of a node's log.
struct Strip<'a> {
    cells: &'a [Cell],
    hidden: usize,
    bar: Option<usize>,
    cell_width: f64,
    cell_height: f64,
}

impl<'a> Strip<'a> {
    fn of(look: &'a Look, cell_width: f64, cell_height: f64, most: usize) -> Self {
        let folded = look.cells.len().saturating_sub(most);
        let hidden = look.earlier_cells + folded;
        Self { cells: &look.cells[folded..], hidden, bar: look.commit_bar, cell_width, cell_height }
    }

    fn lead(&self) -> f64 {
        if self.hidden > 0 { 6.0 } else { 0.0 }
    }

    fn width(&self) -> f64 {
        self.lead() + self.cells.len() as f64 * self.cell_width
    }

    fn draw(&self, stage: &mut Stage<'_>, place: NodePlace, at: Point, with_words: bool) {
        let subject = Subject::Node(place.id.code());
        stage.take(Rect::new(at.x - 2.0, at.y - 2.0, self.width() + 4.0, self.cell_height + 4.0));
        for step in 0..self.hidden.min(2) {
            // The torn edge of a log that goes on to the left.
            let x = at.x + 3.0 * step as f64;
            let (top, bottom) = (Point::new(x, at.y + 3.0), Point::new(x, at.y + self.cell_height - 3.0));
            stage.scene.pen(Layer::Strips, subject).line(top, bottom, Style::stroke(Ink::Control, 1.0));
        }
        for (place, cell) in self.cells.iter().enumerate() {
            let left = at.x + self.lead() + place as f64 * self.cell_width;
            let rect = Rect::new(left, at.y, self.cell_width, self.cell_height);
            self.draw_cell(stage, subject, rect, cell, with_words);
        }
        let bar = self.bar.map(|bar| bar.saturating_sub(self.hidden).min(self.cells.len()));
        if let Some(bar) = bar.filter(|_| !self.cells.is_empty()) {
            let x = at.x + self.lead() + bar as f64 * self.cell_width;
            let beyond = if self.cell_height > 20.0 { 4.0 } else { 2.0 };
            let (top, bottom) =
                (Point::new(x, at.y - beyond), Point::new(x, at.y + self.cell_height + beyond));
            stage.scene.pen(Layer::Strips, subject).line(top, bottom, Style::stroke(Ink::Ink, 2.0));
        }
    }

    fn draw_cell(&self, stage: &mut Stage<'_>, subject: Subject, rect: Rect, cell: &Cell, with_words: bool) {
        let ink = if cell.epoch == 0 { Ink::Control } else { Ink::EpochInk(cell.epoch) };
        let style = if cell.is_tentative {
            Style::fill(Ink::Sheet).with_stroke(ink, 1.5).dashed(4.0, 3.0)
        } else {
            let fill = if cell.epoch == 0 { Ink::Sunk } else { Ink::Epoch(cell.epoch) };
            Style::fill(fill).with_stroke(ink, 1.0)
        };
        let mut pen = stage.scene.pen(Layer::Strips, subject);
        pen.rect(rect, 0.0, style);
        let lettering = Lettering::sans(11.0).middle();
        if with_words && lettering.width_of(&cell.words) <= self.cell_width - 2.0 {
            let at = Point::new(rect.center().x, rect.center().y + 4.0);
            pen.text(at, cell.words.clone(), lettering, Style::fill(Ink::Ink));
        }
    }
}
