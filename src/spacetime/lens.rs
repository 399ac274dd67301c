//! The diagram as it stands on the page, outside the framework's diff: its window, its lanes, what is pointed at, and
//! its canvas. It is painted when something of it changes, at most as often as panels; only the needle moves with
//! every frame.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use faultscope_labs::scene::{Point, Scene, Subject, Theme};
use faultscope_labs::spacetime::{
    self, Arrangement, Chart, Cone, Content, Density, Ending, PanelFrame, Placed, Window, cause_of,
    cone_words, effect_of, natural_order, nearest_on, neighbour_on, placed,
};
use faultscope_labs::{Lang, Session};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement, Node};
use yew::NodeRef;

use super::view::{panned, showing, with_margins, zoomed};
use super::words;
use crate::format::{thousands, time_words};
use crate::handle::Handle;
use crate::intent::{Intent, Selection};
use crate::stage::Painter;
use crate::timeline::Live;

/// The most steps that are shown as single ones.
const SINGLE_STEPS: u64 = 1_600;
/// Pixels of the width for each step that a window holds at first.
const STEP_PX: f64 = 8.0;
/// Width of a column of the density, in pixels.
const COLUMN: f64 = 4.0;
/// How near to a step the pointer means it, in pixels: a mouse, a finger.
const REACH: (f64, f64) = (9.0, 22.0);
/// How near to a message, in pixels.
const MESSAGE_REACH: f64 = 5.0;
/// Height of a lane, and of one among many, in pixels; and from how many on.
const PITCH: (f64, f64, usize) = (24.0, 15.0, 8);
/// The least height of a lane, in pixels.
const PITCH_MIN: f64 = 5.0;
/// The share of the window's height that lanes may take, and the least that they get, in pixels.
const ROOM: (f64, f64) = (0.17, 84.0);

/// The diagram of the run on screen.
pub(crate) struct Lens {
    /// The canvas.
    pub(super) canvas: NodeRef,
    /// The needle over it.
    pub(super) needle: NodeRef,
    /// The sentence over it.
    pub(super) caption: NodeRef,
    /// What is said of the step with the keyboard's focus.
    pub(super) said: NodeRef,
    /// The bracket on the timeline.
    pub(crate) bracket: NodeRef,
    live: Rc<Live>,
    painter: RefCell<Option<Painter>>,
    look: RefCell<Look>,
    arrangement: RefCell<Arrangement>,
    is_folded: Cell<bool>,
    grip: Cell<Option<Grip>>,
    shown: RefCell<Shown>,
    /// How long the last painting took, in milliseconds, with what had to be gathered.
    took_ms: Cell<f64>,
}

/// What of the bracket is in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grip {
    /// Its beginning.
    From,
    /// Its end.
    Until,
    /// All of it.
    Whole,
}

/// What is shown, and how.
struct Look {
    handle: Option<Handle>,
    lang: Lang,
    theme: Theme,
    size: (f64, f64),
    scale: f64,
    is_playing: bool,
    window: Option<Window>,
    /// Whether the window goes after the cursor.
    follows: bool,
    /// Where the cursor stood when the window last looked.
    seen_us: u64,
    rows: Vec<Placed>,
    gathered: Option<Gathered>,
    /// What the pointer is over, and what the keyboard is at.
    pointed: Option<u64>,
    focused: Option<u64>,
    cone: Option<(u64, Cone)>,
    scene: Option<Scene>,
}

/// What was gathered, of which state of the run and in which language.
struct Gathered {
    handle: Handle,
    lang: Lang,
    columns: usize,
    of: Of,
}

enum Of {
    Chart(Chart),
    Density(Density),
}

/// What stands on the page already.
#[derive(Default)]
struct Shown {
    needle: String,
    caption: String,
    bracket: String,
}

impl PartialEq for Lens {
    /// There is one for each page: what it holds is not the framework's business.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Lens {
    /// A diagram tied to a timeline.
    pub(crate) fn new(live: Rc<Live>) -> Self {
        let look = Look {
            handle: None,
            lang: Lang::default(),
            theme: Theme::default(),
            size: (0.0, 0.0),
            scale: 1.0,
            is_playing: false,
            window: None,
            follows: true,
            seen_us: 0,
            rows: Vec::new(),
            gathered: None,
            pointed: None,
            focused: None,
            cone: None,
            scene: None,
        };
        Self {
            canvas: NodeRef::default(),
            needle: NodeRef::default(),
            caption: NodeRef::default(),
            said: NodeRef::default(),
            bracket: NodeRef::default(),
            live,
            painter: RefCell::default(),
            look: RefCell::new(look),
            arrangement: RefCell::default(),
            is_folded: Cell::new(false),
            grip: Cell::new(None),
            shown: RefCell::default(),
            took_ms: Cell::new(0.0),
        }
    }

