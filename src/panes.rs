//! How the panels share the screen: each has a splitter that a mouse, a finger or the arrow keys move, those at the side
//! fold by their headings, and the device remembers both.
//!
//! A size that the reader chose is a custom property of the root element, which the style sheet uses in place of its own;
//! no panel is drawn anew for it.

use std::cell::RefCell;

use faultscope_labs::{Lang, Text};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::prelude::*;

use crate::intent::Intent;
use crate::kept;
use crate::panels::pane_words as words;

const KEY: &str = "faultscope.panes";
/// One press of an arrow key moves a splitter by so many pixels.
const STEP_PX: i32 = 16;
/// What is kept is no larger than this, in pixels: a screen.
const SIZE_MAX_PX: i32 = 4_000;

/// A part of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    /// The column of the story.
    Story,
    /// The column at the side.
    Side,
    /// Transport, timeline and what is below it.
    Time,
    /// The inspector, at the side.
    Inspector,
    /// The verdicts, at the side.
    Verdicts,
    /// The protocol's rules, at the side.
    Rules,
    /// What the run costs, at the side.
    Statistics,
    /// The event log, at the side. It takes the room that the others leave.
    Log,
}

const ALL: [Pane; 8] = [
    Pane::Story,
    Pane::Side,
    Pane::Time,
    Pane::Inspector,
    Pane::Verdicts,
    Pane::Rules,
    Pane::Statistics,
    Pane::Log,
];

impl Pane {
    /// Its class in the style sheet, and its word in what is kept.
    const fn name(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::Side => "side",
            Self::Time => "time",
            Self::Inspector => "ins",
            Self::Verdicts => "vers",
            Self::Rules => "rulebook",
            Self::Statistics => "costs",
            Self::Log => "events",
        }
    }

    const fn words(self) -> Text {
        match self {
            Self::Story => words::STORY_WIDTH,
            Self::Side => words::SIDE_WIDTH,
            Self::Time => words::TIME_HEIGHT,
            Self::Inspector => words::INSPECTOR_HEIGHT,
            Self::Verdicts => words::VERDICTS_HEIGHT,
            Self::Rules => words::RULES_HEIGHT,
            Self::Statistics => words::STATISTICS_HEIGHT,
            Self::Log => words::LOG_HEIGHT,
        }
    }

    const fn is_width(self) -> bool {
        matches!(self, Self::Story | Self::Side)
    }

    /// Whether it grows as its splitter moves to the right, or down.
    const fn grows_forward(self) -> bool {
        !matches!(self, Self::Side | Self::Time)
    }

    /// The least and the most that it may be on a screen of this size, in pixels.
    fn bounds(self, width: i32, height: i32) -> (i32, i32) {
        let (least, most) = match self {
            Self::Story => (200, width * 2 / 5),
            Self::Side => (240, width / 2),
            Self::Time => (140, height * 2 / 3),
            _ => (72, height - 160),
        };
        (least, most.max(least))
    }

    fn element(self) -> Option<HtmlElement> {
        let document = web_sys::window()?.document()?;
        document.query_selector(&format!(".frame .{}", self.name())).ok()??.dyn_into().ok()
    }

    fn splitter(self) -> Option<Element> {
        let document = web_sys::window()?.document()?;
        document.query_selector(&format!(".split[data-pane={}]", self.name())).ok()?
    }

    fn size_px(self) -> Option<i32> {
        let element = self.element()?;
        Some(if self.is_width() { element.offset_width() } else { element.offset_height() })
    }
}

/// What the reader chose.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Panes {
    sizes_px: Vec<(Pane, i32)>,
    folded: Vec<Pane>,
}

impl Default for Panes {
    /// What a student needs first is open.
    fn default() -> Self {
        Self { sizes_px: Vec::new(), folded: vec![Pane::Rules, Pane::Statistics] }
    }
}

impl Panes {
    /// Reads what was kept; what is no pane's is left out.
    fn read(text: &str) -> Self {
        let mut panes = Self { folded: Vec::new(), ..Self::default() };
        for word in text.split_ascii_whitespace() {
            let (name, size) = word.split_once('=').unwrap_or((word, ""));
            let Some(&pane) = ALL.iter().find(|pane| pane.name() == name) else { continue };
            match size.parse() {
                Ok(size_px) if (1..=SIZE_MAX_PX).contains(&size_px) => panes.set(pane, Some(size_px)),
                Err(_) if size.is_empty() && !panes.folded.contains(&pane) => panes.folded.push(pane),
                _ => {}
            }
        }
        panes
    }

