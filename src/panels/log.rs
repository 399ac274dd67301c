//! The event log: one line a step, around the cursor.
//!
//! A run may have a million steps, so only the lines in view are made: what is above and below is an empty space of
//! the right height. Lines are words made from a replay, and a replay of a few dozen steps is quick anywhere.

use std::rc::Rc;

use faultscope_labs::session::Row;
use faultscope_labs::sim::{IndexEntry, Kind};
use faultscope_labs::{Lang, NodeId, Session};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::format::millis;
use super::{PanelProps, words};
use crate::icons::{Icon, icon};
use crate::intent::Intent;
use crate::panes::{self, Pane};

/// Lines made above and below what is in view.
const MARGIN: u64 = 8;
/// How far around the cursor a text is looked for, in steps to each side.
const SEARCH_STEPS: u64 = 2_000;
/// The most lines that a search shows.
const FOUND_MAX: usize = 200;
/// The height of a line until one was measured, in pixels.
const ROW_PX: f64 = 24.0;
/// Steps between two lines of one node up to which they are replayed in one go.
const REPLAY_STEPS: u64 = 4_000;

/// Which lines are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
struct Filter {
    node: Option<NodeId>,
    text: String,
    is_open: bool,
}

/// What of the list is in view, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct View {
    top: f64,
    height: f64,
    row: f64,
}

impl Default for View {
    fn default() -> Self {
        Self { top: 0.0, height: 480.0, row: ROW_PX }
    }
}

/// The event log, as a section of the side.
#[component]
pub(crate) fn EventLog(props: &PanelProps) -> Html {
    let filter = use_state(Filter::default);
    let view = use_state(View::default);
    let list = use_node_ref();
    let lang = props.lang;
    let lines = {
        let node = filter.node;
        use_memo((props.handle.clone(), node), |(handle, node)| Lines::of(&handle.read(), *node))
    };
    let cursor = props.handle.read().step();
    use_measure(&list, &view);
    use_follow(&list, &view, lines.place_of(cursor), cursor);

    let session = props.handle.read();
    let is_search = !filter.text.trim().is_empty();
    let shown =
        if is_search { found(&session, &filter, lang) } else { in_view(&session, &lines, *view, lang) };
    let onscroll = {
        let view = view.clone();
        Callback::from(move |event: Event| {
            if let Some(element) = event.target_dyn_into::<Element>() {
                view.set(View { top: f64::from(element.scroll_top()), ..*view });
            }
        })
    };
    html! {
        <section class={panes::class(Pane::Log)} aria-label={words::LOG.get(lang)}>
            { heading(&session, &filter, props) }
            <div class="log" ref={list} {onscroll} onkeydown={arrows(&props.on)}>
                <svg class="gap" width="1" height={shown.above.to_string()} aria-hidden="true" />
                <ol>{ for shown.rows.iter().map(|row| line(row, &session, &props.on)) }</ol>
                <svg class="gap" width="1" height={shown.below.to_string()} aria-hidden="true" />
                if shown.rows.is_empty() { <p class="note">{ nothing(is_search, lang) }</p> }
            </div>
        </section>
    }
}

fn nothing(is_search: bool, lang: Lang) -> String {
    let steps = crate::format::thousands(SEARCH_STEPS);
    if is_search {
        words::LOG_NOT_FOUND.fill(lang, &[("steps", &steps)])
    } else {
        words::LOG_EMPTY.get(lang).to_owned()
    }
}

/// The steps that have a line: all, or those of one node.
#[derive(PartialEq)]
enum Lines {
    All(u64),
    Some(Vec<u64>),
}

impl Lines {
    fn of(session: &Session, node: Option<NodeId>) -> Self {
        let Some(node) = node else { return Self::All(session.len()) };
        let steps = (1..).zip(session.run().index()).filter(|(_, entry)| entry.node() == Some(node));
        Self::Some(steps.map(|(step, _)| step).collect())
    }

    fn len(&self) -> u64 {
        match self {
            Self::All(len) => *len,
            Self::Some(steps) => steps.len() as u64,
        }
    }

    /// The steps of the lines `first..last`, counted from 0.
    fn steps(&self, first: u64, last: u64) -> Vec<u64> {
        match self {
            Self::All(_) => (first + 1..=last).collect(),
            Self::Some(steps) => steps.get(first as usize..last as usize).unwrap_or_default().to_vec(),
        }
    }

