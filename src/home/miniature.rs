//! The live miniature of a lab: a real run that plays slowly while it can be seen.
//!
//! It is opened when it first comes into view. Nothing moves out of view, in a hidden tab, or where motion is
//! unwanted; where there is no mouse, only the miniature in the middle of the screen moves.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use faultscope_labs::stage::Class;
use faultscope_labs::{Lang, Session, lab};
use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use web_sys::{Element, MediaQueryList};
use yew::prelude::*;

use crate::intent::{Selection, ThemeChoice};
use crate::play::{Clock, USUAL};
use crate::preferences::{DARK_QUERY, FORCED_QUERY, painted_theme};
use crate::stage::{StageCanvas, View};

/// How much virtual time is played before it starts over, in microseconds.
const LOOP_US: u64 = 900_000;
/// The most new steps that one frame plays.
const FRAME_STEPS: u64 = 500;

/// What a miniature is given.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct MiniatureProps {
    /// The lab's id.
    pub id: &'static str,
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: ThemeChoice,
}

/// A small picture of a run that plays.
#[component]
pub(super) fn Miniature(props: &MiniatureProps) -> Html {
    let show = use_memo(props.id, |id| Show::new(id));
    show.style.set((props.lang, props.theme));
    {
        let show = show.clone();
        use_effect_with(props.id, move |_| {
            let listeners = Show::listen(&show);
            Show::look_soon(&show);
            move || {
                drop(listeners);
                show.stop();
            }
        });
    }
    {
        let show = show.clone();
        use_effect_with((props.lang, props.theme), move |_| show.paint());
    }
    html! { <div class="mini"><canvas ref={show.canvas.node.clone()} aria-hidden="true" /></div> }
}

/// A run on a small canvas.
struct Show {
    id: &'static str,
    canvas: StageCanvas,
    session: RefCell<Option<Session>>,
    /// Where it starts, and starts over, in microseconds.
    start_us: Cell<u64>,
    style: Cell<(Lang, ThemeChoice)>,
    clock: RefCell<Clock>,
    frame: RefCell<Option<AnimationFrame>>,
    soon: RefCell<Option<Timeout>>,
}

impl Show {
    fn new(id: &'static str) -> Self {
        Self {
            id,
            canvas: StageCanvas::default(),
            session: RefCell::default(),
            start_us: Cell::new(0),
            style: Cell::default(),
            clock: RefCell::default(),
            frame: RefCell::default(),
            soon: RefCell::default(),
        }
    }

    /// Looks again whenever something may have come into view, or changed its size or colours.
    fn listen(show: &Rc<Self>) -> Vec<EventListener> {
        let Some(window) = web_sys::window() else { return Vec::new() };
        let looks_again = |show: &Rc<Self>| {
            let show = show.clone();
            move |_: &Event| Self::look(&show)
        };
        let scrolls = EventListenerOptions { phase: EventListenerPhase::Capture, passive: true };
        let mut listeners = vec![
            EventListener::new_with_options(&window, "scroll", scrolls, looks_again(show)),
            EventListener::new(&window, "resize", looks_again(show)),
        ];
        for query in [DARK_QUERY, FORCED_QUERY, CALM_QUERY] {
            listeners
                .extend(media(query).map(|query| EventListener::new(&query, "change", looks_again(show))));
        }
        listeners
    }

    /// Looks when the browser has nothing else to do: all miniatures at once would keep it busy for long.
    fn look_soon(show: &Rc<Self>) {
        let again = show.clone();
        *show.soon.borrow_mut() = Some(Timeout::new(0, move || Self::look(&again)));
    }

    /// Opens, paints, and lets it move or stand, by what can be seen now.
    fn look(show: &Rc<Self>) {
        let Some(element) = show.canvas.node.cast::<Element>() else { return };
        if !is_in_view(&element) {
            show.stop();
            return;
        }
        show.open();
        show.canvas.fit();
        show.paint();
        if !may_move(&element) {
            show.stop();
        } else if show.frame.borrow().is_none() {
            Self::next_frame(show);
        }
    }

    fn open(&self) {
        if self.session.borrow().is_some() {
            return;
        }
        // The generic tests open every miniature; one that fails all the same leaves its place empty.
        let Some(session) = lab(self.id).and_then(|lab| Session::open(lab.miniature).ok()) else { return };
        self.start_us.set(session.now_us());
        *self.session.borrow_mut() = Some(session);
    }

    fn next_frame(show: &Rc<Self>) {
        let again = show.clone();
        let frame = request_animation_frame(move |now_ms| {
            again.advance(now_ms);
            again.paint();
            Self::next_frame(&again);
        });
        *show.frame.borrow_mut() = Some(frame);
    }

    fn advance(&self, now_ms: f64) {
        let by_us = self.clock.borrow_mut().tick(now_ms, USUAL);
        if let Some(session) = self.session.borrow_mut().as_mut() {
            let target_us = session.now_us() + by_us;
            if target_us > self.start_us.get() + LOOP_US {
                session.seek_time(self.start_us.get());
            } else {
                session.advance(target_us, FRAME_STEPS);
            }
        }
    }

    fn paint(&self) {
        let (lang, theme) = self.style.get();
        let view = View {
            lang,
            theme: painted_theme(theme),
            class: Class::Miniature,
            is_playing: true,
            is_calm: false,
            selection: Selection::Nothing,
        };
        if let Some(session) = self.session.borrow().as_ref() {
            self.canvas.paint(session, &view);
        }
    }

    fn stop(&self) {
        *self.soon.borrow_mut() = None;
        *self.frame.borrow_mut() = None;
        self.clock.borrow_mut().rest();
    }
}

/// Asks whether the reader wants things to stand still.
const CALM_QUERY: &str = "(prefers-reduced-motion: reduce)";
/// Asks whether there is a mouse.
const HOVER_QUERY: &str = "(hover: hover)";

fn media(query: &str) -> Option<MediaQueryList> {
    web_sys::window()?.match_media(query).ok().flatten()
}

fn matches(query: &str) -> bool {
    media(query).is_some_and(|query| query.matches())
}

/// The upper and lower edge of an element, and the height of the window, in CSS pixels.
fn edges(element: &Element) -> Option<(f64, f64, f64)> {
    let height = web_sys::window()?.inner_height().ok()?.as_f64()?;
    let rect = element.get_bounding_client_rect();
    Some((rect.top(), rect.bottom(), height))
}

fn is_in_view(element: &Element) -> bool {
    edges(element).is_some_and(|(top, bottom, height)| bottom > 0.0 && top < height && bottom > top)
}

fn may_move(element: &Element) -> bool {
    !matches(CALM_QUERY) && (matches(HOVER_QUERY) || edges(element).is_some_and(is_middle))
}

/// Whether the middle of the window is nearer to this miniature than to its neighbours in a list.
fn is_middle((top, bottom, height): (f64, f64, f64)) -> bool {
    let middle = f64::midpoint(top, bottom);
    (middle - height / 2.0).abs() <= bottom - top
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_miniature_in_the_middle_moves() {
        assert!(is_middle((350.0, 434.0, 800.0)));
        assert!(!is_middle((20.0, 104.0, 800.0)));
        assert!(!is_middle((700.0, 784.0, 800.0)));
    }
}
