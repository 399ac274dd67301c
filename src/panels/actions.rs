//! What can be done to what is picked up: a small card on a wide screen, a sheet from below on a phone.

use faultscope_labs::sim::Flight;
use faultscope_labs::{NodeId, Session};
use yew::prelude::*;

use super::sheet::Sheet;
use super::{PanelProps, deeds, inspector, words};
use crate::icons::{Icon, icon};
use crate::intent::{Intent, Overlay, Selection, Tab};

/// The actions of what is picked up; nothing where nothing is.
#[component]
pub(crate) fn ActionsCard(props: &PanelProps) -> Html {
    let session = props.handle.read();
    let picked = match props.selection {
        Selection::Nothing => None,
        Selection::Node(id) => node(&session, id, props),
        Selection::Message(number) => {
            session.world().flight(number).map(|flight| message(&session, flight, props))
        }
    };
    let Some((title, inside)) = picked else { return html! {} };
    html! {
        <Sheet {title} class="actions" lang={props.lang} on={closing(&props.on)}>{ inside }</Sheet>
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