    /// As it is kept: `side=400 ins=260 rulebook`, where a name alone is folded.
    fn write(&self) -> String {
        let sizes = self.sizes_px.iter().map(|(pane, size_px)| format!("{}={size_px}", pane.name()));
        let folded = self.folded.iter().map(|pane| pane.name().to_owned());
        sizes.chain(folded).collect::<Vec<_>>().join(" ")
    }

    fn set(&mut self, pane: Pane, size_px: Option<i32>) {
        self.sizes_px.retain(|(known, _)| *known != pane);
        self.sizes_px.extend(size_px.map(|size_px| (pane, size_px)));
    }
}

/// A splitter that is being moved.
#[derive(Clone, Copy)]
struct Drag {
    pane: Pane,
    from: i32,
    size_px: i32,
}

thread_local! {
    static PANES: RefCell<Panes> = RefCell::new(kept::recall(KEY).map_or_else(Panes::default, |text| Panes::read(&text)));
    static DRAG: RefCell<Option<Drag>> = const { RefCell::new(None) };
}

/// Whether a panel at the side is folded.
pub(crate) fn is_folded(pane: Pane) -> bool {
    PANES.with_borrow(|panes| panes.folded.contains(&pane))
}

/// Folds a panel at the side, or unfolds it.
pub(crate) fn fold(pane: Pane) {
    PANES.with_borrow_mut(|panes| match panes.folded.iter().position(|known| *known == pane) {
        Some(place) => {
            panes.folded.remove(place);
        }
        None => panes.folded.push(pane),
    });
    keep();
}

fn keep() {
    kept::keep(KEY, PANES.with_borrow(Panes::write));
}

/// The class of a panel at the side.
pub(crate) fn class(pane: Pane) -> Classes {
    classes!("sec", pane.name(), is_folded(pane).then_some("folded"))
}

/// The heading of a panel at the side: a button that folds it.
pub(crate) fn heading(pane: Pane, title: &str, on: &Callback<Intent>) -> Html {
    let onclick = on.reform(move |_: MouseEvent| Intent::Fold(pane));
    let is_open = !is_folded(pane);
    html! {
        <h2 class="lab"><button type="button" class="folder" aria-expanded={is_open.to_string()} {onclick}>{ title.to_owned() }</button></h2>
    }
}

/// A small arrow: back, or on.
pub(crate) fn arrow(is_on: bool) -> Html {
    let path = if is_on { "M6 3.5 10.5 8 6 12.5" } else { "M10 3.5 5.5 8l4.5 4.5" };
    html! { <svg class="ico" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d={path} /></svg> }
}

/// The splitter of a pane. What it is set to is written on it by hand, see [`tell`].
pub(crate) fn splitter(pane: Pane, lang: Lang) -> Html {
    let way = if pane.is_width() { "vertical" } else { "horizontal" };
    html! {
        <div class={classes!("split", way)} data-pane={pane.name()} role="separator" tabindex="0" aria-orientation={way}
            aria-label={pane.words().get(lang)} title={words::SPLIT_HELP.get(lang)} aria-valuemin="0" aria-valuemax="100"
            aria-valuenow="50" onfocus={Callback::from(|_: FocusEvent| tell())}
            onpointerdown={Callback::from(move |event: PointerEvent| press(pane, &event))}
            onpointermove={Callback::from(move |event: PointerEvent| pull(pane, &event))}
            onpointerup={Callback::from(move |_: PointerEvent| let_go())}
            onlostpointercapture={Callback::from(move |_: PointerEvent| let_go())}
            ondblclick={Callback::from(move |_: MouseEvent| put_back(pane))}
            onkeydown={Callback::from(move |event: KeyboardEvent| press_key(pane, &event))} />
    }
}

fn place_of(pane: Pane, event: &PointerEvent) -> i32 {
    if pane.is_width() { event.client_x() } else { event.client_y() }
}

fn press(pane: Pane, event: &PointerEvent) {
    let (Some(splitter), Some(size_px)) = (pane.splitter(), pane.size_px()) else { return };
    // A pointer that is gone already cannot be captured, and needs not.
    let _ = splitter.set_pointer_capture(event.pointer_id());
    DRAG.set(Some(Drag { pane, from: place_of(pane, event), size_px }));
}

