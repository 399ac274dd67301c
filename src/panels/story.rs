//! The story: a lesson over a run, step by step. Beside it, when none is open, what the lab and its variant are, the
//! commands that their nodes take, and the list of stories.

use std::cell::RefCell;
use std::rc::Rc;

use faultscope_labs::experiment::Experiment;
use faultscope_labs::story::{Player, Question, Story};
use faultscope_labs::{Lab, Lang, NodeId, Session, StorySource};
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use super::about::About;
use super::{PanelProps, pane_words, words};
use crate::focus;
use crate::format::time_words;
use crate::handle::Handle;
use crate::icons::{Icon, icon};
use crate::intent::{Intent, Overlay, Selection};
use crate::{embed, host, progress};

/// What the panel shows.
enum Shelf {
    /// What the lab is about.
    About,
    /// A story that is being fetched.
    Loading(&'static StorySource),
    /// A story that cannot be shown, and why.
    Failed(String),
    /// A story.
    Open(Lesson),
}

/// An open story.
struct Lesson {
    player: Player,
    /// The answer that was chosen at this step.
    choice: Option<usize>,
    /// Whether the answers are told.
    is_revealed: bool,
    /// Nodes for the spotlight once the page stands where the story does; the first is picked up.
    spot: Vec<NodeId>,
}

/// What is on the shelf, shared by the panel and what it waits for.
type Shared = Rc<RefCell<Shelf>>;

/// The story, or what the lab is about.
#[component]
pub(crate) fn StoryPanel(props: &PanelProps) -> Html {
    let shelf: Shared = use_mut_ref(|| Shelf::About);
    let update = use_force_update();
    let lab = props.handle.read().lab();
    {
        let (shelf, update) = (shelf.clone(), update.clone());
        use_effect_with(lab.id, move |_| {
            *shelf.borrow_mut() = Shelf::About;
            update.force_update();
        });
    }
    {
        let (shelf, on) = (shelf.clone(), props.on.clone());
        use_effect_with(props.handle.clone(), move |_| {
            let spot = match &mut *shelf.borrow_mut() {
                Shelf::Open(lesson) => std::mem::take(&mut lesson.spot),
                _ => Vec::new(),
            };
            if let Some(&node) = spot.first() {
                on.emit(Intent::Select(Selection::Node(node)));
                on.emit(Intent::Spot(spot));
            }
        });
    }
    let frame = use_node_ref();
    let title = open_title(&shelf.borrow(), props.lang);
    let is_loading = matches!(&*shelf.borrow(), Shelf::Loading(_));
    use_arrival(&frame, title.clone(), is_loading);
    {
        let on = props.on.clone();
        use_effect_with(title, move |title| on.emit(Intent::Title(title.clone())));
    }
    let desk = Desk { shelf, update, handle: props.handle.clone(), on: props.on.clone(), lang: props.lang };
    {
        let desk = desk.clone();
        use_effect_with((), move |()| desk.open_asked(lab));
    }
    let shown = desk.shelf.borrow();
    html! {
        <section class="tale" ref={frame} aria-label={words::STORY.get(props.lang)}>
            {
                match &*shown {
                    Shelf::About => html! {
                        <About panel={props.clone()}>{ stories(lab, None, &desk) }{ experiments(lab, &desk) }</About>
                    },
                    Shelf::Loading(source) => html! {
                        <>
                            <p class="lab">{ words::STORY.get(desk.lang) }</p>
                            <h2 tabindex="-1">{ source.title.get(desk.lang) }</h2>
                            <p class="note" role="status">{ words::LOADING.get(desk.lang) }</p>
                        </>
                    },
                    Shelf::Failed(reason) => failed(reason, &desk),
                    Shelf::Open(lesson) => html! {
                        <>
                            { page(lesson, &props.handle.read(), &desk) }
                            { stories(lab, Some(&lesson.player.story().id), &desk) }
                        </>
                    },
                }
            }
        </section>
    }
}

/// The title of the story that is open.
fn open_title(shelf: &Shelf, lang: Lang) -> Option<String> {
    match shelf {
        Shelf::Loading(source) => Some(source.title.get(lang).to_owned()),
        Shelf::Open(lesson) => Some(lesson.player.put(&lesson.player.story().title, lang)),
        Shelf::About | Shelf::Failed(_) => None,
    }
}

/// Where a story opens or ends, what had the focus is gone: the focus goes to the heading of what is there now. Who
/// has it elsewhere keeps it.
#[hook]
fn use_arrival(frame: &NodeRef, title: Option<String>, is_loading: bool) {
    let frame = frame.clone();
    let before = use_mut_ref(|| (None::<String>, false));
    use_effect_with((title, is_loading), move |now| {
        let was = before.replace(now.clone());
        let Some(frame) = frame.cast::<Element>().filter(|_| *now != was) else { return };
        if focus::is_lost() || focus::holder().is_some_and(|holder| frame.contains(Some(&holder))) {
            focus::within(&frame, "h2");
        }
    });
}

/// What the buttons of the panel work with.
#[derive(Clone)]
struct Desk {
    shelf: Shared,
    update: UseForceUpdateHandle,
    handle: Handle,
    on: Callback<Intent>,
    lang: Lang,
}

impl Desk {
    fn put(&self, shelf: Shelf) {
        if !matches!(shelf, Shelf::Open(_)) {
            self.on.emit(Intent::Spot(Vec::new()));
        }
        *self.shelf.borrow_mut() = shelf;
        self.update.force_update();
    }