    // What is remembered.

    /// What a run's link says of the diagram; where it says nothing, what is shown stays.
    pub(crate) fn read(&self, panels: &[String]) {
        let read = Arrangement::read(panels);
        if read != Arrangement::default() {
            self.arrangement.replace(read);
        }
        if panels.iter().any(|word| word == FOLDED) {
            self.is_folded.set(true);
        }
        let mut look = self.look.borrow_mut();
        (look.window, look.pointed, look.focused, look.follows) = (None, None, None, true);
    }

    /// The same as words of a link.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = self.arrangement.borrow().words();
        words.extend(self.is_folded.get().then(|| FOLDED.to_owned()));
        words
    }

    /// Whether a person has folded the diagram away.
    pub(crate) fn is_folded(&self) -> bool {
        self.is_folded.get()
    }

    pub(super) fn fold(&self, is_folded: bool) {
        self.is_folded.set(is_folded);
    }

    pub(super) fn arrangement(&self) -> Arrangement {
        self.arrangement.borrow().clone()
    }

    /// Arranges the lanes otherwise.
    pub(super) fn arrange(&self, change: impl FnOnce(&mut Arrangement)) {
        change(&mut self.arrangement.borrow_mut());
    }

    /// Whether the diagram stands on the page.
    pub(crate) fn is_open(&self) -> bool {
        self.canvas.get().is_some() && !self.is_folded.get()
    }

    // What is painted.

    /// The lanes of a run, laid out for the height of the window.
    pub(super) fn lay_out(&self, session: &Session) -> Vec<Placed> {
        let rows = self.arrangement.borrow().rows(&natural_order(session));
        let full = rows.iter().filter(|row| !row.is_thin).count().max(1) as f64;
        let thin = rows.len() as f64 - full;
        let usual = if rows.len() < PITCH.2 { PITCH.0 } else { PITCH.1 };
        let height =
            web_sys::window().and_then(|window| window.inner_height().ok()?.as_f64()).unwrap_or(900.0);
        let room = (height * ROOM.0).max(ROOM.1) - thin * spacetime::THIN;
        placed(rows, usual.min((room / full).floor()).max(PITCH_MIN))
    }

    /// The run, its cursor, the language, the colours or the lanes may have changed: looks at all again, and paints.
    pub(super) fn refresh(&self, handle: &Handle, lang: Lang, theme: Theme, is_playing: bool) {
        {
            let session = handle.read();
            let mut look = self.look.borrow_mut();
            look.rows = self.lay_out(&session);
            if look.handle.as_ref() != Some(handle) {
                look.cone = None;
            }
            look.handle = Some(handle.clone());
            (look.lang, look.theme, look.is_playing) = (lang, theme, is_playing);
            if is_playing {
                look.focused = None;
            }
            self.fit(&mut look);
            follow(&mut look, &session);
        }
        self.look_into();
    }

    /// Whether a step has the keyboard's focus.
    pub(super) fn has_focus(&self) -> bool {
        self.look.borrow().focused.is_some()
    }

    /// Fits the canvas to its room.
    fn fit(&self, look: &mut Look) {
        let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>() else { return };
        let Some(plane) = canvas.parent_element() else { return };
        let scale = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio()).clamp(0.5, 4.0);
        let width = f64::from(plane.client_width());
        let height = frame_of(look, Window { from_us: 0, until_us: 1 }).height();
        if (width, height) == look.size && scale == look.scale && canvas.width() > 0 {
            return;
        }
        (look.size, look.scale) = ((width, height), scale);
        canvas.set_width((width * scale).round() as u32);
        canvas.set_height((height * scale).round() as u32);
        for (name, length) in [("width", width), ("height", height)] {
            set_style(&canvas, name, &format!("{length}px"));
        }
    }

    /// Gathers and paints the window, and says what there is to see.
    fn paint(&self) {
        let started_ms = now_ms();
        let mut look = self.look.borrow_mut();
        let Some((handle, window)) = look.handle.clone().zip(look.window) else { return };
        if look.size.0 <= 0.0 {
            return;
        }
        let session = handle.read();
        gather(&mut look, &session, &handle, window);
        let frame = PanelFrame {
            now_us: session.now_us(),
            cone_of: look.cone.as_ref().map(|(step, _)| *step),
            ..frame_of(&look, window)
        };
        let scene = match look.gathered.as_ref().map(|gathered| &gathered.of) {
            Some(Of::Chart(chart)) => {
                let cone = look.cone.as_ref().map(|(_, cone)| cone);
                spacetime::panel(&session, Content::Single(chart, cone), &frame)
            }
            Some(Of::Density(density)) => spacetime::panel(&session, Content::Dense(density), &frame),
            None => return,
        };
        if let Err(reason) = self.paint_scene(&scene, look.theme, look.scale) {
            web_sys::console::warn_2(&"the space-time diagram cannot be painted:".into(), &reason);
        }
        let caption = caption(&look, &session, window);
        look.scene = Some(scene);
        drop(look);
        self.say(&self.caption, caption);
        self.show(&session);
        self.took_ms.set(now_ms() - started_ms);
    }

    fn paint_scene(&self, scene: &Scene, theme: Theme, scale: f64) -> Result<(), JsValue> {
        let mut painter = self.painter.borrow_mut();
        if painter.is_none() {
            let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>() else { return Ok(()) };
            let context = canvas.get_context("2d")?.ok_or("no 2d canvas")?;
            *painter = Some(Painter::new(context.dyn_into::<CanvasRenderingContext2d>()?));
        }
        match painter.as_mut() {
            Some(painter) => painter.paint(scene, theme, scale),
            None => Ok(()),
        }
    }

    /// The canvas is another one, or gone.
    pub(super) fn forget(&self) {
        self.painter.replace(None);
        let mut look = self.look.borrow_mut();
        (look.size, look.scene, look.pointed, look.focused) = ((0.0, 0.0), None, None, None);
        self.shown.take();
    }

    /// Shows where the cursor is: the only part that moves with every frame.
    pub(crate) fn show(&self, session: &Session) {
        let look = self.look.borrow();
        let Some(window) = look.window.filter(|_| self.is_open()) else { return };
        let x = frame_of(&look, window).x(session.now_us());
        let is_seen = (-0.5..=look.size.0 + 0.5).contains(&x);
        let place = if is_seen { format!("translateX({x:.1}px)") } else { "translateX(-9999px)".to_owned() };
        let mut shown = self.shown.borrow_mut();
        if let Some(needle) = self.needle.cast::<HtmlElement>().filter(|_| shown.needle != place) {
            set_style(&needle, "transform", &place);
            shown.needle = place;
        }
        self.tie(window, &mut shown);
    }

    /// Draws the bracket on the timeline around what is shown here, and the lines down to it.
    fn tie(&self, window: Window, shown: &mut Shown) {
        let Some(bracket) = self.bracket.cast::<Element>() else { return };
        let (from, until) = (self.live.x(window.from_us), self.live.x(window.until_us));
        let place = format!("{from:.1} {until:.1}");
        if shown.bracket == place && bracket.first_element_child().is_some_and(|it| it.has_attribute("x")) {
            return;
        }
        shown.bracket = place;
        let mut part = bracket.first_element_child();
        while let Some(element) = part {
            draw_part(&element, from, until.max(from + 2.0), &self.live);
            part = element.next_element_sibling();
        }
    }

    fn say(&self, place: &NodeRef, text: String) {
        let mut shown = self.shown.borrow_mut();
        if let Some(node) = place.cast::<Node>().filter(|_| shown.caption != text) {
            node.set_text_content(Some(&text));
            shown.caption = text;
        }
    }

    // What hands do.

    /// The pointer is over a place of the canvas, or has left it.
    pub(super) fn point(&self, at: Option<Point>) {
        let step = at.and_then(|at| self.step_at(at, false));
        let is_other = self.look.borrow().pointed != step;
        if is_other {
            self.look.borrow_mut().pointed = step;
            self.look_into();
        }
    }

    /// Reckons the cone of what is pointed at or has the focus, and paints.
    fn look_into(&self) {
        {
            let mut look = self.look.borrow_mut();
            let wanted = look.pointed.or(look.focused);
            if look.cone.as_ref().map(|(step, _)| *step) != wanted {
                let cone = wanted
                    .zip(look.handle.clone())
                    .zip(look.window)
                    .map(|((step, handle), window)| (step, spacetime::cone(&handle.read(), step, window)));
                look.cone = cone;
            }
        }
        self.paint();
    }

    /// The step that is meant by a place.
    fn step_at(&self, at: Point, is_finger: bool) -> Option<u64> {
        let look = self.look.borrow();
        let window = look.window?;
        let chart = look.chart()?;
        let frame = frame_of(&look, window);
        let handle = look.handle.as_ref()?;
        let reach = if is_finger { REACH.1 } else { REACH.0 };
        let on_lane = frame.row_at(at.y).and_then(|placed| {
            let span_us = (frame.time(at.x - reach), frame.time(at.x + reach));
            nearest_on(&handle.read(), &placed.row.nodes, frame.time(at.x), span_us)
        });
        on_lane.or_else(|| {
            let way = look.message_at(at).and_then(|id| chart.ways.iter().find(|way| way.id == id))?;
            match way.ending {
                Ending::Received { step, .. } => Some(step),
                _ => way.sent_step,
            }
        })
    }

    /// What a click or a tap on a place asks for.
    pub(super) fn tapped(&self, at: Point, is_finger: bool) -> Vec<Intent> {
        let step = self.step_at(at, is_finger);
        let look = self.look.borrow();
        let Some((window, handle)) = look.window.zip(look.handle.clone()) else { return Vec::new() };
        let frame = frame_of(&look, window);
        let is_on_lane = step.is_some_and(|step| {
            let session = handle.read();
            let entry = session.run().index().get(step as usize - 1);
            let node = entry.and_then(faultscope_labs::sim::IndexEntry::node);
            frame.row_at(at.y).zip(node).is_some_and(|(placed, node)| placed.row.nodes.contains(&node))
        });
        match (step, look.message_at(at)) {
            (Some(step), _) if is_on_lane => to_step(&handle.read(), step),
            (_, Some(id)) => look.to_message(&handle.read(), id),
            _ => vec![Intent::SeekTime(frame.time(at.x.clamp(0.0, frame.width)))],
        }
    }

    /// Moves the window by so many pixels, to earlier times if they are positive.
    pub(super) fn pan(&self, by: f64) {
        {
            let mut look = self.look.borrow_mut();
            let Some((window, handle)) = look.window.zip(look.handle.clone()) else { return };
            let by_us = -(by / look.size.0.max(1.0) * window.length_us() as f64) as i64;
            let session = handle.read();
            let window = panned(window, by_us, session.end_us());
            look.window = Some(window);
            look.follows = window.contains(session.now_us());
            look.cone = None;
        }
        self.look_into();
    }

    /// Makes the window longer or shorter, around a place or else the needle or the middle.
    pub(super) fn zoom(&self, around: Option<f64>, factor: f64) {
        {
            let mut look = self.look.borrow_mut();
            let Some((window, handle)) = look.window.zip(look.handle.clone()) else { return };
            let session = handle.read();
            let frame = frame_of(&look, window);
            let needle_us = Some(session.now_us()).filter(|&now_us| window.contains(now_us));
            let middle_us = u64::midpoint(window.from_us, window.until_us);
            let around_us = around.map(|x| frame.time(x)).or(needle_us).unwrap_or(middle_us);
            let window = zoomed(window, around_us, factor, session.end_us());
            look.window = Some(window);
            look.follows = window.contains(session.now_us());
            look.cone = None;
        }
        self.look_into();
    }

    /// Shows the whole run, or if it is shown, what is around the cursor.
    pub(super) fn show_whole(&self) {
        {
            let mut look = self.look.borrow_mut();
            let Some(handle) = look.handle.clone() else { return };
            let session = handle.read();
            let whole = Window { from_us: 0, until_us: session.end_us().max(1) };
            look.window = Some(if look.window == Some(whole) { usual(&look, &session) } else { whole });
            (look.follows, look.cone) = (true, None);
        }
        self.look_into();
    }

    /// A part of the bracket is taken in hand.
    pub(crate) fn take(&self, grip: Grip) {
        self.grip.set(Some(grip));
    }

    /// It is let go. Returns whether anything was in hand.
    pub(crate) fn let_go(&self) -> bool {
        self.grip.take().is_some()
    }

    /// What is in hand is at this time now, and was at that. Returns whether anything is in hand.
    pub(crate) fn pull(&self, from_us: u64, to_us: u64) -> bool {
        let Some(grip) = self.grip.get() else { return false };
        {
            let mut look = self.look.borrow_mut();
            let Some((window, handle)) = look.window.zip(look.handle.clone()) else { return true };
            let session = handle.read();
            let end_us = session.end_us();
            let by_us = to_us as i64 - from_us as i64;
            let least_us = 1_000;
            let window = match grip {
                Grip::Whole => panned(window, by_us, end_us),
                Grip::From => {
                    Window { from_us: to_us.min(window.until_us.saturating_sub(least_us)), ..window }
                }
                Grip::Until => Window { until_us: to_us.max(window.from_us + least_us), ..window },
            };
            look.window = Some(window);
            look.follows = window.contains(session.now_us());
            look.cone = None;
        }
        self.look_into();
        true
    }

    // What the keyboard does.

    /// The focus has left the diagram.
    pub(super) fn blur(&self) {
        if self.look.borrow_mut().focused.take().is_some() {
            self.look_into();
        }
    }

    /// What a key does here; none where it does nothing.
    pub(super) fn press(&self, key: &str, shift: bool) -> Option<Vec<Intent>> {
        let width = self.look.borrow().size.0;
        match (key, shift) {
            ("ArrowLeft" | "ArrowRight", _) => self.walk(key == "ArrowRight", shift),
            ("ArrowUp" | "ArrowDown", false) => self.change_lane(key == "ArrowDown"),
            ("Home" | "End", false) => self.walk_to_end(key == "End"),
            ("PageDown", false) => self.pan(-0.8 * width),
            ("PageUp", false) => self.pan(0.8 * width),
            ("+" | "=", _) => self.zoom(None, 0.5),
            ("-" | "_", _) => self.zoom(None, 2.0),
            ("Enter", false) => {
                let look = self.look.borrow();
                let handle = look.handle.clone()?;
                return Some(to_step(&handle.read(), look.focused?));
            }
            ("Escape", false) => {
                self.look.borrow_mut().focused.take()?;
                self.look_into();
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Along the lane of the step with the focus, or along a message that it received or sent.
    fn walk(&self, forward: bool, along_message: bool) {
        let next = self.with_focus(|look, session, focused| match (look.chart(), along_message) {
            (Some(chart), true) if forward => effect_of(chart, focused),
            (Some(chart), true) => cause_of(chart, focused),
            (_, true) => None,
            (_, false) => {
                let row = look.row_of(session, focused)?;
                neighbour_on(session, &row.row.nodes, focused, forward)
            }
        });
        self.focus(next);
    }

    fn change_lane(&self, down: bool) {
        let next = self.with_focus(|look, session, focused| {
            let place = look.rows.iter().position(|row| look.row_of(session, focused) == Some(row))?;
            let window = look.window?;
            let at_us = session.run().index().get(focused as usize - 1)?.at_us;
            let mut others: Box<dyn Iterator<Item = &Placed>> = if down {
                Box::new(look.rows[place + 1..].iter())
            } else {
                Box::new(look.rows[..place].iter().rev())
            };
            others
                .find_map(|row| nearest_on(session, &row.row.nodes, at_us, (window.from_us, window.until_us)))
        });
        self.focus(next);
    }

    fn walk_to_end(&self, is_end: bool) {
        let next = self.with_focus(|look, session, focused| {
            let (row, window) = (look.row_of(session, focused)?, look.window?);
            let edge_us = if is_end { window.until_us } else { window.from_us };
            nearest_on(session, &row.row.nodes, edge_us, (window.from_us, window.until_us))
        });
        self.focus(next);
    }

    /// Looks from the step with the focus; without one, the step at the cursor or the nearest in view takes it.
    fn with_focus(&self, next: impl FnOnce(&Look, &Session, u64) -> Option<u64>) -> Option<u64> {
        let look = self.look.borrow();
        let handle = look.handle.clone()?;
        let session = handle.read();
        match look.focused {
            Some(focused) => next(&look, &session, focused).or(Some(focused)),
            None => look.first_focus(&session),
        }
    }

    /// The step has the keyboard's focus: it comes into view, and is told.
    fn focus(&self, step: Option<u64>) {
        let said = {
            let mut look = self.look.borrow_mut();
            let Some((step, handle)) = step.zip(look.handle.clone()) else { return };
            let session = handle.read();
            let Some(at_us) = session.run().index().get(step as usize - 1).map(|entry| entry.at_us) else {
                return;
            };
            (look.focused, look.pointed) = (Some(step), None);
            let shown = look.window.map(|window| showing(window, at_us, false));
            if look.window != shown {
                (look.window, look.follows, look.cone) = (shown, false, None);
            }
            let cone = look.window.map(|window| spacetime::cone(&session, step, window)).unwrap_or_default();
            let told = cone_words(&session, step, &cone, look.lang);
            look.cone = Some((step, cone));
            words::SAID.fill(look.lang, &[("time", &time_words(at_us)), ("cone", &told)])
        };
        self.paint();
        if let Some(node) = self.said.cast::<Node>() {
            node.set_text_content(Some(&said));
        }
    }

    /// What tests, and the curious, read: the window, how it is seen, the cone and the lanes, as JSON.
    pub(super) fn told(&self) -> String {
        let look = self.look.borrow();
        let window = look.window.unwrap_or(Window { from_us: 0, until_us: 0 });
        let lanes: Vec<_> = look
            .rows
            .iter()
            .map(|placed| serde_json::json!([placed.row.name(), placed.middle(), placed.row.is_thin]))
            .collect();
        let (past, future) =
            look.cone.as_ref().map_or((0, 0), |(_, cone)| (cone.past.len(), cone.future.len()));
        serde_json::json!({
            "from_us": window.from_us, "until_us": window.until_us, "is_single": look.chart().is_some(),
            "top": frame_of(&look, window).top(), "lanes": lanes, "width": look.size.0,
            "cone_of": look.cone.as_ref().map(|(step, _)| step), "past": past, "future": future,
            "took_ms": self.took_ms.get(),
        })
        .to_string()
    }
}

/// The word of a link that says that the diagram is folded.
const FOLDED: &str = "no-lanes";

impl Look {
    fn chart(&self) -> Option<&Chart> {
        match &self.gathered.as_ref()?.of {
            Of::Chart(chart) => Some(chart),
            Of::Density(_) => None,
        }
    }

    fn message_at(&self, at: Point) -> Option<u64> {
        match self.scene.as_ref()?.hit(at, MESSAGE_REACH)? {
            Subject::Message(id) => Some(id),
            _ => None,
        }
    }

    /// Goes to where a message is in flight, if it is not now, and picks it up.
    fn to_message(&self, session: &Session, id: u64) -> Vec<Intent> {
        let select = Intent::Select(Selection::Message(id));
        if session.world().flight(id).is_some() {
            return vec![select];
        }
        let way = self.chart().and_then(|chart| chart.ways.iter().find(|way| way.id == id));
        let seek = way.map(|way| way.sent_step.map_or(Intent::SeekTime(way.sent_us), Intent::SeekStep));
        seek.into_iter().chain([select]).collect()
    }

    /// The lane on which a step is.
    fn row_of(&self, session: &Session, step: u64) -> Option<&Placed> {
        let node = session.run().index().get(step as usize - 1)?.node()?;
        self.rows.iter().find(|placed| placed.row.nodes.contains(&node))
    }

    fn first_focus(&self, session: &Session) -> Option<u64> {
        let window = self.window?;
        let at_cursor = session.step();
        let is_here = session.run().index().get((at_cursor as usize).wrapping_sub(1)).is_some_and(|entry| {
            window.contains(entry.at_us)
                && entry.kind != faultscope_labs::sim::Kind::Lost
                && self.row_of(session, at_cursor).is_some()
        });
        if is_here {
            return Some(at_cursor);
        }
        let nodes: Vec<_> = self.rows.iter().flat_map(|placed| placed.row.nodes.iter().copied()).collect();
        nearest_on(session, &nodes, session.now_us(), (window.from_us, window.until_us))
    }
}

/// What shows a step: it, with its node picked up.
fn to_step(session: &Session, step: u64) -> Vec<Intent> {
    let entry = session.run().index().get(step as usize - 1);
    let node = entry.and_then(faultscope_labs::sim::IndexEntry::node);
    let select = node.map(|node| Intent::Select(Selection::Node(node)));
    [Intent::SeekStep(step)].into_iter().chain(select).collect()
}

/// The window at first: some steps around the cursor.
fn usual(look: &Look, session: &Session) -> Window {
    let steps = (look.size.0 / STEP_PX).clamp(40.0, 400.0) as u64;
    Window::of_steps(session, steps)
}

/// Lets the window go after the cursor.
fn follow(look: &mut Look, session: &Session) {
    let now_us = session.now_us();
    let window = look.window.unwrap_or_else(|| usual(look, session));
    let has_moved = now_us != look.seen_us;
    look.seen_us = now_us;
    // Whoever moves the cursor by hand looks where it goes.
    look.follows |= has_moved && !look.is_playing;
    let window = if look.follows && has_moved { showing(window, now_us, look.is_playing) } else { window };
    if look.window != Some(window) {
        // What the pointer was over is somewhere else now.
        (look.window, look.cone, look.pointed) = (Some(window), None, None);
    }
}

/// Gathers what the window shows, where what was gathered does not hold it.
fn gather(look: &mut Look, session: &Session, handle: &Handle, window: Window) {
    let is_single = window.steps(session) <= SINGLE_STEPS;
    let columns = (look.size.0 / COLUMN).ceil().max(1.0) as usize;
    let fits = look.gathered.as_ref().is_some_and(|gathered| {
        let is_same = gathered.handle == *handle && gathered.lang == look.lang;
        is_same
            && match &gathered.of {
                Of::Chart(chart) => {
                    is_single
                        && chart.window.from_us <= window.from_us
                        && window.until_us <= chart.window.until_us
                }
                Of::Density(density) => !is_single && density.window == window && gathered.columns == columns,
            }
    });
    if fits {
        return;
    }
    let wide = with_margins(window);
    let is_worth_it = !look.is_playing && wide.steps(session) <= spacetime::STEPS_MAX;
    let chart =
        is_single.then(|| spacetime::chart(session, if is_worth_it { wide } else { window }, look.lang));
    let of = match chart {
        Some(Ok(chart)) => Of::Chart(chart),
        _ => Of::Density(spacetime::density(session, window, columns, look.lang)),
    };
    look.gathered = Some(Gathered { handle: handle.clone(), lang: look.lang, columns, of });
}

fn frame_of(look: &Look, window: Window) -> PanelFrame<'_> {
    PanelFrame {
        window,
        width: look.size.0,
        rows: &look.rows,
        lang: look.lang,
        now_us: u64::MAX,
        cone_of: None,
    }
}

/// What stands over the diagram: the cone's sentence, or what there is to see.
fn caption(look: &Look, session: &Session, window: Window) -> String {
    let steps = thousands(window.steps(session));
    match (&look.cone, look.chart()) {
        (Some((step, cone)), Some(_)) => cone_words(session, *step, cone, look.lang),
        (_, Some(_)) => words::HINT.fill(look.lang, &[("steps", &steps)]),
        (_, None) => words::AFAR.fill(look.lang, &[("steps", &steps)]),
    }
}

/// Places a part of the bracket, by what it is.
fn draw_part(part: &Element, from: f64, until: f64, live: &Live) {
    let set = |name: &str, value: String| {
        if part.set_attribute(name, &value).is_err() {
            web_sys::console::warn_1(&"the bracket takes no place".into());
        }
    };
    let width = until - from;
    match part.get_attribute("data-grip").as_deref() {
        Some("from") => set("x", format!("{:.1}", from - 6.0)),
        Some("until") => set("x", format!("{:.1}", until - 4.0)),
        Some("whole") => {
            set("x", format!("{from:.1}"));
            set("width", format!("{width:.1}"));
        }
        _ if part.tag_name() == "rect" => {
            set("x", format!("{from:.1}"));
            set("width", format!("{width:.1}"));
        }
        _ => {
            let (left, right) = live.ends();
            let top = part.get_attribute("data-top").unwrap_or_default();
            set("d", format!("M{from:.1} {top}v8H{left:.1}v5M{until:.1} {top}v8H{right:.1}v5"));
        }
    }
}

/// Sets a style through the object model: the page's policy forbids style attributes.
pub(super) fn set_style(element: &HtmlElement, name: &str, value: &str) {
    if element.style().set_property(name, value).is_err() {
        web_sys::console::warn_2(&"no style is called".into(), &name.into());
    }
}

fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}
