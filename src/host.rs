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

    /// An SVG as a PNG with twice its pixels, as a blob.
    #[wasm_bindgen(js_namespace = faultscopeHost, catch)]
    pub(crate) async fn png(svg: &str) -> Result<JsValue, JsValue>;
}
