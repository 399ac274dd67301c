//! The bar at the top of every screen: where one is, the variants of the lab, and what concerns the whole page.

use faultscope_labs::lab::Variant;
use faultscope_labs::{Lab, Lang, Standing};
use yew::prelude::*;

use crate::handle::Handle;
use crate::icons::{Icon, brand, icon};
use crate::intent::{Intent, Overlay, ThemeChoice};
use crate::panels::variants::{by_standing, choice, mark};
use crate::panels::{Menu, pane_words, words};

/// What the bar is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TopBarProps {
    /// The run; none on the home page.
    #[prop_or_default]
    pub handle: Option<Handle>,
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: ThemeChoice,
    /// Where wishes go.
    pub on: Callback<Intent>,
}

/// The bar at the top of every screen.
#[component]
pub(crate) fn TopBar(props: &TopBarProps) -> Html {
    let shown = props.handle.as_ref().map(|handle| {
        let session = handle.read();
        (session.lab(), session.variant())
    });
    html! {
        <header class={classes!("top", shown.is_none().then_some("at-home"))}>
            <a class="brand" href="#" aria-label={words::ALL_LABS.get(props.lang)}>{ brand() }<span>{ "Faultscope" }</span></a>
            if let Some((lab, variant)) = shown {
                <div class="crumb"><span class="sep" aria-hidden="true">{ "/" }</span><h1>{ lab.title.get(props.lang) }</h1></div>
                { variants(lab, variant, props) }
            }
            { acts(shown.is_some(), props) }
        </header>
    }
}

/// The most room that right variants may take side by side: letters in all, Chinese ones counted twice.
const LETTERS_MAX: usize = 36;

/// The right variants side by side, or behind a button where there are many, and the naive ones behind another; on a
/// narrow screen one button for all.
fn variants(lab: &'static Lab, shown: &'static dyn Variant, props: &TopBarProps) -> Html {
    let lang = props.lang;
    let (right, naive) = by_standing(lab.variants);
    let is_right = shown.about().standing == Standing::Right;
    let overlay = props.on.reform(|_: MouseEvent| Intent::Overlay(Some(Overlay::Variants)));
    let letters: usize = right.iter().map(|variant| room(short_title(lab, *variant, lang))).sum();
    html! {
        <>
            if letters > LETTERS_MAX {
                { menu_of("of-right", &right, shown, is_right, props) }
            } else {
                { side_by_side(lab, &right, shown, props) }
            }
            if !naive.is_empty() {
                { menu_of("break-it", &naive, shown, !is_right, props) }
            }
            <button type="button" class="vchip" onclick={overlay} aria-haspopup="dialog">
                { mark(is_right) }<span>{ short_title(lab, shown, lang) }</span>{ icon(Icon::Open) }
            </button>
        </>
    }
}

/// How much room a title takes, in letters.
fn room(title: &str) -> usize {
    title.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum()
}

fn side_by_side(
    lab: &'static Lab,
    right: &[&'static dyn Variant],
    shown: &'static dyn Variant,
    props: &TopBarProps,
) -> Html {
    let lang = props.lang;
    let tab = |variant: &&'static dyn Variant| {
        let about = variant.about();
        let onclick = props.on.reform(move |_: MouseEvent| Intent::Variant(about.id));
        let is_shown = about.id == shown.about().id;
        html! {
            <button type="button" {onclick} aria-pressed={is_shown.to_string()} title={about.sentence.get(lang)}>
                { mark(true) }<span>{ short_title(lab, *variant, lang) }</span>
            </button>
        }
    };
    html! {
        <div class="variants" role="group" aria-label={words::VARIANTS.get(lang)}>{ for right.iter().map(tab) }</div>
    }
}

/// Variants of one standing behind a button, which names the one on screen if it `is_among` them.
fn menu_of(
    class: &'static str,
    variants: &[&'static dyn Variant],
    shown: &'static dyn Variant,
    is_among: bool,
    props: &TopBarProps,
) -> Html {
    let lang = props.lang;
    let is_naive = class == "break-it";
    let count = variants.len();
    let invited = if is_naive { invitation(count, lang) } else { right_ones(count, lang) };
    let about = shown.about();
    let title = about.title.get(lang);
    let face = html! {
        <>
            { mark(!is_naive) }
            <span>{ if is_among { title.to_owned() } else { invited.clone() } }</span>
            { icon(Icon::Open) }
        </>
    };
    let name = if is_among { format!("{title} · {invited}") } else { invited };
    let heading = if is_naive { words::BREAK_IT } else { words::RIGHT };
    html! {
        <Menu class={classes!("of-variants", class, is_among.then_some("on"))} {face} {name}>
            <p class="lab">{ heading.get(lang) }</p>
            <ul class="choices">{ for variants.iter().map(|variant| choice(*variant, about.id, lang, &props.on)) }</ul>
        </Menu>
    }
}

/// What a variant is called beside the name of its lab: the same name twice says nothing.
fn short_title(lab: &Lab, variant: &dyn Variant, lang: Lang) -> &'static str {
    let about = variant.about();
    let title = about.title.get(lang);
    if title == lab.title.get(lang) { about.id } else { title }
}

