//! The timeline: the whole run on one strip, which is also the handle of its cursor.
//!
//! Eras tint the bar; faults, decisions and broken properties lie on it; above it stands how dense the messages are.
//! Drag along it to scrub. The needle moves with every frame, outside the framework's diff, see [`Live`].

mod live;
mod marks;
mod scale;
mod second;

use std::rc::Rc;

use faultscope_labs::scene::{Ink, theme::token};
use faultscope_labs::stage::Class;
use faultscope_labs::{Lang, Session};
use web_sys::{Element, PointerEvent};
use yew::prelude::*;

pub(crate) use live::Live;
use marks::{BranchLine, COLUMN, EraBar, Mark, Sign};
use scale::Scale;
pub(crate) use second::second_row;

use crate::format::{thousands, time_words};
use crate::handle::Handle;
use crate::intent::Intent;
use crate::spacetime::{Grip, Lens};
use crate::words;

/// Room left and right of the bar, in pixels: it begins where the lanes under it begin.
const MARGIN: (f64, f64) = (72.0, 24.0);
/// Room left and right of the bar on a phone, in pixels.
const NARROW_MARGIN: f64 = 8.0;
/// Where the line of the last branch lies over the bar, and how far the next one is over it, in pixels.
const BRANCH: (f64, f64) = (17.0, 12.0);
/// Height of the bar, in pixels.
const BAR: f64 = 14.0;
/// Distance between ticks with a time, in pixels.
const TICKS_APART: f64 = 96.0;

/// What the timeline is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TimelineProps {
    /// The run.
    pub(crate) handle: Handle,
    /// The language.
    pub(crate) lang: Lang,
    /// How wide the screen is.
    pub(crate) class: Class,
    /// How wide the strip is, in pixels.
    pub(crate) width: f64,
    /// What moves with every frame.
    pub(crate) live: Rc<Live>,
    /// The diagram whose window is bracketed.
    pub(crate) lens: Rc<Lens>,
    /// Whether no diagram stands below.
    #[prop_or_default]
    pub(crate) is_alone: bool,
    /// Where wishes go.
    pub(crate) on: Callback<Intent>,
}

/// Heights of the strip: on a phone only the bar has room.
#[derive(Clone, Copy)]
struct Rows {
    height: f64,
    bar: f64,
    is_full: bool,
    /// Whether the space-time diagram stands below, and tells the time.
    is_tied: bool,
}

impl Rows {
    fn of(class: Class, has_lanes: bool, branches: usize) -> Self {
        match class {
            Class::Phone | Class::Miniature => {
                Self { height: 36.0, bar: 12.0, is_full: false, is_tied: false }
            }
            Class::Tablet | Class::Desktop => {
                // The line of a first branch has its room, so that the stage does not shrink when one comes.
                let bar = 18.0 + BRANCH.1 * branches.max(1) as f64;
                let below = if has_lanes { 36.0 } else { 44.0 };
                Self { height: bar + below, bar, is_full: true, is_tied: has_lanes }
            }
        }
    }

    fn middle(self) -> f64 {
        self.bar + BAR / 2.0
    }
}

/// The timeline of a run.
#[component]
pub(crate) fn Timeline(props: &TimelineProps) -> Html {
    let session = props.handle.read();
    let (left, right) = margins(props.class);
    let scale = Scale::of(session.end_us(), left, props.width - left - right);
    // Under a pressed finger the scale stands still, or what it points at would run away.
    let scale = props.live.held_scale().unwrap_or(scale);
    props.live.set_scale(scale);
    let lines = marks::branches(&session, &scale, props.lang);
    let rows = Rows::of(props.class, !props.is_alone && !props.lens.is_folded(), lines.len());
    let marks = marks::marks(&session, &scale, props.lang);
    let size = format!("0 0 {} {}", props.width.max(1.0), rows.height);
    html! {
        <div class="timeline" role="slider" tabindex="0" aria-label={words::TIMELINE.get(props.lang)}
            aria-valuemin="0" aria-valuemax={session.len().to_string()} aria-valuenow={session.step().to_string()}
            aria-valuetext={place_words(&session, &marks, props.lang)}
            onkeydown={keys(&session, &marks, &props.on)} onpointerup={let_go(props)} onpointercancel={let_go(props)}
            onpointerdown={scrub(props, scale, true)} onpointermove={scrub(props, scale, false)}>
            <svg viewBox={size} height={rows.height.to_string()} width={props.width.to_string()} aria-hidden="true">
                { defs() }
                if rows.is_full {
                    { branches(lines, &scale, rows) }{ columns(&session, &scale, rows) }
                    if !rows.is_tied { { ticks(&scale, rows) } }
                    <text class="run" x="24" y={px(rows.bar + 11.0)}>{ words::RUN.get(props.lang) }</text>
                }
                { bar(&session, &scale, rows, &marks) }
                { for marks.iter().map(|mark| sign(mark, rows)) }
                if rows.is_tied { { bracket(&props.lens, rows) } }
                <g ref={props.live.needle.clone()} class="needle">
                    <path d={format!("M0 {}v{}", rows.bar - 6.0, BAR + 12.0)} />
                    <path class="head" d={format!("M-5 {}h10l-5 7z", rows.bar - 9.0)} />
                </g>
            </svg>
        </div>
    }
}

