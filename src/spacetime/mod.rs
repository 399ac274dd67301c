//! The space-time diagram under the timeline, on the same cursor: one lane a node, a line for each message, and what
//! can have caused a step.
//!
//! The wheel is the page's: it zooms here only with Control, or where a trackpad pinches. What the diagram shows, and
//! how it moves, is in [`Lens`]; here is what the framework keeps of it: names, buttons, and who listens.

mod hand;
mod lanes_menu;
mod lens;
mod view;
mod words;

use std::rc::Rc;

use faultscope_labs::Lang;
use faultscope_labs::scene::{Point, Theme};
use faultscope_labs::spacetime::{Placed, natural_order};
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, WheelEvent};
use yew::prelude::*;

pub(crate) use lens::{Grip, Lens};
pub(crate) use words::KEY_GROUP as KEYS;

use crate::handle::Handle;
use crate::intent::{Intent, Selection};
use crate::stage::hooks;
use hand::{Done, Hand};
use lanes_menu::Deed;

/// How much one turn of the wheel zooms, for each of its pixels.
const WHEEL: f64 = 0.002;

/// What the panel is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SpaceTimeProps {
    /// The run.
    pub(crate) handle: Handle,
    /// The language.
    pub(crate) lang: Lang,
    /// The colours in which it is painted.
    pub(crate) theme: Theme,
    /// How wide the page's strip is: another width is another layout.
    pub(crate) width: f64,
    /// Whether the run plays.
    pub(crate) is_playing: bool,
    /// What is picked up.
    pub(crate) selection: Selection,
    /// The diagram.
    pub(crate) lens: Rc<Lens>,
    /// Where wishes go.
    pub(crate) on: Callback<Intent>,
}

/// What happens to the panel.
pub(crate) enum Msg {
    Down(PointerEvent),
    Moved(PointerEvent),
    Up(PointerEvent),
    Left,
    Wheel(f64, f64),
    Key(String, bool),
    Blur,
    Zoom(f64),
    Whole,
    Fold,
    Arrange(Deed),
    NameDown(PointerEvent),
    NameMoved(PointerEvent),
    NameUp,
}

/// The panel.
pub(crate) struct SpaceTime {
    hand: Hand,
    /// The lane whose name is dragged.
    dragged: Option<faultscope_labs::NodeId>,
    has_moved: bool,
    names: NodeRef,
    plane: NodeRef,
    wheel: Option<(Element, EventListener)>,
}

impl Component for SpaceTime {
    type Message = Msg;
    type Properties = SpaceTimeProps;

