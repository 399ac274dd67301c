//! The stage in words: a list of every node and every message in flight, each a real button. Who cannot see the
//! picture, or does not use a mouse, has the same stage here.

use faultscope_labs::sim::{Flight, Node};
use faultscope_labs::{Lang, Session, Text, words as engine_words};
use yew::prelude::*;

use crate::format::time_words;
use crate::intent::{Intent, Overlay, Selection};
use crate::panels::PanelProps;
use crate::words;

/// The most nodes that are listed, around the one that is picked up; the rest is counted, and picked up with keys.
const NODES_MAX: usize = 60;
const MORE_NODES: Text =
    Text::new("{count} more: N and B pick them up one by one", "另有 {count} 个：按 N、B 逐个选中");
/// The most messages that are listed; the rest is counted.
const MESSAGES_MAX: usize = 40;

/// One button: its key for the framework, what it picks up, and its words.
struct Item {
    key: String,
    selection: Selection,
    words: String,
}

/// A list of buttons that equals the picture.
#[component]
pub(crate) fn StageList(props: &PanelProps) -> Html {
    let session = props.handle.read();
    let lang = props.lang;
    let (nodes, more_nodes) = node_items(&session, props.selection, lang);
    let (messages, more) = message_items(&session, lang);
    let count = more.to_string();
    html! {
        <div class="stage-list" role="group" aria-label={words::STAGE_LIST.get(lang)}>
            <p class="lab">{ words::NODES.get(lang) }</p>
            <ul>
                { for nodes.into_iter().map(|item| row(item, props)) }
                if more_nodes > 0 {
                    <li key="more">{ MORE_NODES.fill(lang, &[("count", &more_nodes.to_string())]) }</li>
                }
            </ul>
            <p class="lab">{ words::MESSAGES.get(lang) }</p>
            <ul>
                { for messages.into_iter().map(|item| row(item, props)) }
                if more > 0 {
                    <li key="more">{ words::MORE_MESSAGES.fill(lang, &[("count", &count)]) }</li>
                }
            </ul>
        </div>
    }
}

fn row(item: Item, props: &PanelProps) -> Html {
    let is_selected = props.selection == item.selection;
    let onclick = {
        let (on, selection) = (props.on.clone(), item.selection);
        Callback::from(move |_: MouseEvent| {
            on.emit(Intent::Select(selection));
            on.emit(Intent::Overlay(Some(Overlay::Actions)));
        })
    };
    html! {
        <li key={item.key.clone()}>
            <button type="button" data-item={item.key} aria-pressed={is_selected.to_string()} {onclick}>
                { item.words }
            </button>
        </li>
    }
}

/// The nodes around the one that is picked up, and how many there are besides.
fn node_items(session: &Session, selection: Selection, lang: Lang) -> (Vec<Item>, usize) {
    let nodes: Vec<&Node> = session.world().nodes().collect();
    let picked = nodes.iter().position(|node| selection == Selection::Node(node.id)).unwrap_or_default();
    let first = picked.saturating_sub(NODES_MAX / 2).min(nodes.len().saturating_sub(NODES_MAX));
    let shown = nodes.iter().skip(first).take(NODES_MAX);
    let items: Vec<Item> = shown
        .map(|node| Item {
            key: node.id.to_string(),
            selection: Selection::Node(node.id),
            words: node_words(session, node, lang),
        })
        .collect();
    let more = nodes.len() - items.len();
    (items, more)
}

/// A node in words: name, role, state, and what is remarked of it.
pub(crate) fn node_words(session: &Session, node: &Node, lang: Lang) -> String {
    let look = session.variant().look(session.world(), node, lang);
    let status = engine_words::status(node.status).get(lang);
    let mut parts = vec![node.id.to_string()];
    parts.extend([look.role, status.to_owned(), look.remark].into_iter().filter(|part| !part.is_empty()));
    // Labs may say of a node that is down that it is down: once is enough.
    parts.dedup();
    parts.join(words::COMMA.get(lang))
}

fn message_items(session: &Session, lang: Lang) -> (Vec<Item>, usize) {
    let world = session.world();
    let items: Vec<Item> = world
        .flights()
        .take(MESSAGES_MAX)
        .map(|flight| Item {
            key: format!("message-{}", flight.id),
            selection: Selection::Message(flight.id),
            words: message_words(session, flight, lang),
        })
        .collect();
    let more = world.flights().count() - items.len();
    (items, more)
}

/// A message in words: what it says, from whom, to whom, and when it arrives or what holds it up.
pub(crate) fn message_words(session: &Session, flight: &Flight, lang: Lang) -> String {
    let message = session.variant().message_words(&flight.body, true);
    let (from, to) = (flight.from.to_string(), flight.to.to_string());
    let text = match (flight.held, flight.waiting) {
        (true, _) => words::MESSAGE_HELD,
        (false, true) => words::MESSAGE_WAITING,
        (false, false) => words::MESSAGE,
    };
    let time = time_words(flight.arrives_us.saturating_sub(session.now_us()));
    text.fill(lang, &[("message", &message), ("from", &from), ("to", &to), ("time", &time)])
}
