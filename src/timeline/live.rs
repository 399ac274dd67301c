//! What moves with every frame: the needle and the readings. The framework draws them once; after that they are set
//! by hand, so that a frame costs no diff.

use std::cell::{Cell, RefCell};

use faultscope_labs::Session;
use web_sys::{Element, Node};
use yew::NodeRef;

use super::scale::Scale;
use crate::format::{thousands, time};

/// The moving parts, wherever they are on the page.
#[derive(Default)]
pub(crate) struct Live {
    /// The needle of the timeline.
    pub(crate) needle: NodeRef,
    /// The number of the readout.
    pub(crate) number: NodeRef,
    /// The unit of the readout.
    pub(crate) unit: NodeRef,
    /// The step at the cursor.
    pub(crate) step: NodeRef,
    /// How many steps were played.
    pub(crate) all: NodeRef,
    scale: Cell<Scale>,
    /// Where the pointer is that presses the timeline.
    held: Cell<Option<f64>>,
    shown: RefCell<Shown>,
}

/// What was shown last; setting it again would cost a layout.
#[derive(Default)]
struct Shown {
    needle: String,
    number: String,
    unit: String,
    step: String,
    all: String,
}

impl PartialEq for Live {
    /// There is one for each page: what it holds is not the framework's business.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Live {
    /// The timeline was drawn anew, in this scale.
    pub(super) fn set_scale(&self, scale: Scale) {
        self.scale.set(scale);
    }

    /// The timeline is pressed at a place.
    pub(super) fn hold(&self, x: f64) {
        self.held.set(Some(x));
    }

    /// The pointer that presses it is at a place now. Returns where it was.
    pub(super) fn held_at(&self, x: f64) -> f64 {
        self.held.replace(Some(x)).unwrap_or(x)
    }

    /// It is let go. Returns whether it was pressed.
    pub(super) fn let_go(&self) -> bool {
        self.held.take().is_some()
    }

    /// The scale that must stand still, while the timeline is pressed.
    pub(super) fn held_scale(&self) -> Option<Scale> {
        self.held.get().map(|_| self.scale.get())
    }

    /// Where a time lies on the timeline, in pixels.
    pub(crate) fn x(&self, at_us: u64) -> f64 {
        self.scale.get().x(at_us)
    }

    /// The ends of the timeline, in pixels.
    pub(crate) fn ends(&self) -> (f64, f64) {
        let scale = self.scale.get();
        (scale.left, scale.left + scale.width)
    }

    /// Shows where the session's cursor is.
    pub(crate) fn show(&self, session: &Session) {
        let (number, unit) = time(session.now_us());
        let mut shown = self.shown.borrow_mut();
        let x = format!("translate({:.1} 0)", self.scale.get().x(session.now_us()));
        if let Some(needle) = self.needle.cast::<Element>().filter(|_| shown.needle != x) {
            if needle.set_attribute("transform", &x).is_err() {
                web_sys::console::warn_1(&"the needle takes no place".into());
            }
            shown.needle = x;
        }
        set_text(&self.number, number, &mut shown.number);
        set_text(&self.unit, unit.to_owned(), &mut shown.unit);
        set_text(&self.step, thousands(session.step()), &mut shown.step);
        set_text(&self.all, thousands(session.len()), &mut shown.all);
    }

    /// The page was laid out anew: nothing that was shown is sure to be there.
    pub(crate) fn forget(&self) {
        *self.shown.borrow_mut() = Shown::default();
    }
}

fn set_text(place: &NodeRef, text: String, shown: &mut String) {
    if let Some(node) = place.cast::<Node>().filter(|_| *shown != text) {
        node.set_text_content(Some(&text));
        *shown = text;
    }
}
