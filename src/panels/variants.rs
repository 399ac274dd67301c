//! The variants of the lab, right ones and naive ones, as a sheet for narrow screens.

use faultscope_labs::lab::Variant;
use faultscope_labs::{Lang, Standing};
use yew::prelude::*;

use super::sheet::Sheet;
use super::{PanelProps, words};
use crate::icons::{Icon, icon};
use crate::intent::Intent;

/// The variants, as a sheet.
#[component]
pub(crate) fn VariantsSheet(props: &PanelProps) -> Html {
    let lang = props.lang;
    let session = props.handle.read();
    let (right, naive) = by_standing(session.lab().variants);
    let shown = session.variant().about().id;
    html! {
        <Sheet title={words::VARIANTS.get(lang)} class="variants-sheet" {lang} on={props.on.clone()}>
            { group(words::RIGHT.get(lang), &right, shown, lang, &props.on) }
            { group(words::BREAK_IT.get(lang), &naive, shown, lang, &props.on) }
        </Sheet>
    }
}

/// Right variants, and naive ones.
pub(crate) fn by_standing(
    variants: &'static [&'static dyn Variant],
) -> (Vec<&'static dyn Variant>, Vec<&'static dyn Variant>) {
    variants.iter().copied().partition(|variant| variant.about().standing == Standing::Right)
}

fn group(
    title: &str,
    variants: &[&'static dyn Variant],
    shown: &str,
    lang: Lang,
    on: &Callback<Intent>,
) -> Html {
    if variants.is_empty() {
        return html! {};
    }
    html! {
        <>
            <h3 class="lab">{ title.to_owned() }</h3>
            <ul class="choices">{ for variants.iter().map(|variant| choice(*variant, shown, lang, on)) }</ul>
        </>
    }
}

/// A variant as a line to choose: its sign, its name, and what it is, or what is wrong with it.
pub(crate) fn choice(variant: &'static dyn Variant, shown: &str, lang: Lang, on: &Callback<Intent>) -> Html {
    let about = variant.about();
    let is_shown = about.id == shown;
    let on = on.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        on.emit(Intent::Variant(about.id));
        on.emit(Intent::Overlay(None));
    });
    let (sign, text) = match about.standing {
        Standing::Right => (mark(true), about.sentence),
        Standing::Naive { flaw, .. } => (mark(false), flaw),
    };
    html! {
        <li>
            <button type="button" class="choice" {onclick} aria-current={is_shown.then_some("true")}>
                { sign }<b>{ about.title.get(lang) }</b><span>{ text.get(lang) }</span>
            </button>
        </li>
    }
}

/// A tick for a right variant, a cross for a naive one.
pub(crate) fn mark(is_right: bool) -> Html {
    let (class, sign) = if is_right { ("v", Icon::Check) } else { ("x", Icon::Cross) };
    html! { <span {class}>{ icon(sign) }</span> }
}