    fn create(ctx: &Context<Self>) -> Self {
        let lens = ctx.props().lens.clone();
        let told = Closure::<dyn FnMut() -> String>::new(move || lens.told());
        hooks::offer("faultscope_spacetime", told.into_js_value());
        Self {
            hand: Hand::default(),
            dragged: None,
            has_moved: false,
            names: NodeRef::default(),
            plane: NodeRef::default(),
            wheel: None,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let lens = &ctx.props().lens;
        match msg {
            Msg::Down(event) => self.down(&event),
            Msg::Moved(event) => self.moved(lens, &event),
            Msg::Up(event) => {
                if let Done::Tap(at, is_finger) = self.hand.up(&event) {
                    tell(ctx, lens.tapped(at, is_finger));
                }
            }
            Msg::Left => lens.point(None),
            Msg::Wheel(x, down) => lens.zoom(Some(x), (down * WHEEL).exp()),
            Msg::Key(key, shift) => {
                if let Some(intents) = lens.press(&key, shift) {
                    tell(ctx, intents);
                }
            }
            Msg::Blur => lens.blur(),
            Msg::Zoom(factor) => lens.zoom(None, factor),
            Msg::Whole => lens.show_whole(),
            Msg::Fold => {
                lens.fold(!lens.is_folded());
                ctx.props().on.emit(Intent::Lanes);
                return true;
            }
            Msg::Arrange(deed) => {
                let natural = natural_order(&ctx.props().handle.read());
                lens.arrange(|arrangement| deed.carry_out(arrangement, &natural));
                ctx.props().on.emit(Intent::Lanes);
                return true;
            }
            Msg::NameDown(event) => self.take_name(&event),
            Msg::NameMoved(event) => return self.drag_name(ctx, &event),
            Msg::NameUp => {
                if let Some(node) = self.dragged.take() {
                    let select = Intent::Select(Selection::Node(node));
                    ctx.props().on.emit(if self.has_moved { Intent::Lanes } else { select });
                    return true;
                }
            }
        }
        false
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let SpaceTimeProps { handle, lang, lens, .. } = ctx.props();
        let lang = *lang;
        let is_open = !lens.is_folded();
        let fold = ctx.link().callback(|_: MouseEvent| Msg::Fold);
        html! {
            <section class="space" aria-label={words::DIAGRAM.get(lang)}>
                <div class="space-bar">
                    <button type="button" class="lab space-fold" onclick={fold} aria-expanded={is_open.to_string()}>
                        <svg class="ico" viewBox="0 0 16 16" aria-hidden="true"><path d={CHEVRON} /></svg>
                        { words::TITLE.get(lang) }
                    </button>
                    if is_open {
                        <p class="space-words" ref={lens.caption.clone()}></p>
                        { self.tools(ctx) }
                    }
                </div>
                if is_open {
                    <div class="space-view">
                        { self.names(ctx, &lens.lay_out(&handle.read())) }
                        { self.plane(ctx) }
                    </div>
                }
                <p class="hid" id="space-keys">{ words::KEYS.get(lang) }</p>
                <p class="hid" aria-live="polite" ref={lens.said.clone()}></p>
            </section>
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, _first: bool) {
        let SpaceTimeProps { handle, lang, theme, is_playing, lens, .. } = ctx.props();
        let plane = self.plane.cast::<Element>();
        if self.wheel.as_ref().map(|(element, _)| element) != plane.as_ref() {
            lens.forget();
            self.wheel = plane.map(|plane| (plane.clone(), listen_to_wheel(ctx, &plane)));
        }
        self.place_names(&lens.lay_out(&handle.read()));
        lens.refresh(handle, *lang, *theme, *is_playing);
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        ctx.props().lens.forget();
        hooks::withdraw("faultscope_spacetime");
    }
}

const CHEVRON: &str = "M4 6l4 4 4-4";
const MINUS: &str = "M3 8h10";
const PLUS: &str = "M3 8h10M8 3v10";
const ENDS: &str = "M2 3v10M14 3v10M5 8h6M7 5.5 4.5 8 7 10.5M9 5.5 11.5 8 9 10.5";

impl SpaceTime {
    fn tools(&self, ctx: &Context<Self>) -> Html {
        let (lang, lens) = (ctx.props().lang, &ctx.props().lens);
        let key = |label: &'static str,
                   name: &'static str,
                   sign: &'static str,
                   onclick: Callback<MouseEvent>| {
            html! {
                <button type="button" class="space-key" data-key={name} aria-label={label} title={label} {onclick}>
                    <svg class="ico" viewBox="0 0 16 16" aria-hidden="true"><path d={sign} /></svg>
                </button>
            }
        };
        let zoom = |factor: f64| ctx.link().callback(move |_: MouseEvent| Msg::Zoom(factor));
        let whole = ctx.link().callback(|_: MouseEvent| Msg::Whole);
        let natural = natural_order(&ctx.props().handle.read());
        let deeds = ctx.link().callback(Msg::Arrange);
        html! {
            <div class="space-tools">
                { lanes_menu::menu(&lens.arrangement(), &natural, lang, &deeds) }
                { key(words::ZOOM_OUT.get(lang), "out", MINUS, zoom(2.0)) }
                { key(words::ZOOM_IN.get(lang), "in", PLUS, zoom(0.5)) }
                { key(words::WHOLE.get(lang), "whole", ENDS, whole) }
            </div>
        }
    }

    /// The names of the lanes, for a mouse or a finger: pressing one picks its node up, dragging it moves the lane. The
    /// keyboard has the list of lanes, and the nodes' own list.
    fn names(&self, ctx: &Context<Self>, rows: &[Placed]) -> Html {
        let lang = ctx.props().lang;
        let link = ctx.link();
        let name = |placed: &Placed| {
            let name = placed.row.name();
            let first = placed.row.nodes.first().copied();
            let is_picked = first.is_some_and(|node| ctx.props().selection == Selection::Node(node));
            let class = classes!(
                placed.row.is_thin.then_some("thin"),
                is_picked.then_some("picked"),
                (self.dragged.is_some() && self.dragged == first).then_some("dragged")
            );
            html! {
                <li key={name.clone()} {class} data-lane={name.clone()}
                    title={words::NAME.fill(lang, &[("node", &name)])}>{ &name }</li>
            }
        };
        html! {
            <ol class="lane-names" ref={self.names.clone()} onpointerdown={link.callback(Msg::NameDown)}
                onpointermove={link.callback(Msg::NameMoved)} onpointerup={link.callback(|_: PointerEvent| Msg::NameUp)}
                onpointercancel={link.callback(|_: PointerEvent| Msg::NameUp)}>
                { for rows.iter().map(name) }
            </ol>
        }
    }

    fn plane(&self, ctx: &Context<Self>) -> Html {
        let (lang, lens, link) = (ctx.props().lang, &ctx.props().lens, ctx.link());
        let keys = lens.clone();
        html! {
            <div class="plane" ref={self.plane.clone()} role="application" tabindex="0"
                aria-label={words::DIAGRAM.get(lang)} aria-describedby="space-keys"
                onpointerdown={link.callback(Msg::Down)} onpointermove={link.callback(Msg::Moved)}
                onpointerup={link.callback(Msg::Up)} onpointercancel={link.callback(Msg::Up)}
                onpointerleave={link.callback(|_: PointerEvent| Msg::Left)}
                onkeydown={link.batch_callback(move |event: KeyboardEvent| {
                    let is_taken = uses(&event) && (event.key() != "Escape" || keys.has_focus());
                    // The page's own keys see that this one is taken, and nothing scrolls.
                    is_taken.then(|| {
                        event.prevent_default();
                        Msg::Key(event.key(), event.shift_key())
                    })
                })} onblur={link.callback(|_: FocusEvent| Msg::Blur)}>
                <canvas ref={lens.canvas.clone()} aria-hidden="true" />
                <i class="space-needle" ref={lens.needle.clone()} aria-hidden="true"></i>
            </div>
        }
    }

    /// Makes the names as high as their lanes.
    fn place_names(&self, rows: &[Placed]) {
        let mut name = self.names.cast::<Element>().and_then(|names| names.first_element_child());
        for placed in rows {
            let Some(element) = name else { return };
            if let Some(element) = element.dyn_ref::<HtmlElement>() {
                lens::set_style(element, "height", &format!("{}px", placed.height));
            }
            name = element.next_element_sibling();
        }
    }

    fn down(&mut self, event: &PointerEvent) {
        let Some(plane) = self.plane.cast::<Element>() else { return };
        self.hand.down(event, &plane);
    }

    fn moved(&mut self, lens: &Lens, event: &PointerEvent) {
        let Some(plane) = self.plane.cast::<Element>() else { return };
        match self.hand.moved(event, &plane) {
            Done::Nothing | Done::Tap(..) => {}
            Done::Over(at) => lens.point(Some(at)),
            Done::Pan(by) => {
                lens.point(None);
                lens.pan(by);
            }
            Done::Pinch(around, factor) => lens.zoom(Some(around), factor),
        }
    }

    fn take_name(&mut self, event: &PointerEvent) {
        let target = event.target_dyn_into::<Element>();
        let lane = target.and_then(|target| target.closest("[data-lane]").ok().flatten());
        let name = lane.and_then(|lane| lane.get_attribute("data-lane"));
        self.has_moved = false;
        self.dragged = name.filter(|_| event.is_primary()).and_then(|name| name.parse().ok());
    }

    /// A name that is dragged takes the place that it is over.
    fn drag_name(&mut self, ctx: &Context<Self>, event: &PointerEvent) -> bool {
        let Some((node, names)) = self.dragged.zip(self.names.cast::<Element>()) else { return false };
        if event.buttons() & 1 == 0 {
            self.dragged = None;
            return true;
        }
        // A pointer that is gone already cannot be captured, and needs not.
        let _ = names.set_pointer_capture(event.pointer_id());
        let props = ctx.props();
        let rows = props.lens.lay_out(&props.handle.read());
        let y = f64::from(event.client_y()) - names.get_bounding_client_rect().y();
        let Some(over) = rows.iter().find(|placed| y < placed.top + placed.height).or(rows.last()) else {
            return false;
        };
        if over.row.nodes.contains(&node) {
            return false;
        }
        self.has_moved = true;
        let natural = natural_order(&props.handle.read());
        let target = over.row.nodes.first().copied();
        props.lens.arrange(|arrangement| {
            let place = arrangement.ordered(&natural).iter().position(|known| Some(*known) == target);
            if let Some(place) = place {
                arrangement.put(&natural, node, place);
            }
        });
        true
    }
}

fn tell(ctx: &Context<SpaceTime>, intents: Vec<Intent>) {
    for intent in intents {
        ctx.props().on.emit(intent);
    }
}

/// Whether the diagram has its own use for a key; the page must not see it then, nor scroll.
fn uses(event: &KeyboardEvent) -> bool {
    let is_plain = !event.ctrl_key() && !event.alt_key() && !event.meta_key();
    is_plain
        && matches!(
            event.key().as_str(),
            "ArrowLeft"
                | "ArrowRight"
                | "ArrowUp"
                | "ArrowDown"
                | "Home"
                | "End"
                | "PageUp"
                | "PageDown"
                | "+"
                | "="
                | "-"
                | "_"
                | "Enter"
                | "Escape"
        )
}

/// Zooms where the wheel turns with Control or Command; without, it scrolls the page.
fn listen_to_wheel(ctx: &Context<SpaceTime>, plane: &Element) -> EventListener {
    let link = ctx.link().clone();
    let element = plane.clone();
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(plane, "wheel", options, move |event| {
        let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
        if event.ctrl_key() || event.meta_key() {
            event.prevent_default();
            let x = f64::from(event.client_x()) - element.get_bounding_client_rect().x();
            link.send_message(Msg::Wheel(x, event.delta_y()));
        }
    })
}

/// A place of the window as a place of the canvas.
fn place(event: &PointerEvent, plane: &Element) -> Point {
    let corner = plane.get_bounding_client_rect();
    Point::new(f64::from(event.client_x()) - corner.x(), f64::from(event.client_y()) - corner.y())
}
