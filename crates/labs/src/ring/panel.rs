//! What is read beside the dial: how many copies move, and how evenly the keys lie on the nodes. On a narrow stage
//! one line says the first.

use faultscope_protocol::NodeId;
use faultscope_protocol::ordered::Map;
use faultscope_protocol::ring::{ChangeKind, Phase, Setup};
use faultscope_scene::{Ink, Layer, Lettering, Point, Rect, Style, Subject};
use faultscope_sim::{Status, World};

use super::dial::{MOVING, dot_style};
use super::keys::{KeyState, Keys, ideal_moves, modulo_moves};
use super::words::{change, thousands};
use super::{items_of, readers};
use crate::stage::Stage;
use crate::words::Text;

/// Draws the panel, or on a narrow stage its first line.
pub(super) fn draw(world: &World, stage: &mut Stage<'_>, keys: &Keys<'_>, setup: &Setup, per_dot: u32) {
    let Some(area) = stage.beside else { return draw_line(stage, keys, setup) };
    let mut panel = Panel { area, y: area.y };
    panel.readout(stage, keys, setup);
    panel.legend(stage, keys, per_dot);
    panel.bars(stage, world, keys, setup);
}

/// What is counted: keys, or copies of them; in full, and shorter.
fn things(setup: &Setup) -> [Text; 2] {
    if setup.replication_factor > 1 {
        [
            Text::new("of {all} copies move", "/ {all} 份副本要搬"),
            Text::new("of {all} copies", "/ {all} 份副本"),
        ]
    } else {
        [Text::new("of {all} keys move", "/ {all} 个键要搬"), Text::new("of {all} keys", "/ {all} 个键")]
    }
}

/// How many copies of keys there are in all, with so many nodes.
fn all_copies(setup: &Setup, nodes: usize) -> u64 {
    u64::from(setup.key_count()) * u64::from(setup.replication_factor.max(1)).min(nodes as u64)
}

fn draw_line(stage: &mut Stage<'_>, keys: &Keys<'_>, setup: &Setup) {
    let lang = stage.frame.lang;
    let words = if keys.view.change().is_some() {
        let (arrived, total) = (thousands(keys.copies.arrived), thousands(keys.copies.total));
        let text = if setup.replication_factor > 1 {
            Text::new("{arrived} of {total} copies moved", "已搬 {arrived} / {total} 份副本")
        } else {
            Text::new("{arrived} of {total} keys moved", "已搬 {arrived} / {total} 个键")
        };
        text.fill(lang, &[("arrived", &arrived), ("total", &total)])
    } else {
        let count = thousands(u64::from(keys.count));
        Text::new("{count} keys, none moves", "{count} 个键，无搬动").fill(lang, &[("count", &count)])
    };
    let spots = [Point::new(8.0, 18.0), Point::new(8.0, stage.frame.height - 8.0)];
    stage.label_at_one_of(&spots, &words, Lettering::sans(12.0), Ink::InkSoft, Subject::None);
}

struct Panel {
    area: Rect,
    /// Where the next line begins.
    y: f64,
}

impl Panel {
    fn write(&self, stage: &mut Stage<'_>, x: f64, words: &str, lettering: Lettering, ink: Ink) {
        stage.write(Point::new(self.area.x + x, self.y), words, lettering, ink, Subject::None);
    }

    /// The number of copies that move, what it should be, and the bar.
    fn readout(&mut self, stage: &mut Stage<'_>, keys: &Keys<'_>, setup: &Setup) {
        let lang = stage.frame.lang;
        let small = Lettering::sans(12.0);
        let Some(under_way) = keys.view.change() else { return self.at_rest(stage, keys, setup) };
        let all = thousands(all_copies(setup, keys.view.members_next().len()));
        let beside = things(setup).map(|text| text.fill(lang, &[("all", &all)]));
        self.number(stage, keys.copies.total, &beside);
        self.y += 18.0;
        let what = change(under_way.kind).fill(lang, &[("node", &under_way.node.to_string())]);
        self.write(stage, 0.0, &what, small.bold(), Ink::Ink);
        self.y += 17.0;
        let how = match under_way.phase {
            Phase::Copy => Text::new("read old, write old and new", "读旧副本，新旧都写"),
            Phase::Switch => Text::new("read new, write old and new", "读新副本，新旧都写"),
            Phase::Move => Text::new("read and write new at once", "立即读写新位置"),
        };
        self.write(stage, 0.0, stage.say(how), small, Ink::InkSoft);
        self.y += 17.0;
        if let Some(compared) = self.compared(stage, keys, setup, small) {
            self.write(stage, 0.0, &compared, small, Ink::Quiet);
        }
        self.y += 9.0;
        self.bar(stage, keys);
    }

