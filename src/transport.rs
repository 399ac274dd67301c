//! The transport: play and step, where the cursor is, how fast, and run until something comes.

use std::rc::Rc;

use faultscope_labs::{Lang, NodeId, Stop, Text};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::intent::{Intent, Overlay};
use crate::play::{FASTEST, SLOWEST, factor, speed_words};
use crate::timeline::Live;
use crate::words;

/// What the transport is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TransportProps {
    /// The language.
    pub(crate) lang: Lang,
    /// Whether the run plays.
    pub(crate) is_playing: bool,
    /// How fast, in hundredths of a power of ten.
    pub(crate) speed: i32,
    /// The readings, which move with every frame.
    pub(crate) live: Rc<Live>,
    /// Where wishes go.
    pub(crate) on: Callback<Intent>,
}

/// The transport of a wide screen, in one row.
#[component]
pub(crate) fn Transport(props: &TransportProps) -> Html {
    html! {
        <div class="trans" role="group" aria-label={words::TRANSPORT.get(props.lang)}>
            { keys(props, true) }
            <div class="where">{ readout(props) }{ step_number(props) }</div>
            { speed(props) }
            { run_to(props) }
        </div>
    }
}

/// The row of a phone, always in reach: where, play, and how fast.
#[component]
pub(crate) fn DockRow(props: &TransportProps) -> Html {
    html! {
        <div class="row" role="group" aria-label={words::TRANSPORT.get(props.lang)}>
            { readout(props) }
            { keys(props, false) }
            <div class="where">
                <p class="stepno"><b ref={props.live.step.clone()}></b>{ " / " }<span ref={props.live.all.clone()}></span></p>
                <p class="stepno">{ speed_sign(props.speed) }</p>
            </div>
        </div>
    }
}

/// The rest of a phone's transport, in its own panel.
#[component]
pub(crate) fn TimePanel(props: &TransportProps) -> Html {
    html! { <div class="time-panel">{ speed(props) }{ run_to(props) }</div> }
}

fn keys(props: &TransportProps, has_start: bool) -> Html {
    let (label, sign) = if props.is_playing { (words::PAUSE, PAUSE_SIGN) } else { (words::PLAY, PLAY_SIGN) };
    html! {
        <div class="keys">
            if has_start {
                { key(props, words::TO_START, "start", Intent::SeekStep(0), START_SIGN, "Home") }
            }
            { key(props, words::STEP_BACK, "back", Intent::StepBack, BACK_SIGN, "ArrowLeft") }
            { key(props, label, "play", Intent::TogglePlay, sign, "Space") }
            { key(props, words::STEP_FORWARD, "forward", Intent::StepForward, FORWARD_SIGN, "ArrowRight") }
        </div>
    }
}

const PLAY_SIGN: &str = "M5 3l8 5-8 5z";
const PAUSE_SIGN: &str = "M4 3h3v10H4zM9 3h3v10H9z";
const START_SIGN: &str = "M3 3v10M13 3.5 8.5 8l4.5 4.5zM8.5 3.5 4 8l4.5 4.5z";
const BACK_SIGN: &str = "M4 3v10M12 3.5 6 8l6 4.5z";
const FORWARD_SIGN: &str = "M12 3v10M4 3.5 10 8l-6 4.5z";

fn key(
    props: &TransportProps,
    label: Text,
    class: &'static str,
    intent: Intent,
    sign: &'static str,
    shortcut: &'static str,
) -> Html {
    let onclick = props.on.reform(move |_: MouseEvent| intent.clone());
    let label = label.get(props.lang);
    html! {
        <button type="button" {class} aria-label={label} title={label} aria-keyshortcuts={shortcut} {onclick}>
            <svg class="ico" viewBox="0 0 16 16" aria-hidden="true"><path d={sign} /></svg>
        </button>
    }
}

/// The time at the cursor. What stands in it is set by hand, see [`Live`].
fn readout(props: &TransportProps) -> Html {
    html! {
        <div class="read"><span ref={props.live.number.clone()}></span><small ref={props.live.unit.clone()}></small></div>
    }
}

