//! The page as a frame in somebody else's page: stage, transport and story alone. `?embed` asks for it, and
//! `static/first.js` says so on the root element before anything is painted.
//!
//! The host chooses language and colours, in the address and later by messages (`static/host.js`); nothing is kept on
//! the reader's device, and the host's way back stays the host's.

use faultscope_labs::{LABS, Lang, Text};
use gloo::events::EventListener;
use js_sys::Reflect;
use web_sys::{Element, Window};
use yew::prelude::*;

use crate::intent::{Intent, ThemeChoice};
use crate::route;

/// Leads to the whole page.
const OPEN_WHOLE: Text = Text::new("Open in Faultscope", "在 Faultscope 中打开");

/// Whether this page is a frame.
pub(crate) fn is_on() -> bool {
    root().is_some_and(|root| root.has_attribute("data-embed"))
}

/// The story that the address asks to open.
pub(crate) fn asked_story() -> Option<String> {
    root()?.get_attribute("data-story")
}

fn root() -> Option<Element> {
    web_sys::window()?.document()?.document_element()
}

/// The text of the run that a host means: a lab alone is its first variant.
pub(crate) fn run_of(text: String) -> String {
    let named = LABS.iter().find(|lab| lab.id == text).and_then(|lab| Some((lab, lab.variants.first()?)));
    named.map_or(text, |(lab, variant)| format!("{}:{}", lab.id, variant.about().id))
}

/// Hears what the host wishes while the page is open.
pub(crate) fn listen(window: &Window, on: Callback<Intent>) -> EventListener {
    EventListener::new(window, "faultscope-wish", move |event| {
        let wish = Reflect::get(event, &"detail".into()).ok().and_then(|wish| wish.as_string());
        if let Some(intent) = wish.and_then(|wish| intent_of(&wish)) {
            on.emit(intent);
        }
    })
}

fn intent_of(wish: &str) -> Option<Intent> {
    match wish {
        "light" => Some(Intent::Theme(ThemeChoice::Light)),
        "dark" => Some(Intent::Theme(ThemeChoice::Dark)),
        "system" => Some(Intent::Theme(ThemeChoice::System)),
        "en" => Some(Intent::Lang(Lang::En)),
        "zh-CN" => Some(Intent::Lang(Lang::Zh)),
        _ => None,
    }
}

/// The way to the whole page, with the run as it is when the reader goes there.
pub(crate) fn way_out(link: impl Fn() -> String + 'static, lang: Lang) -> Html {
    let aim = Callback::from(move |event: Event| {
        if let Some(anchor) = event.target_dyn_into::<Element>() {
            let address = format!("{}{}", route::address(), route::fragment(&link()));
            // An anchor always takes an address.
            let _ = anchor.set_attribute("href", &address);
        }
    });
    let onfocus: Callback<FocusEvent> = aim.reform(Into::into);
    let onclick: Callback<MouseEvent> = aim.reform(Into::into);
    let onpointerdown: Callback<PointerEvent> = aim.reform(Into::into);
    html! {
        <p class="way-out">
            <a href={route::address()} target="_blank" rel="noopener" {onfocus} {onclick} {onpointerdown}>
                { OPEN_WHOLE.get(lang) }
            </a>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use faultscope_labs::Session;

    #[test]
    fn a_host_may_name_a_lab_alone() {
        for lab in LABS {
            let run = run_of(lab.id.to_owned());
            assert!(Session::open(&run).is_ok(), "{run}");
            assert_eq!(run_of(run.clone()), run, "a run is left alone");
        }
        assert_eq!(run_of("nowhere".to_owned()), "nowhere");
    }

    #[test]
    fn a_host_wishes_for_colours_and_language_alone() {
        assert_eq!(intent_of("dark"), Some(Intent::Theme(ThemeChoice::Dark)));
        assert_eq!(intent_of("zh-CN"), Some(Intent::Lang(Lang::Zh)));
        assert_eq!(intent_of("raft:basic"), None);
    }
}
