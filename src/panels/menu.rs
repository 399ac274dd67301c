//! A button that opens a list below it. It closes when something in it is chosen, on Escape, and when a finger, a
//! mouse or the focus goes elsewhere.

use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};
use yew::prelude::*;

use crate::focus;

/// What a menu is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MenuProps {
    /// What the button shows.
    pub face: Html,
    /// What is special about the button, for the style sheet.
    #[prop_or_default]
    pub class: Classes,
    /// The button's name, where its face is not enough.
    #[prop_or_default]
    pub name: Option<AttrValue>,
    /// What opens.
    pub children: Html,
}

/// A button that opens a list below it.
#[component]
pub(crate) fn Menu(props: &MenuProps) -> Html {
    let is_open = use_state(|| false);
    let frame = use_node_ref();
    use_outside(&frame, &is_open);
    let toggle = {
        let is_open = is_open.clone();
        Callback::from(move |_: MouseEvent| is_open.set(!*is_open))
    };
    let chosen = {
        let (is_open, frame) = (is_open.clone(), frame.clone());
        Callback::from(move |event: MouseEvent| {
            // Only a button or a link chooses; the ground between them does not.
            let target = event.target_dyn_into::<Element>();
            if target.is_some_and(|target| target.closest("button, a").ok().flatten().is_some()) {
                is_open.set(false);
                focus_button(&frame);
            }
        })
    };
    let onkeydown = {
        let (is_open, frame) = (is_open.clone(), frame.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && *is_open {
                event.stop_propagation();
                is_open.set(false);
                focus_button(&frame);
            }
        })
    };
    let onfocusout = {
        let (is_open, frame) = (is_open.clone(), frame.clone());
        Callback::from(move |event: FocusEvent| {
            let next = event.related_target().and_then(|next| next.dyn_into::<Node>().ok());
            if next.is_some_and(|next| !is_within(&frame, &next)) {
                is_open.set(false);
            }
        })
    };
    html! {
        <div class={classes!("menu", props.class.clone())} ref={frame} {onkeydown} {onfocusout}>
            <button type="button" class="face" onclick={toggle} aria-expanded={is_open.to_string()}
                aria-label={props.name.clone()}>{ props.face.clone() }</button>
            if *is_open { <div class="list" onclick={chosen}>{ props.children.clone() }</div> }
        </div>
    }
}

fn is_within(frame: &NodeRef, node: &Node) -> bool {
    frame.cast::<Element>().is_some_and(|frame| frame.contains(Some(node)))
}

fn focus_button(frame: &NodeRef) {
    if let Some(frame) = frame.cast::<Element>() {
        focus::within(&frame, ".face");
    }
}

/// Closes the menu when something outside is pressed.
#[hook]
fn use_outside(frame: &NodeRef, is_open: &UseStateHandle<bool>) {
    let (frame, setter) = (frame.clone(), is_open.setter());
    use_effect_with(**is_open, move |&is_open| {
        let document = web_sys::window().and_then(|window| window.document());
        let listener = document.filter(|_| is_open).map(|document| {
            EventListener::new(&document, "pointerdown", move |event| {
                let pressed = event.target().and_then(|target| target.dyn_into::<Node>().ok());
                if pressed.is_none_or(|pressed| !is_within(&frame, &pressed)) {
                    setter.set(false);
                }
            })
        });
        move || drop(listener)
    });
}