    /// What is there while nothing moves.
    fn at_rest(&mut self, stage: &mut Stage<'_>, keys: &Keys<'_>, setup: &Setup) {
        let lang = stage.frame.lang;
        let copies = u64::from(setup.replication_factor.max(1)).min(keys.view.members().len() as u64);
        let text = if copies > 1 {
            Text::new("keys, {copies} copies each", "个键，各 {copies} 份副本")
        } else {
            Text::new("keys, one copy each", "个键，各一份")
        };
        let short = Text::new("keys", "个键").get(lang).to_owned();
        self.number(
            stage,
            u64::from(keys.count),
            &[text.fill(lang, &[("copies", &copies.to_string())]), short],
        );
        self.y += 18.0;
        let words = stage.say(Text::new("none of them moves", "没有键在搬动"));
        self.write(stage, 0.0, words, Lettering::sans(12.0).bold(), Ink::Ink);
        self.y += 4.0;
    }

    /// A number in large type, and beside it the longer of two texts, if it fits, else the shorter.
    fn number(&mut self, stage: &mut Stage<'_>, number: u64, beside: &[String; 2]) {
        let (large, small) = (Lettering::sans(24.0), Lettering::sans(12.0));
        let number = thousands(number);
        self.y += 22.0;
        self.write(stage, 0.0, &number, large, Ink::Ink);
        let x = large.width_of(&number) + 8.0;
        let [full, short] = beside;
        let words = if x + small.width_of(full) <= self.area.width { full } else { short };
        self.write(stage, x, words, small, Ink::InkSoft);
    }

    /// What the number should be, as far as there is room.
    fn compared(
        &self,
        stage: &Stage<'_>,
        keys: &Keys<'_>,
        setup: &Setup,
        lettering: Lettering,
    ) -> Option<String> {
        let lang = stage.frame.lang;
        let ideal = thousands(ideal_moves(keys.view, keys.count, setup.replication_factor)?);
        let modulo = thousands(modulo_moves(keys.view, keys.count, setup.replication_factor)?);
        let whole = Text::new("even share {ideal}, mod n {modulo}", "均分 {ideal}，取余 {modulo}")
            .fill(lang, &[("ideal", &ideal), ("modulo", &modulo)]);
        if lettering.width_of(&whole) <= self.area.width {
            return Some(whole);
        }
        Some(Text::new("even share {ideal}", "均分 {ideal}").fill(lang, &[("ideal", &ideal)]))
    }

    fn bar(&mut self, stage: &mut Stage<'_>, keys: &Keys<'_>) {
        let copies = keys.copies;
        let track = Rect::new(self.area.x, self.y, self.area.width, 8.0);
        let mut pen = stage.scene.pen(Layer::Strips, Subject::None);
        pen.rect(track, 0.0, Style::fill(Ink::Sunk).with_stroke(Ink::Rule, 1.0));
        let part = |count: u64| track.width * count as f64 / copies.total.max(1) as f64;
        let arrived = Rect::new(track.x, track.y, part(copies.arrived), track.height);
        let on_the_way = Rect::new(arrived.right(), track.y, part(copies.on_the_way), track.height);
        if copies.on_the_way > 0 {
            pen.rect(on_the_way, 0.0, Style::fill(Ink::Sheet).with_stroke(MOVING, 1.5));
        }
        if copies.arrived > 0 {
            pen.rect(arrived, 0.0, Style::fill(MOVING));
        }
        self.y += 8.0;
    }

    /// What the dots mean; with the counts while keys move.
    fn legend(&mut self, stage: &mut Stage<'_>, keys: &Keys<'_>, per_dot: u32) {
        let lang = stage.frame.lang;
        let copies = keys.copies;
        let mut rows = Vec::new();
        if keys.view.change().is_some() {
            rows.extend([
                (KeyState::Arrived, Text::new("{count} arrived", "{count} 已到达"), copies.arrived),
                (KeyState::OnTheWay, Text::new("{count} on the way", "{count} 在途中"), copies.on_the_way),
                (KeyState::Waiting, Text::new("{count} wait", "{count} 等待"), copies.waiting()),
            ]);
        }
        let dot = if per_dot == 1 {
            Text::new("one dot is one key", "一个点表示一个键")
        } else {
            Text::new("one dot is {count} keys", "一个点表示 {count} 个键")
        };
        rows.push((KeyState::Resting, dot, u64::from(per_dot)));
        let lettering = Lettering::sans(12.0);
        for (state, text, count) in rows {
            self.y += 17.0;
            let at = Point::new(self.area.x + 5.0, self.y - 4.0);
            stage.scene.pen(Layer::Strips, Subject::None).circle(at, 3.5, dot_style(state));
            let words = text.fill(lang, &[("count", &thousands(count))]);
            self.write(stage, 16.0, &words, lettering, Ink::InkSoft);
        }
        self.y += 12.0;
    }

