//! The lab page: it owns the run on screen, carries out every wish, and lets the run play.
//!
//! While the run plays, each frame of the screen moves virtual time on and paints the canvas, the needle and the
//! readings by hand; the framework's diff runs at most ten times a second, for the panels. While it stands, nothing
//! runs.

mod carry_out;
mod drags;
mod embedded;
mod layout;
mod narrator;
mod second;
mod shown;
pub(crate) mod watch;

use std::cell::RefCell;
use std::rc::Rc;

use faultscope_labs::scene::Theme;
use faultscope_labs::stage::Class;
use faultscope_labs::{Lang, NodeId, Session, Versus};
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::handle::Handle;
use crate::intent::{Intent, Overlay, Selection, Tab, ThemeChoice, Tool};
use crate::keys::Key;
use crate::panels::pane_words;
use crate::play::{self, Clock};
use crate::route::AddressWriter;
use crate::spacetime::Lens;
use crate::stage::{Listeners, Outcome, StageCanvas, View, spotlight};
use crate::timeline::Live;
use crate::{panes, panic_screen, words};
use narrator::Narrator;
use second::Second;
use watch::Watch;

/// How long the panels may be behind what is scrubbed, in milliseconds.
const PANELS_LATER_MS: u32 = 100;
/// After so many frames without a step, it is asked whether anything is left to happen.
const QUIET_FRAMES: u32 = 20;

/// What the lab page is given.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LabPageProps {
    /// The run that was opened; another one replaces what is on screen.
    pub(crate) opened: Handle,
    /// The language.
    pub(crate) lang: Lang,
    /// The colours that the reader chose.
    pub(crate) theme: ThemeChoice,
    /// The colours in which the stage is painted.
    pub(crate) painted: Theme,
    /// Writes the address.
    pub(crate) writer: Rc<AddressWriter>,
    /// Where wishes go that reach beyond the lab.
    pub(crate) on: Callback<Intent>,
    /// Shows another run.
    pub(crate) show: Callback<Handle>,
    /// A run that could not be opened, as a card.
    pub(crate) problem: Html,
}

/// What happens to the lab page.
pub(crate) enum Msg {
    /// A wish.
    Do(Intent),
    /// A key.
    Key(Key),
    /// The screen is about to paint; its clock in milliseconds.
    Frame(f64),
    /// A mouse or a finger did something on the stage.
    Pointer(Outcome),
    /// Something has another size.
    Resized,
    /// The tab was shown or hidden.
    Visibility,
    /// The panels are behind.
    PanelsDue,
    /// A run that was opened is still on its way to where its link points.
    Arrive,
    /// The cursor was dragged to a time that is still to be played.
    Chase(u64),
    /// The second run of a comparison is behind.
    KeepUp,
    /// A mouse or a finger did something on the second stage.
    SecondPointer(Outcome),
    /// The reader has seen the notice.
    Dismiss,
}

/// The lab page.
pub(crate) struct LabPage {
    handle: Handle,
    selection: Selection,
    /// The nodes that a story puts a spotlight on.
    spot: Vec<NodeId>,
    veil: NodeRef,
    tool: Option<Tool>,
    /// The node that keys move just now: one undo takes all of that back.
    nudged: Option<NodeId>,
    overlay: Option<Overlay>,
    tab: Tab,
    class: Class,
    strip_width: f64,
    is_playing: bool,
    speed: i32,
    clock: Clock,
    frame: Option<AnimationFrame>,
    arriving: Option<AnimationFrame>,
    /// The next part of what is played to where the cursor was dragged.
    chasing: Option<AnimationFrame>,
    panels_later: Option<Timeout>,
    quiet_frames: u32,
    /// The length at which it is known that something is left to happen.
    lively_at: Option<u64>,
    notice: Option<String>,
    narrator: Narrator,
    canvas: Rc<StageCanvas>,
    live: Rc<Live>,
    lens: Rc<Lens>,
    strip: NodeRef,
    /// The second run of a comparison.
    second: RefCell<Option<Second>>,
    keeping_up: RefCell<Option<AnimationFrame>>,
    /// The tool in hand, as the canvas sees it.
    tool_in_hand: Rc<std::cell::Cell<Option<Tool>>>,
    pointer: Option<Listeners>,
    watch: Option<Watch>,
}

