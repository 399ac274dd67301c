//! The whole page: home or a lab, in one language and one theme, and the address that goes with it.

use std::rc::Rc;

use faultscope_labs::import::ImportError;
use faultscope_labs::scene::Theme;
use faultscope_labs::{Lang, Session, link};
use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use web_sys::DragEvent;
use yew::prelude::*;

use crate::handle::Handle;
use crate::home::Home;
use crate::intent::{Intent, Selection, ThemeChoice};
use crate::lab_page::{LabPage, watch};
use crate::problem::{Problem, ProblemCard};
use crate::route::{self, AddressWriter, Route};
use crate::stage::View;
use crate::stage::bench::{self, BenchPage};
use crate::top_bar::TopBar;
use crate::{embed, files, panic_screen, preferences, words};

/// What is open.
enum Place {
    Home,
    Lab(Handle),
    Bench,
}

/// What happens to the page as a whole.
pub(crate) enum Msg {
    /// The address has changed: a link, the way back, or a text that someone put there.
    Address,
    /// A wish that reaches beyond the lab.
    Do(Intent),
    /// Another run is to be shown.
    Show(Handle),
    /// A file was dropped somewhere on the page.
    Brought(Result<String, ImportError>),
    /// The system has changed its colours.
    SystemTheme,
    /// The reader has seen the problem.
    Dismiss,
}

/// A run that was opened before there was a page.
#[derive(Clone, PartialEq)]
pub(crate) struct FirstRun {
    /// What the address asked for.
    text: String,
    handle: Handle,
}

/// What the page starts with.
#[derive(Clone, PartialEq, Properties)]
pub(crate) struct AppProps {
    /// The run that the address asked for, if there is one and it can be opened.
    pub(crate) first: Option<FirstRun>,
}

/// Steps that are played in the first part of opening the first run; each part has twice as many as the one before.
const FIRST_PART_STEPS: u64 = 64;
/// The most steps in a part. What is still to be played then is played on the page.
const LAST_PART_STEPS: u64 = 8_192;

/// Opens the run that the address asks for, in parts, between which the browser may do other things: code that never
/// ran is slow, and the shell should stay responsive. An address that asks for no run, or a wrong one, is left to the
/// page.
pub(crate) async fn first_run() -> Option<FirstRun> {
    let Route::Run(text) = Route::now() else { return None };
    panic_screen::remember_run(&text);
    let mut session = Session::of_link(&run_of(text.clone())).ok()?;
    session.open_awake();
    let mut steps = FIRST_PART_STEPS;
    while steps <= LAST_PART_STEPS && !session.arrive(steps) {
        TimeoutFuture::new(0).await;
        steps *= 2;
    }
    Some(FirstRun { text, handle: Handle::new(session) })
}

/// The text of the run for what the address says: a frame may be told more in its query.
fn run_of(text: String) -> String {
    if embed::is_on() { embed::run_of(text) } else { text }
}

/// The page.
pub(crate) struct App {
    place: Place,
    problem: Option<Problem>,
    /// The title of the story that is open.
    story: Option<String>,
    lang: Lang,
    theme: ThemeChoice,
    painted: Theme,
    writer: Rc<AddressWriter>,
    _listeners: Vec<EventListener>,
}

impl Component for App {
    type Message = Msg;
    type Properties = AppProps;

    fn create(ctx: &Context<Self>) -> Self {
        let theme = preferences::theme();
        let mut app = Self {
            place: Place::Home,
            problem: None,
            story: None,
            lang: preferences::language(),
            theme,
            painted: preferences::painted_theme(theme),
            writer: Rc::default(),
            _listeners: listeners(ctx),
        };
        match &ctx.props().first {
            Some(first) if Route::now() == Route::Run(first.text.clone()) => {
                app.place = Place::Lab(first.handle.clone());
            }
            _ => app.follow_address(),
        }
        app
    }

    fn update(&mut self, _ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Address => self.follow_address(),
            Msg::Do(intent) => self.carry_out(intent),
            Msg::Show(handle) => self.show(handle),
            Msg::Brought(Ok(text)) => self.carry_out(Intent::Open(text)),
            Msg::Brought(Err(error)) => self.problem = Some(Problem { text: String::new(), error }),
            Msg::SystemTheme => self.painted = preferences::painted_theme(self.theme),
            Msg::Dismiss => self.problem = None,
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let on = ctx.link().callback(Msg::Do);
        let (lang, theme) = (self.lang, self.theme);
        let problem = self.problem.as_ref().map_or_else(Html::default, |problem| {
            let dismiss = ctx.link().callback(|()| Msg::Dismiss);
            html! { <ProblemCard problem={problem.clone()} {lang} {dismiss} /> }
        });
        match &self.place {
            Place::Home => html! {
                <div class="app at-home">
                    <TopBar {lang} {theme} on={on.clone()} />
                    { problem }
                    <Home {lang} {theme} {on} />
                </div>
            },
            Place::Bench => html! { <BenchPage view={bench_view(lang, self.painted)} /> },
            Place::Lab(handle) => html! {
                <LabPage opened={handle.clone()} {lang} {theme} painted={self.painted} writer={self.writer.clone()}
                    show={ctx.link().callback(Msg::Show)} {on} {problem} />
            },
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, _first: bool) {
        preferences::tell_document(self.lang, self.theme, &self.title());
    }
}

impl App {
    fn title(&self) -> String {
        match &self.place {
            Place::Home | Place::Bench => words::HOME_TITLE.get(self.lang).to_owned(),
            Place::Lab(handle) => {
                let session = handle.read();
                let lab = session.lab().title.get(self.lang);
                let variant = session.variant().about().title.get(self.lang);
                match &self.story {
                    Some(story) => format!("{story} · {lab} – Faultscope"),
                    None => format!("{lab} · {variant} – Faultscope"),
                }
            }
        }
    }

