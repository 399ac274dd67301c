//! The protocol's rules in our words, each with its source. Those that the step at the cursor followed are lit; a touch
//! runs on until a rule is followed next, or back to where it was last.

use std::cell::Cell;

use faultscope_labs::sim::Payload;
use faultscope_labs::{Lang, Rule, Session, Stop};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::{PanelProps, pane_words as words};
use crate::intent::Intent;
use crate::panes::{self, Pane};

/// For so long after the reader has scrolled, the list stays where it is, in milliseconds.
const READING_MS: f64 = 4_000.0;

thread_local! {
    static READ_AT_MS: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

/// The rules, as a section of the side; nothing where the lab has none.
#[component]
pub(crate) fn Rules(props: &PanelProps) -> Html {
    let list = use_node_ref();
    let session = props.handle.read();
    let (lang, rules) = (props.lang, session.lab().rules);
    let lit = if panes::is_folded(Pane::Rules) { Vec::new() } else { followed(&session) };
    {
        let list = list.clone();
        use_effect_with((session.step(), lit.first().copied()), move |_| bring_into_view(&list));
    }
    if rules.is_empty() {
        return html! {};
    }
    html! {
        <section class={panes::class(Pane::Rules)} aria-label={words::RULES.get(lang)}>
            <header>
                { panes::heading(Pane::Rules, words::RULES.get(lang), &props.on) }
                <span class="q">{ words::RULES_NOTE.get(lang) }</span>
            </header>
            if !panes::is_folded(Pane::Rules) {
                <ol class="scroll" ref={list} onwheel={|_: WheelEvent| mark_read()} ontouchmove={|_: TouchEvent| mark_read()}>
                    { for rules.iter().map(|rule| row(rule, lit.contains(&rule.id), lang, &props.on)) }
                </ol>
            }
        </section>
    }
}

fn row(rule: &'static Rule, is_lit: bool, lang: Lang, on: &Callback<Intent>) -> Html {
    let go = |intent: Intent| on.reform(move |_: MouseEvent| intent.clone());
    let (next, back) = (Intent::RunTo(Stop::Rule(rule.id)), Intent::BackTo(Stop::Rule(rule.id)));
    let sentence = rule.sentence.get(lang);
    let label = |text: faultscope_labs::Text| text.fill(lang, &[("rule", sentence)]);
    html! {
        <li class={is_lit.then_some("lit")} aria-current={is_lit.then_some("step")} data-rule={rule.id}>
            <button type="button" class="rule" title={words::TO_NEXT.get(lang)} onclick={go(next.clone())}>
                { sentence }<cite>{ rule.source }</cite>
            </button>
            <span class="ways">
                <button type="button" class="way" title={words::TO_LAST.get(lang)} aria-label={label(words::TO_LAST_OF)}
                    onclick={go(back)}>{ panes::arrow(false) }</button>
                <button type="button" class="way" title={words::TO_NEXT.get(lang)} aria-label={label(words::TO_NEXT_OF)}
                    onclick={go(next)}>{ panes::arrow(true) }</button>
            </span>
        </li>
    }
}

/// The rules that the step at the cursor followed.
fn followed(session: &Session) -> Vec<&'static str> {
    let mut rules = Vec::new();
    session.run().replay(session.step(), session.step(), |_, step| {
        rules.extend(step.notes.iter().filter_map(Payload::rule));
    });
    rules
}

/// The reader scrolls.
fn mark_read() {
    READ_AT_MS.set(js_sys::Date::now());
}

/// Scrolls the list, and nothing around it, to the lit rule, unless the reader has just scrolled.
fn bring_into_view(list: &NodeRef) {
    let Some(list) = list.cast::<Element>() else { return };
    let is_reading = js_sys::Date::now() - READ_AT_MS.get() < READING_MS;
    let lit = list.query_selector(".lit").ok().flatten().and_then(|lit| lit.dyn_into::<HtmlElement>().ok());
    let Some(lit) = lit.filter(|_| !is_reading) else { return };
    let (list_box, lit_box) = (list.get_bounding_client_rect(), lit.get_bounding_client_rect());
    let top = f64::from(list.scroll_top()) + lit_box.top() - list_box.top();
    let room = list_box.height() - lit_box.height();
    let is_seen = lit_box.top() >= list_box.top() && lit_box.bottom() <= list_box.bottom();
    if !is_seen {
        list.set_scroll_top((top - room / 2.0) as i32);
    }
}
