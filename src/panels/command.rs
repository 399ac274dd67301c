//! A command of the variant as a form, made from its schema: who is asked, and with what.

use faultscope_labs::schema::Taker;
use faultscope_labs::sim::{Action, Node, Status};
use faultscope_labs::words::status;
use faultscope_labs::{Argument, ArgumentKind, CommandSchema, Lang, NodeId, Session};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::{PanelProps, words};
use crate::icons::{Icon, icon};
use crate::intent::{Intent, Selection};

/// What a form is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct CommandFormProps {
    /// The command.
    pub schema: CommandSchema,
    /// What the panel around it was given.
    pub panel: PanelProps,
}

/// A command as a form.
#[component]
pub(super) fn CommandForm(props: &CommandFormProps) -> Html {
    let CommandFormProps { schema, panel } = props;
    let lang = panel.lang;
    let session = panel.handle.read();
    let typed =
        use_state(|| schema.arguments.iter().map(|argument| offered(argument, &session)).collect::<Vec<_>>());
    let chosen = use_state(|| None::<NodeId>);
    let takers = takers(&session, schema.taker);
    let taker = picked(&takers, *chosen, panel.selection);

    let onsubmit = {
        let (on, typed, name) = (panel.on.clone(), typed.clone(), schema.name);
        let is_newcomer = schema.taker == Taker::Newcomer;
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(node) = taker else { return };
            if is_newcomer {
                on.emit(Intent::Act(Action::Join(node)));
            }
            let words = std::iter::once(name.to_owned()).chain(typed.iter().cloned()).collect();
            on.emit(Intent::Act(Action::Do { node, words }));
        })
    };
    let at = {
        let chosen = chosen.clone();
        Callback::from(move |text: String| chosen.set(text.parse().ok()))
    };
    let ids: Vec<NodeId> = takers.iter().map(|(id, _)| *id).collect();
    html! {
        <form class="command" {onsubmit} aria-label={schema.title.get(lang)}>
            <span class="name">{ schema.title.get(lang) }</span>
            { for schema.arguments.iter().enumerate().map(|(place, argument)| field(argument, place, &typed, &session, lang)) }
            <span class="at">
                if ids.len() > 1 {
                    <label><span>{ words::AT.get(lang) }</span>{ pick(&takers, taker, lang, at) }</label>
                } else if let Some(only) = ids.first() {
                    <span>{ words::AT.get(lang) }</span><b>{ only.to_string() }</b>
                }
            </span>
            <button type="submit" class="btn" disabled={taker.is_none()}>
                if schema.taker == Taker::Newcomer { { icon(Icon::Join) } }{ words::SEND.get(lang) }
            </button>
            if taker.is_none() { <p class="help">{ words::NOBODY_TAKES.get(lang) }</p> }
        </form>
    }
}

/// The nodes that take it, with their state; a newcomer is the next server, which is not there yet.
fn takers(session: &Session, taker: Taker) -> Vec<(NodeId, Status)> {
    let world = session.world();
    let all = |nodes: &mut dyn Iterator<Item = &Node>| nodes.map(|node| (node.id, node.status)).collect();
    match taker {
        Taker::Client => all(&mut world.clients()),
        Taker::Server => all(&mut world.servers()),
        Taker::Role(role) => all(&mut world.nodes().filter(|node| node.role() == role)),
        Taker::Newcomer => newcomer(session).map(|id| (id, Status::Absent)).into_iter().collect(),
    }
}

/// The server that would join next; none when the run has room for no more.
fn newcomer(session: &Session) -> Option<NodeId> {
    let world = session.world();
    let next = world.servers().len() + 1;
    (next <= world.plan().max_servers).then(|| u16::try_from(next).ok().map(NodeId::server)).flatten()
}

/// Who is asked: the node that was chosen, else the one that is picked up, else the first that runs.
fn picked(takers: &[(NodeId, Status)], chosen: Option<NodeId>, selection: Selection) -> Option<NodeId> {
    let is_there = |wanted: NodeId| takers.iter().any(|(id, _)| *id == wanted);
    let selected = match selection {
        Selection::Node(id) => Some(id),
        _ => None,
    };
    let running =
        takers.iter().find(|(_, status)| *status == Status::Up).or(takers.first()).map(|(id, _)| *id);
    chosen.filter(|&id| is_there(id)).or(selected.filter(|&id| is_there(id))).or(running)
}

