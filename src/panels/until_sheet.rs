//! Run until, as a sheet: what concerns one node, and any place said in words; on, and back.

use faultscope_labs::{NodeId, Stop, Text};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::sheet::Sheet;
use super::{PanelProps, words};
use crate::icons::{Icon, icon};
use crate::intent::{Intent, Selection};

/// Examples of places, which a touch puts into the field.
const EXAMPLES: [&str; 4] = ["any.status = down", "time >= 500ms", "event crash", "event lost"];

/// Run until.
#[component]
pub(crate) fn UntilSheet(props: &PanelProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let nodes: Vec<NodeId> = session.world().nodes().map(|node| node.id).collect();
    let picked = match props.selection {
        Selection::Node(node) => nodes.iter().position(|id| *id == node),
        _ => None,
    };
    let chosen = use_state(|| picked.unwrap_or(0));
    let typed = use_state(String::new);
    let node = nodes.get(*chosen).copied();
    let wrong = match typed.trim() {
        "" => None,
        text => session.place(text).err().map(|error| error.message(lang)),
    };
    let choose = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| {
            let place = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            chosen.set(usize::try_from(place).unwrap_or_default());
        })
    };
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |event: InputEvent| {
            typed.set(event.target_unchecked_into::<HtmlInputElement>().value());
        })
    };
    let onsubmit = {
        let (on, typed) = (props.on.clone(), typed.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            on.emit(Intent::RunUntil(typed.trim().to_owned()));
        })
    };
    let is_wrong = wrong.is_some();
    let disabled = is_wrong || typed.trim().is_empty();
    html! {
        <Sheet title={words::RUN_UNTIL.get(lang)} class="until-sheet" {lang} on={props.on.clone()}>
            <h3 class="lab">{ words::ANYWHERE.get(lang) }</h3>
            { for [(Stop::Message, words::A_MESSAGE), (Stop::Note, words::A_NOTE), (Stop::Decision, words::A_DECISION), (Stop::Broken, words::A_BREAK)]
                .map(|(stop, name)| both_ways(stop, name, props)) }
            <h3 class="lab">{ words::AT_A_NODE.get(lang) }</h3>
            <div class="control">
                <select class="field" aria-label={words::NODES.get(lang)} onchange={choose}>
                    { for nodes.iter().enumerate().map(|(place, id)| html! { <option selected={place == *chosen}>{ id.to_string() }</option> }) }
                </select>
            </div>
            { for node.into_iter().flat_map(|id| [
                (Stop::MessageTo(id), words::MESSAGE_TO_IT), (Stop::MessageFrom(id), words::MESSAGE_FROM_IT), (Stop::StepAt(id), words::STEP_AT_IT),
            ]).map(|(stop, name)| both_ways(stop, name, props)) }
            <h3 class="lab">{ words::IN_WORDS.get(lang) }</h3>
            <form class={classes!("place", is_wrong.then_some("wrong"))} {onsubmit}>
                <div class="control">
                    <input class="field code" type="text" autocomplete="off" spellcheck="false" aria-label={words::IN_WORDS.get(lang)}
                        placeholder={EXAMPLES[0]} value={(*typed).clone()} {oninput} aria-invalid={is_wrong.then_some("true")} />
                    <button type="submit" class="btn" {disabled}>{ words::RUN_ON.get(lang) }</button>
                </div>
                <p class="help" role={is_wrong.then_some("alert")}>{ wrong.unwrap_or_else(|| words::PLACE_HELP.get(lang).to_owned()) }</p>
                <div class="examples">{ for EXAMPLES.map(|example| example_key(example, &typed)) }</div>
            </form>
        </Sheet>
    }
}

fn example_key(example: &'static str, typed: &UseStateHandle<String>) -> Html {
    let setter = typed.setter();
    let onclick = Callback::from(move |_: MouseEvent| setter.set(example.to_owned()));
    html! { <button type="button" class="deed" {onclick}><code>{ example }</code></button> }
}

/// A stop with its way back and its way on.
fn both_ways(stop: Stop, name: Text, props: &PanelProps) -> Html {
    let lang = props.lang;
    let name = name.get(lang);
    let key = |intent: Intent, label: Text, sign: Icon| {
        let onclick = props.on.reform(move |_: MouseEvent| intent.clone());
        let label = label.fill(lang, &[("what", name)]);
        html! { <button type="button" class="btn" aria-label={label.clone()} title={label} {onclick}>{ icon(sign) }</button> }
    };
    html! {
        <div class="both">
            <span>{ name }</span>
            { key(Intent::BackTo(stop), words::BACK_TO, Icon::Back) }
            { key(Intent::RunTo(stop), words::ON_TO, Icon::Play) }
        </div>
    }
}