    /// How many keys each node holds, against an even share.
    fn bars(&mut self, stage: &mut Stage<'_>, world: &World, keys: &Keys<'_>, setup: &Setup) {
        let loads = Load::all(world, keys);
        let room = self.area.bottom() - self.y - 26.0;
        let pitch = (room / loads.len().max(1) as f64).min(22.0);
        if pitch < 14.0 {
            return;
        }
        self.y += 20.0;
        let heading = Text::new("Keys on each node", "各节点的键数");
        self.write(stage, 0.0, stage.say(heading), Lettering::sans(12.0).bold(), Ink::InkSoft);
        let count = readers(keys.view).len().max(1);
        let ideal = all_copies(setup, count) as f64 / count as f64;
        let most = loads.iter().map(|load| load.held + load.to_come).max().unwrap_or(0) as f64;
        let scale = Scale {
            left: self.area.x + 30.0,
            pixels: (self.area.width - 30.0 - 52.0).max(20.0) / most.max(ideal * 1.25).max(1.0),
            ideal,
        };
        let top = self.y + 6.0;
        for load in &loads {
            self.y += pitch;
            self.draw_load(stage, load, &scale, pitch);
        }
        let x = scale.left + ideal * scale.pixels;
        stage.scene.pen(Layer::Strips, Subject::None).line(
            Point::new(x, top),
            Point::new(x, self.y + 5.0),
            Style::stroke(Ink::Ink, 1.0),
        );
    }

    fn draw_load(&self, stage: &mut Stage<'_>, load: &Load, scale: &Scale, pitch: f64) {
        let height = (pitch - 8.0).clamp(6.0, 12.0);
        let top = self.y - 4.0 - height / 2.0;
        let subject = Subject::Node(load.node.code());
        let mut pen = stage.scene.pen(Layer::Strips, subject);
        let length = |count: u64| count as f64 * scale.pixels;
        let held = Rect::new(scale.left, top, length(load.held - load.to_go), height);
        let style = if load.is_down {
            Style::down()
        } else if load.is_coming {
            Style::fill(MOVING)
        } else {
            Style::fill(Ink::Control)
        };
        pen.rect(held, 0.0, style);
        let beyond = Rect::new(held.right(), top, length(load.to_go + load.to_come), height);
        if load.to_go + load.to_come > 0 {
            let ink = if load.to_come > 0 { MOVING } else { Ink::Control };
            pen.rect(beyond, 0.0, Style::stroke(ink, 1.0).dashed(3.0, 2.0));
        }
        let name = Lettering::sans(12.0);
        self.write(stage, 0.0, &load.node.to_string(), name, Ink::Ink);
        let off = ((load.held as f64 / scale.ideal.max(1.0) - 1.0) * 100.0).round() as i64;
        let percent = if off < 0 { format!("−{} %", -off) } else { format!("+{off} %") };
        let at = Point::new(self.area.right(), self.y);
        let lettering = if off >= 20 { name.bold().end() } else { name.end() };
        stage.write(at, &percent, lettering, if off >= 20 { Ink::Ink } else { Ink::InkSoft }, Subject::None);
    }
}

struct Scale {
    left: f64,
    /// Pixels for one key.
    pixels: f64,
    ideal: f64,
}

/// What a node holds, and what will come and go.
struct Load {
    node: NodeId,
    held: u64,
    to_come: u64,
    to_go: u64,
    is_down: bool,
    /// Whether it joins.
    is_coming: bool,
}

impl Load {
    /// The loads of all who take part, by number.
    fn all(world: &World, keys: &Keys<'_>) -> Vec<Self> {
        let (mut to_come, mut to_go) = (Map::<NodeId, u64>::new(), Map::<NodeId, u64>::new());
        let under_way = keys.view.change();
        for moved in keys.view.moves().iter().filter(|_| under_way.is_some()) {
            let has_it = |node| {
                world.node(node).and_then(items_of).is_some_and(|items| items.contains_key(&moved.key))
            };
            *to_come.entry(moved.to).or_default() += u64::from(!has_it(moved.to));
            // Who sends gives its place up, except for a node that is gone.
            let gives_up = under_way.is_some_and(|change| change.kind != ChangeKind::Remove);
            *to_go.entry(moved.from).or_default() += u64::from(gives_up && has_it(moved.from));
        }
        let load = |node: NodeId| {
            let found = world.node(node)?;
            let held = items_of(found).map_or(0, |items| items.len() as u64);
            let to_go = to_go.get(&node).copied().unwrap_or(0).min(held);
            Some(Self {
                node,
                held,
                to_come: to_come.get(&node).copied().unwrap_or(0),
                to_go,
                is_down: found.status == Status::Down,
                is_coming: under_way
                    .is_some_and(|change| (change.kind, change.node) == (ChangeKind::Join, node)),
            })
        };
        let servers = world.servers().map(|node| node.id);
        servers.filter(|&node| keys.view.involves(node)).filter_map(load).collect()
    }
}
