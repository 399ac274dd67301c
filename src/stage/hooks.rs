//! Functions on `window` through which tests, and the curious, ask the page.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Puts a function on `window`.
pub(crate) fn offer(name: &str, function: JsValue) {
    let Some(window) = web_sys::window() else { return };
    if Reflect::set(&window, &name.into(), &function).is_err() {
        web_sys::console::warn_2(&"window takes no function named".into(), &name.into());
    }
}

/// Takes a function from `window`.
pub(crate) fn withdraw(name: &str) {
    if let Some(window) = web_sys::window() {
        // A property that was set by `offer` can be deleted.
        let _ = Reflect::delete_property(&window, &name.into());
    }
}
