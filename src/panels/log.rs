//! The event log: one line a step, around the cursor, in the colours of the lanes.
//!
//! A run may have a million steps, so only the lines in view are made: what is above and below is an empty space of
//! the right height. Lines are words made from a replay, and a replay of a few dozen steps is quick anywhere.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use faultscope_labs::eventlog::{Filter, Line, Sort, found, lines};
use faultscope_labs::scene::Ink;
use faultscope_labs::sim::{IndexEntry, Kind, Pinned, Plan};
use faultscope_labs::{Lang, NodeId, Session};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::format::millis;
use super::{PanelProps, words};
use crate::format::thousands;
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
    let is_open = use_state(|| false);
    let view = use_state(View::default);
    let known = use_state(|| Rc::new(RefCell::new(Known::default())));
    let list = use_node_ref();
    let lang = props.lang;
    let session = props.handle.read();
    known.borrow_mut().look(&session, &filter);
    let wanted = known.borrow();
    let cursor = session.step();
    let place = wanted.place_of(cursor);
    use_measure(&list, &view);
    use_follow(&list, &view, place, cursor);

    let is_search = filter.must_be_searched();
    let shown =
        if is_search { searched(&session, &filter, lang) } else { in_view(&session, &wanted, *view, lang) };
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
            { heading(&session, &filter, &is_open, props) }
            <div class="log" ref={list} {onscroll} onkeydown={arrows(&props.on)}>
                <svg class="gap" width="1" height={shown.above.to_string()} aria-hidden="true" />
                <ol>{ for shown.lines.iter().map(|row| line(row, &session, &props.on)) }</ol>
                <svg class="gap" width="1" height={shown.below.to_string()} aria-hidden="true" />
                if shown.lines.is_empty() { <p class="note" role="status">{ nothing(&session, &filter, lang) }</p> }
            </div>
        </section>
    }
}

/// What is said where no line is wanted: in which steps none was found.
fn nothing(session: &Session, filter: &Filter, lang: Lang) -> String {
    let (first, last) = searched_steps(session);
    let steps = |text: faultscope_labs::Text| {
        text.fill(
            lang,
            &[("first", &thousands(first)), ("last", &thousands(last)), ("all", &thousands(session.len()))],
        )
    };
    match (filter.is_open(), filter.must_be_searched()) {
        (true, _) => words::LOG_EMPTY.get(lang).to_owned(),
        (_, true) => steps(words::LOG_NOT_FOUND),
        (_, false) => steps(words::LOG_NONE),
    }
}

/// Which steps have a line that is wanted, as far as the index tells: all, or these. What was played stays known: a run
/// that plays on is looked through from where it was left.
#[derive(Default)]
struct Known {
    plan: Option<Arc<Plan>>,
    actions: Vec<Pinned>,
    filter: Filter,
    len: u64,
    /// None for all steps.
    steps: Option<Vec<u64>>,
}

impl Known {
    fn look(&mut self, session: &Session, filter: &Filter) {
        let run = session.run();
        let is_same = self.plan.as_ref().is_some_and(|plan| Arc::ptr_eq(plan, run.plan()))
            && self.filter == *filter
            && self.len <= run.len()
            && self.actions == run.actions();
        if !is_same {
            *self = Self {
                plan: Some(run.plan().clone()),
                actions: run.actions().to_vec(),
                filter: filter.clone(),
                len: 0,
                steps: (filter.node.is_some() || filter.sort.is_some()).then(Vec::new),
            };
        }
        if let Some(steps) = &mut self.steps {
            let later = (self.len + 1..).zip(run.index().skip(self.len as usize).iter());
            steps.extend(later.filter(|(_, entry)| filter.may_want(entry)).map(|(step, _)| step));
        }
        self.len = run.len();
    }

    fn len(&self) -> u64 {
        self.steps.as_ref().map_or(self.len, |steps| steps.len() as u64)
    }

    /// The steps of the lines `first..last`, counted from 0.
    fn steps(&self, first: u64, last: u64) -> Vec<u64> {
        match &self.steps {
            None => (first + 1..=last).collect(),
            Some(steps) => steps.get(first as usize..last as usize).unwrap_or_default().to_vec(),
        }
    }

    /// The line of a step, or of the last one before it, counted from 0.
    fn place_of(&self, step: u64) -> u64 {
        match &self.steps {
            None => step.saturating_sub(1),
            Some(steps) => (steps.partition_point(|&known| known <= step) as u64).saturating_sub(1),
        }
    }
}

/// The lines to draw, and the space above and below them in pixels.
struct Shown {
    lines: Vec<Line>,
    above: f64,
    below: f64,
}

fn in_view(session: &Session, known: &Known, view: View, lang: Lang) -> Shown {
    let (first, last) = window(view, known.len());
    let lines = lines(session, &known.steps(first, last), lang);
    Shown { lines, above: first as f64 * view.row, below: (known.len() - last) as f64 * view.row }
}

/// Which lines of `length` stand in view, with a margin: the first, and the one behind the last, counted from 0.
fn window(view: View, length: u64) -> (u64, u64) {
    let first = ((view.top / view.row).max(0.0) as u64).saturating_sub(MARGIN).min(length);
    let count = (view.height / view.row).ceil().max(1.0) as u64 + 2 * MARGIN;
    (first, (first + count).min(length))
}

/// The steps around the cursor that are searched.
fn searched_steps(session: &Session) -> (u64, u64) {
    let cursor = session.step();
    (cursor.saturating_sub(SEARCH_STEPS).max(1), (cursor + SEARCH_STEPS).min(session.len()))
}