impl Component for LabPage {
    type Message = Msg;
    type Properties = LabPageProps;

    fn create(ctx: &Context<Self>) -> Self {
        let live: Rc<Live> = Rc::default();
        let mut page = Self {
            handle: ctx.props().opened.clone(),
            selection: Selection::Nothing,
            spot: Vec::new(),
            veil: NodeRef::default(),
            tool: None,
            nudged: None,
            overlay: None,
            tab: Tab::default(),
            class: watch::screen_class(),
            strip_width: 0.0,
            is_playing: false,
            speed: play::USUAL,
            clock: Clock::default(),
            frame: None,
            arriving: None,
            chasing: None,
            panels_later: None,
            quiet_frames: 0,
            lively_at: None,
            notice: None,
            narrator: Narrator::default(),
            canvas: Rc::default(),
            lens: Rc::new(Lens::new(live.clone())),
            live,
            strip: NodeRef::default(),
            second: RefCell::default(),
            keeping_up: RefCell::default(),
            tool_in_hand: Rc::default(),
            pointer: None,
            watch: None,
        };
        page.show_panels();
        page.open_second(ctx.props().lang);
        page.remember();
        panes::show_all();
        page
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Do(intent) => self.carry_out(ctx, intent),
            Msg::Key(key) => self.press(ctx, key),
            Msg::Frame(now_ms) => self.on_frame(ctx, now_ms),
            Msg::Pointer(outcome) => self.on_pointer(ctx, outcome),
            Msg::Resized => self.resize(ctx),
            Msg::Visibility => {
                self.wake(ctx);
                false
            }
            Msg::PanelsDue => {
                self.touch();
                true
            }
            Msg::Arrive => {
                self.arrive(ctx);
                true
            }
            Msg::Chase(at_us) => self.chase(ctx, at_us),
            Msg::KeepUp => {
                self.paint(ctx);
                self.keeping_up.borrow().is_none()
            }
            Msg::SecondPointer(outcome) => self.on_second_pointer(ctx, outcome),
            Msg::Dismiss => self.notice.take().is_some(),
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &LabPageProps) -> bool {
        if ctx.props().opened != old.opened {
            self.handle = ctx.props().opened.clone();
            self.start_over();
            self.open_second(ctx.props().lang);
            self.arrive(ctx);
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        self.lay_out(ctx)
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if self.watch.as_ref().is_none_or(|watch| !watch.sees(&self.strip)) {
            // The one before goes first: it takes along what both offer to tests.
            self.watch = None;
            self.watch = Watch::start(ctx.link(), &self.canvas, &self.strip);
            self.measure_strip(ctx);
        }
        if first {
            self.arrive(ctx);
            let tool = self.tool_in_hand.clone();
            let tell = ctx.link().callback(Msg::Pointer);
            self.pointer = crate::stage::listen(&self.canvas, Rc::new(move || tool.get()), &tell);
        }
        if let Some(second) = &mut *self.second.borrow_mut()
            && second.pointer.is_none()
        {
            second.canvas.fit();
            let tool = self.tool_in_hand.clone();
            let tell = ctx.link().callback(Msg::SecondPointer);
            second.pointer = crate::stage::listen(&second.canvas, Rc::new(move || tool.get()), &tell);
        }
        if first {
            panes::tell();
        }
        self.live.forget();
        self.paint(ctx);
    }

    fn destroy(&mut self, ctx: &Context<Self>) {
        ctx.props().writer.forget();
        self.canvas.forget();
    }
}

impl LabPage {
    /// Another run is on screen: nothing of the one before holds.
    fn start_over(&mut self) {
        self.selection = Selection::Nothing;
        self.spot.clear();
        self.tool_in_hand.set(None);
        self.tool = None;
        self.stand();
        self.lively_at = None;
        self.narrator.forget();
        self.show_panels();
        self.remember();
    }

