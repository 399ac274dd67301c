//! The web worker beside the page: it shares the page's compiled program, takes a text, and gives a text.
//!
//! The page starts it with the first question, as its host allows (`static/host.js`). The other end is
//! `static/worker.js`, which calls [`faultscope_answer`]; what can be asked, `ask.rs` says.

use faultscope_labs::ordered::Map;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use js_sys::{Function, Object, Promise, Reflect};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, MessageEvent, Worker};

use crate::ask;

/// Answers one question. `static/worker.js` calls it in the worker.
#[wasm_bindgen]
#[allow(unreachable_pub)] // wasm-bindgen asks for it
pub fn faultscope_answer(text: &str) -> String {
    ask::answer(text)
}

/// The worker and the questions that it has not answered.
struct Desk {
    worker: Worker,
    next: Cell<f64>,
    waiting: Waiting,
    /// Kept alive as long as the worker.
    _listener: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

/// The open questions by their numbers.
type Waiting = Rc<RefCell<Map<u64, Open>>>;

/// A question that is not answered yet.
struct Open {
    text: String,
    resolve: Function,
    reject: Function,
}

thread_local! {
    static DESK: RefCell<Option<Rc<Desk>>> = const { RefCell::new(None) };
    /// Whether the browser refuses a worker to this page: then the page answers by itself, between two frames.
    static IS_REFUSED: Cell<bool> = const { Cell::new(false) };
}

/// Puts `window.faultscope_ask(text) -> Promise<string>` on the page.
pub(crate) fn offer_to_page() {
    let ask = Closure::<dyn FnMut(String) -> Promise>::new(|text: String| ask_worker(&text));
    crate::stage::hooks::offer("faultscope_ask", ask.into_js_value());
}

/// Asks the worker; the promise is the answer.
fn ask_worker(text: &str) -> Promise {
    match desk() {
        Some(desk) => desk.ask(text),
        None => Promise::new(&mut |resolve, _| answer_here(text.to_owned(), resolve)),
    }
}

/// Answers on the page itself, once it has had time to paint. Long work comes as many short questions.
fn answer_here(text: String, resolve: Function) {
    Timeout::new(0, move || end(&resolve, &ask::answer(&text).into())).forget();
}

/// The worker's answer as JSON; what it refuses is an error.
pub(crate) async fn ask(question: &str) -> Result<Value, String> {
    let answer = JsFuture::from(ask_worker(question)).await.map_err(|failure| format!("{failure:?}"))?;
    let answer = answer.as_string().unwrap_or_default();
    match answer.strip_prefix("error ") {
        Some(reason) => Err(reason.to_owned()),
        None => serde_json::from_str(&answer).map_err(|error| error.to_string()),
    }
}

/// What the clock on the wall says, in milliseconds.
pub(crate) fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// The worker of this page, which the first question starts; none where the browser refuses it.
fn desk() -> Option<Rc<Desk>> {
    if IS_REFUSED.get() {
        return None;
    }
    DESK.with_borrow_mut(|kept| {
        if kept.is_none() {
            *kept = Desk::open().map_err(|reason| refuse(&reason)).ok().map(Rc::new);
        }
        kept.clone()
    })
}

fn refuse(reason: &JsValue) {
    IS_REFUSED.set(true);
    web_sys::console::warn_2(&"no worker, so the page answers by itself:".into(), reason);
}

impl Desk {
    fn open() -> Result<Self, JsValue> {
        let worker = crate::host::worker(&wasm_bindgen::module())?;
        let waiting = Waiting::default();
        let listener = listener(waiting.clone());
        worker.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        let on_error = on_error(waiting.clone());
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, next: Cell::new(1.0), waiting, _listener: listener, _on_error: on_error })
    }

    fn ask(&self, text: &str) -> Promise {
        let id = self.next.replace(self.next.get() + 1.0);
        Promise::new(&mut |resolve, reject| {
            let question = Object::new();
            let sent = Reflect::set(&question, &"id".into(), &id.into())
                .and_then(|_| Reflect::set(&question, &"text".into(), &text.into()))
                .and_then(|_| self.worker.post_message(&question));
            match sent {
                Ok(()) => {
                    self.waiting
                        .borrow_mut()
                        .insert(id as u64, Open { text: text.to_owned(), resolve, reject });
                }
                Err(reason) => end(&reject, &reason),
            }
        })
    }
}

/// Hears the answers and ends the promises.
fn listener(waiting: Waiting) -> Closure<dyn FnMut(MessageEvent)> {
    Closure::new(move |event: MessageEvent| {
        let part = |name: &str| Reflect::get(&event.data(), &name.into()).unwrap_or(JsValue::UNDEFINED);
        let id = part("id").as_f64().unwrap_or_default() as u64;
        let question = waiting.borrow_mut().remove(&id);
        if let Some(Open { resolve, reject, .. }) = question {
            match part("failure") {
                failure if failure.is_undefined() => end(&resolve, &part("text")),
                failure => end(&reject, &failure),
            }
        }
    })
}

/// A worker that cannot be loaded says so only here. Whoever waits for it is answered by the page.
fn on_error(waiting: Waiting) -> Closure<dyn FnMut(Event)> {
    Closure::new(move |event: Event| {
        event.prevent_default();
        refuse(&"it cannot be loaded, or has ended".into());
        for (_, open) in waiting.take() {
            answer_here(open.text, open.resolve);
        }
    })
}

/// Ends a promise. The functions of a promise never throw.
fn end(function: &Function, value: &JsValue) {
    let _ = function.call1(&JsValue::UNDEFINED, value);
}