fn pull(pane: Pane, event: &PointerEvent) {
    let Some(drag) = DRAG.with_borrow(|drag| *drag).filter(|drag| drag.pane == pane) else { return };
    let moved = place_of(pane, event) - drag.from;
    resize(pane, drag.size_px + if pane.grows_forward() { moved } else { -moved });
}

fn let_go() {
    if DRAG.take().is_some() {
        keep();
    }
}

/// Arrows move it, Home and End go to its ends, Enter puts it back.
fn press_key(pane: Pane, event: &KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let (Some(size_px), (width, height)) = (pane.size_px(), screen_px()) else { return };
    let (least, most) = pane.bounds(width, height);
    let forward = if pane.grows_forward() { STEP_PX } else { -STEP_PX };
    match (event.key().as_str(), pane.is_width()) {
        ("ArrowRight", true) | ("ArrowDown", false) => resize(pane, size_px + forward),
        ("ArrowLeft", true) | ("ArrowUp", false) => resize(pane, size_px - forward),
        ("Home", _) => resize(pane, least),
        ("End", _) => resize(pane, most),
        ("Enter", _) => return put_back(pane),
        _ => return,
    }
    // The page's own keys see that this one is taken.
    event.prevent_default();
    keep();
}

fn put_back(pane: Pane) {
    PANES.with_borrow_mut(|panes| panes.set(pane, None));
    show(pane, None);
    keep();
    tell();
}

fn screen_px() -> (i32, i32) {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    root.map_or((0, 0), |root| (root.client_width(), root.client_height()))
}

fn resize(pane: Pane, size_px: i32) {
    let (width, height) = screen_px();
    let (least, most) = pane.bounds(width, height);
    let size_px = size_px.clamp(least, most);
    PANES.with_borrow_mut(|panes| panes.set(pane, Some(size_px)));
    show(pane, Some(size_px));
    tell();
}

/// Gives the style sheet the size of a pane, or its own back.
fn show(pane: Pane, size_px: Option<i32>) {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) else { return };
    let name = format!("--pane-{}", pane.name());
    let set = match size_px {
        Some(size_px) => root.style().set_property(&name, &format!("{size_px}px")),
        None => root.style().remove_property(&name).map(|_| ()),
    };
    if set.is_err() {
        web_sys::console::warn_1(&"the root element takes no properties".into());
    }
}

/// Shows the sizes that were kept.
pub(crate) fn show_all() {
    let sizes_px = PANES.with_borrow(|panes| panes.sizes_px.clone());
    for (pane, size_px) in sizes_px {
        show(pane, Some(size_px));
    }
}

/// Writes on every splitter where it stands and how far it may go.
pub(crate) fn tell() {
    let (width, height) = screen_px();
    for pane in ALL {
        let (Some(splitter), Some(size_px)) = (pane.splitter(), pane.size_px()) else { continue };
        let (least, most) = pane.bounds(width, height);
        let told = [
            ("aria-valuemin", least.min(size_px)),
            ("aria-valuemax", most.max(size_px)),
            ("aria-valuenow", size_px),
        ];
        for (name, value) in told {
            if splitter.set_attribute(name, &value.to_string()).is_err() {
                web_sys::console::warn_1(&"a splitter takes no attributes".into());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_reads_back() {
        let panes = Panes {
            sizes_px: vec![(Pane::Side, 400), (Pane::Inspector, 260)],
            folded: vec![Pane::Rules, Pane::Log],
        };
        assert_eq!(panes.write(), "side=400 ins=260 rulebook events");
        assert_eq!(Panes::read(&panes.write()), panes);
        assert_eq!(Panes::read(&Panes::default().write()), Panes::default());
    }

    #[test]
    fn what_is_no_panes_is_left_out() {
        let none = Panes { sizes_px: Vec::new(), folded: Vec::new() };
        for text in ["", "lanes=4", "side=", "side=-4", "side=99999", "side=4px", "<script>", "=4"] {
            let mut wanted = none.clone();
            if text == "side=" {
                wanted.folded.push(Pane::Side);
            }
            assert_eq!(Panes::read(text), wanted, "{text}");
        }
        assert_eq!(Panes::read("side=300 side=320").sizes_px, [(Pane::Side, 320)]);
    }
}
