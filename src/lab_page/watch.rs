//! What the lab page hears from the browser: sizes, keys, whether it is seen; and what it tells about the screen.

use std::rc::Rc;

use faultscope_labs::stage::Class;
use gloo::events::{EventListener, EventListenerOptions};
use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, KeyboardEvent, ResizeObserver, Window};
use yew::NodeRef;
use yew::html::Scope;

use super::{LabPage, Msg};
use crate::keys;
use crate::stage::{StageCanvas, hooks};

/// Widths up to which a screen is a phone or a tablet, as in the style sheet.
const PHONE: &str = "(max-width: 760px)";
const TABLET: &str = "(max-width: 1180px)";
const CALM: &str = "(prefers-reduced-motion: reduce)";

/// All that the page listens to; dropping it ends that.
pub(super) struct Watch {
    _listeners: Vec<EventListener>,
    sizes: Option<Sizes>,
    strip: Option<Element>,
}

/// Watches sizes, with what it calls.
struct Sizes {
    observer: ResizeObserver,
    _changed: Closure<dyn FnMut(Array)>,
}

impl Watch {
    /// Listens for sizes, keys and visibility, and offers what tests read.
    pub(super) fn start(link: &Scope<LabPage>, canvas: &Rc<StageCanvas>, strip: &NodeRef) -> Option<Self> {
        let window = web_sys::window()?;
        let document = window.document()?;
        let mut listeners = Vec::new();
        for query in [PHONE, TABLET, CALM] {
            if let Ok(Some(query)) = window.match_media(query) {
                let link = link.clone();
                listeners
                    .push(EventListener::new(&query, "change", move |_| link.send_message(Msg::Resized)));
            }
        }
        listeners.push(key_listener(&window, link.clone()));
        let seen = link.clone();
        listeners.push(EventListener::new(&document, "visibilitychange", move |_| {
            seen.send_message(Msg::Visibility);
        }));
        if let Some(element) = canvas.node.cast::<Element>() {
            // A canvas that was lost and is given back is empty.
            let link = link.clone();
            listeners.push(EventListener::new(&element, "contextrestored", move |_| {
                link.send_message(Msg::Resized);
            }));
        }
        offer_hooks(canvas);
        let sizes = observe_sizes(link.clone(), canvas, strip);
        Some(Self { _listeners: listeners, sizes, strip: strip.cast() })
    }

    /// Whether it watches this strip: another layout has another one.
    pub(super) fn sees(&self, strip: &NodeRef) -> bool {
        self.strip == strip.cast()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(sizes) = &self.sizes {
            sizes.observer.disconnect();
        }
        hooks::withdraw("faultscope_targets");
        hooks::withdraw("faultscope_scene_svg");
        hooks::withdraw("faultscope_memory");
    }
}

fn key_listener(window: &Window, link: Scope<LabPage>) -> EventListener {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(window, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if let Some(key) = keys::pressed(event) {
            event.prevent_default();
            link.send_message(Msg::Key(key));
        }
    })
}

fn observe_sizes(link: Scope<LabPage>, canvas: &StageCanvas, strip: &NodeRef) -> Option<Sizes> {
    let changed = Closure::<dyn FnMut(Array)>::new(move |_| link.send_message(Msg::Resized));
    let observer = ResizeObserver::new(changed.as_ref().unchecked_ref()).ok()?;
    for element in [canvas.node.cast::<Element>(), strip.cast::<Element>()].into_iter().flatten() {
        observer.observe(&element);
    }
    Some(Sizes { observer, _changed: changed })
}

fn offer_hooks(canvas: &Rc<StageCanvas>) {
    let (targets, picture) = (canvas.clone(), canvas.clone());
    let targets = Closure::<dyn FnMut() -> String>::new(move || targets.targets());
    let picture = Closure::<dyn FnMut() -> String>::new(move || picture.svg());
    hooks::offer("faultscope_targets", targets.into_js_value());
    hooks::offer("faultscope_scene_svg", picture.into_js_value());
    let memory = Closure::<dyn FnMut() -> f64>::new(memory_bytes);
    hooks::offer("faultscope_memory", memory.into_js_value());
}

/// How much memory the program has, in bytes; it never gives any back.
fn memory_bytes() -> f64 {
    let memory = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>();
    f64::from(memory.buffer().unchecked_into::<js_sys::ArrayBuffer>().byte_length())
}

fn matches(query: &str) -> bool {
    let asked = web_sys::window().and_then(|window| window.match_media(query).ok().flatten());
    asked.is_some_and(|query| query.matches())
}

/// How wide the screen is.
pub(crate) fn screen_class() -> Class {
    match (matches(PHONE), matches(TABLET)) {
        (true, _) => Class::Phone,
        (false, true) => Class::Tablet,
        (false, false) => Class::Desktop,
    }
}

/// Whether the reader asked for less motion.
pub(super) fn wants_calm() -> bool {
    matches(CALM)
}

/// Whether the tab is hidden.
pub(super) fn is_hidden() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}