    /// The line of a step, or of the last one before it, counted from 0.
    fn place_of(&self, step: u64) -> u64 {
        match self {
            Self::All(_) => step.saturating_sub(1),
            Self::Some(steps) => (steps.partition_point(|&known| known <= step) as u64).saturating_sub(1),
        }
    }
}

/// The lines to draw, and the space above and below them in pixels.
struct Shown {
    rows: Vec<Row>,
    above: f64,
    below: f64,
}

fn in_view(session: &Session, lines: &Lines, view: View, lang: Lang) -> Shown {
    let (first, last) = window(view, lines.len());
    let steps = lines.steps(first, last);
    let rows = match (steps.first(), steps.last()) {
        (Some(&low), Some(&high)) if high - low <= REPLAY_STEPS => {
            let mut rows = session.rows(low, high, lang);
            rows.retain(|row| steps.binary_search(&row.step).is_ok());
            rows
        }
        _ => steps.iter().flat_map(|&step| session.rows(step, step, lang)).collect(),
    };
    Shown { rows, above: first as f64 * view.row, below: (lines.len() - last) as f64 * view.row }
}

/// Which lines of `length` stand in view, with a margin: the first, and the one behind the last, counted from 0.
fn window(view: View, length: u64) -> (u64, u64) {
    let first = ((view.top / view.row).max(0.0) as u64).saturating_sub(MARGIN).min(length);
    let count = (view.height / view.row).ceil().max(1.0) as u64 + 2 * MARGIN;
    (first, (first + count).min(length))
}

/// The lines around the cursor that hold the text.
fn found(session: &Session, filter: &Filter, lang: Lang) -> Shown {
    let wanted = filter.text.trim().to_lowercase();
    let cursor = session.step();
    let low = cursor.saturating_sub(SEARCH_STEPS).max(1);
    let mut rows = session.rows(low, cursor + SEARCH_STEPS, lang);
    rows.retain(|row| {
        filter.node.is_none_or(|node| row.node == Some(node)) && row.words.to_lowercase().contains(&wanted)
    });
    // The nearest to the cursor stay.
    let behind = rows.iter().filter(|row| row.step <= cursor).count();
    let start = behind.saturating_sub(FOUND_MAX / 2);
    let rows = rows.into_iter().skip(start).take(FOUND_MAX).collect();
    Shown { rows, above: 0.0, below: 0.0 }
}

fn heading(session: &Session, filter: &UseStateHandle<Filter>, props: &PanelProps) -> Html {
    let lang = props.lang;
    let toggle = {
        let filter = filter.clone();
        Callback::from(move |_: MouseEvent| {
            let is_open = !filter.is_open;
            let text = if is_open { filter.text.clone() } else { String::new() };
            filter.set(Filter { is_open, text, node: filter.node });
        })
    };
    let pick = {
        let filter = filter.clone();
        Callback::from(move |event: Event| {
            let node =
                event.target_dyn_into::<HtmlSelectElement>().and_then(|select| select.value().parse().ok());
            filter.set(Filter { node, ..(*filter).clone() });
        })
    };
    let write = {
        let filter = filter.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                filter.set(Filter { text: input.value(), ..(*filter).clone() });
            }
        })
    };
    let option = |id: NodeId| {
        let is_picked = filter.node == Some(id);
        html! { <option value={id.to_string()} selected={is_picked}>{ id.to_string() }</option> }
    };
    html! {
        <>
            <header>
                { panes::heading(Pane::Log, words::LOG.get(lang), &props.on) }
                <select class="bare" onchange={pick} aria-label={words::LOG_OF_NODE.get(lang)}>
                    <option value="" selected={filter.node.is_none()}>{ words::ALL_NODES.get(lang) }</option>
                    { for session.world().nodes().map(|node| option(node.id)) }
                </select>
                <button type="button" class="bare" onclick={toggle} aria-expanded={filter.is_open.to_string()}
                    aria-label={words::LOG_SEARCH.get(lang)}>{ icon(Icon::Search) }</button>
            </header>
            if filter.is_open {
                <input class="field" type="search" value={filter.text.clone()} oninput={write} autofocus=true
                    aria-label={words::LOG_SEARCH.get(lang)} placeholder={words::LOG_SEARCH.get(lang)} />
            }
        </>
    }
}

