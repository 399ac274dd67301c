//! Nodes: discs, rings, arcs, badges, and the words and strips beside them.

use faultscope_scene::{Anchor, Icon, Ink, Layer, Lettering, Point, Rect, Style, Subject};
use faultscope_sim::{ArmedTimer, Node, Status, World};

use super::crowd;
use super::places::{NodePlace, RIM, Side};
use super::{Cell, Class, Edge, Look, Stage, Tone};
use crate::lab::Variant;
use crate::words;

/// Beyond so little of a timer left, its arc turns red, in thousandths.
const URGENT_PERMILLE: u64 = 150;

pub(super) fn draw(stage: &mut Stage<'_>, variant: &dyn Variant, world: &World) {
    let is_small = |place: &NodePlace| place.radius < crowd::NAMED_RADIUS;
    if stage.places.len() > 9 && stage.frame.class != Class::Miniature && stage.places.iter().all(is_small) {
        crowd::draw_discs(stage, variant, world);
        if let Some(place) = stage.frame.selected.and_then(|id| stage.place(id)) {
            draw_selection(stage, place);
        }
        return;
    }
    let is_moved = !stage.frame.dragged.is_empty();
    for place in stage.places.clone() {
        // Labels of dragged nodes stand anywhere: they keep away from badges too.
        let beyond = if is_moved { RIM } else { 4.0 };
        stage.take(around(place.center, place.radius + beyond));
    }
    if is_moved {
        super::places::take_what_is_read(stage);
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
    // Below the disc: its epoch's tint stays what it is.
    if look.is_blocked && node.status == Status::Up {
        let beyond = if is_mini { 4.0 } else { 14.0 };
        pen.circle(center, radius + beyond, Style::fill(Ink::WarnWash).with_stroke(Ink::Warn, 2.0));
    }
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
    let radius = place.radius + place.rim();
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

/// Small discs at the shoulders: paused, disk busy or empty (in red), clock wrong, processor slow.
fn draw_badges(stage: &mut Stage<'_>, place: NodePlace, node: &Node) {
    if stage.frame.class == Class::Miniature || place.radius < 16.0 {
        return;
    }
    let is_writing = node.status != Status::Down && node.pending_writes().any(|write| write.force);
    let is_skewed = node.clock.is_off();
    let is_slow = node.status == Status::Up && node.slow_processor_us().is_some();
    let badges = [
        (node.status == Status::Paused, Icon::Pause, Ink::InkSoft),
        (is_writing, Icon::Cylinder, Ink::InkSoft),
        (node.has_lost_disk(), Icon::Cylinder, Ink::Danger),
        (is_skewed, Icon::Clock, Ink::InkSoft),
        (is_slow, Icon::Processor, Ink::InkSoft),
    ];
    let scale = place.radius / 34.0;
    let spots = [(30.0, -26.0), (-30.0, -26.0), (30.0, 26.0), (-30.0, 26.0)];
    let shown = badges.into_iter().filter(|(is_shown, ..)| *is_shown).map(|(_, icon, ink)| (icon, ink));
    for ((icon, ink), (x, y)) in shown.zip(spots) {
        let at = Point::new(place.center.x + x * scale, place.center.y + y * scale);
        let mut pen = stage.scene.pen(Layer::Strips, Subject::Node(place.id.code()));
        pen.circle(at, 10.0, Style::fill(Ink::Sheet).with_stroke(Ink::Control, 1.0));
        pen.glyph(icon, at, 12.0, Style::fill(Ink::Sheet).with_stroke(ink, 1.5));
    }
}

fn draw_selection(stage: &mut Stage<'_>, place: NodePlace) {
    let mut pen = stage.scene.pen(Layer::Selection, Subject::Node(place.id.code()));
    for corner in 0..4 {
        let start = 0.125 + f64::from(corner) / 4.0 - 1.0 / 24.0;
        pen.arc(
            place.center,
            place.radius + place.rim() + 8.0,
            start,
            1.0 / 12.0,
            Style::stroke(Ink::Accent, 2.0),
        );
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
    let mut words = words_of(stage, node, look);
    if stage.has_zones {
        words.0 = format!("{} z{}", words.0, node.zone + 1).trim_start().to_owned();
    }
    match place.side {
        Side::Nowhere => draw_mini_strip(stage, place, look),
        _ if stage.frame.dragged.is_empty() => draw_words_at_side(stage, place, look, &words),
        _ => draw_words_where_free(stage, place, look, words),
    }
}

fn draw_words_at_side(stage: &mut Stage<'_>, place: NodePlace, look: &Look, words: &(String, String, Ink)) {
    match place.side {
        Side::Left | Side::Right => draw_words_beside(stage, place, look, words),
        Side::Above | Side::Below => draw_words_stacked(stage, place, look, words),
        Side::Nowhere => {}
    }
}

/// Where nodes were dragged, another may stand where words would: they go to the side that has room for most of them,
/// and where none has, the remark and the signs go first, then the strip, then the role.
fn draw_words_where_free(
    stage: &mut Stage<'_>,
    place: NodePlace,
    look: &Look,
    mut words: (String, String, Ink),
) {
    let [mut first, mut last] = [(Side::Left, Side::Right), (Side::Above, Side::Below)];
    if matches!(place.side, Side::Above | Side::Below) {
        std::mem::swap(&mut first, &mut last);
    }
    let flipped =
        |(one, other): (Side, Side), is_other: bool| if is_other { [other, one] } else { [one, other] };
    let first = flipped(first, place.side == first.1);
    let last = flipped(last, place.center.y > stage.middle.y);
    let mut look = look.clone();
    for less in 0..3 {
        let mut best: Option<(usize, Side)> = None;
        for side in first.into_iter().chain(last) {
            let (drawn, taken) = (stage.scene.lengths(), stage.taken.len());
            let placed = NodePlace { side, ..place };
            let count = stage.draw_if_free(|stage| draw_words_at_side(stage, placed, &look, &words));
            stage.scene.cut_back(drawn);
            stage.taken.truncate(taken);
            if let Some(count) = count.filter(|count| best.is_none_or(|(most, _)| *count > most)) {
                best = Some((count, side));
            }
        }
        if let Some((_, side)) = best {
            return draw_words_at_side(stage, NodePlace { side, ..place }, &look, &words);
        }
        match less {
            0 => {
                words.1.clear();
                look.signs.clear();
            }
            _ => look.cells.clear(),
        }
    }
}

/// On a wide stage, and beside clients: role and remark above the strip, outwards from the rim. Where both do
/// not fit in one line they stand in two; what does not fit at all is left out, never pushed onto the disc.
fn draw_words_beside(stage: &mut Stage<'_>, place: NodePlace, look: &Look, words: &(String, String, Ink)) {
    let (role, remark, remark_ink) = words;
    let strip = Strip::beside(stage, look);
    let is_left = place.side == Side::Left;
    let (role_style, remark_style) = (Lettering::sans(13.0).bold(), Lettering::sans(12.0));
    let (role_width, remark_width) = (role_style.width_of(role), remark_style.width_of(remark));
    let beyond = place.radius + if place.id.is_client() { RIM + 6.0 } else { 30.0 };
    let inner = if is_left { place.center.x - beyond } else { place.center.x + beyond };
    let room = if is_left { inner - stage.left - 6.0 } else { right_end(stage, place) - 6.0 - inner };
    let in_one_line = remark.is_empty() || role_width + 10.0 + remark_width <= room;
    let words_width = match (remark.is_empty(), in_one_line) {
        (true, _) => role_width,
        (_, true) => role_width + 10.0 + remark_width,
        (_, false) => role_width.max(remark_width),
    };
    let width = strip.width().max(words_width);
    let left = if is_left { inner - width } else { inner };
    let has_strip = !look.cells.is_empty();
    let baseline = place.center.y + if has_strip { -8.0 } else { 4.0 };
    let subject = Subject::Node(place.id.code());
    let role_baseline = match (in_one_line, has_strip) {
        (true, _) => baseline,
        (false, true) => baseline - 15.0,
        (false, false) => baseline - 7.0,
    };
    if role_width <= room {
        stage.write(Point::new(left, role_baseline), role, role_style, Ink::Ink, subject);
    }
    if !remark.is_empty() && remark_width <= room {
        let at = if in_one_line {
            Point::new(left + role_width + 10.0, baseline)
        } else {
            Point::new(left, role_baseline + 15.0)
        };
        stage.write(at, remark, remark_style, *remark_ink, subject);
    }
    if has_strip {
        let strip_left = if is_left { left + width - strip.width() } else { left };
        strip.draw(stage, place, Point::new(strip_left, baseline + 12.0));
        draw_signs(stage, place, look, Point::new(strip_left, baseline + 12.0 + strip.cell_height + 18.0));
    } else {
        draw_signs(stage, place, look, Point::new(left, baseline + 20.0));
    }
}

/// Where words at the right of a node must end: before the next client in its row, or at the edge of the stage.
fn right_end(stage: &Stage<'_>, place: NodePlace) -> f64 {
    let is_beside = |other: &&NodePlace| {
        place.id.is_client()
            && other.id.is_client()
            && other.center.x > place.center.x
            && (other.center.y - place.center.y).abs() < place.radius
    };
    let starts = stage.places.iter().filter(is_beside).map(|other| other.center.x - other.radius - RIM);
    starts.fold(stage.frame.width, f64::min)
}

fn draw_signs(stage: &mut Stage<'_>, place: NodePlace, look: &Look, from: Point) {
    let lettering = Lettering::sans(12.0);
    let ink = if look.is_blocked { Ink::Warn } else { Ink::Ink };
    let mut at = from;
    for (icon, words) in look.signs.iter().take(2) {
        stage.scene.pen(Layer::Strips, Subject::Node(place.id.code())).glyph(
            *icon,
            Point::new(at.x + 6.0, at.y - 4.0),
            12.0,
            Style::fill(ink).with_stroke(ink, 1.2),
        );
        stage.write(
            Point::new(at.x + 15.0, at.y),
            words,
            lettering,
            Ink::InkSoft,
            Subject::Node(place.id.code()),
        );
        // Side by side, or below each other where there is little room.
        if stage.is_compact {
            at.y += 18.0;
        } else {
            at.x += 15.0 + lettering.width_of(words) + 12.0;
        }
    }
}

/// On a narrow stage, and under hubs and clients: everything in the middle, above or below the disc.
fn draw_words_stacked(stage: &mut Stage<'_>, place: NodePlace, look: &Look, words: &(String, String, Ink)) {
    let (role, remark, remark_ink) = words;
    let is_wide = stage.frame.is_roomy();
    let strip = match is_wide {
        true => Strip::beside(stage, look),
        false => Strip::plain(look, 11.0, 13.0, 6),
    };
    let (role_style, remark_style) =
        (Lettering::sans(if is_wide { 13.0 } else { 12.0 }).bold().middle(), Lettering::sans(12.0).middle());
    // On a wide stage role and remark share a line.
    let words_width = role_style.width_of(role)
        + if remark.is_empty() { 0.0 } else { 10.0 + remark_style.width_of(remark) };
    let lines = if is_wide || remark.is_empty() { 14.0 } else { 28.0 };
    let strip_height = if look.cells.is_empty() { 0.0 } else { strip.cell_height + 6.0 };
    let reach = place.radius + RIM + if is_wide { 8.0 } else { 4.0 };
    let top = match place.side {
        Side::Above => place.center.y - reach - lines - strip_height,
        _ => place.center.y + reach,
    };
    let widest_words =
        if is_wide { words_width } else { role_style.width_of(role).max(remark_style.width_of(remark)) };
    let widest = widest_words.max(strip.width());
    let lean = match place.center.x - stage.middle.x {
        off if !stage.leans || place.id.is_client() || off.abs() < place.radius => 0.0,
        off => (widest / 2.0 - place.radius).max(0.0) * off.signum(),
    };
    let x = (place.center.x + lean)
        .clamp(widest / 2.0 + 4.0, (stage.frame.width - widest / 2.0 - 4.0).max(widest / 2.0 + 4.0));
    let subject = Subject::Node(place.id.code());
    if !look.cells.is_empty() {
        let strip_top = if place.side == Side::Above { top + lines + 6.0 } else { top + 2.0 };
        strip.draw(stage, place, Point::new(x - strip.width() / 2.0, strip_top));
    }
    let text_top = if place.side == Side::Above { top } else { top + strip_height };
    let fits = |stage: &Stage<'_>, at: Point, content: &str, lettering: Lettering| {
        let bounds = lettering.bounds_of(at, content);
        bounds.bottom() <= stage.frame.height && bounds.y >= 0.0
    };
    let half_remark = (words_width - role_style.width_of(role)) / 2.0;
    let role_at = Point::new(if is_wide { x - half_remark } else { x }, text_top + 11.0);
    if !role.is_empty() && fits(stage, role_at, role, role_style) {
        stage.write(role_at, role, role_style, Ink::Ink, subject);
    }
    let remark_at = if is_wide {
        Point::new(x + (words_width - remark_style.width_of(remark)) / 2.0, text_top + 11.0)
    } else {
        Point::new(x, text_top + 26.0)
    };
    if !remark.is_empty()
        && fits(stage, remark_at, remark, remark_style)
        && stage.is_free(remark_style.bounds_of(remark_at, remark))
    {
        stage.write(remark_at, remark, remark_style, *remark_ink, subject);
    }
    if is_wide {
        draw_signs_outside(stage, place, look);
    }
}

/// Up to two signs, one above the other, at the side of the disc that looks away from the middle.
fn draw_signs_outside(stage: &mut Stage<'_>, place: NodePlace, look: &Look) {
    let is_left = place.center.x < stage.middle.x - 1.0;
    let outwards = if is_left { -1.0 } else { 1.0 };
    let lettering =
        Lettering { anchor: if is_left { Anchor::End } else { Anchor::Start }, ..Lettering::sans(12.0) };
    let ink = if look.is_blocked { Ink::Warn } else { Ink::Ink };
    let subject = Subject::Node(place.id.code());
    let edge = place.center.x + outwards * (place.radius + RIM + 10.0);
    let rows = look.signs.len().min(2);
    for (row, (icon, words)) in look.signs.iter().take(2).enumerate() {
        let y = place.center.y + (row as f64 - (rows as f64 - 1.0) / 2.0) * 20.0;
        let style = Style::fill(ink).with_stroke(ink, 1.2);
        stage.scene.pen(Layer::Strips, subject).glyph(*icon, Point::new(edge, y), 12.0, style);
        stage.write(Point::new(edge + outwards * 9.0, y + 4.0), words, lettering, Ink::InkSoft, subject);
    }
}

fn draw_mini_strip(stage: &mut Stage<'_>, place: NodePlace, look: &Look) {
    if stage.frame.class != Class::Miniature || look.cells.is_empty() {
        return;
    }
    let strip = Strip::plain(look, 7.0, 8.0, 4);
    let is_left = place.center.x < stage.middle.x - 1.0;
    let left = if is_left {
        place.center.x - place.radius - 6.0 - strip.width()
    } else {
        place.center.x + place.radius + 6.0
    };
    strip.draw(stage, place, Point::new(left, place.center.y - 4.0));
}

/// The newest cells of a node's log.
struct Strip<'a> {
    cells: &'a [Cell],
    /// How wide each of them is.
    widths: Vec<f64>,
    hidden: usize,
    bar: Option<usize>,
    cell_height: f64,
    has_words: bool,
}

/// The most cells with words.
const WORDED_CELLS: usize = 4;
/// The least width of a cell with words, and the most of a strip of them.
const WORDED_WIDTHS: (f64, f64) = (32.0, 148.0);

impl<'a> Strip<'a> {
    /// As a wide stage has it: with words, where there is room for them.
    fn beside(stage: &Stage<'_>, look: &'a Look) -> Self {
        match stage.is_compact {
            _ if !stage.frame.is_roomy() => Self::plain(look, 11.0, 13.0, 6),
            true => Self::plain(look, 12.0, 16.0, 6),
            false => Self::with_words(look),
        }
    }

    /// Cells with words, each wide enough for its own; older ones are folded away where there is no room.
    fn with_words(look: &'a Look) -> Self {
        let (least, most) = WORDED_WIDTHS;
        let width_of = |cell: &Cell| (cell_lettering().width_of(&cell.words) + 10.0).clamp(least, most);
        let mut widths: Vec<f64> = Vec::new();
        for cell in look.cells.iter().rev().take(WORDED_CELLS) {
            let width = width_of(cell);
            if !widths.is_empty() && widths.iter().sum::<f64>() + width > most {
                break;
            }
            widths.push(width);
        }
        widths.reverse();
        Self::of(look, widths, 24.0, true)
    }

    /// At the most so many cells, all of one size, without words.
    fn plain(look: &'a Look, cell_width: f64, cell_height: f64, most: usize) -> Self {
        Self::of(look, vec![cell_width; look.cells.len().min(most)], cell_height, false)
    }

    fn of(look: &'a Look, widths: Vec<f64>, cell_height: f64, has_words: bool) -> Self {
        let folded = look.cells.len() - widths.len();
        let hidden = look.earlier_cells + folded;
        Self { cells: &look.cells[folded..], widths, hidden, bar: look.commit_bar, cell_height, has_words }
    }

    /// Where a cell begins, or the last one ends, from the left edge of the strip.
    fn edge(&self, cell: usize) -> f64 {
        self.lead() + self.widths[..cell].iter().sum::<f64>()
    }

    fn lead(&self) -> f64 {
        if self.hidden > 0 { 6.0 } else { 0.0 }
    }

    fn width(&self) -> f64 {
        self.edge(self.widths.len())
    }

    fn draw(&self, stage: &mut Stage<'_>, place: NodePlace, at: Point) {
        let subject = Subject::Node(place.id.code());
        stage.take(Rect::new(at.x - 2.0, at.y - 2.0, self.width() + 4.0, self.cell_height + 4.0));
        for step in 0..self.hidden.min(2) {
            // The torn edge of a log that goes on to the left.
            let x = at.x + 3.0 * step as f64;
            let (top, bottom) = (Point::new(x, at.y + 3.0), Point::new(x, at.y + self.cell_height - 3.0));
            stage.scene.pen(Layer::Strips, subject).line(top, bottom, Style::stroke(Ink::Control, 1.0));
        }
        for (place, (cell, &width)) in self.cells.iter().zip(&self.widths).enumerate() {
            let rect = Rect::new(at.x + self.edge(place), at.y, width, self.cell_height);
            self.draw_cell(stage, subject, rect, cell);
        }
        let bar = self.bar.map(|bar| bar.saturating_sub(self.hidden).min(self.cells.len()));
        if let Some(bar) = bar.filter(|_| !self.cells.is_empty()) {
            let x = at.x + self.edge(bar);
            let beyond = if self.cell_height > 20.0 { 4.0 } else { 2.0 };
            let (top, bottom) =
                (Point::new(x, at.y - beyond), Point::new(x, at.y + self.cell_height + beyond));
            stage.scene.pen(Layer::Strips, subject).line(top, bottom, Style::stroke(Ink::Ink, 2.0));
        }
    }

    fn draw_cell(&self, stage: &mut Stage<'_>, subject: Subject, rect: Rect, cell: &Cell) {
        let ink = if cell.epoch == 0 { Ink::Control } else { Ink::EpochInk(cell.epoch) };
        let style = if cell.is_tentative {
            Style::fill(Ink::Sheet).with_stroke(ink, 1.5).dashed(4.0, 3.0)
        } else {
            let fill = if cell.epoch == 0 { Ink::Sunk } else { Ink::Epoch(cell.epoch) };
            Style::fill(fill).with_stroke(ink, 1.0)
        };
        let mut pen = stage.scene.pen(Layer::Strips, subject);
        pen.rect(rect, 0.0, style);
        let lettering = cell_lettering();
        if self.has_words && lettering.width_of(&cell.words) <= rect.width - 2.0 {
            let at = Point::new(rect.center().x, rect.center().y + 4.0);
            pen.text(at, cell.words.clone(), lettering, Style::fill(Ink::Ink));
        }
    }
}

/// How the words of a cell are set.
fn cell_lettering() -> Lettering {
    Lettering::sans(11.0).middle()
}
