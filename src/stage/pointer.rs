//! Mouse and fingers on the canvas, as the browser tells of them.
//!
//! The wheel is never captured. A finger scrolls the page as usual, unless it presses a node or draws a cut.

use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, PointerEvent, TouchEvent};
use yew::Callback;

use super::canvas::{StageCanvas, selection_of};
use super::gesture::Outcome;
use crate::intent::{Selection, Tool};

/// What listens on the canvas; dropping it ends that.
pub(crate) struct Listeners {
    _all: Vec<EventListener>,
}

/// Listens on the canvas. `tool` tells what is in hand; `tell` hears what came of a gesture.
pub(crate) fn listen(
    canvas: &Rc<StageCanvas>,
    tool: Rc<dyn Fn() -> Option<Tool>>,
    tell: &Callback<Outcome>,
) -> Option<Listeners> {
    let element = canvas.node.cast::<Element>()?;
    let all = vec![
        on_down(&element, canvas.clone(), tool.clone()),
        on_move(&element, canvas.clone(), tell.clone()),
        on_up(&element, canvas.clone(), tell.clone()),
        on_cancel(&element, canvas.clone(), tell.clone()),
        on_touch(&element, canvas.clone(), tool),
    ];
    Some(Listeners { _all: all })
}

fn pointer(event: &Event) -> Option<&PointerEvent> {
    // Only the first finger, and of a mouse only the main button: all else is the browser's.
    event.dyn_ref::<PointerEvent>().filter(|event| event.is_primary() && event.button() <= 0)
}

fn is_finger(event: &PointerEvent) -> bool {
    event.pointer_type() == "touch"
}

fn place(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

fn on_down(element: &Element, canvas: Rc<StageCanvas>, tool: Rc<dyn Fn() -> Option<Tool>>) -> EventListener {
    let holder = element.clone();
    EventListener::new(element, "pointerdown", move |event| {
        if let Some(event) = pointer(event) {
            let (x, y) = place(event);
            canvas.press(x, y, is_finger(event), tool());
            // A pointer that is gone already cannot be captured, and needs not.
            let _ = holder.set_pointer_capture(event.pointer_id());
        }
    })
}

fn on_move(element: &Element, canvas: Rc<StageCanvas>, tell: Callback<Outcome>) -> EventListener {
    let holder = element.clone();
    EventListener::new(element, "pointermove", move |event| {
        let Some(event) = pointer(event) else { return };
        let (x, y) = place(event);
        match canvas.moved(x, y) {
            Outcome::Nothing if event.buttons() == 0 => {
                let over = match selection_of(canvas.subject_at(x, y, is_finger(event))) {
                    Some(Selection::Node(_)) => "node",
                    Some(Selection::Message(_)) => "message",
                    _ => "nothing",
                };
                mark(&holder, over);
            }
            Outcome::Nothing => {}
            outcome => tell.emit(outcome),
        }
    })
}

/// Tells the style sheet what the pointer is over.
fn mark(element: &Element, over: &str) {
    if element.get_attribute("data-over").as_deref() != Some(over)
        && element.set_attribute("data-over", over).is_err()
    {
        web_sys::console::warn_1(&"the canvas takes no attribute".into());
    }
}

fn on_up(element: &Element, canvas: Rc<StageCanvas>, tell: Callback<Outcome>) -> EventListener {
    EventListener::new(element, "pointerup", move |event| {
        if pointer(event).is_some() {
            match canvas.released() {
                Outcome::Nothing => {}
                outcome => tell.emit(outcome),
            }
        }
    })
}

fn on_cancel(element: &Element, canvas: Rc<StageCanvas>, tell: Callback<Outcome>) -> EventListener {
    EventListener::new(element, "pointercancel", move |_| {
        canvas.cancelled();
        tell.emit(Outcome::Line);
    })
}

/// Keeps the browser from scrolling where a finger means a node or draws a cut.
fn on_touch(element: &Element, canvas: Rc<StageCanvas>, tool: Rc<dyn Fn() -> Option<Tool>>) -> EventListener {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(element, "touchstart", options, move |event| {
        let Some(event) = event.dyn_ref::<TouchEvent>() else { return };
        let Some(finger) = event.touches().get(0).filter(|_| event.touches().length() == 1) else { return };
        let (x, y) = (f64::from(finger.client_x()), f64::from(finger.client_y()));
        let means_node = matches!(selection_of(canvas.subject_at(x, y, true)), Some(Selection::Node(_)));
        if means_node || tool() == Some(Tool::Cut) {
            event.prevent_default();
        }
    })
}
