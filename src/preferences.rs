//! What a reader prefers: language and colours, kept where the browser allows it, and said on the page's root element.

use faultscope_labs::Lang;
use faultscope_labs::scene::Theme;
use web_sys::{Document, Storage};

use crate::embed;
use crate::intent::ThemeChoice;

// `static/first.js` reads what is kept under these names.
const LANG_KEY: &str = "faultscope.language";
const THEME_KEY: &str = "faultscope.theme";
/// Asks the system for its colours.
pub(crate) const DARK_QUERY: &str = "(prefers-color-scheme: dark)";

/// Asks whether the system chooses all colours.
pub(crate) const FORCED_QUERY: &str = "(forced-colors: active)";

/// The language in which the document is. `static/first.js` has chosen it before anything was painted: the reader's
/// earlier choice, else the browser's first language.
pub(crate) fn language() -> Lang {
    if of_root("lang").starts_with("zh") { Lang::Zh } else { Lang::En }
}

/// The colours that the reader chose.
pub(crate) fn theme() -> ThemeChoice {
    theme_of_word(&of_root("data-theme"))
}

fn of_root(attribute: &str) -> String {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    root.and_then(|root| root.get_attribute(attribute)).unwrap_or_default()
}

fn theme_of_word(word: &str) -> ThemeChoice {
    match word {
        "light" => ThemeChoice::Light,
        "dark" => ThemeChoice::Dark,
        _ => ThemeChoice::System,
    }
}

fn theme_word(theme: ThemeChoice) -> &'static str {
    match theme {
        ThemeChoice::System => "system",
        ThemeChoice::Light => "light",
        ThemeChoice::Dark => "dark",
    }
}

/// Keeps the language for the next visit, where the browser allows it.
pub(crate) fn keep_language(lang: Lang) {
    keep(LANG_KEY, lang.code());
}

/// Keeps the colours for the next visit, where the browser allows it.
pub(crate) fn keep_theme(theme: ThemeChoice) {
    keep(THEME_KEY, theme_word(theme));
}

/// The colours in which the stage is painted.
pub(crate) fn painted_theme(choice: ThemeChoice) -> Theme {
    match choice {
        ThemeChoice::Light => Theme::Light,
        ThemeChoice::Dark => Theme::Dark,
        ThemeChoice::System if matches(DARK_QUERY) => Theme::Dark,
        ThemeChoice::System => Theme::Light,
    }
}

/// Whether the system chooses all colours.
pub(crate) fn are_colours_forced() -> bool {
    matches(FORCED_QUERY)
}

fn matches(query: &str) -> bool {
    let asked = web_sys::window().and_then(|window| window.match_media(query).ok().flatten());
    asked.is_some_and(|query| query.matches())
}

/// Says language, colours and title where browsers, style sheets and screen readers look for them.
pub(crate) fn tell_document(lang: Lang, theme: ThemeChoice, title: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    if document.title() != title {
        document.set_title(title);
    }
    let Some(root) = document.document_element() else { return };
    let told = match lang {
        Lang::En => root.set_attribute("lang", "en"),
        Lang::Zh => root.set_attribute("lang", "zh-CN"),
    };
    let coloured = match theme {
        ThemeChoice::System => root.remove_attribute("data-theme"),
        chosen => root.set_attribute("data-theme", theme_word(chosen)),
    };
    if told.and(coloured).is_err() {
        web_sys::console::warn_1(&"the root element takes no attributes".into());
    }
    colour_frame(&document, theme);
}

/// The colour of the browser's own frame, on phones: each of the two tags in `index.html` holds for one wish of the
/// system; a choice by hand holds for both.
fn colour_frame(document: &Document, theme: ThemeChoice) {
    use faultscope_labs::scene::{Ink, theme::hex};
    for (id, wish) in [("frame-light", Theme::Light), ("frame-dark", Theme::Dark)] {
        let shown = match theme {
            ThemeChoice::System => wish,
            ThemeChoice::Light => Theme::Light,
            ThemeChoice::Dark => Theme::Dark,
        };
        if let Some(tag) = document.get_element_by_id(id)
            && tag.set_attribute("content", hex(Ink::Paper, shown)).is_err()
        {
            web_sys::console::warn_1(&"the tag for the frame's colour takes no content".into());
        }
    }
}

/// The browser's storage; none in a sandboxed frame, or where the reader forbids it.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn keep(key: &str, value: &str) {
    if embed::is_on() {
        // The host has chosen, for its own page.
        return;
    }
    // Without storage, or with a full one, the choice holds for this visit: nothing is left to do about it.
    let _ = storage().map(|storage| storage.set_item(key, value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_come_back_by_their_words() {
        for theme in [ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark] {
            assert_eq!(theme_of_word(theme_word(theme)), theme);
        }
        assert_eq!(theme_of_word("<script>"), ThemeChoice::System);
    }
}
