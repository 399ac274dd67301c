//! The page of Faultscope. It shows runs and passes wishes on; it names no protocol and decides nothing about a run.
//!
//! The same program also runs in a web worker, where there is no window: it then only answers questions, see
//! [`worker`].

mod acts;
mod app;
mod ask;
mod embed;
mod files;
mod focus;
mod format;
mod handle;
mod home;
mod host;
mod icons;
mod intent;
mod kept;
mod keys;
mod lab_page;
mod panels;
mod panes;
mod panic_screen;
mod play;
mod preferences;
mod problem;
mod progress;
mod reopen;
mod route;
mod spacetime;
mod stage;
mod timeline;
mod top_bar;
mod transport;
mod words;
mod worker;

use wasm_bindgen_futures::spawn_local;

fn main() {
    panic_screen::install();
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        worker::offer_to_page();
        // The shell of `index.html` is taken away by the first rendering.
        let root = document.get_element_by_id("app").or_else(|| document.body().map(Into::into));
        if let Some(root) = root {
            // The first rendering keeps a phone busy for a while: by then there is something to read.
            spawn_local(async move {
                host::shell_seen().await;
                let props = app::AppProps { first: app::first_run().await };
                yew::Renderer::<app::App>::with_root_and_props(root, props).render();
                host::tell_started();
            });
        }
    }
}