fn pick(takers: &[(NodeId, Status)], taker: Option<NodeId>, lang: Lang, set: Callback<String>) -> Html {
    let onchange = Callback::from(move |event: Event| {
        if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
            set.emit(select.value());
        }
    });
    let option = |(id, state): &(NodeId, Status)| {
        let text = match state {
            Status::Up | Status::Absent => id.to_string(),
            other => words::NODE_AND_STATUS
                .fill(lang, &[("node", &id.to_string()), ("status", status(*other).get(lang))]),
        };
        html! { <option value={id.to_string()} selected={Some(*id) == taker}>{ text }</option> }
    };
    html! { <select class="field" {onchange}>{ for takers.iter().map(option) }</select> }
}

/// What an argument is before anyone touches it.
fn offered(argument: &Argument, session: &Session) -> String {
    match argument.kind {
        ArgumentKind::Number { default, .. } => default.to_string(),
        ArgumentKind::Choice(options) => options.first().copied().unwrap_or_default().to_owned(),
        ArgumentKind::Server => {
            session.world().servers().next().map(|node| node.id.to_string()).unwrap_or_default()
        }
    }
}

/// One argument: its name and its control.
fn field(
    argument: &Argument,
    place: usize,
    typed: &UseStateHandle<Vec<String>>,
    session: &Session,
    lang: Lang,
) -> Html {
    let now = typed.get(place).cloned().unwrap_or_default();
    let set = {
        let typed = typed.clone();
        Callback::from(move |text: String| {
            let mut all = (*typed).clone();
            if let Some(one) = all.get_mut(place) {
                *one = text;
            }
            typed.set(all);
        })
    };
    let control = match argument.kind {
        ArgumentKind::Number { min, max, .. } => stepper(now, min, max, argument.title.get(lang), lang, set),
        ArgumentKind::Choice(options) => {
            let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
            choose(&options, &now, argument.title.get(lang), set)
        }
        ArgumentKind::Server => {
            let servers: Vec<String> = session.world().servers().map(|node| node.id.to_string()).collect();
            choose(&servers, &now, argument.title.get(lang), set)
        }
    };
    html! { <span class="arg"><span aria-hidden="true">{ argument.title.get(lang) }</span>{ control }</span> }
}

fn choose(options: &[String], now: &str, title: &'static str, set: Callback<String>) -> Html {
    let onchange = Callback::from(move |event: Event| {
        if let Some(select) = event.target_dyn_into::<HtmlSelectElement>() {
            set.emit(select.value());
        }
    });
    html! {
        <select class="field" {onchange} aria-label={title}>
            { for options.iter().map(|option| html! {
                <option value={option.clone()} selected={option == now}>{ option }</option>
            }) }
        </select>
    }
}

/// A number with one less and one more beside it.
fn stepper(now: String, min: u64, max: u64, title: &'static str, lang: Lang, set: Callback<String>) -> Html {
    let number = now.parse::<u64>().ok();
    let oninput = {
        let set = set.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                set.emit(input.value());
            }
        })
    };
    let towards = |next: Option<u64>| {
        let set = set.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(next) = next {
                set.emit(next.to_string());
            }
        })
    };
    let less = number.and_then(|number| number.checked_sub(1)).filter(|&number| number >= min);
    let more = number.and_then(|number| number.checked_add(1)).filter(|&number| number <= max);
    let say = |text: faultscope_labs::Text| text.fill(lang, &[("what", title)]);
    html! {
        <span class="stepper">
            <button type="button" onclick={towards(less)} disabled={less.is_none()} aria-label={say(words::LESS)}>{ icon(Icon::Minus) }</button>
            <input class="num" type="number" aria-label={title} value={now} min={min.to_string()} max={max.to_string()} required=true {oninput} />
            <button type="button" onclick={towards(more)} disabled={more.is_none()} aria-label={say(words::MORE_OF)}>{ icon(Icon::Plus) }</button>
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked_is_the_chosen_the_selected_or_one_that_runs() {
        let (one, two, three) = (NodeId::server(1), NodeId::server(2), NodeId::server(3));
        let takers = [(one, Status::Down), (two, Status::Up), (three, Status::Up)];
        assert_eq!(picked(&takers, None, Selection::Nothing), Some(two));
        assert_eq!(picked(&takers, None, Selection::Node(three)), Some(three));
        assert_eq!(picked(&takers, Some(one), Selection::Node(three)), Some(one));
        assert_eq!(picked(&takers, Some(NodeId::server(9)), Selection::Nothing), Some(two));
        assert_eq!(picked(&[], Some(one), Selection::Nothing), None);
    }
}