fn line(row: &Row, session: &Session, on: &Callback<Intent>) -> Html {
    let step = row.step;
    let cursor = session.step();
    let onclick = on.reform(move |_: MouseEvent| Intent::SeekStep(step));
    let is_now = step == cursor;
    let is_broken = session.run().index().get(step as usize - 1).is_some_and(IndexEntry::has_broken);
    let hurts = matches!(row.kind, Kind::Crash | Kind::Lost);
    let class = classes!(is_now.then_some("now"), (step > cursor).then_some("fut"), hurts.then_some("hurt"));
    html! {
        <li key={step} {class}>
            <button type="button" {onclick} title={row.words.clone()} tabindex={if is_now { "0" } else { "-1" }}
                aria-current={is_now.then_some("step")}>
                <span class="t">{ millis(row.at_us) }</span>
                <span class="n">{ row.node.map(|node| node.to_string()) }</span>
                <span class="m">if is_broken { { icon(Icon::Cross) } }{ &row.words }</span>
            </button>
        </li>
    }
}

/// Up and down step through the run while the log has the focus.
fn arrows(on: &Callback<Intent>) -> Callback<KeyboardEvent> {
    let on = on.clone();
    Callback::from(move |event: KeyboardEvent| {
        let intent = match event.key().as_str() {
            "ArrowUp" => Intent::StepBack,
            "ArrowDown" => Intent::StepForward,
            _ => return,
        };
        event.prevent_default();
        on.emit(intent);
    })
}

/// Learns how high the list and its lines are.
#[hook]
fn use_measure(list: &NodeRef, view: &UseStateHandle<View>) {
    let (list, view) = (list.clone(), view.clone());
    use_effect(move || {
        let Some(element) = list.cast::<Element>() else { return };
        let row =
            element.query_selector("li").ok().flatten().map(|row| row.get_bounding_client_rect().height());
        let row = row.filter(|&height| height > 1.0).unwrap_or(view.row);
        let measured =
            View { top: f64::from(element.scroll_top()), height: f64::from(element.client_height()), row };
        if measured != *view && measured.height > 0.0 {
            view.set(measured);
        }
    });
}

/// Keeps the line of the cursor in view, and the focus on it if the focus is in the list.
#[hook]
fn use_follow(list: &NodeRef, view: &UseStateHandle<View>, place: u64, cursor: u64) {
    let list = Rc::new(list.clone());
    // Lines are higher for fingers, which is known only once some were drawn.
    use_effect_with((cursor, place, view.row), move |&(_, place, row)| {
        let Some(element) = list.cast::<Element>() else { return };
        let height = f64::from(element.client_height());
        let at = place as f64 * row;
        let top = f64::from(element.scroll_top());
        if at < top + row || at + 3.0 * row > top + height {
            // Lines stand whole at the upper edge. Where they are high, on a phone, the list may go on below the screen.
            let share = if row > 1.5 * ROW_PX { 0.2 } else { 0.6 };
            let lines_above = ((at - height * share) / row).max(0.0).floor();
            element.set_scroll_top((lines_above * row) as i32);
        }
        follow_focus(&element);
    });
}

fn follow_focus(list: &Element) {
    let focused =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.active_element());
    if focused.is_some_and(|focused| list.contains(Some(&focused)))
        && let Some(now) = list.query_selector("[aria-current]").ok().flatten()
        && let Ok(now) = now.dyn_into::<HtmlElement>()
    {
        // A line that cannot take the focus leaves it where it was.
        let _ = now.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_in_view_are_made() {
        let view = View { top: 24_000.0, height: 240.0, row: 24.0 };
        assert_eq!(window(view, 1_000_000), (992, 1_018));
        assert_eq!(window(View { top: 0.0, ..view }, 5), (0, 5));
        assert_eq!(window(view, 0), (0, 0));
        assert_eq!(window(View { top: 1e12, ..view }, 10), (10, 10));
    }

    #[test]
    fn a_step_stands_at_its_line_or_the_last_before() {
        let lines = Lines::Some(vec![3, 7, 20]);
        assert_eq!([1, 3, 8, 20, 99].map(|step| lines.place_of(step)), [0, 0, 1, 2, 2]);
        assert_eq!(lines.steps(1, 3), [7, 20]);
        assert_eq!(lines.steps(1, 9), [] as [u64; 0]);
        assert_eq!(Lines::All(9).steps(2, 4), [3, 4]);
    }
}