/// The room to the left and to the right of the bar, in pixels.
fn margins(class: Class) -> (f64, f64) {
    match class {
        Class::Phone | Class::Miniature => (NARROW_MARGIN, NARROW_MARGIN),
        Class::Tablet | Class::Desktop => MARGIN,
    }
}

/// Where the cursor is, in words, and the marks there.
fn place_words(session: &Session, marks: &[Mark], lang: Lang) -> String {
    let (step, all) = (thousands(session.step()), thousands(session.len()));
    let time = time_words(session.now_us());
    let place = words::STEP_OF.fill(lang, &[("step", &step), ("all", &all), ("time", &time)]);
    let here = marks.iter().filter(|mark| mark.at_us == session.now_us()).map(|mark| mark.words.clone());
    [place].into_iter().chain(here).collect::<Vec<_>>().join("; ")
}

/// The keys of a slider: arrows step, and with Shift go from mark to mark; page keys go a tenth of the run, Home and
/// End to its ends.
fn keys(session: &Session, marks: &[Mark], on: &Callback<Intent>) -> Callback<KeyboardEvent> {
    let on = on.clone();
    let (now_us, end_us, len) = (session.now_us(), session.end_us(), session.len());
    let before_us = marks.iter().map(|mark| mark.at_us).filter(|&at_us| at_us < now_us).max();
    let after_us = marks.iter().map(|mark| mark.at_us).filter(|&at_us| at_us > now_us).min();
    Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let intent = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" if event.shift_key() => Intent::SeekTime(before_us.unwrap_or(now_us)),
            "ArrowRight" | "ArrowUp" if event.shift_key() => Intent::SeekTime(after_us.unwrap_or(now_us)),
            "ArrowLeft" | "ArrowDown" => Intent::StepBack,
            "ArrowRight" | "ArrowUp" => Intent::StepForward,
            "PageUp" => Intent::SeekTime(now_us.saturating_add(end_us / 10).min(end_us.max(now_us))),
            "PageDown" => Intent::SeekTime(now_us.saturating_sub(end_us / 10)),
            "Home" => Intent::SeekStep(0),
            "End" => Intent::SeekStep(len),
            _ => return,
        };
        // The page's own keys see that this one is taken.
        event.prevent_default();
        on.emit(intent);
    })
}

/// Follows the pointer while it is pressed: the cursor, to a mark exactly and beyond what was played too, or the
/// bracket by the ends or the middle of its foot: the bar itself is the cursor's.
fn scrub(props: &TimelineProps, scale: Scale, is_press: bool) -> Callback<PointerEvent> {
    let (on, live, lens) = (props.on.clone(), props.live.clone(), props.lens.clone());
    Callback::from(move |event: PointerEvent| {
        let is_pressed = event.is_primary() && event.buttons() & 1 == 1;
        let touched = event.target_dyn_into::<Element>();
        let within = |selector: &str| touched.as_ref().and_then(|it| it.closest(selector).ok().flatten());
        let Some(strip) = within(".timeline").filter(|_| is_pressed) else { return };
        let x = f64::from(event.client_x()) - strip.get_bounding_client_rect().x();
        if is_press {
            // A pointer that is gone already cannot be captured, and needs not.
            let _ = strip.set_pointer_capture(event.pointer_id());
            live.hold(x);
            if let Some(grip) = within("[data-grip]").and_then(|part| grip_of(&part)) {
                return lens.take(grip);
            }
            on.emit(Intent::Pause);
        }
        let before = live.held_at(x);
        if lens.pull(scale.time(before), scale.time(x)) {
            return;
        }
        let mark_us = within("[data-at]").and_then(|mark| mark.get_attribute("data-at")?.parse().ok());
        on.emit(Intent::SeekTime(mark_us.filter(|_| is_press).unwrap_or_else(|| scale.time_beyond(x))));
    })
}

