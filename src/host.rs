//! What the page asks of the place where it runs: a folder on a host, one file on a disk, or a frame in somebody's page.
//! The answers are those of `static/host.js`.

use wasm_bindgen::prelude::*;
use web_sys::Worker;

#[wasm_bindgen]
extern "C" {
    /// A worker that was given the compiled program.
    #[wasm_bindgen(js_namespace = faultscopeHost, catch)]
    pub(crate) fn worker(program: &JsValue) -> Result<Worker, JsValue>;

    /// The text of a file of the site.
    #[wasm_bindgen(js_namespace = faultscopeHost, catch)]
    pub(crate) async fn file(path: &str) -> Result<JsValue, JsValue>;

    /// Comes back when the page was painted as it is before the program starts, or when nobody looks at it.
    #[wasm_bindgen(js_namespace = faultscopeHost, js_name = shellSeen)]
    pub(crate) async fn shell_seen();

    /// Says that the program stands in the place of the shell.
    #[wasm_bindgen(js_namespace = faultscopeHost, js_name = tellStarted)]
    pub(crate) fn tell_started();

    /// An SVG as a PNG with twice its pixels, as a blob.
    #[wasm_bindgen(js_namespace = faultscopeHost, catch)]
    pub(crate) async fn png(svg: &str) -> Result<JsValue, JsValue>;
}