fn invitation(count: usize, lang: Lang) -> String {
    match count {
        1 => words::BREAK_ONE.get(lang).to_owned(),
        _ => words::BREAK_MANY.fill(lang, &[("count", &count.to_string())]),
    }
}

fn right_ones(count: usize, lang: Lang) -> String {
    words::RIGHT_MANY.fill(lang, &[("count", &count.to_string())])
}

fn acts(is_lab: bool, props: &TopBarProps) -> Html {
    let lang = props.lang;
    let open = |overlay| props.on.reform(move |_: MouseEvent| Intent::Overlay(Some(overlay)));
    let settings = || {
        html! {
            <button type="button" class="act" onclick={open(Overlay::Settings)} aria-haspopup="dialog"
                aria-label={words::SETTINGS.get(lang)} title={words::SETTINGS.get(lang)}>
                { icon(Icon::Settings) }<span>{ words::SETTINGS.get(lang) }</span>
            </button>
        }
    };
    let compare = || {
        html! {
            <button type="button" class="act" onclick={open(Overlay::Compare)} aria-haspopup="dialog" aria-keyshortcuts="="
                aria-label={pane_words::COMPARE.get(lang)} title={pane_words::COMPARE.get(lang)}>
                { icon(Icon::Compare) }<span>{ pane_words::COMPARE.get(lang) }</span>
            </button>
        }
    };
    let keys = || {
        html! {
            <button type="button" class="act small" onclick={open(Overlay::Keys)} aria-haspopup="dialog" aria-keyshortcuts="?"
                aria-label={words::KEYS.get(lang)} title={words::KEYS.get(lang)}>
                { icon(Icon::Keys) }<span class="when-listed">{ words::KEYS.get(lang) }</span>
            </button>
        }
    };
    html! {
        <div class="acts">
            <div class="wide-acts">
                if is_lab { { settings() }{ compare() } }
                { language(props) }
                { theme(props) }
                if is_lab { { keys() } }
            </div>
            if is_lab {
                <button type="button" class="share" onclick={open(Overlay::Share)} aria-haspopup="dialog"
                    aria-label={words::SHARE.get(lang)}>{ icon(Icon::Share) }<span>{ words::SHARE.get(lang) }</span></button>
                <Menu class="narrow-acts" face={icon(Icon::More)} name={words::MENU.get(lang)}>
                    { settings() }{ compare() }{ keys() }{ language(props) }{ theme(props) }
                </Menu>
            }
        </div>
    }
}

/// Every language in its own words.
fn language(props: &TopBarProps) -> Html {
    let button = |lang: Lang| {
        let onclick = props.on.reform(move |_: MouseEvent| Intent::Lang(lang));
        let (short, code, name) = match lang {
            Lang::En => ("EN", "en", "English"),
            Lang::Zh => ("中文", "zh-CN", "简体中文"),
        };
        html! {
            <button type="button" {onclick} lang={code} title={name} aria-pressed={(lang == props.lang).to_string()}>{ short }</button>
        }
    };
    html! {
        <div class="either" role="group" aria-label={words::LANGUAGE.get(props.lang)}>{ for Lang::ALL.map(button) }</div>
    }
}

/// System, light, dark, and round again: the button names what it is now.
fn theme(props: &TopBarProps) -> Html {
    let (sign, text, next) = match props.theme {
        ThemeChoice::System => (Icon::ThemeSystem, words::THEME_SYSTEM, ThemeChoice::Light),
        ThemeChoice::Light => (Icon::ThemeLight, words::THEME_LIGHT, ThemeChoice::Dark),
        ThemeChoice::Dark => (Icon::ThemeDark, words::THEME_DARK, ThemeChoice::System),
    };
    let onclick = props.on.reform(move |_: MouseEvent| Intent::Theme(next));
    let name = format!("{}: {}", words::THEME.get(props.lang), text.get(props.lang));
    html! {
        <button type="button" class="act small" {onclick} aria-label={name.clone()} title={name}>
            { icon(sign) }<span class="when-listed">{ text.get(props.lang) }</span>
        </button>
    }
}
