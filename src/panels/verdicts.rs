//! The verdicts: what the run says of each property, as far as it was played, ahead of the cursor too.

use faultscope_labs::sim::{Finding, Mode, Property};
use faultscope_labs::verdict::{self, End};
use faultscope_labs::words::mode;
use faultscope_labs::{Lang, PropertyWords, Session};
use yew::prelude::*;

use super::{PanelProps, words};
use crate::format::thousands;
use crate::icons::{Icon, icon};
use crate::intent::{Intent, Overlay};
use crate::panes::{self, Pane};

/// The verdicts, as a section of the side.
#[component]
pub(crate) fn Verdicts(props: &PanelProps) -> Html {
    let opened = use_state(|| None::<&'static str>);
    let session = props.handle.read();
    let lang = props.lang;
    let checks: u64 = session.properties().iter().map(|property| property.premises).sum();
    let checked = words::CHECKED.fill(lang, &[("count", &thousands(checks))]);
    let search = props.on.reform(|_: MouseEvent| Intent::Overlay(Some(Overlay::Search)));
    html! {
        <section class={panes::class(Pane::Verdicts)} aria-label={words::VERDICTS.get(lang)}>
            <header>
                { panes::heading(Pane::Verdicts, words::VERDICTS.get(lang), &props.on) }
                <span class="q">{ checked }</span>
                <button type="button" class="seek" onclick={search} title={words::SEARCH.get(lang)}
                    aria-haspopup="dialog" aria-keyshortcuts="S">{ icon(Icon::Search) }<span>{ words::SEARCH_BEGIN.get(lang) }</span></button>
            </header>
            if !panes::is_folded(Pane::Verdicts) {
                <div class="scroll" tabindex="0" role="group" aria-label={words::VERDICTS.get(lang)}>
                    { for [Mode::Always, Mode::Eventually, Mode::Sometimes].map(|mode| group(&session, mode, &opened, props)) }
                </div>
            }
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
    let end = verdict::of(session, property);
    let (sign, class) = sign(&end);
    let told = session.lab().property(property.id);
    let title = told.map_or(property.id, |words| words.title.get(lang));
    let is_open = **opened == Some(property.id);
    let onclick = {
        let (opened, id) = (opened.clone(), property.id);
        let seek = step_of(&end).map(|step| props.on.reform(move |()| Intent::SeekStep(step)));
        Callback::from(move |_: MouseEvent| {
            opened.set((!is_open).then_some(id));
            if let Some(seek) = seek.as_ref().filter(|_| !is_open) {
                seek.emit(());
            }
        })
    };
    let when = reading(&end, property.mode, session.step(), lang);
    html! {
        <li class={class}>
            <button type="button" class="line" {onclick} aria-expanded={is_open.to_string()}>
                { icon(sign) }<span class="t">{ title }</span><span class="r">{ when }</span>
            </button>
            if is_open { <div class="why">{ told.map(|told| why(property, &end, told, lang)) }</div> }
        </li>
    }
}

/// What a property says, what was found or why nothing was, and how often it was checked.
fn why(property: &Property, end: &End, told: &PropertyWords, lang: Lang) -> Html {
    let found = end.finding().filter(|_| property.mode != Mode::Eventually);
    let found = found.map(|finding| sentence(told, finding, lang)).or_else(|| end.reason(lang));
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

const fn sign(end: &End) -> (Icon, &'static str) {
    match end {
        End::Held => (Icon::Check, "ok"),
        End::Reached { finding, .. } if finding.is_empty() => (Icon::Check, "ok"),
        End::Reached { .. } => (Icon::Seen, "ok"),
        End::Broken { .. } | End::Unmet { .. } => (Icon::Cross, "bad"),
        End::Open(_) | End::GaveUp { .. } => (Icon::Due, "due"),
        End::Unseen => (Icon::NotYet, "open"),
    }
}

fn step_of(end: &End) -> Option<u64> {
    end.place().map(|(step, _)| step)
}

/// The right-hand words: what the run says, and where. What is ahead of the cursor is told as what comes.
pub(super) fn reading(end: &End, mode: Mode, cursor: u64, lang: Lang) -> String {
    let step = step_of(end);
    let is_ahead = step.is_some_and(|step| step > cursor);
    let text = match (end, mode) {
        (End::Held, _) => words::HELD,
        (End::Broken { .. }, _) if is_ahead => words::BREAKS_AT,
        (End::Broken { .. }, _) => words::BROKEN_AT,
        (End::Reached { .. }, Mode::Sometimes) => words::SEEN_AT,
        (End::Reached { .. }, _) => words::MET_AT,
        (End::Unmet { .. }, _) => words::UNMET,
        (End::Open(_), _) => words::DUE,
        (End::Unseen, _) => words::NOT_YET,
        (End::GaveUp { .. }, _) => words::GAVE_UP_AT,
    };
    text.fill(lang, &[("step", &step.map(thousands).unwrap_or_default())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_ahead_of_the_cursor_is_told_as_what_comes() {
        let broken = End::Broken { step: 302, at_us: 0, finding: Finding::new() };
        let read = |end: &End, cursor| reading(end, Mode::Always, cursor, Lang::En);
        assert_eq!(read(&broken, 213), "breaks at step 302");
        assert_eq!(read(&broken, 302), "broken at step 302");
        assert_eq!(read(&End::Held, 0), "held");
        assert_eq!(read(&End::GaveUp { step: 7, at_us: 0, states: 1 }, 9), "given up at step 7");
    }
}