/// The lines around the cursor whose words are wanted.
fn searched(session: &Session, filter: &Filter, lang: Lang) -> Shown {
    let (first, last) = searched_steps(session);
    let lines = found(session, filter, first..=last, session.step(), FOUND_MAX, lang);
    Shown { lines, above: 0.0, below: 0.0 }
}

fn heading(
    session: &Session,
    filter: &UseStateHandle<Filter>,
    is_open: &UseStateHandle<bool>,
    props: &PanelProps,
) -> Html {
    let lang = props.lang;
    let toggle = {
        let (filter, is_open) = (filter.clone(), is_open.clone());
        Callback::from(move |_: MouseEvent| {
            is_open.set(!*is_open);
            if *is_open {
                filter.set(Filter { text: String::new(), ..(*filter).clone() });
            }
        })
    };
    let names = session.lab().kinds.iter().map(|kind| Sort::Named(kind.name));
    let sorts: Rc<[Sort]> = Sort::PLAIN.into_iter().chain(names).collect();
    let pick_node = {
        let filter = filter.clone();
        Callback::from(move |event: Event| {
            let node =
                event.target_dyn_into::<HtmlSelectElement>().and_then(|select| select.value().parse().ok());
            filter.set(Filter { node, ..(*filter).clone() });
        })
    };
    let pick_sort = {
        let (filter, sorts) = (filter.clone(), sorts.clone());
        Callback::from(move |event: Event| {
            let place =
                event.target_dyn_into::<HtmlSelectElement>().map_or(0, |select| select.selected_index());
            // The first choice is all of them.
            let sort = usize::try_from(place - 1).ok().and_then(|place| sorts.get(place).copied());
            filter.set(Filter { sort, ..(*filter).clone() });
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
    let node_option = |id: NodeId| {
        let is_picked = filter.node == Some(id);
        html! { <option value={id.to_string()} selected={is_picked}>{ id.to_string() }</option> }
    };
    let sort_option = |sort: &Sort| {
        let is_picked = filter.sort == Some(*sort);
        html! { <option selected={is_picked}>{ sort.words(lang) }</option> }
    };
    html! {
        <>
            <header>
                { panes::heading(Pane::Log, words::LOG.get(lang), &props.on) }
                <select class="bare log-kind" onchange={pick_sort} aria-label={words::LOG_OF_KIND.get(lang)}>
                    <option selected={filter.sort.is_none()}>{ words::ALL_KINDS.get(lang) }</option>
                    { for sorts.iter().map(sort_option) }
                </select>
                <select class="bare" onchange={pick_node} aria-label={words::LOG_OF_NODE.get(lang)}>
                    <option value="" selected={filter.node.is_none()}>{ words::ALL_NODES.get(lang) }</option>
                    { for session.world().nodes().map(|node| node_option(node.id)) }
                </select>
                <button type="button" class="bare" onclick={toggle} aria-expanded={is_open.to_string()}
                    aria-label={words::LOG_SEARCH.get(lang)}>{ icon(Icon::Search) }</button>
            </header>
            if **is_open {
                <input class="field" type="search" value={filter.text.clone()} oninput={write} autofocus=true
                    aria-label={words::LOG_SEARCH.get(lang)} placeholder={words::LOG_SEARCH.get(lang)} />
            }
        </>
    }
}

fn line(line: &Line, session: &Session, on: &Callback<Intent>) -> Html {
    let row = &line.row;
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
                <span class={classes!("n", epoch_class(line.epoch))}>{ row.node.map(|node| node.to_string()) }</span>
                { sign(line.message) }
                <span class="m">if is_broken { { icon(Icon::Cross) } }{ &row.words }</span>
            </button>
        </li>
    }
}

/// The dot of a message, in its colour and shape.
fn sign(message: Option<(u8, bool)>) -> Html {
    let Some((ink, is_reply)) = message else { return html! { <i></i> } };
    let shape = if Ink::kind_is_diamond(ink) { "diamond" } else { "dot" };
    html! { <i class={classes!(format!("kind-{ink}"), shape, is_reply.then_some("reply"))}></i> }
}

fn epoch_class(epoch: u64) -> Option<String> {
    epoch.checked_sub(1).map(|before| format!("epoch-{}", before % 8 + 1))
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
        let known = Known { len: 99, steps: Some(vec![3, 7, 20]), ..Known::default() };
        assert_eq!([1, 3, 8, 20, 99].map(|step| known.place_of(step)), [0, 0, 1, 2, 2]);
        assert_eq!(known.steps(1, 3), [7, 20]);
        assert_eq!(known.steps(1, 9), [] as [u64; 0]);
        assert_eq!(Known { len: 9, ..Known::default() }.steps(2, 4), [3, 4]);
    }

    #[test]
    fn what_is_known_grows_with_the_run_and_starts_over_with_another() {
        let mut session = Session::open("raft:basic;r1;s7").unwrap();
        let filter = Filter { sort: Some(Sort::Timers), ..Filter::default() };
        let mut known = Known::default();
        known.look(&session, &filter);
        let at_first = known.len();
        session.play_ahead(5_000_000, 100_000);
        known.look(&session, &filter);
        assert!(known.len() > at_first);
        let mut anew = Known::default();
        anew.look(&session, &filter);
        assert_eq!(known.steps, anew.steps);
        session.seek_step(30);
        session.act(faultscope_labs::sim::Action::Crash { node: NodeId::server(1), keep: 0 }).unwrap();
        known.look(&session, &filter);
        let mut anew = Known::default();
        anew.look(&session, &filter);
        assert_eq!(known.steps, anew.steps, "the run is another one");
        known.look(&session, &Filter::default());
        assert_eq!(known.len(), session.len());
    }
}