    /// Plays on towards where the link of an opened run points, a part for each frame, and tells what came of it.
    fn arrive(&mut self, ctx: &Context<Self>) {
        if !self.handle.write(|session| session.arrive(play::FRAME_STEPS)) {
            let link = ctx.link().clone();
            self.arriving = Some(request_animation_frame(move |_| link.send_message(Msg::Arrive)));
        }
        if let Some(news) = self.news(ctx.props().lang) {
            self.notice = Some(news);
        }
        self.touch();
    }

    /// Shows what the link of an opened run shows; where it says nothing, what is shown stays.
    fn show_panels(&mut self) {
        self.lens.read(self.handle.read().panels());
        let (tab, overlay) = shown::read(self.handle.read().panels());
        self.tab = tab.unwrap_or(self.tab);
        self.overlay = overlay.or(self.overlay);
        self.write_panels();
    }

    fn write_panels(&self) {
        let words = shown::words(self.tab, self.overlay).into_iter().chain(self.lens.words());
        self.handle.write(|session| session.set_panels(words));
    }

    /// The link tells which panels are shown.
    fn note_panels(&self, ctx: &Context<Self>) {
        self.write_panels();
        self.note_change(ctx);
    }

    /// What the session has to tell, in words.
    fn news(&self, lang: Lang) -> Option<String> {
        let news = self.handle.write(Session::take_news);
        (!news.is_empty()).then(|| news.iter().map(|news| news.message(lang)).collect::<Vec<_>>().join(" · "))
    }

    /// Keeps the run's text for the case of a failure.
    fn remember(&self) {
        panic_screen::remember_run(&self.handle.read().text().to_string());
    }

    /// The panels look again.
    fn touch(&mut self) {
        self.panels_later = None;
        self.handle.touch();
        self.remember();
    }

    /// Paints the canvas and the readings.
    fn paint(&self, ctx: &Context<Self>) {
        let session = self.handle.read();
        let view = View {
            lang: ctx.props().lang,
            theme: ctx.props().painted,
            class: self.class,
            is_playing: self.is_playing,
            is_calm: watch::wants_calm(),
            selection: self.selection,
        };
        self.canvas.paint(&session, &view);
        self.live.show(&session);
        self.lens.show(&session);
        spotlight::show(&self.veil, &self.canvas, &self.spot);
        if let Some(second) = &mut *self.second.borrow_mut() {
            let is_there = second.keep_up(&session);
            second.canvas.paint(&second.handle.read(), &view);
            let link = ctx.link().clone();
            let again = || request_animation_frame(move |_| link.send_message(Msg::KeepUp));
            *self.keeping_up.borrow_mut() = (!is_there && !self.is_playing).then(again);
        }
    }

    /// Opens the second run that the link asks for; where there is none, nothing is compared.
    fn open_second(&mut self, lang: Lang) {
        let versus = self.handle.read().versus().cloned();
        self.second = RefCell::default();
        if let Some(versus) = versus {
            self.begin_versus(versus, lang);
        }
    }

    /// Plays the run a second time, or tells why that cannot be.
    fn begin_versus(&mut self, versus: Versus, lang: Lang) {
        let opened = Second::open(&self.handle.read(), versus);
        match opened {
            Ok(second) => {
                self.handle.write(|session| session.set_versus(Some(second.versus())));
                self.second = RefCell::new(Some(second));
            }
            Err(error) => {
                self.handle.write(|session| session.set_versus(None));
                self.notice = Some(pane_words::SECOND_REFUSED.fill(lang, &[("why", &error.message(lang))]));
            }
        }
    }

