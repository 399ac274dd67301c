//! The strip at the top of the home page: a stretch of one real run as a space-time diagram, a lane for each server, a
//! line for each message. It is a link to that run.

use faultscope_labs::ordered::{Map, sort_by_key};
use faultscope_labs::sim::{Kind, Moment, Status, Step};
use faultscope_labs::stage::Edge;
use faultscope_labs::{LABS, Lang, NodeId, Session};
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::format::thousands;
use crate::panels::words;
use crate::route;

/// How much virtual time the strip shows, in microseconds.
const SPAN_US: u64 = 360_000;
/// How much of it comes before the first action, in microseconds.
const BEFORE_US: u64 = 90_000;
/// The most lanes.
const LANES_MAX: usize = 7;
/// The most steps that are played.
const STEPS_MAX: u64 = 2_000;
/// Steps that are played in one go.
const PART_STEPS: u64 = 100;
/// Width of the wide form and of the form for phones, in CSS pixels.
const WIDTHS: [(&str, f64); 2] = [("wide", 736.0), ("narrow", 358.0)];
const LEFT: f64 = 32.0;
const PITCH: f64 = 28.0;

/// What the strip is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct StripProps {
    /// The language.
    pub lang: Lang,
}

/// A stretch of the first lab's miniature run.
#[component]
pub(super) fn Strip(props: &StripProps) -> Html {
    let stretch = use_state(|| None);
    {
        let stretch = stretch.clone();
        use_effect_with((), move |()| spawn_local(async move { stretch.set(Stretch::of_first_lab().await) }));
    }
    let Some(stretch) = &*stretch else { return html! { <div class="strip waiting" /> } };
    let lang = props.lang;
    let caption = words::STRIP.fill(
        lang,
        &[
            ("lab", stretch.title.get(lang)),
            ("messages", &thousands(stretch.messages.len() as u64)),
            ("time", &format!("{} ms", SPAN_US / 1_000)),
            ("lost", &thousands(stretch.lost() as u64)),
        ],
    );
    html! {
        <a class="strip" href={route::fragment(&stretch.text)}>
            { for WIDTHS.iter().map(|(class, width)| drawing(stretch, class, *width, lang)) }
            <p>{ caption }</p>
        </a>
    }
}

/// A message: who, when, and what became of it.
struct Message {
    from: usize,
    to: usize,
    sent_us: u64,
    end_us: Option<u64>,
    is_lost: bool,
    is_reply: bool,
    kind: u8,
}

/// A part of a lane in which the node looks the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    from_us: u64,
    looks: Looks,
}

/// How a node's lane looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Looks {
    epoch: u64,
    is_thick: bool,
    is_tentative: bool,
    is_down: bool,
}

/// A stretch of a run.
struct Stretch {
    title: faultscope_labs::Text,
    text: String,
    from_us: u64,
    lanes: Vec<(NodeId, Vec<Part>)>,
    messages: Vec<Message>,
}

impl Stretch {
    /// Plays the run in parts, between which the browser may do other things.
    async fn of_first_lab() -> Option<Self> {
        let mut session = Session::open(LABS.first()?.miniature).ok()?;
        while Self::play_a_part(&mut session) {
            TimeoutFuture::new(0).await;
        }
        Some(Self::of(&session))
    }

    /// Whether more is to be played.
    fn play_a_part(session: &mut Session) -> bool {
        let until_us = Self::beginning_us(session) + SPAN_US;
        session.play_ahead(until_us, PART_STEPS) == PART_STEPS && session.len() < STEPS_MAX
    }

    /// A little before the first action of a run, or at its cursor where there is none.
    fn beginning_us(session: &Session) -> u64 {
        let first_action_us = session.run().actions().first().map(|pinned| pinned.pin.at_us);
        first_action_us.map_or(session.now_us(), |at_us| at_us.saturating_sub(BEFORE_US))
    }

    /// The stretch from the beginning on, as far as it was played.
    fn of(session: &Session) -> Self {
        let from_us = Self::beginning_us(session);
        let ids = session.world().servers().map(|node| node.id).take(LANES_MAX);
        let mut stretch = Self {
            title: session.lab().title,
            text: session.text_without_cursor().to_string(),
            from_us,
            lanes: ids.map(|id| (id, Vec::new())).collect(),
            messages: Vec::new(),
        };
        stretch.collect(session);
        stretch
    }

