//! The verdicts: what the run says of each property, as far as it was played, ahead of the cursor too.

use faultscope_labs::sim::{Finding, Mode, Property, Verdict};
use faultscope_labs::words::mode;
use faultscope_labs::{Lang, PropertyWords, Session};
use yew::prelude::*;

use super::{PanelProps, words};
use crate::format::thousands;
use crate::icons::{Icon, icon};
use crate::intent::Intent;

/// How a verdict looks and reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Always: not broken so far.
    Held,
    /// Always: broken.
    Broken,
    /// Eventually: met, and behind the cursor.
    Met,
    /// Eventually: not met yet.
    Due,
    /// Sometimes: seen.
    Seen,
    /// Sometimes: not seen yet.
    NotYet,
}

/// The verdicts, as a section of the side.
#[component]
pub(crate) fn Verdicts(props: &PanelProps) -> Html {
    let opened = use_state(|| None::<&'static str>);
    let session = props.handle.read();
    let lang = props.lang;
    let checks: u64 = session.properties().iter().map(|property| property.premises).sum();
    let checked = words::CHECKED.fill(lang, &[("count", &thousands(checks))]);
    html! {
        <section class="sec vers" aria-label={words::VERDICTS.get(lang)}>
            <header><h2 class="lab">{ words::VERDICTS.get(lang) }</h2><span class="q">{ checked }</span></header>
            { for [Mode::Always, Mode::Eventually, Mode::Sometimes].map(|mode| group(&session, mode, &opened, props)) }
        </section>
    }
}

fn group(
    session: &Session,
    wanted: Mode,
    opened: &UseStateHandle<Option<&'static str>>,
    props: &PanelProps,
) -> Html {
    let properties: Vec<&Property> =
        session.properties().iter().filter(|property| property.mode == wanted).collect();
    if properties.is_empty() {
        return html! {};
    }
    html! {
        <>
            <h3 class="grp">{ mode(wanted).get(props.lang) }</h3>
            <ul class="ver">{ for properties.into_iter().map(|property| verdict(session, property, opened, props)) }</ul>
        </>
    }
}

fn verdict(
    session: &Session,
    property: &Property,
    opened: &UseStateHandle<Option<&'static str>>,
    props: &PanelProps,
) -> Html {
    let lang = props.lang;
    let state = state_of(property);
    let (sign, class) = sign(state);
    let told = session.lab().property(property.id);
    let title = told.map_or(property.id, |words| words.title.get(lang));
    let is_open = **opened == Some(property.id);
    let onclick = {
        let (opened, id) = (opened.clone(), property.id);
        let seek = step_of(&property.verdict).map(|step| props.on.reform(move |()| Intent::SeekStep(step)));
        Callback::from(move |_: MouseEvent| {
            opened.set((!is_open).then_some(id));
            if let Some(seek) = seek.as_ref().filter(|_| !is_open) {
                seek.emit(());
            }
        })
    };
    let when = reading(state, &property.verdict, session.step(), lang);
    html! {
        <li class={class}>
            <button type="button" class="line" {onclick} aria-expanded={is_open.to_string()}>
                { icon(sign) }<span class="t">{ title }</span><span class="r">{ when }</span>
            </button>
            if is_open { <div class="why">{ told.map(|told| why(property, told, lang)) }</div> }
        </li>
    }
}

/// What a property says, what was found, and how often it was checked.
fn why(property: &Property, told: &PropertyWords, lang: Lang) -> Html {
    let found = match &property.verdict {
        Verdict::Struck { finding, .. } => Some(sentence(told, finding, lang)),
        _ => None,
    };
    let premises = words::PREMISE.fill(lang, &[("count", &thousands(property.premises))]);
    html! {
        <>
            if let Some(found) = found { <p class="found">{ found }</p> }
            <p class="says">{ told.sentence.get(lang) }</p>
            <p class="q">{ premises }</p>
        </>
    }
}

/// What happened, with the facts in their places.
fn sentence(told: &PropertyWords, finding: &Finding, lang: Lang) -> String {
    let facts: Vec<(&str, &str)> = finding.iter().map(|(name, value)| (*name, value.as_str())).collect();
    told.finding.fill(lang, &facts)
}

fn state_of(property: &Property) -> State {
    match (property.mode, &property.verdict) {
        (Mode::Always, Verdict::Struck { .. }) => State::Broken,
        (Mode::Always, _) => State::Held,
        (Mode::Eventually, Verdict::Met { .. }) => State::Met,
        (Mode::Eventually, _) => State::Due,
        (Mode::Sometimes, Verdict::Struck { .. }) => State::Seen,
        (Mode::Sometimes, _) => State::NotYet,
    }
}

const fn sign(state: State) -> (Icon, &'static str) {
    match state {
        State::Held | State::Met => (Icon::Check, "ok"),
        State::Broken => (Icon::Cross, "bad"),
        State::Due => (Icon::Due, "due"),
        State::Seen => (Icon::Seen, "ok"),
        State::NotYet => (Icon::NotYet, "open"),
    }
}

fn step_of(verdict: &Verdict) -> Option<u64> {
    match verdict {
        Verdict::Open => None,
        Verdict::Met { step, .. } | Verdict::Struck { step, .. } => Some(*step),
    }
}

/// The right-hand words: what the run says, and where. What is ahead of the cursor is told as what comes.
fn reading(state: State, verdict: &Verdict, cursor: u64, lang: Lang) -> String {
    let step = step_of(verdict);
    let is_ahead = step.is_some_and(|step| step > cursor);
    let text = match (state, is_ahead) {
        (State::Held, _) => words::HELD,
        (State::Broken, true) => words::BREAKS_AT,
        (State::Broken, false) => words::BROKEN_AT,
        (State::Met, _) => words::MET_AT,
        (State::Due, _) => words::DUE,
        (State::Seen, _) => words::SEEN_AT,
        (State::NotYet, _) => words::NOT_YET,
    };
    text.fill(lang, &[("step", &step.map(thousands).unwrap_or_default())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_ahead_of_the_cursor_is_told_as_what_comes() {
        let struck = Verdict::Struck { step: 302, at_us: 0, finding: Vec::new() };
        assert_eq!(reading(State::Broken, &struck, 213, Lang::En), "breaks at step 302");
        assert_eq!(reading(State::Broken, &struck, 302, Lang::En), "broken at step 302");
        assert_eq!(reading(State::Held, &Verdict::Open, 0, Lang::En), "held");
    }
}
