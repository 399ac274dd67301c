//! Where the focus goes when what had it is gone. An element that takes no focus leaves it where it was, which is all
//! that can be done.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// The element that has the focus.
pub(crate) fn holder() -> Option<HtmlElement> {
    web_sys::window()?.document()?.active_element()?.dyn_into().ok()
}

/// Whether what had the focus has gone with it.
pub(crate) fn is_lost() -> bool {
    holder().is_none_or(|holder| holder.tag_name() == "BODY")
}

/// Focuses an element.
pub(crate) fn on(element: Option<HtmlElement>) {
    let _ = element.map(|element| element.focus());
}

/// Focuses the element with this id.
pub(crate) fn on_id(id: &str) {
    let found = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(id));
    on(found.and_then(|found| found.dyn_into().ok()));
}

/// Focuses the first element that fits within another one.
pub(crate) fn within(frame: &Element, selector: &str) {
    let found = frame.query_selector(selector).ok().flatten();
    on(found.and_then(|found| found.dyn_into().ok()));
}