    /// What is picked up, tools and lines mean the same on the second stage; a message there may not be the same.
    fn on_second_pointer(&mut self, ctx: &Context<Self>, outcome: Outcome) -> bool {
        let Some(canvas) = self.second.borrow().as_ref().map(|second| second.canvas.clone()) else {
            return false;
        };
        self.gestured(ctx, outcome, &canvas, false)
    }

    /// Lets the run play.
    fn play(&mut self, ctx: &Context<Self>) {
        self.is_playing = true;
        self.spot.clear();
        self.narrator.begin(self.handle.read().step());
        self.quiet_frames = 0;
        self.wake(ctx);
    }

    /// Lets the run stand.
    fn stand(&mut self) {
        self.is_playing = false;
        self.frame = None;
        self.chasing = None;
        self.clock.rest();
    }

    /// Asks for the next frame, if the run plays and the tab is seen.
    fn wake(&mut self, ctx: &Context<Self>) {
        if !self.is_playing || watch::is_hidden() {
            self.frame = None;
            self.clock.rest();
            return;
        }
        let link = ctx.link().clone();
        self.frame = Some(request_animation_frame(move |now_ms| link.send_message(Msg::Frame(now_ms))));
    }

    /// One frame of a run that plays. Returns whether the panels are to look again.
    fn on_frame(&mut self, ctx: &Context<Self>, now_ms: f64) -> bool {
        if !self.is_playing {
            return false;
        }
        let ahead_us = self.clock.tick(now_ms, self.speed);
        let before = self.handle.read().step();
        let step = self.handle.write(|session| {
            session.advance(session.now_us().saturating_add(ahead_us), play::FRAME_STEPS);
            session.step()
        });
        self.quiet_frames = if step == before { self.quiet_frames + 1 } else { 0 };
        if self.quiet_frames > QUIET_FRAMES && self.is_over() {
            self.stand();
            self.narrator.sum_up(&self.handle.read(), ctx.props().lang);
            self.notice = Some(words::NOTHING_LEFT.get(ctx.props().lang).to_owned());
            self.note_change(ctx);
            self.touch();
            return true;
        }
        self.wake(ctx);
        if self.clock.panels_are_due(now_ms) {
            self.narrator.overhear(&self.handle.read(), now_ms, ctx.props().lang);
            self.touch();
            return true;
        }
        self.paint(ctx);
        false
    }

    /// Whether nothing is left to happen behind the furthest step.
    fn is_over(&mut self) -> bool {
        self.quiet_frames = 0;
        let session = self.handle.read();
        let len = session.len();
        if session.step() < len || self.lively_at == Some(len) {
            return false;
        }
        let is_over = session.is_over();
        drop(session);
        self.lively_at = (!is_over).then_some(len);
        is_over
    }

    /// The run or its cursor has changed: the address follows when the page is idle.
    fn note_change(&self, ctx: &Context<Self>) {
        let handle = self.handle.clone();
        ctx.props().writer.write_later(move || handle.read().link());
    }

    /// Something has another size.
    fn resize(&mut self, ctx: &Context<Self>) -> bool {
        let class = watch::screen_class();
        let is_other = class != self.class;
        self.class = class;
        self.canvas.fit();
        if let Some(second) = &*self.second.borrow() {
            second.canvas.fit();
        }
        panes::tell();
        let is_wider = self.measure_strip(ctx);
        if !is_other && !is_wider {
            self.paint(ctx);
        }
        is_other || is_wider
    }

    /// Measures the room of the timeline. Returns whether it has changed.
    fn measure_strip(&mut self, ctx: &Context<Self>) -> bool {
        let Some(strip) = self.strip.cast::<web_sys::Element>() else { return false };
        let width = f64::from(strip.client_width());
        let has_changed = width != self.strip_width;
        self.strip_width = width;
        if has_changed {
            ctx.link().send_message(Msg::PanelsDue);
        }
        has_changed
    }

    /// Says what the last step was, for those who hear the page.
    fn say_step(&mut self, lang: Lang) {
        self.narrator.tell(&self.handle.read(), lang);
    }
}
