//! The address: what stands behind `#` is the text of the run on screen; nothing there is the home page.
//!
//! Only this file reads and writes the fragment. Writing replaces the entry in the browser's history, and waits until
//! the page is idle: browsers silently refuse quick repeats.

use std::cell::RefCell;

use faultscope_labs::import::unescaped;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsValue;

use crate::embed;

/// How long nothing must have changed before the address is written, in milliseconds.
const IDLE_MS: u32 = 400;

/// What the address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The home page.
    Home,
    /// The run of this text, which nobody has checked.
    Run(String),
}

impl Route {
    /// The route of a fragment, with or without its `#`.
    pub(crate) fn of_fragment(fragment: &str) -> Self {
        let text = unescaped(fragment.strip_prefix('#').unwrap_or(fragment));
        if text.trim().is_empty() { Self::Home } else { Self::Run(text) }
    }

    /// What the address asks for now.
    pub(crate) fn now() -> Self {
        let hash = web_sys::window().and_then(|window| window.location().hash().ok());
        Self::of_fragment(&hash.unwrap_or_default())
    }
}

/// The fragment of a run's text, with its `#`: what an address cannot hold is escaped.
pub(crate) fn fragment(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    out.push('#');
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Where the page is, without query and fragment.
pub(crate) fn address() -> String {
    let Some(location) = web_sys::window().map(|window| window.location()) else { return String::new() };
    let href = location.href().unwrap_or_default();
    href.split(['#', '?']).next().unwrap_or_default().to_owned()
}

/// Makes the run of `text` the newest entry of the browser's history; the way back leads to where the page was. In a
/// frame the way back is the host's, so the present entry is replaced.
pub(crate) fn push(text: &str) {
    if embed::is_on() {
        return replace(text);
    }
    write(text, |history, url| history.push_state_with_url(&JsValue::NULL, "", Some(url)));
}

/// Lets the present entry of the browser's history stand for the run of `text`.
fn replace(text: &str) {
    write(text, |history, url| history.replace_state_with_url(&JsValue::NULL, "", Some(url)));
}

fn write(text: &str, put: impl FnOnce(&web_sys::History, &str) -> Result<(), JsValue>) {
    let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else { return };
    if let Err(refusal) = put(&history, &fragment(text)) {
        // A sandboxed frame has no history to write. The run goes on, and the share sheet still has its text.
        web_sys::console::debug_2(&"the address was not written:".into(), &refusal);
    }
}

/// Writes the address some time after the last change.
#[derive(Default)]
pub(crate) struct AddressWriter {
    waiting: RefCell<Option<Timeout>>,
}

impl PartialEq for AddressWriter {
    /// There is one for the page: what it holds is not the framework's business.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl AddressWriter {
    /// Writes what `text` gives once nothing was asked here for a while.
    pub(crate) fn write_later(&self, text: impl FnOnce() -> String + 'static) {
        *self.waiting.borrow_mut() = Some(Timeout::new(IDLE_MS, move || replace(&text())));
    }

    /// Writes `text` at once: the page is about to go elsewhere.
    pub(crate) fn write_now(&self, text: &str) {
        self.forget();
        replace(text);
    }

    /// Drops what waits to be written.
    pub(crate) fn forget(&self) {
        *self.waiting.borrow_mut() = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> Route {
        Route::Run(text.to_owned())
    }

    #[test]
    fn an_empty_fragment_is_the_home_page() {
        for empty in ["", "#", "#%20", "# "] {
            assert_eq!(Route::of_fragment(empty), Route::Home, "{empty:?}");
        }
    }

    #[test]
    fn a_run_comes_back_from_its_fragment() {
        for text in ["a:b;r1;s42;x=5;@153200+1crash.n2", "任期 1%", "a b\"<>`\u{0}", "%41", "100%"] {
            assert_eq!(Route::of_fragment(&fragment(text)), run(text), "{text:?}");
        }
        assert_eq!(fragment("a:b;r1;@1+2cut.n1,n2"), "#a:b;r1;@1+2cut.n1,n2");
    }

    #[test]
    fn broken_escapes_stay_and_do_no_harm() {
        assert_eq!(Route::of_fragment("#%"), run("%"));
        assert_eq!(Route::of_fragment("#a%4"), run("a%4"));
        assert_eq!(Route::of_fragment("#a%zz%41"), run("a%zzA"));
        assert_eq!(Route::of_fragment("#%FF"), run("\u{fffd}"));
        assert_eq!(Route::of_fragment("#%é%41"), run("%éA"));
        assert_eq!(Route::of_fragment("#%+1"), run("%+1"));
    }
}
