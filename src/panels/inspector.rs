//! The inspector: the state of one node as a tree of its facets, with what its last step changed; or one message on its
//! way.

use faultscope_labs::lab::Variant;
use faultscope_labs::scene::Ink;
use faultscope_labs::sim::{Fate, Flight, Node, Status};
use faultscope_labs::stage::{Edge, Look};
use faultscope_labs::words::status;
use faultscope_labs::{Inspection, Lang, NodeId, Session, Stop};
use serde_json::Value;
use yew::prelude::*;

use super::{PanelProps, deeds, value, words};
use crate::format::{thousands, time_words};
use crate::icons::{Icon, icon};
use crate::intent::{Intent, Overlay, Selection};
use crate::panes::{self, Pane};

/// The inspector, as a section of the side.
#[component]
pub(crate) fn Inspector(props: &PanelProps) -> Html {
    let session = props.handle.read();
    let lang = props.lang;
    let flight = match props.selection {
        Selection::Message(number) => Some(session.world().flight(number)),
        _ => None,
    };
    let node = shown_node(&session, props.selection);
    html! {
        <section class={panes::class(Pane::Inspector)} aria-label={words::INSPECTOR.get(lang)}>
            {
                match (flight, node) {
                    (Some(Some(flight)), _) => message(&session, flight, props),
                    (Some(None), _) => gone(props),
                    (None, Some(node)) => node_state(&session, node, props),
                    (None, None) => html! {},
                }
            }
        </section>
    }
}

/// The node that is picked up, or the first.
pub(crate) fn shown_node(session: &Session, selection: Selection) -> Option<NodeId> {
    let world = session.world();
    match selection {
        Selection::Node(id) if world.node(id).is_some() => Some(id),
        _ => world.nodes().next().map(|node| node.id),
    }
}

/// A node's disc, as small as a line of text: tint, edge and hatch as on the stage.
pub(super) fn disc(look: &Look, status: Status) -> Html {
    let tint = match look.epoch {
        0 => "epoch-none".to_owned(),
        epoch => format!("epoch-{}", (epoch - 1) % 8 + 1),
    };
    let edge = match look.edge {
        Edge::Plain => "plain",
        Edge::Thick => "thick",
        Edge::Tentative => "tentative",
    };
    let is_down = matches!(status, Status::Down | Status::Absent);
    let class = classes!("disc", tint, edge, is_down.then_some("down"));
    html! {
        <svg {class} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <circle class="body" cx="16" cy="16" r="11.5" />
            if is_down {
                <path class="hatch" d="M6 20.5L20.5 6M8.5 24.5L24.5 8.5M13 26.5L26.5 13" />
            }
            <circle class="ring" cx="16" cy="16" r="13.5" />
        </svg>
    }
}

/// Who the node is: disc, name, role and status.
pub(super) fn who(variant: &dyn Variant, session: &Session, node: &Node, lang: Lang) -> Html {
    let look = variant.look(session.world(), node, lang);
    let state = status(node.status).get(lang);
    let role = if look.role.is_empty() || look.role == state {
        state.to_owned()
    } else {
        words::ROLE_AND_STATUS.fill(lang, &[("role", &look.role), ("status", state)])
    };
    html! {
        <div class="who">{ disc(&look, node.status) }<b>{ node.id.to_string() }</b><span>{ role }</span></div>
    }
}