    fn lost(&self) -> usize {
        self.messages.iter().filter(|message| message.is_lost).count()
    }

    /// Walks through the run up to the end of the stretch. What was sent before it may arrive within it.
    fn collect(&mut self, session: &Session) {
        let mut open: Map<u64, Message> = Map::new();
        let until_us = self.from_us + SPAN_US;
        session.run().replay(1, session.run().steps_until(until_us), |moment, step| {
            self.collect_messages(session, step, &mut open);
            self.collect_looks(session, moment, step);
        });
        self.messages.extend(open.into_values());
        let from_us = self.from_us;
        self.messages.retain(|message| message.sent_us >= from_us);
        sort_by_key(&mut self.messages, |message| message.sent_us);
    }

    fn lane(&self, id: NodeId) -> Option<usize> {
        self.lanes.iter().position(|(lane, _)| *lane == id)
    }

    fn collect_messages(&mut self, session: &Session, step: &Step, open: &mut Map<u64, Message>) {
        if let Some(mut message) = step.message.and_then(|number| open.remove(&number)) {
            message.end_us = Some(step.at_us);
            message.is_lost = step.kind == Kind::Lost;
            self.messages.push(message);
        }
        for sent in &step.sent {
            let (Some(from), Some(to)) = (self.lane(sent.from), self.lane(sent.to)) else { continue };
            let kind = session.lab().kind(sent.body.name()).map_or(0, |kind| kind.ink);
            let is_reply = sent.body.is_reply();
            open.insert(
                sent.id,
                Message { from, to, sent_us: step.at_us, end_us: None, is_lost: false, is_reply, kind },
            );
        }
    }

    fn collect_looks(&mut self, session: &Session, moment: &Moment, step: &Step) {
        let Some(lane) = step.node.and_then(|id| self.lane(id)) else { return };
        let Some((id, parts)) = self.lanes.get_mut(lane) else { return };
        let Some(node) = moment.world.node(*id) else { return };
        let look = session.variant().look(&moment.world, node, Lang::En);
        let looks = Looks {
            epoch: look.epoch,
            is_thick: look.edge == Edge::Thick,
            is_tentative: look.edge == Edge::Tentative,
            is_down: node.status == Status::Down,
        };
        if parts.last().is_none_or(|part| part.looks != looks) {
            parts.push(Part { from_us: step.at_us, looks });
        }
    }
}

/// Where times and lanes stand in a drawing of some width.
#[derive(Clone, Copy)]
struct Scale {
    from_us: u64,
    width: f64,
}

impl Scale {
    fn x(self, at_us: u64) -> f64 {
        let share = (at_us as f64 - self.from_us as f64) / SPAN_US as f64;
        LEFT + share.clamp(0.0, 1.0) * (self.width - LEFT - 1.0)
    }

    fn y(lane: usize) -> f64 {
        14.0 + lane as f64 * PITCH
    }
}

fn drawing(stretch: &Stretch, class: &'static str, width: f64, lang: Lang) -> Html {
    let scale = Scale { from_us: stretch.from_us, width };
    let bottom = Scale::y(stretch.lanes.len()) - 16.0;
    let view_box = format!("0 0 {width} {}", bottom + 20.0);
    html! {
        <svg key={class} class={classes!("lanes", class)} viewBox={view_box} role="img" aria-label={words::STRIP_LABEL.get(lang)}>
            { for stretch.lanes.iter().enumerate().map(|(lane, (id, parts))| band(lane, *id, parts, scale)) }
            { for stretch.messages.iter().map(|message| arrow(message, scale)) }
            { ticks(scale, bottom) }
        </svg>
    }
}

/// A lane: thick while its node leads, hatched while it is down, tinted by its epoch.
fn band(lane: usize, id: NodeId, parts: &[Part], scale: Scale) -> Html {
    let y = Scale::y(lane);
    let end_us = scale.from_us + SPAN_US;
    let part = |(at, part): (usize, &Part)| {
        let until_us = parts.get(at + 1).map_or(end_us, |next| next.from_us);
        let (left, right) = (scale.x(part.from_us), scale.x(until_us));
        if until_us <= scale.from_us || right - left < 0.5 {
            return html! {};
        }
        let Looks { epoch, is_thick, is_tentative, is_down } = part.looks;
        let height = if is_thick || is_down { 7.0 } else { 3.0 };
        let tint =
            if epoch == 0 { "epoch-none".to_owned() } else { format!("epoch-{}", (epoch - 1) % 8 + 1) };
        let class = classes!("band", tint, is_down.then_some("down"), is_tentative.then_some("tentative"));
        html! {
            <rect {class} x={px(left)} y={px(y - height / 2.0)} width={px(right - left)} height={px(height)} />
        }
    };
    html! {
        <g>
            <text class="name" x="0" y={px(y + 4.0)}>{ id.to_string() }</text>
            { for parts.iter().enumerate().map(part) }
        </g>
    }
}