/// What of the bracket a part of it means.
fn grip_of(part: &Element) -> Option<Grip> {
    match part.get_attribute("data-grip")?.as_str() {
        "from" => Some(Grip::From),
        "until" => Some(Grip::Until),
        "whole" => Some(Grip::Whole),
        _ => None,
    }
}

/// The pointer is let go: the timeline may have another scale again.
fn let_go(props: &TimelineProps) -> Callback<PointerEvent> {
    let (on, live, lens) = (props.on.clone(), props.live.clone(), props.lens.clone());
    Callback::from(move |_: PointerEvent| {
        if live.let_go() && !lens.let_go() {
            on.emit(Intent::Lanes);
        }
    })
}

/// The window of the diagram below: a bracket around it, and lines down to the diagram's edges. The diagram places
/// them, see [`Lens`].
fn bracket(lens: &Lens, rows: Rows) -> Html {
    let (top, height) = (px(rows.bar - 4.0), px(BAR + 8.0));
    let foot = rows.bar + BAR + 4.0;
    html! {
        <g class="bracket" ref={lens.bracket.clone()}>
            <rect y={top} {height} width="0" />
            <path data-top={px(foot)} />
            <rect data-grip="whole" y={px(foot)} height="14" width="0" />
            <rect data-grip="from" y={px(foot)} height="14" width="10" />
            <rect data-grip="until" y={px(foot)} height="14" width="10" />
        </g>
    }
}

fn defs() -> Html {
    html! {
        <defs>
            <pattern id="timeline-hatch" width="4" height="4" patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)">
                <path d="M2 0v4" stroke="var(--hatch)" stroke-width="1.5" />
            </pattern>
        </defs>
    }
}

/// The branches that are not on screen, as thin lines off the bar: each from where it parts to where it ends.
fn branches(lines: Vec<BranchLine>, scale: &Scale, rows: Rows) -> Html {
    let last = lines.len().saturating_sub(1);
    let right = scale.left + scale.width;
    let lines = lines.into_iter().enumerate().map(|(place, line)| {
        let y = rows.bar - BRANCH.0 - BRANCH.1 * (last - place) as f64;
        let path = format!("M{:.1} {}V{y}H{:.1}", line.from, rows.bar, line.to);
        let is_short = line.to + 8.0 + 6.5 * line.words.chars().count() as f64 > right;
        let (x, anchor) = if is_short { (line.to - 8.0, "end") } else { (line.to + 8.0, "start") };
        html! {
            <g>
                <path d={path}><title>{ line.words.clone() }</title></path>
                <circle cx={px(line.to)} cy={px(y)} r="2" />
                <text x={px(x)} y={px(y + 4.0)} text-anchor={anchor}>{ line.words }</text>
            </g>
        }
    });
    html! { <g class="branches">{ for lines }</g> }
}

fn columns(session: &Session, scale: &Scale, rows: Rows) -> Html {
    let ground = rows.bar - 2.0;
    let mut path = String::new();
    for (place, share) in marks::density(session, scale).into_iter().enumerate() {
        if share > 0.0 {
            let x = scale.left + place as f64 * COLUMN + COLUMN / 2.0;
            path.push_str(&format!("M{x:.1} {ground}v-{:.1}", 1.0 + share * 7.0));
        }
    }
    html! { <path class="density" d={path} /> }
}

fn ticks(scale: &Scale, rows: Rows) -> Html {
    let (top, text) = (rows.bar + BAR, rows.bar + BAR + 24.0);
    let tick = |at_us: u64| {
        let x = format!("{:.1}", scale.x(at_us));
        // The words of a tick at the very end would run out of view.
        let is_last = scale.left + scale.width - scale.x(at_us) < 24.0;
        let (words_x, anchor) = match is_last {
            true => (px(scale.left + scale.width + 16.0), "end"),
            false => (x.clone(), "middle"),
        };
        html! {
            <g key={at_us}>
                <path d={format!("M{x} {}v5", top + 4.0)} />
                <text x={words_x} y={text.to_string()} text-anchor={anchor}>{ tick_words(at_us, scale) }</text>
            </g>
        }
    };
    html! { <g class="ticks">{ for scale.ticks(TICKS_APART).into_iter().map(tick) }</g> }
}