fn step_number(props: &TransportProps) -> Html {
    let (step, all) = (props.live.step.clone(), props.live.all.clone());
    match props.lang {
        Lang::En => html! {
            <p class="stepno">{ "step " }<b ref={step}></b>{ " of " }<span ref={all}></span></p>
        },
        Lang::Zh => html! {
            <p class="stepno">{ "第 " }<b ref={step}></b>{ " 步 / 共 " }<span ref={all}></span>{ " 步" }</p>
        },
    }
}

/// The speed as a sign: `1/20×`.
fn speed_sign(speed: i32) -> String {
    format!("{}×", speed_words(speed))
}

fn speed(props: &TransportProps) -> Html {
    let on = props.on.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        let slider: Option<HtmlInputElement> = event.target_dyn_into();
        if let Some(speed) = slider.and_then(|slider| slider.value().parse().ok()) {
            on.emit(Intent::Speed(speed));
        }
    });
    let words = speed_words(props.speed);
    let told = if factor(props.speed) >= 0.95 { words::SPEED_TIMES } else { words::SPEED_OF };
    html! {
        <div class="speed">
            <span class="lab" aria-hidden="true">{ words::SPEED.get(props.lang) }</span>
            <span class="scale">
                <input id="speed" type="range" min={SLOWEST.to_string()} max={FASTEST.to_string()} step="5"
                    value={props.speed.to_string()} list="speed-ticks" aria-label={words::SPEED.get(props.lang)}
                    aria-valuetext={told.fill(props.lang, &[("speed", &words)])} {oninput} />
                <span class="scale-words" aria-hidden="true">
                    <i>{ "1/1000" }</i><i>{ "1/10" }</i><i>{ "1" }</i><i>{ "10×" }</i>
                </span>
                <datalist id="speed-ticks">
                    { for (SLOWEST..=FASTEST).step_by(100).map(|tick| html! { <option value={tick.to_string()} /> }) }
                </datalist>
            </span>
            <output class="speed-now" for="speed" aria-hidden="true">{ speed_sign(props.speed) }</output>
        </div>
    }
}

fn run_to(props: &TransportProps) -> Html {
    let more = props.on.reform(|_: MouseEvent| Intent::Overlay(Some(Overlay::Until)));
    html! {
        <div class="until" role="group" aria-label={words::RUN_TO.get(props.lang)}>
            <span class="lab" aria-hidden="true">{ words::RUN_TO.get(props.lang) }</span>
            { for STOPS.iter().map(|&(stop, name)| stop_key(props, stop, name)) }
            <button type="button" data-stop="more" aria-haspopup="dialog" aria-keyshortcuts="R" onclick={more}>{ words::MORE_STOPS.get(props.lang) }</button>
        </div>
    }
}

/// What a run can be run to, with its word.
const STOPS: [(Stop, Text); 4] = [
    (Stop::Message, words::MESSAGE_STOP),
    (Stop::Note, words::NOTE_STOP),
    (Stop::Decision, words::DECISION_STOP),
    (Stop::Broken, words::BROKEN_STOP),
];

/// The word of what a run is run to.
pub(crate) fn stop_words(stop: Stop, lang: Lang) -> String {
    let of_node = |text: Text, node: NodeId| text.fill(lang, &[("node", &node.to_string())]);
    match stop {
        Stop::Message => words::MESSAGE_STOP.get(lang).to_owned(),
        Stop::Note => words::NOTE_STOP.get(lang).to_owned(),
        Stop::Decision => words::DECISION_STOP.get(lang).to_owned(),
        Stop::Broken => words::BROKEN_STOP.get(lang).to_owned(),
        Stop::Rule(_) => words::RULE_STOP.get(lang).to_owned(),
        Stop::MessageTo(node) => of_node(words::MESSAGE_TO_STOP, node),
        Stop::MessageFrom(node) => of_node(words::MESSAGE_FROM_STOP, node),
        Stop::StepAt(node) => of_node(words::STEP_AT_STOP, node),
    }
}

fn stop_key(props: &TransportProps, stop: Stop, name: Text) -> Html {
    let onclick = props.on.reform(move |_: MouseEvent| Intent::RunTo(stop));
    let name = name.get(props.lang);
    let label = words::RUN_TO_NEXT.fill(props.lang, &[("what", name)]);
    html! { <button type="button" data-stop={format!("{stop:?}").to_lowercase()} aria-label={label} {onclick}>{ name }</button> }
}
