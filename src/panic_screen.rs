//! What a reader sees if the program fails: never a dead page.
//!
//! A release build aborts after the hook, so everything happens inside the hook itself, with plain calls and without
//! the framework: nothing of the failed program runs again. The run's text is kept outside the session, which may be
//! in the middle of a change.

use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, HtmlTextAreaElement};

thread_local! {
    /// The run on screen; empty on the home page.
    static RUN: RefCell<String> = const { RefCell::new(String::new()) };
    /// Whether the program has failed. What fails after that is a consequence, and must not hide the cause.
    static HAS_FAILED: Cell<bool> = const { Cell::new(false) };
}

/// What the screen says, in both languages: the language may be what failed.
const SAYINGS: [(&str, &str, &str); 2] = [
    (
        "en",
        "Faultscope failed",
        "This is a mistake in the program, not in your run. The text below holds the whole run: copy it, reload the page, \
         and please send it with a report.",
    ),
    (
        "zh-CN",
        "Faultscope 出错了",
        "这是程序的错误，不是你的运行有问题。下面的文本包含整个运行：请复制它，重新加载页面，并随错误报告一起发送。",
    ),
];

/// Keeps the text of the run on screen for the case of a failure.
pub(crate) fn remember_run(text: &str) {
    RUN.with_borrow_mut(|run| {
        run.clear();
        run.push_str(text);
    });
}

/// Installs the hook, in a window or in a worker.
pub(crate) fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        let what = describe(info);
        web_sys::console::error_1(&what.as_str().into());
        if !HAS_FAILED.replace(true)
            && let Some(document) = web_sys::window().and_then(|window| window.document())
            && show(&document, &what).is_err()
        {
            web_sys::console::error_1(&"the message about the failure cannot be shown".into());
        }
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let what = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given");
    match info.location() {
        Some(place) => format!("{what} ({}:{})", file_name(place.file()), place.line()),
        None => what.to_owned(),
    }
}

/// The last parts of a source path: where the program was built is nobody's business.
fn file_name(path: &str) -> &str {
    let from = path.rfind("crates/").or_else(|| path.rfind("src/")).unwrap_or(0);
    path.get(from..).unwrap_or(path)
}

fn show(document: &Document, what: &str) -> Result<(), JsValue> {
    let Some(body) = document.body() else { return Ok(()) };
    // Whatever listens on the old body must not wake the failed program.
    let fresh: HtmlElement = document.create_element("body")?.dyn_into()?;
    fresh.set_class_name("failed");
    let main = child(document, &fresh, "main", "")?;
    main.set_attribute("role", "alert")?;
    for (language, title, saying) in SAYINGS {
        let part = child(document, &main, "section", "")?;
        part.set_attribute("lang", language)?;
        child(document, &part, "h1", title)?;
        child(document, &part, "p", saying)?;
    }
    child(document, &main, "pre", what)?;
    add_run(document, &main)?;
    body.replace_with_with_node_1(&fresh)
}

fn add_run(document: &Document, main: &Element) -> Result<(), JsValue> {
    let run = RUN.with(|run| run.try_borrow().map(|run| run.clone()).unwrap_or_default());
    let area: HtmlTextAreaElement = child(document, main, "textarea", "")?.dyn_into()?;
    area.set_read_only(true);
    area.set_rows(6);
    area.set_value(&run);
    area.set_attribute("aria-label", "The run · 运行文本")?;
    let keys = child(document, main, "p", "")?;
    for (name, label) in [("copy", "Copy · 复制"), ("reload", "Reload · 重新加载")] {
        let key = child(document, &keys, "button", label)?;
        key.set_attribute("type", "button")?;
        // `static/rescue.js` listens: nothing of the failed program may run again.
        key.set_attribute("data-rescue", name)?;
    }
    let home = child(document, &keys, "a", "Home · 首页")?;
    home.set_attribute("href", "?")?;
    Ok(())
}

fn child(document: &Document, parent: &Element, name: &str, text: &str) -> Result<Element, JsValue> {
    let element = document.create_element(name)?;
    if !text.is_empty() {
        element.set_text_content(Some(text));
    }
    parent.append_child(&element)?;
    Ok(element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_failure_names_no_machine() {
        assert_eq!(file_name("/elsewhere/faultscope/crates/sim/src/run.rs"), "crates/sim/src/run.rs");
        assert_eq!(file_name("/somewhere/faultscope/src/app.rs"), "src/app.rs");
        assert_eq!(file_name("src/app.rs"), "src/app.rs");
        assert_eq!(file_name("app.rs"), "app.rs");
    }
}