    /// Opens what the address asks for. Where it asks for nothing that is, all stays as it was, with a word.
    fn follow_address(&mut self) {
        self.writer.forget();
        match Route::now() {
            Route::Home => {
                self.problem = None;
                self.place = Place::Home;
                panic_screen::remember_run("");
            }
            Route::Run(text) if text == bench::ADDRESS => self.place = Place::Bench,
            Route::Run(text) => {
                let text = run_of(text);
                if let Some(session) = self.open(text) {
                    self.place = Place::Lab(Handle::new(session));
                }
            }
        }
    }

    /// The run of a text; where there is none, the problem is shown.
    fn open(&mut self, text: String) -> Option<Session> {
        panic_screen::remember_run(&text);
        match Session::open_in_parts(&text) {
            Ok(session) => {
                self.problem = None;
                Some(session)
            }
            Err(error) => {
                // The place of a mistake is a place in the text, not in what was packed around it.
                let text = link::unpack(&text).ok().flatten().unwrap_or(text);
                self.problem = Some(Problem { text, error: ImportError::Run(error) });
                None
            }
        }
    }

    fn carry_out(&mut self, intent: Intent) {
        match intent {
            Intent::Open(text) => {
                if let Some(session) = self.open(text) {
                    self.show(Handle::new(session));
                }
            }
            Intent::Title(story) => self.story = story,
            Intent::Lang(lang) => {
                self.lang = lang;
                preferences::keep_language(lang);
            }
            Intent::Theme(theme) => {
                self.theme = theme;
                self.painted = preferences::painted_theme(theme);
                preferences::keep_theme(theme);
            }
            // Everything else is about a run, and the lab page has carried it out.
            _ => {}
        }
    }

    /// Shows another run, to which the way back leads from the run before.
    fn show(&mut self, handle: Handle) {
        self.writer.forget();
        if let Place::Lab(before) = &self.place {
            self.writer.write_now(&before.read().link());
        }
        route::push(&handle.read().link());
        self.problem = None;
        self.place = Place::Lab(handle);
    }
}

/// How the page that measures the stage looks.
fn bench_view(lang: Lang, theme: Theme) -> View {
    let class = watch::screen_class();
    View { lang, theme, class, is_playing: true, is_calm: false, selection: Selection::Nothing }
}

fn listeners(ctx: &Context<App>) -> Vec<EventListener> {
    let mut listeners = Vec::new();
    let Some(window) = web_sys::window() else { return listeners };
    let address = ctx.link().callback(|()| Msg::Address);
    listeners.push(EventListener::new(&window, "hashchange", move |_| address.emit(())));
    listeners.push(embed::listen(&window, ctx.link().callback(Msg::Do)));
    listeners.extend(drops(&window, ctx.link().callback(Msg::Brought)));
    for query in [preferences::DARK_QUERY, preferences::FORCED_QUERY] {
        if let Ok(Some(query)) = window.match_media(query) {
            let changed = ctx.link().callback(|()| Msg::SystemTheme);
            listeners.push(EventListener::new(&query, "change", move |_| changed.emit(())));
        }
    }
    listeners
}

/// A file may be dropped anywhere on the page. Without these, the browser would leave the page for the file.
fn drops(window: &web_sys::Window, brought: Callback<Result<String, ImportError>>) -> [EventListener; 2] {
    let options = EventListenerOptions::enable_prevent_default();
    let over = EventListener::new_with_options(window, "dragover", options, |event| {
        if carries_files(event) {
            event.prevent_default();
        }
    });
    let drop = EventListener::new_with_options(window, "drop", options, move |event| {
        // What was dropped on a box for files is in its hands already.
        if event.default_prevented() || !carries_files(event) {
            return;
        }
        event.prevent_default();
        let carried = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
        let brought = brought.clone();
        files::read_first(carried.and_then(|carried| carried.files()), move |read| brought.emit(read));
    });
    [over, drop]
}

/// Whether what is dragged holds files; a text that is dragged into a field is none of our business.
fn carries_files(event: &Event) -> bool {
    let carried = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
    carried.is_some_and(|carried| carried.types().includes(&"Files".into(), 0))
}