/// The time at a tick: all ticks of a strip share one unit.
fn tick_words(at_us: u64, scale: &Scale) -> String {
    if scale.span_us >= 10_000_000 {
        let (whole, rest) = (thousands(at_us / 1_000_000), at_us / 100_000 % 10);
        return if rest == 0 { format!("{whole} s") } else { format!("{whole}.{rest} s") };
    }
    match (at_us / 1_000, at_us % 1_000) {
        (whole, 0) => format!("{} ms", thousands(whole)),
        (whole, rest) => format!("{} ms", format!("{whole}.{rest:03}").trim_end_matches('0')),
    }
}

fn bar(session: &Session, scale: &Scale, rows: Rows, marks: &[Mark]) -> Html {
    let end = scale.x(session.end_us());
    html! {
        <g class="bar">
            <rect class="ahead" x={px(scale.left)} y={px(rows.bar)} width={px(scale.width)} height={px(BAR)} />
            <rect class="played" x={px(scale.left)} y={px(rows.bar)} width={px(end - scale.left)} height={px(BAR)} />
            { for marks::eras(session, scale).iter().map(|era| stretch(era, rows, marks)) }
        </g>
    }
}

fn stretch(era: &EraBar, rows: Rows, marks: &[Mark]) -> Html {
    let width = era.to - era.from;
    if era.era == 0 || width <= 0.0 {
        return Html::default();
    }
    let (fill, ink) = (var(Ink::Epoch(era.era)), var(Ink::EpochInk(era.era)));
    html! {
        <g>
            <rect x={px(era.from)} y={px(rows.bar)} width={px(width)} height={px(BAR)} {fill} stroke={ink.clone()} />
            if let Some(x) = marks::word_place(era, marks) {
                <text x={px(x)} y={px(rows.bar + 11.0)} fill={ink}>{ &era.words }</text>
            }
        </g>
    }
}

fn sign(mark: &Mark, rows: Rows) -> Html {
    let place = format!("translate({:.1} {:.1})", mark.x, rows.middle());
    let (class, shape) = match mark.sign {
        Sign::Crash => ("crash", html! { <rect x="-4" y="-7" width="8" height="14" /> }),
        Sign::Cut => ("cut", html! { <path d="M0-11v22" /> }),
        Sign::Fault => ("fault", html! { <path d="M0-9v18" /> }),
        Sign::Mended => ("mended", html! { <path d="M0-9v18" /> }),
        Sign::Command => ("command", html! { <path d="M0-7v-6M-3-10l3 3 3-3" /> }),
        Sign::Note => ("note", html! { <path d="M0 8.5v3" /> }),
        Sign::Star => ("star", html! { <path d={STAR} /> }),
        Sign::Broken => ("broken", html! { <><circle r="7.5" /><path d="M-3-3l6 6M3-3l-6 6" /></> }),
    };
    html! {
        <g class={classes!("sign", class)} transform={place} data-at={mark.at_us.to_string()}>
            <title>{ &mark.words }</title>{ shape }
        </g>
    }
}

/// A star of radius 6 around the origin.
const STAR: &str = "M0-6 1.5-2.1 5.7-1.9 2.4.8 3.5 4.9 0 2.6-3.5 4.9-2.4.8-5.7-1.9-1.5-2.1Z";

fn px(length: f64) -> String {
    format!("{length:.1}")
}

fn var(ink: Ink) -> String {
    format!("var({})", token(ink))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_of_one_strip_share_a_unit() {
        let short = Scale::of(9_000, 0.0, 900.0);
        let long = Scale::of(60_000_000, 0.0, 900.0);
        assert_eq!(tick_words(2_500, &short), "2.5 ms");
        assert_eq!(tick_words(2_000, &short), "2 ms");
        assert_eq!(tick_words(2_500_000, &long), "2.5 s");
        assert_eq!(tick_words(0, &long), "0 s");
    }
}