/// A message: a line from lane to lane, dashed for a reply, with a cross where it was lost.
fn arrow(message: &Message, scale: Scale) -> Html {
    let (x1, y1) = (scale.x(message.sent_us), Scale::y(message.from));
    let until_us = scale.from_us + SPAN_US;
    let end_us = message.end_us.unwrap_or(until_us).min(until_us);
    let (x2, mut y2) = (scale.x(end_us), Scale::y(message.to));
    if message.is_lost {
        // It is lost half-way.
        y2 = f64::midpoint(y1, y2);
    }
    let is_cut_short = message.end_us.is_none_or(|end_us| end_us > until_us);
    let class = classes!(
        "msg",
        format!("kind-{}", message.kind),
        message.is_reply.then_some("reply"),
        message.is_lost.then_some("gone"),
    );
    if is_cut_short {
        return html! {};
    }
    html! {
        <g {class}>
            <line x1={px(x1)} y1={px(y1)} x2={px(x2)} y2={px(y2)} />
            if message.is_lost { { cross(x2, y2) } } else { { head(x1, y1, x2, y2) } }
        </g>
    }
}

fn cross(x: f64, y: f64) -> Html {
    let path = format!("M{x0:.1} {y0:.1}l6 6m0-6l-6 6", x0 = x - 3.0, y0 = y - 3.0);
    html! { <path class="cross" d={path} /> }
}

/// The head of an arrow: 7 px long, 5.6 px wide.
fn head(x1: f64, y1: f64, x2: f64, y2: f64) -> Html {
    let length = (x2 - x1).hypot(y2 - y1).max(1.0);
    let (dx, dy) = ((x2 - x1) / length, (y2 - y1) / length);
    let (bx, by) = (x2 - dx * 7.0, y2 - dy * 7.0);
    let (wx, wy) = (-dy * 2.8, dx * 2.8);
    let path = format!("M{x2:.1} {y2:.1}L{:.1} {:.1}L{:.1} {:.1}z", bx + wx, by + wy, bx - wx, by - wy);
    html! { <path class="head" d={path} /> }
}

/// A tick every 100 ms, with its time in milliseconds.
fn ticks(scale: Scale, y: f64) -> Html {
    let first = scale.from_us.div_ceil(100_000);
    let last = (scale.from_us + SPAN_US) / 100_000;
    let tick = |hundred: u64| {
        let x = scale.x(hundred * 100_000);
        let unit = if hundred == first { " ms" } else { "" };
        html! {
            <g class="tick">
                <line x1={px(x)} y1={px(y)} x2={px(x)} y2={px(y + 4.0)} />
                <text x={px(x)} y={px(y + 16.0)}>{ format!("{}{unit}", thousands(hundred * 100)) }</text>
            </g>
        }
    };
    // A tick at the very edge would lose half of its words.
    (first..=last)
        .filter(|&hundred| (20.0..scale.width - 20.0).contains(&scale.x(hundred * 100_000)))
        .map(tick)
        .collect()
}

fn px(length: f64) -> String {
    format!("{length:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strip_shows_a_real_stretch() {
        let mut session = Session::open(LABS[0].miniature).unwrap();
        while Stretch::play_a_part(&mut session) {}
        let stretch = Stretch::of(&session);
        assert!(!stretch.messages.is_empty() && !stretch.lanes.is_empty());
        let until_us = stretch.from_us + SPAN_US;
        assert!(
            stretch.messages.iter().all(|message| (stretch.from_us..=until_us).contains(&message.sent_us))
        );
        assert!(Session::open(&stretch.text).is_ok(), "{}", stretch.text);
    }

    #[test]
    fn times_stay_within_the_drawing() {
        let scale = Scale { from_us: 1_000, width: 358.0 };
        assert_eq!(scale.x(0), LEFT);
        assert_eq!(scale.x(1_000), LEFT);
        assert_eq!(scale.x(u64::MAX), 357.0);
    }
}
