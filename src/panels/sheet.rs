//! The frame of what lies over the page: on a wide screen a panel at the right edge, on a phone a sheet from below.
//!
//! It traps nothing. Focus moves in when it opens and back where it came from when it closes; Escape and a button
//! close it; the page beside it stays usable.

use faultscope_labs::Lang;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::words;
use crate::focus;
use crate::icons::{Icon, icon};
use crate::intent::Intent;

/// What a sheet is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct SheetProps {
    /// What it is for, as a heading.
    pub title: AttrValue,
    /// What is special about it, for the style sheet.
    #[prop_or_default]
    pub class: Classes,
    /// The language.
    pub lang: Lang,
    /// Where the wish to close it goes.
    pub on: Callback<Intent>,
    /// What stands in it.
    pub children: Html,
}

/// A sheet with a heading and a way out.
#[component]
pub(super) fn Sheet(props: &SheetProps) -> Html {
    let frame = use_node_ref();
    let frame_in = frame.clone();
    use_effect_with((), move |()| {
        let before = focus::holder();
        focus::on(frame_in.cast::<HtmlElement>());
        move || give_back(before, frame_in.cast::<Element>())
    });
    let close = props.on.reform(|()| Intent::Overlay(None));
    let onclick = close.reform(|_: MouseEvent| ());
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            close.emit(());
        }
    });
    html! {
        <section ref={frame} class={classes!("sheet", props.class.clone())} role="dialog" tabindex="-1"
            aria-label={&props.title} {onkeydown}>
            <div class="head">
                <h2>{ &props.title }</h2>
                <button type="button" class="close" {onclick} aria-label={words::CLOSE.get(props.lang)}>
                    { icon(Icon::Close) }
                </button>
            </div>
            <div class="inside">{ props.children.clone() }</div>
        </section>
    }
}

/// Focus goes back unless the reader has already taken it elsewhere.
fn give_back(before: Option<HtmlElement>, frame: Option<Element>) {
    let now = focus::holder();
    let is_elsewhere = now.as_ref().is_some_and(|now| {
        now.tag_name() != "BODY" && !frame.as_ref().is_some_and(|frame| frame.contains(Some(now)))
    });
    if !is_elsewhere {
        focus::on(before.filter(|before| before.is_connected()));
    }
}