    /// The reader is through. Who leaves a goal unreached has not seen the end of the story.
    fn finish(&self) {
        if let Shelf::Open(lesson) = &*self.shelf.borrow() {
            let session = self.handle.read();
            if lesson.player.judge(&session).is_none_or(|judgement| judgement.is_won()) {
                progress::mark_done(session.lab().id, &lesson.player.story().id);
            }
        }
        self.put(Shelf::About);
    }

    /// Opens the story that the address asks for, if the lab has it.
    fn open_asked(&self, lab: &'static Lab) {
        let asked = embed::asked_story();
        if let Some(source) = lab.stories.iter().find(|story| asked.as_deref() == Some(story.id)) {
            self.open(lab, source);
        }
    }

    /// Opens a story at its first step.
    fn open(&self, lab: &'static Lab, source: &'static StorySource) {
        if !source.text.is_empty() {
            self.put(self.begun(source.text));
            return;
        }
        self.put(Shelf::Loading(source));
        let desk = self.clone();
        spawn_local(async move {
            let path = format!("stories/{}.json", lab.id);
            let shelf = match fetch(&path, source.id).await {
                Some(text) => desk.begun(&text),
                None => Shelf::Failed(words::STORY_NOT_FETCHED.fill(desk.lang, &[("path", &path)])),
            };
            let is_awaited =
                matches!(&*desk.shelf.borrow(), Shelf::Loading(awaited) if awaited.id == source.id);
            if is_awaited {
                desk.put(shelf);
            }
        });
    }

    fn begun(&self, text: &str) -> Shelf {
        let begin = || {
            let story = Story::parse(text)?;
            let (mut session, mut player) = Player::new(&story)?;
            player.next(&mut session)?;
            self.show(&session);
            let spot = player.spotlight();
            Ok(Shelf::Open(Lesson { player, choice: None, is_revealed: false, spot }))
        };
        begin().unwrap_or_else(|error: faultscope_labs::story::StoryError| {
            Shelf::Failed(error.message(self.lang))
        })
    }

    /// Puts the page where the story stands. The cursor moves within the run on screen where it can; only another run
    /// is opened anew.
    fn show(&self, session: &Session) {
        let is_same = {
            let shown = self.handle.read();
            shown.text_without_cursor() == session.text_without_cursor() && session.step() <= shown.len()
        };
        self.on.emit(if is_same {
            Intent::SeekStep(session.step())
        } else {
            Intent::Open(session.text().to_string())
        });
    }