fn node_state(session: &Session, id: NodeId, props: &PanelProps) -> Html {
    let lang = props.lang;
    let (Some(node), Some(inspection)) = (session.world().node(id), session.inspect(id)) else {
        return html! {};
    };
    let deeds = deeds::node_deeds(session, id, lang);
    // The accent means here and now: what an earlier step changed is told without it.
    let is_now = inspection.changed_at == session.step() && inspection.changed_at > 0;
    let fields = inspection.fields.iter();
    html! {
        <>
            <header>
                { panes::heading(Pane::Inspector, words::INSPECTOR.get(lang), &props.on) }
                { changes(&inspection, props) }
            </header>
            { nodes(session, id, props) }
            { who(session.variant(), session, node, lang) }
            <div class="fields" tabindex="0" role="group" aria-label={words::STATE.get(lang)}><dl class="kv">
                { for fields.map(|field| row(&field.word, &field.value, field.previous.as_ref(), is_now, lang)) }
            </dl></div>
            <ul class="deeds" aria-label={words::ACTIONS.get(lang)}>
                { for deeds.iter().filter(|deed| !deed.is_rare).map(|deed| deeds::button(session, deed, lang, &props.on)) }
                <li>
                    <button type="button" class="deed" onclick={all_deeds(id, &props.on)} aria-haspopup="dialog">
                        { icon(Icon::More) }<span>{ words::MORE_ACTIONS.get(lang) }</span>
                    </button>
                </li>
            </ul>
        </>
    }
}

/// Where the node's last step was, which is a way there, and the ways to the ones before and after.
fn changes(inspection: &Inspection, props: &PanelProps) -> Html {
    let lang = props.lang;
    let (id, step) = (inspection.node, inspection.changed_at);
    let node = id.to_string();
    let go = |intent: Intent| props.on.reform(move |_: MouseEvent| intent.clone());
    let text = match inspection.fields.iter().any(|field| field.previous.is_some()) {
        _ if step == 0 => words::NOT_STARTED.get(lang).to_owned(),
        true => words::CHANGED_AT.fill(lang, &[("step", &thousands(step))]),
        false => words::STEP_WITHOUT_CHANGE.fill(lang, &[("step", &thousands(step))]),
    };
    let back = words::STEP_OF_NODE_BEFORE.fill(lang, &[("node", &node)]);
    let on = words::STEP_OF_NODE_AFTER.fill(lang, &[("node", &node)]);
    html! {
        <span class="ways">
            <button type="button" class="at" disabled={step == 0} onclick={go(Intent::SeekStep(step))}>{ text }</button>
            <button type="button" class="way" title={back.clone()} aria-label={back} aria-keyshortcuts="," disabled={step == 0}
                onclick={go(Intent::BackTo(Stop::StepAt(id)))}>{ panes::arrow(false) }</button>
            <button type="button" class="way" title={on.clone()} aria-label={on} aria-keyshortcuts="."
                onclick={go(Intent::RunTo(Stop::StepAt(id)))}>{ panes::arrow(true) }</button>
        </span>
    }
}

/// Opens the card with all that can be done to a node.
fn all_deeds(id: NodeId, on: &Callback<Intent>) -> Callback<MouseEvent> {
    let on = on.clone();
    Callback::from(move |_: MouseEvent| {
        on.emit(Intent::Select(Selection::Node(id)));
        on.emit(Intent::Overlay(Some(Overlay::Actions)));
    })
}

/// A button for each node, so that every node can be looked at without the stage.
fn nodes(session: &Session, shown: NodeId, props: &PanelProps) -> Html {
    let lang = props.lang;
    let pick = |node: &Node| {
        let id = node.id;
        let onclick = props.on.reform(move |_: MouseEvent| Intent::Select(Selection::Node(id)));
        let is_down = node.status == Status::Down;
        let label = words::NODE_AND_STATUS
            .fill(lang, &[("node", &id.to_string()), ("status", status(node.status).get(lang))]);
        html! {
            <button type="button" {onclick} aria-label={label} aria-pressed={(id == shown).to_string()}
                class={classes!(is_down.then_some("down"))}>{ id.to_string() }</button>
        }
    };
    html! {
        <div class="nodes" role="group" aria-label={words::NODES.get(lang)}>
            { for session.world().nodes().map(pick) }
        </div>
    }
}

/// One field: what it is, behind what it was before the node's last step where that changed it. `is_now` says that this
/// step is the one at the cursor.
fn row(word: &str, now: &Value, was: Option<&Value>, is_now: bool, lang: Lang) -> Html {
    let class = classes!("row", was.is_some().then_some(if is_now { "ch" } else { "since" }));
    html! { <div {class}><dt>{ word.to_owned() }</dt><dd>{ value::change(now, was, lang) }</dd></div> }
}

