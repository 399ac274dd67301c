//! The web worker beside the page: it shares the page's compiled program, takes a text, and gives a text.
//!
//! The page starts it with the first question, as its host allows (`static/host.js`). The other end is
//! `static/worker.js`, which calls [`faultscope_answer`]; what can be asked, `ask.rs` says.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Worker};

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
}

/// How to end the promise of each open question: resolve, reject.
type Waiting = Rc<RefCell<BTreeMap<u64, (Function, Function)>>>;

thread_local! {
    static DESK: RefCell<Option<Rc<Desk>>> = const { RefCell::new(None) };
}

/// Puts `window.faultscope_ask(text) -> Promise<string>` on the page.
pub(crate) fn offer_to_page() {
    let ask = Closure::<dyn FnMut(String) -> Promise>::new(|text: String| ask_worker(&text));
    crate::stage::hooks::offer("faultscope_ask", ask.into_js_value());
}

/// Asks the worker; the promise is the answer.
fn ask_worker(text: &str) -> Promise {
    match desk() {
        Ok(desk) => desk.ask(text),
        Err(reason) => Promise::reject(&reason),
    }
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

/// The worker of this page, which the first question starts.
fn desk() -> Result<Rc<Desk>, JsValue> {
    DESK.with_borrow_mut(|kept| match kept {
        Some(desk) => Ok(desk.clone()),
        None => {
            let desk = Rc::new(Desk::open()?);
            *kept = Some(desk.clone());
            Ok(desk)
        }
    })
}

impl Desk {
    fn open() -> Result<Self, JsValue> {
        let worker = crate::host::worker(&wasm_bindgen::module())?;
        let waiting = Waiting::default();
        let listener = listener(waiting.clone());
        worker.set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Ok(Self { worker, next: Cell::new(1.0), waiting, _listener: listener })
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
                    self.waiting.borrow_mut().insert(id as u64, (resolve, reject));
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
        if let Some((resolve, reject)) = question {
            match part("failure") {
                failure if failure.is_undefined() => end(&resolve, &part("text")),
                failure => end(&reject, &failure),
            }
        }
    })
}

/// Ends a promise. The functions of a promise never throw.
fn end(function: &Function, value: &JsValue) {
    let _ = function.call1(&JsValue::UNDEFINED, value);
}