    /// Turns a page of the open story.
    fn turn(
        &self,
        turn: impl FnOnce(&mut Player, &mut Session) -> Result<bool, faultscope_labs::story::StoryError>,
    ) {
        let mut session = self.handle.read().fork();
        let turned = match &mut *self.shelf.borrow_mut() {
            Shelf::Open(lesson) => {
                (lesson.choice, lesson.is_revealed) = (None, false);
                let turned = turn(&mut lesson.player, &mut session);
                lesson.spot = lesson.player.spotlight();
                if lesson.spot.is_empty() {
                    self.on.emit(Intent::Spot(Vec::new()));
                }
                turned
            }
            _ => return,
        };
        match turned {
            Ok(_) => {
                self.show(&session);
                self.update.force_update();
            }
            Err(error) => self.put(Shelf::Failed(error.message(self.lang))),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Lesson)) {
        if let Shelf::Open(lesson) = &mut *self.shelf.borrow_mut() {
            change(lesson);
        }
        self.update.force_update();
    }
}

fn page(lesson: &Lesson, session: &Session, desk: &Desk) -> Html {
    let lang = desk.lang;
    let player = &lesson.player;
    let (position, count) = (player.position().unwrap_or(0), player.story().steps.len());
    let place = words::STORY_PLACE
        .fill(lang, &[("place", &(position + 1).to_string()), ("count", &count.to_string())]);
    html! {
        <>
            <p class="lab">{ place }</p>
            <h2 tabindex="-1">{ player.put(&player.story().title, lang) }</h2>
            // Whoever presses Next hears the sentence, then the question with its answers, then what is told of them.
            <div class="told" aria-live="polite">
                <p class="say">{ player.words(lang) }</p>
                { player.question().map(|question| ask(question, lesson, desk)) }
                { goal(player, session, lang) }
            </div>
            { steps(position, count, player.has_next(), desk) }
        </>
    }
}

/// Predict, then reveal.
fn ask(question: &Question, lesson: &Lesson, desk: &Desk) -> Html {
    let lang = desk.lang;
    let put = |given: &faultscope_labs::story::Words| lesson.player.put(given, lang);
    let reveal = {
        let desk = desk.clone();
        Callback::from(move |event: MouseEvent| {
            // The button goes; the next thing to do is to go on.
            let panel = event.target_dyn_into::<Element>().and_then(|it| it.closest(".tale").ok().flatten());
            if let Some(panel) = panel {
                focus::within(&panel, ".steps .pri");
            }
            desk.change(|lesson| lesson.is_revealed = true);
        })
    };
    let option = |(at, choice): (usize, &faultscope_labs::story::Choice)| {
        let is_on = lesson.choice == Some(at);
        let desk = desk.clone();
        let onclick = Callback::from(move |_: MouseEvent| desk.change(|lesson| lesson.choice = Some(at)));
        let is_told = lesson.is_revealed && (is_on || choice.is_right);
        let verdict = lesson.is_revealed.then_some(if choice.is_right { "right" } else { "wrong" });
        html! {
            <>
                <button type="button" class={classes!("opt", is_on.then_some("on"), verdict)} {onclick}
                    aria-pressed={is_on.to_string()} disabled={lesson.is_revealed}>
                    <i aria-hidden="true">
                        if lesson.is_revealed { { icon(if choice.is_right { Icon::Check } else { Icon::Cross }) } }
                    </i>
                    <span>{ put(&choice.words) }</span>
                    if lesson.is_revealed {
                        <span class="hid">{ if choice.is_right { words::RIGHT_ANSWER } else { words::WRONG_ANSWER }.get(lang) }</span>
                    }
                </button>
                if is_told { <p class={classes!("because", verdict)}>{ put(&choice.why) }</p> }
            </>
        }
    };
    html! {
        <div class="ask">
            <p class="lab">{ words::PREDICT.get(lang) }</p>
            <p class="q-words" id="question">{ put(&question.words) }</p>
            <div role="group" aria-labelledby="question">{ for question.options.iter().enumerate().map(option) }</div>
            if !lesson.is_revealed {
                <button type="button" class="btn reveal" onclick={reveal} disabled={lesson.choice.is_none()}>
                    { words::REVEAL.get(lang) }
                </button>
            }
        </div>
    }
}

/// Something to do, and what the run says of it.
fn goal(player: &Player, session: &Session, lang: Lang) -> Html {
    let (Some(goal), Some(judgement)) = (player.goal(), player.judge(session)) else { return html! {} };
    let within = time_words(goal.within_us);
    let (sign, class, text) = match (judgement.is_won(), judgement.is_over_budget()) {
        (true, _) => (Icon::Check, "ok", words::GOAL_WON),
        (false, true) => (Icon::Cross, "bad", words::GOAL_OVER),
        (false, false) => (Icon::Due, "due", words::GOAL_OPEN),
    };
    html! {
        <div class="ask">
            <p class="lab">{ words::GOAL.get(lang) }</p>
            <p class={classes!("judged", class)}>{ icon(sign) }{ text.fill(lang, &[("time", &within)]) }</p>
            <ul class="budget">
                { for judgement.spent.iter().map(|(verb, done, allowed)| html! {
                    <li class={classes!((done > allowed).then_some("bad"))}>
                        <span>{ words::verb(verb, lang) }</span><b>{ format!("{done} / {allowed}") }</b>
                    </li>
                }) }
            </ul>
        </div>
    }
}

fn steps(position: usize, count: usize, has_next: bool, desk: &Desk) -> Html {
    let lang = desk.lang;
    let (back, next) = (desk.clone(), desk.clone());
    let onback = Callback::from(
        move |_: MouseEvent| {
            if position == 0 { back.put(Shelf::About) } else { back.turn(Player::back) }
        },
    );
    let onnext =
        Callback::from(move |_: MouseEvent| if has_next { next.turn(Player::next) } else { next.finish() });
    let dot = |at: usize| {
        let class = if at == position {
            "c"
        } else if at < position {
            "d"
        } else {
            ""
        };
        html! { <i {class} /> }
    };
    html! {
        <div class="steps">
            <div class="dots" aria-hidden="true">{ for (0..count).map(dot) }</div>
            <button type="button" class="btn" onclick={onback}>
                { if position == 0 { words::LEAVE } else { words::BACK }.get(lang) }
            </button>
            <button type="button" class="btn pri" onclick={onnext}>
                { if has_next { words::NEXT } else { words::FINISH }.get(lang) }
            </button>
        </div>
    }
}

/// The stories of the lab, but for the one that is open.
/// The way to the lab's experiments, where it has some.
fn experiments(lab: &'static Lab, desk: &Desk) -> Html {
    if lab.experiments.is_empty() {
        return html! {};
    }
    let line = |(place, experiment): (u8, &&'static Experiment)| {
        let onclick = desk.on.reform(move |_: MouseEvent| Intent::Overlay(Some(Overlay::Experiments(place))));
        html! {
            <li>
                <button type="button" {onclick} aria-haspopup="dialog">
                    { icon(Icon::Measure) }<span>{ experiment.title.get(desk.lang) }</span>
                </button>
            </li>
        }
    };
    html! {
        <div class="stories">
            <h3 class="lab">{ words::EXPERIMENTS.get(desk.lang) }</h3>
            <ul>{ for (0..).zip(lab.experiments).map(line) }</ul>
        </div>
    }
}

fn stories(lab: &'static Lab, open: Option<&str>, desk: &Desk) -> Html {
    let others: Vec<&'static StorySource> =
        lab.stories.iter().filter(|story| open != Some(story.id)).collect();
    if others.is_empty() {
        return html! {};
    }
    let title = if open.is_some() { words::OTHER_STORIES } else { words::STORIES };
    let line = |source: &'static StorySource| {
        let (desk, lang) = (desk.clone(), desk.lang);
        let name = source.title.get(lang);
        let onclick = Callback::from(move |_: MouseEvent| desk.open(lab, source));
        let sign = if progress::is_done(lab.id, source.id) {
            html! { <span class="v">{ icon(Icon::Check) }<span class="hid">{ pane_words::DONE.get(lang) }</span></span> }
        } else {
            icon(Icon::Story)
        };
        html! { <li><button type="button" {onclick} data-story={source.id}>{ sign }<span>{ name }</span></button></li> }
    };
    html! {
        <div class="stories">
            <h3 class="lab">{ title.get(desk.lang) }</h3>
            <ul>{ for others.into_iter().map(line) }</ul>
        </div>
    }
}

fn failed(reason: &str, desk: &Desk) -> Html {
    let onclick = {
        let desk = desk.clone();
        Callback::from(move |_: MouseEvent| desk.put(Shelf::About))
    };
    html! {
        <>
            <p class="lab">{ words::STORY.get(desk.lang) }</p>
            <p class="note bad" role="alert">{ reason.to_owned() }</p>
            <button type="button" class="btn" {onclick}>{ words::BACK.get(desk.lang) }</button>
        </>
    }
}

/// The text of a file beside the page.
/// A story of a lab's file.
async fn fetch(path: &str, id: &str) -> Option<String> {
    let stories = host::file(path).await.ok()?.as_string()?;
    let stories: serde_json::Value = serde_json::from_str(&stories).ok()?;
    Some(stories.get(id)?.as_str()?.to_owned())
}
