//! What can be done to what is picked up: a small card beside it on a wide screen, a sheet from below on a phone.

use faultscope_labs::sim::Flight;
use faultscope_labs::{NodeId, Session, Text};
use yew::prelude::*;

use super::sheet::Sheet;
use super::{PanelProps, deeds, inspector, words};
use crate::icons::{Icon, icon};
use crate::intent::{Intent, Overlay, Selection, Tab};

pub(super) const MOVE_KEYS: Text = Text::new("move the node on the stage", "在舞台上移动节点");
pub(super) const PUT_BACK_KEYS: Text =
    Text::new("put the node, or all nodes, back in place", "把节点或全部节点放回原位");
const PUT_BACK: Text = Text::new("Put back in place", "放回原位");
const PUT_ALL_BACK: Text = Text::new("Put all back in place", "全部放回原位");

/// What the card beside is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct BesideCardProps {
    /// What every panel is given.
    pub(crate) panel: PanelProps,
    /// The element, which the stage moves.
    pub(crate) node: NodeRef,
}

/// The card beside what is picked up with a mouse or a key: it takes no focus away, and goes with the selection.
#[component]
pub(crate) fn BesideCard(props: &BesideCardProps) -> Html {
    let BesideCardProps { panel, node } = props;
    let Some((title, inside)) = picked(panel) else { return html! {} };
    let onclick = panel.on.reform(|_: MouseEvent| Intent::Select(Selection::Nothing));
    html! {
        <div class="beside actions" role="group" aria-label={title} ref={node.clone()}>
            <button type="button" class="close" {onclick} aria-label={words::CLOSE.get(panel.lang)}>
                { icon(Icon::Close) }
            </button>
            { inside }
        </div>
    }
}

/// The actions of what is picked up; nothing where nothing is.
#[component]
pub(crate) fn ActionsCard(props: &PanelProps) -> Html {
    let Some((title, inside)) = picked(props) else { return html! {} };
    html! {
        <Sheet {title} class="actions" lang={props.lang} on={closing(&props.on)}>{ inside }</Sheet>
    }
}

/// What is picked up: the name of the card, and what stands in it.
fn picked(props: &PanelProps) -> Option<(String, Html)> {
    let session = props.handle.read();
    match props.selection {
        Selection::Nothing => None,
        Selection::Node(id) => node(&session, id, props),
        Selection::Message(number) => {
            session.world().flight(number).map(|flight| message(&session, flight, props))
        }
    }
}

/// Closing the card also puts down what was picked up; otherwise it would open again at once.
fn closing(on: &Callback<Intent>) -> Callback<Intent> {
    let on = on.clone();
    Callback::from(move |intent: Intent| {
        let is_close = intent == Intent::Overlay(None);
        on.emit(intent);
        if is_close {
            on.emit(Intent::Select(Selection::Nothing));
        }
    })
}

fn node(session: &Session, id: NodeId, props: &PanelProps) -> Option<(String, Html)> {
    let node = session.world().node(id)?;
    let deeds = deeds::node_deeds(session, id, props.lang);
    let look = {
        let on = props.on.clone();
        Callback::from(move |_: MouseEvent| {
            on.emit(Intent::Tab(Tab::Inspect));
            on.emit(Intent::Overlay(None::<Overlay>));
        })
    };
    let inside = html! {
        <>
            { inspector::who(session.variant(), session, node, props.lang) }
            <ul class="deeds">
                { for deeds.iter().map(|deed| deeds::button(session, deed, props.lang, &props.on)) }
                { put_back(session, id, props) }
                <li class="narrow">
                    <button type="button" class="deed" onclick={look}>
                        { icon(Icon::Search) }<span>{ words::INSPECT.get(props.lang) }</span>
                    </button>
                </li>
            </ul>
        </>
    };
    Some((words::ACTIONS_OF.fill(props.lang, &[("what", &id.to_string())]), inside))
}

/// The way back for a node that was dragged.
fn put_back(session: &Session, id: NodeId, props: &PanelProps) -> Html {
    if session.placed().iter().all(|(other, ..)| *other != id) {
        return Html::default();
    }
    let button = |text: Text, key: &'static str, node: Option<NodeId>| {
        let onclick = props.on.reform(move |_: MouseEvent| Intent::PutBack(node));
        html! {
            <li>
                <button type="button" class="deed put-back" {onclick} aria-keyshortcuts={key}>
                    { icon(Icon::Undo) }<span>{ text.get(props.lang) }</span>
                    <kbd aria-hidden="true">{ key }</kbd>
                </button>
            </li>
        }
    };
    let has_more = session.placed().len() > 1;
    html! {
        <>
            { button(PUT_BACK, "L", Some(id)) }
            if has_more { { button(PUT_ALL_BACK, "Shift+L", None) } }
        </>
    }
}

fn message(session: &Session, flight: &Flight, props: &PanelProps) -> (String, Html) {
    let name = flight.body.name();
    let kind = session.lab().kind(name).map_or(0, |kind| kind.ink);
    let deeds = deeds::message_deeds(flight, props.lang);
    let inside = html! {
        <>
            <div class="who">
                { inspector::message_mark(kind, flight.body.is_reply()) }
                <b>{ name }</b>
                <span>{ format!("{} → {}", flight.from, flight.to) }</span>
            </div>
            <ul class="deeds">{ for deeds.iter().map(|deed| deeds::button(session, deed, props.lang, &props.on)) }</ul>
        </>
    };
    (words::ACTIONS_OF.fill(props.lang, &[("what", name)]), inside)
}