fn message(session: &Session, flight: &Flight, props: &PanelProps) -> Html {
    let lang = props.lang;
    let name = flight.body.name();
    let kind = session.lab().kind(name).map_or(0, |kind| kind.ink);
    let deeds = deeds::message_deeds(flight, lang);
    let number = words::MESSAGE_NUMBER.fill(lang, &[("number", &thousands(flight.id))]);
    html! {
        <>
            <header>{ panes::heading(Pane::Inspector, words::MESSAGE.get(lang), &props.on) }<span class="q">{ number }</span></header>
            <div class="who">
                { message_mark(kind, flight.body.is_reply()) }
                <b>{ name }</b>
                <span>{ format!("{} → {}", flight.from, flight.to) }</span>
            </div>
            <div class="fields" tabindex="0" role="group" aria-label={words::STATE.get(lang)}><dl class="kv">
                { line(words::SENT.get(lang), time_words(flight.sent_us)) }
                { line(words::ARRIVES.get(lang), arrival(session, flight, lang)) }
                { body(&flight.body.fields(), session, lang) }
            </dl></div>
            <ul class="deeds" aria-label={words::ACTIONS.get(lang)}>
                { for deeds.iter().map(|deed| deeds::button(session, deed, lang, &props.on)) }
            </ul>
        </>
    }
}

/// A message as the stage draws it: discs and diamonds by kind, hollow for a reply.
pub(super) fn message_mark(kind: u8, is_reply: bool) -> Html {
    let class = classes!("kind", format!("kind-{kind}"), is_reply.then_some("reply"));
    let path = if Ink::kind_is_diamond(kind) {
        "M8 1.5L14.5 8 8 14.5 1.5 8z"
    } else {
        "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z"
    };
    html! { <svg {class} viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d={path} /></svg> }
}

/// When and whether it arrives, as far as the run goes on by itself.
fn arrival(session: &Session, flight: &Flight, lang: Lang) -> String {
    if flight.held {
        return words::HELD_BACK.get(lang).to_owned();
    }
    if flight.waiting {
        return words::WAITS_AT_DOOR.get(lang).to_owned();
    }
    match flight.fate {
        Fate::Lost => words::WILL_BE_LOST.get(lang).to_owned(),
        Fate::Cut => words::WILL_MEET_CUT.get(lang).to_owned(),
        Fate::Arrive => {
            let left = time_words(flight.arrives_us.saturating_sub(session.now_us()));
            words::ARRIVES_IN.fill(lang, &[("time", &time_words(flight.arrives_us)), ("left", &left)])
        }
    }
}

fn line(word: &str, text: String) -> Html {
    html! { <div class="row"><dt>{ word.to_owned() }</dt><dd><span class="scalar">{ text }</span></dd></div> }
}

fn body(fields: &Value, session: &Session, lang: Lang) -> Html {
    match fields {
        Value::Object(map) => {
            map.iter().map(|(key, value)| row(session.lab().spell(key), value, None, false, lang)).collect()
        }
        Value::Null => html! {},
        other => row(words::BODY.get(lang), other, None, false, lang),
    }
}

/// The message that was picked up has arrived, or was lost.
fn gone(props: &PanelProps) -> Html {
    let lang = props.lang;
    let onclick = props.on.reform(|_: MouseEvent| Intent::Select(Selection::Nothing));
    html! {
        <>
            <header>{ panes::heading(Pane::Inspector, words::MESSAGE.get(lang), &props.on) }</header>
            <p class="note">{ words::MESSAGE_GONE.get(lang) }</p>
            <ul class="deeds"><li>
                <button type="button" class="deed" {onclick}>{ icon(Icon::Close) }<span>{ words::PUT_DOWN.get(lang) }</span></button>
            </li></ul>
        </>
    }
}
